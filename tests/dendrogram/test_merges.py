"""Linkage matrices from merges in any order."""

import numpy as np
import pytest

from coterie._dendrogram.merges import Merges, label_merges


def test_merges_are_sorted_by_height_and_stay_in_order_where_equal():
    merges = Merges(4)
    merges.add(np.array([2]), np.array([3]), np.array([2.0]))
    merges.add(np.array([0, 1]), np.array([1, 3]), np.array([1.0, 2.0]))
    assert merges.done == 3
    assert merges.linkage_matrix("any linkage").tolist() == [[0, 1, 1, 2], [2, 3, 2, 2], [4, 5, 2, 4]]
    assert merges.linkage_matrix("any linkage", 1, sort=False).tolist() == [[2, 3, 4, 2], [0, 1, 2, 2], [4, 5, 4, 4]]


def test_heights_beyond_the_largest_number_are_refused():
    merges = Merges(2)
    merges.add(np.array([0]), np.array([1]), np.array([1.0]))
    with pytest.raises(ValueError, match=r"^The distances are too large for any linkage: .* Divide the data by some"):
        merges.linkage_matrix("any linkage", 1024)


def test_what_is_no_tree_is_refused():
    with pytest.raises(ValueError, match="not the edges of a tree"):
        label_merges(np.array([[0, 1], [1, 0]]), np.arange(2.0))
