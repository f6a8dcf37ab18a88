"""Every public function that computes with numbers, at scales from 2**-1000 to 2**1000: the same results to the last
bit, lengths times the scale. A function that is missing in the table below fails the first test."""

import importlib
import warnings

import numpy as np
import pytest

import coterie
from coterie import distances, explain, hierarchy, neighbors, scaling, scores, selection
from coterie.distances import pdist, squareform
from coterie.selection import _suggest_eps

MODULES = (
    "coterie",
    "coterie.distances",
    "coterie.explain",
    "coterie.hierarchy",
    "coterie.neighbors",
    "coterie.scaling",
    "coterie.scores",
    "coterie.selection",
)
EXPONENTS = (-1000, -600, -300, -120, 120, 300, 600, 1000)
SINGLE = (-120, -60, 60, 110)  # of float32
LINKAGES = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
METRICS = ("euclidean", "manhattan", "chebyshev", "canberra", "braycurtis", "cosine", "correlation")
DEGREES = {"euclidean": 1, "sqeuclidean": 2, "manhattan": 1, "chebyshev": 1}

rng = np.random.default_rng(0)
BLOBS = rng.normal(size=(36, 3)) + 6 * rng.integers(0, 3, size=(36, 1))
KINDS = {
    "blobs": BLOBS,
    "many blobs": rng.normal(size=(150, 2)) + 9 * rng.integers(0, 3, size=(150, 1)),
    "ties": rng.integers(0, 4, size=(36, 3)) + np.arange(3.0) + (np.arange(36) % 2)[:, None] * [0, 0, 1],
    "duplicates": np.repeat(BLOBS[:12], 3, axis=0),
    "uneven columns": BLOBS * np.exp2([-15.0, 0.0, 20.0]),
    "very uneven columns": BLOBS * np.exp2([-150.0, 0.0, 150.0]),
    "offset": BLOBS + 1e6,
    "wide": rng.normal(size=(24, 40)),
}


