# SPDX-License-Identifier: BSD-3-Clause
"""Sweeps as tables of text."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._base.wording import fixed, share_cell, shortened

if TYPE_CHECKING:
    from ._sweep import Sweep

_LONGEST_CELL = 32  # of a parameter's values, such as arrays


def text(sweep: Sweep) -> str:
    """The whole table; a star marks the best value of each score."""
    aligned = []
    for name, cells in columns(sweep).items():
        width = max(map(len, [name, *cells]))
        aligned.append([each.rjust(width) for each in [name, *cells]])
    return "\n".join("  ".join(line).rstrip() for line in zip(*aligned, strict=True))


def measures(sweep: Sweep) -> list[str]:
    """What is told of each fit besides the number of clusters and the noise."""
    return ["inertia", *sweep.scores, *(["stability"] if sweep.n_resamples else [])]


def columns(sweep: Sweep) -> dict[str, list[str]]:
    """The cells of each column by its name. Those of scores end with a star or a space."""
    names = [
        *sweep.parameters,
        *(each for each in ("n_clusters", "noise") if each not in sweep.parameters),
        *measures(sweep),
    ]
    if not any(row["noise"] for row in sweep.rows) and "noise" not in sweep.parameters:
        names.remove("noise")
    return {name: _cells(sweep, name) for name in names}


def _cells(sweep: Sweep, name: str) -> list[str]:
    values = [row[name] for row in sweep.rows]
    if name in sweep.parameters:
        return [f"{value:g}" if isinstance(value, float) else shortened(value, _LONGEST_CELL) for value in values]
    if name == "n_clusters":
        return [f"{value:,}" for value in values]
    if name == "noise":
        return list(map(share_cell, values))
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    digits = math.floor(math.log10(largest)) + 1 if largest else 1  # before the point
    style = f",.{max(0, 3 - digits + (digits > 0))}f" if -6 < digits < 12 else ".3e"
    cells = [f"{value:{style}}" for value in values]
    if name == "stability":
        cells = [f"{fixed(row[name], 2)} ± {row['stability_spread']:.2f}" for row in sweep.rows]
    defined = [not math.isnan(value) for value in values]
    best = sweep.best(name)[name] if name != "inertia" and any(defined) else None
    return [
        f"{cell if known else '-'}{'*' if value == best else ' ' * (name != 'inertia')}"
        for cell, known, value in zip(cells, defined, values, strict=True)
    ]
