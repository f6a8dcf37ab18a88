# SPDX-License-Identifier: BSD-3-Clause
"""The `min_cluster_size` of HDBSCAN: the one whose clusters stand out from chance, and are found again."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances, neighbors
from .._base import power_of_two
from .._base.containers import native
from .._base.drawing import draw
from .._base.notebook import Card, InNotebooks
from .._base.parameters import DICT, N_JOBS, NONE, RANDOM_STATE, check_parameters, integer, is_integer, one_of
from .._base.random_state import as_random_state
from .._base.warnings import told_once
from .._base.wording import count, fixed, lopsidedness, share, shown, told_apart
from .._runtime import progress, threads
from ..density._hdbscan import HDBSCAN
from ..distances._metrics import METRIC, is_precomputed, read_metric
from ..distances._rows import read_rows
from . import _cards
from ._principal_box import principal_box
from ._sweep import Sweep, sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_SIZES = 16  # that are tried, by default
_SMALLEST, _LARGEST = 5, 1 / 5  # of them; the second as a share of the rows
_REFERENCES = 20  # of each kind
_DEVIATIONS = 3.0  # of the references, above their mean, from which a cluster stands out
_NEIGHBORS, _MOST_ROWS = 15, 1000  # that the number of dimensions is estimated from
# The least agreement with resamples for clusters to be there, to be there clearly, and to be another view.
_FOUND_AGAIN, _CLEAR, _STABLE = 0.6, 0.8, 0.95
_AS_STABLE = 0.01  # below the most stable size
_MUCH_NOISE = 0.5


@dataclasses.dataclass(frozen=True)
class MinClusterSizeSuggestion(InNotebooks):
    """The result of `suggest_min_cluster_size`; ``print`` it.

    Attributes
    ----------
    value : int
        The size to try first. If there is no structure, it is the largest one that was tried.
    n_clusters : int
        The number of clusters that it gives; 0 if there is no structure.
    clear : bool
        Whether most clusters stand out from those found in data without clusters, and are found again on resamples.
        If not, `value` is only a starting point.
    reasons : tuple of str
        What supports `value`, in sentences.
    doubts : tuple of str
        What speaks against it, or for another size.
    sweep : Sweep
        The table that the suggestion is based on, a row for each size.
    standing_out : ndarray of shape (len(sweep),), int64
        How many of the clusters stand out from chance, for each row of the table.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    value: int
    n_clusters: int
    clear: bool
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    sweep: Sweep = dataclasses.field(repr=False, compare=False)
    standing_out: NDArray[np.int64] = dataclasses.field(repr=False, compare=False)

    def _card(self) -> Card:
        return _cards.card_of_size(self)

    def __str__(self) -> str:
        how = ", clearly" if self.clear else ", with doubts" if self.n_clusters else ", no structure"
        head = f"min_cluster_size = {self.value}{how}"
        return "\n".join([head, *(f"- {each}" for each in self.reasons), *(f"- but {each}" for each in self.doubts)])

    def plot(self, ax: Axes | None = None) -> FigureAxes:
        """Draw the table and mark the suggested size: the same as ``coterie.plot.sweep(self, ax=ax)``.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ModuleNotFoundError
            matplotlib is not installed.
        """
        axes: FigureAxes = draw("sweep", self, ax=ax)
        return axes


