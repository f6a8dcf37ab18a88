# SPDX-License-Identifier: BSD-3-Clause
"""k-means and Ward's method with several numbers of clusters: scores, a suggestion by each, how far the two agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import coterie
from coterie import scores, selection
from coterie._base.wording import count
from coterie._runtime.thresholds import thresholds
from coterie.report._data import Data, count_different
from coterie.selection._suggest_k import N_CLUSTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_ROWS = 4  # different ones


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


def numbers_to_try(data: Data, asked: Sequence[int] | None) -> tuple[list[int], int | None]:
    """The numbers of clusters to compare, and the one that was asked for, if a single one was.

    Raises
    ------
    ValueError
        There are too few different rows, or for all of the numbers that were asked for.
    """
    numbers = asked or N_CLUSTERS
    different = count_different(data.rows, max(*numbers, _LEAST_ROWS) + 1)
    if different < _LEAST_ROWS:
        raise ValueError(
            f"at least {_LEAST_ROWS} different rows are needed, there {'is' if different == 1 else 'are'} {different}"
        )
    wanted = asked[0] if asked is not None and len(asked) == 1 else None
    if wanted is not None and not 2 <= wanted < different:
        raise ValueError(
            f"{count(wanted, 'cluster')} are asked for, and possible are from 2 to {different - 1}, one less than "
            "there are different rows"
        )
    most = different - 1 if asked else min(different - 1, max(3, data.n_rows // 4))
    possible = sorted({k for k in numbers if 2 <= k <= most} | ({2, 3} if wanted else set()))
    if not possible:
        raise ValueError(f"none of the numbers of clusters is from 2 to {most}")
    return possible, wanted


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
