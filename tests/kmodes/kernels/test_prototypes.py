"""Modes are the same however many clusters are counted in a pass, and a chunk may begin anywhere."""

import numpy as np
import pytest

from coterie._runtime.parallel import over
from coterie.kmodes._kernels import prototypes

NO_WEIGHT = np.empty(0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("seed", range(5))
def test_modes_do_not_depend_on_the_space_for_counts(seed, dtype):
    rng = np.random.default_rng(seed)
    n, k, c, most = 200, int(rng.integers(1, 9)), 3, int(rng.integers(3, 12))
    codes, labels = rng.integers(0, most, (c, n)).astype(dtype), rng.integers(0, k, n).astype(np.int32)
    weight = rng.integers(0, 3, n).astype(float) if seed % 2 else NO_WEIGHT
    before = rng.integers(1, most, (k, c)).astype(dtype)
    expected = before.copy()
    for cluster in range(k):
        for j in range(c):
            own = (labels == cluster) & (codes[j] > 0)
            counts = np.bincount(codes[j, own], weight[own] if len(weight) else None, most)
            if counts.any():
                expected[cluster, j] = counts.argmax()
    for space in (most, 2 * most + 1, k * most):
        modes = before.copy()
        n_codes = np.full(c, most)
        over(c, 1, 2, prototypes.move_modes, codes, weight, labels, n_codes, np.empty((2, space)), modes)
        np.testing.assert_array_equal(modes, expected)


@pytest.mark.parametrize("size", [1, 7, prototypes.ROWS, 1000])
def test_distances_do_not_depend_on_chunks(size):
    rng = np.random.default_rng(0)
    n, k = 700, 5
    numbers, codes = rng.normal(size=(2, n)), rng.integers(0, 4, (3, n)).astype(np.uint8)
    numbers[rng.random((2, n)) < 0.2] = np.nan
    centers, modes = rng.normal(size=(k, 2)), rng.integers(1, 4, (k, 3)).astype(np.uint8)
    labels, distances = np.empty(n, np.int32), np.empty(n)
    over(n, size, 2, prototypes.assign_labels, numbers, codes, centers, modes, 0.7, labels, distances)
    squares = np.nan_to_num((numbers[None] - centers[:, :, None]) ** 2).sum(axis=1)
    expected = squares + 0.7 * ((codes[None] != modes[:, :, None]) & (codes > 0)).sum(axis=1)
    np.testing.assert_array_equal(labels, expected.argmin(axis=0))
    np.testing.assert_array_equal(distances, expected.min(axis=0))
