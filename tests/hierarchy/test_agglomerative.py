"""AgglomerativeClustering: scikit-learn's results, other cuts of the tree, new rows, and what goes wrong."""

import pickle

import numpy as np
import pytest
from reference import agglomerative as reference

from coterie import AgglomerativeClustering, Cancelled
from coterie._runtime.thresholds import thresholds
from coterie.distances import as_metric, pdist, squareform

LINKAGES = ("ward", "complete", "average", "single", "weighted", "centroid", "median")
SCIKIT_LEARNS = LINKAGES[:4]
rng = np.random.RandomState(0)
X = rng.normal(size=(60, 3)) + 5 * rng.randint(0, 3, size=(60, 1))


def distance_matrix(rows, metric="euclidean"):
    return squareform(pdist(rows, metric))


# ------------------------------------------------------------------------------------------- as scikit-learn


def assert_as_scikit_learn(data, **params):
    theirs = pytest.importorskip("sklearn.cluster").AgglomerativeClustering
    ours, theirs = (kind(compute_distances=True, **params).fit(data) for kind in (AgglomerativeClustering, theirs))
    np.testing.assert_array_equal(ours.children_, theirs.children_)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-9, atol=1e-15)
    assert ours.labels_.dtype == theirs.labels_.dtype == np.intp
    assert ours.children_.dtype == theirs.children_.dtype
    for name in ("n_clusters_", "n_leaves_", "n_connected_components_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("linkage", SCIKIT_LEARNS)
@pytest.mark.parametrize("seed", range(4))
def test_labels_and_tree_are_scikit_learns(linkage, seed):
    rng = np.random.RandomState(seed)
    for case in range(20):
        n, d = rng.randint(2, 90), rng.randint(1, 5)
        data = rng.normal(size=(n, d)) + [0, 0, 100, 1e6][case % 4]
        cut = (
            {"n_clusters": rng.randint(1, n + 1)}
            if case % 3
            else {"n_clusters": None, "distance_threshold": rng.uniform(0, 3)}
        )
        assert_as_scikit_learn(data, linkage=linkage, **cut)


METRICS = (
    "euclidean",
    "l2",
    "l1",
    "manhattan",
    "cityblock",
    "cosine",
    "chebyshev",
    "canberra",
    "braycurtis",
    "correlation",
    "sqeuclidean",
    "minkowski",
    "precomputed",
)


@pytest.mark.parametrize(
    ("linkage", "metric"),
    [*((linkage, metric) for linkage in SCIKIT_LEARNS[1:] for metric in METRICS), ("single", "haversine")],
)
@pytest.mark.parametrize("seed", range(2))
def test_metrics_are_scikit_learns(linkage, metric, seed):
    rng = np.random.RandomState(seed)
    for _ in range(4):
        data = rng.uniform(0.1, 1.4, size=(rng.randint(2, 50), 2 if metric == "haversine" else 5))
        data = distance_matrix(data) if metric == "precomputed" else data
        assert_as_scikit_learn(data, metric=metric, linkage=linkage, n_clusters=rng.randint(1, len(data) + 1))


@pytest.mark.parametrize("linkage", SCIKIT_LEARNS[1:])
def test_functions_of_all_rows_are_metrics_as_in_scikit_learn(linkage):
    assert_as_scikit_learn(X, metric=lambda rows: distance_matrix(rows, "manhattan"), linkage=linkage, n_clusters=5)


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_scipys(linkage, seed):
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    rng = np.random.RandomState(seed)
    for _ in range(5):
        data = rng.normal(size=(rng.randint(2, 60), 3))
        model = AgglomerativeClustering(linkage=linkage).fit(data)
        expected = hierarchy.linkage(data, linkage)
        np.testing.assert_array_equal(model.linkage_[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(model.linkage_[:, 2], expected[:, 2], rtol=1e-9)
        assert hierarchy.is_valid_linkage(model.linkage_)
        np.testing.assert_array_equal(np.sort(model.children_), expected[:, :2])


def test_functions_of_two_rows_are_metrics():
    expected = AgglomerativeClustering(linkage="average", metric="manhattan").fit(X).linkage_
    model = AgglomerativeClustering(linkage="average", metric=lambda x, y: np.abs(x - y).sum()).fit(X)
    np.testing.assert_allclose(model.linkage_, expected, rtol=1e-12)


def test_a_metric_with_a_parameter():
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    distance = pytest.importorskip("scipy.spatial.distance")
    model = AgglomerativeClustering(linkage="complete", metric=as_metric("minkowski", p=3)).fit(X)
    expected = hierarchy.complete(distance.pdist(X, "minkowski", p=3))
    np.testing.assert_allclose(model.linkage_, expected, rtol=1e-12)


def test_a_given_matrix_is_read_above_the_diagonal():
    D = distance_matrix(X)
    one, other = (
        AgglomerativeClustering(4, metric="precomputed", linkage="average").fit(each)
        for each in (D, np.triu(D) - np.eye(60))
    )
    np.testing.assert_array_equal(one.linkage_, other.linkage_)
    for linkage in ("centroid", "median"):
        one = AgglomerativeClustering(metric="precomputed", linkage=linkage).fit(D)
        np.testing.assert_allclose(one.linkage_, AgglomerativeClustering(linkage=linkage).fit(X).linkage_, rtol=1e-9)


def test_distances_are_there_where_scikit_learn_has_them():
    assert not hasattr(AgglomerativeClustering().fit(X), "distances_")
    model = AgglomerativeClustering(compute_distances=True).fit(X)
    np.testing.assert_array_equal(model.distances_, model.linkage_[:, 2])
    assert hasattr(AgglomerativeClustering(None, distance_threshold=1.0).fit(X), "distances_")
    assert not hasattr(model.set_params(compute_distances=False).fit(X), "distances_")


@pytest.mark.parametrize("linkage", LINKAGES)
def test_n_clusters_is_met_with_ties_and_inversions(linkage):
    rng = np.random.RandomState(4)
    hexagon = np.array([[np.cos(t), np.sin(t)] for t in np.arange(6) * np.pi / 3])
    for data in (
        np.zeros((9, 2)),
        rng.randint(0, 2, size=(20, 3)).astype(float),
        hexagon,
        np.tile(hexagon, (3, 1)),
        np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]]),
    ):
        model = AgglomerativeClustering(linkage=linkage).fit(data)
        for k in range(1, len(data) + 1):
            assert sorted(set(model.cut(n_clusters=k))) == list(range(k))
            assert AgglomerativeClustering(k, linkage=linkage).fit(data).n_clusters_ == k


