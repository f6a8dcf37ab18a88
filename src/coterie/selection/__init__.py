# SPDX-License-Identifier: BSD-3-Clause
"""Choosing the parameters of a clustering.

===============  =======================================================================================================
all of it        `recommend`, which returns a `Recommendation`: clusters, how far to trust them, and why
how many         `suggest_k`, which returns a `KSuggestion` with its reasons
any parameters   `sweep`, which returns a `Sweep`: a table of scores and of stability
eps of DBSCAN    `k_distances`, and `suggest_eps`, which returns an `EpsSuggestion`
size in HDBSCAN  `suggest_min_cluster_size`, which returns a `MinClusterSizeSuggestion`
===============  =======================================================================================================

`_sweep` fits an estimator once for each point of a grid (`Fits`), scores the labels (`Judge`), and repeats the fits on
resamples. `_suggest_k` reads such a table and compares it with data without clusters, which fill the box that
`_principal_box` finds; `_suggest_min_cluster_size` counts the clusters of HDBSCAN that stand out from such data.
`_suggest_eps` looks for the knee of the sorted distances that `coterie.neighbors` finds. `recommend` reads a table
(`_table_rows`), lets several methods make clusters (`_candidates`), looks at their borders (`_borders`), and decides
(`_choice`); `_recommend` is the function. `_sweep_text` has the table of a sweep as text, `_panels` what there is to
draw of it, and `_cards` how notebooks show it; `coterie.plot` is reached through `_base/drawing`. A suggestion for
another parameter gets a module here; it returns a dataclass with the value, whether it is clear, and the reasons.
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import density, distances, hierarchy, kmeans, kmedoids, kmodes, neighbors, scaling, scores  # noqa: F401
from ._candidates import Candidate
from ._recommend import Recommendation, recommend
from ._suggest_eps import EpsSuggestion, k_distances, suggest_eps
from ._suggest_k import KSuggestion, suggest_k
from ._suggest_min_cluster_size import MinClusterSizeSuggestion, suggest_min_cluster_size
from ._sweep import Sweep, sweep

__all__ = [
    "Candidate",
    "EpsSuggestion",
    "KSuggestion",
    "MinClusterSizeSuggestion",
    "Recommendation",
    "Sweep",
    "k_distances",
    "recommend",
    "suggest_eps",
    "suggest_k",
    "suggest_min_cluster_size",
    "sweep",
]
