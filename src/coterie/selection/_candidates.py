# SPDX-License-Identifier: BSD-3-Clause
"""Clusterings to choose from, and what speaks for and against each: by density, by compactness, by silhouettes."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import hierarchy, neighbors, scores
from .._base import power_of_two
from .._base.warnings import told_once
from .._runtime import progress
from ..density._hdbscan import HDBSCAN
from ..hierarchy._agglomerative import AgglomerativeClustering
from ..kmeans._kmeans import KMeans
from ..kmedoids._kmedoids import KMedoids
from ..kmodes._kmodes import KModes
from ..kmodes._kprototypes import KPrototypes
from ._borders import Borders, Near, find_near, look_at_borders
from ._principal_box import principal_box
from ._suggest_k import suggest_k
from ._suggest_min_cluster_size import MinClusterSizeSuggestion, suggest_min_cluster_size
from ._sweep import sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._table_rows import TableRows

SMOOTHINGS = (5, 12)  # min_samples: few keep small clusters apart, more find those that overlap
_RESAMPLES = 10
# Least agreement with resamples: of clusters by density that are clear, of those that are taken though a coarser view
# is stable, and of such a view.
_CLEAR, _SURE, _VERY_STABLE = 0.8, 0.9, 0.95
MOST_NOISE = 0.5  # share of the rows that clusters by density leave out
_PLATEAU, _PLATEAU_STABLE, _FAIR = 4, 0.95, 0.05  # sizes, stability, share of the rows, where nothing stands out
_MOST_CLUSTERS = 40
_LEAST_ROWS = 8  # a cluster, for the largest number of clusters that is tried
_LEAST_MEMBERS = 5  # rows a cluster, for the largest number whose silhouette is looked at
_STARTS = 5  # of k-means
_REFERENCES = 4  # data without clusters, whose borders are looked at, too
_BEYOND = 1.0  # standard deviations of counts, by which valleys must be deeper than the deepest of those
_MUCH_THE_SAME = 0.9  # adjusted Rand index
_FOUND_AGAIN = 0.6  # least agreement with resamples
FAR = 3.0  # times the usual distance to the fifth neighbor, from which noise is far from its cluster


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A clustering that `recommend` has looked at.

    Attributes
    ----------
    method : str
        'k-means', 'Ward', 'average linkage', 'HDBSCAN', 'k-prototypes', 'k-modes' or 'k-medoids'.
    n_clusters : int
        Its number of clusters, without noise.
    labels : ndarray of shape (n_samples,), intp
        A cluster for each row of the sample that decided, -1 for noise.
    model : object
        The fitted estimator.
    silhouette : float
        The mean silhouette of the rows in clusters.
    stability : float
        The mean adjusted Rand index with the clusters of resamples; nan if it was not measured.
    noise : float
        The share of the rows that are noise.
    valley : float
        How much sparser rows lie at the border of two clusters than within both, for the two that are least apart, in
        standard deviations of such counts; nan for clusters by density.
    rejected : str
        Why it was not chosen; empty for the one that was.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    method: str
    n_clusters: int
    labels: NDArray[np.intp] = dataclasses.field(repr=False, compare=False)
    model: Any = dataclasses.field(repr=False, compare=False)
    silhouette: float = math.nan
    stability: float = math.nan
    noise: float = 0.0
    valley: float = math.nan
    rejected: str = ""


class ByDensity(NamedTuple):
    """What HDBSCAN finds with one smoothing.

    n_clusters, standing_out : the number of clusters, and how many stand out from those of data without clusters
    core : labels of the fit, before noise is given to clusters
    labels : after that
    finer : the number of clusters, and their stability, of a smaller size with more of them; None if there is none, or
        it was taken
    coarser : the same of a larger size, with fewer ones
    """

    min_samples: int
    n_clusters: int
    standing_out: int
    stability: float
    model: HDBSCAN
    core: NDArray[np.intp]
    labels: NDArray[np.intp]
    finer: tuple[int, float] | None
    coarser: tuple[int, float] | None

    @property
    def is_clear(self) -> bool:
        return self.stability >= _CLEAR and 2 * self.standing_out > self.n_clusters and self.noise <= MOST_NOISE

    @property
    def noise(self) -> float:
        """Share of the rows that the fit left out."""
        return float(np.mean(self.core < 0))


class Compact(NamedTuple):
    """A clustering around means, whose clusters are all apart."""

    method: str
    n_clusters: int
    labels: NDArray[np.intp]
    borders: Borders
    seed: int


# ------------------------------------------------------------------------------------------- by density


def by_density(rows: NDArray[np.float64], randomness: np.random.RandomState) -> list[ByDensity]:
    """HDBSCAN for each smoothing that finds clusters which stand out from chance."""
    found = []
    for min_samples in SMOOTHINGS:
        if len(rows) >= 8 * min_samples:
            suggestion = suggest_min_cluster_size(
                rows, min_samples=min_samples, stability=_RESAMPLES, random_state=randomness
            )
            if (at := _choose_size(suggestion)) is not None:
                found.append(_fit_density(rows, suggestion, min_samples, at))
    return found


def _choose_size(suggestion: MinClusterSizeSuggestion) -> int | None:
    """Which row of the table is taken: the suggested one, unless resamples do not have its clusters, but those of a
    larger size. If none stands out: that in the middle of many sizes which all have the same, stable clusters."""
    table = suggestion.sweep
    n_clusters = np.array([row["n_clusters"] for row in table])
    stability = np.nan_to_num([row["stability"] for row in table])
    if suggestion.n_clusters:
        at = _suggested(suggestion)
        coarser = _coarser(suggestion)
        return at if coarser is None or stability[at] >= _SURE else coarser
    for k in sorted(set(n_clusters[n_clusters >= 2].tolist()), reverse=True):
        (same,) = ((n_clusters == k) & (stability >= _PLATEAU_STABLE)).nonzero()
        at = int(same[len(same) // 2]) if len(same) >= _PLATEAU else -1
        if at >= 0 and np.bincount(table.labels[at][table.labels[at] >= 0]).min() >= _FAIR * len(table.labels[at]):
            return at
    return None


def _suggested(suggestion: MinClusterSizeSuggestion) -> int:
    return [row["min_cluster_size"] for row in suggestion.sweep].index(suggestion.value)


def _coarser(suggestion: MinClusterSizeSuggestion) -> int | None:
    """The row of the table with fewer clusters that all stand out, and that resamples have nearly always."""
    table = suggestion.sweep
    n_clusters = np.array([row["n_clusters"] for row in table])
    stability = np.nan_to_num([row["stability"] for row in table])
    good = (suggestion.standing_out == n_clusters) & (n_clusters >= 2) & (n_clusters < suggestion.n_clusters)
    good &= stability >= _VERY_STABLE
    return int(np.where(good, stability, -1.0).argmax()) if good.any() else None


def _fit_density(
    rows: NDArray[np.float64], suggestion: MinClusterSizeSuggestion, min_samples: int, at: int
) -> ByDensity:
    row, finer, coarser = suggestion.sweep[at], None, None
    if suggestion.n_clusters:
        suggested, other = _suggested(suggestion), _coarser(suggestion)
        if suggested != at:
            finer = (suggestion.n_clusters, float(suggestion.sweep[suggested]["stability"]))
        elif other is not None:
            coarser = (suggestion.sweep[other]["n_clusters"], float(suggestion.sweep[other]["stability"]))
    with told_once(Warning):
        model = HDBSCAN(row["min_cluster_size"], min_samples).fit(rows)
    far = usual_distance(rows, model.labels_) * FAR
    labels = model.assign_noise(rows, threshold=far) if far > 0 else model.labels_
    n_clusters, standing_out = int(row["n_clusters"]), int(suggestion.standing_out[at])
    return ByDensity(
        min_samples, n_clusters, standing_out, float(row["stability"]), model, model.labels_, labels, finer, coarser
    )


def usual_distance(rows: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """The distance to the fifth neighbor that all but a tenth of the rows in clusters keep."""
    inside = rows[labels >= 0]
    near, _ = neighbors.kneighbors(inside, min(6, len(inside)))
    return float(np.quantile(near[:, -1], 0.9))


# ------------------------------------------------------------------------------------------- around means


def around_means(
    rows: NDArray[np.float64], randomness: np.random.RandomState, valley: float, hollow: float
) -> list[Compact]:
    """For k-means, Ward and average linkage: the most clusters that are all apart, as far as there are any.

    valley : the least by which rows must be sparser at borders
    hollow : the most by which rows may be sparser around means
    """
    n = len(rows)
    numbers = list(range(2, min(_MOST_CLUSTERS, n // _LEAST_ROWS) + 1))
    if not numbers:
        return []
    rows = power_of_two.divided(rows, power_of_two.exponent_for(rows))  # labels and borders are the same at any scale
    near, seed = find_near(rows), int(randomness.randint(2**31))
    references = _references(rows, randomness)
    found = []
    for step, (method, labels_of) in enumerate(_compact_methods(rows, numbers, seed)):
        for k in reversed(numbers):
            with progress.as_step("borders of clusters", step * len(numbers) + numbers[-1] - k, 3 * len(numbers)):
                labels = labels_of(k)
                borders = look_at_borders(near, labels, valley)
            if borders.valley < valley or borders.hollow > hollow:
                continue
            if borders.valley > _by_chance(references, k, seed) + _BEYOND and _is_found_again(rows, method, k, seed):
                found.append(Compact(method, k, labels, borders, seed))
                break
    progress.report("borders of clusters", 3 * len(numbers), 3 * len(numbers))
    return found


def _compact_methods(rows: NDArray[np.float64], numbers: list[int], seed: int) -> Any:
    """The name of each method, and what gives its labels for some number of clusters."""

    def kmeans(k: int) -> NDArray[np.intp]:
        with told_once(Warning):
            return KMeans(k, n_init=_STARTS, random_state=seed).fit(rows).labels_.astype(np.intp)

    yield "k-means", kmeans
    for method, name in (("ward", "Ward"), ("average", "average linkage")):
        cut = hierarchy.cut_tree(hierarchy.linkage(rows, method), numbers)
        yield name, lambda k, cut=cut: cut[:, k - numbers[0]].astype(np.intp)


def _references(rows: NDArray[np.float64], randomness: np.random.RandomState) -> list[Near]:
    """Data without clusters: even in the box of the principal axes, and normal with the same covariance."""
    center, axes, low, high, deviations = principal_box(rows)
    size = (len(rows), len(low))
    made = []
    for r in range(_REFERENCES):
        places = randomness.uniform(low, high, size) if r % 2 else randomness.normal(size=size) * deviations
        made.append(find_near(center + places @ axes))
    return made


def _by_chance(references: list[Near], k: int, seed: int) -> float:
    """The deepest that the valleys between k clusters are in data without clusters."""
    with told_once(Warning):
        return max(
            look_at_borders(near, KMeans(k, n_init=1, random_state=seed).fit(near.rows).labels_).valley
            for near in references
        )


def _is_found_again(rows: NDArray[np.float64], method: str, k: int, seed: int) -> bool:
    model = estimator_of(method, k, seed)
    return stability(model, rows, np.random.RandomState(seed)) >= _FOUND_AGAIN


def around_prototypes(
    table: TableRows, sample: NDArray[np.intp] | slice, labels: NDArray[np.intp], seed: int
) -> tuple[str, Any] | None:
    """The method for tables with categories, and its fitted estimator, that finds much the same clusters, if one does.

    A category that differs counts as much as it does in the rows of numbers.
    """
    rows, k = table.mixed(sample), int(labels.max()) + 1
    methods: dict[str, Any] = {"k-medoids": KMedoids(k, metric="gower", random_state=seed)}
    if table.numbers:
        methods["k-prototypes"] = KPrototypes(
            k, gamma=1.0, categorical=table.categories, n_init=_STARTS, random_state=seed
        )
    else:
        methods["k-modes"] = KModes(k, n_init=_STARTS, random_state=seed)
    with told_once(Warning):
        fits = {name: model.fit(rows) for name, model in methods.items()}
    found = {name: model for name, model in fits.items() if len(set(model.labels_.tolist())) == k}
    if not found:
        return None
    alike = {name: float(scores.adjusted_rand_score(labels, model.labels_)) for name, model in found.items()}
    best = max(alike, key=lambda name: (alike[name], name != "k-medoids"))
    return (best, found[best]) if alike[best] >= _MUCH_THE_SAME else None


# ------------------------------------------------------------------------------------------- by silhouettes


def by_silhouette(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Any:
    """The suggestion of k-means: a number of clusters whose silhouette is beyond chance."""
    estimator = KMeans(n_init=3)
    return suggest_k(
        rows,
        estimator,
        range(2, min(10, len(rows) // _LEAST_MEMBERS) + 1),
        stability=_RESAMPLES,
        random_state=randomness,
    )


# ------------------------------------------------------------------------------------------- what is told of each


def estimator_of(method: str, k: int, seed: int) -> KMeans | AgglomerativeClustering:
    """The estimator of a compact clustering."""
    if method == "k-means":
        return KMeans(k, n_init=_STARTS, random_state=seed)
    return AgglomerativeClustering(k, linkage="ward" if method == "Ward" else "average")


def stability(model: Any, rows: NDArray[np.float64], randomness: np.random.RandomState) -> float:
    """How far resamples have the same clusters."""
    with told_once(Warning):
        found = sweep(
            type(model)(**model.get_params()),
            rows,
            {"n_clusters": [model.n_clusters]},
            scores=[],
            stability=_RESAMPLES,
            random_state=randomness,
        )
    return float(found[0]["stability"])


def silhouette(rows: NDArray[np.float64], labels: NDArray[np.intp]) -> float:
    """The mean silhouette of the rows in clusters; nan where there are less than two."""
    inside = labels >= 0
    if not 2 <= len(set(labels[inside].tolist())) < inside.sum():
        return math.nan
    return float(scores.silhouette_score(rows[inside], labels[inside]))
