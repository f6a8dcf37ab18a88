# SPDX-License-Identifier: BSD-3-Clause
"""k-modes and k-prototypes: rows of categories, or of numbers and categories, around prototypes.

A fit passes through these modules in this order; the kernels are in `_kernels`:

1. `_kmodes`, `_kprototypes`: the estimators. Parameters, and which columns are categories. `_clusterer`: what they have
   in common.
2. `_rows`: a table column by column, with categories as small codes; `_data` adds weights, means, modes and `gamma`.
   `_scales` warns where one column decides alone.
3. `_starts`: where the prototypes start, by Cao's or Huang's method or at random.
4. `_iterations`: rows are assigned and prototypes move in turn (`prototypes`).

`predict` needs `_rows` alone.
"""

# Lower packages as a whole, and first; see kmeans/__init__.py.
from .. import distances, scaling  # noqa: F401
from ._kmodes import KModes
from ._kprototypes import KPrototypes

__all__ = ["KModes", "KPrototypes"]
