# SPDX-License-Identifier: BSD-3-Clause
"""Numbers from delimited text, block by block, in little more memory than the numbers take.

A block of lines goes to numpy's parser, which is twice as fast as the csv module but knows neither missing values nor
quotes; what it can't read goes to the csv module.
"""
from __future__ import annotations

import codecs
import csv
import io
import itertools
import re

import numpy as np

from coterie.cli._console import Problem, count, listing
from coterie.cli._table import Choose, Left, Table, distinct

_BLOCK = 1 << 20  # characters
_SEPARATORS = "\t;,"
_MISSING = frozenset(["", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none", "?"])
_MISSING_AS_USUAL = frozenset(["", "NA", "N/A", "NULL", "null", "None", "?"])
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d*,\d+([eE][-+]?\d+)?\s*")
_JSON_OR_XML = re.compile(r"\s*([\[{]\s*[\[{\"]|<(\?xml|!doctype|html))", re.IGNORECASE)
# A column in which a smaller share of the cells is text is taken for numbers with mistakes among them.
_TEXT_SHARE = 0.1


def read_csv(stream: io.BufferedReader, choose: Choose) -> Table:
    """Read the columns of numbers among those that `choose` picks."""
    csv.field_size_limit(2**31 - 1)
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), errors="replace")
    lines = text.readlines(_BLOCK)
    start = next((i for i, line in enumerate(lines) if line.strip() and not _is_comment(line)), None)
    if start is None:
        raise Problem("there is nothing in it")
    if _JSON_OR_XML.match(lines[start]):
        raise Problem("this looks like JSON, HTML or XML; save the table as csv")
    separator = _separator(lines[start:start + 100])
    rows = csv.reader(lines[start:], delimiter=separator)
    first = next(rows)
    after_first = start + rows.line_num
    body = list(itertools.islice(rows, 1000))
    notes = []

    is_named = True
    decimal_comma = None
    if separator != ",":
        decimal_comma = next(filter(_DECIMAL_COMMA.fullmatch, itertools.chain(first, *body)), None)
    if decimal_comma is not None:
        notes.append(f"decimal commas: {decimal_comma} is read as {decimal_comma.replace(',', '.')}")
        body = [_with_points(row) for row in body]

    # np.savetxt writes the header as a comment.
    commented = next(csv.reader([lines[start - 1].strip("# \n")], delimiter=separator)) if start else []
    if _is_header(first if decimal_comma is None else _with_points(first), body):
        names, start = first, after_first
    elif len(commented) == len(first) and not any(map(_is_number, commented)):
        names = commented
    else:
        names, is_named = [""] * len(first), False
        notes.append(f"no header line; called here: {listing([f'x{j}' for j in range(len(first))], 4)}")
    names, renamed = distinct([name.strip() for name in names])

    reader = _Reader(text, separator, decimal_comma is not None, names, choose(names, is_named),
                     choose.find_row_names(names), choose.needed, choose.texts)
    reader.read_first(lines[start:], start)
    while lines := text.readlines(_BLOCK):
        reader.read(lines)
    table = reader.table()
    if len(names) == 1 and not table.names and not choose.texts:
        raise Problem(f"no comma, semicolon or tab separates columns in it, and its lines are not numbers: "
                      f"{body[0][0] if body else first[0]!r}")
    table.is_named, table.separator, table.decimal_comma = is_named, separator, decimal_comma is not None
    table.notes = notes + renamed
    return table


def _encoding(stream):
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


def _is_comment(line):
    return line.startswith("#") and not line.startswith(("#\t", "#;", "#,"))  # '#' alone may be a column's name


def _separator(lines):
    """The separator that gives the most lines as many fields as the first, if that is more than one."""
    best, most = ",", 0
    for separator in _SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        if widths[0] > 1 and widths.count(widths[0]) > most:
            best, most = separator, widths.count(widths[0])
    return best


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python's float takes 1_000


def _with_points(cells):
    return [cell.replace(",", ".") for cell in cells]


def _is_missing(cell):
    return cell.strip().lower() in _MISSING


def _is_header(first, body):
    """A header has text above numbers in some column, or else only text."""
    for j, name in enumerate(first):
        if not _is_number(name) and not _is_missing(name):
            cells = [row[j] for row in body if len(row) > j and not _is_missing(row[j])]
            if cells and all(map(_is_number, cells)):
                return True
    return not any(map(_is_number, first)) and not all(map(_is_missing, first))


