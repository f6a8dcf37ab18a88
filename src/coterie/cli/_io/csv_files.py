# SPDX-License-Identifier: BSD-3-Clause
"""Tables from delimited text: the encoding, the separator, the header; then block by block.

The numbers take little more memory than they take in an array. `csv_columns` reads them.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator

from coterie._base.table import Table
from coterie._base.wording import shortlist
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.columns import Columns, distinct
from coterie.cli._io.csv_columns import Reader, TwoWaysError, check_quotes, is_missing, short
from coterie.cli._io.notation import is_number

_SEPARATORS = "\t;,"
_JSON_OR_XML = re.compile(r"\s*([\[{]\s*[\[{\"]|<(\?xml|!doctype|html))", re.IGNORECASE)


def read_csv(stream: io.BufferedReader, choose: Columns) -> Table:
    """Read the columns of numbers among those that `choose` picks."""
    csv.field_size_limit(2**31 - 1)
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="replace")
    try:
        return _read(text, choose)
    except TwoWaysError as found:
        if not stream.seekable():
            raise Problem(
                f"numbers in it are written in more than one way, as {short(str(found))} shows, so it must "
                "be read twice; save it to a file first"
            ) from None
        text.seek(0)
        return _read(text, choose, careful=True)
    finally:
        text.detach()  # or else it closes the stream


def _read(text: io.TextIOWrapper, choose: Columns, careful: bool = False) -> Table:
    lines, start = _first_lines(text)
    if _JSON_OR_XML.match(lines[start]):
        raise Problem("this looks like JSON, HTML or XML; save the table as csv")
    separator = _separator(lines[start : start + 100])
    rows = csv.reader(_and_more(lines, start, text), delimiter=separator)
    first = next(rows)
    after_first = start + rows.line_num
    if rows.line_num > 1:
        check_quotes(lines[start:after_first], separator, start)
    while not any(line.strip() for line in lines[after_first:]) and (further := text.readlines(thresholds.csv_block)):
        lines += further  # a header may be longer than a block
    body = list(itertools.islice(csv.reader(lines[after_first:], delimiter=separator), 1000))
    notes = []

    is_named = True
    # np.savetxt writes the header as a comment.
    commented = next(csv.reader([lines[start - 1].strip("# \n")], delimiter=separator)) if start else []
    if _is_header(first, body):
        names, start = first, after_first
    elif len(commented) == len(first) and not any(map(is_number, commented)):
        names = commented
    else:
        names, is_named = [""] * len(first), False
        notes.append(f"no header line; called here: {shortlist([f'x{j}' for j in range(len(first))], 4)}")
    given = names
    names, renamed = distinct([name.strip() for name in names])

    reader = Reader(
        text,
        separator,
        names,
        choose(names, is_named),
        choose.find_row_names(names),
        choose.needed,
        choose.texts,
        careful,
    )
    reader.read_first(lines[start:], start)
    while lines := text.readlines(thresholds.csv_block):
        reader.read(lines)
    table = reader.table()
    if len(names) == 1 and not table.names and not any(left.is_unclear for left in table.left_out) and not choose.texts:
        raise Problem(
            f"no comma, semicolon or tab separates columns in it, and its lines are not numbers: "
            f"{body[0][0] if body and body[0] else first[0]!r}"
        )
    table.is_named, table.is_renamed = is_named, names != given
    table.notes = notes + renamed + table.notes
    return table


def _first_lines(text: io.TextIOWrapper) -> tuple[list[str], int]:
    """A block of lines, or more if it has comments only, and where they begin that are none."""
    lines: list[str] = []
    while further := text.readlines(thresholds.csv_block):
        start = next((i for i, line in enumerate(further) if line.strip() and not _is_comment(line)), None)
        if start is not None:
            return lines + further, len(lines) + start
        lines += further
    raise Problem("there is nothing in it")


def _and_more(lines: list[str], start: int, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines from `start` on, and what follows in `text`, of which `lines` then has what was taken."""
    yield from lines[start:]
    for line in text:
        lines.append(line)
        yield line


def _encoding(stream: io.BufferedReader) -> str:
    head = stream.peek()
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        raise Problem("this is neither text nor an npy, npz or parquet file")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"  # only matters for the names of columns
    return "utf-8-sig"


def _is_comment(line: str) -> bool:
    return line.startswith("#") and not line.startswith(("#\t", "#;", "#,"))  # '#' alone may be a column's name


def _separator(lines: list[str]) -> str:
    """The separator that gives the most lines as many fields as the first, if that is more than one."""
    best, most = ",", 0
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        if widths[0] > 1 and widths.count(widths[0]) > most:
            best, most = separator, widths.count(widths[0])
    return best


def _is_header(first: list[str], body: list[list[str]]) -> bool:
    """A header has text above numbers in some column, or else only text."""
    for j, name in enumerate(first):
        if not is_number(name) and not is_missing(name):
            cells = [row[j] for row in body if len(row) > j and not is_missing(row[j])]
            if cells and all(map(is_number, cells)):
                return True
    return not any(map(is_number, first)) and not all(map(is_missing, first))
