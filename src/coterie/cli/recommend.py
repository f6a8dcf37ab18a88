# SPDX-License-Identifier: BSD-3-Clause
"""Find the groups in a table: how many, by which method, how far they can be trusted, and what they are.

Looks for dense parts and for compact ones, checks what it finds against chance and on resamples, and takes one
clustering, or says that there is no structure. Columns of numbers and of categories are used, identifiers, dates, free
text and constants are left out, unless --columns names them. Prints the answer with reasons and doubts, and what sets
each group apart; labels go to --output. coterie report tells more, on a page with pictures; text has no part in its
groups, and describes them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie import explain, selection
from coterie._base.layout import wrap
from coterie._base.tables.mixed import Columns
from coterie._base.wording import count
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._found import of_clusters, of_table, write_json
from coterie.cli._io.mixed import read_comparable
from coterie.cli._io.results import write_labels
from coterie.cli._io.sources import naming_errors, source_name
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.results import add_append_argument, add_json_argument, check_results
from coterie.cli._options.run import add_noun_argument, add_run_arguments
from coterie.cli._options.scale import add_scale_argument
from coterie.cli._options.values import file_name

if TYPE_CHECKING:
    from coterie._base.tables.table import Table

SUMMARY = "find the groups in a table, and say how far they can be trusted"

_EXAMPLES = """\
examples:
  coterie recommend customers.csv --noun customers
  coterie recommend penguins.csv.gz --missing drop --append --output penguins_with_groups.csv
  coterie recommend sensors.parquet --columns 'temp_*' --json | jq .confidence

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    add_file_arguments(parser, ("error", "drop"))
    add_scale_argument(parser, "auto", "auto, which leaves columns of one unit as they are")
    parser.add_argument(
        "-o", "--output", metavar="LABELS", type=file_name, help="file for the labels (default: none are written)"
    )
    add_append_argument(parser)
    add_json_argument(parser)
    add_noun_argument(parser)
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    if args.append and args.output is None:
        raise Problem("--append needs --output, the file for the table with the labels", code=2)
    check_results(args)
    table, names = read_comparable(args)
    columns = _columns(table, names)
    kinds = {name: table.kinds[name].kind for name in names}
    started = time.perf_counter()
    with progress_bar(args.quiet), naming_errors(source_name(args.file)):
        found = selection.recommend(columns, kinds=kinds, scale=args.scale, random_state=args.seed, n_jobs=args.jobs)
    told = explain.profile(columns, found.labels, noun=args.noun, kinds=kinds) if found.model is not None else None
    seconds = time.perf_counter() - started
    try:
        if args.output is not None:
            write_labels(args, table, found.labels)
    finally:  # the work is done: show it even where it can't be written
        if args.json:
            write_json(args, {**of_table(args, table, names), **_as_facts(found, told), "seconds": seconds})
        else:
            if found.sample is not None and not args.quiet:
                note(f"{len(found.sample):,} of the {count(len(found.labels), 'row')}, drawn at random, decided")
            print(found)
            if told is not None:
                width = max(40, shutil.get_terminal_size((100, 24)).columns)
                sentences = wrap(told.sentences, width) if sys.stdout.isatty() else told.sentences
                print("", *sentences, sep="\n")
            elif found.cut is not None:
                print(f"- coterie kmeans -k {found.cut.n_clusters} cuts the rows into groups, if some are needed")


def _columns(table: Table, names: list[str]) -> Any:
    """The table as functions that read tables take it."""
    arrays = [
        np.array([None, *table.texts[name]], object)[1:]
        if name in table.texts
        else table.values[:, table.names.index(name)]
        for name in names
    ]
    return Columns(np.array(names, object), tuple(arrays), (None,) * len(names))


def _as_facts(found: selection.Recommendation, told: explain.Profile | None) -> dict[str, object]:
    labels = found.labels
    sizes = np.bincount(labels[labels >= 0], minlength=found.n_clusters)
    sentences = [None] * len(sizes) if told is None else told.sentences
    return {
        "scaling": "none" if found.scaler is None else found.scaler.method,
        "method": found.method,
        "confidence": found.confidence,
        "reasons": found.reasons,
        "doubts": found.doubts,
        **of_clusters(sizes, len(labels), sentence=sentences),
        "n_noise": np.count_nonzero(labels < 0),
        "noise_share": np.mean(labels < 0),
        "n_rows_used": len(labels) if found.sample is None else len(found.sample),
        "candidates": [
            {
                "method": each.method,
                "n_clusters": each.n_clusters,
                "silhouette": each.silhouette,
                "stability": each.stability,
                "noise_share": each.noise,
                "rejected": each.rejected or None,
            }
            for each in found.candidates
        ],
        "n_clusters_of_a_cut": None if found.cut is None else found.cut.n_clusters,
    }
