# SPDX-License-Identifier: BSD-3-Clause
"""A table of Python's (of pandas, polars or arrow, an array, rows of mixed values) as the report takes tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.containers import native
from coterie._base.parameters import is_integer
from coterie._base.tables.kinds import kinds_of
from coterie._base.tables.mixed import Columns, distinct_values, is_missing, read_columns
from coterie._base.tables.table import LeftOut, Table
from coterie._base.wording import did_you_mean, shown

if TYPE_CHECKING:
    from coterie._base.tables.kinds import Kinds
    from coterie._base.typing import ArrayLike


def as_table(X: ArrayLike, columns: object, names: object, kinds: Kinds) -> Table:
    """Read the columns of `X`: those of numbers and bool as numbers, those of text as text, with their kinds.

    columns : which of them to use, by name or number; None: all
    names : the column that names the rows, by name or number, or a name for each row; None: none is asked for

    Raises
    ------
    TypeError, ValueError
        `X` is no table; there is no such column, or no such kind; there is not one name for each row.
    """
    X = native(X)
    read = read_columns(X, owner="write_report")
    called = [f"x{j}" for j in range(len(read.arrays))] if read.names is None else read.names.tolist()
    if len(set(called)) < len(called):
        twice = next(name for name in called if called.count(name) > 1)
        raise ValueError(f"Names of columns must be unique. Got {twice!r} more than once.")
    found = dict(zip(called, kinds_of(read, kinds), strict=True))
    row_names, column = _row_names(names, read, called)
    used = [j for j in _chosen(columns, called) if j != column]
    numbers = [j for j in used if read.arrays[j].dtype.kind in "biuf"]
    dates = [j for j in used if read.arrays[j].dtype.kind == "M"]
    is_single = all(read.arrays[j].dtype in (np.float32, np.float16) for j in numbers)
    values = np.empty((len(read.arrays[0]), len(numbers)), np.float32 if is_single and numbers else np.float64)
    for i, j in enumerate(numbers):
        values[:, i] = read.arrays[j]
    return Table(
        values,
        [called[j] for j in numbers],
        called,
        is_named=read.names is not None,
        left_out=[LeftOut(called[j], reason="dates") for j in dates],
        row_names=row_names,
        named_by=None if column is None else called[column],
        texts={
            called[j]: [None if value is None else str(value) for value in read.arrays[j].tolist()]
            for j in used
            if j not in numbers and j not in dates
        },
        kinds=found,
    )


def _row_names(names: object, read: Columns, called: list[str]) -> tuple[list[str] | None, int | None]:
    """The names of the rows, and the column that they are in, if they are in one."""
    if names is None:
        return None, None
    if isinstance(names, str) or is_integer(names):
        column = _place(names, called, "names")
        values = read.arrays[column]
        different = distinct_values(values)  # whole numbers without a point, dates as text
        if values.dtype.kind == "O":
            return ["" if value is None else str(value) for value in values.tolist()], column
        text_of = {value: str(value) for value in different}
        if values.dtype.kind == "M":
            return [str(value) for value in values.astype("datetime64[s]").tolist()], column
        return [text_of.get(value, "") for value in values.tolist()], column
    if isinstance(names, Iterable):
        given = ["" if is_missing(each) else str(each) for each in names]
        if len(given) == len(read.arrays[0]):
            return given, None
        raise ValueError(f"names must hold one name for each of the {len(read.arrays[0])} rows of X. Got {len(given)}.")
    raise TypeError(f"names must be a column of X, or hold one name for each row. Got {shown(names)}.")


def _chosen(columns: object, called: list[str]) -> list[int]:
    if columns is None:
        return list(range(len(called)))
    if isinstance(columns, str) or not isinstance(columns, Sequence | np.ndarray) or not len(columns):
        raise ValueError(f"columns must be a list of names or numbers of columns of X. Got {shown(columns)}.")
    found = [_place(each, called, "columns") for each in columns]
    if len(set(found)) < len(found):
        twice = next(each for each in found if found.count(each) > 1)
        raise ValueError(f"columns must name a column once. Got {called[twice]!r} more than once.")
    return found


def _place(column: Any, called: list[str], parameter: str) -> int:
    if isinstance(column, str) and column in called:
        return called.index(column)
    if is_integer(column) and 0 <= column < len(called):
        return int(column)
    hint = did_you_mean(column, called) if isinstance(column, str) else f"they are numbered from 0 to {len(called) - 1}"
    raise ValueError(f"{parameter} names {shown(column)}, and X has no such column: {hint}")
