# SPDX-License-Identifier: BSD-3-Clause
"""Sweeps: the scores of clusterings with many values of a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import AXES, check_parameters
from .._base.wording import as_column
from ..selection._panels import Panels, Suggested, read_panels
from ._style import PLAIN, QUIET, as_drawn, color_of, in_inches, literal, marker_of, new_axes, outlined

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from .._base.typing import FigureAxes
    from ..selection import KSuggestion, MinClusterSizeSuggestion, Sweep

_PANEL = 4.2, 1.7  # inches
_FEW = 3  # panels, in one column
_MOST_LINES = 12  # in the legend
_BEST: dict[str, Any] = {
    "marker": "o",
    "markersize": 11,
    "markerfacecolor": "none",
    "markeredgecolor": "black",
    "markeredgewidth": 1.5,
}


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
    found = read_panels(sweep)
    shown, x, suggested = found.panels, found.x, found.suggested
    if not shown:
        raise ValueError(f"plot.sweep needs a sweep with at least one row and one score. Got {len(x)} rows.")
    n_columns = 1 if len(shown) <= _FEW else 2
    n_rows = -(-len(shown) // n_columns)
    if ax is None:
        ax = new_axes(figsize=(_PANEL[0] * n_columns + 1.5 * (n_columns == 1), _PANEL[1] * n_rows + 0.5))
    frames = _divide(ax, n_rows, n_columns, len(shown))
    for score, panel in zip(shown, frames, strict=True):
        y, spread = score.values, score.spread
        for number, (name, members) in enumerate(found.lines):
            color = color_of(number)
            panel.plot(
                x[members],
                y[members],
                color=color,
                marker=marker_of(number),
                markersize=4,
                linewidth=1.5 if found.is_numeric else 0,
                label=name,
            )
            if np.isfinite(spread[members]).any():
                panel.fill_between(
                    x[members], (y - spread)[members], (y + spread)[members], color=color, alpha=0.15, linewidth=0
                )
        panel.set_title(score.title, loc="left", fontsize=10, **PLAIN)
        if score.best is not None:
            _mark_best(panel, x, y, score.best, score.direction, found.texts[score.best])
        for number, (value, _) in enumerate(suggested):
            if value is not None:  # dashes of those that agree lie between each other
                panel.axvline(
                    value,
                    color=QUIET if len(suggested) == 1 else color_of(number),
                    linewidth=1.5,
                    zorder=1,
                    linestyle=(4 * number, (4, 4 * max(1, len(suggested) - 1))),
                )
        panel.margins(x=0.04 if found.is_numeric else 0.15, y=0.3 if score.direction else 0.1)
        panel.grid(axis="y", color="#e6e6e6", linewidth=0.8)
        panel.set_axisbelow(True)
        panel.spines[["right", "top"]].set_visible(False)
        panel.tick_params(labelsize=9)
        panel.yaxis.get_offset_text().set(x=-0.01, ha="right", fontsize=9)  # a power of ten: not upon the title
        _scale_along(panel, found)
    for panel in frames[-n_columns:]:
        panel.set_xlabel(found.along.rpartition("__")[2].replace("n_clusters", "number of clusters"), **PLAIN)
    for panel in frames[:-n_columns]:
        panel.tick_params(labelbottom=False)
    _explain(
        ax, frames[0].get_legend_handles_labels()[0][:_MOST_LINES], suggested, any(score.direction for score in shown)
    )
    return as_drawn(ax)


def _explain(ax: Axes, lines: Sequence[Artist], suggested: list[Suggested], with_best: bool) -> None:
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


def _mark_best(panel: Axes, x: np.ndarray, y: np.ndarray, best: int, direction: int, text: str) -> None:
    panel.plot(x[best], y[best], linewidth=0, **_BEST)
    along = (x[best] - x.min()) / (np.ptp(x) or 1.0)
    side = "left" if along < 0.15 else "right" if along > 0.85 else "center"
    shift = {"left": 4, "right": -4, "center": 0}[side]  # points, from a line at the suggested number
    panel.annotate(
        f"{text}: {as_column(y)[best]}",
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


def _scale_along(panel: Axes, found: Panels) -> None:
    from matplotlib.ticker import MaxNLocator

    if not found.is_numeric:
        panel.set_xticks(range(len(found.places)), found.places, **PLAIN)
    elif (found.x == np.trunc(found.x)).all():
        panel.xaxis.set_major_locator(MaxNLocator(integer=True))
    if found.is_log:
        panel.set_xscale("log")
