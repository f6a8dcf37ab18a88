"""DivisiveClustering: R's published results, the definition, and what goes wrong."""

import numpy as np
import pytest
from reference import divisive as reference

from coterie import Cancelled, DivisiveClustering
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.distances import as_metric
from coterie.hierarchy import _square_matrix

# Gross national product per head, and the percentage of people who work in agriculture, in twelve countries of the
# European Union in 1993: the example of ?diana of R's package cluster. What R makes of it is in
# tests/diana-ex.Rout.save there.
COUNTRIES = ["B", "DK", "D", "GR", "E", "F", "IRL", "I", "L", "NL", "P", "UK"]
AGRICULTURE = np.array(
    [
        [16.8, 2.7],
        [21.3, 5.7],
        [18.7, 3.5],
        [5.9, 22.2],
        [11.4, 10.9],
        [17.8, 6.0],
        [10.9, 14.0],
        [16.6, 8.5],
        [21.0, 3.5],
        [16.4, 4.3],
        [7.8, 17.4],
        [14.0, 2.3],
    ]
)

# Ruspini's 75 points (Information Sciences 2, 1970, 319-350), and R's results from the same file: many distances tie.
RUSPINI = np.fromstring(
    """
    4 53 5 63 10 59 9 77 13 49 13 69 12 88 15 75 18 61 19 65 22 74 27 72 28 76 24 58 27 55 28 60 30 52 31 60 32
    61 36 72 28 147 32 149 35 153 33 154 38 151 41 150 38 145 38 143 32 143 34 141 44 156 44 149 44 143 46 142
    47 149 49 152 50 142 53 144 52 152 55 155 54 124 60 136 63 139 86 132 85 115 85 96 78 94 74 96 97 122 98 116
    98 124 99 119 99 128 101 115 108 111 110 111 108 116 111 126 115 117 117 115 70 4 77 12 83 21 61 15 69 15 78
    16 66 18 58 13 64 20 69 21 66 23 61 25 76 27 72 31 64 30
""",
    sep=" ",
).reshape(75, 2)
ORDER = {
    "euclidean": """
    1 2 3 5 9 10 14 15 17 16 18 19 4 6 8 7 11 12 13 20 61 62 66 63 64 68 65 67 69 70 71 72 73 74 75 21 22 23 24
    25 27 28 29 30 26 32 35 33 34 31 36 39 40 37 38 42 43 41 44 45 49 51 53 50 54 52 55 56 57 59 60 58 46 47 48
""",
    "manhattan": """
    1 2 3 5 9 10 14 16 18 19 15 17 4 6 8 7 11 12 13 20 61 62 66 63 73 64 68 65 67 69 71 70 72 74 75 21 22 27 28
    29 30 23 24 25 26 32 35 33 34 31 36 37 38 39 40 42 43 41 44 45 49 51 53 50 54 52 55 56 57 59 60 58 46 47 48
""",
}
HEIGHT = {
    "euclidean": """
    10.04988 6.40312 16.12452 29.12044 4.12311 17.02939 8.48528 4.24264 9.21954 4.12311 1.41421 40.24922 8.94427
    6.32456 19.02630 28.84441 6.32456 4.12311 14.14214 102.07840 21.40093 4.12311 10.81665 27.07397 3.60555
    13.60147 8.54400 2.82843 5.09902 3.60555 12.80625 22.80351 5.65685 12.36932 154.49595 4.47214 10.77033
    2.23607 5.83095 13.03840 2.00000 6.32456 2.82843 28.16026 6.08276 3.00000 9.43398 2.23607 16.27882 11.04536
    3.00000 6.70820 36.61967 3.60555 13.34166 4.24264 20.02498 94.57801 17.02939 35.35534 2.23607 6.32456
    13.15295 3.16228 4.47214 22.20360 2.00000 5.38516 9.84886 2.82843 15.29706 47.63402 11.00000 4.47214
""",
    "manhattan": """
    12 9 22 36 5 24 11 5 2 12 6 54 12 8 20 40 8 5 16 142 30 5 15 16 33 5 19 11 4 5 6 18 32 9 187 6 14 2 8 4 16 3
    8 26 7 3 13 3 16 9 51 5 18 6 24 6 32 123 18 48 3 8 15 4 6 31 2 7 13 4 18 67 11 6
""",
}


