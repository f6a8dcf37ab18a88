"""The table of the C-level interface through ctypes, for the tests."""

import ctypes
import math
import threading

import numpy as np

import coterie.api

OK, MORE, STOPPED, BAD_ARGUMENT, NO_MEMORY, FAILED = range(6)
METRICS = ("euclidean", "manhattan", "chebyshev", "cosine")
METHODS = ("single", "complete", "average", "weighted", "ward", "centroid", "median")

P, I32, I64, F64 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_double


class Matrix(ctypes.Structure):
    _fields_ = [("data", P), ("n", I64), ("d", I64), ("stride", I64), ("type", I32)]


MATRIX = ctypes.POINTER(Matrix)
SIGNATURES = {  # in the order of coterie.h
    "version": (ctypes.c_char_p,),
    "message": (ctypes.c_char_p, ctypes.c_int),
    "job_run": (ctypes.c_int, P, ctypes.c_int, F64),
    "job_stop": (None, P),
    "job_free": (None, P),
    "nearest": (ctypes.c_int, MATRIX, MATRIX, P, P, ctypes.c_int, P),
    "lloyd_step": (ctypes.c_int, MATRIX, P, MATRIX, P, P, P, P, ctypes.c_int, P),
    "neighbors": (ctypes.c_int, MATRIX, MATRIX, I32, I64, P, P, ctypes.c_int, P),
    "dbscan": (ctypes.c_int, MATRIX, P, I32, F64, I64, P, P, ctypes.c_int, P),
    "linkage": (ctypes.c_int, P, I64, I32, P, ctypes.c_int, P),
    "linkage_points": (ctypes.c_int, MATRIX, I32, P, ctypes.c_int, P),
    "cut": (ctypes.c_int, P, I64, I64, P),
    "last_error": (ctypes.c_char_p,),
    "job_progress": (ctypes.c_char_p, P, P, P),
}


class Table(ctypes.Structure):
    _fields_ = [("major", I32), ("minor", I32)] + [
        (name, ctypes.CFUNCTYPE(*signature)) for name, signature in SIGNATURES.items()
    ]


_address = ctypes.pythonapi.PyCapsule_GetPointer
_address.restype, _address.argtypes = P, [ctypes.py_object, ctypes.c_char_p]
table = Table.from_address(_address(coterie.api.C_API, b"coterie.api.C_API"))


def matrix(X):
    """A view of an array whose rows are contiguous, as a `coterie_matrix`."""
    assert X.strides[1] == X.itemsize
    return Matrix(X.ctypes.data, *X.shape, X.strides[0] // X.itemsize, {"f": 0, "d": 1}[X.dtype.char])


def _as_c(argument, kind):
    if not isinstance(argument, np.ndarray):
        return argument
    return ctypes.byref(matrix(argument)) if kind is MATRIX else argument.ctypes.data


class Job:
    """A job of the function `name`. Arrays are passed by their addresses, or as matrices."""

    def __init__(self, name, *arguments, n_slots=1):
        self.handle, self.n_slots, self.kept = P(), n_slots, arguments
        kinds = SIGNATURES[name][1:-2]
        raw = [_as_c(each, kind) for each, kind in zip(arguments, kinds, strict=True)]
        self.code = getattr(table, name)(*raw, n_slots, ctypes.byref(self.handle))

    def run(self, slot=0, seconds=math.inf):
        self.code = table.job_run(self.handle, slot, seconds)
        return self.code

    def run_by_threads(self, seconds=math.inf):
        """Let as many threads as there are slots work to the end; the last code of each."""
        codes = [MORE] * self.n_slots

        def work(slot):
            while codes[slot] == MORE:
                codes[slot] = table.job_run(self.handle, slot, seconds)

        crew = [threading.Thread(target=work, args=(slot,)) for slot in range(self.n_slots)]
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
        return codes

    def stop(self):
        table.job_stop(self.handle)

    def free(self):
        table.job_free(self.handle)
        self.handle = P()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.free()


def last_error():
    return table.last_error().decode()
