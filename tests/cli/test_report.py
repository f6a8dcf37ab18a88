"""`coterie report`: the page holds what was found, is well-formed, and can be repeated."""

import base64
import hashlib
import itertools
import re
import sys
import warnings

import numpy as np
import pytest
from reference.commands import report
from reference.pages import Page
from reference.tables import EVIL, blobs, shop

import coterie
from coterie._base.wording import as_column
from coterie._runtime.thresholds import thresholds
from coterie.cli import report as command
from coterie.selection import _candidates


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """Write pages without pictures, of few resamples, which is fast, and read them."""
    monkeypatch.setattr(_candidates, "_RESAMPLES", 2)
    monkeypatch.setattr(_candidates, "_MOST_CLUSTERS", 6)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "matplotlib_is_there", lambda: False)

    def plain(*args):
        report(*args, "--quiet", "--output", "page.html")
        return Page((tmp_path / "page.html").read_text(encoding="utf-8"))

    return plain


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
    assert set(links) <= set(ids) and len(set(links)) == 6
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_text_from_the_data_is_escaped(shop_page):
    assert EVIL in shop_page.text and EVIL not in shop_page.source
    assert "<img src=x" in shop_page.text and "<img src=x" not in shop_page.source
    assert "b&b" in shop_page.text and 'say "x"' in shop_page.text


def test_pictures_are_images_of_the_page(shop_page):
    pytest.importorskip("matplotlib")
    sources = [attributes["src"] for tag, attributes in shop_page.elements if tag == "img"]
    assert len(sources) == 3
    for source in sources:
        kind, data = re.fullmatch(r"data:image/(svg\+xml|png);base64,(.*)", source).groups()
        content = base64.b64decode(data, validate=True)
        assert content.startswith(b"\x89PNG") if kind == "png" else b"</svg>" in content
    from coterie.report._pictures import render

    pictures = [render(lambda ax: ax.plot([1, 3, 2]), "a line", 2) for _ in range(2)]
    assert pictures[0] == pictures[1] and pictures[0].content.startswith(b"<svg")  # nothing random, no date


def test_data_chapter_tells_what_was_read_and_left_out(shop_page, shop_folder):
    X = shop()[1]
    digest = hashlib.sha256((shop_folder / "shop.csv").read_bytes()).hexdigest()
    text = shop_page.text
    assert digest in text and "120 in the table; 2 left out as values are missing, 118 used" in text
    assert "customer_id (looks like an identifier)" in text
    assert "town had no part in the grouping" in text
    assert "always (the same in every row)" in text
    header, *rows = shop_page.table("The columns")
    assert [row[0] for row in rows] == [EVIL, "b&b", 'say "x"'] and [row[1] for row in rows] == ["0", "2", "0"]
    for row, column in zip(rows, X.T, strict=True):
        assert row[2:9] == as_column(
            [column.mean(), column.std(), column.min(), *np.percentile(column, [25, 50, 75]), column.max()]
        )
    shares = X.var(axis=0) / X.var(axis=0).sum()
    assert [row[header.index("share of variance")] for row in rows] == [f"{share:.1%}" for share in shares]
    assert [row[-1] for row in rows] == [row[-2] for row in rows]  # the columns are alike, and stay as they are


def test_groups_are_those_of_the_command_and_of_the_program_on_the_page(shop_page, shop_folder, monkeypatch):
    monkeypatch.chdir(shop_folder)
    X, which = shop()[1:]
    again, program = shop_page.blocks
    assert again == (
        "coterie report shop.csv --names name --missing auto -k 2-5 --noun days --scale auto --seed 0 "
        "--output shop.html"
    )
    groups = shop_page.table("Sizes")[1:]
    pytest.importorskip("pandas")
    names = {}
    exec(program, names)
    assert np.flatnonzero(names["labels"] < 0).tolist() == [5, 50]
    labels = names["labels"][names["labels"] >= 0]
    assert coterie.compare(which, labels).adjusted_rand == 1
    sizes = np.bincount(labels)
    assert f"Cluster 0, {sizes[0] / sizes.sum():.0%} of days: " in shop_page.text
    assert [row[:2] for row in groups] == [[f"cluster {i}", str(size)] for i, size in enumerate(sizes)]
    assert [row[2] for row in groups] == [f"{size / 118:.1%}" for size in sizes]
    for row, column in zip(shop_page.table("Medians")[1:], X.T, strict=True):
        assert row[1:] == as_column([*(np.median(column[labels == i]) for i in range(3)), np.median(column)])


