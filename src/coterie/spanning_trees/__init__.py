# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning trees, of which single linkage is made.

`_kernels/dense.pyx` reads a matrix of distances (Boruvka), `_kernels/prim.pyx` computes the distances of points as it
goes (Prim). The edges become a linkage matrix in `_dendrogram`.
"""

__all__: list[str] = []  # nothing is public yet
