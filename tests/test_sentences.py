"""What is said about data is true of the numbers beside it: sentences on thousands of made tables are read again."""

import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

import coterie
from coterie import explain
from coterie._base import wording
from coterie.cli._report import chapters, findings, recommending
from coterie.cli._table import Table
from coterie.explain import _drift
from coterie.explain._sentences import value_text
from coterie.selection import Sweep, _suggest_k, suggest_eps, suggest_k, sweep

pytestmark = [
    pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning"),
    pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning"),
    pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning"),
]

NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"


def reads(text, value):
    """Whether a printed number is the value, but for rounding."""
    digits = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.5001 * 10.0**-digits + 1e-12 * abs(value)


def two_decimals(value):
    return f"{round(float(value), 2) + 0.0:.2f}"  # no -0


def listed(text):
    return [int(each) for each in re.findall(r"\d+", text)]


# ------------------------------------------------------------------------------------------- how many clusters


class Told:
    """Reads the sentences of a suggestion: each must have one of the forms below and hold of the table."""

    def __init__(self, found):
        self.found, self.ks = found, [row["n_clusters"] for row in found.sweep]
        self.at = self.ks.index(found.k) if found.k > 1 else None
        self.silhouette = np.array([row["silhouette"] for row in found.sweep])
        self.stability = np.array([row.get("stability", math.nan) for row in found.sweep])
        self.excess = self.silhouette - found.by_chance

    def of(self, k, values):
        return float(values[self.ks.index(int(k))])

    def check(self, sentence):
        held = []
        for form, holds in FORMS.items():
            if match := re.fullmatch(form, sentence):
                assert holds(self, **match.groupdict()) is not False, sentence
                held.append(form)
        assert len(held) == 1, sentence


def check_highest(told, ks, here, chance, k=None):
    named = listed(ks)
    assert told.found.k in named and (k is None or int(k) == told.found.k)
    assert named == [
        each for each, value in zip(told.ks, told.silhouette, strict=True) if value == np.nanmax(told.silhouette)
    ]
    check_above(told, told.found.k, here, chance)


def check_above(told, k, here, chance):
    assert reads(here, told.of(k, told.silhouette)) and reads(chance, told.of(k, told.found.by_chance))
    assert float(here) > float(chance)


def check_elsewhere(told, k, here):
    assert told.of(k, told.silhouette) == np.nanmax(told.silhouette) > told.of(told.found.k, told.silhouette)
    assert reads(here, told.of(k, told.silhouette)) and int(k) != told.found.k


def check_not_clear(told, k, here, chance, varies=None):
    check_elsewhere(told, k, here)
    assert reads(chance, told.of(k, told.found.by_chance))
    assert varies or told.of(k, told.excess) < 0.1


def check_less_stable(told, k, here, there, at):
    check_elsewhere(told, k, here)
    assert reads(there, told.of(k, told.stability)) and reads(at, told.of(told.found.k, told.stability))
    assert float(there) < float(at)


def check_more_by_chance(told, k, here, there, at):
    check_elsewhere(told, k, here)
    by_chance = told.found.by_chance
    assert reads(there, told.of(k, by_chance)) and reads(at, told.of(told.found.k, by_chance))
    assert float(there) > float(at)


def check_stands_out(told, most, k, here, chance):
    assert int(k) == told.found.k
    check_above(told, k, here, chance)
    assert bool(most) == (told.of(k, told.excess) == np.nanmax(told.excess))


def check_stability(told, n, ks, most, nearly=None, low=None, high=None, k=None, other=None):
    assert int(n) == told.found.sweep.n_resamples
    printed = list(map(two_decimals, told.stability))
    assert most == two_decimals(np.nanmax(told.stability))
    assert listed(ks) == [each for each, text in zip(told.ks, printed, strict=True) if text == most]
    rest = [two_decimals(told.of(each, told.stability)) for each in listed(nearly or "")]
    assert all(float(most) - 0.031 < float(text) < float(most) for text in rest)
    assert not rest or [min(rest, key=float), max(rest, key=float)] == [low, high or low]
    assert k is None or (other == printed[told.ks.index(int(k))] and int(k) == told.found.k)
    assert (
        k is not None
        or told.at is None
        or told.found.k in listed(ks) + listed(nearly or "")
        or math.isnan(told.stability[told.at])
    )


def check_only_stability(told, n, k, value):
    assert int(n) == told.found.sweep.n_resamples and value == two_decimals(told.of(k, told.stability))
    assert np.count_nonzero(~np.isnan(told.stability)) == 1