def test_two_rows():
    for linkage in LINKAGES:
        model = AgglomerativeClustering(linkage=linkage).fit([[1.0], [4.0]])
        np.testing.assert_allclose(model.linkage_, [[0, 1, 3, 2]])
        assert sorted(model.labels_) == [0, 1]


# ------------------------------------------------------------------------------------------- memory


class Cache:
    """What joblib.Memory is to the estimator."""

    def __init__(self):
        self.calls, self.results = 0, {}

    def cache(self, function):
        def cached(*args):
            key = pickle.dumps(args)
            if key not in self.results:
                self.calls += 1
                self.results[key] = function(*args)
            return self.results[key]

        return cached


def test_a_tree_in_memory_is_not_built_again():
    memory = Cache()
    for k, n_jobs in ((2, 1), (5, 2)):
        model = AgglomerativeClustering(k, memory=memory, linkage="average", n_jobs=n_jobs).fit(X)
        np.testing.assert_array_equal(model.labels_, AgglomerativeClustering(k, linkage="average").fit(X).labels_)
    assert memory.calls == 1
    AgglomerativeClustering(memory=memory, linkage="complete").fit(X)
    assert memory.calls == 2


def test_memory_may_be_a_folder(tmp_path):
    pytest.importorskip("joblib")
    expected = AgglomerativeClustering(linkage="single").fit(X).labels_
    for _ in range(2):
        model = AgglomerativeClustering(memory=str(tmp_path), linkage="single").fit(X)
        np.testing.assert_array_equal(model.labels_, expected)
    assert any(tmp_path.rglob("*.pkl"))


# ------------------------------------------------------------------------------------------- other cuts


@pytest.mark.parametrize("linkage", LINKAGES)
def test_cuts_have_the_labels_of_a_fresh_fit(linkage):
    model = AgglomerativeClustering(linkage=linkage).fit(X)
    before = vars(model).copy()
    for k in (1, 2, 7, 60):
        fresh = AgglomerativeClustering(k, linkage=linkage).fit(X)
        np.testing.assert_array_equal(model.cut(n_clusters=k), fresh.labels_)
    for threshold in (0, *np.quantile(model.linkage_[:, 2], [0, 0.5, 0.9]), 1e9):
        fresh = AgglomerativeClustering(None, linkage=linkage, distance_threshold=threshold).fit(X)
        np.testing.assert_array_equal(model.cut(distance_threshold=threshold), fresh.labels_)
    assert all(vars(model)[name] is before[name] for name in before)


