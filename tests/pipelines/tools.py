"""What workers run. Other processes import it from here."""

import functools
import os
import threading

import numpy as np

import coterie
from coterie._runtime import threads

X = np.random.RandomState(0).normal(size=(60_000, 4))  # enough for several threads, and sent as a file by joblib


def fit(seed, n_jobs=None):
    return coterie.KMeans(9, random_state=seed, n_init=1, max_iter=10, n_jobs=n_jobs).fit(X)


@functools.cache
def serial_inertias(n):
    return [fit(seed, n_jobs=1).inertia_ for seed in range(n)]


def helpers():
    """The threads that coterie has started in this process."""
    return [thread for thread in threading.enumerate() if thread.name == "coterie"]


def fit_and_count(seed, n_jobs=None, cpus=None):
    """In a worker, as if the machine had so many CPUs: the process, its helpers after a fit, and the inertia."""
    if cpus is not None:
        threads._cpus = cpus
    inertia = fit(seed, n_jobs).inertia_
    return os.getpid(), len(helpers()), inertia


def assert_bounded(found, n_workers, helpers_at_most, n=4):
    """Results are those of one thread, from as many workers as there should be, with no more helpers in each."""
    pids, counts, inertias = zip(*found, strict=True)
    assert list(inertias) == serial_inertias(n)
    assert len(set(pids)) <= n_workers and max(counts) <= helpers_at_most, (pids, counts)
