# SPDX-License-Identifier: BSD-3-Clause
"""Reading a table from a file, whatever its format. The content decides what it is, not the name."""

from __future__ import annotations

import argparse
import contextlib
import csv
import dataclasses
import gzip
import io
import os
import stat
import types
import zipfile
import zlib
from collections.abc import Sequence

import numpy as np

from coterie._base.optional import how_to_install
from coterie._runtime.progress import report
from coterie.cli._console import Problem, count, did_you_mean, listing, note, printable, progress_bar, warn
from coterie.cli._csv import read_csv
from coterie.cli._table import (
    MISSING,
    Choose,
    ChooseAgain,
    Left,
    Table,
    add_column_arguments,
    distinct,
    odd_columns,
    resolve_missing,
)

_UNREADABLE = {
    b"\xfd7zXZ": "it is compressed with xz; unpack it first (gzip is read as it is)",
    b"BZh": "it is compressed with bzip2; unpack it first (gzip is read as it is)",
    b"\x28\xb5\x2f\xfd": "it is compressed with zstd; unpack it first (gzip is read as it is)",
    b"\xd0\xcf\x11\xe0": "it is an old Excel or Word file; save the sheet as csv",
    b"\x89HDF": "it is an HDF5 file, which is not read; save the table as csv, npy or parquet",
    b"ARROW1": "it is an Arrow (feather) file; save the table as parquet",
}


def add_file_arguments(parser: argparse.ArgumentParser, missing: str = "error") -> None:
    """The arguments that say what to read; `read_file(args)` reads it. `missing`: the default of that option."""
    _add_source_arguments(parser)
    add_column_arguments(parser)
    parser.add_argument(
        "--missing",
        choices=MISSING,
        default=missing,
        help="what to do about missing values: stop (error), leave the row out (drop) or fill in the "
        f"column's median (median); default: {missing}",
    )


def add_new_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say which further rows to read; `read_more(args, ...)` reads them."""
    _add_source_arguments(parser)
    parser.add_argument(
        "--missing",
        choices=MISSING,
        help="what to do about missing values: stop (error), leave the row out, with an empty label "
        "(drop), or fill in the median that the column had when the model was fitted (median); "
        "default: what was done then",
    )


def _add_source_arguments(parser):
    parser.add_argument("file", metavar="FILE", help="csv (also gzipped), npy, npz or parquet; - is standard input")
    parser.add_argument("--array", metavar="NAME", help="which array of an npz file")


def read_file(
    args: argparse.Namespace, row_names: str | None = None, only_measurements: bool = False, labelled: bool = True
) -> Table:
    """Read the table that the arguments name, without missing values, and say what was done about it.

    `row_names` is the column, or the array of an npz file, that names the rows. With `only_measurements` columns that
    look like identifiers or dates are left out, if none were chosen, and constant ones. `labelled`: labels will be
    written for the rows. A Problem names the file.
    """
    tell = _teller(args)
    with _naming(source_name(args.file)):
        table = _open(args.file, args.array, Choose(args.columns, args.drop, row_names), args.quiet)
        table.leave_out(
            [
                name
                for name, column in zip(table.names, table.values.T, strict=True)
                if len(column) and np.isnan(column[0]) and np.isnan(column).all()
            ],
            "empty",
        )
        if args.columns is not None and table.left_out:
            raise Problem(f"not a column of numbers: {listing(table.left_out)}")
        if not table.names:
            instead = f", but {listing(table.left_out, 5)}" if table.left_out else ""
            raise Problem(f"there is no column of numbers in it{instead}")
        if not len(table.values):
            raise Problem("there is no row in it")
        if table.row_names is not None and len(table.row_names) != len(table.values):
            raise Problem(
                f"--names {row_names} has {len(table.row_names):,} names for {count(len(table.values), 'row')}"
            )
        for message in table.notes:
            tell(message)
        _tell_of_text(table, "left out, not numbers", tell)
        ids, dates, constant = odd_columns(table)
        if only_measurements:
            _keep_measurements(table, *(([], []) if args.columns else (ids, dates)), constant)
            ids, dates, constant = [], [], []
        if args.columns is None:
            _warn_of(ids, "an identifier", "identifiers")
            _warn_of(dates, "a date", "dates")
        if constant:
            tell(f"the same in every row, so without effect: {listing(constant)}")
        if message := resolve_missing(table, args.missing):
            tell(message + ", and their label is empty" * (labelled and table.kept is not None))
    return table


def read_more(args: argparse.Namespace, choose: ChooseAgain, missing: str, medians: Sequence[float]) -> Table:
    """Read further rows for a model, treated as those that it was fitted with, and say what was done about it.

    missing, medians : what to do about missing values, and the medians of the columns when the model was fitted
    """
    tell = _teller(args)
    with _naming(source_name(args.file)):
        table = _open(args.file, args.array, choose, args.quiet)
        if table.left_out:
            raise Problem(f"not a column of numbers: {listing(table.left_out)}")
        if not len(table.values):
            raise Problem("there is no row in it")
        for message in table.notes:
            tell(message)
        used = set(table.names)
        if ignored := [name for name in table.all_names if name not in used]:
            tell(f"ignored, as the model does not use {'it' if len(ignored) == 1 else 'them'}: {listing(ignored)}")
        if table.names != list(choose.columns):
            tell(f"columns are taken by position: {listing(table.names, 5)} as {listing(choose.columns, 5)}")
            table.names = list(choose.columns)
        if message := resolve_missing(table, missing, medians):
            tell(message + ", and their label is empty" * (table.kept is not None))
    return table


def add_any_file_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments that say what to read, text and missing values too; `read_any(args)` reads it."""
    _add_source_arguments(parser)
    add_column_arguments(parser)


