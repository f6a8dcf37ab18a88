# SPDX-License-Identifier: BSD-3-Clause
"""Group the rows of a table into k clusters by k-means.

Reads the columns of numbers, scales them (standard scaling unless told otherwise) and writes one label per row, from
0 to k-1, in the order of the rows: csv with the header `label`. What was read, left out and found goes to standard
error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import coterie
from coterie._base.wording import count
from coterie.cli._console import Problem, progress_bar, warn
from coterie.cli._found import by_name, of_clusters, of_scaling, of_table, tell
from coterie.cli._io.models import describe_fit, find_typical, save_model
from coterie.cli._io.pictures import check_picture, for_scatter, save_picture
from coterie.cli._io.results import write_centers, write_labels
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import check_rows, read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import STARTS, add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, of_means, scale, warn_of_scales
from coterie.cli._options.values import file_name, picture_name, positive
from coterie.cli._streamed import Streamed
from coterie.cli._summary import summary

if TYPE_CHECKING:
    from coterie._base.tables.table import Table
    from coterie.kmeans._clusterer import LloydClusterer
    from coterie.scaling import Scaler

SUMMARY = "group the rows of a table into k clusters"

_EXAMPLES = """\
examples:
  coterie kmeans customers.csv -k 5 --drop customer_id --scale log > labels.csv
  coterie kmeans penguins.csv.gz -k 3 --missing drop --output labels.csv --centers centers.csv
  coterie kmeans stops.csv -k 12 --size-min 20 --size-max 40 --scale none > tours.csv
  coterie kmeans monday.csv -k 8 --save model.npz > monday_labels.csv   # coterie predict model.npz tuesday.csv
  coterie kmeans visits.parquet -k 100 --minibatch --centers centers.csv > labels.csv
  zcat big.csv.gz | coterie kmeans - -k 100 --quiet | sort -n | uniq -c

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


class _Method(NamedTuple):
    estimator: str  # name in coterie
    text: str
    inertia: str  # what it is the sum of


