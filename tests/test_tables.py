"""Tables with categories and missing values, in everything that takes a metric: as with their distances, given."""

import numpy as np
import pytest

import coterie
from coterie.distances import as_metric, cdist, pdist, squareform
from coterie.hierarchy import linkage, linkage_vector, optimal_leaf_ordering
from coterie.neighbors import NearestNeighbors, kneighbors, radius_counts, radius_neighbors
from coterie.scores import dbcv_score, silhouette_samples
from coterie.selection import k_distances, suggest_eps, suggest_k, suggest_min_cluster_size, sweep
from coterie.spanning_trees import minimum_spanning_tree

pytestmark = pytest.mark.filterwarnings("ignore:.*medoids lack values")
N = 60


def people(seed=0):
    """Three groups in rows of objects, of which some values are missing."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, N)
    table = np.empty((N, 5), object)
    table[:, 0] = rng.normal(20 + 15 * group, 4)
    table[:, 1] = np.exp(rng.normal(group, 0.5)) * 1e6
    table[:, 2] = np.array(["a", "b", "c"])[np.where(rng.random(N) < 0.1, rng.integers(0, 3, N), group)]
    table[:, 3] = (rng.random(N) < 0.1 + 0.4 * group).tolist()
    table[:, 4] = rng.integers(0, 6, N)
    table[rng.random((N, 5)) < 0.1] = None
    return table


def numbers(seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 5)) + 6 * rng.integers(0, 3, N)[:, None]
    X[rng.random(X.shape) < 0.1] = np.nan
    return X


TABLES = {"gower": people(), "nan_euclidean": numbers()}
D = {name: squareform(pdist(table, name)) for name, table in TABLES.items()}
EPS = {"gower": 0.1, "nan_euclidean": 2.5}
with_each = pytest.mark.parametrize("metric", TABLES)
CLUSTERERS = {
    "DBSCAN": lambda metric, name: coterie.DBSCAN(EPS[name], min_samples=4, metric=metric),
    "HDBSCAN": lambda metric, name: coterie.HDBSCAN(5, metric=metric),
    "OPTICS": lambda metric, name: coterie.OPTICS(min_samples=4, metric=metric),
    "average": lambda metric, name: coterie.AgglomerativeClustering(3, metric=metric, linkage="average"),
    "single": lambda metric, name: coterie.AgglomerativeClustering(3, metric=metric, linkage="single"),
    "KMedoids": lambda metric, name: coterie.KMedoids(3, metric=metric, init=[0, 1, 2]),
    "DivisiveClustering": lambda metric, name: coterie.DivisiveClustering(3, metric=metric),
}


@with_each
@pytest.mark.parametrize("name", CLUSTERERS)
def test_clusters_are_those_of_the_distances(name, metric):
    rows = CLUSTERERS[name](metric, metric).fit(TABLES[metric])
    given = CLUSTERERS[name]("precomputed", metric).fit(D[metric])
    np.testing.assert_array_equal(rows.labels_, given.labels_)
    assert len(np.unique(rows.labels_)) > 1
    if hasattr(rows, "predict"):
        some = TABLES[metric][::3]
        np.testing.assert_array_equal(rows.predict(some), given.predict(D[metric][::3]))
    for n_jobs in (1, 3):
        again = CLUSTERERS[name](metric, metric).set_params(n_jobs=n_jobs).fit(TABLES[metric])
        np.testing.assert_array_equal(again.labels_, rows.labels_)


@with_each
@pytest.mark.parametrize("name", [name for name in CLUSTERERS if name != "DivisiveClustering"])
def test_saved_models_have_what_was_learned(name, metric, tmp_path):
    model = CLUSTERERS[name](as_metric(metric, **({"weights": [1, 2, 3, 1, 0.5]} if metric == "gower" else {})), metric)
    model.fit(TABLES[metric][:40]).save(tmp_path / "model.npz")
    again = coterie.load(tmp_path / "model.npz")
    assert again._fit_metric == model._fit_metric and again.metric == model.metric
    np.testing.assert_array_equal(again.predict(TABLES[metric]), model.predict(TABLES[metric]))


def test_models_are_saved_whatever_columns_are_called(tmp_path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(people()[:, [0, 2, 4]], columns=["age/years", "$town", ""])
    options = {"weights": {"age/years": 2.0, "$town": 1}, "kinds": {"": "category"}}
    model = coterie.DBSCAN(0.1, metric="gower", metric_params=options).fit(frame)
    model.save(tmp_path / "model.npz")
    again = coterie.load(tmp_path / "model.npz")
    assert again.metric_params == options and again._fit_metric == model._fit_metric
    np.testing.assert_array_equal(again.predict(frame), model.predict(frame))


@with_each
def test_functions_are_those_of_the_distances(metric):
    table, square, eps = TABLES[metric], D[metric], EPS[metric]
    nearest = np.sort(square, axis=1)
    np.testing.assert_allclose(kneighbors(table, 4, metric=metric)[0], nearest[:, :4])
    np.testing.assert_allclose(kneighbors(table, 4, table[:7], metric=metric)[0], nearest[:7, :4])
    np.testing.assert_array_equal(radius_counts(table, eps, metric=metric), (square <= eps).sum(axis=1))
    np.testing.assert_array_equal(radius_neighbors(table, eps, metric=metric).indices, (square <= eps).nonzero()[1])
    model = NearestNeighbors(n_neighbors=3, metric=metric).fit(table)
    np.testing.assert_allclose(model.kneighbors()[0], nearest[:, 1:4])
    np.testing.assert_allclose(model.kneighbors(table[:5])[0], nearest[:5, :3])
    condensed = pdist(table, metric)
    np.testing.assert_array_equal(linkage(table, "complete", metric), linkage(condensed, "complete"))
    Z = linkage(table, "average", metric, optimal_ordering=True)
    np.testing.assert_array_equal(Z, linkage(condensed, "average", optimal_ordering=True))
    np.testing.assert_array_equal(optimal_leaf_ordering(Z, table, metric), Z)
    np.testing.assert_allclose(linkage_vector(table, "single", metric)[:, 2], linkage(condensed, "single")[:, 2])
    tree, given = (
        minimum_spanning_tree(X, metric=m, min_samples=3) for X, m in ((table, metric), (square, "precomputed"))
    )
    np.testing.assert_allclose(tree.weights, given.weights)
    labels = np.arange(N) % 3
    found = silhouette_samples(table, labels, metric=metric)
    np.testing.assert_allclose(found, silhouette_samples(square, labels, metric="precomputed"))
    validity = dbcv_score(square, labels, metric="precomputed", d=5)
    np.testing.assert_allclose(dbcv_score(table, labels, metric=metric), validity)
    np.testing.assert_allclose(k_distances(table, 4, metric=metric), np.sort(nearest[:, 3]))
    assert suggest_eps(table, metric=metric).eps > 0


@with_each
def test_sweeps_and_what_is_asked_of_models(metric):
    table = TABLES[metric]
    found = sweep(
        coterie.AgglomerativeClustering(metric=metric, linkage="average"),
        table,
        {"n_clusters": [2, 3]},
        scores=["silhouette", "davies_bouldin"],
        stability=2,
        random_state=0,
    )
    labels = coterie.AgglomerativeClustering(3, metric="precomputed", linkage="average").fit_predict(D[metric])
    np.testing.assert_array_equal(found.labels[1], labels)
    expected = silhouette_samples(D[metric], labels, metric="precomputed").mean()
    assert found[1]["silhouette"] == pytest.approx(expected)
    assert np.isnan([found[1]["davies_bouldin"], found[1]["inertia"]]).all() and found[1]["stability"] <= 1
    suggestion = suggest_min_cluster_size(table, metric=metric, stability=1, random_state=0)
    assert suggestion.n_clusters in (0, 2, 3, 4)
    model = coterie.DBSCAN(EPS[metric], min_samples=4, metric=metric).fit(table)
    scores = coterie.explain.outlier_scores(table, model)
    assert ((scores > 1) == (model.labels_ < 0)).all()
    assert (model.assign_noise(table) >= 0).all()
    assert coterie.explain.drift(model, table[::2]) is not None
    soft = coterie.HDBSCAN(5, metric=metric, store_centers="medoid").fit(table)
    assert soft.medoids_.shape[1] == 5 and len(soft.membership(table[:4]).clusters) == 4
    with pytest.raises(ValueError, match=f"no means of rows with the metric '{metric}'.*store_centers='medoid'"):
        soft.recut(store_centers="both")
    with pytest.raises(ValueError, match="no means of rows"):
        coterie.HDBSCAN(5, metric=metric, store_centers="centroid").fit(table)


def test_a_row_beyond_the_range_is_far_and_a_new_category_differs():
    table = [[0.0, "a"], [1.0, "a"], [9.0, "b"], [10.0, "b"]]
    model = coterie.DBSCAN(0.2, min_samples=2, metric="gower").fit(table)
    assert model.labels_.tolist() == [0, 0, 1, 1]
    assert model.predict([[0.5, "a"], [0.5, "z"], [-30.0, "a"], [None, "b"]]).tolist() == [0, -1, -1, 1]
    near = NearestNeighbors(n_neighbors=1, metric="gower").fit(table)
    assert near.kneighbors([[40.0, "z"]])[0] == [[(3 + 1) / 2]]
    np.testing.assert_array_equal(model.components_, [[0, 0], [1, 0], [9, 1], [10, 1]])


def test_hdbscan_leaves_out_only_rows_without_any_value():
    X = numbers()
    X[3] = np.nan
    model = coterie.HDBSCAN(5, metric="nan_euclidean").fit(X)
    assert np.flatnonzero(model.labels_ == -3).tolist() == [3]
    assert model.predict(X[2:5])[1] == -3
    table = people()
    table[[3, 7]] = None
    model = coterie.HDBSCAN(5, metric="gower").fit(table)
    assert np.flatnonzero(model.labels_ == -3).tolist() == [3, 7]


@pytest.mark.parametrize("name", CLUSTERERS)
def test_two_rows_that_share_no_column_are_named(name):
    table = [[1.0, None], [2.0, None], [None, "a"], [3.0, "b"], [4.0, "c"]]
    with pytest.raises(ValueError, match=r"gower distance between rows 0 and 2 of X is not defined"):
        CLUSTERERS[name]("gower", "gower").fit(table)


def test_new_rows_that_share_no_column_with_those_of_the_fit_are_named():
    table, new = [[1.0, None], [2.0, None], [3.0, "b"], [4.0, "b"]], [[1.0, "b"], [None, "b"]]
    message = "gower distance between row 1 of X and row 0 of those that it is compared with is not defined"
    for model in (
        coterie.DBSCAN(0.3, min_samples=1, metric="gower"),
        coterie.HDBSCAN(2, metric="gower"),
        coterie.OPTICS(min_samples=2, metric="gower"),
        coterie.AgglomerativeClustering(metric="gower", linkage="complete"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit(table).predict(new)
    with pytest.raises(ValueError, match=message):
        NearestNeighbors(n_neighbors=1, metric="gower").fit(table).kneighbors(new)
    with pytest.raises(ValueError, match="row 1 of Y and row 0 of those"):
        kneighbors(table, 1, new, metric="gower")


def test_a_column_that_outweighs_the_others_is_warned_of_where_values_are_missing():
    X = numbers()
    X[:, 2] *= 1e9
    with pytest.warns(coterie.FeatureScaleWarning, match="Feature 2 holds more than 99.99% of the variance"):
        coterie.AgglomerativeClustering(metric="nan_euclidean", linkage="average").fit(X)


def test_sparse_data_have_no_columns_to_learn():
    sparse = pytest.importorskip("scipy.sparse")
    X = sparse.csr_matrix(np.eye(6))
    for name in ("DBSCAN", "HDBSCAN", "OPTICS"):
        with pytest.raises((TypeError, ValueError), match="gower"):
            CLUSTERERS[name]("gower", "gower").fit(X)


def test_cdist_with_a_fit_is_not_that_of_both_tables():
    one, other = [[0.0], [0.5], [1.0]], [[4.0]]
    np.testing.assert_array_equal(cdist(one, other, "gower"), [[1], [3.5 / 4], [3 / 4]])
    np.testing.assert_array_equal(kneighbors(one, 3, other, metric="gower")[0], [[3, 3.5, 4]])


@pytest.mark.parametrize("estimator", [coterie.KPrototypes(random_state=0), coterie.KModes(random_state=0)], ids=repr)
def test_suggest_k_refuses_categories_before_it_fits_anything(estimator):
    table, stages = people()[:, 2:], set()
    with pytest.raises(ValueError, match=r"needs numbers without missing values.*look at the silhouettes of a sweep"):
        suggest_k(table, estimator, callback=lambda stage, *_: stages.add(stage))
    assert "sweep" not in stages
    found = sweep(estimator, table, {"n_clusters": [2, 3]})
    assert found[1]["inertia"] == estimator.set_params(n_clusters=3).fit(table).cost_
    with pytest.raises(ValueError, match="needs numbers without missing values"):
        suggest_k(found)
