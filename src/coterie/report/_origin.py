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
    page_command, fit_command : the commands that give the page and the groups
    program : lines of Python that end with the labels
    notes : remarks on these
    """

    name: str
    facts: Sequence[tuple[str, str]]
    page_command: str
    fit_command: str
    program: str
    notes: Sequence[str]
