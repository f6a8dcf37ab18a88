"""What must hold for any tree."""

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy
from coterie.distances import squareform

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies
some_examples = hypothesis.settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def trees(draw, kinds=reference.KINDS):
    rng = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    return reference.random_linkage(rng, draw(st.integers(2, 40)), draw(st.sampled_from(kinds)))


monotone = trees(("chain", "rising", "ties", "level"))


@hypothesis.given(monotone)
@some_examples
def test_cophenetic_distances_are_ultrametric(Z):
    D = squareform(hierarchy.cophenet(Z))
    for way in D:  # by way of any third point
        assert (D <= np.maximum(way[:, None], way)).all()


@hypothesis.given(monotone, st.floats(0, 1))
@some_examples
def test_clusters_are_the_points_within_a_cophenetic_distance(Z, part):
    t = np.quantile(Z[:, 2], part)
    T = hierarchy.fcluster(Z, t, "distance")
    np.testing.assert_array_equal(T[:, None] == T, squareform(hierarchy.cophenet(Z)) <= t)


@hypothesis.given(monotone)
@some_examples
def test_single_linkage_of_cophenetic_distances_is_the_tree_again(Z):
    d = hierarchy.cophenet(Z)
    np.testing.assert_array_equal(hierarchy.cophenet(hierarchy.linkage(d, "single")), d)


@hypothesis.given(trees())
@some_examples
def test_leaves_are_all_points_and_each_cluster_has_neighbors_only(Z):
    leaves = hierarchy.leaves_list(Z)
    assert sorted(leaves) == list(range(len(Z) + 1))
    place = np.argsort(leaves)
    for points in reference.points(Z):
        assert np.ptp(place[points]) == len(points) - 1


@hypothesis.given(trees())
@some_examples
def test_cuts_are_nested(Z):
    labels = hierarchy.cut_tree(Z)
    for fine, coarse in zip(labels.T[:-1], labels.T[1:], strict=True):
        assert len(set(zip(fine.tolist(), coarse.tolist(), strict=True))) == fine.max() + 1 == coarse.max() + 2


@hypothesis.given(trees(), st.integers(0, 2**32 - 1))
@some_examples
def test_ordering_changes_nothing_but_sides_and_never_for_the_worse(Z, seed):
    y = np.random.RandomState(seed).uniform(size=len(Z) * (len(Z) + 1) // 2)
    ordered = hierarchy.optimal_leaf_ordering(Z, y)
    np.testing.assert_array_equal(np.sort(ordered[:, :2]), np.sort(Z[:, :2]))
    before, after = (reference.path_length(hierarchy.leaves_list(each), squareform(y)) for each in (Z, ordered))
    assert after <= before * (1 + 1e-12)
