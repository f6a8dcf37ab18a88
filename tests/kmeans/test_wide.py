"""k-means of wide rows: bounds leave out most distances, and nothing but time depends on them."""

import tracemalloc
import warnings

import numpy as np
import pytest
from reference import kmeans as reference

from coterie import ConvergenceWarning, FeatureScaleWarning, KMeans
from coterie._runtime import memory, parallel
from coterie._runtime.thresholds import thresholds
from coterie.kmeans import _assignment, _data
from coterie.kmeans._kernels import assign, wide
from coterie.kmeans._wide import WideAssignment, pays_for

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])
# Each forces a path: few coordinates, more, or none; bytes; many groups of few centers, or few of many; small blocks.
PATHS = {
    "as it is": {},
    "all features": {"wide_pairs": 1 << 60},
    "bytes": {"wide_pairs": 1 << 60, "wide_tried": 0},
    "few coordinates": {"wide_sizes": (16,)},
    "more coordinates": {"wide_sizes": (48,), "wide_memory": 10.0},
    "little memory": {"wide_memory": 0.2},
    "small groups": {"wide_group": 1, "wide_memory": 10.0},
    "small blocks": {"wide_scores": 1, "chunk": 1000.0},
}


@pytest.fixture(params=PATHS.values(), ids=PATHS)
def path(request, monkeypatch):
    """Rows count as wide, and take one path."""
    for name, value in {"wide_features": 1, "wide_work": 0, "wide_pairs": 0, **request.param}.items():
        monkeypatch.setattr(thresholds, name, value)
    if "wide_sizes" in request.param:  # also where coordinates do not pay
        size = request.param["wide_sizes"][0]
        monkeypatch.setattr(
            WideAssignment, "_choose", lambda wide, _: (size if len(wide.axes) == size - 1 else 0, False)
        )
    elif "wide_tried" in request.param:  # also where the machine has no such products
        monkeypatch.setattr(wide, "HAS_BYTES", True)
        monkeypatch.setattr(WideAssignment, "_choose", lambda wide, _: (0, wide._may_take_bytes()))


@pytest.fixture
def narrow(monkeypatch):
    """Call it to have no rows wide."""
    return lambda: monkeypatch.setattr(thresholds, "wide_features", 1 << 40)


@pytest.fixture(autouse=True)
def without_warnings_of_bad_data():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", FeatureScaleWarning)
        yield


