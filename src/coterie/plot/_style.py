# SPDX-License-Identifier: BSD-3-Clause
"""What all pictures share: colors, markers, texts, new figures, and how labels are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from .._base.arrays import as_array
from .._base.tables.columns import column_names
from .._base.wording import shortened, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

#: Twelve colors that can be told apart with any kind of color vision: six of Okabe and Ito (2008), and six chosen to
#: differ from those and from each other under simulated color blindness. More clusters reuse the colors.
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#D55E00",
    "#56B4E9",
    "#8800FF",
    "#444400",
    "#882244",
    "#8866FF",
    "#662266",
    "#4422AA",
)

MARKERS = "osD^vPXp<>*h"
NOISE = "#999999"  # what is in no cluster
QUIET = "#555555"  # notes, and lines that belong to no cluster
_LONGEST_LABEL = 80  # of axes
PLAIN: Mapping[str, Any] = {
    "parse_math": False
}  # how names are written: text between two dollar signs is not a formula


def new_axes(**figure: Any) -> FigureAxes:
    """Axes in a figure of their own, which notebooks and windows show."""
    import matplotlib.pyplot as plt

    return as_drawn(plt.figure(layout="constrained", **figure).add_subplot())


def as_drawn(ax: Axes) -> FigureAxes:
    """`ax`, for type checkers: see `FigureAxes`."""
    return cast("FigureAxes", ax)


def color_of(label: int) -> str:
    return PALETTE[label % len(PALETTE)] if label >= 0 else NOISE


def marker_of(label: int) -> str:
    return MARKERS[(label + label // len(PALETTE)) % len(MARKERS)]  # another one where colors start again


def rgb_of(label: int) -> NDArray[np.float64]:
    color = color_of(label)
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255


class Clusters(NamedTuple):
    """Labels of any type as numbers; negative numbers are in no cluster."""

    codes: NDArray[np.int64]  # of each row
    names: dict[int, str]  # what is written for a number

    def called(self, code: int) -> str:
        """The name of a cluster in a legend or a title."""
        name = self.names[code]
        return f"cluster {name}" if name == str(code) or name.startswith("_") else name  # a legend leaves out "_..."


def as_clusters(labels: ArrayLike, n: int, owner: str) -> Clusters:
    """Read one label per row: ints stay as they are; text, dates and others are numbered in their sorted order, and
    missing ones (None, NaN, NaT) and "-1" are in no cluster.

    Raises
    ------
    ValueError
        There is not one label per row.
    """
    array = as_array(labels, "labels")
    if array.shape != (n,):
        raise ValueError(f"{owner} needs one label per row. Got labels of shape {array.shape} for {n} rows.")
    if array.dtype.kind == "V":
        raise ValueError(f"{owner} needs labels that are numbers or text. Got records ({array.dtype}).")
    if array.dtype == np.float16:  # which is not compared with 2**63
        array = array.astype(np.float32)
    if array.dtype.kind == "f" and (np.isnan(array) | ((array == np.trunc(array)) & (abs(array) < 2.0**63))).all():
        codes = np.where(np.isnan(array), -1, array).astype(np.int64)
    elif array.dtype.kind in "iu":
        codes = array.astype(np.int64)
    else:
        if array.dtype.kind in "mM":
            missing = np.isnat(array)
            array = np.datetime_as_string(array, unit="auto") if array.dtype.kind == "M" else array
        else:
            missing = np.array([each is None or each != each for each in array.tolist()], dtype=bool)
        array = array.astype(str)
        missing |= array == "-1"  # as `align_labels` has it where clusters have names
        names, codes = np.unique(array[~missing], return_inverse=True)
        numbers = np.full(n, -1)
        numbers[~missing] = codes.ravel()
        return Clusters(numbers, dict(enumerate(names.tolist())))
    return Clusters(codes, {code: str(code) for code in np.unique(codes).tolist()})


def label_axes(ax: Axes, names: Sequence[object]) -> None:
    """Write the names of the horizontal and the vertical axis."""
    ax.set_xlabel(str(names[0]), **PLAIN)
    ax.set_ylabel(str(names[1]), **PLAIN)


def outlined() -> dict[str, Any]:
    """The style of a text with a white outline, which sets it off from what is below."""
    from matplotlib import patheffects

    return {"path_effects": [patheffects.withStroke(linewidth=2.5, foreground="white")], "zorder": 4}


def as_names(names: Sequence[object] | None, X: object, d: int) -> list[str] | None:
    """What the d columns are: as given, or as a table names them, on one line each. Two names may be those of axes.

    Raises
    ------
    ValueError
        They are not a sequence, or their number is neither that of the columns nor that of the axes.
    """
    given = column_names(X) if names is None else names
    if given is None:
        return None
    try:
        texts = None if isinstance(given, str) else [shortened(name, _LONGEST_LABEL) for name in given]
    except (NotImplementedError, RecursionError, TypeError):  # numbers, memoryviews of some kinds, lists within lists
        texts = None
    if texts is None:
        raise ValueError(f"names must be one for each of the {d} columns. Got {shown(given)}.")
    if len(texts) != d and not len(texts) == 2 < d:
        raise ValueError(f"names must be one for each of the {d} columns. Got {len(texts)}.")
    return texts


def write_at(ax: Axes, text: str, place: tuple[float, float], **style: Any) -> None:
    """Write in the middle of `place`."""
    ax.annotate(text, place, ha="center", va="center_baseline", **outlined(), **PLAIN, **style)


def in_inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the axes, as far as they are known before the picture is laid out."""
    box = ax.get_window_extent()
    return box.width / ax.figure.dpi, box.height / ax.figure.dpi


def literal(text: str) -> str:
    """A text for a legend in which matplotlib sees no formula, although it may contain dollar signs."""
    return text.replace("$", r"\$")
