# SPDX-License-Identifier: BSD-3-Clause
"""What a reader in a hurry needs."""

from __future__ import annotations

import numpy as np

from coterie._base.wording import count
from coterie._base.wording import share as percent
from coterie.report._findings import Findings
from coterie.report._html import Html, card, element, items, paragraph

_MOST_DOUBTS, _MOST_GROUPS = 3, 8


def in_short(found: Findings) -> list[Html]:
    """What a reader in a hurry needs: how far to trust the groups, and what they are."""
    groups, doubts = found.profile, found.doubts
    shown = np.sort(np.argsort(-groups.sizes, kind="stable")[:_MOST_GROUPS])
    entries = [found.sentences[i] for i in shown]
    if groups.noise.size:
        entries.append(f"In no group: {groups.noise.size:,} ({percent(groups.noise.share, 1)}).")
    if len(shown) < len(groups.clusters):
        entries.append(f"And {count(len(groups.clusters) - len(shown), 'smaller group')}.")
    told = [paragraph(element("strong", found.headline), " ", found.verdict)]
    if doubts:
        more = f" And {count(len(doubts) - _MOST_DOUBTS, 'more')}" if len(doubts) > _MOST_DOUBTS else ""
        link = element("a", "What speaks for them.", href="#recommendation")
        told.append(card(items(doubts[:_MOST_DOUBTS]), paragraph(f"{more}. " if more else "", link), doubts=True))
    return [paragraph(found.subject, class_="quiet"), card(*told, items(entries))]
