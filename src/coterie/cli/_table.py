# SPDX-License-Identifier: BSD-3-Clause
"""A table of numbers on its way to a clustering: which columns to use, what looks odd, what is missing."""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coterie.cli._console import Problem, count, did_you_mean, listing

MISSING = ("error", "drop", "median")


@dataclass
class Left:
    """A column that was left out because it does not hold numbers, or for a `reason` of its own; `is_unclear` if it
    holds numbers, and which is not known."""

    name: str
    example: str = ""
    empty: bool = False
    reason: str = ""
    is_unclear: bool = False

    def __str__(self):
        if self.reason:
            return f"{self.name} ({self.reason})"
        if self.empty:
            return f"{self.name} (empty)"
        if not self.example:
            return self.name
        example = self.example if len(self.example) <= 20 else f"{self.example[:17]}..."
        return f"{self.name} ({'date ' if is_date(self.example) else ''}{example!r})"


@dataclass
class Table:
    """Numbers in named columns; a missing value is NaN."""

    values: np.ndarray  # (n_rows, n_columns), float32 or float64, C order, may be written to
    names: list[str]
    all_names: list[str]  # of the columns of the file, used or not
    is_named: bool = True  # or else all_names are x0, x1, ...
    is_renamed: bool = False  # whether some are not as the file has them
    left_out: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: np.ndarray | None = None  # which rows of the file are in `values`; None: all
    row_names: list[str] | None = None  # one for each row in `values`
    missing: np.ndarray | None = None  # how many values of each column were missing, once that is resolved
    texts: dict[str, list[str | None]] = field(default_factory=dict)  # columns of text, where they are asked for
    separator: str = ","  # of a text file
    decimal_comma: bool = False  # whether numbers in a text file have one
    thousands: str = ""  # the mark between thousands in a text file
    is_mixed: bool = False  # whether only some columns of a text file have decimal commas

    def leave_out(self, names: Sequence[str], reason: str) -> None:
        """Take columns out of `values`, and say why in `left_out`."""
        if names:
            left, names = [Left(name, reason=reason) for name in names], set(names)
            kept = [j for j, name in enumerate(self.names) if name not in names]
            self.values = np.ascontiguousarray(self.values[:, kept])
            self.names = [self.names[j] for j in kept]
            self.left_out += left


@dataclass
class Choose:
    """Which columns of a file to read, by name.

    columns : those to use; None: all but those in `drop` and `row_names`
    row_names : the column that names the rows, if one does; `option` asked for it
    texts : whether columns of text are kept, too
    """

    columns: Sequence[str] | None
    drop: Sequence[str]
    row_names: str | None = None
    option: str = "--names"
    texts: bool = False
    needed: bool = False  # whether not to do without columns that hold no number

    def __call__(self, names: Sequence[str], are_given: bool = True) -> list[int]:
        """Indices of the columns to use, out of all names in a file, which are x0, x1 ... where none `are_given`."""
        names = list(names)
        known = set(names)
        for name in [*(self.columns or ()), *self.drop]:
            if name not in known:
                raise Problem(f"no column is called {name!r}: {did_you_mean(name, names)}", code=2)
        if self.columns is not None:
            if repeated := sorted({name for name in self.columns if self.columns.count(name) > 1}):
                raise Problem(f"--columns names {listing(map(repr, repeated))} more than once", code=2)
            place = {name: j for j, name in enumerate(names)}
            return [place[name] for name in self.columns]
        drop = set(self.drop)
        chosen = [j for j, name in enumerate(names) if name not in drop and name != self.row_names]
        if names and not chosen:
            raise Problem("--drop leaves no column" if self.drop else "there is no column but the names", code=2)
        return chosen

    def find_row_names(self, names: Sequence[str]) -> int | None:
        """Index of the column that names the rows; None if none is wanted."""
        if self.row_names is None:
            return None
        if self.row_names not in names:
            raise Problem(
                f"{self.option}: no column is called {self.row_names!r}: {did_you_mean(self.row_names, names)}", code=2
            )
        return list(names).index(self.row_names)


@dataclass
class ChooseAgain:
    """The columns that a model was fitted with, in another file.

    columns, all_names, is_named : those used, and all, of the file of the fit, and whether it named them
    """

    columns: Sequence[str]
    all_names: Sequence[str]
    is_named: bool

    row_names = None
    texts = False
    needed = True

    def __call__(self, names: Sequence[str], are_given: bool = True) -> list[int]:
        """Their indices: by name, or by position where either file has no names."""
        place = {name: j for j, name in enumerate(names)}  # of tens of thousands, at times
        absent = [name for name in self.columns if name not in place]
        if are_given and self.is_named and absent:
            further = f" (nor {len(absent) - 1:,} more of the {len(self.columns):,})" if len(absent) > 1 else ""
            raise Problem(
                f"no column is called {absent[0]!r}{further}, as one was that the model was fitted with: "
                f"{did_you_mean(absent[0], names)}"
            )
        if are_given and not absent:
            return [place[name] for name in self.columns]
        if len(names) == len(self.all_names):
            before = {name: j for j, name in enumerate(self.all_names)}
            return [before[name] for name in self.columns]
        if len(names) == len(self.columns):
            return list(range(len(names)))
        raise Problem(
            f"it has {count(len(names), 'column')}, and the model was fitted with "
            f"{count(len(self.columns), 'column')}: {listing(self.columns)}"
        )

    def find_row_names(self, names: Sequence[str]) -> None:
        """Rows have no names here."""


