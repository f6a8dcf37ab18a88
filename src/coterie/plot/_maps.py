# SPDX-License-Identifier: BSD-3-Clause
"""Places on the globe: longitude goes across, latitude up."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

_LATITUDE, _LONGITUDE = {"lat", "latitude"}, {"lon", "lng", "long", "longitude"}
_MOST_STRETCH = 60  # degrees of latitude up to which a degree of longitude is drawn as short as it is
_FLATTEST = 0.3  # height over width of a map, or the inverse; a strip of land is drawn wider than it is
_TEXTS = 0.8  # inches beside and below what is drawn


def order_of_map(names: Sequence[object], places: NDArray[Any]) -> tuple[int, int] | None:
    """Which of two columns is the longitude and which the latitude, both in degrees; None where they are neither."""
    if places.shape[1] != 2:
        return None
    words = [set(re.split(r"[\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", str(name)).lower())) for name in names]
    for longitude, latitude in ((0, 1), (1, 0)):
        named = (
            words[longitude] & _LONGITUDE
            and words[latitude] & _LATITUDE
            and not words[longitude] & _LATITUDE
            and not words[latitude] & _LONGITUDE
        )
        if (
            named
            and (abs(places[:, latitude]) <= 90).all()
            and (-180 <= places[:, longitude]).all()
            and (places[:, longitude] <= 360).all()
        ):
            return longitude, latitude
    return None


def draw_as_map(ax: Axes) -> None:
    """Make distances equal in both directions in the middle of the axes."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    middle = np.clip((south + north) / 2, -_MOST_STRETCH, _MOST_STRETCH)
    stretch = 1 / math.cos(math.radians(middle))
    shape = stretch * (north - south) / (east - west)
    ax.set_aspect(stretch * np.clip(shape, _FLATTEST, 1 / _FLATTEST) / shape, adjustable="box")
    ax.apply_aspect()  # what is written next looks how large the axes are


def lower_to_map(figure: Figure, ax: Axes) -> None:
    """Make a figure of one picture, if this is a wide map, no higher than the map."""
    if ax.get_aspect() == "auto":
        return
    shape = ax.get_aspect() * np.ptp(ax.get_ylim()) / np.ptp(ax.get_xlim())
    width, height = figure.get_size_inches()
    figure.set_figheight(min(height, _TEXTS + (width - _TEXTS) * shape))
