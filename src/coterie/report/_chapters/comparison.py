# SPDX-License-Identifier: BSD-3-Clause
"""What was compared: clusterings by several methods, and what spoke against them."""

from __future__ import annotations

import math

from coterie._base.wording import sentence
from coterie.report._chapters.names import called
from coterie.report._findings import Findings
from coterie.report._html import Section, paragraph, table

_MOST = 40  # clusterings in the table


def chapter(found: Findings) -> Section:
    recommendation = found.recommendation
    candidates = recommendation.candidates[:_MOST]
    rows = "all rows"
    if recommendation.sample is not None:
        rows = f"a random sample of {len(recommendation.sample):,} of the {found.data.n_rows:,} rows"
    content = [
        paragraph(f"These clusterings were compared, on {rows}; the best one comes first."),
        paragraph(
            "Silhouette: how much nearer rows are to their own cluster than to the next one (1 at best, 0 for no gap). "
            "Stability: how alike the clusters of random parts of the rows are to these (adjusted Rand index: 1 the "
            "same, 0 no more than by chance).",
            class_="quiet",
        ),
    ]
    cells = [
        [
            called(each.method),
            f"{each.n_clusters}",
            _two(each.silhouette),
            _two(each.stability),
            _against(each.rejected),
        ]
        for each in candidates
    ]
    chosen = next(
        (
            i
            for i, each in enumerate(candidates)
            if found.grouping.origin == "recommended"
            and (each.method, each.n_clusters) == (recommendation.method, recommendation.n_clusters)
        ),
        None,
    )
    caption = "Clusterings that were compared" + "; the recommended one is set off" * (chosen is not None)
    if len(recommendation.candidates) > _MOST:
        caption += f"; the first {_MOST} of {len(recommendation.candidates)}"
    header = ["method", "clusters", "silhouette", "stability", "what speaks against it"]
    content.append(table(caption, header, cells, text=[4], chosen=chosen))
    return Section("comparison", "What was compared", content)


def _two(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "–"


def _against(rejected: str) -> str:
    return sentence(rejected) if rejected else "–"
