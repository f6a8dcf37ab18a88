# SPDX-License-Identifier: BSD-3-Clause
"""Put the rows of a table in an order in which dense parts are valleys, and take the valleys as clusters.

Each row follows the one before it as the nearest that is not in the order yet; its reachability says how far that was.
--method xi (the default) takes steep sides of valleys as the bounds of clusters, also of clusters within clusters, and
labels the innermost; --method dbscan --eps E takes what coterie dbscan would find with that eps. Reads the columns of
numbers and scales them, as `coterie kmeans` does, and writes one label per row, from 0, and -1 for noise, in the order
of the rows. What was chosen, left out and found goes to standard error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import copy
import functools
import math
import sys
import time
import warnings
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import distances
from coterie._base.wording import as_column, count
from coterie.cli._console import Problem, progress_bar
from coterie.cli._density import as_paragraphs, assign_noise, describe, draw, of_density
from coterie.cli._found import tell
from coterie.cli._globe import to_radians
from coterie.cli._io.models import describe_fit, save_model
from coterie.cli._io.pictures import check_picture
from coterie.cli._io.results import write_labels
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.metric import add_metric_argument, describe_metric, on_globe
from coterie.cli._options.noise import add_noise_argument
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, scale, warn_of_scales
from coterie.cli._options.values import distance, picture_name, two_or_more

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

SUMMARY = "order the rows of a table by density, and find dense parts of any density in it"

_EXAMPLES = """\
examples:
  coterie optics customers.csv --drop customer_id --scale log --output labels.csv --plot order.png
  coterie optics quakes.csv.gz --columns latitude,longitude --metric haversine --max-eps 300 --plot order.png
  coterie optics points.npy --method dbscan --eps 0.3 --quiet | sort -n | uniq -c

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


_XI = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--min-samples",
        metavar="M",
        type=two_or_more,
        default=5,
        help="how many rows, itself counted, a row is dense by: the more, the smoother the valleys (default: 5)",
    )
    parser.add_argument(
        "--max-eps",
        metavar="E",
        type=distance,
        default=math.inf,
        help="rows farther from each other are never neighbors, which saves time (haversine: km; with --scale: in "
        "scaled units; default: no limit)",
    )
    parser.add_argument(
        "--method",
        choices=("xi", "dbscan"),
        default="xi",
        help="clusters are valleys with steep sides (xi, the default), or what is below --eps (dbscan)",
    )
    parser.add_argument(
        "--xi",
        metavar="X",
        type=_share,
        help="how steep a side is: by this share the reachability falls or rises from one row to the next (default: "
        f"{_XI}; with --method xi)",
    )
    parser.add_argument(
        "--min-cluster-size",
        metavar="N",
        type=two_or_more,
        help="how many rows a cluster has at least (default: as many as --min-samples; with --method xi)",
    )
    parser.add_argument(
        "--eps",
        metavar="E",
        type=distance,
        help="rows at this distance or less are neighbors (default: --max-eps; with --method dbscan)",
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
        "--reachability",
        action="store_true",
        help="write how far each row is from those before it in the order, too, in a column called reachability",
    )
    parser.add_argument(
        "--plot",
        metavar="PICTURE",
        type=picture_name,
        help="picture of the clusters (png, svg, pdf ...): a map of two columns, or of the two principal components of "
        "more; below it the order of the rows, in which clusters are valleys",
    )
    add_save_argument(parser)
    add_run_arguments(parser, with_seed=False)


def _share(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"a number between 0 and 1 is needed, not {text!r}")
    return number


def run(args: argparse.Namespace) -> None:
    check_results(args, args.plot, args.save)
    globe = on_globe(args)
    _check_method(args)
    if args.plot is not None:
        check_picture(args.plot)
    data = read_file(args)
    for option, number in (("--min-samples", args.min_samples), ("--min-cluster-size", args.min_cluster_size or 0)):
        if number > len(data.values):
            raise Problem(
                f"{source_name(args.file)}: {option} {number} is more than the {count(len(data.values), 'row')} there "
                f"{'is' if len(data.values) == 1 else 'are'}"
            )
    facts = describe_fit(args, data) if args.save is not None else {}
    if globe:
        data.values = to_radians(args, data)
    scaler = scale(data, args.scale or ("none" if args.metric.scale_free else "standard"))
    warn_of_scales(data, args.metric)
    unit = " km" if globe else " in scaled units" if scaler.method != "none" else ""
    chosen = _chosen(args, unit)
    print(f"metric: {describe_metric(args.metric)}, {chosen}", file=sys.stderr)

    started = time.perf_counter()
    with progress_bar(args.quiet), warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # `_advice` says it in this command's words
        model = coterie.OPTICS(
            min_samples=args.min_samples,
            max_eps=_in_radians(args.max_eps) if globe else args.max_eps,
            metric=args.metric,
            cluster_method=args.method,
            eps=_in_radians(args.eps) if globe and args.eps is not None else args.eps,
            xi=args.xi or _XI,
            min_cluster_size=args.min_cluster_size,
            n_jobs=args.jobs,
        ).fit(data.values)
        labels, assigned = assign_noise(args, model, data.values, globe, unit)
    seconds = time.perf_counter() - started
    reachability = distances.radians_to_km(model.reachability_) if globe else model.reachability_

    try:
        if args.plot is not None:
            below = functools.partial(_draw_order, model, reachability, args.eps, unit)
            draw(args, data, labels, scaler, globe, chosen, None, below=below)
        beside = {"reachability": reachability} if args.reachability else None
        write_labels(args, data, labels, beside)
        if args.save is not None:
            save_model(args.outputs, args.save, model, scaler, facts)
    finally:  # the work is done: show it even where it can't be written
        medians, advice = _medians(labels, reachability), _advice(args, labels)
        tell(
            args,
            lambda: as_paragraphs(
                describe(data, labels, scaler, globe, {"reachability": as_column(medians)}), assigned, advice, seconds
            ),
            lambda: {
                **of_density(args, data, labels, scaler, globe, {"reachability": medians}),
                "min_samples": args.min_samples,
                "max_eps": args.max_eps,
                "method": args.method,
                "xi": (args.xi or _XI) if args.method == "xi" else None,
                "min_cluster_size": (args.min_cluster_size or args.min_samples) if args.method == "xi" else None,
                "eps": args.eps if args.method == "xi" or args.eps is not None else args.max_eps,
                "noise_assigned": assigned or None,
                "what_to_try": advice,
                "seconds": seconds,
            },
        )


