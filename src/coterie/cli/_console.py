# SPDX-License-Identifier: BSD-3-Clause
"""What the subcommands say: problems, notes, tables of numbers."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import shutil
import sys
from collections.abc import Iterable, Sequence

import coterie
from coterie._base.layout import side_by_side


class Problem(Exception):
    """A line for the user that ends the command. code 1: the data or a file; code 2: the command line."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code


def note(message: object) -> None:
    print(f"note: {message}", file=sys.stderr)


def warn(message: object) -> None:
    print(f"warning: {' '.join(str(message).split())}", file=sys.stderr)


def discard_stdout() -> None:
    """Send what is still buffered nowhere, so that Python does not complain about a closed pipe as it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def add_run_arguments(parser: argparse.ArgumentParser, seed: bool = True) -> None:
    """The options of everything that computes, with one for what depends on random numbers."""
    parser.add_argument("--jobs", metavar="N", type=_jobs, help="number of threads (default: one per processor)")
    if seed:
        parser.add_argument(
            "--seed",
            metavar="S",
            type=_seed,
            default=0,
            help="start of the random numbers (default: 0); the same seed gives the same result",
        )
    parser.add_argument(
        "--quiet",
        action="store_true",
        help="no progress, notes or summary; warnings, errors and what labels rest on (scaling, metric, eps, cut) stay",
    )


def add_noun_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--noun", metavar="NAME", type=_noun, default="rows", help="what the rows are, in the plural: customers"
    )


def _noun(text):
    if not text.strip():
        raise argparse.ArgumentTypeError("a word is needed, such as customers")
    return text


def positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number of 1 or more is needed, not {text!r}")
    return number


def file_name(text: str) -> str:
    if text == "-":
        raise argparse.ArgumentTypeError("a file is needed; standard output is for the labels")
    return text


def _jobs(text):
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number == 0:
        raise argparse.ArgumentTypeError(f"a number of threads is needed (-1: all processors), not {text!r}")
    return number


def _seed(text):
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {2**32 - 1} is needed, not {text!r}")
    return number


def progress_bar(quiet: bool) -> contextlib.AbstractContextManager:
    """A progress bar for a person who watches; nothing in a script."""
    return contextlib.nullcontext() if quiet or not sys.stderr.isatty() else coterie.progress()


def printable(name: str) -> str:
    """A name as it can be written anywhere. Bytes that are no text, as names of files may hold, become \\xff."""
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """A hint to follow an error about `name`: the likeliest meant, or all that are known."""
    lowered = {k.lower(): k for k in known}
    close = difflib.get_close_matches(name.lower(), lowered, n=1)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    return f"there is {listing(known)}"


def listing(names: Iterable[object], limit: int = 12) -> str:
    """`a, b, c` or, when there are many, `a, b and 17 more`."""
    names = [str(name) for name in names]
    if len(names) <= limit:
        return ", ".join(names)
    return f"{', '.join(names[: limit - 1])} and {len(names) - limit + 1} more"


def count(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def table(header: Sequence[str], columns: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Lay out text columns, right-aligned; those that do not fit go into a further block that repeats the first."""
    if width is None:
        width = shutil.get_terminal_size((100, 24)).columns
    columns = [[name, *cells] for name, cells in zip(header, columns, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    aligned = [[cell.rjust(size) for cell in column] for column, size in zip(columns, widths, strict=True)]
    return side_by_side(aligned, width)
