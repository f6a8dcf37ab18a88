"""Seeding: hashes of rows, what trial centers gain, and what a new center changes."""

import numpy as np
import pytest
from reference import kmeans as reference

from coterie._runtime.parallel import over
from coterie.kmeans import _cells, _data, _seeding
from coterie.kmeans._kernels import seeding

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
CELLS = pytest.mark.parametrize("cells", [False, True], ids=["rows", "cells"])


def hash_rows(X, coarsely=False, rows=100, n_threads=1):
    hashes = np.zeros(len(X), dtype=np.uint64)
    over(len(X), rows, n_threads, seeding.hash_rows, X, coarsely, hashes)
    return hashes


def seeder(X, weight, cells, n_threads=1):
    data = _data.prepare(X, weight, n_threads)
    return _seeding.Seeder(_cells.sort_into_cells(data) if cells else data)


# ------------------------------------------------------------------------------------------- hashes


@DTYPES
@pytest.mark.parametrize("d", [1, 2, 5, 130])
def test_equal_rows_have_equal_hashes_and_others_have_not(d, dtype):
    X = np.random.RandomState(d).randint(-3, 4, size=(2000, d)).astype(dtype)
    hashes = hash_rows(X)
    _, number = np.unique(X, axis=0, return_inverse=True)
    _, other = np.unique(hashes, return_inverse=True)
    assert len(set(zip(number.ravel().tolist(), other.tolist(), strict=True))) == number.max() + 1
    assert other.max() == number.max()


def test_minus_zero_is_zero():
    a, b = hash_rows(np.array([[0.0, -0.0], [-0.0, 0.0]]))
    assert a == b


def test_coarse_hashes_are_the_same_in_both_precisions():
    X = np.random.RandomState(1).normal(size=(300, 3))
    np.testing.assert_array_equal(hash_rows(X, True), hash_rows(X.astype(np.float32)))
    assert (hash_rows(X, False) != hash_rows(X, True)).any()


@pytest.mark.parametrize("kind", ["integers", "grid", "normal", "near one", "powers"])
def test_hashes_fill_the_buckets_evenly(kind):
    rng = np.random.RandomState(2)
    X = {
        "integers": np.arange(65536.0)[:, None],
        "grid": np.stack(np.meshgrid(*[np.arange(256.0)] * 2), axis=-1).reshape(-1, 2),
        "normal": rng.normal(size=(65536, 3)),
        "near one": 1 + np.arange(65536.0)[:, None] * 2.0**-50,
        "powers": np.ldexp(1 + np.arange(65536) % 64 / 64, np.arange(65536) // 64 - 512)[:, None],
    }[kind]
    sizes = np.bincount((hash_rows(X) >> np.uint64(56)).astype(int), minlength=256)
    # 256 in each bucket: a chi-square of 255 degrees of freedom, 5 standard deviations.
    assert ((sizes - 256) ** 2 / 256).sum() < 255 + 5 * np.sqrt(2 * 255)


# ------------------------------------------------------------------------------------------- gains, potentials


@DTYPES
@CELLS
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("seed", range(4))
def test_gains_and_potentials_are_those_of_the_oracle(seed, dtype, cells, weighted):
    rng = np.random.RandomState(seed)
    for case in range(4 * seed, 4 * seed + 4):
        d = [1, 2, 3, 8][case % 4] if cells or case % 2 else [9, 20, 64, 130][case // 2 % 4]
        n = rng.randint(2, 1000 if d < 10 else 200)
        X = (rng.normal(size=(n, d)) + (1e6 if case % 3 == 0 else 0)).astype(dtype)
        weight = rng.randint(0, 3, size=n).astype(float) if weighted else None
        if weighted:
            weight[0] = 1.0
        state = seeder(X, weight, cells)
        X, weight = state.data.X.astype(np.float64), state.data.weight if weighted else None
        to_original = state.data.scale**-2
        # float32 differences of numbers that were shifted and scaled
        size = np.abs(X - X.mean(axis=0)).max() ** 2 * d * n
        tolerance = {"rtol": 1e-5, "atol": 1e-6 * size} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-11 * size}
        chosen = []
        for _ in range(4):
            chosen.append(rng.randint(n))
            state.add(chosen[-1])
            trials = rng.randint(n, size=5)
            np.testing.assert_allclose(
                state.gains(trials) * to_original, [reference.gain(X, weight, chosen, t) for t in trials], **tolerance
            )
            closest = reference.squared_distances(X, X[chosen]).min(axis=1)
            np.testing.assert_allclose(state.closest * to_original, closest, **tolerance)
            potential = np.bincount(state.bucket, closest if weight is None else closest * weight, len(state.ends))
            np.testing.assert_allclose(state.potential * to_original, potential, **tolerance)
            assert (state.closest[chosen] == 0).all()
        tops = np.maximum.reduceat(state.closest, state.starts[:-1])
        assert (state.farthest >= tops).all()


@CELLS
def test_bits_do_not_depend_on_the_threads(cells):
    rng = np.random.RandomState(4)
    X, weight = rng.normal(size=(20_000, 3)).astype(np.float32), rng.uniform(size=20_000)
    results = []
    for n_threads in (1, 2, 3, 100):
        state = seeder(X, weight, cells, n_threads)
        for row in (5, 500, 15_000):
            state.add(row)
        results.append((state.gains(np.arange(0, 20_000, 1000)), state.closest, state.potential, state.hashes))
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_array_equal(a, b)


@CELLS
def test_many_trials_at_once(cells):
    X = np.random.RandomState(5).normal(size=(500, 2))
    state = seeder(X, None, cells)
    state.add(0)
    trials = np.arange(64)
    together = state.gains(trials)
    np.testing.assert_allclose(together, [state.gains(trials[i : i + 1])[0] for i in trials], rtol=1e-12, atol=1e-12)


def test_draws_are_in_proportion_to_weight_times_squared_distance():
    X = np.array([[0.0], [1.0], [2.0], [4.0], [4.0], [-3.0]])
    weight = np.array([1.0, 2.0, 0.0, 0.5, 0.5, 1.0])
    state = seeder(X, weight, False)
    uniform = (np.arange(1000) + 0.5) / 1000
    np.testing.assert_allclose(np.bincount(state.first(uniform), minlength=6) / 1000, weight / 5, atol=0.002)
    state.add(0)
    mass = weight * X[:, 0] ** 2
    np.testing.assert_allclose(np.bincount(state.draw(uniform), minlength=6) / 1000, mass / mass.sum(), atol=0.002)
