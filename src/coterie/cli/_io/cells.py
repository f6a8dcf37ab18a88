# SPDX-License-Identifier: BSD-3-Clause
"""What goes into the cells of files that are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coterie.cli._io.notation import is_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_cell(value: object) -> object:
    """A value for a csv file; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not is_number(value):
        return f"'{value}"
    return value


@dataclass
class NewColumns:
    """Labels, and numbers beside them, for the rows of a file.

    columns : their names and values
    rows : for each row of the file the place of its values; -1 where it was left out
    """

    columns: dict[str, NDArray[np.number]]
    rows: NDArray[np.intp]

    def values(self, start: int, stop: int) -> Iterator[NDArray[np.number]]:
        """The values of each column for some rows of the file, any where one was left out."""
        part = self.rows[start:stop]
        for column in self.columns.values():
            yield column[part] if len(column) else np.zeros(len(part), column.dtype)

    def cells(self, separator: str, decimal_comma: bool = False) -> Iterator[str]:
        """For each row of the file the cells of all columns, each with the separator before it, empty where the row was
        left out."""
        empty = separator * len(self.columns)
        for start in range(0, len(self.rows), _BLOCK):
            left_out = self.rows[start : start + _BLOCK] < 0
            cells = [""] * len(left_out)
            for values in self.values(start, start + _BLOCK):
                form = "d" if values.dtype.kind == "i" else ".6g"
                texts = [f"{separator}{value:{form}}" for value in values.tolist()]
                cells = [f"{cell}{text}" for cell, text in zip(cells, texts, strict=True)]
            for i in np.flatnonzero(left_out):
                cells[i] = empty
            yield from (cell.replace(".", ",") for cell in cells) if decimal_comma else cells
