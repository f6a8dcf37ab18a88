"""Minimum spanning trees, slow and obvious: all pairs in the total order (weight, lower row, higher row)."""

import numpy as np


def core_distances(D, min_samples):
    """Distance of each row to the `min_samples`-th nearest, itself included."""
    return np.sort(D, axis=1)[:, min_samples - 1].astype(np.float64)


def kruskal(n, pairs):
    """Edges and weights of the least forest of n rows, from triples (weight, i, j)."""
    group, edges, weights = list(range(n)), [], []
    for weight, i, j in sorted((weight, min(i, j), max(i, j)) for weight, i, j in pairs):
        if group[i] != group[j]:
            edges.append((i, j))
            weights.append(weight)
            group = [group[i] if g == group[j] else g for g in group]
    return np.array(edges, np.int64).reshape(-1, 2), np.array(weights)


def tree(D, core=None):
    """The tree of a matrix of distances; of two numbers of a pair the lesser counts."""
    D, n = np.minimum(D, np.transpose(D)).astype(np.float64), len(D)
    if core is not None:
        D = np.maximum(D, np.maximum(core[:, None], core))
    return kruskal(n, [(D[i, j], i, j) for i in range(n) for j in range(i + 1, n)])
