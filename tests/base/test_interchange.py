"""Data of other libraries: what is taken, what is copied on the way, and what is refused."""

import builtins
import contextlib
import datetime
import decimal
import tracemalloc

import numpy as np
import pytest

from coterie import DBSCAN, KMeans, explain, plot, scores, selection
from coterie._base.arrays import as_doubles, as_matrix, as_weights
from coterie._base.labels import as_labels
from coterie._base.tables.columns import column_names
from coterie._runtime.thresholds import thresholds
from coterie.hierarchy import fcluster, linkage
from coterie.neighbors import kneighbors
from coterie.scaling import Scaler

X = np.random.RandomState(0).normal(size=(40, 3))
COLUMNS = {"a": X[:, 0], "b": X[:, 1], "c": X[:, 2]}


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


# ------------------------------------------------------------------------------------------- arrays and tensors


class Tensor:
    """Speaks DLPack and nothing else."""

    def __init__(self, array, device=(1, 0), shape=None):
        self.array, self.device = array, device
        if shape is not None:
            self.shape = shape

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.device


class Interface:
    """Speaks numpy's array interface and nothing else."""

    def __init__(self, array):
        self.array, self.__array_interface__ = array, array.__array_interface__


@pytest.mark.parametrize("wrap", [Tensor, Interface])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_tensors_are_read_where_they_are(wrap, dtype):
    array = X.astype(dtype)
    matrix = as_matrix(wrap(array))
    assert matrix.dtype == dtype and np.shares_memory(matrix, array)
    model = fit(wrap(array))
    np.testing.assert_array_equal(model.labels_, fit(array).labels_)
    np.testing.assert_array_equal(model.predict(wrap(array)), model.labels_)


@pytest.mark.parametrize("wrap", [Tensor, Interface])
@pytest.mark.parametrize("dtype", ["f2", "i1", "u8", "f8"])  # the oldest numpy has no bool in DLPack
def test_tensors_of_other_types_and_orders_are_copied(wrap, dtype):
    wide = np.repeat(np.repeat(X > 0, 2, axis=0), 2, axis=1).astype(dtype)
    for array in ((X > 0).astype(dtype), wide[::2, ::2], np.asfortranarray(wide), wide[::-1]):
        np.testing.assert_array_equal(as_matrix(wrap(array)), array)


@pytest.mark.parametrize("wrap", [Tensor, Interface])
def test_tensors_are_taken_wherever_arrays_are(wrap):
    labels = np.arange(40) % 2
    np.testing.assert_array_equal(as_labels(wrap(labels))[1], labels)
    np.testing.assert_array_equal(as_weights(wrap(np.arange(40)), 40), np.arange(40))
    np.testing.assert_array_equal(linkage(wrap(X), "average"), linkage(X, "average"))
    Z = linkage(X, "average")
    np.testing.assert_array_equal(fcluster(wrap(Z), 3, "maxclust"), fcluster(Z, 3, "maxclust"))
    assert scores.silhouette_score(wrap(X), wrap(labels)) == scores.silhouette_score(X, labels)
    np.testing.assert_array_equal(kneighbors(wrap(X), 3)[1], kneighbors(X, 3)[1])
    np.testing.assert_array_equal(Scaler().fit_transform(wrap(X)), Scaler().fit_transform(X))


def test_the_shape_of_a_tensor_is_that_of_its_memory():
    np.testing.assert_array_equal(as_matrix(Tensor(X, shape=(7, 2**40))), X)


class Raises(Tensor):
    def __dlpack__(self, **options):
        raise RuntimeError("on strike")


class Nonsense(Tensor):
    def __dlpack__(self, **options):
        return "capsule"


class NoDevice:
    def __dlpack__(self, **options):
        return X.__dlpack__(**options)


class OfDevice:
    __cuda_array_interface__ = {"shape": (2, 2), "typestr": "<f8", "data": (4096, False), "version": 3}


