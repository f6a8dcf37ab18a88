# SPDX-License-Identifier: BSD-3-Clause
"""Tables with columns of numbers and of categories, where values may be missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.arrays import as_array, as_matrix
from .._base.containers import is_lazy, is_table, native
from .._base.parameters import is_integer
from .._base.tables.columns import column_names, holds_vectors
from .._base.tables.kinds import kinds_of
from .._base.tables.kinds_of_numbers import MANY
from .._base.tables.mixed import Columns, distinct_values, places, read_columns
from .._base.wording import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds
    from .._base.typing import ArrayLike

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
    array = as_matrix(X, owner=owner, allow_nan=True) if _is_of_numbers(X) else None
    columns = (
        read_columns(X, owner=owner)
        if array is None
        else Columns(column_names(X), tuple(array.T), (None,) * array.shape[1])
    )
    names = _names(columns.names, feature_names, len(columns.arrays))
    columns = columns._replace(names=np.array(names, object))
    chosen = _find(categorical, names)
    kept = [j for j, column in enumerate(columns.arrays) if j not in chosen and column.dtype.kind in "iuf"]
    numbers: NDArray[np.floating]
    if array is not None:
        numbers = np.ascontiguousarray(array[:, kept]) if chosen else array
    else:
        numbers = np.empty((len(columns.arrays[0]), len(kept)))
        for i, j in enumerate(kept):
            numbers[:, i] = columns.arrays[j]
    found = _kinds(columns, chosen, kinds)
    categories, codes, texts, left_out = [], [], [], []
    for j, column in enumerate(columns.arrays):
        if j in kept:
            continue
        is_date = column.dtype.kind == "M" and j not in chosen
        if is_date or (found[j] in ("identifier", "date", "text") and len(column) >= MANY):
            left_out.append(names[j])
            if column.dtype.kind == "O":
                texts.append(Text(names[j], [None if value is None else str(value) for value in column.tolist()]))
        else:
            categories.append(as_category(names[j], column, columns.orders[j]))
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


def _kinds(columns: Columns, chosen: list[int], given: Kinds) -> list[str]:
    """The kind of each column. In few rows nothing tells names from categories."""
    by_name: Any = given
    if isinstance(given, Mapping):
        places = dict(enumerate([] if columns.names is None else columns.names))
        by_name = {places.get(key, key) if is_integer(key) else key: kind for key, kind in given.items()}
    found = [kind.kind for kind in kinds_of(columns, by_name)]
    return ["category" if j in chosen else kind for j, kind in enumerate(found)]


def _is_of_numbers(X: Any) -> bool:
    """Whether `as_matrix` reads `X`, or says why it cannot be: not for tables, nor arrays of text, bool, objects."""
    if is_lazy(X) or holds_vectors(X):
        return True
    if isinstance(X, Columns) or is_table(X):
        return False
    if hasattr(X, "tocsr") or hasattr(X, "requires_grad") or isinstance(X, np.ma.MaskedArray):
        return True
    array = as_array(X)
    return array.ndim != 2 or array.dtype.kind not in "OUSTb"


def _names(found: NDArray[np.object_] | None, feature_names: Sequence[str] | None, n_columns: int) -> list[str]:
    if feature_names is None:
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


def as_category(name: str, column: NDArray[Any], order: Sequence[Any] | None = None) -> Category:
    """A column of `Columns` as a category. `order`: its values, where they have an order."""
    values = distinct_values(column)
    if order is not None:
        values = tuple(value for value in order if value in set(values))
    return Category(name, values, np.nan_to_num(places(column, values), nan=-1.0).astype(np.int64))
