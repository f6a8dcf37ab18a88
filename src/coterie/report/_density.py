# SPDX-License-Identifier: BSD-3-Clause
"""What DBSCAN finds: with the eps that the data suggest, and with some around it."""

from __future__ import annotations

import itertools
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import coterie
from coterie import neighbors, scores, selection
from coterie._runtime.thresholds import thresholds
from coterie.report._comparison import Run
from coterie.report._data import draw
from coterie.selection._suggest_eps import usual_min_samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WIDE, _WIDE_SAMPLE = 10, 20_000  # with so many columns or more, DBSCAN gets so many rows
EPS_FACTORS = (0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
# When the clusters of DBSCAN are recommended: enough of the rows are in clusters that count, which are also found with
# another eps, and k-means can't have them: rows are nearer to the mean of another cluster. Or there is much noise.
STEADY, MISPLACED = 0.8, 0.05
COVERED, MOST_NOISE = 0.6, 0.4
MUCH_NOISE, _SIZEABLE, _VERY_STEADY = 0.15, 0.01, 0.9


@dataclass
class Trial:
    """What DBSCAN finds with one eps.

    noise, largest : share of the rows that are in no cluster, and in the largest one
    n_sizeable, covered : how many clusters are of a fair size, and the share of the rows that they hold
    misplaced : share of the rows in clusters of a fair size that are nearer to the mean of another such cluster
    before : agreement (adjusted Rand) with the next smaller eps; nan for the smallest
    steady : that, and the one with the next larger eps; both nan where one is missing
    """

    model: coterie.DBSCAN
    noise: float
    largest: float
    n_sizeable: int
    covered: float
    misplaced: float
    before: float = np.nan
    steady: tuple[float, float] = (np.nan, np.nan)

    @property
    def n_clusters(self) -> int:
        return int(self.model.labels_.max()) + 1

    @property
    def convincing(self) -> bool:
        if self.model.n_features_in_ == 1:  # any cluster is an interval there, which k-means finds, too
            return False
        if self.n_sizeable < 2 or self.covered < COVERED or self.noise > MOST_NOISE:
            return False
        if not max(self.steady) >= STEADY:
            return False
        return self.misplaced >= MISPLACED or (self.noise >= MUCH_NOISE and min(self.steady) >= STEADY)


@dataclass
class Density:
    """What DBSCAN finds.

    rows : which rows it was given; None: all
    trials : with several eps, ascending
    suggested : the trial with the eps that the data suggest
    """

    rows: NDArray[np.intp] | None
    min_samples: int
    suggestion: selection.EpsSuggestion
    trials: list[Trial]
    suggested: Trial

    @property
    def best(self) -> Trial:
        """The trial with the suggested eps; or, if only others are convincing, and by shape, the steadiest of these."""
        others = [
            trial
            for trial in self.trials
            if trial.convincing and trial.misplaced >= MISPLACED and min(trial.steady) >= _VERY_STEADY
        ]
        if self.suggested.convincing or not others:
            return self.suggested
        return max(others, key=lambda trial: min(trial.steady))


def try_densities(scaled: NDArray[np.floating], run: Run) -> Density | None:
    """DBSCAN with an eps that the data suggest, and with some around it; None where no eps can be suggested."""
    n_columns = scaled.shape[1]
    rows = draw(len(scaled), thresholds.report_dense_sample if n_columns < _WIDE else _WIDE_SAMPLE, run.seed)
    X = scaled if rows is None else scaled[rows]
    min_samples = usual_min_samples(*X.shape)
    try:
        suggestion = selection.suggest_eps(X, min_samples, n_jobs=run.n_jobs)
    except ValueError:  # nearly all rows are equal
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the table says how many clusters there are
        trials = [
            _try(X, coterie.DBSCAN(suggestion.eps * factor, min_samples=min_samples, n_jobs=run.n_jobs))
            for factor in EPS_FACTORS
        ]
    alike = [
        scores.adjusted_rand_score(one.model.labels_, other.model.labels_) for one, other in itertools.pairwise(trials)
    ]
    for trial, pair in zip(trials[1:-1], itertools.pairwise(alike), strict=True):
        trial.steady = pair
    for trial, before in zip(trials[1:], alike, strict=True):
        trial.before = before
    return Density(rows, min_samples, suggestion, trials, trials[EPS_FACTORS.index(1.0)])


def _try(X: NDArray[np.floating], model: coterie.DBSCAN) -> Trial:
    labels = model.fit(X).labels_
    sizes = np.bincount(labels[labels >= 0], minlength=1)
    sizeable = sizes >= max(model.min_samples, _SIZEABLE * len(X))
    return Trial(
        model,
        float(np.mean(labels < 0)),
        float(sizes.max() / len(X)),
        int(sizeable.sum()),
        float(sizes[sizeable].sum() / len(X)),
        _share_misplaced(X, labels, sizeable),
    )


def _share_misplaced(X: NDArray[np.floating], labels: NDArray[np.intp], sizeable: NDArray[np.bool_]) -> float:
    """Of the rows in sizeable clusters."""
    if np.count_nonzero(sizeable) < 2:
        return 0.0
    inside = (labels >= 0) & sizeable[labels]
    X, labels = X[inside], (np.cumsum(sizeable) - 1)[labels[inside]]
    means = np.column_stack([np.bincount(labels, column) for column in X.T]) / np.bincount(labels)[:, np.newaxis]
    nearest = neighbors.kneighbors(means, 1, X)[1][:, 0]
    return float(np.mean(nearest != labels))
