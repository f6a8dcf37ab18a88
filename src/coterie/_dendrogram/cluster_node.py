# SPDX-License-Identifier: BSD-3-Clause
"""A tree as objects: `ClusterNode`, and the tree of a linkage matrix."""

from __future__ import annotations

from collections.abc import Callable, Container
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._base.wording import shown
from .linkage_matrix import read_linkage
from .walks import count_leaves

if TYPE_CHECKING:
    from .._base.typing import ArrayLike


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
        Number of points; used only if there are no children.

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
    Nodes compare by height and cannot be hashed. A deep copy or a pickle of a node includes all nodes below it and
    needs no recursion, however deep the tree. Nodes that are pickled together come back as separate trees.

    Examples
    --------
    >>> from coterie.hierarchy import ClusterNode
    >>> pair = ClusterNode(2, ClusterNode(0), ClusterNode(1), dist=0.5)
    >>> pair.count, pair.is_leaf(), pair.pre_order()
    (2, False, [0, 1])
    """

    __module__ = "coterie.hierarchy"  # where users find it, and pickles, too

    def __init__(
        self,
        id: int,
        left: ClusterNode | None = None,
        right: ClusterNode | None = None,
        dist: float = 0.0,
        count: int = 1,
    ) -> None:
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
        self.count: int = count if left is None or right is None else left.count + right.count

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
        """The left child; None for a point."""
        return self.left

    def get_right(self) -> ClusterNode | None:
        """The right child; None for a point."""
        return self.right

    def is_leaf(self) -> bool:
        """Whether the node is a point."""
        return self.left is None

    def pre_order(self, func: Callable[[ClusterNode], Any] = lambda x: x.id) -> list[Any]:
        """What `func` returns for each point below the node, from left to right; by default the point numbers."""
        if not callable(func):
            raise TypeError(f"func must be callable. Got {shown(func)}.")
        found, ahead = [], [self]
        while ahead:
            node = ahead.pop()
            if node.left is None or node.right is None:
                found.append(func(node))
            else:
                ahead += (node.right, node.left)
        return found

    def _bottom_up(self, known: Container[int] = ()) -> list[ClusterNode]:
        """The node and all below it, but for those whose id() is known; children before their parents."""
        found, ahead = [], [self]
        while ahead:
            node = ahead.pop()
            if id(node) not in known:
                found.append(node)
                if node.left is not None and node.right is not None:
                    ahead += (node.left, node.right)
        return found[::-1]

    def __copy__(self) -> ClusterNode:
        node = self.__class__.__new__(self.__class__)
        node.__dict__.update(self.__dict__)
        return node

    def __deepcopy__(self, memo: dict[int, Any]) -> ClusterNode:
        nodes = self._bottom_up(memo)
        for node in nodes:
            memo[id(node)] = node.__class__.__new__(node.__class__)
        for node in nodes:  # children are known by now: no recursion
            memo[id(node)].__dict__.update(
                {
                    name: value if type(value) in (int, float) else deepcopy(value, memo)
                    for name, value in vars(node).items()
                }
            )
        copied: ClusterNode = memo[id(self)]
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        nodes = self._bottom_up()
        place = {id(node): i for i, node in enumerate(nodes)}
        children = [
            None if node.left is None or node.right is None else (place[id(node.left)], place[id(node.right)])
            for node in nodes
        ]
        states = [{**vars(node), "left": None, "right": None} for node in nodes]
        return self.__class__._rebuild, (states, children)

    @classmethod
    def _rebuild(cls, states: list[dict[str, Any]], children: list[tuple[int, int] | None]) -> ClusterNode:
        """The last of the pickled nodes."""
        nodes: list[ClusterNode] = []
        for state, below in zip(states, children, strict=True):
            node = cls.__new__(cls)
            node.__dict__.update(state)
            if below is not None:
                node.left, node.right = nodes[below[0]], nodes[below[1]]
            nodes.append(node)
        return nodes[-1]


def _dist(node: object) -> float:
    if not isinstance(node, ClusterNode):
        raise ValueError(f"Can't compare ClusterNode to type {type(node)}")
    return node.dist


def to_tree(Z: ArrayLike, rd: bool = False) -> ClusterNode | tuple[ClusterNode, list[ClusterNode]]:
    """The tree of a linkage matrix, as objects.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    rd : bool, default=False
        Return the list of nodes as well.

    Returns
    -------
    root : ClusterNode
        The cluster of all points.
    nodes : list of ClusterNode
        Only with `rd`: node i is at index i.

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
    size = count_leaves(children)
    wrong = size[n:] != Z[:, 3]
    if wrong.any():
        raise ValueError(f"Corrupt matrix Z. The count Z[{wrong.argmax()},3] is incorrect.")
    nodes = [ClusterNode(i) for i in range(n)]
    for (left, right), dist in zip(children.tolist(), Z[:, 2].tolist(), strict=True):
        nodes.append(ClusterNode(len(nodes), nodes[left], nodes[right], dist))
    return (nodes[-1], nodes) if rd else nodes[-1]
