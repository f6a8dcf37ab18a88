"""The job that finds nearest centers: for `predict`, and for programs in C. Each row is labeled as if it were alone."""

import math

import numpy as np
import pytest
from reference import kmeans as reference
from reference.c_table import BAD_ARGUMENT, MORE, OK, Job, last_error

import coterie
from coterie.kmeans import _assignment
from coterie.kmeans._kernels import jobs

WIDE = np.finfo(np.longdouble).maxexp > 4000  # squares of any float64 number fit into a long double
CREWS = [(1, math.inf), (1, 0.0), (3, math.inf), (4, 0.0)]


def nearest(X, centers, crew=(1, math.inf)):
    n_slots, seconds = crew
    labels, squared = np.full(len(X), -1, dtype=np.int32), np.full(len(X), np.nan)
    with Job("nearest", X, centers, labels, squared, n_slots=n_slots) as job:
        assert job.code == OK, last_error()
        assert job.run_by_threads(seconds) == [OK] * n_slots
    return labels, squared


def with_stride(X, rng):
    wider = np.full((len(X), X.shape[1] + rng.integers(1, 4)), np.nan, dtype=X.dtype)
    wider[:, : X.shape[1]] = X
    return wider[:, : X.shape[1]]


def random_case(rng, kind):
    n = int(rng.choice([1, 2, 7, 8, 9, 63, 64, 65, 129, 500, 3000]))
    d = int(rng.choice([1, 2, 3, 4, 8, 9, 17, 130]))
    k = int(rng.integers(1, min(n, 40) + 1))
    X = rng.normal(size=(n, d))
    if kind == "ties":
        X = X.round()
    elif kind == "offset":
        X += 1e6
    elif kind == "duplicates":
        X = X[rng.integers(max(1, n // 5), size=n)]
    centers = X[rng.choice(n, k, replace=False)]
    if rng.random() < 0.3:
        centers = centers[rng.integers(k, size=k)]  # some of them twice
    elif kind == "ties":
        centers = (centers + rng.integers(-1, 2, size=(k, d))) / 2
    elif rng.random() < 0.7:
        centers = centers + rng.normal(size=(k, d)) * rng.choice([1.0, 1e-9])
    if rng.random() < 0.5:
        X = X.astype(np.float32)
    if rng.random() < 0.5:
        centers = centers.astype(np.float32)
    return X, centers


@pytest.mark.parametrize("kind", ["plain", "ties", "offset", "duplicates"])
@pytest.mark.parametrize("seed", range(10))
def test_labels_and_squared_distances_are_the_true_ones(seed, kind):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        X, centers = random_case(rng, kind)
        n = len(X)
        crew = CREWS[rng.integers(len(CREWS))]
        given = with_stride(X, rng) if rng.random() < 0.5 else X, with_stride(centers, rng)
        labels, squared = nearest(*given, crew)
        assert reference.may_be_nearest(X, centers)[np.arange(n), labels].all()
        exact = reference.squared_distances(X, centers, np.longdouble)[np.arange(n), labels]
        np.testing.assert_allclose(squared, exact.astype(float), rtol=(X.shape[1] + 8) * 2.0**-53)
        if kind == "ties":  # distances are exact
            np.testing.assert_array_equal(labels, reference.nearest(X, centers))
        np.testing.assert_array_equal(_assignment.nearest(X, centers, 2), labels)


@pytest.mark.parametrize("seed", range(10))
def test_the_label_of_a_row_depends_on_no_other_row(seed):
    """A few rows are compared with the centers one by one, others in tiles."""
    rng = np.random.default_rng(seed)
    for kind in ("plain", "ties", "offset", "duplicates"):
        X, centers = random_case(rng, kind)
        labels, squared = nearest(X, centers)
        for row in rng.integers(len(X), size=20):
            alone = nearest(X[row : row + 1], centers)
            assert alone == (labels[row], squared[row])


@pytest.mark.skipif(not WIDE, reason="the oracle needs a long double with a larger range than float64")
@pytest.mark.parametrize("scale", [-1060, -1000, -600, -120, 0, 448, 600, 1020])
@pytest.mark.parametrize("seed", range(4))
def test_squares_that_overflow_or_vanish(scale, seed):
    rng = np.random.default_rng(seed)
    for n in (5, 200):
        centers = np.ldexp(rng.normal(size=(6, 3)), scale)
        X = np.ldexp(rng.normal(size=(n, 3)), np.minimum(scale + rng.choice([0, 3, 30, 500, 1500], size=(n, 1)), 1021))
        X[::7] = centers[rng.integers(6, size=len(X[::7]))]
        labels, squared = nearest(X, centers, CREWS[seed])
        rows = np.arange(n)
        assert reference.may_be_nearest(X, centers)[rows, labels].all()
        with np.errstate(over="ignore", under="ignore"):
            exact = reference.squared_distances(X, centers, np.longdouble)[rows, labels].astype(float)
        np.testing.assert_allclose(squared, exact, rtol=2e-15, atol=5e-324)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("scale", [-900, -400, 400, 900])
def test_scales_change_no_bit(scale, seed):
    rng = np.random.default_rng(seed)
    X, centers = rng.normal(size=(300, 4)), rng.normal(size=(9, 4))
    X[:50] = (centers[rng.integers(9, size=50)] + centers[rng.integers(9, size=50)]) / 2
    expected, squared = nearest(X, centers)
    labels, scaled = nearest(np.ldexp(X, scale), np.ldexp(centers, scale))
    np.testing.assert_array_equal(labels, expected)
    with np.errstate(over="ignore", under="ignore"):
        np.testing.assert_array_equal(scaled, np.ldexp(squared, 2 * scale))


# ------------------------------------------------------------------------------------------- wrong numbers


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [3, 20, 5000])
def test_the_first_row_that_is_not_finite_is_named(n, dtype, value):
    rng = np.random.default_rng(n)
    centers = rng.normal(size=(3, 5))
    for crew in CREWS:
        X = with_stride(rng.normal(size=(n, 5)).astype(dtype), rng)
        first = int(rng.integers(n))
        X[first:, 2] = value
        labels = np.empty(n, dtype=np.int32)
        with Job("nearest", X, centers, labels, None, n_slots=crew[0]) as job:
            assert job.run_by_threads(crew[1]) == [BAD_ARGUMENT] * crew[0]
            assert job.run() == BAD_ARGUMENT
            assert last_error().startswith(f"X: row {first}, column 2 is ")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("n", [1, 100])
def test_centers_must_be_finite(n, value):
    centers = np.ones((4, 3), dtype=np.float32)
    centers[2, 1] = value
    with Job("nearest", np.ones((n, 3)), centers, np.empty(n, np.int32), None) as job:
        assert job.run() == BAD_ARGUMENT
        assert last_error().startswith("centers: row 2, column 1 is ")


# ------------------------------------------------------------------------------------------- phases


def test_a_small_job_is_done_in_one_call_of_any_slot():
    for n in (1, 100):
        labels = np.empty(n, np.int32)
        with Job("nearest", np.ones((n, 3)), np.eye(3) + 1, labels, None, n_slots=256) as job:
            assert job.run(255) == OK
        assert not labels.any()


def test_progress_comes_to_its_end():
    X = np.random.default_rng(0).normal(size=(30_000, 8))
    with Job("nearest", X, X[:200], np.empty(len(X), np.int32), None) as job:
        assert job.progress() == ("centers", 0, 1)
        seen = []
        while job.run(0, 0.0) == MORE:
            seen.append(job.progress())
        done = [done for stage, done, _ in seen if stage == "labels"]
        assert done == sorted(done) and len(set(done)) > 1
        assert job.progress() == ("labels", len(X), len(X))


# ------------------------------------------------------------------------------------------- in Python


@pytest.mark.parametrize("n", [4, 400])
def test_predict_honors_centers_set_by_hand(n):
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, 3)) * 3
    model = coterie.KMeans(2, n_init=1, random_state=0).fit(X)
    whole = rng.integers(-3, 4, size=(5, 3))
    for centers in (
        whole,
        whole.astype(np.float32),
        whole.astype(float)[::-1],
        np.asfortranarray(whole, dtype=float),
        whole.astype(">f8"),
        np.repeat(whole, 2, axis=1)[:, ::2],
    ):
        model.cluster_centers_ = centers
        np.testing.assert_array_equal(model.predict(X), reference.nearest(X, centers))


@pytest.mark.parametrize("n_threads", [1, 2, 7, 1000])
def test_any_number_of_threads_gives_the_same_labels(n_threads):
    rng = np.random.default_rng(0)
    X, centers = rng.normal(size=(20_000, 6)).round(1), rng.normal(size=(90, 6)).round(1)
    np.testing.assert_array_equal(_assignment.nearest(X, centers, n_threads), _assignment.nearest(X, centers, 1))


def test_arrays_that_do_not_fit_are_refused():
    X, centers, labels = np.ones((4, 3)), np.ones((2, 3)), np.empty(4, np.int32)
    for wrong in (
        (X, np.ones((2, 4)), labels),
        (X, centers, labels[:3]),
        (X, centers, labels.astype(np.int64)),
        (X.astype(int), centers, labels),
        (X[0], centers, labels),
        (X, centers.astype(">f8"), labels),
    ):
        with pytest.raises(ValueError):
            jobs.Nearest(*wrong, 1)
    for wrong in ((np.asfortranarray(X), centers, labels), (X, centers, None)):
        with pytest.raises((ValueError, TypeError, BufferError)):
            jobs.Nearest(*wrong, 1)
