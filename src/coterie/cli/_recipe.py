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
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie._base.table import Table
from coterie._base.wording import printable
from coterie.cli._io.excel_files import is_workbook
from coterie.cli._io.sources import source_name
from coterie.report._findings import Findings
from coterie.report._origin import Origin
from coterie.report._recommendation import Choice

if TYPE_CHECKING:
    from numpy.typing import NDArray

_READ = 1 << 20


def origin_of(args: argparse.Namespace, found: Findings) -> Origin:
    """What the page says about its file, and how to repeat it."""
    digest = sha256(args.file)
    facts = [("file", source_name(args.file))]
    if digest is not None:
        facts += [("size", f"{os.path.getsize(args.file):,} bytes"), ("sha256", digest)]
    table, choice, scaling = (
        found.data.table,
        found.choice,
        "none" if found.data.scaling is None else found.data.scaling.scaler.method,
    )
    rows = found.density.rows if found.density is not None and choice.method == "DBSCAN" else None
    notes = [f"coterie {coterie.__version__}, seed {args.seed}."]
    if rows is not None:
        notes.insert(
            0,
            "The command fits DBSCAN to all rows, where this page and the program fit it to a sample; in "
            "all rows a smaller eps is dense.",
        )
    return Origin(
        os.path.basename(source_name(args.file)),
        facts,
        [
            ("The same page, byte for byte:", report_command(args)),
            (
                "The same groups as a column of labels, and a model that gives further rows theirs:",
                fit_command(args, table, choice, scaling),
            ),
            ("In Python:", in_python(args, table, choice, scaling, rows)),
        ],
        notes,
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


def fit_command(args: argparse.Namespace, table: Table, choice: Choice, scaling: str) -> str:
    """The command that gives the labels."""
    drop = [*args.drop, *(left.name for left in table.left_out if left.reason)]
    if args.names in table.all_names:
        drop.append(args.names)
    parts = ["coterie", {"k-means": "kmeans", "Ward": "hierarchy", "DBSCAN": "dbscan"}[choice.method], args.file]
    parts += _reading(args, args.columns and table.names, [] if args.columns else drop)
    if choice.method == "DBSCAN":
        parts += ["--eps", repr(choice.model.eps), "--min-samples", str(choice.model.min_samples)]
    else:
        parts += ["-k", str(choice.n_clusters)]
    parts += ["--scale", scaling]
    if choice.method == "k-means":
        parts += ["--seed", str(args.seed)]
    return _in_shell([*parts, "--output", "labels.csv", "--save", "model.npz"])


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


def in_python(
    args: argparse.Namespace, table: Table, choice: Choice, scaling: str, rows: NDArray[np.intp] | None
) -> str:
    """A program that ends with the same `labels`; `rows` are those that DBSCAN was fitted to, if not all."""
    read, imports = _read_in_python(args, table)
    used: list[str] = []
    labels = "{}.fit_predict(scaled)"
    if choice.method == "k-means":
        estimator = f"KMeans({choice.n_clusters}, n_init={choice.model.n_init}, random_state={args.seed})"
    elif choice.method == "Ward":
        estimator = f'AgglomerativeClustering({choice.n_clusters}, linkage="ward")'
        used, labels = ["relabel"], 'relabel({}.fit_predict(scaled), by="first")'  # as `coterie hierarchy` numbers them
    else:
        estimator = f"DBSCAN({choice.model.eps!r}, min_samples={choice.model.min_samples})"
    if rows is not None:
        imports = sorted({*imports, "import numpy as np"})
    names = ", ".join([estimator.partition("(")[0], *used])
    lines = [
        *imports,
        f"from coterie import {names}",
        "from coterie.scaling import Scaler",
        "",
        *read,
        f"scaled = Scaler({_scaler_in_python(table, scaling)}).fit_transform(X)",
    ]
    if rows is None:
        lines.append(f"labels = {labels.format(estimator)}")
    else:
        lines += [
            f"rows = np.random.default_rng({args.seed}).choice(len(scaled), {len(rows)}, replace=False)",
            f"model = {estimator}.fit(scaled[np.sort(rows)])",
            "labels = model.predict(scaled)",
        ]
    return "\n".join(lines)


def _scaler_in_python(table: Table, scaling: str) -> str:
    return f'"{scaling}"' if scaling != "auto" else f'"auto", kinds={table.used_kinds!r}'


def _read_in_python(args: argparse.Namespace, table: Table) -> tuple[list[str], list[str]]:
    """Lines that make the array X of the values, and the imports that they need."""
    kind = _kind(args.file)
    path = repr("FILE.csv" if args.file == "-" else args.file)
    places = [table.all_names.index(name) for name in table.names]
    everything = places == list(range(len(table.all_names)))
    if kind in ("csv", "parquet", "workbook"):
        if table.is_mixed:
            return [f"X = ...  # an array of the columns {table.names!r} of {path}"], []
        unknown = f", na_values={['?', 'none', *args.missing_value]!r}" * bool(table.missing.any())
        above = f", skiprows={table.n_above}" * bool(table.n_above)
        by_place = not table.is_named or table.is_renamed
        if kind == "parquet":
            source = f"pandas.read_parquet({path})"
        elif kind == "workbook":
            source = f"pandas.read_excel({path}, sheet_name={args.sheet or 0!r}{above}{unknown}, engine='calamine')"
        else:
            options = [
                "" if table.separator == "," else f", sep={table.separator!r}",
                ', decimal=","' * table.decimal_comma,
                f", thousands={table.thousands!r}" if table.thousands else "",
                ", header=None" * (not table.is_named),
                above,
                unknown,
            ]
            source = f"pandas.read_csv({path}{''.join(options)})"
        chosen = "" if everything else f".iloc[:, {places}]" if by_place else f"[{table.names!r}]"
        fill = {"drop": ".dropna()", "median": ".fillna(table.median())"}
        missing = fill.get(args.missing, "") if table.missing.any() else ""
        return [f"table = {source}{chosen}", f"X = table{missing}.to_numpy(float)"], ["import pandas"]
    return _load_in_python(args, table, kind, path, "" if everything else f"[:, {places}]"), ["import numpy as np"]


def _load_in_python(args: argparse.Namespace, table: Table, kind: str, path: str, chosen: str) -> list[str]:
    if kind == "npy":
        lines = [f"X = np.load({path}){chosen}"]
    else:
        name = args.array or _only_table(args.file)
        if name is None:
            return [f"X = ...  # an array of the columns {table.names!r} of {path}"]
        lines = [f"X = np.load({path})[{name!r}]{chosen}"]
    if table.missing.any():
        lines.append(
            "X = X[~np.isnan(X).any(axis=1)]"
            if args.missing == "drop"
            else "X = np.where(np.isnan(X), np.nanmedian(X, axis=0), X)"
        )
    return lines


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
