# SPDX-License-Identifier: BSD-3-Clause
"""`column_kinds`: what each column of a table is. Everything that treats columns by their kind asks here."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..._runtime import progress
from ..html import table
from ..notebook import LONGEST_CELL, Card, InNotebooks, first_rows
from ..parameters import is_integer
from ..wording import count, did_you_mean, listing, shortened, shown
from .kind_hints import KINDS
from .kind_hints import ColumnKind as ColumnKind
from .kinds_of_numbers import kind_of_numbers
from .kinds_of_texts import kind_of_texts
from .mixed import Columns, read_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..typing import ArrayLike

    Kinds: TypeAlias = Mapping[str, str] | Mapping[int, str] | Mapping[str | int, str] | Sequence[str | None] | None

_SOME = 30  # rows: in fewer ones, values that are all different are no surprise
OF_TEXT = ("binary", "category", "identifier", "date", "constant", "text")  # what a column of text may be called


class ColumnKinds(InNotebooks, Mapping[str | int, ColumnKind]):
    """What each column of a table is: a mapping from names, or numbers where there are none, to `ColumnKind`.

    Printed, it is a table of kinds, reasons and doubts.
    """

    __module__ = "coterie"  # where users and pickles find it

    def __init__(self, names: Sequence[str] | None, kinds: Sequence[ColumnKind]) -> None:
        keys: Sequence[str | int] = range(len(kinds)) if names is None else names
        self._kinds = dict(zip(keys, kinds, strict=True))

    def __getitem__(self, name: str | int) -> ColumnKind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str | int]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __repr__(self) -> str:
        names = [str(name) for name in self._kinds]
        width = min(max(map(len, names)), 30)
        lines = []
        for name, (kind, reason, doubt) in zip(names, self._kinds.values(), strict=True):
            text = f"{reason} (doubt: {doubt})" if doubt else reason
            head = f"{name:<{width}}  {kind:<10}  "
            lines += textwrap.wrap(head + text, 120, subsequent_indent=" " * (width + 14), break_long_words=False) or [
                head
            ]
        return "\n".join(lines)

    def _card(self) -> Card:
        rows = [
            [shortened(name, LONGEST_CELL), kind, f"{reason} (doubt: {doubt})" if doubt else reason]
            for name, (kind, reason, doubt) in self._kinds.items()
        ]
        shown_rows, note = first_rows(rows, "column")
        return Card(
            "Kinds of columns",
            count(len(rows), "column"),
            content=[table(["column", "kind", "why"], shown_rows, [1, 2])],
            note=note,
        )


def column_kinds(X: ArrayLike, kinds: Kinds = None) -> ColumnKinds:
    """Tell what each column of a table is: an amount, a count, a category, a date ...

    Values decide. The name of a column settles only what they leave open: numbers from -90 to 90 are latitudes if they
    are called so, and whole numbers from 1 to 5 may be ratings, counts or codes.

    Parameters
    ----------
    X : array-like or table of shape (n_rows, n_columns)
        Numbers, text, bool, dates and categoricals; values may be missing. Not modified.
    kinds : mapping from str or int to str, or sequence of length n_columns, optional
        What you know better: kinds by the names of columns, or by their numbers if they have no names, such as
        ``{"zip": "category"}``; or a kind for each column, None for those that you leave open.

    Returns
    -------
    ColumnKinds
        A mapping from the names of the columns, or their numbers if they have no names, to ``(kind, reason, doubt)``.
        The kinds are

        - 'amount': numbers that measure something
        - 'long_tail': amounts or counts, 0 or more, of which a few are far larger than most, and whose logarithms are
          spread more evenly
        - 'count': whole numbers of 0 or more that count something
        - 'ordinal': few values with an order, such as ratings; ordered categoricals
        - 'binary': two values, such as 0 and 1, yes and no
        - 'category': one of several values without an order, as text or as a code
        - 'identifier': numbers or text that name the row, or a code of very many values
        - 'date': dates and times, also as text and as whole numbers (years, seconds since 1970, YYYYMMDD)
        - 'latitude', 'longitude': degrees
        - 'constant': the same in every row where it is known, or never known
        - 'text': text with so many values that they are no categories

    Raises
    ------
    ValueError
        `X` is not a table, or two of its columns have the same name; `kinds` names a column or a kind that does not
        exist, or calls text a number.

    Notes
    -----
    Ranges, 'constant', 'binary' and whether a value is there twice are true of all rows. Quantiles, skewness and the
    density of values are those of a sample of up to 20,000 rows, evenly spread: the same for the same table. O(n) time
    for each column (O(n log n) for numbers of which none is there twice), and memory of one column.

    Examples
    --------
    >>> import coterie
    >>> from coterie import column_kinds
    >>> visits = [[1, 12.5, "bread"], [2, 3.2, "milk"], [2, 7.1, "bread"], [5, 250.0, "milk"], [1, 8.8, "bread"]]
    >>> kinds = column_kinds(visits * 10, kinds={0: "count"})
    >>> [kind.kind for kind in kinds.values()]
    ['count', 'long_tail', 'binary']
    >>> kinds[2].reason
    "all values are 'bread' or 'milk'"
    """
    columns = read_columns(X, owner="column_kinds")
    found = kinds_of(columns, kinds)
    names = None if columns.names is None else columns.names.tolist()
    if names is not None and len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"Names of columns must be unique. Got {twice!r} more than once.")
    return ColumnKinds(names, found)


column_kinds.__module__ = "coterie"  # where users find it


def kinds_of(columns: Columns, overruled: Kinds = None) -> tuple[ColumnKind, ...]:
    """What each column is. `overruled` has kinds that the user gave.

    Raises
    ------
    ValueError
        `overruled` is no mapping or sequence, names a column or a kind that does not exist, or calls text a number.
    """
    given = given_kinds(columns, overruled)
    names = [""] * len(columns.arrays) if columns.names is None else columns.names
    found = []
    for j, (name, column, order) in enumerate(zip(names, columns.arrays, columns.orders, strict=True)):
        progress.report("kinds of columns", j, len(names))
        with np.errstate(over="ignore"):  # of numbers near the largest one, infinity is large enough
            found.append(ColumnKind(given[j], "given by you") if j in given else _kind(name, column, order))
    progress.report("kinds of columns", len(names), len(names))
    return tuple(found)


def compared_as_categories(columns: Columns, kinds: Sequence[ColumnKind]) -> list[bool]:
    """For each column, whether its values are only equal or different, and no numbers."""
    return [
        kind.kind in ("category", "binary", "text") or (array.dtype.kind == "O" and order is None)
        for kind, array, order in zip(kinds, columns.arrays, columns.orders, strict=True)
    ]


def of_little_use(columns: Columns, kinds: Sequence[ColumnKind]) -> dict[int, str]:
    """A sentence, without its end, on each column of identifiers or free text: rows are hardly alike by them."""
    if len(columns.arrays[0]) < _SOME:
        return {}
    words = {"identifier": "identifiers, which say", "text": "free text, which says"}
    return {
        j: f"The {columns.label(j)} holds {words[kind.kind]} little of how alike two rows are"
        for j, kind in enumerate(kinds)
        if kind.kind in words
    }


def given_kinds(columns: Columns, kinds: object) -> dict[int, str]:
    """The kinds that the user gave, by the number of the column."""
    if kinds is None:
        return {}
    n_columns = len(columns.arrays)
    if isinstance(kinds, list | tuple) and len(kinds) == n_columns:
        keys = range(n_columns) if columns.names is None else columns.names
        kinds = {key: kind for key, kind in zip(keys, kinds, strict=True) if kind is not None}
    if not isinstance(kinds, Mapping):
        raise ValueError(
            "kinds must map columns to kinds, as {'zip': 'category'} does, or have an item for each of the "
            f"{n_columns} columns. Got {shown(kinds)}."
        )
    names = None if columns.names is None else columns.names.tolist()
    given: dict[int, str] = {}
    for key, kind in kinds.items():
        if names is not None:
            if key not in names:
                hint = did_you_mean(key, names) if isinstance(key, str) else "columns are called by their names here"
                raise ValueError(f"kinds names {shown(key)}, and X has no such column: {hint}")
            j = names.index(key)
        elif is_integer(key) and 0 <= key < n_columns:
            j = int(key)
        else:
            raise ValueError(
                f"kinds names {shown(key)}, but the columns of X have no names: call them by their numbers, from 0 to "
                f"{n_columns - 1}"
            )
        if not isinstance(kind, str) or kind not in KINDS:
            hint = did_you_mean(kind, KINDS) if isinstance(kind, str) else f"there is {listing(KINDS)}"
            raise ValueError(f"kinds says {shown(kind)} of {shown(key)}, which is not a kind of column: {hint}")
        if kind not in OF_TEXT and columns.orders[j] is None and _holds_text(columns.arrays[j]):
            raise ValueError(
                f"kinds says {kind!r} of {shown(key)}, but that column holds text, which can be one of "
                f"{listing(OF_TEXT)}"
            )
        given[j] = kind
    return given


def _holds_text(column: NDArray[Any]) -> bool:
    return column.dtype.kind == "O" and any(isinstance(value, str) for value in column.tolist())


def _kind(name: str, column: NDArray[Any], order: Sequence[object] | None) -> ColumnKind:
    known = _known(column)
    if not len(known):
        return ColumnKind("constant", "no row has a value")
    if column.dtype.kind == "M":
        low, high = known.min(), known.max()
        if low == high:
            return ColumnKind("constant", f"every value is {low}")
        return ColumnKind("date", f"dates from {_day(low)} to {_day(high)}")
    if order is not None:
        n_different = len(set(known.tolist()))
        if n_different > 1:
            return ColumnKind("ordinal", f"an ordered categorical, with {count(len(order), 'step')}")
    if column.dtype.kind == "b" or (column.dtype.kind == "O" and all(isinstance(value, bool) for value in known)):
        if known.all() or not known.any():
            return ColumnKind("constant", f"every value is {bool(known[0])}")
        return ColumnKind("binary", "all values are True or False")
    return kind_of_texts(known.tolist()) if column.dtype.kind == "O" else kind_of_numbers(name, known)


def _known(column: NDArray[Any]) -> NDArray[Any]:
    """The values that are not missing."""
    if column.dtype.kind not in "OfM":
        return column
    # NaN and NaT are the values that differ from themselves.
    missing = [value is None for value in column.tolist()] if column.dtype.kind == "O" else column != column
    found: NDArray[Any] = column[~np.asarray(missing, bool)]
    return found


def _day(value: np.datetime64) -> str:
    return str(value.astype("datetime64[D]"))
