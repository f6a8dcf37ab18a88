# SPDX-License-Identifier: BSD-3-Clause
"""The table of metrics, and what is checked of rows before a metric measures them."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.parameters import CALLABLE, NONE, Rule, as_float, is_real
from .._base.warnings import told_once, warn
from .._base.wording import shown
from ._gower import GowerColumns
from ._missing import rows_without_shared_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric and its properties. `as_metric` creates it.

    Attributes
    ----------
    name : str
        The name in the table above, or the name of the function for a callable.
    aliases : tuple of str
        Its other names.
    kernel : str
        The formula that computes it: "manhattan" for minkowski with p=1, "" for a callable.
    p : float
        The exponent of minkowski.
    function : callable or None
        ``f(x, y)``, for a callable.
    undefined : {"", "zero", "constant"}
        Rows whose distances are undefined: none, rows of zeros, or rows of equal numbers.
    scale_free : bool
        Whether the features should not be scaled, because the metric has its own scale or does not depend on it.
    n_features : int or None
        The only number of features for which it is defined.
    passes_missing : bool
        Whether NaN is a missing value, which is left out of the distance.
    columns : object or None
        For gower: the kinds, weights, ranges and categories of the columns, as they are given or as a fit has found
        them.
    """

    name: str
    aliases: tuple[str, ...] = ()
    kernel: str = ""
    p: float = 2.0
    function: Callable[..., object] | None = None
    undefined: str = ""
    scale_free: bool = False
    n_features: int | None = None
    passes_missing: bool = False
    columns: GowerColumns | None = None

    @property
    def params(self) -> dict[str, Any]:
        """The arguments of `as_metric` beside the name."""
        if self.columns is not None:
            return self.columns.params
        return {"p": self.p} if self.name == "minkowski" else {}

    @property
    def of_rows(self) -> Metric:
        """The same for rows that it has read from a table: in them, categories are their places."""
        return self if self.columns is None else dataclasses.replace(self, columns=self.columns.of_codes())

    @property
    def power(self) -> float:
        """The power of numbers that is added up; 0 where they are divided first, or not added up."""
        return max(self.p, 1.0) if self.kernel == "minkowski" else _FORMULAS.get(self.kernel, _FORMULAS[""]).power

    @property
    def degree(self) -> int:
        """If the rows are multiplied by t, their distances are multiplied by t to this power."""
        return _FORMULAS.get(self.kernel, _FORMULAS[""]).degree

    @property
    def cost(self) -> float:
        """Nanoseconds of a feature of a pair."""
        return _FORMULAS.get(self.kernel, _FORMULAS[""]).cost

    @property
    def triangle(self) -> float:
        """The power of distances that obeys the triangle inequality; 0 where none is known to do."""
        if self.kernel == "minkowski":
            return 1.0 if self.p >= 1 else 0.0
        return _FORMULAS.get(self.kernel, _FORMULAS[""]).triangle

    def as_length(self, radius: float) -> float:
        """A radius in the units of the rows; 0 where it has none."""
        return radius ** (1.0 / self.degree) if self.degree else 0.0


Metric.__module__ = "coterie.distances"  # where users find it, and pickles


class _Formula(NamedTuple):
    """What holds for a formula, whichever metric it computes: see the properties of `Metric`."""

    power: float = 0.0
    degree: int = 0
    cost: float = 0.1
    triangle: float = 0.0


_FORMULAS = {
    "": _Formula(),  # a callable
    "euclidean": _Formula(power=2.0, degree=1, triangle=1.0),
    "sqeuclidean": _Formula(power=2.0, degree=2, triangle=0.5),
    "manhattan": _Formula(power=1.0, degree=1, triangle=1.0),
    "chebyshev": _Formula(power=1.0, degree=1, triangle=1.0),
    "minkowski": _Formula(degree=1, cost=25.0),  # its power is p
    "cosine": _Formula(triangle=0.5),
    "correlation": _Formula(triangle=0.5),
    "canberra": _Formula(power=1.0, cost=0.4, triangle=1.0),
    "braycurtis": _Formula(power=1.0),
    "hamming": _Formula(triangle=1.0),
    "jaccard": _Formula(triangle=1.0),
    "dice": _Formula(),
    "haversine": _Formula(cost=25.0, triangle=1.0),
    "gower": _Formula(cost=0.2),
    "nan_euclidean": _Formula(power=2.0, degree=1, cost=0.2),
}
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
    Metric("gower", (), "gower", scale_free=True, passes_missing=True, columns=GowerColumns()),
    Metric("nan_euclidean", (), "nan_euclidean", passes_missing=True),
)
BY_NAME = {name: metric for metric in _TABLE for name in (metric.name, *metric.aliases)}

