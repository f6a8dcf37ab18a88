"""Scores of two labelings: by definition, and beside scikit-learn."""

import itertools
import math
import pickle
import tracemalloc

import numpy as np
import pytest
from reference import scores as reference
from scores.tools import AS_SKLEARN, EXACT, some_labels

from coterie import scores
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.scores import _contingency

COMPARING = [
    "rand_score",
    "adjusted_rand_score",
    "adjusted_mutual_info_score",
    "normalized_mutual_info_score",
    "mutual_info_score",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "completeness_score",
    "v_measure_score",
    "homogeneity_completeness_v_measure",
]
AVERAGES = ["arithmetic", "geometric", "min", "max"]


def pairs_of_labelings(seed):
    rng = np.random.default_rng(seed)
    for _ in range(10):
        n = int(rng.integers(2, 25))
        a, b = (rng.integers(0, rng.integers(1, n + 1), n) for _ in range(2))
        yield a, np.where(rng.random(n) < 0.5, a, b) if rng.random() < 0.4 else b


@pytest.mark.parametrize("seed", range(6))
def test_pairs_of_rows_are_counted_right(seed):
    for a, b in pairs_of_labelings(seed):
        expected = reference.pairs_of_rows(a, b)
        np.testing.assert_array_equal(scores.pair_confusion_matrix(a, b), expected)
        (neither, in_b), (in_a, both) = expected
        assert scores.rand_score(a, b) == (neither + both) / expected.sum()
        same = in_a == in_b == 0
        if not same:
            chance = (both + in_a) * (both + in_b) / expected.sum()
            expected_ari = (both - chance) / ((both + in_a + both + in_b) / 2 - chance)
            np.testing.assert_allclose(scores.adjusted_rand_score(a, b), expected_ari, **EXACT)
        else:
            assert scores.adjusted_rand_score(a, b) == 1.0
        expected_fm = both / math.sqrt((both + in_a) * (both + in_b)) if both else 0.0
        np.testing.assert_allclose(scores.fowlkes_mallows_score(a, b), expected_fm, **EXACT)


def test_v_measure_without_weight_on_what_is_not_0():
    assert scores.homogeneity_completeness_v_measure([0, 0], [0, 1], beta=0) == (1, 0, 0)


@pytest.mark.parametrize("seed", range(6))
def test_information_is_as_defined(seed):
    for a, b in pairs_of_labelings(seed):
        information = reference.mutual_information(a, b)
        entropies = reference.entropy(a), reference.entropy(b)
        np.testing.assert_allclose(scores.mutual_info_score(a, b), information, **EXACT)
        homogeneity, completeness = (information / each if each else 1.0 for each in entropies)
        found = scores.homogeneity_completeness_v_measure(a, b, beta=0.5)
        np.testing.assert_allclose(found[:2], [homogeneity, completeness], **EXACT)
        mean = homogeneity + completeness and 1.5 * homogeneity * completeness / (0.5 * homogeneity + completeness)
        np.testing.assert_allclose(found[2], mean, **EXACT)
        assert scores.v_measure_score(a, b, beta=0.5) == found[2]
        assert (scores.homogeneity_score(a, b), scores.completeness_score(a, b)) == found[:2]
        if min(entropies) > 0:
            for method, mean in zip(
                AVERAGES,
                [sum(entropies) / 2, math.sqrt(math.prod(entropies)), min(entropies), max(entropies)],
                strict=True,
            ):
                np.testing.assert_allclose(
                    scores.normalized_mutual_info_score(a, b, average_method=method), information / mean, **EXACT
                )
                expected = reference.expected_mutual_information(
                    np.bincount(a)[np.unique(a)].tolist(), np.bincount(b)[np.unique(b)].tolist()
                )
                if mean - expected > 1e-9:
                    np.testing.assert_allclose(
                        scores.adjusted_mutual_info_score(a, b, average_method=method),
                        (information - expected) / (mean - expected),
                        rtol=1e-11,
                        atol=1e-11,
                    )


def test_the_expected_information_is_the_mean_over_all_permutations():
    for a, b in [([0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 2, 2]), ([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 2])]:
        expected = reference.mean_information_of_all_permutations(a, b)
        np.testing.assert_allclose(
            _contingency.expected_mutual_information(np.bincount(a), np.bincount(b)), expected, rtol=1e-13
        )


