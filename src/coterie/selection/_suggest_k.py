# SPDX-License-Identifier: BSD-3-Clause
"""How many clusters: a number that scores well, is stable on resamples, and does better than chance."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.containers import native
from .._base.notebook import Card, InNotebooks
from .._base.parameters import N_JOBS, RANDOM_STATE, check_parameters, is_integer
from .._base.random_state import as_random_state
from .._base.warnings import told_once
from .._base.wording import fixed, listing, lopsidedness, shown, told_apart
from .._runtime import progress, threads
from ..kmeans._kmeans import KMeans
from . import _cards
from ._principal_box import principal_box
from ._sweep import SCORES, Fits, Judge, Sweep, check_estimator, read_for, sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

N_CLUSTERS = range(2, 12)  # to try where nobody says which; of `coterie sweep`, too
_N_INIT = 5  # runs of k-means: three now and then miss a small cluster on a resample, so that it looks unstable
_REFERENCES = 10  # of each kind
_MOST_ROWS = 1000  # of a reference; the silhouette of more rows hardly differs
# How far the silhouette must be above that of references: in standard deviations of these; at least where the clusters
# hold on other draws of the data; and at least where they don't.
_DEVIATIONS, _MARGIN, _MARGIN_IF_UNSTABLE = 5.0, 0.05, 0.1
_STABLE = 0.95
_AS_STABLE = 0.02  # below the most stable k
_NUMBERS = ("n_clusters", "n_components")  # parameters that say how many


@dataclasses.dataclass(frozen=True)
class KSuggestion(InNotebooks):
    """The result of `suggest_k`; ``print`` it.

    Attributes
    ----------
    k : int
        The number to try first; 1 if there is no structure.
    clear : bool
        Whether the clusters stand out from those found in data without clusters, and are found again on resamples. If
        not, `k` is only a starting point.
    reasons : tuple of str
        What supports `k`, in sentences.
    others : tuple of int
        Other numbers whose clusters stand out and are stable: a coarser or a finer view of the same data.
    sweep : Sweep
        The table that the suggestion is based on.
    by_chance : ndarray of shape (len(sweep),), float64
        The silhouette of data without clusters, for each row of the table.
    doubts : tuple of str
        What speaks against `k`, or for another number.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    k: int
    clear: bool
    reasons: tuple[str, ...]
    others: tuple[int, ...]
    sweep: Sweep = dataclasses.field(repr=False, compare=False)
    by_chance: NDArray[np.float64] = dataclasses.field(repr=False, compare=False)
    doubts: tuple[str, ...] = ()

    def _card(self) -> Card:
        return _cards.card_of_k(self)

    def __str__(self) -> str:
        head = f"k = {self.k}{', clearly' if self.clear else ', no structure' if self.k == 1 else ', with doubts'}"
        return "\n".join([head, *(f"- {each}" for each in self.reasons), *(f"- but {each}" for each in self.doubts)])