class Case:
    """Data at a scale. All that a function is given is divided or multiplied with it."""

    def __init__(self, X, exponent):
        self.exponent, self.n = exponent, len(X)
        self.X = np.ldexp(X, exponent)
        self.new = np.ldexp(X[::3] * X.dtype.type(1.25), exponent)
        self.codes = np.arange(len(X)) * 3 // len(X)
        self.start = self.X[[0, len(X) // 2, len(X) - 1]]
        self.weights = np.arange(len(X)) % 3 + 1.0
        self.radius = float(np.median(pdist(X)))

    def length(self, value):
        return float(np.ldexp(value, self.exponent))

    @property
    def tree(self):
        Z = hierarchy.linkage(BLOBS, "average")
        Z[:, 2] = np.ldexp(Z[:, 2], self.exponent)
        return Z


# Each yields (name, value, degree): at a scale t the value is times t**degree.


def k_means(c):
    model = coterie.KMeans(3, init=c.start, n_init=1).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 1
    yield "inertia", model.inertia_, 2
    yield "predict", model.predict(c.new), 0
    yield "transform", model.transform(c.new), 1
    yield "score", model.score(c.new), 2
    centers, labels, inertia = coterie.k_means(c.X, 3, init=c.start, n_init=1)
    yield from (("function, labels", labels, 0), ("function, centers", centers, 1), ("function, inertia", inertia, 2))


def bisecting(c):
    model = coterie.BisectingKMeans(4, random_state=0, tol=0).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 1
    yield "inertia", model.inertia_, 2
    yield "predict", model.predict(c.new), 0


def mini_batches(c):
    model = coterie.MiniBatchKMeans(3, init=c.start, n_init=1, random_state=0).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 1
    yield "inertia", model.inertia_, 2
    yield "predict", model.predict(c.new), 0
    model.partial_fit(c.new)
    yield "one more batch", model.cluster_centers_, 1
    yield "its inertia", model.inertia_, 2
    model.fit_batches([(c.X, c.weights), c.new])
    yield "a stream", model.cluster_centers_, 1
    yield "its inertia", model.inertia_, 2


def k_medians(c):
    model = coterie.KMedians(3, init=c.start).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 1
    yield "inertia", model.inertia_, 1
    yield "predict", model.predict(c.new), 0
    yield "transform", model.transform(c.new), 1
    yield "score", model.score(c.new), 1


def spherical(c):
    model = coterie.SphericalKMeans(3, random_state=0).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 0
    yield "inertia", model.inertia_, 0
    yield "predict", model.predict(c.new), 0


def size_constrained(c):
    model = coterie.SizeConstrainedKMeans(3, len(c.X) // 4, len(c.X) // 3 + 1, init=c.start, n_init=1)
    model.fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "centers", model.cluster_centers_, 1
    yield "inertia", model.inertia_, 2
    yield "predict", model.predict(c.new), 0


def k_medoids(c):
    for metric in ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "canberra", "cosine"):
        model = coterie.KMedoids(3, metric=metric, random_state=0).fit(c.X, sample_weight=c.weights)
        degree = DEGREES.get(metric, 0)
        yield f"{metric}, medoids", model.medoid_indices_, 0
        yield f"{metric}, labels", model.labels_, 0
        yield f"{metric}, inertia", model.inertia_, degree
        yield f"{metric}, predict", model.predict(c.new), 0
        yield f"{metric}, transform", model.transform(c.new), degree
        yield f"{metric}, score", model.score(c.new), degree
    given = coterie.KMedoids(3, metric="precomputed", init="build").fit(squareform(pdist(c.X)))
    yield from (("given, labels", given.labels_, 0), ("given, inertia", given.inertia_, 1))


def k_prototypes(c):
    model = coterie.KPrototypes(3, init=c.start, categorical=[]).fit(c.X, sample_weight=c.weights)
    yield "labels", model.labels_, 0
    yield "prototypes", model.cluster_centroids_, 1
    yield "costs", model.epoch_costs_, 2
    yield "gamma", model.gamma_, 1
    yield "predict", model.predict(c.new), 0
    drawn = coterie.KPrototypes(3, categorical=[], random_state=0).fit(c.X)
    yield from (("drawn, labels", drawn.labels_, 0), ("drawn, cost", drawn.cost_, 2))
    modes = coterie.KModes(3).fit(c.X)
    yield from (("modes, labels", modes.labels_, 0), ("modes", modes.cluster_centroids_, 1))


def seeds(c):
    centers, rows = coterie.kmeans_plusplus(c.X, 9, random_state=0)
    yield "different rows", len(np.unique(centers, axis=0)), 0
    assert (centers == c.X[rows]).all()


def density(c):
    for metric in ("euclidean", "manhattan", "chebyshev", "canberra", "cosine"):
        eps = c.length(0.4 * c.radius) if metric in DEGREES else 0.1
        model = coterie.DBSCAN(eps, min_samples=3, metric=metric).fit(c.X, sample_weight=c.weights)
        yield f"{metric}, labels", model.labels_, 0
        yield f"{metric}, predict", model.predict(c.new), 0
        yield f"{metric}, noise", model.assign_noise(c.X, how="soft", threshold=0.4), 0
    yield "function", coterie.dbscan(c.X, c.length(0.4 * c.radius), min_samples=3)[1], 0
    given = squareform(pdist(c.X))
    yield "given", coterie.DBSCAN(c.length(0.4 * c.radius), min_samples=3, metric="precomputed").fit_predict(given), 0


def all_densities(c):
    for metric in ("euclidean", "manhattan", "chebyshev", "canberra", "cosine"):
        model = coterie.HDBSCAN(4, 2, metric=metric, store_centers="both").fit(c.X, sample_weight=c.weights)
        degree = DEGREES.get(metric, 0)
        yield f"{metric}, labels", model.labels_, 0
        yield f"{metric}, predict", model.predict(c.new), 0
        yield f"{metric}, probabilities", model.probabilities_, 0
        yield f"{metric}, memberships", model.membership(c.new).probabilities, 0
        yield f"{metric}, outliers", model.outlier_scores_, 0
        yield f"{metric}, persistence", model.cluster_persistence_, 0
        yield f"{metric}, heights", model.linkage_[:, 2], degree
        yield f"{metric}, lambda", model.condensed_tree_["lambda_val"], -degree
        yield from ((f"{metric}, centroids", model.centroids_, 1), (f"{metric}, medoids", model.medoids_, 1))
    yield "given", coterie.HDBSCAN(4, 2, metric="precomputed").fit_predict(squareform(pdist(c.X))), 0
    cut = coterie.HDBSCAN(4, 2).fit(c.X).dbscan_clustering(c.length(0.4 * c.radius), 2)
    yield "cut", cut, 0


def ordered(c):
    for metric in ("euclidean", "manhattan", "chebyshev", "canberra", "cosine"):
        model = coterie.OPTICS(min_samples=4, metric=metric, xi=0.2).fit(c.X)
        degree = DEGREES.get(metric, 0)
        yield f"{metric}, order", model.ordering_, 0
        yield f"{metric}, predecessors", model.predecessor_, 0
        yield f"{metric}, reachability", model.reachability_, degree
        yield f"{metric}, core distances", model.core_distances_, degree
        yield f"{metric}, clusters", model.cluster_hierarchy_, 0
        yield f"{metric}, predict", model.predict(c.new), 0
    eps = c.length(0.4 * c.radius)
    order, core, reach, before = coterie.compute_optics_graph(
        c.X, min_samples=3, max_eps=2 * eps, sample_weight=c.weights
    )
    yield from (("weights", core, 1), ("reach", reach, 1))
    labels = coterie.cluster_optics_dbscan(reachability=reach, core_distances=core, ordering=order, eps=eps)
    yield "below a height", labels, 0
    arrays = {"reachability": reach, "predecessor": before, "ordering": order}
    yield "between steep areas", coterie.cluster_optics_xi(**arrays, min_samples=3)[0], 0


def agglomerative(c):
    for linkage in ("single", "complete", "average", "ward"):
        model = coterie.AgglomerativeClustering(3, linkage=linkage, compute_distances=True).fit(c.X)
        yield f"{linkage}, labels", model.labels_, 0
        yield f"{linkage}, heights", model.distances_, 1
        yield f"{linkage}, predict", model.predict(c.new), 0


def divisive(c):
    for metric in ("euclidean", "manhattan", "chebyshev", "canberra", "cosine"):
        model = coterie.DivisiveClustering(3, metric=metric).fit(c.X)
        yield f"{metric}, labels", model.labels_, 0
        yield f"{metric}, heights", model.distances_, DEGREES.get(metric, 0)
    yield "given", coterie.DivisiveClustering(3, metric="precomputed").fit(squareform(pdist(c.X))).distances_, 1
    yield "cut", coterie.DivisiveClustering(None, distance_threshold=c.length(c.radius)).fit_predict(c.X), 0


def outliers(c):
    yield "k-means", coterie.outlier_scores(c.new, coterie.KMeans(3, init=c.start).fit(c.X)), 0
    yield "DBSCAN", coterie.outlier_scores(c.new, coterie.DBSCAN(c.length(c.radius)).fit(c.X)), 0
    yield "tree", coterie.outlier_scores(c.new, coterie.AgglomerativeClustering(3, linkage="average").fit(c.X)), 0


def pairs(c):
    for metric in (*METRICS, "sqeuclidean"):
        yield f"pdist, {metric}", pdist(c.X, metric), DEGREES.get(metric, 0)
        yield f"cdist, {metric}", distances.cdist(c.new, c.X, metric), DEGREES.get(metric, 0)
    yield "square", squareform(pdist(c.X)), 1


def near(c):
    for metric in METRICS:
        degree = DEGREES.get(metric, 0)
        radius = c.length(c.radius) if degree else 0.1
        for Y in (None, c.new):
            far, rows = neighbors.kneighbors(c.X, 4, Y, metric=metric)
            yield from ((f"{metric}, distances", far, degree), (f"{metric}, rows", rows, 0))
            found = neighbors.radius_neighbors(c.X, radius, Y, metric=metric, sort_results=True)
            yield from ((f"{metric}, within", found.indices, 0), (f"{metric}, so far", found.distances, degree))
            yield f"{metric}, counts", neighbors.radius_counts(c.X, radius, Y, metric=metric), 0
    far, rows = neighbors.NearestNeighbors(n_neighbors=4).fit(c.X).kneighbors(c.new)
    yield from (("estimator, distances", far, 1), ("estimator, rows", rows, 0))


def silhouettes(c):
    for metric in (*METRICS, "sqeuclidean"):
        yield metric, scores.silhouette_samples(c.X, c.codes, metric=metric), 0
    yield "given", scores.silhouette_samples(squareform(pdist(c.X)), c.codes, metric="precomputed"), 0
    yield "score", scores.silhouette_score(c.X, c.codes, sample_size=20, random_state=0), 0


def densities(c):
    for metric in (*METRICS, "sqeuclidean"):
        yield metric, scores.dbcv_score(c.X, c.codes, metric=metric), 0
    yield "given", scores.dbcv_score(squareform(pdist(c.X)), c.codes, metric="precomputed", d=3), 0
    yield "clusters", scores.dbcv_score(c.X, c.codes, per_cluster=True).validities, 0


def scalers(c):
    for method in ("standard", "minmax", "robust"):
        scaler = scaling.Scaler(method).fit(c.X)
        yield from ((f"{method}, center", scaler.center_, 1), (f"{method}, scale", scaler.scale_, 1))
        yield f"{method}, scaled", scaler.transform(c.new), 0
        yield f"{method}, back", scaler.inverse_transform(scaler.transform(c.new)), 1
    auto = scaling.Scaler("auto", kinds=["long_tail", *["amount"] * (c.X.shape[1] - 1)]).fit(c.X)
    yield "auto, scaled", auto.transform(c.new), 0
    yield "auto, back", auto.inverse_transform(auto.transform(c.new)), 1
    yield "none", scaling.Scaler("none").fit_transform(c.X), 1


def suggested_eps(c):
    found = selection.suggest_eps(c.X, 4)
    yield "clear", found.clear, 0
    yield "distances", found.distances, 1
    yield "covered", np.count_nonzero(found.distances <= found.eps) >= c.n // 2, 0


def swept(c):
    found = selection.sweep(coterie.KMeans(init=c.start, n_init=1), c.X, {"n_clusters": [3]})
    yield "scores", [[row[name] for name in found.scores] for row in found], 0
    yield "inertia", [row["inertia"] for row in found], 2
    tree = selection.sweep(coterie.AgglomerativeClustering(linkage="average"), c.X, {"n_clusters": [2, 3]})
    yield "inertia of a tree", [row["inertia"] for row in tree], 2
    yield "labels", tree.labels[1], 0


def suggested_k(c):
    estimator = coterie.AgglomerativeClustering(linkage="average")
    found = selection.suggest_k(c.X, estimator, [2, 3, 4], stability=2, random_state=0)
    yield "k", found.k, 0
    yield "silhouettes", [row["silhouette"] for row in found.sweep], 0


def suggested_size(c):
    found = selection.suggest_min_cluster_size(c.X, [3, 5], stability=2, random_state=0)
    yield "size", found.value, 0
    yield "clusters that stand out", found.standing_out, 0


def recommended(c):
    found = selection.recommend(c.X, scale="none", random_state=0)  # kinds of columns have units
    yield "clusters", coterie.relabel(found.labels, by="first"), 0
    yield "valleys", [each.valley for each in found.candidates], 0


def profiles(c):
    found = explain.profile(c.X, c.codes)
    for name in ("means", "medians", "spreads", "overall_means", "overall_spreads"):
        yield name, getattr(found, name), 1
    for name in ("differences", "effect_sizes", "sizes"):
        yield name, getattr(found, name), 0
    for row in found.typical:
        yield "typical", row, 0
    yield "drift", explain.drift(found, c.new).distances_now, 0


def drifts(c):
    found = explain.drift(coterie.KMeans(3, init=c.start).fit(c.X), c.new)
    yield "k-means", found.distances_now, 1
    yield "index", found.index, 0
    found = explain.drift(coterie.AgglomerativeClustering(3, linkage="average").fit(c.X), c.new)
    yield from (("tree, then", found.distances_then, 1), ("tree, now", found.distances_now, 1))


def linkages(c):
    for method in LINKAGES:
        for name, given in (("rows", c.X), ("matrix", pdist(c.X))):
            Z = hierarchy.linkage(given, method)
            yield from ((f"{method} of {name}", Z[:, [0, 1, 3]], 0), (f"{method} of {name}, heights", Z[:, 2], 1))
    y = pdist(c.X)
    for method in LINKAGES:
        yield f"{method}, by name", getattr(hierarchy, method)(y)[:, 2], 1
    for method in ("single", "ward", "centroid", "median"):
        yield f"{method} of vectors", hierarchy.linkage_vector(c.X, method)[:, 2], 1
    yield "flat", hierarchy.fclusterdata(c.X, c.length(c.radius), "distance"), 0
    yield "order", hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(hierarchy.linkage(y, "average"), y)), 0


def trees(c):
    Z, height = c.tree, float(c.tree[-3, 2])
    yield "cophenet", hierarchy.cophenet(Z), 1
    yield "correlation", hierarchy.cophenet(Z, np.ldexp(pdist(BLOBS), c.exponent))[0], 0
    R = hierarchy.inconsistent(Z)
    yield from (("inconsistent, lengths", R[:, :2], 1), ("inconsistent, others", R[:, 2:], 0))
    yield "maxdists", hierarchy.maxdists(Z), 1
    yield "maxinconsts", hierarchy.maxinconsts(Z, R), 0
    yield "maxRstat", hierarchy.maxRstat(Z, R, 0), 1
    yield "flat by height", hierarchy.fcluster(Z, height, "distance"), 0
    yield "flat by number", hierarchy.fcluster(Z, 3, "maxclust"), 0
    yield "flat by inconsistency", hierarchy.fcluster(Z, 0.9), 0
    yield "cut", hierarchy.cut_tree(Z, height=[height]), 0
    yield "drawn", hierarchy.dendrogram(Z, no_plot=True)["dcoord"], 1
    yield "node", hierarchy.to_tree(Z).dist, 1


CASES = {
    k_means: ("coterie.KMeans", "coterie.k_means"),
    bisecting: ("coterie.BisectingKMeans",),
    mini_batches: ("coterie.MiniBatchKMeans",),
    k_medians: ("coterie.KMedians",),
    spherical: ("coterie.SphericalKMeans",),
    size_constrained: ("coterie.SizeConstrainedKMeans",),
    k_medoids: ("coterie.KMedoids",),
    k_prototypes: ("coterie.KPrototypes", "coterie.KModes"),
    seeds: ("coterie.kmeans_plusplus",),
    density: ("coterie.DBSCAN", "coterie.dbscan"),
    all_densities: ("coterie.HDBSCAN",),
    ordered: tuple(
        f"coterie.{name}" for name in ("OPTICS", "compute_optics_graph", "cluster_optics_dbscan", "cluster_optics_xi")
    ),
    agglomerative: ("coterie.AgglomerativeClustering",),
    divisive: ("coterie.DivisiveClustering",),
    outliers: ("coterie.outlier_scores",),
    pairs: ("coterie.distances.pdist", "coterie.distances.cdist", "coterie.distances.squareform"),
    near: tuple(
        f"coterie.neighbors.{name}" for name in ("kneighbors", "radius_neighbors", "radius_counts", "NearestNeighbors")
    ),
    silhouettes: ("coterie.scores.silhouette_samples", "coterie.scores.silhouette_score"),
    densities: ("coterie.scores.dbcv_score",),
    lambda c: [("score", scores.calinski_harabasz_score(c.X, c.codes), 0)]: ("coterie.scores.calinski_harabasz_score",),
    lambda c: [("score", scores.davies_bouldin_score(c.X, c.codes), 0)]: ("coterie.scores.davies_bouldin_score",),
    lambda c: [("shares", scaling.variance_shares(c.X), 0)]: ("coterie.scaling.variance_shares",),
    scalers: ("coterie.scaling.Scaler",),
    lambda c: [("curve", selection.k_distances(c.X, 4), 1)]: ("coterie.selection.k_distances",),
    suggested_eps: ("coterie.selection.suggest_eps",),
    swept: ("coterie.selection.sweep",),
    suggested_k: ("coterie.selection.suggest_k",),
    suggested_size: ("coterie.selection.suggest_min_cluster_size",),
    recommended: ("coterie.selection.recommend",),
    profiles: ("coterie.explain.profile",),
    drifts: ("coterie.explain.drift",),
    linkages: tuple(
        f"coterie.hierarchy.{name}"
        for name in (*LINKAGES, "linkage", "linkage_vector", "fclusterdata", "optimal_leaf_ordering", "leaves_list")
    ),
    trees: tuple(
        f"coterie.hierarchy.{name}"
        for name in (
            "cophenet",
            "inconsistent",
            "maxdists",
            "maxinconsts",
            "maxRstat",
            "fcluster",
            "cut_tree",
            "dendrogram",
            "to_tree",
        )
    ),
}
NAMES = {case: names[0].removeprefix("coterie.") for case, names in CASES.items()}
# Of labels and trees as they are, of degrees and radians, or of no numbers at all.
NOT_OF_LENGTHS = """
    Cancelled ClusteringWarning ColumnKind ColumnKinds Comparison ConvergenceWarning FeatureScaleWarning NotFittedError
    align_labels column_kinds compare get_include get_num_threads load num_threads progress relabel set_num_threads
    Metric as_metric from_degrees km_to_radians radians_to_km Category Drift Noise Profile
    ClusterNode ClusterWarning DisjointSet correspond from_mlab_linkage is_isomorphic is_monotonic is_valid_im
    is_valid_linkage leaders num_obs_linkage set_link_color_palette to_mlab_linkage
    DensityValidity Neighborhoods EpsSuggestion KSuggestion MinClusterSizeSuggestion Sweep
    Candidate Recommendation write_report
    adjusted_mutual_info_score adjusted_rand_score completeness_score contingency_matrix fowlkes_mallows_score
    homogeneity_completeness_v_measure homogeneity_score mutual_info_score normalized_mutual_info_score
    pair_confusion_matrix rand_score v_measure_score
"""


def test_every_public_function_is_in_the_table():
    public = {
        f"{name}.{each}"
        for name in MODULES
        for each in importlib.import_module(name).__all__
        if f"{name}.{each}" not in MODULES + ("coterie.plot",)
        and (name == "coterie" or each not in coterie.__all__)  # else it is known by its shorter name
    }
    listed = {name for names in CASES.values() for name in names}
    assert listed <= public
    assert {name.rpartition(".")[2] for name in public - listed} == set(NOT_OF_LENGTHS.split())


def keeps_its_digits(X, exponent):
    """Whether numbers, and those around them, keep all their digits at a scale."""
    with np.errstate(over="ignore", under="ignore"):
        scaled = np.ldexp(X, exponent)
    return (
        np.isfinite(scaled * 4).all()
        and np.array_equal(np.ldexp(scaled, -exponent), X)
        and (np.abs(scaled[scaled != 0]).min() > np.finfo(X.dtype).tiny * 2.0 ** np.finfo(X.dtype).nmant)
    )


def check(case, X, exponents):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", UserWarning)
        expected = list(case(Case(X, 0)))
        for exponent in exponents:
            if not keeps_its_digits(X, exponent):
                continue
            for (name, value, degree), (_, found, _) in zip(expected, case(Case(X, exponent)), strict=True):
                np.testing.assert_array_equal(
                    found, np.ldexp(value, degree * exponent) if degree else value, err_msg=f"{name} at 2**{exponent}"
                )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES, ids=NAMES.get)