NAMES = tuple(metric.name for metric in _TABLE)


def as_metric(metric: str | Callable[..., object] | Metric, **kwargs: object) -> Metric:
    """Find a metric by its name, or use a function as one.

    Parameters
    ----------
    metric : str, callable or Metric
        A name from the table above, in upper or lower case; a function of two rows that returns a number; or the result
        of an earlier call.
    **kwargs
        ``p`` for minkowski, greater than 0; ``kinds``, ``weights`` and ``ranges`` for gower (see `coterie.distances`);
        or arguments for a callable.

    Returns
    -------
    Metric

    Raises
    ------
    ValueError
        The name is unknown, `p` is not greater than 0, or a `Metric` does not come from `as_metric`.
    TypeError
        `metric` is neither text nor callable, or it does not take such an argument.

    Examples
    --------
    >>> from coterie.distances import as_metric
    >>> as_metric("l1").name
    'manhattan'
    >>> as_metric("minkowski", p=float("inf")).kernel
    'chebyshev'
    """
    if isinstance(metric, str):
        found = _by_name(metric)
        if found is None:
            raise ValueError(f"Unknown Distance Metric: {metric.lower()}. Known metrics: {', '.join(NAMES)}.")
        if found.name == "minkowski":
            return _minkowski(found, **kwargs)
        if found.name == "gower" and kwargs.keys() <= {"kinds", "weights", "ranges", "categories"}:
            return dataclasses.replace(found, columns=GowerColumns.of(**kwargs))
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
    if metric is not found and found.name == "gower":
        raise TypeError(f"The metric 'gower' takes 'kinds', 'weights' and 'ranges'. Got {', '.join(kwargs)}.")
    raise TypeError(
        f"The metric {found.name!r} takes no argument {', '.join(map(repr, kwargs))}."
        + " It is a Metric, which has its arguments already." * bool(metric is found and found.params)
        + " Features are weighted by scaling them." * ("w" in kwargs)
    )


def _by_name(name: str) -> Metric | None:
    """The metric of that name, in upper or lower case."""
    return BY_NAME.get(name) or BY_NAME.get(name.lower())


def is_precomputed(metric: object) -> bool:
    """Whether the parameter `metric` says that distances are given."""
    return isinstance(metric, str) and metric == "precomputed"


def read_metric(
    metric: str | Callable[..., object] | Metric, metric_params: Mapping[str, object] | None, p: float | None
) -> Metric | None:
    """The metric of an estimator, of the parameters with these names; None if distances are given.

    `p` is for minkowski alone; one in `metric_params` goes before it.
    """
    if is_precomputed(metric):
        return None
    params = dict(metric_params or {})
    if p is not None and isinstance(metric, str) and _by_name(metric) is BY_NAME["minkowski"]:
        params.setdefault("p", p)
    return as_metric(metric, **params)


def _minkowski(metric: Metric, *, p: object = 2.0, **kwargs: object) -> Metric:
    if kwargs:
        raise TypeError(
            f"The metric 'minkowski' takes no argument {', '.join(map(repr, kwargs))}, only 'p'."
            + " Features are weighted by scaling them." * ("w" in kwargs)
        )
    if not is_real(p):
        raise TypeError(f"p must be a number greater than 0, got {shown(p)}")
    if not p > 0:
        raise ValueError(f"p must be greater than 0, got {shown(p)}")
    p = as_float(p)
    kernel = {1.0: "manhattan", 2.0: "euclidean", math.inf: "chebyshev"}.get(p, "minkowski")
    return Metric(metric.name, metric.aliases, kernel, p)


