"""Seeding: hashes of rows, what trial centers gain, and what a new center changes."""

import tracemalloc

import numpy as np
import pytest
from reference import kmeans as reference

from coterie._runtime.parallel import over
from coterie._runtime.thresholds import thresholds
from coterie.kmeans import _cells, _data, _seeding
from coterie.kmeans._kernels import seeding

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def hash_rows(X, coarsely=False, rows=100, n_threads=1):
    hashes = np.zeros(len(X), dtype=np.uint64)
    over(len(X), rows, n_threads, seeding.hash_rows, X, coarsely, hashes)
    return hashes


def seeder(X, weight, path, n_threads=1):
    data = _data.prepare(X, weight, n_threads)
    return _seeding.Seeder(_cells.sort_into_cells(data) if path == "cells" else data, 10)


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
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("seed", range(4))
def test_gains_and_potentials_are_those_of_the_oracle(seeding_path, seed, dtype, weighted):
    rng = np.random.RandomState(seed)
    for case in range(4 * seed, 4 * seed + 4):
        d = [1, 2, 3, 8][case % 4] if seeding_path == "cells" or case % 2 else [9, 20, 64, 130][case // 2 % 4]
        n = rng.randint(2, 1000 if d < 10 else 200)
        X = (rng.normal(size=(n, d)) + (1e6 if case % 3 == 0 else 0)).astype(dtype)
        weight = rng.randint(0, 3, size=n).astype(float) if weighted else None
        if weighted:
            weight[0] = 1.0
        state = seeder(X, weight, seeding_path)
        X, weight = state.data.X.astype(np.float64), state.data.weight if weighted else None
        to_original = state.data.scale**-2
        # float32 differences of numbers that were shifted and scaled
        size = np.abs(X - X.mean(axis=0)).max() ** 2 * d * n
        tolerance = {"rtol": 1e-5, "atol": 1e-6 * size} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-11 * size}
        chosen = []
        for _ in range(4):
            chosen.append(rng.randint(n))
            state.add(chosen[-1])
            trials = rng.randint(n, size=rng.randint(1, 70))
            gains = state.gains(trials) * to_original
            np.testing.assert_allclose(gains, [reference.gain(X, weight, chosen, t) for t in trials], **tolerance)
            chosen.append(trials[-1])
            state.add(chosen[-1])  # compared with the rows that it gains alone, where rows stand as they are
            closest = reference.squared_distances(X, X[chosen]).min(axis=1)
            np.testing.assert_allclose(state.rows.closest * to_original, closest, **tolerance)
            potential = np.bincount(state.bucket, closest if weight is None else closest * weight, len(state.ends))
            np.testing.assert_allclose(state.potential * to_original, potential, **tolerance)
            assert (state.rows.closest[chosen] == 0).all()
        if seeding_path in ("tiles", "cells"):
            tops = np.maximum.reduceat(state.rows.closest, state.rows.starts[:-1])
            assert (state.rows.farthest >= tops).all()


def rows_of_many_kinds(rng, case, dtype):
    """Rows that are hard to round: far from 0, of very different size, with features that outweigh all others."""
    n, d = rng.randint(1, 400), rng.choice([1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 32, 33, 64, 100, 130, 390])
    X = rng.normal(size=(n, d))
    if case % 8 == 1:
        X += 1e6
    if case % 8 == 2:
        X = np.exp(4 * X)
    if case % 8 == 3:
        X[:, 0] *= 1e5
    if case % 8 == 4:
        X = rng.normal(size=(5, d))[rng.randint(5, size=n)] * 100 + rng.choice([0, 1e-6, 1e-3, 1]) * X
    if case % 8 == 5:
        X *= rng.choice([1e-20, 1e-8, 1e-3, 1, 10], size=(n, 1))
    if case % 8 == 6:
        X = rng.randint(-1, 2, size=(n, d)) * rng.choice([1e-9, 1.0, 1e9])
    if case % 8 == 7:
        X = X * (rng.uniform(size=(n, d)) < 0.1) * 2.0 ** rng.choice([-600, -120, -30, 0, 30, 120, 600])
        X = np.clip(X, -1e38, 1e38) if dtype == np.float32 else X
    return np.ascontiguousarray(X.astype(dtype))


@DTYPES
@pytest.mark.parametrize("seed", range(4))
def test_coarse_rows_change_no_bit(monkeypatch, seed, dtype):
    monkeypatch.setattr(thresholds, "wide_seeding", 0)
    monkeypatch.setattr(thresholds, "coarse_pairs", 2.0)
    rng = np.random.RandomState(seed)
    left = pairs = 0
    for case in range(40):
        X = rows_of_many_kinds(rng, case, dtype)
        weight = rng.uniform(size=len(X)) if case % 3 == 0 else None
        states = []
        for first in (10**9, 0):
            monkeypatch.setattr(thresholds, "coarse_centers", first)
            states.append(seeder(X, weight, "rows"))
        for _ in range(4):
            trials = rng.randint(len(X), size=rng.randint(1, 40))
            gains = [state.gains(trials) for state in states]
            np.testing.assert_array_equal(*gains)
            for state in states:
                state.add(trials[gains[0].argmax()])
            np.testing.assert_array_equal(states[0].rows.closest, states[1].rows.closest)
            np.testing.assert_array_equal(states[0].potential, states[1].potential)
        if hasattr(states[1].rows, "compared"):
            left, pairs = left + states[1].rows.compared.sum(), pairs + len(X) * len(trials)
    assert left < 0.6 * pairs  # they rule out some


