# SPDX-License-Identifier: BSD-3-Clause
"""Every check on data and parameters.

Messages open with scikit-learn's sentence, which its own checks match, and go on with the place in the caller's data.
Tables and tensors are told by what they can do: pandas, polars, pyarrow and torch are never imported.
"""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray

_F32, _F64 = np.dtype(np.float32), np.dtype(np.float64)


_scoped = threading.local()  # told_once(...): of the calling thread


@contextlib.contextmanager
def told_once(*told: type[Warning]) -> Iterator[None]:
    """Within this context, and in the calling thread, warn of each kind once at most, and not of those already `told`.

    For work that fits again and again. The filters of `warnings` would be changed for all threads.
    """
    before = getattr(_scoped, "told", None)
    _scoped.told = [*(before or ()), *told]
    try:
        yield
    finally:
        _scoped.told = before


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called this package, however deep within it this is."""
    told = getattr(_scoped, "told", None)
    if told is not None:
        if issubclass(category, tuple(told)):
            return
        told.append(category)
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("coterie."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


# ------------------------------------------------------------------------------------------- data


def as_matrix(X: ArrayLike, *, name: str = "X", owner: str | None = None, allow_nan: bool = False) -> NDArray:
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
    n_rows, n_columns = array.shape
    by = f" by {owner}" if owner else ""
    if n_rows == 0:
        raise ValueError(f"Found array with 0 sample(s) (shape={array.shape}) while a minimum of 1 is required{by}.")
    if n_columns == 0:
        raise ValueError(f"Found array with 0 feature(s) (shape={array.shape}) while a minimum of 1 is required{by}.")
    if not _all_finite(array):
        _raise_for_not_finite(array, X, name, owner, allow_nan)
    return array


def as_floats(X: ArrayLike, *, name: str = "X") -> NDArray:
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


def for_kernels(array: ArrayLike, dtype: DTypeLike | None = None) -> NDArray:
    """Return `array`, of at least one dimension, C-ordered and aligned; itself where it is that already.

    A view into records may not be aligned, and loads of such numbers are undefined in C.
    """
    return np.require(np.ascontiguousarray(array, dtype), requirements="A")


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
    if not _all_finite(array):
        _raise_for_not_finite(array, sample_weight, "sample_weight")
    if not allow_negative and array.min() < 0:
        raise ValueError(f"Negative values in data passed to `sample_weight`.{_place((array < 0).argmax())}")
    if not array.any():
        raise ValueError("Sample weights must contain at least one non-zero number.")
    return array


def _all_finite(array: NDArray) -> bool:
    """Whether `array` holds neither NaN nor infinity."""
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.add.reduce(array, axis=None)
    # The sum of finite numbers can overflow; only then is each of them looked at.
    return math.isfinite(total) or _first_not_finite(array, allow_nan=False) is None


def _first_not_finite(array: NDArray, allow_nan: bool) -> tuple[int, ...] | None:
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
    array: NDArray, original: object, name: str, owner: str | None = None, allow_nan: bool = False
) -> None:
    index = _first_not_finite(array, allow_nan)
    if index is None:
        return
    place = _place(*index, names=column_names(original))
    if np.isnan(array[index]):
        hint = f"\n{owner} does not accept missing values: drop these rows or fill them in first." if owner else ""
        raise ValueError(f"Input {name} contains NaN.{hint}{place}")
    raise ValueError(f"Input {name} contains infinity or a value too large for {array.dtype!r}.{place}")


def _place(*index: int, names: NDArray | None = None) -> str:
    """Where in the caller's data something is wrong; rows and columns count from 0. Nothing where it is neither."""
    if len(index) == 1:
        return f" First at row {index[0]}."
    if len(index) != 2:
        return ""
    row, column = index
    return f" First at row {row}, column {column}{'' if names is None else f' ({names[column]!r})'}."


def _raise_for_dimensions(array: NDArray, owner: str | None) -> None:
    if array.ndim > 2:
        by = f" by {owner}" if owner else ""
        raise ValueError(f"Found array with dim {array.ndim}, while dim <= 2 is required{by}.")
    what = "scalar" if array.ndim == 0 else "1D"
    raise ValueError(
        f"Expected 2D array, got {what} array instead:\narray={array}.\n"
        "Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
        "or array.reshape(1, -1) if it contains a single sample."
    )


def as_array(X: object, name: str = "X") -> NDArray:
    """Any container as a numpy array of whatever type and layout is nearest; such an array is returned as it is.

    Masked values are NaN, or None where the type has no NaN.

    Raises
    ------
    TypeError
        `X` is sparse, or not in memory (a dask collection, a lazy frame).
    ValueError
        numpy can't read `X`, or `X` holds vectors that make no matrix.
    """
    array = X if type(X) is np.ndarray else _to_array(X, name)
    return _spread_vectors(array, X, name) if array.dtype.kind == "O" else array