def check_index(told, name, ks, too=None):
    sign = -1 if name == "Davies-Bouldin" else 1
    values = np.array([sign * row[name.lower().replace("-", "_")] for row in told.found.sweep])
    assert listed(ks) == [k for k, value in zip(told.ks, values, strict=True) if value == np.nanmax(values)]
    assert not too or told.of(told.found.k, told.silhouette) == np.nanmax(told.silhouette)


def check_others(told, ks, view, values):
    assert tuple(listed(ks)) == told.found.others
    assert ("coarser" in view) == (min(told.found.others) < told.found.k)
    assert ("finer" in view) == (max(told.found.others) > told.found.k)
    texts = re.findall(NUMBER, values)
    assert all(reads(text, told.of(k, told.silhouette)) for text, k in zip(texts, listed(ks), strict=True))


def check_unstable(told, value):
    assert value == two_decimals(told.stability[told.at]) and told.stability[told.at] < 0.95 and not told.found.clear


def check_lopsided(told, part, clusters=None):
    labels = told.found.sweep.labels[told.at]
    sizes = np.bincount(labels[labels >= 0])
    assert part == wording.share(sizes.max() / sizes.sum()) and sizes.max() >= 0.9 * sizes.sum()
    assert bool(clusters) == bool((labels < 0).any())


def check_nearest(told, k, here, chance, varies=None):
    assert told.of(k, told.excess) == np.nanmax(told.excess)
    assert reads(here, told.of(k, told.silhouette)) and reads(chance, told.of(k, told.found.by_chance))
    assert varies or told.of(k, told.excess) < 0.1


KS = r"(?P<ks>\d+(?:, \d+)*(?: and \d+)?)"
N = NUMBER
FORMS = {
    rf"silhouette is highest for k = {KS} \((?P<here>{N}); data without clusters: (?P<chance>{N})(?: for k = (?P<k>\d+)"
    r")?\)": check_highest,
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but there it is not clearly above that of data "
    rf"without clusters \((?P<chance>{N})(?P<varies>, which varies by {N})?\)": check_not_clear,
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but resamples agree less there "
    rf"\((?P<there>{N}) against (?P<at>{N})\)": check_less_stable,
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but there it is not known how far resamples agree": lambda told, k, here: (
        check_elsewhere(told, k, here) or math.isnan(told.of(k, told.stability))
    ),
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but data without clusters have more there, too "
    rf"\((?P<there>{N}) against (?P<at>{N})\)": check_more_by_chance,
    rf"silhouette stands out(?P<most> most)? for k = (?P<k>\d+) \((?P<here>{N}); data without clusters: (?P<chance>{N})"
    r"\)": lambda told, most, **rest: check_stands_out(told, most or len(told.ks) == 1, **rest),
    rf"(?P<n>\d+) resamples? agrees? best for k = {KS} \(adjusted Rand index (?P<most>{N})\)(?:, nearly as well for k ="
    rf" (?P<nearly>[\d, and]+) \((?P<low>{N})(?: to (?P<high>{N}))?\))?(?:; for k = (?P<k>\d+) it is (?P<other>{N}))?": check_stability,
    rf"(?P<n>\d+) resamples? agrees? for k = (?P<k>\d+) with an adjusted Rand index of (?P<value>{N})": check_only_stability,
    rf"(?P<name>Davies-Bouldin|Calinski-Harabasz) index is best for k = {KS}(?P<too>, too)?": check_index,
    rf"k = {KS} stands? out, too, for a (?P<view>.*) view \(silhouette (?P<values>.*)\)": check_others,
    r"(?:resamples do not always|the resample does not) have the same clusters \(adjusted Rand index "
    rf"(?P<value>{N})\): they may be .*": check_unstable,
    r"it was not tried whether resamples have the same clusters": lambda told: (
        math.isnan(told.stability[told.at]) and not told.found.clear
    ),
    r"one cluster has (?P<part>.*%) of the rows(?P<clusters> that are in clusters)?: this sets few rows apart, .*": check_lopsided,
    r"k = (?P<k>\d+) is the only number that was tried": lambda told, k: told.ks == [int(k)],
    r"k = (?P<k>\d+) is the largest that was tried: try larger ones": lambda told, k: (
        int(k) == told.found.k == max(told.ks) and int(k) + 1 < len(told.found.sweep.data)
    ),
    r"no structure: no k gives clusters that can be compared, as where all rows are equal": lambda told: bool(
        np.isnan(told.excess).all()
    ),
    r"no structure: for no k is the silhouette clearly above that of data without clusters; k = (?P<k>\d+) comes "
    rf"nearest, (?P<here>{N}) against (?P<chance>{N})(?P<varies>, which varies by {N})?": check_nearest,
    r"no structure: for k = (?P<k>\d+) the silhouette is not clearly above that of data without clusters, "
    rf"(?P<here>{N}) against (?P<chance>{N})(?P<varies>, which varies by {N})?": lambda told, **rest: (
        check_nearest(told, **rest) or len(told.ks) == 1
    ),
}


