# SPDX-License-Identifier: BSD-3-Clause
"""What density-based estimators have in common: clusters for rows that are noise, and sparse rows."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.blocks import blocks
from .._base.clusterer import InductiveClusterer
from .._base.parameters import NONE, Rule, as_float, check_parameters, is_real, number, one_of
from .._base.tables.columns import check_column_names, check_n_features, column_names
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..distances._metrics import check_suits, safe_exponent
from ..distances._rows import MeasuredRows
from ..distances._sparse import SparseRows, as_sparse_rows, is_sparse
from ..distances._sparse_points import sparse_points
from ..neighbors._search import lay_out, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_THRESHOLD = {
    "nearest": (number(0), NONE),
    "soft": (Rule("a float in the range [0.0, 1.0]", lambda value: is_real(value) and 0 <= as_float(value) <= 1), NONE),
    "keep": (NONE,),
}
NOISE = -1  # what is below has no place among the others, such as rows with NaN


class DensityClusterer(MeasuredRows, InductiveClusterer):
    """A clusterer that leaves rows out as noise, with the label -1.

    A subclass reads rows with `_read_rows_of_fit`, and overrides `_likeliest` if it has probabilities of its own.
    """

    n_jobs: int | None

    def assign_noise(self, X: ArrayLike, *, how: str = "nearest", threshold: float | None = None) -> NDArray[np.intp]:
        """Return the labels of the fit with clusters for rows that are noise. The estimator does not change.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples)
            The rows of the fit, or their distances with ``metric='precomputed'``, in the same order; not modified.

        how : {'nearest', 'soft', 'keep'}, default='nearest'
            'nearest' takes the cluster of the nearest row that is in one, the first one on a tie. 'soft' takes the
            likeliest cluster: for `HDBSCAN` as `membership` says, else by distances (see Notes). 'keep' changes
            nothing.

        threshold : float, default=None
            The distance up to which noise is assigned with 'nearest'; the least probability, from 0 to 1, with 'soft'.
            None assigns all noise.

        Returns
        -------
        ndarray of shape (n_samples,), intp
            `labels_`, but for rows of label -1 that were assigned. Rows with infinity or NaN keep -2 or -3. If there is
            no cluster, or no distance to one is known, noise remains noise.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, `X` has not as many rows as the fit, `how` or `threshold` is none of
            these, or a threshold is given with 'keep'.

        Notes
        -----
        Clusters do not grow on the way: only rows in clusters of the fit count, so that the order of the rows does not
        matter. Where there is no `membership`, the probability of cluster c with 'soft' is (1 / d_c) over the sum of
        this for all clusters, where d_c is the distance to the nearest row of c. The likeliest is the nearest one then,
        and a threshold leaves rows between clusters; the more clusters there are, the lower are all probabilities.

        Memory is in proportion to the rows. 'nearest' takes O(n log n) time for few features. 'soft' with a threshold
        searches each cluster for each row, without one no more than 'nearest'; for `HDBSCAN` as `membership`.

        Examples
        --------
        >>> from coterie import DBSCAN
        >>> X = [[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]]
        >>> model = DBSCAN(eps=3, min_samples=2).fit(X)
        >>> model.labels_
        array([ 0,  0,  0,  1,  1, -1])
        >>> model.assign_noise(X)
        array([0, 0, 0, 1, 1, 1])
        >>> model.assign_noise(X, threshold=50.0)
        array([ 0,  0,  0,  1,  1, -1])
        """
        self._check_is_fitted()
        check_parameters("assign_noise", {"how": (one_of(*_THRESHOLD),)}, {"how": how})
        check_parameters(f"assign_noise with {how=}", {"threshold": _THRESHOLD[how]}, {"threshold": threshold})
        rows, labels = self._read_rows_of_fit(X), self.labels_.astype(np.intp)
        if len(rows) != len(labels):
            raise ValueError(
                f"X must be the rows of the fit. Got {len(rows):,} {'row' if len(rows) == 1 else 'rows'}, but the fit "
                f"had {len(labels):,}."
            )
        noise, inside = np.flatnonzero(labels == NOISE), np.flatnonzero(labels >= 0)
        if how == "keep" or not len(noise) or not len(inside):
            return labels
        if how == "soft":
            clusters, is_likely = self._likeliest(rows, noise, 0.0 if threshold is None else as_float(threshold))
        else:
            found = self._among(rows).nearest(noise, inside)
            clusters = labels[inside[found.place]]
            is_likely = found.distance < np.inf
            if threshold is not None:
                is_likely &= found.distance <= as_float(threshold)
        labels[noise[is_likely]] = clusters[is_likely]
        return labels

    def _read_rows_of_fit(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        """The rows of the fit or their distances, checked as those for `predict` are."""
        return self._read_more(X)

    def _read_dense_or_sparse(
        self, X: ArrayLike, *, finite: bool = True, is_sorted: bool = True
    ) -> NDArray[np.floating] | SparseRows:
        """Data for a fitted estimator, checked against those seen by fit."""
        if not is_sparse(X):
            return self._read_more(X, finite=finite)
        owner = type(self).__name__
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows = as_sparse_rows(X, n_threads, owner=owner, is_sorted=is_sorted, finite=finite)
        check_column_names(column_names(X), self.__dict__.get("feature_names_in_"), owner)
        check_n_features(rows.shape[1], self.n_features_in_, owner)
        return rows

    def _likeliest(
        self, rows: NDArray[np.floating] | SparseRows, noise: NDArray[np.intp], least: float
    ) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
        """The likeliest cluster of each row that is noise, and whether it is that likely."""
        source, inside = self._among(rows), np.flatnonzero(self.labels_ >= 0)
        found = source.nearest(noise, inside)
        clusters, likely = self.labels_[inside[found.place]], found.distance < np.inf
        if least > 0:
            order = inside[self.labels_[inside].argsort(kind="stable")]
            ends = np.bincount(self.labels_[inside]).cumsum()
            total = np.ones(len(noise))
            for cluster, of_cluster in enumerate(np.split(order, ends[:-1])):
                progress.report("noise", cluster, len(ends))
                rest = np.flatnonzero(likely & (clusters != cluster))
                if len(rest):
                    near, far = found.distance[rest], source.nearest(noise[rest], of_cluster).distance
                    with np.errstate(invalid="ignore"):
                        total[rest] += np.where(far <= near, 1.0, near / far)
                    likely[rest] = total[rest] * least <= 1.0
            progress.report("noise", len(ends), len(ends))
        return clusters, likely

    def _among(self, rows: NDArray[np.floating] | SparseRows) -> _Rows | _SparseRows | _Square | _Graph:
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        if self._fit_metric is None:
            return _Square(rows) if isinstance(rows, np.ndarray) else _Graph(rows)
        if isinstance(rows, np.ndarray):
            return _Rows(rows, self._fit_metric, n_threads)
        return _SparseRows(rows, self._fit_metric, n_threads)


class _Nearest(NamedTuple):
    """The nearest of some rows to each of others.

    distance : infinite where it is not known
    place : of the nearest one among them, of the first one on a tie
    """

    distance: NDArray[np.float64]
    place: NDArray[np.intp]


class _Rows:
    def __init__(self, X: NDArray[np.floating], metric: distances.Metric, n_threads: int) -> None:
        self.X, self.metric, self.n_threads = X, metric, n_threads

    def nearest(self, which: NDArray[np.intp], among: NDArray[np.intp]) -> _Nearest:
        some, queries = self.X[among], self.X[which]
        check_suits(some, self.metric)
        check_suits(queries, self.metric, fitted=some)
        use_tree = None if len(some) > thresholds.listed_exemplars else False
        rows = lay_out(some, self.metric, len(queries), self.n_threads, use_tree)
        found, place = nearest(rows, 1, queries, False, self.n_threads)
        return _Nearest(found[:, 0], place[:, 0])


class _SparseRows:
    def __init__(self, rows: SparseRows, metric: distances.Metric, n_threads: int) -> None:
        self.metric, self.exponent = metric, safe_exponent(metric, rows.values)
        rows = dataclasses.replace(rows, values=power_of_two.divided(rows.values, self.exponent))
        self.points = sparse_points(rows, metric, np.inf, n_threads)

    def nearest(self, which: NDArray[np.intp], among: NDArray[np.intp]) -> _Nearest:
        least, place = self.points.take(among).nearest(self.points.take(which))
        if self.metric.kernel == "euclidean":
            least = np.sqrt(least)
        elif self.metric.kernel == "cosine":
            least = 0.5 * least
        return _Nearest(power_of_two.multiplied(least, self.exponent * self.metric.degree), place)


class _Square:
    def __init__(self, D: NDArray[np.floating]) -> None:
        self.D = D

    def nearest(self, which: NDArray[np.intp], among: NDArray[np.intp]) -> _Nearest:
        found = _Nearest(np.empty(len(which)), np.empty(len(which), np.intp))
        for part in blocks(len(which), len(among)):
            block = self.D[np.ix_(which[part], among)]
            found.place[part] = block.argmin(axis=1)
            found.distance[part] = block[np.arange(len(block)), found.place[part]]
        return found


class _Graph:
    def __init__(self, graph: SparseRows) -> None:
        self.graph = graph

    def nearest(self, which: NDArray[np.intp], among: NDArray[np.intp]) -> _Nearest:
        graph, n = self.graph.take(which), self.graph.shape[1]
        place = np.full(n, -1)
        place[among] = np.arange(len(among))
        row = np.repeat(np.arange(len(which)), np.diff(graph.starts))
        (kept,) = (place[graph.columns] >= 0).nonzero()
        order = kept[np.lexsort((place[graph.columns[kept]], graph.values[kept], row[kept]))][::-1]
        found = _Nearest(np.full(len(which), np.inf), np.zeros(len(which), np.intp))
        found.distance[row[order]] = graph.values[order]  # the nearest is written last, and of those the first
        found.place[row[order]] = place[graph.columns[order]]
        return found
