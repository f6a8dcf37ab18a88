# SPDX-License-Identifier: BSD-3-Clause
"""Places on the globe: when a table is one of places, where they are in space, and where their groups are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from coterie import distances
from coterie._base.lazy import lazy_property
from coterie._base.tables.kind_hints import hint
from coterie._base.tables.table import Table
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


@dataclass
class Places:
    """The places of a table.

    latitude, longitude : the names of the columns
    beside : other columns of numbers
    degrees : latitudes and longitudes
    """

    latitude: str
    longitude: str
    beside: list[str]
    degrees: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))

    def read(self, table: Table) -> None:
        """Take the degrees from the rows of the table."""
        at = [table.names.index(name) for name in (self.latitude, self.longitude)]
        self.degrees = table.values[:, at].astype(np.float64)

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
        return np.column_stack([cut_open(longitude), latitude]), [
            name if hint(name) == kind else f"{name}, {kind}"
            for name, kind in ((self.longitude, "longitude"), (self.latitude, "latitude"))
        ]

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

    def say_distance(self, row: int, spots: list[Spot], label: int) -> str:
        """How far a row is from the middle of its group, or of the nearest group if it is in none."""
        middles = distances.from_degrees([spot.latitude for spot in spots], [spot.longitude for spot in spots])
        far = distances.radians_to_km(distances.cdist(self.radians[row : row + 1], middles, "haversine")[0])
        nearest = label if label >= 0 else int(far.argmin())
        of_which = "of the group" if label >= 0 else f"of cluster {nearest}, the nearest one"
        return f"{number(float(far[nearest]))} km from the middle {of_which}"


def find_places(table: Table, grouped: list[str]) -> Places | None:
    """The places, where of the columns to be grouped one is a latitude and one a longitude, and few are others."""
    of_kind = {kind: [name for name in grouped if table.kinds[name].kind == kind] for kind in ("latitude", "longitude")}
    if any(len(names) != 1 for names in of_kind.values()) or len(grouped) > 2 + _FEW_BESIDE:
        return None
    latitude, longitude = of_kind["latitude"][0], of_kind["longitude"][0]
    return Places(latitude, longitude, [name for name in grouped if name not in (latitude, longitude)])


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
        f"rows are places on the globe, by {places.latitude} and {places.longitude}: their distances are those on the "
        "globe, in km, at any meridian and at the poles"
    )
    if not places.beside:
        return text
    one = len(places.beside) == 1
    return (
        f"{text}. Groups are made of the places alone; {shortlist(places.beside)} {'has' if one else 'have'} no part "
        f"in it, and describe{'s' * one} the groups"
    )
