# SPDX-License-Identifier: BSD-3-Clause
"""Where the distances between the rows of a fit come from: points and a metric, or a matrix.

A source has its rows in an order of its own: the numbers of rows that it takes and returns are places in that order.
Attributes of all of them:

order : (n,) the caller's row at each place
by_value : (n,) places in an order that does not depend on how the caller's rows are ordered, where there is one: rows
    are drawn in it, so that draws depend on the rows and not on their order
cost : nanoseconds of a distance
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .._runtime import parallel
from ..distances import _pairwise, as_metric
from ..neighbors import _kd_tree, _vectors
from ._kernels import swaps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric

_SCAN = 0.5  # nanoseconds of a distance that is there
_CALL = 1000.0  # of a call of a function of two rows
_SLACK = 1e-9  # more than distances are rounded, relative to themselves, ...
_ABSOLUTE = {"cosine": 1e-6, "correlation": 1e-6}  # ... and beyond that where small ones are
_PIVOTS = 64  # groups whose distances to their pivots are computed at a time


class Assigned(NamedTuple):
    """Rows with their nearest and second nearest medoids, as `swaps.Assigned`."""

    nearest: NDArray[np.float64]
    second: NDArray[np.float64]
    weight: NDArray[np.float64]
    label: NDArray[np.int64]
    removal: NDArray[np.float64]


class Points:
    """Rows that a compiled metric measures. Distances are computed when they are needed.

    Where the metric obeys the triangle inequality, near rows stand together, in groups around one of them, the pivot.
    A group whose pivot is far enough from a candidate is left out.

    Places on a sphere are vectors here. Chords are measured, and arcs computed where chords are short enough.
    """

    def __init__(self, X: NDArray[Any], metric: Metric, n_threads: int) -> None:
        vectors = _vectors.as_vectors(X, metric) if metric.triangle else None
        self.metric, self.n_threads = metric, n_threads
        self.order = np.arange(len(X)) if vectors is None else np.asarray(_kd_tree.build(vectors, n_threads).order)
        self.is_chord = vectors is not None and metric.kernel == "haversine"
        if vectors is not None and self.is_chord:
            X, self.metric = vectors.X, as_metric("euclidean")
        self.X = X if vectors is None else X[self.order]
        self.points = self._prepare(self.X)
        self.by_value = _sort_by_bytes(self.X)
        self.cost = max(X.shape[1], 4) * self.metric.cost + _SCAN
        self.pivots: Any = None
        if vectors is not None:
            self._choose_pivots()

    def __len__(self) -> int:
        return len(self.X)

    def _prepare(self, X: NDArray[Any]) -> Any:
        return _pairwise.prepare(X, self.metric, self.n_threads)

    def _choose_pivots(self) -> None:
        n, size = len(self), swaps.GROUP
        starts = np.arange(0, n, size)
        pivots = np.minimum(starts + size // 2, n - 1)
        self.pivots, self.starts = self._prepare(self.X[pivots]), starts
        self.from_pivot = np.empty(n)
        for first in range(0, len(starts), _PIVOTS):
            rows = np.arange(first * size, min(n, (first + _PIVOTS) * size))
            found = self._measured(self.X[pivots[first : first + _PIVOTS]], self.X[rows])
            self.from_pivot[rows] = self._as_length(found[(rows - rows[0]) // size, rows - rows[0]])

    def _as_length(self, distances: NDArray[np.float64]) -> NDArray[np.float64]:
        """What obeys the triangle inequality."""
        return np.sqrt(distances) if self.metric.triangle == 0.5 else distances

    def _measured(self, one: NDArray[Any], many: Any) -> NDArray[np.float64]:
        out = np.empty((len(one), len(self) if many is self.points else len(many)))
        _pairwise.fill_rectangle(one, many, self.metric, self.n_threads, out)
        return out

    def between(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """(rows, others) distances."""
        return self._as_distances(self._measured(self.X[rows], self.X[others]))

    def to_all(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """(rows, n) distances."""
        return self._as_distances(self._measured(self.X[rows], self.points))

    def _as_distances(self, measured: NDArray[np.float64]) -> NDArray[np.float64]:
        return 2.0 * np.arcsin(np.minimum(0.5 * measured, 1.0)) if self.is_chord else measured

    def best_swaps(
        self, candidates: NDArray[np.int64], assigned: Assigned
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The change of the loss by the best swap of each candidate, and the medoid that goes; see `swaps`."""
        m, n_groups = len(candidates), 0
        reach = np.empty(0)
        limit = assigned.second
        if self.is_chord:
            limit = 2.0 * np.sin(0.5 * np.minimum(limit, np.pi)) * (1 + _SLACK)
        if self.pivots is not None:
            n_groups = len(self.starts)
            reach = np.maximum.reduceat(self.from_pivot + self._as_length(limit), self.starts)
            reach = reach * (1 + _SLACK) + _ABSOLUTE.get(self.metric.kernel, 0.0)
        change, medoid = np.empty(m), np.empty(m, np.int64)
        cost = len(self) * self.cost
        n_threads = parallel.threads_for(m * cost, self.n_threads)
        parallel.over(
            m,
            parallel.chunk(cost, swaps.TOGETHER),
            n_threads,
            swaps.best_swaps,
            self._prepare(self.X[candidates]),
            self.points,
            self.pivots,
            reach,
            self.metric.triangle == 0.5,
            swaps.Assigned(*assigned, limit, self.is_chord),
            np.empty((n_threads, swaps.TOGETHER * (len(assigned.removal) + n_groups))),
            change,
            medoid,
        )
        return change, medoid


