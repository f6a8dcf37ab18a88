"""What tests of threads share."""

import os
import subprocess
import sys
import textwrap

import numpy as np

from coterie import KMeans
from coterie._runtime import parallel
from coterie._runtime.thresholds import thresholds
from coterie.scaling._kernels import columns

X = np.random.RandomState(0).normal(size=(200_000, 4))  # some ten chunks


def python(code, timeout=120, **environment):
    """Run code in a fresh interpreter, which says where it hangs if it does; return what it prints."""
    watchdog = f"import faulthandler; faulthandler.dump_traceback_later({timeout - 10}, exit=True)\n"
    done = subprocess.run(
        [sys.executable, "-c", watchdog + textwrap.dedent(code)],
        env={**os.environ, **environment},
        text=True,
        capture_output=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def fit(n_jobs=2, **params):
    return KMeans(9, init=X[:9], n_init=1, max_iter=15, n_jobs=n_jobs, **params).fit(X)


class Sums:
    """Work for several threads: each chunk of rows of ones writes their sum."""

    def __init__(self, n_chunks, rows=1000):
        self.rows, self.values, self.slots = rows, np.ones((n_chunks * rows, 1)), set()
        self.out, *self.others = np.zeros((3, n_chunks, 1))

    def __call__(self, region, slot):
        self.slots.add(slot)
        columns.deviation_strips(self.values, np.zeros(1), self.out, *self.others, region, slot)

    def run(self, n_threads, kernel=None):
        parallel.over(len(self.values), self.rows, n_threads, self if kernel is None else kernel)

    @property
    def done(self):
        return bool((self.out == self.rows).all())


def slow_linkage_of_few(monkeypatch):
    """The ways of many clusters, for few: rounds, then a queue, in many chunks."""
    for name, value in {"few_clusters": 40, "prim_points": 40, "many_clusters": 100, "chunk": 500.0}.items():
        monkeypatch.setattr(thresholds, name, value)
