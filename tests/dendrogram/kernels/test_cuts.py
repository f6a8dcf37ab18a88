"""Flat clusters of trees."""

import numpy as np
import pytest
from reference import agglomerative
from reference import tree as reference

from coterie._dendrogram._kernels import cuts
from coterie._runtime import parallel


@pytest.fixture(params=reference.KINDS)
def trees(request):
    return reference.random_linkages(request.param)


def label_below(Z, key, threshold):
    n = len(Z) + 1
    label = np.full(2 * n - 1, -1, np.int32)
    cuts.label_below(reference.children(Z), key, threshold, np.empty(2 * n, np.int64), label)
    return label


def test_topmost_nodes_within_the_threshold_are_clusters(trees):
    for Z in trees:
        n, points = len(Z) + 1, reference.points(Z)
        for key in (Z[:, 2].copy(), np.random.RandomState(n).uniform(size=n - 1)):
            for threshold in (-1.0, key.min(), np.median(key), key[-1], key.max(), np.inf):
                label = label_below(Z, key, threshold)
                assert label[:n].tolist() == reference.flat(Z, key, threshold).tolist()
                for row in range(n - 1):  # a cluster's nodes have its label, those above clusters have none
                    own = set(label[points[n + row]])
                    assert label[n + row] in (own if len(own) == 1 else {0})


def test_nan_is_within_no_threshold():
    Z = np.array([[0.0, 1.0, np.nan, 2.0], [2.0, 3.0, 1.0, 3.0]])
    assert label_below(Z, np.array([np.nan, np.nan]), np.inf)[:3].tolist() == [1, 2, 3]
    assert label_below(Z, np.array([np.nan, 1.0]), 1.0)[:3].tolist() == [1, 1, 1]


def test_the_first_row_that_leaves_few_enough_clusters_is_found(trees):
    for Z in trees:
        n = len(Z) + 1
        key = reference.largest_below(Z, Z[:, 2])
        if (np.diff(key) < 0).any():  # bisection needs keys that rise
            continue
        for most in range(1, n):
            enough = [len(set(reference.flat(Z, key, each))) <= most for each in key]
            reached = np.empty(n - 1, np.int32)
            assert cuts.count_below(reference.children(Z), key, most, reached) == enough.index(True)


@pytest.mark.parametrize(("columns", "n_threads"), [(100, 1), (1, 2), (3, 3)])
def test_cuts_have_exactly_as_many_clusters(trees, columns, n_threads):
    for Z in trees:
        n = len(Z) + 1
        rank = np.empty(n - 1, np.int64)
        rank[reference.merge_order(Z)] = np.arange(n - 1)
        n_merges = np.random.RandomState(n).permutation(n)
        top, number = np.full((2, n_threads, 2 * n - 1), -7)
        labels = np.full((n, n), -1)
        tree = (reference.children(Z), rank)
        parallel.over(n, columns, n_threads, cuts.label_merged, *tree, n_merges, top, number, labels)
        for row, done in zip(labels.tolist(), n_merges, strict=True):
            assert row == reference.cut(Z, n - done)
            assert max(row) == n - done - 1


def find_leaders(Z, T, k):
    children = reference.children(Z)
    n, order = len(Z) + 1, np.array(reference.rows_below(Z)[-1])
    label, found = np.full(2 * n - 1, -9, np.int32), np.zeros((2, k), np.int32)
    label[:n] = T
    return cuts.find_leaders(children, order, label, *found), found.T.tolist()


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


# ---- scikit-learn's numbers


def random_tree(rng, n):
    """Children and sizes of a tree of n points: any shape, in any order that a linkage may have."""
    alive, children, sizes = list(range(n)), [], [1] * n
    for row in range(n - 1):
        near = rng.randint(3) == 0
        a = alive.pop(-1 if near else rng.randint(len(alive)))
        b = alive.pop(rng.randint(len(alive)))
        children.append((a, b))
        sizes.append(sizes[a] + sizes[b])
        alive.append(n + row)
    return np.array(children, dtype=np.int64).reshape(n - 1, 2), np.array(sizes[n:], dtype=np.float64)


def undo_last_merges(children, k):
    heads = np.empty(k, dtype=np.int64)
    cuts.undo_last_merges(children, heads)
    return heads


def label_members(children, heads):
    n = len(children) + 1
    labels = np.empty(n, dtype=np.intp)
    cuts.label_members(children, np.asarray(heads, dtype=np.int64), np.empty(2 * n - 1, dtype=np.int64), labels)
    return labels


@pytest.mark.parametrize("seed", range(10))
def test_heads_are_where_scikit_learns_heap_has_them(seed):
    rng = np.random.RandomState(seed)
    for _ in range(30):
        children, _ = random_tree(rng, rng.randint(2, 60))
        for k in {1, 2, rng.randint(1, len(children) + 2), len(children) + 1}:
            assert undo_last_merges(children, k).tolist() == agglomerative.heads_by_number(children, k)


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_those_of_the_heads(seed):
    rng = np.random.RandomState(seed)
    for _ in range(20):
        children, _ = random_tree(rng, rng.randint(2, 60))
        heads = agglomerative.heads_by_number(children, rng.randint(1, len(children) + 2))
        np.testing.assert_array_equal(label_members(children, heads), agglomerative.labels(children, heads))


@pytest.mark.parametrize("seed", range(10))
def test_heads_by_size_are_those_that_can_not_be_split(seed):
    rng = np.random.RandomState(seed)
    for _ in range(30):
        children, sizes = random_tree(rng, rng.randint(2, 60))
        n = len(children) + 1
        for min_size in {1, 2, rng.randint(1, n + 1), n}:
            heads = np.full(n, -1, dtype=np.int64)
            found = heads[: cuts.split_by_size(children, sizes, min_size, heads)]
            assert sorted(found) == sorted(agglomerative.heads_by_size(children, min_size))


def test_weights_are_halved_at_each_merge():
    children = np.array([[0, 1], [2, 5], [3, 4], [6, 7]])
    nodes = np.empty(9)
    cuts.weigh_members(children, np.array([6, 7]), nodes)
    assert nodes[:5].tolist() == [0.25, 0.25, 0.5, 0.5, 0.5]


def test_a_chain_of_200_000_merges_is_cut():
    n = 200_000
    children = np.column_stack([np.arange(1, n), np.r_[0, np.arange(n, 2 * n - 2)]])
    assert sorted(np.bincount(label_members(children, undo_last_merges(children, 3)))) == [1, 1, n - 2]
    heads = np.empty(n, dtype=np.int64)
    assert cuts.split_by_size(children, np.arange(2.0, n + 1), 2, heads) == 1
    weights = np.empty(2 * n - 1)
    cuts.weigh_members(children, heads[:1], weights)
    assert weights[n - 1] == 0.5 and weights[0] == 0
