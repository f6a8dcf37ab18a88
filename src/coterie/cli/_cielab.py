# SPDX-License-Identifier: BSD-3-Clause
"""CIELAB, where colors are as far apart as they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],  # of linear sRGB; D65 white
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_XYZ /= _XYZ.sum(axis=1, keepdims=True)
_LAB = np.array([[0.0, 116.0, 0.0], [500.0, -500.0, 0.0], [0.0, 200.0, -200.0]])
_BEND = 6 / 29


def to_lab(colors: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB of sRGB colors (0 to 255); of grays the lightness alone."""
    part = colors / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    relative = linear @ _XYZ.T if colors.shape[1] == 3 else linear
    bent = np.where(relative > _BEND**3, np.cbrt(relative), relative / (3 * _BEND**2) + 4 / 29)
    return bent @ _LAB.T - [16, 0, 0] if colors.shape[1] == 3 else 116 * bent - 16


def from_lab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `to_lab`."""
    bent = (lab + [16, 0, 0]) @ np.linalg.inv(_LAB).T if lab.shape[1] == 3 else (lab + 16) / 116
    relative = np.where(bent > _BEND, bent**3, 3 * _BEND**2 * (bent - 4 / 29))
    linear = np.clip(relative @ np.linalg.inv(_XYZ).T if lab.shape[1] == 3 else relative, 0, 1)
    colors: NDArray[np.float64] = 255 * np.where(
        linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return colors
