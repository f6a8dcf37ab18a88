# SPDX-License-Identifier: BSD-3-Clause
"""A csv or parquet file that is read batch by batch, again and again, because it may not fit into memory.

The first pass finds which columns hold numbers and how these are written, counts what is missing, and takes a sample of
the rows. What columns are, and how they are scaled, is decided by the sample.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.wording import count, shortlist
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.appending import check_appending
from coterie.cli._io.columns import Columns
from coterie.cli._io.csv_columns import TwoWaysError
from coterie.cli._io.csv_files import CsvPass
from coterie.cli._io.missing import resolve_missing
from coterie.cli._io.notation import COMMA
from coterie.cli._io.parquet_files import open_parquet
from coterie.cli._io.sources import Reading, keep_standard_input, naming_errors, opened, seekable, source_name
from coterie.kmeans._sample import Sample

if TYPE_CHECKING:
    import io

    from numpy.typing import NDArray

    from coterie._base.tables.table import Table

_LEAST = 10_000  # rows of the sample


class Stream:
    """The rows of the file that the arguments name.

    Attributes
    ----------
    n_rows : of the file
    is_sampled : the table of `survey` has not all rows
    """

    n_rows: int
    is_sampled: bool

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._how = Reading(args.array, args.sheet, not args.no_guess, tuple(args.missing_value))
        self._choose: Columns
        self._careful = False
        self._marks: Mapping[int, str | None] = {}
        self._columns: list[str]  # that each pass reads
        self._counts: dict[str, tuple[int, int]]  # of each: numbers, and infinite ones among them
        self._fill: NDArray[np.float64] | None = None  # for missing values of the columns used
        if args.file == "-":
            keep_standard_input()
        elif os.path.exists(args.file) and not os.path.isfile(args.file) and not os.path.isdir(args.file):
            name = source_name(args.file)
            raise Problem(f"{name}: --minibatch reads it several times, which a pipe does not allow; - may be one", 2)

    # ------------------------------------------------------------------------------------------- the first pass

    def survey(self, args: argparse.Namespace, choose: Columns) -> Table:
        """A table with a sample of the rows, or with all of them; and all that is known of the whole."""
        self._choose = choose
        with self._opened() as stream:
            table = self._survey_parquet(stream) if _is_parquet(stream) else None
        if table is None:
            table = self._survey_csv()
        if getattr(args, "append", False):
            check_appending(args, table)
        return table

    def _survey_parquet(self, stream: io.BufferedReader[Any]) -> Table:
        table, batches, self.n_rows = open_parquet(seekable(stream), self._choose)
        gathered = _Gathered(self._how, len(table.names))
        for values in batches:
            gathered.add(values)
        table.values = gathered.take(table.values.dtype)
        self._note(gathered, table.names)
        return table

    def _survey_csv(self) -> Table:
        while True:
            gathered: _Gathered | None = None
            try:
                with self._opened() as stream:
                    file = self._csv(stream)
                    gathered = _Gathered(self._how, len(file.reader.columns))
                    for values in file:
                        gathered.add(values)
                    reader, finish = file.reader, file.finish
            except TwoWaysError:
                self._careful = True
                continue
            marks = dict(zip(reader.columns, reader.decide(), strict=True))
            if not any(marks.get(j) == COMMA for j in reader.taken_unknown):
                break
            self._marks = marks  # some numbers were read by points, and later rows showed that these are commas
        self._marks = marks
        sample = gathered.take(np.dtype(np.float64))
        names = [reader.names[j] for j in reader.columns]
        self._note(gathered, names)
        counts = list(zip(gathered.read.tolist(), gathered.zeros.tolist(), strict=True))
        return finish(reader.as_table(sample, list(marks.values()), counts))

    def _note(self, gathered: _Gathered, names: list[str]) -> None:
        self.n_rows, self.is_sampled = gathered.n_rows, not gathered.is_all
        self._columns = names
        self._counts = {
            name: (int(present), int(infinite))
            for name, present, infinite in zip(names, gathered.present, gathered.infinite, strict=True)
        }

    def resolve_missing(self, table: Table, how: str) -> str | None:
        """As `resolve_missing`, by what is missing in the whole file; medians are those of the sample."""
        if infinite := {name: n for name in table.names if (n := self._counts[name][1])}:
            raise Problem(f"infinite values: {_listed(infinite)}; correct them or leave the column out with --drop")
        gaps = {name: n for name in table.names if (n := self.n_rows - self._counts[name][0])}
        found = f"missing values in {count(self.n_rows, 'row')}: {_listed(gaps)}"
        if gaps and how == "error":
            raise Problem(
                f"{found}; --missing drop leaves such rows out, --missing median fills in each column's median"
            )
        if how == "median":
            self._fill = np.array([np.nanmedian(column) for column in table.values.T])
        resolve_missing(table, how)
        table.missing = np.array([gaps.get(name, 0) for name in table.names])
        if not gaps:
            return None
        if how == "median":
            return f"{found}; filled in with the column's median{' in a sample' * self.is_sampled}"
        return f"{found}; rows with some are left out"

    # ------------------------------------------------------------------------------------------- further passes

    def batches(self, names: list[str]) -> Iterator[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
        """The values of some columns, batch by batch, without rows that are left out; and which are not.

        Missing values are treated as `resolve_missing` was told.
        """
        places = [self._columns.index(name) for name in names]
        with naming_errors(source_name(self._args.file)):
            for values in self._read():
                _blank(values, self._how)
                values = np.ascontiguousarray(values[:, places])
                if self._fill is not None:
                    gaps = np.isnan(values)
                    values[gaps] = np.broadcast_to(self._fill, values.shape)[gaps]
                kept = ~np.isnan(values).any(axis=1)
                yield (values if kept.all() else values[kept]), kept

    def _read(self) -> Iterator[NDArray[np.floating]]:
        with self._opened() as stream:
            if _is_parquet(stream):
                yield from open_parquet(seekable(stream), self._choose)[1]
            else:
                yield from self._csv(stream)

    def _csv(self, stream: io.BufferedReader[Any]) -> CsvPass:
        return CsvPass(stream, self._choose, self._how.guess, self._how.words(), self._careful, self._marks)

    def _opened(self) -> Any:
        if self._args.file == "-":
            os.lseek(0, 0, os.SEEK_SET)
        return opened(self._args.file)


class _Gathered:
    """What a pass finds: counts, and a sample of the rows.

    Attributes
    ----------
    read, zeros : numbers of each column, and how many are 0
    present, infinite : the same without those that stand for a missing value, and how many are infinite
    """

    def __init__(self, how: Reading, n_columns: int) -> None:
        self.how = how
        self.n_rows = 0
        self.read, self.zeros, self.present, self.infinite = np.zeros((4, n_columns), np.int64)
        self.sample = Sample(max(_LEAST, thresholds.sampled_numbers // max(1, n_columns)))

    @property
    def is_all(self) -> bool:
        return self.n_rows <= self.sample.most

    def add(self, values: NDArray[np.floating]) -> None:
        if not len(values):
            return
        self.read += np.count_nonzero(~np.isnan(values), axis=0)
        self.zeros += np.count_nonzero(values == 0, axis=0)
        _blank(values, self.how)
        self.present += np.count_nonzero(~np.isnan(values), axis=0)
        self.infinite += np.count_nonzero(np.isinf(values), axis=0)
        self.sample.add(values, None, self.n_rows)
        self.n_rows += len(values)

    def take(self, dtype: np.dtype[Any]) -> NDArray[np.floating]:
        """The sample."""
        return self.sample.take(dtype).X if self.n_rows else np.empty((0, len(self.present)), dtype)


def _is_parquet(stream: io.BufferedReader[Any]) -> bool:
    """Whether this is parquet, or else csv. Others are refused."""
    head = stream.peek(8)
    if head.startswith((b"PK", b"\x93NUMPY", b"\xd0\xcf\x11\xe0")):
        raise Problem("--minibatch streams csv and parquet; leave it out, and arrays and workbooks are read at once", 2)
    return head.startswith(b"PAR1")


def _blank(values: NDArray[np.floating], how: Reading) -> None:
    """Make missing what stands for a missing value."""
    for number in how.numbers():
        values[values == number] = np.nan


def _listed(counts: Mapping[str, int]) -> str:
    return shortlist(f"{name} {n:,}" for name, n in counts.items())
