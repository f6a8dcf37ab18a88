"""What `recommend` says, read again: each sentence must have a form below, and hold of the labels and candidates."""

import re

import numpy as np

from .scores import adjusted_rand
from .sentences import NUMBER, PART, listed, shows

N = NUMBER
FOR_CATEGORIES = ("k-prototypes", "k-modes", "k-medoids")


def check_recommendation(found):
    """Each reason, each doubt, and why each candidate was not chosen."""
    told = Told(found)
    for sentence in found.reasons:
        told.check(sentence, "reason")
    for sentence in found.doubts:
        told.check(sentence, "doubt")
    for candidate in found.candidates:
        told.check_rejected(candidate)
    assert found.reasons and (found.confidence == "doubtful") <= bool(found.doubts), found


class Told:
    def __init__(self, found):
        self.found, self.k = found, found.n_clusters
        self.chosen = found.candidates[0] if found.model is not None else None
        self.others = found.candidates[1:] if found.model is not None else found.candidates
        self.labels = np.zeros(1, int) if self.chosen is None else self.chosen.labels  # of the rows that decided

    def check(self, sentence, kind):
        fits = [(check, told) for form, check in FORMS[kind].items() if (told := re.fullmatch(form, sentence))]
        assert len(fits) == 1, f"a {kind} that is not known: {sentence}"
        check, told = fits[0]
        assert check(self, **told.groupdict()) is not False, (sentence, self.found)

    def dense(self):
        """The clusterings by density, with the chosen one."""
        return [each for each in self.found.candidates if each.method == "HDBSCAN"]

    def compact(self):
        """The clusterings around means that were looked at, whose borders are known; with the chosen one."""
        return [each for each in self.found.candidates if not np.isnan(each.valley)]

    def check_rejected(self, candidate):
        if candidate is self.chosen or self.chosen is None:
            assert candidate.rejected == "", candidate
            return
        same = re.fullmatch(rf"as many clusters as those of (.+) \(adjusted Rand index ({N})\)", candidate.rejected)
        other = re.fullmatch(r"(fewer|more) clusters than (.+) finds", candidate.rejected)
        assert same or other, f"a rejection that is not known: {candidate.rejected}"
        if same:
            assert candidate.n_clusters == self.k and same[1] == self.found.method
            assert is_two(same[2], adjusted_rand(candidate.labels.tolist(), self.labels.tolist())), candidate
        else:
            assert (other[1] == "more") == (candidate.n_clusters > self.k) != (candidate.n_clusters < self.k)
            assert other[2] == self.found.method


def is_two(text, value):
    return abs(float(text) - value) <= 0.005 + 1e-9


def check_same(told, method, k, alike):
    assert int(k) == told.k
    if told.found.method in FOR_CATEGORIES:  # in the place of the other one
        return
    pairs = [
        (dense.model.labels_, compact.labels)
        for dense in told.dense()
        for compact in told.found.candidates
        if compact.method == method and dense.n_clusters == compact.n_clusters == told.k
    ]
    return any(is_two(alike, adjusted_rand(a[a >= 0].tolist(), b[a >= 0].tolist())) for a, b in pairs)


def check_given(told, n, are):
    given = int(((told.chosen.model.labels_ < 0) & (told.labels >= 0)).sum())
    return int(n.replace(",", "")) == given and are == ("is" if given == 1 else "are")


def check_unsteady(told, k, m, part, value):
    (one,) = [each for each in told.dense() if each.model.min_samples == int(m)]
    return one.n_clusters == int(k) and shows(part, np.mean(one.model.labels_ < 0)) and is_two(value, one.stability)


def check_left(told, n, are):
    left = int((told.labels < 0).sum())
    return int(n.replace(",", "")) == left and are == ("is" if left == 1 else "are")


def check_standing(told, which):
    some = re.fullmatch(r"(\d+) of the (\d+)", which)
    k = 2 if which == "both" else int(some[2] if some else which.removeprefix("all "))
    return k == told.k and (not some or int(some[1]) < k)


def check_lopsided(told, part, of=None, label=None):
    sizes = np.bincount(told.labels[told.labels >= 0])
    assert shows(part, sizes.max() / sizes.sum()) and sizes.max() >= 0.9 * sizes.sum()
    return bool(of) == bool((told.labels < 0).any()) and (label is None or sizes[int(label)] == sizes.max())


