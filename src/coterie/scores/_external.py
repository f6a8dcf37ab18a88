# SPDX-License-Identifier: BSD-3-Clause
"""Scores of two labelings of the same rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import ARRAY_LIKE, BOOL, NONE, check_parameters, one_of, real
from .._base.wording import shown
from .._runtime import memory
from ._contingency import Table, average, entropy, expected_mutual_information, mutual_information

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from .._base.typing import ArrayLike

__all__ = [
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "completeness_score",
    "contingency_matrix",
    "fowlkes_mallows_score",
    "homogeneity_completeness_v_measure",
    "homogeneity_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "pair_confusion_matrix",
    "rand_score",
    "v_measure_score",
]

_EPS = float(np.finfo(np.float64).eps)

_RULES = {
    "labels_true": (ARRAY_LIKE,),
    "labels_pred": (ARRAY_LIKE,),
    "beta": (real(0),),
    "average_method": (one_of("arithmetic", "geometric", "max", "min"),),
    "eps": (real(0), NONE),
    "sparse": BOOL,
}


def contingency_matrix(
    labels_true: ArrayLike,
    labels_pred: ArrayLike,
    *,
    eps: float | None = None,
    sparse: bool = False,
    dtype: DTypeLike = np.int64,
) -> Any:
    """Count how many rows have each pair of labels.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        One labeling: the rows of the result, in ascending order of the labels.
    labels_pred : array-like of shape (n_samples,)
        Another labeling of the same data: the columns of the result.
    eps : float or None, default=None
        A number to add to each entry, so that none is 0. The result is float then. Not allowed with `sparse`.
    sparse : bool, default=False
        Whether to return a scipy sparse matrix. This saves memory if there are many labels and most pairs do not occur.
    dtype : data type, default=np.int64
        The type of the result, if `eps` is None.

    Returns
    -------
    ndarray or scipy.sparse.csr_matrix of shape (n_labels_true, n_labels_pred)

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.
    TypeError
        `dtype` is not a numeric data type.
    MemoryError
        The matrix would not fit into memory; nothing was allocated.

    Examples
    --------
    >>> from coterie.scores import contingency_matrix
    >>> contingency_matrix(["a", "a", "b", "b"], [0, 1, 1, 1])
    array([[1, 1],
           [0, 2]])
    """
    _check("contingency_matrix", labels_true=labels_true, labels_pred=labels_pred, eps=eps, sparse=sparse)
    if eps is not None and sparse:
        raise ValueError("Cannot set 'eps' when sparse=True")
    try:
        dtype = np.dtype(dtype)
    except (RecursionError, TypeError, ValueError):
        raise TypeError(f"dtype must be a data type of numpy. Got {shown(dtype)}.") from None
    if dtype.kind not in "biufcO":
        raise TypeError(f"dtype must be one of numbers. Got {dtype}.")
    table = Table.of(labels_true, labels_pred)
    shape = len(table.rows), len(table.columns)
    if sparse:
        from scipy.sparse import csr_matrix

        return csr_matrix((table.counts.astype(dtype), (table.i, table.j)), shape=shape)
    memory.require(
        shape[0] * shape[1] * dtype.itemsize,
        f"A matrix of {shape[0]:,} by {shape[1]:,} labels",
        "Ask for a sparse one with sparse=True.",
    )
    matrix = np.zeros(shape, dtype)
    matrix[table.i, table.j] = table.counts
    return matrix if eps is None else matrix + float(eps)


def pair_confusion_matrix(labels_true: ArrayLike, labels_pred: ArrayLike) -> NDArray[np.int64]:
    """Count pairs of rows by whether each labeling has both rows in one cluster.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data.

    Returns
    -------
    ndarray of shape (2, 2), int64
        Numbers of pairs: at [1, 1] those that are together in both labelings, at [0, 0] those that are together in
        neither, at [1, 0] those that are together only in `labels_true`, and at [0, 1] those that are together only in
        `labels_pred`. Each pair counts twice, once in either order.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.

    References
    ----------
    L. Hubert, P. Arabie, "Comparing partitions", Journal of Classification 2, 1985, 193-218,
    :doi:`10.1007/BF01908075`.

    Examples
    --------
    >>> from coterie.scores import pair_confusion_matrix
    >>> pair_confusion_matrix([0, 0, 1, 1], [0, 0, 1, 2])
    array([[8, 0],
           [2, 2]])
    """
    return np.array(_count_pairs("pair_confusion_matrix", labels_true, labels_pred), np.int64)


def rand_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Rand index: the share of the pairs of rows that are together in both labelings, or apart in both.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.

    Returns
    -------
    float
        From 0 to 1. 1 means that the clusters are the same, whatever their labels are. Unrelated labelings with many
        clusters are near 1 as well: use `adjusted_rand_score`.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.

    References
    ----------
    W. M. Rand, "Objective criteria for the evaluation of clustering methods", Journal of the American Statistical
    Association 66, 1971, 846-850, :doi:`10.1080/01621459.1971.10482356`.

    Examples
    --------
    >>> from coterie.scores import rand_score
    >>> print(round(rand_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.8333
    """
    (neither, pred), (true, both) = _count_pairs("rand_score", labels_true, labels_pred)
    if pred == true == 0:
        return 1.0
    return (neither + both) / (neither + pred + true + both)


