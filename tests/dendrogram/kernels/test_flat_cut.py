"""Cuts of trees, and the nearest cluster of new rows."""

import itertools

import numpy as np
import pytest
from reference import agglomerative as reference

from coterie._dendrogram._kernels import flat_cut
from coterie._runtime.parallel import run


def random_tree(rng, n):
    """Children and sizes of a tree of n objects: any shape, in any order that a linkage may have."""
    alive, children, sizes = list(range(n)), [], [1] * n
    for row in range(n - 1):
        near = rng.randint(3) == 0
        a = alive.pop(-1 if near else rng.randint(len(alive)))
        b = alive.pop(rng.randint(len(alive)))
        children.append((a, b))
        sizes.append(sizes[a] + sizes[b])
        alive.append(n + row)
    return np.array(children, dtype=np.intp).reshape(n - 1, 2), np.array(sizes[n:], dtype=np.float64)


def heads_by_number(children, k):
    heads = np.empty(k, dtype=np.int64)
    flat_cut.heads_by_number(children, heads)
    return heads


def label_below(children, heads):
    n = len(children) + 1
    labels = np.empty(n, dtype=np.intp)
    flat_cut.label_below(children, np.asarray(heads, dtype=np.int64), np.empty(2 * n - 1, dtype=np.int64), labels)
    return labels


def test_heads_are_where_scikit_learns_heap_has_them():
    rng = np.random.RandomState(0)
    for _ in range(300):
        children, _ = random_tree(rng, rng.randint(2, 60))
        for k in {1, 2, rng.randint(1, len(children) + 2), len(children) + 1}:
            assert heads_by_number(children, k).tolist() == reference.heads_by_number(children, k)


def test_labels_are_those_of_the_heads():
    rng = np.random.RandomState(1)
    for _ in range(100):
        children, _ = random_tree(rng, rng.randint(2, 60))
        heads = reference.heads_by_number(children, rng.randint(1, len(children) + 2))
        np.testing.assert_array_equal(label_below(children, heads), reference.labels(children, heads))


def test_heads_by_size_are_those_that_can_not_be_split():
    rng = np.random.RandomState(2)
    for _ in range(300):
        children, sizes = random_tree(rng, rng.randint(2, 60))
        n = len(children) + 1
        for min_size in {1, 2, rng.randint(1, n + 1), n}:
            heads = np.full(n, -1, dtype=np.int64)
            found = heads[: flat_cut.heads_by_size(children, sizes, min_size, heads)]
            assert sorted(found) == sorted(reference.heads_by_size(children, min_size))


def test_weights_are_halved_at_each_merge():
    children = np.array([[0, 1], [2, 5], [3, 4], [6, 7]], dtype=np.intp)
    nodes = np.empty(9)
    flat_cut.weigh_below(children, np.array([6, 7]), nodes)
    assert nodes[:5].tolist() == [0.25, 0.25, 0.5, 0.5, 0.5]


def test_a_chain_of_200_000_merges_is_cut():
    n = 200_000
    children = np.column_stack([np.arange(1, n), np.r_[0, np.arange(n, 2 * n - 2)]]).astype(np.intp)
    assert sorted(np.bincount(label_below(children, heads_by_number(children, 3)))) == [1, 1, n - 2]
    heads = np.empty(n, dtype=np.int64)
    assert flat_cut.heads_by_size(children, np.arange(2.0, n + 1), 2, heads) == 1
    weights = np.empty(2 * n - 1)
    flat_cut.weigh_below(children, heads[:1], weights)
    assert weights[n - 1] == 0.5 and weights[0] == 0


@pytest.mark.parametrize(
    ("kind", "reduce"),
    [(flat_cut.NEAREST_MEMBER, np.min), (flat_cut.FARTHEST_MEMBER, np.max), (flat_cut.MEAN_OF_MEMBERS, np.sum)],
)
def test_the_nearest_cluster_is_the_first_of_the_nearest(kind, reduce):
    rng = np.random.RandomState(3)
    for case in range(100):
        m, n = rng.randint(1, 20), rng.randint(1, 40)
        distances = rng.randint(0, 9, size=(m, n)).astype(float) if case % 2 else rng.uniform(size=(m, n))
        starts = np.r_[0, np.sort(rng.choice(np.arange(1, n), rng.randint(0, n), replace=False)), n].astype(np.int64)
        weights = np.ones(n) if case % 2 else rng.uniform(size=n)
        own = np.column_stack(
            [
                reduce(distances[:, a:b] * (weights[a:b] if kind == flat_cut.MEAN_OF_MEMBERS else 1), axis=1)
                for a, b in itertools.pairwise(starts)
            ]
        )
        for n_threads, rows in [(1, m), (2, 1), (3, 4)]:
            labels = np.full(m, -1, dtype=np.intp)
            run(
                lambda region, slot: flat_cut.nearest_cluster(
                    distances, starts, weights, kind, rows, labels, region, slot
                ),
                -(-m // rows),
                n_threads,
            )
            np.testing.assert_array_equal(labels, own.argmin(axis=1))
