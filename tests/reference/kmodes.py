"""k-modes and k-prototypes as they are defined, row by row and column by column: slow and obvious.

A table is a float matrix in which a category is a whole number from 0, and NaN is missing.
"""

import numpy as np


def distance(row, prototype, is_category, gamma):
    """Squared differences of the numbers, then `gamma` for each category that differs; what is missing adds nothing."""
    squares, differ = 0.0, 0
    for x, own, category in zip(row, prototype, is_category, strict=True):
        if np.isnan(x):
            continue
        if category:
            differ += x != own
        else:
            squares += (x - own) * (x - own)
    return squares + gamma * differ


def nearest(X, prototypes, is_category, gamma):
    distances = np.array([[distance(row, each, is_category, gamma) for each in prototypes] for row in X])
    return distances.argmin(axis=1), distances.min(axis=1)


def middle(X, is_category, weights, shift=None, before=None):
    """Means and modes of rows; `before` where no row with a weight has a value."""
    found = np.zeros(X.shape[1]) if before is None else before.copy()
    for j, category in enumerate(is_category):
        known = ~np.isnan(X[:, j]) & (weights > 0)
        if not known.any():
            continue
        x, w = X[known, j], weights[known]
        if category:
            masses = {code: sum(w[x == code]) for code in sorted(set(x))}
            found[j] = max(masses, key=masses.get)  # the first of the largest
        else:
            origin = 0.0 if shift is None else shift[j]
            total = 0.0
            for each, mass in zip(x, w, strict=True):
                total += mass * (each - origin)
            found[j] = origin + total / sum(w.tolist())
    return found


def iterate(X, start, is_category, gamma, weights, max_iter=100):
    """Labels, prototypes, and the costs of the start and after each iteration."""
    prototypes, before, costs = start.copy(), None, []
    shift = middle(X, is_category, weights)
    while True:
        labels, distances = nearest(X, prototypes, is_category, gamma)
        costs.append(float(np.add.reduce(distances * weights)))
        if len(costs) > max_iter or (before is not None and (costs[-1] >= costs[-2] or (labels == before).all())):
            return labels, prototypes, costs
        before = labels.copy()
        empty = [k for k in range(len(start)) if not weights[labels == k].any()]
        far = [row for row in range(len(X)) if weights[row] > 0 and distances[row] > 0]
        far.sort(key=lambda row: -distances[row])
        for cluster, row in zip(empty, far, strict=False):
            before[row] = cluster
        for k in range(len(start)):
            own = before == k
            prototypes[k] = middle(X[own], is_category, weights[own], shift, prototypes[k])


def cao(X, n_clusters, weights):
    """Rows that are the first prototypes of categories: Cao, Liang and Bai 2009."""
    density = np.zeros(len(X))
    for row in range(len(X)):
        for j in range(X.shape[1]):
            if not np.isnan(X[row, j]):
                density[row] += weights[X[:, j] == X[row, j]].sum()
    everything = [True] * X.shape[1]
    usual = middle(X, everything, weights)
    density[weights == 0] = -np.inf
    chosen = [int(density.argmax())]
    while len(chosen) < n_clusters:
        filled = [np.where(np.isnan(X[each]), usual, X[each]) for each in chosen]
        differ = np.array([min(distance(row, each, everything, 1.0) for each in filled) for row in X])
        with np.errstate(invalid="ignore"):
            good = np.where(weights > 0, density * differ, -np.inf)
        chosen.append(int(good.argmax()))
    return np.array([np.where(np.isnan(X[each]), usual, X[each]) for each in chosen])
