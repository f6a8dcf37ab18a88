"""The order of leaves in which neighbors are nearest."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import leaf_order, walks
from coterie._runtime import parallel


class Problem:
    """A tree and distances, with points numbered from left to right."""

    def __init__(self, Z, D, n_threads=1):
        self.Z, self.D, self.n = Z.copy(), D, len(Z) + 1
        self.n_threads, self.children = n_threads, reference.children(Z)
        self.size, self.first = np.full((2, 2 * self.n - 1), -9)
        self.leaves = np.full(self.n, -9, np.int32)
        walks.count_leaves(self.children, self.size)
        walks.order_leaves(self.children, self.size, self.first, self.leaves)
        self.tree = (self.children, self.first, self.size)
        self.M = np.full((self.n, self.n), np.nan)
        self.half = np.full(int(self.size[self.children].prod(axis=1).max()), np.nan)
        self.pack = np.full((n_threads, leaf_order.PACK), np.nan)

    def gather(self, rows=2):
        parallel.over(self.n, rows, self.n_threads, leaf_order.gather, reference.condensed(self.D), self.leaves, self.M)

    def order_by_nodes(self):
        parallel.over(self.n - 1, 1, 1, leaf_order.order_nodes, *self.tree, 0, self.M, self.half, self.pack)

    def order_by_rows(self, rows):
        for row in range(self.n - 1):
            points = int(self.size[self.children[row, 0]])
            for kernel in (leaf_order.order_left, leaf_order.order_right):
                parallel.over(points, rows, self.n_threads, kernel, *self.tree, row, self.M, self.half, self.pack)

    def trace(self):
        ends = np.full((2 * self.n - 1, 2), -9)
        y = reference.condensed(self.D)
        parallel.over(self.n - 1, 1, 1, leaf_order.trace, *self.tree, self.leaves, y, self.M, ends, self.Z)
        return ends


def distances(rng, n, ties=False):
    D = np.triu(rng.randint(4, size=(n, n)).astype(float) if ties else rng.uniform(size=(n, n)), 1)
    return D + D.T


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("n", [2, 3, 17])
def test_distances_are_gathered_from_left_to_right(n, n_threads):
    rng = np.random.RandomState(0)
    problem = Problem(reference.random_linkage(rng, n), distances(rng, n), n_threads)
    problem.gather()
    upper = np.triu_indices(n)
    expected = problem.D[np.ix_(problem.leaves, problem.leaves)]
    np.testing.assert_array_equal(problem.M[upper], expected[upper])


@pytest.mark.parametrize("kind", reference.KINDS)
@pytest.mark.parametrize("n", [2, 3, 9, 40, 120])
def test_sums_are_the_least_for_any_two_ends(kind, n):
    rng = np.random.RandomState(n)
    Z, D = reference.random_linkage(rng, n, kind), distances(rng, n)
    problem = Problem(Z, D)
    problem.gather()
    problem.order_by_nodes()
    expected = reference.shortest_orders(Z, D)[np.ix_(problem.leaves, problem.leaves)]
    np.testing.assert_allclose(problem.M, expected, rtol=1e-12)
    for n_threads, rows in [(1, 4), (2, 1), (3, 64)]:
        again = Problem(Z, D, n_threads)
        again.gather()
        again.order_by_rows(rows)
        np.testing.assert_array_equal(again.M, problem.M)


@pytest.mark.parametrize("side", [0, 1])
def test_sums_over_more_points_than_are_packed_at_a_time(side):
    """A node one of whose grandchildren has 290 points; 256 are packed."""
    rng = np.random.RandomState(0)
    n = 320
    long, short, other = reference.chain(290), reference.chain(10), reference.chain(20)
    rows, tops = [], []
    for start, part in ((0, long), (290, short), (300, other)):
        m = len(part) + 1
        rows += np.column_stack(
            [np.where(part[:, :2] < m, part[:, :2] + start, part[:, :2] - m + n + len(rows)), part[:, 2:]]
        ).tolist()
        tops.append(n + len(rows) - 1)
    rows += [[tops[0], tops[1], 400.0, 300.0], [n + len(rows), tops[2], 500.0, 320.0]]
    if side:
        rows[-1][:2] = rows[-1][1::-1]
    Z, D = np.array(rows), distances(rng, n)
    problem = Problem(Z, D)
    problem.gather()
    problem.order_by_nodes()
    expected = reference.shortest_orders(Z, D)[np.ix_(problem.leaves, problem.leaves)]
    np.testing.assert_allclose(problem.M, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", reference.KINDS)
@pytest.mark.parametrize("ties", [False, True])
def test_the_order_is_the_best_that_the_tree_allows(kind, ties):
    rng = np.random.RandomState(0)
    for n in (2, 3, 4, 5, 6, 7, 7, 7):
        Z, D = reference.random_linkage(rng, n, kind), distances(rng, n, ties)
        problem = Problem(Z, D)
        problem.gather()
        problem.order_by_nodes()
        ends = problem.trace()
        best = min(reference.path_length(reference.points(T)[-1], D) for T in reference.turned(Z))
        order = reference.points(problem.Z)[-1]
        np.testing.assert_allclose(reference.path_length(order, D), best, rtol=1e-12, atol=1e-15)
        np.testing.assert_array_equal(problem.leaves[ends[-1]], [order[0], order[-1]])
        np.testing.assert_array_equal(np.sort(problem.Z[:, :2]), np.sort(Z[:, :2]))
        np.testing.assert_array_equal(problem.Z[:, 2:], Z[:, 2:])
