# SPDX-License-Identifier: BSD-3-Clause
"""How many clusters to try, for `sweep` and `report`."""

from __future__ import annotations

import argparse

from coterie.cli._options.values import cluster_numbers
from coterie.selection._suggest_k import N_CLUSTERS


def add_numbers_argument(parser: argparse.ArgumentParser, remark: str = "") -> None:
    """The option for the numbers of clusters to try; None where it is not given, which means `N_CLUSTERS`."""
    parser.add_argument(
        "-k",
        dest="n_clusters",
        metavar="RANGE",
        type=cluster_numbers,
        help=f"numbers of clusters to try, such as 2-8 or 5,10,20 (default: {N_CLUSTERS[0]}-{N_CLUSTERS[-1]}){remark}",
    )
