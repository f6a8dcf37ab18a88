"""Models come back from files as they were, and other files are told from models."""

import os

import numpy as np
import pytest

import coterie
from coterie._base import npz
from coterie._base.model_files import load_parts, save_parts
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler

X = np.random.default_rng(0).uniform(1, 2, (60, 3))

MODELS = [
    coterie.KMeans(3, random_state=0),
    coterie.KMeans(3, init=X[:3], tol=0.1 + 0.2),
    coterie.BisectingKMeans(4, random_state=0),
    coterie.KMedians(3, random_state=0),
    coterie.MiniBatchKMeans(3, random_state=0),
    coterie.MiniBatchKMeans(3, random_state=0, compute_labels=False),
    coterie.SphericalKMeans(4, random_state=0),
    coterie.SizeConstrainedKMeans(3, 10, 30, random_state=0),
    coterie.KMedoids(3, random_state=0),
    coterie.KMedoids(3, metric="minkowski", metric_params={"p": 3}, init=[1, 2, 3]),
    coterie.DBSCAN(0.3, metric="minkowski", p=3),
    coterie.DBSCAN(0.01, metric="cosine"),
    coterie.HDBSCAN(4, alpha=1.5, store_centers="both"),
    coterie.OPTICS(min_samples=4, xi=0.2),
    coterie.OPTICS(max_eps=2.0, metric="manhattan", cluster_method="dbscan"),
    coterie.HDBSCAN(3, metric="cosine", cluster_selection_persistence=0.5, max_cluster_size=40),
    coterie.AgglomerativeClustering(None, distance_threshold=0.5),
    coterie.AgglomerativeClustering(4, metric="l1", linkage="average"),
    coterie.DivisiveClustering(3),
    coterie.KModes(3, init="Huang", random_state=0),
    coterie.KPrototypes(3, gamma=0.5, random_state=0),
    Scaler("log"),
    NearestNeighbors(n_neighbors=2, radius=float("inf")),
]


