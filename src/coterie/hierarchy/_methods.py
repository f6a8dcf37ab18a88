# SPDX-License-Identifier: BSD-3-Clause
"""The linkage methods: which ones there are, and what each needs."""

from __future__ import annotations

from collections.abc import Iterable

from .._base.wording import shown
from ._kernels.lance_williams import METHODS

__all__ = ["EUCLIDEAN_METHODS", "INVERTING_METHODS", "METHODS", "POWERS", "VECTOR_METHODS", "check_method"]

EUCLIDEAN_METHODS = ("centroid", "median", "ward")  # defined by centers
INVERTING_METHODS = ("centroid", "median")  # heights may fall: merges stay in the order in which they happen
VECTOR_METHODS = ("single", *EUCLIDEAN_METHODS)  # points need no distance matrix

# The power of distances that a method adds up; the other methods only compare distances.
POWERS = {"average": 1, "weighted": 1, "centroid": 2, "median": 2, "ward": 2}


def check_method(method: object, known: Iterable[str], there_are: str) -> None:
    """Raise ValueError where `method` is not one of those that are known."""
    if not isinstance(method, str) or method not in known:
        name = method if isinstance(method, str) else shown(method)
        raise ValueError(f"Invalid method: {name}. {there_are} {', '.join(known)}.")
