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
_MOST_CLUSTERS = 40
_LEAST_ROWS = 8  # a cluster, for the largest number of clusters that is tried
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

    core : labels of the fit, before noise is given to clusters
    labels : after that
    """

    suggestion: MinClusterSizeSuggestion
    min_samples: int
    model: HDBSCAN
    core: NDArray[np.intp]
    labels: NDArray[np.intp]

    @property
    def n_clusters(self) -> int:
        return self.suggestion.n_clusters

    @property
    def stability(self) -> float:
        at = [row["min_cluster_size"] for row in self.suggestion.sweep].index(self.suggestion.value)
        return float(self.suggestion.sweep[at]["stability"])

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
        if len(rows) < 8 * min_samples:
            continue
        suggestion = suggest_min_cluster_size(
            rows, min_samples=min_samples, stability=_RESAMPLES, random_state=randomness
        )
        if not suggestion.n_clusters:
            continue
        with told_once(Warning):
            model = HDBSCAN(suggestion.value, min_samples).fit(rows)
        far = usual_distance(rows, model.labels_) * FAR
        labels = model.assign_noise(rows, threshold=far) if far > 0 else model.labels_
        found.append(ByDensity(suggestion, min_samples, model, model.labels_, labels))
    return found


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
        found = {name: model.fit(rows) for name, model in methods.items()}
    alike = {name: float(scores.adjusted_rand_score(labels, model.labels_)) for name, model in found.items()}
    best = max(alike, key=lambda name: (alike[name], name != "k-medoids"))
    return (best, found[best]) if alike[best] >= _MUCH_THE_SAME else None


# ------------------------------------------------------------------------------------------- by silhouettes


def by_silhouette(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Any:
    """The suggestion of k-means: a number of clusters whose silhouette is beyond chance."""
    estimator = KMeans(n_init=3)
    return suggest_k(
        rows, estimator, range(2, min(10, len(rows) - 1) + 1), stability=_RESAMPLES, random_state=randomness
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