def suggest_k(
    X: ArrayLike | Sweep,
    estimator: Any = None,
    n_clusters: Iterable[int] = N_CLUSTERS,
    *,
    stability: int = 20,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> KSuggestion:
    """Suggest a number of clusters, with reasons, or say that there are no clusters.

    Parameters
    ----------
    X : array-like, table or CPU tensor of shape (n_samples, n_features), or Sweep
        The data, scaled as they will be for clustering; not modified. Or the result of `sweep` over
        `n_clusters` with the silhouette among its scores; then `n_clusters` and `stability` are those of the sweep.

    estimator : object, default=None
        A clusterer with a parameter `n_clusters`; None means ``KMeans(n_init=5)``.

    n_clusters : iterable of int, default=range(2, 12)
        The numbers to try. Numbers that are not less than the number of rows are left out.

    stability : int, default=20
        Number of resamples on which each fit is repeated; see `sweep`. With 0, stability is ignored and `clear` is
        always False.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for resamples and references, and for the estimator if its own `random_state` is None. With
        an int, the result is reproducible.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    callback : callable, default=None
        Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

    Returns
    -------
    KSuggestion
        ``k``, ``clear``, ``reasons``, ``doubts``, and the ``sweep``.

    Raises
    ------
    ValueError
        There are fewer than three rows, there is no number to try, or another parameter is out of range; or the sweep
        has other parameters, has no silhouette, or was made from distances. Also for the same reasons as `sweep`.
    TypeError
        For the same reasons as `sweep`.
    Cancelled
        `callback` returned False.

    Warns
    -----
    FeatureScaleWarning, ConvergenceWarning
        For the same reasons as `sweep`.

    See Also
    --------
    sweep : The table by itself, for any parameters.
    coterie.plot.sweep : Draws it.

    Notes
    -----
    The silhouette of a number of clusters is compared with that of references, which are data without clusters: ten are
    uniform in a box along the principal axes of the data, as for the gap statistic [1]_, ten are normal with the
    covariance of the data. The larger of the two means is the silhouette by chance. There is structure if, for some
    number, the silhouette exceeds it by five standard deviations of the references, and by 0.05 if the stability is at
    least 0.95, else by 0.1.

    Of these numbers, those count whose stability is within 0.02 of the highest; among them, `k` is the one whose
    silhouette is farthest above chance. `clear` is True if the stability of `k` is at least 0.95.

    Clusters are judged by how compact they are. k-means cannot find clusters that are long, bent or nested; no number
    is right then, and `clear` is often False, or `k` is too large. Skewed data may look like two clusters, a dense and
    a sparse one: take logarithms first. The tutorial on choosing measures how often the suggestion is right.

    The time is that of `sweep`, plus twenty fits to at most 1,000 rows for each number. The silhouette takes
    O(n_samples²) time; see `sweep` for how to compute it on a sample.

    References
    ----------
    .. [1] R. Tibshirani, G. Walther, T. Hastie, "Estimating the number of clusters in a data set via the gap
       statistic", Journal of the Royal Statistical Society B 63 (2001) 411-423. :doi:`10.1111/1467-9868.00293`

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.selection import suggest_k
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (50, 2)) for center in ([0, 0], [8, 0], [4, 7])])
    >>> suggestion = suggest_k(X, random_state=0)
    >>> suggestion.k, suggestion.clear
    (3, True)
    >>> suggest_k(rng.uniform(size=(200, 2)), random_state=0).k
    1
    """
    check_parameters(
        "suggest_k", {"random_state": RANDOM_STATE, "n_jobs": N_JOBS}, {"random_state": random_state, "n_jobs": n_jobs}
    )
    randomness = as_random_state(random_state)
    with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(n_jobs)):
        if isinstance(X, Sweep):
            if estimator is not None:
                raise ValueError(
                    "Pass an estimator or a sweep to suggest_k, not both: the sweep has its own estimator."
                )
            found = X
        else:
            table = native(X)
            if estimator is None:
                estimator = KMeans(n_init=_N_INIT)
            check_estimator(estimator, "suggest_k")
            base, _, array = read_for(estimator, table, "suggest_k")
            numbers = _read_numbers(n_clusters, len(array))
            _check_rows(Judge(base, array, [], []))
            found = sweep(estimator, table, {"n_clusters": numbers}, stability=stability, random_state=randomness)
        ks = _numbers_of(found)
        mean, deviation = _by_chance(found, randomness)
    return _decide(found, ks, mean, deviation)


# ------------------------------------------------------------------------------------------- what is asked for


def _read_numbers(n_clusters: Iterable[int], n_samples: int) -> list[int]:
    if n_samples < 3:
        raise ValueError(f"suggest_k needs at least 3 rows. Got {n_samples}.")
    numbers: list[Any]
    try:
        numbers = list(n_clusters)
    except (TypeError, MemoryError):  # no list, or one that does not end
        numbers = [None]
    if not all(is_integer(each) and each >= 2 for each in numbers):
        raise ValueError(
            "The 'n_clusters' parameter of suggest_k must be a list of ints of at least 2, because "
            f"they are compared with one cluster. Got {shown(n_clusters)} instead."
        )
    fitting = sorted({int(each) for each in numbers if each < n_samples})
    if not fitting:
        raise ValueError(
            f"The 'n_clusters' parameter of suggest_k must have a number less than the number of rows, "
            f"{n_samples}. Got {shown(n_clusters)}."
        )
    return fitting


