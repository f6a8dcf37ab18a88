# SPDX-License-Identifier: BSD-3-Clause
"""What sentences and tables are made from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .._base.wording import listing
from ._statistics import Numbers, Shares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ._words import Words

# Effects (in Cohen's count a medium and a large one) from which a feature is named, and marked.
NAMED, LARGE = 0.5, 0.8
KNOWN = 0.5  # share of the rows that must have a value for not to be told how many do


@dataclasses.dataclass(frozen=True, eq=False)
class Facts:
    """What sentences and tables are made from. Groups are the clusters and, if there is any, the noise."""

    clusters: tuple[Any, ...]
    sizes: NDArray[np.int64]
    n_rows: int
    noun: str
    feature_names: tuple[str, ...]
    numbers: Numbers
    categories: tuple[Shares, ...]
    codes: dict[str, Shares]  # of those features in `feature_names` that may be codes
    words: tuple[Words, ...]  # of columns of text that are no categories

    def counts(self) -> Iterator[tuple[str, NDArray[np.int64]]]:
        """Each feature and category, and how many rows of each group have a value of it."""
        yield from zip(self.feature_names, self.numbers.counts.T, strict=True)
        yield from ((each.name, each.counts) for each in self.categories)
        yield from ((each.shares.name, each.shares.counts) for each in self.words)


def few_of(names: list[str]) -> str:
    """Names in a sentence that has room for three."""
    return listing(names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"])
