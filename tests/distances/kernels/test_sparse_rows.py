"""Distances between sparse rows: sizes, what is near, and the nearest."""

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime.parallel import run
from coterie.distances._kernels import sparse_rows

KINDS = {"euclidean": sparse_rows.EUCLIDEAN, "manhattan": sparse_rows.MANHATTAN}


class Rows:
    """Arrays and work space of a table."""

    def __init__(self, data, kind, index=np.int64, n_threads=1):
        rows, columns = np.nonzero(data)
        n, d = data.shape
        self.n, self.starts = n, np.searchsorted(rows, np.arange(n + 1))
        self.columns, self.values = columns.astype(index), np.ascontiguousarray(data[rows, columns])
        if not len(columns):
            self.columns, self.values = np.zeros(1, index), np.zeros(1, data.dtype)
        self.sizes = np.empty(n)
        run(
            lambda region, slot: sparse_rows.add_up(KINDS[kind], self.starts, self.values, 5, self.sizes, region, slot),
            -(-n // 5),
            n_threads,
        )
        self.arrays = self.starts, self.columns, self.values, self.sizes
        self.as_columns = (
            np.full((n_threads, d), -1),
            np.full((n_threads, d * sparse_rows.LANES), np.nan),
            np.empty((n_threads, d), np.int64),
        )
        self.as_rows = np.empty((n_threads, d + 1), np.int64), np.empty((n_threads, d + 1))


def table(rng, n, d, dtype):
    data = rng.randint(-3, 4, size=(n, d)) * rng.choice([1, 0.1, 1e6])
    data[rng.uniform(size=(n, d)) < rng.uniform()] = 0
    return data.astype(dtype)


def unpack(marks, n_columns):
    return np.array(
        [[bool(row[c // 64] >> np.uint64(c % 64) & np.uint64(1)) for c in range(n_columns)] for row in marks],
        dtype=bool,
    ).reshape(len(marks), n_columns)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_near_rows_are_those_of_the_dense_sums(kind, dtype, index):
    rng = np.random.RandomState(0)
    for case in range(25):
        n, d, n_threads = rng.randint(1, 150), rng.randint(1, 20), 1 + case % 3
        data = table(rng, n, d, dtype)
        rows, exact = Rows(data, kind, index, n_threads), reference.square(data, kind)
        np.testing.assert_allclose(rows.sizes, reference.square(np.concatenate([data, 0 * data[:1]]), kind)[-1, :-1])
        bound = exact[rng.randint(n), rng.randint(n)]  # some are exactly as far
        row, column = (0, 0) if case % 2 else (rng.randint(n), 64 * rng.randint(0, n // 64 + 1))
        if column >= n:
            continue
        marks = np.full((n - row, -(-(n - column) // 64)), 99, np.uint64)
        run(
            lambda region, slot: sparse_rows.mark_near(
                KINDS[kind],
                bound,
                *rows.arrays,
                *rows.arrays,
                row,
                column,
                False,
                *rows.as_columns,  # noqa: B023
                *rows.as_rows,
                marks,
                region,
                slot,
            ),
            marks.shape[1],
            n_threads,
        )
        np.testing.assert_array_equal(unpack(marks, n - column), exact[row:, column:] <= bound)
        assert (rows.as_columns[0] == -1).all()
        if row == column == 0:
            run(
                lambda region, slot: sparse_rows.mark_near(
                    KINDS[kind],
                    bound,
                    *rows.arrays,
                    *rows.arrays,
                    0,
                    0,
                    True,
                    *rows.as_columns,
                    *rows.as_rows,  # noqa: B023
                    marks,
                    region,
                    slot,
                ),
                marks.shape[1],
                n_threads,
            )
            np.testing.assert_array_equal(unpack(marks, n), np.triu(exact <= bound, 1) | np.eye(n, dtype=bool))


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_whose_squares_are_too_large_or_too_small(kind):
    rng = np.random.RandomState(1)
    for scale in (1e-160, 1e-155, 1e154, 1e160, 1e308):
        data = rng.randint(0, 2, size=(70, 4)) * scale
        with np.errstate(over="ignore", under="ignore"):
            exact = reference.square(data, kind)
            rows = Rows(data, kind)
        for bound in (0.0, scale, scale * scale):
            marks = np.empty((70, 2), np.uint64)
            run(
                lambda region, slot: sparse_rows.mark_near(
                    KINDS[kind],
                    bound,
                    *rows.arrays,
                    *rows.arrays,
                    0,
                    0,
                    False,
                    *rows.as_columns,
                    *rows.as_rows,  # noqa: B023
                    marks,
                    region,
                    slot,
                ),
                2,
                1,
            )
            np.testing.assert_array_equal(unpack(marks, 70), exact <= bound)


@pytest.mark.parametrize("kind", KINDS)
def test_the_nearest_row_and_on_ties_the_first(kind):
    rng = np.random.RandomState(2)
    for case in range(25):
        n, m, d = rng.randint(1, 150), rng.randint(1, 150), rng.randint(1, 6)
        both = table(rng, n + m, d, np.float64)
        rows, queries = Rows(both[:n], kind, n_threads=2), Rows(both[n:], kind, n_threads=2)
        exact = reference.square(both, kind)[n:, :n]
        least, nearest = np.full(m, np.inf), np.full(m, -1)
        step = [1000, 7][case % 2]
        for start in range(0, n, step):
            run(
                lambda region, slot: sparse_rows.find_nearest(
                    KINDS[kind],
                    *rows.arrays,
                    *queries.arrays,
                    start,
                    min(n, start + step),  # noqa: B023
                    *queries.as_columns,
                    *rows.as_rows,
                    least,
                    nearest,
                    region,
                    slot,
                ),
                -(-m // 64),
                2,
            )
        np.testing.assert_array_equal(nearest, exact.argmin(axis=1))
        np.testing.assert_array_equal(least, exact.min(axis=1))


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([[0, 2], [], [1]], 3),
        ([[2, 0], [], [1]], 2),
        ([[0], [2, 1, 2]], 1),
        ([[0, 0]], 1),
        ([[0], [3]], 0),
        ([[-1]], 0),
        ([[], []], 3),
        ([[1, 0], [4, 4]], 0),
        ([[0, 1, 2]] * 9 + [[2, 0, 2]], 1),
    ],
)
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_columns_are_checked(rows, verdict, index):
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    columns = np.array([c for row in rows for c in row], dtype=index)
    verdicts, seen = np.empty(-(-len(rows) // 2), np.int64), np.full((3, 3), -1)
    run(
        lambda region, slot: sparse_rows.check_columns(starts, columns, 2, seen, verdicts, region, slot),
        len(verdicts),
        3,
    )
    assert verdicts.min() == verdict
