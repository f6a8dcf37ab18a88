# SPDX-License-Identifier: BSD-3-Clause
"""Label further rows with a model that was fitted and saved before: fit today, assign tomorrow.

MODEL is what --save of coterie kmeans, kmedoids, kprototypes, hierarchy, dbscan, hdbscan or optics wrote. FILE is read
as they read theirs and treated as the rows of the fit were: the same columns, found by name (by position where there
are no names), in the same units and scaled by the same numbers. Writes one label per row, in the order of the rows.

A row gets the label of the nearest center (kmeans), medoid (kmedoids) or prototype (kprototypes), of the nearest core
row within eps, or else -1 (dbscan), of the row that it joins in the condensed tree, if that is in a cluster there, or
else -1 (hdbscan), of the row from which it is reached, if that is no farther than in its cluster, or else -1 (optics),
of the cluster it is nearest to by the method that built the tree (hierarchy). So the rows of the fit get the labels
they had from kmeans, kmedoids, kprototypes and hdbscan; from dbscan and optics too, but for some rows at the borders of
clusters; from hierarchy most of them.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie._base.warnings import told_once
from coterie._base.wording import count, share_cell
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._density import membership_columns
from coterie.cli._found import of_clusters, of_table, tell
from coterie.cli._further import read_further
from coterie.cli._io.models import Saved, load_model
from coterie.cli._io.results import write_labels
from coterie.cli._options.files import add_new_file_arguments
from coterie.cli._options.noise import add_membership_argument
from coterie.cli._options.results import add_labels_arguments, check_results
from coterie.cli._options.run import add_run_arguments
from coterie.cli._summary import summary

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUMMARY = "label further rows with a saved model"

_EXAMPLES = """\
examples:
  coterie kmeans customers.csv -k 5 --drop customer_id --scale log --save segments.npz > labels.csv
  coterie predict segments.npz new_customers.csv --output new_labels.csv
  coterie predict segments.npz new_customers.csv --scores | sort -t, -k2 -gr | head   # the least usual ones
  zcat tomorrow.csv.gz | coterie predict segments.npz - --quiet | sort -n | uniq -c

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument("model", metavar="MODEL", help="what --save wrote")
    add_new_file_arguments(parser)
    add_labels_arguments(parser)
    parser.add_argument(
        "--scores",
        action="store_true",
        help="write how unusual each row is, too, in a column called score: the distance to its center "
        "(kmeans, kmedoids, kprototypes, hierarchy) by what is typical of the cluster, so that 1 is usual and 3 is far "
        "out; to the nearest core row by eps (dbscan), or to the nearest row in a cluster by what "
        "its cluster spans (hdbscan, optics), so that more than 1 is noise",
    )
    add_membership_argument(parser, " (hdbscan)")
    add_run_arguments(parser, with_seed=False)


def run(args: argparse.Namespace) -> None:
    check_results(args)
    saved = load_model(args.model)
    if not args.quiet:
        print(f"model: {saved.describe()}", file=sys.stderr)
    if args.membership is not None and not isinstance(saved.model, coterie.HDBSCAN):
        raise Problem(f"--membership goes with models of hdbscan; {args.model} holds another one", code=2)
    rows, table = read_further(args, saved)

    started = time.perf_counter()
    model = saved.model.set_params(n_jobs=args.jobs)
    with progress_bar(args.quiet), told_once(*[UserWarning] * (saved.code is not None)):  # `read_further` has told it
        labels = np.empty(0, np.intp)
        beside: dict[str, NDArray[np.number]] = {"score": np.empty(0)} if args.scores else {}
        if len(rows):
            labels = model.predict(rows)
            if args.scores:
                beside["score"] = _score(rows, saved)
                if saved.code is not None and not args.quiet:
                    note("scores compare rows with what is typical of these rows: the model has no others")
        if args.membership is not None:
            beside |= membership_columns(model, args.membership, rows)
    seconds = time.perf_counter() - started
    if saved.numbers is not None:
        labels = saved.numbers[labels]
        if not args.quiet:
            note(
                "a tree has no rule of its own for further rows; each joins the cluster nearest to it by "
                f"{model.linkage} linkage, and a row of the fit may get another label than it had"
            )
    try:
        write_labels(args, table, labels, beside)
    finally:  # the work is done: show it even where it can't be written
        tell(
            args,
            lambda: f"\n{_describe(labels, saved)}\n\n{seconds:.2f} s",
            lambda: {
                **of_table(args, table, list(saved.choose.columns)),
                **_as_facts(labels, saved),
                "seconds": seconds,
            },
        )


def _score(X: NDArray[np.floating], saved: Saved) -> NDArray[np.float64]:
    if saved.typical is None:  # a model that knows what is typical, or was saved from Python
        return coterie.outlier_scores(X, saved.model)
    return coterie.outlier_scores(X, saved.model, reference=saved.typical)


def _as_facts(labels: NDArray[np.integer], saved: Saved) -> dict[str, object]:
    """What `_describe` tells."""
    before, n_before = saved.sizes, saved.n_rows
    sizes = np.bincount(labels[labels >= 0], minlength=len(before))
    noise = int(np.count_nonzero(labels < 0))
    return {
        "model": saved.describe(),
        **of_clusters(sizes, len(labels), share_at_the_fit=before / n_before if n_before else [None] * len(before)),
        "n_noise": noise,
        "noise_share": noise / max(len(labels), 1),
        "noise_share_at_the_fit": saved.noise / n_before if n_before else None,
    }


def _describe(labels: NDArray[np.integer], saved: Saved) -> str:
    """How many rows are in which cluster, and which share of the rows of the fit was."""
    before = saved.sizes
    sizes = np.bincount(labels[labels >= 0], minlength=len(before))
    shares = {"share at the fit": [share_cell(size / saved.n_rows) for size in before]} if saved.n_rows else {}
    noise = np.count_nonzero(labels < 0)
    text = count(len(labels), "row")
    if noise or saved.noise:
        was = saved.noise / saved.n_rows
        text += (
            f"; {noise:,} ({share_cell(noise / max(len(labels), 1))}) in no cluster (noise, label -1), at the fit "
            f"{share_cell(was)}"
        )
    if not len(sizes):
        return text
    table = summary(sizes, np.empty((len(sizes), 0)), [], shares, total=max(len(labels), 1))
    return f"{text}\n\n{table}"
