# SPDX-License-Identifier: BSD-3-Clause
"""k-means and Ward's method with several numbers of clusters: scores, a suggestion by each, how far the two agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import coterie
from coterie import scores, selection
from coterie._runtime.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Run(NamedTuple):
    """How to compute: the start of the random numbers, the number of threads, how often k-means starts."""

    seed: int
    n_jobs: int | None
    n_starts: int


class Comparison(NamedTuple):
    """What k-means and Ward's method give.

    suggestions : for each of the two, by its name
    tree : Ward's
    agreement : of the two for each number of clusters
    """

    suggestions: dict[str, selection.KSuggestion]
    tree: NDArray[np.float64]
    agreement: dict[int, float]


def compare_k(X: NDArray[np.floating], n_clusters: Sequence[int], run: Run) -> Comparison:
    """k-means and Ward's method with several numbers of clusters, on the same rows."""
    seed, jobs, _ = run
    ward = coterie.AgglomerativeClustering(2, linkage="ward", n_jobs=jobs)
    suggestions = {}
    for name, estimator in (
        ("k-means", coterie.KMeans(n_init=run.n_starts, random_state=seed, n_jobs=jobs)),
        ("Ward", ward),
    ):
        found = selection.sweep(
            estimator,
            X,
            {"n_clusters": n_clusters},
            stability=thresholds.report_resamples,
            random_state=seed,
            n_jobs=jobs,
        )
        suggestions[name] = selection.suggest_k(found, random_state=seed, n_jobs=jobs)
    agreement = {
        row["n_clusters"]: scores.adjusted_rand_score(one, other)
        for row, one, other in zip(
            suggestions["k-means"].sweep.rows,
            suggestions["k-means"].sweep.labels,
            suggestions["Ward"].sweep.labels,
            strict=True,
        )
    }
    return Comparison(suggestions, ward.fit(X).linkage_, agreement)
