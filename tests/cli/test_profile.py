"""`coterie profile`, run within this process."""

import csv
import io
from argparse import Namespace

import numpy as np
import pytest

from coterie import explain
from coterie.cli import main
from coterie.cli.demo import read_iris

NAMES, IRIS, SPECIES = read_iris()


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*args):
        try:
            code = main(["profile", *map(str, args)])
        except SystemExit as stopped:
            code = stopped.code
        said = capsys.readouterr()
        return Namespace(code=code, out=said.out, err=said.err)

    return run


@pytest.fixture
def iris(tmp_path):
    """A file with the numbers, an identifier, and the species as text."""
    path = tmp_path / "iris.csv"
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *NAMES, "species"])
        writer.writerows([f"f{i}", *row, SPECIES[i]] for i, row in enumerate(IRIS.tolist()))
    return path


def printed(profile):
    return "\n".join([profile.table(100), "", *profile.sentences, ""])


def test_prints_the_table_and_the_sentences_of_a_profile(run, iris):
    found = run(iris, "--by", "species", "--noun", "flowers")
    expected = explain.profile(IRIS, SPECIES, NAMES, noun="flowers")
    assert (found.code, found.out) == (0, printed(expected))
    assert found.err == "note: left out, neither numbers nor categories, and nothing in them tells groups apart: id\n"
    assert run(iris, "--by", "species", "--noun", "flowers", "--quiet").err == ""


def test_labels_come_from_a_file_and_rows_without_one_are_left_out(run, iris, tmp_path):
    labels = np.arange(150) % 3
    (tmp_path / "labels.csv").write_text("label\n" + "".join(f"{label}\n" for label in labels[:-2]) + '""\n""\n')
    found = run(iris, "--labels", "labels.csv", "--columns", ",".join(NAMES))
    assert found.out == printed(explain.profile(IRIS[:-2], labels[:-2], NAMES))
    assert found.err == "note: left out: 2 rows without a label\n"
    np.save(tmp_path / "labels.npy", labels)
    assert run(iris, "--labels", "labels.npy", "--drop", "id").out == printed(
        explain.profile(np.column_stack([IRIS.astype(object), SPECIES]), labels, [*NAMES, "species"])
    )


def test_noise_is_described_as_noise(run, iris, tmp_path):
    (tmp_path / "labels.csv").write_text("row,label\n" + "".join(f"{i},{-1 if i < 50 else 0}\n" for i in range(150)))
    lines = run(iris, "--labels", "labels.csv").out.splitlines()
    assert lines[-1].startswith("noise, 33% of rows in no cluster: species always setosa")
    assert lines[0].split() == ["all", "0", "noise"]


def test_missing_values_and_codes(run, tmp_path):
    (tmp_path / "t.csv").write_text("x,code,kind\n1,1,a\n,2,\n3,1,b\n4,2,b\n")
    assert run("t.csv", "--by", "kind", "--categorical", "code", "--output", "o.csv").err == (
        "warning: left out: 1 row without a value in kind\n"
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text())))
    assert [
        (row["cluster"], row["feature"], row["missing"], row["mean"], row["value"], row["value_share"]) for row in rows
    ] == [
        ("a", "x", "0", "1.0", "", ""),
        ("a", "code", "0", "", "1", "1.0"),
        ("a", "code", "0", "", "2", "0.0"),
        ("b", "x", "0", "3.5", "", ""),
        ("b", "code", "0", "", "1", "0.5"),
        ("b", "code", "0", "", "2", "0.5"),
    ]


def test_a_file_of_nothing_but_text(run, tmp_path):
    (tmp_path / "t.csv").write_text("odor,edible\n" + "foul,no\nanise,yes\n" * 20)
    assert run("t.csv", "--by", "edible", "--noun", "mushrooms").out.splitlines()[-2:] == [
        "cluster no, 50% of mushrooms: odor always foul (50% overall)",
        "cluster yes, 50% of mushrooms: odor always anise (50% overall)",
    ]


