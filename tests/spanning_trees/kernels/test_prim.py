"""Single linkage by Prim's algorithm."""

import numpy as np
import pytest
from reference import agglomerative as reference

from coterie._dendrogram.merges import label_merges
from coterie._runtime.parallel import over
from coterie.distances import as_metric, pdist, squareform
from coterie.distances._pairwise import prepare
from coterie.spanning_trees._kernels import prim


def tree(X, portion):
    """Visits, heights, children and linkage matrix; `portion` points are added before those inside are left out."""
    n, metric = len(X), as_metric("euclidean")
    visits, heights = np.full(n, -1), np.full(n - 1, np.nan)
    visits[0] = 0
    names, least, done = np.arange(1, n), np.full(n - 1, np.inf), 1
    while len(names):
        inside, row, steps = np.zeros(len(names)), np.empty(len(names)), min(portion, len(names))
        points, others = prepare(X, metric, 1), prepare(X[names], metric, 1)
        state = points, others, names, least, inside, row, visits, heights, done
        over(steps, 1, 1, prim.visit_nearest, *state)
        names, least, done = names[inside == 0], least[inside == 0], done + steps
    order = np.argsort(heights, kind="stable")
    pairs = np.column_stack([visits[order], visits[order + 1]])
    Z = label_merges(pairs, heights[order], ordered=False)
    children = Z[:, :2].astype(np.intp)
    Z[:, :2].sort(axis=1)
    return visits, heights, children, Z


@pytest.mark.parametrize("portion", [1, 7, 1000])
@pytest.mark.parametrize("seed", range(4))
def test_visits_children_and_heights_are_those_of_the_definition(portion, seed):
    rng = np.random.RandomState(seed)
    for case in range(20):
        X = rng.normal(size=(rng.randint(2, 50), rng.randint(1, 4)))
        if case % 4 == 0:
            X = np.round(X)  # ties
        visits, heights, children, Z = tree(X, portion)
        D = squareform(pdist(X))
        expected, merges = reference.prim(D)
        assert sorted(visits) == list(range(len(X)))
        for i in range(1, len(X)):
            assert heights[i - 1] == D[np.ix_(visits[i:], visits[:i])].min()
        np.testing.assert_array_equal(children, expected)
        np.testing.assert_array_equal(np.sort(children), Z[:, :2])
        np.testing.assert_array_equal(Z[:, 2], merges)
        assert Z[:, 3].tolist() == [len(reference.below(children, len(X) + row)) for row in range(len(Z))]


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_scipys(seed):
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    rng = np.random.RandomState(seed)
    for _ in range(5):
        X = rng.normal(size=(rng.randint(2, 300), 3))
        *_, Z = tree(X, 40)
        expected = hierarchy.linkage(X)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-12)
