# SPDX-License-Identifier: BSD-3-Clause
"""Say what clusters are: what sets each apart, in the units of the data, as a table and in words.

The clusters come from the labels that a fitting command wrote (--labels), from a column of FILE (--by), or from a model
that --save wrote (--model, which labels the rows of FILE and says how they differ from those of the fit). FILE is read
as it is, not scaled, and columns need not be those that the clusters were made from. Text is counted by value, or by
word where it has too many values; missing values are left out of what is said about their column.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import shutil
import sys
from typing import TYPE_CHECKING

import numpy as np

from coterie import explain
from coterie._base.layout import wrap
from coterie._base.tables.table import Table
from coterie._base.warnings import told_once
from coterie._base.wording import count, shortlist
from coterie.cli._console import Problem, note, warn
from coterie.cli._found import of_table, write_json
from coterie.cli._further import read_further
from coterie.cli._io.cells import as_cell
from coterie.cli._io.columns import named
from coterie.cli._io.models import Saved, load_model
from coterie.cli._io.outputs import Outputs, check_targets
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import read_any, read_column
from coterie.cli._options.files import add_any_file_arguments, add_missing_again_argument
from coterie.cli._options.results import add_json_argument
from coterie.cli._options.run import add_noun_argument
from coterie.cli._options.values import column_list

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

SUMMARY = "say in numbers and words what each cluster is"

_EXAMPLES = """\
examples:
  coterie kmeans customers.csv -k 5 --drop customer_id --scale log --output labels.csv
  coterie profile customers.csv --labels labels.csv --noun customers
  coterie profile penguins.csv --by species --noun penguins --output profile.csv
  coterie profile new_customers.csv --model segments.npz --noun customers

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--labels",
        metavar="LABELS",
        help="file with one label for each row of FILE: its only column, or the one called label",
    )
    source.add_argument("--by", metavar="COLUMN", help="the column of FILE that says which cluster a row is in")
    source.add_argument("--model", metavar="MODEL", help="what --save wrote: label the rows of FILE with it")
    add_any_file_arguments(parser)
    add_missing_again_argument(parser, ", with --model")
    parser.add_argument(
        "--categorical",
        metavar="A,B,...",
        type=column_list,
        default=[],
        help="columns of numbers that are codes of categories",
    )
    add_noun_argument(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="CSV",
        help="csv file for all numbers: a line for each cluster and column, or value of a category",
    )
    add_json_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="no notes; warnings and errors stay")


def run(args: argparse.Namespace) -> None:
    check_targets([args.file, args.labels, args.model], [args.output])
    if args.file == "-" and (args.model is not None or args.labels == "-"):
        raise Problem("standard input can only be read once; name a file", code=2)
    if args.output == "-":
        raise Problem("--output needs a file; standard output is for the profile", code=2)
    if args.missing is not None and args.model is None:
        raise Problem(
            "--missing goes with --model; a profile counts missing values, and leaves them out of the numbers", code=2
        )
    saved = None if args.model is None else load_model(args.model)
    table = read_any(args, args.by, "--by", None if saved is None else saved.choose)
    known = {*table.names, *table.texts}
    names = [name for name in table.all_names if name in known]
    categorical = named(args.categorical, names, "--categorical")
    drift = None
    labels: NDArray[Any]
    if args.by is not None:
        labels = _as_objects([text or None for text in table.row_names or ()])
    elif args.labels is not None:
        labels = read_column(args.labels, "label")
    elif saved is not None:
        labels, drift = _predict(args, saved)
    if len(labels) != len(table.values):
        raise Problem(
            f"{source_name(args.labels)} has {count(len(labels), 'label')}, but {source_name(args.file)} has "
            f"{count(len(table.values), 'row')}"
        )
    kept = np.array([label is not None for label in labels]) if labels.dtype == object else ~np.isnan(labels)
    if not kept.any():
        raise Problem("no row has a label")
    if left := int((~kept).sum()):
        if args.by is not None:
            warn(f"left out: {count(left, 'row')} without a value in {args.by}")
        elif not args.quiet:
            note(f"left out: {count(left, 'row')} without a label")

    kinds = {name: kind for name, kind in args.kind.items() if name in known}
    columns, labels = _columns(table, names, kept), _as_labels(labels[kept])
    found = explain.profile(columns, labels, names, categorical, args.noun, kinds)
    if (left_out := [name for name in found.left_out if name not in found.words]) and not args.quiet:
        note(f"left out, neither numbers nor categories, and nothing in them tells groups apart: {shortlist(left_out)}")
    if args.output is not None:
        _write(args.outputs, args.output, found.rows)
    if args.json:
        facts = {
            **of_table(args, table, names),
            "noun": args.noun,
            "n_rows_without_label": left,
            "clusters": found.clusters,
            "rows": found.rows,
            "sentences": found.sentences,
            "drift": None if drift is None else _of_drift(drift),
        }
        write_json(args, facts)
        return
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    paragraphs = [found.sentences] if drift is None else [found.sentences, drift.sentences]
    if sys.stdout.isatty():  # for a person; a script wants a line each
        paragraphs = [wrap(sentences, width) for sentences in paragraphs]
    print(found.table(width), *("\n".join(lines) for lines in paragraphs), sep="\n\n")


def _of_drift(drift: explain.Drift) -> dict[str, object]:
    """The attributes of a `Drift`, without the labels, and its sentences."""
    facts = {
        each.name: getattr(drift, each.name) for each in dataclasses.fields(drift) if not each.name.startswith("_")
    }
    return {**{name: value for name, value in facts.items() if name != "labels"}, "sentences": drift.sentences}


def _predict(args: argparse.Namespace, saved: Saved) -> tuple[NDArray[np.float64], explain.Drift]:
    """Labels of the rows of the file, and how they differ from those of the fit."""
    again = argparse.Namespace(**vars(args) | {"quiet": True})
    rows, table = read_further(again, saved)
    with told_once(*[UserWarning] * (saved.code is not None)):  # `read_further` has told it
        drift = explain.drift(saved.model, rows)
    labels = drift.labels if saved.numbers is None else saved.numbers[drift.labels]
    every = np.full(len(labels) if table.kept is None else len(table.kept), np.nan)
    every[slice(None) if table.kept is None else table.kept] = labels
    return every, drift


def _columns(table: Table, names: list[str], kept: NDArray[np.bool_]) -> NDArray[Any]:
    """The columns of numbers and of text in the order of the file, those rows that are kept."""
    if not table.texts:
        return table.values[kept]
    columns = np.empty((int(kept.sum()), len(names)), dtype=object)
    for j, name in enumerate(names):
        if name in table.texts:
            columns[:, j] = _as_objects(table.texts[name])[kept]
        else:
            columns[:, j] = table.values[kept, table.names.index(name)]
    return columns


def _as_objects(texts: Sequence[str | None]) -> NDArray[Any]:
    objects = np.empty(len(texts), dtype=object)
    objects[:] = texts
    return objects


def _as_labels(labels: NDArray[Any]) -> NDArray[Any]:
    """Numbers if all are whole ones, else text."""
    try:
        return labels if labels.dtype != object else np.array([int(label) for label in labels])
    except (ValueError, OverflowError):
        return labels


def _write(outputs: Outputs, target: str, rows: list[dict[str, object]]) -> None:
    with outputs.open(target) as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: as_cell(value) for key, value in row.items()} for row in rows)