def check_suggestion(found):
    told = Told(found)
    for sentence in (*found.reasons, *found.doubts):
        told.check(sentence)
    assert found.reasons and (found.clear or found.doubts or found.k == 1)
    # Nothing that speaks for another number, or against this one, is a reason.
    speaks_for = [int(k) for each in found.reasons for k in re.findall(r"index is best for k = .*?(\d+)", each)]
    assert found.k == 1 or not speaks_for or found.k in speaks_for or any(" and " in each for each in found.reasons)
    assert not any("same clusters" in each or "stands out, too" in each for each in found.reasons)


def made_table(rng):
    """A table as `sweep` might give it: with ties, values that nearly tie, and some that are not defined."""
    n = int(rng.integers(1, 9))
    ks = np.sort(rng.choice(np.arange(2, 14), n, replace=False)).tolist()
    digits = int(rng.choice([1, 2, 3, 9]))

    def column(low, high):
        values = rng.uniform(low, high, n).round(digits)
        if rng.random() < 0.3:  # all nearly alike
            values = values[0] + rng.uniform(-0.004, 0.004, n).round(digits)
        if rng.random() < 0.1:
            values[rng.random(n) < 0.5] = math.nan
        return values

    silhouette = column(-0.2 if rng.random() < 0.2 else 0.2, 0.9)
    n_resamples = int(rng.choice([0, 1, 20], p=[0.1, 0.1, 0.8]))
    stability = np.minimum(column(*((0.9, 1.02) if rng.random() < 0.6 else (-0.1, 1))), 1.0)
    stability[np.isnan(silhouette)] = math.nan
    others = {"davies_bouldin": column(0, 3), "calinski_harabasz": column(0, 3000)}
    kept = [name for name in others if rng.random() < 0.8]
    rows = [
        {"n_clusters": k, "noise": 0.0, "inertia": 1.0, "silhouette": float(silhouette[i])}
        | {name: float(others[name][i]) for name in kept}
        | ({"stability": float(stability[i]), "stability_spread": 0.0} if n_resamples else {})
        for i, k in enumerate(ks)
    ]
    n_rows = int(rng.choice([max(ks) + 1, 60, 400]))
    labels = [rng.choice(k, n_rows, p=rng.dirichlet(np.full(k, 0.1 if rng.random() < 0.3 else 9.0))) for k in ks]
    if rng.random() < 0.2:
        labels = [np.where(rng.random(n_rows) < 0.1, -1, each) for each in labels]
    found = Sweep(
        rows, ("n_clusters",), ("silhouette", *kept), labels, coterie.KMeans(), np.zeros((n_rows, 2)), n_resamples
    )
    by_chance = silhouette - rng.choice([-0.05, 0.0, 0.05, 0.1, 0.2], n) - rng.uniform(0, 0.2, n).round(digits)
    return found, ks, by_chance, rng.choice([0.0, 0.01, 0.05], n)


def test_each_sentence_on_k_holds_of_the_whole_table():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(6000):
        found = _suggest_k._decide(*made_table(rng))
        check_suggestion(found)
        seen |= {form for form in FORMS for each in (*found.reasons, *found.doubts) if re.fullmatch(form, each)}
    assert seen == set(FORMS)


def odd_tables():
    rng = np.random.default_rng(1)
    blobs = rng.normal(size=(60, 2)) + 9 * np.eye(2)[rng.integers(0, 2, 60)]
    return {
        "blobs": blobs,
        "even": rng.random((50, 2)),
        "skewed": np.exp(2 * rng.normal(size=(50, 2))),
        "ties": rng.integers(0, 3, (50, 2)).astype(float),
        "few rows": rng.normal(size=(4, 2)),
        "three rows": np.array([[0.0], [1.0], [5.0]]),
        "duplicates": np.repeat(blobs[:4], 9, axis=0),
        "one far out": np.concatenate([rng.normal(size=(50, 2)), [[100.0, 0.0]]]),
        "equal": np.ones((9, 2)),
        "one column": rng.normal(size=(40, 1)),
        "wide": rng.normal(size=(12, 30)),
        "tiny": 1e-9 * blobs,
        "huge": 1e12 * blobs,
    }


