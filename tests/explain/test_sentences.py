"""What is said about clusters and drift is true of the numbers: each sentence on made tables is read again."""

import math
import re

import numpy as np
import pytest
from reference.profiles import check_profile
from reference.sentences import NUMBER, shows

from coterie import explain
from coterie.explain import _drift

N = NUMBER
ODD_NAMES = ("spend (eur)", "{x}", "a, b", "two\nlines", "in", "100%", "c9 missing")


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
        columns[ODD_NAMES[rng.integers(len(ODD_NAMES))] if j == 2 else f"c{j}"] = column
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
        found = explain.profile(X, labels, list(columns), noun=str(rng.choice(["rows", "days of rain"])))
        check_profile(found.sentences, columns, labels, found.noun, set(found.left_out) - set(found.words))


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
