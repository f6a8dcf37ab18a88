# SPDX-License-Identifier: BSD-3-Clause
"""Tables with columns of numbers and of categories: read column by column, and turned into one matrix of numbers."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Number
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..arrays import as_array, place
from ..containers import is_table, native, reading, table_columns
from ..wording import shown
from .columns import column_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DAY = np.timedelta64(1, "D")
_PLAIN = {str, bool, int}  # types whose values stay as they are
_EXACT = 2.0**53  # below it, float64 has every whole number


class Columns(NamedTuple):
    """The columns of a table.

    names : None where they have none
    arrays : for each column a bool, integer, float (NaN where a value is missing) or datetime64 (NaT) array of shape
        (n_rows,), or one of objects: str, bool, int and float, None where a value is missing
    orders : for each column the categories of an ordered categorical, lowest first; else None
    """

    names: NDArray[np.object_] | None
    arrays: tuple[NDArray[Any], ...]
    orders: tuple[tuple[Any, ...] | None, ...]

    def label(self, j: int) -> str:
        """What messages call a column."""
        return f"column {j}" if self.names is None else f"column {j} ({self.names[j]!r})"


def read_columns(X: Any, name: str = "X", owner: str | None = None) -> Columns:
    """Read the columns of a table, of an array, or of rows of Python's values.

    Parameters
    ----------
    X : array-like or table of shape (n_rows, n_columns)
        Of numbers, bool, text, dates, categoricals, and nullable types of pandas, polars and pyarrow. Columns of
        numbers are not copied where they need not be: callers must not write to them. `Columns` are returned as they
        are.
    name : str
        What the messages call the data.
    owner : str, optional
        The estimator or function that needs it, for the messages.

    Raises
    ------
    ImportError
        `X` is read by pyarrow, which is not installed.
    TypeError
        `X` is sparse or not in memory.
    ValueError
        `X` is not two-dimensional, has no rows or no columns, or holds infinity, complex numbers, vectors or other
        objects.
    """
    if isinstance(X, Columns):
        return X
    X = native(X, name)
    names = column_names(X)
    if is_table(X) and not hasattr(X, "__dask_graph__"):
        with reading(name):
            arrays = table_columns(X)
            orders = _orders(X)
    else:
        array = _rows(X, name)
        if array.ndim != 2:
            raise ValueError(
                f"Expected 2D array, got {array.ndim}D array instead: {name} must have rows and columns."
                " Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
                "or array.reshape(1, -1) if it contains a single sample."
            )
        arrays = list(array.T)
        orders = (None,) * len(arrays)
    n_rows = len(arrays[0]) if arrays else len(X)
    if not arrays or not n_rows:
        what, by = "sample" if not n_rows else "feature", f" by {owner}" if owner else ""
        raise ValueError(
            f"Found array with 0 {what}(s) (shape=({n_rows}, {len(arrays)})) while a minimum of 1 is required{by}."
        )
    return Columns(names, tuple(_clean(each, j, name, names) for j, each in enumerate(arrays)), tuple(orders))


def _rows(X: Any, name: str) -> NDArray[Any]:
    """Rows as an array. numpy makes text of numbers that stand beside text, so Python's values are kept as they are."""
    if isinstance(X, Sequence) and not isinstance(X, str | bytes):
        with reading(name):
            array = np.asarray(X)
            return np.array(X, dtype=object) if array.dtype.kind in "USM" else array
    return as_array(X, name)


def _orders(table: Any) -> Sequence[tuple[Any, ...] | None]:
    if hasattr(table, "iloc"):
        types = list(table.dtypes)
        return [tuple(map(_plain, each.categories)) if getattr(each, "ordered", False) else None for each in types]
    if hasattr(table, "get_columns"):  # the values of an Enum of polars are compared by its order
        types = list(table.dtypes)
        return [tuple(each.categories.to_list()) if type(each).__name__ == "Enum" else None for each in types]
    found: list[tuple[Any, ...] | None] = []
    for column in table.columns:
        is_ordered = hasattr(column.type, "index_type") and column.type.ordered and column.num_chunks
        found.append(tuple(column.unify_dictionaries().chunk(0).dictionary.to_pylist()) if is_ordered else None)
    return found


