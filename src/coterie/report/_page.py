# SPDX-License-Identifier: BSD-3-Clause
"""The page, chapter by chapter."""

from __future__ import annotations

import coterie
from coterie._base.optional import how_to_install
from coterie.report._chapters import comparison, data, groups, in_short, recommendation, repetition, unusual
from coterie.report._findings import Findings
from coterie.report._html import Html, Picture, page, paragraph
from coterie.report._origin import Origin


def compose(found: Findings, origin: Origin, with_pictures: bool) -> str:
    """The whole page as HTML."""
    head = in_short.in_short(found)
    if not with_pictures:
        head.append(
            paragraph(
                "This page has no pictures: matplotlib is not installed. For these, install matplotlib: "
                f"{how_to_install('matplotlib')}."
            )
        )

    def picture(kind: str) -> Picture | None:
        if not with_pictures:
            return None
        from coterie.report import _pictures  # which loads all of `coterie.plot`

        return _pictures.draw(kind, found)

    return page(
        f"Groups in {origin.name}",
        head,
        [
            groups.chapter(found, picture),
            recommendation.chapter(found, picture),
            unusual.chapter(found),
            comparison.chapter(found),
            data.chapter(found, origin.facts),
            repetition.chapter(origin),
        ],
        Html(f"Written by coterie {coterie.__version__}. Nothing on this page was loaded from elsewhere."),
    )
