# SPDX-License-Identifier: BSD-3-Clause
"""Ratios of an amount to a count, such as spend per visit, which may tell groups apart better than both do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coterie._base.tables.kind_hints import hint
from coterie._base.tables.kinds_of_numbers import log_unit
from coterie._base.tables.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 2
_REST = 0.8  # of the variance within groups that amount or count leave, whichever leaves less: the ratio leaves no more
_SAME = 0.98  # correlation with a column that is there
_NO_AMOUNTS = "rate share ratio percent pct percentage mean average avg age days hours months years"  # per visit


class Ratio(NamedTuple):
    """A ratio of two columns; NaN where there is none."""

    name: str
    amount: str
    per: str
    values: NDArray[np.float64]


def telling_ratios(table: Table, labels: NDArray[np.integer]) -> list[Ratio]:
    """Ratios of amounts to counts by which the groups differ clearly more than by the amount or by the count: at most
    two, the most telling ones first. All are compared by their logarithms; that of a ratio is a difference, in which
    amount and count need not differ."""
    columns = dict(zip(table.names, table.values.T.astype(np.float64), strict=True))
    counts = [name for name in table.names if _is_count(table, name)]
    amounts = [name for name in table.names if name not in counts and _is_amount(table, name)]
    logs = {name: _logarithm(columns[name]) for name in (*amounts, *counts)}
    rests = {name: _within(column, labels) for name, column in logs.items()}
    found = []
    for amount in amounts:
        for per in counts:
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                values = np.where(columns[per] > 0, columns[amount] / columns[per], np.nan)
            if np.isinf(values).any() or not (values > 0).any() or _called(amount, per) in columns:
                continue
            log = _logarithm(values)
            rest = _within(log, labels) / min(rests[amount], rests[per])
            if rest <= _REST and not any(_correlation(log, other) > _SAME for other in logs.values()):
                found.append((rest, Ratio(_called(amount, per), amount, per, values)))
    return [ratio for _, ratio in sorted(found, key=lambda pair: pair[0])[:_MOST]]


def _is_amount(table: Table, name: str) -> bool:
    """Whether a column holds amounts of which so much is "per visit": 0 or more, by the name no share or average."""
    words = set(re.findall(r"[a-z]+", name.lower()))
    is_amount = table.kinds[name].kind in ("amount", "long_tail") and words.isdisjoint(_NO_AMOUNTS.split())
    return is_amount and bool(np.nanmin(table.values[:, table.names.index(name)]) >= 0)


def _is_count(table: Table, name: str) -> bool:
    column = table.values[:, table.names.index(name)]
    known = column[~np.isnan(column)]
    if not len(known) or known.min() < 0 or (known != np.floor(known)).any():
        return False
    kind = table.kinds[name].kind
    return kind == "count" or (kind in ("amount", "long_tail") and hint(name) == "count")


def _logarithm(column: NDArray[np.floating]) -> NDArray[np.float64]:
    values = column.astype(np.float64)
    known = values[~np.isnan(values)]
    logs: NDArray[np.float64] = np.log1p(values / log_unit(known))
    return logs


def _within(column: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """The share of the variance that is within groups."""
    known = ~np.isnan(column)
    column, codes = column[known], labels[known] - labels.min()
    total = float(column.var())
    if not total:
        return 1.0
    sizes = np.bincount(codes)
    means = np.bincount(codes, column) / np.maximum(sizes, 1)
    return max(float(np.mean((column - means[codes]) ** 2)) / total, 1e-9)


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    both = ~(np.isnan(one) | np.isnan(other))
    one, other = one[both], other[both]
    if len(one) < 3 or not one.std() or not other.std():
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def _called(amount: str, per: str) -> str:
    """Of spend and visits, "spend per visit"."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("ss", "ss"), ("s", "")):
        if per.lower().endswith(ending) and len(per) > len(ending) + 1:
            per = per[: -len(ending)] + one
            break
    return f"{amount} per {per}"