@pytest.mark.parametrize("kind", odd_tables())
def test_sentences_on_k_hold_of_real_sweeps(kind):
    X = odd_tables()[kind]
    for seed, (ks, stability) in enumerate([(range(2, 6), 3), ([2], 2), ([2, 9], 1), (range(2, 4), 0)]):
        check_suggestion(suggest_k(X, n_clusters=ks, stability=stability, random_state=seed))
    ward = sweep(coterie.AgglomerativeClustering(), X, {"n_clusters": [2]}, scores=["silhouette"], stability=2)
    check_suggestion(suggest_k(ward, random_state=0))


# ------------------------------------------------------------------------------------------- what clusters are like


def shows(text, value):
    """Whether a text such as "1,230", "33%", "under 1%" is the value, to three digits or to the last one it has."""
    if text.endswith("%"):
        value *= 100
    word, _, digits = text.rstrip("%").rpartition(" ")
    shown = float(digits.replace(",", ""))
    if word:
        return 0 < value < shown if word == "under" else shown < value < 100
    if text in ("0%", "100%"):
        return abs(value - shown) < 1e-9
    unit = 10.0 ** -len(digits.partition(".")[2]) if "e" not in digits else 0.0
    return abs(shown - value) <= max(0.5 * unit, 0.005 * abs(value)) * (1 + 1e-9)


PART = r"(?:under |over )?[\d.]+%"
BASIS = r"(?P<basis>; known for (?:all [\d,]+|[\d,]+ of [\d,]+)(?:, and for [\d,]+ of [\d,]+ overall)?)?"
FACTORS = {
    "twice": 2,
    "half": 1 / 2,
    "a third": 1 / 3,
    "a quarter": 1 / 4,
    "a fifth": 1 / 5,
    "a tenth": 1 / 10,
    "two thirds": 2 / 3,
    "three quarters": 3 / 4,
}
HEAD = re.compile(
    rf"(?:cluster (?P<label>\d+)|noise), (?:all (?P<all>[\d,]+)|(?P<size>[\d,]+) of (?P<n>[\d,]+)|"
    rf"(?P<part>{PART}) of) rows(?P<none> in no cluster)?"
)
FLAG = re.compile(rf"(?P<name>c\d+) in (?P<here>{PART}) \((?P<overall>{PART}) overall{BASIS}\)")
VALUE = re.compile(
    rf"(?P<name>c\d+) (?P<how>mostly|more often|less often|seldom|always|never) (?P<value>\S+) "
    rf"\((?:(?P<here>{PART}) against )?(?P<overall>{PART})(?: overall)?{BASIS}\)"
)
WAY = re.compile(
    rf"(?P<way>higher|lower) (?P<name>c\d+) \((?P<here>{N}) against (?P<overall>{N})"
    rf"(?P<mean> on average)?{BASIS}\)"
)
TIMES = re.compile(
    rf"(?P<name>c\d+) (?P<about>about )?(?P<factor>{N} times|1/{N}|{'|'.join(FACTORS)})"
    rf"(?P<the> (?:of )?the median)? \((?P<here>{N}) against (?P<overall>{N}){BASIS}\)"
)


def check_profile(found, columns, labels):
    """Each sentence about the columns, recomputed from them."""
    n = len(labels)
    clusters = sorted(set(labels[labels >= 0].tolist())) + [-1] * bool((labels < 0).any())
    assert len(found.sentences) == len(clusters)
    for sentence, label in zip(found.sentences, clusters, strict=True):
        inside = labels == label
        head, _, body = sentence.partition(": ")
        told = HEAD.fullmatch(head)
        assert told and (told["label"] or "-1") == str(label) and bool(told["none"]) == (label < 0), sentence
        size = int(inside.sum())
        if told["part"]:
            assert shows(told["part"], size / n), sentence
        else:
            assert {int(each.replace(",", "")) for each in (told["all"] or told["size"], told["all"] or told["n"])} == {
                size,
                n,
            }, sentence
        assert (body == "nothing to compare with") == (size == n), sentence
        if size < n:
            check_body(body, columns, inside)


