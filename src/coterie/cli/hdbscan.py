# SPDX-License-Identifier: BSD-3-Clause
"""Find the dense parts of a table, however many, of whatever shape and density; rows between them are noise.

Where coterie dbscan needs a distance within which rows are neighbors, this one takes all distances at once: it follows
how the rows fall apart as they have to be nearer and nearer to each other, and takes the parts of at least
--min-cluster-size rows that last longest. Reads the columns of numbers and scales them, as `coterie kmeans` does, and
writes one label per row, from 0, and -1 for noise, in the order of the rows. What was chosen, left out and found goes
to standard error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import functools
import math
import sys
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import distances, selection
from coterie._base.wording import as_column, count, share
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._density import as_paragraphs, assign_noise, describe, draw, membership_columns, of_density
from coterie.cli._found import tell
from coterie.cli._globe import to_radians
from coterie.cli._io.models import describe_fit, save_model
from coterie.cli._io.pictures import check_picture
from coterie.cli._io.results import write_labels
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.metric import add_metric_argument, describe_metric, on_globe
from coterie.cli._options.noise import add_membership_argument, add_noise_argument
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, scale, warn_of_scales
from coterie.cli._options.values import distance, picture_name, positive, two_or_more

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

SUMMARY = "find dense parts of any density in a table, and the noise between them"

_EXAMPLES = """\
examples:
  coterie hdbscan customers.csv --drop customer_id --scale log --output labels.csv --plot map.png
  coterie hdbscan quakes.csv.gz --columns latitude,longitude --metric haversine --min-cluster-size 100 --plot map.png
  coterie hdbscan penguins.csv.gz --missing drop --min-cluster-size auto --plot map.png > labels.csv
  coterie hdbscan points.npy --min-cluster-size 50 --min-samples 10 --quiet | sort -n | uniq -c

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_AUTO_SAMPLES, _LEAST_ROWS = 5, 4  # where the size is chosen from the data: --min-samples, and how many there must be
_MANY_EQUAL = 0.3  # share of rows with so many duplicates that their distance to neighbors is 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--min-cluster-size",
        metavar="N",
        type=_size,
        default=15,
        help="how many rows a cluster has at least (default: 15), or auto: chosen from the data, with reasons",
    )
    parser.add_argument(
        "--min-samples",
        metavar="M",
        type=positive,
        help="how many rows, itself counted, a row is dense by: the more, the more rows are noise (default: as many as "
        "--min-cluster-size; with auto: 5)",
    )
    parser.add_argument(
        "--selection",
        choices=("eom", "leaf"),
        default="eom",
        help="which parts are clusters: those that last longest (eom, the default), or the smallest ones (leaf)",
    )
    parser.add_argument(
        "--epsilon",
        metavar="E",
        type=distance,
        default=0.0,
        help="clusters that part at this distance or less stay together (haversine: km; with --scale: in scaled units; "
        "default: 0)",
    )
    parser.add_argument(
        "--allow-single-cluster", action="store_true", help="one cluster may be all there is, if nothing divides it"
    )
    add_file_arguments(parser)
    add_metric_argument(parser)
    add_scale_argument(
        parser,
        None,
        "standard, but none for cosine, correlation, haversine and other metrics that have a scale of their own",
    )
    add_noise_argument(parser)
    add_labels_arguments(parser)
    parser.add_argument(
        "--probabilities",
        action="store_true",
        help="write how firmly each row is in its cluster, too, in a column called probability: 1 in its densest part, "
        "0 for noise, with --noise, too",
    )
    add_membership_argument(parser)
    parser.add_argument(
        "--plot",
        metavar="PICTURE",
        type=picture_name,
        help="picture of the clusters (png, svg, pdf ...): a map of two columns, or of the two principal components of "
        "more; beside it the condensed tree, which shows how the clusters part",
    )
    add_save_argument(parser)
    add_run_arguments(parser, with_seed=False)


def _size(text: str) -> int | str:
    return text if text == "auto" else two_or_more(text)


