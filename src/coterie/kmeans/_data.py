# SPDX-License-Identifier: BSD-3-Clause
"""What a fit of k-means needs to know of the rows before it starts: weights, moments, scale."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from ..distances._sparse import SparseRows
from ..scaling._moments import Moments, scaled_moments
from ._kernels import assign
from ._sparse_rows import divided_rows, moments_of_rows, numbers_of, squares_of_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_WEIGHT = np.empty(0)  # what the kernels take for weights of 1
TILE = assign.TILE_ROWS
OPERATIONS = 40.0  # multiplications with an addition that fast arithmetic does in a nanosecond of one core


class Tally(NamedTuple):
    """What an assignment looked at."""

    changed: int  # labels
    seen: int  # rows that were compared with the centers
    doubtful: int  # of these rows in float64
    exact: int  # of these rows by true distances


class Cells(NamedTuple):
    """How rows are sorted into cells; see _kernels/cells.pyx."""

    order: NDArray[np.uint32]  # (n,), where the rows were before
    starts: NDArray[np.intp]  # (n_cells + 1,)
    boxes: NDArray[np.float64]  # (n_cells, 2, d), lowest and highest of each feature
    # (n_cells, d + 2), of weight * (x - lowest), of the weights, of weight * squared distance to the mean of the cell
    sums: NDArray[np.float64]


@dataclasses.dataclass(eq=False)
class Data:
    """The data of a fit, and what is computed from them once."""

    X: NDArray[Any]  # (n_samples, n_features), C-contiguous, float32 or float64; or `SparseRows`; never written to
    exponent: int  # X is the caller's data over 2**exponent; see `power_of_two`
    weight: NDArray[np.float64]  # (n_samples,), or `NO_WEIGHT`
    inertia_exponent: int  # an inertia of X and weight is the caller's over 2**inertia_exponent
    moments: Moments  # of X, without regard to the weights
    scale: float  # a power of two: |x - mean| * scale <= 1; of sparse rows, |x| * scale as a whole
    n_threads: int
    is_manhattan: bool = False  # distances are Manhattan distances, instead of squared Euclidean ones
    cells: Cells | None = None  # how the rows are sorted; None if they stand as the caller gave them
    in_cells: Data | None = None  # the same data sorted into cells, once that was done; see `_cells`

    @property
    def is_sparse(self) -> bool:
        return isinstance(self.X, SparseRows)

    @property
    def sparse(self) -> SparseRows:
        """`X`, known to be sparse."""
        assert isinstance(self.X, SparseRows)
        return self.X

    @property
    def origin(self) -> NDArray[np.float64]:
        """(d,) what sums of rows are relative to: the mean, but 0 for sparse rows."""
        return np.zeros(self.X.shape[1]) if self.is_sparse else self.moments.mean

    def magnitude(self) -> float:
        """The largest absolute value of `X`."""
        return power_of_two.magnitude(numbers_of(self.X))


def prepare(X: Any, sample_weight: NDArray[np.float64] | None, n_threads: int) -> Data:
    """Weights, moments and scale of checked rows, dense or sparse.

    Raises
    ------
    ValueError
        Numbers of `X`, or of `sample_weight`, are too far apart for float64.
    """
    if isinstance(X, SparseRows):
        exponent = power_of_two.exponent_for(X.values, name="X")
        X = divided_rows(X, exponent)
        moments = moments_of_rows(X)
        reach = math.sqrt(float(squares_of_rows(X, n_threads).max()))
    else:
        X, exponent, moments = scaled_moments(X, n_threads, "X")
        reach = float(moments.reach.max())
    weight, weight_exponent = power_of_two.balanced(sample_weight)
    return Data(
        X,
        exponent,
        NO_WEIGHT if weight is None else weight,
        2 * exponent + weight_exponent,
        moments,
        power_of_two_below(reach),
        n_threads,
    )


def divided(data: Data, centers: NDArray[Any]) -> NDArray[Any]:
    """Centers in the caller's units as centers of `data.X`.

    Raises
    ------
    ValueError
        They are too large to be compared with the data.
    """
    top = power_of_two.magnitude(centers)
    if not power_of_two.times(top, -data.exponent) < power_of_two.far_limit():
        largest = power_of_two.times(data.magnitude(), data.exponent)
        raise ValueError(
            f"The initial centers are too large compared with the data: up to {top:.6g}, where the data are "
            f"up to {largest:.6g}. The squares of both do not fit into float64."
        )
    return power_of_two.divided(centers, data.exponent)


def power_of_two_below(largest: float) -> float:
    """The power of two that brings numbers up to `largest` down to at most 1."""
    exponent = math.frexp(largest)[1] if 0 < largest < math.inf else 0
    return math.ldexp(1.0, -max(-1000, min(1000, exponent)))