def made(kind, n, d, seed=0):
    rng = np.random.RandomState(seed)
    normal = rng.normal(size=(n, d))
    groups = 6 * rng.normal(size=(20, d))[rng.randint(20, size=n)]
    return {
        "normal": lambda: normal,
        "groups": lambda: groups + normal,
        "tight groups": lambda: groups + 1e-7 * normal,
        "unit vectors": lambda: normal / np.linalg.norm(normal, axis=1)[:, None],
        "offset": lambda: groups + normal + 1e6,
        "heavy tails": lambda: rng.standard_cauchy(size=(n, d)),
        "one far row": lambda: np.concatenate([1e8 * normal[:1], normal[1:]]),
        "duplicates": lambda: normal[rng.randint(n // 3, size=n)],
        "whole numbers": lambda: rng.randint(0, 3, size=(n, d)) * 1.0,
        "constant columns": lambda: np.where(rng.uniform(size=d) < 0.7, 1e6, normal),
        "rank 3": lambda: normal[:, :3] @ rng.normal(size=(3, d)),
        "fading columns": lambda: normal * 10.0 ** -np.arange(d),
        "axes": lambda: np.eye(d)[rng.randint(d, size=n)],
        "all equal": lambda: np.full((n, d), 0.1),
        "huge": lambda: np.ldexp(groups + normal, 600),
        "tiny": lambda: np.ldexp(groups + normal, -600),
    }[kind]()


KINDS = [
    "normal",
    "groups",
    "tight groups",
    "unit vectors",
    "offset",
    "heavy tails",
    "one far row",
    "duplicates",
    "whole numbers",
    "constant columns",
    "rank 3",
    "fading columns",
    "axes",
    "all equal",
    "huge",
    "tiny",
]


def nearest(X, centers):
    """The center of the smallest float64 sum of squared differences, added up as the kernels do; the first on a tie."""
    squares = np.empty((len(centers), len(X)))
    first = np.zeros(len(X), np.int32)
    for center, square in zip(centers, squares, strict=True):
        parallel.over(len(X), len(X), 1, assign.squared_distances_to_own, X, center[None].copy(), first, square)
    return squares.argmin(axis=0)


def moved(X, centers, labels, step, rng):
    """The next centers: means, but also some that jump, join, come back from afar, or hardly move."""
    out = centers.copy()
    for own in set(labels.tolist()):
        out[own] = X[labels == own].mean(axis=0, dtype=np.float64)
    if step == 1:
        out[rng.randint(len(out))] = X[rng.randint(len(X))]
    elif step == 2:
        out[rng.randint(len(out))] = out[0]
    elif step == 3:
        out[-1] += 1e3 * (np.abs(X).max() or 1)
    elif step == 4:
        out += 1e-9 * rng.normal(size=out.shape) * np.abs(out).max()
    return out


# ------------------------------------------------------------------------------------------- labels


@DTYPES
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("path")
def test_labels_are_those_of_float64_differences(kind, dtype):
    n, d, k = {"normal": (311, 70, 33), "groups": (200, 129, 65), "axes": (97, 33, 97)}.get(kind, (150, 50, 17))
    X = made(kind, n, d)
    X = X.astype(dtype) if np.abs(X).max() < 1e30 and np.abs(X).max() > 1e-30 else X
    data = _data.prepare(X, None, 1)
    X, rng = data.X, np.random.RandomState(1)
    centers = X[rng.choice(n, k, replace=False)].astype(np.float64)
    wide, labels = WideAssignment(X, k, data.moments.mean, data.scale, 1), np.full(n, -1, np.int32)
    for step in range(7):
        expected, before = nearest(X, centers), labels.copy()
        tally = wide(centers, labels)
        np.testing.assert_array_equal(labels, expected)
        assert tally.changed == (labels != before).sum() <= n
        assert tally.exact <= tally.seen <= n
        centers = moved(X, centers, labels, step, rng)


@DTYPES
@pytest.mark.parametrize(("n", "d", "k"), [(1, 32, 1), (2, 800, 2), (5, 40, 3), (20, 100, 20), (49, 47, 48)])
@pytest.mark.usefixtures("path")
def test_few_rows(n, d, k, dtype):
    X = np.random.RandomState(2).normal(size=(n, d)).astype(dtype)
    model = KMeans(k, init=X[:k], tol=0).fit(X)
    labels, inertia, centers, n_iter = reference.lloyd(X, X[:k])
    np.testing.assert_array_equal(model.labels_, labels)
    assert model.n_iter_ == n_iter
    np.testing.assert_allclose(model.inertia_, inertia, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(model.cluster_centers_, centers, rtol=1e-5, atol=1e-7)


# ------------------------------------------------------------------------------------------- fits


def assert_equal_bits(one, other):
    np.testing.assert_array_equal(one.labels_, other.labels_)
    assert one.cluster_centers_.tobytes() == other.cluster_centers_.tobytes()
    assert (one.inertia_, one.n_iter_) == (other.inertia_, other.n_iter_)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("path")
def test_fits_have_the_bits_of_those_without_bounds_for_any_number_of_threads(kind, narrow):
    """Sums follow the labels, so that even the last bits tell whether these were the same in each iteration."""
    rng = np.random.RandomState(3)
    X = made(kind, 300, 60, seed=3)
    weight = rng.randint(0, 3, size=300) * 1.0
    start = X[rng.choice(300, 37, replace=False)]
    start[5:8] = start[5]  # two of them are empty

    def fit(n_jobs):
        return KMeans(37, init=start, tol=0, max_iter=12, n_jobs=n_jobs).fit(X, sample_weight=weight)

    fits = [fit(n_jobs) for n_jobs in (1, 2, 3, 5)]
    narrow()
    expected = fit(1)
    for each in fits:
        assert_equal_bits(each, expected)
        np.testing.assert_array_equal(each.predict(X), each.labels_)


@pytest.mark.usefixtures("path")
def test_starts_that_are_far_from_the_data(narrow):
    """Up to where squares of their distances, and they themselves, are beyond float32."""
    X = made("normal", 120, 64)
    starts = []
    for exponent in (4, 12, 18, 19, 25, 38, 60):
        for which in (slice(None), slice(1, None), slice(1)):
            starts.append(X[:20].copy())
            starts[-1][which] *= 10.0**exponent

    def fit(start):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            return KMeans(20, init=start, tol=0).fit(X)

    fits = [fit(start) for start in starts]
    narrow()
    for each, start in zip(fits, starts, strict=True):
        assert_equal_bits(each, fit(start))


@DTYPES
@pytest.mark.parametrize(("d", "k"), [(32, 16), (100, 37), (384, 50), (790, 20)])
@pytest.mark.usefixtures("path")
def test_fits_are_those_of_scikit_learn(d, k, dtype):
    cluster = pytest.importorskip("sklearn.cluster")
    X = made("groups", 600, d, seed=d).astype(dtype)
    ours, theirs = (kind(k, init=X[:k], n_init=1, tol=0).fit(X) for kind in (KMeans, cluster.KMeans))
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-4, atol=1e-4)


# ------------------------------------------------------------------------------------------- given centers


@DTYPES
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("huge", "tiny")])
@pytest.mark.usefixtures("path")
def test_given_centers(kind, dtype):
    """Near the rows, among each other, or far away; and rows that are far from centers."""
    X = made(kind, 130, 70, seed=4).astype(dtype)
    size = np.abs(X - X.mean(axis=0)).max() or 1.0
    for centers in (X[:33], X[:33] * 1e-30, X[:33] + 1e6 * size, X[:33] * np.geomspace(1, 1e30, 33)[:, None], X[:1]):
        centers = centers.astype(np.float64)
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            np.testing.assert_array_equal(_assignment.nearest(X, centers, 1), nearest(X, centers))
            found = _assignment.distances(X, centers, 1)
        expected = np.sqrt(reference.squared_distances(X, centers))
        np.testing.assert_allclose(found, expected, rtol=3e-7 if dtype == np.float32 else 1e-12)
        for n_threads in (2, 3, 5):
            np.testing.assert_array_equal(_assignment.distances(X, centers, n_threads), found)


