# SPDX-License-Identifier: BSD-3-Clause
"""Which columns of a file are read: those that were asked for, or those that a model was fitted with.

Where an option takes names of columns, it takes patterns, too: `*_norm`, `q?`, `[xyz]`. A column that has just that
name goes first.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coterie._base.wording import count, did_you_mean, shortlist
from coterie.cli._console import Problem


@dataclass
class Choose:
    """Which columns of a file to read, by name or by patterns of names.

    columns : those to use, but for those in `drop`; None: all but those in `drop` and `row_names`
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
        place = {name: j for j, name in enumerate(names)}  # of tens of thousands, at times
        drop: set[str | None] = set(named(self.drop, place, "--drop"))
        if self.columns is None:
            chosen = [name for name in place if name != self.row_names and name not in drop]
        else:
            if repeated := sorted({name for name in self.columns if self.columns.count(name) > 1}):
                raise Problem(f"--columns names {shortlist(map(repr, repeated))} more than once", code=2)
            drop |= {self.row_names} - set(self.columns)
            chosen = [name for name in named(self.columns, place, "--columns") if name not in drop]
        if names and not chosen:
            raise Problem("--drop leaves no column" if self.drop else "there is no column besides the names", code=2)
        return [place[name] for name in chosen]

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
    texts : whether columns of text are kept, too
    """

    columns: Sequence[str]
    all_names: Sequence[str]
    is_named: bool
    texts: bool = False

    row_names = None
    needed = True

    def __call__(self, names: Sequence[str], are_given: bool = True) -> list[int]:
        """Their indices: by name, or by position where either file has no names."""
        place = {name: j for j, name in enumerate(names)}
        absent = [name for name in self.columns if name not in place]
        if are_given and self.is_named and absent:
            further = f" (nor {len(absent) - 1:,} more of the {len(self.columns):,})" if len(absent) > 1 else ""
            raise Problem(
                f"no column is called {absent[0]!r}{further}, but the model was fitted with one: "
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
            f"{count(len(self.columns), 'column')}: {shortlist(self.columns)}"
        )

    def find_row_names(self, names: Sequence[str]) -> None:
        """Rows have no names here."""


Columns: TypeAlias = Choose | ChooseAgain


def named(wanted: Iterable[str], names: Iterable[str], option: str) -> list[str]:
    """The columns that names and patterns of an option stand for, each once, in the order in which they are named."""
    names = dict.fromkeys(names)
    found: dict[str, None] = {}
    for each in wanted:
        if each in names:
            found[each] = None
        elif is_pattern(each):
            matching = [name for name in names if fnmatch.fnmatchcase(name, each)]
            if not matching:
                raise Problem(f"{option}: no column is called like {each!r}: there is {shortlist(names)}", code=2)
            found.update(dict.fromkeys(matching))
        else:
            raise Problem(f"{option}: no column is called {each!r}: {did_you_mean(each, list(names))}", code=2)
    return list(found)


def is_pattern(name: str) -> bool:
    return any(mark in name for mark in "*?[")


def distinct(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names that can be told apart (`x, x` becomes `x, x.2`; an empty one is named by its place), and notes on it."""
    result: dict[str, None] = {}  # keeps the order and is quick to search
    notes = []
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
