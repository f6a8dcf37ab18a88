# SPDX-License-Identifier: BSD-3-Clause
"""Functions that find neighbors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._base.arrays import as_matrix
from .._base.parameters import as_float, check_parameters, integer, number
from .._runtime import threads
from ..distances._metrics import check_suits
from ._search import Neighborhoods, count_within, lay_out, nearest, within

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

RADIUS = (number(0),)  # what a radius may be


def kneighbors(
    X: ArrayLike,
    k: int,
    Y: ArrayLike | None = None,
    *,
    metric: str | Callable[..., object] | distances.Metric = "euclidean",
    n_jobs: int | None = None,
    **kwargs: object,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Find the `k` rows of `X` that are nearest to each row of `Y`.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows to look for neighbors in; not modified.
    k : int
        Number of neighbors, at most n_samples.
    Y : array-like of shape (n_queries, n_features), default=None
        The rows to look from. None stands for those of `X`: each is its own neighbor then, like any other row at
        distance 0.
    metric : str or callable, default="euclidean"
        A name of the table of `coterie.distances`, or ``f(y, x)``.
    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; for a callable, arguments to call it with.

    Returns
    -------
    distances : ndarray of shape (n_queries, k), float64
        From near to far.
    indices : ndarray of shape (n_queries, k), int64
        Rows of `X`; on ties the lower one first.

    Raises
    ------
    ValueError
        `X` or `Y` is not a table of finite numbers, `X` holds numbers beyond 1e135 and others 1e270 times smaller (for
        sums of squares), they have different numbers of columns, `k` is not from 1 to n_samples, the metric is unknown,
        or some distance is not a number.
    TypeError
        The metric takes no such argument, or the data is sparse.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    radius_neighbors : All neighbors within a radius.
    NearestNeighbors : For many calls with the same `X`, and without each row's being its own neighbor.

    Notes
    -----
    About O((n_samples + n_queries) log n_samples) time for few features, O(n_samples * n_queries * n_features) at
    worst. Memory beyond the result is a copy of `X` and `Y`, or a block of distances of 8 MB (or one row of them).

    On one machine the results are the same bits for any number of threads.

    Examples
    --------
    >>> from coterie.neighbors import kneighbors
    >>> distances, indices = kneighbors([[0.0], [1.0], [3.0], [7.0]], 2)
    >>> indices
    array([[0, 1],
           [1, 0],
           [2, 1],
           [3, 2]])
    >>> distances[:, 1]
    array([1., 1., 2., 4.])
    """
    check_parameters("kneighbors", {"k": (integer(1),)}, {"k": k})
    X, Y, measure = _read(X, Y, metric, kwargs, "kneighbors")
    n_queries = len(X if Y is None else Y)
    if k > len(X):
        raise ValueError(f"Expected k <= n_samples, but k = {k}, n_samples = {len(X)}, n_queries = {n_queries}.")
    n_threads = threads.resolve_n_jobs(n_jobs)
    return nearest(lay_out(X, measure, n_queries, n_threads), int(k), Y, False, n_threads)


