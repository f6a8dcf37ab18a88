"""Linkage matrices as MATLAB writes them."""

import numpy as np
import pytest

from coterie import hierarchy

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])


def test_a_matrix_goes_to_matlab_and_back():
    mlab = hierarchy.to_mlab_linkage(Z)
    np.testing.assert_array_equal(mlab, Z[:, :3] + [1, 1, 0])
    np.testing.assert_array_equal(hierarchy.from_mlab_linkage(mlab), Z)
    np.testing.assert_array_equal(hierarchy.from_mlab_linkage(mlab.astype(np.float32).tolist()), Z)
    for convert in (hierarchy.to_mlab_linkage, hierarchy.from_mlab_linkage):
        assert convert([]).shape == (0,)
    for wrong in (mlab[:, :2], Z):
        with pytest.raises(ValueError, match="must have 3 columns"):
            hierarchy.from_mlab_linkage(wrong)
    for wrong in (mlab - [1, 1, 0], mlab + [1, 0, 0], mlab * [np.nan, 1, 1]):
        with pytest.raises(ValueError, match=r"1\.\.N"):
            hierarchy.from_mlab_linkage(wrong)
    with pytest.raises(ValueError, match="rectangular"):
        hierarchy.from_mlab_linkage(mlab[0])
