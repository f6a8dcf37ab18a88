"""k-means by small batches from given centers, step by step with numpy alone; slow."""

import numpy as np


class MiniBatches:
    """What one batch after the other makes of the centers."""

    def __init__(self, centers, randomness, batch_size, ratio=0.01):
        self.centers = np.array(centers, dtype=float)
        self.counts = np.zeros(len(centers))
        self.n_since, self.batch_size, self.ratio, self.randomness = 0, batch_size, ratio, randomness

    def step(self, X, weights=None):
        """Return the inertia of the batch before the centers move."""
        X, w = np.asarray(X, dtype=float), np.ones(len(X)) if weights is None else weights
        k = len(self.centers)
        self.n_since += self.batch_size
        looks = (self.counts == 0).any() or self.n_since >= 10 * k
        if looks:
            self.n_since = 0
        squares = ((X[:, None] - self.centers) ** 2).sum(axis=2)
        labels = squares.argmin(axis=1)
        for j in range(k):
            own = labels == j
            if w[own].sum() > 0:
                self.counts[j] += w[own].sum()
                # A center stays where it is, to the last digit, if all its rows are there.
                self.centers[j] += w[own] @ (X[own] - self.centers[j]) / self.counts[j]
        if looks and self.ratio > 0:
            self.move_rare(X)
        return w @ squares[np.arange(len(X)), labels]

    def move_rare(self, X):
        rare = np.flatnonzero((self.counts < self.ratio * self.counts.max()) & (self.counts < self.counts.max()))
        rare = np.sort(rare[self.counts[rare].argsort(kind="stable")][: len(X) // 2])
        if len(rare):
            others = np.setdiff1d(np.arange(len(self.counts)), rare)
            self.centers[rare] = X[self.randomness.choice(len(X), replace=False, size=len(rare))]
            self.counts[rare] = self.counts[others].min()


def mini_batch_k_means(
    X, centers, seed, weights=None, batch_size=1024, max_iter=100, tol=0.0, patience=10, init_size=None, ratio=0.01
):
    """Labels, centers and number of steps."""
    X, n, k = np.asarray(X, dtype=float), len(X), len(centers)
    batch_size = min(batch_size, n)
    if init_size is None:
        init_size = 3 * batch_size if 3 * batch_size >= k else 3 * k
    init_size = min(init_size, n)
    randomness = np.random.RandomState(seed)
    randomness.randint(0, n, init_size)  # rows that starts are compared on
    if init_size < n:
        randomness.randint(0, n, init_size)  # rows to start in
    shares = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    state = MiniBatches(centers, randomness, batch_size, ratio)
    tolerance = tol * X.var(axis=0).mean()
    share, mean, lowest, without = min(1.0, 2 * batch_size / (n + 1)), None, np.inf, 0
    for step in range(max_iter * n // batch_size):
        batch = X[randomness.choice(n, batch_size, p=shares)]
        before = state.centers.copy()
        inertia = state.step(batch) / batch_size
        if step == 0:
            continue
        mean = inertia if mean is None else mean * (1 - share) + inertia * share
        without = 0 if mean < lowest else without + 1
        lowest = min(lowest, mean)
        if tolerance > 0 and ((state.centers - before) ** 2).sum() <= tolerance:
            break
        if patience is not None and without >= patience:
            break
    labels = ((X[:, None] - state.centers) ** 2).sum(axis=2).argmin(axis=1)
    return labels, state.centers, step + 1
