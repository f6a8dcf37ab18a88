"""`write_report`: any table becomes a page and findings, the same as the command's; nothing is lost where it fails."""

import csv
import io
import pathlib
import re

import numpy as np
import pytest
from reference.commands import report
from reference.pages import Page
from reference.tables import blobs

import coterie
from coterie.report import _write_report
from coterie.selection import _candidates


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setattr(_write_report, "matplotlib_is_there", lambda: False)
    monkeypatch.setattr(_candidates, "_RESAMPLES", 2)
    monkeypatch.setattr(_candidates, "_MOST_CLUSTERS", 6)


def made_up():
    """Rows of three groups: measurements, a name, a category that knows the groups, and one that does not."""
    X, which = blobs()
    rows = [
        [f"row of {i}", "xyz"[group], *row, "pq"[i % 2]]
        for i, (row, group) in enumerate(zip(X.round(3).tolist(), which.tolist(), strict=True))
    ]
    return ["who", "sort", "a", "b", "c", "other"], rows, which


def test_rows_of_mixed_values_a_matrix_and_tables_give_the_same_groups():
    names, rows, which = made_up()
    found = coterie.write_report(rows, io.StringIO())
    tables = [np.array([row[2:5] for row in rows])]
    pandas = pytest.importorskip("pandas")
    tables.append(pandas.DataFrame(rows, columns=names))
    tables += [pytest.importorskip("polars").from_pandas(tables[1])]
    assert coterie.compare(found.labels, which).adjusted_rand == 1 and found.n_clusters == 3
    for table in tables:
        again = coterie.write_report(table, io.StringIO())
        assert np.array_equal(again.labels, found.labels) and np.allclose(again.outlier_scores, found.outlier_scores)


