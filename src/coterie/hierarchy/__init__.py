# SPDX-License-Identifier: BSD-3-Clause
"""Hierarchical clustering: trees from distances or observations, and all that reads them.

Names, signatures and results are those of ``scipy.cluster.hierarchy``: change the import. A tree is a linkage matrix
`Z`, see `linkage`; docstrings say where a function differs. The estimators are `AgglomerativeClustering` (bottom-up)
and `DivisiveClustering` (top-down).

========================  ==============================================================================================
make a tree               `linkage`, `single`, `complete`, `average`, `weighted`, `centroid`, `median`, `ward`,
                          `linkage_vector`
cut it into clusters      `fcluster`, `fclusterdata`, `cut_tree`, `leaders`
draw it, order it         `dendrogram`, `set_link_color_palette`, `optimal_leaf_ordering`, `leaves_list`
measure it                `cophenet`, `inconsistent`, `maxdists`, `maxinconsts`, `maxRstat`
walk through it           `to_tree`, `ClusterNode`
check it, convert it      `is_valid_linkage`, `is_valid_im`, `is_monotonic`, `num_obs_linkage`, `correspond`,
                          `from_mlab_linkage`, `to_mlab_linkage`, `ClusterWarning`
compare clusterings       `is_isomorphic`
merge sets                `DisjointSet`
========================  ==============================================================================================

Where things are: `_linkage.py` checks the input, and chooses the algorithm that merges clusters (`_clusters.py`: those
that are left, with their distances). Single linkage is a minimum spanning tree (`coterie.spanning_trees`). The other
methods go through `_rounds.py` while there are many clusters, then `_queue.py`, then `_chain.py` for few; ward,
centroid and median linkage of points go through `_centers.py`. The kernels have the same names (`rounds`, `queue`,
`chain`, `centers`); the update of distances (Ward's and all others) is in `_kernels/lance_williams.h`.
`coterie._dendrogram` turns merges into a linkage matrix, and reads it.

`_agglomerative.py` and `_divisive.py` have the estimators. Each is a `TreeClusterer` (`_tree_clusterer.py`), which cuts
the tree. `_nearest_cluster.py` finds the cluster of new rows (kernel `nearest_cluster`), and `_square_matrix.py`
computes or checks the distances of all rows. `_cards.py` draws the top of the tree for notebooks. `_disjoint_set.py` is
scipy's `DisjointSet`. The splits from the top down are made in `_kernels/divisive.pyx`.

A new linkage method is a line of the enum and an update in `lance_williams.h`, a name in `lance_williams.pyx`, and what
it needs in `_methods.py`. A new way to merge is a module beside `_chain.py`, and is chosen in `_linkage.py`.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, scaling, spanning_trees  # noqa: F401
from .._dendrogram.cluster_node import ClusterNode, to_tree
from .._dendrogram.cuts import cut_tree, fcluster, leaders
from .._dendrogram.drawing import dendrogram, set_link_color_palette
from .._dendrogram.heights import cophenet, inconsistent, maxdists, maxinconsts, maxRstat
from .._dendrogram.leaf_order import optimal_leaf_ordering
from .._dendrogram.linkage_matrix import (
    ClusterWarning,
    correspond,
    is_isomorphic,
    is_monotonic,
    is_valid_im,
    is_valid_linkage,
    num_obs_linkage,
)
from .._dendrogram.mlab import from_mlab_linkage, to_mlab_linkage
from .._dendrogram.walks import leaves_list
from ._agglomerative import AgglomerativeClustering
from ._disjoint_set import DisjointSet
from ._divisive import DivisiveClustering
from ._linkage import average, centroid, complete, fclusterdata, linkage, linkage_vector, median, single, ward, weighted

__all__ = [
    "AgglomerativeClustering",
    "ClusterNode",
    "ClusterWarning",
    "DisjointSet",
    "DivisiveClustering",
    "average",
    "centroid",
    "complete",
    "cophenet",
    "correspond",
    "cut_tree",
    "dendrogram",
    "fcluster",
    "fclusterdata",
    "from_mlab_linkage",
    "inconsistent",
    "is_isomorphic",
    "is_monotonic",
    "is_valid_im",
    "is_valid_linkage",
    "leaders",
    "leaves_list",
    "linkage",
    "linkage_vector",
    "maxRstat",
    "maxdists",
    "maxinconsts",
    "median",
    "num_obs_linkage",
    "optimal_leaf_ordering",
    "set_link_color_palette",
    "single",
    "to_mlab_linkage",
    "to_tree",
    "ward",
    "weighted",
]
