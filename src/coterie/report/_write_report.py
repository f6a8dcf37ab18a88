# SPDX-License-Identifier: BSD-3-Clause
"""`write_report`: a table becomes a page, and what the page tells an object."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import coterie
from coterie._base.atomic import replacing
from coterie._base.parameters import N_JOBS, NONE, RANDOM_STATE, Rule, check_parameters, integer, is_integer, one_of
from coterie._base.random_state import as_random_state
from coterie._base.wording import shown
from coterie._runtime.progress import reported_to
from coterie.report._columns import MISSING
from coterie.report._findings import Findings, find
from coterie.report._origin import Origin
from coterie.report._page import compose
from coterie.report._settings import Settings
from coterie.report._table import as_table
from coterie.scaling import METHODS

if TYPE_CHECKING:
    from coterie._base.tables.kinds import Kinds
    from coterie._base.typing import ArrayLike
    from coterie._runtime.progress import Callback

_RULES = {
    "n_clusters": (
        integer(2),
        Rule(
            "a list of ints of 2 or more",
            lambda value: (
                isinstance(value, Sequence | range)
                and not isinstance(value, str)
                and len(value) > 0
                and all(is_integer(k) and k >= 2 for k in value)
            ),
        ),
        NONE,
    ),
    "missing": (one_of(*MISSING),),
    "scale": (one_of(*METHODS),),
    "noun": (Rule("a str that is not empty", lambda value: isinstance(value, str) and bool(value.strip())),),
    "random_state": RANDOM_STATE,
    "n_jobs": N_JOBS,
}


def write_report(
    X: ArrayLike,
    path: str | os.PathLike[str] | IO[Any],
    *,
    names: str | int | Sequence[str] | None = None,
    columns: Sequence[str | int] | None = None,
    kinds: Kinds = None,
    n_clusters: int | Sequence[int] | None = None,
    missing: str = "auto",
    scale: str = "auto",
    noun: str = "rows",
    random_state: Any = 0,
    n_jobs: int | None = None,
    callback: Callback | None = None,
) -> Findings:
    """Write a page about the groups in a table: one HTML file to open in a browser, with no need of a network.

    It tells what is in the columns and how they were made comparable, which groups there are, with reasons and doubts,
    what sets each of them apart in words, numbers and pictures, and which rows are unusual. The command
    ``coterie report`` writes the same page about a file.

    Parameters
    ----------
    X : array-like or table of shape (n_rows, n_columns)
        A table of pandas, polars or arrow, an array, or rows of mixed values; not modified. The groups are made of its
        measurements, or of categories where there are none. Identifiers, dates and constants are left out; other text
        has no part in the groups and describes them. Latitude and longitude, beside which there are at most two other
        columns of measurements, make the groups alone, by the distances on the globe.
    path : str, path-like or file
        Where the page goes: the name of a file, which appears when the page is complete (one that is there stays as it
        is if something fails), or an open file of text or bytes.
    names : str, int or sequence of str, default=None
        The column that names the rows, or a name for each row. None: a column of text in which at least 80% of the
        values are different, or else one of identifiers without a repeated value, if there is one.
    columns : sequence of str or int, default=None
        The columns to use, by name or number. None: all.
    kinds : mapping from str or int to str, or sequence, default=None
        What columns are where their values mislead, as for `coterie.column_kinds`: ``{"zip": "category"}``.
    n_clusters : int or sequence of int, default=None
        How many groups. Where `coterie.selection.recommend` finds another number, k-means makes so many (of several
        numbers, the nearest one). None: those that are recommended.
    missing : {"auto", "drop", "median"}, default="auto"
        What to do about missing values of measurements: leave the row out ("drop"), or fill in the median of the column
        ("median"). With "auto" medians are filled in where more than a fifth of the rows would be left out. The page
        says what was done. Rows without a place are left out.
    scale : {"auto", "standard", "minmax", "robust", "log", "none"}, default="auto"
        How columns are made comparable, as in `coterie.scaling.Scaler`.
    noun : str, default="rows"
        What the rows are, in the plural, for the sentences: "customers".
    random_state : int, RandomState, Generator or None, default=0
        The start of the random numbers. With the same int the page is the same, byte for byte.
    n_jobs : int, default=None
        Number of threads. None and -1 mean all available cores. The page does not depend on it.
    callback : callable, default=None
        Called as ``callback(stage, done, total)``; if it returns False, the work stops with `coterie.Cancelled`.

    Returns
    -------
    coterie.report.Findings
        What the page tells: ``labels``, ``recommendation``, ``sentences``, ``profile``, ``unusual`` and more.

    Raises
    ------
    ValueError
        `X` is no table of finite values, has no column of measurements or too few different rows; a column or a kind
        does not exist; a parameter has a value that it may not have.
    TypeError
        `X` is sparse or not in memory, or `path` is neither a name nor a file.
    OSError
        The file can't be written.

    Notes
    -----
    Pictures need matplotlib; without it the page says so. Of large tables the comparison is made on a sample, which
    the page says; the groups are those of all rows.

    Examples
    --------
    >>> import coterie, io
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> letters, parcels = rng.normal([20, 3], 1, size=(60, 2)), rng.normal([900, 40], [90, 4], size=(40, 2))
    >>> page = io.StringIO()
    >>> found = coterie.write_report(np.concatenate([letters, parcels]), page, noun="items")
    >>> print(found.headline)
    2 groups by k-means.
    >>> page.getvalue()[:15]
    '<!doctype html>'
    """
    values = {
        "n_clusters": n_clusters,
        "missing": missing,
        "scale": scale,
        "noun": noun,
        "random_state": random_state,
        "n_jobs": n_jobs,
    }
    check_parameters("write_report", _RULES, values)
    asked = {"names": names, "columns": columns, "kinds": kinds, **values}
    numbers = None if n_clusters is None else sorted({int(k) for k in _as_list(n_clusters)})
    seed = int(random_state) if is_integer(random_state) else int(as_random_state(random_state).randint(2**31))
    with reported_to(callback), _opened(path) as write:
        table = as_table(X, columns, names, kinds)
        given = _named(table.all_names, kinds)
        settings = Settings(given, columns is not None, numbers, missing, scale, noun.strip(), seed, n_jobs)
        found = find(table, settings)
        write(compose(found, _origin(found, path, asked), matplotlib_is_there()))
    return found


def _as_list(n_clusters: int | Sequence[int]) -> Sequence[int]:
    return [n_clusters] if is_integer(n_clusters) else n_clusters  # type: ignore[return-value]


def _named(called: list[str], kinds: Kinds) -> set[str]:
    """The columns whose kinds the user gave."""
    if kinds is None:
        return set()
    if isinstance(kinds, Mapping):
        return {called[key] if is_integer(key) else str(key) for key in kinds}
    return {name for name, kind in zip(called, kinds, strict=True) if kind is not None}


def _origin(found: Findings, path: Any, asked: Mapping[str, Any]) -> Origin:
    """What the page says about where its table came from."""
    usual = {"missing": "auto", "scale": "auto", "noun": "rows"}
    options = [
        f"{name}={shown(value)}"
        for name, value in asked.items()
        if value is not None and name != "n_jobs" and usual.get(name) != value
    ]
    target = repr(os.fsdecode(path)) if isinstance(path, str | os.PathLike) else "'page.html'"
    call = f"import coterie\n\nfound = coterie.write_report({', '.join(['X', target, *options])})"
    noun = found.profile.noun
    return Origin(
        f"{found.data.n_given:,} {noun}",
        [],
        [("The same page, byte for byte, and its groups:", f"{call}\nlabels = found.labels")],
        [f"coterie {coterie.__version__}."],
    )


def matplotlib_is_there() -> bool:
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return False
    return True


@contextlib.contextmanager
def _opened(path: Any) -> Iterator[Any]:
    """A function that writes the page."""
    if isinstance(path, str | os.PathLike):
        with replacing(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            yield file.write
    elif callable(getattr(path, "write", None)):
        is_text = isinstance(path, io.TextIOBase) or "b" not in getattr(path, "mode", "b")
        yield lambda page: path.write(page if is_text else page.encode("utf-8", "backslashreplace"))
    else:
        raise TypeError(f"path must be the name of a file or a file that is open for writing. Got {shown(path)}.")
