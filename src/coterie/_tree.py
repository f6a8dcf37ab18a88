# SPDX-License-Identifier: BSD-3-Clause
"""Everything that reads a linkage matrix, but for drawing it.

A linkage matrix is checked once, by `read_linkage`, which returns its children as integers; kernels trust these.
"""
from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from . import _memory, _parallel
from ._kernels import leaf_order, tree_cut, tree_pairs, tree_read, tree_stats
from ._validation import warn
from .distances import check_condensed, pdist

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ClusterNode", "ClusterWarning", "cophenet", "correspond", "cut_tree", "fcluster", "from_mlab_linkage",
    "inconsistent", "is_isomorphic", "is_monotonic", "is_valid_im", "is_valid_linkage", "leaders", "leaves_list",
    "maxRstat", "maxdists", "maxinconsts", "num_obs_linkage", "optimal_leaf_ordering", "read_linkage",
    "to_mlab_linkage", "to_tree", "warn_of_distances",
]

_CHUNK = 2**17  # numbers that a chunk reads or writes: about 0.1 ms
_ALONE = 2**22  # sums for one node of a leaf ordering from which on all threads work on it: about 1 ms


class ClusterWarning(UserWarning):
    """Something about a linkage matrix, or about what one is made from, looks wrong."""


# ------------------------------------------------------------------------------------------- checks


def read_linkage(Z: ArrayLike, *, convert: bool = False) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """`Z` as a C-ordered float64 array, and its children (n - 1, 2) as integers: a tree, whatever else is in `Z`.

    Raises
    ------
    TypeError
        `Z` is not float64, unless `convert` is set.
    ValueError
        `Z` is not a linkage matrix, see `is_valid_linkage`.
    """
    Z = np.asarray(Z, dtype=np.float64 if convert else None)
    problem = _shape_problem(Z, "Linkage", "Z")
    if problem is not None:
        raise problem
    Z = np.ascontiguousarray(Z, dtype=np.float64)
    wrong, children = _read_children(Z)
    for message in _linkage_problems(wrong, "Z"):
        raise ValueError(message)
    return Z, children


def _shape_problem(array: NDArray, kind: str, name: str | None) -> Exception | None:
    title = f"{kind} matrix {f'{name!r} ' if name else ''}must"
    if array.dtype.type is not np.float64:
        return TypeError(f"{title} contain doubles{'' if kind == 'Linkage' else ' (double)'}.")
    if array.ndim != 2:
        return ValueError(f"{title} have shape=2 (i.e. be two-dimensional).")
    if array.shape[1] != 4:
        return ValueError(f"{title} have 4 columns.")
    if len(array) == 0:
        return ValueError("Linkage must be computed on at least two observations." if kind == "Linkage" else
                          f"{title} have at least one row.")
    return None


def _read_children(Z: NDArray[np.float64]) -> tuple[int, NDArray[np.int64]]:
    children = np.empty((len(Z), 2), np.int64)
    wrong = tree_read.read_children(Z, np.zeros(2 * len(Z) + 1, np.uint8), children)
    if len(Z) == 1:  # scipy looks at nothing of a single merge; its children are what we rely on
        wrong &= ~(tree_read.NEGATIVE_DISTANCE | tree_read.NEGATIVE_COUNT | tree_read.EXCESSIVE_COUNT)
    return wrong, children


def _linkage_problems(wrong: int, name: str | None) -> Iterator[str]:
    title = f"Linkage {f'{name!r} ' if name else ''}"
    if wrong & tree_read.NEGATIVE_INDEX:
        yield f"{title}contains negative indices."
    if wrong & tree_read.NEGATIVE_DISTANCE:
        yield f"{title}contains negative distances."
    if wrong & tree_read.NEGATIVE_COUNT:
        yield f"{title}contains negative counts."
    if wrong & tree_read.EXCESSIVE_COUNT:
        yield f"{title}contains excessive observations in a cluster"
    if wrong & tree_read.TOO_EARLY:
        yield f"{title}uses non-singleton cluster before it is formed."
    if wrong & tree_read.NOT_WHOLE:
        yield f"{title}contains indices that are not whole numbers."
    if wrong & tree_read.TWICE:
        yield f"{title}uses the same cluster more than once."


def _inconsistency_problems(R: NDArray[np.float64], name: str | None) -> Iterator[str]:
    title = f"Inconsistency matrix {f'{name!r} ' if name else ''} contains negative link"
    for column, what in enumerate(("height means", "height standard deviations", "counts")):
        if (R[:, column] < 0).any():
            yield f"{title} {what}."


def _is_valid(problems: Iterator[str], warning: bool, throw: bool) -> bool:
    valid = True
    for message in problems:
        if throw:
            raise ValueError(message)
        if warning:
            warn(message, ClusterWarning)
        valid = False
    return valid


