"""k-medians by the book: slow and obvious, in float64. What coterie's KMedians is held against."""

import math

import numpy as np


def distances(X, centers):
    """Manhattan distance of each row to each center, (n, k), added up in the order of the columns."""
    X, centers = np.asarray(X, dtype=np.float64), np.asarray(centers, dtype=np.float64)
    total = np.zeros((len(X), len(centers)))
    for j in range(X.shape[1]):
        total += np.abs(X[:, None, j] - centers[None, :, j])
    return total


def objective(X, weight, centers):
    """Weighted distances of the rows to their nearest centers, added up without rounding."""
    return math.fsum(distances(X, centers).min(axis=1) * weight)


def lower_median(values, weight):
    """The least of the values for which those up to it have half of the weight or more; weights are whole numbers."""
    order = np.argsort(values, kind="stable")
    passed = np.cumsum(weight[order])
    return values[order][np.argmax(2 * passed >= passed[-1])]


def move(X, weight, centers, labels):
    """The lower medians of the rows of each label.

    A cluster without weight moves to the row of weight that is then farthest from its own center.
    """
    centers = centers.copy()
    members = [(labels == cluster) & (weight > 0) for cluster in range(len(centers))]
    for cluster, member in enumerate(members):
        if member.any():
            centers[cluster] = [lower_median(column[member], weight[member]) for column in X.T]
    far = np.where(weight > 0, distances(X, centers)[np.arange(len(X)), labels], 0)
    for cluster, member in enumerate(members):
        if not member.any() and far.max() > 0:
            centers[cluster] = X[far.argmax()]
            far = np.minimum(far, distances(X, centers[[cluster]])[:, 0])
    return centers


def iterate(X, centers, weight=None, max_iter=300):
    """Labels, centers, number of iterations, and the objective with the centers of each, from given centers.

    The iterations end when no label changes, or no center moves, or after `max_iter`.
    """
    X, centers = np.asarray(X, dtype=np.float64), np.array(centers, dtype=np.float64)
    weight = np.ones(len(X), dtype=np.int64) if weight is None else np.asarray(weight, dtype=np.int64)
    labels, history, done = np.full(len(X), -1), [], False
    while not done and len(history) < max_iter:
        history.append(objective(X, weight, centers))
        before, labels = labels, distances(X, centers).argmin(axis=1)
        moved = move(X, weight, centers, labels)
        done = (labels == before).all() or (moved == centers).all()
        centers = moved
    return distances(X, centers).argmin(axis=1), centers, len(history), history