def same(a, b):
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and a == b


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
@pytest.mark.parametrize("table", [False, True], ids=["array", "table"])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_a_model_comes_back_with_all_its_bits(model, table, tmp_path):
    data = X
    if table:
        data = pytest.importorskip("pandas").DataFrame(X, columns=["width", "größe", "n"])
    model.fit(data).save(tmp_path / "model.npz")
    loaded = coterie.load(tmp_path / "model.npz")
    assert type(loaded) is type(model)
    assert loaded.__dict__.keys() == model.__dict__.keys()
    for name, value in model.__dict__.items():
        assert same(value, loaded.__dict__[name]), name
    if hasattr(model, "predict"):
        np.testing.assert_array_equal(loaded.predict(data), model.predict(data))
    assert os.listdir(tmp_path) == ["model.npz"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exponent", [-1070, -1000, -300, 0, 300, 1000, 1018])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_what_fit_leaves_is_what_the_estimators_declare_at_any_scale(exponent, dtype, tmp_path):
    with np.errstate(over="ignore", under="ignore"):
        data = np.ldexp(np.random.default_rng(1).integers(1, 5, (14, 3)), exponent).astype(dtype)
    eps = max(float(data.max()) / 3, 5e-324)
    linkages = ("ward", "single", "average", "complete", "weighted", "centroid", "median")
    for model in [
        coterie.KMeans(3, random_state=0),
        coterie.BisectingKMeans(4, random_state=0),
        coterie.KMedians(3, random_state=0),
        coterie.MiniBatchKMeans(3, random_state=0),
        coterie.SphericalKMeans(4, random_state=0),
        coterie.SizeConstrainedKMeans(3, 4, 5, random_state=0),
        *(coterie.KMedoids(3, metric=metric, random_state=0) for metric in ("l1", "l2", "sqeuclidean", "cosine")),
        coterie.DivisiveClustering(3),
        coterie.KModes(3),
        coterie.KPrototypes(3, random_state=0),
        NearestNeighbors(metric="cosine"),
        *(coterie.AgglomerativeClustering(3, linkage=linkage, compute_distances=True) for linkage in linkages),
        *(
            coterie.AgglomerativeClustering(3, linkage="average", metric=metric)
            for metric in ("l1", "canberra", "minkowski", "cosine")
        ),
        *(coterie.DBSCAN(eps, min_samples=n, metric=metric) for n in (2, 14) for metric in ("l1", "l2")),
        *(coterie.HDBSCAN(n, allow_single_cluster=True, metric=metric) for n in (2, 14) for metric in ("l1", "l2")),
        *(Scaler(method) for method in ("standard", "minmax", "robust", "log", "none")),
    ]:
        try:
            model.fit(data)
        except ValueError:  # beyond what this one can do
            continue
        model.save(tmp_path / "model.npz")
        coterie.load(tmp_path / "model.npz")


def test_an_estimator_that_is_not_fitted_comes_back_so(tmp_path):
    coterie.KMeans(5).save(tmp_path / "model.npz")
    with pytest.raises(coterie.NotFittedError):
        coterie.load(str(tmp_path / "model.npz")).predict(X)


def test_parts_and_facts_come_back(tmp_path):
    parts = {"model": coterie.KMeans(2, random_state=0).fit(X), "scaler": Scaler().fit(X)}
    facts = {"columns": ["a", "b", "c"], "share": 0.1 + 0.2, "nothing": None, "nested": {"pair": (1, np.arange(3))}}
    with open(tmp_path / "model.npz", "wb") as file:
        save_parts(file, parts, facts)
    loaded, told = load_parts(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded["scaler"].transform(X), parts["scaler"].transform(X))
    assert told["nested"]["pair"][1].tolist() == [0, 1, 2]
    assert {key: told[key] for key in ("columns", "share", "nothing")} == {
        key: facts[key] for key in ("columns", "share", "nothing")
    }


@pytest.mark.parametrize(
    ("parameter", "model"),
    [
        ("random_state", coterie.KMeans(2, random_state=np.random.RandomState(0))),
        ("metric", coterie.DBSCAN(metric=lambda x, y: abs(x - y).sum())),
    ],
)
def test_what_only_pickle_can_keep_is_refused_by_name(parameter, model, tmp_path):
    with pytest.raises(TypeError, match=f"params/{parameter} is a .* which can't be saved without pickle"):
        model.save(tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


class Own(coterie.KMeans):
    pass


def test_classes_of_others_which_load_would_refuse_are_not_saved(tmp_path):
    with pytest.raises(TypeError, match="model is a Own, which can't be saved without pickle"):
        Own(2).save(tmp_path / "model.npz")
    assert os.listdir(tmp_path) == []


def test_a_save_that_fails_leaves_the_file_that_was_there(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    coterie.KMeans(5).save(path)

    def fail(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(KeyboardInterrupt):
        coterie.KMeans(7).save(path)
    assert coterie.load(path).n_clusters == 5
    assert os.listdir(tmp_path) == ["model.npz"]


def test_other_files_are_told_from_models(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    coterie.KMeans(2, random_state=0).fit(X).save(path)
    whole = path.read_bytes()

    def write(tree):
        with open(path, "wb") as file:
            npz.write(file, npz.encode(tree))

    def refused(because):
        with pytest.raises(ValueError, match=rf"model.npz' is not a model saved by coterie: {because}"):
            coterie.load(path)

    for content in (b"", b"k,n\n1,2\n", whole[: len(whole) // 2], whole + b" "):
        path.write_bytes(content)
        refused("it is not an npz file, or it is not complete")
    entry = whole.index(b"PK\1\2")
    for field, value, because in ((8, 1, ".*encrypted"), (10, 99, ".*compressed"), (6, 99, "zip file version")):
        path.write_bytes(whole[: entry + field] + bytes([value]) + whole[entry + field + 1 :])
        refused(because)
    np.savez(path, labels=np.arange(3))
    refused("it has other arrays")
    for version, because in ((1, "an earlier"), (3, "a later")):
        monkeypatch.setattr(npz, "FORMAT", version)
        coterie.KMeans(2).save(path)
        monkeypatch.undo()
        refused(f"it was written by {because} version")
    for name in (
        "os.system",
        "coterie.kmeans._kmeans.KMeans",
        "coterie.NotFittedError",
        "coterie.__main__:X",
        "KMeans",
        3,
    ):
        write({"parts": {"model": {"class": name, "params": {}, "state": {}}}, "facts": {}})
        refused(f"'?{name}'? is not a class that can be in a file")
    write({"facts": {}})
    refused("it has no 'parts'")
    with open(path, "wb") as file:
        save_parts(file, {"scaler": Scaler()})
    refused("it has no 'model'")
    with pytest.raises(FileNotFoundError):
        coterie.load(tmp_path / "absent.npz")
