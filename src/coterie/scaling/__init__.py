# SPDX-License-Identifier: BSD-3-Clause
"""Bring columns in different units to a common scale, and results back to the data's own units.

`_scaler` holds `Scaler`, and `_auto` what its method "auto" does to a column of each kind. `_moments` computes means
and variances in one parallel pass (`_kernels/columns`); if squares would overflow, it divides by a power of two first.
`_variance` computes each column's share of the variance, and the warning that estimators give when one column has
nearly all of it. k-means begins with the same moments.

A new method of scaling goes into `_scaler`: a name in `METHODS`, and a function that returns center and scale; what a
kind of column needs, into `_auto`.
"""

from ._scaler import METHODS as METHODS
from ._scaler import Scaler
from ._scaler import as_drawn as as_drawn
from ._variance import variance_shares

__all__ = ["Scaler", "variance_shares"]
