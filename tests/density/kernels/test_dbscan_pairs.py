"""DBSCAN from all pairs: marks, stored pairs, sets of core points and their numbers, border points."""

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime.parallel import over
from coterie.density._kernels import dbscan_pairs

NONE = np.empty(0)


@pytest.fixture(params=["", "interrupted"], autouse=True)
def pauses(request):
    if request.param:
        request.getfixturevalue("interrupted")


def as_marks(near):
    """near[r, c] as bit c % 64 of word c // 64 of row r."""
    rows, columns = near.shape
    marks = np.zeros((rows, -(-columns // 64)), np.uint64)
    for r, c in zip(*np.nonzero(near), strict=True):
        marks[r, c // 64] |= np.uint64(1) << np.uint64(c % 64)
    return marks


def mark(block, radius, diagonal, n_threads=1):
    marks = np.full((len(block), -(-block.shape[1] // 64)), 99, np.uint64)
    not_numbers = np.zeros(len(block), np.int64)
    over(len(block), 3, n_threads, dbscan_pairs.mark_within, block, radius, diagonal, marks, not_numbers)
    return marks, not_numbers


def some_neighbors(rng, n):
    """Who is within the radius of whom, symmetric, each of itself."""
    near = rng.uniform(size=(n, n)) < rng.uniform(0, 0.3)
    near |= near.T
    np.fill_diagonal(near, True)
    return near


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_pairs_within_the_radius_are_marked(n_threads, seed):
    rng = np.random.RandomState(seed)
    for _ in range(10):
        R, C = rng.randint(1, 90), rng.randint(1, 200)
        block = rng.randint(0, 5, size=(R, C)).astype(float)
        marks, not_numbers = mark(block, 2.0, -R, n_threads)
        np.testing.assert_array_equal(marks, as_marks(block <= 2))
        assert not not_numbers.any()


@pytest.mark.parametrize("n", [1, 2, 63, 64, 65, 130])
def test_a_diagonal_is_marked_and_what_is_left_of_it_is_not_read(n):
    block = np.random.RandomState(n).randint(0, 5, size=(n, n)).astype(float)
    expected = np.triu(block <= 2, 1) | np.eye(n, dtype=bool)
    block[np.tril_indices(n)] = np.nan
    marks, not_numbers = mark(block, 2.0, 0)
    np.testing.assert_array_equal(marks, as_marks(expected))
    assert not not_numbers.any()


def test_rows_with_distances_that_are_not_numbers_are_told():
    block = np.ones((7, 70))
    block[2, 69] = block[5, 0] = np.nan
    marks, not_numbers = mark(block, 2.0, -7)
    assert np.flatnonzero(not_numbers).tolist() == [2, 5]
    np.testing.assert_array_equal(marks, as_marks(block <= 2))


def count_tiles(near, tile, state, when_full=None):
    """Count the pairs of the upper triangle, tile by tile. Returns how often there was no room for more."""
    upper, full = np.triu(near), 0
    for row in range(0, len(near), tile):
        for column in range(row, len(near), tile):
            marks = as_marks(upper[row : row + tile, column : column + tile])
            state.row = 0
            while state.row < len(marks):
                over(len(marks) - state.row, 1, 1, dbscan_pairs.count_marked, state, marks, row, column)
                if state.row < len(marks):
                    full += 1
                    when_full()
            assert not marks.any()
    return full


@pytest.mark.parametrize("room", [0, 1, 7, 10_000])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_counting_and_uniting_tile_by_tile(room, weighted, seed):
    rng = np.random.RandomState(seed)
    for _ in range(10):
        n, least = rng.randint(1, 150), float(rng.randint(1, 9))
        near, weights = some_neighbors(rng, n), rng.randint(0, 3, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(near, least, weights if weighted else None)
        count, parent, pairs = np.zeros(n), np.arange(n), np.empty((room, 2), np.int64)
        state = dbscan_pairs.PairState(weights, least, count, parent, pairs)

        def make_room():
            nonlocal pairs
            dbscan_pairs.unite_stored(state)  # noqa: B023
            pairs = np.concatenate([pairs[: state.n_pairs], np.empty((50, 2), np.int64)])  # noqa: B023
            state.store_in(pairs, state.n_pairs)  # noqa: B023

        full = count_tiles(near, 64, state, make_room)
        np.testing.assert_array_equal(count, near @ (weights if weighted else np.ones(n)))
        found = np.empty(n, np.int64)
        cores = is_core.view(np.uint8)
        if not room:  # nothing was stored: only pairs of points that were core points by then are united
            dbscan_pairs.number_sets(cores, parent, found)
            assert len(set(zip(found[is_core], labels[is_core], strict=True))) == found.max() + 1
            continue
        assert not full or room < 10_000
        dbscan_pairs.unite_stored(state)
        stored = pairs[: state.n_pairs]
        assert not (is_core[stored[:, 0]] & is_core[stored[:, 1]]).any()
        assert dbscan_pairs.number_sets(cores, parent, found) == labels.max() + 1
        dbscan_pairs.label_borders_stored(stored, cores, found)
        np.testing.assert_array_equal(found, labels)


def test_weights_are_added_in_the_order_of_the_rows():
    rng = np.random.RandomState(3)
    n = 150
    near, weights = some_neighbors(rng, n), rng.uniform(size=n) * 10.0 ** rng.randint(-9, 9, n)
    count = np.zeros(n)
    count_tiles(near, 64, dbscan_pairs.PairState(weights, np.inf, count, np.arange(n), np.empty((0, 2), np.int64)))
    for i in range(n):
        total = 0.0
        for j in np.flatnonzero(near[i]):
            total += weights[j]
        assert count[i] == total


@pytest.mark.parametrize("seed", range(4))
def test_blocks_of_core_points_and_of_others(seed):
    rng = np.random.RandomState(seed)
    for _ in range(10):
        n = rng.randint(2, 150)
        near, least = some_neighbors(rng, n), rng.randint(1, 9)
        labels, is_core = reference.dbscan(near, least)
        inner, outer = rng.permutation(np.flatnonzero(is_core)), np.flatnonzero(~is_core)
        if not len(inner):
            continue
        parent, found = np.arange(n), np.empty(n, np.int64)
        marks = as_marks(np.triu(near[np.ix_(inner, inner)]))
        over(len(inner), 1, 1, dbscan_pairs.unite_marked, marks, inner, inner, parent)
        assert dbscan_pairs.is_one_set(inner, inner[:1], parent) == (labels.max() == 0)
        assert dbscan_pairs.number_sets(is_core.view(np.uint8), parent, found) == labels.max() + 1
        if len(outer):
            marks = as_marks(near[np.ix_(inner, outer)])
            over(len(inner), 1, 1, dbscan_pairs.label_borders_marked, marks, inner, outer, found)
        np.testing.assert_array_equal(found, labels)
