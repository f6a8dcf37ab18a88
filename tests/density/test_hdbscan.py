"""HDBSCAN as a whole: compared with the definition, with scikit-learn, and with itself."""

import warnings

import numpy as np
import pytest
from reference import hdbscan as reference

import coterie
from coterie import DBSCAN, HDBSCAN, ClusteringWarning, distances, scores
from coterie._runtime import memory
from coterie.density import _hdbscan

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning", "ignore::coterie.FeatureScaleWarning")

SEEDS = pytest.mark.parametrize("seed", range(8))


def groups(rng, n=60, d=2):
    """Some groups of different density, and rows between them."""
    places = rng.uniform(-6, 6, (3, d))
    X = places[rng.randint(3, size=n)] + rng.normal(size=(n, d)) * rng.choice([0.2, 0.5, 1.0], size=(n, 1))
    X[: n // 10] = rng.uniform(-8, 8, (n // 10, d))
    return X


def random_rows(rng):
    X = groups(rng, rng.randint(12, 40), rng.randint(1, 4))
    if rng.randint(2):
        X = X.round()  # ties, and equal rows
    return X.astype(rng.choice([np.float32, np.float64])) + 0.0


def random_options(rng, n):
    return {
        "min_cluster_size": int(rng.randint(2, 6)),
        "min_samples": rng.choice([None, 1, 2, 4]),
        "alpha": float(rng.choice([1.0, 1.0, 1.5])),
        "cluster_selection_method": str(rng.choice(["eom", "leaf"])),
        "allow_single_cluster": bool(rng.randint(2)),
        "max_cluster_size": rng.choice([None, None, int(rng.randint(2, n))]),
        "cluster_selection_epsilon": float(rng.choice([0.0, 1.0])),
    }


def expected_of(D, min_cluster_size, min_samples, alpha, given=False, **options):
    """Labels, probabilities, Z and rows of the condensed tree, by definition."""
    k = min_samples or min_cluster_size
    core = reference.core_distances(D / alpha if given else D, k)
    Z = reference.linkage(reference.reachability(D / alpha, core))
    rows = reference.condense(Z, min_cluster_size)
    tree = reference.Tree(rows, len(D))
    options = {**reference.SELECTIONS, **options}
    chosen = reference.select(tree, **options)
    single, epsilon = options["allow_single_cluster"], options["cluster_selection_epsilon"]
    return *reference.label(tree, chosen, single, epsilon), Z, rows


def same_clusters(a, b):
    """Whether labels are the same but for the numbers of clusters, and noise is noise."""
    pairs = set(zip(a.tolist(), b.tolist(), strict=True))
    return len(pairs) == len(set(a)) == len(set(b)) and all(x == y for x, y in pairs if x < 0 or y < 0)


@SEEDS
@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "canberra", "precomputed"])
def test_fits_are_what_the_definition_says(seed, metric):
    rng = np.random.RandomState(seed)
    for _ in range(4):
        X = random_rows(rng)
        D = distances.cdist(X, X, "euclidean" if metric == "precomputed" else metric)
        options = random_options(rng, len(X))
        model = HDBSCAN(metric=metric, **options).fit(D if metric == "precomputed" else X)
        labels, probabilities, Z, rows = expected_of(D, given=metric == "precomputed", **options)
        np.testing.assert_allclose(model.linkage_, Z, rtol=1e-13)
        np.testing.assert_array_equal(model.linkage_[:, :2], Z[:, :2])
        tree = model.condensed_tree_
        assert list(zip(tree["parent"], tree["child"], tree["child_size"], strict=True)) == [
            (parent, child, size) for parent, child, _, size in rows
        ]
        np.testing.assert_allclose(tree["lambda_val"], [value for _, _, value, _ in rows], rtol=1e-13)
        np.testing.assert_array_equal(model.labels_, labels)
        np.testing.assert_allclose(model.probabilities_, probabilities, rtol=1e-12)


