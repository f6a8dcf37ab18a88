"""The k-d tree: what it must be for any data, and that its distances are those of the definition."""

import numpy as np
import pytest

from coterie.distances import as_metric
from coterie.neighbors import _kd_tree, _vectors
from coterie.neighbors._kernels import kd_tree

EUCLIDEAN = as_metric("euclidean")


def build(X, n_threads=2, leaf=32, metric=EUCLIDEAN):
    return _kd_tree.build(_vectors.as_vectors(X, metric), n_threads, leaf)


def assert_is_tree(tree, X, leaf=32):
    """Check all that the tree promises; returns its depth."""
    n, d = X.shape
    order, nodes, boxes = (np.asarray(each) for each in (tree.order, tree.nodes, tree.boxes))
    rows = np.asarray(tree.points).transpose(0, 2, 1).reshape(-1, d)
    np.testing.assert_array_equal(np.sort(order), np.arange(n))
    np.testing.assert_array_equal(rows[:n], X[order])
    assert np.isinf(rows[n:]).all() and len(rows) - n < kd_tree.LANES
    todo, seen, depth, positions = [(0, 0)], set(), 0, []
    while todo:
        node, level = todo.pop()
        assert node not in seen
        seen.add(node)
        depth = max(depth, level)
        start, stop, right, lowest = nodes[node]
        assert start % kd_tree.LANES == 0 and start < stop
        assert lowest == order[start:stop].min()
        np.testing.assert_array_equal(boxes[node], [rows[start:stop].min(axis=0), rows[start:stop].max(axis=0)])
        if right:
            assert nodes[node + 1, 0] == start and nodes[right, 1] == stop and nodes[node + 1, 1] == nodes[right, 0]
            todo += [(right, level + 1), (node + 1, level + 1)]
        else:
            assert stop - start <= leaf
            positions.extend(range(start, stop))
    assert positions == list(range(n))
    return depth


def hard(kind, n, d):
    rng = np.random.RandomState(n + d)
    return {
        "normal": lambda: rng.normal(size=(n, d)),
        "grid": lambda: rng.randint(3, size=(n, d)).astype(float),
        "equal": lambda: np.full((n, d), 1.5),
        "one column varies": lambda: np.hstack([np.ones((n, d - 1)), rng.normal(size=(n, 1))]),
        "collinear": lambda: np.arange(n, dtype=float)[:, None] * np.ones(d),
        "exponential": lambda: np.exp2(-(np.arange(n) % 1000.0))[:, None] * np.ones(d),
        "one far": lambda: np.vstack([np.full((1, d), 1e300), rng.normal(size=(n - 1, d))]),
        "huge": lambda: rng.uniform(-1, 1, size=(n, d)) * 1.7e308,
        "denormal": lambda: rng.randint(9, size=(n, d)) * 5e-324,
        "single": lambda: rng.normal(size=(n, d)).astype(np.float32),
    }[kind]()


KINDS = (
    "normal",
    "grid",
    "equal",
    "one column varies",
    "collinear",
    "exponential",
    "one far",
    "huge",
    "denormal",
    "single",
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_tree_is_one_whatever_the_data(kind):
    for n in (1, 2, 8, 9, 31, 32, 33, 40, 41, 64, 65, 200, 1000):
        for d in (1, 2, 3, 5):
            X = hard(kind, n, d)
            for leaf in (32, 64):
                assert_is_tree(build(X, leaf=leaf), X, leaf)


@pytest.mark.parametrize("kind", ["exponential", "one far", "equal"])
def test_the_depth_is_bounded(kind):
    X = hard(kind, 20000, 2)
    assert assert_is_tree(build(X), X) <= 3 * np.log2(20000) + 20 < kd_tree.MAX_DEPTH


def test_threads_change_nothing():
    X = hard("normal", 30000, 3)
    one, many = build(X, 1), build(X, 3)
    for name in ("points", "order"):
        np.testing.assert_array_equal(np.asarray(getattr(one, name)), np.asarray(getattr(many, name)))


def test_rows_are_copied_not_moved():
    X = hard("normal", 300, 2)
    kept = X.copy()
    X.setflags(write=False)
    build(X)
    np.testing.assert_array_equal(X, kept)
