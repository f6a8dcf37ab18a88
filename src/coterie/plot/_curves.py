# SPDX-License-Identifier: BSD-3-Clause
"""Curves for choosing a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base.arrays import as_array
from .._base.parameters import AXES, NONE, check_parameters, real
from .._base.wording import number
from .._base.wording import share as percent
from ..selection._panels import top_of_distances
from ._style import PALETTE, QUIET, as_drawn, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._base.typing import ArrayLike, FigureAxes

_MOST_CORNERS = 5_000  # of a curve


def k_distances(distances: ArrayLike, eps: float | None = None, *, ax: Axes | None = None) -> FigureAxes:
    """Draw the sorted distances to the k-th neighbor, from which the `eps` of DBSCAN is chosen.

    A point of the curve says how many rows would be core points if `eps` were that distance: the flat part is rows in
    dense regions, the steep end is noise, and the knee between them is a value of `eps` to try.

    Parameters
    ----------
    distances : array-like of shape (n_samples,)
        The result of `coterie.selection.k_distances`, or ``suggestion.distances``.
    eps : float, optional
        A value to mark by a line, with the share of core points, such as ``suggestion.eps``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        `distances` is not a vector of finite numbers, or is empty.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    The highest distances are cut off if they would make the rest of the curve look flat.

    Examples
    --------
    >>> from coterie.plot import k_distances
    >>> from coterie.selection import suggest_eps
    >>> X = [[0.0], [0.1], [0.2], [0.4], [4.0], [4.1], [4.2], [4.4], [9.0]]
    >>> suggestion = suggest_eps(X, min_samples=3)
    >>> ax = k_distances(suggestion.distances, suggestion.eps)
    """
    check_parameters("k_distances", {"eps": (real(0.0), NONE), "ax": AXES}, {"eps": eps, "ax": ax})
    array = as_array(distances, "distances")
    if (
        array.dtype.kind not in "iuf"
        or array.ndim != 1
        or not array.size
        or not np.isfinite(array).all()
        or (array.min() < 0)
    ):
        raise ValueError(
            "k_distances needs a vector of finite distances, such as those of suggest_eps(X). Got shape "
            f"{array.shape} and type {array.dtype}."
        )
    curve = np.sort(array.astype(np.float64))
    if ax is None:
        ax = new_axes()
    n = len(curve)
    shown = np.unique(np.linspace(0, n - 1, min(n, _MOST_CORNERS)).astype(np.int64))
    ax.plot(100 * (shown + 1) / n, curve[shown], color=PALETTE[0], linewidth=2)
    eps = None if eps is None else float(eps)
    top = top_of_distances(curve, eps)
    if eps is not None:
        share = 100 * np.searchsorted(curve, eps, side="right") / n
        ax.axhline(eps, color=PALETTE[4], linewidth=1.2, linestyle=(0, (4, 3)))
        ax.annotate(
            f"eps = {eps:.4g}: {percent(share / 100, 1)} of the rows are core points",
            (2, eps),
            xytext=(0, 4),
            textcoords="offset points",
            color=PALETTE[4],
        )
        if share > 0:
            ax.plot(share, eps, "o", color=PALETTE[4], clip_on=False, zorder=3)
    ax.set(
        xlim=(0, 100),
        ylim=(0, top if top > 0 else 1),
        xlabel="share of the rows (%)",
        ylabel="distance to the k-th neighbor",
    )
    if top < curve[-1]:
        ax.annotate(
            f"up to {number(curve[-1])}",
            (100, top),
            xytext=(-4, -4),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=9,
            color=QUIET,
        )
    for side in ("right", "top"):
        ax.spines[side].set_visible(False)
    return as_drawn(ax)
