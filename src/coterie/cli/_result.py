# SPDX-License-Identifier: BSD-3-Clause
"""What comes out: labels and centres as csv, and a summary to read."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from coterie._base.atomic import is_replaced, replacing
from coterie._base.wording import as_column, share_cell
from coterie.cli._console import Problem, discard_stdout, table
from coterie.cli._notation import is_number

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# In a summary:
MOST_COLUMNS = 24
_MOST_CLUSTERS, _LONGEST_NAME = 40, 30


def check_targets(sources: Sequence[str | None], targets: Sequence[str | None]) -> None:
    """Refuse, before any work is done, targets that can't be written or would destroy something.

    sources : the files that are read
    targets : those that are written; standard output always may be. Devices, pipes and streams lose nothing
    """
    files = [target for target in targets if target not in (None, "-")]
    for target in files:
        folder = os.path.dirname(target) or "."
        if not os.path.isdir(folder):
            raise Problem(f"{target}: there is no folder {folder}")
        if os.path.isdir(target):
            raise Problem(f"{target} is a folder; name a file")
        if os.path.exists(target) and not os.access(target, os.W_OK):
            raise Problem(f"{target}: no permission to write there")
        if is_replaced(target) and not os.access(folder := os.path.dirname(os.path.realpath(target)), os.W_OK):
            raise Problem(f"{target}: no permission to write in {folder}")
    files = list(filter(is_replaced, files))
    for i, target in enumerate(files):
        if any(_is_same(source, target, 0) for source in sources if source is not None):
            raise Problem(f"{target} is the file that is read; it would be overwritten", code=2)
        if _is_same("-", target, 1):
            raise Problem(f"{target} is where standard output goes, too", code=2)
        if same := next((other for other in files[:i] if _is_same(other, target)), None):
            raise Problem(f"{target} is named twice as output{f', once as {same}' * (same != target)}", code=2)


def _is_same(name: str, target: str, standard: int = -1) -> bool:
    """Whether both are the same file, or would be; `standard` is the stream that `-` stands for."""
    try:
        status = os.fstat(standard) if name == "-" else os.stat(name)
        return os.path.samestat(status, os.stat(target))
    except OSError:  # one of the two is not there
        return name != "-" and os.path.normcase(os.path.realpath(name)) == os.path.normcase(os.path.realpath(target))


class Outputs:
    """The files that a command writes: all of them take their place when its work is done, or none does."""

    def __init__(self):
        self._files = contextlib.ExitStack()

    def __enter__(self) -> Outputs:
        return self

    def __exit__(self, kind, error, trace):
        if error is None or isinstance(error, BrokenPipeError):  # whoever read standard output has what it wanted
            self._files.close()
        else:
            given_up = Problem("given up")  # not the error itself, for files would put their names into it
            self._files.__exit__(Problem, given_up, None)

    @contextlib.contextmanager
    def open(self, target: str | None, binary: bool = False, zipped: bool = True) -> Iterator[IO]:
        """A file to write, if `zipped` with gzip where its name ends in .gz, or standard output. A Problem names it."""
        standard_output = target in (None, "-")
        try:
            if standard_output:
                if sys.stdout is None:
                    raise Problem("standard output is closed; name a file with --output")
                yield sys.stdout
                sys.stdout.flush()
            else:
                with contextlib.ExitStack() as layers:  # what does not fit is told as they are closed
                    file = layers.enter_context(self._files.enter_context(replacing(target)))
                    if zipped and target.endswith(".gz"):
                        file = layers.enter_context(gzip.GzipFile(target, "wb", fileobj=file))
                    if not binary:  # names may hold what can't be encoded
                        file = layers.enter_context(io.TextIOWrapper(file, "utf-8", "backslashreplace", "\n"))
                    yield file
        except BrokenPipeError:
            if not standard_output:
                raise
            discard_stdout()
        except OSError as error:
            if standard_output:
                discard_stdout()
            raise Problem(f"{'standard output' if standard_output else target}: {error.strerror or error}") from error


def as_cell(value: object) -> object:
    """A value for a csv file; text that a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA) and not is_number(value):
        return f"'{value}"
    return value


def write_labels(
    outputs: Outputs,
    target: str | None,
    labels: np.ndarray,
    kept: np.ndarray | None = None,
    scores: np.ndarray | None = None,
) -> None:
    """Write one label per row, and its score if there are any; a row that was left out has an empty label, quoted so
    that readers see a line there."""
    rows = np.arange(len(labels)) if kept is None else np.where(kept, np.cumsum(kept) - 1, -1)
    with outputs.open(target) as file:
        file.write("label\n" if scores is None else "label,score\n")
        for start in range(0, len(rows), 100_000):
            part = rows[start : start + 100_000]
            cells = list(map(str, labels[part].tolist())) if len(labels) else [""] * len(part)
            if scores is not None:
                cells = [f"{cell},{score:.6g}" for cell, score in zip(cells, scores[part].tolist(), strict=True)]
            for i in np.flatnonzero(part < 0):
                cells[i] = '""' if scores is None else ","
            cells.append("")
            file.write("\n".join(cells))


def write_tree(outputs: Outputs, target: str, Z: np.ndarray) -> None:
    """Write a linkage matrix as an npy file."""
    with outputs.open(target, binary=True) as file:
        np.save(file, Z)


def write_centers(outputs: Outputs, target: str, sizes: np.ndarray, centers: np.ndarray, names: Sequence[str]) -> None:
    """Write one row per cluster: its label, its size, its centre in the units of the data."""
    with outputs.open(target) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", "size", *map(as_cell, names)])
        for label, (size, center) in enumerate(zip(sizes.tolist(), centers.tolist(), strict=True)):
            writer.writerow([label, size, *center])


def members(labels: np.ndarray, names: Sequence[str], most: int = 3) -> list[str]:
    """For each cluster, how many of its rows have which name; the `most` common ones. Names of single rows are not
    counted."""
    unique = len(set(names)) == len(names)
    cells = []
    for label in range(labels.max() + 1):
        counts = Counter(names[i] for i in np.flatnonzero(labels == label)).most_common(most + 1)
        told = (name if unique else f"{n:,} {name}" for name, n in counts[:most])
        cells.append(", ".join(told) + ", .." * (len(counts) > most))
    return cells


def summary(
    sizes: np.ndarray,
    centers: np.ndarray,
    names: Sequence[str],
    further: dict[str, Sequence[str]] | None = None,
    all_in: str | None = None,
    total: int | None = None,
    beside: dict[str, Sequence[str]] | None = None,
) -> str:
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
    names = [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 3]}..." for name in names]
    shares = sizes / (sizes.sum() if total is None else total)
    text = table(
        ["label", "size", "share", *beside, *names, *further],
        [
            [str(i) for i in shown],
            [f"{sizes[i]:,}" for i in shown],
            [share_cell(shares[i]) for i in shown],
            *([cells[i] for i in shown] for cells in beside.values()),
            *(as_column(centers[shown, j]) for j in range(len(names))),
            *([cells[i] for i in shown] for cells in further.values()),
        ],
    )
    if not remarks:
        return text
    return f"{text}\n\nshown: {', '.join(remarks)}" + (f"; {all_in} writes all" if all_in else "")
