"""`coterie hdbscan`: labels, probabilities, maps beside the tree, advice."""

import os
import re
import warnings

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, as_csv, scattered

import coterie
from coterie import distances, selection
from coterie._runtime.thresholds import thresholds
from coterie.scaling import Scaler


def dense_labels(X, min_cluster_size=15, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)
        model = coterie.HDBSCAN(min_cluster_size, **parameters).fit(X)
    return [str(label) for label in model.labels_]


def test_hdbscan_gives_the_labels_of_the_python_interface_for_scaled_columns(run, iris_file):
    done = run("hdbscan", iris_file)
    model = coterie.HDBSCAN(15).fit(Scaler().fit_transform(IRIS))
    assert done.returncode == 0
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    noise = np.count_nonzero(model.labels_ < 0)
    for text in (
        "scaling: standard",
        "metric: euclidean, min-cluster-size: 15, min-samples: 15",
        "left out, not numbers: species",
        f"2 clusters of 150 rows by 4 columns; {noise} (",
        " in none (noise, label -1); means in the units of the data",
    ):
        assert text in done.stderr
    assert f" {model.cluster_persistence_[0]:.3f} ".rstrip("0 ") in done.stderr
    size = np.count_nonzero(model.labels_ == 0)
    assert re.search(rf"\n +0 +{size} +{100 * size / 150:.1f}% +0\.\d+ +\d\.", done.stderr)  # share of all rows


@pytest.mark.parametrize(
    "options, parameters",
    [
        (["--min-cluster-size", "8"], {"min_cluster_size": 8}),
        (["--min-samples", "3"], {"min_samples": 3}),
        (["--min-samples", "20"], {"min_samples": 20}),
        (["--selection", "leaf", "--min-samples", 4], {"cluster_selection_method": "leaf", "min_samples": 4}),
        (["--epsilon", "0.7", "--min-samples", 2], {"cluster_selection_epsilon": 0.7, "min_samples": 2}),
        (
            ["--min-cluster-size", "60", "--allow-single-cluster"],
            {"min_cluster_size": 60, "allow_single_cluster": True},
        ),
        (["--metric", "l1"], {"metric": "manhattan"}),
        (["--metric", "cosine"], {"metric": "cosine"}),
        (["--metric", "minkowski:3"], {"metric": distances.as_metric("minkowski", p=3)}),
        (["--scale", "none"], {}),
    ],
)
def test_options_of_hdbscan_are_those_of_the_python_interface(run, iris_file, options, parameters):
    done = run("hdbscan", iris_file, *options, "--jobs", 2)
    scaling = "none" if {"none", "cosine"} & set(options) else "standard"
    assert f"scaling: {scaling} (" in done.stderr
    assert labels_of(done.stdout) == dense_labels(Scaler(scaling).fit_transform(IRIS), **parameters)
    assert run("hdbscan", iris_file, *options, "--quiet").stdout == done.stdout


@pytest.mark.parametrize("options", [{}, {"min_samples": 3, "cluster_selection_method": "leaf"}])
def test_the_size_is_chosen_from_the_data_where_asked_for(run, options, monkeypatch):
    X = np.concatenate([np.random.default_rng(0).normal(place, 1, (50, 2)) for place in (0, 9, 30)])
    table = as_csv(X, "ab")
    X, options = Scaler().fit_transform(X), {"min_samples": 5, **options}
    found = selection.suggest_min_cluster_size(X, **options, random_state=0)
    words = ["--min-cluster-size", "auto", "--selection", options.get("cluster_selection_method", "eom")]
    words += ["--min-samples", 3] * (options["min_samples"] == 3)
    done = run("hdbscan", "-", *words, stdin=table)
    assert labels_of(done.stdout) == dense_labels(X, found.value, **options)
    assert str(found) in done.stderr
    assert f"min-cluster-size: {found.value}, min-samples: {options['min_samples']}" in done.stderr
    quiet = run("hdbscan", "-", *words, "--quiet", stdin=table)
    assert quiet.stdout == done.stdout and str(found) not in quiet.stderr
    assert f"min-cluster-size: {found.value}" in quiet.stderr
    few = run("hdbscan", "-", "--min-cluster-size", "auto", stdin=b"a\n1\n2\n3\n")
    assert few.returncode == 1 and "--min-samples 5 is more than the 3 rows there are" in few.stderr


