"""Pages of `coterie.write_report`, read again: each piece of text on them must have a form that is known here, and what
it says is recomputed from the table and the groups. Slow, obvious.

A sentence that is new on the page needs a form and a check in `FORMS`, by its chapter.
"""

import itertools
import math
import re
from collections import Counter

import numpy as np

from .pages import Page
from .profiles import Reader, known, plain, whole
from .report_checks import (
    check_agreement,
    check_asked,
    check_candidates,
    check_categories,
    check_codes,
    check_columns,
    check_counts,
    check_cut,
    check_describing,
    check_dropped,
    check_filled,
    check_headline,
    check_left_out,
    check_medians,
    check_most_variance,
    check_none,
    check_nothing_else,
    check_only_alike,
    check_ratio,
    check_rows,
    check_same,
    check_sizes,
    check_smaller,
    check_spots,
    check_still_most,
    check_subject,
    check_tiny,
    check_title,
    check_title_of_group,
    check_unusual,
    check_used,
    check_way,
)
from .sentences import NUMBER, PART

CELL = r"<0\.1%|>99\.9%|\d+\.\d%"
THING = r"(?P<n>[\d,]+) (?P<thing>[a-z ]+?)"


def check_page(text, found, table, noun="rows"):
    """Check each piece of text of a page.

    found : the `Findings` that came with it
    table : the columns by name, None where a value is missing
    """
    told = Report(Page(text), found, table, noun)
    titles = [title for level, title in told.page.headings if level == 2]
    contents = [unit for chapter, tag, unit in told.page.units if chapter == "" and tag == "li" and unit in titles]
    assert contents == titles
    for chapter, tag, unit in told.page.units:
        if tag not in ("th", "td", "pre") and (chapter or unit not in titles):
            told.read(chapter, tag, unit)
    for caption, rows in told.page.tables.items():
        told.read_table(caption, rows)
    pieces = "".join(unit for _, _, unit in told.page.units)
    assert len("".join(pieces.split())) == len("".join(told.page.text.split())), "text that is in no known element"
    return told