def test_results_are_the_same_at_every_scale(case, kind):
    check(case, KINDS[kind], EXPONENTS)


@pytest.mark.parametrize("kind", ["blobs", "ties", "duplicates", "wide"])
@pytest.mark.parametrize("case", CASES, ids=NAMES.get)
def test_results_of_float32_are_the_same_at_every_scale(case, kind):
    check(case, KINDS[kind].astype(np.float32), SINGLE)


# ------------------------------------------------------------------------------------------- beyond


@pytest.mark.parametrize("size", [1e-300, 1e-30, 1e30, 1e300])
def test_weights_count_in_proportion_whatever_their_size(size):
    weights = np.arange(len(BLOBS)) % 4 + 1.0
    expected = coterie.KMeans(3, init=BLOBS[:3]).fit(BLOBS, sample_weight=weights)
    weights = np.ldexp(weights, int(np.frexp(size)[1]))
    model = coterie.KMeans(3, init=BLOBS[:3]).fit(BLOBS, sample_weight=weights)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
    np.testing.assert_allclose(
        [model.inertia_, -model.score(BLOBS, sample_weight=weights)],
        np.ldexp(expected.inertia_, int(np.frexp(size)[1])),
        rtol=1e-12,
    )
    assert len(set(coterie.kmeans_plusplus(BLOBS, 5, sample_weight=weights, random_state=0)[1].tolist())) == 5


