"""Model files are not trusted: whatever is wrong with one is a ValueError or an OSError of `load` that names it."""

import io
import json
import os
import re
import runpy
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import coterie
from coterie._base import model_files
from coterie._base.estimator import Estimator
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler

FUZZ = Path(__file__).parents[2] / "ci/fuzz/models.py"
X = np.random.default_rng(0).uniform(1, 2, (12, 3))
TABLE = [[x, "ab"[i % 2], None if i % 5 == 0 else 1.5 * i] for i, x in enumerate(X[:, 0].tolist())]
WEIGHTS = np.array([1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 0.0, 3.0, 1.0, 2.0, 3.0])

OPTIONAL = {"mini-batches": ("labels_", "inertia_", "_stream")}  # attributes of some ways to fit
MODELS = {
    "kmeans": coterie.KMeans(3, random_state=0).fit(X),
    "bisecting": coterie.BisectingKMeans(4, random_state=0).fit(X),
    "k-medians": coterie.KMedians(3, random_state=0).fit(X),
    "mini-batches": coterie.MiniBatchKMeans(3, random_state=0).partial_fit(X),
    "spherical": coterie.SphericalKMeans(4, random_state=0).fit(X),
    "size-constrained": coterie.SizeConstrainedKMeans(3, 4, 4, random_state=0).fit(X),
    "kmedoids": coterie.KMedoids(3, random_state=0).fit(X),
    "given medoids": coterie.KMedoids(3, metric="precomputed", init="build").fit(np.abs(X[:, :1] - X[:, 0])),
    "tree": coterie.AgglomerativeClustering(3, linkage="average", compute_distances=True).fit(X),
    "given": coterie.AgglomerativeClustering(3, linkage="average", metric="precomputed").fit(X @ X.T),
    "divisive": coterie.DivisiveClustering(3).fit(X),
    "dbscan": coterie.DBSCAN(0.5, min_samples=2).fit(X),
    "cosine": coterie.DBSCAN(0.01, min_samples=2, metric="cosine").fit(X),
    "hdbscan": coterie.HDBSCAN(2, 2, store_centers="both").fit(X, sample_weight=WEIGHTS),
    "optics": coterie.OPTICS(min_samples=2).fit(X),
    "densities": coterie.HDBSCAN(2, 2, metric="precomputed").fit(np.abs(X[:, :1] - X[:, 0])),
    "kmodes": coterie.KModes(3).fit(X.round(1)),
    "kprototypes": coterie.KPrototypes(3, random_state=0).fit(X.round(1), categorical=[1]),
    "neighbors": NearestNeighbors(n_neighbors=2).fit(X),
    "scaler": Scaler().fit(X),
    "gower": NearestNeighbors(n_neighbors=2, metric="gower").fit(TABLE),
}


