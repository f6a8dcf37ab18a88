# SPDX-License-Identifier: BSD-3-Clause
"""Distances between rows: the one table of metrics, and scipy's `pdist`, `cdist` and `squareform` in parallel.

============== ===================================== ============================================================
name           other names                           distance of rows x and y
============== ===================================== ============================================================
euclidean      l2, euclid, eu, e                     root of the sum of (x - y)²
sqeuclidean    sqe, sqeuclid                         sum of (x - y)²; no metric: the triangle inequality fails
manhattan      cityblock, l1, cblock, cb, c          sum of ``|x - y|``
chebyshev      chebychev, cheby, cheb, ch, infinity  largest ``|x - y|``
minkowski      mi, m, pnorm, p                       p-th root of the sum of ``|x - y|`` to the p (`p`, default 2)
cosine         cos                                   1 - x·y / (``|x| |y|``), from 0 to 2
correlation    co                                    cosine of the rows less their means
canberra                                             sum of ``|x - y|`` / (``|x| + |y|``), where 0 / 0 counts as 0
braycurtis                                           sum of ``|x - y|`` over sum of ``|x + y|``
hamming        matching, hamm, ha, h                 share of the features that differ
jaccard        jacc, ja, j                           share that differ of those not zero in both rows
dice                                                 of 0 and 1: those that differ over those plus twice the common 1s
haversine                                            angle between points on a sphere; rows are (latitude, longitude) \
in radians
a callable                                           what ``f(x, y)`` returns
============== ===================================== ============================================================

Names are read without regard to case. Rows of zeros: `cosine` has no value for them, `correlation` none for rows whose
numbers are all equal, `braycurtis` and `dice` none for two rows of zeros. Such a distance is NaN, as in scipy
(scikit-learn has 1 for cosine); whatever clusters refuses these rows. `jaccard` of two rows of zeros is 0.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, overload

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_array, as_doubles, as_floats, for_kernels
from .._base.parameters import CALLABLE, NONE, Rule, as_float, check_parameters, one_of
from .._base.warnings import told_once, warn
from .._base.wording import shown
from .._runtime import memory, parallel, progress, threads
from ._kernels import condensed, pairwise

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Metric", "as_metric", "cdist", "from_degrees", "km_to_radians", "pdist", "radians_to_km", "squareform"]

EARTH_RADIUS_KM = 6371.0088  # mean radius, as the IUGG defines it


# ------------------------------------------------------------------------------------------- the table


@dataclasses.dataclass(frozen=True)
class Metric:
    """A way to measure distance, and what it can do. Made by `as_metric`.

    Attributes
    ----------
    name : str
        The name in the table above; that of the function for a callable.
    aliases : tuple of str
        Its other names.
    kernel : str
        What computes it: "manhattan" for minkowski with p=1; "" for a callable.
    p : float
        The exponent of minkowski.
    function : callable or None
        ``f(x, y)``, for a callable.
    undefined : {"", "zero", "constant"}
        Rows that have no distance to anything: none, those of zeros, those of equal numbers.
    scale_free : bool
        Scaling the features does harm: the metric has a scale of its own, or none.
    n_features : int or None
        The only number of features that it is defined for.
    """

    name: str
    aliases: tuple[str, ...] = ()
    kernel: str = ""
    p: float = 2.0
    function: Callable | None = None
    undefined: str = ""
    scale_free: bool = False
    n_features: int | None = None

    @property
    def power(self) -> float:
        """The power of numbers that is added up; 0 where they are divided first, or not added up."""
        return max(self.p, 1.0) if self.kernel == "minkowski" else _POWERS.get(self.kernel, 0.0)

    @property
    def degree(self) -> int:
        """Rows times t are at distances times t to this power."""
        return _DEGREES.get(self.kernel, 0)

    def as_length(self, radius: float) -> float:
        """A radius in the units of the rows; 0 where it has none."""
        return radius ** (1.0 / self.degree) if self.degree else 0.0


_POWERS = {"euclidean": 2.0, "sqeuclidean": 2.0, "manhattan": 1.0, "chebyshev": 1.0, "canberra": 1.0, "braycurtis": 1.0}
_DEGREES = {"euclidean": 1, "sqeuclidean": 2, "manhattan": 1, "chebyshev": 1, "minkowski": 1}
_TABLE = (
    Metric("euclidean", ("l2", "euclid", "eu", "e"), "euclidean"),
    Metric("sqeuclidean", ("sqe", "sqeuclid"), "sqeuclidean"),
    Metric("manhattan", ("cityblock", "l1", "cblock", "cb", "c"), "manhattan"),
    Metric("chebyshev", ("chebychev", "cheby", "cheb", "ch", "infinity"), "chebyshev"),
    Metric("minkowski", ("mi", "m", "pnorm", "p"), "minkowski"),
    Metric("cosine", ("cos",), "cosine", undefined="zero", scale_free=True),
    Metric("correlation", ("co",), "correlation", undefined="constant", scale_free=True),
    Metric("canberra", (), "canberra", scale_free=True),
    Metric("braycurtis", (), "braycurtis", scale_free=True),
    Metric("hamming", ("matching", "hamm", "ha", "h"), "hamming", scale_free=True),
    Metric("jaccard", ("jacc", "ja", "j"), "jaccard", scale_free=True),
    Metric("dice", (), "dice", scale_free=True),
    Metric("haversine", (), "haversine", scale_free=True, n_features=2),
)
_BY_NAME = {name: metric for metric in _TABLE for name in (metric.name, *metric.aliases)}

NAMES = tuple(metric.name for metric in _TABLE)


def as_metric(metric: str | Callable | Metric, **kwargs: object) -> Metric:
    """Look a metric up.

    Parameters
    ----------
    metric : str, callable or Metric
        A name of the table above, in upper or lower case; a function of two rows that returns a number; or what an
        earlier call returned.
    **kwargs
        ``p`` for minkowski, greater than 0; for a callable, arguments to call it with.

    Returns
    -------
    Metric

    Raises
    ------
    ValueError
        There is no such name, `p` is not greater than 0, or a `Metric` is not one that `as_metric` returned.
    TypeError
        `metric` is neither text nor callable, or it takes no such argument.

    Examples
    --------
    >>> from coterie.distances import as_metric
    >>> as_metric("l1").name
    'manhattan'
    >>> as_metric("minkowski", p=float("inf")).kernel
    'chebyshev'
    """
    if isinstance(metric, str):
        found = _BY_NAME.get(metric) or _BY_NAME.get(metric.lower())
        if found is None:
            raise ValueError(f"Unknown Distance Metric: {metric.lower()}. There are {', '.join(NAMES)}.")
        if found.name == "minkowski":
            return _minkowski(found, **kwargs)
        if not kwargs:
            return found
    elif isinstance(metric, Metric):
        if not kwargs:
            _check_metric(metric)
            return metric
        found = metric
    elif callable(metric):
        function = functools.partial(metric, **kwargs) if kwargs else metric
        return Metric(getattr(metric, "__name__", "callable"), function=function)
    else:
        raise TypeError("2nd argument metric must be a string identifier or a function.")
    raise TypeError(
        f"The metric {found.name!r} takes no argument {', '.join(map(repr, kwargs))}."
        + " Features are weighted by scaling them." * ("w" in kwargs)
    )


def _minkowski(metric: Metric, *, p: float = 2.0, **kwargs: object) -> Metric:
    if kwargs:
        raise TypeError(
            f"The metric 'minkowski' takes no argument {', '.join(map(repr, kwargs))}, only 'p'."
            + " Features are weighted by scaling them." * ("w" in kwargs)
        )
    if not isinstance(p, Real):
        raise TypeError(f"p must be a number greater than 0, got {shown(p)}")
    if not p > 0:
        raise ValueError(f"p must be greater than 0, got {shown(p)}")
    p = as_float(p)
    kernel = {1.0: "manhattan", 2.0: "euclidean", math.inf: "chebyshev"}.get(p, "minkowski")
    return dataclasses.replace(metric, kernel=kernel, p=p)


def _check_metric(metric: Metric) -> None:
    """Check that one that was made by hand is that of the table, but for `p`, or has a function."""
    if callable(metric.function):
        return
    made = as_metric(metric.name, **({"p": metric.p} if metric.name == "minkowski" else {}))
    if metric != made:
        raise ValueError(
            f"A Metric without a function must be what as_metric({metric.name!r}) returns. Got {shown(metric)}."
        )


def _is_metric(value: object) -> bool:
    if isinstance(value, str) and value != "precomputed":
        try:
            as_metric(value)
        except ValueError:
            return False
    return isinstance(value, (str, Metric))


# What the parameter `metric` of an estimator may be.
METRIC = (Rule(f"a str among {{{', '.join(map(repr, (*NAMES, 'precomputed')))}}}", _is_metric), CALLABLE)
# What an estimator was fitted with: None for given distances.
FITTED_METRIC = (Rule("a Metric", lambda value: isinstance(value, Metric)), NONE)


def safe_exponent(metric: Metric, *arrays: NDArray, radius: float = 0.0, name: str | None = None) -> int:
    """The power of two to divide rows by so that nothing overflows or vanishes where `metric` adds up their numbers.

    radius : what distances are compared with, if they are; 0 and infinity say nothing about their size
    name : as of `power_of_two.exponent_for`
    """
    return power_of_two.exponent_for(*arrays, power=metric.power, radius=metric.as_length(radius), name=name)


def check_suits(X: NDArray, metric: Metric, name: str = "X") -> None:
    """Check that `metric` is defined between the rows of `X`: what clusters calls this before it computes anything.

    Raises
    ------
    ValueError
        The number of features is wrong, or a row is all zeros (cosine) or has all numbers equal (correlation).

    Warns
    -----
    UserWarning
        Latitudes for haversine are beyond the poles: most likely degrees.
    """
    _check_features(X, metric, name)
    if metric.undefined:
        low, high = X.min(axis=1), X.max(axis=1)
        bad = low == high if metric.undefined == "constant" else (low == 0) & (high == 0)
        if bad.any():
            sentence = (
                "Cosine affinity cannot be used when X contains zero vectors."
                if metric.name == "cosine"
                else "Correlation is not defined for rows whose numbers are all equal."
            )
            raise ValueError(
                f"{sentence} Leave such rows out or choose another metric. First in {name} at row {int(bad.argmax())}."
            )


def check_fitted(X: NDArray, metric: Metric | None, n_samples: int, name: str) -> None:
    """Check rows that an estimator has kept: `metric` is defined between them; None stands for rows of distances.

    Raises
    ------
    ValueError
        As by `check_suits`, or rows of distances are not as long as there are rows, or one is negative.
    """
    if metric is not None:
        with told_once(UserWarning):  # fit has warned
            check_suits(X, metric, name)
    elif X.shape[1] != n_samples or X.min(initial=0) < 0:
        raise ValueError(f"{name} should be distances to {n_samples} rows, of shape {X.shape} they are none")


def _check_features(X: NDArray, metric: Metric, name: str) -> None:
    if metric.n_features is not None and X.shape[1] != metric.n_features:
        raise ValueError(
            f"Haversine distance only valid in 2 dimensions: latitude and longitude, in radians. "
            f"{name} has {X.shape[1]} columns."
        )
    if metric.name == "haversine" and len(X) and np.abs(X[:, 0]).max() > 1.6:
        warn(
            f"Latitudes in the first column of {name} are beyond the poles (pi/2 radians). Are these degrees, or "
            "longitudes? coterie.distances.from_degrees makes radians of latitude and longitude in degrees."
        )


# ------------------------------------------------------------------------------------------- checked arrays


_BLOCK_NUMBERS = 1 << 15  # in the columns of a block: 256 kB, so that they stay in the cache
_BLOCK_COLUMNS = 2048
_BLOCK_ROWS = 64
_ALONE = 1 << 20  # pairs times features that one thread does faster than two
_SLOW = {"minkowski": 256, "haversine": 256, "canberra": 4}  # how much longer a feature takes than in the others
_MOVED_ROWS = 128
_TILE = pairwise.TILE
_BITS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def prepare(X: NDArray, metric: Metric, n_threads: int) -> pairwise.Points | NDArray:
    """Rows laid out for `rows_to`, for those that call it often: a copy in float64; `X` itself for a callable."""
    if metric.function is not None:
        return X
    n, d = X.shape
    kind = pairwise.KINDS[metric.kernel]
    n_tiles = max(1, -(-n // _TILE))
    points = pairwise.Points(np.empty((n_tiles, pairwise.numbers_per_point(d, kind), _TILE)), n, d, kind, metric.p)
    chunk = 1 + _BLOCK_NUMBERS // (_TILE * (d + 1))
    parallel.run(lambda region, slot: pairwise.pack(X, points, chunk, region, slot), -(-n_tiles // chunk), n_threads)
    return points


def rows_to(
    X: NDArray | pairwise.Points, Y: NDArray | pairwise.Points, metric: Metric, n_threads: int, out: NDArray[np.float64]
) -> None:
    """Write the distance of each row of `X` to each row of `Y` to `out`; nothing is checked.

    `X` and `Y` are float32 or float64, C-ordered, or what `prepare` made of such arrays.
    """
    if metric.function is not None:
        _call_rectangle(metric.function, X, Y, out)
        return
    one = X if isinstance(X, pairwise.Points) else prepare(X, metric, n_threads)
    many = one if Y is X else Y if isinstance(Y, pairwise.Points) else prepare(Y, metric, n_threads)
    _run(functools.partial(pairwise.rectangle, one, many), one, many, metric, n_threads, out)


def pairs_to(X: NDArray, metric: Metric, n_threads: int, out: NDArray[np.float64]) -> None:
    """Write the distances of all pairs of rows to `out`, condensed; nothing is checked. Not for callables."""
    points = prepare(X, metric, n_threads)
    _run(functools.partial(pairwise.condensed, points), points, points, metric, n_threads, out)


def _work(metric: Metric, d: int, n_pairs: int) -> int:
    return n_pairs * max(d, 4) * _SLOW.get(metric.kernel, 1)


def _threads(work: int, n_jobs: int | None) -> int:
    return 1 if n_jobs is None and work < _ALONE else threads.resolve_n_jobs(n_jobs)


def _run(
    kernel: Callable,
    one: pairwise.Points,
    many: pairwise.Points,
    metric: Metric,
    n_threads: int,
    out: NDArray[np.float64],
) -> None:
    """Fill `out` block by block; in about twenty steps for the progress if the blocks are many."""
    rows = _BLOCK_ROWS if _SLOW.get(metric.kernel, 1) < 100 else _BLOCK_ROWS // 4  # a block takes a few milliseconds
    columns = min(_BLOCK_COLUMNS, max(2, _BLOCK_NUMBERS // (_TILE * max(one.d, 1))) * _TILE)
    n_chunks = -(-one.n // rows) * -(-many.n // columns)
    alone = _work(metric, one.d, out.size) < _ALONE
    step = n_chunks if alone else max(64, n_chunks // 20)
    for first in range(0, n_chunks, step):
        progress.report("distances", first, n_chunks)
        parallel.run(
            functools.partial(kernel, rows, columns, first, out), min(step, n_chunks - first), 1 if alone else n_threads
        )


def _call_rectangle(function: Callable, X: NDArray, Y: NDArray, out: NDArray[np.float64]) -> None:
    for i, x in enumerate(X):
        progress.report("distances", i, len(X))
        for j, y in enumerate(Y):
            out[i, j] = as_distance(function(x, y))


def as_distance(value: object) -> float:
    """What a function of two rows returned; an array with one number counts as that number."""
    if type(value) is float or type(value) is np.float64:
        return value
    number = as_doubles(value, name="metric(x, y)")
    if number.size != 1:
        raise ValueError(f"The metric must return a number. Got {shown(value)}.")
    return number.item()


def _call_condensed(function: Callable, X: NDArray, out: NDArray[np.float64]) -> None:
    at = 0
    for i, x in enumerate(X):
        progress.report("distances", at, len(out))
        for y in X[i + 1 :]:
            out[at] = as_distance(function(x, y))
            at += 1


# ------------------------------------------------------------------------------------------- scipy's functions


def pdist(
    X: ArrayLike,
    metric: str | Callable | Metric = "euclidean",
    *,
    out: NDArray[np.float64] | None = None,
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.float64]:
    """Distances between all pairs of rows, as ``scipy.spatial.distance.pdist``.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows; not modified. Computed with in float64, whatever the type. Nothing is refused: NaN and infinity go
        into the distances, but for chebyshev, which passes over NaN, and hamming and jaccard, which count it as any
        number.
    metric : str or callable, default="euclidean"
        A name of the table of `coterie.distances`, or ``f(x, y)``, which is called with pairs of rows of `X` as it is
        (in float64 if the function has a name of the table).
    out : ndarray of shape (n_samples * (n_samples - 1) / 2,), float64, optional
        Where to write the distances, C-ordered.
    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; for a callable, arguments to call it with.

    Returns
    -------
    ndarray of shape (n_samples * (n_samples - 1) / 2,), float64
        The condensed matrix: the pairs i < j in the order (0, 1), (0, 2), ..., (1, 2), ... `out` if it was given.

    Raises
    ------
    ValueError
        `X` is not two-dimensional or not numbers, the metric is unknown or not defined for that many features, or
        `out` does not fit.
    TypeError
        The metric takes no such argument, or `X` is sparse.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    cdist : Distances between the rows of two tables.
    squareform : From the condensed matrix to the square one and back.

    Notes
    -----
    O(n_samples² * n_features) time; memory beyond the result is a copy of the data.

    A distance depends on its two rows alone, to the last bit: it is the same in both directions, for any number of
    threads, and in `cdist`. Equal rows are at distance 0 exactly. Euclidean distances are sums of squared differences,
    never of products. Very large and very small numbers are divided by a power of two first, which changes no digit: a
    distance is 0 or infinite only where it is beyond float64, or where its square (for minkowski its power p) is below
    1e-240 of that of the largest number.

    Of scipy's metrics seuclidean, mahalanobis, jensenshannon, rogerstanimoto, russellrao, sokalsneath and yule are
    missing, and weights `w`.

    Examples
    --------
    >>> from coterie.distances import pdist
    >>> pdist([[0, 0], [3, 4], [6, 8]])
    array([ 5., 10.,  5.])
    >>> pdist([[0, 0], [3, 4], [6, 8]], "cityblock")
    array([ 7., 14.,  7.])
    """
    measure = as_metric(metric, **kwargs)
    X = _rows(X, "X", measure, "A 2-dimensional array must be passed. (Shape was {shape}).")
    n = len(X)
    size = n * (n - 1) // 2
    if out is None:
        memory.require(
            8 * (size + X.size),
            f"The distances between {n:,} rows",
            "Compute them for a part of the rows at a time with cdist, or use what needs no matrix.",
        )
        out = np.empty(size)
    else:
        _check_out(out, (size,))
    n_threads = _threads(_work(measure, X.shape[1], size), n_jobs)
    if measure.function is not None:
        _call_condensed(measure.function, X, out)
    elif size:
        _at_any_scale(lambda X, out: pairs_to(X, measure, n_threads, out), measure, out, X)
    return out


def cdist(
    XA: ArrayLike,
    XB: ArrayLike,
    metric: str | Callable | Metric = "euclidean",
    *,
    out: NDArray[np.float64] | None = None,
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.float64]:
    """Distances of each row of one table to each row of another, as ``scipy.spatial.distance.cdist``.

    Parameters
    ----------
    XA : array-like of shape (n_a, n_features)
    XB : array-like of shape (n_b, n_features)
        The rows; not modified. Computed with in float64, whatever the type. Nothing is refused: NaN and infinity go
        into the distances, but for chebyshev, which passes over NaN, and hamming and jaccard, which count it as any
        number.
    metric : str or callable, default="euclidean"
        A name of the table of `coterie.distances`, or ``f(a, b)``, which is called with rows as they are.
    out : ndarray of shape (n_a, n_b), float64, optional
        Where to write the distances, C-ordered.
    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; for a callable, arguments to call it with.

    Returns
    -------
    ndarray of shape (n_a, n_b), float64
        Distance of row i of `XA` to row j of `XB` at [i, j]. `out` if it was given.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As by `pdist`, or the tables have different numbers of columns.

    See Also
    --------
    pdist : Distances between the rows of one table; has the notes on exactness.

    Notes
    -----
    O(n_a * n_b * n_features) time; memory beyond the result is a copy of the data.

    Examples
    --------
    >>> from coterie.distances import cdist
    >>> cdist([[0, 0], [3, 4]], [[0, 0], [6, 8], [3, 3]], "chebyshev")
    array([[0., 8., 3.],
           [4., 4., 1.]])
    """
    measure = as_metric(metric, **kwargs)
    same = XB is XA
    XA = _rows(XA, "XA", measure, "XA must be a 2-dimensional array.")
    XB = XA if same else _rows(XB, "XB", measure, "XB must be a 2-dimensional array.")
    if XA.shape[1] != XB.shape[1]:
        raise ValueError("XA and XB must have the same number of columns (i.e. feature dimension.)")
    shape = len(XA), len(XB)
    if out is None:
        memory.require(
            8 * (shape[0] * shape[1] + XA.size + XB.size),
            f"The distances of {shape[0]:,} rows to {shape[1]:,}",
            "Compute them for fewer rows at a time.",
        )
        out = np.empty(shape)
    else:
        _check_out(out, shape)
    n_threads = _threads(_work(measure, XA.shape[1], out.size), n_jobs)
    if out.size:
        tables = (XA,) if XB is XA else (XA, XB)
        _at_any_scale(
            lambda *tables: rows_to(tables[0], tables[-2], measure, n_threads, tables[-1]), measure, out, *tables
        )
    return out


def _at_any_scale(compute: Callable[..., None], metric: Metric, out: NDArray[np.float64], *tables: NDArray) -> None:
    """Compute distances between tables, which ``compute(*tables, out)`` writes, so that none overflows or vanishes."""
    exponent = safe_exponent(metric, *tables)
    if exponent <= 0:
        compute(*(power_of_two.divided(each, exponent) for each in tables), out)
        power_of_two.multiplied(out, exponent * metric.degree)
        return
    compute(*tables, out)
    lengths = np.empty_like(out)
    compute(*(power_of_two.divided(each, exponent) for each in tables), lengths)
    # Beside large numbers there may be small ones: what is infinite is taken from the divided rows alone.
    np.copyto(out, power_of_two.multiplied(lengths, exponent * metric.degree), where=~np.isfinite(out))


def _rows(X: ArrayLike, name: str, metric: Metric, sentence: str) -> NDArray:
    if metric.function is None:
        array = as_floats(X, name=name)
    else:
        array = as_array(X, name)
        kinds = "iuf" if metric.name in ("dice", "hamming", "jaccard") else "biuf"
        if metric.name in _BY_NAME and array.dtype.kind in kinds:  # as scipy does for functions of its own
            array = array.astype(np.float64, copy=False)
    if array.ndim != 2:
        raise ValueError(sentence.format(shape=array.shape))
    _check_features(array, metric, name)
    return array


def _check_out(out: NDArray, shape: tuple[int, ...]) -> None:
    if not isinstance(out, np.ndarray):
        raise TypeError(f"Output array must be a numpy array, got {type(out).__name__}.")
    if out.shape != shape:
        raise ValueError("Output array has incorrect shape.")
    if not out.flags.c_contiguous:
        raise ValueError("Output array must be C-contiguous.")
    if out.dtype != np.float64:
        raise ValueError("Output array must be double type.")
    if not out.flags.writeable:
        raise ValueError("Output array must be writeable.")


def check_condensed(y: NDArray, name: str = "y") -> int:
    """Number of points of a condensed matrix.

    Raises
    ------
    ValueError
        `y` is not one-dimensional, or there is no n such that its length is n (n - 1) / 2.
    """
    if y.ndim != 1:
        raise ValueError(f"Condensed distance matrix '{name}' must have shape=1 (i.e. be one-dimensional).")
    n = _n_points(len(y))
    if n is None:
        raise ValueError(
            f"Length n of condensed distance matrix '{name}' must be a binomial coefficient, "
            "i.e. there must be a k such that (k \\choose 2)=n)!"
        )
    return n


def squareform(X: ArrayLike, force: str = "no", checks: bool = True) -> NDArray:
    """Turn a condensed matrix into a square one, or a square one into a condensed one, as scipy's of that name.

    Parameters
    ----------
    X : array-like of shape (n * (n - 1) / 2,) or (n, n)
        Distances of whatever type; not modified.
    force : {"no", "tomatrix", "tovector"}, default="no"
        Which way it must be; an error if `X` is the other thing.
    checks : bool, default=True
        Check that a square matrix is symmetric with a diagonal of zeros. With False its lower triangle and its
        diagonal are not looked at.

    Returns
    -------
    ndarray of shape (n, n) or (n * (n - 1) / 2,)
        Of the type of `X`, in new memory.

    Raises
    ------
    ValueError
        `X` has another shape, or is not symmetric, or its diagonal is not zero; or `force` is none of these words.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    Examples
    --------
    >>> from coterie.distances import squareform
    >>> squareform([1.0, 2.0, 3.0])
    array([[0., 1., 2.],
           [1., 0., 3.],
           [2., 3., 0.]])
    >>> squareform(squareform([1.0, 2.0, 3.0]))
    array([1., 2., 3.])
    """
    X = for_kernels(as_array(X))  # a number becomes a vector of one, as in scipy
    way = force.lower() if isinstance(force, str) else force
    check_parameters("squareform", {"force": (one_of("no", "tomatrix", "tovector"),)}, {"force": way})
    if way == "tomatrix" and X.ndim != 1:
        raise ValueError("Forcing 'tomatrix' but input X is not a distance vector.")
    if way == "tovector" and X.ndim != 2:
        raise ValueError("Forcing 'tovector' but input X is not a distance matrix.")
    if X.ndim == 1:
        return _to_square(X)
    if X.ndim == 2:
        return _to_condensed(X, checks)
    raise ValueError(
        f"The first argument must be one or two dimensional array. A {X.ndim}-dimensional array is not permitted"
    )


def _to_square(y: NDArray) -> NDArray:
    n = _n_points(len(y))
    if n is None:
        raise ValueError(
            "Incompatible vector size. It must be a binomial coefficient n choose 2 for some integer n >= 2."
        )
    memory.require(y.itemsize * n * n, f"A square matrix of {n:,} rows", "The condensed matrix holds the same.")
    as_bits = _BITS.get(y.itemsize) if y.dtype.kind != "O" else None
    if as_bits is None:
        square = np.zeros((n, n), y.dtype)
        for i, start in enumerate(_row_starts(n)):
            square[i, i + 1 :] = square[i + 1 :, i] = y[start : start + n - i - 1]
        return square
    square = np.empty((n, n), y.dtype)
    _move(condensed.to_square, y.view(as_bits), square.view(as_bits), n)
    return square


def _to_condensed(square: NDArray, checks: bool) -> NDArray:
    n = len(square)
    if square.shape != (n, n):
        raise ValueError("The matrix argument must be square.")
    if checks:
        for i in range(0, n, 256):  # block by block: no copy of the matrix
            if not (square[i : i + 256, i:] == square[i:, i : i + 256].T).all():
                raise ValueError("Distance matrix 'X' must be symmetric.")
        if (square.diagonal() != np.zeros((), square.dtype)).any():  # which is 0 for times, too
            raise ValueError("Distance matrix 'X' diagonal must be zero.")
    size = n * (n - 1) // 2
    memory.require(square.itemsize * size, f"A condensed matrix of {n:,} points", "The square matrix holds the same.")
    y = np.empty(size, square.dtype)
    as_bits = _BITS.get(y.itemsize) if y.dtype.kind != "O" else None
    if as_bits is None:
        for i, start in enumerate(_row_starts(n)):
            y[start : start + n - i - 1] = square[i, i + 1 :]
    elif size:
        _move(condensed.to_condensed, square.view(as_bits), y.view(as_bits), n)
    return y


def _n_points(size: int) -> int | None:
    """The n for which n (n - 1) / 2 is `size`, if there is one."""
    n = (1 + math.isqrt(1 + 8 * size)) // 2
    return n if n * (n - 1) // 2 == size else None


def _row_starts(n: int) -> list[int]:
    return [i * n - i * (i + 1) // 2 for i in range(n)]


def _move(kernel: Callable, given: NDArray, to: NDArray, n: int) -> None:
    n_chunks = -(-n // _MOVED_ROWS)
    parallel.run(
        lambda region, slot: kernel(given, _MOVED_ROWS, to, region, slot),
        n_chunks,
        1 if n_chunks <= 8 else threads.get_num_threads(),
    )


# ------------------------------------------------------------------------------------------- on the globe


def from_degrees(latitude: ArrayLike, longitude: ArrayLike) -> NDArray[np.float64]:
    """Rows for the haversine metric from degrees.

    Parameters
    ----------
    latitude : array-like of shape (n_samples,)
        Degrees from -90 to 90, north is positive.
    longitude : array-like of shape (n_samples,)
        Degrees from -360 to 360, east is positive.

    Returns
    -------
    ndarray of shape (n_samples, 2), float64
        Latitude and longitude in radians.

    Raises
    ------
    ValueError
        A number is out of range, or the two have different lengths.

    Examples
    --------
    Paris and Sydney, in kilometres:

    >>> from coterie.distances import from_degrees, pdist, radians_to_km
    >>> cities = from_degrees([48.857, -33.869], [2.352, 151.209])
    >>> radians_to_km(pdist(cities, "haversine")).round()
    array([16961.])
    """
    columns = [as_doubles(values, name=name) for values, name in ((latitude, "latitude"), (longitude, "longitude"))]
    for values, name, most in zip(columns, ("latitude", "longitude"), (90, 360), strict=True):
        bad = ~(np.abs(values) <= most)
        if bad.any():
            row = int(bad.argmax())
            raise ValueError(f"A {name} must be from -{most} to {most} degrees. Got {values.flat[row]} at row {row}.")
    if columns[0].ndim != 1 or columns[0].shape != columns[1].shape:
        raise ValueError(
            "latitude and longitude must be one-dimensional and of the same length, "
            f"got the shapes {columns[0].shape} and {columns[1].shape}."
        )
    return np.radians(np.column_stack(columns))


@overload
def km_to_radians(km: float) -> float: ...


@overload
def km_to_radians(km: ArrayLike) -> NDArray[np.float64]: ...


def km_to_radians(km: ArrayLike) -> NDArray[np.float64] | float:
    """Distances along the surface of the earth, in kilometres, as haversine distances (radians).

    Parameters
    ----------
    km : float or array-like
        Kilometres.

    Returns
    -------
    float or ndarray
        Radians, on a sphere with the mean radius of the earth, 6371.0088 km. On the true earth distances differ by
        up to 0.56%.

    Examples
    --------
    >>> from coterie.distances import km_to_radians
    >>> print(km_to_radians(1.5).round(6))
    0.000235
    """
    return as_doubles(km, name="km")[()] / EARTH_RADIUS_KM


@overload
def radians_to_km(radians: float) -> float: ...


@overload
def radians_to_km(radians: ArrayLike) -> NDArray[np.float64]: ...


def radians_to_km(radians: ArrayLike) -> NDArray[np.float64] | float:
    """Haversine distances (radians) as kilometres along the surface of the earth: the inverse of `km_to_radians`.

    Parameters
    ----------
    radians : float or array-like
        Radians.

    Returns
    -------
    float or ndarray
        Kilometres.

    Examples
    --------
    >>> from coterie.distances import radians_to_km
    >>> print(radians_to_km(3.141592653589793).round())
    20015.0
    """
    with np.errstate(over="ignore"):  # of what is no angle
        return as_doubles(radians, name="radians")[()] * EARTH_RADIUS_KM
