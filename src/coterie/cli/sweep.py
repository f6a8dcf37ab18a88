# SPDX-License-Identifier: BSD-3-Clause
"""Cluster a table into several numbers of clusters, score each, and suggest one.

Reads the columns of numbers and scales them, as `coterie kmeans` does. Prints a line for each k with

  inertia            squared distances to the means of the clusters; falls with k
  silhouette         how much nearer the own cluster is than the next: 1 at best
  davies_bouldin     how wide clusters are for their distance: lower is better
  calinski_harabasz  how far apart they are for their width: higher is better
  stability          how alike clusters of resamples are: 1 the same, 0 by chance

a star at the best of each, and what suggests which k, or that there is no structure. It is a hint: what the clusters
are for has a say, too.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import shutil
import sys
import textwrap
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import selection
from coterie._base.wording import count, shortlist
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._found import of_scaling, of_table, write_json
from coterie.cli._io.pictures import check_picture, save_picture
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import check_rows, read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.results import add_json_argument, check_results
from coterie.cli._options.run import STARTS, add_run_arguments
from coterie.cli._options.scale import add_scale_argument, scale, warn_of_scales
from coterie.cli._options.values import cluster_numbers, file_name, picture_name, whole
from coterie.selection._suggest_k import N_CLUSTERS

if TYPE_CHECKING:
    from coterie.cli._io.outputs import Outputs

SUMMARY = "score several numbers of clusters, and suggest one"

_EXAMPLES = """\
examples:
  coterie sweep customers.csv --drop customer_id --scale log
  coterie sweep penguins.csv.gz --missing drop -k 2-8 --algorithm ward --plot sweep.png --output table.csv
  coterie sweep big.npy -k 5,10,20,50 --stability 5

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_ALGORITHMS = ("kmeans", "ward", "average", "complete", "single", "divisive")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "-k",
        dest="n_clusters",
        metavar="RANGE",
        type=cluster_numbers,
        default=list(N_CLUSTERS),
        help=f"numbers of clusters to try, such as 2-8 or 5,10,20 (default: {N_CLUSTERS[0]}-{N_CLUSTERS[-1]})",
    )
    parser.add_argument(
        "--algorithm",
        choices=_ALGORITHMS,
        default="kmeans",
        help="k-means (the default) or a tree, by a method of coterie hierarchy or from the top down (divisive)",
    )
    parser.add_argument(
        "--stability",
        metavar="N",
        type=whole,
        default=20,
        help="how many resamples to cluster again, for the stability (default: 20; 0: none)",
    )
    add_file_arguments(parser)
    add_scale_argument(parser)
    parser.add_argument("-o", "--output", metavar="TABLE", type=file_name, help="csv file for the table, in full")
    parser.add_argument(
        "--plot", metavar="PICTURE", type=picture_name, help="picture of the scores (png, svg, pdf ...)"
    )
    add_json_argument(parser)
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    check_results(args, args.plot)
    if args.plot is not None:
        check_picture(args.plot)
    table = read_file(args, labeled=False)
    check_rows(args, table, least=3)
    n, facts = len(table.values), of_table(args, table)
    if n > thresholds.sweep_rows:
        drawn = np.sort(np.random.default_rng(args.seed).choice(n, thresholds.sweep_rows, replace=False))
        table.values = table.values[drawn]
        if not args.quiet:
            note(f"{thresholds.sweep_rows:,} of the {n:,} rows, drawn at random, stand for all")
        n = thresholds.sweep_rows
    possible = [k for k in args.n_clusters if k < n]
    if not possible:
        raise Problem(f"{source_name(args.file)}: -k {args.n_clusters[0]} is too many for {count(n, 'row')}")
    if len(possible) < len(args.n_clusters) and not args.quiet:
        note(f"left out, as there are only {count(n, 'row')}: -k {shortlist(k for k in args.n_clusters if k >= n)}")
    scaler = scale(table, args.scale)
    warn_of_scales(table)

    started = time.perf_counter()
    with progress_bar(args.quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the table says it
        found = selection.sweep(
            _estimator(args),
            table.values,
            {"n_clusters": possible},
            stability=args.stability,
            random_state=args.seed,
            n_jobs=args.jobs,
        )
        suggestion = selection.suggest_k(found, random_state=args.seed, n_jobs=args.jobs)
    seconds = time.perf_counter() - started

    if not args.quiet:
        print(
            f"\n{args.algorithm} on {count(n, 'row')} by {count(len(table.names), 'column')}, {seconds:.2f} s\n",
            file=sys.stderr,
        )
    try:
        if args.output is not None:
            _write(args.outputs, args.output, found)
        if args.plot is not None:
            from coterie import plot

            ax = plot.sweep(suggestion)
            ax.figure.suptitle(
                f"{os.path.basename(source_name(args.file))}: {args.algorithm}", fontsize=11, parse_math=False
            )
            save_picture(args.outputs, args.plot, ax.figure)
    finally:  # the work is done: show it even where it can't be written
        if args.json:
            facts |= {
                **of_scaling(table, scaler),
                "n_rows_used": n,
                "algorithm": args.algorithm,
                "scores": found,
                "k": suggestion.k,
                "is_clear": suggestion.clear,
                "reasons": suggestion.reasons,
                "doubts": suggestion.doubts,
                "others": suggestion.others,
                "seed": args.seed,
                "seconds": seconds,
            }
            write_json(args, facts)
        else:
            print(f"{found}\n\n{_describe(suggestion)}")


def _estimator(
    args: argparse.Namespace,
) -> coterie.KMeans | coterie.DivisiveClustering | coterie.AgglomerativeClustering:
    if args.algorithm == "kmeans":
        return coterie.KMeans(n_init=STARTS, random_state=args.seed)
    if args.algorithm == "divisive":
        return coterie.DivisiveClustering()
    return coterie.AgglomerativeClustering(linkage=args.algorithm)


def _describe(suggestion: selection.KSuggestion) -> str:
    if suggestion.k == 1:
        head = "suggested: to leave it at one cluster"
    else:
        head = f"suggested: {suggestion.k} clusters{'' if suggestion.clear else ', with doubts'}"
    width = shutil.get_terminal_size((100, 24)).columns
    told = [*suggestion.reasons, *(f"but {doubt}" for doubt in suggestion.doubts)]
    return "\n".join(
        [head, *(textwrap.fill(each, width, initial_indent="- ", subsequent_indent="  ") for each in told)]
    )


def _write(outputs: Outputs, path: str, found: selection.Sweep) -> None:
    with outputs.open(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(found[0])
        writer.writerows(
            ["" if isinstance(value, float) and math.isnan(value) else value for value in row.values()] for row in found
        )
