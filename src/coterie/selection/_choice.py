# SPDX-License-Identifier: BSD-3-Clause
"""The decision between clusterings by density and around means, and what speaks for and against it."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import scores
from .._base import power_of_two
from .._base.warnings import told_once
from .._base.wording import FEW_APART, count, fixed, lopsidedness, share, shortlist
from . import _candidates
from ._candidates import ByDensity, Compact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._table_rows import TableRows


class Limits(NamedTuple):
    """The numbers that the choice hangs on, in one place; the page on `recommend` tells how they were found.

    valley, finer : the least by which rows are sparser at the borders of compact clusters, in standard deviations; and
        where there are more of them than clusters by density
    hollow : the most by which rows are sparser around the mean of a cluster than around its rows
    same : adjusted Rand index from which two methods found the same clusters
    within : homogeneity from which compact clusters are parts of those by density
    noise : the most noise, as a share of the rows, of clusters by density that are clear by themselves
    """

    valley: float = 2.5
    finer: float = 3.0
    hollow: float = 1.2
    same: float = 0.85
    within: float = 0.9
    noise: float = 0.25


LIMITS = Limits()
_FEW, _SMALL = 5, 0.01  # rows of a cluster that is tiny
_STABLE = 0.8  # stability
_MUCH_NOISE = 0.4  # share of the rows
_FEW_ROWS = 10  # with fewer ones, silhouettes say nothing
_LITTLE_NOISE, _NEARLY_ONE = 0.1, 0.97  # where clusters by density are taken, though compact ones are the same
_RULES = 0.9  # share of what separates clusters that one column holds


class Doubt(NamedTuple):
    """What speaks against clusters, and whether it is enough not to call them clear."""

    text: str
    is_grave: bool = True


@dataclasses.dataclass
class Choice:
    """The clustering that is taken.

    taken : where it comes from; None if it is by silhouettes
    labels : of the rows that decided
    The others as in `Candidate`.
    """

    taken: ByDensity | Compact | None
    method: str
    n_clusters: int
    labels: NDArray[np.intp]
    model: Any
    stability: float
    valley: float
    reasons: list[str]
    doubts: list[Doubt]


# ------------------------------------------------------------------------------------------- the decision


def choose(
    rows: NDArray[np.float64],
    dense: list[ByDensity],
    compact: list[Compact],
    limits: Limits,
    randomness: np.random.RandomState,
) -> Choice | None:
    """Choose a clustering; None if there is no structure."""
    by_density = min(dense, key=lambda each: _sets_few_apart(each.labels), default=None)  # the first one on a tie
    around_means = max(
        compact, key=lambda each: (each.n_clusters, _candidates.silhouette(rows, each.labels)), default=None
    )
    if by_density is None:
        return (
            _by_silhouette(rows, randomness) if around_means is None else _only_compact(around_means, rows, randomness)
        )
    if around_means is None:
        return _only_dense(by_density, rows, dense, limits, randomness)
    core = by_density.core >= 0
    alike = float(scores.adjusted_rand_score(around_means.labels[core], by_density.core[core]))
    finer = around_means.n_clusters - by_density.n_clusters
    if alike >= limits.same and finer == 0:
        return _agreed(by_density, around_means, alike, rows, dense, compact, randomness)
    is_apart = around_means.borders.valley >= limits.finer
    is_part = scores.homogeneity_score(by_density.labels, around_means.labels) >= limits.within
    sets_few_apart = _sets_few_apart(by_density.labels) and not _sets_few_apart(around_means.labels)
    if sets_few_apart or (finer > 0 and ((is_apart and is_part) or not by_density.is_clear)):
        choice = _take_compact(around_means, rows, randomness)
        choice.doubts.append(
            Doubt(f"HDBSCAN, which looks for dense parts, finds {count(by_density.n_clusters, 'cluster')} instead")
        )
        return choice
    choice = _take_dense(by_density, dense, limits)
    if finer > 0 and is_part:
        choice.doubts.append(
            Doubt(
                f"{around_means.method} divides them into {around_means.n_clusters} clusters that are apart, though "
                "not clearly"
            )
        )
    return choice


def _sets_few_apart(labels: NDArray[np.intp]) -> bool:
    return lopsidedness(labels) is not None


def _only_compact(found: Compact, rows: NDArray[np.float64], randomness: np.random.RandomState) -> Choice:
    """Where HDBSCAN finds no clusters."""
    choice = _take_compact(found, rows, randomness)
    choice.doubts.append(Doubt("HDBSCAN, which looks for dense parts, finds none that stand out from chance"))
    return choice


def _only_dense(
    found: ByDensity,
    rows: NDArray[np.float64],
    dense: list[ByDensity],
    limits: Limits,
    randomness: np.random.RandomState,
) -> Choice | None:
    """Where only HDBSCAN finds clusters; None if these hold few rows, and others with every resample."""
    if _sets_few_apart(found.labels) or found.noise > _candidates.MOST_NOISE:
        other = _by_silhouette(rows, randomness)
        if other is not None and not _sets_few_apart(other.labels):
            return other
        if found.noise > _candidates.MOST_NOISE and found.stability < _STABLE:
            return None
    return _take_dense(found, dense, limits)


def _agreed(
    by_density: ByDensity,
    around_means: Compact,
    alike: float,
    rows: NDArray[np.float64],
    dense: list[ByDensity],
    compact: list[Compact],
    randomness: np.random.RandomState,
) -> Choice:
    """Where both find the same clusters: those by density, if hardly a row is left out and borders are not straight."""
    if by_density.noise <= _LITTLE_NOISE and alike < _NEARLY_ONE:
        choice = _of_density(by_density)
    else:
        choice = _take_compact(around_means, rows, randomness)
    choice.reasons.insert(
        0,
        f"HDBSCAN, which looks for dense parts, and {around_means.method}, which looks for compact ones, find the same "
        f"{choice.n_clusters} clusters (adjusted Rand index {fixed(alike, 2)})",
    )
    if len(dense) == 1 and by_density.min_samples != _candidates.SMOOTHINGS[0]:
        choice.doubts.append(_only_with(by_density))
    if sum(each.n_clusters == choice.n_clusters for each in compact) == 1:
        choice.doubts.append(
            Doubt(
                f"of k-means, Ward's method and average linkage only {around_means.method} finds {choice.n_clusters} "
                "clusters that are apart"
            )
        )
    return choice


def _only_with(found: ByDensity) -> Doubt:
    return Doubt(f"no clusters stand out with another min_samples than {found.min_samples}")


def _of_density(found: ByDensity) -> Choice:
    k = found.n_clusters
    reasons = []
    if found.standing_out:
        which = f"{found.standing_out} of the {k}" if found.standing_out < k else "both" if k == 2 else f"all {k}"
        reasons.append(f"{which} dense parts that HDBSCAN finds stand out from those in data without clusters")
    if found.stability >= _STABLE:
        reasons.append(f"resamples have nearly the same clusters (adjusted Rand index {fixed(found.stability, 2)})")
    left_out, far = found.core < 0, found.labels < 0
    if near := int(np.count_nonzero(left_out & ~far)):
        are = "is" if near == 1 else "are"
        reasons.append(f"{count(near, 'row')} near clusters, which HDBSCAN leaves out, {are} given to the nearest one")
    if n_far := int(np.count_nonzero(far)):
        reasons.append(f"{count(n_far, 'row')} far from all clusters {'is' if n_far == 1 else 'are'} noise")
    return Choice(found, "HDBSCAN", k, found.labels, found.model, found.stability, math.nan, reasons, [])


def _take_dense(found: ByDensity, dense: list[ByDensity], limits: Limits) -> Choice:
    """Clusters by density, which the other methods do not confirm."""
    choice = _of_density(found)
    doubts, k = choice.doubts, found.n_clusters
    if not found.standing_out:
        doubts.append(Doubt("the dense parts do not stand out from those in data without clusters"))
    elif found.standing_out < k:
        doubts.append(Doubt(f"{k - found.standing_out} of the {k} clusters may be there by chance"))
    if found.noise > limits.noise:
        doubts.append(Doubt(f"HDBSCAN leaves out {share(found.noise)} of the rows"))
    for way, other in (("coarser", found.coarser), ("finer", found.finer)):
        if other is not None:
            doubts.append(
                Doubt(
                    f"there is a {way} view: {other[0]} clusters, which stand out, too (adjusted Rand index with "
                    f"resamples {fixed(other[1], 2)})"
                )
            )
    others = [each for each in dense if each is not found]
    if not others:
        doubts.append(_only_with(found))
    elif others[0].n_clusters == k:
        choice.reasons.append(
            f"there are as many with min_samples = {others[0].min_samples} as with {found.min_samples}"
        )
    else:
        doubts.append(
            Doubt(
                f"with min_samples = {others[0].min_samples} instead of {found.min_samples} there are "
                f"{others[0].n_clusters} clusters"
            )
        )
    return choice


def _take_compact(found: Compact, rows: NDArray[np.float64], randomness: np.random.RandomState) -> Choice:
    with told_once(Warning):
        model = _candidates.estimator_of(found.method, found.n_clusters, found.seed).fit(rows)
    labels = model.labels_.astype(np.intp)
    stability = _candidates.stability(model, rows, randomness)
    valley = found.borders.valley
    reasons = [
        "no two clusters touch"
        if math.isinf(valley)
        else "between any two clusters that touch, rows lie sparser than within both, by "
        f"{fixed(valley, 1)} standard deviations or more"
    ]
    if stability >= _STABLE:
        reasons.append(f"resamples have nearly the same clusters (adjusted Rand index {fixed(stability, 2)})")
    return Choice(found, found.method, found.n_clusters, labels, model, stability, valley, reasons, [])


def _by_silhouette(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Choice | None:
    if len(rows) < _FEW_ROWS:
        return None
    suggestion = _candidates.by_silhouette(rows, randomness)
    if suggestion.k < 2:
        return None
    at = [row["n_clusters"] for row in suggestion.sweep].index(suggestion.k)
    with told_once(Warning):
        model = _candidates.estimator_of("k-means", suggestion.k, int(randomness.randint(2**31))).fit(rows)
    if len(set(model.labels_.tolist())) < suggestion.k:  # of equal rows
        return None
    doubts = [
        Doubt("the clusters are not apart: at their borders, rows lie as dense as within them"),
        # `doubt` judges sizes and resamples of these labels; the suggestion is about those of another start.
        *(Doubt(each, False) for each in suggestion.doubts if FEW_APART not in each and "same clusters" not in each),
    ]
    labels, stability = model.labels_.astype(np.intp), float(suggestion.sweep[at]["stability"])
    return Choice(None, "k-means", suggestion.k, labels, model, stability, math.nan, list(suggestion.reasons), doubts)


def for_categories(
    choice: Choice, table: TableRows, sample: NDArray[np.intp] | slice, randomness: np.random.RandomState
) -> Choice:
    """The same clusters by a method for categories, where one finds much the same: their prototypes can be read."""
    if choice.method not in ("k-means", "Ward", "average linkage"):
        return choice
    found = _candidates.around_prototypes(table, sample, choice.labels, int(randomness.randint(2**31)))
    if found is None:
        return choice
    method, model = found
    reason = f"{method}, which is made for categories, finds much the same clusters as {choice.method}"
    return dataclasses.replace(
        choice, method=method, model=model, labels=model.labels_.astype(np.intp), reasons=[*choice.reasons, reason]
    )


# ------------------------------------------------------------------------------------------- what speaks against it


def doubt(choice: Choice, table: TableRows, rows: NDArray[np.float64]) -> list[Doubt]:
    """What speaks against any clustering: sizes, resamples, noise, a column that rules."""
    doubts = []
    sizes = np.bincount(choice.labels[choice.labels >= 0], minlength=1)
    if lopsided := lopsidedness(choice.labels, f"cluster {sizes.argmax()}"):
        doubts.append(Doubt(lopsided))
    small = np.flatnonzero((sizes < _FEW) | (sizes < _SMALL * len(choice.labels)))
    if len(small):
        told = shortlist((f"cluster {each} ({count(int(sizes[each]), 'row')})" for each in small.tolist()), 5)
        doubts.append(Doubt(f"very small: {told}; such a cluster may be a few unusual rows rather than a group", False))
    if choice.stability < _STABLE:
        doubts.append(
            Doubt(f"resamples do not always have the same clusters (adjusted Rand index {fixed(choice.stability, 2)})")
        )
    if (noise := float(np.mean(choice.labels < 0))) > _MUCH_NOISE:
        doubts.append(Doubt(f"{share(noise)} of the rows are noise"))
    if (ruler := _ruler(choice.labels, table, rows)) is not None:
        doubts.append(
            Doubt(
                f"column {table.names[ruler]} alone nearly makes the clusters: they hardly differ in the others", False
            )
        )
    known = [each.text for each in choice.doubts]
    return [each for each in doubts if each.text not in known]


def _ruler(labels: NDArray[np.intp], table: TableRows, rows: NDArray[np.float64]) -> int | None:
    """The column that holds nearly all of what separates the clusters, where there are some columns."""
    inside = labels >= 0
    if len(table.names) < 3 or not inside.any():
        return None
    rows, labels = power_of_two.divided(rows, power_of_two.exponent_for(rows))[inside], labels[inside]
    size = np.bincount(labels)
    means = np.column_stack([np.bincount(labels, column) for column in rows.T]) / np.maximum(size, 1)[:, np.newaxis]
    between = size @ (means - rows.mean(axis=0)) ** 2
    held = np.bincount(table.owner, between)
    return int(held.argmax()) if held.max() > _RULES * held.sum() else None
