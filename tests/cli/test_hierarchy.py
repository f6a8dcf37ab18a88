"""`coterie hierarchy`: trees, cuts, dendrograms."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS

import coterie
from coterie import distances, hierarchy
from coterie.scaling import Scaler


def cut(Z, **where):
    return [str(label) for label in hierarchy.cut_tree(Z, **where)[:, 0]]


def test_hierarchy_gives_the_tree_and_the_labels_of_the_python_interface(run, tmp_path, iris_file):
    done = run("hierarchy", iris_file, "-k", 4, "--tree", "Z.npy")
    Z = hierarchy.linkage(Scaler().fit_transform(IRIS), "ward")
    assert done.returncode == 0
    assert labels_of(done.stdout) == cut(Z, n_clusters=4)
    np.testing.assert_array_equal(np.load(tmp_path / "Z.npy"), Z)
    for text in (
        "scaling: standard",
        "method: ward",
        "metric: euclidean",
        "cut: 4 clusters (-k)",
        "4 clusters of 150 rows by 4 columns",
        "largest gap: ",
        "which suggests 2 clusters; a hint",
    ):
        assert text in done.stderr


@pytest.mark.parametrize("method", ["ward", "average", "complete", "single", "weighted", "centroid", "median"])
def test_hierarchy_cuts_at_a_height(run, iris_file, method):
    done = run("hierarchy", iris_file, "--height", 1.2, "--method", method, "--scale", "none", "--quiet", "--jobs", 2)
    Z = hierarchy.linkage(IRIS, method)
    assert labels_of(done.stdout) == cut(Z, height=1.2)
    lines = done.stderr.splitlines()
    assert [line.split(":")[0] for line in lines if "warning" not in line] == ["scaling", "method", "cut"]
    assert any("branches cross" in line for line in lines) == (not hierarchy.is_monotonic(Z))


def test_hierarchy_from_the_top_down(run, iris_file):
    done = run("hierarchy", iris_file, "-k", 3, "--divisive", "--metric", "manhattan", "--scale", "none")
    model = coterie.DivisiveClustering(3, metric="manhattan").fit(IRIS)
    assert labels_of(done.stdout) == cut(model.linkage_, n_clusters=3)
    assert "method: divisive (the cluster of the largest diameter is split first), metric: manhattan" in done.stderr


def test_without_a_cut_the_largest_gap_decides(run):
    rows = b"x,y\n0,0\n0,1\n9,9\n9,8\n50,50\n51,50\n"
    done = run("hierarchy", "-", "--method", "single", "--scale", "none", stdin=rows)
    assert labels_of(done.stdout) == ["0", "0", "0", "0", "1", "1"]
    assert "cut: 2 clusters (at the largest gap between heights; no -k or --height was given)" in done.stderr
    assert "largest gap: 11.4 to 58.0, which suggests 2 clusters" in done.stderr
    same = run("hierarchy", "-", "--scale", "none", stdin=b"x\n1\n1\n1\n")
    assert labels_of(same.stdout) == ["0", "0", "0"] and "largest gap:" not in same.stderr
    assert "cut: 1 cluster (the heights leave no gap; no -k or --height was given)" in same.stderr


@pytest.mark.parametrize(
    "metric, scaling, method",
    [
        ("euclidean", "standard", "ward"),
        ("l1", "standard", "average"),
        ("minkowski:3", "standard", "average"),
        ("cosine", "none", "average"),
        ("correlation", "none", "average"),
        ("canberra", "none", "average"),
    ],
)
def test_metrics_have_their_own_scaling_and_method(run, iris_file, metric, scaling, method):
    done = run("hierarchy", iris_file, "-k", 5, "--metric", metric)
    assert f"scaling: {scaling} (" in done.stderr and f"method: {method} (" in done.stderr
    X = IRIS if scaling == "none" else Scaler(scaling).fit_transform(IRIS)
    name, _, p = metric.partition(":")
    Z = hierarchy.linkage(X, method, distances.as_metric(name, **({"p": float(p)} if p else {})))
    assert labels_of(done.stdout) == cut(Z, n_clusters=5)
    scaled = run("hierarchy", iris_file, "-k", 5, "--metric", metric, "--scale", "minmax")
    assert "scaling: minmax (" in scaled.stderr


def test_places_on_the_globe_are_degrees_and_heights_kilometers(run, tmp_path):
    places = b"""name,lat,lon
