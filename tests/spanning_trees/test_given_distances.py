"""Spanning trees of given distances: square matrices and sparse graphs."""

import numpy as np
import pytest
from reference import spanning_trees as reference

from coterie.distances import cdist
from coterie.distances._sparse import as_sparse_rows, from_dense
from coterie.spanning_trees import minimum_spanning_tree
from coterie.spanning_trees._matrix import core_of_graph, core_of_square, tree_of_graph, tree_of_square


def assert_equal(tree, expected):
    np.testing.assert_array_equal(tree.edges, expected[0])
    np.testing.assert_array_equal(tree.weights, expected[1])


def matrix(kind, n, dtype, rng):
    """Distances between n rows."""
    X = {
        "normal": lambda: rng.normal(size=(n, 3)),
        "grid": lambda: rng.randint(3, size=(n, 2)).astype(float),
        "equal": lambda: np.zeros((n, 1)),
        "offset": lambda: rng.normal(size=(n, 2)) + 1e6,
    }[kind]()
    D = cdist(X, X) if kind != "random" else rng.uniform(size=(n, n))
    return D.astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["normal", "grid", "equal", "offset"])
@pytest.mark.parametrize("seed", range(3))
def test_the_tree_of_a_square_is_that_of_all_pairs_in_order(kind, dtype, seed):
    rng = np.random.RandomState(seed)
    for n in [1, 2, 3, 33, *rng.randint(4, 80, size=2)]:
        D = matrix(kind, n, dtype, rng)
        before, n_threads, min_samples = D.copy(), rng.randint(1, 4), rng.randint(1, n + 1)
        assert_equal(tree_of_square(D, n_threads), reference.tree(D))
        core = core_of_square(D, min_samples, n_threads)
        np.testing.assert_array_equal(core, reference.core_distances(D, min_samples))
        assert_equal(tree_of_square(D, n_threads, core=core), reference.tree(D, core))
        np.testing.assert_array_equal(D, before)


@pytest.mark.parametrize("seed", range(3))
def test_of_two_numbers_of_a_pair_the_lesser_counts(seed):
    rng = np.random.RandomState(seed)
    D = matrix("grid", 70, np.float64, rng)
    D += rng.uniform(-4e-10, 4e-10, size=D.shape)
    assert_equal(tree_of_square(D, 2), reference.tree(np.maximum(D, 0.0)))


def test_distances_may_be_infinite_where_the_tree_needs_none():
    D = np.array([[0.0, 1.0, np.inf], [1.0, 0.0, 2.0], [np.inf, 2.0, 0.0]])
    assert_equal(tree_of_square(D, 1), ([[0, 1], [1, 2]], [1.0, 2.0]))
    D[1, 2] = D[2, 1] = np.inf
    with pytest.raises(ValueError, match="some points to all others are infinite"):
        tree_of_square(D, 1)


@pytest.mark.parametrize("place", [(0, 1), (40, 70), (70, 40), (50, 50)])
@pytest.mark.parametrize(
    ("value", "message"), [(np.nan, "np.nan values"), (-1.0, "not be negative|asymmetric"), (7.0, "asymmetric")]
)
def test_a_wrong_number_of_a_square_is_an_error(value, message, place):
    D = matrix("normal", 80, np.float64, np.random.RandomState(0))
    D[place] = value
    if value == 7.0 and place[0] == place[1]:  # a distance of a row to itself is of no use
        assert_equal(tree_of_square(D, 2), reference.tree(D))
        return
    with pytest.raises(ValueError, match=message) as error:
        tree_of_square(D, 2)
    assert str(error.value).endswith(f"row {min(place)}, column {max(place)}.")


def test_a_matrix_that_is_not_square_is_an_error():
    with pytest.raises(ValueError, match=r"it has shape \(2, 3\)"):
        tree_of_square(np.zeros((2, 3)), 1)


class Rows:
    """A sparse matrix as scipy lays it out."""

    def __init__(self, arrays, shape):
        (self.data, self.indices, self.indptr), self.shape = arrays, shape


