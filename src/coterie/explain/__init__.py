# SPDX-License-Identifier: BSD-3-Clause
"""What clusters are, in numbers and words (`profile`), and whether new rows fall into them as before (`drift`)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.columns import column_names
from .._base.labels import as_labels
from .._base.lazy import lazy_property
from .._base.parameters import Rule, check_parameters, integer
from . import _drift, _features, _numbers, _wording
from ._groups import Groups
from ._outliers import outlier_scores

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Category", "Drift", "Noise", "Profile", "drift", "outlier_scores", "profile"]

_READINGS = ("small", 0.1), ("moderate", 0.25), ("large", math.inf)  # of the population stability index
_NOUN = (Rule("a str that is not empty", lambda value: isinstance(value, str) and bool(value.strip())),)


class Noise(NamedTuple):
    """How many rows, and which share of all, are in no cluster."""

    size: int
    share: float


class Category(NamedTuple):
    """How often a feature has which value.

    Attributes
    ----------
    values : tuple
        What it can be, in ascending order.
    shares : ndarray of shape (n_clusters, n_values), float64
        Of the rows of each cluster that have a value at all; NaN where none has.
    overall : ndarray of shape (n_values,), float64
        Of all rows that have a value.
    """

    values: tuple
    shares: NDArray[np.float64]
    overall: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Profile:
    """What `profile` found. As text (``print``) it is a table and the sentences; of more than 40 clusters the largest.

    Arrays have one row for each cluster, in the order of `clusters`, and one column for each feature, in the order of
    `feature_names`, in the units of the data. All but the counts are float64.

    Attributes
    ----------
    clusters : ndarray of shape (n_clusters,)
        The labels, ascending; without negative ones, which stand for noise.
    sizes : ndarray of shape (n_clusters,), int64
        Number of rows.
    shares : ndarray of shape (n_clusters,)
        Share of all rows, from 0 to 1.
    noise : Noise
        ``size`` and ``share`` of the rows that are in no cluster. In all that is said of "all rows" they are included.
    n_rows : int
        Number of all rows.
    noun : str
        What the rows are.
    feature_names : tuple of str
        The features that are numbers.
    means, medians, spreads : ndarray of shape (n_clusters, n_features)
        Spread is the standard deviation (the root of the mean squared deviation). NaN where all values are missing.
    quartiles : ndarray of shape (2, n_clusters, n_features)
        The lower quartiles and the upper ones.
    overall_means, overall_medians, overall_spreads : ndarray of shape (n_features,)
        The same of all rows.
    overall_quartiles : ndarray of shape (2, n_features)
        The same of all rows.
    differences : ndarray of shape (n_clusters, n_features)
        The mean of the cluster minus that of all rows, in standard deviations of all rows. 0 for a constant feature.
    effect_sizes : ndarray of shape (n_clusters, n_features)
        Cohen's d: the mean of the cluster minus that of all the other rows, in their pooled standard deviation. 0
        where there are no other rows or means are equal; infinite where neither the cluster nor the others vary.
    distinctness : ndarray of shape (n_clusters, n_features)
        What sentences go by: `effect_sizes`, but of logarithms for the features in `ratio_features`.
    ratio_features : ndarray of shape (n_features,), bool
        Features that are compared as factors: never negative, and the upper quartile at least twice the lower one.
        Their logarithms are those of the value plus a tenth of the median of all rows, as it may be 0.
    missing : dict of str to ndarray of shape (n_clusters,), int64
        How many rows have no value of a feature or category.
    categories : dict of str to Category
        The features that are no numbers: ``values, shares, overall``.
    typical, extreme : tuple of ndarray of int64
        For each cluster up to three rows (indices from 0): those nearest to its mean, and those farthest from it.
    left_out : tuple of str
        Columns of text that have nearly as many values as rows, such as names.
    """

    clusters: NDArray
    sizes: NDArray[np.int64]
    shares: NDArray[np.float64]
    noise: Noise
    n_rows: int
    noun: str
    feature_names: tuple[str, ...]
    means: NDArray[np.float64]
    medians: NDArray[np.float64]
    spreads: NDArray[np.float64]
    quartiles: NDArray[np.float64]
    overall_means: NDArray[np.float64]
    overall_medians: NDArray[np.float64]
    overall_spreads: NDArray[np.float64]
    overall_quartiles: NDArray[np.float64]
    differences: NDArray[np.float64]
    effect_sizes: NDArray[np.float64]
    distinctness: NDArray[np.float64]
    ratio_features: NDArray[np.bool_]
    missing: dict[str, NDArray[np.int64]]
    categories: dict[str, Category]
    typical: tuple[NDArray[np.int64], ...]
    extreme: tuple[NDArray[np.int64], ...]
    left_out: tuple[str, ...]
    _facts: _wording.Facts
    _means: _drift.Means | None
    _all_names: tuple[str, ...]

    @lazy_property
    def sentences(self) -> list[str]:
        """A sentence for each cluster, and one for the noise if there is any."""
        return _wording.sentences(self._facts, range(len(self._facts.sizes)))

    def table(self, width: int = 100) -> str:
        """Lay out sizes, medians and shares as text, features in rows and clusters in columns.

        Of more than 40 features those are shown that set some cluster apart most, of more than 40 clusters the largest.

        Parameters
        ----------
        width : int, default=100
            Most characters in a line, at least 40. Clusters that do not fit go into further blocks.

        Returns
        -------
        str
        """
        check_parameters("table", {"width": (integer(40),)}, {"width": width})
        return _wording.table(self._facts, int(width))

    def __repr__(self) -> str:  # not its arrays, which would fill a screen
        return (
            f"<Profile of {self.n_rows:,} {self.noun} in {len(self.clusters):,} "
            f"cluster{'s' * (len(self.clusters) != 1)}; print() shows it>"
        )

    def __str__(self) -> str:
        sentences = _wording.sentences(self._facts, _wording.shown(self._facts))
        return "\n".join([self.table(), "", *_wording.wrap(sentences, 100)])

    @lazy_property
    def rows(self) -> list[dict[str, Any]]:
        """One dict for each cluster and feature, and for each cluster, category and value of it.

        All have the same keys: cluster, size, share, feature, missing; then mean, median, spread, lower_quartile,
        upper_quartile, difference and effect_size of a number; value, value_share and lift (this share over that of all
        rows) of a category. What does not apply is None.
        """
        found = []
        for i, cluster in enumerate(self.clusters.tolist()):
            start = {"cluster": cluster, "size": int(self.sizes[i]), "share": float(self.shares[i])}
            for j, name in enumerate(self.feature_names):
                arrays = {
                    "mean": self.means,
                    "median": self.medians,
                    "spread": self.spreads,
                    "lower_quartile": self.quartiles[0],
                    "upper_quartile": self.quartiles[1],
                    "difference": self.differences,
                    "effect_size": self.effect_sizes,
                }
                found.append(
                    start
                    | {"feature": name, "missing": int(self.missing[name][i])}
                    | {key: float(array[i, j]) for key, array in arrays.items()}
                    | {"value": None, "value_share": None, "lift": None}
                )
            for name, (values, shares, overall) in self.categories.items():
                nothing = dict.fromkeys(
                    ("mean", "median", "spread", "lower_quartile", "upper_quartile", "difference", "effect_size")
                )
                for value, share, of_all in zip(values, shares[i].tolist(), overall.tolist(), strict=True):
                    found.append(
                        start
                        | {"feature": name, "missing": int(self.missing[name][i])}
                        | nothing
                        | {"value": value, "value_share": share, "lift": share / of_all}
                    )
        return found

    def to_pandas(self) -> Any:
        """`rows` as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.rows)


