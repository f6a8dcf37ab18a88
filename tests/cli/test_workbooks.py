"""Sheets of workbooks, read as the csv files that they would be saved as."""

from argparse import Namespace

import numpy as np
import pytest
from reference.workbooks import SPREADSHEET, Date, workbook

from coterie.cli._console import Problem
from coterie.cli._recipe import _read_in_python

ROWS = [
    ["name", "since", "spend", "share", "member", "# orders"],
    ["Ada", Date(45292), 1.234, 0.5, True, 3],
    ["Bob, jr.", Date(45293), 2000.5, 0.25, False, None],
    ["Cid", Date(45300), -1e-7, "#DIV/0!", True, 7],
]


@pytest.fixture(autouse=True)
def calamine():
    pytest.importorskip("python_calamine")


def columns(table):
    return dict(zip(table.names, table.values.T.tolist(), strict=True))


def test_numbers_flags_and_dates_are_what_they_are(read, capsys):
    table = read(workbook({"customers": ROWS, "notes": [["nothing"]]}))
    assert columns(table) == {
        "spend": [1.234, 2000.5, -1e-7],
        "share": [0.5, 0.25, 0.375],
        "member": [1, 0, 1],
        "# orders": [3, 5, 7],
    }
    err = capsys.readouterr().err
    assert "note: sheet 'customers' is read; also in the file: 'notes'\n" in err
    assert "note: left out, not numbers: name ('Ada'), since (date '2024-01-01')" in err


def test_the_sheet_is_the_first_that_is_shown_or_the_one_that_is_asked_for(read, capsys):
    content = workbook({"old": [["a"], [1], [2]], "new": [["b"], [3], [4]], "x": []}, hidden=["old"])
    assert columns(read(content)) == {"b": [3, 4]}
    assert columns(read(content, sheet="old")) == {"a": [1, 2]}
    with pytest.raises(Problem, match="no sheet is called 'ol': did you mean 'old'") as caught:
        read(content, sheet="ol")
    assert caught.value.code == 2
    with pytest.raises(Problem, match="there is nothing in it"):
        read(content, sheet="x")
    with pytest.raises(Problem, match="--array is only for npz files"):
        read(content, array="old")
    with pytest.raises(Problem, match="--sheet is only for workbooks"):
        read("a,b\n1,2\n", sheet="old")


def test_what_holds_of_text_files_holds_of_sheets(read, capsys):
    """Titles above, an empty line, columns that start later, text that is a number by a decimal comma."""
    rows = [["v", "w", "text\nin two", "x"], ["1.234,5 €", 1.234, "a\r\nb", -1], ["7 €", 2.345, "=1", 4]]
    cells = {(i + 4, j + 2): value for i, row in enumerate(rows) for j, value in enumerate(row)}
    table = read(
        workbook({"s": cells | {(1, 2): "Report", (2, 2): "made on", (2, 3): Date(45292)}}), missing_value=["-1"]
    )
    assert columns(table) == {"v": [1234.5, 7], "w": [1.234, 2.345], "x": [4, 4]}
    assert table.all_names == ["v", "w", "text in two", "x"] and table.n_above == 4
    assert "left out above the header: 'Report' and 1 more line" in capsys.readouterr().err
    many = {(0, 0): "v", **{(i, 0): i / 7 for i in range(1, 40)}, (20, 0): "oops"}
    with pytest.raises(Problem, match="column v has text among its numbers: 'oops' on line 21; correct"):
        read(workbook({"s": many}))


@pytest.mark.parametrize("seed", range(3))
def test_each_number_has_the_same_bits(read, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(50, 3)) * 10.0 ** rng.integers(-300, 300, (50, 3))
    values[:, 1] = np.round(rng.uniform(0, 999, 50), 3)
    values[:, 2] = rng.integers(-(2**60), 2**60, 50)
    table = read(workbook({"s": [["a", "b", "c"], *values.tolist()]}))
    np.testing.assert_array_equal(table.values, values)


HOSTILE = {
    "two cells in opposite corners": (workbook({"s": {(0, 0): 1, (1048575, 16383): 2}}), "more memory|spread over"),
    "far outside": (workbook({"s": {(0, 0): 1, (2**31, 0): 2}}), None),
    "cut short": (workbook({"s": ROWS})[:900], "damaged or cut short"),
    "no sheet": (workbook({}), "there is no sheet in it"),
    "no XML": (workbook({"s": "<worksheet"}), "no workbook that can be read|there is nothing in it"),
    "entities": (
        workbook(
            {
                "s": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
                f'<worksheet xmlns="{SPREADSHEET}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is>'
                "</c></row></sheetData></worksheet>"
            }
        ),
        None,
    ),
    "a long cell": (workbook({"s": [["a"], ["x" * 10**6], [1]]}), "its lines are not numbers: 'xxx"),
    "old, of nothing": (b"\xd0\xcf\x11\xe0" + bytes(2000), "no workbook that can be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_and_the_process_lives(read, name):
    content, message = HOSTILE[name]
    with pytest.raises(Problem, match=message) as caught:
        read(content)
    assert "\n" not in str(caught.value)


def test_what_unpacks_to_too_much_is_refused_before_it_is(read, monkeypatch):
    monkeypatch.setattr("coterie.cli._io.excel_files._MOST_UNPACKED", 10**6)
    with pytest.raises(Problem, match=r"it unpacks to 5(\.\d+)? MB; save the sheet as csv"):
        read(workbook({"s": [["a"], [" " * 5 * 10**6]]}))


def test_without_the_library_the_command_says_what_to_install(read, monkeypatch, tmp_path):
    (tmp_path / "python_calamine.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(Problem, match="reading workbooks needs python-calamine: pip install python-calamine"):
        read(workbook({"s": ROWS}))


def test_a_program_in_python_reads_the_same(read, tmp_path):
    pytest.importorskip("pandas", "2.2")  # the first that asks calamine
    rows = [["Report"], [None], ["a", "kind", "b"], [1.234, "x", 5], [7, "y", None], [-999, "z", 8]]
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook({"x": [["q"]], "new": rows}))
    table = read(path, sheet="new", missing_value=["-999"], missing="drop")
    args = Namespace(file=str(path), array=None, sheet="new", missing_value=["-999"], missing="drop")
    found = {}
    lines, imports = _read_in_python(args, table)
    exec("\n".join([*imports, *lines]), found)
    X = found["table"][table.names].dropna().to_numpy(float)
    np.testing.assert_array_equal(X, table.values)
    assert table.values.tolist() == [[1.234, 5]]
