"""Scaler: the statistics, the contract, and scikit-learn's scalers as the peers."""

import pickle
import warnings

import numpy as np
import pytest
from reference.business import business_table

import coterie
from coterie import NotFittedError
from coterie._runtime.thresholds import thresholds
from coterie.scaling import METHODS, Scaler, variance_shares


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return np.abs(rng.normal(size=(500, 4)) * [1.0, 1e3, 1e-3, 50.0] + [0.0, 1e4, 5.0, 1e6])


PEERS = {"standard": "StandardScaler", "minmax": "MinMaxScaler", "robust": "RobustScaler"}


@pytest.mark.parametrize("method", PEERS)
def test_agrees_with_scikit_learn(method, X):
    peer = getattr(pytest.importorskip("sklearn.preprocessing"), PEERS[method])()
    np.testing.assert_allclose(Scaler(method).fit_transform(X), peer.fit_transform(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("method", PEERS)
def test_agrees_with_scikit_learn_where_values_are_missing(method, X):
    peer = getattr(pytest.importorskip("sklearn.preprocessing"), PEERS[method])()
    X[::7, 0] = X[3, 1:] = np.nan
    scaled = Scaler(method).fit_transform(X)
    np.testing.assert_allclose(scaled, peer.fit_transform(X), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(X))


def test_log_is_log1p_then_standard():
    X = np.array([[0.0, 3.0], [1.0, 1e6], [100.0, 0.5]])
    np.testing.assert_allclose(Scaler("log").fit_transform(X), Scaler().fit_transform(np.log1p(X)), rtol=1e-14)


def test_log_names_the_first_negative_value():
    X = np.ones((40_000, 2))
    X[39_999, 1] = -3.5
    with pytest.raises(ValueError, match=r"^Negative values in data.*'log'.*First -3\.5 at row 39999, column 1\.$"):
        Scaler("log").fit(X)
    with pytest.raises(ValueError, match="Negative values"):
        Scaler("log").fit(abs(X)).transform(X)


def test_log_names_the_column_of_a_table():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"row 1, column 1 \('heat'\)"):
        Scaler("log").fit(pandas.DataFrame({"mass": [1.0, 2.0], "heat": [1.0, -2.0]}))


def test_none_returns_an_equal_copy(X):
    scaled = Scaler("none").fit_transform(X)
    np.testing.assert_array_equal(scaled, X)
    assert not np.shares_memory(scaled, X)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inverse_transform_gives_the_data_back(method, dtype, X):
    X = X.astype(dtype)
    scaler = Scaler(method)
    scaled = scaler.fit_transform(X)
    assert scaled.dtype == scaler.inverse_transform(scaled).dtype == dtype
    error = abs(scaler.inverse_transform(scaled).astype(np.float64) - X)
    assert (error <= 8 * np.finfo(dtype).eps * X.max(axis=0)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_standard_is_exact_far_from_zero(dtype):
    X = (1e6 + np.array([[0.0], [1.0], [2.0], [3.0]])).astype(dtype)
    scaler = Scaler().fit(X)
    assert scaler.center_ == 1e6 + 1.5
    assert scaler.scale_ == pytest.approx(np.sqrt(1.25), rel=1e-15)
    np.testing.assert_allclose(scaler.transform(X).ravel(), (np.arange(4) - 1.5) / np.sqrt(1.25), rtol=1e-7)


@pytest.mark.parametrize("method", ["standard", "minmax"])
def test_values_of_any_size_do_not_overflow(method):
    scaled = Scaler(method).fit_transform([[1e200, 1e-200], [3e200, 3e-200], [2e200, 2e-200]])
    np.testing.assert_allclose(scaled[:, 0], scaled[:, 1], rtol=1e-12)
    assert (np.ptp(scaled, axis=0) > 0.9).all()


@pytest.mark.parametrize("method", ["standard", "minmax", "robust", "log"])
@pytest.mark.parametrize("value", [0.0, 3.3, 1e6 + 0.1])
def test_constant_column_becomes_zero(method, value):
    X = np.column_stack([np.full(100, value), np.arange(100.0)])
    scaler = Scaler(method)
    scaled = scaler.fit_transform(X)
    assert scaler.scale_[0] == 1.0
    np.testing.assert_allclose(scaled[:, 0], 0.0, atol=1e-15)
    np.testing.assert_allclose(scaler.inverse_transform(scaled)[:, 0], value, rtol=1e-15)


def test_the_smallest_numbers_have_a_scale():
    assert (Scaler().fit([[0.0], [5e-324]]).scale_ > 0).all()


def test_rounding_errors_are_no_variation():
    X = np.array([[0.3], [0.1 + 0.2]] * 10)
    assert Scaler().fit(X).scale_ == 1.0


def test_robust_scales_a_column_that_is_mostly_one_value():
    X = np.zeros((100, 1))
    X[:10, 0] = 1e6
    assert abs(Scaler("robust").fit_transform(X)).max() < 10


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", METHODS)
def test_column_without_a_value_stays_missing(method):
    X = np.column_stack([np.full(5, np.nan), np.arange(5.0)])
    scaler = Scaler(method)
    assert np.isnan(scaler.fit_transform(X)[:, 0]).all()
    assert (scaler.center_[0], scaler.scale_[0]) == (0.0, 1.0)


@pytest.mark.parametrize("method", METHODS)
def test_one_row(method):
    assert Scaler(method).fit_transform([[2.0, 3.0]]).tolist() == ([[2.0, 3.0]] if method == "none" else [[0.0, 0.0]])


@pytest.mark.parametrize("method", METHODS)
def test_input_of_any_layout_is_read_and_never_modified(method, X):
    expected = Scaler(method).fit_transform(X)
    X.flags.writeable = False
    for same in (X, np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], X.astype(">f8"), X.tolist()):
        np.testing.assert_array_equal(Scaler(method).fit_transform(same), expected)


@pytest.mark.parametrize("method", ["standard", "robust"])
def test_blocks_do_not_change_the_result(method, X, monkeypatch):
    expected = Scaler(method).fit_transform(X)
    monkeypatch.setattr(thresholds, "scaled_numbers", 10)
    np.testing.assert_allclose(Scaler(method).fit_transform(X), expected, rtol=1e-12, atol=1e-13)


def test_whole_numbers_become_float64():
    assert Scaler().fit_transform(np.arange(6).reshape(3, 2)).dtype == np.float64


def test_bad_input():
    with pytest.raises(ValueError, match=r"'method' parameter of Scaler must be a str among .* Got 'max' instead"):
        Scaler("max").fit([[1.0]])
    with pytest.raises(ValueError, match="infinity"):
        Scaler().fit([[1.0], [np.inf]])
    with pytest.raises(NotFittedError):
        Scaler().transform([[1.0]])
    with pytest.raises(NotFittedError):
        Scaler().inverse_transform([[1.0]])
    with pytest.raises(ValueError, match="X has 1 features, but Scaler is expecting 2 features"):
        Scaler().fit([[1.0, 2.0]]).inverse_transform([[1.0]])


def test_failed_fit_leaves_the_scaler_as_it_was():
    scaler = Scaler("log").fit([[1.0], [2.0]])
    before = scaler.center_
    with pytest.raises(ValueError):
        scaler.fit([[-1.0, 1.0]])
    assert scaler.center_ is before and scaler.n_features_in_ == 1


def test_names_tables_repr_and_pickle():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"mm": [1.0, 2.0, 3.0], "g": [10.0, 30.0, 20.0]}, index=[5, 6, 7])
    scaler = Scaler().set_output(transform="pandas").fit(frame)
    assert list(scaler.get_feature_names_out()) == ["mm", "g"]
    scaled = scaler.transform(frame)
    assert list(scaled.columns) == ["mm", "g"] and list(scaled.index) == [5, 6, 7]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # scaled rows, such as centers, need no names
        np.testing.assert_allclose(scaler.inverse_transform(scaled.to_numpy()), frame.to_numpy())
    assert repr(Scaler("log")) == "Scaler(method='log')"
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(scaler)).scale_, scaler.scale_)


