# SPDX-License-Identifier: BSD-3-Clause
"""Group the rows of a table around k of its rows, the medoids, by any metric.

Reads the columns of numbers and scales them, as `coterie kmeans` does, and writes one label per row, from 0 to k-1, in
the order of the rows. The sum of the distances of all rows to their medoids is so small that no exchange of one medoid
lowers it. Medoids are rows of the file: examples that can be looked up. With --metric gower columns of text and codes
take part, and with --missing keep so do rows with missing values. What was read, left out and found goes to standard
error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

import coterie
from coterie import distances
from coterie._base.wording import count
from coterie.cli._console import Problem, progress_bar
from coterie.cli._density import draw_globe, map_shape
from coterie.cli._found import by_name, of_clusters, of_scaling, of_table, tell
from coterie.cli._globe import on_map, to_radians
from coterie.cli._io.missing import MISSING
from coterie.cli._io.mixed import describe_mixed_fit, read_mixed
from coterie.cli._io.models import describe_fit, find_typical, save_model
from coterie.cli._io.pictures import check_picture, for_scatter, save_picture
from coterie.cli._io.results import write_centers, write_labels
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import check_rows, read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.metric import add_metric_argument, describe_metric, on_globe
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, scale, warn_of_scales
from coterie.cli._options.values import file_name, picture_name, positive
from coterie.cli._summary import MOST_COLUMNS, as_text, summary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table
    from coterie.scaling import Scaler

SUMMARY = "group the rows of a table around k of them, by any metric"

_EXAMPLES = """\
examples:
  coterie kmedoids customers.csv -k 5 --drop customer_id --scale log --output labels.csv --medoids typical.csv
  coterie kmedoids survey.csv -k 4 --metric gower > labels.csv
  coterie kmedoids quakes.csv.gz -k 20 --columns latitude,longitude --metric haversine --plot map.png > labels.csv
  coterie kmedoids monday.csv -k 8 --save model.npz > monday_labels.csv   # coterie predict model.npz tuesday.csv

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""
_STARTS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("-k", dest="n_clusters", metavar="K", type=positive, required=True, help="number of clusters")
    add_file_arguments(parser, list(MISSING))
    add_metric_argument(parser, tables=True)
    add_scale_argument(
        parser,
        None,
        "standard, but none for gower, cosine, correlation, haversine and other metrics that have a scale of their own",
    )
    add_labels_arguments(parser)
    parser.add_argument(
        "--medoids",
        metavar="MEDOIDS",
        type=file_name,
        help="csv file for the sizes of the clusters, the numbers of the rows that are medoids, from 0, and these rows",
    )
    parser.add_argument(
        "--plot",
        metavar="PICTURE",
        type=picture_name,
        help="draw the clusters and their medoids (png, svg, pdf ...): one or two columns as they are, more by the "
        "first two principal components",
    )
    parser.add_argument(
        "--starts",
        metavar="N",
        type=positive,
        default=_STARTS,
        help=f"how many times to start, from other rows; the best result counts (default: {_STARTS})",
    )
    add_save_argument(parser)
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    check_results(args, args.medoids, args.plot, args.save)
    globe, scaler = on_globe(args), None
    if args.plot is not None:
        check_picture(args.plot)
    if args.metric.name == "gower":
        _check_mixed(args)
        mixed = read_mixed(args, "are left out of distances")
        table, names, rows = mixed.numbers, mixed.names, mixed.rows()
        kinds = ["category" if name in mixed.categories else "amount" for name in names]
        facts, values, metric = describe_mixed_fit(mixed, args), rows, distances.as_metric("gower", kinds=kinds)
        check_rows(args, table, args.n_clusters)
    else:
        if args.missing == "keep":
            raise Problem("--missing keep goes with --metric gower; other metrics need all values", code=2)
        table = read_file(args)
        check_rows(args, table, args.n_clusters)
        facts, metric, names, rows = describe_fit(args, table), args.metric, table.names, table.values.copy()
        if globe:
            table.values = to_radians(args, table)
        scaler = scale(table, args.scale or ("none" if metric.scale_free else "standard"))
        warn_of_scales(table, metric)
        values = table.values
    print(f"metric: {describe_metric(metric)}", file=sys.stderr)

    started = time.perf_counter()
    with progress_bar(args.quiet):
        model = coterie.KMedoids(
            args.n_clusters, metric=metric, n_init=args.starts, random_state=args.seed, n_jobs=args.jobs
        ).fit(values)
    seconds = time.perf_counter() - started

    sizes = np.bincount(model.labels_, minlength=args.n_clusters)
    places = model.medoid_indices_ if table.kept is None else np.flatnonzero(table.kept)[model.medoid_indices_]
    medoids = rows[model.medoid_indices_].astype(object)
    medoids[medoids != medoids] = None  # what is missing
    try:
        if args.medoids is not None:
            cells = np.column_stack([places.astype(object), medoids])
            write_centers(args.outputs, args.medoids, sizes, cells, ["row", *names])
        if scaler is not None and args.plot is not None:
            _draw(args, table, scaler, model, globe)
        write_labels(args, table, model.labels_)
        if args.save is not None:
            typical = find_typical(model, values) if scaler is not None else None
            save_model(args.outputs, args.save, model, scaler, facts, typical=typical)
    finally:  # the work is done: show it even where it can't be written
        tell(
            args,
            lambda: f"\n{_describe(args, model, sizes, places, medoids, names, scaler)}, {seconds:.2f} s",
            lambda: {
                **of_table(args, table, names),
                **of_scaling(table, scaler),
                "metric": describe_metric(metric),
                **of_clusters(sizes, row=places, medoid=by_name(names, medoids)),
                "inertia": _total(model),
                "n_swaps": model.n_swaps_,
                "n_starts": args.starts,
                "seed": args.seed,
                "seconds": seconds,
            },
        )


