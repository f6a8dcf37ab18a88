# SPDX-License-Identifier: BSD-3-Clause
"""Number clusters as in an earlier clustering, or in an order that does not depend on the algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import check_parameters, one_of
from ._assignment import best_partners
from ._named_labels import NOISE, Labels, check_lengths, overlap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

__all__ = ["align_labels", "relabel"]


def align_labels(previous: ArrayLike, labels: ArrayLike) -> NDArray[Any]:
    """Number clusters as in an earlier clustering of the same rows, so that cluster 3 is still cluster 3.

    Each cluster is paired with at most one earlier cluster and takes its number, so that as many rows as possible keep
    their number. A cluster that shares no row with its partner is new.

    Parameters
    ----------
    previous : array-like of shape (n_samples,)
        The earlier labels: integers, or names of clusters. -1 is noise.
    labels : array-like of shape (n_samples,)
        The labels to renumber: integers or names. -1 is noise. Not modified.

    Returns
    -------
    ndarray of shape (n_samples,)
        `labels` with the numbers of `previous` (intp) or its names (str). Noise stays -1. New clusters get the numbers
        after the largest of `previous`, from 0 if all are names, in the order of their first rows.

    Raises
    ------
    ValueError
        `previous` or `labels` is not a vector or is empty, their lengths differ, a label is missing, or the labels are
        neither whole numbers nor text.
    TypeError
        Some labels are numbers and some are text.
    MemoryError
        A table of all pairs of clusters would not fit into memory.

    See Also
    --------
    relabel : Numbers by size or by first row, without an earlier clustering.
    compare : Which clusters are the same, were split or were merged.

    Notes
    -----
    The assignment is optimal; it is found by shortest augmenting paths [1]_ in exact integers, in O(n + k³) time and
    O(n + k²) memory for k clusters. If several assignments are optimal, the first earlier cluster (the lowest number,
    or the first name in alphabetical order) is paired with the possible cluster whose first row comes earliest, then
    the second, and so on. The result does not depend on the numbers in `labels`.

    References
    ----------
    .. [1] R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
       problems", Computing 38 (1987) 325-340. :doi:`10.1007/BF02278710`

    Examples
    --------
    Another run finds nearly the same clusters in another order, and a new one:

    >>> from coterie import align_labels
    >>> align_labels([0, 0, 0, 1, 1, 1, -1], [2, 2, 0, 0, 0, 1, -1])
    array([ 0,  0,  1,  1,  1,  2, -1])
    >>> align_labels(["rare", "rare", "often", "often"], [0, 0, 1, 1])
    array(['rare', 'rare', 'often', 'often'], dtype='<U5')
    """
    before, after = Labels(previous, "previous"), Labels(labels, "labels")
    check_lengths(before, after, "previous", "labels")
    order = after.by_first_row()
    partner = best_partners(overlap(before, after)[:, order])
    named: NDArray[Any]  # the last is noise
    if before.are_text:
        taken, number = set(before.names.tolist()), 0
        names = []
        for each in partner:
            while each < 0 and str(number) in taken:
                number += 1
            names.append(before.names[each] if each >= 0 else str(number))
            number += each < 0
        named = np.array([*names, NOISE], dtype=str)
    else:
        unused = int(max(before.names.max(initial=-1), -1)) + 1
        named = np.where(
            partner >= 0, before.names[partner] if len(before.names) else -1, unused + np.cumsum(partner < 0) - 1
        )
        named = np.append(named, -1).astype(np.intp)
    place = np.full(len(after.names) + 1, -1)  # the last is for noise, too
    place[order] = np.arange(len(order))
    result: NDArray[Any] = named[place[after.codes]]
    return result


def relabel(labels: ArrayLike, by: str = "size") -> NDArray[np.intp]:
    """Number clusters from 0 in an order that does not depend on the algorithm.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Integers or names. -1 is noise. Not modified.
    by : {"size", "first"}, default="size"
        - "size": 0 is the cluster with the most rows. If clusters are equally large, the one whose first row comes
          first is first.
        - "first": 0 is the cluster of the first row, 1 is the next cluster that appears, and so on.

    Returns
    -------
    ndarray of shape (n_samples,), intp
        From 0, with -1 for noise.

    Raises
    ------
    ValueError
        `labels` is not a vector of whole numbers or text, is empty, or a label is missing; or `by` is unknown.
    TypeError
        Some labels are numbers and some are text.

    See Also
    --------
    align_labels : Keeps the numbers of an earlier clustering.

    Notes
    -----
    O(n log n) time.

    Examples
    --------
    >>> from coterie import relabel
    >>> relabel([7, 7, -1, 3, 3, 3])
    array([ 1,  1, -1,  0,  0,  0])
    >>> relabel(["b", "a", "a", "b"], by="first")
    array([0, 1, 1, 0])
    """
    check_parameters("relabel", {"by": (one_of("size", "first"),)}, {"by": by})
    found = Labels(labels, "labels")
    order = found.by_first_row()
    if by == "size":
        order = order[np.argsort(-found.sizes()[order], kind="stable")]
    number = np.full(len(order) + 1, -1)
    number[order] = np.arange(len(order))
    return number[found.codes]


for _each in __all__:
    globals()[_each].__module__ = "coterie"  # where users and pickles find them
