# SPDX-License-Identifier: BSD-3-Clause
"""The groups: in words, their members, their means and medians, and which names they hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from coterie import scores
from coterie._base.wording import as_column
from coterie.report._chapters.in_short import MOST_GROUPS
from coterie.report._findings import Findings, columns_to_draw, distinctive_columns
from coterie.report._html import Draw, Html, Section, element, figure, items, paragraph, share, table
from coterie.report._limits import MOST_DRAWN
from coterie.report._places import in_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_COLUMNS = 60  # in the table of medians
_MOST_GROUPS = 20


def chapter(found: Findings, picture: Draw) -> Section:
    profile = found.profile
    shown = np.arange(len(profile.clusters))
    content = []
    if len(shown) > _MOST_GROUPS:
        shown = np.sort(np.argsort(-profile.sizes, kind="stable")[:_MOST_GROUPS])
        content.append(paragraph(f"Shown are the {_MOST_GROUPS} largest of {len(profile.clusters)} groups."))
    if len(profile.clusters) > MOST_GROUPS:  # else the page begins with these sentences
        said = [found.sentences[i] for i in shown] + found.sentences[len(profile.clusters) :]
        content.append(items(said))
    if found.grouping.method == "HDBSCAN" and not found.spots:
        content.append(
            paragraph(
                "Groups that were found by density may differ in where they lie and in their shape "
                "rather than in their means and medians; the scatter plot shows it."
            )
        )
    content.append(_list_groups(found, shown))
    if found.spots:
        content.append(_list_spots(found, shown))
    content.append(figure(picture("scatter"), _explain_scatter(found)))
    drawn = len(columns_to_draw(profile, MOST_DRAWN)[0])
    is_part = drawn < len(profile.feature_names) + len(profile.categories)
    some = f" of the {drawn} columns in which groups differ most" if is_part else ""
    content.append(
        figure(
            picture("profile"),
            f"Means{some} in the data's own units. Colors say how far a group is "
            "from the mean of all rows, in standard deviations.",
        )
    )
    names = profile.feature_names
    for ratio in found.ratios:
        content.append(
            paragraph(
                f"{ratio.name} is {ratio.amount} divided by {ratio.per}, row by row; it had no part in the grouping."
            )
        )
    rows = [
        [names[j], *as_column([*profile.medians[shown, j], profile.overall_medians[j]])]
        for j in distinctive_columns(profile, _MOST_COLUMNS).tolist()
    ]
    some = f"; the {_MOST_COLUMNS} columns in which groups differ most" if len(names) > _MOST_COLUMNS else ""
    content.append(
        table(
            f"Medians of the groups, in the units of the data{some}",
            ["column", *(f"cluster {profile.clusters[i]}" for i in shown), "all rows"],
            rows,
        )
    )
    for name, values in found.data.labelings.items():
        content += [element("h3", f"Groups and {name}"), *_count_kinds(found, name, values, shown)]
    return Section("groups", "The groups", content)


def _explain_scatter(found: Findings) -> str:
    d = found.rows.shape[1]
    text = "The rows, colored and numbered by group"
    if found.data.places is not None:
        return f"{text}, on the map, in degrees."
    if d > 2:
        return (
            f"{text}, on the two principal components of the scaled data: the flat view that shows most of its "
            f"variance. Groups that seem to overlap here may be apart in the other {d - 2} dimension"
            f"{'s' * (d > 3)}."
        )
    return f"{text}{'; by their number in the file (vertical)' * (d == 1)}."


def _list_groups(found: Findings, shown: NDArray[np.intp]) -> Html:
    profile = found.profile
    rows = [
        [
            f"cluster {profile.clusters[i]}",
            f"{profile.sizes[i]:,}",
            share(float(profile.shares[i])),
            ", ".join(map(found.data.row_name, profile.typical[i])),
            ", ".join(map(found.data.row_name, profile.extreme[i])),
        ]
        for i in shown
    ]
    if profile.noise.size:
        rows.append(["in none", f"{profile.noise.size:,}", share(profile.noise.share), "", ""])
    by = found.data.table.named_by
    numbering = f"; rows are called by their {by}" if by else ""
    if found.data.table.row_names is None:
        numbering = "; rows are numbered from 0, without the header"
    return table(
        f"Sizes, and the members nearest to the mean and farthest from it{numbering}",
        ["group", "rows", "share", "typical", "extreme"],
        rows,
        text=[2, 3, 4],
    )


def _list_spots(found: Findings, shown: NDArray[np.intp]) -> Html:
    spots = [found.spots[i] for i in shown.tolist()]
    columns = [as_column([getattr(spot, what) for spot in spots]) for what in ("half", "farthest")]
    rows = [
        [f"cluster {found.profile.clusters[i]}", in_degrees(spot.latitude, spot.longitude), half, farthest]
        for i, spot, half, farthest in zip(shown, spots, *columns, strict=True)
    ]
    return table(
        "Where the groups are: their middle on the globe, and distances from it in km",
        ["group", "middle", "of half the rows", "of the farthest row"],
        rows,
        text=[1],
    )


def _count_kinds(found: Findings, name: str, names: list[str], shown: NDArray[np.intp]) -> list[Html]:
    kinds = [kind for kind, _ in Counter(names).most_common()]
    labels, clusters = found.grouping.labels, found.profile.clusters
    counts = Counter(zip(labels.tolist(), names, strict=True))
    rows = [[f"cluster {clusters[i]}", *(f"{counts[int(clusters[i]), kind]:,}" for kind in kinds)] for i in shown]
    if found.profile.noise.size:
        rows.append(["in none", *(f"{counts[-1, kind]:,}" for kind in kinds)])
    alike = scores.adjusted_rand_score(names, labels)
    return [
        paragraph(
            f"{name} had no part in the grouping. Its values and the groups agree with an adjusted Rand index of "
            f"{round(alike, 2) + 0.0:.2f} (1: the same, 0: no more than by chance)."
        ),
        table(
            f"How many rows of which {name} are in each group", ["group", *(kind or "(none)" for kind in kinds)], rows
        ),
    ]
