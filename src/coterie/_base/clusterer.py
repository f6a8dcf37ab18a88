# SPDX-License-Identifier: BSD-3-Clause
"""Clusterers, and what is asked of a fitted one whichever algorithm it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .estimator import UNCHANGED, Estimator, Transformer
from .notebook import Card, say_sizes, table_of_sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .typing import ArrayLike


class Clusterer(Estimator):
    """An estimator whose fit gives each row a label.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,)
        Cluster of each row of the fit, from 0; negative for noise.
    """

    labels_: NDArray[np.integer]

    def _needs_no_fit(self) -> frozenset[str]:
        """The parameters that `_labels_with` takes: where others are the same, one fit is enough for all their values.

        Sweeps ask this, before a fit.
        """
        return frozenset()

    def _labels_with(self, **parameters: Any) -> NDArray[np.integer]:
        """The labels that a fit with other values of all these parameters would give; the estimator does not change."""
        raise NotImplementedError

    def _for_sample(self, share: float) -> Self | None:
        """The estimator for a sample of this share of the rows, each at most once; None where samples may repeat rows.

        Where equal rows look dense, samples that repeat rows have clusters that the data do not have.
        """
        return None

    def _stand_for_clusters(self) -> NDArray[Any] | None:
        """(n_clusters, n_features) what stands for each cluster, to be shown beside it."""
        return None

    def _card(self) -> Card:
        card = super()._card()
        if "labels_" not in self.__dict__:
            return card
        names = self.__dict__.get("feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)])
        clusters = table_of_sizes(self.labels_, self._stand_for_clusters(), list(names))
        return card._replace(sentences=[say_sizes(self.labels_)], folded={"Clusters": clusters, **card.folded})

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = "clusterer"
        return tags

    def fit_predict(self, X: ArrayLike, y: object = None, **options: Any) -> NDArray[np.integer]:
        """Fit and return the labels of the rows: the same as ``fit(X).labels_``."""
        return self.fit(X, **options).labels_


class InductiveClusterer(Clusterer):
    """A clusterer that assigns new rows to its clusters, too.

    Drift, outlier scores and the command ask the following of it, once it is fitted, and of nothing else. A subclass
    has `predict` and `_assign`, and overrides what its algorithm knows.

    Attributes
    ----------
    _fit_metric : Metric or callable
        How rows were compared; None where their distances were given.
    _fit_X : ndarray of shape (n_samples, n_features)
        The rows of the fit; None where they are not kept.
    """

    _fit_metric: Any
    _fit_X: NDArray[np.floating] | None = None

    def predict(self, X: ArrayLike) -> NDArray[np.integer]:
        """Return the label of each row."""
        return self._assign(self._read_more(X))

    def _assign(self, X: NDArray[np.floating]) -> NDArray[np.integer]:
        """What `predict` returns for rows that `_read_more` has checked, or for those of the fit."""
        raise NotImplementedError

    def _centers(self) -> NDArray[np.float64] | None:
        """(n_clusters, n_features) the point that stands for each cluster, where distances to it are Euclidean."""
        return None

    def _distances_to_own(self, X: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """How far rows are from the row that stands for their cluster, by the metric; None where there is none."""
        return None

    def _distance_to_centers(self) -> float:
        """Root mean squared distance of the rows of the fit to their centers; NaN where it is not known."""
        return math.nan

    def _sizes_by_predict(self) -> NDArray[np.int64] | None:
        """(n_clusters,) how many rows of the fit `predict` gives to each cluster; None where `labels_` says it."""
        return None

    def _noise_scores(self, X: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """How far rows are from the clusters: at most 1 where `_assign` gives a cluster, more where it says noise.

        None where no row is noise, or where there is no such measure.
        """
        return None


class WeightedClusterer(Clusterer):
    """A clusterer whose `fit` takes weights of rows, and a callback."""

    def set_fit_request(
        self, *, sample_weight: bool | str | None = UNCHANGED, callback: bool | str | None = UNCHANGED
    ) -> Self:
        """Say whether scikit-learn's metadata routing passes these arguments to `fit`.

        Parameters
        ----------
        sample_weight, callback : bool, str or None
            True passes it, False does not pass it, None raises an error if it is given, and a str is the name under
            which it is given.

        Returns
        -------
        self
        """
        return self._set_request("fit", sample_weight=sample_weight, callback=callback)


class CenterClusterer(Transformer, WeightedClusterer, InductiveClusterer):
    """A clusterer with a center for each cluster, whose transform gives the distances to them."""

    _n_features_out: int

    def _stand_for_clusters(self) -> NDArray[Any] | None:
        centers: NDArray[Any] | None = self.__dict__.get("cluster_centers_")  # not of given distances
        return centers

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns that `transform` gives: kmeans0, kmeans1, ... for `KMeans`.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Only compared with the columns seen by fit.

        Returns
        -------
        ndarray of shape (n_clusters,), object
        """
        self._input_names(input_features)
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{i}" for i in range(self._n_features_out)], dtype=np.object_)

    def set_score_request(self, *, sample_weight: bool | str | None = UNCHANGED) -> Self:
        """Say whether scikit-learn's metadata routing passes `sample_weight` to `score`; see `set_fit_request`.

        Parameters
        ----------
        sample_weight : bool, str or None
            As in `set_fit_request`.

        Returns
        -------
        self
        """
        return self._set_request("score", sample_weight=sample_weight)
