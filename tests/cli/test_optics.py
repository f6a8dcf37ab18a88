"""`coterie optics`: labels, reachability, maps above the order, advice."""

import os
import re
import warnings

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, as_csv

import coterie
from coterie import distances
from coterie.scaling import Scaler


def fitted(X, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)
        return coterie.OPTICS(**{"metric": "euclidean"} | parameters).fit(X)


def dense_labels(X, **parameters):
    return [str(label) for label in fitted(X, **parameters).labels_]


def test_optics_gives_the_labels_of_the_python_interface_for_scaled_columns(run, iris_file):
    done = run("optics", iris_file, "--min-samples", 8)
    model = fitted(Scaler().fit_transform(IRIS), min_samples=8)
    assert done.returncode == 0
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    noise = np.count_nonzero(model.labels_ < 0)
    for text in (
        "scaling: standard",
        "metric: euclidean, min-samples: 8, xi: 0.05, min-cluster-size: 8",
        f"{model.labels_.max() + 1} clusters of 150 rows by 4 columns; {noise} (",
        " in none (noise, label -1); means in the units of the data",
    ):
        assert text in done.stderr
    median = np.median(model.reachability_[model.labels_ == 1])
    size = np.count_nonzero(model.labels_ == 1)
    found = re.search(rf"\n +1 +{size} +{100 * size / 150:.1f}% +(0\.\d+) +\d\.", done.stderr)
    assert float(found[1]) == pytest.approx(median, abs=0.001)


@pytest.mark.parametrize(
    "options, parameters",
    [
        (["--min-samples", "3"], {"min_samples": 3}),
        (["--xi", "0.2"], {"xi": 0.2}),
        (["--min-cluster-size", "20"], {"min_cluster_size": 20}),
        (["--max-eps", "0.5"], {"max_eps": 0.5}),
        (["--method", "dbscan", "--eps", "0.7"], {"cluster_method": "dbscan", "eps": 0.7}),
        (["--method", "dbscan", "--max-eps", "0.7"], {"cluster_method": "dbscan", "max_eps": 0.7}),
        (
            ["--method", "dbscan", "--max-eps", "2", "--eps", 0.5],
            {"cluster_method": "dbscan", "max_eps": 2.0, "eps": 0.5},
        ),
        (["--metric", "l1"], {"metric": "manhattan"}),
        (["--metric", "cosine"], {"metric": "cosine"}),
        (["--metric", "minkowski:3"], {"metric": distances.as_metric("minkowski", p=3)}),
        (["--scale", "none"], {}),
    ],
)
def test_options_of_optics_are_those_of_the_python_interface(run, iris_file, options, parameters):
    done = run("optics", iris_file, *options, "--jobs", 2)
    scaling = "none" if {"none", "cosine"} & set(options) else "standard"
    assert f"scaling: {scaling} (" in done.stderr
    assert labels_of(done.stdout) == dense_labels(Scaler(scaling).fit_transform(IRIS), **parameters)
    assert run("optics", iris_file, *options, "--quiet").stdout == done.stdout


def test_reachability_stands_beside_the_labels(run, iris_file):
    done = run("optics", iris_file, "--reachability")
    model = fitted(Scaler().fit_transform(IRIS))
    header, *lines = done.stdout.splitlines()
    assert header == "label,reachability"
    labels, reachability = zip(*(line.split(",") for line in lines), strict=True)
    assert [int(label) for label in labels] == model.labels_.tolist()
    np.testing.assert_allclose(list(map(float, reachability)), model.reachability_, rtol=1e-5)


def test_optics_on_the_globe_takes_degrees_and_kilometers(run, tmp_path):
    pytest.importorskip("matplotlib")
    rng = np.random.default_rng(0)
    towns = np.repeat([[-17.0, 179.9], [-20.0, -179.9], [48.0, 2.0]], 20, axis=0) + rng.normal(0, 0.3, (60, 2))
    towns[:, 1] = (towns[:, 1] + 180) % 360 - 180
    places = as_csv(towns, ["lat", "lon"])
    args = ("optics", "-", "--metric", "haversine", "--method", "dbscan", "--max-eps", 2000)
    done = run(*args, "--eps", 50, "--reachability", "--plot", "map.svg", stdin=places)
    X = distances.from_degrees(*towns.T)
    km = distances.km_to_radians
    expected = fitted(X, metric="haversine", cluster_method="dbscan", max_eps=km(2000), eps=km(50))
    lines = done.stdout.splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [str(label) for label in expected.labels_]
    reachability = np.array([float(line.split(",")[1]) for line in lines])
    np.testing.assert_allclose(reachability, distances.radians_to_km(expected.reachability_), rtol=1e-5)
    assert "metric: haversine (km), min-samples: 5, max-eps: 2000 km, eps: 50 km" in done.stderr
    assert "3 clusters of 60 rows" in done.stderr
    joined = run(*args, "--eps", 400, stdin=places)  # the first two are 334 km apart
    assert "2 clusters of 60 rows" in joined.stderr
    text = (tmp_path / "map.svg").read_text()
    assert "reachability distance (km)" in text and "2 rows are not reached" in text


