# SPDX-License-Identifier: BSD-3-Clause
"""The best assignment of clusters to clusters: Jonker and Volgenant's shortest augmenting paths, in exact integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import progress

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["best_partners"]


def best_partners(overlap: NDArray[np.int64]) -> NDArray[np.intp]:
    """The row that each column is paired with so that the sum of the overlaps is greatest; -1 for none.

    Among equal sums, row 0 takes the first column that it can have, then row 1, and so on.
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
    for i in np.arange(size):  # rows that have a free column of least cost
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
        while True:  # along the path each row takes the next column
            i = came_from[j]
            row[j] = i
            column[i], j = j, column[i]
            if i == start:
                break
    return column, u, v


def _take_first(cost: NDArray[np.int64], column: NDArray[np.intp], tight: NDArray[np.bool_]) -> None:
    """Change `column` to the assignment of equal cost in which each row in turn has the first column that it can have.
    The assignments of equal cost are the perfect matchings among the `tight` pairs."""
    size = len(cost)
    row = np.empty(size, np.intp)
    row[column] = np.arange(size)
    free = np.ones(size, bool)  # columns whose row may still change
    rows_of = np.ascontiguousarray(tight.T)
    for i in np.flatnonzero((cost < 0).any(axis=1)):  # the other rows have no choice
        own = column[i]
        open_to = tight[i] & free & (cost[i] < 0)
        if cost[i, own] < 0:
            open_to[own:] = False
        if open_to.any():
            # Alternating paths back from its own column: which rows could take it, which then could take theirs.
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
                while True:  # along the path each row takes the column of the next
                    j = takes[other]
                    following = row[j]
                    column[other], row[j] = j, other
                    if j == own:
                        break
                    other = following
        free[column[i]] = False