def suggest_min_cluster_size(
    X: ArrayLike,
    min_cluster_sizes: Iterable[int] | None = None,
    *,
    min_samples: int = 5,
    metric: str | Callable[..., object] | distances.Metric = "euclidean",
    metric_params: dict[str, Any] | None = None,
    cluster_selection_method: str = "eom",
    stability: int = 20,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> MinClusterSizeSuggestion:
    """Suggest a `min_cluster_size` for HDBSCAN, with reasons, or say that there are no clusters.

    Parameters
    ----------
    X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
        The data, scaled as they will be for clustering, or their distances with ``metric='precomputed'``; not modified.

    min_cluster_sizes : iterable of int, default=None
        The sizes to try, from 2; those of more than half of the rows are left out. None means sixteen sizes from 5 to a
        fifth of the rows, each larger by the same factor.

    min_samples : int, default=5
        As of `HDBSCAN`. It is the same for all sizes.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        As of `HDBSCAN`.

    metric_params : dict, default=None
        As of `HDBSCAN`.

    cluster_selection_method : {'eom', 'leaf'}, default='eom'
        As of `HDBSCAN`.

    stability : int, default=20
        Number of resamples on which each fit is repeated; see `sweep`. With 0, stability is ignored and `clear` is
        always False.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for resamples and references. With an int, the result is reproducible.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    callback : callable, default=None
        Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

    Returns
    -------
    MinClusterSizeSuggestion
        ``value``, ``n_clusters``, ``clear``, ``reasons``, ``doubts``, and the ``sweep``.

    Raises
    ------
    ValueError
        There are fewer than four rows, there is no size to try, or another parameter is out of range. Also for the same
        reasons as `sweep` and `HDBSCAN.fit`.
    TypeError
        For the same reasons as `sweep`.
    Cancelled
        `callback` returned False.

    Warns
    -----
    FeatureScaleWarning
        For the same reasons as `sweep`.

    See Also
    --------
    sweep : The table by itself, for any parameters.
    coterie.plot.sweep : Draws it.
    coterie.HDBSCAN.recut : Other parameters on a fitted model.

    Notes
    -----
    In the condensed tree, a cluster splits off at some distance, and is densest at a smaller one. The contrast of a
    split is the ratio of these distances, for that of its two parts that is less dense. It is compared with the largest
    contrast in references, which are data without clusters, as many rows as the data have. Twenty are evenly spread in
    a box along the principal axes of the data, unless distances are given; twenty in a cube with as many dimensions as
    the data have around a row, which are estimated from distances to neighbors [1]_. A cluster stands out if the
    logarithm of its contrast is above the mean of either kind, for the same `min_cluster_size`, by three standard
    deviations. Rows that are equal to each other say nothing of the density: a cluster of nothing else has no contrast.

    The suggested size is that with the most clusters that stand out; if there are several, it is the most stable one of
    them, and then the smallest. Too small a size breaks clusters into parts that do not stand out; too large a size
    merges clusters, or leaves them out. Sizes count only with at least two clusters that stand out and a stability of
    0.6 or more; if there is none, there is no structure. `clear` is True if the stability is at least 0.8 and most
    clusters stand out.

    Rows along a thin ring or curve, which have less dimensions from afar than around a row, may be broken into clusters
    that stand out. The page on HDBSCAN says how often the suggestion is right.

    All sizes share the spanning trees of the data, of each resample, and of the references: ``42 + stability`` trees.
    For large data, pass a sample of the rows, and multiply the size by how many times as many there are.

    References
    ----------
    .. [1] E. Levina and P. J. Bickel, "Maximum likelihood estimation of intrinsic dimension", Advances in Neural
       Information Processing Systems 17 (2004) 777-784.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.selection import suggest_min_cluster_size
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (70, 2)) for center in ([0, 0], [8, 0], [4, 7])])
    >>> suggestion = suggest_min_cluster_size(X, random_state=0)
    >>> suggestion.n_clusters, suggestion.clear
    (3, True)
    >>> suggest_min_cluster_size(rng.uniform(size=(200, 2)), random_state=0).n_clusters
    0
    """
    rules = {
        "min_samples": (integer(1),),
        "metric": METRIC,
        "metric_params": (DICT, NONE),
        "cluster_selection_method": (one_of("eom", "leaf"),),
        "stability": (integer(0),),
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }
    given = min_samples, metric, metric_params, cluster_selection_method, stability, random_state, n_jobs
    check_parameters("suggest_min_cluster_size", rules, dict(zip(rules, given, strict=True)))
    table = native(X)
    measure = read_metric(metric, metric_params, None)
    array, measure = read_rows(table, measure, owner="suggest_min_cluster_size")
    if measure is not None and measure.passes_missing:
        table, metric, metric_params = array, measure.of_rows, None
    sizes = _read_sizes(min_cluster_sizes, len(array))
    randomness = as_random_state(random_state)
    estimator = HDBSCAN(
        min_samples=min_samples,
        metric=metric,
        metric_params=metric_params,
        cluster_selection_method=cluster_selection_method,
    )
    with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(n_jobs)):
        grid = {"min_cluster_size": sizes}
        found = sweep(estimator, table, grid, scores=[], stability=stability, random_state=randomness)
        with told_once(Warning):
            with progress.as_step("contrast", 0, 1):
                prominence = _prominences(found.estimator, array, sizes)
                n_dimensions = _count_dimensions(array, estimator)
            limit = _by_chance(found, array, n_dimensions, randomness)
    return _decide(found, prominence, limit)


