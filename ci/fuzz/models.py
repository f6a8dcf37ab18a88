# SPDX-License-Identifier: BSD-3-Clause
"""Mutate saved models, load them and use what is loaded.

python ci/fuzz/models.py --cases 100000 --seed 1    # prints each file that did what is not allowed
python ci/fuzz/models.py --seed 1 --case 1234       # one file again, in this process

A file that `load` takes must hold a model like any other: every public method works on it and answers what follows from
its attributes. A file that it refuses must be refused with a ValueError or an OSError that names it. The command must
end with code 1 and one line then.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import functools
import io
import itertools
import json
import os
import random
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path

import children
import numpy as np

import coterie
from coterie import explain
from coterie.cli import main as command
from coterie.distances import cdist
from coterie.distances._rows import read_rows
from coterie.neighbors import NearestNeighbors
from coterie.scaling import Scaler

HEADER = "coterie.json"
SECONDS = 10  # of the CPUs, for one case
LARGEST = 1e6  # numbers whose rounding errors do not matter beside rows of about 1
NOTHING_WRONG = (ValueError, TypeError, NotImplementedError)  # what a method may say of rows that do not suit a model


# ------------------------------------------------------------------------------------------- the originals


@functools.cache
def originals() -> dict[str, bytes]:
    """Files of all kinds of models, fitted on few rows, from Python and from the command; they stay in this folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _originals(Path.cwd())


TABLE = [[float(i % 6), "abc"[i % 3], None if i % 5 == 0 else i > 9] for i in range(18)]


