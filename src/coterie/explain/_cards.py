# SPDX-License-Identifier: BSD-3-Clause
"""How profiles and drift look in notebooks."""

from __future__ import annotations

import bisect
import math
from typing import TYPE_CHECKING

from .._base.html import Cell, table
from .._base.notebook import LONGEST_CELL, MOST_ROWS, Card, first_rows
from .._base.wording import count, shortened
from . import _drift_text, _sentences, _tables
from ._facts import Facts

if TYPE_CHECKING:
    from ._drift import Drift

_MOST_CLUSTERS = 20
_SHADES = 0.2, 0.5, 0.8, 1.5, 3.0  # effects from which a color is one shade stronger; 0.2 is a small one
_STYLE = "".join(
    f".coterie-box .body tr > .{side}{i} {{ background: rgb({color} / {alpha}); }}\n"
    for side, color in (("up", "230 145 40"), ("down", "60 145 215"))
    for i, alpha in enumerate((0.12, 0.24, 0.38, 0.54, 0.7), 1)
)


def card_of_profile(facts: Facts) -> Card:
    """Sentences, and the table of the text with colors instead of signs."""
    found = _tables.lines(
        facts,
        f"orange: more than the other {facts.noun}, blue: less; the stronger the color, the farther from them",
        MOST_ROWS,
        _MOST_CLUSTERS,
    )
    rows: list[list[object]] = [[line.name, line.overall, *line.cells] for line in found.sizes]
    for line in found.features:
        cells = [Cell(text, _shade(effect)) for text, effect in zip(line.cells, line.effects, strict=True)]
        rows.append([shortened(line.name, LONGEST_CELL), line.overall, *cells])
    groups = _tables.shown(facts, _MOST_CLUSTERS)
    return Card(
        "Profile",
        f"{facts.n_rows:,} {facts.noun} in {count(len(facts.clusters), 'cluster')}",
        sentences=_sentences.sentences(facts, groups),
        content=[table([shortened(name, LONGEST_CELL) for name in found.header], rows)],
        note=found.remark,
        style=_STYLE,
    )


def card_of_drift(drift: Drift) -> Card:
    """Sentences, and the table."""
    header, lines = _drift_text.lines(drift)
    rows, note = first_rows(lines, "line")
    return Card(
        "Drift",
        "no more than by chance" if drift.reading == "chance" else f"{drift.reading} change",
        is_open=drift.reading in ("moderate", "large"),
        sentences=drift.sentences,
        content=[table(header, rows)],
        note=note,
    )


def _shade(effect: float) -> str | None:
    strength = 0 if math.isnan(effect) else bisect.bisect_right(_SHADES, abs(effect))
    return f"{'up' if effect > 0 else 'down'}{strength}" if strength else None
