"""What is said about clusters and drift is true of the numbers: each sentence on made tables is read again."""

import math
import re

import numpy as np
import pytest
from reference.sentences import NUMBER, PART, shows

from coterie import explain
from coterie.explain import _drift
from coterie.explain._sentences import value_text

N = NUMBER
BASIS = r"(?P<basis>; known for (?:all [\d,]+|[\d,]+ of [\d,]+)(?:, and for [\d,]+ of [\d,]+ overall)?)?"
FACTORS = {
    "twice": 2,
    "half": 1 / 2,
    "a third": 1 / 3,
    "a quarter": 1 / 4,
    "a fifth": 1 / 5,
    "a tenth": 1 / 10,
    "a twentieth": 1 / 20,
    "a hundredth": 1 / 100,
    "a thousandth": 1 / 1000,
    "two thirds": 2 / 3,
    "three quarters": 3 / 4,
}
HEAD = re.compile(
    rf"(?:cluster (?P<label>\d+)|noise), (?:all (?P<all>[\d,]+)|(?P<size>[\d,]+) of (?P<n>[\d,]+)|"
    rf"(?P<part>{PART}) of) rows(?P<none> in no cluster)?"
)
FLAG = re.compile(rf"(?P<name>c\d+) in (?P<here>{PART}) \((?P<overall>{PART}) overall{BASIS}\)")
VALUE = re.compile(
    rf"(?P<name>c\d+) (?P<how>mostly|more often|less often|seldom|always|never) (?P<value>\S.*?) "
    rf"\((?:(?P<here>{PART}) against )?(?P<overall>{PART})(?: overall)?{BASIS}\)"
)
WAY = re.compile(
    rf"(?P<way>higher|lower) (?P<name>c\d+) \((?P<here>{N}) against (?P<overall>{N})"
    rf"(?P<mean> on average)?{BASIS}\)"
)
WITH = re.compile(rf"(?P<name>c\d+) with '(?P<word>[a-z]+)' in (?P<here>{PART}) \((?P<overall>{PART}) overall{BASIS}\)")
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
            untold = set(found.left_out) - set(found.words)
            check_body(body, {name: column for name, column in columns.items() if name not in untold}, inside)


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
        told = next(filter(None, (form.fullmatch(phrase) for form in (FLAG, VALUE, WAY, TIMES, WITH))), None)
        assert told, (phrase, body)
        column = columns[told["name"]]
        here = [value for value in column[inside] if value is not None]
        overall = [value for value in column if value is not None]
        of_all = False
        if told.re is WITH:
            a, b = (np.mean([told["word"] in value.lower().split() for value in every]) for every in (here, overall))
            assert shows(told["here"], a) and shows(told["overall"], b) and a > b, (phrase, a, b)
            of_all = a == 1
        elif told.re in (FLAG, VALUE):
            value = "1" if told.re is FLAG else told["value"]
            a, b = (
                np.mean([value_text(int(each) if isinstance(each, float) else each) == value for each in every])
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


def free_text(rng, labels):
    """One of the groups likes a word."""
    rows = zip(rng.choice(["new", "old", "Big", "small"], (len(labels), 2)).tolist(), labels.tolist(), strict=True)
    gift = rng.random(len(labels))
    more = ["Gift" if value < (0.7 if label == 0 else 0.05) else "" for value, label in zip(gift, labels, strict=True)]
    return np.array([f"item {i} {' '.join(words)} {more[i]}".strip() for i, (words, _) in enumerate(rows)])


def places(rng, n):
    return np.array([f"p{i}" for i in rng.integers(0, max(n // 3, 1), n)])


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
        "free text": lambda: free_text(rng, labels),
        "places": lambda: np.where((labels == 1) & (rng.random(n) < 0.6), "Oslo", places(rng, n)),
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