def _originals(folder: Path) -> dict[str, bytes]:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(place, 0.3, (6, 2)) for place in (2, 4, 8)])
    far = np.abs(X[:, None] - X[None]).sum(axis=2)
    models = [
        coterie.KMeans(3, random_state=0).fit(X),
        coterie.KMeans(2, init=X[:2], n_init=1).fit(X.astype(np.float32)).set_output(transform="default"),
        coterie.KMeans(2),
        coterie.KMeans(3, init="k-means||", random_state=0).fit(X),
        coterie.BisectingKMeans(3, random_state=0).fit(X),
        coterie.KMedians(3, random_state=0).fit(X),
        coterie.MiniBatchKMeans(3, random_state=0).fit(X),
        coterie.MiniBatchKMeans(3, random_state=0, n_jobs=1).partial_fit(X.astype(np.float32)),
        coterie.MiniBatchKMeans(3, random_state=0).fit_batches([X, X]),
        coterie.SphericalKMeans(3, random_state=0).fit(X),
        coterie.SizeConstrainedKMeans(3, 5, 7, random_state=0).fit(X),
        coterie.KMedoids(3, random_state=0).fit(X),
        coterie.KMedoids(2, metric="minkowski", metric_params={"p": 3}, init=[0, 9]).fit(X.astype(np.float32)),
        coterie.KMedoids(3, metric="precomputed", init="build").fit(far),
        *(coterie.AgglomerativeClustering(3, linkage=linkage).fit(X) for linkage in ("ward", "single", "median")),
        coterie.AgglomerativeClustering(None, distance_threshold=1.0, linkage="average", metric="l1").fit(X),
        coterie.AgglomerativeClustering(3, linkage="complete", metric="precomputed").fit(far),
        coterie.AgglomerativeClustering(2).fit(X[:2]),
        coterie.DivisiveClustering(3).fit(X),
        coterie.DBSCAN(0.7, min_samples=3).fit(X),
        coterie.DBSCAN(0.7, min_samples=3, metric="minkowski", p=3).fit(X.astype(np.float32)),
        coterie.DBSCAN(0.01, min_samples=2, metric="cosine").fit(X),
        coterie.DBSCAN(0.5, min_samples=3, metric="haversine").fit(X / 10),
        coterie.DBSCAN(0.7, min_samples=3, metric="precomputed").fit(far),
        coterie.DBSCAN(1e-9).fit(X),
        coterie.HDBSCAN(3).fit(X),
        coterie.HDBSCAN(3, 2, alpha=1.5, store_centers="both").fit(
            X.astype(np.float32), sample_weight=np.arange(18) % 4
        ),
        coterie.HDBSCAN(3, metric="precomputed", allow_single_cluster=True).fit(far),
        coterie.OPTICS(min_samples=3).fit(X),
        coterie.OPTICS(min_samples=2, max_eps=1.0, cluster_method="dbscan", metric="haversine").fit(X / 10),
        coterie.OPTICS(min_samples=3, max_eps=2.0, metric="precomputed").fit(far),
        coterie.KModes(2, init="random", random_state=0).fit(X.round()),
        coterie.KPrototypes(3, random_state=0).fit(X.round(1), categorical=[0]),
        NearestNeighbors(n_neighbors=2).fit(X),
        NearestNeighbors(n_neighbors=2, metric="minkowski", p=1.5, radius=float("inf")).fit(X),
        NearestNeighbors(n_neighbors=2, metric="precomputed").fit(far),
        coterie.DBSCAN(0.2, min_samples=2, metric="gower").fit(TABLE),
        coterie.AgglomerativeClustering(3, linkage="average", metric="gower").fit(TABLE),
        coterie.HDBSCAN(3, metric="nan_euclidean").fit(np.where(X > 4.5, np.nan, X)[:12]),
        *(Scaler(method).fit(X) for method in ("auto", "standard", "minmax", "robust", "log", "none")),
    ]
    named = coterie.KMeans(2, random_state=0).fit(X)
    named.feature_names_in_ = np.array(["width", "größe"], object)
    files = {}
    for number, model in enumerate([*models, named]):
        model.save(folder / "model.npz")
        files[f"{number} {model!r}"] = (folder / "model.npz").read_bytes()
    np.savetxt(folder / "rows.csv", X, delimiter=",", header="a,b", comments="")
    for options in (
        ["kmeans", "-k", "3"],
        ["kmeans", "-k", "2", "--scale", "log"],
        ["dbscan", "--eps", "1"],
        ["hierarchy", "-k", "3"],
        ["dbscan", "--metric", "haversine", "--eps", "30", "--min-samples", "3"],
        ["hierarchy", "-k", "2", "--method", "average", "--metric", "manhattan", "--scale", "none"],
    ):
        name, *rest = options
        if run_command([name, "rows.csv", *rest, "--save", "model.npz"])[0]:
            raise SystemExit(f"no model of {options}")
        files[" ".join(options)] = (folder / "model.npz").read_bytes()
    return files


# ------------------------------------------------------------------------------------------- mutations


class File:
    """A model file, taken apart: the JSON and the arrays."""

    def __init__(self, content: bytes):
        with np.load(io.BytesIO(content)) as archive:
            self.arrays = {name: archive[name] for name in archive.files}
        self.tree = json.loads(self.arrays.pop(HEADER).tobytes())

    def content(self) -> bytes:
        file = io.BytesIO()
        text = json.dumps(self.tree).encode()
        np.savez(file, **{HEADER: np.frombuffer(text, np.uint8)}, **self.arrays)
        return file.getvalue()


