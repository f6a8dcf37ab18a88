"""Tables from delimited text."""

import csv
import gzip
import io
import re

import numpy as np
import pytest

from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem

EXPECTED = [[1.5, -2.0], [3e10, 4.0], [5.0, 0.25]]


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1.5,-2\n3e10,4\n5,.25\n",
        "a;b\n1.5;-2\n3e10;4\n5;.25",
        "a\tb\n1.5\t-2\n3e10\t4\n5\t.25\n",
        "a;b\n1,5;-2\n3e10;4\n5;,25\n",  # decimal commas
        "a\tb\n1,5\t-2\n3e10\t4\n5\t0,25\n",
        '"a","b"\n"1.5","-2"\n"3e10","4"\n"5",".25"\n',
        " a , b \r\n 1.5, -2 \r\n3e10 ,4\r\n5,.25\r\n\r\n",
        "\n\na,b\n1.5,-2\n\n3e10,4\n  \n5,.25\n\n",  # blank lines
        "a,b\r1.5,-2\r3e10,4\r5,.25\r",
        "\ufeffa,b\n1.5,-2\n3e10,4\n5,.25\n",
        "# made by a program\n# a,b\n1.5,-2\n3e10,4\n5,.25\n",
        "a,b\n1.5,-2\n3e10,4\n5,.25\n".encode("utf-16"),
        gzip.compress(b"a,b\n1.5,-2\n3e10,4\n5,.25\n", mtime=0),
    ],
)
def test_text_is_read_as_it_comes(read, text):
    table = read(text)
    assert (table.names, table.values.tolist(), table.left_out) == (["a", "b"], EXPECTED, [])


def test_without_a_header_columns_are_numbered(read):
    table = read("1,2,x\n3,4,y\n")
    assert (table.names, table.values.tolist()) == (["x0", "x1"], [[1, 2], [3, 4]])
    assert any("no header line" in note for note in table.notes)


@pytest.mark.parametrize(
    "text, names",
    [
        ("name,size\nfoo,1\nbar,2\n", ["size"]),
        ("year,1990\n7,1\n9,2\n", ["year", "1990"]),  # a name above numbers makes a header
        (",x\n0,5\n1,6\n", ["x0", "x"]),  # as pandas writes its index
        ("#,x\n1,5\n2,6\n", ["#", "x"]),
        ("a,a,b,a\n1,2,3,4\n5,6,7,8\n", ["a", "a.2", "b", "a.3"]),
        ("a,a.2,a\n1,2,3\n5,6,7\n", ["a", "a.2", "a.3"]),
        ("<DATE>,<OPEN>\n5,1\n5,2\n", ["<DATE>", "<OPEN>"]),
        ("größe,b\n1,2\n3,4\n".encode("latin-1"), ["größe", "b"]),
        ('"x, in mm","two\nlines"\n1,2\n3,4\n', ["x, in mm", "two\nlines"]),
    ],
)
def test_names_of_columns(read, text, names):
    assert read(text).names == names


