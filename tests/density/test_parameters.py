"""Parameters of DBSCAN, distances that are refused, and warnings that say what to try."""

import functools
import warnings

import numpy as np
import pytest
from reference.dbscan_cases import Rows, X

from coterie import DBSCAN, ClusteringWarning, dbscan

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        *(
            (
                {"eps": eps},
                rf"The 'eps' parameter of DBSCAN must be a float in the range \(0\.0, inf\)\. Got {text} instead",
            )
            for eps, text in ((0, "0"), (-1, "-1"), (np.nan, "nan"), (np.inf, "inf"), ("a", "'a'"), (None, "None"))
        ),
        *(
            (
                {"min_samples": n},
                rf"The 'min_samples' parameter of DBSCAN must be an int in the range \[1, inf\)\. Got {n} ",
            )
            for n in (0, -3, 1.0, None)
        ),
        *(
            ({"p": p}, r"The 'p' parameter of DBSCAN must be a float in the range \[0\.0, inf\) or None\.")
            for p in (-1, np.inf, np.nan, "2")
        ),
        (
            {"leaf_size": 0},
            r"The 'leaf_size' parameter of DBSCAN must be an int in the range \[1, inf\)\. Got 0 instead",
        ),
        ({"algorithm": "tree"}, "The 'algorithm' parameter of DBSCAN must be a str among {.*'brute'.*}. Got 'tree'"),
        (
            {"metric": "far"},
            "The 'metric' parameter of DBSCAN must be a str among {.*'precomputed'} or a callable. Got",
        ),
        ({"metric_params": 3}, "The 'metric_params' parameter of DBSCAN must be an instance of 'dict' or None. Got 3"),
        ({"n_jobs": 0.5}, "The 'n_jobs' parameter of DBSCAN must be an int other than 0 or None. Got 0.5 instead"),
        ({"metric": "minkowski", "p": 0}, "p must be greater than 0, got 0"),
    ],
)
def test_bad_parameters_are_refused(params, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        DBSCAN(**params).fit(X)


def test_p_counts_for_minkowski_only():
    near = {
        name: DBSCAN(1, min_samples=1, metric=metric, **params).fit([[0, 0], [0.75, 0.75]]).labels_.tolist()
        for name, metric, params in (
            ("1", "minkowski", {"p": 1}),
            ("2", "minkowski", {}),
            ("3", "minkowski", {"p": 3}),
            ("inside", "minkowski", {"metric_params": {"p": 3}}),
            ("other", "euclidean", {"p": 3}),
        )
    }
    assert near == {"1": [0, 1], "2": [0, 1], "3": [0, 0], "inside": [0, 0], "other": [0, 1]}


def test_p_given_twice_is_said():
    with pytest.warns(SyntaxWarning, match=r"^Parameter p is found in metric_params. The corresponding parameter"):
        _, labels = dbscan([[0, 0], [0.75, 0.75]], 1, min_samples=1, metric_params={"p": 3})
    assert labels.tolist() == [0, 0]


def test_metric_params_go_to_a_callable():
    def distance(x, y, scale):
        return scale * abs(x[0] - y[0])

    labels = dbscan([[0.0], [1.0]], 1.5, min_samples=2, metric=distance, metric_params={"scale": 2})[1]
    assert labels.tolist() == [-1, -1]
    with pytest.raises(TypeError, match=r"no argument 'w'.* weighted by scaling"):
        dbscan(X, metric_params={"w": [1, 2]})


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)), "^Precomputed matrix must be square. Input is a 2x3 matrix.$"),
        ([[0, 1], [-1, 0]], "^Negative values in data passed to X. The least is at row 1, column 0.$"),
        ([[0, np.inf], [1, 0]], "^Input X contains infinity .* First at row 0, column 1"),
        (Rows((np.ones(1), np.zeros(1, int), np.array([0, 1, 1])), (2, 3)), "^Precomputed matrix must be square."),
        (
            Rows((-np.ones(1), np.zeros(1, int), np.array([0, 1, 1])), (2, 2)),
            "^Negative values in data passed to precomputed distance matrix",
        ),
    ],
)
def test_bad_distances_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        dbscan(matrix, metric="precomputed")


def test_distances_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match=r"^Some distances to row 0 are not numbers: the metric 'braycurtis' is"):
        dbscan(np.zeros((3, 2)), metric="braycurtis")
    with pytest.raises(ValueError, match=r"^Some distances to row 70 are not numbers"):
        dbscan(np.arange(80.0)[:, None], metric=lambda x, y: np.nan if x[0] == 70 else 1.0)


# ------------------------------------------------------------------------------------------- warnings


def messages(data, *arguments, **params):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        DBSCAN(*arguments, **params).fit(data)
    assert all(issubclass(each.category, ClusteringWarning) and each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


def test_a_good_result_needs_no_warning():
    assert not messages(X, 0.5)


def test_without_core_points_it_says_what_to_try():
    (message,) = messages(X, 1e-3)
    assert message == (
        "There is no cluster: no row has min_samples=5 rows within eps=0.001, itself included. Try a larger eps or "
        "fewer min_samples, or scale the features if their units differ. coterie.selection.suggest_eps proposes an "
        "eps."
    )


def test_one_cluster_of_all_rows_is_said():
    (message,) = messages(X, 99)
    assert message.startswith("All 90 rows are in one cluster. Try a smaller eps than 99 or more min_samples than 5")
    assert not messages(X[:1], 99, min_samples=1)


def test_much_noise_is_said():
    (message,) = messages(X, 0.1, min_samples=3)
    noise = np.count_nonzero(DBSCAN(0.1, min_samples=3).fit(X).labels_ < 0)
    assert 45 < noise < 90 and message.startswith(f"{noise} of 90 rows are noise. Try a larger eps than 0.1 or fewer ")


@pytest.mark.parametrize("params", [{"metric": "precomputed"}, {"metric": "cosine", "eps": 1e-9}])
def test_scaling_is_advised_only_where_it_can_help(params):
    (message,) = messages(9 - 9 * np.eye(9), **params)
    assert "scale the features" not in message
    assert ("suggest_eps" in message) == (params["metric"] == "cosine")


def test_float32_numbers_too_large_for_eps_are_said():
    rng = np.random.RandomState(12)
    data = (1e7 + np.concatenate([X, X])).astype(np.float32)
    *_, message = messages(data, 0.5)
    assert message == (
        "The data are float32 numbers up to 1e+07, where the next one is 1 away, and eps=0.5 is not large against "
        "that. Labels are those of the numbers as given, computed in float64. If they were rounded to float32, "
        "subtract an offset before, or pass float64."
    )
    np.testing.assert_array_equal(DBSCAN(0.5).fit(data).labels_, DBSCAN(0.5).fit(data.astype(float)).labels_)
    assert not messages(X.astype(np.float32), 0.5)
    assert not [each for each in messages(data.astype(float), 0.5) if "float32" in each]
    assert not [
        each
        for each in messages(abs(rng.normal(size=(20, 3))).astype(np.float32) * 1e9, 1e-4, metric="cosine")
        if "float32" in each
    ]


def test_warnings_as_errors_leave_the_estimator_as_it_was():
    model = functools.partial(DBSCAN, 0.5)().fit(X)
    before = vars(model).copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ClusteringWarning):
            model.set_params(eps=1e-9).fit(X)
    assert vars(model).keys() == before.keys() and model.labels_ is before["labels_"]
