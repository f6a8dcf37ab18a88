# SPDX-License-Identifier: BSD-3-Clause
"""Write a page about the groups in a table: one HTML file to open in a browser, with no need of a network.

It tells what is in the data and how the columns were made comparable; compares k-means, Ward's method and DBSCAN;
recommends one clustering, with its reasons and doubts; describes the groups in words, numbers and pictures; lists
unusual rows; and says how to repeat all of it. Columns that are no measurements (text, identifiers, dates, constants)
are left out, unless --columns names them. Of large tables the comparison is made on a sample, which the page says.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings

import numpy as np

import coterie
from coterie import explain, scores
from coterie.cli._console import (
    Problem,
    add_noun_argument,
    add_run_arguments,
    count,
    file_name,
    note,
    printable,
    progress_bar,
)
from coterie.cli._picture import MATPLOTLIB, matplotlib_is_there, told_of_letters
from coterie.cli._read import add_file_arguments, read_file, source_name
from coterie.cli._report import chapters, findings, repeating
from coterie.cli._report.page import Html, page, paragraph
from coterie.cli._report.recommending import recommend
from coterie.cli._result import check_targets
from coterie.cli.sweep import cluster_numbers
from coterie.scaling import METHODS

SUMMARY = "write a page about the groups in a table, to be opened in a browser"

_EXAMPLES = """\
examples:
  coterie report customers.csv -o report.html
  coterie report penguins.csv.gz --names species -k 2-6 -o penguins.html
  coterie report sensors.parquet --columns heat,noise,wear --scale none -o sensors.html