def adjusted_rand_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Rand index adjusted for chance.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.

    Returns
    -------
    float
        1 for the same clusters, whatever their labels are; about 0 for unrelated ones, down to -0.5.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.

    See Also
    --------
    adjusted_mutual_info_score : Better if the sizes of the clusters are very different, or if small clusters matter.

    References
    ----------
    L. Hubert, P. Arabie, "Comparing partitions", Journal of Classification 2, 1985, 193-218,
    :doi:`10.1007/BF01908075`.

    Examples
    --------
    >>> from coterie.scores import adjusted_rand_score
    >>> print(round(adjusted_rand_score([0, 0, 1, 1], ["x", "x", "y", "z"]), 4))
    0.5714
    """
    (neither, pred), (true, both) = _count_pairs("adjusted_rand_score", labels_true, labels_pred)
    if pred == true == 0:
        return 1.0
    return 2.0 * (both * neither - true * pred) / ((both + true) * (true + neither) + (both + pred) * (pred + neither))


def fowlkes_mallows_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Geometric mean of two shares: how many pairs that are together in one labeling are together in the other.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.

    Returns
    -------
    float
        From 0 to 1. 1 means that the clusters are the same, whatever their labels are. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.

    References
    ----------
    E. B. Fowlkes, C. L. Mallows, "A method for comparing two hierarchical clusterings", Journal of the American
    Statistical Association 78, 1983, 553-569, :doi:`10.1080/01621459.1983.10478008`.

    Examples
    --------
    >>> from coterie.scores import fowlkes_mallows_score
    >>> print(round(fowlkes_mallows_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.7071
    """
    (_, pred), (true, both) = _count_pairs("fowlkes_mallows_score", labels_true, labels_pred)
    return math.sqrt(both / (both + pred)) * math.sqrt(both / (both + true)) if both else 0.0


def mutual_info_score(labels_true: ArrayLike, labels_pred: ArrayLike, *, contingency: ArrayLike | None = None) -> float:
    """Mutual information of two labelings, in nats: how much one labeling tells about the other.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter. Ignored if `contingency` is given.
    contingency : array-like of shape (n_labels_true, n_labels_pred), optional
        The result of `contingency_matrix`, dense or sparse, instead of labelings.

    Returns
    -------
    float
        At least 0, at most the entropy of either labeling. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, or a label is missing.

    Examples
    --------
    >>> from coterie.scores import mutual_info_score
    >>> print(round(mutual_info_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.6931
    """
    if contingency is None:
        return mutual_information(_compared("mutual_info_score", labels_true, labels_pred))
    return mutual_information(Table.from_matrix(contingency))


