"""From a linkage matrix to labels: compared with the definition, and with scikit-learn's own functions."""

import numpy as np
import pytest
from reference import hdbscan as reference
from reference.tree import chain, random_linkage

from coterie.density import CondensedTree
from coterie.density._condensed_tree import (
    condense_tree,
    label_rows,
    leaves_of,
    outlier_scores_of,
    persistence_of,
    select_clusters,
)

SEEDS = pytest.mark.parametrize("seed", range(12))


def tree_of(Z, min_cluster_size, weights=None, core=None, persistence=0.0):
    n = len(Z) + 1
    return condense_tree(Z, 2 * n - 2, np.zeros(n) if core is None else core, weights, min_cluster_size, persistence)


def labels_of(tree, **options):
    selected = select_clusters(tree, **{**reference.SELECTIONS, **options})
    labels, probabilities = label_rows(*leaves_of(tree), tree, selected, 2)
    return selected, labels, probabilities


def random_case(rng, most=40):
    """A linkage matrix with ties and equal rows, and parameters that go with it."""
    Z = random_linkage(rng, rng.randint(2, most), ["rising", "ties", "chain", "level"][rng.randint(4)])
    Z[:, 2] = np.maximum(Z[:, 2] - rng.choice([0, 1, 3]), 0)
    Z[:, :2].sort(axis=1)
    options = {
        "cluster_selection_method": rng.choice(["eom", "eom", "leaf"]),
        "allow_single_cluster": bool(rng.randint(2)),
        "max_cluster_size": None if rng.rand() < 0.6 else rng.randint(1, most),
        "cluster_selection_epsilon": float(rng.choice([0.0, rng.choice(Z[:, 2]), rng.uniform(0, 4)])),
    }
    return Z, int(rng.randint(2, 6)), options


@SEEDS
def test_trees_are_condensed_as_defined(seed, interrupted):
    rng = np.random.RandomState(seed)
    for _ in range(6):
        Z, least, _ = random_case(rng)
        n = len(Z) + 1
        weights = rng.choice([1.0, 2.0, 0.5, 7.0], size=n) if rng.randint(2) else None
        core = rng.choice([0.0, 1.0, 2.0], size=n)
        tree = tree_of(Z, least, weights, core)
        expected = reference.condense(Z, least, weights, core)
        assert list(zip(*(each.tolist() for each in tree.rows), strict=True)) == expected
        known = reference.Tree(expected, n)
        for name in ("birth", "death", "deepest"):
            found = getattr(tree.clusters, name)
            assert found.tolist() == [getattr(known, name)(cluster) for cluster in known.clusters], name
        np.testing.assert_array_equal(tree.clusters.stability, [known.stability(each) for each in known.clusters])
        assert tree.clusters.is_leaf.tolist() == [not known.children(cluster) for cluster in known.clusters]


@SEEDS
def test_clusters_are_selected_and_rows_labeled_as_defined(seed):
    rng = np.random.RandomState(100 + seed)
    for _ in range(12):
        Z, least, options = random_case(rng)
        options["cluster_selection_epsilon_max"] = max(
            options["cluster_selection_epsilon"], float(rng.choice([np.inf, rng.uniform(0, 4)]))
        )
        tree = tree_of(Z, least)
        known = reference.Tree(reference.condense(Z, least), len(Z) + 1)
        if np.isnan(tree.clusters.stability).any():  # equal rows in several clusters: see the next test
            continue
        selected, labels, probabilities = labels_of(tree, **options)
        chosen = reference.select(known, **{**reference.SELECTIONS, **options})
        assert (selected.chosen + len(Z) + 1).tolist() == chosen, (Z.tolist(), least, options)
        single, epsilon = options["allow_single_cluster"], options["cluster_selection_epsilon"]
        expected = reference.label(known, chosen, single, epsilon)
        np.testing.assert_array_equal(labels, expected[0])
        np.testing.assert_array_equal(probabilities, expected[1])
        np.testing.assert_array_equal(outlier_scores_of(tree, *leaves_of(tree)), reference.outlier_scores(known))
        with np.errstate(invalid="ignore"):
            found = persistence_of(tree, selected, labels, None)
        np.testing.assert_array_equal(found, reference.persistence_scores(known, chosen, labels))


@SEEDS
def test_labels_are_those_of_scikit_learn(seed):
    theirs = pytest.importorskip("sklearn.cluster._hdbscan._tree")
    rng = np.random.RandomState(200 + seed)
    compared = 0
    for _ in range(25):
        Z, least, options = random_case(rng, 80)
        hierarchy = np.zeros(len(Z), theirs.HIERARCHY_dtype)
        for name, column in zip(hierarchy.dtype.names, Z.T, strict=True):
            hierarchy[name] = column
        _, labels, probabilities = labels_of(tree_of(Z, least), **options)
        try:
            expected = theirs.tree_to_labels(hierarchy, least, *(options[name] for name in (
                "cluster_selection_method", "allow_single_cluster", "cluster_selection_epsilon", "max_cluster_size",
            )))  # fmt: skip
        except (KeyError, TypeError):  # one cluster that is not the root; epsilon with numpy 2.4 and later
            continue
        compared += 1
        np.testing.assert_array_equal(labels, expected[0])
        np.testing.assert_array_equal(probabilities, expected[1])
    assert compared > 5


@SEEDS
def test_short_splits_are_undone_as_defined(seed):
    rng = np.random.RandomState(300 + seed)
    for _ in range(8):
        Z, least, _ = random_case(rng)
        persistence = float(rng.choice([0.01, 0.2, 0.5, 2.0]))
        tree = tree_of(Z, least, persistence=persistence)
        n, rows = len(Z) + 1, reference.condense(Z, least)
        expected = reference.without_short_splits(rows, n, persistence)
        assert list(zip(*(each.tolist() for each in tree.rows), strict=True)) == expected
        assert tree.clusters.is_leaf.tolist() == [
            not reference.Tree(expected, n).children(n + cluster) for cluster in range(len(tree.clusters.birth))
        ]


def test_a_long_chain_is_condensed_without_recursion():
    n = 100_000
    tree = tree_of(chain(n), 5)
    assert len(tree.rows.parent) == n and len(tree.clusters.birth) == 1
    assert tree.rows.lambda_val[[0, -1]].tolist() == [1 / (n - 1), 1 / 4]


def test_a_row_is_a_cluster_where_its_copies_meet_before_it_joins_others():
    Z = np.array([[0.0, 1.0, 2.0, 2.0]])
    apart = tree_of(Z, 3, np.array([3.0, 4.0]), np.array([0.0, 1.0]))
    assert list(zip(*apart.rows, strict=True)) == [(2, 3, 0.5, 3), (2, 4, 0.5, 4), (3, 0, np.inf, 3), (4, 1, 1.0, 4)]
    together = tree_of(Z, 3, np.array([3.0, 4.0]), np.array([0.0, 2.0]))
    assert list(zip(*together.rows, strict=True)) == [(2, 1, 0.5, 4), (2, 0, np.inf, 3)]


def test_a_tree_is_a_table_too():
    tree = tree_of(chain(4, np.array([1.0, 2.0, 4.0])), 2)
    table = tree.as_table(np.int64)
    assert isinstance(table, CondensedTree) and table.dtype.names == ("parent", "child", "lambda_val", "child_size")
    assert table["lambda_val"].tolist() == [0.25, 0.5, 1.0, 1.0] and set(table["child_size"]) == {1}
    assert table.dtype["child_size"] == np.int64 and tree.as_table(np.float64).dtype["child_size"] == np.float64
    pandas = pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and frame["child"].tolist() == table["child"].tolist()
