# SPDX-License-Identifier: BSD-3-Clause
"""What `coterie report` works out from a table: scaling, clusterings of three kinds, and the one it recommends."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import coterie
from coterie import neighbors, scores, selection
from coterie.cli._console import Problem, listing
from coterie.cli._table import Table
from coterie.cli.kmeans import STARTS
from coterie.scaling import Scaler, variance_shares

SAMPLE = 5_000  # rows that k-means and Ward are compared on: Ward and the silhouette take time by the square
DENSE_SAMPLE, DENSE_SAMPLE_WIDE, WIDE = 100_000, 20_000, 10  # rows for DBSCAN, of so many columns or more
RESAMPLES = 20
EPS_FACTORS = (0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
DOMINANT = 0.95  # share of the variance, as coterie.FeatureScaleWarning has it
_LONG_TAIL = 2.0  # skewness; that of the exponential distribution
_FAR_VALUES = 3.0  # standard deviation over that of a normal distribution with the same interquartile range
_NORMAL_IQR = 1.349
_MOST_CODES = 5
_SAME = 0.95  # correlation of columns that say the same

# When the clusters of DBSCAN are recommended: enough of the rows are in clusters that count, which are also found with
# another eps, and k-means can't have them: rows are nearer to the mean of another cluster. Or there is much noise.
STEADY, MISPLACED = 0.8, 0.05
COVERED, MOST_NOISE = 0.6, 0.4
MUCH_NOISE, _SIZEABLE, _VERY_STEADY = 0.15, 0.01, 0.9


@dataclass
class Scaling:
    """How the columns were made comparable. before, after: the share that each has in the variance."""

    scaler: Scaler
    reason: str
    before: np.ndarray
    after: np.ndarray


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

    rows: np.ndarray | None
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


# ------------------------------------------------------------------------------------------------ preparing


def choose_scaling(table: Table, wanted: str) -> tuple[str, str]:
    """How to scale the columns, and why."""
    if wanted != "auto":
        return wanted, "you asked for it"
    values, names = table.values, table.names
    tails = [name for name, column in zip(names, values.T, strict=True) if _has_long_tail(column)]
    if 2 * len(tails) >= len(names) and (values >= 0).all():
        return "log", (
            f"{listing(tails, 5)} {'has' if len(tails) == 1 else 'have'} a long tail of large values, and "
            "nothing is negative. Logarithms count in factors: from 10 to 100 is as far as from 100 to "
            "1,000, so that the few largest values do not decide alone"
        )
    far = [name for name, column in zip(names, values.T, strict=True) if _has_far_values(column)]
    if far:
        return "robust", (
            f"{listing(far, 5)} {'has' if len(far) == 1 else 'have'} values that are far from most "
            "others. Medians and interquartile ranges keep these from squeezing the rest together"
        )
    return "standard", _say_standard(values, names, tails)


def _say_standard(values, names, tails):
    """Why no more than standard scaling, and what that leaves: how far out the farthest value is."""
    spread = values.std(axis=0, dtype=np.float64)
    out = np.abs(values - values.mean(axis=0, dtype=np.float64)).max(axis=0) / np.where(spread > 0, spread, 1.0)
    j = int(out.argmax())
    text = (
        "the only column gets mean 0 and standard deviation 1, which leaves rows as alike as they are"
        if len(names) == 1
        else "columns in different units can't be compared as they are: each gets mean 0 and standard deviation 1, and "
        "so the same say"
    )
    text += f". The value that is farthest out, in {names[j]}, is then {out[j]:.1f} standard deviations from the mean"
    if tails:
        other = "logarithms (--scale log)" if (values >= 0).all() else "robust scaling (--scale robust)"
        text += (
            f"; {listing(tails, 5)} {'has' if len(tails) == 1 else 'have'} a long tail of large values, for which "
            f"{other} may do better"
        )
    return text


def _skewness(column):
    centered = column - column.mean(dtype=np.float64)
    spread = np.sqrt(np.mean(np.square(centered)))
    return float(np.mean((centered / spread) ** 3)) if spread > 0 else 0.0


def _has_long_tail(column):
    if column.min() < 0:
        return False
    skewness = _skewness(column)
    return skewness > _LONG_TAIL and abs(_skewness(np.log1p(column))) < skewness / 2


def _has_far_values(column):
    low, high = np.percentile(column, [25, 75])
    return high > low and column.std(dtype=np.float64) > _FAR_VALUES * (high - low) / _NORMAL_IQR


def prepare(table: Table, wanted: str) -> tuple[Scaling, np.ndarray]:
    """The scaling and the scaled values; those of the table stay as they are."""
    method, reason = choose_scaling(table, wanted)
    if method == "log" and (table.values < 0).any():
        negative = [name for name, column in zip(table.names, table.values.T, strict=True) if (column < 0).any()]
        raise Problem(f"--scale log needs values of 0 or more, and there are negative ones in {listing(negative)}")
    scaler = Scaler(method).fit(table.values)
    scaled = scaler.transform(table.values)
    return Scaling(scaler, reason, variance_shares(table.values), variance_shares(scaled)), scaled


def find_alike(scaled: np.ndarray, names: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pairs of columns that say nearly the same, the most alike first."""
    if not 2 <= len(names) <= 1_000:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.corrcoef(scaled, rowvar=False, dtype=np.float64)
    pairs = np.argwhere(np.triu(abs(correlation) >= _SAME, 1))
    found = [(names[i], names[j], float(correlation[i, j])) for i, j in pairs.tolist()]
    return sorted(found, key=lambda pair: -abs(pair[2]))