ON_DEVICE = r"in the memory of a GPU or another device\. Copy it to the memory of the CPU first\.$"


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (Tensor(X, device=(2, 0)), ON_DEVICE),
        (Tensor(X, device=(8, 1)), ON_DEVICE),
        (Tensor(X, device=None), ""),
        (Tensor(X, device=("cpu", 0)), ON_DEVICE),
        (OfDevice(), ON_DEVICE),
        (Raises(X), "on strike$"),
        (Nonsense(X), ""),
        (NoDevice(), "__dlpack_device__"),
        (Tensor, ""),
    ],
    ids=[
        "GPU",
        "Metal",
        "no device",
        "text for a device",
        "array interface of CUDA",
        "raises",
        "nonsense",
        "old",
        "class",
    ],
)
def test_tensors_that_cannot_be_read_are_refused(data, match):
    for read in (as_matrix, as_labels, as_doubles, fit):
        with pytest.raises(ValueError, match=rf"^Input (X|labels) can't be read as an array: .*{match}"):
            read(data)


def test_whatever_a_container_raises_is_told_with_the_name_of_the_data():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise KeyError("lost")

    with pytest.raises(ValueError, match=r"^Input X can't be read as an array: 'lost'$") as caught:
        as_matrix(Broken())
    assert isinstance(caught.value.__cause__, KeyError)
    with pytest.raises(ValueError, match=r"^Input sample_weight can't be read as an array"):
        fit(X).fit(X, sample_weight=Broken())


def test_tensors_of_torch():
    torch = pytest.importorskip("torch")
    tensor = torch.tensor(X)
    assert np.shares_memory(as_matrix(tensor), tensor.numpy())
    assert np.shares_memory(as_matrix(tensor[5:]), tensor.numpy())
    assert np.shares_memory(as_matrix(torch.nn.Parameter(tensor)), tensor.numpy())
    np.testing.assert_array_equal(as_matrix(tensor[::2, 1:]), X[::2, 1:])
    np.testing.assert_array_equal(as_matrix(tensor.T), X.T)
    half = tensor.bfloat16()
    for data in (half, half.requires_grad_(True)):
        matrix = as_matrix(data)
        assert matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix, half.detach().float().numpy())
    for data in (tensor.to_sparse(), tensor.to("meta"), torch._neg_view(tensor)):
        with pytest.raises(ValueError, match=r"^Input X can't be read as an array: .*Tensor\.|tensor\."):
            as_matrix(data)
    with pytest.raises(ValueError, match="Unsupported dtype"):
        as_matrix(Tensor(half.detach()))


def test_arrays_of_jax():
    numpy = pytest.importorskip("jax.numpy")
    data = numpy.asarray(X, numpy.float32)
    assert np.shares_memory(as_matrix(data), np.asarray(data))
    np.testing.assert_array_equal(fit(data).labels_, fit(X.astype(np.float32)).labels_)
    half = numpy.asarray(X, numpy.bfloat16)
    matrix = as_matrix(half)
    assert matrix.dtype == np.float32
    np.testing.assert_array_equal(matrix, np.asarray(half.astype(numpy.float32)))
    deleted = numpy.asarray(X)
    deleted.delete()
    with pytest.raises(ValueError, match="deleted"):
        as_matrix(deleted)


# ------------------------------------------------------------------------------------------- tables that speak Arrow


class Stream:
    """Speaks Arrow's stream of batches and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Batch:
    """Speaks Arrow's interface of one batch and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_array__(self, requested_schema=None):
        return self.table.__arrow_c_array__(requested_schema)


def arrow_tables():
    """The columns as everything that can only be read through Arrow."""
    with contextlib.suppress(ImportError):
        import pyarrow as pa

        table = pa.table(COLUMNS)
        yield "stream", lambda: Stream(table)
        yield "chunks", lambda: Stream(pa.concat_tables([table[:7], table[7:]]))
        yield "batch", lambda: Batch(table.to_batches()[0])
        yield "reader", table.to_reader  # a stream that can be read once
        with contextlib.suppress(ImportError):
            import duckdb

            yield "duckdb", lambda: duckdb.connect().from_arrow(table)


