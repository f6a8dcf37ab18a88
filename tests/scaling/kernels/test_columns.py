"""A pass over the columns: sums of deviations and of their squares, largest deviations."""

import numpy as np
import pytest

from coterie._runtime.parallel import over
from coterie.scaling._kernels import columns

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def deviation_strips(X, center, rows, n_threads=1):
    first, second, largest = np.full((3, -(-len(X) // rows), X.shape[1]), np.nan)
    over(len(X), rows, n_threads, columns.deviation_strips, X, center, first, second, largest)
    return first, second, largest


@DTYPES
@pytest.mark.parametrize(("n", "d"), [(1, 1), (2, 3), (63, 1), (64, 2), (65, 5), (129, 20), (7, 130)])
def test_deviations_are_those_of_each_strip(n, d, dtype):
    X = (np.random.RandomState(d).normal(size=(n, d)) + 1e6).astype(dtype)
    center = X[n // 2].astype(np.float64) + 0.25
    for rows in {1, 10, n}:
        strips = [X[i : i + rows] - center for i in range(0, n, rows)]
        first, second, largest = deviation_strips(X, center, rows)
        # The terms of `first` cancel: its error is relative to their sizes.
        np.testing.assert_allclose(
            first, [s.sum(axis=0) for s in strips], rtol=1e-13, atol=1e-13 * np.abs(X - center).sum()
        )
        np.testing.assert_allclose(second, [(s**2).sum(axis=0) for s in strips], rtol=1e-13)
        np.testing.assert_array_equal(largest, [np.abs(s).max(axis=0) for s in strips])


def test_bits_do_not_depend_on_the_threads():
    X = np.random.RandomState(2).normal(size=(20_000, 7))
    one = deviation_strips(X, X[0], 500)
    for n_threads in (2, 3, 50):
        more = deviation_strips(X, X[0], 500, n_threads)
        for a, b in zip(one, more, strict=True):
            np.testing.assert_array_equal(a, b)
