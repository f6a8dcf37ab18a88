# SPDX-License-Identifier: BSD-3-Clause
"""The arguments of everything that computes."""

from __future__ import annotations

import argparse

from coterie.cli._options.values import file_name, jobs, noun, seed

STARTS = 5  # k-means++ alone ends 3 to 7% above the best inertia on real tables, at times 30; the best of 5, 1%


def add_run_arguments(parser: argparse.ArgumentParser, with_seed: bool = True) -> None:
    """The options of everything that computes, with one for what depends on random numbers."""
    parser.add_argument("--jobs", metavar="N", type=jobs, help="number of threads (default: one per processor)")
    if with_seed:
        parser.add_argument(
            "--seed",
            metavar="S",
            type=seed,
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
        "--noun", metavar="NAME", type=noun, default="rows", help="what the rows are, in the plural: customers"
    )


def add_save_argument(parser: argparse.ArgumentParser, remark: str = "") -> None:
    parser.add_argument(
        "--save",
        metavar="MODEL",
        type=file_name,
        help=f"npz file for the model, with which coterie predict labels further rows{remark}",
    )
