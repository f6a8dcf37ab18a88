"""OPTICS as it is defined, from a matrix of distances: slow and obvious."""

import numpy as np


def order(D, min_samples, max_eps=np.inf, weights=None):
    """Ordering, core distances, reachability, predecessors: all unvisited rows are looked at in each step.

    The row with the least reachability is next, the lowest on a tie; a reachability changes only to a smaller one.
    """
    n = len(D)
    weights = np.ones(n) if weights is None else weights
    nearest = D.argsort(axis=1, kind="stable")
    enough = weights[nearest].cumsum(axis=1) >= min_samples
    core = np.where(enough.any(axis=1), D[np.arange(n), nearest[np.arange(n), enough.argmax(axis=1)]], np.inf)
    core[core > max_eps] = np.inf
    reachability, predecessor, visited = np.full(n, np.inf), np.full(n, -1), np.zeros(n, bool)
    ordering = np.empty(n, int)
    for place in range(n):
        (left,) = np.nonzero(~visited)
        row = left[reachability[left].argmin()]
        visited[row], ordering[place] = True, row
        if core[row] < np.inf:
            for other in range(n):
                if not visited[other] and D[row, other] <= max_eps:
                    weight = max(core[row], D[row, other])
                    if weight < reachability[other]:
                        reachability[other], predecessor[other] = weight, row
    return ordering, core, reachability, predecessor
