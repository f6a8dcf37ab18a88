"""Neighbors in a tree, and in blocks of distances, beside all distances; on data that is hard on a tree."""

import itertools

import numpy as np
import pytest
from reference import neighbors as reference

from coterie._runtime.parallel import over
from coterie.distances import as_metric
from coterie.neighbors import _kd_tree, _vectors
from coterie.neighbors._kernels import blocks, kd_query, kd_tree

CASES = 80  # thousands were tried
METRICS = ("euclidean", "manhattan", "chebyshev", "minkowski")
each_metric = pytest.mark.parametrize("name", METRICS)


def metric_of(name):
    return as_metric(name, **({"p": 3.0} if name == "minkowski" else {}))


def build(X, name, leaf=32):
    tree = _kd_tree.build(_vectors.as_vectors(X, metric_of(name)), 2, leaf)
    if name == "euclidean":
        _kd_tree.hold_singles(tree, 2)
    return tree


def leaves(tree):
    which = np.full(len(tree.nodes), -1)
    return which[: kd_query.leaves(tree, which)]


def nearest(many, one, k, others=False, root=False, n_threads=2, parts=1, per_chunk=2):
    which = leaves(one)
    distances, indices = np.full((one.n, k), np.nan), np.full((one.n, k), -7)
    near, rows = np.empty((n_threads, kd_query.QUERIES * k)), np.empty((n_threads, kd_query.QUERIES * k), np.int64)
    singles = np.empty((n_threads, kd_query.QUERIES * one.d), np.float32)
    arguments = many, one, which, parts, others, root, near, rows, singles, distances, indices
    over(len(which) * parts, per_chunk, n_threads, kd_query.nearest, *arguments)
    return distances, indices


def within(many, one, bound, others=False, n_threads=2, parts=1):
    which, nothing = leaves(one), np.empty(0, np.int64)
    work = np.empty((n_threads, kd_query.QUERIES * one.d))

    def walk(starts, indices, distances):
        counts = np.full(one.n, -7)
        arguments = many, one, which, parts, others, bound, work, starts, counts, indices, distances
        over(len(which) * parts, 1, n_threads, kd_query.within, *arguments)
        return counts

    counts = walk(nothing, nothing, np.empty(0))
    starts = np.append(0, np.cumsum(counts))
    indices, distances = np.full(starts[-1], -7), np.full(starts[-1], np.nan)
    np.testing.assert_array_equal(walk(starts, indices, distances), counts)
    return starts, indices, distances


def assert_same_distances(found, expected, name):
    if name == "minkowski":  # numpy's powers may differ from the C library's in the last bits
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-300)
    else:
        np.testing.assert_array_equal(found, expected)


@each_metric
def test_the_nearest_are_the_first_of_all_distances(name):
    rng = np.random.RandomState(METRICS.index(name))
    for case in range(CASES):
        what, X = reference.adversarial(rng)
        if rng.rand() < 0.5:
            Y, others = X, bool(rng.rand() < 0.5) and len(X) > 1
        else:
            Y, others = X[rng.randint(0, len(X), size=rng.randint(1, 90))], False
            Y = Y - rng.choice([0, 1e-3, 0.5]) * Y
        k = rng.randint(1, len(X) + 1 - others)
        tree = build(X, name)
        one = tree if Y is X else build(Y, name, int(rng.choice([32, 64])))
        distances, indices = nearest(tree, one, k, others, n_threads=1 + case % 3, parts=1 + case % 5)
        table = reference.reduced(X, Y, name, 3.0)
        expected, which = reference.kneighbors(table, k, others)
        assert_same_distances(distances, expected, name)
        if name == "minkowski":
            assert_same_distances(np.take_along_axis(table, indices, axis=1), expected, name)
            assert all(len(set(row)) == k for row in indices.tolist())
        else:
            np.testing.assert_array_equal(indices, which, err_msg=what)


