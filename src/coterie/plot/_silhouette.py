# SPDX-License-Identifier: BSD-3-Clause
"""Silhouettes: how well each row fits its cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import scores
from .._base.arrays import as_array, as_doubles
from .._base.parameters import AXES, check_parameters
from .._base.wording import shortened
from ..distances._metrics import is_precomputed
from ._style import PLAIN, QUIET, as_clusters, as_drawn, color_of, in_inches, literal, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes
    from ..distances import Metric

_MOST_CORNERS = 5_000
_GAP = 0.015  # between clusters, of the height
_LONGEST_NAME = 24
_MOST_NAMED = 100  # clusters for whose names a figure is made higher
_LEADER = 10  # points from the axes to a name


def silhouette(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | Metric = "euclidean",
    ax: Axes | None = None,
) -> FigureAxes:
    """Draw how well each row fits its cluster: a blade for each cluster, and a line for the mean of all rows.

    The silhouette of a row is (b - a) / max(a, b), where a is its mean distance to the other rows of its cluster and b
    its mean distance to the rows of the nearest other one. A value near 1 means well within its cluster, about 0
    between two clusters, and below 0 nearer to another one. Good clusters are blades of similar length that all reach
    beyond the line. A blade that ends in a long thin point, or reaches below 0, is a cluster that overlaps with others
    or should be divided.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples), or (n_samples,)
        The data; or distances, with ``metric="precomputed"``; or the result of
        `coterie.scores.silhouette_samples`, which is then not computed again.
    labels : array-like of shape (n_samples,)
        Cluster of each row, numbers or text as for `scatter`. Rows in no cluster are left out.
    metric : str, callable or Metric, default="euclidean"
        Any metric that `coterie.scores.silhouette_samples` accepts.
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
    Takes the time of `coterie.scores.silhouette_samples`: O(n_samples^2 * n_features). The name of a thin blade may be
    placed above or below it, with a line to the blade. A new figure has room for 100 names; if there are more clusters,
    the largest are named.

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
    check_parameters("silhouette", {"ax": AXES}, {"ax": ax})
    X = X if hasattr(X, "shape") else as_array(X)
    clusters = as_clusters(labels, X.shape[0] if len(X.shape) else 0, "silhouette")
    inside = clusters.codes >= 0
    codes = clusters.codes[inside]
    if not len(codes):
        raise ValueError("silhouette needs at least two clusters. All rows are in no cluster.")
    if len(X.shape) == 1:
        values = as_doubles(X)[inside]
        if not (abs(values) <= 1).all():
            raise ValueError("silhouette needs data of two dimensions, or silhouettes from -1 to 1.")
    else:
        rows: Any = X if inside.all() else (X.tocsr() if hasattr(X, "tocsr") else as_array(X))[inside]
        if is_precomputed(metric) and not inside.all():
            rows = rows[:, inside]
        values = scores.silhouette_samples(rows, codes, metric=metric)

    order = np.lexsort((-values, codes))
    numbers, starts, sizes = np.unique(codes[order], return_index=True, return_counts=True)
    if ax is None:
        ax = new_axes(
            figsize=(
                7.0,
                float(np.clip(1.5 + 0.5 * len(numbers), 4.0, max(12.0, 1.5 + 0.12 * min(len(numbers), _MOST_NAMED)))),
            )
        )
    n = len(values)
    gap = n * min(_GAP, 0.5 / len(numbers))
    height = n + gap * (len(numbers) - 1)
    lowest = min(-0.05, float(np.floor(10 * values.min()) / 10))
    ax.set(xlim=(lowest, 1.0), ylim=(height, 0.0))
    inches = in_inches(ax)
    font = float(np.clip(72 * inches[1] / (1.3 * len(numbers)), 6.0, 10.0))
    line = 1.15 * font / 72 * height / inches[1]  # height of a line of text
    tops = starts + gap * np.arange(len(numbers))
    means = np.empty(len(numbers))
    for i, (number, start, size) in enumerate(zip(numbers.tolist(), starts.tolist(), sizes.tolist(), strict=True)):
        blade = values[order[start : start + size]]
        means[i] = blade.mean()
        shown = np.unique(np.linspace(0, size - 1, min(size, _MOST_CORNERS)).astype(np.int64))
        edges = np.append(shown, size) + tops[i]
        ax.fill_betweenx(
            np.repeat(edges, 2)[1:-1],
            0,
            np.repeat(blade[shown], 2),
            color=color_of(number),
            linewidth=0.3,  # else a blade of one row in thousands can't be seen
            label=literal(f"{clusters.called(number)} ({size:,})"),
        )
    named = np.sort(np.argsort(-sizes, kind="stable")[: max(1, int(height / line))])
    middles = tops[named] + sizes[named] / 2
    places = _spread(middles, line, height)
    beside = _LEADER / 72 / inches[0]  # of the width
    for i, middle, place in zip(named.tolist(), middles.tolist(), places.tolist(), strict=True):
        ax.annotate(
            f"{means[i]:.2f}",
            (1.0, place),
            xytext=(_LEADER + 24, 0),
            textcoords="offset points",
            ha="right",
            va="center_baseline",
            annotation_clip=False,
            fontsize=font,
        )
        if abs(middle - place) > 0.25 * line:
            for x in ([0.0, -beside], [1.0, 1.0 + beside]):
                ax.plot(
                    x, [middle, place], transform=ax.get_yaxis_transform(), clip_on=False, color=QUIET, linewidth=0.6
                )
    mean = float(values.mean())
    ax.axvline(0, color=QUIET, linewidth=0.8)
    ax.axvline(mean, color="black", linewidth=1.2, linestyle=(0, (4, 3)))
    ax.annotate(
        f"mean of all {mean:.2f}",
        (mean, 0),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right" if mean > 0.8 else "center",
        annotation_clip=False,
    )  # besides the word above the means
    ax.annotate(
        "mean", (1.0, 0), xytext=(_LEADER + 24, 3), textcoords="offset points", ha="right", annotation_clip=False
    )
    ax.set_yticks(
        places,
        [f"{shortened(clusters.names[numbers[i]], _LONGEST_NAME)} ({sizes[i]:,})" for i in named],
        fontsize=font,
        **PLAIN,
    )
    ax.tick_params(axis="y", length=0, pad=_LEADER + 2)
    said = ["silhouette"]
    if below := int(np.count_nonzero(values < 0)):
        said.append(f"below 0: {below:,} row{'s' * (below != 1)} nearer to another cluster")
    if noise := len(inside) - n:
        said.append(f"without {noise:,} row{'s' * (noise != 1)} in no cluster")
    few = f"; the {len(named):,} largest of {len(numbers):,} are named" * (len(named) < len(numbers))
    ax.set(ylabel=f"cluster (rows){few}", xlabel="; ".join(said))
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    return as_drawn(ax)


def _spread(middles: NDArray[np.float64], line: float, height: float) -> NDArray[np.float64]:
    """Places for texts, in the order of `middles`, ascending, and as near to them as can be: at least `line` apart and
    within `height`."""
    shift = line * np.arange(len(middles))
    groups: list[list[float]] = []  # sum and number of places, shifted, of texts that touch
    for middle in (middles - shift).tolist():
        groups.append([middle, 1])
        while len(groups) > 1 and groups[-2][0] * groups[-1][1] >= groups[-1][0] * groups[-2][1]:
            total, count = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += count
    means = np.array([total / count for total, count in groups])
    places = np.repeat(means, [int(count) for _, count in groups])
    spread: NDArray[np.float64] = np.clip(places, line / 2, max(line / 2, height - line / 2 - shift[-1])) + shift
    return spread
