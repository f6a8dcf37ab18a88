"""squareform: condensed matrices and square ones, beside scipy."""

import numpy as np
import pytest

from coterie.distances import squareform


@pytest.mark.parametrize("dtype", ["f8", "f4", "f2", "i8", "i4", "u1", "?", ">f8", "c16", "g", "O", "m8[s]"])
@pytest.mark.parametrize("n", [1, 2, 3, 9, 20, 131])
def test_squareform_goes_both_ways(n, dtype):
    y = (np.arange(n * (n - 1) // 2) % 120 + 1).astype(dtype)
    square = squareform(y)
    assert square.shape == (n, n) and square.dtype == y.dtype
    expected, at = np.zeros((n, n), dtype=dtype), 0
    for i in range(n):
        for j in range(i + 1, n):
            expected[i, j] = expected[j, i] = y[at]
            at += 1
    np.testing.assert_array_equal(square, expected)
    for given in (square, np.asfortranarray(square), square.tolist() if dtype == "f8" else square):
        back = squareform(given)
        assert back.dtype == y.dtype and not np.shares_memory(back, square)
        np.testing.assert_array_equal(back, y)
    np.testing.assert_array_equal(squareform(np.repeat(y, 2)[::2]), square)


def test_squareform_of_a_large_read_only_matrix():
    y = np.random.RandomState(0).normal(size=1500 * 1499 // 2)
    y.flags.writeable = False
    square = squareform(y)
    np.testing.assert_array_equal(square, square.T)
    np.testing.assert_array_equal(square[np.triu_indices(1500, 1)], y)
    assert not square.diagonal().any()
    square.flags.writeable = False
    np.testing.assert_array_equal(squareform(square), y)


def test_squareform_looks_at_the_upper_triangle_only_without_checks():
    lopsided = np.arange(1.0, 10).reshape(3, 3)
    np.testing.assert_array_equal(squareform(lopsided, checks=False), [2, 3, 6])


ROUND = np.array([[0.0, 1.0], [1.0, 0.0]])


@pytest.mark.parametrize(
    "given, arguments, words",
    [
        (ROUND[:1], {}, "The matrix argument must be square."),
        (ROUND[:1], {"checks": False}, "The matrix argument must be square."),
        (ROUND + np.eye(2), {}, "Distance matrix 'X' diagonal must be zero."),
        (np.triu(ROUND), {}, "Distance matrix 'X' must be symmetric."),
        (np.where(ROUND, np.nan, 0), {}, "Distance matrix 'X' must be symmetric."),
        (np.ones(2), {}, "Incompatible vector size."),
        (np.ones(5), {}, "Incompatible vector size."),
        (np.ones((2, 2, 2)), {}, "A 3-dimensional array is not permitted"),
        (ROUND, {"force": "tomatrix"}, "Forcing 'tomatrix' but input X is not a distance vector."),
        (np.ones(3), {"force": "ToVector"}, "Forcing 'tovector' but input X is not a distance matrix."),
    ],
)
def test_squareform_refuses_with_the_sentences_of_scipy(given, arguments, words):
    with pytest.raises(ValueError, match=words) as ours:
        squareform(given, **arguments)
    scipy = pytest.importorskip("scipy.spatial.distance")
    with pytest.raises(ValueError) as theirs:
        scipy.squareform(given, **arguments)
    assert str(ours.value) == str(theirs.value)


def test_asymmetry_is_found_wherever_it_is():
    n = 600
    D = squareform(np.arange(1.0, n * (n - 1) // 2 + 1))
    for i, j in ((0, n - 1), (n - 1, 0), (300, 255), (255, 256), (n - 1, n - 2)):
        other = D.copy()
        other[i, j] += 1
        with pytest.raises(ValueError, match="must be symmetric"):
            squareform(other)


def test_squareform_forced_the_way_that_it_goes():
    np.testing.assert_array_equal(squareform([1.0], force="tomatrix"), ROUND)
    np.testing.assert_array_equal(squareform(ROUND, force="tovector"), [1])
    np.testing.assert_array_equal(squareform([]), np.zeros((1, 1)))
    assert squareform(np.zeros((1, 1))).shape == (0,)


@pytest.mark.parametrize("force", [None, 0, "square", b"no", ["tomatrix"]])
def test_squareform_is_forced_by_three_words_only(force):
    with pytest.raises(ValueError, match=r"^The 'force' parameter of squareform must be a str among"):
        squareform([1.0, 2.0, 3.0], force)
