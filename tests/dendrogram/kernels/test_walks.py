"""Walks through trees: sizes, orders, parents."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import walks


@pytest.fixture(params=reference.KINDS)
def trees(request):
    return reference.random_linkages(request.param)


def sizes(children):
    size = np.full(2 * len(children) + 1, -1)
    walks.count_leaves(children, size)
    return size


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


def test_parents(trees):
    for Z in trees:
        children = reference.children(Z)
        parent = np.full(2 * len(Z) + 1, -9)
        walks.find_parents(children, parent)
        assert parent.tolist() == [*((children == node).any(axis=1).argmax() for node in range(2 * len(Z))), -1]


def test_rows_come_level_by_level():
    Z = np.array(
        [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 1.0, 2.0], [6.0, 7.0, 2.0, 4.0], [4.0, 8.0, 2.0, 5.0], [5.0, 9.0, 3.0, 6.0]]
    )
    order = np.full(5, -1)
    walks.order_levels(reference.children(Z), order)
    assert order.tolist() == [4, 3, 2, 1, 0]