FOUND = list(arrow_tables())
each_arrow_table = pytest.mark.parametrize(
    "table",
    [make for _, make in FOUND] or [pytest.param(None, marks=pytest.mark.skip("pyarrow is not installed"))],
    ids=[name for name, _ in FOUND] or [""],
)


@each_arrow_table
def test_arrow_tables_have_names_and_numbers(table):
    model = fit(table())
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(model.labels_, fit(X).labels_)
    np.testing.assert_array_equal(model.predict(table()), model.labels_)
    np.testing.assert_array_equal(model.fit_transform(table()), model.fit_transform(X))
    np.testing.assert_array_equal(Scaler().fit_transform(table()), Scaler().fit_transform(X))
    np.testing.assert_array_equal(as_matrix(table()), X)
    assert column_names(table()).tolist() == ["a", "b", "c"]


@each_arrow_table
def test_arrow_tables_are_taken_wherever_tables_are(table):
    labels = np.arange(40) % 2
    np.testing.assert_array_equal(linkage(table(), "average"), linkage(X, "average"))
    np.testing.assert_array_equal(DBSCAN(eps=1.0).fit(table()).labels_, DBSCAN(eps=1.0).fit(X).labels_)
    assert scores.silhouette_score(table(), labels) == scores.silhouette_score(X, labels)
    found = explain.profile(table(), labels)
    assert found.feature_names == ("a", "b", "c")
    assert explain.drift(found, table()).index == 0
    assert explain.drift(fit(table()), table()).index == 0
    ks = selection.suggest_k(table(), n_clusters=[2, 3], stability=1, random_state=0)
    assert ks.k == selection.suggest_k(X, n_clusters=[2, 3], stability=1, random_state=0).k
    pytest.importorskip("matplotlib")
    assert plot.scatter(table(), labels).get_xlabel() == plot.scatter(X, labels, names=["a", "b", "c"]).get_xlabel()


def test_columns_that_speak_arrow():
    pa = pytest.importorskip("pyarrow")
    labels = np.arange(40) % 2
    for column in (Stream(pa.chunked_array([labels[:3], labels[3:]])), Batch(pa.array(labels))):
        np.testing.assert_array_equal(as_labels(column)[1], labels)
        np.testing.assert_array_equal(as_weights(column, 40), labels)
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        as_matrix(Batch(pa.array(X[:, 0])))
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(X.ravel()), 3)
    for data in (
        vectors,
        Batch(vectors),
        pa.chunked_array([vectors[:7], vectors[7:]]),
        Stream(pa.table({"e": vectors})),
    ):
        np.testing.assert_array_equal(as_matrix(data), X)