def profile(
    X: ArrayLike,
    labels: ArrayLike,
    feature_names: Sequence[str] | None = None,
    categorical: Sequence[str | int] | None = None,
    noun: str = "rows",
) -> Profile:
    """Work out what sets each cluster apart, in the units of the data and in words.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        The data as they were measured: not scaled, and with columns, too, that the clusters were not made from. Values
        may be missing (NaN, None): they are left out, feature by feature, and counted. Columns of text, bool and
        categories are counted by value. Not modified.
    labels : array-like of shape (n_samples,)
        Cluster of each row, from any algorithm: whole numbers or text. Negative numbers, and the text "-1", are noise:
        in no cluster.
    feature_names : sequence of str, default=None
        Names of the columns. None: those of the table, or x0, x1, ...
    categorical : sequence of str or int, default=None
        Names or indices of columns of numbers that are codes of categories.
    noun : str, default="rows"
        What the rows are, in the plural, for the sentences: "customers".

    Returns
    -------
    Profile

    Raises
    ------
    ValueError
        `X` is not a table with rows and columns, or holds infinity or dates; there is not one label for each row or one
        name for each column; there is no such column.
    TypeError
        `X` is sparse.

    See Also
    --------
    drift : Compares new rows with a profile.
    coterie.plot.profile : Draws it.

    Notes
    -----
    A sentence names what differs most from the other rows first: up to four features whose effect
    (`Profile.distinctness`; for a category that of its most telling value) is 0.5 or more, a medium one by Cohen's
    count. The numbers in it are medians of the cluster and of all rows, or averages where it says so, with three
    digits, or as many as it takes to tell the two apart.

    - "3.4 times the median" is the ratio of the two medians, for a feature in `Profile.ratio_features` and ratios of
      1.2 or more, or of 0.83 or less; for other features that are never negative of 2 or more, or of a half or less;
      "about a third" is within 5% of it.
    - "higher" or "lower": the medians, or else the means, are 0.3 standard deviations of all rows apart or more.
    - "in 90%": the share of ones, for a feature that is 0 or 1. Of features that have up to five whole numbers as
      values, below 100, and on average ten rows or more for each, the sentences tell shares, too: these may be codes.
    - "mostly" is more than half of the cluster, "more often" less; "seldom" is less than a fifth, "less often" more.
    - "known for 16 of 184": so many rows of the cluster have a value. It is told where fewer than half have, and where
      "always", "never", "in 0%" or "in 100%" is not of all.

    "Nearest to the mean" is by the sum of squared differences in standard deviations of all rows, averaged over the
    features that a row has; a category adds the squared distance of its indicator columns from the shares in the
    cluster. On ties the lower row comes first.

    A column of text with more than 50 values and fewer than 10 rows for each of them is left out, unless it is in
    `categorical`.

    Sums are taken of differences from the lowest value in float64, so that an offset does no harm. O(n log n) time for
    each feature; memory beyond the data is a float64 copy of it and a few columns.

    References
    ----------
    J. Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition, Routledge 1988,
    :doi:`10.4324/9780203771587`.

    Examples
    --------
    >>> from coterie import explain
    >>> spend_and_age = [[10.0, 31], [12.0, 58], [11.0, 44], [95.0, 45], [80.0, 33], [86.0, 57]]
    >>> found = explain.profile(spend_and_age, [0, 0, 0, 1, 1, 1], ["spend", "age"], noun="customers")
    >>> found.medians
    array([[11., 44.],
           [86., 45.]])
    >>> for sentence in found.sentences:
    ...     print(sentence)
    cluster 0, 3 of 6 customers: spend about a quarter of the median (11 against 46)
    cluster 1, 3 of 6 customers: spend 1.9 times the median (86 against 46)
    """
    check_parameters("profile", {"noun": _NOUN}, {"noun": noun})
    features = _features.read(X, feature_names, categorical, "profile")
    n_rows = len(features.numbers)
    clusters, codes = _split_noise(*as_labels(labels, n_rows))
    k = len(clusters)
    groups = Groups(codes, k + bool((codes == k).any()))
    numbers = _numbers.describe_numbers(features, groups)
    categories = [_numbers.describe_category(each, groups) for each in features.categories]
    members = _numbers.Members(features, groups, numbers, categories)
    facts = _wording.Facts(
        clusters=tuple(clusters.tolist()),
        sizes=groups.sizes,
        n_rows=n_rows,
        noun=noun.strip(),
        names=features.names,
        numbers=numbers,
        categories=tuple(categories),
        codes={each.name: _numbers.describe_category(each, groups) for each in _features.codes(features)},
    )
    inner = slice(k)
    missing = {name: (groups.sizes - numbers.counts[:, j])[inner] for j, name in enumerate(features.names)}
    missing |= {each.name: (groups.sizes - each.counts)[inner] for each in categories}
    return Profile(
        clusters=clusters,
        sizes=groups.sizes[inner],
        shares=groups.sizes[inner] / n_rows,
        noise=Noise(int(groups.sizes[k:].sum()), float(groups.sizes[k:].sum() / n_rows)),
        n_rows=n_rows,
        noun=facts.noun,
        feature_names=features.names,
        means=numbers.means[inner],
        medians=numbers.medians[inner],
        spreads=numbers.spreads[inner],
        quartiles=numbers.quartiles[:, inner],
        overall_means=numbers.overall_means,
        overall_medians=numbers.overall_medians,
        overall_spreads=numbers.overall_spreads,
        overall_quartiles=numbers.overall_quartiles,
        differences=numbers.differences[inner],
        effect_sizes=numbers.effect_sizes[inner],
        distinctness=numbers.distinctness[inner],
        ratio_features=numbers.is_ratio,
        missing={name: missing[name] for name in features.all_names if name in missing},
        categories={each.name: Category(each.values, each.shares[inner], each.overall) for each in categories},
        typical=members.nearest()[inner],
        extreme=members.farthest()[inner],
        left_out=features.left_out,
        _facts=facts,
        _means=_drift.keep_means(features.numbers, numbers, k),
        _all_names=features.all_names,
    )


