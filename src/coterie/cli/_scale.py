# SPDX-License-Identifier: BSD-3-Clause
"""Making columns comparable before they are clustered."""
from __future__ import annotations

import argparse
import sys

import numpy as np

from coterie.cli._console import Problem, listing
from coterie.cli._table import Table
from coterie.scaling import METHODS, Scaler

_SCALING = {
    "standard": "each column to mean 0 and standard deviation 1",
    "minmax": "each column to the range 0 to 1",
    "robust": "each column to median 0 and interquartile range 1",
    "log": "the logarithm of 1 + each column, to mean 0 and standard deviation 1",
    "none": "columns as they are; those that vary most count most",
}


def add_scale_argument(parser: argparse.ArgumentParser, default: str | None = "standard",
                       meaning: str = "standard") -> None:
    """The option for how to scale; `meaning` says what the default comes to."""
    parser.add_argument("--scale", choices=METHODS, default=default,
                        help=f"how to make the columns comparable (default: {meaning}); log is for amounts and counts "
                             "with a long tail, none for columns in one unit")


def scale(table: Table, method: str) -> Scaler:
    """Scale the values in place, block by block, say so, and return the scaler."""
    values = table.values
    if method == "log":
        negative = [f"{name} ({n:,})" for name, column in zip(table.names, values.T, strict=True)
                    if (n := np.count_nonzero(column < 0))]
        if negative:
            raise Problem(f"--scale log needs values of 0 or more, and there are negative ones in {listing(negative)}")
    scaler = Scaler(method).fit(values)
    if method != "none":
        for start in range(0, len(values), 100_000):
            values[start:start + 100_000] = scaler.transform(values[start:start + 100_000])
    print(f"scaling: {method} ({_SCALING[method]})", file=sys.stderr)
    return scaler