def is_valid_linkage(Z: ArrayLike, warning: bool = False, throw: bool = False, name: str | None = None) -> bool:
    """Whether `Z` is a linkage matrix.

    It has four columns of float64 and at least one row. Row i merges the clusters ``Z[i, 0]`` and ``Z[i, 1]``, which
    are points (less than n, the number of rows + 1) or clusters of earlier rows (n + the row), each of which is merged
    once. Distances, in column 2, and numbers of points, in column 3, are not negative, and no cluster has more than n
    points. Of a single row only the indices are looked at.

    Parameters
    ----------
    Z : array-like
        What may be a linkage matrix; not modified.
    warning : bool, default=False
        Warn of all that is wrong.
    throw : bool, default=False
        Raise an error for the first thing that is wrong.
    name : str, optional
        What to call `Z` in messages.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        With `throw`, if `Z` is not valid.

    Warns
    -----
    ClusterWarning
        With `warning`, if `Z` is not valid.

    Notes
    -----
    O(n) time. ``scipy.cluster.hierarchy`` lets indices pass that are not whole numbers, and any single row.

    Examples
    --------
    >>> from coterie.hierarchy import is_valid_linkage
    >>> is_valid_linkage([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    True
    >>> is_valid_linkage([[0.0, 3.0, 0.5, 2.0], [1.0, 2.0, 1.5, 3.0]])
    False
    """
    Z = np.asarray(Z)
    problem = _shape_problem(Z, "Linkage", name)
    if problem is not None:
        if throw:
            raise problem
        return _is_valid(iter([str(problem)]), warning, throw)
    wrong, _ = _read_children(np.ascontiguousarray(Z, dtype=np.float64))
    return _is_valid(_linkage_problems(wrong, name), warning, throw)


def is_valid_im(R: ArrayLike, warning: bool = False, throw: bool = False, name: str | None = None) -> bool:
    """Whether `R` is an inconsistency matrix, as `inconsistent` returns it.

    It has four columns of float64 and at least one row; means, standard deviations and counts are not negative.

    Parameters
    ----------
    R : array-like
        What may be an inconsistency matrix; not modified.
    warning : bool, default=False
        Warn of all that is wrong.
    throw : bool, default=False
        Raise an error for the first thing that is wrong.
    name : str, optional
        What to call `R` in messages.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        With `throw`, if `R` is not valid.

    Warns
    -----
    ClusterWarning
        With `warning`, if `R` is not valid.

    Examples
    --------
    >>> from coterie.hierarchy import is_valid_im
    >>> is_valid_im([[0.5, 0.0, 1.0, 0.0]]), is_valid_im([[-0.5, 0.0, 1.0, 0.0]])
    (True, False)
    """
    R = np.asarray(R)
    problem = _shape_problem(R, "Inconsistency", name)
    if problem is not None:
        if throw:
            raise problem
        return _is_valid(iter([str(problem)]), warning, throw)
    return _is_valid(_inconsistency_problems(R, name), warning, throw)


def _read_inconsistency(R: ArrayLike, n_rows: int) -> NDArray[np.float64]:
    R = np.asarray(R, dtype=np.float64)
    is_valid_im(R, throw=True, name="R")
    if len(R) != n_rows:
        raise ValueError("The inconsistency matrix and linkage matrix each have a different number of rows.")
    return R


def num_obs_linkage(Z: ArrayLike) -> int:
    """Number of points of the linkage matrix `Z`: its rows + 1.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Examples
    --------
    >>> from coterie.hierarchy import num_obs_linkage
    >>> num_obs_linkage([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    3
    """
    return len(read_linkage(Z)[0]) + 1


def correspond(Z: ArrayLike, Y: ArrayLike) -> bool:
    """Whether the linkage matrix `Z` and the condensed distances `Y` are of the same number of points.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    Y : array-like of shape (m * (m - 1) / 2,)
        Condensed distance matrix; not modified.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `Y` not a condensed distance matrix, or `Y` is empty.

    Examples
    --------
    >>> from coterie.hierarchy import correspond
    >>> correspond([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]], [0.5, 1.5, 2.0])
    True
    """
    n = num_obs_linkage(Z)
    m = check_condensed(np.asarray(Y), "Y")
    if m == 1:
        raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
    return n == m


def is_monotonic(Z: ArrayLike) -> np.bool_:
    """Whether no merge of the linkage matrix `Z` is lower than the one before.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    numpy.bool

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    Centroid and median linkage may not be monotonic: the new center can be nearer to a third one than the two were to
    each other.

    Examples
    --------
    >>> from coterie.hierarchy import is_monotonic
    >>> bool(is_monotonic([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 0.9, 3.0]]))
    False
    """
    heights = read_linkage(Z)[0][:, 2]
    return (heights[1:] >= heights[:-1]).all()


