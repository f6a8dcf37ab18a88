# SPDX-License-Identifier: BSD-3-Clause
"""Pictures, for which matplotlib is needed."""
from __future__ import annotations

import os
from typing import TYPE_CHECKING

from coterie.cli._console import Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MATPLOTLIB = 'install matplotlib: pip install "coterie[plot]"'


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
        raise Problem(f"{path}: no kind of picture that can be written; there are {', '.join(sorted(known))}", code=2)


def save_picture(path: str, figure: Figure) -> None:
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror or error}") from error
