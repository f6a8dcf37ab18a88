# SPDX-License-Identifier: BSD-3-Clause
"""The condensed tree of HDBSCAN: what is left of a linkage matrix if small parts are no clusters, and which of its
clusters are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.drawing import draw
from .._base.optional import how_to_install
from .._base.parameters import as_float
from .._runtime import parallel, progress
from ._kernels import condense

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NODE = 200.0  # nanoseconds to condense a node: most are not in the cache
_ROW = 5.0  # and to label a row


class CondensedTree(np.ndarray[Any, Any]):
    """A condensed tree: a structured array that can be drawn and turned into a table.

    Each of its rows says that `child`, which is a row of the data (less than n_samples) or a cluster, leaves the
    cluster `parent` at ``lambda_val``, which is 1 / distance, and how large it is: `child_size`. The root is n_samples.
    """

    __module__ = "coterie.density"  # where users and pickles find it

    def to_pandas(self) -> Any:
        """Return the tree as a table of pandas, with a column for each field.

        Raises
        ------
        ImportError
            pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError(f"to_pandas can't return a table of pandas: {how_to_install('pandas')}") from None
        return pandas.DataFrame({name: np.asarray(self[name]) for name in self.dtype.names or ()})

    def plot(self, **kwargs: Any) -> Any:
        """Draw the tree: the same as ``coterie.plot.condensed_tree(self, **kwargs)``, which describes the arguments."""
        return draw("condensed_tree", self, **kwargs)


class Clusters(NamedTuple):
    """The clusters of a condensed tree; cluster 0 is the root, and parents come before children.

    Attributes
    ----------
    parent : ndarray of shape (n_clusters,), int64
    birth, death, deepest : ndarray of shape (n_clusters,)
        Lambda at which each one begins, and the largest at which something leaves it, or it or those below it.
    stability : ndarray of shape (n_clusters,)
    size : ndarray of shape (n_clusters,)
    is_leaf : ndarray of shape (n_clusters,), uint8
    """

    parent: NDArray[np.int64]
    birth: NDArray[np.float64]
    death: NDArray[np.float64]
    deepest: NDArray[np.float64]
    stability: NDArray[np.float64]
    size: NDArray[np.float64]
    is_leaf: NDArray[np.uint8]


class Fields(NamedTuple):
    """The rows of a condensed tree, each field for itself."""

    parent: NDArray[np.int64]
    child: NDArray[np.int64]
    lambda_val: NDArray[np.float64]
    child_size: NDArray[np.float64]


class Condensed(NamedTuple):
    """A condensed tree of `n` rows of data."""

    n: int
    rows: Fields
    clusters: Clusters

    def as_table(self, dtype: type) -> CondensedTree:
        """The tree as users see it; `dtype` is that of sizes."""
        kinds = {"parent": np.int64, "child": np.int64, "lambda_val": np.float64, "child_size": dtype}
        table = np.empty(len(self.rows.parent), list(kinds.items()))
        for name in kinds:
            table[name] = getattr(self.rows, name)
        return table.view(CondensedTree)


class Selected(NamedTuple):
    """The selected clusters of a condensed tree.

    Attributes
    ----------
    chosen : ndarray of shape (n_selected,), int64
        In order; the cluster of each label.
    nearest : ndarray of shape (n_clusters,), int64
        The lowest selected one above each cluster, or itself; -1 if there is none.
    number : ndarray of shape (n_clusters,), int64
        Label of each one that is selected.
    least : float
        Lambda from which rows that leave the root have its label; NaN if none has.
    """

    chosen: NDArray[np.int64]
    nearest: NDArray[np.int64]
    number: NDArray[np.int64]
    least: float