def is_isomorphic(T1: ArrayLike, T2: ArrayLike) -> bool:
    """Whether two labellings are the same clustering under other names.

    Parameters
    ----------
    T1, T2 : array-like of shape (n,)
        Cluster of each point, of any type that can be sorted; not modified.

    Returns
    -------
    bool

    Raises
    ------
    ValueError
        One is not one-dimensional, or they differ in length.

    Notes
    -----
    O(n log n) time. scipy 1.17 answers True to ``is_isomorphic([1, 2, 3, 4], [1, 2, 1, 2])``, here it is False.

    Examples
    --------
    >>> from coterie.hierarchy import is_isomorphic
    >>> is_isomorphic([1, 1, 2], [7, 7, 3]), is_isomorphic([1, 1, 2], [7, 3, 3])
    (True, False)
    """
    T1, T2 = np.asarray(T1), np.asarray(T2)
    if T1.ndim != 1:
        raise ValueError("T1 must be one-dimensional.")
    if T2.ndim != 1:
        raise ValueError("T2 must be one-dimensional.")
    if T1.shape != T2.shape:
        raise ValueError("T1 and T2 must have the same number of elements.")
    if len(T1) == 0:
        return True
    order = np.argsort(T1, kind="stable")
    T1, T2 = T1[order], T2[order]
    step = T1[1:] != T1[:-1]
    if (T2[1:] != T2[:-1])[~step].any():
        return False
    one_each = np.sort(T2[np.concatenate([[True], step])])
    return bool((one_each[1:] != one_each[:-1]).all())


def warn_of_distances(X: NDArray, name: str = "y") -> None:
    """Warn where the rows `X` look like a square matrix of distances."""
    if X.ndim == 2 and X.shape[0] == X.shape[1] and np.allclose(X.diagonal(), 0) and (X >= 0).all() and \
            np.allclose(X, X.T):
        warn("The symmetric non-negative hollow observation matrix looks suspiciously like an uncondensed distance "
             f"matrix. If {name} holds distances, pass coterie.distances.squareform({name}).", ClusterWarning)


# ------------------------------------------------------------------------------------------- the tree itself


class ClusterNode:
    """A node of the tree of a linkage matrix: a point, or a cluster of what is below its two children.

    Parameters
    ----------
    id : int
        Number of the node: that of the point, or n + the row of the linkage matrix.
    left, right : ClusterNode, optional
        The children: both, or none for a point.
    dist : float, default=0.0
        Height of the cluster, 0 for a point.
    count : int, default=1
        Number of points, used only where there are no children.

    Attributes
    ----------
    id, left, right, dist, count
        As the parameters; `count` is the number of points below the node.

    Raises
    ------
    ValueError
        `id` or `dist` is negative, there is one child only, or `count` is less than 1.

    See Also
    --------
    to_tree : The tree of a linkage matrix.

    Notes
    -----
    Nodes compare by height; they can't be hashed. A node is copied deeply and pickled without recursion, however deep
    the tree, with all nodes below it. Nodes that are pickled together come back as trees that have no node in common.

    Examples
    --------
    >>> from coterie.hierarchy import ClusterNode
    >>> pair = ClusterNode(2, ClusterNode(0), ClusterNode(1), dist=0.5)
    >>> pair.count, pair.is_leaf(), pair.pre_order()
    (2, False, [0, 1])
    """

    def __init__(self, id: int, left: ClusterNode | None = None, right: ClusterNode | None = None, dist: float = 0.0,
                 count: int = 1) -> None:
        if id < 0:
            raise ValueError("The id must be non-negative.")
        if dist < 0:
            raise ValueError("The distance must be non-negative.")
        if (left is None) != (right is None):
            raise ValueError("Only full or proper binary trees are permitted.  This node has one child.")
        if count < 1:
            raise ValueError("A cluster must contain at least one original observation.")
        self.id = id
        self.left = left
        self.right = right
        self.dist = dist
        self.count = count if left is None or right is None else left.count + right.count

    def __lt__(self, node: object) -> bool:
        return self.dist < _dist(node)

    def __gt__(self, node: object) -> bool:
        return self.dist > _dist(node)

    def __eq__(self, node: object) -> bool:
        return self.dist == _dist(node)

    def get_id(self) -> int:
        """Number of the node."""
        return self.id

    def get_count(self) -> int:
        """Number of points below the node, itself if it is a point."""
        return self.count

    def get_left(self) -> ClusterNode | None:
        """The left child, None of a point."""
        return self.left

    def get_right(self) -> ClusterNode | None:
        """The right child, None of a point."""
        return self.right

    def is_leaf(self) -> bool:
        """Whether the node is a point."""
        return self.left is None

    def pre_order(self, func: Callable = lambda x: x.id) -> list:
        """What `func` says of each point below the node, from left to right; by default their numbers."""
        found, ahead = [], [self]
        while ahead:
            node = ahead.pop()
            if node.left is None:
                found.append(func(node))
            else:
                ahead += (node.right, node.left)
        return found

    def _bottom_up(self, known: Container = ()) -> list[ClusterNode]:
        """The node and all below it, but for those whose id() is known; children before their parents."""
        found, ahead = [], [self]
        while ahead:
            node = ahead.pop()
            if id(node) not in known:
                found.append(node)
                if node.left is not None:
                    ahead += (node.left, node.right)
        return found[::-1]

    def __copy__(self) -> ClusterNode:
        node = self.__class__.__new__(self.__class__)
        node.__dict__.update(self.__dict__)
        return node

    def __deepcopy__(self, memo: dict) -> ClusterNode:
        nodes = self._bottom_up(memo)
        for node in nodes:
            memo[id(node)] = node.__class__.__new__(node.__class__)
        for node in nodes:  # children are known by now: no recursion
            memo[id(node)].__dict__.update({
                name: value if type(value) in (int, float) else deepcopy(value, memo)
                for name, value in vars(node).items()})
        return memo[id(self)]

    def __reduce__(self) -> tuple:
        nodes = self._bottom_up()
        place = {id(node): i for i, node in enumerate(nodes)}
        children = [None if node.left is None else (place[id(node.left)], place[id(node.right)]) for node in nodes]
        states = [{**vars(node), "left": None, "right": None} for node in nodes]
        return _rebuild, (self.__class__, states, children)


