# SPDX-License-Identifier: BSD-3-Clause
"""Write a page about the groups in a table: one HTML file to open in a browser, with no need of a network.

It tells what is in the data and how the columns were made comparable; compares k-means, Ward's method and DBSCAN;
recommends one clustering, with its reasons and doubts; describes the groups in words, numbers and pictures; lists
unusual rows; and says how to repeat all of it. Columns that are no measurements (text, identifiers, dates, constants)
are left out, unless --columns names them. Of large tables the comparison is made on a sample, which the page says.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from coterie._base.wording import count, printable
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._io.outputs import check_targets
from coterie.cli._io.pictures import MATPLOTLIB, matplotlib_is_there, warn_of_missing_letters
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.run import STARTS, add_noun_argument, add_run_arguments
from coterie.cli._options.scale import by_kind, check_not_negative
from coterie.cli._options.values import cluster_numbers, file_name
from coterie.cli._recipe import origin_of
from coterie.report._comparison import Run
from coterie.report._data import Data, count_different, prepare
from coterie.report._findings import find
from coterie.report._page import write
from coterie.scaling import METHODS

SUMMARY = "write a page about the groups in a table, to be opened in a browser"

_EXAMPLES = """\
examples:
  coterie report customers.csv -o report.html
  coterie report penguins.csv.gz --names species -k 2-6 -o penguins.html
  coterie report sensors.parquet --columns heat,noise,wear --scale none -o sensors.html

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_LEAST_ROWS = 4  # different ones
_MOST_CLUSTERS = 10
_STRUCTURE = {
    "clear": "clear",
    "dense": "by density",
    "likely": "likely, not clear",
    "asked": "as asked for",
    "none": "no clear structure, a convenient cut",
    "lopsided": "nearly all rows in one",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "-o",
        "--output",
        metavar="PAGE",
        type=_page,
        default="report.html",
        help="the page to write (default: report.html)",
    )
    add_file_arguments(parser, missing="drop")
    parser.add_argument(
        "-k",
        dest="n_clusters",
        metavar="RANGE",
        type=cluster_numbers,
        help="numbers of clusters to try, such as 2-8 or 5,10,20 (default: 2-10); a single one is used as it is",
    )
    parser.add_argument("--names", metavar="COLUMN", help="column, or array of an npz file, that names the rows")
    parser.add_argument(
        "--scale",
        choices=METHODS,
        default="auto",
        help="how to make the columns comparable (default: auto, each by what it is, with the reasons on the page)",
    )
    add_noun_argument(parser)
    add_run_arguments(parser)


def _page(text: str) -> str:
    if os.path.splitext(file_name(text))[1].lower() not in (".html", ".htm", ""):
        raise argparse.ArgumentTypeError(f"a name that ends in .html is needed, for that is what it is, not {text!r}")
    return text


def run(args: argparse.Namespace) -> None:
    check_targets([args.file], [args.output])
    started = time.perf_counter()
    table = read_file(args, args.names, labeled=False, only_measurements=True)
    with progress_bar(args.quiet):
        check_not_negative(table, args.scale)
        data = prepare(table, args.scale, args.seed)
        method = data.scaling.scaler.method
        if not args.quiet:
            how = f" ({by_kind(data.scaling.scaler, data.table.names)})" if method == "auto" else ""
            print(f"scaling: {method}{how}", file=sys.stderr)
        n_clusters, wanted = _numbers_to_try(args, data)
        found = find(data, n_clusters, wanted, Run(args.seed, args.jobs, STARTS), args.noun)
        drawing = matplotlib_is_there()
        with warn_of_missing_letters():
            text = write(found, origin_of(args, found), drawing)
    with args.outputs.open(args.output) as file:
        file.write(text)
    if args.quiet:
        return
    if not drawing:
        note(f"the page has no pictures; for these, {MATPLOTLIB}")
    choice = found.choice
    print(
        f"recommended: {count(choice.n_clusters, 'cluster')} by {choice.method} "
        f"({_STRUCTURE[choice.structure]}; {count(len(choice.doubts), 'doubt')})\n"
        f"page: {printable(os.path.abspath(args.output))} ({len(text.encode(errors='replace')) / 1e6:.1f} MB), "
        f"{time.perf_counter() - started:.1f} s",
        file=sys.stderr,
    )


def _numbers_to_try(args: argparse.Namespace, data: Data) -> tuple[list[int], int | None]:
    """The numbers of clusters to compare, and the one that was asked for, if a single one was."""
    n_clusters = args.n_clusters or range(2, _MOST_CLUSTERS + 1)
    different = count_different(data.rows, max(*n_clusters, _LEAST_ROWS) + 1)
    if different < _LEAST_ROWS:
        raise Problem(
            f"{source_name(args.file)}: at least {_LEAST_ROWS} different rows are needed, there "
            f"{'is' if different == 1 else 'are'} {different}"
        )
    wanted = args.n_clusters[0] if args.n_clusters is not None and len(args.n_clusters) == 1 else None
    if wanted is not None and not 2 <= wanted < different:
        raise Problem(
            f"{source_name(args.file)}: -k {wanted} is not from 2 to {different - 1}, one less than there "
            "are different rows"
        )
    most = different - 1 if args.n_clusters else min(different - 1, max(3, data.n_rows // 4))
    possible = sorted({k for k in n_clusters if 2 <= k <= most} | ({2, 3} if wanted else set()))
    if not possible:
        raise Problem(f"{source_name(args.file)}: none of the numbers of clusters is from 2 to {most}")
    return possible, wanted