def adjusted_mutual_info_score(
    labels_true: ArrayLike, labels_pred: ArrayLike, *, average_method: str = "arithmetic"
) -> float:
    """Mutual information adjusted for chance: (MI - E[MI]) / (mean entropy - E[MI]).

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.
    average_method : {"arithmetic", "geometric", "min", "max"}, default="arithmetic"
        The mean of the two entropies to use.

    Returns
    -------
    float
        1 for the same clusters, whatever their labels are; about 0 for unrelated ones; may be below 0.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, a label is missing, or `average_method` is unknown.

    Notes
    -----
    The expectation is over all labelings with clusters of these sizes. The number of rows that two clusters have in
    common follows a hypergeometric distribution. Its probabilities are computed from the most probable one, by the
    ratios of neighboring probabilities. Logarithms of factorials would lose nine digits for a million rows. Values far
    from the most probable one are left out if all of them together have a probability below exp(-59). Each pair of
    different sizes is computed once. So the time grows with the sum of the standard deviations, not with the number of
    rows.

    References
    ----------
    N. X. Vinh, J. Epps, J. Bailey, "Information theoretic measures for clusterings comparison: variants, properties,
    normalization and correction for chance", Journal of Machine Learning Research 11, 2010, 2837-2854,
    https://jmlr.org/papers/v11/vinh10a.html.

    Examples
    --------
    >>> from coterie.scores import adjusted_mutual_info_score
    >>> print(round(adjusted_mutual_info_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.5714
    """
    table = _compared("adjusted_mutual_info_score", labels_true, labels_pred, average_method=average_method)
    if len(table.rows) == len(table.columns) <= 1:
        return 1.0
    if min(len(table.rows), len(table.columns)) <= 1:
        return 0.0
    expected = expected_mutual_information(table.rows, table.columns)
    upper = average(entropy(table.rows), entropy(table.columns), average_method) - expected
    lower = mutual_information(table) - expected
    if max(abs(lower), abs(upper)) < 64 * _EPS:  # all labelings of these sizes have all the information there can be
        return 1.0
    return lower / upper


def normalized_mutual_info_score(
    labels_true: ArrayLike, labels_pred: ArrayLike, *, average_method: str = "arithmetic"
) -> float:
    """Mutual information divided by the mean of the two entropies.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.
    average_method : {"arithmetic", "geometric", "min", "max"}, default="arithmetic"
        The mean of the two entropies to use.

    Returns
    -------
    float
        From 0 to 1. 1 means that the clusters are the same, whatever their labels are. Not adjusted for chance: it
        grows with the number of clusters.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, a label is missing, or `average_method` is unknown.

    References
    ----------
    A. Strehl, J. Ghosh, "Cluster ensembles: a knowledge reuse framework for combining multiple partitions", Journal of
    Machine Learning Research 3, 2002, 583-617, https://jmlr.org/papers/v3/strehl02a.html.

    Examples
    --------
    >>> from coterie.scores import normalized_mutual_info_score
    >>> print(round(normalized_mutual_info_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.8
    """
    table = _compared("normalized_mutual_info_score", labels_true, labels_pred, average_method=average_method)
    if len(table.rows) == len(table.columns) <= 1:
        return 1.0
    information = mutual_information(table)
    if information == 0:
        return 0.0
    return information / average(entropy(table.rows), entropy(table.columns), average_method)


