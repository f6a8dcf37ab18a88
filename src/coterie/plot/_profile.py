# SPDX-License-Identifier: BSD-3-Clause
"""Profiles: what distinguishes each cluster."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import AXES, check_parameters
from .._base.wording import as_column, share, shortened
from ._style import PLAIN, QUIET, as_clusters, as_drawn, in_inches, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import FigureAxes
    from ..explain import Profile

_BELOW, _ABOVE = "#5AA5D8", "#F2A93B"  # light enough for black text
_FAR = 2.0  # standard deviations at which the color is strongest
_MOST_ACROSS = 10  # features side by side; more go below each other, where their names can be read
_LONGEST_NAME = 32
_MOST_VALUES = 5  # of a category
_LONGEST_CELL = 11
_MOST_CLUSTERS = 40  # as in the table


def profile(profile: Profile, *, ax: Axes | None = None) -> FigureAxes:
    """Draw what distinguishes each cluster: the mean of each feature, in the data's own units, on a color that says how
    far it is from the mean of all rows.

    Orange is above the mean of all rows, blue below, white about the same; the color is strongest at two standard
    deviations. A category has a feature for each of its values (at most for the five most common), with the share of
    the rows of the cluster that have the value. With up to ten features each cluster is a row; with more, each feature
    is a row, so that the names can be read. If there are more than 40 clusters, the 40 largest are drawn.

    Parameters
    ----------
    profile : Profile
        The result of `coterie.explain.profile`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure, the larger the more there is.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    TypeError
        `profile` is something else, such as the data.
    ValueError
        The profile has no clusters or no features.
    ModuleNotFoundError
        matplotlib is not installed.

    Examples
    --------
    >>> from coterie import plot
    >>> from coterie.explain import profile
    >>> flowers = [[5.1, 1.4], [4.9, 1.5], [6.3, 5.6], [6.5, 5.8]]
    >>> found = profile(flowers, [0, 0, 1, 1], ["sepal (cm)", "petal (cm)"])
    >>> ax = plot.profile(found)
    """
    from matplotlib.colors import LinearSegmentedColormap

    if not hasattr(profile, "differences"):
        raise TypeError(
            f"plot.profile needs the result of coterie.explain.profile(X, labels). Got {type(profile).__name__}."
        )
    check_parameters("plot.profile", {"ax": AXES}, {"ax": ax})
    differences, texts, names = _features(profile)
    k, d = differences.shape
    if not k or not d:
        raise ValueError(f"plot.profile needs at least one cluster and one feature. Got {k} and {d}.")
    across = d <= _MOST_ACROSS
    clusters = as_clusters(profile.clusters, k, "plot.profile")
    largest = np.sort(np.argsort(-profile.sizes, kind="stable")[:_MOST_CLUSTERS])
    differences, texts = differences[largest], [texts[i] for i in largest]
    heads = []
    parts = map(share, profile.shares[largest].tolist())
    for code, size, part in zip(clusters.codes[largest].tolist(), profile.sizes[largest].tolist(), parts, strict=True):
        name = shortened(clusters.called(code) if across else clusters.names[code], _LONGEST_NAME if across else 10)
        heads.append(f"{name}\n{size:,} {profile.noun}, {part}" if across else f"{name}\n{part}\n{size:,}")
    if not across:
        differences, texts = differences.T, [list(column) for column in zip(*texts, strict=True)]
    rows, columns = (heads, names) if across else (names, heads)
    if ax is None:
        row = 0.55 if across else 0.3  # inches
        column = max(0.95 if across else 0.6, 0.1 + 0.08 * max(len(text) for line in texts for text in line))
        beside = 1.2 + 0.08 * max(len(line) for name in rows for line in name.split("\n"))  # the bar, and names
        ax = new_axes(
            figsize=(max(5.0, column * len(columns) + beside), max(2.5, row * len(rows) + (1.6 if across else 1.2)))
        )
    colors = LinearSegmentedColormap.from_list("below and above", [_BELOW, "#ffffff", _ABOVE])
    image = ax.imshow(np.nan_to_num(differences), cmap=colors, vmin=-_FAR, vmax=_FAR, aspect="auto")
    width, height = in_inches(ax)
    room = width / len(columns)
    font = float(
        np.clip(
            min(72 * height / len(rows) / 1.6, 72 * room / (0.62 * max(len(t) for r in texts for t in r))), 5.0, 10.0
        )
    )
    for i, line in enumerate(texts):
        for j, text in enumerate(line):
            ax.annotate(text, (j, i), ha="center", va="center_baseline", fontsize=font, color="black")
    crowded = across and 0.115 * max(map(len, names)) > room  # the bar at the side will take some of it
    slanted: dict[str, Any] = {"rotation": 30, "ha": "left", "rotation_mode": "anchor"} if crowded else {}
    ax.set_xticks(range(len(columns)), columns, **PLAIN, **slanted)
    ax.set_yticks(range(len(rows)), rows, **PLAIN)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
    ax.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)
    if not across:
        ax.xaxis.set_label_position("top")
        ax.set_xlabel(f"cluster, share, {profile.noun}", **PLAIN)
    said = []
    if len(largest) < k:
        said.append(f"the {len(largest)} largest of {k:,} clusters")
    if profile.noise.size:
        said.append(
            f"in no cluster: {profile.noise.size:,} of {profile.n_rows:,} {profile.noun} ({share(profile.noise.share)})"
        )
    if said:
        ax.annotate(
            "; ".join(said),
            (0, 0),
            xycoords="axes fraction",
            xytext=(0, -6),
            textcoords="offset points",
            va="top",
            fontsize=9,
            color=QUIET,
            **PLAIN,
        )
    bar = ax.figure.colorbar(
        image,
        ax=ax,
        shrink=0.9 if across else 0.6,
        pad=0.02,
        aspect=15 if across else 30,
        ticks=[-2, -1, 0, 1, 2],
        extend="both",
    )
    bar.set_label("from the mean of all\n(standard deviations)", color=QUIET, fontsize=9)
    bar.outline.set_visible(False)
    return as_drawn(ax)


def _features(profile: Profile) -> tuple[NDArray[Any], list[list[str]], list[str]]:
    """Standardized differences (k, d), the text of each cell, and the names; categories after the numbers."""
    differences = [profile.differences]
    columns = map(_cells, profile.means.T)
    texts = [list(line) for line in zip(*columns, strict=True)] or [[] for _ in profile.clusters]
    names = [shortened(name, _LONGEST_NAME) for name in profile.feature_names]
    for name, category in profile.categories.items():
        most = np.sort(np.argsort(-category.overall, kind="stable")[:_MOST_VALUES])
        overall = category.overall[most]
        spread = np.sqrt(overall * (1 - overall))
        differences.append((category.shares[:, most] - overall) / np.where(spread > 0, spread, 1.0))
        names += [shortened(f"{name}: {category.values[i]}", _LONGEST_NAME) for i in most.tolist()]
        for line, shares in zip(texts, category.shares[:, most].tolist(), strict=True):
            line += ["-" if math.isnan(each) else share(each) for each in shares]  # no row of the cluster has a value
    return np.concatenate(differences, axis=1), texts, names


def _cells(means: NDArray[Any]) -> list[str]:
    """Means of one feature as in a table; with exponents if they are too long for a cell."""
    texts = as_column(means)
    if max(map(len, texts), default=0) <= _LONGEST_CELL:
        return texts
    return [f"{mean:.2e}" if mean and np.isfinite(mean) else text for mean, text in zip(means, texts, strict=True)]
