"""Names that are no plain words, of columns and of files: nothing breaks, nothing is run, nothing is lost."""

import ast
import csv
import html
import io
import os
import re
import shlex
import subprocess
import sys

import numpy as np
import pytest

from coterie import cli
from coterie._base.wording import printable
from coterie.cli._io.results import as_cell
from coterie.cli.demo import read_iris

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "-2+3",
    "'''",
    '"""',
    "'''; import os; os._exit(3)",
    "a\nimport os",
    'x"]; import os; os._exit(3) #',
    "\\",
    "\\'",
    "{0}",
    "%s",
    "a,b",
    "<b>&amp;</b>",
    "$HOME",
    "`id`",
    "# x",
    "$x$",
    "--jobs",
    "-1",
    "\u2028x",
    "x\x0cy",
    "naïve",
    "🦉",
]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(command, *args, code=0):
        try:
            got = cli.main([command, *map(str, args)])
        except SystemExit as stopped:
            got = stopped.code
        said = capsys.readouterr()
        assert got == code, said.err
        return said

    return run


def write_table(path, names):
    """Three groups of rows in columns with these names, beside one of text."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, len(names))) + 9 * (np.arange(60) % 3)[:, np.newaxis]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*names, "text"])
    writer.writerows([*row, "=1+1" if i % 2 else "@x"] for i, row in enumerate(X.tolist()))
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(out.getvalue())
    return X


def blocks(page):
    found = re.findall(r"<pre[^>]*>(?:<code>)?(.*?)(?:</code>)?</pre>", page, re.DOTALL)
    return [html.unescape(block) for block in found]


@pytest.mark.parametrize("first", range(0, len(HOSTILE), 9))
@pytest.mark.parametrize("drops", [False, True])
def test_commands_and_program_of_a_page_are_what_they_should_be(run, monkeypatch, first, drops):
    """Whatever columns are called: the commands give the same page again, and the program has the same numbers."""
    monkeypatch.setattr("coterie.cli.report.matplotlib_is_there", lambda: False)
    names = [*HOSTILE[first : first + 9], "plain"]
    X = write_table("x.csv", names)
    options = ["--drop", "plain"] if drops else []
    run("report", "x.csv", "-k", "3", "--quiet", "--output", "a.html", *options)
    with open("a.html", encoding="utf-8") as file:
        page = file.read()
    report, program = blocks(page)[-2:]
    tree = ast.parse(program)
    assert {type(statement) for statement in tree.body} <= {ast.Import, ast.Assign}
    assert {
        alias.name for statement in tree.body if isinstance(statement, ast.Import) for alias in statement.names
    } <= {"pandas", "numpy", "coterie"}
    pytest.importorskip("pandas")
    known = {}
    exec(program, known)
    read = X[:, :-1] if drops else X
    used = known["found"].data.table.values
    np.testing.assert_array_max_ulp(used, read, 1)  # pandas before 3.1 does not read the nearest number
    sizes = np.bincount(known["labels"]).tolist()
    assert all(f">{n}</td>" in page for n in sizes)
    assert shlex.split(report)[:2] == ["coterie", "report"]
    run(*shlex.split(report)[1:], "--quiet")
    with open("a.html", encoding="utf-8") as file:
        assert file.read() == page


@pytest.mark.parametrize(
    "text, cell",
    [
        ("=1+1", "'=1+1"),
        ("+x", "'+x"),
        ("@x", "'@x"),
        ("-x", "'-x"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("-5", "-5"),
        ("+1.5e3", "+1.5e3"),
        ("-2+3", "'-2+3"),
        ("x=1", "x=1"),
        ("", ""),
        ("'=1", "'=1"),
        (-5, -5),
        (-0.5, -0.5),
        (None, None),
    ],
)
def test_no_cell_is_a_formula(text, cell):
    assert as_cell(text) == cell


def test_text_of_the_input_makes_no_formulas_in_outputs(run):
    write_table("x.csv", HOSTILE)
    run("kmeans", "x.csv", "-k", 3, "-o", "labels.csv", "--centers", "centers.csv")
    run("profile", "x.csv", "--labels", "labels.csv", "-o", "by_label.csv")
    run("profile", "x.csv", "--by", "text", "-o", "by_text.csv")
    run("sweep", "x.csv", "-k", "2-3", "--stability", 0, "-o", "sweep.csv")
    cells = {}
    for name in ("centers.csv", "by_label.csv", "by_text.csv", "sweep.csv", "labels.csv"):
        with open(name, newline="") as file:
            cells[name] = {cell for row in csv.reader(file) for cell in row}
        assert not [cell for cell in cells[name] if as_cell(cell) != cell]
    assert {"'=1+1", "'@SUM(A1)", "'-2+3", "-1", "plain"} - cells["centers.csv"] == {"plain"}
    assert {"'=1+1", "'@x"} <= cells["by_label.csv"] & cells["by_text.csv"]


# -------------------------------------------------------------------------------------------------- names of files


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
@pytest.mark.parametrize("stem", [b"gr\xf6\xdfe", b"\xff\xfe it's \\ $x$", b"-dash \xed\xb3\xbf"])
def test_names_of_files_need_be_no_text(run, monkeypatch, stem):
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    stem = f"./{os.fsdecode(stem)}"
    X = write_table(f"{stem}.csv", ["a", "b", "c"])
    run(
        "kmeans",
        f"{stem}.csv",
        "-k",
        3,
        "-o",
        f"{stem}.labels",
        "--centers",
        f"{stem}.centers.gz",
        "--plot",
        f"{stem}.png",
        "--save",
        f"{stem}.npz",
    )
    run("predict", f"{stem}.npz", f"{stem}.csv", "-o", f"{stem}.again")
    with open(f"{stem}.labels") as file, open(f"{stem}.again") as again:
        assert file.read() == again.read()
    run("profile", f"{stem}.csv", "--labels", f"{stem}.labels", "-o", f"{stem}.profile")
    run("dbscan", f"{stem}.csv", "--plot", f"{stem}.svg")
    run("hdbscan", f"{stem}.csv", "--plot", f"{stem}.svg")
    run("optics", f"{stem}.csv", "--plot", f"{stem}.svg")
    run("hierarchy", f"{stem}.csv", "--dendrogram", f"{stem}.pdf", "--tree", f"{stem}.npy")
    run("sweep", f"{stem}.csv", "-k", "2-3", "--stability", 0, "-o", f"{stem}.sweep", "--plot", f"{stem}2.png")
    said = run("report", f"{stem}.csv", "-k", "3", "-o", f"{stem}.html")
    with open(f"{stem}.html", encoding="utf-8", errors="strict") as file:
        page = file.read()
    assert printable(stem) in html.unescape(page) and "page: " in said.err
    report, program = blocks(page)[-2:]
    known = {}
    exec(program, known)
    np.testing.assert_array_max_ulp(known["found"].data.table.values, X, 1)
    program = "import os, sys; os.write(1, b'\\0'.join(map(os.fsencode, sys.argv[1:])))"
    done = subprocess.run(
        ["bash", "-c", report.replace("coterie", '"$PYTHON" -c "$PROGRAM"', 1)],
        capture_output=True,
        env=os.environ | {"PYTHON": sys.executable, "PROGRAM": program},
        timeout=60,
    )
    assert [os.fsencode(f"{stem}.{end}") for end in ("csv", "html")] == [
        part for part in done.stdout.split(b"\0") if part.endswith((b".csv", b".html"))
    ]
    done = run("kmeans", f"{stem}.none", "-k", 3, code=1)
    assert printable(stem) in done.err or stem in done.err


@pytest.mark.skipif(sys.platform != "linux", reason="names of any bytes")
def test_messages_name_files_whatever_their_bytes(tmp_path):
    for encoding in ("utf-8", "ascii"):
        done = subprocess.run(
            [sys.executable, "-m", "coterie", "kmeans", b"\xff.csv", "-k", "3"],
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            env=os.environ | {"PYTHONIOENCODING": encoding},
        )
        assert done.returncode == 1 and done.stderr.startswith(b"coterie kmeans: error: \\xff.csv: No such file")


def test_names_in_arrays_may_hold_what_cannot_be_encoded(run):
    names, X, _ = read_iris()
    np.savez("x.npz", X=X, columns=np.array(["\ud800", "\udcff", "a", names[0]]))
    for args in (
        ["kmeans", "x.npz", "-k", 3, "--centers", "centers.csv", "--plot", "a.png", "--save", "m.npz"],
        ["report", "x.npz", "-k", 3, "-o", "x.html"],
        ["profile", "x.npz", "--model", "m.npz", "-o", "p.csv"],
    ):
        if args[0] == "kmeans":
            pytest.importorskip("matplotlib")
        run(*args)
    with open("centers.csv", encoding="utf-8") as file:
        assert file.readline().startswith("label,size,\\ud800,\\xff,a,")
