# SPDX-License-Identifier: BSD-3-Clause
"""How sweeps, suggestions and recommendations look in notebooks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .._base import charts
from .._base.charts import Best, Chart, Line
from .._base.html import Cell, Html, element, join, table
from .._base.notebook import MOST_ROWS, Card, first_rows, say_sizes, table_of_sizes
from .._base.wording import as_column, count, fixed, number, share, share_cell, shortlist
from . import _sweep_text
from ._panels import Panel, Panels, read_panels, top_of_distances

if TYPE_CHECKING:
    from ._candidates import Candidate
    from ._recommend import Recommendation
    from ._suggest_eps import EpsSuggestion
    from ._suggest_k import KSuggestion
    from ._suggest_min_cluster_size import MinClusterSizeSuggestion
    from ._sweep import Sweep


def card_of_sweep(sweep: Sweep) -> Card:
    """The table, the best values in bold, and a chart for each score."""
    return Card(
        f"Sweep of {type(sweep.estimator).__name__} over {', '.join(sweep.parameters)}",
        count(len(sweep), "fit"),
        content=[_draw(read_panels(sweep)), _table(sweep)],
        style=charts.STYLE,
    )


def card_of_k(suggestion: KSuggestion) -> Card:
    """Reasons, doubts and charts."""
    how = "clear" if suggestion.clear else "no structure" if suggestion.k == 1 else "with doubts"
    return _card_of(suggestion)._replace(title=f"Suggested: {count(suggestion.k, 'cluster')}", state=how)


def card_of_size(suggestion: MinClusterSizeSuggestion) -> Card:
    """Reasons, doubts and charts."""
    how = "clear" if suggestion.clear else "with doubts" if suggestion.n_clusters else "no structure"
    return _card_of(suggestion)._replace(title=f"Suggested: min_cluster_size = {suggestion.value}", state=how)


def card_of_eps(suggestion: EpsSuggestion) -> Card:
    """The reason, and the curve of distances."""
    distances, eps = suggestion.distances, suggestion.eps
    core = np.count_nonzero(distances <= eps) / len(distances)
    shares = 100 * np.arange(1, len(distances) + 1) / len(distances)
    chart = Chart(
        "distance to the k-th neighbor",
        [Line(shares, distances)],
        along="share of the rows (%)",
        level=(eps, f"eps = {number(eps)}: {share(core, 1)} are core points"),
        top=top_of_distances(distances, eps),
        size=(420, 180),
    )
    return Card(
        f"Suggested: eps = {number(eps)}",
        "clear" if suggestion.clear else "with doubts",
        is_open=not suggestion.clear,
        sentences=[suggestion.reason],
        content=[chart.as_html()],
        style=charts.STYLE,
    )


def card_of_recommendation(found: Recommendation) -> Card:
    """Reasons, doubts, the sizes of the clusters, and what else was looked at."""
    is_found = found.model is not None
    folded = {}
    if is_found:
        folded["Model"] = element("code", repr(found.model))
    elif found.cut is not None:
        folded["A cut that may be convenient"] = join(
            element(
                "p",
                f"{count(found.cut.n_clusters, 'group')} by {found.cut.method}: ",
                element("code", repr(found.cut.model)),
            )
        )
    if found.candidates:
        folded["What was looked at"] = _table_of_candidates(found.candidates)
    folded[f"{count(len(found.columns), 'column')} compared"] = element("p", shortlist(found.columns, MOST_ROWS))
    return Card(
        f"{count(found.n_clusters, 'cluster')} by {found.method}" if is_found else "No structure",
        found.confidence if is_found else "",
        is_open=found.confidence != "clear",
        sentences=[*([say_sizes(found.labels)] if is_found else []), *found.reasons],
        doubts=found.doubts,
        content=[table_of_sizes(found.labels, None, [])] if is_found else [],
        folded=folded,
    )


def _table_of_candidates(candidates: Sequence[Candidate]) -> Html:
    """What was looked at, the chosen one first and set off."""
    rows = [
        [
            each.method,
            f"{each.n_clusters:,}",
            *("-" if math.isnan(value) else fixed(value, 2) for value in (each.silhouette, each.stability)),
            share_cell(each.noise),
            each.rejected or "taken",
        ]
        for each in candidates
    ]
    header = ["method", "clusters", "silhouette", "stability", "noise", "why not"]
    return table(header, rows, [5], [i for i, each in enumerate(candidates) if not each.rejected])


def _card_of(suggestion: KSuggestion | MinClusterSizeSuggestion) -> Card:
    return Card(
        "",
        is_open=not suggestion.clear,
        sentences=suggestion.reasons,
        doubts=suggestion.doubts,
        content=[_draw(read_panels(suggestion))],
        folded={"Table": _table(suggestion.sweep)},
        style=charts.STYLE,
    )


def _table(sweep: Sweep) -> Html:
    columns = _sweep_text.columns(sweep)
    rows = [
        [row[0], *(Cell(cell.rstrip(" *"), "best") if cell.endswith("*") else cell for cell in row[1:])]
        for row in zip(*columns.values(), strict=True)
    ]
    some, note = first_rows(rows, "row")
    words = [j for j, name in enumerate(sweep.parameters) if any(isinstance(row[name], str) for row in sweep)]
    note = f"The best of each score is bold{note and f'; {note}'}."
    return join(table(list(columns), some, words), element("p", note, class_="quiet"))


def _draw(found: Panels) -> Html:
    """A chart for each score, and which line is which where there are several."""
    lines = [(f"line{i}", name) for i, (name, _) in enumerate(found.lines[: charts.N_COLORS]) if name]
    if any(panel.by_chance is not None for panel in found.panels):
        lines.append((f"line{charts.GRAY}", "silhouette of data without clusters"))
    legend = [element("span", element("span", "■ ", class_=color), name, class_="legend") for color, name in lines]
    if (rest := len(found.lines) - charts.N_COLORS) > 0:
        legend.append(element("span", f"and {count(rest, 'line')} that are not drawn"))
    if found.suggested:
        legend.append(element("span", "┊ ", class_="line1"))
        legend.append(element("span", "; ".join(each.text for each in found.suggested)))
    pictures = [_chart(panel, found).as_html() for panel in found.panels]
    return element("div", *pictures, element("p", *legend) if legend else "", class_="charts")


def _chart(panel: Panel, found: Panels) -> Chart:
    lines = [
        Line(found.x[members], panel.values[members], panel.spread[members], color)
        for color, (_, members) in enumerate(found.lines[: charts.N_COLORS])
    ]
    if panel.by_chance is not None:
        lines.append(Line(found.x, panel.by_chance, color=charts.GRAY))
    best = None
    if panel.best is not None:
        value = as_column(panel.values)[panel.best]
        best = Best(
            float(found.x[panel.best]),
            float(panel.values[panel.best]),
            f"{found.texts[panel.best]}: {value}",
            is_below=panel.direction < 0,
        )
    return Chart(
        panel.title,
        lines,
        along=found.along.rpartition("__")[2].replace("n_clusters", "number of clusters"),
        names=None if found.is_numeric else found.places,
        is_log=found.is_log,
        best=best,
        marked=[each.value for each in found.suggested if each.value is not None],
    )
