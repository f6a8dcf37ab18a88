# SPDX-License-Identifier: BSD-3-Clause
"""All that writes and reads a linkage matrix.

Merges, or the edges of a spanning tree, become a linkage matrix in `merges`, and nowhere else. A linkage matrix that
comes from outside is checked in `linkage_matrix`, which returns the children of its clusters as integers; all others
trust these. `walks` counts and orders what is below each node. On these stand `heights` (statistics of heights),
`cuts` (flat clusters, with scipy's numbers and with scikit-learn's), `leaf_order`, `drawing` (where the lines of a
dendrogram go), `cluster_node` (the tree as objects) and `mlab` (MATLAB's linkage matrices). A module and its kernel
have the same name.

`coterie.hierarchy` makes these functions public, under scipy's names. Another question to a tree gets a module here.
"""
