# SPDX-License-Identifier: BSD-3-Clause
"""Pictures of clusterings, drawn with matplotlib (``pip install "coterie[plot]"``)."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from . import hierarchy
from ._validation import as_matrix, column_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

__all__ = ["PALETTE", "dendrogram", "k_distances", "scatter"]

#: Twelve colours that stay apart in any kind of colour vision: six of Okabe and Ito (2008), six chosen to be far from
#: those and each other under simulated colour blindness. More clusters start again.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9",
           "#8800FF", "#444400", "#882244", "#8866FF", "#662266", "#4422AA")

_MARKERS = "osD^vPXp<>*h"
_MOST_POINTS = 50_000  # beyond that points hide each other, and their density is drawn
_MOST_SHAPES = 5_000  # points in an svg or a pdf; more are an image there
_PIXELS = 480
_ABOVE = "#555555"  # links above the cut
_MOST_LEAVES, _FEW_LEAVES = 80, 40  # more leaves than the first can't be read: then the second are drawn
_MOST_NUMBERED = 40
_LONGEST_TEXT = 40
_MOST_CORNERS = 5_000  # of a curve


def scatter(X: ArrayLike, labels: ArrayLike, centers: ArrayLike | None = None, *, names: Sequence[str] | None = None,
            regions: Callable[[NDArray], ArrayLike] | None = None, ax: Axes | None = None) -> Axes:
    """Draw clustered points in two columns.

    Up to 50,000 points are drawn one by one, with a colour and a shape for each cluster; of more the density is drawn,
    darker where there are more.

    Parameters
    ----------
    X : array-like of shape (n_samples, 2)
        The two columns to draw.
    labels : array-like of int of shape (n_samples,)
        Cluster of each point; negative: in none, drawn in grey.
    centers : array-like of shape (n_clusters, 2), optional
        Drawn as numbered discs.
    names : sequence of two str, optional
        What the axes show, with units. By default the column names of a table.
    regions : callable, optional
        Gives the cluster of any points, as a fitted model's ``predict`` does; its regions tint the background.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        `X` has other than two columns, or not as many rows as there are labels.
    ModuleNotFoundError
        matplotlib is not installed.

    Examples
    --------
    >>> from coterie import KMeans
    >>> from coterie.plot import scatter
    >>> X = [[0.0, 0.0], [0.1, 0.2], [4.0, 4.1], [4.2, 3.9]]
    >>> model = KMeans(2, random_state=0).fit(X)
    >>> ax = scatter(X, model.labels_, model.cluster_centers_)
    """
    array = as_matrix(X, owner="scatter")
    labels = np.asarray(labels)
    if array.shape[1] != 2 or labels.shape != (len(array),):
        raise ValueError(f"scatter needs two columns and one label per row. Got X of shape {array.shape} and labels of "
                         f"shape {labels.shape}.")
    if names is None:
        names = column_names(X)
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.figure(layout="constrained").add_subplot()
    many = len(array) > _MOST_POINTS
    low, high = array.min(axis=0), array.max(axis=0)
    margin = (0.001 if many else 0.05) * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    if names is not None:
        ax.set(xlabel=names[0], ylabel=names[1])

    if regions is not None:
        _draw_regions(ax, regions, low, high)
    if many:
        _draw_density(ax, array, labels, low, high)
    else:
        _draw_points(ax, array, labels)
    if centers is not None:
        for label, center in enumerate(np.asarray(centers)):
            ax.plot(*center, "o", markersize=15, color="white", markeredgecolor="black", zorder=3)
            ax.annotate(str(label), center, ha="center", va="center_baseline", fontsize=9, zorder=4)
    return ax


def _color(label: int) -> str:
    return PALETTE[label % len(PALETTE)] if label >= 0 else "#999999"


def _rgb(label: int) -> NDArray[np.float64]:
    color = _color(label)
    return np.array([int(color[i:i + 2], 16) for i in (1, 3, 5)]) / 255


def _draw_points(ax: Axes, array: NDArray, labels: NDArray) -> None:
    size = np.clip(4000 / len(array), 3, 36)
    rasterized = len(array) > _MOST_SHAPES
    in_none = array[labels < 0]
    if len(in_none):
        ax.scatter(*in_none.T, s=max(size / 2, 2), c=_color(-1), linewidths=0, zorder=1.9, rasterized=rasterized,
                   label=f"in no cluster ({len(in_none):,})")
    array, labels = array[labels >= 0], labels[labels >= 0]
    n_styles = len(PALETTE) * len(_MARKERS)
    numbers = np.unique(labels)
    one_by_one = len(numbers) <= n_styles  # a collection each would take seconds to draw
    style = labels if one_by_one else labels % n_styles
    for each in np.unique(style):
        points = array[style == each]
        ax.scatter(*points.T, s=size, c=_color(each), alpha=0.75, linewidths=0.5 * (size > 5), edgecolors="white",
                   zorder=2, rasterized=rasterized,
                   marker=_MARKERS[(each + each // len(PALETTE)) % len(_MARKERS)],  # where colours start again
                   label=f"cluster {each} ({len(points):,})" if one_by_one else None)


def _draw_density(ax: Axes, array: NDArray, labels: NDArray, low: NDArray, high: NDArray) -> None:
    """Each pixel in the mean colour of its points, the more opaque the more there are (by the logarithm); points in no
    cluster colour only those pixels that have no others."""
    place = ((array - low) / (high - low) * _PIXELS).astype(np.int64)
    pixel = place[:, 1] * _PIXELS + place[:, 0]
    total = np.bincount(pixel, minlength=_PIXELS**2)
    color, clustered = np.zeros((_PIXELS**2, 3)), np.zeros(_PIXELS**2)
    style = np.where(labels < 0, -1, labels % len(PALETTE))
    for each in np.unique(style[style >= 0]):
        count = np.bincount(pixel[style == each], minlength=_PIXELS**2)
        color += count[:, np.newaxis] * _rgb(each)
        clustered += count
    color = np.where(clustered[:, np.newaxis] > 0, color / np.maximum(clustered, 1)[:, np.newaxis], _rgb(-1))
    most = np.log1p(np.percentile(total[total > 0], 99.5))
    opacity = np.where(total > 0, 0.25 + 0.75 * np.minimum(np.log1p(total) / most, 1.0), 0.0)
    image = np.column_stack([color, opacity]).reshape(_PIXELS, _PIXELS, 4)
    ax.imshow(image, extent=(low[0], high[0], low[1], high[1]), origin="lower", aspect="auto", zorder=1)


def _draw_regions(ax: Axes, regions: Callable[[NDArray], ArrayLike], low: NDArray, high: NDArray) -> None:
    steps = (np.arange(_PIXELS) + 0.5) / _PIXELS
    x, y = (low[i] + steps * (high[i] - low[i]) for i in (0, 1))
    points = np.column_stack([np.tile(x, _PIXELS), np.repeat(y, _PIXELS)])
    region = np.asarray(regions(points)).reshape(_PIXELS, _PIXELS)
    image = np.ones((_PIXELS, _PIXELS, 3))
    for label in np.unique(region):
        image[region == label] = 0.85 + 0.15 * _rgb(label)
    ax.imshow(image, extent=(low[0], high[0], low[1], high[1]), origin="lower", aspect="auto", zorder=0)
    for label in np.unique(region)[:-1]:
        ax.contour(x, y, region == label, levels=[0.5], colors="white", linewidths=1.5, zorder=2)


# ------------------------------------------------------------------------------------------- choosing


def k_distances(distances: ArrayLike, eps: float | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the sorted distances to the k-th neighbour, from which the `eps` of DBSCAN is chosen.

    A point of the curve says how many rows would be core points, if `eps` were that distance: the flat part are rows
    that lie dense, the steep end is noise, and the knee between them is an `eps` to try.

    Parameters
    ----------
    distances : array-like of shape (n_samples,)
        What `coterie.selection.k_distances` gives, or ``suggestion.distances``.
    eps : float, optional
        Marked by a line, with the share of core points, such as ``suggestion.eps``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        `distances` is not a vector of finite numbers, or is empty.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    The highest distances are cut off where they would press the rest flat.

    Examples
    --------
    >>> from coterie.plot import k_distances
    >>> from coterie.selection import suggest_eps
    >>> X = [[0.0], [0.1], [0.2], [0.4], [4.0], [4.1], [4.2], [4.4], [9.0]]
    >>> suggestion = suggest_eps(X, min_samples=3)
    >>> ax = k_distances(suggestion.distances, suggestion.eps)
    """
    curve = np.sort(np.asarray(distances, dtype=np.float64), axis=None)
    if np.ndim(distances) != 1 or not len(curve) or not np.isfinite(curve).all():
        raise ValueError(f"k_distances needs a vector of finite distances. Got shape {np.shape(distances)}.")
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.figure(layout="constrained").add_subplot()
    n = len(curve)
    shown = np.unique(np.linspace(0, n - 1, min(n, _MOST_CORNERS)).astype(np.int64))
    ax.plot(100 * (shown + 1) / n, curve[shown], color=PALETTE[0], linewidth=2)
    # Up to the largest, or to twice what 99% of the rows have within reach, and above eps.
    top = 1.05 * min(curve[-1], max(2 * np.quantile(curve, 0.99), 2 * (eps or 0.0)))
    if eps is not None:
        top = max(top, 1.2 * eps)
        share = 100 * np.searchsorted(curve, eps, side="right") / n
        ax.axhline(eps, color=PALETTE[4], linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(f"eps = {eps:.4g}: {share:.3g}% of the rows are core points", (2, eps), xytext=(0, 4),
                    textcoords="offset points", color=PALETTE[4])
        if share > 0:
            ax.plot(share, eps, "o", color=PALETTE[4], clip_on=False, zorder=3)
    ax.set(xlim=(0, 100), ylim=(0, top if top > 0 else 1), xlabel="share of the rows (%)",
           ylabel="distance to the k-th neighbour")
    if top < curve[-1]:
        ax.annotate(f"up to {curve[-1]:.3g}", (100, top), xytext=(-4, -4), textcoords="offset points", ha="right",
                    va="top", fontsize=9, color=_ABOVE)
    for side in ("right", "top"):
        ax.spines[side].set_visible(False)
    return ax


# ------------------------------------------------------------------------------------------- trees


def dendrogram(Z: ArrayLike, *, n_clusters: int | None = None, height: float | None = None,
               clusters: ArrayLike | None = None, labels: Sequence[object] | None = None, truncate: int | None = None,
               orientation: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a tree, and colour and number the clusters of a cut.

    Each merge is a bracket at its height over the two clusters that it joins. Every cluster of the cut has the colour
    that `scatter` gives to its number.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix, such as ``AgglomerativeClustering().fit(X).linkage_``; not modified.
    n_clusters : int, optional
        Cut the tree into so many clusters; numbered as by `coterie.hierarchy.cut_tree`, by their first rows.
    height : float, optional
        Cut the tree at this height, numbered in the same way.
    clusters : array-like of int of shape (n,), optional
        Any other cut, or other numbers: the cluster of each row, such as ``labels_``; negative: in none. Of
        `n_clusters`, `height` and `clusters` one at most.
    labels : sequence of length n, optional
        What to write beside the rows; by default their numbers.
    truncate : int, optional
        Draw at most so many leaves: what was merged before is one leaf, with the number of its rows, and drawn as a
        wedge as high as its last merge. The labels that occur in it most often are named. By default a tree of more
        than 80 leaves is drawn with 40, or with as many as there are clusters if these are 41 to 80.
    orientation : {"left", "right", "top", "bottom"}, optional
        Where the last merge is drawn. By default "left", so that labels can be read, or "top" where these are few and
        short.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, the larger the more leaves there are.

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
    Z = np.asarray(Z, dtype=np.float64)
    n = hierarchy.num_obs_linkage(Z)
    clusters, line = _cut(Z, n_clusters, height, clusters)
    if labels is not None and len(labels) != n:
        raise ValueError(f"dendrogram needs one label per row. Got {len(labels)} labels and a tree of {n} rows.")
    if truncate is None:
        count = 0 if clusters is None else len(np.unique(clusters))
        truncate = n if n <= _MOST_LEAVES else count if _FEW_LEAVES < count <= _MOST_LEAVES else _FEW_LEAVES
    elif truncate < 2:
        raise ValueError(f"truncate must be at least 2, got {truncate!r}.")

    children = Z[:, :2].astype(np.int64).tolist()
    owner: list[int | None] = [None] * n if clusters is None else clusters.tolist()  # of each node, None above the cut
    for left, right in children:
        owner.append(owner[left] if owner[left] == owner[right] else None)
    links = []

    def color_of(node: int) -> str:
        links.append(node)
        return _ABOVE if owner[node] is None else _color(owner[node])

    shown = {"p": truncate, "truncate_mode": "lastp", "above_threshold_color": _ABOVE}
    tree = hierarchy.dendrogram(Z, **shown, link_color_func=color_of, no_plot=True)
    place = {node: ((x[1] + x[2]) / 2, y[1]) for node, x, y in zip(links, tree["icoord"], tree["dcoord"], strict=True)}
    place |= {node: (5.0 + 10.0 * i, 0.0) for i, node in enumerate(tree["leaves"])}
    texts = {node: _leaf_text(node, children, labels, "" if truncate >= n else "row ") for node in tree["leaves"]}
    longest = max(map(len, texts.values()))
    if orientation is None:
        orientation = "top" if len(texts) <= _FEW_LEAVES and longest <= 4 else "left"
    upright = orientation in ("top", "bottom")
    if ax is None:
        import matplotlib.pyplot as plt

        pitch = 0.32 if upright else 0.17  # inches from leaf to leaf
        length = pitch * len(texts) + 1.0
        size = (max(5.0, length), 5.0) if upright else (7 + 0.07 * longest, max(3.0, length))
        ax = plt.figure(figsize=size, layout="constrained").add_subplot()
    else:
        box = ax.get_window_extent()
        pitch = (box.width if upright else box.height) / ax.figure.dpi / len(texts)
    font = min(max(54 * pitch, 3.0), 10.0)  # points: three quarters of the pitch
    before = len(ax.collections)
    hierarchy.dendrogram(
        Z, **shown, link_color_func=color_of, leaf_label_func=texts.__getitem__, orientation=orientation, ax=ax,
        leaf_font_size=font, leaf_rotation=90 if upright and 0.75 * font * longest > 72 * pitch else 0)
    for collection in ax.collections[before:]:
        collection.set(linewidth=1.5, capstyle="projecting")
    _draw_wedges(ax, [(place[node][0], Z[node - n, 2], color_of(node)) for node in texts if node >= n], upright)
    if line is not None:
        (ax.axhline if upright else ax.axvline)(line, color=_ABOVE, linewidth=1, linestyle=(0, (4, 3)), zorder=2.2)
    if clusters is not None:
        _number_clusters(ax, Z, owner, place, line, min(15.0, 68 * pitch), upright)
    if not upright:
        ax.invert_yaxis()  # the first leaf above, as one reads
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(side == ("left" if upright else "bottom"))
    ax.set(**{"ylabel" if upright else "xlabel": "height"})
    return ax


def _cut(Z: NDArray, n_clusters: int | None, height: float | None, clusters: ArrayLike | None
         ) -> tuple[NDArray | None, float | None]:
    """The cluster of each row, and the height at which a straight line cuts the tree; None where there is none."""
    n = len(Z) + 1
    if (n_clusters is not None) + (height is not None) + (clusters is not None) > 1:
        raise ValueError("Give at most one of n_clusters, height and clusters.")
    if n_clusters is not None:
        if not 1 <= n_clusters <= n:
            raise ValueError(f"n_clusters must be from 1 to the number of rows, {n}. Got {n_clusters!r}.")
        return hierarchy.cut_tree(Z, n_clusters=n_clusters)[:, 0], _line(Z, n_clusters)
    if height is not None:
        return hierarchy.cut_tree(Z, height=height)[:, 0], height
    if clusters is None:
        return None, None
    clusters = np.asarray(clusters)
    if clusters.shape != (n,):
        raise ValueError(f"clusters must be one number per row. Got shape {clusters.shape} and a tree of {n} rows.")
    numbers = np.unique(clusters)
    if numbers[0] >= 0:  # is there a straight line that makes the same clusters?
        straight = hierarchy.cut_tree(Z, n_clusters=len(numbers))[:, 0]
        if len(np.unique(np.column_stack([clusters, straight]), axis=0)) == len(numbers):
            return clusters, _line(Z, len(numbers))
    return clusters, None


def _line(Z: NDArray, n_clusters: int) -> float | None:
    """The height half-way between the merges that a cut into so many clusters separates."""
    heights = np.concatenate([[0.0], np.sort(hierarchy.maxdists(Z))])
    merges = len(heights) - n_clusters
    return None if n_clusters == 1 else float(heights[merges:merges + 2].mean())


def _leaf_text(node: int, children: list[list[int]], labels: Sequence[object] | None, row: str) -> str:
    """What to write beside a leaf: a row's label or number, or how many rows a cluster has, and its common labels."""
    n = len(children) + 1
    rows, nodes = [], [node]
    while nodes:
        inner = nodes.pop()
        if inner < n:
            rows.append(inner)
        else:
            nodes += children[inner - n]
    if len(rows) == 1:
        text = f"{row}{node}" if labels is None else str(labels[node])
    else:
        text = f"({len(rows):,})"
        counts = Counter() if labels is None else Counter(str(labels[row]) for row in rows)
        common = [(label, count) for label, count in counts.most_common(2) if count >= 0.1 * len(rows)]
        if len(counts) == 1:
            text += f" {common[0][0]}"
        elif common and common[0][1] > 1:
            text += " " + ", ".join(f"{count:,} {label}" for label, count in common)
            text += ", .." * (len(counts) > len(common))
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT - 3]}..."