def banner(model):
    """Rows in the order of R's dendrogram (the part with the lowest row first), and the diameters between them."""
    n, Z = model.n_leaves_, model.linkage_
    nodes = [([i], []) for i in range(n)]
    for a, b, height, _ in Z:
        (left, heights), (right, more) = sorted([nodes[int(a)], nodes[int(b)]], key=lambda node: min(node[0]))
        nodes.append((left + right, [*heights, height, *more]))
    return nodes[-1]


def coefficient(heights):
    """R's divisive coefficient: the mean of 1 - (diameter of the last cluster of a row) / (diameter of all)."""
    last = np.minimum([heights[0], *heights], [*heights, heights[-1]])
    return 1 - np.mean(last / max(heights))


def matrix(X, power=1):
    return (np.abs(X[:, None] - X) ** power).sum(axis=2) ** (1 / power)


def any_matrix(rng):
    """Distances of some kind between 2 to 60 objects."""
    n, d, kind = rng.randint(2, 61), rng.randint(1, 4), rng.randint(10)
    if kind < 7:
        X = [
            lambda: rng.normal(size=(n, d)),
            lambda: rng.randint(0, 4, size=(n, d)).astype(float),
            lambda: 0.1 * rng.randint(0, 3, size=(n, d)),
            lambda: rng.normal(size=(n, d)) + 1e6,
            lambda: np.exp(rng.normal(size=(n, d)) * rng.choice([3, 30])),
            lambda: rng.standard_cauchy(size=(n, d)),
            lambda: rng.normal(size=(3, d))[rng.randint(3, size=n)],
        ][kind]()
        return matrix(X, rng.choice([1, 2]))
    D = {
        7: np.full((n, n), rng.uniform()),
        8: rng.uniform(size=(n, n)),
        9: rng.randint(0, 3, size=(n, n)).astype(float),
    }[kind]
    D = np.triu(D, 1)
    return D + D.T


# ------------------------------------------------------------------------------------------- results


def test_agriculture_as_in_r():
    model = DivisiveClustering().fit(AGRICULTURE)
    order, heights = banner(model)
    assert [COUNTRIES[i] for i in order] == ["B", "NL", "D", "UK", "F", "I", "DK", "L", "GR", "P", "E", "IRL"]
    np.testing.assert_array_equal(
        np.round(heights, 5),
        [1.64924, 2.43516, 4.85077, 6.72309, 2.77308, 8.05295, 2.22036, 24.03539, 5.16236, 12.56742, 3.14006],
    )
    assert round(coefficient(heights), 6) == 0.871106
    assert {COUNTRIES[i] for i in np.flatnonzero(model.labels_ == model.labels_[3])} == {"GR", "P", "E", "IRL"}


@pytest.mark.parametrize(("metric", "expected"), [("euclidean", 0.960566), ("manhattan", 0.958075)])
def test_ruspini_as_in_r(metric, expected):
    order, heights = banner(DivisiveClustering(metric=metric).fit(RUSPINI))
    np.testing.assert_array_equal(np.array(order) + 1, np.fromstring(ORDER[metric], dtype=int, sep=" "))
    np.testing.assert_allclose(heights, np.fromstring(HEIGHT[metric], sep=" "), atol=5e-6)
    assert round(coefficient(heights), 6) == expected


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_that_of_the_definition(seed):
    rng = np.random.RandomState(seed)
    for case in range(100):
        D = any_matrix(rng)
        Z = DivisiveClustering(metric="precomputed").fit(D).linkage_
        np.testing.assert_array_equal(Z, reference.linkage(D), err_msg=str(case))


@pytest.mark.parametrize(
    "metric",
    [
        "euclidean",
        "manhattan",
        "chebyshev",
        "cosine",
        "correlation",
        "sqeuclidean",
        "canberra",
        "braycurtis",
        as_metric("minkowski", p=3),
    ],
    ids=lambda metric: getattr(metric, "name", metric),
)
@pytest.mark.parametrize("seed", range(2))
def test_the_tree_of_rows_is_that_of_their_distances(metric, seed):
    distance = pytest.importorskip("scipy.spatial.distance")
    rng = np.random.RandomState(seed)
    name, more = (metric, {}) if isinstance(metric, str) else ("minkowski", {"p": 3})
    for _ in range(5):
        X = rng.uniform(1, 2, size=(rng.randint(2, 60), 4))
        Z = DivisiveClustering(metric=metric).fit(X).linkage_
        D = distance.squareform(distance.pdist(X, "cityblock" if name == "manhattan" else name, **more))
        expected = reference.linkage(D)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_a_valid_linkage(seed):
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    rng = np.random.RandomState(seed)
    for _ in range(25):
        model = DivisiveClustering(metric="precomputed").fit(any_matrix(rng))
        assert hierarchy.is_valid_linkage(model.linkage_) and hierarchy.is_monotonic(model.linkage_)
        np.testing.assert_array_equal(model.children_, model.linkage_[:, :2])
        np.testing.assert_array_equal(model.distances_, model.linkage_[:, 2])
        assert model.n_leaves_ == len(model.linkage_) + 1 and model.children_.dtype == np.intp


