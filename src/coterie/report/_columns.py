# SPDX-License-Identifier: BSD-3-Clause
"""What each column is for: the groups are made of measurements, text describes them, one column may name the rows."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.tables.table import LeftOut, Table
from coterie._base.wording import count, share, shortlist

if TYPE_CHECKING:
    pass

NO_MEASUREMENTS = ("identifier", "category", "text", "constant")  # what numbers may be called to be left out
_DESCRIBING = ("binary", "category", "text")  # kinds of text that say something of a group
_NAMING = ("identifier", "text", "category")
_DIFFERENT = 0.8  # share of the values of a column that must be different for these to be names
_LONGEST_NAME, _LONGEST_WORDS = 40, 4  # characters in the middle, and words on average, of names
_MANY_LOST = 0.2  # share of the rows that are not left out for missing values
_MOSTLY_MISSING = 0.5
MISSING = ("auto", "drop", "median")
_ODD = {"identifier": "looks like an identifier", "date": "looks like a date"}
_WHY_NO_TEXT = {**_ODD, "constant": "the same in every row"}
_SAID, _NAMES = "no measurement, as you said", "names the rows"


def choose_columns(table: Table, given: Collection[str], chosen: bool) -> tuple[list[str], list[str]]:
    """Take columns that are no measurements out of `table.values`, and text that says nothing out of `texts`.

    given : columns whose kinds the user gave; chosen: whether the user chose the columns

    Returns
    -------
    grouped : list of str
        Columns that the groups are to be made of: measurements; categories in text, too, if the user chose them or
        there is nothing else.
    odd : list of str
        Those of them that do not look like measurements, and are used because there is nothing else.

    Raises
    ------
    ValueError
        No column is left.
    """
    kinds = {name: kind.kind for name, kind in table.kinds.items()}
    _name_rows(table, kinds)
    for name in [name for name in table.texts if kinds[name] not in _DESCRIBING]:
        table.left_out.append(LeftOut(name, _example(table.texts.pop(name)), reason=_WHY_NO_TEXT.get(kinds[name], "")))
    missing = dict(zip(table.names, np.isnan(table.values).mean(axis=0).tolist(), strict=True))
    table.leave_out([name for name in table.names if missing[name] == 1], "empty")
    table.leave_out([name for name in table.names if name in given and kinds[name] in NO_MEASUREMENTS], _SAID)
    table.leave_out([name for name in table.names if kinds[name] == "constant"], "the same in every row")
    categories = [name for name in table.texts if kinds[name] in ("category", "binary")]
    unlike = [name for name in table.names if kinds[name] in ("identifier", "date") and name not in given]
    odd = []
    if not chosen and len(unlike) == len(table.names) and not categories:
        odd = list(table.names)
    elif not chosen:
        for kind, why in _ODD.items():
            table.leave_out([name for name in unlike if kinds[name] == kind], why)
        mostly = [name for name in table.names if missing[name] > _MOSTLY_MISSING]
        for name in mostly if len(mostly) < len(table.names) else ():
            table.leave_out([name], f"{share(missing[name])} of its values are missing")
    if not table.names and not categories:
        others = [*table.left_out, *(LeftOut(name, _example(cells)) for name, cells in table.texts.items())]
        raise ValueError(f"there is no column of measurements in it, but {shortlist(others, 5)}")
    measured = [name for name in table.names if kinds[name] not in ("binary", "category")]
    used = {*table.names, *(categories if chosen or not measured else ())}
    return [name for name in table.all_names if name in used], odd


def _example(cells: list[str | None]) -> str:
    return next((cell for cell in cells if cell), "")


def _name_rows(table: Table, kinds: dict[str, str]) -> None:
    """Name the rows, if no names were given: by text or an identifier of which none is there twice, or else by the text
    with the fewest repeated values, if there are few."""
    if table.row_names is not None:
        return
    texts = {name: _share_different(cells) for name, cells in table.texts.items() if kinds[name] in _NAMING}
    best = max(texts, key=lambda name: texts[name], default=None)
    number = None
    if best is None or texts[best] < 1:
        number = next((name for name in table.names if kinds[name] == "identifier" and _names_all(table, name)), None)
    if number is not None and len(table.names) > 1:
        column = table.values[:, table.names.index(number)]
        table.row_names, table.named_by = [f"{value:.0f}" for value in column.tolist()], number
        table.leave_out([number], _NAMES)
    elif best is not None and texts[best] >= _DIFFERENT:
        table.row_names, table.named_by = [cell or "" for cell in table.texts.pop(best)], best
        table.left_out.append(LeftOut(best, reason=_NAMES))


def _names_all(table: Table, name: str) -> bool:
    """Whether a column of numbers has another one in each row, with all of its digits."""
    column = table.values[:, table.names.index(name)]
    exact = bool((np.abs(column) < 2.0 ** np.finfo(column.dtype).nmant).all())
    return exact and len(np.unique(column)) == len(column)


def _share_different(cells: list[str | None]) -> float:
    """How many of the values are different, if they are no longer than names."""
    known = [cell for cell in cells if cell]
    words = sum(len(cell.split()) for cell in known) / max(len(known), 1)
    lengths = sorted(map(len, known)) or [0]
    is_short = words < _LONGEST_WORDS and lengths[len(lengths) // 2] <= _LONGEST_NAME
    return len(set(known)) / len(cells) if is_short else 0.0


def resolve_missing(table: Table, used: list[str], how: str) -> str:
    """Leave out rows in which a value of the used columns is missing, or fill in medians, and say so; with "auto", fill
    in where more than a fifth of the rows would be left out.

    Raises
    ------
    ValueError
        No row would be left.
    """
    n_rows = len(table.values)
    table.missing = np.isnan(table.values).sum(axis=0)
    used = [name for name in used if name in table.names]
    counts = {name: int(n) for name, n in zip(table.names, table.missing, strict=True) if name in used}
    if not any(counts.values()):
        return ""
    places = [table.names.index(name) for name in used]
    incomplete = np.isnan(table.values[:, places]).any(axis=1)
    found = f"missing values in {np.count_nonzero(incomplete):,} of {count(n_rows, 'row')}: {_told(counts)}"
    if how == "median" or (how == "auto" and incomplete.mean() > _MANY_LOST):
        for j in places:
            column = table.values[:, j]
            known = column[~np.isnan(column)]
            if table.kinds[table.names[j]].kind in ("binary", "category"):
                values, times = np.unique(known, return_counts=True)
                column[np.isnan(column)] = values[times.argmax()]
            else:
                column[np.isnan(column)] = np.median(known)
        table.n_filled = int(np.count_nonzero(incomplete))
        return f"{found}; filled in with the median of the column, or the most frequent one of codes and of two values"
    if incomplete.all():
        raise ValueError(f"{found}; no row is without one")
    table.keep(~incomplete)
    return f"{found}; those rows are left out"


def _told(counts: dict[str, int]) -> str:
    return shortlist(f"{name} {n:,}" for name, n in counts.items() if n)
