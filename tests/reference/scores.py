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
