# SPDX-License-Identifier: BSD-3-Clause
"""Points in their clusters."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._validation import as_matrix, column_names
from ._style import MARKERS, NOISE, PALETTE, color_of, marker_of, new_axes, rgb_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

_MOST_POINTS = 50_000  # beyond that points hide each other, and their density is drawn
_MOST_SHAPES = 5_000  # points in an svg or a pdf; more are an image there
_PIXELS = 480


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
        ax = new_axes()
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


def _draw_points(ax: Axes, array: NDArray, labels: NDArray) -> None:
    size = np.clip(4000 / len(array), 3, 36)
    rasterized = len(array) > _MOST_SHAPES
    in_none = array[labels < 0]
    if len(in_none):
        ax.scatter(*in_none.T, s=max(size / 2, 2), c=NOISE, linewidths=0, zorder=1.9, rasterized=rasterized,
                   label=f"in no cluster ({len(in_none):,})")
    array, labels = array[labels >= 0], labels[labels >= 0]
    n_styles = len(PALETTE) * len(MARKERS)
    numbers = np.unique(labels)
    one_by_one = len(numbers) <= n_styles  # a collection each would take seconds to draw
    style = labels if one_by_one else labels % n_styles
    for each in np.unique(style):
        points = array[style == each]
        ax.scatter(*points.T, s=size, c=color_of(each), alpha=0.75, linewidths=0.5 * (size > 5), edgecolors="white",
                   zorder=2, rasterized=rasterized,
                   marker=marker_of(each),
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
        color += count[:, np.newaxis] * rgb_of(each)
        clustered += count
    color = np.where(clustered[:, np.newaxis] > 0, color / np.maximum(clustered, 1)[:, np.newaxis], rgb_of(-1))
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
        image[region == label] = 0.85 + 0.15 * rgb_of(label)
    ax.imshow(image, extent=(low[0], high[0], low[1], high[1]), origin="lower", aspect="auto", zorder=0)
    for label in np.unique(region)[:-1]:
        ax.contour(x, y, region == label, levels=[0.5], colors="white", linewidths=1.5, zorder=2)
