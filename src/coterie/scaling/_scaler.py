# SPDX-License-Identifier: BSD-3-Clause
"""`Scaler`: subtract the center of each column and divide by its scale."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base.arrays import as_matrix
from .._base.columns import check_n_features, column_names
from .._base.containers import native
from .._base.estimator import Estimator, Transformer
from .._base.parameters import one_of
from .._base.state import Array
from .._runtime.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = ("standard", "minmax", "robust", "log", "none")

_NORMAL_IQR = 1.3489795003921634  # interquartile range of the normal distribution with standard deviation 1


class Scaler(Transformer, Estimator):
    """Scale each column separately: ``(x - center) / scale``.

    Distances add up differences over the columns. Without scaling, a column in grams counts a thousand times as much as
    one in kilograms.

    Parameters
    ----------
    method : {"standard", "minmax", "robust", "log", "none"}, default="standard"
        - "standard": mean 0 and standard deviation 1.
        - "minmax": smallest value 0 and largest 1. A single outlier moves all other values close together.
        - "robust": median 0 and interquartile range 1; outliers do not affect the scale.
        - "log": ``log(1 + x)``, then as "standard": for amounts and counts with a long tail. Negative values are an
          error.
        - "none": columns stay as they are.

    Attributes
    ----------
    center_ : ndarray of shape (n_features,), float64
        The numbers that are subtracted, in the unit of the column, or of its logarithm for "log".
    scale_ : ndarray of shape (n_features,), float64
        The numbers that the columns are divided by; 1 if a column is constant.
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

    _rules = {"method": (one_of(*METHODS),)}
    _state = {
        **Estimator._state,
        "center_": (Array((np.float64,), ("n_features_in_",)),),
        "scale_": (Array((np.float64,), ("n_features_in_",), low=np.nextafter(0.0, 1.0)),),
    }

    center_: NDArray[np.float64]
    scale_: NDArray[np.float64]

    def __init__(self, method: str = "standard") -> None:
        self.method = method

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
        array, seen = self._read(X, allow_nan=True)
        names = seen.get("feature_names_in_")
        self._check_not_negative(array, names)
        logarithm = self.method == "log"
        center, scale = np.zeros(array.shape[1]), np.ones(array.shape[1])
        if self.method != "none":
            low, high = _range(array, logarithm)
            _check_range(low, high, names)
            varies = high - low > 10 * np.finfo(np.float64).eps * np.maximum(abs(low), abs(high))
            width = np.where(varies, high - low, 1.0)
            if self.method == "minmax":
                center, scale = low, width
            elif self.method == "robust":
                center, scale = _robust(array, low, width, varies)
            else:
                center, scale = _standard(array, low, width, varies, logarithm)
        self._become(center_=center, scale_=scale, **seen)
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
        with _refusing_overflow(scaled.dtype):
            for rows in _blocks(array):
                block = _values(array[rows], self.method == "log") - self.center_
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
        with _refusing_overflow(values.dtype):
            for rows in _blocks(array):
                block = array[rows] * self.scale_
                block += self.center_
                values[rows] = np.expm1(block) if self.method == "log" else block
        return values

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


def _values(block: NDArray[Any], logarithm: bool) -> NDArray[np.float64]:
    block = block.astype(np.float64, copy=False)
    return np.log1p(block) if logarithm else block


def _range(array: NDArray[Any], logarithm: bool) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Smallest and largest value of each column, without regard to NaN; 0 for a column of NaN only."""
    low, high = np.full((2, array.shape[1]), np.nan)
    for rows in _blocks(array):
        low = np.fmin(low, np.fmin.reduce(array[rows], axis=0))
        high = np.fmax(high, np.fmax.reduce(array[rows], axis=0))
    low, high = np.nan_to_num(low), np.nan_to_num(high)
    return (np.log1p(low), np.log1p(high)) if logarithm else (low, high)


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
    array: NDArray[Any], low: NDArray[Any], width: NDArray[Any], varies: NDArray[Any], logarithm: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation, from each value's place in the range of its column (0 to 1): whatever the offset
    and size of the values, nothing cancels or overflows."""
    n = np.zeros(array.shape[1])
    total, squares = np.zeros_like(n), np.zeros_like(n)
    for rows in _blocks(array):
        place = (_values(array[rows], logarithm) - low) / width
        n += len(place) - np.isnan(place).sum(axis=0)
        total += np.nansum(place, axis=0)
    n = np.maximum(n, 1.0)
    mean = total / n
    for rows in _blocks(array):
        place = (_values(array[rows], logarithm) - low) / width - mean
        squares += np.nansum(place * place, axis=0)
    return low + mean * width, np.where(varies, np.sqrt(squares / n) * width, 1.0)


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
