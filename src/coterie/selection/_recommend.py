# SPDX-License-Identifier: BSD-3-Clause
"""Which clustering of a table to take, how far it can be trusted, and why."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import neighbors, scores
from .._base import power_of_two
from .._base.notebook import Card, InNotebooks
from .._base.parameters import N_JOBS, RANDOM_STATE, check_parameters, one_of
from .._base.random_state import as_random_state
from .._base.warnings import told_once
from .._base.wording import count, fixed, lopsidedness, share, shortlist
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..kmeans._kmeans import KMeans
from ..scaling import METHODS, Scaler
from . import _candidates, _cards
from ._candidates import ByDensity, Candidate, Compact
from ._table_rows import TableRows, read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.kinds import Kinds
    from .._base.typing import ArrayLike


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
_LEAST_ROWS = 4
_FEW, _SMALL = 5, 0.01  # rows of a cluster that is tiny
_STABLE = 0.8  # stability
_MUCH_NOISE = 0.4
_LITTLE_NOISE, _NEARLY_ONE = 0.1, 0.97  # where clusters by density are taken, though compact ones are the same
_RULES = 0.9  # share of what separates clusters that one column holds
_CUTS = range(3, 7)  # numbers of groups that are easy to keep in mind


@dataclasses.dataclass(frozen=True)
class Recommendation(InNotebooks):
    """The result of `recommend`; ``print`` it.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), intp
        The cluster of each row, from 0; -1 for noise. All 0 where there is no structure.
    n_clusters : int
        The number of clusters; 1 where there is no structure.
    method : str
        'k-means', 'Ward', 'average linkage' or 'HDBSCAN'; with columns of categories also 'k-prototypes', 'k-modes' or
        'k-medoids'; 'none' where there is no structure.
    model : object
        The fitted estimator; None where there is no structure.
    confidence : {'clear', 'doubtful', 'no structure'}
        'clear': several checks agree, and nothing of weight speaks against the clusters. 'doubtful': there is
        structure, but another number of clusters or other borders may be as good. 'no structure': what the methods find
        is no more than they find in data without clusters.
    reasons, doubts : tuple of str
        What speaks for the clusters, and against them, in sentences.
    candidates : tuple of Candidate
        The clusterings that were looked at, the recommended one first.
    sample : ndarray of shape (n,) or None
        The rows that decided, where the table has too many to look at all of them.
    scaler : Scaler or None
        What made the columns of numbers comparable; None where they are compared as they are.
    cut : Candidate or None
        Where there is no structure, a cut of the data into a few groups by k-means, which may be convenient.
    columns : tuple of str
        The columns that were compared, by their names or numbers.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    labels: NDArray[np.intp] = dataclasses.field(repr=False, compare=False)
    n_clusters: int
    method: str
    model: Any = dataclasses.field(repr=False, compare=False)
    confidence: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    candidates: tuple[Candidate, ...] = dataclasses.field(repr=False, compare=False)
    sample: NDArray[np.intp] | None = dataclasses.field(repr=False, compare=False)
    scaler: Scaler | None = dataclasses.field(repr=False, compare=False)
    cut: Candidate | None = dataclasses.field(repr=False, compare=False)
    columns: tuple[str, ...] = dataclasses.field(repr=False, compare=False)

    def _card(self) -> Card:
        return _cards.card_of_recommendation(self)

    def __str__(self) -> str:
        how = "no structure" if self.model is None else f"{count(self.n_clusters, 'cluster')} by {self.method}"
        head = how if self.model is None else f"{how}, {self.confidence}"
        return "\n".join([head, *(f"- {each}" for each in self.reasons), *(f"- but {each}" for each in self.doubts)])