def test_the_size_is_chosen_from_some_of_many_rows_and_scaled_to_all(run, monkeypatch):
    X = np.concatenate([np.random.default_rng(0).normal(place, 1, (50, 2)) for place in (0, 9, 30)])
    monkeypatch.setattr(thresholds, "sweep_rows", 75)
    done = run("hdbscan", "-", "--min-cluster-size", "auto", "--scale", "none", stdin=as_csv(X, "ab"))
    assert "note: --min-cluster-size auto looks at 75 of the 150 rows, drawn at random" in done.stderr
    size = int(re.search(r"min_cluster_size = (\d+), clearly", done.stderr)[1])
    assert f"min-cluster-size: {2 * size}, min-samples: 5" in done.stderr


def test_probabilities_stand_beside_the_labels(run, iris_file):
    done = run("hdbscan", iris_file, "--probabilities")
    model = coterie.HDBSCAN(15).fit(Scaler().fit_transform(IRIS))
    header, *lines = done.stdout.splitlines()
    assert header == "label,probability"
    labels, probabilities = zip(*(line.split(",") for line in lines), strict=True)
    assert [int(label) for label in labels] == model.labels_.tolist()
    np.testing.assert_allclose(list(map(float, probabilities)), model.probabilities_, rtol=1e-5)


def test_hdbscan_on_the_globe_takes_degrees_and_kilometers(run):
    rng = np.random.default_rng(0)
    towns = np.repeat([[-17.0, 179.9], [-20.0, -179.9], [48.0, 2.0]], 20, axis=0) + rng.normal(0, 0.3, (60, 2))
    towns[:, 1] = (towns[:, 1] + 180) % 360 - 180
    places = as_csv(towns, ["lat", "lon"])
    args = ("hdbscan", "-", "--metric", "haversine", "--min-cluster-size", 10)
    done = run(*args, stdin=places)
    X = distances.from_degrees(*towns.T)
    assert labels_of(done.stdout) == dense_labels(X, 10, metric="haversine")
    assert "scaling: none" in done.stderr and "metric: haversine (km)" in done.stderr
    assert "3 clusters of 60 rows" in done.stderr
    assert re.search(r" -17\.\d +-?1(79|80)\n", done.stderr)  # not halfway round the world
    joined = run(*args, "--epsilon", 400, stdin=places)  # the first two are 334 km apart
    assert "2 clusters of 60 rows" in joined.stderr
    apart = run(*args, "--epsilon", 50, stdin=places)
    assert apart.stdout == done.stdout


def test_rows_left_out_by_hdbscan_keep_their_place(run):
    rows = b"x,y\n1,2\n1.1,2\n,2\n90,2\n90.2,2\n1.3,2\n90.1,2\n"
    done = run("hdbscan", "-", "--min-cluster-size", 2, "--missing", "drop", "--probabilities", stdin=rows)
    labels = [line.split(",")[0] for line in done.stdout.splitlines()[1:]]
    assert labels[2] == "" and labels[0] == labels[1] != labels[3] == labels[4] != "-1"


def test_hdbscan_says_what_to_try_next(run):
    rng = np.random.default_rng(0)
    one = as_csv(rng.normal(size=(100, 2)), "ab")

    def advice(data, *options):
        done = run("hdbscan", "-", *options, stdin=data)
        assert done.returncode == 0 and "warning" not in done.stderr
        quiet = run("hdbscan", "-", *options, "--quiet", stdin=data)
        assert "what to try" not in quiet.stderr and quiet.stdout == done.stdout
        found = re.search(r"\nwhat to try: (.*)\n", done.stderr)
        return found and found[1]

    assert advice(one, "--min-cluster-size", 60) == (
        "a smaller --min-cluster-size, or --allow-single-cluster, if all of it may be one cluster, as the rows do not "
        "part into two such clusters"
    )
    assert "as there is but one cluster" in advice(one, "--min-cluster-size", 60, "--allow-single-cluster")
    even = as_csv(rng.uniform(size=(1000, 2)), "ab")
    assert "a smaller --min-samples than 10, as more than half is noise" in advice(
        even, "--min-cluster-size", 20, "--min-samples", 10, "--selection", "leaf"
    )
    giant = as_csv(np.concatenate([rng.normal(0, 1, (500, 2)), rng.normal(40, 0.5, (20, 2))]), "ab")
    assert re.match("--selection leaf or .* cluster has 96.2% of all that is in", advice(giant, "--scale", "none"))
    many = as_csv(np.repeat(rng.uniform(0, 1000, (200, 2)), 4, axis=0) + rng.normal(0, 0.1, (800, 2)), "ab")
    assert re.match("a larger --min-cluster-size, .* of the 200 clusters have 4", advice(many, "--min-cluster-size", 3))
    assert advice(as_csv(scattered(), "ab"), "--scale", "none") is None


