"""Distances between points in tiles, whatever the blocks; at each instruction level (test_simd.py)."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from reference import distances as reference

from coterie._runtime._kernels import simd
from coterie._runtime.parallel import over
from coterie.distances._kernels import pairwise

TILE = pairwise.TILE
AS_SCIPY = ["sqeuclidean", "euclidean", "manhattan", "chebyshev"]  # to the bit, at every level
WITH_MISSING = ["gower", "nan_euclidean"]  # and these as well
P = 3.5
GOWER = ("is_category", "weights", "ranges")  # what its definition takes


def points(X, metric, n_threads=1, tiles_per_chunk=1):
    n, d = X.shape
    kind = pairwise.KINDS[metric]
    n_tiles = max(1, -(-n // TILE))
    tiles = np.full((n_tiles, pairwise.numbers_per_point(d, kind), TILE), np.nan)
    columns = np.concatenate([[d, d], np.ones(2 * d)]) if metric == "gower" else None  # all are numbers
    laid = pairwise.Points(tiles, n, d, kind, P, bool(np.isnan(X).any()), columns)
    over(n_tiles, tiles_per_chunk, n_threads, pairwise.pack, X, laid)
    return laid, tiles


def condensed(X, metric, rows=8, columns=2 * TILE, n_threads=1):
    laid, _ = points(X, metric, n_threads)
    size = len(X) * (len(X) - 1) // 2
    room = np.full(size + 2, -7.0)
    n_blocks = -(-len(X) // rows) * -(-len(X) // columns)
    over(n_blocks, 1, n_threads, pairwise.condensed, laid, rows, columns, room[1:-1])
    assert room[0] == room[-1] == -7
    return room[1:-1]


def rectangle(X, Y, metric, rows=8, columns=2 * TILE, n_threads=1):
    one, many = points(X, metric, n_threads)[0], points(Y, metric, n_threads)[0]
    room = np.full((len(X) + 2, len(Y)), -7.0)
    n_blocks = -(-len(X) // rows) * -(-len(Y) // columns)
    over(n_blocks, 1, n_threads, pairwise.rectangle, one, many, rows, columns, room[1:-1])
    assert (room[[0, -1]] == -7).all()
    return room[1:-1]


def rows_for(metric, n, d=5, seed=0):
    rng = np.random.RandomState(seed)
    if metric == "haversine":
        return np.column_stack([rng.uniform(-1.57, 1.57, n), rng.uniform(-7, 7, n)])
    X = rng.randint(0, 2, size=(n, d)) if metric == "dice" else rng.normal(size=(n, d)).round(2)
    X = np.asarray(X, dtype=np.float64)
    X[rng.rand(n) < 0.1] = 0
    X[rng.rand(*X.shape) < 0.2] = 0
    if metric in WITH_MISSING:
        X[rng.rand(*X.shape) < 0.2] = np.nan
    return X


def kwargs(metric):
    return {"p": P} if metric == "minkowski" else {}


# ------------------------------------------------------------------------------------------- the layout


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 15, 16, 17, 50])
def test_points_lie_transposed_in_tiles(n, dtype):
    X = np.random.RandomState(n).normal(size=(n, 3)).astype(dtype)
    for n_threads in (1, 3):
        laid, tiles = points(X, "euclidean", n_threads)
        assert (laid.n, laid.d, tiles.shape[1:]) == (n, 3, (3, TILE))
        np.testing.assert_array_equal(tiles.transpose(0, 2, 1).reshape(-1, 3)[:n], X)
        assert not tiles.transpose(0, 2, 1).reshape(-1, 3)[n:].any()


def test_what_a_point_has_beside_its_features():
    X = np.array([[0.5, 1.0], [3.0, 4.0]])
    for metric, expected in {"euclidean": None, "haversine": np.cos(X[:, 0]), "cosine": [0.3125, 25 / 64]}.items():
        kind = pairwise.KINDS[metric]
        assert pairwise.numbers_per_point(2, kind) == 2 + (expected is not None)
        if expected is not None:  # for cosine of rows that were divided by 2 and by 8
            np.testing.assert_allclose(points(X, metric)[1][0, 2, :2], expected, rtol=1e-15)
    assert pairwise.numbers_per_point(0, pairwise.KINDS["euclidean"]) == 1


# ------------------------------------------------------------------------------------------- the distances


def test_there_is_a_kernel_for_each_distance():
    assert set(pairwise.KINDS) == set(reference.DISTANCES)


@pytest.mark.parametrize("metric", pairwise.KINDS)
def test_pairs_are_at_the_distance_of_the_definition(metric):
    X, Y = rows_for(metric, 37), rows_for(metric, 21, seed=1)
    rtol, atol = (0, 0) if metric in AS_SCIPY + WITH_MISSING else (1e-13, 2e-15)
    np.testing.assert_allclose(condensed(X, metric), reference.pdist(X, metric, **kwargs(metric)), rtol, atol)
    np.testing.assert_allclose(rectangle(X, Y, metric), reference.cdist(X, Y, metric, **kwargs(metric)), rtol, atol)


@pytest.mark.parametrize("metric", pairwise.KINDS)
def test_bits_depend_on_the_two_points_alone(metric):
    X, Y = rows_for(metric, 71), rows_for(metric, 40, seed=1)
    square = rectangle(X, X, metric, 64, 5 * TILE)
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(square[np.triu_indices(71, 1)], condensed(X, metric))
    for i in (0, 33, 70):
        np.testing.assert_array_equal(rectangle(X[i : i + 1].copy(), Y, metric)[0], rectangle(X, Y, metric)[i])
        np.testing.assert_array_equal(rectangle(Y, X[i : i + 1].copy(), metric)[:, 0], rectangle(X, Y, metric)[i])


@pytest.mark.parametrize("metric", pairwise.KINDS)
@pytest.mark.parametrize("rows, columns", [(4, TILE), (12, TILE), (20, 3 * TILE), (64, 2048)])
def test_blocks_and_threads_do_not_matter(metric, rows, columns):
    X, Y = rows_for(metric, 67), rows_for(metric, 50, seed=1)
    for n_threads in (1, 2, 3, 7):
        np.testing.assert_array_equal(condensed(X, metric, rows, columns, n_threads), condensed(X, metric))
        np.testing.assert_array_equal(rectangle(X, Y, metric, rows, columns, n_threads), rectangle(X, Y, metric))


@pytest.mark.parametrize("metric", WITH_MISSING)
def test_bits_do_not_depend_on_whether_other_points_have_missing_numbers(metric):
    X = np.random.RandomState(0).normal(size=(40, 7))
    Y = np.concatenate([X[:20], np.full((1, 7), np.nan)])
    for some in (X, X[:20].copy(), Y):
        np.testing.assert_array_equal(rectangle(X, some, metric)[:, :20], reference.cdist(X, X[:20], metric))
    assert np.isnan(rectangle(X, Y, metric)[:, 20]).all()
    euclidean = rectangle(X, X, "euclidean")
    np.testing.assert_array_equal(rectangle(X, X, "nan_euclidean"), euclidean)


@pytest.mark.parametrize("n_numbers", [0, 1, 5, 9])
def test_columns_of_gower_have_kinds_and_weights(n_numbers):
    """Of 9 columns, of which those of numbers come first."""
    rng = np.random.RandomState(n_numbers)
    X, weights, ranges = rng.randint(0, 4, size=(50, 9)) + 0.0, rng.rand(9), 1 + rng.rand(9)
    X[:, :n_numbers] += rng.rand(50, n_numbers)
    for missing in (False, True):
        if missing:
            X[rng.rand(50, 9) < 0.4] = np.nan
        is_category = [j >= n_numbers for j in range(9)]
        steps = np.where(is_category, weights, weights / ranges)
        columns = np.concatenate([[n_numbers, weights.cumsum()[-1]], steps, weights])
        tiles = np.empty((4, 9, TILE))
        laid = pairwise.Points(tiles, 50, 9, pairwise.KINDS["gower"], 0.0, missing, columns)
        over(4, 1, 1, pairwise.pack, X, laid)
        found = np.empty((50, 50))
        over(7, 1, 2, pairwise.rectangle, laid, laid, 8, 4 * TILE, found)
        known = [list(each) for each in (is_category, weights, ranges)]
        np.testing.assert_array_equal(found, reference.cdist(X, X, "gower", **dict(zip(GOWER, known, strict=True))))
    with pytest.raises(ValueError, match="steps and weights of all columns"):
        pairwise.Points(tiles, 50, 9, pairwise.KINDS["gower"], 0.0, True, columns[:-1])


@pytest.mark.parametrize("d", [1, 2, 3, 15, 16, 17, 40])
@pytest.mark.parametrize("metric", AS_SCIPY + WITH_MISSING)
def test_any_number_of_features_is_added_up_in_order(metric, d):
    X = 1e6 + np.random.RandomState(d).normal(size=(34, d))
    np.testing.assert_array_equal(condensed(X, metric), reference.pdist(X, metric))


@pytest.mark.parametrize("metric", AS_SCIPY)
@pytest.mark.parametrize("n", [1, 2, 3, 15, 16, 17, 32, 33, 64, 65])
def test_any_number_of_points_is_paired(metric, n):
    X = np.random.RandomState(n).normal(size=(n, 2))
    np.testing.assert_array_equal(condensed(X, metric), reference.pdist(X, metric))
    np.testing.assert_array_equal(rectangle(X, X[:3].copy(), metric), reference.cdist(X, X[:3], metric))


@pytest.mark.parametrize("metric", sorted(set(pairwise.KINDS) - {"haversine", "braycurtis", "dice"}))
def test_equal_points_are_at_no_distance(metric):
    rng = np.random.RandomState(0)
    for d in (2, 3, 10, 100):
        X = np.repeat(rng.normal(size=(200, d)) * 10.0 ** rng.randint(-5, 6, size=(200, 1)), 2, axis=0)
        assert not rectangle(X, X, metric)[np.arange(0, 400, 2), np.arange(1, 400, 2)].any()


def digest():
    """Of what is the same at every instruction level."""
    found = hashlib.sha256()
    for metric in sorted(set(pairwise.KINDS) - {"cosine", "correlation"}):
        X = rows_for(metric, 70, 9) * (1 if metric == "dice" else 1.1)
        found.update(condensed(X, metric).tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("level", simd.supported())
def test_bits_do_not_depend_on_the_instruction_level(level):
    code = f"import sys; sys.path[:0] = {sys.path!r}; from kernels.test_pairwise import digest; print(digest())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        env={**os.environ, "COTERIE_SIMD": level},
    )
    assert done.stdout.strip() == digest()
