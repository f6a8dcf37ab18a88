"""Which weights are taken, and what is said about those that are not."""

import numpy as np
import pytest

from coterie import KMeans, kmeans_plusplus
from coterie._base.arrays import as_weights

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


def test_weights_become_a_float64_vector():
    assert as_weights(None, 3) is None
    np.testing.assert_array_equal(as_weights(2, 3), [2.0, 2.0, 2.0])
    for given in ([0, 1, 2], np.arange(3, dtype=">i2"), np.arange(6.0)[::2] / 2, np.array([0, 1, 2], dtype=object)):
        weights = as_weights(given, 3)
        assert weights.dtype == np.float64 and weights.flags.c_contiguous
        np.testing.assert_array_equal(weights, [0, 1, 2])
    kept = np.ones(3)
    assert as_weights(kept, 3) is kept


def test_weights_from_a_series():
    pd = pytest.importorskip("pandas")
    np.testing.assert_array_equal(as_weights(pd.Series([1, 2], index=[7, 8]), 2), [1, 2])
    np.testing.assert_array_equal(as_weights(pd.Series([1, 2], dtype="Float64"), 2), [1, 2])


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        (
            np.ones((40, 1)),
            r"^Sample weights must be 1D array or scalar, got 2D array\. "
            r"Expected either a scalar value or a 1D array of length 40\.$",
        ),
        (np.ones(39), r"^sample_weight\.shape == \(39,\), expected \(40,\)!$"),
        (np.zeros(40), r"^Sample weights must contain at least one non-zero number\.$"),
        (0, r"^Sample weights must contain at least one non-zero number\.$"),
        (np.r_[np.ones(39), np.nan], r"^Input sample_weight contains NaN\. First at row 39\.$"),
        (
            np.inf,
            r"^Input sample_weight contains infinity or a value too large for dtype\('float64'\)\. First at row 0\.$",
        ),
        (np.r_[1, -1, np.ones(38)], r"^Negative values in data passed to `sample_weight`\. First at row 1\.$"),
        (["a"] * 40, "^Input sample_weight holds text"),
        (np.ones(40) * 1j, "^Complex data not supported"),
    ],
)
def test_bad_weights_get_a_clear_error(weights, match):
    with pytest.raises(ValueError, match=match):
        KMeans(2).fit(X, sample_weight=weights)
    with pytest.raises(ValueError, match=match):
        fit(X).score(X, sample_weight=weights)
    with pytest.raises(ValueError, match=match):
        kmeans_plusplus(X, 2, sample_weight=weights)
