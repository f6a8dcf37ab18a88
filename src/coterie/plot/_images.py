# SPDX-License-Identifier: BSD-3-Clause
"""Images whose pixels are in clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_array
from .._base.parameters import AXES, check_parameters
from ._style import as_drawn, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

_MOST_BORDERS = 0.12  # share of the pixels; more borders would hide the segments
_INCHES = 7.0


def image_segments(image: ArrayLike, labels: ArrayLike, *, ax: Axes | None = None) -> FigureAxes:
    """Draw an image with each segment in its mean color, and white lines between segments where these are large.

    Parameters
    ----------
    image : array-like of shape (height, width), (height, width, 3) or (height, width, 4)
        Gray levels or colors: ints from 0 to 255, or floats from 0 to 1. Not modified; a fourth channel (opacity) is
        ignored.
    labels : array-like of int of shape (height, width) or (height * width,)
        Cluster of each pixel, row by row. Pixels in no cluster (negative labels) keep their colors, but paler.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure of the image's shape.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        `image` is not an image, or there is not one label per pixel.
    ModuleNotFoundError
        matplotlib is not installed.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import KMeans
    >>> from coterie.plot import image_segments
    >>> image = np.random.default_rng(0).integers(0, 256, size=(20, 30, 3), dtype=np.uint8)
    >>> labels = KMeans(4, random_state=0).fit_predict(image.reshape(-1, 3))
    >>> ax = image_segments(image, labels)
    """
    check_parameters("image_segments", {"ax": AXES}, {"ax": ax})
    colors = _as_colors(image)
    height, width = colors.shape[:2]
    labels = as_array(labels, "labels")
    if labels.dtype.kind not in "iu" or labels.shape not in ((height, width), (height * width,)):
        raise ValueError(
            f"image_segments needs an int label per pixel. Got labels of shape {labels.shape} and type "
            f"{labels.dtype} for an image of {height} by {width} pixels."
        )
    labels = labels.reshape(height, width)
    numbers, codes = np.unique(labels, return_inverse=True)
    codes = codes.ravel()
    counts = np.bincount(codes)
    means = np.column_stack([np.bincount(codes, channel) / counts for channel in colors.reshape(-1, 3).T])
    shown = means[codes].reshape(colors.shape)
    shown[labels < 0] = 0.5 + 0.5 * colors[labels < 0]

    if ax is None:
        long = max(height, width)
        ax = new_axes(figsize=(max(1.0, _INCHES * width / long), max(1.0, _INCHES * height / long)))
    ax.imshow(shown, interpolation="nearest" if max(height, width) < 100 else None)
    borders = _borders(labels)
    if len(numbers) > 1 and len(borders) <= _MOST_BORDERS * labels.size:
        from matplotlib.collections import LineCollection

        ax.add_collection(LineCollection(list(borders), colors="white", linewidths=0.8), autolim=False)
    ax.set_axis_off()
    return as_drawn(ax)


def _as_colors(image: ArrayLike) -> NDArray[np.float64]:
    """Colors from 0 to 1, of shape (height, width, 3)."""
    array = as_array(image, "image")
    is_image = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))
    if not is_image or not array.size or array.dtype.kind not in "iufb":
        raise ValueError(
            "image must be numbers of shape (height, width), (height, width, 3) or (height, width, 4). "
            f"Got shape {array.shape} and type {array.dtype}."
        )
    top = 255 if array.dtype.kind in "iu" else 1
    if array.ndim == 3:
        array = array[:, :, :3]
    if not ((array >= 0) & (array <= top)).all():
        raise ValueError(
            f"image must hold ints from 0 to 255 or floats from 0 to 1. Got {array.dtype} from "
            f"{array.min()} to {array.max()}."
        )
    colors = array.astype(np.float64) / top
    return np.repeat(colors[:, :, np.newaxis], 3, axis=2) if array.ndim == 2 else colors


def _borders(labels: NDArray[Any]) -> NDArray[np.float64]:
    """Line (2, 2) of (x, y) between each two neighboring pixels of different segments."""
    y, x = np.nonzero(labels[:, 1:] != labels[:, :-1])
    upright = np.stack([np.column_stack([x + 0.5, y - 0.5]), np.column_stack([x + 0.5, y + 0.5])], axis=1)
    y, x = np.nonzero(labels[1:] != labels[:-1])
    level = np.stack([np.column_stack([x - 0.5, y + 0.5]), np.column_stack([x + 0.5, y + 0.5])], axis=1)
    return np.concatenate([upright, level])