_SQUARES = "squared distances to the centers"
_METHODS = {
    "k-means": _Method("KMeans", "k-means", _SQUARES),
    "bisecting": _Method("BisectingKMeans", "bisecting k-means", _SQUARES),
    "medians": _Method("KMedians", "k-medians", "Manhattan distances to the centers"),
    "spherical": _Method("SphericalKMeans", "spherical k-means", "1 - cosine of rows and centers"),
}
_STREAMED = _Method("MiniBatchKMeans", "k-means by small batches", _SQUARES)
_WITH_BOUNDS = _Method("SizeConstrainedKMeans", "k-means with bounds on sizes", _SQUARES)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("-k", dest="n_clusters", metavar="K", type=positive, required=True, help="number of clusters")
    add_file_arguments(parser)
    parser.add_argument(
        "--method",
        choices=_METHODS,
        default="k-means",
        help="bisecting splits one cluster after the other; medians are centers that far values hardly move; spherical "
        "goes by the direction of rows, as for texts (default: k-means)",
    )
    parser.add_argument(
        "--minibatch",
        action="store_true",
        help="read a csv or parquet file batch by batch, for files larger than memory; the clusters are nearly as good",
    )
    for bound, what in ("min", "fewest"), ("max", "most"):
        parser.add_argument(
            f"--size-{bound}", metavar="N", type=positive, help=f"the {what} rows that a cluster may have, by k-means"
        )
    add_scale_argument(parser, None, "standard, and none with --method spherical")
    add_labels_arguments(parser)
    parser.add_argument(
        "--centers",
        metavar="CENTERS",
        type=file_name,
        help="csv file for the sizes and centers of the clusters, in the units of the data",
    )
    parser.add_argument(
        "--plot",
        metavar="PICTURE",
        type=picture_name,
        help="draw the clusters and their centers (png, svg, pdf ...): one or two columns as they are, "
        "more by the first two principal components",
    )
    parser.add_argument(
        "--starts",
        metavar="N",
        type=positive,
        default=STARTS,
        help=f"how many times to start, from other centers; the best result counts (default: {STARTS})",
    )
    add_save_argument(parser)
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    check_results(args, args.centers, args.plot, args.save)
    method, model = _choose(args)
    if args.plot is not None:
        check_picture(args.plot)
    streamed = Streamed(args) if args.minibatch else None
    table = read_file(args) if streamed is None else streamed.table
    check_rows(args, table, args.n_clusters)
    facts = describe_fit(args, table) if args.save is not None else {}
    scaler = scale(table, args.scale)
    warn_of_scales(table)

    started = time.perf_counter()
    shown = model  # with the labels of the rows in the table
    with progress_bar(args.quiet):
        if streamed is None:
            model.fit(table.values)
        else:
            shown = streamed.fit(model, scaler)
    seconds = time.perf_counter() - started
    is_split = isinstance(model, coterie.BisectingKMeans)
    # Each split has iterations of its own, and small batches have none.
    n_iter = None if is_split or args.minibatch else model.n_iter_
    if n_iter == model.max_iter:
        warn(f"stopped after {model.max_iter} iterations; the clusters may not have settled")

    sizes = np.bincount(model.labels_, minlength=args.n_clusters)
    centers = scaler.inverse_transform(model.cluster_centers_)
    try:
        if args.centers is not None:
            write_centers(args.outputs, args.centers, sizes, centers, table.names)
        if args.plot is not None:
            _draw(args, table, scaler, shown, method.text)
        write_labels(args, table, model.labels_)
        if args.save is not None:
            save_model(args.outputs, args.save, model, scaler, facts, typical=find_typical(shown, table.values))
    finally:  # the work is done: show it even where it can't be written
        units = "the units of the data" if args.scale == "none" else "scaled units"
        tell(
            args,
            lambda: (
                f"\n{count(args.n_clusters, 'cluster')} of {count(len(model.labels_), 'row')} by "
                f"{count(len(table.names), 'column')}; centers in the units of the data{of_means(scaler)}\n\n"
                f"{summary(sizes, centers, table.names, all_in='--centers')}\n\n"
                f"inertia {model.inertia_:,.6g} (sum of {method.inertia}, in {units}), "
                f"{'' if n_iter is None else count(n_iter, 'iteration') + ', '}"
                f"best of {count(args.starts, 'start')}{' of each split' * is_split}, {seconds:.2f} s"
            ),
            lambda: {
                **of_table(args, table),
                **of_scaling(table, scaler),
                **of_clusters(sizes, center=by_name(table.names, centers)),
                "inertia": model.inertia_,
                "n_iterations": n_iter,
                "n_starts": args.starts,
                "seed": args.seed,
                "seconds": seconds,
            },
        )


def _choose(args: argparse.Namespace) -> tuple[_Method, LloydClusterer]:
    """How the options want to cluster; fills in how to scale."""
    bounds = {f"size_{end}": n for end in ("min", "max") if (n := getattr(args, f"size_{end}")) is not None}
    if bounds and args.method != "k-means":
        raise Problem("--size-min and --size-max are for --method k-means", code=2)
    if args.minibatch and (bounds or args.method != "k-means"):
        raise Problem("--minibatch is for --method k-means, without bounds on sizes", code=2)
    if args.scale is None:
        args.scale = "none" if args.method == "spherical" else "standard"
    method = _STREAMED if args.minibatch else _WITH_BOUNDS if bounds else _METHODS[args.method]
    model: LloydClusterer = getattr(coterie, method.estimator)(
        args.n_clusters, n_init=args.starts, random_state=args.seed, n_jobs=args.jobs, **bounds
    )
    return method, model


def _draw(args: argparse.Namespace, table: Table, scaler: Scaler, model: LloydClusterer, method: str) -> None:
    from matplotlib.figure import Figure

    from coterie import plot
    from coterie.plot._maps import lower_to_map

    figure = Figure(figsize=(11, 9), layout="constrained")
    places, names = for_scatter(table.values, table.names, scaler)
    centers, _ = for_scatter(model.cluster_centers_, table.names, scaler)
    plot.scatter(places, model.labels_, centers, names=names, ax=(ax := figure.add_subplot()))
    lower_to_map(figure, ax)
    figure.suptitle(
        f"{os.path.basename(source_name(args.file))}: {count(args.n_clusters, 'cluster')} by {method}",
        fontsize=11,
        parse_math=False,
    )
    save_picture(args.outputs, args.plot, figure)
