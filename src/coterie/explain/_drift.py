# SPDX-License-Identifier: BSD-3-Clause
"""Whether new rows are distributed over the clusters like the rows from which the clusters were made."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.containers import native
from .._base.layout import wrap
from .._base.lazy import lazy_property
from .._base.notebook import Card, InNotebooks
from .._base.parameters import check_parameters, integer
from .._base.tables.columns import column_names
from .._base.wording import shown
from .._runtime import threads
from . import _cards, _drift_text, _features
from ._models import as_clusterer, has_labels, predicts
from ._occupation import Occupation, occupy
from ._profile import Profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_READINGS = ("small", 0.1), ("moderate", 0.25), ("large", math.inf)  # of the population stability index
_HALF = 0.5  # a row, added to each count: logarithms of shares must be finite
_NORMAL_95 = 1.6448536269514722  # 95% quantile of the normal distribution


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Drift(InNotebooks):
    """The result of `drift`. ``print`` shows a table and the sentences.

    Attributes
    ----------
    clusters : ndarray of shape (n_clusters,)
        The labels.
    labels : ndarray of shape (n_new,)
        The label of each new row; negative for noise.
    n_then, n_now : int
        Number of rows.
    shares_then, shares_now : ndarray of shape (n_clusters,), float64
        Share of the rows in each cluster, from 0 to 1.
    noise_then, noise_now : float
        Share of the rows in no cluster.
    distances_then, distances_now : ndarray of shape (n_clusters,), float64
        Root mean squared distance of the rows of each cluster to its center. NaN if it is not known or if there is no
        row.
    distance_then, distance_now : float
        The same for the rows of all clusters.
    index : float
        Population stability index: the sum of ``(now - then) * log(now / then)`` over the shares of the clusters and,
        if there is noise, its share. Half a row is added to each count.
    by_chance : float
        If nothing has changed, `index` exceeds this value in one case of twenty; it depends on the numbers of rows.
    reading : {"chance", "small", "moderate", "large"}
        What `index` means: "chance" if it is at most `by_chance`, otherwise "small" below 0.1, "moderate" below 0.25,
        and "large" from there on.
    """

    __module__ = "coterie.explain"  # where users and pickles find it

    clusters: NDArray[Any]
    labels: NDArray[Any]
    n_then: int
    n_now: int
    shares_then: NDArray[np.float64]
    shares_now: NDArray[np.float64]
    noise_then: float
    noise_now: float
    distances_then: NDArray[np.float64]
    distances_now: NDArray[np.float64]
    distance_then: float
    distance_now: float
    index: float
    by_chance: float
    reading: str
    noun: str = "rows"

    @lazy_property
    def sentences(self) -> list[str]:
        """One sentence on the shares and, if distances are known, one on the distances."""
        return _drift_text.sentences(self)

    def table(self, width: int = 100) -> str:
        """Return shares and distances as text, with a line for each cluster.

        Parameters
        ----------
        width : int, default=100
            Maximum number of characters in a line, at least 40.

        Returns
        -------
        str
        """
        check_parameters("table", {"width": (integer(40),)}, {"width": width})
        return _drift_text.table(self, int(width))

    def __repr__(self) -> str:
        return (
            f"<Drift of {self.n_now:,} {self.noun} against {self.n_then:,}: {self.reading}, stability index "
            f"{self.index:.3g}; print() shows it>"
        )

    def _card(self) -> Card:
        return _cards.card_of_drift(self)

    def __str__(self) -> str:
        return "\n".join([self.table(), "", *wrap(self.sentences, 100)])


def drift(model_or_profile: Any, X_new: ArrayLike) -> Drift:
    """Compare the distribution of new rows over the clusters with that of the rows from which the clusters were made.

    Parameters
    ----------
    model_or_profile : fitted estimator with `labels_` and `predict`, or Profile
        The model or profile that assigns the new rows to clusters.
    X_new : array-like, table or sparse matrix of shape (n_new, n_features)
        The new rows. For an estimator, scale them like the rows of the fit. For a profile, they are in the units of the
        data and have the same columns. A table needs only the columns of numbers, in any order.
        Sparse rows only for an estimator whose ``predict`` takes them.

    Returns
    -------
    Drift

    Raises
    ------
    NotFittedError
        The estimator was not fitted.
    ValueError
        The columns of `X_new` are not those of the fit or profile, or the profile has no cluster or no numeric feature
        that varies.
    TypeError
        The first argument is neither a profile nor an estimator that can assign new rows.

    Notes
    -----
    What is compared:

    - `KMeans`: the shares of ``labels_`` with those of ``predict(X_new)``. Distances are those to the nearest center.
      For the rows of the fit, only the distance over all clusters is known, from ``inertia_``. It has no meaning after
      a fit with `sample_weight`.
    - `SizeConstrainedKMeans`: the same, but the rows of the fit, too, count for their nearest centers, without bounds.
    - `DBSCAN`: the same shares and the share of noise, which is the most important one. There are no centers and no
      distances. New rows are noise more often than those of the fit even if nothing has changed, because each row of
      the fit counted itself as a neighbor. The difference is small if clusters are dense; in one trial with few rows it
      was 42% against 35%. To see how large it is, use rows that were not in the fit.
    - `HDBSCAN`: the same as for DBSCAN. Rows with NaN or infinity count as noise.
    - `OPTICS`: the shares of ``predict`` for the rows of the fit, which it keeps, with those of ``predict(X_new)``.
    - `AgglomerativeClustering`: the shares of ``predict`` for the rows of the fit, which it keeps, with the shares of
      ``predict(X_new)``. If the metric is Euclidean, distances are those to the mean of the cluster. With given
      distances, the shares of ``labels_`` are used for the rows of the fit.
    - `Profile`: each row, new or old, counts for the cluster with the nearest mean, in standard deviations of all rows;
      a missing value counts as the mean of all rows. So the old shares may differ from `Profile.shares`, for example
      with DBSCAN or other scaling, because a row need not belong to the cluster with the nearest mean. If you have the
      estimator, use it. If rows times clusters times features are more than 10 billion, a profile assigns only every
      second, third, ... of its rows, and ``n_then`` is less than its number of rows.

    A model fits the rows of its fit better than other rows. With few rows in many clusters, distances grow a little
    even without drift. The index depends only on the shares; a shift within clusters appears in the distances.

    The limits 0.1 and 0.25 are common rules of thumb. `by_chance` assumes that the rows were drawn independently.

    References
    ----------
    B. Yurdakul and J. Naranjo, "Statistical properties of the population stability index", Journal of Risk Model
    Validation 14 (2020) 89-100, :doi:`10.21314/JRMV.2020.227`.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import KMeans, explain
    >>> rng = np.random.default_rng(0)
    >>> last_year = np.concatenate([rng.normal(0, 1, (500, 2)), rng.normal(9, 1, (500, 2))])
    >>> this_year = np.concatenate([rng.normal(0, 1, (400, 2)), rng.normal(9, 1, (100, 2))])
    >>> model = KMeans(2, random_state=0).fit(last_year)
    >>> found = explain.drift(model, this_year)
    >>> sorted(found.shares_now.tolist())
    [0.2, 0.8]
    >>> found.reading
    'large'
    """
    X_new = native(X_new, "X_new")
    if isinstance(model_or_profile, Profile):
        means, noun = model_or_profile._means, model_or_profile.noun
        if means is None:
            raise ValueError(
                "drift needs a profile with at least one cluster and one numeric feature that varies. "
                "Pass the fitted estimator instead."
            )
        clusters, then = model_or_profile.clusters, means.then
        now = means.assign(_read_again(model_or_profile, X_new), threads.get_num_threads())
        labels = clusters[now.labels]
    else:
        noun = "rows"
        clusters, then, now = _by_model(model_or_profile, X_new)
        labels = now.labels
    n_then, n_now = int(then.sizes.sum()) + then.n_noise, len(labels)
    index, by_chance = stability_index(np.append(then.sizes, then.n_noise), np.append(now.sizes, now.n_noise))
    return Drift(
        clusters=clusters,
        labels=labels,
        n_then=n_then,
        n_now=n_now,
        shares_then=then.sizes / n_then,
        shares_now=now.sizes / n_now,
        noise_then=then.n_noise / n_then,
        noise_now=now.n_noise / n_now,
        distances_then=then.distances,
        distances_now=now.distances,
        distance_then=then.distance,
        distance_now=now.distance,
        index=index,
        by_chance=by_chance,
        reading=read_index(index, by_chance),
        noun=noun,
    )


# ------------------------------------------------------------------------------------------- then and now


def _by_model(model: Any, X_new: ArrayLike) -> tuple[NDArray[np.intp], Occupation, Occupation]:
    """The labels that are clusters, how the rows of the fit fell into them, and how new ones do."""
    fitted = as_clusterer(model)
    if not (predicts(model) and has_labels(model)):
        raise TypeError(f"drift needs a Profile, or a fitted estimator with labels_ and predict. Got {shown(model)}.")
    now, then = np.asarray(model.predict(X_new)), np.asarray(model.labels_)
    for labels, name in ((now, "predict"), (then, "labels_")):
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
            raise ValueError(f"{name} of the model must give whole numbers, one for each row. Got {shown(labels)}.")
    centers = None if fitted is None else fitted._centers()
    k = max(int(then.max()), int(now.max()), -1) + 1 if centers is None else len(centers)
    if fitted is None:
        was = occupy(then, k)
    elif fitted._fit_X is None:
        was = occupy(then, k)._replace(distance=fitted._distance_to_centers())
        if (sizes := fitted._sizes_by_predict()) is not None:
            was = was._replace(sizes=sizes)
    else:  # like with like: `predict` may give a row of the fit another label than it has
        was = occupy(fitted._assign(fitted._fit_X), k, fitted._fit_X, centers)
    rows = None if fitted is None or centers is None else fitted._read_more(X_new)
    return np.arange(k), was, occupy(now, k, rows, centers)


def _read_again(known: Profile, X_new: ArrayLike) -> NDArray[np.floating]:
    """The features of a profile that are numbers, of further rows; of a table by name, else by place."""
    names = column_names(X_new)
    if names is not None:
        if absent := [name for name in known.feature_names if name not in set(names)]:
            raise ValueError(f"X_new has no column {absent[0]!r}, which the profile was made from.")
        features = _features.read(
            X_new, None, [name for name in names if name not in known.feature_names], None, "drift"
        )
    else:
        all_names = known._all_names
        features = _features.read(X_new, None, None, None, "drift")
        if len(features.all_names) == len(all_names):
            categorical = [name for name in all_names if name not in known.feature_names]
            features = _features.read(X_new, all_names, categorical, None, "drift")
        elif len(features.all_names) == len(known.feature_names):
            features = _features.read(X_new, known.feature_names, None, None, "drift")
        else:
            raise ValueError(
                f"X_new has {len(features.all_names)} columns, but the profile was made from {len(all_names)}."
            )
    place = {name: j for j, name in enumerate(features.feature_names)}
    if absent := [name for name in known.feature_names if name not in place]:
        raise ValueError(f"Column {absent[0]!r} of X_new does not hold numbers, as it did in the profile.")
    return features.numbers[:, [place[name] for name in known.feature_names]]


def stability_index(then: NDArray[np.int64], now: NDArray[np.int64]) -> tuple[float, float]:
    """Population stability index of two counts, and which value chance alone exceeds in one of twenty cases."""
    there = (then + now) > 0
    then, now = then[there], now[there]
    k = len(then)
    p, q = ((counts + _HALF) / (counts.sum() + _HALF * k) for counts in (then, now))
    index = float(((q - p) * np.log(q / p)).sum())
    # Where nothing has changed the index is about chi-square distributed, with k - 1 degrees of freedom, times the sum
    # of the inverse numbers of rows; its quantile by Wilson and Hilferty, https://doi.org/10.1073/pnas.17.12.684.
    if k < 2:
        return index, 0.0
    spread = 2 / (9 * (k - 1))
    quantile = (k - 1) * (1 - spread + _NORMAL_95 * math.sqrt(spread)) ** 3
    return index, quantile * (1 / int(then.sum()) + 1 / int(now.sum()))


def read_index(index: float, by_chance: float) -> str:
    """What a stability index means, in a word."""
    return "chance" if index <= by_chance else next(word for word, bound in _READINGS if index < bound)
