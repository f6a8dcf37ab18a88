# SPDX-License-Identifier: BSD-3-Clause
"""Labels as indices into the names of clusters, and how many rows clusters of two labelings share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.labels import as_labels
from .._base.wording import shown
from .._runtime import memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

__all__ = ["NOISE", "Labels", "check_lengths", "overlap"]

NOISE = "-1"  # also where labels are text


class Labels:
    """Labels as indices into the sorted names of the clusters; noise has the index -1 and is no name."""

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
        self.noise: int | str = NOISE if self.are_text else -1
        is_noise = names == self.noise
        index = np.cumsum(~is_noise) - 1
        index[is_noise] = -1
        self.names: NDArray[Any] = names[~is_noise]
        self.codes: NDArray[np.intp] = index[codes]

    def sizes(self) -> NDArray[np.intp]:
        return np.bincount(self.codes + 1, minlength=len(self.names) + 1)[1:]

    def by_first_row(self) -> NDArray[np.intp]:
        """The clusters in the order of their first rows."""
        seen, first = np.unique(self.codes, return_index=True)
        return np.argsort(first[seen >= 0])

    def all_names(self) -> NDArray[Any]:
        """The names, and among them, in its place, noise if there is any."""
        return np.sort(np.append(self.names, self.noise)) if (self.codes < 0).any() else self.names


def check_lengths(left: Labels, right: Labels, name: str, other: str) -> None:
    if len(left.codes) != len(right.codes):
        raise ValueError(
            f"{name} and {other} must be labels of the same rows. Got {len(left.codes)} and {len(right.codes)}."
        )


def overlap(left: Labels, right: Labels, noise: bool = False) -> NDArray[np.int64]:
    """How many rows each cluster of one labeling shares with each of the other; `noise` counts as a cluster or not."""
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


def _with_noise(labels: Labels, all_names: NDArray[Any]) -> NDArray[np.intp]:
    place = np.flatnonzero(all_names != labels.noise)
    of_noise = np.flatnonzero(all_names == labels.noise)
    return np.concatenate([place, of_noise])[labels.codes]  # -1, noise, is the last
