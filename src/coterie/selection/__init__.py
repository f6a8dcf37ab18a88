# SPDX-License-Identifier: BSD-3-Clause
"""Choosing the parameters of a clustering.

===============  =======================================================================================================
how many         `suggest_k`, which returns a `KSuggestion` with its reasons
any parameters   `sweep`, which returns a `Sweep`: a table of scores and of stability
eps of DBSCAN    `k_distances`, and `suggest_eps`, which returns an `EpsSuggestion`
===============  =======================================================================================================

`_sweep` fits an estimator once for each point of a grid (`Fits`), scores the labels (`Judge`), and repeats the fits on
resamples. `_suggest_k` reads such a table and compares it with data without clusters. `_suggest_eps` looks for the knee
of the sorted distances that `coterie.neighbors` finds. Results are drawn through `_base/drawing`. A suggestion for
another parameter gets a module here; it returns a dataclass with the value, whether it is clear, and the reasons.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, hierarchy, kmeans, neighbors, scores  # noqa: F401
from ._suggest_eps import EpsSuggestion, k_distances, suggest_eps
from ._suggest_k import KSuggestion, suggest_k
from ._sweep import Sweep, sweep

__all__ = ["EpsSuggestion", "KSuggestion", "Sweep", "k_distances", "suggest_eps", "suggest_k", "sweep"]
