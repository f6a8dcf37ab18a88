# SPDX-License-Identifier: BSD-3-Clause
"""Ratios of an amount to a count, such as spend per visit, which may tell groups apart better than both do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coterie._base.kind_hints import hint
from coterie._base.kinds_of_numbers import log_unit
from coterie._base.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST = 2
_LARGE = 0.8  # Cohen's d
_BETTER = 1.1  # as far as both are told apart, times this
_SAME = 0.98  # correlation with a column that is there


class Ratio(NamedTuple):
    """A ratio of two columns; NaN where there is none."""

    name: str
    amount: str
    per: str
    values: NDArray[np.float64]


def telling_ratios(table: Table, labels: NDArray[np.integer]) -> list[Ratio]:
    """Ratios of amounts to counts by which some group differs from the others in a large effect, and clearly more than
    by the amount or by the count: at most two, the most telling ones first. They are compared by their logarithms,
    as are the amounts and the counts."""
    amounts = [name for name in table.names if _is_amount(table, name)]
    counts = [name for name in table.names if _is_count(table, name)]
    logs = {
        name: _logarithm(table.values[:, table.names.index(name)])
        for name in table.names
        if name in {*amounts, *counts}
    }
    effects = {name: _effects(column, labels) for name, column in logs.items()}
    found = []
    for amount in amounts:
        for per in counts:
            above, below = (table.values[:, table.names.index(name)].astype(np.float64) for name in (amount, per))
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                values = np.where(below > 0, above / below, np.nan)
            if np.isinf(values).any() or not (values > 0).any():
                continue
            log = _logarithm(values)
            if any(_correlation(log, other) > _SAME for other in logs.values()):
                continue
            effect = _effects(log, labels)
            gain = effect - _BETTER * np.maximum(effects[amount], effects[per])
            gain = gain[effect >= _LARGE]
            if len(gain) and gain.max() > 0:
                found.append((float(gain.max()), Ratio(_called(amount, per), amount, per, values)))
    found.sort(key=lambda pair: -pair[0])
    return [ratio for _, ratio in found[:_MOST] if ratio.name not in table.names]


def _is_amount(table: Table, name: str) -> bool:
    column = table.values[:, table.names.index(name)]
    is_amount = table.kinds[name].kind in ("amount", "long_tail") and bool(np.nanmin(column) >= 0)
    return is_amount and not _is_count(table, name) and not _is_share(name)


def _is_share(name: str) -> bool:
    """Whether a column is a share or an average by its name: of these there is nothing "per visit"."""
    words = set(name.lower().replace("-", "_").replace(" ", "_").split("_"))
    return bool(words & {"rate", "share", "ratio", "percent", "pct", "percentage", "mean", "average", "avg", "age"})


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


def _effects(column: NDArray[np.float64], labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """For each group how far its mean is from that of all other rows, in their common standard deviation."""
    found = np.zeros(int(labels.max(initial=-1)) + 1)
    known = ~np.isnan(column)
    column, labels = column[known], labels[known]
    for group in range(len(found)):
        inside, outside = column[labels == group], column[labels != group]
        if len(inside) > 1 and len(outside) > 1:
            spread = np.sqrt((len(inside) * inside.var() + len(outside) * outside.var()) / len(column))
            found[group] = abs(inside.mean() - outside.mean()) / spread if spread > 0 else 0.0
    return found


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