@SEEDS
def test_fits_are_those_of_scikit_learn_where_core_distances_have_no_ties(seed):
    """With two samples the core distance of a row is that to its nearest one: both rows of an edge can have it, but no
    third one. So the tree is unique, and only its order from left to right may differ, which numbers the clusters."""
    cluster = pytest.importorskip("sklearn.cluster")
    X = groups(np.random.RandomState(seed), 150)
    for options in ({}, {"cluster_selection_method": "leaf"}, {"allow_single_cluster": True}, {"alpha": 1.3}):
        for min_samples in (1, 2) if "alpha" not in options else (1,):
            ours = HDBSCAN(8, min_samples, store_centers="both", **options).fit(X)
            theirs = cluster.HDBSCAN(8, min_samples=min_samples, store_centers="both", copy=True, **options).fit(X)
            assert same_clusters(ours.labels_, theirs.labels_)
            np.testing.assert_allclose(ours.probabilities_, theirs.probabilities_, rtol=1e-12)
            _, first = np.unique(ours.labels_, return_index=True)
            place = [theirs.labels_[row] for row in first if ours.labels_[row] >= 0]
            np.testing.assert_allclose(ours.centroids_, theirs.centroids_[place], rtol=1e-12)
            np.testing.assert_array_equal(ours.medoids_, theirs.medoids_[place])
            for cut in (0.3, 0.7):
                assert same_clusters(ours.dbscan_clustering(cut, 4), theirs.dbscan_clustering(cut, 4))


@SEEDS
def test_rows_in_another_order_have_the_same_clusters(seed):
    rng = np.random.RandomState(seed)
    X = groups(rng, 100)
    order = rng.permutation(len(X))
    one, other = HDBSCAN(6, 2).fit(X), HDBSCAN(6, 2).fit(X[order])
    assert same_clusters(one.labels_[order], other.labels_)
    np.testing.assert_array_equal(one.probabilities_[order], other.probabilities_)
    np.testing.assert_array_equal(one.outlier_scores_[order], other.outlier_scores_)


# ------------------------------------------------------------------------------------------- weights