@pytest.mark.parametrize("kind, options", [("png", []), ("svg", []), ("svg", ["--scale", "none"])])
def test_map_is_drawn_above_the_order(run, iris_file, tmp_path, kind, options):
    pytest.importorskip("matplotlib")
    done = run("optics", iris_file, *options, "--plot", f"map.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"map.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[kind])
    if kind == "svg":
        text = content.decode()
        assert re.search(r"iris\.csv: \d+ clusters?, [\d.]+% noise \(gray\); min-samples: 5, xi: 0.05", text)
        assert ("reachability distance (in scaled units)" in text) == (not options)
        assert "reachability distance" in text and "rows, in the order in which they are reached" in text


def test_rows_left_out_by_optics_keep_their_place(run):
    rows = b"x,y\n1,2\n1.1,2\n,2\n90,2\n90.2,2\n1.3,2\n90.1,2\n"
    options = ("--min-samples", 2, "--method", "dbscan", "--eps", 0.5, "--missing", "drop")
    done = run("optics", "-", *options, "--reachability", stdin=rows)
    labels = [line.split(",")[0] for line in done.stdout.splitlines()[1:]]
    assert labels[2] == "" and labels[0] == labels[1] != labels[3] == labels[4] != "-1"


def test_optics_says_what_to_try_next(run, iris_file):
    def advice(*options):
        done = run("optics", *options)
        assert done.returncode == 0 and "warning" not in done.stderr
        quiet = run("optics", *options, "--quiet")
        assert "what to try" not in quiet.stderr and quiet.stdout == done.stdout
        found = re.search(r"\nwhat to try: (.*)\n", done.stderr)
        return found and found[1]

    below = (iris_file, "--method", "dbscan")
    assert advice(*below, "--eps", 0.1) == "a larger --eps, as no row is in a cluster"
    assert advice(*below, "--max-eps", 0.1) == "a larger --max-eps, as no row is in a cluster"
    assert advice(*below, "--eps", 0.3) == "a larger --eps, as more than half is noise"
    assert advice(*below, "--eps", 5) == "a smaller --eps, as there is but one cluster"
    assert advice(*below, "--eps", 0.7) is None
    assert re.match("--method dbscan with an --eps .* as more than half is noise", advice(iris_file))
    assert advice(iris_file, "--max-eps", 0.01) == "a larger --max-eps, as no row is in a cluster"
    assert re.match(
        "a smaller --min-cluster-size or --xi, as there is but", advice(iris_file, "--min-cluster-size", 99)
    )


@pytest.mark.parametrize(
    "args, message",
    [
        (["--min-samples", "1"], "a whole number of 2 or more is needed, not '1'"),
        (["--min-cluster-size", "2.5"], "not '2.5'"),
        (["--xi", "0"], "a number between 0 and 1 is needed, not '0'"),
        (["--xi", "nan"], "not 'nan'"),
        (["--max-eps", "-1"], "a number of 0 or more is needed, not '-1'"),
        (["--eps", "1"], "--eps goes with --method dbscan"),
        (["--method", "dbscan"], "--method dbscan needs --eps, or --max-eps"),
        (["--method", "dbscan", "--eps", "2", "--max-eps", "1"], "--eps 2 is more than --max-eps 1"),
        (["--method", "dbscan", "--eps", "2", "--xi", "0.1"], "--xi goes with --method xi"),
        (["--method", "dbscan", "--eps", "2", "--min-cluster-size", "9"], "--min-cluster-size goes with --method xi"),
        (["--metric", "haversine", "--scale", "standard"], "without --scale"),
        (["--plot", "iris.csv"], "would be overwritten"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
    ],
)
def test_mistakes_on_the_command_line_of_optics(run, iris_file, args, message):
    if args[0] == "--plot":
        pytest.importorskip("matplotlib")
    done = run("optics", iris_file, *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match("coterie( optics)?: error: ", done.stderr.splitlines()[-1]) and message in done.stderr


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (b"a,b\n1,2\n3,4\n", [], "standard input: --min-samples 5 is more than the 2 rows there are"),
        (b"a,b\n1,2\n", ["--min-samples", "2"], "--min-samples 2 is more than the 1 row there is"),
        (
            b"a,b\n1,2\n3,4\n",
            ["--min-samples", "2", "--min-cluster-size", "9"],
            "--min-cluster-size 9 is more than the 2 rows there are",
        ),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine", "--min-samples", "2"], "zero vectors"),
    ],
)
def test_mistakes_about_the_data_of_optics(run, rows, args, message):
    done = run("optics", "-", *args, stdin=rows)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("coterie optics: error: ") and message in done.stderr


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_noise_of_optics_is_assigned_where_asked_to(run, iris_file):
    model = coterie.OPTICS().fit(Scaler().fit_transform(IRIS))
    labels = model.assign_noise(Scaler().fit_transform(IRIS), threshold=0.3)
    done = run("optics", iris_file, "--noise", "nearest:0.3")
    assert labels_of(done.stdout) == [str(label) for label in labels]
    n, left = np.count_nonzero(model.labels_ < 0), np.count_nonzero(labels < 0)
    assert f"noise: {n - left} of {n} noise rows got" in done.stderr and 0 < left < n


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_optics_shows_what_it_found_where_it_cannot_be_written(run, iris_file):
    done = run("optics", iris_file, "--output", "/dev/full")
    assert done.returncode == 1 and "clusters of 150 rows" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("coterie optics: error: /dev/full: No space left")
