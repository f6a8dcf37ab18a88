# SPDX-License-Identifier: BSD-3-Clause
"""How far apart two rows are: the option, and places on the globe in degrees and kilometres."""

from __future__ import annotations

import argparse

import numpy as np

from coterie import distances
from coterie.cli._console import Problem, did_you_mean, listing
from coterie.cli._read import source_name
from coterie.cli._table import Table


def add_metric_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--metric",
        metavar="NAME",
        type=_metric,
        default="euclidean",
        help=f"how far apart two rows are (default: euclidean): {', '.join(distances.NAMES)} "
        "(minkowski:3 has the exponent 3; haversine needs two columns, latitude and longitude in "
        "degrees, and measures km)",
    )


def _metric(text):
    name, _, p = text.partition(":")
    try:
        return distances.as_metric(name, **({"p": float(p)} if p else {}))
    except TypeError:
        raise argparse.ArgumentTypeError(f"{name} takes no number behind a colon") from None
    except ValueError as error:
        hint = f"; {did_you_mean(name, distances.NAMES)}" if "Unknown" in str(error) else f": {error}"
        raise argparse.ArgumentTypeError(f"no metric is called {text!r}{hint}") from None


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


def to_radians(args: argparse.Namespace, data: Table) -> np.ndarray:
    """The places of a table, whose columns must be latitude and longitude in degrees."""
    if len(data.names) != 2:
        raise Problem(
            f"{source_name(args.file)}: --metric haversine needs two columns, latitude and longitude in "
            f"degrees, and there {'is' if len(data.names) == 1 else 'are'} {listing(data.names)}; --columns "
            "picks two",
            code=2,
        )
    try:
        return distances.from_degrees(*data.values.T)
    except ValueError as error:
        raise Problem(
            f"{source_name(args.file)}: {data.names[0]} is taken for latitude, {data.names[1]} for longitude. {error}"
        ) from None


def means_on_globe(places: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Latitude and longitude, in degrees, of the middle of the rows of each cluster: no meridian is an edge."""
    latitude, longitude = places.T
    x, y, z = (
        np.bincount(labels, weights)
        for weights in (np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude))
    )
    return np.degrees(np.column_stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)]))