def _clean(column: NDArray[Any], j: int, name: str, names: Any) -> NDArray[Any]:
    """A column in one of the types that `Columns` allows."""
    kind = column.dtype.kind
    if column.ndim != 1:
        raise ValueError(f"Input {name} holds vectors in one of its columns.{place(0, j, names=names)}")
    if kind in "biu":
        return column
    if kind == "f":
        infinite = np.isinf(column)
        if infinite.any():
            at = place(int(infinite.argmax()), j, names=names)
            raise ValueError(f"Input {name} contains infinity or a value too large for {column.dtype!r}.{at}")
        return column
    if kind == "M":
        return column
    if kind == "c":
        raise ValueError(f"Complex data not supported\n{column}\n")
    if kind == "m":
        return np.where(np.isnat(column), np.nan, column / _DAY)
    return _of_objects(column.tolist(), j, name, names)


def _of_objects(values: list[Any], j: int, name: str, names: Any) -> NDArray[Any]:
    types = set(map(type, values)) - {type(None)}
    if not types <= _PLAIN:
        values = [None if is_missing(value) else value for value in values]
        types = set(map(type, values)) - {type(None)}
    if any(issubclass(each, complex | np.complexfloating) for each in types):
        raise ValueError(f"Complex data not supported\n{values}\n")
    if all(issubclass(each, datetime.date) for each in types) and types:
        return np.array([None if value is None else _naive(value) for value in values], "datetime64[us]")
    if all(issubclass(each, Number) and not issubclass(each, bool | np.bool_) for each in types):
        try:
            floats = np.array(values, np.float64)
        except (TypeError, OverflowError):
            at = next((i for i, value in enumerate(values) if not _is_float(value)), 0)
            raise ValueError(
                f"Input {name} holds {shown(values[at])}, which is not a number of float64.{place(at, j, names=names)}"
            ) from None
        return _clean(floats, j, name, names)
    for i, value in enumerate(() if types <= _PLAIN else values):
        if value is not None:
            values[i] = value = _plain(value)
            if not isinstance(value, str | bool | int | float):
                raise ValueError(
                    f"Input {name} holds {shown(value)}, which is neither a number nor text nor a date."
                    f"{place(i, j, names=names)}"
                )
            if value in (math.inf, -math.inf):
                raise ValueError(f"Input {name} contains infinity.{place(i, j, names=names)}")
    column = np.empty(len(values), object)
    column[:] = values
    return column


def is_missing(value: object) -> bool:
    """Whether a value is None, NaN, or what pandas has for them, which can't be compared."""
    return (
        value is None
        or (isinstance(value, float | np.floating) and value != value)
        or type(value).__name__ in ("NAType", "NaTType")
    )