LEARNED = {  # of the model "gower"
    "$metric": "gower",
    "kinds": ["amount", "category", "amount"],
    "weights": [1, 1, 1],
    "ranges": [1.0, 0, 9.0],
    "categories": [None, ["a", "b"], None],
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.npz"


def parts_of(content):
    """The JSON of a model file, and its arrays."""
    with np.load(io.BytesIO(content)) as archive:
        arrays = dict(archive)
    return json.loads(arrays.pop("coterie.json").tobytes()), arrays


def with_parts(tree, arrays):
    file = io.BytesIO()
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    np.savez(file, **{"coterie.json": np.frombuffer(text, np.uint8)}, **arrays)
    return file.getvalue()


def refused(path, because, kind=ValueError):  # kind=None: either
    with pytest.raises(kind or (ValueError, OSError), match=because) as caught:
        coterie.load(path)
    assert (kind is None or type(caught.value) is kind) and repr(str(path)) in str(caught.value)


def changed(value, change):
    array = np.array(value)
    got = change(array)
    return array if got is None else got


def fill(where, what):
    return lambda array: array.__setitem__(where, what)


@pytest.mark.parametrize(
    "name, attribute, change, because",
    [
        ("kmeans", "cluster_centers_", lambda array: array[:, :2], "must be an array of float32 or float64 of shape"),
        ("kmeans", "cluster_centers_", lambda array: array[:2], "of shape"),
        ("kmeans", "cluster_centers_", lambda array: array.astype(np.float16), "float16"),
        ("kmeans", "cluster_centers_", fill((1, 1), np.nan), "finite"),
        ("kmeans", "cluster_centers_", fill((1, 1), np.inf), "finite"),
        ("kmeans", "labels_", fill(0, 3), "at least 0, less than _n_features_out"),
        ("kmeans", "labels_", fill(0, -1), "at least 0"),
        ("kmeans", "labels_", lambda array: array.astype(np.int64), "int64"),
        ("kmeans", "labels_", lambda array: array[None], "of shape"),
        ("tree", "children_", fill((3, 0), 10**9), "children_"),
        ("tree", "children_", fill((3, 0), -1), "children_"),
        ("tree", "children_", lambda array: array[:-1], "children_"),
        ("tree", "children_", lambda array: array[::-1].copy(), "children_"),
        ("tree", "linkage_", fill((3, 0), 10.0**9), "cluster before it is formed"),
        ("tree", "linkage_", fill((3, 0), 1.5), "not whole"),
        ("tree", "linkage_", fill((3, 2), np.nan), "not NaN"),
        ("tree", "linkage_", fill((3, 3), 5.0), "how many rows"),
        ("tree", "linkage_", lambda array: array[:-1], "linkage_|shape"),
        ("tree", "distances_", fill(3, 0.0), "distances_ should be those of linkage_"),
        ("tree", "labels_", lambda array: (array + 1) % 3, "labels_ should be those of the cut"),
        ("tree", "_fit_X", lambda array: array[:, :2].copy(), "_fit_X"),
        ("tree", "_fit_X", fill((0, 0), np.nan), "_fit_X"),
        ("divisive", "children_", fill((3, 0), 10**9), "children_"),
        ("dbscan", "core_sample_indices_", fill(-1, 10**9), "in order and less than 12"),
        ("dbscan", "core_sample_indices_", lambda array: array[::-1].copy(), "in order"),
        ("dbscan", "components_", lambda array: array[:, :1].copy(), "components_"),
        ("dbscan", "labels_", fill(slice(None), -1), "first core points"),
        ("dbscan", "labels_", fill(slice(None), 10**9), "less than n_core_samples"),
        ("cosine", "components_", fill(0, 0.0), "zero vectors"),
        ("hdbscan", "labels_", fill(0, 9), "labels_ and probabilities_ should be those of the tree"),
        ("hdbscan", "labels_", fill(0, -4), "at least -3"),
        ("hdbscan", "probabilities_", fill(0, 1.5), "from 0 to 1"),
        ("hdbscan", "probabilities_", fill(0, 0.123), "should be those of the tree"),
        ("hdbscan", "probabilities_", lambda array: array[:-1], "should be of 12 rows"),
        ("hdbscan", "_edges", fill((3, 0), 10**9), "_edges"),
        ("hdbscan", "_edges", fill((3, 0), -1), "_edges"),
        ("hdbscan", "_edges", fill(slice(None), 0), "not the edges of a tree"),
        ("hdbscan", "_edges", lambda array: array[:-1], "n_edges"),
        ("hdbscan", "_edge_weights", fill(0, np.nan), "not NaN"),
        ("hdbscan", "_edge_weights", lambda array: array[::-1].copy(), "_edge_weights should be in order"),
        ("hdbscan", "_core_distances", fill(0, -1.0), "_core_distances"),
        ("hdbscan", "_rows_of_tree", lambda array: array[::-1].copy(), "_rows_of_tree should be at least one row"),
        ("hdbscan", "_rows_of_tree", fill(-1, 12), "_rows_of_tree"),
        ("hdbscan", "_sample_weight", fill(0, 0.0), "_sample_weight should add up"),
        ("hdbscan", "_sample_weight", fill(0, -1.0), "_sample_weight"),
        ("hdbscan", "_sample_weight", lambda array: array * 0.01, "_sample_weight should add up"),
        ("hdbscan", "_sample_weight", fill(7, 1.0), "hold NaN or infinity, or have no weight"),
        ("hdbscan", "_joined_rows", fill(0, 11), "less than n_rows"),
        ("hdbscan", "_joined_rows", lambda array: array[:0], "n_left_out"),
        ("hdbscan", "_joined_distances", fill(0, -1.0), "_joined_distances"),
        ("hdbscan", "_joined_distances", fill(0, 99.0), "should be those of the tree"),
        ("hdbscan", "_tree_X", fill((0, 0), np.nan), "finite"),
        ("hdbscan", "centroids_", lambda array: array[:-1], "n_clusters"),
        ("neighbors", "_fit_X", fill((0, 0), np.nan), "finite"),
        ("neighbors", "_fit_X", lambda array: array[:-1], "_fit_X"),
        ("gower", "_fit_X", fill((0, 1), 2.0), "places of 2 categories in column 1"),
        ("gower", "_fit_X", fill((0, 1), -1.0), "places of 2 categories"),
        ("gower", "_fit_X", fill((0, 1), 0.5), "places of 2 categories"),
        ("gower", "_fit_X", fill((0, 0), np.inf), "finite or NaN"),
        ("gower", "_fit_X", fill(3, np.nan), "rows 0 and 3 of _fit_X is not defined"),
        ("scaler", "scale_", fill(0, 0.0), "scale_"),
        ("scaler", "scale_", fill(0, np.nan), "scale_"),
        ("scaler", "center_", lambda array: array[:2], "center_"),
    ],
)
def test_arrays_that_no_fit_could_have_left_are_refused(name, attribute, change, because, path):
    MODELS[name].save(path)
    tree, arrays = parts_of(path.read_bytes())
    place = f"parts/model/state/{attribute}"
    arrays[place] = changed(arrays[place], change)
    path.write_bytes(with_parts(tree, arrays))
    refused(path, because)


@pytest.mark.parametrize(
    "name, where, value, because",
    [
        ("kmeans", "n_features_in_", 2, "shape"),
        ("kmeans", "n_features_in_", 10**30, "64 bits"),
        ("kmeans", "inertia_", float("nan"), "inertia_"),
        ("kmeans", "inertia_", "1", "inertia_"),
        ("kmeans", "_n_features_out", 2, "shape"),
        ("kmeans", "predict", 1, "'predict' is not an attribute of KMeans"),
        ("kmeans", "n_clusters", 3, "unknown 'n_clusters'"),
        ("kmeans", "__class__", 1, "not an attribute"),
        ("kmeans", "feature_names_in_", ["a", "b", "c"], "feature_names_in_"),
        ("kmeans", "_sklearn_output_config", {"transform": "os"}, "_sklearn_output_config"),
        ("tree", "n_clusters_", 13, "at most 12 clusters"),
        ("tree", "n_clusters_", 2, "labels_"),
        ("tree", "n_leaves_", 11, "shape"),
        ("tree", "_fit_linkage", "wide", "_fit_linkage"),
        ("tree", "_fit_metric", {"$metric": "taxi"}, "Unknown Distance Metric"),
        ("tree", "_fit_metric", {"$metric": "haversine"}, "2 dimensions"),
        ("tree", "_fit_metric", {"$metric": "minkowski", "p": -1}, "greater than 0"),
        ("tree", "_fit_metric", {"$metric": "cosine", "p": 1}, "takes no argument"),
        ("tree", "_fit_metric", {"$metric": "euclidean", "function": "os.system"}, "no argument 'function'"),
        ("tree", "_fit_metric", {"$metric": 3}, "is not a metric"),
        ("tree", "_fit_metric", "euclidean", "_fit_metric"),
        ("tree", "_fit_metric", None, "_fit_X"),
        ("given", "n_features_in_", 3, "number of rows, 12"),
        ("given", "_fit_linkage", "ward", "Ward can only work with euclidean"),
        ("dbscan", "_fit_eps", 0.0, "_fit_eps"),
        ("dbscan", "_fit_eps", float("inf"), "_fit_eps"),
        ("dbscan", "_fit_metric", None, "distances to 12 rows"),
        ("hdbscan", "_fit_metric", None, "_tree_X should be there where _fit_metric is"),
        ("hdbscan", "_fit_metric", {"$metric": "haversine"}, "2 dimensions"),
        ("hdbscan", "_fit_parameters", {}, "_fit_parameters should be min_cluster_size, "),
        ("densities", "n_features_in_", 3, "n_features_in_ is the number of rows"),
        ("densities", "_fit_metric", {"$metric": "euclidean"}, "_tree_X should be there"),
        ("gower", "_fit_metric", {"$metric": "gower"}, "with what it has learned"),
        ("gower", "_fit_metric", {"$metric": "euclidean"}, "NaN, with the metric 'euclidean'"),
        ("gower", "_fit_metric", LEARNED | {"weights": [1, -1, 1]}, "weights must hold a finite number"),
        ("gower", "_fit_metric", LEARNED | {"weights": [0, 0, 0]}, "above 0"),
        ("gower", "_fit_metric", LEARNED | {"ranges": [1, 0]}, "ranges must have an item for each column"),
        ("gower", "_fit_metric", LEARNED | {"ranges": [1, 0, float("nan")]}, "ranges must hold"),
        ("gower", "_fit_metric", LEARNED | {"categories": [None, ["a"], None]}, "places of 1 categories"),
        ("gower", "_fit_metric", LEARNED | {"categories": [None, ["a", "a"], None]}, "should be different"),
        ("gower", "_fit_metric", LEARNED | {"categories": [None, ["a", [1]], None]}, "text, bool or finite numbers"),
        ("gower", "_fit_metric", LEARNED | {"categories": [["a"], ["a", "b"], None]}, "kinds must be those"),
        ("gower", "_fit_metric", LEARNED | {"kinds": {"os": "system"}}, "kinds must hold one of"),
        (
            "gower",
            "_fit_metric",
            {name: each[:2] if isinstance(each, list) else each for name, each in LEARNED.items()},
            "3 columns, and the metric 'gower' is of 2",
        ),
        ("gower", "effective_metric_params_", {"$pairs": [["a", 1], ["a", 2]]}, "a key twice"),
        ("gower", "effective_metric_params_", {"$pairs": [[1.5, 2]]}, "neither whole numbers nor text"),
        ("neighbors", "n_samples_fit_", 5, "shape"),
        ("neighbors", "effective_metric_", "manhattan", "effective_metric_ should be 'euclidean'"),
        ("neighbors", "_fit_metric", None, "distances"),
    ],
)
def test_numbers_and_texts_that_no_fit_could_have_left_are_refused(name, where, value, because, path):
    MODELS[name].save(path)
    tree, arrays = parts_of(path.read_bytes())
    tree["parts"]["model"]["state"][where] = value
    path.write_bytes(with_parts(tree, arrays))
    refused(path, because)


@pytest.mark.parametrize("name", MODELS)
def test_every_attribute_is_needed_and_none_may_have_another_name(name, path):
    MODELS[name].save(path)
    whole = path.read_bytes()
    tree, arrays = parts_of(whole)
    for group in ("state", "params"):
        for key, value in tree["parts"]["model"][group].items():
            for new in ({}, {f"{key}x": value}, {"fit": value}):
                other = json.loads(json.dumps(tree))
                other["parts"]["model"][group] = {
                    each: kept for each, kept in tree["parts"]["model"][group].items() if each != key
                } | new
                kept = {place: array for place, array in arrays.items() if place != f"parts/model/state/{key}" or new}
                path.write_bytes(with_parts(other, kept))
                if new or key not in OPTIONAL.get(name, ("distances_", "centroids_", "medoids_")):
                    refused(path, None)
                else:
                    coterie.load(path)
        # Between files of different classes, too, unless these hold the same.
        for other in MODELS.values():
            if type(other) is not type(MODELS[name]):
                other.save(path)
                theirs, _ = parts_of(path.read_bytes())
                mixed = json.loads(json.dumps(tree))
                mixed["parts"]["model"][group] = theirs["parts"]["model"][group]
                path.write_bytes(with_parts(mixed, arrays))
                if theirs["parts"]["model"][group].keys() != tree["parts"]["model"][group].keys():
                    refused(path, None)
    path.write_bytes(whole)
    assert type(coterie.load(path)) is type(MODELS[name])


@pytest.mark.parametrize(
    "key, value",
    [
        ("n_clusters", 0),
        ("tol", -1.0),
        ("init", "os"),
        ("n_jobs", 0),
        ("n_jobs", 1.5),
        ("random_state", "x"),
        ("max_iter", True),
        ("algorithm", []),
    ],
)
def test_parameters_must_be_valid(key, value, path):
    MODELS["kmeans"].save(path)
    tree, arrays = parts_of(path.read_bytes())
    tree["parts"]["model"]["params"][key] = value
    path.write_bytes(with_parts(tree, arrays))
    refused(path, f"The '{key}' parameter of KMeans must be")


def test_a_file_can_not_ask_for_a_billion_threads(path):
    NearestNeighbors(n_neighbors=2, n_jobs=10**9).fit(X).save(path)
    indices = coterie.load(path).kneighbors(return_distance=False)  # work space for each would be 100 GB
    np.testing.assert_array_equal(indices, MODELS["neighbors"].kneighbors(return_distance=False))


def test_a_file_names_no_place_from_which_joblib_would_run_what_is_there(path):
    model = coterie.AgglomerativeClustering(2, memory="cache")
    with pytest.raises(ValueError, match="can't have a memory, because that is a place on one machine"):
        model.save(path)
    model.set_params(memory=None).save(path)
    tree, arrays = parts_of(path.read_bytes())
    tree["parts"]["model"]["params"]["memory"] = "cache"
    path.write_bytes(with_parts(tree, arrays))
    refused(path, "memory='cache'")


@pytest.mark.parametrize(
    "name",
    [
        "coterie.__main__:X",
        "coterie.__main__.X",
        "os.system",
        "coterie.load",
        "",
        None,
        "coterie.kmeans._kmeans.KMeans",
        "coterie.kmeans._kmeans:KMeans",
        ["coterie.KMeans"],
        {"a": 1},
    ],
)
def test_classes_come_from_a_fixed_table(name, path):
    MODELS["kmeans"].save(path)
    tree, arrays = parts_of(path.read_bytes())
    tree["parts"]["model"]["class"] = name
    path.write_bytes(with_parts(tree, arrays))
    refused(path, "is not a class that can be in a file")


def test_a_model_of_the_old_form_is_refused_with_the_reason(path):
    tree, arrays = parts_of_a_model(path)
    tree["format"] = 1
    path.write_bytes(with_parts(tree, arrays))
    refused(path, "written by an earlier version of coterie.*fit and save the model again")


def parts_of_a_model(path):
    MODELS["kmeans"].save(path)
    return parts_of(path.read_bytes())


def test_importing_main_runs_nothing():
    assert "main" in runpy.run_module("coterie.__main__", run_name="coterie.__main__")


def test_texts_that_are_no_header(path):
    tree, arrays = parts_of_a_model(path)
    text = json.dumps(tree)
    labels = "parts/model/state/labels_"
    deep = "[" * 100_000 + "]" * 100_000
    for bad, because in [
        (b"", "Expecting value"),
        (b"\xff\xfe", "utf-8"),
        (b"[]", "does not say what it is"),
        (b"3", "does not say what it is"),
        (b"{}", "does not say what it is"),
        (deep.encode(), "nested too deeply"),
        (b'"' + b'\\"' * 100_000, "Unterminated"),
        (b'{"a":' * 60_000 + b"1" + b"}" * 60_000, "nested too deeply"),
        (text.replace('"format"', f'"x": {deep}, "format"').encode(), "nested too deeply"),
        (text.replace('"n_iter_": ', '"n_iter_": ' + "1" * 5000).encode(), "64 bits"),
        (text.replace('"format": 2', '"format": 2, "format": 2').encode(), "a key twice"),
        (text.replace('"format": 2', '"format": true').encode(), "does not say"),
        (text.replace('"facts": {}', '"facts": []').encode(), "its facts"),
        (text.replace('"facts": {}', '"facts": {}, "more": 1').encode(), "unknown 'more'"),
        (text.replace('"model":', '"other":').encode(), None),
        (text.replace('"state":', '"status":').encode(), "unknown type"),
        (
            text.replace(f'"$array": "{labels}"', '"$array": "parts/model/state/cluster_centers_"').encode(),
            "unknown type",
        ),
        (text.replace(f'"$array": "{labels}"', '"$record": "coterie.kmeans._kmeans:KMeans"').encode(), "unknown type"),
        (text.replace(f'"$array": "{labels}"', f'"$texts": "{labels}"').encode(), "does not hold text"),
    ]:
        path.write_bytes(with_parts(bad, arrays))
        refused(path, because)
    brackets = Scaler().fit(X)
    brackets.feature_names_in_ = np.array(["[" * 1000, '"{\\', "\\\\"], object)  # names are no structure
    brackets.save(path)
    assert coterie.load(path).feature_names_in_.tolist() == brackets.feature_names_in_.tolist()


def test_arrays_that_are_not_named_or_not_there_are_refused(path):
    tree, arrays = parts_of_a_model(path)
    path.write_bytes(with_parts(tree, arrays | {"more": np.arange(3)}))
    refused(path, "an array that nothing refers to, 'more.npy'")
    del arrays["parts/model/state/labels_"]
    path.write_bytes(with_parts(tree, arrays))
    refused(path, "no array 'parts/model/state/labels_'")


def npy(header, data=b""):
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        npy(b""),
        npy(b"(" * 9000),
        npy(b"-" * 9000 + b"1\n"),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999,), }\n", bytes(48)),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }\n", bytes(48)),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': (12, 0, 999999999999999999), }\n"),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': (12, 0, 999999999999999999), }\n", bytes(48)),
        npy(b"{'descr': '<i4', 'fortran_order': True, 'shape': (12,), }\n", bytes(48)),
        npy(b"{'descr': '|O', 'fortran_order': False, 'shape': (12,), }\n", b"cos\nsystem\n(S'true'\ntR."),
        npy(b"{'descr': '<i3', 'fortran_order': False, 'shape': (12,), }\n", bytes(36)),
        npy(b"{'descr': '<U999999999', 'fortran_order': False, 'shape': (1,), }\n", bytes(48)),
        npy(b"{'descr': '<U0', 'fortran_order': False, 'shape': (12,), }\n"),
        npy(b"{'descr': '<U1', 'fortran_order': False, 'shape': (12,), }\n", b"\xff" * 48),
        npy(b"{'descr': '|b1', 'fortran_order': False, 'shape': (12,), }\n", b"\xff" * 12),
        npy(b"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (12,), }\n", bytes(48)),
        npy(b"{'descr': '<i4', 'fortran_order': False, 'shape': " + b"(" * 5000 + b"1" + b")" * 5000 + b", }\n"),
    ],
)
def test_headers_of_arrays_that_lie(content, path):
    parts_of_a_model(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["parts/model/state/labels_.npy"] = content
    with zipfile.ZipFile(path, "w") as archive:
        for name, each in members.items():
            archive.writestr(name, each)
    refused(path, None)


def test_zip_files_that_lie(path):
    parts_of_a_model(path)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def rewrite(compression=zipfile.ZIP_STORED, **more):
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, each in [*members.items(), *more.items()]:
                archive.writestr(name, each)

    rewrite(zipfile.ZIP_DEFLATED)  # so there are no zip bombs
    refused(path, "compressed or encrypted")
    with pytest.warns(UserWarning, match="Duplicate"):
        rewrite(**{"coterie.json.npy": b""})
    refused(path, "two of its arrays have the same name")
    rewrite(**{"readme.txt": b"text"})
    refused(path, "an array that nothing refers to")
    path.write_bytes(whole[:40] + b"\1" + whole[41:])
    refused(path, None)

    end, directory = whole.index(b"PK\5\6"), whole.index(b"PK\1\2")
    huge = struct.pack("<L", 0xFFFFFFF0)
    for place in (end + 12, end + 16, directory + 20, directory + 24, directory + 42):
        path.write_bytes(whole[:place] + huge + whole[place + 4 :])
        refused(path, None, None)
    larger = struct.pack("<LL", 1 << 28, 1 << 28)  # both sizes of a member in the directory
    path.write_bytes(whole[: directory + 20] + larger + whole[directory + 28 :])
    refused(path, "larger than the file")
    for field, value in ((40, 1 << 60), (48, 1 << 60), (48, 1 << 63)):  # it has more than 4 GB, it says
        record = bytearray(
            struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, *[len(members)] * 2, end - directory, directory)
        )
        struct.pack_into("<Q", record, field, value)
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
        path.write_bytes(whole[:end] + bytes(record) + locator + whole[end:])
        refused(path, None, None)


