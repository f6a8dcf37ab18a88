# SPDX-License-Identifier: BSD-3-Clause
"""Labels of any kind, as codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._kernels.labels import number_labels
from .arrays import as_array, place
from .parameters import is_integer
from .wording import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .typing import ArrayLike


def as_labels(
    labels: ArrayLike, n_samples: int | None = None, *, name: str = "labels"
) -> tuple[NDArray[Any], NDArray[np.int64]]:
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
        raise ValueError(f"Input {name} contains {what}.{place(row)}")
    if kind == "b":
        values, codes = as_labels(array.view(np.uint8), name=name)
        return values.astype(bool), codes
    if len(array) and (kind == "i" or (kind == "u" and int(array.max()) < 1 << 63)):
        found, codes = np.empty(max(4 * len(array), 1 << 10), np.int64), np.empty(len(array), np.int64)
        count = number_labels(np.ascontiguousarray(array, np.int64), found, codes)
        if count:
            return found[:count].astype(array.dtype), codes
    values, codes = np.unique(array, return_inverse=True)
    return values, codes.astype(np.int64, copy=False)


def _encode_objects(array: NDArray[Any], name: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    items = array.tolist()
    try:
        found = set(items)
    except TypeError as error:
        raise TypeError(f"{name} must hold numbers or text: {error}.") from None
    for value in found:
        if _is_missing(value):
            row = next(i for i, item in enumerate(items) if item is value)
            raise ValueError(f"Input {name} contains NaN, or another missing value: {shown(value)}.{place(row)}")
    try:
        ordered = sorted(found)
    except TypeError:
        types = sorted({type(value).__name__ for value in found})
        raise TypeError(f"{name} must be uniformly strings or numbers. Got {types}.") from None
    code_of = {value: code for code, value in enumerate(ordered)}
    codes = np.fromiter(map(code_of.__getitem__, items), np.int64, len(items))
    whole = array.dtype.kind == "O" and all(is_integer(value) and -(2**63) <= value < 2**63 for value in ordered)
    return np.array(ordered, np.int64 if whole else array.dtype), codes


def _is_missing(value: object) -> bool:
    if value is None or type(value).__name__ == "NAType":  # NA, of pandas, has no truth value
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # of somebody's class
        return False
