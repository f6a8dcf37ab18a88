# SPDX-License-Identifier: BSD-3-Clause
"""Where a run of k-means starts: given centers, those of a callable, random rows, greedy k-means++ or k-means||."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from .._base.arrays import as_matrix
from .._base.parameters import Rule, is_array_like
from ..distances._sparse import SparseRows
from ._data import Data
from ._rounds import seed_in_rounds
from ._seeding import seed
from ._sparse_rows import dense_rows, require_centers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    Init: TypeAlias = "str | ArrayLike | Callable[..., ArrayLike] | Fitted"


class Fitted(Protocol):
    """A fitted model with centers, of any library."""

    @property
    def cluster_centers_(self) -> Any: ...


FITTED = Rule(
    "a fitted model with cluster_centers_", lambda value: is_array_like(getattr(value, "cluster_centers_", None))
)


def starting_centers(
    X: Any,
    n_clusters: int,
    init: str | NDArray[Any] | Callable[..., ArrayLike],
    random_state: np.random.RandomState,
    sample_weight: NDArray[np.float64] | None,
    data: Data,
    n_local_trials: int | None = None,
) -> NDArray[np.float64]:
    """Starting centers of one run, in the units of `X`.

    X, sample_weight : what `data` was prepared from
    init : "k-means++", "k-means||", "random", a callable, or centers, as from `read_init`
    n_local_trials : rows that "k-means++" draws for each center; see `seed`
    """
    centers: NDArray[Any]
    if data.is_sparse:
        require_centers(n_clusters, X.shape[1])
    if isinstance(init, np.ndarray):
        centers = init
    elif callable(init):
        centers = check_centers(init(_shown(X), n_clusters, random_state=random_state), X, n_clusters)
    elif init == "random":
        centers = dense_rows(X, draw_rows(random_state, len(X), n_clusters, sample_weight))
    elif init == "k-means||":
        centers = dense_rows(X, seed_in_rounds(X, data, n_clusters, random_state))
    else:
        centers = dense_rows(X, seed(data, n_clusters, random_state, n_local_trials))
    return centers.astype(np.float64)


def draw_rows(
    random_state: np.random.RandomState, n: int, n_clusters: int, weights: NDArray[np.float64] | None = None
) -> NDArray[np.intp]:
    """Different ones of `n` rows, drawn by their weights; the draws are scikit-learn's."""
    n_possible = n if weights is None else np.count_nonzero(weights)
    if n_possible < n_clusters:
        raise ValueError(
            f"init='random' needs n_clusters={n_clusters} rows of a weight above 0, but there are {n_possible}."
        )
    if weights is not None:
        return random_state.choice(n, size=n_clusters, replace=False, p=weights / weights.sum())
    # What `choice` does, without a running sum of equal weights where its rounding can't decide.
    rows: list[int] = []
    while len(rows) < n_clusters:
        uniform = random_state.random_sample(n_clusters - len(rows))
        places = uniform * n
        drawn = places.astype(np.intp)
        if rows or np.abs(places - drawn - 0.5).max() > 0.5 - n * (n + 4.0) * 2.0**-52:
            sums = np.full(n, 1 / n)
            sums[rows] = 0
            sums.cumsum(out=sums)
            drawn = (sums / sums[-1]).searchsorted(uniform, side="right")
        rows.extend(dict.fromkeys(drawn.tolist()))
    return np.array(rows, dtype=np.intp)


def _shown(X: Any) -> Any:
    """The rows, for a callable: read-only, or a sparse matrix of the caller's kind."""
    if isinstance(X, SparseRows):
        return X.to_container()
    view = X.view()
    view.flags.writeable = False
    return view


def read_init(init: Init, X: Any, n_clusters: int) -> str | NDArray[Any] | Callable[..., ArrayLike]:
    """`init` as it is, but given centers, or those of a model, as a float array of the right shape."""
    if isinstance(init, str) or callable(init):
        return init
    centers: Any = getattr(init, "cluster_centers_", init)
    return check_centers(centers, X, n_clusters)


def gives_centers(init: object) -> bool:
    """Whether `init` is an array of centers, or a model that has them."""
    return is_array_like(init) or FITTED.accepts(init)


def check_centers(centers: ArrayLike, X: Any, n_clusters: int) -> NDArray[Any]:
    """Starting centers as a float array of the right shape.

    Raises
    ------
    ValueError, TypeError
        As of any data, or they are not `n_clusters` rows with the columns of `X`.
    """
    centers = as_matrix(centers, name="init")
    if centers.shape[0] != n_clusters:
        raise ValueError(
            f"The shape of the initial centers {centers.shape} does not match the number of clusters {n_clusters}."
        )
    if centers.shape[1] != X.shape[1]:
        raise ValueError(
            f"The shape of the initial centers {centers.shape} does not match the number of features of "
            f"the data {X.shape[1]}."
        )
    return centers