def _draw_wedges(ax: Axes, wedges: list[tuple[float, float, str]], upright: bool) -> None:
    """Draw clusters that are leaves as wedges, from (place, height, colour)."""
    from matplotlib.collections import PolyCollection

    corners = np.array([[(x - 4, 0), (x, height), (x + 4, 0)] for x, height, _ in wedges]).reshape(-1, 3, 2)
    ax.add_collection(PolyCollection(corners if upright else corners[:, :, ::-1], alpha=0.35, linewidth=0,
                                     facecolors=[color for *_, color in wedges]))


def _number_clusters(ax: Axes, Z: NDArray, owner: list[int | None], place: dict[int, tuple[float, float]],
                     line: float | None, size: float, upright: bool) -> None:
    """Write the number of each cluster, unless they are very many, where it hangs from the rest of the tree.

    `place` has the position and the lowest height of what is drawn of a node, `size` is that of the discs in points.
    """
    n = len(Z) + 1
    root = 2 * n - 2
    parent = np.full(2 * n - 1, root)
    parent[Z[:, :2].astype(np.int64)] = np.arange(n, 2 * n - 1)[:, np.newaxis]
    heads = [node for node in place if owner[node] is not None and (owner[parent[node]] is None or node == root)]
    for node in heads:
        x, bottom = place[node]
        top = bottom if node == root else (bottom + Z[parent[node] - n, 2]) / 2 if line is None else line
        stem = [x, x], [bottom, top]
        color = _color(owner[node])
        ax.plot(*(stem if upright else stem[::-1]), color=color, linewidth=1.5, zorder=2.5)
        if len(heads) > _MOST_NUMBERED or owner[node] < 0:
            continue
        where = (x, top) if upright else (top, x)
        ax.plot(*where, "o", markersize=size, color="white", markeredgecolor=color, clip_on=False, zorder=3)
        ax.annotate(str(owner[node]), where, ha="center", va="center_baseline", fontsize=0.6 * size, zorder=4)