@pytest.mark.parametrize("seed", range(4))
def test_labels_are_the_clusters_after_so_many_splits(seed):
    rng = np.random.RandomState(seed)
    for _ in range(15):
        D = any_matrix(rng)
        clusters = [list(range(len(D)))]
        k = rng.randint(1, len(D) + 1)
        for cluster, parts, _ in reference.diana(D)[: k - 1]:
            clusters.remove(cluster)
            clusters.extend(parts)
        model = DivisiveClustering(k, metric="precomputed").fit(D)
        assert model.n_clusters_ == k
        found = [np.flatnonzero(model.labels_ == label).tolist() for label in range(k)]
        assert sorted(found) == sorted(clusters)


@pytest.mark.parametrize("seed", range(4))
def test_a_threshold_splits_clusters_of_that_diameter(seed):
    rng = np.random.RandomState(seed)
    for _ in range(15):
        D = any_matrix(rng)
        heights = DivisiveClustering(metric="precomputed").fit(D).distances_
        threshold = rng.choice(heights)
        model = DivisiveClustering(None, metric="precomputed", distance_threshold=threshold).fit(D)
        assert model.n_clusters_ == 1 + np.count_nonzero(heights >= threshold)
        for label in range(model.n_clusters_):
            own = model.labels_ == label
            assert D[np.ix_(own, own)].max() < threshold or own.sum() == 1


def test_ties_by_hand():
    # All distances are 1: the first row leaves, then the first of the others, and so on.
    Z = DivisiveClustering(metric="precomputed").fit(1 - np.eye(4)).linkage_
    assert Z.tolist() == [[2, 3, 1, 2], [1, 4, 1, 3], [0, 5, 1, 4]]
    # Two clusters have diameter 1: that of three rows is split before that of two, which has the first row.
    Z = DivisiveClustering().fit([[0.0], [1.0], [10.0], [10.4], [11.0]]).linkage_
    assert Z[:, 3].tolist() == [2, 2, 3, 5] and sorted(Z[1, :2]) == [0, 1]
    # Of two with two rows each, that with the first row.
    Z = DivisiveClustering().fit([[0.0], [10.0], [11.0], [1.0]]).linkage_
    assert Z[:2, :2].tolist() == [[1, 2], [0, 3]]


def test_duplicates_are_split_to_the_end():
    Z = DivisiveClustering().fit(np.ones((5, 2))).linkage_
    assert Z[:, 2].tolist() == [0, 0, 0, 0] and Z[:, 3].tolist() == [2, 3, 4, 5]


def test_two_rows():
    model = DivisiveClustering().fit([[1.0], [4.0]])
    assert model.linkage_.tolist() == [[0, 1, 3, 2]] and sorted(model.labels_) == [0, 1]


def test_a_chain_of_splits_needs_no_recursion():
    n = 3000
    model = DivisiveClustering(n, metric="precomputed").fit(1 - np.eye(n))
    np.testing.assert_array_equal(model.linkage_[:, 3], np.arange(2, n + 1))
    assert len(set(model.labels_)) == n


def test_sums_stay_good_while_outliers_leave():
    # Each split takes away nearly all of the sums; what is left must be as if it had been added up anew.
    X = 8.0 ** np.arange(-100, 100)[:, None] * np.random.RandomState(5).uniform(0.9, 1.1, size=(200, 1))
    D = matrix(X)
    np.testing.assert_array_equal(DivisiveClustering(metric="precomputed").fit(D).linkage_, reference.linkage(D))


