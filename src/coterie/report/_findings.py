# SPDX-License-Identifier: BSD-3-Clause
"""All that the page tells, worked out step by step."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import explain
from coterie.report._comparison import Comparison, Run, compare_k
from coterie.report._data import Data
from coterie.report._density import Density, try_densities
from coterie.report._recommendation import Choice, recommend

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Findings:
    """All that the page tells.

    comparison : of k-means and Ward's method with several numbers of clusters
    density : what DBSCAN finds; None where no eps can be suggested
    choice : the recommended clustering
    profile : of its clusters, in the units of the data
    unusual : the outlier score of each row
    """

    data: Data
    comparison: Comparison
    density: Density | None
    choice: Choice
    profile: explain.Profile
    unusual: NDArray[np.float64]


def find(data: Data, n_clusters: Sequence[int], wanted: int | None, run: Run, noun: str = "rows") -> Findings:
    """Compare, look for dense parts, recommend, and describe what is recommended.

    n_clusters : the numbers to compare
    wanted : the number that was asked for, if one was
    noun : what the rows are, in the plural
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the page says it
        warnings.simplefilter("ignore", coterie.ConvergenceWarning)
        comparison = compare_k(data.rows, n_clusters, run)
        density = try_densities(data.scaled, run)
        choice = recommend(data, comparison, density, wanted, run)
    profile = explain.profile(data.table.values, choice.labels, data.table.names, noun=noun)
    return Findings(data, comparison, density, choice, profile, coterie.outlier_scores(data.scaled, choice.model))


def distinctive_columns(profile: explain.Profile, most: int) -> NDArray[np.intp]:
    """Indices of the columns in which some group differs most from the mean of all rows, ascending."""
    far = abs(profile.differences).max(axis=0, initial=0.0)
    return np.sort(np.argsort(-far, kind="stable")[:most])
