# SPDX-License-Identifier: BSD-3-Clause
"""How far apart two rows are."""

from __future__ import annotations

import argparse

from coterie import distances
from coterie._base.wording import did_you_mean
from coterie.cli._console import Problem
from coterie.distances._metrics import NAMES


def add_metric_argument(parser: argparse.ArgumentParser, tables: bool = False) -> None:
    """tables : whether the command reads columns of text and missing values with the metric gower"""
    names = [name for name in NAMES if not distances.as_metric(name).passes_missing or (tables and name == "gower")]

    def metric_of(text: str) -> distances.Metric:
        name, _, p = text.partition(":")
        try:
            metric = distances.as_metric(name, **({"p": float(p)} if p else {}))
        except TypeError:
            raise argparse.ArgumentTypeError(f"{name} does not take a number after a colon") from None
        except ValueError as error:
            hint = f"; {did_you_mean(name, names)}" if "Unknown" in str(error) else f": {error}"
            raise argparse.ArgumentTypeError(f"no metric is called {text!r}{hint}") from None
        if metric.name not in names:
            raise argparse.ArgumentTypeError(
                f"{metric.name} is for text and missing values, and this command leaves them out: use it from Python, "
                "or coterie kmedoids --metric gower"
            )
        return metric

    parser.add_argument(
        "--metric",
        metavar="NAME",
        type=metric_of,
        default="euclidean",
        help=f"how far apart two rows are (default: euclidean): {', '.join(names)} "
        "(minkowski:3 has the exponent 3; haversine needs two columns, latitude and longitude in "
        "degrees, and measures km)",
    )


def on_globe(args: argparse.Namespace) -> bool:
    """Whether the rows are places in degrees; then scaling them is refused."""
    if args.metric.name != "haversine":
        return False
    if args.scale not in (None, "none"):
        raise Problem("--metric haversine takes latitude and longitude as they are, without --scale", code=2)
    return True


def describe_metric(metric: distances.Metric) -> str:
    if metric.name == "minkowski":
        return f"minkowski with the exponent {metric.p:g}"
    return f"{metric.name}{' (km)' * (metric.name == 'haversine')}"
