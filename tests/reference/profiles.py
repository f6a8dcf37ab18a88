"""What is said of clusters, read again: each phrase of a sentence is recomputed from the columns. Slow, obvious."""

import itertools
import re
from statistics import mean, median

import numpy as np

from .effect_sizes import cohens_d
from .sentences import NUMBER, PART, shows

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
HEAD = (
    rf"(?:cluster (?P<label>.+?)|noise), (?:all (?P<all>[\d,]+)|(?P<size>[\d,]+) of (?P<n>[\d,]+)|"
    rf"(?P<part>{PART}) of) NOUN(?P<none> in no cluster)?: "
)
BASIS = r"(?P<basis>; known for (?:all [\d,]+|[\d,]+ of [\d,]+)(?:, and for [\d,]+ of [\d,]+ overall)?)?"
FORMS = {
    "missing": r"(?P<absent>.+?) missing(?=, |$)",
    "flag": rf"NAME in (?P<here>{PART}) \((?P<overall>{PART}) overall{BASIS}\)",
    "value": rf"NAME (?P<how>mostly|more often|less often|seldom|always|never) (?P<value>\S.*?) "
    rf"\((?:(?P<here>{PART}) against )?(?P<overall>{PART})(?: overall)?{BASIS}\)",
    "way": rf"(?P<way>higher|lower) NAME \((?P<here>{NUMBER}) against (?P<overall>{NUMBER})(?P<mean> on average)?"
    rf"{BASIS}\)",
    "word": rf"NAME with (?P<quote>['\"])(?P<word>.+?)(?P=quote) in (?P<here>{PART}) "
    rf"\((?P<overall>{PART}) overall{BASIS}\)",
    "times": rf"NAME (?P<about>about )?(?P<factor>{NUMBER} times|1/{NUMBER}|{'|'.join(FACTORS)})"
    rf"(?P<the> (?:of )?the median)? \((?P<here>{NUMBER}) against (?P<overall>{NUMBER}){BASIS}\)",
}


def check_profile(sentences, columns, labels, noun="rows", left_out=()):
    """Each sentence about the columns, by name; None where a value is missing."""
    clusters = sorted(set(labels[labels >= 0].tolist())) + [-1] * bool((labels < 0).any())
    assert len(sentences) == len(clusters)
    reader = Reader(columns, noun, left_out)
    for sentence, label in zip(sentences, clusters, strict=True):
        assert reader.check(sentence, labels) == label, sentence


