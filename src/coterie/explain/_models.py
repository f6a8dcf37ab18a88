# SPDX-License-Identifier: BSD-3-Clause
"""Models of scikit-learn, and what looks like them, as clusterers of coterie. No other module asks what a model has."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_matrix
from .._base.clusterer import InductiveClusterer
from .._base.estimator import Estimator

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..density import DBSCAN
    from ..kmeans import KMeans


def as_clusterer(model: Any) -> InductiveClusterer | None:
    """`model` if it is one of coterie, or a clusterer of coterie with its centers or core points; None if it has none.

    Raises
    ------
    NotFittedError
        It is one of coterie that was not fitted.
    """
    if isinstance(model, Estimator):
        model._check_is_fitted()
        return model if isinstance(model, InductiveClusterer) else None
    if hasattr(model, "cluster_centers_"):
        return _as_kmeans(model)
    if hasattr(model, "core_sample_indices_"):
        return _as_dbscan(model)
    return None


def predicts(model: Any) -> bool:
    """Whether something is a model that gives labels to new rows."""
    return hasattr(model, "predict")


def has_labels(model: Any) -> bool:
    """Whether a model was fitted, and gave the rows of the fit labels."""
    return hasattr(model, "labels_")


def _as_kmeans(model: Any) -> KMeans:
    from ..kmeans import KMeans  # here, as most profiles and models need none of it

    centers = as_matrix(model.cluster_centers_, name="model.cluster_centers_")
    ours = KMeans(len(centers))
    ours._become(
        cluster_centers_=centers,
        labels_=np.asarray(getattr(model, "labels_", ())),
        inertia_=getattr(model, "inertia_", math.nan),
        **_columns_of(model, centers.shape[1]),
    )
    return ours


def _as_dbscan(model: Any) -> DBSCAN:
    from ..density import DBSCAN

    params = dict(model.metric_params or {})
    ours = DBSCAN(model.eps, metric=model.metric, metric_params=params, p=None if "p" in params else model.p)
    ours._become(
        core_sample_indices_=model.core_sample_indices_,
        components_=model.components_,
        labels_=np.asarray(model.labels_),
        _fit_eps=model.eps,
        _fit_metric=ours._read_metric(),
        **_columns_of(model, len(model.labels_) if model.metric == "precomputed" else model.components_.shape[1]),
    )
    return ours


def _columns_of(model: Any, n_features: int) -> dict[str, int | NDArray[np.object_]]:
    """What a fitted model knows of its columns."""
    names = getattr(model, "feature_names_in_", None)
    found = {"n_features_in_": getattr(model, "n_features_in_", n_features)}
    return found if names is None else found | {"feature_names_in_": names}
