# SPDX-License-Identifier: BSD-3-Clause
"""Hostile text files: they are read as the one thing that they can mean, or refused in a line; nothing else happens.

    python ci/fuzz/tables.py [--cases N] [--seed S]

Each case is a file of random and of crafted parts. It is read as the command reads it. What must hold: a `Problem` or
a table, within seconds; and each number of the table is what its cell says, by one decimal mark for the whole column.
Some go through the whole command, whose exit code and message are looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import io
import os
import re
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

import numpy as np

from coterie import cli
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.amounts import amount, as_flags
from coterie.cli._io.csv_columns import is_missing
from coterie.cli._io.notation import COMMA, POINT, number
from coterie.cli._io.tables import read_any, read_column, read_file

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from reference.workbooks import workbook

SECONDS = 20  # for one case
NUMBERS = [
    "0",
    "7",
    "-3",
    "12.5",
    "12,5",
    "1.234",
    "1,234",
    "1.234,5",
    "1,234.5",
    "1.234.567",
    "1e5",
    "1E-3",
    "1,5e3",
    "+4",
    ".5",
    ",5",
    "5.",
    "5,",
    "007",
    "0.123",
    "-1.234",
    "1e999",
    "-1e999",
    "1e-999",
    "9" * 400,
    "nan",
    "-nan",
    "inf",
    "-Infinity",
    "0x10",
    "1_000",
    "1 234,5",
    "1\u00a0234",
    "\u0661\u0662",
    "\uff11\uff12",
    "\u00b2",
    "1e",
    "e5",
    "--1",
    "1-",
    "12%",
    "0 %",
    "1,5 %",
    "$5",
    "$1,234",
    "1.234,50 \u20ac",
    "EUR 5",
    "US$ 1",
    "($5)",
    "(1,234)",
    "(-1)",
    "-(1)",
    "\u2212\u0661",
    "\u22125",
    "1'234.5",
    "1\u2019234",
    "12 34",
    "(" * 3000,
    "$" + " " * 3000 + "5",
    "1 234" * 3000,
    "True",
    "yes",
    "N",
    "1+2j",
    "1.2.3",
    "1,2,3",
]
# What one column may hold that makes sense.
SORTS = [
    ["0", "7", "-3", "1e5"],
    ["12.5", "1.234", "0.123", "7"],
    ["12,5", "1,234", "0,123", "7"],
    ["1.234", "756", ""],
    ["1,234", "756", "NA"],
    ["1.234,5", "2.345", "12,5"],
    ["1,234.5", "2,345", "12.5"],
    ["1.234.567", "1.234"],
    ["$1,234", "$56", "7"],
    ["1.234,50 \u20ac", "2.000 \u20ac", "7 \u20ac"],
    ["\u20ac5", "$7", "1"],
    ["12%", "0%", "1.5%"],
    ["12,5 %", "3 %", "7"],
    ["(1)", "(1,234)", "5"],
    ["1 234", "56", "12 345 678"],
    ["1'234.50", "56.00"],
    ["yes", "No", ""],
    ["TRUE", "FALSE"],
    ["y", "n", "?"],
]
TITLES = [
    "Report 2024\n",
    "Report;;\n\n",
    "made on,31.1.24\n",
    '"a ""title"""\n\n\n',
    "sep=;\nReport\n",
    "sep=,\n",
    "7\n",
]
TEXTS = [
    "",
    " ",
    "NA",
    "n/a",
    "?",
    "None",
    "x",
    "=1+1",
    "@a",
    "a;b",
    "a,b",
    "a\tb",
    'say "hi"',
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "\x00",
    "\x1a",
    "\ufeff",
    "\u2028",
    "caf\u00e9",
    "2024-01-31",
    "31.1.24",
    "#",
    "# x",
    "\U0001f989",
    "y" * 3000,
]
ENDS = ["\n", "\r\n", "\r", "\n\n", "\n \n", "\x0b", "\x0c", "\x85", "\u2028"]
ENCODINGS = ["utf-8"] * 8 + ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252", "utf-32"]


