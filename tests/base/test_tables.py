"""Tables of any library, their columns, and columns of vectors."""

import contextlib
import types
import warnings

import numpy as np
import pytest

from coterie import KMeans
from coterie._base.arrays import as_matrix, as_weights
from coterie._base.labels import as_labels
from coterie._base.tables.columns import column_names

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


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
    with pytest.raises(ValueError, match=r"not in every row: .* First at row 1\."):
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
