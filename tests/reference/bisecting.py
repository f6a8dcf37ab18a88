"""Bisecting k-means as the textbook has it: slow, and two clusters at a time."""

import numpy as np


def two_means(X, w, centers, max_iter, tol):
    labels = np.full(len(X), -1)
    for _ in range(max_iter):
        before, old = labels, centers
        labels = ((X[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
        masses = np.array([w[labels == i].sum() for i in range(2)])
        assert masses.min() > 0, "the oracle knows no empty halves"
        centers = np.array([w[labels == i] @ X[labels == i] / masses[i] for i in range(2)])
        if np.array_equal(labels, before) or ((centers - old) ** 2).sum() <= tol:
            break
    labels = ((X[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    return labels, centers


def inertia(X, w, center):
    return float(w @ ((X - center) ** 2).sum(axis=1))


def bisect(X, w, n_clusters, starts, strategy="biggest_inertia", max_iter=300, tol=0.0):
    """Labels, centers and the heights of the splits; `starts(rows)` gives two rows of each cluster that is split."""
    clusters = [(np.arange(len(X)), np.average(X, axis=0, weights=w))]
    heights = []
    while len(clusters) < n_clusters:
        inertias = [inertia(X[rows], w[rows], center) for rows, center in clusters]
        scores = inertias if strategy == "biggest_inertia" else [len(rows) for rows, _ in clusters]
        at = int(np.argmax(scores))
        heights.append(np.sqrt(inertias[at]))
        rows, _ = clusters[at]
        labels, centers = two_means(X[rows], w[rows], starts(rows), max_iter, tol)
        clusters[at : at + 1] = [(rows[labels == i], centers[i]) for i in range(2)]
    labels = np.empty(len(X), np.int32)
    for label, (rows, _) in enumerate(clusters):
        labels[rows] = label
    return labels, np.array([center for _, center in clusters]), np.sort(heights)