def find_codes(table: Table) -> list[str]:
    """Columns of so few different whole numbers that these may be codes: 1 for shops, 2 for restaurants."""
    found = []
    for name, column in zip(table.names, table.values.T, strict=True):
        some = set(column[: _MOST_CODES * 100].tolist())
        if len(some) <= _MOST_CODES and len(column) >= 10 * _MOST_CODES:
            values = np.unique(column)
            if len(values) <= _MOST_CODES and (values == np.floor(values)).all():
                found.append(name)
    return found


def draw(n_rows: int, most: int, seed: int) -> np.ndarray | None:
    """Row numbers of a random sample, ascending; None where all rows are not too many."""
    if n_rows <= most:
        return None
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False))


def count_different(rows: np.ndarray, most: int) -> int:
    """How many different rows there are, or `most` if they are more."""
    found = {row.tobytes() for row in rows[: 20 * most] + 0.0}  # + 0.0: no -0
    if len(found) < most:
        found = {row.tobytes() for row in rows + 0.0}
    return min(len(found), most)


# ------------------------------------------------------------------------------------------------ clustering


def compare_k(
    X: np.ndarray, n_clusters: Sequence[int], seed: int, jobs: int | None
) -> tuple[dict[str, selection.KSuggestion], np.ndarray, dict[int, float]]:
    """k-means and Ward for several numbers of clusters; the tree; how far the two agree for each number."""
    ward = coterie.AgglomerativeClustering(2, linkage="ward", n_jobs=jobs)
    suggestions = {}
    for name, estimator in (("k-means", coterie.KMeans(n_init=STARTS, random_state=seed, n_jobs=jobs)), ("Ward", ward)):
        found = selection.sweep(
            estimator, X, {"n_clusters": n_clusters}, stability=RESAMPLES, random_state=seed, n_jobs=jobs
        )
        suggestions[name] = selection.suggest_k(found, random_state=seed, n_jobs=jobs)
    agreement = {
        row["n_clusters"]: scores.adjusted_rand_score(one, other)
        for row, one, other in zip(
            suggestions["k-means"].sweep.rows,
            suggestions["k-means"].sweep.labels,
            suggestions["Ward"].sweep.labels,
            strict=True,
        )
    }
    return suggestions, ward.fit(X).linkage_, agreement


def look_for_density(scaled: np.ndarray, seed: int, jobs: int | None) -> Density | None:
    """DBSCAN with an eps that the data suggest, and with some around it; None where no eps can be suggested."""
    n_columns = scaled.shape[1]
    rows = draw(len(scaled), DENSE_SAMPLE if n_columns < WIDE else DENSE_SAMPLE_WIDE, seed)
    X = scaled if rows is None else scaled[rows]
    min_samples = min(max(5, 2 * n_columns), 20, len(X))
    try:
        suggestion = selection.suggest_eps(X, min_samples, n_jobs=jobs)
    except ValueError:  # nearly all rows are equal
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)  # the table says how many clusters there are
        trials = [
            _try(X, coterie.DBSCAN(suggestion.eps * factor, min_samples=min_samples, n_jobs=jobs))
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


def _try(X, model):
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


def _share_misplaced(X, labels, sizeable):
    """Of the rows in sizeable clusters."""
    if np.count_nonzero(sizeable) < 2:
        return 0.0
    inside = (labels >= 0) & sizeable[labels]
    X, labels = X[inside], (np.cumsum(sizeable) - 1)[labels[inside]]
    means = np.column_stack([np.bincount(labels, column) for column in X.T]) / np.bincount(labels)[:, np.newaxis]
    nearest = neighbors.kneighbors(means, 1, X)[1][:, 0]
    return float(np.mean(nearest != labels))