def recommend(
    X: ArrayLike,
    *,
    kinds: Kinds = None,
    scale: str = "auto",
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> Recommendation:
    """Find the clusters of a table: how many, by which method, and how far they can be trusted.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        Numbers, bool, text and categoricals, without missing values; not modified. Columns of identifiers, free text,
        dates and constants are left out; of an array without names, constants only.

    kinds : mapping from str or int to str, or sequence of length n_features, default=None
        Kinds of columns that you know better, as `coterie.column_kinds` takes them. Such columns are used, whatever
        they are.

    scale : {'auto', 'standard', 'minmax', 'robust', 'log', 'none'}, default='auto'
        How columns of numbers are made comparable: the methods of `coterie.scaling.Scaler`. With 'auto' they are left
        as they are if they seem to have one unit: none has a standard deviation of more than four times the median
        one, a long tail, or only two values.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for samples, starts, resamples and data without clusters. With an int, the result is
        reproducible.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    callback : callable, default=None
        Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

    Returns
    -------
    Recommendation
        ``labels``, ``n_clusters``, ``method``, ``model``, ``confidence``, ``reasons``, ``doubts``, ``candidates``.

    Raises
    ------
    ValueError
        There are fewer than four rows, a value is missing, no column tells rows apart, or a parameter is not one of
        those above.
    TypeError
        `X` is sparse or not in memory.
    Cancelled
        `callback` returned False.

    See Also
    --------
    suggest_k, suggest_min_cluster_size : What it looks at, for one method.
    coterie.write_report : The same, and a description of the clusters, as a page.

    Notes
    -----
    Rows that stand in stacks, because values are rounded, counted or one of a few, look dense to any method. So such
    values are spread evenly over half of the step to the next one before anything is compared. Two different
    categories are at distance 1.

    1. By density: HDBSCAN with the size of clusters that `suggest_min_cluster_size` finds, for two smoothings. Its
       clusters stand out from those in data without clusters.
    2. Around means: k-means, Ward's method and average linkage, with the largest number of clusters that are all apart.
       Two clusters are apart if, on the line through their means, rows lie sparser between them than within both
       (similar to the projection in [1]_), and sparser than anywhere in data without clusters. A cluster whose mean
       lies in an empty place is bent, and does not count.
    3. If neither finds any: k-means with the number of clusters that `suggest_k` finds by silhouettes.

    If the first two find the same clusters, or only one of them finds any, the choice is plain. Compact clusters that
    are parts of those by density, and are apart clearly, are preferred to them; else density is preferred where
    its clusters are found again on resamples.

    Tables of more than 5,000 rows are decided by a random sample of 5,000. The other rows get the cluster of the
    nearest row of the sample; with k-means, that of the nearest center. The time does not grow with the rows beyond
    that, but for this last step.

    References
    ----------
    .. [1] G. Hamerly and C. Elkan, "Learning the k in k-means", Advances in Neural Information Processing Systems 16
       (2003) 281-288.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.selection import recommend
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (70, 2)) for center in ([0, 0], [8, 0], [4, 7])])
    >>> found = recommend(X, random_state=0)
    >>> found.n_clusters, found.confidence
    (3, 'clear')
    >>> recommend(rng.uniform(size=(200, 2)), random_state=0).confidence
    'no structure'
    """
    check_parameters(
        "recommend",
        {"scale": (one_of(*METHODS),), "random_state": RANDOM_STATE, "n_jobs": N_JOBS},
        {"scale": scale, "random_state": random_state, "n_jobs": n_jobs},
    )
    randomness = as_random_state(random_state)
    with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(n_jobs)):
        table = read_table(X, kinds, scale, randomness)
        return choose(table, randomness)


def choose(table: TableRows, randomness: np.random.RandomState, limits: Limits = LIMITS) -> Recommendation:
    """Choose among the clusterings of a sample, and give all rows their cluster."""
    n = len(table.rows)
    if n < _LEAST_ROWS:
        raise ValueError(f"recommend needs at least {_LEAST_ROWS} rows. Got {n}.")
    sample, rows = None, table.rows
    if n > thresholds.report_sample:
        sample = np.sort(randomness.permutation(n)[: thresholds.report_sample])
        rows = rows[sample]
    dense = _candidates.by_density(rows, randomness)
    compact = _candidates.around_means(rows, randomness, limits.valley, limits.hollow)
    choice = _decide(rows, dense, compact, limits, randomness)
    others: list[ByDensity | Compact] = [each for each in dense if choice is None or each is not choice.taken]
    others += [each for each in compact if choice is None or each is not choice.taken]
    candidates = tuple(_tell(each, rows, choice) for each in others)
    if choice is None:
        cut = _cut(rows, randomness)
        reasons = (
            "neither by density nor around means are there clusters beyond those that data without clusters have",
        )
        labels = np.zeros(n, np.intp)
        return Recommendation(
            labels,
            1,
            "none",
            None,
            "no structure",
            reasons,
            (),
            candidates,
            sample,
            table.scaler,
            cut,
            tuple(table.names),
        )
    if table.categories:
        choice = _for_categories(choice, table, slice(None) if sample is None else sample, randomness)
    doubts = [*choice.doubts, *_doubt(choice, table, rows)]
    grave = choice.is_doubtful or any(each.is_grave for each in doubts)
    chosen = Candidate(
        choice.method,
        choice.n_clusters,
        choice.labels,
        choice.model,
        _candidates.silhouette(rows, choice.labels),
        choice.stability,
        float(np.mean(choice.labels < 0)),
        choice.valley,
    )
    return Recommendation(
        _label_all(choice, table.rows, sample),
        choice.n_clusters,
        choice.method,
        choice.model,
        "doubtful" if grave else "clear",
        tuple(choice.reasons),
        tuple(each.text for each in doubts),
        (chosen, *candidates),
        sample,
        table.scaler,
        None,
        tuple(table.names),
    )


# ------------------------------------------------------------------------------------------- the decision