def make(rng: np.random.Generator) -> bytes:
    """A file: mostly a table with things in it that should not be there."""
    kind = rng.random()
    if kind < 0.05:
        return rng.bytes(int(rng.integers(0, 300)))
    if kind < 0.1:
        return bytes(
            rng.choice(np.frombuffer(b"0123456789.,;\t\"'\n\r #-+eE\x00\xff", np.uint8), int(rng.integers(400)))
        )
    separator = str(rng.choice([",", ";", "\t", "|", " "], p=[0.35, 0.35, 0.2, 0.05, 0.05]))
    n_rows, n_columns = int(rng.integers(1, 40)), int(rng.choice([1, 2, 3, 5, 30]))
    odd, damaged = float(rng.choice([0, 0, 0.02, 0.3])), rng.random() < 0.2
    columns = []
    for _ in range(n_columns):
        some = SORTS[int(rng.integers(len(SORTS)))] if rng.random() < 0.9 else NUMBERS if rng.random() < 0.5 else TEXTS
        usual = [str(cell) for cell in rng.choice(some, 3)]
        columns.append(
            [
                str(rng.choice([*NUMBERS, *TEXTS])) if rng.random() < odd else str(rng.choice(usual))
                for _ in range(n_rows)
            ]
        )
    quoting = int(rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n")
    if rng.random() < 0.8:
        names = [str(rng.choice(["a", "b", "price", "id", "year", *TEXTS])) for _ in columns]
        writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    text = out.getvalue()
    if rng.random() < 0.2:
        end = str(rng.choice(ENDS))
        text = "".join(line + (end if rng.random() < 0.5 else "\n") for line in text.split("\n"))
    if damaged:
        place = int(rng.integers(0, len(text) + 1))
        what = str(rng.choice(['"', separator, "\n", "\x00", "#", "x", "\\", "\ufeff", "9" * 2000]))
        text = text[:place] + what + text[place + int(rng.integers(0, 3)) :]
    if rng.random() < 0.1:
        text = str(rng.choice(["# a comment\n", "\n\n", "sep=;\n", "\ufeff", '{"a": 1}\n', *TITLES])) + text
    content = text.encode(str(rng.choice(ENCODINGS)), "replace")
    if rng.random() < 0.1:
        content = gzip.compress(content)
        if rng.random() < 0.3:
            content = content[: int(rng.integers(1, len(content)))]
    elif rng.random() < 0.03:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("table.csv", content)
        content = packed.getvalue()
    if rng.random() < 0.02:
        content = make_workbook(rng, columns)
    return content


def make_workbook(rng: np.random.Generator, columns: list[list[str]]) -> bytes:
    """A workbook with some cells of numbers, mostly with a damage: in a part of it, or in the file."""
    cells = {
        (i, j): float(value) if value.isdecimal() else value.replace("\x00", "") or None
        for j, column in enumerate(columns)
        for i, value in enumerate(column)
    }
    if rng.random() < 0.2:
        cells[int(rng.integers(2**21)), int(rng.integers(2**15))] = 1.5
    content = bytearray(workbook({"s": cells, "t": [["a"], [1]]}, hidden=["s"] if rng.random() < 0.2 else []))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 20))):
            content[int(rng.integers(len(content)))] = int(rng.integers(256))
    return bytes(content[: int(rng.integers(1, len(content)))]) if rng.random() < 0.1 else bytes(content)


def crafted() -> dict[str, bytes]:
    """Large and crafted files."""
    return {
        "a million columns": b",".join(b"%d" % j for j in range(10**6)) + b"\n" + b",".join([b"1.5"] * 10**6) + b"\n",
        "a million names": (",".join(f"n{j}" for j in range(10**6)) + "\n" + ",".join("7" * 10**6)).encode(),
        "an open quote": b"a,b\n" + b'1,"2\n' + b"3,4\n" * 500_000,
        "an open quote in the header": b'a,"b\n' + b"3,4\n" * 500_000,
        "a huge field": b"a,b\n1," + b"9" * 30_000_000 + b"\n2,3\n",
        "a huge text": b"a,b\n1," + b"x" * 30_000_000 + b"\n2,3\n",
        "only separators": b"," * 1_000_000,
        "only line ends": b"\n" * 5_000_000,
        "only quotes": b'"' * 3_000_000,
        "only comments": b"# x\n" * 1_000_000,
        "NULs": b"a,b\n1,\x002\n3,4\n",
        "late NUL": b"a,b\n" + b"1,2\n" * 500_000 + b"1,\x002\n",
        "late text": b"a,b\n" + b"1,2\n" * 500_000 + b"1,x\n",
        "late comma": b"a;b\n" + b"1.234;2.5\n" * 200_000 + b"1,5;2\n",
        "zip bomb": gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000),
    }


