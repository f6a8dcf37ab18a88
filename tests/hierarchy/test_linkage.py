"""Linkage: every way through it beside the definitions, scipy and fastcluster; what is accepted and what is refused."""

import itertools
import tracemalloc

import numpy as np
import pytest
from reference import linkage as reference

from coterie import distances, hierarchy
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.distances._metrics import NAMES
from coterie.hierarchy import ClusterWarning, _linkage, linkage, linkage_vector

METHODS = ("single", "complete", "average", "weighted", "centroid", "median", "ward")
REDUCIBLE = ("single", "complete", "average", "weighted", "ward")
VECTOR_METHODS = ("single", "centroid", "median", "ward")


def pdist(X):
    """Euclidean distances, straight from the definition."""
    i, j = np.triu_indices(len(X), 1)
    return np.sqrt(((X[i].astype(float) - X[j]) ** 2).sum(axis=1))


def without_ties(rng, n, d=3):
    return rng.normal(size=(n, d))


def with_ties(rng, n):
    """Distances of which many are equal: of points on a grid, of a few numbers, of one."""
    kind = rng.randint(4)
    if kind == 0:
        return pdist(rng.randint(0, rng.randint(2, 6), size=(n, rng.randint(1, 4))))
    if kind == 1:
        return np.full(n * (n - 1) // 2, rng.uniform())
    return rng.randint(kind - 2, rng.randint(2, 6), size=n * (n - 1) // 2) * 0.1


def assert_same_tree(Z, expected, rtol=1e-12):
    reference.assert_valid(Z)
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=rtol)


def assert_greedy(Z, y, method, rtol=1e-9):
    """Each merge is of two clusters that nothing is nearer than, at the distance that they have."""
    reference.assert_valid(Z)
    top = np.abs(y).max(initial=0)
    np.testing.assert_allclose(reference.replay(Z, y, method), [Z[:, 2]] * 2, rtol=rtol, atol=1e-7 * top)


def both(y, method, **kwargs):
    """The tree of condensed distances that are kept, which is that of distances that may be written over."""
    before = y.copy()
    Z = linkage(y, method, **kwargs)
    np.testing.assert_array_equal(y, before)
    np.testing.assert_array_equal(linkage(before, method, preserve_input=False, **kwargs), Z)
    return Z


# ------------------------------------------------------------------------------------------- beside the definitions


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(2))
def test_trees_are_those_of_the_recurrence(linkage_path, method, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, 4, 5, *rng.randint(6, 45, size=2)]:
        y = rng.uniform(0.5, 1, size=n * (n - 1) // 2)  # of no points
        assert_same_tree(both(y, method, n_jobs=rng.randint(1, 4)), reference.by_recurrence(y, method), rtol=1e-11)


@pytest.mark.parametrize("method", ["single", "complete", "average", "centroid", "ward"])
@pytest.mark.parametrize("seed", range(2))
def test_heights_are_distances_of_clusters(linkage_path, method, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, 4, *rng.randint(5, 35, size=2)]:
        X = without_ties(rng, n, rng.randint(1, 5))
        expected = reference.by_definition(pdist(X), X, method)
        assert_same_tree(linkage(X, method), expected, rtol=1e-9)
        assert_same_tree(both(pdist(X), method), expected, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_common_offset_costs_no_digits(linkage_path, method):
    rng = np.random.RandomState(2)
    for n in (2, 3, 20, 40):
        X = np.round(without_ties(rng, n), 6)
        moved = X + 1e6
        expected = reference.by_recurrence(pdist(moved - 1e6), method)  # the subtraction is exact
        assert_same_tree(linkage(moved, method), expected, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(2))
def test_each_merge_is_of_a_nearest_pair_on_ties(linkage_path, method, seed):
    rng = np.random.RandomState(seed)
    for _ in range(6):
        y = with_ties(rng, rng.randint(2, 30))
        assert_greedy(both(y, method), y, method)


@pytest.mark.parametrize("method", VECTOR_METHODS)
@pytest.mark.parametrize("seed", range(2))
def test_each_merge_of_points_is_of_a_nearest_pair_on_ties(linkage_path, method, seed):
    rng = np.random.RandomState(seed)
    for _ in range(4):
        X = rng.randint(0, rng.randint(2, 6), size=(rng.randint(2, 30), rng.randint(1, 4))) * 0.1
        assert_greedy(linkage(X, method), pdist(X), method)


@pytest.mark.parametrize("seed", range(4))
def test_single_linkage_on_ties_has_the_only_heights_and_cophenetic_distances(linkage_path, seed):
    rng = np.random.RandomState(seed)
    for _ in range(5):
        y = with_ties(rng, rng.randint(2, 60))
        Z = both(y, "single")
        np.testing.assert_array_equal(Z[:, 2], reference.spanning_tree_weights(y))
        np.testing.assert_array_equal(reference.cophenetic(Z), reference.minimax_paths(y))


@pytest.mark.parametrize("method", METHODS)
def test_equal_points_come_together_first_at_height_0(linkage_path, method):
    rng = np.random.RandomState(6)
    for n in (2, 5, 40):
        X = without_ties(rng, n)
        twice = np.concatenate([X, X])
        for Z in (linkage(twice, method), both(distances.pdist(twice), method)):
            reference.assert_valid(Z)
            assert (Z[:n, 2] == 0).all() and (Z[n:, 2] > 0).all()
            np.testing.assert_array_equal(np.sort(Z[:n, :2] % n, axis=1), Z[:n, :1].repeat(2, axis=1))
    for Z in (linkage(np.full((50, 2), 0.1), method), linkage(np.zeros(50 * 49 // 2), method)):
        reference.assert_valid(Z)
        assert (Z[:, 2] == 0).all()


@pytest.mark.parametrize("method", ["centroid", "median"])
def test_inversions_stay(linkage_path, method):
    # An equilateral triangle with sides of 2: the third corner is nearer to the middle of the first two.
    Z = linkage([2.0, 2.0, 2.0], method)
    np.testing.assert_allclose(Z[:, 2], [2, np.sqrt(3)])
    rng = np.random.RandomState(7)
    X = rng.uniform(size=(45, 3))
    expected = reference.by_recurrence(pdist(X), method)
    assert (np.diff(expected[:, 2]) < 0).any()
    assert_same_tree(linkage(X, method), expected, rtol=1e-9)
    assert_same_tree(both(pdist(X), method), expected, rtol=1e-9)


# ------------------------------------------------------------------------------------------- beside other libraries


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_trees_are_scipys(linkage_path, method, seed):
    scipy = pytest.importorskip("scipy.cluster.hierarchy")
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 60, size=3), 300]:
        X = without_ties(rng, n, rng.randint(1, 9))
        y = pdist(X)
        assert_same_tree(both(y, method, n_jobs=rng.randint(1, 4)), scipy.linkage(y, method))
        assert_same_tree(linkage(X, method), scipy.linkage(X, method), rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_trees_of_many_points_are_scipys(method):
    scipy = pytest.importorskip("scipy.cluster.hierarchy")
    X = without_ties(np.random.RandomState(9), thresholds.many_clusters + 200)
    expected = scipy.linkage(X, method)
    assert_same_tree(both(distances.pdist(X), method), expected)
    assert_same_tree(linkage(X, method), expected, rtol=1e-9)


@pytest.mark.parametrize("method", REDUCIBLE)
@pytest.mark.parametrize("seed", range(4))
def test_ties_of_few_points_are_decided_as_in_scipy(method, seed):
    scipy = pytest.importorskip("scipy.cluster.hierarchy")
    rng = np.random.RandomState(seed)
    for _ in range(15):
        y = with_ties(rng, rng.randint(2, 80))
        np.testing.assert_array_equal(both(y, method), scipy.linkage(y, method))
        X = rng.randint(0, 4, size=(rng.randint(2, 80), rng.randint(1, 4))).astype(float)
        np.testing.assert_array_equal(linkage(X, method), scipy.linkage(X, method))


def test_the_example_of_scikit_learn_has_scipys_merges():
    Z = linkage([[1, 2], [1, 4], [1, 0], [4, 2], [4, 4], [4, 0]], "ward")
    np.testing.assert_array_equal(Z[:, :2], [[0, 1], [3, 5], [2, 6], [4, 7], [8, 9]])


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_linkage_vector_is_fastclusters(linkage_path, method):
    fastcluster = pytest.importorskip("fastcluster")
    rng = np.random.RandomState(11)
    for n in (2, 3, 30, 200):
        X = without_ties(rng, n)
        assert_same_tree(linkage_vector(X, method), fastcluster.linkage_vector(X, method), rtol=1e-9)


@pytest.mark.parametrize(
    "metric", ["euclidean", "sqeuclidean", "cityblock", "chebychev", "minkowski", "canberra", "braycurtis", "cosine"]
)
def test_linkage_vector_takes_fastclusters_metrics(metric):
    fastcluster = pytest.importorskip("fastcluster")
    X, extraarg = np.random.RandomState(12).uniform(size=(60, 4)), 3 if metric == "minkowski" else None
    expected = fastcluster.linkage_vector(X, metric=metric, extraarg=extraarg)
    assert_same_tree(linkage_vector(X, metric=metric, extraarg=extraarg), expected)


@pytest.mark.parametrize("metric", sorted(set(NAMES) - {"haversine", "gower", "nan_euclidean"}))
def test_every_metric(linkage_path, metric):
    spatial = pytest.importorskip("scipy.spatial.distance")
    rng = np.random.RandomState(13)
    for n in (2, 40):
        X = rng.uniform(size=(n, 5))
        if metric in ("jaccard", "dice"):
            X = np.append(X < 0.5, np.ones((n, 1), bool), axis=1)
        y = spatial.pdist(X, "cityblock" if metric == "manhattan" else metric)
        for method in ("single", "average"):
            assert_greedy(linkage(X, method, metric), y, method)


def test_haversine_and_functions(linkage_path):
    rng = np.random.RandomState(14)
    X = rng.uniform(-1, 1, size=(30, 2))

    def haversine(x, y):
        a = np.sin((x - y) / 2) ** 2
        return 2 * np.arcsin(np.sqrt(a[0] + np.cos(x[0]) * np.cos(y[0]) * a[1]))

    y = np.array([haversine(*pair) for pair in itertools.combinations(X, 2)])
    for method in ("single", "complete"):
        expected = reference.by_recurrence(y, method)
        assert_same_tree(linkage(X, method, "haversine"), expected, rtol=1e-11)
        assert_same_tree(linkage(X, method, haversine), expected, rtol=1e-11)


# ------------------------------------------------------------------------------------------- what is accepted


@pytest.mark.parametrize("method", METHODS)
def test_two_points(method):
    assert linkage([3.0], method).tolist() == [[0, 1, 3, 2]]
    assert linkage([[1.0], [4.0]], method).tolist() == [[0, 1, 3, 2]]


@pytest.mark.parametrize("method", METHODS)
def test_a_method_has_a_function_of_its_own(method):
    y = np.random.RandomState(0).uniform(size=45)
    np.testing.assert_array_equal(getattr(hierarchy, method)(y), linkage(y, method))


def test_single_and_euclidean_are_the_defaults():
    X = without_ties(np.random.RandomState(0), 20)
    for Z in (linkage(X), linkage_vector(X), linkage(distances.pdist(X))):
        np.testing.assert_array_equal(Z, linkage(X, "single", "euclidean"))


def layouts(array):
    """The same numbers in other ways of lying in memory."""
    yield "list", array.tolist()
    yield "fortran", array.copy(order="F")
    yield "big endian", array.astype(">f8")
    read_only = array.copy()
    read_only.flags.writeable = False
    yield "read-only", read_only
    yield "strided", np.repeat(array, 2, axis=0)[::2]
    yield "backwards", array[::-1].copy()[::-1]
    yield "unaligned", np.frombuffer(b"x" + array.tobytes(), dtype=np.uint8)[1:].view(array.dtype).reshape(array.shape)
    yield "objects", array.astype(object)


@pytest.mark.parametrize("preserve_input", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_arrays_may_lie_in_memory_in_any_way(linkage_path, method, preserve_input):
    X = without_ties(np.random.RandomState(15), 30)
    y = distances.pdist(X)
    for array, expected in ((X, linkage(X, method)), (y, linkage(y, method))):
        for name, other in layouts(array):
            np.testing.assert_array_equal(linkage(other, method, preserve_input=preserve_input), expected, name)
            if array is X or preserve_input or name != "fortran":  # the one that needs no copy and is writeable
                np.testing.assert_array_equal(np.asarray(other, float), array, name)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.int8, bool])
def test_other_numbers_are_taken_as_float64(linkage_path, dtype):
    rng = np.random.RandomState(16)
    y = rng.permutation(np.linspace(0, 100, 190)).astype(dtype)
    X = (rng.permutation(60).reshape(20, 3) * 1.5).astype(dtype)
    for method in METHODS:
        np.testing.assert_array_equal(both(y, method), linkage(y.astype(np.float64), method))
        np.testing.assert_allclose(linkage(X, method), linkage(X.astype(np.float64), method), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("power", [-660, 660])
def test_huge_and_tiny_distances(linkage_path, method, power):
    rng = np.random.RandomState(17)
    X = without_ties(rng, 40)
    for array in (X, distances.pdist(X)):
        expected = linkage(array, method)
        expected[:, 2] = np.ldexp(expected[:, 2], power)
        np.testing.assert_array_equal(linkage(np.ldexp(array, power), method), expected)


@pytest.mark.parametrize("method", ["single", "complete", "average", "weighted"])
def test_negative_distances(linkage_path, method):
    rng = np.random.RandomState(18)
    for n in (2, 3, 30):
        y = rng.normal(size=n * (n - 1) // 2)
        assert_same_tree(both(y, method), reference.by_recurrence(y, method), rtol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_optimal_ordering_is_that_of_the_tree(method):
    X = without_ties(np.random.RandomState(19), 30)
    y = distances.pdist(X)
    for array in (X, y):
        expected = hierarchy.optimal_leaf_ordering(linkage(array, method), y)
        np.testing.assert_array_equal(linkage(array, method, optimal_ordering=True), expected)


# ------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize(
    ("method", "kept", "written_over"),
    [("single", 0.3, 0.3), ("average", 1.2, 0.6), ("ward", 1.2, 0.6), ("centroid", 1.5, 1.0)],
)
def test_memory_beyond_the_distances(method, kept, written_over):
    y = distances.pdist(without_ties(np.random.RandomState(20), 3800))
    for preserve_input, most in ((True, kept), (False, written_over)):
        tracemalloc.start()
        linkage(y, method, preserve_input=preserve_input)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < most * y.nbytes


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_memory_of_points_grows_with_their_number(method):
    X = without_ties(np.random.RandomState(21), 3000, 4)
    tracemalloc.start()
    linkage(X, method)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * X.nbytes < 8 * 3000 * 2999 / 2 / 10


def refuse(*args, **kwargs):
    raise AssertionError("this is not to be called")


@pytest.mark.parametrize("method", ["complete", "average", "weighted"])
def test_distances_that_have_no_room_are_refused_before_they_are_computed(monkeypatch, method):
    monkeypatch.setattr(memory, "available", lambda: 50_000_000)
    monkeypatch.setattr(_linkage, "fill_condensed", refuse)
    with pytest.raises(MemoryError, match=f"{method} linkage of 3,000 points would take 72 MB .* 50 MB are available"):
        linkage(np.zeros((3000, 1)), method)


def test_condensed_distances_that_leave_no_room_are_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 50_000_000)
    monkeypatch.setattr(_linkage, "from_condensed", refuse)
    y = np.zeros(3000 * 2999 // 2)
    with pytest.raises(MemoryError, match=r"72 MB .* preserve_input=False"):
        linkage(y, "average")


@pytest.mark.parametrize("method", VECTOR_METHODS)
def test_points_need_no_room_for_distances(monkeypatch, method):
    monkeypatch.setattr(memory, "available", lambda: 1)
    monkeypatch.setattr(_linkage, "fill_condensed", refuse)
    assert linkage(np.arange(1500.0)[:, None], method)[-1, 3] == 1500


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_distances_that_are_not_finite_are_refused_with_their_place(method, bad):
    for n, place in ((2, 0), (3, 2), (30, 17), (300, 300 * 299 // 2 - 1), (300, 40_000)):
        y = np.ones(n * (n - 1) // 2)
        y[place] = bad
        with pytest.raises(ValueError, match=f"must contain only finite values.* at index {place}: {bad}"):
            linkage(y, method)


@pytest.mark.parametrize("method", METHODS)
def test_points_that_are_not_finite_are_refused_with_their_place(method):
    X = np.ones((20, 4))
    X[17, 3] = np.nan
    with pytest.raises(ValueError, match=r"y contains NaN\. First at row 17, column 3"):
        linkage(X, method)
    X[17, 3] = np.inf
    with pytest.raises(ValueError, match=r"infinity.* First at row 17, column 3"):
        linkage(X, method)


@pytest.mark.parametrize("method", ["single", "average"])
def test_metrics_that_give_no_number_are_refused(method):
    X = np.append(np.ones((5, 2)), np.zeros((2, 2)), axis=0)
    with pytest.raises(ValueError, match="The braycurtis distance is NaN or infinite between some rows"):
        linkage(X, method, "braycurtis")
    with pytest.raises(ValueError, match=r"zero vectors.* row 5"):
        linkage(X, method, "cosine")


@pytest.mark.parametrize("method", ["centroid", "median"])
def test_negative_distances_are_no_distances_between_centers(method):
    with pytest.raises(ValueError, match=f"{method} linkage is not defined for negative distances. First at index 1"):
        linkage([1.0, -2.0, 3.0], method)


@pytest.mark.parametrize("length", [2, 4, 5, 7, 44, 46])
def test_wrong_lengths_are_refused(length):
    with pytest.raises(ValueError, match="must be a binomial coefficient"):
        linkage(np.ones(length))


@pytest.mark.parametrize("y", [[], [[1.0, 2.0]], np.empty(0)])
def test_a_single_point_has_no_tree(y):
    with pytest.raises(ValueError, match="number of observations cannot be determined"):
        linkage(y)


@pytest.mark.parametrize("y", [1.0, np.ones((2, 2, 2))])
def test_other_dimensions_are_refused(y):
    with pytest.raises(ValueError, match="1 or 2 dimensional"):
        linkage(y)


@pytest.mark.parametrize("y", [np.empty((0, 3)), np.empty((3, 0))])
def test_empty_tables_are_refused(y):
    with pytest.raises(ValueError, match=r"0 (sample|feature)"):
        linkage(y)


@pytest.mark.parametrize("method", ["", "Single", "wards", "upgma", None, 3])
def test_other_methods_are_refused(method):
    with pytest.raises(ValueError, match=f"Invalid method: {method}. There are single, complete"):
        linkage([1.0], method)


@pytest.mark.parametrize("method", ["complete", "average", "weighted", "nearest"])
def test_linkage_vector_refuses_methods_that_need_all_distances(method):
    with pytest.raises(ValueError, match=f"Invalid method: {method}"):
        linkage_vector([[1.0], [2.0]], method)


@pytest.mark.parametrize("method", ["centroid", "median", "ward"])
@pytest.mark.parametrize("metric", ["cityblock", "sqeuclidean", "cosine", lambda x, y: 1.0])
def test_centers_need_euclidean_distances(method, metric):
    for function in (linkage, linkage_vector):
        with pytest.raises(ValueError, match=f"`method={method}` requires the distance metric to be Euclidean"):
            function([[1.0], [2.0]], method, metric)
    assert linkage([1.0], method, metric)[0, 2] == 1  # of no meaning for distances


def test_other_metrics_are_refused():
    with pytest.raises(ValueError, match="Unknown Distance Metric: taxi"):
        linkage([[1.0], [2.0]], metric="taxi")


@pytest.mark.parametrize("y", [["a"], [[1.0, "a"]], [1j]])
def test_what_is_no_number_is_refused(y):
    with pytest.raises(ValueError, match=r"text|[Cc]omplex"):
        linkage(y)


@pytest.mark.parametrize("n_jobs", [0])
def test_no_threads_are_refused(n_jobs):
    with pytest.raises(ValueError, match="n_jobs"):
        linkage([1.0], n_jobs=n_jobs)


def test_points_that_look_like_distances_are_warned_of():
    D = reference.square(np.arange(1.0, 7))
    np.fill_diagonal(D, 0)
    with pytest.warns(ClusterWarning, match="looks suspiciously like an uncondensed distance matrix") as caught:
        linkage(D)
    assert caught[0].filename == __file__
    with pytest.warns(ClusterWarning):
        linkage_vector(D)


@pytest.mark.filterwarnings("error")
def test_other_squares_are_not_warned_of():
    D = reference.square(np.arange(1.0, 7))
    np.fill_diagonal(D, 0)
    upper = np.triu(D)
    for other in (upper, -D, D + np.eye(4), D[:, :3]):
        linkage(other)
