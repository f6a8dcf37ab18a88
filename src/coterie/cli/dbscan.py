# SPDX-License-Identifier: BSD-3-Clause
"""Find the dense parts of a table, however many and of whatever shape; rows between them are noise.

A row that has M rows within eps, itself counted, is a core row; core rows within eps of each other are one cluster,
with the rows within their reach. --eps auto looks at how far rows are from their M-th neighbors. Reads the columns of
numbers, as `coterie kmeans` does, and writes one label per row, from 0, and -1 for noise, in the order of the rows.
What was chosen, left out and found goes to standard error, so that the labels can go through a pipe.
"""

from __future__ import annotations

import argparse
import functools
import math
import sys
import time
import warnings
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import coterie
from coterie import distances, neighbors, selection
from coterie._base.wording import count, share
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._density import as_paragraphs, assign_noise, describe, draw, of_density
from coterie.cli._found import tell
from coterie.cli._globe import to_radians
from coterie.cli._io.models import describe_fit, save_model
from coterie.cli._io.pictures import check_picture
from coterie.cli._io.results import write_labels
from coterie.cli._io.sources import source_name
from coterie.cli._io.tables import check_rows, read_file
from coterie.cli._options.files import add_file_arguments
from coterie.cli._options.metric import add_metric_argument, describe_metric, on_globe
from coterie.cli._options.noise import add_noise_argument
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments, add_save_argument
from coterie.cli._options.scale import add_scale_argument, scale, warn_of_scales
from coterie.cli._options.values import picture_name, positive
from coterie.selection._suggest_eps import usual_min_samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from coterie._base.tables.table import Table
    from coterie.scaling import Scaler

SUMMARY = "find the dense parts of a table, and the noise between them"

