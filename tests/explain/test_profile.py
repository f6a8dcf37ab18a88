"""Profiles: every number recomputed."""

import numpy as np
import pytest
from reference.effect_sizes import cohens_d

import coterie
from coterie import explain
from coterie.cli.demo import read_iris
from coterie.explain import profile

NAMES, IRIS, SPECIES = read_iris()


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_numbers_are_those_of_numpy(dtype, offset):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)) * [1, 10, 0.1, 1000] + offset
    X[rng.random(X.shape) < 0.1] = np.nan
    X = X.astype(dtype)
    labels = rng.integers(-1, 4, 300)
    X[labels == 2] += 5
    found = profile(X, labels)
    X = X.astype(np.float64)
    spread = np.nanstd(X, axis=0)
    assert found.clusters.tolist() == [0, 1, 2, 3] and found.noise == ((labels == -1).sum(), (labels == -1).mean())
    for i, label in enumerate(found.clusters):
        rows, others = X[labels == label], X[labels != label]
        assert (found.sizes[i], found.shares[i]) == (len(rows), len(rows) / 300)
        np.testing.assert_allclose(found.means[i], np.nanmean(rows, axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.medians[i], np.nanmedian(rows, axis=0), rtol=1e-15)
        np.testing.assert_allclose(found.quartiles[:, i], np.nanpercentile(rows, [25, 75], axis=0), rtol=1e-15)
        np.testing.assert_allclose(found.spreads[i], np.nanstd(rows, axis=0), rtol=1e-7)
        np.testing.assert_allclose(
            found.differences[i], (np.nanmean(rows, axis=0) - np.nanmean(X, axis=0)) / spread, atol=1e-7
        )
        np.testing.assert_allclose(found.effect_sizes[i], list(map(cohens_d, rows.T, others.T)), atol=1e-6)
        assert [found.missing[f"x{j}"][i] for j in range(4)] == np.isnan(rows).sum(axis=0).tolist()
    np.testing.assert_allclose(found.overall_means, np.nanmean(X, axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.overall_medians, np.nanmedian(X, axis=0), rtol=1e-15)
    np.testing.assert_allclose(found.overall_quartiles, np.nanpercentile(X, [25, 75], axis=0), rtol=1e-15)
    np.testing.assert_allclose(found.overall_spreads, spread, rtol=1e-7)


def test_ratio_features_are_wide_and_not_negative_and_compared_by_logarithms():
    rng = np.random.default_rng(1)
    X = np.column_stack(
        [rng.lognormal(3, 1, 200), rng.normal(100, 5, 200), rng.lognormal(3, 1, 200) - 5, rng.poisson(0.3, 200)]
    )
    labels = rng.integers(0, 2, 200)
    found = profile(X, labels)
    assert found.ratio_features.tolist() == [True, False, False, False]
    logs = np.log(X[:, 0] / np.median(X[:, 0]) + 0.1)
    np.testing.assert_allclose(found.distinctness[0, 0], cohens_d(logs[labels == 0], logs[labels == 1]), rtol=1e-9)
    np.testing.assert_array_equal(found.distinctness[:, 1:], found.effect_sizes[:, 1:])


def test_shares_of_categories_are_counted():
    kind = np.array(["a", "b", "b", None, "c", "b"], dtype=object)
    code = np.array([2.0, 2.0, 1.0, 1.0, np.nan, 1.0])
    found = profile(np.column_stack([kind, code]), [0, 0, 0, 1, 1, 1], ["kind", "code"], categorical=["code"])
    assert found.feature_names == () and found.means.shape == (2, 0)
    values, shares, overall = found.categories["kind"]
    assert values == ("a", "b", "c") and overall.tolist() == [0.2, 0.6, 0.2]
    assert shares.tolist() == [[1 / 3, 2 / 3, 0], [0, 0.5, 0.5]]
    assert found.categories["code"].values == (1, 2) and found.categories["code"].shares[1].tolist() == [1, 0]
    assert {name: counts.tolist() for name, counts in found.missing.items()} == {"kind": [0, 1], "code": [0, 1]}
    assert [row["lift"] for row in found.rows if row["value"] == "b"] == [2 / 3 / 0.6, 0.5 / 0.6]


def table(kind):
    data = {
        "spend": [1.0, 2.0, None, 40.0],
        "city": ["Rome", None, "Oslo", "Oslo"],
        "member": [True, False, True, True],
        "visits": [1, 2, 3, None],
    }
    if kind == "pandas":
        pandas = pytest.importorskip("pandas")
        frame = pandas.DataFrame(data)
        frame["city"], frame["visits"] = frame["city"].astype("category"), frame["visits"].astype("Int64")
        return frame
    if kind == "arrow":
        return pytest.importorskip("pyarrow").table(data)
    return pytest.importorskip("polars").DataFrame(data)


@pytest.mark.parametrize("kind", ["pandas", "polars", "arrow"])
def test_tables_have_names_and_text_and_bool_are_categories(kind):
    found = profile(table(kind), ["x", "x", "y", "y"])
    assert found.clusters.tolist() == ["x", "y"] and found.feature_names == ("spend", "visits")
    np.testing.assert_array_equal(found.means, [[1.5, 1.5], [40, 3]])
    assert found.categories["city"].values == ("Oslo", "Rome")
    assert found.categories["city"].shares.tolist() == [[0, 1], [1, 0]]
    assert found.categories["member"].values == (False, True)
    assert found.categories["member"].shares[:, 1].tolist() == [0.5, 1]
    assert list(found.missing) == ["spend", "city", "member", "visits"]
    assert [counts.tolist() for counts in found.missing.values()] == [[0, 1], [1, 0], [0, 0], [0, 1]]


def test_typical_and_extreme_members_are_nearest_to_and_farthest_from_the_mean():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(60, 3)) * [1, 100, 1]
    X[:, 2] = 7  # constant: without effect
    X[5, 0] = np.nan
    labels = rng.integers(0, 3, 60)
    found = profile(X, labels)
    for i in range(3):
        rows = np.flatnonzero(labels == i)
        far = (X[rows, :2] - np.nanmean(X[rows, :2], axis=0)) / np.nanstd(X[:, :2], axis=0)
        order = rows[np.argsort(np.nanmean(far**2, axis=1))]
        assert found.typical[i].tolist() == order[:3].tolist()
        assert found.extreme[i].tolist() == order[::-1][:3].tolist()


def test_typical_members_have_the_frequent_values():
    kind = [["a", "p"], ["a", "q"], ["b", "q"], ["a", "q"], ["c", "r"], ["d", "q"]]
    found = profile(kind, [0] * 5 + [1])
    assert found.typical[0].tolist() == [1, 3, 0] and found.extreme[0].tolist() == [4, 0, 2]


def test_odd_cases_have_sensible_answers():
    one = profile([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]], [7, 7, 7])
    assert one.sentences == ["cluster 7, all 3 rows: nothing to compare with"]
    assert not one.differences.any() and not one.effect_sizes.any() and one.spreads[0, 1] == 0
    single = profile([[1.0], [2.0], [3.0], [1000.0]], [0, 0, 0, 1])
    assert single.spreads[1, 0] == 0 and single.effect_sizes[1, 0] == pytest.approx(998)
    assert single.typical[1].tolist() == single.extreme[1].tolist() == [3]
    apart = profile([[0.1 + 0.2], [0.3], [0.7]], [0, 0, 1])
    assert apart.effect_sizes.tolist() == [[-np.inf], [np.inf]] and apart.spreads[0, 0] < 1e-15
    two = profile([[1.0], [2.0]], [0, 1])
    assert two.differences.tolist() == [[-1], [1]]
    lonely = profile([[1.0]], [0])
    assert lonely.sentences == ["cluster 0, 1 of 1 rows: nothing to compare with"]
    lost = profile([[1.0], [2.0]], [-1, -1])
    assert lost.sentences == ["noise, all 2 rows in no cluster: nothing to compare with"]
    assert lost.means.shape == (0, 1) and lost.noise == (2, 1.0) and lost.rows == []
    empty = profile([[np.nan, 1.0], [np.nan, 2.0], [3.0, 1.0], [4.0, 2.0]], [0, 0, 1, 1])
    assert np.isnan(empty.means[0, 0]) and np.isnan(empty.effect_sizes[0, 0]) and empty.missing["x0"].tolist() == [2, 0]
    assert empty.sentences == ["cluster 0, 2 of 4 rows: x0 missing", "cluster 1, 2 of 4 rows: much like all rows"]
    no_value = profile([[np.nan], [np.nan]], [0, 1], categorical=[0])
    assert no_value.categories["x0"].values == () and no_value.sentences[0] == "cluster 0, 1 of 2 rows: x0 missing"
    nothing = profile([[np.nan], [np.nan], [1.0], [2.0]], [0, 1, 1, 1])
    assert nothing.typical[0].tolist() == [] and nothing.typical[1].tolist() == [2, 3]
    assert nothing.sentences[0] == "cluster 0, 1 of 4 rows: x0 missing"


