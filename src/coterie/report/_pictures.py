# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of the page, drawn from what was found."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import hierarchy, plot, scores
from coterie._base.wording import count
from coterie.plot._maps import lower_to_map
from coterie.report._findings import Findings, describe, distinctive_columns
from coterie.report._html import Picture
from coterie.report._limits import MOST_DRAWN, MOST_LEAVES, MOST_PICTURED
from coterie.scaling import as_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 8.4  # inches; a column of text
_PIXELS_PER_INCH = 96  # of CSS
_MOST_SHAPES = 3_000  # points that are drawn as shapes; more are an image, which is smaller
_RESOLUTION = 160
_LEAF = 0.18  # inches of the height of a tree, so that what is written beside a leaf can be read
_FEW_LEAVES = 40  # of a large tree


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
    choice, names, values = found.choice, found.data.table.names, found.data.scaled
    if found.data.places is not None:
        values, names = found.data.places.on_map()
    elif found.data.scaling is not None and len(names) <= 2:
        values, names = as_drawn(found.data.scaling.scaler, found.data.table.values, names)
    return render(
        lambda ax: plot.scatter(values, choice.labels, names=names, ax=ax),
        f"The rows as points, in {count(choice.n_clusters, 'group')}",
        5.6,
        as_image=len(values) > _MOST_SHAPES,
    )


def _sweeps(found: Findings) -> Picture:
    return render(
        lambda ax: plot.sweep(found.comparison.suggestions, ax=ax),
        "Curves of the scores in the tables, by number of clusters",
        6.0,
    )


def _tree(found: Findings) -> Picture:
    data, tree = found.data, found.comparison.tree
    rows = np.arange(data.n_rows) if data.sample is None else data.sample
    names = data.table.row_names
    names = [names[row] if names else data.row_name(row).removeprefix("row ") for row in rows.tolist()]
    labels = found.choice.labels[rows]
    cut = None
    if found.choice.method != "DBSCAN":  # the numbers and colors of the recommended clusters, as far as they agree
        cut = coterie.align_labels(labels, hierarchy.cut_tree(tree, len(np.unique(labels)))[:, 0])
    n_leaves = len(tree) + 1
    if n_leaves > MOST_LEAVES:
        n_groups = 0 if cut is None else len(np.unique(cut))
        n_leaves = max(_FEW_LEAVES, min(n_groups, MOST_LEAVES))
    return render(
        lambda ax: plot.dendrogram(tree, clusters=cut, labels=names, truncate=n_leaves, ax=ax),
        "Dendrogram of Ward's method",
        1.0 + _LEAF * n_leaves,
    )


def _silhouette(found: Findings) -> Picture | None:
    choice, data = found.choice, found.data
    if not 2 <= choice.n_clusters <= MOST_PICTURED or np.isnan(choice.silhouette):
        return None
    rows = np.arange(data.n_rows) if data.sample is None else data.sample
    inside = rows[choice.labels[rows] >= 0]
    labels = choice.labels[inside]
    values = scores.silhouette_samples(data.scaled[inside], labels)
    return render(
        lambda ax: plot.silhouette(values, labels, ax=ax),
        f"Silhouettes of the rows by group, with a mean of {choice.silhouette:.2f}",
        max(4.6, 1.0 + 0.22 * len(np.unique(labels))),
    )


def _profile(found: Findings) -> Picture | None:
    choice, profile = found.choice, found.profile
    if not 2 <= choice.n_clusters <= MOST_PICTURED:
        return None
    shown = distinctive_columns(profile, MOST_DRAWN)
    if len(shown) < len(profile.feature_names):
        names = [profile.feature_names[j] for j in shown]
        profile = describe(found.data, found.ratios, choice.labels, profile.noun, names)
    n_lines = len(profile.clusters) if len(shown) <= 10 else len(shown)
    return render(
        lambda ax: plot.profile(profile, ax=ax),
        "Heatmap of the mean of each column in each group",
        min(1.6 + 0.42 * n_lines, 14.0),
    )


def _k_distances(found: Findings) -> Picture | None:
    density = found.density
    if density is None:
        return None
    eps = density.best.model.eps

    def draw_curve(ax: Axes) -> None:
        plot.k_distances(density.suggestion.distances, eps, ax=ax)
        ax.set_ylabel(f"distance within which a row has {density.min_samples} rows")

    return render(draw_curve, f"Curve of the sorted distances to neighbors, with eps {eps:.3g} marked", 4.0)


_DRAW = {
    "scatter": _scatter,
    "sweeps": _sweeps,
    "tree": _tree,
    "silhouette": _silhouette,
    "profile": _profile,
    "k-distances": _k_distances,
}
