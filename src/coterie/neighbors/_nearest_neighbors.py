# SPDX-License-Identifier: BSD-3-Clause
"""The estimator `NearestNeighbors`, with scikit-learn's names."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base.estimator import Estimator
from .._base.notebook import Card
from .._base.parameters import (
    CALLABLE,
    DICT,
    N_JOBS,
    NONE,
    Rule,
    as_float,
    check_parameters,
    integer,
    is_integer,
    is_real,
    one_of,
)
from .._base.state import FLOATS, Array
from .._base.wording import count, shown
from .._runtime import threads
from ..distances._metrics import FITTED_METRIC, METRIC, NAMES, check_fitted, check_suits, is_precomputed, read_metric
from ..distances._rows import MeasuredRows
from ._queries import RADIUS
from ._search import Neighborhoods, Rows, RowsInBlocks, lay_out, nearest, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


class NearestNeighbors(MeasuredRows):
    """Keep rows, and find neighbors among them.

    Parameters, attributes and methods are those of ``sklearn.neighbors.NearestNeighbors``.

    Parameters
    ----------
    n_neighbors : int, default=5
        Number of neighbors that `kneighbors` finds.

    radius : float, default=1.0
        Radius within which `radius_neighbors` finds rows.

    algorithm : {'auto', 'ball_tree', 'kd_tree', 'brute'}, default='auto'
        'brute' computes all distances, 'ball_tree' and 'kd_tree' use a k-d tree if the metric allows it, and 'auto'
        follows the rule in `coterie.neighbors`. The results are the same.

    leaf_size : int, default=30
        Ignored; kept for API compatibility.

    metric : str, callable or `coterie.distances.Metric`, default='minkowski'
        A name from the table in `coterie.distances`, a function ``f(x, y)`` of two rows, or 'precomputed'. With
        'precomputed', `fit` takes a square matrix of distances; the other methods take a matrix with one row for each
        query and one column for each row of the fit.

    p : float, default=2
        The exponent of minkowski, greater than 0.

    metric_params : dict, default=None
        Arguments for the metric; a `p` in it is used instead of the parameter `p`.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The results do not depend on it.

    Attributes
    ----------
    effective_metric_ : str or callable
        The metric: 'euclidean' for minkowski with p=2, and so on.

    effective_metric_params_ : dict
        Its arguments.

    n_samples_fit_ : int
        Number of rows seen by fit.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    kneighbors, radius_neighbors, radius_counts : The functions for this class.

    Notes
    -----
    Ties are broken by the row number, so that the results do not depend on the algorithm. A tree is built at the first
    query, and is not saved with the estimator.

    Examples
    --------
    >>> from coterie.neighbors import NearestNeighbors
    >>> model = NearestNeighbors(n_neighbors=1).fit([[0.0], [1.0], [3.0]])
    >>> distances, indices = model.kneighbors([[2.5]])
    >>> indices, distances
    (array([[2]]), array([[0.5]]))
    >>> model.kneighbors(return_distance=False)  # of the rows themselves, each without itself
    array([[1],
           [0],
           [1]])
    """

    __module__ = "coterie.neighbors"  # where users and pickles find it

    _rules = {
        "n_neighbors": (integer(1), NONE),
        "radius": (*RADIUS, NONE),
        "algorithm": (one_of("auto", "ball_tree", "kd_tree", "brute"),),
        "leaf_size": (integer(1),),
        "metric": METRIC,
        "p": (Rule("a float in the range (0.0, inf]", lambda value: is_real(value) and as_float(value) > 0), NONE),
        "metric_params": (DICT, NONE),
        "n_jobs": N_JOBS,
    }
    _state = {
        **Estimator._state,
        "n_samples_fit_": (integer(1),),
        "_fit_X": (Array(FLOATS, ("n_samples_fit_", "n_features_in_"), missing=True),),
        "_fit_metric": FITTED_METRIC,
        "effective_metric_": (one_of(*NAMES, "precomputed"), CALLABLE),
        "effective_metric_params_": (DICT,),
    }
    __slots__ = ("_rows",)  # what was laid out of _fit_X: not a part of the state

    effective_metric_: str | Callable[..., object]
    effective_metric_params_: dict[str, object]
    n_samples_fit_: int
    _fit_X: NDArray[Any]
    _fit_metric: distances.Metric | None
    _rows: Rows

    def __init__(
        self,
        *,
        n_neighbors: int = 5,
        radius: float = 1.0,
        algorithm: str = "auto",
        leaf_size: int = 30,
        metric: str | Callable[..., object] | distances.Metric = "minkowski",
        p: float = 2,
        metric_params: dict[str, object] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.radius = radius
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.metric = metric
        self.p = p
        self.metric_params = metric_params
        self.n_jobs = n_jobs

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__.copy()

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = is_precomputed(self.metric)
        return tags

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Keep the rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Not modified, and not copied if it is a C-ordered array of float32 or float64: it must not change while
            the estimator is used. A square matrix for ``metric='precomputed'``.
        y : None
            Ignored; kept for API compatibility.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            A parameter or the data are not as described, or the metric is not defined for such rows.
        """
        self._check_parameters()
        measure = read_metric(self.metric, self.metric_params, self.p)
        X, measure, seen = self._read_for(X, measure)
        if measure is None:
            if X.shape[0] != X.shape[1]:
                raise ValueError(f"Precomputed matrix must be square. Input is a {X.shape[0]}x{X.shape[1]} matrix.")
            _check_not_negative(X)
        else:
            check_suits(X, measure)
        self._become(_fit_X=X, _fit_metric=measure, n_samples_fit_=len(X), **_effective(measure), **seen)
        return self

    def _card(self) -> Card:
        card = super()._card()
        if not self.__sklearn_is_fitted__():
            return card
        return card._replace(sentences=[f"{count(self.n_samples_fit_, 'row')} in which neighbors are found"])

    def kneighbors(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]] | NDArray[np.int64]:
        """Find the nearest rows of the fit.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), or (n_queries, n_samples_fit) if metric is 'precomputed'
            The queries. None means the rows of the fit; a row is not its own neighbor then.
        n_neighbors : int, default=None
            Number of neighbors; None means the parameter `n_neighbors`.
        return_distance : bool, default=True
            Whether to return the distances as well.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), float64
            Sorted from near to far; only if `return_distance` is True.
        indices : ndarray of shape (n_queries, n_neighbors), int64
            Row numbers of the fit; on a tie, the lower one comes first.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if there are fewer rows than neighbors.
        MemoryError
            The result would not fit into memory; nothing was allocated.
        """
        self._check_is_fitted()
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        if not is_integer(k):
            raise TypeError(f"n_neighbors does not take {type(k)} value, enter integer value")
        if k <= 0:
            raise ValueError(f"Expected n_neighbors > 0. Got {k}")
        Y = self._read_queries(X)
        if k > self.n_samples_fit_ - (Y is None):
            raise ValueError(
                f"Expected n_neighbors {'<' if Y is None else '<='} n_samples_fit, but n_neighbors = {k}, "
                f"n_samples_fit = {self.n_samples_fit_}, "
                f"n_samples = {self.n_samples_fit_ if Y is None else len(Y)}"
            )
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        found, indices = nearest(self._laid_out(n_threads), int(k), Y, Y is None, n_threads)
        return (found, indices) if return_distance else indices

    def radius_neighbors(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = False,
    ) -> tuple[NDArray[np.object_], NDArray[np.object_]] | NDArray[np.object_]:
        """Find the rows of the fit within a radius.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), or (n_queries, n_samples_fit) if metric is 'precomputed'
            The queries. None means the rows of the fit; a row is not its own neighbor then.
        radius : float, default=None
            Rows at this distance or less are neighbors. None means the parameter `radius`.
        return_distance : bool, default=True
            Whether to return the distances as well.
        sort_results : bool, default=False
            Whether to sort the neighbors from near to far, and on ties by row number. By default they are sorted by row
            number.

        Returns
        -------
        distances : ndarray of shape (n_queries,), object
            An array of distances for each query; only if `return_distance` is True.
        indices : ndarray of shape (n_queries,), object
            An array of row numbers of the fit for each query.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the radius is negative or not a number.
        MemoryError
            The result would not fit into memory.
        """
        near = self._neighborhoods(X, radius, sort_results)
        indices = _split(near.indices, near.indptr)
        return (_split(near.distances, near.indptr), indices) if return_distance else indices

    def kneighbors_graph(
        self, X: ArrayLike | None = None, n_neighbors: int | None = None, mode: str = "connectivity"
    ) -> Any:
        """Return the graph of nearest neighbors as a sparse matrix; needs scipy.

        Parameters
        ----------
        X, n_neighbors
            The same as for `kneighbors`.
        mode : {'connectivity', 'distance'}, default='connectivity'
            Whether the entries are 1.0 or distances.

        Returns
        -------
        scipy.sparse.csr_matrix of shape (n_queries, n_samples_fit)
            One row for each query, with an entry for each neighbor, sorted from near to far.

        Raises
        ------
        ValueError, TypeError, NotFittedError, MemoryError
            For the same reasons as `kneighbors`, or if `mode` is unknown.
        """
        _check_mode(mode)
        found, indices = self.kneighbors(X, n_neighbors)
        indptr = np.arange(0, indices.size + 1, indices.shape[1])
        return _as_graph(indptr, indices.ravel(), found.ravel(), mode, self.n_samples_fit_)

    def radius_neighbors_graph(
        self,
        X: ArrayLike | None = None,
        radius: float | None = None,
        mode: str = "connectivity",
        sort_results: bool = False,
    ) -> Any:
        """Return the graph of neighbors within a radius as a sparse matrix; needs scipy.

        Parameters
        ----------
        X, radius, sort_results
            The same as for `radius_neighbors`.
        mode : {'connectivity', 'distance'}, default='connectivity'
            Whether the entries are 1.0 or distances.

        Returns
        -------
        scipy.sparse.csr_matrix of shape (n_queries, n_samples_fit)
            One row for each query, with an entry for each neighbor.

        Raises
        ------
        ValueError, TypeError, NotFittedError, MemoryError
            For the same reasons as `radius_neighbors`, or if `mode` is unknown.
        """
        _check_mode(mode)
        return _as_graph(*self._neighborhoods(X, radius, sort_results), mode, self.n_samples_fit_)

    def _check_relations(self) -> None:
        check_fitted(self._fit_X, self._fit_metric, self.n_samples_fit_, "_fit_X")
        for name, value in _effective(self._fit_metric).items():
            if getattr(self, name) != value:
                raise ValueError(
                    f"{name} should be {value!r}, with {self._fit_metric}. Got {shown(getattr(self, name))}"
                )

    def _laid_out(self, n_threads: int) -> Rows:
        rows: Rows | None = getattr(self, "_rows", None)
        if rows is None or rows.X is not self._fit_X or rows.metric is not self._fit_metric:
            if self._fit_metric is None:
                rows = RowsInBlocks(self._fit_X)
            else:
                use_tree = {"auto": None, "brute": False}.get(self.algorithm, True)
                rows = lay_out(self._fit_X, self._fit_metric, self.n_samples_fit_, n_threads, use_tree)
            self._rows = rows
        return rows

    def _read_queries(self, X: ArrayLike | None) -> NDArray[Any] | None:
        if X is None:
            return None
        Y = self._read_more(X)
        if self._fit_metric is None:
            _check_not_negative(Y)
        else:
            check_suits(Y, self._fit_metric, fitted=self._fit_X)
        return Y

    def _neighborhoods(self, X: ArrayLike | None, radius: float | None, sort_results: bool) -> Neighborhoods:
        self._check_is_fitted()
        radius = self.radius if radius is None else radius
        check_parameters("radius_neighbors", {"radius": RADIUS}, {"radius": radius})
        Y = self._read_queries(X)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        return within(self._laid_out(n_threads), as_float(radius), Y, Y is None, sort_results, n_threads)


