"""Spherical k-means as the textbook has it, from given centers; slow."""

import numpy as np


def unit(X):
    X = np.asarray(X, float)
    X = X / np.abs(X).max(axis=1, keepdims=True)
    return X / np.sqrt((X * X).sum(axis=1, keepdims=True))


def spherical_k_means(X, centers, weights=None, max_iter=300):
    """Labels, centers and the objective after each assignment; a center whose rows cancel each other stays."""
    X, centers = unit(X), unit(centers)
    w = np.ones(len(X)) if weights is None else weights
    labels, objective = np.full(len(X), -1), []
    for _ in range(max_iter):
        cosines = X @ centers.T
        now = cosines.argmax(axis=1)
        objective.append(float(w @ (1 - cosines[np.arange(len(X)), now])))
        if np.array_equal(now, labels):
            break
        labels = now
        for j in range(len(centers)):
            total = w[labels == j] @ X[labels == j]
            assert w[labels == j].sum() > 0, "the oracle knows no empty clusters"
            if np.sqrt(total @ total) > 1e-9 * w[labels == j].sum():
                centers[j] = total / np.sqrt(total @ total)
    return labels, centers, objective
