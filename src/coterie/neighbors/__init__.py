# SPDX-License-Identifier: BSD-3-Clause
"""Nearest neighbors, and neighbors within a radius: exact, for every metric of `coterie.distances`.

How they are found: with a k-d tree where rows are as good as vectors (all metrics but canberra, braycurtis,
hamming, jaccard, dice and functions); but from all distances, a block at a time, for fewer than 100 queries, and where
there are more than 20 features and more than 2²⁵ numbers. The results are the same, but for the last bit of minkowski
with a p other than 1, 2 and infinity.

Ties are broken by the row: of two rows at the same distance the one with the lower number is nearer. Distances are the
same if they are before the last step: squared for euclidean ones, those of unit vectors for cosine and correlation, and
of points of the sphere for haversine.

`_queries` (functions) and `_nearest_neighbors` (the estimator) read parameters and rows. `_search` lays rows out and
searches them: `_vectors` turns metrics into distances between vectors, `_kd_tree` builds a k-d tree over these (kernel
`kd_tree`), and the kernels `kd_query` (tree) and `blocks` (all distances) find the neighbors. `leaf_search` compares
leaves for DBSCAN. Another index is a module beside `_kd_tree`, chosen in `_search.lay_out`.
"""

from ._nearest_neighbors import NearestNeighbors
from ._queries import kneighbors, radius_counts, radius_neighbors
from ._search import Neighborhoods

__all__ = ["NearestNeighbors", "Neighborhoods", "kneighbors", "radius_counts", "radius_neighbors"]
