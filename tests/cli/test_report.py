"""`coterie report`: a page about the groups in a table."""

import base64
import hashlib
import html.parser
import io
import itertools
import math
import re
import shlex
import shutil
import struct
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

import coterie
from coterie._base.wording import as_column
from coterie.cli import main, report
from coterie.cli._report import findings
from coterie.cli._report.page import element, items, join, table
from coterie.cli._report.recommending import recommend
from coterie.cli._table import Table
from coterie.scaling import Scaler

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
EVIL = "<script>alert(1)</script>"
EMPTY = {"br", "img", "meta"}


class Page(html.parser.HTMLParser):
    """Checks that elements are closed in order and collects what tests look at."""

    def __init__(self, text):
        super().__init__()
        self.source, self.open, self.elements, self.text = text, [], [], ""
        self.tables, self.headings, self.blocks, self.styles = {}, [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        assert len(dict(attributes)) == len(attributes)
        if tag not in EMPTY:
            self.open.append((tag, []))
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])

    def handle_startendtag(self, tag, attributes):
        raise AssertionError(f"<{tag}/> is no HTML")

    def handle_endtag(self, tag):
        opened, parts = self.open.pop()
        assert opened == tag
        text = "".join(parts)
        if tag in ("th", "td"):
            self.rows[-1].append(text)
        elif tag == "caption":
            self.caption = text
        elif tag == "table":
            self.tables[self.caption] = self.rows
        elif tag in ("h1", "h2", "h3"):
            self.headings.append((int(tag[1]), text))
        elif tag == "pre":
            self.blocks.append(text)
        elif tag == "style":
            self.styles.append(text)
        if self.open:
            self.open[-1][1].append(text)
        if tag == "body":
            self.text = " ".join(text.split())

    def handle_data(self, data):
        if self.open:
            self.open[-1][1].append(data)

    def table(self, start):
        return next(rows for caption, rows in self.tables.items() if caption.startswith(start))


