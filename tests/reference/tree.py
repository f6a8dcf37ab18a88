"""What a linkage matrix says: slow, obvious."""

import itertools

import numpy as np

KINDS = ("any", "chain", "rising", "ties", "level")


def random_linkage(rng, n, kind="any"):
    """A linkage matrix. Of "any" kind children may be higher than their parents; a chain has ties, too."""
    alive, sizes, rows, height = list(range(n)), [1] * n, [], 1.0
    for row in range(n - 1):
        last = kind == "chain" and row > 0
        pair = [alive.pop(-1 if last else rng.randint(len(alive)))]
        pair.append(alive.pop(rng.randint(len(alive))))
        if rng.randint(2):
            pair.reverse()
        height = {
            "any": rng.choice([rng.uniform(0, 3), rng.randint(4)]),
            "level": height,
            "rising": height + rng.uniform(),
        }.get(kind, height + rng.randint(2))
        sizes.append(sizes[pair[0]] + sizes[pair[1]])
        rows.append([*pair, height, sizes[-1]])
        alive.append(n + row)
    return np.array(rows, dtype=float)


def random_linkages(kind, count=12, most=20):
    rng = np.random.RandomState(0)
    return [random_linkage(rng, rng.randint(2, most), kind) for _ in range(count)]


def chain(n, heights=None):
    """Each merge adds one point to the last cluster."""
    rows = np.arange(n - 1)
    return np.column_stack([rows + 1, np.r_[0, n + rows[:-1]], rows + 1.0 if heights is None else heights, rows + 2.0])


def children(Z):
    return Z[:, :2].astype(np.int64)


def points(Z):
    """For each node the points below it, from left to right."""
    found = [[point] for point in range(len(Z) + 1)]
    for left, right in children(Z):
        found.append(found[left] + found[right])
    return found


def rows_below(Z, levels=None):
    """For each row the rows below and itself, so many levels in all: left, right, itself."""
    levels = levels or len(Z)
    if levels == 1:
        return [[row] for row in range(len(Z))]
    n, nearer = len(Z) + 1, rows_below(Z, min(levels, len(Z)) - 1)
    return [
        [below for child in pair if child >= n for below in nearer[child - n]] + [row]
        for row, pair in enumerate(children(Z))
    ]


def largest_below(Z, own):
    return np.array([max(own[rows]) for rows in rows_below(Z)])


def cophenet(Z):
    """Square matrix of the heights of the lowest common clusters."""
    below = points(Z)
    D = np.zeros((len(Z) + 1, len(Z) + 1))
    for (left, right), height in zip(children(Z), Z[:, 2], strict=True):
        D[np.ix_(below[left], below[right])] = D[np.ix_(below[right], below[left])] = height
    return D


def condensed(D):
    return D[np.triu_indices(len(D), 1)]


def inconsistent(Z, d):
    R = []
    for rows, height in zip(rows_below(Z, max(d, 1)), Z[:, 2], strict=True):
        heights = Z[rows, 2]
        deviation = heights.std(ddof=1) if len(heights) > 1 else 0.0
        R.append([heights.mean(), deviation, len(heights), (height - heights.mean()) / deviation if deviation else 0.0])
    return np.array(R)


def flat(Z, key, threshold):
    """The topmost clusters with key <= threshold: numbered below the left child, the right one, then single points."""
    n, below, pairs = len(Z) + 1, points(Z), children(Z)
    labels, numbers = np.zeros(n, int), itertools.count(1)

    def walk(row):
        if key[row] <= threshold:
            labels[below[n + row]] = next(numbers)
            return
        for child in pairs[row]:
            if child >= n:
                walk(child - n)
        for child in pairs[row]:
            if child < n:
                labels[child] = next(numbers)

    walk(n - 2)
    return labels


def by_first_point(labels):
    """The labels numbered from 0 in the order in which they come."""
    order = list(dict.fromkeys(np.asarray(labels).tolist()))
    return [order.index(label) for label in labels]


def merge_order(Z):
    """Rows from low to high, none before those below it; of like height the deepest first, then from left to right."""
    n, pairs, highest = len(Z) + 1, children(Z), largest_below(Z, Z[:, 2])
    levels, level = [], [n - 2]
    while level:
        levels.insert(0, level)
        level = [child - n for row in level for child in pairs[row] if child >= n]
    return sorted(itertools.chain(*levels), key=lambda row: highest[row])


def cut(Z, n_clusters):
    """Exactly so many clusters: merges are done in their order."""
    n, below = len(Z) + 1, points(Z)
    labels = np.arange(n)
    for row in merge_order(Z)[: n - n_clusters]:
        labels[below[n + row]] = n + row
    return by_first_point(labels)


def leaders(Z, T):
    """(node, label) for each node with exactly the points of one label: those below a cluster before its children."""
    n, below, pairs = len(Z) + 1, points(Z), children(Z)
    members = {tuple(np.flatnonzero(T == label)): label for label in T}

    def walk(node):
        if node < n:
            return []
        found = [pair for child in pairs[node - n] for pair in walk(child)]
        return found + [pair for child in pairs[node - n] for pair in own(child)]

    def own(node):
        inside = tuple(sorted(below[node]))
        return [(node, members[inside])] if inside in members else []

    return walk(2 * n - 2) + own(2 * n - 2)


def path_length(order, D):
    return D[order[:-1], order[1:]].sum()


def turned(Z):
    """The matrix with every choice of children exchanged."""
    for turns in itertools.product([False, True], repeat=len(Z)):
        T = Z.copy()
        T[turns, :2] = Z[turns, 1::-1]
        yield T


def shortest_orders(Z, D):
    """The least sum of distances between neighbors for each two ends, (n, n) in the numbers of the points."""
    below, pairs, n = points(Z), children(Z), len(Z) + 1
    M = np.zeros((n, n))

    def inner(node):  # the ends of an order of a node are below different children
        side = np.repeat([0, 1], [len(below[child]) for child in pairs[node - n]]) if node >= n else np.arange(1)
        both = M[np.ix_(below[node], below[node])]
        return np.where((side[:, None] == side) & (node >= n), np.inf, both)

    for left, right in pairs:
        a, b, ends = below[left], below[right], inner(right)
        half = np.array([(row[:, None] + D[np.ix_(a, b)]).min(axis=0) for row in inner(left)])
        whole = np.array([(row[:, None] + ends).min(axis=0) for row in half])
        M[np.ix_(a, b)], M[np.ix_(b, a)] = whole, whole.T
    return M
