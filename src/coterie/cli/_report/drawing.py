# SPDX-License-Identifier: BSD-3-Clause
"""The pictures of `coterie report`, as files to be put into a page."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np

import coterie
from coterie import hierarchy, plot
from coterie.cli._picture import lower_to_map
from coterie.cli._report.chapters import MOST_LEAVES
from coterie.cli._report.page import Picture

_WIDTH = 8.4  # inches; a column of text
_PIXELS_PER_INCH = 96  # of CSS
_MOST_SHAPES = 3_000  # points that are drawn as shapes; more are an image, which is smaller
_RESOLUTION = 160
_LEAF = 0.18  # inches of the height of a tree, so that what is written beside a leaf can be read
_FEW_LEAVES = 40  # of a large tree


def draw(what: Callable, alt: str, height: float, width: float = _WIDTH, as_image: bool = False) -> Picture:
    """A picture of `width` by at most `height` inches into which `what(ax)` draws."""
    import matplotlib
    from matplotlib.figure import Figure

    # Names within an svg are random but for the salt.
    with matplotlib.rc_context({"svg.hashsalt": "coterie", "svg.fonttype": "path", "font.size": 10}):
        figure = Figure(figsize=(width, height), layout="constrained")
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
    return Picture(content, "png" if as_image else "svg+xml", alt, round(width * _PIXELS_PER_INCH))


def draw_scatter(findings, alt: str) -> Picture:
    """The rows in their clusters: in the data's own units where there are at most two columns."""
    choice, names, values = findings.choice, findings.table.names, findings.scaled
    if len(names) <= 2:
        values = findings.table.values
        if findings.scaling.scaler.method == "log":
            values, names = np.log1p(values), [f"log(1 + {name})" for name in names]
    return draw(
        lambda ax: plot.scatter(values, choice.labels, names=names, ax=ax),
        alt,
        5.6,
        as_image=len(values) > _MOST_SHAPES,
    )


def draw_sweeps(findings, alt: str) -> Picture:
    return draw(lambda ax: plot.sweep(findings.suggestions, ax=ax), alt, 6.0)


def draw_tree(findings, alt: str) -> Picture:
    rows = np.arange(findings.n_rows) if findings.sample is None else findings.sample
    names = findings.table.row_names
    names = [names[row] if names else findings.row_name(row).removeprefix("row ") for row in rows.tolist()]
    labels = findings.choice.labels[rows]
    cut = None
    if findings.choice.method != "DBSCAN":  # the numbers and colours of the recommended clusters, as far as they agree
        cut = coterie.align_labels(labels, hierarchy.cut_tree(findings.tree, len(np.unique(labels)))[:, 0])
    count = len(findings.tree) + 1
    groups = 0 if cut is None else len(np.unique(cut))
    leaves = count if count <= MOST_LEAVES else max(_FEW_LEAVES, min(groups, MOST_LEAVES))
    return draw(
        lambda ax: plot.dendrogram(findings.tree, clusters=cut, labels=names, truncate=leaves, ax=ax),
        alt,
        1.0 + _LEAF * leaves,
    )


def draw_silhouette(values: np.ndarray, labels: np.ndarray, alt: str) -> Picture:
    return draw(lambda ax: plot.silhouette(values, labels, ax=ax), alt, max(4.6, 1.0 + 0.22 * len(np.unique(labels))))


def draw_profile(profile, alt: str) -> Picture:
    n_features = len(profile.feature_names)
    rows = len(profile.clusters) if n_features <= 10 else n_features
    return draw(lambda ax: plot.profile(profile, ax=ax), alt, min(1.6 + 0.42 * rows, 14.0))


def draw_k_distances(density, alt: str) -> Picture:
    def curve(ax):
        plot.k_distances(density.suggestion.distances, density.best.model.eps, ax=ax)
        ax.set_ylabel(f"distance within which a row has {density.min_samples} rows")

    return draw(curve, alt, 4.0)
