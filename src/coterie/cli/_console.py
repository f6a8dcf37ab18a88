# SPDX-License-Identifier: BSD-3-Clause
"""What the subcommands say: problems, warnings, notes, how far the work is."""

from __future__ import annotations

import contextlib
import os
import sys

import coterie


class Problem(Exception):
    """A line for the user that ends the command. code 1: the data or a file; code 2: the command line."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def note(message: object) -> None:
    """Say what a reader may want to know."""
    print(f"note: {message}", file=sys.stderr)


def warn(message: object) -> None:
    print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)


def discard_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not complain about a closed pipe as it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def progress_bar(quiet: bool) -> contextlib.AbstractContextManager[object]:
    """A progress bar for a person who watches; nothing in a script."""
    return contextlib.nullcontext() if quiet or not sys.stderr.isatty() else coterie.progress()
