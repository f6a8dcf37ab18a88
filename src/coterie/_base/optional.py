# SPDX-License-Identifier: BSD-3-Clause
"""Libraries that only some of the package needs."""

from __future__ import annotations


def how_to_install(library: str) -> str:
    """The command that brings an optional library. Extras of coterie work only where coterie is on an index."""
    return f"pip install {library}"
