# SPDX-License-Identifier: BSD-3-Clause
"""What is done about missing values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.tables.table import Table
from coterie._base.wording import count, shortlist
from coterie.cli._console import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING = {
    "error": "stop",
    "drop": "leave the row out",
    "median": "fill in the column's median",
    "keep": "leave the value out of distances",
}


@dataclass
class Missing:
    """Which values of a table are missing.

    counts : how many of a column, if any
    rows : in which rows there are some
    first : a column in the first of these rows
    """

    counts: dict[str, int]
    rows: NDArray[np.bool_]
    first: str

    def __str__(self) -> str:
        rows = f"{np.count_nonzero(self.rows):,} of {count(len(self.rows), 'row')}"
        return f"missing values in {rows}: {_listed(self.counts)}"

    def problem(self, other_way: str) -> Problem:
        """The error where nothing is to be done about them; it names the ways out, one of which is to drop rows."""
        return Problem(
            f"{self}; the first is in row {int(self.rows.argmax()) + 1:,} of the data, column {self.first}; "
            f"{', '.join(filter(None, ['--missing drop leaves such rows out', other_way]))}"
        )


def find_missing(n_rows: int, columns: Iterable[tuple[str, NDArray[np.bool_]]]) -> Missing:
    """columns : their names, and where their values are missing"""
    counts, rows, first = {}, np.zeros(n_rows, bool), (n_rows, 0, "")
    for j, (name, mask) in enumerate(columns):
        if n := int(np.count_nonzero(mask)):
            counts[name] = n
            rows |= mask
            first = min(first, (int(mask.argmax()), j, name))
    return Missing(counts, rows, first[-1])


def resolve_missing(table: Table, how: str, medians: NDArray[np.float64] | None = None) -> str | None:
    """Deal with missing values in the table as `how` says, and return what to tell the user.

    medians : those of the columns that a model was fitted with, where that has been; no row may be left then
    """
    if infinite := {
        name: n for name, column in zip(table.names, table.values.T, strict=True) if (n := int(np.isinf(column).sum()))
    }:
        instead = " or leave the column out with --drop" if medians is None else ""
        raise Problem(f"infinite values: {_listed(infinite)}; correct them{instead}")
    found = find_missing(
        len(table.values), ((name, np.isnan(column)) for name, column in zip(table.names, table.values.T, strict=True))
    )
    table.missing = np.array([found.counts.get(name, 0) for name in table.names])
    if not found.counts:
        return None
    if how == "error":
        raise found.problem("--missing median fills in each column's median")
    if how == "median":
        for j in np.flatnonzero(table.missing):
            column = table.values[:, j]
            column[np.isnan(column)] = np.nanmedian(column) if medians is None else medians[j]
        return f"{found}; filled in with the column's median{' when the model was fitted' * (medians is not None)}"
    if found.rows.all() and medians is None:
        raise Problem(f"{found}; --missing drop would leave no row")
    table.keep(~found.rows)
    return f"{found}; those rows are left out"


def _listed(counts: dict[str, int]) -> str:
    return shortlist(f"{name} {n:,}" for name, n in counts.items())
