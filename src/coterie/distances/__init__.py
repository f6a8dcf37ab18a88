# SPDX-License-Identifier: BSD-3-Clause
"""Distances between rows: the one table of metrics, and scipy's `pdist`, `cdist` and `squareform` in parallel.

============== ===================================== ============================================================
name           other names                           distance of rows x and y
============== ===================================== ============================================================
euclidean      l2, euclid, eu, e                     root of the sum of (x - y)²
sqeuclidean    sqe, sqeuclid                         sum of (x - y)²; no metric: the triangle inequality fails
manhattan      cityblock, l1, cblock, cb, c          sum of ``|x - y|``
chebyshev      chebychev, cheby, cheb, ch, infinity  largest ``|x - y|``
minkowski      mi, m, pnorm, p                       p-th root of the sum of ``|x - y|`` to the p (`p`, default 2)
cosine         cos                                   1 - x·y / (``|x| |y|``), from 0 to 2
correlation    co                                    cosine of the rows minus their means
canberra                                             sum of ``|x - y|`` / (``|x| + |y|``), where 0 / 0 counts as 0
braycurtis                                           sum of ``|x - y|`` over sum of ``|x + y|``
hamming        matching, hamm, ha, h                 share of the features that differ
jaccard        jacc, ja, j                           share that differ of those not zero in both rows
dice                                                 of 0 and 1: those that differ over those plus twice the common 1s
haversine                                            angle between points on a sphere; rows are (latitude, longitude) \
in radians
a callable                                           what ``f(x, y)`` returns
============== ===================================== ============================================================

Upper and lower case in names do not matter. Some distances are undefined: `cosine` for a row of zeros, `correlation`
for a row whose numbers are all equal, `braycurtis` and `dice` for two rows of zeros. Such a distance is NaN, as in
scipy (scikit-learn returns 1 for cosine), and clustering algorithms raise an error for such rows. `jaccard` of two rows
of zeros is 0.

Names, parameters and rows are checked in `_metrics` and `_pdist`; `_pairwise` computes distances block by block and is
what algorithms call; `_condensed` converts matrices; `_sphere` knows degrees and kilometers; `_sparse` reads sparse
rows and `_sparse_points` measures them. The kernels are `pairwise`, `condensed` and `sparse_rows`. A new metric is a
line in the table of `_metrics` and a formula in `_kernels/pairwise_body.h`.
"""

from ._condensed import squareform
from ._metrics import Metric, as_metric
from ._pdist import cdist, pdist
from ._sphere import from_degrees, km_to_radians, radians_to_km

__all__ = ["Metric", "as_metric", "cdist", "from_degrees", "km_to_radians", "pdist", "radians_to_km", "squareform"]
