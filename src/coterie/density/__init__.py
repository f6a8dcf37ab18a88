# SPDX-License-Identifier: BSD-3-Clause
"""Clusters as dense regions: DBSCAN.

`_dbscan` reads parameters and data, and chooses how neighbors are found: `_regions` with a k-d tree, `_near_pairs`
where all pairs are looked at (any metric, sparse rows, given distances). Both end in labels and core points. The loops
are in `_kernels`.

Another density-based method is a module beside `_dbscan`; it finds neighbors with `coterie.neighbors`.
"""

from ._dbscan import DBSCAN, dbscan

__all__ = ["DBSCAN", "dbscan"]