def check_body(body, columns, inside):
    rest = body.removeprefix("on average much like all rows")
    phrases = re.split(r"(?<=\)), |(?<=missing), ", rest.removeprefix(", at most "))
    said_median = False
    for phrase in filter(None, phrases):
        if phrase.endswith(" missing"):
            absent = [name for name, column in columns.items() if all(value is None for value in column[inside])]
            named = re.findall(r"c\d+", phrase)
            more = int((re.findall(r"(\d+) more", phrase) or [0])[0])
            assert set(named) <= set(absent) and len(named) + more == len(absent), body
            continue
        told = next(filter(None, (form.fullmatch(phrase) for form in (FLAG, VALUE, WAY, TIMES))), None)
        assert told, (phrase, body)
        column = columns[told["name"]]
        here = [value for value in column[inside] if value is not None]
        overall = [value for value in column if value is not None]
        of_all = False
        if told.re in (FLAG, VALUE):
            value = "1" if told.re is FLAG else told["value"]
            a, b = (
                np.mean(
                    [value_text(int(each) if isinstance(each, float) else each) == value for each in every]
                )
                for every in (here, overall)
            )
            assert shows(told["overall"], b) and (told["here"] is None or shows(told["here"], a)), (phrase, a, b)
            how = told["how"] if told.re is VALUE else None
            assert {
                "always": a == 1,
                "never": a == 0,
                "mostly": a > max(b, 0.5),
                "more often": 0.5 >= a > b,
                "seldom": a < min(b, 0.2),
                "less often": 0.2 <= a < b,
                None: True,
            }[how], (phrase, a, b)
            assert a == b or told["here"] != told["overall"], phrase
            of_all = a in (0, 1)
        else:
            middle = np.mean if told.re is WAY and told["mean"] else np.median
            a, b = float(middle(here)), float(middle(overall))
            assert shows(told["here"], a) and shows(told["overall"], b), (phrase, a, b)
            assert told["here"] != told["overall"], phrase
        if told.re is WAY:
            assert (told["way"] == "higher") == (a > b), phrase
        if told.re is TIMES:
            assert min(overall) >= 0, phrase
            factor = told["factor"].removesuffix(" times").replace(",", "")
            factor = FACTORS.get(factor) or (1 / float(factor[2:]) if factor.startswith("1/") else float(factor))
            assert factor == pytest.approx(a / b, rel=0.055), phrase
            assert bool(told["the"]) != said_median, body
            said_median = True
        check_basis(told["basis"], len(here), int(inside.sum()), len(overall), len(column), of_all, phrase)
    assert rest != body or phrases, body


def check_basis(text, known, size, known_at_all, n, of_all, phrase):
    said = [int(each.replace(",", "")) for each in re.findall(r"[\d,]*\d", text or "")]
    if 2 * known_at_all < n:
        assert said == [*([size] if known == size else [known, size]), known_at_all, n], phrase
    elif 2 * known < size or (of_all and known < size):
        assert said == [known, size], phrase
    else:
        assert not said, phrase


def made_columns(rng, n, labels):
    """Columns of all kinds, some of which go with the labels; None where a value is missing."""
    push = rng.normal(0, rng.choice([0, 1, 3]), labels.max() + 2)[labels]
    kinds = {
        "normal": lambda: rng.normal(push),
        "positive": lambda: rng.normal(50 + 5 * push, 3),
        "tail": lambda: np.exp(2 * push + rng.normal(size=n)),
        "count": lambda: rng.poisson(np.exp(push)).astype(float),
        "zeros": lambda: np.where(rng.random(n) < 0.7, 0.0, rng.exponential(1, n)),
        "flag": lambda: (rng.random(n) < 1 / (1 + np.exp(-push))).astype(float),
        "constant": lambda: np.full(n, 7.0),
        "codes": lambda: 1.0 + (labels + rng.integers(0, 2, n)) % 3,
        "huge": lambda: 1e12 * rng.normal(push),
        "tiny": lambda: 1e-9 * np.exp(push + rng.normal(size=n)),
        "near": lambda: 1e6 + 1e-3 * rng.normal(push),
        "rare": lambda: (rng.random(n) < 0.01).astype(float),
        "negative": lambda: -np.exp(push + rng.normal(size=n)),
        "two levels": lambda: np.where(labels % 2 == 0, 16.0, 905.0) + rng.normal(size=n),
        "bool": lambda: rng.random(n) < 1 / (1 + np.exp(-push)),
        "text": lambda: np.array(["red", "green", "blue"])[(labels + rng.integers(0, 2, n)) % 3],
        "steady text": lambda: np.array(["x", "y"])[(labels == 0).astype(int)],
    }
    columns = {}
    for j, kind in enumerate(rng.choice(list(kinds), rng.integers(1, 6), replace=False)):
        column = np.array(kinds[kind]().tolist(), dtype=object)
        missing = rng.choice([0, 0, 0, 0.02, 0.4, 0.9])
        column[(rng.random(n) < missing) & ((labels == 0) | (rng.random() < 0.5))] = None
        columns[f"c{j}"] = column
    return columns


