"""DBSCAN of given distances: counts, and clusters that grow, in matrices and sparse graphs that are not symmetric."""

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime.parallel import over
from coterie.density._kernels import dbscan_given

NONE = np.empty(0)


@pytest.fixture(params=["", "interrupted"], autouse=True)
def pauses(request):
    if request.param:
        request.getfixturevalue("interrupted")


def grow(kernel, is_core, *given, steps):
    """Grow all clusters, in regions of a few core points each, as where the work is interrupted."""
    n = len(is_core)
    labels, left = np.full(n, -1), int(is_core.sum())
    clusters = dbscan_given.Growth(is_core.view(np.uint8), labels, np.empty(n, np.int64))
    rest = [dbscan_given.Unlabeled(np.arange(n))] if kernel is dbscan_given.grow_in_matrix else []
    while left:
        now = min(steps, left)
        over(now, 1, 1, kernel, *given, clusters, *rest)
        left -= now
    assert clusters.complete and clusters.n_clusters == labels.max() + 1
    return labels


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("steps", [1, 5, 1000])
def test_matrices_that_are_not_symmetric(dtype, weighted, steps):
    rng = np.random.RandomState(5)
    for _ in range(40):
        n, least = rng.randint(1, 60), rng.randint(1, 7)
        D = rng.randint(0, rng.randint(3, 40), size=(n, n)).astype(dtype)
        weights = rng.randint(-1, 4, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(D <= 2, least, weights if weighted else None)
        count = np.empty(n)
        over(n, 4, 2, dbscan_given.count_in_matrix, D, 2.0, weights, count)
        np.testing.assert_array_equal(count >= least, is_core)
        np.testing.assert_array_equal(grow(dbscan_given.grow_in_matrix, is_core, D, 2.0, steps=steps), labels)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("steps", [1, 7, 1000])
def test_graphs_that_are_not_symmetric(dtype, index, weighted, steps):
    rng = np.random.RandomState(6)
    for _ in range(15):
        n, least = rng.randint(1, 60), rng.randint(1, 7)
        D, there = rng.randint(0, 9, size=(n, n)).astype(dtype), rng.uniform(size=(n, n)) < rng.uniform()
        near = there & (D <= 2)
        near[np.arange(n), np.arange(n)] |= ~there.diagonal()
        weights = rng.randint(-1, 4, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(near, least, weights if weighted else None)
        rows, columns = np.nonzero(there)
        shuffled = np.lexsort((rng.permutation(len(rows)), rows))
        columns, values = columns[shuffled].astype(index), D[rows, columns[shuffled]]
        starts, count = np.searchsorted(rows, np.arange(n + 1)), np.empty(n)
        over(n, 4, 2, dbscan_given.count_in_graph, starts, columns, values, 2.0, weights, count)
        np.testing.assert_array_equal(count >= least, is_core)
        found = grow(dbscan_given.grow_in_graph, is_core, starts, columns, values, 2.0, steps=steps)
        np.testing.assert_array_equal(found, labels)
