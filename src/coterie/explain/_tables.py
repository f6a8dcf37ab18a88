# SPDX-License-Identifier: BSD-3-Clause
"""Clusters in tables of text."""

from __future__ import annotations

import math
import textwrap
from typing import NamedTuple

import numpy as np

from .._base.layout import side_by_side
from .._base.wording import as_column, share, shortened
from ._facts import KNOWN, LARGE, NAMED, Facts, few_of
from ._sentences import value_text
from ._statistics import Shares
from ._words import Words

_MOST_FEATURES, _MOST_CLUSTERS, _MOST_VALUES = 40, 40, 5  # in a table; values of a category
_UNMARKED = "   "


class Line(NamedTuple):
    """A line of the table: a cell for all rows and one for each group, with the effects that these have."""

    name: str
    overall: str
    cells: list[str]
    effects: list[float]  # NaN where a cell is not to be marked


class Lines(NamedTuple):
    """The lines of a table, and a remark on them."""

    header: list[str]
    sizes: list[Line]
    features: list[Line]
    remark: str


def shown(facts: Facts, most: int = _MOST_CLUSTERS) -> list[int]:
    """The groups that a text has room for: the largest clusters, and the noise."""
    n_clusters = len(facts.clusters)
    largest = sorted(range(n_clusters), key=lambda g: -facts.sizes[g])[:most]
    return [*sorted(largest), *range(n_clusters, len(facts.sizes))]


def table(facts: Facts, width: int) -> str:
    """Sizes, medians and shares as text; features in rows, all rows and each cluster in columns."""
    found = lines(facts, f"++ or --: far from the other {facts.noun}, + or -: less far")
    rows = [
        [name, overall, *(cell + _mark(effect) for cell, effect in zip(cells, effects, strict=True))]
        for name, overall, cells, effects in found.sizes + found.features
    ]
    return "\n".join([lay_out(found.header, rows, width), "", *textwrap.wrap(found.remark, width)])


def lines(facts: Facts, marks: str, most_features: int = _MOST_FEATURES, most_clusters: int = _MOST_CLUSTERS) -> Lines:
    """Sizes, medians and shares of the largest clusters, for the features that tell them apart most. `marks` says what
    is marked, and how."""
    numbers, n_clusters, groups = facts.numbers, len(facts.clusters), shown(facts, most_clusters)
    header = ["", "all", *(str((*facts.clusters, "noise")[g]) for g in groups)]
    unmarked = [math.nan] * len(groups)
    sizes = [
        Line(facts.noun, f"{facts.n_rows:,}", [f"{facts.sizes[g]:,}" for g in groups], unmarked),
        Line("share", "100%", [share(facts.sizes[g] / facts.n_rows) for g in groups], unmarked),
    ]
    told = _most_telling(facts, groups, most_features)
    features = []
    for j, name in enumerate(facts.feature_names):
        if name not in told:
            continue
        if name in facts.codes:
            features += _lines_of(facts.codes[name], groups)
            continue
        if numbers.is_flag[j]:
            overall, *cells = map(_share_or_dash, [numbers.overall_means[j], *numbers.means[groups, j]])
        else:
            overall, *cells = as_column([float(numbers.overall_medians[j]), *numbers.medians[groups, j].tolist()])
        features.append(Line(name, overall, cells, numbers.distinctness[groups, j].tolist()))
    for category in facts.categories:
        if category.name in told:
            features += _lines_of(category, groups)
    for words in facts.words:
        features += _lines_of_words(words, groups)
    n_shares = int(numbers.is_flag.sum()) + len(facts.codes)
    kinds = " and ".join(
        kind
        for kind, found in (
            ("medians", len(facts.feature_names) > n_shares),
            ("shares", n_shares or facts.categories or facts.words),
        )
        if found
    )
    remark = f"{kinds}; {marks}"
    if sparse := _sparse_columns(facts, groups):
        remark += f"; fewer than half of the values known: {few_of(sparse)}"
    if hidden := len(facts.feature_names) + len(facts.categories) - len(told):
        remark += f"; {hidden:,} more features that differ less"
    if n_clusters > most_clusters:
        remark += f"; the {most_clusters} largest of {n_clusters:,} clusters"
    return Lines(header, sizes, features, remark)


def _sparse_columns(facts: Facts, groups: list[int]) -> list[str]:
    """Columns that a group has few values of, and in which groups."""
    labels = [*map(str, facts.clusters), "noise"]
    found = []
    for name, counts in facts.counts():
        few = [labels[g] for g in groups if 0 < counts[g] < KNOWN * facts.sizes[g]]
        if few:
            found.append(f"{name} in {few_of(few)}")
    return found


def _lines_of(category: Shares, groups: list[int]) -> list[Line]:
    """A line of the table for each of the most frequent values."""
    top = sorted(range(len(category.values)), key=lambda i: -category.overall[i])[:_MOST_VALUES]
    found = [_line_of(category, i, value_text(category.values[i]), groups) for i in top]
    if rest := len(category.values) - len(top):
        found.append(Line(f"{category.name}: {rest:,} more", "", [""] * len(groups), [math.nan] * len(groups)))
    return found


def _lines_of_words(words: Words, groups: list[int]) -> list[Line]:
    """A line of the table for each of the words that tell groups apart most."""
    shares = words.shares
    return [_line_of(shares, i, repr(shares.values[i]), groups) for i in range(min(len(shares.values), _MOST_VALUES))]


def _line_of(shares: Shares, i: int, value: str, groups: list[int]) -> Line:
    return Line(
        f"{shares.name} {value}",
        share(float(shares.overall[i])),
        [_share_or_dash(shares.shares[g, i]) for g in groups],
        shares.effects[groups, i].tolist(),
    )


def _share_or_dash(value: float) -> str:
    return "-" if math.isnan(value) else share(float(value))


def _most_telling(facts: Facts, groups: list[int], most: int) -> set[str]:
    """Names of the features that set some group apart most."""
    effects = dict(zip(facts.feature_names, facts.numbers.distinctness[groups].T, strict=True))
    effects |= {each.name: each.effects[groups] for each in (*facts.categories, *facts.codes.values())}
    strongest = {name: np.where(np.isnan(each), 0.0, abs(each)).max(initial=0.0) for name, each in effects.items()}
    return set(sorted(strongest, key=lambda name: -strongest[name])[:most])


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