@SEEDS
@pytest.mark.parametrize("metric", ["euclidean", "cosine", "precomputed"])
def test_a_whole_weight_is_so_many_equal_rows(seed, metric):
    rng = np.random.RandomState(seed)
    for min_samples, most in ((None, 4), (1, 12), (4, 12), (7, 4)):
        X = groups(rng, 60, 3)
        weights = rng.randint(most, size=len(X))
        weights[rng.randint(len(X), size=2)] = 9  # clusters of their own, if far enough from others
        copies = np.repeat(np.arange(len(X)), weights)
        D = distances.cdist(X, X)
        options = {"min_samples": min_samples, "metric": metric}
        once = HDBSCAN(5, **options).fit(D if metric == "precomputed" else X, sample_weight=weights)
        often = HDBSCAN(5, **options).fit(D[copies][:, copies] if metric == "precomputed" else X[copies])
        assert same_clusters(once.labels_[copies], often.labels_)
        np.testing.assert_allclose(once.probabilities_[copies], often.probabilities_, rtol=1e-9)
        np.testing.assert_allclose(once.outlier_scores_[copies], often.outlier_scores_, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(
            np.sort(once.cluster_persistence_), np.sort(often.cluster_persistence_), rtol=1e-9, atol=1e-12
        )
        one, other = (each.condensed_tree_["child_size"] for each in (once, often))
        clusters = [
            np.sort(tree[tree["child"] >= n]["child_size"])
            for tree, n in ((once.condensed_tree_, len(X)), (often.condensed_tree_, len(copies)))
        ]
        np.testing.assert_array_equal(*clusters)
        assert one.dtype == np.float64 and other.dtype == np.int64


def test_weights_of_1_change_nothing():
    X = groups(np.random.RandomState(0), 200)
    plain, weighted = HDBSCAN().fit(X), HDBSCAN().fit(X, sample_weight=1.0)
    np.testing.assert_array_equal(weighted.labels_, plain.labels_)
    np.testing.assert_array_equal(weighted.probabilities_, plain.probabilities_)
    np.testing.assert_array_equal(weighted.linkage_, plain.linkage_)


def test_a_row_of_large_weight_is_a_cluster_of_its_own():
    X = np.array([[0.0], [10.0], [11.0], [12.0], [30.0]])
    model = HDBSCAN(3, 1).fit(X, sample_weight=[3, 1, 1, 1, 2])
    assert model.labels_.tolist() == [0, 1, 1, 1, -1] and model.probabilities_[0] == 1.0
    assert HDBSCAN(5, 5).fit([[0.0]], sample_weight=[6]).labels_.tolist() == [-1]
    assert HDBSCAN(5, 5, allow_single_cluster=True).fit([[0.0]], sample_weight=[6]).labels_.tolist() == [0]


def test_weights_need_not_be_whole_and_scale_with_the_sizes():
    X = groups(np.random.RandomState(1), 80)
    weights = np.random.RandomState(2).choice([0.5, 1.0, 1.5], size=80)
    half, whole = HDBSCAN(4, 3).fit(X, sample_weight=weights), HDBSCAN(8, 6).fit(X, sample_weight=2 * weights)
    np.testing.assert_array_equal(half.labels_, whole.labels_)
    np.testing.assert_array_equal(half.linkage_, whole.linkage_)


@pytest.mark.parametrize("given", [False, True], ids=["rows", "distances"])
def test_rows_of_weight_0_are_left_out_and_labeled_as_predict_does(given):
    X = groups(np.random.RandomState(3), 90)
    weights = np.arange(90) % 3 > 0
    D = distances.cdist(X, X)
    options = {"min_samples": 3, "metric": "precomputed" if given else "euclidean"}
    model = HDBSCAN(**options).fit(D if given else X, sample_weight=weights)
    alone = HDBSCAN(**options).fit(D[weights][:, weights] if given else X[weights])
    np.testing.assert_array_equal(model.labels_[weights], alone.labels_)
    np.testing.assert_array_equal(model.labels_, alone.predict(D[:, weights] if given else X))
    np.testing.assert_array_equal(model.labels_, model.predict(D if given else X))
    assert model.labels_[~weights].max() >= 0 and (model.probabilities_[~weights] > 0).any()
    assert not np.isin(np.flatnonzero(~weights), model.condensed_tree_["child"]).any()
    assert np.isinf(model.linkage_[-30:, 2]).all() and len(model.minimum_spanning_tree_.edges) == 59


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1, 1, 1, 1], "Negative values in data passed to `sample_weight`. First at row 1"),
        ([0, 0, 0, 0, 0], "at least one non-zero number"),
        ([1, 1], r"sample_weight.shape == \(2,\), expected \(5,\)"),
        ([1, np.nan, 1, 1, 1], "sample_weight contains NaN"),
        ([0.5] * 5, r"min_samples \(3\) must be at most the number of samples in X \(2.5\), which is the sum of their"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        HDBSCAN(3).fit(np.arange(5.0)[:, None], sample_weight=weights)


# ------------------------------------------------------------------------------------------- odd rows


def test_rows_with_nan_and_infinity_are_left_out():
    X = groups(np.random.RandomState(4), 80)
    odd = X.copy()
    odd[3, 0], odd[10, 1], odd[11], odd[20] = np.nan, np.inf, [np.inf, -np.inf], [np.nan, np.inf]
    model, plain = HDBSCAN().fit(odd), HDBSCAN().fit(np.delete(X, [3, 10, 11, 20], axis=0))
    assert model.labels_[[3, 10, 11, 20]].tolist() == [-3, -2, -2, -3]
    np.testing.assert_array_equal(np.delete(model.labels_, [3, 10, 11, 20]), plain.labels_)
    np.testing.assert_array_equal(model.probabilities_[[3, 10, 11, 20]], [np.nan, 0, 0, np.nan])
    np.testing.assert_array_equal(model.outlier_scores_[[3, 10, 11, 20]], [np.nan, 1, 1, np.nan])
    np.testing.assert_array_equal(model.predict(odd), model.labels_)
    np.testing.assert_array_equal(model.dbscan_clustering(0.5)[[3, 10, 11, 20]], [-3, -2, -2, -3])
    hierarchy = coterie.hierarchy
    assert hierarchy.is_valid_linkage(model.linkage_) and len(model.linkage_) == 79
    tree = model.condensed_tree_
    assert np.sort(tree["child"][tree["child"] < 80]).tolist() == list(range(80))
    assert tree["lambda_val"][-4:].tolist() == [0] * 4 and tree["child"][-4:].tolist() == [3, 10, 11, 20]


def test_equal_rows_are_noise_unless_one_cluster_is_allowed():
    X = np.ones((8, 2))
    with pytest.warns(ClusteringWarning, match="There is no cluster: .*allow_single_cluster=True"):
        assert HDBSCAN().fit(X).labels_.tolist() == [-1] * 8
    model = HDBSCAN(allow_single_cluster=True).fit(X)
    assert model.labels_.tolist() == [0] * 8 and model.probabilities_.tolist() == [1.0] * 8
    assert model.outlier_scores_.tolist() == [0.0] * 8 and model.cluster_persistence_.tolist() == [1.0]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0, 2.0]], "n_samples=1 while HDBSCAN requires more than one sample"),
        ([[1.0], [np.nan], [2.0], [3.0]], r"min_samples \(5\) must be at most the number of samples in X \(3\)"),
        ([[np.nan], [np.nan]], r"min_samples \(5\) must be at most the number of samples in X \(0\)"),
    ],
)
def test_too_few_rows_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        HDBSCAN().fit(X)