def _plain(value: Any) -> Any:
    """A value of Python for one of numpy, and text for bytes and for dates beside text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Number) and not isinstance(value, bool | int | float) and _is_float(value):
        return float(value)  # type: ignore[arg-type]
    return value


def _naive(value: datetime.date) -> datetime.date:
    """A date without a time zone: numpy has none."""
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value


def _is_float(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError, OverflowError):
        return value is None
    return True


@dataclass(frozen=True)
class TableCode:
    """How the columns of a table become numbers, so that further tables become the same ones.

    Attributes
    ----------
    categories : tuple of (tuple or None)
        For each column its values (str, bool, int or float); None for a column that holds numbers or dates.
    is_category : tuple of bool
        Whether the values of a column are only equal or different. The others are numbers, dates, or the ranks of an
        ordered categorical.
    """

    categories: tuple[tuple[Any, ...] | None, ...]
    is_category: tuple[bool, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for what `fit` cannot produce; it may come from a file."""
        if not (isinstance(self.categories, tuple) and isinstance(self.is_category, tuple)):
            raise ValueError("categories and is_category should be tuples")
        if len(self.categories) != len(self.is_category):
            raise ValueError("categories and is_category should have one item for each column")
        for values, as_category in zip(self.categories, self.is_category, strict=True):
            if type(as_category) is not bool or not (isinstance(values, tuple) or (values is None and not as_category)):
                raise ValueError("a column should have a tuple of categories, or hold numbers")
            if values is not None and not all(
                type(each) in (str, bool, int) or (type(each) is float and math.isfinite(each)) for each in values
            ):
                raise ValueError("categories should be text, bool or finite numbers")
            if values is not None and len(set(values)) < len(values):
                raise ValueError("the categories of a column should be different")

    @classmethod
    def fit(cls, columns: Columns, is_category: Sequence[bool]) -> TableCode:
        """The code of these columns.

        Raises
        ------
        ValueError
            A column of text should be numbers.
        """
        categories: list[tuple[Any, ...] | None] = []
        for j, (column, order, as_category) in enumerate(zip(columns.arrays, columns.orders, is_category, strict=True)):
            if as_category:
                categories.append(order or distinct_values(column))
            elif order is not None and column.dtype.kind == "O":
                categories.append(order)
            elif column.dtype.kind == "O":
                example = next((value for value in column.tolist() if isinstance(value, str)), None)
                if example is not None:
                    raise ValueError(
                        f"The {columns.label(j)} holds text ({shown(example)}), which has no order. Treat it as a "
                        "category, or make it an ordered categorical."
                    )
                categories.append(None)
            else:
                categories.append(None)
        return cls(tuple(categories), tuple(bool(each) for each in is_category))

    def decode(self, rows: NDArray[np.floating]) -> NDArray[np.object_]:
        """Rows of such a matrix with the categories themselves; None for one that is missing."""
        values = np.empty(rows.shape, dtype=object)
        for j, (categories, is_category) in enumerate(zip(self.categories, self.is_category, strict=True)):
            column = rows[:, j].tolist()
            if is_category and categories:
                column = [None if math.isnan(each) else categories[int(each)] for each in column]
            values[:, j] = column
        return values

    def encode(self, columns: Columns) -> NDArray[np.float64]:
        """Turn columns into one matrix.

        Returns
        -------
        ndarray of shape (n_rows, n_columns), float64, C order
            Numbers as they are, dates as days since 1970-01-01, a value of a categorical as its place in `categories`,
            -1 for one that is not there. NaN where a value is missing.

        Raises
        ------
        ValueError
            The number of columns differs, a column that held numbers holds text, or an ordered categorical has a value
            that is not in its order.
        """
        if len(columns.arrays) != len(self.categories):
            raise ValueError(f"{len(columns.arrays)} columns were given, and {len(self.categories)} are expected.")
        values = np.empty((len(columns.arrays[0]), len(columns.arrays)))
        for j, (column, categories) in enumerate(zip(columns.arrays, self.categories, strict=True)):
            values[:, j] = _numbers(column, columns, j) if categories is None else places(column, categories)
            if categories is not None and not self.is_category[j] and (unknown := values[:, j] < 0).any():
                value = column[int(unknown.argmax())]
                raise ValueError(
                    f"The {columns.label(j)} holds {shown(value)}, which has no rank among "
                    f"{', '.join(map(repr, categories[:12]))}."
                )
        return values

    def unseen(self, columns: Columns, j: int) -> list[Any]:
        """The values of a category column that are not in its list."""
        known = set(self.categories[j] or ())
        return [value for value in distinct_values(columns.arrays[j]) if value not in known]


def distinct_values(column: NDArray[Any]) -> tuple[Any, ...]:
    """The different values of a column of `Columns`, in ascending order, numbers before text, without missing ones.

    Whole numbers below 2**53 are int, and dates are text.
    """
    if column.dtype.kind == "O":
        found = set(column.tolist()) - {None}
        return tuple(sorted(found, key=lambda value: (isinstance(value, str), value)))
    return tuple(_as_values(np.unique(column[~_is_nan(column)])))


def _is_nan(column: NDArray[Any]) -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = np.zeros(len(column), bool)
    if column.dtype.kind in "fM":  # NaN and NaT are the values that differ from themselves
        missing = column != column
    return missing


def _as_values(column: NDArray[Any]) -> list[Any]:
    """Values of an array that holds no missing ones."""
    if column.dtype.kind == "M":
        return [str(value) for value in column.astype("datetime64[us]").tolist()]
    return [
        int(value) if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT else value
        for value in column.tolist()
    ]


def places(column: NDArray[Any], categories: Sequence[Any]) -> NDArray[np.float64]:
    """The place of each value of a column in a list of different ones; -1 if it is not there, NaN if it is missing."""
    code_of: dict[Any, float] = {value: float(code) for code, value in enumerate(categories)}
    if column.dtype.kind == "O":
        code_of[None] = np.nan
        return np.fromiter((code_of.get(value, -1.0) for value in column.tolist()), np.float64, len(column))
    codes = np.full(len(column), np.nan)
    known = ~_is_nan(column)
    different, places = np.unique(column[known], return_inverse=True)
    codes[known] = np.array([code_of.get(value, -1.0) for value in _as_values(different)], np.float64)[places]
    return codes


def _numbers(column: NDArray[Any], columns: Columns, j: int) -> NDArray[np.float64]:
    if column.dtype.kind == "M":
        return np.where(np.isnat(column), np.nan, (column - np.datetime64(0, "D")) / _DAY)
    if column.dtype.kind == "O":
        text = next((value for value in column.tolist() if isinstance(value, str)), None)
        if text is not None:
            raise ValueError(f"The {columns.label(j)} holds text ({shown(text)}), but numbers are required.")
        return np.array(column, np.float64)  # None becomes NaN
    return column.astype(np.float64, copy=False)
