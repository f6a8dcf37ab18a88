"""k-means||: candidates from a few rounds, the same wherever the rows are, and centers from the candidates."""

import math
from fractions import Fraction

import numpy as np
import pytest
from reference import kmeans as reference

from coterie import KMeans
from coterie.kmeans import _data, _rounds

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
KEYS = np.random.RandomState(0).randint(1 << 63, size=100, dtype=np.uint64)


def prepared(X, weight=None, n_threads=1):
    X = np.asarray(X)
    return X, _data.prepare(X, None if weight is None else np.asarray(weight, dtype=float), n_threads)


def candidates(X, weight, keys, n_draws):
    """Candidates after one round for each key but the first, and their weights."""
    sampler = _rounds.Sampler(*prepared(X, weight))
    sampler.add(sampler.first(keys[0]))
    for key in keys[1:]:
        if len(drawn := sampler.draw(key, n_draws)):
            sampler.add(drawn)
    return X[sampler.candidates], sampler.weights_of_candidates()


def start(X, k, weight=None, seed=0, n_threads=1):
    """Where KMeans starts, in the data's own units."""
    rows = _rounds.seed_in_rounds(*prepared(X, weight, n_threads), k, np.random.RandomState(seed))
    return np.asarray(X)[rows]


def as_rows(X):
    return sorted(map(tuple, np.asarray(X, dtype=float).tolist()))


# ------------------------------------------------------------------------------------------- candidates


@DTYPES
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("seed", range(8))
def test_candidates_are_those_of_rows_in_blocks(seed, dtype, weighted):
    """Whole numbers: squared distances are exact in any order of the features, and many rows are equal."""
    rng = np.random.RandomState(seed)
    n, d = rng.randint(1, 150), rng.randint(1, 6)
    X = (rng.randint(-9, 10, size=(n, d)) ** rng.randint(1, 4)).astype(dtype)
    weight = rng.randint(0, 4, size=n) * [1.0, 0.1, 2.0**-600, 1e12][seed % 4] if weighted else np.ones(n)
    weight[rng.randint(n)] += 2 * weight.max() + 1e-3
    keys = KEYS[seed : seed + rng.randint(1, 6)]
    n_draws = rng.randint(1, 30)
    found, shares = candidates(X, weight if weighted else None, keys, n_draws)

    order = rng.permutation(n)
    ends = np.sort(rng.randint(n + 1, size=rng.randint(4)))
    blocks = [some for some in np.split(order, ends) if len(some)]
    if not weighted:
        weight = np.ones(n)
    expected, of_expected = reference.candidates_in_rounds(
        [X[some].astype(float) for some in blocks], [weight[some] for some in blocks], keys.tolist(), n_draws
    )
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(shares / shares.sum(), of_expected / of_expected.sum())


def test_the_first_candidate_is_drawn_in_proportion_to_the_weights():
    sampler = _rounds.Sampler(*prepared([[0.0], [1.0], [2.0], [4.0], [4.0], [-3.0]], [1, 2, 0, 0.5, 0.5, 1]))
    keys = np.random.RandomState(1).randint(1 << 63, size=4000, dtype=np.uint64)
    counts = np.bincount([sampler.first(key)[0] for key in keys], minlength=6)
    np.testing.assert_allclose(counts / 4000, np.array([1, 2, 0, 1, 0, 1]) / 5, atol=0.03)


def test_draws_are_in_proportion_to_weight_times_squared_distance():
    rng = np.random.RandomState(2)
    X, weight = rng.normal(size=(60, 2)), rng.uniform(size=60)
    X[7] += 20
    sampler = _rounds.Sampler(*prepared(X, weight))
    sampler.add(np.array([0, 5]))
    mass = weight * reference.squared_distances(X, X[[0, 5]]).min(axis=1)
    keys = rng.randint(1 << 63, size=2000, dtype=np.uint64)
    for n_draws in (8, 30):
        counts = np.bincount(np.concatenate([sampler.draw(key, n_draws) for key in keys]), minlength=60)
        np.testing.assert_allclose(counts / 2000, np.minimum(1, n_draws * mass / mass.sum()), atol=0.06)


@pytest.mark.parametrize("spread", [0, 20, 500])
def test_sums_are_exact(spread):
    rng = np.random.RandomState(spread)
    values = np.ldexp(rng.uniform(size=70_000), rng.randint(-spread, spread + 1, size=70_000))
    values[::7] = 0
    total = _rounds.exact_sum(values)
    assert float(total) == math.fsum(values)
    assert total == sum(map(_rounds.exact_sum, np.split(rng.permutation(values), [1, 5, 66_000])))
    assert _rounds.exact_sum(values[:100]) == sum(map(Fraction, values[:100].tolist()))


def test_tiny_numbers_are_summed_up_exactly():
    assert _rounds.exact_sum(np.array([5e-324, 1.0, 2.0**-1022])) == 1 + Fraction(5e-324) + Fraction(2) ** -1022
    assert _rounds.exact_sum(np.zeros(3)) == 0


# ------------------------------------------------------------------------------------------- centers