@pytest.mark.parametrize("seed", range(4))
def test_a_cut_by_size_leaves_no_small_cluster_and_no_row_out(seed):
    rng = np.random.RandomState(seed)
    for _ in range(15):
        data = rng.normal(size=(rng.randint(2, 60), 2))
        model = AgglomerativeClustering(linkage=rng.choice(LINKAGES)).fit(data)
        min_size = rng.randint(1, len(data) + 1)
        labels = model.cut(min_size=min_size)
        assert np.bincount(labels).min() >= min_size
        expected = reference.labels(model.children_, reference.heads_by_size(model.children_, min_size))
        np.testing.assert_array_equal(labels[:, None] == labels, expected[:, None] == expected)
        assert list(dict.fromkeys(labels)) == list(range(labels.max() + 1))  # numbered by their first rows


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "^Exactly one of n_clusters, distance_threshold and min_size has to be set"),
        ({"n_clusters": 2, "min_size": 2}, "^Exactly one of n_clusters, distance_threshold and min_size has to be set"),
        (
            {"n_clusters": 0},
            r"^The 'n_clusters' parameter of cut must be an int in the range \[1, inf\) or None\. Got 0",
        ),
        (
            {"distance_threshold": -1},
            r"^The 'distance_threshold' parameter of cut must be a float in the range \[0\.0, in",
        ),
        ({"min_size": 1.5}, "^The 'min_size' parameter of cut must be an int"),
        (
            {"n_clusters": 61},
            "^Cannot extract more clusters than samples: 61 clusters were given for a tree with 60 lea",
        ),
        ({"min_size": 61}, r"^min_size=61 should be <= n_samples=60\.$"),
    ],
)
def test_bad_cuts_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        AgglomerativeClustering().fit(X).cut(**given)