class Matrix:
    """Rows whose distances are there, as float32 or float64."""

    def __init__(self, distances: NDArray[Any], n_threads: int) -> None:
        self.distances, self.n_threads = distances, n_threads
        self.order = self.by_value = np.arange(len(distances))
        self.cost = _SCAN

    def __len__(self) -> int:
        return len(self.distances)

    def between(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.distances[rows[:, None], others].astype(np.float64, copy=False)

    def to_all(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.distances[rows].astype(np.float64, copy=False)

    def best_swaps(
        self, candidates: NDArray[np.int64], assigned: Assigned
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return _best_swaps_given(self.distances, candidates, assigned, self.n_threads)


class Calls:
    """Rows that a function measures, anew each time: for so many that their matrix would be too large."""

    def __init__(self, X: NDArray[Any], metric: Metric, n_threads: int) -> None:
        self.X, self.metric, self.n_threads = X, metric, n_threads
        self.order = self.by_value = np.arange(len(X))
        self.cost = _CALL

    def __len__(self) -> int:
        return len(self.X)

    def between(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        out = np.empty((len(rows), len(others)))
        _pairwise.fill_rectangle(self.X[rows], self.X[others], self.metric, self.n_threads, out)
        check_called(out, self.metric)
        return out

    def to_all(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.between(rows, self.order)

    def best_swaps(
        self, candidates: NDArray[np.int64], assigned: Assigned
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        return _best_swaps_given(self.to_all(candidates), np.arange(len(candidates)), assigned, self.n_threads)


def check_called(distances: NDArray[np.float64], metric: Metric) -> None:
    """Check what a function returned for distances."""
    if distances.size and not (distances.min() >= 0 and distances.max() < np.inf):
        bad = distances[~((distances >= 0) & (distances < np.inf))][0]
        raise ValueError(f"The metric {metric.name!r} must return finite numbers of at least 0. Got {bad}.")


Source: TypeAlias = Points | Matrix | Calls


def _best_swaps_given(
    distances: NDArray[Any], rows: NDArray[np.int64], assigned: Assigned, n_threads: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    m, n = len(rows), distances.shape[1]
    change, medoid = np.empty(m), np.empty(m, np.int64)
    n_threads = parallel.threads_for(m * n * _SCAN, n_threads)
    parallel.over(
        m,
        parallel.chunk(n * _SCAN),
        n_threads,
        swaps.best_swaps_given,
        distances,
        rows,
        swaps.Assigned(*assigned, assigned.second),
        np.empty((n_threads, len(assigned.removal))),
        change,
        medoid,
    )
    return change, medoid


def _sort_by_bytes(X: NDArray[Any]) -> NDArray[np.int64]:
    """Sort rows by their bytes, sign and exponent first: at all scales in the same order."""
    rows = np.add(X, 0.0, dtype=np.float64).astype(">f8")  # -0 becomes 0
    order: NDArray[np.int64] = rows.view(f"V{rows.itemsize * rows.shape[1]}").ravel().argsort(kind="stable")
    return order