@pytest.mark.filterwarnings("ignore:Estimator Scaler does not inherit")
@pytest.mark.parametrize("method", METHODS)
def test_passes_scikit_learns_check_estimator(method):
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    reason = "the check knows an estimator called Scaler and sets a parameter of that one"
    expected = {f"check_estimator_sparse_{kind}": reason for kind in ("array", "matrix", "container")}
    checks.check_estimator(Scaler(method), expected_failed_checks=expected, on_skip=None)


# ------------------------------------------------------------------------------------------- each column by its kind


def mixed(n=300, seed=0):
    """Columns of six kinds."""
    rng = np.random.default_rng(seed)
    return np.column_stack(
        [
            np.exp(rng.normal(3, 1, n)),
            rng.normal(50, 10, n),
            np.arange(n) % 50 == 0,
            rng.binomial(3, 0.06, n),
            rng.poisson(6, n),
            np.full(n, 7.0),
        ]
    )


MIXED = ["long_tail", "amount", "binary", "count", "count", "constant"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_auto_scales_each_column_by_its_kind(dtype):
    X = mixed().astype(dtype)
    X[::10, 1] = np.nan
    scaler = Scaler("auto")
    scaled = scaler.fit_transform(X)
    assert scaler.kinds_.tolist() == MIXED
    assert scaler.methods_.tolist() == ["log", "standard", "range", "step", "step", "standard"]
    X = X.astype(np.float64)
    unit = np.percentile(X[:, 0], 50, method="lower") / 10
    expected = np.column_stack([np.log1p(X[:, 0] / unit), X[:, 1:]])
    spread = np.nanstd(expected, axis=0)
    assert spread[3] < 1 < spread[4]
    expected = (expected - np.nanmean(expected, axis=0)) / [*spread[:2], 1, 1, spread[4], 1]
    np.testing.assert_allclose(scaled, expected, rtol=0, atol=2e-5 if dtype == np.float32 else 1e-12)
    shares = np.nanvar(expected, axis=0) / np.nanvar(expected, axis=0).sum()
    np.testing.assert_allclose(scaler.variance_shares_, shares, atol=1e-6)


def test_auto_describes_what_it_did():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(mixed()[:, :3], columns=["spend", "heat", "news"])
    scaler = Scaler("auto").fit(X)
    spend, heat, news = scaler.describe().splitlines()
    assert spend.startswith("spend (long tail): logarithm of 1 + x / 1.") and heat.startswith("heat (amount): mean 0")
    assert news == "news (binary): mean 0, and the difference between its two values, 1, is 1"
    assert Scaler("minmax").fit(X).describe() == "all columns: smallest value 0, largest value 1"
    with pytest.warns(coterie.FeatureScaleWarning, match=r"^spend holds 98% of the variance after scaling"):
        lopsided_one = Scaler("auto").fit(X[["spend", "news"]])
    assert lopsided_one.describe().splitlines()[0].endswith("; holds 98% of the variance")


@pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")  # of "robust"
@pytest.mark.parametrize("number", [1, 3, 5])
def test_auto_lets_k_means_find_the_groups_of_business_tables(number):
    table = business_table(number)
    agreement = {
        method: coterie.scores.adjusted_rand_score(
            table.groups,
            coterie.KMeans(3, n_init=3, random_state=0).fit(Scaler(method).fit_transform(table.numbers())).labels_,
        )
        for method in ("auto", "standard", "robust")
    }
    assert agreement["auto"] > max(0.95, agreement["standard"], agreement["robust"])


def test_auto_keeps_the_shape_of_maps():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(50, 1, 90), rng.normal(10, 4, 90), rng.normal(5, 9, 90)])
    scaler = Scaler("auto", kinds=["latitude", "longitude", None]).fit(X)
    np.testing.assert_allclose(scaler.scale_, X.std(axis=0)[[1, 1, 2]], rtol=1e-12)


