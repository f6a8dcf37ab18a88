# SPDX-License-Identifier: BSD-3-Clause
"""Rows of numbers and categories, column by column as the kernels read them, and the distance between rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.tables.mixed import TableCode
from .._runtime import parallel
from ._kernels import prototypes

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_WEIGHT = np.empty(0)
_MISSING, _UNSEEN, _FIRST = 0, 1, 2  # codes of the kernels; a category has its place plus _FIRST
_NUMBER_COST, _CODE_COST = 0.5, 0.06  # nanoseconds to compare one with that of a prototype


class Prototypes(NamedTuple):
    """Points to which rows are compared.

    centers : (k, p) numbers
    modes : (k, c) codes of categories
    """

    centers: NDArray[np.float64]
    modes: NDArray[Any]

    def copy(self) -> Prototypes:
        return Prototypes(self.centers.copy(), self.modes.copy())


class Rows(NamedTuple):
    """Rows of a table, whose numbers were divided by 2**exponent.

    numbers : (p, n) NaN where missing
    codes : (c, n) of the least unsigned type that they fit into
    gamma : what a different category adds to the squared distance of the numbers, divided by 4**exponent
    """

    numbers: NDArray[np.float64]
    codes: NDArray[Any]
    gamma: float
    exponent: int
    n_threads: int

    @property
    def n(self) -> int:
        return int(self.numbers.shape[1])

    def nearest(self, to: Prototypes) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """The nearest prototype of each row, and the distance to it."""
        labels, distances = np.empty(self.n, np.int32), np.empty(self.n)
        k, p = to.centers.shape
        cost = k * (_NUMBER_COST * (p + 1) + _CODE_COST * len(self.codes))
        parallel.over(
            self.n,
            parallel.chunk(cost, prototypes.ROWS),
            parallel.threads_for(cost * self.n, self.n_threads),
            prototypes.assign_labels,
            self.numbers,
            self.codes,
            to.centers,
            to.modes,
            self.gamma,
            labels,
            distances,
        )
        return labels, distances


def read_codes(X: NDArray[np.float64], code: TableCode) -> NDArray[Any]:
    """The category columns of an encoded table, as codes of the kernels."""
    columns = np.flatnonzero(code.is_category)
    codes = np.empty((len(columns), len(X)), np.min_scalar_type(count_codes(code).max(initial=_FIRST) - 1))
    for own, j in zip(codes, columns, strict=True):
        own[:] = np.where(np.isnan(X[:, j]), _MISSING, X[:, j] + _FIRST)  # -1, a value that fit did not see, is _UNSEEN
    return codes


def read_numbers(X: NDArray[np.float64], code: TableCode) -> NDArray[np.float64]:
    """The other columns."""
    return np.ascontiguousarray(X.T[np.logical_not(code.is_category)])


def count_codes(code: TableCode) -> NDArray[np.intp]:
    """For each category column the number that its codes are below."""
    sizes = [len(values or ()) for values, own in zip(code.categories, code.is_category, strict=True) if own]
    return np.array(sizes, np.intp) + _FIRST


def split(points: NDArray[np.float64], code: TableCode, exponent: int) -> Prototypes:
    """Encoded rows without missing values as prototypes."""
    centers = np.ascontiguousarray(points[:, np.logical_not(code.is_category)])
    return Prototypes(power_of_two.multiplied(centers, -exponent), np.ascontiguousarray(read_codes(points, code).T))


def join(prototypes: Prototypes, code: TableCode, exponent: int) -> NDArray[np.float64]:
    """The same as encoded rows again."""
    is_category = np.array(code.is_category)
    points = np.empty((len(prototypes.centers), len(is_category)))
    points[:, ~is_category] = power_of_two.multiplied(prototypes.centers.copy(), exponent)
    points[:, is_category] = prototypes.modes.astype(np.float64) - _FIRST
    return points


def nearest_prototypes(
    X: NDArray[np.float64], points: NDArray[np.float64], code: TableCode, gamma: float, n_threads: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The nearest of given points (k, d) for each row of an encoded table, and the distance to it."""
    numbers, codes = read_numbers(X, code), read_codes(X, code)
    given = split(points, code, 0)
    labels, distances = np.empty(len(X), np.int32), np.empty(len(X))
    roots = np.sqrt([gamma] if len(codes) else [])
    exponent = power_of_two.exponent_for(given.centers, roots)
    top = power_of_two.magnitude(given.centers, roots)
    for rows, own in power_of_two.parts(np.nan_to_num(numbers.T), exponent, top):
        part = Rows(
            power_of_two.divided(np.ascontiguousarray(numbers[:, rows]), own),
            np.ascontiguousarray(codes[:, rows]),
            power_of_two.times(gamma, -2 * own) if len(codes) else 0.0,
            own,
            n_threads,
        )
        labels[rows], found = part.nearest(split(points, code, own))
        distances[rows] = power_of_two.multiplied(found, 2 * own)
    return labels, distances
