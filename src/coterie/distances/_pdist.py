# SPDX-License-Identifier: BSD-3-Clause
"""scipy's `pdist` and `cdist`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_array, as_floats
from .._runtime import memory, threads
from ._metrics import BY_NAME, Metric, as_metric, check_features, safe_exponent
from ._pairwise import fill_condensed, fill_rectangle
from ._rows import read_rows, read_two

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


def pdist(
    X: ArrayLike,
    metric: str | Callable[..., object] | Metric = "euclidean",
    *,
    out: NDArray[np.float64] | None = None,
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.float64]:
    """Compute the distances between all pairs of rows, like ``scipy.spatial.distance.pdist``.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The rows; not modified. All types are computed in float64. NaN and infinity are allowed and appear in the
        distances, but chebyshev ignores NaN, and hamming and jaccard treat it like any number.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(x, y)``. It is called with pairs of rows of `X`
        in their own type, or in float64 if the name of the function is in the table.
    out : ndarray of shape (n_samples * (n_samples - 1) / 2,), float64, optional
        A C-ordered array for the distances.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    ndarray of shape (n_samples * (n_samples - 1) / 2,), float64
        The condensed matrix: the pairs i < j in the order (0, 1), (0, 2), ..., (1, 2), ... If `out` is given, it is
        returned.

    Raises
    ------
    ValueError
        `X` is not two-dimensional or does not hold numbers, the metric is unknown or not defined for this number of
        features, or `out` has the wrong shape or type.
    TypeError
        The metric does not take such an argument, or `X` is sparse.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    cdist : Distances between the rows of two tables.
    squareform : From the condensed matrix to the square one and back.

    Notes
    -----
    O(n_samples² * n_features) time. Besides the result, the memory is a copy of the data.

    A distance depends only on its two rows, to the last bit: it is the same in both directions, for any number of
    threads, and in `cdist`. Equal rows have the distance 0 exactly. Euclidean distances are sums of squared
    differences, never of products. Very large and very small numbers are first divided by a power of two, which is
    exact. So a distance is 0 or infinite only if float64 cannot hold it, or if its square (for minkowski its power p)
    is less than 1e-240 of that of the largest number.

    scipy's metrics seuclidean, mahalanobis, jensenshannon, rogerstanimoto, russellrao, sokalsneath and yule are not
    available, and neither are weights `w`.

    Examples
    --------
    >>> from coterie.distances import pdist
    >>> pdist([[0, 0], [3, 4], [6, 8]])
    array([ 5., 10.,  5.])
    >>> pdist([[0, 0], [3, 4], [6, 8]], "cityblock")
    array([ 7., 14.,  7.])
    """
    measure = as_metric(metric, **kwargs)
    X, measure = _rows(X, "X", measure, "A 2-dimensional array must be passed. (Shape was {shape}).")
    n = len(X)
    size = n * (n - 1) // 2
    if out is None:
        memory.require(
            8 * (size + X.size),
            f"The distances between {n:,} rows",
            "Compute them for a part of the rows at a time with cdist, or use what needs no matrix.",
        )
        out = np.empty(size)
    else:
        _check_out(out, (size,))
    n_threads = threads.resolve_n_jobs(n_jobs)
    if size:
        _fill(fill_condensed, (X,), measure, n_threads, out)
    return out


def cdist(
    XA: ArrayLike,
    XB: ArrayLike,
    metric: str | Callable[..., object] | Metric = "euclidean",
    *,
    out: NDArray[np.float64] | None = None,
    n_jobs: int | None = None,
    **kwargs: object,
) -> NDArray[np.float64]:
    """Compute the distances of each row of one table to each row of another, like ``scipy.spatial.distance.cdist``.

    Parameters
    ----------
    XA : array-like of shape (n_a, n_features)
    XB : array-like of shape (n_b, n_features)
        The rows; not modified. All types are computed in float64. NaN and infinity are allowed and appear in the
        distances, but chebyshev ignores NaN, and hamming and jaccard treat it like any number.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, or a function ``f(a, b)``, which is called with rows in their own
        type.
    out : ndarray of shape (n_a, n_b), float64, optional
        A C-ordered array for the distances.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwargs
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    ndarray of shape (n_a, n_b), float64
        The distance of row i of `XA` to row j of `XB` is at [i, j]. If `out` is given, it is returned.

    Raises
    ------
    ValueError, TypeError, MemoryError
        For the same reasons as `pdist`, or if the tables have different numbers of columns.

    See Also
    --------
    pdist : Distances between the rows of one table, with notes on exactness.

    Notes
    -----
    O(n_a * n_b * n_features) time. Besides the result, the memory is a copy of the data.

    Examples
    --------
    >>> from coterie.distances import cdist
    >>> cdist([[0, 0], [3, 4]], [[0, 0], [6, 8], [3, 3]], "chebyshev")
    array([[0., 8., 3.],
           [4., 4., 1.]])
    """
    measure = as_metric(metric, **kwargs)
    same = XB is XA
    if measure.columns is not None and not same:
        XA, XB, measure = read_two(XA, XB, measure, ("XA", "XB"))
    else:
        XA, measure = _rows(XA, "XA", measure, "XA must be a 2-dimensional array.")
        XB = XA if same else _rows(XB, "XB", measure, "XB must be a 2-dimensional array.")[0]
    if XA.shape[1] != XB.shape[1]:
        raise ValueError("XA and XB must have the same number of columns (i.e. feature dimension.)")
    shape = len(XA), len(XB)
    if out is None:
        memory.require(
            8 * (shape[0] * shape[1] + XA.size + XB.size),
            f"The distances of {shape[0]:,} rows to {shape[1]:,}",
            "Compute them for fewer rows at a time.",
        )
        out = np.empty(shape)
    else:
        _check_out(out, shape)
    n_threads = threads.resolve_n_jobs(n_jobs)
    if out.size:
        _fill(fill_rectangle, (XA, XB), measure, n_threads, out)
    return out


def _fill(
    fill: Callable[..., None],
    tables: tuple[NDArray[Any], ...],
    metric: Metric,
    n_threads: int,
    out: NDArray[np.float64],
) -> None:
    """Fill `out` with the distances between tables of any scale, so that none overflows or vanishes."""
    exponent = safe_exponent(metric, *tables)
    if exponent <= 0:
        fill(*(power_of_two.divided(each, exponent) for each in tables), metric, n_threads, out)
        power_of_two.multiplied(out, exponent * metric.degree)
        return
    fill(*tables, metric, n_threads, out)
    lengths = np.empty_like(out)
    fill(*(power_of_two.divided(each, exponent) for each in tables), metric, n_threads, lengths)
    # Small numbers may stand beside large ones: only infinite distances are taken from the divided rows.
    np.copyto(out, power_of_two.multiplied(lengths, exponent * metric.degree), where=~np.isfinite(out))


def _rows(X: ArrayLike, name: str, metric: Metric, sentence: str) -> tuple[NDArray[Any], Metric]:
    if metric.columns is not None:
        return read_rows(X, metric, name=name)
    if metric.function is None:
        array = as_floats(X, name=name)
    else:
        array = as_array(X, name)
        kinds = "iuf" if metric.name in ("dice", "hamming", "jaccard") else "biuf"
        if metric.name in BY_NAME and array.dtype.kind in kinds:  # as scipy does for functions of its own
            array = array.astype(np.float64, copy=False)
    if array.ndim != 2:
        raise ValueError(sentence.format(shape=array.shape))
    check_features(array, metric, name)
    return array, metric


def _check_out(out: NDArray[Any], shape: tuple[int, ...]) -> None:
    if not isinstance(out, np.ndarray):
        raise TypeError(f"Output array must be a numpy array, got {type(out).__name__}.")
    if out.shape != shape:
        raise ValueError("Output array has incorrect shape.")
    if not out.flags.c_contiguous:
        raise ValueError("Output array must be C-contiguous.")
    if out.dtype != np.float64:
        raise ValueError("Output array must be double type.")
    if not out.flags.writeable:
        raise ValueError("Output array must be writeable.")
