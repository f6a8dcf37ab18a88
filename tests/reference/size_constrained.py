"""k-means with bounds on the sizes of clusters: the assignment of least cost, by trying all sizes, and by scipy."""

import numpy as np
from reference import kmeans


def costs(X, centers, weight=None):
    """What each row costs in each cluster, (n, k)."""
    squares = kmeans.squared_distances(X, centers)
    return squares if weight is None else squares * np.asarray(weight, dtype=float)[:, None]


def least_cost(costs, low, high):
    """The least cost of an assignment with low to high rows in each cluster; for a few rows.

    Row by row: for all sizes that clusters may have by then, the least cost.
    """
    by_sizes = {(0,) * costs.shape[1]: 0.0}
    for row in costs:
        longer = {}
        for sizes, cost in by_sizes.items():
            for j, more in enumerate(row):
                if sizes[j] < high:
                    grown = (*sizes[:j], sizes[j] + 1, *sizes[j + 1 :])
                    longer[grown] = min(longer.get(grown, np.inf), cost + more)
        by_sizes = longer
    return min(cost for sizes, cost in by_sizes.items() if min(sizes) >= low)


def assign(costs, low, high):
    """The labels of an assignment of least cost: rows go to places, of which each cluster has `high`.

    The first `low` places of a cluster must be taken; rows that do not exist may take the others.
    """
    from scipy.optimize import linear_sum_assignment

    n, k = costs.shape
    cluster = np.repeat(np.arange(k), high)
    table = np.zeros((k * high, k * high))
    table[:n] = costs[:, cluster]
    table[n:][:, np.tile(np.arange(high) < low, k)] = np.inf
    _, places = linear_sum_assignment(table)
    return cluster[places[:n]]


def lloyd(X, centers, low, high, weight=None, max_iter=300):
    """Assignments and means in turn until no label changes: labels and centers."""
    centers, labels = np.array(centers, dtype=np.float64), None
    ones = np.ones(len(X)) if weight is None else np.asarray(weight, dtype=float)
    for _ in range(max_iter):
        before, labels = labels, assign(costs(X, centers, weight), low, high)
        centers, _ = kmeans.move(np.asarray(X, dtype=np.float64), ones, centers, labels)
        if before is not None and (before == labels).all():
            break
    return labels, centers


def excess(costs, prices, labels):
    """By how much a row costs more, with the price of its cluster, than in the cluster where that is least."""
    totals = costs + prices
    return float((totals[np.arange(len(labels)), labels] - totals.min(axis=1)).max())
