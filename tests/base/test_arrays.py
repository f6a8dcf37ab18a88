"""Which containers, types and layouts become matrices, and what is said about data that can't."""

import re
import types

import numpy as np
import pytest

from coterie import KMeans, KMedians, distances, hierarchy
from coterie._base.arrays import as_floats, as_matrix, as_weights, for_kernels
from coterie._dendrogram import linkage_matrix
from coterie.distances import _condensed, _sparse

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_c_ordered_native_floats_are_not_copied(dtype):
    data = X.astype(dtype)
    assert as_matrix(data) is data


def test_a_read_only_array_is_not_copied():
    data = X.copy()
    data.flags.writeable = False
    assert as_matrix(data) is data
    fit(data).predict(data)


def test_a_memory_map_is_not_copied(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.shares_memory(as_matrix(mapped), mapped)
    np.testing.assert_array_equal(fit(mapped).labels_, fit(X).labels_)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("f2", "f4"),
        ("f4", "f4"),
        (">f4", "f4"),
        ("f8", "f8"),
        (">f8", "f8"),
        ("g", "f8"),
        ("i1", "f8"),
        ("u2", "f8"),
        ("i4", "f8"),
        (">i8", "f8"),
        ("u8", "f8"),
        ("?", "f8"),
    ],
)
def test_types_become_float32_or_float64(given, kept):
    data = (X > 0).astype(given)
    array = as_matrix(data)
    assert array.dtype == np.dtype(kept) and array.dtype.isnative
    np.testing.assert_array_equal(array, data.astype(kept))


def unaligned(array):
    """The same numbers, one byte behind where they should be."""
    array = np.asarray(array)
    room = np.empty(array.nbytes + 1, np.uint8)
    view = room[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        lambda data: np.repeat(np.repeat(data, 2, axis=0), 2, axis=1)[::2, ::2],
        lambda data: data[::-1][::-1],
        lambda data: data.astype(">f8"),
        unaligned,
    ],
    ids=["fortran", "strided", "reversed", "big-endian", "unaligned"],
)
def test_layouts_give_the_same_result_and_stay_as_they_were(layout):
    data = layout(X)
    before = data.copy()
    array = as_matrix(data)
    assert array.flags.c_contiguous and array.flags.aligned
    model = fit(data)
    np.testing.assert_array_equal(model.labels_, fit(X).labels_)
    np.testing.assert_array_equal(model.cluster_centers_, fit(X).cluster_centers_)
    np.testing.assert_array_equal(data, before)


@pytest.mark.parametrize("copy_x", [True, False])
def test_input_is_never_modified(copy_x):
    data, weights, start = X.copy(), np.full(len(X), 2.0), X[:2].copy()
    fit(data, copy_x=copy_x, init=start).fit(data, sample_weight=weights)
    np.testing.assert_array_equal(data, X)
    np.testing.assert_array_equal(weights, 2)
    np.testing.assert_array_equal(start, X[:2])


def test_lists_and_tuples_are_taken():
    np.testing.assert_array_equal(as_matrix([(1, 2), (3, 4)]), [[1.0, 2.0], [3.0, 4.0]])


def test_objects_that_are_numbers_are_taken():
    array = as_matrix(X.astype(object))
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, X)


def test_a_subclass_of_ndarray_becomes_a_plain_array():
    class Labeled(np.ndarray):
        pass

    assert type(as_matrix(X.view(Labeled))) is np.ndarray


def test_masked_values_count_as_missing():
    for data in (X, X.astype(np.float32), X.astype(int)):
        with pytest.raises(ValueError, match=r"NaN.* First at row 1, column 2\."):
            as_matrix(np.ma.array(data, mask=np.arange(X.size).reshape(X.shape) == 5))
    np.testing.assert_array_equal(as_matrix(np.ma.array(X)), X)


class FakeTensor:
    """What makes a torch tensor that carries gradients refuse to become an array."""

    def __init__(self, data, detached=False):
        self.data, self.requires_grad = data, not detached

    def detach(self):
        return FakeTensor(self.data, detached=True)

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad")
        return np.asarray(self.data, dtype=dtype)


def test_a_tensor_with_gradients_is_detached():
    np.testing.assert_array_equal(as_matrix(FakeTensor(X)), X)


def test_torch_tensors_are_taken():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(X, dtype=torch.float32, requires_grad=True)
    assert as_matrix(tensor).dtype == np.float32
    assert fit(tensor).predict(tensor).shape == (len(X),)


def test_what_claims_more_than_it_holds_is_refused():
    class Liar:
        def __len__(self):
            return 2**62

        def __getitem__(self, at):
            raise IndexError(at)

    with pytest.raises((ValueError, MemoryError), match=r"Input X"):
        as_matrix(Liar())


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_that_are_not_finite_are_located(value, dtype):
    data = np.zeros((70000, 5), dtype=dtype)  # more than one block of the search
    data[65017, 3] = value
    what = "NaN" if np.isnan(value) else re.escape(f"infinity or a value too large for {np.dtype(dtype)!r}")
    with pytest.raises(ValueError, match=rf"(?s)^Input X contains {what}\..* First at row 65017, column 3\.$"):
        fit(data)


def test_infinities_of_both_signs_are_located():
    with pytest.raises(ValueError, match=r"infinity .*row 0, column 0"), np.errstate(all="raise"):
        as_matrix([[np.inf, -np.inf]])