def _to_array(X: object, name: str) -> NDArray:
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
            return X.astype(_float_type(X.dtype)).filled(np.nan)
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


def is_lazy(X: object) -> bool:
    """Whether `X` is a plan of a computation, as those of dask and polars, that would have to run to have values."""
    return hasattr(X, "__dask_graph__") or (hasattr(X, "collect") and not hasattr(X, "__array__"))


def _is_vector(value: object) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes) and np.ndim(value) > 0


def _spread_vectors(array: NDArray, original: object, name: str) -> NDArray:
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
            f"numbers over columns of their own.{_place(row, column, names=_names(original))}"
        )
    vectors = array.ravel().tolist()
    row = next((i for i, value in enumerate(vectors) if not _is_vector(value)), None)
    if row is not None:
        raise ValueError(f"Input {name} holds vectors, but not in each row: {shown(vectors[row])}.{_place(row)}")
    row = next((i for i, value in enumerate(vectors) if len(value) != len(vectors[0])), None)
    if row is not None:
        raise ValueError(
            f"Input {name} holds vectors of different lengths: {len(vectors[0])} numbers in row 0, "
            f"{len(vectors[row])} in row {row}."
        )
    try:
        return np.array(vectors)
    except ValueError as error:
        raise ValueError(f"Input {name} holds vectors that make no matrix: {error}") from None


def _pandas_to_array(frame) -> NDArray:
    # Left to itself pandas turns nullable columns, and bool beside float, into objects.
    if {dtype.kind for dtype in frame.dtypes} <= set("biuf") and frame.shape[1]:
        plain = [getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype)) for dtype in frame.dtypes]
        nullable = any(dtype is not kept for dtype, kept in zip(frame.dtypes, plain, strict=True))
        target = _float_type(np.result_type(*set(plain)))
        return frame.to_numpy(dtype=target, na_value=np.nan) if nullable else frame.to_numpy(dtype=target)
    return np.asarray(frame)


def _float_type(dtype: np.dtype) -> np.dtype:
    return _F32 if dtype.kind == "f" and dtype.itemsize <= 4 else _F64


def _to_float(array: NDArray, original: object, name: str, dtype: np.dtype | None = None) -> NDArray:
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


def _objects_to_float(array: NDArray, original: object, name: str) -> NDArray[np.float64]:
    def first(kinds: set[type]) -> tuple[int, ...]:
        return next(index for index, value in np.ndenumerate(array) if type(value) in kinds)

    kinds = set(map(type, array.flat))
    # numpy would read numbers out of text; a text column is far more often a mistake than a number.
    text = {kind for kind in kinds if issubclass(kind, (str, bytes))}
    if text:
        index = first(text)
        raise ValueError(
            f"Input {name} holds text ({shown(array[index])}), but numbers are required. Convert it to "
            f"numbers or leave it out.{_place(*index, names=column_names(original))}"
        )
    if any(issubclass(kind, (complex, np.complexfloating)) for kind in kinds):
        raise ValueError(f"Complex data not supported\n{array}\n")
    try:
        return np.array(array, dtype=_F64, order="C")
    except (TypeError, ValueError, OverflowError) as error:
        index = next((index for index, value in np.ndenumerate(array) if not _is_number(value)), ())
        place = _place(*index, names=column_names(original))
        if isinstance(error, OverflowError):
            raise ValueError(f"Input {name} contains infinity or a value too large for {_F64!r}.{place}") from None
        raise type(error)(f"{error}. Input {name} must hold numbers.{place}") from None


def _is_number(value: object) -> bool:
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return value is None  # NaN, as numpy reads it
    return True


# ------------------------------------------------------------------------------------------- labels


def as_labels(
    labels: ArrayLike, n_samples: int | None = None, *, name: str = "labels"
) -> tuple[NDArray, NDArray[np.int64]]:
    """Return the values of labels in ascending order, and which of them each row has: ``values[codes]`` are the labels.

    Labels may be numbers, text, bool or objects of one type, in any vector or a table of one column. Objects that are
    whole numbers have values of int64.

    Raises
    ------
    ValueError
        They are not one-dimensional, not of length `n_samples`, or one is missing.
    TypeError
        They cannot be ordered, as text beside numbers.
    """
    array = as_array(labels, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"{name} must be 1D: shape is {array.shape!r}")
    if n_samples is not None and len(array) != n_samples:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"[{n_samples}, {len(array)}]. {name} must hold one for each row."
        )
    kind = array.dtype.kind
    if kind in "OSUT":
        return _encode_objects(array, name)
    missing = ~np.isfinite(array) if kind in "fc" else np.isnat(array) if kind in "mM" else None
    if missing is not None and missing.any():
        row = int(missing.argmax())
        what = "infinity" if kind in "fc" and np.isinf(array[row]) else "NaN"
        raise ValueError(f"Input {name} contains {what}.{_place(row)}")
    if kind == "b":
        values, codes = as_labels(array.view(np.uint8), name=name)
        return values.astype(bool), codes
    if kind in "iu" and len(array):
        low, high = int(array.min()), int(array.max())
        if high - low < max(4 * len(array), 1 << 10):  # counting is faster than sorting
            shifted = array.astype(np.int64) - low if kind == "i" else (array - array.dtype.type(low)).astype(np.int64)
            found = np.bincount(shifted) > 0
            values = np.flatnonzero(found).astype(array.dtype) + array.dtype.type(low)  # wraps around to what is right
            return values, (np.cumsum(found) - 1)[shifted]
    values, codes = np.unique(array, return_inverse=True)
    return values, codes.astype(np.int64, copy=False)


