"""Flat clusters."""

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])
R = hierarchy.inconsistent(Z)
Z3 = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]


@pytest.mark.parametrize("kind", reference.KINDS)
def test_flat_clusters(kind):
    for tree in reference.random_linkages(kind):
        n, heights = len(tree) + 1, reference.largest_below(tree, tree[:, 2])
        for t in (0.0, heights[0], np.median(heights), heights.max()):
            expected = reference.flat(tree, heights, t)
            labels = hierarchy.fcluster(tree, t, "distance")
            assert labels.dtype == np.int32
            np.testing.assert_array_equal(labels, expected)
        R = hierarchy.inconsistent(tree, 3)
        coefficient = reference.largest_below(tree, R[:, 3])
        for t in (0.0, 0.7, 1.1):
            np.testing.assert_array_equal(hierarchy.fcluster(tree, t, depth=3), reference.flat(tree, coefficient, t))
            np.testing.assert_array_equal(hierarchy.fcluster(tree, t, R=R), hierarchy.fcluster(tree, t, depth=3))
            np.testing.assert_array_equal(
                hierarchy.fcluster(tree, t, "monocrit", monocrit=coefficient), hierarchy.fcluster(tree, t, depth=3)
            )
        if (np.diff(heights) >= 0).all():
            for k in range(1, n + 1):
                labels = hierarchy.fcluster(tree, k, "maxclust")
                assert labels.max() <= k
                np.testing.assert_array_equal(
                    labels, hierarchy.fcluster(tree, k, "maxclust_monocrit", monocrit=heights)
                )
                if kind == "rising":
                    assert labels.max() == k


def test_as_many_clusters_as_points_are_the_points():
    assert hierarchy.fcluster(Z, 5, "maxclust").tolist() == [1, 2, 3, 4, 5]
    assert hierarchy.fcluster(Z, 99, "maxclust").tolist() == [1, 2, 3, 4, 5]


def test_wrong_requests_for_flat_clusters():
    for arguments, message in (
        ((1.0, "distances"), "^Invalid cluster formation criterion: distances$"),
        ((0, "maxclust"), "^t must be at least 1 for criterion 'maxclust'. Got 0.$"),
        ((1.0, "monocrit"), "^monocrit must be given for criterion 'monocrit'.$"),
        ((1.0, "monocrit", 2, None, [1.0, 2.0]), r"^monocrit must have shape \(4,\), .* Got \(2,\)\.$"),
        ((1.0, "inconsistent", 2, R[1:]), "different number of rows"),
        ((1.0, "inconsistent", 2, -R), "contains negative link height means"),
        ((1.0, "inconsistent", -1), "nonnegative integer"),
        ((1.0, "inconsistent", 1.5), "nonnegative integer"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.fcluster(Z, *arguments)


def test_at_most_infinitely_many_clusters_are_all_points():
    for most in (np.inf, 10**400, 3):
        np.testing.assert_array_equal(hierarchy.fcluster(Z3, most, "maxclust"), [1, 2, 3])
    for t in (np.nan, None, "2", 1j, [2]):
        for criterion in ("maxclust", "distance", "inconsistent"):
            with pytest.raises(ValueError, match=r"^The 't' parameter of fcluster must be a real number"):
                hierarchy.fcluster(Z3, t, criterion)


def test_flat_clusters_of_observations():
    X = np.array([[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]])
    assert hierarchy.fclusterdata(X, 2.0, "distance").tolist() == [1, 1, 2, 2]
    assert hierarchy.fclusterdata(X, 2, "maxclust", metric="cityblock", method="average").tolist() == [1, 1, 2, 2]
    X = np.random.RandomState(0).normal(size=(40, 2))
    tree = hierarchy.linkage(X, "single")
    deep = hierarchy.fclusterdata(X, 1.1, depth=5)
    np.testing.assert_array_equal(deep, hierarchy.fcluster(tree, 1.1, depth=5))
    assert not hierarchy.is_isomorphic(deep, hierarchy.fclusterdata(X, 1.1))
    np.testing.assert_array_equal(hierarchy.fclusterdata(X, 1.1, R=hierarchy.inconsistent(tree, 5)), deep)
    with pytest.raises(TypeError, match="n by m array"):
        hierarchy.fclusterdata(X[0], 2.0)
    with pytest.raises(ValueError, match="Unknown Distance Metric: no such"):
        hierarchy.fclusterdata(X, 2.0, metric="no such")


@pytest.mark.parametrize("kind", reference.KINDS)
def test_cuts_have_exactly_as_many_clusters_ties_and_inversions_or_not(kind):
    for tree in reference.random_linkages(kind):
        n = len(tree) + 1
        labels = hierarchy.cut_tree(tree)
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels.T, [reference.cut(tree, k) for k in range(n, 0, -1)])
        ks = np.random.RandomState(n).randint(1, n + 1, size=5)
        np.testing.assert_array_equal(hierarchy.cut_tree(tree, ks), labels[:, n - ks])
        highest = reference.largest_below(tree, tree[:, 2])
        for height in (-1.0, highest[0], np.median(highest), highest.max() + 1):
            below = reference.by_first_point(
                np.unique(  # clusters lower than the height are whole
                    reference.flat(tree, highest, np.nextafter(height, -np.inf)), return_inverse=True
                )[1]
            )
            np.testing.assert_array_equal(hierarchy.cut_tree(tree, height=height)[:, 0], below)


def test_numbers_of_clusters_out_of_range_are_the_nearest_possible():
    assert (hierarchy.cut_tree(Z, [0, -3, 6, 99]).max(axis=0) + 1).tolist() == [1, 1, 5, 5]
    assert hierarchy.cut_tree(Z, []).shape == (5, 0)
    with pytest.raises(ValueError, match="must be None"):
        hierarchy.cut_tree(Z, 2, 1.0)


@pytest.mark.parametrize("number", [np.nan, None, "2", [[1, 2]], [1, np.nan]])
@pytest.mark.parametrize("parameter", ["n_clusters", "height"])
def test_cuts_are_numbers(parameter, number):
    if number is not None:
        with pytest.raises(ValueError, match=parameter):
            hierarchy.cut_tree(Z3, **{parameter: number})


@pytest.mark.parametrize("kind", reference.KINDS)
def test_leaders_are_the_nodes_of_the_clusters(kind):
    for tree in reference.random_linkages(kind):
        T = hierarchy.fcluster(tree, np.median(tree[:, 2]), "distance")
        L, M = hierarchy.leaders(tree, T)
        assert L.dtype == M.dtype == np.int32
        assert list(zip(L, M, strict=True)) == reference.leaders(tree, T)


def test_wrong_labels_have_no_leaders():
    with pytest.raises(TypeError, match=r"^T must be a 1-D array of dtype int32.$"):
        hierarchy.leaders(Z, [1, 1, 2, 2, 3])
    with pytest.raises(ValueError, match=r"^Mismatch: "):
        hierarchy.leaders(Z, np.ones(4, np.int32))
    with pytest.raises(ValueError, match="linkage node 6 "):
        hierarchy.leaders(Z, np.array([1, 2, 1, 2, 1], np.int32))
