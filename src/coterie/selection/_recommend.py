# SPDX-License-Identifier: BSD-3-Clause
"""Which clustering of a table to take, how far it can be trusted, and why."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import neighbors, scores
from .._base.notebook import Card, InNotebooks
from .._base.parameters import N_JOBS, RANDOM_STATE, check_parameters, one_of
from .._base.random_state import as_random_state
from .._base.wording import count, fixed, share
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..kmeans._kmeans import KMeans
from ..scaling import METHODS, Scaler
from . import _candidates, _cards
from ._candidates import ByDensity, Candidate, Compact
from ._choice import LIMITS, Choice, Limits, choose, doubt, for_categories
from ._table_rows import TableRows, read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds
    from .._base.typing import ArrayLike


_LEAST_ROWS = 4
_BLOCK = 1 << 14  # rows that get their labels at a time
_CUTS = range(3, 7)  # numbers of groups that are easy to keep in mind


@dataclasses.dataclass(frozen=True)
class Recommendation(InNotebooks):
    """The result of `recommend`; ``print`` it.

    Attributes
    ----------
    labels : ndarray of shape (n_samples,), intp
        The cluster of each row, from 0; -1 for noise. All 0 where there is no structure.
    n_clusters : int
        The number of clusters; 1 where there is no structure.
    method : str
        'k-means', 'Ward', 'average linkage' or 'HDBSCAN'; with columns of categories also 'k-prototypes', 'k-modes' or
        'k-medoids'; 'none' where there is no structure.
    model : object
        The fitted estimator; None where there is no structure.
    confidence : {'clear', 'doubtful', 'no structure'}
        'clear': several checks agree, and nothing of weight speaks against the clusters. 'doubtful': there is
        structure, but another number of clusters or other borders may be as good. 'no structure': what the methods find
        is no more than they find in data without clusters.
    reasons, doubts : tuple of str
        What speaks for the clusters, and against them, in sentences.
    candidates : tuple of Candidate
        The clusterings that were looked at, the recommended one first.
    sample : ndarray of shape (n,) or None
        The rows that decided, where the table has too many to look at all of them.
    scaler : Scaler or None
        What made the columns of numbers comparable; None where they are compared as they are.
    cut : Candidate or None
        Where there is no structure, a cut of the data into a few groups by k-means, which may be convenient.
    columns : tuple of str
        The columns that were compared, by their names or numbers.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    labels: NDArray[np.intp] = dataclasses.field(repr=False, compare=False)
    n_clusters: int
    method: str
    model: Any = dataclasses.field(repr=False, compare=False)
    confidence: str
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    candidates: tuple[Candidate, ...] = dataclasses.field(repr=False, compare=False)
    sample: NDArray[np.intp] | None = dataclasses.field(repr=False, compare=False)
    scaler: Scaler | None = dataclasses.field(repr=False, compare=False)
    cut: Candidate | None = dataclasses.field(repr=False, compare=False)
    columns: tuple[str, ...] = dataclasses.field(repr=False, compare=False)

    def _card(self) -> Card:
        return _cards.card_of_recommendation(self)

    def __str__(self) -> str:
        how = "no structure" if self.model is None else f"{count(self.n_clusters, 'cluster')} by {self.method}"
        head = how if self.model is None else f"{how}, {self.confidence}"
        lines = [head, *(f"- {each}" for each in self.reasons), *(f"- but {each}" for each in self.doubts)]
        if self.sample is not None:
            lines.append(f"Decided by a random sample of {len(self.sample):,} of the {len(self.labels):,} rows.")
        return "\n".join(lines)


