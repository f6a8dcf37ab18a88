"""Rows sorted into cells: the same rows in another order, at most 64 to a cell, each cell with its exact box."""

import itertools

import numpy as np
import pytest

from coterie._base import power_of_two
from coterie._runtime.parallel import over
from coterie.kmeans import _cells, _data
from coterie.kmeans._kernels import cells

rng = np.random.RandomState(0)
NORMAL = rng.normal(size=(5000, 8))
SHAPES = {
    "one row": NORMAL[:1],
    "a cell": NORMAL[:64, :3],
    "a cell and a row": NORMAL[:65, :3],
    "two cells": NORMAL[:128, :1],
    "two cells and a row": NORMAL[:129, :2],
    "many": NORMAL,
    "plane": NORMAL[:, :2],
    "line": NORMAL[:, :1],
    "all equal": np.full((1000, 3), 0.1),
    "few distinct": rng.randint(0, 3, size=(3000, 2)).astype(float),
    "mostly equal": np.where(rng.uniform(size=(3000, 1)) < 0.02, rng.normal(size=(3000, 2)), 0.5),
    "constant columns": np.column_stack([np.zeros(2000), NORMAL[:2000, 0], np.full(2000, 1e6)]),
    "offset": NORMAL[:, :2] + 1e12,
    "outlier": np.concatenate([NORMAL[:3000, :2], [[1e15, -1e15]]]),
    "lopsided": NORMAL[:, :2] ** 15,
    "halving": 0.5 ** (np.arange(4000.0) % 1000)[:, None],
    "growing": np.exp2(np.linspace(-500, 440, 3000))[:, None],
    "sorted": np.arange(5000.0)[:, None],
    "huge": NORMAL[:, :3] * 1e300,
    "tiny": NORMAL[:, :3] * 1e-300,
    "smaller than any": np.arange(3000.0)[:, None] * 5e-324,
}
ALL = pytest.mark.parametrize("X", SHAPES.values(), ids=SHAPES.keys())
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def sorted_into_cells(X, weight=None, n_threads=1):
    with np.errstate(over="ignore", invalid="ignore"):
        return _cells.sort_into_cells(_data.prepare(np.ascontiguousarray(X), weight, n_threads))


@ALL
@DTYPES
def test_sorting_keeps_every_row(X, dtype):
    with np.errstate(over="ignore"):
        X = np.clip(X, np.finfo(dtype).min, np.finfo(dtype).max).astype(dtype)
    weight = np.arange(len(X), dtype=float)
    data = sorted_into_cells(X, weight)
    order = data.cells.order
    np.testing.assert_array_equal(np.sort(order), np.arange(len(X)))
    np.testing.assert_array_equal(data.X, power_of_two.divided(X, data.exponent)[order])
    np.testing.assert_array_equal(data.weight, weight[order])


@ALL
@DTYPES
def test_cells_are_small_and_their_boxes_and_sums_exact(X, dtype):
    with np.errstate(over="ignore"):
        X = np.clip(X, np.finfo(dtype).min, np.finfo(dtype).max).astype(dtype)
    data = sorted_into_cells(X, np.linspace(0, 1, len(X)))
    starts = data.cells.starts
    assert starts[0] == 0 and starts[-1] == len(X)
    assert 1 <= np.diff(starts).min() and np.diff(starts).max() <= cells.CELL_ROWS
    np.testing.assert_array_equal(data.cells.boxes[:, 0], np.minimum.reduceat(data.X, starts[:-1]))
    np.testing.assert_array_equal(data.cells.boxes[:, 1], np.maximum.reduceat(data.X, starts[:-1]))
    for c, (start, stop) in enumerate(itertools.pairwise(starts)):
        weight, own = data.weight[start:stop], data.X[start:stop] - data.cells.boxes[c, 0]
        size, total = np.abs(own).max() * len(own), weight.sum()
        np.testing.assert_allclose(data.cells.sums[c, -2], total, rtol=1e-13)
        np.testing.assert_allclose(data.cells.sums[c, :-2], weight @ own, rtol=1e-12, atol=1e-14 * size)
        squares = ((own - weight @ own / total) ** 2).sum(axis=1) if total else np.zeros(len(own))
        np.testing.assert_allclose(data.cells.sums[c, -1], weight @ squares, rtol=1e-12, atol=1e-28 * size**2)


@pytest.mark.parametrize("name", ["many", "plane", "line", "sorted", "all equal", "few distinct", "offset"])
def test_cells_are_not_far_from_full(name):
    # Nothing depends on this but the time.
    X = SHAPES[name]
    assert len(sorted_into_cells(X).cells.starts) - 1 <= 4 * len(X) / cells.CELL_ROWS