class _Reader:
    """Gathers the values of the numeric columns.

    text : where a quoted field that goes on past the end of a block is continued
    decimal_comma : whether commas in numbers are points
    names : of all columns in the file
    columns : indices of the columns to read; the first block takes out those that hold text
    name_column : index of the column that names the rows, or None
    needed : whether to keep columns without a value
    with_texts : whether to keep columns of text
    """

    def __init__(self, text, separator, decimal_comma, names, columns, name_column, needed, with_texts):
        self.text, self.separator, self.decimal_comma = text, separator, decimal_comma
        self.names, self.columns, self.name_column, self.needed = names, columns, name_column, needed
        self.with_texts, self.texts, self.known = with_texts, {}, {}
        self.row_names = []
        self.n_lines = 0  # read so far
        self.blocks = []
        self.left_out = []
        self.mistakes = {}  # column: [how many, the first, its line]

    def read_first(self, lines, n_lines):
        self.n_lines = n_lines
        rows, line_of = self._rows(lines)
        if not rows:
            raise Problem("there is a header line but no row below it")
        cells = self._cells(rows)
        numeric, values = [], []
        for j in self.columns:
            column, wrong = self._numbers(cells[j])
            present = len(column) - np.isnan(column).sum() + len(wrong)
            if wrong and len(wrong) >= _TEXT_SHARE * present:
                if self.with_texts:
                    self.texts[j] = []
                else:
                    self.left_out.append(Left(self.names[j], example=cells[j][wrong[0]]))
            else:
                self._count_mistakes(j, cells[j], wrong, line_of)
                numeric.append(j)
                values.append(column)
        self.columns = numeric
        self.blocks.append(np.column_stack(values) if numeric else np.empty((len(rows), 0)))
        self._keep_texts(cells)

    def read(self, lines):
        if not self.columns and not self.texts:
            return
        values = None
        if not self.decimal_comma and self.name_column is None and not self.texts:
            values = self._read_plain(lines)
        if values is None:
            rows, line_of = self._rows(lines)
            values = np.empty((len(rows), len(self.columns)))
            cells = self._cells(rows)
            for i, j in enumerate(self.columns if rows else ()):
                values[:, i], wrong = self._numbers(cells[j])
                self._count_mistakes(j, cells[j], wrong, line_of)
            if rows:
                self._keep_texts(cells)
        self.blocks.append(values)

    def _read_plain(self, lines):
        """The values of lines that hold nothing but numbers where numbers are wanted, or None."""
        n_separators = len(self.names) - 1
        if any(line.count(self.separator) != n_separators or '"' in line or line.isspace() for line in lines):
            return None
        try:
            values = np.loadtxt(lines, delimiter=self.separator, usecols=self.columns, comments=None, ndmin=2)
        except ValueError:
            return None
        self.n_lines += len(lines)
        return values

    def _rows(self, lines):
        """The rows that start in `lines`, and a function that gives the line number of a row."""
        before = self.n_lines
        further = []

        def more():  # a quoted field may go on past the block
            for line in self.text:
                further.append(line)
                yield line

        reader = csv.reader(itertools.chain(lines, more()), delimiter=self.separator)
        rows, last = [], 0
        while reader.line_num < len(lines):
            last = reader.line_num
            rows.append(next(reader))
        self.n_lines += reader.line_num
        if reader.line_num > last + 1:
            try:
                list(csv.reader((lines + further)[last:], delimiter=self.separator, strict=True))
            except csv.Error:
                raise Problem(f"line {before + last + 1}: a quote is opened there and not closed") from None

        width = len(self.names)
        blank = [not row or (width > 1 and row == [row[0]] and not row[0].strip()) for row in rows]

        def line_of_all(i):
            return before + 1 + sum(1 + sum(cell.count("\n") for cell in row) for row in rows[:i])

        for i, row in enumerate(rows):
            if len(row) != width and not blank[i]:
                quote = ", as if a quote were not closed" if any("\n" in cell for cell in row) else ""
                raise Problem(f"line {line_of_all(i)} has {count(len(row), 'field')}, "
                              f"where the first line has {width}{quote}")
        places = [i for i in range(len(rows)) if not blank[i]] if any(blank) else range(len(rows))
        return [rows[i] for i in places], lambda i: line_of_all(places[i])

    def _cells(self, rows):
        """The cells of each column."""
        cells = list(zip(*rows, strict=True))
        if self.name_column is not None and rows:
            self.row_names += [cell.strip() for cell in cells[self.name_column]]
        return cells

    def _numbers(self, cells):
        """The cells as numbers, NaN for the missing, and the indices of those that are neither."""
        if self.decimal_comma:
            cells = _with_points(cells)
        if "_" not in "".join(cells):
            for attempt in (cells, ("nan" if cell in _MISSING_AS_USUAL else cell for cell in cells)):
                try:
                    return np.fromiter(map(float, attempt), np.float64, len(cells)), []
                except ValueError:
                    pass
        values, wrong = np.full(len(cells), np.nan), []
        for i, cell in enumerate(cells):
            if _is_number(cell):
                values[i] = float(cell)
            elif not _is_missing(cell):
                wrong.append(i)
        return values, wrong

    def _keep_texts(self, cells):
        for j, kept in self.texts.items():
            kept += [None if _is_missing(cell) else self.known.setdefault(cell, cell.strip()) for cell in cells[j]]

    def _count_mistakes(self, j, cells, wrong, line_of):
        if wrong:
            self.mistakes.setdefault(j, [0, cells[wrong[0]], line_of(wrong[0])])[0] += len(wrong)

    def table(self):
        n_rows = sum(map(len, self.blocks))
        values = np.empty((n_rows, len(self.columns)))
        while self.blocks:  # from the end, so that memory is given back on the way
            block = self.blocks.pop()
            values[n_rows - len(block):n_rows] = block
            n_rows -= len(block)
        kept = []
        for i, j in enumerate(self.columns):
            present = len(values) - np.isnan(values[:, i]).sum()
            n_wrong, example, line = self.mistakes.get(j, (0, "", 0))
            if present == 0 and n_wrong == 0 and not self.needed:
                self.left_out.append(Left(self.names[j], empty=True))
            elif n_wrong and n_wrong >= _TEXT_SHARE * (present + n_wrong):
                self.left_out.append(Left(self.names[j], example=example))
            elif n_wrong:
                more = f" and {n_wrong - 1:,} more" if n_wrong > 1 else ""
                instead = "" if self.needed else " or leave the column out with --drop"
                raise Problem(f"column {self.names[j]} has text among its numbers: {example!r} on line {line}{more}; "
                              f"correct that{instead}")
            else:
                kept.append(i)
        if len(kept) < len(self.columns):
            values = np.ascontiguousarray(values[:, kept])
        return Table(values, [self.names[self.columns[i]] for i in kept], self.names, left_out=self.left_out,
                     texts={self.names[j]: cells for j, cells in self.texts.items()},
                     row_names=self.row_names if self.name_column is not None else None)
