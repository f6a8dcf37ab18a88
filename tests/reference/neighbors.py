"""Neighbors by definition: all distances, sorted. What coterie's neighbors are held against."""

import numpy as np


def shift(X):
    """The power of two that X is to be divided by so that no square of a difference overflows or vanishes."""
    exponent = int(np.frexp(np.abs(X).max())[1])
    return 0 if np.abs(X).max() == 0 or -100 <= exponent <= 440 else exponent - 440


def reduced(X, Y, name, p=2.0):
    """The reduced distance of each row of Y to each of X: what is added up, feature by feature."""
    X, Y = (np.asarray(rows, dtype=np.float64) for rows in (X, Y))
    total = np.zeros((len(Y), len(X)))
    with np.errstate(over="ignore", under="ignore"):
        for x, y in zip(X.T, Y.T, strict=True):
            apart = np.abs(y[:, None] - x)
            if name == "chebyshev":
                total = np.maximum(total, apart)
            else:
                total = (
                    total
                    + {
                        "euclidean": apart * apart,
                        "sqeuclidean": apart * apart,
                        "manhattan": apart,
                        "minkowski": apart**p,
                    }[name]
                )
    return total


def restore(total, name, p=2.0):
    return np.sqrt(total) if name == "euclidean" else total ** (1 / p) if name == "minkowski" else total


def kneighbors(table, k, others=False):
    """The k nearest columns of each row of a table of distances, the lowest of those that tie; not the one with the
    number of the row if `others`."""
    chosen = [
        sorted((distance, j) for j, distance in enumerate(row) if not (others and j == i))[:k]
        for i, row in enumerate(np.asarray(table).tolist())
    ]
    distances, indices = (np.array([[pair[i] for pair in row] for row in chosen]) for i in (0, 1))
    return distances, indices


def within(table, bound, others=False, by_distance=False):
    """The columns of each row that are within the bound, as lists."""
    found = []
    for i, row in enumerate(np.asarray(table)):
        columns = [j for j in np.flatnonzero(row <= bound).tolist() if not (others and j == i)]
        found.append(sorted(columns, key=lambda j: (row[j], j)) if by_distance else columns)
    return found


def adversarial(rng):
    """A table of rows that is hard on a tree, small enough for all distances, and what it is."""
    n, d = int(rng.choice([1, 2, 7, 8, 9, 31, 33, 64, 100, 257])), int(rng.choice([1, 2, 3, 4, 7, 8, 12, 17, 20, 25]))
    kinds = {
        "normal": lambda: rng.normal(size=(n, d)),
        "all equal": lambda: np.full((n, d), rng.normal()),
        "two places": lambda: rng.randint(0, 2, size=(n, 1)) * np.ones(d),
        "grid": lambda: rng.randint(0, 4, size=(n, d)).astype(float),
        "decimal grid": lambda: rng.randint(-5, 5, size=(n, d)) * 0.1,
        "collinear": lambda: rng.randint(-99, 99, size=(n, 1)) * rng.normal(size=d),
        "exponentially spaced": lambda: np.ldexp(rng.choice([-1.0, 1.0], size=(n, d)), rng.randint(-400, 400, (n, d))),
        "toward a point": lambda: np.ldexp(np.ones((n, d)), -np.arange(n)[:, None]),
        "denormal": lambda: rng.randint(-3, 4, size=(n, d)) * 5e-324,
        "squares below the least number": lambda: rng.normal(size=(n, d)) * 1e-170,
        "squares beyond the largest number": lambda: rng.normal(size=(n, d)) * 1e300,
        "infinitely far apart": lambda: rng.choice([-1.7e308, 0.0, 1.7e308], size=(n, d)),
        "constant columns": lambda: rng.normal(size=(n, d)) * (rng.rand(d) < 0.3) + 7.0,
        "far from the origin": lambda: 1e6 + rng.normal(size=(n, d)).round(2),
        "one far away": lambda: np.where(np.arange(n)[:, None] == 0, 1e9, rng.normal(size=(n, d))),
        "float32": lambda: rng.normal(size=(n, d)).astype(np.float32),
        "duplicates": lambda: rng.normal(size=(n // 5 + 1, d))[rng.randint(0, n // 5 + 1, size=n)],
        "sorted": lambda: np.sort(rng.normal(size=(n, d)), axis=0),
        "zeros of either sign": lambda: rng.choice([-0.0, 0.0], size=(n, d)),
    }
    what = list(kinds)[rng.randint(len(kinds))]
    return f"{n} x {d}, {what}", np.ascontiguousarray(kinds[what]())
