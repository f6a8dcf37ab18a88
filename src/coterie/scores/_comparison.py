# SPDX-License-Identifier: BSD-3-Clause
"""Where two clusterings of the same rows agree and differ."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.html import Html, element, join, table
from .._base.notebook import LONGEST_CELL, Card, InNotebooks, bullets
from .._base.wording import share_cell, shortened
from ._assignment import best_partners
from ._external import adjusted_rand_score
from ._named_labels import NOISE, Labels, check_lengths, overlap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

__all__ = ["Comparison", "compare"]

Label = int | str

_MOST_LINES = 12  # of each kind in the text of a comparison
_MOST_CELLS = 20  # of a row or column of the table in a notebook


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison(InNotebooks):
    """Where two clusterings `a` and `b` of the same rows agree and differ. `compare` creates it; ``print`` shows it.

    A cluster is *mostly* in another one if more than half of its rows are in it.

    Attributes
    ----------
    contingency : ndarray of shape (len(labels_a), len(labels_b)), int64
        The number of rows for each pair of a label in `a` and a label in `b`.
    labels_a, labels_b : ndarray
        The labels of its rows and columns, in ascending order; noise (-1) is included.
    adjusted_rand : float
        1 for the same clusters, about 0 for unrelated ones. Noise counts as a cluster.
    changed : float
        Share of the rows that are in another cluster after `align_labels` has matched the numbers. Rows that are noise
        in only one of the two count as well.
    kept : dict
        Clusters of `a` that are mostly in one cluster of `b`, which is mostly in them: ``{label in a: label in b}``,
        without those of `splits` and `merges`.
    splits : dict
        Clusters of `a` that were divided: two or more clusters of `b` are mostly in each. ``{label in a: labels in
        b}``.
    merges : dict
        Clusters of `b` that were put together: two or more clusters of `a` are mostly in each. ``{label in b: labels in
        a}``.
    gone, new : tuple
        All other clusters of `a`, and of `b`. Their rows are spread over several clusters, or are noise in the other
        clustering.
    """

    contingency: NDArray[np.int64] = dataclasses.field(repr=False)
    labels_a: NDArray[Any] = dataclasses.field(repr=False)
    labels_b: NDArray[Any] = dataclasses.field(repr=False)
    adjusted_rand: float
    changed: float
    kept: dict[Label, Label]
    splits: dict[Label, tuple[Label, ...]]
    merges: dict[Label, tuple[Label, ...]]
    gone: tuple[Label, ...]
    new: tuple[Label, ...]

    def __str__(self) -> str:
        said = self._said()
        lines = said.pop("")
        noise = said.pop("noise", [])
        for title, entries in said.items():
            lines += [f"{title}:", *(f"    {each}" for each in entries)]
        return "\n".join(lines + [f"noise: {each}" for each in noise])

    def _card(self) -> Card:
        said = self._said()
        content = [
            join(element("span", title, class_="quiet"), bullets(entries)) for title, entries in said.items() if title
        ]
        return Card(
            "Comparison",
            f"{share_cell(self.changed)} changed",
            sentences=said[""],
            content=content,
            folded={"How many rows are in which clusters of a (rows) and b (columns)": self._table()},
        )

    def _table(self) -> Html:
        """The contingency table of the largest clusters."""
        sizes = self.contingency.sum(axis=1), self.contingency.sum(axis=0)
        rows, columns = (np.sort(np.argsort(-each, kind="stable")[:_MOST_CELLS]) for each in sizes)
        names_a, names_b = (
            ["noise" if _is_noise(name) else shortened(name, LONGEST_CELL) for name in names.tolist()]
            for names in (self.labels_a, self.labels_b)
        )
        cells = [
            [names_a[i], *(f"{n:,}" if n else "" for n in self.contingency[i, columns].tolist()), f"{sizes[0][i]:,}"]
            for i in rows
        ]
        cells.append(["all", *(f"{sizes[1][j]:,}" for j in columns), f"{self.contingency.sum():,}"])
        left_out = [
            f"the {_MOST_CELLS} largest of {len(names)} in {side}"
            for side, names in (("a", names_a), ("b", names_b))
            if len(names) > _MOST_CELLS
        ]
        note = element("p", f"Shown: {' and '.join(left_out)}.", class_="quiet") if left_out else ""
        return join(table(["", *(names_b[j] for j in columns), "all"], cells), note)

    def _said(self) -> dict[str, list[str]]:
        """What is said of both as a whole (under ""), and of their clusters and noise, under titles."""
        a, b = (_named(each) for each in (self.labels_a, self.labels_b))
        n = int(self.contingency.sum())
        said = {
            "": [
                f"{_count(n, 'row')}: {_count(len(a), 'cluster')} in a, {len(b)} in b. "
                f"Adjusted Rand index {self.adjusted_rand:.3f}.",
                f"In another cluster, once the numbers are matched: {_count(round(self.changed * n), 'row')} "
                f"({share_cell(self.changed)}).",
            ]
        }
        shared = {(i, j): int(self.contingency[a[i], b[j]]) for i, j in self.kept.items()}
        size_a = {i: int(self.contingency[a[i]].sum()) for i in a}
        size_b = {j: int(self.contingency[:, b[j]].sum()) for j in b}

        def parts(row: NDArray[Any], names: NDArray[Any], way: str = "in") -> str:
            order = [j for j in np.argsort(-row, kind="stable") if row[j]]
            text = [f"{row[j]:,} {way} {'noise' if _is_noise(names[j]) else names[j]}" for j in order[:4]]
            return ", ".join(text) + (f" and {len(order) - 4} more" if len(order) > 4 else "")

        def section(title: str, clusters: Collection[Label], say: Callable[[Label], str]) -> None:
            rest = [f"... and {len(clusters) - _MOST_LINES} more"] if len(clusters) > _MOST_LINES else []
            said[title] = [*map(say, itertools.islice(clusters, _MOST_LINES)), *rest]

        def of_a(i: Label) -> str:
            return f"{i} ({_count(size_a[i], 'row')}): {parts(self.contingency[a[i]], self.labels_b)}"

        def of_b(j: Label) -> str:
            return f"{j} ({_count(size_b[j], 'row')}): {parts(self.contingency[:, b[j]], self.labels_a, 'from')}"

        def of_both(i: Label) -> str:
            j = self.kept[i]
            if size_a[i] == shared[i, j] == size_b[j]:
                return f"{i} is {j}: all {_count(size_a[i], 'row')}"
            return (
                f"{i} is {j}: {_count(shared[i, j], 'row')} in both, {size_a[i] - shared[i, j]:,} only in a, "
                f"{size_b[j] - shared[i, j]:,} only in b"
            )

        section("kept (a is b)", self.kept, of_both)
        section("split (a into b)", self.splits, of_a)
        section("merged (b out of a)", self.merges, of_b)
        section("no counterpart in b", self.gone, of_a)
        section("no counterpart in a", self.new, of_b)
        if len(a) < len(self.labels_a) or len(b) < len(self.labels_b):
            in_a, in_b = (np.array([_is_noise(each) for each in names]) for names in (self.labels_a, self.labels_b))
            said["noise"] = [
                f"{self.contingency[in_a].sum():,} in a, {self.contingency[:, in_b].sum():,} in b, "
                f"{self.contingency[np.ix_(in_a, in_b)].sum():,} in both"
            ]
        return {title: entries for title, entries in said.items() if entries}


def compare(a: ArrayLike, b: ArrayLike) -> Comparison:
    """Compare two clusterings of the same rows: which clusters are the same, which were split, which were merged.

    Two clusterings can differ although both are good: one may be finer, or have its borders at other places. The result
    shows where they differ.

    Parameters
    ----------
    a, b : array-like of shape (n_samples,)
        Labels: integers or names. -1 is noise. Not modified.

    Returns
    -------
    Comparison
        ``kept``, ``splits``, ``merges``, ``gone``, ``new``, ``adjusted_rand``, ``changed``, ``contingency`` with
        ``labels_a`` and ``labels_b``; ``print`` shows the same as text.

    Raises
    ------
    ValueError
        `a` or `b` is not a vector or is empty, their lengths differ, a label is missing, or the labels are neither
        whole numbers nor text.
    TypeError
        Some labels are numbers and some are text.
    MemoryError
        A table of all pairs of clusters would not fit into memory.

    See Also
    --------
    align_labels : Gives the clusters of one the numbers of the other.

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
    left, right = Labels(a, "a"), Labels(b, "b")
    check_lengths(left, right, "a", "b")
    table = overlap(left, right)
    noise_left, noise_right = (each.codes < 0 for each in (left, right))
    in_a, in_b = left.sizes(), right.sizes()  # rows that are noise in the other count

    # For each cluster, the index of the cluster of the other labeling that has most of its rows, or -1.
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

    partner = best_partners(table)
    pairs = np.flatnonzero(partner >= 0)
    same = int(table[partner[pairs], pairs].sum()) + int(np.count_nonzero(noise_left & noise_right))
    names_a, names_b = left.names.tolist(), right.names.tolist()
    return Comparison(
        contingency=overlap(left, right, noise=True),
        labels_a=left.all_names(),
        labels_b=right.all_names(),
        adjusted_rand=float(adjusted_rand_score(left.codes, right.codes)),
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
    return label in (-1, NOISE)


def _named(labels: NDArray[Any]) -> dict[Label, int]:
    """Where each cluster is among labels, noise left out."""
    return {label: i for i, label in enumerate(labels.tolist()) if not _is_noise(label)}


for _each in __all__:
    globals()[_each].__module__ = "coterie"  # where users and pickles find them
