"""Mean distances to clusters, whatever the blocks; at each instruction level (test_simd.py)."""

import numpy as np
import pytest

from coterie import distances
from coterie._runtime.parallel import over
from coterie.distances._pairwise import prepare
from coterie.scores._kernels import silhouette


def expected(D, codes):
    """Sum to the own cluster, least mean to another; in order of the rows."""
    k = codes.max() + 1
    sums = np.stack([D[:, codes == c].sum(axis=1) for c in range(k)], axis=1)
    within = sums[np.arange(len(D)), codes].copy()
    means = sums / np.bincount(codes)
    means[np.arange(len(D)), codes] = np.inf
    return within, means.min(axis=1)


def summed(n, rows, n_threads, kernel, *arguments):
    """What a kernel writes for n rows; there is a number on either side of it."""
    room = np.full((2, n + 2), -7.0)
    over(n, rows, n_threads, kernel, *arguments, *room[:, 1:-1])
    assert (room[:, [0, -1]] == -7).all()
    return room[:, 1:-1]


def sorted_codes(n, k, seed):
    rng = np.random.default_rng(seed)
    return np.sort(np.concatenate([np.arange(k), rng.integers(0, k, n - k)]))


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("rows, columns", [(4, 512), (64, 512), (12, 1024)])
@pytest.mark.parametrize("n, k", [(3, 2), (511, 3), (512, 511), (1030, 5), (1601, 100)])
def test_distances_of_rows_are_summed_by_cluster(n, k, rows, columns, n_threads):
    X, codes = np.random.default_rng(n).normal(size=(n, 3)), sorted_codes(n, k, seed=k)
    measure = distances.as_metric("euclidean")
    points = prepare(X, measure, 1)
    ends = np.cumsum(np.bincount(codes))
    found = summed(n, rows, n_threads, silhouette.mean_distances, points, codes, ends, columns)
    np.testing.assert_allclose(found, expected(distances.cdist(X, X), codes), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n, k", [(3, 2), (511, 3), (700, 40)])
def test_given_distances_are_summed_by_cluster(n, k, dtype):
    rng = np.random.default_rng(n)
    D, codes = rng.integers(0, 99, (n, n)).astype(dtype), rng.permutation(sorted_codes(n, k, seed=k))
    order, ends = np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))
    found = summed(n, 5, 2, silhouette.mean_given_distances, D, order, codes, ends)
    np.testing.assert_array_equal(found, expected(D.astype(np.float64), codes))


@pytest.mark.parametrize("place", range(3))
def test_nan_is_not_lost(place):
    D = np.zeros((3, 3))
    D[0, place] = np.nan
    codes = np.arange(3)
    within, nearest = summed(3, 3, 1, silhouette.mean_given_distances, D, codes, codes, codes + 1)
    assert np.isnan(within[0] if place == 0 else nearest[0])
    assert not np.isnan([*within[1:], *nearest[1:]]).any()


def test_neither_blocks_nor_threads_make_a_difference():
    X, codes = np.random.default_rng(0).normal(size=(3000, 2)), sorted_codes(3000, 4, seed=0)
    points = prepare(X, distances.as_metric("manhattan"), 1)
    ends = np.cumsum(np.bincount(codes))

    def found(rows, columns, n_threads):
        return summed(3000, rows, n_threads, silhouette.mean_distances, points, codes, ends, columns)

    one = found(16, 512, 1)
    for rows, columns, n_threads in ((64, 512, 1), (4, 2048, 2), (16, 512, 7)):
        np.testing.assert_array_equal(found(rows, columns, n_threads), one)


def test_chunks_that_are_too_large_are_refused():
    X, codes = np.zeros((65, 1)), sorted_codes(65, 2, seed=0)
    points = prepare(X, distances.as_metric("euclidean"), 1)
    with pytest.raises(ValueError, match="a chunk may have 64 rows, got 65"):
        summed(65, 65, 1, silhouette.mean_distances, points, codes, np.cumsum(np.bincount(codes)), 512)
