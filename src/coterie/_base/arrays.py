# SPDX-License-Identifier: BSD-3-Clause
"""Data of any container as arrays, for the kernels.

Messages open with scikit-learn's sentence, which its own checks match, and go on with the place in the caller's data.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime.thresholds import thresholds
from ._kernels.magnitude import largest_magnitude
from .containers import (
    as_column,
    check_in_memory,
    column_labels,
    float_type,
    is_lazy,
    is_table,
    is_vector,
    native,
    reading,
    table_columns,
)
from .parameters import is_real
from .tables.columns import column_names
from .wording import shown

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from .typing import ArrayLike

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)
_HOST = (1, 3, 11, 13)  # the kinds of devices of DLPack whose memory the CPU can read
_ON_DEVICE = "it is in the memory of a GPU or another device. Copy it to the memory of the CPU first."


def as_matrix(
    X: ArrayLike, *, name: str = "X", owner: str | None = None, allow_nan: bool = False, finite: bool = True
) -> NDArray[np.floating]:
    """Return `X` as a native, aligned, C-ordered float array of two dimensions.

    Such an array is returned as it is, without a copy, and may be read-only: callers must not write to it.

    Parameters
    ----------
    X : array-like, table or CPU tensor of shape (n_samples, n_features)
        float32 stays float32, float16 becomes float32, any other real number or bool becomes float64. A column of
        vectors of one length, such as embeddings, is a matrix if it is the only column.
    name : str
        What the messages call the data.
    owner : str, optional
        The estimator or function that needs it, for the messages.
    allow_nan : bool
        Let NaN (a missing value) pass, but not infinity.
    finite : bool
        False lets NaN and infinity pass.

    Raises
    ------
    ImportError
        `X` is read by pyarrow, which is not installed.
    TypeError
        `X` is sparse or not in memory (dask), or holds objects that are not numbers.
    ValueError
        `X` is not two-dimensional, has no rows or no columns, is complex, or holds text, dates, NaN or infinity, or
        vectors beside other columns or of different lengths.
    """
    X = native(X, name)
    array = _read(X, name)
    if array.ndim != 2:
        _raise_for_dimensions(array, owner)
    array = _to_float(array, X, name)
    if array.size == 0:
        what, by = "sample" if len(array) == 0 else "feature", f" by {owner}" if owner else ""
        raise ValueError(f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required{by}.")
    if finite and largest_magnitude(array) == math.inf:
        _raise_for_not_finite(array, X, name, owner, allow_nan)
    return array


def as_floats(X: ArrayLike, *, name: str = "X") -> NDArray[np.floating]:
    """Return `X` as native, aligned, C-ordered floats of any shape and any values: NaN and infinity pass.

    Such an array is returned as it is, without a copy; types are those of `as_matrix`.

    Raises
    ------
    TypeError
        `X` is sparse, or holds objects that are not numbers.
    ValueError
        `X` is complex, or holds text or dates.
    """
    X = native(X, name)
    return _to_float(_read(X, name), X, name)


def as_doubles(X: ArrayLike, *, name: str = "X") -> NDArray[np.float64]:
    """Return `X` as `as_floats` does, but always in float64."""
    X = native(X, name)
    return _to_float(_read(X, name), X, name, _F64)


def as_weights(
    sample_weight: ArrayLike | None,
    n_samples: int,
    *,
    allow_negative: bool = False,
    may_be_zero: bool = False,
    name: str = "sample_weight",
) -> NDArray[np.float64] | None:
    """Return `sample_weight` as a C-ordered float64 vector; None (every row counts as one) stays None.

    Raises
    ------
    TypeError
        It holds objects that are not numbers.
    ValueError
        It is not a number or a vector of length `n_samples`, a weight is negative (unless allowed), NaN or infinite, or
        all are zero (unless they may be).
    """
    if sample_weight is None:
        return None
    if is_real(sample_weight):
        array = np.full(n_samples, as_doubles(sample_weight, name=name))
    else:
        sample_weight = native(sample_weight, name)
        array = as_array(sample_weight, name)
        if array.ndim != 1:
            raise ValueError(
                f"Sample weights must be 1D array or scalar, got {array.ndim}D array. "
                f"Expected either a scalar value or a 1D array of length {n_samples}."
            )
        array = _to_float(array, sample_weight, name, _F64)
        if array.shape[0] != n_samples:
            raise ValueError(f"{name}.shape == {array.shape}, expected {(n_samples,)}!")
    if largest_magnitude(array) == math.inf:
        _raise_for_not_finite(array, sample_weight, name)
    if not allow_negative and array.min() < 0:
        raise ValueError(f"Negative values in data passed to `{name}`.{place(int((array < 0).argmax()))}")
    if not may_be_zero and not array.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return array


def for_kernels(array: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Return `array`, of at least one dimension, C-ordered and aligned; itself where it is that already.

    A view into records may not be aligned, and loads of such numbers are undefined in C.
    """
    array = np.ascontiguousarray(array, dtype)
    return array if array.flags.aligned else array.copy()


