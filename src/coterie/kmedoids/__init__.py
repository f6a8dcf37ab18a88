# SPDX-License-Identifier: BSD-3-Clause
"""k-medoids: k rows, the medoids, that minimize the distances of all rows to the nearest one; with any metric.

- `_kmedoids`: the estimator. Parameters, attributes, warnings.
- `_fit`: one fit, from checked rows to medoids: where it starts (`_starts`), and the search (`_search`).
- `_sources`: where distances come from, points and a metric or a matrix, and what swaps with candidates would change
  (kernel `swaps`).
- `_nearest`: the nearest medoids of rows, for `predict` and labels.
"""

# Lower packages as a whole, and first: see coterie/kmeans/__init__.py.
from .. import distances, neighbors, scaling  # noqa: F401
from ._kmedoids import KMedoids

__all__ = ["KMedoids"]
