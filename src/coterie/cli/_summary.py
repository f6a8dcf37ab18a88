# SPDX-License-Identifier: BSD-3-Clause
"""Clusters as a table of text: sizes, shares, centers, members."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.layout import side_by_side
from coterie._base.wording import as_column, share_cell

if TYPE_CHECKING:
    from numpy.typing import NDArray

# In a summary:
MOST_COLUMNS = 24
_MOST_CLUSTERS, _LONGEST_NAME, _LONGEST_CELL = 40, 30, 20


def summary(
    sizes: NDArray[np.intp],
    centers: NDArray[np.floating],
    names: Sequence[str],
    further: Mapping[str, Sequence[str]] | None = None,
    all_in: str | None = None,
    total: int | None = None,
    beside: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Sizes, shares and centers of the clusters as a text table, with columns of text `beside` the sizes and `further`
    ones at the end.

    `all_in` is the option that writes what is not shown, `total` the number of rows where some are in no cluster.
    """
    further, beside = further or {}, beside or {}
    shown = np.arange(len(sizes))
    remarks = []
    if len(sizes) > _MOST_CLUSTERS:
        shown = np.argsort(-sizes, kind="stable")[:_MOST_CLUSTERS]
        remarks.append(f"the {_MOST_CLUSTERS} largest of {len(sizes)} clusters")
    if len(names) > MOST_COLUMNS:
        remarks.append(f"the first {MOST_COLUMNS} of {len(names)} columns")
        names = names[:MOST_COLUMNS]
    names = [" ".join(name.split()) for name in names]
    names = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..." for name in names]
    chosen = shown.tolist()
    shares = sizes / (sizes.sum() if total is None else total)
    text = table(
        ["label", "size", "share", *beside, *names, *further],
        [
            [str(i) for i in chosen],
            [f"{sizes[i]:,}" for i in chosen],
            [share_cell(shares[i]) for i in chosen],
            *([cells[i] for i in chosen] for cells in beside.values()),
            *(as_column(centers[shown, j]) for j in range(len(names))),
            *([cells[i] for i in chosen] for cells in further.values()),
        ],
    )
    if not remarks:
        return text
    return f"{text}\n\nshown: {', '.join(remarks)}" + (f"; {all_in} writes all" if all_in else "")


def as_text(value: object) -> str:
    """A value of a table, number or category, as a short cell."""
    text = f"{value:g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 3]}..."


def members(labels: NDArray[np.integer], names: Sequence[str], most: int = 3) -> list[str]:
    """For each cluster, how many of its rows have which name; the `most` common ones. Names of single rows are not
    counted."""
    unique = len(set(names)) == len(names)
    cells = []
    for label in range(labels.max() + 1):
        counts = Counter(names[i] for i in np.flatnonzero(labels == label).tolist()).most_common(most + 1)
        told = (name if unique else f"{n:,} {name}" for name, n in counts[:most])
        cells.append(", ".join(told) + ", .." * (len(counts) > most))
    return cells


def table(header: Sequence[str], columns: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Lay out text columns, right-aligned; those that do not fit go into a further block that repeats the first."""
    if width is None:
        width = shutil.get_terminal_size((100, 24)).columns
    columns = [[name, *cells] for name, cells in zip(header, columns, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    aligned = [[cell.rjust(size) for cell in column] for column, size in zip(columns, widths, strict=True)]
    return side_by_side(aligned, width)
