# SPDX-License-Identifier: BSD-3-Clause
"""Dense parts of any shape: DBSCAN with several eps."""

from __future__ import annotations

import math

from coterie._base.wording import share as percent
from coterie._base.wording import share_cell
from coterie.report._density import COVERED, MOST_NOISE, MUCH_NOISE, STEADY, Trial
from coterie.report._findings import Findings
from coterie.report._html import Draw, Section, figure, paragraph, table


def chapter(found: Findings, picture: Draw) -> Section:
    density = found.density
    content = [
        paragraph(
            "DBSCAN needs no number of clusters: a cluster is where rows lie dense, whatever its shape, "
            "and rows that lie alone are noise. It needs a distance instead, eps, within which rows are "
            "neighbors."
        )
    ]
    if density is None:
        content.append(paragraph("Nearly all rows are equal to others, so that no such distance can be suggested."))
        return Section("density", "Dense parts of any shape", content)
    if density.rows is not None:
        content.append(
            paragraph(f"It was tried on a random sample of {len(density.rows):,} of the {found.data.n_rows:,} rows.")
        )
    suggestion = density.suggestion
    scaling = found.data.scaling
    unit = " km" if scaling is None else "" if scaling.scaler.method == "none" else " in scaled units"
    content.append(
        paragraph(
            f"Suggested: eps {suggestion.eps:g}{unit}; a row is dense that has "
            f"{density.min_samples} rows within it, itself counted. What was seen: "
            f"{suggestion.reason}."
        )
    )
    rows = []
    for trial in density.trials:
        alike = "–" if math.isnan(trial.before) else f"{trial.before:.2f}"
        rows.append(
            [
                f"{trial.model.eps:.3g}",
                f"{trial.n_clusters:,}",
                f"{trial.n_sizeable:,}",
                *map(share_cell, (trial.noise, trial.largest, trial.misplaced)),
                alike,
            ]
        )
    best = density.trials.index(density.best)
    content.append(
        table(
            f"DBSCAN with several eps; {density.trials[best].model.eps:.3g} is set off",
            [
                "eps",
                "clusters",
                "of a fair size",
                "noise",
                "largest cluster",
                "nearer to another mean",
                "agreement with the eps above",
            ],
            rows,
            chosen=best,
        )
    )
    content.append(paragraph(judge(density.best, found.choice.method == "DBSCAN")))
    content.append(
        figure(
            picture("k-distances"),
            "For each row the distance within which there are "
            f"{density.min_samples} rows, itself counted; sorted. Flat: dense rows. Steep: rows that lie "
            "alone.",
        )
    )
    return Section("density", "Dense parts of any shape", content)


def judge(trial: Trial, is_recommended: bool) -> str:
    """Whether and why a trial is recommended."""
    if trial.convincing:
        return (
            "Recommended: see the next chapter for the reasons."
            if is_recommended
            else "It would be recommended if no number of clusters had been asked for."
        )
    if trial.n_sizeable < 2:
        parts = "one dense part" if trial.n_sizeable else "no dense part"
        return (
            f"Not recommended: it finds {parts} of a fair size, so it can't tell groups apart. Groups that touch "
            "or overlap have no sparse rows between them."
        )
    if trial.covered < COVERED or trial.noise > MOST_NOISE:
        return (
            f"Not recommended: its clusters of a fair size hold only {percent(trial.covered)} of the rows, and "
            f"{percent(trial.noise)} are noise."
        )
    if max(trial.steady) < STEADY:
        return (
            "Not recommended: a somewhat smaller eps gives other clusters, and so does a somewhat larger one "
            f"(adjusted Rand {trial.steady[0]:.2f} and {trial.steady[1]:.2f})."
        )
    if trial.model.n_features_in_ == 1:
        return "Not needed: in one column each dense part is an interval, as the clusters of k-means are."
    share = "none" if trial.misplaced == 0 else f"only {percent(trial.misplaced, 1)}"
    text = f"{share} of the rows in its clusters of a fair size are nearer to the mean of another such cluster"
    if trial.noise >= MUCH_NOISE:
        return (
            f"Not recommended: {text}, and {percent(trial.noise)} of the rows are noise, but a somewhat "
            f"{'smaller' if trial.steady[0] < STEADY else 'larger'} eps gives other clusters (adjusted Rand "
            f"{min(trial.steady):.2f})."
        )
    return (
        f"Not needed: {text}, and {percent(trial.noise, 1)} of the rows are noise. Compact groups are what k-means "
        "finds."
    )
