# SPDX-License-Identifier: BSD-3-Clause
"""Clusters in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base.wording import MOST_SIZE, decimals_of, number, pair, share, shares
from ._facts import KNOWN, NAMED, Facts, few_of
from ._statistics import Shares
from ._words import Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HINTED = 0.2  # effect from which a feature is hinted at: a small one in Cohen's count
_MOST_NAMED = 4  # features in a sentence
_FACTOR = 1.2  # least ratio of medians, or its inverse, that is said as a factor
_LARGE_FACTOR = 2.0  # the same for features whose spread is not that of ratios
_LEAST_FACTOR = 0.1  # "1/160" says more than "0.0064 times"
_FAR_ENOUGH = 0.3  # standard deviations that other medians and means must be apart
_NORMAL_IQR = 1.3489795003921634  # interquartile range of the normal distribution with standard deviation 1
_RATHER = 0.5  # share of the strongest effect from which a value that is more frequent here is told instead
_FEW, _FEW_SHARE = 5, 0.01  # members, and their share, below which they are counted
_FRACTIONS = {
    3 / 4: "three quarters{of_the}",
    2 / 3: "two thirds{of_the}",
    1 / 2: "half{the}",
    1 / 3: "a third{of_the}",
    1 / 4: "a quarter{of_the}",
    1 / 5: "a fifth{of_the}",
    1 / 10: "a tenth{of_the}",
    1 / 20: "a twentieth{of_the}",
    1 / 100: "a hundredth{of_the}",
    1 / 1000: "a thousandth{of_the}",
}
_ABOUT = 0.05  # relative difference from such a fraction, at most


def sentences(facts: Facts, groups: Iterable[int]) -> list[str]:
    """A sentence for each of the groups."""
    return [f"{_head(facts, group)}: {_body(facts, group)}" for group in groups]


class _Phrase(NamedTuple):
    """Something to say about a group.

    effect : how much it sets the group apart, 0 or more
    text : with "{the}" or "{of_the}" where " the median" or " of the median" goes unless it was said before
    """

    effect: float
    text: str


def _head(facts: Facts, group: int) -> str:
    size, n = int(facts.sizes[group]), facts.n_rows
    is_noise = group == len(facts.clusters)
    name = "noise" if is_noise else f"cluster {_plain(str(facts.clusters[group]))}"
    within = " in no cluster" if is_noise else ""
    if size == n > 1:
        return f"{name}, all {n:,} {facts.noun}{within}"
    if size < _FEW_SHARE * n or size < _FEW:
        return f"{name}, {size:,} of {n:,} {facts.noun}{within}"
    return f"{name}, {share(size / n)} of {facts.noun}{within}"


def _body(facts: Facts, group: int) -> str:
    if facts.sizes[group] == facts.n_rows:
        return "nothing to compare with"
    of_categories = (phrase for each in facts.categories for phrase in _of_category(facts, each, group))
    of_words = (phrase for each in facts.words for phrase in _of_words(facts, each, group))
    found = sorted((*_of_numbers(facts, group), *of_categories, *of_words), key=lambda phrase: -phrase.effect)
    texts = [phrase.text for phrase in found if phrase.effect >= NAMED][:_MOST_NAMED]
    if missing := [_plain(name) for name, counts in facts.counts() if not counts[group]]:
        texts.insert(0, f"{few_of(missing)} missing")
    if texts:
        return _join(texts)
    return f"much like all {facts.noun}" + (f"; the largest difference: {_join([found[0].text])}" if found else "")


def _join(texts: list[str]) -> str:
    result, said = [], False
    for text in texts:
        result.append(text.format(the="" if said else " the median", of_the="" if said else " of the median"))
        said = said or "the}" in text
    return ", ".join(result)


def _of_numbers(facts: Facts, group: int) -> Iterator[_Phrase]:
    for j, name in enumerate(facts.feature_names):
        if name in facts.codes:
            yield from _of_category(facts, facts.codes[name], group)
            continue
        effect = float(facts.numbers.distinctness[group, j])
        basis = _say_basis(facts, facts.numbers.counts[:, j], group)
        if abs(effect) >= _HINTED and (text := _say_number(facts, group, j, _plain(name), effect > 0, basis)):
            yield _Phrase(abs(effect), text)


def _say_basis(facts: Facts, counts: NDArray[np.int64], group: int, of_all: bool = False) -> str:
    """How many values a number rests on, where they are few; with `of_all`, where they are not of every row."""
    known, size, known_at_all = int(counts[group]), int(facts.sizes[group]), int(counts.sum())
    if known_at_all < KNOWN * facts.n_rows:
        here = f"all {size:,}" if known == size else f"{known:,} of {size:,}"
        return f"; known for {here}, and for {known_at_all:,} of {facts.n_rows:,} overall"
    return f"; known for {known:,} of {size:,}" if known < size and (of_all or known < KNOWN * size) else ""


def _say_number(facts: Facts, group: int, j: int, name: str, is_more: bool, basis: str) -> str:
    """What the medians show, or else the means; nothing where neither is far enough from that of all rows."""
    numbers = facts.numbers
    mean, overall_mean = float(numbers.means[group, j]), float(numbers.overall_means[j])
    median, overall = float(numbers.medians[group, j]), float(numbers.overall_medians[j])
    if numbers.is_flag[j]:
        here, of_all = shares(mean, overall_mean)
        basis = _say_basis(facts, numbers.counts[:, j], group, of_all=mean in (0, 1))
        return f"{name} in {here} ({of_all} overall{basis})"
    if numbers.is_amount[j] and 0 < median < overall * MOST_SIZE and overall < median * MOST_SIZE:
        ratio, least = median / overall, _FACTOR if numbers.is_ratio[j] else _LARGE_FACTOR
        if ratio >= least if is_more else ratio <= 1 / least:
            return f"{name} {times(ratio)} ({pair(median, overall)}{basis})"
    way, sign = ("higher", 1) if is_more else ("lower", -1)
    low, high = (float(each) for each in numbers.overall_quartiles[:, j])
    spread = float(numbers.overall_spreads[j])
    if sign * (median - overall) > _FAR_ENOUGH * min(spread, (high - low) / _NORMAL_IQR or math.inf):
        return f"{way} {name} ({pair(median, overall)}{basis})"
    if sign * (mean - overall_mean) > _FAR_ENOUGH * spread:
        return f"{way} {name} ({pair(mean, overall_mean)} on average{basis})"
    return ""


def _of_category(facts: Facts, category: Shares, group: int) -> Iterator[_Phrase]:
    """A phrase on the value that sets the group apart most, rather one that it has than one that it lacks."""
    effects = category.effects[group].tolist()
    if not category.counts[group]:
        return
    strongest = max(range(len(effects)), key=lambda i: abs(effects[i]))
    told = max(range(len(effects)), key=lambda i: effects[i])
    if category.values == (False, True) and isinstance(category.values[0], bool):
        told = 1
    elif effects[told] < _RATHER * abs(effects[strongest]) or effects[told] < NAMED <= abs(effects[strongest]):
        told = strongest
    if abs(effects[told]) >= _HINTED:
        here = float(category.shares[group, told])
        basis = _say_basis(facts, category.counts, group, of_all=here in (0, 1))
        yield _Phrase(abs(effects[told]), _say_value(category, group, told, basis))


def _of_words(facts: Facts, words: Words, group: int) -> Iterator[_Phrase]:
    """A phrase on the word, or value, that is more frequent in the group than elsewhere."""
    effects = words.shares.effects[group]
    told = int(np.argmax(effects)) if words.shares.counts[group] else -1
    if told < 0 or effects[told] < NAMED:
        return
    here, overall = float(words.shares.shares[group, told]), float(words.shares.overall[told])
    basis = _say_basis(facts, words.shares.counts, group, of_all=here == 1)
    if words.are_values:
        text = _say_value(words.shares, group, told, basis)
    else:
        of_all = shares(here, overall)
        name, word = _plain(words.shares.name), _plain(str(words.shares.values[told]))
        text = f"{name} with {word!r} in {of_all[0]} ({of_all[1]} overall{basis})"
    yield _Phrase(float(effects[told]), text)


def _say_value(category: Shares, group: int, i: int, basis: str) -> str:
    here, overall = float(category.shares[group, i]), float(category.overall[i])
    if here in (0, 1):
        how, shown = "always" if here else "never", f"{share(overall)} overall"
    else:
        shown = " against ".join(shares(here, overall))
        if here > overall:
            how = "mostly" if here > 0.5 else "more often"
        else:
            how = "seldom" if here < 0.2 else "less often"
    return f"{_plain(category.name)} {how} {_plain(value_text(category.values[i]))} ({shown}{basis})"


def value_text(value: object) -> str:
    """A value of a category as it is shown."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str) -> str:
    """A name or a value on one line, and without what `str.format` would take for a place to fill in."""
    return " ".join(text.split()).replace("{", "(").replace("}", ")")


def times(ratio: float) -> str:
    """A factor to read, as a template for the phrases: "3.4 times", "twice", "about a third", "about 1/57"."""
    text = number(ratio, decimals_of(ratio, 2))
    if text == "2":
        return "twice{the}"
    for fraction, words in _FRACTIONS.items():
        if abs(ratio / fraction - 1) <= _ABOUT:
            return words if text == f"{fraction:.2g}" else f"about {words}"
    if ratio < _LEAST_FACTOR:
        return f"about 1/{number(1 / ratio, decimals_of(1 / ratio, 2))}{{of_the}}"
    return f"{text} times{{the}}"