def test_cells_are_compact():
    data = sorted_into_cells(rng.uniform(size=(20_000, 2)))
    sides = data.cells.boxes[:, 1] - data.cells.boxes[:, 0]
    assert np.median(sides) < 3 * np.sqrt(64 / 20_000)


@DTYPES
def test_bits_do_not_depend_on_the_threads(dtype):
    X, weight = rng.normal(size=(20_000, 3)).astype(dtype), rng.uniform(size=20_000)
    one = sorted_into_cells(X, weight)
    for n_threads in (2, 3, 7):
        more = sorted_into_cells(X, weight, n_threads)
        np.testing.assert_array_equal(one.X, more.X)
        for name in ("order", "starts", "boxes", "sums"):
            np.testing.assert_array_equal(getattr(one.cells, name), getattr(more.cells, name))


def test_labels_go_back_to_the_order_of_the_data():
    data = sorted_into_cells(NORMAL)
    labels = rng.randint(9, size=len(NORMAL)).astype(np.int32)
    np.testing.assert_array_equal(_cells.unsort(data, labels)[data.cells.order], labels)


def test_boxes_of_the_grid_are_numbered_so_that_successive_ones_are_neighbors():
    side = np.arange(8) + 0.5
    X = np.stack(np.meshgrid(side, side, indexing="ij"), axis=-1).reshape(-1, 2)
    code, counts = np.zeros(64, dtype=np.uint16), np.zeros((1, 64), dtype=np.uint32)
    over(64, 64, 1, cells.count_boxes, X, np.zeros(2), np.ones(2), np.array([3, 3]), code, counts)
    assert (counts == 1).all()
    steps = np.abs(np.diff(X[np.argsort(code)], axis=0)).sum(axis=1)
    np.testing.assert_array_equal(steps, 1)


def test_rows_outside_the_grid_go_to_its_edge():
    X = np.array([[-9.0], [-0.1], [0.1], [3.9], [4.1], [9.0]])
    code, counts = np.zeros(6, dtype=np.uint16), np.zeros((1, 4), dtype=np.uint32)
    over(6, 6, 1, cells.count_boxes, X, np.zeros(1), np.ones(1), np.array([2]), code, counts)
    assert counts.tolist() == [[3, 0, 0, 3]]


def test_some_cells_are_described_and_the_others_left():
    data = sorted_into_cells(NORMAL[:, :3], np.linspace(0, 1, len(NORMAL)))
    found = data.cells._replace(boxes=np.zeros_like(data.cells.boxes), sums=np.zeros_like(data.cells.sums))
    which = np.flatnonzero(np.arange(len(found.boxes)) % 3 == 1)
    _cells.describe(data.X, data.weight, found, which, 2)
    for name in ("boxes", "sums"):
        np.testing.assert_array_equal(getattr(found, name)[which], getattr(data.cells, name)[which])
        assert not np.delete(getattr(found, name), which, axis=0).any()


@DTYPES
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_are_split_in_their_order(dtype, weighted):
    for case in range(60):
        rng = np.random.RandomState(case)
        n, d = rng.randint(1, 60), rng.randint(1, 9)
        X, order = rng.normal(size=(n, d)).astype(dtype), rng.permutation(n).astype(np.uint32)
        weight = rng.uniform(size=n) if weighted else np.empty(0)
        labels = (
            np.sort(rng.randint(2, size=n)).astype(np.int32) if case % 3 else rng.randint(2, size=n, dtype=np.int32)
        )
        which = labels.argsort(kind="stable")
        expected = X[which], order[which], weight[which] if weighted else weight
        n_second = labels.sum()
        space = np.empty((n_second, d), dtype), np.empty(n_second, np.uint32), np.empty(n_second)
        assert cells.split_rows(X, order, weight, labels, *space) == n - n_second
        for found, wanted in zip((X, order, weight), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("most", [0, 1, 2047, 2048, 10**4, 2**22, 2**22 + 1, 2**32 - 1])
def test_numbers_are_found_by_their_rank(most):
    rng = np.random.RandomState(0)
    for n in (1, 2, 10, 3000):
        numbers = rng.randint(0, most + 1, size=n, dtype=np.int64)
        numbers[0] = most
        ranks = rng.randint(n, size=4)
        wanted = np.sort(numbers)[ranks]
        cells.pick_by_rank(numbers.astype(np.uint32), most, ranks)
        np.testing.assert_array_equal(ranks, wanted)
