"""What is wrong with a linkage matrix."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import linkage_matrix as kernel


def read(Z):
    children = np.full((len(Z), 2), -1, np.int64)
    return kernel.read_children(np.asarray(Z, dtype=float), np.zeros(2 * len(Z) + 1, np.uint8), children), children


@pytest.mark.parametrize("kind", reference.KINDS)
def test_a_tree_is_read(kind):
    for Z in reference.random_linkages(kind):
        wrong, children = read(Z)
        assert wrong == 0
        np.testing.assert_array_equal(children, Z[:, :2])


@pytest.mark.parametrize(
    ("row", "column", "value", "wrong"),
    [
        (1, 0, -1.0, kernel.NEGATIVE_INDEX),
        (2, 1, -0.5, kernel.NEGATIVE_INDEX),
        (2, 0, -np.inf, kernel.NEGATIVE_INDEX),
        (0, 0, 4.0, kernel.TOO_EARLY),
        (1, 0, 5.0, kernel.TOO_EARLY),
        (2, 1, 2.0**63, kernel.TOO_EARLY),
        (2, 1, np.inf, kernel.TOO_EARLY),
        (2, 1, 6.0, kernel.TOO_EARLY),
        (1, 0, 0.0, kernel.TWICE),
        (2, 1, 4.0, kernel.TWICE),
        (1, 0, 2.5, kernel.NOT_WHOLE),
        (1, 0, np.nan, kernel.NOT_WHOLE),
        (0, 0, 1e-320, kernel.NOT_WHOLE),
        (0, 2, -0.1, kernel.NEGATIVE_DISTANCE),
        (0, 3, -1.0, kernel.NEGATIVE_COUNT),
        (0, 3, 4.5, kernel.EXCESSIVE_COUNT),
    ],
)
def test_what_is_wrong_is_named(row, column, value, wrong):
    Z = np.array([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 0.5, 2.0], [4.0, 5.0, 1.0, 4.0]])
    assert read(Z)[0] == 0
    Z[row, column] = value
    assert read(Z)[0] == wrong


def test_all_that_is_wrong_is_named():
    assert read([[-1.0, 0.5, -1.0, -1.0], [7.0, 0.0, 0.0, 9.0], [0.0, 4.0, 0.0, 0.0]])[0] == 127