@pytest.mark.parametrize("seed", range(10))
def test_each_sentence_on_clusters_holds_of_the_columns(seed):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        n = int(rng.choice([1, 2, 5, 30, 150, 400, 3000], p=[0.05, 0.05, 0.1, 0.2, 0.3, 0.25, 0.05]))
        k = int(rng.integers(1, 6))
        labels = rng.choice(k, n, p=rng.dirichlet(np.full(k, rng.choice([0.2, 5.0]))))
        if rng.random() < 0.4:
            labels[rng.random(n) < rng.choice([0.001, 0.1, 1.0])] = -1
        columns = made_columns(rng, n, labels)
        X = np.empty((n, len(columns)), dtype=object)
        for j, column in enumerate(columns.values()):
            X[:, j] = column
        check_profile(explain.profile(X, labels, list(columns)), columns, labels)


# ------------------------------------------------------------------------------------------- then and now


def check_drift(drift):
    told = re.fullmatch(
        rf"({N}) new rows against ({N}): shares (differ no more than by chance|changed(?: a little| a "
        rf"lot)?) \(stability index ({N}), up to ({N}) by chance(?:; [^)]*)?\)(?:: (.*))?",
        drift.sentences[0],
    )
    assert told, drift.sentences
    now, then, what, index, by_chance, moved = told.groups()
    assert [now, then] == [f"{drift.n_now:,}", f"{drift.n_then:,}"]
    assert shows(index, drift.index) and shows(by_chance, drift.by_chance)
    assert (
        what
        == {
            "chance": "differ no more than by chance",
            "small": "changed a little",
            "moderate": "changed",
            "large": "changed a lot",
        }[drift.reading]
    )
    low, high = {
        "chance": (-1, float(by_chance)),
        "small": (float(by_chance), 0.1),
        "moderate": (0.1, 0.25),
        "large": (0.25, math.inf),
    }[drift.reading]
    assert low <= float(index) <= high and (float(index) < high or drift.reading in ("chance", "large"))
    assert (float(index) > float(by_chance)) == (drift.reading != "chance")
    apart = []
    for each in filter(None, (moved or "").split(", ")):
        name, way, then, now = re.fullmatch(r"(.+) (rose|fell) from ([\d.]+)% to ([\d.]+)%", each).groups()
        shares = (
            (drift.noise_then, drift.noise_now)
            if name == "noise"
            else (drift.shares_then[int(name[8:])], drift.shares_now[int(name[8:])])
        )
        assert (way == "rose") == (float(now) > float(then)) and then != now, each
        assert shows(f"{then} %".replace(" ", ""), shares[0]) or abs(float(then) - 100 * shares[0]) <= 0.5, each
        assert abs(float(now) - 100 * shares[1]) <= 0.51 * 10.0 ** -len(now.partition(".")[2]), each
        apart.append(abs(shares[1] - shares[0]))
    assert apart == sorted(apart, reverse=True)
    for sentence in drift.sentences[1:]:
        how, now, then = re.fullmatch(rf"rows are (.*) \(root mean square ({N}) against ({N})\)", sentence).groups()
        assert shows(now, drift.distance_now) and shows(then, drift.distance_then)
        if how.endswith(" times as far from their centers as then"):
            assert float(how.split()[0].replace(",", "")) == pytest.approx(
                drift.distance_now / drift.distance_then, rel=0.006
            )
        else:
            assert {
                "about as far from their centers as then": abs(drift.distance_now - drift.distance_then)
                <= 0.051 * drift.distance_then,
                "no longer all at their centers": drift.distance_then == 0 < drift.distance_now,
                "all at their centers, as they were not then": drift.distance_now == 0 < drift.distance_then,
            }[how]


