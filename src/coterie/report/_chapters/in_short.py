# SPDX-License-Identifier: BSD-3-Clause
"""What a reader in a hurry needs."""

from __future__ import annotations

import numpy as np

from coterie._base.wording import count
from coterie._base.wording import share as percent
from coterie.report._chapters.names import METHODS
from coterie.report._findings import Findings
from coterie.report._html import Html, card, element, items, paragraph

_VERDICTS = {
    "clear": "They are more than chance would give, and other draws of the rows give nearly the same ones.",
    "likely": "They are more than chance would give, but other draws of the rows give somewhat different ones.",
    "dense": "They are dense parts of the data, divided by gaps or by parts where rows lie sparse.",
    "asked": "Their number was asked for; the data themselves suggest another one.",
    "none": "There is no clear structure: treat the groups as a convenient cut, not as a discovery.",
    "lopsided": "Nine rows in ten, or more, are in one of them: few rows are set apart, and nothing is said of groups "
    "among the others.",
}


def in_short(found: Findings) -> list[Html]:
    """What a reader in a hurry needs."""
    choice, groups = found.choice, found.profile
    groups_by = element("strong", f"{count(choice.n_clusters, 'group')} by {METHODS[choice.method]}.")
    shown = np.sort(np.argsort(-groups.sizes, kind="stable")[:8])
    entries = [found.sentences[i] for i in shown]
    if groups.noise.size:
        entries.append(f"In no group: {groups.noise.size:,} ({percent(groups.noise.share, 1)}).")
    if len(shown) < len(groups.clusters):
        entries.append(f"And {count(len(groups.clusters) - len(shown), 'smaller group')}.")
    doubts = (
        [paragraph(element("a", f"{count(len(choice.doubts), 'doubt')} to know about", href="#recommendation"))]
        if choice.doubts
        else []
    )
    return [
        paragraph(
            f"{count(found.data.n_rows, 'row')}, grouped by likeness in {count(len(found.data.grouped), 'column')} of "
            "numbers",
            class_="quiet",
        ),
        card(paragraph(groups_by, " ", _VERDICTS[choice.structure]), items(entries), *doubts),
    ]
