"""Both steps on rows sorted into cells: the labels of true distances, and the sums that belong to them."""

import subprocess
import sys

import numpy as np
import pytest
from reference import kmeans as reference

from coterie.kmeans import _cells, _data, _steps

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


class Step:
    """Iterations' first halves: labels in the order of X, sums over all strips."""

    def __init__(self, X, k, weight=None, n_threads=1):
        self.data = _cells.sort_into_cells(_data.prepare(X, weight, n_threads))
        self.step = _steps.CellStep(self.data, k)
        self.labels = np.full(len(X), -1, dtype=np.int32)

    def __call__(self, centers):
        self.changed = self.step.assign(np.ascontiguousarray(centers, dtype=np.float64), self.labels)
        return _cells.unsort(self.data, self.labels), self.step.sums.sums, self.step.sums.weights


def assert_sums(X, weight, labels, mean, sums, weights):
    member = (labels[:, None] == np.arange(len(sums))) * (1.0 if weight is None else weight[:, None])
    np.testing.assert_allclose(weights, member.sum(axis=0), rtol=1e-13)
    deviations = X - mean
    np.testing.assert_allclose(sums, member.T @ deviations, rtol=1e-11, atol=1e-13 * np.abs(deviations).sum())


@DTYPES
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("seed", range(10))
def test_labels_and_sums_follow_the_centers(seed, dtype, weighted):
    rng = np.random.RandomState(seed)
    for case in range(6 * seed, 6 * seed + 6):
        d, n, k = 1 + case % 8, rng.randint(1, 1500), rng.randint(1, 40)
        X = (rng.normal(size=(n, d)) + (1e6 if case % 3 == 0 else 0)).astype(dtype)
        weight = rng.randint(0, 3, size=n).astype(float) if weighted else None
        step = Step(X, k, weight)
        centers = X[rng.randint(n, size=k)].astype(np.float64)
        before = np.full(n, -1)
        for _ in range(3):
            labels, sums, weights = step(centers)
            assert reference.may_be_nearest(X, centers)[np.arange(n), labels].all()
            assert step.changed == (labels != before).sum()
            assert_sums(X, weight, labels, step.data.moments.mean, sums, weights)
            before, centers = labels, centers + rng.normal(size=(k, d)) * 0.3


@DTYPES
@pytest.mark.parametrize("offset", [0, 1 << 20])
def test_the_lowest_index_wins_a_tie(dtype, offset):
    rng = np.random.RandomState(1)
    for case in range(40):
        d, k = 1 + case % 8, rng.randint(1, 30)
        X = (rng.randint(-3, 4, size=(1000, d)) + offset).astype(dtype)
        centers = rng.randint(-6, 7, size=(k, d)) / 2 + offset  # distances are exact, many are equal
        np.testing.assert_array_equal(Step(X, k)(centers)[0], reference.nearest(X, centers))


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e12])
def test_near_ties_are_decided_by_float64_distances(offset):
    rng = np.random.RandomState(2)
    for d in (1, 2, 3):
        centers = rng.normal(size=(20, d)) + offset
        a, b = rng.randint(20, size=(2, 1000))
        X = (centers[a] + centers[b]) / 2
        for _ in range(3):
            np.testing.assert_array_equal(Step(X, 20)(centers)[0], reference.nearest(X, centers))
            X = np.nextafter(X, rng.choice([-np.inf, np.inf], size=X.shape))


@pytest.mark.parametrize("size", [1e150, 1.0, 1e-19, 1e-150])
def test_cells_and_rows_give_the_same_labels(size):
    rng = np.random.RandomState(3)
    for case in range(24):
        d, n, k = 1 + case % 8, rng.randint(64, 3000), rng.randint(1, 50)
        X = rng.normal(size=(n, d)) ** (1 + 2 * (case % 2)) * size
        centers = X[rng.choice(n, k)] + rng.normal(size=(k, d)) * 0.1 * size
        rows = np.full(n, -1, dtype=np.int32)
        _steps.RowStep(_data.prepare(X, None, 1), k).assign(centers, rows)
        np.testing.assert_array_equal(Step(X, k)(centers)[0], rows)


def test_centers_on_the_corners_and_faces_of_cells():
    rng = np.random.RandomState(4)
    for d in (1, 2, 3):
        X = rng.randint(0, 8, size=(4000, d)).astype(float)  # cells of equal rows: boxes without any extent
        data = _cells.sort_into_cells(_data.prepare(X, None, 1))
        corners = np.unique(data.cells.boxes.reshape(-1, d), axis=0)
        for k in (2, 9, 30):
            centers = corners[rng.choice(len(corners), size=k)]
            np.testing.assert_array_equal(Step(X, k)(centers)[0], reference.nearest(X, centers))


def test_centers_far_outside_the_data():
    rng = np.random.RandomState(5)
    X = rng.normal(size=(2000, 2))
    for far in (1e3, 1e8, 1e15):
        centers = rng.normal(size=(20, 2)) * far
        labels = Step(X, 20)(centers)[0]
        assert reference.may_be_nearest(X, centers)[np.arange(2000), labels].all()


def test_bits_do_not_depend_on_the_threads():
    rng = np.random.RandomState(6)
    X, weight, centers = rng.normal(size=(20_000, 3)), rng.uniform(size=20_000), rng.normal(size=(32, 3))
    one = Step(X, 32, weight)(centers)
    for n_threads in (2, 3, 100):
        for a, b in zip(one, Step(X, 32, weight, n_threads)(centers), strict=True):
            np.testing.assert_array_equal(a, b)


def test_centers_that_are_not_numbers_lead_to_no_crash():
    # Sums of finite data may overflow. What the labels are then is nobody's business, but they are labels.
    code = """
import numpy as np
from coterie.kmeans import _cells, _data, _steps
data = _cells.sort_into_cells(_data.prepare(np.random.RandomState(0).normal(size=(3000, 2)), None, 1))
for value in (np.nan, np.inf):
    step, labels = _steps.CellStep(data, 20), np.full(3000, -1, dtype=np.int32)
    np.asarray(step.candidates.some_names).fill(1 << 30)
    step.assign(np.full((20, 2), value), labels)
    assert 0 <= labels.min() and labels.max() < 20
"""
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