def _check_mixed(args: argparse.Namespace) -> None:
    """Refuse what does not go with categories."""
    if args.scale not in (None, "none"):
        raise Problem("--metric gower divides each column by its range, without --scale", code=2)
    if args.missing == "median":
        raise Problem("--missing median is for numbers, and --metric gower has categories, too: drop or keep", code=2)
    if args.plot is not None:
        raise Problem("--plot draws columns of numbers, and --metric gower compares categories, too", code=2)


def _total(model: coterie.KMedoids) -> float:
    """The sum of the distances to the medoids; on the globe in km."""
    on_the_globe = model._fit_metric is not None and model._fit_metric.name == "haversine"
    return float(distances.radians_to_km(model.inertia_)) if on_the_globe else model.inertia_


def _describe(
    args: argparse.Namespace,
    model: coterie.KMedoids,
    sizes: NDArray[np.intp],
    places: NDArray[np.int64],
    medoids: NDArray[Any],
    names: list[str],
    scaler: Scaler | None,
) -> str:
    metric = model._fit_metric
    assert metric is not None  # rows were read, not distances
    total = _total(model)
    unit = " km" if metric.name == "haversine" else " in scaled units" if scaler and scaler.method != "none" else ""
    by = f"{count(len(sizes), 'cluster')} of {count(len(model.labels_), 'row')} by {count(len(names), 'column')}"
    cells = {
        name: ["" if each is None else as_text(each) for each in column]
        for name, column in zip(names, medoids.T.tolist(), strict=True)
    }
    shown = dict(list(cells.items())[:MOST_COLUMNS])
    beside = {"row": list(map(str, places.tolist()))}
    table = summary(sizes, np.empty((len(sizes), 0)), [], shown, all_in="--medoids", beside=beside)
    return (
        f"{by}; medoids are rows of the file, counted from 0\n\n{table}\n\n"
        f"sum of the distances to the medoids {total:,.6g}{unit}, {total / len(model.labels_):.4g} per row, "
        f"{count(model.n_swaps_, 'swap')}, best of {count(args.starts, 'start')}"
    )


def _draw(args: argparse.Namespace, table: Table, scaler: Scaler, model: coterie.KMedoids, globe: bool) -> None:
    from matplotlib.figure import Figure

    from coterie import plot
    from coterie.plot._maps import lower_to_map

    places, names = on_map(table) if globe else for_scatter(table.values, table.names, scaler)
    low, high = places.min(axis=0), places.max(axis=0)
    stretch, shape = map_shape(low, high) if globe else (1.0, 0.75)
    figure = Figure(figsize=(11, 11 * shape + 0.8), layout="constrained")
    plot.scatter(places, model.labels_, places[model.medoid_indices_], names=names, ax=(ax := figure.add_subplot()))
    if globe:
        draw_globe(ax, stretch, high[0] - low[0])
    else:
        lower_to_map(figure, ax)
    figure.suptitle(
        f"{os.path.basename(source_name(args.file))}: {count(args.n_clusters, 'cluster')} by k-medoids, "
        f"metric: {describe_metric(args.metric)}",
        fontsize=11,
        parse_math=False,
    )
    save_picture(args.outputs, args.plot, figure)
