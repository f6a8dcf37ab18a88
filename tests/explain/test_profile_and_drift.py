"""Profiles and drift: every number recomputed, every sentence read."""

import re

import numpy as np
import pytest

import coterie
from coterie import DBSCAN, AgglomerativeClustering, KMeans, NotFittedError, explain
from coterie._base import wording
from coterie.cli.demo import read_iris
from coterie.explain import drift, profile

NAMES, IRIS, SPECIES = read_iris()


def cohens_d(a, b):
    a, b = (values[~np.isnan(values)] for values in (a, b))
    squares = np.square(a - a.mean()).sum() + np.square(b - b.mean()).sum()
    return (a.mean() - b.mean()) / np.sqrt(squares / (len(a) + len(b) - 2))


# ------------------------------------------------------------------------------------------------ numbers


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
    assert empty.sentences == [
        "cluster 0, 2 of 4 rows: x0 missing",
        "cluster 1, 2 of 4 rows: on average much like all rows",
    ]
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
        (([[1.0, 2.0]], [0], ["a", "a"]), ValueError, "names of their own. Got 'a' more than once"),
        (([[1.0, 2.0]], [0], None, np.array(1)), TypeError, "categorical must be a list of names"),
        (([[1.0, 2.0]], [0], None, ["b"]), ValueError, "categorical must hold names or indices .* Got 'b'"),
        (([[1.0, 2.0]], [0], None, [2]), ValueError, "Got 2, but there are 2 columns: x0, x1"),
        (
            ([[1.0]], [0], None, None, " "),
            ValueError,
            "The 'noun' parameter of profile must be a str that is not empty",
        ),
        ((np.empty((0, 2)), []), ValueError, "0 sample"),
        ((np.array([["2020-01-01"]], dtype="M8[D]").astype(object), [0]), None, ""),
        (([[1e308], [-1e308], [1e308]], [0, 1, 0]), ValueError, "The values of 'x0' are too large"),
    ],
)
def test_nonsense_is_refused(arguments, error, message):
    if error is None:
        assert profile(*arguments).categories["x0"].shares.tolist() == [[1.0]]
        return
    with pytest.raises(error, match=message):
        profile(*arguments)


def test_dates_are_refused_by_name():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="Column 'when' of X holds dates"):
        profile(pandas.DataFrame({"when": pandas.to_datetime(["2020-01-01", "2021-01-01"])}), [0, 1])


def test_rows_are_the_arrays_in_another_order():
    found = profile(IRIS, SPECIES, NAMES)
    rows = found.rows
    assert len(rows) == 12 and len({tuple(row) for row in rows}) == 1
    row = rows[5]
    assert (row["cluster"], row["feature"], row["size"]) == ("versicolor", NAMES[1], 50)
    assert (row["mean"], row["effect_size"]) == (found.means[1, 1], found.effect_sizes[1, 1])
    frame = found.to_pandas() if pytest.importorskip("pandas") else None
    assert frame["median"].tolist() == found.medians.ravel().tolist()


# ------------------------------------------------------------------------------------------------ words


def test_iris_in_words():
    assert profile(IRIS, SPECIES, NAMES, noun="flowers").sentences == [
        "cluster setosa, 33% of flowers: petal_length_cm about a third of the median (1.5 against 4.35), "
        "petal_width_cm 0.15 times (0.2 against 1.3), lower sepal_length_cm (5 against 5.8), higher sepal_width_cm "
        "(3.4 against 3)",
        "cluster versicolor, 33% of flowers: lower sepal_width_cm (2.8 against 3)",
        "cluster virginica, 33% of flowers: petal_width_cm 1.5 times the median (2 against 1.3), petal_length_cm 1.3 "
        "times (5.55 against 4.35), higher sepal_length_cm (6.5 against 5.8)",
    ]


NUMBER = r"-?[\d,]*\.?\d+"
PHRASE = re.compile(
    rf"(?:(?P<way>higher|lower) )?(?P<name>\w+)(?: (?P<how>[\w. ]+?))?(?P<the> (?:of )?the median)? "
    rf"\((?P<here>{NUMBER}%?) against (?P<overall>{NUMBER}%?)(?P<average> on average)?\)"
)
FACTORS = {
    "twice": 2,
    "half": 0.5,
    "a third": 1 / 3,
    "a quarter": 0.25,
    "a fifth": 0.2,
    "a tenth": 0.1,
    "two thirds": 2 / 3,
    "three quarters": 0.75,
}


