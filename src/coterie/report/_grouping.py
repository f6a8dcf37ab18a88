# SPDX-License-Identifier: BSD-3-Clause
"""The groups that a page is about: those recommended, those that were asked for, or a convenient cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import coterie
from coterie import scores, selection
from coterie._base.wording import count

if TYPE_CHECKING:
    from numpy.typing import NDArray

STARTS = 5  # k-means++ alone ends 3 to 7% above the best inertia on real tables, at times 30; the best of 5, 1%


@dataclass(frozen=True)
class Grouping:
    """The groups that a page is about.

    origin : "recommended"; "asked" if their number was asked for, and is not the recommended one; or "cut" where there
        is no structure
    method : what they were found by, as `coterie.selection.Recommendation` has it
    labels : of the rows that were used, -1 for noise
    model : the fitted estimator
    silhouette : the mean silhouette of the rows of the sample that are in groups; nan where there is none
    """

    origin: str
    method: str
    labels: NDArray[np.integer]
    model: Any
    silhouette: float

    @property
    def n_clusters(self) -> int:
        return int(self.labels.max()) + 1


def choose_groups(
    found: selection.Recommendation,
    rows: NDArray[np.floating],
    asked: Sequence[int] | None,
    seed: int,
    n_jobs: int | None,
) -> Grouping:
    """The recommended groups, if their number may be that; else those of k-means, with the number that was asked for
    (of several the nearest to the recommended one), or the cut where there is no structure.

    rows : the scaled rows
    """
    if found.confidence != "no structure" and (asked is None or found.n_clusters in asked):
        return _judged("recommended", found.method, found.labels, found.model, found, rows, n_jobs)
    if found.cut is not None and (asked is None or found.cut.n_clusters in asked):
        labels = found.cut.labels if found.sample is None else found.cut.model.predict(rows)
        return _judged("cut", found.cut.method, labels, found.cut.model, found, rows, n_jobs)
    k = min(asked or (3,), key=lambda number: (abs(number - found.n_clusters), number))
    model = coterie.KMeans(k, n_init=STARTS, random_state=seed, n_jobs=n_jobs).fit(rows)
    return _judged("asked", "k-means", model.labels_, model, found, rows, n_jobs)


def _judged(
    origin: str,
    method: str,
    labels: NDArray[np.integer],
    model: Any,
    found: selection.Recommendation,
    rows: NDArray[np.floating],
    n_jobs: int | None,
) -> Grouping:
    chosen = slice(None) if found.sample is None else found.sample
    some, of = rows[chosen], labels[chosen]
    inside = of >= 0
    silhouette = np.nan
    if 2 <= len(np.unique(of[inside])) < inside.sum():
        silhouette = float(scores.silhouette_score(some[inside], of[inside], n_jobs=n_jobs))
    return Grouping(origin, method, labels, model, silhouette)


def say_asked(grouping: Grouping, found: selection.Recommendation) -> list[str]:
    """What the data say of a number of groups that was asked for."""
    if grouping.origin != "asked":
        return []
    if found.confidence == "no structure":
        return [f"{count(grouping.n_clusters, 'group')} were asked for; the data have no clear structure."]
    return [
        f"{count(grouping.n_clusters, 'group')} were asked for; the data themselves suggest {found.n_clusters} by "
        f"{found.method} ({found.confidence})."
    ]
