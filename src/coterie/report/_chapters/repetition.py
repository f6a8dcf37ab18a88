# SPDX-License-Identifier: BSD-3-Clause
"""How to repeat the page and the groups."""

from __future__ import annotations

from coterie.report._html import Section, code, paragraph
from coterie.report._origin import Origin


def chapter(origin: Origin) -> Section:
    content = []
    for what, lines in origin.ways:
        content += [paragraph(what), code(lines)]
    return Section("repeat", "How to repeat this", [*content, *map(paragraph, origin.notes)])
