"""Statistics of heights."""

import numpy as np
import pytest
from reference import tree as reference

from coterie import hierarchy

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])
R = hierarchy.inconsistent(Z)
Y = reference.condensed(reference.cophenet(Z))
Z3 = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]


@pytest.mark.parametrize("kind", reference.KINDS)
def test_cophenetic_distances(kind):
    for tree in reference.random_linkages(kind):
        expected = reference.condensed(reference.cophenet(tree))
        np.testing.assert_array_equal(hierarchy.cophenet(tree), expected)
        if len(tree) > 2 and kind != "level":
            y = np.random.RandomState(0).uniform(size=len(expected)) + 1e6
            c, d = hierarchy.cophenet(tree, y)
            np.testing.assert_array_equal(d, expected)
            np.testing.assert_allclose(c, np.corrcoef(expected, y)[0, 1], rtol=1e-6, atol=1e-9)
    for y, message in (
        (Y[:6], "^Y must hold the 10 distances between the 5 points of Z. Got 6.$"),
        (Y[:9], "binomial"),
        (Y[None], "one-dimensional"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.cophenet(Z, y)


@pytest.mark.parametrize("kind", reference.KINDS)
def test_statistics_of_heights(kind):
    for tree in reference.random_linkages(kind):
        np.testing.assert_array_equal(hierarchy.maxdists(tree), reference.largest_below(tree, tree[:, 2]))
        for depth in (0, 1, 2, 5, 1000):
            R, expected = hierarchy.inconsistent(tree, depth), reference.inconsistent(tree, depth)
            np.testing.assert_allclose(R[:, :3], expected[:, :3], rtol=1e-12, atol=1e-7)
        for i in range(4):
            np.testing.assert_array_equal(hierarchy.maxRstat(tree, R, i), reference.largest_below(tree, R[:, i]))
        np.testing.assert_array_equal(hierarchy.maxinconsts(tree, R), hierarchy.maxRstat(tree, R, 3))


def test_wrong_columns_of_statistics():
    with pytest.raises(TypeError, match="integer"):
        hierarchy.maxRstat(Z, R, 1.0)
    for i in (-1, 4):
        with pytest.raises(ValueError, match="between 0 and 3"):
            hierarchy.maxRstat(Z, R, i)
    with pytest.raises(ValueError, match="different number of rows"):
        hierarchy.maxinconsts(Z, R[1:])


@pytest.mark.parametrize("d", [None, "2", 1j, [2], np.nan, np.inf, 1.5, -1])
def test_a_depth_is_a_whole_number(d):
    with pytest.raises(ValueError, match=r"^The second argument d must be a nonnegative integer value"):
        hierarchy.inconsistent(Z3, d)
