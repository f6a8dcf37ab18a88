# SPDX-License-Identifier: BSD-3-Clause
"""All that writes and reads a linkage matrix.

Merges or the edges of a tree become a linkage matrix in `_kernels/merging.pyx`, and nowhere else. `linkage_matrix`
checks one that comes from outside; `nodes` walks it and builds its `ClusterNode`; `heights` measures, `cuts` makes
flat clusters, `leaf_order` orders the leaves, and `drawing` says where the lines of a dendrogram go.

`coterie.hierarchy` makes these functions public, under scipy's names. Another question to a tree gets a module here.
"""