def _split_noise(values: NDArray, codes: NDArray[np.int64]) -> tuple[NDArray, NDArray[np.int64]]:
    """The labels that are clusters, and which of them each row has; noise comes after the last."""
    if values.dtype.kind == "f" and (values == np.floor(values)).all() and (np.abs(values) < 2**53).all():
        values = values.astype(np.int64)
    if values.dtype.kind in "if":
        is_noise = values < 0
    else:
        is_noise = np.array([value == "-1" for value in values.tolist()], bool)
    number = np.cumsum(~is_noise) - 1
    number[is_noise] = len(values) - np.count_nonzero(is_noise)
    return values[~is_noise], number[codes]


# ------------------------------------------------------------------------------------------- drift


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Drift:
    """What `drift` found. As text (``print``) it is a table and the sentences.

    Attributes
    ----------
    clusters : ndarray of shape (n_clusters,)
        The labels.
    labels : ndarray of shape (n_new,)
        The label that each new row was given; negative for noise.
    n_then, n_now : int
        Number of rows.
    shares_then, shares_now : ndarray of shape (n_clusters,), float64
        Share of the rows in each cluster, from 0 to 1.
    noise_then, noise_now : float
        Share of the rows in no cluster.
    distances_then, distances_now : ndarray of shape (n_clusters,), float64
        Root mean squared distance of the rows of each cluster to its centre. NaN where it is not known or where there
        is no row.
    distance_then, distance_now : float
        The same over all clusters.
    index : float
        Population stability index: the sum of ``(now - then) * log(now / then)`` over the shares of the clusters, and
        of noise if there is any, with half a row added to each count.
    by_chance : float
        The value that `index` exceeds in one case of twenty if nothing has changed, from the numbers of rows.
    reading : {"chance", "small", "moderate", "large"}
        What `index` means: not above `by_chance`; else below 0.1, below 0.25, or more.
    """

    clusters: NDArray
    labels: NDArray
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
        """One on the shares and, where distances are known, one on the distances."""
        return _wording.drift_sentences(self)

    def table(self, width: int = 100) -> str:
        """Lay out shares and distances as text, a line for each cluster.

        Parameters
        ----------
        width : int, default=100
            Most characters in a line, at least 40.

        Returns
        -------
        str
        """
        check_parameters("table", {"width": (integer(40),)}, {"width": width})
        return _wording.drift_table(self, int(width))

    def __repr__(self) -> str:
        return (
            f"<Drift of {self.n_now:,} {self.noun} against {self.n_then:,}: {self.reading}, stability index "
            f"{self.index:.3g}; print() shows it>"
        )

    def __str__(self) -> str:
        return "\n".join([self.table(), "", *_wording.wrap(self.sentences, 100)])


