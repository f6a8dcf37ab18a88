"""k-medoids as its definition has it: PAM (Kaufman and Rousseeuw 1990), and all sets of medoids. Slow."""

import itertools

import numpy as np


def loss(D, medoids, weights=None):
    """The sum of the distances to the nearest medoid; D[i, j] is the distance of rows i and j."""
    least = D[:, list(medoids)].min(axis=1)
    return float((least if weights is None else least * weights).sum())


def build(D, k, weights=None):
    """PAM's BUILD: one by one the row that lowers the loss most, the first one on a tie."""
    chosen = []
    for _ in range(k):
        losses = [loss(D, [*chosen, row], weights) if row not in chosen else np.inf for row in range(len(D))]
        chosen.append(int(np.argmin(losses)))
    return chosen


def swaps(medoids, n):
    """All sets with one medoid exchanged."""
    for i in range(len(medoids)):
        for row in range(n):
            if row not in medoids:
                yield [*medoids[:i], row, *medoids[i + 1 :]]


def best_swap(D, medoids, weights=None):
    """The set with the lowest loss that one swap leads to, and that loss."""
    found = min(swaps(list(medoids), len(D)), key=lambda each: loss(D, each, weights), default=list(medoids))
    return found, loss(D, found, weights)


def pam(D, k, weights=None):
    """BUILD, then the best swap until none lowers the loss."""
    medoids = build(D, k, weights)
    while True:
        found, value = best_swap(D, medoids, weights)
        if not value < loss(D, medoids, weights) * (1 - 1e-12):
            return medoids
        medoids = found


def best_of_all(D, k, weights=None):
    """The least loss of all sets of k medoids."""
    return min(loss(D, each, weights) for each in itertools.combinations(range(len(D)), k))