@DTYPES
@pytest.mark.parametrize("offset", [0, 1e6])
def test_neither_the_order_of_rows_nor_threads_matter(offset, dtype):
    rng = np.random.RandomState(3)
    X = (rng.normal(size=(5000, 7)) + offset).astype(dtype)
    weight = rng.uniform(size=5000)
    order = rng.permutation(5000)
    for some in (None, weight):
        given = start(X, 40, some)
        np.testing.assert_array_equal(start(X[order], 40, None if some is None else some[order]), given)
        for n_threads in (2, 3, 5):
            np.testing.assert_array_equal(start(X, 40, some, n_threads=n_threads), given)


@DTYPES
@pytest.mark.parametrize("exponent", [0, -508])
def test_a_weight_is_a_number_of_equal_rows(exponent, dtype):
    rng = np.random.RandomState(4)
    X = np.ldexp(rng.normal(size=(300, 3)), exponent if dtype == np.float64 else 0).astype(dtype)
    weight = rng.randint(0, 4, size=300)
    weight[:3] = 3
    weight[np.abs(X).max(axis=1).argmax()] = 0  # then the power of two that rows are divided by is another one
    repeated = rng.permutation(np.repeat(X, weight, axis=0))
    np.testing.assert_array_equal(start(X, 20, weight), start(repeated, 20))


def test_both_precisions_draw_alike():
    X = np.random.RandomState(5).normal(size=(3000, 4)).astype(np.float32)
    np.testing.assert_array_equal(start(X, 30), start(X.astype(float), 30))


@pytest.mark.parametrize("exponent", [-300, 300])
def test_the_size_of_the_weights_does_not_matter(exponent):
    X, weight = np.random.RandomState(7).normal(size=(500, 3)), np.random.RandomState(8).uniform(size=500)
    np.testing.assert_array_equal(start(X, 20, np.ldexp(weight, exponent)), start(X, 20, weight))


@DTYPES
@pytest.mark.parametrize(("n", "k"), [(1, 1), (2, 1), (2, 2), (3, 2), (12, 12), (30, 29), (300, 300)])
@pytest.mark.parametrize("seed", range(3))
def test_each_row_is_a_center_at_most_once(seed, n, k, dtype):
    X = np.random.RandomState(seed).normal(size=(n, 2)).astype(dtype)
    found = as_rows(start(X, k, seed=seed))
    assert len(set(found)) == k and set(found) <= set(as_rows(X))


@pytest.mark.parametrize("kind", ["powers", "cauchy", "near", "vanishing"])
def test_rows_of_very_different_distance_are_all_found(kind):
    rng = np.random.RandomState(9)
    X = {
        "powers": 10.0 ** np.arange(-60, 60, 3)[:, None],  # one row has nearly all of the potential, again and again
        "cauchy": rng.standard_cauchy(size=(40, 2)),
        "near": 1 + np.arange(40)[:, None] * 2.0**-52,
        "vanishing": np.append(np.arange(20.0), np.arange(1, 21) * 1e-200)[:, None],
    }[kind]
    assert as_rows(start(X, len(X))) == as_rows(X)


def test_fewer_distinct_rows_than_centers():
    X = np.repeat([[0.0, 1.0], [2.0, 3.0]], 5, axis=0)
    assert set(as_rows(start(X, 4))) == {(0.0, 1.0), (2.0, 3.0)}
    assert as_rows(start(np.ones((6, 2)), 6)) == [(1.0, 1.0)] * 6


def test_rows_of_weight_zero_are_no_candidates():
    rng = np.random.RandomState(10)
    X = rng.normal(size=(60, 2))
    weight = np.arange(60) % 3 == 0
    assert as_rows(start(X, 20, weight)) == as_rows(X[::3])
    assert set(as_rows(start(X, 25, weight))) == set(as_rows(X[::3]))
    equal = np.concatenate([X, X])  # half of each row has no weight
    assert as_rows(start(equal, 20, np.append(np.zeros(60), weight))) == as_rows(X[::3])


# ------------------------------------------------------------------------------------------- as an option


@DTYPES
@pytest.mark.parametrize("exponent", [-600, 0, 600])
def test_far_clusters_are_all_found(exponent, dtype):
    rng = np.random.RandomState(12)
    groups = rng.randint(40, size=2000)
    X = rng.normal(size=(2000, 8)) + 100 * rng.normal(size=(40, 8))[groups]
    X = np.ldexp(X, exponent if dtype == np.float64 else exponent // 10).astype(dtype)
    for seed in range(3):
        model = KMeans(40, init="k-means||", random_state=seed).fit(X)
        assert len(set(zip(groups.tolist(), model.labels_.tolist(), strict=True))) == 40


def test_an_estimator_starts_there():
    X = np.random.RandomState(13).normal(size=(400, 3))
    model = KMeans(9, init="k-means||", random_state=5).fit(X)
    same = KMeans(9, init=start(X, 9, seed=5)).fit(X)
    np.testing.assert_array_equal(model.labels_, same.labels_)
    assert model.inertia_ == same.inertia_ and model.n_iter_ == same.n_iter_
