# SPDX-License-Identifier: BSD-3-Clause
"""Columns of numbers, as they are read from a file, on their way to a clustering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .kind_hints import ColumnKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DATE_TEXT = re.compile(r"\s*(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3(\d{4}|\d\d))(?![\d.])")


@dataclass
class LeftOut:
    """A column that was left out: it holds no numbers, or there is a `reason` of its own.

    `is_unclear`: it holds numbers that can be read in two ways.
    """

    name: str
    example: str = ""
    empty: bool = False
    reason: str = ""
    is_unclear: bool = False

    @property
    def why(self) -> str:
        """Why it was left out: the reason, or the value that is no number."""
        if self.reason or self.empty or not self.example:
            return self.reason or "empty" * self.empty
        example = self.example if len(self.example) <= 20 else f"{self.example[:17]}..."
        return f"{'date ' if is_date(self.example) else ''}{example!r}"

    def __str__(self) -> str:
        return f"{self.name} ({self.why})" if self.why else self.name


@dataclass
class Table:
    """Numbers in named columns; a missing value is NaN."""

    values: NDArray[np.floating]  # (n_rows, n_columns), float32 or float64, C order, may be written to
    names: list[str]
    all_names: list[str]  # of the columns of the file, used or not
    is_named: bool = True  # or else all_names are x0, x1, ...
    is_renamed: bool = False  # whether some are not as the file has them
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: NDArray[np.bool_] | None = None  # which rows of the file are in `values`; None: all
    row_names: list[str] | None = None  # one for each row in `values`
    named_by: str | None = None  # the column that these are from
    # How many values of each column were missing, once that is resolved.
    missing: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    n_filled: int = 0  # rows in which missing values were filled in
    texts: dict[str, list[str | None]] = field(default_factory=dict)  # columns of text, where they are asked for
    kinds: dict[str, ColumnKind] = field(default_factory=dict)  # what the columns are, once that is decided
    form: str = ""  # of the file: "text", "workbook", "parquet", or else arrays of numpy
    first_line: int = 0  # of a text file, in which its rows begin, from 0
    separator: str = ","  # of a text file
    decimal_comma: bool = False  # whether numbers in a text file have one
    thousands: str = ""  # the mark between thousands in a text file
    is_mixed: bool = False  # whether no options for a text file as a whole say how all of its numbers are written
    n_above: int = 0  # lines above the header of a text file: titles, and what tells the separator

    @property
    def used_kinds(self) -> list[str] | None:
        """What the columns of `values` are, as `Scaler` takes it; None where that is not decided."""
        return [self.kinds[name].kind for name in self.names] if self.kinds else None

    def leave_out(self, names: Sequence[str], reason: str) -> None:
        """Take columns out of `values`, and say why in `left_out`."""
        if names:
            taken = set(names)
            kept = [j for j, name in enumerate(self.names) if name not in taken]
            self.values = np.ascontiguousarray(self.values[:, kept])
            self.names = [self.names[j] for j in kept]
            self.left_out += [LeftOut(name, reason=reason) for name in names]

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Take the other rows out of everything that has a value for each row."""
        self.kept = rows
        self.values = self.values[rows]
        places = np.flatnonzero(rows).tolist()
        if self.row_names is not None:
            self.row_names = [self.row_names[i] for i in places]
        self.texts = {name: [cells[i] for i in places] for name, cells in self.texts.items()}


def is_date(text: str) -> bool:
    """Whether a cell starts with a date such as 2024-01-31, 1/31/2024 or 31.1.24."""
    return _DATE_TEXT.match(text) is not None