# ------------------------------------------------------------------------------------------- given distances


class Graph:
    """A sparse matrix without scipy."""

    def __init__(self, D, kept):
        rows, self.indices = (np.ascontiguousarray(each) for each in np.nonzero(kept))
        self.data, self.shape = D[rows, self.indices], D.shape
        self.indptr = np.searchsorted(rows, np.arange(len(D) + 1))


def test_a_complete_graph_is_a_matrix():
    rng = np.random.RandomState(5)
    X = groups(rng, 70)
    D, weights = distances.cdist(X, X), rng.randint(3, size=70)
    for options in ({}, {"sample_weight": weights}):
        one, other = (HDBSCAN(metric="precomputed", alpha=1.3).fit(given, **options) for given in (D, Graph(D, D >= 0)))
        np.testing.assert_array_equal(one.labels_, other.labels_)
        np.testing.assert_array_equal(one.linkage_, other.linkage_)
        np.testing.assert_array_equal(other.predict(Graph(D, D >= 0)), one.predict(D))


def test_labels_of_a_sparse_graph_are_those_of_scikit_learn():
    cluster, sparse = pytest.importorskip("sklearn.cluster"), pytest.importorskip("scipy.sparse")
    X = groups(np.random.RandomState(6), 120)
    D = distances.cdist(X, X)
    near = np.sort(D, axis=1)[:, 30][:, None] >= D
    graph = sparse.csr_array(np.where(near | near.T, D, 0.0))
    theirs = cluster.HDBSCAN(8, min_samples=1, metric="precomputed", copy=True).fit(graph)
    ours = HDBSCAN(8, 1, metric="precomputed").fit(graph)
    assert same_clusters(ours.labels_, theirs.labels_) and ours.labels_.max() > 0
    np.testing.assert_allclose(ours.probabilities_, theirs.probabilities_)
    assert ours.minimum_spanning_tree_.weights.sum() == pytest.approx(theirs._single_linkage_tree_["value"].sum())


def test_infinite_distances_are_not_known():
    X = np.concatenate([np.arange(6.0), 100 + np.arange(6.0)])[:, None]
    D = distances.cdist(X, X)
    D[:6, 6:] = D[6:, :6] = np.inf
    with pytest.warns(UserWarning, match="contains edge weights with value infinity"):
        model = HDBSCAN(3, 2, metric="precomputed").fit(D)
    assert model.labels_.tolist() == [0] * 6 + [1] * 6 and model.minimum_spanning_tree_.weights[-1] == np.inf
    D[0, 6] = D[6, 0] = 50.0
    assert HDBSCAN(3, 2, metric="precomputed").fit(D).minimum_spanning_tree_.weights[-1] == 50.0


def test_a_graph_that_is_not_connected_or_has_too_few_distances_is_refused():
    X = np.concatenate([np.arange(6.0), 100 + np.arange(6.0)])[:, None]
    D = distances.cdist(X, X)
    model = HDBSCAN(3, 2, metric="precomputed", metric_params={"max_distance": 1000.0})
    with pytest.raises(ValueError, match=r"has 2 connected components\. HDBSCAN cannot be performed on a disconnected"):
        model.fit(Graph(D, D < 50))
    few = (D < 1.5) & (D > 0)
    with pytest.raises(ValueError, match="There exists points with fewer than 2 neighbors"):
        model.fit(Graph(D, few))
    with pytest.raises(ValueError, match="There exists points with fewer than 2 neighbors"):
        model.fit(Graph(D, D < 2.5), sample_weight=np.where(np.arange(12) < 4, 0.1, 1.0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda D: D[:3], r"expected to be symmetric, however it has shape \(3, 6\)"),
        (lambda D: np.tril(D), "its values appear to be asymmetric"),
        (lambda D: D - 1.0, "must not be negative"),
        (lambda D: D * np.nan, "np.nan values found in precomputed-dense"),
    ],
)
def test_distances_that_are_none_are_refused(change, message):
    D = distances.cdist(np.arange(6.0)[:, None], np.arange(6.0)[:, None])
    with pytest.raises(ValueError, match=message):
        HDBSCAN(2, metric="precomputed").fit(change(D))


