# SPDX-License-Identifier: BSD-3-Clause
"""What a command found: text for a person, or with --json one JSON object with the same facts."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie.cli._io.sources import source_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie._base.tables.table import LeftOut, Table
    from coterie.scaling import Scaler


def tell(args: argparse.Namespace, text: Callable[[], str], facts: Callable[[], Mapping[str, object]]) -> None:
    """Print the text to standard error, or the facts to standard output."""
    if args.json:
        write_json(args, facts())
    elif not args.quiet:
        print(text(), file=sys.stderr)


def write_json(args: argparse.Namespace, facts: Mapping[str, object]) -> None:
    """The facts on one line of standard output."""
    print(json.dumps(_plain({"command": args.command, **facts}), allow_nan=False))


def _plain(value: object) -> object:
    """As JSON has it: what is no finite number is null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def of_table(args: argparse.Namespace, table: Table, columns: Sequence[str] | None = None) -> dict[str, object]:
    """What was read, and left out; `columns` are those used, by default the numbers."""
    return {
        "file": source_name(args.file),
        "n_rows": len(table.values) if table.kept is None else len(table.kept),
        "n_rows_left_out": 0 if table.kept is None else int(np.count_nonzero(~table.kept)),
        "columns": table.names if columns is None else columns,
        "columns_left_out": [{"name": left.name, "reason": _reason(left)} for left in table.left_out],
    }


def _reason(left: LeftOut) -> str:
    return left.why if left.reason or left.empty else " such as ".join(filter(None, ["no numbers", left.why]))


def of_scaling(table: Table, scaler: Scaler | None) -> dict[str, object]:
    """How columns were scaled; each in its own way with the method auto."""
    ways = getattr(scaler, "methods_", None) if scaler is not None and scaler.method == "auto" else None
    return {
        "scaling": None if scaler is None else scaler.method,
        "scaling_of_columns": None if ways is None else dict(zip(table.names, ways, strict=True)),
    }


def of_clusters(
    sizes: NDArray[np.integer], total: int | None = None, /, **of_each: Sequence[Any] | NDArray[Any]
) -> dict[str, object]:
    """The number of clusters, and of each the size, its share of all rows, and what else there is."""
    n_rows = max(int(sizes.sum()) if total is None else total, 1)
    return {
        "n_clusters": len(sizes),
        "clusters": [
            {"label": k, "size": size, "share": size / n_rows, **{name: each[k] for name, each in of_each.items()}}
            for k, size in enumerate(sizes.tolist())
        ],
    }


def by_name(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Rows of values by the names of their columns."""
    return [dict(zip(names, row, strict=True)) for row in rows]
