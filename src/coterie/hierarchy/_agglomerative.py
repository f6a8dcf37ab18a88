# SPDX-License-Identifier: BSD-3-Clause
"""Bottom-up clustering as scikit-learn's estimator; and what it shares with the top-down one: a tree and its cuts."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_doubles
from .._base.clusterer import Clusterer, InductiveClusterer
from .._base.estimator import UNCHANGED, Estimator
from .._base.parameters import BOOL, CALLABLE, N_JOBS, NONE, Rule, check_parameters, integer, one_of, real
from .._base.state import ABSENT, FLOATS, Array
from .._base.wording import shown
from .._dendrogram import cuts
from .._dendrogram.linkage_matrix import read_linkage
from .._dendrogram.merges import label_merges
from .._dendrogram.walks import count_leaves
from .._runtime import parallel, progress, threads
from ..distances._metrics import FITTED_METRIC, METRIC, check_fitted, check_suits, safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ..scaling._variance import warn_of_scales
from . import _linkage
from ._kernels import nearest_cluster

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


# ------------------------------------------------------------------------------------------- a tree and its cuts


class TreeClusterer(Clusterer):
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self._is_precomputed()
        return tags

    def cut(
        self, n_clusters: int | None = None, distance_threshold: float | None = None, min_size: int | None = None
    ) -> NDArray[np.intp]:
        """Return the labels of another cut of the fitted tree; the estimator stays as it is.

        Give exactly one of the three.

        Parameters
        ----------
        n_clusters : int, default=None
            Number of clusters, at most the number of rows. The labels are those of a fit with this `n_clusters`.

        distance_threshold : float, default=None
            Clusters at this distance or farther apart stay apart. The labels are those of a fit with this
            `distance_threshold`.

        min_size : int, default=None
            From the top, a cluster is split where both parts have at least so many rows. So each label has at least so
            many, and each row has a label. The clusters are numbered by their first rows.

        Returns
        -------
        ndarray of shape (n_samples,), intp
            From 0.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            Not exactly one of the three is given, or it is out of range.

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
            True passes it, False does not, None raises if it is given, a str is the name under which it is given.

        Returns
        -------
        self
        """
        return self._set_request("fit", callback=callback)

    # --- for subclasses

    def _is_precomputed(self) -> bool:
        return isinstance(self.metric, str) and self.metric == "precomputed"

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

    def _read_rows(self, X: ArrayLike) -> tuple[NDArray, dict[str, object]]:
        """The data for fit: at least two rows, and as many as clusters are asked for; square if precomputed."""
        X, seen = self._read(X)
        if len(X) < 2:
            raise ValueError(
                f"Found array with {len(X)} sample(s) (shape={X.shape}) while a minimum of 2 is required "
                f"by {type(self).__name__}."
            )
        if self._is_precomputed() and X.shape[0] != X.shape[1]:
            raise ValueError(f"Distance matrix should be square, got matrix of shape {X.shape}")
        if self.n_clusters is not None:
            _check_number(self.n_clusters, len(X))
        if not self._is_precomputed() and not callable(self.metric):
            warn_of_scales(
                X, seen.get("feature_names_in_"), distances.as_metric(self.metric), threads.resolve_n_jobs(self.n_jobs)
            )
        return X, seen

    def _become_tree(
        self, Z: NDArray[np.float64], children: NDArray[np.intp], with_distances: bool, **more: object
    ) -> None:
        """End of fit."""
        n_clusters = _count(Z, self.n_clusters, self.distance_threshold)
        if with_distances:
            more["distances_"] = Z[:, 2].copy()
        else:
            self.__dict__.pop("distances_", None)  # of an earlier fit
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
    if n_clusters is None:
        return int(np.count_nonzero(Z[:, 2] >= distance_threshold)) + 1
    _check_number(n_clusters, len(Z) + 1)
    return int(n_clusters)


def _check_number(n_clusters: int, n_leaves: int) -> None:
    if n_clusters > n_leaves:
        raise ValueError(
            f"Cannot extract more clusters than samples: {n_clusters} clusters were given for a tree with "
            f"{n_leaves} leaves."
        )


# ------------------------------------------------------------------------------------------- distances


def takes_all_rows(metric: object) -> bool:
    """Is this a function of all rows that returns the matrix, as scikit-learn has it, rather than one of two rows?"""
    if not callable(metric):
        return False
    try:
        inspect.signature(metric).bind(None)
    except TypeError:
        return False
    except ValueError:  # nothing is known of its arguments
        return True
    return True


def matrix_of(metric: Callable, X: NDArray) -> NDArray:
    """What a function of all rows returns, checked: a square matrix."""
    matrix = as_doubles(metric(X), name="affinity")
    if matrix.shape != (len(X), len(X)):
        raise ValueError(
            f"The metric should return a square matrix of {len(X)} rows, got one of shape {matrix.shape}. "
            "A function of two rows must require two arguments."
        )
    return matrix


def _build_tree(X: NDArray, linkage: str, metric: str | Callable | distances.Metric) -> tuple[NDArray, NDArray]:
    """The linkage matrix, and scikit-learn's children. A function of its own, with plain arguments, for `memory`."""
    n_threads = threads.get_num_threads()
    if takes_all_rows(metric):
        X, metric = matrix_of(metric, X), "precomputed"
    if isinstance(metric, str) and metric == "precomputed":
        y = distances.squareform(X, checks=False).astype(np.float64, copy=False)
        Z = _linkage.from_condensed(y, linkage, n_threads, overwrite=True)
        return Z, Z[:, :2].astype(np.intp)
    metric = distances.as_metric(metric)
    check_suits(X, metric)
    if linkage == "single" and metric.kernel not in _SORTED_BY_SCIKIT_LEARN:
        return _grow_tree(X, metric, n_threads)
    Z = _linkage.agglomerate(X, linkage, metric, n_threads)
    return Z, Z[:, :2].astype(np.intp)


