# SPDX-License-Identifier: BSD-3-Clause
"""Dendrograms: which lines are drawn, where, in which color; and drawing them with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from .._base.arrays import as_array
from .._base.optional import how_to_install
from .._base.parameters import AXES, CALLABLE, NONE, NUMBER, Rule, as_float, check_parameters, is_real
from .._base.wording import shown
from ._kernels import drawing
from .linkage_matrix import read_linkage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

__all__ = ["dendrogram", "set_link_color_palette"]

_DEFAULT_PALETTE = tuple(f"C{i}" for i in range(1, 10))  # C0 is for links above the threshold
_palette: Sequence[str] = _DEFAULT_PALETTE

_FONT_SIZES = ((20, 12.0), (30, 10.0), (50, 8.0), (85, 6.0))  # points, for up to so many leaves
_FINITE = Rule("a finite number", lambda value: is_real(value) and math.isfinite(as_float(value)))
_WORD = Rule("a str", lambda value: isinstance(value, str))  # of matplotlib: "small", "vertical"
_RULES = {
    "leaf_label_func": (CALLABLE, NONE),
    "link_color_func": (CALLABLE, NONE),
    "ax": AXES,
    "above_threshold_color": (Rule("a color: a str or a tuple", lambda value: isinstance(value, str | tuple)),),
    "leaf_font_size": (_FINITE, _WORD, NONE),
    "leaf_rotation": (_FINITE, _WORD, NONE),
}
_OPPOSITE: dict[str, Any] = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
_ROTATIONS = ((20, 0.0), (40, 45.0))  # degrees


def set_link_color_palette(palette: Sequence[str] | None) -> None:
    """Set the colors that `dendrogram` gives in turn to the groups of links below its threshold.

    Parameters
    ----------
    palette : list or tuple of str, or None
        Names of matplotlib colors; None restores the default, ``C1`` to ``C9``.

    Raises
    ------
    TypeError
        `palette` is not a list or tuple, or contains something that is not text.

    Examples
    --------
    >>> from coterie.hierarchy import dendrogram, set_link_color_palette
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> set_link_color_palette(["k"])
    >>> dendrogram(Z, no_plot=True)["color_list"]
    ['k', 'C0']
    >>> set_link_color_palette(None)
    """
    global _palette
    if palette is None:
        palette = _DEFAULT_PALETTE
    elif not isinstance(palette, list | tuple):
        raise TypeError("palette must be a list or tuple")
    elif not palette:
        raise ValueError("palette must hold at least one color; None is the default palette.")
    if not all(isinstance(color, str) for color in palette):
        raise TypeError("all palette list elements must be color strings")
    _palette = tuple(palette)  # what the caller does to a list later has no effect here


def dendrogram(
    Z: ArrayLike,
    p: float = 30,
    truncate_mode: str | None = None,
    color_threshold: float | str | None = None,
    get_leaves: bool = True,
    orientation: str = "top",
    labels: ArrayLike | None = None,
    count_sort: bool | str = False,
    distance_sort: bool | str = False,
    show_leaf_counts: bool = True,
    no_plot: bool = False,
    no_labels: bool = False,
    leaf_font_size: float | None = None,
    leaf_rotation: float | None = None,
    leaf_label_func: Callable[[int], str] | None = None,
    show_contracted: bool = False,
    link_color_func: Callable[[int], str] | None = None,
    ax: Axes | None = None,
    above_threshold_color: str = "C0",
) -> dict[str, Any]:
    """Draw a tree: each merge is a bracket, at its height, over the two clusters that it joins.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    p : int, default=30
        How much to show; see `truncate_mode`.
    truncate_mode : {None, "lastp", "level"}, default=None
        How to shorten the tree; hidden clusters are drawn as leaves. None: draw everything; ``"lastp"``: draw p
        leaves in all; ``"level"``: draw p levels below the last merge.
    color_threshold : float, optional
        Links below this height are colored, with one color for each cluster below it. 0 or less colors none. By
        default, or with ``"default"``, 0.7 times the largest height.
    get_leaves : bool, default=True
        Whether ``leaves`` is in the result.
    orientation : {"top", "bottom", "left", "right"}, default="top"
        Where the last merge is drawn.
    labels : sequence of length n, optional
        Text for each point; by default its number.
    count_sort : bool or {"ascending", "descending"}, default=False
        Draw the child with fewer points (``True``, ``"ascending"``), or with more (``"descending"``), on the left.
    distance_sort : bool or {"ascending", "descending"}, default=False
        Draw the lower child (``True``, ``"ascending"``), or the higher one (``"descending"``), on the left;
        `count_sort` takes precedence.
    show_leaf_counts : bool, default=True
        Write the number of points of clusters that are drawn as leaves.
    no_plot : bool, default=False
        Draw nothing; matplotlib is then not needed.
    no_labels : bool, default=False
        Write nothing at the leaves.
    leaf_font_size : float, optional
        Font size in points; by default smaller for more leaves.
    leaf_rotation : float, optional
        Angle of the text in degrees; by default larger for more leaves.
    leaf_label_func : callable, optional
        Returns the text for a node that is drawn as a leaf, given its number (less than n for a point).
    show_contracted : bool, default=False
        Mark the heights of merges that are hidden in leaves.
    link_color_func : callable, optional
        Returns the color of a link, given the number of its cluster; replaces `color_threshold`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default matplotlib's current axes.
    above_threshold_color : str, default="C0"
        Color of links at or above the threshold.

    Returns
    -------
    dict
        ``icoord``, ``dcoord``: the four corners of each link, across and along the heights; leaves are 10 apart, the
        first at 5. Links come after those that they join, left before right.
        ``ivl``: the texts of the leaves, from left to right.
        ``leaves``: the nodes drawn as leaves, None without `get_leaves`.
        ``color_list``: the color of each link.
        ``leaves_color_list``: for each leaf, the color of its link.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or a parameter is wrong.
    ImportError
        matplotlib is not installed, and `no_plot` is not set.

    See Also
    --------
    set_link_color_palette : The colors below the threshold.

    Notes
    -----
    O(n) time, without recursion. matplotlib takes long to draw more than about 10,000 leaves, and nobody can read
    them: truncate. Where heights are not monotonic (see `is_monotonic`), links cross.

    The dictionary is the same as scipy's, except that in scipy a leaf of height 0 below many others of height 0 may
    have the color of another link, and ``get_leaves=False`` is an error.

    Examples
    --------
    >>> from coterie.hierarchy import dendrogram
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> tree = dendrogram(Z, no_plot=True)
    >>> tree["leaves"], tree["color_list"]
    ([2, 0, 1], ['C1', 'C0'])
    >>> tree["icoord"]
    [[15.0, 15.0, 25.0, 25.0], [5.0, 5.0, 20.0, 20.0]]
    """
    if not isinstance(orientation, str) or orientation not in ("top", "left", "bottom", "right"):
        raise ValueError("orientation must be one of 'top', 'left', 'bottom', or 'right'")
    check_parameters(
        "dendrogram",
        _RULES,
        {
            "leaf_label_func": leaf_label_func,
            "link_color_func": link_color_func,
            "ax": ax,
            "above_threshold_color": above_threshold_color,
            "leaf_font_size": leaf_font_size,
            "leaf_rotation": leaf_rotation,
        },
    )
    matrix = as_array(Z, "Z")
    n = len(matrix) + 1 if matrix.ndim else 0
    names = None if labels is None else read_labels(labels, n)  # before what is in Z, as in scipy
    Z, children = read_linkage(matrix)
    if not isinstance(p, Real):
        raise TypeError("The second argument must be a number")
    if not NUMBER.accepts(p):
        raise ValueError(f"p must be a number. Got {shown(p)}.")
    p = int(max(-1, min(p, 2 * n)))
    modes = ("lastp", "mtica", "level", "none")  # mtica: what level was once called
    if truncate_mode is not None and not (isinstance(truncate_mode, str) and truncate_mode in modes):
        raise ValueError("Invalid truncation mode.")
    limit, deepest = 0, 2 * n
    if truncate_mode == "lastp":
        limit = min(2 * n, 2 * n - (n if p > n or p == 0 else p))
    elif truncate_mode in ("level", "mtica") and p > 0:
        deepest = min(p, 2 * n)
    heights = Z[:, 2]
    if color_threshold is None or (isinstance(color_threshold, str) and color_threshold == "default"):
        color_threshold = heights.max() * 0.7
    check_parameters("dendrogram", {"color_threshold": (NUMBER,)}, {"color_threshold": color_threshold})
    children = _sort_children(Z, children, count_sort, distance_sort)

    layout = _place(children, heights, limit, deepest, as_float(color_threshold))
    leaves = layout.leaves.tolist()
    palette = _palette
    if link_color_func is not None:
        colors = [_checked_color(link_color_func(node)) for node in layout.links.tolist()]
    else:
        colors = [
            above_threshold_color if color < 0 else palette[color % len(palette)] for color in layout.colors.tolist()
        ]
    if leaf_label_func is not None:
        texts = [leaf_label_func(node) for node in leaves]
    else:
        texts = [
            (str(node) if names is None else names[node])
            if node < n
            else f"({int(Z[node - n, 3])})"
            if show_leaf_counts
            else ""
            for node in leaves
        ]
    result = {
        "icoord": layout.corners[0].tolist(),
        "dcoord": layout.corners[1].tolist(),
        "ivl": texts,
        "leaves": leaves if get_leaves else None,
        "color_list": colors,
        "leaves_color_list": [colors[link] if link >= 0 else None for link in layout.link_of.tolist()],
    }
    if not no_plot:
        _draw(
            layout,
            heights,
            result,
            orientation,
            no_labels,
            leaf_font_size,
            leaf_rotation,
            show_contracted,
            ax,
            above_threshold_color,
        )
    return result


def read_labels(labels: ArrayLike, n: int) -> Sequence[object]:
    """One label for each of n points, from any sequence or column.

    Raises
    ------
    ValueError
        There are more or fewer than n, or they are a table.
    """
    if isinstance(labels, list | tuple):
        if len(labels) != n:
            raise ValueError("Dimensions of Z and labels must be consistent.")
        return labels
    names = as_array(labels, "labels")
    if names.shape[:1] != (n,):
        raise ValueError("Dimensions of Z and labels must be consistent.")
    if names.ndim != 1:
        raise ValueError(f"labels must be one for each of the {n} points. Got the shape {names.shape}.")
    return cast("Sequence[object]", names)  # it has a length, and items by their numbers


def _checked_color(color: object) -> str:
    if not isinstance(color, str):
        raise TypeError("link_color_func must return a matplotlib color string!")
    return color


def _is_order(value: object) -> bool:
    return value is True or (isinstance(value, str) and value in ("ascending", "descending"))


def _sort_children(
    Z: NDArray[np.float64], children: NDArray[np.int64], count_sort: bool | str, distance_sort: bool | str
) -> NDArray[np.int64]:
    """The children of each node in the order in which they are drawn."""
    n = len(Z) + 1
    if _is_order(count_sort):
        way, of_points, of_clusters = count_sort, 1.0, Z[:, 3]
    elif _is_order(distance_sort):
        way, of_points, of_clusters = distance_sort, 0.0, Z[:, 2]
    else:
        return children
    left, right = np.concatenate([np.full(n, of_points), of_clusters])[children].T
    exchange = left <= right if way == "descending" else left > right
    return np.where(exchange[:, None], children[:, ::-1], children)


class _Layout(NamedTuple):
    """What is drawn of a tree; m links, from left to right, those that they join before them."""

    leaves: NDArray[np.int64]  # (m + 1,), the nodes drawn as leaves
    link_of: NDArray[np.int64]  # (m + 1,), the link that each leaf hangs from, -1 where there is none
    links: NDArray[np.int64]  # (m,), the nodes drawn as links
    corners: NDArray[np.float64]  # (2, m, 4), across and along the heights
    colors: NDArray[np.int64]  # (m,), counted from 0, -1 at or above the threshold
    hidden: NDArray[np.float64]  # (2, clusters hidden in leaves), across and along the heights


def _place(
    children: NDArray[np.int64], heights: NDArray[np.float64], limit: int, deepest: int, threshold: float
) -> _Layout:
    """Which nodes are drawn as leaves and as links, where, and in which color."""
    n = len(children) + 1
    level, inside, width, first, done = np.empty((5, 2 * n - 1), np.int64)
    drawing.choose_shown(children, limit, deepest, level, inside, width)
    n_leaves = int(width[-1])
    n_links = n_leaves - 1
    position = np.empty((2, 2 * n - 1))
    leaves, link_of = np.empty(n_leaves, np.int64), np.full(n_leaves, -1, np.int64)
    links, between, in_order, colors = np.empty((4, n_links), np.int64)
    corners = np.empty((2, n_links, 4))
    drawing.place_links(children, heights, width, first, done, position, leaves, links, between, link_of, corners)
    drawing.color_links(heights[links[between] - n], threshold, in_order)
    colors[between] = in_order
    hidden = np.flatnonzero(inside[n:] >= 0)
    return _Layout(
        leaves, link_of, links, corners, colors, np.stack([position[0, inside[n:][hidden]], heights[hidden]])
    )


def _by_count(count: int, steps: tuple[tuple[int, float], ...], most: float) -> float:
    return next((value for limit, value in steps if count <= limit), most)


def _draw(
    layout: _Layout,
    heights: NDArray[np.float64],
    result: dict[str, Any],
    orientation: str,
    no_labels: bool,
    leaf_font_size: float | None,
    leaf_rotation: float | None,
    show_contracted: bool,
    ax: Axes | None,
    above_threshold_color: str,
) -> None:
    try:
        from matplotlib.collections import EllipseCollection, LineCollection
    except ImportError as error:
        raise ImportError(
            f"dendrogram needs matplotlib to draw: {how_to_install('matplotlib')}. "
            "With no_plot=True it returns what is to be drawn."
        ) from error
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.gca()
        draw: Callable[[], object] = plt.draw_if_interactive
    else:

        def draw() -> None:
            pass

    texts = result["ivl"]
    n_leaves = len(texts)
    upright = orientation in ("top", "bottom")
    across = ax.xaxis if upright else ax.yaxis
    top = heights.max() * 1.05 or 1.0
    (ax.set_xlim if upright else ax.set_ylim)(0, 10 * n_leaves)
    (ax.set_ylim if upright else ax.set_xlim)(*((0, top) if orientation in ("top", "right") else (top, 0)))
    if no_labels:
        across.set_ticks([])
    else:
        across.set_ticks(np.arange(n_leaves) * 10 + 5)
        across.set_ticks_position(_OPPOSITE[orientation])
        across.set_tick_params(length=0)  # ticks would cover the links
        if leaf_font_size is None:
            leaf_font_size = _by_count(n_leaves, _FONT_SIZES, 5.0)
        look: dict[str, Any] = {"size": leaf_font_size}
        if leaf_rotation is not None:
            look["rotation"] = leaf_rotation
        elif upright:
            look["rotation"] = _by_count(n_leaves, _ROTATIONS, 90.0)
            if look["rotation"] == 45.0:  # the end of a slanted text is at its leaf, not its middle
                look |= {"ha": "right" if orientation == "top" else "left", "rotation_mode": "anchor"}
        across.set_ticklabels(texts, **look)

    corners = np.moveaxis(layout.corners if upright else layout.corners[::-1], 0, -1)
    by_color: dict[str, list[int]] = {}
    for link, color in enumerate(result["color_list"]):
        by_color.setdefault(color, []).append(link)
    # One collection a color, for legends; links above the threshold come last, over the others.
    for color in sorted(by_color, key=lambda color: color == above_threshold_color):
        ax.add_collection(LineCollection(list(corners[by_color[color]]), colors=(color,)))
    if show_contracted:
        width, height = (1.0, top / 100) if upright else (top / 100, 1.0)
        ax.add_collection(
            EllipseCollection(
                width,
                height,
                0,
                units="xy",
                offsets=(layout.hidden if upright else layout.hidden[::-1]).T,
                offset_transform=ax.transData,
                facecolors="k",
                alpha=0.5,
            )
        )
    draw()
