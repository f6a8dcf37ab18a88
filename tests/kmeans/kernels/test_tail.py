# SPDX-License-Identifier: BSD-3-Clause
"""Rows in few directions: distances there are never longer."""

import numpy as np
import pytest

from coterie.kmeans._kernels import tail
from coterie.kmeans._tail import PANEL, find_axes, make_tail, multiply, shifted

KINDS = ["normal", "low rank", "one direction", "equal", "heavy tails", "offset"]


def rows_of(kind, n, d, rng):
    if kind == "low rank":
        return rng.normal(size=(n, 3)) @ rng.normal(size=(3, d))
    if kind == "one direction":
        return np.outer(rng.normal(size=n), np.eye(d)[d // 2])
    if kind == "equal":
        return np.ones((n, d))
    if kind == "heavy tails":
        return rng.standard_cauchy((n, d))
    return rng.normal(size=(n, d)) + (1e6 if kind == "offset" else 0.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_of_coordinates_are_lower_bounds(kind, dtype):
    rng = np.random.default_rng(KINDS.index(kind))
    for n, d, size in [(60, 100, 16), (200, 33, 32), (50, 300, 64)]:
        X = rows_of(kind, n, d, rng).astype(dtype)
        shift = X.mean(axis=0, dtype=np.float64).astype(dtype).astype(np.float64)
        scale = 2.0 ** -np.ceil(np.log2(np.abs(X - shift).max() or 1.0))
        axes = np.linalg.qr(rng.normal(size=(d, size - 1)))[0].T
        found = make_tail(X, axes, shift, scale, 1)
        step, rest = np.asarray(found.about, dtype=np.float64).T
        x = np.asarray(found.numbers) * step[:, None]
        assert (x[:, -1] >= 0).all() and (rest >= 0).all()
        exact = (X.astype(np.float64) - shift) * scale
        squares = (exact * exact).sum(axis=1)
        np.testing.assert_allclose(found.norms, squares, rtol=1e-5, atol=1e-30)
        terms = squares[:, None] + squares
        distances = np.square(exact[:, None] - exact[None]).sum(axis=2)
        lost = np.sqrt(squares)[:, None] * rest + rest[:, None] * (np.sqrt(squares) + rest)
        bounds = terms - 2 * (x @ x.T + lost)
        assert (bounds <= distances + 5e-4 * terms).all()  # the kernels widen by more where rounding may amount to more


def test_directions_of_greatest_variance_come_first():
    rng = np.random.default_rng(1)
    basis = np.linalg.qr(rng.normal(size=(60, 60)))[0]
    spread = np.where(np.arange(60) < 10, 10.0, 0.1)
    X = rng.normal(size=(3000, 60)) * spread @ basis
    axes = find_axes(X, X.mean(axis=0), 1 / 64, 16, 1)
    assert axes.shape == (15, 60)
    np.testing.assert_allclose(axes @ axes.T, np.eye(15), atol=1e-13)
    found = np.square(axes[:10] @ basis[:10].T).sum(axis=0)  # the share of each of the ten directions that was found
    assert found.min() > 0.99


def test_no_axes_where_there_is_no_room():
    X = np.random.default_rng(2).normal(size=(50, 20))
    assert find_axes(X, X.mean(axis=0), 0.25, 15, 1).shape == (0, 20)


@pytest.mark.parametrize("shape", [(1, 1, 1), (7, 33, 5), (100, 700, 40), (49, 16, 300)])
def test_multiply_is_the_product(shape):
    m, d, k = shape
    rng = np.random.default_rng(d)
    a, b = rng.normal(size=(m, d)).astype(np.float32), rng.normal(size=(d, k)).astype(np.float32)
    exact = a.astype(np.float64) @ b.astype(np.float64)
    scale = np.abs(a.astype(np.float64)) @ np.abs(b.astype(np.float64))
    for n_threads in (1, 2):
        assert (np.abs(multiply(a, b, n_threads) - exact) <= 1e-5 * scale).all()


@pytest.mark.parametrize("m, d", [(1, 1), (5, 5), (20, 64), (63, 64)])
def test_orthonormalize(m, d):
    rows = np.random.default_rng(m).normal(size=(m, d))
    tail.orthonormalize(rows)
    np.testing.assert_allclose(rows @ rows.T, np.eye(m), atol=1e-14)


def test_rows_that_depend_on_others_become_some_that_do_not():
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(2, 12))
    rows = np.ascontiguousarray(np.concatenate([rows, rows, np.zeros((2, 12)), rng.normal(size=(2, 12))]))
    tail.orthonormalize(rows)
    np.testing.assert_allclose(rows @ rows.T, np.eye(8), atol=1e-12)


def test_shifted_rows_are_those_of_the_fast_arithmetic():
    X = np.array([[1.0, 2.0], [3.0, 5.0]])
    np.testing.assert_array_equal(shifted(X, np.array([1.0, 1.0]), 0.5), np.array([[0, 0.5], [1, 2]], np.float32))
    assert PANEL == 16
