"""The nearest cluster of new rows."""

import itertools

import numpy as np
import pytest

from coterie._runtime import parallel
from coterie.hierarchy._kernels import nearest_cluster as kernel


@pytest.mark.parametrize(
    ("kind", "reduce"),
    [(kernel.NEAREST_MEMBER, np.min), (kernel.FARTHEST_MEMBER, np.max), (kernel.MEAN_OF_MEMBERS, np.sum)],
)
@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_cluster_is_the_first_of_the_nearest(kind, reduce, seed):
    rng = np.random.RandomState(seed)
    for case in range(20):
        m, n = rng.randint(1, 20), rng.randint(1, 40)
        distances = rng.randint(0, 9, size=(m, n)).astype(float) if case % 2 else rng.uniform(size=(m, n))
        starts = np.r_[0, np.sort(rng.choice(np.arange(1, n), rng.randint(0, n), replace=False)), n].astype(np.int64)
        weights = np.ones(n) if case % 2 else rng.uniform(size=n)
        own = np.column_stack(
            [
                reduce(distances[:, a:b] * (weights[a:b] if kind == kernel.MEAN_OF_MEMBERS else 1), axis=1)
                for a, b in itertools.pairwise(starts)
            ]
        )
        for n_threads, rows in [(1, m), (2, 1), (3, 4)]:
            labels = np.full(m, -1, dtype=np.intp)
            parallel.over(m, rows, n_threads, kernel.nearest_cluster, distances, starts, weights, kind, labels)
            np.testing.assert_array_equal(labels, own.argmin(axis=1))
