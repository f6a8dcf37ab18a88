# SPDX-License-Identifier: BSD-3-Clause
"""The data: what was read and left out, what is in the columns, how they were scaled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from coterie._base.tables.table import LeftOut
from coterie._base.wording import as_column, count, sentence, share_cell, shortlist
from coterie._base.wording import share as percent
from coterie.report._chapters.names import SCALINGS
from coterie.report._data import DOMINANT
from coterie.report._findings import Findings
from coterie.report._html import Html, Section, card, element, facts, items, paragraph, table
from coterie.report._places import say_use

_MOST_COLUMNS = 60  # in the table of columns


def chapter(found: Findings, pairs: Sequence[tuple[str, object]]) -> Section:
    data = found.data
    used = f"{len(data.grouped):,}: {shortlist(data.grouped)}"
    content = [facts([*pairs, ("rows", _count_rows(found)), ("columns used", used)]), *_uses(found)]
    if left := data.table.left_out:
        content.append(element("h3", "Columns that were left out"))
        content.append(items([_left_out(each) for each in left[:30]]))
        if len(left) > 30:
            content.append(paragraph(f"And {len(left) - 30} more."))
    content.append(element("h3", "What is in the columns"))
    if data.table.names:
        content.append(_numbers(found))
    if in_text := [name for name in data.grouped if name not in data.table.names]:
        content.append(_categories(found, in_text))
    content += [element("h3", "Scale check", id="scale"), *_check_scale(found)]
    return Section("data", "The data", content)


def _left_out(left: LeftOut) -> str:
    if left.reason or left.empty:
        return str(left)
    return f"{left.name} (not numbers" + (f": {left.example!r})" if left.example else ")")


def _uses(found: Findings) -> list[Html]:
    """What columns are for that are neither measurements nor left out."""
    data, content = found.data, []
    if describing := [name for name in data.table.texts if name not in data.grouped]:
        describe = "describes" if len(describing) == 1 else "describe"
        content.append(
            paragraph(f"Of text, {shortlist(describing)} had no part in the grouping, and {describe} the groups.")
        )
    if data.odd:
        one = len(data.odd) == 1
        like = "it looks like an identifier or a date" if one else "they look like identifiers or dates"
        content.append(
            paragraph(
                f"There is nothing else to group by, so {shortlist(data.odd)} {'is' if one else 'are'} used, although "
                f"{like}."
            )
        )
    return content


def _numbers(found: Findings) -> Html:
    data, scaling = found.data.table, found.scaling
    shown = data.names[:_MOST_COLUMNS]
    rows = []
    for j, name in enumerate(shown):
        column = data.values[:, j].astype(np.float64)
        column = column[~np.isnan(column)]
        told = [column.mean(), column.std(), column.min(), *np.percentile(column, [25, 50, 75]), column.max()]
        shares = []
        if scaling is not None:
            at = scaling.names.index(name) if name in scaling.names else None
            shares = ["–"] * 2 if at is None else [share_cell(part[at]) for part in (scaling.before, scaling.after)]
        rows.append([name, f"{data.missing[j]:,}", *as_column(told), *shares])
    header = [
        "column",
        "missing",
        "mean",
        "std. dev.",
        "least",
        "lower quartile",
        "median",
        "upper quartile",
        "largest",
    ]
    header += ["share of variance", "when scaled"] if scaling is not None else []
    some = f"; the first {len(shown)}" if len(shown) < len(data.names) else ""
    return table(f"The columns, in their own units{some}", header, rows)


def _categories(found: Findings, names: Sequence[str]) -> Html:
    rows = []
    for name in names[:_MOST_COLUMNS]:
        cells = found.data.table.texts[name]
        known = Counter(cell for cell in cells if cell is not None)
        common = ", ".join(f"{value} ({percent(n / len(cells))})" for value, n in known.most_common(4))
        rows.append([name, f"{sum(cell is None for cell in cells):,}", f"{len(known):,}", common])
    some = f"; the first {_MOST_COLUMNS}" if len(names) > _MOST_COLUMNS else ""
    return table(
        f"Categories in text{some}", ["column", "missing", "different values", "the most frequent ones"], rows, text=[3]
    )


def _count_rows(found: Findings) -> str:
    data = found.data.table
    if data.kept is not None:
        left_out = int(np.count_nonzero(~data.kept))
        return (
            f"{len(data.kept):,} in the table; {left_out:,} left out as values are missing, {found.data.n_rows:,} used"
        )
    filled = sum(int(n) for name, n in zip(data.names, data.missing, strict=True) if name in found.data.grouped)
    if filled:
        return (
            f"{found.data.n_rows:,}; {count(filled, 'missing value')} filled in with the column's median, or the most "
            "frequent of codes and of two values"
        )
    return f"{found.data.n_rows:,}, none with a missing value"


def _check_scale(found: Findings) -> list[Html]:
    scaling, places = found.scaling, found.data.places
    if scaling is None:
        return [paragraph(sentence(say_use(places)))] if places is not None else []
    content, names = [], scaling.names
    if categories := found.data.categories:
        one = len(categories) == 1
        content.append(
            paragraph(
                f"Of {shortlist(categories)} only {'its' if one else 'their'} being equal or different counts: two "
                "rows with different values are one apart there."
            )
        )
    if not names:
        return content
    if len(names) > 1:
        most = int(scaling.before.argmax())
        part, told = scaling.before[most], percent(float(scaling.before[most]), 1)
        text = (
            "Groups are made of rows that are near each other, and columns with large numbers weigh most. As "
            f"they are, {names[most]} would have {told} of the variance"
        )
        content.append(
            paragraph(
                f"{text}: the groups would hardly depend on any other column." if part >= DOMINANT else f"{text}."
            )
        )
    content.append(
        paragraph(
            element("strong", f"What was done: {SCALINGS[scaling.method]}."),
            f" Why: {scaling.reason}. ",
            "Another way can be asked for: ",
            element("code", "--scale"),
            " of the command, ",
            element("code", "scale="),
            " in Python.",
        )
    )
    after = scaling.after
    if len(names) > 1 and after.max() >= DOMINANT:
        part = percent(float(after.max()), 1)
        content.append(
            card(
                paragraph(
                    f"Also now {names[int(after.argmax())]} has {part} of the variance: the groups are mostly its own."
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
                f"call {'it' if one else 'them'} categories with ",
                element("code", "--kind"),
                " or ",
                element("code", "kinds="),
                ".",
            )
        )
    if found.correlated:
        pairs = shortlist((f"{one} and {other} ({correlation:.2f})" for one, other, correlation in found.correlated), 6)
        content.append(
            paragraph(
                f"Some columns say nearly the same, and so count twice (correlation): {pairs}. "
                "Consider leaving one of each pair out."
            )
        )
    return content
