# SPDX-License-Identifier: BSD-3-Clause
"""What a column of text is: categories, yes and no, codes, dates or free text."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..wording import count, listing, shown
from .kind_hints import ColumnKind
from .kinds_of_numbers import MANY
from .table import is_date

_FEW_VALUES, _FEW_ROWS = 50, 10  # more values, and fewer rows for each, are names rather than categories
_YES_OR_NO = ({"yes", "no"}, {"y", "n"}, {"true", "false"}, {"t", "f"}, {"on", "off"}, {"ja", "nein"}, {"oui", "non"})
_STEPS = (
    {"very low", "low", "medium", "middle", "high", "very high"},
    {"xs", "s", "m", "l", "xl", "xxl"},
    {"small", "medium", "large"},
    {"never", "rarely", "seldom", "sometimes", "often", "always"},
    {"very poor", "poor", "fair", "average", "good", "very good", "excellent"},
    {"strongly disagree", "disagree", "neutral", "neither", "agree", "strongly agree"},
)
_CODE = re.compile(r"\S*\d\S*")
_TIME = re.compile(r"\d\d?:\d\d(:\d\d(\.\d+)?)?")
_WORDS = 4  # more on average make free text


def kind_of_texts(values: list[object]) -> ColumnKind:
    """What a column is that holds these values, one or more: text, with or without numbers and bool beside it."""
    n, different = len(values), set(values)
    texts = [value for value in different if isinstance(value, str)]
    doubt = "text stands beside numbers" if texts and len(texts) < len(different) else ""
    if len(different) == 1:
        return ColumnKind("constant", f"every value is {_short(next(iter(different)))}", doubt)
    if len(different) == 2:
        known = {str(value).strip().lower() for value in different} in _YES_OR_NO
        if known or n >= MANY:
            return ColumnKind("binary", f"all values are {' or '.join(sorted(map(_short, different)))}", doubt)
    if len(texts) == len(different):
        if all(map(is_date, texts)):
            return ColumnKind("date", f"every value is a date, such as {_short(min(texts))}")
        if all(_TIME.fullmatch(text.strip()) for text in texts):
            return ColumnKind("date", f"every value is a time of day, such as {_short(min(texts))}")
    m = len(different)
    found = f"{m:,} different values in {count(n, 'row')}"
    if (m <= _FEW_VALUES and n >= 2 * m) or n >= _FEW_ROWS * m:
        if not doubt and texts and any({text.strip().lower() for text in texts} <= steps for steps in _STEPS):
            doubt = "they look like steps of a scale, which an ordered categorical would tell"
        return ColumnKind("category", found if m > 5 else f"{found}: {listing(sorted(map(_short, different)))}", doubt)
    words = sum(len(text.split()) for text in texts) / max(len(texts), 1)
    example = _short(min(texts or map(str, different)))
    if words <= 1.2 and _all_codes(texts):
        return ColumnKind("identifier", f"codes such as {example}, {found}", doubt)
    if m == n and words < _WORDS:
        doubt = doubt or ("there are few rows" if n < MANY else "")
        return ColumnKind("identifier", f"text, no value twice in {count(n, 'row')}", doubt)
    how = f"text of {words:.0f} words on average" if words >= _WORDS else "text, too varied for categories"
    return ColumnKind("text", f"{how}, {found}", doubt)


def _all_codes(texts: Collection[str]) -> bool:
    """Whether nearly all hold digits and no spaces."""
    return sum(_CODE.fullmatch(text.strip()) is not None for text in texts) >= 0.9 * len(texts)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else shown(value)
    text = text if len(text) <= 30 else f"{text[:27]}..."
    return repr(text) if isinstance(value, str) else text
