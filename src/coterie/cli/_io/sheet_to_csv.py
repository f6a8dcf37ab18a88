# SPDX-License-Identifier: BSD-3-Clause
"""A sheet of a workbook as csv: a program of its own, which `excel_files` runs.

    python sheet_to_csv.py BYTES [SHEET] < workbook > table.csv

What reads workbooks is compiled code that ends the whole process where a file makes it ask for more memory than there
is, as one with two cells in opposite corners does. Here nothing is lost then. BYTES limits the memory (0: no limit),
where the system can do that. A line on standard error says, as JSON, which sheets there are and which one it was, or
what is wrong.
"""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
import json
import re
import sys
from collections.abc import Sequence
from typing import Any

_MOST_CELLS = 10**8
_TWO_WAYS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")  # would be a number by a decimal comma, too: another one
_CONTROL = dict.fromkeys(range(32), " ")  # a row of the sheet is a line of the csv


class _ByPoint(float):
    """A number that is written so that its point can only be decimal."""

    def __str__(self) -> str:
        return f"{float.__repr__(self)}0"


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """Write the sheet to standard output; what there is to say about it."""
    _limit_memory(int(arguments[0]))
    try:
        import python_calamine
    except ImportError:
        return {"is_there": False}
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    every = [each for each in book.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet]
    names = [each.name for each in every]
    visible = [each.name for each in every if each.visible == python_calamine.SheetVisibleEnum.Visible]
    chosen = arguments[1] if len(arguments) > 1 else next(iter(visible or names), None)
    if chosen not in names:
        return {"sheets": names}
    sheet = book.get_sheet_by_name(chosen)
    if sheet.total_height * sheet.width > _MOST_CELLS:
        return {"error": f"its cells are spread over {sheet.total_height:,} rows and {sheet.width:,} columns"}
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in sheet.iter_rows():
        if any(cell != "" for cell in row):
            writer.writerow(map(_as_csv, row))
        else:
            out.write("\n")
    out.flush()
    return {"sheets": names, "chosen": chosen}


def _as_csv(cell: Any) -> Any:
    """Text goes in quotes, numbers do not."""
    if isinstance(cell, str):
        return cell.translate(_CONTROL)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ") if cell.time() != datetime.time() else cell.date().isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        cell = cell.total_seconds()
    if cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    text = repr(cell)
    return _ByPoint(cell) if text[-4:-3] == "." and _TWO_WAYS.fullmatch(text) else cell


def _limit_memory(n_bytes: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        if n_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))


if __name__ == "__main__":
    try:
        said = main(sys.argv[1:])
    except BaseException as error:  # also a panic of compiled code, which is no Exception
        said = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(said), file=sys.stderr)