def _dist(node: object) -> float:
    if not isinstance(node, ClusterNode):
        raise ValueError(f"Can't compare ClusterNode to type {type(node)}")
    return node.dist


def _rebuild(kind: type[ClusterNode], states: list[dict], children: list[tuple[int, int] | None]) -> ClusterNode:
    """The last of the pickled nodes."""
    nodes: list[ClusterNode] = []
    for state, below in zip(states, children, strict=True):
        node = kind.__new__(kind)
        node.__dict__.update(state)
        if below is not None:
            node.left, node.right = nodes[below[0]], nodes[below[1]]
        nodes.append(node)
    return nodes[-1]


def to_tree(Z: ArrayLike, rd: bool = False) -> ClusterNode | tuple[ClusterNode, list[ClusterNode]]:
    """The tree of a linkage matrix, as objects.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    rd : bool, default=False
        Return the nodes as a list, too.

    Returns
    -------
    root : ClusterNode
        The cluster of all points.
    nodes : list of ClusterNode
        With `rd` only: node i at place i.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or a number of points in its last column is wrong.

    Notes
    -----
    O(n) time and memory.

    Examples
    --------
    >>> from coterie.hierarchy import to_tree
    >>> root = to_tree([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    >>> root.id, root.dist, root.left.id, root.right.id
    (4, 1.5, 2, 3)
    >>> root.pre_order()
    [2, 0, 1]
    """
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    size = _count_leaves(children)
    wrong = size[n:] != Z[:, 3]
    if wrong.any():
        raise ValueError(f"Corrupt matrix Z. The count Z[{wrong.argmax()},3] is incorrect.")
    nodes = [ClusterNode(i) for i in range(n)]
    for (left, right), dist in zip(children.tolist(), Z[:, 2].tolist(), strict=True):
        nodes.append(ClusterNode(len(nodes), nodes[left], nodes[right], dist))
    return (nodes[-1], nodes) if rd else nodes[-1]


def _count_leaves(children: NDArray[np.int64]) -> NDArray[np.int64]:
    size = np.empty(2 * len(children) + 1, np.int64)
    tree_read.count_leaves(children, size)
    return size