class Doubt(NamedTuple):
    """What speaks against the clusters, and whether it is enough not to call them clear."""

    text: str
    is_grave: bool


@dataclasses.dataclass
class Choice:
    """The clustering that is taken. labels: of the rows that decided; the others as in `Candidate`."""

    taken: ByDensity | Compact | None
    method: str
    n_clusters: int
    labels: NDArray[np.intp]
    model: Any
    stability: float
    valley: float
    reasons: list[str]
    doubts: list[Doubt]
    is_doubtful: bool


def _decide(
    rows: NDArray[np.float64],
    dense: list[ByDensity],
    compact: list[Compact],
    limits: Limits,
    randomness: np.random.RandomState,
) -> Choice | None:
    by_density = dense[0] if dense else None
    around_means = max(
        compact, key=lambda each: (each.n_clusters, _candidates.silhouette(rows, each.labels)), default=None
    )
    if by_density is None:
        if around_means is None:
            return _by_silhouette(rows, randomness)
        choice = _take_compact(around_means, rows, randomness)
        choice.doubts.append(Doubt("HDBSCAN, which looks for dense parts, finds none that stand out from chance", True))
        return choice
    is_found_twice = len(dense) == 2 and dense[0].n_clusters == dense[1].n_clusters
    if around_means is None:
        choice = _take_dense(by_density, limits)
        choice.is_doubtful = not (by_density.suggestion.clear and is_found_twice)
        return _compare_smoothings(choice, dense)
    core = by_density.core >= 0
    alike = float(scores.adjusted_rand_score(around_means.labels[core], by_density.core[core]))
    finer = around_means.n_clusters - by_density.n_clusters
    is_apart = around_means.borders.valley >= limits.finer
    told = f"HDBSCAN, which looks for dense parts, and {around_means.method}, which looks for compact ones, find "
    if alike >= limits.same and finer == 0:
        choice = (
            _take_dense(by_density, limits)
            if by_density.noise <= _LITTLE_NOISE and alike < _NEARLY_ONE
            else _take_compact(around_means, rows, randomness)
        )
        choice.reasons.insert(0, f"{told}the same {choice.n_clusters} clusters (adjusted Rand index {fixed(alike, 2)})")
        return choice
    is_part = scores.homogeneity_score(by_density.labels, around_means.labels) >= limits.within
    if finer > 0 and ((is_apart and is_part) or not by_density.suggestion.clear):
        choice = _take_compact(around_means, rows, randomness)
        choice.doubts.append(
            Doubt(
                f"HDBSCAN, which looks for dense parts, finds {by_density.n_clusters} clusters, and not "
                f"{choice.n_clusters}",
                True,
            )
        )
        return choice
    choice = _take_dense(by_density, limits)
    choice.is_doubtful = not (by_density.suggestion.clear and is_found_twice)
    if finer > 0 and is_part:
        choice.doubts.append(
            Doubt(
                f"{around_means.method} divides them into {around_means.n_clusters} clusters that are apart, though "
                "not clearly",
                True,
            )
        )
    return _compare_smoothings(choice, dense)


def _take_dense(found: ByDensity, limits: Limits) -> Choice:
    doubts = [Doubt(each, True) for each in found.suggestion.doubts]
    if found.noise > limits.noise and not any("noise" in each.text for each in doubts):
        doubts.append(Doubt(f"{share(found.noise)} of the rows lie outside the dense parts", True))
    reasons = list(found.suggestion.reasons)
    given, left = int(np.count_nonzero((found.core < 0) & (found.labels >= 0))), int(np.count_nonzero(found.labels < 0))
    if given:
        reasons.append(
            f"{count(given, 'row')} near clusters, which HDBSCAN leaves out, {'is' if given == 1 else 'are'} given to "
            "the nearest one"
        )
    if left:
        reasons.append(f"{count(left, 'row')} far from all clusters {'is' if left == 1 else 'are'} noise")
    return Choice(
        found, "HDBSCAN", found.n_clusters, found.labels, found.model, found.stability, math.nan, reasons, doubts, False
    )


def _compare_smoothings(choice: Choice, dense: list[ByDensity]) -> Choice:
    if len(dense) == 2:
        numbers = [each.n_clusters for each in dense]
        smoothings = [each.min_samples for each in dense]
        if numbers[0] == numbers[1]:
            choice.reasons.append(f"there are as many with min_samples = {smoothings[1]} as with {smoothings[0]}")
        else:
            choice.doubts.append(
                Doubt(
                    f"with min_samples = {smoothings[1]} instead of {smoothings[0]} there are {numbers[1]} clusters",
                    True,
                )
            )
    elif choice.method == "HDBSCAN":
        choice.doubts.append(Doubt(f"no clusters stand out with another min_samples than {dense[0].min_samples}", True))
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
    return Choice(found, found.method, found.n_clusters, labels, model, stability, valley, reasons, [], False)


