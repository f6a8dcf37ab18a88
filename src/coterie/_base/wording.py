# SPDX-License-Identifier: BSD-3-Clause
"""Numbers and values as text: as many digits as a reader needs, the same format for numbers to compare."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS, MOST_DECIMALS, MOST_SIZE, _LONG = 3, 9, 1e15, 10_000
_LONGEST_VALUE = 500  # characters of a value that a message shows
_LOPSIDED = 0.9  # share of the rows in one cluster that leaves few for the others
FEW_APART = "this sets few rows apart, and says nothing of groups among the others"


def pair(here: float, overall: float) -> str:
    """Two numbers to compare: with three digits each, or as many as it takes to tell them apart, but no finer."""
    if here == overall:
        return f"{number(here)} against {number(overall)}"
    apart = abs(here - overall)
    least, most = decimals_of(apart, 1), max(decimals_of(apart, DIGITS), 0)
    return " against ".join(
        number(each, min(max(decimals_of(abs(each), DIGITS), least), most)) for each in (here, overall)
    )


def number(value: float, decimals: float | None = None) -> str:
    """A number to read: with three digits or so many decimals (negative: zeros before the point), but no exponent, and
    no zeros at the end."""
    text = fixed(value, decimals_of(abs(value), DIGITS) if decimals is None else decimals)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def fixed(value: float, decimals: float, largest: float | None = None) -> str:
    """A number with so many decimals, and with commas if `largest` (by default the number itself) is long."""
    value = float(value)  # numpy rounds its own otherwise
    if not math.isfinite(value):
        return f"{value:.0f}"
    if value and (decimals > MOST_DECIMALS or abs(value) >= MOST_SIZE):
        return f"{value:.{DIGITS}g}"
    decimals = 0 if decimals == -math.inf else int(decimals)
    rounded = round(value, decimals) + 0.0  # no "-0"
    is_long = abs(rounded if largest is None else largest) >= _LONG
    return f"{rounded:{',' if is_long else ''}.{max(decimals, 0)}f}"


def as_column(values: Iterable[float]) -> list[str]:
    """Numbers to compare, all in one format: three digits of their range, but no zeros that all end with; commas in all
    that are long enough or in none; exponents in all or in none."""
    values = [float(value) for value in values]
    finite = [value for value in values if math.isfinite(value)]
    largest = max(map(abs, finite), default=0.0)
    if largest >= MOST_SIZE or decimals_of(largest, DIGITS) > MOST_DECIMALS:
        texts = [
            f"{value:.{DIGITS - 1}e}" if value and math.isfinite(value) else f"{value + 0.0:.0f}" for value in values
        ]
    else:
        spread = max(finite, default=0.0) - min(finite, default=0.0) or largest
        decimals = min(max(decimals_of(spread, DIGITS), 0), MOST_DECIMALS)
        while decimals and all(fixed(value, decimals).endswith("0") for value in finite):
            decimals -= 1
        texts = [fixed(value, decimals, largest) for value in values]
    return ["-" if math.isnan(value) else text for value, text in zip(values, texts, strict=True)]


def share(value: float, decimals: int = 0) -> str:
    """A share as a percentage to read: 0% is none, 100% is all."""
    least = 10.0**-decimals
    if 0 < value < least / 100:
        return f"under {least:g}%"
    if 1 - least / 100 < value < 1:
        return f"over {100 - least:g}%"
    return f"{number(100 * value, decimals)}%"


def share_cell(value: float) -> str:
    """A share in a column of a table, with one decimal: 0.0% is none, 100.0% is all."""
    text = f"{value:.1%}"
    return "<0.1%" if text == "0.0%" and value > 0 else ">99.9%" if text == "100.0%" and value < 1 else text


def shares(here: float, overall: float) -> list[str]:
    """Two shares to compare, with as many digits as it takes to tell them apart."""
    texts = [share(here), share(overall)]
    if texts[0] != texts[1] or here == overall:
        return texts
    return [f"{text}%" for text in pair(100 * here, 100 * overall).split(" against ")]


def told_apart(values: Iterable[float], least: int = 2) -> list[str]:
    """Numbers with the fewest decimals, `least` or more, by which those that differ look different."""
    values = [float(value) for value in values]
    for decimals in range(least, 18):
        texts = [f"{round(value, decimals) + 0.0:.{decimals}f}" for value in values]
        if len(set(texts)) >= len(set(values)):
            return texts
    return [f"{value!r}" for value in values]


def decimals_of(size: float, digits: int) -> float:
    """How many decimals a number of this size has with so many significant digits."""
    return digits - 1 - math.floor(math.log10(size)) if size > 0 else -math.inf


def unlike(value: float, *others: float) -> str:
    """A number with three digits, or as many as it takes not to look like another."""
    decimals = max(decimals_of(abs(value), DIGITS), 0)
    while decimals < MOST_DECIMALS and any(
        each != value and number(each, decimals) == number(value, decimals) for each in others
    ):
        decimals += 1
    return number(value, decimals)


def listing(names: Iterable[object]) -> str:
    """Names in a sentence: "a, b and c"."""
    *most, last = map(str, names)
    return f"{', '.join(most)} and {last}" if most else last


def lopsidedness(labels: NDArray[np.integer], of_whom: str = "one cluster") -> str | None:
    """What is to be said where nearly all rows that are in clusters are in one."""
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    part = float(sizes.max()) / max(int(sizes.sum()), 1)
    if np.count_nonzero(sizes) < 2 or part < _LOPSIDED:
        return None
    of_what = "the rows" if (labels >= 0).all() else "the rows that are in clusters"
    return (
        f"{of_whom} has {share(part)} of {of_what}: {FEW_APART}; if the few are mistakes in the data, correct them "
        "or leave them out, and try again"
    )


def shown(value: object) -> str:
    """`value` for a message: its repr, or as much of that as a message can hold."""
    try:
        text = repr(value)
    except Exception:  # of an int with more digits than Python converts, or of anybody's class
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def sentence(text: str) -> str:
    """With a full stop, and a capital unless it begins with the name of a parameter or a letter for a number."""
    head = text.split(" ", 1)[0]
    is_name = "_" in head or (len(head) == 1 and head != "a")
    return f"{text if is_name else text[:1].upper() + text[1:]}{'' if text.endswith('.') else '.'}"


def shortened(text: object, longest: int) -> str:
    """A text on one line, with at most `longest` characters."""
    text = " ".join(str(text).split())
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def count(n: int, thing: str) -> str:
    """A number of things: `1 row`, `2,000 rows`."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def shortlist(names: Iterable[object], limit: int = 12) -> str:
    """`a, b, c` or, when there are many, `a, b and 17 more`."""
    texts = list(map(str, names))
    if len(texts) <= limit:
        return ", ".join(texts)
    return f"{', '.join(texts[: limit - 1])} and {len(texts) - limit + 1} more"


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint to follow an error about `name`: the likeliest meant, or all that are known."""
    import difflib  # which takes longer to import than this module

    lowered = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    return f"there is {shortlist(known)}"


def printable(name: str) -> str:
    """A name as it can be written anywhere. Bytes that are no text, as names of files may hold, become \\xff."""
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()
