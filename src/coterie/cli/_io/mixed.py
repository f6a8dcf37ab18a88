# SPDX-License-Identifier: BSD-3-Clause
"""Tables of numbers and categories: which columns are which, and the rows as estimators take them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from coterie._base.tables.mixed import TableCode
from coterie._base.tables.table import LeftOut, Table
from coterie._base.wording import shortlist
from coterie.cli._console import Problem, note, warn
from coterie.cli._io.columns import ChooseAgain
from coterie.cli._io.kinds import of_kind
from coterie.cli._io.missing import find_missing
from coterie.cli._io.sources import naming_errors, source_name
from coterie.cli._io.tables import read, read_any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_USE = {
    "identifier": "looks like an identifier",
    "text": "free text",
    "date": "looks like a date",
    "constant": "the same in every row",
}


class MixedTable(NamedTuple):
    """names : of all columns, in the order of the file of the fit

    numbers : the table with the other columns only, which may be scaled
    categories : values by the names of columns, None where one is missing
    """

    names: list[str]
    numbers: Table
    categories: dict[str, NDArray[Any]]

    def rows(self) -> NDArray[Any]:
        """All columns side by side, as objects."""
        rows = np.empty((len(self.numbers.values), len(self.names)), object)
        places = {name: j for j, name in enumerate(self.numbers.names)}
        for j, name in enumerate(self.names):
            rows[:, j] = self.categories[name] if name in self.categories else self.numbers.values[:, places[name]]
        return rows


def read_mixed(args: argparse.Namespace, kept: str = "add nothing to distances, means and modes") -> MixedTable:
    """Read the table that the arguments name, and say what was done about it.

    kept : what missing values do with --missing keep

    Columns of text and codes are categories, but for those in which nearly every row has a value of its own.
    """
    table, names = read_comparable(args, kept)
    coded = [name for name in table.names if table.kinds[name].kind in ("category", "binary")]
    if coded and not args.quiet:
        note(f"codes and columns of two values, used as categories: {shortlist(coded)}")
    return _split(table, coded, names)


def read_comparable(args: argparse.Namespace, kept: str = "") -> tuple[Table, list[str]]:
    """The table, without columns that tell nothing of how alike rows are, and the names of its columns in the order of
    the file.

    kept : what missing values do with --missing keep; empty where that is no choice
    """
    table = read_any(args)
    if args.columns is None:
        before = len(table.left_out)
        table.leave_out(of_kind(table, "constant"), _NO_USE["constant"])
        for name in [name for name in table.texts if table.kinds[name].kind in _NO_USE and name not in args.kind]:
            del table.texts[name]
            table.left_out.append(LeftOut(name, reason=_NO_USE[table.kinds[name].kind]))
        if left := table.left_out[before:]:
            warn(f"left out: {shortlist(left)}; --columns chooses what to use")
    names = [name for name in table.all_names if name in {*table.names, *table.texts}]
    with naming_errors(source_name(args.file)):
        if not names:
            raise Problem(f"there is no column to use, but {shortlist(table.left_out, 5)}")
        _resolve_missing(args, table, names, args.missing, kept)
    return table, names


def describe_mixed_fit(mixed: MixedTable, args: argparse.Namespace) -> dict[str, Any]:
    """What it takes to treat further rows alike; see `describe_fit`."""
    return {
        "columns": np.array(mixed.names, object),
        "all_columns": np.array(mixed.numbers.all_names, object),
        "columns_have_names": mixed.numbers.is_named,
        "missing": args.missing,
        "missing_values": np.array(args.missing_value, object),
        "medians": None,
    }


def read_more_mixed(args: argparse.Namespace, choose: ChooseAgain, code: TableCode, missing: str) -> MixedTable:
    """Read further rows for a model, treated as those that it was fitted with, and say what was done about it.

    code : that of the model, for the columns of `choose`
    missing : what to do about missing values
    """
    is_category = dict(zip(choose.columns, code.is_category, strict=True))
    with naming_errors(source_name(args.file)):
        again = ChooseAgain(choose.columns, choose.all_names, choose.is_named, texts=True)
        table = read(args, again)
        if not len(table.values):
            raise Problem("there is no row in it")
        if not args.quiet:
            for message in table.notes:
                note(message)
        by_place = dict(zip(choose(table.all_names, table.is_named), choose.columns, strict=True))
        now = {table.all_names[place]: name for place, name in by_place.items()}  # their names in the file of the fit
        table.names = [now[name] for name in table.names]
        table.texts = {now[name]: texts for name, texts in table.texts.items()}
        if wrong := [name for name in table.texts if not is_category[name]]:
            raise Problem(f"not a column of numbers, as it was at the fit: {shortlist(wrong)}")
        _resolve_missing(args, table, choose.columns, missing, "add nothing to distances", again=True)
        mixed = _split(table, [name for name in table.names if is_category[name]], list(choose.columns))
        new = []
        for name, values in zip(choose.columns, code.categories, strict=True):
            if is_category[name]:
                own = mixed.categories[name] = _like(mixed.categories[name], values or ())
                unseen = dict.fromkeys(own.tolist()).keys() - {None, *(values or ())}
                new += [f"{name} ({shortlist(sorted(map(str, unseen)), 4)})"] if unseen else []
        if new:
            warn(f"categories that the fit did not have, which are unlike all others: {shortlist(new)}")
    return mixed


def _split(table: Table, coded: list[str], names: list[str]) -> MixedTable:
    """Take the columns of categories out of the table."""
    categories = {name: np.array([None, *texts], object)[1:] for name, texts in table.texts.items()}
    for name in coded:
        column = table.values[:, table.names.index(name)]
        categories[name] = column.astype(object)
        categories[name][np.isnan(column)] = None
    numbers = [name for name in names if name not in categories]
    table.values = np.ascontiguousarray(table.values[:, [table.names.index(name) for name in numbers]])
    table.names = numbers
    return MixedTable(names, table, categories)


def _like(values: NDArray[Any], known: tuple[Any, ...]) -> NDArray[Any]:
    """Values of a column as those that a model knows: a file without text in it may have been read as numbers."""
    if any(isinstance(each, str) for each in known):
        texts = [f"{each:g}" if isinstance(each, float) else each for each in values.tolist()]
        values = np.array([None, *texts], object)[1:]
    return values


def _resolve_missing(
    args: argparse.Namespace, table: Table, names: Sequence[str], how: str, kept: str = "", again: bool = False
) -> None:
    """Deal with missing values, also in columns of text, as `how` says. `again`: no row may be left then."""
    places = {name: j for j, name in enumerate(table.names)}
    found = find_missing(
        len(table.values),
        (
            (name, np.isnan(table.values[:, places[name]]))
            if name in places
            else (name, np.array([cell is None for cell in table.texts[name]]))
            for name in names
        ),
    )
    if not found.counts:
        return
    if how == "error":
        raise found.problem("--missing keep leaves the values out of distances and keeps the rows" if kept else "")
    if how == "drop":
        if found.rows.all() and not again:
            raise Problem(f"{found}; --missing drop would leave no row")
        table.keep(~found.rows)
    if not args.quiet:
        what = f"they {kept}" if how == "keep" else "those rows are left out, and their label is empty"
        note(f"{found}; {what}")
