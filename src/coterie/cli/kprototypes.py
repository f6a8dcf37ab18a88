# SPDX-License-Identifier: BSD-3-Clause
"""Group the rows of a table with numbers and categories into k clusters by k-prototypes.

Reads columns of numbers, of text and of codes, scales the numbers (each column by what it is, unless told otherwise)
and writes one label per row, from 0 to k-1, in the order of the rows: csv with the header `label`. Rows are near if
their numbers are, and if they have the same categories; where there are no numbers, this is k-modes. With --missing
keep, a missing value adds nothing to distances. What was read, left out and found goes to standard error, so that the
labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from typing import Any

import numpy as np

import coterie
from coterie._base.wording import count
from coterie.cli._console import Problem, note, progress_bar, warn
from coterie.cli._found import by_name, of_clusters, of_scaling, of_table, tell
from coterie.cli._io.mixed import MixedTable, describe_mixed_fit, read_mixed
from coterie.cli._io.models import save_model
from coterie.cli._io.results import write_centers, write_labels
from coterie.cli._io.tables import check_rows
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, of_means, scale, warn_of_scales
from coterie.cli._options.values import distance, file_name, positive
from coterie.cli._summary import MOST_COLUMNS, as_text, summary
from coterie.scaling import Scaler

SUMMARY = "group the rows of a table with numbers and categories into k clusters"

_EXAMPLES = """\
examples:
  coterie kprototypes customers.csv -k 5 --drop customer_id > labels.csv
  coterie kprototypes survey.csv -k 4 --kind region_code=category --output labels.csv --centers typical.csv
  coterie kprototypes monday.csv -k 8 --save model.npz > monday_labels.csv   # coterie predict model.npz tuesday.csv

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""
_INITS = {"cao": "Cao", "huang": "Huang", "random": "random"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("-k", dest="n_clusters", metavar="K", type=positive, required=True, help="number of clusters")
    add_file_arguments(parser, ("error", "drop", "keep"))
    add_scale_argument(parser, "auto", "auto")
    parser.add_argument(
        "--gamma",
        metavar="G",
        type=distance,
        help="what a category that differs adds to the distance, which is the sum of the squared differences of the "
        "numbers (default: half of the mean standard deviation of the numbers, once they are scaled)",
    )
    parser.add_argument(
        "--init",
        choices=list(_INITS),
        default="cao",
        help="where clusters start: frequent categories that differ from each other (cao, the default), categories "
        "drawn by their frequency (huang), or random rows",
    )
    add_labels_arguments(parser)
    parser.add_argument(
        "--centers",
        metavar="CENTERS",
        type=file_name,
        help="csv file for the sizes of the clusters and their means and most frequent categories, in the units of the "
        "data",
    )
    parser.add_argument(
        "--starts",
        metavar="N",
        type=positive,
        default=10,
        help="how many times to start, from other rows; the best result counts (default: 10)",
    )
    add_save_argument(parser)
    add_run_arguments(parser)


def run(args: argparse.Namespace) -> None:
    check_results(args, args.centers, args.save)
    mixed = read_mixed(args)
    table = mixed.numbers
    check_rows(args, table, args.n_clusters)
    if not mixed.categories:
        raise Problem("there is no column of categories in it; coterie kmeans is for numbers alone")
    scaler = None
    if table.names:
        scaler = scale(table, args.scale)
        complete = ~np.isnan(table.values).any(axis=1)
        if complete.any():
            warn_of_scales(dataclasses.replace(table, values=table.values[complete]))
    elif args.gamma is not None and not args.quiet:
        note("there is no column of numbers, so --gamma has no effect")

    options: dict[str, Any] = {"init": _INITS[args.init], "n_init": args.starts, "random_state": args.seed}
    rows, started = mixed.rows(), time.perf_counter()
    model: coterie.KModes | coterie.KPrototypes
    with progress_bar(args.quiet):
        if table.names:
            model = coterie.KPrototypes(args.n_clusters, gamma=args.gamma, n_jobs=args.jobs, **options)
            model.fit(rows, categorical=[j for j, name in enumerate(mixed.names) if name in mixed.categories])
        else:
            model = coterie.KModes(args.n_clusters, n_jobs=args.jobs, **options).fit(rows)
    seconds = time.perf_counter() - started
    if model.n_iter_ == model.max_iter:
        warn(f"stopped after {model.max_iter} iterations; the clusters may not have settled")

    sizes = np.bincount(model.labels_, minlength=args.n_clusters)
    centers = _in_units_of_the_data(mixed, model, scaler)
    try:
        if args.centers is not None:
            write_centers(args.outputs, args.centers, sizes, centers, mixed.names)
        write_labels(args, table, model.labels_)
        if args.save is not None:
            save_model(args.outputs, args.save, model, scaler, describe_mixed_fit(mixed, args))
    finally:  # the work is done: show it even where it can't be written
        tell(
            args,
            lambda: f"\n{_describe(mixed, model, sizes, centers, scaler)}, {seconds:.2f} s",
            lambda: {
                **of_table(args, table, mixed.names),
                "categories": list(mixed.categories),
                **of_scaling(table, scaler),
                **of_clusters(sizes, center=by_name(mixed.names, centers)),
                "cost": model.cost_,
                "gamma": getattr(model, "gamma_", None),
                "n_iterations": model.n_iter_,
                "n_starts": args.starts,
                "seed": args.seed,
                "seconds": seconds,
            },
        )


def _in_units_of_the_data(
    mixed: MixedTable, model: coterie.KModes | coterie.KPrototypes, scaler: Scaler | None
) -> np.ndarray[Any, Any]:
    """The prototypes, as objects."""
    centers = model.cluster_centroids_.astype(object)
    if scaler is not None:
        places = [mixed.names.index(name) for name in mixed.numbers.names]
        centers[:, places] = scaler.inverse_transform(centers[:, places].astype(np.float64))
    return centers


def _describe(
    mixed: MixedTable,
    model: coterie.KModes | coterie.KPrototypes,
    sizes: np.ndarray[Any, Any],
    centers: np.ndarray[Any, Any],
    scaler: Scaler | None,
) -> str:
    numbers = mixed.numbers.names
    places = {name: j for j, name in enumerate(mixed.names)}
    means = centers[:, [places[name] for name in numbers]].astype(np.float64)
    modes = {
        name: [as_text(each) for each in centers[:, places[name]].tolist()]
        for name in [name for name in mixed.names if name in mixed.categories][:MOST_COLUMNS]
    }
    if numbers:
        by = f"{count(len(numbers), 'column')} of numbers and {len(mixed.categories)} of categories"
        what = f"sum of the distances to the prototypes, with gamma {model.gamma_:.3g}"  # type: ignore[union-attr]
    else:
        by = f"{count(len(mixed.categories), 'column')} of categories"
        what = "number of categories that differ from the prototypes"
    return (
        f"{count(len(sizes), 'cluster')} of {count(len(model.labels_), 'row')} by {by}; means and most frequent "
        f"categories in the units of the data{'' if scaler is None else of_means(scaler)}\n\n"
        f"{summary(sizes, means, numbers, modes, all_in='--centers')}\n\n"
        f"cost {model.cost_:,.6g} ({what}), {count(model.n_iter_, 'iteration')}"
    )