def test_auto_takes_negative_values_of_new_rows_and_gives_them_back():
    scaler = Scaler("auto").fit(mixed())
    new = mixed(seed=1)[:20]
    new[0] = [-500.0, -1e6, 3.0, -1.0, 99.0, 0.0]
    np.testing.assert_allclose(scaler.inverse_transform(scaler.transform(new)), new, rtol=1e-12, atol=1e-12)
    assert scaler.transform(new)[0, 0] < scaler.transform(0 * new)[0, 0]


def test_auto_can_be_overruled():
    X = mixed()
    assert Scaler("auto", kinds={1: "long_tail"}).fit(X).methods_[1] == "log"
    assert Scaler("auto", kinds=["amount", *[None] * 5]).fit(X).methods_.tolist()[0] == "standard"
    with pytest.raises(ValueError, match="by their numbers, from 0 to 5"):
        Scaler("auto", kinds={"x": "count"}).fit(X)
    with pytest.raises(ValueError, match="'kinds' parameter of Scaler is for method='auto', and method is 'log'"):
        Scaler("log", kinds={1: "count"}).fit(X)
    with pytest.raises(ValueError, match="'kinds' parameter of Scaler must be a mapping"):
        Scaler("auto", kinds=3).fit(X)


@pytest.mark.parametrize("kinds", [None, {0: "amount"}, ["amount", *[None] * 5]])
def test_auto_is_saved_with_its_kinds(kinds, tmp_path):
    scaler = Scaler("auto", kinds=kinds).fit(mixed())
    scaler.save(tmp_path / "scaler.npz")
    loaded = coterie.load(tmp_path / "scaler.npz")
    assert loaded.kinds == kinds and loaded.describe() == scaler.describe()
    np.testing.assert_array_equal(loaded.transform(mixed()), scaler.transform(mixed()))
    loaded.methods_ = np.array(["cube"] * 6, object)
    with pytest.raises(ValueError, match="'methods_' must hold words among standard, log, step, range, place"):
        loaded.save(tmp_path / "scaler.npz")


