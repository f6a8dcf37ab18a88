"""Jobs of the C-level interface for the tests, through the table as `tests/downstream` declares it for ctypes."""

import ctypes
import math
import sys
import threading
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "downstream" / "src"))
from downstream import in_ctypes
from downstream.in_ctypes import BAD_ARGUMENT, FAILED, MORE, NO_MEMORY, OK, STOPPED, Matrix, table  # noqa: F401
from downstream.in_ctypes import describe as matrix

METRICS, METHODS = tuple(in_ctypes.METRICS), tuple(in_ctypes.METHODS)


def _as_c(argument, kind):
    if not isinstance(argument, np.ndarray):
        return argument
    return ctypes.byref(matrix(argument)) if kind is in_ctypes.matrix else argument.ctypes.data


class Job:
    """A job of the function `name`. Arrays are passed by their addresses, or as matrices."""

    def __init__(self, name, *arguments, n_slots=1):
        self.handle, self.n_slots, self.kept = ctypes.c_void_p(), n_slots, arguments
        kinds = getattr(table, name).argtypes[:-2]
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

    def progress(self):
        """The stage, how much is done, and of how much."""
        done, total = ctypes.c_int64(-1), ctypes.c_int64(-1)
        stage = table.job_progress(self.handle, ctypes.byref(done), ctypes.byref(total))
        return stage.decode(), done.value, total.value

    def stop(self):
        table.job_stop(self.handle)

    def free(self):
        table.job_free(self.handle)
        self.handle = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.free()


def last_error():
    return table.last_error().decode()
