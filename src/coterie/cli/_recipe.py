# SPDX-License-Identifier: BSD-3-Clause
"""Where the data of `coterie report` came from, and how to get its clusters again: by commands, and in Python."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import shlex
from collections.abc import Sequence

import numpy as np

import coterie
from coterie._base.tables.table import Table
from coterie._base.wording import printable
from coterie.cli._io.excel_files import is_workbook
from coterie.cli._io.sources import source_name
from coterie.report._findings import Findings
from coterie.report._origin import Origin

_READ = 1 << 20


def origin_of(args: argparse.Namespace, found: Findings) -> Origin:
    """What the page says about its file, and how to repeat it."""
    digest = sha256(args.file)
    facts = [("file", source_name(args.file))]
    if digest is not None:
        facts += [("size", f"{os.path.getsize(args.file):,} bytes"), ("sha256", digest)]
    return Origin(
        os.path.basename(source_name(args.file)),
        facts,
        [
            ("The same page, byte for byte:", report_command(args)),
            ("The same groups in Python, and a model that gives further rows theirs:", in_python(args, found)),
        ],
        [f"coterie {coterie.__version__}, seed {args.seed}."],
    )


def sha256(path: str) -> str | None:
    """Of a file; None of standard input, which is gone."""
    if path == "-":
        return None
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_READ):
            digest.update(block)
    return digest.hexdigest()


def report_command(args: argparse.Namespace) -> str:
    """The command that writes this page, every default that matters spelt out."""
    parts = ["coterie", "report", args.file, *_reading(args, args.columns, args.drop, args.names)]
    if args.n_clusters is not None:
        parts += ["-k", _ranges(args.n_clusters)]
    if args.noun != "rows":
        parts += _option("--noun", args.noun)
    parts += ["--scale", args.scale, "--seed", str(args.seed), "--output", args.output]
    return _in_shell(parts)


def _reading(
    args: argparse.Namespace, columns: Sequence[str] | None, drop: Sequence[str], names: str | None = None
) -> list[str]:
    parts = _option("--array", args.array) if args.array else []
    parts += _option("--sheet", args.sheet) if args.sheet else []
    for name, kind in args.kind.items():
        parts += _option("--kind", f"{name}={kind}")
    parts += [f"--missing-value={value}" for value in args.missing_value] + ["--no-guess"] * args.no_guess
    if columns:
        parts += _option("--columns", _as_line(columns))
    if drop:
        parts += _option("--drop", _as_line(drop))
    if names:
        parts += _option("--names", names)
    return [*parts, "--missing", args.missing]


def _option(name: str, value: str) -> list[str]:
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


def _in_shell(parts: Sequence[str]) -> str:
    """A command line, as bash and zsh take one with bytes that are no text, which names of files may hold."""
    return " ".join(
        shlex.quote(part)
        if printable(part) == part
        else "$'" + printable(part.replace("\\", r"\\").replace("'", r"\'")) + "'"
        for part in parts
    )


def _as_line(names: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def _ranges(numbers: Sequence[int]) -> str:
    """2,3,4,7 as 2-4,7"""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in parts)


def in_python(args: argparse.Namespace, found: Findings) -> str:
    """A program that ends with the same `labels`."""
    table = found.data.table
    read, imports = _read_in_python(args, table)
    by_place = not table.is_named or table.is_renamed
    columns = args.columns and [table.all_names.index(name) if by_place else name for name in args.columns]
    if args.drop:
        kept = [j for j, name in enumerate(table.all_names) if name not in args.drop]
        read.append(f"table = table{'.iloc' if 'import pandas' in imports else ''}[:, {kept}]")
    asked = {
        "names": args.names if args.names in table.all_names else None,
        "columns": columns or None,
        "kinds": args.kind or None,
        "n_clusters": args.n_clusters,
        "missing": args.missing if args.missing != "auto" else None,
        "scale": args.scale if args.scale != "auto" else None,
        "noun": args.noun if args.noun != "rows" else None,
        "random_state": args.seed,
    }
    options = "".join(f", {name}={value!r}" for name, value in asked.items() if value is not None)
    return "\n".join(
        [
            *imports,
            "import coterie",
            "",
            *read,
            f'found = coterie.write_report(table, "page.html"{options})',
            "labels = found.labels",
        ]
    )


def _read_in_python(args: argparse.Namespace, table: Table) -> tuple[list[str], list[str]]:
    """Lines that make the `table`, and the imports that they need."""
    kind = _kind(args.file)
    path = repr("FILE.csv" if args.file == "-" else args.file)
    unknown = [f"table = ...  # the columns {table.all_names!r} of {path}"]
    if kind not in ("csv", "parquet", "workbook"):
        array = "" if kind == "npy" else args.array or _only_table(args.file)
        if array is None:
            return unknown, []
        return [f"table = np.load({path}){f'[{array!r}]' if array else ''}"], ["import numpy as np"]
    if table.is_mixed:
        return unknown, []
    is_missing = f", na_values={['?', 'none', *args.missing_value]!r}"
    above = f", skiprows={table.n_above}" * bool(table.n_above)
    if kind == "parquet":
        source = f"pandas.read_parquet({path})"
    elif kind == "workbook":
        source = f"pandas.read_excel({path}, sheet_name={args.sheet or 0!r}{above}{is_missing}, engine='calamine')"
    else:
        options = [
            "" if table.separator == "," else f", sep={table.separator!r}",
            ', decimal=","' * table.decimal_comma,
            f", thousands={table.thousands!r}" if table.thousands else "",
            ", header=None" * (not table.is_named),
            above,
            is_missing,
        ]
        source = f"pandas.read_csv({path}{''.join(options)})"
    return [f"table = {source}"], ["import pandas"]


def _kind(path: str) -> str:
    if path == "-":
        return "csv"
    with open(path, "rb") as file:
        if is_workbook(file):
            return "workbook"
        head = file.read(6)
    return {b"\x93NUMPY": "npy", b"PAR1": "parquet", b"PK": "npz"}.get(
        next((magic for magic in (b"\x93NUMPY", b"PAR1", b"PK") if head.startswith(magic)), b""), "csv"
    )


def _only_table(path: str) -> str | None:
    """The name of the only array of two dimensions in an npz file, if it is used as it is."""
    with np.load(path) as arrays:
        if {"scale", "offset"} & set(arrays.files):
            return None
        tables = [name for name in arrays.files if arrays[name].ndim == 2]
    return tables[0] if len(tables) == 1 else None
