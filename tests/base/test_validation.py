"""What data and parameters are taken, and what is said about those that are not."""

import contextlib
import re
import types
import warnings

import numpy as np
import pytest

from coterie import KMeans, distances, hierarchy, k_means, kmeans_plusplus
from coterie._base.arrays import as_floats, as_matrix, as_weights, for_kernels
from coterie._base.columns import column_names
from coterie._base.labels import as_labels
from coterie._base.parameters import check_n_clusters
from coterie._base.random_state import as_random_state
from coterie._dendrogram import linkage_matrix
from coterie.distances import _sparse

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


# ------------------------------------------------------------------------------------------- containers and layouts


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


def unaligned(data):
    raw = np.zeros(data.nbytes + 1, dtype=np.uint8)[1:]
    view = raw.view(data.dtype).reshape(data.shape)
    view[...] = data
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


# ------------------------------------------------------------------------------------------- tables


def tables(columns):
    """The same columns as a table of each library that is installed."""
    for library, make in (("pandas", "DataFrame"), ("polars", "DataFrame"), ("pyarrow", "table")):
        with contextlib.suppress(ImportError):
            yield library, getattr(__import__(library), make)(columns)


def each_table(columns):
    found = list(tables(columns))
    return pytest.mark.parametrize(
        "table",
        [table for _, table in found] or [pytest.param(None, marks=pytest.mark.skip)],
        ids=[library for library, _ in found] or ["none installed"],
    )


@each_table({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2]})
def test_tables_keep_their_column_names(table):
    model = fit(table)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    assert model.feature_names_in_.dtype == object
    np.testing.assert_array_equal(model.labels_, fit(X).labels_)
    np.testing.assert_array_equal(model.predict(table), model.labels_)


VECTORS = X.tolist()


def tables_of_vectors():
    """X as the only column of a table, as each library holds vectors."""
    with contextlib.suppress(ImportError):
        import pandas

        yield "pandas lists", pandas.DataFrame({"e": VECTORS})
        yield "pandas arrays", pandas.DataFrame({"e": list(X)}, index=np.arange(len(X)) + 5)
        yield "pandas series", pandas.Series(VECTORS)
    with contextlib.suppress(ImportError):
        import polars

        yield "polars List", polars.DataFrame({"e": VECTORS})
        yield "polars Array", polars.DataFrame({"e": VECTORS}, schema={"e": polars.Array(polars.Float64, X.shape[1])})
        yield "polars series", polars.Series("e", VECTORS)
    with contextlib.suppress(ImportError):
        import pyarrow

        yield "pyarrow list", pyarrow.table({"e": VECTORS})
        yield (
            "pyarrow fixed_size_list",
            pyarrow.table({"e": pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(X.ravel()), X.shape[1])}),
        )
    yield "array of lists", np.fromiter(VECTORS, dtype=object, count=len(X))


