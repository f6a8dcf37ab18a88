"""What is said about k and eps is true of the numbers: each sentence on made tables is read again."""

import math
import re

import numpy as np
import pytest
from reference.sentences import NUMBER, PART, listed, reads, shows, two_decimals

import coterie
from coterie._base import wording
from coterie.selection import Sweep, _suggest_k, suggest_eps, suggest_k, sweep

pytestmark = [
    pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning"),
    pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning"),
    pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning"),
]


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
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but its "
    r"stability is not known": lambda told, k, here: (
        check_elsewhere(told, k, here) or math.isnan(told.of(k, told.stability))
    ),
    rf"silhouette is highest for k = (?P<k>\d+) \((?P<here>{N})\), but data without clusters score higher there as "
    rf"well \((?P<there>{N}) against (?P<at>{N})\)": check_more_by_chance,
    rf"silhouette stands out(?P<most> most)? for k = (?P<k>\d+) \((?P<here>{N}); data without clusters: (?P<chance>{N})"
    r"\)": lambda told, most, **rest: check_stands_out(told, most or len(told.ks) == 1, **rest),
    rf"(?P<n>\d+) resamples? agrees? best for k = {KS} \(adjusted Rand index (?P<most>{N})\)(?:, nearly as well for k ="
    rf" (?P<nearly>[\d, and]+) \((?P<low>{N})(?: to (?P<high>{N}))?\))?"
    rf"(?:; for k = (?P<k>\d+) it is (?P<other>{N}))?": check_stability,
    rf"(?P<n>\d+) resamples? agrees? for k = (?P<k>\d+) with an adjusted Rand index of "
    rf"(?P<value>{N})": check_only_stability,
    rf"(?P<name>Davies-Bouldin|Calinski-Harabasz) index is best for k = {KS}(?P<too>, too)?": check_index,
    rf"k = {KS} stands? out, too, for a (?P<view>.*) view \(silhouette (?P<values>.*)\)": check_others,
    r"(?:resamples do not always|the resample does not) have the same clusters \(adjusted Rand index "
    rf"(?P<value>{N})\): the clusters may be .*": check_unstable,
    r"it is not known whether resamples have the same clusters": lambda told: (
        math.isnan(told.stability[told.at]) and not told.found.clear
    ),
    r"one cluster has (?P<part>.*%) of the rows(?P<clusters> that are in clusters)?: this sets few rows "
    r"apart, .*": check_lopsided,
    r"k = (?P<k>\d+) is the only number that was tried": lambda told, k: told.ks == [int(k)],
    r"k = (?P<k>\d+) is the largest that was tried: try larger ones": lambda told, k: (
        int(k) == told.found.k == max(told.ks) and int(k) + 1 < len(told.found.sweep.data)
    ),
    r"no structure: no k gives clusters that can be compared, for example because all rows are "
    r"equal": lambda told: bool(np.isnan(told.excess).all()),
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


def check_eps(found):
    reason, curve = found.reason, found.distances
    within = curve <= found.eps
    kth = r"the \d+(?:st|nd|rd|th) neighbor \(counting the row itself\)"
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
            rf"no clear knee: the distances to {kth} (?P<seen>show no bend .*|bend within the first "
            rf"quarter of the rows.*); (?P<eps>{N}) is enough for (?P<part>{PART}) of the rows",
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
