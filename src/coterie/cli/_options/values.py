# SPDX-License-Identifier: BSD-3-Clause
"""What the values of options may be: each function turns the text of one into its value, or says what is needed."""

from __future__ import annotations

import argparse
import csv
import math
import os

from coterie._base.atomic import is_replaced
from coterie._base.tables.kind_hints import KINDS
from coterie._base.wording import did_you_mean


def positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number of 1 or more is needed, not {text!r}")
    return number


def two_or_more(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 2:
        raise argparse.ArgumentTypeError(f"a whole number of 2 or more is needed, not {text!r}")
    return number


def distance(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (0 <= number < math.inf):
        raise argparse.ArgumentTypeError(f"a number of 0 or more is needed, not {text!r}")
    return number


def jobs(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number == 0:
        raise argparse.ArgumentTypeError(f"a number of threads is needed (-1: all processors), not {text!r}")
    return number


def seed(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if not 0 <= number < 2**32:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {2**32 - 1} is needed, not {text!r}")
    return number


def noun(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a word is needed, such as customers")
    return text


def file_name(text: str) -> str:
    if text == "-":
        raise argparse.ArgumentTypeError("a file is needed; standard output is for the labels")
    return text


def picture_name(text: str) -> str:
    """The name of a picture, as an option has it: png is the kind of one without an ending."""
    if os.path.splitext(file_name(text))[1] or not is_replaced(text) or os.path.isdir(text):
        return text
    return f"{text}.png"


def column_list(text: str) -> list[str]:
    """Names of columns, as an option has them."""
    names = next(csv.reader([text], skipinitialspace=True), [])  # quotes allow a comma in a name
    if not names:
        raise argparse.ArgumentTypeError("no column is named")
    return names


def column_kind(text: str) -> tuple[str, str]:
    """The name of a column and its kind, as `zip=category` has them."""
    name, equals, kind = text.rpartition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"a column and its kind are needed, such as zip=category, not {text!r}")
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(f"{kind!r} is not a kind of column: {did_you_mean(kind, KINDS)}")
    return name, kind


def whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number of 0 or more is needed, not {text!r}")
    return int(text)


def cluster_numbers(text: str) -> list[int]:
    """The numbers that `2-8` or `5,10,20` stands for."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        bounds = [int(each) if each.strip().isdecimal() else 0 for each in (first, last if dash else first)]
        if not 2 <= bounds[0] <= bounds[1] < 10**6:
            backwards = ", smaller ones first" * (bounds[0] > bounds[1] >= 2)
            raise argparse.ArgumentTypeError(
                f"numbers of 2 or more are needed{backwards}, such as 2-8 or 5,10,20, not {text!r}"
            )
        found.update(range(bounds[0], bounds[1] + 1))
    return sorted(found)