def _encode_objects(array: NDArray, name: str) -> tuple[NDArray, NDArray[np.int64]]:
    items = array.tolist()
    try:
        found = set(items)
    except TypeError as error:
        raise TypeError(f"{name} must hold numbers or text: {error}.") from None
    for value in found:
        if _is_missing(value):
            row = next(i for i, item in enumerate(items) if item is value)
            raise ValueError(f"Input {name} contains NaN, or another missing value: {shown(value)}.{_place(row)}")
    try:
        ordered = sorted(found)
    except TypeError:
        types = sorted({type(value).__name__ for value in found})
        raise TypeError(f"{name} must be uniformly strings or numbers. Got {types}.") from None
    code_of = {value: code for code, value in enumerate(ordered)}
    codes = np.fromiter(map(code_of.__getitem__, items), np.int64, len(items))
    whole = array.dtype.kind == "O" and all(
        isinstance(value, Integral) and not isinstance(value, bool) and -(2**63) <= value < 2**63 for value in ordered
    )
    return np.array(ordered, np.int64 if whole else array.dtype), codes


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ == "NAType":  # NA, of pandas, has no truth value
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # of somebody's class
        return False


# ------------------------------------------------------------------------------------------- names of columns


def column_names(X: object) -> NDArray[np.object_] | None:
    """The column names of a table if all are text, else None.

    Raises
    ------
    TypeError
        Some names are text and some are not.
    """
    # These two doors tell a table (pandas, polars, pyarrow) from other things that have columns.
    names = _names(X)
    if names is None or is_lazy(X) or holds_vectors(X):  # a plan is an error wherever the data are read
        return None
    types = sorted({type(each).__qualname__ for each in names})
    if types == ["str"]:
        return np.asarray(names, dtype=object)
    if "str" in types:
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{types} as feature name / column name types. If you want feature names to be stored and validated, you "
            "must convert them all to strings, by using X.columns = X.columns.astype(str) for example. Otherwise you "
            "can remove feature / column names from your input data, or convert them all to a non-string data type."
        )
    return None


def holds_vectors(X: object) -> bool:
    """Whether the only column of a table holds vectors, so that it is a matrix and has no names for its columns."""
    names = _names(X)
    if names is None or len(names) != 1:
        return False
    first = np.asarray(X[:1])  # type: ignore[index]
    return first.dtype.kind == "O" and bool(first.size) and _is_vector(first.flat[0])


def _names(X: object) -> Any:
    """What a table calls its columns; None for other things, and for a table without columns."""
    # These two doors tell a table (pandas, polars, pyarrow) from other things that have columns.
    if type(X) is np.ndarray or not (hasattr(X, "__arrow_c_stream__") or hasattr(X, "__dataframe__")):
        return None
    names = getattr(X, "column_names", None)  # pyarrow, where `columns` are the data
    if names is None:
        names = getattr(X, "columns", None)
    return None if names is None or len(names) == 0 else names


def check_column_names(names: NDArray | None, fitted: NDArray | None, owner: str) -> None:
    """Compare the column names of new data with those seen by fit; either may be None (no names).

    Raises
    ------
    ValueError
        The names or their order differ.

    Warns
    -----
    UserWarning
        Only one of the two has names.
    """
    if names is None and fitted is None:
        return
    if fitted is None:
        warn(f"X has feature names, but {owner} was fitted without feature names")
    elif names is None:
        warn(f"X does not have valid feature names, but {owner} was fitted with feature names")
    elif list(names) != list(fitted):
        unseen, missing = sorted(set(names) - set(fitted)), sorted(set(fitted) - set(names))
        message = "The feature names should match those that were passed during fit.\n"
        for title, which in (
            ("Feature names unseen at fit time:\n", unseen),
            ("Feature names seen at fit time, yet now missing:\n", missing),
        ):
            if which:
                message += title + "".join(f"- {each}\n" for each in which[:5]) + "- ...\n" * (len(which) > 5)
        if not unseen and not missing:
            message += "Feature names must be in the same order as they were in fit.\n"
        raise ValueError(message)


