"""Renumbering labels and comparing them."""

import dataclasses
import itertools
import pickle

import numpy as np
import pytest

from coterie import align_labels, compare, relabel, scores
from coterie._runtime import memory
from coterie.scores import _assignment


def best_numbering(previous, labels):
    """By trying all: the most rows keep their number; of equals each earlier cluster in turn goes to the one that comes
    first."""
    before = sorted(set(previous) - {-1})
    after = [each for each in dict.fromkeys(labels) if each != -1]
    size = max(len(before), len(after))
    best = None
    for places in itertools.permutations(range(size)):
        shared = [
            sum(p == b and each == after[place] for p, each in zip(previous, labels, strict=True))
            if place < len(after)
            else 0
            for b, place in zip(before, places, strict=False)
        ]
        key = -sum(shared), [place if there else size for place, there in zip(places, shared, strict=False)]
        if best is None or key < best[0]:
            best = key, {after[place]: b for b, place, there in zip(before, places, shared, strict=False) if there}
    unused = itertools.count(max(before, default=-1) + 1)
    names = {each: best[1][each] if each in best[1] else next(unused) for each in after} | {-1: -1}
    return [names[each] for each in labels]


# ------------------------------------------------------------------------------------------- align_labels


@pytest.mark.parametrize("seed", range(150))
def test_aligned_labels_are_those_found_by_trying_all(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 15))
    previous = rng.integers(-1, rng.integers(1, 6), n).tolist()
    labels = rng.integers(-1, rng.integers(1, 6), n).tolist()
    assert align_labels(previous, labels).tolist() == best_numbering(previous, labels)


@pytest.mark.parametrize("largest", [1, 4, 10**12])
@pytest.mark.parametrize("seed", range(10))
def test_total_overlap_is_that_of_scipy(largest, seed):
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng([largest, seed])
    for _ in range(15):
        overlap = rng.integers(0, largest, rng.integers(1, 25, 2), endpoint=True)
        row = _assignment.best_partners(overlap)
        paired = np.flatnonzero(row >= 0)
        assert len(set(row[paired])) == len(paired)
        assert (overlap[row[paired], paired] > 0).all()
        assert overlap[row[paired], paired].sum() == overlap[optimize.linear_sum_assignment(-overlap)].sum()


def test_rerun_keeps_its_numbers_however_it_is_numbered():
    rng = np.random.default_rng(0)
    previous = rng.integers(-1, 30, 2000)
    labels = np.where(rng.random(2000) < 0.3, rng.integers(-1, 33, 2000), previous)
    aligned = align_labels(previous, labels)
    assert np.mean(aligned == previous) > 0.6
    shuffled = np.append(rng.permutation(33), -1)[labels]
    np.testing.assert_array_equal(align_labels(previous, shuffled), aligned)
    np.testing.assert_array_equal(align_labels(aligned, labels), aligned)
    assert {tuple(pair) for pair in zip(labels.tolist(), aligned.tolist(), strict=True)}.__len__() == 34  # one to one


@pytest.mark.parametrize(
    "previous, labels, expected",
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]),
        ([4, 4, 9, 9], [0, 0, 1, 1], [4, 4, 9, 9]),
        ([0, 0, 1, 1], [5, 5, 5, 5], [0, 0, 0, 0]),  # a tie: the lower number
        ([0, 0, 0, 0], [3, 3, 2, 2], [0, 0, 1, 1]),  # a tie: the earlier row
        ([4, 4, 9, 9], [0, 1, 2, 3], [4, 10, 9, 11]),  # new ones come after the largest
        ([0, 0, 1], [-1, -1, 7], [-1, -1, 1]),
        ([-1, -1, 1], [0, 0, 7], [2, 2, 1]),  # what was noise is new
        ([-1, -1], [3, 4], [0, 1]),
        ([0, 0, 1, 1], [0, -1, -1, -1], [0, -1, -1, -1]),
        (["rare", "rare", "bulk"], [1, 1, 0], ["rare", "rare", "bulk"]),
        (["rare", "rare", "1"], [1, 0, -1], ["rare", "0", "-1"]),
        (["0", "1", "1"], [5, 6, 7], ["0", "1", "2"]),
        ([1, 2, 2], ["b", "a", "-1"], [1, 2, -1]),
        ([1.0, 2.0], [True, False], [1, 2]),
    ],
)
def test_aligned_labels_by_hand(previous, labels, expected):
    assert align_labels(previous, labels).tolist() == expected


