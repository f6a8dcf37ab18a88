# SPDX-License-Identifier: BSD-3-Clause
"""Text in lines of a limited width: sentences, and the columns of a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence


def wrap(sentences: Iterable[str], width: int) -> list[str]:
    """Sentences as lines; all lines of a sentence but the first are indented."""
    return [line for each in sentences for line in textwrap.wrap(each, width, subsequent_indent="    ")]


def side_by_side(columns: Sequence[Sequence[str]], width: int) -> str:
    """The columns of a table, each of cells of one width; those that do not fit go into further blocks.

    Each block begins with the first column.
    """
    widths = [len(column[0]) for column in columns]
    blocks: list[str] = []
    start = 1
    while start < len(columns) or not blocks:
        stop, used = start, widths[0]
        while stop < len(columns) and (stop == start or used + 2 + widths[stop] <= width):
            used += 2 + widths[stop]
            stop += 1
        chosen = [columns[0], *columns[start:stop]]
        blocks.append("\n".join("  ".join(cells).rstrip() for cells in zip(*chosen, strict=True)))
        start = stop
    return "\n\n".join(blocks)
