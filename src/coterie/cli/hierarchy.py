# SPDX-License-Identifier: BSD-3-Clause
"""Build the tree of the rows of a table, cut it into clusters, and draw it.

From the bottom up the two nearest clusters are merged again and again, until all rows are one; --divisive goes from the
top down. Reads the columns of numbers, as `coterie kmeans` does, and writes one label per row, from 0, in the order of
the rows. How many clusters: -k, or the height to cut at, or else the number at which the heights leave the largest gap.
What was chosen, left out and found goes to standard error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import distances, hierarchy
from coterie._base.wording import as_column, count
from coterie.cli._console import Problem, progress_bar, warn
from coterie.cli._found import by_name, of_clusters, of_scaling, of_table, tell
from coterie.cli._globe import cluster_means, to_radians
from coterie.cli._io.models import describe_fit, save_model
from coterie.cli._io.pictures import check_picture, save_picture
from coterie.cli._io.results import write_labels, write_tree
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import check_rows, read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.metric import add_metric_argument, describe_metric, on_globe
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, of_means, scale, warn_of_scales
from coterie.cli._options.values import file_name, picture_name, positive
from coterie.cli._summary import MOST_COLUMNS, members, summary, table

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from coterie._base.tables.table import Table
    from coterie.cli._io.outputs import Outputs
    from coterie.scaling import Scaler

SUMMARY = "build a tree of the rows of a table, cut it into clusters, draw it"

_EXAMPLES = """\
examples:
  coterie hierarchy penguins.csv.gz --missing drop --dendrogram tree.png --output labels.csv
  coterie hierarchy customers.csv -k 6 --drop customer_id --scale log --tree Z.npy > labels.csv
  coterie hierarchy genes.npz --method average --metric correlation --names labels --dendrogram tree.pdf --height 0.9
  coterie hierarchy quakes.csv.gz --columns latitude,longitude --method single --metric haversine --height 50

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_METHODS = {
    "ward": "merges what adds least to the squared distances from the centers",
    "average": "clusters are as far apart as their rows on average",
    "complete": "clusters are as far apart as their two farthest rows",
    "single": "clusters are as far apart as their two nearest rows",
    "weighted": "a merged cluster is as far from others as its two parts on average",
    "centroid": "clusters are as far apart as their means",
    "median": "clusters are as far apart as their centers, halfway between those of their parts",
}
_OF_CENTERS = ("ward", "centroid", "median")
_LAST_MERGES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    cut = parser.add_mutually_exclusive_group()
    cut.add_argument("-k", dest="n_clusters", metavar="K", type=positive, help="number of clusters")
    cut.add_argument(
        "--height", metavar="H", type=_height, help="clusters this far apart or farther are not merged (haversine: km)"
    )
    add_file_arguments(parser)
    parser.add_argument(
        "--names",
        metavar="COLUMN",
        help="column, or array of an npz file, that names the rows in the dendrogram; it is not used as a measurement",
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument(
        "--method",
        choices=_METHODS,
        help="how far apart two clusters are (default: ward; average for metrics other than euclidean)",
    )
    way.add_argument("--divisive", action="store_true", help="split from the top down (DIANA); heights are diameters")
    add_metric_argument(parser)
    add_scale_argument(
        parser,
        None,
        "standard; none for cosine, correlation, haversine and other metrics that have a scale of their own",
    )
    add_labels_arguments(parser)
    parser.add_argument(
        "--tree",
        metavar="TREE",
        type=file_name,
        help="npy file for the linkage matrix, as scipy's; row numbers count from 0, without those left out",
    )
    parser.add_argument(
        "--dendrogram",
        metavar="PICTURE",
        type=picture_name,
        help="picture of the tree (png, svg, pdf ...); of many rows only the last merges are drawn",
    )
    add_save_argument(parser, "; not with --divisive")
    add_run_arguments(parser, with_seed=False)


def _height(text: str) -> float:
    try:
        height = float(text)
    except ValueError:
        height = math.nan
    if not (0 <= height < math.inf):
        raise argparse.ArgumentTypeError(f"a number of 0 or more is needed, not {text!r}")
    return height


def run(args: argparse.Namespace) -> None:
    check_results(args, args.tree, args.dendrogram, args.save)
    if args.save is not None and args.divisive:
        raise Problem("--save: --divisive has no rule for further rows; --method has", code=2)
    globe = on_globe(args)
    method, metric = _choose_method(args), describe_metric(args.metric)
    if args.dendrogram is not None:
        check_picture(args.dendrogram)
    data = read_file(args, args.names)
    check_rows(args, data, args.n_clusters, least=2)
    facts = describe_fit(args, data) if args.save is not None else {}
    if globe:
        data.values = to_radians(args, data)
    scaler = scale(data, args.scale or ("none" if args.metric.scale_free else "standard"))
    warn_of_scales(data, args.metric)
    print(
        f"method: {method} ({_METHODS.get(method, 'the cluster of the largest diameter is split first')}), "
        f"metric: {metric}",
        file=sys.stderr,
    )

    started = time.perf_counter()
    with progress_bar(args.quiet):
        model: coterie.DivisiveClustering | coterie.AgglomerativeClustering
        if args.divisive:
            model = coterie.DivisiveClustering(1, metric=args.metric, n_jobs=args.jobs)
        else:
            model = coterie.AgglomerativeClustering(1, linkage=method, metric=args.metric, n_jobs=args.jobs)
        Z = model.fit(data.values).linkage_.copy()
    seconds = time.perf_counter() - started
    if globe:
        Z[:, 2] = distances.radians_to_km(Z[:, 2])
    if not hierarchy.is_monotonic(Z):
        warn(f"some merges are lower than one below them, as happens with --method {method}; branches cross there")
    suggested = _at_largest_gap(Z[:, 2])
    cut, why = _choose_cut(args, suggested)
    labels = hierarchy.cut_tree(Z, **cut)[:, 0]
    sizes = np.bincount(labels)
    print(f"cut: {count(len(sizes), 'cluster')} ({why})", file=sys.stderr)

    try:
        if args.tree is not None:
            write_tree(args.outputs, args.tree, Z)
        if args.dendrogram is not None:
            title = (
                f"{os.path.basename(source_name(args.file))}: {count(len(labels), 'row')}, "
                f"{method}{'' if args.divisive else ' linkage'}, {metric}, {count(len(sizes), 'cluster')}"
            )
            _draw(args, Z, cut, data, title)
        write_labels(args, data, labels)
        if args.save is not None and isinstance(model, coterie.AgglomerativeClustering):
            _save(args.outputs, args.save, model, labels, scaler, facts)
    finally:  # the work is done: show it even where it can't be written
        means = cluster_means(data, labels, scaler, globe)
        tell(
            args,
            lambda: (
                f"\n{_describe_clusters(data, labels, means, of_means(scaler))}\n\n{_describe_merges(Z, suggested)}"
                f"\n\n{seconds:.2f} s"
            ),
            lambda: {
                **of_table(args, data),
                **of_scaling(data, scaler),
                "method": method,
                "metric": metric,
                **of_clusters(sizes, mean=by_name(data.names, means), **_named(data, labels)),
                "cut": why,
                "suggested_n_clusters": suggested,
                "last_merges": _last_merges(Z),
                "seconds": seconds,
            },
        )


def _choose_cut(args: argparse.Namespace, suggested: int | None) -> tuple[dict[str, Any], str]:
    """Where to cut the tree, as `hierarchy.cut_tree` takes it, and why there."""
    if args.height is not None:
        return {"height": args.height}, f"at height {args.height:g}"
    if args.n_clusters:
        return {"n_clusters": args.n_clusters}, "-k"
    where = "at the largest gap between heights" if suggested else "the heights leave no gap"
    return {"n_clusters": suggested or 1}, f"{where}; no -k or --height was given"


def _describe_clusters(data: Table, labels: NDArray[np.integer], means: NDArray[np.float64], further: str) -> str:
    """Sizes and means of the clusters as a table."""
    sizes = np.bincount(labels)
    few = len(data.names) <= MOST_COLUMNS
    of_what = "; means in the units of the data" + further
    return (
        f"{count(len(sizes), 'cluster')} of {count(len(labels), 'row')} by {count(len(data.names), 'column')}"
        f"{of_what * few}\n\n{summary(sizes, means, data.names if few else [], _named(data, labels))}"
    )


def _named(data: Table, labels: NDArray[np.integer]) -> dict[str, list[str]]:
    """Which rows the clusters have, where rows have names."""
    return {} if data.row_names is None else {"rows": members(labels, data.row_names)}


def _choose_method(args: argparse.Namespace) -> str:
    euclidean = args.metric.kernel == "euclidean"
    method = "divisive" if args.divisive else args.method or ("ward" if euclidean else "average")
    if method in _OF_CENTERS and not euclidean:
        raise Problem(
            f"--method {method} needs the euclidean metric, not {args.metric.name}; average, complete, "
            "single and weighted take any",
            code=2,
        )
    return method


def _at_largest_gap(heights: NDArray[np.float64]) -> int | None:
    """The number of clusters below the merge that is farthest above the one before, None where none is above."""
    gaps = np.diff(heights)
    if not len(gaps) or gaps.max() <= 0:
        return None
    return len(gaps) + 1 - int(gaps.argmax())


def _save(
    outputs: Outputs,
    path: str,
    model: coterie.AgglomerativeClustering,
    labels: NDArray[np.integer],
    scaler: Scaler,
    facts: dict[str, Any],
) -> None:
    """Save the tree, cut into as many clusters as `labels` has, which is what `predict` goes by."""
    n_clusters = int(labels.max()) + 1
    model.set_params(n_clusters=n_clusters)
    model.n_clusters_ = n_clusters
    model.labels_ = model.cut(n_clusters)
    numbers = np.empty(model.n_clusters_, np.intp)
    numbers[model.labels_] = labels
    if (numbers[model.labels_] != labels).any():
        raise Problem(f"{path}: not saved, as no cut by number gives these clusters; use -k instead of --height")
    save_model(outputs, path, model, scaler, facts, numbers)


def _describe_merges(Z: NDArray[np.float64], suggested: int | None) -> str:
    """The last merges as a table, and the number of clusters that they suggest."""
    n, last = len(Z) + 1, _last_merges(Z)
    text = table(
        ["clusters", "height", "gap", "joined"],
        [
            [str(each["n_clusters"]) for each in last],
            as_column(each["height"] for each in last),
            as_column(each["gap"] for each in last),
            [" + ".join(f"{part:,}" for part in each["joined"]) for each in last],
        ],
    )
    text = f"the last merges, and how many clusters a cut just below each leaves:\n\n{text}"
    if suggested is None:
        return text
    gap = " to ".join(as_column(Z[n - suggested - 1 : n - suggested + 1, 2]))
    return f"{text}\n\nlargest gap: {gap}, which suggests {suggested:,} clusters; a hint, no more"


def _last_merges(Z: NDArray[np.float64]) -> list[dict[str, Any]]:
    """How many clusters a cut just below each leaves, its height, how far that is above the one before, and the sizes
    of what is joined."""
    last = Z[: -_LAST_MERGES - 1 : -1]
    size = np.concatenate([np.ones(len(Z) + 1), Z[:, 3]]).astype(int)
    below = np.concatenate([[0.0], Z[:, 2]])[-len(last) - 1 : -1][::-1]
    gaps, joined = last[:, 2] - below, size[last[:, :2].astype(int)]
    return [
        {"n_clusters": i + 2, "height": last[i, 2], "gap": gaps[i], "joined": joined[i].tolist()}
        for i in range(len(last))
    ]


def _draw(args: argparse.Namespace, Z: NDArray[np.float64], cut: dict[str, Any], data: Table, title: str) -> None:
    from coterie import plot

    names = data.row_names if data.kept is None or data.row_names is not None else np.flatnonzero(data.kept)
    ax = plot.dendrogram(Z, **cut, labels=names)
    ax.set_title(title, fontsize=10, parse_math=False)
    save_picture(args.outputs, args.dendrogram, ax.figure)