def is_rounded(text, value):
    """Whether a text is this value to three digits, or to the last one that it shows."""
    shown = float(text.replace(",", "").rstrip("%"))
    unit = 10.0 ** -len(text.rstrip("%").partition(".")[2])
    return abs(shown - value) <= max(0.5 * unit, 0.005 * abs(value)) * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_every_number_in_a_sentence_is_in_the_arrays(seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(-1, 4, 500)
    push = rng.normal(0, 1, (5, 6))[labels + 1]
    X = np.column_stack(
        [
            rng.lognormal(5 + push[:, 0], 1),
            rng.normal(100 + 10 * push[:, 1], 5),
            rng.poisson(np.exp(push[:, 2])),
            1e6 + rng.normal(push[:, 3], 1),
            rng.random(500) < 1 / (1 + np.exp(-2 * push[:, 4])),
            -rng.lognormal(push[:, 5]),
        ]
    )
    kind = np.where(rng.random(500) < 0.7, labels % 3, rng.integers(0, 3, 500))
    names = ["spend", "weight", "visits", "code", "flag", "loss", "kind"]
    found = profile(np.column_stack([X, kind]), labels, names, categorical=["kind"])
    named = 0
    for i, sentence in enumerate(found.sentences[:-1]):
        head, body = sentence.split(": ", 1)
        share = re.fullmatch(rf"cluster {i}, (\d+)% of rows", head)
        assert is_rounded(share[1], 100 * found.shares[i])
        effects = []
        phrases = [] if body.startswith("on average much like") else body.split("), ")
        for phrase in phrases:
            phrase = phrase.rstrip(")") + ")"
            if phrase.startswith("flag"):
                here, overall = re.fullmatch(r"flag in (\d+)% \((\d+)% overall\)", phrase).groups()
                assert is_rounded(here, 100 * found.means[i, 4]) and is_rounded(overall, 100 * found.overall_means[4])
                effects.append(abs(found.distinctness[i, 4]))
                continue
            told = PHRASE.fullmatch(phrase)
            assert told, phrase
            if told["name"] == "kind":
                value = found.categories["kind"].values.index(int(told["how"].split()[-1]))
                here, overall = found.categories["kind"].shares[i, value], found.categories["kind"].overall[value]
                assert is_rounded(told["here"], 100 * here) and is_rounded(told["overall"], 100 * overall)
                assert ("mostly" in told["how"] or "more" in told["how"]) == (here > overall)
                member = (kind == found.categories["kind"].values[value]).astype(float)
                effects.append(abs(cohens_d(member[labels == i], member[labels != i])))
                continue
            j = names.index(told["name"])
            here, overall = (
                (found.means[i, j], found.overall_means[j])
                if told["average"]
                else (found.medians[i, j], found.overall_medians[j])
            )
            assert is_rounded(told["here"], here) and is_rounded(told["overall"], overall)
            assert told["here"] != told["overall"]
            if told["way"]:
                assert (told["way"] == "higher") == (here > overall)
            else:
                how = told["how"]
                factor = FACTORS.get(how.removeprefix("about ")) or float(how.removesuffix(" times").replace(",", ""))
                assert factor == pytest.approx(here / overall, rel=0.051)
            effects.append(abs(found.distinctness[i, j]))
        assert effects == sorted(effects, reverse=True) and all(effect >= 0.5 for effect in effects)
        named += len(effects)
    assert named > 3


def test_what_hardly_differs_is_not_named():
    rng = np.random.default_rng(5)
    X = rng.normal(50, 1, (400, 3))
    labels = np.repeat([0, 1], 200)
    assert profile(X, labels, noun="stars").sentences == [
        f"cluster {i}, 50% of stars: on average much like all stars" for i in range(2)
    ]
    X[labels == 1, 1] += 0.8
    second = profile(X, labels, noun="stars").sentences[1]
    assert re.fullmatch(r"cluster 1, 50% of stars: higher x1 \([\d.]+ against [\d.]+\)", second)
    X[labels == 1, 1] -= 0.45
    third = profile(X, labels, noun="stars").sentences[1]
    assert re.match(r"cluster 1, 50% of stars: on average much like all stars", third)


def test_sizes_in_sentences():
    def heads(*sizes):
        return [
            each.split(":")[0]
            for each in profile(
                np.arange(sum(sizes))[:, None], np.repeat(np.arange(len(sizes)) - 1, sizes), noun="customers"
            ).sentences
        ]

    assert heads(3, 300, 1, 697) == [
        "cluster 0, 30% of customers",
        "cluster 1, 1 of 1,001 customers",
        "cluster 2, 70% of customers",
        "noise, 3 of 1,001 customers in no cluster",
    ]
    assert heads(70, 999_930)[0] == "cluster 0, over 99% of customers"


def test_what_noise_is_like():
    X = np.concatenate([np.linspace(10, 20, 90), np.linspace(80, 120, 10)])[:, None]
    labels = np.repeat([0, -1], [90, 10])
    assert profile(X, labels, ["spend"], noun="customers").sentences[1] == (
        "noise, 10% of customers in no cluster: spend 6.4 times the median (100 against 15.6)"
    )


@pytest.mark.parametrize("labels", [[-1.0, 0.0, 0.0, 5.0], np.array([-1, 0, 0, 5], object), ["-1", "!", "!", "b"]])
def test_noise_in_labels_of_any_type(labels):
    found = profile([[9.0], [1.0], [2.0], [7.0]], labels)
    assert found.noise == (1, 0.25) and found.clusters.tolist() == sorted(set(labels) - {-1, "-1"})
    assert found.means.tolist() == [[1.5], [7.0]]


def test_rows_of_text_and_numbers_keep_their_numbers():
    found = profile([[1.0, "a"], [2.0, "b"], [8, "a"], [None, "a"]], [0, 0, 1, 1], ["spend", "kind"])
    assert found.means.tolist() == [[1.5], [8.0]] and found.missing["spend"].tolist() == [0, 1]
    assert found.categories["kind"].values == ("a", "b")


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        (2261.0, 665.0, "spend 3.4 times the median (2260 against 665)"),
        (1330.0, 665.0, "spend twice the median (1330 against 665)"),
        (222.0, 665.0, "spend a third of the median (222 against 665)"),
        (20.0, 665.0, "spend about 1/33 of the median (20 against 665)"),
        (340.0, 665.0, "spend about half the median (340 against 665)"),
        (1.5e7, 665.0, "spend 23,000 times the median (15,000,000 against 665)"),
    ],
)
def test_factors_of_medians(a, b, text):
    X = np.repeat([b / 4, b, b * 4, a], [10, 11, 10, 4])[:, None]
    found = profile(X, np.repeat([0, 1], [31, 4]), ["spend"])
    assert found.ratio_features[0] and found.overall_medians[0] == b
    assert found.sentences[1] == f"cluster 1, 4 of 35 rows: {text}"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (["yes"] * 9 + ["no"], "answer mostly yes (90% against 50%)"),
        (["yes"] * 10, "answer always yes (50% overall)"),
        ([True] * 9 + [False], "answer mostly true (90% against 50%)"),
        ([False] * 9 + [True], "answer seldom true (10% against 50%)"),
        ([1] * 9 + [0], "answer in 90% (50% overall)"),
    ],
)
def test_categories_in_words(values, text):
    other = {"yes": "no", "no": "yes", True: False, False: True}
    rest = (
        [other[each] for each in values]
        if not isinstance(values[0], int) or isinstance(values[0], bool)
        else [1 - each for each in values]
    )
    X = np.array(values + rest, dtype=object)[:, None]
    assert profile(X, [0] * 10 + [1] * 10, ["answer"]).sentences[0] == f"cluster 0, 50% of rows: {text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1234.5, "1230"),
        (12345.0, "12,300"),
        (100_000.0, "100,000"),
        (1e5 + 0.4, "100,000"),
        (0.012345, "0.0123"),
        (-3.14159, "-3.14"),
        (5.0, "5"),
        (1e-12, "1e-12"),
        (1.5e17, "1.5e+17"),
        (np.nan, "nan"),
        (999.6, "1000"),
        (0.0999999, "0.1"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value, text):
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("here", "overall", "text"),
    [
        (1_000_003.0, 1_000_001.0, "1,000,003 against 1,000,001"),
        (2008.0, 2007.0, "2008 against 2007"),
        (3700.0, 665.2, "3700 against 665"),
        (0.00012, 0.113, "0 against 0.113"),
        (5.0, 5.0, "5 against 5"),
        (-4.5, 0.0, "-4.5 against 0"),
        (1.0001, 1.0002, "1.0001 against 1.0002"),
    ],
)
def test_pairs_can_be_told_apart(here, overall, text):
    assert wording.pair(here, overall) == text