def test_two_runs_that_share_no_row_have_no_number_in_common():
    assert not set(align_labels([0, 1, -1, -1], [-1, -1, 0, 1]).tolist()) & {0, 1}


# ------------------------------------------------------------------------------------------- relabel


@pytest.mark.parametrize(
    "labels, by_size, by_first",
    [
        ([5, 3, 3, 9, 9, 9], [2, 1, 1, 0, 0, 0], [0, 1, 1, 2, 2, 2]),
        ([7, 2, 2, 7], [0, 1, 1, 0], [0, 1, 1, 0]),  # equally large: the earlier row
        ([-1, 4, -1, 1, 1, -1], [-1, 1, -1, 0, 0, -1], [-1, 0, -1, 1, 1, -1]),
        ([-1, -1], [-1, -1], [-1, -1]),
        (["b", "a", "a"], [1, 0, 0], [0, 1, 1]),
        ([-7, -7, -2], [0, 0, 1], [0, 0, 1]),  # only -1 is noise
        ([3], [0], [0]),
    ],
)
def test_relabeled_by_hand(labels, by_size, by_first):
    assert relabel(labels).tolist() == by_size
    assert relabel(labels, by="first").tolist() == by_first
    assert relabel(labels).dtype == np.intp


def test_kinds_of_labels():
    expected = [1, 0, 0, -1]
    for labels in (
        np.array([4, 2, 2, -1], np.int8),
        np.array([4, 2, 2, -1], object),
        [4.0, 2.0, 2.0, -1.0],
        ["x", "y", "y", "-1"],
        np.array(["x", "y", "y", "-1"], object),
    ):
        assert relabel(labels).tolist() == expected
    assert relabel(np.array([200, 100, 100], np.uint8)).tolist() == [1, 0, 0]
    pandas = pytest.importorskip("pandas")
    assert relabel(pandas.Series(["x", "y", "y"], dtype="category")).tolist() == [1, 0, 0]


# ------------------------------------------------------------------------------------------- compare


def test_comparison_tells_what_became_of_each_cluster():
    a = np.repeat([0, 1, 2, 3, 4, -1], [100, 90, 80, 50, 60, 20])
    b = np.repeat([7, 5, 6, 8, -1, 4, -1], [190, 40, 40, 50, 60, 15, 5])
    found = compare(a, b)
    assert found.kept == {3: 8}
    assert found.splits == {2: (5, 6)}
    assert found.merges == {7: (0, 1)}
    assert (found.gone, found.new) == ((4,), (4,))
    assert found.adjusted_rand == pytest.approx(scores.adjusted_rand_score(a, b))
    assert found.labels_a.tolist() == [-1, 0, 1, 2, 3, 4]
    assert found.labels_b.tolist() == [-1, 4, 5, 6, 7, 8]
    np.testing.assert_array_equal(found.contingency, scores.contingency_matrix(a, b))
    assert found.changed == pytest.approx(np.mean(align_labels(a, b) != a))
    assert str(found).splitlines() == [
        "400 rows: 5 clusters in a, 5 in b. Adjusted Rand index 0.627.",
        "In another cluster, once the numbers are matched: 205 rows (51.2%).",
        "kept (a is b):",
        "    3 is 8: all 50 rows",
        "split (a into b):",
        "    2 (80 rows): 40 in 5, 40 in 6",
        "merged (b out of a):",
        "    7 (190 rows): 100 from 0, 90 from 1",
        "no counterpart in b:",
        "    4 (60 rows): 60 in noise",
        "no counterpart in a:",
        "    4 (15 rows): 15 from noise",
        "noise: 20 in a, 65 in b, 5 in both",
    ]