def test_hdbscan_notes_duplicates(run):
    X = scattered()
    twice = np.concatenate([np.repeat(X[:50], 6, axis=0), X[50:150]])
    done = run("hdbscan", "-", "--min-samples", 5, stdin=as_csv(twice, "ab"))
    assert "note: 75% of the rows have 4 or more others equal to them; a larger" in done.stderr
    assert "equal to them" not in run("hdbscan", "-", "--min-samples", 7, stdin=as_csv(twice, "ab")).stderr


@pytest.mark.parametrize(
    "kind, options", [("png", []), ("svg", []), ("svg", ["--columns", "petal_width_cm"]), ("svg", ["--scale", "none"])]
)
def test_map_is_drawn_beside_the_tree(run, iris_file, tmp_path, kind, options):
    pytest.importorskip("matplotlib")
    done = run("hdbscan", iris_file, *options, "--plot", f"map.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"map.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml"}[kind])
    if kind == "svg":
        text = content.decode()
        assert re.search(
            r"iris\.csv: \d+ clusters?, [\d.]+% noise \(gray\); min-cluster-size: 15, min-samples: 15", text
        )
        assert ("mutual reachability distance (in scaled units)" in text) == ("none" not in options)
        assert "mutual reachability distance" in text and "number of rows (width of each part)" in text
        assert ("<!-- petal_width_cm -->" in text) == ("--columns" in options)


def test_tree_of_places_is_in_kilometers(run, tmp_path):
    pytest.importorskip("matplotlib")
    rng = np.random.default_rng(0)
    places = as_csv(rng.normal([[-17, 178]] * 100, 1), ["lat", "lon"])
    done = run("hdbscan", "-", "--metric", "haversine", "--plot", "map.svg", stdin=places)
    assert done.returncode == 0
    text = (tmp_path / "map.svg").read_text()
    assert "mutual reachability distance (km)" in text and re.search(r"<!-- [1-9]0 -->", text)


def test_a_saved_model_labels_further_rows(run, iris_file, tmp_path):
    run("hdbscan", iris_file, "--save", "model.npz", "--output", "labels.csv")
    model = coterie.load(tmp_path / "model.npz")
    done = run("predict", "model.npz", iris_file)
    expected = model.predict(Scaler().fit_transform(IRIS))
    assert labels_of(done.stdout) == [str(label) for label in expected]
    assert "model: HDBSCAN with min-cluster-size 15, 2 clusters of 150 rows by 4 columns" in done.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (["--min-cluster-size", "1"], "a whole number of 2 or more is needed, not '1'"),
        (["--min-cluster-size", "2.5"], "not '2.5'"),
        (["--min-cluster-size", "automatic"], "not 'automatic'"),
        (["--min-samples", "0"], "a whole number of 1 or more is needed, not '0'"),
        (["--epsilon", "-1"], "a number of 0 or more is needed, not '-1'"),
        (["--epsilon", "nan"], "not 'nan'"),
        (["--selection", "all"], "invalid choice: 'all'"),
        (["--metric", "haversine", "--scale", "standard"], "without --scale"),
        (["--plot", "iris.csv"], "would be overwritten"),
        (["--plot", "a.png", "--output", "a.png"], "named twice"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
        (["--eps", "1"], "unrecognized arguments: --eps"),
    ],
)
def test_mistakes_on_the_command_line_of_hdbscan(run, iris_file, args, message):
    if args[0] == "--plot":
        pytest.importorskip("matplotlib")
    done = run("hdbscan", iris_file, *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match("coterie( hdbscan)?: error: ", done.stderr.splitlines()[-1]) and message in done.stderr


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (b"a,b\n1,2\n3,4\n", [], "standard input: --min-cluster-size 15 is more than the 2 rows there are"),
        (b"a,b\n1,2\n", ["--min-cluster-size", "2"], "--min-cluster-size 2 is more than the 1 row there is"),
        (
            b"a,b\n1,2\n3,4\n",
            ["--min-samples", "9", "--min-cluster-size", "2"],
            "--min-samples 9 is more than the 2 rows there are",
        ),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine", "--min-cluster-size", "2"], "zero vectors"),
    ],
)
def test_mistakes_about_the_data_of_hdbscan(run, rows, args, message):
    done = run("hdbscan", "-", *args, stdin=rows)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("coterie hdbscan: error: ") and message in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_hdbscan_shows_what_it_found_where_it_cannot_be_written(run, iris_file):
    done = run("hdbscan", iris_file, "--output", "/dev/full")
    assert done.returncode == 1 and "2 clusters of 150 rows" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("coterie hdbscan: error: /dev/full: No space left")


