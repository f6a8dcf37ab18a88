"""scikit-learn's contract: what every estimator offers, with and without scikit-learn around.

Pipelines, searches, workers and pickles are in pipelines/.

A new estimator joins ESTIMATORS.
"""

import copy
import functools
import pickle
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import pytest

import coterie
from coterie import (
    DBSCAN,
    HDBSCAN,
    OPTICS,
    AgglomerativeClustering,
    BisectingKMeans,
    ConvergenceWarning,
    DivisiveClustering,
    KMeans,
    KMedians,
    KMedoids,
    KModes,
    KPrototypes,
    MiniBatchKMeans,
    NotFittedError,
    SizeConstrainedKMeans,
    SphericalKMeans,
)
from coterie._base.clusterer import Clusterer
from coterie._base.estimator import Estimator, Transformer
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler


class ColumnScaler(Scaler):
    """scikit-learn's checks of sparse data take a class named Scaler for another one, and set `with_mean` of that."""


ESTIMATORS = [
    KMeans(),
    BisectingKMeans(init="k-means++"),  # random rows are others where a row is repeated instead of weighted
    SizeConstrainedKMeans(),
    KMedians(),
    MiniBatchKMeans(),
    SphericalKMeans(),
    KMedoids(),
    KModes(),
    KPrototypes(),
    ColumnScaler(),
    AgglomerativeClustering(),
    DivisiveClustering(),
    DBSCAN(1.0),
    HDBSCAN(),
    OPTICS(),
    NearestNeighbors(),
]

X = np.random.RandomState(0).normal(size=(60, 3))

each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda estimator: type(estimator).__name__)
each_transformer = pytest.mark.parametrize(
    "estimator",
    [each for each in ESTIMATORS if isinstance(each, Transformer)],
    ids=lambda estimator: type(estimator).__name__,
)


