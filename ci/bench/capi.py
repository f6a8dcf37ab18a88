#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""What a call of the C interface costs, beside the same in Python. Needs a C compiler.

    python ci/bench/capi.py

The loops are in C (capi.c). Each figure is the best of ten runs.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import coterie

HERE = Path(__file__).parent
sys.path.append(str(HERE.parents[1] / "tests" / "downstream" / "src"))
from downstream.in_ctypes import describe, table  # noqa: E402

RUNS = 10


def in_c(library: ctypes.CDLL, name: str, n: int, *arguments: object) -> float:
    """Seconds of a call."""
    function = getattr(library, name)
    function.restype = ctypes.c_double
    return min(function(ctypes.byref(table), n, *arguments) for _ in range(RUNS)) / n


def in_python(n: int, call: Callable[[np.ndarray], object], X: np.ndarray) -> float:
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for _ in range(n):
            call(X)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / n


def main() -> None:
    rng = np.random.default_rng(0)
    rows, centers = rng.normal(size=(10_000, 16)), rng.normal(size=(100, 16))
    model = coterie.KMeans(100, init=centers, n_init=1, max_iter=1).fit(rows)
    middles, labels = describe(centers), np.empty(len(rows), np.int32)
    numbers = np.empty(len(rows), np.int64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "capi.so")
        compiler = os.environ.get("CC", "cc")
        include = f"-I{coterie.get_include()}"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", include, HERE / "capi.c", "-o", path], check=True)
        library = ctypes.CDLL(str(path))
        print("| call | C interface | Python | ratio |")
        print("|---|---:|---:|---:|")
        print(f"| `version()` | {1e9 * in_c(library, 'versions', 1_000_000):.1f} ns | | |")
        for n_rows, n in (1, 2000), (100, 2000), (10_000, 20):
            X = rows[:n_rows]
            arguments = ctypes.byref(describe(X)), ctypes.byref(middles), ctypes.c_void_p(labels.ctypes.data)
            ours = in_c(library, "nearest", n, *arguments)
            report(f"`nearest` of 100 centers in 16-d, {n_rows:,} rows", ours, in_python(n, model.predict, X))
        for n_rows, n in (100, 200), (10_000, 10):
            X = rows[:n_rows, :2].copy()
            ours = in_c(library, "dbscan", n, ctypes.byref(describe(X)), ctypes.c_void_p(numbers.ctypes.data))
            report(f"`dbscan` in 2-d, {n_rows:,} rows", ours, in_python(n, coterie.DBSCAN(n_jobs=1).fit, X))


def report(call: str, ours: float, python: float) -> None:
    print(f"| {call} | {1e6 * ours:,.1f} µs | {1e6 * python:,.1f} µs | {python / ours:.1f} |", flush=True)


if __name__ == "__main__":
    main()