def test_columns_are_left_out_with_a_warning_and_never_all(plain, capsys):
    X, _ = blobs()
    with open("x.csv", "w") as file:
        file.write("id,year,same,a\n" + "".join(f"{i},{1990 + i % 9},1,{a}\n" for i, a in enumerate(X[:, 0])))
    plain("x.csv", "--quiet")
    assert (
        capsys.readouterr().err == "warning: left out: same (the same in every row), year (looks like a date); "
        "--columns chooses what to use\n"
    )
    plain("x.csv", "--quiet", "--drop", "a")
    assert (
        "warning: used although they look like identifiers or dates, because there is nothing else: year"
        in capsys.readouterr().err
    )


def test_same_command_gives_the_same_page(shop_page, shop_folder, monkeypatch):
    if "matplotlib" in sys.modules:
        monkeypatch.setattr(command, "matplotlib_is_there", lambda: False)
    monkeypatch.chdir(shop_folder)
    pages = []
    for jobs in (1, 3):
        report("shop.csv", "-k", "3", "--jobs", jobs, "--quiet", "-o", "again.html")
        pages.append((shop_folder / "again.html").read_bytes())
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


def test_clear_groups_are_said_to_be_clear(shop_page):
    text = shop_page.text
    assert "3 groups by k-means. They are clear: nothing of weight speaks against them." in text
    assert "convenient cut" not in text
    header, *tried = shop_page.table("Clusterings that were compared; the recommended one is set off")
    assert header == ["method", "clusters", "silhouette", "stability", "what speaks against it"]
    assert tried[0][:2] == ["k-means", "3"] and tried[0][4] == "–" and all(row[4] != "–" for row in tried[1:])


def test_uniform_data_are_cut_for_convenience_and_the_headline_says_so(plain):
    np.save("x.npy", np.random.default_rng(0).uniform(size=(200, 2)))
    page = plain("x.npy")
    assert re.search(r"No groups: a convenient cut into [3-6] parts\. The rows form no groups by themselves", page.text)
    names = {}
    exec(page.blocks[1], names)
    found = names["found"]
    assert found.recommendation.confidence == "no structure" and not found.recommendation.labels.any()
    assert np.array_equal(names["labels"], found.recommendation.cut.labels)


def save_ring(name, n):
    """Save a ring around a disc, and return which is which."""
    rng = np.random.default_rng(0)
    angle, which = rng.uniform(0, 2 * np.pi, n), np.minimum(np.arange(n) % 4, 1)
    radius = np.where(which == 0, np.sqrt(rng.uniform(0, 1, n)), rng.uniform(3, 3.5, n))
    np.save(name, radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))
    return which


def test_ring_around_a_disc_is_left_to_density(plain):
    which = save_ring("ring.npy", 400)
    page = plain("ring.npy")
    assert "2 groups by HDBSCAN." in page.text and "where they lie and in their shape" in page.text
    names = {}
    exec(page.blocks[1], names)
    assert coterie.compare(which, names["labels"]).adjusted_rand == 1


def test_number_that_was_asked_for_is_kept_with_what_the_data_suggest(plain):
    np.save("x.npy", blobs()[0])
    page = plain("x.npy", "-k", "5")
    assert "5 groups by k-means. Their number was asked for." in page.text and "You asked for 5 groups." in page.text
    assert "the data themselves suggest 3 by k-means (clear)." in page.text
    assert len(page.table("Sizes")) == 1 + 5