def test_a_saved_model_labels_the_rows_and_says_how_they_differ(run, iris, tmp_path):
    assert main(["kmeans", str(iris), "-k", "3", "--quiet", "--save", "m.npz", "--output", "l.csv"]) == 0
    by_labels = run(iris, "--labels", "l.csv", "--quiet").out
    by_model = run(iris, "--model", "m.npz", "--quiet").out
    assert by_model.startswith(by_labels)
    assert (
        by_model[len(by_labels) :]
        .splitlines()[1]
        .startswith("150 new rows against 150: shares differ no more than by chance (stability index 0, ")
    )
    (tmp_path / "few.csv").write_text("".join(iris.read_text().splitlines(keepends=True)[:40]))
    assert "shares changed a lot" in run("few.csv", "--model", "m.npz").out
    assert main(["hierarchy", str(iris), "-k", "3", "--quiet", "--save", "t.npz", "--output", "l.csv"]) == 0
    assert "shares differ no more than by chance (stability index 0, " in run(iris, "--model", "t.npz").out


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["--by", "sort"], 2, "iris.csv: --by: no column is called 'sort'"),
        (["--labels", "short.csv"], 1, "short.csv has 1 label, but iris.csv has 150 rows"),
        (["--labels", "two.csv"], 1, "two.csv: it has 2 columns; one that is called 'label' is needed"),
        (["--labels", "absent.csv"], 1, "absent.csv: No such file or directory"),
        (["--labels", "empty.csv"], 1, "no row has a label"),
        (["--labels", "none.csv"], 1, "no row has a label"),
        (["--by", "species", "--categorical", "color"], 2, "--categorical: no column is called 'color'"),
        (["--by", "species", "--output", "-"], 2, "--output needs a file; standard output is for the profile"),
        (["--by", "species", "--output", "iris.csv"], 2, "iris.csv is the file that is read; it would be overwritten"),
        (["--by", "species", "--noun", " "], 2, "argument --noun: a word is needed"),
        ([], 2, "one of the arguments --labels --by --model is required (see coterie profile --help)"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(run, iris, tmp_path, args, code, message):
    (tmp_path / "short.csv").write_text("label\n1\n")
    (tmp_path / "two.csv").write_text("a,b\n1,2\n")
    (tmp_path / "empty.csv").write_text("label\n" + '""\n' * 150)
    (tmp_path / "none.csv").write_text("row,label\n" + "1,?\n" * 150)
    found = run("iris.csv", *args)
    assert (found.code, found.out) == (code, "")
    assert found.err.startswith(f"coterie profile: error: {message}") and found.err.count("\n") == 1


# -------------------------------------------------------------------------------------------- columns that are odd


def cars():
    rng = np.random.default_rng(0)
    rows = [(70 + i % 13, 1970 + i % 13, i, round(20 + rng.normal(), 2)) for i in range(60)]
    return "model_year,built,car_id,mpg\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)


def test_columns_that_a_model_was_fitted_on_are_described(run, tmp_path):
    (tmp_path / "cars.csv").write_text(cars())
    assert main(["kmeans", str(tmp_path / "cars.csv"), "-k", "2", "--save", str(tmp_path / "m.npz"), "--quiet"]) == 0
    said = run(tmp_path / "cars.csv", "--model", tmp_path / "m.npz", "--quiet")
    assert all(name in said.out for name in ("model_year", "built", "car_id", "mpg")) and "left out" not in said.err
    (tmp_path / "plain.csv").write_text(cars().partition("\n")[2])  # by position
    said = run(tmp_path / "plain.csv", "--model", tmp_path / "m.npz", "--quiet")
    assert all(name in said.out for name in ("x0", "x1", "x2", "x3")) and "left out" not in said.err


def test_columns_are_left_out_with_a_warning_and_never_all(run, tmp_path):
    (tmp_path / "cars.csv").write_text(cars())
    (tmp_path / "labels.csv").write_text("label\n" + "0\n1\n" * 30)
    said = run(tmp_path / "cars.csv", "--labels", "labels.csv", "--quiet")
    assert (
        said.err == "warning: left out: car_id (looks like an identifier), built (looks like a date); --columns "
        "chooses what to use\n"
    )
    assert "model_year" in said.out and "built" not in said.out
    said = run(tmp_path / "cars.csv", "--labels", "labels.csv", "--quiet", "--drop", "model_year,mpg")
    assert (
        said.err == "warning: used although they look like identifiers and dates, because there is nothing else: "
        "car_id, built\n"
    )
    assert "car_id" in said.out and "built" in said.out
