# SPDX-License-Identifier: BSD-3-Clause
"""Scores of one clustering, or of two clusterings compared: scikit-learn's scores, with its names and values.

Four need the data and the labels: `silhouette_score`, `calinski_harabasz_score`, `davies_bouldin_score`, and
`dbcv_score`, where -1 is noise. The others compare two labelings of the same rows, whatever the labels are called. For
all but `dbcv_score` noise (-1) is a label like any other. If noise should not count, leave these rows out first.

Scores of one clustering are in `_internal`: it reads data and labels, and uses the means of the clusters
(`_cluster_means`) or calls `_silhouettes`. Silhouettes are computed from all pairs (the kernel `silhouette`) or from
mean distances (`_mean_distances`, where code for another metric goes). DBCV is computed by `_density_validity` (the
kernel `validity`). Scores of two labelings are in `_external`; they
use a table of how many rows have each pair of labels (`_contingency`). A new score goes into `_internal` or
`_external`. Clusters that have names (`_named_labels`) are matched by `_assignment`, for `_numbering` and
`_comparison`.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, neighbors, spanning_trees  # noqa: F401
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
from ._internal import (
    DensityValidity,
    calinski_harabasz_score,
    davies_bouldin_score,
    dbcv_score,
    silhouette_samples,
    silhouette_score,
)
from ._numbering import align_labels, relabel

__all__ = [
    "Comparison",
    "DensityValidity",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "align_labels",
    "calinski_harabasz_score",
    "compare",
    "completeness_score",
    "contingency_matrix",
    "davies_bouldin_score",
    "dbcv_score",
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