def recommend(
    X: ArrayLike,
    *,
    kinds: Kinds = None,
    scale: str = "auto",
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> Recommendation:
    """Find the clusters of a table: how many, by which method, and how far they can be trusted.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        Numbers, bool, text and categoricals, without missing values; not modified. Columns of identifiers, free text,
        dates and constants are left out; of an array without names, constants only.

    kinds : mapping from str or int to str, or sequence of length n_features, default=None
        Kinds of columns that you know better, as `coterie.column_kinds` takes them. Such columns are used, whatever
        they are.

    scale : {'auto', 'standard', 'minmax', 'robust', 'log', 'none'}, default='auto'
        How columns of numbers are made comparable: the methods of `coterie.scaling.Scaler`. With 'auto' they are left
        as they are if they seem to have one unit: none has a long tail, holds degrees, or has a standard deviation of
        more than four times the median one (ten times in an array of two or three columns without names, which are
        most often coordinates).

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for samples, starts, resamples and data without clusters. With an int, the result is
        reproducible.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    callback : callable, default=None
        Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

    Returns
    -------
    Recommendation
        ``labels``, ``n_clusters``, ``method``, ``model``, ``confidence``, ``reasons``, ``doubts``, ``candidates``.

    Raises
    ------
    ValueError
        There are fewer than four rows, a value is missing, no column tells rows apart, or a parameter is not one of
        those above.
    TypeError
        `X` is sparse or not in memory.
    Cancelled
        `callback` returned False.

    Warns
    -----
    FeatureScaleWarning
        One of the columns, as they are compared, holds nearly all of the variance.

    See Also
    --------
    suggest_k, suggest_min_cluster_size : What it looks at, for one method.
    coterie.write_report : The same, and a description of the clusters, as a page.

    Notes
    -----
    Rows that stand in stacks, because values are rounded, counted or one of a few, look dense to any method. So such
    values are spread evenly, half way to the next ones on either side, before anything is compared. Two different
    categories are at distance 1.

    1. By density: HDBSCAN with the size of clusters that `suggest_min_cluster_size` finds, for two smoothings. Its
       clusters stand out from those in data without clusters. A larger size is taken if resamples have its clusters,
       but not those of the smaller one. Noise that is not far from a cluster is given to it.
    2. Around means: k-means, Ward's method and average linkage, with the largest number of clusters that are all apart
       and that resamples have, too. Two clusters are apart if, on the line through their means, rows lie sparser
       between them than within both (similar to the projection in [1]_), and more so than in data without clusters. A
       cluster whose mean lies in an empty place is bent, and does not count.
    3. If neither finds any, or only HDBSCAN does, and it leaves out most rows or sets few of them apart: k-means with
       the number of clusters that `suggest_k` finds by silhouettes.

    If the first two find the same clusters, or only one of them finds any, the choice is plain. Compact clusters that
    are parts of those by density, and are apart clearly, are preferred to them; so they are where the clusters by
    density are not found again on resamples, or set few rows apart. Else density is preferred.

    `confidence` is 'clear' where the methods agree, or where both smoothings find the same clusters by density, and
    nothing of weight speaks against them: resamples that differ, nearly all rows in one cluster, a coarser view that
    stands out as well. The page on `recommend` says how often it is right.

    Tables of more than 5,000 rows are decided by a random sample of 5,000. The other rows get the cluster of the
    nearest row of the sample; with k-means, that of the nearest center. The time does not grow with the rows beyond
    that, but for this last step.

    References
    ----------
    .. [1] G. Hamerly and C. Elkan, "Learning the k in k-means", Advances in Neural Information Processing Systems 16
       (2003) 281-288.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie.selection import recommend
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (70, 2)) for center in ([0, 0], [8, 0], [4, 7])])
    >>> found = recommend(X, random_state=0)
    >>> found.n_clusters, found.confidence
    (3, 'clear')
    >>> recommend(rng.uniform(size=(200, 2)), random_state=0).confidence
    'no structure'
    """
    check_parameters(
        "recommend",
        {"scale": (one_of(*METHODS),), "random_state": RANDOM_STATE, "n_jobs": N_JOBS},
        {"scale": scale, "random_state": random_state, "n_jobs": n_jobs},
    )
    randomness = as_random_state(random_state)
    with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(n_jobs)):
        table = read_table(X, kinds, scale)
        return decide(table, randomness)


def decide(table: TableRows, randomness: np.random.RandomState, limits: Limits = LIMITS) -> Recommendation:
    """Choose among the clusterings of a sample of the rows, and give all rows their cluster."""
    n = table.n_rows
    if n < _LEAST_ROWS:
        raise ValueError(f"recommend needs at least {_LEAST_ROWS} rows. Got {n}.")
    sample = None
    if n > thresholds.recommend_rows:
        sample = np.sort(randomness.permutation(n)[: thresholds.recommend_rows])
    rows = table.spread_rows(slice(None) if sample is None else sample)
    dense = _candidates.by_density(rows, randomness)
    compact = _candidates.around_means(rows, randomness, limits.valley, limits.hollow)
    choice = choose(rows, dense, compact, limits, randomness)
    if choice is not None and table.categories:
        choice = for_categories(choice, table, slice(None) if sample is None else sample, randomness)
    others: list[ByDensity | Compact] = [*dense, *compact]
    candidates = tuple(_tell(each, rows, choice) for each in others if choice is None or each is not choice.taken)
    columns = tuple(table.names)
    if choice is None:
        return Recommendation(
            labels=np.zeros(n, np.intp),
            n_clusters=1,
            method="none",
            model=None,
            confidence="no structure",
            reasons=_say_no(dense),
            doubts=(),
            candidates=candidates,
            sample=sample,
            scaler=table.scaler,
            cut=_cut(rows, randomness),
            columns=columns,
        )
    doubts = [*choice.doubts, *doubt(choice, table, rows)]
    chosen = Candidate(
        method=choice.method,
        n_clusters=choice.n_clusters,
        labels=choice.labels,
        model=choice.model,
        silhouette=_candidates.silhouette(rows, choice.labels),
        stability=choice.stability,
        noise=float(np.mean(choice.labels < 0)),
        valley=choice.valley,
    )
    return Recommendation(
        labels=_label_all(choice, table, rows, sample),
        n_clusters=choice.n_clusters,
        method=choice.method,
        model=choice.model,
        confidence="doubtful" if any(each.is_grave for each in doubts) else "clear",
        reasons=tuple(choice.reasons),
        doubts=tuple(each.text for each in doubts),
        candidates=(chosen, *candidates),
        sample=sample,
        scaler=table.scaler,
        cut=None,
        columns=columns,
    )


