# SPDX-License-Identifier: BSD-3-Clause
"""Warnings that name the line of the user, and that repeated fits give once."""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections.abc import Iterator

from .exceptions import ConvergenceWarning, also_sklearns


class _Scoped(threading.local):
    told: list[type[Warning]] | None = None  # told_once(...): of the calling thread


_scoped = _Scoped()


@contextlib.contextmanager
def told_once(*told: type[Warning]) -> Iterator[None]:
    """In this context each category is warned of at most once, and those in `told` are not; in the calling thread only.

    For work that fits again and again. The filters of `warnings` would change for all threads.
    """
    before = _scoped.told
    _scoped.told = [*(before or ()), *told]
    try:
        yield
    finally:
        _scoped.told = before


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line that called this package, however deep within it this is."""
    told = _scoped.told
    if told is not None:
        if issubclass(category, tuple(told)):
            return
        told.append(category)
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("coterie."):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)


def warn_of_few_clusters(n_found: int, n_clusters: int) -> None:
    """Warn if clusters are empty; the words are scikit-learn's."""
    if n_found < n_clusters:
        warn(
            f"Number of distinct clusters ({n_found}) found smaller than n_clusters ({n_clusters}). "
            "Possibly due to duplicate points in X.",
            also_sklearns(ConvergenceWarning),
        )
