# SPDX-License-Identifier: BSD-3-Clause
"""The condensed tree of HDBSCAN: how clusters shrink and split as rows have to be nearer to each other."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.arrays import as_array
from .._base.parameters import AXES, check_parameters, one_of
from .._base.wording import number, shown
from ._style import QUIET, as_drawn, color_of, new_axes, outlined

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_FIELDS = {"parent": ("i", "u"), "child": ("i", "u"), "lambda_val": ("f",), "child_size": ("i", "u", "f")}
_MOST_STEPS = 200  # of the outline of a part
_MOST_EDGED = 300  # parts with a white line around them: more would be all lines
_MOST_NUMBERED = 40
_TAIL = 0.005  # share of the rows that may be nearer to each other than the picture shows
_UNCLUSTERED = "#c4c4c4"


def condensed_tree(
    tree: Any, *, clusters: ArrayLike | None = None, height: str = "distance", ax: Axes | None = None
) -> FigureAxes:
    """Draw the condensed tree of HDBSCAN, with the clusters that were selected in color.

    Read it from the top down, as rows have to be nearer and nearer to each other to stay together. A part of the
    picture is as wide as it has rows. It becomes narrower where rows leave it as noise, and where it splits, its two
    parts go on side by side. Each selected cluster has the color that `scatter` gives to its number; what is above the
    clusters, or was not selected, is gray. A cluster that is long from top to bottom is one at many densities; many
    splits within one color are clusters that a smaller `min_cluster_size`, or ``cluster_selection_method="leaf"``,
    would find.

    Parameters
    ----------
    tree : HDBSCAN, or structured array with the fields parent, child, lambda_val and child_size
        A fitted model, or its ``condensed_tree_``, that of the package hdbscan as well; not modified.
    clusters : array-like of int of shape (n_samples,), optional
        Cluster of each row, negative for none. By default the ``labels_`` of a model, and none for an array.
    height : {"distance", "lambda"}, default="distance"
        What is measured from top to bottom. "distance" is the mutual reachability distance at which rows are joined, in
        the units of the data and on a logarithmic scale: the clusters along a horizontal line are those of DBSCAN with
        that `eps`. "lambda" is 1 / distance: then the area of a part is its stability, by which clusters are selected.
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
        `tree` is no condensed tree, or a parameter is wrong.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    Time and memory are linear in the number of rows. Where few rows are very near to each other, such as equal ones,
    the picture ends above them, and says so. Numbers are written for the 40 largest clusters, and not where they would
    hide each other.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import HDBSCAN
    >>> from coterie.plot import condensed_tree
    >>> X = np.random.default_rng(0).normal([[0, 0], [5, 0], [9, 9]], 1, (100, 3, 2)).reshape(-1, 2)
    >>> model = HDBSCAN(min_cluster_size=15).fit(X)
    >>> ax = condensed_tree(model)
    """
    check_parameters(
        "condensed_tree", {"height": (one_of("distance", "lambda"),), "ax": AXES}, {"height": height, "ax": ax}
    )
    if hasattr(tree, "fit"):
        tree, clusters = _of_model(tree, clusters)
    found = _read(tree)
    owner, heads = _owners(found, _as_labels(clusters, found.n_rows))
    low, high = _limits(found, heads)
    ax = new_axes(figsize=(9, 5.5)) if ax is None else ax
    as_height: Callable[[Any], Any] = np.reciprocal if height == "distance" else np.asarray
    middles = _lay_out(found)
    low = low if height == "distance" else 0.0
    ax.set(
        xlim=(0, found.size[0]), xlabel="number of rows (width of each part)", ylim=(as_height(high), as_height(low))
    )
    if height == "distance":
        _make_logarithmic(ax, high / low)
        ax.set_ylabel("mutual reachability distance")
    else:
        ax.set_ylabel("lambda (1 / mutual reachability distance)")
    _draw_parts(ax, found, owner, middles, low, high, as_height)
    _number_clusters(ax, found, heads, middles, low, high, as_height)
    if nearer := found.row_size[found.row_lambda > high].sum():
        ax.annotate(
            f"{nearer:,.0f} rows stay together below",
            (1, 0),
            (-4, 4),
            "axes fraction",
            "offset points",
            ha="right",
            fontsize=9,
            color=QUIET,
        )
    return as_drawn(ax)


class _Tree(NamedTuple):
    """Nodes are numbered from 0, the root, and each comes after its parent. What leaves a node alone is a row."""

    n_rows: int
    row: NDArray[np.int64]  # (n_left,) number of each row that leaves
    left: NDArray[np.int64]  # (n_left,) the node that it leaves
    row_lambda: NDArray[np.float64]  # (n_left,) and where
    row_size: NDArray[np.float64]  # (n_left,) how many rows it counts for
    parent: NDArray[np.int64]  # (n_nodes,) of each node; -1 for the root
    birth: NDArray[np.float64]  # (n_nodes,) lambda at which it splits off its parent; 0 for the root
    size: NDArray[np.float64]  # (n_nodes,) its number of rows at that moment


def _of_model(model: Any, clusters: ArrayLike | None) -> tuple[Any, Any]:
    """The tree and the labels of a fitted model."""
    if hasattr(model, "_check_is_fitted"):
        model._check_is_fitted()
    if not hasattr(model, "condensed_tree_"):
        raise TypeError(f"condensed_tree needs a fitted HDBSCAN or its condensed_tree_. Got {shown(model)}.")
    return model.condensed_tree_, model.labels_ if clusters is None else clusters


def _read(tree: Any) -> _Tree:
    table = as_array(tree.to_numpy() if hasattr(tree, "to_numpy") else tree, "tree")
    types = {name: table.dtype[name].kind for name in table.dtype.names or ()}
    if any(types.get(name, "") not in kinds for name, kinds in _FIELDS.items()) or table.ndim != 1 or not len(table):
        raise ValueError(
            f"condensed_tree needs a structured array with the fields {', '.join(_FIELDS)}, such as condensed_tree_ of "
            f"HDBSCAN. Got shape {table.shape} and type {table.dtype}."
        )
    parent, child = (table[name].astype(np.int64) for name in ("parent", "child"))
    lambdas, sizes = (table[name].astype(np.float64) for name in ("lambda_val", "child_size"))
    root = int(parent.min())
    is_node = child >= root
    nodes, parents = child[is_node] - root, parent[is_node] - root
    order = nodes.argsort()
    n_nodes = len(nodes) + 1
    if (
        child.min() < 0
        or not np.array_equal(nodes[order], np.arange(1, n_nodes))
        or (parents >= nodes).any()
        or parent.max() >= root + n_nodes
    ):
        raise ValueError(
            "The clusters of a condensed tree must have consecutive numbers above those of the rows, one parent each, "
            "and higher numbers than it."
        )
    if not (lambdas >= 0).all() or not (sizes > 0).all():
        raise ValueError("lambda_val of a condensed tree must be 0 or more, and child_size more than 0.")
    size = np.append(sizes[~is_node].sum(), sizes[is_node][order])
    if not np.allclose(np.bincount(parent - root, sizes, n_nodes), size):
        raise ValueError("The children of each cluster of a condensed tree must have as many rows together as it has.")
    return _Tree(
        root,
        child[~is_node],
        parent[~is_node] - root,
        lambdas[~is_node],
        sizes[~is_node],
        np.append(-1, parents[order]),
        np.append(0.0, lambdas[is_node][order]),
        size,
    )


def _as_labels(clusters: ArrayLike | None, n: int) -> NDArray[np.int64]:
    if clusters is None:
        return np.full(n, -1)
    labels = as_array(clusters, "clusters")
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"clusters must be a whole number for each of the {n:,} rows of the tree, such as labels_. Got shape "
            f"{labels.shape} and type {labels.dtype}."
        )
    return labels.astype(np.int64)


def _owners(tree: _Tree, labels: NDArray[np.int64]) -> tuple[list[int | None], dict[int, int]]:
    """The cluster of each node, None outside of them, and the node of each cluster."""
    heads = _heads(tree, labels)
    owner: list[int | None] = [None] * len(tree.parent)
    for cluster, node in heads.items():
        owner[node] = cluster
    for node, parent in enumerate(tree.parent.tolist()):
        if owner[node] is None and node:
            owner[node] = owner[parent]
    return owner, heads


def _heads(tree: _Tree, labels: NDArray[np.int64]) -> dict[int, int]:
    """The node of each cluster: the lowest one with all of its rows in it."""
    parent = tree.parent.tolist()
    of_rows = labels[tree.row]
    inside = of_rows >= 0
    names, codes = np.unique(of_rows[inside], return_inverse=True)
    pairs = np.unique(codes * len(parent) + tree.left[inside])  # a cluster, and a node that its rows leave
    heads = {}
    for code, nodes in enumerate(
        np.split(pairs % len(parent), np.searchsorted(pairs // len(parent), range(1, len(names))))
    ):
        waiting = (-nodes).tolist()  # the highest number first: no other one is below it
        heapq.heapify(waiting)
        while len(waiting) > 1:
            node = -heapq.heappop(waiting)
            if -waiting[0] != node:
                heapq.heappush(waiting, -parent[node])
        if waiting:
            heads[int(names[code])] = -waiting[0]
    return heads


def _limits(tree: _Tree, heads: dict[int, int]) -> tuple[float, float]:
    """Which lambda is drawn at the top and at the bottom: clusters have room, and the nearest few rows are cut off."""
    lambdas = np.concatenate([tree.row_lambda, tree.birth])
    lambdas = np.sort(lambdas[(1e-300 < lambdas) & (lambdas < np.inf)])  # 1 / lambda is finite, too
    if not len(lambdas):
        return 0.5, 2.0  # all rows are equal, or not connected at all
    births = [birth for node in heads.values() if (birth := tree.birth[node]) < np.inf]
    high = max(np.quantile(lambdas, 1 - _TAIL), 1.5 * max(births, default=0.0))
    low = lambdas[0] / 1.1
    return low, max(1.1 * (high if high < lambdas[-1] else lambdas[-1]), 1.5 * low)


def _lay_out(tree: _Tree) -> NDArray[np.float64]:
    """Where the middle of each node is from left to right: the parts of one that splits are side by side below it."""
    together = np.bincount(tree.parent[1:], tree.size[1:], len(tree.parent))  # size of a node when it splits
    middles = [tree.size[0] / 2]
    starts: dict[int, float] = {}
    for parent, size in zip(tree.parent[1:].tolist(), tree.size[1:].tolist(), strict=True):
        start = starts.get(parent, middles[parent] - together[parent] / 2)
        middles.append(start + size / 2)
        starts[parent] = start + size
    return np.array(middles)


def _draw_parts(
    ax: Axes,
    tree: _Tree,
    owner: list[int | None],
    middles: NDArray[np.float64],
    low: float,
    high: float,
    as_height: Callable[[Any], Any],
) -> None:
    """An outline for each node, as wide as rows are left at each height."""
    from matplotlib.collections import PolyCollection

    end = np.zeros(len(tree.parent))
    np.maximum.at(end, tree.parent[1:], tree.birth[1:])
    order = np.lexsort([tree.row_lambda, tree.left])
    lambdas, sizes = tree.row_lambda[order], tree.row_size[order]
    bounds = np.searchsorted(tree.left[order], np.arange(len(tree.parent) + 1))
    most = np.clip(tree.size / tree.size[0] * 10 * _MOST_STEPS, 3, _MOST_STEPS).astype(np.int64)
    outlines, colors = [], []
    for node in np.flatnonzero(tree.birth < high).tolist():
        first, last = bounds[node], bounds[node + 1]
        where, left = lambdas[first:last], tree.size[node] - sizes[first:last].cumsum()
        if len(where) > most[node]:
            some = np.linspace(0, len(where) - 1, most[node]).astype(np.int64)
            where, left = where[some], left[some]
        where = np.concatenate([[tree.birth[node]], where, [max(end[node], where[-1] if len(where) else 0.0)]])
        left = np.concatenate([[tree.size[node]], left])
        heights = as_height(np.clip(where, low, high).repeat(2)[1:-1])
        half = left.repeat(2) / 2
        outlines.append(
            np.column_stack(
                [
                    np.concatenate([middles[node] - half, middles[node] + half[::-1]]),
                    np.concatenate([heights, heights[::-1]]),
                ]
            )
        )
        cluster = owner[node]
        colors.append(_UNCLUSTERED if cluster is None else color_of(cluster))
    few = len(outlines) <= _MOST_EDGED
    ax.add_collection(
        PolyCollection(
            outlines,
            facecolors=colors,
            edgecolors="white" if few else "none",
            linewidths=0.6 if few else 0.0,
            rasterized=not few,
        ),
        autolim=False,
    )


def _number_clusters(
    ax: Axes,
    tree: _Tree,
    heads: dict[int, int],
    middles: NDArray[np.float64],
    low: float,
    high: float,
    as_height: Callable[[Any], Any],
) -> None:
    """Write the numbers of the largest clusters where they begin."""
    written: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for cluster, node in sorted(heads.items(), key=lambda item: -tree.size[item[1]])[:_MOST_NUMBERED]:
        place = middles[node], float(as_height(max(tree.birth[node], low)))
        spot = ax.transData.transform(place)
        room = ax.figure.dpi * np.array([0.1 * len(str(cluster)), 0.15])
        if tree.birth[node] < high and all(
            (2 * abs(spot - other) > room + other_room).any() for other, other_room in written
        ):
            written.append((spot, room))
            ax.annotate(
                str(cluster),
                place,
                (0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=9,
                weight="bold",
                **outlined(),
            )


def _make_logarithmic(ax: Axes, ratio: float) -> None:
    """Distances on a logarithmic scale, with numbers that can be read, enough of them if the scale is short."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

    ax.set_yscale("log")
    ax.yaxis.set_major_locator(MaxNLocator(6) if ratio < 5 else LogLocator(10, (1, 2, 5) if ratio < 1000 else (1,)))
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.yaxis.set_minor_locator(NullLocator())
