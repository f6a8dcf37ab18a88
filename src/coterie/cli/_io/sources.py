# SPDX-License-Identifier: BSD-3-Clause
"""A table from a file or standard input, whatever its format. The content decides what it is, not the name."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

import numpy as np

from coterie._base.tables.table import Table
from coterie._base.wording import printable
from coterie._runtime.progress import report
from coterie.cli._console import Problem, note, progress_bar
from coterie.cli._io.columns import Columns
from coterie.cli._io.csv_files import read_csv
from coterie.cli._io.excel_files import as_csv, is_workbook
from coterie.cli._io.numpy_files import read_npy, read_npz
from coterie.cli._io.parquet_files import read_parquet

_UNREADABLE = {
    b"\xfd7zXZ": "it is compressed with xz; unpack it first (gzip is read as it is)",
    b"BZh": "it is compressed with bzip2; unpack it first (gzip is read as it is)",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it first (gzip is read as it is)",
    b"\x89HDF": "it is an HDF5 file, which is not read; save the table as csv, npy or parquet",
    b"ARROW1": "it is an Arrow (feather) file; save the table as parquet",
}


@contextlib.contextmanager
def naming_errors(source: str) -> Iterator[None]:
    """Turn errors of reading into a Problem that names the source."""
    try:
        yield
    except Problem as problem:
        raise Problem(f"{source}: {problem}", problem.code) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:  # the last one by zipfile
        raise Problem(f"{source}: the file is damaged or cut short ({error})") from error
    except (OSError, ValueError, csv.Error) as error:
        raise Problem(f"{source}: {getattr(error, 'strerror', None) or error}") from error


class Reading(NamedTuple):
    """How a file is to be read.

    array : which one of an npz file
    sheet : which one of a workbook
    guess : whether numbers in text may be written as people write them, and titles may stand above the header
    missing : what else stands for a missing value, as text
    """

    array: str | None = None
    sheet: str | None = None
    guess: bool = True
    missing: tuple[str, ...] = ()

    def words(self) -> frozenset[str]:
        """What stands for a missing value, in small letters."""
        return frozenset(each.strip().lower() for each in self.missing)

    def numbers(self) -> Iterator[float]:
        """The numbers among it."""
        for each in self.missing:
            with contextlib.suppress(ValueError):
                yield float(each)


def read_source(file: str, how: Reading, choose: Columns, quiet: bool = True) -> Table:
    """Read a file, or standard input, with a progress bar."""
    with opened(file, quiet) as stream:
        table = _read(stream, how, choose)
    if how.missing:
        _blank(table, how)
    return table


@contextlib.contextmanager
def opened(file: str, quiet: bool = True) -> Iterator[io.BufferedReader[Any]]:
    """A file, unpacked if it is gzipped, or standard input, with a progress bar."""
    source = _ReportingFile(0 if file == "-" else file, closefd=file != "-")
    with io.BufferedReader(source, 1 << 20) as stream, progress_bar(quiet):
        if source.total > 30e6 and not quiet:
            note(f"reading {source_name(file)}, {source.total / 1e6:,.0f} MB")
        zipped = stream.peek(8).startswith(b"\x1f\x8b")
        yield io.BufferedReader(gzip.GzipFile(fileobj=stream), 1 << 20) if zipped else stream


def keep_standard_input() -> None:
    """Have standard input in a file of its own, so that it can be read again after `os.lseek(0, 0, os.SEEK_SET)`."""
    with io.FileIO(0, closefd=False) as source, tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.seek(0)
        os.dup2(copy.fileno(), 0)


def source_name(file: str) -> str:
    return "standard input" if file == "-" else printable(file)


class _ReportingFile(io.FileIO):
    """A file that reports how much of it has been read, where its size is known. Reading can be stopped there."""

    def __init__(self, file: str | int, closefd: bool) -> None:
        super().__init__(file, "rb", closefd=closefd)
        status = os.fstat(self.fileno())
        self.total, self.done = status.st_size if stat.S_ISREG(status.st_mode) else 0, 0

    def readinto(self, buffer: Any) -> int | None:
        n = super().readinto(buffer)
        if self.total and n:
            self.done = min(self.done + n, self.total)  # some parts of some formats are read twice
            report("reading", self.done, self.total)
        return n


def _read(stream: io.BufferedReader[Any], how: Reading, choose: Columns) -> Table:
    head = stream.peek(8)
    for magic, reason in _UNREADABLE.items():
        if head.startswith(magic):
            raise Problem(reason)
    packed = seekable(stream) if head.startswith((b"PK", b"\xd0\xcf\x11\xe0")) else None
    if packed is not None and is_workbook(packed):
        if how.array is not None:
            raise Problem("--array is only for npz files, and this is a workbook", code=2)
        with as_csv(packed, how.sheet) as (sheet, told):
            table = read_csv(sheet, choose, how.guess, how.words())
        table.notes.insert(0, told)
        table.form = "workbook"
        return table
    if how.sheet is not None:
        raise Problem("--sheet is only for workbooks, and this is none", code=2)
    if packed is not None:
        return read_npz(packed, how.array, choose)
    if how.array is not None:
        raise Problem("--array is only for npz files, and this is not an npz file", code=2)
    if head.startswith(b"\x93NUMPY"):
        return read_npy(stream, choose)
    if head.startswith(b"PAR1"):
        return read_parquet(seekable(stream), choose)
    return read_csv(stream, choose, how.guess, how.words())


def _blank(table: Table, how: Reading) -> None:
    """Make missing what stands for a missing value."""
    for number in how.numbers():
        for column in table.values.T:
            column[column == number] = np.nan
    words = how.words()
    for name, cells in table.texts.items() if words else ():
        table.texts[name] = [None if str(cell).strip().lower() in words else cell for cell in cells]


def seekable(stream: io.BufferedReader[Any]) -> IO[bytes]:
    """The same bytes, all in memory if they come through a pipe or are unpacked."""
    plain_file = isinstance(stream.raw, io.FileIO) and stream.seekable()
    return stream if plain_file else io.BytesIO(stream.read())
