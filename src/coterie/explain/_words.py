# SPDX-License-Identifier: BSD-3-Clause
"""What columns of text that are no categories tell about groups: words, or whole values, that are much more frequent in
one group than in the others."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import progress
from ._facts import NAMED
from ._features import Text
from ._groups import Groups
from ._statistics import Shares, effects_of_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{3,}")  # letters
_FEWEST = 5  # rows of a group that have a word for it to be told
_MOST_WORDS, _MOST_TOLD = 5000, 20  # looked at, those in the most rows; and told, besides one for each group
_BY_CHANCE = 0.05  # probability that some word is told where words say nothing
_BLOCK = 20_000  # rows


class Words(NamedTuple):
    """The words of a column, or its values, that tell groups apart.

    shares : how many rows of each group have a word; a row may have several of them
    are_values : whether they are whole values
    """

    shares: Shares
    are_values: bool


def describe_words(text: Text, groups: Groups) -> Words | None:
    """What a column of text tells about the groups; None where that is nothing.

    Whole values, where each is there twice on average; else words of three letters or more, in small letters. They have
    a medium effect in some group, of which five rows or more have them; and in 19 of 20 tables no word of any group
    would be so frequent if groups had nothing to do with words (by Chernoff's bound, for so many words and groups).
    """
    present = [value for value in text.values if value is not None]
    are_values = len(present) >= 2 * len(set(present))
    in_rows: Counter[str] = Counter()
    for value in present:
        in_rows.update(_tokens(value, are_values))
    often = sorted(((-n, word) for word, n in in_rows.items() if n >= _FEWEST))[:_MOST_WORDS]
    code_of = {word: code for code, (_, word) in enumerate(often)}
    if not code_of:
        return None
    words, k, n_words = tuple(code_of), len(groups), len(code_of)
    group_of = np.empty(len(text.values), np.int64)
    group_of[groups.order] = groups.spread_out(np.arange(k))
    known = np.array([value is not None for value in text.values])
    counts = np.bincount(group_of[known], minlength=k)
    flat = np.zeros(k * n_words, np.int64)
    for start in range(0, len(text.values), _BLOCK):
        progress.report("words", start, len(text.values))
        places = [
            group * n_words + code_of[word]
            for group, value in zip(group_of[start : start + _BLOCK].tolist(), text.values[start:], strict=False)
            if value is not None
            for word in _tokens(value, are_values)
            if word in code_of
        ]
        flat += np.bincount(np.array(places, np.int64), minlength=k * n_words)
    found = flat.reshape(k, n_words)
    shares, overall, effects = effects_of_shares(found, counts, found.sum(axis=0), int(known.sum()))
    told = _telling(effects, found, counts)
    if not len(told):
        return None
    return Words(
        Shares(text.name, tuple(words[i] for i in told), counts, shares[:, told], overall[told], effects[:, told]),
        are_values,
    )


def _telling(effects: NDArray[np.float64], found: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Which words tell some group apart, the most telling ones first: those, and the first of each group."""
    n = counts[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        here, overall = found / n, found.sum(axis=0) / n.sum()
        without = np.where(here < 1, (1 - here) * np.log((1 - here) / (1 - overall)), 0.0)
        surprise = n * (here * np.log(here / overall) + without)  # at most minus the logarithm of how likely chance is
        tells = (found >= _FEWEST) & (effects >= NAMED) & (surprise >= math.log(effects.size / _BY_CHANCE))
    told = np.where(tells, effects, 0.0)
    order = np.argsort(-told.max(axis=0), kind="stable")
    kept = np.zeros(effects.shape[1], bool)
    kept[order[:_MOST_TOLD]] = kept[told.argmax(axis=1)] = True
    kept &= tells.any(axis=0)
    return order[kept[order]]


def _tokens(value: str, are_values: bool) -> Any:
    return (value,) if are_values else set(_WORD.findall(value.lower()))
