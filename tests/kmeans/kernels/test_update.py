"""What sums make of the centers."""

import numpy as np
import pytest

from coterie.kmeans._kernels import update


def move_centers(sums, weights, shift, centers, scale=1.0):
    moved, loss = np.full(len(centers), np.nan), np.full(len(centers), np.nan, dtype=np.float32)
    total = update.move_centers(sums, weights, shift, scale, centers, moved, loss)
    return total, loss


def test_strips_are_added_up_into_the_first():
    rng = np.random.RandomState(1)
    for strips, k, d in [(1, 1, 1), (2, 3, 4), (32, 10, 3)]:
        sums, weights = rng.normal(size=(strips, k, d)), rng.randint(1, 3, size=(strips, k)).astype(float)
        expected = sums.sum(axis=0), weights.sum(axis=0)
        update.add_strips(sums, weights)
        np.testing.assert_allclose(sums[0], expected[0], rtol=1e-13, atol=1e-13)
        np.testing.assert_array_equal(weights[0], expected[1])


def test_centers_become_means():
    rng = np.random.RandomState(2)
    for k, d in [(1, 1), (3, 2), (10, 130)]:
        sums, weights, shift = rng.normal(size=(k, d)), rng.uniform(0.1, 3, size=k), rng.normal(size=d) * 1e6
        centers = rng.normal(size=(k, d)) + shift
        before = centers.copy()
        total, _ = move_centers(sums, weights, shift, centers)
        np.testing.assert_allclose(centers, shift + sums / weights[:, None], rtol=1e-15)
        np.testing.assert_allclose(total, ((centers - before) ** 2).sum(), rtol=1e-13)


def test_a_center_without_weight_goes_to_the_heaviest_one():
    sums, weights = np.array([[9.0], [8.0], [7.0], [6.0]]), np.array([0.0, 2.0, 7.0, 0.0])
    centers = np.zeros((4, 1))
    move_centers(sums, weights, np.array([10.0]), centers)
    assert centers.ravel().tolist() == [11, 14, 11, 11]


@pytest.mark.parametrize("seed", range(10))
def test_the_loss_covers_every_movement(seed):
    rng = np.random.RandomState(seed)
    for case in range(30):
        k, d = rng.randint(1, 12), rng.randint(1, 5)
        size = 10.0 ** rng.randint(-30, 30)
        sums, weights, shift = rng.normal(size=(k, d)) * size, rng.uniform(0.1, 3, size=k), rng.normal(size=d)
        centers = shift + sums / weights[:, None] + rng.normal(size=(k, d)) * size * rng.randint(2, size=(k, 1))
        before = centers.copy()
        scale = 2.0 ** rng.randint(-20, 20)
        _, loss = move_centers(sums, weights, shift, centers, scale)
        moved = np.sqrt(((centers.astype(np.longdouble) - before) ** 2).sum(axis=1)) * scale
        for label in range(k):
            others = np.delete(moved, label)
            least = moved[label] + (others.max() if k > 1 else 0)
            rounding = 1 - (d + 8) * np.finfo(np.longdouble).eps  # of the oracle
            assert least * rounding <= loss[label] <= least * (1 + 1e-5) + 1e-40, (case, label)