def test_command_and_function_tell_the_same(tmp_path, monkeypatch):
    pandas = pytest.importorskip("pandas")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("coterie.cli.report.matplotlib_is_there", lambda: False)
    names, rows, _ = made_up()
    with open("x.csv", "w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    report("x.csv", "-o", "command.html", "--noun", "things", "--quiet")
    found = coterie.write_report(pandas.read_csv("x.csv"), "python.html", noun="things")
    pages = [Page(pathlib.Path(name).read_text(encoding="utf-8")) for name in ("command.html", "python.html")]
    for caption in pages[1].tables:
        assert pages[0].tables[caption] == pages[1].tables[caption]
    assert all(text in pages[0].text for text in found.sentences)


def test_text_describes_the_groups_and_a_unique_one_names_the_rows():
    rows = made_up()[1]
    page = io.StringIO()
    found = coterie.write_report(rows, page, random_state=1)
    kinds = [rows[i][1] for i in range(len(rows))]
    for label in range(3):
        sort = kinds[int(np.flatnonzero(found.labels == label)[0])]
        assert f"x1 always {sort}" in found.sentences[label] and "x5" not in found.sentences[label]
    assert found.row_names[:2] == ["row of 0", "row of 1"] and found.unusual[0].name.startswith("row of ")
    assert found.left_out == {"x0": "names the rows"}
    text = Page(page.getvalue()).text
    assert "x1 had no part in the grouping" in text and "rows are called by their x0" in text
    given = coterie.write_report(rows, io.StringIO(), names=1)
    assert re.fullmatch(r"[xyz] \(row \d+\)", given.unusual[0].name) and given.row_names[:3] == ["x", "y", "z"]
    assert coterie.write_report(rows, io.StringIO(), names=[f"n{i}" for i in range(120)]).unusual[0].name[0] == "n"


def test_rows_with_missing_values_are_in_no_group_and_the_page_says_so():
    rows = made_up()[1]
    rows[7][2] = rows[9][3] = None
    page = io.BytesIO()
    found = coterie.write_report(rows, page)
    assert np.flatnonzero(~found.used).tolist() == [7, 9] and found.labels[7] == found.labels[9] == -1
    assert np.isnan(found.outlier_scores[[7, 9]]).all() and found.unusual[0].row != 7
    assert "2 left out as values are missing, 118 used" in Page(page.getvalue().decode()).text
    filled = coterie.write_report(rows, io.StringIO(), missing="median")
    assert filled.used.all() and (filled.labels >= 0).all()


def test_page_repeats_and_an_earlier_one_stays_where_something_fails(tmp_path):
    rows = blobs()[0]
    path = tmp_path / "page.html"
    coterie.write_report(rows, path)
    before = path.read_bytes()
    coterie.write_report(rows, str(path), n_jobs=2)
    assert path.read_bytes() == before.replace(b"PosixPath(", b"")
    with pytest.raises(coterie.Cancelled):
        coterie.write_report(rows, path, callback=lambda *step: False)
    with pytest.raises(ValueError, match="at least 4 different rows are needed, there are 2"):
        coterie.write_report(np.repeat([[1.0], [2.0]], 9, axis=0), path)
    assert path.read_bytes() == before and [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_findings_say_in_words_what_was_found():
    found = coterie.write_report(blobs()[0], io.StringIO(), noun="days <b>")
    assert str(found).startswith("3 groups by k-means.") and all(text[:30] in str(found) for text in found.sentences)
    assert "days &lt;b&gt;" in found._repr_html_() and repr(found).startswith("<Findings of 120 days")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"names": "who"}, ValueError, "names names 'who', and X has no such column"),
        ({"names": ["a"]}, ValueError, "names must hold one name for each of the 120 rows of X. Got 1."),
        ({"names": 1.5}, TypeError, "names must be a column of X"),
        ({"columns": "a"}, ValueError, "columns must be a list of names or numbers of columns of X. Got 'a'."),
        ({"columns": [0, 0]}, ValueError, "columns must name a column once. Got 'x0' more than once."),
        ({"columns": [3]}, ValueError, "columns names 3, and X has no such column: they are numbered from 0 to 2"),
        ({"kinds": {0: "color"}}, ValueError, "which is not a kind of column"),
        ({"n_clusters": 1}, ValueError, "The 'n_clusters' parameter of write_report must be"),
        ({"n_clusters": 500}, ValueError, "500 groups are asked for, and possible are from 2 to 119"),
        ({"missing": "error"}, ValueError, "The 'missing' parameter of write_report must be a str among"),
        ({"scale": "log"}, ValueError, "scaling by logarithms needs values of 0 or more, but there are negative"),
        ({"noun": " "}, ValueError, "The 'noun' parameter of write_report must be a str that is not empty"),
        ({"path": 3}, TypeError, "path must be the name of a file or a file that is open for writing. Got 3."),
        ({"path": "no/such/folder/page.html"}, OSError, "no/such/folder"),
    ],
)
def test_wrong_calls_are_told(options, error, message):
    with pytest.raises(error, match=message):
        coterie.write_report(blobs()[0], **{"path": io.StringIO()} | options)