def test_kinds_of_rows_are_counted_in_each_group(plain):
    X, which = blobs()
    lines = [f"{a},{b},{c},{'xyz'[kind]}" for (a, b, c), kind in zip(X.tolist(), which.tolist(), strict=True)]
    with open("x.csv", "w") as file:
        file.write("\n".join(["a,b,c,kind", *lines]))
    page = plain("x.csv", "-k", "3", "--names", "kind")
    header, *rows = page.table("How many rows of which kind")
    assert sorted(header[1:]) == ["x", "y", "z"]
    assert sorted(cell for row in rows for cell in row[1:]) == ["0"] * 6 + ["40"] * 3
    assert "agree with an adjusted Rand index of 1.00" in page.text
    assert re.match(r"[xyz] \(row \d+\)", page.table("The 10 most")[1][0])


def test_missing_values_can_be_filled_in(plain):
    with open("shop.csv", "w") as file:
        file.write(shop()[0])
    page = plain("shop.csv", "-k", "2-3", "--missing", "median")
    assert "120; 2 missing values filled in with the column's median, or" in page.text


def test_large_data_are_compared_on_a_sample_and_clustered_whole(plain, monkeypatch):
    monkeypatch.setattr(thresholds, "recommend_rows", 90)
    X, which = blobs(600)
    np.save("x.npy", X)
    page = plain("x.npy")
    assert "on a random sample of 90 of the 600 rows" in page.text
    assert sum(int(row[1]) for row in page.table("Sizes")[1:]) == 600
    names = {}
    exec(page.blocks[1], names)
    assert coterie.compare(which, names["labels"]).adjusted_rand == 1


@pytest.mark.parametrize(
    "kind", ["npy with gaps", "npz", "semicolons", "thousands", "no header", "parquet", "a single column"]
)
def test_program_reads_every_kind_of_file(plain, kind):
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
    exec(page.blocks[1], names)
    labels = names["labels"]
    assert len(labels) == len(X)
    assert [int(row[1]) for row in page.table("Sizes")[1:]] == np.bincount(labels[labels >= 0]).tolist()
    if kind != "a single column":
        assert coterie.compare(which, labels[labels >= 0]).adjusted_rand == 1


def test_program_that_cannot_know_the_array_says_so(plain):
    np.savez("x.npz", a=np.round(blobs()[0] * 10).astype(int), scale=0.1)
    assert "table = ...  # the columns ['x0', 'x1', 'x2'] of 'x.npz'" in plain("x.npz", "-k", "3").blocks[1]


def test_without_matplotlib_the_page_says_how_to_get_pictures(plain, capsys):
    np.save("x.npy", blobs()[0])
    page = plain("x.npy", "-k", "3")
    assert "img" not in {tag for tag, _ in page.elements} and "figure" not in {tag for tag, _ in page.elements}
    assert "This page has no pictures: matplotlib is not installed." in page.text
    capsys.readouterr()
    report("x.npy", "-k", "3", "-o", "page.html")
    said = capsys.readouterr()
    assert said.out == "" and "note: the page has no pictures" in said.err
    assert "3 groups by k-means. They are clear" in said.err and "page.html" in said.err


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        ("a,b\n1,2\n1,2\n3,4\n3,4\n5,6\n", [], 1, "x.csv: at least 4 different rows are needed, there are 3"),
        ("a,b\n1,1\n1,1\n", [], 1, "x.csv: there is no column of measurements in it, but a (the same in every row), b"),
        ("a,b\nx,p\ny,q\n", [], 1, "x.csv: there is no column of measurements in it, but a (names the rows), b"),
        ("a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n", ["--scale", "log"], 1, "scaling by logarithms needs values of 0 or more"),
        (
            "a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n",
            ["-k", "9"],
            1,
            "x.csv: 9 groups are asked for, and possible are from 2 to 4, one less than there are",
        ),
        ("a,b\n1,2\n-1,3\n3,9\n5,6\n7,7\n", ["-k", "8-9"], 1, "8 groups are asked for, and possible are from 2 to 4"),
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
    report("x.csv", "--quiet", *options, code=code)
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
        "The groups",
        "Why these groups",
        "Unusual rows",
        "What was compared",
        "The data",
        "How to repeat this",
    ]
