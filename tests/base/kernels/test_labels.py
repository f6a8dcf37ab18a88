"""Whole numbers are numbered by counting."""

import numpy as np
import pytest

from coterie._base._kernels.labels import number_labels


def number(labels, room):
    labels = np.array(labels, np.int64)
    values, codes = np.empty(room, np.int64), np.empty(len(labels), np.int64)
    count = number_labels(labels, values, codes)
    return values[:count].tolist(), codes.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_labels_are_numbered_as_numpy_does(seed):
    rng = np.random.RandomState(seed)
    for _ in range(50):
        spread, n = rng.randint(1, 200), rng.randint(1, 100)
        labels = rng.randint(-spread, spread + 1, n) + rng.choice([0, -(2**62), 2**62])
        values, codes = np.unique(labels, return_inverse=True)
        assert number(labels, int(np.ptp(labels)) + 1 + rng.randint(3)) == (values.tolist(), codes.tolist())


@pytest.mark.parametrize("labels", [[0, 5], [5, 0], [-(2**63), 2**63 - 1], [2**63 - 1, -1], [0, -(2**63)]])
def test_labels_too_far_apart_for_the_room_are_not_numbered(labels):
    assert number(labels, 5)[0] == []
    assert number([3, *labels], 5)[0] == []


def test_the_ends_of_the_range_are_labels_too():
    assert number([2**63 - 1, 2**63 - 2], 2) == ([2**63 - 2, 2**63 - 1], [1, 0])
    assert number([-(2**63), -(2**63) + 1], 2) == ([-(2**63), -(2**63) + 1], [0, 1])
