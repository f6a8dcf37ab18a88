# SPDX-License-Identifier: BSD-3-Clause
"""An animation of k-means, step by step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.containers import native
from .._base.parameters import (
    ARRAY_LIKE,
    AXES,
    NONE,
    RANDOM_STATE,
    Rule,
    check_n_clusters,
    check_parameters,
    integer,
    one_of,
)
from .._base.random_state import as_random_state
from .._runtime import threads
from ..kmeans import _assignment, _data, _lloyd, _starts, _steps
from ._maps import draw_as_map, order_of_map
from ._moving_picture import save
from ._projection import Projection
from ._scatter import check_n_columns, draw_centers
from ._style import NOISE, as_names, label_axes, new_axes, rgb_of

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_MOST_STEPS = 300  # as KMeans has it
_MOST_POINTS = 5_000  # drawn; the steps are those of all
_INTERVAL = 100  # milliseconds a frame
_PAUSE, _END = 7, 25  # frames for which a step and the end are shown
_PIXELS = 200  # along each side of the background
_PATH = Rule("a path", lambda value: isinstance(value, str | bytes | os.PathLike))


class Step(NamedTuple):
    """Where the centers are, and which of them is the nearest of each row."""

    centers: NDArray[np.float64]
    labels: NDArray[np.int32]
    inertia: float


class Frame(NamedTuple):
    """What is shown: a step, or (if `part` is above 0) the centers on their way to the next one."""

    step: int
    part: float
    assigned: bool  # whether the points have their colors yet


def kmeans_animation(
    X: ArrayLike,
    n_clusters: int,
    *,
    init: str | ArrayLike = "k-means++",
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    names: Sequence[str] | None = None,
    path: str | os.PathLike[str] | None = None,
    ax: Axes | None = None,
) -> FuncAnimation:
    """Show how k-means works: centers move to the means of their points until nothing changes.

    The animation shows the iterations of `coterie.KMeans`, one by one; the movement between two iterations is only
    drawn for the eye. Two columns are drawn as they are, with the region of each center. For more columns, the first
    two principal components are drawn.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least two columns; not modified. If there are more than 5,000 rows, 5,000 of them are drawn, evenly spaced in
        `X`.
    n_clusters : int
        Number of centers.
    init : {"k-means++", "k-means||", "random"} or array-like of shape (n_clusters, n_features), default="k-means++"
        Where the centers start, as for `coterie.KMeans`.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the start.
    names : sequence of str, optional
        Names of the columns, with units, as for `scatter`. By default the column names of a table.
    path : str or path, optional
        File to write: ``.gif``, or ``.html`` for a page with buttons that needs no other files.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.animation.FuncAnimation
        Keep a reference to it as long as it is shown. In a notebook: ``HTML(animation.to_jshtml())``.

    Raises
    ------
    ValueError
        A parameter is out of range, there are fewer rows than clusters or fewer than two columns, or `path` has another
        ending.
    ModuleNotFoundError
        matplotlib is not installed.

    Notes
    -----
    The result is that of ``KMeans(n_clusters, init=init, n_init=1, tol=0, random_state=random_state)``. If there are
    many steps, fewer frames are drawn between them. A GIF of ten steps takes some seconds and about 1 MB.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.plot import kmeans_animation
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (30, 2)) for center in (0, 4)])
    >>> animation = kmeans_animation(X, 2, random_state=0, path="k-means.gif")
    """
    check_parameters(
        "kmeans_animation",
        {
            "n_clusters": (integer(1),),
            "init": (one_of("k-means++", "k-means||", "random"), ARRAY_LIKE),
            "random_state": RANDOM_STATE,
            "path": (_PATH, NONE),
            "ax": AXES,
        },
        {"n_clusters": n_clusters, "init": init, "random_state": random_state, "path": path, "ax": ax},
    )
    if path is not None and not os.fsdecode(path).lower().endswith((".gif", ".html")):
        raise ValueError(f"path must end in .gif or .html. Got {os.fspath(path)!r}.")
    table = native(X)
    X = as_matrix(table, owner="kmeans_animation").astype(np.float64, copy=False)
    n, d = X.shape
    check_n_clusters(n, n_clusters)
    if d < 2:
        raise ValueError("kmeans_animation needs at least two columns. Got 1.")
    names = as_names(names, table, d)
    steps = find_steps(X, start(X, n_clusters, init, random_state))
    frames = _frames(len(steps))

    projection = Projection(X) if d > 2 else None
    if projection is not None and (names is None or len(names) == d):
        names = projection.names(names)
    some = slice(None, None, -(-n // _MOST_POINTS))
    places = X[some] if projection is None else projection(X[some])
    ways = np.array([step.centers if projection is None else projection(step.centers) for step in steps])
    on_map = None if names is None else order_of_map(names, X)
    if names is not None and on_map is not None:
        order = list(on_map)
        places, ways, names = places[:, order], ways[:, :, order], [names[i] for i in order]
    draw = _Drawing(
        new_axes() if ax is None else ax,
        steps,
        places,
        ways,
        [step.labels[some] for step in steps],
        with_areas=projection is None,
    )
    if on_map is not None:
        draw_as_map(draw.ax)
    if names is not None:
        label_axes(draw.ax, names)

    from matplotlib.animation import FuncAnimation

    figure = draw.ax.figure.canvas.figure  # the whole one, where the axes are in a part of it
    animation = FuncAnimation(figure, draw, frames=frames, init_func=lambda: None, interval=_INTERVAL)
    if path is not None:
        save(draw, frames, _INTERVAL, figure, path)
        vars(animation)["_draw_was_started"] = True  # else matplotlib warns of one that was never shown
    return animation


def find_steps(X: NDArray[np.float64], centers: NDArray[np.float64]) -> list[Step]:
    """The start and each iteration of k-means, until nothing changes."""
    n_threads = threads.resolve_n_jobs(None)
    data = _data.prepare(X, None, n_threads)
    labels = _assignment.nearest(X, centers, n_threads)
    steps = [Step(centers, labels, _assignment.inertia(X, None, centers, labels, n_threads))]
    rounding = 1e-13 * float(np.ptp(X, axis=0).max())
    still = False
    while len(steps) <= _MOST_STEPS:
        before = steps[-1]
        labels, inertia, centers, *_ = _lloyd.iterate(_steps.first_step(data, len(centers)), before.centers, 1, 0.0)
        if abs(centers - before.centers).max() <= rounding:
            break
        steps.append(Step(centers, labels, power_of_two.times(inertia, data.inertia_exponent)))
        if still:  # a cluster without rows was given one, and k-means stops here: no label had changed
            break
        still = np.array_equal(labels, before.labels)
    return steps


def start(
    X: NDArray[np.float64],
    n_clusters: int,
    init: str | ArrayLike,
    random_state: int | np.random.RandomState | np.random.Generator | None,
) -> NDArray[np.float64]:
    """Where the centers start: as those of `KMeans` do."""
    if not isinstance(init, str):
        init = as_matrix(init, name="init")
        check_n_columns(init.shape[1], X.shape[1], "init", "kmeans_animation")
    found = _starts.read_init(init, X, n_clusters)
    data = _data.prepare(X, None, threads.resolve_n_jobs(None))
    return _starts.starting_centers(X, n_clusters, found, as_random_state(random_state), None, data)


def _frames(n_steps: int) -> list[Frame]:
    between = 6 if n_steps <= 12 else 3 if n_steps <= 30 else 0
    pause = _PAUSE if n_steps <= 30 else 2
    frames = [Frame(0, 0.0, False)] * _PAUSE
    for step in range(n_steps):
        frames += [Frame(step, 0.0, True)] * pause
        if step + 1 < n_steps:
            way = (np.arange(between) + 1) / (between + 1)
            frames += [Frame(step, part, True) for part in (way * way * (3 - 2 * way)).tolist()]  # slow at both ends
    return frames + [Frame(n_steps - 1, 0.0, True)] * _END


class _Drawing:
    """Draws a frame by changing what is in the axes."""

    def __init__(
        self,
        ax: Axes,
        steps: list[Step],
        places: NDArray[Any],
        ways: NDArray[Any],
        labels: list[NDArray[Any]],
        with_areas: bool,
    ) -> None:
        self.ax, self.steps, self.ways, self.labels = ax, steps, ways, labels
        self.colors = np.array([rgb_of(label) for label in range(ways.shape[1])])
        everything = np.concatenate([places, ways.reshape(-1, 2)])
        low, high = everything.min(axis=0), everything.max(axis=0)
        margin = 0.05 * np.where(high > low, high - low, 1.0)
        low, high = low - margin, high + margin
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        self.background = None
        if with_areas:
            middle = (np.arange(_PIXELS) + 0.5) / _PIXELS
            x, y = (low[i] + middle * (high[i] - low[i]) for i in (0, 1))
            self.pixels = np.column_stack([np.tile(x, _PIXELS), np.repeat(y, _PIXELS)])
            self.background = ax.imshow(
                np.ones((_PIXELS, _PIXELS, 3)),
                extent=(low[0], high[0], low[1], high[1]),
                origin="lower",
                aspect="auto",
                zorder=0,
            )
        size = np.clip(400 / np.sqrt(len(places)), 5, 36)
        self.points = ax.scatter(
            places[:, 0], places[:, 1], s=size, c=NOISE, linewidths=0.5, edgecolors="white", zorder=2
        )
        self.trails = [ax.plot([], [], color="black", linewidth=1.2, zorder=2.5)[0] for _ in ways[0]]
        self.discs, self.numbers = draw_centers(ax, ways[0])
        self(Frame(0, 0.0, False))

    def __call__(self, frame: Frame) -> None:
        here = self.ways[frame.step]
        if frame.part:
            here = here + frame.part * (self.ways[frame.step + 1] - here)
        for i, place in enumerate(here):
            self.discs[i].set_data([place[0]], [place[1]])
            self.numbers[i].xy = (place[0], place[1])
            self.numbers[i].set_position((place[0], place[1]))
            self.trails[i].set_data(*np.concatenate([self.ways[: frame.step + 1, i], [place]]).T)
        if frame.assigned:
            self.points.set_facecolor(self.colors[self.labels[frame.step]])
        else:
            self.points.set_facecolor(NOISE)
        if self.background is not None:
            areas = _assignment.nearest(self.pixels, here, 1).reshape(_PIXELS, _PIXELS)
            self.background.set_data(
                (0.85 + 0.15 * self.colors)[areas] if frame.assigned else np.ones((_PIXELS, _PIXELS, 3))
            )
        self.ax.set_title(self._title(frame))

    def _title(self, frame: Frame) -> str:
        last = len(self.steps) - 1
        if not frame.assigned:
            return f"{len(self.discs)} center{'s' * (len(self.discs) != 1)} to start with"
        value = self.steps[frame.step].inertia
        inertia = f"inertia {value:{',.0f' if 1e3 <= value < 1e9 else '.4g'}}"
        if frame.part:
            return f"iteration {frame.step + 1}: centers move to the means of their points"
        if frame.step == 0:
            return f"each point goes to its nearest center: {inertia}"
        if frame.step == last:
            return f"nothing changes any more after {last} iteration{'s' * (last > 1)}: {inertia}"
        return f"iteration {frame.step}: {inertia}"
