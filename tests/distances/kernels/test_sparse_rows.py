"""Distances between sparse rows: sizes, rows within a bound, and the nearest row."""

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime.parallel import over
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
        over(n, 5, n_threads, sparse_rows.add_up, KINDS[kind], self.starts, self.values, self.sizes)
        self.view = sparse_rows.Rows()
        self.view.view(self.starts, self.columns, self.values, self.sizes)
        self.kind = KINDS[kind]
        self.as_columns = (
            np.full((n_threads, d), -1),
            np.full((n_threads, d * sparse_rows.LANES), np.nan),
            np.empty((n_threads, d), np.int64),
        )
        self.as_rows = np.empty((n_threads, d + 1), np.int64), np.empty((n_threads, d + 1))

    def block(self, queries):
        return sparse_rows.Block(self.kind, self.view, queries.view, *queries.as_columns, *self.as_rows)


def table(rng, n, d, dtype):
    data = rng.randint(-3, 4, size=(n, d)) * rng.choice([1, 0.1, 1e6])
    data[rng.uniform(size=(n, d)) < rng.uniform()] = 0
    return data.astype(dtype)


def within(rows, queries, bound, row=0, column=0, diagonal=False, n_threads=1):
    """Which queries are within a bound of each row, from numbers `row` and `column` on."""
    n_columns = queries.n - column
    marks = np.full((rows.n - row, -(-n_columns // 64)), 99, np.uint64)
    over(n_columns, 64, n_threads, sparse_rows.mark_within, rows.block(queries), bound, row, column, diagonal, marks)
    return unpack(marks, n_columns)


def unpack(marks, n_columns):
    return np.array(
        [[bool(row[c // 64] >> np.uint64(c % 64) & np.uint64(1)) for c in range(n_columns)] for row in marks],
        dtype=bool,
    ).reshape(len(marks), n_columns)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_rows_within_a_bound_are_those_of_the_dense_sums(kind, dtype, index, seed):
    rng = np.random.RandomState(seed)
    for case in range(5):
        n, d, n_threads = rng.randint(1, 150), rng.randint(1, 20), 1 + case % 3
        data = table(rng, n, d, dtype)
        rows, exact = Rows(data, kind, index, n_threads), reference.square(data, kind)
        np.testing.assert_allclose(rows.sizes, reference.square(np.concatenate([data, 0 * data[:1]]), kind)[-1, :-1])
        bound = exact[rng.randint(n), rng.randint(n)]  # some are exactly as far
        row, column = (0, 0) if case % 2 else (rng.randint(n), 64 * rng.randint(0, n // 64 + 1))
        if column >= n:
            continue
        np.testing.assert_array_equal(
            within(rows, rows, bound, row, column, n_threads=n_threads), exact[row:, column:] <= bound
        )
        assert (rows.as_columns[0] == -1).all()
        if row == column == 0:
            np.testing.assert_array_equal(
                within(rows, rows, bound, diagonal=True, n_threads=n_threads),
                np.triu(exact <= bound, 1) | np.eye(n, dtype=bool),
            )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scale", [1e-160, 1e-155, 1e154, 1e160, 1e308])
def test_numbers_whose_squares_are_too_large_or_too_small(kind, scale):
    data = np.random.RandomState(1).randint(0, 2, size=(70, 4)) * scale
    with np.errstate(over="ignore", under="ignore"):
        exact = reference.square(data, kind)
        rows = Rows(data, kind)
    for bound in (0.0, scale, scale * scale):
        np.testing.assert_array_equal(within(rows, rows, bound), exact <= bound)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("step", [7, 1000])
def test_the_nearest_row_and_on_ties_the_first(kind, step, seed):
    rng = np.random.RandomState(seed)
    for _ in range(3):
        n, m, d = rng.randint(1, 150), rng.randint(1, 150), rng.randint(1, 6)
        both = table(rng, n + m, d, np.float64)
        rows, queries = Rows(both[:n], kind, n_threads=2), Rows(both[n:], kind, n_threads=2)
        exact = reference.square(both, kind)[n:, :n]
        least, nearest = np.full(m, np.inf), np.full(m, -1)
        block = rows.block(queries)
        for start in range(0, n, step):
            over(m, 64, 2, sparse_rows.find_nearest, block, start, min(n, start + step), least, nearest)
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
    over(len(rows), 2, 3, sparse_rows.check_columns, starts, columns, seen, verdicts)
    assert verdicts.min() == verdict