def test_a_far_cluster_leaves_the_effects_of_the_others_right():
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(0, 1, 50), rng.normal(2, 1, 50), [1e9]])[:, None]
    labels = np.repeat([0, 1, 2], [50, 50, 1])
    found = profile(X, labels)
    np.testing.assert_allclose(found.effect_sizes[2, 0], cohens_d(X[100:, 0], X[:100, 0]), rtol=1e-6)


def test_order_of_rows_and_numbering_do_not_matter():
    rng = np.random.default_rng(4)
    order = rng.permutation(150)
    found, shuffled = profile(IRIS, SPECIES), profile(IRIS[order], np.array(SPECIES)[order])
    np.testing.assert_allclose(found.effect_sizes, shuffled.effect_sizes, rtol=1e-10)
    assert found.sentences == shuffled.sentences
    numbers = np.unique(SPECIES, return_inverse=True)[1]
    for labels in (numbers.astype(np.float64), numbers.astype(np.uint8), [int(each) for each in numbers]):
        assert profile(IRIS, labels).clusters.tolist() == [0, 1, 2]
        np.testing.assert_array_equal(profile(IRIS, labels).means, found.means)


def test_names_and_identifiers_are_left_out_unless_asked_for():
    X = np.column_stack([np.arange(100).astype(object), [f"person {i}" for i in range(100)]])
    labels = np.arange(100) % 2
    assert profile(X, labels, ["age", "name"]).left_out == ("name",)
    assert profile(X, labels, ["age", "name"], categorical=[1]).left_out == ()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([[1.0, np.inf]], [0]), ValueError, "contains infinity"),
        (([[1.0], [2.0]], [0]), ValueError, "inconsistent numbers of samples"),
        (([[1.0], [2.0]], [0, np.nan]), ValueError, "labels contains NaN"),
        (
            ([[1.0, 2.0]], [0], ["a"]),
            ValueError,
            "feature_names must hold one name for each of the 2 columns of X. Got 1",
        ),
        (([[1.0, 2.0]], [0], ["a", "a"]), ValueError, "must be unique. Got 'a' more than once"),
        (([[1.0, 2.0]], [0], None, np.array(1)), TypeError, "categorical must be a list of names"),
        (([[1.0, 2.0]], [0], None, ["b"]), ValueError, "categorical must hold names or indices .* Got 'b'"),
        (([[1.0, 2.0]], [0], None, [2]), ValueError, "Got 2, but there are 2 columns: x0, x1"),
        (
            ([[1.0]], [0], None, None, " "),
            ValueError,
            "The 'noun' parameter of profile must be a str that is not empty",
        ),
        ((np.empty((0, 2)), []), ValueError, "0 sample"),
        (([[1e308], [-1e308], [1e308]], [0, 1, 0]), ValueError, "The values of 'x0' are too large"),
    ],
)
def test_nonsense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        profile(*arguments)


