# SPDX-License-Identifier: BSD-3-Clause
"""Which columns of a file are read: those that were asked for, or those that a model was fitted with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from coterie._base.wording import count, did_you_mean, shortlist
from coterie.cli._console import Problem


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
                raise Problem(f"--columns names {shortlist(map(repr, repeated))} more than once", code=2)
            place = {name: j for j, name in enumerate(names)}
            return [place[name] for name in self.columns]
        drop = set(self.drop)
        chosen = [j for j, name in enumerate(names) if name not in drop and name != self.row_names]
        if names and not chosen:
            raise Problem("--drop leaves no column" if self.drop else "there is no column besides the names", code=2)
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
        place = {name: j for j, name in enumerate(names)}  # of tens of thousands, at times
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
