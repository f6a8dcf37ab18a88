"""`coterie dbscan`: labels, eps, maps, advice."""

import os
import re

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, as_csv, scattered

import coterie
from coterie import distances, selection
from coterie.distances._sphere import cut_open
from coterie.scaling import Scaler


def dense_labels(X, eps, min_samples=5, metric="euclidean"):
    return [str(label) for label in coterie.DBSCAN(eps, min_samples=min_samples, metric=metric).fit(X).labels_]


def test_dbscan_gives_the_labels_of_the_python_interface(run, iris_file):
    done = run("dbscan", iris_file, "--eps", 0.6, "--min-samples", 7)
    assert done.returncode == 0
    assert labels_of(done.stdout) == dense_labels(IRIS, 0.6, 7)
    assert "-1" in done.stdout
    for text in (
        "scaling: none",
        "metric: euclidean, min-samples: 7",
        "left out, not numbers: species",
        "2 clusters of 150 rows by 4 columns; ",
        " in none (noise, label -1); ",
        " core rows; means",
    ):
        assert text in done.stderr
    core = np.bincount(coterie.DBSCAN(0.6, min_samples=7).fit(IRIS).core_sample_indices_ // 50)
    assert re.search(rf"\n +0 +49 +32\.7% +{core[0]} +5\.", done.stderr)  # share of all rows, not of those in clusters


def test_dbscan_finds_eps_and_scales_for_it(run, iris_file):
    done = run("dbscan", iris_file, "--jobs", 2)
    X = Scaler().fit_transform(IRIS)
    suggestion = selection.suggest_eps(X, 8)
    assert labels_of(done.stdout) == dense_labels(X, suggestion.eps, 8)
    assert "metric: euclidean, min-samples: 8 (no --min-samples was given)\n" in done.stderr
    assert "scaling: standard" in done.stderr
    assert f"\neps: {suggestion.eps:g} in scaled units (" in done.stderr
    told = run("dbscan", iris_file, "--eps", f"{suggestion.eps:g}", "--scale", "standard")
    assert told.stdout == done.stdout


def test_dbscan_tells_whether_the_knee_is_clear(run):
    clear = run("dbscan", "-", "--scale", "none", stdin=as_csv(scattered(), "ab"))
    assert "(at the knee of the distances within which rows have 5 rows" in clear.stderr
    even = run("dbscan", "-", stdin=as_csv(np.random.default_rng(0).random((300, 2)), "ab"))
    assert "(there is no clear knee in the distances within which rows have 5 rows" in even.stderr
    assert "a smaller --eps or a larger --min-samples, as there is but one cluster" in even.stderr


@pytest.mark.parametrize(
    "metric, scaling",
    [
        ("euclidean", "standard"),
        ("l1", "standard"),
        ("minkowski:3", "standard"),
        ("cosine", "none"),
        ("correlation", "none"),
        ("canberra", "none"),
    ],
)
def test_metrics_of_dbscan_have_their_own_scaling(run, iris_file, metric, scaling):
    done = run("dbscan", iris_file, "--metric", metric, "--min-samples", 6)
    assert f"scaling: {scaling} (" in done.stderr
    X = IRIS if scaling == "none" else Scaler(scaling).fit_transform(IRIS)
    name, _, p = metric.partition(":")
    measure = distances.as_metric(name, **({"p": float(p)} if p else {}))
    assert labels_of(done.stdout) == dense_labels(X, selection.suggest_eps(X, 6, metric=measure).eps, 6, measure)
    given = ("dbscan", iris_file, "--metric", metric, "--eps", 0.3)
    assert "scaling: none (" in run(*given).stderr
    assert "scaling: minmax (" in run(*given, "--scale", "minmax").stderr


def test_dbscan_on_the_globe_takes_degrees_and_kilometers(run, tmp_path):
    places = b"""name,lat,lon
Suva,-18.142,178.442
Nadi,-17.803,177.416
Taveuni,-16.967,-179.9
Paris,48.857,2.352
Lyon,45.764,4.836
Reims,49.26,4.03
"""
    args = ("dbscan", "-", "--metric", "haversine", "--columns", "lat,lon", "--min-samples", 2)
    done = run(*args, "--eps", 250, stdin=places)
    assert labels_of(done.stdout) == ["0", "0", "0", "1", "-1", "1"]
    assert "scaling: none" in done.stderr and "metric: haversine (km)" in done.stderr
    assert re.search(r"\n +0 +3 +50\.0% +3 +-17\.6 +179\n", done.stderr)  # not halfway round the world
    for policy, label in (("nearest:391", "-1"), ("nearest:392", "1"), ("soft:0.9", "1"), ("keep", "-1")):
        near = run(*args, "--eps", 250, "--noise", policy, stdin=places)  # Lyon is 391.6 km from Paris
        assert labels_of(near.stdout) == ["0", "0", "0", "1", label, "1"]
        assert ("noise: 1 of 1 noise row got" in near.stderr) == (label == "1")
    assert (
        "up to a distance of 391 km; 1 left" in run(*args, "--eps", 250, "--noise", "nearest:391", stdin=places).stderr
    )
    auto = run(*args, "--quiet", stdin=places)
    eps = float(re.search(r"^eps: ([\d.]+) km \(", auto.stderr, re.MULTILINE)[1])
    assert auto.stdout == run(*args, "--eps", eps, stdin=places).stdout
    X = distances.from_degrees(
        [-18.142, -17.803, -16.967, 48.857, 45.764, 49.26], [178.442, 177.416, -179.9, 2.352, 4.836, 4.03]
    )
    assert eps == pytest.approx(distances.radians_to_km(selection.suggest_eps(X, 2, metric="haversine").eps), rel=0.005)


def test_rows_left_out_by_dbscan_keep_their_place(run):
    rows = b"x,y\n1,2\n,3\n1,2.5\n90,8\n1,2.1\n"
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 3, "--missing", "drop", stdin=rows)
    assert labels_of(done.stdout) == ["0", '""', "0", "-1", "0"]


