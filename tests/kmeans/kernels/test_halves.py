"""Rows sorted into cells between two centers: the labels of true distances, and the sums that belong to them."""

import numpy as np
import pytest
from reference import kmeans as reference

from coterie.kmeans import _cells, _data
from coterie.kmeans._splits import HalvingStep

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


class Halves:
    """Iterations on rows in cells of some size; labels in the order of these rows."""

    def __init__(self, X, weight=None, n_threads=1, cell_rows=64):
        self.data = _cells.sort_into_cells(_data.prepare(X, weight, n_threads), cell_rows)
        self.step = HalvingStep(self.data)
        self.labels = np.full(len(X), -1, dtype=np.int32)

    def __call__(self, centers):
        self.changed = self.step.assign(np.ascontiguousarray(centers, dtype=np.float64), self.labels)
        return self.labels.copy(), self.step.sums.sums.copy(), self.step.sums.weights.copy()


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_labels_sums_and_inertia_follow_the_centers(seed, dtype, weighted):
    for case in range(4 * seed, 4 * seed + 4):
        rng = np.random.RandomState(case)
        d, n = 1 + case % 8, rng.randint(1, 1500)
        X = (rng.normal(size=(n, d)) + (1e6 if case % 3 == 0 else 0)).astype(dtype)
        weight = rng.randint(0, 3, size=n).astype(float) if weighted and n > 20 else None
        halves = Halves(X, weight, cell_rows=rng.choice([64, 200]))
        data, step = halves.data, halves.step
        w = data.weight if len(data.weight) else np.ones(n)
        centers = X[rng.randint(n, size=2)].astype(np.float64)
        before = np.full(n, -1)
        for _ in range(4):
            labels, sums, weights = halves(centers)
            assert reference.may_be_nearest(data.X, centers)[np.arange(n), labels].all()
            assert halves.changed == (labels != before).sum()
            member = (labels[:, None] == np.arange(2)) * w[:, None]
            deviations = data.X - data.moments.mean
            np.testing.assert_allclose(weights, member.sum(axis=0), rtol=1e-13)
            np.testing.assert_allclose(sums, member.T @ deviations, rtol=1e-11, atol=1e-13 * np.abs(deviations).sum())
            total = step.inertia(centers, halves.labels)
            squares = ((data.X - centers[labels]) ** 2).sum(axis=1)
            np.testing.assert_allclose(step.halves, member.T @ squares, rtol=1e-11)
            assert total == sum(step.halves)
            np.testing.assert_array_equal(step.seconds, np.add.reduceat(labels, data.cells.starts[:-1]))
            before, centers = labels, centers + rng.normal(size=(2, d)) * 0.3


@DTYPES
@pytest.mark.parametrize("offset", [0, 1 << 20])
def test_the_first_center_wins_a_tie(dtype, offset):
    rng = np.random.RandomState(1)
    for case in range(60):
        d = 1 + case % 4
        X = (rng.randint(-3, 4, size=(700, d)) + offset).astype(dtype)
        centers = rng.randint(-6, 7, size=(2, d)) / 2 + offset  # distances are exact, many are equal
        halves = Halves(X)
        np.testing.assert_array_equal(halves(centers)[0], reference.nearest(halves.data.X, centers))


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e12])
def test_near_ties_are_decided_by_float64_distances(offset):
    rng = np.random.RandomState(2)
    for d in (1, 2, 3):
        centers = rng.normal(size=(2, d)) + offset
        across, middle = centers[1] - centers[0], centers.mean(axis=0)
        X = rng.normal(size=(1000, d)) * (d > 1)
        X = middle + X - (X @ across)[:, None] * across / (across @ across)
        for _ in range(3):
            halves = Halves(X)
            np.testing.assert_array_equal(halves(centers)[0], reference.nearest(halves.data.X, centers))
            X = np.nextafter(X, rng.choice([-np.inf, np.inf], size=X.shape))


def test_bits_do_not_depend_on_the_threads():
    rng = np.random.RandomState(6)
    X, weight, centers = rng.normal(size=(60_000, 3)), rng.uniform(size=60_000), rng.normal(size=(2, 3))
    one = Halves(X, weight)
    wanted = *one(centers), one.step.inertia(centers, one.labels), one.step.halves
    for n_threads in (2, 3, 100):
        more = Halves(X, weight, n_threads)
        found = *more(centers), more.step.inertia(centers, more.labels), more.step.halves
        for a, b in zip(wanted, found, strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_cluster_without_weight_gets_the_far_row_that_comes_first_in_the_caller_order():
    X = np.random.RandomState(7).normal(size=(500, 2))
    X[[100, 400]] = [[9.0, 0.0], [-9.0, 0.0]]  # equally far from the origin: argpartition decides
    for flip in (1, -1):
        halves = Halves(X[::flip].copy())
        centers = np.zeros((2, 2))
        halves(centers)
        sums, weights = halves.step.filled(centers, halves.labels)
        distances = (X[::flip] ** 2).sum(axis=1)
        assert weights.tolist() == [499, 1]
        np.testing.assert_allclose(
            sums[1] + halves.data.moments.mean, X[::flip][np.argpartition(distances, -1)[-1]], atol=1e-12
        )
