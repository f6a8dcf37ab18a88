# SPDX-License-Identifier: BSD-3-Clause
"""The columns of numbers in delimited text, block by block, in little more memory than the numbers take.

A block of lines goes to numpy's parser, which is twice as fast as the csv module but knows neither missing values nor
quotes; what it can't read goes to the csv module.

What points and commas in numbers mean is decided once for each column, by all that the file shows (see `notation`).
While nothing is shown, a column is read both ways. As soon as one decimal mark is shown it is assumed of all columns;
if anything shows the other one later, the file is read again, with care: each column both ways until its own cells
show the mark.
"""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import numpy as np

from coterie._base.tables.table import LeftOut, Table
from coterie._base.wording import count, shortlist
from coterie.cli._console import Problem
from coterie.cli._io.amounts import PERCENT, Manner, amount, as_flags, read_alike
from coterie.cli._io.notation import COMMA, OTHER, POINT, Column, Notation, number, plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MISSING = frozenset(["", "na", "n/a", "#n/a", "<na>", "nan", "-nan", "null", "none", "?"])
_MISSING_AS_USUAL = frozenset(["", "NA", "N/A", "NULL", "null", "None", "?"])
# A column in which a smaller share of the cells is text is taken for numbers with mistakes among them.
_TEXT_SHARE = 0.1


Cells: TypeAlias = Sequence[Sequence[str]]  # of each column
LineOf: TypeAlias = Callable[[int], int]  # the line of a row in the file


class TwoWaysError(Exception):
    """Something shows another decimal mark than was assumed; its cell."""


def is_missing(cell: str, others: Collection[str] = ()) -> bool:
    """Whether a cell says that there is no value, by the usual words or by `others`, which are in small letters."""
    word = cell.strip().lower()
    return word in _MISSING or word in others


def is_blank(row: Sequence[str], width: int) -> bool:
    """Whether a row is a line with nothing in it, between rows of so many cells."""
    return not row or (width > 1 and len(row) == 1 and not row[0].strip())


def check_quotes(lines: Sequence[str], separator: str, before: int) -> None:
    """Refuse lines of one row, after so many others, if it goes on to the end of the file."""
    try:
        list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        raise Problem(f"line {before + 1}: a quote is opened there and not closed") from None


