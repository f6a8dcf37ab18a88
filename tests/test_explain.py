"""Profiles of clusters: every number recomputed, every sentence read."""
import numpy as np
import pytest

from coterie.explain import profile


def others_d(X, member):
    """Cohen's d, feature by feature, the slow way."""
    result = []
    for column in X.T:
        a, b = (values[~np.isnan(values)] for values in (column[member], column[~member]))
        squares = np.square(a - a.mean()).sum() + np.square(b - b.mean()).sum()
        result.append((a.mean() - b.mean()) / np.sqrt(squares / (len(a) + len(b) - 2)))
    return result


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_are_those_of_numpy(dtype, offset):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)) * [1, 10, 0.1, 1000] + offset
    X[rng.random(X.shape) < 0.1] = np.nan
    X = X.astype(dtype)
    labels = rng.integers(-1, 4, 300)
    X[labels == 2] += 5
    found = profile(X, labels)
    X = X.astype(np.float64)
    spread = np.nanstd(X, axis=0)
    assert found.clusters.tolist() == [0, 1, 2, 3] and found.noise == ((labels == -1).sum(), (labels == -1).mean())
    for i, label in enumerate(found.clusters):
        rows = X[labels == label]
        assert (found.sizes[i], found.shares[i]) == (len(rows), len(rows) / 300)
        np.testing.assert_allclose(found.means[i], np.nanmean(rows, axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.medians[i], np.nanmedian(rows, axis=0), rtol=1e-15)
        np.testing.assert_allclose(found.quartiles[:, i], np.nanpercentile(rows, [25, 75], axis=0), rtol=1e-15)
        np.testing.assert_allclose(found.spreads[i], np.nanstd(rows, axis=0), rtol=1e-7)
        np.testing.assert_allclose(found.differences[i], (np.nanmean(rows, axis=0) - np.nanmean(X, axis=0)) / spread,
                                   atol=1e-7)
        np.testing.assert_allclose(found.effect_sizes[i], others_d(X, labels == label), atol=1e-6)
        assert [found.missing[f"x{j}"][i] for j in range(4)] == np.isnan(rows).sum(axis=0).tolist()
    np.testing.assert_allclose(found.overall_means, np.nanmean(X, axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.overall_spreads, spread, rtol=1e-7)