def nodes(value, path=()):
    """Places in a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from nodes(value[key], (*path, key))


def at(tree, path):
    for key in path:
        tree = tree[key]
    return tree


HOSTILE = [
    None,
    True,
    False,
    -1,
    0,
    1,
    2,
    3,
    7,
    18,
    10**9,
    2**31,
    2**63,
    2**64,
    10**40,
    -0.5,
    0.5,
    1e-300,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x",
    "euclidean",
    "precomputed",
    "ward",
    "predict",
    [],
    {},
    [[]],
    ["a", "b"],
    {"p": 3},
    {"$metric": "euclidean"},
    {"$metric": "haversine"},
    {"$metric": "cosine"},
    {"$metric": "minkowski", "p": 0.5},
    {"$metric": "gower"},
    {"$metric": "gower", "weights": [1, 2]},
    {"$metric": "gower", "kinds": ["amount"], "weights": [1], "ranges": [1], "categories": [None]},
    {"$metric": "nan_euclidean"},
    {"$tuple": [1, 2]},
    {"$tuple": 3},
    {"$table_code": [{"$tuple": [None]}, {"$tuple": [False]}]},
    {"$table_code": [{"$tuple": [{"$tuple": ["a", 1]}]}, {"$tuple": [True]}]},
    {"$record": "os:system"},
    "coterie.KMeans",
    "coterie.BisectingKMeans",
    "coterie.KMedians",
    "coterie.MiniBatchKMeans",
    "coterie.SphericalKMeans",
    "coterie.SizeConstrainedKMeans",
    "coterie.KMedoids",
    "coterie.DBSCAN",
    "coterie.HDBSCAN",
    "coterie.OPTICS",
    "coterie.KModes",
    "coterie.KPrototypes",
    "coterie.scaling.Scaler",
    "coterie.__main__:X",
]
NAMES = [
    "predict",
    "fit",
    "__class__",
    "__dict__",
    "_rules",
    "labels_",
    "n_features_in_",
    "_fit_X",
    "save",
    "",
    "$array",
    "cluster_centers_",
    "_fit_metric",
    "feature_names_in_",
    "distances_",
    "numbers",
    "typical",
]
VALUES = [
    -1,
    0,
    1,
    2,
    3,
    17,
    18,
    100,
    10**9,
    2**62,
    -(2**62),
    0.5,
    1e-320,
    1e150,
    1e308,
    -1e308,
    np.nan,
    np.inf,
    -np.inf,
]


def change_array(rng, array):
    kind = rng.randrange(12)
    if kind == 0:
        return array.astype(rng.choice(["i1", "i4", "i8", "u8", "f2", "f4", "f8", ">f8", ">i8", "?", "U5"]))
    if kind == 1:
        return array.reshape(rng.choice([(-1,), (1, -1), (-1, 1), (*array.shape, 1), array.shape[::-1]]))
    if kind == 2:
        return array[..., :-1].copy()
    if kind == 3:
        return array[:-1].copy()
    if kind == 4:
        return np.concatenate([array, array])
    if kind == 5:
        return array[:0].copy()
    if kind == 6:
        return array.T.copy()
    if kind == 7:
        return array[::-1].copy()
    if kind == 8:
        return np.array(rng.choice(VALUES))
    array = array.copy()
    if array.size and kind == 9:
        i, j = (rng.randrange(array.size) for _ in range(2))
        array.flat[i], array.flat[j] = array.flat[j], array.flat[i]
    elif array.size and array.dtype.kind in "iufb":
        with np.errstate(all="ignore"):
            value = np.array(rng.choice(VALUES)).astype(array.dtype)
            if kind == 10:
                array.flat[rng.randrange(array.size)] = value
            else:
                array.view(np.uint8).reshape(-1)[rng.randrange(array.nbytes)] ^= 1 << rng.randrange(8)
    elif array.size:
        array.flat[rng.randrange(array.size)] = rng.choice(["", "a", "=1", "\0", "\ud800"])
    return array


def mutate_array(rng, file, others):
    if file.arrays:
        name = rng.choice(list(file.arrays))
        file.arrays[name] = change_array(rng, file.arrays[name])


def exchange_arrays(rng, file, others):
    other = File(rng.choice(others)) if rng.random() < 0.7 else file
    if file.arrays and other.arrays:
        file.arrays[rng.choice(list(file.arrays))] = other.arrays[rng.choice(list(other.arrays))]


def rename_array(rng, file, others):
    if file.arrays:
        name = rng.choice(list(file.arrays))
        new = rng.choice([f"{name}x", *file.arrays, rng.choice(NAMES), "../x", "x" * 500])
        file.arrays[new] = file.arrays[name] if rng.random() < 0.3 else file.arrays.pop(name)


def replace_value(rng, file, others):
    path = rng.choice(list(nodes(file.tree))[1:])
    at(file.tree, path[:-1])[path[-1]] = copy.deepcopy(rng.choice(HOSTILE))


def exchange_values(rng, file, others):
    other = File(rng.choice(others)).tree if rng.random() < 0.7 else file.tree
    path = rng.choice(list(nodes(file.tree))[1:])
    at(file.tree, path[:-1])[path[-1]] = copy.deepcopy(at(other, rng.choice(list(nodes(other)))))


def same_place_of_another(rng, file, others):
    """The class, the state, one attribute or the array of another model in the place that it has there."""
    other = File(rng.choice(others))
    shared = [path for path in list(nodes(file.tree))[1:] if path in set(nodes(other.tree))]
    path = rng.choice(shared)
    at(file.tree, path[:-1])[path[-1]] = copy.deepcopy(at(other.tree, path))
    for name in other.arrays:
        if name.startswith("/".join(map(str, path))):
            file.arrays[name] = other.arrays[name]


def change_keys(rng, file, others):
    path = rng.choice([path for path in nodes(file.tree) if isinstance(at(file.tree, path), dict)])
    table = at(file.tree, path)
    key, new = rng.choice([*table, "x"]), rng.choice([*NAMES, *table])
    kind = rng.randrange(3)
    if kind == 0:
        table.pop(key, None)
    elif kind == 1:
        table[new] = table.pop(key, 1)
    else:
        table[new] = table.get(key, rng.choice(HOSTILE))


def consistent_sizes(rng, file, others):
    """Change an integer of the state and, in all arrays, the lengths that are equal to it."""
    state = file.tree["parts"]["model"]["state"]
    numbers = [key for key, value in state.items() if type(value) is int and 0 < value < 1000]
    if numbers:
        key = rng.choice(numbers)
        old, new = state[key], max(0, state[key] + rng.choice([-2, -1, 1, 2]))
        state[key] = new
        for name, array in file.arrays.items():
            for axis, length in enumerate(array.shape):
                if length == old:
                    file.arrays[name] = array = np.take(array, np.arange(new) % old, axis=axis)


PARTS = [
    mutate_array,
    mutate_array,
    mutate_array,
    exchange_arrays,
    rename_array,
    replace_value,
    replace_value,
    exchange_values,
    same_place_of_another,
    change_keys,
    consistent_sizes,
]


def cut_bytes(rng, content, others):
    start, stop = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return rng.choice([content[:start], content[start:], content[:start] + content[stop:]])


def flip_bits(rng, content, others):
    changed = bytearray(content)
    low = rng.choice([0, content.rindex(b"PK\5\6") - 200])  # the directory counts as much as the rest
    for _ in range(rng.choice([1, 1, 3, 20])):
        changed[rng.randrange(low, len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwrite_sizes(rng, content, others):
    """Numbers in the records of the zip file."""
    changed = bytearray(content)
    record = rng.choice([b"PK\1\2", b"PK\3\4", b"PK\5\6"])
    places = [i for i in range(len(content)) if content.startswith(record, i)]
    place = rng.choice(places) + rng.randrange(4, 46)
    number = rng.choice([0, 1, 8, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, len(content), rng.randrange(2**32)])
    n_bytes = rng.choice([2, 4])
    changed[place : place + n_bytes] = struct.pack("<L", number)[:n_bytes]
    return bytes(changed)


def splice(rng, content, others):
    other = rng.choice(others)
    start, stop = sorted(rng.randrange(len(other) + 1) for _ in range(2))
    place = rng.randrange(len(content) + 1)
    return content[:place] + other[start:stop] + content[place + rng.choice([0, stop - start]) :]


def other_zip(rng, content, others):
    """The same members, compressed, twice, in another order, or with npy headers that lie."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    compression = rng.choice([zipfile.ZIP_STORED] * 4 + [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
    kind = rng.randrange(5)
    if kind == 0:
        members.append(rng.choice(members))
    elif kind == 1:
        rng.shuffle(members)
    elif kind == 2:
        members.append(("zeros.npy", bytes(10**7)))
    else:
        i = rng.randrange(len(members))
        name, data = members[i]
        old, new = rng.choice(
            [
                (b"'shape': (", b"'shape': (9"),
                (b"'shape': (", b"'shape': (0, "),
                (b"'<f8'", b"'>f8'"),
                (b"False", b"True"),
                (b"<f8", b"|O8"),
                (b"'shape': (", b"'shape': (1, "),
                (b"<i8", b"<f8"),
                (b"<f8", b"<i8"),
                (b"), }", b", 999999999), }"),
                (b"{", b"(" * 3000),
            ]
        )
        length = struct.unpack("<H", data[8:10])[0]
        header = data[10 : 10 + length].replace(old, new)
        if rng.random() < 0.7:
            header = header.rstrip(b" \n").ljust(length - 1) + b"\n"
        members[i] = name, data[:8] + struct.pack("<H", len(header) % 65536) + header + data[10 + length :]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def other_text(rng, content, others):
    """A JSON text that no writer of JSON would write."""
    file = File(content)
    text = json.dumps(file.tree)
    place = rng.randrange(len(text))
    text = rng.choice(
        [
            text[:place],
            text[:place] + rng.choice('{}[]",:\\0eN-') + text[place + rng.choice([0, 1]) :],
            text + text,
            text.replace("{", '{"format": 2, ', rng.choice([1, 2])),
            text.replace(": ", ": " + "[" * rng.choice([60, 1000, 100_000]), 1),
        ]
    )
    arrays, out = file.arrays, io.BytesIO()
    np.savez(out, **{HEADER: np.frombuffer(text.encode(), rng.choice([np.uint8] * 9 + [np.int8]))}, **arrays)
    return out.getvalue()


