# SPDX-License-Identifier: BSD-3-Clause
"""Clusters in tables of text."""

from __future__ import annotations

import math
import textwrap

import numpy as np

from .._base.layout import side_by_side
from .._base.wording import as_column, share, shortened
from ._facts import KNOWN, LARGE, NAMED, Facts, few_of
from ._sentences import value_text
from ._statistics import Shares
from ._words import Words

_MOST_FEATURES, _MOST_CLUSTERS, _MOST_VALUES = 40, 40, 5  # in a table; values of a category
_UNMARKED = "   "


def shown(facts: Facts) -> list[int]:
    """The groups that a text has room for: the largest clusters, and the noise."""
    n_clusters = len(facts.clusters)
    largest = sorted(range(n_clusters), key=lambda g: -facts.sizes[g])[:_MOST_CLUSTERS]
    return [*sorted(largest), *range(n_clusters, len(facts.sizes))]


def table(facts: Facts, width: int) -> str:
    """Sizes, medians and shares; features in rows, all rows and each cluster in columns."""
    numbers, n_clusters, groups = facts.numbers, len(facts.clusters), shown(facts)
    header = ["", "all", *(str((*facts.clusters, "noise")[g]) for g in groups)]
    lines = [
        [facts.noun, f"{facts.n_rows:,}", *(f"{facts.sizes[g]:,}{_UNMARKED}" for g in groups)],
        ["share", "100%", *(f"{share(facts.sizes[g] / facts.n_rows)}{_UNMARKED}" for g in groups)],
    ]
    told = _most_telling(facts, groups)
    for j, name in enumerate(facts.feature_names):
        if name not in told:
            continue
        if name in facts.codes:
            lines += _lines_of(facts.codes[name], groups)
            continue
        if numbers.is_flag[j]:
            overall, *cells = map(_share_or_dash, [numbers.overall_means[j], *numbers.means[groups, j]])
        else:
            overall, *cells = as_column([float(numbers.overall_medians[j]), *numbers.medians[groups, j].tolist()])
        marks = [_mark(float(numbers.distinctness[g, j])) for g in groups]
        lines.append([name, overall, *(cell + mark for cell, mark in zip(cells, marks, strict=True))])
    for category in facts.categories:
        if category.name in told:
            lines += _lines_of(category, groups)
    for words in facts.words:
        lines += _lines_of_words(words, groups)
    n_shares = int(numbers.is_flag.sum()) + len(facts.codes)
    kinds = " and ".join(
        kind
        for kind, found in (
            ("medians", len(facts.feature_names) > n_shares),
            ("shares", n_shares or facts.categories or facts.words),
        )
        if found
    )
    legend = f"{kinds}; ++ or --: far from the other {facts.noun}, + or -: less far"
    if sparse := _sparse_columns(facts, groups):
        legend += f"; fewer than half of the values known: {few_of(sparse)}"
    if hidden := len(facts.feature_names) + len(facts.categories) - len(told):
        legend += f"; {hidden:,} more features that differ less"
    if n_clusters > _MOST_CLUSTERS:
        legend += f"; the {_MOST_CLUSTERS} largest of {n_clusters:,} clusters"
    return "\n".join([lay_out(header, lines, width), "", *textwrap.wrap(legend, width)])


def _sparse_columns(facts: Facts, groups: list[int]) -> list[str]:
    """Columns that a group has few values of, and in which groups."""
    labels = [*map(str, facts.clusters), "noise"]
    found = []
    for name, counts in facts.counts():
        few = [labels[g] for g in groups if 0 < counts[g] < KNOWN * facts.sizes[g]]
        if few:
            found.append(f"{name} in {few_of(few)}")
    return found


def _lines_of(category: Shares, groups: list[int]) -> list[list[str]]:
    """A line of the table for each of the most frequent values."""
    top = sorted(range(len(category.values)), key=lambda i: -category.overall[i])[:_MOST_VALUES]
    lines = [
        [
            f"{category.name} {value_text(category.values[i])}",
            share(float(category.overall[i])),
            *(_share_or_dash(category.shares[g, i]) + _mark(float(category.effects[g, i])) for g in groups),
        ]
        for i in top
    ]
    if rest := len(category.values) - len(top):
        lines.append([f"{category.name}: {rest:,} more", "", *([_UNMARKED] * len(groups))])
    return lines


def _lines_of_words(words: Words, groups: list[int]) -> list[list[str]]:
    """A line of the table for each of the words that tell groups apart most."""
    shares = words.shares
    return [
        [
            f"{shares.name} {shares.values[i]!r}",
            share(float(shares.overall[i])),
            *(_share_or_dash(shares.shares[g, i]) + _mark(float(shares.effects[g, i])) for g in groups),
        ]
        for i in range(min(len(shares.values), _MOST_VALUES))
    ]


def _share_or_dash(value: float) -> str:
    return "-" if math.isnan(value) else share(float(value))


def _most_telling(facts: Facts, groups: list[int]) -> set[str]:
    """Names of the features that set some group apart most."""
    effects = dict(zip(facts.feature_names, facts.numbers.distinctness[groups].T, strict=True))
    effects |= {each.name: each.effects[groups] for each in (*facts.categories, *facts.codes.values())}
    strongest = {name: np.where(np.isnan(each), 0.0, abs(each)).max(initial=0.0) for name, each in effects.items()}
    return set(sorted(strongest, key=lambda name: -strongest[name])[:_MOST_FEATURES])


def _mark(effect: float) -> str:
    """Signs behind a number; all are equally wide, so that numbers are aligned."""
    if math.isnan(effect) or abs(effect) < NAMED:
        return _UNMARKED
    return f" {('+' if effect > 0 else '-') * (2 if abs(effect) >= LARGE else 1)}".ljust(len(_UNMARKED))


def lay_out(header: list[str], lines: list[list[str]], width: int, marked: bool = True) -> str:
    """Right-aligned columns beside the first; those that do not fit go into a further block that repeats it."""
    first = [shortened(line[0], width // 3) for line in (header, *lines)]
    left = max(map(len, first))
    room = width - left - 2 - len(_UNMARKED)
    columns = [
        [shortened(name, room) + (_UNMARKED if marked and i > 1 else ""), *(line[i] for line in lines)]
        for i, name in enumerate(header)
    ][1:]
    widths = [max(map(len, cells)) for cells in columns]
    aligned = [[cell.rjust(size) for cell in cells] for cells, size in zip(columns, widths, strict=True)]
    return side_by_side([[cell.ljust(left) for cell in first], *aligned], width)
