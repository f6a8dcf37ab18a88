# SPDX-License-Identifier: BSD-3-Clause
"""Linkage matrices: reading and checking them, and what can be told without a walk through the tree.

A linkage matrix is checked once, by `read_linkage`, which returns its children as integers. Kernels trust these.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_array, as_doubles, for_kernels
from .._base.labels import as_labels
from .._base.parameters import NONE, Rule, check_parameters
from .._base.warnings import warn
from ..distances._condensed import check_condensed
from ._kernels import linkage_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_NAME = {"name": (Rule("a str", lambda value: isinstance(value, str)), NONE)}


class ClusterWarning(UserWarning):
    """A linkage matrix, or the input that one is made from, looks wrong."""

    __module__ = "coterie.hierarchy"  # where users and pickles find it


def read_linkage(Z: ArrayLike, *, convert: bool = False) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """`Z` as a C-ordered float64 array, and its children (n - 1, 2) as integers: a tree, whatever else is in `Z`.

    Raises
    ------
    TypeError
        `Z` is not float64, unless `convert` is set.
    ValueError
        `Z` is not a linkage matrix, see `is_valid_linkage`.
    """
    Z = as_doubles(Z, name="Z") if convert else as_array(Z, "Z")
    problem = _shape_problem(Z, "Linkage", "Z")
    if problem is not None:
        raise problem
    Z = for_kernels(Z, np.float64)
    wrong, children = read_children(Z)
    for message in _linkage_problems(wrong, "Z"):
        raise ValueError(message)
    return Z, children


def _shape_problem(array: NDArray[Any], kind: str, name: str | None) -> Exception | None:
    title = f"{kind} matrix {f'{name!r} ' if name else ''}must"
    if array.dtype.type is not np.float64:
        return TypeError(f"{title} contain doubles{'' if kind == 'Linkage' else ' (double)'}.")
    if array.ndim != 2:
        return ValueError(f"{title} have shape=2 (i.e. be two-dimensional).")
    if array.shape[1] != 4:
        return ValueError(f"{title} have 4 columns.")
    if len(array) == 0:
        return ValueError(
            "Linkage must be computed on at least two observations."
            if kind == "Linkage"
            else f"{title} have at least one row."
        )
    return None


def read_children(Z: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
    """What is wrong with `Z`, as flags of the kernel, and the children: complete where no flag tells of an index."""
    children = np.empty((len(Z), 2), np.int64)
    wrong = linkage_matrix.read_children(Z, np.zeros(2 * len(Z) + 1, np.uint8), children)
    if len(Z) == 1:  # scipy checks nothing of a single merge; we need its children to be right
        wrong &= ~(linkage_matrix.NEGATIVE_DISTANCE | linkage_matrix.NEGATIVE_COUNT | linkage_matrix.EXCESSIVE_COUNT)
    return wrong, children


def _linkage_problems(wrong: int, name: str | None) -> Iterator[str]:
    title = f"Linkage {f'{name!r} ' if name else ''}"
    if wrong & linkage_matrix.NEGATIVE_INDEX:
        yield f"{title}contains negative indices."
    if wrong & linkage_matrix.NEGATIVE_DISTANCE:
        yield f"{title}contains negative distances."
    if wrong & linkage_matrix.NEGATIVE_COUNT:
        yield f"{title}contains negative counts."
    if wrong & linkage_matrix.EXCESSIVE_COUNT:
        yield f"{title}contains excessive observations in a cluster"
    if wrong & linkage_matrix.TOO_EARLY:
        yield f"{title}uses non-singleton cluster before it is formed."
    if wrong & linkage_matrix.NOT_WHOLE:
        yield f"{title}contains indices that are not whole numbers."
    if wrong & linkage_matrix.TWICE:
        yield f"{title}uses the same cluster more than once."


def _inconsistency_problems(R: NDArray[np.float64], name: str | None) -> Iterator[str]:
    title = f"Inconsistency matrix {f'{name!r} ' if name else ''} contains negative link"
    for column, what in enumerate(("height means", "height standard deviations", "counts")):
        if (R[:, column] < 0).any():
            yield f"{title} {what}."


def _is_valid(problems: Iterator[str], warning: bool, throw: bool) -> bool:
    valid = True
    for message in problems:
        if throw:
            raise ValueError(message)
        if warning:
            warn(message, ClusterWarning)
        valid = False
    return valid


def is_valid_linkage(Z: ArrayLike, warning: bool = False, throw: bool = False, name: str | None = None) -> bool:
    """Whether `Z` is a linkage matrix.

    It has four columns of float64 and at least one row. Row i merges the clusters ``Z[i, 0]`` and ``Z[i, 1]``, which
    are points (less than n, the number of rows + 1) or clusters of earlier rows (n + the row), each of which is merged
    once. Distances (column 2) and numbers of points (column 3) are not negative, and no cluster has more than n points.
    If there is only one row, only its indices are checked.

    Parameters
    ----------
    Z : array-like
        The candidate; not modified.
    warning : bool, default=False
        Warn about everything that is wrong.
    throw : bool, default=False
        Raise an error for the first thing that is wrong.
    name : str, optional
        Name of `Z` in messages.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        With `throw`, if `Z` is not valid; or `name` is not text.

    Warns
    -----
    ClusterWarning
        With `warning`, if `Z` is not valid.

    Notes
    -----
    O(n) time. ``scipy.cluster.hierarchy`` accepts indices that are not whole numbers, and any single row.

    Examples
    --------
    >>> from coterie.hierarchy import is_valid_linkage
    >>> is_valid_linkage([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    True
    >>> is_valid_linkage([[0.0, 3.0, 0.5, 2.0], [1.0, 2.0, 1.5, 3.0]])
    False
    """
    check_parameters("is_valid_linkage", _NAME, {"name": name})
    Z = as_array(Z, name or "Z")
    problem = _shape_problem(Z, "Linkage", name)
    if problem is not None:
        if throw:
            raise problem
        return _is_valid(iter([str(problem)]), warning, throw)
    wrong, _ = read_children(for_kernels(Z, np.float64))
    return _is_valid(_linkage_problems(wrong, name), warning, throw)


def is_valid_im(R: ArrayLike, warning: bool = False, throw: bool = False, name: str | None = None) -> bool:
    """Whether `R` is an inconsistency matrix, as `inconsistent` returns it.

    It has four columns of float64 and at least one row; means, standard deviations and counts are not negative.

    Parameters
    ----------
    R : array-like
        The candidate; not modified.
    warning : bool, default=False
        Warn about everything that is wrong.
    throw : bool, default=False
        Raise an error for the first thing that is wrong.
    name : str, optional
        Name of `R` in messages.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        With `throw`, if `R` is not valid; or `name` is not text.

    Warns
    -----
    ClusterWarning
        With `warning`, if `R` is not valid.

    Examples
    --------
    >>> from coterie.hierarchy import is_valid_im
    >>> is_valid_im([[0.5, 0.0, 1.0, 0.0]]), is_valid_im([[-0.5, 0.0, 1.0, 0.0]])
    (True, False)
    """
    check_parameters("is_valid_im", _NAME, {"name": name})
    R = as_array(R, name or "R")
    problem = _shape_problem(R, "Inconsistency", name)
    if problem is not None:
        if throw:
            raise problem
        return _is_valid(iter([str(problem)]), warning, throw)
    return _is_valid(_inconsistency_problems(R, name), warning, throw)


def read_inconsistency(R: ArrayLike, n_rows: int) -> NDArray[np.float64]:
    R = as_doubles(R, name="R")
    is_valid_im(R, throw=True, name="R")
    if len(R) != n_rows:
        raise ValueError("The inconsistency matrix and linkage matrix each have a different number of rows.")
    return R


def num_obs_linkage(Z: ArrayLike) -> int:
    """Number of points of the linkage matrix `Z`: its rows + 1.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Examples
    --------
    >>> from coterie.hierarchy import num_obs_linkage
    >>> num_obs_linkage([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    3
    """
    return len(read_linkage(Z)[0]) + 1


def correspond(Z: ArrayLike, Y: ArrayLike) -> bool:
    """Whether the linkage matrix `Z` and the condensed distances `Y` are of the same number of points.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    Y : array-like of shape (m * (m - 1) / 2,)
        Condensed distance matrix; not modified.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `Y` not a condensed distance matrix, or `Y` is empty.

    Examples
    --------
    >>> from coterie.hierarchy import correspond
    >>> correspond([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]], [0.5, 1.5, 2.0])
    True
    """
    n = num_obs_linkage(Z)
    m = check_condensed(as_array(Y, "Y"), "Y")
    if m == 1:
        raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
    return n == m


def is_monotonic(Z: ArrayLike) -> np.bool_:
    """Whether the heights of the linkage matrix `Z` never fall from one merge to the next.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    numpy.bool

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    Centroid and median linkage may not be monotonic: the center of a merged cluster can be nearer to a third center
    than the two merged centers were to each other.

    Examples
    --------
    >>> from coterie.hierarchy import is_monotonic
    >>> bool(is_monotonic([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 0.9, 3.0]]))
    False
    """
    heights = read_linkage(Z)[0][:, 2]
    return (heights[1:] >= heights[:-1]).all()


def is_isomorphic(T1: ArrayLike, T2: ArrayLike) -> bool:
    """Whether two labelings are the same clustering, up to the names of the clusters.

    Parameters
    ----------
    T1, T2 : array-like of shape (n,)
        Cluster of each point, of any type that can be sorted; not modified.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        One is not one-dimensional, or they differ in length.
    TypeError
        The labels of one cannot be sorted, such as text mixed with numbers.

    Notes
    -----
    O(n log n) time. scipy 1.17 answers True to ``is_isomorphic([1, 2, 3, 4], [1, 2, 1, 2])``, here it is False.

    Examples
    --------
    >>> from coterie.hierarchy import is_isomorphic
    >>> is_isomorphic([1, 1, 2], [7, 7, 3]), is_isomorphic([1, 1, 2], [7, 3, 3])
    (True, False)
    """
    T1, T2 = as_array(T1, "T1"), as_array(T2, "T2")
    # Numbers are compared as they are; other labels are numbered first, in sorted order.
    T1, T2 = (
        T if T.dtype.kind in "biufc" or T.ndim != 1 else as_labels(T, name=name)[1]
        for T, name in ((T1, "T1"), (T2, "T2"))
    )
    if T1.ndim != 1:
        raise ValueError("T1 must be one-dimensional.")
    if T2.ndim != 1:
        raise ValueError("T2 must be one-dimensional.")
    if T1.shape != T2.shape:
        raise ValueError("T1 and T2 must have the same number of elements.")
    if len(T1) == 0:
        return True
    order = np.argsort(T1, kind="stable")
    T1, T2 = T1[order], T2[order]
    step = T1[1:] != T1[:-1]
    if (T2[1:] != T2[:-1])[~step].any():
        return False
    one_each = np.sort(T2[np.concatenate([[True], step])])
    return bool((one_each[1:] != one_each[:-1]).all())


def warn_of_distances(X: NDArray[Any], name: str = "y") -> None:
    """Warn where the rows `X` look like a square matrix of distances."""
    if X.ndim != 2 or X.shape[0] != X.shape[1] or not (X >= 0).all():
        return
    slack = 1e-8 * min(1.0, float(X.max(initial=0.0)))
    if np.allclose(X.diagonal(), 0, atol=slack) and np.allclose(X, X.T, atol=slack):
        warn(
            "The symmetric non-negative hollow observation matrix looks suspiciously like an uncondensed distance "
            f"matrix. If {name} holds distances, pass coterie.distances.squareform({name}).",
            ClusterWarning,
        )