def test_small_shares_can_be_told_apart():
    assert wording.shares(0.3, 0.12) == ["30%", "12%"] and wording.shares(0.0, 0.004) == ["0%", "under 1%"]
    assert wording.shares(0.004, 0.0005) == ["0.4%", "0.05%"]
    assert wording.shares(0.5021, 0.5018) == ["50.21%", "50.18%"]
    assert wording.shares(0.005, 0.005) == ["under 1%", "under 1%"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_tables_are_as_wide_as_asked_and_aligned(width):
    rng = np.random.default_rng(6)
    labels = rng.integers(-1, 9, 300)
    X = np.column_stack([rng.lognormal(9, 1, (300, 3)), rng.choice(["red", "green", "b" * 200], 300)])
    X[:, :3] = X[:, :3].astype(np.float64)
    found = profile(X.astype(object), labels, ["a name " * 30, "{x}", "y\nz", "colour"])
    lines = found.table(width).splitlines()
    assert max(map(len, lines)) <= width
    found = profile(IRIS, SPECIES, NAMES)
    blocks = found.table(width).split("\n\n")[:-1]
    assert sum(len(block.splitlines()[0].split()) for block in blocks) == 4  # all, and three clusters
    for block in blocks:
        rows = [re.sub(r" [+-]+$", "", line) for line in block.splitlines()[3:]]
        assert len({line.rindex(".") for line in rows if "." in line}) <= 2
    table, sentences = str(found).rsplit("\n\n", 1)
    assert table == found.table() and sentences.replace("\n    ", " ") == "\n".join(found.sentences)
    assert max(map(len, sentences.splitlines())) <= 100
    with pytest.raises(ValueError, match="The 'width' parameter of table must be an int in the range"):
        found.table(10)


def test_tables_have_shares_of_what_is_0_or_1_and_no_number_where_all_is_missing():
    X = [[0.0, 5.0], [1.0, 6.0], [0.0, 7.0], [0.0, 8.0], [1.0, np.nan]]
    lines = [line.split() for line in profile(X, [0, 0, 0, 0, 1], ["member", "age"]).table().splitlines()]
    assert lines[3:5] == [["member", "40%", "25%", "--", "100%", "++"], ["age", "6.5", "6.5", "-"]]
    assert lines[-1][:4] == ["medians", "and", "shares;", "++"]


def test_tables_of_many_features_and_clusters_show_those_that_matter_most():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(50), np.arange(50) % 3 * 9 + 1)
    X = rng.normal(size=(len(labels), 60))
    X[:, 7] += labels
    found = profile(X, labels)
    lines = found.table(60).splitlines()
    assert sum(line.startswith("x7 ") for line in lines) > 1
    assert len({line.split()[0] for line in lines if line.startswith("x")}) == 40
    shown = [cell for line in lines if line.split()[:1] == ["all"] or line.startswith("   ") for cell in line.split()]
    assert len(shown) == 41 and found.sizes[[int(cell) for cell in shown if cell != "all"]].sum() > 400
    assert " ".join(lines).endswith("; 20 more features that differ less; the 40 largest of 50 clusters")
    said = re.findall(r"^cluster (\d+)", str(found), re.M)
    assert said == [cell for cell in shown if cell != "all"] and len(found.sentences) == 50


