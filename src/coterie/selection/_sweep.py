# SPDX-License-Identifier: BSD-3-Clause
"""Fit with many parameters, score each fit, and measure its stability on resamples of the data."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import scores
from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.clusterer import Clusterer
from .._base.containers import native
from .._base.drawing import draw
from .._base.exceptions import ClusteringWarning
from .._base.notebook import Card, InNotebooks
from .._base.parameters import N_JOBS, RANDOM_STATE, check_parameters, integer
from .._base.random_state import as_random_state
from .._base.tables.columns import column_names
from .._base.tables.mixed import read_columns
from .._base.warnings import told_once
from .._base.wording import shown
from .._runtime import progress, threads
from ..distances import Metric, as_metric
from ..distances._metrics import is_precomputed, read_metric
from ..distances._rows import MeasuredRows, read_rows
from ..hierarchy._square_matrix import takes_all_rows
from ..hierarchy._tree_clusterer import TreeClusterer
from ..kmeans._clusterer import NearestCenterClusterer
from ..kmodes._clusterer import PrototypeClusterer
from . import _cards, _sweep_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike, FigureAxes

Score = Callable[..., float]

SCORES: dict[str, Score] = {
    "silhouette": scores.silhouette_score,
    "davies_bouldin": scores.davies_bouldin_score,
    "calinski_harabasz": scores.calinski_harabasz_score,
    "dbcv": scores.dbcv_score,
}
_USUAL = ("silhouette", "davies_bouldin", "calinski_harabasz")
_LOWER_IS_BETTER = {"davies_bouldin"}
_COLUMNS = ("n_clusters", "noise", "inertia", "stability", "stability_spread")  # of each table
_METHODS = ("get_params", "set_params", "fit_predict")
_SHARE = 0.8  # of the rows, of a resample that does not repeat them


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sweep(InNotebooks):
    """The result of `sweep`: a table with a row for each point of the grid; see also `plot` and `to_pandas`.

    ``len(sweep)`` is the number of rows, ``sweep[i]`` is row i, and a loop goes over them.

    Attributes
    ----------
    rows : list of dict
        In the order of the grid, the last parameter fastest. The keys are the grid's parameters, and

        - ``"n_clusters"``: the number of clusters, without noise (if `n_clusters` is in the grid: the number that was
          requested);
        - ``"noise"``: the share of the rows that are noise;
        - ``"inertia"``: the sum of the squared Euclidean distances of rows to the mean of their cluster; nan with the
          metrics 'gower' and 'nan_euclidean', and ``cost_`` of `KModes` and `KPrototypes`;
        - the scores by their names;
        - ``"stability"`` and ``"stability_spread"``, if requested: mean and standard deviation of the adjusted Rand
          index over the resamples.

        Undefined values are nan.
    parameters : tuple of str
        Names of the grid's parameters.
    scores : tuple of str
        Names of the scores.
    labels : list of ndarray of shape (n_samples,)
        The labels of each row of the table.
    estimator : object
        The estimator with the parameters that are not in the grid; not fitted itself. With the metric 'gower' it is
        for `data`: categories are their places there.
    data : ndarray of shape (n_samples, n_features)
        The data, not copied.
    n_resamples : int
        Number of resamples on which each fit was repeated.
    """

    __module__ = "coterie.selection"  # where users and pickles find it

    rows: list[dict[str, Any]]
    parameters: tuple[str, ...]
    scores: tuple[str, ...]
    labels: list[NDArray[Any]]
    estimator: Any
    data: NDArray[Any]
    n_resamples: int

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.rows[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return (
            f"<Sweep of {type(self.estimator).__name__} over {', '.join(self.parameters)}: {len(self)} rows with "
            f"{', '.join(_sweep_text.measures(self))}>"
        )

    def __str__(self) -> str:
        return _sweep_text.text(self)

    def _card(self) -> Card:
        return _cards.card_of_sweep(self)

    def best(self, score: str) -> dict[str, Any]:
        """Return the row with the best value of a score: the highest, but the lowest of ``"davies_bouldin"``.

        Parameters
        ----------
        score : str
            Name of a score, or ``"stability"``.

        Returns
        -------
        dict
            A row; the first one if several are equal.

        Raises
        ------
        ValueError
            There is no such score, it is not defined for any row, or it is ``"inertia"``, which falls with every
            further cluster.
        """
        if not isinstance(score, str):
            raise TypeError(f"score must be the name of a score. Got {shown(score)}.")
        if score == "inertia":
            raise ValueError(
                "inertia has no best value: it falls with every further cluster, down to 0. Look where it "
                "stops falling fast, or ask for another score."
            )
        known = [*self.scores, *(["stability"] if self.n_resamples else [])]
        if score not in known:
            raise ValueError(f"score must be one of those of the sweep: {', '.join(known)}. Got {shown(score)}.")
        sign = -1 if score in _LOWER_IS_BETTER else 1
        defined = [row for row in self.rows if not math.isnan(row[score])]
        if not defined:
            raise ValueError(f"{score} is not defined for any row: each row has one cluster, or only noise.")
        return max(defined, key=lambda row: sign * row[score])

    def to_pandas(self) -> Any:
        """Return the rows as a ``pandas.DataFrame``.

        Raises
        ------
        ModuleNotFoundError
            pandas is not installed.
        """
        import pandas

        return pandas.DataFrame(self.rows)

    def plot(self, ax: Axes | None = None) -> FigureAxes:
        """Draw the scores: the same as `coterie.plot.sweep`.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; by default a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ModuleNotFoundError
            matplotlib is not installed.
        """
        axes: FigureAxes = draw("sweep", self, ax=ax)
        return axes


def sweep(
    estimator: Any,
    X: ArrayLike,
    grid: Mapping[str, Iterable[Any]],
    *,
    scores: Sequence[str | Score] = _USUAL,
    stability: int = 0,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> Sweep:
    """Fit with each combination of some parameters' values, and score each result.

    Parameters
    ----------
    estimator : object
        A clusterer of this package, or any other that has ``get_params``, ``set_params`` and ``fit_predict`` like
        those of scikit-learn. It is copied, not modified.

    X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
        The data, or their distances if the estimator has ``metric='precomputed'``; not modified. With the metric
        'gower', and for `KModes` and `KPrototypes`, tables with categories and missing values.

    grid : dict
        Names of parameters and the values of each to try: ``{"n_clusters": range(2, 12)}``, or
        ``{"eps": [0.3, 0.5], "min_samples": [5, 10]}`` for all four combinations.

    scores : sequence of str and callables, default=("silhouette", "davies_bouldin", "calinski_harabasz")
        Names of scores of `coterie.scores`, ``"dbcv"`` too, or functions ``f(X, labels)``, where higher is better,
        which appear under their own names. They receive the rows that are not noise, and are called only if there are
        at least two clusters and fewer clusters than rows. ``"dbcv"``, for clusters of any shape, counts the noise.

    stability : int, default=0
        Number of resamples on which each fit is repeated. The work grows accordingly.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the resamples and, if the `random_state` of the estimator is None, of a seed for all
        its fits. With an int, the result is reproducible.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it. If
        the estimator has its own `n_jobs` that is not None, it uses that.

    callback : callable, default=None
        Called as ``callback("sweep", done, total)`` during the work. If it returns False, the work stops.

    Returns
    -------
    Sweep
        A table, with the labels of each fit.

    Raises
    ------
    ValueError
        The grid is empty or names a parameter that the estimator does not have, a score is unknown, or another argument
        is out of range; or the estimator does not accept a value of the grid, or `X`.
    TypeError
        The data are sparse or hold objects that are not numbers, or the estimator lacks one of the three methods.
    Cancelled
        `callback` returned False.

    Warns
    -----
    FeatureScaleWarning, ConvergenceWarning
        Those of the estimator, but at most once. `ClusteringWarning` is left out: the table says the same.

    See Also
    --------
    suggest_k : Suggests a number of clusters from such a table.
    coterie.plot.sweep : Draws it.

    Notes
    -----
    Scores are computed on the data as given: scale the data first, not inside a pipeline. They ignore rows that are
    noise, but for DBCV: look at the share of noise as well. The silhouette and DBCV use the metric of the estimator, if
    it has one; those of `KModes` and `KPrototypes` are by Gower's distance. The other scores and the inertia are based
    on means and are not defined for precomputed distances. DBCV is not either, because it needs the number of features.

    A resample is a bootstrap: as many rows as the data have, drawn with replacement, so that it contains about 63% of
    them. All points of the grid use the same resamples. The clusters of a resample are compared with those of all rows,
    on the rows of the resample (each counted once), by the adjusted Rand index, where noise is a cluster. The result is
    1 if each resample gives the same clusters, and near 0 if each gives different ones [1]_ [2]_ [3]_. Unstable
    clusters are rarely right, but stable clusters can be wrong: two halves of data that have eight clusters may be the
    most stable result.

    `HDBSCAN` counts equal rows as dense, so that rows which are drawn again would be clusters. Its resamples are 80% of
    the rows, each at most once, and it is fitted to them with 80% of `min_cluster_size`, `min_samples` and
    `max_cluster_size`. The same method of another library is fitted to bootstraps, and looks less stable than it is.

    The time is that of 1 + `stability` fits for each point of the grid, and of the scores. Trees
    (`AgglomerativeClustering`, `DivisiveClustering`) are built once for all values of `n_clusters` and
    `distance_threshold`, and cut. So is the tree of `HDBSCAN`, for all parameters that `HDBSCAN.recut` takes; but with
    ``min_samples=None`` each `min_cluster_size` has a tree of its own, because it is the number of samples, too. The
    silhouette takes O(n_samples²) time. For large data, score a sample of the rows:
    ``scores=[functools.partial(coterie.scores.silhouette_score, sample_size=5000, random_state=0)]`` is named
    "silhouette" as well.

    References
    ----------
    .. [1] A. Ben-Hur, A. Elisseeff, I. Guyon, "A stability based method for discovering structure in clustered data",
       Pacific Symposium on Biocomputing 7 (2002) 6-17. :doi:`10.1142/9789812799623_0002`
    .. [2] C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52 (2007)
       258-271. :doi:`10.1016/j.csda.2006.11.025`
    .. [3] Y. Fang and J. Wang, "Selection of the number of clusters via the bootstrap method", Computational Statistics
       & Data Analysis 56 (2012) 468-477. :doi:`10.1016/j.csda.2011.09.003`

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import KMeans
    >>> from coterie.selection import sweep
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(center, 1, (50, 2)) for center in ([0, 0], [8, 0], [4, 7])])
    >>> found = sweep(KMeans(n_init=5), X, {"n_clusters": range(2, 6)}, stability=10, random_state=0)
    >>> found.best("silhouette")["n_clusters"]
    3
    >>> [len(np.unique(labels)) for labels in found.labels]
    [2, 3, 4, 5]
    """
    check_parameters(
        "sweep",
        {"stability": (integer(0),), "random_state": RANDOM_STATE, "n_jobs": N_JOBS},
        {"stability": stability, "random_state": random_state, "n_jobs": n_jobs},
    )
    check_estimator(estimator, "sweep")
    values = _read_grid(estimator, grid)
    names, functions = _read_scores(scores, {*values, *_COLUMNS})
    base, X, array = read_for(estimator, native(X), "sweep")
    randomness = as_random_state(random_state)
    unseeded = [
        name
        for name, value in base.get_params().items()  # those of the parts of a pipeline, too
        if value is None and name.rpartition("__")[2] == "random_state"
    ]
    if unseeded:
        base.set_params(**dict.fromkeys(unseeded, int(randomness.randint(2**31))))
    points = [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]
    judge = Judge(base, array, names, functions)

    total = len(points) * (1 + stability)
    with progress.reported_to(callback), threads.num_threads(threads.resolve_n_jobs(n_jobs)):
        rows, labels = [], []
        with told_once(ClusteringWarning):
            fitted = Fits(base, X, points)
            for i, point in enumerate(points):
                with progress.as_step("sweep", i, total):
                    found, inertia = fitted(i)
                    rows.append(point | judge(found, inertia, "n_clusters" in point))
                    labels.append(found)
        agreement, first = np.full((len(points), stability), math.nan), _copy(base).set_params(**points[0])
        with told_once(Warning):
            for b in range(stability):
                drawn = np.sort(_draw(first, len(array), randomness))
                fitted = Fits(base, judge.part(drawn), points, len(drawn) / len(array))
                for i in range(len(points)):
                    with progress.as_step("sweep", len(points) * (1 + b) + i, total):
                        agreement[i, b] = _agreement(fitted, i, labels[i], drawn)
        progress.report("sweep", total, total)
    if stability:
        for row, each in zip(rows, agreement, strict=True):
            row["stability"], row["stability_spread"] = float(each.mean()), float(each.std())
    return Sweep(rows, tuple(values), tuple(names), labels, base, array, int(stability))


def check_estimator(estimator: object, owner: str) -> None:
    """Raise TypeError for what is no clusterer."""
    if isinstance(estimator, type) or not all(hasattr(estimator, each) for each in _METHODS):
        raise TypeError(
            f"{owner} needs an estimator, such as KMeans(), with get_params, set_params and fit_predict. "
            f"Got {shown(estimator)}."
        )


def read_for(estimator: Any, X: Any, owner: str) -> tuple[Any, Any, NDArray[np.floating]]:
    """A copy of the estimator, the data for its fit, and the same as an array.

    Where its metric learns columns, it is set to what it has learned: what it fits is the array, and parts of it.
    """
    estimator = _copy(estimator)
    params = estimator.get_params()
    if isinstance(estimator, PrototypeClusterer):
        estimator, codes = estimator._for_codes(X, owner)
        return estimator, codes, codes
    if isinstance(estimator, MeasuredRows) and not callable(params["metric"]):
        measure = read_metric(params["metric"], params.get("metric_params"), None)
        if measure is not None and measure.passes_missing:
            array, measure = read_rows(X, measure, owner=owner)
            options = {"metric": measure.of_rows, "metric_params": None}
            return estimator.set_params(**{key: options[key] for key in options if key in params}), array, array
    array = as_matrix(X, owner=owner)
    return estimator, array if column_names(X) is None else X, array


# ------------------------------------------------------------------------------------------- what is asked for


def _read_scores(given: Sequence[str | Score], taken: set[str]) -> tuple[list[str], list[Score]]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise ValueError(
            f"The 'scores' parameter of sweep must be a list of names and functions. Got {shown(given)} instead."
        )
    names, functions = [], []
    for each in given:
        if callable(each):
            function = getattr(each, "func", each)  # of a functools.partial
            names.append(getattr(function, "__name__", type(function).__name__).removesuffix("_score"))
            functions.append(each)
        elif isinstance(each, str) and each in SCORES:
            names.append(each)
            functions.append(SCORES[each])
        else:
            raise ValueError(
                f"The 'scores' parameter of sweep must hold functions f(X, labels), or names among "
                f"{', '.join(map(repr, SCORES))}. Got {shown(each)}."
            )
    if len(set(names)) < len(names):
        raise ValueError(f"The 'scores' of sweep must have different names. Got {', '.join(names)}.")
    if both := taken.intersection(names):
        raise ValueError(f"The 'scores' of sweep must not have the name of another column. Got {shown(min(both))}.")
    return names, functions


def _read_grid(estimator: Any, grid: Mapping[str, Iterable[Any]]) -> dict[str, list[Any]]:
    if not isinstance(grid, Mapping) or not grid:
        raise ValueError(
            "The 'grid' parameter of sweep must be a dict of parameters and their values, such as "
            f"{{'n_clusters': range(2, 12)}}. Got {shown(grid)} instead."
        )
    known = estimator.get_params()
    values = {}
    for name, each in grid.items():
        if name not in known:
            raise ValueError(
                f"The 'grid' parameter of sweep names {name!r}, which {type(estimator).__name__} does not "
                f"have. It has {', '.join(sorted(known))}."
            )
        if isinstance(each, (str, bytes)) or not isinstance(each, Iterable):
            raise ValueError(
                f"The 'grid' parameter of sweep must have a list of values for {name!r}. Got {shown(each)}."
            )
        values[name] = [value.item() if isinstance(value, np.generic) else value for value in each]
        if not values[name]:
            raise ValueError(f"The 'grid' parameter of sweep must have at least one value for {name!r}. Got none.")
    return values


# ------------------------------------------------------------------------------------------- the fits


def _copy(estimator: Any) -> Any:
    """One with the same parameters, not fitted."""
    return type(estimator)(**copy.deepcopy(estimator.get_params(deep=False)))


class Fits:
    """The labels of each point of a grid, on one set of rows. Fits that answer for other points, too, are kept."""

    def __init__(self, base: Any, X: Any, points: list[dict[str, Any]], share: float = 1.0) -> None:
        """`X` is this share of the data, or a bootstrap of them."""
        self.base, self.X, self.points, self.share = base, X, points, share
        self.kept: dict[tuple[int, ...], Clusterer] = {}

    def __call__(self, i: int) -> tuple[NDArray[Any], float | None]:
        """Labels, and the inertia if the estimator tells it."""
        model, point = _copy(self.base).set_params(**self.points[i]), self.points[i]
        if self.share < 1:
            model = model._for_sample(self.share)
        if isinstance(model, Clusterer) and (free := model._needs_no_fit()):
            fixed = tuple(id(value) for name, value in point.items() if name not in free)
            if fixed in self.kept:
                return self.kept[fixed]._labels_with(**{name: getattr(model, name) for name in free}), None
            self.kept[fixed] = model
        labels = np.asarray(model.fit_predict(self.X))
        return labels, model.cost_ if isinstance(model, PrototypeClusterer) else getattr(model, "inertia_", None)


def _draw(estimator: Any, n: int, randomness: np.random.RandomState) -> NDArray[np.intp]:
    """The rows of a resample: a bootstrap, or a part of all rows where these must not be repeated."""
    if isinstance(estimator, Clusterer) and estimator._for_sample(_SHARE) is not None:
        return randomness.permutation(n)[: max(2, round(_SHARE * n))]
    return randomness.randint(n, size=n)


def _agreement(fitted: Fits, i: int, labels: NDArray[Any], drawn: NDArray[Any]) -> float:
    """How alike the clusters of all rows and those of a resample are; nan if they hold all the rows, or one each."""
    if len(np.unique(labels)) in (1, len(labels)):
        return math.nan
    rows, first = np.unique(drawn, return_index=True)
    return float(scores.adjusted_rand_score(labels[rows], fitted(i)[0][first]))


# ------------------------------------------------------------------------------------------- the scores


class Judge:
    """What there is to say about labels of some data."""

    def __init__(self, estimator: Any, X: NDArray[Any], names: list[str], functions: list[Score]) -> None:
        params = estimator.get_params()
        self.X, self.names, self.functions = X, names, functions
        own = estimator._fit_metric.name if isinstance(estimator, NearestCenterClusterer) else "euclidean"
        self.metric = params.get("metric", own)
        if isinstance(estimator, PrototypeClusterer):  # the nearest of our metrics, which takes categories, too
            is_category = estimator._categories(read_columns(X))
            kinds = {j: "category" if own else "amount" for j, own in enumerate(is_category)}
            self.metric = read_rows(X, as_metric("gower", kinds=kinds))[1].of_rows
        self.is_of_all_rows = isinstance(estimator, TreeClusterer) and takes_all_rows(self.metric)
        self.options = dict(params.get("metric_params") or {})
        if self.metric == "minkowski" and params.get("p") is not None:  # scikit-learn's have it beside other metrics
            self.options["p"] = params["p"]

    def part(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The data of some rows."""
        some: NDArray[Any] = self.X[np.ix_(rows, rows)] if self.is_of_distances() else self.X[rows]
        return some

    def is_of_distances(self) -> bool:
        return is_precomputed(self.metric)

    def has_means(self) -> bool:
        """Whether the mean of rows says something: no value is missing or a category, and rows are not distances."""
        return not (self.is_of_distances() or (isinstance(self.metric, Metric) and self.metric.passes_missing))

    def __call__(self, labels: NDArray[Any], inertia: float | None, count_is_known: bool) -> dict[str, float]:
        inside = np.flatnonzero(labels >= 0)
        row: dict[str, float] = {}
        clusters = np.unique(labels[inside])
        if not count_is_known:
            row["n_clusters"] = len(clusters)
        row["noise"] = (len(labels) - len(inside)) / len(labels)
        every = labels
        X, labels = (self.X, labels) if len(inside) == len(labels) else (self.part(inside), labels[inside])
        if inertia is None:
            inertia = _inertia(X, labels) if self.has_means() else math.nan
        row["inertia"] = float(inertia)
        defined = 2 <= len(clusters) < len(labels)
        for name, function in zip(self.names, self.functions, strict=True):
            part = (self.X, every) if function is SCORES["dbcv"] else (X, labels)
            row[name] = float(self._score(function, *part)) if defined else math.nan
        return row

    def _score(self, function: Score, X: NDArray[Any], labels: NDArray[Any]) -> float:
        of_distances = {"metric": "precomputed"}
        if function is SCORES["silhouette"] and self.is_of_all_rows:
            return function(self.metric(X), labels, **of_distances)
        if function is SCORES["silhouette"]:
            return function(X, labels, metric=self.metric, **self.options)
        if function is SCORES["dbcv"] and self.is_of_all_rows:
            return function(self.metric(X), labels, d=X.shape[1], **of_distances)
        if function is SCORES["dbcv"] and not self.is_of_distances():
            return function(X, np.maximum(labels, -1), metric=self.metric, metric_params=self.options)
        if not self.has_means() and function in SCORES.values():
            return math.nan
        return function(X, labels)


def _inertia(X: NDArray[Any], labels: NDArray[Any]) -> float:
    """Sum of the squared Euclidean distances of rows to the mean of their cluster."""
    order = np.argsort(labels, kind="stable")
    ends = np.flatnonzero(np.diff(labels[order])) + 1
    exponent = power_of_two.exponent_for(X)
    X = power_of_two.divided(X, exponent)
    total = 0.0
    for rows in np.split(order, ends):
        members = X[rows].astype(np.float64)
        if len(members):
            members -= members.mean(axis=0)
            total += float(np.vdot(members, members))
    return power_of_two.times(total, 2 * exponent)