def run(code):
    """Run `code` in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------- scikit-learn's own checks


# Checks of scikit-learn that ask for what a method can't do.
OTHERWISE = {
    "KModes": (
        "check_clustering",  # of numbers that are all different: each is a category of its own
        "check_sample_weight_equivalence_on_dense_data",  # rows in another order start elsewhere; from the same start
    ),
    # Other numbers of rows are other batches. scikit-learn's own is expected to fail these, too.
    "MiniBatchKMeans": (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
    ),
    "KPrototypes": ("check_sample_weight_equivalence_on_dense_data",),  # they are equivalent: tests/kmodes
}


def scikit_learns_checks():
    try:
        from sklearn.utils import estimator_checks
    except ImportError:
        yield pytest.param(None, None, id="scikit-learn", marks=pytest.mark.skip("scikit-learn is not installed"))
        return
    for estimator in ESTIMATORS:
        name = type(estimator).__name__
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*does not inherit from `sklearn.base.BaseEstimator`")
            checks = [check for _, check in estimator_checks.estimator_checks_generator(estimator)]
        if isinstance(estimator, Clusterer):  # without ClusterMixin the generator leaves these out, and says nothing
            checks += [functools.partial(check, name) for check in estimator_checks._yield_clustering_checks(estimator)]
        for check in checks:
            plain, keywords = check, {}
            while isinstance(plain, functools.partial):
                plain, keywords = plain.func, {**plain.keywords, **keywords}
            others = ("check_array_api_input", *OTHERWISE.get(name, ()))  # the former is for those that claim it
            if plain.__name__ not in others:
                yield pytest.param(estimator, check, id="-".join([name, plain.__name__, *keywords]))


@pytest.mark.parametrize(("estimator", "check"), list(scikit_learns_checks()))
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_check(estimator, check):
    check(copy.deepcopy(estimator))


# ------------------------------------------------------------------------------------------- parameters


class Wrapper(Estimator):
    """An estimator with a parameter that is an estimator."""

    def __init__(self, inner=None, size=1):
        self.inner = inner
        self.size = size


@each_estimator
def test_params_are_those_of_the_constructor(estimator):
    params = estimator.get_params()
    again = type(estimator)(**params)
    assert again.get_params() == params
    assert vars(again) == vars(estimator)


def test_set_params_changes_and_returns_the_estimator():
    model = KMeans()
    assert model.set_params(n_clusters=3, tol=0.5) is model
    assert (model.n_clusters, model.tol) == (3, 0.5)


def test_params_reach_into_a_nested_estimator():
    outer = Wrapper(KMeans(4))
    params = outer.get_params()
    assert params["inner__n_clusters"] == 4 and params["inner"] is outer.inner
    assert "inner__n_clusters" not in outer.get_params(deep=False)
    outer.set_params(inner__n_clusters=5, size=2)
    assert (outer.inner.n_clusters, outer.size) == (5, 2)
    outer.set_params(inner=KMeans(6), inner__tol=0.25)
    assert (outer.inner.n_clusters, outer.inner.tol) == (6, 0.25)


def test_an_unknown_param_is_named_and_nothing_is_set():
    model = KMeans()
    with pytest.raises(
        ValueError,
        match=r"^Invalid parameter 'clusters' for estimator KMeans\(\)\. "
        r"Valid parameters are: \['algorithm', .*'verbose'\]\.$",
    ):
        model.set_params(n_clusters=3, clusters=4)
    assert model.n_clusters == 8


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (KMeans(), "KMeans()"),
        (KMeans(8), "KMeans()"),
        (KMeans(3), "KMeans(n_clusters=3)"),
        (KMeans(3, init="random", tol=1e-5), "KMeans(n_clusters=3, init='random', tol=1e-05)"),
        (KMeans(1, init=np.zeros((1, 2))), "KMeans(n_clusters=1, init=array([[0., 0.]]))"),
        (KMeans(50, init=np.zeros((50, 2))), "KMeans(n_clusters=50, init=<ndarray of shape (50, 2)>)"),
        (Wrapper(KMeans(2)), "Wrapper(inner=KMeans(n_clusters=2))"),
    ],
)
def test_repr_shows_what_differs_from_the_defaults(model, text):
    assert repr(model) == text


# ------------------------------------------------------------------------------------------- state


def test_a_copy_is_independent():
    model = KMeans(3, random_state=0).fit(X)
    other = copy.copy(model).set_params(n_clusters=2).fit(X[:, :2])
    assert model.n_clusters == 3 and model.n_features_in_ == 3 and other.n_features_in_ == 2


@each_estimator
def test_methods_before_fit_say_so(estimator):
    model = copy.deepcopy(estimator)
    for method in {"predict", "transform", "inverse_transform", "score"} & set(dir(model)):
        with pytest.raises(NotFittedError, match=r"^This \w+ instance is not fitted yet\. Call 'fit' with appropriate"):
            getattr(model, method)(X)
    for method in {"get_feature_names_out", "cut"} & set(dir(model)):
        with pytest.raises(NotFittedError):
            getattr(model, method)()


def bad_fits():
    def fail(*args, **kwargs):
        raise KeyboardInterrupt

    yield "bad data", {}, {"X": [[np.nan]]}
    yield "bad parameter", {"n_clusters": 0}, {"X": X}
    yield "too few rows", {"n_clusters": 99}, {"X": X}
    yield "bad weights", {}, {"X": X, "sample_weight": [1.0]}
    yield "callback", {}, {"X": X[:, :1], "callback": lambda *report: False}
    yield "interrupted", {"init": fail}, {"X": X[:, :1]}
    yield "warning as error", {}, {"X": np.ones((60, 3))}


@pytest.mark.parametrize(
    ("params", "arguments"), [each[1:] for each in bad_fits()], ids=[each[0] for each in bad_fits()]
)
@pytest.mark.parametrize("fitted_before", [False, True])
@pytest.mark.filterwarnings("error")
def test_a_fit_that_fails_leaves_the_estimator_as_it_was(params, arguments, fitted_before):
    model = KMeans(3, random_state=0)
    if fitted_before:
        pd = pytest.importorskip("pandas")
        model.fit(pd.DataFrame(X, columns=["a", "b", "c"]))
    model.set_params(**params)
    before = vars(model).copy()
    with pytest.raises(BaseException):  # noqa: B017
        model.fit(**arguments)
    assert vars(model).keys() == before.keys() and all(vars(model)[name] is before[name] for name in before)


def test_fit_sets_nothing_before_the_end():
    model = KMeans(3, random_state=0)
    before, during = vars(model).copy(), []
    model.fit(X, callback=lambda *report: during.append(vars(model) == before))
    assert during and all(during)


# ------------------------------------------------------------------------------------------- errors and warnings


def not_fitted():
    with pytest.raises(NotFittedError) as caught:
        KMeans().predict(X)
    return caught.value


def test_not_fitted_is_also_a_value_and_an_attribute_error():
    assert isinstance(not_fitted(), (ValueError, AttributeError))
    assert issubclass(NotFittedError, ValueError) and issubclass(NotFittedError, AttributeError)
    assert issubclass(ConvergenceWarning, UserWarning)


def test_errors_and_warnings_can_be_caught_as_scikit_learns():
    exceptions = pytest.importorskip("sklearn.exceptions")
    with pytest.raises(exceptions.NotFittedError):
        KMeans().predict(X)
    with pytest.warns(exceptions.ConvergenceWarning):
        KMeans(2).fit(np.ones((4, 1)))
    with pytest.warns(ConvergenceWarning):
        KMeans(2).fit(np.ones((4, 1)))


@pytest.mark.parametrize("first", ["import coterie, sklearn.exceptions", "import sklearn.exceptions, coterie"])
def test_errors_can_be_caught_whatever_was_imported_first(first):
    pytest.importorskip("sklearn")
    run(f"""
        {first}
        for kind in (coterie.NotFittedError, sklearn.exceptions.NotFittedError):
            try:
                coterie.KMeans().predict([[1.0]])
            except kind:
                pass
        """)


def test_errors_can_be_caught_as_ours_without_scikit_learn_and_once_it_is_there():
    pytest.importorskip("sklearn")
    run("""
        import sys, coterie
        def fails_with(kind):
            try:
                coterie.KMeans().predict([[1.0]])
            except kind as error:
                return type(error)
        assert fails_with(coterie.NotFittedError) is coterie.NotFittedError
        assert "sklearn" not in sys.modules
        import sklearn.exceptions
        assert fails_with(sklearn.exceptions.NotFittedError) is fails_with(coterie.NotFittedError)
        """)


def test_errors_survive_pickling():
    pytest.importorskip("sklearn.exceptions")
    error = not_fitted()
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and again.args == error.args
    plain = pickle.loads(pickle.dumps(ConvergenceWarning("text")))
    assert isinstance(plain, ConvergenceWarning) and plain.args == ("text",)


def test_an_error_pickled_beside_scikit_learn_loads_without_it():
    pytest.importorskip("sklearn.exceptions")
    data = pickle.dumps(not_fitted())
    run(f"""
        import pickle, sys, coterie
        error = pickle.loads({data!r})
        assert type(error) is coterie.NotFittedError and "sklearn" not in sys.modules
        """)


def test_names_in_tracebacks_are_those_that_users_import():
    assert NotFittedError.__module__ == type(not_fitted()).__module__ == "coterie"


# ------------------------------------------------------------------------------------------- output of transform


def test_names_of_new_columns():
    model = KMeans(3, random_state=0).fit(X)
    assert model.get_feature_names_out().tolist() == ["kmeans0", "kmeans1", "kmeans2"]
    assert model.get_feature_names_out(["a", "b", "c"]).dtype == object
    with pytest.raises(ValueError, match=r"^input_features should have length equal to number of features \(3\)"):
        model.get_feature_names_out(["a"])


def test_names_of_new_columns_check_the_old_ones():
    pd = pytest.importorskip("pandas")
    model = KMeans(2, random_state=0).fit(pd.DataFrame(X, columns=["a", "b", "c"]))
    model.get_feature_names_out(["a", "b", "c"])
    with pytest.raises(ValueError, match=r"^input_features is not equal to feature_names_in_$"):
        model.get_feature_names_out(["a", "b", "d"])


def test_output_as_a_pandas_table_keeps_the_index():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=["a", "b", "c"], index=np.arange(60)[::-1])
    model = KMeans(2, random_state=0).set_output(transform="pandas")
    table = model.fit_transform(frame)
    assert isinstance(table, pd.DataFrame) and table.columns.tolist() == ["kmeans0", "kmeans1"]
    pd.testing.assert_index_equal(table.index, frame.index)
    assert isinstance(model.set_output(transform=None).transform(frame), pd.DataFrame)
    array = model.set_output(transform="default").transform(frame)
    np.testing.assert_array_equal(array, table)
    assert isinstance(array, np.ndarray)


def test_output_as_a_polars_table():
    pl = pytest.importorskip("polars")
    table = KMeans(2, random_state=0).set_output(transform="polars").fit_transform(X)
    assert isinstance(table, pl.DataFrame) and table.columns == ["kmeans0", "kmeans1"] and table.shape == (60, 2)


@each_transformer
@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_output_has_the_names_and_the_type_of_the_array(estimator, kind):
    library = pytest.importorskip(kind)
    for data in (X, X.astype(np.float32)):
        model = copy.deepcopy(estimator).fit(data)
        array = model.transform(data)
        table = model.set_output(transform=kind).transform(data)
        np.testing.assert_array_equal(table, array)
        for each in (table, model.fit_transform(data)):
            assert isinstance(each, library.DataFrame)
            assert list(each.columns) == model.get_feature_names_out().tolist()
            assert np.asarray(each).dtype == array.dtype == data.dtype


@each_transformer
def test_output_of_a_library_that_is_not_installed(estimator, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    model = copy.deepcopy(estimator).set_output(transform="polars").fit(X)
    with pytest.raises(ImportError, match=r"^transform can't return a table of polars: pip install polars$"):
        model.transform(X)


def test_output_of_an_unknown_kind():
    model = KMeans(2, random_state=0).set_output(transform="arrow").fit(X)
    with pytest.raises(ValueError, match=r"^output config must be in \['default', 'pandas', 'polars'\], got arrow$"):
        model.transform(X)


def test_output_follows_scikit_learns_setting():
    pd = pytest.importorskip("pandas")
    sklearn = pytest.importorskip("sklearn")
    model = KMeans(2, random_state=0).fit(X)
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(model.transform(X), pd.DataFrame)
        assert isinstance(model.set_output(transform="default").transform(X), np.ndarray)


# ------------------------------------------------------------------------------------------- inside scikit-learn


@each_estimator
def test_scikit_learn_takes_it_for_what_it_is(estimator):
    base = pytest.importorskip("sklearn.base")
    from sklearn.utils import get_tags

    tags = get_tags(estimator)
    assert base.is_clusterer(estimator) == isinstance(estimator, Clusterer)
    assert not base.is_classifier(estimator) and not base.is_regressor(estimator)
    assert tags.transformer_tags is None or tags.transformer_tags.preserves_dtype == ["float64", "float32"]
    takes_sparse = isinstance(estimator, (DBSCAN, HDBSCAN, OPTICS)) or getattr(estimator, "_takes_sparse", False)
    assert tags.input_tags.sparse == takes_sparse and not tags.target_tags.required


@each_estimator
def test_clone_gives_an_unfitted_estimator_with_the_same_parameters(estimator):
    base = pytest.importorskip("sklearn.base")
    model = copy.deepcopy(estimator).fit(X)
    other = base.clone(model)
    assert other is not model and other.get_params() == model.get_params()
    assert vars(other) == vars(estimator)


@each_transformer
def test_clone_gives_the_same_kind_of_output(estimator):
    base = pytest.importorskip("sklearn.base")
    pytest.importorskip("pandas")
    other = base.clone(copy.deepcopy(estimator).set_output(transform="pandas").fit(X))
    assert not isinstance(other.fit_transform(X), np.ndarray)


# ------------------------------------------------------------------------------------------- metadata routing


def test_requests_need_routing_to_be_switched_on():
    pytest.importorskip("sklearn")
    with pytest.raises(RuntimeError, match="only available when metadata routing is enabled"):
        KMeans().set_fit_request(sample_weight=True)


def test_requests_are_kept_copied_and_reported():
    sklearn = pytest.importorskip("sklearn")
    with sklearn.config_context(enable_metadata_routing=True):
        model = KMeans()
        assert model.get_metadata_routing().fit.requests == {"sample_weight": None, "callback": None}
        assert model.set_fit_request(sample_weight=True).set_score_request(sample_weight="w") is model
        model.set_fit_request(callback=False)
        routing = sklearn.base.clone(model).get_metadata_routing()
        assert routing.fit.requests == {"sample_weight": True, "callback": False}
        assert routing.score.requests == {"sample_weight": "w"}
        assert routing.predict.requests == {}
        with pytest.raises(TypeError):
            model.set_fit_request(weights=True)


# ------------------------------------------------------------------------------------------- without scikit-learn


def test_everything_but_routing_and_tags_works_without_scikit_learn():
    run("""
        import pickle, sys
        import numpy as np
        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] in {"sklearn", "scipy", "joblib", "pandas", "polars", "pyarrow"}:
                    raise ImportError(name)
        sys.meta_path.insert(0, Refuse())
        from coterie import AgglomerativeClustering, DivisiveClustering, KMeans, NotFittedError
        X = np.arange(12.0).reshape(6, 2)
        model = KMeans(2, random_state=0)
        model.fit_predict(X); model.fit_transform(X); model.score(X); model.get_feature_names_out()
        model = pickle.loads(pickle.dumps(model.set_params(n_clusters=3).fit(X)))
        assert repr(model) == "KMeans(n_clusters=3, random_state=0)"
        for linkage in ("ward", "single", "average"):
            AgglomerativeClustering(3, linkage=linkage).fit(X).predict(X)
        DivisiveClustering(3).fit(X).cut(min_size=2)
        try:
            model.set_output(transform="pandas").transform(X)
        except ImportError:
            pass
        else:
            raise AssertionError
        """)


def test_public_names_are_there():
    assert {
        "AgglomerativeClustering",
        "DivisiveClustering",
        "KMeans",
        "k_means",
        "kmeans_plusplus",
        "NotFittedError",
        "ConvergenceWarning",
    } <= set(coterie.__all__)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in coterie.__all__:
            getattr(coterie, name)