def add_column_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--columns", metavar="A,B,...", type=column_list, help="use these columns only")
    group.add_argument("--drop", metavar="C,D,...", type=column_list, default=[], help="use all columns but these")


def column_list(text: str) -> list[str]:
    """Names of columns, as an option has them."""
    names = next(csv.reader([text], skipinitialspace=True), [])  # quotes allow a comma in a name
    if not names:
        raise argparse.ArgumentTypeError("no column is named")
    return names


def distinct(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names that can be told apart (`x, x` becomes `x, x.2`; an empty one is named by its place), and notes on it."""
    result, notes = {}, []  # a dict keeps the order and is quick to search
    given = set(names)
    for j, name in enumerate(names):
        new = base = name or f"x{j}"
        n = 1
        while new in result or (new != name and new in given):
            n += 1
            new = f"{base}.{n}"
        if name and new != name:
            notes.append(f"a further column called {name!r} is read as {new!r}")
        result[new] = None
    return list(result), notes


# ------------------------------------------------------------------------------------------------ odd columns

_ID_NAME = re.compile(r"(?i:(^|[\W_])(id|ids|uid|uuid|guid|key|nr|no))$|(?i:^(index|idx|row)$)|[a-z0-9]I[dD]$")
_DATE_NAME = re.compile(r"(^|[\W_])(date|datetime|timestamp|year)([\W_]|$)", re.IGNORECASE)
_MANY = 20  # values that no name explains must be so many before they tell what they are
_DATE_TEXT = re.compile(r"\s*(\d{4}([-/.])\d\d?\2\d\d?|\d\d?([-/.])\d\d?\3(\d{4}|\d\d))(?![\d.])")


def is_date(text: str) -> bool:
    """Whether a cell starts with a date such as 2024-01-31, 1/31/2024 or 31.1.24."""
    return _DATE_TEXT.match(text) is not None


def odd_columns(table: Table) -> tuple[list[str], list[str], list[str]]:
    """Names of the columns of numbers that are hardly measurements: identifiers, dates, constants."""
    ids, dates, constant = [], [], []
    for name, values in zip(table.names, table.values.T, strict=True):
        values = values[~np.isnan(values)]
        if len(values) and values.min() == values.max():
            constant.append(name)
        elif len(values) and (values == np.floor(values)).all():
            enough = len(values) >= _MANY
            if (enough or _DATE_NAME.search(name)) and _encodes_dates(values):
                dates.append(name)
            elif (_ID_NAME.search(name) and not ((values == 0) | (values == 1)).all()) or (
                enough and _counts_rows(values)
            ):
                ids.append(name)
    return ids, dates, constant


def _encodes_dates(values):
    """Whole numbers that are all years, all seconds or milliseconds of the years 2001 to 2033, or all YYYYMMDD."""
    low, high = values.min(), values.max()
    if (1900 <= low and high <= 2100) or (1e9 <= low and high <= 2e9) or (1e12 <= low and high <= 2e12):
        return True
    month, day = values // 100 % 100, values % 100
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return 19000101 <= low and high <= 21001231 and bool(possible.all())


def _counts_rows(values):
    """Whole numbers, none twice, that are in order, or fill their range, or are very many."""
    if len(np.unique(values[:1000])) < min(len(values), 1000):  # most columns end here
        return False
    steps = np.diff(values)
    if (steps > 0).all() or (steps < 0).all():
        return True
    dense_or_many = values.max() - values.min() < 2 * len(values) or len(values) >= 1000
    return bool(dense_or_many and len(np.unique(values)) == len(values))


# --------------------------------------------------------------------------------------------- missing values


def resolve_missing(table: Table, how: str, medians: Sequence[float] | None = None) -> str | None:
    """Deal with missing values in the table as `how` says, and return what to tell the user.

    medians : those of the columns that a model was fitted with, where that has been; no row may be left then
    """
    n_rows = len(table.values)
    infinite = np.array([np.isinf(column).sum() for column in table.values.T])
    if infinite.any():
        instead = " or leave the column out with --drop" if medians is None else ""
        raise Problem(f"infinite values: {_counts(table, infinite)}; correct them{instead}")
    table.missing = missing = np.array([np.isnan(column).sum() for column in table.values.T])
    affected = np.flatnonzero(missing)
    if not len(affected):
        return None
    incomplete = np.zeros(n_rows, dtype=bool)
    for j in affected:
        incomplete |= np.isnan(table.values[:, j])
    found = f"missing values in {np.count_nonzero(incomplete):,} of {count(n_rows, 'row')}: {_counts(table, missing)}"
    if how == "error":
        raise Problem(f"{found}; --missing drop leaves those rows out, --missing median fills in each column's median")
    if how == "median":
        for j in affected:
            column = table.values[:, j]
            column[np.isnan(column)] = np.nanmedian(column) if medians is None else medians[j]
        return f"{found}; filled in with the column's median{' when the model was fitted' * (medians is not None)}"
    if incomplete.all() and medians is None:
        raise Problem(f"{found}; --missing drop would leave no row")
    table.kept = ~incomplete
    table.values = table.values[table.kept]
    if table.row_names is not None:
        table.row_names = [table.row_names[i] for i in np.flatnonzero(table.kept)]
    return f"{found}; those rows are left out"


def _counts(table, counts):
    return listing(f"{name} {n:,}" for name, n in zip(table.names, counts, strict=True) if n)
