# SPDX-License-Identifier: BSD-3-Clause
"""What is recommended, with the reasons and the doubts."""

from __future__ import annotations

import math

from coterie._base.wording import count
from coterie.report._chapters.names import SCALINGS, called
from coterie.report._findings import Findings
from coterie.report._html import Draw, Section, card, element, figure, items, paragraph


def chapter(found: Findings, picture: Draw) -> Section:
    scaling = found.scaling
    of_columns = "" if scaling is None or not scaling.names else f" Scaling of the columns: {SCALINGS[scaling.method]}."
    content = [paragraph(element("strong", f"{_how(found)}."), of_columns), element("h3", "Reasons")]
    content.append(items(found.reasons))
    if found.recommendation.sample is not None and found.grouping.origin != "asked":
        content.append(
            paragraph(
                f"Reasons and doubts are about the random sample of {len(found.recommendation.sample):,} rows that "
                "decided.",
                class_="quiet",
            )
        )
    if found.doubts:
        content.append(card(element("h3", "Doubts"), items(found.doubts), doubts=True))
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
    silhouette = found.grouping.silhouette
    if not math.isnan(silhouette):
        shapes = (
            " It judges how compact groups are: of bent or nested ones that are well apart it can be low."
            if found.grouping.method == "HDBSCAN"
            else ""
        )
        sample = found.recommendation.sample
        of_sample = "" if sample is None else f" Of the sample of {len(sample):,} rows."
        content.append(
            figure(
                picture("silhouette"),
                f"Silhouette of each row, by group; the mean is {silhouette:.2f}. Long, wide blades are groups that "
                f"hold together; rows below 0 lie nearer to another group.{shapes}{of_sample}",
            )
        )
    return Section("recommendation", "Why these groups", content)


def _how(found: Findings) -> str:
    model, how = found.grouping.model, called(found.grouping.method)
    if found.grouping.method == "HDBSCAN":
        return f"{how} with min_cluster_size {model.min_cluster_size}"
    return f"{how} with {count(found.n_clusters, 'cluster')}"
