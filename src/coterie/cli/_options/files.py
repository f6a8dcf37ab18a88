# SPDX-License-Identifier: BSD-3-Clause
"""The arguments that say what to read."""

from __future__ import annotations

import argparse
from typing import Any

from coterie._base.kind_hints import KINDS
from coterie._base.wording import listing
from coterie.cli._io.missing import MISSING
from coterie.cli._options.values import column_kind, column_list


def add_file_arguments(parser: argparse.ArgumentParser, missing: str = "error") -> None:
    """The arguments that say what to read; `read_file(args)` reads it. `missing`: the default of that option."""
    _add_source_arguments(parser)
    add_column_arguments(parser)
    parser.add_argument(
        "--missing",
        choices=MISSING,
        default=missing,
        help="what to do about missing values: stop (error), leave the row out (drop) or fill in the "
        f"column's median (median); default: {missing}",
    )


def add_new_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which further rows to read; `read_more(args, ...)` reads them."""
    _add_source_arguments(parser)
    parser.add_argument(
        "--missing",
        choices=MISSING,
        help="what to do about missing values: stop (error), leave the row out, with an empty label "
        "(drop), or fill in the median that the column had when the model was fitted (median); "
        "default: what was done then",
    )


def add_any_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what to read, text and missing values too; `read_any(args)` reads it."""
    _add_source_arguments(parser)
    add_column_arguments(parser)


def _add_source_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="csv (also gzipped), npy, npz, parquet, or a workbook (xlsx, xls); - is standard input",
    )
    parser.add_argument("--array", metavar="NAME", help="which array of an npz file")
    parser.add_argument("--sheet", metavar="NAME", help="which sheet of a workbook (default: the first)")
    parser.add_argument(
        "--missing-value",
        metavar="VALUE",
        action="append",
        default=[],
        help="what stands for a missing value besides NA, null and the like: -999; may be given several times",
    )
    parser.add_argument(
        "--no-guess",
        action="store_true",
        help="read text files as programs write them: no titles above the header, no currency, percent or other marks "
        "at numbers, no words for yes and no",
    )


def add_column_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--columns", metavar="A,B,...", type=column_list, help="use these columns only")
    group.add_argument("--drop", metavar="C,D,...", type=column_list, default=[], help="use all columns but these")
    parser.add_argument(
        "--kind",
        metavar="COLUMN=KIND",
        type=column_kind,
        action=_Kinds,
        default={},
        help=f"what a column is, where that is not what its values look like, such as zip=category: {listing(KINDS)}; "
        "can be given again",
    )


class _Kinds(argparse.Action):
    """Collect columns and their kinds in a dict."""

    def __call__(self, parser: object, namespace: argparse.Namespace, value: Any, option: str | None = None) -> None:
        name, kind = value
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), name: kind})
