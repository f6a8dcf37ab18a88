# SPDX-License-Identifier: BSD-3-Clause
"""What clusters are, in numbers and words (`profile`), and whether new rows fall into them as before (`drift`)."""
from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _describing, _features, _wording
from ._grouping import Groups
from ._validation import Rule, as_labels, check_parameters, integer

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Category", "Noise", "Profile", "profile"]

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


@dataclasses.dataclass(frozen=True, eq=False)
class Profile:
    """What `profile` found. As text (``print``) it is a table and the sentences.

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
    _said: _wording.Facts = dataclasses.field(repr=False)

    @functools.cached_property
    def sentences(self) -> list[str]:
        """A sentence for each cluster, and one for the noise if there is any."""
        return _wording.sentences(self._said)

    def table(self, width: int = 100) -> str:
        """Lay out sizes, medians and shares as text, features in rows and clusters in columns.

        Parameters
        ----------
        width : int, default=100
            Most characters in a line, at least 40. Clusters that do not fit go into further blocks.

        Returns
        -------
        str
        """
        check_parameters("table", {"width": (integer(40),)}, {"width": width})
        return _wording.table(self._said, int(width))

    def __str__(self) -> str:
        return "\n".join([self.table(), "", *self.sentences])

    def rows(self) -> list[dict[str, Any]]:
        """One dict for each cluster and feature, and for each cluster, category and value of it.

        Returns
        -------
        list of dict
            All have the same keys: cluster, size, share, feature, missing; then mean, median, spread, lower_quartile,
            upper_quartile, difference and effect_size of a number; value, value_share and lift (this share over that
            of all rows) of a category. What does not apply is None.
        """
        found = []
        for i, cluster in enumerate(self.clusters.tolist()):
            start = {"cluster": cluster, "size": int(self.sizes[i]), "share": float(self.shares[i])}
            for j, name in enumerate(self.feature_names):
                arrays = {"mean": self.means, "median": self.medians, "spread": self.spreads,
                          "lower_quartile": self.quartiles[0], "upper_quartile": self.quartiles[1],
                          "difference": self.differences, "effect_size": self.effect_sizes}
                found.append(start | {"feature": name, "missing": int(self.missing[name][i])}
                             | {key: float(array[i, j]) for key, array in arrays.items()}
                             | {"value": None, "value_share": None, "lift": None})
            for name, (values, shares, overall) in self.categories.items():
                nothing = dict.fromkeys(("mean", "median", "spread", "lower_quartile", "upper_quartile", "difference",
                                         "effect_size"))
                for value, share, of_all in zip(values, shares[i].tolist(), overall.tolist(), strict=True):
                    found.append(start | {"feature": name, "missing": int(self.missing[name][i])} | nothing
                                 | {"value": value, "value_share": share, "lift": share / of_all})
        return found

    def to_pandas(self) -> Any:
        """`rows` as a ``pandas.DataFrame``."""
        import pandas

        return pandas.DataFrame(self.rows())


def profile(X: ArrayLike, labels: ArrayLike, feature_names: Sequence[str] | None = None,
            categorical: Sequence[str | int] | None = None, noun: str = "rows") -> Profile:
    """Work out what sets each cluster apart, in the units of the data and in words.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        The data as they were measured: not scaled, and with columns, too, that the clusters were not made from. Values
        may be missing (NaN, None): they are left out, feature by feature, and counted. Columns of text, bool and
        categories are counted by value. Not modified.
    labels : array-like of shape (n_samples,)
        Cluster of each row, from any algorithm: whole numbers or text. Negative numbers are noise: in no cluster.
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
    count. The numbers in it are medians of the cluster and of all rows, or averages where it says so; "3.4 times the
    median" is the ratio of these medians. Numbers have three digits, or as many as it takes to tell the two apart.

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
    >>> found.sizes
    array([3, 3])
    """
    check_parameters("profile", {"noun": _NOUN}, {"noun": noun})
    features = _features.read(X, feature_names, categorical, "profile")
    n_rows = len(features.numbers)
    clusters, codes = _split_noise(*as_labels(labels, n_rows))
    k = len(clusters)
    groups = Groups(codes, k + bool((codes == k).any()))
    numbers = _describing.describe_numbers(features, groups)
    categories = [_describing.describe_category(each, groups) for each in features.categories]
    members = _describing.Members(features, groups, numbers, categories)
    facts = _wording.Facts(
        clusters=tuple(clusters.tolist()), sizes=groups.sizes, n_rows=n_rows, noun=noun.strip(), names=features.names,
        numbers=numbers, categories=tuple(categories))
    inner = slice(k)
    missing = {name: (groups.sizes - numbers.counts[:, j])[inner] for j, name in enumerate(features.names)}
    missing |= {each.name: (groups.sizes - each.counts)[inner] for each in categories}
    return Profile(
        clusters=clusters, sizes=groups.sizes[inner], shares=groups.sizes[inner] / n_rows,
        noise=Noise(int(groups.sizes[k:].sum()), float(groups.sizes[k:].sum() / n_rows)), n_rows=n_rows,
        noun=facts.noun, feature_names=features.names,
        means=numbers.means[inner], medians=numbers.medians[inner], spreads=numbers.spreads[inner],
        quartiles=numbers.quartiles[:, inner], overall_means=numbers.overall_means,
        overall_medians=numbers.overall_medians, overall_spreads=numbers.overall_spreads,
        overall_quartiles=numbers.overall_quartiles, differences=numbers.differences[inner],
        effect_sizes=numbers.effect_sizes[inner], distinctness=numbers.distinctness[inner],
        ratio_features=numbers.is_ratio,
        missing={name: missing[name] for name in features.all_names if name in missing},
        categories={each.name: Category(each.values, each.shares[inner], each.overall) for each in categories},
        typical=members.nearest()[inner], extreme=members.farthest()[inner], left_out=features.left_out, _said=facts)


def _split_noise(values: NDArray, codes: NDArray[np.int64]) -> tuple[NDArray, NDArray[np.int64]]:
    """The labels that are clusters, and which of them each row has; noise comes after the last."""
    if values.dtype.kind == "f" and (values == np.floor(values)).all() and (np.abs(values) < 2**53).all():
        values = values.astype(np.int64)
    n_noise = int(np.count_nonzero(values < 0)) if values.dtype.kind in "if" else 0
    if n_noise:
        codes = codes - n_noise
        codes[codes < 0] = len(values) - n_noise
    return values[n_noise:], codes
