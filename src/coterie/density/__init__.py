# SPDX-License-Identifier: BSD-3-Clause
"""Clusters as dense regions: DBSCAN, HDBSCAN, OPTICS.

`_dbscan` has the estimator and the function. They read parameters and data, and choose how neighbors are found:

- `_dbscan_tree`: with a k-d tree, for metrics that compare vectors. `_projection` lets the tree hold a projection of
  rows with many features. Then the kernels, in this order: `dbscan_cells`, `dbscan_core` (core points),
  `dbscan_components` (core points of a cluster are joined), `dbscan_labels` (clusters are numbered), `dbscan_borders`
  (the border rule).
- `_dbscan_pairs`: from all pairs, for the other metrics and sparse rows. `_sources` says which pairs are within the
  radius, `dbscan_pairs` has the kernels.
- `_dbscan_given`: from given distances, a matrix or a sparse graph; `dbscan_given` has the kernels.

All estimators derive from `_noise.DensityClusterer`, which gives noise to clusters where asked to.

All ways return `_clusters.Clusters`. `_core_points` finds the core point nearest to a row, for `predict` and outlier
scores.

`_hdbscan` has the estimator for all densities at once, and `_hdbscan_fitted` what its fit leaves: the tree, and places
of rows in it. `_hdbscan_tree` takes the tree of mutual reachability distances from `coterie.spanning_trees` and all
that follows from it; `_condensed_tree` condenses it, selects clusters and labels the rows (kernels: `condense`).
`_reachability` has core distances of weighted rows, and finds what `predict` needs; `_hdbscan_centers` has means and
medoids, and `_hdbscan_rows` reads rows with gaps and sparse ones. How likely rows are in each cluster is in
`_hdbscan_membership` (kernel: `membership`).

`_optics` has the estimator that puts rows into an order, and its function. `_optics_order` finds the order (kernels:
`optics_visits` with a k-d tree or a graph, `optics_rows` from all distances), `_optics_clusters` finds clusters in it
(kernel: `optics_xi`). `_cards` draws it for notebooks.

Another density-based method is a module beside `_dbscan`; its kernels begin with its name. It finds neighbors with
`coterie.neighbors`, or leaf by leaf as `dbscan_core` does.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, neighbors, scaling, spanning_trees  # noqa: F401
from ._condensed_tree import CondensedTree
from ._dbscan import DBSCAN, dbscan
from ._hdbscan import HDBSCAN
from ._hdbscan_membership import Membership
from ._optics import OPTICS, compute_optics_graph
from ._optics_clusters import cluster_optics_dbscan, cluster_optics_xi

__all__ = [
    "DBSCAN",
    "HDBSCAN",
    "OPTICS",
    "CondensedTree",
    "Membership",
    "cluster_optics_dbscan",
    "cluster_optics_xi",
    "compute_optics_graph",
    "dbscan",
]
