"""Nearest neighbors, and neighbors within a radius: beside the definitions, scipy and scikit-learn."""

import copy
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from reference import distances as by_definition
from reference import neighbors as reference

from coterie import Cancelled, NotFittedError, distances, progress
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.neighbors import NearestNeighbors, _search, kneighbors, radius_counts, radius_neighbors

X = np.random.RandomState(0).normal(size=(300, 3))
BY_VECTORS = [
    ("euclidean", {}),
    ("manhattan", {}),
    ("chebyshev", {}),
    ("sqeuclidean", {}),
    ("cosine", {}),
    ("correlation", {}),
    ("haversine", {}),
    ("minkowski", {"p": 1.5}),
    ("minkowski", {"p": 0.7}),
]
BY_BLOCKS = [("canberra", {}), ("braycurtis", {}), ("hamming", {}), ("jaccard", {}), ("dice", {})]


@pytest.fixture(params=["tree", "blocks"])
def path(request, monkeypatch):
    """Either way to find neighbors, whatever the data. The blocks are small."""
    monkeypatch.setattr(_search, "_is_tree_better", lambda vectors, n_queries: request.param == "tree")
    monkeypatch.setattr(thresholds, "neighbor_block", 1000)
    monkeypatch.setattr(thresholds, "chunk", 300)
    return request.param


def lists(near):
    return [each.tolist() for each in np.split(near.indices, near.indptr[1:-1])]


# ------------------------------------------------------------------------------------------- the definition


@pytest.mark.parametrize("name", ["euclidean", "sqeuclidean", "manhattan", "chebyshev"])
@pytest.mark.usefixtures("path")
def test_every_neighbor_is_that_of_the_definition_on_ties_too(name):
    rng = np.random.RandomState(1)
    for _ in range(30):
        what, rows = reference.adversarial(rng)
        Y = None if rng.rand() < 0.5 else rows[::-2] * 0.5
        shift = reference.shift(rows)
        table = reference.reduced(*(np.ldexp(each, -shift) for each in (rows, rows if Y is None else Y)), name)
        shift *= 2 if name == "sqeuclidean" else 1

        def restore(reduced):
            with np.errstate(over="ignore"):
                return np.ldexp(reference.restore(reduced, name), shift)  # noqa: B023

        k = rng.randint(1, len(rows) + 1)
        found, indices = kneighbors(rows, k, Y, metric=name)
        expected, which = reference.kneighbors(table, k)
        assert found.dtype == np.float64 and indices.dtype == np.int64
        np.testing.assert_array_equal(indices, which, err_msg=what)
        np.testing.assert_array_equal(found, restore(expected), err_msg=what)

        radius = float(restore(rng.choice(table.ravel())))
        bound = np.ldexp(radius, -shift) ** (2 if name == "euclidean" else 1)
        for by_distance in (False, True):
            near = radius_neighbors(rows, radius, Y, metric=name, sort_results=by_distance)
            assert lists(near) == reference.within(table, bound, by_distance=by_distance), what
            of = np.repeat(np.arange(len(table)), np.diff(near.indptr))
            np.testing.assert_array_equal(near.distances, restore(table[of, near.indices]))
        np.testing.assert_array_equal(radius_counts(rows, radius, Y, metric=name), np.diff(near.indptr))


def rows_for(name, n, seed):
    rng = np.random.RandomState(seed)
    if name == "haversine":
        return np.column_stack([np.arcsin(rng.uniform(-1, 1, size=n)), rng.uniform(-np.pi, np.pi, size=n)])
    if name in ("hamming", "jaccard", "dice"):
        return rng.randint(0, 2, size=(n, 6)) * 1.0
    return rng.normal(size=(n, 4))