@each_metric
def test_those_within_a_radius_are_all_that_are(name):
    rng = np.random.RandomState(10 + METRICS.index(name))
    for case in range(CASES // 2):
        what, X = reference.adversarial(rng)
        others = bool(rng.rand() < 0.5)
        Y = X if others or rng.rand() < 0.5 else X[::-1][:50] * 1.0
        table = reference.reduced(X, Y, name, 3.0)
        bounds = [0.0, np.inf, *rng.choice(table.ravel(), size=3), np.sort(table.ravel())[table.size // 2]]
        tree = build(X, name)
        one = tree if Y is X else build(Y, name, 64)
        for bound in bounds:
            if name == "minkowski":
                bound *= 1.0 + 1e-9  # not where the last bit decides
            starts, indices, distances = within(tree, one, bound, others, 1 + case % 3, 1 + case % 5)
            expected = reference.within(table, bound, others)
            for i, row in enumerate(np.split(indices, starts[1:-1])):
                assert sorted(row) == expected[i], (what, bound)
            of = np.repeat(np.arange(one.n), np.diff(starts))
            assert_same_distances(distances, table[of, indices], name)


def test_leaves_come_in_order_and_hold_all_positions():
    X = np.random.RandomState(2).normal(size=(1000, 2))
    tree = build(X, "euclidean")
    spans = np.asarray(tree.nodes)[leaves(tree), :2]
    assert spans[0, 0] == 0 and spans[-1, 1] == 1000 and (spans[1:, 0] == spans[:-1, 1]).all()
    assert (np.diff(spans) <= 32).all() and len(spans) > 20


def test_roots_are_taken_on_request():
    X = np.random.RandomState(3).normal(size=(200, 3))
    tree = build(X, "euclidean")
    reduced, indices = nearest(tree, tree, 5)
    distances, same = nearest(tree, tree, 5, root=True)
    np.testing.assert_array_equal(distances, np.sqrt(reduced))
    np.testing.assert_array_equal(same, indices)


@pytest.mark.parametrize("k", [1, 2, 31, 32, 33, 100, 3000])
def test_lists_short_and_long(k):
    X = np.random.RandomState(4).randint(0, 30, size=(3000, 2)).astype(float)
    tree, few = build(X, "euclidean"), build(X[:40] + 0.5, "euclidean")
    distances, indices = nearest(tree, few, k)
    expected, which = reference.kneighbors(reference.reduced(X, X[:40] + 0.5, "euclidean"), k)
    np.testing.assert_array_equal(distances, expected)
    np.testing.assert_array_equal(indices, which)


def test_equal_points_are_not_all_looked_at():
    # A search that looks at all that is not farther would take n squared: of those that tie the lowest
    # rows are wanted, and a box knows its lowest row.
    X = np.full((300_000, 2), 0.1)
    tree, some = build(X, "euclidean"), build(X[:64], "euclidean")
    distances, indices = nearest(tree, some, 10)
    assert (distances == 0).all() and (indices == np.arange(10)).all()
    distances, indices = nearest(tree, tree, 3)
    assert (distances == 0).all() and (indices == np.arange(3)).all()
    counts = np.empty(300_000, np.int64)
    work, nothing, which = np.empty((2, 128)), np.empty(0, np.int64), leaves(tree)
    arguments = tree, tree, which, 1, True, 0.0, work, nothing, counts, nothing, np.empty(0)
    over(len(which), 1, 2, kd_query.within, *arguments)
    assert (counts == len(X) - 1).all()


# ------------------------------------------------------------------------------------------- blocks of distances


def in_rows(kernel, block, *arguments, rows=3, n_threads=2):
    over(len(block), rows, n_threads, kernel, block, *arguments)


@pytest.mark.parametrize("others", [False, True])
def test_the_nearest_columns_of_blocks(others):
    rng = np.random.RandomState(5)
    for _ in range(60):
        n = rng.randint(2, 90)
        table = rng.randint(0, 6, size=(n, n)) if rng.rand() < 0.5 else rng.normal(size=(n, n))
        table = np.where(rng.rand(n, n) < 0.1, np.inf, table.astype(float))
        k, row0 = rng.randint(1, n), rng.randint(0, n)
        distances, indices = np.full((n, k), np.nan), np.full((n, k), -7)
        for part in (slice(0, row0), slice(row0, n)):
            in_rows(blocks.nearest, table[part], part.start, others, distances[part], indices[part])
        expected, which = reference.kneighbors(table, k, others)
        np.testing.assert_array_equal(distances, expected)
        np.testing.assert_array_equal(indices, which)
        bound = rng.choice(table.ravel())
        lists = reference.within(table, bound, others)
        counts = np.full(n, -7)
        for part in (slice(0, row0), slice(row0, n)):
            in_rows(blocks.count_within, table[part], bound, part.start, others, counts[part])
        assert counts.tolist() == [len(each) for each in lists]
        starts = np.append(0, np.cumsum(counts))
        indices, distances = np.full(starts[-1], -7), np.full(starts[-1], np.nan)
        for part in (slice(0, row0), slice(row0, n)):
            in_rows(blocks.within, table[part], bound, part.start, others, starts[part], indices, distances)
        assert [each.tolist() for each in np.split(indices, starts[1:-1])] == lists
        np.testing.assert_array_equal(distances, np.concatenate([table[i, each] for i, each in enumerate(lists)]))


@pytest.mark.parametrize("by_row", [False, True])
def test_neighbors_are_sorted_row_by_row(by_row):
    rng = np.random.RandomState(6)
    for _ in range(50):
        sizes = rng.choice([0, 1, 2, 5, 24, 25, 200], size=rng.randint(1, 12))
        indptr = np.append(0, np.cumsum(sizes))
        indices = np.concatenate([rng.permutation(1000)[:size] for size in sizes])
        distances = rng.randint(0, 20, size=len(indices)).astype(float)
        arrays = (indices, distances) if by_row else (distances, indices)

        def rows(indptr=indptr, arrays=arrays):
            return [
                list(zip(*(each[a:b].tolist() for each in arrays), strict=True)) for a, b in itertools.pairwise(indptr)
            ]

        expected = [sorted(row) for row in rows()]
        over(len(sizes), 3, 2, blocks.sort, indptr, by_row, distances, indices)
        assert rows() == expected


def test_angles_of_points_close_by_keep_their_digits():
    X = np.array([[0.5, 1.0], [0.5 + 1e-12, 1.0], [0.5, 1.0 + 2e-9], [-1.2, 3.0]])
    indptr, indices = np.array([0, 3, 3, 4, 4]), np.array([1, 2, 3, 2])
    found = np.full(4, np.nan)
    over(4, 1, 2, blocks.angles, X, X, indptr, indices, found)
    assert found[0] == pytest.approx(X[1, 0] - 0.5, rel=1e-12) and found[3] == 0
    assert found[1] == pytest.approx((X[2, 1] - 1.0) * np.cos(0.5), rel=1e-12)
    cosine = np.sin(0.5) * np.sin(-1.2) + np.cos(0.5) * np.cos(-1.2) * np.cos(2.0)
    assert found[2] == pytest.approx(np.arccos(cosine), rel=1e-12)


def test_the_kinds_are_those_of_the_tree():
    assert {build(np.ones((1, 1)), name).kind for name in METRICS} == {
        kd_tree.EUCLIDEAN,
        kd_tree.MANHATTAN,
        kd_tree.CHEBYSHEV,
        kd_tree.MINKOWSKI,
    }