def read_any(
    args: argparse.Namespace, row_names: str | None = None, option: str = "--names", fitted: ChooseAgain | None = None
) -> Table:
    """Read numbers and text as they are, with values missing, and say what was done about it.

    `row_names` is the column that names the rows, or groups them, as the `option` says. `fitted` are the columns that a
    model was fitted on: these are measurements, whatever they look like.
    """
    tell = _teller(args)
    with _naming(source_name(args.file)):
        table = _open(args.file, args.array, Choose(args.columns, args.drop, row_names, option, texts=True), args.quiet)
        if not len(table.values):
            raise Problem("there is no row in it")
        if table.row_names is not None and len(table.row_names) != len(table.values):
            raise Problem(
                f"{option} {row_names} has {count(len(table.row_names), 'value')} for {count(len(table.values), 'row')}"
            )
        if infinite := [
            name for name, column in zip(table.names, table.values.T, strict=True) if np.isinf(column).any()
        ]:
            raise Problem(f"infinite values in {listing(infinite)}; correct them or leave the column out with --drop")
        for message in table.notes:
            tell(message)
        _tell_of_text(table, "left out", tell)
        if args.columns is None:
            used = [] if fitted is None else [table.all_names[j] for j in fitted(table.all_names, table.is_named)]
            ids, dates, _ = odd_columns(table)
            _leave_out_odd(
                table, [name for name in ids if name not in used], [name for name in dates if name not in used]
            )
        if not table.names and not table.texts:
            raise Problem("there is no column to describe in it")
    return table


def read_column(file: str, name: str) -> np.ndarray:
    """Read the only column of a file, or the one of this name: numbers, NaN where one is missing, or text and None."""
    with _naming(source_name(file)):
        table = _open(file, None, Choose(None, [], texts=True, needed=True))
        names = [*table.names, *table.texts]
        if name not in names and len(names) != 1:
            raise Problem(f"it has {count(len(names), 'column')}; one that is called {name!r} is needed")
        chosen = name if name in names else names[0]
        if chosen in table.texts:
            return np.array(table.texts[chosen], dtype=object)
        return table.values[:, table.names.index(chosen)]


def _teller(args):
    return (lambda message: None) if args.quiet else note


def check_rows(args: argparse.Namespace, table: Table, least: int = 1) -> None:
    """Refuse fewer rows than clusters are asked for, or than `least`."""
    n = len(table.values)
    there = f"the {count(n, 'row')} there {'is' if n == 1 else 'are'}"
    if n < least:
        raise Problem(f"{source_name(args.file)}: {least} rows are needed, which is more than {there}")
    if getattr(args, "n_clusters", None) is not None and args.n_clusters > n:
        raise Problem(f"{source_name(args.file)}: -k {args.n_clusters} is more than {there}")


