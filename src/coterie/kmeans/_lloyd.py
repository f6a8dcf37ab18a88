# SPDX-License-Identifier: BSD-3-Clause
"""Lloyd's iterations: from data and starting centers to labels and centers, whatever a step is.

The centers are float64 throughout and in the data's own coordinates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._runtime import progress
from ._data import divided
from ._steps import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Run(NamedTuple):
    """Where the iterations end. The labels are those of the centers, rounded to X's dtype."""

    labels: NDArray[np.int32]  # (n,)
    inertia: float  # of `data.X` and its weights; times 2**data.inertia_exponent it is the caller's
    centers: NDArray[Any]  # (k, d), of X's dtype, in the caller's units
    n_iter: int
    stable: bool  # labels stopped changing
    was_stopped: bool  # by the callback


def iterate(step: Step, centers: NDArray[Any], max_iter: int, tol: float, verbose: bool = False) -> Run:
    """Assignment and update in turn, from `centers` (k, d) in the caller's units.

    Stops when no label changes, when the squared movements of all centers add up to at most `tol`, in the units of
    `data.moments.variance`, after `max_iter` iterations, or if the callback says so once an iteration is done.
    """
    data = step.data
    centers = np.array(divided(data, centers), dtype=np.float64, order="C")
    labels = np.full(len(data.X), -1, dtype=np.int32)
    stable = was_stopped = False
    inertia: float | None = None
    n_iter = 0
    while n_iter < max_iter:
        try:
            progress.report(step.stage, n_iter, max_iter, inertia)
        except progress.Stopped:
            if n_iter == 0:
                raise
            was_stopped = True
            break
        changed = step.assign(centers, labels)
        if verbose or progress.inertia_is_asked_for():
            inertia = power_of_two.times(step.inertia(centers, labels), data.inertia_exponent)
        if verbose:
            print(f"Iteration {n_iter}, inertia {inertia}.")
        movement = step.update(centers, labels)
        n_iter += 1
        if changed == 0:
            # Centers move even so if one went to a far point, or if sums were rounded in another kind of step.
            stable = movement == 0
            if verbose:
                print(f"Converged at iteration {n_iter - 1}: strict convergence.")
            break
        if movement <= tol:
            if verbose:
                movement, tol = (power_of_two.times(each, 2 * data.exponent) for each in (movement, tol))
                print(f"Converged at iteration {n_iter - 1}: center shift {movement} within tolerance {tol}.")
            break
        step = step.following()
    rounded = centers.astype(data.X.dtype)
    if not stable or data.X.dtype != np.float64:
        before, centers = centers, rounded.astype(np.float64)
        step.nudge(float(np.sqrt(np.square(centers - before).sum(axis=1).max())))
        step.assign(centers, labels)
    total = step.inertia(centers, labels)
    if not was_stopped:
        try:
            inertia = power_of_two.times(total, data.inertia_exponent)
            progress.report(step.stage, n_iter, n_iter, inertia)
        except progress.Stopped:
            was_stopped = True
    centers = power_of_two.multiplied(rounded, data.exponent)
    return Run(step.as_given(labels), total, centers, n_iter, stable, was_stopped)
