# SPDX-License-Identifier: BSD-3-Clause
"""Tables from parquet files, for which pyarrow is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

import numpy as np

from coterie._base.optional import how_to_install
from coterie._base.tables.table import LeftOut, Table
from coterie._runtime.progress import report
from coterie.cli._console import Problem
from coterie.cli._io.columns import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_parquet(stream: IO[bytes], choose: Columns) -> Table:
    """The table in a parquet file."""
    table, batches, n_rows = open_parquet(stream, choose)
    table.values = np.empty((n_rows, len(table.names)), table.values.dtype)
    start = 0
    for values in batches:
        table.values[start : start + len(values)] = values
        start += len(values)
        report("reading rows", start, n_rows)
    return table


def open_parquet(stream: IO[bytes], choose: Columns) -> tuple[Table, Iterator[NDArray[np.floating]], int]:
    """The table in a parquet file without its numbers; these in batches, between which the command can be stopped; and
    how many rows there are. pyarrow reads ahead in threads of its own."""
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError:
        raise Problem(f"reading parquet needs pyarrow: {how_to_install('pyarrow')}") from None
    # Without a buffer pyarrow holds the columns of many groups of rows at once.
    file = pa.parquet.ParquetFile(stream, buffer_size=1 << 20)
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
            left_out.append(LeftOut(names[j], reason=str(kind)))
    small = numeric and all(schema.types[j] in (pa.float16(), pa.float32()) for j in numeric)
    kind = pa.float32() if small else pa.float64()
    used = [names[j] for j in numeric]

    def batches() -> Iterator[NDArray[np.floating]]:
        for part in file.iter_batches(1 << 16, columns=used) if used else ():
            values = np.empty((len(part), len(used)), kind.to_pandas_dtype())
            for i, name in enumerate(used):
                column = part.column(part.schema.get_field_index(name)).cast(kind, safe=False)
                values[:, i] = column.to_numpy(zero_copy_only=False)
            yield values

    none = np.empty((0, len(used)), kind.to_pandas_dtype())
    table = Table(none, used, names, left_out=left_out, row_names=row_names, texts=texts, form="parquet")
    return table, batches(), file.metadata.num_rows
