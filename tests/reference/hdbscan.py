"""HDBSCAN from its definition: all distances, all edges, and trees that are walked again and again. Slow, obvious."""

import itertools

import numpy as np

SELECTIONS = {
    "cluster_selection_method": "eom",
    "allow_single_cluster": False,
    "max_cluster_size": None,
    "cluster_selection_epsilon": 0.0,
    "cluster_selection_epsilon_max": np.inf,
}


def core_distances(D, min_samples, weights=None):
    """For each row of distances the least one within which the weight is `min_samples`."""
    weights = np.ones(D.shape[1]) if weights is None else weights
    return np.array([min(r for r in row if weights[row <= r].sum() >= min_samples) for row in D])


def reachability(D, core):
    return np.maximum(D, np.maximum.outer(core, core))


def linkage(R):
    """Single linkage of a matrix, by the edges in the order of (weight, lower row, higher row)."""
    n = len(R)
    of = {row: row for row in range(n)}  # the node that each row is in
    Z = []
    for weight, i, j in sorted((R[i, j], i, j) for i, j in itertools.combinations(range(n), 2)):
        a, b = sorted((of[i], of[j]))
        if a != b:
            members = [row for row in range(n) if of[row] in (a, b)]
            Z.append([a, b, weight, len(members)])
            of.update(dict.fromkeys(members, n + len(Z) - 1))
    return np.array(Z, float).reshape(-1, 4)


def rows_below(Z, node):
    """The rows below a node, level by level."""
    n, level, found = len(Z) + 1, [node], []
    while level:
        found += [each for each in level if each < n]
        level = [int(child) for each in level if each >= n for child in Z[each - n, :2]]
    return found


def condense(Z, min_cluster_size, weights=None, core=None):
    """Rows (parent, child, lambda, size) of the condensed tree; cluster c is n + c."""
    n = len(Z) + 1
    weights = np.ones(n) if weights is None else weights
    core = np.zeros(n) if core is None else core
    rows, n_clusters, level = [], 1, [(2 * n - 2, 0)]

    def is_large(node, height):
        return weights[rows_below(Z, node)].sum() >= min_cluster_size and (node >= n or core[node] < height)

    while level:
        below = []
        for node, cluster in level:
            if node < n:
                rows.append((n + cluster, node, inverse(core[node]), weights[node]))
                continue
            *children, height = int(Z[node - n, 0]), int(Z[node - n, 1]), Z[node - n, 2]
            large = [child for child in children if is_large(child, height)]
            if len(large) == 2:
                for child in children:
                    size = weights[rows_below(Z, child)].sum()
                    rows.append((n + cluster, n + n_clusters, inverse(height), size))
                    below.append((child, n_clusters))
                    n_clusters += 1
                continue
            below += [(child, cluster) for child in large]
            for child in children:
                if child not in large:
                    rows += [(n + cluster, row, inverse(height), weights[row]) for row in rows_below(Z, child)]
        level = below
    return rows


def inverse(distance):
    return 1.0 / distance if distance > 0 else np.inf


class Tree:
    """What is asked of a condensed tree; clusters are nodes, from n."""

    def __init__(self, rows, n):
        self.rows, self.n = rows, n
        self.parent = {child: parent for parent, child, _, _ in rows}
        self.value = {child: value for _, child, value, _ in rows}
        self.size = {child: size for _, child, _, size in rows}
        self.clusters = sorted({n} | {child for child in self.parent if child >= n})

    def children(self, cluster):
        return [child for parent, child, _, _ in self.rows if parent == cluster and child >= self.n]

    def birth(self, cluster):
        return self.value.get(cluster, 0.0)

    def death(self, cluster):
        return max((value for parent, _, value, _ in self.rows if parent == cluster), default=0.0)

    def deepest(self, cluster):
        return max([self.death(cluster), *(self.deepest(child) for child in self.children(cluster))])

    def stability(self, cluster):
        total = 0.0
        for parent, _, value, size in self.rows:
            if parent == cluster:
                total += (value - self.birth(cluster)) * size
        return total

    def above(self, cluster):
        """The cluster and those around it, from the inside."""
        found = [cluster]
        while found[-1] in self.parent:
            found.append(self.parent[found[-1]])
        return found


def select(tree, cluster_selection_method, allow_single_cluster, max_cluster_size, cluster_selection_epsilon,
           cluster_selection_epsilon_max):  # fmt: skip
    """The selected clusters."""
    n, epsilon = tree.n, cluster_selection_epsilon

    def distance(cluster):
        if cluster == n:
            return max((1 / value for value in tree.value.values() if value > 0), default=np.inf)
        return np.inf if tree.birth(cluster) == 0 else 1 / tree.birth(cluster)

    def size(cluster):
        return tree.size[cluster] if cluster != n else sum(tree.size[child] for child in tree.children(n))

    def best(cluster):
        """The selected clusters below a cluster, itself included, and their stability."""
        below = [best(child) for child in tree.children(cluster)]
        together = sum(stability for _, stability in below)
        is_too_large = max_cluster_size is not None and size(cluster) > max_cluster_size
        if (
            (cluster == n and not allow_single_cluster)
            or together > tree.stability(cluster)
            or is_too_large
            or distance(cluster) > cluster_selection_epsilon_max
        ):
            return [cluster for chosen, _ in below for cluster in chosen], together
        return [cluster], tree.stability(cluster)

    if cluster_selection_method == "eom":
        chosen = best(n)[0]
    else:
        chosen = [cluster for cluster in tree.clusters if cluster != n and not tree.children(cluster)]
    if epsilon == 0 or chosen == [n]:
        return sorted(chosen)
    found = set()
    for cluster in chosen:
        if distance(cluster) < epsilon:
            wide = [each for each in tree.above(cluster)[1:-1] if distance(each) > epsilon]
            cluster = wide[0] if wide else n if allow_single_cluster else tree.above(cluster)[-2]
        found.add(cluster)
    return sorted(found)


