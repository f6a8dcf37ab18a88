# SPDX-License-Identifier: BSD-3-Clause
"""The data: what was read and left out, what is in the columns, how they were scaled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coterie._base.wording import as_column, count, sentence, share_cell, shortlist
from coterie._base.wording import share as percent
from coterie.report._chapters.names import SCALINGS
from coterie.report._data import DOMINANT, Scaling
from coterie.report._findings import Findings
from coterie.report._html import Html, Section, card, element, facts, items, paragraph, table
from coterie.report._places import say_use

_MOST_COLUMNS = 60  # in the table of columns


def chapter(found: Findings, pairs: Sequence[tuple[str, object]]) -> Section:
    data, names = found.data.table, found.data.table.names
    used = f"{len(found.data.grouped):,}: {shortlist(found.data.grouped)}"
    content = [facts([*pairs, ("rows", _count_rows(found)), ("columns used", used)])]
    if data.left_out:
        content.append(element("h3", "Columns that were left out"))
        content.append(
            items(
                [
                    str(left)
                    if left.reason or left.empty
                    else f"{left.name} (not numbers" + (f": {left.example!r})" if left.example else ")")
                    for left in data.left_out[:30]
                ]
            )
        )
        if len(data.left_out) > 30:
            content.append(paragraph(f"And {len(data.left_out) - 30} more."))
    shown = names[:_MOST_COLUMNS]
    rows = []
    scaling = found.data.scaling
    shares_of = [[] for _ in names] if scaling is None else _cells(scaling)
    for j, name in enumerate(shown):
        column = data.values[:, j].astype(np.float64)
        column = column[~np.isnan(column)]
        told = [column.mean(), column.std(), column.min(), *np.percentile(column, [25, 50, 75]), column.max()]
        rows.append([name, f"{data.missing[j]:,}", *as_column(told), *shares_of[j]])
    caption = f"The columns, in their own units{f'; the first {len(shown)}' if len(shown) < len(names) else ''}"
    content.append(element("h3", "What is in the columns"))
    content.append(
        table(
            caption,
            [
                "column",
                "missing",
                "mean",
                "std. dev.",
                "least",
                "lower quartile",
                "median",
                "upper quartile",
                "largest",
                *(["share of variance", "when scaled"] if scaling else []),
            ],
            rows,
        )
    )
    content += [element("h3", "Scale check", id="scale"), *_check_scale(found)]
    return Section("data", "The data", content)


def _cells(scaling: Scaling) -> list[list[str]]:
    """The share of each column in the variance, as it is and scaled."""
    return [
        [share_cell(before), share_cell(after)] for before, after in zip(scaling.before, scaling.after, strict=True)
    ]


def _count_rows(found: Findings) -> str:
    data = found.data.table
    if data.kept is not None:
        left_out = int(np.count_nonzero(~data.kept))
        return (
            f"{len(data.kept):,} in the file; {left_out:,} left out as values are missing, {found.data.n_rows:,} used"
        )
    filled = sum(int(n) for name, n in zip(data.names, data.missing, strict=True) if name in found.data.grouped)
    if filled:
        return f"{found.data.n_rows:,}; {count(filled, 'missing value')} filled in with the column's median"
    return f"{found.data.n_rows:,}, none with a missing value"


def _check_scale(found: Findings) -> list[Html]:
    scaling, names = found.data.scaling, found.data.grouped
    if scaling is None or found.data.places is not None:
        return [paragraph(f"{sentence(say_use(found.data.places))}")] if found.data.places is not None else []
    method = scaling.scaler.method
    content = []
    if len(names) > 1:
        most = int(scaling.before.argmax())
        part, told = scaling.before[most], percent(float(scaling.before[most]), 1)
        text = (
            "Clusters are made of rows that are near each other, and columns with large numbers weigh most. As "
            f"they are, {names[most]} would have {told} of the variance"
        )
        content.append(
            paragraph(
                f"{text}: the clusters would hardly depend on any other column." if part >= DOMINANT else f"{text}."
            )
        )
    content.append(
        paragraph(
            element("strong", f"What was done: {SCALINGS[method]}."),
            f" Why: {scaling.reason}. ",
            "Another way can be asked for with ",
            element("code", "--scale"),
            ".",
        )
    )
    after = scaling.after
    if len(names) > 1 and after.max() >= DOMINANT:
        part = percent(float(after.max()), 1)
        content.append(
            card(
                paragraph(
                    f"Also now {names[int(after.argmax())]} has {part} of the variance: the "
                    "clusters are mostly its own."
                ),
                doubts=True,
            )
        )
    if found.data.codes:
        one = len(found.data.codes) == 1
        content.append(
            paragraph(
                f"{shortlist(found.data.codes, 6)} {'has' if one else 'have'} only a few different numbers. If "
                "these are codes for kinds of things, differences between them mean nothing, and the grouping is "
                "better without: "
                f"leave {'it' if one else 'them'} out with ",
                element("code", "--drop"),
                ".",
            )
        )
    if found.data.correlated:
        pairs = shortlist(
            (f"{one} and {other} ({correlation:.2f})" for one, other, correlation in found.data.correlated), 6
        )
        content.append(
            paragraph(
                f"Some columns say nearly the same, and so count twice (correlation): {pairs}. "
                "Consider leaving one of each pair out."
            )
        )
    if found.choice.scalings:
        rows = [[SCALINGS[method], f"{alike:.2f}"] for method, alike in found.choice.scalings.items()]
        content.append(
            paragraph(
                "How much hangs on this choice: the recommended groups compared with those that "
                "k-means makes with another scaling (adjusted Rand index; 1: the same groups, 0: no "
                "more alike than by chance)."
            )
        )
        content.append(table("Agreement with groups by another scaling", ["scaling", "adjusted Rand"], rows))
    return content
