# SPDX-License-Identifier: BSD-3-Clause
"""Two labelings of the same rows: how many rows have each pair of labels, and the information in that."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.arrays import as_array, as_matrix
from .._base.labels import as_labels
from .._base.warnings import warn
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..distances._sparse import as_sparse_rows, is_sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_EPS = float(np.finfo(np.float64).eps)
_MOST_ROWS = 2**53  # of a contingency matrix: float64 counts no further
_TAIL = 60.0  # what has a probability below exp(-60) is left out of an expectation


class Table(NamedTuple):
    """How many rows have each pair of labels, without the pairs that no row has."""

    i: NDArray[np.int64]
    j: NDArray[np.int64]
    counts: NDArray[np.int64]  # of the pairs (i, j), in that order
    rows: NDArray[np.int64]  # how many rows have each label of the one
    columns: NDArray[np.int64]  # and of the other

    @property
    def n(self) -> int:
        """How many rows there are."""
        return int(self.counts.sum())

    @classmethod
    def of(cls, labels_true: ArrayLike, labels_pred: ArrayLike, warns: bool = False) -> Table:
        """From two labelings; `warns` says whether to warn of labels that look like measurements."""
        for name, labels in (("labels_true", labels_true), ("labels_pred", labels_pred)):
            if (array := as_array(labels, name)).ndim != 1:
                raise ValueError(f"{name} must be 1D: shape is {array.shape!r}")
        values_true, true = as_labels(labels_true, name="labels_true")
        values_pred, pred = as_labels(labels_pred, name="labels_pred")
        if len(true) != len(pred):
            raise ValueError(f"Found input variables with inconsistent numbers of samples: {[len(true), len(pred)]}")
        if warns:
            _warn_of_numbers(values_true, values_pred)
        width = len(values_pred)
        pairs = true * width + pred
        if len(values_true) * width <= max(4 * len(pairs), 1 << 10):
            counts = np.bincount(pairs, minlength=len(values_true) * width)
            found = np.flatnonzero(counts)
            counts = counts[found]
        else:
            found, counts = np.unique(pairs, return_counts=True)
        i, j = np.divmod(found, max(width, 1))
        return cls(i, j, counts, np.bincount(true), np.bincount(pred))

    @classmethod
    def from_matrix(cls, matrix: Any) -> Table:
        """From a contingency matrix, dense or sparse, checked."""
        if is_sparse(matrix):
            rows = as_sparse_rows(matrix, threads.get_num_threads(), name="contingency")
            i = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
            j, given, shape = rows.columns.astype(np.int64), rows.values, rows.shape
        else:
            dense = as_matrix(matrix, name="contingency")
            i, j = dense.nonzero()
            given, shape = dense[i, j], dense.shape
        if len(given) and (given.min() < 0 or given.sum(dtype=np.float64) >= _MOST_ROWS):
            raise ValueError(
                "contingency must hold numbers of rows that are not negative and less than 2**53 in total. "
                f"Got numbers from {given.min():g} to {given.max():g}."
            )
        counts = given.astype(np.int64)
        found = counts > 0
        i, j, counts = i[found], j[found], counts[found]
        rows_of, columns_of = (np.bincount(at, counts, k).astype(np.int64) for at, k in zip((i, j), shape, strict=True))
        return cls(i, j, counts, rows_of, columns_of)


def entropy(sizes: NDArray[np.int64]) -> float:
    """Entropy of a labeling with clusters of these sizes, in nats; 1 without rows."""
    n = sizes.sum()
    if len(sizes) <= 1:
        return 0.0 if n else 1.0
    return -math.fsum((sizes / n) * (np.log(sizes) - math.log(n)))  # fsum: the same in any order


def mutual_information(table: Table) -> float:
    """Mutual information in nats; exactly the entropy of either labeling where they are equal."""
    if min(len(table.rows), len(table.columns)) <= 1 or not table.n:
        return 0.0
    log_n = math.log(table.n)
    # The order of the differences matters: with equal labelings two of the three terms cancel.
    terms = np.log(table.counts) - log_n
    terms -= np.log(table.rows[table.i]) - log_n
    terms -= np.log(table.columns[table.j]) - log_n
    terms *= table.counts / table.n
    terms[np.abs(terms) < _EPS] = 0.0
    return max(0.0, math.fsum(terms))


def average(a: float, b: float, method: str) -> float:
    """Arithmetic or geometric mean, min or max."""
    return {"arithmetic": 0.5 * (a + b), "geometric": math.sqrt(a * b), "min": min(a, b), "max": max(a, b)}[method]


def expected_mutual_information(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> float:
    """Mean of the mutual information over all tables with these sums."""
    n = int(rows.sum())
    (a_sizes, a_times), (b_sizes, b_times) = sorted(
        (np.unique(each, return_counts=True) for each in (rows, columns)), key=lambda pair: len(pair[0])
    )
    total = 0.0
    for done, (a, times) in enumerate(zip(a_sizes.tolist(), a_times.tolist(), strict=True)):
        progress.report("expected mutual information", done, len(a_sizes))
        variance = a / n * (b_sizes / n) * (n - a) * ((n - b_sizes) / max(n - 1, 1))
        # A hypergeometric variable is a sum of independent ones of 0 and 1, so that Bernstein's inequality holds.
        reach = np.ceil(1 + _TAIL / 3 + np.sqrt(_TAIL**2 / 9 + 2 * _TAIL * variance)).astype(np.int64)  # from the mode
        reach = np.minimum(reach, np.minimum(a, b_sizes))
        order = np.argsort(reach, kind="stable")
        start = 0
        while start < len(order):  # sizes of about the same reach together, in one array
            stop = start + 1
            while stop < len(order) and (stop - start + 1) * reach[order[stop]] <= thresholds.information_block:
                stop += 1
            some = order[start:stop]
            total += times * float(b_times[some] @ _expected_terms(n, a, b_sizes[some], int(reach[some[-1]])))
            start = stop
    return total


def _expected_terms(n: int, a: int, sizes: NDArray[np.int64], reach: int) -> NDArray[np.float64]:
    """Mean of x / n * log(n x / (a b)), where x is how many rows a cluster of a rows has in common with one of b rows,
    for each b in `sizes`. What is farther than `reach` from the most probable x is left out."""
    mode: NDArray[np.floating] = ((a + 1) * (sizes + 1) // (n + 2)).astype(np.float64)[:, None]
    b: NDArray[np.floating] = sizes.astype(np.float64)[:, None]
    steps = np.arange(reach)
    # Probabilities by that of the mode: up from it, and down. Beyond the ends of the range they are 0.
    up = mode + steps
    up = np.cumprod((a - up) * (b - up) / ((up + 1) * (n - a - b + up + 1)), axis=1)
    down = mode - steps
    down = np.cumprod(down * (n - a - b + down) / ((a - down + 1) * (b - down + 1)), axis=1)
    weights = np.concatenate([np.ones_like(mode), up, down], axis=1)
    x = np.concatenate([mode, mode + 1 + steps, mode - 1 - steps], axis=1)
    terms = np.where(weights > 0, x, 0.0)
    terms *= np.log(np.where(terms > 0, x / (a * (b / n)), 1.0))
    means: NDArray[np.float64] = np.einsum("ij,ij->i", weights, terms) / weights.sum(axis=1) / n
    return means


def _warn_of_numbers(*values: NDArray[Any]) -> None:
    kinds = [
        "continuous"
        if each.dtype.kind == "f" and (each != np.rint(each)).any()
        else "binary"
        if len(each) <= 2
        else "multiclass"
        for each in values
    ]
    if "continuous" in kinds:
        warn(
            f"Clustering metrics expects discrete values but received {kinds[0]} values for label, and {kinds[1]} "
            "values for target"
        )
