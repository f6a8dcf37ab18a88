"""Profiles in words: every sentence read, every table laid out."""

import re

import numpy as np
import pytest
from reference.effect_sizes import cohens_d

from coterie.cli.demo import read_iris
from coterie.explain import profile

NAMES, IRIS, SPECIES = read_iris()


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
        phrases = [] if body.startswith("much like") else body.split("), ")
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
        f"cluster {i}, 50% of stars: much like all stars" for i in range(2)
    ]
    X[labels == 1, 1] += 0.8
    second = profile(X, labels, noun="stars").sentences[1]
    assert re.fullmatch(r"cluster 1, 50% of stars: higher x1 \([\d.]+ against [\d.]+\)", second)
    X[labels == 1, 1] -= 0.45
    third = profile(X, labels, noun="stars").sentences[1]
    assert re.match(r"cluster 1, 50% of stars: much like all stars", third)


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


@pytest.mark.parametrize("width", [40, 60, 100])
def test_tables_are_as_wide_as_asked_and_aligned(width):
    rng = np.random.default_rng(6)
    labels = rng.integers(-1, 9, 300)
    X = np.column_stack([rng.lognormal(9, 1, (300, 3)), rng.choice(["red", "green", "b" * 200], 300)])
    X[:, :3] = X[:, :3].astype(np.float64)
    found = profile(X.astype(object), labels, ["a name " * 30, "{x}", "y\nz", "color"])
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
