# SPDX-License-Identifier: BSD-3-Clause
"""The `eps` of DBSCAN: `suggest_eps` takes it from the distances that `k_distances` gives."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .. import distances
from .._base.notebook import Card, InNotebooks
from .._base.parameters import check_parameters, integer
from .._base.wording import number, share
from .._runtime.thresholds import thresholds
from ..distances._rows import read_rows
from ..neighbors import NearestNeighbors
from . import _cards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

# How many rows noise must leave before the few farthest of it are not looked at, and when it hardly is noise any more.
_MUCH_NOISE = 0.5, 0.7
_FARTHEST = 0.01
_DENSE_AT_LEAST = 0.25  # a bend of the curve before so many rows divides nothing
# How many times as far as the others' the k-th neighbors of the rows beyond a clear knee are: at least the first, and
# at least the second times what chance makes of evenly spread rows; the third is for how much chance varies.
_FARTHER, _BEYOND_CHANCE, _CHANCE_VARIES = 1.3, 1.25, 2.0
# Metrics that are squares of a length, or half of it, and how many dimensions rows have less than features.
_SQUARES = {"sqeuclidean": 0, "cosine": 1, "correlation": 2}
_WHISKER = 1.5  # interquartile ranges, as of a box plot
_LARGEST = 709.0  # logarithm of about the largest number


@dataclasses.dataclass(frozen=True)
class EpsSuggestion(InNotebooks):
    """The result of `suggest_eps`.

    Attributes
    ----------
    eps : float
        The value to try first; greater than 0.
    clear : bool
        Whether the distances have a clear knee, so that dense parts of the data can be told from sparse ones. If not,
        `eps` is only a starting point.
    reason : str
        The reason, in a sentence.
    distances : ndarray of shape (n_samples,), float64
        `k_distances` of the data, in ascending order.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    eps: float
    clear: bool
    reason: str
    distances: NDArray[np.float64] = dataclasses.field(repr=False, compare=False)

    def _card(self) -> Card:
        return _cards.card_of_eps(self)


