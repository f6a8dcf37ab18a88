"""Checks of what a page says, each recomputed from the table and the groups; `reports.py` says which is for what."""

import itertools
import math
import re
from collections import Counter

import numpy as np

from .profiles import effect, known, plain, shown, whole
from .recommendations import check_recommendation
from .scores import adjusted_rand
from .sentences import NUMBER, PART, shows

METHODS = {"Ward": "Ward's method"}


def is_cell(text, share):
    """Whether a cell is this share, to one decimal."""
    if text[0] in "<>":
        return 0 < share < 0.0005 if text[0] == "<" else 0.9995 <= share < 1
    return abs(float(text[:-1]) / 100 - share) <= 0.0005 + 1e-9


def is_column(texts, values):
    """Whether cells, all in one format, are these values: "-" is NaN."""
    finite = [abs(value) for value in values if math.isfinite(value)]
    decimals = {len(text.partition(".")[2]) for text in texts if text != "-" and "e" not in text}
    assert len(decimals) <= 1, texts
    for text, value in zip(texts, values, strict=True):
        if math.isnan(value):
            assert text == "-", (text, value)
        else:
            step = 0.5 * 10.0 ** -max(decimals, default=0) if "e" not in text else 0.005 * max(finite)
            assert abs(float(text.replace(",", "")) - value) <= step + 1e-9 * abs(value), (text, value)
    return True


def short(names, most):
    """A list of names, of which the last ones are only counted where they are too many."""
    names = [plain(name) for name in names]
    return (
        ", ".join(names) if len(names) <= most else f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    )


def is_two(text, value):
    return abs(float(text) - value) <= 0.005 + 1e-9


def things(told, n, thing):
    """A number of things is in the plural but for one."""
    assert (whole(n) == 1) != thing.endswith("s"), (n, thing)
    return whole(n)


# ------------------------------------------------------------------------------------------------------ in short


def check_title(told, n, noun):
    return whole(n) == told.n_given and noun == told.noun


def check_title_of_group(told, title, label):
    """In each of the columns, most of the group is above or below most of the rows, by a large effect."""
    names = "|".join(map(re.escape, sorted(told.groups.columns, key=len, reverse=True)))
    entries = re.findall(rf"(high|low|many|few) ({names})(?:, |\. $)", title[:1].lower() + title[1:])
    assert 1 <= len(entries) <= 3, title
    inside, effects = told.labels == label, []
    for word, name in entries:
        column = told.groups.columns[name]
        here, overall, others = (known(part) for part in (column[inside], column, column[~inside]))
        apart = np.median(here) - np.median(overall)
        assert apart > 0 if word in ("high", "many") else apart < 0, (title, name)
        effects.append(effect(here, overall, others, is_share=False))
    return effects == sorted(effects, reverse=True) and effects[-1] >= 0.8 - 1e-9


def check_subject(told, n, given, noun, columns, names):
    assert whole(n) == told.n and noun == told.noun and whole(columns) == len(told.measured)
    assert whole(given or n) == told.n_given and bool(given) == (told.n < told.n_given)
    return names == short(told.measured, 8)


def check_headline(told, k, method):
    return whole(k) == told.k and method == METHODS.get(told.found.grouping.method, told.found.grouping.method)


def check_cut(told, k):
    return whole(k) == told.k and told.advice.confidence == "no structure"


def check_asked(told, k, other=None, method=None, confidence=None):
    if other is None:
        return whole(k) == told.k and told.advice.confidence == "no structure"
    return [whole(k), whole(other), method, confidence] == [
        told.k,
        told.advice.n_clusters,
        told.advice.method,
        told.advice.confidence,
    ] and other != k


def check_dropped(told, part):
    share = 1 - told.n / told.n_given
    return shows(part, share) and share >= 0.05


def check_filled(told, part):
    rows = zip(*(told.table[name] for name in told.measured if name in told.numbers), strict=True)
    incomplete = sum(None in row for row in rows)
    return shows(part, incomplete / told.n)


def check_none(told, n, part):
    size = told.size(-1)
    return whole(n) == size and shows(part, size / told.n)


def check_smaller(told, n):
    shown = sum(key[:2] == ("", "group") for key in told.seen)
    least = min(told.size(key[2]) for key in told.seen if key[:2] == ("", "group"))
    others = [told.size(label) for label in range(told.k) if not told.seen["", "group", label]]
    return whole(n) == told.k - shown == len(others) and max(others) <= least


# ------------------------------------------------------------------------------------------------------ the data


def missing_of(told, name):
    return sum(value is None for value in told.table[name])