def _order_leaves(children: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Place of the leftmost point below each node, and the points from left to right."""
    first, leaves = np.empty_like(size), np.empty(len(children) + 1, np.int32)
    tree_read.order_leaves(children, size, first, leaves)
    return first, leaves


def leaves_list(Z: ArrayLike) -> NDArray[np.int32]:
    """The points of a tree from left to right.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n,), int32

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import leaves_list
    >>> leaves_list([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    array([2, 0, 1], dtype=int32)
    """
    _, children = read_linkage(Z)
    return _order_leaves(children, _count_leaves(children))[1]


def from_mlab_linkage(Z: ArrayLike) -> NDArray[np.float64]:
    """A linkage matrix from one of MATLAB's: nodes counted from 1, without a column of numbers of points.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 3)
        MATLAB's linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        An empty `Z` is returned as a copy.

    Raises
    ------
    ValueError
        `Z` has not three columns, or its indices are not those of a tree, counted from 1.

    Examples
    --------
    >>> from coterie.hierarchy import from_mlab_linkage
    >>> from_mlab_linkage([[1, 2, 0.5], [3, 4, 1.5]])
    array([[0. , 1. , 0.5, 2. ],
           [2. , 3. , 1.5, 3. ]])
    """
    Z = np.array(Z, dtype=np.float64, order="C")
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
    wrong, children = _read_children(result)
    if wrong & ~tree_read.NEGATIVE_DISTANCE:
        raise ValueError("The format of the indices is not 1..N")
    result[:, 3] = _count_leaves(children)[len(Z) + 1:]
    return result


def to_mlab_linkage(Z: ArrayLike) -> NDArray[np.float64]:
    """A linkage matrix as MATLAB has it: nodes counted from 1, without the column of numbers of points.

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
    Z = np.array(Z, dtype=np.float64)
    if Z.shape in ((), (0,)):
        return Z
    Z = read_linkage(Z)[0]
    return np.concatenate([Z[:, :2] + 1.0, Z[:, 2:3]], axis=1)


# ------------------------------------------------------------------------------------------- heights and statistics


def _chunked(kernel: Callable, n: int, size: int) -> None:
    """Run ``kernel(size, region, thread)`` over n items, `size` in a chunk."""
    _parallel.run(lambda region, thread: kernel(size, region, thread), -(-n // size), _parallel.get_num_threads())


def _n_slots(n: int, size: int) -> int:
    """Threads that `_chunked` uses, at most."""
    return min(_parallel.get_num_threads(), -(-n // size))


def cophenet(Z: ArrayLike, Y: ArrayLike | None = None) -> NDArray[np.float64] | tuple[np.float64, NDArray[np.float64]]:
    """Cophenetic distances: the height at which each pair of points comes into the same cluster.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    Y : array-like of shape (n * (n - 1) / 2,), optional
        The distances that the tree was made from, condensed; not modified.

    Returns
    -------
    c : numpy.float64
        With `Y` only: the correlation of the cophenetic distances with `Y`; how well the tree keeps distances.
    d : ndarray of shape (n * (n - 1) / 2,), float64
        The cophenetic distances, condensed.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `Y` not a condensed matrix for as many points.
    MemoryError
        The distances would not fit into memory; nothing was allocated.

    Notes
    -----
    O(n^2) time; no memory to speak of but the result. The same bits for any number of threads.

    References
    ----------
    .. [1] R. R. Sokal, F. J. Rohlf, "The comparison of dendrograms by objective methods", Taxon 11 (1962).
       :doi:`10.2307/1217208`

    Examples
    --------
    >>> from coterie.hierarchy import cophenet
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> cophenet(Z)
    array([0.5, 1.5, 1.5])
    >>> c, d = cophenet(Z, [0.5, 1.5, 2.0])
    >>> round(float(c), 4)
    0.9449
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    n_pairs = n * (n - 1) // 2
    if Y is not None:
        Y = np.ascontiguousarray(Y, dtype=np.float64)
        if check_condensed(Y, "Y") != n:
            raise ValueError(f"Y must hold the {n_pairs} distances between the {n} points of Z. Got {len(Y)}.")
    _memory.require(8 * n_pairs, f"The cophenetic distances of {n:,} points",
                    "The linkage matrix holds the same in less.")
    size = _count_leaves(children)
    first, _ = _order_leaves(children, size)
    parent = np.empty_like(size)
    tree_pairs.find_parents(children, parent)
    rows = max(1, _CHUNK // n)
    row, d = np.empty((_n_slots(n - 1, rows), n)), np.empty(n_pairs)
    _chunked(lambda rows, *where: tree_pairs.pair_heights(
        children, Z[:, 2], size, first, parent, rows, row, d, *where), n - 1, rows)
    if Y is None:
        return d
    sums = np.empty((-(-n_pairs // _CHUNK), 3))
    d_mean, y_mean = d.mean(), Y.mean()
    _chunked(lambda length, *where: tree_pairs.joint_moments(d, Y, d_mean, y_mean, length, sums, *where),
             n_pairs, _CHUNK)
    together, d_alone, y_alone = sums.sum(axis=0)
    return together / np.sqrt(d_alone * y_alone), d


def inconsistent(Z: ArrayLike, d: int = 2) -> NDArray[np.float64]:
    """How the height of each cluster compares with the heights just below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    d : int, default=2
        How many levels count: 1 the cluster alone, 2 its children, too, and so on. Points don't count.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        For each cluster the mean of the heights, their standard deviation, their number, and the inconsistency
        coefficient: (height - mean) / standard deviation, or 0 where the deviation is 0.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `d` is negative or not a whole number.

    Notes
    -----
    O(n m) time for m clusters within d levels of one: m is at most 3 for d = 2.

    References
    ----------
    .. [1] A. K. Jain, R. C. Dubes, "Algorithms for Clustering Data", Prentice-Hall (1988), section 3.2.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent
    >>> inconsistent([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]).round(4)
    array([[1.    , 0.    , 1.    , 0.    ],
           [2.    , 1.4142, 2.    , 0.7071]])
    """
    Z, children = read_linkage(Z, convert=True)
    return _inconsistent(Z, children, d)


def _inconsistent(Z: NDArray[np.float64], children: NDArray[np.int64], d: int) -> NDArray[np.float64]:
    if d != np.floor(d) or d < 0:
        raise ValueError("The second argument d must be a nonnegative integer value.")
    levels = max(1, int(min(d, len(Z))))
    rows = max(1, _CHUNK // 4 // levels)
    path, turn = np.empty((2, _n_slots(len(Z), rows), levels), np.int64)
    R = np.empty((len(Z), 4))
    _chunked(lambda rows, *where: tree_stats.inconsistency(children, Z[:, 2], rows, path, turn, R, *where),
             len(Z), rows)
    return R


def _running_maximum(children: NDArray[np.int64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    most = np.empty(len(own))
    tree_stats.running_maximum(children, own, most)
    return most


def maxdists(Z: ArrayLike) -> NDArray[np.float64]:
    """The largest height in each cluster: its own, unless one below is higher (centroid and median linkage).

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import maxdists
    >>> maxdists([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 0.9, 3.0]])
    array([1., 1.])
    """
    Z, children = read_linkage(Z, convert=True)
    return _running_maximum(children, Z[:, 2])


def maxinconsts(Z: ArrayLike, R: ArrayLike) -> NDArray[np.float64]:
    """The largest inconsistency coefficient in each cluster and all clusters below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    R : array-like of shape (n - 1, 4)
        Inconsistency matrix, as `inconsistent` returns it; not modified.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `R` not an inconsistency matrix of as many rows.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent, maxinconsts
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    >>> maxinconsts(Z, inconsistent(Z)).round(4)
    array([0.    , 0.7071])
    """
    return maxRstat(Z, R, 3)


def maxRstat(Z: ArrayLike, R: ArrayLike, i: int) -> NDArray[np.float64]:
    """The largest of one statistic of `R` in each cluster and all clusters below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    R : array-like of shape (n - 1, 4)
        Inconsistency matrix, as `inconsistent` returns it; not modified.
    i : int
        Which column of `R`: 0 mean, 1 standard deviation, 2 count, 3 coefficient.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, `R` not an inconsistency matrix of as many rows, or `i` not 0, 1, 2 or 3.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent, maxRstat
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    >>> maxRstat(Z, inconsistent(Z), 0)
    array([1., 2.])
    """
    Z, children = read_linkage(Z, convert=True)
    R = _read_inconsistency(R, len(Z))
    if not isinstance(i, int | np.integer):
        raise TypeError("The third argument must be an integer.")
    if i < 0 or i > 3:
        raise ValueError("i must be an integer between 0 and 3 inclusive.")
    return _running_maximum(children, R[:, i])


# ------------------------------------------------------------------------------------------- flat clusters


def fcluster(Z: ArrayLike, t: float, criterion: str = "inconsistent", depth: int = 2, R: ArrayLike | None = None,
             monocrit: ArrayLike | None = None) -> NDArray[np.int32]:
    """Flat clusters from a tree: the largest subtrees that stay within a threshold.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    t : float
        The threshold; with ``"maxclust"`` and ``"maxclust_monocrit"`` the largest number of clusters, at least 1.
    criterion : str, default="inconsistent"
        What stays within the threshold:

        - ``"inconsistent"``: the inconsistency coefficient of the cluster and of all clusters below it.
        - ``"distance"``: the same for heights, so that no two points of a cluster have a cophenetic distance above t.
        - ``"maxclust"``: as ``"distance"``, with the smallest height of `Z` that leaves at most t clusters.
        - ``"monocrit"``: ``monocrit[i]`` for cluster i.
        - ``"maxclust_monocrit"``: as ``"monocrit"``, with the smallest value that leaves at most t clusters.
    depth : int, default=2
        Levels that count for the inconsistency coefficient, see `inconsistent`.
    R : array-like of shape (n - 1, 4), optional
        Inconsistency matrix, where it is known already; not modified.
    monocrit : array-like of shape (n - 1,), optional
        Any statistic of the clusters that does not fall from a cluster to those that contain it; not modified.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster of each point, counted from 1, with scipy's numbers: at each node clusters below the left child come
        first, then those below the right one, then children that are points.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, `R` or `monocrit` is wrong or missing, `criterion` is unknown, or less than one
        cluster is asked for.

    See Also
    --------
    cut_tree : Exactly as many clusters as asked for.

    Notes
    -----
    O(n) time, O(n log n) with ``"maxclust"`` and ``"maxclust_monocrit"``. Merges of the same height are done together
    or not at all, so ``"maxclust"`` may give less than t clusters.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> fcluster(Z, 1.0, "distance")
    array([1, 1, 2], dtype=int32)
    >>> fcluster(Z, 3, "maxclust")
    array([1, 2, 3], dtype=int32)
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    if criterion == "inconsistent":
        R = _inconsistent(Z, children, depth) if R is None else _read_inconsistency(R, n - 1)
        key = _running_maximum(children, R[:, 3])
    elif criterion in ("distance", "maxclust"):
        key = _running_maximum(children, Z[:, 2])
    elif criterion in ("monocrit", "maxclust_monocrit"):
        if monocrit is None:
            raise ValueError(f"monocrit must be given for criterion {criterion!r}.")
        key = np.ascontiguousarray(monocrit, dtype=np.float64)
        if key.shape != (n - 1,):
            raise ValueError(f"monocrit must have shape ({n - 1},), one number for each row of Z. Got {key.shape}.")
    else:
        raise ValueError(f"Invalid cluster formation criterion: {criterion}")
    if criterion in ("maxclust", "maxclust_monocrit"):
        most = int(t)
        if most < 1:
            raise ValueError(f"t must be at least 1 for criterion {criterion!r}. Got {t!r}.")
        if most >= n:
            return np.arange(1, n + 1, dtype=np.int32)
        row = tree_cut.count_below(children, key, most, np.empty(n - 1, np.int32))
        threshold = key[row] if row < n - 1 else np.inf
    else:
        threshold = float(t)
    label = np.empty(2 * n - 1, np.int32)
    tree_cut.label_below(children, key, threshold, np.empty(2 * n, np.int64), label)
    return label[:n].copy()


def leaders(Z: ArrayLike, T: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The node of the tree that each flat cluster is.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    T : array-like of shape (n,), int32
        Cluster of each point, as `fcluster` returns it; not modified.

    Returns
    -------
    L : ndarray of shape (k,), int32
        The nodes with exactly the points of one cluster, from left to right in the tree.
    M : ndarray of shape (k,), int32
        The labels of these clusters.

    Raises
    ------
    TypeError
        `T` is not int32.
    ValueError
        `Z` is not a linkage matrix, `T` is of another length, or a cluster of `T` is not a subtree.

    Notes
    -----
    O(n log n) time, for counting the labels.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster, leaders
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> leaders(Z, fcluster(Z, 1.0, "distance"))
    (array([2, 3], dtype=int32), array([2, 1], dtype=int32))
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    T = np.asarray(T)
    if T.dtype != np.int32 or T.ndim != 1:
        raise TypeError("T must be a 1-D array of dtype int32.")
    if len(T) != n:
        raise ValueError("Mismatch: len(T)!=Z.shape[0] + 1.")
    size = _count_leaves(children)
    order = np.empty(n - 1, np.int64)
    tree_read.order_clusters(children, size, np.empty_like(size), order)
    L, M = np.zeros((2, len(np.unique(T))), np.int32)
    label = np.empty(2 * n - 1, np.int32)
    label[:n] = T
    node = tree_read.find_leaders(children, order, label, L, M)
    if node >= 0:
        raise ValueError("T is not a valid assignment vector. Error found when examining linkage node "
                         f"{node} (< 2n-1).")
    return L, M


def cut_tree(Z: ArrayLike, n_clusters: ArrayLike | None = None, height: ArrayLike | None = None) -> NDArray[np.int64]:
    """Cut a tree into given numbers of clusters, or at given heights.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    n_clusters : int or array-like of shape (m,), optional
        Numbers of clusters; less than 1 counts as 1, more than n as n.
    height : float or array-like of shape (m,), optional
        Heights: clusters that are lower than a height are whole below the cut.

    Returns
    -------
    ndarray of shape (n, m), int64
        One cut a column: cluster of each point, counted from 0, numbered by their first points. With neither
        `n_clusters` nor `height` given, the n cuts into n, n - 1, ..., 1 clusters.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or both `n_clusters` and `height` are given.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    fcluster : Flat clusters by other criteria.

    Notes
    -----
    O(n log n + n m) time. The merges are done in the order of their heights; those of like height in the order of their
    depth, deepest first, from left to right. A cluster that is lower than one below it (see `is_monotonic`) counts as
    high as that one, so that each merge makes one cluster less and a cut into k clusters has exactly k.
    scipy's cut may have other numbers of clusters in that case, and where a cut into n is not the first of several.

    Examples
    --------
    >>> from coterie.hierarchy import cut_tree
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> cut_tree(Z, n_clusters=2)
    array([[0],
           [0],
           [1]])
    >>> cut_tree(Z)
    array([[0, 0, 0],
           [1, 0, 0],
           [2, 1, 0]])
    """
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    if n_clusters is not None and height is not None:
        raise ValueError("At least one of either height or n_clusters must be None")
    highest = _running_maximum(children, Z[:, 2])
    order = np.empty(n - 1, np.int64)
    tree_cut.breadth_first(children, order)
    order = order[::-1]
    order = order[np.argsort(highest[order], kind="stable")]
    if height is not None:
        n_merges = np.searchsorted(highest[order], np.atleast_1d(height))
    elif n_clusters is not None:
        n_merges = n - np.clip(np.ceil(np.atleast_1d(n_clusters)), 1, n)
    else:
        n_merges = np.arange(n)
    n_merges, m = n_merges.astype(np.int64), len(n_merges)
    _memory.require(8 * n * m, f"{m:,} cuts of a tree of {n:,} points", "Ask for fewer at a time.")
    rank = np.empty(n - 1, np.int64)
    rank[order] = np.arange(n - 1)
    top, number = np.empty((2, max(1, _n_slots(m, 1)), 2 * n - 1), np.int64)
    labels = np.empty((m, n), np.int64)
    _chunked(lambda _, *where: tree_cut.label_merged(children, rank, n_merges, top, number, labels, *where), m, 1)
    return labels.T


# ------------------------------------------------------------------------------------------- order of leaves


def optimal_leaf_ordering(Z: ArrayLike, y: ArrayLike, metric: str | Callable = "euclidean") -> NDArray[np.float64]:
    """Turn the branches of a tree so that neighbouring points are as near as can be, all in all.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    y : array-like of shape (n * (n - 1) / 2,) or (n, n_features)
        Condensed distances, or observations; not modified.
    metric : str or callable, default="euclidean"
        The distance between observations, see `coterie.distances`.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        `Z` with children exchanged: of all orders of the points that the tree allows, one with the smallest sum of
        distances between neighbours.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `y` has not as many points, or holds NaN or infinity.
    MemoryError
        The square matrix of distances would not fit into memory; nothing was allocated.

    Warns
    -----
    ClusterWarning
        `y` looks like a square matrix of distances.

    Notes
    -----
    O(n^3) time for balanced trees, O(n^2) for chains; memory of up to 10 n^2 bytes. Of an order and its mirror image,
    and of orders of the same sum, that is taken which keeps more of the children of the last merges in place. The same
    bits for any number of threads.

    scipy's function of that name turns a branch for its own sake where the branch above needs it turned otherwise, and
    so often misses the smallest sum.

    References
    ----------
    .. [1] Z. Bar-Joseph, D. K. Gifford, T. S. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
       Bioinformatics 17 (2001). :doi:`10.1093/bioinformatics/17.suppl_1.S22`
    .. [2] Z. Bar-Joseph, E. D. Demaine, D. K. Gifford, N. Srebro, A. M. Hamel, T. S. Jaakkola, "K-ary clustering with
       optimal leaf ordering for gene expression data", Bioinformatics 19 (2003). :doi:`10.1093/bioinformatics/btg030`

    Examples
    --------
    >>> from coterie.hierarchy import leaves_list, optimal_leaf_ordering
    >>> X = [[0.0], [1.0], [3.0]]
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
    >>> leaves_list(Z), leaves_list(optimal_leaf_ordering(Z, X))
    (array([2, 0, 1], dtype=int32), array([2, 1, 0], dtype=int32))
    """
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    y = np.ascontiguousarray(y, dtype=np.float64)
    if y.ndim == 2:
        warn_of_distances(y)
        y = pdist(y, metric)
    elif y.ndim != 1:
        raise ValueError("`y` must be 1 or 2 dimensional.")
    if check_condensed(y) != n:
        raise ValueError(f"y must be of the {n} points of Z. Got {check_condensed(y)} points.")
    if not np.isfinite(y).all():
        raise ValueError("The condensed distance matrix must contain only finite values.")
    Z = Z.copy()
    if n == 2:
        return Z

    size = _count_leaves(children)
    first, leaves = _order_leaves(children, size)
    left, right = size[children].T
    half_size = int((left * right).max())
    _memory.require(8 * (n * n + half_size), f"Ordering the leaves of a tree of {n:,} points",
                    "Do without, or cut the tree and order the parts.")
    n_threads = _parallel.get_num_threads()
    M, half, pack = np.empty((n, n)), np.empty(half_size), np.empty((n_threads, leaf_order.PACK))
    _chunked(lambda rows, *where: leaf_order.gather(y, leaves, rows, M, *where), n, max(1, _CHUNK // 8 // n))

    def node_after_node(start: int, stop: int) -> None:
        _parallel.run(lambda *where: leaf_order.order_nodes(children, first, size, start, M, half, pack, *where),
                      stop - start, 1)

    pairs = np.concatenate([np.zeros(n, np.int64), 2 * left * right])[children]  # of points below the two grandchildren
    done = 0
    for row in np.flatnonzero(pairs[:, 0] * right + pairs[:, 1] * left > _ALONE).tolist():
        node_after_node(done, row)
        rows = max(16, min(64, left[row] // 16))
        _chunked(lambda rows, *where: leaf_order.order_left(
            children, first, size, row, rows, M, half, pack, *where), left[row], rows)  # noqa: B023
        _chunked(lambda rows, *where: leaf_order.order_right(
            children, first, size, row, rows, M, half, pack, *where), left[row], rows)  # noqa: B023
        done = row + 1
        _parallel.report("leaf ordering", done, n - 1)
    node_after_node(done, n - 1)
    ends = np.empty((2 * n - 1, 2), np.int64)
    _parallel.run(lambda *where: leaf_order.trace(children, first, size, leaves, y, M, ends, Z, *where), n - 1, 1)
    return Z
