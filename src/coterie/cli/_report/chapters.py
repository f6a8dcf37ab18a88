# SPDX-License-Identifier: BSD-3-Clause
"""The chapters of the page of `coterie report`, from what was found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coterie import scores, selection
from coterie._base.lazy import lazy_property
from coterie._base.wording import as_column, share_cell
from coterie._base.wording import share as percent
from coterie.cli._console import count, listing
from coterie.cli._report.findings import COVERED, DOMINANT, MOST_NOISE, MUCH_NOISE, RESAMPLES, STEADY, Density, Scaling
from coterie.cli._report.page import Html, Section, card, code, element, facts, figure, items, paragraph, share, table
from coterie.cli._report.recommending import Choice, sentence
from coterie.cli._table import Table

_MOST_COLUMNS = 60  # in the table of columns
MOST_DRAWN = 30  # columns in the picture of a profile
_MOST_GROUPS = 20
MOST_LEAVES = 120  # of a tree, that are all drawn
MOST_PICTURED = 24  # clusters in a silhouette or a profile
_UNUSUAL = 10
_ORDINARY = 2.0  # a score of k-means and Ward that is not unusual
_FEW = 5  # rows of a cluster that are unusual by being so few
_MOST_KINDS = 20  # different names of rows that are kinds rather than names
_NAMED = {
    "standard": "standard scaling",
    "minmax": "scaling to 0..1",
    "robust": "robust scaling",
    "log": "logarithms",
    "none": "no scaling",
}
_VERDICTS = {
    "clear": "They are more than chance would give, and other draws of the rows give nearly the same ones.",
    "likely": "They are more than chance would give, but other draws of the rows give somewhat different ones.",
    "dense": "They are dense parts of the data, divided by gaps or by parts where rows lie sparse.",
    "asked": "Their number was asked for; the data themselves suggest another one.",
    "none": "There is no clear structure: treat the groups as a convenient cut, not as a discovery.",
    "lopsided": "Nine rows in ten, or more, are in one of them: few rows are set apart, and nothing is said of groups "
    "among the others.",
}
_METHODS = {"k-means": "k-means", "Ward": "Ward's method", "DBSCAN": "DBSCAN"}


@dataclass
class Findings:
    """All that the page tells.

    sample : rows that k-means and Ward were compared on; None: all
    suggestions : for each of the two, by its name
    tree : Ward's, of those rows
    agreement : of the two for each number of clusters
    alike : pairs of columns that say the same, and their correlation
    codes : columns of few whole numbers
    profile : of the recommended clusters, in the units of the data
    unusual : the outlier score of each row
    """

    source: str
    table: Table
    missing: str
    scaling: Scaling
    scaled: np.ndarray
    sample: np.ndarray | None
    suggestions: dict[str, selection.KSuggestion]
    tree: np.ndarray
    agreement: dict[int, float]
    density: Density | None
    alike: list[tuple[str, str, float]]
    codes: list[str]
    choice: Choice
    profile: Any
    unusual: np.ndarray

    def row_name(self, row: int) -> str:
        """What a row is called: its name, or its number in the file, from 0, or both where a name is that of many."""
        number = f"row {int(self._places[row])}"
        if self.table.row_names is None:
            return number
        return self.table.row_names[row] if self.kinds is None else f"{self.table.row_names[row]} ({number})"

    @lazy_property
    def _places(self):
        return np.arange(self.n_rows) if self.table.kept is None else np.flatnonzero(self.table.kept)

    @property
    def n_rows(self) -> int:
        return len(self.scaled)

    @lazy_property
    def kinds(self) -> list[str] | None:
        """The names of the rows, where they are few and each is that of many: species rather than names."""
        if self.table.row_names is None:
            return None
        return self.table.row_names if len(set(self.table.row_names)) <= min(_MOST_KINDS, self.n_rows / 5) else None


def in_short(found: Findings) -> list[Html]:
    """What a reader in a hurry needs."""
    choice, groups = found.choice, found.profile
    groups_by = element("strong", f"{count(choice.n_clusters, 'group')} by {_METHODS[choice.method]}.")
    shown = np.sort(np.argsort(-groups.sizes, kind="stable")[:8])
    entries = [sentence(groups.sentences[i]) for i in shown]
    if groups.noise.size:
        entries.append(f"In no group: {groups.noise.size:,} ({percent(groups.noise.share, 1)}).")
    if len(shown) < len(groups.clusters):
        entries.append(f"And {count(len(groups.clusters) - len(shown), 'smaller group')}.")
    doubts = (
        [paragraph(element("a", f"{count(len(choice.doubts), 'doubt')} to know about", href="#recommendation"))]
        if choice.doubts
        else []
    )
    return [
        paragraph(
            f"{count(found.n_rows, 'row')} by {count(len(found.table.names), 'column')} of numbers, grouped by "
            "likeness",
            class_="quiet",
        ),
        card(paragraph(groups_by, " ", _VERDICTS[choice.structure]), items(entries), *doubts),
    ]


# ------------------------------------------------------------------------------------------------ the data


def describe_data(found: Findings, pairs: Sequence[tuple[str, object]]) -> Section:
    data, names = found.table, found.table.names
    content = [facts([*pairs, ("rows", _count_rows(found)), ("columns used", f"{len(names):,}: {listing(names, 30)}")])]
    if data.left_out:
        content.append(element("h3", "Columns that were left out"))
        content.append(
            items(
                [
                    str(left)
                    if left.reason or left.empty
                    else f"{left.name} (not numbers" + (f": {left.example!r})" if left.example else ")")
                    for left in data.left_out[:30]
                ]
            )
        )
        if len(data.left_out) > 30:
            content.append(paragraph(f"And {len(data.left_out) - 30} more."))
    shown = names[:_MOST_COLUMNS]
    rows = []
    for j, name in enumerate(shown):
        column = data.values[:, j].astype(np.float64)
        told = [column.mean(), column.std(), column.min(), *np.percentile(column, [25, 50, 75]), column.max()]
        rows.append(
            [
                name,
                f"{data.missing[j]:,}",
                *as_column(told),
                share_cell(found.scaling.before[j]),
                share_cell(found.scaling.after[j]),
            ]
        )
    caption = f"The columns, in their own units{f'; the first {len(shown)}' if len(shown) < len(names) else ''}"
    content.append(element("h3", "What is in the columns"))
    content.append(
        table(
            caption,
            [
                "column",
                "missing",
                "mean",
                "std. dev.",
                "least",
                "lower quartile",
                "median",
                "upper quartile",
                "largest",
                "share of variance",
                "when scaled",
            ],
            rows,
        )
    )
    content += [element("h3", "Scale check", id="scale"), *_check_scale(found)]
    return Section("data", "The data", content)


def _count_rows(found):
    data = found.table
    if data.kept is not None:
        left_out = int(np.count_nonzero(~data.kept))
        return f"{len(data.kept):,} in the file; {left_out:,} left out as values are missing, {found.n_rows:,} used"
    filled = int(data.missing.sum())
    if filled:
        return f"{found.n_rows:,}; {count(filled, 'missing value')} filled in with the column's median"
    return f"{found.n_rows:,}, none with a missing value"


def _check_scale(found):
    scaling, names = found.scaling, found.table.names
    method = scaling.scaler.method
    content = []
    if len(names) > 1:
        most = int(scaling.before.argmax())
        part, told = scaling.before[most], percent(float(scaling.before[most]), 1)
        text = (
            "Clusters are made of rows that are near each other, and columns with large numbers weigh most. As "
            f"they are, {names[most]} would have {told} of the variance"
        )
        content.append(
            paragraph(
                f"{text}: the clusters would hardly depend on any other column." if part >= DOMINANT else f"{text}."
            )
        )
    content.append(
        paragraph(
            element("strong", f"What was done: {_NAMED[method]}."),
            f" Why: {scaling.reason}. ",
            "Another way can be asked for with ",
            element("code", "--scale"),
            ".",
        )
    )
    after = scaling.after
    if len(names) > 1 and after.max() >= DOMINANT:
        part = percent(float(after.max()), 1)
        content.append(
            card(
                paragraph(
                    f"Also now {names[int(after.argmax())]} has {part} of the variance: the "
                    "clusters are mostly its own."
                ),
                doubts=True,
            )
        )
    if found.codes:
        one = len(found.codes) == 1
        content.append(
            paragraph(
                f"{listing(found.codes, 6)} {'has' if one else 'have'} only a few whole numbers as values. If these are "
                "codes for kinds of things, differences between them mean nothing, and the grouping is better without: "
                f"leave {'it' if one else 'them'} out with ",
                element("code", "--drop"),
                ".",
            )
        )
    if found.alike:
        pairs = listing((f"{one} and {other} ({correlation:.2f})" for one, other, correlation in found.alike), 6)
        content.append(
            paragraph(
                f"Some columns say nearly the same, and so count twice (correlation): {pairs}. "
                "Consider leaving one of each pair out."
            )
        )
    if found.choice.scalings:
        rows = [[_NAMED[method], f"{alike:.2f}"] for method, alike in found.choice.scalings.items()]
        content.append(
            paragraph(
                "How much hangs on this choice: the recommended groups compared with those that "
                "k-means makes with another scaling (adjusted Rand index; 1: the same groups, 0: no "
                "more alike than by chance)."
            )
        )
        content.append(table("Agreement with groups by another scaling", ["scaling", "adjusted Rand"], rows))
    return content


# ------------------------------------------------------------------------------------------------ the comparison


def compare(found: Findings, picture: Callable) -> Section:
    if found.sample is None:
        rows, sampled = "all rows", ""
    else:
        rows = f"a random sample of {len(found.sample):,} of the {found.n_rows:,} rows"
        sampled = (
            " The time that the comparison takes grows with the square of the number of rows; the recommended "
            "clustering itself is that of all rows."
        )
    tried = count(len(next(iter(found.suggestions.values())).sweep), "number")
    content = [
        paragraph(f"k-means and Ward's method on {rows}, for {tried} of clusters k.{sampled}"),
        paragraph(
            "Silhouette: how much nearer rows are to their own cluster than to the next one (1 at best, 0 for no "
            "gap); by chance: that of data of the same extent without clusters. Davies-Bouldin: how wide "
            "clusters are for their distance, the lower the better. Calinski-Harabasz: how far apart for their "
            f"width, the higher the better. Stability: how alike the clusters of {RESAMPLES} random parts of the "
            "rows are to these (adjusted Rand index: 1 the same, 0 no more than by chance). Inertia: the sum of "
            "squared distances to the means, which falls as k grows.",
            class_="quiet",
        ),
    ]
    for name, suggestion in found.suggestions.items():
        content.append(element("h3", _METHODS[name]))
        content.append(_sweep_table(name, suggestion, found.agreement if name == "Ward" else None))
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
            * (len(found.tree) >= MOST_LEAVES),
        )
    )
    return Section("comparison", "How many groups?", content)


def _sweep_table(name, suggestion, agreement):
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
    return table(f"{_METHODS[name]} with k clusters{marked}", header, list(zip(*columns, strict=True)), chosen=chosen)


def describe_density(found: Findings, picture: Callable) -> Section:
    density = found.density
    content = [
        paragraph(
            "DBSCAN needs no number of clusters: a cluster is where rows lie dense, whatever its shape, "
            "and rows that lie alone are noise. It needs a distance instead, eps, within which rows are "
            "neighbours."
        )
    ]
    if density is None:
        content.append(paragraph("Nearly all rows are equal to others, so that no such distance can be suggested."))
        return Section("density", "Dense parts of any shape", content)
    if density.rows is not None:
        content.append(
            paragraph(f"It was tried on a random sample of {len(density.rows):,} of the {found.n_rows:,} rows.")
        )
    suggestion = density.suggestion
    unit = "" if found.scaling.scaler.method == "none" else " in scaled units"
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
    content.append(paragraph(_judge_density(density.best, found.choice.method == "DBSCAN")))
    content.append(
        figure(
            picture("k-distances"),
            "For each row the distance within which there are "
            f"{density.min_samples} rows, itself counted; sorted. Flat: dense rows. Steep: rows that lie "
            "alone.",
        )
    )
    return Section("density", "Dense parts of any shape", content)


def _judge_density(trial, is_recommended):
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


# ------------------------------------------------------------------------------------------------ what is recommended


def recommendation(found: Findings, picture: Callable) -> Section:
    choice = found.choice
    if choice.method == "DBSCAN":
        how = f"DBSCAN with eps {choice.model.eps:g} and min_samples {choice.model.min_samples}"
    else:
        how = f"{_METHODS[choice.method]} with {count(choice.n_clusters, 'cluster')}"
    scaling = _NAMED[found.scaling.scaler.method]
    content = [
        paragraph(element("strong", f"{how}."), f" Scaling of the columns: {scaling}."),
        element("h3", "Reasons"),
        items(choice.reasons),
    ]
    if choice.doubts:
        content.append(card(element("h3", "Doubts"), items(choice.doubts), doubts=True))
    else:
        content.append(
            card(
                element("h3", "Doubts"),
                paragraph(
                    "None of the checks failed. That does not prove the groups: they are those that these columns, in this "
                    "scaling, show."
                ),
            )
        )
    content.append(figure(picture("scatter"), _explain_scatter(found)))
    if not math.isnan(choice.silhouette):
        shapes = (
            " It judges how compact groups are: of bent or nested ones that are well apart it can be low."
            if choice.method == "DBSCAN"
            else ""
        )
        of_sample = "" if found.sample is None else f" Of the sample of {len(found.sample):,} rows."
        content.append(
            figure(
                picture("silhouette"),
                f"Silhouette of each row, by group; the mean is "
                f"{choice.silhouette:.2f}. Long, wide blades are groups that hold together; rows below 0 "
                f"lie nearer to another group.{shapes}{of_sample}",
            )
        )
    return Section("recommendation", "What is recommended", content)


def _explain_scatter(found):
    d = len(found.table.names)
    text = "The rows, coloured and numbered by group"
    if d > 2:
        return (
            f"{text}, on the two principal components of the scaled data: the flat view that shows most of its "
            f"variance. Groups that seem to overlap here may be apart in the other {d - 2} dimension"
            f"{'s' * (d > 3)}."
        )
    return f"{text}{'; by their number in the file (vertical)' * (d == 1)}."


# ------------------------------------------------------------------------------------------------ the groups


def telling(profile: Any, most: int) -> np.ndarray:
    """The columns in which some group is farthest from the mean of all rows, in their order."""
    far = abs(profile.differences).max(axis=0, initial=0.0)
    return np.sort(np.argsort(-far, kind="stable")[:most])


def describe_groups(found: Findings, picture: Callable) -> Section:
    profile = found.profile
    shown = np.arange(len(profile.clusters))
    content = []
    if len(shown) > _MOST_GROUPS:
        shown = np.sort(np.argsort(-profile.sizes, kind="stable")[:_MOST_GROUPS])
        content.append(paragraph(f"Shown are the {_MOST_GROUPS} largest of {len(profile.clusters)} groups."))
    said = [profile.sentences[i] for i in shown] + profile.sentences[len(profile.clusters) :]
    content.append(items(list(map(sentence, said))))
    if found.choice.method == "DBSCAN":
        content.append(
            paragraph(
                "Groups that were found by density may differ in where they lie and in their shape "
                "rather than in their means and medians; the scatter plot shows it."
            )
        )
    content.append(_list_groups(found, shown))
    some = f" of the {MOST_DRAWN} columns in which groups differ most" * (len(profile.feature_names) > MOST_DRAWN)
    content.append(
        figure(
            picture("profile"),
            f"Means{some} in the data's own units. Colours say how far a group is "
            "from the mean of all rows, in standard deviations.",
        )
    )
    names = profile.feature_names
    rows = [
        [names[j], *as_column([*profile.medians[shown, j], profile.overall_medians[j]])]
        for j in telling(profile, _MOST_COLUMNS).tolist()
    ]
    some = f"; the {_MOST_COLUMNS} columns in which groups differ most" if len(names) > _MOST_COLUMNS else ""
    content.append(
        table(
            f"Medians of the groups, in the units of the data{some}",
            ["column", *(f"cluster {profile.clusters[i]}" for i in shown), "all rows"],
            rows,
        )
    )
    if found.kinds is not None:
        content += [element("h3", "Names of the rows"), *_count_kinds(found, shown)]
    return Section("groups", "The groups", content)


def _list_groups(found, shown):
    profile = found.profile
    rows = [
        [
            f"cluster {profile.clusters[i]}",
            f"{profile.sizes[i]:,}",
            share(float(profile.shares[i])),
            ", ".join(map(found.row_name, profile.typical[i])),
            ", ".join(map(found.row_name, profile.extreme[i])),
        ]
        for i in shown
    ]
    if profile.noise.size:
        rows.append(["in none", f"{profile.noise.size:,}", share(profile.noise.share), "", ""])
    named = found.table.row_names is not None and found.kinds is None
    numbering = "" if named else "; rows are numbered from 0, without the header"
    return table(
        f"Sizes, and the members nearest to the mean and farthest from it{numbering}",
        ["group", "rows", "share", "typical", "extreme"],
        rows,
        text=[2, 3, 4],
    )


def _count_kinds(found, shown):
    kinds = [kind for kind, _ in Counter(found.kinds).most_common()]
    labels, clusters = found.choice.labels, found.profile.clusters
    counts = Counter(zip(labels.tolist(), found.kinds, strict=True))
    rows = [[f"cluster {clusters[i]}", *(f"{counts[int(clusters[i]), kind]:,}" for kind in kinds)] for i in shown]
    if found.profile.noise.size:
        rows.append(["in none", *(f"{counts[-1, kind]:,}" for kind in kinds)])
    alike = scores.adjusted_rand_score(found.kinds, labels)
    return [
        paragraph(
            "The names had no part in the grouping. They and the groups agree with an adjusted Rand index "
            f"of {alike:.2f} (1: the same, 0: no more than by chance)."
        ),
        table("How many rows of which name are in each group", ["group", *(kind or "(none)" for kind in kinds)], rows),
    ]


# ------------------------------------------------------------------------------------------------ unusual rows


def describe_unusual(found: Findings) -> Section:
    labels, profile = found.choice.labels, found.profile
    worst = np.argsort(-found.unusual, kind="stable")[: min(_UNUSUAL, max(3, found.n_rows // 4))]
    meaning = (
        "its distance to the nearest dense row, in units of eps: above 1 it is noise"
        if found.choice.method == "DBSCAN"
        else "its distance to the middle of its group, in units of what is usual there: 1 is half-way among the rows "
        "of the group, 3 is far out"
    )
    cells = [f"{score:.2f}" if math.isfinite(score) else "∞" for score in found.unusual[worst].tolist()]
    rows = [
        [found.row_name(row), f"cluster {labels[row]}" if labels[row] >= 0 else "none", cell, _why(found, row)]
        for row, cell in zip(worst.tolist(), cells, strict=True)
    ]
    content = [
        paragraph(
            f"The score of a row is {meaning}. Such rows may be mistakes in the data, or the most interesting "
            "ones; look at them before the groups are used."
        ),
        table(f"The {len(rows)} most unusual rows", ["row", "group", "score", "why"], rows, text=[1, 3]),
    ]
    if found.unusual[worst[0]] < (1 if found.choice.method == "DBSCAN" else _ORDINARY):
        content.append(paragraph("None of them is far out."))
    tiny = np.flatnonzero(profile.sizes < _FEW)
    if len(tiny):
        told = "; ".join(
            f"cluster {profile.clusters[i]}: "
            + listing(map(found.row_name, np.flatnonzero(labels == profile.clusters[i])), _FEW)
            for i in tiny[:_UNUSUAL]
        )
        content.append(paragraph(f"Rows in very small groups are unusual, too, whatever their score: {told}."))
    return Section("unusual", "Unusual rows", content)


def _why(found, row):
    """The columns in which a row is farthest from its group, or from all rows, for the spread there."""
    label = found.choice.labels[row]
    members = found.choice.labels == label if label >= 0 else np.ones(found.n_rows, dtype=bool)
    group = found.scaled[members].astype(np.float64)
    spread = group.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    far = abs(found.scaled[row] - np.median(group, axis=0)) / spread
    values = found.table.values
    phrases = []
    for j in np.argsort(-far, kind="stable")[:3].tolist():
        if far[j] < 1 and phrases:
            break
        value, typical = as_column([values[row, j], float(np.median(values[members, j]))])
        of_whom = "of the group" if label >= 0 else "of all rows"
        phrases.append(f"{found.table.names[j]} {value} (median {of_whom} {typical})")
    return "; ".join(phrases)


# ------------------------------------------------------------------------------------------------ again


def repeat(commands: Sequence[str], programme: str, notes: Sequence[str]) -> Section:
    report, fit = commands
    return Section(
        "repeat",
        "How to repeat this",
        [
            paragraph("The same page, byte for byte:"),
            code(report),
            paragraph("The same groups as a column of labels, and a model that gives further rows theirs:"),
            code(fit),
            paragraph("In Python:"),
            code(programme),
            *map(paragraph, notes),
        ],
    )