def _tell_of_text(table, head, tell):
    """Name the columns that were left out in reading. A warning has those that hold numbers."""
    if text := [left for left in table.left_out if not left.is_unclear]:
        tell(f"{head}: {listing(text)}")
    if unclear := [left for left in table.left_out if left.is_unclear]:
        warn(f"left out, as the numbers can be read in two ways: {listing(unclear)}")


def _keep_measurements(table, ids, dates, constant):
    table.leave_out(constant, "the same in every row")
    if not table.names:
        raise Problem(f"there is no column of measurements in it, but {listing(table.left_out, 5)}")
    if constant:
        warn(f"left out, the same in every row: {listing(constant)}")
    _leave_out_odd(table, ids, dates)


def _leave_out_odd(table, ids, dates):
    """Leave out what looks like identifiers and dates, unless there is nothing else, and warn of it."""
    if len(ids) + len(dates) == len(table.names) and not table.texts:
        odd, what = listing([*ids, *dates]), " and ".join(["identifiers"] * bool(ids) + ["dates"] * bool(dates))
        if ids or dates:
            warn(f"used although they look like {what}, as there is nothing else: {odd}")
        return
    already = len(table.left_out)
    table.leave_out(ids, "looks like an identifier")
    table.leave_out(dates, "looks like a date")
    if ids or dates:
        warn(f"left out: {listing(table.left_out[already:])}; --columns chooses what to use")


def _warn_of(names, one, many):
    if len(names) == 1:
        warn(f"{names[0]} looks like {one} but is used as a measurement; --drop {names[0]} leaves it out")
    elif names:
        warn(f"{listing(names)} look like {many} but are used as measurements; --drop leaves columns out")


@contextlib.contextmanager
def _naming(source):
    """Turn what can go wrong in reading into a Problem that names the source."""
    try:
        yield
    except Problem as problem:
        raise Problem(f"{source}: {problem}", problem.code) from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise Problem(f"{source}: the file is damaged or cut short ({error})") from error
    except (OSError, ValueError, csv.Error) as error:
        raise Problem(f"{source}: {getattr(error, 'strerror', None) or error}") from error


def _open(file, array, choose, quiet=True):
    source = _Told(0 if file == "-" else file, closefd=file != "-")
    with io.BufferedReader(source, 1 << 20) as stream, progress_bar(quiet):
        if source.total > 30e6 and not quiet:
            note(f"reading {source_name(file)}, {source.total / 1e6:,.0f} MB")
        return _read(stream, array, choose)


class _Told(io.FileIO):
    """A file that tells how much of it has been read, where its size is known. That is a place to stop at, too."""

    def __init__(self, file, closefd):
        super().__init__(file, "rb", closefd=closefd)
        status = os.fstat(self.fileno())
        self.total, self.done = status.st_size if stat.S_ISREG(status.st_mode) else 0, 0

    def readinto(self, buffer):
        n = super().readinto(buffer)
        if self.total and n:
            self.done = min(self.done + n, self.total)  # some parts of some formats are read twice
            report("reading", self.done, self.total)
        return n


def source_name(file: str) -> str:
    return "standard input" if file == "-" else printable(file)


def _read(stream, array, choose):
    head = stream.peek(8)
    if head.startswith(b"\x1f\x8b"):
        stream = io.BufferedReader(gzip.GzipFile(fileobj=stream), 1 << 20)
        head = stream.peek(8)
    for magic, reason in _UNREADABLE.items():
        if head.startswith(magic):
            raise Problem(reason)
    if head.startswith(b"PK"):
        return _read_npz(_seekable(stream), array, choose)
    if array is not None:
        raise Problem("--array is for npz files, and this is none", code=2)
    if head.startswith(b"\x93NUMPY"):
        return _from_array(_load(stream), [], choose)
    if head.startswith(b"PAR1"):
        return _read_parquet(_seekable(stream), choose)
    return read_csv(stream, choose)


def _seekable(stream):
    plain_file = isinstance(stream.raw, io.FileIO) and stream.seekable()
    return stream if plain_file else io.BytesIO(stream.read())


# ------------------------------------------------------------------------------------------------ numpy files


def _load(stream):
    try:
        # From what is a file numpy reads past Python, which is wrong for a pipe and for a gzip stream.
        return np.lib.format.read_array(types.SimpleNamespace(read=stream.read))
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise Problem("it holds Python objects, not numbers") from None
        raise