@pytest.mark.parametrize("seed", range(40))
def test_each_cluster_is_told_of_once_and_rightly(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    a = rng.integers(-1, rng.integers(1, 8), n)
    b = np.where(rng.random(n) < rng.random(), a // 2, rng.integers(-1, rng.integers(1, 8), n))
    found = compare(a, b)

    def mostly(rows, others):
        return next(
            (other for other in set(others[rows].tolist()) - {-1} if 2 * (others[rows] == other).sum() > rows.sum()),
            None,
        )

    a_in_b = {i: mostly(a == i, b) for i in set(a.tolist()) - {-1}}
    b_in_a = {j: mostly(b == j, a) for j in set(b.tolist()) - {-1}}
    for i, j in found.kept.items():
        assert (a_in_b[i], b_in_a[j]) == (j, i)
    for i, parts in found.splits.items():
        assert len(parts) > 1 and parts == tuple(sorted(j for j in b_in_a if b_in_a[j] == i))
    for j, parts in found.merges.items():
        assert len(parts) > 1 and parts == tuple(sorted(i for i in a_in_b if a_in_b[i] == j))
    told = [*found.kept, *found.splits, *found.gone, *(i for parts in found.merges.values() for i in parts)]
    assert set(told) == set(a_in_b)
    told = [*found.kept.values(), *found.merges, *found.new, *(j for parts in found.splits.values() for j in parts)]
    assert set(told) == set(b_in_a)
    assert found.changed == pytest.approx(np.mean(align_labels(a, b) != a))
    assert found.contingency.sum() == n
    assert str(n) in str(found).splitlines()[0]


@pytest.mark.parametrize(
    "a, b, adjusted_rand, changed",
    [
        ([0, 0, 1], [1, 1, 0], 1.0, 0.0),
        (["x", "x", "y"], [0, 0, 1], 1.0, 0.0),
        ([-1, -1], [-1, -1], 1.0, 0.0),
        ([-1, -1], [0, 0], 1.0, 1.0),
        ([0], [-1], 1.0, 1.0),
        ([0, 1, 2], [0, 0, 0], 0.0, 2 / 3),
    ],
)
def test_small_comparisons(a, b, adjusted_rand, changed):
    found = compare(a, b)
    assert found.adjusted_rand == adjusted_rand
    assert found.changed == pytest.approx(changed)
    assert str(found) and "contingency" not in repr(found)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.changed = 0.0


def test_text_of_many_clusters_stays_short():
    labels = np.arange(1000) // 2
    text = str(compare(labels, labels))
    assert len(text.splitlines()) < 20
    assert "... and 488 more" in text


# ------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    "call, error, message",
    [
        (
            lambda: align_labels([0, 1], [0]),
            ValueError,
            "previous and labels must be labels of the same rows. Got 2 and 1",
        ),
        (lambda: compare([0], [0, 1]), ValueError, "a and b must be labels of the same rows"),
        (lambda: relabel([]), ValueError, "labels must hold at least one label"),
        (lambda: relabel([[0, 1], [1, 0]]), ValueError, r"labels must be 1D: shape is \(2, 2\)"),
        (lambda: relabel([0.5, 1.0]), ValueError, "labels must hold whole numbers, or names"),
        (lambda: relabel([0.0, np.nan]), ValueError, "Input labels contains NaN"),
        (lambda: compare([0, 1], [None, "x"]), ValueError, "Input b contains NaN, or another missing value: None"),
        (lambda: relabel(np.array([1, "x"], object)), TypeError, "uniformly strings or numbers"),
        (
            lambda: relabel([0, 1], by="age"),
            ValueError,
            "'by' parameter of relabel must be a str among {'size', 'first'}",
        ),
    ],
)
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_table_of_all_pairs_that_memory_does_not_hold_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 10**8)
    labels = np.arange(3000)
    with pytest.raises(MemoryError, match="A table of 3,000 clusters by 3,000 would take"):
        compare(labels, labels)


def test_text_of_a_comparison_keeps_names_and_tells_few_rows_from_none():
    a = np.repeat(["made in Rome", "made in Oslo"], [4000, 4000]).astype(object)
    b = np.repeat(["x", "y"], [8000, 0]).astype(object)
    assert "4,000 from made in Oslo, 4,000 from made in Rome" in str(compare(a, b))
    c = a.copy()
    c[0] = "made in Oslo"
    assert "1 row (<0.1%)" in str(compare(a, c)) and "0 rows (0.0%)" in str(compare(a, a))


def test_a_comparison_pickles_under_its_public_name():
    comparison = compare([0, 0, 1], ["x", "y", "y"])
    again = pickle.loads(pickle.dumps(comparison))
    assert str(again) == str(comparison) and type(again).__module__ == "coterie"
