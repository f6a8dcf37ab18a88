# SPDX-License-Identifier: BSD-3-Clause
"""What `KModes` and `KPrototypes` have in common: tables in, restarts, prototypes in the units of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_weights
from .._base.clusterer import InductiveClusterer, WeightedClusterer
from .._base.estimator import Estimator
from .._base.parameters import (
    ARRAY_LIKE,
    BOOL,
    N_JOBS,
    RANDOM_STATE,
    Rule,
    check_n_clusters,
    integer,
    is_array_like,
    number,
)
from .._base.random_state import as_random_state
from .._base.state import Array
from .._base.tables.columns import check_column_names, check_n_features
from .._base.tables.mixed import Columns, TableCode, read_columns
from .._base.warnings import warn, warn_of_few_clusters
from .._base.wording import count, shortlist, shown
from .._runtime import progress, threads
from ..distances import as_metric
from ._data import Data, prepare
from ._iterations import Run, iterate
from ._rows import join, nearest_prototypes, split
from ._starts import starting_prototypes

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_INITS = {each.lower(): each for each in ("Cao", "Huang", "random")}


class PrototypeClusterer(WeightedClusterer, InductiveClusterer):
    """Clusters around prototypes. A subclass says which columns are categories, and how much they count."""

    _rules = {
        "n_clusters": (integer(1),),
        "max_iter": (integer(1),),
        "init": (
            Rule(
                "a str among {'Cao', 'Huang', 'random'}",
                lambda value: isinstance(value, str) and value.lower() in _INITS,
            ),
            ARRAY_LIKE,
        ),
        "n_init": (integer(1),),
        "verbose": (integer(0), *BOOL),
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }
    _state = {
        **Estimator._state,
        "_n_clusters": (integer(1),),
        "_n_epochs": (integer(1),),
        "_prototypes": (Array((np.float64,), ("_n_clusters", "n_features_in_")),),
        "_code": (Rule("a code of a table", lambda value: isinstance(value, TableCode)),),
        "labels_": (Array((np.int32,), ("n_samples",), low=0, high="_n_clusters"),),
        "cost_": (number(0),),
        "n_iter_": (integer(1),),
        "epoch_costs_": (Array((np.float64,), ("_n_epochs",), low=0, finite=False),),
    }
    _stage = ""  # what progress is called
    _fit_metric = as_metric("euclidean")

    n_clusters: int
    max_iter: int
    init: str | ArrayLike
    n_init: int
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None
    n_jobs: int | None

    labels_: NDArray[np.int32]
    cost_: float
    n_iter_: int
    epoch_costs_: NDArray[np.float64]
    _prototypes: NDArray[np.float64]
    _code: TableCode

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the index of the nearest prototype of each row.

        Parameters
        ----------
        X : array-like or table of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

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
        return self._assign(self._read_more(X))

    @property
    def cluster_centroids_(self) -> NDArray[Any]:
        """The prototypes as values of the data: an array of numbers if all are numbers, else of objects."""
        self._check_is_fitted()
        values = self._code.decode(self._prototypes)
        types = set(map(type, values.flat))
        return np.array(values.tolist()) if types <= {int, float} or types == {bool} else values

    def _stand_for_clusters(self) -> NDArray[Any]:
        return self.cluster_centroids_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = tags.input_tags.categorical = tags.input_tags.string = True
        return tags

    # --- for sweeps

    def _for_codes(self, X: ArrayLike, owner: str) -> tuple[Self, NDArray[np.float64]]:
        """The estimator, and the data as a matrix of numbers, in which categories are their places.

        A fit of this estimator to rows of the matrix is a fit to these rows of the data.
        """
        columns = read_columns(X, owner=owner)
        code = TableCode.fit(columns, self._categories(columns))
        if not isinstance(self.init, str):
            self.init = self._read_init(code, len(columns.arrays))
        return self, code.encode(columns)

    def _categories(self, columns: Columns) -> list[bool]:
        """For each column whether it is one of categories."""
        return [True] * len(columns.arrays)

    # --- for subclasses

    def _fit_rows(
        self,
        columns: Columns,
        code: TableCode,
        gamma: float | None,
        sample_weight: ArrayLike | None,
        callback: Callable[[str, int, int], object] | None,
    ) -> tuple[Data, dict[str, Any]]:
        """Find the prototypes of checked columns: the rows as the kernels have them, and what `_become` takes."""
        X = code.encode(columns)
        check_n_clusters(len(X), self.n_clusters)
        weight, weight_exponent = power_of_two.balanced(as_weights(sample_weight, len(X)))
        _check_known(X, columns, weight)
        given = None if isinstance(self.init, str) else self._read_init(code, X.shape[1])
        random_state = as_random_state(self.random_state)

        with progress.reported_to(callback):
            data = prepare(X, code, weight, gamma, threads.resolve_n_jobs(self.n_jobs))
            exponent = data.rows.exponent
            best: Run | None = None
            for i in range(1 if given is not None or self._starts_alike(code) else self.n_init):
                start = (
                    split(given, code, exponent)
                    if given is not None
                    else starting_prototypes(data, self.n_clusters, _INITS[str(self.init).lower()], random_state)
                )
                run = iterate(data, start, self.max_iter, self._stage)
                if self.verbose:
                    cost = power_of_two.times(run.costs[-1], 2 * exponent + weight_exponent)
                    print(f"Run {i + 1}: {count(len(run.costs) - 1, 'iteration')}, cost {cost:.6g}")
                if best is None or run.costs[-1] < best.costs[-1]:
                    best = run
        assert best is not None  # n_init is at least 1

        warn_of_few_clusters(len(np.unique(best.labels)), self.n_clusters)
        costs = power_of_two.multiplied(np.array(best.costs), 2 * exponent + weight_exponent)
        fitted = {
            "_n_clusters": self.n_clusters,
            "_n_epochs": len(costs),
            "_prototypes": join(best.prototypes, code, exponent),
            "_code": code,
            "labels_": best.labels,
            "cost_": float(costs[-1]),
            "n_iter_": len(costs) - 1,
            "epoch_costs_": costs,
            "n_features_in_": X.shape[1],
        }
        if columns.names is not None:
            fitted["feature_names_in_"] = columns.names
        return data, fitted

    def _starts_alike(self, code: TableCode) -> bool:
        """Whether every run would start from the same prototypes."""
        return isinstance(self.init, str) and self.init.lower() == "cao" and all(code.is_category)

    def _read_more(self, X: ArrayLike, **options: Any) -> NDArray[np.float64]:
        self._check_is_fitted()
        owner = type(self).__name__
        columns = read_columns(X, owner=owner)
        check_column_names(columns.names, self.__dict__.get("feature_names_in_"), owner)
        check_n_features(len(columns.arrays), self.n_features_in_, owner)
        encoded = self._code.encode(columns)
        unseen = {
            j: self._code.unseen(columns, j)
            for j in np.flatnonzero(self._code.is_category).tolist()
            if (encoded[:, j] < 0).any()
        }
        if unseen:
            found = [
                f"{shown(values[0])}{f' and {len(values) - 1:,} more' if len(values) > 1 else ''} in {columns.label(j)}"
                for j, values in unseen.items()
            ]
            warn(
                f"X holds categories that {owner}.fit did not see: {shortlist(found, 5)}. They count as different from "
                "those of every prototype."
            )
        return encoded

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        return self._nearest(X)[0]

    def _distances_to_own(self, X: NDArray[Any]) -> NDArray[np.float64]:
        return np.sqrt(self._nearest(X)[1])

    def _nearest(self, X: NDArray[Any]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        return nearest_prototypes(X, self._prototypes, self._code, self._gamma(), n_threads)

    def _gamma(self) -> float:
        """What a different category counts."""
        return 1.0

    def _read_init(self, code: TableCode, n_features: int) -> NDArray[np.float64]:
        """Given prototypes as encoded rows."""
        assert is_array_like(self.init)
        columns = read_columns(self.init, "init")
        shape = (len(columns.arrays[0]), len(columns.arrays))
        if shape != (self.n_clusters, n_features):
            raise ValueError(
                f"The 'init' parameter of {type(self).__name__} must have the shape (n_clusters, n_features), which is "
                f"{(self.n_clusters, n_features)}. Got {shape} instead."
            )
        points = code.encode(columns)
        for j, is_category in enumerate(code.is_category):
            if np.isnan(points[:, j]).any():
                raise ValueError(f"The {columns.label(j)} of init has a missing value: prototypes have none.")
            if is_category and (unseen := code.unseen(columns, j)):
                raise ValueError(f"The {columns.label(j)} of init holds {shown(unseen[0])}, which is not in X.")
        return points

    def _check_relations(self) -> None:
        check_n_clusters(len(self.labels_), self._prototypes.shape[0])
        if len(self._code.categories) != self.n_features_in_:
            raise ValueError(f"_code should have {self.n_features_in_} columns")
        if len(self.epoch_costs_) != self.n_iter_ + 1 or not self.epoch_costs_[-1] == self.cost_:
            raise ValueError("epoch_costs_ should have a cost for the start and each iteration, the last one is cost_")
        for j, (values, own) in enumerate(zip(self._code.categories, self._code.is_category, strict=True)):
            places = self._prototypes[:, j]
            if own and not np.isin(places, np.arange(len(values or ()))).all():
                raise ValueError("_prototypes should have places of categories")


def _check_known(X: NDArray[np.float64], columns: Columns, weight: NDArray[np.float64] | None) -> None:
    """Raise ValueError for a column that says nothing."""
    for j in range(X.shape[1]):
        known = ~np.isnan(X[:, j])
        if not known.any():
            raise ValueError(f"The {columns.label(j)} has no value that is known. Leave it out.")
        if weight is not None and not known[weight > 0].any():
            raise ValueError(f"The {columns.label(j)} has no value that is known in a row of a weight above 0.")