def condense_tree(
    Z: NDArray[np.float64],
    root: int,
    core: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    min_cluster_size: int,
    persistence: float,
) -> Condensed:
    """Condense the part of a linkage matrix that is below its node `root`.

    Parameters
    ----------
    Z : ndarray of shape (n - 1, 4)
    root : int
        Rows that are not below it leave the root at lambda 0.
    core : ndarray of shape (n,)
        The distance at which the copies of a row meet, for rows with a weight.
    weights : ndarray of shape (n,) or None
    min_cluster_size : int
    persistence : float
        Splits into parts of which one lasts less than this are undone.
    """
    n = len(Z) + 1
    size = np.ones(2 * n - 1)
    if weights is None:
        size[n:] = Z[:, 3]
    else:
        size[:n] = weights
        condense.sum_sizes(Z, size)
    n_large = int(np.count_nonzero(size >= min_cluster_size)) + 1  # and the root, whatever its size
    n_rows = n + 2 * min(n, n_large)
    parent, child = np.empty(n_rows, np.int64), np.empty(n_rows, np.int64)
    lambda_val, child_size = np.empty(n_rows), np.empty(n_rows)
    rows = condense.Rows(parent, child, lambda_val, child_size)
    queue = condense.Queue(root, np.empty(2 * n + 1, np.int64), np.empty(n_large, np.int64))
    progress.report("condensing", 0, 1)
    size_of_chunk = parallel.chunk(_NODE * 2 * n / n_large)
    parallel.over(n_large, size_of_chunk, 1, condense.condense, Z, size, core, min_cluster_size, queue, rows)
    found = slice(rows.count)
    fields = Fields(parent[found], child[found], lambda_val[found], child_size[found])
    progress.report("condensing", 1, 1)
    if persistence > 0:
        fields = _without_short_splits(fields, n, rows.n_clusters, persistence)
    return Condensed(n, _with_rows_outside(fields, size[:n]), _measure(fields, n))


def _with_rows_outside(fields: Fields, size: NDArray[np.float64]) -> Fields:
    """The fields of a tree, with other rows of the data, unless of size 0, behind: they leave the root at 0."""
    n = len(size)
    outside = size > 0
    outside[fields.child[fields.child < n]] = False
    (others,) = outside.nonzero()
    if not len(others):
        return fields
    more = np.full(len(others), n), others, np.zeros(len(others)), size[others]
    return Fields(*(np.concatenate(pair) for pair in zip(fields, more, strict=True)))


def _measure(fields: Fields, n: int) -> Clusters:
    k = int(fields.parent.max(initial=n)) - n + 1
    birth, death, deepest, stability, size = np.empty((5, k))
    clusters = Clusters(np.empty(k, np.int64), birth, death, deepest, stability, size, np.empty(k, np.uint8))
    parent, child, value, sizes = fields
    condense.measure(parent, child, value, sizes, n, condense.Clusters(*clusters))
    return clusters


def _without_short_splits(fields: Fields, n: int, n_clusters: int, persistence: float) -> Fields:
    """The fields of a tree without splits into parts of which one is short-lived."""
    becomes, latest = np.empty(n_clusters, np.int64), np.empty(n_clusters)
    condense.undo_splits(condense.Clusters(*_measure(fields, n)), persistence, becomes, latest)
    stays = becomes == np.arange(n_clusters)
    number = np.cumsum(stays) - 1
    parent, child, value, size = fields
    kept = child < n
    kept |= stays[np.where(kept, 0, child - n)]
    parent, child, value, size = parent[kept], child[kept], value[kept], size[kept]
    value = np.minimum(value, latest[parent - n])
    parent = n + number[becomes[parent - n]]
    child = np.where(child < n, child, n + number[np.maximum(child - n, 0)])
    return Fields(parent, child, value, size)