# ------------------------------------------------------------------------------------------------ drift


@pytest.fixture
def blobs():
    rng = np.random.default_rng(7)
    return [np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(9, 1, (200, 2))]) for _ in range(2)]


def index_by_hand(then, now):
    then, now = (np.array(each) for each in (then, now))
    p, q = ((each + 0.5) / (each.sum() + 0.5 * len(each)) for each in (then, now))
    return ((q - p) * np.log(q / p)).sum()


def test_drift_of_kmeans(blobs):
    old, new = blobs
    new = new[:260] * 1.5
    model = KMeans(2, random_state=0).fit(old)
    found = drift(model, new)
    labels = model.predict(new)
    np.testing.assert_array_equal(found.labels, labels)
    assert found.shares_then.tolist() == [0.5, 0.5]
    assert found.shares_now.tolist() == (np.bincount(labels) / 260).tolist()
    assert found.index == pytest.approx(index_by_hand([200, 200], np.bincount(labels)))
    far = np.linalg.norm(new - model.cluster_centers_[labels], axis=1)
    assert found.distance_now == pytest.approx(np.sqrt(np.mean(far**2)))
    assert found.distance_then == pytest.approx(np.sqrt(model.inertia_ / 400))
    np.testing.assert_allclose(found.distances_now, [np.sqrt(np.mean(far[labels == i] ** 2)) for i in (0, 1)])
    assert np.isnan(found.distances_then).all() and (found.noise_then, found.noise_now) == (0, 0)
    assert found.reading == "large" and found.sentences[0].startswith(
        f"260 new rows against 400: shares changed a lot (stability index {found.index:.3g}, up to "
    )
    assert "times as far from their centers as then" in found.sentences[1]
    same = drift(model, old)
    assert (same.index, same.reading) == (0, "chance") and same.distance_now == pytest.approx(same.distance_then)
    assert same.sentences[1].startswith("rows are about as far from their centers as then")


