"""What a tree says of pairs of points."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import cophenetic, walks
from coterie._runtime.parallel import run


@pytest.mark.parametrize("kind", reference.KINDS)
@pytest.mark.parametrize(("rows", "n_threads"), [(1000, 1), (1, 2), (3, 3)])
def test_each_pair_has_the_height_of_its_lowest_cluster(kind, rows, n_threads):
    for Z in reference.random_linkages(kind):
        n, children = len(Z) + 1, reference.children(Z)
        size, first, parent = np.full((3, 2 * n - 1), -9)
        walks.count_leaves(children, size)
        walks.order_leaves(children, size, first, np.empty(n, np.int32))
        cophenetic.find_parents(children, parent)
        assert parent.tolist() == [*((children == node).any(axis=1).argmax() for node in range(2 * n - 2)), -1]
        row, out = np.full((n_threads, n), np.nan), np.full(n * (n - 1) // 2, np.nan)
        run(
            lambda *where: cophenetic.pair_heights(children, Z[:, 2], size, first, parent, rows, row, out, *where),
            -(-(n - 1) // rows),
            n_threads,
        )
        np.testing.assert_array_equal(out, reference.condensed(reference.cophenet(Z)))


@pytest.mark.parametrize(("length", "n_threads"), [(1000, 1), (1, 2), (7, 3)])
def test_joint_moments(length, n_threads):
    x, y = np.random.RandomState(0).normal(size=(2, 50)) + 1e6
    sums = np.full((-(-50 // length), 3), np.nan)
    run(lambda *where: cophenetic.joint_moments(x, y, x.mean(), y.mean(), length, sums, *where), len(sums), n_threads)
    xx, xy, yy = np.cov(x, y, bias=True)[[0, 0, 1], [0, 1, 1]] * 50
    np.testing.assert_allclose(sums.sum(axis=0), [xy, xx, yy], rtol=1e-8)
