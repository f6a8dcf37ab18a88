# SPDX-License-Identifier: BSD-3-Clause
"""Data of any container as arrays, for the kernels.

Messages open with scikit-learn's sentence, which its own checks match, and go on with the place in the caller's data.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._kernels.magnitude import largest_magnitude
from .columns import column_names
from .containers import column_labels, is_lazy, is_vector
from .parameters import is_real
from .wording import shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


def as_matrix(
    X: ArrayLike, *, name: str = "X", owner: str | None = None, allow_nan: bool = False
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
        Let NaN (a missing value) pass; infinity never does.

    Raises
    ------
    TypeError
        `X` is sparse or not in memory (dask), or holds objects that are not numbers.
    ValueError
        `X` is not two-dimensional, has no rows or no columns, is complex, or holds text, dates, NaN or infinity, or
        vectors beside other columns or of different lengths.
    """
    array = as_array(X, name)
    if array.ndim != 2:
        _raise_for_dimensions(array, owner)
    array = _to_float(array, X, name)
    if array.size == 0:
        what, by = "sample" if len(array) == 0 else "feature", f" by {owner}" if owner else ""
        raise ValueError(f"Found array with 0 {what}(s) (shape={array.shape}) while a minimum of 1 is required{by}.")
    if largest_magnitude(array) == math.inf:
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
    return _to_float(as_array(X, name), X, name)


def as_doubles(X: ArrayLike, *, name: str = "X") -> NDArray[np.float64]:
    """Return `X` as `as_floats` does, but always in float64."""
    return _to_float(as_array(X, name), X, name, _F64)


def as_weights(
    sample_weight: ArrayLike | None, n_samples: int, *, allow_negative: bool = False
) -> NDArray[np.float64] | None:
    """Return `sample_weight` as a C-ordered float64 vector; None (every row counts as one) stays None.

    Raises
    ------
    TypeError
        It holds objects that are not numbers.
    ValueError
        It is not a number or a vector of length `n_samples`, a weight is negative (unless allowed), NaN or infinite, or
        all are zero.
    """
    if sample_weight is None:
        return None
    if is_real(sample_weight):
        array = np.full(n_samples, as_doubles(sample_weight, name="sample_weight"))
    else:
        array = as_array(sample_weight, "sample_weight")
        if array.ndim != 1:
            raise ValueError(
                f"Sample weights must be 1D array or scalar, got {array.ndim}D array. "
                f"Expected either a scalar value or a 1D array of length {n_samples}."
            )
        array = _to_float(array, sample_weight, "sample_weight", _F64)
        if array.shape[0] != n_samples:
            raise ValueError(f"sample_weight.shape == {array.shape}, expected {(n_samples,)}!")
    if largest_magnitude(array) == math.inf:
        _raise_for_not_finite(array, sample_weight, "sample_weight")
    if not allow_negative and array.min() < 0:
        raise ValueError(f"Negative values in data passed to `sample_weight`.{place(int((array < 0).argmax()))}")
    if not array.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return array


def for_kernels(array: ArrayLike, dtype: DTypeLike | None = None) -> NDArray[Any]:
    """Return `array`, of at least one dimension, C-ordered and aligned; itself where it is that already.

    A view into records may not be aligned, and loads of such numbers are undefined in C.
    """
    return np.require(np.ascontiguousarray(array, dtype), requirements="A")


# ------------------------------------------------------------------------------------------- containers


def as_array(X: object, name: str = "X") -> NDArray[Any]:
    """Any container as a numpy array of whatever type and layout is nearest; such an array is returned as it is.

    Masked values are NaN, or None where the type has no NaN.

    Raises
    ------
    TypeError
        `X` is sparse, or not in memory (a dask collection, a lazy frame).
    ValueError
        numpy can't read `X`, or `X` holds vectors that do not form a matrix.
    """
    array = X if type(X) is np.ndarray else _to_array(X, name)
    return _spread_vectors(array, X, name) if array.dtype.kind == "O" else array


def _to_array(X: Any, name: str) -> NDArray[Any]:
    if hasattr(X, "tocsr"):
        raise TypeError(
            f"Sparse data was passed for {name}, but dense data is required. "
            "Use '.toarray()' to convert to a dense numpy array."
        )
    _check_in_memory(X, name)
    if isinstance(X, np.ma.MaskedArray):
        if not np.ma.is_masked(X):
            return X.data
        if X.dtype.kind in "biuf":
            return np.ma.filled(X.astype(_float_type(X.dtype)), np.nan)
        array = X.data.astype(object)
        array[np.ma.getmaskarray(X)] = None
        return array
    if getattr(X, "requires_grad", False):  # torch does not hand out such a tensor as it is
        X = X.detach()
    elif hasattr(X, "iloc") and X.ndim == 2:
        return _pandas_to_array(X)
    try:
        return np.asarray(X)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(f"Input {name} can't be read as an array: {error}") from None
    except MemoryError:
        raise MemoryError(f"Input {name} as an array does not fit into memory.") from None


