"""Cuts of a tree (scikit-learn's `children_`), and where new rows belong: slow, obvious."""

import heapq

import numpy as np


def below(children, node):
    """The objects below a node."""
    n = len(children) + 1
    stack, found = [node], []
    while stack:
        node = stack.pop()
        if node < n:
            found.append(int(node))
        else:
            stack.extend(children[node - n])
    return sorted(found)


def heads_by_number(children, n_clusters):
    """The nodes of a cut into n_clusters as scikit-learn numbers them: by their places in a list that heapq keeps."""
    n = len(children) + 1
    heap = [-(2 * n - 2)]
    for _ in range(n_clusters - 1):
        left, right = children[-heap[0] - n]
        heapq.heappush(heap, -left)
        heapq.heappushpop(heap, -right)
    return [-node for node in heap]


def heads_by_size(children, min_size):
    """The nodes that are left when clusters are split from the top while both parts are so large; any order."""
    n = len(children) + 1
    stack, heads = [2 * n - 2], []
    while stack:
        node = stack.pop()
        if node >= n and min(len(below(children, child)) for child in children[node - n]) >= min_size:
            stack.extend(children[node - n])
        else:
            heads.append(node)
    return heads


def labels(children, heads):
    out = np.full(len(children) + 1, -1)
    for label, head in enumerate(heads):
        out[below(children, head)] = label
    return out


def prim(D):
    """The merges of single linkage as scikit-learn writes them, and their heights: Prim's visits, sorted by height."""
    n = len(D)
    visited, edges = [0], []
    while len(visited) < n:
        rest = [i for i in range(n) if i not in visited]
        nearest = min(rest, key=lambda i: D[i, visited].min())
        edges.append((D[nearest, visited].min(), visited[-1], nearest))
        visited.append(nearest)
    edges.sort(key=lambda edge: edge[0])
    head, children = list(range(n)), []
    for row, (_, left, right) in enumerate(edges):
        pair = head[left], head[right]
        children.append(pair)
        head = [n + row if each in pair else each for each in head]
    return np.array(children), np.array([height for height, _, _ in edges])


def distance_to(children, node, linkage, d, x, X):
    """The distance of a new row to a cluster: d are its distances to all objects, x and X the rows (or None)."""
    n = len(children) + 1
    members = below(children, node)
    if linkage in ("single", "complete", "average"):
        return {"single": np.min, "complete": np.max, "average": np.mean}[linkage](d[members])
    if linkage == "weighted":
        return (
            d[node]
            if node < n
            else np.mean([distance_to(children, child, linkage, d, x, X) for child in children[node - n]])
        )
    if linkage == "ward":

        def spread(rows):
            return ((rows - rows.mean(axis=0)) ** 2).sum()

        return np.sqrt(2 * (spread(np.vstack([X[members], x])) - spread(X[members])))
    return np.linalg.norm(x - center(children, node, linkage, X))


def center(children, node, linkage, X):
    if node < len(X):
        return X[node]
    if linkage == "centroid":
        return X[below(children, node)].mean(axis=0)
    return np.mean([center(children, child, linkage, X) for child in children[node - len(X)]], axis=0)


def predict(children, n_clusters, linkage, distances, new=None, X=None):
    """Distances of new rows to clusters, (m, k); the label is the place of the smallest."""
    heads = heads_by_number(children, n_clusters)
    return np.array(
        [
            [distance_to(children, head, linkage, d, None if new is None else new[i], X) for head in heads]
            for i, d in enumerate(distances)
        ]
    )