def _check_method(args: argparse.Namespace) -> None:
    """Refuse options of the other method, which would change nothing."""
    if args.method == "xi" and args.eps is not None:
        raise Problem("--eps goes with --method dbscan; --max-eps limits how far neighbors are for both", code=2)
    if args.method == "dbscan":
        for name, value in (("--xi", args.xi), ("--min-cluster-size", args.min_cluster_size)):
            if value is not None:
                raise Problem(f"{name} goes with --method xi", code=2)
        if args.eps is None and args.max_eps == math.inf:
            raise Problem("--method dbscan needs --eps, or --max-eps", code=2)
        if args.eps is not None and args.eps > args.max_eps:
            raise Problem(f"--eps {args.eps:g} is more than --max-eps {args.max_eps:g}", code=2)


def _in_radians(km: float) -> float:
    return float(distances.km_to_radians(km))


def _chosen(args: argparse.Namespace, unit: str) -> str:
    """What decides about the clusters."""
    words = [f"min-samples: {args.min_samples}"]
    if args.max_eps < math.inf:
        words.append(f"max-eps: {args.max_eps:g}{unit}")
    if args.method == "xi":
        words += [f"xi: {args.xi or _XI:g}", f"min-cluster-size: {args.min_cluster_size or args.min_samples}"]
    else:
        words.append(f"eps: {args.max_eps if args.eps is None else args.eps:g}{unit}")
    return ", ".join(words)


def _medians(labels: NDArray[np.intp], reachability: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median reachability of each cluster, of those of its rows that are reached from some before them."""
    found = [reachability[(labels == k) & (reachability < np.inf)] for k in range(labels.max() + 1)]
    return np.array([np.median(each) if len(each) else np.inf for each in found])


def _advice(args: argparse.Namespace, labels: NDArray[np.intp]) -> str | None:
    """What to try where the result is hardly what was wanted, or None."""
    sizes = np.sort(np.bincount(labels[labels >= 0]))[::-1]
    of_eps = "--eps" if args.eps is not None else "--max-eps"
    noisy = (
        "no row is in a cluster" if not len(sizes) else "more than half is noise" if np.mean(labels < 0) > 0.5 else ""
    )
    if noisy and args.method == "dbscan":
        return f"a larger {of_eps}, as {noisy}"
    if not len(sizes):
        return f"{'a larger --max-eps' if args.max_eps < math.inf else 'another --xi'}, as {noisy}"
    if noisy:
        return (
            "--method dbscan with an --eps from the picture (--plot), another --xi or a larger --min-cluster-size, "
            f"as {noisy}: only the innermost valleys are clusters"
        )
    if len(sizes) == 1:
        return {
            "dbscan": f"a smaller {of_eps}, as there is but one cluster",
            "xi": "a smaller --min-cluster-size or --xi, as there is but one cluster",
        }[args.method]
    if len(sizes) > max(20, math.sqrt(len(labels))) and args.method == "xi":
        return (
            "a larger --min-cluster-size, which leaves small clusters out, or a larger --min-samples, as half of the "
            f"{count(len(sizes), 'cluster')} have {int(np.median(sizes))} rows or fewer"
        )
    return None


def _draw_order(
    model: coterie.OPTICS, reachability: NDArray[np.float64], eps: float | None, unit: str, ax: Axes
) -> None:
    """The order of the rows, with reachability in this unit."""
    from coterie import plot

    shown = copy.copy(model)
    shown.reachability_ = reachability
    plot.reachability(shown, eps=eps, ax=ax)
    if unit:
        ax.set_ylabel(f"{ax.get_ylabel()} ({unit.strip()})")
