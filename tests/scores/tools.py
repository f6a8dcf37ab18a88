"""What tests of scores share."""

import numpy as np

EXACT = dict(rtol=1e-13, atol=1e-13)
AS_SKLEARN = dict(rtol=1e-10, atol=1e-10)


def rows(metric, n, seed, d=4):
    rng = np.random.default_rng(seed)
    if metric == "haversine":
        return np.column_stack([rng.uniform(-1.5, 1.5, n), rng.uniform(-3, 3, n)])
    if metric in ("jaccard", "dice", "hamming"):
        X = rng.integers(0, 2, (n, d + 3)).astype(float)
        X[:, 0] = 1  # no row of zeros
        return X
    return rng.normal(size=(n, d)) + rng.normal(size=(5, d))[rng.integers(0, 5, n)] * 3


def some_labels(n, k, seed):
    """Of k values, each of which occurs."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    rng.shuffle(labels)
    return labels


class Sparse:
    """What scipy's compressed rows have."""

    format = "csr"

    def __init__(self, dense):
        self.shape = dense.shape
        place, self.indices = np.nonzero(dense)
        self.data = dense[place, self.indices]
        self.indptr = np.searchsorted(place, np.arange(len(dense) + 1))
