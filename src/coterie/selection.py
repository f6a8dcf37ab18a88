# SPDX-License-Identifier: BSD-3-Clause
"""Choosing what clusters are asked for.

===============  =======================================================================================================
any parameters   `sweep`, which returns a `Sweep`: a table of scores and of stability
eps of DBSCAN    `k_distances`, and `suggest_eps`, which returns an `EpsSuggestion`
===============  =======================================================================================================
"""
from ._choosing_eps import EpsSuggestion, k_distances, suggest_eps
from ._sweeping import Sweep, sweep

__all__ = ["EpsSuggestion", "Sweep", "k_distances", "suggest_eps", "sweep"]
