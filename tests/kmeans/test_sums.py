"""Sums that follow the labels: those of the rows that a cluster has, whatever it had before."""

import math

import numpy as np
import pytest

from coterie._runtime.thresholds import thresholds
from coterie.kmeans import _data
from coterie.kmeans._sums import RunningSums

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(thresholds, "summed_rows", 8)
    monkeypatch.setattr(thresholds, "strip", 64)
    monkeypatch.setattr(thresholds, "chunk", 200.0)


def assert_sums(running, labels):
    """Equal to the rounded true sums, but for 1e-14 of what was added up without regard to signs."""
    data = running.data
    rows = data.X.astype(np.float64) - data.moments.mean
    weight = data.weight if len(data.weight) else np.ones(len(rows))
    for label in range(len(running.sums)):
        own = labels == label
        terms = weight[own, None] * rows[own]
        expected = np.array([math.fsum(column) for column in terms.T])
        mass = np.abs(terms).sum()
        assert np.abs(running.sums[label] - expected).max() <= 1e-14 * mass, label
        total = math.fsum(weight[own])
        assert abs(running.weights[label] - total) <= 1e-14 * total, label


def some_labels(rng, before, k, case):
    """All at random, a few changed, a cluster emptied, or none changed."""
    labels, n = before.copy(), len(before)
    if case % 4 == 0:
        labels[:] = rng.randint(k, size=n)
    elif case % 4 == 1:
        some = rng.randint(n, size=max(1, n // 50))
        labels[some] = rng.randint(k, size=len(some))
    elif case % 4 == 2:
        labels[labels == rng.randint(k)] = rng.randint(k)
    return labels.astype(np.int32)


@DTYPES
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("seed", range(8))
def test_sums_are_those_of_the_labels(seed, weighted, dtype, small_pieces):
    rng = np.random.RandomState(seed)
    for case in range(6):
        n, d, k = rng.randint(1, 400), rng.choice([1, 2, 3, 4, 7, 16, 33]), rng.randint(1, 20)
        X = rng.normal(size=(n, d)) + rng.choice([0, 1e6])
        if case % 2:  # a few huge rows
            X *= 10.0 ** rng.choice([0, 0, 0, 9], size=(n, 1))
        weight = rng.choice([0.0, 1e-6, 0.1, 0.3, 1e6], size=n) if weighted else None
        running = RunningSums(_data.prepare(X.astype(dtype), weight, 1 + case % 3), k)
        labels = rng.randint(k, size=n).astype(np.int32)
        for step in range(12):
            running.follow(labels)
            assert_sums(running, labels)
            labels = some_labels(rng, labels, k, step)


def test_large_rows_that_leave_take_their_rounding_errors_with_them():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(1000, 3))
    X[:20] *= 1e12
    X -= X.mean(axis=0)
    running = RunningSums(_data.prepare(X, None, 1), 2)
    labels = np.zeros(1000, dtype=np.int32)
    running.follow(labels)
    for row in range(20):
        labels[row] = 1
        running.follow(labels)
    small = X[20:] - running.data.moments.mean
    assert np.abs(running.sums[0] - small.sum(axis=0)).max() <= 1e-14 * np.abs(small).sum()


def test_weights_of_clusters_without_weight_are_exactly_zero():
    weight = np.array([0.1, 0.2, 0.3, 0.7, 0.0, 0.0])
    running = RunningSums(_data.prepare(np.arange(12.0).reshape(6, 2), weight, 1), 3)
    for labels in ([0, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 1], [1, 1, 0, 1, 0, 1], [1, 1, 1, 1, 0, 2]):
        running.follow(np.array(labels, dtype=np.int32))
    assert running.weights[[0, 2]].tolist() == [0, 0]
    assert (running.sums[[0, 2]] == 0).all()


def test_nothing_changes_where_no_label_does():
    rng = np.random.RandomState(1)
    running = RunningSums(_data.prepare(rng.normal(size=(3000, 5)), None, 1), 7)
    labels = rng.randint(7, size=3000).astype(np.int32)
    running.follow(labels)
    labels[::100] = 3
    running.follow(labels)
    before = running.sums.copy(), running.weights.copy()
    running.follow(labels)
    np.testing.assert_array_equal(running.sums, before[0])
    np.testing.assert_array_equal(running.weights, before[1])


@DTYPES
@pytest.mark.parametrize("k", [2, 40])
def test_bits_do_not_depend_on_the_threads(k, dtype, small_pieces):
    rng = np.random.RandomState(2)
    X, weight = rng.normal(size=(5000, 3)).astype(dtype), rng.uniform(size=5000)
    one, *others = (RunningSums(_data.prepare(X, weight, n_threads), k) for n_threads in (1, 2, 3, 50))
    labels = rng.randint(k, size=5000).astype(np.int32)
    for step in range(6):
        for running in (one, *others):
            running.follow(labels)
            np.testing.assert_array_equal(running.sums, one.sums)
            np.testing.assert_array_equal(running.weights, one.weights)
        labels = some_labels(rng, labels, k, step + 1)
