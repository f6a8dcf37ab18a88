# SPDX-License-Identifier: BSD-3-Clause
"""Functions that find neighbors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._base.parameters import as_float, check_parameters, integer, number
from .._runtime import threads
from ..distances._metrics import check_suits
from ..distances._rows import read_rows
from ._search import Neighborhoods, count_within, lay_out, nearest, within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

RADIUS = (number(0),)  # what a radius may be
_K = {"k": (integer(1),)}


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
        The rows among which neighbors are found; not modified.
    k : int
        Number of neighbors, at most n_samples.
    Y : array-like of shape (n_queries, n_features), default=None
        The queries. None means the rows of `X`; each row is its own neighbor then, like any other row at distance 0.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(y, x)``.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    distances : ndarray of shape (n_queries, k), float64
        Sorted from near to far.
    indices : ndarray of shape (n_queries, k), int64
        Row numbers of `X`; on a tie, the lower one comes first.

    Raises
    ------
    ValueError
        `X` or `Y` is not a table of finite numbers, they have different numbers of columns, `k` is not from 1 to
        n_samples, the metric is unknown, or a distance is not a number. Or the metric adds up squares, and `X` has
        numbers above 1e135 and others 1e270 times smaller.
    TypeError
        The metric does not take such an argument, or the data are sparse.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    radius_neighbors : All neighbors within a radius.
    NearestNeighbors : For many calls with the same `X`; there, a row is not its own neighbor.

    Notes
    -----
    About O((n_samples + n_queries) log n_samples) time for few features, O(n_samples * n_queries * n_features) at
    worst. Besides the result, the memory is a copy of `X` and `Y`, or a block of distances of 8 MB (at least one row).

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
    check_parameters("kneighbors", _K, {"k": k})
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
        The rows among which neighbors are found; not modified.
    radius : float
        Rows at this distance or less are neighbors; in the units of the metric, at least 0.
    Y : array-like of shape (n_queries, n_features), default=None
        The queries. None means the rows of `X`; each row is its own neighbor then.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(y, x)``.
    sort_results : bool, default=False
        Whether to sort the neighbors from near to far, and on ties by row number. By default they are sorted by row
        number.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    Neighborhoods
        The neighbors of each row of `Y`: a tuple of `indptr`, `indices` and `distances`, as in a sparse matrix in CSR
        format.

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `kneighbors`, or if `radius` is negative or not a number.
    MemoryError
        The result would not fit into memory. The neighbors are counted first, and nothing was allocated.

    See Also
    --------
    radius_counts : Only the number of neighbors, in memory that does not grow with it.

    Notes
    -----
    The result may have up to n_samples * n_queries neighbors.

    Distances and radius are compared before the last step of the formula (squared for euclidean), in float64 and
    feature by feature. The returned distances of haversine come from the metric's own formula, so rounding can make
    them slightly larger than the radius.

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
        The rows among which neighbors are found; not modified.
    radius : float
        Rows at this distance or less are neighbors; in the units of the metric, at least 0.
    Y : array-like of shape (n_queries, n_features), default=None
        The queries. None means the rows of `X`; each row counts itself then.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(y, x)``.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    ndarray of shape (n_queries,), int64

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `radius_neighbors`.

    See Also
    --------
    radius_neighbors : The neighbors themselves.

    Notes
    -----
    If a whole box of the tree is within the radius, its rows are counted at once. No neighbor is stored: the memory is
    that of `kneighbors` with k = 0.

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
    X, measure = read_rows(X, measure, owner=owner)
    Y = None if Y is None or same else read_rows(Y, measure, name="Y", owner=owner)[0]
    check_suits(X, measure)
    if Y is not None:
        if X.shape[1] != Y.shape[1]:
            raise ValueError(f"X and Y must have the same number of columns, got {X.shape[1]} and {Y.shape[1]}.")
        check_suits(Y, measure, "Y", X)
    return X, Y, measure
