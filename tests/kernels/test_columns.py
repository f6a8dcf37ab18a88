"""Passes over the columns: finite or not, sums of deviations and of their squares, largest deviations."""
import math

import numpy as np
import pytest

from coterie._kernels import columns
from coterie._parallel import run

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def sum_strips(values, rows, n_threads=1):
    out = np.full(-(-len(values) // rows), np.nan)
    run(lambda region, slot: columns.sum_strips(values, rows, out, region, slot), len(out), n_threads)
    return out


def deviation_strips(X, center, rows, n_threads=1):
    first, second, largest = np.full((3, -(-len(X) // rows), X.shape[1]), np.nan)
    run(lambda region, slot: columns.deviation_strips(X, center, rows, first, second, largest, region, slot),
        len(first), n_threads)
    return first, second, largest


@DTYPES
def test_sums_are_those_of_each_strip_in_float64(dtype):
    rng = np.random.RandomState(0)
    for n in [1, 2, 7, 8, 9, 15, 16, 17, 64, 1000]:
        values = (rng.normal(size=n) + 1e6).astype(dtype)
        for rows in {1, 3, 8, 13, n}:
            expected = [math.fsum(values[i : i + rows].tolist()) for i in range(0, n, rows)]
            np.testing.assert_allclose(sum_strips(values, rows), expected, rtol=1e-14)


@DTYPES
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_shows_in_the_sum_of_its_strip_alone(dtype, bad):
    for place in range(40):
        values = np.ones(40, dtype=dtype)
        values[place] = bad
        finite = np.isfinite(sum_strips(values, 10))
        assert np.flatnonzero(~finite).tolist() == [place // 10]


@DTYPES
def test_deviations_are_those_of_each_strip(dtype):
    rng = np.random.RandomState(1)
    for n, d in [(1, 1), (2, 3), (63, 1), (64, 2), (65, 5), (129, 20), (7, 130)]:
        X = (rng.normal(size=(n, d)) + 1e6).astype(dtype)
        center = X[n // 2].astype(np.float64) + 0.25
        for rows in {1, 10, n}:
            strips = [X[i : i + rows] - center for i in range(0, n, rows)]
            first, second, largest = deviation_strips(X, center, rows)
            # The terms of `first` cancel: its error is relative to their sizes.
            np.testing.assert_allclose(
                first, [s.sum(axis=0) for s in strips], rtol=1e-13, atol=1e-13 * np.abs(X - center).sum())
            np.testing.assert_allclose(second, [(s**2).sum(axis=0) for s in strips], rtol=1e-13)
            np.testing.assert_array_equal(largest, [np.abs(s).max(axis=0) for s in strips])


def test_bits_do_not_depend_on_the_threads():
    X = np.random.RandomState(2).normal(size=(20_000, 7))
    one = sum_strips(X.ravel(), 1000), *deviation_strips(X, X[0], 500)
    for n_threads in (2, 3, 50):
        more = sum_strips(X.ravel(), 1000, n_threads), *deviation_strips(X, X[0], 500, n_threads)
        for a, b in zip(one, more, strict=True):
            np.testing.assert_array_equal(a, b)
