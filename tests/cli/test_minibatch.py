"""`coterie kmeans --minibatch`: files that are read batch by batch.

Most tests put exact k-means of all batches in the place of MiniBatchKMeans: then a small file has the answer of the
command without --minibatch.
"""

import gzip
import json
import os

import numpy as np
import pytest
from reference.commands import labels_of

import coterie
from coterie._runtime.thresholds import thresholds

N = 4000


def rows(n=N):
    rng = np.random.default_rng(0)
    return np.round(rng.standard_normal((n, 2)) + rng.integers(0, 3, (n, 1)) * 6, 3)


def csv_of(X, separator=",", form=str, header="id;name;a;b"):
    lines = [header.replace(";", separator)]
    lines += [separator.join([str(7 * i % 5003), f"n{i}", *map(form, row)]) for i, row in enumerate(X.tolist())]
    return "\n".join(lines) + "\n"


@pytest.fixture
def exact(monkeypatch):
    """Exact k-means in the place of MiniBatchKMeans, and small blocks."""
    in_passes = coterie.KMeans.fit_batches
    monkeypatch.setattr(coterie.KMeans, "fit_batches", lambda model, batches: in_passes(model, list(batches)))
    monkeypatch.setattr(coterie, "MiniBatchKMeans", coterie.KMeans)
    monkeypatch.setattr(thresholds, "csv_block", 1 << 14)


@pytest.fixture
def both(run, exact):
    """Run the command with and without --minibatch, and check that both say and write the same."""

    def both(*args, stdin=b""):
        streamed = run("kmeans", *args, "--minibatch", stdin=stdin)
        whole = run("kmeans", *args, stdin=stdin)
        assert streamed.returncode == whole.returncode == 0, streamed.stderr
        assert streamed.stdout == whole.stdout
        said = [[line for line in each.stderr.splitlines() if "inertia" not in line] for each in (streamed, whole)]
        assert [line.partition(":")[0] for line in said[0]] == [line.partition(":")[0] for line in said[1]]
        return streamed

    return both


@pytest.mark.parametrize("source", ["csv", "gzip", "stdin"])
def test_csv(both, tmp_path, source):
    text = csv_of(rows()).encode()
    if source == "stdin":
        done = both("-", "-k", 3, "--drop", "id", stdin=text)
    else:
        (tmp_path / "rows.csv").write_bytes(gzip.compress(text) if source == "gzip" else text)
        done = both("rows.csv", "-k", 3, "--drop", "id")
    assert len(labels_of(done.stdout)) == N
    assert "left out, not numbers: name ('n0')" in done.stderr
    assert f"3 clusters of {N:,} rows by 2 columns" in done.stderr


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust", "auto", "none"])
def test_scaling(both, tmp_path, scale):
    (tmp_path / "rows.csv").write_text(csv_of(rows()))
    both("rows.csv", "-k", 3, "--columns", "b,a", "--scale", scale)