def drift(model_or_profile: Any, X_new: ArrayLike) -> Drift:
    """Compare how new rows fall into clusters with how those did that the clusters were made from.

    Parameters
    ----------
    model_or_profile : fitted estimator with `labels_` and `predict`, or Profile
        What the new rows are assigned to the clusters by.
    X_new : array-like or table of shape (n_new, n_features)
        The new rows: for an estimator scaled as those that it was fitted to, for a profile in the units of the data and
        with the same columns (of a table those that are numbers are enough, in any order).

    Returns
    -------
    Drift

    Raises
    ------
    NotFittedError
        The estimator was not fitted.
    ValueError
        The columns of `X_new` are not those of the fit or profile; the profile has no cluster or no feature that is a
        number and varies.
    TypeError
        There is neither a profile nor an estimator that can assign new rows.

    Notes
    -----
    What is compared:

    - `KMeans`: the shares of ``labels_`` with those of ``predict(X_new)``. Distances are those to the nearest centre.
      Of the rows of the fit only the mean over all is known, from ``inertia_`` (with `sample_weight` it is not, and the
      distance then means nothing).
    - `DBSCAN`: the shares alike, noise among them, which is what to watch. There are no centres, and no distances.
      New rows are noise more often than those of the fit even if nothing has changed, as each row of the fit counted
      itself as a neighbour: little where clusters are dense, from 35% to 42% in one trial with few rows. Measure that
      with rows that were kept out of the fit.
    - `AgglomerativeClustering`: the shares of ``predict`` for the rows of the fit, which it keeps, with those of
      ``predict(X_new)``. Distances are those to the mean of the cluster, if the metric is Euclidean. With given
      distances the shares of ``labels_`` are taken.
    - `Profile`: rows, those that it was made from too, count for the cluster with the nearest mean, in standard
      deviations of all rows; a missing value counts as the mean of all rows. So these shares differ from
      `Profile.shares` where clusters are not the neighbourhoods of means, as with DBSCAN or with other scaling. Prefer
      the estimator where there is one. (If rows times clusters times features are more than 10 billion, a profile
      assigns only every second, third, ... of its rows, so that ``n_then`` is less than its number of rows.)

    A model is nearer to the rows that it was fitted to than to others: with few rows in many clusters distances grow a
    little without any drift. The index sees shares only: a shift within clusters shows in the distances.

    The bounds 0.1 and 0.25 are customary, and rules of thumb; that of chance supposes that rows were drawn
    independently of each other.

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
    if isinstance(model_or_profile, Profile):
        means, noun = model_or_profile._means, model_or_profile.noun
        if means is None:
            raise ValueError(
                "drift needs a profile with a cluster, and with a feature that is a number and varies. "
                "Pass the fitted estimator instead."
            )
        clusters, then = model_or_profile.clusters, means.then
        now = means.assign(_read_again(model_or_profile, X_new))
        labels = clusters[now.labels]
    else:
        noun = "rows"
        clusters, then, now = _drift.by_model(model_or_profile, X_new)
        labels = now.labels
    n_then, n_now = int(then.sizes.sum()) + then.n_noise, len(labels)
    index, by_chance = _drift.stability_index(np.append(then.sizes, then.n_noise), np.append(now.sizes, now.n_noise))
    reading = "chance" if index <= by_chance else next(word for word, bound in _READINGS if index < bound)
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
        reading=reading,
        noun=noun,
    )


def _read_again(known: Profile, X_new: ArrayLike) -> NDArray:
    """The features of a profile that are numbers, of further rows; of a table by name, else by place."""
    names = column_names(X_new)
    if names is not None:
        if absent := [name for name in known.feature_names if name not in set(names)]:
            raise ValueError(f"X_new has no column {absent[0]!r}, which the profile was made from.")
        features = _features.read(X_new, None, [name for name in names if name not in known.feature_names], "drift")
    else:
        all_names = known._all_names
        features = _features.read(X_new, None, None, "drift")
        if len(features.all_names) == len(all_names):
            categorical = [name for name in all_names if name not in known.feature_names]
            features = _features.read(X_new, all_names, categorical, "drift")
        elif len(features.all_names) == len(known.feature_names):
            features = _features.read(X_new, known.feature_names, None, "drift")
        else:
            raise ValueError(
                f"X_new has {len(features.all_names)} columns, but the profile was made from {len(all_names)}."
            )
    place = {name: j for j, name in enumerate(features.names)}
    if absent := [name for name in known.feature_names if name not in place]:
        raise ValueError(f"Column {absent[0]!r} of X_new does not hold numbers, as it did in the profile.")
    return features.numbers[:, [place[name] for name in known.feature_names]]
