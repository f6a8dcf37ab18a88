# SPDX-License-Identifier: BSD-3-Clause
"""The arguments that say what becomes of the results."""

from __future__ import annotations

import argparse

from coterie.cli._console import Problem
from coterie.cli._io.outputs import check_targets


def add_labels_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of everything that labels rows; `write_labels` writes them."""
    parser.add_argument("-o", "--output", metavar="LABELS", help="file for the labels (default: standard output)")
    add_append_argument(parser)
    add_json_argument(parser, "; labels then go to --output only")


def add_append_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--append",
        action="store_true",
        help="write the whole table of FILE, as it is there, with the label as its last column (csv and workbooks as "
        "csv, parquet as parquet)",
    )


def add_json_argument(parser: argparse.ArgumentParser, remark: str = "") -> None:
    parser.add_argument(
        "--json", action="store_true", help=f"print the summary to standard output, as one JSON object{remark}"
    )


def check_results(args: argparse.Namespace, *further: str | None) -> None:
    """Refuse, before any work is done, outputs that can't be written or that go to one place; `further` are those of a
    command alone."""
    if args.json and args.output in ("-", "/dev/stdout"):
        raise Problem("--json writes to standard output, too; name a file for --output", code=2)
    if args.json and getattr(args, "append", False) and args.output is None:
        raise Problem("--append with --json needs --output, as standard output is for the summary", code=2)
    check_targets([args.file, getattr(args, "model", None)], [args.output, *further])