def check_rows(told, n, left=None, used=None, filled=None):
    gaps = sum(missing_of(told, name) for name in told.measured)
    incomplete = int((~told.used).sum())
    if filled:
        return whole(n) == told.n and whole(filled) == gaps > 0
    if left:
        return [whole(n), whole(left), whole(used)] == [told.n_given, incomplete, told.n] and incomplete > 0
    return whole(n) == told.n == told.n_given and gaps == 0


def check_used(told, n, names):
    return whole(n) == len(told.measured) and names == short(told.measured, 12)


def check_describing(told, names, ending):
    texts = [name for name in told.found.data.table.texts if name not in told.measured]
    return names == short(texts, 12) and (ending == "s") == (len(texts) == 1)


def check_only_alike(told, names, its):
    return names == short(told.found.data.categories, 12) and (its == "its") == (len(told.found.data.categories) == 1)


def check_nothing_else(told, names, are):
    odd = told.found.data.odd
    return names == short(odd, 12) and (are == "is") == (len(odd) == 1) and set(odd) <= set(told.measured)


def check_left_out(told, name, why):
    assert plain(name) in map(plain, told.found.left_out), name
    column = next(column for each, column in told.table.items() if plain(each) == plain(name))
    values = known(column)
    if why == "the same in every row":
        return len(set(values)) == 1
    if why == "names the rows":
        return len(set(values)) >= 0.8 * len(column)
    if why == "empty":
        return not values
    if told_part := re.fullmatch(rf"({PART}) of its values are missing", why):
        return shows(told_part[1], 1 - len(values) / len(column)) and len(values) < 0.5 * len(column)
    return why in ("looks like an identifier", "looks like a date", "dates", "text") or why.startswith("not numbers")


def check_columns(told, header, rows, first=None):
    assert header[:2] == ["column", "missing"]
    assert [row[0] for row in rows] == [plain(name) for name in told.numbers][: len(rows)]
    assert len(rows) == (int(first) if first else len(told.numbers))
    for name, row in zip(told.numbers, rows, strict=False):
        column = np.array(known(told.columns[name]))
        ordered = np.percentile(column, [25, 50, 75]).tolist()
        is_column(row[2:9], [column.mean(), column.std(), column.min(), *ordered, column.max()])
        assert whole(row[1]) == missing_of(told, name), row
    if header[9:]:
        assert header[9:] == ["share of variance", "when scaled"]
        before, after = shares_of_variance(told)
        for name, row in zip(told.numbers, rows, strict=False):
            if name in told.found.data.categories or name not in told.measured:
                assert row[9:] == ["–", "–"], row
            else:
                assert is_cell(row[9], before[name]) and is_cell(row[10], after[name]), row
    else:
        assert told.found.data.places


def shares_of_variance(told):
    """By the column: among those that are compared as numbers, and among all when they are scaled."""
    compared = [name for name in told.numeric if name not in told.found.data.categories]
    before = {name: told.X[:, told.numeric.index(name)].var() for name in compared}
    after = {name: told.scaled[told.measured.index(name)].var(axis=0).sum() for name in told.measured}
    return [{name: part / sum(parts.values()) for name, part in parts.items()} for parts in (before, after)]


def check_most_variance(told, name, part, alone=None):
    shares = {plain(each): share for each, share in shares_of_variance(told)[0].items()}
    best = max(shares.values())
    return shares[name] >= best * (1 - 1e-9) and shows(part, shares[name]) and bool(alone) == (shares[name] >= 0.95)


def check_still_most(told, name, part):
    shares = {plain(each): share for each, share in shares_of_variance(told)[1].items()}
    return shares[name] == max(shares.values()) >= 0.95 and shows(part, shares[name])


def check_categories(told, header, rows, most=None):
    for name, missing, different, frequent in rows:
        cells = next(column for each, column in told.columns.items() if plain(each) == name)
        times = Counter(known(cells))
        assert whole(missing) == sum(cell is None for cell in cells) and whole(different) == len(times), name
        rest = frequent
        for value, n in sorted(times.items(), key=lambda pair: -pair[1])[:4]:
            told_part = re.search(rf"({PART})\)", rest)
            assert shows(told_part[1], n / len(cells)), (name, frequent, value)
            rest = rest[told_part.end() :]
        assert not rest, frequent


def check_way(told, names, way):
    """Columns that were treated in one way are as this way needs them, as far as that is said of them."""
    shown = re.sub(r" and \d+ more$", "", names).split(", ")
    for name in shown if "," not in "".join(told.measured) else ():
        column = told.X[:, [plain(each) for each in told.numeric].index(name)]
        if way in ("has a long tail", "have a long tail"):
            assert column.min() >= 0 and column.mean() > np.median(column), name
        elif "two values" in way:
            assert len(set(column.tolist())) == 2, name
        elif "counts or ratings" in way:
            assert (column == np.round(column)).all(), name
        elif way.startswith("get") and told.found.scaling.method == "auto":
            scaled = told.scaled[[plain(each) for each in told.measured].index(name)]
            assert abs(scaled.mean()) < 1e-6 and abs(scaled.std() - 1) < 1e-6, name
    assert (len(shown) > 1 or " more" in names) == way.startswith(("have", "hold ", "get ")), (names, way)