@pytest.mark.parametrize(
    "eps, advice",
    [
        (
            0.001,
            r"a larger --eps or auto or a smaller --min-samples, as no row has so many rows within eps\. Half of the "
            r"rows have 5 rows, themselves counted, within 0\.\d+, nine in ten within \d\.\d+\n",
        ),
        (0.1, r"a larger --eps or auto or a smaller --min-samples, as more than half is noise\. Half of the rows have"),
        (
            30,
            "a smaller --eps or auto or a larger --min-samples, as there is but one cluster. If it stays in one piece",
        ),
        (1, None),
    ],
)
def test_dbscan_says_what_to_try_next(run, eps, advice):
    done = run("dbscan", "-", "--eps", eps, stdin=as_csv(scattered(), "ab"))
    assert done.returncode == 0 and "warning" not in done.stderr
    if advice is None:
        assert "what to try" not in done.stderr
    else:
        assert re.search(f"\nwhat to try: {advice}", done.stderr)
        quiet = run("dbscan", "-", "--eps", eps, "--quiet", stdin=as_csv(scattered(), "ab"))
        assert "what to try" not in quiet.stderr and quiet.stdout == done.stdout


def test_advice_on_many_small_clusters_and_on_a_giant_one(run):
    rng = np.random.default_rng(0)
    pairs = np.repeat(rng.uniform(0, 1000, (200, 2)), 3, axis=0)
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 3, stdin=as_csv(pairs, "ab"))
    assert "what to try: a larger --eps or auto, which joins clusters, or a larger --min-samples" in done.stderr
    assert "as half of them have 3 rows or fewer. Half of the rows have 3 rows" in done.stderr
    giant = np.concatenate([rng.normal(0, 1, (500, 2)), rng.normal(40, 0.1, (9, 2))])
    done = run("dbscan", "-", "--eps", 2, stdin=as_csv(giant, "ab"))
    assert re.search(r"try: a smaller --eps .* as one cluster has 98\.\d% of all that is in clusters\.", done.stderr)


def test_dbscan_notes_duplicates(run):
    X = scattered()
    twice = np.concatenate([np.repeat(X[:50], 6, axis=0), X[50:150]])
    assert (
        "note: 75% of the rows have 4 or more others equal to them; a larger"
        in run("dbscan", "-", stdin=as_csv(twice, "ab")).stderr
    )


