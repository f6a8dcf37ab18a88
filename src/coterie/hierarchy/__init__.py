# SPDX-License-Identifier: BSD-3-Clause
"""Hierarchical clustering: trees from distances or observations, and all that reads them.

Names, signatures and results are those of ``scipy.cluster.hierarchy``: change the import. A tree is a linkage matrix
`Z`, see `linkage`; docstrings say where a function differs.

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
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .._base.arrays import as_doubles
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
from ..distances import pdist
from ._agglomerative import AgglomerativeClustering
from ._disjoint_set import DisjointSet
from ._divisive import DivisiveClustering
from ._linkage import average, centroid, complete, linkage, linkage_vector, median, single, ward, weighted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

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


def fclusterdata(
    X: ArrayLike,
    t: float,
    criterion: str = "inconsistent",
    metric: str | Callable = "euclidean",
    depth: int = 2,
    method: str = "single",
    R: ArrayLike | None = None,
) -> NDArray[np.int32]:
    """Flat clusters of observations: `linkage`, then `fcluster`.

    Parameters
    ----------
    X : array-like of shape (n, n_features)
        Observations; not modified.
    t : float
        The threshold, see `fcluster`.
    criterion : str, default="inconsistent"
        What stays within the threshold, see `fcluster`.
    metric : str or callable, default="euclidean"
        The distance, see `coterie.distances`.
    depth : int, default=2
        Levels that count for the inconsistency coefficient, see `inconsistent`.
    method : str, default="single"
        The linkage, see `linkage`.
    R : array-like of shape (n - 1, 4), optional
        Inconsistency matrix, where it is known already; not modified.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster of each point, counted from 1.

    Raises
    ------
    TypeError
        `X` is not two-dimensional.
    ValueError
        `X` holds NaN or infinity, or a parameter is wrong.

    Warns
    -----
    ClusterWarning
        `X` looks like a square matrix of distances, and `metric` is ``"euclidean"``.

    Examples
    --------
    >>> from coterie.hierarchy import fclusterdata
    >>> fclusterdata([[0.0], [1.0], [5.0], [7.0]], 3.0, criterion="distance")
    array([1, 1, 2, 2], dtype=int32)
    """
    X = as_doubles(X)
    if X.ndim != 2:
        raise TypeError("The observation matrix X must be an n by m array.")
    Z = linkage(X if isinstance(metric, str) and metric == "euclidean" else pdist(X, metric), method)
    return fcluster(Z, t, criterion, depth, R)