def _check_metric(metric: Metric) -> None:
    """Check that one that was made by hand is that of the table, but for `params`, or has a function."""
    if callable(metric.function):
        return
    made = as_metric(metric.name, **metric.params)
    if metric != made:
        raise ValueError(
            f"A Metric without a function must be what as_metric({metric.name!r}) returns. Got {shown(metric)}."
        )


def _has_learned(value: object) -> bool:
    return isinstance(value, Metric) and (value.columns is None or value.columns.code is not None)


def _is_metric(value: object) -> bool:
    if isinstance(value, str):
        return is_precomputed(value) or _by_name(value) is not None
    return isinstance(value, Metric)


# What the parameter `metric` of an estimator may be.
METRIC = (Rule(f"a str among {{{', '.join(map(repr, (*NAMES, 'precomputed')))}}}", _is_metric), CALLABLE)
# What an estimator was fitted with: None for given distances.
FITTED_METRIC = (Rule("a Metric, with what it has learned", lambda value: _has_learned(value)), NONE)


def is_fit_of(fitted: Metric | None, given: Metric | None) -> bool:
    """Whether a fit with the metric `given` may have kept `fitted`, which has learned its columns since."""
    return (None if fitted is None else dataclasses.replace(fitted, columns=None)) == (
        None if given is None else dataclasses.replace(given, columns=None)
    )


def safe_exponent(metric: Metric, *arrays: NDArray[Any], radius: float = 0.0, name: str | None = None) -> int:
    """The power of two to divide rows by so that nothing overflows or vanishes where `metric` adds up their numbers.

    radius : what distances are compared with, if they are; 0 and infinity say nothing about their size
    name : as of `power_of_two.exponent_for`
    """
    return power_of_two.exponent_for(*arrays, power=metric.power, radius=metric.as_length(radius), name=name)


def check_suits(X: NDArray[Any], metric: Metric, name: str = "X", fitted: NDArray[Any] | None = None) -> None:
    """Check that `metric` is defined between the rows of `X`, or between these and others. Algorithms call this first.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    metric : Metric
    name : str
        What messages call `X`.
    fitted : ndarray of shape (n_fitted, n_features), optional
        Rows that were checked before, and are those that rows of `X` are compared with.

    Raises
    ------
    ValueError
        The number of features is wrong, a row is all zeros (cosine) or has all numbers equal (correlation), or two rows
        share no column in which both have a value (gower, nan_euclidean).

    Warns
    -----
    UserWarning
        Latitudes for haversine are beyond the poles: most likely degrees.
    """
    check_features(X, metric, name)
    if metric.passes_missing:
        counted = slice(None) if metric.columns is None else metric.columns.is_counted
        pair = rows_without_shared_columns(X[:, counted], None if fitted is None else fitted[:, counted])
        if pair is not None:
            which = f"rows {pair[0]} and {pair[1]} of {name}"
            if fitted is not None:
                which = f"row {pair[0]} of {name} and row {pair[1]} of those that it is compared with"
            raise ValueError(
                f"The {metric.name} distance between {which} is not defined: they have values in no common column. "
                "Leave such rows out, or fill in some of their values."
            )
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


def check_fitted(X: NDArray[Any], metric: Metric | None, n_samples: int, name: str) -> None:
    """Check rows that an estimator has kept: `metric` is defined between them; None stands for rows of distances.

    Raises
    ------
    ValueError
        As by `check_suits`, or rows of distances are not as long as there are rows, or one is negative.
    """
    if metric is not None:
        if not metric.passes_missing and np.isnan(X).any():
            raise ValueError(f"{name} should be finite, without NaN, with the metric {metric.name!r}")
        if metric.columns is not None:
            metric.columns.check_rows(X, name)
        with told_once(UserWarning):  # fit has warned
            check_suits(X, metric, name)
    elif X.shape[1] != n_samples or X.min(initial=0) < 0:
        raise ValueError(
            f"{name} should be distances to {n_samples} rows, but its shape is {X.shape} or a number is negative"
        )


def check_features(X: NDArray[Any], metric: Metric, name: str) -> None:
    if metric.columns is not None and metric.columns.n_columns != X.shape[1]:
        raise ValueError(f"{name} has {X.shape[1]} columns, and the metric 'gower' is of {metric.columns.n_columns}.")
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