WIDE = np.array([[1.0], [2.0], [4.0], [1e300]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: coterie.KMeans(2).fit(WIDE),
            r"X holds numbers of very different size, 1 and 1e\+300: squares of both",
        ),
        (lambda: neighbors.kneighbors(WIDE, 2), "X holds numbers of very different size"),
        (lambda: scores.silhouette_score(WIDE, [0, 0, 1, 1]), "X holds numbers of very different size"),
        (lambda: scores.calinski_harabasz_score(WIDE, [0, 0, 1, 1]), "X holds numbers of very different size"),
        (lambda: scores.davies_bouldin_score(WIDE, [0, 0, 1, 1]), "X holds numbers of very different size"),
        (lambda: scaling.variance_shares(WIDE), "X holds numbers of very different size"),
        (lambda: coterie.DivisiveClustering().fit(WIDE), "X holds numbers of very different size"),
        (
            lambda: coterie.KMeans(2, init=[[0.0], [1e300]]).fit(WIDE[:3]),
            r"The initial centers are too large .* 1e\+300",
        ),
        (
            lambda: coterie.KMeans(2).fit(WIDE[:3], sample_weight=[1e300, 1.0, 1e-300]),
            r"largest of 'sample_weight' must be at most 5e\+210 times the smallest one above 0. Got 1e\+300 and 1e-300",  # noqa: E501
        ),
        (
            lambda: coterie.DBSCAN().fit(WIDE[:3], sample_weight=[1e308, 1e308, -1e308]),
            "'sample_weight' must add up to",
        ),
        (lambda: coterie.HDBSCAN(2).fit(WIDE[:3], sample_weight=[1e308, 1e308, 1]), "'sample_weight' must add up to"),
        (lambda: scaling.Scaler().fit([[-1.7e308], [1.7e308]]), r"column 0 go from -1.7e\+308 to 1.7e\+308"),
        (lambda: scaling.Scaler().fit([[1e-200], [2e-200]]).transform([[1e200]]), "so far from the data of the fit"),
        (
            lambda: coterie.KMeans(2).fit(WIDE[:3], sample_weight=np.zeros(3)),
            "^Sample weights must contain at least one non-zero number.$",
        ),
        (
            lambda: coterie.DBSCAN().fit(WIDE[:3], sample_weight=np.zeros(3)),
            "^Sample weights must contain at least one non-zero number.$",
        ),
    ],
)
def test_what_does_not_fit_into_float64_is_refused_with_the_numbers(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_new_rows_far_beyond_the_data_leave_the_others_as_they_are():
    X = np.array([[0.0], [1.0], [9.0], [10.0]])
    new = np.array([[1e300], [0.4], [-1e300], [9.6], [1e160]])
    model = coterie.KMeans(2, init=[[0.0], [10.0]]).fit(X)
    np.testing.assert_array_equal(model.predict(new)[[1, 3]], [0, 1])
    np.testing.assert_allclose(model.transform(new)[:, 0], np.abs(new[:, 0] - 0.5), rtol=1e-13)
    far, rows = neighbors.kneighbors(X, 1, new)
    np.testing.assert_array_equal(rows[[1, 3], 0], [0, 3])
    np.testing.assert_allclose(far[:, 0], [1e300, 0.4, 1e300, 0.4, 1e160], rtol=1e-14)
    np.testing.assert_array_equal(neighbors.radius_counts(X, 1.0, new), [0, 2, 0, 2, 0])
    density = coterie.DBSCAN(1.5, min_samples=2).fit(X)
    np.testing.assert_array_equal(density.predict(new), [-1, 0, -1, 1, -1])
    assert (coterie.outlier_scores(new, model, reference=X)[[0, 2, 4]] > 1e150).all()


def test_small_distances_beside_infinite_ones_are_kept():
    np.testing.assert_array_equal(
        pdist([[0.0], [1.0], [-1.7e308], [1.7e308]]), [1.0, 1.7e308, 1.7e308, 1.7e308, 1.7e308, np.inf]
    )
    np.testing.assert_array_equal(distances.cdist([[0.0], [1e200]], [[1.0], [2e200]]), [[1.0, 2e200], [1e200, 1e200]])


def test_an_inertia_beyond_float64_is_infinite_or_0():
    for exponent, inertia in ((600, np.inf), (-600, 0.0)):
        model = coterie.KMeans(3, init=np.ldexp(BLOBS[:3], exponent)).fit(np.ldexp(BLOBS, exponent))
        assert model.inertia_ == inertia and model.score(np.ldexp(BLOBS, exponent)) == -inertia


def test_of_several_runs_the_best_is_kept_where_inertias_are_beyond_float64():
    starts = [BLOBS[[0, 0, 0]], BLOBS[[0, 1, 2]], BLOBS[[1, 1, 1]], BLOBS[[5, 9, 20]]]

    def labels(exponent):
        given = iter(starts)
        model = coterie.KMeans(3, n_init=4, init=lambda X, k, random_state: np.ldexp(next(given), exponent))
        return model.fit(np.ldexp(BLOBS, exponent)).labels_

    for exponent in (-600, 600):
        np.testing.assert_array_equal(labels(exponent), labels(0))


@pytest.mark.parametrize(("dtype", "spread"), [(np.float32, 1e20), (np.float64, 1e200)])
def test_seeds_are_different_rows_though_their_squared_distances_vanish(dtype, spread):
    X = np.concatenate([BLOBS[:, :2] + 10, [[spread, 0], [0, spread]]]).astype(dtype)
    for seed in range(5):
        centers, rows = coterie.kmeans_plusplus(X, 20, random_state=seed)
        assert len(set(rows.tolist())) == len(np.unique(centers, axis=0)) == 20


def test_draws_do_not_depend_on_the_order_of_rows_beyond_float32():
    for exponent in (-600, 200, 600):
        X = np.ldexp(BLOBS, exponent)
        one, other = (np.sort(coterie.kmeans_plusplus(rows, 6, random_state=1)[0], axis=0) for rows in (X, X[::-1]))
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    "X",
    [
        [[0.0], [1e-100], [1e300]],
        np.exp2(np.arange(0.0, 1000.0, 100.0))[:, None],
        np.exp2(10.0 * np.random.default_rng(3).integers(-30, 100, size=(20, 1))),
    ],
    ids=len,
)
@pytest.mark.parametrize("min_samples", [2, 3])
def test_an_eps_is_suggested_where_distances_differ_by_hundreds_of_powers_of_ten(X, min_samples):
    with np.errstate(all="raise", under="ignore"):
        found = selection.suggest_eps(X, min_samples, metric="manhattan")
    assert found.distances[-1] * 1.01 >= found.eps > 0 and "inf" not in found.reason


def test_the_whisker_of_distances_that_differ_by_hundreds_of_powers_of_ten():
    assert _suggest_eps._whisker(np.exp2([0.0, 0.0, 900.0, 1000.0])) == 2.0**1000