# ------------------------------------------------------------------------------------------- containers


def as_array(X: object, name: str = "X") -> NDArray[Any]:
    """Any container as a numpy array of whatever type and layout is nearest; such an array is returned as it is.

    Masked values are NaN, or None where the type has no NaN.

    Raises
    ------
    ImportError
        `X` is read by pyarrow, which is not installed.
    TypeError
        `X` is sparse, or not in memory (a dask collection, a lazy frame).
    ValueError
        numpy can't read `X`, `X` is in the memory of a device, or it holds vectors that do not form a matrix.
    """
    array = X if type(X) is np.ndarray else _to_array(X, name)
    return _spread_vectors(array, X, name) if array.dtype.kind == "O" else array


def _to_array(X: Any, name: str) -> NDArray[Any]:
    if hasattr(X, "tocsr"):
        raise TypeError(
            f"Sparse data was passed for {name}, but dense data is required. "
            "Use '.toarray()' to convert to a dense numpy array."
        )
    if isinstance(X, np.ma.MaskedArray):
        if not np.ma.is_masked(X):
            return X.data
        if X.dtype.kind in "biuf":
            return np.ma.filled(X.astype(float_type(X.dtype)), np.nan)
        array = X.data.astype(object)
        array[np.ma.getmaskarray(X)] = None
        return array
    X = native(X, name)
    check_in_memory(X, name)
    n_columns = _n_columns(X, name)
    if n_columns == 1:
        (column,) = _columns(X, name, slice(None))
        return column if column.ndim == 2 else column[:, None]
    if n_columns and all(column.dtype.kind in "biuf" for column in _columns(X, name, slice(1))):
        return _table_to_float(X, name)
    with reading(name):
        if getattr(X, "requires_grad", False):  # torch does not hand out such a tensor as it is
            X = X.detach()
        if str(getattr(X, "dtype", "")) == "torch.bfloat16":
            X = X.float()
        if not any(hasattr(X, each) for each in ("__array__", "__array_interface__", "__array_struct__")):
            if hasattr(X, "__dlpack__"):
                return _from_dlpack(X)
            if hasattr(X, "__cuda_array_interface__"):
                raise ValueError(_ON_DEVICE)
        return as_column(X)


def _from_dlpack(X: Any) -> NDArray[Any]:
    kind, _ = X.__dlpack_device__()
    if kind not in _HOST:
        raise ValueError(_ON_DEVICE)
    return np.from_dlpack(X)


def _spread_vectors(array: NDArray[Any], original: object, name: str) -> NDArray[Any]:
    """A matrix of the vectors that the one column of `array` holds; `array` itself where it holds none."""
    kinds = _kinds_of_vectors(array)
    if not kinds or array.ndim not in (1, 2):
        return array
    if array.ndim == 2 and array.shape[1] > 1:
        at = next(index for index, value in np.ndenumerate(array) if type(value) in kinds)
        _raise_for_vectors_beside_others(name, at, original)
    vectors = array.ravel().tolist()
    row = next((i for i, value in enumerate(vectors) if not is_vector(value)), None)
    if row is not None:
        raise ValueError(f"Input {name} holds vectors, but not in every row: {shown(vectors[row])}.{place(row)}")
    row = next((i for i, value in enumerate(vectors) if len(value) != len(vectors[0])), None)
    if row is not None:
        raise ValueError(
            f"Input {name} holds vectors of different lengths: {len(vectors[0])} numbers in row 0, "
            f"{len(vectors[row])} in row {row}."
        )
    try:
        return np.array(vectors)
    except ValueError as error:
        raise ValueError(f"Input {name} holds vectors that do not form a matrix: {error}") from None