def select_clusters(
    tree: Condensed,
    *,
    cluster_selection_method: str,
    allow_single_cluster: bool,
    max_cluster_size: int | None,
    cluster_selection_epsilon: float,
    cluster_selection_epsilon_max: float,
) -> Selected:
    """Select clusters from a condensed tree."""
    clusters = tree.clusters
    k = len(clusters.parent)
    chosen, nearest = np.empty(k, np.uint8), np.empty(k, np.int64)
    values = tree.rows.lambda_val[tree.rows.lambda_val > 0]
    condense.select(
        condense.Clusters(*clusters),
        cluster_selection_method == "leaf",
        allow_single_cluster,
        np.inf if max_cluster_size is None else float(max_cluster_size),
        cluster_selection_epsilon,
        as_float(cluster_selection_epsilon_max),
        1.0 / values.min() if len(values) else np.inf,
        np.empty(k),
        np.empty(k, np.int64),
        chosen,
        nearest,
    )
    (which,) = chosen.nonzero()
    number = np.cumsum(chosen, dtype=np.int64) - 1
    least = np.nan
    if chosen[0] and len(which) == 1:
        least = 1.0 / cluster_selection_epsilon if cluster_selection_epsilon else float(clusters.death[0])
    return Selected(which, nearest, number, least)


def label_rows(
    cluster: NDArray[np.int64], value: NDArray[np.float64], tree: Condensed, selected: Selected, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and probabilities of rows that leave a cluster (from 0) at a lambda."""
    m = len(cluster)
    labels, probabilities = np.empty(m, np.int64), np.empty(m)
    parallel.over(
        m,
        parallel.chunk(_ROW),
        n_threads,
        condense.label,
        cluster,
        value,
        selected.nearest,
        selected.number,
        tree.clusters.death,
        selected.least,
        labels,
        probabilities,
    )
    return labels, probabilities


def leaves_of(tree: Condensed) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each row of the data the cluster that it leaves, from 0, and lambda."""
    rows = tree.rows
    (of_rows,) = (rows.child < tree.n).nonzero()
    row = rows.child[of_rows]
    cluster, value = np.zeros(tree.n, np.int64), np.zeros(tree.n)
    cluster[row], value[row] = rows.parent[of_rows] - tree.n, rows.lambda_val[of_rows]
    return cluster, value


def persistence_of(
    tree: Condensed, selected: Selected, labels: NDArray[np.int64], weights: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The stability of each selected cluster, over the one it would have if all its rows left it last of all."""
    k = len(selected.chosen)
    inside = labels >= 0
    sizes = np.bincount(labels[inside], None if weights is None else weights[inside], minlength=k)
    most = tree.rows.lambda_val.max(initial=0.0)
    if not 0 < most < np.inf:
        return np.ones(k)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = tree.clusters.stability[selected.chosen] / (sizes * most)
    return np.where(sizes > 0, share, 1.0)


def prominence_of(tree: Condensed, selected: Selected) -> NDArray[np.float64]:
    """How far each selected cluster is set apart; 0 for the root.

    It is the logarithm of the largest lambda of its rows over that at which it begins, or that of its sibling, if this
    is less. Equal rows, which leave at infinity, do not count.
    """
    parent, birth, deepest = tree.clusters.parent, tree.clusters.birth, tree.clusters.deepest
    if np.isinf(deepest[0]):
        deepest = np.zeros(len(parent))
        finite = tree.rows.lambda_val < np.inf
        np.maximum.at(deepest, tree.rows.parent[finite] - tree.n, tree.rows.lambda_val[finite])
        for cluster in range(len(parent) - 1, 0, -1):
            deepest[parent[cluster]] = max(deepest[parent[cluster]], deepest[cluster])
    height = np.zeros(len(parent))
    lasting = (deepest > birth) & (birth > 0)
    height[lasting] = np.log(deepest[lasting]) - np.log(birth[lasting])
    least = np.full(len(parent), np.inf)
    np.minimum.at(least, parent[1:], height[1:])
    return np.where(selected.chosen > 0, least[parent[selected.chosen]], 0.0)


def outlier_scores_of(tree: Condensed, cluster: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """GLOSH: how much less dense each row is than the densest one of the cluster that it leaves, from 0 to 1."""
    deepest = tree.clusters.deepest[cluster]
    with np.errstate(invalid="ignore"):
        scores = np.where(np.isinf(deepest), 1.0, (deepest - value) / deepest)
    scores[np.isinf(value) | (deepest == 0)] = 0.0
    return scores
