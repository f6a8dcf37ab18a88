# SPDX-License-Identifier: BSD-3-Clause
"""Labels of two clusterings of the same rows: number them alike, and tell where they differ."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from .. import scores
from .._base.labels import as_labels
from .._base.parameters import check_parameters, one_of
from .._base.wording import share_cell, shown
from .._runtime import memory, progress

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_NOISE = "-1"  # also where labels are text
_MOST_LINES = 12  # of each kind in the text of a comparison


# ------------------------------------------------------------------------------------------- the same numbers


def align_labels(previous: ArrayLike, labels: ArrayLike) -> NDArray:
    """Number clusters as in an earlier clustering of the same rows, so that what was cluster 3 is cluster 3 again.

    Each cluster takes the number of at most one earlier cluster, in the way that as many rows as possible keep their
    number. Clusters that share no row with the one they would be paired with are new.

    Parameters
    ----------
    previous : array-like of shape (n_samples,)
        The earlier labels: integers, or names that clusters were given. -1 is noise.
    labels : array-like of shape (n_samples,)
        The labels to be renumbered, in any way that tells clusters apart. -1 is noise. Not modified.

    Returns
    -------
    ndarray of shape (n_samples,)
        `labels` with the numbers of `previous` (intp) or its names (str). Noise stays -1. New clusters get the numbers
        after the largest of `previous`, from 0 if all are names, in the order of their first rows.

    Raises
    ------
    ValueError
        One of the two is not a vector or is empty, they differ in length, a label is missing, or they are neither whole
        numbers nor text.
    TypeError
        Some labels are numbers and some are text.
    MemoryError
        There are so many clusters in both that a table of all pairs would not fit into memory.

    See Also
    --------
    relabel : Numbers by size or by first row, without an earlier clustering.
    compare : What became of each cluster.

    Notes
    -----
    An optimal assignment by shortest augmenting paths [1]_, O(n + k³) time and O(n + k²) memory for k clusters, in
    exact integers. Of several ways that keep as many rows, the first earlier cluster (the lowest number, or name in
    alphabetical order) goes to the cluster with the earliest first row that it can go to, then the second, and so on;
    how `labels` are numbered has no part in this.

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
    before, after = _Labels(previous, "previous"), _Labels(labels, "labels")
    _check_lengths(before, after, "previous", "labels")
    order = after.by_first_row()
    partner = _partners(_table(before, after)[:, order])
    if before.are_text:
        taken, number = set(before.names.tolist()), 0
        names = []
        for each in partner:
            while each < 0 and str(number) in taken:
                number += 1
            names.append(before.names[each] if each >= 0 else str(number))
            number += each < 0
        named = np.array([*names, _NOISE], dtype=str)
    else:
        unused = int(max(before.names.max(initial=-1), -1)) + 1
        named = np.where(
            partner >= 0, before.names[partner] if len(before.names) else -1, unused + np.cumsum(partner < 0) - 1
        )
        named = np.append(named, -1).astype(np.intp)
    place = np.full(len(after.names) + 1, -1)  # the last is for noise, whose code is -1
    place[order] = np.arange(len(order))
    return named[place[after.codes]]