def k_distances(
    X: ArrayLike,
    k: int,
    *,
    metric: str | Callable[..., float] | distances.Metric = "euclidean",
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.float64]:
    """Distances of all rows to their k-th nearest row, in ascending order; the row itself counts as the first.

    Rows are counted as in DBSCAN: with ``min_samples=k``, core points are the rows whose distance here is at most eps.
    So the curve shows the number of core points for every eps, and the knee, where it turns upward, is an eps worth
    trying: rows to the left of the knee are in dense regions, rows to the right are noise.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data; not modified.
    k : int
        The rank of the neighbor, from 1 (the row itself, at distance 0) to n_samples.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(x, y)``.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    ndarray of shape (n_samples,), float64

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, `k` is not from 1 to n_samples, or the metric is unknown or not defined
        for the data.
    TypeError
        The metric does not take such an argument, or the data are sparse.

    See Also
    --------
    suggest_eps : Finds the knee.
    coterie.plot.k_distances : Draws the curve.

    Notes
    -----
    Time is that of `coterie.neighbors.kneighbors`; only one block of neighbors is in memory at a time.

    Examples
    --------
    >>> from coterie.selection import k_distances
    >>> k_distances([[0.0], [1.0], [3.0], [7.0]], 2)
    array([1., 1., 2., 4.])
    """
    array, measure = read_rows(X, distances.as_metric(metric, **kwargs), owner="k_distances")
    check_parameters("k_distances", {"k": (integer(1, len(array)),)}, {"k": k})
    nearest = NearestNeighbors(n_neighbors=int(k), metric=measure.of_rows, n_jobs=n_jobs).fit(array)
    result = np.empty(len(array))
    step = max(1, thresholds.found_neighbors // int(k))
    for start in range(0, len(array), step):
        result[start : start + step] = nearest.kneighbors(array[start : start + step])[0][:, -1]
    result.sort()
    return result


def suggest_eps(
    X: ArrayLike,
    min_samples: int = 5,
    *,
    metric: str | Callable[..., float] | distances.Metric = "euclidean",
    n_jobs: int | None = None,
    **kwargs: object,
) -> EpsSuggestion:
    """Suggest a value of `eps` for DBSCAN: the knee of the sorted distances to the k-th neighbor.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data, scaled as it will be for DBSCAN; not modified.
    min_samples : int, default=5
        As for DBSCAN, at most n_samples. 1 uses the distances to the nearest other row, like 2.
    metric : str or callable, default="euclidean"
        As for DBSCAN: a name from the table in `coterie.distances`, or a function ``f(x, y)``.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    EpsSuggestion
        ``eps``, ``clear``, ``reason`` and ``distances``. `eps` is rounded up to three digits. `clear` is False if
        the density is about the same everywhere: one cluster, or several with nothing between them.

    Raises
    ------
    ValueError
        For the same reasons as `k_distances`; or there is only one row; or all distances are 0 because every row has
        many duplicates; or distances overflow.
    TypeError
        The metric does not take such an argument, or the data are sparse.

    See Also
    --------
    k_distances : The distances.
    coterie.plot.k_distances : Draws them, and the suggested eps.

    Notes
    -----
    The knee is where the curve of the square roots of the distances is farthest below the straight line between its
    ends, as in Kneedle; without the roots, the few largest distances would weigh too much. (For sqeuclidean, cosine and
    correlation, which are squares of lengths, fourth roots are taken.) Distances of 0, from rows with many duplicates,
    are left out. If more than 30% of the rows are noise, even this is not enough; so if the curve without its highest
    hundredth has its knee at 50% to 70%, that knee is used.

    The knee is clear if the rows beyond it are farther from their neighbors, by the median, than they would be by
    chance in uniform data with as many features, where the volume that holds k neighbors has a gamma distribution, and
    if at least a quarter of the rows is before it. If the knee is not clear, there is no noise to cut off, and `eps` is
    such that nearly all rows are core points: on logarithms, the upper quartile of the distances plus 1.5 times the
    interquartile range, or the largest distance if that is less.

    This is a rule of thumb that prefers small values: a few extra clusters at the edges of large ones are better than
    two clusters that merge. If clusters are far apart, 1.2 times the value is often better; if they touch, a somewhat
    smaller one. Clusters of different densities have no common eps; then the knee may be that of the denser ones. Look
    at the picture and try a few values.

    References
    ----------
    M. Ester, H.-P. Kriegel, J. Sander, X. Xu, "A density-based algorithm for discovering clusters in large spatial
    databases with noise", KDD 1996, 226-231.

    V. Satopaa, J. Albrecht, D. Irwin, B. Raghavan, "Finding a 'Kneedle' in a haystack: detecting knee points in system
    behavior", ICDCS Workshops 2011, :doi:`10.1109/ICDCSW.2011.20`.

    Examples
    --------
    Two dense discs with noise around them:

    >>> import numpy as np
    >>> from coterie import DBSCAN
    >>> from coterie.selection import suggest_eps
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(10, 1, (200, 2)), rng.uniform(-10, 20, (40, 2))])
    >>> suggestion = suggest_eps(X, min_samples=5)
    >>> suggestion.clear
    True
    >>> labels = DBSCAN(suggestion.eps, min_samples=5).fit_predict(X)
    >>> int(labels.max()) + 1
    2
    """
    array, measure = read_rows(X, distances.as_metric(metric, **kwargs), owner="suggest_eps")
    if len(array) == 1:
        raise ValueError("suggest_eps needs at least 2 rows, because a single row has no neighbors. Got 1.")
    check_parameters("suggest_eps", {"min_samples": (integer(1, len(array)),)}, {"min_samples": min_samples})
    k = max(2, int(min_samples))
    found = k_distances(array, k, metric=measure.of_rows, n_jobs=n_jobs)
    if found[-1] == math.inf:
        raise ValueError("No eps can be suggested: distances are too large for float64. Scale the data first.")
    curve = found[found > 0]
    if not len(curve):
        raise ValueError(
            f"No eps can be suggested: every row has {k - 1} or more others at distance 0. Leave "
            f"duplicates out, or try more min_samples than {min_samples}."
        )
    power = 2 if measure.name in _SQUARES else 1
    lengths = curve ** (1 / power)
    n_dense = int(np.searchsorted(lengths, _find_knee(lengths), side="right"))
    with np.errstate(over="ignore"):
        ratio = float(np.median(lengths[n_dense:]) / np.median(lengths[:n_dense])) if n_dense < len(lengths) else 1.0
    n_dimensions = max(1, array.shape[1] - _SQUARES.get(measure.name, 0))
    by_chance = _BEYOND_CHANCE * (1 + _CHANCE_VARIES / math.sqrt(len(curve))) * _ratio_by_chance(k, n_dimensions)
    clear = ratio >= max(_FARTHER, by_chance) and n_dense >= _DENSE_AT_LEAST * len(curve)
    eps = _round_up(float(curve[n_dense - 1] if clear else min(_whisker(lengths) ** power, curve[-1])))
    kth = f"the {_ordinal(k)} neighbor (counting the row itself)"
    if clear:
        reason = f"a clear knee: {kth} is within {eps:g} for {_say_reach(found, eps)}"
    elif curve[0] == curve[-1]:
        reason = f"no clear knee: {kth} is at {curve[0]:.4g}{' or at 0' * bool(found[0] == 0)} for all rows"
    else:
        seen = (
            "show no bend beyond chance, because the data are about equally dense everywhere"
            if ratio < max(_FARTHER, by_chance)
            else "bend within the first quarter of the rows, so no large part of the rows is dense"
        )
        reason = (
            f"no clear knee: the distances to {kth} {seen}; {eps:g} is enough for {_share(found <= eps)} of the rows"
        )
    return EpsSuggestion(eps, clear, reason, found)


def usual_min_samples(n_rows: int, n_columns: int) -> int:
    """A `min_samples` to begin with: twice the number of columns, but no less than 5 and no more than 20, because
    neighborhoods in many columns hold few rows."""
    return min(max(5, 2 * n_columns), 20, n_rows)


def _say_reach(found: NDArray[np.float64], eps: float) -> str:
    """How many rows are within reach of so many, and how far from it the others are."""
    here = found <= eps
    text = f"{_share(here)} of the rows"
    if here.all():
        return text
    typical, farther = float(np.median(found[here])), float(np.median(found[~here]))
    if not typical or farther / typical == math.inf:
        return f"{text}, and typically at {farther:.3g} for the others"
    return f"{text}, and typically {number(farther / typical)} times as far for the others as for these"


def _share(of_rows: NDArray[np.bool_]) -> str:
    """A percentage, with a decimal if needed; 100% means all and 0% means none."""
    return share(float(np.mean(of_rows)), 1)


def _find_knee(curve: NDArray[np.float64]) -> float:
    """The distance at the knee of distances in ascending order, all greater than 0."""
    inner = curve[: max(2, math.ceil((1 - _FARTHEST) * len(curve)))]
    place = _farthest_below_chord(inner)
    low, high = _MUCH_NOISE
    if low * len(curve) <= place < high * len(curve):
        return float(inner[place])
    return float(curve[_farthest_below_chord(np.sqrt(curve))])


def _whisker(curve: NDArray[np.float64]) -> float:
    """The largest distance that is not out of line with the others, by their logarithms."""
    low, high = np.quantile(np.log(curve), [0.25, 0.75])
    return float(min(math.exp(min(high + _WHISKER * (high - low), _LARGEST)), curve[-1]))


def _farthest_below_chord(curve: NDArray[np.float64]) -> int:
    """Index at which a rising curve is farthest below the straight line between its ends; on a tie, the last one."""
    chord = curve[0] + np.linspace(0.0, 1.0, len(curve)) * (curve[-1] - curve[0])
    return len(curve) - 1 - int((chord - curve)[::-1].argmax())


def _ratio_by_chance(k: int, n_dimensions: int) -> float:
    """How many times as far k-th neighbors are beyond the knee as before it, of evenly spread rows.

    About the ratio of the 95% quantile to the 45% one. The volume around a row that holds k - 1 others has a gamma
    distribution; its quantiles by Wilson and Hilferty, https://doi.org/10.1073/pnas.17.12.684.
    """
    spread = 1 / (9 * (k - 1))
    high, low = (1 - spread + z * math.sqrt(spread) for z in (1.6449, -0.1257))
    return float((high / low) ** (3 / n_dimensions))


def _round_up(value: float, digits: int = 3) -> float:
    """The next number of so many digits, so that it can be told and typed and no row at `value` is lost."""
    number, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    rounded = float(f"{number}e{exponent}")
    if rounded < value:
        number = f"{float(number) + 10.0 ** (1 - digits):.{digits - 1}f}"
        rounded = float(f"{number}e{exponent}")
    return rounded if value <= rounded < math.inf else value


def _ordinal(k: int) -> str:
    ending = "th" if k % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(k % 10, "th")
    return f"{k}{ending}"
