# SPDX-License-Identifier: BSD-3-Clause
"""Scatter plots of clusters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_array, as_matrix
from .._base.containers import native
from .._base.parameters import AXES, CALLABLE, NONE, check_parameters
from .._base.wording import shortened
from ._maps import draw_as_map, order_of_map
from ._projection import Projection
from ._style import (
    MARKERS,
    NOISE,
    PALETTE,
    Clusters,
    as_clusters,
    as_drawn,
    as_names,
    color_of,
    in_inches,
    label_axes,
    literal,
    marker_of,
    new_axes,
    rgb_of,
    write_at,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Annotation
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_MOST_POINTS = 50_000  # beyond that points hide each other, and their density is drawn
_MOST_SHAPES = 5_000  # points in an svg or a pdf; more are an image there
_PIXELS = 480
_MOST_NUMBERED, _TINY = 40, 1 / 2000  # clusters with a number, and the share of the points that deserves one
_LONGEST_NAME = 24


def scatter(
    X: ArrayLike,
    labels: ArrayLike,
    centers: ArrayLike | None = None,
    *,
    names: Sequence[str] | None = None,
    regions: Callable[[NDArray[Any]], ArrayLike] | None = None,
    ax: Axes | None = None,
) -> FigureAxes:
    """Draw clustered points.

    Two columns are drawn as they are. One column is drawn against the row number. For more columns, the first two
    principal components are drawn. If the columns are called latitude and longitude and hold degrees, they are drawn as
    a map with longitude to the right and latitude up, in either order. The number of each cluster is written next to
    its points, so that no legend is needed; ``ax.legend()`` adds one.

    Up to 50,000 points are drawn one by one, with a color and a shape for each cluster. If there are more, their
    density is drawn; darker means more points.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The points; not modified. The principal components are computed from the columns as given: if the columns have
        different units, scale them first.
    labels : array-like of shape (n_samples,)
        Cluster of each point. If labels are numbers, points with a negative label are in no cluster and gray. If they
        are text, dates or similar, missing labels (None, NaN) and the text "-1" mean no cluster.
    centers : array-like of shape (n_clusters, n_features), optional
        Centers to draw, as discs that are numbered in their order.
    names : sequence of str, optional
        Names of the columns, with units. By default the column names of a table. If there are more than two columns,
        two names are used for the components.
    regions : callable, optional
        A function that returns the cluster of any points, such as ``predict`` of a fitted model. The background is
        colored by cluster. Only for one or two columns.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, there is not one label per row, or the number of columns of `centers` or
        `names` is wrong; or `regions` is given for more than two columns.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    The principal components take O(n_samples * n_features^2) time. If there are more than 2,000 columns, they are
    computed from 2,000 rows evenly spaced in `X`. If there are more than 144 clusters, some look the same. Numbers are
    written for the 40 largest clusters, but not if they would hide each other or if a cluster has less than one in
    2,000 points.

    Examples
    --------
    >>> from coterie import KMeans
    >>> from coterie.plot import scatter
    >>> X = [[0.0, 0.0], [0.1, 0.2], [4.0, 4.1], [4.2, 3.9]]
    >>> model = KMeans(2, random_state=0).fit(X)
    >>> ax = scatter(X, model.labels_, model.cluster_centers_)
    """
    check_parameters("scatter", {"regions": (CALLABLE, NONE), "ax": AXES}, {"regions": regions, "ax": ax})
    X = native(X)
    array = as_matrix(X, owner="scatter")
    n, d = array.shape
    clusters = as_clusters(labels, n, "scatter")
    if centers is not None:
        centers = as_matrix(centers, name="centers", owner="scatter")
        check_n_columns(centers.shape[1], d, "centers", "scatter")
    if regions is not None and d > 2:
        raise ValueError(f"scatter can draw regions for one or two columns only. Got {d} columns.")
    names = as_names(names, X, d)
    places, marks = array, centers
    if d == 1:
        places = np.column_stack([array[:, 0], np.arange(n)])
        if centers is not None:
            marks = np.column_stack([centers[:, 0], _middle_rows(clusters.codes, len(centers))])
        names = ["" if names is None else names[0], "row"]
    elif d > 2:
        projection = Projection(array)
        places, marks = projection(array), None if centers is None else projection(centers)
        if names is None or len(names) == d:
            names = projection.names(names)
    on_map = None if names is None else order_of_map(names, array)
    if names is not None and on_map is not None:
        order = list(on_map)
        places, marks = array[:, order], None if centers is None else centers[:, order]
        names = [names[i] for i in order]
    ax = new_axes() if ax is None else ax
    many = n > _MOST_POINTS
    low, high = places.min(axis=0).astype(np.float64), places.max(axis=0).astype(np.float64)
    margin = (0.001 if many else 0.05) * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    if names is not None:
        label_axes(ax, names)
    if regions is not None:
        columns = [0] if d == 1 else [0, 1] if on_map is None else list(on_map)
        _draw_regions(ax, regions, columns, low, high)
    if many:
        _draw_density(ax, places, clusters.codes, low, high)
    else:
        _draw_points(ax, places, clusters)
    if on_map is not None:
        draw_as_map(ax)
    if marks is None:
        _write_names(ax, places, clusters)
    else:
        draw_centers(ax, marks)
    return as_drawn(ax)


def draw_centers(ax: Axes, centers: NDArray[Any]) -> tuple[list[Line2D], list[Annotation]]:
    """Draw numbered discs, smaller ones where they are many. Returns the discs and the numbers."""
    size = 15 if len(centers) <= 30 else 11
    discs, numbers = [], []
    for label, center in enumerate(centers):
        discs += ax.plot(*center, "o", markersize=size, color="white", markeredgecolor="black", zorder=3)
        numbers.append(
            ax.annotate(str(label), center, ha="center", va="center_baseline", fontsize=0.6 * size, zorder=4)
        )
    return discs, numbers


def check_n_columns(given: int, needed: int, name: str, owner: str) -> None:
    if given != needed:
        raise ValueError(f"{owner} needs {name} with as many columns as X, {needed}. Got {given}.")


def _middle_rows(codes: NDArray[Any], n_centers: int) -> NDArray[np.float64]:
    """Mean row number of each cluster's points; the middle for those without any."""
    rows = np.full(n_centers, (len(codes) - 1) / 2)
    for label in np.unique(codes[(codes >= 0) & (codes < n_centers)]).tolist():
        rows[label] = np.flatnonzero(codes == label).mean()
    return rows


