"""Core distances, trees and separation of clusters, whatever the chunks; at each instruction level (test_simd.py)."""

import numpy as np
import pytest
from reference import scores as reference

from coterie import distances
from coterie._runtime.parallel import over
from coterie.distances._pairwise import prepare
from coterie.scores._kernels import validity


def points(seed):
    """Few rows and many, tied and not, sorted by cluster: rows, clusters and where they end."""
    rng = np.random.default_rng(seed)
    sizes = rng.choice([2, 3, 8, 15, 17, 40, 600 if seed == 0 else 33], 4)
    X = rng.integers(0, 6, (sizes.sum(), 3)).astype(float) if seed % 2 else rng.normal(size=(sizes.sum(), 3))
    return X, np.repeat(np.arange(len(sizes)), sizes), np.cumsum(sizes)


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("rows", [4, 60])
@pytest.mark.parametrize("halves", [1, 2, 5, 8, 768])
@pytest.mark.parametrize("seed", range(4))
def test_core_distances_are_power_means(seed, halves, rows, n_threads):
    X, codes, ends = points(seed)
    metric = distances.as_metric("sqeuclidean")
    room = np.full(len(X) + 2, -7.0)
    over(len(X), rows, n_threads, validity.core_distances, prepare(X, metric, 1), codes, ends, halves, room[1:-1])
    assert room[0] == room[-1] == -7
    for i in range(len(X)):
        mates = X[codes == codes[i]]
        others = ((mates - X[i]) ** 2).sum(axis=1)
        least = others[others > 0].min()
        mean = ((least / others[others > 0]) ** (halves / 2)).sum() / (len(mates) - 1)
        assert room[i + 1] == pytest.approx(least * mean ** (-2 / halves), rel=1e-13)


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("pairs", [1, 1000, 1 << 30])
@pytest.mark.parametrize("seed", range(4))
def test_trees_are_those_of_prim(seed, pairs, n_threads):
    X, codes, ends = points(seed + 1)
    core = np.random.default_rng(seed).integers(0, 4, len(X)).astype(float)
    n, k, first = len(X), len(ends), ends - np.bincount(codes)
    last, least, to = first.copy(), np.full(n, np.inf), np.full(n, -1)
    least[first] = -1
    state = last, least, to, core.copy(), np.empty((n_threads, n + 15))
    tiles, growing = prepare(X, distances.as_metric("manhattan"), 1), np.arange(k)[::-1].copy()
    while len(growing):
        over(len(growing), 1, n_threads, validity.grow_trees, tiles, core, growing, ends, pairs, *state)
        growing = growing[last[growing] >= 0]
    for start, stop in zip(first, ends, strict=True):
        D = np.abs(X[start:stop, None] - X[start:stop]).sum(axis=2)
        edges = reference.shortest_tree(D, core[start:stop])
        found = sorted((int(min(i, to[i])) - start, int(max(i, to[i])) - start) for i in range(start + 1, stop))
        assert found == sorted(edges)
        assert to[start] == -1
        weights = np.maximum(D, np.maximum(core[start:stop, None], core[start:stop]))
        rows = np.arange(start + 1, stop)
        np.testing.assert_array_equal(least[rows], weights[rows - start, to[rows] - start])


@pytest.mark.parametrize("n_threads", [1, 3])
@pytest.mark.parametrize("rows", [4, 64])
@pytest.mark.parametrize("seed", range(4))
def test_separation_is_the_least_weight_to_another_cluster(seed, rows, n_threads):
    X, codes, ends = points(seed)
    core = np.random.default_rng(seed).random(len(X))
    least, odd = np.full((n_threads, len(ends)), np.inf), np.zeros(n_threads)
    tiles = prepare(X, distances.as_metric("euclidean"), 1)
    over(len(X), rows, n_threads, validity.separate, tiles, core, codes, ends, least, odd)
    weights = np.maximum(np.sqrt(((X[:, None] - X) ** 2).sum(axis=2)), np.maximum(core[:, None], core))
    weights[codes[:, None] == codes] = np.inf
    np.testing.assert_array_equal(least.min(axis=0), [weights[codes == c].min() for c in range(len(ends))])
    assert not odd.any()
