# SPDX-License-Identifier: BSD-3-Clause
"""How many groups: k-means and Ward's method with several numbers of clusters."""

from __future__ import annotations

import math

from coterie import selection
from coterie._base.wording import as_column, count
from coterie._runtime.thresholds import thresholds
from coterie.report._chapters.names import METHODS
from coterie.report._findings import Findings
from coterie.report._html import Draw, Html, Section, element, figure, items, paragraph, table
from coterie.report._limits import MOST_LEAVES
from coterie.report._recommendation import sentence


def chapter(found: Findings, picture: Draw) -> Section:
    if found.data.sample is None:
        rows, sampled = "all rows", ""
    else:
        rows = f"a random sample of {len(found.data.sample):,} of the {found.data.n_rows:,} rows"
        sampled = (
            " The time that the comparison takes grows with the square of the number of rows; the recommended "
            "clustering itself is that of all rows."
        )
    tried = count(len(next(iter(found.comparison.suggestions.values())).sweep), "number")
    content = [
        paragraph(f"k-means and Ward's method on {rows}, for {tried} of clusters k.{sampled}"),
        paragraph(
            "Silhouette: how much nearer rows are to their own cluster than to the next one (1 at best, 0 for no "
            "gap); by chance: that of data of the same extent without clusters. Davies-Bouldin: how wide "
            "clusters are for their distance, the lower the better. Calinski-Harabasz: how far apart for their "
            f"width, the higher the better. Stability: how alike the clusters of {thresholds.report_resamples} random "
            "parts of the rows are to these (adjusted Rand index: 1 the same, 0 no more than by chance). Inertia: the "
            "sum of squared distances to the means, which falls as k grows.",
            class_="quiet",
        ),
    ]
    for name, suggestion in found.comparison.suggestions.items():
        content.append(element("h3", METHODS[name]))
        content.append(_sweep_table(name, suggestion, found.comparison.agreement if name == "Ward" else None))
        told = [*suggestion.reasons, *(f"but {doubt}" for doubt in suggestion.doubts)]
        content.append(items(list(map(sentence, told))))
    content.append(
        figure(
            picture("sweeps"),
            "Scores by the number of clusters. Circles: the best values. Dashed lines: the suggested numbers.",
        )
    )
    content.append(
        figure(
            picture("tree"),
            "Ward's tree: each bracket joins two clusters, at the height that says how "
            "unlike they are. A long gap between two merges speaks for a cut there."
            + " A label such as (12) stands for 12 rows."
            * (len(found.comparison.tree) >= MOST_LEAVES),
        )
    )
    return Section("comparison", "How many groups?", content)


def _sweep_table(name: str, suggestion: selection.KSuggestion, agreement: dict[int, float] | None) -> Html:
    sweep = suggestion.sweep
    header = ["k", "silhouette", "by chance", "Davies-Bouldin", "Calinski-Harabasz", "stability", "inertia"]
    columns = [[str(row["n_clusters"]) for row in sweep]]
    for key in ("silhouette", "by chance", "davies_bouldin", "calinski_harabasz", "stability"):
        values = suggestion.by_chance if key == "by chance" else [row[key] for row in sweep]
        style = ",.0f" if key == "calinski_harabasz" else ".2f" if key == "stability" else ".3f"
        columns.append([f"{value:{style}}" if math.isfinite(value) else "–" for value in values])
    columns.append(as_column([row["inertia"] for row in sweep]))
    if agreement is not None:
        header.append("agreement with k-means")
        columns.append([f"{agreement[row['n_clusters']]:.2f}" for row in sweep])
    chosen = next((i for i, row in enumerate(sweep) if row["n_clusters"] == suggestion.k), None)
    marked = "; the suggested k is set off" if chosen is not None else ""
    return table(f"{METHODS[name]} with k clusters{marked}", header, list(zip(*columns, strict=True)), chosen=chosen)