@pytest.mark.parametrize(
    ("column", "match"),
    [
        ([1.0, None], r"contains NaN\. First at row 1, column 1 \('b'\)\.$"),
        ([True, None], r"contains NaN\. First at row 1, column 1 \('b'\)\.$"),
        ([1, None], r"contains NaN\. First at row 1, column 1 \('b'\)\.$"),
        ([None, None], r"contains NaN\. First at row 0, column 1 \('b'\)\.$"),
        ([decimal.Decimal("1.5"), None], r"contains NaN\. First at row 1, column 1 \('b'\)\.$"),
        (["x", "y"], r"holds text \('x'\).* First at row 0, column 1 \('b'\)\.$"),
        (["x", None], r"holds text \('x'\).* First at row 0, column 1 \('b'\)\.$"),
        ([b"x", b"y"], r"holds text \(b'x'\).* First at row 0, column 1 \('b'\)\.$"),
        ([datetime.date(2024, 1, 1)] * 2, r"holds dates \(.* First at row 0, column 1 \('b'\)\.$"),
        ([datetime.datetime(2024, 1, 1)] * 2, r"holds dates \(.* First at row 0, column 1 \('b'\)\.$"),
        ([datetime.timedelta(1)] * 2, r"(time differences|must hold numbers).* First at row 0, column 1 \('b'\)\.$"),
        ([datetime.time(1)] * 2, r"must hold numbers\. First at row 0, column 1 \('b'\)\.$"),
        ([{"x": 1.0}, {"x": 2.0}], r"must hold numbers\. First at row 0, column 1 \('b'\)\.$"),
        ([[1.0, 2.0], [3.0, 4.0]], r"vectors in one of several columns\..* First at row 0, column 1 \('b'\)\.$"),
    ],
)
def test_what_is_no_number_is_refused_in_every_table(column, match):
    columns = {"a": [1.0, 2.0], "b": column}
    tables = []
    with contextlib.suppress(ImportError):
        import pandas as pd

        tables.append(pd.DataFrame(columns))
    with contextlib.suppress(ImportError):
        import polars as pl

        tables.append(pl.DataFrame(columns))
    with contextlib.suppress(ImportError):
        import pyarrow as pa

        tables += [pa.table(columns), pa.table(columns).to_batches()[0], Stream(pa.table(columns))]
        with contextlib.suppress(ImportError):
            import duckdb

            tables.append(duckdb.connect().from_arrow(pa.table(columns)))
    if not tables:
        pytest.skip("no library of tables is installed")
    for table in tables:
        with pytest.raises((ValueError, TypeError), match=rf"^(Input X|float\(\)).*{match}"):
            as_matrix(table)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_records_are_no_vectors(library):
    make = {"polars": "DataFrame", "pyarrow": "table"}[library]
    records = {"r": [{"on": datetime.date(2024, 1, 1), "x": 1.0}] * 2}
    with pytest.raises(TypeError, match=r"not 'dict'\. Input X must hold numbers\. First at row 0, column 0 \('r'\)"):
        as_matrix(getattr(pytest.importorskip(library), make)(records))


def test_odd_tables_of_numbers():
    pa = pytest.importorskip("pyarrow")
    half = pa.array([decimal.Decimal("1.5"), decimal.Decimal("2.5")])
    codes = pa.array([5, 7]).dictionary_encode()
    table = pa.table({"d": half, "c": codes, "b": [True, False], "i": pa.array([1, 2], pa.int8())})
    matrix = as_matrix(table)
    assert matrix.dtype == np.float64
    np.testing.assert_array_equal(matrix, [[1.5, 5, 1, 1], [2.5, 7, 0, 2]])
    twice = pa.table([pa.array([1.0, 2.0]), pa.array([3.0, 4.0])], names=["a", "a"])
    np.testing.assert_array_equal(as_matrix(twice), [[1, 3], [2, 4]])
    for empty, match in ((table[:0], r"0 sample\(s\) \(shape=\(0, 4\)\)"), (pa.table({}), r"0 sample|0 feature")):
        with pytest.raises(ValueError, match=match):
            as_matrix(empty)
    no_chunks = pa.table({"a": pa.chunked_array([], pa.float64())})
    with pytest.raises(ValueError, match=r"0 sample\(s\) \(shape=\(0, 1\)\)"):
        as_matrix(no_chunks)


@pytest.mark.parametrize("given", [RuntimeError("on strike"), "capsule"], ids=["raises", "nonsense"])
def test_streams_that_cannot_be_read_are_refused(given):
    pytest.importorskip("pyarrow")

    class Broken:
        def __arrow_c_stream__(self, requested_schema=None):
            if isinstance(given, Exception):
                raise given
            return given

    for read in (as_matrix, as_labels, fit, column_names):
        with pytest.raises(ValueError, match=r"^Input (X|labels) can't be read as an array: "):
            read(Broken())


