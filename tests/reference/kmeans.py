"""k-means by the book: slow, obvious, in float64 and by differences. What coterie's k-means is held against."""

import numpy as np


def squared_distances(X, centers, dtype=np.float64):
    """Squared distance of each row to each center, (n, k)."""
    X, centers = np.asarray(X, dtype=dtype), np.asarray(centers, dtype=dtype)
    return ((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)


def nearest(X, centers):
    """Label of the nearest center of each row; the lowest on a tie."""
    return squared_distances(X, centers).argmin(axis=1)


def may_be_nearest(X, centers):
    """Which centers may be called the nearest of a row, (n, k): those that rounding in float64 cannot tell from it."""
    exact = squared_distances(X, centers, np.longdouble)
    n_features = np.shape(X)[1]
    relative = (n_features + 8) * np.finfo(np.float64).eps
    absolute = n_features * np.nextafter(0.0, 1.0)  # where squares are so small that they lose digits
    return exact <= exact.min(axis=1, keepdims=True) * (1 + relative) + absolute


def inertia(X, weight, centers, labels):
    own = ((np.asarray(X, dtype=np.float64) - np.asarray(centers, dtype=np.float64)[labels]) ** 2).sum(axis=1)
    return float(own.sum() if weight is None else weight @ own)


def move(X, weight, centers, labels):
    """The weighted means of the rows of each label, and how far the old centers are from them in all, squared.

    An empty cluster gets one of the rows farthest from their centers, as in scikit-learn; one that stays without
    weight goes where the heaviest one is.
    """
    n_clusters = len(centers)
    middle = X.mean(axis=0)  # off the sums, for their rounding error
    member = (labels[:, None] == np.arange(n_clusters)) * weight[:, None]
    sums, weights = member.T @ (X - middle), member.sum(axis=0)
    empty = np.flatnonzero(weights == 0)
    distance = ((X - centers[labels]) ** 2).sum(axis=1)
    if len(empty) and distance.max() > 0:
        farthest = np.argpartition(distance, -len(empty))[: -len(empty) - 1 : -1]
        for cluster, row in zip(empty, farthest, strict=True):
            moved = weight[row] * (X[row] - middle)
            sums[labels[row]] -= moved
            weights[labels[row]] -= weight[row]
            sums[cluster], weights[cluster] = moved, weight[row]
    means = np.empty_like(centers)
    for cluster in range(n_clusters):
        own = cluster if weights[cluster] > 0 else weights.argmax()
        means[cluster] = middle + sums[own] / weights[own]
    return means, float(((means - centers) ** 2).sum())


def lloyd(X, centers, weight=None, max_iter=300, tol=0.0):
    """Lloyd's iterations from `centers`: labels, inertia, centers in the precision of X, number of iterations.

    They end when no label changes, or the squared movements of the centers add up to at most `tol` (not relative
    here), or after `max_iter`.
    """
    precision = np.asarray(X).dtype
    X, centers = np.asarray(X, dtype=np.float64), np.array(centers, dtype=np.float64)
    ones = np.ones(len(X)) if weight is None else weight
    labels = np.full(len(X), -1)
    n_iter, done = 0, False
    while not done and n_iter < max_iter:
        before, labels = labels, nearest(X, centers)
        centers, movement = move(X, ones, centers, labels)
        done = (labels == before).all() or movement <= tol
        n_iter += 1
    centers = centers.astype(precision)
    labels = nearest(X, centers)
    return labels, inertia(X, weight, centers, labels), centers, n_iter


def gain(X, weight, chosen, trial):
    """By how much the row `trial`, as one more center, lowers sum(weight * squared distance to the nearest center)."""
    now = squared_distances(X, X[chosen]).min(axis=1)
    then = np.minimum(now, squared_distances(X, X[[trial]])[:, 0])
    return float((now - then).sum() if weight is None else weight @ (now - then))


def greedy_kmeans_plusplus(X, n_clusters, weight, random, n_local_trials=None):
    """Rows drawn by weight * squared distance to the nearest so far; of several draws the one that gains most."""
    ones = np.ones(len(X)) if weight is None else weight
    trials = n_local_trials or 2 + int(np.log(n_clusters))
    chosen = [random.choice(len(X), p=ones / ones.sum())]
    while len(chosen) < n_clusters:
        mass = ones * squared_distances(X, X[chosen]).min(axis=1)
        drawn = random.choice(len(X), size=trials, p=mass / mass.sum())
        chosen.append(max(drawn, key=lambda row: gain(X, weight, chosen, row)))
    return np.array(chosen)
