# SPDX-License-Identifier: BSD-3-Clause
"""Nearest neighbors, and neighbors within a radius: exact, for every metric of `coterie.distances`.

Neighbors are found with a k-d tree or from all distances, one block at a time. All distances are used for the metrics
canberra, braycurtis, hamming, jaccard and dice and for functions, for fewer than 100 queries, and if there are more
than 20 features and more than 2²⁵ numbers. The results are the same; only for minkowski with a p other than 1, 2 and
infinity the last bit may differ.

Ties are broken by the row number: if two rows are at the same distance, the one with the lower number comes first.
Distances are compared before the last step of their formula: squared for euclidean, between unit vectors for cosine and
correlation, and between points on the sphere for haversine.

`_queries` (functions) and `_nearest_neighbors` (the estimator) read parameters and rows. `_search` lays rows out and
searches them: `_vectors` turns metrics into distances between vectors, `_kd_tree` builds a k-d tree over these (kernel
`kd_tree`), and the kernels `kd_query` (tree) and `blocks` (all distances) find the neighbors. `leaf_search` compares
leaves for DBSCAN. Another index is a module beside `_kd_tree`, chosen in `_search.lay_out`.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances  # noqa: F401
from ._nearest_neighbors import NearestNeighbors
from ._queries import kneighbors, radius_counts, radius_neighbors
from ._search import Neighborhoods

__all__ = ["NearestNeighbors", "Neighborhoods", "kneighbors", "radius_counts", "radius_neighbors"]