def _effective(measure: distances.Metric | None) -> dict[str, object]:
    """scikit-learn's attributes that say what the metric is."""
    if measure is None:
        return {"effective_metric_": "precomputed", "effective_metric_params_": {}}
    return {
        "effective_metric_": measure.function or measure.kernel,
        "effective_metric_params_": {"p": measure.p} if measure.kernel == "minkowski" else {},
    }


def _check_not_negative(X: NDArray[Any]) -> None:
    if X.min() < 0:
        row, column = divmod(int((X < 0).argmax()), X.shape[1])
        raise ValueError(
            f"Negative values in data passed to precomputed distance matrix. First at row {row}, column {column}."
        )


def _split(values: NDArray[Any], indptr: NDArray[np.int64]) -> NDArray[np.object_]:
    """An array of the parts of `values`."""
    parts = np.empty(len(indptr) - 1, dtype=object)
    for i, (start, stop) in enumerate(itertools.pairwise(indptr.tolist())):
        parts[i] = values[start:stop]
    return parts


def _check_mode(mode: str) -> None:
    if not isinstance(mode, str) or mode not in ("connectivity", "distance"):
        raise ValueError(
            'Unsupported mode, must be one of "connectivity", or "distance" but got '
            f'"{mode if isinstance(mode, str) else shown(mode)}" instead'
        )


def _as_graph(indptr: NDArray[Any], indices: NDArray[Any], found: NDArray[Any], mode: str, n_columns: int) -> Any:
    from scipy.sparse import csr_matrix

    data = found if mode == "distance" else np.ones(len(indices))
    return csr_matrix((data, indices, indptr), shape=(len(indptr) - 1, n_columns))
