# SPDX-License-Identifier: BSD-3-Clause
"""Elements of HTML, for pages and notebooks. What is text is escaped; how things look is said by who shows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from .wording import share_cell

# The library's module for this takes longer to import than this one, as it knows all entities.
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_OF_TEXT, _OF_ATTRIBUTES = str.maketrans(_IN_TEXT), str.maketrans(_IN_TEXT | {'"': "&quot;", "'": "&#x27;"})
_EMPTY = {"br", "img", "meta"}  # elements without an end
_SHORT = 28  # characters that are not broken into lines


class Html(str):
    """Text that is HTML already; any other text is escaped where it goes into an element."""


class Cell(NamedTuple):
    """What is in a table, with a class of its own."""

    content: object
    class_: str | None


def element(name: str, /, *children: object, **attributes: object) -> Html:
    """`<name attribute="...">children</name>`; children that are not `Html` are escaped.

    Of attributes `class_` is `class`, `aria_label` is `aria-label`, and None is left out.
    """
    text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{str(value).translate(_OF_ATTRIBUTES)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return Html(f"<{name}{text}>")
    return Html(f"<{name}{text}>{join(*children)}</{name}>")


def join(*children: object) -> Html:
    return Html("".join(child if isinstance(child, Html) else str(child).translate(_OF_TEXT) for child in children))


def items(entries: Sequence[object], ordered: bool = False) -> Html:
    return element("ol" if ordered else "ul", *(element("li", entry) for entry in entries))


def share(part: float) -> Html:
    """A bar with its number; `part` is from 0 to 1."""
    bar = element("span", class_="share", style=f"--part: {100 * part:.1f}%", aria_hidden="true")
    return join(bar, share_cell(part))


def table(
    header: Sequence[object],
    rows: Sequence[Sequence[object]],
    text: Collection[int] = (),
    chosen: Collection[int] = (),
    caption: Html | None = None,
) -> Html:
    """A table whose first column names the rows and whose others are numbers, but for those in `text`. `chosen` are
    the rows to be set off."""
    left = {0, *text}
    head = element(
        "tr", *(element("th", cell, scope="col", class_="text" if j in left else None) for j, cell in enumerate(header))
    )
    body = []
    for i, row in enumerate(rows):
        cells = [element("th", row[0], scope="row", class_=_kind_of_text(row[0]))]
        for j, cell in enumerate(row[1:], 1):
            content, kind = cell if isinstance(cell, Cell) else (cell, _kind_of_text(cell) if j in left else None)
            cells.append(element("td", content, class_=kind))
        body.append(element("tr", *cells, class_="chosen" if i in chosen else None))
    above = [] if caption is None else [element("caption", caption)]
    return element("table", *above, element("thead", head), element("tbody", *body))


def _kind_of_text(cell: object) -> str:
    return "text short" if isinstance(cell, Html) or len(str(cell)) <= _SHORT else "text"
