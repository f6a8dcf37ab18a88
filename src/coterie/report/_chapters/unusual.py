# SPDX-License-Identifier: BSD-3-Clause
"""Unusual rows, and in which columns they are so."""

from __future__ import annotations

import math

import numpy as np

from coterie._base.wording import shortlist
from coterie.report._findings import Findings
from coterie.report._html import Section, paragraph, table

_OF_MIDDLES = (
    "its distance to the middle of its group, in units of what is usual there: 1 is halfway among the rows of the "
    "group, 3 is far out"
)
_MEANINGS = {
    "DBSCAN": "its distance to the nearest dense row, in units of eps: above 1 it is noise",
    "HDBSCAN": "its distance to the nearest dense part, in units of the distance that holds this part together: above "
    "1 it is outside",
}
_MOST_TINY = 10  # groups
_ORDINARY = 2.0  # a score of k-means and Ward that is not unusual
_FEW = 5  # rows of a cluster that are unusual by being so few


def chapter(found: Findings) -> Section:
    labels, profile = found.grouping.labels, found.profile
    meaning = _MEANINGS.get(found.grouping.method, _OF_MIDDLES)
    rows = [
        [
            row.name,
            f"cluster {row.group}" if row.group >= 0 else "none",
            f"{row.score:.2f}" if math.isfinite(row.score) else "∞",
            row.why,
        ]
        for row in found.unusual
    ]
    content = [
        paragraph(
            f"The score of a row is {meaning}. Such rows may be mistakes in the data, or the most interesting "
            "ones; look at them before the groups are used."
        ),
        table(f"The {len(rows)} most unusual rows", ["row", "group", "score", "why"], rows, text=[1, 3]),
    ]
    if math.isinf(found.unusual[0].score) and found.grouping.method not in _MEANINGS:
        content.append(paragraph("∞: most rows are exactly at the middle of their group, and this one is not."))
    if found.unusual[0].score < (1 if found.grouping.method in _MEANINGS else _ORDINARY):
        content.append(paragraph("None of them is far out."))
    tiny = np.flatnonzero(profile.sizes < _FEW)
    if len(tiny):
        told = "; ".join(
            f"cluster {profile.clusters[i]}: "
            + shortlist(map(found.data.row_name, np.flatnonzero(labels == profile.clusters[i]).tolist()), _FEW)
            for i in tiny[:_MOST_TINY]
        )
        content.append(paragraph(f"Rows in very small groups are unusual, too, whatever their score: {told}."))
    return Section("unusual", "Unusual rows", content)
