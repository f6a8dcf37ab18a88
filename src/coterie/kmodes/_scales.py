# SPDX-License-Identifier: BSD-3-Clause
"""The warning that one column, or one kind of columns, decides alone who is near whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base.exceptions import FeatureScaleWarning
from .._base.tables.mixed import Columns
from .._base.warnings import warn
from ..scaling._variance import DOMINANT
from ._data import Data, deviations

if TYPE_CHECKING:
    from numpy.typing import NDArray


def warn_of_scales(data: Data, is_category: NDArray[np.bool_], columns: Columns) -> None:
    """Warn if one column, or all numbers or all categories together, make up nearly all of the distances."""
    parts = np.empty(len(is_category))  # what a column adds to the distance of two random rows, on average
    parts[~is_category] = 2 * np.square(deviations(data.rows.numbers, data.weight))
    parts[is_category] = data.rows.gamma * _diversities(data)
    largest = float(parts.max())
    if np.count_nonzero(parts) < 2 or not 0 < largest < np.inf:
        return
    shares = parts / largest
    shares /= np.add.reduce(shares)
    of_categories = float(np.add.reduce(shares[is_category]))
    hint = (
        f"Scale the numbers first (coterie.scaling.Scaler), or set gamma, which is {data.gamma:.3g}. If they are meant "
        "to count like this, ignore coterie.FeatureScaleWarning."
    )
    j = int(shares.argmax())
    if shares[j] >= DOMINANT:
        name = f"Feature {j}" if columns.names is None else f"Feature {columns.names[j]!r}"
        others = "the other one" if len(shares) == 2 else f"the other {len(shares) - 1}"
        warn(
            f"{name} makes up {_told(shares[j])} of the distances between rows, so that they hardly depend on "
            f"{others}. {hint}",
            FeatureScaleWarning,
        )
    elif is_category.any() and not is_category.all() and max(of_categories, 1 - of_categories) >= DOMINANT:
        rules, others = ("numbers", "categories")[:: 1 if of_categories < 0.5 else -1]
        warn(
            f"The {rules} make up {_told(max(of_categories, 1 - of_categories))} of the distances between rows, so "
            f"that these hardly depend on the {others}. {hint}",
            FeatureScaleWarning,
        )


def _told(share: float) -> str:
    return f"{share:.2%}" if share <= 0.9999 else "more than 99.99%"


def _diversities(data: Data) -> NDArray[np.float64]:
    """For each category column the probability that two rows differ."""
    found = np.zeros(len(data.rows.codes))
    for j, codes in enumerate(data.rows.codes):
        counts = np.bincount(codes, data.weight if len(data.weight) else None)[1:]  # but those that are missing
        found[j] = 1 - np.add.reduce(np.square(counts / np.add.reduce(counts)))
    return found
