# SPDX-License-Identifier: BSD-3-Clause
"""How to repeat the page and the groups."""

from __future__ import annotations

from coterie.report._html import Section, code, paragraph
from coterie.report._origin import Origin


def chapter(origin: Origin) -> Section:
    return Section(
        "repeat",
        "How to repeat this",
        [
            paragraph("The same page, byte for byte:"),
            code(origin.page_command),
            paragraph("The same groups as a column of labels, and a model that gives further rows theirs:"),
            code(origin.fit_command),
            paragraph("In Python:"),
            code(origin.program),
            *map(paragraph, origin.notes),
        ],
    )