def test_permuted_rows_have_the_same_clusters():
    rng = np.random.RandomState(6)
    X = rng.normal(size=(80, 3))
    order = rng.permutation(80)
    one, other = DivisiveClustering(7).fit(X), DivisiveClustering(7).fit(X[order])
    np.testing.assert_array_equal(one.distances_, other.distances_)
    np.testing.assert_array_equal(
        (one.labels_[:, None] == one.labels_)[np.ix_(order, order)], other.labels_[:, None] == other.labels_
    )


@pytest.mark.parametrize("n", [300, 1500])
def test_bits_do_not_depend_on_the_threads(n, monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 6000.0)
    rng = np.random.RandomState(7)
    X = np.r_[rng.normal(size=(n, 3)), rng.normal(size=(n // 5, 3)) + 1e4]  # sums are renewed, blocks are copied
    one = DivisiveClustering(9, n_jobs=1).fit(X)
    for n_jobs in (2, 3, 7):
        other = DivisiveClustering(9, n_jobs=n_jobs).fit(X)
        assert one.linkage_.tobytes() == other.linkage_.tobytes()
        np.testing.assert_array_equal(one.labels_, other.labels_)


# ------------------------------------------------------------------------------------------- data


def same_arrays(X):
    read_only = X.copy()
    read_only.flags.writeable = False
    yield from (np.asfortranarray(X), X.astype(">f8"), read_only, np.repeat(X, 2, axis=1)[:, ::2], X.tolist())


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_bits_do_not_depend_on_how_the_array_lies_in_memory(metric):
    X = np.random.RandomState(8).normal(size=(40, 40))
    X = matrix(X) if metric == "precomputed" else X
    before = X.copy()
    expected = DivisiveClustering(metric=metric).fit(X).linkage_
    for other in same_arrays(X):
        np.testing.assert_array_equal(DivisiveClustering(metric=metric).fit(other).linkage_, expected)
    np.testing.assert_array_equal(X, before)


def test_float32_is_taken_as_it_is():
    X = np.random.RandomState(9).normal(size=(50, 3)).astype(np.float32)
    for metric, data in (("euclidean", X), ("precomputed", matrix(X).astype(np.float32))):
        one, other = (DivisiveClustering(metric=metric).fit(each) for each in (data, data.astype(np.float64)))
        np.testing.assert_array_equal(one.linkage_, other.linkage_)


def test_names_of_columns_are_kept():
    pd = pytest.importorskip("pandas")
    model = DivisiveClustering().fit(pd.DataFrame(AGRICULTURE, columns=["gnp", "agriculture"]))
    assert model.feature_names_in_.tolist() == ["gnp", "agriculture"] and model.n_features_in_ == 2


def test_functions_are_metrics():
    X = np.random.RandomState(10).normal(size=(20, 3))
    expected = DivisiveClustering(metric="manhattan").fit(X).linkage_
    for metric in (lambda x, y: np.abs(x - y).sum(), lambda rows: matrix(rows), lambda rows, more=None: matrix(rows)):
        np.testing.assert_allclose(DivisiveClustering(metric=metric).fit(X).linkage_, expected, rtol=1e-12)


def test_rounding_in_a_given_matrix_is_taken_off():
    rng = np.random.RandomState(11)
    D = matrix(rng.normal(size=(30, 2)))
    noisy = D + 1e-12 * rng.normal(size=D.shape)
    upper = np.triu(noisy, 1)
    np.testing.assert_array_equal(
        DivisiveClustering(metric="precomputed").fit(noisy).linkage_, reference.linkage(upper + upper.T)
    )


def test_cuts_of_the_fitted_tree():
    model = DivisiveClustering(2).fit(RUSPINI)
    np.testing.assert_array_equal(model.cut(n_clusters=4), DivisiveClustering(4).fit_predict(RUSPINI))
    np.testing.assert_array_equal(
        model.cut(distance_threshold=30), DivisiveClustering(None, distance_threshold=30).fit_predict(RUSPINI)
    )
    assert np.bincount(model.cut(min_size=5)).min() >= 5
    assert model.n_clusters_ == 2


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("params", "X", "message"),
    [
        (
            {"n_clusters": 0},
            AGRICULTURE,
            r"^The 'n_clusters' parameter of DivisiveClustering must be an int in the range "
            r"\[1, inf\) or None\. Got 0 instead\.$",
        ),
        (
            {"metric": "far"},
            AGRICULTURE,
            r"^The 'metric' parameter of DivisiveClustering must be a str among \{'euclid"
            r"ean', .*'precomputed'\} or a callable\. Got 'far' instead\.$",
        ),
        ({"distance_threshold": 1.0}, AGRICULTURE, r"^Exactly one of n_clusters and distance_threshold has to be set"),
        ({"n_clusters": None}, AGRICULTURE, r"^Exactly one of n_clusters and distance_threshold has to be set"),
        (
            {"n_clusters": 13},
            AGRICULTURE,
            r"^Cannot extract more clusters than samples: 13 clusters were given for a tree "
            r"with 12 leaves\.$",
        ),
        (
            {},
            AGRICULTURE[:1],
            r"^Found array with 1 sample\(s\) \(shape=\(1, 2\)\) while a minimum of 2 is required by "
            r"DivisiveClustering\.$",
        ),
        ({}, [[0.0], [np.nan]], r"^Input X contains NaN\.\nDivisiveClustering does not accept missing values"),
        ({}, [[0.0], [np.inf]], r"^Input X contains infinity"),
        (
            {"metric": "cosine"},
            [[0.0, 0.0], [1.0, 2.0]],
            r"^Cosine affinity cannot be used when X contains zero vectors",
        ),
        ({"metric": "braycurtis"}, np.zeros((3, 2)), r"^The distances must be finite numbers\. .* at row 0\.$"),
        ({"metric": "precomputed"}, AGRICULTURE, r"^Distance matrix should be square, got matrix of shape \(12, 2\)$"),
        (
            {"metric": "precomputed"},
            [[0.0, 1.0], [2.0, 0.0]],
            r"^A distance matrix must be symmetric\. Not so at row 0, "
            r"column 1\.$",
        ),
        (
            {"metric": "precomputed"},
            [[0.0, -1.0], [-1.0, 0.0]],
            r"^Distances must not be negative\. First at row 0, "
            r"column 1\.$",
        ),
        (
            {"metric": "precomputed"},
            [[0.0, 1.0], [1.0, 0.5]],
            r"^The diagonal of a distance matrix must be zero\. First "
            r"not zero at row 1\.$",
        ),
        (
            {"metric": lambda X: X},
            AGRICULTURE,
            r"^The metric should return a square matrix of 12 rows, got one of shape "
            r"\(12, 2\)\.",
        ),
    ],
)
def test_bad_input_is_named(params, X, message):
    with pytest.raises(ValueError, match=message):
        DivisiveClustering(**params).fit(X)


def test_asymmetry_far_down_is_found():
    D = matrix(np.random.RandomState(12).normal(size=(1100, 1)))
    D[1050, 700] += 1
    with pytest.raises(ValueError, match=r"Not so at row 700, column 1050\.$"):
        DivisiveClustering(metric="precomputed").fit(D)


def test_what_does_not_fit_into_memory_is_refused_before_anything_is_allocated(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 50_000_000)
    monkeypatch.setattr(np, "empty", lambda *args, **kwargs: pytest.fail("allocated"))
    X = np.zeros((3000, 2))
    with pytest.raises(
        MemoryError,
        match=r"^The distances between 3,000 rows would take 96 MB of memory, and 50 MB "
        r"are available\. Cluster a sample",
    ):
        _square_matrix.square_matrix(X, "euclidean", 1)


def test_callback_hears_of_the_stages_and_stops_them():
    reports = []
    model = DivisiveClustering(3).fit(RUSPINI, callback=lambda *report: reports.append(report))
    assert {stage for stage, _, _ in reports} == {"distances", "splitting"}
    assert reports[-1] == ("splitting", 75 * 74 // 2, 75 * 74 // 2)
    assert all(0 <= done <= total for _, done, total in reports)
    before = dict(vars(model))
    for stage in ("distances", "splitting"):
        with pytest.raises(Cancelled):
            model.fit(AGRICULTURE[:5], callback=lambda now, done, total, stage=stage: now != stage)
    assert vars(model) == before


@pytest.mark.parametrize("bad", [{"X": [[np.nan]]}, {"X": AGRICULTURE[:2]}, {"X": AGRICULTURE, "callback": 3}])
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(bad):
    model = DivisiveClustering(3).fit(RUSPINI)
    before = vars(model).copy()
    with pytest.raises((ValueError, TypeError)):
        model.fit(**bad)
    assert vars(model).keys() == before.keys() and all(vars(model)[name] is before[name] for name in before)