class Report:
    def __init__(self, page, found, table, noun):
        self.page, self.found, self.noun = page, found, noun
        self.n_given = len(next(iter(table.values())))
        self.used = np.asarray(found.used)
        self.labels = np.asarray(found.labels)[self.used]
        self.n, self.k = len(self.labels), int(self.labels.max()) + 1
        self.advice = found.recommendation
        self.is_cut = self.advice.model is None and found.grouping.origin == "cut"
        self.table = {
            name: [float(value) if isinstance(value, (bool, int)) else value for value in column]
            for name, column in table.items()
        }
        self.columns = {name: list(itertools.compress(column, self.used)) for name, column in self.table.items()}
        for name in found.data.table.texts:
            kept = itertools.compress(table[name], self.used)
            self.columns[name] = [None if value is None else str(value) for value in kept]
        self.measured, self.numbers = list(found.data.grouped), list(found.data.table.names)
        self.numeric = [name for name in self.measured if name in self.numbers]
        for name in self.numeric:
            values = known(self.columns[name])
            middle = float(np.median(values))
            if found.kinds[name].kind in ("binary", "category"):
                middle = min(set(values), key=lambda value: (-values.count(value), value))
            self.columns[name] = [middle if value is None else value for value in self.columns[name]]
        self.X = np.array([self.columns[name] for name in self.numeric]).T
        owner = np.asarray(found.owner)  # of each scaled column, the column that it comes from
        self.scaled = [np.asarray(found.still)[:, owner == j] for j in range(owner.max() + 1)]
        for ratio in found.ratios:
            pairs = zip(self.columns[ratio.amount], self.columns[ratio.per], strict=True)
            self.columns[ratio.name] = [amount / per if per else None for amount, per in pairs]
        describing = [*self.numbers, *(ratio.name for ratio in found.ratios), *found.data.table.texts]
        self.places = found.data.places
        grouped = self.measured if self.places else []
        self.groups = Reader(
            {name: self.columns[name] for name in describing if name not in grouped},
            noun,
            set(found.profile.left_out) - set(found.profile.words),
        )
        names = "|".join(map(re.escape, sorted(self.groups.columns, key=len, reverse=True)))
        self.title = rf"(?:(?:^|, )(?:high|low|many|few|High|Low|Many|Few) (?:{names}))+\. (?=Cluster )"
        self.seen = Counter()  # forms, and the groups that were told of, by chapter

    def read(self, chapter, tag, text):
        """Take one known sentence after the other from the start of the text."""
        rest = text
        match = re.match(r"((?:High|Low|Many|Few) .+?)\. (?=Cluster (\d+), )", rest)
        if match and tag == "li" and not chapter:
            self.check_titles(match[1], int(match[2]))
            rest = rest[match.end() :]
        while rest:
            forms = [*FORMS.get(chapter, {}).items(), *(FORMS["any"].items())]
            found = ((form, check, re.match(rf"(?:{form})(?= |$)", rest)) for form, check in forms)
            fits = next((each for each in found if each[2]), None)
            title = re.match(self.title, rest) if not fits and chapter == "" else None
            if title:
                rest = rest[title.end() :]
            if not fits and re.match(r"(cluster \d+, |noise, )", rest[:1].lower() + rest[1:]):
                label = self.groups.check(
                    rest[:1].lower() + rest[1:].removesuffix("."),
                    self.labels,
                    self.check_where if self.places else None,
                )
                assert not title or check_title_of_group(self, title[0], label) is not False, text
                self.seen[chapter, "group", label] += 1
                return
            if not fits and tag == "li" and chapter in ("", "Why these groups"):
                self.read_advice(rest)
                self.seen[chapter, "advice"] += 1
                return
            assert fits, f"a sentence that is not known, in {chapter or 'the head'!r} ({tag}): {rest}"
            form, check, match = fits
            assert check(self, **match.groupdict()) is not False, f"in {chapter or 'the head'!r}: {match[0]}"
            self.seen[form] += 1
            rest = rest[match.end() :].lstrip()

    def read_advice(self, text):
        """A reason or a doubt: of `recommend`, or of the page."""
        for form, check in DOUBTS.items():
            if match := re.fullmatch(form, text):
                assert check(self, **match.groupdict()) is not False, text
                return
        low = text[:1].lower() + text[1:].removesuffix(".")
        either = text.removesuffix(".")
        assert {low, either} & {*self.advice.reasons, *self.advice.doubts}, f"a reason that is not known: {text}"

    def read_table(self, caption, rows):
        fits = [(check, match) for form, check in TABLES.items() if (match := re.fullmatch(form, caption))]
        assert len(fits) == 1, f"a table that is not known: {caption}"
        check, match = fits[0]
        assert check(self, rows[0], rows[1:], **match.groupdict()) is not False, (caption, rows)
        self.seen[caption] += 1

    def check_titles(self, titles, label):
        """What is high or low, many or few: half of the group is beyond half of all rows."""
        for title in re.split(r", (?=(?:high|low|many|few) )", titles[:1].lower() + titles[1:]):
            word, _, name = title.partition(" ")
            column = np.array([math.nan if value is None else value for value in self.columns[name]], float)
            here, overall = np.nanmedian(column[self.labels == label]), np.nanmedian(column)
            assert here > overall if word in ("high", "many") else here < overall, (title, label, here, overall)
        self.seen["title"] += 1

    # What several checks ask.

    def check_where(self, label, body):
        """What is said of where on the globe a group is."""
        if label < 0:
            return "" if body == "far from the others" else body
        told = re.match(
            rf"half of it within ({NUMBER}) km of its middle at (.*?° [NS], .*?° [EW]), all of it within ({NUMBER}) "
            r"km(?:; |$)",
            body,
        )
        assert told, body
        half, farthest = (float(each.replace(",", "")) for each in told.group(1, 3))
        degrees, far = self.on_globe(self.labels == label)
        self.check_degrees(told[2], degrees)
        # No less than it is, and with three digits.
        assert np.median(far) <= half * (1 + 1e-9) + 1e-6 and half <= np.median(far) * 1.011 + 1e-6, (
            label,
            body,
            np.median(far),
        )
        assert far.max() <= farthest * (1 + 1e-9) + 1e-6 and farthest <= far.max() * 1.011 + 1e-6, (
            label,
            body,
            far.max(),
        )
        return body[told.end() :]

    def check_degrees(self, text, degrees):
        for part, value, signs in zip(text.split(", "), degrees, ("NS", "EW"), strict=True):
            number, _, side = part.partition("° ")
            apart = (float(number) * (1 if side == signs[0] else -1) - value + 180) % 360 - 180
            assert abs(apart) <= 0.0501 and side in signs, (text, degrees)

    def on_globe(self, inside):
        """The middle of rows in degrees, and how far (km) each of them is from it."""
        latitude, longitude = (
            np.radians(self.X[inside]).T if self.latitude_first else np.radians(self.X[inside]).T[::-1]
        )
        points = np.column_stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
        )
        x, y, z = points.mean(axis=0)
        middle = np.array([x, y, z]) / math.hypot(x, y, z)
        far = 6371.0088 * 2 * np.arcsin(np.minimum(np.linalg.norm(points - middle, axis=1) / 2, 1))
        return (math.degrees(math.asin(middle[2])), math.degrees(math.atan2(y, x))), far

    @property
    def latitude_first(self):
        return self.measured.index(self.places.latitude) == 0

    def size(self, label):
        return int((self.labels == label).sum())

    def doubts(self):
        """The entries under the heading of doubts."""
        units = self.page.units
        start = next(i for i, (_, tag, text) in enumerate(units) if (tag, text) == ("h3", "Doubts"))
        return [text for _, tag, text in itertools.takewhile(lambda unit: unit[1] == "li", units[start + 1 :])]

    def row_called(self, name):
        """The rows, in the groups' numbering, that a name may stand for."""
        places = np.flatnonzero(self.used).tolist()
        names = self.found.row_names or [""] * self.n
        times = Counter(names)
        return [
            i
            for i, (place, own) in enumerate(zip(places, names, strict=True))
            if name == (own if own and times[own] == 1 else f"{own} (row {place})".lstrip() if own else f"row {place}")
        ]