def run(*args, code=0):
    try:
        done = main(["report", *map(str, args)])
    except SystemExit as stopped:
        done = stopped.code
    assert done == code
    return done


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """Write pages without pictures, of few resamples, which is fast, and read them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(report, "matplotlib_is_there", lambda: False)
    monkeypatch.setattr(findings, "RESAMPLES", 2)

    def plain(*args):
        run(*args, "--quiet", "--output", "page.html")
        return Page((tmp_path / "page.html").read_text(encoding="utf-8"))

    return plain


def blobs(n=120, seed=0):
    rng = np.random.default_rng(seed)
    which = np.arange(n) % 3
    return np.array([[0, 0, 0], [9, 0, 5], [4, 8, -5]])[which] + rng.normal(size=(n, 3)), which


def shop():
    """A table with all that can be odd: an identifier, text, a constant, missing values, names that are HTML."""
    X, which = blobs()
    X[7] += [7, 0, 0]
    lines = [f'customer_id,{EVIL},b&b,"say ""x""",town,always,name']
    for i, row in enumerate(X.tolist()):
        cells = [f"{value:.6f}" for value in row]
        if i in (5, 50):
            cells[1] = ""
        lines.append(",".join([str(1000 + 7 * i), *cells, "ab"[i % 2], "1", f"<img src=x onerror=alert({i})>"]))
    return "\n".join(lines) + "\n", np.delete(X.round(6), (5, 50), axis=0), np.delete(which, (5, 50))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("report")
    (path / "shop.csv").write_text(shop()[0], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def shop_page(folder):
    """The page of that table, with pictures where matplotlib is there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run("shop.csv", "-k", "2-5", "--names", "name", "--noun", "days", "-o", "shop.html", "--quiet")
    return Page((folder / "shop.html").read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------ the page itself


def test_page_is_well_formed_and_whole_by_itself(shop_page):
    page = shop_page
    assert page.source.startswith('<!doctype html>\n<html lang="en"><head><meta charset="utf-8">')
    tags = [tag for tag, _ in page.elements]
    assert tags.count("h1") == tags.count("title") == tags.count("main") == tags.count("nav") == 1
    assert not {"script", "link", "iframe", "object", "form"} & set(tags)
    for tag, attributes in page.elements:
        assert attributes.get("href", "#").startswith("#")
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert not any(name.startswith("on") for name in attributes)
        if tag == "img":
            assert attributes["alt"] and int(attributes["width"]) > 100
    assert "url(" not in page.styles[0] and "@import" not in page.styles[0]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [attributes["href"][1:] for tag, attributes in page.elements if tag == "a"]
    assert set(links) <= set(ids) and len(set(links)) == 7
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_text_from_the_data_is_escaped(shop_page):
    assert EVIL in shop_page.text and EVIL not in shop_page.source
    assert "<img src=x" in shop_page.text and "<img src=x" not in shop_page.source
    assert "b&b" in shop_page.text and 'say "x"' in shop_page.text


def test_elements_escape_what_is_not_html():
    assert (
        element("p", "a<b", element("b", "&"), class_="x", title='"<')
        == '<p class="x" title="&quot;&lt;">a&lt;b<b>&amp;</b></p>'
    )
    assert element("img", alt=None, aria_label="<") == '<img aria-label="&lt;">'
    assert join("<", element("br"), 3) == "&lt;<br>3"
    assert items(["<"], ordered=True) == "<ol><li>&lt;</li></ol>"
    assert "&lt;c&gt;</span></caption>" in table("<c>", ["a"], [["b"]])
    assert 'aria-label="&lt;c&gt;"' in table("<c>", ["a"], [])


def test_pictures_are_images_of_the_page(shop_page):
    pytest.importorskip("matplotlib")
    sources = [attributes["src"] for tag, attributes in shop_page.elements if tag == "img"]
    assert len(sources) == 6
    for source in sources:
        kind, data = re.fullmatch(r"data:image/(svg\+xml|png);base64,(.*)", source).groups()
        content = base64.b64decode(data, validate=True)
        assert content.startswith(b"\x89PNG") if kind == "png" else b"</svg>" in content
    from coterie.cli._report.drawing import draw

    pictures = [draw(lambda ax: ax.plot([1, 3, 2]), "a line", 2) for _ in range(2)]
    assert pictures[0] == pictures[1] and pictures[0].content.startswith(b"<svg")  # nothing random, no date


# ------------------------------------------------------------------------------------------------ what it tells


def test_data_chapter_tells_what_was_read_and_left_out(shop_page, folder):
    X = shop()[1]
    digest = hashlib.sha256((folder / "shop.csv").read_bytes()).hexdigest()
    text = shop_page.text
    assert digest in text and "120 in the file; 2 left out as values are missing, 118 used" in text
    assert "town (not numbers: 'a')" in text and "customer_id (looks like an identifier)" in text
    assert "always (the same in every row)" in text
    header, *rows = shop_page.table("The columns")
    assert [row[0] for row in rows] == [EVIL, "b&b", 'say "x"'] and [row[1] for row in rows] == ["0", "2", "0"]
    for row, column in zip(rows, X.T, strict=True):
        assert row[2:9] == as_column(
            [column.mean(), column.std(), column.min(), *np.percentile(column, [25, 50, 75]), column.max()]
        )
    shares = X.var(axis=0) / X.var(axis=0).sum()
    assert [row[header.index("share of variance")] for row in rows] == [f"{share:.1%}" for share in shares]
    assert {row[-1] for row in rows} == {"33.3%"}


def test_groups_are_those_of_the_command_and_of_the_programme_on_the_page(shop_page, folder, monkeypatch):
    monkeypatch.chdir(folder)
    X, which = shop()[1:]
    again, fit, programme = shop_page.blocks
    assert again == (
        "coterie report shop.csv --names name --missing drop -k 2-5 --noun days --scale auto --seed 0 "
        "--output shop.html"
    )
    argv = shlex.split(fit)
    assert argv[0] == "coterie" and main([*argv[1:], "--quiet"]) == 0
    written = (folder / "labels.csv").read_text().splitlines()[1:]
    assert [i for i, label in enumerate(written) if label == '""'] == [5, 50]
    labels = np.array([int(label) for label in written if label != '""'])
    assert coterie.compare(which, labels).adjusted_rand == 1
    sizes = np.bincount(labels)
    assert f"Cluster 0, {sizes[0] / sizes.sum():.0%} of days: " in shop_page.text
    groups = shop_page.table("Sizes")[1:]
    assert [row[:2] for row in groups] == [[f"cluster {i}", str(size)] for i, size in enumerate(sizes)]
    assert [row[2] for row in groups] == [f"{size / 118:.1%}" for size in sizes]
    for row, column in zip(shop_page.table("Medians")[1:], X.T, strict=True):
        assert row[1:] == as_column([*(np.median(column[labels == i]) for i in range(3)), np.median(column)])
    assert coterie.load(folder / "model.npz").n_clusters == 3
    pytest.importorskip("pandas")
    names = {}
    exec(programme, names)
    assert np.array_equal(names["labels"], labels)


def test_columns_are_left_out_with_a_warning_and_never_all(plain, capsys):
    X, _ = blobs()
    with open("x.csv", "w") as file:
        file.write("id,year,same,a\n" + "".join(f"{i},{1990 + i % 9},1,{a}\n" for i, a in enumerate(X[:, 0])))
    plain("x.csv", "--quiet")
    assert (
        capsys.readouterr().err == "warning: left out, the same in every row: same\nwarning: left out: id (looks "
        "like an identifier), year (looks like a date); --columns chooses what to use\n"
    )
    plain("x.csv", "--quiet", "--drop", "a")
    assert (
        "warning: used although they look like identifiers and dates, as there is nothing else: id, year"
        in capsys.readouterr().err
    )


def test_same_command_gives_the_same_page(shop_page, folder, monkeypatch):
    if "matplotlib" in sys.modules:
        monkeypatch.setattr(report, "matplotlib_is_there", lambda: False)
    monkeypatch.chdir(folder)
    pages = []
    for jobs in (1, 3):
        run("shop.csv", "-k", "3", "--jobs", jobs, "--quiet", "-o", "again.html")
        pages.append((folder / "again.html").read_bytes())
    assert pages[0] == pages[1]


def test_unusual_rows_are_named_with_the_columns_that_make_them_so(shop_page):
    first = shop_page.table("The 10 most unusual rows")[1]
    assert first[0] == "<img src=x onerror=alert(7)>" and float(first[2]) > 3
    assert first[3].startswith(f"{EVIL} ")


def test_small_tables_have_few_unusual_rows(plain):
    np.save("x.npy", [[0, 0], [0, 1], [1, 0], [1, 1], [9, 9], [9, 8], [8, 9], [8, 8]])
    page = plain("x.npy", "-k", "2")
    assert len(page.table("The 3 most unusual rows")) == 1 + 3 and "None of them is far out." in page.text


def test_of_many_columns_those_in_which_groups_differ_are_told(plain):
    X = np.random.default_rng(0).normal(size=(40, 80))
    X[::2, 70] += 20
    X[::2, 3:9] += 5
    np.save("x.npy", X)
    rows = plain("x.npy", "-k", "2").table("Medians of the groups, in the units of the data; the 60 columns")
    assert len(rows) == 1 + 60 and {f"x{j}" for j in (*range(3, 9), 70)} < {row[0] for row in rows}


def test_clear_groups_are_said_to_be_more_than_chance(shop_page):
    text = shop_page.text
    assert "3 groups by k-means. They are more than chance would give" in text
    assert "k-means and Ward, two different methods, agree with an adjusted Rand index of 1.00" in text
    assert "convenient cut" not in text
    tried = shop_page.table("k-means with k clusters; the suggested k is set off")[1:]
    assert [row[0] for row in tried] == ["2", "3", "4", "5"] and float(tried[1][5]) > 0.95


def test_uniform_data_are_cut_for_convenience(plain):
    np.save("x.npy", np.random.default_rng(0).uniform(size=(200, 2)))
    page = plain("x.npy", "-k", "2-4")
    assert "There is no clear structure: treat the groups as a convenient cut, not as a discovery" in page.text
    assert "as sizes of shirts are" in page.text
    assert page.text.count("No structure") == 3  # k-means, Ward, and among the reasons


def save_ring(name, n):
    """Save a ring around a disc, and return which is which."""
    rng = np.random.default_rng(0)
    angle, which = rng.uniform(0, 2 * np.pi, n), np.minimum(np.arange(n) % 4, 1)
    radius = np.where(which == 0, np.sqrt(rng.uniform(0, 1, n)), rng.uniform(3, 3.5, n))
    np.save(name, radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return which


def test_ring_around_a_disc_is_left_to_density(plain, tmp_path):
    which = save_ring("ring.npy", 400)
    page = plain("ring.npy", "-k", "2-3")
    assert "2 groups by DBSCAN. They are dense parts of the data" in page.text
    rows = page.table("DBSCAN with several eps")[1:]
    assert [row[-1] == "–" for row in rows] == [True] + [False] * 7
    assert re.search(r"\d\d% of the rows in dense parts of the data are nearer to the mean of another part", page.text)
    names = {}
    exec(page.blocks[2], names)
    assert coterie.compare(which, names["labels"]).adjusted_rand == 1
    assert main([*shlex.split(page.blocks[1])[1:], "--quiet"]) == 0
    assert (tmp_path / "labels.csv").read_text().split()[1:] == [str(label) for label in names["labels"]]


def test_number_that_was_asked_for_is_kept_with_what_the_data_suggest(plain):
    np.save("x.npy", blobs()[0])
    page = plain("x.npy", "-k", "5")
    assert "5 groups by k-means" in page.text and "You asked for 5 clusters." in page.text
    assert "The data themselves suggest 3." in page.text
    assert len(page.table("Sizes")) == 1 + 5


def test_kinds_of_rows_are_counted_in_each_group(plain):
    X, which = blobs()
    lines = [f"{a},{b},{c},{'xyz'[kind]}" for (a, b, c), kind in zip(X.tolist(), which.tolist(), strict=True)]
    with open("x.csv", "w") as file:
        file.write("\n".join(["a,b,c,kind", *lines]))
    page = plain("x.csv", "-k", "3", "--names", "kind")
    header, *rows = page.table("How many rows of which name")
    assert sorted(header[1:]) == ["x", "y", "z"]
    assert sorted(cell for row in rows for cell in row[1:]) == ["0"] * 6 + ["40"] * 3
    assert "agree with an adjusted Rand index of 1.00" in page.text
    assert re.match(r"[xyz] \(row \d+\)", page.table("The 10 most")[1][0])


def test_missing_values_can_be_filled_in(plain):
    with open("shop.csv", "w") as file:
        file.write(shop()[0])
    page = plain("shop.csv", "-k", "2-3", "--missing", "median")
    assert "120; 2 missing values filled in with the column's median" in page.text


def test_large_data_are_compared_on_a_sample_and_clustered_whole(plain, monkeypatch):
    monkeypatch.setattr(findings, "SAMPLE", 90)
    monkeypatch.setattr(findings, "DENSE_SAMPLE", 100)
    X, which = blobs(600)
    np.save("x.npy", X)
    page = plain("x.npy", "-k", "2-4")
    assert "on a random sample of 90 of the 600 rows" in page.text
    assert "It was tried on a random sample of 100 of the 600 rows." in page.text
    assert sum(int(row[1]) for row in page.table("Sizes")[1:]) == 600
    names = {}
    exec(page.blocks[2], names)
    assert coterie.compare(which, names["labels"]).adjusted_rand == 1


def test_density_of_a_sample_labels_all_rows(plain, monkeypatch):
    monkeypatch.setattr(findings, "DENSE_SAMPLE", 600)
    which = save_ring("ring.npy", 900)
    page = plain("ring.npy", "-k", "2-3")
    names = {}
    exec(page.blocks[2], names)
    assert coterie.compare(which, names["labels"]).adjusted_rand == 1 and len(names["labels"]) == 900
    assert [int(row[1]) for row in page.table("Sizes")[1:]] == np.bincount(names["labels"]).tolist()
    assert "fit it to a sample" in page.text


@pytest.mark.parametrize(
    "kind", ["npy with gaps", "npz", "semicolons", "thousands", "no header", "parquet", "a single column"]
)
def test_programme_reads_every_kind_of_file(plain, kind):
    X, which = blobs()
    if kind == "npy with gaps":
        X[3, 1] = np.nan
        name, which = "x.npy", np.delete(which, 3)
        np.save(name, X)
    elif kind == "npz":
        name = "x.npz"
        np.savez(name, points=X, label=which)
    else:
        pytest.importorskip("pandas")
        name = "x.csv"
        if kind == "semicolons":
            with open(name, "w") as file:
                file.write("a;text;b;c\n" + "".join(f"{a};t;{b};{c}\n".replace(".", ",") for a, b, c in X))
        elif kind == "thousands":
            X = np.round(X * 1000)
            with open(name, "w") as file:
                file.write(
                    "a;text;b;c\n"
                    + "".join(f"{a:,.0f};t;{b:,.1f};{c:.0f}\n".translate(str.maketrans(",.", ".,")) for a, b, c in X)
                )
        elif kind == "no header":
            np.savetxt(name, X, delimiter="\t")
        elif kind == "parquet":
            pandas, name = pytest.importorskip("pandas"), "x.parquet"
            pytest.importorskip("pyarrow")
            pandas.DataFrame({"a": X[:, 0], "text": "t", "b": X[:, 1], "c": X[:, 2]}).to_parquet(name)
        else:
            X = X[:, :1] * 10
            np.savetxt(name, X, header="height", comments="")
    page = plain(name, "-k", "3")
    names = {}
    exec(page.blocks[2], names)
    assert names["X"].shape == X[~np.isnan(X).any(axis=1)].shape
    assert [int(row[1]) for row in page.table("Sizes")[1:]] == np.bincount(names["labels"]).tolist()
    if kind != "a single column":
        assert coterie.compare(which, names["labels"]).adjusted_rand == 1


def test_programme_that_cannot_know_the_array_says_so(plain):
    np.savez("x.npz", a=np.round(blobs()[0] * 10).astype(int), scale=0.1)
    assert "X = ...  # an array of the columns ['x0', 'x1', 'x2'] of 'x.npz'" in plain("x.npz", "-k", "3").blocks[2]


def test_without_matplotlib_the_page_says_how_to_get_pictures(plain, capsys):
    np.save("x.npy", blobs()[0])
    page = plain("x.npy", "-k", "3")
    assert "img" not in {tag for tag, _ in page.elements} and "figure" not in {tag for tag, _ in page.elements}
    assert "This page has no pictures: matplotlib is not installed." in page.text
    capsys.readouterr()
    run("x.npy", "-k", "3", "-o", "page.html")
    said = capsys.readouterr()
    assert said.out == "" and "note: the page has no pictures" in said.err
    assert "recommended: 3 clusters by k-means" in said.err and "page.html" in said.err


# ------------------------------------------------------------------------------------------------ the choices


def scaling_of(*columns, wanted="auto"):
    names = [f"c{j}" for j in range(len(columns))]
    return findings.choose_scaling(Table(np.column_stack(columns), names, names), wanted)


def test_scaling_is_chosen_by_the_tails():
    rng = np.random.default_rng(0)
    normal, tail, count = rng.normal(50, 5, 500), rng.lognormal(3, 1.5, 500), rng.poisson(2, 500)
    assert scaling_of(normal, count)[0] == "standard"
    assert scaling_of(normal, tail, tail)[0] == "log" and "c1, c2 have a long tail" in scaling_of(normal, tail, tail)[1]
    assert scaling_of(normal, count, tail)[0] == "robust"  # one of three
    assert scaling_of(normal - 100, tail)[0] == "robust"  # no logarithm of what is negative
    far = np.concatenate([normal[:-3], [1e4, -1e4, 2e4]])
    assert scaling_of(far, normal)[0] == "robust" and scaling_of(far, normal)[1].startswith("c0 has values")
    assert scaling_of(far, wanted="minmax") == ("minmax", "you asked for it")
    prepared, scaled = findings.prepare(Table(np.column_stack([tail, normal]), ["a", "b"], ["a", "b"]), "auto")
    assert np.array_equal(scaled, Scaler("log").fit_transform(np.column_stack([tail, normal])))
    assert math.isclose(prepared.before.sum(), 1) and np.allclose(prepared.after, 0.5)


def test_columns_that_say_the_same_are_found():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200))
    found = findings.find_alike(np.column_stack([a, b, -a + 0.01 * b, a + 0.1 * b]), list("abcd"))
    assert [pair[:2] for pair in found] == [("a", "c"), ("a", "d"), ("c", "d")]
    assert found[0][2] < -0.99 and found[1][2] > 0.99
    assert findings.find_alike(a[:, None], ["a"]) == []


def test_columns_that_may_be_codes_are_found():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(1, 4, 100), rng.integers(0, 2, 100) / 2, rng.integers(0, 9, 100), np.arange(100)])
    assert findings.find_codes(Table(X, list("abcd"), list("abcd"))) == ["a"]
    assert findings.find_codes(Table(X[:20], list("abcd"), list("abcd"))) == []


def test_different_rows_are_counted_up_to_what_matters():
    X = np.repeat(np.arange(6.0), 50)[:, None]
    assert [findings.count_different(X, most) for most in (1, 5, 6, 7)] == [1, 5, 6, 6]
    assert findings.count_different(np.array([[0.0], [-0.0]]), 5) == 1


def trial(**changes):
    facts = {
        "model": SimpleNamespace(n_features_in_=2),
        "n_sizeable": 3,
        "covered": 0.9,
        "noise": 0.1,
        "largest": 0.5,
        "misplaced": 0.2,
        "steady": (0.5, 0.9),
    }
    return findings.Trial(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "convincing"),
    [
        ({}, True),
        ({"n_sizeable": 1}, False),
        ({"covered": 0.5}, False),
        ({"noise": 0.5}, False),
        ({"steady": (0.7, 0.7)}, False),
        ({"steady": (np.nan, np.nan)}, False),
        ({"misplaced": 0.01}, False),
        ({"model": SimpleNamespace(n_features_in_=1)}, False),
        ({"misplaced": 0.01, "noise": 0.3, "steady": (0.9, 0.9)}, True),
        ({"misplaced": 0.01, "noise": 0.3, "steady": (0.7, 0.9)}, False),
    ],
)
def test_density_is_recommended_for_shapes_and_for_much_noise(changes, convincing):
    assert trial(**changes).convincing == convincing


def test_other_eps_than_the_suggested_one_must_be_very_steady():
    suggested, steady, steadier = trial(), trial(steady=(0.95, 0.91)), trial(steady=(0.92, 0.93))

    def best(suggested, *others):
        return findings.Density(None, 5, None, [suggested, *others], suggested).best

    assert best(suggested, steady, steadier) is suggested
    weak = trial(n_sizeable=1)
    assert best(weak, steady, steadier) is steadier
    assert best(weak, trial(steady=(0.8, 1.0)), trial(noise=0.3, misplaced=0.0, steady=(1.0, 1.0))) is weak


def suggestion(k, clear, n_clusters=range(2, 6), stability=0.95, X=None):
    rows = [
        {"n_clusters": each, "silhouette": 0.3, "stability": stability if each != 4 else 0.99} for each in n_clusters
    ]
    return SimpleNamespace(
        k=k, clear=clear, reasons=("it is seen",), doubts=(), others=(), by_chance=np.full(len(rows), 0.25), sweep=rows
    )


def recommended(kmeans, ward, agreement=1.0, wanted=None, X=None, sample=None):
    X = blobs()[0] if X is None else X
    names = [f"c{j}" for j in range(X.shape[1])]
    data = Table(X, names, names)
    scaling, scaled = findings.prepare(data, "standard")
    kmeans.sweep, ward.sweep = map(Rows, (kmeans.sweep, ward.sweep))
    return recommend(
        data,
        scaling,
        scaled,
        sample,
        {"k-means": kmeans, "Ward": ward},
        dict.fromkeys(range(2, 6), agreement),
        None,
        wanted,
        0,
        1,
    )


class Rows(list):
    @property
    def rows(self):
        return self


def test_recommendation_goes_by_what_is_clear():
    kmeans = recommended(suggestion(3, True), suggestion(3, True))
    assert (kmeans.method, kmeans.n_clusters, kmeans.structure) == ("k-means", 3, "clear")
    assert kmeans.reasons[0] == "It is seen." and "1.00 (1: the same clusters" in kmeans.reasons[-1]
    several = suggestion(3, True)
    several.doubts += ("k = 2 stands out, too, for a coarser view",)
    told = recommended(several, suggestion(3, True))
    assert "k = 2 stands out, too, for a coarser view." in told.doubts
    assert not any("stands out, too" in reason for reason in told.reasons)
    ward = recommended(suggestion(1, False), suggestion(3, True))
    tree = coterie.AgglomerativeClustering(3).fit(Scaler().fit_transform(blobs()[0]))
    assert ward.method == "Ward" and np.array_equal(ward.labels, coterie.relabel(tree.labels_, by="first"))
    sampled = recommended(suggestion(1, False), suggestion(3, True), sample=np.arange(0, 120, 2))
    assert (sampled.method, sampled.structure) == ("k-means", "none")  # Ward's clusters are not those of all rows
    likely = recommended(suggestion(2, False), suggestion(1, False))
    assert (likely.method, likely.n_clusters, likely.structure) == ("k-means", 2, "likely")
    nothing = recommended(suggestion(1, False), suggestion(1, False))
    assert (nothing.n_clusters, nothing.structure) == (4, "none")  # the most stable of 3 to 6
    assert "convenient cut" in nothing.doubts[0] and "stability 0.99" in nothing.reasons[0]


def test_doubts_are_told():
    differing = recommended(suggestion(3, True), suggestion(2, True), agreement=0.3)
    assert any("0.30" in doubt and "cut the data differently" in doubt for doubt in differing.doubts)
    assert "By Ward 2 clusters would be suggested instead." in differing.doubts
    partly = recommended(suggestion(3, True), suggestion(3, True), agreement=0.7)
    assert any("0.70" in doubt and "similar clusters" in doubt for doubt in partly.doubts)
    shaky = recommended(suggestion(1, False, stability=0.5), suggestion(1, False), wanted=3)
    assert any("stability 0.50" in doubt for doubt in shaky.doubts)
    noise = np.random.default_rng(0).normal(size=(120, 6))
    assert any("overlap" in doubt for doubt in recommended(suggestion(5, True), suggestion(5, True), X=noise).doubts)
    X = blobs()[0]
    X[0] = 500
    lonely = recommended(suggestion(3, True), suggestion(2, True), X=X, wanted=2)
    assert any(doubt.startswith("Very small: cluster ") and "(1 row)" in doubt for doubt in lonely.doubts)
    assert any(re.match(r"Cluster \d has over 99% of the rows: this sets", doubt) for doubt in lonely.doubts)
    assert lonely.structure == "lopsided"
    scales = np.column_stack([blobs()[0][:, 0] / 100, *np.random.default_rng(1).uniform(0, 1, (2, 120)) ** 9])
    hanging = recommended(suggestion(3, True), suggestion(3, True), X=scales - scales.min(axis=0))
    assert set(hanging.scalings) == {"minmax", "robust", "log", "none"}


# ------------------------------------------------------------------------------------------------ what can go wrong


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        ("a,b\n1,2\n1,2\n3,4\n3,4\n5,6\n", [], 1, "x.csv: at least 4 different rows are needed, there are 3"),
        ("a,b\n1,1\n1,1\n", [], 1, "x.csv: there is no column of measurements in it, but a (the same in every row), b"),
        ("a,b\nx,p\ny,q\n", [], 1, "x.csv: there is no column of numbers in it, but a ('x'), b"),
        ("a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n", ["--scale", "log"], 1, "--scale log needs values of 0 or more"),
        (
            "a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n",
            ["-k", "9"],
            1,
            "-k 9 is not from 2 to 4, one less than there are different",
        ),
        ("a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n", ["-k", "8-9"], 1, "none of the numbers of clusters is from 2 to 4"),
        ("a,b\n1,2\n2,3\n", ["-k", "one"], 2, "numbers of 2 or more are needed, such as"),
        ("a,b\n1,2\n2,3\n", ["-k", "6-2"], 2, "numbers of 2 or more are needed, smaller ones first, such as"),
        ("a,b\n1,2\n2,3\n", ["-o", "no/page.html"], 1, "there is no folder no"),
        ("a,b\n1,2\n2,3\n", ["-o", "x.csv"], 2, "a name that ends in .html is needed"),
        ("a,b\n1,2\n2,3\n", ["-o", "-"], 2, "a file is needed"),
        ("a,b\n1,2\n2,3\n", ["-o", "page.pdf"], 2, "a name that ends in .html is needed"),
        (
            "a,b\n1,2\n2,3\n",
            ["--colums", "a"],
            2,
            "report: error: unrecognized arguments: --colums a; did you mean --columns? (see coterie report --help)",
        ),
        ("a,b\n1,2\n2,3\n", ["--columns", "c"], 2, "no column is called 'c'"),
    ],
)
def test_what_cannot_be_reported_on_is_told_in_a_line(tmp_path, monkeypatch, capsys, content, options, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(content)
    run("x.csv", "--quiet", *options, code=code)
    said = capsys.readouterr()
    assert said.out == "" and message in said.err and len(said.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


@pytest.mark.parametrize(
    "case",
    [
        "one column",
        "four rows",
        "duplicates",
        "one cluster far out",
        "many columns",
        "tiny",
        "huge",
        "float32",
        "ten rows far from zero",
    ],
)
def test_odd_data_make_a_page_all_the_same(plain, case):
    rng = np.random.default_rng(0)
    X = {
        "one column": rng.normal(size=(40, 1)),
        "four rows": rng.normal(size=(4, 2)),
        "duplicates": np.repeat(rng.normal(size=(5, 2)), 30, axis=0),
        "one cluster far out": np.concatenate([rng.normal(size=(50, 2)), [[1e6, 1e6]]]),
        "many columns": rng.normal(size=(30, 80)),
        "tiny": rng.normal(size=(30, 2)) * 1e-200,
        "huge": rng.normal(size=(30, 2)) * 1e150,
        "float32": rng.normal(size=(30, 2)).astype(np.float32),
        "ten rows far from zero": 1e9 + rng.normal(size=(10, 2)),
    }[case]
    np.save("x.npy", X)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        page = plain("x.npy", "-k", "2-3")
    assert "nan" not in page.text and "inf " not in page.text
    assert [text for level, text in page.headings if level == 2] == [
        "The data",
        "How many groups?",
        "Dense parts of any shape",
        "What is recommended",
        "The groups",
        "Unusual rows",
        "How to repeat this",
    ]


# ------------------------------------------------------------------------------------------------ in a browser


@pytest.mark.skipif(BROWSER is None, reason="there is no browser")
def test_browser_shows_the_page_without_errors_or_overflow(shop_page, tmp_path):
    """A wide window and a phone within it, as a frame: what leaves the frame would have to be scrolled sideways."""
    escaped = shop_page.source.replace("&", "&amp;").replace('"', "&quot;")
    script = """<script>
      const wrong = []; window.onerror = message => wrong.push(message);
      window.onload = () => {
        const told = [...document.querySelectorAll("iframe")].map(frame => {
          const inner = frame.contentDocument, root = inner.documentElement;
          const images = [...inner.images];
          return [root.clientWidth, root.scrollWidth, images.length,
                  images.filter(image => image.complete && image.naturalWidth > 0).length];
        });
        document.title = JSON.stringify({told, wrong});
      };</script>"""
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(
        f"<!doctype html><title>?</title>{script}<style>iframe {{ border: 0; }}</style>"
        f'<iframe width="390" height="800" srcdoc="{escaped}"></iframe>'
        f'<iframe width="1200" height="800" srcdoc="{escaped}"></iframe>',
        encoding="utf-8",
    )
    (tmp_path / "page.html").write_text(shop_page.source, encoding="utf-8")
    options = [
        BROWSER,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1000,1400",
    ]
    done = subprocess.run([*options, "--dump-dom", wrapper.as_uri()], capture_output=True, timeout=60)
    told = re.search(r"<title>(\{.*?\})</title>", done.stdout.decode()).group(1)
    n_images = sum(tag == "img" for tag, _ in shop_page.elements)
    assert told == f'{{"told":[[390,390,{n_images},{n_images}],[1200,1200,{n_images},{n_images}]],"wrong":[]}}'

    shot = tmp_path / "shot.png"
    page = (tmp_path / "page.html").as_uri()
    done = subprocess.run(
        [*options, "--enable-logging=stderr", f"--screenshot={shot}", page], capture_output=True, timeout=60
    )
    assert b"CONSOLE" not in done.stderr
    header = shot.read_bytes()[:24]
    assert header.startswith(b"\x89PNG") and struct.unpack(">II", header[16:]) == (1000, 1400)
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(shot.read_bytes())).convert("L")
    pixels = np.asarray(image)
    dark = (pixels < 128).mean(axis=1)
    assert 0.01 < (pixels < 128).mean() < 0.3 and (dark > 0).mean() > 0.2  # text all the way down, on a white page
    assert (pixels[:, :20] > 250).all() and (pixels[:, -20:] > 250).all()


@pytest.mark.skipif(BROWSER is None, reason="there is no browser")
@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone_wide_things_scroll_in_boxes_of_their_own_that_show_it_and_pictures_lie_on_white(
    shop_page, tmp_path, dark
):
    escaped = shop_page.source.replace("&", "&amp;").replace('"', "&quot;")
    script = """<script>
      window.onload = () => {
        const inner = document.querySelector("iframe").contentDocument;
        const look = element => inner.defaultView.getComputedStyle(element);
        const boxes = [...inner.querySelectorAll(".scroll")];
        const wide = boxes.filter(box => box.scrollWidth > box.clientWidth + 1);
        document.title = JSON.stringify([
          matchMedia("(prefers-color-scheme: dark)").matches, look(inner.body).backgroundColor === "rgb(255, 255, 255)",
          [...inner.querySelectorAll("table, img")].every(each => each.parentElement.className === "scroll"),
          boxes.every(box => look(box).backgroundImage.split("linear-gradient").length === 5),
          wide.length > 5, wide.every(box => look(box).overflowX === "auto" && box.clientWidth <= 390),
          [...inner.images].every(image => image.width >= 600 &&
                                           look(image.parentElement).backgroundColor === "rgb(255, 255, 255)"),
          [...inner.querySelectorAll("caption span")].every(each => each.offsetWidth <= 390)]);
      };</script>"""
    wrapper = tmp_path / "wrapper.html"
    wrapper.write_text(
        f'<!doctype html><meta name="color-scheme" content="light dark"><title>?</title>{script}'
        f'<iframe width="390" height="800" srcdoc="{escaped}"></iframe>',
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            wrapper.as_uri(),
        ],
        capture_output=True,
        timeout=60,
    )
    told = re.search(r"<title>(\[.*?\])</title>", done.stdout.decode()).group(1)
    assert told == f"[{str(dark).lower()},{str(not dark).lower()},true,true,true,true,true,true]"
