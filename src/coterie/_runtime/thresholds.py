# SPDX-License-Identifier: BSD-3-Clause
"""When one way of computing gives place to another: all such numbers in one place.

No result depends on a threshold, only time and memory do. Tests force ways that only large data take with
``monkeypatch.setattr(thresholds, name, value)``. A module reads ``thresholds.name`` when it decides, and keeps no copy.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Thresholds:
    """Numbers of rows, of numbers, nanoseconds of one core, or seconds, as the comments say; grouped by package."""

    # ---- _runtime
    chunk: float = 100_000.0  # nanoseconds of a chunk: waking a thread costs a third of that, and Ctrl-C is not to wait
    pause: float = 0.05  # seconds the caller works before it looks into Python: Ctrl-C must take effect within 0.2 s

    # ---- distances

    # ---- neighbors

    # ---- _dendrogram

    # ---- spanning_trees

    # ---- kmeans

    # ---- density

    # ---- hierarchy

    # ---- scores

    # ---- selection and explain

    # ---- cli


thresholds = Thresholds()
