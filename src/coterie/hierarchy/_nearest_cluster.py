# SPDX-License-Identifier: BSD-3-Clause
"""Labels of new rows: the nearest cluster of a tree that was cut, by the distance of the linkage."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .. import distances
from .._base import power_of_two
from .._dendrogram import cuts
from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..distances._metrics import check_suits, safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ._kernels import nearest_cluster
from ._methods import EUCLIDEAN_METHODS
from ._square_matrix import takes_all_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    Measure = Callable[[slice, NDArray[np.float64]], None]

_READ = 0.4  # nanoseconds to read one of many distances
_KINDS = {"single": nearest_cluster.NEAREST_MEMBER, "complete": nearest_cluster.FARTHEST_MEMBER}


def predict_labels(
    X: NDArray[np.floating],
    rows: NDArray[np.floating] | None,
    linkage: str,
    metric: Callable[..., ArrayLike] | distances.Metric | None,
    children: NDArray[np.intp],
    n_clusters: int,
    n_threads: int,
) -> NDArray[np.intp]:
    """Label the rows of `X` by the nearest of the clusters that a tree of `rows` has where it is cut.

    Parameters
    ----------
    X : ndarray of shape (n_new, n_features) or (n_new, n)
        New rows, or where `rows` is None their distances to the rows of the tree.
    children : ndarray of shape (n - 1, 2)
        The tree, in scikit-learn's format.

    Raises
    ------
    ValueError
        Clusters and new rows have no distance, or one that is not finite.
    """
    if rows is not None and isinstance(metric, distances.Metric):
        exponent = safe_exponent(metric, X, rows)
        X, rows = power_of_two.divided(X, exponent), power_of_two.divided(rows, exponent)
    labels = cuts.labels_by_number(children, n_clusters)
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(n_clusters + 1))
    sizes = np.diff(starts)
    if linkage in ("weighted", "median"):
        weights = cuts.weights_by_number(children, n_clusters)[order]
    else:
        weights = np.repeat(1.0 / sizes, sizes)
    if linkage in EUCLIDEAN_METHODS:
        if rows is None:
            raise ValueError(
                f"With linkage={linkage!r} predict needs the rows, which metric='precomputed' does "
                "not give it: new rows are assigned to the nearest center."
            )
        middle = rows.mean(axis=0, dtype=np.float64)  # off the sums, for their rounding error
        rows = middle + np.add.reduceat((rows[order] - middle) * weights[:, None], starts[:-1])
        weights = np.sqrt(2 * sizes / (sizes + 1)) if linkage == "ward" else np.ones(len(sizes))
        starts = np.arange(len(starts))
    elif rows is not None:
        rows = rows[order]
    measure = _look_up(X, order) if rows is None or metric is None else _measure(X, rows, metric, n_threads)
    kind = _KINDS.get(linkage, nearest_cluster.MEAN_OF_MEMBERS)
    return _label_blocks(len(X), measure, starts, weights, kind, n_threads)


def _look_up(X: NDArray[np.floating], order: NDArray[np.intp]) -> Measure:
    """A function that writes given distances of some rows of `X`, cluster by cluster."""

    def look_up(part: slice, out: NDArray[np.float64]) -> None:
        np.take(X[part].astype(np.float64, copy=False), order, axis=1, out=out)

    return look_up


def _measure(
    X: NDArray[np.floating],
    rows: NDArray[np.floating],
    metric: Callable[..., ArrayLike] | distances.Metric,
    n_threads: int,
) -> Measure:
    """A function that writes the distances of some rows of `X` to the rows of a fit."""
    if not isinstance(metric, distances.Metric) and takes_all_rows(metric):
        try:
            inspect.signature(metric).bind(None, None)
        except (TypeError, ValueError):
            raise ValueError(
                "predict needs distances between new rows and those of the fit, but the metric takes one argument only."
            ) from None

        def call(part: slice, out: NDArray[np.float64]) -> None:
            out[...] = metric(X[part], rows)

        return call
    known = distances.as_metric(metric)
    check_suits(X, known, fitted=rows)
    points = prepare(rows, known, n_threads)

    def compute(part: slice, out: NDArray[np.float64]) -> None:
        fill_rectangle(X[part], points, known, n_threads, out)

    return compute


def _label_blocks(
    n: int, measure: Measure, starts: NDArray[np.int64], weights: NDArray[np.float64], kind: int, n_threads: int
) -> NDArray[np.intp]:
    """Labels of n rows, whose distances are computed block by block."""
    m = int(starts[-1])
    labels = np.empty(n, dtype=np.intp)
    step, size = max(1, thresholds.predict_block // m), parallel.chunk(m * _READ)
    block = np.empty((min(step, n), m))
    for start in range(0, n, step):
        part = slice(start, min(n, start + step))
        out = block[: part.stop - start]
        measure(part, out)
        if not (math.isfinite(out.sum()) or np.isfinite(out).all()):
            row = start + int((~np.isfinite(out)).any(axis=1).argmax())
            raise ValueError(f"Some distances to row {row} of X are not finite numbers.")
        known = out, starts, weights, kind, labels[part]
        parallel.over(len(out), size, n_threads, nearest_cluster.nearest_cluster, *known)
    return labels