def radius_neighbors(
    X: ArrayLike,
    radius: float,
    Y: ArrayLike | None = None,
    *,
    metric: str | Callable[..., object] | distances.Metric = "euclidean",
    sort_results: bool = False,
    n_jobs: int | None = None,
    **kwargs: object,
) -> Neighborhoods:
    """Find the rows of `X` that are within `radius` of each row of `Y`.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows to look for neighbors in; not modified.
    radius : float
        Rows at this distance or less are neighbors; in the units of the metric, at least 0.
    Y : array-like of shape (n_queries, n_features), default=None
        The rows to look from. None stands for those of `X`: each is its own neighbor then.
    metric : str or callable, default="euclidean"
        A name of the table of `coterie.distances`, or ``f(y, x)``.
    sort_results : bool, default=False
        Neighbors come from near to far, and by their numbers on ties. By default by their numbers alone.
    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; for a callable, arguments to call it with.

    Returns
    -------
    Neighborhoods
        Of each row of `Y`: a tuple of `indptr`, `indices` and `distances`, as in a sparse matrix in CSR format.

    Raises
    ------
    ValueError, TypeError
        As by `kneighbors`, or `radius` is negative or not a number.
    MemoryError
        The result would not fit into memory. It was not allocated: the neighbors are counted first.

    See Also
    --------
    radius_counts : How many there are, in memory that does not grow with their number.

    Notes
    -----
    The neighbors of all rows may be as many as n_samples * n_queries.

    A row is a neighbor where its distance before the last step (squared for euclidean ones), computed in float64,
    feature by feature, is at most that of the radius. Distances from the metric's own formula, as they are returned for
    haversine, may exceed the radius by rounding.

    Examples
    --------
    >>> from coterie.neighbors import radius_neighbors
    >>> near = radius_neighbors([[0.0], [1.0], [3.0], [7.0]], 2.0)
    >>> near.indptr, near.indices, near.distances
    (array([0, 2, 5, 7, 8]), array([0, 1, 0, 1, 2, 1, 2, 3]), array([0., 1., 1., 0., 2., 2., 0., 0.]))
    """
    check_parameters("radius_neighbors", {"radius": RADIUS}, {"radius": radius})
    X, Y, measure = _read(X, Y, metric, kwargs, "radius_neighbors")
    n_threads = threads.resolve_n_jobs(n_jobs)
    rows = lay_out(X, measure, len(X if Y is None else Y), n_threads)
    return within(rows, as_float(radius), Y, False, bool(sort_results), n_threads)


def radius_counts(
    X: ArrayLike,
    radius: float,
    Y: ArrayLike | None = None,
    *,
    metric: str | Callable[..., object] | distances.Metric = "euclidean",
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.int64]:
    """Count the rows of `X` that are within `radius` of each row of `Y`.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows to look for neighbors in; not modified.
    radius : float
        Rows at this distance or less are neighbors; in the units of the metric, at least 0.
    Y : array-like of shape (n_queries, n_features), default=None
        The rows to look from. None stands for those of `X`: each counts itself then.
    metric : str or callable, default="euclidean"
        A name of the table of `coterie.distances`, or ``f(y, x)``.
    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; for a callable, arguments to call it with.

    Returns
    -------
    ndarray of shape (n_queries,), int64

    Raises
    ------
    ValueError, TypeError
        As by `radius_neighbors`.

    See Also
    --------
    radius_neighbors : Which they are.

    Notes
    -----
    Boxes of the tree that are within the radius as a whole are counted without a look at their rows. No neighbor is
    stored: memory is that of `kneighbors` with k = 0.

    Examples
    --------
    >>> from coterie.neighbors import radius_counts
    >>> radius_counts([[0.0], [1.0], [3.0], [7.0]], 2.0)
    array([2, 3, 2, 1])
    """
    check_parameters("radius_counts", {"radius": RADIUS}, {"radius": radius})
    X, Y, measure = _read(X, Y, metric, kwargs, "radius_counts")
    n_threads = threads.resolve_n_jobs(n_jobs)
    rows = lay_out(X, measure, len(X if Y is None else Y), n_threads)
    return count_within(rows, as_float(radius), Y, False, n_threads)


def _read(
    X: ArrayLike,
    Y: ArrayLike | None,
    metric: str | Callable[..., object] | distances.Metric,
    kwargs: dict[str, object],
    owner: str,
) -> tuple[NDArray[Any], NDArray[Any] | None, distances.Metric]:
    measure = distances.as_metric(metric, **kwargs)
    same = Y is X
    X = as_matrix(X, owner=owner)
    Y = None if Y is None or same else as_matrix(Y, name="Y", owner=owner)
    check_suits(X, measure)
    if Y is not None:
        if X.shape[1] != Y.shape[1]:
            raise ValueError(f"X and Y must have the same number of columns, got {X.shape[1]} and {Y.shape[1]}.")
        check_suits(Y, measure, "Y")
    return X, Y, measure