def test_a_table_whose_columns_are_not_as_long_as_its_shape_says():
    class Table:
        columns, shape = ["a", "b"], (3, 2)

        def __arrow_c_stream__(self, requested_schema=None):
            raise AssertionError("not asked for")

        def __array__(self, dtype=None, copy=None):
            raise AssertionError("not asked for")

        def __getitem__(self, rows):
            return self

        def get_columns(self):
            return [np.ones(1), np.ones(1)]

    with pytest.raises(ValueError, match="columns are not as long as its shape says"):
        as_matrix(Table())


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch):
    class Relation:
        columns = ["a"]

        def __arrow_c_stream__(self, requested_schema=None):
            raise AssertionError("nothing can read it")

    load = builtins.__import__

    def refuse(name, *args, **options):
        if name.split(".")[0] == "pyarrow":
            raise ImportError(name)
        return load(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    for read in (fit, as_matrix, as_labels):
        with pytest.raises(ImportError, match=r"^(X|labels) is a \S+ Relation, .*: pip install pyarrow$"):
            read(Relation())


def test_what_speaks_dlpack_and_arrow_needs_no_pyarrow():
    class Both(Tensor):
        def __arrow_c_stream__(self, requested_schema=None):
            raise AssertionError("not asked for")

    assert np.shares_memory(as_matrix(Both(X)), X)


def test_tables_in_the_hands_of_narwhals():
    narwhals = pytest.importorskip("narwhals")
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(COLUMNS, index=np.arange(40) + 5)
    wrapped = narwhals.from_native(frame)
    model = fit(wrapped)
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(model.labels_, fit(X).labels_)
    table = model.set_output(transform="pandas").transform(wrapped)
    assert table.index.tolist() == frame.index.tolist()
    np.testing.assert_array_equal(as_labels(narwhals.from_native(frame["a"], series_only=True))[0], np.sort(X[:, 0]))
    with pytest.raises(TypeError, match=r"narwhals LazyFrame, which is not in memory\. Call \.collect\(\)"):
        fit(wrapped.lazy())


# ------------------------------------------------------------------------------------------- blocks of rows


def tables_of(columns):
    with contextlib.suppress(ImportError):
        import pandas as pd

        yield pd.DataFrame(columns)
        yield pd.DataFrame(columns).convert_dtypes()
    with contextlib.suppress(ImportError):
        import polars as pl

        yield pl.DataFrame(columns)
        yield pl.concat([pl.DataFrame(columns)[:9], pl.DataFrame(columns)[9:]], rechunk=False)
    with contextlib.suppress(ImportError):
        import pyarrow as pa

        table = pa.table(columns)
        yield pa.concat_tables([table[:9], table[9:]])


TYPES = ["f2", "f4", "f8", "i1", "i4", "u8", "?"]


@pytest.mark.parametrize("seed", range(20))
def test_tables_are_read_in_blocks_of_rows(seed, monkeypatch):
    random = np.random.RandomState(seed)
    n, d = random.randint(1, 60), random.randint(2, 6)
    monkeypatch.setattr(thresholds, "table_rows", random.randint(1, 70))
    monkeypatch.setattr(thresholds, "table_numbers", 1)
    monkeypatch.setattr(thresholds, "table_near", random.randint(1, 30))
    columns = {f"c{j}": random.randint(0, 100, n).astype(random.choice(TYPES)) for j in range(d)}
    expected = np.column_stack([column.astype(np.float64) for column in columns.values()])
    for table in tables_of(columns):
        matrix = as_matrix(table)
        assert matrix.flags.c_contiguous
        np.testing.assert_array_equal(matrix, expected)


@pytest.mark.parametrize("rows", [1, 7, 100])
@pytest.mark.parametrize("bad", [None, "x", datetime.date(2024, 1, 1)], ids=["missing", "text", "date"])
def test_what_is_wrong_in_a_later_block_is_found_where_it_is(rows, bad, monkeypatch):
    pd = pytest.importorskip("pandas")
    monkeypatch.setattr(thresholds, "table_rows", rows)
    monkeypatch.setattr(thresholds, "table_numbers", 1)
    objects = np.array([1] * 40, dtype=object)
    objects[23] = bad
    with pytest.raises(ValueError, match=r"First at row 23, column 1 \('b'\)\.$"):
        as_matrix(pd.DataFrame({"a": X[:, 0], "b": objects}))
    if bad is None:
        for table in tables_of({"a": X[:, 0], "b": [None if i == 23 else i for i in range(40)]}):
            with pytest.raises(ValueError, match=r"contains NaN\. First at row 23, column 1 \('b'\)\.$"):
                as_matrix(table)


# ------------------------------------------------------------------------------------------- copies


def without_copy(tmp_path):
    """What is read where it is, each with the array that it should share."""
    array = np.random.RandomState(1).normal(size=(200, 4))
    read_only = array.copy()
    read_only.flags.writeable = False
    np.save(tmp_path / "x.npy", array)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    yield "array", array, array
    yield "float32", (small := array.astype(np.float32)), small
    yield "read-only", read_only, read_only
    yield "rows", array[20:90], array
    yield "memory map", mapped, mapped
    yield "memoryview", memoryview(array), array
    yield "DLPack", Tensor(array), array
    yield "array interface", Interface(array), array
    yield "one column", array[:, :1].copy()[:, :1], None
    with contextlib.suppress(ImportError):
        import pandas as pd

        frame = pd.DataFrame(array, copy=False)
        yield "pandas around an array", frame, array
        column = pd.DataFrame({"a": array[:, 0]})
        yield "one column of pandas", column, column["a"].to_numpy()
    with contextlib.suppress(ImportError):
        import polars as pl

        column = pl.DataFrame({"a": array[:, 0]})
        yield "one column of polars", column, column["a"].to_numpy()
        vectors = pl.DataFrame({"e": array})
        yield "vectors of polars", vectors, vectors["e"].to_numpy()
    with contextlib.suppress(ImportError):
        import pyarrow as pa

        flat = pa.array(array.ravel())
        vectors = pa.FixedSizeListArray.from_arrays(flat, 4)
        yield "vectors of pyarrow", pa.table({"e": vectors}), flat.to_numpy()
        yield "an array of vectors", vectors, flat.to_numpy()
        column = pa.table({"a": flat})
        yield "one column of pyarrow", column, flat.to_numpy()


def test_what_the_page_says_is_not_copied_is_not_copied(tmp_path):
    for name, data, memory in without_copy(tmp_path):
        matrix = as_matrix(data)
        assert memory is None or np.shares_memory(matrix, memory), name


def traced_peak(function):
    """The most memory of numpy's arrays at a time, in bytes, beside what there was before."""
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def copied_once():
    array = np.random.RandomState(1).normal(size=(100_000, 8))
    columns = {f"c{j}": array[:, j].astype("f4" if j % 2 else "f8") for j in range(8)}
    yield "fortran", np.asfortranarray(array)
    yield "integers", array.astype(np.int64)
    yield "big-endian", array.astype(">f8")
    for i, table in enumerate(tables_of(columns)):
        yield f"table {i}", table
    with contextlib.suppress(ImportError):
        import pandas as pd

        yield "objects", pd.DataFrame(columns).astype({name: object for name in [*columns][1:]})


def test_what_has_to_be_copied_is_copied_once(monkeypatch):
    monkeypatch.setattr(thresholds, "table_numbers", 1 << 16)
    for name, data in copied_once():
        as_matrix(data[:10])  # what is imported late
        assert traced_peak(lambda data=data: as_matrix(data)) < 1.35 * 100_000 * 8 * 8, name


def test_a_memory_map_stays_on_disk(tmp_path):
    array = np.random.RandomState(1).normal(size=(60_000, 16))
    np.save(tmp_path / "x.npy", array)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    model, scaler = fit(array[:500]), Scaler().fit(array[:500])
    for use, most in (
        (as_matrix, 0.1),
        (fit, 0.5),
        (model.predict, 0.2),
        (model.score, 0.2),
        (Scaler().fit, 0.2),
        (scaler.transform, 1.2),  # its result is as large as the data
    ):
        use(array[:500])
        assert traced_peak(lambda use=use: use(mapped)) < most * array.nbytes, use
