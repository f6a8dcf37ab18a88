"""Distances between two rows by definition: slow, obvious. What coterie's distances are held against."""

import math
from fractions import Fraction

import numpy as np

TERMS = {
    "sqeuclidean": lambda a, b: (a - b) * (a - b),
    "manhattan": lambda a, b: abs(a - b),
    "canberra": lambda a, b: abs(a - b) / (abs(a) + abs(b)) if a or b else 0.0,
}


def sum_of_terms(name, x, y):
    """Rounded after each term, in the order of the features: to the bit what scipy has."""
    total = 0.0
    for a, b in zip(x, y, strict=True):
        total += TERMS[name](a, b)
    return total


def chebyshev(x, y):
    return max((abs(a - b) for a, b in zip(x, y, strict=True)), default=0.0)


def minkowski(x, y, p):
    if p == math.inf:
        return chebyshev(x, y)
    return math.fsum(abs(a - b) ** p for a, b in zip(x, y, strict=True)) ** (1 / p)


def whole(x):
    """The row times a power of two that makes its numbers whole; directions don't change."""
    ratios = [a.as_integer_ratio() for a in x]
    scale = max(below for _, below in ratios)
    return [above * (scale // below) for above, below in ratios]


def cosine(x, y):
    """In whole numbers up to the root; a row of zeros is at no distance to anything."""
    x, y = whole(x), whole(y)
    dot = sum(a * b for a, b in zip(x, y, strict=True))
    norms = sum(a * a for a in x) * sum(b * b for b in y)
    if norms == 0:
        return math.nan
    squared = Fraction(dot * dot, norms)
    if dot <= 0:
        return 1 + math.sqrt(squared)
    return float(1 - squared) / (1 + math.sqrt(squared))  # 1 - c without cancellation


def correlation(x, y):
    x, y = whole(x), whole(y)
    return cosine([a * len(x) - sum(x) for a in x], [b * len(y) - sum(y) for b in y])


def braycurtis(x, y):
    """Opposite rows are infinitely far from each other, two rows of zeros are at no distance."""
    apart = math.fsum(abs(a - b) for a, b in zip(x, y, strict=True))
    together = math.fsum(abs(a + b) for a, b in zip(x, y, strict=True))
    return apart / together if together else math.inf if apart else math.nan


def hamming(x, y):
    return sum(a != b for a, b in zip(x, y, strict=True)) / len(x)


def jaccard(x, y):
    """Of rows as sets of the features that are not zero."""
    x, y = {j for j, a in enumerate(x) if a}, {j for j, b in enumerate(y) if b}
    return len(x ^ y) / len(x | y) if x or y else 0.0


def dice(x, y):
    """Of rows of 0 and 1."""
    x, y = {j for j, a in enumerate(x) if a}, {j for j, b in enumerate(y) if b}
    return len(x ^ y) / (len(x) + len(y)) if x or y else math.nan


def haversine(x, y):
    """The angle between two vectors in space, which is what the formula of that name stands for."""
    a, b = (
        np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]) for lat, lon in (x, y)
    )
    return math.atan2(np.linalg.norm(np.cross(a, b)), a @ b)


def is_known(a):
    return a is not None and a == a


def gower(x, y, is_category=None, weights=None, ranges=None):
    """The weighted mean, over the columns in which both rows have a value, of 0 and 1 for categories and of the
    difference over the range for numbers. By default all columns are numbers with a weight and a range of 1.

    Terms are added up in the order of the columns, but those of categories last, each rounded as coterie rounds it.
    """
    d = len(x)
    is_category, weights, ranges = is_category or [False] * d, weights or [1.0] * d, ranges or [1.0] * d
    total = known = 0.0
    for j in sorted(range(d), key=lambda j: is_category[j]):
        a, b, weight = x[j], y[j], weights[j]
        if weight and is_known(a) and is_known(b):
            known += weight
            if is_category[j]:
                total += weight * (a != b)
            elif ranges[j]:
                total += abs(a - b) * (weight / ranges[j])
    return total / known if known else math.nan


def nan_euclidean(x, y):
    """As in scikit-learn: the squares of the features that both rows have, made up for the others by their mean."""
    total, n = 0.0, 0
    for a, b in zip(x, y, strict=True):
        if is_known(a) and is_known(b):
            total += (a - b) * (a - b)  # one by one: since Python 3.12 `sum` rounds in another way
            n += 1
    return math.sqrt(total * (len(x) / n)) if n else math.nan


DISTANCES = {
    "euclidean": lambda x, y: math.sqrt(sum_of_terms("sqeuclidean", x, y)),
    "sqeuclidean": lambda x, y: sum_of_terms("sqeuclidean", x, y),
    "manhattan": lambda x, y: sum_of_terms("manhattan", x, y),
    "canberra": lambda x, y: sum_of_terms("canberra", x, y),
    "chebyshev": chebyshev,
    "minkowski": minkowski,
    "cosine": cosine,
    "correlation": correlation,
    "braycurtis": braycurtis,
    "hamming": hamming,
    "jaccard": jaccard,
    "dice": dice,
    "haversine": haversine,
    "gower": gower,
    "nan_euclidean": nan_euclidean,
}


def cdist(X, Y, name, **kwargs):
    """The square or rectangular matrix; rows of any type are read as float64 first."""
    X, Y = (np.asarray(rows, dtype=np.float64).tolist() for rows in (X, Y))
    return np.array([[DISTANCES[name](x, y, **kwargs) for y in Y] for x in X]).reshape(len(X), len(Y))


def pdist(X, name, **kwargs):
    """The condensed matrix: (0, 1), (0, 2), ..., (1, 2), ..."""
    X = np.asarray(X, dtype=np.float64).tolist()
    return np.array([DISTANCES[name](X[i], X[j], **kwargs) for i in range(len(X)) for j in range(i + 1, len(X))])