def test_parquet(both, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    X = rows()
    columns = {
        "name": [f"n{i}" for i in range(N)],
        "a": X[:, 0],
        "b": [None if i % 50 == 3 else x for i, x in enumerate(X[:, 1])],
    }
    parquet.write_table(pyarrow.table(columns), tmp_path / "rows.parquet", row_group_size=700)
    for missing in "drop", "median":
        both("rows.parquet", "-k", 3, "--missing", missing)
    both("rows.parquet", "-k", 3, "--missing", "drop", "--append", "--output", "out.parquet")
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found.column_names == ["name", "a", "b", "label"]
    assert found["label"].null_count == N // 50


@pytest.mark.parametrize("missing", ["drop", "median"])
def test_missing_values(both, tmp_path, missing):
    X = rows()
    X[::37, 1] = -999
    X[5::41, 0] = np.nan
    (tmp_path / "rows.csv").write_text(csv_of(X, form=lambda x: "" if np.isnan(x) else str(x)))
    done = both("rows.csv", "-k", 3, "--drop", "id", "--missing", missing, "--missing-value", "-999")
    assert ('""' in done.stdout) == (missing == "drop")


def test_decimal_commas_that_show_late(both, tmp_path):
    X = np.round(rows() * 1000)
    lines = csv_of(X, ";", lambda x: f"{x / 1000:.3f}".replace(".", ",")).splitlines()
    lines.append("1;last;1,5;2,25")
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n")
    done = both("rows.csv", "-k", 3, "--drop", "id", "--scale", "none", "--centers", "centers.csv")
    assert "decimal commas: " in done.stderr
    centers = np.genfromtxt(tmp_path / "centers.csv", delimiter=",", skip_header=1)
    assert np.abs(centers[:, 2:]).max() < 20


def test_numbers_in_two_ways(both, tmp_path):
    X = rows()
    text = csv_of(X, ";") + "1;last;1,5;2.25\n"
    (tmp_path / "rows.csv").write_text(text.replace("n1;", "n1;").replace("\n0;n0;", "\n0;n0;"))
    done = both("rows.csv", "-k", 3, "--columns", "b")
    assert len(labels_of(done.stdout)) == N + 1


def test_missing_values_written_otherwise(both, tmp_path):
    """They show how the column is written, too, though they are missing."""
    lines = [f"{a}%,{b}\n" if i % 9 else f"-999,{b}\n" for i, (a, b) in enumerate(rows(300).tolist())]
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(lines))
    assert "can be read in two ways: a" in both("rows.csv", "-k", 3, "--missing-value=-999").stderr


def test_results_in_files(both, tmp_path, run):
    (tmp_path / "rows.csv").write_text(csv_of(rows()))
    found = {}
    for more in [], ["--minibatch"]:
        done = run(
            *("kmeans", "rows.csv", "-k", 3, "--drop", "id", "--append", "--output", "out.csv", "--centers", "c.csv"),
            *("--save", "model.npz", "--json", *more),
        )
        assert done.returncode == 0, done.stderr
        facts = json.loads(done.stdout)
        assert (facts["n_rows"], facts["n_rows_left_out"], facts["columns"]) == (N, 0, ["a", "b"])
        assert sum(cluster["size"] for cluster in facts["clusters"]) == N
        predicted = run("predict", "model.npz", "rows.csv")
        assert predicted.returncode == 0, predicted.stderr
        written = (tmp_path / "out.csv").read_text()
        assert labels_of(predicted.stdout) == [line.rpartition(",")[2] for line in written.splitlines()[1:]]
        found[len(more)] = written, (tmp_path / "c.csv").read_text(), round(facts["inertia"], 6)
    assert found[0][::2] == found[1][::2]
    np.testing.assert_allclose(*(np.genfromtxt(each[1].splitlines()[1:], delimiter=",") for each in found.values()))


def test_picture(run, exact, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "rows.csv").write_text(csv_of(rows()))
    done = run("kmeans", "rows.csv", "-k", 3, "--drop", "id", "--minibatch", "--plot", "picture.png", "--quiet")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "picture.png").stat().st_size > 1000


def test_a_sample_decides_where_there_are_many_rows(run, exact, tmp_path, monkeypatch):
    monkeypatch.setattr(thresholds, "sampled_numbers", 1)
    X = rows(12_000)
    (tmp_path / "rows.csv").write_text(csv_of(X))
    done = run("kmeans", "rows.csv", "-k", 3, "--drop", "id", "--minibatch", "--save", "model.npz")
    assert done.returncode == 0, done.stderr
    assert "what columns are, and how to scale them, is decided by 10,000 rows of 12,000" in done.stderr
    assert "3 clusters of 12,000 rows by 2 columns" in done.stderr
    assert labels_of(done.stdout) == labels_of(run("predict", "model.npz", "rows.csv").stdout)


