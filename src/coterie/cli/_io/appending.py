# SPDX-License-Identifier: BSD-3-Clause
"""The table of a file as it is there, with labels as further columns.

The file is read a second time, block by block, and no cell is taken apart: what was text goes out as the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from typing import IO

from coterie._base.tables.table import Table
from coterie._base.wording import count
from coterie.cli._console import Problem, note
from coterie.cli._io.cells import NewColumns, as_cell
from coterie.cli._io.columns import distinct
from coterie.cli._io.csv_columns import is_blank
from coterie.cli._io.csv_files import reopened
from coterie.cli._io.excel_files import as_csv
from coterie.cli._io.sources import opened, seekable, source_name

_ENDINGS = {".csv": "text", ".tsv": "text", ".txt": "text", ".parquet": "parquet", ".pq": "parquet"}
_NO_TABLES = (".xlsx", ".xls", ".xlsb", ".ods", ".npy", ".npz")


def check_appending(args: argparse.Namespace, table: Table) -> None:
    """Refuse, before any work is done, what can't be written."""
    if not table.form:
        raise Problem("--append adds a column to a table in csv, a workbook or parquet, and these are arrays", code=2)
    ending = os.path.splitext(args.output.removesuffix(".gz") if args.output else "")[1].lower()
    written = "parquet" if table.form == "parquet" else "text"
    if ending in _NO_TABLES or _ENDINGS.get(ending, written) != written:
        name = "parquet" if written == "parquet" else "csv"
        raise Problem(f"--append writes {name} here, and --output {args.output} has another ending", code=2)
    if written == "parquet" and args.output in (None, "-") and sys.stdout is not None and sys.stdout.isatty():
        raise Problem("--append writes a parquet file, which is nothing to read: name one with --output", code=2)


def append_columns(args: argparse.Namespace, table: Table, columns: NewColumns) -> None:
    """Write the table of the file again, with further columns."""
    given = list(columns.columns)
    names = distinct([*table.all_names, *given])[0][-len(given) :]
    for old, new in zip(given, names, strict=True):
        if old != new:
            note(f"there is a column called {old} in the file, so the new one is called {new}")
    columns = NewColumns(dict(zip(names, columns.columns.values(), strict=True)), columns.rows)
    if args.file == "-":
        os.lseek(0, 0, os.SEEK_SET)  # `keep_standard_input` has made that possible
    rest = False  # also if nobody reads what is written, which is no error
    with opened(args.file, args.quiet) as stream, args.outputs.open(args.output, binary=True) as file:
        if table.form == "parquet":
            rest = _append_to_parquet(seekable(stream), file, columns)
        elif table.form == "workbook":
            with as_csv(seekable(stream), args.sheet) as (sheet, _):
                rest = _append_to_text(reopened(sheet), file, table, columns, _safe_rows)
        else:
            rest = _append_to_text(reopened(stream), file, table, columns)
    if rest:
        raise Problem(
            f"{source_name(args.file)} was changed while the command ran: it had {count(len(columns.rows), 'row')}"
        )


def _append_to_text(
    text: io.TextIOWrapper,
    file: IO[bytes],
    table: Table,
    columns: NewColumns,
    change: Callable[[Iterator[str]], Iterator[str]] = iter,
) -> bool:
    """Whether there were other rows than before; lines are changed before they are written."""
    lines, separator = change(text), table.separator
    above = list(itertools.islice(lines, table.first_line))
    if table.is_named and above:
        above[-1] = _longer(above[-1], separator.join(["", *columns.columns]))
    file.writelines(line.encode(text.encoding, str(text.errors)) for line in above)
    cells = columns.cells(separator, table.decimal_comma and separator != ",")
    for record, blank in _records(lines, separator, len(table.all_names)):
        cell = "" if blank else next(cells, None)
        if cell is None:
            return True
        file.write(_longer(record, cell).encode(text.encoding, str(text.errors)))
    return next(cells, None) is not None


def _safe_rows(lines: Iterator[str]) -> Iterator[str]:
    """The rows of a sheet, each a line, with no text in them that becomes a formula as the sheet becomes text."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in csv.reader(lines):
        writer.writerow(map(as_cell, row))
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _longer(record: str, further: str) -> str:
    """A record with further cells, before the end of its last line."""
    written = record.rstrip("\r\n")
    return f"{written}{further}{record[len(written) :]}"


def _records(lines: Iterator[str], separator: str, width: int) -> Iterator[tuple[str, bool]]:
    """What is written for each row of the file, with line ends, as cells in quotes may go on over lines; and whether
    it is no row but a blank line."""
    for line in lines:
        if '"' not in line and not line.isspace():
            yield line, False
        else:
            taken = [line]
            row = next(csv.reader(_with_more(taken, lines), delimiter=separator))
            yield "".join(taken), is_blank(row, width)


def _with_more(taken: list[str], lines: Iterator[str]) -> Iterator[str]:
    """The line that was taken, and as many more as are asked for, which then are taken, too."""
    yield taken[0].removeprefix("\ufeff")
    for line in lines:
        taken.append(line)
        yield line


def _append_to_parquet(stream: IO[bytes], file: IO[bytes], columns: NewColumns) -> bool:
    """Whether there were other rows than expected."""
    import pyarrow as pa
    from pyarrow import parquet

    source = parquet.ParquetFile(stream)
    schema = source.schema_arrow
    for name, values in columns.columns.items():
        schema = schema.append(pa.field(name, pa.int64() if values.dtype.kind == "i" else pa.float64()))
    start, n_rows = 0, len(columns.rows)
    with parquet.ParquetWriter(file, schema) as writer:
        for part in source.iter_batches(1 << 16):
            stop = start + len(part)
            if stop > n_rows:
                return True
            left_out = columns.rows[start:stop] < 0
            further = [pa.array(values, mask=left_out) for values in columns.values(start, stop)]
            writer.write_batch(pa.RecordBatch.from_arrays([*part.columns, *further], schema=schema))
            start = stop
    return start < n_rows