def test_missing_values_may_be_let_through_and_infinity_never():
    data = X.copy()
    data[3, 1] = np.nan
    assert as_matrix(data, allow_nan=True) is data
    data[5, 2] = np.inf
    with pytest.raises(ValueError, match=r"infinity.*row 5, column 2"):
        as_matrix(data, allow_nan=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_overflowing_sum_of_finite_values_is_no_error(dtype):
    data = np.full((10, 2), np.finfo(dtype).max, dtype=dtype)
    with np.errstate(all="raise"):
        assert as_matrix(data) is data


def test_a_long_double_beyond_float64_is_reported():
    if np.finfo(np.longdouble).max == np.finfo(np.float64).max:
        pytest.skip("long double is float64 here")
    with pytest.raises(ValueError, match="infinity or a value too large for dtype"):
        as_matrix(np.full((2, 2), np.longdouble("1e400")))


BAD = {
    "no rows": (
        np.empty((0, 3)),
        ValueError,
        r"^Found array with 0 sample\(s\) \(shape=\(0, 3\)\) while a minimum of 1 is required by KMeans\.$",
    ),
    "no columns": (
        np.empty((5, 0)),
        ValueError,
        r"^Found array with 0 feature\(s\) \(shape=\(5, 0\)\) while a minimum of 1 is required by KMeans",
    ),
    "empty list": ([], ValueError, "^Expected 2D array, got 1D array instead"),
    "scalar": (3.0, ValueError, r"^Expected 2D array, got scalar array instead:\narray=3.0\.\nReshape your data"),
    "none": (None, ValueError, "^Expected 2D array, got scalar array instead"),
    "dict": ({"a": [1, 2]}, ValueError, "^Expected 2D array, got scalar array instead"),
    "1-D": (np.arange(3.0), ValueError, "^Expected 2D array, got 1D array instead"),
    "3-D": (X[None], ValueError, "^Found array with dim 3, while dim <= 2 is required by KMeans"),
    "ragged": ([[1, 2], [3]], ValueError, "inhomogeneous|different lengths"),  # by what numpy makes of it
    "complex": (X * 1j, ValueError, "^Complex data not supported"),
    "text": ([["1", "2"], ["3", "4"]], ValueError, "^Input X holds text"),
    "bytes": (np.array([[b"1"], [b"2"]]), ValueError, "^Input X holds text"),
    "dates": (np.zeros((4, 2), dtype="M8[s]"), ValueError, "^Input X holds dates"),
    "time differences": (np.zeros((4, 2), dtype="m8[s]"), ValueError, "^Input X holds time differences"),
    "records": (np.zeros((4, 2), dtype=[("a", "f8")]), ValueError, "^Input X holds records"),
    "text among objects": (
        np.array([[1, 2], [3, "4"]], dtype=object),
        ValueError,
        r"^Input X holds text \('4'\).* First at row 1, column 1\.$",
    ),
    "objects": (
        np.array([[1, 2], [{}, 4]], dtype=object),
        TypeError,
        r"argument must be a string or a real number, not 'dict'.* First at row 1, column 0\.$",
    ),
    "complex among objects": (np.array([[1, 2], [3, 4j]], dtype=object), ValueError, "Complex data not supported"),
    "an int beyond float64": (np.array([[1, 10**400]], dtype=object), ValueError, r"too large.* row 0, column 1\.$"),
    "missing among objects": (np.array([[1, None]], dtype=object), ValueError, "NaN.* First at row 0, column 1"),
}


@pytest.mark.parametrize(("data", "error", "match"), BAD.values(), ids=BAD.keys())
def test_bad_data_get_a_clear_error(data, error, match):
    with pytest.raises(error, match=f"(?s){match}"):
        fit(data, n_clusters=1)
    model = fit(X)
    with pytest.raises(error):
        model.predict(data)
    assert model.n_features_in_ == 3


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix", "coo_array"])
def test_sparse_data_are_refused(kind):
    sparse = pytest.importorskip("scipy.sparse")
    match = r"^Sparse data was passed for X, but dense data is required\. Use '\.toarray\(\)'"
    for use in (KMedians(2).fit, KMedians(2).fit(X).predict, distances.pdist):
        with pytest.raises(TypeError, match=match):
            use(getattr(sparse, kind)(X))


def test_what_is_wrong_in_an_array_of_many_dimensions_has_no_place():
    for value, message in (("a", r"holds text"), (object(), r"must hold numbers\.$"), (1j, "Complex data")):
        with pytest.raises((TypeError, ValueError), match=message):
            as_floats(np.array([[[value, 1], [2, 3]]], dtype=object))


def test_kernels_are_given_aligned_numbers(monkeypatch):
    Z = hierarchy.linkage(X, "average")
    for read, given in (
        (lambda array: linkage_matrix.read_linkage(array)[0], Z),
        (as_matrix, X),
        (as_floats, X[0]),
        (lambda array: as_weights(array, len(X)), np.ones(len(X))),
        (for_kernels, X),
        (for_kernels, np.int32(7)),
    ):
        got = read(unaligned(given))
        assert got.flags.aligned and got.flags.c_contiguous
        np.testing.assert_array_equal(got.ravel(), np.ravel(given))
    rows = types.SimpleNamespace(
        format="csr",
        shape=(2, 3),
        indptr=unaligned(np.array([0, 1, 2])),
        indices=unaligned(np.array([0, 2], np.int32)),
        data=unaligned(np.array([1.0, 2.0])),
    )
    found = _sparse.as_sparse_rows(rows, 1)
    assert all(each.flags.aligned for each in (found.starts, found.columns, found.values))
    seen = []
    for name in ("_to_square", "_to_condensed"):
        monkeypatch.setattr(_condensed, name, lambda array, *_: seen.append(array.flags.aligned))
    distances.squareform(unaligned(np.ones(3)))
    distances.squareform(unaligned(np.zeros((3, 3))))
    assert seen == [True, True]
