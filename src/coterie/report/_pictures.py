# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of the page, drawn from what was found."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from coterie import plot, scores
from coterie._base.wording import count
from coterie.plot._maps import lower_to_map
from coterie.report._findings import Findings, columns_to_draw, describe
from coterie.report._html import Picture
from coterie.report._limits import MOST_DRAWN, MOST_PICTURED
from coterie.scaling import as_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 8.4  # inches; a column of text
_PIXELS_PER_INCH = 96  # of CSS
_MOST_SHAPES = 3_000  # points that are drawn as shapes; more are an image, which is smaller
_RESOLUTION = 160


def draw(kind: str, found: Findings) -> Picture | None:
    """Draw one of the kinds of pictures in `_DRAW`; None where there is nothing to be drawn."""
    return _DRAW[kind](found)


def render(what: Callable[[Axes], object], alt: str, height: float, as_image: bool = False) -> Picture:
    """A picture of the width of a column and of at most `height` inches, into which `what(ax)` draws."""
    import matplotlib
    from matplotlib.figure import Figure

    # Names within an svg are random but for the salt.
    with matplotlib.rc_context({"svg.hashsalt": "coterie", "svg.fonttype": "path", "font.size": 10}):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        what(ax := figure.add_subplot())
        lower_to_map(figure, ax)
        file = io.BytesIO()
        if as_image:
            figure.savefig(file, format="png", dpi=_RESOLUTION, metadata={"Software": None}, transparent=True)
        else:
            figure.savefig(
                file, format="svg", metadata={"Date": None, "Creator": None}, dpi=_RESOLUTION, transparent=True
            )
    content = file.getvalue()
    if not as_image:
        content = content[content.index(b"<svg") :]  # without the prologue, which names a file on the network
    return Picture(content, "png" if as_image else "svg+xml", alt, round(_WIDTH * _PIXELS_PER_INCH))


def _scatter(found: Findings) -> Picture:
    """The rows in their clusters: in the data's own units where there are at most two columns."""
    values = found.rows
    names = None if found.data.categories else found.data.grouped
    if found.data.places is not None:
        values, names = found.data.places.on_map()
    elif names is not None and len(names) <= 2:
        values = np.column_stack(found.data.columns.arrays)
        if found.scaling is not None and found.scaling.scaler is not None:
            values, names = as_drawn(found.scaling.scaler, values, names)
    return render(
        lambda ax: plot.scatter(values, found.grouping.labels, names=names, ax=ax),
        f"The rows as points, in {count(found.n_clusters, 'group')}",
        5.6,
        as_image=len(values) > _MOST_SHAPES,
    )


def _silhouette(found: Findings) -> Picture | None:
    grouping, sample = found.grouping, found.recommendation.sample
    if not 2 <= grouping.n_clusters <= MOST_PICTURED or np.isnan(grouping.silhouette):
        return None
    rows = np.arange(found.data.n_rows) if sample is None else sample
    inside = rows[grouping.labels[rows] >= 0]
    labels = grouping.labels[inside]
    values = scores.silhouette_samples(found.rows[inside], labels)
    return render(
        lambda ax: plot.silhouette(values, labels, ax=ax),
        f"Silhouettes of the rows by group, with a mean of {grouping.silhouette:.2f}",
        max(4.6, 1.0 + 0.22 * len(np.unique(labels))),
    )


def _profile(found: Findings) -> Picture | None:
    profile = found.profile
    if not 2 <= found.n_clusters <= MOST_PICTURED:
        return None
    names, n_lines = columns_to_draw(profile, MOST_DRAWN)
    if len(names) < len(profile.feature_names) + len(profile.categories):
        profile = describe(found.data, found.ratios, found.grouping.labels, profile.noun, names)
    if n_lines <= 10:
        n_lines = len(profile.clusters)
    return render(
        lambda ax: plot.profile(profile, ax=ax),
        "Heatmap of the mean of each column in each group",
        min(1.6 + 0.42 * n_lines, 14.0),
    )


_DRAW = {"scatter": _scatter, "silhouette": _silhouette, "profile": _profile}