def test_coarse_rows_are_given_up_where_they_rule_out_nothing(monkeypatch):
    monkeypatch.setattr(thresholds, "wide_seeding", 0)
    X = np.random.RandomState(6).normal(size=(500, 20))
    X[:, 0] = 0
    X[:25, 0] = 1e6  # less the mean, all other features are rounded away beside this one
    data = _data.prepare(X, None, 1)
    state = _seeding.Seeder(data, 30)
    for row in range(30):
        state.add(row)
        state.gains(np.arange(5))
    assert state.rows.coarse_from > 2


def test_coarse_rows_take_a_byte_a_number(monkeypatch):
    monkeypatch.setattr(thresholds, "coarse_centers", 0)
    X = np.random.RandomState(7).normal(size=(6400, 128)).astype(np.float32)
    data = _data.prepare(X, None, 1)
    tracemalloc.start()
    state = _seeding.Seeder(data, 10)
    state.add(0)
    state.gains(np.arange(8))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.4 * X.nbytes


def test_bits_do_not_depend_on_the_threads(seeding_path):
    rng = np.random.RandomState(4)
    X, weight = rng.normal(size=(20_000, 3)).astype(np.float32), rng.uniform(size=20_000)
    results = []
    for n_threads in (1, 2, 3, 100):
        state = seeder(X, weight, seeding_path, n_threads)
        for row in (5, 500, 15_000):
            state.add(row)
        gains = state.gains(np.arange(0, 20_000, 1000))
        state.add(1000)
        results.append((gains, state.rows.closest, state.potential, state.hashes))
    for result in results[1:]:
        for a, b in zip(results[0], result, strict=True):
            np.testing.assert_array_equal(a, b)


def test_many_trials_at_once(seeding_path):
    X = np.random.RandomState(5).normal(size=(500, 2))
    state = seeder(X, None, seeding_path)
    state.add(0)
    trials = np.arange(64)
    together = state.gains(trials)
    np.testing.assert_allclose(together, [state.gains(trials[i : i + 1])[0] for i in trials], rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------------------------------- draws


def test_draws_are_in_proportion_to_weight_times_squared_distance(seeding_path):
    X = np.array([[0.0], [1.0], [2.0], [4.0], [4.0], [-3.0]])
    weight = np.array([1.0, 2.0, 0.0, 0.5, 0.5, 1.0])
    state = seeder(X, weight, seeding_path)
    X, weight = state.data.X, state.data.weight
    uniform = (np.arange(1000) + 0.5) / 1000
    first = np.bincount(state.first(uniform), minlength=6) / 1000
    np.testing.assert_allclose(first, weight / weight.sum(), atol=0.002)
    center = int((X[:, 0] == 0).argmax())
    state.add(center)
    mass = weight * X[:, 0] ** 2
    np.testing.assert_allclose(np.bincount(state.draw(uniform), minlength=6) / 1000, mass / mass.sum(), atol=0.002)


@pytest.mark.parametrize("d", [1, 3, 8, 30])
def test_rows_drawn_among_many_are_in_proportion(seeding_path, d):
    """Each of 1000 rows, at as many points of the running sum as it has thousandths of a thousandth."""
    rng = np.random.RandomState(d)
    X, weight = rng.normal(size=(1000, min(d, 8) if seeding_path == "cells" else d)), rng.randint(0, 5, size=1000) + 0.0
    state = seeder(X, weight, seeding_path)
    for row in (0, 1, 2):
        state.add(row)
    X, weight = state.data.X, state.data.weight
    mass = weight * reference.squared_distances(X, X[:3]).min(axis=1)
    drawn = np.bincount(state.draw((np.arange(100_000) + 0.5) / 100_000), minlength=1000)
    np.testing.assert_allclose(drawn, 100_000 * mass / mass.sum(), atol=1.001)


def test_the_row_drawn_is_never_one_without_mass():
    mass, ends = np.array([0.0, 1.0, 0.0, 2.0, 0.0, 0.0]), np.array([1, 2, 5, 6])
    potential, aims, buckets = np.array([0.0, 1.0, 2.0, 0.0]), np.empty(4), np.empty(4, dtype=np.intp)
    rows = np.empty(4, dtype=np.intp)
    seeding.find_buckets(potential, np.array([0.0, 0.3, 1 / 3, 1 - 1e-16]), buckets, aims)
    seeding.find_rows(mass, np.empty(0), np.arange(6), ends, buckets, aims, np.empty(3), rows)
    np.testing.assert_array_equal(buckets, [1, 1, 2, 2])
    np.testing.assert_array_equal(rows, [1, 1, 3, 3])
    seeding.find_buckets(potential, np.ones(4), buckets, aims)
    seeding.find_rows(mass, np.empty(0), np.arange(6), ends, buckets, aims + 1e-9, np.empty(3), rows)
    np.testing.assert_array_equal(rows, [3, 3, 3, 3])


@DTYPES
@pytest.mark.parametrize("seed", range(6))
def test_rows_chosen_are_those_of_the_oracle(seeding_path, seed, dtype):
    rng = np.random.RandomState(seed)
    for case in range(6):
        d = rng.choice([1, 2, 3, 5, 8] if seeding_path == "cells" else [1, 2, 3, 5, 8, 9, 16, 33, 64, 100])
        n = rng.randint(2, 200)
        X = (rng.normal(size=(n, d)) + (1000 if case % 3 == 0 else 0)).astype(dtype)
        weight = rng.uniform(size=n) if case % 2 else None
        k, trials = rng.randint(1, min(n, 12) + 1), rng.choice([1, 3, 9, None])
        data = _data.prepare(X, weight, 1)
        order = _seeding.Seeder(data, k).hashes.argsort()
        expected = reference.greedy_draws(X, k, weight, np.random.RandomState(case), order, trials)
        chosen = _seeding.seed(data, k, np.random.RandomState(case), trials)
        np.testing.assert_array_equal(chosen, expected)
