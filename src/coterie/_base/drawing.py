# SPDX-License-Identifier: BSD-3-Clause
"""How results draw themselves: `coterie.plot` is above them, so they name it and do not import it."""

from __future__ import annotations

from typing import Any

from . import public_names


def draw(kind: str, *args: Any, **kwargs: Any) -> Any:
    """Call the function `kind` of `coterie.plot`."""
    return public_names.find(f"coterie.plot.{kind}")(*args, **kwargs)
