# SPDX-License-Identifier: BSD-3-Clause
"""Making columns comparable before they are clustered."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.tables.table import Table
from coterie._base.wording import share, shortlist
from coterie.cli._console import Problem, warn
from coterie.scaling import METHODS, Scaler, variance_shares

if TYPE_CHECKING:
    from coterie.distances import Metric

_DOMINANT = 0.95  # share of the variance, as FeatureScaleWarning has it
_SCALING = {
    "auto": "each column by what it is",
    "standard": "each column to mean 0 and standard deviation 1",
    "minmax": "each column to the range 0 to 1",
    "robust": "each column to median 0 and interquartile range 1",
    "log": "the logarithm of 1 + each column, to mean 0 and standard deviation 1",
    "none": "columns as they are; those that vary most count most",
}


_BY_KIND = {
    "log": "with long tails by logarithms",
    "standard": "to mean 0 and standard deviation 1",
    "step": "as counts or ratings, a step being at most 1",
    "range": "with two values, 1 apart",
    "place": "as places, all degrees by one number",
}


def add_scale_argument(
    parser: argparse.ArgumentParser, default: str | None = "standard", meaning: str = "standard"
) -> None:
    """The option for how to scale; `meaning` says what the default comes to."""
    parser.add_argument(
        "--scale",
        choices=METHODS,
        default=default,
        help=f"how to make the columns comparable (default: {meaning}); auto scales each by what it is, log is for "
        "amounts and counts with a long tail, none for columns in one unit",
    )


def scale(table: Table, method: str) -> Scaler:
    """Scale the values in place, block by block, say so, and return the scaler."""
    check_not_negative(table, method)
    try:
        scaler = Scaler(method, kinds=table.used_kinds if method == "auto" else None).fit(table.values)
        is_scaled = bool(np.isfinite([scaler.center_, scaler.scale_]).all())
    except ValueError:  # which knows no options of a command
        is_scaled = False
    if not is_scaled:
        raise Problem("values that large can't be scaled; --scale none takes them as they are")
    _apply(table, scaler)
    how = by_kind(scaler, table.names) if method == "auto" else _SCALING[method]
    print(f"scaling: {method} ({how})", file=sys.stderr)
    return scaler


def by_kind(scaler: Scaler, names: Sequence[str]) -> str:
    """What --scale auto did to which columns, and which of them has most of the variance."""
    parts = []
    for way, done in _BY_KIND.items():
        chosen = [name for name, method in zip(names, scaler.methods_, strict=True) if method == way]
        if len(chosen) == len(names):
            parts.append(f"all {done}")
        elif chosen:
            parts.append(f"{shortlist(chosen)} {done}")
    shares = scaler.variance_shares_
    if shares.max() > 0.5 and np.count_nonzero(shares) > 1:
        parts.append(f"{names[int(shares.argmax())]} then holds {share(float(shares.max()))} of the variance")
    return "; ".join(parts)


def of_means(scaler: Scaler) -> str:
    """What to add about means where logarithms are taken."""
    if scaler.method == "auto":
        return " (exp of the mean logarithm where the tail is long)" * bool((scaler.methods_ == "log").any())
    return " (exp of the mean logarithm)" * (scaler.method == "log")


def scale_again(table: Table, scaler: Scaler, quiet: bool) -> None:
    """Scale the values of further rows in place, with the numbers of the fit."""
    check_not_negative(table, scaler.method)
    _apply(table, scaler)
    if not quiet:
        print(f"scaling: {scaler.method}{', by the numbers of the fit' * (scaler.method != 'none')}", file=sys.stderr)


def warn_of_scales(table: Table, metric: Metric | None = None) -> None:
    """Say so if one column of the table, as it goes into the fit, has nearly all the variance.

    It is coterie.FeatureScaleWarning, which `main` leaves out, in the words of the command line.
    """
    if len(table.names) < 2 or (metric is not None and metric.scale_free):
        return
    shares = variance_shares(table.values)
    most = int(shares.argmax())
    if shares[most] >= _DOMINANT and np.count_nonzero(shares) > 1:  # constant columns say nothing in any scale
        others = "the other column hardly matters" if len(table.names) == 2 else "the other columns hardly matter"
        warn(
            f"{table.names[most]} has {share(float(shares[most]), 2)} of the variance, so {others}; --scale standard "
            "makes them comparable"
        )


def check_not_negative(table: Table, method: str) -> None:
    """Refuse logarithms of negative values."""
    if method == "log":
        negative = [
            f"{name} ({n:,})"
            for name, column in zip(table.names, table.values.T, strict=True)
            if (n := np.count_nonzero(column < 0))
        ]
        if negative:
            found = shortlist(negative)
            raise Problem(f"--scale log needs values of 0 or more, but there are negative ones in {found}")


def _apply(table: Table, scaler: Scaler) -> None:
    if scaler.method != "none":
        for start in range(0, len(table.values), 100_000):
            table.values[start : start + 100_000] = scaler.transform(table.values[start : start + 100_000])
