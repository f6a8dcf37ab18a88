# SPDX-License-Identifier: BSD-3-Clause
"""Tables with columns of numbers and of categories, where values may be missing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Number
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.arrays import as_array, as_doubles, as_matrix
from .._base.columns import column_names, holds_vectors
from .._base.containers import is_lazy, is_table, native, table_columns
from .._base.kinds import kinds_of
from .._base.kinds_of_numbers import MANY
from .._base.mixed import Columns, is_missing
from .._base.parameters import is_integer
from .._base.wording import shown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .._base.kinds import Kinds

_NO_NUMBERS = (bool, np.bool_, complex, np.complexfloating)  # nothing is measured in them
_FEW_RANKS = 5  # steps of a scale up to which shares say more than a median


class Category(NamedTuple):
    """A feature that is one of several values.

    values : what it can be, in ascending order
    codes : for each row, which of `values`; -1 where it is missing
    """

    name: str
    values: tuple[Any, ...]
    codes: NDArray[np.int64]


class Text(NamedTuple):
    """A column of text that is no category; None where a value is missing."""

    name: str
    values: list[str | None]


class Features(NamedTuple):
    """Columns of numbers (NaN where one is missing) with their names, and categories.

    codes : those of the numbers that are codes of categories, or few ranks: medians and factors tell nothing of them
    texts : columns of text that are no categories
    all_names : of all columns, also of those that were left out
    left_out : columns that are neither numbers nor categories: text, identifiers, dates
    """

    numbers: NDArray[np.floating]
    feature_names: tuple[str, ...]
    categories: tuple[Category, ...]
    codes: tuple[Category, ...]
    texts: tuple[Text, ...]
    all_names: tuple[str, ...]
    left_out: tuple[str, ...]


def read(
    X: ArrayLike, feature_names: Sequence[str] | None, categorical: Sequence[str | int] | None, kinds: Kinds, owner: str
) -> Features:
    """Tell the columns of numbers of `X` from those of categories, by their kinds and by `categorical`.

    Raises
    ------
    ValueError
        `X` is not two-dimensional, has no rows or no columns, or holds infinity; names are not one for each column, or
        one is there twice; there is no such column, or no such kind.
    TypeError
        `X` is sparse.
    """
    X = native(X)
    columns = _columns(X)
    if columns is None:
        array = as_matrix(X, owner=owner, allow_nan=True)
        names = _names(X, feature_names, array.shape[1])
        chosen = _find(categorical, names)
        kept = [j for j in range(len(names)) if j not in chosen]
        numbers = np.ascontiguousarray(array[:, kept]) if chosen else array
        others = {j: array[:, j] for j in chosen}
    else:
        names = _names(X, feature_names, len(columns))
        chosen = _find(categorical, names)
        _check_size(columns, X, owner)
        kept = [j for j, column in enumerate(columns) if j not in chosen and _is_of_numbers(column, names[j])]
        floats = [_as_floats(columns[j], names[j]) for j in kept]
        numbers = np.column_stack(floats) if floats else np.empty((len(columns[0]), 0))
        others = {j: column for j, column in enumerate(columns) if j not in kept}
    found = _kinds(numbers, kept, others, names, chosen, kinds)
    categories, codes, texts, left_out = [], [], [], []
    for j, column in others.items():
        if column.dtype.kind == "M" or (found[j] in ("identifier", "date", "text") and len(column) >= MANY):
            left_out.append(names[j])
            if column.dtype.kind in "OUST":
                values = [None if is_missing(value) else str(value) for value in column.tolist()]
                texts.append(Text(names[j], values))
        else:
            categories.append(as_category(names[j], column))
    for column, j in zip(numbers.T, kept, strict=True):
        if found[j] in ("category", "binary", "ordinal"):
            category = as_category(names[j], column)
            if category.values != (0, 1) and (found[j] != "ordinal" or len(category.values) <= _FEW_RANKS):
                codes.append(category)
    return Features(
        numbers,
        tuple(names[j] for j in kept),
        tuple(categories),
        tuple(codes),
        tuple(texts),
        tuple(names),
        tuple(left_out),
    )


def _kinds(
    numbers: NDArray[np.floating],
    kept: list[int],
    others: dict[int, NDArray[Any]],
    names: list[str],
    chosen: list[int],
    given: Kinds,
) -> list[str]:
    """The kind of each column. In few rows nothing tells names from categories."""
    arrays = dict(zip(kept, numbers.T, strict=True)) | {j: _plain(column, names[j]) for j, column in others.items()}
    columns = Columns(np.array(names, object), tuple(arrays[j] for j in range(len(names))), (None,) * len(names))
    by_name: Any = given
    if isinstance(given, Mapping):
        places = dict(enumerate(names))
        by_name = {places.get(key, key) if is_integer(key) else key: kind for key, kind in given.items()}
    found = [kind.kind for kind in kinds_of(columns, by_name)]
    return ["category" if j in chosen else kind for j, kind in enumerate(found)]


def _plain(column: NDArray[Any], name: str) -> NDArray[Any]:
    """A column as `Columns` has them."""
    if column.dtype.kind in "biufM":
        return column
    plain = np.empty(len(column), object)
    plain[:] = [None if is_missing(value) else value for value in column.tolist()]
    _different(name, plain.tolist())
    return plain


def _columns(X: Any) -> list[NDArray[Any]] | None:
    """The columns of a table, or of an array of text and objects; None for an array of numbers."""
    if is_lazy(X) or holds_vectors(X):
        return None
    if is_table(X):
        return table_columns(X)
    if hasattr(X, "tocsr") or hasattr(X, "requires_grad") or isinstance(X, np.ma.MaskedArray):
        return None
    array = as_array(X)
    if array.dtype.kind in "US" and not hasattr(X, "dtype"):  # rows of text and numbers, which numpy made text of
        array = np.array(X, dtype=object)
    return list(array.T) if array.ndim == 2 and array.dtype.kind in "OUSTb" else None


def _names(X: object, feature_names: Sequence[str] | None, n_columns: int) -> list[str]:
    if feature_names is None:
        found = column_names(X)
        names = [f"x{j}" for j in range(n_columns)] if found is None else list(found)
    else:
        try:
            names = [str(name) for name in feature_names]
        except (NotImplementedError, RecursionError, TypeError):  # memoryviews of some kinds, lists within lists
            raise TypeError(f"feature_names must be a list of names. Got {shown(feature_names)}.") from None
        if len(names) != n_columns:
            raise ValueError(
                f"feature_names must hold one name for each of the {n_columns} columns of X. Got {len(names)}."
            )
    if len(set(names)) < len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        raise ValueError(f"Names of features must be unique. Got {twice!r} more than once.")
    return names


def _find(categorical: Sequence[str | int] | None, names: list[str]) -> list[int]:
    if categorical is None:
        return []
    if isinstance(categorical, (str, Integral)):
        categorical = [categorical]
    is_list = isinstance(categorical, Iterable) and not hasattr(categorical, "tocsr")
    if not is_list or getattr(categorical, "ndim", 1) == 0:
        raise TypeError(f"categorical must be a list of names or indices of columns of X. Got {shown(categorical)}.")
    found = []
    for each in categorical:
        if is_integer(each) and -len(names) <= each < len(names):
            found.append(int(each) % len(names))
        elif isinstance(each, str) and each in names:
            found.append(names.index(each))
        else:
            raise ValueError(
                "categorical must hold names or indices of columns of X. "
                f"Got {shown(each)}, but there are {len(names)} columns: {', '.join(names[:12])}"
                f"{', ...' if len(names) > 12 else ''}."
            )
    return sorted(set(found))


def _check_size(columns: list[NDArray[Any]], X: Any, owner: str) -> None:
    if not columns or not len(columns[0]):
        n_rows = len(columns[0]) if columns else len(X)
        what = "feature(s)" if n_rows else "sample(s)"
        raise ValueError(
            f"Found array with 0 {what} (shape=({n_rows}, {len(columns)})) while a minimum of 1 is required by {owner}."
        )


def _is_of_numbers(column: NDArray[Any], name: str) -> bool:
    kind = column.dtype.kind
    if kind == "m":
        raise ValueError(f"Column {name!r} of X holds time differences. Convert it to numbers or leave it out.")
    if kind == "O":
        kinds = {type(value) for value in column.tolist() if not is_missing(value)}
        return all(issubclass(each, Number) and not issubclass(each, _NO_NUMBERS) for each in kinds)
    return kind in "iuf"


def _as_floats(column: NDArray[Any], name: str) -> NDArray[np.float64]:
    if column.dtype.kind == "O":
        column = np.array([math.nan if is_missing(value) else value for value in column.tolist()], object)
    floats = as_doubles(column, name=f"column {name!r}")
    if np.isinf(floats).any():
        raise ValueError(f"Input X contains infinity. First at row {int(np.isinf(floats).argmax())}, column {name!r}.")
    return floats


def as_category(name: str, column: NDArray[Any]) -> Category:
    if column.dtype.kind == "O":
        return _of_objects(name, [None if is_missing(value) else value for value in column.tolist()])
    missing = np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), bool)
    codes = np.full(len(column), -1)
    found, codes[~missing] = np.unique(column[~missing], return_inverse=True)
    values = [int(value) if isinstance(value, float) and value.is_integer() else value for value in found.tolist()]
    return Category(name, tuple(values), codes)


def _different(name: str, column: list[Any]) -> set[Any]:
    """The different values, but for those that are missing."""
    try:
        return set(column) - {None}
    except TypeError as error:  # vectors, for example
        raise TypeError(
            f"Column {name!r} of X has values that are neither numbers nor categories: {error}. Leave it "
            "out, or spread vectors over columns of their own."
        ) from None


def _of_objects(name: str, column: list[Any]) -> Category:
    found = _different(name, column)
    try:
        values = sorted(found)
    except TypeError:  # text beside numbers
        values = sorted(found, key=lambda value: (str(type(value)), str(value)))
    code_of = {value: code for code, value in enumerate(values)} | {None: -1}
    return Category(name, tuple(values), np.fromiter(map(code_of.__getitem__, column), np.int64, len(column)))