def relabel(labels: ArrayLike, by: str = "size") -> NDArray[np.intp]:
    """Number clusters from 0 in an order that does not depend on the algorithm.

    Parameters
    ----------
    labels : array-like of shape (n_samples,)
        Integers or names. -1 is noise. Not modified.
    by : {"size", "first"}, default="size"
        - "size": 0 is the cluster with the most rows; of equally large ones the one with the earliest first row.
        - "first": 0 is the cluster of the first row, 1 the next one that is met, and so on.

    Returns
    -------
    ndarray of shape (n_samples,), intp
        From 0, with -1 for noise.

    Raises
    ------
    ValueError
        `labels` are not a vector of whole numbers or text, are empty, or one is missing; or `by` is unknown.
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
    found = _Labels(labels, "labels")
    order = found.by_first_row()
    if by == "size":
        order = order[np.argsort(-found.sizes()[order], kind="stable")]
    number = np.full(len(order) + 1, -1)
    number[order] = np.arange(len(order))
    return number[found.codes]


# ------------------------------------------------------------------------------------------- what differs


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Where two clusterings of the same rows, `a` and `b`, agree and differ; ``print`` it. Made by `compare`.

    A cluster's rows are *mostly* in another one if more than half of them are.

    Attributes
    ----------
    contingency : ndarray of shape (len(labels_a), len(labels_b)), int64
        How many rows have the one label in `a` and the other in `b`.
    labels_a, labels_b : ndarray
        The labels of its rows and columns, ascending; noise (-1) among them.
    adjusted_rand : float
        1 for the same clusters, about 0 for what chance would give. Noise counts as a cluster.
    changed : float
        Share of the rows that are in another cluster, once `align_labels` has numbered the clusters alike; going to
        noise or coming from it counts.
    kept : dict
        Clusters that are mostly in one cluster of `b`, which mostly comes from them: ``{label in a: label in b}``.
        Those of `splits` and `merges` are not among them.
    splits : dict
        Clusters that were divided: two or more clusters of `b` come mostly from them. ``{label in a: those of b}``.
    merges : dict
        Clusters that were put together: two or more clusters of `a` are mostly in them. ``{label in b: those of a}``.
    gone, new : tuple
        Clusters of `a`, and of `b`, that are in none of these: their rows are spread, or are noise in the other.
    """

    contingency: NDArray[np.int64] = dataclasses.field(repr=False)
    labels_a: NDArray = dataclasses.field(repr=False)
    labels_b: NDArray = dataclasses.field(repr=False)
    adjusted_rand: float
    changed: float
    kept: dict
    splits: dict
    merges: dict
    gone: tuple
    new: tuple

    def __str__(self) -> str:
        a, b = (_named(each) for each in (self.labels_a, self.labels_b))
        n = int(self.contingency.sum())
        lines = [
            f"{_count(n, 'row')}: {_count(len(a), 'cluster')} in a, {len(b)} in b. "
            f"Adjusted Rand index {self.adjusted_rand:.3f}.",
            f"In another cluster, once the numbers are matched: {_count(round(self.changed * n), 'row')} "
            f"({share_cell(self.changed)}).",
        ]
        shared = {(i, j): int(self.contingency[a[i], b[j]]) for i, j in self.kept.items()}
        size_a = {i: int(self.contingency[a[i]].sum()) for i in a}
        size_b = {j: int(self.contingency[:, b[j]].sum()) for j in b}

        def parts(row: NDArray, names: NDArray, way: str = "in") -> str:
            order = [j for j in np.argsort(-row, kind="stable") if row[j]]
            text = [f"{row[j]:,} {way} {'noise' if _is_noise(names[j]) else names[j]}" for j in order[:4]]
            return ", ".join(text) + (f" and {len(order) - 4} more" if len(order) > 4 else "")

        def section(title: str, items: list[str]) -> None:
            if items:
                rest = [f"... and {len(items) - _MOST_LINES} more"] if len(items) > _MOST_LINES else []
                lines.append(f"{title}:")
                lines.extend(f"    {each}" for each in items[:_MOST_LINES] + rest)

        same = [
            f"{i} is {j}: all {_count(size_a[i], 'row')}"
            if size_a[i] == shared[i, j] == size_b[j]
            else f"{i} is {j}: {_count(shared[i, j], 'row')} in both, {size_a[i] - shared[i, j]:,} only in a, "
            f"{size_b[j] - shared[i, j]:,} only in b"
            for i, j in self.kept.items()
        ]
        section("kept (a is b)", same)
        section(
            "split (a into b)",
            [f"{i} ({_count(size_a[i], 'row')}): {parts(self.contingency[a[i]], self.labels_b)}" for i in self.splits],
        )
        section(
            "merged (b out of a)",
            [
                f"{j} ({_count(size_b[j], 'row')}): {parts(self.contingency[:, b[j]], self.labels_a, 'from')}"
                for j in self.merges
            ],
        )
        section(
            "no counterpart in b",
            [f"{i} ({_count(size_a[i], 'row')}): {parts(self.contingency[a[i]], self.labels_b)}" for i in self.gone],
        )
        section(
            "no counterpart in a",
            [
                f"{j} ({_count(size_b[j], 'row')}): {parts(self.contingency[:, b[j]], self.labels_a, 'from')}"
                for j in self.new
            ],
        )
        if len(a) < len(self.labels_a) or len(b) < len(self.labels_b):
            in_a, in_b = (np.array([_is_noise(each) for each in names]) for names in (self.labels_a, self.labels_b))
            lines.append(
                f"noise: {self.contingency[in_a].sum():,} in a, {self.contingency[:, in_b].sum():,} in b, "
                f"{self.contingency[np.ix_(in_a, in_b)].sum():,} in both"
            )
        return "\n".join(lines)


