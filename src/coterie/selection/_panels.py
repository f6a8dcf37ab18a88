# SPDX-License-Identifier: BSD-3-Clause
"""What there is to draw of a sweep, for pictures and notebooks: a panel for each score, a line for each combination of
the other parameters, and what is suggested."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from .._base.parameters import is_real
from .._base.wording import shortened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._suggest_k import KSuggestion
    from ._suggest_min_cluster_size import MinClusterSizeSuggestion
    from ._sweep import Sweep

#: What is drawn, in this order: its title, and whether the highest (1) or the lowest (-1) value is the best.
_PANELS = {
    "silhouette": ("silhouette: higher is better", 1),
    "dbcv": ("DBCV: higher is better", 1),
    "stability": ("stability: higher is better", 1),
    "calinski_harabasz": ("Calinski-Harabasz: higher is better", 1),
    "davies_bouldin": ("Davies-Bouldin: lower is better", -1),
    "inertia": ("inertia: always falls, look for a bend", 0),
    "standing_out": ("clusters that stand out from chance", 0),
    "n_clusters": ("clusters found", 0),
    "noise": ("noise (% of the rows)", 0),
}
_LONGEST_TEXT = 24


class Suggested(NamedTuple):
    """A value that is suggested, None if none is, and what the legend says of it."""

    value: int | None
    text: str


class Panel(NamedTuple):
    """A score: a value for each row of the table, and how far it is uncertain; NaN where it is not defined.

    direction : whether the highest (1) or the lowest (-1) value is the best; 0 if none is
    by_chance : the values of data without clusters, where they are known
    """

    title: str
    direction: int
    values: NDArray[np.float64]
    spread: NDArray[np.float64]
    by_chance: NDArray[np.float64] | None = None

    @property
    def best(self) -> int | None:
        """The row with the best value."""
        return int(np.nanargmax(self.direction * self.values)) if self.direction else None


class Panels(NamedTuple):
    """What there is to draw.

    along : the parameter with the most values, which is the horizontal axis
    x : its value in each row, or the place of that among `places` where they are not numbers
    texts : its value in each row, as text
    places : the different ones
    lines : what each combination of the other parameters is called, and its rows in ascending order of x
    """

    panels: list[Panel]
    along: str
    is_numeric: bool
    x: NDArray[np.float64]
    texts: list[str]
    places: list[str]
    lines: list[tuple[str, NDArray[np.intp]]]
    suggested: list[Suggested]

    @property
    def is_log(self) -> bool:
        """Whether the values of the parameter are spaced by their logarithms."""
        return self.is_numeric and self.x.min() > 0 and bool(self.x.max() >= 100 * self.x.min())


def read_panels(sweep: Sweep | KSuggestion | MinClusterSizeSuggestion | Mapping[str, KSuggestion]) -> Panels:
    """What there is to draw of a sweep or of suggestions; no panels where no score is defined.

    Raises
    ------
    TypeError
        `sweep` is something else.
    """
    rows, parameters, scores, suggested = _read(sweep)
    known = _PANELS | {
        name: (f"{name.replace('_', ' ')}: higher is better", 1) for name in scores if name not in _PANELS
    }
    shown = [name for name in known if name not in parameters and np.isfinite(_column(rows, name)).any()]
    if "inertia" in shown and "n_clusters" not in parameters:
        shown.remove("inertia")  # it can only be compared between different numbers of clusters
    if "noise" in shown and not np.nanmax(_column(rows, "noise")) > 0:
        shown.remove("noise")
    along = max(parameters, key=lambda name: (len({repr(row[name]) for row in rows}), -parameters.index(name)))
    others = [name for name in parameters if name != along]
    values_along = [row[along] for row in rows]
    is_numeric = all(is_real(x) and not isinstance(x, bool) and abs(x) < math.inf for x in values_along)
    values = {repr(row[along]): _text(row[along]) for row in rows}  # also arrays and dicts, which are no keys
    places = list(values)
    x = np.array([row[along] if is_numeric else places.index(repr(row[along])) for row in rows], dtype=np.float64)
    lines: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        lines.setdefault(tuple(repr(row[name]) for name in others), []).append(i)
    panels = []
    for name in shown:
        spread = _column(rows, "stability_spread") if name == "stability" else np.full(len(rows), np.nan)
        by_chance = getattr(sweep, "by_chance", None) if name == "silhouette" else None
        panels.append(Panel(*known[name], _column(rows, name) * (100 if name == "noise" else 1), spread, by_chance))
    return Panels(
        panels,
        along,
        is_numeric,
        x,
        [_text(row[along]) for row in rows],
        list(values.values()),
        [
            (
                ", ".join(f"{other} = {_text(rows[members[0]][other])}" for other in others),
                np.array(members)[np.argsort(x[members], kind="stable")],
            )
            for members in lines.values()
        ],
        suggested,
    )


def _read(
    sweep: Sweep | KSuggestion | MinClusterSizeSuggestion | Mapping[str, KSuggestion],
) -> tuple[list[dict[str, Any]], list[str], tuple[str, ...], list[Suggested]]:
    """Rows, parameters and scores; and what is suggested."""
    if isinstance(sweep, Mapping):
        if sweep and all(hasattr(each, "by_chance") for each in sweep.values()):
            first = next(iter(sweep.values())).sweep
            rows = [{"method": name} | row for name, each in sweep.items() for row in each.sweep.rows]
            suggested = [_number(each, f" for {name}" * bool(name)) for name, each in sweep.items()]
            return rows, [*first.parameters, "method"], first.scores, suggested
    elif hasattr(sweep, "by_chance"):
        number = cast("KSuggestion", sweep)
        found = number.sweep
        return list(found.rows), list(found.parameters), found.scores, [_number(number)]
    elif hasattr(sweep, "standing_out"):
        suggestion = cast("MinClusterSizeSuggestion", sweep)
        found, n_clusters = suggestion.sweep, suggestion.n_clusters
        rows = [row | {"standing_out": n} for row, n in zip(found.rows, suggestion.standing_out, strict=True)]
        size = Suggested(suggestion.value, f"suggested: {suggestion.value} ({n_clusters} clusters)")
        return (
            rows,
            list(found.parameters),
            found.scores,
            [size if n_clusters else Suggested(None, "no size is suggested")],
        )
    elif hasattr(sweep, "parameters"):
        return list(sweep.rows), list(sweep.parameters), sweep.scores, []
    raise TypeError(
        "plot.sweep needs the result of coterie.selection.sweep or suggest_k, or a dict of suggestions. Got "
        f"{type(sweep).__name__}."
    )


def _number(suggestion: KSuggestion, of: str = "") -> Suggested:
    k = suggestion.k
    return Suggested(k, f"suggested{of}: {k} clusters") if k > 1 else Suggested(None, f"no number is suggested{of}")


def _column(rows: list[dict[str, Any]], name: str) -> NDArray[np.float64]:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=np.float64)


def _text(value: object) -> str:
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{value:.4g}"
    return shortened(value, _LONGEST_TEXT)


def top_of_distances(distances: NDArray[np.float64], eps: float | None) -> float:
    """How high the curve of sorted distances is drawn: up to the largest, or to twice what 99% of the rows have within
    reach, and above `eps`."""
    top = 1.05 * min(float(distances[-1]), max(2 * float(np.quantile(distances, 0.99)), 2 * (eps or 0.0)))
    return top if eps is None else max(top, 1.2 * eps)