@pytest.mark.parametrize("table", [pytest.param(table, id=name) for name, table in tables_of_vectors()])
def test_a_column_of_vectors_alone_is_a_matrix(table):
    np.testing.assert_array_equal(as_matrix(table), X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of names of columns: these have none
        model = fit(table)
        np.testing.assert_array_equal(model.predict(table), fit(X).labels_)
        np.testing.assert_array_equal(model.predict(X), fit(X).labels_)
    assert not hasattr(model, "feature_names_in_")


@each_table({"e": [[1.0, 2.0], [3.0, 4.0]], "b": [5.0, 6.0]})
def test_a_column_of_vectors_beside_others_is_named(table):
    with pytest.raises(ValueError, match=r"vectors in one of several columns\. Pass this column alone.* \('e'\)"):
        as_matrix(table)


@each_table({"e": [[1.0, 2.0], [3.0]]})
def test_vectors_of_different_lengths_are_refused(table):
    with pytest.raises(ValueError, match="different lengths: 2 numbers in row 0, 1 in row 1"):
        as_matrix(table)


@each_table({"e": [[1.0, 2.0], None]})
def test_a_row_without_a_vector_is_named(table):
    with pytest.raises(ValueError, match=r"not in each row: .* First at row 1\."):
        as_matrix(table)


@each_table({"e": [["a", "b"], ["c", "d"]]})
def test_vectors_of_text_are_refused(table):
    with pytest.raises(ValueError, match="holds text"):
        as_matrix(table)


def test_what_is_not_in_memory_is_not_gathered_silently():
    class Collection:
        def __dask_graph__(self):
            return {}

        def __array__(self, *args, **kwargs):
            raise AssertionError("gathered")

    class LazyFrame:
        def collect(self):
            raise AssertionError("gathered")

    for data, call in ((Collection(), "compute"), (LazyFrame(), "collect")):
        for read in (as_matrix, as_labels, lambda given: as_weights(given, 3), fit):
            with pytest.raises(TypeError, match=rf"not in memory\. Call \.{call}\(\)"):
                read(data)


def test_dask_is_told_by_name():
    array = pytest.importorskip("dask.array")
    frames = pytest.importorskip("dask.dataframe")
    pandas = pytest.importorskip("pandas")
    for data in (array.ones((4, 2)), frames.from_pandas(pandas.DataFrame({"a": X[:, 0]}), npartitions=2)):
        with pytest.raises(TypeError, match=r"X is a dask .*Call \.compute\(\)"):
            fit(data)


@each_table({"a": np.float32([1, 2]), "b": np.float32([3, 4])})
def test_tables_of_float32_stay_float32(table):
    assert as_matrix(table).dtype == np.float32


@each_table({"a": [1, 2], "b": [True, False], "c": [0.5, 1.5]})
def test_tables_of_mixed_numbers_become_float64(table):
    array = as_matrix(table)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [[1, 1, 0.5], [2, 0, 1.5]])


def test_tables_of_many_columns():
    pd = pytest.importorskip("pandas")
    columns = {f"c{i}": np.arange(3, dtype=np.float32 if i % 2 else np.int8) for i in range(300)}
    assert as_matrix(pd.DataFrame(columns)).shape == (3, 300)


@each_table({"size": [1.0, None], "n": [2.0, 3.0]})
def test_missing_values_in_a_table_are_named_by_column(table):
    with pytest.raises(ValueError, match=r"(?s)^Input X contains NaN.*First at row 1, column 0 \('size'\)\.$"):
        fit(table)


@each_table({"n": [1.0, 2.0], "city": ["Rome", "Oslo"]})
def test_text_in_a_table_is_named_by_column(table):
    with pytest.raises(ValueError, match=r"holds text \('Rome'\).* First at row 0, column 1 \('city'\)\.$"):
        fit(table)


@pytest.mark.parametrize("dtypes", [("Float32", "Float32"), ("Int64", "boolean"), ("float32[pyarrow]", "Float32")])
def test_nullable_columns_become_floats(dtypes):
    pd = pytest.importorskip("pandas")
    if "pyarrow" in dtypes[0]:
        pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"a": pd.array([1, 2], dtype=dtypes[0]), "b": pd.array([0, 1], dtype=dtypes[1])})
    array = as_matrix(frame)
    assert array.dtype == (np.float32 if "32" in dtypes[0] else np.float64)
    np.testing.assert_array_equal(array, [[1, 0], [2, 1]])
    frame.loc[1, "b"] = pd.NA
    with pytest.raises(ValueError, match=r"NaN.*row 1, column 1 \('b'\)"):
        as_matrix(frame, owner=None)


def test_names_that_are_not_all_text():
    pd = pytest.importorskip("pandas")
    assert column_names(pd.DataFrame(X)) is None
    with pytest.raises(TypeError, match=r"only supported if all input features have string names.*\['int', 'str'\]"):
        fit(pd.DataFrame(X, columns=["a", 1, "c"]))


def test_other_things_with_columns_are_no_tables():
    assert column_names(types.SimpleNamespace(columns=["a"])) is None


# ------------------------------------------------------------------------------------------- bad data


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
    for use in (fit, fit(X).predict, lambda data: kmeans_plusplus(data, 2)):
        with pytest.raises(TypeError, match=match):
            use(getattr(sparse, kind)(X))


