"""coterie's table of functions from Python alone. ctypes releases the GIL while a function runs."""

import ctypes
import math
import threading
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int32, c_int64, c_void_p

import numpy as np

import coterie.api

OK, MORE, STOPPED, BAD_ARGUMENT, NO_MEMORY, FAILED = range(6)
METRICS = {"euclidean": 0, "manhattan": 1, "chebyshev": 2, "cosine": 3}
METHODS = {
    name: i for i, name in enumerate(["single", "complete", "average", "weighted", "ward", "centroid", "median"])
}


class Matrix(Structure):
    """coterie_matrix"""

    _fields_ = [("data", c_void_p), ("n", c_int64), ("d", c_int64), ("stride", c_int64), ("type", c_int32)]


matrix, job = POINTER(Matrix), c_void_p


class Table(Structure):
    """coterie_capi: the functions that are used here, and all that stand before them."""

    _fields_ = [
        ("major", c_int32),
        ("minor", c_int32),
        ("version", CFUNCTYPE(c_char_p)),
        ("message", CFUNCTYPE(c_char_p, c_int)),
        ("job_run", CFUNCTYPE(c_int, job, c_int, c_double)),
        ("job_stop", CFUNCTYPE(None, job)),
        ("job_free", CFUNCTYPE(None, job)),
        ("nearest", CFUNCTYPE(c_int, matrix, matrix, c_void_p, c_void_p, c_int, POINTER(job))),
        ("lloyd_step", CFUNCTYPE(c_int, matrix, c_void_p, matrix, *[c_void_p] * 4, c_int, POINTER(job))),
        ("neighbors", CFUNCTYPE(c_int, matrix, matrix, c_int32, c_int64, c_void_p, c_void_p, c_int, POINTER(job))),
        (
            "dbscan",
            CFUNCTYPE(c_int, matrix, c_void_p, c_int32, c_double, c_int64, c_void_p, c_void_p, c_int, POINTER(job)),
        ),
        ("linkage", CFUNCTYPE(c_int, c_void_p, c_int64, c_int32, c_void_p, c_int, POINTER(job))),
        ("linkage_points", CFUNCTYPE(c_int, matrix, c_int32, c_void_p, c_int, POINTER(job))),
        ("cut", CFUNCTYPE(c_int, c_void_p, c_int64, c_int64, c_void_p)),
        ("last_error", CFUNCTYPE(c_char_p)),
        ("job_progress", CFUNCTYPE(c_char_p, job, POINTER(c_int64), POINTER(c_int64))),
    ]


def import_table():
    """What coterie_import() does in C."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = c_void_p, [ctypes.py_object, c_char_p]
    table = Table.from_address(pointer(coterie.api.C_API, b"coterie.api.C_API"))
    if table.major != 1 or table.minor < 0:
        raise ImportError(f"coterie's C API is {table.major}.{table.minor}, but 1.0 is needed")
    return table


table = import_table()


class Stopped(Exception):
    """job_stop was called."""


ERRORS = {STOPPED: Stopped, BAD_ARGUMENT: ValueError, NO_MEMORY: MemoryError, FAILED: RuntimeError}


def check(code):
    """To be called in the thread that got the code: the error is that of the last call of this thread."""
    if code > MORE:
        raise ERRORS[code](table.last_error().decode())


def describe(X):
    """A matrix of C for rows of numpy; the array must outlive it."""
    if X.ndim != 2 or X.strides[1] != X.itemsize or X.strides[0] % X.itemsize or X.dtype.name not in TYPES:
        raise ValueError("the rows must be float32 or float64, each of them without gaps")
    return Matrix(X.ctypes.data, *X.shape, X.strides[0] // X.itemsize, TYPES[X.dtype.name])


TYPES = {"float32": 0, "float64": 1}


class Job:
    """A job of `n_threads` threads: `begin` is a function of the table."""

    def __init__(self, begin, *arguments, n_threads=1):
        self.arguments = arguments  # their arrays live as long as the job
        self.n_threads = n_threads
        self.job = c_void_p()
        check(begin(*map(for_c, arguments), n_threads, ctypes.byref(self.job)))

    def run(self, seconds=0.05):
        """Work on it with all threads. Ctrl-C stops it: Python looks for signals between two slices."""
        errors = []

        def work(slot):
            try:
                while (code := table.job_run(self.job, slot, seconds)) == MORE:
                    pass
                check(code)
            except BaseException as error:
                table.job_stop(self.job)
                errors.append(error)

        threads = [threading.Thread(target=work, args=(slot,)) for slot in range(1, self.n_threads)]
        for thread in threads:
            thread.start()
        work(0)
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def stop(self):
        table.job_stop(self.job)

    def progress(self):
        """What it is doing, and how many of how many are done."""
        done, total = c_int64(), c_int64()
        stage = table.job_progress(self.job, ctypes.byref(done), ctypes.byref(total))
        return stage.decode(), done.value, total.value

    def free(self):
        table.job_free(self.job)
        self.job = c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.free()


def for_c(argument):
    if isinstance(argument, Matrix):
        return ctypes.byref(argument)
    return argument.ctypes.data if isinstance(argument, np.ndarray) else argument


def dbscan(X, eps, min_samples, metric="euclidean", n_threads=1, seconds=math.inf):
    labels, is_core = np.empty(len(X), np.int64), np.empty(len(X), np.uint8)
    arguments = describe(X), None, METRICS[metric], eps, min_samples, labels, is_core
    with Job(table.dbscan, *arguments, n_threads=n_threads) as job:
        job.run(seconds)
    return labels, is_core
