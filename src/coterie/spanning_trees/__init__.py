# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning trees, from which single linkage is made.

`_matrix.py` finds the tree of given distances: condensed (`_kernels/dense.pyx`: Prim's algorithm for few points,
Boruvka's for many, on the nearest neighbors of `_scans.py`, kernel `scans`), a square matrix (kernel `square`: Prim's),
or a sparse graph (kernel `graph`: Kruskal's). `_points.py` computes the distances of points as
the tree grows (`_kernels/prim.pyx`), in memory that grows with the number of points. Both return a `SpanningTree`
(`_tree.py`), whose edges become a linkage matrix in `coterie._dendrogram.merges`.

Another algorithm gets a kernel and a module of its own, and returns a `SpanningTree` as well.
"""

__all__: list[str] = []  # nothing is public yet
