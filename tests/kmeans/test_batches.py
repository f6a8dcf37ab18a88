"""Rows that come in batches: what is accepted, what is refused, and that messages name the batch."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from coterie import KMeans
from coterie.kmeans._batches import Batches


def read(batches):
    return Batches(batches, KMeans())


def test_batches_of_all_kinds():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    batches = read([frame, (frame, [0.0, 0.0]), frame.iloc[:0], (frame, None)])
    found = list(batches)
    assert [batch.rows.tolist() for batch in found] == [[[1.0, 3.0], [2.0, 4.0]]] * 3
    assert [None if batch.weights is None else batch.weights.tolist() for batch in found] == [None, [0.0, 0.0], None]
    assert (batches.n_rows, batches.is_one_shot) == (6, False)
    assert batches.seen["n_features_in_"] == 2
    assert list(batches.seen["feature_names_in_"]) == ["a", "b"]
    assert len(list(batches)) == 3  # once more


def test_batches_of_arrow():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"a": [1.0, 2.0, 3.0], "b": [3.0, 4.0, 5.0]})
    batches = read(lambda: table.to_batches(max_chunksize=2))
    assert [batch.rows.tolist() for batch in batches] == [[[1.0, 3.0], [2.0, 4.0]], [[3.0, 5.0]]]
    assert list(batches.seen["feature_names_in_"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("dtypes", "expected"), [("ff", "f"), ("fd", "d"), ("df", "d"), ("fi", "d"), ("ef", "f"), ("b", "d")]
)
def test_float32_only_if_all_batches_are(dtypes, expected):
    batches = read([np.ones((2, 2), dtype) for dtype in dtypes])
    list(batches)
    assert batches.dtype == expected


def test_iterators_are_for_one_pass():
    assert read(iter([])).is_one_shot
    assert read(np.ones((1, 1)) for _ in range(3)).is_one_shot
    for repeated in ([], lambda: iter([]), np.ones((3, 2, 1)), (np.ones((2, 1)),)):
        assert not read(repeated).is_one_shot


@pytest.mark.parametrize("given", [np.ones((3, 2)), np.ones(3), "rows.npy", {"a": [1]}, 5, None])
def test_what_is_not_batches_is_refused(given):
    with pytest.raises(TypeError, match="batches must be an iterable of batches"):
        read(given)


def test_a_table_is_not_batches():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(TypeError, match="Use fit for rows that are one array or table"):
        read(pandas.DataFrame({"a": [1.0]}))


@pytest.mark.parametrize(
    ("batch", "error", "message"),
    [
        ([[1.0, np.nan]], ValueError, "Input X contains NaN"),
        ([[1.0]], ValueError, "it has 1 columns, but the batches before have 2"),
        ([1.0, 2.0], ValueError, "Expected 2D array"),
        ([["a", "b"]], ValueError, "holds text"),
        (None, ValueError, "Expected 2D array"),
        (([[1.0, 2.0]], [-1.0]), ValueError, "Negative values"),
        (([[1.0, 2.0]], [1.0, 2.0]), ValueError, "expected"),
        ([[object(), 2.0]], TypeError, "object"),
    ],
)
def test_errors_name_the_batch(batch, error, message):
    with pytest.raises(error, match=message) as caught:
        list(read([[[1.0, 2.0]], batch]))
    assert str(caught.value).startswith("Batch 1 (the first one is batch 0): ")


def test_names_must_be_the_same():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0], "b": [3.0]})
    with pytest.raises(ValueError, match="the name of its column 1 is 'c', but that of the batches before is 'b'"):
        list(read([frame, frame.rename(columns={"b": "c"})]))
    with pytest.raises(ValueError, match="its columns have no names, but those of the batches before have names"):
        list(read([frame, frame.to_numpy()]))
    with pytest.raises(ValueError, match="its columns have names, but those of the batches before have none"):
        list(read([frame.to_numpy(), frame]))


def test_no_rows():
    for given in ([], [np.empty((0, 2))], [[]]):
        with pytest.raises(ValueError, match="There are no rows"):
            list(read(given))


@pytest.mark.parametrize("n_later", [0, 2, 4])
def test_another_number_of_rows_in_another_pass(n_later):
    numbers = iter([3, n_later])
    batches = read(lambda: [np.ones((1, 2))] * next(numbers))
    list(batches)
    with pytest.raises(ValueError, match="must give the same rows in each pass"):
        list(batches)


def test_one_batch_at_a_time_is_held():
    alive = weakref.WeakSet()

    class Rows:
        def __init__(self):
            alive.add(self)
            self.shape = (2, 1)

        def __array__(self, dtype=None, copy=None):
            return np.ones((2, 1))

    def make():
        for _ in range(4):
            assert len(alive) == 0
            yield Rows()

    for batch in read(make):
        del batch


def test_errors_of_the_caller_pass_as_they_are():
    def make():
        yield [[1.0]]
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(read(make))
