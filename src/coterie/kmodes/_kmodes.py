# SPDX-License-Identifier: BSD-3-Clause
"""`KModes`: all columns are categories."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

import numpy as np

from .._base.tables.mixed import TableCode, read_columns
from ._clusterer import PrototypeClusterer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


class KModes(PrototypeClusterer):
    """k-modes clustering of categories: rows go to the prototype from which they differ in the fewest columns.

    A prototype has the most frequent category of its rows in each column. Rows go to their nearest prototypes and
    prototypes to the modes of their rows in turn, until no label changes, the cost no longer falls, or `max_iter` is
    reached. Parameters and attributes are those of ``kmodes.kmodes.KModes``.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and prototypes, at least 1 and at most the number of rows.

    max_iter : int, default=100
        Maximum number of iterations of one run.

    init : {'Cao', 'Huang', 'random'} or array-like of shape (n_clusters, n_features), default='Cao'
        Where the prototypes start:

        - 'Cao': the row with the most frequent categories, then rows with frequent categories that differ from all
          prototypes so far, the lowest row on a tie. It draws nothing: there is one run.
        - 'Huang': for each prototype the categories are drawn by their frequency, and the row most like them is taken.
        - 'random': rows drawn with probability proportional to their weights.
        - an array or table: the prototypes themselves, as values of the data.

    n_init : int, default=10
        Number of runs with different starts; the one with the lowest cost is kept. One where `init` is 'Cao' or given.

    verbose : int, default=0
        Print the result of each run.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for 'Huang' and 'random'. With an int, each fit gives the same result. None uses numpy's
        global state.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centroids_ : ndarray of shape (n_clusters, n_features)
        The prototypes, as values of the data: an array of numbers if all categories are numbers, else of objects.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest prototype of each row: the same as ``predict(X)``.

    cost_ : float
        Number of values that differ from the prototype of their row, times the weights of the rows.

    n_iter_ : int
        Number of iterations of the best run.

    epoch_costs_ : ndarray of shape (n_iterations + 1,), float64
        Its cost at the start and after each iteration.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KPrototypes : For tables that have numbers, too.

    Notes
    -----
    One iteration takes O(n_samples * n_clusters * n_features) time. Memory beyond the data is
    O(n_samples * n_features), one byte for a value of a column of up to 254 categories.

    A missing value adds nothing to the distance from any prototype, and modes are taken of the values that are known.
    Where no row of a cluster has a value in a column, its prototype keeps the one it had. Where a start takes a row
    with missing values, it takes the most frequent category of the column for them. A row in which all is missing is
    equally near to all prototypes, and goes to cluster 0.

    If prototypes are equally near, the one with the lowest index is taken; if categories are equally frequent, the
    first in ascending order (of an ordered categorical, the lowest). On one machine, the results are the same bits for
    any number of threads. A cluster that loses all its rows gets the row that is farthest from its prototype, the
    lowest on a tie.

    References
    ----------
    .. [1] Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical values", Data
       Mining and Knowledge Discovery 2 (1998) 283-304. :doi:`10.1023/A:1009769707641`
    .. [2] F. Cao, J. Liang and L. Bai, "A new initialization method for categorical data clustering", Expert Systems
       with Applications 36 (2009) 10223-10228. :doi:`10.1016/j.eswa.2009.01.060`

    Examples
    --------
    >>> from coterie import KModes
    >>> answers = [["tea", "yes"], ["tea", "no"], ["tea", "yes"], ["milk", "no"], ["milk", "no"]]
    >>> model = KModes(n_clusters=2).fit(answers)
    >>> model.labels_
    array([1, 0, 1, 0, 0], dtype=int32)
    >>> model.cluster_centroids_
    array([['milk', 'no'],
           ['tea', 'yes']], dtype=object)
    >>> model.predict([["milk", "yes"], ["milk", None]])
    array([0, 0], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _metadata = {"fit": ("sample_weight", "callback")}
    _stage = "k-modes"

    def __init__(
        self,
        n_clusters: int = 8,
        max_iter: int = 100,
        *,
        init: str | ArrayLike = "Cao",
        n_init: int = 10,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.max_iter = max_iter
        self.init = init
        self.n_init = n_init
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Find the prototypes.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            Text, numbers, bool, dates and categoricals, of which only equal values count as near; not modified. None
            and NaN are missing values.

        y : object, default=None
            Ignored; kept for API compatibility.

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
            A parameter is out of range, there are fewer rows than clusters, the data are not a two-dimensional table
            with at least one column, a column has no value that is known, or `init` has a value that the data do not
            have.
        TypeError
            The data are sparse or not in memory.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ConvergenceWarning
            Fewer distinct clusters were found than `n_clusters`, for example because there are fewer distinct rows.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        columns = read_columns(X, owner=type(self).__name__)
        code = TableCode.fit(columns, self._categories(columns))
        _, fitted = self._fit_rows(columns, code, 1.0, sample_weight, callback)
        self._become(**fitted)
        return self

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> NDArray[np.int32]:
        """Find the prototypes and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        return self.fit(X, y, sample_weight, callback=callback).labels_

    def _check_relations(self) -> None:
        super()._check_relations()
        if not all(self._code.is_category):
            raise ValueError("_code of KModes should have categories only")
