# SPDX-License-Identifier: BSD-3-Clause
"""What is done about missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coterie._base.table import Table
from coterie._base.wording import count, shortlist
from coterie.cli._console import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING = ("error", "drop", "median")


def resolve_missing(table: Table, how: str, medians: NDArray[np.float64] | None = None) -> str | None:
    """Deal with missing values in the table as `how` says, and return what to tell the user.

    medians : those of the columns that a model was fitted with, where that has been; no row may be left then
    """
    n_rows = len(table.values)
    infinite = np.array([np.isinf(column).sum() for column in table.values.T])
    if infinite.any():
        instead = " or leave the column out with --drop" if medians is None else ""
        raise Problem(f"infinite values: {_counts(table, infinite)}; correct them{instead}")
    table.missing = missing = np.array([np.isnan(column).sum() for column in table.values.T])
    affected = np.flatnonzero(missing)
    if not len(affected):
        return None
    incomplete = np.zeros(n_rows, dtype=bool)
    for j in affected:
        incomplete |= np.isnan(table.values[:, j])
    found = f"missing values in {np.count_nonzero(incomplete):,} of {count(n_rows, 'row')}: {_counts(table, missing)}"
    if how == "error":
        raise Problem(f"{found}; --missing drop leaves those rows out, --missing median fills in each column's median")
    if how == "median":
        for j in affected:
            column = table.values[:, j]
            column[np.isnan(column)] = np.nanmedian(column) if medians is None else medians[j]
        return f"{found}; filled in with the column's median{' when the model was fitted' * (medians is not None)}"
    if incomplete.all() and medians is None:
        raise Problem(f"{found}; --missing drop would leave no row")
    table.keep(~incomplete)
    return f"{found}; those rows are left out"


def _counts(table: Table, counts: NDArray[np.intp]) -> str:
    return shortlist(f"{name} {n:,}" for name, n in zip(table.names, counts, strict=True) if n)