def globe():
    """Places of three towns, one of which lies on both sides of the date line, with a value that is missing."""
    rng = np.random.default_rng(0)
    towns = np.repeat(np.array([[52.5, 13.4], [-17.7, 180.0], [40.7, -74.0]]), 30, axis=0)
    places = towns + rng.normal(0, 0.3, (90, 2))
    places[:, 1] = (places[:, 1] + 180) % 360 - 180
    rows = [[*place, float(1 + i % 7), "abc"[i // 30]] for i, place in enumerate(places.round(4).tolist())]
    rows[4][2] = None
    return rows, np.repeat(np.arange(3), 30)


def test_places_are_grouped_by_their_distances_on_the_globe_and_other_columns_describe():
    rows, which = globe()
    page = io.StringIO()
    kinds = {0: "latitude", 1: "longitude", 2: "amount"}
    found = coterie.write_report(rows, page, kinds=kinds, random_state=0)
    assert coterie.compare(which, found.labels).adjusted_rand == 1 and found.used.all()
    text = Page(page.getvalue()).text
    assert "places on the globe, by x0 and x1" in text and "x2 has no part in it, and describes the groups" in text
    radians = np.radians([row[:2] for row in rows])
    for label, told in enumerate(found.sentences):
        half, latitude, north, longitude, east, farthest = re.search(
            r": half of it within ([\d,.]+) km of its middle at ([\d.]+)° ([NS]), ([\d.]+)° ([EW]), all of it within "
            r"([\d,.]+) km; ",
            told,
        ).groups()
        middle = np.radians([[float(latitude) * (1 - 2 * (north == "S")), float(longitude) * (1 - 2 * (east == "W"))]])
        inside = radians[found.labels == label]
        far = 6371 * coterie.distances.cdist(inside, middle, "haversine")[:, 0]
        assert (
            abs(np.median(far) - float(half)) < 12 and abs(far.max() - float(farthest)) < 12
        )  # of a tenth of a degree
        assert f"x3 always {'abc'[int(which[np.argmax(found.labels == label)])]}" in told
    assert re.fullmatch(r"[\d.]+ km from the middle of the group", found.unusual[0].why)


def test_a_ratio_is_told_where_it_tells_groups_apart_better_than_the_amount_and_the_count():
    rng = np.random.default_rng(0)
    visits = np.concatenate([1 + rng.poisson(25, 150), 1 + rng.poisson(2, 100), 1 + rng.poisson(8, 50)])
    per_visit = np.repeat([10.0, 200.0, 1500.0], [150, 100, 50])
    spend = visits * per_visit * rng.lognormal(0, 0.4, 300)
    page = io.StringIO()
    customers = np.rec.fromarrays([spend, visits], names="spend,visits")
    pandas = pytest.importorskip("pandas")
    found = coterie.write_report(pandas.DataFrame(customers), page, noun="customers")
    assert [each.name for each in found.ratios] == ["spend per visit"] and found.n_clusters == 3
    assert "spend per visit is spend divided by visits, row by row" in Page(page.getvalue()).text
    assert all("spend per visit" in told for told in found.sentences)
    j = found.profile.feature_names.index("spend per visit")
    medians = [np.median((spend / visits)[found.labels == label]) for label in range(3)]
    assert np.allclose(found.profile.medians[:, j], medians)
    noise = {"spend": rng.lognormal(3, 1, 300) + np.repeat([0, 900, 9000], 100), "visits": rng.poisson(5, 300)}
    assert coterie.write_report(pandas.DataFrame(noise), io.StringIO()).ratios == []


@pytest.mark.parametrize("with_numbers", [False, True])
def test_categories_make_the_groups_where_there_are_no_measurements_or_they_are_chosen(with_numbers):
    rng = np.random.default_rng(0)
    which = np.arange(120) % 3
    colors = ["red", "green", "blue"]
    rows = [
        [
            colors[g],
            "abc"[g],
            "xyz"[g] if rng.random() < 0.9 else "x",
            "yes" if g == 1 else "no",
            None if i == 5 else "st"[g // 2],
        ]
        for i, g in enumerate(which.tolist())
    ]
    options = {}
    if with_numbers:
        rows = [[*row, float(rng.normal(9 * g))] for row, g in zip(rows, which.tolist(), strict=True)]
        options["columns"] = range(6)
    page = io.StringIO()
    found = coterie.write_report(rows, page, **options)
    assert coterie.compare(which, found.labels).adjusted_rand > 0.95 and found.used.all()
    text = Page(page.getvalue()).text
    assert "only their being equal or different counts" in text
    if not with_numbers:
        assert re.search(r"x\d \w+ \(\d+% of the group\)", found.unusual[0].why)
        assert "∞: most rows are exactly at the middle of their group, and this one is not." in text
    assert not np.isnan(found.outlier_scores).any()
    assert any("always red" in told or "always a" in told for told in found.sentences)
