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
    from numpy.typing import ArrayLike, DTypeLike, NDArray

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
    """How many rows have each pair of labels.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        One labeling: the rows of the result, in ascending order of the labels.
    labels_pred : array-like of shape (n_samples,)
        Another of the same data: the columns.
    eps : float or None, default=None
        Add this to each number, so that none is 0; the result is float then. Not with `sparse`.
    sparse : bool, default=False
        Return a sparse matrix, of scipy: for many labels, where most pairs do not occur.
    dtype : data type, default=np.int64
        Of the result, if `eps` is None.

    Returns
    -------
    ndarray or scipy.sparse.csr_matrix of shape (n_labels_true, n_labels_pred)

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.
    TypeError
        `dtype` is no data type, or not one of numbers.
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
    """Pairs of rows, by whether each labeling has both in one cluster.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data.

    Returns
    -------
    ndarray of shape (2, 2), int64
        At [1, 1] the pairs that are together in both, at [0, 0] those together in none, at [1, 0] those in
        `labels_true` only and at [0, 1] those in `labels_pred` only. Each pair counts twice, once in either order.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.

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
    """Rand index: the share of the pairs of rows that both labelings treat alike, as together or as apart.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.

    Returns
    -------
    float
        From 0 to 1, which is equal labelings but for names. Unrelated ones of many clusters are near 1 as well: use
        `adjusted_rand_score`.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.

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
        1 for equal labelings but for names, about 0 for unrelated ones, down to -0.5.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.

    See Also
    --------
    adjusted_mutual_info_score : To be preferred where clusters have very different sizes, or small ones count.

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
    """Geometric mean of two shares: of the pairs together in one labeling, how many are so in the other.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.

    Returns
    -------
    float
        From 0 to 1, which is equal labelings but for names. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.

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
    """Mutual information of two labelings, in nats: what one tells about the other.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter. Not looked at if there is a `contingency`.
    contingency : array-like of shape (n_labels_true, n_labels_pred), optional
        The matrix of `contingency_matrix`, dense or sparse, instead of labelings.

    Returns
    -------
    float
        At least 0, at most the entropy of either labeling. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, or a label is missing.

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
        Which mean of the two entropies.

    Returns
    -------
    float
        1 for equal labelings but for names, about 0 for unrelated ones; may be below 0.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, a label is missing, or there is no such mean.

    Notes
    -----
    The expectation is over all labelings with clusters of these sizes. The rows that a cluster of each has in common
    follow a hypergeometric distribution; here its probabilities come from the most probable one by the ratios of
    neighbors, without a logarithm of a factorial, which would cost nine digits for a million rows; and what is so far
    from it that all together has a probability below exp(-59) is left out. Each pair of different sizes is computed
    once. So time grows with the sum of the standard deviations, not with the number of rows.

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
    """Mutual information over the mean of the two entropies.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Two labelings of the same data; which comes first does not matter.
    average_method : {"arithmetic", "geometric", "min", "max"}, default="arithmetic"
        Which mean of the two entropies.

    Returns
    -------
    float
        From 0 to 1, which is equal labelings but for names. Not adjusted for chance: it grows with the number of
        clusters.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, a label is missing, or there is no such mean.

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
    """Whether clusters hold one class only, whether classes are in one cluster only, and the mean of both.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.
    beta : float, default=1.0
        Weight of the completeness in the V-measure: above 1 it counts more, below 1 the homogeneity does.

    Returns
    -------
    homogeneity, completeness, v_measure : float
        From 0 to 1, which is best: the share of the entropy of the classes that the clusters explain, that of the
        clusters that the classes explain, and their weighted harmonic mean. Not adjusted for chance.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or of different lengths, a label is missing, or `beta` is below 0.

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
    """Whether clusters hold rows of one class only: the first of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.

    Returns
    -------
    float
        From 0 to 1, which is best.

    Examples
    --------
    >>> from coterie.scores import homogeneity_score
    >>> homogeneity_score([0, 0, 1, 1], [0, 0, 1, 2])
    1.0
    """
    return _v_measure("homogeneity_score", labels_true, labels_pred)[0]


def completeness_score(labels_true: ArrayLike, labels_pred: ArrayLike) -> float:
    """Whether the rows of a class are in one cluster only: the second of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.

    Returns
    -------
    float
        From 0 to 1, which is best.

    Examples
    --------
    >>> from coterie.scores import completeness_score
    >>> print(round(completeness_score([0, 0, 1, 1], [0, 0, 1, 2]), 4))
    0.6667
    """
    return _v_measure("completeness_score", labels_true, labels_pred)[1]


def v_measure_score(labels_true: ArrayLike, labels_pred: ArrayLike, *, beta: float = 1.0) -> float:
    """Harmonic mean of homogeneity and completeness: the third of `homogeneity_completeness_v_measure`.

    Parameters
    ----------
    labels_true : array-like of shape (n_samples,)
        The classes.
    labels_pred : array-like of shape (n_samples,)
        The clusters.
    beta : float, default=1.0
        Weight of the completeness: above 1 it counts more, below 1 the homogeneity does.

    Returns
    -------
    float
        From 0 to 1, which is best. With `beta` 1 this is `normalized_mutual_info_score`.

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
