# SPDX-License-Identifier: BSD-3-Clause
"""How unusual rows are, given the clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.wording import shown
from ._groups import Groups, distances_to_own
from ._models import as_clusterer, predicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.clusterer import InductiveClusterer
    from .._base.typing import ArrayLike


def outlier_scores(X: ArrayLike, model: Any, *, reference: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return a score for each row of how unusual it is for a fitted model; higher is more unusual.

    With `DBSCAN`, `HDBSCAN` and `OPTICS`, rows above 1 are unusual. With the other models, 1 is the score of a typical
    row:

    - `KMeans` and its relatives: the distance to the nearest center, divided by the median of these distances over the
      rows of that cluster in `reference`. Half of the rows score 1 or less; 3 is very unusual. For
      `SphericalKMeans` rows have unit length, and for `KMedians` the distance is Manhattan.
    - `KMedoids`: the same with the nearest medoid, and distances by the metric.
    - `KModes`, `KPrototypes`: the same with the nearest prototype, and the root of the distance that they sum up.
    - `AgglomerativeClustering`: the same with the clusters of ``predict``, the means of their rows as centers, and the
      rows of the fit, which it keeps, as `reference`. Only with Euclidean distances.
    - `DBSCAN`: the distance to the nearest core point, divided by `eps`. Core points score 0, border points up to 1,
      and noise more than 1: exactly where ``predict`` says -1.
    - `HDBSCAN`: the mutual reachability distance to the nearest row of a cluster, divided by the distance at which that
      cluster begins: up to 1 in clusters, and more for noise. ``outlier_scores_`` of the model, GLOSH, compares each
      row of the fit with the densest rows around it instead.
    - `OPTICS`: the least weight by which the row is reached from a cluster, divided by the largest one that ``predict``
      allows there: up to 1 in clusters, and more for noise.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        The rows of the fit or new rows, scaled like those of the fit; not modified. Sparse ones only for `KMeans`.
    model : fitted estimator of coterie
        One of those above. scikit-learn's KMeans and DBSCAN are possible as well.
    reference : array-like of shape (n_reference, n_features), default=None
        For k-means and its kin, the rows that define what is typical, usually those of the fit. None means `X`. This
        is good enough if `X` has many rows of each cluster; a single row would be compared only with itself.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        0 or more; infinite with DBSCAN if there is no core point, and with HDBSCAN and OPTICS if there is no cluster.

    Raises
    ------
    NotFittedError
        The model was not fitted.
    ValueError
        `X` is not a finite table with the columns of the fit, `reference` is given for another model than these, or
        a tree was not made with Euclidean distances.
    TypeError
        Scores are not defined for such a model, or the data are sparse and the model takes dense ones.

    Notes
    -----
    If a cluster has fewer than two rows in `reference`, or more than half of them are at its center, the median over
    all rows of `reference` is used for it. If that is 0 as well, a row scores 0 at a center and infinity elsewhere.

    A row that is alone in its cluster scores 0, even if it is far from all others, and k-means often puts extreme
    outliers into such clusters. So look at the sizes of the clusters as well, or use fewer clusters.

    Do not compare scores of different kinds of models, or scores of k-means for data with few and with many features:
    with many features, nearly all scores are close to 1.

    Time and memory are those of ``predict`` and of sorting the distances.

    Examples
    --------
    >>> import numpy as np
    >>> from coterie import KMeans, outlier_scores
    >>> X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [50.0], [51.0], [52.0], [53.0], [60.0]])
    >>> model = KMeans(2, random_state=0).fit(X)
    >>> outlier_scores(X, model).round(2)
    array([2.  , 1.  , 0.  , 1.  , 2.  , 1.45, 1.  , 0.55, 0.09, 3.09])
    """
    if predicts(X) and not predicts(model):
        raise TypeError(
            f"outlier_scores takes the rows first and the model second: outlier_scores(X, model). Got {shown(X)} for X."
        )
    fitted = as_clusterer(model)
    if fitted is None:
        raise TypeError(
            "outlier_scores needs a fitted KMeans or one of its relatives, KMedoids, KModes, KPrototypes, DBSCAN, "
            f"HDBSCAN, OPTICS or AgglomerativeClustering (of scikit-learn's KMeans or DBSCAN). Got {shown(model)}."
        )
    rows = fitted._read_more(X)
    others = fitted._fit_X
    found = _distances_to_own(fitted, rows)
    if reference is not None:
        if found is None or others is not None:
            raise ValueError(
                f"reference is only for k-means and k-medoids; other models do not need it. Got {type(model).__name__}."
            )
        others = fitted._read_more(reference)
    if found is None:
        scores = fitted._noise_scores(rows)
        if scores is None:
            raise ValueError(
                "outlier_scores needs the means of the clusters of a tree, and so the rows and Euclidean "
                f"distances. Got {shown(model)}."
            )
        return scores
    of_others = None if others is None else _distances_to_own(fitted, others)
    return _relative(*found, *(of_others or found))


def _distances_to_own(
    fitted: InductiveClusterer, rows: NDArray[np.floating]
) -> tuple[NDArray[np.integer], NDArray[np.float64]] | None:
    """Labels of rows, and how far they are from the center or medoid of their cluster; None where it has none."""
    far, centers = fitted._distances_to_own(rows), fitted._centers()
    if far is None and centers is None:
        return None
    labels = fitted._assign(rows)
    if far is None:
        assert centers is not None
        far = distances_to_own(rows, labels, centers)
    return labels, far


def _relative(
    labels: NDArray[np.integer],
    far: NDArray[np.float64],
    other_labels: NDArray[np.integer],
    other_far: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Distances in units of the median distance of other rows with the same label."""
    groups = Groups(other_labels, int(max(labels.max(), other_labels.max())) + 1)
    ordered = other_far[groups.order]
    groups.sort_within(ordered)
    typical = groups.quantiles(ordered, groups.sizes, 0.5)
    unknown = (groups.sizes < 2) | (typical == 0)
    if unknown.any():
        typical[unknown] = np.median(other_far)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(far == 0, 0.0, far / typical[labels])
