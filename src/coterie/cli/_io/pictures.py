# SPDX-License-Identifier: BSD-3-Clause
"""Pictures, for which matplotlib is needed."""

from __future__ import annotations

import contextlib
import io
import os
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from coterie._base.optional import how_to_install
from coterie._base.wording import shortlist
from coterie.cli._console import Problem, warn
from coterie.cli._io.outputs import Outputs
from coterie.scaling import as_drawn

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from coterie.scaling import Scaler

MATPLOTLIB = f"install matplotlib: {how_to_install('matplotlib')}"


def matplotlib_is_there() -> bool:
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("agg")  # no window
    return True


def check_picture(path: str) -> None:
    """Refuse a picture that can't be drawn, or not in the format that its name ends in."""
    if not matplotlib_is_there():
        raise Problem(f"{path}: for pictures, {MATPLOTLIB}")
    from matplotlib.backend_bases import FigureCanvasBase

    known = FigureCanvasBase.get_supported_filetypes()
    if os.path.splitext(path)[1][1:].lower() not in {*known, ""}:
        raise Problem(
            f"{path}: this kind of picture can't be written; possible endings: {', '.join(sorted(known))}", code=2
        )


def for_scatter(
    values: NDArray[np.floating], names: list[str], scaler: Scaler
) -> tuple[NDArray[np.floating], list[str]]:
    """Scaled rows, or centers, as `plot.scatter` is given them, and the names of its columns: one or two columns in the
    units of the data, or their logarithms; more stay scaled, for principal components."""
    if len(names) > 2:
        return values, names
    return as_drawn(scaler, scaler.inverse_transform(values), names)


@contextlib.contextmanager
def warn_of_missing_letters() -> Iterator[None]:
    """Warn once of all letters that matplotlib's fonts lack. matplotlib warns of each, in each picture."""
    lacking: dict[str, None] = {}
    with warnings.catch_warnings():
        show = warnings.showwarning

        def keep(message: Warning | str, *where: Any) -> None:
            if glyph := re.match(r"Glyph (\d+) ", str(message)):
                lacking[chr(int(glyph[1]))] = None
            else:
                show(message, *where)

        warnings.showwarning = keep  # type: ignore[assignment]  # it takes all that `showwarning` takes
        yield
    if lacking:
        warn(f"pictures show boxes in place of letters that matplotlib's fonts lack, such as {shortlist(lacking, 3)}")


def save_picture(outputs: Outputs, path: str, figure: Figure) -> None:
    picture = io.BytesIO()  # some kinds are not written from the beginning to the end, as a pipe wants them
    try:
        with warn_of_missing_letters():
            figure.savefig(picture, dpi=150, format=os.path.splitext(path)[1][1:].lower() or "png")
    except (RuntimeError, ValueError) as error:  # pgf needs TeX; no picture may have more than 2^16 pixels a side
        raise Problem(f"{path}: {error}") from error
    with outputs.open(path, binary=True) as file:
        file.write(picture.getbuffer())
