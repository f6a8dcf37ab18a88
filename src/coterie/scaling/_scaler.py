# SPDX-License-Identifier: BSD-3-Clause
"""`Scaler`: subtract the center of each column and divide by its scale."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np

from .._base.arrays import as_matrix
from .._base.containers import native
from .._base.estimator import Estimator, Transformer
from .._base.exceptions import FeatureScaleWarning
from .._base.html import element, join, table
from .._base.notebook import LONGEST_CELL, Card, first_rows
from .._base.parameters import NONE, Rule, one_of
from .._base.state import ABSENT, TEXTS, Array
from .._base.tables.columns import check_n_features, column_names
from .._base.tables.kind_hints import KINDS
from .._base.warnings import warn
from .._base.wording import as_column, number, share, shortened
from .._runtime.thresholds import thresholds
from ._auto import DOMINANT, WAYS, choose, tame, tell

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds
    from .._base.typing import ArrayLike

METHODS = ("auto", "standard", "minmax", "robust", "log", "none")

_DONE = {
    "standard": "mean 0 and standard deviation 1",
    "minmax": "smallest value 0, largest value 1",
    "robust": "median 0 and interquartile range 1",
    "log": "logarithm of 1 + x, then mean 0 and standard deviation 1",
    "none": "as they are",
}
_NORMAL_IQR = 1.3489795003921634  # interquartile range of the normal distribution with standard deviation 1


class Scaler(Transformer, Estimator):
    """Scale each column separately: ``(x - center) / scale``.

    Distances add up differences over the columns. Without scaling, a column in grams counts a thousand times as much as
    one in kilograms.

    Parameters
    ----------
    method : {"auto", "standard", "minmax", "robust", "log", "none"}, default="standard"
        - "auto": each column by its kind, as `coterie.column_kinds` has it. Amounts with a long tail: their logarithms,
          as "standard". Two values, such as 0 and 1: a difference of 1 between them. Counts and ratings: as
          "standard", but a step from one value to the next is at most 1. Latitude and longitude: divided by the larger
          of their standard deviations. All others: "standard".
        - "standard": mean 0 and standard deviation 1.
        - "minmax": smallest value 0 and largest 1. A single outlier moves all other values close together.
        - "robust": median 0 and interquartile range 1; outliers do not affect the scale.
        - "log": ``log(1 + x)``, then as "standard": for amounts and counts with a long tail. Negative values are an
          error.
        - "none": columns stay as they are.
    kinds : mapping from str or int to str, or sequence of length n_features, default=None
        For "auto": the kinds of columns that you know better, as `coterie.column_kinds` takes them.

    Attributes
    ----------
    center_ : ndarray of shape (n_features,), float64
        The numbers that are subtracted, in the unit of the column, or of its logarithm.
    scale_ : ndarray of shape (n_features,), float64
        The numbers that the columns are divided by; 1 if a column is constant.
    kinds_ : ndarray of shape (n_features,), object
        For "auto": the kind of each column.
    methods_ : ndarray of shape (n_features,), object
        For "auto": "log", "range" (of two values), "step" (counts and ratings), "place" (degrees) or "standard" for
        each column.
    unit_ : ndarray of shape (n_features,), float64
        For "auto": the u in ``log(1 + x / u)`` of the columns of which logarithms are taken; 1 for others.
    variance_shares_ : ndarray of shape (n_features,), float64
        For "auto": the share of each scaled column in the variance; all 0 if all columns are constant.
    n_features_in_ : int
        Number of columns that `fit` saw.
    feature_names_in_ : ndarray of shape (n_features,), object
        Names of the columns that `fit` saw. Only available if all columns have names.

    Notes
    -----
    NaN means a missing value: it is left out of the statistics and stays NaN. Infinite values are an error.

    A column that is constant, or varies by no more than rounding errors, becomes 0. The interquartile range of a column
    can be 0 although the column is not constant, for example if a count is mostly 0. In this case "robust" divides by
    1.349 standard deviations, which is the interquartile range of a normal distribution. If all values of a column are
    missing, its center is 0 and its scale is 1.

    In "auto", u is a tenth of the median of the values that are not 0, so that 0 is near a tenth of what is usual,
    whatever the unit of the column. Negative values, which a column with a long tail may have in new data, get the
    logarithm of their size with a minus in front. A column of 0 and 1 has a variance of 1/4 at most: two values are a
    coarse measure, and if each had the variance of an amount, clusters would be little but combinations of them. If
    one column then has more than half of the variance, there is a `FeatureScaleWarning`, and `describe` says so.

    Statistics are computed in float64 from differences to the smallest value, so that they are accurate for columns far
    from zero. The result for float32 data is float32. Besides input and output, the memory is a few blocks of rows, or
    one column for "robust". The input is never modified.

    For ordinary columns, the results are those of scikit-learn's ``StandardScaler``, ``MinMaxScaler`` and
    ``RobustScaler``. Two checks of scikit-learn's ``check_estimator`` do not apply. The checks with sparse data assume
    that a class with the name ``Scaler`` is an old ``StandardScaler``, and set its parameter ``with_mean``. Under
    another name the class passes these checks: its error says that the data are sparse.

    Examples
    --------
    >>> from coterie.scaling import Scaler
    >>> meters_and_grams = [[1.2, 3000.0], [1.4, 5000.0], [1.6, 4000.0]]
    >>> scaler = Scaler("minmax").fit(meters_and_grams)
    >>> scaler.transform(meters_and_grams).round(3)
    array([[0. , 0. ],
           [0.5, 1. ],
           [1. , 0.5]])
    >>> scaler.inverse_transform([[0.5, 0.5]])
    array([[1.4e+00, 4.0e+03]])
    """

    __module__ = "coterie.scaling"  # where users, pickles and model files find it

    _rules = {
        "method": (one_of(*METHODS),),
        "kinds": (Rule("a mapping, a list or a tuple", lambda value: isinstance(value, Mapping | list | tuple)), NONE),
    }
    _state = {
        **Estimator._state,
        "center_": (Array((np.float64,), ("n_features_in_",)),),
        "scale_": (Array((np.float64,), ("n_features_in_",), low=np.nextafter(0.0, 1.0)),),
        "kinds_": (Array(TEXTS, ("n_features_in_",)), ABSENT),
        "methods_": (Array(TEXTS, ("n_features_in_",)), ABSENT),
        "unit_": (Array((np.float64,), ("n_features_in_",), low=np.nextafter(0.0, 1.0)), ABSENT),
        "variance_shares_": (Array((np.float64,), ("n_features_in_",), low=0.0), ABSENT),
    }

    center_: NDArray[np.float64]
    scale_: NDArray[np.float64]
    kinds_: NDArray[np.object_]
    methods_: NDArray[np.object_]
    unit_: NDArray[np.float64]
    variance_shares_: NDArray[np.float64]

    def __init__(self, method: str = "standard", kinds: Kinds = None) -> None:
        self.method = method
        self.kinds = kinds

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.positive_only = self.method == "log"
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Compute center and scale of each column.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Numbers; NaN means a missing value.
        y : None
            Ignored; kept for API compatibility.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            `X` is not a table of finite numbers, or it has a negative number and the method is "log", or the range of a
            column is too large for float64.
        """
        self._check_parameters()
        if self.kinds is not None and self.method != "auto":
            raise ValueError(f"The 'kinds' parameter of Scaler is for method='auto', and method is {self.method!r}.")
        array, seen = self._read(X, allow_nan=True)
        names = seen.get("feature_names_in_")
        self._check_not_negative(array, names)
        d = array.shape[1]
        center, scale = np.zeros(d), np.ones(d)
        if self.method == "auto":
            seen["kinds_"], seen["methods_"], seen["unit_"] = choose(array, names, self.kinds)
        if self.method != "none":
            logs = _Logarithms.of(self.method, seen)
            low, high = _range(array, logs)
            _check_range(low, high, names)
            varies = high - low > 10 * np.finfo(np.float64).eps * np.maximum(abs(low), abs(high))
            width = np.where(varies, high - low, 1.0)
            if self.method == "minmax":
                center, scale = low, width
            elif self.method == "robust":
                center, scale = _robust(array, low, width, varies)
            else:
                center, scale = _standard(array, low, width, varies, logs)
            if self.method == "auto":
                spread, scale = scale, tame(array, seen["methods_"], scale, width, varies)
                variance = np.where(varies, (spread / scale) ** 2, 0.0)
                seen["variance_shares_"] = variance / (variance.sum() or 1.0)
        self._become(center_=center, scale_=scale, **seen)
        if self.method == "auto":
            self._warn_of_dominance()
        return self

    def transform(self, X: ArrayLike) -> Any:
        """Scale the columns of `X` with the statistics of the fit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            A new array: float32 for float32 data, otherwise float64. A table if `set_output` asks for one.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            The columns of `X` differ from those of the fit, `fit` would not accept its values, or a scaled value is too
            large for the type of the result.
        """
        X = native(X)
        array = self._read_more(X, allow_nan=True)
        self._check_not_negative(array, column_names(X))
        scaled = np.empty_like(array)
        logs = _Logarithms.of(self.method, self.__dict__)
        with _refusing_overflow(scaled.dtype):
            for rows in _blocks(array):
                block = logs.taken(array[rows]) - self.center_
                np.divide(block, self.scale_, out=scaled[rows], casting="same_kind")
        return self._as_output(scaled, X)

    def fit_transform(self, X: ArrayLike, y: object = None) -> Any:
        """Fit, then return the scaled columns: the same as ``fit(X).transform(X)``."""
        X = native(X)
        return self.fit(X).transform(X)

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Bring scaled rows, such as cluster centers, back to the units of the data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            A new array: float32 for float32 data, otherwise float64.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            `X` is not a table of finite numbers with the columns of the fit, or a result is too large for its type.
        """
        self._check_is_fitted()
        array = as_matrix(X, owner=type(self).__name__, allow_nan=True)
        check_n_features(array.shape[1], self.n_features_in_, type(self).__name__)
        values = np.empty_like(array)
        logs = _Logarithms.of(self.method, self.__dict__)
        with _refusing_overflow(values.dtype):
            for rows in _blocks(array):
                block = array[rows] * self.scale_
                block += self.center_
                values[rows] = logs.undone(block)
        return values

    def describe(self) -> str:
        """Say in words what was done to the columns; for "auto" a line for each.

        Returns
        -------
        str

        Raises
        ------
        NotFittedError
            `fit` was not called.

        Examples
        --------
        >>> from coterie.scaling import Scaler
        >>> spend, age, news = [10.0, 12, 15, 18, 25, 30, 60, 900], [20, 31, 45, 22, 60, 35, 50, 41], [0, 0, 1, 1] * 2
        >>> rows = list(zip(spend, age, news))
        >>> print(Scaler("auto", kinds=["long_tail", "amount", "binary"]).fit(rows).describe())
        column 0 (long tail): logarithm of 1 + x / 1.8, then mean 0 and standard deviation 1
        column 1 (amount): mean 0 and standard deviation 1
        column 2 (binary): mean 0, and the difference between its two values, 1, is 1
        """
        self._check_is_fitted()
        if self.method != "auto":
            return f"all columns: {_DONE[self.method]}"
        return tell(
            self._labels(), self.kinds_.tolist(), self.methods_.tolist(), self.unit_, self.scale_, self.variance_shares_
        )

    def _card(self) -> Card:
        card = super()._card()
        if not self.__sklearn_is_fitted__():
            return card
        columns = [
            [shortened(name, LONGEST_CELL) for name in self._labels()],
            as_column(self.center_),
            as_column(self.scale_),
        ]
        rows, note = first_rows(list(zip(*columns, strict=True)), "column")
        numbers = join(table(["column", "center", "scale"], rows), element("p", note, class_="quiet"))
        return card._replace(
            sentences=self.describe().splitlines(), folded={"Centers and scales": numbers, **card.folded}
        )

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns that `transform` gives: those of the fit.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names to use if `fit` saw none.

        Returns
        -------
        ndarray of shape (n_features,), object
        """
        return self._input_names(input_features)

    def _labels(self) -> list[str]:
        names = self.__dict__.get("feature_names_in_")
        return [f"column {j}" for j in range(self.n_features_in_)] if names is None else list(names)

    def _warn_of_dominance(self) -> None:
        most = int(self.variance_shares_.argmax())
        part = float(self.variance_shares_[most])
        if part > DOMINANT and np.count_nonzero(self.variance_shares_) > 1:
            warn(
                f"{self._labels()[most]} holds {share(part)} of the variance after scaling, because the other columns "
                "are 0/1, counts or ratings: clusters depend mostly on it.",
                FeatureScaleWarning,
            )

    def _check_relations(self) -> None:
        found = {"kinds_": KINDS, "methods_": WAYS, "unit_": None, "variance_shares_": None}
        for name, allowed in found.items():
            values = self.__dict__.get(name)
            if (values is None) == (self.method == "auto"):
                raise ValueError(f"{name!r} belongs to method='auto', and method is {self.method!r}")
            if allowed is not None and values is not None and not set(values) <= set(allowed):
                raise ValueError(f"{name!r} must hold words among {', '.join(allowed)}")

    def _check_not_negative(self, array: NDArray[Any], names: NDArray[Any] | None) -> None:
        if self.method != "log":
            return
        for rows in _blocks(array):
            negative = array[rows] < 0
            if negative.any():
                row, column = divmod(int(negative.argmax()), array.shape[1])
                name = "" if names is None else f" ({names[column]!r})"
                raise ValueError(
                    f"Negative values in data passed to Scaler with method 'log', which needs 0 or more. "
                    f"First {array[rows][row, column]} at row {rows.start + row}, column {column}{name}."
                )