@pytest.mark.parametrize(
    "policy, how, threshold",
    [("nearest", "nearest", None), ("nearest:0.4", "nearest", 0.4), ("soft:0.05", "soft", 0.05)],
)
def test_noise_is_assigned_where_asked_to(run, iris_file, policy, how, threshold):
    X = Scaler().fit_transform(IRIS)
    model = coterie.HDBSCAN(15, 5).fit(X)
    labels = model.assign_noise(X, how=how, threshold=threshold)
    done = run("hdbscan", iris_file, "--min-samples", 5, "--noise", policy)
    assert labels_of(done.stdout) == [str(label) for label in labels]
    n, left = np.count_nonzero(model.labels_ < 0), np.count_nonzero(labels < 0)
    what = {
        "nearest": "the cluster of the nearest row that is in one",
        "nearest:0.4": "the cluster of the nearest row that is in one, up to a distance of 0.4 in scaled units",
        "soft:0.05": "the likeliest cluster, if its probability is 0.05 or more",
    }[policy]
    assert 0 < n and f"\nnoise: {n - left} of {n} noise rows got {what}; {left} left\n" in done.stderr
    assert f"rows by 4 columns; {left} (" in done.stderr
    assert run("hdbscan", iris_file, "--min-samples", 5, "--noise", policy, "--quiet").stdout == done.stdout


def test_memberships_stand_beside_the_labels(run, iris_file):
    done = run("hdbscan", iris_file, "--membership", 9, "--probabilities")
    model = coterie.HDBSCAN(15).fit(Scaler().fit_transform(IRIS))
    header, *lines = done.stdout.splitlines()
    assert header == "label,probability,cluster_1,membership_1,cluster_2,membership_2"
    cells = np.array([line.split(",") for line in lines], float)
    clusters, probabilities = model.membership()
    np.testing.assert_array_equal(cells[:, [0, 2, 4]], np.column_stack([model.labels_, clusters]))
    np.testing.assert_allclose(cells[:, [3, 5]], probabilities, rtol=1e-5)
    none = run("hdbscan", iris_file, "--membership", 2, "--min-cluster-size", 100)
    assert none.stdout.startswith("label\n-1\n") and "0 clusters" in none.stderr


def test_what_becomes_of_noise_must_be_told_rightly(run, iris_file):
    for wrong, message in (
        ("all", "keep, nearest or soft is needed, not 'all'"),
        ("keep:1", "keep, nearest or soft is needed, not 'keep:1'"),
        ("soft:2", "soft:P needs a probability from 0 to 1, not '2'"),
        ("nearest:-1", "nearest:D needs a distance of 0 or more, not '-1'"),
        ("nearest:", "nearest:D needs a distance of 0 or more, not ''"),
    ):
        done = run("hdbscan", iris_file, "--noise", wrong)
        assert done.returncode == 2 and message in done.stderr