def label(tree, chosen, allow_single_cluster, epsilon):
    """Labels and probabilities of the rows of the tree."""
    labels, probabilities = np.full(tree.n, -1), np.zeros(tree.n)
    for row in range(tree.n):
        own = [cluster for cluster in tree.above(row) if cluster in chosen]
        if not own:
            continue
        least = inverse(epsilon) if epsilon else tree.death(tree.n)
        if own[0] == tree.n and not (len(chosen) == 1 and tree.value[row] >= least):
            continue
        death = tree.death(own[0])
        labels[row] = chosen.index(own[0])
        sure = death == 0 or np.isinf(tree.value[row])
        probabilities[row] = 1.0 if sure else min(tree.value[row], death) / death
    return labels, probabilities


def without_short_splits(rows, n, persistence):
    """Condensed rows where splits of which a part lasts less than `persistence` are undone, from the bottom."""
    while True:
        tree = Tree(rows, n)
        short = [
            cluster
            for cluster in tree.clusters
            if tree.children(cluster)
            and not min(map(tree.deepest, tree.children(cluster))) - tree.birth(tree.children(cluster)[0])
            >= persistence
        ]
        if not short:
            return rows
        parent = max(short)
        one, other = tree.children(parent)
        shorter, longer = (one, other) if tree.deepest(one) <= tree.deepest(other) else (other, one)
        split, found = tree.birth(one), []
        for own, child, value, size in rows:
            if child in (one, other):
                continue
            if own == shorter and tree.children(longer):
                value = min(value, split)
            found.append((parent if own in (one, other) else own, child, value, size))
        names = {cluster: n + i for i, cluster in enumerate(c for c in tree.clusters if c not in (one, other))}
        rows = [(names[own], names.get(child, child), value, size) for own, child, value, size in found]


def outlier_scores(tree):
    scores = np.zeros(tree.n)
    for row in range(tree.n):
        value, deepest = tree.value[row], tree.deepest(tree.parent[row])
        if deepest > 0 and np.isfinite(value):
            scores[row] = 1.0 if np.isinf(deepest) else (deepest - value) / deepest
    return scores


def persistence_scores(tree, chosen, labels, weights=None):
    weights = np.ones(tree.n) if weights is None else weights
    most = max(tree.value.values())
    if not 0 < most < np.inf:
        return np.ones(len(chosen))
    sizes = [weights[labels == each].sum() for each in range(len(chosen))]
    return np.array([tree.stability(c) / (size * most) if size else 1.0 for c, size in zip(chosen, sizes, strict=True)])


def home(tree, chosen, cluster):
    """The selected cluster that rows of a cluster are in, or None; the root can only have rows if it is alone."""
    inside = [each for each in tree.above(cluster) if each in chosen and (each != tree.n or len(chosen) == 1)]
    return inside[0] if inside else None


def exemplars(tree, chosen, own):
    """The rows that leave the lowest clusters of a selected one last."""
    return [
        row
        for row in sorted(row for row in tree.parent if row < tree.n)
        if not tree.children(tree.parent[row])
        and home(tree, chosen, tree.parent[row]) == own
        and tree.value[row] == tree.death(tree.parent[row])
    ]


def together(tree, cluster, value, other):
    """The lambda up to which a row that leaves a cluster at some lambda is with another cluster."""
    if cluster in tree.above(other) or other in tree.above(cluster):
        return value
    common = next(each for each in tree.above(cluster) if each in tree.above(other))
    return tree.birth(tree.children(common)[0])


def share(part, whole):
    return 1.0 if part >= whole else part / whole


def membership(tree, chosen, distances, cluster, value):
    """How likely a row is in each selected cluster, from its distances to the rows and its place in the tree."""
    live = [each for each in chosen if each != tree.n or len(chosen) == 1]
    if not live:
        return np.zeros(len(chosen))
    near = {each: min((distances[row] for row in exemplars(tree, chosen, each)), default=np.inf) for each in live}
    nearest, height, score = min(near.values()), {}, {}
    for each in live:
        height[each] = together(tree, cluster, value, each)
        part = share(height[each], tree.death(cluster)) if height[each] > 0 else 0.0
        score[each] = np.exp(np.exp(-1 / part) if part > 0 else 0.0)
        score[each] *= 1.0 if near[each] == nearest else nearest / near[each]
    most = home(tree, chosen, cluster)
    if most is None:
        most = max(live, key=lambda each: (height[each], score[each], -each))
    in_any = share(height[most], tree.death(most))
    return np.array([score[each] / sum(score.values()) * in_any if each in live else 0.0 for each in chosen])
