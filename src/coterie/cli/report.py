# SPDX-License-Identifier: BSD-3-Clause
"""Write a page about the groups in a table: one HTML file to open in a browser, with no need of a network.

It compares clusterings by several methods and recommends one, with its reasons and doubts; describes the groups in
words, numbers and pictures; lists unusual rows; tells what is in the data and how the columns were made comparable; and
says how to repeat all of it. Columns that are no measurements (identifiers, dates, constants) are left out, unless
--columns names them; text has no part in the groups and describes them. Of large tables the comparison is made on a
sample, which the page says.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

import numpy as np

from coterie._base.wording import printable, shortlist
from coterie.cli._console import note, progress_bar, warn
from coterie.cli._found import of_clusters, tell
from coterie.cli._io.pictures import MATPLOTLIB, matplotlib_is_there, warn_of_missing_letters
from coterie.cli._io.sources import naming_errors, source_name
from coterie.cli._io.tables import read_whole
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.results import add_json_argument, check_results
from coterie.cli._options.run import add_noun_argument, add_run_arguments
from coterie.cli._options.scale import by_kind
from coterie.cli._options.values import cluster_numbers, file_name
from coterie.cli._recipe import origin_of
from coterie.report._findings import Findings, find
from coterie.report._page import compose
from coterie.report._places import say_use
from coterie.report._settings import Settings
from coterie.scaling import METHODS

SUMMARY = "write a page about the groups in a table, to be opened in a browser"

_EXAMPLES = """\
examples:
  coterie report customers.csv -o report.html
  coterie report penguins.csv.gz --names species -k 2-6 -o penguins.html
  coterie report sensors.parquet --columns heat,noise,wear --scale none -o sensors.html

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


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
    add_file_arguments(parser, ("auto", "drop", "median"), "auto")
    parser.add_argument(
        "-k",
        dest="n_clusters",
        metavar="RANGE",
        type=cluster_numbers,
        help="how many groups there may be, such as 5, 2-8 or 5,10,20 (default: as many as the data suggest)",
    )
    parser.add_argument("--names", metavar="COLUMN", help="column, or array of an npz file, that names the rows")
    parser.add_argument(
        "--scale",
        choices=METHODS,
        default="auto",
        help="how to make the columns comparable (default: auto, each by what it is, with the reasons on the page)",
    )
    add_json_argument(parser)
    add_noun_argument(parser)
    add_run_arguments(parser)


def _page(text: str) -> str:
    if os.path.splitext(file_name(text))[1].lower() not in (".html", ".htm", ""):
        raise argparse.ArgumentTypeError(f"a name that ends in .html is needed, for that is what it is, not {text!r}")
    return text


def run(args: argparse.Namespace) -> None:
    check_results(args)
    started = time.perf_counter()
    table = read_whole(args, args.names)
    table.named_by = args.names
    settings = Settings(
        args.kind, args.columns is not None, args.n_clusters, args.missing, args.scale, args.noun, args.seed, args.jobs
    )
    drawing = matplotlib_is_there()
    with progress_bar(args.quiet), naming_errors(source_name(args.file)):
        found = find(table, settings)
        _tell(args, found)
        with warn_of_missing_letters():
            text = compose(found, origin_of(args, found), drawing)
    with args.outputs.open(args.output) as file:
        file.write(text)
    if not (drawing or args.quiet):
        note(f"the page has no pictures; for these, {MATPLOTLIB}")
    page, seconds = printable(os.path.abspath(args.output)), time.perf_counter() - started
    tell(
        args,
        lambda: (
            f"{found.headline} {found.verdict}\n"
            + "".join(f"  {doubt}\n" for doubt in found.doubts)
            + f"page: {page} ({len(text.encode(errors='replace')) / 1e6:.1f} MB), {seconds:.1f} s"
        ),
        lambda: {**_as_facts(args, found), "page": page, "seconds": seconds},
    )


def _as_facts(args: argparse.Namespace, found: Findings) -> dict[str, object]:
    labels = found.labels[found.used]
    sizes = np.bincount(labels[labels >= 0], minlength=found.n_clusters)
    sentences, n_noise = found.sentences, int(np.count_nonzero(labels < 0))
    groups = of_clusters(sizes, len(labels), sentence=sentences)
    return {
        "file": source_name(args.file),
        "n_rows": len(found.used),
        "n_rows_left_out": np.count_nonzero(~found.used),
        "columns": found.data.grouped,
        "columns_left_out": [{"name": name, "reason": why} for name, why in found.left_out.items()],
        "kinds": {name: kind.kind for name, kind in found.kinds.items()},
        "scaling": "none" if found.scaling is None else found.scaling.method,
        "method": found.grouping.method,
        "origin": found.grouping.origin,
        "confidence": found.recommendation.confidence,
        "reasons": found.reasons,
        "doubts": found.doubts,
        "n_clusters": groups["n_clusters"],
        "groups": groups["clusters"],
        "n_noise": n_noise,
        "noise_share": n_noise / len(labels),
        "noise": sentences[-1] if n_noise else None,
        "unusual": [each._asdict() for each in found.unusual],
    }


def _tell(args: argparse.Namespace, found: Findings) -> None:
    """Say what was done about the columns and about missing values."""
    data, table = found.data, found.data.table
    if data.odd:
        warn(f"used although they look like identifiers or dates, because there is nothing else: {shortlist(data.odd)}")
    if left := [each for each in table.left_out if each.name != table.named_by]:
        warn(f"left out: {shortlist(left)}; --columns chooses what to use")
    if args.quiet:
        return
    if in_text := [name for name in data.grouped if name not in table.names]:
        note(f"there are no measurements, so the groups are made of categories: {shortlist(in_text)}")
    if describing := [name for name in table.texts if name not in data.grouped]:
        note(f"no numbers, so they describe the groups: {shortlist(describing)}")
    if table.named_by:
        note(f"rows are called by their {table.named_by}")
    if data.missing:
        note(data.missing)
    if data.places is not None:
        note(say_use(data.places))
    if found.scaling is not None and found.scaling.names:
        scaler, method = found.scaling.scaler, found.scaling.method
        how = f" ({by_kind(scaler, found.scaling.names)})" if scaler is not None and method == "auto" else ""
        print(f"scaling: {method}{how}", file=sys.stderr)
