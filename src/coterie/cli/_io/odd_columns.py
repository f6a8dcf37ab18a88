# SPDX-License-Identifier: BSD-3-Clause
"""Columns of numbers that are hardly measurements: identifiers, dates, constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ID_NAME = re.compile(r"(?i:(^|[\W_])(id|ids|uid|uuid|guid|key|nr|no))$|(?i:^(index|idx|row)$)|[a-z0-9]I[dD]$")
_DATE_NAME = re.compile(r"(^|[\W_])(date|datetime|timestamp|year)([\W_]|$)", re.IGNORECASE)
_MANY = 20  # values that no name explains must be so many before they tell what they are


def odd_columns(table: Table) -> tuple[list[str], list[str], list[str]]:
    """Names of the columns of numbers that are hardly measurements: identifiers, dates, constants."""
    ids, dates, constant = [], [], []
    for name, values in zip(table.names, table.values.T, strict=True):
        values = values[~np.isnan(values)]
        if len(values) and values.min() == values.max():
            constant.append(name)
        elif len(values) and (values == np.floor(values)).all():
            enough = len(values) >= _MANY
            if (enough or _DATE_NAME.search(name)) and _encodes_dates(values):
                dates.append(name)
            elif (_ID_NAME.search(name) and not ((values == 0) | (values == 1)).all()) or (
                enough and _counts_rows(values)
            ):
                ids.append(name)
    return ids, dates, constant


def _encodes_dates(values: NDArray[np.floating]) -> bool:
    """Whole numbers that are all years, all seconds or milliseconds of the years 2001 to 2033, or all YYYYMMDD."""
    low, high = values.min(), values.max()
    if (1900 <= low and high <= 2100) or (1e9 <= low and high <= 2e9) or (1e12 <= low and high <= 2e12):
        return True
    month, day = values // 100 % 100, values % 100
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return 19000101 <= low and high <= 21001231 and bool(possible.all())


def _counts_rows(values: NDArray[np.floating]) -> bool:
    """Whole numbers, none twice, that are in order, or fill their range, or are very many."""
    if len(np.unique(values[:1000])) < min(len(values), 1000):  # most columns end here
        return False
    steps = np.diff(values)
    if (steps > 0).all() or (steps < 0).all():
        return True
    dense_or_many = values.max() - values.min() < 2 * len(values) or len(values) >= 1000
    return bool(dense_or_many and len(np.unique(values)) == len(values))
