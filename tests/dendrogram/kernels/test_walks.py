"""A linkage matrix as a tree: what is wrong with it, sizes, orders."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import walks


@pytest.fixture(params=reference.KINDS)
def trees(request):
    return reference.random_linkages(request.param)


def read(Z):
    children = np.full((len(Z), 2), -1, np.int64)
    return walks.read_children(np.asarray(Z, dtype=float), np.zeros(2 * len(Z) + 1, np.uint8), children), children


def sizes(children):
    size = np.full(2 * len(children) + 1, -1)
    walks.count_leaves(children, size)
    return size


def test_a_tree_is_read(trees):
    for Z in trees:
        wrong, children = read(Z)
        assert wrong == 0
        np.testing.assert_array_equal(children, Z[:, :2])


@pytest.mark.parametrize(
    ("row", "column", "value", "wrong"),
    [
        (1, 0, -1.0, walks.NEGATIVE_INDEX),
        (2, 1, -0.5, walks.NEGATIVE_INDEX),
        (2, 0, -np.inf, walks.NEGATIVE_INDEX),
        (0, 0, 4.0, walks.TOO_EARLY),
        (1, 0, 5.0, walks.TOO_EARLY),
        (2, 1, 2.0**63, walks.TOO_EARLY),
        (2, 1, np.inf, walks.TOO_EARLY),
        (2, 1, 6.0, walks.TOO_EARLY),
        (1, 0, 0.0, walks.TWICE),
        (2, 1, 4.0, walks.TWICE),
        (1, 0, 2.5, walks.NOT_WHOLE),
        (1, 0, np.nan, walks.NOT_WHOLE),
        (0, 0, 1e-320, walks.NOT_WHOLE),
        (0, 2, -0.1, walks.NEGATIVE_DISTANCE),
        (0, 3, -1.0, walks.NEGATIVE_COUNT),
        (0, 3, 4.5, walks.EXCESSIVE_COUNT),
    ],
)
def test_what_is_wrong_is_named(row, column, value, wrong):
    Z = np.array([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 0.5, 2.0], [4.0, 5.0, 1.0, 4.0]])
    assert read(Z)[0] == 0
    Z[row, column] = value
    assert read(Z)[0] == wrong


def test_all_that_is_wrong_is_named():
    assert read([[-1.0, 0.5, -1.0, -1.0], [7.0, 0.0, 0.0, 9.0], [0.0, 4.0, 0.0, 0.0]])[0] == 127


def test_sizes_and_orders(trees):
    for Z in trees:
        n, children = len(Z) + 1, reference.children(Z)
        size = sizes(children)
        points = reference.points(Z)
        assert size.tolist() == [len(each) for each in points]
        first, leaves = np.full(2 * n - 1, -1), np.full(n, -1, np.int32)
        walks.order_leaves(children, size, first, leaves)
        assert leaves.tolist() == points[-1]
        assert first.tolist() == [points[-1].index(each[0]) for each in points]
        order = np.full(n - 1, -1)
        walks.order_clusters(children, size, first, order)
        assert order.tolist() == reference.rows_below(Z)[-1]


def find_leaders(Z, T, k):
    children = reference.children(Z)
    n, size = len(Z) + 1, sizes(children)
    order = np.empty(n - 1, np.int64)
    walks.order_clusters(children, size, np.empty_like(size), order)
    label, found = np.full(2 * n - 1, -9, np.int32), np.zeros((2, k), np.int32)
    label[:n] = T
    return walks.find_leaders(children, order, label, *found), found.T.tolist()


def test_leaders_are_the_nodes_of_the_clusters(trees):
    for Z in trees:
        T = reference.flat(Z, Z[:, 2], np.median(Z[:, 2]))
        node, found = find_leaders(Z, T, len(set(T)))
        assert node == -1
        assert found == [list(pair) for pair in reference.leaders(Z, T)]


def test_a_cluster_that_is_no_subtree_is_found():
    Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 1.0, 2.0], [4.0, 5.0, 2.0, 4.0]])
    assert find_leaders(Z, [1, 2, 1, 2], 2)[0] == 5
    assert find_leaders(Z, [1, 1, 1, 1], 0)[0] == 6