def check_n_features(n_features: int, fitted: int, owner: str) -> None:
    """Raise ValueError where new data have another number of columns than fit saw."""
    if n_features != fitted:
        raise ValueError(f"X has {n_features} features, but {owner} is expecting {fitted} features as input.")


def check_n_clusters(n_samples: int, n_clusters: int) -> None:
    """Raise ValueError where more clusters are asked for than there are rows."""
    if n_samples < n_clusters:
        raise ValueError(f"n_samples={n_samples} should be >= n_clusters={n_clusters}.")


# ------------------------------------------------------------------------------------------- parameters


_LARGEST_INT = 2**63 - 1  # of the kernels
_LONGEST = 500  # letters of a value that a message shows


class Rule(NamedTuple):
    """One kind of value that a parameter may take."""

    text: str  # completes "must be ..."
    accepts: Callable[[object], bool]


def integer(low: int, high: int | None = None) -> Rule:
    """An int from `low` to `high`, both included. A bool is not a number here."""
    top = _LARGEST_INT if high is None else high
    return Rule(
        f"an int in the range [{low}, {'inf)' if high is None else f'{high}]'}",
        lambda value: is_integer(value) and low <= value <= top,
    )


def number(low: float) -> Rule:
    """A float of at least `low`; infinity, too."""
    return Rule(f"a float in the range [{float(low)}, inf]", lambda value: is_real(value) and as_float(value) >= low)


def real(low: float) -> Rule:
    """A finite float of at least `low`."""
    return Rule(
        f"a float in the range [{float(low)}, inf)", lambda value: is_real(value) and low <= as_float(value) < math.inf
    )


def is_integer(value: object) -> bool:
    """Whether `value` is a whole number; a bool is none here, nor is a difference of times, which numpy counts in."""
    return isinstance(value, Integral) and not isinstance(value, bool | np.timedelta64)


def is_real(value: object) -> bool:
    """Whether `value` is a real number; a difference of times is none."""
    return isinstance(value, Real) and not isinstance(value, np.timedelta64)


def as_float(value: Real) -> float:
    """`value` as the kernels take it: an int that no float reaches is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


NUMBER = Rule("a real number", lambda value: is_real(value) and not math.isnan(as_float(value)))


def one_of(*options: str) -> Rule:
    """One of a few words."""
    return Rule(
        f"a str among {{{', '.join(map(repr, options))}}}", lambda value: isinstance(value, str) and value in options
    )


NONE = Rule("None", lambda value: value is None)
CALLABLE = Rule("a callable", callable)
ARRAY_LIKE = Rule("an array-like", lambda value: is_array_like(value))
DICT = Rule(
    "an instance of 'dict'",  # of keywords
    lambda value: isinstance(value, dict) and all(isinstance(key, str) for key in value),
)
BOOL = (
    Rule("an instance of 'bool'", lambda value: isinstance(value, bool)),
    Rule("an instance of 'numpy.bool'", lambda value: isinstance(value, np.bool_)),
)
RANDOM_STATE = (
    integer(0, 2**32 - 1),
    Rule("an instance of 'numpy.random.RandomState'", lambda value: isinstance(value, np.random.RandomState)),
    Rule("an instance of 'numpy.random.Generator'", lambda value: isinstance(value, np.random.Generator)),
    NONE,
)
AXES = (Rule("matplotlib axes", lambda value: hasattr(value, "inset_axes")), NONE)  # no figure, no array of axes
N_JOBS = (Rule("an int other than 0", lambda value: is_integer(value) and value != 0), NONE)


def is_array_like(value: object) -> bool:
    """Whether `value` could be read as an array: no number, no text."""
    return any(hasattr(value, each) for each in ("__len__", "shape", "__array__")) and not np.isscalar(value)


def check_parameters(owner: str, rules: Mapping[str, tuple[Rule, ...]], values: Mapping[str, object]) -> None:
    """Check each parameter that has rules: it must satisfy one of them.

    Raises
    ------
    ValueError
        Names the parameter, what it may be, and the value.
    """
    for name, allowed in rules.items():
        value = values[name]
        for rule in allowed:
            if rule.accepts(value):
                break
        else:
            *most, last = (rule.text for rule in allowed)
            text = f"{', '.join(most)} or {last}" if most else last
            beyond = " Ints must be below 2**63." if is_integer(value) and value > _LARGEST_INT else ""
            raise ValueError(f"The {name!r} parameter of {owner} must be {text}. Got {shown(value)} instead.{beyond}")


def shown(value: object) -> str:
    """`value` for a message: its repr, or as much of that as a message can hold."""
    try:
        text = repr(value)
    except Exception:  # of an int with more digits than Python converts, or of anybody's class
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
