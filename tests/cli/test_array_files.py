"""Tables from npy, npz and parquet files."""

import gzip
import io
import sys

import numpy as np
import pytest
from reference.commands import expected_labels, labels_of
from reference.tables import IRIS, NAMES

from coterie.cli._console import Problem


def test_npy_and_npz(read, tmp_path):
    X = np.arange(12.0).reshape(4, 3) ** 2
    path = tmp_path / "x"
    for array, expected in (
        (X, X),
        (X.astype(np.float32), X),
        (np.asfortranarray(X), X),
        (X.astype(">f8"), X),
        (X.astype(np.int16), X),
        (X > 5, X > 5),
        (X[:, 0], X[:, :1]),
        (np.array([(1, 2.5, "x"), (3, 4.5, "y")], dtype=[("a", int), ("b", float), ("c", "U1")]), [[1, 2.5], [3, 4.5]]),
    ):
        with open(path, "wb") as file:
            np.save(file, array)
        table = read(path)
        assert table.values.tolist() == np.asarray(expected, float).tolist()
        assert table.values.dtype == (np.float32 if array.dtype == np.float32 else np.float64)
    with open(path, "wb") as file:
        np.savez_compressed(file, X=X, columns=np.array(["u", "v", "w"]), y=np.zeros(4))
    table = read(path, columns=["w", "u"])
    assert (table.names, table.values.tolist()) == (["w", "u"], X[:, [2, 0]].tolist())


def test_columns_without_a_value_are_left_out_of_arrays_too(read, tmp_path):
    X = np.column_stack([np.arange(4.0), np.full(4, np.nan), np.arange(4.0) ** 2])
    np.save(tmp_path / "x.npy", X)
    table = read(tmp_path / "x.npy")
    assert table.names == ["x0", "x2"] and str(table.left_out[0]) == "x1 (empty)"
    with pytest.raises(Problem, match=r"not a column of numbers: x1 \(empty\)"):
        read(tmp_path / "x.npy", columns=["x0", "x1"])


def test_npz_array_is_chosen_by_name(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, first=np.ones((3, 2)), second=np.zeros((4, 2)))
    with pytest.raises(Problem, match="several arrays in it; choose one with --array: first, second"):
        read(path)
    assert read(path, array="second").values.shape == (4, 2)
    with pytest.raises(Problem, match="no array is called 'secnd': did you mean 'second'"):
        read(path, array="secnd")


def test_npz_of_one_array_a_column(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, a=np.arange(4, dtype=np.int32), b=np.arange(4.0) / 8, words=np.array(["p", "q"]), n=np.int64(3))
    table = read(path)
    assert (table.names, table.values.tolist()) == (["a", "b"], [[0, 0], [1, 0.125], [2, 0.25], [3, 0.375]])


def test_packed_integers_are_unpacked(read, tmp_path):
    path = tmp_path / "x.npz"
    raw = np.array([[4, 8], [12, 16]], dtype=np.int32)
    np.savez(path, raw=raw, scale=np.array([0.25, 0.5]), offset=np.array([1e6, 5e6]))
    table = read(path, columns=["x1"])
    assert table.values.tolist() == [[5e6 + 4], [5e6 + 8]]
    assert "its integers were turned into raw * scale + offset, which are in the file too" in table.notes
    np.savez(path, raw=raw.astype(float), scale=np.array([0.25, 0.5]))  # these are what they are
    assert read(path).values.tolist() == raw.tolist()


@pytest.mark.parametrize(
    "array, message",
    [
        (np.ones((2, 2)) * 1j, "not numbers but complex128"),
        (np.array([["a"]]), "not numbers but <U1"),
        (np.ones((2, 2, 2)), r"the shape \(2, 2, 2\)"),
        (np.array({}, dtype=object), "Python objects"),
        (np.ones((0, 2)), "no row"),
        (np.ones((2, 0)), "no column of numbers"),
    ],
)
def test_arrays_that_are_no_tables(read, tmp_path, array, message):
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    with pytest.raises(Problem, match=message):
        read(tmp_path / "x.npy")


def test_npz_without_a_table(read, tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path)
    with pytest.raises(Problem, match="no array of numbers with two dimensions in it: no array"):
        read(path)
    np.savez(path, data=np.ones(3), indices=np.arange(3), indptr=np.arange(4))
    with pytest.raises(Problem, match="sparse"):
        read(path)


def test_parquet(read, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "x"
    small = pa.array([1, 2, 3], pa.float32())
    columns = {"a": [1, None, 3], "t": ["x", "y", "z"], "b": [True, False, True], "f": small}
    parquet.write_table(pa.table(columns), path, row_group_size=2)
    table = read(path)
    assert (table.names, table.values.tolist()) == (["a", "b", "f"], [[1, 1, 1], [2, 0, 2], [3, 1, 3]])
    assert list(map(str, table.left_out)) == ["t (string)"]
    assert read(path, columns=["f"]).values.dtype == np.float32


def test_parquet_without_pyarrow_says_what_to_install(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Problem, match="pip install pyarrow"):
        read(b"PAR1")


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("kind", ["npy", "npz", "parquet"])
def test_every_format_goes_through_a_pipe(run_process, kind, zipped):
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, IRIS)
    elif kind == "npz":
        np.savez(file, X=IRIS)
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        parquet.write_table(pa.table(dict(zip(NAMES, IRIS.T, strict=True))), file)
    content = gzip.compress(file.getvalue()) if zipped else file.getvalue()
    assert labels_of(run_process("kmeans", "-", "-k", 3, stdin=content).stdout) == expected_labels()


def test_names_of_rows_come_from_an_array(read, tmp_path):
    path = tmp_path / "x.npz"
    X, codes, meaning = np.ones((3, 2)), np.array([1, 0, 1], np.int8), np.array(["cat", "dog"])
    np.savez(path, X=X, labels=codes, label_names=meaning, who=np.array(["p", "q", "r"]), few=np.arange(2))
    assert read(path, row_names="labels").row_names == ["dog", "cat", "dog"]
    assert read(path, row_names="who").row_names == ["p", "q", "r"]
    with pytest.raises(Problem, match="no array is called 'label': did you mean 'labels'"):
        read(path, row_names="label")
    with pytest.raises(Problem, match="--names few has 2 names for 3 rows"):
        read(path, row_names="few")
    with pytest.raises(Problem, match=r"the array X has the shape \(3, 2\)"):
        read(path, row_names="X")
    np.savez(path, X=X, labels=codes)
    assert read(path, row_names="labels").row_names == ["1", "0", "1"]
    np.savez(path, a=np.arange(3.0), b=np.arange(3), n=np.array([5, 6, 7]))
    table = read(path, row_names="n")
    assert (table.names, table.row_names) == (["a", "b"], ["5", "6", "7"])
    records = np.array([(1, "x"), (3, "y")], dtype=[("a", int), ("who", "U1")])
    with open(path, "wb") as file:
        np.save(file, records)
    assert (read(path, row_names="who").names, read(path, row_names="who").row_names) == (["a"], ["x", "y"])
    with open(path, "wb") as file:
        np.save(file, X)
    assert (read(path, row_names="x1").names, read(path, row_names="x1").row_names) == (["x0"], ["1.0", "1.0", "1.0"])


def test_names_of_rows_come_from_parquet(read, tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"a": [1, 2], "who": ["x", None], "n": [3, 4]}), tmp_path / "x")
    table = read(tmp_path / "x", row_names="who")
    assert (table.names, table.row_names, table.left_out) == (["a", "n"], ["x", ""], [])
    assert read(tmp_path / "x", row_names="n").row_names == ["3", "4"]
