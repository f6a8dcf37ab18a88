# SPDX-License-Identifier: BSD-3-Clause
"""Density-based validity of clusters (DBCV): from core distances to spanning trees to the separation of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..distances import Metric, as_metric
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ..neighbors._vectors import as_vectors
from ..spanning_trees._kd_tree import lightest_edges
from ..spanning_trees._matrix import check_square
from ..spanning_trees._points import not_finite
from ._kernels import validity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

__all__ = ["validities"]

_IN_TREE = {"sqeuclidean", "manhattan", "chebyshev"}  # metrics that are reduced distances already
_PAIR = 1.0  # nanoseconds of a pair of rows beside its distance: a division, or a look
_PAIRS = 1 << 22  # distances that a tree takes before others have their turn: some milliseconds


def validities(
    X: NDArray[Any], codes: NDArray[np.intp], k: int, metric: Metric | None, exponent: int, n_threads: int
) -> NDArray[np.float64]:
    """The validity of each cluster, 0 for those of one row, and for all if no two have more.

    Parameters
    ----------
    X : ndarray of shape (n, d), or of shape (n, n)
        Finite rows that the metric suits, or distances.
    codes : ndarray of shape (n,)
        The cluster of each row, from 0 to k - 1; -1 for noise.
    k : int
        Clusters, each of which has a row.
    metric : Metric or None
        None: distances are given.
    exponent : int
        Of densities.
    n_threads : int
        The result does not depend on it.
    """
    result = np.zeros(k)
    sizes = np.bincount(codes + 1, minlength=k + 1)[1:]
    counted = np.flatnonzero(sizes > 1)
    measured: _Measured
    if metric is None:
        measured = _Given(X, check_square(X, n_threads))
    elif metric.function is not None:
        measured = _Called(X, metric)
    else:
        measured = _Computed(X, metric, n_threads)
    if len(counted) < 2:
        return result
    order = np.argsort(codes, kind="stable")
    order = order[sizes[codes[order]] * (codes[order] >= 0) > 1]
    clusters = _Clusters(order, np.repeat(np.arange(len(counted)), sizes[counted]), np.cumsum(sizes[counted]))
    core = measured.core_distances(clusters, exponent)
    to, weights = measured.trees(clusters, core)

    added = to >= 0  # all but the first of each tree
    ends = np.column_stack([np.flatnonzero(added), to[added]])
    degree = np.bincount(ends.ravel(), minlength=len(order))
    internal = degree > 1
    inner = np.full(len(order), -1.0)
    inner[ends[:, 0]] = np.where(internal[ends].all(axis=1), weights[added], -1.0)
    starts = clusters.ends - sizes[counted]
    sparseness = np.maximum.reduceat(inner, starts)
    sparseness = np.where(sparseness < 0, np.maximum.reduceat(weights, starts), sparseness)

    kept = internal | ~np.logical_or.reduceat(internal, starts)[clusters.codes]
    separation = measured.separation(clusters.part(kept), core[kept])
    result[counted] = _ratios(*measured.restored(separation, sparseness))
    return result


def _ratios(separation: NDArray[np.float64], sparseness: NDArray[np.float64]) -> NDArray[np.float64]:
    larger = np.maximum(separation, sparseness)
    found = np.zeros(len(larger))
    np.divide(separation, larger, out=found, where=larger > 0)
    found -= np.divide(sparseness, larger, out=np.zeros(len(larger)), where=larger > 0)
    return found


class _Clusters(NamedTuple):
    """Rows sorted by cluster.

    Attributes
    ----------
    order : ndarray of shape (n,)
        The rows.
    codes : ndarray of shape (n,)
        Their clusters, ascending.
    ends : ndarray of shape (k,)
        Where the rows of each cluster end.
    """

    order: NDArray[np.intp]
    codes: NDArray[np.int64]
    ends: NDArray[np.int64]

    def part(self, kept: NDArray[np.bool_]) -> _Clusters:
        """Some rows of each cluster."""
        codes = self.codes[kept]
        return _Clusters(self.order[kept], codes, np.cumsum(np.bincount(codes)))

    def runs(self) -> Iterable[slice]:
        return map(slice, [0, *self.ends[:-1].tolist()], self.ends.tolist())


class _Measured(Protocol):
    """Distances between rows, where they come from; all but `restored` in units that it undoes."""

    def core_distances(self, clusters: _Clusters, exponent: int) -> NDArray[np.float64]:
        """Of each row."""
        ...

    def trees(self, clusters: _Clusters, core: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Spanning trees of the clusters: where the edge of each row ends and what it weighs, -1 for the first row of a
        cluster. On a tie the lowest row is added, to the lowest one."""
        ...

    def separation(self, clusters: _Clusters, core: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least weight of an edge from each cluster to another one."""
        ...

    def restored(self, *values: NDArray[np.float64]) -> Iterable[NDArray[np.float64]]:
        """As distances, up to a factor."""
        ...


# ------------------------------------------------------------------------------------------- rows of numbers


class _Computed:
    """Distances that kernels compute; squares of Euclidean ones."""

    def __init__(self, X: NDArray[Any], metric: Metric, n_threads: int) -> None:
        self.is_squared = metric.kernel == "euclidean"
        self.metric = as_metric("sqeuclidean") if self.is_squared else metric
        self.original = metric
        self.X = power_of_two.divided(X, safe_exponent(metric, X, name="X"))
        self.n_threads = n_threads
        self.pair = max(X.shape[1], 4) * metric.cost + _PAIR  # nanoseconds

    def core_distances(self, clusters: _Clusters, exponent: int) -> NDArray[np.float64]:
        n, sizes = len(clusters.order), np.diff(clusters.ends, prepend=0)
        self.points = prepare(self.X[clusters.order], self.metric, self.n_threads)
        core, cost = np.empty(n), float(sizes @ sizes) / n * self.pair
        self._over(
            "core distances",
            cost,
            n,
            validity.core_distances,
            self.points,
            clusters.codes,
            clusters.ends,
            exponent if self.is_squared else 2 * exponent,
            core,
        )
        if np.isnan(core).any():
            raise not_finite(self.original)
        return core

    def trees(self, clusters: _Clusters, core: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        n, sizes = len(core), np.diff(clusters.ends, prepend=0)
        last, least, to = clusters.ends - sizes, np.full(n, np.inf), np.full(n, -1)
        least[last] = -1.0
        outside, row = core.copy(), np.empty((self.n_threads, int(sizes.max()) + 15))
        state = last, least, to, outside, row
        growing = np.argsort(-sizes, kind="stable")  # the largest first: it takes longest
        while len(growing):
            progress.report("spanning trees", len(last) - len(growing), len(last))
            cost = float(np.minimum(sizes[growing] ** 2, _PAIRS).mean()) * self.pair
            threads = parallel.threads_for(len(growing) * cost, self.n_threads)
            trees = self.points, core, growing, clusters.ends, _PAIRS, *state
            parallel.over(len(growing), parallel.chunk(cost), threads, validity.grow_trees, *trees)
            growing = growing[last[growing] >= 0]
        progress.report("spanning trees", len(last), len(last))
        return to, least

    def separation(self, clusters: _Clusters, core: NDArray[np.float64]) -> NDArray[np.float64]:
        n, k = len(core), len(clusters.ends)
        if self.metric.kernel in _IN_TREE and self.X.shape[1] <= thresholds.tree_features:
            progress.report("separation", 0, n)
            vectors = as_vectors(self.X[clusters.order], self.metric)
            assert vectors is not None
            found: NDArray[np.float64] = lightest_edges(vectors, clusters.codes, core, self.n_threads)
            progress.report("separation", n, n)
            return found
        points = prepare(self.X[clusters.order], self.metric, self.n_threads)
        least, odd = np.full((self.n_threads, k), np.inf), np.zeros(self.n_threads)
        pairs = points, core, clusters.codes, clusters.ends, least, odd
        self._over("separation", 0.5 * n * self.pair, n, validity.separate, *pairs)
        if np.isnan(odd).any():
            raise not_finite(self.original)
        found = least.min(axis=0)
        return found

    def restored(self, *values: NDArray[np.float64]) -> Iterable[NDArray[np.float64]]:
        return map(np.sqrt, values) if self.is_squared else values

    def _over(self, stage: str, cost: float, n: int, kernel: parallel.Kernel, *arguments: object) -> None:
        """Let threads work on n rows, each of a cost in nanoseconds."""
        threads = parallel.threads_for(n * cost, self.n_threads)
        parallel.over_in_steps(stage, n, n, parallel.chunk(cost, 4), threads, kernel, *arguments)
        progress.report(stage, n, n)


# ------------------------------------------------------------------------------------------- one row at a time


class _RowByRow:
    """Distances that are looked up, or that a function measures."""

    def row(self, i: int, others: NDArray[np.intp]) -> NDArray[np.float64]:
        """Of row i to others, finite."""
        raise NotImplementedError

    def core_distances(self, clusters: _Clusters, exponent: int) -> NDArray[np.float64]:
        core = np.zeros(len(clusters.order))
        for at, i in enumerate(clusters.order):
            end = clusters.ends[clusters.codes[at]]
            size = end - (clusters.ends[clusters.codes[at] - 1] if clusters.codes[at] else 0)
            with progress.as_step("core distances", at, len(core)):
                distances = self.row(i, clusters.order[end - size : end])
            distances = distances[distances > 0]
            if len(distances):
                least = distances.min()
                with np.errstate(under="ignore"):
                    core[at] = least * (np.sum((least / distances) ** exponent) / (size - 1)) ** (-1.0 / exponent)
        progress.report("core distances", len(core), len(core))
        return core

    def trees(self, clusters: _Clusters, core: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        least, to = np.full(len(core), np.inf), np.full(len(core), -1)
        for run in clusters.runs():
            outside, members, point, least[run.start] = core[run].copy(), clusters.order[run], 0, -1.0
            for at in range(len(members)):
                with progress.as_step("spanning trees", run.start + at, len(core)):
                    distances = self.row(members[point], members)
                state = outside, least[run], to[run]
                point = validity.add_point(distances, point, core[run][point], *state)
            to[run][to[run] >= 0] += run.start
        progress.report("spanning trees", len(core), len(core))
        return to, least

    def separation(self, clusters: _Clusters, core: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.full(len(clusters.ends), np.inf)
        for at, i in enumerate(clusters.order[: clusters.ends[-2]]):
            own = clusters.codes[at]
            start = clusters.ends[own]
            with progress.as_step("separation", at, len(core)):
                weights = self.row(i, clusters.order[start:])
            weights = np.maximum(np.maximum(weights, core[start:]), core[at])
            others = np.minimum.reduceat(weights, clusters.ends[own:-1] - start)
            found[own] = min(found[own], others.min())
            np.minimum(found[own + 1 :], others, out=found[own + 1 :])
        progress.report("separation", len(core), len(core))
        return found

    def restored(self, *values: NDArray[np.float64]) -> Iterable[NDArray[np.float64]]:
        return values


class _Given(_RowByRow):
    """A matrix of distances; if it is not `exact`, of the two of a pair the lesser one counts."""

    def __init__(self, D: NDArray[Any], exact: bool) -> None:
        self.D, self.exact = D, exact

    def row(self, i: int, others: NDArray[np.intp]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = self.D[i, others].astype(np.float64)
        if not self.exact:
            found = np.maximum(np.minimum(found, self.D[others, i]), 0.0)
        if np.isinf(found).any():
            j = others[np.isinf(found)][0]
            raise ValueError(f"Distances must be finite. That of row {i} and row {j} is not.")
        return found


class _Called(_RowByRow):
    """A function of two rows."""

    def __init__(self, X: NDArray[Any], metric: Metric) -> None:
        self.X, self.metric = X, metric

    def row(self, i: int, others: NDArray[np.intp]) -> NDArray[np.float64]:
        found = np.empty(len(others))
        fill_rectangle(self.X[i : i + 1], self.X[others], self.metric, 1, found[None])
        if not np.isfinite(found).all():
            raise not_finite(self.metric)
        return found
