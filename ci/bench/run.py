#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Compare coterie with other libraries, all in one run, and write docs/benchmarks.md and its picture.

    pip install '.[bench]'
    python ci/bench/run.py                      # everything but the slow cases: about 20 minutes on 2 cores
    python ci/bench/run.py --slow               # with them
    python ci/bench/run.py --only hierarchy     # or kmeans, kmeans_family, medoids, prototypes, density,
                                                # spanning_trees, optics, neighbors, scores, mixed_distances; into
                                                # build/bench/, as is all that is not a whole run
    python ci/bench/run.py fit-3d 'ward-*'      # some cases
    python ci/bench/run.py --quick              # a tenth of the rows, once or twice: does it work?
    python ci/bench/run.py --data FOLDER        # with real data, of the files that kmeans.py, density.py and so on name
    python ci/bench/run.py --list

How it is measured. For each case each library gets a fresh process, with the same data, the same starting centers, the
same number of iterations and as many threads as there are CPUs for this process (`taskset` limits them). Its first run
gives the peak memory and a result, and the results are compared. Then the processes run in turn, in another order each
round, one at a time; reported are medians, and the median of the ratios of each round, so that a machine that is slower
for a while is slower for all. Short runs are repeated within a round until it lasts 50 ms. Where the first runs take
long, they are the first of two rounds. Libraries that are not installed are left out, and named.
"""

from __future__ import annotations

import argparse
import contextlib
import fnmatch
import gc
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import density
import hierarchy
import kmeans
import kmeans_family
import medoids
import mixed_distances
import neighbors
import numpy as np
import optics
import page
import prototypes
import scores
import spanning_trees
from cases import Case

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {
    "kmeans": kmeans,
    "kmeans_family": kmeans_family,
    "medoids": medoids,
    "prototypes": prototypes,
    "hierarchy": hierarchy,
    "density": density,
    "spanning_trees": spanning_trees,
    "optics": optics,
    "neighbors": neighbors,
    "scores": scores,
    "mixed_distances": mixed_distances,
}
CASES = {case.name: (group, case) for group in GROUPS.values() for case in group.CASES}
BUDGET, ROUNDS = 5.0, (3, 15)  # seconds of a case, and the rounds it gets in any event and at most
LONG = 3.0  # seconds of all first runs: so long, and they are the first of two rounds
ROUND = 0.05  # seconds: what is shorter is run so often that it takes as long


# -------------------------------------------------------------------------------------------------- one library


def installed(library: type) -> bool:
    return importlib.util.find_spec(library.package.split(".")[0]) is not None


def memory(line: str) -> float:
    """A line of the process status in MB; nan where there is none (not Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        for text in status:
            if text.startswith(line):
                return int(text.split()[1]) * 1024 / 1e6
    return float("nan")


def touch(n_bytes: float) -> None:
    """Write to so much memory and free it.

    A virtual machine hands memory that is free for some seconds back to its host, and to get it again takes longer than
    many a run: so whoever comes first would be the slower.
    """
    if n_bytes > 0:  # False for nan
        np.ones(int(n_bytes), np.uint8)


def work(library: str, name: str, threads: int, folder: Path) -> None:
    """The process of a library: answer each line on stdin, a number of runs, with the seconds that they took."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever libraries print is not an answer
    group, case = CASES[name]
    inputs = {file.stem: np.load(file) for file in folder.glob("*.npy")}
    task = getattr(group.LIBRARIES[library](threads), case.task)(**inputs, **case.options())
    prepare, run = task if isinstance(task, tuple) else (lambda: None, task)
    clock = time.perf_counter

    def timed() -> tuple[dict, float]:
        prepare()
        begin = clock()
        result = run()
        return result, clock() - begin

    touch(case.room(library, len(inputs["X"])))
    # The peak of the first runs over what loading and importing left. (ru_maxrss would not do: a child inherits it.)
    before = memory("VmRSS")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    results, times = zip(*(timed() for _ in range(case.first_runs)), strict=True)
    peak, seconds = memory("VmHWM") - before, statistics.fmean(times)
    for i, result in enumerate(results):
        np.savez(folder / f"{library}-{threads}-{i}.npz", **result)
    del results, result

    gc.disable()
    if seconds < ROUND:  # once more, without what only a first run does
        seconds = timed()[1]
    print(json.dumps({"peak": peak, "seconds": seconds}), file=channel)
    for line in sys.stdin:
        touch(peak * 1e6)
        print(json.dumps({"seconds": statistics.fmean(timed()[1] for _ in range(int(line)))}), file=channel)


class Worker:
    """A library in a process of its own."""

    def __init__(
        self, library: str, case: Case, threads: int, folder: Path, python: str | Path = sys.executable
    ) -> None:
        self.name, self.threads, self.folder = library, threads, folder
        settings = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        foreign = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "COTERIE_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        command = [python, __file__, "--worker", library, case.name, str(threads), folder]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env | {name: str(value) for name, value in settings.items()},
        )
        first = self.answer()
        self.peak, self.first = first["peak"], first["seconds"]
        self.runs = max(1, int(ROUND / self.first))
        self.seconds: list[float] = []

    def answer(self) -> dict:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} died")
        return json.loads(line)

    def measure(self) -> None:
        time.sleep(0.05)  # threads of the others that spin before they sleep get time to do so
        print(self.runs, file=self.process.stdin, flush=True)
        self.seconds.append(self.answer()["seconds"])

    def results(self) -> list[dict]:
        files = sorted(self.folder.glob(f"{self.name}-{self.threads}-*.npz"))
        return [dict(np.load(file)) for file in files]

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()


# -------------------------------------------------------------------------------------------------- one case


def measure(case: Case, folder: Path | None, threads: int, quick: bool) -> dict:
    """Run a case; what the page says of it."""
    from coterie._runtime.memory import as_text, available

    group, _ = CASES[case.name]
    if case.scaling:
        names = {
            f"coterie, {count}": count for count in sorted({1, threads} | {2**i for i in range(20)}) if count <= threads
        }
    else:
        names = {
            name: threads
            for name, library in group.LIBRARIES.items()
            if name not in case.leave_out
            and (name in case.yardsticks or not getattr(library, "yardstick", False))
            and getattr(library, case.task, None)
            and installed(library)
        }
    inputs = case.inputs(folder, 10 if quick else 1)
    shape = case.shape(inputs)
    needed, free = case.needs(len(inputs["X"]), len(names)), available()
    if free is not None and needed > free:
        return {
            "about": case.about(shape),
            "libraries": {},
            "skipped": f"{as_text(needed)} of memory needed, {as_text(free)} available",
        }
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        for name, array in inputs.items():
            np.save(Path(scratch, name), array)
        workers = {}
        for name, count in names.items():  # one by one: a first run is timed, too
            workers[name] = Worker(name.split(",")[0], case, count, Path(scratch))
            stack.callback(workers[name].close)
        results = {name: worker.results() for name, worker in workers.items()}
        verdicts = group.compare(inputs, results)
        if case.scaling:
            one, *others = results.values()
            assert all(np.array_equal(one[0][key], other[0][key]) for other in others for key in one[0]), (
                "the result depends on the number of threads"
            )
        order = list(workers.values())
        total = sum(max(ROUND, worker.first) + 0.05 for worker in order)
        if total > LONG:
            rounds = 1
            for worker in order:
                worker.seconds.append(worker.first)
            order.reverse()
        else:
            rounds = 2 if quick else min(max(int(BUDGET / total), ROUNDS[0]), ROUNDS[1])
        for _ in range(rounds):
            for worker in order:
                worker.measure()
            order.append(order.pop(0))
    ours = next(iter(workers.values()))
    seconds = statistics.median(ours.seconds)
    return {
        "about": case.about(shape),
        "more": case.more(shape, seconds, ours.peak),
        "pairs": {} if case.scaling else case.pairs_left(inputs),
        "libraries": {
            name: {
                "seconds": statistics.median(worker.seconds),
                "peak": worker.peak,
                "right": verdicts[name][0],
                "check": verdicts[name][1],
                "ratios": [b / a for a, b in zip(ours.seconds, worker.seconds, strict=True)],
            }
            for name, worker in workers.items()
        },
    }


# -------------------------------------------------------------------------------------------------- all of it


def measure_imports(quick: bool) -> dict[str, float]:
    """Seconds that an import takes after that of numpy, in a fresh process each time."""
    code = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    found: dict[str, list[float]] = {
        library.package: []
        for group in GROUPS.values()
        for library in group.LIBRARIES.values()
        if installed(library) and not getattr(library, "yardstick", False)
    }
    for _ in range(2 if quick else 5):
        for package, seconds in found.items():
            output = subprocess.run([sys.executable, "-c", code.format(package)], capture_output=True, check=True)
            seconds.append(float(output.stdout.split()[-1]))
    return {package: statistics.median(seconds) for package, seconds in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="case", help="cases to run, or patterns; all if none is named")
    parser.add_argument("--only", choices=GROUPS, help="cases of this kind")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and two rounds")
    parser.add_argument("--slow", action="store_true", help="the slow cases, too")
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("COTERIE_BENCH_DATA"),
        help="folder of the real data; COTERIE_BENCH_DATA by default",
    )
    parser.add_argument("--list", action="store_true", help="list the cases")
    options = parser.parse_args()
    if options.list:
        print(*CASES, "import", sep="\n")
        return 0
    named = set()
    for pattern in options.names:
        matching = fnmatch.filter([*CASES, "import"], pattern)
        if not matching:
            parser.error(f"no case named {pattern}; see --list")
        named.update(matching)
    if options.only:
        wanted = {name: pair for name, pair in CASES.items() if pair[0] is GROUPS[options.only]}
    else:
        wanted = CASES
    if named:
        wanted = {name: pair for name, pair in wanted.items() if name in named}
    else:
        wanted = {
            name: (group, case)
            for name, (group, case) in wanted.items()
            if (options.slow or not case.slow) and (options.data or case.n)
        }

    import coterie

    threads = coterie.get_num_threads()
    environment = page.environment(threads)  # now: the load average is to be that of before
    outcomes = {group: [] for group in GROUPS.values()}
    for group, case in wanted.values():
        outcomes[group].append((case, measure(case, options.data, threads, options.quick)))
        print(page.line(*outcomes[group][-1]), file=sys.stderr, flush=True)
    imports = measure_imports(options.quick) if "import" in named or not (named or options.only) else {}

    # The page is of a whole run; anything less is for the one who asked.
    folder = ROOT / "build/bench" if named or options.only or options.quick else ROOT / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    absent = {name for group in GROUPS.values() for name, library in group.LIBRARIES.items() if not installed(library)}
    page.write(folder, environment, sorted(absent), outcomes, imports)
    print(f"wrote {folder / 'benchmarks.md'}", file=sys.stderr)
    return not all(
        library["right"]
        for pairs in outcomes.values()
        for _, outcome in pairs
        for name, library in outcome["libraries"].items()
        if name.startswith("coterie")
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        library, case, threads, folder = sys.argv[2:]
        work(library, case, int(threads), Path(folder))
    else:
        sys.exit(main())
