"""Clusters for noise, from all distances. Slow, obvious."""

import numpy as np


def nearest(D, labels, threshold=np.inf):
    """Labels where noise has the cluster of the nearest row in one, up to a distance that is known."""
    found = labels.copy()
    for row in np.flatnonzero(labels == -1):
        inside = [i for i in range(len(labels)) if labels[i] >= 0 and D[row, i] < np.inf and D[row, i] <= threshold]
        if inside:
            found[row] = labels[min(inside, key=lambda i: (D[row, i], i))]
    return found


def shares(far):
    """1 / distance of each cluster over their sum; the limit where distances are 0."""
    least = min(far)
    parts = [0.0 if d == np.inf else 1.0 if d == least else least / d for d in far]
    return np.array(parts) / sum(parts)


def soft(D, labels, threshold=0.0):
    """Labels where noise has the nearest cluster, if its share of 1 / distance is large enough."""
    found = nearest(D, labels)
    for row in np.flatnonzero(labels == -1):
        far = [D[row, labels == cluster].min() for cluster in range(labels.max() + 1)]
        if found[row] >= 0 and not shares(far)[found[row]] >= threshold:
            found[row] = -1
    return found
