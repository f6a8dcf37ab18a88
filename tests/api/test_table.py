"""The table: what it says of itself, and what it makes of wrong arguments."""

import ctypes
import math
import threading

import numpy as np
import pytest
from reference.c_table import BAD_ARGUMENT, Job, Matrix, last_error, matrix, table

import coterie

X = np.arange(12.0).reshape(6, 2)
HUGE = 2**62


def test_version_and_messages():
    assert (table.major, table.minor) >= (1, 0)
    assert table.version().decode() == coterie.__version__
    texts = [table.message(code) for code in range(-1, 7)]
    assert len(set(texts[1:-1])) == 6
    assert texts[0] == texts[-1]


def test_the_folder_of_the_header():
    assert coterie.get_include().endswith("include")


def changed(**fields):
    """`X` as a matrix, except for these fields."""
    one = matrix(X)
    for name, value in fields.items():
        setattr(one, name, value)
    return one


OUT = np.empty(1000)
MATRICES = {
    "X: it is NULL": None,
    "X.data: it is NULL": changed(data=None),
    "X.data: the address is no multiple": changed(data=X.ctypes.data + 1),
    "X.type: it must be from 0 to 1, got 2": changed(type=2),
    "X.n: it must be from 1": changed(n=0),
    "X.n: it must be from 1 to": changed(n=-3),
    "X.d: it must be from 1": changed(d=0),
    "X.stride: it must be from 2": changed(stride=1),
    "X.stride: it must be": changed(stride=HUGE),
    "X.d: it must be": changed(d=HUGE),
    "X.d: it must be from 1 to ": changed(n=HUGE // 16, d=1000, stride=1000),
}


@pytest.mark.parametrize("name", ["nearest", "lloyd_step", "dbscan", "linkage_points", "neighbors"])
@pytest.mark.parametrize("message", MATRICES)
def test_wrong_matrices(name, message):
    rest = {
        "nearest": (X, OUT, OUT),
        "lloyd_step": (None, X, OUT, OUT, OUT, OUT),
        "dbscan": (None, 0, 0.5, 5, OUT, OUT),
        "linkage_points": (0, OUT),
        "neighbors": (None, 0, 1, OUT, OUT),
    }
    one = MATRICES[message]
    with Job(name, None if one is None else ctypes.byref(one), *rest[name]) as job:
        assert job.code == BAD_ARGUMENT
        assert last_error().startswith(message)
        assert not job.handle


WRONG = {
    "centers: it is NULL": ("nearest", X, None, OUT, OUT),
    "centers.d: it must be X.d = 2, got 3": ("nearest", X, np.ones((2, 3)), OUT, OUT),
    "labels: it is NULL": ("nearest", X, X, None, OUT),
    "centers: it is": ("lloyd_step", X, None, None, OUT, OUT, OUT, OUT),
    "sums: it is NULL": ("lloyd_step", X, None, X, OUT, None, OUT, OUT),
    "masses: it is NULL": ("lloyd_step", X, None, X, OUT, OUT, None, OUT),
    "inertia: it is NULL": ("lloyd_step", X, None, X, OUT, OUT, OUT, None),
    "k: it must be from 1 to 6, got 0": ("neighbors", X, None, 0, 0, OUT, OUT),
    "k: it must be from 1 to 6, got 7": ("neighbors", X, None, 0, 7, OUT, OUT),
    "metric: it must be from 0 to 3, got 4": ("neighbors", X, None, 4, 1, OUT, OUT),
    "metric: it must be from 0 to 3, got -1": ("dbscan", X, None, -1, 0.5, 5, OUT, OUT),
    "indices: it is NULL": ("neighbors", X, None, 0, 1, None, OUT),
    "distances: it is NULL": ("neighbors", X, None, 0, 1, OUT, None),
    "queries.d: it must be X.d = 2, got 3": ("neighbors", X, np.ones((2, 3)), 0, 1, OUT, OUT),
    "eps: it must be": ("dbscan", X, None, 0, math.nan, 5, OUT, OUT),
    "eps: it must be a": ("dbscan", X, None, 0, 0.0, 5, OUT, OUT),
    "eps: it must be a finite": ("dbscan", X, None, 0, math.inf, 5, OUT, OUT),
    "min_samples: it must be from 1": ("dbscan", X, None, 0, 0.5, 0, OUT, OUT),
    "labels: it is": ("dbscan", X, None, 0, 0.5, 5, None, None),
    "condensed: it is NULL": ("linkage", None, 4, 0, OUT),
    "n: it must be from 2": ("linkage", OUT, 1, 0, OUT),
    "n: it must be from 2 to": ("linkage", OUT, HUGE, 0, OUT),
    "method: it must be from 0 to 6, got 7": ("linkage", OUT, 4, 7, OUT),
    "Z: it is NULL": ("linkage", OUT, 4, 0, None),
    "X.n: it must be from 2": ("linkage_points", X[:1], 0, OUT),
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_arguments(message):
    with Job(*WRONG[message]) as job:
        assert job.code == BAD_ARGUMENT
        assert last_error().startswith(message)


@pytest.mark.parametrize("n_slots", [0, -1, 257])
def test_wrong_numbers_of_slots(n_slots):
    with Job("dbscan", X, None, 0, 0.5, 5, OUT, None, n_slots=n_slots) as job:
        assert job.code == BAD_ARGUMENT
        assert last_error() == f"n_slots: it must be from 1 to 256, got {n_slots}"


def test_null_where_a_job_is_expected():
    one = ctypes.byref(matrix(X))
    assert table.dbscan(one, None, 0, 0.5, 5, OUT.ctypes.data, None, 1, None) == BAD_ARGUMENT
    assert last_error() == "job: it is NULL"
    assert table.job_run(None, 0, 1.0) == BAD_ARGUMENT
    table.job_stop(None)
    table.job_free(None)


def test_each_thread_has_its_own_last_error():
    seen = []
    assert table.job_run(None, 0, 1.0) == BAD_ARGUMENT
    thread = threading.Thread(target=lambda: seen.append(last_error()))
    thread.start()
    thread.join()
    assert seen == [""]
    assert last_error() == "job: it is NULL"


@pytest.mark.parametrize("n, n_clusters", [(1, 1), (0, 1), (-5, 1), (5, 0), (5, -1), (HUGE, 1)])
def test_wrong_cuts(n, n_clusters):
    assert table.cut(OUT.ctypes.data, n, n_clusters, OUT.ctypes.data) == BAD_ARGUMENT
    assert last_error().startswith("n")


def test_the_matrix_is_laid_out_as_in_c():
    assert ctypes.sizeof(Matrix) == 40