def check_small(told, listing):
    sizes = np.bincount(told.labels[told.labels >= 0])
    for label, n, plural in re.findall(r"cluster (\d+) \((\d+) row(s?)\)", listing):
        assert sizes[int(label)] == int(n) and (n == "1") == (not plural), listing
    small = sum(size < max(5, 0.01 * len(told.labels)) for size in sizes)
    more = re.search(r" and (\d+) more$", listing)
    return small == len(re.findall("row", listing)) + int(more[1] if more else 0)


def check_column(told, name):
    return name in told.found.columns and len(told.found.columns) > 2


FOUND_AGAIN = {
    r"(?:resamples do not always|the resample does not) have the same clusters \(adjusted Rand index "
    rf"(?P<value>{N})\)(?:: the clusters may be .*)?": lambda told, value: (
        is_two(value, told.chosen.stability) and told.chosen.stability < 0.95
    ),
    "it is not known whether resamples have the same clusters": lambda told: np.isnan(told.chosen.stability),
}
LOPSIDED = (
    rf"(?:one cluster|cluster (?P<label>\d+)) has (?P<part>{PART}) of the rows(?P<of> that are in clusters)?: this "
    rf"sets few "
    r"rows apart, .*"
)
KS = r"(?P<ks>\d+(?:, \d+)*(?: and \d+)?)"
OF_K_REASONS = {  # of `suggest_k`, whose table is not kept: tests/selection/test_sentences.py has more to say
    rf"silhouette is highest for k = {KS} \((?P<here>{N}); data without clusters: (?P<chance>{N})(?: for k = \d+)?\)": (
        lambda told, ks, here, chance: told.k in listed(ks) and float(here) > float(chance)
    ),
    rf"silhouette stands out(?: most)? for k = (?P<k>\d+) \((?P<here>{N}); data without clusters: (?P<chance>{N})\)": (
        lambda told, k, here, chance: int(k) == told.k and float(here) > float(chance)
    ),
    rf"\d+ resamples? agrees? best for k = {KS} \(adjusted Rand index {N}\).*": lambda told, ks: None,
    rf"(?:Davies-Bouldin|Calinski-Harabasz) index is best for k = {KS}(?:, too)?": lambda told, ks: (
        told.k in listed(ks)
    ),
    rf"silhouette is highest for k = (?P<k>\d+) \({N}\), but .*": lambda told, k: int(k) != told.k,
}
OF_K_DOUBTS = {
    rf"silhouette is highest for k = (?P<k>\d+) \({N}\), but .*": lambda told, k: int(k) != told.k,
    rf"k = {KS} stands? out, too, for a (?P<view>.*) view \(silhouette .*\)": lambda told, ks, view: (
        told.k not in listed(ks) and ("coarser" in view) == (min(listed(ks)) < told.k)
    ),
    rf"(?:Davies-Bouldin|Calinski-Harabasz) index is best for k = {KS}": lambda told, ks: told.k not in listed(ks),
    rf"\d+ resamples? agrees? (?:best for|for) k = {KS} .*": lambda told, ks: None,
    r"k = (?P<k>\d+) is the largest that was tried: try larger ones": lambda told, k: int(k) == told.k,
    r"k = (?P<k>\d+) is the only number that was tried": lambda told, k: int(k) == told.k,
}
FORMS = {
    "reason": {
        r"HDBSCAN, which looks for dense parts, and (?P<method>k-means|Ward|average linkage), which looks for compact "
        rf"ones, find the same (?P<k>\d+) clusters \(adjusted Rand index (?P<alike>{N})\)": check_same,
        "no two clusters touch": lambda told: np.isinf(told.chosen.valley),
        "between any two clusters that touch, rows lie sparser than within both, by "
        rf"(?P<valley>{N}) standard deviations or more": lambda told, valley: (
            abs(float(valley) - told.chosen.valley) <= 0.05 + 1e-9 and told.chosen.valley > 0
        ),
        r"(?P<n>[\d,]+) rows? near clusters, which HDBSCAN leaves out, (?P<are>is|are) given to the nearest "
        r"one": check_given,
        r"(?P<n>[\d,]+) rows? far from all clusters (?P<are>is|are) noise": check_left,
        r"there are as many with min_samples = (?P<a>\d+) as with (?P<b>\d+)": lambda told, a, b: (
            {each.model.min_samples for each in told.dense() if each.n_clusters == told.k} == {int(a), int(b)}
        ),
        r"(?P<method>k-medoids|k-prototypes|k-modes), which is made for categories, finds much the same clusters as "
        r"(?:k-means|Ward|average linkage)": lambda told, method: told.found.method == method,
        "neither by density nor around means do clusters stand out from those in data without clusters": lambda told: (
            told.chosen is None and not told.found.labels.any()
        ),
        "around means no clusters stand out from those in data without clusters": lambda told: (
            told.chosen is None and not told.found.labels.any() and not told.compact()
        ),
        rf"HDBSCAN finds (?P<k>\d+) clusters with min_samples = (?P<m>\d+), but leaves out (?P<part>{PART}) of the "
        rf"rows, and has an adjusted Rand index of (?P<value>{N}) with resamples": check_unsteady,
        rf"resamples have nearly the same clusters \(adjusted Rand index (?P<value>{N})\)": lambda told, value: (
            is_two(value, told.chosen.stability) and told.chosen.stability >= 0.8
        ),
        r"(?P<which>both|all \d+|\d+ of the \d+) dense parts that HDBSCAN finds stand out from those in data without "
        r"clusters": check_standing,
        **OF_K_REASONS,
    },
    "doubt": {
        "HDBSCAN, which looks for dense parts, finds none that stand out from chance": lambda told: not told.dense(),
        r"HDBSCAN, which looks for dense parts, finds (?P<n>\d+) clusters? instead": lambda told, n: (
            int(n) in {each.n_clusters for each in told.dense()}
        ),
        r"of k-means, Ward's method and average linkage only (?P<method>k-means|Ward|average linkage) finds (?P<k>\d+) "
        r"clusters that are apart": lambda told, method, k: (
            int(k) == told.k and [each.method for each in told.compact() if each.n_clusters == told.k] in ([method], [])
        ),
        r"there is a (?P<view>coarser|finer) view: (?P<n>\d+) clusters, which stand out, too \(adjusted Rand "
        r"index with "
        rf"resamples {N}\)": lambda told, view, n: (int(n) < told.k) == (view == "coarser") and int(n) != told.k,
        "the dense parts do not stand out from those in data without clusters": lambda told: (
            told.found.method == "HDBSCAN"
        ),
        r"(?P<method>k-means|Ward|average linkage) divides them into (?P<n>\d+) clusters that are apart, though not "
        r"clearly": lambda told, method, n: (
            (method, int(n)) in {(each.method, each.n_clusters) for each in told.others} and int(n) > told.k
        ),
        r"with min_samples = (?P<a>\d+) instead of (?P<b>\d+) there are (?P<n>\d+) clusters": lambda told, a, b, n: (
            {(each.model.min_samples, each.n_clusters) for each in told.dense()} == {(int(b), told.k), (int(a), int(n))}
            and int(n) != told.k
        ),
        r"no clusters stand out with another min_samples than (?P<b>\d+)": lambda told, b: (
            [each.model.min_samples for each in told.dense()] == [int(b)]
        ),
        "the clusters are not apart: at their borders, rows lie as dense as within them": lambda told: (
            not told.compact() and told.found.method in ("k-means", *FOR_CATEGORIES)
        ),
        LOPSIDED: check_lopsided,
        r"very small: (?P<listing>.+); such a cluster may be a few unusual rows rather than a group": check_small,
        **FOUND_AGAIN,
        rf"(?P<part>{PART}) of the rows are noise": lambda told, part: shows(part, np.mean(told.labels < 0)),
        rf"HDBSCAN leaves out (?P<part>{PART}) of the rows": lambda told, part: shows(
            part, np.mean(told.chosen.model.labels_ < 0)
        ),
        r"column (?P<name>.+) alone nearly makes the clusters: they hardly differ in the others": check_column,
        r"(?P<n>\d+) of the (?P<k>\d+) clusters may be there by chance": lambda told, n, k: (
            0 < int(n) < int(k) == told.k
        ),
        **OF_K_DOUBTS,
    },
}
