"""What notebooks show: whole elements, nothing that runs or is loaded, and what the object holds."""

import functools
import html.parser
import re
import subprocess
import sys

import numpy as np
import pytest

import coterie
from coterie import explain, hierarchy, selection
from coterie._base.charts import Best, Chart, Line
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler

pytestmark = pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning", "ignore::coterie.ClusteringWarning")

HOSTILE = """<script>x("1")&'</td>"""
RNG = np.random.default_rng(0)
X = np.concatenate([RNG.normal(center, 1, (20, 3)) for center in ([0, 0, 0], [9, 0, 0], [0, 9, 9])])
EVEN = RNG.uniform(size=(60, 2))  # no clusters
LABELS = np.repeat([0, 1, -1], 20)
TABLE = [[*row, HOSTILE if i % 3 else "other"] for i, row in enumerate(X.tolist())]
SIZES = {"n_clusters": [2, 3, 4]}


def named(names):
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(X, columns=names)


CLUSTERERS = {
    "KMeans": lambda: coterie.KMeans(3, random_state=0),
    "BisectingKMeans": lambda: coterie.BisectingKMeans(3, random_state=0),
    "MiniBatchKMeans": lambda: coterie.MiniBatchKMeans(3, random_state=0),
    "KMedians": lambda: coterie.KMedians(3, random_state=0),
    "SphericalKMeans": lambda: coterie.SphericalKMeans(3, random_state=0),
    "SizeConstrainedKMeans": lambda: coterie.SizeConstrainedKMeans(3, 20, random_state=0),
    "DBSCAN": lambda: coterie.DBSCAN(1.5),
    "HDBSCAN": lambda: coterie.HDBSCAN(5),
    "OPTICS": lambda: coterie.OPTICS(),
    "AgglomerativeClustering": lambda: hierarchy.AgglomerativeClustering(3, linkage="average"),
    "DivisiveClustering": lambda: coterie.DivisiveClustering(3),
    "KMedoids": lambda: coterie.KMedoids(3),
    "KModes": lambda: coterie.KModes(2, random_state=0),
    "KPrototypes": lambda: coterie.KPrototypes(2, random_state=0),
}
ESTIMATORS = CLUSTERERS | {
    "Scaler": lambda: Scaler("auto"),
    "NearestNeighbors": lambda: NearestNeighbors(n_neighbors=3),
}
KMEANS = coterie.KMeans(n_init=1, random_state=0)
RESULTS = {
    "Profile": lambda: explain.profile(TABLE, LABELS, ["a", "b", "c", HOSTILE], noun=HOSTILE),
    "Profile of names": lambda: explain.profile(X, [HOSTILE, "x"] * 30),
    "Drift": lambda: explain.drift(coterie.KMeans(3, random_state=0).fit(X), X[:30]),
    "Sweep": lambda: selection.sweep(KMEANS, X, SIZES, stability=2, random_state=0),
    "Sweep of two": lambda: selection.sweep(coterie.DBSCAN(), X, {"eps": [0.5, 1.5, 2.5], "min_samples": [2, 4]}),
    "Sweep of words": lambda: selection.sweep(
        coterie.AgglomerativeClustering(3), X, {"linkage": ["single", "average"]}
    ),
    "Sweep to infinity": lambda: selection.sweep(coterie.OPTICS(), X, {"max_eps": [1.0, 5.0, np.inf]}),
    "KSuggestion": lambda: selection.suggest_k(X, KMEANS, [2, 3, 4], stability=2, random_state=0),
    "no k": lambda: selection.suggest_k(EVEN, KMEANS, [2, 3], stability=2, random_state=0),
    "EpsSuggestion": lambda: selection.suggest_eps(X),
    "MinClusterSizeSuggestion": lambda: selection.suggest_min_cluster_size(X, [5, 9], stability=2, random_state=0),
    "Recommendation": lambda: selection.recommend(X, random_state=0),
    "no recommendation": lambda: selection.recommend(EVEN, random_state=0),
    "Comparison": lambda: coterie.compare([HOSTILE, "b", "-1"] * 20, ["x", "y", "y", "z"] * 15),
    "ColumnKinds": lambda: coterie.column_kinds(TABLE),
}


@functools.cache
def result(name):
    return RESULTS[name]()


