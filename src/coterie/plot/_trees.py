# SPDX-License-Identifier: BSD-3-Clause
"""Dendrograms with the clusters of a cut in color."""

from __future__ import annotations

from collections import Counter
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import hierarchy
from .._base.arrays import as_array
from .._base.parameters import AXES, NONE, NUMBER, as_float, check_parameters
from .._base.wording import shortened, shown
from .._dendrogram.drawing import read_labels
from .._dendrogram.linkage_matrix import read_linkage
from ._style import PLAIN, QUIET, as_drawn, color_of, in_inches, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_MOST_LEAVES, _MOST_NAMED, _FEW_LEAVES = 80, 120, 40  # more, or more with labels, can't be read: then few are drawn
_MOST_LISTED = 3  # rows of a leaf that are all named
_MOST_NUMBERED = 40
_LONGEST_TEXT = 40
_ORIENTATIONS = ("left", "right", "top", "bottom")


def dendrogram(
    Z: ArrayLike,
    *,
    n_clusters: int | None = None,
    height: float | None = None,
    clusters: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    truncate: int | None = None,
    orientation: str | None = None,
    ax: Axes | None = None,
) -> FigureAxes:
    """Draw a tree, with the clusters of a cut colored and numbered.

    Each merge is a bracket at its height over the two clusters that it joins. Each cluster of the cut has the color
    that `scatter` gives to its number.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix, such as ``AgglomerativeClustering().fit(X).linkage_``; not modified.
    n_clusters : int, optional
        Cut the tree into this number of clusters, numbered by their first rows as in `coterie.hierarchy.cut_tree`.
    height : float, optional
        Cut the tree at this height, numbered in the same way.
    clusters : array-like of int of shape (n,), optional
        Any other cut, or other numbers: the cluster of each row, such as ``labels_``; negative numbers are in no
        cluster. Give at most one of `n_clusters`, `height` and `clusters`.
    labels : sequence of length n, optional
        Text for each row; by default its number.
    truncate : int, optional
        Draw at most this number of leaves: clusters merged earlier become one leaf, drawn as a wedge as high as its
        last merge, with the number of its rows and their most common labels (all labels if there are at most three
        rows). By default, a tree of more than 80 leaves, or 120 with labels, is drawn with 40, or with one for each
        cluster if there are 41 to 80 clusters.
    orientation : {"left", "right", "top", "bottom"}, optional
        Where the last merge is drawn. By default "left", so that labels can be read, or "top" if labels are few and
        short.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, larger for more leaves.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or a parameter is wrong.
    ModuleNotFoundError
        matplotlib is not installed.

    See Also
    --------
    coterie.hierarchy.dendrogram : The same tree with scipy's parameters and result.

    Examples
    --------
    >>> from coterie.hierarchy import linkage
    >>> from coterie.plot import dendrogram
    >>> Z = linkage([[0.0], [0.1], [0.3], [4.0], [4.2]], "average")
    >>> ax = dendrogram(Z, n_clusters=2, labels=["ant", "bee", "wasp", "cat", "dog"])
    """
    check_parameters("dendrogram", {"height": (NUMBER, NONE), "ax": AXES}, {"height": height, "ax": ax})
    if orientation is not None and not (isinstance(orientation, str) and orientation in _ORIENTATIONS):
        raise ValueError(f"orientation must be one of {', '.join(map(repr, _ORIENTATIONS))}. Got {shown(orientation)}.")
    Z, _ = read_linkage(Z, convert=True)
    n = len(Z) + 1
    clusters, line = _cut(Z, n_clusters, height, clusters)
    names = None if labels is None else list(map(str, read_labels(labels, n)))
    if truncate is None:
        count = 0 if clusters is None else len(np.unique(clusters))
        most = _MOST_LEAVES if names is None else _MOST_NAMED
        truncate = n if n <= most else count if _FEW_LEAVES < count <= _MOST_LEAVES else _FEW_LEAVES
    elif not isinstance(truncate, Integral) or truncate < 2:
        raise ValueError(f"truncate must be an int, and at least 2, got {shown(truncate)}.")

    children = Z[:, :2].astype(np.int64).tolist()
    owner: list[int | None] = [None] * n if clusters is None else clusters.tolist()  # of each node, None above the cut
    for left, right in children:
        owner.append(owner[left] if owner[left] == owner[right] else None)
    links = []

    def color_of_link(node: int) -> str:
        links.append(node)
        cluster = owner[node]
        return QUIET if cluster is None else color_of(cluster)

    drawn: dict[str, Any] = {"p": truncate, "truncate_mode": "lastp", "above_threshold_color": QUIET}
    tree = hierarchy.dendrogram(Z, **drawn, link_color_func=color_of_link, no_plot=True)
    place = {node: ((x[1] + x[2]) / 2, y[1]) for node, x, y in zip(links, tree["icoord"], tree["dcoord"], strict=True)}
    place |= {node: (5.0 + 10.0 * i, 0.0) for i, node in enumerate(tree["leaves"])}
    texts = {node: _leaf_text(node, children, names, "" if truncate >= n else "row ") for node in tree["leaves"]}
    longest = max(map(len, texts.values()))
    if orientation is None:
        orientation = "top" if len(texts) <= _FEW_LEAVES and longest <= 4 else "left"
    upright = orientation in ("top", "bottom")
    if ax is None:
        pitch = 0.32 if upright else 0.17  # inches from leaf to leaf
        length = pitch * len(texts) + 1.0
        size = (max(5.0, length), 5.0) if upright else (7 + 0.07 * longest, max(3.0, length))
        ax = new_axes(figsize=size)
    else:
        width, height_of_axes = in_inches(ax)
        pitch = (width if upright else height_of_axes) / len(texts)
    font = min(max(54 * pitch, 3.0), 10.0)  # points: three quarters of the pitch
    before = len(ax.collections)
    hierarchy.dendrogram(
        Z,
        **drawn,
        link_color_func=color_of_link,
        leaf_label_func=texts.__getitem__,
        orientation=orientation,
        ax=ax,
        leaf_font_size=font,
        leaf_rotation=90 if upright and 0.75 * font * longest > 72 * pitch else 0,
    )
    for text in ax.get_xticklabels() if upright else ax.get_yticklabels():
        text.set(**PLAIN)
    for collection in ax.collections[before:]:
        collection.set(linewidth=1.5, capstyle="projecting")
    _draw_wedges(ax, [(place[node][0], Z[node - n, 2], color_of_link(node)) for node in texts if node >= n], upright)
    if line is not None:
        (ax.axhline if upright else ax.axvline)(line, color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=2.2)
    if clusters is not None:
        _number_clusters(ax, Z, owner, place, line, min(15.0, 68 * pitch), upright)
    if not upright:
        ax.invert_yaxis()  # the first leaf above, as one reads
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(side == ("left" if upright else "bottom"))
    ax.set(**{"ylabel" if upright else "xlabel": "height"})
    return as_drawn(ax)