@pytest.mark.parametrize("use", [fit, lambda data: k_means(data, 2), lambda data: kmeans_plusplus(data, 2)])
def test_more_clusters_than_rows(use):
    with pytest.raises(ValueError, match=r"^n_samples=1 should be >= n_clusters=2\.$"):
        use(X[:1])
    check_n_clusters(2, 2)


def test_wrong_number_of_columns_after_fit():
    model = fit(X)
    for method in (model.predict, model.transform, model.score):
        with pytest.raises(ValueError, match=r"^X has 2 features, but KMeans is expecting 3 features as input"):
            method(X[:, :2])


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        (["b", "a"], "Feature names must be in the same order as they were in fit"),
        (["a", "c"], "unseen at fit time:\n- c\nFeature names seen at fit time, yet now missing:\n- b\n"),
        (["a"], "yet now missing:\n- b\n"),
        (list("cdefgh"), "unseen at fit time:\n- c\n- d\n- e\n- f\n- g\n- \\.\\.\\.\nFeature names seen"),
    ],
)
def test_wrong_names_after_fit(columns, match):
    pd = pytest.importorskip("pandas")
    model = fit(pd.DataFrame(X[:, :2], columns=["a", "b"]))
    other = pd.DataFrame(np.zeros((4, len(columns))), columns=columns)
    with pytest.raises(ValueError, match=f"(?s)^The feature names should match those that were passed.*{match}"):
        model.predict(other)


def test_names_on_one_side_only_warn_at_the_callers_line():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, columns=list("abc"))
    with pytest.warns(UserWarning, match=r"^X has feature names, but KMeans was fitted without feature names$"):
        fit(X).predict(frame)
    with pytest.warns(UserWarning, match=r"^X does not have valid feature names, but KMeans was fitted with") as caught:
        fit(frame).predict(X)
    assert caught[0].filename == __file__


def test_names_of_an_earlier_fit_are_forgotten():
    pd = pytest.importorskip("pandas")
    model = fit(pd.DataFrame(X, columns=list("abc")))
    assert not hasattr(model.fit(X), "feature_names_in_")


# ------------------------------------------------------------------------------------------- weights


def test_weights_become_a_float64_vector():
    assert as_weights(None, 3) is None
    np.testing.assert_array_equal(as_weights(2, 3), [2.0, 2.0, 2.0])
    for given in ([0, 1, 2], np.arange(3, dtype=">i2"), np.arange(6.0)[::2] / 2, np.array([0, 1, 2], dtype=object)):
        weights = as_weights(given, 3)
        assert weights.dtype == np.float64 and weights.flags.c_contiguous
        np.testing.assert_array_equal(weights, [0, 1, 2])
    kept = np.ones(3)
    assert as_weights(kept, 3) is kept


def test_weights_from_a_series():
    pd = pytest.importorskip("pandas")
    np.testing.assert_array_equal(as_weights(pd.Series([1, 2], index=[7, 8]), 2), [1, 2])
    np.testing.assert_array_equal(as_weights(pd.Series([1, 2], dtype="Float64"), 2), [1, 2])


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        (
            np.ones((40, 1)),
            r"^Sample weights must be 1D array or scalar, got 2D array\. "
            r"Expected either a scalar value or a 1D array of length 40\.$",
        ),
        (np.ones(39), r"^sample_weight\.shape == \(39,\), expected \(40,\)!$"),
        (np.zeros(40), r"^Sample weights must contain at least one non-zero number\.$"),
        (0, r"^Sample weights must contain at least one non-zero number\.$"),
        (np.r_[np.ones(39), np.nan], r"^Input sample_weight contains NaN\. First at row 39\.$"),
        (
            np.inf,
            r"^Input sample_weight contains infinity or a value too large for dtype\('float64'\)\. First at row 0\.$",
        ),
        (np.r_[1, -1, np.ones(38)], r"^Negative values in data passed to `sample_weight`\. First at row 1\.$"),
        (["a"] * 40, "^Input sample_weight holds text"),
        (np.ones(40) * 1j, "^Complex data not supported"),
    ],
)
def test_bad_weights_get_a_clear_error(weights, match):
    with pytest.raises(ValueError, match=match):
        KMeans(2).fit(X, sample_weight=weights)
    with pytest.raises(ValueError, match=match):
        fit(X).score(X, sample_weight=weights)
    with pytest.raises(ValueError, match=match):
        kmeans_plusplus(X, 2, sample_weight=weights)


