# SPDX-License-Identifier: BSD-3-Clause
"""How numbers are written in text: what a point and a comma in them mean.

One of the two marks is the decimal mark, the other one may stand between thousands. 12.5 shows that it is the point,
12,5 and 1.234,5 and 1.234.567 that it is the comma; 1.234 is a number either way, and not the same one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from coterie.cli._io.amounts import Manner, amount

POINT, COMMA = ".", ","  # the decimal mark
OTHER = {POINT: COMMA, COMMA: POINT}

_SWAP = str.maketrans(".,", ",.")
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)


def number(cell: str, mark: str) -> float | None:
    """The number in a cell where `mark` is the decimal mark; None if there is none."""
    text = cell.strip()
    if mark == COMMA:
        text = text.translate(_SWAP)
    if "," in text:
        if not _GROUPED.fullmatch(text):
            return None
        text = text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return None if "_" in text else value  # Python's float takes 1_000


def is_number(cell: str, guess: bool = False) -> bool:
    """Whether a cell holds a number by either mark; with `guess` it may have a unit and more (see `amounts`)."""
    if number(cell, POINT) is not None or number(cell, COMMA) is not None:
        return True
    found = amount(cell) if guess else None
    return found is not None and is_number(found.text)


def plain(cell: str, mark: str) -> str:
    """The cell as Python writes numbers, if it holds one."""
    if number(cell, mark) is None and (found := amount(cell)) is not None:
        cell = found.text
    return (cell.translate(_SWAP) if mark == COMMA else cell).strip().replace(",", "")


@dataclass
class Column:
    """What the cells of a column show.

    mark : the decimal mark that the first one shows which is a number by one mark only; None: none has
    contrary, text : cells that are a number by the other mark only, or by none: [how many, the first, its line]
    either : by the mark in it, a cell that is one number by the one decimal mark and another one by the other
    decimal, grouped : a cell with a decimal comma, and one with marks between thousands
    manner : how else its numbers are written
    """

    mark: str | None = None
    contrary: list[Any] = field(default_factory=lambda: [0, "", 0])
    text: list[Any] = field(default_factory=lambda: [0, "", 0])
    either: dict[str, str] = field(default_factory=dict)
    decimal: str | None = None
    grouped: str | None = None
    manner: Manner = field(default_factory=Manner)

    def shows(self) -> str | None:
        """The decimal mark, if all cells agree in it."""
        return None if self.contrary[0] else self.mark


class Notation:
    """Which decimal mark a file shows, and what its columns have by that.

    A comma in a file with commas between its columns may be part of a text, such as "1,5" for the answers 1 and 5: it
    shows a decimal comma only beside a point, as in "1.234,5", or where the cell says that it is a number, as "1,5 %".

    guess : whether numbers may have a unit and more (see `amounts`)
    """

    def __init__(self, separator: str, guess: bool) -> None:
        self.separator, self.guess = separator, guess

    def shows(self, cell: str) -> str | None:
        """The decimal mark by which alone a cell is a number."""
        if "." not in cell and "," not in cell:
            return None
        by_point, by_comma = number(cell, POINT) is not None, number(cell, COMMA) is not None
        if by_point == by_comma:
            found = amount(cell) if self.guess and not by_point else None
            if found is None or ("." not in found.text and "," not in found.text):
                return None
            by_point, by_comma = number(found.text, POINT) is not None, number(found.text, COMMA) is not None
        elif self.separator == "," and "." not in cell:
            return None
        if by_point == by_comma:
            return None
        return POINT if by_point else COMMA

    def decide(self, column: Column, shown: set[str]) -> str | None:
        """The decimal mark of a column where all columns together show `shown`; None if that can't be known."""
        if column.mark is not None:
            return column.mark
        if len(shown) == 1:
            return next(iter(shown))
        if not shown and len(column.either) == 1 and column.manner.is_money():
            return OTHER[next(iter(column.either))]  # no price has three decimals: $1,200 is no dollar and a fifth
        if self.separator == "," and not shown and COMMA not in column.either:
            return POINT
        return None if column.either else POINT