def test_a_sparse_graph_that_is_not_symmetric_is_refused():
    D = distances.cdist(np.arange(6.0)[:, None], np.arange(6.0)[:, None])
    for wrong in (Graph(np.tril(D), D >= 0), Graph(D, np.tril(D) > 0)):
        with pytest.raises(ValueError, match="its values appear to be asymmetric"):
            HDBSCAN(2, metric="precomputed").fit(wrong)
    with pytest.raises(ValueError, match="Negative values"):
        HDBSCAN(2, metric="precomputed").fit(Graph(-D, D >= 0))


def test_sparse_rows_are_as_good_as_dense_ones():
    X = groups(np.random.RandomState(7), 80, 4).round(1)
    X[X < 0] = 0.0
    one, other = HDBSCAN().fit(X), HDBSCAN().fit(Graph(X, X != 0))
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(other.predict(Graph(X, X != 0)), one.predict(X))


# ------------------------------------------------------------------------------------------- new rows


@SEEDS
@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
def test_new_rows_join_the_row_that_is_nearest_by_mutual_reachability(seed, metric):
    rng = np.random.RandomState(seed)
    X, new = groups(rng, 50), groups(rng, 30)
    alpha, k = float(rng.choice([1.0, 1.7])), int(rng.randint(1, 6))
    weights = rng.randint(1, 3, size=50) if rng.randint(2) else None
    given = metric == "precomputed"
    D, far = (distances.cdist(rows, X, "euclidean" if given else metric) for rows in (X, new))
    model = HDBSCAN(5, k, metric=metric, alpha=alpha, allow_single_cluster=bool(rng.randint(2)))
    model.fit(D if given else X, sample_weight=weights)
    core, own = (reference.core_distances(each / alpha if given else each, k, weights) for each in (D, far))
    tree = reference.Tree([tuple(row) for row in model.condensed_tree_.tolist()], 50)
    chosen = model.selected_clusters_.tolist()
    expected = []
    for distance, core_of_new in zip(far / alpha, own, strict=True):
        reach = np.maximum(np.maximum(distance, core), core_of_new)
        row = min(range(50), key=lambda row: (reach[row], distance[row], row))
        value = min(tree.value[row], 1 / reach[row])
        cluster = tree.parent[row]
        while value < tree.value[row] and cluster != 50 and tree.birth(cluster) >= value:
            cluster = tree.parent[cluster]
        inside = [each for each in tree.above(cluster) if each in chosen]
        if inside == [50] and (len(chosen) > 1 or value < tree.death(50)):
            inside = []
        expected.append(chosen.index(inside[0]) if inside else -1)
    np.testing.assert_array_equal(model.predict(far if given else new), expected)


@SEEDS
def test_rows_of_the_fit_keep_their_labels(seed):
    rng = np.random.RandomState(seed)
    X = groups(rng, 200)
    for options in ({}, {"min_samples": 2}, {"allow_single_cluster": True}, {"cluster_selection_method": "leaf"}):
        model = HDBSCAN(**options).fit(X)
        np.testing.assert_array_equal(model.predict(X), model.labels_)
        np.testing.assert_array_equal(model.predict(X[::-1]), model.labels_[::-1])


def test_outlier_scores_of_new_rows_tell_clusters_from_noise():
    X = groups(np.random.RandomState(8), 150)
    new = np.random.RandomState(9).uniform(-12, 12, (300, 2))
    for model in (HDBSCAN().fit(X), HDBSCAN(allow_single_cluster=True, min_cluster_size=60).fit(X)):
        found = coterie.outlier_scores(new, model)
        np.testing.assert_array_equal(found <= 1, model.predict(new) >= 0)
        assert np.isfinite(found).all() and (found >= 0).all()
    nothing = HDBSCAN(100, 5).fit(X)
    assert np.isinf(coterie.outlier_scores(new, nothing)).all()


# ------------------------------------------------------------------------------------------- other clusters of the tree


@SEEDS
def test_the_cut_is_dbscan_without_border_points(seed):
    X = groups(np.random.RandomState(seed), 200)
    model = HDBSCAN(5, 4).fit(X)
    for eps in (0.2, 0.5, 1.0):
        other = DBSCAN(eps, min_samples=4).fit(X)
        labels = np.full(200, -1)
        labels[other.core_sample_indices_] = other.labels_[other.core_sample_indices_]
        for least in (2, 9):
            small = (labels >= 0) & (np.bincount(labels[labels >= 0], minlength=1)[labels] < least)
            assert same_clusters(model.dbscan_clustering(np.nextafter(eps, 1), least), np.where(small, -1, labels))
        found = model.dbscan_clustering(eps, 2)
        _, first = np.unique(found[found >= 0], return_index=True)
        assert (first[1:] > first[:-1]).all()  # numbered by their first rows
    with pytest.raises(ValueError, match="'cut_distance' parameter of dbscan_clustering must be a float in the range"):
        model.dbscan_clustering(-1.0)
    with pytest.raises(ValueError, match="'min_cluster_size' parameter of dbscan_clustering must be an int"):
        model.dbscan_clustering(1.0, 0)


