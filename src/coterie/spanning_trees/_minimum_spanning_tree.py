# SPDX-License-Identifier: BSD-3-Clause
"""The public function; and which algorithm finds the tree of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_doubles, as_floats
from .._base.parameters import DICT, NONE, check_parameters, integer
from .._base.warnings import warn
from .._runtime.threads import resolve_n_jobs
from .._runtime.thresholds import thresholds
from ..distances import Metric
from ..distances._metrics import METRIC, check_suits, read_metric, safe_exponent
from ..distances._rows import read_rows
from ..distances._sparse import SparseRows, as_sparse_rows, is_sparse
from ..distances._sphere import angles
from ..neighbors import _vectors, kneighbors
from ..neighbors._kernels import kd_tree
from . import _blocks, _kd_tree
from ._matrix import core_of_graph, core_of_square, tree_of_graph, tree_of_square
from ._points import tree_of_points
from ._tree import SpanningTree, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_RULES = {"metric": METRIC, "min_samples": (integer(1), NONE), "metric_params": (DICT, NONE)}


def minimum_spanning_tree(
    X: ArrayLike,
    metric: str | Callable[..., object] | Metric = "euclidean",
    *,
    min_samples: int | None = None,
    core_distances: ArrayLike | None = None,
    p: float | None = None,
    metric_params: Mapping[str, object] | None = None,
    n_jobs: int | None = None,
) -> SpanningTree:
    """Join all rows by the edges that weigh least together.

    Parameters
    ----------
    X : array-like of shape (n, d), or of shape (n, n)
        Rows, or distances with ``metric="precomputed"``: a symmetric matrix, or a sparse one with ``tocsr``, or with
        ``data``, ``indices`` and ``indptr``. Not modified.
    metric : str, callable or Metric, default="euclidean"
        The distance, see `coterie.distances`; or "precomputed". In a sparse matrix of distances what is stored is an
        edge, zeros too, and all else is none. If a pair is stored in both orders, the lesser distance counts.
    min_samples : int, default=None
        Weigh edges by mutual reachability, as HDBSCAN does: the largest of the distance and of the *core distances* of
        its two rows. The core distance of a row is that to its `min_samples`-th nearest row, itself counted. At most n.
        In a sparse matrix of distances, those that are stored in a row count, as in scikit-learn.
    core_distances : array-like of shape (n,), default=None
        Core distances that are known already, at least 0, instead of `min_samples`.
    p : float, default=None
        The exponent of minkowski.
    metric_params : dict, default=None
        Further arguments of the metric.
    n_jobs : int, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Returns
    -------
    edges : ndarray of shape (n - 1, 2), int64
        Two rows each, the lower one first. Fewer where a sparse matrix of distances is not connected: then it is a
        forest, one tree for each component.
    weights : ndarray of shape (n - 1,), float64
        Their weights, in units of the metric, from light to heavy.

        The two are a named tuple, `SpanningTree`.

    Raises
    ------
    ValueError
        `X` is no table of finite numbers, the metric is unknown or is not defined for some row, both `min_samples` and
        `core_distances` are given, or one of them is out of range. Or distances are no square, not symmetric, negative,
        NaN, or infinite where the tree needs them.
    TypeError
        The metric does not take such an argument.

    Warns
    -----
    UserWarning
        A sparse matrix of distances is not connected.

    See Also
    --------
    coterie.HDBSCAN : Clusters from the tree of mutual reachability distances.
    coterie.hierarchy.linkage : ``method="single"`` makes a dendrogram of the tree.

    Notes
    -----
    Edges are compared by weight, then by their lower, then by their higher row. In this order no two are equal, so
    there is one minimum spanning tree, whatever the number of threads and the algorithm.

    Up to about 20 features and metrics of vectors: about O(n log n) time, with a k-d tree; else O(n^2 d) at most. The
    memory is proportional to n d, whatever the way.

    References
    ----------
    O. Boruvka, "O jistem problemu minimalnim", Prace moravske prirodovedecke spolecnosti 3, 1926.
    W. B. March, P. Ram and A. G. Gray, "Fast Euclidean minimum spanning tree", KDD 2010,
    https://doi.org/10.1145/1835804.1835882.

    Examples
    --------
    >>> from coterie.spanning_trees import minimum_spanning_tree
    >>> edges, weights = minimum_spanning_tree([[0.0], [5.0], [1.0], [7.0]])
    >>> edges
    array([[0, 2],
           [1, 3],
           [1, 2]])
    >>> weights
    array([1., 2., 4.])
    """
    check_parameters(
        "minimum_spanning_tree", _RULES, {"metric": metric, "min_samples": min_samples, "metric_params": metric_params}
    )
    if min_samples is not None and core_distances is not None:
        raise ValueError("Either 'min_samples' or 'core_distances' may be given, not both.")
    n_threads = resolve_n_jobs(n_jobs)
    measure = read_metric(metric, metric_params, p)
    rows: NDArray[Any] | SparseRows
    if measure is None:
        rows = _read_distances(X, n_threads)
    else:
        rows, measure = read_rows(X, measure)
        check_suits(rows, measure)
    n = len(rows)
    if min_samples is not None and min_samples > n:
        raise ValueError(f"'min_samples' must be at most the number of rows, {n}. Got {min_samples}.")
    core = None if core_distances is None else _read_core_distances(core_distances, n)
    if isinstance(rows, SparseRows):
        return _tree_of_graph(rows, core if min_samples is None else core_of_graph(rows, min_samples))
    if measure is None:
        core = core if min_samples is None else core_of_square(rows, min_samples, n_threads)
        return tree_of_square(rows, n_threads, core=core)
    return tree_of_rows(rows, measure, n_threads, min_samples=min_samples, core=core)[0]


def _read_distances(X: Any, n_threads: int) -> NDArray[Any] | SparseRows:
    """A matrix as floats, which `tree_of_square` checks, or a sparse one that is square and not negative."""
    if not is_sparse(X):
        matrix = as_floats(X)
        if matrix.ndim != 2 or not matrix.size:
            raise ValueError(f"Expected a square matrix of distances, got an array of shape {matrix.shape}.")
        return matrix
    rows = as_sparse_rows(X, n_threads)
    if rows.shape[0] != rows.shape[1]:
        raise ValueError(
            "The precomputed distance matrix is expected to be symmetric, however it has shape "
            f"{rows.shape}. Please verify that the distance matrix was constructed correctly."
        )
    if rows.values.min(initial=0.0) < 0:
        at = int(rows.values.argmin())
        row = int(np.searchsorted(rows.starts, at, side="right")) - 1
        raise ValueError(f"Distances must not be negative. The least is at row {row}, column {rows.columns[at]}.")
    return rows


def _tree_of_graph(graph: SparseRows, core: NDArray[np.float64] | None) -> SpanningTree:
    found = tree_of_graph(graph, core=core)
    components = len(graph) - len(found.weights)
    if components > 1:
        warn(
            f"The graph of the distances that are stored is not connected: the result is a forest of {components:,} "
            "trees, one for each component."
        )
    return found


def _read_core_distances(core_distances: ArrayLike, n: int) -> NDArray[np.float64]:
    core = as_doubles(core_distances, name="core_distances")
    if core.shape != (n,):
        raise ValueError(f"'core_distances' must have shape ({n},), one for each row. Got {core.shape}.")
    if core.min(initial=0.0) < 0:
        i = int(core.argmin())
        raise ValueError(f"'core_distances' must be at least 0. Got {core[i]} for row {i}.")
    return core + 0.0  # -0 becomes 0


def tree_of_rows(
    X: NDArray[Any],
    metric: Metric,
    n_threads: int,
    *,
    min_samples: int | None = None,
    core: NDArray[np.float64] | None = None,
) -> tuple[SpanningTree, NDArray[np.float64] | None]:
    """The minimum spanning tree of rows that are checked, and their core distances.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Finite; at least one row.
    metric : Metric
        Suits the rows (`distances.check_suits`).
    n_threads : int
        The result does not depend on it.
    min_samples : int or None
        Weigh edges by mutual reachability: a core distance is that to so many rows, the row itself counted. At most n.
    core : ndarray of shape (n,) or None
        Core distances that are known already, instead.
    """
    n = len(X)
    if n == 1:
        return SpanningTree(np.empty((0, 2), np.int64), np.empty(0)), np.zeros(1) if min_samples else core
    if metric.kernel == "haversine" and min_samples is not None:
        # Reduced distances have lost digits of small angles.
        core = kneighbors(X, min_samples, metric=metric, n_jobs=n_threads)[0][:, -1]
        min_samples = None
    exponent = safe_exponent(metric, X)
    vectors = _vectors.as_vectors(X, metric, exponent)
    is_wide = vectors is not None and vectors.X.shape[1] > thresholds.tree_features
    if vectors is None or (is_wide and vectors.kind != kd_tree.EUCLIDEAN):
        return tree_of_points(X, metric, n_threads, min_samples=min_samples, core=core)
    known = None if core is None else vectors.shorten(core)
    tree_of_vectors = _blocks.tree_of_vectors if is_wide else _kd_tree.tree_of_vectors
    edges, weights, found = tree_of_vectors(vectors, n_threads, min_samples, known)
    if found is not None and core is None:
        core = vectors.lengthen(found)
    weights = angles(X, edges) if metric.kernel == "haversine" else vectors.lengthen(weights)
    if known is not None and core is not None:  # these may be longer than all distances
        np.maximum(weights, core[edges[:, 0]], out=weights)
        np.maximum(weights, core[edges[:, 1]], out=weights)
    if not weights.max() < np.inf:
        raise ValueError(
            "The distances are too large for a spanning tree: some would be beyond the largest number, "
            f"{np.finfo(np.float64).max:.3g}. Divide the data by some number."
        )
    return in_order(edges, weights), core
