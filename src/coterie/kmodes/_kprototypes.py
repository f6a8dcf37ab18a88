# SPDX-License-Identifier: BSD-3-Clause
"""`KPrototypes`: numbers and categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base.containers import reading
from .._base.estimator import UNCHANGED
from .._base.parameters import ARRAY_LIKE, NONE, Rule, as_float, integer, is_array_like, is_integer, real
from .._base.tables.kinds import compared_as_categories, kinds_of, of_little_use
from .._base.tables.mixed import Columns, TableCode, read_columns
from .._base.warnings import warn
from .._base.wording import shown
from ._clusterer import PrototypeClusterer
from ._scales import warn_of_scales

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    _Categorical = int | str | Sequence[int | str] | NDArray[Any] | None


class KPrototypes(PrototypeClusterer):
    """k-prototypes clustering of tables with numbers and categories.

    The distance of a row from a prototype is the sum of the squared differences of their numbers, and `gamma` for each
    category that differs. A prototype has the means and the most frequent categories of its rows. Rows go to their
    nearest prototypes and prototypes to the means and modes of their rows in turn, until no label changes, the cost no
    longer falls, or `max_iter` is reached. Parameters and attributes are those of
    ``kmodes.kprototypes.KPrototypes``.

    Numbers are not scaled. A column with large numbers outweighs the others, and columns of numbers with large standard
    deviations outweigh the categories, also with the default of `gamma`: scale them first, for example by
    `coterie.scaling.Scaler`. `fit` warns where one column or all numbers together make up nearly all of the distance.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and prototypes, at least 1 and at most the number of rows.

    max_iter : int, default=100
        Maximum number of iterations of one run.

    init : {'Cao', 'Huang', 'random'} or array-like of shape (n_clusters, n_features), default='Cao'
        Where the prototypes start. All are rows of the data:

        - 'Cao': a row with the most frequent categories, then rows drawn with probability proportional to the
          frequency of their categories times their distance from the nearest prototype so far; of
          2 + log(n_clusters) draws, the one that leaves the lowest cost is taken. Where all columns are categories,
          the largest product is taken and nothing is drawn: there is one run.
        - 'Huang': for each prototype categories are drawn by their frequency. Of the rows most like them, one is drawn
          with probability proportional to its distance from the nearest prototype so far.
        - 'random': rows drawn with probability proportional to their weights.
        - an array or table: the prototypes themselves, as values of the data in the order of its columns.

    n_init : int, default=10
        Number of runs with different starts; the one with the lowest cost is kept. One where `init` is given.

    gamma : float, default=None
        What a category that differs adds to the distance, at least 0. None means half the mean of the standard
        deviations of the columns of numbers, or 1 if no number varies.

    categorical : int, str or sequence of these, default=None
        The columns that are categories, by number or by name; all others are numbers. None takes those that
        `coterie.column_kinds` calls 'category', 'binary' or 'text', and all other columns of text. `fit` takes it, too.

    verbose : int, default=0
        Print the result of each run.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the starts. With an int, each fit gives the same result. None uses numpy's global
        state.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centroids_ : ndarray of shape (n_clusters, n_features), object
        The prototypes, as values of the data in the order of its columns. Dates are days since 1970-01-01, and values
        of an ordered categorical are ranks from 0. An array of numbers if all values are numbers.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest prototype of each row: the same as ``predict(X)``.

    cost_ : float
        Sum of the distances of the rows from their prototypes, times their weights. It is infinite or 0 if float64
        cannot hold the sum.

    n_iter_ : int
        Number of iterations of the best run.

    epoch_costs_ : ndarray of shape (n_iterations + 1,), float64
        Its cost at the start and after each iteration.

    gamma_ : float
        What a category that differs adds to the distance.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KModes : For tables of categories only.
    KMeans : For tables of numbers only, where it finds the same kind of clusters faster.

    Notes
    -----
    One iteration takes O(n_samples * n_clusters * n_features) time. Memory beyond the data is
    O(n_samples * n_features).

    A missing value adds nothing to the distance from any prototype, and means and modes are taken of the values that
    are known. Where no row of a cluster has a value in a column, its prototype keeps the one it had. Where a start
    takes a row with missing values, it takes the mean or the most frequent category of the column for them. A row in
    which all is missing is equally near to all prototypes, and goes to cluster 0. Distances are not scaled up for what
    is missing: that would not change which prototype is nearest, but the cost might rise from one iteration to the
    next.

    If prototypes are equally near, the one with the lowest index is taken; if categories are equally frequent, the
    first in ascending order. On one machine, the results are the same bits for any number of threads. A cluster that
    loses all its rows gets the row that is farthest from its prototype, the lowest on a tie. If `max_iter` ended the
    run, the prototypes are not exactly the means and modes of their rows; `labels_` always belongs to them.

    If squares would overflow or vanish, the numbers are first divided by a power of two, which is exact. Those that are
    1e120 times as small as the largest, or as the root of `gamma`, may count as 0.

    References
    ----------
    .. [1] Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical values", Data
       Mining and Knowledge Discovery 2 (1998) 283-304. :doi:`10.1023/A:1009769707641`
    .. [2] F. Cao, J. Liang and L. Bai, "A new initialization method for categorical data clustering", Expert Systems
       with Applications 36 (2009) 10223-10228. :doi:`10.1016/j.eswa.2009.01.060`

    Examples
    --------
    >>> from coterie import KPrototypes
    >>> visits = [[1.0, "bread"], [1.5, "bread"], [4.5, "cake"], [4.0, "cake"], [1.25, "cake"]]
    >>> model = KPrototypes(n_clusters=2, gamma=2.0, random_state=0).fit(visits)
    >>> model.labels_
    array([1, 1, 0, 0, 1], dtype=int32)
    >>> model.cluster_centroids_
    array([[4.25, 'cake'],
           [1.25, 'bread']], dtype=object)
    >>> model.predict([[4.0, None], [None, "bread"]])
    array([0, 1], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        **PrototypeClusterer._rules,
        "gamma": (real(0), NONE),
        "categorical": (integer(0), Rule("a str", lambda value: isinstance(value, str)), ARRAY_LIKE, NONE),
    }
    _metadata = {"fit": ("categorical", "sample_weight", "callback"), "predict": ("categorical",)}
    _state = {**PrototypeClusterer._state, "gamma_": (real(0),)}
    _stage = "k-prototypes"

    gamma_: float

    def __init__(
        self,
        n_clusters: int = 8,
        max_iter: int = 100,
        *,
        init: str | ArrayLike = "Cao",
        n_init: int = 10,
        gamma: float | None = None,
        categorical: _Categorical = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.max_iter = max_iter
        self.init = init
        self.n_init = n_init
        self.gamma = gamma
        self.categorical = categorical
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        categorical: _Categorical = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Find the prototypes.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            Numbers, text, bool, dates (as days) and categoricals; not modified. None and NaN are missing values.

        y : object, default=None
            Ignored; kept for API compatibility.

        categorical : int, str or sequence of these, default=None
            In place of the parameter of that name.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, not all zero. None counts each row once.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range, `categorical` names a column that does not exist or leaves out one of text,
            there are fewer rows than clusters, the data are not a two-dimensional table with at least one column, a
            column has no value that is known, or `init` has a category that the data do not have. Or the numbers in the
            data or the weights are too far apart for float64.
        TypeError
            The data are sparse or not in memory.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ConvergenceWarning
            Fewer distinct clusters were found than `n_clusters`, for example because there are fewer distinct rows.
        UserWarning
            A column holds identifiers or free text, and `categorical` is not given.
        FeatureScaleWarning
            One feature, or all numbers or all categories together, make up 95% of the mean distance between rows or
            more.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        columns = read_columns(X, owner=type(self).__name__)
        if categorical is None and self.categorical is None:
            for sentence in of_little_use(columns, kinds_of(columns)).values():
                warn(f"{sentence}. Leave it out, or give 'categorical'.")
        is_category = self._categories(columns) if categorical is None else _find_categories(columns, categorical)
        code = TableCode.fit(columns, is_category)
        gamma = None if self.gamma is None else as_float(self.gamma)
        data, fitted = self._fit_rows(columns, code, gamma, sample_weight, callback)
        warn_of_scales(data, np.array(is_category), columns)
        self._become(gamma_=data.gamma, **fitted)
        return self

    def predict(self, X: ArrayLike, categorical: object = None) -> NDArray[np.int32]:
        """Return the index of the nearest prototype of each row.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

        categorical : object, default=None
            Ignored; kept for API compatibility. The columns that were categories for fit are categories.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            If prototypes are equally near, the lowest index.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.

        Warns
        -----
        UserWarning
            A category was not seen by fit. It counts as different from that of every prototype.
        """
        return super().predict(X)

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self,
        X: ArrayLike,
        y: object = None,
        categorical: _Categorical = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> NDArray[np.int32]:
        """Find the prototypes and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        return self.fit(X, y, categorical, sample_weight, callback=callback).labels_

    def set_fit_request(
        self,
        *,
        categorical: bool | str | None = UNCHANGED,
        sample_weight: bool | str | None = UNCHANGED,
        callback: bool | str | None = UNCHANGED,
    ) -> Self:
        """Say whether scikit-learn's metadata routing passes these arguments to `fit`.

        Parameters
        ----------
        categorical, sample_weight, callback : bool, str or None
            True passes it, False does not pass it, None raises an error if it is given, and a str is the name under
            which it is given.

        Returns
        -------
        self
        """
        return self._set_request("fit", categorical=categorical, sample_weight=sample_weight, callback=callback)

    def set_predict_request(self, *, categorical: bool | str | None = UNCHANGED) -> Self:
        """Say whether scikit-learn's metadata routing passes `categorical` to `predict`; see `set_fit_request`.

        Parameters
        ----------
        categorical : bool, str or None
            As in `set_fit_request`.

        Returns
        -------
        self
        """
        return self._set_request("predict", categorical=categorical)

    def _for_codes(self, X: ArrayLike, owner: str) -> tuple[Self, NDArray[np.float64]]:
        is_category = self._categories(read_columns(X, owner=owner))
        _, array = super()._for_codes(X, owner)
        return self.set_params(categorical=np.flatnonzero(is_category).tolist()), array

    def _categories(self, columns: Columns) -> list[bool]:
        if self.categorical is None:
            return compared_as_categories(columns, kinds_of(columns))
        return _find_categories(columns, self.categorical)

    def _gamma(self) -> float:
        return self.gamma_


def _find_categories(columns: Columns, categorical: _Categorical) -> list[bool]:
    names = [] if columns.names is None else columns.names.tolist()
    found = [False] * len(columns.arrays)
    chosen: list[Any]
    if isinstance(categorical, str) or is_integer(categorical):
        chosen = [categorical]
    elif is_array_like(categorical):
        with reading("categorical"):
            chosen = list(categorical)  # type: ignore[arg-type]  # which may be anything that has a length
    else:
        raise ValueError(f"'categorical' must be a list of names or numbers of columns. Got {shown(categorical)}.")
    for each in chosen:
        if isinstance(each, str) and each in names:
            found[names.index(each)] = True
        elif is_integer(each) and 0 <= each < len(found):
            found[int(each)] = True
        else:
            raise ValueError(f"'categorical' must hold names or numbers of columns of X. Got {shown(each)}.")
    return found
