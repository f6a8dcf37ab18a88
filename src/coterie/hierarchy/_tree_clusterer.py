# SPDX-License-Identifier: BSD-3-Clause
"""What the estimators of this package share: a tree, and the labels of its cuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base.clusterer import Clusterer
from .._base.estimator import UNCHANGED, Estimator
from .._base.notebook import Card
from .._base.parameters import N_JOBS, NONE, check_parameters, integer, real
from .._base.state import ABSENT, Array
from .._dendrogram import cuts
from .._dendrogram.linkage_matrix import read_linkage
from .._dendrogram.walks import count_leaves
from ..distances._metrics import METRIC, Metric, as_metric, is_precomputed
from ..distances._rows import MeasuredRows
from ..scaling._variance import warn_of_scales
from . import _cards

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


class TreeClusterer(MeasuredRows, Clusterer):
    """A clusterer that builds a tree, and gives the labels of one of its cuts or another."""

    _rules = {
        "n_clusters": (integer(1), NONE),
        "metric": METRIC,
        "distance_threshold": (real(0), NONE),
        "n_jobs": N_JOBS,
    }
    _metadata = {"fit": ("callback",)}
    _state = {
        **Estimator._state,
        "n_leaves_": (integer(2),),
        "n_clusters_": (integer(1),),
        "labels_": (Array((np.intp,), ("n_leaves_",), low=0, high="n_clusters_"),),
        "linkage_": (Array((np.float64,), ("n_merges", 4), low=0, finite=False),),
        "children_": (Array((np.intp,), ("n_merges", 2), low=0),),
        "distances_": (Array((np.float64,), ("n_merges",), low=0, finite=False), ABSENT),
    }

    labels_: NDArray[np.intp]
    linkage_: NDArray[np.float64]
    children_: NDArray[np.intp]
    distances_: NDArray[np.float64]
    n_clusters_: int
    n_leaves_: int
    n_clusters: int | None
    metric: str | Callable[..., object] | Metric
    distance_threshold: float | None
    n_jobs: int | None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self._is_precomputed()
        return tags

    def _card(self) -> Card:
        card = super()._card()
        return _cards.with_tree(card, self.linkage_, self.n_clusters_) if self.__sklearn_is_fitted__() else card

    def cut(
        self, n_clusters: int | None = None, distance_threshold: float | None = None, min_size: int | None = None
    ) -> NDArray[np.intp]:
        """Return the labels of another cut of the fitted tree; the estimator does not change.

        Give exactly one of the three parameters.

        Parameters
        ----------
        n_clusters : int, default=None
            Number of clusters, at most the number of rows. The labels are those of a fit with this `n_clusters`.

        distance_threshold : float, default=None
            Clusters at this distance or farther apart stay apart. The labels are those of a fit with this
            `distance_threshold`.

        min_size : int, default=None
            From the top, a cluster is split if both parts have at least this number of rows. So each cluster has at
            least this number of rows, and each row has a label. The clusters are numbered by their first rows.

        Returns
        -------
        ndarray of shape (n_samples,), intp
            From 0.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            None or more than one of the three parameters is given, or a parameter is out of range.

        Notes
        -----
        O(n_samples + k log k) time for k clusters.
        """
        self._check_is_fitted()
        given = {"n_clusters": n_clusters, "distance_threshold": distance_threshold, "min_size": min_size}
        if sum(value is not None for value in given.values()) != 1:
            raise ValueError(
                "Exactly one of n_clusters, distance_threshold and min_size has to be set, and the others "
                "need to be None."
            )
        rules = {
            "n_clusters": (integer(1), NONE),
            "distance_threshold": (real(0), NONE),
            "min_size": (integer(1), NONE),
        }
        check_parameters("cut", rules, given)
        if min_size is None:
            return cuts.labels_by_number(self.children_, _count(self.linkage_, n_clusters, distance_threshold))
        if min_size > self.n_leaves_:
            raise ValueError(f"min_size={min_size} should be <= n_samples={self.n_leaves_}.")
        return cuts.labels_by_size(self.children_, self.linkage_[:, 3], min_size)

    def set_fit_request(self, *, callback: bool | str | None = UNCHANGED) -> Self:
        """Say whether scikit-learn's metadata routing passes this argument to `fit`.

        Parameters
        ----------
        callback : bool, str or None
            True passes it, False does not pass it, None raises an error if it is given, and a str is the name under
            which it is given.

        Returns
        -------
        self
        """
        return self._set_request("fit", callback=callback)

    def _needs_no_fit(self) -> frozenset[str]:
        return frozenset({"n_clusters", "distance_threshold"})

    def _labels_with(self, **parameters: Any) -> NDArray[np.intp]:
        return self.cut(**parameters)

    # --- for subclasses

    def _is_precomputed(self) -> bool:
        return is_precomputed(self.metric)

    def _check_relations(self) -> None:
        Z, children, n = self.linkage_, self.children_, self.n_leaves_
        if len(Z) != n - 1 or self.n_clusters_ > n:
            raise ValueError(
                f"{n} rows should have {n - 1} merges and at most {n} clusters, got {len(Z)} and {self.n_clusters_}"
            )
        ordered = read_linkage(Z)[1]
        if (Z[:, 3] != count_leaves(ordered)[n:]).any():
            raise ValueError("linkage_ should say in its last column how many rows are in each cluster")
        if (np.sort(children) != np.sort(ordered)).any():
            raise ValueError("children_ should be those of linkage_")
        if "distances_" in self.__dict__ and (self.distances_ != Z[:, 2]).any():
            raise ValueError("distances_ should be those of linkage_")
        if (self.labels_ != cuts.labels_by_number(children, self.n_clusters_)).any():
            raise ValueError("labels_ should be those of the cut into n_clusters_")

    def _check_cut(self) -> None:
        if (self.n_clusters is None) == (self.distance_threshold is None):
            raise ValueError(
                "Exactly one of n_clusters and distance_threshold has to be set, and the other needs to be None."
            )

    def _read_rows(self, X: ArrayLike, n_threads: int) -> tuple[NDArray[np.floating], Any, dict[str, Any]]:
        """The data for fit, at least two rows and as many as clusters are asked for, and the metric.

        With 'precomputed' they are square.
        """
        is_named = not (self._is_precomputed() or callable(self.metric))
        rows, metric, seen = self._read_for(X, as_metric(self.metric) if is_named else self.metric)
        if len(rows) < 2:
            raise ValueError(
                f"Found array with {len(rows)} sample(s) (shape={rows.shape}) while a minimum of 2 is required "
                f"by {type(self).__name__}."
            )
        if self._is_precomputed() and rows.shape[0] != rows.shape[1]:
            raise ValueError(f"Distance matrix should be square, got matrix of shape {rows.shape}")
        if self.n_clusters is not None:
            _check_number(self.n_clusters, len(rows))
        if is_named:
            warn_of_scales(rows, seen.get("feature_names_in_"), metric, n_threads)
        return rows, metric, seen

    def _become_tree(
        self, Z: NDArray[np.float64], children: NDArray[np.intp], with_distances: bool, **more: object
    ) -> None:
        """End of fit."""
        n_clusters = _count(Z, self.n_clusters, self.distance_threshold)
        if with_distances:
            more["distances_"] = Z[:, 2].copy()
        self._become(
            linkage_=Z,
            children_=children,
            n_leaves_=len(Z) + 1,
            n_clusters_=n_clusters,
            labels_=cuts.labels_by_number(children, n_clusters),
            **more,
        )


def _count(Z: NDArray[np.float64], n_clusters: int | None, distance_threshold: float | None) -> int:
    """Number of clusters of a cut."""
    if n_clusters is not None:
        _check_number(n_clusters, len(Z) + 1)
        return int(n_clusters)
    if distance_threshold is None:
        raise ValueError("a cut needs n_clusters or distance_threshold")
    return int(np.count_nonzero(Z[:, 2] >= distance_threshold)) + 1


def _check_number(n_clusters: int, n_leaves: int) -> None:
    if n_clusters > n_leaves:
        raise ValueError(
            f"Cannot extract more clusters than samples: {n_clusters} clusters were given for a tree with "
            f"{n_leaves} leaves."
        )