def _from_array(array, names, choose):
    """The chosen columns of a two-dimensional array; one dimension is one column, a record array has its fields."""
    if array.dtype.names:
        return _from_columns({name: array[name] for name in array.dtype.names}, choose)
    if array.dtype.kind not in "biuf":
        raise Problem(f"its values are not numbers but {array.dtype}")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2:
        raise Problem(f"it has the shape {array.shape}; rows and columns are needed, two dimensions")
    is_named = bool(names)
    names, notes = distinct(names or [""] * array.shape[1])
    name_column = choose.find_row_names(names)
    row_names = None if name_column is None else _as_text(array[:, name_column])
    columns = choose(names, is_named)
    if columns != list(range(array.shape[1])):
        array = array[:, columns]
    values = np.ascontiguousarray(array, dtype=_float_type(array.dtype))
    return Table(
        values if values.flags.writeable else values.copy(),
        [names[j] for j in columns],
        names,
        is_named,
        notes=notes,
        row_names=row_names,
    )


def _from_columns(arrays, choose):
    names = list(arrays)
    row_names = None if choose.find_row_names(names) is None else _as_text(arrays[choose.row_names])
    chosen = [names[j] for j in choose(names)]
    numeric = [name for name in chosen if arrays[name].dtype.kind in "biuf" and arrays[name].ndim == 1]
    texts = {name: _as_text(arrays[name]) for name in chosen if choose.texts and arrays[name].dtype.kind == "U"}
    left_out = [Left(name) for name in chosen if name not in numeric and name not in texts]
    dtype = np.result_type(*(_float_type(arrays[name].dtype) for name in numeric)) if numeric else np.float64
    values = np.empty((len(arrays[names[0]]), len(numeric)), dtype)
    for j, name in enumerate(numeric):
        values[:, j] = arrays[name]
    return Table(values, numeric, names, left_out=left_out, row_names=row_names, texts=texts)


def _as_text(array):
    return [printable(str(value)) for value in array.tolist()]


def _float_type(dtype):
    return np.float32 if dtype.kind == "f" and dtype.itemsize <= 4 else np.float64


def _read_npz(stream, wanted, choose):
    with zipfile.ZipFile(stream) as archive:
        members = archive.namelist()
        if "coterie.json.npy" in members:
            raise Problem("it is a model saved by coterie, not a table; coterie predict uses it")
        if not all(member.endswith(".npy") for member in members):
            excel = "xl/workbook.xml" in members
            raise Problem("it is an Excel workbook; save the sheet as csv" if excel else "it is a zip file, not an npz")
        headers = {member.removesuffix(".npy"): _header(archive, member) for member in members}

        def load(name):
            with archive.open(f"{name}.npy") as file:
                return _load(file)

        row_names = None
        if choose.row_names is not None:
            row_names = _pop_row_names(choose.row_names, headers, load)
            choose = dataclasses.replace(choose, row_names=None)
        if wanted is not None and wanted not in headers:
            raise Problem(f"no array is called {wanted!r}: {did_you_mean(wanted, list(headers))}", code=2)
        wanted = [wanted] if wanted is not None else _arrays_of_a_table(headers)
        if len(wanted) > 1:
            table = _from_columns({name: load(name) for name in wanted}, choose)
            table.notes.append(f"the {len(wanted)} arrays of {len(table.values):,} numbers are the columns")
        else:
            table = _from_npz_array(wanted[0], headers, load, choose)
        table.row_names = row_names
        return table


def _pop_row_names(wanted, headers, load):
    """The array that names the rows, as text; of whole numbers that count the entries of another one, such as `labels`
    and `label_names`, those. What was used is taken out of `headers`."""
    if wanted not in headers:
        raise Problem(f"--names: no array is called {wanted!r}: {did_you_mean(wanted, list(headers))}", code=2)
    names = load(wanted)
    if names.ndim != 1:
        raise Problem(f"--names: the array {wanted} has the shape {names.shape}; one name for each row is needed")
    del headers[wanted]
    meaning = f"{wanted.removesuffix('s')}_names"
    if names.dtype.kind in "iu" and meaning in headers and headers[meaning][1].kind == "U":
        entries = load(meaning)
        if entries.ndim == 1 and len(names) and names.min() >= 0 and names.max() < len(entries):
            del headers[meaning]
            names = entries[names]
    return _as_text(names)


