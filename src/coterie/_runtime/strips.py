# SPDX-License-Identifier: BSD-3-Clause
"""Sums in a fixed order: items are cut into strips, each with a partial sum of its own, and these are added in order.

The size of a strip depends on the problem alone, never on the number of threads, so that sums have the same bits for
any number of threads.
"""

from __future__ import annotations

from .thresholds import thresholds

__all__ = ["ceil_div", "strip_size"]

_MOST_STRIPS = 32  # enough to share among threads, few enough to add up fast


def ceil_div(a: int, b: int) -> int:
    """a / b, rounded up: the number of strips of b items that a items make."""
    return -(-a // b)


def strip_size(n_items: int, items_per_sum: int, item_cost: int) -> int:
    """Items of a strip, so that adding up the strips costs less than filling them.

    items_per_sum : items that cost as much as adding one strip to another
    item_cost : operations that an item takes
    """
    n_strips = min(_MOST_STRIPS, n_items // items_per_sum, n_items * item_cost // thresholds.strip)
    return ceil_div(n_items, max(1, n_strips))