def compare(a: ArrayLike, b: ArrayLike) -> Comparison:
    """Compare two clusterings of the same rows: which clusters are the same, which were split, which were merged.

    Two clusterings can differ and both be good: one of them looks closer, or draws a border elsewhere. This shows
    where.

    Parameters
    ----------
    a, b : array-like of shape (n_samples,)
        Labels: integers or names. -1 is noise. Not modified.

    Returns
    -------
    Comparison
        ``kept``, ``splits``, ``merges``, ``gone``, ``new``, ``adjusted_rand``, ``changed``, ``contingency`` with
        ``labels_a`` and ``labels_b``; as text it says the same for people.

    Raises
    ------
    ValueError
        One of the two is not a vector or is empty, they differ in length, a label is missing, or they are neither whole
        numbers nor text.
    TypeError
        Some labels are numbers and some are text.
    MemoryError
        There are so many clusters in both that a table of all pairs would not fit into memory.

    See Also
    --------
    align_labels : Numbers the clusters of one as in the other.

    Notes
    -----
    O(n log n + k³) time and O(n + k²) memory for k clusters.

    Examples
    --------
    >>> from coterie import compare
    >>> comparison = compare([0, 0, 0, 0, 1, 1, 1], [2, 2, 0, 0, 1, 1, 0])
    >>> comparison.splits
    {0: (0, 2)}
    >>> print(comparison)
    7 rows: 2 clusters in a, 3 in b. Adjusted Rand index 0.176.
    In another cluster, once the numbers are matched: 3 rows (42.9%).
    kept (a is b):
        1 is 1: 2 rows in both, 1 only in a, 0 only in b
    split (a into b):
        0 (4 rows): 2 in 0, 2 in 2
    """
    left, right = _Labels(a, "a"), _Labels(b, "b")
    _check_lengths(left, right, "a", "b")
    table = _table(left, right)
    noise_left, noise_right = (each.codes < 0 for each in (left, right))
    in_a, in_b = left.sizes(), right.sizes()  # rows that are noise in the other count

    # Which cluster of the other most of its rows are in, by index, or -1: there is at most one.
    a_in_b = np.where(2 * table.max(axis=1, initial=0) > in_a, table.argmax(axis=1) if len(in_b) else -1, -1)
    b_in_a = np.where(2 * table.max(axis=0, initial=0) > in_b, table.argmax(axis=0) if len(in_a) else -1, -1)
    splits = {i: parts for i in range(len(in_a)) if len(parts := np.flatnonzero(b_in_a == i)) > 1}
    merges = {j: parts for j in range(len(in_b)) if len(parts := np.flatnonzero(a_in_b == j)) > 1}
    of_splits = {int(j) for parts in splits.values() for j in parts}
    of_merges = {int(i) for parts in merges.values() for i in parts}
    kept = {
        i: int(j) for i, j in enumerate(a_in_b) if j >= 0 and b_in_a[j] == i and i not in splits and j not in merges
    }
    gone = [i for i in range(len(in_a)) if i not in kept and i not in splits and i not in of_merges]
    told = {*kept.values(), *merges, *of_splits}
    new = [j for j in range(len(in_b)) if j not in told]

    partner = _partners(table)
    pairs = np.flatnonzero(partner >= 0)
    same = int(table[partner[pairs], pairs].sum()) + int(np.count_nonzero(noise_left & noise_right))
    names_a, names_b = left.names.tolist(), right.names.tolist()
    return Comparison(
        contingency=_table(left, right, noise=True),
        labels_a=left.all_names(),
        labels_b=right.all_names(),
        adjusted_rand=float(scores.adjusted_rand_score(left.codes, right.codes)),
        changed=1 - same / len(left.codes),
        kept={names_a[i]: names_b[j] for i, j in kept.items()},
        splits={names_a[i]: tuple(names_b[j] for j in parts) for i, parts in splits.items()},
        merges={names_b[j]: tuple(names_a[i] for i in parts) for j, parts in merges.items()},
        gone=tuple(names_a[i] for i in gone),
        new=tuple(names_b[j] for j in new),
    )


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _is_noise(label: object) -> bool:
    return label in (-1, _NOISE)


