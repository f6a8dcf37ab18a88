"""All commands that fit, on real data."""

import pathlib

import pytest
from reference.commands import labels_of

DATA = pathlib.Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        ("penguins.csv.gz", ["--missing", "drop"], ["year looks like a date", "342 rows by 5 columns"]),
        (
            "customers_online_retail_rfm.csv.gz",
            ["--missing", "median", "--scale", "log"],
            ["customer_id looks like an identifier", "4,372 rows by 10 columns", "country ('United Kingdom')"],
        ),
        ("stars_hyg_mag7.5.npz", [], ["array X is used", "b_minus_v", "25,792 rows by 6 columns"]),
        ("lidar_lone_star.npz", [], ["raw_xyz * scale + offset", "518,862 rows by 3 columns", "4,918,36"]),
        (
            "kddcup99_10cols.npz",
            ["--drop", "protocol,service,flag,labels"],
            ["805,050 rows by 10 columns", "src_bytes"],
        ),
    ],
)
def test_real_files(run, name, options, found):
    done = run("kmeans", DATA / name, "-k", 4, *options)
    assert done.returncode == 0
    assert len(labels_of(done.stdout)) > 300
    for text in found:
        assert text in done.stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        (
            "earthquakes_world.csv.gz",
            ["--columns", "latitude,longitude", "--metric", "haversine", "--min-samples", 10],
            ["eps: 145 km (at the knee", "118 clusters of 23,412 rows", "the 40 largest of 118 clusters"],
        ),
        ("penguins.csv.gz", ["--missing", "drop", "--drop", "year"], ["scaling: standard", "2 clusters of 342 rows"]),
    ],
)
def test_density_of_real_files(run, tmp_path, name, options, found):
    pytest.importorskip("matplotlib")
    done = run("dbscan", DATA / name, *options, "--plot", "map.png")
    assert done.returncode == 0 and (tmp_path / "map.png").stat().st_size > 10_000
    for text in found:
        assert text in done.stderr


@pytest.mark.skipif(not DATA.exists(), reason="the real data is not here")
@pytest.mark.parametrize(
    "name, options, found",
    [
        (
            "genes_nci60.npz",
            ["--metric", "correlation", "--names", "labels", "-k", 3],
            ["64 rows by 6,830 columns", "7 MELANOMA, 2 BREAST", "scaling: none", "method: average"],
        ),
        (
            "customers_online_retail_rfm.csv.gz",
            ["--missing", "median", "--scale", "log", "--drop", "customer_id", "-k", 5],
            ["4,372 rows by 9 columns", "5 clusters", "32.0%"],
        ),
    ],
)
def test_trees_of_real_files(run, tmp_path, name, options, found):
    pytest.importorskip("matplotlib")
    done = run("hierarchy", DATA / name, *options, "--dendrogram", "tree.png")
    assert done.returncode == 0 and (tmp_path / "tree.png").stat().st_size > 10_000
    for text in found:
        assert text in done.stderr