def test_dates_are_left_out_unless_they_are_asked_for():
    days = np.array([["2020-01-01"], ["2020-01-02"]], dtype="M8[D]").astype(object)
    assert profile(days, [0, 1]).left_out == ("x0",)
    assert profile(days, [0, 1], categorical=[0]).categories["x0"].shares.tolist() == [[1.0, 0.0], [0.0, 1.0]]
    pandas = pytest.importorskip("pandas")
    when = pandas.to_datetime(["2020-01-01", "2021-01-01", None])
    found = profile(pandas.DataFrame({"when": when, "n": [1, 2, 5]}), [0, 1, 1])
    assert found.left_out == ("when",) and found.feature_names == ("n",) and "when" not in str(found)
    days = profile(pandas.DataFrame({"long": when - when[0]}), [0, 1, 1])
    assert days.means[:, 0].tolist() == [0, 366]


def test_categories_with_an_order_keep_it():
    pandas = pytest.importorskip("pandas")
    sizes = pandas.Categorical(["small", "large", None, "small"], ["small", "middle", "large"], ordered=True)
    found = profile(pandas.DataFrame({"size": sizes}), [0, 1, 1, 0])
    assert found.categories["size"].values == ("small", "large")
    assert found.categories["size"].shares.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_words_and_values_of_left_out_text_tell_groups_apart():
    rng = np.random.default_rng(0)
    labels = np.arange(400) % 4
    title = [f"Order no{i} {'of a Gift' if g == 2 and i % 3 else 'of bread'} and milk" for i, g in enumerate(labels)]
    city = ["Bergen" if g == 1 and i % 3 else f"city{rng.integers(150)}" for i, g in enumerate(labels)]
    X = np.column_stack([np.array(title, object), np.array(city, object), [f"id{i}" for i in range(400)]])
    found = profile(X, labels, ["title", "city", "code"])
    assert found.left_out == ("title", "city", "code") and found.categories == {}
    words, shares, overall = found.words["title"]
    in_gift = np.array(["Gift" in each for each in title])
    assert words == ("gift", "bread") and overall.tolist() == [in_gift.mean(), 1 - in_gift.mean()]
    assert shares[:, 0].tolist() == [in_gift[labels == g].mean() for g in range(4)]
    assert found.words["city"].values == ("Bergen",) and set(found.words) == {"title", "city"}
    assert found.sentences[1].startswith(
        "cluster 1, 25% of rows: city mostly Bergen (67% against 17%), title with 'bread'"
    )
    assert found.sentences[2] == "cluster 2, 25% of rows: title with 'gift' in 67% (17% overall)"
    assert "title 'gift'" in found.table() and "city 'Bergen'" in found.table()
    assert [row["value_share"] for row in found.rows if row["value"] == "gift"] == shares[:, 0].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_words_that_have_nothing_to_do_with_groups_are_not_told(seed):
    rng = np.random.default_rng(seed)
    words = np.array([f"w{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(600)])
    texts = [" ".join(rng.choice(words, 12)) for _ in range(500)]
    labels = rng.choice(6, 500, p=[0.5, 0.3, 0.1, 0.05, 0.03, 0.02])
    assert profile(np.array(texts, object)[:, None], labels, ["text"]).words == {}


def test_kinds_overrule_what_values_tell():
    X = np.column_stack([np.arange(100) % 50 * 7, np.arange(100) % 3 + 1])
    labels = np.arange(100) % 2
    assert profile(X, labels, ["size", "n"]).table().count("size") == 1
    found = profile(X, labels, ["size", "n"], kinds={"size": "category"})
    assert found.table().count("size") == 6 and found.feature_names == ("size", "n")
    assert profile(X, labels, ["size", "n"], kinds={0: "category"}).table() == found.table()
    for wrong in ({"sise": "category"}, {"size": "categories"}, {2: "category"}, ["size"]):
        with pytest.raises(ValueError, match="kinds"):
            profile(X, labels, ["size", "n"], kinds=wrong)


def test_rows_are_the_arrays_in_another_order():
    found = profile(IRIS, SPECIES, NAMES)
    rows = found.rows
    assert len(rows) == 12 and len({tuple(row) for row in rows}) == 1
    row = rows[5]
    assert (row["cluster"], row["feature"], row["size"]) == ("versicolor", NAMES[1], 50)
    assert (row["mean"], row["effect_size"]) == (found.means[1, 1], found.effect_sizes[1, 1])
    frame = found.to_pandas() if pytest.importorskip("pandas") else None
    assert frame["median"].tolist() == found.medians.ravel().tolist()


def test_progress_is_reported_and_work_can_be_cancelled():
    seen = []
    with coterie.progress(lambda *report: seen.append(report)):
        profile(IRIS, SPECIES)
    assert [report for report in seen if report[0] == "profile"] == [("profile", j, 4) for j in range(5)]
    with pytest.raises(coterie.Cancelled), coterie.progress(lambda *report: False):
        profile(IRIS, SPECIES)


def test_public_names():
    assert explain.__all__ == ["Category", "Drift", "Noise", "Profile", "drift", "outlier_scores", "profile"]


def test_names_of_features_that_cannot_be_read_are_refused_and_many_are_compared_quickly():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    for names in ([deep, deep], memoryview(np.zeros((2, 2))), 3):
        with pytest.raises(TypeError, match="feature_names must be a list of names"):
            explain.profile(np.eye(2), [0, 1], feature_names=names)
    names = [f"c{j}" for j in range(30_000)]
    with pytest.raises(ValueError, match="'c7' more than once"):
        explain.profile(np.zeros((2, 30_001)), [0, 1], feature_names=[*names, "c7"])
