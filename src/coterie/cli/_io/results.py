# SPDX-License-Identifier: BSD-3-Clause
"""What is written: labels and centers as csv, trees as npy."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coterie.cli._io.notation import is_number
from coterie.cli._io.outputs import Outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_cell(value: object) -> object:
    """A value for a csv file; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not is_number(value):
        return f"'{value}"
    return value


def write_labels(
    outputs: Outputs,
    target: str | None,
    labels: NDArray[np.integer],
    kept: NDArray[np.bool_] | None = None,
    beside: Mapping[str, NDArray[np.number]] | None = None,
) -> None:
    """Write one label per row, and further columns of numbers `beside` it; a row that was left out has empty cells, a
    single one quoted so that readers see a line there."""
    beside = beside or {}
    formats = ["d" if column.dtype.kind == "i" else ".6g" for column in beside.values()]
    rows = np.arange(len(labels)) if kept is None else np.where(kept, np.cumsum(kept) - 1, -1)
    with outputs.open(target) as file:
        file.write(f"{','.join(['label', *beside])}\n")
        for start in range(0, len(rows), 100_000):
            part = rows[start : start + 100_000]
            cells = list(map(str, labels[part].tolist())) if len(labels) else [""] * len(part)
            for column, form in zip(beside.values(), formats, strict=True) if len(labels) else ():
                cells = [f"{cell},{value:{form}}" for cell, value in zip(cells, column[part].tolist(), strict=True)]
            for i in np.flatnonzero(part < 0):
                cells[i] = "," * len(beside) or '""'
            cells.append("")
            file.write("\n".join(cells))


def write_tree(outputs: Outputs, target: str, Z: NDArray[np.float64]) -> None:
    """Write a linkage matrix as an npy file."""
    with outputs.open(target, binary=True) as file:
        np.save(file, Z)


def write_centers(
    outputs: Outputs, target: str, sizes: NDArray[np.intp], centers: NDArray[np.floating], names: Sequence[str]
) -> None:
    """Write one row per cluster: its label, its size, its center in the units of the data."""
    with outputs.open(target) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "size", *map(as_cell, names)])
        for label, (size, center) in enumerate(zip(sizes.tolist(), centers.tolist(), strict=True)):
            writer.writerow([label, size, *center])