@pytest.mark.parametrize(
    "a, b",
    [
        ([1, 299], [150, 150]),
        ([1] * 60, [1] * 60),
        ([299, 1], [299, 1]),
        ([100] * 3, [1] * 300),
        ([290, 10], [5, 295]),
        ([150, 150], [149, 151]),
        (list(range(1, 24)) + [24], [60] * 5),
        ([1000, 1000], [1990, 10]),
    ],
)
def test_the_expected_information_of_any_sizes_is_exact(a, b):
    found = _contingency.expected_mutual_information(np.array(a), np.array(b))
    np.testing.assert_allclose(found, reference.expected_mutual_information(a, b), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "a, b, expected",
    [  # computed with 60 digits; scikit-learn is off by 3e-9 and 2e-9
        ([500_000, 500_000], [999_000, 1000], 5.00250334127707883e-07),
        ([100_000] * 4 + [600_000], [300_000, 700_000], 2.00001274892973768e-06),
    ],
)
def test_the_expected_information_of_many_rows(a, b, expected):
    found = _contingency.expected_mutual_information(np.array(a), np.array(b))
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_blocks_of_sizes_make_no_difference(monkeypatch):
    rng = np.random.default_rng(1)
    a, b = (np.unique(rng.zipf(1.5, 5000) % k, return_counts=True)[1] for k in (97, 61))
    expected = _contingency.expected_mutual_information(a, b)
    monkeypatch.setattr(thresholds, "information_block", 64)
    np.testing.assert_allclose(_contingency.expected_mutual_information(a, b), expected, rtol=1e-13)
    np.testing.assert_allclose(_contingency.expected_mutual_information(b, a), expected, rtol=1e-13)


@pytest.mark.parametrize(
    "score, options",
    [
        *((name, {}) for name in COMPARING if name != "mutual_info_score"),
        *((name, {"average_method": average}) for name in COMPARING[2:4] for average in AVERAGES[1:]),
    ],
)
def test_equal_labelings_are_best_whatever_the_names(score, options):
    names = np.array(["z", "b", "m", "a", "q"])
    for seed in range(20):
        labels = some_labels(50, 5, seed)
        np.testing.assert_array_equal(getattr(scores, score)(labels, names[labels], **options), 1.0)
    for trivial in ([0, 0, 0], [0, 1, 2]):
        expected = 0.0 if score == "fowlkes_mallows_score" and trivial == [0, 1, 2] else 1.0  # there are no pairs
        np.testing.assert_array_equal(getattr(scores, score)(trivial, trivial, **options), expected)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("score", [name for name in COMPARING if "homog" not in name and "complete" not in name])
def test_which_labeling_comes_first_does_not_matter(score, seed):
    for a, b in pairs_of_labelings(seed):
        np.testing.assert_allclose(getattr(scores, score)(a, b), getattr(scores, score)(b, a), **EXACT)


@pytest.mark.parametrize("score", ["adjusted_rand_score", "adjusted_mutual_info_score"])
def test_scores_that_are_adjusted_are_about_zero_by_chance(score):
    rng = np.random.default_rng(0)
    found = [getattr(scores, score)(rng.integers(0, 30, 200), rng.integers(0, 30, 200)) for _ in range(40)]
    assert abs(np.mean(found)) < 0.01


def test_labelings_without_rows():
    assert [getattr(scores, name)([], []) for name in COMPARING] == [
        1.0,
        1.0,
        1.0,
        1.0,
        0.0,
        0.0,
        1.0,
        1.0,
        1.0,
        (1.0, 1.0, 1.0),
    ]
    assert scores.contingency_matrix([], []).shape == (0, 0)


def test_the_contingency_matrix_counts():
    a, b = ["b", "a", "b", "c"], [3, 3, -1, 3]
    np.testing.assert_array_equal(scores.contingency_matrix(a, b), [[0, 1], [1, 1], [0, 1]])
    np.testing.assert_array_equal(scores.contingency_matrix(a, b, eps=0.5), [[0.5, 1.5], [1.5, 1.5], [0.5, 1.5]])
    assert scores.contingency_matrix(a, b, dtype=np.float32).dtype == np.float32
    for matrix in ([[0, 1], [1, 1], [0, 1]], [[0, 0, 1], [0, 0, 0], [1, 0, 1], [0, 0, 1]]):  # with empty ones or not
        assert scores.mutual_info_score(None, None, contingency=matrix) == scores.mutual_info_score(a, b)
    with pytest.raises(ValueError, match="Cannot set 'eps' when sparse=True"):
        scores.contingency_matrix(a, b, eps=0.5, sparse=True)


def test_sparse_contingency_matrices():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 20, 300), rng.integers(0, 30, 300)
    found = scores.contingency_matrix(a, b, sparse=True)
    assert scipy_sparse.issparse(found) and found.format == "csr"
    np.testing.assert_array_equal(found.toarray(), scores.contingency_matrix(a, b))
    assert scores.mutual_info_score(None, None, contingency=found) == scores.mutual_info_score(a, b)


def test_many_labels_take_memory_for_the_rows_alone():
    n = 100_000
    rng = np.random.default_rng(0)
    a, b = rng.permutation(n), rng.integers(0, n, n)
    tracemalloc.start()
    found = [scores.adjusted_rand_score(a, b), scores.normalized_mutual_info_score(a, b)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * n and all(0 <= each <= 1 for each in found)


def test_a_contingency_matrix_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1_000_000_000)
    with pytest.raises(MemoryError, match=r"A matrix of 20,000 by 20,000 labels would take 3\.2 GB.*sparse=True"):
        scores.contingency_matrix(np.arange(20_000), np.arange(20_000))