class Reader:
    """Reads sentences about groups of rows.

    columns : by name; None where a value is missing
    left_out : columns of text that no words are told of: that they are empty in a group is not said
    """

    def __init__(self, columns, noun="rows", left_out=()):
        self.columns = {plain(name): np.array(list(column) + [None], object)[:-1] for name, column in columns.items()}
        self.noun, self.left_out = noun, set(map(plain, left_out))
        names = "|".join(map(re.escape, sorted(self.columns, key=len, reverse=True)))
        self.forms = {kind: re.compile(form.replace("NAME", f"(?P<name>{names})")) for kind, form in FORMS.items()}
        self.head = re.compile(HEAD.replace("NOUN", re.escape(noun)))

    def check(self, sentence, labels, where=None):
        """Check a sentence, and return the label that it is about; -1 for noise.

        where : checks what is said first of a group, and returns the rest
        """
        told = self.head.match(sentence)
        assert told, sentence
        label = -1 if told["label"] is None else int(told["label"])
        inside, n = labels == label, len(labels)
        size = int(inside.sum())
        assert size and bool(told["none"]) == (label < 0), sentence
        if told["part"]:
            assert shows(told["part"], size / n), sentence
        else:
            assert [whole(told["all"] or told["size"]), whole(told["all"] or told["n"])] == [size, n], sentence
        body = sentence[told.end() :]
        if where is not None:
            body = where(label, body)
        assert (body == "nothing to compare with") == (size == n) or body == "", sentence
        if size < n and not (where and body == ""):
            self.check_body(body, inside)
        return label

    def check_body(self, body, inside):
        alike = f"much like all {self.noun}"
        is_alike = body.startswith(alike)
        rest = body.removeprefix(alike).removeprefix("; the largest difference: ")
        said_median, effects = False, []
        while rest:
            kind, told = next(
                ((kind, found) for kind, form in self.forms.items() if (found := form.match(rest))), (None, None)
            )
            assert told, (rest, body)
            rest = rest[told.end() :]
            assert not rest or rest.startswith(", "), (rest, body)
            rest = rest[2:]
            if kind == "missing":
                self.check_missing(told["absent"], inside, body)
                continue
            if kind == "times":
                assert bool(told["the"]) != said_median, body
                said_median = True
            effects.append(self.check_phrase(kind, told, inside))
        assert effects == sorted(effects, reverse=True), (effects, body)
        assert len(effects) <= (1 if is_alike else 4), body
        assert is_alike or effects or " missing" in body, body
        assert all((0.2 - 1e-9 <= effect < 0.5) if is_alike else effect >= 0.5 - 1e-9 for effect in effects), body
        if is_alike:
            self.check_alike(inside, body)

    def check_alike(self, inside, body):
        """No column of numbers tells the group apart: not its values, or else their mean or the share of each."""
        for name, column in self.columns.items():
            parts = [known(part) for part in (column[inside], column, column[~inside])]
            if not all(parts) or any(type(value) is not float for value in parts[1]):
                continue
            apart = [abs(mean(parts[0]) - mean(parts[1])) / (np.std(parts[1]) or 1), effect(*parts, is_share=False)]
            if len(values := set(parts[1])) <= 20:
                indicators = ([[float(each == value) for each in part] for part in parts] for value in values)
                apart.append(max(effect(*each, is_share=True) for each in indicators))
            assert min(apart) < 0.5 + 1e-9, (name, body)

    def check_missing(self, text, inside, body):
        absent = [name for name, column in self.columns.items() if not known(column[inside])]
        absent = [name for name in absent if name not in self.left_out]
        more = [f"{len(absent) - 2} more"] if len(absent) > 3 else []
        orders = itertools.permutations(absent, 2 if more else len(absent))
        assert text in [listing([*order, *more]) for order in orders], (body, absent)

    def check_phrase(self, kind, told, inside):
        """Check a phrase, and return how much it sets the group apart."""
        name, phrase = told["name"], told[0]
        column = self.columns[name]
        here, overall, others = (known(part) for part in (column[inside], column, column[~inside]))
        of_all = False
        if kind in ("flag", "value", "word"):
            has = {
                "flag": lambda value: value == 1,
                "value": lambda value: plain(shown(value)) == told["value"],
                "word": lambda value: told["word"] in re.findall(r"[^\W\d_]{3,}", value.lower()),
            }[kind]
            here, overall, others = ([float(has(value)) for value in part] for part in (here, overall, others))
            a, b = mean(here), mean(overall)
            assert shows(told["overall"], b) and (told["here"] is None or shows(told["here"], a)), (phrase, a, b)
            assert {
                "always": a == 1,
                "never": a == 0,
                "mostly": a > max(b, 0.5),
                "more often": 0.5 >= a > b,
                "seldom": a < min(b, 0.2),
                "less often": 0.2 <= a < b,
                None: kind == "flag" or a > b,
            }[told["how"] if kind == "value" else None], (phrase, a, b)
            assert a == b or told["here"] != told["overall"], phrase
            of_all = a == 1 or (a == 0 and kind != "word")
        else:
            middle = mean if kind == "way" and told["mean"] else median
            a, b = float(middle(here)), float(middle(overall))
            assert shows(told["here"], a) and shows(told["overall"], b), (phrase, a, b)
            assert told["here"] != told["overall"], phrase
        if kind == "way":
            assert (told["way"] == "higher") == (a > b), phrase
        if kind == "times":
            assert min(overall) >= 0, phrase
            factor = told["factor"].removesuffix(" times").replace(",", "")
            factor = FACTORS.get(factor) or (1 / float(factor[2:]) if factor.startswith("1/") else float(factor))
            assert abs(factor - a / b) <= 0.055 * a / b, phrase
        basis = [whole(each) for each in re.findall(r"[\d,]*\d", told["basis"] or "")]
        assert basis == expected_basis(here, inside, overall, column, of_all), phrase
        return effect(here, overall, others, is_share=kind in ("flag", "value", "word"))


def effect(here, overall, others, is_share):
    """Cohen's d, of logarithms where the quartiles are a factor of two or more apart."""
    if not is_share and min(overall) >= 0:
        first, middle, third = np.percentile(overall, (25, 50, 75))
        if middle > 0 and third >= 2 * first:
            here, others = (np.log(np.array(part) / middle + 0.1) for part in (here, others))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = abs(cohens_d(np.array(here, float), np.array(others, float)))
    return round(float(found), 9) if np.isfinite(found) else np.inf


def expected_basis(here, inside, overall, column, of_all):
    """The numbers that must be told of values that are missing."""
    size, n = int(inside.sum()), len(column)
    if 2 * len(overall) < n:
        return [*([size] if len(here) == size else [len(here), size]), len(overall), n]
    if 2 * len(here) < size or (of_all and len(here) < size):
        return [len(here), size]
    return []


def listing(names):
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def plain(text):
    return " ".join(str(text).split()).replace("{", "(").replace("}", ")")


def shown(value):
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def known(values):
    return [value for value in values if value is not None]


def whole(text):
    return int(text.replace(",", ""))
