"""Labels of any type as codes."""

import numpy as np
import pytest

from coterie._base.labels import as_labels


@pytest.mark.parametrize(
    "labels",
    [
        [3, 1, 3, -1],
        [True, False, True],
        [2.0, 1.5, 2.0],
        ["b", "a", "b"],
        [b"b", b"a"],
        [],
        np.array(["y", "x"], object),
        np.array([250, 3], np.uint8),
        np.array([127, -128, 127], np.int8),
        np.array([2**64 - 1, 0], np.uint64),
        np.array([2**64 - 1, 2**64 - 2], np.uint64),
        np.array([-(2**63), 2**63 - 1]),
        np.arange(20)[::-2],
        [[1], [0]],
        np.array(["2026-01-02", "2026-01-01"], "M8[D]"),
        np.array([1, 0], ">i4"),
    ],
)
def test_labels_are_numbered_in_ascending_order(labels):
    values, codes = as_labels(labels)
    expected, expected_codes = np.unique(labels, return_inverse=True)
    np.testing.assert_array_equal(values, expected)
    np.testing.assert_array_equal(codes, expected_codes.ravel())
    assert values.dtype.newbyteorder("=") == expected.dtype.newbyteorder("=") and codes.dtype == np.int64


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "i8", "u8", "f4", "f8", "O", "U4"])
def test_labels_of_any_type_are_as_numpy_has_them(dtype):
    rng = np.random.RandomState(0)
    for spread in (2, 60, 100):
        labels = (rng.randint(-spread if dtype[0] in "if" else 0, spread, 300)).astype(dtype)
        values, codes = as_labels(labels)
        np.testing.assert_array_equal(values, np.unique(labels))
        np.testing.assert_array_equal(values[codes], labels)


@pytest.mark.parametrize(
    "labels, error, words",
    [
        (3, ValueError, "mine must be 1D: shape is ()"),
        ([[0, 1]], ValueError, "mine must be 1D: shape is (1, 2)"),
        ([0.0, np.nan], ValueError, "Input mine contains NaN. First at row 1."),
        ([np.inf, 0.0], ValueError, "Input mine contains infinity. First at row 0."),
        (["a", None], ValueError, "Input mine contains NaN, or another missing value: None. First at row 1."),
        (np.array(["a", np.nan], object), ValueError, "missing value: nan. First at row 1."),
        (np.array(["2026-01-02", "NaT"], "M8[D]"), ValueError, "Input mine contains NaN. First at row 1."),
        (np.array(["a", 1], object), TypeError, "mine must be uniformly strings or numbers. Got ['int', 'str']."),
        (
            [0, 1, 2],
            ValueError,
            "Found input variables with inconsistent numbers of samples: [2, 3]. mine must hold one",
        ),
    ],
)
def test_what_is_no_label_is_refused(labels, error, words):
    with pytest.raises(error) as caught:
        as_labels(labels, 2, name="mine")
    assert words in str(caught.value)


def test_objects_that_are_whole_numbers_are_labels_like_them():
    values, codes = as_labels(np.array([2, -1, np.int8(2)], object))
    assert values.dtype == np.int64 and values.tolist() == [-1, 2] and codes.tolist() == [1, 0, 1]
    for other in ([True, False], [2**70, 1], [0.5, 1]):
        assert as_labels(np.array(other, object))[0].tolist() == sorted(other)
        assert as_labels(np.array(other, object))[0].dtype == object


def test_missing_labels_of_pandas_are_refused():
    pandas = pytest.importorskip("pandas")
    for dtype in ("Int64", "boolean", "string", "category", object):
        labels = pandas.Series(
            [True, None] if dtype == "boolean" else ["1", None] if dtype != "Int64" else [1, None], dtype=dtype
        )
        with pytest.raises(ValueError, match=r"Input labels contains NaN.*First at row 1\."):
            as_labels(labels)


def test_masked_labels_are_missing():
    for labels in (np.ma.array([1, 2, 3], mask=[0, 1, 0]), np.ma.array(["a", "b", "c"], mask=[0, 1, 0])):
        with pytest.raises(ValueError, match=r"NaN.* First at row 1\."):
            as_labels(labels)


def test_labels_that_cannot_be_told_apart_are_refused():
    with pytest.raises(TypeError, match=r"^labels must hold numbers or text: unhashable type"):
        as_labels([{}, {}])
