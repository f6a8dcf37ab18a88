# SPDX-License-Identifier: BSD-3-Clause
"""Sweeps: the scores of clusterings with many values of a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from .._base.parameters import AXES, check_parameters
from .._base.wording import as_column, shortened
from ._style import PLAIN, QUIET, as_drawn, color_of, in_inches, literal, marker_of, new_axes, outlined

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from .._base.typing import FigureAxes
    from ..selection import KSuggestion, MinClusterSizeSuggestion, Sweep

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
_PANEL = 4.2, 1.7  # inches
_FEW = 3  # panels, in one column
_MOST_LINES = 12  # in the legend
_LONGEST_TEXT = 24
_BEST: dict[str, Any] = {
    "marker": "o",
    "markersize": 11,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 1.5,
}


class _Suggested(NamedTuple):
    """A value that is suggested, None if none is, and what the legend says of it."""

    value: int | None
    text: str


def sweep(
    sweep: Sweep | KSuggestion | MinClusterSizeSuggestion | Mapping[str, KSuggestion], *, ax: Axes | None = None
) -> FigureAxes:
    """Draw the scores of a sweep, each in its own panel with its own scale, and mark the best value of each.

    The parameter with the most values is the horizontal axis; each combination of the others has a line. Scores measure
    different things and need not agree; if they do, the choice is easy. For a suggestion, the suggested value is
    marked as well, or the picture says that none is suggested.

    Parameters
    ----------
    sweep : Sweep, KSuggestion, MinClusterSizeSuggestion or dict of str to KSuggestion
        The result of `coterie.selection.sweep`, `coterie.selection.suggest_k` or
        `coterie.selection.suggest_min_cluster_size`; or several suggestions of the number of clusters by name, which
        are drawn as one line each.
    ax : matplotlib.axes.Axes, optional
        Where to draw: it becomes an empty frame, and the panels (``ax.child_axes``) lie within it. By default a new
        figure.

    Returns
    -------
    matplotlib.axes.Axes
        The frame.

    Raises
    ------
    TypeError
        `sweep` is something else.
    ValueError
        The sweep has no rows, or no scores.
    ModuleNotFoundError
        matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import KMeans, plot, selection
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (30, 2)) for center in (0, 10, 20)])
    >>> found = selection.sweep(KMeans(random_state=0), X, {"n_clusters": range(2, 6)})
    >>> ax = plot.sweep(found)
    """
    check_parameters("plot.sweep", {"ax": AXES}, {"ax": ax})
    rows, parameters, scores, suggested = _read(sweep)
    panels = _PANELS | {
        name: (f"{name.replace('_', ' ')}: higher is better", 1) for name in scores if name not in _PANELS
    }
    shown = [name for name in panels if name not in parameters and np.isfinite(_column(rows, name)).any()]
    if "inertia" in shown and "n_clusters" not in parameters:
        shown.remove("inertia")  # it can only be compared between different numbers of clusters
    if "noise" in shown and not np.nanmax(_column(rows, "noise")) > 0:
        shown.remove("noise")
    if not shown:
        raise ValueError(f"plot.sweep needs a sweep with at least one row and one score. Got {len(rows)} rows.")

    along = max(parameters, key=lambda name: (len({repr(row[name]) for row in rows}), -parameters.index(name)))
    others = [name for name in parameters if name != along]
    numeric = all(isinstance(row[along], Real) and not isinstance(row[along], bool) for row in rows)
    values = {repr(row[along]): _text(row[along]) for row in rows}  # also arrays and dicts, which are no keys
    places = list(values)
    x = np.array([row[along] if numeric else places.index(repr(row[along])) for row in rows], dtype=np.float64)
    lines: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(rows):
        lines.setdefault(tuple(repr(row[name]) for name in others), []).append(i)

    n_columns = 1 if len(shown) <= _FEW else 2
    n_rows = -(-len(shown) // n_columns)
    if ax is None:
        ax = new_axes(figsize=(_PANEL[0] * n_columns + 1.5 * (n_columns == 1), _PANEL[1] * n_rows + 0.5))
    frames = _divide(ax, n_rows, n_columns, len(shown))
    for name, panel in zip(shown, frames, strict=True):
        title, direction = panels[name]
        y = _column(rows, name) * (100 if name == "noise" else 1)
        spread = _column(rows, "stability_spread") if name == "stability" else np.full(len(rows), np.nan)
        for number, numbers in enumerate(lines.values()):
            label = ", ".join(f"{other} = {_text(rows[numbers[0]][other])}" for other in others) or None
            members = np.array(numbers)[np.argsort(x[numbers], kind="stable")]
            color = color_of(number)
            panel.plot(
                x[members],
                y[members],
                color=color,
                marker=marker_of(number),
                markersize=4,
                linewidth=1.5 if numeric else 0,
                label=label,
            )
            if np.isfinite(spread[members]).any():
                panel.fill_between(
                    x[members], (y - spread)[members], (y + spread)[members], color=color, alpha=0.15, linewidth=0
                )
        panel.set_title(title, loc="left", fontsize=10, **PLAIN)
        if direction:
            _mark_best(panel, x, y, direction, [_text(row[along]) for row in rows])
        for number, (value, _) in enumerate(suggested):
            if value is not None:  # dashes of those that agree lie between each other
                panel.axvline(
                    value,
                    color=QUIET if len(suggested) == 1 else color_of(number),
                    linewidth=1.5,
                    zorder=1,
                    linestyle=(4 * number, (4, 4 * max(1, len(suggested) - 1))),
                )
        panel.margins(x=0.04 if numeric else 0.15, y=0.3 if direction else 0.1)
        panel.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        panel.set_axisbelow(True)
        panel.spines[["right", "top"]].set_visible(False)
        panel.tick_params(labelsize=9)
        panel.yaxis.get_offset_text().set(x=-0.01, ha="right", fontsize=9)  # a power of ten: not upon the title
        _scale_along(panel, x, list(values.values()), numeric)
    for panel in frames[-n_columns:]:
        panel.set_xlabel(along.rpartition("__")[2].replace("n_clusters", "number of clusters"), **PLAIN)
    for panel in frames[:-n_columns]:
        panel.tick_params(labelbottom=False)
    _explain(
        ax,
        frames[0].get_legend_handles_labels()[0][:_MOST_LINES] if others else [],
        suggested,
        any(panels[name][1] for name in shown),
    )
    return as_drawn(ax)


def _read(
    sweep: Sweep | KSuggestion | MinClusterSizeSuggestion | Mapping[str, KSuggestion],
) -> tuple[list[dict[str, Any]], list[str], tuple[str, ...], list[_Suggested]]:
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
        size = _Suggested(suggestion.value, f"suggested: {suggestion.value} ({n_clusters} clusters)")
        return (
            rows,
            list(found.parameters),
            found.scores,
            [size if n_clusters else _Suggested(None, "no size is suggested")],
        )
    elif hasattr(sweep, "parameters"):
        return list(sweep.rows), list(sweep.parameters), sweep.scores, []
    raise TypeError(
        "plot.sweep needs the result of coterie.selection.sweep or suggest_k, or a dict of suggestions. Got "
        f"{type(sweep).__name__}."
    )


def _number(suggestion: KSuggestion, of: str = "") -> _Suggested:
    k = suggestion.k
    return _Suggested(k, f"suggested{of}: {k} clusters") if k > 1 else _Suggested(None, f"no number is suggested{of}")


def _explain(ax: Axes, lines: Sequence[Artist], suggested: list[_Suggested], with_best: bool) -> None:
    """Draw the legend: what lines, circles and dashed lines mean."""
    from matplotlib.lines import Line2D

    handles = list(lines)
    for handle in handles:
        handle.set_label(literal(str(handle.get_label())))
    if with_best:
        handles.append(Line2D([], [], linewidth=0, **_BEST, label="best value"))
    for number, (value, text) in enumerate(suggested):
        color = QUIET if len(suggested) == 1 else color_of(number)
        line = {"linewidth": 0} if value is None else {"color": color, "linewidth": 1.5, "linestyle": (0, (4, 4))}
        handles.append(Line2D([], [], **line, label=literal(text)))
    if handles:
        ax.legend(
            handles=handles,
            loc="lower left",
            borderaxespad=0.2,
            bbox_to_anchor=(0, 1),
            ncols=min(3, len(handles)),
            fontsize=9,
            frameon=False,
        )


def _column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=np.float64)


def _text(value: object) -> str:
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{value:.4g}"
    return shortened(value, _LONGEST_TEXT)


def _divide(ax: Axes, n_rows: int, n_columns: int, count: int) -> list[Axes]:
    """Panels in rows and columns within the axes, which become an empty frame."""
    ax.set(xticks=[], yticks=[])
    ax.patch.set_visible(False)
    ax.spines[:].set_visible(False)
    width, height = in_inches(ax)
    beside, above = min(0.65 / width, 0.2), min(0.4 / height, 0.5 / n_rows)  # for the texts of a panel
    each = (1 - beside * (n_columns - 1)) / n_columns, (1 - above * n_rows) / n_rows
    frames = []
    for i in range(count):
        row, column = divmod(i, n_columns)
        left, bottom = column * (each[0] + beside), 1 - (row + 1) * (each[1] + above)
        frames.append(ax.inset_axes((left, bottom, *each)))
    for frame in frames[1:]:
        frame.sharex(frames[0])  # values that are not defined have their place, too
    return frames


def _mark_best(panel: Axes, x: np.ndarray, y: np.ndarray, direction: int, texts: list[str]) -> None:
    best = int(np.nanargmax(direction * y))
    panel.plot(x[best], y[best], linewidth=0, **_BEST)
    along = (x[best] - x.min()) / (np.ptp(x) or 1.0)
    side = "left" if along < 0.15 else "right" if along > 0.85 else "center"
    shift = {"left": 4, "right": -4, "center": 0}[side]  # points, from a line at the suggested number
    panel.annotate(
        f"{texts[best]}: {as_column(y)[best]}",
        (x[best], y[best]),
        xytext=(shift, 8 * direction),
        textcoords="offset points",
        va="bottom" if direction > 0 else "top",
        ha=side,
        weight="bold",
        fontsize=9,
        **outlined(),
        **PLAIN,
    )


def _scale_along(panel: Axes, x: np.ndarray, texts: list[str], numeric: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    if not numeric:
        panel.set_xticks(range(len(texts)), texts, **PLAIN)
    elif (x == np.trunc(x)).all():
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    if numeric and x.min() > 0 and x.max() >= 100 * x.min():
        panel.set_xscale("log")
