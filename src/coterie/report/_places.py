# SPDX-License-Identifier: BSD-3-Clause
"""Places on the globe: when a table is one of places, where they are in space, and where their groups are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coterie import distances
from coterie._base.lazy import lazy_property
from coterie._base.table import Table
from coterie._base.wording import decimals_of, number, shortlist
from coterie.distances._sphere import EARTH_RADIUS_KM, cut_open, means_on_globe

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW_BESIDE = 2  # other columns of measurements, beside which places decide alone


class Spot(NamedTuple):
    """Where a group is: its middle in degrees, and how far (km) half of its rows, and the farthest, are from it."""

    latitude: float
    longitude: float
    half: float
    farthest: float


class Places:
    """The places of a table.

    latitude, longitude : the names of the columns
    beside : other columns of numbers
    degrees : latitudes and longitudes
    """

    def __init__(self, table: Table, latitude: str, longitude: str) -> None:
        self.latitude, self.longitude = latitude, longitude
        self.beside = [name for name in table.names if name not in (latitude, longitude)]
        at = [table.names.index(name) for name in (latitude, longitude)]
        self.degrees: NDArray[np.float64] = table.values[:, at].astype(np.float64)

    @lazy_property
    def radians(self) -> NDArray[np.float64]:
        """Rows for the metric haversine."""
        return distances.from_degrees(*self.degrees.T)

    @lazy_property
    def in_space(self) -> NDArray[np.float64]:
        """Points on a ball of the size of the earth, in km. What is near on the globe is near in space, at any meridian
        and at the poles, and of the nearest rows also the distances are the same."""
        latitude, longitude = self.radians.T
        flat = np.cos(latitude)
        return EARTH_RADIUS_KM * np.column_stack([flat * np.cos(longitude), flat * np.sin(longitude), np.sin(latitude)])

    def on_map(self) -> tuple[NDArray[np.float64], list[str]]:
        """Longitudes and latitudes in degrees, as they go on a map, and the names of the columns."""
        latitude, longitude = self.degrees.T
        return np.column_stack([cut_open(longitude), latitude]), [self.longitude, self.latitude]

    def spots(self, labels: NDArray[np.integer]) -> list[Spot]:
        """Where the groups are."""
        inside = labels >= 0
        radians, labels = self.radians[inside], labels[inside]
        middles = means_on_globe(radians, labels)
        found = []
        for label, (latitude, longitude) in enumerate(middles.tolist()):
            middle = distances.from_degrees([latitude], [longitude])
            far = distances.radians_to_km(distances.cdist(radians[labels == label], middle, "haversine")[:, 0])
            found.append(Spot(latitude, longitude, float(np.median(far)), float(far.max())))
        return found


def find_places(table: Table) -> Places | None:
    """The places, where one column is a latitude and one a longitude, and few other columns are measurements."""
    of_kind = {
        kind: [name for name in table.names if table.kinds[name].kind == kind] for kind in ("latitude", "longitude")
    }
    if any(len(names) != 1 for names in of_kind.values()) or len(table.names) > 2 + _FEW_BESIDE:
        return None
    return Places(table, *(names[0] for names in of_kind.values()))


def say_spot(spot: Spot) -> str:
    """Where a group is, in words."""
    return (
        f"half of it within {_up(spot.half)} km of its middle at {in_degrees(spot.latitude, spot.longitude)}, all of "
        f"it within {_up(spot.farthest)} km"
    )


def _up(km: float) -> str:
    """A distance with three digits or fewer, and no less than it is."""
    decimals = decimals_of(km, 3)
    return number(math.ceil(round(km * 10**decimals, 6)) / 10**decimals, decimals) if km > 0 else "0"


def in_degrees(latitude: float, longitude: float) -> str:
    """A place as maps have it: 35.7° N, 139.7° E."""
    north, east = "N" if latitude >= 0 else "S", "E" if longitude >= 0 else "W"
    return f"{abs(latitude):.1f}° {north}, {abs(longitude):.1f}° {east}"


def say_use(places: Places) -> str:
    """What the places were used for, and what the other columns were not."""
    text = (
        f"{places.latitude} and {places.longitude} are places on the globe: rows are as near as they are there, in km, "
        "at any meridian and at the poles"
    )
    if not places.beside:
        return text
    has = "has" if len(places.beside) == 1 else "have"
    return (
        f"{text}. Groups are made of the places alone: {shortlist(places.beside)} {has} no part in it, and describe"
        f"{'s' * (len(places.beside) == 1)} the groups"
    )