@pytest.mark.parametrize("cell", ["", " ", "NA", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null", "None", "?"])
def test_missing_values_in_text(read, cell):
    table = read(f"a,b\n1,{cell}\n2,5\n3,7\n", missing="drop")
    assert table.values.tolist() == [[2, 5], [3, 7]] and table.kept.tolist() == [False, True, True]


def test_missing_value_in_a_single_column_is_quoted(read):
    assert read('a\n1\n""\n\n3\n').values.ravel().tolist() == [1, 2, 3]


@pytest.mark.parametrize("cell", ["x", "1_000", "12 kg", "1,5", "0x10", "2024-01-31"])
def test_text_is_no_number(read, cell):
    table = read(f'a,b\n1,"{cell}"\n2,"{cell}"\n')
    assert table.names == ["a"] and str(table.left_out[0]) == f"b ({'date ' * ('-' in cell)}{cell!r})"


def test_mistake_among_numbers_is_an_error_that_names_the_line(read):
    rows = [f"{i},{i % 7}" for i in range(100)]
    rows[70] = "70,oops"
    with pytest.raises(Problem, match="column b has text among its numbers: 'oops' on line 72; correct that"):
        read("a,b\n" + "\n".join(rows))
    rows[71] = "71,oh"
    with pytest.raises(Problem, match="'oops' on line 72 and 1 more;"):
        read("a,b\n" + "\n".join(rows))
    assert read("a,b\n" + "\n".join(rows), drop=["b"]).names == ["a"]


@pytest.mark.parametrize(
    "text, message",
    [
        (b"", "there is nothing in it"),
        (b"\n \n", "there is nothing in it"),
        (b"a,b\n", "a header line but no row below it"),
        (b"a,b\n1,2\n\n3\n", "line 4 has 1 field, but the first line has 2"),
        (b'a,b\n"1\n1",2\n3,4,5\n', "line 4 has 3 fields"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "line 3: a quote is opened there and not closed"),
        (b"a,b\nx,y\nz,w\n", "no column of numbers in it, but a ('x'), b ('y')"),
        (b"a,b\nNA,\n,?\n", "no column of numbers in it, but a (empty), b (empty)"),
        (b"1 2 3\n4 5 6\n", "no comma, semicolon, tab or . separates columns"),
        (b"a,b\n1,inf\n2,3\n", "infinite values: b 1"),
        (bytes(range(256)), "neither text nor"),
        (b'[{"a": 1},\n{"a": 2}]', "looks like JSON"),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 9999, mtime=0)[:50], "damaged or cut short"),
        (b"\x1f\x8bnonsense", "damaged or cut short|Unknown compression|reserved"),
        (b"\xfd7zXZ\0", "compressed with xz"),
        (b"PK\x03\x04nonsense", "damaged or cut short"),
        (b"\x93NUMPY\x01\x00nonsense", "header"),
        (b"PAR1nonsense", "arquet"),
    ],
)
def test_unreadable_files(read, text, message):
    if text.startswith(b"PAR1"):
        pytest.importorskip("pyarrow")
    with pytest.raises(Problem, match=re.sub(r"[()?]", r"\\\g<0>", message)) as caught:
        read(text)
    assert "\n" not in str(caught.value) and caught.value.code == 1


@pytest.mark.parametrize("quote", [False, True])
@pytest.mark.parametrize("separator, decimal", [(",", "."), (";", ","), ("\t", ".")])
def test_blocks_of_lines_do_not_change_what_is_read(read, monkeypatch, separator, decimal, quote):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 3)) * 10.0 ** rng.integers(-20, 20, size=(300, 3))
    X[rng.random(X.shape) < 0.02] = np.nan
    remarks = np.where(rng.random(300) < 0.1, f'over\ntwo "lines"{separator} or more', "plain")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL)
    writer.writerow(["a", "remark", "b", "c"])
    for (a, b, c), remark in zip(X.tolist(), remarks, strict=True):
        writer.writerow(
            [
                ("" if np.isnan(v) else repr(v).replace(".", decimal)) if not isinstance(v, str) else v
                for v in (a, remark, b, c)
            ]
        )
    for size in (50, 1000, 1 << 20):
        monkeypatch.setattr(thresholds, "csv_block", size)
        table = read(out.getvalue(), missing="drop")
        assert table.names == ["a", "b", "c"]
        np.testing.assert_array_equal(table.values, X[~np.isnan(X).any(axis=1)])


def test_column_that_turns_to_text_later_is_left_out(read, monkeypatch):
    monkeypatch.setattr(thresholds, "csv_block", 20)
    text = "a,b\n" + "1,2\n" * 10 + "3,x\n" * 10
    assert (read(text).names, [each.name for each in read(text).left_out]) == (["a"], ["b"])


def test_names_of_rows_come_from_a_column_of_text_or_numbers(read, monkeypatch):
    text = 'a,who,n\n1, ann ,7\n,bob,8\n3,"c, d",9\n4,,9\n'
    table = read(text, row_names="who")
    assert (table.names, table.row_names) == (["a", "n"], ["ann", "bob", "c, d", ""])
    table = read(text, row_names="n", missing="drop")
    assert (table.names, table.values.tolist(), table.row_names) == (["a"], [[1], [3], [4]], ["7", "9", "9"])
    assert read(text, columns=["n"], row_names="n").values.tolist() == [[7], [8], [9], [9]]
    monkeypatch.setattr(thresholds, "csv_block", 20)
    assert read(text, row_names="who").row_names == ["ann", "bob", "c, d", ""]
    with pytest.raises(Problem, match="there is no column besides the names"):
        read("who\nx\n", row_names="who")