def test_each_sentence_on_drift_holds_of_the_shares():
    rng = np.random.default_rng(0)
    readings = set()
    for _ in range(3000):
        k, n_then, n_now = int(rng.integers(1, 6)), *rng.choice([3, 40, 1000, 10**6], 2)
        p = rng.dirichlet(np.full(k + 1, rng.choice([0.3, 3.0])))
        if rng.random() < 0.5:
            p[-1] = 0
            p /= p.sum()
        q = rng.dirichlet(1 + p * 10.0 ** rng.integers(1, 6)) * (p > 0)
        then, now = rng.multinomial(n_then, p), rng.multinomial(n_now, q / q.sum())
        index, by_chance = _drift.stability_index(then, now)
        reading = _drift.read_index(index, by_chance)
        far = rng.choice([math.nan, 0.0, 1.0, 1.03, 1.06, 250.0, 1e-9], 2) * rng.choice([1, rng.random()], 2)
        drift = explain.Drift(
            np.arange(k),
            np.zeros(n_now),
            n_then,
            n_now,
            then[:-1] / n_then,
            now[:-1] / n_now,
            then[-1] / n_then,
            now[-1] / n_now,
            np.full(k, far[0]),
            np.full(k, far[1]),
            *far,
            index,
            by_chance,
            reading,
        )
        check_drift(drift)
        readings.add(reading)
    assert readings == {"chance", "small", "moderate", "large"}


# ------------------------------------------------------------------------------------------- which eps


def check_eps(found):
    reason, curve = found.reason, found.distances
    within = curve <= found.eps
    kth = r"the \d+(?:st|nd|rd|th) neighbor, the row itself counted,"
    if found.clear:
        told = re.fullmatch(
            rf"a clear knee: {kth} is within (?P<eps>{N}) for (?P<part>{PART}) of the rows(?:, and "
            rf"typically (?:(?P<times>{N}) times as far for the others as for these|at (?P<far>{N}) "
            r"for the others))?",
            reason,
        )
        assert told and within.all() == (told["times"] is None and told["far"] is None), reason
        if told["times"]:
            assert shows(told["times"], np.median(curve[~within]) / np.median(curve[within])), reason
            assert float(told["times"].replace(",", "")) > 1, reason
        if told["far"]:
            assert np.median(curve[within]) == 0 and shows(told["far"], np.median(curve[~within])), reason
    elif "is at" in reason:
        told = re.fullmatch(rf"no clear knee: {kth} is at {N}(?: or at 0)? for all rows", reason)
        assert told and len(set(curve[curve > 0])) == 1 and ("or at 0" in reason) == bool((curve == 0).any()), reason
        return
    else:
        told = re.fullmatch(
            rf"no clear knee: the distances to {kth} (?P<seen>show no bend .*|bend before a quarter of "
            rf"the rows.*); (?P<eps>{N}) is enough for (?P<part>{PART}) of the rows",
            reason,
        )
        assert told, reason
    assert float(told["eps"]) == pytest.approx(found.eps, rel=1e-5) and shows(told["part"], within.mean()), reason


