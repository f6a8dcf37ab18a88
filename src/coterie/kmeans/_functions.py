# SPDX-License-Identifier: BSD-3-Clause
"""k-means and its seeding as functions, with scikit-learn's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_array, as_matrix, as_weights
from .._base.parameters import BOOL, N_JOBS, NONE, RANDOM_STATE, check_n_clusters, check_parameters, integer
from .._base.random_state import as_random_state
from .._runtime import memory, threads
from ..distances._sparse import is_sparse
from ._data import prepare
from ._kmeans import KMeans
from ._seeding import seed
from ._sparse_rows import dense_rows, read_sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ._starts import Init


def k_means(
    X: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    init: Init = "k-means++",
    n_init: int | str = "auto",
    max_iter: int = 300,
    verbose: int = False,
    tol: float = 1e-4,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    copy_x: bool = True,
    algorithm: str = "lloyd",
    return_n_iter: bool = False,
    n_jobs: int | None = None,
) -> tuple[Any, ...]:
    """Cluster the rows of `X` by k-means: the function for `KMeans`.

    Parameters
    ----------
    X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
        The data; not modified.
    n_clusters : int
        Number of clusters.
    sample_weight : array-like of shape (n_samples,) or float, default=None
        How many times each row counts.
    init, n_init, max_iter, verbose, tol, random_state, copy_x, algorithm, n_jobs
        As in `KMeans`.
    return_n_iter : bool, default=False
        Also return the number of iterations.

    Returns
    -------
    centers : ndarray of shape (n_clusters, n_features)
        The centers: float32 if the data are float32, otherwise float64.
    labels : ndarray of shape (n_samples,), int32
        Index of the nearest center of each row.
    inertia : float
        Weighted sum of squared distances to the nearest center; the same as `KMeans.inertia_`.
    n_iter : int
        Number of iterations of the best run; only if `return_n_iter` is True.

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `KMeans.fit`.

    Notes
    -----
    Time, memory, ties and determinism are those of `KMeans`.

    Examples
    --------
    >>> from coterie import k_means
    >>> centers, labels, inertia = k_means([[1.0], [2.0], [11.0]], 2, init=[[0.0], [10.0]])
    >>> centers
    array([[ 1.5],
           [11. ]])
    >>> labels
    array([0, 0, 1], dtype=int32)
    >>> inertia
    0.5
    """
    km = KMeans(
        n_clusters,
        init=init,
        n_init=n_init,
        max_iter=max_iter,
        verbose=verbose,
        tol=tol,
        random_state=random_state,
        copy_x=copy_x,
        algorithm=algorithm,
        n_jobs=n_jobs,
    )
    check_parameters("k_means", {**KMeans._rules, "return_n_iter": BOOL}, {**vars(km), "return_n_iter": return_n_iter})
    km.fit(X, sample_weight=sample_weight)
    result = km.cluster_centers_, km.labels_, km.inertia_
    return (*result, km.n_iter_) if return_n_iter else result


def kmeans_plusplus(
    X: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    x_squared_norms: ArrayLike | None = None,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_local_trials: int | None = None,
    n_jobs: int | None = None,
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Choose rows of `X` as starting centers by greedy k-means++.

    Each center is a row. It is drawn with probability proportional to its weight times its squared distance to the
    nearest center so far. Several rows are drawn, and the one that reduces the inertia most is taken.

    Parameters
    ----------
    X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
        The data; not modified.
    n_clusters : int
        Number of centers, at most the number of rows.
    sample_weight : array-like of shape (n_samples,) or float, default=None
        How many times each row counts.
    x_squared_norms : array-like of shape (n_samples,), default=None
        Only its length is checked; kept for API compatibility.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness.
    n_local_trials : int, default=None
        Number of draws for each center after the first; None means 2 + log(n_clusters). 1 gives plain k-means++.
    n_jobs : int or None, default=None
        Number of threads; the result does not depend on it.

    Returns
    -------
    centers : ndarray of shape (n_clusters, n_features)
        The chosen rows: float32 if the data are float32, otherwise float64.
    indices : ndarray of shape (n_clusters,), intp
        Their row numbers: ``centers == X[indices]``.

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `KMeans.fit`, or if the lengths of `x_squared_norms` and `X` differ.

    Notes
    -----
    O(n_samples * n_clusters * n_local_trials * n_features) time at most, O(n_samples) memory. With up to eight
    features, this may include a sorted copy of the rows; else it may include one that takes a byte a number.

    References
    ----------
    .. [1] D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", Proceedings of the
       eighteenth annual ACM-SIAM symposium on discrete algorithms (2007) 1027-1035. :doi:`10.5555/1283383.1283494`

    Examples
    --------
    >>> from coterie import kmeans_plusplus
    >>> centers, indices = kmeans_plusplus([[0.0], [0.1], [9.0], [9.1]], 2, random_state=0)
    >>> sorted(centers.round().ravel().tolist())
    [0.0, 9.0]
    """
    rules = {
        "n_clusters": (integer(1),),
        "random_state": RANDOM_STATE,
        "n_local_trials": (integer(1), NONE),
        "n_jobs": N_JOBS,
    }
    check_parameters(
        "kmeans_plusplus",
        rules,
        {"n_clusters": n_clusters, "random_state": random_state, "n_local_trials": n_local_trials, "n_jobs": n_jobs},
    )
    n_threads = threads.resolve_n_jobs(n_jobs)
    rows: Any = read_sparse(X, "kmeans_plusplus", n_threads) if is_sparse(X) else as_matrix(X, owner="kmeans_plusplus")
    weights = as_weights(sample_weight, len(rows))
    check_n_clusters(len(rows), n_clusters)
    if x_squared_norms is not None and (norms := as_array(x_squared_norms, "x_squared_norms")).shape[:1] != (
        len(rows),
    ):
        raise ValueError(
            f"The length of x_squared_norms {norms.size} should be equal to the length of n_samples {len(rows)}."
        )
    data = prepare(rows, weights, n_threads)
    trials = n_local_trials or 1
    memory.require(
        8 * trials * (rows.shape[1] + 8 + len(rows) // 64),
        f"{trials:,} draws for each center (n_local_trials)",
        "A few are enough: None is 2 + log(n_clusters).",
    )
    indices = seed(data, n_clusters, as_random_state(random_state), n_local_trials)
    return dense_rows(rows, indices), indices