def _kinds_of_vectors(array: NDArray[Any]) -> set[type]:
    """The types of the vectors among objects."""
    return {
        kind
        for kind in set(map(type, array.flat))
        if issubclass(kind, Sequence | np.ndarray) and not issubclass(kind, str | bytes)
    }


def _raise_for_vectors_beside_others(name: str, at: tuple[int, ...], original: object) -> None:
    raise ValueError(
        f"Input {name} holds vectors in one of several columns. Pass this column alone, or spread its "
        f"numbers over columns of their own.{place(*at, names=column_labels(original))}"
    )


# ------------------------------------------------------------------------------------------- tables


def _read(X: Any, name: str) -> NDArray[Any]:
    """`X` as `as_array` has it, but of a table of several columns always the numbers."""
    if type(X) is np.ndarray or is_lazy(X) or _n_columns(X, name) < 2:
        return as_array(X, name)
    return _table_to_float(X, name)


def _n_columns(X: Any, name: str) -> int:
    """How many columns a table has; 0 for other things, and for a table of pandas that lies there as an array."""
    with reading(name):
        if not is_table(X):
            return 0
        types = set(X.dtypes) if hasattr(X, "iloc") else set()
        return 0 if len(types) == 1 and isinstance(types.pop(), np.dtype) else len(column_labels(X))


def _columns(table: Any, name: str, rows: slice) -> list[NDArray[Any]]:
    with reading(name):
        return table_columns(table, rows)