def _blocks(array: NDArray[Any]) -> Iterator[slice]:
    step = max(1, thresholds.scaled_numbers // array.shape[1])
    for start in range(0, len(array), step):
        yield slice(start, start + step)


def as_drawn(scaler: Scaler, values: NDArray[Any], names: Sequence[str]) -> tuple[NDArray[Any], list[str]]:
    """Values in the units of the data as pictures show them, and what the columns are called there: those of which
    `scaler` takes logarithms by their logarithms."""
    logs = _Logarithms.of(scaler.method, vars(scaler))
    if logs.which is None:
        return values, list(names)
    which = np.ones(len(names), bool) if scaler.method == "log" else scaler.methods_ == "log"
    units = np.ones(len(names)) if scaler.method == "log" else scaler.unit_
    over = ["" if unit == 1 else f" / {number(unit)}" for unit in units]
    return logs.taken(values), [f"log(1 + {name}{over[j]})" if which[j] else name for j, name in enumerate(names)]


class _Logarithms(NamedTuple):
    """Which columns are taken by their logarithms: ``log(1 + x / unit)``, with the sign of x."""

    which: NDArray[np.bool_] | slice | None = None  # None: no column
    unit: NDArray[np.float64] | float = 1.0  # of those

    @classmethod
    def of(cls, method: str, fitted: Mapping[str, Any]) -> _Logarithms:
        if method != "auto":
            return cls(slice(None)) if method == "log" else cls()
        which = fitted["methods_"] == "log"
        return cls(which, fitted["unit_"][which]) if which.any() else cls()

    def taken(self, block: NDArray[Any]) -> NDArray[np.float64]:
        block = block.astype(np.float64, copy=False)
        if self.which is None:
            return block
        logs = block.copy()
        columns = block[:, self.which]
        logs[:, self.which] = np.copysign(np.log1p(np.abs(columns) / self.unit), columns)
        return logs

    def undone(self, block: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.which is not None:
            columns = block[:, self.which]
            block[:, self.which] = np.copysign(np.expm1(np.abs(columns)) * self.unit, columns)
        return block


def _range(array: NDArray[Any], logs: _Logarithms) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smallest and largest value of each column, without regard to NaN; 0 for a column of NaN only."""
    low, high = np.full((2, array.shape[1]), np.nan)
    for rows in _blocks(array):
        low = np.fmin(low, np.fmin.reduce(array[rows], axis=0))
        high = np.fmax(high, np.fmax.reduce(array[rows], axis=0))
    with np.errstate(over="ignore"):
        low, high = logs.taken(np.nan_to_num(np.array([low, high])))
    return low, high


def _check_range(low: NDArray[Any], high: NDArray[Any], names: NDArray[Any] | None) -> None:
    with np.errstate(over="ignore"):
        bad = np.isinf(high - low)
    if bad.any():
        j = int(bad.argmax())
        name = "" if names is None else f" ({names[j]!r})"
        raise ValueError(
            f"The numbers of column {j}{name} go from {low[j]:.6g} to {high[j]:.6g}, and their difference "
            "is beyond float64. Divide them by a constant first."
        )


@contextlib.contextmanager
def _refusing_overflow(dtype: np.dtype) -> Iterator[None]:
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError:
        raise ValueError(
            f"Some numbers of X are so far from the data of the fit that the result is beyond {dtype}."
        ) from None


def _standard(
    array: NDArray[Any], low: NDArray[Any], width: NDArray[Any], varies: NDArray[Any], logs: _Logarithms | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation, from each value's place in the range of its column (0 to 1): whatever the offset
    and size of the values, nothing cancels or overflows."""
    logs = logs or _Logarithms()
    n = np.zeros(array.shape[1])
    total, squares = np.zeros_like(n), np.zeros_like(n)
    for rows in _blocks(array):
        place = (logs.taken(array[rows]) - low) / width
        n += len(place) - np.isnan(place).sum(axis=0)
        total += np.nansum(place, axis=0)
    n = np.maximum(n, 1.0)
    mean = total / n
    for rows in _blocks(array):
        place = (logs.taken(array[rows]) - low) / width - mean
        squares += np.nansum(place * place, axis=0)
    deviation = np.sqrt(squares / n) * width
    return low + mean * width, np.where(varies, np.where(deviation > 0, deviation, width), 1.0)  # 0 by underflow only


def _robust(
    array: NDArray[Any], low: NDArray[Any], width: NDArray[Any], varies: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median and interquartile range."""
    center, scale = low.copy(), np.ones_like(low)
    for j, column in enumerate(array.T):
        values = column[~np.isnan(column)].astype(np.float64)
        if len(values):
            first, center[j], third = np.percentile(values, (25, 50, 75), overwrite_input=True)
            if varies[j]:
                scale[j] = third - first
    no_range = scale == 0
    if no_range.any():
        deviation = _standard(array, low, width, varies)[1]
        scale[no_range] = _NORMAL_IQR * deviation[no_range]
    return center, scale
