# SPDX-License-Identifier: BSD-3-Clause
"""Numbers as people write them: in a currency or in percent, with spaces or apostrophes between thousands, in
parentheses where they are negative; and words for yes and no.

What points and commas in them mean is the matter of `notation`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PERCENT = "%"

_LONGEST = 60  # characters of a cell that may be a number; others are not looked at
_CODES = (
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW KWD MAD MXN MYR NGN "
    "NOK NZD PEN PHP PKR PLN QAR RMB RON RUB SAR SEK SGD THB TRY TWD UAH USD VND ZAR"
)
_SPACES = " \u00a0\u2009\u202f"  # also those that do not break a line, and thin ones
_APOSTROPHES = "'\u2019"
_CURRENCY = rf"[A-Z]{{0,2}}\$|[\u00a2-\u00a5\u0e3f\u20a0-\u20cf]|(?:{'|'.join(_CODES.split())})(?![A-Za-z])|kr\.?|zł|Kč"
_AMOUNT = re.compile(
    rf"(?:(?P<outer>{_CURRENCY})?[{_SPACES}]?(?P<open>\())?(?P<sign>[-+\u2212])?[{_SPACES}]?(?P<before>{_CURRENCY})?[{_SPACES}]?(?P<inner>[-+\u2212])?"
    rf"(?P<number>[1-9][0-9]{{0,2}}(?:(?P<group>[{_SPACES}{_APOSTROPHES}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*)"
    r"(?:[.,][0-9]*)?|[0-9.,]+)"
    rf"[{_SPACES}]?(?P<after>%|{_CURRENCY})?(?P<close>\))?"
)
# Words that are 1 and 0, in small letters. Single letters mean that only where both of them are there.
_FLAGS = (
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("ja", "nein"),
    ("oui", "non"),
    ("sí", "no"),
    ("wahr", "falsch"),
    ("vrai", "faux"),
)
_FIRST = 20  # cells that tell how the others may be written
_MOST_SPELLINGS = 20  # of two words: Yes, YES, " yes"


class Amount(NamedTuple):
    """A number that is not written as programs write it.

    text : the number with nothing but a minus, digits, points and commas
    unit : a currency, a percent sign, or nothing
    group : a space or an apostrophe between thousands, or nothing
    is_negated : whether parentheses make it negative
    """

    text: str
    unit: str
    group: str
    is_negated: bool


def amount(cell: str) -> Amount | None:
    """The number in a cell that is written as people write numbers; None if there is none, or nothing odd about it."""
    text = cell.strip() if len(cell) <= _LONGEST else ""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    units = [unit for name in ("outer", "before", "after") if (unit := found[name])]
    group = found["group"] or ""
    is_negated = found["open"] is not None
    signs = (found["sign"] or "") + (found["inner"] or "")
    if (
        len(units) > 1
        or is_negated != (found["close"] is not None)
        or len(signs) + is_negated > 1
        or not any(character.isdigit() for character in found["number"])
    ):
        return None
    minus = "-" if is_negated or signs in ("-", "\u2212") else ""
    digits = found["number"].replace(group, "") if group else found["number"]
    return Amount(minus + digits, units[0].rstrip(".") if units else "", group, is_negated)


class Alike(NamedTuple):
    """Cells that are all written alike, as plain numbers.

    texts : the numbers as Python writes them; an empty one is missing
    unit, group : what they have of these, at least some
    """

    texts: list[str]
    unit: str
    group: str


def read_alike(cells: Sequence[str], decimal: str, other: str) -> Alike | None:
    """The numbers in many cells at once, where all have the same unit and marks, or are empty; None where they do not.

    It finds what `amount` finds, ten times as fast.
    """
    unit, group, is_before = "", other, True
    for found in filter(None, map(amount, cells[:_FIRST])):
        group = found.group or group
        if found.unit and not unit:
            unit = found.unit
            is_before = next(cell for cell in cells if unit in cell).strip(" (-+").startswith(unit)
    joined = "\n".join(cells) + "\n"
    if not _alike(unit, is_before, group, decimal).fullmatch(joined) or joined.count("\n") != len(cells):
        return None
    for odd, plain in ((group, ""), (unit, ""), (" ", ""), ("(", "-"), (")", ""), (decimal, ".")):
        if odd:
            joined = joined.replace(odd, plain)
    return Alike(joined.split("\n")[:-1], unit, group)


@functools.lru_cache(maxsize=100)
def _alike(unit: str, is_before: bool, group: str, decimal: str) -> re.Pattern[str]:
    """Lines with numbers that `amount` reads."""
    group, decimal, sign = re.escape(group), re.escape(decimal), re.escape(unit)
    before, after = (f"(?:{sign} ?)?+", "") if unit and is_before else ("", f"(?: ?{sign})?+" if unit else "")
    number = rf"{before}(?:[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})++(?![0-9])|[0-9]++)(?:{decimal}[0-9]*+)?+{after}"
    return re.compile(rf"(?:(?:-?+{number}|\({number}\))?+\n)*+")


@dataclass
class Manner:
    """How the cells of a column are written, besides points and commas: a cell for each unit, mark between thousands,
    and use of parentheses.

    units : by currency or percent sign, how many cells that are not 0 have it, and the first
    groups, negated : the first cell with a space or an apostrophe between thousands, and with parentheses
    n_negated : how many have parentheses
    flags : the words that stand for 1 and 0, if the cells are such words
    """

    units: dict[str, tuple[int, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    negated: str = ""
    n_negated: int = 0
    flags: dict[str, float] | None = None

    def note(self, cell: str, found: Amount, value: float) -> None:
        """Take notice of a cell that is such a number."""
        if found.unit:
            n, first = self.units.get(found.unit, (0, cell.strip()))
            self.units[found.unit] = n + (value != 0), first
        if found.group:
            kind = "apostrophes" if found.group in _APOSTROPHES else "spaces"
            self.groups.setdefault(kind, cell.strip())
        if found.is_negated:
            self.negated = self.negated or cell.strip()
            self.n_negated += 1

    def note_alike(self, cells: Sequence[str], found: Alike, values: NDArray[np.float64]) -> None:
        """Take notice of cells that are such numbers."""
        if found.unit:
            here = [i for i, cell in enumerate(cells) if found.unit in cell]
            n, first = self.units.get(found.unit, (0, cells[here[0]].strip() if here else ""))
            self.units[found.unit] = n + int(np.count_nonzero(values[here])), first
        kind = "apostrophes" if found.group in _APOSTROPHES else "spaces"
        if found.group in _APOSTROPHES + _SPACES and kind not in self.groups:
            grouped = (cell for cell in cells if found.group in cell and (each := amount(cell)) and each.group)
            if (first := next(grouped, "")) != "":
                self.groups[kind] = first.strip()
        negated = [cell for cell in cells if cell.startswith("(")]
        self.negated = self.negated or (negated[0] if negated else "")
        self.n_negated += len(negated)

    def is_odd(self) -> bool:
        """Whether programs do not write numbers like that."""
        return bool(self.units or self.groups or self.negated or self.flags)

    def is_money(self) -> bool:
        return bool(self.units) and PERCENT not in self.units

    def in_two_ways(self, n_not_zero: int) -> str:
        """Why the numbers of the column, so many of them not 0, are not of one kind; nothing if they are.

        A currency may be left out in some cells, as it is below the first one of many lists. A percent sign may not:
        0.5 beside 12% may be a half or half a percent.
        """
        if len(self.units) > 1:
            return "in several units: " + ", ".join(repr(first) for _, first in self.units.values())
        for n, first in self.units.values():
            if PERCENT in self.units and n < n_not_zero:
                return f"{n_not_zero - n:,} of {n_not_zero:,} numbers without a percent sign, which {first!r} has"
        return ""


def as_flags(cells: Iterable[str]) -> dict[str, float] | None:
    """What the words in the cells of a column stand for, 1 or 0, in small letters; None if they are not such words."""
    spellings: set[str] = set()
    for cell in cells:
        spellings.add(cell)
        if len(spellings) > _MOST_SPELLINGS:
            return None
    words = {word.strip().lower() for word in spellings}
    for yes, no in _FLAGS:
        if words and words <= {yes, no} and (len(words) == 2 or len(yes) > 1):
            return {yes: 1.0, no: 0.0}
    return None
