"""`coterie kmeans --method` and bounds on sizes: the relatives of k-means, for files."""

import numpy as np
import pytest
from reference.commands import labels_of
from reference.tables import IRIS, iris_csv

import coterie
from coterie.scaling import Scaler

METHODS = {
    "medians": ("KMedians", "standard", "sum of Manhattan distances to the centers, in scaled units"),
    "spherical": ("SphericalKMeans", "none", "sum of 1 - cosine of rows and centers"),
    "bisecting": ("BisectingKMeans", "standard", "sum of squared distances to the centers, in scaled units"),
}


@pytest.mark.parametrize("method", METHODS)
def test_the_methods_give_the_labels_of_the_python_interface(run, tmp_path, method):
    name, scale, inertia = METHODS[method]
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 4, "--method", method, "--save", "m.npz")
    assert done.returncode == 0, done.stderr
    model = getattr(coterie, name)(4, n_init=5, random_state=0).fit(Scaler(scale).fit_transform(IRIS))
    assert labels_of(done.stdout) == [str(label) for label in model.labels_]
    assert f"scaling: {scale}" in done.stderr and inertia in done.stderr
    again = run("predict", "m.npz", "iris.csv")
    assert again.returncode == 0 and labels_of(again.stdout) == labels_of(done.stdout)


def test_the_picture_names_the_method(run, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "iris.csv").write_text(iris_csv())
    done = run("kmeans", "iris.csv", "-k", 4, "--method", "medians", "--plot", "p.svg")
    assert done.returncode == 0, done.stderr
    assert "4 clusters by k-medians" in (tmp_path / "p.svg").read_text()


def test_bounds_on_sizes(run):
    done = run("kmeans", "-", "-k", 4, "--size-min", 30, "--size-max", 45, stdin=iris_csv().encode())
    assert done.returncode == 0, done.stderr
    sizes = np.bincount(np.array(labels_of(done.stdout), int))
    assert sizes.min() >= 30 and sizes.max() <= 45
    few = run("kmeans", "-", "-k", 4, "--size-max", 10, stdin=iris_csv().encode())
    assert (
        few.returncode == 1
        and "4 clusters (n_clusters) of at most 10 rows (size_max)" in few.stderr
        and few.stdout == ""
    )
    other = run("kmeans", "-", "-k", 4, "--size-max", 50, "--method", "bisecting", stdin=iris_csv().encode())
    assert other.returncode == 2 and "--size-min and --size-max are for --method k-means" in other.stderr