# ------------------------------------------------------------------------------------------- labels


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


# ------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("n_clusters", 0, "an int in the range [1, inf)"),
        ("n_clusters", 2.5, "an int in the range [1, inf)"),
        ("n_clusters", True, "an int in the range [1, inf)"),
        ("n_clusters", None, "an int in the range [1, inf)"),
        ("init", "k-means", "a str among {'k-means++', 'random'}, a callable or an array-like"),
        ("init", 3, "a str among {'k-means++', 'random'}, a callable or an array-like"),
        ("n_init", 0, "a str among {'auto'} or an int in the range [1, inf)"),
        ("n_init", "warn", "a str among {'auto'} or an int in the range [1, inf)"),
        ("max_iter", 0, "an int in the range [1, inf)"),
        ("tol", -1e-4, "a float in the range [0.0, inf)"),
        ("tol", float("nan"), "a float in the range [0.0, inf)"),
        ("tol", float("inf"), "a float in the range [0.0, inf)"),
        ("tol", "small", "a float in the range [0.0, inf)"),
        ("verbose", -1, "an int in the range [0, inf), an instance of 'bool' or an instance of 'numpy.bool'"),
        ("copy_x", 1, "an instance of 'bool' or an instance of 'numpy.bool'"),
        ("algorithm", "full", "a str among {'lloyd', 'elkan'}"),
        (
            "random_state",
            -1,
            "an int in the range [0, 4294967295], an instance of 'numpy.random.RandomState', "
            "an instance of 'numpy.random.Generator' or None",
        ),
        (
            "random_state",
            2**32,
            "an int in the range [0, 4294967295], an instance of 'numpy.random.RandomState', "
            "an instance of 'numpy.random.Generator' or None",
        ),
        ("n_jobs", 0, "an int other than 0 or None"),
        ("n_jobs", 1.5, "an int other than 0 or None"),
    ],
)
def test_parameters_out_of_range(name, value, rule):
    sentence = re.escape(f"must be {rule}. Got {value!r} instead.")
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of KMeans {sentence}$"):
        KMeans(**{name: value}).fit(X)
    with pytest.raises(ValueError, match=f"^The '{name}' parameter of k_means {sentence}$"):
        k_means(X, **{"n_clusters": 2, name: value})


def test_parameters_of_the_functions_out_of_range():
    with pytest.raises(
        ValueError,
        match=r"^The 'n_local_trials' parameter of kmeans_plusplus must be an int in the "
        r"range \[1, inf\) or None\. Got 0 instead\.$",
    ):
        kmeans_plusplus(X, 2, n_local_trials=0)
    with pytest.raises(ValueError, match=r"^The 'return_n_iter' parameter of k_means must be an instance of 'bool'"):
        k_means(X, 2, return_n_iter="yes")
    with pytest.raises(ValueError, match=r"^The length of x_squared_norms 2 should be equal to the length of"):
        kmeans_plusplus(X, 2, x_squared_norms=[1.0, 2.0])


def test_numbers_beyond_the_kernels_are_refused_in_short():
    for name, value in (
        ("max_iter", 2**63),
        ("n_init", 10**400),
        ("n_clusters", 10**5000),
        ("tol", 10**400),
        ("tol", 1j),
        ("n_clusters", 1j),
        ("tol", "x" * 10**6),
    ):
        with pytest.raises(ValueError, match=f"^The '{name}' parameter of KMeans must be") as caught:
            KMeans(**{name: value}).fit(X)
        assert len(str(caught.value)) < 1000


def test_draws_beyond_memory_are_refused():
    with pytest.raises(MemoryError, match=r"2,199,023,255,552 draws for each center \(n_local_trials\)"):
        kmeans_plusplus(X, 2, n_local_trials=2**41)


def test_numpy_numbers_are_as_good_as_pythons():
    fit(
        X,
        n_clusters=np.int32(2),
        n_init=np.uint8(1),
        tol=np.float32(0),
        verbose=np.bool_(False),
        n_jobs=np.int64(1),
        copy_x=np.bool_(True),
        random_state=np.int64(0),
    )


