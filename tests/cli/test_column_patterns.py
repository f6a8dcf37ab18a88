"""Patterns wherever names of columns are taken."""

import csv

import pytest

from coterie.cli._console import Problem
from coterie.cli._io.columns import Choose, named

NAMES = ["a_norm", "b", "b_norm", "a*", "q1", "q[2]", "q2", "B"]


@pytest.mark.parametrize(
    "wanted, expected",
    [
        (["*_norm"], ["a_norm", "b_norm"]),
        (["b", "*_norm"], ["b", "a_norm", "b_norm"]),
        (["b_norm", "*"], ["b_norm", "a_norm", "b", "a*", "q1", "q[2]", "q2", "B"]),
        (["a*"], ["a*"]),  # a column has just that name
        (["[a]*"], ["a_norm", "a*"]),
        (["q?"], ["q1", "q2"]),
        (["q[2]"], ["q[2]"]),
        (["q[12]", "b*"], ["q1", "q2", "b", "b_norm"]),  # letters are large or small
    ],
)
def test_patterns_stand_for_columns_in_their_order(wanted, expected):
    assert named(wanted, NAMES, "--columns") == expected
    assert Choose(wanted, [])(NAMES) == [NAMES.index(name) for name in expected]
    rest = [j for j, name in enumerate(NAMES) if name not in expected]
    if rest:
        assert Choose(None, wanted)(NAMES) == rest


def test_columns_and_drop_go_together():
    assert Choose(["*_norm", "q*"], ["b*", "q1"])(NAMES) == [0, 5, 6]
    assert Choose(["*"], [], "b")(NAMES) == [0, 2, 3, 4, 5, 6, 7]  # the names of the rows are no measurement
    assert Choose(["*", "b"], [], "b")(NAMES) == list(range(8))  # unless they are asked for


@pytest.mark.parametrize(
    "columns, drop, message",
    [
        (["*_nrm"], [], r"--columns: no column is called like '\*_nrm': there is a_norm, b, b_norm, "),
        (["b"], ["x?"], r"--drop: no column is called like 'x\?': there is a_norm"),
        (["b_nrm"], [], "--columns: no column is called 'b_nrm': did you mean 'b_norm'?"),
        (["q*"], ["q*"], "--drop leaves no column"),
        (["b", "b"], [], "--columns names 'b' more than once"),
    ],
)
def test_patterns_without_a_column_are_mistakes(columns, drop, message):
    with pytest.raises(Problem, match=message) as caught:
        Choose(columns, drop)(NAMES)
    assert caught.value.code == 2


def test_commands_take_patterns(run, iris_file, tmp_path):
    one = run("kmeans", iris_file, "-k", 3, "--columns", "petal_*", "--drop", "*_width_cm", "--centers", "c.csv")
    assert one.stdout == run("kmeans", iris_file, "-k", 3, "--columns", "petal_length_cm").stdout
    assert (tmp_path / "c.csv").read_text().splitlines()[0] == "label,size,petal_length_cm"
    every = run("kmeans", iris_file, "-k", 3, "--columns", "*")
    assert every.stdout == run("kmeans", iris_file, "-k", 3).stdout
    assert "note: left out, not numbers: species ('setosa')" in every.stderr
    kinds = run("kprototypes", iris_file, "-k", 3, "--kind", "petal*=category", "--kind", "petal_width_cm=amount")
    assert "codes and columns of two values, used as categories: petal_length_cm\n" in kinds.stderr
    assert "--kind: no column is called like 'x*'" in run("kmeans", iris_file, "-k", 3, "--kind", "x*=count").stderr
    run("profile", iris_file, "--by", "species", "--categorical", "petal*", "-o", "p.csv")
    rows = list(csv.DictReader((tmp_path / "p.csv").open(newline="")))
    assert {row["feature"] for row in rows if row["value"]} == {"petal_length_cm", "petal_width_cm"}