def fixed(told):
    """Said of every page, and true of how it is made."""


N = NUMBER
WHOLE = r"[\d,]+"
ANY_WAY = (
    r"(?:has|have) a long tail of large values\. Logarithms count in factors, so that the few largest values do not "
    r"decide alone|(?:has|have) two values, and the difference between them counts as one standard deviation: as "
    r"more it "
    r"would cut the rows in two by itself|(?:holds|hold) counts or ratings, of which a step counts as one standard "
    r"deviation at most, so that a few rare values do not decide alone|(?:holds|hold) degrees, which are divided "
    r"by one "
    r"number: maps keep their shape|(?:gets|get) mean 0 and standard deviation 1, because numbers in different units "
    r"can't be compared as they are"
)
FORMS = {
    "any": {},
    "": {
        rf"Groups in (?P<n>{WHOLE}) (?P<noun>.+)": check_title,
        rf"(?P<n>{WHOLE})(?: of (?P<given>{WHOLE}))? (?P<noun>.+), grouped by likeness in (?P<columns>\d+) columns?: "
        r"(?P<names>.+)": check_subject,
        rf"No groups: a convenient cut into (?P<k>{WHOLE}) parts?\.": check_cut,
        rf"(?P<k>{WHOLE}) groups? by (?P<method>.+?)\.": check_headline,
        r"They are clear: nothing of weight speaks against them\.": lambda told: told.advice.confidence == "clear",
        r"They are doubtful:": lambda told: told.advice.confidence == "doubtful" and told.found.doubts,
        r"The rows form no groups by themselves\. A cut can be useful, as sizes of shirts are, but others would do as "
        r"well\.": lambda told: told.advice.confidence == "no structure",
        r"Their number was asked for\.": lambda told: told.found.grouping.origin == "asked",
        r"And (?P<n>\d+) more\.": lambda told, n: int(n) == len(told.doubts()) - 3,
        r"What speaks for them\.": fixed,
        rf"In no group: (?P<n>{WHOLE}) \((?P<part>{PART})\)\.": check_none,
        rf"And (?P<n>{WHOLE}) smaller groups?\.": check_smaller,
        r"This page has no pictures: matplotlib is not installed\. For these, install matplotlib: .*\.": fixed,
    },
    "The data": {
        "The data|rows|columns used|Columns that were left out|What is in the columns|Scale check": fixed,
        rf"(?P<n>{WHOLE}) in the (?:file|table); (?P<left>{WHOLE}) left out as values are missing, (?P<used>{WHOLE}) "
        r"used": check_rows,
        rf"(?P<n>{WHOLE}); (?P<filled>{WHOLE}) missing values? filled in with the column's median, or the "
        r"most frequent of codes and of two values": check_rows,
        rf"(?P<n>{WHOLE}), none with a missing value": check_rows,
        rf"(?P<n>{WHOLE}): (?P<names>.+)": check_used,
        r"The columns, in their own units(?:; the first \d+)?|Categories in text(?:; the first \d+)?": fixed,
        r"Of text, (?P<names>.+) had no part in the grouping, and describe(?P<ending>s?) the "
        r"groups\.": check_describing,
        r"There is nothing else to group by, so (?P<names>.+) (?P<are>is|are) used, although (?:it looks like an "
        r"identifier or a date|they look like identifiers or dates)\.": check_nothing_else,
        r"Of (?P<names>.+) only (?P<its>its|their) being equal or different counts: two rows with different values are "
        r"one apart there\.": check_only_alike,
        r"no column varies so much more than the others that it would decide alone, and none has a long tail: they may "
        r"well have the same unit\.": lambda told: told.found.scaling.scaler is None,
        r"Groups are made of rows that are near each other, and columns with large numbers weigh most\. As they are, "
        rf"(?P<name>.+) would have (?P<part>{PART}) of the variance(?:\.|(?P<alone>: the groups would hardly depend on "
        r"any other column\.))": check_most_variance,
        r"What was done: (?:each column by what it is|standard scaling|scaling to 0\.\.1|robust scaling|logarithms|no "
        r"scaling)\. Why:": fixed,
        rf"(?P<names>.+?) (?P<way>{ANY_WAY})\.": check_way,
        r"you asked for it\.": fixed,
        r"Another way can be asked for: --scale of the command, scale= in Python\.": fixed,
        rf"Also now (?P<name>.+) has (?P<part>{PART}) of the variance: the groups are mostly its "
        rf"own\.": check_still_most,
        r"(?P<names>.+) (?P<have>has|have) only a few different numbers\. If these are codes for kinds of things, "
        r"differences between them mean nothing, and the grouping is better without: call (?P<them>it|them) "
        r"categories with "
        r"--kind or kinds=\.": check_codes,
        r"Some columns say nearly the same, and so count twice \(correlation\): (?P<pairs>.+)\. Consider leaving "
        r"one of "
        r"each pair out\.": check_same,
        r"Rows are places on the globe, by (?P<names>.+): their distances are those on the globe, in km, at any "
        r"meridian "
        r"and at the poles\.": lambda told, names: (
            names == " and ".join(map(plain, [told.places.latitude, told.places.longitude]))
        ),
        r"Groups are made of the places alone; (?P<names>.+) (?P<have>has|have) no part in it, and "
        r"(?:describe|describes) the "
        r"groups\.": lambda told, names, have: (
            names == plain(", ".join(name for name in told.numbers if name not in told.measured))
        ),
        r"(?P<name>.+) \((?P<why>[^()]+|not numbers: .*)\)": check_left_out,
    },
    "The groups": {
        r"The groups|Where the groups are: their middle on the globe, .*|Groups and .+": fixed,
        r"Shown are the 20 largest of (?P<k>\d+) groups\.": lambda told, k: int(k) == told.k > 20,
        r"Groups that were found by density may differ in where they lie and in their shape rather than in their means "
        r"and medians; the scatter plot shows it\.": lambda told: told.found.grouping.method in ("DBSCAN", "HDBSCAN"),
        r"Sizes, and the members nearest .*|Medians of the groups, in the units .*|How many rows of which .*": fixed,
        r"(?P<name>.+) is (?P<amount>.+) divided by (?P<per>.+), row by row; it had no part in the "
        r"grouping\.": check_ratio,
        rf"(?P<name>.+) had no part in the grouping\. Its values and the groups agree with an adjusted Rand index of "
        rf"(?P<alike>{N}) \(1: the same, 0: no more than by chance\)\.": check_agreement,
    },
    "Why these groups": {
        r"Why these groups|Reasons|Doubts": fixed,
        rf"(?P<how>.+?) with (?P<k>{WHOLE}) (?:clusters?|groups?)\.": lambda told, how, k: check_headline(told, k, how),
        r"HDBSCAN with min_cluster_size (?P<size>\d+)\.": lambda told, size: (
            int(size) == told.found.grouping.model.min_cluster_size
        ),
        r"Scaling of the columns: .*\.": fixed,
        rf"Reasons and doubts are about the random sample of (?P<n>{WHOLE}) rows that decided\.": lambda told, n: (
            whole(n) == len(told.advice.sample)
        ),
        r"None of the checks failed\. That does not prove the groups: they are those that these columns, in this "
        r"scaling, show\.": lambda told: not told.found.doubts,
    },
    "What was compared": {
        r"What was compared|Clusterings that were compared.*": fixed,
        rf"These clusterings were compared, on (?:all rows|a random sample of (?P<n>{WHOLE}) of the "
        rf"(?P<of>{WHOLE}) rows); "
        r"the best one comes first\.": lambda told, n, of: (
            told.advice.sample is None if n is None else [whole(n), whole(of)] == [len(told.advice.sample), told.n]
        ),
        r"Silhouette: how much nearer .*": fixed,
    },
    "Unusual rows": {
        r"Unusual rows|The \d+ most unusual rows": fixed,
        r"The score of a row is its distance to the nearest dense part, in units of the distance that holds this part "
        r"together: above 1 it is outside\.": lambda told: told.found.grouping.method == "HDBSCAN",
        r"The score of a row is its distance to the middle of its group, in units of what is usual there: 1 is halfway "
        r"among the rows of the group, 3 is far out\.": lambda told: (
            told.found.grouping.method not in ("DBSCAN", "HDBSCAN")
        ),
        r"Such rows may be mistakes in the data, or the most interesting ones; look at them before the groups are "
        r"used\.": fixed,
        r"∞: most rows are exactly at the middle of their group, and this one is not\.": lambda told: np.isinf(
            told.found.outlier_scores
        ).any(),
        r"None of them is far out\.": lambda told: (
            np.nanmax(told.found.outlier_scores) < (1 if told.found.grouping.method in ("DBSCAN", "HDBSCAN") else 2)
        ),
        r"Rows in very small groups are unusual, too, whatever their score: (?P<listed>.+)\.": check_tiny,
    },
    "How to repeat this": {
        r"How to repeat this|The same page, byte for byte, and its groups:|coterie \S+\.": fixed,
        r"Written by coterie \S+\. Nothing on this page was loaded from elsewhere\.": fixed,
    },
}
DOUBTS = {  # those of the page itself, beside those of `recommend`
    rf"(?P<k>{WHOLE}) groups? were asked for; the data have no clear structure\.": check_asked,
    rf"(?P<k>{WHOLE}) groups? were asked for; the data themselves suggest (?P<other>{WHOLE}) by (?P<method>.+) "
    r"\((?P<confidence>clear|doubtful)\)\.": check_asked,
    rf"(?P<part>{PART}) of the rows were left out because values are missing in them; if there is a reason why, "
    rf"the groups "
    r"are not those of all rows\.": check_dropped,
    rf"In (?P<part>{PART}) of the rows missing values were filled in by what is usual in the column, which moves these "
    r"rows towards the middle\.": check_filled,
    rf"You asked for (?P<k>{WHOLE}) groups?\.": lambda told, k: whole(k) == told.k,
}
TABLES = {
    r"Clusterings that were compared(?P<marked>; the recommended one is set off)?(?:; the first (?P<most>\d+) of "
    r"(?P<of>\d+))?": check_candidates,
    r"Categories in text(?:; the first (?P<most>\d+))?": check_categories,
    r"Where the groups are: their middle on the globe, and distances from it in km": check_spots,
    r"The columns, in their own units(?:; the first (?P<first>\d+))?": check_columns,
    r"Sizes, and the members nearest to the mean and farthest from it(?:; rows are called by their (?P<by>.+)|; "
    r"rows are "
    r"numbered from 0, without the header)?": check_sizes,
    r"Medians of the groups, in the units of the data(?:; the (?P<most>\d+) columns in which groups differ "
    r"most)?": check_medians,
    r"How many rows of which (?P<name>.+) are in each group": check_counts,
    r"The (?P<n>\d+) most unusual rows": check_unusual,
}
