# SPDX-License-Identifier: BSD-3-Clause
"""Linkage matrices as MATLAB writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base.arrays import as_doubles
from ._kernels.linkage_matrix import NEGATIVE_DISTANCE
from .linkage_matrix import read_children, read_linkage
from .walks import count_leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


def from_mlab_linkage(Z: ArrayLike) -> NDArray[np.float64]:
    """Convert a linkage matrix of MATLAB, which counts nodes from 1 and has no column for the number of points.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 3)
        Linkage matrix of MATLAB; not modified.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        An empty `Z` is returned as a copy.

    Raises
    ------
    ValueError
        `Z` does not have three columns, or its indices are not those of a tree, counted from 1.

    Examples
    --------
    >>> from coterie.hierarchy import from_mlab_linkage
    >>> from_mlab_linkage([[1, 2, 0.5], [3, 4, 1.5]])
    array([[0. , 1. , 0.5, 2. ],
           [2. , 3. , 1.5, 3. ]])
    """
    Z = as_doubles(Z, name="Z").copy()
    if Z.shape in ((), (0,)):
        return Z
    if Z.ndim != 2:
        raise ValueError("The linkage array must be rectangular.")
    if len(Z) == 0:
        return Z
    if Z.shape[1] != 3:
        raise ValueError(f"MATLAB's linkage matrix must have 3 columns. Got {Z.shape[1]}.")
    result = np.zeros((len(Z), 4))
    result[:, :3] = Z - [1.0, 1.0, 0.0]
    wrong, children = read_children(result)
    if wrong & ~NEGATIVE_DISTANCE:
        raise ValueError("The format of the indices is not 1..N")
    result[:, 3] = count_leaves(children)[len(Z) + 1 :]
    return result


def to_mlab_linkage(Z: ArrayLike) -> NDArray[np.float64]:
    """Convert a linkage matrix to MATLAB's form: nodes are counted from 1, and there is no number of points.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n - 1, 3), float64
        An empty `Z` is returned as a copy.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Examples
    --------
    >>> from coterie.hierarchy import to_mlab_linkage
    >>> to_mlab_linkage([[0, 1, 0.5, 2], [2, 3, 1.5, 3]])
    array([[1. , 2. , 0.5],
           [3. , 4. , 1.5]])
    """
    Z = as_doubles(Z, name="Z").copy()
    if Z.shape in ((), (0,)):
        return Z
    Z = read_linkage(Z)[0]
    return np.concatenate([Z[:, :2] + 1.0, Z[:, 2:3]], axis=1)
