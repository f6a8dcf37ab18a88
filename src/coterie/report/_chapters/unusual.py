# SPDX-License-Identifier: BSD-3-Clause
"""Unusual rows, and in which columns they are so."""

from __future__ import annotations

import math

import numpy as np

from coterie._base.wording import as_column, shortlist
from coterie.report._findings import Findings
from coterie.report._html import Section, paragraph, table

_UNUSUAL = 10
_ORDINARY = 2.0  # a score of k-means and Ward that is not unusual
_FEW = 5  # rows of a cluster that are unusual by being so few


def chapter(found: Findings) -> Section:
    labels, profile = found.choice.labels, found.profile
    worst = np.argsort(-found.unusual, kind="stable")[: min(_UNUSUAL, max(3, found.data.n_rows // 4))]
    meaning = (
        "its distance to the nearest dense row, in units of eps: above 1 it is noise"
        if found.choice.method == "DBSCAN"
        else "its distance to the middle of its group, in units of what is usual there: 1 is halfway among the rows "
        "of the group, 3 is far out"
    )
    cells = [f"{score:.2f}" if math.isfinite(score) else "∞" for score in found.unusual[worst].tolist()]
    rows = [
        [found.data.row_name(row), f"cluster {labels[row]}" if labels[row] >= 0 else "none", cell, _why(found, row)]
        for row, cell in zip(worst.tolist(), cells, strict=True)
    ]
    content = [
        paragraph(
            f"The score of a row is {meaning}. Such rows may be mistakes in the data, or the most interesting "
            "ones; look at them before the groups are used."
        ),
        table(f"The {len(rows)} most unusual rows", ["row", "group", "score", "why"], rows, text=[1, 3]),
    ]
    if found.unusual[worst[0]] < (1 if found.choice.method == "DBSCAN" else _ORDINARY):
        content.append(paragraph("None of them is far out."))
    tiny = np.flatnonzero(profile.sizes < _FEW)
    if len(tiny):
        told = "; ".join(
            f"cluster {profile.clusters[i]}: "
            + shortlist(map(found.data.row_name, np.flatnonzero(labels == profile.clusters[i]).tolist()), _FEW)
            for i in tiny[:_UNUSUAL]
        )
        content.append(paragraph(f"Rows in very small groups are unusual, too, whatever their score: {told}."))
    return Section("unusual", "Unusual rows", content)


def _why(found: Findings, row: int) -> str:
    """The columns in which a row is farthest from its group, or from all rows, for the spread there."""
    label = found.choice.labels[row]
    members = found.choice.labels == label if label >= 0 else np.ones(found.data.n_rows, dtype=bool)
    group = found.data.scaled[members].astype(np.float64)
    spread = group.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    far = abs(found.data.scaled[row] - np.median(group, axis=0)) / spread
    values = found.data.table.values
    phrases: list[str] = []
    for j in np.argsort(-far, kind="stable")[:3].tolist():
        if far[j] < 1 and phrases:
            break
        value, typical = as_column([values[row, j], float(np.median(values[members, j]))])
        of_whom = "of the group" if label >= 0 else "of all rows"
        phrases.append(f"{found.data.table.names[j]} {value} (median {of_whom} {typical})")
    return "; ".join(phrases)
