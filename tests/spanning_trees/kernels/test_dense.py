"""Minimum spanning trees of a matrix of distances: Prim's algorithm, and the steps of Boruvka's."""

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import over
from coterie.spanning_trees._kernels import dense


def distances(rng, n, ties):
    size = n * (n - 1) // 2
    return rng.randint(-1, 4, size=size).astype(float) if ties else rng.uniform(0.5, 1, size=size)


def grow_tree(y, padding=8):
    n = len(reference.square(y))
    edges, heights = np.full((n - 1, 2), -1, np.int64), np.full(n - 1, np.nan)
    dense.grow_tree(y, np.full((n, n + padding), np.nan), np.full(n, np.nan), np.full(n, np.nan), edges, heights)
    return edges, heights


def join_neighbors(y):
    D = reference.square(y)
    n = len(D)
    group, edges, heights = np.full(n, -1, np.int32), np.full((n - 1, 2), -1), np.full(n - 1, np.nan)
    found = dense.join_neighbors(D.min(axis=0), D.argmin(axis=0), np.full(n, -1), group, edges, heights)
    return group, edges[:found], heights[:found]


def by_group(group):
    return np.argsort(group, kind="stable"), np.append(0, np.cumsum(np.bincount(group)))


def shrink(y, group, rows=1, n_threads=2):
    members, first = by_group(group)
    m = len(first) - 1
    half, to = np.full((m, m), np.nan), np.full(m * (m - 1) // 2, np.nan)
    over(m, rows, n_threads, dense.shrink_rows, y, group, members, first, half)
    over(m - 1, rows, n_threads, dense.join_halves, half, to)
    return to


@pytest.mark.parametrize("seed", range(4))
def test_a_tree_grows_by_the_nearest_point_the_lowest_on_a_tie(seed):
    rng = np.random.RandomState(seed)
    for case in range(15):
        n = rng.randint(1, 40)
        y = distances(rng, n, ties=case % 2)
        D, inside = reference.square(y), [0]
        edges, heights = grow_tree(y, padding=rng.randint(0, 9))
        for (before, new), height in zip(edges, heights, strict=True):
            to_tree = {i: D[i, inside].min() for i in range(n) if i not in inside}
            assert before == inside[-1] and height == min(to_tree.values())
            assert new == min(i for i in to_tree if to_tree[i] == height)
            inside.append(int(new))


def test_growing_a_tree_does_not_write_to_the_distances():
    y = distances(np.random.RandomState(5), 30, ties=False)
    before = y.copy()
    y.flags.writeable = False
    grow_tree(y)
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_each_point_is_joined_to_its_nearest_neighbor(ties, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 60, size=10)]:
        y = distances(rng, n, ties)
        D = reference.square(y)
        group, edges, heights = join_neighbors(y)
        m = group.max() + 1
        assert len(edges) == n - m and (D[tuple(edges.T)] == heights).all()
        graph = np.eye(n, dtype=bool)
        graph[np.arange(n), D.argmin(axis=0)] = graph[D.argmin(axis=0), np.arange(n)] = True
        joined = np.eye(n, dtype=bool)
        joined[tuple(edges.T)] = joined[tuple(edges[:, ::-1].T)] = True
        for _ in range(n):
            graph, joined = graph @ graph, joined @ joined
        np.testing.assert_array_equal(group[:, None] == group, graph)  # no edge too few, so, being n - m, none too many
        np.testing.assert_array_equal(joined, graph)
        lowest = [np.flatnonzero(group == g)[0] for g in range(m)]
        assert lowest == sorted(lowest)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_distances_between_groups_are_the_smallest_of_their_points(ties, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 60, size=7)]:
        y, m = distances(rng, n, ties), rng.randint(1, n + 1)
        group = rng.permutation(np.append(np.arange(m), rng.randint(0, m, size=n - m))).astype(np.int32)
        D, to = reference.square(y), shrink(y, group, rng.randint(1, 9), rng.randint(1, 4))
        expected = [D[np.ix_(group == g, group == h)].min() for g in range(m) for h in range(g + 1, m)]
        np.testing.assert_array_equal(to, expected)


@pytest.mark.parametrize("seed", range(4))
def test_edges_between_groups_are_between_points(seed):
    rng = np.random.RandomState(seed)
    for case in range(7):
        n = rng.randint(3, 60)
        y, m = distances(rng, n, ties=case % 2), rng.randint(2, n)
        group = rng.permutation(np.append(np.arange(m), rng.randint(0, m, size=n - m))).astype(np.int32)
        D, to = reference.square(y), reference.square(shrink(y, group))
        edges = np.array([rng.choice(m, size=2, replace=False) for _ in range(9)])
        heights, between = to[tuple(edges.T)], edges.copy()
        dense.find_end_points(y, *by_group(group), heights, edges)
        np.testing.assert_array_equal(group[edges], between)
        np.testing.assert_array_equal(D[tuple(edges.T)], heights)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_round_by_round_the_edges_have_the_weights_of_a_minimum_spanning_tree(ties, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 50, size=7)]:
        y = distances(rng, n, ties)
        expected, weights = reference.spanning_tree_weights(y), []
        while len(y):
            group, _, heights = join_neighbors(y)
            weights, y = weights + heights.tolist(), shrink(y, group)
        assert sorted(weights) == expected