def homogeneity_completeness_v_measure(
    labels_true: ArrayLike, labels_pred: ArrayLike, *, beta: float = 1.0
) -> tuple[float, float, float]:
    """Whether each cluster has only one class, whether each class is in only one cluster, and the mean of both.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.
    beta : float, default=1.0
        Weight of the completeness in the V-measure: above 1 it counts more than the homogeneity, below 1 it counts
        less.

    Returns
    -------
    homogeneity, completeness, v_measure : float
        From 0 to 1; 1 is best. The share of the entropy of the classes that the clusters explain, the share of the
        entropy of the clusters that the classes explain, and their weighted harmonic mean. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional, their lengths differ, a label is missing, or `beta` is below 0.

    References
    ----------
    A. Rosenberg, J. Hirschberg, "V-measure: a conditional entropy-based external cluster evaluation measure",
    EMNLP-CoNLL 2007, 410-420, https://aclanthology.org/D07-1043.

    Examples
    --------
    >>> from coterie.scores import homogeneity_completeness_v_measure
    >>> [round(score, 4) for score in homogeneity_completeness_v_measure([0, 0, 1, 1], [0, 0, 1, 2])]
    [1.0, 0.6667, 0.8]
    """
    return _v_measure("homogeneity_completeness_v_measure", labels_true, labels_pred, beta)


def homogeneity_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Whether each cluster has only one class: the first result of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.

    Returns
    -------
    float
        From 0 to 1; 1 is best.

    Examples
    --------
    >>> from coterie.scores import homogeneity_score
    >>> homogeneity_score([0, 0, 1, 1], [0, 0, 1, 2])
    1.0
    """
    return _v_measure("homogeneity_score", labels_true, labels_pred)[0]


def completeness_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Whether each class is in only one cluster: the second result of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.

    Returns
    -------
    float
        From 0 to 1; 1 is best.

    Examples
    --------
    >>> from coterie.scores import completeness_score
    >>> print(round(completeness_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.6667
    """
    return _v_measure("completeness_score", labels_true, labels_pred)[1]


def v_measure_score(labels_true: ArrayLike, labels_pred: ArrayLike, *, beta: float = 1.0) -> float:
    """Harmonic mean of homogeneity and completeness: the third result of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.
    beta : float, default=1.0
        Weight of the completeness: above 1 it counts more than the homogeneity, below 1 it counts less.

    Returns
    -------
    float
        From 0 to 1; 1 is best. If `beta` is 1, this is `normalized_mutual_info_score`.

    Examples
    --------
    >>> from coterie.scores import v_measure_score
    >>> print(round(v_measure_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.8
    """
    return _v_measure("v_measure_score", labels_true, labels_pred, beta)[2]


def _check(owner: str, **values: object) -> None:
    check_parameters(owner, {name: _RULES[name] for name in values}, values)


def _compared(owner: str, labels_true: ArrayLike, labels_pred: ArrayLike, **values: object) -> Table:
    _check(owner, labels_true=labels_true, labels_pred=labels_pred, **values)
    return Table.of(labels_true, labels_pred, warns=True)


def _count_pairs(owner: str, labels_true: ArrayLike, labels_pred: ArrayLike) -> list[list[int]]:
    table = _compared(owner, labels_true, labels_pred)
    n = table.n
    both, true, pred = (int(np.dot(each, each)) for each in (table.counts, table.rows, table.columns))
    return [[n * n - true - pred + both, pred - both], [true - both, both - n]]


def _v_measure(
    owner: str, labels_true: ArrayLike, labels_pred: ArrayLike, beta: float = 1.0
) -> tuple[float, float, float]:
    table = _compared(owner, labels_true, labels_pred, beta=beta)
    if not table.n:
        return 1.0, 1.0, 1.0
    information = mutual_information(table)
    homogeneity, completeness = (
        information / each if each else 1.0 for each in map(entropy, (table.rows, table.columns))
    )
    beta = float(beta)
    weights = beta * homogeneity + completeness
    mean = (1 + beta) * homogeneity * completeness / weights if weights else 0.0
    return homogeneity, completeness, mean


for _each in __all__:
    globals()[_each].__module__ = "coterie.scores"  # where users and pickles find them
