"""Scores by definition, pair by pair and in exact sums: what coterie's are held against."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np


def members(labels):
    """The rows of each label."""
    found = {}
    for row, label in enumerate(labels):
        found.setdefault(label, []).append(row)
    return found


def silhouette(labels, distance):
    """Of each row; distance(i, j) is that of two rows."""
    clusters = members(labels)
    result = []
    for i, label in enumerate(labels):
        if len(clusters[label]) == 1:
            result.append(0.0)
            continue
        a = math.fsum(distance(i, j) for j in clusters[label] if j != i) / (len(clusters[label]) - 1)
        b = min(
            math.fsum(distance(i, j) for j in rows) / len(rows) for other, rows in clusters.items() if other != label
        )
        result.append((b - a) / max(a, b) if max(a, b) > 0 else 0.0)
    return np.array(result)


def exact_means(X, labels):
    return {
        label: [sum(Fraction(float(X[i, j])) for i in rows) / len(rows) for j in range(X.shape[1])]
        for label, rows in members(labels).items()
    }


def exact_square(x, y):
    return sum((Fraction(float(a)) - b) ** 2 for a, b in zip(x, y, strict=True))


def calinski_harabasz(X, labels):
    """In fractions: without any rounding."""
    clusters, means = members(labels), exact_means(X, labels)
    (total,) = exact_means(X, [0] * len(X)).values()
    within = sum(exact_square(X[i], means[label]) for label, rows in clusters.items() for i in rows)
    between = sum(
        len(rows) * sum((a - b) ** 2 for a, b in zip(means[label], total, strict=True))
        for label, rows in clusters.items()
    )
    n, k = len(X), len(clusters)
    return float(between * (n - k) / (within * (k - 1))) if within else 1.0


def davies_bouldin(X, labels):
    """In fractions up to the roots; centers that are the same are passed over."""
    clusters, means = members(labels), exact_means(X, labels)
    extent = {
        label: math.fsum(math.sqrt(exact_square(X[i], means[label])) for i in rows) / len(rows)
        for label, rows in clusters.items()
    }
    worst, apart = [], False
    for one in clusters:
        ratios = [0.0]
        for other in clusters:
            square = sum((a - b) ** 2 for a, b in zip(means[one], means[other], strict=True))
            if square:
                ratios.append((extent[one] + extent[other]) / math.sqrt(square))
                apart = True
        worst.append(max(ratios))
    return math.fsum(worst) / len(worst) if apart and any(extent.values()) else 0.0


def shortest_tree(D, core):
    """Edges of the tree of mutual reachability by Prim: on a tie the lowest row outside, to the lowest one inside."""
    tree, inside = [], {0}
    while len(inside) < len(D):
        outside = set(range(len(D))) - inside
        _, i, j = min((max(D[i][j], core[i], core[j]), i, j) for i in outside for j in inside)
        tree.append((min(i, j), max(i, j)))
        inside.add(i)
    return tree


def density_validity(D, labels, d):
    """DBCV of each cluster but noise (-1), from all distances; 0 for clusters of one row, and if no two have more."""
    clusters = {label: rows for label, rows in sorted(members(labels).items()) if label != -1}
    core = {}
    for rows in clusters.values():
        for i in rows:
            others = [D[i][j] for j in rows if j != i and D[i][j] > 0]
            least = min(others, default=0.0)
            total = math.fsum((least / x) ** d for x in others)
            core[i] = least * (total / (len(rows) - 1)) ** (-1 / d) if others else 0.0

    def weight(i, j):
        return max(D[i][j], core[i], core[j])

    internal, sparseness = {}, {}
    for label, rows in clusters.items():
        if len(rows) == 1:
            continue
        own = np.array([core[i] for i in rows])
        tree = [(rows[i], rows[j]) for i, j in shortest_tree(np.array(D)[np.ix_(rows, rows)], own)]
        degree = Counter(itertools.chain.from_iterable(tree))
        inside = {i for i in rows if degree[i] > 1}
        edges = [(i, j) for i, j in tree if {i, j} <= inside]
        internal[label] = inside or rows
        sparseness[label] = max(weight(i, j) for i, j in edges or tree)
    found = []
    for label in clusters:
        if label not in internal or len(internal) == 1:
            found.append(0.0)
            continue
        apart = min(
            weight(i, j) for other in internal if other != label for i in internal[label] for j in internal[other]
        )
        larger = max(apart, sparseness[label])
        found.append((apart - sparseness[label]) / larger if larger else 0.0)
    return np.array(found)


def pairs_of_rows(a, b):
    """How many ordered pairs of rows are (apart, together) in a, in b: a matrix."""
    found = np.zeros((2, 2), int)
    for i, j in itertools.permutations(range(len(a)), 2):
        found[int(a[i] == a[j]), int(b[i] == b[j])] += 1
    return found


def entropy(labels):
    n = len(labels)
    return -math.fsum(c / n * math.log(c / n) for c in Counter(labels).values())


def mutual_information(a, b):
    n, of_a, of_b, of_both = len(a), Counter(a), Counter(b), Counter(zip(a, b, strict=True))
    return math.fsum(c / n * math.log(n * c / (of_a[x] * of_b[y])) for (x, y), c in of_both.items())


def expected_mutual_information(sizes_a, sizes_b):
    """Over all labelings with clusters of these sizes; the probabilities in whole numbers."""
    n, terms = sum(sizes_a), []
    for a, b in itertools.product(sizes_a, sizes_b):
        for x in range(max(1, a + b - n), min(a, b) + 1):
            probability = Fraction(math.comb(b, x) * math.comb(n - b, a - x), math.comb(n, a))
            terms.append(float(probability) * x / n * math.log(Fraction(n * x, a * b)))
    return math.fsum(terms)


def mean_information_of_all_permutations(a, b):
    """The same by trying all of them."""
    orders = list(itertools.permutations(b))
    return math.fsum(mutual_information(a, order) for order in orders) / len(orders)


def adjusted_rand(a, b):
    """How alike two labelings are, by the pairs of rows that are together in one, in the other, in both."""
    together = sum(math.comb(n, 2) for n in Counter(zip(a, b, strict=True)).values())
    in_a, in_b = (sum(math.comb(n, 2) for n in Counter(each).values()) for each in (a, b))
    expected = in_a * in_b / math.comb(len(a), 2)
    most = (in_a + in_b) / 2
    return 1.0 if most == expected else (together - expected) / (most - expected)
