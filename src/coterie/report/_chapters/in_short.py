# SPDX-License-Identifier: BSD-3-Clause
"""What a reader in a hurry needs."""

from __future__ import annotations

import numpy as np

from coterie._base.wording import count
from coterie.report._findings import Findings
from coterie.report._html import Html, card, element, items, join, paragraph

MOST_GROUPS, _MOST_DOUBTS = 8, 3


def _entry(title: str, sentence: str) -> Html:
    return join(element("strong", f"{title[:1].upper()}{title[1:]}"), ". ", sentence) if title else join(sentence)


def in_short(found: Findings) -> list[Html]:
    """What a reader in a hurry needs: how far to trust the groups, and what they are."""
    groups, doubts = found.profile, found.doubts
    shown = np.sort(np.argsort(-groups.sizes, kind="stable")[:MOST_GROUPS])
    entries: list[object] = [_entry(found.titles[i], found.sentences[i]) for i in shown.tolist()]
    if groups.noise.size:
        entries.append(found.sentences[-1])
    if len(shown) < len(groups.clusters):
        entries.append(f"And {count(len(groups.clusters) - len(shown), 'smaller group')}.")
    told = [paragraph(element("strong", found.headline), " ", found.verdict)]
    if doubts:
        more = f"And {len(doubts) - _MOST_DOUBTS} more" if len(doubts) > _MOST_DOUBTS else ""
        link = element("a", "What speaks for them.", href="#recommendation")
        told.append(card(items(doubts[:_MOST_DOUBTS]), paragraph(f"{more}. " if more else "", link), doubts=True))
    return [paragraph(found.subject, class_="quiet"), card(*told, items(entries))]
