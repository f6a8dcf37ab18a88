"""Sets that merge."""

import numpy as np
import pytest

from coterie.hierarchy import DisjointSet


def test_elements_begin_alone_and_keep_their_order():
    sets = DisjointSet(["b", 3, (1, 2), "b"])
    assert list(sets) == ["b", 3, (1, 2)]
    assert (len(sets), sets.n_subsets) == (3, 3)
    assert 3 in sets
    assert 4 not in sets
    assert [sets[x] for x in sets] == list(sets)
    sets.add(4)
    sets.add(4)
    assert (len(sets), sets.n_subsets, sets.subset(4)) == (4, 4, {4})
    assert len(DisjointSet()) == len(DisjointSet([])) == 0


def test_the_larger_set_keeps_its_root_and_of_two_as_large_the_older():
    sets = DisjointSet("abcd")
    assert sets.merge("b", "a")
    assert sets["b"] == "a"
    assert sets.merge("d", "b")
    assert sets["d"] == "a"
    assert not sets.merge("a", "d")
    assert sets.n_subsets == 2
    assert sets.connected("a", "d")
    assert not sets.connected("a", "c")


@pytest.mark.parametrize("of_any", ["__getitem__", "subset", "subset_size"])
def test_what_was_never_added_is_an_error(of_any):
    sets = DisjointSet([1])
    with pytest.raises(KeyError):
        getattr(sets, of_any)(2)
    for of_two in (sets.merge, sets.connected):
        for pair in ((1, 2), (2, 1)):
            with pytest.raises(KeyError):
                of_two(*pair)
    assert list(sets) == [1]


def test_sets_are_those_of_a_slow_copy():
    rng = np.random.RandomState(0)
    sets, groups = DisjointSet(range(60)), [{i} for i in range(60)]
    for a, b in rng.randint(60, size=(80, 2)).tolist():
        one, other = (next(group for group in groups if x in group) for x in (a, b))
        assert sets.connected(a, b) is (one is other)
        assert sets.merge(a, b) is (one is not other)
        if one is not other:
            groups.remove(other)
            one |= other
        assert sets.n_subsets == len(groups)
        assert sets.subset(a) == one
        assert sets.subset_size(b) == len(one)
    assert sets.subsets() == sorted(groups, key=min)


def test_long_chains_of_merges():
    n = 100_000
    sets = DisjointSet(range(n))
    for i in range(n - 1, 0, -1):
        sets.merge(i, i - 1)
    assert sets.n_subsets == 1
    assert sets.subset_size(0) == len(sets.subset(n - 1)) == n
