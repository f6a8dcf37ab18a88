"""Square matrices from condensed ones and back: items are moved as they are, whatever the chunks."""

import numpy as np
import pytest

from coterie._runtime.parallel import over
from coterie.distances._kernels import condensed

BITS = pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64])


def to_square(y, n, rows, n_threads=1):
    room = np.full((n + 2, n), 77, y.dtype)
    over(n, rows, n_threads, condensed.to_square, y, room[1:-1])
    assert (room[[0, -1]] == 77).all()
    return room[1:-1]


def to_condensed(square, rows, n_threads=1):
    n = len(square)
    room = np.full(n * (n - 1) // 2 + 2, 77, square.dtype)
    over(n - 1, rows, n_threads, condensed.to_condensed, square, room[1:-1])
    assert room[0] == room[-1] == 77
    return room[1:-1]


@BITS
@pytest.mark.parametrize("rows", [1, 3, 8, 64])
@pytest.mark.parametrize("n", [1, 2, 3, 8, 9, 17, 64, 70])
def test_items_go_where_they_belong(n, rows, dtype):
    expected = np.zeros((n, n), dtype)
    upper = np.triu_indices(n, 1)
    y = np.random.RandomState(n).randint(0, 200, size=len(upper[0])).astype(dtype) << 8 * (dtype().itemsize - 1)
    y = y.astype(dtype) + dtype(5)
    expected[upper] = y
    expected += expected.T
    for n_threads in (1, 3):
        np.testing.assert_array_equal(to_square(y, n, rows, n_threads), expected)
        np.testing.assert_array_equal(to_condensed(expected, rows, n_threads), y)


@BITS
def test_only_the_upper_triangle_is_read(dtype):
    square = np.arange(25, dtype=dtype).reshape(5, 5)
    np.testing.assert_array_equal(to_condensed(square, 2), [1, 2, 3, 4, 7, 8, 9, 13, 14, 19])