def test_memory_is_looked_at_before_anything_is_read(path, monkeypatch):
    Scaler().fit(np.ones((2, 300_000))).save(path)
    monkeypatch.setattr(thresholds, "small_memory", 0)
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    refused(path, "Its arrays would take 4.8 MB of memory, and 1 MB are available", OSError)
    MODELS["kmeans"].save(path)
    monkeypatch.setattr(memory, "available", lambda: 10_000)
    refused(path, "coterie.json in it would take", OSError)


def test_other_failures_name_the_file(path):
    path.mkdir()
    refused(path, "Is a directory", IsADirectoryError) if os.name == "posix" else None
    path.rmdir()
    refused(path, "No such file", FileNotFoundError)
    with pytest.raises(TypeError):
        coterie.load(None)


@pytest.mark.parametrize(
    "attribute, value",
    [("cluster_centers_", None), ("note", 1), ("labels_", [0, 1]), ("n_iter_", -1), ("n_clusters", -1)],
)
def test_what_load_would_refuse_is_not_saved(attribute, value, path):
    model = coterie.KMeans(2, random_state=0).fit(X)
    setattr(model, attribute, value)
    with pytest.raises(ValueError, match=attribute):
        model.save(path)
    assert not path.exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full")
def test_a_full_disk_leaves_the_earlier_model_and_is_named(path, monkeypatch):
    MODELS["kmeans"].save(path)
    before = path.read_bytes()
    monkeypatch.setattr(
        "builtins.open",
        lambda name, mode="r", real=open, **options: real(
            "/dev/full" if ".coterie-" in str(name) else name, mode.replace("x", "w"), **options
        ),
    )
    for model in (MODELS["tree"], Scaler().fit(np.ones((2, 100_000)))):
        with pytest.raises(OSError, match=f"No space left on device: {re.escape(repr(str(path)))}"):
            model.save(path)
    monkeypatch.undo()
    assert path.read_bytes() == before and os.listdir(path.parent) == [path.name]


def test_every_public_estimator_can_be_saved():
    def below(cls):
        return {cls, *(each for direct in cls.__subclasses__() for each in below(direct))}

    def is_public(cls):
        package = sys.modules[".".join(cls.__module__.split(".")[:2])]
        return package.__name__.split(".")[0] == "coterie" and cls.__name__ in getattr(package, "__all__", ())

    found = [cls for cls in below(Estimator) if is_public(cls)]
    assert {cls.__name__ for cls in found} == {type(model).__name__ for model in MODELS.values()}
    assert all(model_files.find_class(model_files.name_of(cls)) is cls for cls in found)


@pytest.mark.skipif(sys.platform == "win32" or not FUZZ.exists(), reason="ci/fuzz is not here, or does not run")
def test_mutated_files_are_refused_or_used_without_harm():
    done = subprocess.run([sys.executable, FUZZ, "--cases", "3000"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
