"""Clusters for rows that are noise: compared with the definition, for rows and distances of all kinds."""

import numpy as np
import pytest
from reference import noise as reference

import coterie
from coterie import DBSCAN, HDBSCAN, OPTICS, distances
from coterie._runtime.thresholds import thresholds

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning", "ignore::coterie.FeatureScaleWarning")

SEEDS = pytest.mark.parametrize("seed", range(6))


def groups(rng, n=80, d=2):
    """Some groups, and many rows between them."""
    places = rng.uniform(-6, 6, (4, d))
    X = places[rng.randint(4, size=n)] + 0.3 * rng.normal(size=(n, d))
    X[: n // 3] = rng.uniform(-8, 8, (n // 3, d))
    return X


class Rows:
    """A sparse matrix without scipy."""

    def __init__(self, parts, shape):
        self.data, self.indices, self.indptr = parts
        self.shape = shape

    @classmethod
    def of(cls, X, kept):
        """The numbers of `X` that are `kept`."""
        rows, columns = (np.ascontiguousarray(each) for each in np.nonzero(kept))
        return cls((X[rows, columns], columns, np.searchsorted(rows, np.arange(len(X) + 1))), X.shape)


def fitted(kind, rng):
    """A model, the rows that it was fitted to, and their distances."""
    metric = rng.choice(["euclidean", "manhattan", "cosine"])
    X = groups(rng, d=int(rng.choice([2, 3])))
    if metric != "cosine" and rng.randint(2):
        X = X.round()
    X += 0.0
    if kind == "sparse rows":
        X[X < -3] = 0.0
        X[:, 0] = 5.0  # no row of zeros
    D = distances.cdist(X, X, metric)
    eps = float(np.quantile(D, 0.05)) + 1e-9
    given = D
    if kind == "a graph":
        kept = np.sort(D, axis=1)[:, 5:6] >= D
        kept |= kept.T
        given, D = Rows.of(D, kept), np.where(kept, D, np.inf)
    rows = {"rows": X, "sparse rows": Rows.of(X, X != 0)}.get(kind, given)
    given = metric if "rows" in kind else "precomputed"
    model = DBSCAN(eps, min_samples=4, metric=given)
    if rng.randint(2):
        model = OPTICS(min_samples=4, metric=given, cluster_method="dbscan", eps=eps)
    return model.fit(rows), rows, D


@SEEDS
@pytest.mark.parametrize("kind", ["rows", "sparse rows", "distances", "a graph"])
def test_noise_is_assigned_as_the_definition_says(seed, kind, monkeypatch):
    if seed % 2:
        monkeypatch.setattr(thresholds, "listed_exemplars", 3)
    model, rows, D = fitted(kind, np.random.RandomState(seed))
    labels = model.labels_.copy()
    assert labels.max() >= 0 and (labels < 0).sum() > 5
    np.testing.assert_array_equal(model.assign_noise(rows, how="keep"), labels)
    np.testing.assert_array_equal(model.assign_noise(rows), reference.nearest(D, labels))
    np.testing.assert_array_equal(model.assign_noise(rows, how="soft"), reference.nearest(D, labels))
    least = D[labels < 0][:, labels >= 0].min(axis=1)
    limit = float(np.median(least[least < np.inf])) * (1 + 1e-9)
    found = model.assign_noise(rows, threshold=limit)
    np.testing.assert_array_equal(found, reference.nearest(D, labels, limit))
    assert 0 < (found < 0).sum() < (labels < 0).sum()
    for least in (0.3, 0.52, 0.999):
        found = model.assign_noise(rows, how="soft", threshold=least)
        np.testing.assert_array_equal(found, reference.soft(D, labels, least))
    assert found.dtype == labels.dtype and not np.shares_memory(model.assign_noise(rows, how="keep"), model.labels_)
    np.testing.assert_array_equal(model.labels_, labels)


@SEEDS
@pytest.mark.parametrize("given", [False, True], ids=["rows", "distances"])
def test_hdbscan_assigns_noise_by_its_memberships(seed, given):
    rng = np.random.RandomState(seed)
    X = groups(rng)
    if not given:
        X[3], X[50] = np.nan, np.inf
    weights = (rng.randint(4, size=80) > 0) * 1.0
    D = distances.cdist(X, X)
    rows = D if given else X
    model = HDBSCAN(5, 3, metric="precomputed" if given else "euclidean").fit(rows, sample_weight=weights)
    labels = model.labels_
    clusters, probabilities = model.membership(rows, n_likeliest=1)
    for least in (0.0, 0.3, 0.8):
        likely = (labels == -1) & (probabilities[:, 0] > 0) & (probabilities[:, 0] >= least)
        found = model.assign_noise(rows, how="soft", threshold=least)
        np.testing.assert_array_equal(found, np.where(likely, clusters[:, 0], labels))
    np.testing.assert_array_equal(model.assign_noise(rows), reference.nearest(D, labels))
    assert ((model.assign_noise(rows) < -1) == (labels < -1)).all()


def test_hdbscan_takes_a_graph_as_it_is():
    X = groups(np.random.RandomState(0))
    D = distances.cdist(X, X)
    near = np.sort(D, axis=1)[:, 40][:, None] >= D
    kept = near | near.T
    graph = Rows.of(D, kept)
    model = HDBSCAN(5, 3, metric="precomputed").fit(graph)
    known = np.where(kept, D, np.inf)
    np.testing.assert_array_equal(model.assign_noise(graph), reference.nearest(known, model.labels_))
    dense = model.assign_noise(known, how="soft", threshold=0.2)
    np.testing.assert_array_equal(model.assign_noise(graph, how="soft", threshold=0.2), dense)


def test_distances_that_are_0_or_not_known():
    D = np.full((9, 9), np.inf)
    D[:3, :3] = D[3:6, 3:6] = 1.0
    np.fill_diagonal(D, 0.0)
    D[6, 0] = D[0, 6] = D[6, 3] = D[3, 6] = 2.0
    D[7, 3] = D[3, 7] = 5.0
    D = Rows.of(D, D < np.inf)
    model = DBSCAN(1.0, min_samples=3, metric="precomputed").fit(D)
    assert model.labels_.tolist() == [0, 0, 0, 1, 1, 1, -1, -1, -1]
    assert model.assign_noise(D)[6:].tolist() == [0, 1, -1]
    assert model.assign_noise(D, how="soft", threshold=0.5)[6:].tolist() == [0, 1, -1]
    assert model.assign_noise(D, how="soft", threshold=0.51)[6:].tolist() == [-1, 1, -1]
    assert model.assign_noise(D, threshold=np.inf)[6:].tolist() == [0, 1, -1]
    assert model.assign_noise(D, threshold=10**5000)[6:].tolist() == [0, 1, -1]
    assert model.assign_noise(D, threshold=2.0)[6:].tolist() == [0, -1, -1]
    assert model.assign_noise(D, threshold=0)[6:].tolist() == [-1, -1, -1]


def test_without_clusters_or_noise_nothing_changes():
    X = groups(np.random.RandomState(1))
    for model in (DBSCAN(1e-9).fit(X), HDBSCAN(70, 5).fit(X)):
        for how in ("nearest", "soft"):
            assert (model.assign_noise(X, how=how) == -1).all()
    assert (DBSCAN(100.0).fit(X).assign_noise(X) == 0).all()


def test_a_loaded_model_and_any_number_of_threads_give_the_same_labels(tmp_path):
    X = groups(np.random.RandomState(2), 600).astype(np.float32)
    for model in (DBSCAN(0.3), HDBSCAN(10, 5)):
        model.set_params(n_jobs=1).fit(X).save(tmp_path / "model.npz")
        loaded = coterie.load(tmp_path / "model.npz").set_params(n_jobs=3)
        for how in ("nearest", "soft"):
            np.testing.assert_array_equal(loaded.assign_noise(X, how=how), model.assign_noise(X, how=how))


@pytest.mark.parametrize("model", [DBSCAN(0.5), HDBSCAN(5), OPTICS()], ids=["DBSCAN", "HDBSCAN", "OPTICS"])
def test_wrong_calls_are_refused(model):
    X = groups(np.random.RandomState(3))
    with pytest.raises(coterie.NotFittedError, match="not fitted yet"):
        model.assign_noise(X)
    model.fit(X)
    with pytest.raises(ValueError, match=r"X must be the rows of the fit\. Got 1 row, but the fit had 80\."):
        model.assign_noise(X[:1])
    with pytest.raises(ValueError, match=r"X has 3 features, but .* is expecting 2 features"):
        model.assign_noise(np.ones((80, 3)))
    with pytest.raises(
        ValueError, match=r"'how' parameter of assign_noise must be a str among {'nearest', 'soft', 'keep'}"
    ):
        model.assign_noise(X, how="all")
    for how, wrong, message in (
        ("nearest", -1.0, "with how='nearest' must be a float in the range .0.0, inf. or None. Got -1.0 instead"),
        ("nearest", np.nan, "with how='nearest' must be a float in the range"),
        ("soft", 1.5, "with how='soft' must be a float in the range .0.0, 1.0. or None. Got 1.5 instead"),
        ("keep", 1.0, "with how='keep' must be None. Got 1.0 instead"),
    ):
        with pytest.raises(ValueError, match=f"'threshold' parameter of assign_noise {message}"):
            model.assign_noise(X, how=how, threshold=wrong)


def test_gaps_that_were_not_in_the_fit_are_refused():
    X = groups(np.random.RandomState(4))
    model = HDBSCAN(5).fit(X)
    X[7, 0] = np.nan
    with pytest.raises(ValueError, match=r"these held NaN and infinity in other rows\. First at row 7\."):
        model.assign_noise(X)