@pytest.mark.parametrize(
    ("init", "match"),
    [
        (X[:3], r"^The shape of the initial centers \(3, 3\) does not match the number of clusters 2\.$"),
        (
            X[:2, :2],
            r"^The shape of the initial centers \(2, 2\) does not match the number of features of the data 3\.$",
        ),
        (X[0], "^Expected 2D array, got 1D array instead"),
        (X[:2] * np.nan, "^Input init contains NaN"),
        ([["a", "b", "c"]] * 2, "^Input init holds text"),
    ],
)
def test_bad_starting_centers_get_a_clear_error(init, match):
    with pytest.raises(ValueError, match=match):
        fit(X, init=init)
    with pytest.raises(ValueError, match=match):
        fit(X, init=lambda X, n_clusters, random_state: init)


# ------------------------------------------------------------------------------------------- random_state


def test_an_int_gives_the_state_that_numpy_gives():
    for seed in (0, 7, 2**32 - 1):
        ours, theirs = as_random_state(seed), np.random.RandomState(seed)
        np.testing.assert_array_equal(ours.random_sample(1000), theirs.random_sample(1000))
        assert ours.normal() == theirs.normal()


def test_none_is_the_global_state():
    np.random.seed(3)  # noqa: NPY002
    first = as_random_state(None).random_sample()
    assert first == np.random.RandomState(3).random_sample()


def test_a_random_state_is_itself():
    state = np.random.RandomState(0)
    assert as_random_state(state) is state


def test_a_generator_is_drawn_from():
    generator = np.random.default_rng(0)
    first, second = as_random_state(generator).random_sample(), as_random_state(generator).random_sample()
    assert first != second
    again = np.random.default_rng(0)
    assert fit(X, random_state=np.random.default_rng(0)).inertia_ == fit(X, random_state=again).inertia_


def test_anything_else_is_no_seed():
    with pytest.raises(ValueError, match=r"^'a' cannot be used to seed a numpy\.random\.RandomState instance$"):
        as_random_state("a")


# ------------------------------------------------------------------------------------------- callbacks, odd values


@pytest.mark.parametrize("callback", [1, "report", [], X])
def test_a_callback_is_callable(callback):
    with pytest.raises(TypeError, match=r"^callback must be callable, got"):
        KMeans(2).fit(X, callback=callback)


def test_a_difference_of_times_is_no_number():
    seconds = np.timedelta64(2, "s")
    for parameters in ({"n_clusters": seconds}, {"tol": seconds}, {"n_jobs": seconds}):
        with pytest.raises(ValueError, match=r"must be"):
            fit(X, **parameters)


def test_masked_labels_are_missing():
    for labels in (np.ma.array([1, 2, 3], mask=[0, 1, 0]), np.ma.array(["a", "b", "c"], mask=[0, 1, 0])):
        with pytest.raises(ValueError, match=r"NaN.* First at row 1\."):
            as_labels(labels)


def test_labels_that_cannot_be_told_apart_are_refused():
    with pytest.raises(TypeError, match=r"^labels must hold numbers or text: unhashable type"):
        as_labels([{}, {}])


def test_what_claims_more_than_it_holds_is_refused():
    class Liar:
        def __len__(self):
            return 2**62

        def __getitem__(self, at):
            raise IndexError(at)

    with pytest.raises((ValueError, MemoryError), match=r"Input X"):
        as_matrix(Liar())


def test_what_is_wrong_in_an_array_of_many_dimensions_has_no_place():
    for value, message in (("a", r"holds text"), (object(), r"must hold numbers\.$"), (1j, "Complex data")):
        with pytest.raises((TypeError, ValueError), match=message):
            as_floats(np.array([[[value, 1], [2, 3]]], dtype=object))


def unaligned(array):
    """The same numbers, one byte behind where they should be."""
    array = np.asarray(array)
    room = np.empty(array.nbytes + 1, np.uint8)
    view = room[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


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
        monkeypatch.setattr(distances, name, lambda array, *_: seen.append(array.flags.aligned))
    distances.squareform(unaligned(np.ones(3)))
    distances.squareform(unaligned(np.zeros((3, 3))))
    assert seen == [True, True]