def run(args: argparse.Namespace) -> None:
    check_results(args, args.plot, args.save)
    globe = on_globe(args)
    if args.plot is not None:
        check_picture(args.plot)
    data = read_file(args)
    given = _LEAST_ROWS if args.min_cluster_size == "auto" else args.min_cluster_size
    min_samples = args.min_samples or (_AUTO_SAMPLES if args.min_cluster_size == "auto" else given)
    option = "--min-samples" if min_samples > given else "--min-cluster-size"
    if (most := max(min_samples, given)) > len(data.values):
        raise Problem(
            f"{source_name(args.file)}: {option} {most} is more than the {count(len(data.values), 'row')} there "
            f"{'is' if len(data.values) == 1 else 'are'}"
        )
    facts = describe_fit(args, data) if args.save is not None else {}
    if globe:
        data.values = to_radians(args, data)
    scaler = scale(data, args.scale or ("none" if args.metric.scale_free else "standard"))
    warn_of_scales(data, args.metric)
    started = time.perf_counter()
    suggested = None
    if args.min_cluster_size == "auto":
        args.min_cluster_size, suggested = _choose(args, data.values, min_samples)
    sizes = f"min-cluster-size: {args.min_cluster_size}, min-samples: {min_samples}"
    print(f"metric: {describe_metric(args.metric)}, {sizes}", file=sys.stderr)
    with progress_bar(args.quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # `_advice` says it in this command's words
        model = coterie.HDBSCAN(
            args.min_cluster_size,
            min_samples=min_samples,
            cluster_selection_epsilon=float(distances.km_to_radians(args.epsilon)) if globe else args.epsilon,
            cluster_selection_method=args.selection,
            allow_single_cluster=args.allow_single_cluster,
            metric=args.metric,
            n_jobs=args.jobs,
        ).fit(data.values)
        unit = " km" if globe else " in scaled units" if scaler.method != "none" else ""
        labels, assigned = assign_noise(args, model, data.values, globe, unit)
        beside: dict[str, NDArray[np.number]] = {}
        if args.probabilities:
            beside["probability"] = model.probabilities_
        if args.membership is not None:
            beside |= membership_columns(model, args.membership)
    seconds = time.perf_counter() - started
    if not args.quiet:
        _note_equal_rows(model, min_samples)

    try:
        if args.plot is not None:
            length = float(distances.radians_to_km(1.0)) if globe else 1.0
            tree = functools.partial(_draw_tree, model, length, f" ({unit[1:]})" if unit else "")
            draw(args, data, labels, scaler, globe, sizes, tree, 6.5)
        write_labels(args, data, labels, beside)
        if args.save is not None:
            save_model(args.outputs, args.save, model, scaler, facts)
    finally:  # the work is done: show it even where it can't be written
        lasting, advice = model.cluster_persistence_, _advice(args, labels, min_samples)
        tell(
            args,
            lambda: as_paragraphs(
                describe(data, labels, scaler, globe, {"persistence": as_column(lasting)}), assigned, advice, seconds
            ),
            lambda: {
                **of_density(args, data, labels, scaler, globe, {"persistence": lasting}),
                "min_cluster_size": args.min_cluster_size,
                "size_is_clear": None if suggested is None else suggested.clear,
                "reasons": None if suggested is None else suggested.reasons,
                "doubts": None if suggested is None else suggested.doubts,
                "min_samples": min_samples,
                "selection": args.selection,
                "epsilon": args.epsilon,
                "noise_assigned": assigned or None,
                "what_to_try": advice,
                "seconds": seconds,
            },
        )


def _choose(
    args: argparse.Namespace, X: NDArray[np.floating], min_samples: int
) -> tuple[int, selection.MinClusterSizeSuggestion]:
    """The size that the data suggest, or some of them where there are many; and why."""
    some = X
    if len(X) > thresholds.sweep_rows:
        some = X[np.sort(np.random.default_rng(0).choice(len(X), thresholds.sweep_rows, replace=False))]
        if not args.quiet:
            note(f"--min-cluster-size auto looks at {len(some):,} of the {len(X):,} rows, drawn at random")
    with progress_bar(args.quiet):
        found = selection.suggest_min_cluster_size(
            some,
            min_samples=min_samples,
            metric=args.metric,
            cluster_selection_method=args.selection,
            random_state=0,
            n_jobs=args.jobs,
        )
    if not args.quiet:
        print(f"{found}\n", file=sys.stderr)
    return max(2, round(found.value * len(X) / len(some))), found


def _advice(args: argparse.Namespace, labels: NDArray[np.intp], min_samples: int) -> str | None:
    """What to try where the result is hardly what was wanted, or None."""
    sizes = np.sort(np.bincount(labels[labels >= 0]))[::-1]
    smaller = "a smaller --min-cluster-size"
    if not len(sizes):
        whole = "" if args.allow_single_cluster else ", or --allow-single-cluster, if all of it may be one cluster"
        return f"{smaller}{whole}, as the rows do not part into two such clusters"
    if np.mean(labels < 0) > 0.5:
        return f"a smaller --min-samples than {min_samples}, as more than half is noise"
    if len(sizes) == 1:
        return f"{smaller}, or no --allow-single-cluster, as there is but one cluster"
    if sizes[0] > 0.9 * sizes.sum() and args.selection == "eom":
        most = share(sizes[0] / sizes.sum(), 1)
        return f"--selection leaf or {smaller}, as one cluster has {most} of all that is in clusters"
    if len(sizes) > max(20, math.sqrt(len(labels))):
        return (
            "a larger --min-cluster-size, which leaves small clusters out, as half of the "
            f"{count(len(sizes), 'cluster')} have {int(np.median(sizes))} rows or fewer"
        )
    return None


def _note_equal_rows(model: coterie.HDBSCAN, min_samples: int) -> None:
    edges, weights = model.minimum_spanning_tree_
    if (equal := len(np.unique(edges[weights == 0])) / len(model.labels_)) > _MANY_EQUAL:
        note(
            f"{share(equal)} of the rows have {min_samples - 1} or more others equal to them; a larger "
            "--min-samples looks beyond duplicates"
        )


def _draw_tree(model: coterie.HDBSCAN, unit_length: float, unit: str, ax: Axes) -> None:
    """The condensed tree, with distances in units of such a length."""
    from coterie import plot

    tree = model.condensed_tree_.copy()
    tree["lambda_val"] /= unit_length
    plot.condensed_tree(tree, clusters=model.labels_, ax=ax)
    ax.set_ylabel(f"{ax.get_ylabel()}{unit}")
