"""Linkage of points by the centers of clusters."""

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import over
from coterie.hierarchy._kernels import centers as kernels

BLOCK = kernels.BLOCK


def in_blocks(rows):
    """The rows, those that are missing in the last block at infinity, a block at a time and feature by feature."""
    n_blocks = -(-len(rows) // BLOCK)
    padded = np.full((n_blocks * BLOCK, rows.shape[1]), np.inf)
    padded[: len(rows)] = rows
    return padded.reshape(n_blocks, BLOCK, -1).transpose(0, 2, 1).copy()


def sizes_in_blocks(size):
    """The sizes, with places to spare in the last block, and the smallest of each block."""
    sizes = np.ones(-(-len(size) // BLOCK) * BLOCK)
    sizes[: len(size)] = size
    return sizes, sizes.reshape(-1, BLOCK).min(axis=1)


def below_1(X):
    """The numbers times a power of two, so that the kernels may have them, and that power."""
    exponent = int(np.frexp(np.abs(X[np.isfinite(X)]).max(initial=0.0))[1])
    return np.ldexp(X, -exponent), exponent


def as_centers(rows, alive=None, size=None, ward=False):
    """The rows as centers; those that are not alive lie at infinity."""
    blocks = in_blocks(rows if alive is None else np.where(alive[:, None], rows, np.inf))
    size = np.ones(len(rows)) if size is None else size
    sizes, smallest = sizes_in_blocks(size) if ward else (size, None)
    return kernels.Centers(rows, blocks, blocks.astype(np.float32), sizes, smallest)


def nearest_clusters(centers, alive, queries, later=False, size=None, rows=5, n_threads=2):
    centers, exponent = below_1(centers)
    clusters = as_centers(centers, alive, size, ward=size is not None)
    least, nearest = np.full(len(centers), np.nan), np.full(len(centers), -7)
    over(len(queries), rows, n_threads, kernels.nearest_clusters, clusters, queries, later, least, nearest)
    return np.ldexp(least, 2 * exponent), nearest


@pytest.mark.parametrize("ward", [False, True], ids=["centers", "ward"])
@pytest.mark.parametrize("later", [False, True], ids=["all", "later"])
@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_cluster_is_the_lowest_on_a_tie(later, ward, seed):
    rng = np.random.RandomState(seed)
    for case in range(10):
        n, d = rng.randint(1, 200), rng.choice([1, 2, 3, 8, 40, 100])
        centers = rng.randint(0, 4, size=(n, d)) / 4.0 if case % 2 else rng.normal(size=(n, d))
        size = 2.0 ** rng.randint(0, 4, size=n) if ward else None
        alive = rng.rand(n) < rng.choice([0.2, 0.8, 1])
        queries = rng.permutation(np.flatnonzero(alive))[: rng.randint(0, n + 1)]
        least, nearest = nearest_clusters(centers, alive, queries, later, size, rng.randint(1, 70), rng.randint(1, 4))
        untouched = np.delete(np.arange(n), queries)
        assert np.isnan(least[untouched]).all() and (nearest[untouched] == -7).all()
        for q in queries:
            squares = ((centers - centers[q]) ** 2).sum(axis=1)
            if ward:
                squares *= size * size[q] / (size + size[q])
            squares[~alive] = squares[q] = np.inf
            if later:
                squares[:q] = np.inf
            np.testing.assert_allclose(least[q], squares.min(), rtol=1e-12)
            if np.isinf(squares.min()):
                assert nearest[q] == -1
            elif case % 2:  # exact in any order of adding up
                assert nearest[q] == squares.argmin()
            else:
                np.testing.assert_allclose(squares[nearest[q]], squares.min(), rtol=1e-12)


def test_distances_are_the_same_from_both_sides():
    rng = np.random.RandomState(1)
    for n in (2, 20, 100):
        centers, size = rng.normal(size=(n, 7)) + 1e3, rng.uniform(1, 9, size=n)
        least, nearest = nearest_clusters(centers, np.ones(n, bool), np.arange(n), size=size)
        mutual = np.flatnonzero(nearest[nearest] == np.arange(n))
        assert len(mutual) >= 2
        np.testing.assert_array_equal(least[mutual], least[nearest[mutual]])


def merge_nearest(X, n_free, weighted):
    """The first n_free merges: pairs, squared heights, and the slots of the clusters that are left."""
    X, exponent = below_1(X)
    n, d = X.shape
    total = n + n_free
    rows, size, name = np.full((total, d), np.inf), np.zeros(total), np.arange(total) - n_free
    rows[n_free:], size[n_free:] = X, 1
    least, nearest = nearest_clusters(rows, size > 0, np.arange(n_free, total), later=True)
    clusters, pairs, squares = as_centers(rows, size=size), np.full((n - 1, 2), -1), np.full(n - 1, np.nan)
    queue = kernels.CenterQueue(clusters, least, nearest, name, np.zeros(total, np.int64), n_free)
    over(n_free, 1, 1, kernels.merge_nearest, queue, weighted, pairs, squares)
    assert queue.n_merged == n_free
    alive = np.flatnonzero(size)
    np.testing.assert_array_equal(clusters.blocks, in_blocks(np.where(size[:, None] > 0, rows, np.inf)))
    np.testing.assert_array_equal(clusters.coarse, np.asarray(clusters.blocks).astype(np.float32))
    return pairs, np.ldexp(squares, 2 * exponent), name[alive], np.ldexp(rows[alive], exponent), size[alive]


@pytest.mark.parametrize("method", ["centroid", "median"])
def test_merges_come_in_the_order_of_the_recurrence_inversions_included(method):
    rng = np.random.RandomState(2)
    inversions = 0
    for n in [2, 3, *rng.randint(4, 50, size=12)]:
        X = rng.uniform(size=(n, rng.randint(2, 5)))
        pairs, squares, *_ = merge_nearest(X, n - 1, method == "centroid")
        Z = reference.label(pairs, np.arange(n - 1))
        y = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2)[np.triu_indices(n, 1)])
        expected = reference.by_recurrence(y, method)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(np.sqrt(squares), expected[:, 2], rtol=1e-10)
        inversions += (np.diff(squares) < 0).sum()
    assert inversions


@pytest.mark.parametrize("method", ["centroid", "median"])
@pytest.mark.parametrize("seed", range(2))
def test_the_centers_that_are_left_when_the_slots_are_used_up(method, seed):
    rng = np.random.RandomState(seed)
    for n in [3, *rng.randint(4, 120, size=5)]:
        X, n_free = rng.normal(size=(n, 3)), rng.randint(1, n - 1)
        pairs, _, name, centers, size = merge_nearest(X, n_free, method == "centroid")
        members, expected = {i: [i] for i in range(n)}, dict(enumerate(X))
        for a, b in pairs[:n_free]:
            a, b = (next(c for c in members if i in members[c]) for i in (a, b))
            members[a] += members.pop(b)
            center = X[members[a]].mean(axis=0) if method == "centroid" else (expected[a] + expected[b]) / 2
            expected[a] = center
        clusters = [next(c for c in members if i in members[c]) for i in name]
        assert sorted(clusters) == sorted(members)
        np.testing.assert_array_equal(size, [len(members[c]) for c in clusters])
        np.testing.assert_allclose(centers, [expected[c] for c in clusters], rtol=1e-9, atol=1e-12)


def merge_chain(X, size=None, steps=None):
    """All merges of Ward's method, `steps` at a time, as if it were interrupted."""
    n = len(X)
    X, exponent = below_1(X)
    clusters = as_centers(X.copy(), size=size, ward=True)
    chain = kernels.Chain(np.full(n + 1, -1), np.full(n + 1, np.nan), np.full(n, np.nan))
    pairs, heights = np.full((n - 1, 2), -1), np.full(n - 1, np.nan)
    while chain.n_merged < n - 1:
        n_merges = min(steps or n, n - 1 - chain.n_merged)
        over(n_merges, 1, 1, kernels.merge_chain, clusters, chain, np.arange(n), pairs, heights)
    return pairs, np.ldexp(heights, exponent)


def test_pairs_that_are_merged_become_their_means():
    rng = np.random.RandomState(6)
    X, size = rng.uniform(-0.5, 0.5, size=(150, 3)), rng.randint(1, 9, size=150).astype(float)
    clusters = as_centers(X.copy(), size=size, ward=True)
    a, b = np.sort(rng.permutation(150)[:60].reshape(2, 30), axis=0)
    kernels.merge_pairs(clusters, a, b)
    expected, alive = X.copy(), np.ones(150, bool)
    expected[a], alive[b] = (X[a] * size[a, None] + X[b] * size[b, None]) / (size[a] + size[b])[:, None], False
    np.testing.assert_allclose(np.asarray(clusters.rows)[alive], expected[alive], rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(np.asarray(clusters.size)[a], size[a] + size[b])
    blocks = in_blocks(np.where(alive[:, None], clusters.rows, np.inf))
    np.testing.assert_array_equal(clusters.blocks, blocks)
    np.testing.assert_array_equal(clusters.coarse, blocks.astype(np.float32))


def ward_distances(X, size):
    i, j = np.triu_indices(len(X), 1)
    return np.sqrt(((X[i] - X[j]) ** 2).sum(axis=1) * 2 * size[i] * size[j] / (size[i] + size[j]))


@pytest.mark.parametrize("seed", range(4))
def test_a_chain_of_centers_merges_as_the_recurrence(seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 45, size=5)]:
        X = rng.normal(size=(n, rng.randint(1, 5)))
        size = rng.randint(1, 6, size=n).astype(float) if n % 2 else np.ones(n)
        Z = reference.label(*merge_chain(X, size, steps=rng.randint(1, n + 1)))
        expected = reference.by_recurrence(ward_distances(X, size), "ward", size)
        np.testing.assert_array_equal(Z[:, :2], expected[:, :2])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_a_chain_of_centers_merges_the_nearest_on_ties(seed):
    rng = np.random.RandomState(seed)
    for _ in range(8):
        X = rng.randint(0, 4, size=(rng.randint(2, 30), rng.randint(1, 4))) * 0.1
        Z = reference.label(*merge_chain(X))
        found = reference.replay(Z, ward_distances(X, np.ones(len(X))), "ward")
        np.testing.assert_allclose(found, [Z[:, 2]] * 2, rtol=1e-9, atol=1e-7)


def test_a_chain_of_centers_does_not_come_back_to_what_is_gone():
    # All distances between clusters of unit vectors are equal but for rounding, which breaks reducibility: a cluster
    # deep in the chain may be nearer to a union than to the one after it.
    for seed in (136, 339, *range(10)):
        rng = np.random.RandomState(seed)
        n = rng.randint(5, 80)
        X = np.eye(n) * rng.uniform(0.1, 3) + rng.normal(size=n) * 10
        pairs, heights = merge_chain(X - X.mean(axis=0))
        reference.assert_valid(reference.label(pairs, heights))


def test_points_that_are_all_the_same():
    for weighted in (False, True):
        pairs, squares, *_ = merge_nearest(np.full((40, 2), 0.1), 39, weighted)
        assert (squares == 0).all()
        reference.assert_valid(reference.label(pairs, np.arange(39)))


def test_a_neighbor_that_float32_cannot_tell_from_another_is_found():
    rng = np.random.RandomState(9)
    for d in (1, 3, 50):
        X = np.repeat(rng.uniform(-0.9, 0.9, size=(4, d)), 60, axis=0) + rng.uniform(-1, 1, size=(240, d)) * 1e-9
        for size in (None, rng.choice([1.0, 2.0, 50.0], size=240)):
            least, nearest = nearest_clusters(X, np.ones(240, bool), np.arange(240), size=size)
            squares = ((X[:, None] - X) ** 2).sum(axis=2)
            if size is not None:
                squares *= np.multiply.outer(size, size) / np.add.outer(size, size)
            np.fill_diagonal(squares, np.inf)
            np.testing.assert_allclose(least, squares.min(axis=1), rtol=1e-12)
            np.testing.assert_allclose(squares[np.arange(240), nearest], squares.min(axis=1), rtol=1e-12)


def test_what_single_precision_cannot_tell_apart_is_looked_at_again():
    rng = np.random.RandomState(7)
    for d in (1, 3, 50):
        n = 200
        centers = np.append(0.9 + rng.uniform(size=(n, d)) * 1e-9, rng.uniform(-1, 1, size=(n, d)), axis=0)
        for size in (None, rng.randint(1, 1000, size=2 * n).astype(float)):
            least, nearest = nearest_clusters(centers, np.ones(2 * n, bool), np.arange(2 * n), size=size)
            for q in range(2 * n):
                squares = ((centers - centers[q]) ** 2).sum(axis=1)
                if size is not None:
                    squares *= size * size[q] / (size + size[q])
                squares[q] = np.inf
                np.testing.assert_allclose([least[q], squares[nearest[q]]], squares.min(), rtol=1e-12)
