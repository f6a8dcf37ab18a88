"""`coterie demo`, and the data that it shows."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from reference.tables import IRIS, SPECIES

from coterie.cli.demo import generate_addresses


def test_demo(run_process, tmp_path):
    pytest.importorskip("matplotlib")
    done = run_process("demo", "--jobs", 2)
    assert done.returncode == 0
    for text in (
        "0: 50 setosa",
        "64: 49 versicolor, 15 virginica",
        "150 flowers, joined at height 32.4",
        "cluster 0, 33% of flowers: petal length",
        "agree to 0.73",
        "1,000,000 addresses",
        "12 depots",
        "k-means with 4 centers cuts through the shapes",
        "912 right moon, 18 scattered",
        "885 left moon",
        "659 disc",
        "1,159 ring",
        "DBSCAN to 0.95",
        "it finds 4 clusters, and agrees to 0.94",
    ):
        assert text in done.stdout
    assert len(done.stdout.splitlines()) < 72
    path = re.search("^picture of all this: (.*)$", done.stdout, re.MULTILINE)[1]
    assert pathlib.Path(path).samefile(tmp_path / "coterie-demo.png")
    assert pathlib.Path(path).read_bytes().startswith(b"\x89PNG")


def test_demo_without_matplotlib_says_how_to_get_the_picture(tmp_path):
    code = "import sys; sys.modules['matplotlib'] = None; from coterie.cli import main; sys.exit(main(['demo']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0 and "12 depots" in done.stdout
    assert "pip install matplotlib" in done.stderr and not list(tmp_path.iterdir())


def test_demo_refuses_a_picture_it_cant_write(fails):
    assert "there is no folder nowhere" in fails(1, "demo", "--output", "nowhere/picture.png")


def test_pictures_of_unknown_kind_are_refused_before_the_work(fails):
    pytest.importorskip("matplotlib")
    assert "picture.csv: this kind of picture can't be written" in fails(2, "demo", "--output", "picture.csv")


def test_generated_addresses_are_on_the_map_and_not_in_the_lake():
    places = generate_addresses(10_000, np.random.default_rng(0))
    assert places.shape == (10_000, 2) and places.min() >= 0 and (places <= (42, 30)).all()
    assert np.hypot(*(places - (30, 16)).T).min() > 3.4


def test_iris_is_fishers_table():
    assert IRIS.shape == (150, 4) and {name: (SPECIES == name).sum() for name in set(SPECIES)} == {
        "setosa": 50,
        "versicolor": 50,
        "virginica": 50,
    }
    np.testing.assert_allclose(IRIS.mean(axis=0), [5.843333, 3.057333, 3.758, 1.199333], atol=1e-6)
    assert IRIS[34].tolist() == [4.9, 3.1, 1.5, 0.2] and IRIS[37].tolist() == [4.9, 3.6, 1.4, 0.1]
