"""Splits by splinter groups, whatever the steps in which they are made."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from coterie._runtime._kernels import simd
from coterie._runtime.parallel import over
from coterie.hierarchy._kernels import divisive


def divide(D, budget=1 << 24, n_threads=1, rows=7):
    """Children and largest dissimilarities between them, and what the kernel asked for on the way."""
    n = len(D)
    children, cross = np.full((n - 1, 2), -1), np.full(n - 1, np.nan)
    place, ids = np.full(n, -7, dtype=np.int32), np.full(2 * n + 512, -7, dtype=np.int32)
    vectors, blocks = np.full((4, len(ids)), np.nan), np.full(n * n // 3 + 1, np.nan)
    top = np.full(-(-n // divisive.STRIP_OBJECTS), np.nan)
    division = divisive.Division(D, blocks, place, ids, vectors, top, children, cross)
    over(n, rows, n_threads, divisive.start, division)
    asked, todo = [], divisive.GO_ON
    while todo != divisive.IS_DONE:
        kernel = {divisive.COPY_ROWS: divisive.copy_rows, divisive.SUM_ROWS: divisive.sum_rows}.get(todo)
        if kernel is not None:
            over(division.n_rows, rows, n_threads, kernel, division)
        todo = divisive.divide(division, budget)
        asked.append(todo)
    assert division.n_pairs == n * (n - 1) // 2
    return children, cross, asked


def matrix(X):
    return np.abs(X[:, None] - X).sum(axis=2)


def members(children, n):
    sets = [frozenset([i]) for i in range(n)] + [None] * (n - 1)
    for node in range(n - 2, -1, -1):
        sets[n + node] = sets[children[node, 0]] | sets[children[node, 1]]
    return sets


def test_a_splinter_group_by_hand():
    # 0 1 2 are near each other, 3 and 4 are far: 4 is farthest on average (27 + 27.5 + 28 + 3), then 3 joins it.
    D = matrix(np.array([[0.0], [0.5], [1.0], [25.0], [28.0]]))
    children, cross, _ = divide(D)
    assert members(children, 5)[children[0, 1]] == {3, 4} and cross[0] == 28
    assert sorted(cross[1:]) == [0.5, 1, 3]


def test_children_come_after_their_parents_and_each_pair_is_separated_once():
    rng = np.random.RandomState(0)
    for n in (2, 3, 5, 40, 300):
        D = matrix(rng.normal(size=(n, 2)))
        children, cross, _ = divide(D)
        assert (children[children >= n] - n > np.nonzero(children >= n)[0]).all()
        assert sorted(children.ravel()) == [i for i in range(2 * n - 1) if i != n]
        sets = members(children, n)
        for node, (rest, splinter) in enumerate(children):
            assert cross[node] == D[np.ix_(sorted(sets[rest]), sorted(sets[splinter]))].max()


@pytest.mark.parametrize("budget", [1, 100, 5000])
def test_small_steps_lead_to_the_same_splits(budget):
    rng = np.random.RandomState(1)
    for size in (1.0, 30.0):  # the latter is full of outliers, which take the sums down
        D = matrix(np.exp(size * rng.normal(size=(150, 1))))
        one, other = divide(D), divide(D, budget)
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
        assert len(other[2]) > len(one[2]) == 1


def large_cases():
    rng = np.random.RandomState(2)
    halves = matrix(rng.normal(size=(2300, 1)) + 10.0 * (np.arange(2300) % 2)[:, None])
    outliers = matrix(rng.normal(size=(1300, 1)) + 1e5 * (np.arange(1300) % 5 == 0)[:, None])
    return {"copy": (halves, divisive.COPY_ROWS), "sum": (outliers, divisive.SUM_ROWS)}


def split_quickly(D, cluster):
    """One split, with sums kept: as the oracle, in a time that large clusters allow."""
    part = D[np.ix_(cluster, cluster)]
    sums, near, moved = part.sum(axis=1), np.zeros(len(cluster)), np.zeros(len(cluster), dtype=bool)
    leader = sums.argmax()
    while leader is not None:
        moved[leader] = True
        near += part[leader]
        rest = len(cluster) - moved.sum()
        gain = np.where(moved, -np.inf, (sums - near) / max(1, rest - 1) - near / moved.sum())
        leader = gain.argmax() if rest > 1 and gain.max() > 0 else None
    return {frozenset(np.flatnonzero(moved)), frozenset(np.flatnonzero(~moved))}, cluster


@pytest.mark.parametrize("case", ["copy", "sum"])
def test_large_clusters_are_copied_and_summed_in_parallel(case):
    D, expected = large_cases()[case]
    n = len(D)
    children, cross, asked = divide(D, rows=100)
    assert expected in asked
    sets = members(children, n)
    for node in range(6):  # the largest clusters, in some order
        cluster = np.array(sorted(sets[n + node]))
        parts, _ = split_quickly(D, cluster)
        assert parts == {frozenset(np.searchsorted(cluster, sorted(sets[child]))) for child in children[node]}
    for n_threads in (2, 3):
        again, same, _ = divide(D, n_threads=n_threads, rows=33)
        np.testing.assert_array_equal(again, children)
        np.testing.assert_array_equal(same, cross)


def test_clusters_are_described_from_the_bottom_up():
    children = np.array([[6, 8], [7, 0], [2, 3], [1, 4]])
    diameter = np.array([5.0, 1.0, 2.0, 9.0])
    size, first = np.empty((2, 4), dtype=np.int64)
    divisive.describe(children, diameter, size, first)
    assert diameter.tolist() == [9, 2, 2, 9] and size.tolist() == [5, 3, 2, 2] and first.tolist() == [0, 0, 2, 1]


def digest():
    rng = np.random.RandomState(3)
    found = hashlib.sha256()
    for n in (9, 130, 700):
        D = matrix(np.exp(3 * rng.normal(size=(n, 3))))
        for array in divide(D)[:2]:
            found.update(array.tobytes())
    return found.hexdigest()


@pytest.mark.parametrize("level", simd.supported())
def test_bits_do_not_depend_on_the_instruction_level(level):
    code = f"import sys; sys.path[:0] = {sys.path!r}; from kernels.test_divisive import digest; print(digest())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
        env={**os.environ, "COTERIE_SIMD": level},
    )
    assert done.stdout.strip() == digest()
