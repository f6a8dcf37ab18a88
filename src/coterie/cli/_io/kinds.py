# SPDX-License-Identifier: BSD-3-Clause
"""The kinds of the columns of a table: those that its values tell, and those that --kind gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coterie._base.tables.kinds import OF_TEXT, kinds_of
from coterie._base.tables.mixed import Columns
from coterie._base.tables.table import Table
from coterie.cli._console import Problem

NO_NUMBERS = ("identifier", "category", "text", "constant")  # what is not to be used as a measurement


def find_kinds(table: Table, given: Mapping[str, str]) -> None:
    """Set `table.kinds`. `given` has the kinds of --kind, by the names of columns."""
    for name, kind in given.items():
        if name not in table.names and kind not in OF_TEXT:
            raise Problem(f"--kind: {name!r} is no column of numbers, and can't be {kind!r}", code=2)
    texts = [np.array([None, *cells], object)[1:] for cells in table.texts.values()]
    names = [*table.names, *table.texts]
    numbers = [np.where(np.isinf(each), np.nan, each) if np.isinf(each).any() else each for each in table.values.T]
    columns = Columns(np.array(names, object), (*numbers, *texts), (None,) * len(names))
    kinds = kinds_of(columns, {name: kind for name, kind in given.items() if name in names})
    table.kinds = dict(zip(names, kinds, strict=True))


def of_kind(table: Table, kind: str) -> list[str]:
    """The columns of numbers that are of this kind."""
    return [name for name in table.names if table.kinds[name].kind == kind]


def given_as(table: Table, given: Mapping[str, str], kinds: Sequence[str]) -> list[str]:
    """The columns of numbers that --kind gives one of these kinds."""
    return [name for name in table.names if given.get(name) in kinds]
