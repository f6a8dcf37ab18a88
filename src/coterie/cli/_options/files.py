# SPDX-License-Identifier: BSD-3-Clause
"""The arguments that say what to read."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from coterie._base.tables.kind_hints import KINDS
from coterie._base.wording import listing
from coterie.cli._io.missing import MISSING
from coterie.cli._options.values import column_kind, column_list


def add_file_arguments(
    parser: argparse.ArgumentParser, ways: Sequence[str] = ("error", "drop", "median"), default: str = "error"
) -> None:
    """The arguments that say what to read; `read_file(args)` reads it.

    ways, default : what may be done about missing values, and what is
    """
    _add_source_arguments(parser)
    add_column_arguments(parser)
    parser.add_argument(
        "--missing",
        choices=ways,
        default=default,
        help=f"what to do about missing values: {_meaning(ways)}; default: {default}",
    )


def add_new_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which further rows to read; `read_more(args, ...)` reads them."""
    _add_source_arguments(parser)
    add_missing_again_argument(parser)


def add_missing_again_argument(parser: argparse.ArgumentParser, when: str = "") -> None:
    """The option for missing values in further rows for a model."""
    parser.add_argument(
        "--missing",
        choices=MISSING,
        help=f"what to do about missing values{when}: {_meaning(MISSING)}; a median is that of the fit; default: what "
        "was done then",
    )


def add_any_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what to read, text and missing values too; `read_any(args)` reads it."""
    _add_source_arguments(parser)
    add_column_arguments(parser)


def _meaning(ways: Iterable[str]) -> str:
    meanings = MISSING | {"auto": "leave rows out, but fill in where that would be more than a fifth of them"}
    *first, last = (f"{meanings[way]} ({way})" for way in ways)
    return f"{', '.join(first)} or {last}"


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
    parser.add_argument(
        "--columns",
        metavar="A,B,...",
        type=column_list,
        help="use these columns only; names may be patterns, in quotes: '*_norm'",
    )
    parser.add_argument(
        "--drop", metavar="C,D,...", type=column_list, default=[], help="leave these columns out; may be patterns, too"
    )
    parser.add_argument(
        "--kind",
        metavar="COLUMN=KIND",
        type=column_kind,
        action=_Kinds,
        default={},
        help="what a column is, or each that a pattern stands for, where that is not what its values look like, such "
        f"as zip=category: {listing(KINDS)}; can be given again",
    )


class _Kinds(argparse.Action):
    """Collect columns and their kinds in a dict."""

    def __call__(self, parser: object, namespace: argparse.Namespace, value: Any, option: str | None = None) -> None:
        name, kind = value
        setattr(namespace, self.dest, {**getattr(namespace, self.dest), name: kind})