BYTES = [cut_bytes, flip_bits, overwrite_sizes, splice, other_zip, other_text]


def mutated(rng: random.Random, files: dict[str, bytes]) -> tuple[str, bytes]:
    """A mutated file, and how it came about."""
    name, others = rng.choice(list(files)), list(files.values())
    content, told = files[name], [name]
    if rng.random() < 0.75:
        file = File(content)
        for _ in range(rng.choice([1, 1, 1, 1, 2, 3])):
            change = rng.choice(PARTS)
            told.append(change.__name__)
            with contextlib.suppress(AttributeError, LookupError, TypeError, ValueError):  # after another change
                change(rng, file, others)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = file.content()
    if len(told) == 1 or rng.random() < 0.05:
        change = rng.choice(BYTES)
        told.append(change.__name__)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = change(rng, content, others)
    return ", ".join(told), content


# ------------------------------------------------------------------------------------------- use


def run_command(arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command(arguments)
    return code, out.getvalue(), err.getvalue()


def check(right, what):
    if not right:
        raise AssertionError(what)


def use(model, rows):
    """All public methods of a model, on rows that suit it; those that fail in another way than they may raise."""
    for name in (
        "repr",
        "get_params",
        "predict",
        "transform",
        "inverse_transform",
        "get_feature_names_out",
        "score",
        "kneighbors",
        "kneighbors of the fit",
        "radius_neighbors",
        "cut",
        "cut by size",
        "cut by distance",
        "recut",
        "membership",
        "assign_noise",
        "outlier_scores",
        "drift",
    ):
        with contextlib.suppress(*NOTHING_WRONG), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            method = getattr(model, name.split()[0], None)
            if name == "repr":
                repr(model)
            elif name == "outlier_scores":
                scores = coterie.outlier_scores(rows, model)
                check(not (scores < 0).any(), name)
            elif name == "drift":
                str(explain.drift(model, rows))
            elif method is None:
                continue
            elif name in ("get_params", "get_feature_names_out", "kneighbors of the fit"):
                method()
            elif name == "recut":
                check((method().labels_ == model.labels_).all(), name)
                method(min_cluster_size=4, allow_single_cluster=True)
            elif name == "membership":
                clusters, probabilities = method(rows)
                check(
                    clusters.max(initial=0) <= max(0, model.labels_.max()) and not (probabilities > 1.001).any(), name
                )
            elif name == "assign_noise":
                labels = method(rows, how="soft")
                check((labels[model.labels_ != -1] == model.labels_[model.labels_ != -1]).all(), name)
            elif name == "cut":
                labels = method(2)
                check(len(labels) == model.n_leaves_ and set(labels) == {0, 1}, name)
                check((method(model.n_clusters_) == model.labels_).all(), name)
            elif name == "cut by size":
                check(np.bincount(method(min_size=2)).min() >= 2, name)
            elif name == "cut by distance":
                method(distance_threshold=1.0)
            else:
                check_answer(name, model, rows, method(rows))


def check_answer(name, model, rows, answer):
    """Compare what a method answers with what follows from the state of the model."""
    if name == "predict":
        check(answer.shape == (len(rows),), name)
        n_clusters = getattr(model, "_n_features_out", 0) or model.labels_.max() + 1
        check(answer.min() >= -1 and answer.max() < n_clusters, f"{name}: labels")
    if isinstance(model, coterie.KMedoids):
        if model._fit_metric is None:
            far = rows[:, model.medoid_indices_]
        elif abs(model.cluster_centers_).max() > LARGEST or model._fit_metric.kernel == "minkowski":
            return
        else:
            far = cdist(rows, model.cluster_centers_.astype(float), model._fit_metric)
        if name == "transform":
            check(close(answer, far), name)
        elif name == "score":
            check(close(answer, -far.min(axis=1).sum()), name)
    elif isinstance(model, coterie.SphericalKMeans):
        units = rows / np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
        far = 0.5 * ((units[:, None] - model.cluster_centers_[None].astype(float)) ** 2).sum(axis=2)
        if name == "predict":
            check(close(far[np.arange(len(rows)), answer], far.min(axis=1)), name)
        elif name == "transform":
            check(close(answer, far), name)
        elif name == "score":
            check(close(answer, -far.min(axis=1).sum()), name)
    elif hasattr(model, "cluster_centers_"):
        if abs(model.cluster_centers_).max() > LARGEST:
            return
        far = cdist(rows, model.cluster_centers_.astype(float), model._fit_metric)
        if name == "predict" and not isinstance(model, coterie.BisectingKMeans):  # which goes down a tree
            near = far[np.arange(len(rows)), answer]
            check(close(near, far.min(axis=1)), name)
        elif name == "transform":
            check(close(answer, far), name)
        elif name == "score":
            check(close(answer, -(far.min(axis=1) ** (1 if isinstance(model, coterie.KMedians) else 2)).sum()), name)
    elif isinstance(model, Scaler) and name == "transform" and model.method != "auto":
        values = np.log1p(rows) if model.method == "log" else rows
        check(close(answer, (values - model.center_) / model.scale_), name)
    elif (
        name == "kneighbors"
        and getattr(model._fit_metric, "name", "") == "euclidean"
        and abs(model._fit_X).max() < LARGEST
    ):
        far = np.sqrt(((rows[:, None] - model._fit_X[None].astype(float)) ** 2).sum(axis=2))
        check(close(answer[0], np.sort(far)[:, : model.n_neighbors]), name)
    elif name == "predict" and getattr(model, "_fit_linkage", "") in ("single", "complete", "average"):
        if model._fit_X is None or abs(model._fit_X).max() > LARGEST:
            return
        metric = model._fit_metric
        far = cdist(read_rows(rows, metric)[0], model._fit_X.astype(float), metric.of_rows)
        of_cluster = {"single": np.min, "complete": np.max, "average": np.mean}[model._fit_linkage]
        far = np.stack([of_cluster(far[:, model.labels_ == k], axis=1) for k in range(model.n_clusters_)], axis=1)
        check(close(far[np.arange(len(rows)), answer], far.min(axis=1)), name)
    elif (
        name == "predict"
        and isinstance(model, coterie.DBSCAN)
        and model._fit_eps < LARGEST
        and getattr(model._fit_metric, "name", "") == "euclidean"
        and len(model.components_)
    ):
        far = np.sqrt(((rows[:, None] - model.components_[None].astype(float)) ** 2).sum(axis=2))
        sure = abs(far.min(axis=1) / model._fit_eps - 1) > 1e-9
        expected = np.where(
            far.min(axis=1) <= model._fit_eps, model.labels_[model.core_sample_indices_[far.argmin(axis=1)]], -1
        )
        check((answer == expected)[sure].all(), name)


def close(answer, expected):
    """Equal but for rounding."""
    return np.allclose(answer, expected, rtol=1e-5, atol=1e-6)


def run_case(seed: int, number: int) -> dict:
    """One mutated file, through `load`, all methods, `save`, and the command."""
    rng = random.Random(f"{seed} {number}")
    told, content = mutated(rng, originals())
    answer = {"file": told, "taken": False}
    try:
        answer["taken"] = try_file(rng, Path.cwd() / "model.npz", content)
    except BaseException as error:
        answer |= {"finding": f"{type(error).__name__}: {error}", "trace": traceback.format_exc()}
    return answer


def try_file(rng, path, content):
    """Whether `load` takes the file."""
    path.write_bytes(content)
    started = time.process_time()
    taken = False
    try:
        model = coterie.load(path)
    except (ValueError, OSError) as error:
        check(repr(str(path)) in str(error) and len(str(error)) < 1000, f"the file is not named: {error}")
    else:
        taken = True
        n_features = vars(model).get("n_features_in_", 2)
        check(n_features < 1000, f"{n_features} features")
        use(model, np.random.default_rng(1).uniform(0.5, 9, (5, n_features)))
        model.save("again.npz")
        again = coterie.load("again.npz")
        check(repr(again) == repr(model) and vars(again).keys() == vars(model).keys(), "not the same again")
    code, out, err = run_command(["predict", path.name, "rows.csv", *rng.choice([[], ["--scores"]]), "--quiet"])
    if code:
        check(code == 1 and err.count("error:") == 1 and not out, f"code {code}: {err}")
    else:
        check(taken and len(out.splitlines()) == 19, out)
    check(time.process_time() - started < SECONDS, "too slow")
    return taken


# ------------------------------------------------------------------------------------------- many


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this one case, in this process")
    parser.add_argument("--children", type=int, help="how many processes; by default 2")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        children.serve(lambda case: run_case(**case))
        return 0
    if options.case is not None:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            answer = run_case(options.seed, options.case)
            os.chdir("/")
        print(answer.pop("trace", ""), *(f"{key}: {value}" for key, value in answer.items()), sep="\n")
        return "finding" in answer
    numbers = itertools.count(options.first)
    cases = ({"seed": options.seed, "number": number} for number in itertools.islice(numbers, options.cases))
    n_cases = n_taken = n_findings = 0
    for case, answer in children.drive(__file__, cases, n_children=options.children):
        n_cases += 1
        n_taken += answer.get("taken", False)
        if "finding" in answer:
            n_findings += 1
            print(
                f"{answer['finding']}\n{answer['trace']}\n    again: python ci/fuzz/models.py --seed {case['seed']} "
                f"--case {case['number']}\n"
            )
    print(f"{n_cases:,} files with seed {options.seed}, of which {n_taken:,} hold a model: {n_findings} findings")
    return bool(n_findings)


if __name__ == "__main__":
    sys.exit(main())
