# SPDX-License-Identifier: BSD-3-Clause
"""What is recommended, with the reasons and the doubts."""

from __future__ import annotations

import math

from coterie._base.wording import count
from coterie.report._chapters.names import METHODS, SCALINGS
from coterie.report._findings import Findings
from coterie.report._html import Draw, Section, card, element, figure, items, paragraph


def chapter(found: Findings, picture: Draw) -> Section:
    choice = found.choice
    if choice.method == "DBSCAN":
        how = f"DBSCAN with eps {choice.model.eps:g} and min_samples {choice.model.min_samples}"
    else:
        how = f"{METHODS[choice.method]} with {count(choice.n_clusters, 'cluster')}"
    scaling = found.data.scaling
    of_columns = "" if scaling is None else f" Scaling of the columns: {SCALINGS[scaling.scaler.method]}."
    content = [paragraph(element("strong", f"{how}."), of_columns), element("h3", "Reasons"), items(choice.reasons)]
    if choice.doubts:
        content.append(card(element("h3", "Doubts"), items(choice.doubts), doubts=True))
    else:
        content.append(
            card(
                element("h3", "Doubts"),
                paragraph(
                    "None of the checks failed. That does not prove the groups: they are those that these columns, in "
                    "this scaling, show."
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
        of_sample = "" if found.data.sample is None else f" Of the sample of {len(found.data.sample):,} rows."
        content.append(
            figure(
                picture("silhouette"),
                f"Silhouette of each row, by group; the mean is "
                f"{choice.silhouette:.2f}. Long, wide blades are groups that hold together; rows below 0 "
                f"lie nearer to another group.{shapes}{of_sample}",
            )
        )
    return Section("recommendation", "What is recommended", content)


def _explain_scatter(found: Findings) -> str:
    d = len(found.data.grouped)
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
