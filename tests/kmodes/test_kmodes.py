"""k-modes and k-prototypes against their definition, and what tables, weights and missing values mean to them."""

import datetime
import warnings

import numpy as np
import pytest
from reference import kmodes as oracle

import coterie
from coterie import KModes, KPrototypes, distances, scores, selection
from coterie._base.tables.mixed import TableCode, read_columns
from coterie.kmodes import _data, _rows, _starts

pytestmark = pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")

NAMES = ["age", "town", "income", "since", "member"]
TABLE = [
    [31.0, "Ulm", 3.1, datetime.date(2020, 1, 1), True],
    [33.0, "Ulm", None, datetime.date(2020, 1, 3), True],
    [30.0, None, 2.9, datetime.date(2020, 1, 2), True],
    [61.0, "Bonn", 9.5, datetime.date(2021, 6, 1), False],
    [64.0, "Bonn", 9.1, None, None],
    [None, "Köln", 9.9, datetime.date(2021, 6, 4), False],
]


def random_table(seed):
    """Numbers and categories in any order, with ties, duplicates, missing values, offsets and weights."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 30)), int(rng.integers(0, 4))
    c = int(rng.integers(p == 0, 4))
    numbers = [
        rng.normal(size=(n, p)),
        rng.integers(0, 3, (n, p)).astype(float),
        1e6 + rng.normal(size=(n, p)),
        np.full((n, p), 0.1),
    ][seed % 4]
    X = np.concatenate([numbers, rng.integers(0, rng.integers(1, 6), (n, c))], axis=1)
    if seed % 3 == 0:
        X = X[rng.integers(0, n, n)]
    if seed % 2:
        X[rng.random(X.shape) < 0.3] = np.nan
    order = rng.permutation(p + c)
    X[0, np.isnan(X).all(axis=0)] = 0.0
    weights = rng.integers(0, 4, n).astype(float) if seed % 5 == 0 else np.ones(n)
    weights[0] = 1.0
    X[0] = np.where(np.isnan(X[0]), 0.0, X[0])  # a value of weight 1 in each column
    return X[:, order], (np.arange(p + c) >= p)[order], weights, int(rng.integers(1, min(n, 6) + 1)), rng


def encoded(X, is_category):
    code = TableCode.fit(read_columns(X), is_category.tolist())
    return code, code.encode(read_columns(X))


def as_given(code, prototypes):
    """Prototypes as values of the data."""
    return [
        [each if values is None else values[int(each)] for each, values in zip(row, code.categories, strict=True)]
        for row in prototypes
    ]


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.filterwarnings("ignore")
def test_a_fit_from_given_prototypes_is_that_of_the_definition(seed):
    X, is_category, weights, k, rng = random_table(seed)
    code, table = encoded(X, is_category)
    usual = oracle.middle(table, is_category, weights)
    rows = rng.integers(0, len(X), k)
    start = np.where(np.isnan(table[rows]), usual, table[rows])
    gamma = (None, 0.5, 3.0, 0.0)[seed % 4]
    model = KPrototypes(k, init=as_given(code, start), gamma=gamma, max_iter=(2, 100)[seed % 2])
    model.fit(X, categorical=np.flatnonzero(is_category), sample_weight=weights)
    labels, prototypes, costs = oracle.iterate(table, start, is_category, model.gamma_, weights, model.max_iter)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_array_equal(model.cluster_centroids_.tolist(), as_given(code, prototypes))
    np.testing.assert_allclose(model.epoch_costs_, costs, rtol=1e-12)
    assert model.n_iter_ == len(costs) - 1 and model.cost_ == model.epoch_costs_[-1]
    np.testing.assert_array_equal(model.predict(X), labels)


@pytest.mark.parametrize("seed", range(30))
def test_caos_start_is_that_of_the_definition(seed):
    X, _, weights, k, _ = random_table(seed)
    code, table = encoded(X, np.ones(X.shape[1], bool))
    data = _data.prepare(table, code, weights, 1.0, 1)
    start = _starts.starting_prototypes(data, k, "Cao", np.random.RandomState(0))
    np.testing.assert_array_equal(_rows.join(start, code, 0), oracle.cao(table, k, weights))


@pytest.mark.parametrize("init", ["Cao", "Huang", "random"])
@pytest.mark.parametrize("seed", range(4))
def test_starts_are_different_rows_of_a_weight(seed, init):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.normal(size=40), rng.integers(0, 3, (40, 2))])
    weights = (rng.random(40) < 0.7).astype(float)
    code, table = encoded(X, np.array([False, True, True]))
    data = _data.prepare(table, code, weights, 1.0, 1)
    found = _rows.join(_starts.starting_prototypes(data, 6, init, np.random.RandomState(seed)), code, 0)
    places = [np.flatnonzero((table == each).all(axis=1)).tolist() for each in found]
    assert all(len(place) == 1 and weights[place[0]] for place in places) and len({place[0] for place in places}) == 6
    if init == "Huang":
        assert len(np.unique(found[:, 1:], axis=0)) == 6


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.filterwarnings("ignore")
def test_weights_are_repeated_rows_from_the_same_start(seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.integers(0, 9, 30), rng.integers(0, 3, (30, 2))])
    weights = rng.integers(0, 4, 30)
    options = {"init": X[weights > 0][:4], "gamma": (None, 1.5)[seed % 2]}
    once = KPrototypes(4, **options).fit(X, categorical=[1, 2], sample_weight=weights)
    again = KPrototypes(4, **options).fit(np.repeat(X, weights, axis=0), categorical=[1, 2])
    np.testing.assert_array_equal(np.repeat(once.labels_, weights), again.labels_)
    assert once.cost_ == pytest.approx(again.cost_) and once.gamma_ == pytest.approx(again.gamma_)


@pytest.mark.parametrize("exponent", [-500, -300, 300, 500])
def test_the_scale_of_the_numbers_does_not_matter(exponent):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(200, 3)), rng.integers(0, 4, (200, 2))])
    there = X.copy()
    there[:, :3] = np.ldexp(there[:, :3], exponent)
    # gamma counts as a square; its default does not: in other units, categories count more or less
    for d, gamma in ((5, 0.5), (3, None)):
        known = KPrototypes(5, gamma=gamma, random_state=0).fit(X[:, :d], categorical=range(3, d))
        found = KPrototypes(5, gamma=gamma and gamma * 4.0**exponent, random_state=0)
        found.fit(there[:, :d], categorical=range(3, d))
        np.testing.assert_array_equal(found.labels_, known.labels_)
        np.testing.assert_array_equal(found.predict(there[:, :d]), known.labels_)


@pytest.mark.parametrize("n_categories", [200, 300, 70_000])
def test_codes_of_any_size_and_more_columns_than_a_byte_counts(n_categories):
    rng = np.random.default_rng(0)
    n, c = (300, 600) if n_categories < 1000 else (75_000, 1)
    X = np.concatenate([rng.integers(0, n_categories, (n, c)), rng.integers(0, 2, (n, 1))], axis=1)
    X[:n_categories, 0] = np.arange(n_categories)[:n]
    model = KModes(3, max_iter=2).fit(X)
    prototypes = model.cluster_centroids_
    distances = np.array([(X != each).sum(axis=1) for each in prototypes])
    np.testing.assert_array_equal(model.labels_, distances.argmin(axis=0))
    assert model.cost_ == distances.min(axis=0).sum()


def test_the_result_does_not_depend_on_the_number_of_threads():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(20_000, 3)), rng.integers(0, 5, (20_000, 3))])
    X[rng.random(X.shape) < 0.1] = np.nan
    weights = rng.random(len(X))
    for model in (KPrototypes(4, n_init=2, max_iter=3, random_state=0), KModes(4, init="random", n_init=2, max_iter=3)):
        rows, options = (X, {"categorical": [3, 4, 5]}) if isinstance(model, KPrototypes) else (X[:, 3:], {})
        model.set_params(random_state=0)
        one, more = (
            type(model)(**model.get_params()).set_params(n_jobs=n).fit(rows, sample_weight=weights, **options)
            for n in (1, 3)
        )
        np.testing.assert_array_equal(one.labels_, more.labels_)
        np.testing.assert_array_equal(one._prototypes, more._prototypes)
        np.testing.assert_array_equal(one.epoch_costs_, more.epoch_costs_)


def test_costs_never_rise_and_more_runs_are_not_worse():
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.normal(size=(300, 2)), rng.integers(0, 6, (300, 4))])
    runs = [KPrototypes(6, n_init=n, random_state=5).fit(X, categorical=[2, 3, 4, 5]) for n in (1, 8)]
    for model in runs:
        assert (np.diff(model.epoch_costs_) <= 0).all()
    assert runs[1].cost_ <= runs[0].cost_


def test_an_empty_cluster_takes_the_farthest_row():
    X = [[0.0, "a"], [1.0, "a"], [2.0, "a"], [9.0, "b"]]
    model = KPrototypes(2, init=[[1.0, "a"], [900.0, "b"]], gamma=1.0, max_iter=1).fit(X, categorical=[1])
    assert model.labels_.tolist() == [0, 0, 0, 1]
    assert model.cluster_centroids_.tolist() == [[1.0, "a"], [9.0, "b"]]


def test_fewer_distinct_rows_than_clusters_are_told_and_cost_nothing():
    with pytest.warns(coterie.ConvergenceWarning, match=r"distinct clusters \(2\) found smaller than n_clusters \(4\)"):
        model = KModes(4).fit([["a"], ["b"], ["a"], ["b"], ["a"]])
    assert model.cost_ == 0 and model.labels_.tolist() == [0, 1, 0, 1, 0]


# ------------------------------------------------------------------------------------------- tables


def as_pandas():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(TABLE, columns=NAMES)
    types = {"age": "Float64", "town": "category", "since": "datetime64[ns]", "member": "boolean"}
    return frame.astype(types)


def as_polars():
    pl = pytest.importorskip("polars")
    return pl.DataFrame(TABLE, schema=NAMES, orient="row").with_columns(pl.col("town").cast(pl.Categorical))


def as_arrow():
    pa = pytest.importorskip("pyarrow")
    columns = dict(zip(NAMES, map(list, zip(*TABLE, strict=True)), strict=True))
    columns["town"] = pa.array(columns["town"]).dictionary_encode()
    return pa.table(columns)


@pytest.mark.parametrize("table", [as_pandas, as_polars, as_arrow])
def test_tables_of_all_libraries_are_the_same_rows(table):
    known = KPrototypes(2, random_state=0).fit(np.array(TABLE, object), categorical=[1, 4])
    found = KPrototypes(2, random_state=0).fit(table(), categorical=["town", "member"])
    assert found.labels_.tolist() == known.labels_.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.cluster_centroids_.tolist() == known.cluster_centroids_.tolist()
    assert found.feature_names_in_.tolist() == NAMES
    np.testing.assert_array_equal(found.predict(table()), found.labels_)
    np.testing.assert_array_equal(KPrototypes(2, random_state=0).fit(table()).labels_, found.labels_)


def test_prototypes_are_values_of_the_data():
    model = KPrototypes(2, gamma=1.0, init=[TABLE[0], [60.0, "Bonn", 9.0, datetime.date(2021, 6, 1), False]])
    model.fit(TABLE, categorical=[1, 4])
    days = [(each[3] - datetime.date(1970, 1, 1)).days for each in (TABLE[1], TABLE[3], TABLE[5])]
    assert model.cluster_centroids_.tolist() == [
        [pytest.approx(94 / 3), "Ulm", 3.0, pytest.approx(days[0] - 1), True],
        [62.5, "Bonn", pytest.approx(9.5), pytest.approx((days[1] + days[2]) / 2), False],
    ]


@pytest.mark.parametrize(("X", "kind"), [([[1, 5], [2, 5]], "i"), ([[0.5, 1], [2, 5]], "f"), ([[True], [False]], "b")])
def test_prototypes_of_numbers_are_an_array_of_numbers(X, kind):
    assert KModes(1).fit(X).cluster_centroids_.dtype.kind == kind


def test_unknown_categories_are_told_and_differ_from_all():
    model = KModes(2).fit([["a", "x"], ["a", "x"], ["b", "y"], ["b", "y"]])
    with pytest.warns(UserWarning) as seen:
        labels = model.predict([["b", "q"], ["c", "y"], ["d", "r"]])
    assert labels.tolist() == [1, 1, 0]
    assert [str(each.message) for each in seen] == [
        "X holds categories that KModes.fit did not see: 'c' and 1 more in column 0, 'q' and 1 more in column 1. They "
        "count as different from those of every prototype."
    ]


def test_a_row_in_which_all_is_missing_goes_to_the_first_cluster():
    model = KPrototypes(2, gamma=1.0, init=[[1.0, "a"], [9.0, "b"]]).fit([[1.0, "a"], [9.0, "b"], [None, None]])
    assert model.labels_.tolist() == [0, 1, 0] and model.cost_ == 0
    assert model.predict([[None, "b"], [8.0, None]]).tolist() == [1, 1]


def test_gamma_is_half_the_mean_deviation_of_the_numbers():
    X = [[0.0, 5.0, "a"], [2.0, 5.0, "b"], [None, 9.0, "a"], [4.0, 9.0, "b"]]
    assert KPrototypes(2).fit(X).gamma_ == 0.25 * (np.std([0, 2, 4]) + 2)
    assert KPrototypes(2).fit([[1.0, "a"], [1.0, "b"]]).gamma_ == 1


def test_one_column_or_one_kind_of_columns_that_decides_alone_is_told():
    rng = np.random.default_rng(0)
    towns = rng.choice(["a", "b", "c"], 200)
    large, small = rng.normal(0, 1000, 200), rng.normal(0, 1, 200)
    for columns, message in (
        ([large, small, towns], r"^Feature 0 makes up .*99.*% of the distances .* on the other 2\. Scale the"),
        ([large, large[::-1], towns], r"^The numbers make up .* hardly depend on the categories\. .* gamma, which is"),
        ([small / 1000, towns, towns[::-1]], r"^The categories make up .* hardly depend on the numbers\. "),
    ):
        X = np.empty((200, 3), object)
        X[:] = np.array([each.tolist() for each in columns], object).T
        with pytest.warns(coterie.FeatureScaleWarning, match=message):
            KPrototypes(2, random_state=0, n_init=1).fit(X)


def test_identifiers_are_told():
    X = [[f"C{i:03}", float(i % 5), "ab"[i % 2]] for i in range(40)]
    with pytest.warns(UserWarning, match=r"^The column 0 holds identifiers, which say little of how alike two rows"):
        KPrototypes(2, random_state=0).fit(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KPrototypes(2, random_state=0, gamma=1.0).fit(X, categorical=[0, 2])


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("model", "X", "options", "message"),
    [
        (KModes(3), [["a"], ["b"]], {}, r"n_samples=2 should be >= n_clusters=3"),
        (KModes(1), [["a", None], ["b", None]], {}, r"^The column 1 has no value that is known\. Leave it out\.$"),
        (KModes(1), [["a"], [None]], {"sample_weight": [0, 1]}, "no value that is known in a row of a weight above 0"),
        (KModes(1, init="cow"), [["a"]], {}, r"'init' .* among {'Cao', 'Huang', 'random'} or an array-like"),
        (KModes(2, init=[["a"]]), [["a"], ["b"]], {}, r"'init' .* which is \(2, 1\)\. Got \(1, 1\) instead"),
        (KModes(1, init=[["q"]]), [["a"]], {}, r"column 0 of init holds 'q', which is not in X"),
        (KModes(1, init=[[None]]), [["a"]], {}, r"column 0 of init has a missing value"),
        (KModes(2, init="random"), [["a"], ["b"]], {"sample_weight": [0, 1]}, "needs n_clusters=2 rows of a weight"),
        (KPrototypes(1, gamma=-1), [[1.0]], {}, r"'gamma' .* must be a float in the range \[0.0, inf\) or None"),
        (KPrototypes(1), [[1.0, "a"]], {"categorical": [0]}, r"column 1 holds text \('a'\), which has no order"),
        (KPrototypes(1), [[1.0, "a"]], {"categorical": [2]}, "names or numbers of columns of X. Got 2"),
        (KPrototypes(1), [[1.0, "a"]], {"categorical": "town"}, "names or numbers of columns of X. Got 'town'"),
        (KPrototypes(1), [[1.0, "a"]], {"categorical": [True]}, "names or numbers of columns of X. Got True"),
        (KPrototypes(1), [[1.0, "a"]], {"categorical": 0.5}, "a list of names or numbers of columns. Got 0.5"),
        (KPrototypes(1), [[1e300, "a"], [1e-300, "b"]], {}, "X holds numbers of very different size"),
    ],
)
def test_wrong_calls_are_told(model, X, options, message):
    with pytest.raises(ValueError, match=message):
        model.fit(X, **options)
    assert not model.__sklearn_is_fitted__()


def test_columns_of_new_rows_are_those_of_the_fit():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 9.0], "b": ["x", "y"]})
    model = KPrototypes(2, random_state=0).fit(frame)
    with pytest.raises(ValueError, match="must be in the same order"):
        model.predict(frame[["b", "a"]])
    with pytest.raises(ValueError, match="X has 1 features, but KPrototypes is expecting 2"):
        model.predict([[1.0]])
    with pytest.raises(ValueError, match="column 0 holds text"), pytest.warns(UserWarning, match="valid feature names"):
        model.predict([["x", "x"]])


def test_the_parameter_categorical_of_predict_is_ignored():
    model = KPrototypes(2, gamma=1.0, random_state=0).fit([[1.0, 3], [9.0, 4], [9.0, 4]], categorical=[1])
    assert model.predict([[9.0, 4]], categorical=[0]).tolist() == model.predict([[9.0, 4]]).tolist()


@pytest.mark.parametrize("init", ["Cao", "Huang", "random"])
def test_progress_is_told_to_the_end(init):
    told = []
    X = np.random.default_rng(0).integers(0, 3, (50, 4))
    KPrototypes(4, init=init, n_init=2).fit(X, categorical=[0, 1], callback=lambda *report: told.append(report))
    for stage in ("starting prototypes", "k-prototypes"):
        done = [(at, total) for name, at, total in told if name == stage]
        assert done[-1][0] == done[-1][1] and all(at <= total for at, total in done)


def test_cancelled_fits_leave_the_model_as_it_was():
    X = [["a"], ["b"], ["a"]]
    model = KModes(2).fit(X)
    before = dict(vars(model))
    with pytest.raises(coterie.Cancelled):
        model.fit(X, callback=lambda *report: False)
    assert vars(model) == before


# ------------------------------------------------------------------------------------------- files


def test_a_model_of_text_comes_back(tmp_path):
    model = KPrototypes(2, random_state=0).fit(TABLE, categorical=[1, 4])
    model.save(tmp_path / "model.npz")
    loaded = coterie.load(tmp_path / "model.npz")
    assert loaded._code == model._code
    assert loaded.cluster_centroids_.tolist() == model.cluster_centroids_.tolist()
    np.testing.assert_array_equal(loaded.predict(TABLE), model.labels_)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"_prototypes": np.full((2, 1), 2.0)}, "_prototypes should have places of categories"),
        ({"_prototypes": np.full((2, 1), 0.5)}, "_prototypes should have places of categories"),
        ({"_code": TableCode((("a", "b"), None), (True, False))}, "_code should have 1 columns"),
        ({"_code": TableCode((None,), (False,))}, "_code of KModes should have categories only"),
        ({"cost_": 7.0}, "epoch_costs_ should have"),
        ({"n_iter_": 9}, "epoch_costs_ should have"),
    ],
)
def test_what_no_fit_leaves_is_refused(change, message):
    model = KModes(2).fit([["a"], ["b"]])
    vars(model).update(change)
    with pytest.raises(ValueError, match=message):
        model._check_state()


# ------------------------------------------------------------------------------------------- beside others


def test_sweeps_take_tables_and_score_by_gowers_distance():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(TABLE * 4, columns=NAMES)
    found = selection.sweep(
        KPrototypes(n_init=2), frame, {"n_clusters": [2, 3]}, scores=["silhouette"], stability=2, random_state=0
    )
    seed = found.estimator.random_state
    for k, labels, row in zip((2, 3), found.labels, found, strict=True):
        expected = KPrototypes(k, n_init=2, random_state=seed).fit_predict(frame)
        np.testing.assert_array_equal(labels, expected)
        kinds = {"town": "category", "member": "category", "age": "amount", "income": "amount", "since": "amount"}
        score = scores.silhouette_score(frame, labels, metric=distances.as_metric("gower", kinds=kinds))
        assert row["silhouette"] == pytest.approx(score) and row["stability"] > 0.5
    with pytest.raises(ValueError, match="look at the silhouettes of a sweep instead"):
        selection.suggest_k(found)
    answers = [["tea", 1], ["tea", 2], ["milk", 3], ["milk", 3]] * 5
    found = selection.sweep(
        KModes(2, init=[["tea", 1], ["milk", 3]]), answers, {"max_iter": [1, 5]}, scores=["silhouette"]
    )
    assert [each.tolist() for each in found.labels] == [[0, 0, 1, 1] * 5] * 2


def test_the_parameters_of_the_constructor_and_of_fit_say_the_same():
    X = [[1, 5.0], [2, 9.0], [2, 8.0], [1, 4.0]]
    one = KPrototypes(2, categorical=[0], random_state=0).fit(X)
    assert one._code == KPrototypes(2, random_state=0).fit(X, categorical=0)._code
    assert one.fit(X, categorical=[])._code.is_category == (False, False)


def test_outliers_are_far_from_their_prototype():
    X = [[0.0, "a"], [1.0, "a"], [2.0, "a"], [9.0, "b"], [11.0, "b"], [14.0, "c"]]
    model = KPrototypes(2, gamma=4.0, init=[[1.0, "a"], [10.0, "b"]]).fit(X)
    middle = 34 / 3
    far = [1.0, 0.0, 1.0, middle - 9, middle - 11, np.hypot(14 - middle, 2.0)]
    expected = np.array(far) / np.repeat([1.0, middle - 9], 3)
    np.testing.assert_allclose(coterie.outlier_scores(X, model), expected)
    np.testing.assert_allclose(coterie.outlier_scores(X[5:], model, reference=X), expected[5:])
    found = coterie.explain.drift(model, X[3:])
    assert found.shares_now.tolist() == [0, 1] and found.labels.tolist() == [1, 1, 1]
