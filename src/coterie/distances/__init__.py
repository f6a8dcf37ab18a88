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
gower                                                of columns of any kind: see below
nan_euclidean                                        euclidean of the features that both rows have, times the root of \
all over these
a callable                                           what ``f(x, y)`` returns
============== ===================================== ============================================================

Upper and lower case in names do not matter. Some distances are undefined: `cosine` for a row of zeros, `correlation`
for a row whose numbers are all equal, `braycurtis` and `dice` for two rows of zeros. Such a distance is NaN, as in
scipy (scikit-learn returns 1 for cosine), and clustering algorithms raise an error for such rows. `jaccard` of two rows
of zeros is 0.

**gower** is for tables with numbers and categories (Gower 1971, :doi:`10.2307/2528823`). It is the weighted mean of
what each column says: of numbers ``|x - y|`` over the range of the column, of categories 0 where they are equal and 1
where they differ. `pdist`, estimators and all else that takes a metric take tables of pandas, polars and arrow, arrays
of objects and lists of rows, with text, bool, dates and missing values. Its parameters are given as those of other
metrics are (``metric_params=`` of an estimator, ``as_metric("gower", ...)`` where there is none), each as a mapping
from names of columns (their numbers where they have no names) or as a sequence with an item for each column:

- ``kinds``: what columns are, as `coterie.column_kinds` names it; by default what that says. 'category', 'binary' and
  'text' are categories, and so is other text without an order. All others are numbers: ordered categoricals by their
  ranks, dates by their days.
- ``weights``: how much columns count, by default 1. Those of weight 0 (names, say, or numbers of customers) are left
  out.
- ``ranges``: what differences of numbers are divided by, by default the range in the rows of the fit.

A value that is missing in one of two rows takes the column out of their distance: out of the sum, and out of the
weights that it is divided by. Two rows that share no column at all have no distance: it is NaN in `pdist` and `cdist`,
and algorithms raise an error that names the two rows. `nan_euclidean` has both rules as well. A column that is
constant in the fit says 0. A row that comes later may lie beyond the range: the column then says more than 1, as the
distance may do, because a value twice as far out is twice as far away. A category that comes later differs from all of
the fit. What a fit has learned (kinds, ranges, categories) is kept with the model, for `predict` and in files. Of two
tables, `cdist` learns both, `neighbors.kneighbors` and its sisters the one that is searched.

Attributes such as `components_` of `DBSCAN` hold rows as numbers: categories as their places among the sorted values.
Where no value is missing, and without weights and ranges, `gower` of numbers alone is `manhattan` of columns scaled to
the range from 0 to 1 over their number, and `gower` of categories alone is `hamming`. Of 0 and 1, two zeros are as
alike as two ones.

Names and parameters are checked in `_metrics`; `_rows` reads rows for a metric, for functions and for estimators;
`_pairwise` computes distances block by block and is what algorithms call; `_pdist` is for people; `_gower` knows the
columns of tables, and `_missing` finds rows that share none; `_condensed` converts matrices; `_sphere` knows degrees
and kilometers; `_sparse` reads sparse rows and `_sparse_points` measures them. The kernels are `pairwise`, `condensed`
and `sparse_rows`. A new metric is a line in the table of `_metrics` and a formula in `_kernels/pairwise_body.h`.
"""

from ._condensed import squareform
from ._metrics import Metric, as_metric
from ._pdist import cdist, pdist
from ._sphere import from_degrees, km_to_radians, radians_to_km

__all__ = ["Metric", "as_metric", "cdist", "from_degrees", "km_to_radians", "pdist", "radians_to_km", "squareform"]