@pytest.mark.parametrize(("name", "kwargs"), BY_VECTORS + BY_BLOCKS, ids=str)
@pytest.mark.usefixtures("path")
def test_every_metric_finds_what_is_nearest(name, kwargs):
    rows, Y = rows_for(name, 90, 2), rows_for(name, 20, 3)
    if name == "dice":  # which has no value for two rows of zeros
        rows[:, 0] = 1
    for queries in (None, Y):
        table = by_definition.cdist(rows if queries is None else queries, rows, name, **kwargs)
        found, indices = kneighbors(rows, 7, queries, metric=name, **kwargs)
        tolerance = {"rtol": 1e-9, "atol": 1e-14}
        np.testing.assert_allclose(found, np.sort(table, axis=1)[:, :7], **tolerance)
        np.testing.assert_allclose(np.take_along_axis(table, indices, axis=1), found, **tolerance)
        assert (np.diff(found) >= 0).all() and all(len(set(row)) == 7 for row in indices.tolist())
        radius = float(np.sort(table.ravel())[table.size // 4 :][:2].mean()) + 1e-9
        near = radius_neighbors(rows, radius, queries, metric=name, sort_results=True, **kwargs)
        assert [sorted(each) for each in lists(near)] == reference.within(table, radius)
        of = np.repeat(np.arange(len(table)), np.diff(near.indptr))
        np.testing.assert_allclose(near.distances, table[of, near.indices], **tolerance)
        assert all((np.diff(each) >= 0).all() for each in np.split(near.distances, near.indptr[1:-1]))
        np.testing.assert_array_equal(radius_counts(rows, radius, queries, metric=name, **kwargs), np.diff(near.indptr))


@pytest.mark.usefixtures("path")
def test_functions_are_metrics():
    def apart(x, y, power):
        return float(np.abs(x - y).sum() ** power)

    found, indices = kneighbors(X[:60], 4, X[100:110], metric=apart, power=2)
    expected, which = kneighbors(X[:60], 4, X[100:110], metric="manhattan")
    np.testing.assert_array_equal(indices, which)
    np.testing.assert_allclose(found, expected**2)


def test_many_features_and_few_give_the_same_bits_with_and_without_a_tree(monkeypatch):
    rng = np.random.RandomState(4)
    for d in (1, 5, 21, 60):
        for name in ("euclidean", "manhattan", "chebyshev", "cosine", "correlation")[: 5 if d > 1 else 3]:
            rows = rng.normal(size=(150, d)).round(1)
            rows[(rows == rows[:, :1]).all(axis=1)] += 1 + np.arange(d)
            results = []
            for tree in (False, True):
                monkeypatch.setattr(_search, "_is_tree_better", lambda vectors, n_queries: tree)  # noqa: B023
                near = radius_neighbors(rows, kneighbors(rows, 9, metric=name)[0][0, -1], metric=name)
                results.append([*kneighbors(rows, 12, metric=name), *near])
            for one, other in zip(*results, strict=True):
                np.testing.assert_array_equal(one, other)


def test_the_rule_for_trees(monkeypatch):
    def has_tree(d, metric="euclidean", n_queries=100, **kwargs):
        rows = np.random.RandomState(5).normal(size=(40, d))
        laid_out = _search.lay_out(rows, distances.as_metric(metric, **kwargs), n_queries, 1)
        return isinstance(laid_out, _search.RowsInTree)

    assert has_tree(1) and has_tree(50) and has_tree(2, "haversine") and has_tree(9, "cosine")
    assert not has_tree(2, n_queries=99) and not has_tree(2, "canberra") and not has_tree(2, lambda x, y: 0.0)
    assert has_tree(50, "minkowski", n_queries=1, p=3) and not has_tree(50, "minkowski", n_queries=1, p=2)
    monkeypatch.setattr(thresholds, "tree_numbers", 40 * 30)
    assert has_tree(20) and has_tree(30) and not has_tree(31) and not has_tree(384, "cosine")


def test_places_close_to_each_other_keep_the_digits_of_their_distances():
    rng = np.random.RandomState(6)
    place = np.array([0.9, -2.0])
    rows = np.append([place], place + rng.uniform(-1, 1, size=(50, 2)) * 1e-9, axis=0)  # within a centimeter
    found, indices = kneighbors(rows, 51, [place], metric="haversine")
    expected = distances.cdist([place], rows, "haversine")[0]
    np.testing.assert_array_equal(found[0], expected[indices[0]])
    assert (np.diff(found) >= 0).all() and indices[0, 0] == 0
    exact = by_definition.haversine(place, rows[7])
    assert exact == pytest.approx(expected[7], rel=1e-6)


def test_nearly_the_same_directions_are_told_apart():
    rows = np.array([[1.0, 0.0], [1.0, 1e-9], [1.0, 2e-9], [1.0, -4e-9]])
    found, indices = kneighbors(rows, 4, rows[:1] * 3, metric="cosine")
    assert indices.tolist() == [[0, 1, 2, 3]]  # 1 - c is 0 for all of these
    np.testing.assert_allclose(found[0], [0, 0.5e-18, 2e-18, 8e-18], rtol=1e-6)


# ------------------------------------------------------------------------------------------- peers


@pytest.mark.parametrize(("n", "d"), [(3000, 2), (3000, 3), (2000, 8), (500, 30)])
def test_neighbors_are_scipys(n, d):
    spatial = pytest.importorskip("scipy.spatial")
    rng = np.random.RandomState(7)
    rows, Y = rng.normal(size=(n, d)), rng.normal(size=(700, d))
    tree = spatial.cKDTree(rows)
    for queries in (None, Y):
        found, indices = kneighbors(rows, 10, queries)
        expected, which = tree.query(rows if queries is None else queries, 10)
        np.testing.assert_allclose(found, expected, rtol=1e-14)
        np.testing.assert_array_equal(indices, which)
    radius = float(expected[:, -1].mean())
    np.testing.assert_array_equal(radius_counts(rows, radius, Y), tree.query_ball_point(Y, radius, return_length=True))


@pytest.mark.parametrize("algorithm", ["auto", "brute", "kd_tree"])
@pytest.mark.parametrize(
    ("metric", "params"),
    [
        ("minkowski", {}),
        ("minkowski", {"p": 1}),
        ("minkowski", {"p": 3}),
        ("chebyshev", {}),
        ("cosine", {}),
        ("haversine", {}),
        ("canberra", {}),
        ("minkowski", {"metric_params": {"p": 1.5}, "p": None}),
    ],
)
def test_the_estimator_is_scikit_learns(metric, params, algorithm):
    theirs = pytest.importorskip("sklearn.neighbors")
    pytest.importorskip("scipy")
    rows, Y = rows_for(metric, 120, 8), rows_for(metric, 30, 9)
    ours = NearestNeighbors(metric=metric, algorithm=algorithm, n_neighbors=4, radius=0.4, **params).fit(rows)
    peer = theirs.NearestNeighbors(metric=metric, n_neighbors=4, radius=0.4, **params).fit(rows)
    assert (ours.n_samples_fit_, ours.n_features_in_) == (peer.n_samples_fit_, peer.n_features_in_)
    for queries in (None, rows, Y):
        for model in (ours, peer):
            indices = model.kneighbors(queries, 3, return_distance=False)
            assert indices.shape == (len(rows if queries is None else queries), 3)
        for one, other in zip(ours.kneighbors(queries), peer.kneighbors(queries), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-7)
        arguments = {"X": queries, "sort_results": True, "radius": 0.7}
        for one, other in zip(ours.radius_neighbors(**arguments), peer.radius_neighbors(**arguments), strict=True):
            assert one.dtype == other.dtype == object and one.shape == other.shape
            for a, b in zip(one, other, strict=True):
                np.testing.assert_allclose(a, b, atol=1e-7)
        for mode in ("connectivity", "distance"):
            one, other = (model.kneighbors_graph(queries, mode=mode) for model in (ours, peer))
            assert type(one) is type(other) and one.shape == other.shape and one.dtype == other.dtype
            np.testing.assert_allclose(one.toarray(), other.toarray(), atol=1e-7)
            one, other = (model.radius_neighbors_graph(queries, mode=mode) for model in (ours, peer))
            np.testing.assert_allclose(one.toarray(), other.toarray(), atol=1e-7)


def test_given_distances_are_taken_as_they_are():
    theirs = pytest.importorskip("sklearn.neighbors")
    pytest.importorskip("scipy")
    rng = np.random.RandomState(10)
    D, Q = rng.uniform(size=(40, 40)), rng.uniform(size=(9, 40)).astype(np.float32)
    D[np.diag_indices(40)] = 0
    ours, peer = (kind(metric="precomputed", radius=0.2).fit(D) for kind in (NearestNeighbors, theirs.NearestNeighbors))
    for queries in (None, D, Q):
        for method in ("kneighbors", "radius_neighbors"):
            arguments = {"sort_results": True} if method == "radius_neighbors" else {}
            results = (getattr(model, method)(queries, **arguments) for model in (ours, peer))
            for one, other in zip(*results, strict=True):
                for a, b in zip(one, other, strict=True):
                    np.testing.assert_allclose(a, b)
        a, b = (model.kneighbors_graph(queries, mode="distance").toarray() for model in (ours, peer))
        np.testing.assert_allclose(a, b)


# ------------------------------------------------------------------------------------------- queries


@pytest.mark.usefixtures("path")
def test_a_row_is_its_own_neighbor_unless_it_is_asked_for_others():
    rows = np.array([[0.0], [5.0], [5.0], [5.0], [9.0]])  # three times the same
    assert kneighbors(rows, 2)[1].tolist() == [[0, 1], [1, 2], [1, 2], [1, 2], [4, 1]]
    assert kneighbors(rows, 2, rows)[1].tolist() == kneighbors(rows, 2, rows.copy())[1].tolist()
    model = NearestNeighbors(n_neighbors=2, radius=4.0).fit(rows)
    assert model.kneighbors(return_distance=False).tolist() == [[1, 2], [2, 3], [1, 3], [1, 2], [1, 2]]
    assert [each.tolist() for each in model.radius_neighbors(return_distance=False)] == [
        [],
        [2, 3, 4],
        [1, 3, 4],
        [1, 2, 4],
        [1, 2, 3],
    ]
    assert radius_counts(rows, 4.0).tolist() == [1, 4, 4, 4, 4]
    assert lists(radius_neighbors(rows, 0.0)) == [[0], [1, 2, 3], [1, 2, 3], [1, 2, 3], [4]]


@pytest.mark.usefixtures("path")
def test_one_row_and_one_query():
    assert kneighbors([[3.0]], 1)[0].tolist() == [[0.0]]
    assert kneighbors([[3.0]], 1, [[5.0]])[0].tolist() == [[2.0]]
    assert lists(radius_neighbors([[3.0, 1.0]], 1.0, [[5.0, 1.0]])) == [[]]
    assert radius_counts([[3.0]], 0.0).tolist() == [1]


@pytest.mark.usefixtures("path")
def test_an_infinite_radius_has_all_rows():
    assert (radius_counts(X, np.inf) == 300).all()
    near = radius_neighbors(X, np.inf, X[:2])
    assert lists(near) == [list(range(300))] * 2


@pytest.mark.usefixtures("path")
def test_the_layout_of_the_arrays_does_not_matter():
    expected = kneighbors(X, 5, X[:50] + 0.1)
    read_only = X.copy()
    read_only.flags.writeable = False
    before = X.tobytes()
    for rows in (np.asfortranarray(X), X.astype(">f8"), read_only, X.tolist(), np.repeat(X, 2, axis=0)[::2]):
        for one, other in zip(kneighbors(rows, 5, X[:50] + 0.1), expected, strict=True):
            np.testing.assert_array_equal(one, other)
    single = X.astype(np.float32)
    np.testing.assert_array_equal(kneighbors(single, 5)[0], kneighbors(single.astype(np.float64), 5)[0])
    assert X.tobytes() == before


@pytest.mark.parametrize("metric", ["euclidean", "haversine", "canberra"])
def test_bits_do_not_depend_on_the_threads(metric):
    rng = np.random.RandomState(11)
    rows, Y = rng.uniform(-1.5, 1.5, size=(3000, 2)).round(2), rng.uniform(-1.5, 1.5, size=(500, 2)).round(2)
    results = [
        [
            *kneighbors(rows, 5, queries, metric=metric, n_jobs=n_jobs),
            *radius_neighbors(rows, 0.1, queries, metric=metric, n_jobs=n_jobs),
            radius_counts(rows, 0.1, queries, metric=metric, n_jobs=n_jobs),
        ]
        for n_jobs in (1, 2, 3, 7)
        for queries in (None, Y)
    ]
    for i in range(2, 8):
        for one, other in zip(results[i % 2], results[i], strict=True):
            assert one.tobytes() == other.tobytes()


# ------------------------------------------------------------------------------------------- what is refused


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match=r"^The 'k' parameter of kneighbors must be an int in .* Got 0"):
        kneighbors(X, 0)
    with pytest.raises(ValueError, match=r"^Expected k <= n_samples, but k = 301, n_samples = 300, n_queries = 2\.$"):
        kneighbors(X, 301, X[:2])
    with pytest.raises(ValueError, match=r"^The 'radius' parameter of radius_counts must be a float .* Got -1"):
        radius_counts(X, -1)
    with pytest.raises(ValueError, match=r"^The 'radius' parameter of radius_neighbors must be .* Got nan instead"):
        radius_neighbors(X, np.nan)
    with pytest.raises(ValueError, match=r"^X and Y must have the same number of columns, got 3 and 2\.$"):
        kneighbors(X, 1, X[:, :2])
    with pytest.raises(ValueError, match=r"^Input Y contains NaN\.\n.* First at row 0, column 2\.$"):
        kneighbors(X, 1, [[0, 0, np.nan]])
    with pytest.raises(ValueError, match=r"^Unknown Distance Metric: taxi"):
        kneighbors(X, 1, metric="taxi")
    with pytest.raises(TypeError, match=r"^The metric 'euclidean' takes no argument 'p'"):
        kneighbors(X, 1, p=3)
    with pytest.raises(ValueError, match=r"^Cosine affinity cannot be used when X contains zero .* in Y at row 1"):
        kneighbors(X, 1, [[1, 1, 1], [0, 0, 0]], metric="cosine")


@pytest.mark.usefixtures("path")
def test_distances_that_are_not_numbers_are_refused():
    zeros = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    for find in (kneighbors, radius_counts, radius_neighbors):
        with pytest.raises(ValueError, match=r"^Some distances from row 1 are not numbers\.$"):
            find(zeros, 1, metric="braycurtis")


def test_bad_arguments_of_the_estimator():
    model = NearestNeighbors()
    with pytest.raises(NotFittedError):
        model.kneighbors(X)
    with pytest.raises(NotFittedError):
        model.radius_neighbors_graph()
    model.fit(X)
    for k, message in (
        (
            300,
            r"^Expected n_neighbors < n_samples_fit, but n_neighbors = 300, n_samples_fit = 300, "
            r"n_samples = 300$",
        ),
        (0, r"^Expected n_neighbors > 0\. Got 0$"),
    ):
        with pytest.raises(ValueError, match=message):
            model.kneighbors(n_neighbors=k)
    with pytest.raises(ValueError, match=r"^Expected n_neighbors <= n_samples_fit, .* n_samples = 2$"):
        model.kneighbors(X[:2], 301)
    with pytest.raises(TypeError, match=r"^n_neighbors does not take <class 'float'> value, enter integer value$"):
        model.kneighbors(n_neighbors=2.5)
    with pytest.raises(ValueError, match=r"^X has 2 features, but NearestNeighbors is expecting 3 features"):
        model.radius_neighbors(X[:, :2])
    with pytest.raises(ValueError, match=r'^Unsupported mode, must be one of "connectivity", or "distance"'):
        model.kneighbors_graph(mode="x")
    with pytest.raises(ValueError, match=r"^Precomputed matrix must be square\. Input is a 300x3 matrix\.$"):
        NearestNeighbors(metric="precomputed").fit(X)
    with pytest.raises(ValueError, match=r"^Negative values in data passed to .* First at row 1, column 0\.$"):
        NearestNeighbors(metric="precomputed").fit([[0, 1], [-1, 0]])
    with pytest.raises(ValueError, match=r"^The 'algorithm' parameter of NearestNeighbors must be a str among"):
        NearestNeighbors(algorithm="octree").fit(X)


@pytest.mark.usefixtures("path")
def test_what_does_not_fit_is_refused_before_it_is_allocated(monkeypatch):
    monkeypatch.setattr(thresholds, "small_memory", 0)
    monkeypatch.setattr(memory, "available", lambda: 100_000)
    assert len(radius_counts(X, 10)) == 300
    with pytest.raises(
        MemoryError,
        match=r"^The 100 nearest neighbors of 300 rows would take 480 kB of memory, and "
        r"100 kB are available\. Ask for fewer, or for some rows of Y at a time\.$",
    ):
        kneighbors(X, 100)
    with pytest.raises(MemoryError, match=r"neighbors of 300 rows would take .* Choose a smaller radius"):
        radius_neighbors(X, 10)


# ------------------------------------------------------------------------------------------- the estimator's life


def test_a_fitted_estimator_survives_copying():
    model = NearestNeighbors(n_neighbors=3).fit(X)
    expected = model.kneighbors()
    for again in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_equal(vars(again), vars(model))
        for one, other in zip(again.kneighbors(), expected, strict=True):
            np.testing.assert_array_equal(one, other)


def test_another_fit_is_not_answered_from_the_first():
    model = NearestNeighbors(n_neighbors=1).fit(X)
    model.kneighbors()
    model.fit(X[:10] * 2)
    np.testing.assert_array_equal(model.kneighbors(X[:10] * 2)[0], 0)
    model.set_params(metric="manhattan").fit(X)
    assert model.kneighbors([[9.0, 9, 9]])[0] == pytest.approx(np.abs(X - 9).sum(axis=1).min())


def test_effective_metric():
    for params, expected in (
        ({}, ("euclidean", {})),
        ({"p": 1}, ("manhattan", {})),
        ({"p": 3}, ("minkowski", {"p": 3.0})),
        ({"metric": "l1"}, ("manhattan", {})),
        ({"p": np.inf}, ("chebyshev", {})),
    ):
        model = NearestNeighbors(**params).fit(X)
        assert (model.effective_metric_, model.effective_metric_params_) == expected


def test_progress_is_reported_and_the_work_can_be_stopped():
    rows = np.random.RandomState(12).normal(size=(60_000, 2))
    both = {"counting neighbors", "neighbors"}
    for find, stages in (
        (lambda: kneighbors(rows, 3), {"neighbors"}),
        (lambda: radius_counts(rows, 0.01), {"counting neighbors"}),
        (lambda: radius_neighbors(rows, 0.01), both),
        (lambda: kneighbors(rows[:9], 3, rows, metric="canberra"), {"neighbors", "distances"}),
    ):
        seen = []
        with progress(lambda *report: seen.append(report)):  # noqa: B023
            find()
        assert {stage for stage, *_ in seen} == stages
        assert all(0 <= done <= total for _, done, total in seen) and len(seen) > 3
        with progress(lambda *report: False), pytest.raises(Cancelled):
            find()


def test_nothing_else_is_imported():
    code = """
    import sys, numpy as np
    from coterie.neighbors import NearestNeighbors
    NearestNeighbors(n_neighbors=1).fit(np.eye(3)).radius_neighbors()
    assert not {"scipy", "sklearn"} & set(sys.modules)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
