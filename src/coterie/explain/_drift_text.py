# SPDX-License-Identifier: BSD-3-Clause
"""The results of `drift` in sentences and as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._base.wording import as_column, decimals_of, number, pair, share, unlike
from ._tables import lay_out

if TYPE_CHECKING:
    from ._drift import Drift

_MOST_MOVED = 3  # clusters of which it is said that their shares changed
_ABOUT = 0.05  # how far, relatively, a ratio of distances is from 1 where they are the same in words


def sentences(drift: Drift) -> list[str]:
    """One on the shares and, where distances are known, one on the distances."""
    chance = f"up to {unlike(drift.by_chance, drift.index)} by chance"
    index = f"stability index {unlike(drift.index, drift.by_chance, 0.1, 0.25)}"
    said = {
        "chance": f"shares differ no more than by chance ({index}, {chance})",
        "small": f"shares changed a little ({index}, {chance}; from 0.1 it would be moderate)",
        "moderate": f"shares changed ({index}, {chance}; from 0.1 it is moderate, from 0.25 large)",
        "large": f"shares changed a lot ({index}, {chance}; from 0.25 it is large)",
    }[drift.reading]
    found = [f"{drift.n_now:,} new {drift.noun} against {drift.n_then:,}: {said}"]
    if drift.reading != "chance":
        names = [*(f"cluster {each}" for each in drift.clusters.tolist()), "noise"]
        shares = zip(
            [*drift.shares_then.tolist(), drift.noise_then],
            [*drift.shares_now.tolist(), drift.noise_now],
            names,
            strict=True,
        )
        moved = sorted(shares, key=lambda each: -abs(each[1] - each[0]))[:_MOST_MOVED]
        found[0] += ": " + ", ".join(_say_moved(*each) for each in moved if each[0] != each[1])
    if math.isfinite(drift.distance_now - drift.distance_then) and (drift.distance_then or drift.distance_now):
        found.append(
            f"{drift.noun} are {_say_distance(drift.distance_then, drift.distance_now)} (root mean square "
            f"{pair(drift.distance_now, drift.distance_then)})"
        )
    return found


def _say_distance(then: float, now: float) -> str:
    if not now or not then:
        return f"{'no longer ' if now else ''}all at their centers{'' if now else ', as they were not then'}"
    ratio = now / then
    how = "about as far" if abs(ratio - 1) <= _ABOUT else f"{number(ratio)} times as far"
    return f"{how} from their centers as then"


def _say_moved(then: float, now: float, name: str) -> str:
    apart = abs(now - then)
    decimals = 0 if apart >= 0.02 else max(1, int(decimals_of(100 * apart, 1)))
    return f"{name} {'rose' if now > then else 'fell'} from {100 * then:.{decimals}f}% to {100 * now:.{decimals}f}%"


def table(drift: Drift, width: int) -> str:
    """Shares and distances then and now as text, a line for each cluster."""
    return lay_out(*lines(drift), width, marked=False)


def lines(drift: Drift) -> tuple[list[str], list[list[str]]]:
    """The header of the table, and its lines."""
    names = [*map(str, drift.clusters.tolist()), "noise", "all"]
    rows = [
        [*column.tolist(), noise, 1.0]
        for column, noise in ((drift.shares_then, drift.noise_then), (drift.shares_now, drift.noise_now))
    ]
    far = [
        [*column.tolist(), math.nan, of_all]
        for column, of_all in ((drift.distances_then, drift.distance_then), (drift.distances_now, drift.distance_now))
    ]
    columns = {"share then": list(map(share, rows[0])), "now": list(map(share, rows[1]))}
    if not all(map(math.isnan, far[1])):
        columns |= {"distance then": as_column(far[0]), " now": as_column(far[1])}
    rows_of_text = [[name, *cells] for name, *cells in zip(names, *columns.values(), strict=True)]
    if drift.noise_then == drift.noise_now == 0:
        del rows_of_text[-2]
    return ["cluster", *columns], rows_of_text