def _arrays_of_a_table(headers):
    """The only array of two dimensions, or else the longest ones of one dimension, which then are columns."""
    numeric = {name: shape for name, (shape, dtype) in headers.items() if dtype.kind in "biuf"}
    tables = [name for name, shape in numeric.items() if len(shape) == 2]
    if len(tables) == 1:
        return tables
    if tables:
        raise Problem(f"there are several arrays in it; choose one with --array: {listing(tables)}", code=2)
    if "indptr" in headers and "indices" in headers:
        raise Problem("it holds a sparse matrix; only dense arrays are read")
    lengths = {name: shape[0] for name, shape in numeric.items() if len(shape) == 1}
    columns = [name for name in lengths if lengths[name] == max(lengths.values())]
    if len(columns) < 2:
        shapes = listing(f"{name} {shape}" for name, (shape, _) in headers.items())
        raise Problem(f"there is no array of numbers with two dimensions in it: {shapes or 'no array'}")
    return columns


def _from_npz_array(wanted, headers, load, choose):
    """An array, with what else is in the file about it: names of its columns, scale and offset of packed integers."""
    shape, dtype = headers[wanted]
    names, packing, others = [], {}, []
    for name, (other, other_dtype) in headers.items():
        if name in ("columns", "feature_names", "names") and other == shape[1:] != () and other_dtype.kind == "U":
            names = _as_text(load(name))
        elif (
            name in ("scale", "offset")
            and dtype.kind in "iu"
            and other in ((), (1,), shape[1:])
            and other_dtype.kind in "iuf"
        ):
            packing[name] = load(name)
        elif name != wanted:
            others.append(name)
    array = load(wanted)
    notes = [f"array {wanted} is used; also in the file: {listing(others)}"] if others else []
    if packing:
        array = array * packing.get("scale", 1.0) + packing.get("offset", 0.0)
        notes.append(
            f"its integers were turned into {wanted}{' * scale' * ('scale' in packing)}"
            f"{' + offset' * ('offset' in packing)}, which are in the file too"
        )
    table = _from_array(array, names, choose)
    table.notes = notes + table.notes
    return table


def _header(archive, member):
    """Shape and dtype of an npy file in an archive, without reading its values."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    return shape, dtype


# ---------------------------------------------------------------------------------------------------- parquet


def _read_parquet(stream, choose: Choose):
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        raise Problem(f"reading parquet needs pyarrow: {how_to_install('pyarrow')}") from None
    file = pa.parquet.ParquetFile(stream)
    schema = file.schema_arrow
    if len(set(schema.names)) < len(schema.names):
        raise Problem("it has several columns of one name")
    names = schema.names
    numeric, left_out, texts = [], [], {}
    row_names = None
    if choose.find_row_names(names) is not None:
        row_names = ["" if name is None else str(name) for name in file.read([choose.row_names]).column(0).to_pylist()]
    for j in choose(names):
        kind = schema.types[j]
        is_number = any(
            test(kind) for test in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean)
        )
        is_number = is_number or (choose.needed and pa.types.is_null(kind))
        if is_number and not names[j].startswith("__index_level_"):  # the index of a pandas table
            numeric.append(j)
        elif choose.texts and any(
            test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_dictionary)
        ):
            texts[names[j]] = file.read([names[j]]).column(0).to_pylist()
        else:
            left_out.append(Left(f"{names[j]} ({kind})"))
    small = numeric and all(schema.types[j] in (pa.float16(), pa.float32()) for j in numeric)
    kind = pa.float32() if small else pa.float64()
    values = np.empty((file.metadata.num_rows, len(numeric)), kind.to_pandas_dtype())
    start = 0
    # In batches, between which the command can be stopped. pyarrow reads ahead in threads of its own.
    for part in file.iter_batches(1 << 16, columns=[names[j] for j in numeric]) if numeric else ():
        for i, j in enumerate(numeric):
            column = part.column(part.schema.get_field_index(names[j])).cast(kind, safe=False)
            values[start : start + len(part), i] = column.to_numpy(zero_copy_only=False)
        start += len(part)
        report("reading rows", start, len(values))
    return Table(values, [names[j] for j in numeric], names, left_out=left_out, row_names=row_names, texts=texts)
