"""`--json`: what a command found as one JSON object on standard output, and nothing else there."""

import html
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, NAMES

import coterie
from coterie import explain, selection
from coterie.scaling import Scaler

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
ARGUMENTS = {
    "kmeans": ["-k", 3],
    "kmedoids": ["-k", 3],
    "kprototypes": ["-k", 3, "--kind", "petal_width_cm=category"],
    "hierarchy": ["-k", 3],
    "dbscan": ["--noise", "nearest"],
    "hdbscan": ["--min-cluster-size", "auto"],
    "optics": [],
}
OF_TABLE = ["command", "file", "n_rows", "n_rows_left_out", "columns", "columns_left_out"]


def only_json(text):
    """The object in it; NaN and infinite numbers are no JSON. All of its keys are on the page about the command."""

    def refuse(name):
        raise AssertionError(name)

    found = json.loads(text, parse_constant=refuse)
    assert text.count("\n") == 1
    section = PAGE.read_text(encoding="utf-8").partition("### JSON")[2].partition("###")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE))
    told = rows["all but `quantize`"] + rows["all that cluster"] + rows[f"`{found['command']}`"]
    assert set(found) - set(re.findall(r"`(\w+)`", told)) == set()
    for each in found.get("clusters", []):
        assert not isinstance(each, dict) or set(each) - set(re.findall(r"`(\w+)`", told)) == set()
    return found


@pytest.mark.parametrize("command", ARGUMENTS)
def test_clusters_are_those_of_the_labels(run, iris_file, command):
    done = run(command, iris_file, *ARGUMENTS[command], "--json", "-o", "labels.csv")
    found = only_json(done.stdout)
    with open("labels.csv") as file:
        labels = np.array(labels_of(file.read()), int)
    assert list(found)[:6] == OF_TABLE and "size  share" not in done.stderr
    assert (found["command"], found["file"], found["n_rows"], found["n_rows_left_out"]) == (command, "iris.csv", 150, 0)
    assert found["n_clusters"] == labels.max() + 1 == len(found["clusters"])
    assert found.get("n_noise", 0) == np.count_nonzero(labels < 0)
    for cluster in found["clusters"]:
        members = labels == cluster["label"]
        assert cluster["size"] == members.sum() and cluster["share"] == pytest.approx(members.mean())
        if command in ("kmeans", "hierarchy", "dbscan", "hdbscan", "optics"):
            mean = cluster["center" if command == "kmeans" else "mean"]
            assert list(mean) == list(NAMES) and list(mean.values()) == pytest.approx(IRIS[members].mean(axis=0))
    assert run(command, iris_file, *ARGUMENTS[command], "--json", "--quiet").stdout.startswith('{"command": ')


def test_what_each_method_found_has_its_keys(run, iris_file):
    X = Scaler().fit_transform(IRIS)
    kmeans = only_json(run("kmeans", iris_file, "-k", 3, "--json").stdout)
    model = coterie.KMeans(3, n_init=5, random_state=0).fit(X)
    assert kmeans["inertia"] == pytest.approx(model.inertia_) and kmeans["n_iterations"] == model.n_iter_
    assert kmeans["columns_left_out"] == [{"name": "species", "reason": "no numbers such as 'setosa'"}]
    dbscan = only_json(run("dbscan", iris_file, "--json").stdout)
    suggestion = selection.suggest_eps(X, 8)
    assert (dbscan["eps"], dbscan["min_samples"]) == (suggestion.eps, 8)
    assert (dbscan["eps_is_given"], dbscan["knee_is_clear"]) == (False, suggestion.clear)
    assert only_json(run("optics", iris_file, "--json").stdout)["max_eps"] is None  # which is infinite
    hdbscan = only_json(run("hdbscan", iris_file, "--min-cluster-size", "auto", "--json").stdout)
    suggestion = selection.suggest_min_cluster_size(X, random_state=0)
    assert hdbscan["min_cluster_size"] == suggestion.value and hdbscan["reasons"] == list(suggestion.reasons)
    tree = only_json(run("hierarchy", iris_file, "--names", "species", "--json").stdout)
    assert tree["n_clusters"] == tree["suggested_n_clusters"] == 2 and len(tree["last_merges"]) == 10
    assert [cluster["rows"] for cluster in tree["clusters"]] == ["49 setosa", "50 versicolor, 50 virginica, 1 setosa"]


