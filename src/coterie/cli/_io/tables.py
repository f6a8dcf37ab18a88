# SPDX-License-Identifier: BSD-3-Clause
"""The table that the arguments of a command name: columns chosen, missing values resolved, and all of that said."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.tables.kinds_of_numbers import find_sentinel
from coterie._base.tables.table import Table
from coterie._base.wording import count, shortlist
from coterie.cli._console import Problem, note, warn
from coterie.cli._io.appending import check_appending
from coterie.cli._io.columns import Choose, ChooseAgain, Columns, named
from coterie.cli._io.kinds import NO_NUMBERS, find_kinds, given_as, of_kind
from coterie.cli._io.missing import resolve_missing
from coterie.cli._io.sources import Reading, keep_standard_input, naming_errors, read_source, source_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.cli._io.streaming import Stream


def read_file(
    args: argparse.Namespace, row_names: str | None = None, labeled: bool = True, stream: Stream | None = None
) -> Table:
    """Read the table that the arguments name, without missing values, and say what was done about it.

    `row_names` is the column, or the array of an npz file, that names the rows. `labeled`: labels will be written for
    the rows. `stream`: the file, where the table is to be a sample of its rows. A Problem names the file.
    """
    tell = _teller(args)
    with naming_errors(source_name(args.file)):
        choose = Choose(args.columns, args.drop, row_names)
        table = read(args, choose) if stream is None else stream.survey(args, choose)
        table.leave_out(
            [
                name
                for name, column in zip(table.names, table.values.T, strict=True)
                if len(column) and np.isnan(column[0]) and np.isnan(column).all()
            ],
            "empty",
        )
        if args.columns is not None and (wrong := [left for left in table.left_out if left.name in args.columns]):
            raise Problem(f"not a column of numbers: {shortlist(wrong)}")
        if not table.names:
            instead = (
                f", but {shortlist(table.left_out, 5)}; coterie kprototypes and recommend take categories, too"
                if table.left_out
                else ""
            )
            raise Problem(f"there is no column of numbers in it{instead}")
        if not len(table.values):
            raise Problem("there is no row in it")
        if table.row_names is not None and len(table.row_names) != len(table.values):
            raise Problem(
                f"--names {row_names} has {len(table.row_names):,} names for {count(len(table.values), 'row')}"
            )
        for message in table.notes:
            tell(message)
        _name_left_out(table, "left out, not numbers", tell)
        _find_kinds(args, table)
        _warn_of_missing(table)
        if said := given_as(table, args.kind, NO_NUMBERS):
            table.leave_out(said, "no measurement")
            tell(f"left out, no measurements, as --kind says: {shortlist(said)}")
            if not table.names:
                raise Problem(f"--kind leaves no column of measurements, but {shortlist(table.left_out, 5)}")
        if args.columns is None:
            for kind, one, many in (
                ("identifier", "an identifier", "identifiers"),
                ("date", "a date", "dates"),
                ("category", "a code of categories", "codes of categories"),
            ):
                _warn_of([name for name in of_kind(table, kind) if name not in args.kind], one, many)
        if constant := of_kind(table, "constant"):
            tell(f"the same in every row, so they have no effect: {shortlist(constant)}")
        if resolved := (resolve_missing if stream is None else stream.resolve_missing)(table, args.missing):
            tell(resolved + ", and their label is empty" * (labeled and table.kept is not None))
    return table


def read_more(
    args: argparse.Namespace, choose: ChooseAgain, missing: str, medians: NDArray[np.float64] | None
) -> Table:
    """Read further rows for a model, treated as those that it was fitted with, and say what was done about it.

    missing, medians : what to do about missing values, and the medians of the columns when the model was fitted
    """
    tell = _teller(args)
    with naming_errors(source_name(args.file)):
        table = read(args, choose)
        if table.left_out:
            raise Problem(f"not a column of numbers: {shortlist(table.left_out)}")
        if not len(table.values):
            raise Problem("there is no row in it")
        for message in table.notes:
            tell(message)
        used = set(table.names)
        if ignored := [name for name in table.all_names if name not in used]:
            tell(f"ignored, as the model does not use {'it' if len(ignored) == 1 else 'them'}: {shortlist(ignored)}")
        if table.names != list(choose.columns):
            tell(f"columns are taken by position: {shortlist(table.names, 5)} as {shortlist(choose.columns, 5)}")
            table.names = list(choose.columns)
        if resolved := resolve_missing(table, missing, medians):
            tell(resolved + ", and their label is empty" * (table.kept is not None))
    return table


def read_any(
    args: argparse.Namespace, row_names: str | None = None, option: str = "--names", fitted: ChooseAgain | None = None
) -> Table:
    """`read_whole`, without what looks like identifiers and dates, and say so.

    `fitted` are the columns that a model was fitted on: these are measurements, whatever they look like.
    """
    table = read_whole(args, row_names, option)
    if args.columns is None:
        used = [] if fitted is None else [table.all_names[j] for j in fitted(table.all_names, table.is_named)]
        _leave_out_odd(table, [*used, *args.kind])
    if not table.names and not table.texts:
        raise Problem(f"{source_name(args.file)}: there is no column to describe in it")
    return table


def read_whole(args: argparse.Namespace, row_names: str | None = None, option: str = "--names") -> Table:
    """Read numbers and text as they are, with values missing, tell what each column is, and say what was done.

    `row_names` is the column that names the rows, or groups them, as the `option` says.
    """
    tell = _teller(args)
    with naming_errors(source_name(args.file)):
        table = read(args, Choose(args.columns, args.drop, row_names, option, texts=True))
        if not len(table.values):
            raise Problem("there is no row in it")
        if table.row_names is not None and len(table.row_names) != len(table.values):
            raise Problem(
                f"{option} {row_names} has {count(len(table.row_names), 'value')} for {count(len(table.values), 'row')}"
            )
        if infinite := [
            name for name, column in zip(table.names, table.values.T, strict=True) if np.isinf(column).any()
        ]:
            raise Problem(f"infinite values in {shortlist(infinite)}; correct them or leave the column out with --drop")
        for message in table.notes:
            tell(message)
        _name_left_out(table, "left out", tell)
        _find_kinds(args, table)
        _warn_of_missing(table)
    return table


def read_column(file: str, name: str) -> NDArray[Any]:
    """Read the only column of a file, or the one of this name: numbers, NaN where one is missing, or text and None."""
    with naming_errors(source_name(file)):
        table = read_source(file, Reading(guess=False), Choose(None, [], texts=True, needed=True))
        names = [*table.names, *table.texts]
        if name not in names and len(names) != 1:
            raise Problem(f"it has {count(len(names), 'column')}; one that is called {name!r} is needed")
        chosen = name if name in names else names[0]
        if chosen in table.texts:
            return np.array(table.texts[chosen], dtype=object)
        return table.values[:, table.names.index(chosen)]


def check_rows(args: argparse.Namespace, table: Table, n_clusters: int | None = None, least: int = 1) -> None:
    """Refuse fewer rows than clusters are asked for, or than `least`."""
    n = len(table.values)
    there = f"the {count(n, 'row')} there {'is' if n == 1 else 'are'}"
    if n < least:
        raise Problem(f"{source_name(args.file)}: {least} rows are needed, which is more than {there}")
    if n_clusters is not None and n_clusters > n:
        raise Problem(f"{source_name(args.file)}: -k {n_clusters} is more than {there}")


def read(args: argparse.Namespace, choose: Columns) -> Table:
    """Read the file that the arguments name, as they say; with --append so that it can be read again."""
    append = getattr(args, "append", False)
    if append and args.file == "-":
        keep_standard_input()
    elif append and os.path.exists(args.file) and not os.path.isfile(args.file) and not os.path.isdir(args.file):
        raise Problem("--append reads it twice, which a pipe does not allow; - is standard input, which may be one", 2)
    how = Reading(args.array, args.sheet, not args.no_guess, tuple(args.missing_value))
    table = read_source(args.file, how, choose, args.quiet)
    if append:
        check_appending(args, table)
    return table


def _find_kinds(args: argparse.Namespace, table: Table) -> None:
    """Set the kinds of the columns; and `args.kind` by their names, now that it is known which a pattern stands for."""
    args.kind = {name: kind for each, kind in args.kind.items() for name in named([each], table.all_names, "--kind")}
    find_kinds(table, args.kind)


def _teller(args: argparse.Namespace) -> Callable[[str], None]:
    return (lambda message: None) if args.quiet else note


def _name_left_out(table: Table, head: str, tell: Callable[[str], None]) -> None:
    """Name the columns that were left out in reading. A warning has those that hold numbers."""
    if text := [left for left in table.left_out if not left.is_unclear]:
        tell(f"{head}: {shortlist(text)}")
    if unclear := [left for left in table.left_out if left.is_unclear]:
        warn(f"left out, because the numbers can be read in two ways: {shortlist(unclear)}")


def _leave_out_odd(table: Table, used: Collection[str] = ()) -> None:
    """Leave out what looks like identifiers and dates, unless there is nothing else, and warn of it."""
    ids, dates = ([name for name in of_kind(table, kind) if name not in used] for kind in ("identifier", "date"))
    if len(ids) + len(dates) == len(table.names) and not table.texts:
        odd, what = shortlist([*ids, *dates]), " and ".join(["identifiers"] * bool(ids) + ["dates"] * bool(dates))
        if ids or dates:
            warn(f"used although they look like {what}, because there is nothing else: {odd}")
        return
    already = len(table.left_out)
    table.leave_out(ids, "looks like an identifier")
    table.leave_out(dates, "looks like a date")
    if ids or dates:
        warn(f"left out: {shortlist(table.left_out[already:])}; --columns chooses what to use")


def _warn_of_missing(table: Table) -> None:
    """Name numbers that may stand for missing values. Nothing is done about them."""
    for name, column in zip(table.names, table.values.T, strict=True):
        if (doubt := table.kinds[name].doubt) and (code := find_sentinel(column[np.isfinite(column)])) is not None:
            warn(f"{name}: {doubt}; --missing-value {code:.15g} makes it so")


def _warn_of(names: list[str], one: str, many: str) -> None:
    if len(names) == 1:
        warn(f"{names[0]} looks like {one} but is used as a measurement; --drop {names[0]} leaves it out")
    elif names:
        warn(f"{shortlist(names)} look like {many} but are used as measurements; --drop leaves columns out")
