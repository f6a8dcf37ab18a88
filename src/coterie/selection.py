# SPDX-License-Identifier: BSD-3-Clause
"""Choosing what clusters are asked for.

`k_distances`, `suggest_eps`: the `eps` of DBSCAN, by the distances to the k-th neighbours.
"""
from ._choosing_eps import EpsSuggestion, k_distances, suggest_eps

__all__ = ["EpsSuggestion", "k_distances", "suggest_eps"]