def check_codes(told, names, have, them):
    shown = re.sub(r" and \d+ more$", "", names).split(", ")
    for name in shown if "," not in "".join(told.measured) else ():
        column = told.X[:, [plain(each) for each in told.numeric].index(name)]
        assert len(set(column.tolist())) <= 50 and (column == np.round(column)).all(), name
    several = len(shown) > 1 or " more" in names
    return (have == "have") == several and (them == "them") == several


def check_same(told, pairs):
    names = [plain(each) for each in told.measured]
    for one, other, correlation in re.findall(rf"(.+?) and (.+?) \(({NUMBER})\)(?:, |$| and)", pairs):
        a, b = (told.scaled[names.index(name)][:, 0] for name in (one, other))
        found = np.corrcoef(a, b)[0, 1]
        assert is_two(correlation, found) and abs(found) >= 0.95 - 1e-9, (one, other, found)


# ---------------------------------------------------------------------------------------------------- the groups


def check_sizes(told, header, rows, by=None):
    labels = [-1 if row[0] == "in none" else int(row[0].removeprefix("cluster ")) for row in rows]
    assert labels == sorted(labels, key=lambda label: label % (told.k + 1)), labels
    for label, row in zip(labels, rows, strict=True):
        size = told.size(label)
        assert whole(row[1]) == size and is_cell(row[2], size / told.n), row
        if label >= 0:
            check_members(told, label, *row[3:5])
    assert by is None or told.found.data.table.named_by == by


def check_members(told, label, nearest, farthest):
    """They are members, and no other member is nearer to the mean, or farther, in the columns that were measured."""
    members = np.flatnonzero(told.labels == label)
    X = np.array([told.columns[name] for name in told.numbers], float).T  # NaN where there is None
    spread = X.std(axis=0)
    far = (((X[members] - X[members].mean(axis=0)) / np.where(spread > 0, spread, np.inf)) ** 2).sum(axis=1)
    far = dict(zip(members.tolist(), far.tolist(), strict=True))
    only_measured = not told.found.ratios and not told.found.data.table.texts and not np.isnan(X).any()
    for text, sign in ((nearest, 1), (farthest, -1)):
        rows = find_rows(told, text)
        assert len(rows) == min(3, len(members)) and set(rows) <= set(far), (label, text)
        if only_measured:
            best = sorted(sign * value for value in far.values())[: len(rows)]
            assert np.allclose(sorted(sign * far[row] for row in rows), best, rtol=1e-6, atol=1e-9), (label, text)


def find_rows(told, text):
    """Rows by their names in a list of some: names may hold commas, so parts are joined again until they are names."""
    found, part = [], ""
    for piece in text.split(", "):
        part = f"{part}, {piece}" if part else piece
        rows = told.row_called(part)
        if rows:
            assert len(rows) == 1, text
            found.append(rows[0])
            part = ""
    assert not part, text
    return found


def check_spots(told, header, rows):
    halves, farthest = [], []
    for row in rows:
        degrees, far = told.on_globe(told.labels == int(row[0].removeprefix("cluster ")))
        told.check_degrees(row[1], degrees)
        halves.append(float(np.median(far)))
        farthest.append(float(far.max()))
    return is_column([row[2] for row in rows], halves) and is_column([row[3] for row in rows], farthest)


def check_medians(told, header, rows, most=None):
    assert header[-1] == "all rows" and header[0] == "column"
    columns = {plain(name): column for name, column in told.columns.items()}
    labels = [int(each.removeprefix("cluster ")) for each in header[1:-1]]
    for row in rows:
        column = np.array([np.nan if value is None else value for value in columns[row[0]]], float)
        parts = [*(column[told.labels == label] for label in labels), column]
        medians = [float(np.median(part[~np.isnan(part)])) if (~np.isnan(part)).any() else math.nan for part in parts]
        is_column(row[1:], medians)


def check_candidates(told, header, rows, marked=None, most=None, of=None):
    assert header == ["method", "clusters", "silhouette", "stability", "what speaks against it"]
    candidates = told.advice.candidates
    assert len(rows) == (int(most) if most else len(candidates)) and (not of or int(of) == len(candidates))
    for row, each in zip(rows, candidates, strict=False):
        assert row[0] == METHODS.get(each.method, each.method) and int(row[1]) == each.n_clusters, row
        for cell, value in zip(row[2:4], (each.silhouette, each.stability), strict=True):
            assert cell == "–" if math.isnan(value) else is_two(cell, value), row
        assert row[4].rstrip(".").lower() == (each.rejected or "–").lower(), row
    assert bool(marked) == (told.found.grouping.origin == "recommended")
    check_recommendation(told.advice)


