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
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from coterie._base.tables.table import Table
from coterie._base.wording import count, shortlist
from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.columns import Columns, distinct
from coterie.cli._io.csv_columns import Reader, TwoWaysError, check_quotes, is_missing, short
from coterie.cli._io.notation import is_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SEPARATORS = "\t;|,"
_TOLD = re.compile(r'"?sep=([^"\w\n\r])"?\s*', re.IGNORECASE)  # the first line that Excel reads and writes
_LOOK = 100  # lines that are looked at for the separator and for titles
_MOST_TITLES, _IN_TITLES = 20, 2  # lines above the header, and cells in one of them
_JSON_OR_XML = re.compile(r"\s*([\[{]\s*[\[{\"]|<(\?xml|!doctype|html))", re.IGNORECASE)


def read_csv(
    stream: io.BufferedReader[Any], choose: Columns, guess: bool = True, missing: Collection[str] = frozenset()
) -> Table:
    """Read the columns of numbers among those that `choose` picks.

    guess : whether to read what people write above and in tables: titles, units, words for yes and no
    missing : further words for missing values, in small letters
    """
    csv.field_size_limit(2**31 - 1)
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="replace")
    try:
        return _read(text, choose, guess, missing)
    except TwoWaysError as found:
        if not stream.seekable():
            raise Problem(
                f"numbers in it are written in more than one way, as {short(str(found))} shows, so it must "
                "be read twice; save it to a file first"
            ) from None
        text.seek(0)
        return _read(text, choose, guess, missing, careful=True)
    finally:
        text.detach()  # or else it closes the stream


def reopened(stream: io.BufferedReader[Any]) -> io.TextIOWrapper:
    """The text with its line ends, so that it is the same bytes when it is written in the same way."""
    encoding = _encoding(stream)
    if encoding == "utf-16":
        order = "le" if stream.peek().startswith(codecs.BOM_UTF16_LE) else "be"
        return io.TextIOWrapper(stream, f"utf-16-{order}", "surrogatepass", newline="")
    return io.TextIOWrapper(stream, encoding.removesuffix("-sig"), "surrogateescape", newline="")


class CsvPass:
    """A csv file from its beginning to its end, of whose blocks none is kept."""

    def __init__(
        self,
        stream: io.BufferedReader[Any],
        choose: Columns,
        guess: bool,
        missing: Collection[str],
        careful: bool,
        marks: Mapping[int, str | None],
    ) -> None:
        """careful, marks : as `Reader` has them, from an earlier pass"""
        csv.field_size_limit(2**31 - 1)
        self.text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="replace")
        self.reader, self.finish = _open(self.text, choose, guess, missing, careful, marks)

    def __iter__(self) -> Iterator[NDArray[np.float64]]:
        """The values of the columns that the reader reads, block by block; one block if there are no such columns."""
        yield self.reader.take()
        while self.reader.columns and (lines := self.text.readlines(thresholds.csv_block)):
            self.reader.read(lines)
            yield self.reader.take()


def _read(
    text: io.TextIOWrapper, choose: Columns, guess: bool, missing: Collection[str], careful: bool = False
) -> Table:
    reader, finish = _open(text, choose, guess, missing, careful)
    while lines := text.readlines(thresholds.csv_block):
        reader.read(lines)
    return finish(reader.table())


