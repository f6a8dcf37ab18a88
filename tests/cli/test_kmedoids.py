"""`coterie kmedoids`: the labels of the Python interface, medoids as rows of the file, tables with categories."""

import csv

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, NAMES, as_csv

import coterie
from coterie import distances
from coterie.scaling import Scaler


def fitted(X, k=3, **options):
    return coterie.KMedoids(k, n_init=3, random_state=0, **options).fit(X)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine", "minkowski:3"])
def test_labels_are_those_of_the_python_interface(run, iris_file, metric):
    done = run("kmedoids", iris_file, "-k", 3, "--metric", metric)
    name, _, p = metric.partition(":")
    X = IRIS if metric == "cosine" else Scaler().fit_transform(IRIS)
    model = fitted(X, metric=name, metric_params={"p": float(p)} if p else None)
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    scaled = "" if metric == "cosine" else " in scaled units"
    for text in (
        f"scaling: {'none' if metric == 'cosine' else 'standard'}",
        "metric: minkowski with the exponent 3" if p else f"metric: {metric}",
        "3 clusters of 150 rows by 4 columns; medoids are rows of the file, counted from 0",
        f"sum of the distances to the medoids {model.inertia_:,.6g}{scaled}, {model.inertia_ / 150:.4g} per row",
    ):
        assert text in done.stderr


def test_medoids_are_rows_of_the_file_as_they_are_there(run, tmp_path):
    X = IRIS.copy()
    X[3, 1] = np.nan
    (tmp_path / "flowers.csv").write_bytes(as_csv(X, NAMES).replace(b"nan", b""))
    done = run("kmedoids", "flowers.csv", "-k", 3, "--missing", "drop", "--medoids", "medoids.csv")
    header, *rows = csv.reader((tmp_path / "medoids.csv").open(newline="", encoding="utf-8"))
    assert header == ["label", "size", "row", *NAMES]
    labels = labels_of(done.stdout)
    for label, size, row, *values in rows:
        assert labels[int(row)] == label and labels.count(label) == int(size)
        assert [float(value) for value in values] == IRIS[int(row)].tolist()
        assert f" {row} " in done.stderr


def test_places_are_km_apart(run, tmp_path):
    rng = np.random.default_rng(0)
    places = np.column_stack([rng.uniform(40, 50, 60), rng.uniform(170, 190, 60)])
    np.savetxt(tmp_path / "places.csv", places, delimiter=",", header="lat,lon", comments="")
    done = run("kmedoids", "places.csv", "-k", 4, "--metric", "haversine")
    model = fitted(
        distances.from_degrees(*np.loadtxt("places.csv", delimiter=",", skiprows=1).T), 4, metric="haversine"
    )
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    assert f"to the medoids {distances.radians_to_km(model.inertia_):,.6g} km" in done.stderr


SURVEY = "\n".join(
    ["age,town,plan", *(f"{20 + i % 3 * 20 + i % 7},{['Ulm', 'Bonn', ''][i % 3]},{i % 2}" for i in range(60)), ",Ulm,1"]
).encode()


@pytest.mark.filterwarnings("ignore:1 of 3 medoids lack values")
def test_gower_takes_categories_and_missing_values(run, tmp_path):
    options = ("-k", 3, "--metric", "gower", "--kind", "plan=category", "--missing", "keep")
    done = run("kmedoids", "-", *options, "--medoids", "medoids.csv", "--save", "model.npz", stdin=SURVEY)
    assert "3 clusters of 61 rows by 3 columns; medoids are rows of the file" in done.stderr
    assert "note: missing values in 21 of 61 rows: age 1, town 20; they are left out of distances" in done.stderr
    cells = [line.split(",") for line in SURVEY.decode().splitlines()[1:]]
    rows = np.array([[float(a) if a else None, t or None, float(p)] for a, t, p in cells], object)
    model = fitted(rows, metric="gower", metric_params={"kinds": ["amount", "category", "category"]})
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    _, *medoids = csv.reader((tmp_path / "medoids.csv").open(newline="", encoding="utf-8"))
    assert [int(medoid[2]) for medoid in medoids] == model.medoid_indices_.tolist()
    again = run("predict", "model.npz", "-", stdin=SURVEY)
    assert labels_of(again.stdout) == labels_of(done.stdout)
    assert "k-medoids, 3 clusters of 61 rows by 3 columns" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--metric", "gower", "--scale", "log"), "--metric gower divides each column by its range, without --scale"),
        (
            ("--metric", "gower", "--missing", "median"),
            "--missing median is for numbers, and --metric gower has categories",
        ),
        (("--missing", "keep"), "--missing keep goes with --metric gower; other metrics need all values"),
        (("--metric", "gower", "--plot", "a.png"), "--plot draws columns of numbers"),
        (("--metric", "haversine"), "needs two columns, latitude and longitude"),
    ],
)
def test_what_does_not_go_together_is_told(run, iris_file, arguments, message):
    if "--plot" in arguments:
        pytest.importorskip("matplotlib")
    done = run("kmedoids", iris_file, "-k", 3, *arguments)
    assert done.returncode == 2 and message in done.stderr