def graph_of(triples, n, dtype=np.float64, index=np.int32):
    triples = sorted(triples, key=lambda triple: triple[1:])
    values, rows, columns = (np.array(part) for part in zip(*triples, strict=True))
    starts = np.searchsorted(rows, np.arange(n + 1))
    return as_sparse_rows(Rows((values.astype(dtype), columns.astype(index), starts), (n, n)), 1)


@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("density", [0.02, 0.2, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_forest_of_a_graph_is_that_of_all_pairs_in_order(density, dtype, index, seed):
    rng = np.random.RandomState(seed)
    n = rng.randint(2, 60)
    rows, columns = np.nonzero(rng.uniform(size=(n, n)) < density)
    values = rng.randint(4, size=len(rows)).astype(dtype)  # zeros and ties; both orders of a pair may differ
    triples = [(0, 0, 0), *zip(values, rows, columns, strict=True)]
    triples = list({triple[1:]: triple for triple in triples}.values())
    given = graph_of(triples, n, dtype, index)
    pairs = [triple for triple in triples if triple[1] != triple[2]]
    assert_equal(tree_of_graph(given), reference.kruskal(n, pairs))
    core = rng.randint(3, size=n).astype(float)
    weighed = [(max(w, core[i], core[j]), i, j) for w, i, j in pairs]
    assert_equal(tree_of_graph(given, core=core), reference.kruskal(n, weighed))


def test_zeros_that_are_stored_are_edges_and_what_is_not_stored_is_none():
    given = graph_of([(0.0, 1, 0), (3.0, 2, 1), (1.0, 4, 4)], 5)
    tree = tree_of_graph(given)
    assert_equal(tree, ([[0, 1], [1, 2]], [0.0, 3.0]))  # rows 3 and 4 are components of their own


def test_core_distances_of_a_graph_are_those_of_what_is_stored():
    rng = np.random.RandomState(0)
    D = matrix("grid", 30, np.float64, rng) + 1.0
    np.testing.assert_array_equal(core_of_graph(from_dense(D), 4), reference.core_distances(D, 4))
    D[3, 2:] = 0.0
    with pytest.raises(ValueError, match=r"fewer than 4 neighbors.*row 3, which stores 2"):
        core_of_graph(from_dense(D), 4)


@pytest.mark.parametrize("min_samples", [None, 3])
def test_given_distances_lead_to_the_tree_of_the_rows(min_samples):
    X = np.random.RandomState(0).normal(size=(50, 3))
    D, expected = cdist(X, X), minimum_spanning_tree(X, min_samples=min_samples)
    assert_equal(minimum_spanning_tree(D, "precomputed", min_samples=min_samples), expected)
    stored = Rows((D.ravel(), np.tile(np.arange(50), 50), 50 * np.arange(51)), D.shape)
    assert_equal(minimum_spanning_tree(stored, "precomputed", min_samples=min_samples), expected)


def test_a_forest_is_warned_of():
    triangle = Rows((np.ones(2), np.array([1, 2]), np.array([0, 1, 2, 2, 2, 2])), (5, 5))
    with pytest.warns(UserWarning, match="a forest of 3 trees"):
        tree = minimum_spanning_tree(triangle, "precomputed")
    assert_equal(tree, ([[0, 1], [1, 2]], [1.0, 1.0]))


@pytest.mark.parametrize(
    ("D", "message"),
    [
        (np.ones(3), r"shape \(3,\)"),
        (np.empty((0, 0)), r"shape \(0, 0\)"),
        (np.ones((2, 3)), r"shape \(2, 3\)"),
        (np.array([[0.0, np.nan], [np.nan, 0.0]]), "np.nan values"),
        (Rows((-np.ones(1), np.zeros(1, int), np.array([0, 0, 1])), (2, 2)), "negative.*row 1, column 0"),
        (Rows((np.ones(1), np.zeros(1, int), np.array([0, 0, 1])), (2, 3)), r"shape \(2, 3\)"),
    ],
)
def test_what_is_no_matrix_of_distances_is_an_error(D, message):
    with pytest.raises(ValueError, match=message):
        minimum_spanning_tree(D, "precomputed")
