# SPDX-License-Identifier: BSD-3-Clause
"""Tables from npy and npz files."""

from __future__ import annotations

import dataclasses
import types
import zipfile
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import numpy as np

from coterie._base.tables.table import LeftOut, Table
from coterie._base.wording import did_you_mean, printable, shortlist
from coterie.cli._console import Problem
from coterie.cli._io.columns import Choose, Columns, distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

Headers: TypeAlias = dict[str, tuple[tuple[int, ...], "np.dtype[Any]"]]  # shape and dtype of each array in an npz file
Load: TypeAlias = Callable[[str], "NDArray[Any]"]  # reads one of them


def read_npy(stream: IO[bytes], choose: Columns) -> Table:
    """The table in an npy file."""
    return _from_array(_load(stream), [], choose)


def read_npz(stream: IO[bytes], wanted: str | None, choose: Columns) -> Table:
    with zipfile.ZipFile(stream) as archive:
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise Problem("it is encrypted")
        members = archive.namelist()
        if "coterie.json.npy" in members:
            raise Problem("it is a model saved by coterie, not a table; coterie predict uses it")
        if not all(member.endswith(".npy") for member in members):
            raise Problem("it is a zip file, neither an npz file nor a workbook")
        headers = {member.removesuffix(".npy"): _header(archive, member) for member in members}

        def load(name: str) -> NDArray[Any]:
            with archive.open(f"{name}.npy") as file:
                return _load(file)

        row_names = None
        if isinstance(choose, Choose) and choose.row_names is not None:
            row_names = _pop_row_names(choose.row_names, headers, load)
            choose = dataclasses.replace(choose, row_names=None)
        if wanted is not None and wanted not in headers:
            raise Problem(f"no array is called {wanted!r}: {did_you_mean(wanted, list(headers))}", code=2)
        used = [wanted] if wanted is not None else _arrays_of_a_table(headers)
        if len(used) > 1:
            table = _from_columns({name: load(name) for name in used}, choose)
            table.notes.append(f"the {len(used)} arrays of {len(table.values):,} numbers are the columns")
        else:
            table = _from_npz_array(used[0], headers, load, choose)
        table.row_names = row_names
        return table


def _load(stream: IO[bytes]) -> NDArray[Any]:
    try:
        # From what is a file numpy reads past Python, which is wrong for a pipe and for a gzip stream.
        return np.lib.format.read_array(types.SimpleNamespace(read=stream.read))
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise Problem("it holds Python objects, not numbers") from None
        raise


def _from_array(array: NDArray[Any], names: list[str], choose: Columns) -> Table:
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
    values: NDArray[np.floating] = np.ascontiguousarray(array, dtype=_float_type(array.dtype))
    return Table(
        values if values.flags.writeable else values.copy(),
        [names[j] for j in columns],
        names,
        is_named,
        notes=notes,
        row_names=row_names,
    )


def _from_columns(arrays: dict[str, NDArray[Any]], choose: Columns) -> Table:
    names = list(arrays)
    name_column = choose.find_row_names(names)
    row_names = None if name_column is None else _as_text(arrays[names[name_column]])
    chosen = [names[j] for j in choose(names)]
    numeric = [name for name in chosen if arrays[name].dtype.kind in "biuf" and arrays[name].ndim == 1]
    texts: dict[str, list[str | None]] = {
        name: list(_as_text(arrays[name])) for name in chosen if choose.texts and arrays[name].dtype.kind == "U"
    }
    left_out = [LeftOut(name) for name in chosen if name not in numeric and name not in texts]
    dtype = np.result_type(*(_float_type(arrays[name].dtype) for name in numeric)) if numeric else np.float64
    values = np.empty((len(arrays[names[0]]), len(numeric)), dtype)
    for j, name in enumerate(numeric):
        values[:, j] = arrays[name]
    return Table(values, numeric, names, left_out=left_out, row_names=row_names, texts=texts)


def _as_text(array: NDArray[Any]) -> list[str]:
    return [printable(str(value)) for value in array.tolist()]


def _float_type(dtype: np.dtype[Any]) -> type[np.float32] | type[np.float64]:
    return np.float32 if dtype.kind == "f" and dtype.itemsize <= 4 else np.float64


def _pop_row_names(wanted: str, headers: Headers, load: Load) -> list[str]:
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


def _arrays_of_a_table(headers: Headers) -> list[str]:
    """The only array of two dimensions, or else the longest ones of one dimension, which then are columns."""
    numeric = {name: shape for name, (shape, dtype) in headers.items() if dtype.kind in "biuf"}
    tables = [name for name, shape in numeric.items() if len(shape) == 2]
    if len(tables) == 1:
        return tables
    if tables:
        raise Problem(f"there are several arrays in it; choose one with --array: {shortlist(tables)}", code=2)
    if "indptr" in headers and "indices" in headers:
        raise Problem("it holds a sparse matrix; only dense arrays are read")
    lengths = {name: shape[0] for name, shape in numeric.items() if len(shape) == 1}
    columns = [name for name in lengths if lengths[name] == max(lengths.values())]
    if len(columns) < 2:
        shapes = shortlist(f"{name} {shape}" for name, (shape, _) in headers.items())
        raise Problem(f"there is no array of numbers with two dimensions in it: {shapes or 'no array'}")
    return columns


def _from_npz_array(wanted: str, headers: Headers, load: Load, choose: Columns) -> Table:
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
    notes = [f"array {wanted} is used; also in the file: {shortlist(others)}"] if others else []
    if packing:
        array = array * packing.get("scale", 1.0) + packing.get("offset", 0.0)
        notes.append(
            f"its integers were turned into {wanted}{' * scale' * ('scale' in packing)}"
            f"{' + offset' * ('offset' in packing)}, which are in the file too"
        )
    table = _from_array(array, names, choose)
    table.notes = notes + table.notes
    return table


def _header(archive: zipfile.ZipFile, member: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of an npy file in an archive, without reading its values."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    return shape, dtype