def test_drift_of_dbscan_is_noise(blobs):
    old, new = blobs
    model = DBSCAN(1.0, min_samples=5).fit(old)
    new = np.concatenate([new, np.full((100, 2), 50.0)])
    found = drift(model, new)
    labels = model.predict(new)
    assert found.noise_then == np.mean(model.labels_ == -1) and found.noise_now == np.mean(labels == -1) > 0.19
    assert found.shares_now.tolist() == (np.bincount(labels[labels >= 0]) / 500).tolist()
    assert np.isnan([found.distance_then, found.distance_now]).all() and len(found.sentences) == 1
    assert "noise rose from " in found.sentences[0] and "\nnoise " in found.table()
    counts = [np.append(np.bincount(each[each >= 0]), (each < 0).sum()) for each in (model.labels_, labels)]
    assert found.index == pytest.approx(index_by_hand(*counts))
    with pytest.warns(coterie.ClusteringWarning, match="There is no cluster"):
        nowhere = drift(DBSCAN(1e-9, min_samples=5).fit(old), new)
    assert np.isnan([nowhere.distance_then, nowhere.distance_now]).all() and "distance" not in nowhere.table()


@pytest.mark.parametrize(("linkage", "metric"), [("ward", "euclidean"), ("average", "manhattan")])
def test_drift_of_a_tree_compares_predict_with_predict(blobs, linkage, metric):
    old, new = blobs
    model = AgglomerativeClustering(3, linkage=linkage, metric=metric).fit(old)
    found, labels = drift(model, new[:300]), model.predict(old)
    assert found.shares_then.tolist() == (np.bincount(labels) / 400).tolist()
    assert drift(model, old).index == 0
    if metric == "manhattan":
        assert np.isnan(found.distances_then).all()
        return
    centers = np.stack([old[model.labels_ == i].mean(axis=0) for i in range(3)])
    for i in range(3):
        far = np.linalg.norm(old[labels == i] - centers[i], axis=1)
        assert found.distances_then[i] == pytest.approx(np.sqrt(np.mean(far**2)))


