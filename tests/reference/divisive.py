"""Divisive analysis (DIANA) by the book: slow, obvious. What coterie's DivisiveClustering is held against."""

import numpy as np

TIE = 1e-12  # averages that differ by no more than this part of their size are equal


def split(D, cluster):
    """The splinter group and the rest of a cluster (ascending lists of two or more objects)."""
    rest = list(cluster)
    sums = D[np.ix_(rest, rest)].sum(axis=1)
    splinter = [rest.pop(int(np.flatnonzero(sums >= sums.max() * (1 - TIE))[0]))]
    while len(rest) > 1:
        to_rest = D[np.ix_(rest, rest)].sum(axis=1) / (len(rest) - 1)
        to_splinter = D[np.ix_(rest, splinter)].mean(axis=1)
        gain = to_rest - to_splinter
        best = int(gain.argmax())
        slack = TIE * (to_rest[best] + to_splinter[best])
        if gain[best] <= slack:
            break
        splinter.append(rest.pop(int(np.flatnonzero(gain >= gain[best] - slack)[0])))
    return sorted(splinter), rest


def diana(D):
    """The splits in order, each as (cluster, its parts, its diameter).

    Of the clusters there are, the one of largest diameter is split next; of several, the one of most objects, then the
    one with the lowest object.
    """
    D = np.asarray(D, dtype=np.float64)
    clusters, splits = [list(range(len(D)))], []
    while any(len(cluster) > 1 for cluster in clusters):
        cluster = max(
            (cluster for cluster in clusters if len(cluster) > 1),
            key=lambda cluster: (D[np.ix_(cluster, cluster)].max(), len(cluster), -cluster[0]),
        )
        parts = split(D, cluster)
        clusters.remove(cluster)
        clusters.extend(parts)
        splits.append((cluster, parts, D[np.ix_(cluster, cluster)].max()))
    return splits


def linkage(D):
    """The tree as scipy writes one: the last split is the first row."""
    splits = diana(D)[::-1]
    n = len(splits) + 1
    number = {(i,): i for i in range(n)} | {tuple(cluster): n + row for row, (cluster, _, _) in enumerate(splits)}
    rows = [
        [*sorted(number[tuple(part)] for part in parts), diameter, len(cluster)] for cluster, parts, diameter in splits
    ]
    return np.array(rows, dtype=np.float64).reshape(n - 1, 4)


def banner(D):
    """Objects in the order of the dendrogram (the part with the lowest object first), and diameters between them."""
    parts = {tuple(cluster): (parts, diameter) for cluster, parts, diameter in diana(D)}

    def walk(cluster):
        if len(cluster) == 1:
            return list(cluster), []
        pair, diameter = parts[tuple(cluster)]
        (left, heights), (right, more) = map(walk, sorted(pair))
        return left + right, [*heights, diameter, *more]

    return walk(range(len(D)))
