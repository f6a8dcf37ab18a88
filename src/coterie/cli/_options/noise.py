# SPDX-License-Identifier: BSD-3-Clause
"""The options for what becomes of noise, and for how likely rows are in clusters."""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

from coterie.cli._options.values import positive


class NoisePolicy(NamedTuple):
    """As `assign_noise` takes it, but for the unit of the threshold: km on the globe."""

    how: str
    threshold: float | None


def add_noise_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--noise",
        metavar="WHAT",
        type=_policy,
        default=NoisePolicy("keep", None),
        help="keep it (the default); nearest: give it the cluster of the nearest row that is in one, with nearest:D up "
        "to a distance of D (haversine: km; with --scale: in scaled units); or soft: give it its likeliest cluster, "
        "with soft:P if that has a probability of P, from 0 to 1. Labels, summary and map show the result; a saved "
        "model has the noise",
    )


def add_membership_argument(parser: argparse.ArgumentParser, of_what: str = "") -> None:
    parser.add_argument(
        "--membership",
        metavar="K",
        type=positive,
        help="write the K likeliest clusters of each row, too, and how likely it is in them: columns cluster_1, "
        f"membership_1, and so on{of_what}",
    )


def _policy(text: str) -> NoisePolicy:
    how, colon, number = text.partition(":")
    if how not in ("keep", "nearest", "soft") or (how == "keep" and colon):
        raise argparse.ArgumentTypeError(f"keep, nearest or soft is needed, not {text!r}")
    if not colon:
        return NoisePolicy(how, None)
    try:
        threshold = float(number)
    except ValueError:
        threshold = math.nan
    if how == "soft" and not 0 <= threshold <= 1:
        raise argparse.ArgumentTypeError(f"soft:P needs a probability from 0 to 1, not {number!r}")
    if not 0 <= threshold < math.inf:
        raise argparse.ArgumentTypeError(f"nearest:D needs a distance of 0 or more, not {number!r}")
    return NoisePolicy(how, threshold)
