"""What points and commas in the numbers of a text file mean: decided once for a column, by all that the file shows."""

import contextlib
import csv
import io
import subprocess
import sys
from argparse import Namespace

import numpy as np
import pytest

from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.notation import COMMA, POINT, Notation, number
from coterie.cli._io.tables import read_file


@pytest.fixture
def read(tmp_path):
    def read(text, **options):
        (tmp_path / "table.csv").write_text(text, encoding="utf-8")
        usual = {
            "file": str(tmp_path / "table.csv"),
            "array": None,
            "sheet": None,
            "missing_value": [],
            "no_guess": False,
            "columns": None,
            "drop": [],
            "kind": {},
            "missing": "median",
            "quiet": False,
        }
        return read_file(Namespace(**usual | options))

    return read


def as_text(columns, separator=";"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    writer.writerow([*columns, "of"])
    writer.writerows([*row, "somebody"] for row in zip(*columns.values(), strict=True))
    return out.getvalue()


@pytest.mark.parametrize(
    "cell, by_point, by_comma",
    [
        ("1.234", 1.234, 1234),
        ("1,234", 1234, 1.234),
        ("-1.234", -1.234, -1234),
        (" +1,234 ", 1234, 1.234),
        ("756", 756, 756),
        ("-5", -5, -5),
        ("1e3", 1000, 1000),
        ("007", 7, 7),
        ("12.34", 12.34, None),
        ("12,34", None, 12.34),  # no two digits are thousands
        ("0.123", 0.123, None),
        ("0,123", None, 0.123),
        ("-0.123", -0.123, None),
        ("012.345", 12.345, None),
        ("1234.567", 1234.567, None),
        ("1234,567", None, 1234.567),
        (".123", 0.123, None),
        ("1.", 1, None),
        ("1.234e3", 1234, None),
        ("1,5e3", None, 1500),
        ("1.2345", 1.2345, None),
        ("1.234,5", None, 1234.5),
        ("1,234.5", 1234.5, None),
        ("1.234.567", None, 1234567),
        ("1,234,567", 1234567, None),
        ("1.234,567", None, 1234.567),
        ("1.234.567,8", None, 1234567.8),
        ("12.345.67", None, None),
        ("1.23.456", None, None),
        ("1,234,5", None, None),
        ("1 234,5", None, None),
        ("1_000", None, None),
        ("0x10", None, None),
        ("--1", None, None),
        ("1.234-", None, None),
        ("12%", None, None),
        ("", None, None),
        ("1.234,", None, 1234),
    ],
)
def test_a_cell_by_either_mark(cell, by_point, by_comma):
    assert number(cell, POINT) == by_point and number(cell, COMMA) == by_comma


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize(
    "columns, expected, unclear",
    [
        # the defect: 2.339 was 2.339 and 756 was 756
        ({"n": ["2.339", "756"], "share": ["12,5", "0,3"]}, {"n": [2339, 756], "share": [12.5, 0.3]}, {}),
        ({"n": ["2.339", "756"], "share": ["12.5", "0.3"]}, {"n": [2.339, 756], "share": [12.5, 0.3]}, {}),
        ({"n": ["2.339", "756"]}, {}, {"n": "'2.339' may be 2.339 or 2,339"}),
        ({"n": ["2,339", "756"]}, {}, {"n": "'2,339' may be 2,339 or 2.339"}),
        ({"n": ["2,339", "756"], "share": ["12.5", "0.3"]}, {"n": [2339, 756], "share": [12.5, 0.3]}, {}),
        ({"n": ["2,339", "756"], "share": ["12,5", "0,3"]}, {"n": [2.339, 756], "share": [12.5, 0.3]}, {}),
        # one cell of the column shows it
        ({"n": ["2.339", "0.756"]}, {"n": [2.339, 0.756]}, {}),
        ({"n": ["2.339", "1756.123"]}, {"n": [2.339, 1756.123]}, {}),
        ({"n": ["2.339", "1.756,5"]}, {"n": [2339, 1756.5]}, {}),
        ({"n": ["2.339", "1.756.500"]}, {"n": [2339, 1756500]}, {}),
        ({"n": ["-2.339", "-1,5"]}, {"n": [-2339, -1.5]}, {}),
        ({"n": ["2,339", "1,756.5"]}, {"n": [2339, 1756.5]}, {}),
        ({"n": ["1.500", "2.5e1"]}, {"n": [1.5, 25]}, {}),
        # a column shows its own, whatever the others do; where others differ, one that shows nothing is unclear
        (
            {"a": ["12.5", "1.234"], "b": ["12,5", "1.234"], "c": ["1.234", "5"], "d": ["7", "8"]},
            {"a": [12.5, 1.234], "b": [12.5, 1234], "d": [7, 8]},
            {"c": "'1.234' may be 1.234 or 1,234"},
        ),
        ({"n": ["2.339", "756"], "whole": ["1", "2"]}, {"whole": [1, 2]}, {"n": "'2.339' may be 2.339 or 2,339"}),
        # text shows nothing
        (
            {"n": ["2.339", "756"], "v": ["12,5 kg", "3"], "whole": ["1", "2"]},
            {"whole": [1, 2]},
            {"n": "'2.339' may be 2.339 or 2,339"},
        ),
        ({"n": ["12.5", "12,5"], "m": ["1", "2"]}, {"m": [1, 2]}, {"n": "decimal points and decimal commas"}),
    ],
)
def test_columns_are_read_by_what_the_file_shows(read, capsys, separator, columns, expected, unclear):
    try:
        table = read(as_text(columns, separator))
    except Problem as problem:
        assert not expected
        assert all(f"{name} ({why}" in str(problem) for name, why in unclear.items())
        return
    assert dict(zip(table.names, table.values.T.tolist(), strict=True)) == expected
    err = capsys.readouterr().err
    assert all(f"{name} ({why}" in err for name, why in unclear.items())


@pytest.mark.parametrize(
    "columns, expected",
    [
        ({"n": ["2.339", "756"]}, {"n": [2.339, 756]}),  # as ever
        ({"n": ["1,234", "756"], "v": ["12.5", "3"]}, {"n": [1234, 756], "v": [12.5, 3]}),
        ({"n": ["1,234", "756"], "v": ["1", "3"]}, {"v": [1, 3]}),
        ({"n": ["1,234.5", "756"], "v": ["1", "3"]}, {"n": [1234.5, 756], "v": [1, 3]}),
        ({"answers": ["1,5", "2,5"], "v": ["1.234", "3"]}, {"v": [1.234, 3]}),  # which answers were given: text
        ({"n": ["1.234,5", "756,50"], "v": ["1.234", "3"]}, {"n": [1234.5, 756.5], "v": [1234, 3]}),
        ({"n": ["1.234.567", "756"], "v": ["1.234", "3"]}, {"n": [1234567, 756], "v": [1234, 3]}),
        ({"n": ["1.234,5", "756"], "v": ["1.234", "3"], "w": ["12.5", "3"]}, {"n": [1234.5, 756], "w": [12.5, 3]}),
    ],
)
def test_points_are_decimal_in_a_file_with_commas_between_columns(read, columns, expected):
    table = read(as_text(columns, ","))
    assert dict(zip(table.names, table.values.T.tolist(), strict=True)) == expected


def test_what_was_decided_is_told(read, capsys):
    table = read(as_text({"n": ["2.339", "756"], "share": ["12,5", "0,3"]}))
    assert table.decimal_comma and table.thousands == "." and not table.is_mixed
    err = capsys.readouterr().err
    assert "note: decimal commas: 12,5 is read as 12.5\n" in err
    assert "note: points between thousands: 2.339 is read as 2339\n" in err
    read(as_text({"n": ["2.339", "756"], "whole": ["1", "2"]}), quiet=True)
    assert (
        capsys.readouterr().err == "warning: left out, because the numbers can be read in two ways: n ('2.339' may be "
        "2.339 or 2,339)\n"
    )
    with pytest.raises(Problem, match=r"not a column of numbers: n \('2.339' may be"):
        read(as_text({"n": ["2.339", "756"], "whole": ["1", "2"]}), columns=["n", "whole"])


def test_mistakes_name_what_is_wrong(read):
    cells = [f"{i},5" for i in range(50)]
    with pytest.raises(Problem, match=r"column v has decimal points and decimal commas: '12.5' on line 22; correct"):
        read(as_text({"v": [*cells[:20], "12.5", *cells[20:]]}))
    with pytest.raises(Problem, match="column v has text among its numbers: 'oops' on line 22; correct that"):
        read(as_text({"v": [*cells[:20], "oops", *cells[20:]]}))


# ------------------------------------------------------------------------------------ tables of which all is known


def write(rng, kind, mark, n):
    """Numbers, and how they are written by people with this decimal mark."""
    group = "." if mark == COMMA else ","
    decimals = {"whole": 0, "thousands": 0, "tenths": 1, "thousandths": 3, "money": 2, "long": 6}[kind]
    scale = {"thousandths": 50, "thousands": 5000, "money": 3000}.get(kind, 300)
    values = [round(float(v), decimals) + (1 if kind == "thousandths" else 0) for v in rng.uniform(0, scale, n)]
    texts = [f"{v:,.{decimals}f}" if kind in ("thousands", "money") else f"{v:.{decimals}f}" for v in values]
    values = [float(text.replace(",", "")) for text in texts]
    table = str.maketrans(",.", group + mark)
    return values, [text.translate(table) for text in texts]


@pytest.mark.parametrize("seed", range(60))
def test_every_used_number_is_the_one_that_was_meant(read, monkeypatch, seed):
    rng = np.random.default_rng(seed)
    separator = ";\t,"[seed % 3]
    mark = POINT if separator == "," or rng.random() < 0.4 else COMMA
    n = int(rng.integers(3, 80))
    kinds = rng.choice(
        ["whole", "thousands", "thousandths", "tenths", "money", "long"],
        rng.integers(1, 5),
        p=[0.2, 0.2, 0.4, 0.05, 0.1, 0.05],
    )
    meant, cells = {}, {}
    for j, kind in enumerate(kinds):
        meant[f"c{j}"], cells[f"c{j}"] = write(rng, kind, mark, n)
        if rng.random() < 0.2:
            i = int(rng.integers(n))
            meant[f"c{j}"][i], cells[f"c{j}"][i] = np.nan, ""
    shows = Notation(separator, True).shows
    shown = any(shows(cell) for column in cells.values() for cell in column)
    text = as_text(cells, separator)
    drop = ["c0"] if len(kinds) > 1 and rng.random() < 0.3 else []
    found = set()
    for size in (40, 400, 1 << 20):
        monkeypatch.setattr(thresholds, "csv_block", size)
        try:
            table = read(text, missing="drop", drop=drop)
        except Problem as problem:
            assert not shown and "may be" in str(problem)
            found.add(())
            continue
        found.add(tuple(table.names))
        kept = slice(None) if table.kept is None else table.kept
        for name, column in zip(table.names, table.values.T, strict=True):
            assert column.tolist() == np.array(meant[name])[kept].tolist(), (name, cells[name])
        for left in table.left_out:
            assert left.name == "of" or (left.is_unclear and not shown), left
    assert len(found) == 1  # the size of a block has no say


def test_evidence_may_come_late(read, monkeypatch):
    """In the last line, in a column that is not used, through a quoted cell."""
    monkeypatch.setattr(thresholds, "csv_block", 100)
    n = ["2.339", "756"] * 200
    for last, expected in (("12,5", 2339), ("12.5", 2.339)):
        other = ["7"] * 399 + [last]
        table = read(as_text({"n": n, "other": other}), drop=["other"])
        assert table.values[0, 0] == expected
    # First a point is shown, and then, in the last line, a comma.
    columns = {"a": ["1.5", *["7"] * 399], "n": n, "b": [*["7"] * 399, "1,5"]}
    for drop in ([], ["b"], ["a"], ["a", "b"]):
        with pytest.raises(Problem, match=r"n \('2.339' may be") if len(drop) == 2 else contextlib.nullcontext():
            table = read(as_text(columns), drop=drop)
            assert [left.name for left in table.left_out] == ["of", "n"]
    columns = {"a": ["1.5", *["7"] * 399], "n": n, "b": [*["7"] * 399, "1.234,5"]}
    table = read(as_text(columns, ","))
    assert table.names == ["a", "b"] and str(table.left_out[1]) == "n ('2.339' may be 2.339 or 2,339)"


def test_pipe_that_must_be_read_twice_is_refused(tmp_path):
    rows = ["a;n;b", *(f"{i}.5;1.234;7" for i in range(200_000)), "1;2;1,5"]
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "kmeans", "-", "-k", "2"],
        input="\n".join(rows).encode(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 1 and b"written in more than one way, as '1,5' shows" in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "kmeans", "-", "-k", "2"],
        input="\n".join([*rows[:100], rows[-1]]).encode(),
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0 and b"n ('1.234' may be 1.234 or 1,234)" in done.stderr


# ------------------------------------------------------------------------------------------------- long headers


def test_header_may_be_longer_than_a_block(read, monkeypatch):
    names = [f"gene_{j:06}_of_the_long_names" for j in range(60_000)]
    text = ",".join(names) + "\n" + "\n".join(",".join(str((i * j) % 7) for j in range(len(names))) for i in range(3))
    table = read(text + "\n")
    assert table.values.shape == (3, 60_000) and table.names == names
    for size in (1, 3, 10):  # comments, blank lines and a name with a line end in it
        monkeypatch.setattr(thresholds, "csv_block", size)
        table = read('# by hand\n\n\n# in May\n"a\nb",c\n\n1.5,2\n3,4\n')
        assert table.names == ["a\nb", "c"] and table.values.tolist() == [[1.5, 2], [3, 4]]
        with pytest.raises(Problem, match="there is nothing in it"):
            read("# by hand\n\n# in May\n")
        with pytest.raises(Problem, match="a header line but no row below it"):
            read("# by hand\na,b\n\n")
        with pytest.raises(Problem, match="line 2: a quote is opened there and not closed"):
            read('# by hand\n"a,b\n1,2\n3,4\n')
