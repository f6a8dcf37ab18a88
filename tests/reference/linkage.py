"""Bottom-up clustering, slow and obvious: O(n^3) or worse."""

import itertools

import numpy as np

SQUARED = ("centroid", "median", "ward")  # the recurrence holds for their squares


def condensed(D):
    """The upper triangle of a square matrix, row by row."""
    return D[np.triu_indices(len(D), 1)]


def square(y):
    """The inverse of `condensed`, with infinity on the diagonal."""
    n = round((1 + np.sqrt(1 + 8 * len(y))) / 2)
    D = np.full((n, n), np.inf)
    D[np.triu_indices(n, 1)] = y
    return np.minimum(D, D.T)


def coefficients(method, a, b, x):
    """Of Lance and Williams, for the sizes of the two that are merged and of a third one."""
    return {
        "single": (0.5, 0.5, 0, -0.5),
        "complete": (0.5, 0.5, 0, 0.5),
        "average": (a / (a + b), b / (a + b), 0, 0),
        "weighted": (0.5, 0.5, 0, 0),
        "centroid": (a / (a + b), b / (a + b), -a * b / (a + b) ** 2, 0),
        "median": (0.5, 0.5, -0.25, 0),
        "ward": ((a + x) / (a + b + x), (b + x) / (a + b + x), -x / (a + b + x), 0),
    }[method]


def merges(n, nearest_pair, unite):
    """The linkage matrix of merging the pair that `nearest_pair(clusters)` names with its height, again and again.

    A cluster is known by its number in the matrix; `unite(a, b, new, rest)` is told of each merge.
    """
    clusters, members, Z = list(range(n)), {i: [i] for i in range(n)}, np.empty((n - 1, 4))
    for row in range(n - 1):
        a, b, height = nearest_pair(clusters)
        members[n + row] = members[a] + members[b]
        Z[row] = a, b, height, len(members[n + row])
        clusters = [c for c in clusters if c not in (a, b)]
        unite(a, b, n + row, clusters)
        clusters.append(n + row)
    return Z


def nearest_pair(distance, clusters):
    """The first of the nearest pairs, and how far they are apart."""
    a, b = min(itertools.combinations(clusters, 2), key=lambda pair: distance[pair])
    return a, b, distance[a, b]


def by_recurrence(y, method, size=None):
    """Linkage matrix of condensed distances; the definition of weighted and median. What is merged may have sizes."""
    distance, size = start(y, method, size)
    Z = merges(
        len(size),
        lambda clusters: nearest_pair(distance, clusters),
        lambda *merge: add_distances(distance, size, method, *merge),
    )
    if method in SQUARED:
        Z[:, 2] = np.sqrt(np.maximum(Z[:, 2], 0))
    return Z


def start(y, method, size=None):
    """Distances (squared, where the recurrence is about squares) of all pairs i < j of points, and sizes."""
    D = square(y) ** (2 if method in SQUARED else 1)
    size = dict(enumerate(np.ones(len(D)) if size is None else size))
    return {pair: D[pair] for pair in itertools.combinations(range(len(D)), 2)}, size


def add_distances(distance, size, method, a, b, new, rest):
    """The recurrence of Lance and Williams (1967)."""
    size[new] = size[a] + size[b]
    for x in rest:
        to_a, to_b = distance[min(a, x), max(a, x)], distance[min(b, x), max(b, x)]
        of_a, of_b, of_ab, of_difference = coefficients(method, size[a], size[b], size[x])
        distance[x, new] = of_a * to_a + of_b * to_b + of_ab * distance[a, b] + of_difference * abs(to_a - to_b)


def between(method, D, X, a, b):
    """Distance between two clusters of points, from all distances or the points themselves."""
    if method in ("single", "complete", "average"):
        return {"single": np.min, "complete": np.max, "average": np.mean}[method](D[np.ix_(a, b)])
    if method == "centroid":
        return np.linalg.norm(X[a].mean(axis=0) - X[b].mean(axis=0))

    def spread(points):
        return ((points - points.mean(axis=0)) ** 2).sum()

    return np.sqrt(2 * max(0, spread(X[a + b]) - spread(X[a]) - spread(X[b])))  # ward


