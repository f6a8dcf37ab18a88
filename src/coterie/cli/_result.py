# SPDX-License-Identifier: BSD-3-Clause
"""What comes out: labels and centres as csv, and a summary to read."""
from __future__ import annotations

import contextlib
import csv
import gzip
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from coterie._wording import as_column
from coterie.cli._console import Problem, discard_stdout, table

# In a summary:
MOST_COLUMNS = 24
_MOST_CLUSTERS, _LONGEST_NAME = 40, 30


def check_targets(source: str, *targets: str | None) -> None:
    """Refuse, before any work is done, targets that can't be written or would destroy something."""
    files = [target for target in targets if target not in (None, "-")]
    for i, target in enumerate(files):
        folder = os.path.dirname(target) or "."
        if not os.path.isdir(folder):
            raise Problem(f"{target}: there is no folder {folder}")
        if os.path.isdir(target):
            raise Problem(f"{target} is a folder; name a file")
        if not os.access(target if os.path.exists(target) else folder, os.W_OK):
            raise Problem(f"{target}: no permission to write there")
        if os.path.isfile(target) and os.path.exists(source) and os.path.samefile(source, target):
            raise Problem(f"{target} is the file that is read; it would be overwritten", code=2)
        if target in files[:i]:
            raise Problem(f"{target} is named twice as output", code=2)


def write_labels(target: str | None, labels: np.ndarray, kept: np.ndarray | None = None,
                 scores: np.ndarray | None = None) -> None:
    """Write one label per row, and its score if there are any; a row that was left out has an empty label, quoted so
    that readers see a line there."""
    rows = np.arange(len(labels)) if kept is None else np.where(kept, np.cumsum(kept) - 1, -1)
    with open_target(target) as file:
        file.write("label\n" if scores is None else "label,score\n")
        for start in range(0, len(rows), 100_000):
            part = rows[start:start + 100_000]
            cells = list(map(str, labels[part].tolist())) if len(labels) else [""] * len(part)
            if scores is not None:
                cells = [f"{cell},{score:.6g}" for cell, score in zip(cells, scores[part].tolist(), strict=True)]
            for i in np.flatnonzero(part < 0):
                cells[i] = '""' if scores is None else ","
            cells.append("")
            file.write("\n".join(cells))


def write_tree(target: str, Z: np.ndarray) -> None:
    """Write a linkage matrix as an npy file."""
    with open_target(target, binary=True) as file:
        np.save(file, Z)


def write_centers(target: str, sizes: np.ndarray, centers: np.ndarray, names: Sequence[str]) -> None:
    """Write one row per cluster: its label, its size, its centre in the units of the data."""
    with open_target(target) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "size", *names])
        for label, (size, center) in enumerate(zip(sizes.tolist(), centers.tolist(), strict=True)):
            writer.writerow([label, size, *center])


@contextlib.contextmanager
def open_target(target: str | None, binary: bool = False) -> Iterator[IO]:
    """A file to write, zipped if its name ends in .gz, or standard output. A Problem names it."""
    standard_output = target in (None, "-")
    try:
        if standard_output:
            if sys.stdout is None:
                raise Problem("standard output is closed; name a file with --output")
            yield sys.stdout
            sys.stdout.flush()
        else:
            opener = gzip.open if target.endswith(".gz") else open
            text = {} if binary else {"encoding": "utf-8", "newline": "\n"}
            with opener(target, "wb" if binary else "wt", **text) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        if standard_output:
            discard_stdout()
        raise Problem(f"{'standard output' if standard_output else target}: {error.strerror}") from error


def members(labels: np.ndarray, names: Sequence[str], most: int = 3) -> list[str]:
    """For each cluster, how many of its rows have which name; the `most` common ones."""
    cells = []
    for label in range(labels.max() + 1):
        counts = Counter(names[i] for i in np.flatnonzero(labels == label)).most_common(most + 1)
        cells.append(", ".join(f"{n:,} {name}" for name, n in counts[:most]) + ", .." * (len(counts) > most))
    return cells


def summary(sizes: np.ndarray, centers: np.ndarray, names: Sequence[str],
            further: dict[str, Sequence[str]] | None = None, all_in: str | None = None, total: int | None = None,
            beside: dict[str, Sequence[str]] | None = None) -> str:
    """Sizes, shares and centres of the clusters as a text table, with columns of text `beside` the sizes and `further`
    ones at the end.

    `all_in` is the option that writes what is not shown, `total` the number of rows where some are in no cluster.
    """
    further, beside = further or {}, beside or {}
    shown = np.arange(len(sizes))
    remarks = []
    if len(sizes) > _MOST_CLUSTERS:
        shown = np.argsort(-sizes, kind="stable")[:_MOST_CLUSTERS]
        remarks.append(f"the {_MOST_CLUSTERS} largest of {len(sizes)} clusters")
    if len(names) > MOST_COLUMNS:
        remarks.append(f"the first {MOST_COLUMNS} of {len(names)} columns")
        names = names[:MOST_COLUMNS]
    names = [" ".join(name.split()) for name in names]
    names = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME - 3]}..." for name in names]
    shares = 100 * sizes / (sizes.sum() if total is None else total)
    text = table(
        ["label", "size", "share", *beside, *names, *further],
        [[str(i) for i in shown], [f"{sizes[i]:,}" for i in shown], [f"{shares[i]:.1f}%" for i in shown],
         *([cells[i] for i in shown] for cells in beside.values()),
         *(as_column(centers[shown, j]) for j in range(len(names))),
         *([cells[i] for i in shown] for cells in further.values())],
    )
    if not remarks:
        return text
    return f"{text}\n\nshown: {', '.join(remarks)}" + (f"; {all_in} writes all" if all_in else "")
