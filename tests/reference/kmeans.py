"""k-means by the book: slow, obvious, in float64 and by differences. What coterie's k-means is held against."""

import itertools
import math
from fractions import Fraction

import numpy as np


def squared_distances(X, centers, dtype=np.float64):
    """Squared distance of each row to each center, (n, k)."""
    X, centers = np.asarray(X, dtype=dtype), np.asarray(centers, dtype=dtype)
    return ((X[:, None, :] - centers[None, :, :]) ** 2).sum(axis=2)


def nearest(X, centers):
    """Label of the nearest center of each row; the lowest on a tie."""
    return squared_distances(X, centers).argmin(axis=1)


def may_be_nearest(X, centers):
    """Which centers may be called the nearest of a row, (n, k): those that rounding in float64 cannot tell from it."""
    exact = squared_distances(X, centers, np.longdouble)
    n_features = np.shape(X)[1]
    relative = (n_features + 8) * np.finfo(np.float64).eps
    absolute = n_features * np.nextafter(0.0, 1.0)  # where squares are so small that they lose digits
    return exact <= exact.min(axis=1, keepdims=True) * (1 + relative) + absolute


def inertia(X, weight, centers, labels):
    own = ((np.asarray(X, dtype=np.float64) - np.asarray(centers, dtype=np.float64)[labels]) ** 2).sum(axis=1)
    return float(own.sum() if weight is None else weight @ own)


def move(X, weight, centers, labels):
    """The weighted means of the rows of each label, and how far the old centers are from them in all, squared.

    An empty cluster gets one of the rows farthest from their centers, as in scikit-learn; one that stays without
    weight goes where the heaviest one is.
    """
    n_clusters = len(centers)
    middle = X.mean(axis=0)  # off the sums, for their rounding error
    member = (labels[:, None] == np.arange(n_clusters)) * weight[:, None]
    sums, weights = member.T @ (X - middle), member.sum(axis=0)
    empty = np.flatnonzero(weights == 0)
    distance = ((X - centers[labels]) ** 2).sum(axis=1)
    if len(empty) and distance.max() > 0:
        farthest = np.argpartition(distance, -len(empty))[: -len(empty) - 1 : -1]
        for cluster, row in zip(empty, farthest, strict=True):
            moved = weight[row] * (X[row] - middle)
            sums[labels[row]] -= moved
            weights[labels[row]] -= weight[row]
            sums[cluster], weights[cluster] = moved, weight[row]
    means = np.empty_like(centers)
    for cluster in range(n_clusters):
        own = cluster if weights[cluster] > 0 else weights.argmax()
        means[cluster] = middle + sums[own] / weights[own]
    return means, float(((means - centers) ** 2).sum())


def lloyd(X, centers, weight=None, max_iter=300, tol=0.0):
    """Lloyd's iterations from `centers`: labels, inertia, centers in the precision of X, number of iterations.

    They end when no label changes, or the squared movements of the centers add up to at most `tol` (not relative
    here), or after `max_iter`.
    """
    precision = np.asarray(X).dtype
    X, centers = np.asarray(X, dtype=np.float64), np.array(centers, dtype=np.float64)
    ones = np.ones(len(X)) if weight is None else weight
    labels = np.full(len(X), -1)
    n_iter, done = 0, False
    while not done and n_iter < max_iter:
        before, labels = labels, nearest(X, centers)
        centers, movement = move(X, ones, centers, labels)
        done = (labels == before).all() or movement <= tol
        n_iter += 1
    centers = centers.astype(precision)
    labels = nearest(X, centers)
    return labels, inertia(X, weight, centers, labels), centers, n_iter


def gain(X, weight, chosen, trial):
    """By how much the row `trial`, as one more center, lowers sum(weight * squared distance to the nearest center)."""
    now = squared_distances(X, X[chosen]).min(axis=1)
    then = np.minimum(now, squared_distances(X, X[[trial]])[:, 0])
    return float((now - then).sum() if weight is None else weight @ (now - then))


def greedy_kmeans_plusplus(X, n_clusters, weight, random, n_local_trials=None):
    """Rows drawn by weight * squared distance to the nearest so far; of several draws the one that gains most."""
    ones = np.ones(len(X)) if weight is None else weight
    trials = n_local_trials or 2 + int(np.log(n_clusters))
    chosen = [random.choice(len(X), p=ones / ones.sum())]
    while len(chosen) < n_clusters:
        mass = ones * squared_distances(X, X[chosen]).min(axis=1)
        drawn = random.choice(len(X), size=trials, p=mass / mass.sum())
        chosen.append(max(drawn, key=lambda row: gain(X, weight, chosen, row)))
    return np.array(chosen)