def _cut(
    Z: NDArray[Any], n_clusters: int | None, height: float | None, clusters: ArrayLike | None
) -> tuple[NDArray[Any] | None, float | None]:
    """The cluster of each row, and the height at which a straight line cuts the tree; None where there is none."""
    n = len(Z) + 1
    if (n_clusters is not None) + (height is not None) + (clusters is not None) > 1:
        raise ValueError("Give at most one of n_clusters, height and clusters.")
    if n_clusters is not None:
        if not isinstance(n_clusters, Integral) or not 1 <= n_clusters <= n:
            raise ValueError(f"n_clusters must be an int from 1 to the number of rows, {n}. Got {shown(n_clusters)}.")
        return hierarchy.cut_tree(Z, n_clusters=n_clusters)[:, 0], _line(Z, n_clusters)
    if height is not None:
        height = as_float(height)
        return hierarchy.cut_tree(Z, height=height)[:, 0], height
    if clusters is None:
        return None, None
    clusters = as_array(clusters, "clusters")
    if clusters.shape != (n,):
        raise ValueError(f"clusters must be one number per row. Got shape {clusters.shape} and a tree of {n} rows.")
    if clusters.dtype.kind not in "iu":
        raise ValueError(f"clusters must be whole numbers, such as labels_. Got type {clusters.dtype}.")
    numbers = np.unique(clusters)
    if numbers[0] >= 0:  # is there a straight line that makes the same clusters?
        straight = hierarchy.cut_tree(Z, n_clusters=len(numbers))[:, 0]
        if len(np.unique(np.column_stack([clusters, straight]), axis=0)) == len(numbers):
            return clusters, _line(Z, len(numbers))
    return clusters, None


