# SPDX-License-Identifier: BSD-3-Clause
"""Disjoint sets of any elements, which can be merged."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

__all__ = ["DisjointSet"]


class DisjointSet:
    """Disjoint subsets of elements, which can be merged.

    Parameters
    ----------
    elements : iterable of hashable, optional
        At first, each element is its own subset.

    Attributes
    ----------
    n_subsets : int
        The number of subsets.

    Notes
    -----
    Union by size and path halving: practically constant time for `add`, `merge`, `connected`, `subset_size` and the
    look-up of a root; `subset` takes time proportional to the size of its result [1]_. If two subsets have the same
    size, the root that was added first stays the root.

    References
    ----------
    .. [1] R. E. Tarjan, J. van Leeuwen, "Worst-case analysis of set union algorithms", Journal of the ACM 31 (1984).
       :doi:`10.1145/62.2160`

    Examples
    --------
    >>> from coterie.hierarchy import DisjointSet
    >>> friends = DisjointSet(["Ann", "Bob", "Cem", "Dee"])
    >>> friends.merge("Ann", "Bob")
    True
    >>> friends.merge("Cem", "Bob")
    True
    >>> friends.connected("Ann", "Cem"), friends["Cem"], friends.n_subsets
    (True, 'Ann', 2)
    >>> [sorted(each) for each in friends.subsets()]
    [['Ann', 'Bob', 'Cem'], ['Dee']]
    """

    __module__ = "coterie.hierarchy"  # where users and pickles find it

    def __init__(self, elements: Iterable[Hashable] | None = None) -> None:
        self.n_subsets = 0
        self._place: dict[Hashable, int] = {}
        self._elements: list[Hashable] = []
        self._parent: list[int] = []
        self._size: list[int] = []
        self._next: list[int] = []  # each subset is a ring
        for x in () if elements is None else elements:
            self.add(x)

    def __iter__(self) -> Iterator[Hashable]:
        """The elements, in the order in which they were added."""
        return iter(self._elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __contains__(self, x: Hashable) -> bool:
        return x in self._place

    def __getitem__(self, x: Hashable) -> Hashable:
        """The root of the subset that `x` is in: two elements are in the same subset if their roots are the same.

        Raises
        ------
        KeyError
            `x` was never added.
        """
        return self._elements[self._root(x)]

    def _root(self, x: Hashable) -> int:
        i, parent = self._place[x], self._parent
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    def add(self, x: Hashable) -> None:
        """Add `x` as its own subset; nothing happens if it was added before."""
        if x not in self._place:
            i = self._place[x] = len(self._elements)
            self._elements.append(x)
            self._parent.append(i)
            self._size.append(1)
            self._next.append(i)
            self.n_subsets += 1

    def merge(self, x: Hashable, y: Hashable) -> bool:
        """Merge the subsets of `x` and `y`.

        Returns
        -------
        bool
            False if they were in the same one already.

        Raises
        ------
        KeyError
            `x` or `y` was never added.
        """
        large, small = self._root(x), self._root(y)
        if large == small:
            return False
        if (self._size[large], -large) < (self._size[small], -small):
            large, small = small, large
        self._parent[small] = large
        self._size[large] += self._size[small]
        self._next[large], self._next[small] = self._next[small], self._next[large]
        self.n_subsets -= 1
        return True

    def connected(self, x: Hashable, y: Hashable) -> bool:
        """Whether `x` and `y` are in the same subset.

        Raises
        ------
        KeyError
            `x` or `y` was never added.
        """
        return self._root(x) == self._root(y)

    def subset(self, x: Hashable) -> set[Hashable]:
        """The subset that `x` is in, as a new set.

        Raises
        ------
        KeyError
            `x` was never added.
        """
        return {self._elements[i] for i in self._ring(self._place[x])}

    def subset_size(self, x: Hashable) -> int:
        """The number of elements of the subset that `x` is in.

        Raises
        ------
        KeyError
            `x` was never added.
        """
        return self._size[self._root(x)]

    def subsets(self) -> list[set[Hashable]]:
        """All subsets, as new sets, in the order of their first elements."""
        seen = bytearray(len(self))
        found = []
        for i in range(len(self)):
            if not seen[i]:
                ring = self._ring(i)
                for j in ring:
                    seen[j] = True
                found.append({self._elements[j] for j in ring})
        return found

    def _ring(self, i: int) -> list[int]:
        ring = [i]
        while (i := self._next[i]) != ring[0]:
            ring.append(i)
        return ring
