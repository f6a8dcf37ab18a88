# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning trees: of rows, of their mutual reachability, and of given distances.

`_minimum_spanning_tree.py` has the public function, and chooses the way for rows. With few features `_kd_tree.py` finds
the tree: it gives each point a list of its nearest others, and searches beyond the lists (kernel `foreign`), while
`_boruvka.py` joins components in rounds (kernel `boruvka`). A round for given groups is `lightest_edges`. With many
features `_blocks.py` makes and searches lists from blocks of products, for the same rounds (kernel `lists`). Other rows
go through `_points.py`, which computes distances as the tree grows (kernels `prim`, `growth`), in memory that grows
with the number of points. `_matrix.py` finds the tree of given distances: condensed (kernel `dense`: Prim's algorithm
for few points, Boruvka's for many, on the nearest neighbors of `_scans.py`, kernel `scans`), a square matrix (kernel
`square`: Prim's), or a sparse graph (kernel `graph`: Kruskal's). All return a `SpanningTree` (`_tree.py`), whose edges
become a linkage matrix in `coterie._dendrogram.merges`.

Another algorithm gets a kernel and a module of its own, and returns a `SpanningTree` as well.
"""

from .. import distances, neighbors  # noqa: F401
from ._minimum_spanning_tree import minimum_spanning_tree
from ._tree import SpanningTree

__all__ = ["SpanningTree", "minimum_spanning_tree"]
