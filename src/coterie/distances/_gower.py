# SPDX-License-Identifier: BSD-3-Clause
"""Gower's distance: what its columns are, as they are given or as a fit has found them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.parameters import as_float, is_integer, is_real
from .._base.tables.kind_hints import KINDS
from .._base.tables.kinds import compared_as_categories, kinds_of, of_little_use
from .._base.tables.mixed import TableCode
from .._base.warnings import warn
from .._base.wording import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.mixed import Columns

    # None, an item for each column, or pairs of a column (its name or number) and an item.
    Given = tuple[Any, ...] | None

_CATEGORY, _RANK, _NUMBER = "category", "ordinal", "amount"  # the kinds that are told apart after a fit
_FAR = 900  # binary exponent: scaled numbers of at most this size, so that no difference is infinite


class Layout(NamedTuple):
    """How rows are laid out for the kernel.

    columns : the columns that have a weight, those of numbers first
    n_numbers : how many of them hold numbers
    exponents : their numbers are divided by two to this power, so that ranges are from 1/2 to 1
    is_constant : which of these have a range of 0, and so no difference
    constants : what `pairwise.Points` takes as its columns
    """

    columns: NDArray[np.intp]
    n_numbers: int
    exponents: NDArray[np.intc]
    is_constant: NDArray[np.bool_]
    constants: NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class GowerColumns:
    """The columns of a table. After a fit, `kinds`, `weights` and `ranges` have an item for each column.

    Attributes
    ----------
    kinds : tuple or None
        Kinds of columns, as `coterie.column_kinds` names them. After a fit 'category', 'ordinal' for ranks of an
        ordered categorical, and 'amount' for all other numbers.
    weights : tuple or None
    ranges : tuple or None
        What differences of numbers are divided by; 0 for columns that are constant and for categories.
    code : TableCode or None
        How tables become rows of numbers. None before a fit.
    """

    kinds: Given = None
    weights: Given = None
    ranges: Given = None
    code: TableCode | None = None

    @classmethod
    def of(cls, kinds: Any = None, weights: Any = None, ranges: Any = None, categories: Any = None) -> GowerColumns:
        """From the arguments of the metric; with `categories` what `params` gave after a fit.

        Raises
        ------
        ValueError
            A kind is unknown, a weight or range is negative or not finite, all weights are 0, or the categories do not
            fit the rest.
        TypeError
            An argument is neither a mapping nor a sequence.
        """
        given = cls(
            _given("kinds", kinds, f"one of {', '.join(map(repr, KINDS))}", _is_kind),
            _given("weights", weights, "a finite number of at least 0", _is_size),
            _given("ranges", ranges, "a finite number of at least 0", _is_size),
        )
        if given.weights is not None and not _is_by_name(given.weights):
            _check_weights(given.weights)
        if categories is None:
            return given
        if not _is_sequence(categories):
            raise TypeError(f"categories must be a sequence with an item for each column, got {shown(categories)}")
        values = tuple(tuple(each) if _is_sequence(each) else each for each in categories)
        for name, option in (("kinds", given.kinds), ("weights", given.weights), ("ranges", given.ranges)):
            if option is None or _is_by_name(option) or len(option) != len(values) or None in option:
                raise ValueError(f"{name} must have an item for each column where categories are given, got {option!r}")
        code = TableCode(values, tuple(kind == _CATEGORY for kind in given.kinds or ()))
        if given.kinds != _learned_kinds(code):
            raise ValueError(f"kinds must be those of the categories where these are given, got {given.kinds!r}")
        return dataclasses.replace(given, code=code)

    @property
    def params(self) -> dict[str, Any]:
        """The arguments from which `of` makes the same."""
        options = {"kinds": self.kinds, "weights": self.weights, "ranges": self.ranges}
        params: dict[str, Any] = {
            name: dict(option) if _is_by_name(option) else option for name, option in options.items() if option
        }
        return params if self.code is None else {**params, "categories": self.code.categories}

    def fit(self, columns: Columns) -> tuple[GowerColumns, NDArray[np.float64]]:
        """The same for these columns: their kinds, ranges and categories where they are not given; and their rows.

        Raises
        ------
        ValueError
            What is given does not fit the columns, or the range of one is beyond float64.

        Warns
        -----
        UserWarning
            A column holds identifiers or free texts, and has neither a weight nor a kind that was given.
        """
        names = range(len(columns.arrays)) if columns.names is None else columns.names
        given = zip(names, _by_column("kinds", self.kinds, columns), strict=True)
        overruled = {name: kind for name, kind in given if kind is not None}
        kinds = kinds_of(columns, overruled)
        is_category = compared_as_categories(columns, kinds)
        code = TableCode.fit(columns, is_category)
        rows = code.encode(columns)
        of_columns = _by_column("weights", self.weights, columns)
        weights = tuple(1.0 if each is None else each for each in of_columns)
        _check_weights(weights)
        for j, sentence in of_little_use(columns, kinds).items():
            if of_columns[j] is None and names[j] not in overruled:
                warn(
                    f"{sentence}, and counts as much as others: weights={{{names[j]!r}: 0}} leaves it out, and "
                    f"weights={{{names[j]!r}: 1}} keeps it without this warning."
                )
        ranges = _by_column("ranges", self.ranges, columns)
        for j, is_one in enumerate(is_category):
            if is_one and ranges[j]:
                raise ValueError(f"The {columns.label(j)} has no range, because it is a category. Got {ranges[j]!r}.")
            if ranges[j] is None:
                ranges[j] = 0.0 if is_one else _range(rows[:, j])
            if not ranges[j] < math.inf:
                raise ValueError(f"The range of {columns.label(j)} is beyond float64. Divide it by some number.")
        return GowerColumns(_learned_kinds(code), weights, tuple(ranges), code), rows

    def of_codes(self) -> GowerColumns:
        """The same for the rows that it makes: in them, categories are their places."""
        assert self.code is not None
        places = tuple(None if each is None else tuple(range(len(each))) for each in self.code.categories)
        return dataclasses.replace(self, code=TableCode(places, self.code.is_category))

    @property
    def n_columns(self) -> int:
        """Of the tables that it has learned; 0 before."""
        return 0 if self.code is None else len(self.code.categories)

    def check_rows(self, X: NDArray[Any], name: str) -> None:
        """Raise ValueError for rows that `fit` cannot have made."""
        assert self.code is not None
        for j, values in enumerate(self.code.categories[: X.shape[1]]):
            known = X[~np.isnan(X[:, j]), j]
            if values is not None and not (np.isin(known, np.arange(len(values)))).all():
                raise ValueError(f"{name} should hold places of {len(values)} categories in column {j}")

    @property
    def is_counted(self) -> NDArray[np.bool_]:
        """Which columns have a weight. Others are as if they were not there."""
        return np.asarray(self.weights, np.float64) > 0

    def layout(self) -> Layout:
        assert self.code is not None
        counted, is_category = self.is_counted, np.asarray(self.code.is_category)
        numbers, categories = np.flatnonzero(counted & ~is_category), np.flatnonzero(counted & is_category)
        columns = np.concatenate([numbers, categories])
        weights = np.asarray(self.weights, np.float64)[columns]
        weights = np.ldexp(weights, -np.frexp(weights.max())[1])
        sizes, exponents = np.frexp(np.asarray(self.ranges, np.float64)[numbers])
        steps = weights.copy()
        np.divide(weights[: len(numbers)], sizes, out=steps[: len(numbers)], where=sizes > 0)
        total = weights.cumsum()[-1]  # added up in the order of the kernel
        constants = np.concatenate([[len(numbers), total], steps, weights])
        return Layout(columns, len(numbers), exponents, sizes == 0, constants)


def lay_out(X: NDArray[Any], layout: Layout) -> NDArray[np.float64]:
    """Rows for the kernel: the columns that count, those of numbers first and scaled; missing numbers stay NaN."""
    rows = X.take(layout.columns, axis=1).astype(np.float64, copy=False)
    numbers = rows[:, : layout.n_numbers]
    with np.errstate(over="ignore", under="ignore"):
        np.ldexp(numbers, -layout.exponents, out=numbers)
    np.clip(numbers, -(2.0**_FAR), 2.0**_FAR, out=numbers)
    for j in np.flatnonzero(layout.is_constant):
        numbers[~np.isnan(numbers[:, j]), j] = 0.0
    return rows


def _learned_kinds(code: TableCode) -> tuple[str, ...]:
    return tuple(
        _CATEGORY if is_one else _NUMBER if values is None else _RANK
        for values, is_one in zip(code.categories, code.is_category, strict=True)
    )


def _range(column: NDArray[np.float64]) -> float:
    """Of the known numbers of a column."""
    low, high = np.fmin.reduce(column), np.fmax.reduce(column)
    with np.errstate(over="ignore"):
        return float(high - low) if low < high else 0.0


def _check_weights(weights: Sequence[Any]) -> None:
    if not any(weights):
        raise ValueError(f"weights must hold a number above 0, got {shown(weights)}")


def _is_kind(value: object) -> bool:
    return isinstance(value, str) and value in KINDS


def _is_size(value: object) -> bool:
    return is_real(value) and 0 <= as_float(value) < math.inf


def _is_sequence(value: object) -> bool:
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)


def _is_by_name(option: Given) -> bool:
    return bool(option) and isinstance(option[0], tuple)  # type: ignore[index]


def _given(name: str, option: Any, text: str, accepts: Any) -> Given:
    """An argument in the form of `Given`, checked as far as it can be without columns."""
    if option is None:
        return None
    if isinstance(option, Mapping):
        pairs = sorted(option.items(), key=lambda pair: str(pair[0]))
        if not all(isinstance(key, str) or is_integer(key) for key, _ in pairs):
            raise TypeError(f"The keys of {name} must be names or numbers of columns, got {shown(list(option))}")
    elif _is_sequence(option):
        pairs = list(enumerate(option))
    else:
        raise TypeError(
            f"{name} must be a mapping from columns, or a sequence with an item for each column, got {shown(option)}"
        )
    for key, value in pairs:
        if value is not None and not accepts(value):
            raise ValueError(f"{name} must hold {text} for each column. Got {shown(value)} for column {key!r}.")
    values = [value if value is None or isinstance(value, str) else float(value) for _, value in pairs]
    if isinstance(option, Mapping):
        return tuple((key, value) for (key, _), value in zip(pairs, values, strict=True)) or None
    return tuple(values)


def _by_column(name: str, option: Given, columns: Columns) -> list[Any]:
    """An item for each column, None where it is not given."""
    n = len(columns.arrays)
    if option is None:
        return [None] * n
    if not _is_by_name(option):
        if len(option) != n:
            raise ValueError(f"{name} must have an item for each of the {n} columns, got {len(option)}.")
        return list(option)
    found: list[Any] = [None] * n
    keys = list(range(n) if columns.names is None else columns.names)
    for key, value in option:
        if key not in keys:
            raise ValueError(f"{name} names {shown(key)}, and there is no such column. The columns are {shown(keys)}.")
        found[keys.index(key)] = value
    return found