def scene(rng, n, d):
    """Rows that are about as dense all over, or not; with and without equal ones."""
    kinds = {
        "even": lambda: rng.random((n, d)),
        "normal": lambda: rng.normal(size=(n, d)),
        "ties": lambda: rng.integers(0, 12, (n, d)).astype(float),
        "line": lambda: np.arange(float(n))[:, np.newaxis],
        "blobs": lambda: rng.normal(size=(n, d)) + 20 * rng.integers(0, 3, (n, 1)),
        "noise": lambda: np.where(rng.random((n, 1)) < 0.3, 20 * rng.random((n, d)), rng.normal(size=(n, d))),
        "duplicates": lambda: np.repeat(rng.normal(size=(-(-n // 5), d)), 5, axis=0)[:n],
        "few near": lambda: np.concatenate([rng.normal(0, 1e-3, (n // 6 + 2, d)), rng.normal(size=(n, d))]),
        "tail": lambda: np.exp(3 * rng.normal(size=(n, d))),
    }
    return 10.0 ** rng.integers(-9, 9) * kinds[rng.choice(list(kinds))]()


@pytest.mark.parametrize("seed", range(6))
def test_the_sentence_on_eps_holds_of_the_distances(seed):
    rng = np.random.default_rng(seed)
    for _ in range(60):
        X = scene(rng, int(rng.choice([5, 20, 200, 1000])), int(rng.integers(1, 4)))
        try:
            found = suggest_eps(X, int(rng.integers(1, 6)))
        except ValueError as error:
            assert "at distance 0" in str(error)
            continue
        check_eps(found)


# ------------------------------------------------------------------------------------------- the report


def test_one_big_cluster_is_a_doubt_by_any_method():
    rng = np.random.default_rng(0)
    for _ in range(300):
        labels = rng.choice(3, 200, p=rng.dirichlet([0.3, 0.3, 0.3]))
        method = str(rng.choice(["k-means", "DBSCAN", "Ward"]))
        if method == "DBSCAN":
            labels[rng.random(200) < 0.2] = -1
        structure = str(rng.choice(["clear", "likely", "dense", "none", "asked"]))
        choice = recommending.Choice(method, None, labels, structure)
        recommending._doubt_data(choice, Table(np.zeros((200, 1)), ["a"], ["a"]))
        sizes = np.bincount(labels[labels >= 0], minlength=1)
        is_big = np.count_nonzero(sizes) > 1 and sizes.max() >= 0.9 * sizes.sum()
        told = [
            re.match(rf"Cluster (\d) has ({PART}) of the rows( that are in clusters)?: this sets few rows apart", doubt)
            for doubt in choice.doubts
        ]
        told = [each for each in told if each]
        assert len(told) == is_big and (choice.structure == "lopsided") == (is_big and structure != "none")
        if is_big:
            assert int(told[0][1]) == sizes.argmax() and shows(told[0][2], sizes.max() / sizes.sum())
            assert bool(told[0][3]) == bool((labels < 0).any())


def test_why_columns_are_scaled_as_they_are_holds_of_the_columns():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(400):
        n, d = int(rng.choice([5, 60, 500])), int(rng.integers(1, 5))
        tail = rng.random(d) < rng.choice([0.1, 0.9])
        X = np.where(tail, np.exp(rng.uniform(0.5, 2, d) * rng.normal(size=(n, d)) + 3), rng.normal(9, 1, (n, d)))
        if rng.random() < 0.3:
            X[:, 0] = np.where(rng.random(n) < 0.2, 100.0, 0.0) + rng.normal(size=n)
        names = [f"c{j}" for j in range(d)]
        method, why = findings.choose_scaling(Table(X, names, names), "auto")
        seen.add(method)
        skewed = [name for name, column in zip(names, X.T, strict=True) if findings._has_long_tail(column)]
        if method == "standard":
            name, far = re.search(
                r"farthest out, in (c\d), is then ([\d.]+) standard deviations from the mean", why
            ).groups()
            z = abs(X - X.mean(axis=0)) / X.std(axis=0)
            assert z[:, names.index(name)].max() == z.max() and reads(far, z.max())
            assert re.findall(r"c\d", why)[1:] == skewed and ("long tail" in why) == bool(skewed)
            assert ("--scale log" in why) == (bool(skewed) and X.min() >= 0)
        elif method == "log":
            assert X.min() >= 0 and re.findall(r"c\d", why) == skewed and 2 * len(skewed) >= d
        else:
            for name in re.findall(r"c\d", why):
                column = X[:, names.index(name)]
                far = abs(column - np.median(column)) > 3 * np.subtract(*np.percentile(column, [75, 25]))
                assert 0 < far.sum() < n / 2
    assert seen == {"standard", "log", "robust"}


def test_what_is_said_of_dbscan_holds_of_the_trial():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(3000):
        trial = findings.Trial(
            SimpleNamespace(n_features_in_=int(rng.integers(1, 4))),
            noise=float(rng.choice([0, 0.001, 0.2, 0.5])),
            largest=0.5,
            n_sizeable=int(rng.integers(0, 4)),
            covered=float(rng.choice([0.3, 0.597, 0.8, 0.9996])),
            misplaced=float(rng.choice([0, 0.0001, 0.03, 0.3])),
            steady=tuple(rng.choice([0.3, 0.799, 0.95], 2)),
        )
        is_recommended = bool(trial.convincing and rng.random() < 0.5)
        text = chapters._judge_density(trial, is_recommended)
        seen.add(re.sub(rf"{PART}|[\d.]+|smaller|larger", "", text))
        assert ("Recommended" in text) == is_recommended and ("It would be" in text) == (
            trial.convincing and not is_recommended
        )
        assert ("no dense part" in text, "one dense part" in text) == (
            trial.n_sizeable == 0 and not trial.convincing,
            trial.n_sizeable == 1 and not trial.convincing,
        )
        for form, value in (
            (rf"hold only ({PART})", trial.covered),
            (rf"only ({PART}) of the rows in", trial.misplaced),
            (rf"and ({PART}) (?:of the rows )?are noise", trial.noise),
        ):
            if told := re.search(form, text):
                assert shows(told[1], value), (text, trial)
        if "none of the rows in" in text:
            assert trial.misplaced == 0
        if told := re.search(r"somewhat (smaller|larger) eps gives other clusters \(", text):
            assert trial.steady[told[1] == "larger"] < 0.8
        if "and so does" in text:
            assert max(trial.steady) < 0.8
    assert len(seen) >= 8
