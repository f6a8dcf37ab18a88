"""Statistics of heights: below clusters, and of pairs of points."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import heights, walks
from coterie._runtime import parallel


@pytest.fixture(params=reference.KINDS)
def trees(request):
    return reference.random_linkages(request.param)


def inconsistency(Z, levels, rows=1000, n_threads=1):
    path, turn = np.full((2, n_threads, levels), -1)
    R = np.full((len(Z), 4), np.nan)
    tree = (reference.children(Z), Z[:, 2])
    parallel.over(len(Z), rows, n_threads, heights.inconsistency, *tree, path, turn, R)
    return R


def test_running_maximum(trees):
    for Z in trees:
        most = np.full(len(Z), np.nan)
        heights.running_maximum(reference.children(Z), Z[:, 2], most)
        np.testing.assert_array_equal(most, reference.largest_below(Z, Z[:, 2]))


@pytest.mark.parametrize("levels", [1, 2, 3, 40])
def test_inconsistency(trees, levels):
    for Z in trees:
        R, expected = inconsistency(Z, levels), reference.inconsistent(Z, levels)
        np.testing.assert_array_equal(R[:, 2], expected[:, 2])
        np.testing.assert_allclose(R[:, 0], expected[:, 0], rtol=1e-12)
        np.testing.assert_allclose(R[:, 1], expected[:, 1], atol=1e-7)
        clear = expected[:, 1] > 1e-6  # where heights are the same but for rounding, so is the coefficient
        np.testing.assert_allclose(R[clear, 3], expected[clear, 3], rtol=1e-6, atol=1e-6)
        assert np.isfinite(R).all()


def test_inconsistency_has_the_same_bits_for_any_number_of_threads(trees):
    for Z in trees:
        R = inconsistency(Z, 3)
        for rows, n_threads in [(1, 2), (5, 3)]:
            np.testing.assert_array_equal(inconsistency(Z, 3, rows, n_threads), R)


@pytest.mark.parametrize("kind", reference.KINDS)
@pytest.mark.parametrize(("rows", "n_threads"), [(1000, 1), (1, 2), (3, 3)])
def test_each_pair_has_the_height_of_its_lowest_cluster(kind, rows, n_threads):
    for Z in reference.random_linkages(kind):
        n, children = len(Z) + 1, reference.children(Z)
        size, first, parent = np.full((3, 2 * n - 1), -9)
        walks.count_leaves(children, size)
        walks.order_leaves(children, size, first, np.empty(n, np.int32))
        walks.find_parents(children, parent)
        row, out = np.full((n_threads, n), np.nan), np.full(n * (n - 1) // 2, np.nan)
        tree = (children, Z[:, 2], size, first, parent)
        parallel.over(n - 1, rows, n_threads, heights.pair_heights, *tree, row, out)
        np.testing.assert_array_equal(out, reference.condensed(reference.cophenet(Z)))


@pytest.mark.parametrize(("length", "n_threads"), [(1000, 1), (1, 2), (7, 3)])
def test_joint_moments(length, n_threads):
    x, y = np.random.RandomState(0).normal(size=(2, 50)) + 1e6
    sums = np.full((-(-50 // length), 3), np.nan)
    parallel.over(50, length, n_threads, heights.joint_moments, x, y, x.mean(), y.mean(), sums)
    xx, xy, yy = np.cov(x, y, bias=True)[[0, 0, 1], [0, 1, 1]] * 50
    np.testing.assert_allclose(sums.sum(axis=0), [xy, xx, yy], rtol=1e-8)