def _write_names(ax: Axes, places: NDArray[Any], clusters: Clusters) -> None:
    """Write what each of the largest clusters is called: near its mean, or above it if it is no larger than the text;
    where that would hide another one's, at another of its points, of those half that are nearest to the mean."""
    codes, counts = np.unique(clusters.codes[clusters.codes >= 0], return_counts=True)
    codes, counts = codes[counts >= _TINY * len(places)], counts[counts >= _TINY * len(places)]
    extent = np.array([np.ptp(ax.get_xlim()), np.ptp(ax.get_ylim())])
    inch = extent / in_inches(ax)
    written: list[tuple[NDArray[Any], NDArray[Any]]] = []
    for code in codes[np.argsort(-counts, kind="stable")[:_MOST_NUMBERED]].tolist():
        text = shortened(clusters.names[code], _LONGEST_NAME)
        room = inch * [0.095 * len(text), 0.17]
        members = places[clusters.codes == code]
        mean = members.mean(axis=0)
        if (np.ptp(members, axis=0) < 1.5 * room).all():
            members = np.array([[mean[0], members[:, 1].max() + 0.16 * inch[1]]])
        else:
            far = np.square((members - mean) / extent).sum(axis=1)
            members = members[np.argsort(far, kind="stable")[: (len(far) + 1) // 2]]
        free = np.ones(len(members), dtype=bool)
        for other, other_room in written:
            free &= (2 * abs(members - other) > room + other_room).any(axis=1)
        if free.any():
            place = members[free.argmax()]
            written.append((place, room))
            write_at(ax, text, place, fontsize=10, weight="bold")


def _draw_points(ax: Axes, places: NDArray[Any], clusters: Clusters) -> None:
    size = np.clip(400 / np.sqrt(len(places)), 3, 36)
    rasterized = len(places) > _MOST_SHAPES
    labels = clusters.codes
    in_none = places[labels < 0]
    if len(in_none):
        ax.scatter(
            in_none[:, 0],
            in_none[:, 1],
            s=max(size / 2, 2),
            c=NOISE,
            linewidths=0,
            zorder=1.9,
            rasterized=rasterized,
            label=f"in no cluster ({len(in_none):,})",
        )
    places, labels = places[labels >= 0], labels[labels >= 0]
    n_styles = len(PALETTE) * len(MARKERS)
    one_by_one = len(np.unique(labels)) <= n_styles  # a collection each would take seconds to draw
    style = labels if one_by_one else labels % n_styles
    for each in np.unique(style).tolist():
        points = places[style == each]
        ax.scatter(
            points[:, 0],
            points[:, 1],
            s=size,
            c=color_of(each),
            alpha=0.75,
            linewidths=0.5 * (size > 8),
            edgecolors="white",
            zorder=2,
            rasterized=rasterized,
            marker=marker_of(each),
            snap=False,  # to whole pixels, at which small crosses vanish
            label=literal(f"{clusters.called(each)} ({len(points):,})") if one_by_one else None,
        )


def _draw_density(ax: Axes, array: NDArray[Any], labels: NDArray[Any], low: NDArray[Any], high: NDArray[Any]) -> None:
    """Each pixel in the mean color of its points, the more opaque the more there are (by the logarithm); points in no
    cluster color only those pixels that have no others."""
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


def _draw_regions(
    ax: Axes, regions: Callable[[NDArray[Any]], ArrayLike], columns: list[int], low: NDArray[Any], high: NDArray[Any]
) -> None:
    """Tint the background by the labels of places; `columns` of a place are the columns of the data."""
    steps = (np.arange(_PIXELS) + 0.5) / _PIXELS
    x, y = (low[i] + steps * (high[i] - low[i]) for i in (0, 1))
    points = np.column_stack([np.tile(x, _PIXELS), np.repeat(y, _PIXELS)])
    region = as_array(regions(points[:, columns]), "regions")
    if region.shape != (len(points),):
        raise ValueError(
            f"regions must return one label for each row that it is given. Got the shape {region.shape} "
            f"for {len(points)} rows."
        )
    region = region.reshape(_PIXELS, _PIXELS)
    image = np.ones((_PIXELS, _PIXELS, 3))
    for label in np.unique(region):
        image[region == label] = 0.85 + 0.15 * rgb_of(label)
    ax.imshow(image, extent=(low[0], high[0], low[1], high[1]), origin="lower", aspect="auto", zorder=0)
    for label in np.unique(region)[:-1]:
        ax.contour(x, y, region == label, levels=[0.5], colors="white", linewidths=1.5, zorder=2)