def check_ratio(told, name, amount, per):
    ratio = next(each for each in told.found.ratios if plain(each.name) == name)
    return [plain(ratio.amount), plain(ratio.per)] == [amount, per]


def check_agreement(told, name, alike):
    values = describing_values(told, name)
    return is_two(alike, adjusted_rand(values, told.labels.tolist()))


def describing_values(told, name):
    data = told.found.data.table
    if name == (data.named_by or "name") and name not in data.texts:
        return list(data.row_names)
    return ["" if value is None else value for value in told.columns[name]]


def check_counts(told, header, rows, name):
    values = np.array(describing_values(told, name), object)
    for row in rows:
        label = -1 if row[0] == "in none" else int(row[0].removeprefix("cluster "))
        for kind, cell in zip(header[1:], row[1:], strict=True):
            kind = "" if kind == "(none)" else kind
            assert whole(cell) == int(((values == kind) & (told.labels == label)).sum()), (row, kind)


# ------------------------------------------------------------------------------------------------- unusual rows


def check_unusual(told, header, rows, n):
    assert len(rows) == int(n) and header == ["row", "group", "score", "why"]
    scores_of = np.asarray(told.found.outlier_scores)[told.used]
    last = math.inf
    for row in rows:
        (i,) = told.row_called(row[0])
        score = float(scores_of[i])
        assert row[1] == (f"cluster {told.labels[i]}" if told.labels[i] >= 0 else "none"), row
        assert row[2] == "∞" if math.isinf(score) else is_two(row[2], score), row
        assert score <= last, "the most unusual ones come first"
        last = score
        check_why(told, i, row[3])
    assert sorted(scores_of.tolist())[-len(rows)] == last


def check_why(told, i, text):
    if told.places:
        return check_distance(told, i, text)
    members = told.labels == told.labels[i] if told.labels[i] >= 0 else np.ones(told.n, bool)
    whose = "the group" if told.labels[i] >= 0 else "all rows"
    far = {}
    for name, scaled in zip(told.measured, told.scaled, strict=True):
        spread = scaled[members].std(axis=0)
        apart = abs(scaled[i] - np.median(scaled[members], axis=0)) / np.where(spread > 0, spread, 1.0)
        far[plain(name)] = apart.max()
    names = "|".join(map(re.escape, sorted(map(plain, told.measured), key=len, reverse=True)))
    rest, apart = text, []
    while rest:
        number = re.match(rf"({names}) ({NUMBER}) \(median of {whose} ({NUMBER})\)(?:; |$)", rest)
        category = re.match(rf"({names}) (.+?) \(({PART}) of {whose}\)(?:; |$)", rest)
        phrase = number or category
        assert phrase, (rest, text)
        column = next(column for each, column in told.columns.items() if plain(each) == phrase[1])
        here = list(itertools.compress(column, members))
        if number:
            is_column([number[2], number[3]], [column[i], float(np.median(here))])
        else:
            assert shows(category[3], sum(value == column[i] for value in here) / len(here)), phrase[0]
            assert category[2] in (plain(shown(column[i])), "(missing)"), phrase[0]
        apart.append(far[phrase[1]])
        rest = rest[phrase.end() :]
    assert np.all(np.diff(apart) <= 1e-9) and abs(apart[0] - max(far.values())) < 1e-9, (text, far)


def check_distance(told, i, text):
    """How far a place is from the middle of a group."""
    km, _, nearest = re.fullmatch(
        rf"({NUMBER}) km from the middle of (the group|cluster (\d+), the nearest one)", text
    ).groups()
    label = int(nearest or told.labels[i])
    assert (nearest is None) == (told.labels[i] >= 0), text
    (latitude, longitude), _ = told.on_globe(told.labels == label)
    north, east = told.X[i] if told.latitude_first else told.X[i][::-1]
    a, b = map(math.radians, (latitude, north))
    cosine = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(math.radians(longitude - east))
    far = 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))
    assert shows(km, far) or abs(float(km.replace(",", "")) - far) <= 1e-3 * far, (text, far)


def check_tiny(told, listed):
    for part in listed.split("; "):
        label, rows = re.fullmatch(r"cluster (\d+): (.*)", part).groups()
        assert sorted(find_rows(told, rows)) == np.flatnonzero(told.labels == int(label)).tolist(), part
        assert told.size(int(label)) < 5
    return len(listed.split("; ")) == sum(told.size(label) < 5 for label in range(told.k))
