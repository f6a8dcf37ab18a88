# SPDX-License-Identifier: BSD-3-Clause
"""`SphericalKMeans`: k-means of directions, by cosines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from ..distances import as_metric
from ..distances._sparse import SparseRows
from ._clusterer import LloydClusterer
from ._data import Data
from ._steps import RowStep, Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ._starts import Init

_NUMBERS = 1 << 18  # of the rows that are brought to unit length at a time
_ORDINARY = 400  # exponents of numbers whose squares neither vanish nor overflow, up or down
_SMALL, _LARGE = 1e-280, 1e280  # squared lengths between which no square has vanished or overflowed
_NO_DIRECTION = 1e-12  # length of the mean of unit rows that cancel each other, up to rounding


class SphericalKMeans(LloydClusterer):
    """Spherical k-means: group rows by their direction, whatever their length, around `n_clusters` directions.

    Rows are brought to unit length. Each one goes to the center with the largest cosine, and each center to the
    direction of the sum of its rows, until no label changes, the centers move no more than `tol` allows, or `max_iter`
    is reached. This is for texts as TF-IDF rows, vectors of language models, and other rows that say how something is
    composed rather than how much of it there is.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    init : {'k-means||', 'k-means++', 'random'}, callable, array-like or fitted model, default='k-means||'
        Where the centers start, as for `KMeans`, with rows of unit length: k-means|| [3]_ and k-means++ draw a row with
        probability proportional to its weight times 1 - cosine with the nearest row drawn so far. Given centers may
        have any length but 0.

    n_init : 'auto' or int, default='auto'
        Number of runs with different starts; the one with the lowest inertia is kept. 'auto' means 10 for 'random' and
        a callable, and 1 for the others.

    max_iter : int, default=300
        Maximum number of iterations of one run.

    tol : float, default=1e-4
        A run ends when the sum of the squared moves of the centers is at most `tol` times the mean variance of the
        columns of unit rows. With 0, it ends when no label changes.

    verbose : int, default=0
        Print the progress of each run.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for all starts but given centers. With an int, each fit gives the same result. None uses
        numpy's global state.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The centers, of unit length: float32 if the data are float32, otherwise float64.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the center with the largest cosine: the same as ``predict(X)``.

    inertia_ : float
        What is minimized: the sum of 1 - cosine of the rows and their centers, times their weights.

    n_iter_ : int
        Number of iterations of the best run.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KMeans : The same with the Euclidean distance, where lengths count.
    AgglomerativeClustering : A tree, also by cosines.

    Notes
    -----
    A row of zeros has no direction. Its cosine with each center counts as 0, so all centers are equally near, and its
    label is 0. It adds its weight to `inertia_`, and has no part in where centers are.

    Between rows and centers of unit length 1 - cosine is half the squared distance. So this is k-means of unit rows
    with centers that are brought back to unit length, and time, ties and the independence of the number of threads are
    those of `KMeans`. A copy of the rows at unit length is made. Rows may have any length from 2**-1000 to 2**1000,
    also in the same data.

    Rows may be a sparse matrix, with ``tocsr``, or ``data``, ``indices`` and ``indptr``. They are never made dense: the
    copy at unit length is sparse, too, and the centers are dense, with a second copy in float32. A stored number takes
    a product with each center, but most rows are passed over once the centers hardly move.

    The sum of the rows of a cluster may be 0, as for two opposite rows. Then its center stays where it is. A cluster
    that loses all its rows gets the row that is farthest from its own center.

    References
    ----------
    .. [1] I. S. Dhillon and D. S. Modha, "Concept decompositions for large sparse text data using clustering", Machine
       Learning 42 (2001) 143-175. :doi:`10.1023/A:1007612920971`
    .. [2] K. Hornik, I. Feinerer, M. Kober and C. Buchta, "Spherical k-means clustering", Journal of Statistical
       Software 50 (2012) 10. :doi:`10.18637/jss.v050.i10`
    .. [3] B. Bahmani, B. Moseley, A. Vattani, R. Kumar and S. Vassilvitskii, "Scalable k-means++", Proceedings of the
       VLDB Endowment 5 (2012) 622-633. :doi:`10.14778/2180912.2180915`

    Examples
    --------
    >>> from coterie import SphericalKMeans
    >>> X = [[1.0, 0.0], [9.0, 1.0], [0.0, 2.0], [0.1, 5.0]]
    >>> model = SphericalKMeans(2, init=[[1, 0], [0, 1]]).fit(X)
    >>> model.labels_
    array([0, 0, 1, 1], dtype=int32)
    >>> model.cluster_centers_.round(2)
    array([[1.  , 0.06],
           [0.01, 1.  ]])
    >>> model.predict([[3000.0, 2000.0]])
    array([0], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _fit_metric = as_metric("cosine")
    _takes_sparse = True

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means||",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    def transform(self, X: ArrayLike) -> Any:
        """Return 1 - cosine of each row and each center.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            From 0 to 2; 1 for rows of zeros. float32 if the data are float32, otherwise float64. A table if
            `set_output` asks for one.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`.
        """
        return super().transform(X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows; a higher value means a better fit.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts.

        Returns
        -------
        float
            Minus the weighted sum of 1 - cosine of the rows and their centers.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, or if `fit` would not accept the weights.
        """
        return super().score(X, y, sample_weight)

    # --- rows have unit length from the start

    def _read(self, X: ArrayLike, **options: Any) -> tuple[NDArray[Any], dict[str, Any]]:
        rows, seen = super()._read(X, **options)
        return unit_rows(rows), seen

    def _read_more(self, X: ArrayLike, **options: Any) -> NDArray[Any]:
        rows: NDArray[Any] = unit_rows(super()._read_more(X, **options))
        return rows

    def _prepare(self, X: NDArray[Any], weights: NDArray[np.float64] | None, n_threads: int) -> Data:
        zeros = rows_of_zeros(X)
        if len(zeros) == len(X):
            raise ValueError("All rows of X are zeros: they have no direction.")
        left_out = float(len(zeros) if weights is None else weights[zeros].sum())
        if len(zeros):
            weights = np.ones(len(X)) if weights is None else weights.copy()
            weights[zeros] = 0.0
            if not weights.any():
                raise ValueError("All rows of X that have weight are zeros: they have no direction.")
        data = super()._prepare(X, weights, n_threads)
        return _Directions(**vars(data), zeros=zeros, left_out=power_of_two.times(left_out, -data.inertia_exponent))

    def _warn_of_rows(self, data: Data, seen: dict[str, Any]) -> None:
        """Nothing: a feature with most of the variance is one that tells directions apart."""

    def _init_centroids(self, *args: Any, data: Data | None = None, **options: Any) -> NDArray[np.float64]:
        if data is not None and len(data.weight):
            options["sample_weight"] = data.weight  # rows of zeros are not drawn
        centers: NDArray[np.float64] = unit_rows(super()._init_centroids(*args, data=data, **options))
        zeros = rows_of_zeros(centers)
        if len(zeros):
            raise ValueError(f"Center {zeros[0]} of 'init' is all zeros: it has no direction.")
        return centers

    def _first_step(self, data: Data) -> Step:
        return _SphericalStep(data, self.n_clusters)

    # --- 1 - cosine is half the squared distance; of rows of zeros it is 1

    def _nearest(self, X: NDArray[Any], n_threads: int) -> NDArray[np.int32]:
        labels = super()._nearest(X, n_threads)
        labels[rows_of_zeros(X)] = 0
        return labels

    def _distances(self, X: NDArray[Any], n_threads: int) -> NDArray[Any]:
        far = super()._distances(X, n_threads)
        np.square(far, out=far)
        far *= 0.5
        far[rows_of_zeros(X)] = 1.0
        return far

    def _inertia(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, labels: NDArray[np.int32], n_threads: int
    ) -> float:
        zeros = rows_of_zeros(X)
        of_zeros = len(zeros) if weights is None else weights[zeros].sum()
        return 0.5 * float(super()._inertia(X, weights, labels, n_threads) + of_zeros)

    def _distance_to_centers(self) -> float:
        return self._root_mean_square(2.0 * self.inertia_)


@dataclasses.dataclass(eq=False)
class _Directions(Data):
    """Unit rows; those of zeros have no weight."""

    zeros: NDArray[np.intp] = dataclasses.field(default_factory=lambda: np.empty(0, dtype=np.intp))
    left_out: float = 0.0  # what rows of zeros add to the inertia


class _SphericalStep(RowStep):
    """Row by row; centers are brought back to unit length."""

    data: _Directions

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        zeros = self.data.zeros
        before = labels[zeros]
        changed = super().assign(centers, labels)
        changed -= int(np.count_nonzero(labels[zeros] != before))
        labels[zeros] = 0
        return changed

    def aim(
        self, sums: NDArray[np.float64], weights: NDArray[np.float64], centers: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        origin = self.data.origin
        with np.errstate(invalid="ignore", divide="ignore"):
            goals = origin + sums / weights[:, None]
            lengths = np.sqrt(np.square(goals).sum(axis=1))
            goals /= lengths[:, None]
        stays = (weights > 0) & (lengths < _NO_DIRECTION)
        goals[stays] = centers[stays]
        goals[weights == 0] = origin  # the kernel takes the center of the heaviest cluster
        return (goals - origin) * weights[:, None]

    def inertia(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        return 0.5 * super().inertia(centers, labels) + self.data.left_out


def unit_rows(X: Any) -> Any:
    """A copy of rows, dense or sparse ones, at unit length, of the same type; rows of zeros stay as they are."""
    if isinstance(X, SparseRows):
        return _unit_sparse_rows(X)
    units = np.empty_like(X, order="C")
    size = max(1, _NUMBERS // X.shape[1])
    for start in range(0, len(X), size):
        block = X[start : start + size].astype(np.float64)
        squares = np.einsum("ij,ij->i", block, block)
        far = ((squares < _SMALL) | (squares > _LARGE)).nonzero()[0]
        if len(far):  # by a power of two first, which is exact
            block[far] = np.ldexp(block[far], -np.frexp(np.abs(block[far]).max(axis=1))[1][:, None])
            squares[far] = np.einsum("ij,ij->i", block[far], block[far])
            squares[squares == 0] = 1.0
        units[start : start + size] = block / np.sqrt(squares)[:, None]
    return units


def _unit_sparse_rows(X: SparseRows) -> SparseRows:
    lengths = np.diff(X.starts)
    first, lengths = X.starts[:-1][lengths > 0], lengths[lengths > 0]  # of rows that store something
    if not len(first):
        return X
    values = X.values.astype(np.float64)
    exponents = np.frexp(np.maximum.reduceat(np.abs(values), first))[1]
    exponents[np.abs(exponents) < _ORDINARY] = 0
    if exponents.any():  # by a power of two first, which is exact
        np.ldexp(values, np.repeat(-exponents, lengths), out=values)
    squares = np.add.reduceat(np.square(values), first)
    squares[squares == 0] = 1.0
    values /= np.repeat(np.sqrt(squares), lengths)
    return dataclasses.replace(X, values=values.astype(X.dtype, copy=False))


def rows_of_zeros(X: Any) -> NDArray[np.intp]:
    """The numbers of the rows, dense or sparse ones, that are all zeros."""
    if isinstance(X, SparseRows):
        counts = np.append(0, np.cumsum(X.values != 0))[X.starts]
        none: NDArray[np.intp] = (counts[1:] == counts[:-1]).nonzero()[0]
        return none
    some: NDArray[np.intp] = (X[:, 0] == 0).nonzero()[0]  # as a rule none, or few
    zeros: NDArray[np.intp] = some[~X[some].any(axis=1)]
    return zeros
