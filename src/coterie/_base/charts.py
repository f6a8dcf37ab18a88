# SPDX-License-Identifier: BSD-3-Clause
"""Small line charts as SVG, for notebooks: they need no library and take the colors of the theme around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from .html import Html, element
from .wording import as_column, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIZE = 11  # of text, in pixels
_LETTER = 0.56 * _SIZE  # about how wide one is
_MOST_DOTS = 60  # of a line; more would lie over each other
_MOST_CORNERS = 300  # of a line: about two pixels for each
STYLE = """
.coterie-box .charts { max-width: 50em; }
.coterie-box .body figure { display: inline-block; width: auto; margin: .4em .6em .2em 0; text-align: left; }
.coterie-box .body figcaption { margin: 0; padding: 0; font-size: .93em; color: inherit; text-align: left; }
.coterie-box svg { display: block; overflow: visible; font-size: 11px; color: inherit; max-width: none; }
.coterie-box svg text { fill: currentColor; opacity: .8; }
.coterie-box svg .value { font-weight: bold; opacity: 1; }
.coterie-box svg path, .coterie-box svg line { fill: none; stroke: currentColor; }
.coterie-box svg .grid { opacity: .18; }
.coterie-box svg .mark { stroke: var(--coterie-orange); stroke-width: 1.5; stroke-dasharray: 5 4; }
.coterie-box svg .best { fill: none; stroke: currentColor; stroke-width: 1.5; }
.coterie-box .line0 { color: var(--coterie-blue); } .coterie-box .line1 { color: var(--coterie-orange); }
.coterie-box .line2 { color: #1a9e74; } .coterie-box .line3 { color: #c76a9c; } .coterie-box .line4 { color: #8a6be0; }
.coterie-box .line5 { color: #808080; }
.coterie-box svg [class^=line] path { stroke-width: 2; } .coterie-box svg [class^=line] circle { fill: currentColor; }
.coterie-box svg [class^=line] .spread { fill: currentColor; stroke: none; opacity: .2; }
"""
N_COLORS, GRAY = 5, 5  # in the style


@dataclass(frozen=True)
class Line:
    """Points in the order of x, or bars; y may be NaN. `spread` is how far around y a band goes."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    spread: NDArray[np.float64] | None = None
    color: int = 0
    are_bars: bool = False
    has_dots: bool = True  # where there are few points

    @property
    def reach(self) -> NDArray[np.float64]:
        """What of y is drawn, with the band or the ground of bars."""
        if self.are_bars:
            return np.append(self.y, 0.0)
        return self.y if self.spread is None else np.concatenate([self.y, self.y - self.spread, self.y + self.spread])


@dataclass(frozen=True)
class Best:
    """A point that is circled, and what is written there."""

    x: float
    y: float
    text: str
    is_below: bool = False  # where the text is


@dataclass(frozen=True)
class Chart:
    """Lines, and what is marked."""

    title: str
    lines: Sequence[Line]
    along: str = ""  # what x is
    names: Sequence[str] | None = None  # of the places 0, 1, ..., where x are no numbers that can be compared
    is_log: bool = False  # whether x are spaced by their logarithms
    best: Best | None = None
    marked: Sequence[float] = ()  # values of x
    level: tuple[float, str] | None = None  # a value of y, and what is written there
    top: float | None = None  # where y is cut off
    size: tuple[int, int] = (290, 130)  # in pixels, of the frame

    def as_html(self) -> Html:
        """The chart as a figure."""
        low, high = self._range()
        if not math.isfinite(high - low):
            return Html()
        width, height = self.size
        ticks = _steps(low, high, 4)
        texts = as_column(ticks)
        left = 8 + _LETTER * max(map(len, texts))
        right = left + width
        x = np.concatenate([line.x for line in self.lines])
        along = _Axis(x.min(), x.max(), left + 6, right - 6, self.is_log)
        up = _Axis(low, high, height, 0.0)
        parts: list[Html] = []
        for tick, text in zip(ticks, texts, strict=True):
            parts += [_line(left, up(tick), right, up(tick), "grid"), _text(left - 6, up(tick) + 4, text, "end")]
        parts += [_text(along(tick), height + 15, text, "middle") for tick, text in self._ticks_along(x, along)]
        parts.append(_line(left, height, right, height, "axis"))
        parts += [_line(along(each), 0, along(each), height, "mark") for each in self.marked]
        if self.level is not None:
            level, text = up(self.level[0]), self.level[1]
            parts += [_line(left, level, right, level, "mark"), _text(left + 8, level - 5, text, "start", "value")]
        parts += [_draw(line, along, up, self.along, not self.names) for line in self.lines]
        if self.best is not None:
            parts += _circle(self.best, along, up, left, right)
        parts.append(_text((left + right) / 2, height + 30, self.along, "middle"))
        size = _at(right + 8), height + (44 if self.along else 28)
        picture = element(
            "svg",
            *parts,
            role="img",
            aria_label=self.title,
            width=size[0],
            height=size[1],
            viewBox=f"0 -8 {size[0]} {size[1]}",
        )
        return element("figure", element("figcaption", self.title), picture)

    def _range(self) -> tuple[float, float]:
        """From where to where y is drawn: with room for what is written at the best, and for numbers all the same."""
        y = np.concatenate([line.reach for line in self.lines])
        y = y[np.isfinite(y)]
        low, high = float(y.min()), float(y.max())
        if self.top is not None:
            return low, self.top
        room = (high - low or (1.0 if (y == np.trunc(y)).all() else abs(high))) * (0.2 if self.best else 0.06)
        stands = low == 0.0 and any(line.are_bars or not line.has_dots for line in self.lines)  # on the ground
        return low if stands else low - room, high + room

    def _ticks_along(self, x: NDArray[np.float64], axis: _Axis) -> list[tuple[float, str]]:
        """Where there are texts below the chart, as far as they have room."""
        if self.names is not None:
            places = [float(place) for place in range(len(self.names))]
            texts = list(self.names)
        else:
            values = np.unique(x)
            if axis.is_log:
                powers = range(math.floor(math.log10(axis.low)), math.ceil(math.log10(axis.high)) + 1)
                places = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
            elif len(values) <= 12:
                places = values.tolist()
            else:
                whole = bool((values == np.trunc(values)).all())
                places = [each for each in _steps(axis.low, axis.high, 6) if not whole or each == math.trunc(each)]
            places = [each for each in places if axis.low <= each <= axis.high]
            texts = [number(each) for each in places] if axis.is_log else as_column(places)
        shown: list[tuple[float, str]] = []
        end = -math.inf
        for place, text in zip(places, texts, strict=True):
            half = _LETTER * len(text) / 2
            if axis(place) - half >= end + 6:
                shown.append((place, text))
                end = axis(place) + half
        return shown


class _Axis:
    """From values to pixels."""

    def __init__(self, low: float, high: float, start: float, stop: float, is_log: bool = False) -> None:
        self.low, self.high, self.is_log = float(low), float(high), is_log
        self._start, self._stop = start, stop

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.is_log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        part = (value - low) / (high - low) if high > low else 0.5
        return self._start + part * (self._stop - self._start)


def _draw(line: Line, along: _Axis, up: _Axis, of_x: str, are_joined: bool) -> Html:
    """A line; with dots that tell their values to a pointer, where there are few."""
    x, y = _thinned(line.x, line.y)
    points = [(along(a), up(min(b, up.high)), math.isfinite(b)) for a, b in zip(x, y, strict=True)]
    parts: list[Html] = []
    if line.spread is not None:
        band = [
            (along(a), up(b - s), up(b + s))
            for a, b, s in zip(line.x, line.y, line.spread, strict=True)
            if math.isfinite(b + s)
        ]
        edge = [(a, b) for a, b, _ in band] + [(a, b) for a, _, b in reversed(band)]
        parts.append(element("path", d=_path(edge) + "Z" if edge else "", class_="spread"))
    steps = [f"M{_at(points[0][0])},{_at(points[0][1])}"] if points and points[0][2] else []
    for before, (a, b, is_there) in pairwise(points):
        if is_there:
            steps.append(f"{'L' if before[2] else 'M'}{_at(a)},{_at(b)}")
    if line.are_bars:
        bars = [f"M{_at(a)},{_at(up(0.0))}V{_at(b)}" for a, b, is_there in points if is_there]
        width = 0.96 * (along(along.high) - along(along.low)) / max(len(points) - 1, 1)
        return element(
            "g", element("path", d="".join(bars), style=f"stroke-width:{width:.2f}"), class_=f"line{line.color}"
        )
    if are_joined:
        parts.append(element("path", d="".join(steps)))
    if line.has_dots and len(x) <= _MOST_DOTS:
        texts = as_column(y)
        for (a, b, is_there), value, text in zip(points, x, texts, strict=True):
            if is_there:
                told = element("title", f"{of_x} {number(value)}: {text}".strip())
                parts.append(element("circle", told, cx=_at(a), cy=_at(b), r=2.5))
    return element("g", *parts, class_=f"line{line.color}")


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """As many corners as can be told apart: the highest point of each stretch, so that no peak is lost."""
    if len(x) <= _MOST_CORNERS:
        return x, y
    starts = np.linspace(0, len(x), _MOST_CORNERS, endpoint=False).astype(np.intp)
    return x[starts], np.fmax.reduceat(y, starts)


def _circle(best: Best, along: _Axis, up: _Axis, left: float, right: float) -> list[Html]:
    """The best value, with its text beside it, within the frame."""
    x, y = along(best.x), up(best.y)
    half = _LETTER * 1.1 * len(best.text) / 2
    middle = min(max(x, left + half + 4), right - half)
    return [
        element("circle", cx=_at(x), cy=_at(y), r=5.5, class_="best"),
        _text(middle, y + (18 if best.is_below else -10), best.text, "middle", "value"),
    ]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_at(a)},{_at(b)}" for a, b in points)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Html:
    return element("line", x1=_at(x1), y1=_at(y1), x2=_at(x2), y2=_at(y2), class_=kind)


def _text(x: float, y: float, text: str, anchor: str, kind: str | None = None) -> Html:
    return element("text", text, x=_at(x), y=_at(y), text_anchor=anchor, class_=kind)


def _at(pixels: float) -> str:
    return f"{pixels:.1f}".removesuffix(".0")


def _steps(low: float, high: float, most: int) -> list[float]:
    """Round numbers from `low` to `high`, at most `most` of them and one more."""
    if not 1e-300 <= high - low < math.inf:
        return [low]
    exponent = math.floor(math.log10((high - low) / most))
    step = next(size for digit in (1, 2, 2.5, 5, 10) if (high - low) / (size := digit * 10.0**exponent) <= most)
    first = math.ceil(low / step - 1e-9)
    return [step * each + 0.0 for each in range(first, math.floor(high / step + 1e-9) + 1)]