def test_persistence_and_the_largest_epsilon_change_what_is_selected():
    rng = np.random.RandomState(10)
    X = np.concatenate([rng.normal(0, 0.3, (60, 2)), rng.normal(2, 0.3, (60, 2)), rng.normal(9, 0.3, (60, 2))])
    leaf, plain = HDBSCAN(8, cluster_selection_method="leaf"), HDBSCAN(8).fit(X)
    assert leaf.fit(X).labels_.max() > plain.labels_.max()
    few = leaf.set_params(cluster_selection_persistence=4.0).fit(X)
    assert few.labels_.max() < HDBSCAN(8, cluster_selection_method="leaf").fit(X).labels_.max()
    assert len(few.condensed_tree_) < len(plain.condensed_tree_)
    three = HDBSCAN(50, 5).fit(X)
    assert np.unique(three.labels_[three.labels_ >= 0]).tolist() == [0, 1, 2]
    half = three.linkage_[-1, 2] / 2
    assert HDBSCAN(50, 5, cluster_selection_epsilon=half).fit(X).labels_.max() == 1
    near = HDBSCAN(50, 5, cluster_selection_epsilon_max=half).fit(X)
    assert near.labels_.max() == 1 and (near.labels_[120:] == -1).all()  # what is far from all others is no cluster
    assert HDBSCAN(61, 5, cluster_selection_epsilon_max=half).fit(X).labels_.max() == -1


def test_the_plots_draw_a_fitted_model():
    pytest.importorskip("matplotlib")
    model = HDBSCAN().fit(groups(np.random.RandomState(11), 100))
    assert model.condensed_tree_.plot().get_ylabel() and coterie.plot.condensed_tree(model).get_ylabel()


# ------------------------------------------------------------------------------------------- other parameters, one tree


def random_cut(rng, n):
    options = {**random_options(rng, n), "cluster_selection_persistence": float(rng.choice([0.0, 0.3]))}
    for name in ("min_samples", "alpha"):
        del options[name]
    options["cluster_selection_epsilon_max"] = float(rng.choice([np.inf, 3.0]))
    return {name: value for name, value in options.items() if rng.randint(2)}