def _check_in_memory(X: object, name: str) -> None:
    call = "compute" if hasattr(X, "__dask_graph__") else "collect" if is_lazy(X) else ""
    if call:
        library = type(X).__module__.split(".")[0]
        raise TypeError(
            f"{name} is a {library} {type(X).__name__}, which is not in memory. "
            f"Call .{call}() first if it fits into memory, or take a sample of its rows."
        )


def _pandas_to_array(frame: Any) -> NDArray[Any]:
    # Left to itself pandas turns nullable columns, and bool beside float, into objects.
    if {dtype.kind for dtype in frame.dtypes} <= set("biuf") and frame.shape[1]:
        plain = [getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype)) for dtype in frame.dtypes]
        nullable = any(dtype is not kept for dtype, kept in zip(frame.dtypes, plain, strict=True))
        target = _float_type(np.result_type(*set(plain)))
        options = {"na_value": np.nan} if nullable else {}
        return np.asarray(frame.to_numpy(dtype=target, **options))
    return np.asarray(frame)


def _spread_vectors(array: NDArray[Any], original: object, name: str) -> NDArray[Any]:
    """A matrix of the vectors that the one column of `array` holds; `array` itself where it holds none."""
    kinds = {
        kind
        for kind in set(map(type, array.flat))
        if issubclass(kind, Sequence | np.ndarray) and not issubclass(kind, str | bytes)
    }
    if not kinds or array.ndim not in (1, 2):
        return array
    if array.ndim == 2 and array.shape[1] > 1:
        row, column = next(index for index, value in np.ndenumerate(array) if type(value) in kinds)
        raise ValueError(
            f"Input {name} holds vectors in one of several columns. Pass this column alone, or spread its "
            f"numbers over columns of their own.{place(row, column, names=column_labels(original))}"
        )
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


# ------------------------------------------------------------------------------------------- numbers


def _float_type(dtype: np.dtype) -> np.dtype:
    return _F32 if dtype.kind == "f" and dtype.itemsize <= 4 else _F64


def _to_float(
    array: NDArray[Any], original: object, name: str, dtype: np.dtype[np.float64] | None = None
) -> NDArray[Any]:
    """`array` as native, aligned, C-ordered floats; itself where it is that already."""
    flags = array.flags
    if (array.dtype == _F64 or (array.dtype == _F32 and dtype is None)) and flags.c_contiguous and flags.aligned:
        return array
    kind = array.dtype.kind
    if kind == "O":
        return _objects_to_float(array, original, name)
    if kind == "c":
        raise ValueError(f"Complex data not supported\n{array}\n")
    if kind not in "biuf":
        holds = {"M": "dates", "m": "time differences", "V": "records"}.get(kind, "text")
        raise ValueError(
            f"Input {name} holds {holds} ({array.dtype}), but numbers are required. "
            "Convert them to numbers or leave them out."
        )
    with np.errstate(over="ignore"):  # long double beyond float64: infinity, which is reported as such
        return np.array(array, dtype=dtype or _float_type(array.dtype), order="C")


def _objects_to_float(array: NDArray[Any], original: object, name: str) -> NDArray[np.float64]:
    def first(kinds: set[type]) -> tuple[int, ...]:
        return next(index for index, value in np.ndenumerate(array) if type(value) in kinds)

    kinds = set(map(type, array.flat))
    # numpy would read numbers out of text; a text column is far more often a mistake than a number.
    text = {kind for kind in kinds if issubclass(kind, (str, bytes))}
    if text:
        index = first(text)
        raise ValueError(
            f"Input {name} holds text ({shown(array[index])}), but numbers are required. Convert it to "
            f"numbers or leave it out.{place(*index, names=column_names(original))}"
        )
    if any(issubclass(kind, (complex, np.complexfloating)) for kind in kinds):
        raise ValueError(f"Complex data not supported\n{array}\n")
    try:
        return np.array(array, dtype=_F64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        index = next((index for index, value in np.ndenumerate(array) if not _is_number(value)), ())
        at = place(*index, names=column_names(original))
        if isinstance(error, OverflowError):
            raise ValueError(f"Input {name} contains infinity or a value too large for {_F64!r}.{at}") from None
        raise type(error)(f"{error}. Input {name} must hold numbers.{at}") from None


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
