"""`coterie recommend`: the answer of the Python function, in words, as labels and as JSON."""

import json

import numpy as np
import pytest
from reference.commands import labels_of

from coterie import selection

RNG = np.random.default_rng(3)
KIND = np.arange(90) % 3
PLACES = np.array([[0.0, 0], [9, 0], [4, 8]])[KIND] + RNG.normal(0, 0.7, (90, 2))


def as_csv(rows, missing=()):
    lines = [f"{a:.3f},{b:.3f}," + ("" if i in missing else "red") + f",C{i:03}" for i, (a, b) in enumerate(rows)]
    return "\n".join(["width,height,color,id", *lines]).encode()


def test_the_answer_is_that_of_the_function(run, tmp_path):
    done = run("recommend", "-", "--noun", "plants", "-o", "labels.csv", stdin=as_csv(PLACES))
    found = selection.recommend(PLACES.round(3), random_state=0)
    assert found.n_clusters == 3
    answer, described = done.stdout.split("\n\n")
    assert answer == str(found)
    assert [line[:9] for line in described.splitlines()] == ["cluster 0", "cluster 1", "cluster 2"]
    assert "33% of plants" in described
    assert labels_of((tmp_path / "labels.csv").read_text()) == list(map(str, found.labels.tolist()))
    assert "warning: left out: color (the same in every row), id (looks like an identifier)" in done.stderr
    told = json.loads(run("recommend", "-", "--json", stdin=as_csv(PLACES)).stdout)
    assert (told["method"], told["n_clusters"], told["confidence"]) == (found.method, 3, found.confidence)
    assert [told["reasons"], told["doubts"]] == [list(found.reasons), list(found.doubts)]
    assert [each["size"] for each in told["clusters"]] == np.bincount(found.labels).tolist()
    assert [each["sentence"] for each in told["clusters"]] == [
        line.replace("plants", "rows") for line in described.splitlines()
    ]
    assert [each["method"] for each in told["candidates"]] == [each.method for each in found.candidates]


def test_no_structure_is_said_and_what_may_do(run, tmp_path):
    even = np.random.default_rng(0).uniform(size=(60, 2))
    done = run("recommend", "-", "--append", "-o", "labels.csv", stdin=as_csv(even))
    assert done.stdout.startswith("no structure\n- ") and "coterie kmeans -k " in done.stdout.splitlines()[-1]
    labels = [line.rpartition(",")[2] for line in (tmp_path / "labels.csv").read_text().splitlines()]
    assert labels == ["label", *["0"] * 60]


def test_missing_values_and_other_mistakes(run, fails):
    text = as_csv(PLACES, [4]).replace(b"red", b"red", 1)
    text = text.replace(b"red", b"blue", 5)
    assert (
        "missing values in 1 of 90 rows: color 1; the first is in row 5 of the data, column color; --missing"
        in fails(1, "recommend", "-", stdin=text)
    )
    told = json.loads(run("recommend", "-", "--missing", "drop", "--json", stdin=text).stdout)
    assert (told["n_rows_left_out"], told["n_rows_used"], told["columns"]) == (1, 89, ["width", "height", "color"])
    assert "--append needs --output" in fails(2, "recommend", "-", "--append", stdin=text)
    assert "needs at least 4 rows. Got 3" in fails(1, "recommend", "-", stdin=b"a,b\n1,2\n3,4.5\n5.5,1\n")


@pytest.mark.parametrize("text", [b"a\n1\n1\n1\n1\n1\n", b"id\nC001\nC002\nC003\nC004\nC005\n"])
def test_tables_without_a_column_to_use(fails, text):
    assert "there is no column" in fails(1, "recommend", "-", stdin=text)
