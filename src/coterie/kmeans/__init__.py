# SPDX-License-Identifier: BSD-3-Clause
"""k-means: rows go to the nearest of k centers, and centers to the mean of their rows.

A fit passes through these modules in this order; the kernels are in `_kernels`:

1. `_kmeans`: the estimator and its parameters. (`_functions`: the same as functions.) `_clusterer`: what the
   estimators have in common, restarts, attributes, and what a fitted model does.
2. `_data`: weights, moments and scale of the rows.
3. `_cells`: few features and many rows are sorted into cells of near neighbors (`cells`), for `_seeding` and `_steps`.
4. `_starts`: where the centers start; `_seeding` is greedy k-means++, and `_gains` tells what its draws would gain
   (`seeding`, `trials`); `_rounds` is k-means||.
5. `_lloyd`: the iterations. What one iteration does is in `_steps`: row by row or cell by cell (`cell_step`). Row by
   row `_assignment` (`assign`) finds nearest centers, for many features `_wide` (`wide`), which leaves out most
   distances by bounds: from all features in bytes, or from few coordinates that `_tail` makes (`tail`). `_sums` adds up
   the rows of each center (`sums`), `update` moves centers to their means, and `_empty_clusters` fills clusters that
   lost their rows.

Sparse rows (`_sparse_rows`) pass through the same modules and are never made dense: `_sparse` has their trials,
assignment and sums, with the centers feature by feature (`sparse`).

`predict`, `score` and `transform` need `_assignment` alone, which leaves wide rows to `_wide`. To find the nearest of
given centers is a job (`jobs`), for programs in C, too.

Rows that come in batches are read by `_batches`. `_passes` is `KMeans` of such rows: what it needs to know of all of
them, and a step that is a pass, with exact sums (`_grid_sums`, kernel `grid_sums`). It starts (`_starts_of_passes`) in
a `_sample` of the rows or by k-means||.

`_minibatch` is k-means by small batches. `_draws` draws them from rows in memory, and sees when they are enough;
`_stream` cuts them from rows as they come in. What a batch does to the centers is in `_running` (kernel `update`).

A variant of the algorithm is an estimator in a module beside `_kmeans`, on `LloydClusterer`, and a `Step` of its own,
which says how rows are assigned, or what becomes of the centers. `_lloyd.iterate` repeats any step. There is:

- `_bisecting`: one cluster after the other is split in two, and the splits are a tree; `_splits` keeps the rows of a
  cluster together, and few features in cells, whose step with two centers it has;
- `_kmedians`: Manhattan distances (`_manhattan`, kernel `manhattan`) and medians (`_medians`, kernel `medians`);
- `_spherical`: rows and centers are directions;
- `_size_constrained`: clusters of a least and a greatest size (`bounded`).
"""

# Lower packages as a whole, and first. Importing one of their modules directly would lock the module before its
# package, while another thread, which imports the package, locks them the other way around.
from .. import distances, scaling  # noqa: F401
from ._bisecting import BisectingKMeans
from ._functions import k_means, kmeans_plusplus
from ._kmeans import KMeans
from ._kmedians import KMedians
from ._minibatch import MiniBatchKMeans
from ._size_constrained import SizeConstrainedKMeans
from ._spherical import SphericalKMeans

__all__ = [
    "BisectingKMeans",
    "KMeans",
    "KMedians",
    "MiniBatchKMeans",
    "SizeConstrainedKMeans",
    "SphericalKMeans",
    "k_means",
    "kmeans_plusplus",
]
