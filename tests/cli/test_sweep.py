"""`coterie sweep`: how many clusters."""

import csv
import math
import os
import pathlib
import subprocess
import sys
from argparse import Namespace

import numpy as np
import pytest

import coterie
from coterie import selection
from coterie._runtime.thresholds import thresholds
from coterie.cli import main, sweep
from coterie.cli._io.outputs import Outputs
from coterie.cli._options.values import cluster_numbers
from coterie.cli.demo import read_iris
from coterie.scaling import Scaler

DATA = pathlib.Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def cli(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def cli(*args, code=0):
        try:
            got = main(["sweep", *map(str, args)])
        except SystemExit as stopped:
            got = stopped.code
        said = capsys.readouterr()
        assert got == code, said.err
        if code:
            assert said.out == "" and said.err.splitlines()[-1].startswith("coterie sweep: error: ")
        return Namespace(stdout=said.out, stderr=said.err)

    return cli


@pytest.fixture
def groups(tmp_path):
    """Three round groups in a file, and scaled as the command scales."""
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(center, 1, (30, 2)) for center in ([0, 0], [9, 0], [4, 8])])
    np.save(tmp_path / "x.npy", X)
    return Scaler().fit_transform(X)


def test_table_and_suggestion_are_those_of_the_python_interface(cli, groups):
    done = cli("x.npy", "-k", "2-5", "--stability", 4, "--seed", 3)
    found = selection.sweep(
        coterie.KMeans(n_init=5, random_state=3), groups, {"n_clusters": range(2, 6)}, stability=4, random_state=3
    )
    table, _, suggested = done.stdout.partition("\n\n")
    assert table == str(found)
    head, *reasons = suggested.splitlines()
    suggestion = selection.suggest_k(found, random_state=3)
    assert head == "suggested: 3 clusters" and suggestion.k == 3 and suggestion.clear
    assert " ".join(reasons).split() == " ".join(str(suggestion).splitlines()[1:]).split()
    assert "kmeans on 90 rows by 2 columns" in done.stderr and "scaling: standard" in done.stderr
    quiet = cli("x.npy", "-k", "2-5", "--stability", 4, "--seed", 3, "--quiet", "--jobs", 2)
    assert quiet.stdout == done.stdout and quiet.stderr.splitlines() == [
        line for line in done.stderr.splitlines() if line.startswith("scaling")
    ]


@pytest.mark.parametrize("algorithm", ["ward", "average", "complete", "single", "divisive"])
def test_trees_are_swept(cli, groups, algorithm):
    done = cli("x.npy", "-k", "2,4,3", "--algorithm", algorithm, "--stability", 0)
    model = (
        coterie.DivisiveClustering() if algorithm == "divisive" else coterie.AgglomerativeClustering(linkage=algorithm)
    )
    found = selection.sweep(model, groups, {"n_clusters": [2, 3, 4]}, random_state=0)
    assert done.stdout.startswith(f"{found}\n\nsuggested: ") and "stability" not in done.stdout
    assert ("suggested: 3 clusters" in done.stdout) == (selection.suggest_k(found, random_state=0).k == 3)
    assert f"{algorithm} on 90 rows" in done.stderr


def test_table_goes_to_a_file_in_full(cli, groups, tmp_path):
    cli("x.npy", "-k", "2-4,7", "--stability", 2, "-o", "table.csv")
    rows = list(csv.DictReader((tmp_path / "table.csv").open(newline="")))
    found = selection.sweep(
        coterie.KMeans(n_init=5, random_state=0), groups, {"n_clusters": [2, 3, 4, 7]}, stability=2, random_state=0
    )
    assert [{name: float(cell) for name, cell in row.items()} for row in rows] == found.rows


def test_picture_is_drawn(cli, groups, tmp_path):
    pytest.importorskip("matplotlib")
    cli("x.npy", "-k", "2-4", "--stability", 2, "--plot", "sweep.svg")
    text = (tmp_path / "sweep.svg").read_text()
    assert "x.npy: kmeans" in text and "silhouette" in text and "suggested: 3 clusters" in text
    assert "this kind of picture can't be written" in cli("x.npy", "--plot", "sweep.csv", code=2).stderr


def test_no_structure_is_said_where_there_is_none(cli, tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).uniform(size=(150, 2)))
    done = cli("x.npy", "-k", "2-4", "--stability", 3)
    assert "suggested: to leave it at one cluster\n- no structure" in done.stdout


