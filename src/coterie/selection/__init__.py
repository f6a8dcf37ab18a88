# SPDX-License-Identifier: BSD-3-Clause
"""Choosing what clusters are asked for.

===============  =======================================================================================================
how many         `suggest_k`, which returns a `KSuggestion` with its reasons
any parameters   `sweep`, which returns a `Sweep`: a table of scores and of stability
eps of DBSCAN    `k_distances`, and `suggest_eps`, which returns an `EpsSuggestion`
===============  =======================================================================================================
"""

from ._suggest_eps import EpsSuggestion, k_distances, suggest_eps
from ._suggest_k import KSuggestion, suggest_k
from ._sweep import Sweep, sweep

__all__ = ["EpsSuggestion", "KSuggestion", "Sweep", "k_distances", "suggest_eps", "suggest_k", "sweep"]
