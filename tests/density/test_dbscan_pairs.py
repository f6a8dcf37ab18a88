"""DBSCAN from all pairs: each distance is computed once, twice at most, and memory does not grow with the neighbors."""

import tracemalloc

import numpy as np
import pytest
from reference.dbscan_cases import sparse_of

from coterie import DBSCAN, dbscan
from coterie._runtime.thresholds import thresholds

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


def test_a_function_is_called_once_for_each_pair():
    calls = set()

    def distance(x, y):
        pair = (int(x[0]), int(y[0]))
        assert pair not in calls and pair[0] < pair[1]
        calls.add(pair)
        return abs(x[1] - y[1])

    data = np.column_stack([np.arange(150), np.arange(150) % 40])
    assert len(set(dbscan(data, 0.5, metric=distance, min_samples=3)[1])) == 40
    assert len(calls) == 150 * 149 // 2


def test_pairs_that_do_not_fit_are_computed_again_and_no_more_than_twice(monkeypatch):
    monkeypatch.setattr(thresholds, "stored_pairs", 10)
    calls = []

    def distance(x, y):
        calls.append(1)
        return abs(x[0] - y[0])

    data = np.random.RandomState(0).uniform(size=(300, 1))
    for n in (40, 60):
        calls.clear()
        labels = dbscan(data, 0.1, metric=distance, min_samples=n)[1]
        np.testing.assert_array_equal(labels, dbscan(data, 0.1, min_samples=n)[1])
        assert 300 * 299 // 2 < len(calls) <= 300 * 299


@pytest.mark.parametrize("min_samples", [5, 500])
@pytest.mark.parametrize("kind", ["canberra", "sparse"])
def test_memory_does_not_grow_with_the_neighbors(kind, min_samples):
    n = 5000
    data = np.random.RandomState(0).uniform(1, 2, size=(n, 2))
    data = sparse_of(data) if kind == "sparse" else data
    tracemalloc.start()
    try:
        labels = (
            DBSCAN(0.3, min_samples=min_samples, metric="manhattan" if kind == "sparse" else kind, n_jobs=1)
            .fit(data)
            .labels_
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.count_nonzero(labels == 0) > 0.9 * n
    assert peak < 12_000_000 + 250 * n  # a block of distances; millions of pairs would take hundreds of MB
