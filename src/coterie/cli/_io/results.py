# SPDX-License-Identifier: BSD-3-Clause
"""What is written: labels and centers as csv, trees as npy."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coterie.cli._io.appending import append_columns
from coterie.cli._io.cells import NewColumns, as_cell
from coterie.cli._io.outputs import Outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table

_EMPTY = '""'


def write_labels(
    args: argparse.Namespace,
    table: Table,
    labels: NDArray[np.integer],
    beside: Mapping[str, NDArray[np.number]] | None = None,
) -> None:
    """Write one label per row, and further columns of numbers `beside` it: by themselves, or behind those of the file.

    A row that was left out has empty cells, a single one quoted so that readers see a line there.
    """
    if args.json and args.output is None:  # standard output is for the summary
        return
    rows = np.arange(len(labels)) if table.kept is None else np.where(table.kept, np.cumsum(table.kept) - 1, -1)
    columns = NewColumns({"label": labels, **(beside or {})}, rows)
    if args.append:
        append_columns(args, table, columns)
        return
    with args.outputs.open(args.output) as file:
        file.write(f"{','.join(columns.columns)}\n")
        file.writelines(f"{cells[1:] or _EMPTY}\n" for cells in columns.cells(","))


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