@pytest.mark.parametrize(
    ("text", "options", "code", "message"),
    [
        ("a,b\n1,2\n3,4\n", ["-k", 3], 1, "-k 3 is more than the 2 rows there are"),
        ("a,b\n1,2\n3,\n5,6\n", [], 1, "missing values in 3 rows: b 1; --missing drop leaves"),
        ("a,b\n1,2\n3,inf\n5,6\n", [], 1, "infinite values: b 1"),
        ("a,b\n1,2\n-3,1\n5,6\n", ["--scale", "log"], 1, "--scale log needs values of 0 or more"),
        ("a,b\n" + "x,y\n" * 9000, [], 1, "there is no column of numbers"),
        ("a,b\n1,2\n3,4,5\n", [], 1, "line 3 has 3 fields"),
        ("a,b\n1,2\n3,4\n", ["--size-min", 1], 2, "--minibatch is for --method k-means, without bounds"),
        ("a,b\n1,2\n3,4\n", ["--method", "bisecting"], 2, "--minibatch is for --method k-means, without bounds"),
        ("", [], 1, "there is nothing in it"),
    ],
)
def test_errors(run, exact, tmp_path, text, options, code, message):
    (tmp_path / "rows.csv").write_text(text)
    done = run("kmeans", "rows.csv", "-k", 2, "--minibatch", *options)
    assert done.returncode == code
    assert message in done.stderr
    assert done.stdout == ""


def test_what_is_not_streamed(run, exact, tmp_path):
    done = run("kmeans", ".", "-k", 2, "--minibatch")
    assert done.returncode == 1
    assert "directory" in done.stderr.lower() or "permission" in done.stderr.lower()
    np.save(tmp_path / "rows.npy", rows())
    done = run("kmeans", "rows.npy", "-k", 2, "--minibatch")
    assert done.returncode == 2
    assert "--minibatch streams csv and parquet" in done.stderr
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        done = run("kmeans", "pipe", "-k", 2, "--minibatch")
        assert done.returncode == 2
        assert "which a pipe does not allow" in done.stderr


def test_small_batches(run, tmp_path):
    (tmp_path / "rows.csv").write_text(csv_of(rows()))
    done = run(
        "kmeans", "rows.csv", "-k", 3, "--drop", "id", "--minibatch", "--save", "model.npz", "--json", "-o", "l.csv"
    )
    assert done.returncode == 0, done.stderr
    labels = labels_of((tmp_path / "l.csv").read_text())
    assert labels == labels_of(run("predict", "model.npz", "rows.csv").stdout)
    scaled = coterie.scaling.Scaler().fit_transform(rows())
    facts = json.loads(done.stdout)
    assert facts["n_iterations"] is None
    assert facts["inertia"] < 1.1 * coterie.KMeans(3, random_state=0).fit(scaled).inertia_


@pytest.mark.parametrize("way", ["stream", "batches"])
def test_models_of_python_without_labels_of_all_rows(run, tmp_path, way):
    X = rows(60)
    model = coterie.MiniBatchKMeans(3, random_state=0)
    if way == "stream":
        model.fit_batches([X])
    else:  # the rows of the last one are all in the first cluster
        model.partial_fit(X)
        model.partial_fit(X[model.predict(X) == 0])
    model.save(tmp_path / "model.npz")
    np.savetxt(tmp_path / "rows.csv", X, delimiter=",")
    done = run("predict", "model.npz", "rows.csv", "--scores", "--json", "-o", "l.csv")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    sizes = np.bincount(model.predict(X), minlength=3).tolist()
    assert [cluster["size"] for cluster in told["clusters"]] == sizes
    shares = [None] * 3 if way == "stream" else [1, 0, 0]
    assert [cluster["share_at_the_fit"] for cluster in told["clusters"]] == shares
    assert ("share at the fit" in run("predict", "model.npz", "rows.csv").stderr) == (way == "batches")