# ------------------------------------------------------------------------------------------- new rows


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("seed", range(4))
def test_new_rows_go_to_the_nearest_cluster(linkage, seed):
    rng = np.random.RandomState(seed)
    for case in range(7):
        n, d, offset = rng.randint(2, 40), rng.randint(1, 4), [0, 1e4][case % 2]
        data, new = rng.normal(size=(n, d)) + offset, rng.normal(size=(15, d)) + offset
        metric = "euclidean" if linkage in ("ward", "centroid", "median") else ["euclidean", "manhattan"][case % 3 // 2]
        k = rng.randint(1, n + 1)
        model = AgglomerativeClustering(k, linkage=linkage, metric=metric).fit(data)
        norm = 1 if metric == "manhattan" else 2
        distances = np.linalg.norm(new[:, None] - data, axis=2, ord=norm)
        own = reference.predict(model.children_, k, linkage, distances, new, data)
        labels = model.predict(new)
        assert labels.dtype == np.intp
        np.testing.assert_allclose(own[np.arange(15), labels], own.min(axis=1), rtol=1e-6)
        if metric == "euclidean" and linkage not in ("ward", "centroid", "median"):
            given = AgglomerativeClustering(k, linkage=linkage, metric="precomputed").fit(distance_matrix(data))
            number = np.empty(k, dtype=int)  # 'single' numbers the clusters of a matrix in another way, as scikit-learn
            number[model.labels_] = given.labels_
            np.testing.assert_array_equal(given.predict(distances), number[labels])


def test_ward_predicts_at_the_height_at_which_the_row_would_join():
    model = AgglomerativeClustering(1, linkage="ward").fit(X)
    new = np.full((1, 3), 1e3)
    joined = AgglomerativeClustering(linkage="ward").fit(np.vstack([X, new])).linkage_[-1, 2]
    own = reference.predict(model.children_, 1, "ward", np.zeros((1, 60)), new, X)
    np.testing.assert_allclose(own, [[joined]], rtol=1e-12)


def test_equally_near_clusters_the_lowest_label_wins():
    for linkage in LINKAGES:
        model = AgglomerativeClustering(2, linkage=linkage).fit([[-2.0], [-1.0], [1.0], [2.0]])
        assert model.predict([[0.0]]) == [0]


def test_functions_predict_where_they_can():
    model = AgglomerativeClustering(3, linkage="average", metric="manhattan").fit(X)
    new = X[::7] + 0.1
    pairwise = AgglomerativeClustering(3, linkage="average", metric=lambda x, y: np.abs(x - y).sum()).fit(X)
    np.testing.assert_array_equal(pairwise.predict(new), model.predict(new))

    def all_rows(rows, others=None):
        return np.abs(rows[:, None] - (rows if others is None else others)).sum(axis=2)

    two = AgglomerativeClustering(3, linkage="average", metric=all_rows).fit(X)
    np.testing.assert_array_equal(two.predict(new), model.predict(new))
    one = AgglomerativeClustering(3, linkage="average", metric=lambda rows: all_rows(rows)).fit(X)
    with pytest.raises(ValueError, match=r"^predict needs distances between new rows and those of the fit"):
        one.predict(new)


def test_what_was_fitted_is_what_predicts():
    model = AgglomerativeClustering(3, linkage="single").fit(X)
    new = rng.normal(size=(30, 3)) * 6
    expected = model.predict(new)
    model.set_params(linkage="ward", n_clusters=5, metric="manhattan")
    np.testing.assert_array_equal(model.predict(new), expected)


def test_predict_in_many_blocks_and_threads(monkeypatch):
    new = rng.normal(size=(200, 3)) * 5
    for linkage in LINKAGES:
        model = AgglomerativeClustering(5, linkage=linkage, n_jobs=1).fit(X)
        expected = model.predict(new)
        with monkeypatch.context() as patch:
            patch.setattr(thresholds, "predict_block", 700)
            patch.setattr(thresholds, "chunk", 40.0)
            for n_jobs in (1, 3):
                np.testing.assert_array_equal(model.set_params(n_jobs=n_jobs).predict(new), expected)


def test_new_rows_are_checked():
    model = AgglomerativeClustering(2).fit(X)
    with pytest.raises(ValueError, match=r"^X has 2 features, but AgglomerativeClustering is expecting 3 features"):
        model.predict(X[:, :2])
    with pytest.raises(ValueError, match=r"^Input X contains NaN"):
        model.predict([[1.0, np.nan, 2.0]])
    model = AgglomerativeClustering(2, linkage="average", metric="cosine").fit(X)
    with pytest.raises(ValueError, match=r"^Cosine affinity cannot be used when X contains zero vectors"):
        model.predict([[0.0, 0.0, 0.0]])
    model = AgglomerativeClustering(2, linkage="average", metric="precomputed").fit(distance_matrix(X))
    with pytest.raises(ValueError, match=r"^X has 3 features, but AgglomerativeClustering is expecting 60 features"):
        model.predict(X)
    model = AgglomerativeClustering(2, linkage="centroid", metric="precomputed").fit(distance_matrix(X))
    with pytest.raises(ValueError, match=r"^With linkage='centroid' predict needs the rows"):
        model.predict(distance_matrix(X))


# ------------------------------------------------------------------------------------------- data


def same_arrays(data):
    read_only = data.copy()
    read_only.flags.writeable = False
    yield from (
        np.asfortranarray(data),
        data.astype(">f8"),
        read_only,
        np.repeat(data, 2, axis=1)[:, ::2],
        data.tolist(),
    )


@pytest.mark.parametrize("linkage", LINKAGES)
def test_bits_do_not_depend_on_threads_or_layout(linkage):
    data = rng.normal(size=(700, 3))
    before = data.copy()
    one = AgglomerativeClustering(5, linkage=linkage, n_jobs=1).fit(data)
    for n_jobs in (2, 3, 7):
        other = AgglomerativeClustering(5, linkage=linkage, n_jobs=n_jobs).fit(data)
        assert one.linkage_.tobytes() == other.linkage_.tobytes()
        np.testing.assert_array_equal(one.labels_, other.labels_)
    for same in same_arrays(data):
        other = AgglomerativeClustering(5, linkage=linkage, n_jobs=1).fit(same)
        assert one.linkage_.tobytes() == other.linkage_.tobytes()
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize("linkage", SCIKIT_LEARNS)
def test_float32_is_computed_as_scikit_learn_does(linkage):
    assert_as_scikit_learn(X.astype(np.float32), linkage=linkage, n_clusters=6)
    model = AgglomerativeClustering(6, linkage=linkage).fit(X.astype(np.float32))
    new = X[::7].astype(np.float32)
    np.testing.assert_array_equal(model.predict(new), model.predict(new.astype(np.float64)))


def test_a_given_matrix_is_not_modified():
    D = distance_matrix(X)
    before = D.copy()
    AgglomerativeClustering(metric="precomputed", linkage="average").fit(D).predict(D)
    np.testing.assert_array_equal(D, before)


def test_names_of_columns_are_kept_and_checked():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(X, columns=["a", "b", "c"])
    model = AgglomerativeClustering(3).fit(table)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(model.predict(table), model.predict(table[["a", "b", "c"]]))
    with pytest.raises(ValueError, match=r"^The feature names should match those that were passed during fit"):
        model.predict(table[["b", "a", "c"]])


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("params", "data", "message"),
    [
        (
            {"n_clusters": 0},
            X,
            r"^The 'n_clusters' parameter of AgglomerativeClustering must be an int in the range "
            r"\[1, inf\) or None\. Got 0 instead\.$",
        ),
        (
            {"n_clusters": 61},
            X,
            r"^Cannot extract more clusters than samples: 61 clusters were given for a tree with 60",
        ),
        (
            {"n_clusters": None},
            X,
            r"^Exactly one of n_clusters and distance_threshold has to be set, and the other needs "
            r"to be None\.$",
        ),
        ({"distance_threshold": 1}, X, "^Exactly one of n_clusters and distance_threshold has to be set"),
        (
            {"n_clusters": None, "distance_threshold": 1, "compute_full_tree": False},
            X,
            r"^compute_full_tree must be True if distance_threshold is set\.$",
        ),
        (
            {"metric": "far"},
            X,
            r"^The 'metric' parameter of AgglomerativeClustering must be a str among \{'euclidean', ",
        ),
        (
            {"linkage": "far"},
            X,
            r"^The 'linkage' parameter of AgglomerativeClustering must be a str among \{'ward', 'com",
        ),
        (
            {"memory": 5},
            X,
            r"^The 'memory' parameter of AgglomerativeClustering must be an instance of 'str', an object "
            r"implementing 'cache' or None\. Got 5 instead\.$",
        ),
        (
            {"metric": "manhattan"},
            X,
            r"^manhattan was provided as metric\. Ward can only work with euclidean distances "
            r"\(i\.e\. 'euclidean' and 'l2'\)\.$",
        ),
        ({"metric": "precomputed"}, X, r"^precomputed was provided as metric\. Ward can only work with euclidean"),
        (
            {"metric": "l1", "linkage": "median"},
            X,
            r"^l1 was provided as metric\. The linkage 'median' can only work with",
        ),
        (
            {"metric": "precomputed", "linkage": "single"},
            X,
            r"^Distance matrix should be square, got matrix of shape "
            r"\(60, 3\)$",
        ),
        (
            {"metric": "cosine", "linkage": "single"},
            np.zeros((3, 2)),
            "^Cosine affinity cannot be used when X contains",
        ),
        (
            {},
            X[:1],
            r"^Found array with 1 sample\(s\) \(shape=\(1, 3\)\) while a minimum of 2 is required by Agglomerat",
        ),
        ({}, [[np.nan], [1.0]], "^Input X contains NaN"),
        ({}, [[np.inf], [1.0]], "^Input X contains infinity"),
        ({}, np.zeros((0, 2)), r"^Found array with 0 sample\(s\)"),
    ],
)
def test_bad_input_is_named(params, data, message):
    with pytest.raises(ValueError, match=message):
        AgglomerativeClustering(**params).fit(data)