def test_sweeps_profiles_and_predictions(run, iris_file):
    found = only_json(run("sweep", iris_file, "-k", "2-4", "--stability", 2, "--json").stdout)
    swept = selection.sweep(
        coterie.KMeans(n_init=5, random_state=0),
        Scaler().fit_transform(IRIS),
        {"n_clusters": [2, 3, 4]},
        stability=2,
        random_state=0,
    )
    assert [row["silhouette"] for row in found["scores"]] == pytest.approx([row["silhouette"] for row in swept])
    assert (found["k"], found["is_clear"]) == (2, True) and all(map(isinstance, found["reasons"], [str] * 9))
    told = only_json(run("profile", iris_file, "--by", "species", "--noun", "flowers", "--json").stdout)
    profile = explain.profile(IRIS, np.repeat(["setosa", "versicolor", "virginica"], 50), NAMES, noun="flowers")
    assert told["sentences"] == profile.sentences and told["clusters"] == ["setosa", "versicolor", "virginica"]
    assert [row["mean"] for row in told["rows"]] == [row["mean"] for row in profile.rows]
    assert told["drift"] is None
    run("kmeans", iris_file, "-k", 3, "--save", "model.npz", "--quiet")
    new = only_json(run("predict", "model.npz", iris_file, "--json").stdout)
    assert [cluster["share"] for cluster in new["clusters"]] == [each["share_at_the_fit"] for each in new["clusters"]]
    drift = only_json(run("profile", iris_file, "--model", "model.npz", "--json").stdout)["drift"]
    assert drift["n_then"] == drift["n_now"] == 150 and drift["index"] == 0 and drift["reading"] == "chance"


def test_reports(run, iris_file, monkeypatch):
    monkeypatch.setattr("coterie.cli.report.matplotlib_is_there", lambda: False)  # pictures take a while
    told = run("report", iris_file, "--noun", "flowers", "--json")
    found = only_json(told.stdout)
    with open("report.html", encoding="utf-8") as file:
        page = file.read()
    assert found["page"] == os.path.abspath("report.html") and "page: " not in told.stderr
    assert found["n_rows"] == 150 and found["columns"] == list(NAMES)
    assert found["n_clusters"] == len(found["groups"]) >= 2 and found["confidence"] in ("clear", "doubtful")
    assert sum(each["size"] for each in found["groups"]) + found["n_noise"] == 150
    for sentence in found["reasons"] + found["doubts"]:
        assert sentence in html.unescape(page)
    assert found["unusual"][0].keys() == {"row", "name", "group", "score", "why"}


def test_pictures(run, tmp_path):
    image = pytest.importorskip("PIL.Image")
    image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3)).save(tmp_path / "a.png")
    found = only_json(run("quantize", "a.png", "-k", 4, "-o", "b.png", "--json").stdout)
    assert (found["width"], found["height"], found["n_colors"], found["n_colors_kept"]) == (10, 10, 100, 4)
    assert sum(each["share"] for each in found["palette"]) == pytest.approx(1)
    assert found["n_bytes_written"] == os.path.getsize("b.png")


def test_one_thing_goes_to_standard_output(fails, iris_file):
    assert "--json writes to standard output, too" in fails(2, "kmeans", iris_file, "-k", 2, "--json", "-o", "-")
    assert "--append with --json needs --output" in fails(2, "kmeans", iris_file, "-k", 2, "--json", "--append")
