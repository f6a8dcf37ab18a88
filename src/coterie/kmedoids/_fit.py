# SPDX-License-Identifier: BSD-3-Clause
"""A fit of k-medoids: from checked rows to medoids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime.thresholds import thresholds
from ..distances._metrics import safe_exponent
from . import _starts
from ._search import Run, search
from ._sources import Calls, Matrix, Points, Source, check_called

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric


def find_medoids(
    X: NDArray[Any],
    metric: Metric | None,
    weight: NDArray[np.float64],
    n_clusters: int,
    init: str | NDArray[np.int64],
    n_init: int,
    max_iter: int,
    random_state: np.random.RandomState,
    n_threads: int,
) -> Run:
    """The best of `n_init` searches; its medoids are rows of `X`.

    X : rows, or where there is no metric the distances between them
    weight : of each row, above 0
    init : "k-medoids++", "build", "random" or rows
    """
    source = _as_source(X, metric, n_threads)
    weight = weight[source.order]
    best: Run | None = None
    for _ in range(n_init):
        if n_clusters == 1:
            medoid = _starts.most_central(source, weight)
            return Run(source.order[[medoid]], 0.0, 1, 0, True)
        if isinstance(init, np.ndarray):
            start = source.order.argsort()[init]
        elif init == "build":
            start = _starts.build(source, weight, n_clusters)
        elif init == "random":
            start = _starts.draw_at_once(source, weight, n_clusters, random_state)
        else:
            start = _starts.draw(source, weight, n_clusters, random_state)
        run = search(source, weight, start, max_iter)
        if best is None or run.loss < best.loss:
            best = run
    assert best is not None  # n_init is at least 1
    return best._replace(medoids=source.order[best.medoids])


def _as_source(X: NDArray[Any], metric: Metric | None, n_threads: int) -> Source:
    if metric is None:
        return Matrix(power_of_two.divided(X, power_of_two.exponent_for(X, power=1.0)), n_threads)
    if metric.function is None:
        return Points(power_of_two.divided(X, safe_exponent(metric, X, name="X")), metric, n_threads)
    if len(X) ** 2 > thresholds.called_distances:
        return Calls(X, metric, n_threads)
    found = distances.squareform(distances.pdist(X, metric))
    check_called(found, metric)
    return Matrix(power_of_two.divided(found, power_of_two.exponent_for(found, power=1.0)), n_threads)