def test_connectivity_is_refused_with_what_to_do():
    with pytest.raises(
        NotImplementedError,
        match=r"^AgglomerativeClustering does not support connectivity yet\. Leave "
        r"it None .* sklearn\.cluster\.AgglomerativeClustering",
    ):
        AgglomerativeClustering(connectivity=np.eye(60)).fit(X)


def test_callback_stops_the_work_and_the_estimator_stays_as_it_was():
    data = rng.normal(size=(400, 2))
    reports = []
    model = AgglomerativeClustering(3, linkage="average").fit(data, callback=lambda *report: reports.append(report))
    assert reports and all(0 <= done <= total for _, done, total in reports)
    before = dict(vars(model))
    with pytest.raises(Cancelled):
        model.fit(data[:300], callback=lambda *report: False)
    assert vars(model) == before
    with pytest.raises(Cancelled):
        AgglomerativeClustering(linkage="average").fit_predict(data, callback=lambda *report: False)


@pytest.mark.parametrize("bad", [{"X": [[np.nan]]}, {"X": X[:2]}, {"X": X, "callback": 3}])
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(bad):
    model = AgglomerativeClustering(3, compute_distances=True, linkage="average").fit(X)
    before = vars(model).copy()
    with pytest.raises((ValueError, TypeError)):
        model.fit(**bad)
    assert vars(model).keys() == before.keys() and all(vars(model)[name] is before[name] for name in before)
