# SPDX-License-Identifier: BSD-3-Clause
"""Where a table came from, which whoever read it hands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Origin:
    """Where a table came from, and how to get the page and its groups again.

    name : what the page is about
    facts : what is known of the file, in words
    ways : what gives the page, or its groups, again, and the command or the program that does
    notes : remarks on these
    """

    name: str
    facts: Sequence[tuple[str, str]]
    ways: Sequence[tuple[str, str]]
    notes: Sequence[str]