@pytest.mark.parametrize(
    "kind, options",
    [
        ("png", []),
        ("pdf", []),
        ("svg", []),
        ("svg", ["--eps", "0.7"]),
        ("svg", ["--columns", "petal_width_cm"]),
        ("svg", ["--columns", "petal_width_cm,sepal_width_cm"]),
    ],
)
def test_map_is_drawn(run, iris_file, tmp_path, kind, options):
    pytest.importorskip("matplotlib")
    done = run("dbscan", iris_file, *options, "--plot", f"map.{kind}")
    assert done.returncode == 0
    content = (tmp_path / f"map.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    if kind == "svg":
        text = content.decode()
        assert re.search(r"iris\.csv: \d+ clusters?, [\d.]+% noise \(gray\); eps ", text)
        assert ("share of the rows" in text) == ("--eps" not in options)
        assert ("<!-- petal_width_cm -->" in text) == ("--columns" in options)
        assert ("first principal component (" in text) == ("--columns" not in options)


def test_map_of_the_globe_is_cut_where_nothing_is(run, tmp_path):
    pytest.importorskip("matplotlib")
    rng = np.random.default_rng(0)
    longitude = (178 + rng.normal(0, 3, 200) + 180) % 360 - 180  # on both sides of the date line
    places = as_csv(np.column_stack([rng.normal(-17, 2, 200), longitude]), ["lat", "lon"])
    done = run("dbscan", "-", "--metric", "haversine", "--eps", 200, "--plot", "map.svg", stdin=places)
    assert done.returncode == 0 and "gnoring" not in done.stderr  # as matplotlib says where limits do not fit
    ticks = re.findall(r"<!-- (-?\d+) -->", (tmp_path / "map.svg").read_text().replace("\N{MINUS SIGN}", "-"))
    assert any(165 < int(tick) <= 180 for tick in ticks) and any(-180 <= int(tick) < -165 for tick in ticks)


def test_map_begins_behind_the_widest_gap_of_longitudes():
    rng = np.random.default_rng(0)
    for middle, spread in ((178.0, 20.0), (0.0, 90.0), (-100.0, 5.0), (200.0, 150.0)):
        longitude = (middle + rng.uniform(-spread, spread, 2000) + 180) % 360 - 180
        moved = cut_open(longitude)
        assert np.ptp(moved) <= 2 * spread and -180 <= moved.min() <= 180
        np.testing.assert_allclose((moved - longitude + 180) % 360, 180, atol=1e-9)  # by whole turns
    assert cut_open(np.array([7.0, 7.0])).tolist() == [7.0, 7.0]


def test_map_of_columns_with_a_long_tail_is_logarithmic(run, tmp_path):
    pytest.importorskip("matplotlib")
    rows = as_csv(np.exp(scattered()), "ab")
    assert run("dbscan", "-", "--scale", "log", "--plot", "map.svg", stdin=rows).returncode == 0
    assert "log(1 + a)" in (tmp_path / "map.svg").read_text()


def test_a_single_row(run):
    done = run("dbscan", "-", "--eps", 1, "--min-samples", 1, stdin=b"a\n5\n")
    assert labels_of(done.stdout) == ["0"] and "what to try" not in done.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (["--eps", "0"], "a number greater than 0 is needed, or auto, not '0'"),
        (["--eps", "-3"], "not '-3'"),
        (["--eps", "nan"], "not 'nan'"),
        (["--eps", "inf"], "not 'inf'"),
        (["--eps", "Auto"], "not 'Auto'"),
        (["--min-samples", "0"], "a whole number of 1 or more is needed, not '0'"),
        (["--min-samples", "2.5"], "not '2.5'"),
        (["--metric", "haversin"], "did you mean 'haversine'?"),
        (["--metric", "gower"], "gower is for text and missing values"),
        (
            ["--metric", "haversine"],
            "needs two columns, latitude and longitude in degrees, and there are sepal_length_cm",
        ),
        (["--metric", "haversine", "--scale", "standard"], "without --scale"),
        (["--plot", "-"], "a file is needed"),
        (["--plot", "iris.csv"], "would be overwritten"),
        (["--plot", "a.png", "--output", "a.png"], "named twice"),
        (["--plot", "map.csv"], "this kind of picture can't be written"),
        (["--seed", "1"], "unrecognized arguments: --seed"),
        (["-k", "3"], "unrecognized arguments: -k"),
    ],
)
def test_mistakes_on_the_command_line_of_dbscan(run, iris_file, args, message):
    if args[0] == "--plot":
        pytest.importorskip("matplotlib")
    done = run("dbscan", iris_file, *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.match("coterie( dbscan)?: error: ", done.stderr.splitlines()[-1]) and message in done.stderr


@pytest.mark.parametrize(
    "rows, args, message",
    [
        (
            b"a,b\n1,2\n3,4\n",
            ["--min-samples", "5"],
            "standard input: --min-samples 5 is more than the 2 rows there are",
        ),
        (b"a,b\n1,2\n", ["--min-samples", "2"], "--min-samples 2 is more than the 1 row there is"),
        (
            b"a,b\n1,2\n",
            ["--min-samples", "1"],
            "standard input: 2 rows are needed, which is more than the 1 row there is",
        ),
        (
            b"a\n1\n1\n1\n1\n",
            ["--min-samples", "3"],
            "every row has 2 or more others at distance 0. Leave duplicates out, or try a larger --min-samples than 3",
        ),
        (b"a,b\n1,2\n0,0\n", ["--metric", "cosine", "--eps", "0.1", "--min-samples", "1"], "zero vectors"),
        (b"a,b\n1,2\n95,4\n", ["--metric", "haversine", "--min-samples", "2"], "a is taken for latitude"),
        (b"a,b\n1,x\n2,y\n", ["--columns", "b"], "not a column of numbers: b ('x')"),
    ],
)
def test_mistakes_about_the_data_of_dbscan(run, rows, args, message):
    done = run("dbscan", "-", *args, stdin=rows)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("coterie dbscan: error: ") and message in done.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_dbscan_shows_what_it_found_where_it_cannot_be_written(run, iris_file):
    done = run("dbscan", iris_file, "--output", "/dev/full")
    assert done.returncode == 1 and "core rows" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("coterie dbscan: error: /dev/full: No space left")