exit codes: 0 done, 1 something is wrong with the data or a file, 2 with the command line, 130 stopped by Ctrl-C
"""

_LEAST_ROWS = 4  # different ones
_MOST_CLUSTERS = 10
_STRUCTURE = {
    "clear": "clear",
    "dense": "by density",
    "likely": "likely, not clear",
    "asked": "as asked for",
    "none": "no clear structure, a convenient cut",
    "lopsided": "nearly all rows in one",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "-o",
        "--output",
        metavar="PAGE",
        type=_page,
        default="report.html",
        help="the page to write (default: report.html)",
    )
    add_file_arguments(parser, missing="drop")
    parser.add_argument(
        "-k",
        dest="n_clusters",
        metavar="RANGE",
        type=cluster_numbers,
        help="numbers of clusters to try, such as 2-8 or 5,10,20 (default: 2-10); a single one is used as it is",
    )
    parser.add_argument("--names", metavar="COLUMN", help="column, or array of an npz file, that names the rows")
    parser.add_argument(
        "--scale",
        choices=["auto", *METHODS],
        default="auto",
        help="how to make the columns comparable (default: auto, chosen from the data, with the reason on the page)",
    )
    add_noun_argument(parser)
    add_run_arguments(parser)


def _page(text):
    if os.path.splitext(file_name(text))[1].lower() not in (".html", ".htm", ""):
        raise argparse.ArgumentTypeError(f"a name that ends in .html is needed, for that is what it is, not {text!r}")
    return text


def run(args: argparse.Namespace) -> None:
    check_targets([args.file], [args.output])
    started = time.perf_counter()
    data = read_file(args, args.names, labelled=False, only_measurements=True)
    with progress_bar(args.quiet):
        found = _find(args, data)
        draw = _artist(found) if matplotlib_is_there() else None
        with told_of_letters():
            text = _write(args, found, draw)
    with args.outputs.open(args.output) as file:
        file.write(text)
    if args.quiet:
        return
    if draw is None:
        note(f"the page has no pictures; for these, {MATPLOTLIB}")
    choice = found.choice
    print(
        f"recommended: {count(choice.n_clusters, 'cluster')} by {choice.method} "
        f"({_STRUCTURE[choice.structure]}; "
        f"{count(len(choice.doubts), 'doubt')})\n"
        f"page: {printable(os.path.abspath(args.output))} ({len(text.encode(errors='replace')) / 1e6:.1f} MB), "
        f"{time.perf_counter() - started:.1f} s",
        file=sys.stderr,
    )


def _find(args, data):
    """Everything that the page tells."""
    n = len(data.values)
    n_clusters = args.n_clusters or range(2, _MOST_CLUSTERS + 1)
    scaling, scaled = findings.prepare(data, args.scale)
    if not args.quiet:
        print(f"scaling: {scaling.scaler.method}", file=sys.stderr)
    sample = findings.draw(n, findings.SAMPLE, args.seed)
    rows = scaled if sample is None else scaled[sample]
    different = findings.count_different(rows, max(*n_clusters, _LEAST_ROWS) + 1)
    if different < _LEAST_ROWS:
        raise Problem(
            f"{source_name(args.file)}: at least {_LEAST_ROWS} different rows are needed, there "
            f"{'is' if different == 1 else 'are'} {different}"
        )
    wanted = args.n_clusters[0] if args.n_clusters is not None and len(args.n_clusters) == 1 else None
    if wanted is not None and not 2 <= wanted < different:
        raise Problem(
            f"{source_name(args.file)}: -k {wanted} is not from 2 to {different - 1}, one less than there "
            "are different rows"
        )
    most = different - 1 if args.n_clusters else min(different - 1, max(3, n // 4))
    possible = sorted({k for k in n_clusters if 2 <= k <= most} | ({2, 3} if wanted else set()))
    if not possible:
        raise Problem(f"{source_name(args.file)}: none of the numbers of clusters is from 2 to {most}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the page says it
        warnings.simplefilter("ignore", coterie.ConvergenceWarning)
        suggestions, tree, agreement = findings.compare_k(rows, possible, args.seed, args.jobs)
        density = findings.look_for_density(scaled, args.seed, args.jobs)
        choice = recommend(data, scaling, scaled, sample, suggestions, agreement, density, wanted, args.seed, args.jobs)
    return chapters.Findings(
        os.path.basename(source_name(args.file)),
        data,
        args.missing,
        scaling,
        scaled,
        sample,
        suggestions,
        tree,
        agreement,
        density,
        findings.find_alike(rows, data.names),
        findings.find_codes(data),
        choice,
        explain.profile(data.values, choice.labels, data.names, noun=args.noun),
        coterie.outlier_scores(scaled, choice.model),
    )


def _artist(found):
    """A function that draws a picture by its name, None where there is nothing to be drawn."""
    from coterie.cli._report import drawing

    choice = found.choice
    rows = np.arange(found.n_rows) if found.sample is None else found.sample
    few = 2 <= choice.n_clusters <= chapters.MOST_PICTURED

    def profile():
        shown = chapters.telling(found.profile, chapters.MOST_DRAWN)
        part = (
            found.profile
            if len(shown) == len(found.table.names)
            else explain.profile(
                found.table.values[:, shown],
                choice.labels,
                [found.table.names[j] for j in shown],
                noun=found.profile.noun,
            )
        )
        return drawing.draw_profile(part, "Heatmap of the mean of each column in each group")

    def silhouette():
        inside = rows[choice.labels[rows] >= 0]
        labels = choice.labels[inside]
        return drawing.draw_silhouette(
            scores.silhouette_samples(found.scaled[inside], labels),
            labels,
            f"Silhouettes of the rows by group, with a mean of {choice.silhouette:.2f}",
        )

    pictures = {
        "scatter": lambda: drawing.draw_scatter(found, f"The rows as points, in {count(choice.n_clusters, 'group')}"),
        "sweeps": lambda: drawing.draw_sweeps(found, "Curves of the scores in the tables, by number of clusters"),
        "tree": lambda: drawing.draw_tree(found, "Dendrogram of Ward's method"),
        "silhouette": lambda: silhouette() if few and not np.isnan(choice.silhouette) else None,
        "profile": lambda: profile() if few else None,
        "k-distances": lambda: drawing.draw_k_distances(
            found.density,
            f"Curve of the sorted distances to neighbours, with eps {found.density.best.model.eps:.3g} marked",
        ),
    }
    return lambda name: pictures[name]()


def _write(args, found, draw):
    picture = draw or (lambda name: None)
    digest = repeating.sha256(args.file)
    pairs = [("file", source_name(args.file))]
    if digest is not None:
        pairs += [("size", f"{os.path.getsize(args.file):,} bytes"), ("sha256", digest)]
    choice, scaling = found.choice, found.scaling.scaler.method
    rows = found.density.rows if choice.method == "DBSCAN" else None
    notes = [f"coterie {coterie.__version__}, seed {args.seed}."]
    if rows is not None:
        notes.insert(
            0,
            "The command fits DBSCAN to all rows, where this page and the programme fit it to a sample; in "
            "all rows a smaller eps is dense.",
        )
    head = chapters.in_short(found)
    if draw is None:
        head.append(paragraph(f"This page has no pictures: matplotlib is not installed. For these, {MATPLOTLIB}."))
    return page(
        f"Groups in {found.source}",
        head,
        [
            chapters.describe_data(found, pairs),
            chapters.compare(found, picture),
            chapters.describe_density(found, picture),
            chapters.recommendation(found, picture),
            chapters.describe_groups(found, picture),
            chapters.describe_unusual(found),
            chapters.repeat(
                [repeating.report_command(args), repeating.fit_command(args, found.table, choice, scaling)],
                repeating.in_python(args, found.table, choice, scaling, rows),
                notes,
            ),
        ],
        Html(f"Written by coterie {coterie.__version__}. Nothing on this page was loaded from elsewhere."),
    )