# ------------------------------------------------------------------------------------------- what is asked for


def _read_sizes(min_cluster_sizes: Iterable[int] | None, n_samples: int) -> list[int]:
    if n_samples < 4:
        raise ValueError(f"suggest_min_cluster_size needs at least 4 rows, for two clusters of two. Got {n_samples}.")
    if min_cluster_sizes is None:
        largest = max(2, int(_LARGEST * n_samples))
        return sorted({round(size) for size in np.geomspace(min(_SMALLEST, largest), largest, _SIZES).tolist()})
    sizes: list[Any]
    try:
        sizes = list(min_cluster_sizes)
    except (TypeError, ValueError, MemoryError):  # no list, or one that does not end
        sizes = [None]
    if not all(is_integer(each) and each >= 2 for each in sizes):
        raise ValueError(
            "The 'min_cluster_sizes' parameter of suggest_min_cluster_size must be a list of ints of at least 2. "
            f"Got {shown(min_cluster_sizes)} instead."
        )
    fitting = sorted({int(each) for each in sizes if each <= n_samples // 2})
    if not fitting:
        raise ValueError(
            "The 'min_cluster_sizes' parameter of suggest_min_cluster_size must have a size of at most half of the "
            f"number of rows, {n_samples}. Got {shown(min_cluster_sizes)}."
        )
    return fitting


# ------------------------------------------------------------------------------------------- what chance gives


def _prominences(estimator: HDBSCAN, X: NDArray[np.floating], sizes: list[int]) -> list[NDArray[np.float64]]:
    """How far each cluster is set apart, for each size."""
    fitted = HDBSCAN(**estimator.get_params()).fit(X)
    return [fitted.recut(min_cluster_size=size)._prominences() for size in sizes]


def _by_chance(
    found: Sweep, X: NDArray[np.floating], n_dimensions: int, randomness: np.random.RandomState
) -> NDArray[np.float64]:
    """The limit, for each size, that clusters of data without clusters hardly reach."""
    sizes, n, k = [row["min_cluster_size"] for row in found], len(X), n_dimensions
    kinds: list[tuple[HDBSCAN, tuple[NDArray[np.float64], ...]]] = [
        (HDBSCAN(min_samples=found.estimator.min_samples), (np.zeros(k), np.eye(k), np.zeros(k), np.ones(k)))
    ]
    exponent = power_of_two.exponent_for(X)
    metric = read_metric(found.estimator.metric, found.estimator.metric_params, None)
    if metric is not None and not metric.passes_missing:
        kinds.append((found.estimator, principal_box(power_of_two.divided(X, exponent))[:4]))
    farthest, total = np.empty((len(kinds), _REFERENCES, len(sizes))), len(kinds) * _REFERENCES
    for kind, (estimator, (center, axes, low, high)) in enumerate(kinds):
        for r in range(_REFERENCES):
            with progress.as_step("data without clusters", kind * _REFERENCES + r, total):
                reference = center + randomness.uniform(low, high, (n, len(low))) @ axes
                reference = power_of_two.multiplied(reference, exponent)  # the metric may depend on it
                farthest[kind, r] = [each.max(initial=0.0) for each in _prominences(estimator, reference, sizes)]
    progress.report("data without clusters", total, total)
    limits: NDArray[np.float64] = farthest.mean(axis=1) + _DEVIATIONS * farthest.std(axis=1, ddof=1)
    highest: NDArray[np.float64] = limits.max(axis=0)
    return highest


def _count_dimensions(X: NDArray[np.floating], estimator: HDBSCAN) -> int:
    """How many dimensions the data have around a row: how fast distances to neighbors grow, of some of the rows."""
    k, some = min(_NEIGHBORS, len(X) - 1) + 1, X[:: -(-len(X) // _MOST_ROWS)]
    if is_precomputed(estimator.metric):
        near = np.array([np.sort(np.partition(row, k - 1)[:k]) for row in some], np.float64)
    else:
        near, _ = neighbors.kneighbors(X, k, some, metric=estimator.metric, **(estimator.metric_params or {}))
    near = near[(near[:, 1] > 0) & (near[:, -1] < np.inf), 1:]  # without the row itself
    growth = float(np.log(near[:, -1:] / near[:, :-1]).mean()) if len(near) else 0.0
    k = round(1 / growth + 0.25) if growth else X.shape[1]  # estimates are low
    return min(max(1, k), int(X.shape[1]))


# ------------------------------------------------------------------------------------------- the decision


class _Seen(NamedTuple):
    """What the decision is made from, and told from; an entry for each size."""

    sizes: list[int]
    n_clusters: NDArray[np.int64]
    standing_out: NDArray[np.int64]
    noise: NDArray[np.float64]
    stability: NDArray[np.float64]
    prominence: list[NDArray[np.float64]]
    limit: NDArray[np.float64]

    def is_found_again(self, least: float) -> NDArray[np.bool_]:
        """Where resamples agree that well; where there are none, everywhere."""
        return np.isnan(self.stability) | (self.stability >= least)


def _decide(
    found: Sweep, prominence: list[NDArray[np.float64]], limit: NDArray[np.float64]
) -> MinClusterSizeSuggestion:
    seen = _Seen(
        [row["min_cluster_size"] for row in found],
        np.array([row["n_clusters"] for row in found]),
        np.array([np.count_nonzero(of > most) for of, most in zip(prominence, limit, strict=True)]),
        np.array([row["noise"] for row in found]),
        np.array([row.get("stability", math.nan) for row in found]),
        prominence,
        limit,
    )
    there = (seen.standing_out >= 2) & seen.is_found_again(_FOUND_AGAIN)
    if not there.any():
        reasons = tuple(_say_no(found, seen))
        return MinClusterSizeSuggestion(seen.sizes[-1], 0, False, reasons, (), found, seen.standing_out)
    surplus = 2 * seen.standing_out - seen.n_clusters  # those that stand out, less those that do not
    most = there & (surplus == surplus[there].max())
    stability = np.where(most, np.nan_to_num(seen.stability), -1.0)
    (best,) = (stability >= stability.max() - _AS_STABLE).nonzero()
    at = int(best[len(best) // 2])
    k = int(seen.n_clusters[at])
    clear = bool(seen.stability[at] >= _CLEAR and 2 * seen.standing_out[at] > k)
    reasons, doubts = tuple(_say_yes(found, seen, at)), tuple(_doubt(found, seen, at))
    return MinClusterSizeSuggestion(seen.sizes[at], k, clear, reasons, doubts, found, seen.standing_out)


# ------------------------------------------------------------------------------------------- in words


def _say_yes(found: Sweep, seen: _Seen, at: int) -> list[str]:
    k, standing_out, limit = int(seen.n_clusters[at]), int(seen.standing_out[at]), seen.limit[at]
    which = f"{standing_out} of the {k}" if standing_out < k else "both" if k == 2 else f"all {k}"
    least, by_chance = told_apart(np.exp([min(each for each in seen.prominence[at] if each > limit), limit]))
    reasons = [
        f"{which} clusters stand out: their contrast is {least} or more, beyond the {by_chance} that data without "
        "clusters may reach"
    ]
    if len(seen.sizes) > 1 and standing_out == seen.standing_out.max():
        reasons.append("for no size that was tried do more clusters stand out")
    (others,) = (seen.n_clusters != k).nonzero()
    first = int(others[others < at].max(initial=-1)) + 1
    last = int(others[others > at].min(initial=len(seen.sizes))) - 1
    if first < last:
        reasons.append(
            f"there are {k} clusters for all sizes that were tried from {seen.sizes[first]} to {seen.sizes[last]}"
        )
    if seen.stability[at] >= _CLEAR:
        reasons.append(f"{_resamples(found)} with it (adjusted Rand index {fixed(seen.stability[at], 2)})")
    return reasons


def _doubt(found: Sweep, seen: _Seen, at: int) -> list[str]:
    k, standing_out, doubts = int(seen.n_clusters[at]), int(seen.standing_out[at]), []
    if math.isnan(seen.stability[at]):
        doubts.append("it is not known whether resamples have the same clusters")
    elif seen.stability[at] < _CLEAR:
        each = "resamples do not always have" if found.n_resamples > 1 else "the resample does not have"
        doubts.append(f"{each} the same clusters (adjusted Rand index {fixed(seen.stability[at], 2)})")
    if standing_out < k:
        doubts.append(f"{k - standing_out} of the {k} clusters may be there by chance")
    if seen.noise[at] > _MUCH_NOISE:
        doubts.append(f"{share(seen.noise[at])} of the rows are noise")
    if lopsided := lopsidedness(found.labels[at]):
        doubts.append(lopsided)
    coarser = (seen.standing_out == seen.n_clusters) & (seen.n_clusters >= 2) & (seen.n_clusters < k)
    coarser &= seen.stability >= _STABLE
    if coarser.any():
        other = int(np.where(coarser, seen.stability, -1.0).argmax())
        doubts.append(
            f"min_cluster_size = {seen.sizes[other]} gives a coarser view: {seen.n_clusters[other]} clusters, which "
            f"stand out, too (adjusted Rand index {fixed(seen.stability[other], 2)})"
        )
    if len(seen.sizes) == 1:
        doubts.append(f"{seen.sizes[0]} is the only size that was tried")
    elif at == 0 and seen.sizes[0] > 2:
        doubts.append(f"{seen.sizes[0]} is the smallest size that was tried: try smaller ones")
    return doubts


def _say_no(found: Sweep, seen: _Seen) -> list[str]:
    sizes = f"of {seen.sizes[0]}" if len(seen.sizes) == 1 else f"from {seen.sizes[0]} to {seen.sizes[-1]}"
    if not seen.n_clusters.any():
        return [f"no structure: with a min_cluster_size {sizes} there are no clusters"]
    if (most := int(seen.standing_out.max())) < 2:
        how_many = count(int(seen.n_clusters.max()), "cluster")
        return [
            f"no structure: with a min_cluster_size {sizes} there are up to {how_many}, but "
            f"{'at most one at a time' if most else 'none of them'} stands out from what data without clusters have"
        ]
    at = int(np.where(seen.standing_out >= 2, seen.stability, -1.0).argmax())
    return [
        "no structure that is found again: where two clusters or more stand out from what data without clusters have, "
        f"{_resamples(found)} with an adjusted Rand index of {fixed(seen.stability[at], 2)} at best "
        f"(min_cluster_size = {seen.sizes[at]})"
    ]


def _resamples(found: Sweep) -> str:
    return f"{count(found.n_resamples, 'resample')} agree{'s' * (found.n_resamples == 1)}"
