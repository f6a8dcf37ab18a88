# SPDX-License-Identifier: BSD-3-Clause
"""Places on the globe: degrees in files, radians in computations, kilometers in what is said."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np

from coterie import distances
from coterie._base.tables.table import Table
from coterie._base.wording import shortlist
from coterie.cli._console import Problem
from coterie.cli._io.sources import source_name
from coterie.distances._sphere import cut_open, means_on_globe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.scaling import Scaler


def to_radians(args: argparse.Namespace, data: Table) -> NDArray[np.float64]:
    """The places of a table, whose columns must be latitude and longitude in degrees."""
    if len(data.names) != 2:
        raise Problem(
            f"{source_name(args.file)}: --metric haversine needs two columns, latitude and longitude in "
            f"degrees, and there {'is' if len(data.names) == 1 else 'are'} {shortlist(data.names)}; --columns "
            "picks two",
            code=2,
        )
    try:
        return distances.from_degrees(*data.values.T)
    except ValueError as error:
        raise Problem(
            f"{source_name(args.file)}: {data.names[0]} is taken for latitude, {data.names[1]} for longitude. {error}"
        ) from None


def cluster_means(data: Table, labels: NDArray[np.integer], scaler: Scaler, on_globe: bool) -> NDArray[np.float64]:
    """The means of the clusters, in the units of the data, without the rows that are in none."""
    clustered = labels >= 0
    X, labels = data.values[clustered], labels[clustered]
    if not len(labels):
        return np.empty((0, len(data.names)))
    if on_globe:
        return means_on_globe(X, labels)
    sizes = np.bincount(labels)
    return scaler.inverse_transform(np.column_stack([np.bincount(labels, column) / sizes for column in X.T]))


def on_map(data: Table) -> tuple[NDArray[np.float64], list[str]]:
    """Longitudes and latitudes in degrees, as they go on a map, and the names of the columns."""
    latitude, longitude = np.degrees(data.values.T)
    return np.column_stack([cut_open(longitude), latitude]), [data.names[1], data.names[0]]
