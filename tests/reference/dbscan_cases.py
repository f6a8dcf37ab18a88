"""What tests of DBSCAN share: rows, weights, sparse containers, and ways to say the same to DBSCAN."""

import itertools
import types

import numpy as np
import pytest

from . import dbscan as reference

rng = np.random.RandomState(0)
X = np.concatenate([rng.normal(scale=0.3, size=(30, 2)) + center for center in ((0, 0), (4, 0), (0, 4))])


def some_weights(case, n, rng):
    """None, or as many as rows: with zeros, with negative ones, or fractions that add up exactly."""
    weights = [None, rng.randint(0, 4, n), rng.randint(-1, 4, n), rng.randint(0, 9, n) / 4][case % 4]
    return weights if weights is None or weights.any() else None


def grid(rng, n, d, step=1.0):
    """Many pairs of rows are equal, and many exactly a round number apart."""
    return rng.randint(0, 6, size=(n, d)) * step


def scattered(rng, D, share, order="rows"):
    """A sparse matrix of some of the numbers of D, zeros included."""
    sparse = pytest.importorskip("scipy.sparse")
    rows, columns = np.nonzero(rng.uniform(size=D.shape) < share)
    graph = sparse.csr_array((D[rows, columns], (rows, columns)), shape=D.shape)
    if order == "unsorted":
        for start, stop in itertools.pairwise(graph.indptr):
            shuffled = start + rng.permutation(stop - start)
            graph.indices[start:stop], graph.data[start:stop] = graph.indices[shuffled], graph.data[shuffled]
        graph.has_sorted_indices = False
    return graph


def sparse_of(data):
    return pytest.importorskip("scipy.sparse").csr_array(data)


WAYS = {
    "vectors": lambda data, eps: (data, eps, "euclidean"),
    "vectors of float32": lambda data, eps: (data.astype(np.float32), eps, "euclidean"),
    "callable": lambda data, eps: (data, eps * eps, lambda x, y: float(((x - y) ** 2).sum())),
    "sparse rows": lambda data, eps: (sparse_of(data), eps, "euclidean"),
    "sparse rows of float32": lambda data, eps: (sparse_of(data.astype(np.float32)), eps, "l2"),
    "matrix": lambda data, eps: (reference.square(data), eps * eps, "precomputed"),
    "graph": lambda data, eps: (
        scattered(np.random.RandomState(0), reference.square(data), 2),
        eps * eps,
        "precomputed",
    ),
}


def plain(graph):
    """Nothing but what makes compressed rows."""
    return types.SimpleNamespace(data=graph.data, indices=graph.indices, indptr=graph.indptr, shape=graph.shape)


class Rows:
    """A container that is not scipy's."""

    def __init__(self, arrays, shape):
        (self.data, self.indices, self.indptr), self.shape = arrays, shape
