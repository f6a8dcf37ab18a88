# SPDX-License-Identifier: BSD-3-Clause
"""Which clustering is recommended, why, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

import coterie
from coterie import scores, selection
from coterie._base.table import Table
from coterie._base.wording import FEW_APART, count, lopsidedness, shortlist
from coterie._base.wording import sentence as sentence
from coterie._base.wording import share as percent
from coterie._runtime.thresholds import thresholds
from coterie.report._comparison import Comparison, Run
from coterie.report._data import Data, scaler_for
from coterie.report._density import MISPLACED, STEADY, Density, Trial
from coterie.scaling import METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    pass

CONVENIENT = (
    "There is no clear structure: treat the groups as a convenient cut through the data, not as a discovery. "
    "They can be useful, as sizes of shirts are, but others would do as well."
)
_CONVENIENT = range(3, 7)  # numbers of groups that are easy to keep in mind
_RANGE = f"from {_CONVENIENT[0]} to {_CONVENIENT[-1]} "
_AGREES, _DIFFERS = 0.9, 0.6  # adjusted Rand
_WEAK = 0.25  # silhouette
_STABLE = 0.8  # stability
_FEW, _SMALL = 5, 0.01  # rows in a cluster
_MANY_LEFT_OUT = 0.05  # share of the rows


@dataclass
class Choice:
    """The clustering that is recommended.

    method : "k-means", "Ward" or "DBSCAN"
    model : a fitted estimator
    labels : of all rows
    structure : "clear"; "likely" if the clusters are more than chance gives, but not found again on any draw of the
        rows; "dense" if they are dense parts; "asked" if their number was asked for and another one is suggested;
        "none" if they are a cut; or "lopsided" if nearly all rows are in one
    silhouette : their mean silhouette, of the rows of the comparison that are not noise
    scalings : how far the clusters agree with those of k-means on the data scaled otherwise
    """

    method: str
    model: Any
    labels: NDArray[np.integer]
    structure: str
    silhouette: float = np.nan
    scalings: dict[str, float] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def n_clusters(self) -> int:
        return int(self.labels.max()) + 1


def recommend(data: Data, comparison: Comparison, density: Density | None, wanted: int | None, run: Run) -> Choice:
    """Choose: the k that was asked for, by k-means; or what is dense, if k-means can't find that; or what k-means, or
    else Ward, finds clearly; or, where nothing is clear, a cut by k-means."""
    kmeans, ward = comparison.suggestions["k-means"], comparison.suggestions["Ward"]
    suggestion = None  # that of the method which is taken
    if wanted is not None:
        suggestion = kmeans
        choice = _by_kmeans(data.scaled, wanted, _structure(kmeans, wanted), run)
        choice.reasons.append(f"You asked for {count(wanted, 'cluster')}.")
        if kmeans.k not in (1, wanted):
            weakly = "" if kmeans.clear else ", though not clearly"
            choice.doubts.append(f"The data themselves suggest {kmeans.k}{weakly}.")
    elif density is not None and density.best.convincing:
        choice = _by_density(data.scaled, density)
    elif kmeans.clear or not (ward.clear and data.sample is None):
        suggestion = kmeans
        k = kmeans.k if kmeans.k > 1 else _most_stable(kmeans.sweep)
        choice = _by_kmeans(data.scaled, k, _structure(kmeans, k), run)
        if kmeans.k == 1:
            choice.reasons.append(_reason_for_cut(kmeans.sweep, k))
    else:
        suggestion = ward
        model = coterie.AgglomerativeClustering(ward.k, linkage="ward", n_jobs=run.n_jobs).fit(data.scaled)
        choice = Choice("Ward", model, coterie.relabel(model.labels_, by="first"), "clear")
        choice.reasons.append(
            "Ward's tree has a clear cut, and k-means finds no number of clusters that stands out clearly."
        )
    if suggestion is not None and suggestion.k == choice.n_clusters:
        choice.reasons += map(sentence, suggestion.reasons)  # sizes are told below, as they are in all rows
        choice.doubts += [sentence(doubt) for doubt in suggestion.doubts if FEW_APART not in doubt]
    if suggestion is not None:
        if suggestion.k == 1:
            choice.doubts += [CONVENIENT, sentence(suggestion.reasons[0])]
        _compare_methods(choice, kmeans, ward, comparison.agreement)
    _score(choice, data, run)
    _doubt_data(choice, data.table)
    return choice


def _cuts(sweep: selection.Sweep) -> list[dict[str, Any]]:
    """Numbers of clusters for a cut where there is no structure: two would hardly tell anything."""
    return [row for row in sweep if row["n_clusters"] in _CONVENIENT] or list(sweep)


def _most_stable(sweep: selection.Sweep) -> int:
    best = max(_cuts(sweep), key=lambda row: (np.nan_to_num(row["stability"], nan=-2.0), -row["n_clusters"]))
    return int(best["n_clusters"])


def _reason_for_cut(sweep: selection.Sweep, k: int) -> str:
    """Why this number of groups was taken, although no number stands out."""
    tried = [row["n_clusters"] for row in _cuts(sweep)]
    stability = next(row["stability"] for row in sweep if row["n_clusters"] == k)
    text = f"k-means makes compact groups, which are easy to describe. No number of them stands out; {k} "
    if len(tried) == 1:
        return f"{text}are taken as the only number {_RANGE * (k in _CONVENIENT)}that was tried."
    if np.isnan(stability):
        return f"{text}are one choice of several."
    return (
        f"{text}are taken because, of {shortlist(tried)}, other draws of the rows give these most alike (stability "
        f"{stability:.2f})."
    )


def _structure(suggestion: selection.KSuggestion, k: int) -> str:
    """What the clusters of k-means are, if there are k."""
    if suggestion.k == 1:
        return "none"
    if k != suggestion.k:
        return "clear" if k in suggestion.others else "asked"
    return "clear" if suggestion.clear else "likely"


def _by_kmeans(scaled: NDArray[np.floating], k: int, structure: str, run: Run) -> Choice:
    model = coterie.KMeans(k, n_init=run.n_starts, random_state=run.seed, n_jobs=run.n_jobs).fit(scaled)
    return Choice("k-means", model, model.labels_, structure)


def _by_density(scaled: NDArray[np.floating], density: Density) -> Choice:
    best = density.best
    labels = best.model.labels_ if density.rows is None else best.model.predict(scaled)
    choice = Choice("DBSCAN", best.model, labels, "dense")
    if best.misplaced >= MISPLACED:
        choice.reasons.append(
            f"{percent(best.misplaced)} of the rows in dense parts of the data are nearer to the mean of another part "
            "than to that of their own: the parts are long, bent, nested or very unequal. k-means and Ward make "
            "compact clusters and would cut through them; DBSCAN follows any shape."
        )
    else:
        choice.reasons.append(
            f"{percent(best.noise)} of the rows are outside all dense parts. k-means and Ward have "
            "to put them into some cluster; DBSCAN leaves them out as noise."
        )
    of_what = "the rows" if density.rows is None else f"the sample of {len(density.rows):,} rows"
    choice.reasons.append(
        f"{count(best.n_sizeable, 'cluster')} of a fair size hold {percent(best.covered)} of "
        f"{of_what}; {percent(best.noise, 1)} are noise.{_near_noise(scaled, density, best)}"
    )
    for way, alike in zip(("smaller", "larger"), best.steady, strict=True):
        text = f"With a somewhat {way} eps the agreement (adjusted Rand) is {alike:.2f}"
        if alike >= STEADY:
            choice.reasons.append(f"{text}: much the same clusters.")
        else:
            choice.doubts.append(f"{text}: the clusters are others.")
    if best is not density.suggested:
        choice.doubts.append(
            f"The eps is {best.model.eps:.3g}, which gives steady clusters, and not the one that the "
            f"distances to neighbors suggest, {density.suggestion.eps:g}."
        )
    elif not density.suggestion.clear:
        choice.doubts.append(
            f"The curve of distances to neighbors has no clear knee: eps {density.suggestion.eps:g} is a guess."
        )
    if choice.n_clusters > best.n_sizeable:
        few = choice.n_clusters - best.n_sizeable
        choice.doubts.append(f"{count(few, 'further cluster')} of few rows may be chance.")
    return choice


def _near_noise(scaled: NDArray[np.floating], density: Density, best: Trial) -> str:
    """How many of the rows that are noise are near a cluster, and how they get into it."""
    n, near = int(np.count_nonzero(best.model.labels_ < 0)), float(f"{2 * best.model.eps:.3g}")
    if not n:
        return ""
    X = scaled if density.rows is None else scaled[density.rows]
    left = int(np.count_nonzero(best.model.assign_noise(X, threshold=near) < 0))
    return (
        f" Of these {count(n, 'row')}, {n - left:,} are at a distance of {near:g} or less, about twice eps, from a row "
        f"in a cluster; coterie dbscan --noise nearest:{near:g} gives them its cluster."
    )


def _compare_methods(
    choice: Choice, kmeans: selection.KSuggestion, ward: selection.KSuggestion, agreement: dict[int, float]
) -> None:
    alike = agreement.get(choice.n_clusters)
    if alike is not None:
        text = (
            f"k-means and Ward, two different methods, agree with an adjusted Rand index of {alike:.2f} "
            "(1: the same clusters, 0: no more than by chance)"
        )
        if alike >= _AGREES:
            choice.reasons.append(f"{text}: nearly the same clusters.")
        elif alike >= _DIFFERS:
            choice.doubts.append(f"{text}: similar clusters, but not the same ones.")
        else:
            choice.doubts.append(f"{text}: they cut the data differently, so the borders are not to be relied on.")
    mine, other, name = (kmeans, ward, "Ward") if choice.method == "k-means" else (ward, kmeans, "k-means")
    if choice.structure == "clear" and other.clear and other.k != choice.n_clusters:
        choice.doubts.append(f"By {name} {count(other.k, 'cluster')} would be suggested instead.")
    row = next((row for row in mine.sweep if row["n_clusters"] == choice.n_clusters), None)
    if row is not None and row["stability"] < _STABLE and mine.k != choice.n_clusters:  # else `mine` says so
        choice.doubts.append(
            f"On other draws of the rows the clusters come out differently: stability "
            f"{row['stability']:.2f} over {count(thresholds.report_resamples, 'draw')}, where 1 is always the same."
        )


def _score(choice: Choice, data: Data, run: Run) -> None:
    """Silhouette, and how much hangs on the scaling."""
    rows = slice(None) if data.sample is None else data.sample
    labels, X = choice.labels[rows], data.rows
    inside = labels >= 0
    if 2 <= len(np.unique(labels[inside])) < inside.sum():
        choice.silhouette = scores.silhouette_score(X[inside], labels[inside], n_jobs=run.n_jobs)
        if choice.silhouette < _WEAK and choice.method != "DBSCAN":
            choice.doubts.append(
                "The clusters touch or overlap, or are not compact: their mean silhouette is "
                f"{choice.silhouette:.2f}, where 1 is far apart and 0 is no gap at all."
            )
    if choice.method == "DBSCAN" or data.scaling is None:
        return
    values = data.table.values[rows]
    for method in METHODS:
        if method == data.scaling.scaler.method or (method == "log" and (values < 0).any()):
            continue
        other = coterie.KMeans(
            choice.n_clusters, n_init=run.n_starts, random_state=run.seed, n_jobs=run.n_jobs
        ).fit_predict(scaler_for(data.table, method).fit_transform(values))
        choice.scalings[method] = scores.adjusted_rand_score(labels, other)
    differing = {method: alike for method, alike in choice.scalings.items() if method != "none" and alike < _DIFFERS}
    if differing:
        told = shortlist(f"{method} {alike:.2f}" for method, alike in differing.items())
        choice.doubts.append(
            f"The clusters depend on how the columns are scaled: scaled otherwise, the agreement "
            f"(adjusted Rand) is {told}."
        )


def _doubt_data(choice: Choice, table: Table) -> None:
    sizes = np.bincount(choice.labels[choice.labels >= 0], minlength=1)
    small = np.flatnonzero((sizes < _FEW) | (sizes < _SMALL * len(choice.labels)))
    if len(small) and choice.method != "DBSCAN":
        told = shortlist((f"cluster {label} ({count(int(sizes[label]), 'row')})" for label in small), 5)
        choice.doubts.append(f"Very small: {told}. Such a cluster may be a few unusual rows rather than a group.")
    if lopsided := lopsidedness(choice.labels, f"cluster {sizes.argmax()}"):
        if choice.structure != "none":
            choice.structure = "lopsided"
        choice.doubts.append(sentence(lopsided))
    if table.kept is not None:
        left_out = 1 - table.kept.mean()
        if left_out >= _MANY_LEFT_OUT:
            choice.doubts.append(
                f"{percent(left_out)} of the rows were left out because values are missing in them; "
                "if there is a reason why, the groups are not those of all rows."
            )
