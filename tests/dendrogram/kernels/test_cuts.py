"""Flat clusters of trees."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import cuts
from coterie._runtime.parallel import run


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


def test_rows_come_level_by_level():
    Z = np.array(
        [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 1.0, 2.0], [6.0, 7.0, 2.0, 4.0], [4.0, 8.0, 2.0, 5.0], [5.0, 9.0, 3.0, 6.0]]
    )
    order = np.full(5, -1)
    cuts.breadth_first(reference.children(Z), order)
    assert order.tolist() == [4, 3, 2, 1, 0]


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_cuts_have_exactly_as_many_clusters(trees, n_threads):
    for Z in trees:
        n = len(Z) + 1
        rank = np.empty(n - 1, np.int64)
        rank[reference.merge_order(Z)] = np.arange(n - 1)
        n_merges = np.random.RandomState(n).permutation(n)
        top, number = np.full((2, n_threads, 2 * n - 1), -7)
        labels = np.full((n, n), -1)
        run(
            lambda *where: cuts.label_merged(reference.children(Z), rank, n_merges, top, number, labels, *where),
            n,
            n_threads,
        )
        for row, done in zip(labels.tolist(), n_merges, strict=True):
            assert row == reference.cut(Z, n - done)
            assert max(row) == n - done - 1
