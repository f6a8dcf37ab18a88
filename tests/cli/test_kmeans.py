"""`coterie kmeans`: the labels of the Python interface, in files, with scaling, columns and starts."""

import csv
import gzip
import io
import re

import numpy as np
import pytest
from reference.commands import expected_labels, labels_of
from reference.tables import IRIS, NAMES, iris_csv

import coterie
from coterie.scaling import Scaler


def test_kmeans_gives_the_labels_of_the_python_interface(run, tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 3)
    assert done.returncode == 0
    assert labels_of(done.stdout) == expected_labels()
    assert "left out, not numbers: species ('setosa')" in done.stderr
    assert "scaling: standard" in done.stderr
    assert "3 clusters of 150 rows by 4 columns" in done.stderr


@pytest.mark.parametrize("method", ["standard", "minmax", "robust", "log", "none"])
def test_scale_and_seed(run, method):
    done = run("kmeans", "-", "-k", 4, "--scale", method, "--seed", 7, "--quiet", stdin=iris_csv().encode())
    assert labels_of(done.stdout) == expected_labels(method=method, k=4, seed=7)
    assert re.fullmatch(rf"scaling: {method} \(.*\)\n", done.stderr)


def test_starts(run):
    one = run("kmeans", "-", "-k", 8, "--starts", 1, stdin=iris_csv().encode())
    scaled = Scaler().fit_transform(IRIS)
    assert labels_of(one.stdout) == [str(label) for label in coterie.KMeans(8, random_state=0).fit(scaled).labels_]
    many = run("kmeans", "-", "-k", 8, "--starts", 20, stdin=iris_csv().encode())
    inertia = [float(re.search(r"inertia ([\d.]+)", done.stderr)[1]) for done in (one, many)]
    assert inertia[1] < inertia[0] and "best of 1 start, " in one.stderr and "best of 20 starts, " in many.stderr


def test_labels_and_centers_go_to_files(run, tmp_path):
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 3, "--output", "labels.csv.gz", "--centers", "centers.csv")
    assert done.stdout == ""
    labels = np.array(labels_of(gzip.decompress((tmp_path / "labels.csv.gz").read_bytes()).decode())).astype(int)
    header, *rows = csv.reader((tmp_path / "centers.csv").open(newline=""))
    assert header == ["label", "size", *NAMES]
    for label, (name, size, *center) in enumerate(rows):
        assert (int(name), int(size)) == (label, (labels == label).sum())
        np.testing.assert_allclose(np.array(center, float), IRIS[labels == label].mean(axis=0), rtol=1e-9)


def test_labels_are_the_same_for_any_number_of_jobs(run):
    one, two = (run("kmeans", "-", "-k", 5, "--jobs", jobs, stdin=iris_csv().encode()).stdout for jobs in (1, 2))
    assert one == two


def test_columns_and_drop(run):
    both = run("kmeans", "-", "-k", 3, "--columns", "petal_width_cm,sepal_length_cm", stdin=iris_csv().encode())
    assert labels_of(both.stdout) == expected_labels(IRIS[:, [3, 0]])
    rest = run("kmeans", "-", "-k", 3, "--drop", "petal_width_cm,sepal_length_cm", stdin=iris_csv().encode())
    assert labels_of(rest.stdout) == expected_labels(IRIS[:, [1, 2]])


def test_dropped_rows_keep_their_place(run):
    rows = list(csv.reader(iris_csv().splitlines()))
    rows[3][1] = rows[20][0] = ""
    text = "\n".join(map(",".join, rows)).encode()
    done = run("kmeans", "-", "-k", 3, "--missing", "drop", stdin=text)
    incomplete = [2, 19]
    expected = expected_labels(np.delete(IRIS, incomplete, axis=0))
    for place in incomplete:
        expected.insert(place, '""')
    assert labels_of(done.stdout) == expected
    pandas = pytest.importorskip("pandas")
    assert np.flatnonzero(pandas.read_csv(io.StringIO(done.stdout)).label.isna()).tolist() == incomplete


def test_missing_values_stop_or_become_the_median(run, fails):
    text = b"a,b,c\n1,2,3\n4,,6\nNA,8,9\n7,?,1\n"
    error = fails(1, "kmeans", "-", "-k", 2, stdin=text)
    assert (
        "standard input: missing values in 3 of 4 rows: a 1, b 2; the first is in row 2 of the data, column b" in error
    )
    assert "--missing drop leaves such rows out, --missing median fills in each column's median" in error
    done = run("kmeans", "-", "-k", 2, "--missing", "median", "--quiet", stdin=text)
    assert labels_of(done.stdout) == expected_labels(np.array([[1, 2, 3], [4, 5, 6], [4, 8, 9], [7, 5, 1.0]]), k=2)


def test_fewer_distinct_rows_than_clusters_warns(run):
    done = run("kmeans", "-", "-k", 2, stdin=b"a,b\n1,2\n1,2\n1,2\n")
    assert done.returncode == 0
    assert "warning: Number of distinct clusters (1) found smaller than n_clusters (2)" in done.stderr
    assert "note: the same in every row, so they have no effect: a, b" in done.stderr


@pytest.mark.parametrize(
    "options, axis",
    [
        (["--columns", "petal_width_cm"], "petal_width_cm"),
        ([], "first principal component ("),
        (["--columns", "petal_width_cm,sepal_width_cm", "--scale", "log"], "log(1 + petal_width_cm)"),
    ],
)
def test_kmeans_draws_clusters_and_centers(run, iris_file, tmp_path, options, axis):
    pytest.importorskip("matplotlib")
    assert run("kmeans", iris_file, "-k", 3, *options, "--plot", "clusters.svg").returncode == 0
    text = (tmp_path / "clusters.svg").read_text(encoding="utf-8")
    assert "iris.csv: 3 clusters by k-means" in text and axis in text
    assert run("kmeans", iris_file, "-k", 3, "--plot", "clusters.docx").returncode == 2


def test_values_too_large_to_be_scaled(run):
    done = run("kmeans", "-", "-k", 2, stdin=b"a,b\n1e308,1\n-1e308,2\n3,4\n")
    assert done.returncode == 1 and done.stderr == (
        "coterie kmeans: error: values that large can't be scaled; --scale none takes them as they are\n"
    )