# ------------------------------------------------------------------------------------------- what it takes


def pairs_looked_at(X, k):
    data = _data.prepare(X, None, 1)
    X = data.X
    wide, labels = WideAssignment(X, k, data.moments.mean, data.scale, 1), np.full(len(X), -1, np.int32)
    centers, n_full = X[:k].astype(np.float64), []
    for _ in range(6):
        n_full.append(wide(centers, labels).full)
        centers = moved(X, centers, labels, 0, None)
    return n_full


@pytest.mark.parametrize("offset", [0, 1e6])
@pytest.mark.parametrize("scale", [1.0, 2.0**-300])
def test_bounds_leave_few_pairs(monkeypatch, scale, offset):
    monkeypatch.setattr(thresholds, "wide_pairs", 0)
    X = scale * (made("groups", 4000, 96) + offset)
    n_full = pairs_looked_at(X, 64)
    assert n_full[0] < 0.5 * 4000 * 64
    assert n_full[-1] < 0.05 * 4000 * 64


@DTYPES
@pytest.mark.parametrize("d", [64, 384])
def test_memory_beyond_the_data_is_at_most_two_fifths_of_it(d, dtype):
    X = np.random.RandomState(5).normal(size=(8_000_000 // d, d)).astype(dtype)
    tracemalloc.start()
    try:
        KMeans(100, init=X[:100], n_init=1, max_iter=3, n_jobs=1).fit(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.4 * X.nbytes + (1 << 20)


def test_rows_get_margins_instead_of_bounds_where_memory_is_short(monkeypatch):
    monkeypatch.setattr(thresholds, "small_memory", 0)
    X = np.zeros((2000, 100))
    for free, pays in [(None, True), (X.nbytes, True), (X.nbytes // 2, False)]:
        monkeypatch.setattr(memory, "available", lambda free=free: free)
        assert pays_for(X, 100) == pays