def check(content: bytes, path: str, through: int) -> None:
    """Read a file; AssertionError if what comes out is not what it should be."""
    with open(path, "wb") as file:
        file.write(content)
    args = argparse.Namespace(file=path, array=None, sheet=None, columns=None, drop=[], missing="median", quiet=True)
    args.kind, args.no_guess, args.missing_value = {}, through == 4, []
    with contextlib.suppress(Problem):
        if through == 1:
            read_any(args)
        elif through == 2:
            read_column(path, "a")
        elif through == 3:
            _check_command(content, path)
        else:
            _check_numbers(content, args)


def _check_command(content, path):
    said = io.StringIO()
    kmeans = ["kmeans", path, "-k", "2", "--quiet", "--missing", "drop"]
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        code = cli.main([*kmeans, "--output", f"{path}.labels"])
    last = said.getvalue().splitlines()[-1:]
    assert code in (0, 1, 2) and "Traceback" not in said.getvalue()
    assert code == 0 or last[0].startswith("coterie kmeans: error: "), said.getvalue()
    if code or content[:2] == b"PK" or len(content) > 10**6:
        return
    with contextlib.redirect_stderr(said):
        assert cli.main([*kmeans, "--append", "--output", f"{path}.csv"]) == 0, said.getvalue()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(content[:2])
    before, after = (
        each.decode(wide, "surrogatepass") if wide else each.decode("latin-1")
        for each in (content, Path(f"{path}.csv").read_bytes())
    )
    added = Path(f"{path}.labels").read_text().replace('""', "").splitlines()
    assert "".join(_added(before, after)).replace("label.2", "label") in _listed(added), (before[:500], after[:500])


def _added(before, after):
    """What there is more in the second text, which always stands before the end of a line; nothing else may differ."""
    place = 0
    for char in before:
        while char in "\r\n" and after[place] != char:
            yield after[place]
            place += 1
        assert after[place] == char, (place, before[:500], after[:500])
        place += 1
    yield after[place:]


def _listed(added):
    """The cells one after the other, behind any separator, with and without a name above them."""
    return {"".join(f"{mark}{cell}" for cell in cells) for mark in "\t;|," for cells in (added, added[1:])}


def _check_numbers(content, args):
    args.missing = "drop"
    table = read_file(args)
    if content[:2] == b"PK":
        return  # a workbook
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    lines = io.StringIO(text, newline=None).readlines()
    width = len(table.all_names)
    rows = [
        row
        for row in csv.reader(lines, delimiter=table.separator)
        if row and (width == 1 or row != [row[0]] or row[0].strip())
    ]
    n = len(table.values) if table.kept is None else len(table.kept)
    rows = rows[len(rows) - n :]
    every = rows
    if table.kept is not None:
        rows = [row for row, kept in zip(rows, table.kept, strict=True) if kept]
    for name, values in zip(table.names, table.values.T, strict=True):
        cells = [row[table.all_names.index(name)] for row in rows]
        read = [[_meant(cell, mark, args) for cell in cells] for mark in (POINT, COMMA)]
        words = (row[table.all_names.index(name)] for row in every)
        if not args.no_guess and (flags := as_flags(cell for cell in words if not is_missing(cell))):
            read.append([flags[cell.strip().lower()] for cell in cells])
        assert values.tolist() in read, (name, cells[:20], values[:20].tolist())


def _meant(cell, mark, args):
    found = None if args.no_guess or number(cell, mark) is not None else amount(cell)
    return number(cell if found is None else found.text, mark)


def run(cases: int, seed: int, with_crafted: bool) -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table")
        files = [(f"case {seed + i}", lambda i=i: make(np.random.default_rng(seed + i))) for i in range(cases)]
        if with_crafted:
            files += [(name, lambda content=content: content) for name, content in crafted().items()]
        for at, (name, content) in enumerate(files):
            thresholds.csv_block = (1 << 20) if "case" not in name else (7, 60, 1 << 20)[at % 3]
            try:
                with _limited(SECONDS), contextlib.redirect_stderr(io.StringIO()):
                    check(content(), path, at % 5)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                failed += 1
                told = f"{type(error).__name__}: {str(error)[:300]}"
                print(f"{name}, read in way {at % 5}, blocks of {thresholds.csv_block}: {told}")
                traceback.print_exc(limit=-3, file=sys.stdout)
    return failed


@contextlib.contextmanager
def _limited(seconds):
    def stop(*_):
        raise TimeoutError(f"not done after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> int:
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__)[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true", help="without the large files")
    args = parser.parse_args()
    started = time.perf_counter()
    failed = run(args.cases, args.seed, not args.short)
    print(f"{args.cases:,} files, {failed} failed, {time.perf_counter() - started:.0f} s")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
