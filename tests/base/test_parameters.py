"""What is said about parameters that are out of range."""

import re

import numpy as np
import pytest

from coterie import KMeans, k_means, kmeans_plusplus
from coterie._base.parameters import check_n_clusters

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


INIT = (
    "a str among {'k-means++', 'k-means||', 'random'}, a callable, an array-like or a fitted model with "
    "cluster_centers_"
)


@pytest.mark.parametrize("use", [fit, lambda data: k_means(data, 2), lambda data: kmeans_plusplus(data, 2)])
def test_more_clusters_than_rows(use):
    with pytest.raises(ValueError, match=r"^n_samples=1 should be >= n_clusters=2\.$"):
        use(X[:1])
    check_n_clusters(2, 2)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("n_clusters", 0, "an int in the range [1, inf)"),
        ("n_clusters", 2.5, "an int in the range [1, inf)"),
        ("n_clusters", True, "an int in the range [1, inf)"),
        ("n_clusters", None, "an int in the range [1, inf)"),
        ("init", "k-means", INIT),
        ("init", 3, INIT),
        ("n_init", 0, "a str among {'auto'} or an int in the range [1, inf)"),
        ("n_init", "warn", "a str among {'auto'} or an int in the range [1, inf)"),
        ("max_iter", 0, "an int in the range [1, inf)"),
        ("tol", -1e-4, "a float in the range [0.0, inf)"),
        ("tol", float("nan"), "a float in the range [0.0, inf)"),
        ("tol", float("inf"), "a float in the range [0.0, inf)"),
        ("tol", "small", "a float in the range [0.0, inf)"),
        ("verbose", -1, "an int in the range [0, inf), an instance of 'bool' or an instance of 'numpy.bool'"),
        ("copy_x", 1, "an instance of 'bool' or an instance of 'numpy.bool'"),
        ("algorithm", "full", "a str among {'lloyd', 'elkan'}"),
        (
            "random_state",
            -1,
            "an int in the range [0, 4294967295], an instance of 'numpy.random.RandomState', "
            "an instance of 'numpy.random.Generator' or None",
        ),
        (
            "random_state",
            2**32,
            "an int in the range [0, 4294967295], an instance of 'numpy.random.RandomState', "
            "an instance of 'numpy.random.Generator' or None",
        ),
        ("n_jobs", 0, "an int other than 0 or None"),
        ("n_jobs", 1.5, "an int other than 0 or None"),
    ],
)
def test_parameters_out_of_range(name, value, rule):
    sentence = re.escape(f"must be {rule}. Got {value!r} instead.")
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of KMeans {sentence}$"):
        KMeans(**{name: value}).fit(X)
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of k_means {sentence}$"):
        k_means(X, **{"n_clusters": 2, name: value})


def test_parameters_of_the_functions_out_of_range():
    with pytest.raises(
        ValueError,
        match=r"^The 'n_local_trials' parameter of kmeans_plusplus must be an int in the "
        r"range \[1, inf\) or None\. Got 0 instead\.$",
    ):
        kmeans_plusplus(X, 2, n_local_trials=0)
    with pytest.raises(ValueError, match=r"^The 'return_n_iter' parameter of k_means must be an instance of 'bool'"):
        k_means(X, 2, return_n_iter="yes")
    with pytest.raises(ValueError, match=r"^The length of x_squared_norms 2 should be equal to the length of"):
        kmeans_plusplus(X, 2, x_squared_norms=[1.0, 2.0])


def test_numbers_beyond_the_kernels_are_refused_in_short():
    for name, value in (
        ("max_iter", 2**63),
        ("n_init", 10**400),
        ("n_clusters", 10**5000),
        ("tol", 10**400),
        ("tol", 1j),
        ("n_clusters", 1j),
        ("tol", "x" * 10**6),
    ):
        with pytest.raises(ValueError, match=f"^The '{name}' parameter of KMeans must be") as caught:
            KMeans(**{name: value}).fit(X)
        assert len(str(caught.value)) < 1000


def test_draws_beyond_memory_are_refused():
    with pytest.raises(MemoryError, match=r"2,199,023,255,552 draws for each center \(n_local_trials\)"):
        kmeans_plusplus(X, 2, n_local_trials=2**41)


def test_numpy_numbers_are_as_good_as_pythons():
    fit(
        X,
        n_clusters=np.int32(2),
        n_init=np.uint8(1),
        tol=np.float32(0),
        verbose=np.bool_(False),
        n_jobs=np.int64(1),
        copy_x=np.bool_(True),
        random_state=np.int64(0),
    )


@pytest.mark.parametrize(
    ("init", "match"),
    [
        (X[:3], r"^The shape of the initial centers \(3, 3\) does not match the number of clusters 2\.$"),
        (
            X[:2, :2],
            r"^The shape of the initial centers \(2, 2\) does not match the number of features of the data 3\.$",
        ),
        (X[0], "^Expected 2D array, got 1D array instead"),
        (X[:2] * np.nan, "^Input init contains NaN"),
        ([["a", "b", "c"]] * 2, "^Input init holds text"),
    ],
)
def test_bad_starting_centers_get_a_clear_error(init, match):
    with pytest.raises(ValueError, match=match):
        fit(X, init=init)
    with pytest.raises(ValueError, match=match):
        fit(X, init=lambda X, n_clusters, random_state: init)


@pytest.mark.parametrize("callback", [1, "report", [], X])
def test_a_callback_is_callable(callback):
    with pytest.raises(TypeError, match=r"^callback must be callable, got"):
        KMeans(2).fit(X, callback=callback)


def test_a_difference_of_times_is_no_number():
    seconds = np.timedelta64(2, "s")
    for parameters in ({"n_clusters": seconds}, {"tol": seconds}, {"n_jobs": seconds}):
        with pytest.raises(ValueError, match=r"must be"):
            fit(X, **parameters)
