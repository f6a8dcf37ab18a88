# SPDX-License-Identifier: BSD-3-Clause
"""Dense clusters and the noise between them, as a table of text and on a map, for `dbscan`, `hdbscan` and `optics`."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import distances
from coterie._base.wording import count, share
from coterie.cli._found import by_name, of_clusters, of_scaling, of_table
from coterie.cli._globe import cluster_means, on_map
from coterie.cli._io.pictures import for_scatter, save_picture
from coterie.cli._io.sources import source_name
from coterie.cli._options.metric import describe_metric
from coterie.cli._options.scale import of_means
from coterie.cli._summary import MOST_COLUMNS, summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table
    from coterie.density._noise import DensityClusterer
    from coterie.scaling import Scaler

_WIDTH = 11.0  # of a map in inches
_BELOW = 4.0  # height of what is below it


def describe(
    data: Table,
    labels: NDArray[np.intp],
    scaler: Scaler,
    on_globe: bool,
    beside: Mapping[str, Sequence[str]],
    further: str = "",
) -> str:
    """How many clusters and rows in none there are, with a `further` fact; and the clusters, with columns `beside`."""
    clustered = labels >= 0
    sizes = np.bincount(labels[clustered])
    text = (
        f"{count(len(sizes), 'cluster')} of {count(len(labels), 'row')} by {count(len(data.names), 'column')}; "
        f"{np.count_nonzero(~clustered):,} ({noise_share(labels)}) in none (noise, label -1){further}"
    )
    if not len(sizes):
        return text
    few = len(data.names) <= MOST_COLUMNS
    means = cluster_means(data, labels, scaler, on_globe)
    of_what = "; means in the units of the data" + of_means(scaler)
    table = summary(sizes, means, data.names if few else [], total=len(labels), beside=beside)
    return f"{text}{of_what * few}\n\n{table}"


def as_paragraphs(described: str, assigned: str, advice: str | None, seconds: float) -> str:
    """What was found and done, as text."""
    told = ["", described, "", *[assigned, ""] * bool(assigned), *[f"what to try: {advice}", ""] * bool(advice)]
    return "\n".join([*told, f"{seconds:.2f} s"])


def of_density(
    args: argparse.Namespace,
    data: Table,
    labels: NDArray[np.intp],
    scaler: Scaler,
    on_globe: bool,
    of_each: Mapping[str, Sequence[float] | NDArray[np.number]],
) -> dict[str, object]:
    """The facts that `describe` tells, with what else there is `of_each` cluster."""
    clustered = labels >= 0
    means = by_name(data.names, cluster_means(data, labels, scaler, on_globe))
    return {
        **of_table(args, data),
        **of_scaling(data, scaler),
        "metric": describe_metric(args.metric),
        **of_clusters(np.bincount(labels[clustered]), len(labels), mean=means, **of_each),
        "n_noise": np.count_nonzero(~clustered),
        "noise_share": np.mean(~clustered),
    }


def assign_noise(
    args: argparse.Namespace, model: DensityClusterer, X: NDArray[np.floating], on_globe: bool, unit: str
) -> tuple[NDArray[np.intp], str]:
    """The labels by --noise, and what was done in a sentence; distances are in a `unit`, written behind them."""
    how, threshold = args.noise
    limit = float(distances.km_to_radians(threshold)) if on_globe and how == "nearest" and threshold else threshold
    labels = model.assign_noise(X, how=how, threshold=limit)
    n, left = (int(np.count_nonzero(each == -1)) for each in (model.labels_, labels))
    if how == "keep":
        return labels, ""
    if not n:
        return labels, "noise: there was none to assign"
    if how == "nearest":
        what = "the cluster of the nearest row that is in one"
        limited = "" if threshold is None else f", up to a distance of {threshold:g}{unit}"
    else:
        what = "the likeliest cluster"
        limited = "" if threshold is None else f", if its probability is {threshold:g} or more"
    return labels, f"noise: {n - left:,} of {count(n, 'noise row')} got {what}{limited}; {left:,} left"


def membership_columns(
    model: coterie.HDBSCAN, n_likeliest: int, X: NDArray[np.floating] | None = None
) -> dict[str, NDArray[np.number]]:
    """The likeliest clusters of rows, by default those of the fit, and how likely they are: columns of the output."""
    if X is None or len(X):
        clusters, probabilities = model.membership(X, n_likeliest=n_likeliest)
    else:
        probabilities = np.empty((0, min(n_likeliest, len(model.selected_clusters_))))
        clusters = probabilities.astype(np.int64)
    columns: dict[str, NDArray[np.number]] = {}
    for i, (cluster, likely) in enumerate(zip(clusters.T, probabilities.T, strict=True), 1):
        columns |= {f"cluster_{i}": cluster, f"membership_{i}": likely}
    return columns


def noise_share(labels: NDArray[np.intp]) -> str:
    return share(float(np.mean(labels < 0)), 1)


def draw(
    args: argparse.Namespace,
    data: Table,
    labels: NDArray[np.intp],
    scaler: Scaler,
    on_globe: bool,
    chosen: str,
    beside: Callable[[Axes], None] | None,
    width_beside: float = 4.5,
    below: Callable[[Axes], None] | None = None,
) -> None:
    """A map of the clusters under what was `chosen`, and `beside` or `below` it another picture."""
    from matplotlib.figure import Figure

    from coterie import plot
    from coterie.plot._maps import lower_to_map

    places, names = on_map(data) if on_globe else for_scatter(data.values, data.names, scaler)
    low, high = places.min(axis=0), places.max(axis=0)
    stretch, shape = map_shape(low, high) if on_globe else (1.0, 0.75)
    width, height = _WIDTH + width_beside * (beside is not None), _WIDTH * shape + 0.8
    figure = Figure(figsize=(width, height + _BELOW * (below is not None)), layout="constrained")
    if beside is not None:
        ax, side = figure.subplots(1, 2, width_ratios=[_WIDTH, width_beside])
        beside(side)
    elif below is not None:
        ax, foot = figure.subplots(2, 1, height_ratios=[height, _BELOW])
        below(foot)
    else:
        ax = figure.add_subplot()
    plot.scatter(places, labels, names=names, ax=ax)
    if on_globe:
        draw_globe(ax, stretch, high[0] - low[0])
    elif beside is below is None:
        lower_to_map(figure, ax)
    title = (
        f"{os.path.basename(source_name(args.file))}: {count(int(labels.max()) + 1, 'cluster')}, "
        f"{noise_share(labels)} noise (gray); {chosen}"
    )
    figure.suptitle(title, fontsize=11, parse_math=False)
    save_picture(args.outputs, args.plot, figure)


def map_shape(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[float, float]:
    """How much higher than wide a degree is drawn, and the height of the map over its width, for places from `low` to
    `high`."""
    stretch = 1 / math.cos(math.radians(np.clip((low[1] + high[1]) / 2, -60, 60)))
    return stretch, float(np.clip(stretch * (high[1] - low[1]) / max(high[0] - low[0], 1e-9), 0.4, 1.2))


def draw_globe(ax: Axes, stretch: float, width: float) -> None:
    """Make a scatter plot a map of so many degrees of longitude: its shape, and degrees at its edges."""
    from matplotlib.ticker import MultipleLocator

    ax.autoscale()  # the limits may be moved to fill the space
    ax.set_aspect(stretch, adjustable="datalim")
    if width > 150:
        ax.xaxis.set_major_locator(MultipleLocator(30))
        ax.yaxis.set_major_locator(MultipleLocator(30))
    ax.xaxis.set_major_formatter(lambda degrees, _: f"{(degrees + 180) % 360 - 180:g}")
    ax.yaxis.set_major_formatter(lambda degrees, _: f"{degrees:g}" if abs(degrees) <= 90 else "")