def by_definition(y, X, method):
    """Linkage matrix from the distances (single, complete, average) or from the points (centroid, ward)."""
    D, n = square(y), len(X)
    members = {i: [i] for i in range(n)}
    distance = {(i, j): between(method, D, X, [i], [j]) for i in range(n) for j in range(i + 1, n)}

    def unite(a, b, new, rest):
        members[new] = members[a] + members[b]
        distance.update({(x, new): between(method, D, X, members[x], members[new]) for x in rest})

    return merges(n, lambda clusters: nearest_pair(distance, clusters), unite)


def clusters_of(Z):
    """The points of each cluster, as frozensets: n single points first, then those of the rows of Z."""
    found = [frozenset([i]) for i in range(len(Z) + 1)]
    for a, b, _, size in Z:
        found.append(found[int(a)] | found[int(b)])
        assert len(found[-1]) == size and not found[int(a)] & found[int(b)]
    return found


def assert_valid(Z):
    """Each row merges two clusters of earlier rows that were not merged before, the lower number first."""
    n = len(Z) + 1
    assert Z.shape == (n - 1, 4) and Z.dtype == np.float64 and Z.flags.c_contiguous
    assert sorted(Z[:, :2].ravel()) == list(range(2 * n - 2))
    assert (Z[:, 0] < Z[:, 1]).all() and (Z[:, 1] < n + np.arange(n - 1)).all()
    assert np.isfinite(Z).all() and (Z[-1:, 3] == n).all()
    clusters_of(Z)


def replay(Z, y, method):
    """What the recurrence says of each merge of a linkage matrix: its height, and the smallest distance there was."""
    (distance, size), found = start(y, method), []

    def follow(clusters):
        a, b = Z[len(found), :2].astype(int)
        found.append((distance[a, b], min(distance[pair] for pair in itertools.combinations(sorted(clusters), 2))))
        return a, b, 0

    merges(len(size), follow, lambda *merge: add_distances(distance, size, method, *merge))
    found = np.array(found).reshape(-1, 2).T
    return np.sqrt(np.maximum(found, 0)) if method in SQUARED else found


def label(pairs, heights):
    """Linkage matrix of merges in any order, each given by a point of either cluster."""
    n = len(pairs) + 1
    number, members, Z = list(range(n)), [[i] for i in range(n)], np.empty((n - 1, 4))
    for row, merge in enumerate(np.argsort(heights, kind="stable")):
        a, b = sorted(number[i] for i in pairs[merge])
        assert a != b
        members.append(members[a] + members[b])
        Z[row] = a, b, heights[merge], len(members[-1])
        number = [n + row if own in (a, b) else own for own in number]
    return Z


def cophenetic(Z):
    """The height at which each two points come together, (n, n)."""
    found = clusters_of(Z)
    C = np.zeros((len(Z) + 1,) * 2)
    for a, b, height, _ in Z:
        one, other = list(found[int(a)]), list(found[int(b)])
        C[np.ix_(one, other)] = C[np.ix_(other, one)] = height
    return C


def minimax_paths(y):
    """The largest step of the best path between each two points, (n, n): single linkage's cophenetic distances."""
    C = square(y)
    np.fill_diagonal(C, 0)
    for k in range(len(C)):
        C = np.minimum(C, np.maximum(C[:, k : k + 1], C[k]))
    return C


def spanning_tree_weights(y):
    """The sorted weights of a minimum spanning tree (Kruskal)."""
    n = len(square(y))
    group, weights = list(range(n)), []
    for weight, (i, j) in sorted(zip(y, itertools.combinations(range(n), 2), strict=True)):
        if group[i] != group[j]:
            weights.append(weight)
            group = [group[i] if g == group[j] else g for g in group]
    return weights
