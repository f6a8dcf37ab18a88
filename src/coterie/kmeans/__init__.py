# SPDX-License-Identifier: BSD-3-Clause
"""k-means: rows go to the nearest of k centers, and centers to the mean of their rows.

A fit passes through these modules in this order: `_kmeans` (parameters, restarts, attributes), `_data` (the rows as the
kernels want them), `_seeding` (greedy k-means++) and `_lloyd` (assignment and centroid update, empty clusters). The
loops are in `_kernels`: `seeding`, `assign`, `update`; `cells` and `cell_step` for few features.

A variant of the algorithm is a module beside `_kmeans`, and its steps are kernels of their own.
"""

from ._kmeans import KMeans, k_means, kmeans_plusplus

__all__ = ["KMeans", "k_means", "kmeans_plusplus"]
