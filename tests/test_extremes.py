"""Values near the largest and the smallest numbers: the result as at other scales, or a clear error; never nonsense."""

import contextlib
import re

import numpy as np
import pytest
from reference import linkage as reference

import coterie
from coterie import distances, hierarchy, neighbors, scores
from coterie._dendrogram.merges import Merges
from coterie.distances._metrics import NAMES
from coterie.hierarchy import _centers, _linkage

METHODS = ("single", "complete", "average", "weighted", "centroid", "median", "ward")
LARGEST = np.finfo(np.float64).max
EXPONENTS = (-1000, -700, -600, -520, -300, 300, 520, 600, 700, 1000)


def rows(n=40, d=3):
    """Three groups; of about 40 bits a number, so that a scaling to subnormal numbers would show."""
    X = np.random.RandomState(n).normal(size=(n, d))
    X[n // 3 :] += 4
    X[2 * n // 3 :, 0] += 9
    return np.round(X * 2**30) / 2**30


def condensed(n=40):
    return np.random.RandomState(n).uniform(0.5, 1, size=n * (n - 1) // 2)


def by_largest_difference(x, y):
    return float(np.abs(x - y).max())


def linkage_of(kind, method, **params):
    return lambda X: hierarchy.linkage(X, method, **params)


def tree_of(estimator):
    return lambda X: estimator.fit(X).linkage_


def called(metric):
    """What a metric is called in the names of tests, which are the same in each process."""
    return metric if isinstance(metric, str) else metric.__name__


# What is scaled with the data, each power of two by itself: name -> (function of data, data, degree).
TREES = {
    **{f"linkage, condensed, {method}": (linkage_of("condensed", method), condensed(), 1) for method in METHODS},
    **{f"linkage, points, {method}": (linkage_of("points", method), rows(), 1) for method in METHODS},
    **{
        f"linkage, {called(metric)}, {method}": (linkage_of("points", method, metric=metric), rows(), degree)
        for metric, degree in (
            ("manhattan", 1),
            ("chebyshev", 1),
            ("canberra", 0),
            ("braycurtis", 0),
            ("cosine", 0),
            ("correlation", 0),
            (by_largest_difference, 1),
        )
        for method in ("single", "average", "complete")
    },
    "linkage, many points, single": (linkage_of("points", "single"), rows(1100), 1),
    "linkage, many points, ward": (linkage_of("points", "ward"), rows(1100), 1),
    "linkage, many points, centroid": (linkage_of("points", "centroid"), rows(1100), 1),
    "linkage, many distances, average": (linkage_of("condensed", "average"), condensed(1100), 1),
    "linkage, many distances, median": (linkage_of("condensed", "median"), condensed(1100), 1),
    "linkage, many distances, single": (linkage_of("condensed", "single"), condensed(1100), 1),
    "linkage, in order": (lambda X: hierarchy.linkage(X, "average", optimal_ordering=True), rows(), 1),
    "linkage_vector": (lambda X: hierarchy.linkage_vector(X, "ward"), rows(), 1),
    **{
        f"AgglomerativeClustering, {linkage}": (tree_of(coterie.AgglomerativeClustering(linkage=linkage)), rows(), 1)
        for linkage in METHODS
    },
    "AgglomerativeClustering, precomputed": (
        lambda X: coterie.AgglomerativeClustering(metric="precomputed", linkage="average").fit(X).linkage_,
        distances.squareform(condensed()),
        1,
    ),
    **{
        f"DivisiveClustering, {called(metric)}": (tree_of(coterie.DivisiveClustering(metric=metric)), rows(), degree)
        for metric, degree in (("euclidean", 1), ("manhattan", 1), ("cosine", 0), (by_largest_difference, 1))
    },
}


@pytest.mark.filterwarnings("error::RuntimeWarning", "ignore::coterie.FeatureScaleWarning")
@pytest.mark.parametrize("name", TREES)
def test_trees_are_the_same_at_every_scale(name):
    function, data, degree = TREES[name]
    Z = function(data)
    for exponent in EXPONENTS:
        scaled = function(np.ldexp(data, exponent))
        np.testing.assert_array_equal(scaled[:, [0, 1, 3]], Z[:, [0, 1, 3]])
        np.testing.assert_array_equal(scaled[:, 2], np.ldexp(Z[:, 2], degree * exponent))


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("exponent", [*EXPONENTS, 1021])
def test_statistics_of_trees_are_the_same_at_every_scale(exponent):
    y = condensed()
    Z = hierarchy.linkage(y, "average")
    scaled = Z * [1, 1, 2.0**exponent, 1]
    R, more = hierarchy.inconsistent(Z, 3), hierarchy.inconsistent(scaled, 3)
    np.testing.assert_array_equal(more[:, 2:], R[:, 2:])
    np.testing.assert_array_equal(more[:, :2], np.ldexp(R[:, :2], exponent))
    assert hierarchy.cophenet(scaled, np.ldexp(y, exponent))[0] == hierarchy.cophenet(Z, y)[0]
    for criterion in ("inconsistent", "distance"):
        t = 0.7 if criterion == "inconsistent" else 0.7 * 2.0**exponent
        np.testing.assert_array_equal(hierarchy.fcluster(scaled, t, criterion), hierarchy.fcluster(Z, 0.7, criterion))
    model = coterie.AgglomerativeClustering(3, linkage="average")
    X, more = rows(), rows(15)
    new = np.ldexp(more, min(exponent, 1000))
    np.testing.assert_array_equal(model.fit(np.ldexp(X, min(exponent, 1000))).predict(new), model.fit(X).predict(more))


# The same for other numbers that are computed: name -> (function of rows, degree).
SCALED = {
    "kneighbors": (lambda X: neighbors.kneighbors(X, 3)[0], 1),
    "kneighbors, manhattan": (lambda X: neighbors.kneighbors(X, 3, metric="manhattan")[0], 1),
    "kneighbors, canberra": (lambda X: neighbors.kneighbors(X, 3, metric="canberra")[0], 0),
    "silhouette_samples": (lambda X: scores.silhouette_samples(X, np.arange(len(X)) % 3), 0),
    "dbcv_score": (lambda X: scores.dbcv_score(X, np.arange(len(X)) % 3), 0),
    "calinski_harabasz_score": (lambda X: scores.calinski_harabasz_score(X, np.arange(len(X)) % 3), 0),
    "davies_bouldin_score": (lambda X: scores.davies_bouldin_score(X, np.arange(len(X)) % 3), 0),
    # Draws look at the bits of the rows, so the first centers are given.
    "KMeans": (lambda X: fitted(X, init=X[::15], n_init=1).cluster_centers_, 1),
    "KMeans.transform": (lambda X: fitted(X, init=X[::15], n_init=1).transform(X), 1),
    "KMeans.predict": (lambda X: fitted(X, init=X[::15], n_init=1).predict(X[::-1].copy()), 0),
}


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("name", SCALED)
def test_numbers_are_the_same_at_every_scale(name):
    function, degree = SCALED[name]
    expected = function(rows())
    for exponent in EXPONENTS:
        found = function(np.ldexp(rows(), exponent))
        np.testing.assert_array_equal(found, np.ldexp(expected, degree * exponent) if degree else expected)


# Finite data that overflow or lose digits in sums, differences or squares; of one shape, so that they do for all.
N = 24
MATRICES = {
    "all near the largest": np.full((N, 3), LARGEST) * np.linspace(0.9, 1, 3 * N).reshape(N, 3),
    "both signs near the largest": np.where(np.arange(3 * N).reshape(N, 3) % 2, 1.0, -1.0) * LARGEST,
    "all equal, the largest": np.full((N, 3), LARGEST),
    "one huge among small": np.where(np.arange(3 * N).reshape(N, 3) == 7, 1e308, rows(N)),
    "one huge, negative": np.where(np.arange(3 * N).reshape(N, 3) == 7, -LARGEST, rows(N)),
    "near 2^-1000": np.ldexp(rows(N), -1000),
    "subnormal": np.random.RandomState(0).randint(-9, 9, size=(N, 3)) * 5e-324,
    "subnormal among ones": np.where(np.arange(3 * N).reshape(N, 3) % 5 == 0, 5e-324, 1.0),
    "large and small by columns": rows(N) * [1e300, 1.0, 1e-300],
    "powers of ten": 10.0 ** np.linspace(-320, 308, 3 * N).reshape(N, 3),
    "negative zeros": np.where(np.arange(3 * N).reshape(N, 3) % 2, -0.0, 0.0),
    "float32, largest": (rows(N) * 2e37).astype(np.float32),
    "float32, subnormal": (rows(N) * 1e-44).astype(np.float32),
}
CONDENSED = {
    "about half the largest": np.full(6, 8e307),
    "three": np.full(3, 1.2e308),
    "the largest": np.full(300, LARGEST),
    "near the largest": LARGEST * np.linspace(0.5, 1, 300),
    "one huge": np.where(np.arange(300) == 11, LARGEST, condensed(25)),
    "all but one huge": np.where(np.arange(300) == 11, 1.0, LARGEST),
    "subnormal": np.random.RandomState(1).randint(0, 9, size=300) * 5e-324,
    "powers of ten": 10.0 ** np.linspace(-320, 308, 300),
    "zeros and the largest": np.where(np.arange(300) % 2, 0.0, LARGEST),
    "negative": -LARGEST * np.linspace(0.5, 1, 300),
    "both signs": LARGEST * np.linspace(-1, 1, 300),
}


def assert_tree(Z, inversions=False):
    reference.assert_valid(Z)
    assert np.isfinite(Z).all()
    assert inversions or (np.diff(Z[:, 2]) >= 0).all()


def or_a_clear_error(function, *args, match="too large|NaN or infinite|finite|not defined|must not be negative"):
    """The result, or None where it is refused by a ValueError that says why."""
    try:
        return function(*args)
    except ValueError as error:
        assert not match or re.search(match, str(error)), error
        return None


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", CONDENSED)
def test_trees_of_extreme_distances(linkage_path, name, method):
    y = CONDENSED[name]
    Z = or_a_clear_error(hierarchy.linkage, y, method)
    if Z is None:
        assert (method in ("centroid", "median") and y.min() < 0) or method == "ward"
        return
    assert_tree(Z, method in ("centroid", "median"))
    if method in ("single", "complete"):  # nothing is calculated, so ordinary numbers in the same order tell the tree
        order = np.unique(y)
        np.testing.assert_array_equal(
            Z[:, 2], order[hierarchy.linkage(np.searchsorted(order, y).astype(float), method)[:, 2].astype(int)]
        )
    if method in ("average", "weighted"):  # means lie between the distances, but for rounding
        half = Z[:, 2] / 2
        assert (half >= y.min() / 2 * (1 - 1e-12 * np.sign(y.min())) - 1e-290).all()
        assert (half <= y.max() / 2 * (1 + 1e-12 * np.sign(y.max()))).all()


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.filterwarnings("ignore:.*hold.*variance", "ignore:Latitudes")
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("metric", [*NAMES, by_largest_difference])
@pytest.mark.parametrize("name", MATRICES)
def test_trees_of_extreme_rows(name, metric, method):
    X = MATRICES[name]
    if metric != "euclidean" and method not in ("single", "average", "complete", "weighted"):
        return
    if metric == "haversine":
        X = X[:, :2]
    estimator = coterie.AgglomerativeClustering(linkage=method, metric=metric)
    for build in (tree_of(estimator), linkage_of("points", method, metric=metric)):
        with np.errstate(over="ignore" if callable(metric) else "warn"):  # the difference of two rows
            Z = or_a_clear_error(build, X, match="")
        if Z is not None:
            assert_tree(Z, method in ("centroid", "median"))


# ------------------------------------------------------------------------------------------- everything else


def no_number(x, y):
    return float("nan")


def infinite(x, y):
    return 0.0 if x[0] == y[0] else float("inf")


def with_metrics(name, call):
    """A call for each metric, by name."""
    for metric in (*NAMES, by_largest_difference, no_number, infinite):
        title = metric if isinstance(metric, str) else metric.__name__
        yield f"{name}, {title}", lambda X, metric=metric: call(X[:, :2] if metric == "haversine" else X, metric)


def fitted(X, **params):
    return coterie.KMeans(3, random_state=0, **params).fit(X)


def flat_clusters(X):
    Z = hierarchy.linkage(X, "average")
    return (
        hierarchy.fcluster(Z, 3, "maxclust"),
        hierarchy.cut_tree(Z, 3)[:, 0],
        np.asarray(hierarchy.dendrogram(Z, no_plot=True)["leaves"]),
        hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(Z, X)),
    )


def kneighbors(X, metric):
    return neighbors.kneighbors(X, 3, metric=metric)[1]


def kneighbors_graph(X, metric):
    pytest.importorskip("scipy")
    return neighbors.NearestNeighbors(n_neighbors=3, metric=metric).fit(X).kneighbors_graph().indices


def radius_neighbors(X, metric):
    return np.concatenate(neighbors.radius_neighbors(X, 1.0, metric=metric)[1])


def radius_counts(X, metric):
    return neighbors.radius_counts(X, 1e300, metric=metric)


def dense_regions(eps):
    return lambda X, metric: coterie.DBSCAN(eps, min_samples=3, metric=metric).fit(X).predict(X)


def all_densities(X, metric):
    model = coterie.HDBSCAN(2, metric=metric, allow_single_cluster=True, store_centers="both").fit(X)
    return np.concatenate([model.labels_, model.predict(X), model.dbscan_clustering(1.0)])


def in_order(X, metric):
    model = coterie.OPTICS(min_samples=2, metric=metric).fit(X)
    return np.concatenate([model.labels_, model.ordering_, model.predecessor_, model.predict(X)])


def around_medoids(X, metric):
    model = coterie.KMedoids(3, metric=metric, random_state=0).fit(X)
    return np.concatenate([model.labels_, model.medoid_indices_, model.predict(X[::-1].copy())])


def from_the_top(X, metric):
    return coterie.DivisiveClustering(3, metric=metric).fit(X)


def predicted(X, metric="euclidean", linkage="average"):
    return coterie.AgglomerativeClustering(3, linkage=linkage, metric=metric).fit(X).predict(X)


def silhouettes(X, metric):
    return scores.silhouette_samples(X, np.arange(N) % 3, metric=metric)


# What returns labels or numbers of rows, or of clusters: all of them from -1 to the number of rows.
PLACES = {
    **dict(with_metrics("kneighbors", kneighbors)),
    **dict(with_metrics("kneighbors_graph", kneighbors_graph)),
    **dict(with_metrics("radius_neighbors", radius_neighbors)),
    **dict(with_metrics("radius_counts", radius_counts)),
    **dict(with_metrics("DBSCAN, small eps", dense_regions(1e-310))),
    **dict(with_metrics("DBSCAN", dense_regions(1.0))),
    **dict(with_metrics("DBSCAN, large eps", dense_regions(1e308))),
    **dict(with_metrics("HDBSCAN", all_densities)),
    **dict(with_metrics("OPTICS", in_order)),
    **dict(with_metrics("KMedoids", around_medoids)),
    **dict(with_metrics("DivisiveClustering", lambda X, metric: from_the_top(X, metric).labels_)),
    **dict(with_metrics("AgglomerativeClustering.predict", predicted)),
    **{
        f"AgglomerativeClustering.predict, {method}": lambda X, method=method: predicted(X, linkage=method)
        for method in METHODS
    },
    "KMeans": lambda X: fitted(X).labels_,
    "KMeans, random": lambda X: fitted(X, init="random").labels_,
    "KMeans, k-means||": lambda X: fitted(X, init="k-means||").labels_,
    "KMeans.predict": lambda X: fitted(X).predict(X[::-1].copy()),
    "BisectingKMeans": lambda X: coterie.BisectingKMeans(3, random_state=0).fit(X).labels_,
    "KMedians": lambda X: coterie.KMedians(3, random_state=0).fit(X).labels_,
    "MiniBatchKMeans": lambda X: coterie.MiniBatchKMeans(3, random_state=0).fit(X).labels_,
    "MiniBatchKMeans.partial_fit": lambda X: coterie.MiniBatchKMeans(3, random_state=0).partial_fit(X).labels_,
    "MiniBatchKMeans.fit_batches": lambda X: coterie.MiniBatchKMeans(3, random_state=0).fit_batches([X]).predict(X),
    "KMedians.predict": lambda X: coterie.KMedians(3, random_state=0).fit(X).predict(X[::-1].copy()),
    "SphericalKMeans": lambda X: coterie.SphericalKMeans(3, random_state=0).fit(X).labels_,
    "SizeConstrainedKMeans": lambda X: coterie.SizeConstrainedKMeans(3, 8, 8, random_state=0).fit(X).labels_,
    "KModes": lambda X: coterie.KModes(3).fit(X).labels_,
    "KPrototypes": lambda X: coterie.KPrototypes(3, random_state=0).fit(X, categorical=[0]).predict(X[::-1].copy()),
    "kmeans_plusplus": lambda X: coterie.kmeans_plusplus(X, 3, random_state=0)[1],
    "flat clusters": flat_clusters,
    "fclusterdata": lambda X: hierarchy.fclusterdata(X, 1.0),
}

# What returns numbers: none of them is NaN.
NUMBERS = {
    **dict(with_metrics("silhouettes", silhouettes)),
    **dict(with_metrics("dbcv_score", lambda X, metric: scores.dbcv_score(X, np.arange(N) % 3, metric=metric))),
    **dict(with_metrics("HDBSCAN", lambda X, metric: coterie.HDBSCAN(2, metric=metric).fit(X).probabilities_)),
    **dict(with_metrics("DivisiveClustering", lambda X, metric: from_the_top(X, metric).distances_)),
    "KMeans": lambda X: fitted(X).cluster_centers_,
    "BisectingKMeans": lambda X: coterie.BisectingKMeans(3, random_state=0).fit(X).cluster_centers_,
    "KMedians": lambda X: coterie.KMedians(3, random_state=0).fit(X).cluster_centers_,
    "MiniBatchKMeans": lambda X: coterie.MiniBatchKMeans(3, random_state=0).fit(X).cluster_centers_,
    "MiniBatchKMeans.fit_batches": lambda X: coterie.MiniBatchKMeans(3).fit_batches([X, X]).cluster_centers_,
    "SizeConstrainedKMeans": lambda X: coterie.SizeConstrainedKMeans(3, 8, random_state=0).fit(X).cluster_centers_,
    "calinski_harabasz_score": lambda X: scores.calinski_harabasz_score(X, np.arange(N) % 3),
    "davies_bouldin_score": lambda X: scores.davies_bouldin_score(X, np.arange(N) % 3),
    "inconsistent": lambda X: hierarchy.inconsistent(hierarchy.linkage(X, "average")),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", PLACES)
def test_labels_and_places_of_extreme_rows_exist(name):
    for X in MATRICES.values():
        found = or_a_clear_error(PLACES[name], X, match="")
        if found is not None:
            places = np.asarray(found)
            assert places.dtype.kind == "i"
            assert places.size == 0 or (places.min() >= -1 and places.max() <= N)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_of_extreme_rows_are_numbers(name):
    for X in MATRICES.values():
        found = or_a_clear_error(NUMBERS[name], X, match="")
        assert found is None or not np.isnan(found).any()


# ------------------------------------------------------------------------------------------- nothing is found


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("method", METHODS)
def test_a_point_without_a_nearest_one_is_an_error(linkage_path, method, bad):
    # Such distances are refused before, and finite ones are scaled: the kernels do not rely on either.
    for n, point in ((2, 0), (3, 2), (40, 0), (40, 17), (40, 39)):
        square = distances.squareform(condensed(40))[:n, :n]
        square[point] = square[:, point] = bad
        np.fill_diagonal(square, 0.0)
        y = distances.squareform(square, checks=False)
        # NaN under a root of a sum that may not be negative counts as 0: then all that matters is that nothing breaks.
        silent = np.isnan(bad) and method in ("ward", "centroid", "median")
        with (
            contextlib.suppress(ValueError)
            if silent
            else pytest.raises(ValueError, match=f"too large for {method} linkage")
        ):
            _linkage.merge_matrix(y, 1.0, method, Merges(n), 2, False)


@pytest.mark.parametrize("bad", [np.inf, np.nan])
@pytest.mark.parametrize("method", ["ward", "centroid", "median"])
def test_a_center_without_a_nearest_one_is_an_error(linkage_path, method, bad):
    for n, point in ((2, 0), (3, 2), (40, 0), (40, 17), (40, 39)):
        points = rows(n) / 64
        points[point, 1] = bad
        with pytest.raises(ValueError, match=f"too large for {method} linkage"), np.errstate(all="ignore"):
            if method == "ward":
                _centers.merge_ward(points, Merges(n), 2)
            else:
                _centers.merge_centers(method, points, Merges(n), 2)


@pytest.mark.parametrize("n", [2, 3, 10, 1500])
@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_rows_whose_distances_are_no_numbers_are_refused(n, bad):
    # A binary distance of numbers that are not, and a function: in memory that grows with n too.
    for metric in ("dice", lambda x, y: bad):
        X = np.full((n if metric == "dice" else min(n, 10), 2), LARGEST)
        for build in (
            linkage_of("points", "single", metric=metric),
            tree_of(coterie.AgglomerativeClustering(linkage="single", metric=metric)),
        ):
            with pytest.raises(ValueError, match=r"distance is NaN or infinite between some rows"):
                build(X)