def _open(
    text: io.TextIOWrapper,
    choose: Columns,
    guess: bool,
    missing: Collection[str],
    careful: bool,
    marks: Mapping[int, str | None] | None = None,
) -> tuple[Reader, Callable[[Table], Table]]:
    """The reader, after the first block, and what adds to its table what is known of the file."""
    lines, start, told = _first_lines(text)
    if _JSON_OR_XML.match(lines[start]):
        raise Problem("this looks like JSON, HTML or XML; save the table as csv")
    separator = told or _separator(lines[start : start + _LOOK])
    notes = []
    above_header = 0 if told is None else start
    if guess and _filled(lines[start], separator) <= _IN_TITLES:
        while len(lines) < start + _LOOK and (further := text.readlines(thresholds.csv_block)):
            lines += further
        if titles := _titles(lines, start, told or _SEPARATORS):
            separator, start, note = titles
            above_header = start
            notes.append(note)
    rows = csv.reader(_and_more(lines, start, text), delimiter=separator)
    first = next(rows)
    after_first = start + rows.line_num
    if rows.line_num > 1:
        check_quotes(lines[start:after_first], separator, start)
    while not any(line.strip() for line in lines[after_first:]) and (further := text.readlines(thresholds.csv_block)):
        lines += further  # a header may be longer than a block
    body = list(itertools.islice(csv.reader(lines[after_first:], delimiter=separator), 1000))

    is_named = True
    # np.savetxt writes the header as a comment.
    above = lines[start - 1] if start and lines[start - 1].startswith("#") else ""
    commented = next(csv.reader([above.strip("# \n")], delimiter=separator), [])
    if _is_header(first, body, guess):
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
        guess,
        missing,
        careful,
        marks,
    )
    reader.read_first(lines[start:], start)

    def finish(table: Table) -> Table:
        is_text = not table.names and not any(left.is_unclear for left in table.left_out) and not choose.texts
        if len(names) == 1 and is_text:
            raise Problem(
                f"no comma, semicolon, tab or | separates columns in it, and its lines are not numbers: "
                f"{short(body[0][0] if body and body[0] else first[0])}"
            )
        table.is_named, table.is_renamed = is_named, names != given
        table.form, table.first_line, table.n_above = "text", start, above_header
        table.notes = notes + renamed + table.notes
        return table

    return reader, finish


def _first_lines(text: io.TextIOWrapper) -> tuple[list[str], int, str | None]:
    """A block of lines, or more if it has comments only; where they begin that are none; and the separator, if a line
    above them tells it."""
    lines: list[str] = []
    told = None
    while further := text.readlines(thresholds.csv_block):
        for i, line in enumerate(further):
            if told is None and (found := _TOLD.fullmatch(line)):
                told = found[1]
            elif line.strip() and not _is_comment(line):
                return lines + further, len(lines) + i, told
        lines += further
    raise Problem("there is nothing in it")


def _and_more(lines: list[str], start: int, text: io.TextIOWrapper) -> Iterator[str]:
    """The lines from `start` on, and what follows in `text`, of which `lines` then has what was taken."""
    yield from lines[start:]
    for line in text:
        lines.append(line)
        yield line


def _titles(lines: list[str], start: int, separators: str) -> tuple[str, int, str] | None:
    """The separator, where the header is, and a note, if titles stand above it; None if there are none.

    Titles are lines with no more than two cells in them that are not empty. The header below them is the first line
    with as many fields as most lines have, more than half of them filled, and none with a number.
    """
    places = [i for i in range(start, min(len(lines), start + _LOOK)) if lines[i].strip()]
    best, most, width = separators[0], 0, 1
    for each in separators:
        widths = Counter(len(row) for i in places for row in csv.reader([lines[i]], delimiter=each))
        usual, n = max(widths.items(), key=lambda item: (item[1], item[0]))
        if usual > 1 and (n, usual) > (most, width):
            best, most, width = each, n, usual
    for n, i in enumerate(places[: _MOST_TITLES + 1]):
        cells = next(csv.reader([lines[i]], delimiter=best))
        if len(cells) == width and 2 * _filled(lines[i], best) > width:
            if not n or any(map(is_number, cells)):
                return None
            title = " ".join(filter(None, next(csv.reader([lines[start].strip()], delimiter=best)))).strip()
            more = f" and {count(n - 1, 'more line')}" if n > 1 else ""
            return best, i, f"left out above the header: {short(title)}{more}"
        if _filled(lines[i], best) > _IN_TITLES or lines[i].count('"') % 2:  # a quoted field may go on over lines
            return None
    return None


def _filled(line: str, separator: str) -> int:
    """How many fields of a line are not empty."""
    return sum(bool(cell.strip()) for cell in next(csv.reader([line], delimiter=separator), []))


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


def _is_header(first: list[str], body: list[list[str]], guess: bool) -> bool:
    """A header has text above numbers in some column, or else only text."""
    for j, name in enumerate(first):
        if not is_number(name, guess) and not is_missing(name):
            cells = [row[j] for row in body if len(row) > j and not is_missing(row[j])]
            if cells and all(is_number(cell, guess) for cell in cells):
                return True
    return not any(is_number(name, guess) for name in first) and not all(map(is_missing, first))