class Reader:
    """Gathers the values of the numeric columns.

    text : where a quoted field that goes on past the end of a block is continued
    names : of all columns in the file
    columns : indices of the columns to read; the first block takes out those that hold text
    name_column : index of the column that names the rows, or None
    needed : whether to keep columns without a value
    with_texts : whether to keep columns of text
    guess : whether to read what `amounts` reads
    missing : further words for missing values, in small letters
    careful : whether to assume no decimal mark
    marks : decimal marks of columns, by their indices, where an earlier pass has decided them
    """

    def __init__(
        self,
        text: TextIO,
        separator: str,
        names: Sequence[str],
        columns: list[int],
        name_column: int | None,
        needed: bool,
        with_texts: bool,
        guess: bool,
        missing: Collection[str],
        careful: bool,
        marks: Mapping[int, str | None] | None = None,
    ) -> None:
        self.text, self.separator, self.names, self.columns = text, separator, names, columns
        self.name_column, self.needed, self.careful = name_column, needed, careful
        self.with_texts, self.guess, self.missing, self.marks = with_texts, guess, missing, marks or {}
        self.texts: dict[int, list[str | None]] = {}
        self.known: dict[str, str] = {}  # cells of text, so that equal ones are kept once
        self.notation = Notation(separator, guess)
        self.assumed: str | None = None  # the decimal mark of columns whose cells have not shown theirs
        self.row_names: list[str] = []
        self.n_lines = 0  # read so far
        self.blocks: list[NDArray[np.float64]] = []
        self.seen: dict[int, Column] = {}  # what the columns show, by their indices
        self.by_comma: dict[int, list[tuple[int, NDArray[np.float64]]]] = {}
        # column: [(a block, its values if the comma is the decimal mark)], where that is not known
        self.taken_unknown: set[int] = set()  # columns of which values were taken before that was known
        self.left_out: list[LeftOut] = []

    def read_first(self, lines: list[str], n_lines: int) -> None:
        self.n_lines = n_lines
        rows, line_of = self._rows(lines)
        if not rows:
            raise Problem("there is a header line but no row below it")
        cells = self._cells(rows)
        try:
            self._read_first(cells, line_of)
        except TwoWaysError:
            self.careful = True
            self._read_first(cells, line_of)
        self._keep_texts(cells)

    def _read_first(self, cells: Cells, line_of: LineOf) -> None:
        self.seen, self.by_comma, self.left_out = {}, {}, []
        self.assumed = POINT if self.separator == "," and not self.careful else None
        numeric, values = [], []
        chosen = set(self.columns)
        for j in [*self.columns, *(j for j in range(len(self.names)) if j not in chosen)]:
            self.seen[j] = column = Column(mark=self.marks.get(j))
            numbers = self._numbers(j, cells[j], line_of)
            if self.guess and column.text[0] and (flags := self._flags(cells[j])):
                self.seen[j] = column = Column(manner=Manner(flags=flags))
                numbers = self._numbers(j, cells[j], line_of)
            if _is_text(column, int(np.count_nonzero(~np.isnan(numbers)))):
                self.by_comma.pop(j, None)
                del self.seen[j]
                if j in chosen and self.with_texts:
                    self.texts[j] = []
                elif j in chosen:
                    self.left_out.append(_left(self.names[j], column))
            elif j in chosen:
                numeric.append(j)
                values.append(numbers)
        self.columns = numeric
        self.blocks.append(np.column_stack(values) if numeric else np.empty((len(cells[0]), 0)))
        self._assume()

    def read(self, lines: list[str]) -> None:
        if not self.columns and not self.texts:
            return
        values = None
        if self.name_column is None and not self.texts and self._may_be_plain(lines):
            values = self._read_plain(lines)
        if values is None:
            rows, line_of = self._rows(lines)
            values = np.empty((len(rows), len(self.columns)))
            if rows:
                cells = self._cells(rows)
                for i, j in enumerate(self.columns):
                    values[:, i] = self._numbers(j, cells[j], line_of)
                for j in self.seen.keys() - set(self.columns):
                    self._watch(j, cells[j], line_of)
                self._keep_texts(cells)
        self.blocks.append(values)
        self._assume()

    def _assume(self) -> None:
        shown = self._shown()
        self.careful |= len(shown) > 1
        if self.careful:
            self.assumed = None
        elif self.separator != "," and shown:
            self.assumed = next(iter(shown))

    def _shown(self) -> set[str]:
        """The decimal marks that the columns show."""
        return {mark for column in self.seen.values() if (mark := column.shows()) is not None}

    def _may_be_plain(self, lines: list[str]) -> bool:
        """Whether numpy reads lines as is decided here, as far as it can read them."""
        if self.assumed == POINT:
            # In other files columns that are not used may show something. Commas are rare there, and quickly found.
            others = self.separator != "," and self.seen.keys() - set(self.columns)
            return not others or not any("," in line for line in lines)
        return not any("." in line or (self.separator != "," and "," in line) for line in lines)

    def _read_plain(self, lines: list[str]) -> NDArray[np.float64] | None:
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

    def _rows(self, lines: list[str]) -> tuple[list[list[str]], LineOf]:
        """The rows that start in `lines`, and a function that gives the line number of a row."""
        before = self.n_lines
        further: list[str] = []

        def more() -> Iterator[str]:  # a quoted field may go on past the block
            for line in self.text:
                further.append(line)
                yield line

        reader = csv.reader(itertools.chain(lines, more()), delimiter=self.separator)
        rows: list[list[str]] = []
        last = 0
        while reader.line_num < len(lines):
            last = reader.line_num
            rows.append(next(reader))
        self.n_lines += reader.line_num
        if reader.line_num > last + 1:
            check_quotes((lines + further)[last:], self.separator, before + last)

        width = len(self.names)
        blank = [is_blank(row, width) for row in rows]

        def line_of_all(i: int) -> int:
            return before + 1 + sum(1 + sum(cell.count("\n") for cell in row) for row in rows[:i])

        for i, row in enumerate(rows):
            if len(row) != width and not blank[i]:
                quote = ", as if a quote were not closed" if any("\n" in cell for cell in row) else ""
                raise Problem(
                    f"line {line_of_all(i)} has {count(len(row), 'field')}, but the first line has {width}{quote}"
                )
        places = [i for i in range(len(rows)) if not blank[i]] if any(blank) else range(len(rows))
        return [rows[i] for i in places], lambda i: line_of_all(places[i])

    def _cells(self, rows: list[list[str]]) -> Cells:
        """The cells of each column."""
        cells = list(zip(*rows, strict=True))
        if self.name_column is not None and rows:
            self.row_names += [cell.strip() for cell in cells[self.name_column]]
        return cells

    def _numbers(self, j: int, cells: Sequence[str], line_of: LineOf) -> NDArray[np.float64]:
        """The cells of a column as numbers, NaN for what is none. What they show is noted."""
        column, text = self.seen[j], "".join(cells)
        if column.manner.flags is not None:
            return self._as_flags(column, cells, line_of)
        has_marks = "." in text or "," in text
        unknown = column.mark is None and self.assumed is None and has_marks
        if unknown:
            column.mark = next(filter(None, map(self.notation.shows, cells)), None)
        mark = column.mark or self.assumed or POINT
        values, wrong = self._by(mark, cells, text, column)
        for i in wrong:
            contrary = self.notation.shows(cells[i]) is not None
            if contrary and self.assumed is not None:
                raise TwoWaysError(cells[i])
            _note(column.contrary if contrary else column.text, cells[i], i, line_of)
        if unknown and column.mark is None:
            by_comma, _ = self._by(COMMA, cells, text, Column())
            if not np.array_equal(values, by_comma, equal_nan=True):
                self.by_comma.setdefault(j, []).append((len(self.blocks), by_comma))
                for i in np.flatnonzero((values != by_comma) & ~np.isnan(values) & ~np.isnan(by_comma)).tolist():
                    column.either.setdefault(COMMA if "," in cells[i] else POINT, cells[i].strip())
        return values

    def _watch(self, j: int, cells: Sequence[str], line_of: LineOf) -> None:
        """Note what a column shows that is not used."""
        text = "".join(cells)
        if self.assumed is None or OTHER[self.assumed] in text:
            self._numbers(j, cells, line_of)
            self.by_comma.pop(j, None)

    def _flags(self, cells: Sequence[str]) -> dict[str, float] | None:
        return as_flags(cell for cell in cells if not is_missing(cell, self.missing))

    def _as_flags(self, column: Column, cells: Sequence[str], line_of: LineOf) -> NDArray[np.float64]:
        """The words for yes and no in the cells as 1 and 0."""
        value_of: dict[str, float] = {}
        for cell in set(cells):
            if not is_missing(cell, self.missing):
                value_of[cell] = (column.manner.flags or {}).get(cell.strip().lower(), np.inf)
        values = np.fromiter((value_of.get(cell, np.nan) for cell in cells), np.float64, len(cells))
        wrong = np.flatnonzero(np.isinf(values))
        values[wrong] = np.nan
        for i in wrong.tolist():
            _note(column.text, cells[i], i, line_of)
        return values

    def _by(self, mark: str, cells: Sequence[str], text: str, column: Column) -> tuple[NDArray[np.float64], list[int]]:
        """The cells as numbers by a decimal mark, NaN for the missing, and the indices of those that are neither."""
        written = cells
        if mark == COMMA and "," in text:
            written = [cell.replace(",", ".") for cell in cells]
            column.decimal = column.decimal or next(cell.strip() for cell in cells if "," in cell)
        if "_" not in text and (OTHER[mark] not in text):
            for attempt in (written, ("nan" if cell in _MISSING_AS_USUAL else cell for cell in written)):
                try:
                    return np.fromiter(map(float, attempt), np.float64, len(cells)), []
                except ValueError:
                    pass
        decided = column.mark is not None or self.assumed is None
        if self.guess and decided and (alike := read_alike(cells, mark, OTHER[mark])) is not None:
            values = np.fromiter((float(each or "nan") for each in alike.texts), np.float64, len(cells))
            column.manner.note_alike(cells, alike, values)
            if column.grouped is None and OTHER[mark] in text:
                column.grouped = next(cell for cell in cells if OTHER[mark] in cell)
            return values, []
        values, wrong = np.full(len(cells), np.nan), []
        for i, cell in enumerate(cells):
            value = number(cell, mark)
            if value is None and self.guess and (found := amount(cell)) is not None:
                value = number(found.text, mark)
                if value is not None:
                    column.manner.note(cell, found, value)
                    if self.separator == "," and column.mark is None and column.manner.is_money():
                        other = number(found.text, OTHER[mark])
                        if self.assumed is not None and other not in (None, value):
                            raise TwoWaysError(cell)  # a point after which there are three digits is hardly decimal
            if value is not None:
                values[i] = value
                if column.grouped is None and OTHER[mark] in cell:
                    if column.mark is None and self.assumed is not None and self.separator == ",":
                        raise TwoWaysError(cell)  # nothing has shown that points are decimal
                    column.grouped = cell.strip()
            elif not is_missing(cell, self.missing):
                wrong.append(i)
        return values, wrong

    def _keep_texts(self, cells: Cells) -> None:
        for j, kept in self.texts.items():
            kept += [
                None if is_missing(cell, self.missing) else self.known.setdefault(cell, cell.strip())
                for cell in cells[j]
            ]

    def take(self) -> NDArray[np.float64]:
        """The values of the last block, which then are not kept."""
        self.taken_unknown |= self.by_comma.keys()
        self.by_comma.clear()
        return self.blocks.pop()

    def decide(self) -> list[str | None]:
        """The decimal mark of each column to read, by all that was read; None where that can't be known."""
        shown = self._shown()
        return [self.notation.decide(self.seen[j], shown) for j in self.columns]

    def table(self) -> Table:
        marks = self.decide()
        for i, j in enumerate(self.columns):
            if marks[i] == COMMA:
                for place, by_comma in self.by_comma.get(j, ()):
                    self.blocks[place][:, i] = by_comma
        n_rows = sum(map(len, self.blocks))
        values = np.empty((n_rows, len(self.columns)))
        while self.blocks:  # from the end, so that memory is given back on the way
            block = self.blocks.pop()
            values[n_rows - len(block) : n_rows] = block
            n_rows -= len(block)
        counts = [(int(np.count_nonzero(~np.isnan(each))), int(np.count_nonzero(each == 0))) for each in values.T]
        return self.as_table(values, marks, counts)

    def as_table(
        self, values: NDArray[np.floating], marks: list[str | None], counts: Sequence[tuple[int, int]]
    ) -> Table:
        """All or some rows of the columns to read, without those that turn out to hold no numbers.

        counts : of the values of each column, how many there are, and how many are 0
        """
        kept = []
        for i, j in enumerate(self.columns):
            column = self.seen[j]
            present, n_zeros = counts[i]
            n_wrong = column.text[0] + column.contrary[0]
            if present == 0 and n_wrong == 0 and not self.needed:
                self.left_out.append(LeftOut(self.names[j], empty=True))
            elif _is_text(column, present):
                self.left_out.append(_left(self.names[j], column))
            elif n_wrong:
                raise Problem(self._mistake(self.names[j], column))
            elif marks[i] is None:
                cell = column.either.get(POINT) or column.either[COMMA]
                one, other = (f"{float(plain(cell, mark)):,.15g}" for mark in (POINT, COMMA))
                reason = f"{cell!r} may be {one} or {other}"
                self.left_out.append(LeftOut(self.names[j], reason=reason, is_unclear=True))
            elif doubt := column.manner.in_two_ways(present - n_zeros):
                self.left_out.append(LeftOut(self.names[j], reason=doubt, is_unclear=True))
            else:
                kept.append(i)
        if len(kept) < len(self.columns):
            values = np.ascontiguousarray(values[:, kept])
        table = Table(
            values,
            [self.names[self.columns[i]] for i in kept],
            list(self.names),
            left_out=self.left_out,
            texts={self.names[j]: cells for j, cells in self.texts.items()},
            row_names=self.row_names if self.name_column is not None else None,
        )
        self._describe(table, [(marks[i], self.seen[self.columns[i]]) for i in kept])
        return table

    def _describe(self, table: Table, columns: list[tuple[str | None, Column]]) -> None:
        """Say how the numbers are written."""
        table.separator = self.separator
        shown = {mark for mark, column in columns if column.mark or column.either} or {self.assumed or POINT}
        table.decimal_comma, table.is_mixed = COMMA in shown, len(shown) > 1
        table.is_mixed |= any(column.manner.is_odd() for _, column in columns)
        decimal = [column.decimal or column.either.get(COMMA) for mark, column in columns if mark == COMMA]
        if cell := next(filter(None, decimal), None):
            table.notes.append(f"decimal commas: {cell} is read as {plain(cell, COMMA)}")
        for mark, column in columns:
            cell = column.grouped or (column.either.get(POINT) if mark == COMMA else None)
            if mark is not None and cell:
                table.thousands = OTHER[mark]
                points = "points" if mark == COMMA else "commas"
                table.notes.append(f"{points} between thousands: {cell} is read as {plain(cell, mark)}")
                break
        table.notes += _manners(table.names, columns)

    def _mistake(self, name: str, column: Column) -> str:
        n, cell, line = column.contrary if column.contrary[0] else column.text
        more = f" and {n - 1:,} more" if n > 1 else ""
        instead = "" if self.needed else " or leave the column out with --drop"
        what = "decimal points and decimal commas" if column.contrary[0] else "text among its numbers"
        return f"column {name} has {what}: {short(cell)} on line {line}{more}; correct that{instead}"