def _named(labels: NDArray) -> dict:
    """Where each cluster is among labels, noise left out."""
    return {label: i for i, label in enumerate(labels.tolist()) if not _is_noise(label)}


# ------------------------------------------------------------------------------------------- labels, and their overlap


class _Labels:
    """Labels as indices into the clusters' names, which are ascending; noise has the index -1 and is no name."""

    def __init__(self, labels: ArrayLike, what: str) -> None:
        values, codes = as_labels(labels, name=what)
        if not len(codes):
            raise ValueError(f"{what} must hold at least one label. Got none.")
        names = np.array(values.tolist()) if values.dtype.kind == "O" else values
        self.are_text = names.dtype.kind == "U"
        if names.dtype.kind in "biuf" and (np.abs(names.astype(float)) < 2.0**63).all() and (names % 1 == 0).all():
            names = names.astype(np.int64)
        elif not self.are_text:
            raise ValueError(f"{what} must hold whole numbers, or names, with -1 for noise. Got {shown(values[0])}.")
        self.noise: object = _NOISE if self.are_text else -1
        is_noise = names == self.noise
        index = np.cumsum(~is_noise) - 1
        index[is_noise] = -1
        self.names: NDArray = names[~is_noise]
        self.codes: NDArray[np.intp] = index[codes]

    def sizes(self) -> NDArray[np.intp]:
        return np.bincount(self.codes + 1, minlength=len(self.names) + 1)[1:]

    def by_first_row(self) -> NDArray[np.intp]:
        """The clusters in the order of their first rows."""
        seen, first = np.unique(self.codes, return_index=True)
        return np.argsort(first[seen >= 0])

    def all_names(self) -> NDArray:
        """The names, and noise in its place among them if there is any."""
        return np.sort(np.append(self.names, self.noise)) if (self.codes < 0).any() else self.names


def _check_lengths(left: _Labels, right: _Labels, name: str, other: str) -> None:
    if len(left.codes) != len(right.codes):
        raise ValueError(
            f"{name} and {other} must be labels of the same rows. Got {len(left.codes)} and {len(right.codes)}."
        )


def _table(left: _Labels, right: _Labels, noise: bool = False) -> NDArray[np.int64]:
    """How many rows each cluster of one shares with each of the other; with noise, if asked for, in its place."""
    names_left, names_right = (each.all_names() if noise else each.names for each in (left, right))
    shape = len(names_left), len(names_right)
    memory.require(
        32 * max(shape) ** 2,
        f"A table of {shape[0]:,} clusters by {shape[1]:,}",
        "Fewer clusters need less: leave out the smallest, as noise.",
    )
    if noise:
        i, j = (_with_noise(each, names) for each, names in ((left, names_left), (right, names_right)))
    else:
        both = (left.codes >= 0) & (right.codes >= 0)
        i, j = left.codes[both], right.codes[both]
    return np.bincount(i * shape[1] + j, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)


def _with_noise(labels: _Labels, all_names: NDArray) -> NDArray[np.intp]:
    place = np.flatnonzero(all_names != labels.noise)
    of_noise = np.flatnonzero(all_names == labels.noise)
    return np.concatenate([place, of_noise])[labels.codes]  # -1, noise, is the last