_EXAMPLES = """\
examples:
  coterie dbscan customers.csv --drop customer_id --scale log --output labels.csv --plot map.png
  coterie dbscan quakes.csv.gz --columns latitude,longitude --metric haversine --eps 50 --min-samples 10 --plot map.png
  coterie dbscan points.npy --eps 0.3 --quiet | sort -n | uniq -c

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_MANY_EQUAL = 0.3  # share of rows with so many duplicates that their distance to neighbors is 0
_SAMPLE = 10_000  # rows whose neighbors are looked at for advice


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--eps",
        metavar="E",
        type=_eps,
        default="auto",
        help="rows at this distance or less are neighbors (haversine: km; with --scale: in scaled "
        "units), or auto (the default): chosen from the data",
    )
    parser.add_argument(
        "--min-samples",
        metavar="M",
        type=positive,
        help="how many rows within eps, itself counted, make a core row (default: twice the number of columns, but "
        "from 5 to 20)",
    )
    add_file_arguments(parser)
    add_metric_argument(parser)
    add_scale_argument(
        parser,
        None,
        "none; standard with --eps auto, but for cosine, correlation, haversine and other "
        "metrics that have a scale of their own",
    )
    add_noise_argument(parser)
    add_labels_arguments(parser)
    parser.add_argument(
        "--plot",
        metavar="PICTURE",
        type=picture_name,
        help="picture of the clusters (png, svg, pdf ...): a map of two columns, or of the "
        "two principal components of more; with --eps auto also what eps was chosen from",
    )
    add_save_argument(parser)
    add_run_arguments(parser, with_seed=False)


def _eps(text: str) -> float | str:
    if text == "auto":
        return text
    try:
        eps = float(text)
    except ValueError:
        eps = math.nan
    if not (0 < eps < math.inf):
        raise argparse.ArgumentTypeError(f"a number greater than 0 is needed, or auto, not {text!r}")
    return eps


class _Fit(NamedTuple):
    """What was found, and by which numbers.

    eps : in km on the globe, as are the distances of the curve
    curve, knee_is_clear : the sorted distances that eps was chosen from, and whether they bend there; None where it was
        given
    k : how many rows, themselves counted, are within a distance of the curve
    unit : of eps, to be written behind it
    """

    model: coterie.DBSCAN
    scaler: Scaler
    eps: float
    curve: NDArray[np.float64] | None
    knee_is_clear: bool | None
    k: int
    unit: str


def run(args: argparse.Namespace) -> None:
    check_results(args, args.plot, args.save)
    globe = on_globe(args)
    if args.plot is not None:
        check_picture(args.plot)
    data = read_file(args)
    why = ""
    if args.min_samples is None:
        args.min_samples, why = usual_min_samples(*data.values.shape), " (no --min-samples was given)"
    elif args.min_samples > len(data.values):
        raise Problem(
            f"{source_name(args.file)}: --min-samples {args.min_samples} is more than the "
            f"{count(len(data.values), 'row')} there {'is' if len(data.values) == 1 else 'are'}"
        )
    check_rows(args, data, least=2 if args.eps == "auto" else 1)
    facts = describe_fit(args, data) if args.save is not None else {}
    if globe:
        data.values = to_radians(args, data)
    method = args.scale or ("standard" if args.eps == "auto" and not args.metric.scale_free else "none")
    scaler = scale(data, method)
    warn_of_scales(data, args.metric)
    unit = " km" if globe else " in scaled units" if method != "none" else ""
    print(f"metric: {describe_metric(args.metric)}, min-samples: {args.min_samples}{why}", file=sys.stderr)

    started = time.perf_counter()
    with progress_bar(args.quiet), warnings.catch_warnings():
        # `_advice` says it in this command's words.
        warnings.filterwarnings(
            "ignore", "There is no cluster|.* rows are (noise|in one cluster)", coterie.ClusteringWarning
        )
        fit = _fit(args, data.values, scaler, globe, unit)
        labels, assigned = assign_noise(args, fit.model, data.values, globe, unit)
    seconds = time.perf_counter() - started

    try:
        if args.plot is not None:
            _draw(args, data, labels, fit, globe)
        write_labels(args, data, labels)
        if args.save is not None:
            save_model(args.outputs, args.save, fit.model, scaler, facts)
    finally:  # the work is done: show it even where it can't be written
        advice = None if args.quiet and not args.json else _advice(args, data.values, labels, fit)
        tell(
            args,
            lambda: as_paragraphs(_describe(data, labels, fit, globe), assigned, advice, seconds),
            lambda: {
                **of_density(args, data, labels, scaler, globe, {"n_core": _count_core(labels, fit)}),
                "min_samples": args.min_samples,
                "eps": fit.eps,
                "eps_is_given": fit.curve is None,
                "knee_is_clear": fit.knee_is_clear,
                "noise_assigned": assigned or None,
                "what_to_try": advice,
                "seconds": seconds,
            },
        )


def _fit(args: argparse.Namespace, X: NDArray[np.floating], scaler: Scaler, globe: bool, unit: str) -> _Fit:
    """Choose eps, if it is not given, and find the clusters."""
    k = max(args.min_samples, 2)  # as `suggest_eps` has it
    eps, curve, clear = args.eps, None, None
    if eps == "auto":
        try:
            suggestion = selection.suggest_eps(X, args.min_samples, metric=args.metric, n_jobs=args.jobs)
        except ValueError as error:  # which knows no options
            said = str(error).replace("more min_samples than", "a larger --min-samples than")
            raise Problem(f"{source_name(args.file)}: {said}") from None
        curve, eps, clear = suggestion.distances, suggestion.eps, suggestion.clear
        if globe:
            curve, eps = distances.radians_to_km(curve), float(f"{distances.radians_to_km(eps):.3g}")
        seen = "at the knee of" if clear else "there is no clear knee in"
        print(
            f"eps: {eps:g}{unit} ({seen} the distances within which rows have {k} rows, themselves counted)",
            file=sys.stderr,
        )
        if (equal := np.mean(curve == 0)) > _MANY_EQUAL and not args.quiet:
            note(
                f"{100 * equal:.0f}% of the rows have {k - 1} or more others equal to them; a "
                "larger --min-samples looks beyond duplicates"
            )
    model = coterie.DBSCAN(
        distances.km_to_radians(eps) if globe else eps,
        min_samples=args.min_samples,
        metric=args.metric,
        n_jobs=args.jobs,
    )
    return _Fit(model.fit(X), scaler, eps, curve, clear, k, unit)


def _describe(data: Table, labels: NDArray[np.intp], fit: _Fit, globe: bool) -> str:
    further = f"; {count(len(fit.model.core_sample_indices_), 'core row')}"
    return describe(data, labels, fit.scaler, globe, {"core": [f"{n:,}" for n in _count_core(labels, fit)]}, further)


def _count_core(labels: NDArray[np.intp], fit: _Fit) -> NDArray[np.intp]:
    """How many core rows each cluster has."""
    return np.bincount(labels[fit.model.core_sample_indices_], minlength=labels.max() + 1)


def _advice(args: argparse.Namespace, X: NDArray[np.floating], labels: NDArray[np.intp], fit: _Fit) -> str | None:
    """What to try where the result is hardly what was wanted, or None."""
    curve, k, unit = fit.curve, fit.k, fit.unit
    sizes = np.sort(np.bincount(labels[labels >= 0]))[::-1]
    if len(labels) < 2:
        return None
    auto = " or auto" * (curve is None)
    lower = f"a smaller --eps{auto} or a larger --min-samples"
    higher = f"a larger --eps{auto} or a smaller --min-samples"
    if not len(sizes):
        text = f"{higher}, as no row has so many rows within eps"
    elif np.mean(labels < 0) > 0.5:
        text = f"{higher}, as more than half is noise"
    elif len(sizes) == 1:
        text = (
            f"{lower}, as there is but one cluster. If it stays in one piece, no sparse part divides it; "
            "coterie kmeans and coterie hierarchy cut anything to pieces"
        )
    elif sizes[0] > 0.9 * sizes.sum():
        text = f"{lower}, as one cluster has {share(sizes[0] / sizes.sum(), 1)} of all that is in clusters"
    elif len(sizes) > 3 and (np.median(sizes) < 2 * args.min_samples or len(sizes) > max(20, math.sqrt(len(labels)))):
        text = (
            f"a larger --eps{auto}, which joins clusters, or a larger --min-samples, which leaves small ones out, "
            f"as half of them have {int(np.median(sizes))} rows or fewer"
        )
    else:
        return None
    half, most = np.quantile(_some_distances(args, X, k) if curve is None else curve, [0.5, 0.9])
    return (
        f"{text}. Half of the rows have {k} rows, themselves counted, within {half:.3g}{unit}, nine "
        f"in ten within {most:.3g}{unit}"
    )


def _some_distances(args: argparse.Namespace, X: NDArray[np.floating], k: int) -> NDArray[np.float64]:
    """Distances to the k-th neighbors of some of the rows; in km on the globe."""
    some = X[:: -(-len(X) // _SAMPLE)]
    found = neighbors.kneighbors(X, min(k, len(X)), some, metric=args.metric, n_jobs=args.jobs)[0][:, -1]
    return distances.radians_to_km(found) if args.metric.name == "haversine" else found


def _draw(args: argparse.Namespace, data: Table, labels: NDArray[np.intp], fit: _Fit, globe: bool) -> None:
    """A map of the clusters, and beside it what eps was chosen from."""
    beside = None if fit.curve is None else functools.partial(_draw_curve, fit.curve, fit, globe)
    chosen = f"eps {fit.eps:g}{fit.unit}, min-samples {args.min_samples}"
    draw(args, data, labels, fit.scaler, globe, chosen, beside)


def _draw_curve(curve: NDArray[np.float64], fit: _Fit, globe: bool, ax: Axes) -> None:
    from coterie import plot

    plot.k_distances(curve, fit.eps, ax=ax)
    ax.set_ylabel(f"distance within which a row has {fit.k} rows, itself counted{' (km)' * globe}")
