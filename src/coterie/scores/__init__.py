# SPDX-License-Identifier: BSD-3-Clause
"""How good a clustering is, by itself or beside another: scikit-learn's scores, with its names and values.

Three need the data and the labels: `silhouette_score`, `calinski_harabasz_score` and `davies_bouldin_score`. The others
compare two labelings of the same rows, whatever the labels are called. Noise (-1) is a label as any other: leave these
rows out first where it should not be.

Scores of one clustering are in `_internal`: it reads data and labels, and measures them by the means of the clusters
(`_cluster_means`) or goes on to `_silhouettes`. Silhouettes come from all pairs (the kernel `silhouette`), or from
`_mean_distances`, where a way to compute them for another metric goes. Scores of two labelings are in `_external`, by
way of a table of how many rows have each pair of labels (`_contingency`); a new score goes there, or into `_internal`.
Clusters that have names (`_named_labels`) are matched by `_assignment`, for `_numbering` and `_comparison`.
"""

from ._comparison import Comparison, compare
from ._external import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    completeness_score,
    contingency_matrix,
    fowlkes_mallows_score,
    homogeneity_completeness_v_measure,
    homogeneity_score,
    mutual_info_score,
    normalized_mutual_info_score,
    pair_confusion_matrix,
    rand_score,
    v_measure_score,
)
from ._internal import calinski_harabasz_score, davies_bouldin_score, silhouette_samples, silhouette_score
from ._numbering import align_labels, relabel

__all__ = [
    "Comparison",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "align_labels",
    "calinski_harabasz_score",
    "compare",
    "completeness_score",
    "contingency_matrix",
    "davies_bouldin_score",
    "fowlkes_mallows_score",
    "homogeneity_completeness_v_measure",
    "homogeneity_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "pair_confusion_matrix",
    "rand_score",
    "relabel",
    "silhouette_samples",
    "silhouette_score",
    "v_measure_score",
]