def _numbers_of(found: Sweep) -> list[int]:
    """The numbers of clusters that a sweep is over."""
    name = found.parameters[0].rpartition("__")[2]
    if len(found.parameters) > 1 or name not in _NUMBERS:
        raise ValueError(f"suggest_k needs a sweep over n_clusters only. Got one over {', '.join(found.parameters)}.")
    if "silhouette" not in found.scores:
        raise ValueError(
            f"suggest_k needs a sweep with the score 'silhouette'. Got one with {', '.join(found.scores) or 'none'}."
        )
    _check_rows(Judge(found.estimator, found.data, [], []))
    numbers = [row[found.parameters[0]] for row in found]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"suggest_k needs a sweep with each number of clusters once. Got {numbers}.")
    return numbers


def _check_rows(judge: Judge) -> None:
    if judge.is_of_distances():
        raise ValueError("suggest_k needs rows, not distances, for data without clusters to compare them with.")
    if not judge.has_means():
        raise ValueError(
            "suggest_k needs numbers without missing values, for data without clusters to compare them with. For "
            "tables with categories, look at the silhouettes of a sweep instead."
        )


# ------------------------------------------------------------------------------------------- what chance gives


def _by_chance(found: Sweep, randomness: np.random.RandomState) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Silhouette of data without clusters, for each row of a sweep: mean and standard deviation."""
    # Silhouettes are the same at any scale.
    data = power_of_two.divided(found.data, power_of_two.exponent_for(found.data))
    center, axes, low, high, deviations = principal_box(data)
    size = min(len(found.data), _MOST_ROWS)
    points = [{name: row[name] for name in found.parameters} for row in found]
    seen = np.full((2, _REFERENCES, len(points)), math.nan)
    total = 2 * _REFERENCES * len(points)
    with told_once(Warning):
        for r in range(2 * _REFERENCES):
            kind, number = r % 2, r // 2
            places = (
                randomness.uniform(low, high, (size, len(low)))
                if kind == 0
                else randomness.normal(size=(size, len(low))) * deviations
            )
            reference = center + places @ axes
            fitted = Fits(found.estimator, reference, points)
            judge = Judge(found.estimator, reference, ["silhouette"], [SCORES["silhouette"]])
            for i, point in enumerate(points):
                with progress.as_step("data without clusters", r * len(points) + i, total):
                    if point[found.parameters[0]] < size:
                        seen[kind, number, i] = judge(*fitted(i), True)["silhouette"]
    progress.report("data without clusters", total, total)
    return seen.mean(axis=1).max(axis=0), seen.std(axis=1, ddof=1).max(axis=0)


# ------------------------------------------------------------------------------------------- the decision


class _Seen(NamedTuple):
    """What the decision is made from, and told from; an entry for each row of the table.

    by_chance, varies : silhouette of data without clusters, mean and standard deviation
    beyond : where the silhouette is clearly above that
    """

    ks: list[int]
    silhouette: NDArray[np.float64]
    by_chance: NDArray[np.float64]
    varies: NDArray[np.float64]
    stability: NDArray[np.float64]
    beyond: NDArray[np.bool_]

    @property
    def excess(self) -> NDArray[np.float64]:
        return self.silhouette - self.by_chance


def _decide(found: Sweep, ks: list[int], mean: NDArray[np.float64], deviation: NDArray[np.float64]) -> KSuggestion:
    silhouette = np.array([row["silhouette"] for row in found])
    stability = np.array([row.get("stability", math.nan) for row in found])
    excess = silhouette - mean
    with np.errstate(invalid="ignore"):
        beyond = (excess >= _margin(stability)) & (excess >= _DEVIATIONS * deviation)
    seen = _Seen(ks, silhouette, mean, deviation, stability, beyond)
    if not beyond.any():
        return KSuggestion(1, False, tuple(_say_no(found, seen)), (), found, mean)
    most = np.where(beyond & ~np.isnan(stability), stability, -math.inf).max()
    good = beyond & (stability >= most - _AS_STABLE) if math.isfinite(most) else beyond
    at = int(np.where(good, excess, -math.inf).argmax())
    others = [i for i in np.flatnonzero(beyond & (stability >= _STABLE)).tolist() if i != at]
    reasons, doubts = _say_yes(found, seen, at, good, others)
    return KSuggestion(
        ks[at], bool(stability[at] >= _STABLE), tuple(reasons), tuple(ks[i] for i in others), found, mean, tuple(doubts)
    )


def _margin(stability: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.where(stability >= _STABLE, _MARGIN, _MARGIN_IF_UNSTABLE)


# ------------------------------------------------------------------------------------------- in words
# Each sentence is about the whole table that is printed beside it, not about the candidates only.


def _say_yes(
    found: Sweep, seen: _Seen, at: int, good: NDArray[np.bool_], others: list[int]
) -> tuple[list[str], list[str]]:
    """Reasons for a number of clusters, and reasons against it."""
    reasons, doubts = _say_silhouette(seen, at, good), []
    if found.n_resamples and not np.isnan(seen.stability).all():
        reasons.append(_say_stability(found, seen, at))
    doubts += _doubt_stability(found, float(seen.stability[at]))
    if lopsided := lopsidedness(found.labels[at]):
        doubts.append(lopsided)
    k = seen.ks[at]
    if others:
        views = [view for view, there in (("coarser", min(others) < at), ("finer", max(others) > at)) if there]
        scored = told_apart(seen.silhouette[others])
        doubts.append(
            f"k = {_listed(seen.ks, others)} stand{'s' * (len(others) == 1)} out, too, for a "
            f"{' or '.join(views)} view (silhouette {_listed(scored, range(len(others)))})"
        )
    for name, best in _best_by_indices(found).items():
        text = f"{name} index is best for k = {_listed(seen.ks, best)}"
        if at not in best:
            doubts.append(text)
        elif len(seen.ks) > 1:
            reasons.append(f"{text}, too" if seen.silhouette[at] == np.nanmax(seen.silhouette) else text)
    if len(seen.ks) == 1:
        doubts.append(f"k = {k} is the only number that was tried")
    elif k == max(seen.ks) and k + 1 < len(found.data):
        doubts.append(f"k = {k} is the largest that was tried: try larger ones")
    return reasons, doubts


def _say_silhouette(seen: _Seen, at: int, good: NDArray[np.bool_]) -> list[str]:
    k, highest = seen.ks[at], np.flatnonzero(seen.silhouette == np.nanmax(seen.silhouette))
    silhouette, by_chance = told_apart([seen.silhouette[at], seen.by_chance[at]])
    here = f"({silhouette}; data without clusters: {by_chance})"
    if len(seen.ks) == 1:
        return [f"silhouette stands out for k = {k} {here}"]
    if at in highest:
        of_k = here if len(highest) == 1 else f"{here[:-1]} for k = {k})"
        return [f"silhouette is highest for k = {_listed(seen.ks, highest)} {of_k}"]
    there, most = int(highest[0]), " most" * bool(seen.excess[at] == np.nanmax(seen.excess))

    def both(values: NDArray[np.float64]) -> str:
        return " against ".join(told_apart(values[[there, at]]))

    if not seen.beyond[there]:
        why = f"there it is not clearly above that of data without clusters ({_say_chance(seen, there)})"
    elif not good[there] and math.isnan(seen.stability[there]):
        why = "its stability is not known"
    elif not good[there]:
        why = f"resamples agree less there ({both(seen.stability)})"
    else:
        why = f"data without clusters score higher there as well ({both(seen.by_chance)})"
    value, _ = told_apart(seen.silhouette[[there, at]])
    return [
        f"silhouette is highest for k = {seen.ks[there]} ({value}), but {why}",
        f"silhouette stands out{most} for k = {k} {here}",
    ]


def _say_chance(seen: _Seen, at: int) -> str:
    """The silhouette by chance; and how much it varies, where this is what makes the difference less than clear."""
    _, by_chance = told_apart([seen.silhouette[at], seen.by_chance[at]])
    if seen.excess[at] >= _margin(seen.stability)[at] and seen.varies[at] > 0:
        return f"{by_chance}, which varies by {seen.varies[at]:.2g}"
    return by_chance


def _say_no(found: Sweep, seen: _Seen) -> list[str]:
    if np.isnan(seen.excess).all():
        return ["no structure: no k gives clusters that can be compared, for example because all rows are equal"]
    nearest = int(np.nanargmax(seen.excess))
    pair = f"{told_apart([seen.silhouette[nearest], seen.by_chance[nearest]])[0]} against {_say_chance(seen, nearest)}"
    if len(seen.ks) == 1:
        reasons = [
            f"no structure: for k = {seen.ks[0]} the silhouette is not clearly above that of data without "
            f"clusters, {pair}"
        ]
    else:
        reasons = [
            f"no structure: for no k is the silhouette clearly above that of data without clusters; k = "
            f"{seen.ks[nearest]} comes nearest, {pair}"
        ]
    if not np.isnan(seen.stability).all():
        reasons.append(_say_stability(found, seen))
    return reasons


def _say_stability(found: Sweep, seen: _Seen, at: int | None = None) -> str:
    """For which numbers resamples agree best, as the table prints it, and for the one that was chosen."""
    texts = [fixed(each, 2) for each in seen.stability.tolist()]
    if np.count_nonzero(~np.isnan(seen.stability)) == 1:
        known = int(np.nanargmax(seen.stability))
        return (
            f"{_resamples(found)} agree{'s' * (found.n_resamples == 1)} for k = {seen.ks[known]} with an adjusted "
            f"Rand index of {texts[known]}"
        )
    most = float(np.nanmax(seen.stability))
    best = [i for i, text in enumerate(texts) if text == fixed(most, 2)]
    nearly = [i for i in np.flatnonzero(seen.stability >= most - _AS_STABLE).tolist() if i not in best]
    told = (
        f"{_resamples(found)} agree{'s' * (found.n_resamples == 1)} best for k = {_listed(seen.ks, best)} "
        f"(adjusted Rand index {fixed(most, 2)})"
    )
    if nearly:
        low, high = (fixed(each(seen.stability[nearly]), 2) for each in (np.min, np.max))
        told += f", nearly as well for k = {_listed(seen.ks, nearly)} ({low if low == high else f'{low} to {high}'})"
    if at is not None and at not in best + nearly and not math.isnan(seen.stability[at]):
        told += f"; for k = {seen.ks[at]} it is {texts[at]}"
    return told


def _resamples(found: Sweep) -> str:
    return f"{found.n_resamples} resample{'s' * (found.n_resamples != 1)}"


def _doubt_stability(found: Sweep, stability: float) -> list[str]:
    if stability >= _STABLE:
        return []
    if math.isnan(stability):
        return ["it is not known whether resamples have the same clusters"]
    each = "resamples do not always have" if found.n_resamples > 1 else "the resample does not have"
    return [
        f"{each} the same clusters (adjusted Rand index {fixed(stability, 2)}): the clusters may be long, bent, "
        "of very different sizes, or not real; look at them"
    ]


def _best_by_indices(found: Sweep) -> dict[str, list[int]]:
    """The rows of the table where the other two scores are best."""
    best = {}
    for name, sign in (("davies_bouldin", -1), ("calinski_harabasz", 1)):
        values = np.array([sign * row.get(name, math.nan) for row in found])
        if not np.isnan(values).all():
            best[name.replace("_", "-").title()] = np.flatnonzero(values == np.nanmax(values)).tolist()
    return best


def _listed(values: Sequence[object], places: Iterable[int]) -> str:
    """Some of the values: 2, 3 and 5."""
    return listing(values[i] for i in places)
