# SPDX-License-Identifier: BSD-3-Clause
"""What containers of data say of themselves: tables, plans of a computation, columns of vectors.

They are told by what they can do: pandas, polars, narwhals, dask and torch are never imported, and pyarrow only to read
what speaks nothing but Arrow.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .optional import how_to_install

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ARROW = ("__arrow_c_stream__", "__arrow_c_array__")
_READ_BY_NUMPY = ("__array__", "__array_interface__", "__array_struct__", "__dlpack__")
PROTOCOLS = (*_READ_BY_NUMPY, *_ARROW)  # by which containers hand out their data


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Whatever a container raises while it hands out its data becomes an error that names the data."""
    try:
        yield
    except MemoryError:
        raise MemoryError(f"Input {name} as an array does not fit into memory.") from None
    except Exception as error:
        raise ValueError(f"Input {name} can't be read as an array: {error}") from error


def native(X: Any, name: str = "X") -> Any:
    """The table that narwhals wraps; a table or column of pyarrow for what speaks only Arrow; else `X` itself.

    Some streams can be read only once: who reads names and numbers of the same data reads them from what this returns.

    Raises
    ------
    ImportError
        pyarrow is needed and not installed.
    ValueError
        The data can't be read.
    """
    if type(X) is np.ndarray or is_lazy(X):
        return X
    if hasattr(X, "to_native"):
        with reading(name):
            return X.to_native()
    if not any(hasattr(X, each) for each in _ARROW) or any(hasattr(X, each) for each in _READ_BY_NUMPY):
        return X
    try:
        import pyarrow
    except ImportError:
        raise ImportError(
            f"{name} is a {_library(X)} {type(X).__name__}, which is read by pyarrow: {how_to_install('pyarrow')}"
        ) from None
    with reading(name):
        column = pyarrow.chunked_array(X)
        return pyarrow.Table.from_struct_array(column) if pyarrow.types.is_struct(column.type) else column


def check_in_memory(X: object, name: str) -> None:
    """Raise TypeError for a plan of a computation, with the call that runs it."""
    call = "compute" if hasattr(X, "__dask_graph__") else "collect" if is_lazy(X) else ""
    if call:
        raise TypeError(
            f"{name} is a {_library(X)} {type(X).__name__}, which is not in memory. "
            f"Call .{call}() first if it fits into memory, or take a sample of its rows."
        )


def _library(X: object) -> str:
    return type(X).__module__.split(".")[0]


def is_lazy(X: object) -> bool:
    """Whether `X` is a plan of a computation, as those of dask and polars, that would have to run to have values."""
    return hasattr(X, "__dask_graph__") or (hasattr(X, "collect") and not hasattr(X, "__array__"))


def is_vector(value: object) -> bool:
    """Whether `value` is a sequence or an array of one dimension or more."""
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes) and np.ndim(value) > 0


def column_labels(X: object) -> Any:
    """What a table calls its columns; None for other things, and for a table without columns."""
    # These two attributes tell a table (pandas, polars, pyarrow) from other things that have columns.
    if type(X) is np.ndarray or not (hasattr(X, "__arrow_c_stream__") or hasattr(X, "__dataframe__")):
        return None
    names = getattr(X, "column_names", None)  # pyarrow, where `columns` are the data
    if names is None:
        names = getattr(X, "columns", None)
    return None if names is None or len(names) == 0 else names


def is_table(X: object) -> bool:
    """Whether `table_columns` can read `X`: a table of pandas, polars or pyarrow, with a column at least."""
    return column_labels(X) is not None and any(hasattr(X, each) for each in ("iloc", "get_columns", "column_names"))


def table_columns(table: Any, rows: slice = slice(None)) -> list[NDArray[Any]]:
    """Rows of the columns of a table of pandas, polars or pyarrow, as arrays.

    They are not copied where nothing is missing. Numbers with missing values are floats with NaN, and what numpy has no
    type for is objects. A column of vectors of a fixed length is a matrix if it is the only one.
    """
    if hasattr(table, "iloc"):
        return [_pandas_column(series) for _, series in table.iloc[rows].items()]
    part = table[rows]
    columns = [as_column(column) for column in (part.get_columns() if hasattr(part, "get_columns") else part.columns)]
    if len(columns) > 1:
        columns = [each if each.ndim == 1 else np.fromiter(each, object, len(each)) for each in columns]
    return columns


def _pandas_column(series: Any) -> NDArray[Any]:
    dtype = series.dtype
    if isinstance(dtype, np.dtype) or dtype.kind not in "iuf":
        return np.asarray(series)
    plain = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", None))  # nullable and pyarrow's types, sparse ones
    return np.asarray(series.to_numpy(dtype=float_type(np.dtype(plain)), na_value=np.nan))


def as_column(column: Any) -> NDArray[Any]:
    """A column of polars or pyarrow as an array; of two dimensions for vectors of a fixed length."""
    if type(getattr(column, "dtype", None)).__name__ == "Struct":
        return np.fromiter(column, object, len(column))  # polars would make numbers of all fields, even of dates
    kind: Any = getattr(column, "type", None)
    if hasattr(kind, "index_type"):  # numpy reads a missing value of such a column as one of its categories
        column = column.cast(kind.value_type)
    size = getattr(kind, "list_size", None)
    if size is None or column.null_count:
        return np.asarray(column)
    # In the memory of pyarrow this is a matrix, but it gives numpy objects.
    if hasattr(column, "chunks"):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    return np.asarray(column.flatten()).reshape(len(column), size)


def float_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """float32 for floats of up to four bytes, else float64."""
    return np.dtype(np.float32 if dtype.kind == "f" and dtype.itemsize <= 4 else np.float64)