Suva,-18.142,178.442
Apia,-13.833,-171.767
Paris,48.857,2.352
Lyon,45.764,4.836
"""
    done = run(
        "hierarchy",
        "-",
        "--height",
        2000,
        "--metric",
        "haversine",
        "--columns",
        "lat,lon",
        "--names",
        "name",
        "--tree",
        "Z.npy",
        "--method",
        "single",
        stdin=places,
    )
    assert labels_of(done.stdout) == ["0", "0", "1", "1"]
    np.testing.assert_allclose(np.load(tmp_path / "Z.npy")[:2, 2], [392, 1151], atol=1)
    assert "scaling: none" in done.stderr and "metric: haversine (km)" in done.stderr
    assert re.search(r"0 +2 +50\.0% +-16.0 +-177 +Suva, Apia\n", done.stderr)  # not halfway round the world


def test_names_of_rows_are_no_measurements(run, iris_file, tmp_path):
    np.savez(tmp_path / "iris.npz", X=IRIS, ids=np.arange(150))
    Z = hierarchy.linkage(IRIS, "ward")
    for file, name in ((iris_file, "species"), ("iris.npz", "ids")):
        done = run("hierarchy", file, "--names", name, "-k", 3, "--scale", "none")
        assert labels_of(done.stdout) == cut(Z, n_clusters=3)
        assert "150 rows by 4 columns" in done.stderr and "left out" not in done.stderr
    done = run("hierarchy", iris_file, "--names", "species", "-k", 3, "--scale", "none")
    assert re.search(r"50 setosa\n.*49 versicolor, 15 virginica\n.*35 virginica, 1 versicolor\n", done.stderr)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_dendrogram_is_drawn(run, iris_file, tmp_path, kind):
    pytest.importorskip("matplotlib")
    done = run("hierarchy", iris_file, "--names", "species", "-k", 3, "--dendrogram", f"tree.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"tree.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "svg":
        assert b"iris.csv: 150 rows, ward linkage, euclidean, 3 clusters" in content and b"setosa" in content


def test_rows_left_out_keep_their_numbers_in_the_dendrogram(run, tmp_path):
    pytest.importorskip("matplotlib")
    rows = b"x,y\n1,2\n,3\n4,4\n9,8\n"
    done = run("hierarchy", "-", "-k", 2, "--missing", "drop", "--dendrogram", "tree.svg", stdin=rows)
    assert labels_of(done.stdout) == ["0", '""', "0", "1"]
    drawn = re.findall("<!-- ([0-9]) -->", (tmp_path / "tree.svg").read_text())
    assert set("023") <= set(drawn) and len([each for each in drawn if each == "3"]) == 1


def test_dendrogram_needs_matplotlib(tmp_path, iris_file):
    code = (
        "import sys; sys.modules['matplotlib'] = None; from coterie.cli import main; "
        "sys.exit(main(['hierarchy', 'iris.csv', '--dendrogram', 'tree.png']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == (
        "coterie hierarchy: error: tree.png: for pictures, install matplotlib: pip install matplotlib\n"
    )


@pytest.mark.parametrize(
    "args, message",
    [
        (["-k", "3", "--height", "2"], "not allowed with"),
        (["--method", "ward", "--divisive"], "not allowed with"),
        (["--height", "-1"], "a number of 0 or more is needed, not '-1'"),
        (["--height", "nan"], "not 'nan'"),
        (["--method", "wart"], "invalid choice: 'wart'"),
        (["--metric", "euclidian"], "no metric is called 'euclidian'; did you mean 'euclidean'?"),
        (["--metric", "minkowski:0"], "p must be greater than 0"),
        (["--metric", "cosine:2"], "cosine does not take a number"),
        (["--method", "ward", "--metric", "cosine"], "--method ward needs the euclidean metric, not cosine"),
        (
            ["--metric", "haversine"],
            "needs two columns, latitude and longitude in degrees, and there are sepal_length_cm",
        ),
        (["--metric", "haversine", "--scale", "log"], "without --scale"),
        (["--names", "spices"], "--names: no column is called 'spices': did you mean 'species'?"),
        (["--tree", "-"], "a file is needed"),
        (["--tree", "iris.csv"], "would be overwritten"),
        (["--tree", "a.png", "--dendrogram", "./a.png"], "named twice"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
    ],
)
def test_mistakes_on_the_command_line_of_hierarchy(fails, iris_file, args, message):
    if "--dendrogram" in args:
        pytest.importorskip("matplotlib")
    assert message in fails(2, "hierarchy", iris_file, *args)


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (b"a,b\n1,2\n", [], "standard input: 2 rows are needed, which is more than the 1 row there is"),
        (b"a,b\n1,2\n3,4\n", ["-k", "3"], "-k 3 is more than the 2 rows there are"),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine"], "zero vectors"),
        (
            b"a,b\n1,2\n95,4\n",
            ["--metric", "haversine"],
            "a is taken for latitude, b for longitude. A latitude must be",
        ),
    ],
)
def test_mistakes_about_the_data_of_hierarchy(fails, rows, args, message):
    assert message in fails(1, "hierarchy", "-", *args, stdin=rows)


def test_tree_that_does_not_fit_is_refused_in_one_line(tmp_path):
    np.save(tmp_path / "x.npy", np.arange(200_000.0) % 1009)
    code = (
        "import sys; from coterie._runtime import memory; memory.available = lambda: 10**9; "
        "from coterie.cli import main; "
        "sys.exit(main(['hierarchy', 'x.npy', '--method', 'average', '-k', '2', '--quiet']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stdout == ""
    error = done.stderr.splitlines()[-1]
    assert error.startswith("coterie hierarchy: error: not enough memory: average linkage of 200,000 points")
    assert "GB of memory, and 1 GB are available" in error


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_full_disk_for_the_tree(fails, iris_file):
    error = fails(1, "hierarchy", iris_file, "-k", 3, "--tree", "/dev/full", "--quiet")
    assert error.startswith("coterie hierarchy: error: /dev/full: No space left")
