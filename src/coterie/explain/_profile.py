# SPDX-License-Identifier: BSD-3-Clause
"""What sets each cluster apart, in numbers and words."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.labels import as_labels
from .._base.layout import wrap
from .._base.lazy import lazy_property
from .._base.notebook import Card, InNotebooks
from .._base.parameters import Rule, check_parameters, integer
from .._runtime import threads
from . import _cards, _features, _sentences, _tables
from ._facts import Facts
from ._groups import Groups
from ._occupation import NearestMeans, keep_means
from ._statistics import Members, describe_category, describe_numbers
from ._words import describe_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds
    from .._base.typing import ArrayLike

_NOUN = (Rule("a str that is not empty", lambda value: isinstance(value, str) and bool(value.strip())),)


class Noise(NamedTuple):
    """Number and share of the rows that are in no cluster."""

    size: int
    share: float


class Category(NamedTuple):
    """How often each value of a feature occurs.

    Attributes
    ----------
    values : tuple
        The possible values, in ascending order.
    shares : ndarray of shape (n_clusters, n_values), float64
        Share of each value among the rows of the cluster that have a value; NaN if no row has one.
    overall : ndarray of shape (n_values,), float64
        Share of each value among all rows that have a value.
    """

    values: tuple[Any, ...]
    shares: NDArray[np.float64]
    overall: NDArray[np.float64]


for _each in (Noise, Category):
    _each.__module__ = "coterie.explain"  # where users and pickles find them


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Profile(InNotebooks):
    """The result of `profile`. ``print`` shows a table and the sentences; at most the 40 largest clusters.

    Arrays have one row for each cluster, in the order of `clusters`, and one column for each feature, in the order of
    `feature_names`. Numbers are in the units of the data. All arrays except counts are float64.

    Attributes
    ----------
    clusters : ndarray of shape (n_clusters,)
        The labels in ascending order, without negative ones, which are noise.
    sizes : ndarray of shape (n_clusters,), int64
        Number of rows.
    shares : ndarray of shape (n_clusters,)
        Share of all rows, from 0 to 1.
    noise : Noise
        ``size`` and ``share`` of the rows that are in no cluster. "All rows" always includes them.
    n_rows : int
        Number of all rows.
    noun : str
        What the rows are called in the sentences.
    feature_names : tuple of str
        The numeric features.
    means, medians, spreads : ndarray of shape (n_clusters, n_features)
        Spread is the standard deviation (the root of the mean squared deviation). NaN if all values are missing.
    quartiles : ndarray of shape (2, n_clusters, n_features)
        The lower quartiles and the upper ones.
    overall_means, overall_medians, overall_spreads : ndarray of shape (n_features,)
        The same for all rows.
    overall_quartiles : ndarray of shape (2, n_features)
        The same for all rows.
    differences : ndarray of shape (n_clusters, n_features)
        The mean of the cluster minus that of all rows, in standard deviations of all rows. 0 for a constant feature.
    effect_sizes : ndarray of shape (n_clusters, n_features)
        Cohen's d: the mean of the cluster minus that of all the other rows, in their pooled standard deviation. 0 if
        there are no other rows or the means are equal; infinite if neither the cluster nor the others vary.
    distinctness : ndarray of shape (n_clusters, n_features)
        The numbers that the sentences use: `effect_sizes`, but computed from logarithms for the features in
        `ratio_features`.
    ratio_features : ndarray of shape (n_features,), bool
        Features that are compared by ratios: they are never negative, and the upper quartile is at least twice the
        lower one. A tenth of the median of all rows is added before taking logarithms, because values may be 0.
    missing : dict of str to ndarray of shape (n_clusters,), int64
        Number of rows without a value, for each feature or category.
    categories : dict of str to Category
        The features that are not numeric: ``values, shares, overall``.
    typical, extreme : tuple of ndarray of int64
        For each cluster, up to three rows (indices from 0) that are nearest to its mean, and farthest from it.
    words : dict of str to Category
        The columns in `left_out` that tell clusters apart: words, or values where these are there twice on average,
        that are much more frequent in some cluster than elsewhere. The most telling ones come first: up to 20, and the
        first of each cluster.
    left_out : tuple of str
        Columns of dates, and of text that has too many values for categories, such as names.
    """

    __module__ = "coterie.explain"  # where users and pickles find it

    clusters: NDArray[Any]
    noise: Noise
    missing: dict[str, NDArray[np.int64]]
    categories: dict[str, Category]
    words: dict[str, Category]
    typical: tuple[NDArray[np.int64], ...]
    extreme: tuple[NDArray[np.int64], ...]
    left_out: tuple[str, ...]
    _facts: Facts
    _means: NearestMeans | None
    _all_names: tuple[str, ...]

    # What `_facts` holds, of the clusters alone: noise comes after the last of them.

    @property
    def n_rows(self) -> int:
        return self._facts.n_rows

    @property
    def noun(self) -> str:
        return self._facts.noun

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self._facts.feature_names

    @property
    def sizes(self) -> NDArray[np.int64]:
        return self._facts.sizes[: len(self.clusters)]

    @property
    def shares(self) -> NDArray[np.float64]:
        return self.sizes / self.n_rows

    @property
    def means(self) -> NDArray[np.float64]:
        return self._facts.numbers.means[: len(self.clusters)]

    @property
    def medians(self) -> NDArray[np.float64]:
        return self._facts.numbers.medians[: len(self.clusters)]

    @property
    def spreads(self) -> NDArray[np.float64]:
        return self._facts.numbers.spreads[: len(self.clusters)]

    @property
    def quartiles(self) -> NDArray[np.float64]:
        return self._facts.numbers.quartiles[:, : len(self.clusters)]

    @property
    def overall_means(self) -> NDArray[np.float64]:
        return self._facts.numbers.overall_means

    @property
    def overall_medians(self) -> NDArray[np.float64]:
        return self._facts.numbers.overall_medians

    @property
    def overall_spreads(self) -> NDArray[np.float64]:
        return self._facts.numbers.overall_spreads

    @property
    def overall_quartiles(self) -> NDArray[np.float64]:
        return self._facts.numbers.overall_quartiles

    @property
    def differences(self) -> NDArray[np.float64]:
        return self._facts.numbers.differences[: len(self.clusters)]

    @property
    def effect_sizes(self) -> NDArray[np.float64]:
        return self._facts.numbers.effect_sizes[: len(self.clusters)]

    @property
    def distinctness(self) -> NDArray[np.float64]:
        return self._facts.numbers.distinctness[: len(self.clusters)]

    @property
    def ratio_features(self) -> NDArray[np.bool_]:
        return self._facts.numbers.is_ratio

    @lazy_property
    def sentences(self) -> list[str]:
        """A sentence for each cluster, and one for the noise if there is any."""
        return _sentences.sentences(self._facts, range(len(self._facts.sizes)))

    def table(self, width: int = 100) -> str:
        """Return sizes, medians and shares as text, with features in rows and clusters in columns.

        If there are more than 40 features, those with the largest differences between clusters are shown; if there are
        more than 40 clusters, the largest ones.

        Parameters
        ----------
        width : int, default=100
            Maximum number of characters in a line, at least 40. Clusters that do not fit go into further blocks.

        Returns
        -------
        str
        """
        check_parameters("table", {"width": (integer(40),)}, {"width": width})
        return _tables.table(self._facts, int(width))

    def __repr__(self) -> str:  # not its arrays, which would fill a screen
        return (
            f"<Profile of {self.n_rows:,} {self.noun} in {len(self.clusters):,} "
            f"cluster{'s' * (len(self.clusters) != 1)}; print() shows it>"
        )

    def _card(self) -> Card:
        return _cards.card_of_profile(self._facts)

    def __str__(self) -> str:
        sentences = _sentences.sentences(self._facts, _tables.shown(self._facts))
        return "\n".join([self.table(), "", *wrap(sentences, 100)])

    @lazy_property
    def rows(self) -> list[dict[str, Any]]:
        """Return one dict for each cluster and feature, and one for each cluster, category and value.

        All dicts have the same keys: cluster, size, share, feature and missing; mean, median, spread, lower_quartile,
        upper_quartile, difference and effect_size for a number; value, value_share and lift (its share divided by that
        of all rows) for a category. Keys that do not apply are None.
        """
        of_numbers = {
            "mean": self.means,
            "median": self.medians,
            "spread": self.spreads,
            "lower_quartile": self.quartiles[0],
            "upper_quartile": self.quartiles[1],
            "difference": self.differences,
            "effect_size": self.effect_sizes,
        }
        no_numbers, no_value = dict.fromkeys(of_numbers), dict.fromkeys(("value", "value_share", "lift"))
        clusters = zip(self.clusters.tolist(), self.sizes.tolist(), self.shares.tolist(), strict=True)
        found = []
        for i, (cluster, size, share) in enumerate(clusters):
            start = {"cluster": cluster, "size": size, "share": share}
            for j, name in enumerate(self.feature_names):
                numbers = {key: float(array[i, j]) for key, array in of_numbers.items()}
                found.append(start | {"feature": name, "missing": int(self.missing[name][i])} | numbers | no_value)
            for name, (values, shares, overall) in (self.categories | self.words).items():
                known = start | {"feature": name, "missing": int(self.missing[name][i])} | no_numbers
                for value, here, of_all in zip(values, shares[i].tolist(), overall.tolist(), strict=True):
                    found.append(known | {"value": value, "value_share": here, "lift": here / of_all})
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
    kinds: Kinds = None,
) -> Profile:
    """Describe what distinguishes each cluster, in the units of the data and in words.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
        The original data, not scaled; not modified. They may have columns that the clustering did not use. Missing
        values (NaN, None) are left out, feature by feature, and counted. Columns of text, bool and categories are
        counted by value.
    labels : array-like of shape (n_samples,)
        Cluster of each row, from any algorithm: whole numbers or text. Negative numbers and the text "-1" mean noise:
        rows in no cluster.
    feature_names : sequence of str, default=None
        Names of the columns. None means those of the table, or x0, x1, ...
    categorical : sequence of str or int, default=None
        Names or indices of columns of numbers that are codes of categories.
    noun : str, default="rows"
        What the rows are, in the plural, for the sentences: "customers".
    kinds : mapping from str or int to str, or sequence, default=None
        What columns are where their values mislead, as for `coterie.column_kinds`: ``{"zip": "category"}``.

    Returns
    -------
    Profile

    Raises
    ------
    ValueError
        `X` is not a table with rows and columns, or it has infinite numbers; there is not one label for each row or one
        name for each column; or a column in `categorical` or `kinds`, or a kind, does not exist.
    TypeError
        `X` is sparse.

    See Also
    --------
    drift : Compares new rows with a profile.
    coterie.plot.profile : Draws it.

    Notes
    -----
    A sentence names up to four features, the largest differences from the other rows first. Their effect
    (`Profile.distinctness`; for a category, that of its most distinctive value) is 0.5 or more, which is a medium
    effect by Cohen's rule. The numbers are medians of the cluster and of all rows, or averages if the sentence says so.
    They have three digits, or more if this is needed to see a difference.

    - "3.4 times the median" is the ratio of the two medians, for a feature in `Profile.ratio_features` and ratios of
      1.2 or more, or of 0.83 or less; for other features that are never negative of 2 or more, or of a half or less;
      "about a third" means within 5% of it.
    - "higher" or "lower": the medians or, if not, the means differ by at least 0.3 standard deviations of all rows.
    - "in 90%": the share of ones, for a feature that is 0 or 1. Sentences also give shares for numbers that
      `coterie.column_kinds` takes for codes of categories, for one of two values, or for up to five steps of a scale.
    - "with 'gift' in 23%": the share of rows whose text has this word, of three letters or more. Such words, and values
      of columns of text that are no categories, are named if five rows or more of the cluster have them, and if
      chance makes none of so many words so frequent in any cluster in 19 of 20 tables.
    - "mostly" is more than half of the cluster, "more often" less; "seldom" is less than a fifth, "less often" more.
    - "known for 16 of 184": this number of rows of the cluster has a value. The sentence says so if fewer than half of
      the rows have a value, and if "always", "never", "in 0%" or "in 100%" does not refer to all rows.

    The rows nearest to the mean have the smallest sum of squared differences, in standard deviations of all rows,
    averaged over the features that are not missing. A category adds the squared distance of its indicator columns from
    the shares in the cluster. On a tie, the row with the lower index comes first.

    `coterie.column_kinds` tells which columns of text are categories. Others, and dates, are left out, unless they are
    in `categorical`.

    Sums are computed in float64 from differences to the lowest value, so that no digits are lost for data far from
    zero. O(n log n) time for each feature. Besides the data, the memory is a float64 copy of them and a few columns.

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
    features = _features.read(X, feature_names, categorical, kinds, "profile")
    n_rows = len(features.numbers)
    clusters, codes = _split_noise(*as_labels(labels, n_rows))
    k = len(clusters)
    groups = Groups(codes, k + bool((codes == k).any()))
    numbers = describe_numbers(features, groups)
    categories = [describe_category(each, groups) for each in features.categories]
    members = Members(features, groups, numbers, categories)
    facts = Facts(
        clusters=tuple(clusters.tolist()),
        sizes=groups.sizes,
        n_rows=n_rows,
        noun=noun.strip(),
        feature_names=features.feature_names,
        numbers=numbers,
        categories=tuple(categories),
        codes={each.name: describe_category(each, groups) for each in features.codes},
        words=tuple(filter(None, (describe_words(each, groups) for each in features.texts))),
    )
    n_noise = int(groups.sizes[k:].sum())
    missing = {name: (groups.sizes - counts)[:k] for name, counts in facts.counts()}
    return Profile(
        clusters=clusters,
        noise=Noise(n_noise, n_noise / n_rows),
        missing={name: missing[name] for name in features.all_names if name in missing},
        categories={each.name: Category(each.values, each.shares[:k], each.overall) for each in categories},
        words={
            each.shares.name: Category(each.shares.values, each.shares.shares[:k], each.shares.overall)
            for each in facts.words
        },
        typical=members.nearest()[:k],
        extreme=members.farthest()[:k],
        left_out=features.left_out,
        _facts=facts,
        _means=keep_means(features.numbers, numbers, k, threads.get_num_threads()),
        _all_names=features.all_names,
    )


def _split_noise(values: NDArray[Any], codes: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The labels that are clusters, and which of them each row has; noise comes after the last."""
    if (
        values.dtype.kind == "f"
        and (values == np.floor(values)).all()
        and (np.abs(values.astype(np.float64)) < 2**53).all()
    ):
        values = values.astype(np.int64)
    if values.dtype.kind in "if":
        is_noise = values < 0
    else:
        is_noise = np.array([value == "-1" for value in values.tolist()], bool)
    number = np.cumsum(~is_noise) - 1
    number[is_noise] = len(values) - np.count_nonzero(is_noise)
    return values[~is_noise], number[codes]