class Elements(html.parser.HTMLParser):
    """The elements of a page, with their attributes and the text in them."""

    def __init__(self, page):
        super().__init__()
        self.open, self.found, self.texts = [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        self.texts.append([])
        self.open.append((tag, len(self.found) - 1))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        for _, number in self.open:
            self.texts[number].append(data)

    def texts_of(self, tag, **wanted):
        return [
            "".join(texts)
            for (name, attributes), texts in zip(self.found, self.texts, strict=True)
            if name == tag and all(attributes.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]

    def tables(self):
        """Each as rows of texts, the header first."""
        rows, found = [], []
        for (tag, _), texts in zip(self.found, self.texts, strict=True):
            if tag == "table":
                rows = []
                found.append(rows)
            elif tag == "tr":
                rows.append([])
            elif tag in ("td", "th"):
                rows[-1].append("".join(texts))
        return found


def look(shown):
    """The card of an object, checked."""
    page = shown._repr_html_()
    elements = Elements(page)
    style = "".join(elements.texts_of("style"))
    for selectors in re.findall(r"([^{}]+)\{", style):
        assert all(each.strip().startswith(".coterie-box") for each in selectors.split(",")), selectors
    assert "url(" not in style and "@import" not in style
    for tag, attributes in elements.found:
        assert tag not in ("script", "link", "img", "iframe", "object", "a", "form")
        assert not any(name.startswith("on") or name in ("src", "href", "id") for name in attributes)
    assert [tag for tag, _ in elements.found][:2] == ["div", "style"]
    assert len(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)) < 30_000
    return elements


# ------------------------------------------------------------------------------------------- estimators


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_shows_its_parameters_and_what_it_found(name):
    model = ESTIMATORS[name]()
    params = model.get_params()
    before = look(model)
    assert before.texts_of("b") == [name] and before.texts_of("span", class_="quiet") == ["not fitted"]
    (table,) = before.tables()
    assert table == [["parameter", "value"], *([key, " ".join(repr(value).split())] for key, value in params.items())]
    changed = {key for key, value in params.items() if repr(value) != repr(type(model)().get_params()[key])}
    marked = [attributes.get("class") == "chosen" for tag, attributes in before.found if tag == "tr"]
    assert [key for (key, _), is_marked in zip(table, marked, strict=True) if is_marked] == [
        key for key in params if key in changed
    ]
    (said,) = before.texts_of("summary")
    assert said == "Parameters: " + (repr(model).partition("(")[2][:-1] or "as by default")

    model.fit(TABLE if name in ("KModes", "KPrototypes") else X)
    after = look(model)
    n_columns = 4 if name in ("KModes", "KPrototypes") else 3
    assert after.texts_of("span", class_="quiet")[0] == f"fitted to {n_columns} columns"
    assert table in after.tables()
    attributes = dict(after.tables()[-1])
    for key in vars(model).keys() - params.keys():
        if key.endswith("_") and not key.startswith("_"):
            value = getattr(model, key)
            shape = f"{value.dtype} array of shape {value.shape}" if isinstance(value, np.ndarray) else None
            told = attributes.pop(key)
            assert told == ((f"{value:.6g}" if isinstance(value, float) else repr(value)) if shape is None else shape)
    assert attributes.keys() == {"attribute"}


@pytest.mark.parametrize("name", CLUSTERERS)
def test_a_clusterer_shows_the_sizes_of_its_clusters_and_what_stands_for_them(name):
    model = CLUSTERERS[name]()
    model.fit(TABLE if name in ("KModes", "KPrototypes") else X)
    elements = look(model)
    values, sizes = np.unique(model.labels_, return_counts=True)
    header, *rows = elements.tables()[0]
    assert header[:3] == ["cluster", "rows", "share"]
    expected = {str(value) if value >= 0 else "in none": size for value, size in zip(values, sizes, strict=True)}
    assert {row[0]: row[1] for row in rows} == {key: str(size) for key, size in expected.items()}
    assert {row[0]: row[2] for row in rows} == {key: f"{size / 60:.1%}" for key, size in expected.items()}
    (said,) = elements.texts_of("p")[:1]
    assert said.startswith(f"{(values >= 0).sum()} cluster")
    assert set(map(int, re.findall(r"\d+", said))) >= {60, *sizes[values >= 0].tolist()}
    centers = getattr(model, "cluster_centers_", getattr(model, "cluster_centroids_", None))
    assert header[3:] == ([] if centers is None else [f"x{j}" for j in range(centers.shape[1])])
    for row, center in zip(rows, [] if centers is None else centers.tolist(), strict=False):
        for cell, value in zip(row[3:], center, strict=True):
            assert cell == value if isinstance(value, str) else abs(float(cell) - value) < 0.01 * (1 + abs(value))


@pytest.mark.parametrize("name", ["AgglomerativeClustering", "DivisiveClustering"])
def test_a_tree_is_drawn_and_cut_between_two_merges(name):
    model = CLUSTERERS[name]().fit(X)
    elements = look(model)
    assert elements.texts_of("figcaption") == [
        "the last 39 merges in the tree; the dashed line cuts it into 3 clusters"
    ]
    (level,) = (float(each["y1"]) for tag, each in elements.found if each.get("class") == "mark")
    (path,) = (each["d"] for tag, each in elements.found if tag == "path")
    tops = sorted({float(y) for y in re.findall(r"L[\d.]+,([\d.]+)L", path)})
    assert tops[1] < level < tops[2]  # pixels from the top


def test_medoids_of_a_table_are_shown_with_their_categories():
    model = coterie.KMedoids(2, metric="gower").fit(TABLE)
    (_, *rows), *_ = look(model).tables()
    assert [row[-1] for row in rows] == [TABLE[i][3] for i in model.medoid_indices_]


def test_many_clusters_and_columns_are_cut():
    wide = RNG.normal(size=(400, 120))
    elements = look(coterie.KMeans(100, n_init=1, random_state=0).fit(wide))
    table, texts = elements.tables()[0], elements.texts_of("p")
    assert len(table) == 31 and len(table[0]) == 23
    assert "Shown: the 30 largest of 100 clusters, the first 20 of 120 columns." in texts
    assert len(look(Scaler("auto").fit(wide)).tables()[0]) == 31
    look(explain.profile(wide, RNG.integers(0, 100, 400)))
    look(coterie.compare(RNG.integers(0, 100, 400), RNG.integers(0, 100, 400)))
    look(coterie.column_kinds(wide))


def test_names_of_columns_and_classes_are_text():
    frame = named([HOSTILE, "$x$", "a" * 500])
    hostile = type(HOSTILE, (coterie.KMeans,), {})
    model = hostile(2, random_state=0, init=HOSTILE)
    assert look(model).texts_of("b") == [HOSTILE]
    for each in (coterie.KMeans(2).fit(frame), Scaler("auto").fit(frame)):
        assert any(HOSTILE in text for text in look(each).texts_of("th"))
    assert [row[0] for row in look(coterie.column_kinds(frame)).tables()[0]][1:3] == [HOSTILE, "$x$"]


# ------------------------------------------------------------------------------------------- results


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_whole_and_harmless(name):
    elements = look(result(name))
    assert all(len(row) == len(rows[0]) for rows in elements.tables() for row in rows)


def test_a_profile_shows_the_table_and_sentences_of_its_text():
    profile = result("Profile")
    elements = look(profile)
    (rows,) = elements.tables()
    text = profile.table(400).split("\n")[: len(rows)]
    as_text = [re.sub(r" [-+]{1,2}(?= |$)", "", line).split() for line in text]
    assert [" ".join(row).split() for row in rows] == as_text
    assert [text.lower() for text in elements.texts_of("li")] == [f"{each}.".lower() for each in profile.sentences]
    marked = [attributes.get("class") for tag, attributes in elements.found if tag == "td"]
    for j, effects in enumerate(profile.distinctness.T):
        start = 4 * (j + 2)  # of cells for all rows, two clusters and the noise
        for kind, effect in zip(marked[start + 1 : start + 3], effects, strict=True):
            assert (kind or "").strip("12345") == ("" if abs(effect) < 0.2 else "up" if effect > 0 else "down")


@pytest.mark.parametrize("name", ["Sweep", "Sweep of two", "Sweep of words"])
def test_a_sweep_shows_its_table_and_draws_each_score(name):
    sweep = result(name)
    elements = look(sweep)
    (rows,) = elements.tables()
    assert [" ".join(row).split() for row in rows] == [line.replace("*", "").split() for line in str(sweep).split("\n")]
    bold = elements.texts_of("td", class_="best")
    assert [cell.split()[-1] for cell in bold] == re.findall(r"(\S+)\*", str(sweep))
    told = elements.texts_of("title")
    for score in sweep.scores:
        values = [row[score] for row in sweep if np.isfinite(row[score])]
        for value in values:
            assert any(abs(float(text.split(": ")[-1].replace(",", "")) - value) < 0.01 * (1 + value) for text in told)


def test_suggestions_show_reasons_doubts_and_the_choice():
    found = result("KSuggestion")
    elements = look(found)
    assert elements.texts_of("b") == [f"Suggested: {found.k} clusters"]
    said = elements.texts_of("li")
    assert [text.rstrip(".").lower() for text in said] == [each.lower() for each in (*found.reasons, *found.doubts)]
    assert sum(attributes.get("class") == "mark" for _, attributes in elements.found) == len(elements.texts_of("svg"))
    assert "1 cluster" in look(result("no k")).texts_of("b")[0]
    eps = result("EpsSuggestion")
    assert f"eps = {eps.eps:.3g}: {np.mean(eps.distances <= eps.eps):.0%} are core points" in " ".join(
        look(eps).texts_of("text")
    )
    size = result("MinClusterSizeSuggestion")
    assert look(size).texts_of("b") == [f"Suggested: min_cluster_size = {size.value}"]


def test_a_comparison_shows_how_many_rows_two_clusters_share():
    found = result("Comparison")
    elements = look(found)
    (header, *rows) = elements.tables()[0]
    counts = [[int(cell or 0) for cell in row[1:]] for row in rows]
    np.testing.assert_array_equal([row[:-1] for row in counts[:-1]], found.contingency)
    assert [row[-1] for row in counts[:-1]] == found.contingency.sum(axis=1).tolist() and header[-1] == "all"
    for line in str(found).split("\n")[:2]:
        assert line in elements.texts_of("li")


def test_a_recommendation_shows_the_clusters_and_what_else_was_looked_at():
    found = result("Recommendation")
    elements = look(found)
    assert elements.texts_of("b") == [f"{found.n_clusters} clusters by {found.method}"]
    assert elements.texts_of("span", class_="quiet")[0] == found.confidence
    said = [text.rstrip(".").lower() for text in elements.texts_of("li")]
    assert said[1:] == [each.lower() for each in (*found.reasons, *found.doubts)]
    sizes, looked_at = elements.tables()
    assert [int(row[1]) for row in sizes[1:]] == np.bincount(found.labels).tolist()
    for row, each in zip(looked_at[1:], found.candidates, strict=True):
        assert row[:2] == [each.method, str(each.n_clusters)] and abs(float(row[2]) - each.silhouette) < 0.0051
        assert row[5] == (each.rejected or "taken")
    assert elements.texts_of("tr", class_="chosen") == ["".join(looked_at[1])]
    assert look(result("no recommendation")).texts_of("b") == ["No structure"]


# ------------------------------------------------------------------------------------------- charts


def pixels(chart):
    page = str(chart.as_html())
    found = Elements(page)
    return [
        (float(each["cx"]), float(each["cy"])) for tag, each in found.found if tag == "circle" and "class" not in each
    ]


def test_a_chart_is_true_to_scale_and_leaves_gaps():
    y = np.array([0.0, np.nan, 4.0, 1.0])
    chart = Chart("", [Line(np.array([1.0, 2.0, 3.0, 5.0]), y)], best=Best(3.0, 4.0, "4"))
    (a, b), (c, d), (e, f) = pixels(chart)
    assert (e - a) == pytest.approx(2 * (c - a), abs=0.3) and (b - d) == pytest.approx(4 * (b - f), abs=0.3)
    assert re.findall("[ML]", re.search(r'<path d="(.*?)"', str(chart.as_html())).group(1)) == ["M", "M", "L"]
    x = np.array([1.0, 10.0, 100.0])
    (a, _), (b, _), (c, _) = pixels(Chart("", [Line(x, x)], is_log=True))
    assert (b - a) == pytest.approx(c - b, abs=0.3)


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-9, 1.0, 1e15, 1e300, 1.7e308])
@pytest.mark.parametrize("y", [[0.0], [1.0, 1.0], [-1.0, 1.0], [0.1, 0.3, 0.2]], ids=str)
def test_charts_of_any_numbers(scale, y):
    x = np.arange(len(y), dtype=float)
    with np.errstate(all="raise", under="ignore"):
        page = str(Chart("any", [Line(x, np.array(y) * scale)]).as_html())
    assert "nan" not in page and "inf" not in page


def test_long_lines_are_thinned():
    x = np.arange(100_000.0)
    assert len(str(Chart("long", [Line(x, x)]).as_html())) < 10_000


def test_nothing_else_is_loaded():
    code = """
        import sys, numpy, coterie
        from coterie import explain, selection
        X = numpy.random.default_rng(0).normal(size=(40, 2))
        model = coterie.KMeans(2, n_init=1).fit(X)
        found = [model, explain.profile(X, model.labels_), selection.sweep(model, X, {"n_clusters": [2, 3]}),
                 selection.suggest_eps(X), coterie.compare(model.labels_, model.labels_), coterie.column_kinds(X)]
        assert all(each._repr_html_().startswith("<div") for each in found)
        assert not {"matplotlib", "sklearn", "pandas", "IPython"} & sys.modules.keys()
        """
    subprocess.run([sys.executable, "-c", "\n".join(line[8:] for line in code.split("\n"))], check=True)