# scikit-learn builds trees of single linkage itself, with children in the order of Prim's visits. For functions and
# these metrics it asks scipy, which sorts them.
_SORTED_BY_SCIKIT_LEARN = ("", "cosine", "correlation", "sqeuclidean")


def _grow_tree(X: NDArray, metric: distances.Metric, n_threads: int) -> tuple[NDArray, NDArray]:
    """Single linkage: linkage matrix and scikit-learn's children."""
    visits, heights = _linkage.grow_tree(X, metric, n_threads)
    order = np.argsort(heights, kind="stable")
    Z = label_merges(np.column_stack([visits[order], visits[order + 1]]), heights[order], ordered=False)
    children = Z[:, :2].astype(np.intp)
    Z[:, :2].sort(axis=1)
    return Z, children


# ------------------------------------------------------------------------------------------- the estimator


_LINKAGES = ("ward", "complete", "average", "single", "weighted", "centroid", "median")
_OF_CENTERS = ("ward", "centroid", "median")
_BLOCK = 1 << 20  # distances of a block of predict: 8 MB
_CHUNK = 1 << 18  # of a chunk


class AgglomerativeClustering(InductiveClusterer, TreeClusterer):
    """Bottom-up hierarchical clustering: every row begins alone, and the two nearest clusters are merged, and so on.

    Parameters, attributes, labels with their numbers, and messages are those of
    ``sklearn.cluster.AgglomerativeClustering``; with the tree as scipy writes it (`linkage_`), three more linkages,
    other cuts of the fitted tree (`cut`) and labels for new rows (`predict`).

    Parameters
    ----------
    n_clusters : int or None, default=2
        Number of clusters to find. Must be None if `distance_threshold` is given.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        How far two rows are from each other:

        - a name of the table in `coterie.distances`;
        - 'precomputed': `X` is the square matrix of the distances, of which the part above the diagonal is used;
        - a callable that takes one argument: ``metric(X)`` returns that matrix;
        - a callable that needs two: ``metric(x, y)`` returns the distance of two rows.

        'ward' needs 'euclidean'; 'centroid' and 'median' need it or a matrix of such distances.

    memory : str, object with a ``cache`` method, or None, default=None
        Where to keep trees, so that another fit to the same data needs none: a folder (joblib is imported then) or a
        ``joblib.Memory``.

    connectivity : None, default=None
        Accepted for scikit-learn's sake; trees that follow a graph are not supported yet.

    compute_full_tree : 'auto' or bool, default='auto'
        Accepted for scikit-learn's sake and of no effect: the tree is always complete.

    linkage : {'ward', 'complete', 'average', 'single', 'weighted', 'centroid', 'median'}, default='ward'
        What the distance of two clusters is:

        - 'ward': grows with the sum of squared distances to the centers that merging them would add;
        - 'complete': that of the two rows farthest apart;
        - 'average': the mean over all pairs of rows;
        - 'single': that of the two nearest rows;
        - 'weighted': the mean of the distances that the two parts of the cluster merged last had;
        - 'centroid': that of their means;
        - 'median': that of their centers, where the center of a merged cluster is in the middle between the two.

    distance_threshold : float or None, default=None
        Clusters at this distance or farther apart are not merged. Must be None if `n_clusters` is given.

    compute_distances : bool, default=False
        Set `distances_` also where `distance_threshold` is None.

    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), intp
        Cluster of each row, from 0.

    linkage_ : ndarray of shape (n_samples - 1, 4), float64
        The tree as ``scipy.cluster.hierarchy.linkage`` writes it: the two clusters of each merge, their distance, and
        the number of rows in the new cluster.

    children_ : ndarray of shape (n_samples - 1, 2), intp
        The two clusters of each merge: a row if less than n_samples, else the cluster of merge number ``i -
        n_samples``.

    distances_ : ndarray of shape (n_samples - 1,), float64
        The distance of each merge; only with `distance_threshold` or `compute_distances`.

    n_clusters_ : int
        Number of clusters in `labels_`.

    n_leaves_ : int
        Number of rows.

    n_connected_components_ : int
        1.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    DivisiveClustering : From the top down.

    Notes
    -----
    O(n_samples²) time for most linkages (more at worst for 'centroid' and 'median'). 'ward', 'single', 'centroid' and
    'median' take O(n_samples * n_features) memory where the metric allows it; the others hold the
    n_samples * (n_samples - 1) / 2 distances.

    Labels, their numbers and the tree are scikit-learn's unless distances tie; on ties one of the trees that the
    definition allows is built, always the same one. On one machine the results are the same bits for any number of
    threads. `n_clusters` is met exactly, with ties too and where 'centroid' and 'median' merge clusters that are nearer
    than those merged before.

    References
    ----------
    .. [1] D. Müllner, "Modern hierarchical, agglomerative clustering algorithms", 2011. :doi:`10.48550/arXiv.1109.2378`
    .. [2] J. H. Ward, "Hierarchical grouping to optimize an objective function", Journal of the American Statistical
       Association 58 (1963) 236-244. :doi:`10.1080/01621459.1963.10500845`

    Examples
    --------
    >>> from coterie import AgglomerativeClustering
    >>> X = [[1, 2], [1, 4], [1, 1], [5, 2], [5, 5], [5, 0]]
    >>> model = AgglomerativeClustering().fit(X)
    >>> model.labels_
    array([1, 1, 1, 0, 0, 0])
    >>> model.cut(n_clusters=3)
    array([0, 0, 0, 1, 2, 1])
    >>> model.predict([[0, 1], [5, 4]])
    array([1, 0])
    """

    _rules = {
        **TreeClusterer._rules,
        "memory": (
            Rule("an instance of 'str'", lambda value: isinstance(value, str)),
            Rule("an object implementing 'cache'", lambda value: hasattr(value, "cache")),
            NONE,
        ),
        "compute_full_tree": (one_of("auto"), *BOOL),
        "linkage": (one_of(*_LINKAGES),),
        "compute_distances": BOOL,
    }
    _state = {
        **TreeClusterer._state,
        "n_connected_components_": (integer(1, 1),),
        "_fit_linkage": (one_of(*_LINKAGES),),
        "_fit_metric": (*FITTED_METRIC, CALLABLE),
        "_fit_X": (Array(FLOATS, ("n_leaves_", "n_features_in_")), NONE),
    }

    n_connected_components_: int

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: str | Callable | distances.Metric = "euclidean",
        memory: Any = None,
        connectivity: None = None,
        compute_full_tree: bool | str = "auto",
        linkage: str = "ward",
        distance_threshold: float | None = None,
        compute_distances: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.memory = memory
        self.connectivity = connectivity
        self.compute_full_tree = compute_full_tree
        self.linkage = linkage
        self.distance_threshold = distance_threshold
        self.compute_distances = compute_distances
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: object = None, callback: Callable[[str, int, int], object] | None = None) -> Self:
        """Build the tree and cut it.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, or their distances with ``metric='precomputed'``; not modified. `predict` uses them again: an
            array that was not copied must stay as it is until then.

        y : ignored
            Accepted for scikit-learn's sake.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` in the course of the work; returning False stops it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range or does not go with another one, there are fewer rows than clusters or than two,
            the data are not a finite, real, two-dimensional table, or the metric is not defined for them.
        TypeError
            The data are sparse or hold objects that are not numbers.
        NotImplementedError
            `connectivity` is given.
        MemoryError
            The distances would not fit into memory; nothing was allocated.
        Cancelled
            `callback` returned False.

        Warns
        -----
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.

        Notes
        -----
        A fit that raises or is interrupted leaves the estimator as it was.
        """
        self._check_parameters()
        self._check_cut()
        if self.distance_threshold is not None and not self.compute_full_tree:
            raise ValueError("compute_full_tree must be True if distance_threshold is set.")
        _check_linkage(self.linkage, self.metric)
        if self.connectivity is not None:
            raise NotImplementedError(
                "AgglomerativeClustering does not support connectivity yet. Leave it None for a tree of all rows, or "
                "use sklearn.cluster.AgglomerativeClustering."
            )
        X, seen = self._read_rows(X)
        build = self._cached(_build_tree)
        # The number of threads is not an argument: what is cached must not depend on it.
        with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(self.n_jobs)):
            Z, children = build(X, self.linkage, self.metric)
        with_distances = self.compute_distances or self.distance_threshold is not None
        self._become_tree(
            Z,
            children,
            with_distances,
            n_connected_components_=1,
            _fit_linkage=self.linkage,
            _fit_X=None if self._is_precomputed() else X,
            _fit_metric=None
            if self._is_precomputed()
            else self.metric
            if callable(self.metric)
            else distances.as_metric(self.metric),
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Assign new rows to the clusters of `labels_`, by the distance of the linkage between a row and a cluster.

        This is not what a fit to the old and new rows together would give: the clusters stay as they are, and so a
        row of the fit may get another label than it has. The distance from a row x to a cluster is

        - 'single', 'complete', 'average': that of the nearest row, that of the farthest row, the mean;
        - 'weighted': the mean with weights that are halved at each merge from the cluster down to the row;
        - 'ward': ``sqrt(2 n / (n + 1))`` times that of x and the mean of its n rows, the height at which x would join;
        - 'centroid', 'median': that of x and the center, for 'median' with the same weights as for 'weighted'.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), intp
            Of equally near clusters the one with the lowest label.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            As by `fit`, the columns differ in number or name from those seen by fit, or clusters and new rows have no
            distance: centers with ``metric='precomputed'``, or a metric that only takes all rows.

        Notes
        -----
        O(n_new * n_samples * n_features) time, for 'ward', 'centroid' and 'median' O(n_new * n_clusters * n_features).
        Memory beyond the data is a copy of the data of the fit and a block of distances of 8 MB, or one row of them.
        """
        return self._assign(self._read_more(X))

    def _assign(self, X: NDArray) -> NDArray[np.intp]:
        linkage, metric, rows = self._fit_linkage, self._fit_metric, self._fit_X
        if rows is not None and not callable(metric):
            exponent = safe_exponent(distances.as_metric(metric), X, rows)
            X, rows = power_of_two.divided(X, exponent), power_of_two.divided(rows, exponent)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        if rows is not None and isinstance(metric, distances.Metric):
            exponent = safe_exponent(metric, rows, X, name="X")
            rows, X = (power_of_two.divided(each, exponent) for each in (rows, X))
        labels = cuts.labels_by_number(self.children_, self.n_clusters_)
        order = np.argsort(labels, kind="stable")
        starts = np.searchsorted(labels[order], np.arange(self.n_clusters_ + 1))
        sizes = np.diff(starts)
        if linkage in ("weighted", "median"):
            weights = cuts.weights_by_number(self.children_, self.n_clusters_)[order]
        else:
            weights = np.repeat(1.0 / sizes, sizes)
        kind = {"single": nearest_cluster.NEAREST_MEMBER, "complete": nearest_cluster.FARTHEST_MEMBER}.get(
            linkage, nearest_cluster.MEAN_OF_MEMBERS
        )
        if linkage in _OF_CENTERS:
            if rows is None:
                raise ValueError(
                    f"With linkage={linkage!r} predict needs the rows, which metric='precomputed' does "
                    "not give it: new rows are assigned to the nearest center."
                )
            middle = rows.mean(axis=0, dtype=np.float64)  # off the sums, for their rounding error
            rows = middle + np.add.reduceat((rows[order] - middle) * weights[:, None], starts[:-1])
            weights = np.sqrt(2 * sizes / (sizes + 1)) if linkage == "ward" else np.ones(len(sizes))
            starts = np.arange(len(starts))
        elif rows is not None:
            rows = rows[order]
        return _nearest(X, _measure(metric, X, rows, order, n_threads), starts, weights, kind, n_threads)

    def _centers(self) -> NDArray[np.float64] | None:
        metric = self._fit_metric
        if not (isinstance(metric, distances.Metric) and metric.kernel == "euclidean"):
            return None
        exponent = power_of_two.exponent_for(self._fit_X, power=1.0)
        rows = power_of_two.divided(self._fit_X, exponent)
        middle = rows.mean(axis=0, dtype=np.float64)  # off the sums, for their rounding error
        order = np.argsort(self.labels_, kind="stable")
        sizes = np.bincount(self.labels_)
        sums = np.add.reduceat(rows[order] - middle, np.cumsum(sizes) - sizes, axis=0, dtype=np.float64)
        return power_of_two.multiplied(middle + sums / sizes[:, None], exponent)

    def _check_state(self) -> None:
        if self.memory is not None:  # joblib would run what is in that place
            raise ValueError(
                "A model in a file can't have a memory, which is a place on one machine. Got "
                f"memory={shown(self.memory)}."
            )
        super()._check_state()

    def _check_relations(self) -> None:
        super()._check_relations()
        _check_linkage(self._fit_linkage, "precomputed" if self._fit_metric is None else self._fit_metric)
        if (self._fit_X is None) != (self._fit_metric is None):
            raise ValueError("_fit_X should be there where _fit_metric is")
        if self._fit_X is not None:
            check_fitted(self._fit_X, self._fit_metric, self.n_leaves_, "_fit_X")
        elif self.n_features_in_ != self.n_leaves_:
            raise ValueError(
                f"n_features_in_ should be the number of rows, {self.n_leaves_}, with given distances. "
                f"Got {self.n_features_in_}"
            )

    def _cached(self, function: Callable) -> Callable:
        """`function`, or what keeps its results in `memory`."""
        if self.memory is None:
            return function
        if isinstance(self.memory, str):
            from joblib import Memory

            return Memory(location=self.memory, verbose=0).cache(function)
        return self.memory.cache(function)


def _check_linkage(linkage: str, metric: str | Callable | distances.Metric) -> None:
    euclidean = isinstance(metric, (str, distances.Metric)) and (
        metric == "precomputed" or distances.as_metric(metric).kernel == "euclidean"
    )
    if linkage == "ward" and (not euclidean or metric == "precomputed"):
        raise ValueError(
            f"{metric} was provided as metric. Ward can only work with euclidean distances (i.e. 'euclidean' and 'l2')."
        )
    if linkage in _OF_CENTERS and not euclidean:
        raise ValueError(
            f"{metric} was provided as metric. The linkage {linkage!r} can only work with "
            "euclidean distances: 'euclidean', 'l2', or 'precomputed' for a matrix of them."
        )


def _measure(
    metric: str | Callable | distances.Metric, X: NDArray, rows: NDArray | None, order: NDArray, n_threads: int
) -> Callable[[slice, NDArray], None]:
    """A function that writes the distances of some rows of `X` to the rows of a fit, cluster by cluster."""
    if rows is None:

        def look_up(part: slice, out: NDArray) -> None:
            np.take(X[part].astype(np.float64, copy=False), order, axis=1, out=out)

        return look_up
    if takes_all_rows(metric):
        try:
            inspect.signature(metric).bind(None, None)
        except (TypeError, ValueError):
            raise ValueError(
                "predict needs distances between new rows and those of the fit, but the metric takes one argument only."
            ) from None

        def call(part: slice, out: NDArray) -> None:
            out[...] = metric(X[part], rows)

        return call
    metric = distances.as_metric(metric)
    check_suits(X, metric)
    points = prepare(rows, metric, n_threads)

    def compute(part: slice, out: NDArray) -> None:
        fill_rectangle(X[part], points, metric, n_threads, out)

    return compute


def _nearest(
    X: NDArray, measure: Callable[[slice, NDArray], None], starts: NDArray, weights: NDArray, kind: int, n_threads: int
) -> NDArray[np.intp]:
    """Labels of the rows of `X`, block by block."""
    n, m = len(X), int(starts[-1])
    labels = np.empty(n, dtype=np.intp)
    step, rows = max(1, _BLOCK // m), max(1, _CHUNK // m)
    block = np.empty((min(step, n), m))
    for start in range(0, n, step):
        part = slice(start, min(n, start + step))
        out = block[: part.stop - start]
        measure(part, out)
        if not (math.isfinite(out.sum()) or np.isfinite(out).all()):
            row = start + int((~np.isfinite(out)).any(axis=1).argmax())
            raise ValueError(f"Some distances to row {row} of X are not finite numbers.")
        parallel.over(
            len(out), rows, n_threads, nearest_cluster.nearest_cluster, out, starts, weights, kind, labels[part]
        )
    return labels