def _table_to_float(table: Any, name: str) -> NDArray[np.floating]:
    """The numbers of a table, read in blocks of rows, so that nothing but the result is as large as the table."""
    n_rows, n_columns = table.shape
    step = max(thresholds.table_rows, thresholds.table_numbers // n_columns)
    columns = _numbers(table, name, slice(step))
    matrix = np.empty((n_rows, n_columns), float_type(np.result_type(*{each.dtype for each in columns})))
    for start in range(0, n_rows, step):
        block = matrix[start : start + step]
        if start:
            columns = _numbers(table, name, slice(start, start + step))
        if {len(column) for column in columns} != {len(block)}:
            raise ValueError(f"Input {name} can't be read as an array: its columns are not as long as its shape says.")
        for row in range(0, len(block), thresholds.table_near):  # so that each cache line is written at once
            few = slice(row, row + thresholds.table_near)
            for j, column in enumerate(columns):
                block[few, j] = column[few]
    return matrix


def _numbers(table: Any, name: str, rows: slice) -> list[NDArray[Any]]:
    """Rows of each column, which must hold numbers of any type."""
    columns = _columns(table, name, rows)
    for j, column in enumerate(columns):
        if column.dtype.kind in "biuf":
            continue
        corner = (rows.start or 0, j)
        if column.dtype.kind in "SUT":
            column = column.astype(object)  # so that the message shows a text
        if column.dtype.kind == "O" and (kinds := _kinds_of_vectors(column)):
            row = next(i for i, value in enumerate(column) if type(value) in kinds)
            _raise_for_vectors_beside_others(name, (corner[0] + row, j), table)
        columns[j] = _to_float(column, table, name, corner=corner)
    return columns


# ------------------------------------------------------------------------------------------- numbers


def _to_float(
    array: NDArray[Any],
    original: object,
    name: str,
    dtype: np.dtype[np.float64] | None = None,
    corner: tuple[int, ...] = (),
) -> NDArray[Any]:
    """`array` as native, aligned, C-ordered floats; itself where it is that already.

    `corner`: row and column of its first value in `original`, if it is part of a column, for the messages.
    """
    flags = array.flags
    if (array.dtype == _F64 or (array.dtype == _F32 and dtype is None)) and flags.c_contiguous and flags.aligned:
        return array
    kind = array.dtype.kind
    if kind == "O":
        return _objects_to_float(array, original, name, corner)
    if kind == "c":
        raise ValueError(f"Complex data not supported\n{array}\n")
    is_small = kind == "V" and np.can_cast(array.dtype, _F32)  # bfloat16 and the like, of the library ml_dtypes
    if kind not in "biuf" and not is_small:
        holds = {"M": "dates", "m": "time differences", "V": "records"}.get(kind, "text")
        at = place(*corner, names=column_names(original))
        raise ValueError(
            f"Input {name} holds {holds} ({array.dtype}), but numbers are required. "
            f"Convert them to numbers or leave them out.{at}"
        )
    with np.errstate(over="ignore"):  # long double beyond float64: infinity, which is reported as such
        return np.array(array, dtype=dtype or (_F32 if is_small else float_type(array.dtype)), order="C")


def _objects_to_float(array: NDArray[Any], original: object, name: str, corner: tuple[int, ...]) -> NDArray[np.float64]:
    def first(kinds: set[type]) -> tuple[int, ...]:
        return next(index for index, value in np.ndenumerate(array) if type(value) in kinds)

    def at(*index: int) -> str:
        place_in = (corner[0] + index[0], corner[1]) if corner and index else index
        return place(*place_in, names=column_names(original))

    kinds = set(map(type, array.flat))
    # numpy would read numbers out of text; a text column is far more often a mistake than a number.
    text = {kind for kind in kinds if issubclass(kind, (str, bytes))}
    if text:
        index = first(text)
        raise ValueError(
            f"Input {name} holds text ({shown(array[index])}), but numbers are required. Convert it to "
            f"numbers or leave it out.{at(*index)}"
        )
    if any(issubclass(kind, (complex, np.complexfloating)) for kind in kinds):
        raise ValueError(f"Complex data not supported\n{array}\n")
    if dates := {kind for kind in kinds if issubclass(kind, datetime.date | datetime.timedelta)}:
        index = first(dates)
        holds = "dates" if isinstance(array[index], datetime.date) else "time differences"
        raise ValueError(
            f"Input {name} holds {holds} ({shown(array[index])}), but numbers are required. "
            f"Convert them to numbers or leave them out.{at(*index)}"
        )
    if missing := {kind for kind in kinds if kind.__name__ == "NAType"}:  # of pandas, which is no number
        array = array.copy()
        array[np.reshape([type(value) in missing for value in array.flat], array.shape)] = None
    try:
        return np.array(array, dtype=_F64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        index = next((index for index, value in np.ndenumerate(array) if not _is_number(value)), ())
        if isinstance(error, OverflowError):
            raise ValueError(f"Input {name} contains infinity or a value too large for {_F64!r}.{at(*index)}") from None
        raise type(error)(f"{error}. Input {name} must hold numbers.{at(*index)}") from None


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return value is None  # NaN, as numpy reads it
    return True


# ------------------------------------------------------------------------------------------- what is wrong, and where


def _first_not_finite(array: NDArray[Any], allow_nan: bool) -> tuple[int, ...] | None:
    """Index of the first NaN (unless allowed) or infinity; in blocks, so that memory does not grow with the data."""
    step = max(1, 65536 // max(1, array[:1].size))
    for start in range(0, len(array), step):
        block = array[start : start + step]
        bad = np.isinf(block) if allow_nan else ~np.isfinite(block)
        if bad.any():
            row, *column = np.unravel_index(bad.argmax(), bad.shape)
            return (start + int(row), *map(int, column))
    return None


def _raise_for_not_finite(
    array: NDArray[Any], original: object, name: str, owner: str | None = None, allow_nan: bool = False
) -> None:
    index = _first_not_finite(array, allow_nan)
    if index is None:
        return
    at = place(*index, names=column_names(original))
    if np.isnan(array[index]):
        hint = f"\n{owner} does not accept missing values: drop these rows or fill them in first." if owner else ""
        raise ValueError(f"Input {name} contains NaN.{hint}{at}")
    raise ValueError(f"Input {name} contains infinity or a value too large for {array.dtype!r}.{at}")


def _raise_for_dimensions(array: NDArray[Any], owner: str | None) -> None:
    if array.ndim > 2:
        by = f" by {owner}" if owner else ""
        raise ValueError(f"Found array with dim {array.ndim}, while dim <= 2 is required{by}.")
    what = "scalar" if array.ndim == 0 else "1D"
    raise ValueError(
        f"Expected 2D array, got {what} array instead:\narray={array}.\n"
        "Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
        "or array.reshape(1, -1) if it contains a single sample."
    )


def place(*index: int, names: Any = None) -> str:
    """Where in the caller's data something is wrong; rows and columns count from 0. Nothing where it is neither."""
    if len(index) == 1:
        return f" First at row {index[0]}."
    if len(index) != 2:
        return ""
    row, column = index
    return f" First at row {row}, column {column}{'' if names is None else f' ({names[column]!r})'}."