def _for_categories(
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


def _by_silhouette(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Choice | None:
    if len(rows) < 10:
        return None
    suggestion = _candidates.by_silhouette(rows, randomness)
    if suggestion.k < 2:
        return None
    at = [row["n_clusters"] for row in suggestion.sweep].index(suggestion.k)
    with told_once(Warning):
        model = _candidates.estimator_of("k-means", suggestion.k, int(randomness.randint(2**31))).fit(rows)
    doubts = [Doubt("the clusters are not apart: at their borders, rows lie as dense as within them", True)]
    doubts += [Doubt(each, False) for each in suggestion.doubts]
    return Choice(
        None,
        "k-means",
        suggestion.k,
        model.labels_.astype(np.intp),
        model,
        float(suggestion.sweep[at]["stability"]),
        math.nan,
        list(suggestion.reasons),
        doubts,
        True,
    )


# ------------------------------------------------------------------------------------------- what speaks against it


def _doubt(choice: Choice, table: TableRows, rows: NDArray[np.float64]) -> list[Doubt]:
    doubts = []
    sizes = np.bincount(choice.labels[choice.labels >= 0], minlength=1)
    if lopsided := lopsidedness(choice.labels, f"cluster {sizes.argmax()}"):
        doubts.append(Doubt(lopsided, True))
    small = np.flatnonzero((sizes < _FEW) | (sizes < _SMALL * len(choice.labels)))
    if len(small):
        told = shortlist((f"cluster {each} ({count(int(sizes[each]), 'row')})" for each in small.tolist()), 5)
        doubts.append(Doubt(f"very small: {told}; such a cluster may be a few unusual rows rather than a group", False))
    if choice.stability < _STABLE and not any("resamples" in each.text for each in choice.doubts):
        doubts.append(
            Doubt(
                f"resamples do not always have the same clusters (adjusted Rand index {fixed(choice.stability, 2)})",
                True,
            )
        )
    noise = float(np.mean(choice.labels < 0))
    if noise > _MUCH_NOISE:
        doubts.append(Doubt(f"{share(noise)} of the rows are noise", True))
    if (ruler := _ruler(choice.labels, table, rows)) is not None:
        doubts.append(
            Doubt(
                f"column {table.names[ruler]} alone nearly makes the clusters: they hardly differ in the others", False
            )
        )
    return doubts


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


# ------------------------------------------------------------------------------------------- labels, and what is told


def _label_all(choice: Choice, rows: NDArray[np.float64], sample: NDArray[np.intp] | None) -> NDArray[np.intp]:
    if sample is None:
        return choice.labels
    if choice.method == "k-means":
        return choice.model.predict(rows).astype(np.intp)  # type: ignore[no-any-return]
    inside = choice.labels >= 0
    known = rows[sample][inside]
    far = _candidates.usual_distance(rows[sample], choice.labels) * _candidates.FAR
    distance, nearest = neighbors.kneighbors(known, 1, rows)
    labels = np.where(distance[:, 0] <= far, choice.labels[inside][nearest[:, 0]], -1)
    labels[sample] = choice.labels
    return labels


def _tell(found: ByDensity | Compact, rows: NDArray[np.float64], choice: Choice | None) -> Candidate:
    """A clustering that was looked at, and why it was not chosen."""
    if isinstance(found, ByDensity):
        method, model, stability, valley = "HDBSCAN", found.model, found.stability, math.nan
    else:
        method, model, stability, valley = found.method, None, math.nan, found.borders.valley
    labels = found.labels
    if choice is None:
        rejected = ""
    elif found.n_clusters == choice.n_clusters:
        alike = scores.adjusted_rand_score(labels, choice.labels)
        rejected = f"as many clusters as those of {choice.method} (adjusted Rand index {fixed(alike, 2)})"
    else:
        rejected = f"{'fewer' if found.n_clusters < choice.n_clusters else 'more'} clusters than {choice.method} finds"
    return Candidate(
        method,
        found.n_clusters,
        labels,
        model,
        _candidates.silhouette(rows, labels),
        stability,
        float(np.mean(labels < 0)),
        valley,
        rejected,
    )


def _cut(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Candidate | None:
    """A few groups by k-means, of those that are found again on resamples the most often."""
    numbers = [k for k in _CUTS if k < len(rows)]
    made = []
    for k in numbers:
        model = KMeans(k, n_init=5, random_state=int(randomness.randint(2**31))).fit(rows)
        made.append((_candidates.stability(model, rows, randomness), model))
    if not made:
        return None
    stability, model = max(made, key=lambda pair: pair[0])
    labels = model.labels_.astype(np.intp)
    return Candidate("k-means", model.n_clusters, labels, model, _candidates.silhouette(rows, labels), stability)
