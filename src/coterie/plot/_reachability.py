# SPDX-License-Identifier: BSD-3-Clause
"""The reachability plot of OPTICS: rows in the order in which they were reached; clusters are valleys."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.arrays import as_array
from .._base.parameters import AXES, NONE, check_parameters, real
from .._base.wording import count, number, shown
from ._style import QUIET, as_drawn, color_of, new_axes, outlined

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_MOST_COLUMNS = 2_000  # of the picture, or up to twice as many: more would be narrower than a point of it
_MOST_NUMBERED = 40
_BRACKETS = 0.25  # share of the height that is for the hierarchy, at most, ...
_BRACKET = 0.03  # ... and for a level of it
_LINE = "#D55E00"  # of eps
_INFINITE = "#e6e6e6"
_PALER = 0.35  # how much of a color is left where only the highest of many rows reach


def reachability(
    model: Any, *, clusters: ArrayLike | None = None, eps: float | None = None, ax: Axes | None = None
) -> FigureAxes:
    """Draw how far each row is from those before it, in the order of OPTICS: clusters are the valleys.

    Each row has a column as high as its reachability distance. Rows of a dense region follow each other with low
    columns, and a high column is the step from one region to another. Each cluster has the color that `scatter` gives
    to its number; noise is gray. Rows that are not reached from any before them, such as the first one, have no finite
    distance: their columns are pale and go up to the top.

    Parameters
    ----------
    model : OPTICS, or tuple of arrays
        A fitted model, that of scikit-learn as well; or what `coterie.compute_optics_graph` returns: ``(ordering,
        core_distances, reachability, predecessor)``. Not modified.
    clusters : array-like of int of shape (n_samples,), optional
        Cluster of each row, negative for none. By default the ``labels_`` of a model, and none for arrays.
    eps : float, optional
        A distance to mark by a line: what is below it in one piece is about a cluster of DBSCAN with that `eps`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    NotFittedError
        The model was not fitted.
    TypeError, ValueError
        `model` is no result of OPTICS, or a parameter is wrong.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    If the model has a ``cluster_hierarchy_``, its clusters are lines below the columns: those that contain others are
    farther down. Those that were selected have their color.

    From 4,000 on, rows share columns, and the picture says so: a column is full up to the median of its rows, and
    paler up to the highest, so that neither valleys nor steps are lost; it has the color of most of its rows. The
    highest columns are cut off if they would make the rest look flat.

    References
    ----------
    M. Ankerst, M. M. Breunig, H.-P. Kriegel, J. Sander, "OPTICS: ordering points to identify the clustering structure",
    SIGMOD 1999, 49-60, :doi:`10.1145/304182.304187`.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.plot import reachability
    >>> ordering, distances = np.arange(6), np.array([np.inf, 1.0, 1.2, 5.0, 0.9, 1.1])
    >>> graph = ordering, np.ones(6), distances, np.arange(6) - 1
    >>> ax = reachability(graph, clusters=[0, 0, 0, 1, 1, 1], eps=2.0)
    """
    check_parameters("reachability", {"eps": (real(0.0), NONE), "ax": AXES}, {"eps": eps, "ax": ax})
    found = _read(model, clusters)
    eps = None if eps is None else float(eps)
    if ax is None:
        ax = new_axes(figsize=(9, 4.5))
    columns = _gather(found)
    top = _top(found.heights, eps)
    _draw_columns(ax, columns, top)
    below = _draw_hierarchy(ax, found, top)
    _number_clusters(ax, found)
    ax.set(
        xlim=(0, len(found.heights)),
        ylim=(-below, top),
        xlabel="rows, in the order in which they are reached",
        ylabel="reachability distance",
    )
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    if below:
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= top])
        ax.axhline(0, color="black", linewidth=0.8)
    if eps is not None:
        ax.axhline(eps, color=_LINE, linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(
            f"eps = {eps:.4g}",
            (1, eps),
            (-4, 4),
            ("axes fraction", "data"),
            "offset points",
            ha="right",
            color=_LINE,
            **outlined(),
        )
    _write_notes(ax, found, columns, top)
    for side in ("right", "top"):
        ax.spines[side].set_visible(False)
    return as_drawn(ax)


class _Found(NamedTuple):
    """Heights and clusters of rows in order."""

    heights: NDArray[np.float64]
    labels: NDArray[np.int64]
    hierarchy: NDArray[np.int64]  # (n_clusters, 2), the first and the last place of each


class _Columns(NamedTuple):
    edges: NDArray[np.int64]  # (n_columns + 1,), places
    middle: NDArray[np.float64]
    highest: NDArray[np.float64]
    labels: NDArray[np.int64]


def _read(model: Any, clusters: ArrayLike | None) -> _Found:
    hierarchy = None
    if hasattr(model, "fit"):
        if hasattr(model, "_check_is_fitted"):
            model._check_is_fitted()
        if not hasattr(model, "reachability_") or not hasattr(model, "ordering_"):
            raise TypeError(f"reachability needs a fitted OPTICS. Got {shown(model)}.")
        order, heights = model.ordering_, model.reachability_
        clusters = model.labels_ if clusters is None else clusters
        hierarchy = getattr(model, "cluster_hierarchy_", None)
    elif isinstance(model, tuple) and len(model) == 4:
        order, _, heights, _ = model
    else:
        raise TypeError(
            "reachability needs a fitted OPTICS, or (ordering, core_distances, reachability, predecessor), as "
            f"compute_optics_graph returns it. Got {shown(model)}."
        )
    order, heights = as_array(order, "ordering"), as_array(heights, "reachability")
    n = len(order) if order.ndim == 1 else 0
    if not n or order.dtype.kind not in "iu" or not np.array_equal(np.sort(order), np.arange(n)):
        raise ValueError(f"ordering must have each row once. Got shape {order.shape} and type {order.dtype}.")
    if heights.shape != (n,) or heights.dtype.kind not in "iuf" or not (heights >= 0).all():
        raise ValueError(
            f"reachability must be a distance of 0 or more for each of the {count(n, 'row')}. Got shape "
            f"{heights.shape} and type {heights.dtype}."
        )
    labels = np.full(n, -1) if clusters is None else as_array(clusters, "clusters")
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"clusters must be a whole number for each of the {count(n, 'row')}, such as labels_. Got shape "
            f"{labels.shape} and type {labels.dtype}."
        )
    nested = np.empty((0, 2), np.int64) if hierarchy is None else as_array(hierarchy, "cluster_hierarchy_")
    if nested.ndim != 2 or nested.shape[1] != 2 or (nested < 0).any() or (nested >= n).any():
        raise ValueError("cluster_hierarchy_ must have the first and the last place of each cluster.")
    return _Found(heights[order].astype(np.float64), labels[order].astype(np.int64), nested.astype(np.int64))


def _gather(found: _Found) -> _Columns:
    """Rows in columns: one for each, if they are few."""
    n = len(found.heights)
    step = max(1, n // _MOST_COLUMNS)
    if step == 1:
        return _Columns(np.arange(n + 1), found.heights, found.heights, found.labels)
    edges = np.append(np.arange(0, n, step), n)
    middle, highest = np.empty((2, len(edges) - 1))
    labels = np.empty(len(edges) - 1, np.int64)
    for i, (start, stop) in enumerate(itertools.pairwise(edges)):
        heights = np.sort(found.heights[start:stop])
        middle[i], highest[i] = heights[(len(heights) - 1) // 2], heights[-1]
        names, sizes = np.unique(found.labels[start:stop], return_counts=True)
        labels[i] = names[sizes.argmax()]
    return _Columns(edges, middle, highest, labels)


def _top(heights: NDArray[np.float64], eps: float | None) -> float:
    """The highest column, or three times what 99% of the rows have, and above eps."""
    finite = heights[heights < np.inf]
    top = min(finite.max(), 3 * np.quantile(finite, 0.99)) if len(finite) else 0.0
    return 1.05 * max(float(top), 1.1 * (eps or 0.0)) or 1.0


def _draw_columns(ax: Axes, columns: _Columns, top: float) -> None:
    """An outline for each run of columns of one color."""
    from matplotlib.collections import PolyCollection
    from matplotlib.colors import to_rgb

    outlines, colors = [], []

    def add(heights: NDArray[np.float64], kinds: NDArray[Any], color: Any) -> None:
        starts = np.flatnonzero(np.append(True, kinds[1:] != kinds[:-1]))
        for start, stop in zip(starts, np.append(starts[1:], len(kinds)), strict=True):
            edges = columns.edges[start : stop + 1].repeat(2)
            corners = np.minimum(heights[start:stop], top).repeat(2)
            outlines.append(np.column_stack([edges, np.concatenate([[0.0], corners, [0.0]])]))
            colors.append(color(int(kinds[start])))

    def paler(label: int) -> tuple[float, ...]:
        return tuple(1 - _PALER * (1 - part) for part in to_rgb(color_of(label)))

    infinite = columns.highest == np.inf
    # Codes of their own for infinite columns, which are below all others.
    lowest = int(columns.labels.min()) - 1
    add(columns.highest, np.where(infinite, lowest, columns.labels), lambda c: _INFINITE if c == lowest else paler(c))
    full = columns.middle < np.inf
    add(np.where(full, columns.middle, 0.0), columns.labels, color_of)
    ax.add_collection(
        PolyCollection(outlines, facecolors=colors, edgecolors="none", rasterized=len(outlines) > 300), autolim=False
    )


def _draw_hierarchy(ax: Axes, found: _Found, top: float) -> float:
    """A line below the columns for each cluster of a hierarchy; and how far down these go."""
    if not len(found.hierarchy):
        return 0.0
    from matplotlib.collections import LineCollection

    order = np.lexsort([found.hierarchy[:, 0], found.hierarchy[:, 1] - found.hierarchy[:, 0]])  # the smallest first
    first, last = found.hierarchy[order].T
    levels = np.zeros(len(first), np.int64)
    deepest = np.full(len(found.heights), -1)  # level of the last line that covers each place
    for i, (start, stop) in enumerate(zip(first, last, strict=True)):
        levels[i] = deepest[start : stop + 1].max() + 1
        deepest[start : stop + 1] = levels[i]
    n_levels = int(levels.max()) + 1
    below = top * min(_BRACKETS, _BRACKET * (n_levels + 1))
    heights = -below * (levels + 1) / (n_levels + 1)
    bounds = np.append(np.flatnonzero(np.diff(found.labels, prepend=found.labels[0] - 1)), len(found.labels))
    run = np.searchsorted(bounds, np.arange(len(found.labels)), side="right")
    selected = run[first] == run[last]
    lines = [[(start, y), (stop + 1, y)] for start, stop, y in zip(first, last, heights, strict=True)]
    colors = [
        color_of(int(found.labels[start])) if one and found.labels[start] >= 0 else QUIET
        for start, one in zip(first, selected, strict=True)
    ]
    width = float(np.clip(60 / (n_levels + 1), 0.8, 3))
    ax.add_collection(
        LineCollection(lines, colors=colors, linewidths=width, capstyle="butt", rasterized=len(lines) > 300),
        autolim=False,
    )
    return float(below)


def _number_clusters(ax: Axes, found: _Found) -> None:
    """Write the numbers of the largest clusters at their feet, where there is room."""
    names, sizes = np.unique(found.labels[found.labels >= 0], return_counts=True)
    written: list[tuple[float, float]] = []
    inches = ax.get_window_extent().width / ax.figure.dpi / len(found.heights)  # of a row
    for label in names[np.argsort(-sizes, kind="stable")][:_MOST_NUMBERED].tolist():
        place = float(np.median(np.flatnonzero(found.labels == label))) + 0.5
        room = 0.1 * len(str(label))
        if all(2 * abs(place - other) * inches > room + other_room for other, other_room in written):
            written.append((place, room))
            ax.annotate(
                str(label),
                (place, 0),
                (0, 3),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                weight="bold",
                **outlined(),
            )


def _write_notes(ax: Axes, found: _Found, columns: _Columns, top: float) -> None:
    n, finite = len(found.heights), found.heights[found.heights < np.inf]
    notes = []
    if len(finite) and finite.max() > top:
        notes.append(f"up to {number(float(finite.max()))}")
    if (unreached := n - len(finite)) > 1:
        notes.append(f"{unreached:,} rows are not reached from any before them (pale)")
    if (step := int(columns.edges[1])) > 1:
        notes.append(f"a column is {step:,} rows: full to their median, paler to the highest")
    if notes:
        ax.set_title("; ".join(notes), fontsize=9, color=QUIET, loc="right")
