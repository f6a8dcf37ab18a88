"""DBSCAN from its definition, in O(n^2) steps of Python."""

import itertools

import numpy as np


def square(X, metric="euclidean", p=2):
    """Reduced distances of all pairs of rows: what is added up feature by feature, in float64."""
    X = np.asarray(X, dtype=np.float64)
    total = np.zeros((len(X), len(X)))
    for column in X.T:
        difference = np.abs(column[:, None] - column[None, :])
        if metric == "chebyshev":
            total = np.maximum(total, difference)
        else:
            total = (
                total
                + {"euclidean": difference * difference, "manhattan": difference, "minkowski": difference**p}[metric]
            )
    return total


def near(X, eps, metric="euclidean", p=2):
    """Which rows are within eps of each other."""
    bound = {"euclidean": eps * eps, "minkowski": eps**p}.get(metric, eps)
    return square(X, metric, p) <= bound


def dbscan(near, min_samples, weights=None):
    """Labels, and which are core points; `near[i, j]` says whether j is a neighbor of i. It need not be symmetric."""
    near = np.asarray(near, dtype=bool)
    n = len(near)
    weights = [1] * n if weights is None else weights
    core = [sum(weights[j] for j in range(n) if near[i, j]) >= min_samples for i in range(n)]
    labels, number = [-1] * n, itertools.count()
    for start in range(n):
        if not core[start] or labels[start] != -1:
            continue
        label, reached = next(number), [start]
        while reached:
            i = reached.pop()
            if labels[i] == -1:
                labels[i] = label
                if core[i]:
                    reached += [j for j in range(n) if near[i, j]]
    return np.array(labels), np.array(core)


def assert_is_dbscan(near, min_samples, weights, labels, is_core):
    """The rules themselves, for neighbors that are symmetric, checked another way than `dbscan` does."""
    n = len(near)
    weights = np.ones(n) if weights is None else np.asarray(weights)
    np.testing.assert_array_equal(is_core, [weights[row].sum() >= min_samples for row in near])
    for i, j in itertools.combinations(np.flatnonzero(is_core), 2):
        assert not near[i, j] or labels[i] == labels[j]
    first = [np.flatnonzero(is_core & (labels == k))[0] for k in range(max(labels, default=-1) + 1)]
    assert first == sorted(first)
    for k in range(len(first)):  # each cluster hangs together
        members, grown = np.flatnonzero(is_core & (labels == k)), {first[k]}
        while True:
            more = {j for j in members if near[list(grown)][:, j].any()}
            if more <= grown:
                break
            grown |= more
        assert grown == set(members)
    for i in np.flatnonzero(~is_core):
        assert labels[i] == min((labels[j] for j in np.flatnonzero(near[i] & is_core)), default=-1)
