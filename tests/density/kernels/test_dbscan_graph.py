"""DBSCAN pair by pair: marks, pairs that are kept, sets and their numbers; walks over matrices and graphs."""

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime.parallel import run
from coterie.density._kernels import dbscan_graph

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


def mark(block, bound, diagonal, n_threads=1):
    marks = np.full((len(block), -(-block.shape[1] // 64)), 99, np.uint64)
    not_numbers = np.zeros(len(block), np.int64)
    run(
        lambda region, slot: dbscan_graph.mark_near(block, bound, diagonal, 3, marks, not_numbers, region, slot),
        -(-len(block) // 3),
        n_threads,
    )
    return marks, not_numbers


def some_sets(rng, n):
    """Who is near whom, symmetric, each to itself."""
    near = rng.uniform(size=(n, n)) < rng.uniform(0, 0.3)
    near |= near.T
    np.fill_diagonal(near, True)
    return near


@pytest.mark.parametrize("n_threads", [1, 3])
def test_near_pairs_are_marked(n_threads):
    rng = np.random.RandomState(0)
    for _ in range(60):
        R, C = rng.randint(1, 90), rng.randint(1, 200)
        block = rng.randint(0, 5, size=(R, C)).astype(float)
        marks, not_numbers = mark(block, 2.0, -R, n_threads)
        np.testing.assert_array_equal(marks, as_marks(block <= 2))
        assert not not_numbers.any()


def test_on_the_diagonal_a_point_is_near_itself_and_what_is_left_is_not_looked_at():
    rng = np.random.RandomState(1)
    for n in (1, 2, 63, 64, 65, 130):
        block = rng.randint(0, 5, size=(n, n)).astype(float)
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


@pytest.mark.parametrize("room", [0, 1, 7, 10_000])
@pytest.mark.parametrize("weighted", [False, True])
def test_counting_and_uniting_block_by_block(room, weighted):
    rng = np.random.RandomState(2)
    for _ in range(40):
        n, least, tile = rng.randint(1, 150), float(rng.randint(1, 9)), 64
        near, weights = some_sets(rng, n), rng.randint(0, 3, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(near, least, weights if weighted else None)
        count, parent, state = np.zeros(n), np.arange(n), np.zeros(2, np.int64)
        pairs, full = np.empty((room, 2), np.int64), 0
        upper = np.triu(near)
        for row in range(0, n, tile):
            for column in range(row, n, tile):
                marks = as_marks(upper[row : row + tile, column : column + tile])
                state[1] = first = 0
                while first < len(marks):
                    run(
                        lambda region, slot: dbscan_graph.count_marked(
                            marks, row, column, weights, least, count, parent, pairs, first, state, region, slot
                        ),
                        len(marks) - first,
                        1,
                    )
                    first = int(state[1])
                    if first < len(marks):
                        full += 1
                        dbscan_graph.unite_stored(count, least, parent, pairs, state)
                        pairs = np.concatenate([pairs[: state[0]], np.empty((50, 2), np.int64)])
                assert not marks.any()
        np.testing.assert_array_equal(count, near @ (weights if weighted else np.ones(n)))
        found = np.empty(n, np.int64)
        cores = is_core.view(np.uint8)
        if not room:  # nothing was kept: only pairs of points that were core points by then are united
            dbscan_graph.number_sets(cores, parent, found)
            assert len(set(zip(found[is_core], labels[is_core], strict=True))) == found.max() + 1
            continue
        assert not full or room < 10_000
        dbscan_graph.unite_stored(count, least, parent, pairs, state)
        assert not (is_core[pairs[: state[0], 0]] & is_core[pairs[: state[0], 1]]).any()
        assert dbscan_graph.number_sets(cores, parent, found) == labels.max() + 1
        dbscan_graph.join_stored(pairs[: state[0]], cores, found)
        np.testing.assert_array_equal(found, labels)


def test_weights_are_added_in_the_order_of_the_rows():
    rng = np.random.RandomState(3)
    n, tile = 150, 64
    near, weights = some_sets(rng, n), rng.uniform(size=n) * 10.0 ** rng.randint(-9, 9, n)
    count, state, upper = np.zeros(n), np.zeros(2, np.int64), np.triu(near)
    for row in range(0, n, tile):
        for column in range(row, n, tile):
            marks = as_marks(upper[row : row + tile, column : column + tile])
            state[1] = 0
            run(
                lambda region, slot: dbscan_graph.count_marked(
                    marks,
                    row,
                    column,
                    weights,
                    np.inf,
                    count,
                    np.arange(n),
                    np.empty((0, 2), np.int64),
                    0,
                    state,
                    region,
                    slot,
                ),
                len(marks),
                1,
            )
    for i in range(n):
        total = 0.0
        for j in np.flatnonzero(near[i]):
            total += weights[j]
        assert count[i] == total


def test_blocks_of_core_points_and_of_others():
    rng = np.random.RandomState(4)
    for _ in range(40):
        n = rng.randint(2, 150)
        near, least = some_sets(rng, n), rng.randint(1, 9)
        labels, is_core = reference.dbscan(near, least)
        inner, outer = rng.permutation(np.flatnonzero(is_core)), np.flatnonzero(~is_core)
        if not len(inner):
            continue
        parent, found = np.arange(n), np.empty(n, np.int64)
        marks = as_marks(np.triu(near[np.ix_(inner, inner)]))
        run(
            lambda region, slot: dbscan_graph.unite_marked(marks, inner, inner, parent, region, slot),  # noqa: B023
            len(inner),
            1,
        )
        assert dbscan_graph.is_one_set(inner, inner[:1], parent) == (labels.max() == 0)
        assert dbscan_graph.number_sets(is_core.view(np.uint8), parent, found) == labels.max() + 1
        if len(outer):
            marks = as_marks(near[np.ix_(inner, outer)])
            run(
                lambda region, slot: dbscan_graph.join_marked(marks, inner, outer, found, region, slot),  # noqa: B023
                len(inner),
                1,
            )
        np.testing.assert_array_equal(found, labels)


# ------------------------------------------------------------------------------------------- given distances


def walk(walk_from, is_core, *first, steps):
    """A walk in regions of a few core points each, as where it is interrupted."""
    n = len(is_core)
    labels, state, left = np.full(n, -1), np.array([n, 0, 0, 0]), int(is_core.sum())
    while left:
        now = min(steps, left)
        run(lambda region, slot: walk_from(*first, state, labels, region, slot), now, 1)
        left -= now
    return labels, state


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("steps", [1, 5, 1000])
def test_matrices_that_are_not_symmetric(dtype, weighted, steps):
    rng = np.random.RandomState(5)
    for _ in range(40):
        n, least = rng.randint(1, 60), rng.randint(1, 7)
        D = rng.randint(0, rng.randint(3, 40), size=(n, n)).astype(dtype)
        weights = rng.randint(-1, 4, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(D <= 2, least, weights if weighted else None)
        count = np.empty(n)
        run(
            lambda region, slot: dbscan_graph.count_in_matrix(D, 2.0, weights, 4, count, region, slot),  # noqa: B023
            -(-n // 4),
            2,
        )
        np.testing.assert_array_equal(count >= least, is_core)
        found, state = walk(
            dbscan_graph.walk_matrix,
            is_core,
            D,
            2.0,
            is_core.view(np.uint8),
            np.arange(n),
            np.empty(n, np.int64),
            steps=steps,
        )
        np.testing.assert_array_equal(found, labels)
        assert state[1] == 0 and state[3] == labels.max() + 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("weighted", [False, True])
def test_graphs_that_are_not_symmetric(dtype, index, weighted):
    rng = np.random.RandomState(6)
    for case in range(40):
        n, least = rng.randint(1, 60), rng.randint(1, 7)
        D, there = rng.randint(0, 9, size=(n, n)).astype(dtype), rng.uniform(size=(n, n)) < rng.uniform()
        near = there & (D <= 2)
        near[np.arange(n), np.arange(n)] |= ~there.diagonal()
        weights = rng.randint(-1, 4, n).astype(float) if weighted else NONE
        labels, is_core = reference.dbscan(near, least, weights if weighted else None)
        rows, columns = np.nonzero(there)
        shuffled = np.lexsort((rng.permutation(len(rows)), rows))
        columns, values = columns[shuffled].astype(index), D[rows, columns[shuffled]]
        starts, count = np.searchsorted(rows, np.arange(n + 1)), np.empty(n)
        run(
            lambda region, slot: dbscan_graph.count_in_graph(
                starts, columns, values, 2.0, weights, 4, count, region, slot
            ),
            -(-n // 4),
            2,
        )
        np.testing.assert_array_equal(count >= least, is_core)
        found, state = walk(
            dbscan_graph.walk_graph,
            is_core,
            starts,
            columns,
            values,
            2.0,
            is_core.view(np.uint8),
            np.empty(n, np.int64),
            steps=[1, 7, 1000][case % 3],
        )
        np.testing.assert_array_equal(found, labels)
        assert state[1] == 0 and state[3] == labels.max() + 1
