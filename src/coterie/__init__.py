# SPDX-License-Identifier: BSD-3-Clause
__version__ = "0.1.0.dev0"  # the one place: pyproject.toml and the docs read it from here

from ._agglomerative import AgglomerativeClustering
from ._dbscan import DBSCAN, dbscan
from ._divisive import DivisiveClustering
from ._estimator import ClusteringWarning, ConvergenceWarning, FeatureScaleWarning, NotFittedError, load
from ._kmeans import KMeans, k_means, kmeans_plusplus
from ._labels import Comparison, align_labels, compare, relabel
from ._outliers import outlier_scores
from ._parallel import Cancelled, get_num_threads, num_threads, progress, set_num_threads

__all__ = [
    "DBSCAN", "AgglomerativeClustering", "Cancelled", "ClusteringWarning", "Comparison", "ConvergenceWarning",
    "DivisiveClustering", "FeatureScaleWarning", "KMeans", "NotFittedError", "align_labels", "compare", "dbscan",
    "get_num_threads", "k_means", "kmeans_plusplus", "load", "num_threads", "outlier_scores", "progress", "relabel",
    "set_num_threads",
]