def test_drift_of_a_profile_assigns_to_the_nearest_mean_in_standard_deviations():
    rng = np.random.default_rng(8)
    X = np.column_stack([rng.normal(0, 1, 300), rng.normal(0, 1000, 300), np.full(300, 3.0)])
    X[200:, :2] += [4, 4000]
    labels = np.repeat([4, 7, -1], [200, 90, 10])
    known = profile(X, labels, noun="customers")
    new = X[::2] + [0.5, 0, 0]
    new[3, 1] = np.nan
    found = drift(known, new)
    scaled = (np.where(np.isnan(new), X.mean(axis=0), new) - X.mean(axis=0))[:, :2] / X.std(axis=0)[:2]
    far = np.linalg.norm(scaled[:, None] - known.differences[None, :, :2], axis=2)
    assert found.labels.tolist() == np.array([4, 7])[far.argmin(axis=1)].tolist()
    assert found.distance_now == pytest.approx(np.sqrt(np.mean(far.min(axis=1) ** 2)))
    assert found.clusters.tolist() == [4, 7] and found.sentences[0].startswith("150 new customers against 300: ")
    same = drift(known, X)
    assert same.index == 0 and same.distances_now.tolist() == same.distances_then.tolist()
    assert (same.shares_now.sum(), same.noise_now) == (1, 0)


def test_drift_of_a_profile_finds_columns_by_name_or_place():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"kind": list("abab"), "x": [1.0, 2.0, 9.0, 9.5], "y": [1, 2, 3, 5]})
    known = profile(frame, [0, 0, 1, 1])
    expected = drift(known, frame).labels.tolist()
    for new in (
        frame[["y", "x"]],
        frame.assign(more=1.0)[["y", "more", "x", "kind"]],
        frame.to_numpy(dtype=object),
        frame[["x", "y"]].to_numpy(),
    ):
        assert drift(known, new).labels.tolist() == expected == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="X_new has no column 'y', which the profile was made from"):
        drift(known, frame[["x", "kind"]])
    with pytest.raises(ValueError, match="Column 'x' of X_new does not hold numbers"):
        drift(known, frame.assign(x="text"))
    with pytest.raises(ValueError, match="X_new has 5 columns, but the profile was made from 3"):
        drift(known, np.ones((3, 5)))


def test_chance_alone_exceeds_its_bound_in_one_of_twenty_cases():
    from coterie.explain._drift import stability_index

    rng = np.random.default_rng(9)
    share = np.array([0.5, 0.3, 0.15, 0.05])
    above = [
        index > bound
        for index, bound in (
            stability_index(rng.multinomial(400, share), rng.multinomial(300, share)) for _ in range(2000)
        )
    ]
    assert 0.035 < np.mean(above) < 0.065
    assert stability_index(np.array([5, 0]), np.array([9, 0])) == (0.0, 0.0)


def test_models_that_can_not_drift_are_refused(blobs):
    with pytest.raises(NotFittedError):
        drift(KMeans(2), blobs[0])
    with pytest.raises(TypeError, match="drift needs a Profile, or a fitted estimator with labels_ and predict"):
        drift("model", blobs[0])
    with pytest.raises(ValueError, match="a profile with a cluster, and with a feature that is a number"):
        drift(profile([["a"], ["b"]], [0, 1]), [["a"]])


def test_progress_is_reported_and_work_can_be_cancelled():
    seen = []
    with coterie.progress(lambda *report: seen.append(report)):
        profile(IRIS, SPECIES)
    assert [report for report in seen if report[0] == "profile"] == [("profile", j, 4) for j in range(5)]
    with pytest.raises(coterie.Cancelled), coterie.progress(lambda *report: False):
        profile(IRIS, SPECIES)


def test_drift_of_scikit_learns_kmeans(blobs):
    theirs = pytest.importorskip("sklearn.cluster").KMeans(2, n_init=1, random_state=0).fit(blobs[0])
    ours = KMeans(2, init=theirs.cluster_centers_).fit(blobs[0])
    assert drift(theirs, blobs[1]).index == drift(ours, blobs[1]).index
    assert drift(theirs, blobs[1]).distance_now == pytest.approx(drift(ours, blobs[1]).distance_now)


def test_public_names():
    assert explain.__all__ == ["Category", "Drift", "Noise", "Profile", "drift", "outlier_scores", "profile"]


def test_at_a_prompt_they_are_a_line():
    found = profile(IRIS, SPECIES, NAMES, noun="flowers")
    assert repr(found) == "<Profile of 150 flowers in 3 clusters; print() shows it>"
    assert repr(profile(IRIS, np.zeros(150, int))) == "<Profile of 150 rows in 1 cluster; print() shows it>"
    assert re.fullmatch(
        r"<Drift of 50 flowers against 150: large, stability index [\d.]+; print\(\) shows it>",
        repr(drift(found, IRIS[:50])),
    )


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
