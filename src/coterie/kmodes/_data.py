# SPDX-License-Identifier: BSD-3-Clause
"""What a fit knows of its rows before it begins: their layout, weights, means, modes and `gamma`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.tables.mixed import TableCode
from .._runtime import parallel
from ._kernels import prototypes
from ._rows import NO_WEIGHT, Prototypes, Rows, count_codes, read_codes, read_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UPDATE_COST = 1.5  # nanoseconds to add a value to the sum of its cluster
_ROUNDING = 1e-15  # relative; a column that is constant may seem to deviate so much from its mean
_LEAST_TABLE = 1 << 16  # counts of categories a thread, that are always affordable


class Data(NamedTuple):
    """The rows of a fit.

    weight : (n,), or (0,) where all rows count once
    middle : the mean and the mode of each column: one prototype
    n_codes : (c,) what the codes of a column are below
    gamma : in the units of the data, where the rows have another one
    """

    rows: Rows
    weight: NDArray[np.float64]
    middle: Prototypes
    n_codes: NDArray[np.intp]
    gamma: float

    def cost(self, distances: NDArray[np.float64]) -> float:
        return float(np.add.reduce(distances * self.weight if len(self.weight) else distances))

    def move(self, to: Prototypes, labels: NDArray[np.int32]) -> None:
        """Move prototypes to the means and modes of their rows; where nothing is known in a column, they stay."""
        rows, k = self.rows, len(to.centers)
        (p, n), c = rows.numbers.shape, len(rows.codes)
        n_threads = parallel.threads_for(_UPDATE_COST * n, rows.n_threads)
        if p:
            sums = np.empty((min(n_threads, p), 2 * k))
            shift = self.middle.centers[0]
            parallel.over(
                p, 1, n_threads, prototypes.move_centers, rows.numbers, self.weight, labels, shift, sums, to.centers
            )
        if c:
            most = int(self.n_codes.max())
            tables = np.empty((min(n_threads, c), max(most, min(k * most, max(n, _LEAST_TABLE)))))
            parallel.over(
                c, 1, n_threads, prototypes.move_modes, rows.codes, self.weight, labels, self.n_codes, tables, to.modes
            )


def prepare(
    X: NDArray[np.float64], code: TableCode, weight: NDArray[np.float64] | None, gamma: float | None, n_threads: int
) -> Data:
    """Lay out the rows of an encoded table. `gamma` is the default where it is None.

    Raises
    ------
    ValueError
        Squares of the numbers do not fit into float64.
    """
    numbers, codes = read_numbers(X, code), read_codes(X, code)
    weight = NO_WEIGHT if weight is None else weight
    known = numbers[~np.isnan(numbers)]
    exponent = power_of_two.exponent_for(known, name="X")
    if gamma is None:
        gamma = power_of_two.times(_default_gamma(power_of_two.divided(numbers, exponent), weight), exponent)
    if len(codes):
        exponent = power_of_two.exponent_for(known, np.sqrt([gamma]), name="X")
    scaled = power_of_two.times(gamma, -2 * exponent) if len(codes) else 0.0
    rows = Rows(power_of_two.divided(numbers, exponent), codes, scaled, exponent, n_threads)
    n_codes = count_codes(code)
    nothing = Prototypes(np.zeros((1, len(numbers))), np.zeros((1, len(codes)), codes.dtype))
    data = Data(rows, weight, nothing, n_codes, gamma)
    middle = nothing.copy()
    data.move(middle, np.zeros(len(X), np.int32))
    return data._replace(middle=middle)


def deviations(numbers: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of each column of numbers (p, n), as far as it is known."""
    found = np.zeros(len(numbers))
    for j, column in enumerate(numbers):
        is_known = ~np.isnan(column)
        x, w = column[is_known], weight[is_known] if len(weight) else np.ones(np.count_nonzero(is_known))
        mass = np.add.reduce(w)
        if mass > 0:
            mean = np.add.reduce(w * x) / mass
            deviation = math.sqrt(np.add.reduce(w * np.square(x - mean)) / mass)
            found[j] = deviation if deviation > _ROUNDING * abs(mean) else 0.0
    return found


def _default_gamma(numbers: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """Half the mean standard deviation of the columns of numbers; 1 where no number varies."""
    half = 0.5 * float(np.add.reduce(deviations(numbers, weight))) / max(len(numbers), 1)
    return half if half > 0 else 1.0