def told(fit, *args, **kwargs):
    """What `fit` returns, and the warnings that it gives."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        model = fit(*args, **kwargs)
    return model, [str(each.message) for each in given]


def assert_same(one, other):
    """Equal arrays of one type and shape."""
    np.testing.assert_array_equal(one, other)
    assert (one.dtype, one.shape) == (other.dtype, other.shape)


def assert_same_models(one, other):
    """What they show is the same, and so is all that is saved."""
    for name in ("linkage_", "condensed_tree_", "selected_clusters_", "cluster_persistence_", "outlier_scores_"):
        assert_same(getattr(one, name), getattr(other, name))
    one, other = vars(one), vars(other)
    assert one.keys() == other.keys()
    for name, value in one.items():
        if isinstance(value, np.ndarray):
            assert_same(value, other[name])
        else:
            assert value == other[name] and type(value) is type(other[name])


@SEEDS
@pytest.mark.parametrize("kind", ["rows", "odd rows", "weights", "precomputed", "graph"])
def test_another_cut_of_the_tree_is_a_fit_with_other_parameters(seed, kind, tmp_path):
    rng = np.random.RandomState(seed)
    for _ in range(2):
        X, weights = random_rows(rng), None
        start = {**random_options(rng, len(X)), **random_cut(rng, len(X))}
        if kind == "odd rows":
            X[rng.randint(len(X)), 0], X[rng.randint(len(X)), 0] = np.nan, np.inf
        if kind == "weights":
            weights = rng.choice([0.0, 1.0, 1.5, 3.0], size=len(X))
        if kind in ("precomputed", "graph"):
            start["metric"], X = "precomputed", distances.cdist(X, X)
        elif rng.randint(2):
            start["store_centers"] = "both"
        X = Graph(X, np.ones(X.shape, bool)) if kind == "graph" else X
        model = HDBSCAN(**start).fit(X, sample_weight=weights)
        before, n = model.get_params(), len(model.labels_)
        labels, tree = model.labels_.copy(), model.condensed_tree_
        if rng.randint(2):
            model._derived = None  # as after loading
        for _ in range(2):
            options = random_cut(rng, n)
            recut, words = told(model.recut, **options)
            k = start["min_samples"] or start["min_cluster_size"]
            other, expected = told(HDBSCAN(**{**start, **options, "min_samples": k}).fit, X, sample_weight=weights)
            assert_same_models(recut, other)
            recut.save(tmp_path / "model.npz")
            assert_same_models(coterie.load(tmp_path / "model.npz"), other)
            assert words == [text for text in expected if "infinity" not in text]
            assert recut._edges is model._edges and recut._tree_X is model._tree_X and recut.linkage_ is model.linkage_
        again = recut.recut(**{name: before[name] for name in before if name in _hdbscan._RECUT})
        np.testing.assert_array_equal(again.labels_, labels)
        assert model.get_params() == before
        np.testing.assert_array_equal(model.labels_, labels)
        np.testing.assert_array_equal(model.condensed_tree_, tree)


def test_another_cut_has_the_tree_of_the_fit_whatever_the_parameters_are_now():
    X = pytest.importorskip("pandas").DataFrame(groups(np.random.RandomState(16), 90), columns=["a", "b"])
    model = HDBSCAN(6, metric="minkowski", metric_params={"p": 3}, alpha=1.2, store_centers="both").fit(X)
    expected = HDBSCAN(9, 6, metric="minkowski", metric_params={"p": 3}, alpha=1.2).fit(X)
    model.set_params(min_cluster_size=30, min_samples=1, alpha=3.0, metric="manhattan", metric_params=None)
    recut = model.recut(min_cluster_size=9, store_centers=None)
    np.testing.assert_array_equal(recut.labels_, expected.labels_)
    np.testing.assert_array_equal(HDBSCAN(**recut.get_params()).fit(X).probabilities_, recut.probabilities_)
    np.testing.assert_array_equal(recut.predict(X), expected.predict(X))
    assert recut.feature_names_in_.tolist() == ["a", "b"] and not hasattr(recut, "centroids_")
    assert model.min_cluster_size == 30 and model.centroids_.shape[1] == 2
    given = HDBSCAN(4, metric="precomputed").fit(distances.cdist(X, X))
    assert given.set_params(metric="euclidean").recut().metric == "precomputed"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_samples": 3}, "recut takes min_cluster_size, .* another 'min_samples' a new tree is needed: call fit"),
        ({"min_cluster_size": 4, "alpha": 2.0}, "For another 'alpha' a new tree is needed"),
        ({"k": 4}, "For another 'k'"),
        ({"min_cluster_size": 1}, "'min_cluster_size' parameter of HDBSCAN must be an int in the range"),
        ({"cluster_selection_epsilon": 2.0, "cluster_selection_epsilon_max": 1.0}, "epsilon_max=1.0 must be at least"),
        ({"store_centers": "medoid"}, "Cannot store centers when using a precomputed distance matrix"),
    ],
)
def test_other_parameters_than_those_of_a_cut_are_refused(options, message):
    X = groups(np.random.RandomState(17))
    model = HDBSCAN(metric="precomputed")
    with pytest.raises(coterie.NotFittedError, match="HDBSCAN instance is not fitted yet"):
        model.recut(min_cluster_size=3)
    model.fit(distances.cdist(X, X))
    with pytest.raises(ValueError, match=message):
        model.recut(**options)


# ------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"min_cluster_size": 1}, r"'min_cluster_size' parameter of HDBSCAN must be an int in the range \[2, inf\)"),
        ({"min_samples": 0}, "'min_samples' parameter of HDBSCAN"),
        ({"min_samples": 61}, r"min_samples \(61\) must be at most the number of samples in X \(60\)"),
        ({"alpha": 0.0}, r"'alpha' parameter of HDBSCAN must be a float in the range \(0.0, inf\)"),
        ({"cluster_selection_method": "best"}, "'cluster_selection_method' parameter .* {'eom', 'leaf'}"),
        ({"cluster_selection_persistence": -1}, "'cluster_selection_persistence' parameter of HDBSCAN"),
        ({"cluster_selection_epsilon": 2, "cluster_selection_epsilon_max": 1}, "epsilon_max=1 must be at least"),
        ({"metric": "precomputed", "store_centers": "both"}, "Cannot store centers when using a precomputed distance"),
        ({"metric": "cosine", "algorithm": "kd_tree"}, "cosine is not a valid metric for a KDTree-based algorithm"),
        ({"metric": "canberra", "algorithm": "kd_tree"}, "canberra is not a valid metric for a KDTree-based"),
        ({"metric": "cosine", "algorithm": "ball_tree"}, "cosine is not a valid metric for a BallTree-based"),
        ({"metric": "precomputed", "algorithm": "kd_tree"}, "precomputed is not a valid metric for a KDTree-based"),
    ],
)
def test_wrong_parameters_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        HDBSCAN(**options).fit(groups(np.random.RandomState(0)))


def test_what_given_distances_do_not_take_is_refused():
    with pytest.raises(TypeError, match=r"metric_params takes 'max_distance' only. Got \['p'\]"):
        HDBSCAN(metric="precomputed", metric_params={"p": 3}).fit(np.zeros((9, 9)))
    with pytest.raises(ValueError, match="Sparse data matrices only support algorithm `brute`"):
        HDBSCAN(algorithm="kd_tree").fit(Graph(np.eye(9), np.eye(9) > 0))


def test_a_failed_fit_changes_nothing():
    X = groups(np.random.RandomState(12))
    model = HDBSCAN(store_centers="both").fit(X)
    before = dict(vars(model))
    for wrong in (X[:3], X[:, :1] * 1j, "text"):
        with pytest.raises((ValueError, TypeError)):
            model.fit(wrong)
    assert all(vars(model)[name] is value for name, value in before.items()) and len(vars(model)) == len(before)


def test_another_fit_forgets_the_first_one():
    rng = np.random.RandomState(13)
    model = HDBSCAN(store_centers="both").fit(groups(rng, 90))
    Z = model.linkage_
    model.set_params(store_centers=None).fit(groups(rng, 70))
    assert not hasattr(model, "centroids_") and not hasattr(model, "medoids_")
    assert len(model.linkage_) == 69 and len(Z) == 89 and len(model.outlier_scores_) == 70


def test_attributes_stay_those_of_the_fit_when_parameters_change():
    X = groups(np.random.RandomState(14), 120)
    model = HDBSCAN(6).fit(X)
    found = model.labels_.copy(), model.condensed_tree_.copy(), model.predict(X[:50])
    model.set_params(min_cluster_size=30, min_samples=1, alpha=3.0)
    model._derived = None  # as after loading
    np.testing.assert_array_equal(model.condensed_tree_, found[1])
    np.testing.assert_array_equal(model.predict(X[:50]), found[2])


def test_the_groups_of_a_mixture_are_found():
    rng = np.random.RandomState(15)
    X = np.concatenate([rng.normal(place, width, (100, 2)) for place, width in ((0, 0.2), (3, 0.6), (9, 1.0))])
    model = HDBSCAN(15).fit(np.concatenate([X, rng.uniform(-5, 15, (30, 2))]))
    assert scores.adjusted_rand_score(np.repeat([0, 1, 2], 100), model.labels_[:300]) > 0.8
    assert model.cluster_persistence_.shape == model.selected_clusters_.shape == (3,)
    assert ((model.cluster_persistence_ > 0) & (model.cluster_persistence_ < 1)).all()
    assert (model.probabilities_[model.labels_ >= 0] > 0).all() and not model.probabilities_[model.labels_ < 0].any()


def test_sparse_rows_that_would_not_fit_are_refused_before_they_are_made_dense(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 10**9)
    wide = Graph(np.eye(9), np.eye(9) > 0)
    wide.shape = (9, 10**8)
    with pytest.raises(
        MemoryError, match=r"Sparse rows of shape \(9, 100000000\), .* 7.2 GB .*Reduce the number of col"
    ):
        HDBSCAN().fit(wide)


def test_a_root_beside_other_clusters_has_no_rows_and_no_center():
    """Clusters that begin exactly at epsilon stay beside the root that others were merged to, as in scikit-learn."""
    X = np.array([10.0, 10.0, 6.0, 12.0, 0.0, 12.0, 11.0, 2.0])[:, None]
    model = HDBSCAN(2, 1, allow_single_cluster=True, cluster_selection_epsilon=4.0, store_centers="both").fit(X)
    assert model.selected_clusters_[0] == 8 and model.labels_.tolist() == [-1, -1, -1, -1, 1, -1, -1, 1]
    np.testing.assert_array_equal(model.centroids_, [[np.nan], [1.0]])
    np.testing.assert_array_equal(model.medoids_, [[np.nan], [0.0]])