@pytest.mark.parametrize("score", [*COMPARING, "contingency_matrix", "pair_confusion_matrix"])
@pytest.mark.parametrize(
    "a, b, words",
    [
        ([0, 1], [0, 1, 1], "Found input variables with inconsistent numbers of samples: [2, 3]"),
        ([[0, 1]], [0, 1], "labels_true must be 1D: shape is (1, 2)"),
        ([0, 1], [[0], [1]], "labels_pred must be 1D: shape is (2, 1)"),
        ([0, 1], [0, np.nan], "Input labels_pred contains NaN"),
        (3, [0, 1], "The 'labels_true' parameter of {} must be an array-like. Got 3 instead."),
    ],
)
def test_labelings_that_cannot_be_compared_are_refused(score, a, b, words):
    with pytest.raises(ValueError) as caught:
        getattr(scores, score)(a, b)
    assert words.format(score) in str(caught.value)


def test_a_mean_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="'average_method' parameter of adjusted_mutual_info_score must be a str"):
        scores.adjusted_mutual_info_score([0, 1], [0, 1], average_method="mean")


def test_labels_that_look_like_measurements_are_warned_of():
    with pytest.warns(
        UserWarning,
        match="expects discrete values but received continuous values for label, and binary values for target",
    ):
        scores.adjusted_rand_score([0.1, 0.2, 0.3], [0, 1, 1])


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("score", COMPARING)
def test_comparisons_are_those_of_sklearn(score, seed):
    sklearn = pytest.importorskip("sklearn.metrics")
    averages = (
        [{"average_method": name} for name in AVERAGES[:2] + AVERAGES[3:]]
        if "info" in score and (score != "mutual_info_score")
        else [{}]
    )
    rng = np.random.default_rng(seed)
    large = rng.integers(0, 40, 3000), rng.integers(0, 7, 3000)
    for a, b in itertools.chain(pairs_of_labelings(seed), [large, (large[0], large[0] // 2)]):
        for options in averages:
            np.testing.assert_allclose(
                getattr(scores, score)(a, b, **options), getattr(sklearn, score)(a, b, **options), **AS_SKLEARN
            )


@pytest.mark.parametrize("seed", range(6))
def test_matrices_are_those_of_sklearn(seed):
    sklearn = pytest.importorskip("sklearn.metrics.cluster")
    for a, b in pairs_of_labelings(seed):
        for name in ("contingency_matrix", "pair_confusion_matrix"):
            ours, theirs = getattr(scores, name)(a, b), getattr(sklearn, name)(a, b)
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, -1], [2, 3]],
        [[1.0, np.nan], [2, 3]],
        [[1, np.inf], [2, 3]],
        [[1e16, 1e16], [1, 2]],
        [["a", "b"]],
        [1, 2],
        [[1j, 2]],
        [[1, 2], [3]],
    ],
)
def test_a_wrong_contingency_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match=r"contingency|Complex|Expected 2D"):
        scores.mutual_info_score(None, None, contingency=matrix)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("indices", [0, 10**9, 1]),
        ("indices", [0, -1, 1]),
        ("indptr", [0, 10**9, 3]),
        ("indptr", [0, 3, 2]),
        ("data", [1, -1, 2]),
        ("data", [1, np.nan, 2]),
    ],
)
def test_a_corrupt_sparse_contingency_matrix_is_refused(attribute, value):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(([1.0, 2.0, 3.0], [0, 1, 1], [0, 2, 3]), shape=(2, 2))
    whole = [[1.0, 2.0], [0.0, 3.0]]
    assert scores.mutual_info_score(None, None, contingency=matrix) == scores.mutual_info_score(
        None, None, contingency=whole
    )
    setattr(matrix, attribute, np.array(value, getattr(matrix, attribute).dtype))
    with pytest.raises(ValueError, match="contingency"):
        scores.mutual_info_score(None, None, contingency=matrix)


def test_a_weight_on_the_homogeneity_may_be_any_number():
    for beta in (np.uint64(2**64 - 1), 2**62, np.float32(1e38)):
        assert 0 <= scores.v_measure_score([0, 0, 1, 1], [0, 0, 1, 2], beta=beta) <= 1


def test_a_type_that_numpy_does_not_know_is_refused():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    for dtype in (deep, "no type", object()):
        with pytest.raises(TypeError, match="dtype must be"):
            scores.contingency_matrix([0, 1], [1, 0], dtype=dtype)


@pytest.mark.parametrize("name", scores.__all__)
def test_functions_pickle_under_their_public_names(name):
    thing = getattr(scores, name)
    assert pickle.loads(pickle.dumps(thing)) is thing
    assert thing.__module__ in ("coterie.scores", "coterie")