# ------------------------------------------------------------------------------------------- k-means||

_WORD = 1 << 64


def hash_values(values):
    """What coterie's kernel makes of a row: the finisher of MurmurHash3, once a value, or once for some zeros."""
    h = 0
    for is_zero, some in itertools.groupby(values, lambda value: value == 0):
        some = list(some)
        for bits in [len(some)] if is_zero else [int(np.float64(value).view(np.uint64)) for value in some]:
            h = (h ^ bits) * 0xFF51AFD7ED558CCD % _WORD
            h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53 % _WORD
            h ^= h >> 33
    return h


def uniform(h, key):
    """A number in [0, 1) for a hash and a key."""
    bits = (h ^ key) * 0xFF51AFD7ED558CCD % _WORD
    bits = (bits ^ (bits >> 33)) * 0xC4CEB9FE1A85EC53 % _WORD
    return (bits >> 11) * 2.0**-53


def candidates_in_rounds(blocks, weights, keys, n_draws):
    """k-means|| from blocks of rows, which tell each other sums and drawn rows: the candidates, and their weights.

    Row by row, with exact sums. Equal rows are one row, in whatever blocks they lie. `keys` are random numbers, one a
    round; the first one draws the first candidate.
    """
    _, exponent = math.frexp(max(weight.max() for weight in weights))
    total = {}
    for rows, some in zip(blocks, weights, strict=True):
        for row, weight in zip(rows.tolist(), some.tolist(), strict=True):
            total[tuple(row)] = total.get(tuple(row), 0) + math.ceil(Fraction(weight) * Fraction(2) ** (24 - exponent))
    hashes = {row: hash_values(row) for row in total}
    nearest = dict.fromkeys(total, (math.inf, None))
    heavy = [row for row in total if total[row] > 0]
    drawn = [min(heavy, key=lambda row: -math.log1p(-uniform(hashes[row], keys[0])) / total[row])]
    candidates = []
    for key in [*keys[1:], None]:
        for candidate in sorted(drawn, key=hashes.get):
            for row, (least, _) in nearest.items():
                square = sum((a - b) ** 2 for a, b in zip(row, candidate, strict=True))
                if square < least or row == candidate:
                    nearest[row] = (square, len(candidates))
            candidates.append(candidate)
        mass = {row: Fraction(total[row]) * first_digits(nearest[row][0]) for row in heavy}
        if not any(mass.values()):
            mass = {row: Fraction(0 if row in candidates else total[row]) for row in heavy}
        potential = float(sum(mass.values()))
        if key is None or not potential:
            break
        least = {row: uniform(hashes[row], key) * potential / float(m) for row, m in mass.items() if m}
        drawn = [row for row, needed in least.items() if needed < n_draws or needed == min(least.values())]
    shares = [sum(total[row] for row in total if nearest[row][1] == i) for i in range(len(candidates))]
    return np.array(candidates), np.array(shares, dtype=float)


def first_digits(value):
    """The first 24 binary digits of a number."""
    mantissa, exponent = math.frexp(value)
    return Fraction(math.floor(mantissa * 2**24)) * Fraction(2) ** (exponent - 24)


def greedy_draws(X, n_clusters, weight, random, order, n_local_trials=None):
    """The same from uniform numbers: running sums of weight * squared distance, in an order of the rows, pass them."""
    ones = np.ones(len(X)) if weight is None else weight
    trials = n_local_trials or 2 + int(np.log(n_clusters))

    def draw(mass, uniform):
        running = mass[order].cumsum()
        return order[np.searchsorted(running, uniform * running[-1], side="right")]

    chosen = list(draw(ones, random.uniform(size=1)))
    while len(chosen) < n_clusters:
        drawn = draw(ones * squared_distances(X, X[chosen]).min(axis=1), random.uniform(size=trials))
        chosen.append(max(drawn, key=lambda row: gain(X, weight, chosen, row)))
    return np.array(chosen)


KINDS = ("mixture", "noise", "offset", "heavy", "single", "large", "small")


def rows_of(kind, n, d, rng):
    """Rows of each kind: in five groups, in none, far from zero, with heavy tails, in float32, of extreme scales."""
    X = rng.standard_normal((n, d)) + rng.integers(0, 5, (n, 1)) * 10
    if kind == "noise":
        return rng.standard_normal((n, d))
    if kind == "offset":
        return X + 1e6
    if kind == "heavy":
        return rng.standard_cauchy((n, d))
    if kind == "single":
        return X.astype(np.float32)
    return X * {"large": 2.0**600, "small": 2.0**-600}.get(kind, 1.0)