def _note(found: list[Any], cell: str, i: int, line_of: LineOf) -> None:
    """Count a cell that is no number, and keep the first."""
    if not found[0]:
        found[1:] = cell, line_of(i)
    found[0] += 1


def _is_text(column: Column, n_numbers: int) -> bool:
    """Whether too many cells are no numbers, or all are in parentheses: these are hardly negative numbers. A further
    word beside yes and no is one too many."""
    n_wrong = column.text[0] + column.contrary[0]
    least = 0 if column.manner.flags else _TEXT_SHARE * (n_numbers + n_wrong)
    return bool((n_wrong and n_wrong >= least) or 0 < column.manner.n_negated == n_numbers)


def _manners(names: Sequence[str], columns: list[tuple[str | None, Column]]) -> list[str]:
    """What to say of units, other marks between thousands, parentheses, and words for yes and no."""
    found: dict[str, tuple[list[str], str]] = {}  # by what it is: the columns, and an example
    for name, (mark, column) in zip(names, columns, strict=True):
        manner = column.manner
        said = {
            "percent" if unit == PERCENT else f"amounts in {unit}": cell for unit, (_, cell) in manner.units.items()
        }
        said |= {f"{kind} between thousands": cell for kind, cell in manner.groups.items()}
        if manner.negated:
            said["negative in parentheses"] = manner.negated
        for what, cell in said.items():
            found.setdefault(what, ([], f"{short(cell)} is read as {plain(cell, mark or POINT)}"))[0].append(name)
        if manner.flags is not None:
            yes, no = manner.flags
            found.setdefault(f"{yes} and {no} are read as 1 and 0", ([], ""))[0].append(name)
    return [
        f"{what}: {shortlist(of_columns)}{f' ({example})' * bool(example)}"
        for what, (of_columns, example) in found.items()
    ]


def _left(name: str, column: Column) -> LeftOut:
    if column.contrary[0]:
        return LeftOut(name, reason=f"decimal points and decimal commas, such as {short(column.contrary[1])}")
    return LeftOut(name, example=column.text[1] or column.manner.negated)


def short(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else f"{cell[:37]}...")