# ------------------------------------------------------------------------------------------- the best assignment


def _partners(overlap: NDArray[np.int64]) -> NDArray[np.intp]:
    """The row that each column is paired with, such that the pairs' overlaps have the greatest sum; -1 for none.

    Rows in ascending order take the first column that this leaves open to them.
    """
    n_rows, n_columns = overlap.shape
    if not n_rows or not n_columns:
        return np.full(n_columns, -1)
    size = max(n_rows, n_columns)
    cost = np.zeros((size, size), np.int64)
    cost[:n_rows, :n_columns] = -overlap
    column, u, v = _assign(cost)
    _take_first(cost, column, cost == u[:, np.newaxis] + v)
    row = np.empty(size, np.intp)
    row[column] = np.arange(size)
    row = row[:n_columns]
    return np.where(cost[row, np.arange(n_columns)] < 0, row, -1)


def _assign(cost: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """The column of each row in an assignment of least cost, and potentials u, v: ``cost >= u[i] + v[j]``, equal where
    assigned. Shortest augmenting paths, as by Jonker and Volgenant; the rows are added one by one."""
    size = len(cost)
    u, v = cost.min(axis=1), np.zeros(size, np.int64)
    column, row = np.full((2, size), -1)
    for i in np.arange(size):  # the easy ones: a free column of least cost
        best = np.flatnonzero((cost[i] == u[i]) & (row < 0))
        if len(best):
            column[i], row[best[0]] = best[0], i
    far = np.iinfo(np.int64).max
    for added, start in enumerate(np.flatnonzero(column < 0)):
        if added % 64 == 0:
            progress.report("matching clusters", added, size)
        distance, came_from = np.full(size, far), np.full(size, -1)
        done = np.zeros(size, bool)
        i, low = start, 0
        while True:
            reach = low + cost[i] - u[i] - v
            nearer = ~done & (reach < distance)
            distance[nearer], came_from[nearer] = reach[nearer], i
            j = int(np.where(done, far, distance).argmin())
            low = distance[j]
            if row[j] < 0:
                break
            done[j] = True
            i = row[j]
        settled = np.flatnonzero(done)
        u[start] += low
        u[row[settled]] += low - distance[settled]
        v[settled] -= low - distance[settled]
        while True:  # turn the path round
            i = came_from[j]
            row[j] = i
            column[i], j = j, column[i]
            if i == start:
                break
    return column, u, v


def _take_first(cost: NDArray[np.int64], column: NDArray[np.intp], tight: NDArray[np.bool_]) -> None:
    """Of the assignments of equal cost make it the one in which each row in turn has its first column, by changing
    `column`. All of them, and nothing else, are the perfect matchings among the `tight` pairs."""
    size = len(cost)
    row = np.empty(size, np.intp)
    row[column] = np.arange(size)
    free = np.ones(size, bool)  # columns that are not yet given to a row for good
    rows_of = np.ascontiguousarray(tight.T)
    for i in np.flatnonzero((cost < 0).any(axis=1)):  # others have nothing to choose
        own = column[i]
        open_to = tight[i] & free & (cost[i] < 0)
        if cost[i, own] < 0:
            open_to[own:] = False
        if open_to.any():
            # Back from its own column: who could take this, who then could take theirs, and so on.
            takes = np.full(size, -1)
            unseen = free[column]  # rows
            unseen[i] = False
            todo = [own]
            while todo:
                j = todo.pop()
                more = (rows_of[j] & unseen).nonzero()[0]
                unseen[more] = False
                takes[more] = j
                todo.extend(column[more].tolist())
            choice = np.flatnonzero(open_to & (takes[row] >= 0))
            if len(choice):
                j, other = choice[0], row[choice[0]]
                column[i], row[j] = j, i
                while True:  # each one on the way back takes the next one's
                    j = takes[other]
                    following = row[j]
                    column[other], row[j] = j, other
                    if j == own:
                        break
                    other = following
        free[column[i]] = False