def _line(Z: NDArray[Any], n_clusters: int) -> float | None:
    """The height half-way between the merges that a cut into so many clusters separates."""
    heights = np.concatenate([[0.0], np.sort(hierarchy.maxdists(Z))])
    merges = len(heights) - n_clusters
    return None if n_clusters == 1 else float(heights[merges : merges + 2].mean())


def _leaf_text(node: int, children: list[list[int]], names: list[str] | None, row: str) -> str:
    """What to write beside a leaf: a row's name or number, or how many rows a cluster has, and its common names."""
    n = len(children) + 1
    rows, nodes = [], [node]
    while nodes:
        inner = nodes.pop()
        if inner < n:
            rows.append(inner)
        else:
            nodes += children[inner - n]
    if len(rows) == 1:
        return shortened(f"{row}{node}" if names is None else names[node], _LONGEST_TEXT)
    counts = Counter() if names is None else Counter(names[row] for row in rows)
    common = [(name, count) for name, count in counts.most_common(2) if count >= 0.1 * len(rows)]
    text = f"({len(rows):,})"
    if len(counts) == 1:
        text += f" {common[0][0]}"
    elif len(counts) == len(rows) <= _MOST_LISTED:
        text += f" {', '.join(sorted(counts))}"
    elif common and common[0][1] > 1:
        text += " " + ", ".join(f"{count:,} × {name}" if count > 1 else name for name, count in common)
        text += ", .." * (len(counts) > len(common))
    return shortened(text, _LONGEST_TEXT)


def _draw_wedges(ax: Axes, wedges: list[tuple[float, float, str]], upright: bool) -> None:
    """Draw clusters that are leaves as wedges, from (place, height, color)."""
    from matplotlib.collections import PolyCollection

    corners = np.array([[(x - 4, 0), (x, height), (x + 4, 0)] for x, height, _ in wedges]).reshape(-1, 3, 2)
    ax.add_collection(
        PolyCollection(
            list(corners if upright else corners[:, :, ::-1]),
            alpha=0.35,
            linewidth=0,
            facecolors=[color for *_, color in wedges],
        )
    )


def _number_clusters(
    ax: Axes,
    Z: NDArray[Any],
    owner: list[int | None],
    place: dict[int, tuple[float, float]],
    line: float | None,
    size: float,
    upright: bool,
) -> None:
    """Write the number of each cluster, unless they are very many, where it hangs from the rest of the tree.

    `place` has the position and the lowest height of what is drawn of a node, `size` is that of the discs in points.
    """
    n = len(Z) + 1
    root = 2 * n - 2
    parent = np.full(2 * n - 1, root)
    parent[Z[:, :2].astype(np.int64)] = np.arange(n, 2 * n - 1)[:, np.newaxis]
    heads = [
        (node, cluster)
        for node in place
        if (cluster := owner[node]) is not None and (owner[parent[node]] is None or node == root)
    ]
    for node, cluster in heads:
        x, bottom = place[node]
        top = bottom if node == root else (bottom + Z[parent[node] - n, 2]) / 2 if line is None else line
        stem = [x, x], [bottom, top]
        color = color_of(cluster)
        ax.plot(*(stem if upright else stem[::-1]), color=color, linewidth=1.5, zorder=2.5)
        if len(heads) > _MOST_NUMBERED or cluster < 0:
            continue
        where = (x, top) if upright else (top, x)
        ax.plot(*where, "o", markersize=size, color="white", markeredgecolor=color, clip_on=False, zorder=3)
        ax.annotate(str(cluster), where, ha="center", va="center_baseline", fontsize=0.6 * size, zorder=4)
