#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Compare two builds of coterie on each benchmark case, to see whether a change made anything slower.

    python ci/bench/builds.py BEFORE AFTER                # the interpreters of two environments with coterie in each
    python ci/bench/builds.py BEFORE AFTER 'dbscan-*'     # some cases
    python ci/bench/builds.py BEFORE AFTER --quick        # a tenth of the rows

Each case gets three processes, which run one at a time and in another order each round: before, before once more, and
after. By how much the second differs from the first is noise. The table has the median over the rounds of the ratio
after/before, and median and quartiles of the noise. A case counts as slower if its ratio is above the upper quartile of
the noise and above 1.03. The results of both builds must be the same bits.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import os
import statistics
import sys
import tempfile
from pathlib import Path

import numpy as np
import run

NOISE = 1.03


def measure(name: str, pythons: tuple[Path, Path], threads: int, quick: bool, data: Path | None) -> str:
    _, case = run.CASES[name]
    inputs = case.inputs(data, 10 if quick else 1)
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        workers = {}
        for build, python in {"before": pythons[0], "again": pythons[0], "after": pythons[1]}.items():
            folder = Path(scratch, build)
            folder.mkdir()
            for each, array in inputs.items():
                np.save(folder / each, array)
            workers[build] = run.Worker("coterie", case, threads, folder, python)
            stack.callback(workers[build].close)
        results = {build: worker.results() for build, worker in workers.items()}
        same = all(
            np.array_equal(old[key], new[key], equal_nan=old[key].dtype.kind == "f")
            for old, new in zip(results["before"], results["after"], strict=True)
            for key in old
        )
        order = list(workers.values())
        total = sum(max(run.ROUND, worker.first) + 0.05 for worker in order)
        for _ in range(2 if quick else min(max(int(run.BUDGET / total), 3), 15)):
            for worker in order:
                worker.measure()
            order.append(order.pop(0))
    before = workers["before"]
    ratios = [b / a for a, b in zip(before.seconds, workers["after"].seconds, strict=True)]
    noise = [b / a for a, b in zip(before.seconds, workers["again"].seconds, strict=True)]
    low, middle, high = statistics.quantiles(noise, n=4)
    ratio = statistics.median(ratios)
    words = "" if same else "OTHER RESULT"
    if ratio > max(NOISE, high):
        words += " slower"
    return (
        f"| {name} | {1e3 * statistics.median(before.seconds):,.3g} | "
        f"{1e3 * statistics.median(workers['after'].seconds):,.3g} | {ratio:.2f} | "
        f"{middle:.2f} ({low:.2f} to {high:.2f}) | {before.peak:.0f} | {workers['after'].peak:.0f} | {words} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("names", nargs="*", metavar="case", help="cases or patterns; all but the slow ones if none")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and two rounds")
    parser.add_argument("--data", type=Path, help="folder of the real data")
    options = parser.parse_args()
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    print("| case | before, ms | after, ms | ratio | noise | MB before | MB after | |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for name, (group, case) in run.CASES.items():
        chosen = any(fnmatch.fnmatch(name, pattern) for pattern in options.names) if options.names else not case.slow
        if not chosen or case.scaling or not (case.n or options.data):
            continue
        if not hasattr(group.LIBRARIES["coterie"], case.task):
            continue
        print(measure(name, (options.before, options.after), threads, options.quick, options.data), flush=True)


if __name__ == "__main__":
    sys.exit(main())