def test_equal_rows_are_no_clusters(cli, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((20, 2)))
    done = cli("x.npy", "-k", "2-3", "--stability", 2)
    assert "suggested: to leave it at one cluster" in done.stdout and "Traceback" not in done.stderr


def test_few_rows_leave_out_large_numbers_and_many_are_drawn_from(cli, groups, tmp_path, monkeypatch):
    np.save(tmp_path / "few.npy", np.random.default_rng(0).normal(size=(6, 2)))
    done = cli("few.npy", "--stability", 2)
    assert "note: left out, as there are only 6 rows: -k 6, 7, 8, 9, 10, 11\n" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:5]] == ["2", "3", "4", "5"]
    monkeypatch.setattr(thresholds, "sweep_rows", 60)
    done = cli("x.npy", "-k", "2-4", "--stability", 2)
    assert "note: 60 of the 90 rows, drawn at random, stand for all\n" in done.stderr
    assert "kmeans on 60 rows" in done.stderr and "suggested: 3 clusters" in done.stdout
    assert cli("x.npy", "-k", "2-4", "--stability", 2).stdout == done.stdout


def test_rows_left_out_have_no_label_to_be_empty(cli, tmp_path):
    names, flowers, _ = read_iris()
    flowers[3, 1] = np.nan
    np.savez(tmp_path / "x.npz", X=flowers, columns=np.array(names))
    done = cli("x.npz", "-k", "2,3", "--stability", 2, "--missing", "drop", "--drop", names[0], "--scale", "minmax")
    assert "sepal_width_cm 1; those rows are left out\n" in done.stderr
    assert "kmeans on 149 rows by 3 columns" in done.stderr


@pytest.mark.parametrize(
    "text, numbers", [("2-5", [2, 3, 4, 5]), ("7", [7]), ("9,3,3-4", [3, 4, 9]), ("2 - 3, 8", [2, 3, 8])]
)
def test_numbers_of_clusters_are_ranges_and_lists(text, numbers):
    assert cluster_numbers(text) == numbers


@pytest.mark.parametrize(
    "args, code, message",
    [
        *(
            (["x.npy", "-k", text], 2, f"such as 2-8 or 5,10,20, not {text!r}")
            for text in ("1", "0-3", "5-2", "a", "2-", "-2", "2,,3", "", "2.5", "2-3-4")
        ),
        (["x.npy", "--stability", "-1"], 2, "a whole number of 0 or more is needed, not '-1'"),
        (["x.npy", "--algorithm", "kmean"], 2, "invalid choice: 'kmean'"),
        (["x.npy", "-o", "-"], 2, "a file is needed"),
        (["x.npy", "-o", "x.npy"], 2, "would be overwritten"),
        (["x.npy", "-k", "90-99"], 1, "x.npy: -k 90 is too many for 90 rows"),
        (["two.npy"], 1, "two.npy: 3 rows are needed, which is more than the 2 rows there are"),
        (["nowhere.npy"], 1, "nowhere.npy: No such file"),
    ],
)
def test_mistakes(cli, groups, tmp_path, args, code, message):
    np.save(tmp_path / "two.npy", np.eye(2))
    if args[-1] == "-2":
        args = [args[0], "-k=-2"]
    assert message in cli(*args, code=code).stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_full_disk_and_a_reader_that_goes_away(groups, tmp_path):
    command = [sys.executable, "-m", "coterie", "sweep", "x.npy", "-k", "2", "--stability", "0", "--quiet"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.splitlines()[-1] == "coterie sweep: error: No space left on device"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    os.close(writer)
    assert done.returncode == 0 and len(done.stderr.splitlines()) == 1  # the scaling


def test_a_terminal_that_knows_few_letters(groups, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "sweep", "x.npy", "-k", "2", "--stability", "1", "--quiet"],
        capture_output=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0 and rb"1.00 \xb1 0.00" in done.stdout


def test_scores_that_are_not_defined_are_empty_cells(tmp_path):
    with Outputs() as outputs:
        sweep._write(outputs, str(tmp_path / "table.csv"), [{"n_clusters": 2, "silhouette": math.nan}])
    assert (tmp_path / "table.csv").read_text() == "n_clusters,silhouette\n2,\n"


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
def test_penguins(cli):
    done = cli(DATA / "penguins.csv.gz", "--missing", "drop", "--drop", "year", "-k", "2-6", "--stability", 5)
    assert "suggested: " in done.stdout and "kmeans on 342 rows by 4 columns" in done.stderr