# ------------------------------------------------------------------------------------------- lopsided features


def lopsided(share, n=400, d=4, j=2):
    """Columns of which number j has this share of the variance, and the others as much as each other."""
    X = np.random.default_rng(0).normal(size=(n, d))
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    X *= np.sqrt((1 - share) / (d - 1))
    X[:, j] *= np.sqrt(share / (1 - share) * (d - 1))
    return X


ESTIMATORS = [
    coterie.KMeans(2, random_state=0),
    coterie.BisectingKMeans(2, random_state=0),
    coterie.KMedians(2, random_state=0),
    coterie.MiniBatchKMeans(2, random_state=0),
    coterie.SizeConstrainedKMeans(2, 100, random_state=0),
    coterie.KMedoids(2, random_state=0),
    coterie.DBSCAN(2.0, min_samples=2),
    coterie.DBSCAN(2.0, min_samples=2, metric="manhattan"),
    coterie.HDBSCAN(),
    coterie.OPTICS(),
    coterie.HDBSCAN(metric="manhattan"),
    coterie.AgglomerativeClustering(2),
    coterie.AgglomerativeClustering(2, metric="chebyshev", linkage="average"),
    coterie.DivisiveClustering(2),
]


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("model", ESTIMATORS, ids=repr)
def test_fit_warns_once_of_a_feature_with_nearly_all_the_variance(model, dtype):
    with pytest.warns(coterie.FeatureScaleWarning) as seen:
        model.fit((lopsided(0.951) + 1000).astype(dtype))
    assert [str(each.message).split(",")[0] for each in seen if each.category is coterie.FeatureScaleWarning] == [
        "Feature 2 holds 95.10% of the variance"
    ]
    assert seen[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", coterie.FeatureScaleWarning)
        model.fit(lopsided(0.949).astype(dtype))


def test_the_warning_names_the_column_and_can_be_silenced():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"age": [20.0, 30.0, 40.0, 21.0], "income": [2e4, 9e4, 3e4, 5e4]})
    with pytest.warns(coterie.FeatureScaleWarning, match=r"'income' holds more than 99.99% .* the other one.*Scaler"):
        coterie.KMeans(2, random_state=0).fit(table)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=coterie.FeatureScaleWarning)
        coterie.KMeans(2, random_state=0).fit(table)


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
@pytest.mark.parametrize(
    ("model", "X"),
    [
        (coterie.KMeans(2), [[0.0], [5.0], [1000.0]]),  # nothing to compare with
        (coterie.KMeans(2), [[0.1, 0.3], [5.0, 0.3], [7.0, 0.3]]),  # nothing to scale
        (coterie.KMeans(2), [[1e6 + 0.1, 1e8 + 0.1], [1e6 + 0.1, 1e8 + 0.2], [1e6 + 0.1, 1e8 + 0.1]]),
        (coterie.KMeans(1), [[1.0, 2.0]]),
        (coterie.KMedoids(2, metric="canberra", random_state=0), lopsided(0.999)),
        (coterie.DBSCAN(0.5, min_samples=1, metric="cosine"), lopsided(0.999)),
        (coterie.DBSCAN(0.5, min_samples=1, metric=lambda x, y: abs(x[0] - y[0])), lopsided(0.999)[:9]),
        (coterie.DBSCAN(0.5, min_samples=1, metric="precomputed"), [[0.0, 900.0], [900.0, 0.0]]),
        (coterie.HDBSCAN(metric="cosine"), lopsided(0.999)),
        (coterie.HDBSCAN(2, metric="precomputed"), [[0.0, 900.0], [900.0, 0.0]]),
        (coterie.AgglomerativeClustering(2, metric="precomputed", linkage="average"), [[0.0, 900.0], [900.0, 0.0]]),
        (coterie.DivisiveClustering(2, metric="canberra"), lopsided(0.999)),
        (coterie.KPrototypes(2), [[0.1, 0.3], [5.0, 0.3], [7.0, 0.3]]),
        (coterie.KModes(2), lopsided(0.999)),
    ],
)
def test_nothing_is_said_where_scaling_would_not_help(model, X):
    with warnings.catch_warnings():
        warnings.simplefilter("error", coterie.FeatureScaleWarning)
        model.fit(X)


def test_shares_of_the_variance():
    X = np.random.default_rng(0).normal(size=(300, 3)) * [1, 10, 0.1] + 1e6
    np.testing.assert_allclose(variance_shares(X), X.var(axis=0) / X.var(axis=0).sum(), rtol=1e-9)
    assert variance_shares([[1.0, 2.0], [1.0, 2.0]]).tolist() == [0.0, 0.0]
