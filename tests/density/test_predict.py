"""New rows get the label of the nearest core point."""

import numpy as np
import pytest
from reference.dbscan_cases import X, grid, scattered, sparse_of

from coterie import DBSCAN, NotFittedError
from coterie.distances import cdist, pdist, squareform

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


def test_new_rows_join_the_nearest_core_point():
    model = DBSCAN(1, min_samples=2).fit([[0.0], [1.0], [5.0], [6.0], [20.0]])
    assert model.predict([[-1.0], [-1.1], [2.0], [4.5], [7.0], [20.0]]).tolist() == [0, -1, 0, 1, 1, -1]
    assert model.predict([[3.0]]).dtype == np.intp
    middle = DBSCAN(2, min_samples=2).fit([[6.0], [5.0], [2.0], [1.0]])
    assert middle.predict([[3.5], [3.6], [3.4]]).tolist() == [0, 0, 1]  # on a tie the first row


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine", "canberra", "haversine", "minkowski"])
@pytest.mark.parametrize("seed", range(4))
def test_core_points_keep_their_label_and_noise_stays_noise(metric, seed):
    rng = np.random.RandomState(seed)
    for _ in range(5):
        data = 0.1 + grid(rng, 80, 2, 0.1)
        model = DBSCAN(0.05 if metric == "cosine" else 0.1, min_samples=rng.randint(2, 7), metric=metric).fit(data)
        labels = model.predict(data)
        core = model.core_sample_indices_
        np.testing.assert_array_equal(labels[core], model.labels_[core])
        np.testing.assert_array_equal(labels < 0, model.labels_ < 0)


def test_new_rows_are_within_eps_as_in_the_fit():
    """Where rounding the root would let a row in whose sum of squares is too large."""
    eps, rng = 0.7, np.random.RandomState(10)
    model = DBSCAN(eps, min_samples=1).fit(np.zeros((1, 3)))
    new = rng.normal(size=(20000, 3))
    new *= eps / np.sqrt((new * new).sum(axis=1, keepdims=True))
    squares = (new[:, 0] * new[:, 0] + new[:, 1] * new[:, 1]) + new[:, 2] * new[:, 2]
    assert ((squares > eps * eps) & (np.sqrt(squares) <= eps)).any()
    np.testing.assert_array_equal(model.predict(new) == 0, squares <= eps * eps)


def test_predict_with_given_distances():
    rng = np.random.RandomState(11)
    D, new = squareform(pdist(X)), cdist(rng.uniform(-1, 5, size=(50, 2)), X)
    model, expected = DBSCAN(0.5, metric="precomputed").fit(D), DBSCAN(0.5).fit(X)
    core = expected.core_sample_indices_
    nearest = new[:, core].argmin(axis=1)
    labels = np.where(new[:, core].min(axis=1) <= 0.5, expected.labels_[core[nearest]], -1)
    np.testing.assert_array_equal(model.predict(new), labels)
    np.testing.assert_array_equal(model.predict(scattered(rng, new, 2)), labels)
    some = scattered(rng, new, 0.2)
    np.testing.assert_array_equal(model.predict(some), model.predict(np.where(some.toarray() > 0, new, 99)))
    with pytest.raises(ValueError, match=r"^Negative values in data passed"):
        model.predict(-new)


def test_predict_without_core_points_and_before_fit():
    with pytest.raises(NotFittedError):
        DBSCAN().predict(X)
    assert (DBSCAN(1e-9).fit(X).predict(X) == -1).all()
    with pytest.raises(ValueError, match=r"^X has 1 features, but DBSCAN is expecting 2 features as input"):
        DBSCAN().fit(X).predict(X[:, :1])
    with pytest.raises(ValueError, match=r"^X has 3 features"):
        DBSCAN().fit(X).predict(sparse_of(np.eye(3)))


def test_predict_goes_by_the_parameters_of_the_fit():
    model = DBSCAN(0.5).fit(X)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.set_params(eps=1e-9, metric="cosine").predict(X), expected)


def test_column_names_are_seen_and_checked():
    pd = pytest.importorskip("pandas")
    model = DBSCAN().fit(pd.DataFrame(X, columns=["a", "b"]))
    assert model.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match=r"^The feature names should match"):
        model.predict(pd.DataFrame(X, columns=["a", "c"]))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(sparse_of(X))