def _say_no(dense: list[ByDensity]) -> tuple[str, ...]:
    """Why there is no structure. dense: clusterings that were not taken, because they leave out most rows."""
    if not dense:
        return ("neither by density nor around means do clusters stand out from those in data without clusters",)
    return (
        "around means no clusters stand out from those in data without clusters",
        *(
            f"HDBSCAN finds {count(each.n_clusters, 'cluster')} with min_samples = {each.min_samples}, but leaves out "
            f"{share(each.noise)} of the rows, and has an adjusted Rand index of {fixed(each.stability, 2)} with "
            "resamples"
            for each in dense
        ),
    )


# ------------------------------------------------------------------------------------------- labels, and what is told


def _label_all(
    choice: Choice, table: TableRows, rows: NDArray[np.float64], sample: NDArray[np.intp] | None
) -> NDArray[np.intp]:
    """Labels of all rows, from those of the rows that decided; block by block."""
    if sample is None:
        return choice.labels
    inside = choice.labels >= 0
    known, of_known = rows[inside], choice.labels[inside]
    far = _candidates.usual_distance(rows, choice.labels) * _candidates.FAR
    labels = np.empty(table.n_rows, np.intp)
    for start in range(0, len(labels), _BLOCK):
        part = slice(start, start + _BLOCK)
        with progress.as_step("labels of all rows", start, len(labels)):
            if choice.method == "k-means":
                labels[part] = choice.model.predict(table.rows(part))
            else:
                distance, nearest = neighbors.kneighbors(known, 1, table.rows(part))
                labels[part] = np.where(distance[:, 0] <= far, of_known[nearest[:, 0]], -1)
    progress.report("labels of all rows", len(labels), len(labels))
    labels[sample] = choice.labels
    return labels


def _tell(found: ByDensity | Compact, rows: NDArray[np.float64], choice: Choice | None) -> Candidate:
    """A clustering that was looked at, and why it was not chosen."""
    if isinstance(found, ByDensity):
        method, model, stability, valley = "HDBSCAN", found.model, found.stability, math.nan
    else:
        method, model, stability, valley = found.method, None, math.nan, found.borders.valley
    labels = found.labels
    if choice is None:
        rejected = ""
    elif found.n_clusters == choice.n_clusters:
        alike = scores.adjusted_rand_score(labels, choice.labels)
        rejected = f"as many clusters as those of {choice.method} (adjusted Rand index {fixed(alike, 2)})"
    else:
        rejected = f"{'fewer' if found.n_clusters < choice.n_clusters else 'more'} clusters than {choice.method} finds"
    return Candidate(
        method,
        found.n_clusters,
        labels,
        model,
        _candidates.silhouette(rows, labels),
        stability,
        float(np.mean(labels < 0)),
        valley,
        rejected,
    )


def _cut(rows: NDArray[np.float64], randomness: np.random.RandomState) -> Candidate | None:
    """A few groups by k-means, of those that are found again on resamples the most often."""
    numbers = [k for k in _CUTS if k < len(rows)]
    made = []
    for k in numbers:
        model = KMeans(k, n_init=5, random_state=int(randomness.randint(2**31))).fit(rows)
        made.append((_candidates.stability(model, rows, randomness), model))
    if not made:
        return None
    stability, model = max(made, key=lambda pair: pair[0])
    labels = model.labels_.astype(np.intp)
    return Candidate("k-means", model.n_clusters, labels, model, _candidates.silhouette(rows, labels), stability)
