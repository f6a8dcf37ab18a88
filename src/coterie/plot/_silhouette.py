# SPDX-License-Identifier: BSD-3-Clause
"""How well each row lies in its cluster."""
from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .. import scores
from ._style import QUIET, as_clusters, color_of, in_inches, new_axes, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

    from ..distances import Metric

_MOST_CORNERS = 5_000
_GAP = 0.015  # between clusters, of the height
_LONGEST_NAME = 24


def silhouette(X: ArrayLike, labels: ArrayLike, *, metric: str | Callable | Metric = "euclidean",
               ax: Axes | None = None) -> Axes:
    """Draw how well each row lies in its cluster: a blade for each cluster, a line for the mean of all.

    The silhouette of a row is (b - a) / max(a, b), where a is its mean distance to the other rows of its cluster and b
    that to the rows of the nearest other one: near 1 well within its cluster, about 0 between two, below 0 nearer to
    another one. Good clusters are blades of much the same length that all reach beyond the line; a blade that ends in a
    long thin point, or reaches below 0, is a cluster that others overlap or that should be divided.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples), or (n_samples,)
        The data; or distances, with ``metric="precomputed"``; or a vector of what
        `coterie.scores.silhouette_samples` gave, which is not worked out again then.
    labels : array-like of shape (n_samples,)
        Cluster of each row, numbers or text as for `scatter`. Rows in none are left out.
    metric : str, callable or Metric, default="euclidean"
        Any that `coterie.scores.silhouette_samples` takes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        There are fewer than two clusters, or as many as rows; or the data, the labels or the metric are wrong.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    Takes the time of `coterie.scores.silhouette_samples`: O(n_samples^2 * n_features).

    References
    ----------
    .. [1] P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis",
       Journal of Computational and Applied Mathematics 20 (1987) 53-65. :doi:`10.1016/0377-0427(87)90125-7`

    Examples
    --------
    >>> from coterie import KMeans
    >>> from coterie.plot import silhouette
    >>> X = [[0.0, 0.0], [0.1, 0.2], [4.0, 4.1], [4.2, 3.9]]
    >>> ax = silhouette(X, KMeans(2, random_state=0).fit_predict(X))
    """
    X = X if hasattr(X, "shape") else np.asarray(X)
    clusters = as_clusters(labels, X.shape[0] if len(X.shape) else 0, "silhouette")
    inside = clusters.codes >= 0
    codes = clusters.codes[inside]
    if not len(codes):
        raise ValueError("silhouette needs at least two clusters. All rows are in none.")
    if len(X.shape) == 1:
        values = np.asarray(X, dtype=np.float64)[inside]
        if not (abs(values) <= 1).all():
            raise ValueError("silhouette needs data of two dimensions, or silhouettes from -1 to 1.")
    else:
        rows = X if inside.all() else (X.tocsr() if hasattr(X, "tocsr") else np.asarray(X))[inside]
        if metric == "precomputed" and not inside.all():
            rows = rows[:, inside]
        values = scores.silhouette_samples(rows, codes, metric=metric)

    order = np.lexsort((-values, codes))
    numbers, starts, sizes = np.unique(codes[order], return_index=True, return_counts=True)
    if ax is None:
        ax = new_axes(figsize=(7.0, float(np.clip(1.5 + 0.5 * len(numbers), 4.0, 12.0))))
    n = len(values)
    gap = _GAP * n
    height = n + gap * (len(numbers) - 1)
    lowest = min(-0.05, float(np.floor(10 * values.min()) / 10))
    ax.set(xlim=(lowest, 1.0), ylim=(height, 0.0))
    font = float(np.clip(72 * in_inches(ax)[1] / (1.3 * len(numbers)), 6.0, 10.0))
    line = 1.15 * font / 72 * height / in_inches(ax)[1]  # height of a line of text
    ticks: dict[float, str] = {}
    for i, (number, start, size) in enumerate(zip(numbers.tolist(), starts.tolist(), sizes.tolist(), strict=True)):
        blade = values[order[start:start + size]]
        top = start + i * gap
        shown = np.unique(np.linspace(0, size - 1, min(size, _MOST_CORNERS)).astype(np.int64))
        edges = np.append(shown, size) + top
        ax.fill_betweenx(np.repeat(edges, 2)[1:-1], 0, np.repeat(blade[shown], 2), color=color_of(number), linewidth=0,
                         label=f"{clusters.called(number)} ({size:,})")
        middle = top + size / 2
        if not ticks or middle - max(ticks) >= line:
            ticks[middle] = f"{shortened(clusters.names[number], _LONGEST_NAME)} ({size:,})"
            ax.annotate(f"{blade.mean():.2f}", (1.0, middle), xytext=(30, 0), textcoords="offset points", ha="right",
                        va="center_baseline", annotation_clip=False, fontsize=font)
    mean = float(values.mean())
    ax.axvline(0, color=QUIET, linewidth=0.8)
    ax.axvline(mean, color="black", linewidth=1.2, linestyle=(0, (4, 3)))
    ax.annotate(f"mean of all {mean:.2f}", (mean, 0), xytext=(0, 3), textcoords="offset points", ha="center",
                annotation_clip=False)
    ax.annotate("mean", (1.0, 0), xytext=(30, 3), textcoords="offset points", ha="right", annotation_clip=False)
    ax.set_yticks(list(ticks), list(ticks.values()), fontsize=font)
    ax.tick_params(axis="y", length=0)
    said = ["silhouette"]
    if below := int(np.count_nonzero(values < 0)):
        said.append(f"below 0: {below:,} row{'s' * (below != 1)} nearer to another cluster")
    if noise := len(inside) - n:
        said.append(f"without {noise:,} row{'s' * (noise != 1)} in no cluster")
    ax.set(ylabel="cluster (rows)", xlabel="; ".join(said))
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    return ax
