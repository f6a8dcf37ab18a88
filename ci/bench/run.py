#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Compare coterie with other libraries, all in one run, and write docs/benchmarks.md and its picture.

    pip install '.[bench]'
    python ci/bench/run.py                      # everything but the slow cases: about 8 minutes on 2 cores
    python ci/bench/run.py --slow               # with them
    python ci/bench/run.py fit-3d seed-3d       # some cases, into build/bench/ (as are those of --quick)
    python ci/bench/run.py --quick              # a tenth of the rows, once or twice: does it work?
    python ci/bench/run.py --data FOLDER        # with real data, of the files that cases.py names
    python ci/bench/run.py --list

How it is measured. For each case each library gets a fresh process, with the same data, the same starting centers, the
same number of iterations and as many threads as there are CPUs for this process (`taskset` limits them). Its first run
gives the peak memory and a result, and the results are compared. Then the processes run in turn, in another order each
round, one at a time; reported are medians, and the median of the ratios of each round, so that a machine that is slower
for a while is slower for all. Short runs are repeated within a round until it lasts 50 ms. Libraries that are not
installed are left out, and named.
"""
from __future__ import annotations

import argparse
import contextlib
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

import numpy as np
import page
from cases import CASES, LIBRARIES, Case

ROOT = Path(__file__).resolve().parents[2]
SEEDED = {"seed": 3, "default_fit": 3}  # tasks that draw random numbers: so many results are compared, on average
BUDGET, ROUNDS = 12.0, (3, 15)  # seconds of a case, and the rounds it gets in any event and at most
ROUND = 0.05  # seconds: what is shorter is run so often that it takes as long


# -------------------------------------------------------------------------------------------------- one library


def installed(library: type) -> bool:
    return importlib.util.find_spec(library.package.split(".")[0]) is not None


def memory(line: str) -> float:
    """A line of the process status in MB; nan where there is none (not Linux)."""
    with contextlib.suppress(OSError), open("/proc/self/status") as status:
        for text in status:
            if text.startswith(line):
                return int(text.split()[1]) / 1024
    return float("nan")


def work(library: str, task: str, iterations: int, threads: int, folder: Path) -> None:
    """The process of a library: answer each line on stdin, a number of runs, with the seconds that they took."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever libraries print is not an answer
    X, start = np.load(folder / "X.npy"), np.load(folder / "start.npy")
    run = getattr(LIBRARIES[library](threads), task)(X, start, iterations)

    # The peak of the first runs over what loading and importing left. (ru_maxrss would not do: a child inherits it.)
    before = memory("VmRSS")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    clock = time.perf_counter
    begin = clock()
    results = [run() for _ in range(SEEDED.get(task, 1))]
    seconds = (clock() - begin) / len(results)
    peak = memory("VmHWM") - before
    for i, result in enumerate(results):
        np.savez(folder / f"{library}-{threads}-{i}.npz", **result)
    del results, result

    gc.disable()
    if seconds < ROUND:  # once more, without what only a first run does
        begin = clock()
        run()
        seconds = clock() - begin
    print(json.dumps({"peak": peak, "seconds": seconds}), file=channel)
    for line in sys.stdin:
        runs = int(line)
        begin = clock()
        for _ in range(runs):
            run()
        print(json.dumps({"seconds": (clock() - begin) / runs}), file=channel)


class Worker:
    """A library in a process of its own."""

    def __init__(self, library: str, case: Case, threads: int, folder: Path) -> None:
        self.name, self.threads, self.folder = library, threads, folder
        settings = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        foreign = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "COTERIE_")
        env = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        command = [sys.executable, __file__, "--worker", library, case.task, str(case.iterations), str(threads), folder]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=env | {name: str(value) for name, value in settings.items()})
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


def inertia(X: np.ndarray, centers: np.ndarray, labels: np.ndarray | None = None) -> float:
    """Sum of squared distances to the labelled, or else the nearest, centers: in float64, by nobody's kernel."""
    total = 0.0
    middle = X.mean(axis=0, dtype=np.float64)
    centers = centers - middle
    for i in range(0, len(X), 10_000):
        rows = X[i : i + 10_000] - middle
        if labels is None:
            nearest = ((centers * centers).sum(axis=1) - 2 * rows @ centers.T).argmin(axis=1)
        else:
            nearest = labels[i : i + 10_000]
        total += np.square(rows - centers[nearest]).sum()
    return total


def compare(X: np.ndarray, results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside the first library that is not coterie.

    Where two centers are equally near but for rounding, iterations part ways and end a little apart. So 1 % is allowed
    to others, that no fast one is left out for that, and much less to coterie.
    """
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference]
    inertias = {name: statistics.fmean(inertia(X, result["centers"], result.get("labels")) for result in found)
                for name, found in results.items() if "centers" in found[0]}
    verdicts = {}
    for name, found in results.items():
        ours = name.startswith("coterie")
        if "distances" in found[0]:
            error = float(np.abs(found[0]["distances"] - right[0]["distances"]).max() / right[0]["distances"].max())
            verdicts[name] = error <= (1e-6 if ours else 1e-2), f"distances within {error:.0e}"
            continue
        error = inertias[name] / inertias[reference] - 1
        if len(found) > 1:  # other random numbers: equal on average only
            verdicts[name] = error <= 0.1, f"mean inertia {error:+.1%}"
            continue
        differ = int(np.count_nonzero(found[0]["labels"] != right[0]["labels"]))
        both_exact = all(result["centers"].dtype == np.float64 for result in (found[0], right[0]))
        verdicts[name] = (abs(error) <= (1e-4 if ours else 1e-2) and not (ours and both_exact and differ),
                          (f"inertia {error:+.0e}" if abs(error) > 1e-12 else "inertia equal")
                          + (f", {differ:,} labels differ" if differ else ", labels equal"))
    return verdicts | {reference: (True, "what others are compared with")}


def measure(case: Case, folder: Path | None, threads: int, quick: bool) -> dict:
    """Run a case; what the page says of it."""
    if case.scaling:
        names = {f"coterie, {count}": count for count in sorted({1, threads} | {2**i for i in range(20)})
                 if count <= threads}
    else:
        names = {name: threads for name, library in LIBRARIES.items()
                 if name not in case.leave_out and getattr(library, case.task, None) and installed(library)}
    X, start = case.make(folder, 10 if quick else 1)
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        np.save(Path(scratch, "X.npy"), X)
        np.save(Path(scratch, "start.npy"), start)
        workers = {}
        for name, count in names.items():  # one by one: a first run is timed, too
            workers[name] = Worker(name.split(",")[0], case, count, Path(scratch))
            stack.callback(workers[name].close)
        results = {name: worker.results() for name, worker in workers.items()}
        verdicts = compare(X, results)
        if case.scaling:
            one, *others = results.values()
            assert all(np.array_equal(one[0][key], other[0][key]) for other in others for key in one[0]), \
                "the result depends on the number of threads"
        fewest, most = (2, 2) if quick else ROUNDS
        rounds = int(BUDGET / sum(max(ROUND, worker.first) + 0.05 for worker in workers.values()))
        order = list(workers.values())
        for _ in range(min(max(rounds, fewest), most)):
            for worker in order:
                worker.measure()
            order.append(order.pop(0))
    ours = next(iter(workers.values())).seconds
    return {"about": case.about(X.shape), "libraries": {
        name: {"seconds": statistics.median(worker.seconds), "peak": worker.peak, "right": verdicts[name][0],
               "check": verdicts[name][1], "ratios": [b / a for a, b in zip(ours, worker.seconds, strict=True)]}
        for name, worker in workers.items()}}


# -------------------------------------------------------------------------------------------------- all of it


def measure_imports(quick: bool) -> dict[str, float]:
    """Seconds that an import takes after that of numpy, in a fresh process each time."""
    code = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
    found: dict[str, list[float]] = {library.package: [] for library in LIBRARIES.values() if installed(library)}
    for _ in range(2 if quick else 9):
        for package, seconds in found.items():
            output = subprocess.run([sys.executable, "-c", code.format(package)], capture_output=True, check=True)
            seconds.append(float(output.stdout.split()[-1]))
    return {package: statistics.median(seconds) for package, seconds in found.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="case", help="cases to run; all if none is named")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows and two rounds")
    parser.add_argument("--slow", action="store_true", help="the slow cases, too")
    parser.add_argument("--data", type=Path, default=os.environ.get("COTERIE_BENCH_DATA"),
                        help="folder of the real data; COTERIE_BENCH_DATA by default")
    parser.add_argument("--list", action="store_true", help="list the cases")
    options = parser.parse_args()
    if options.list:
        print(*CASES, "import", sep="\n")
        return 0
    if unknown := set(options.names) - set(CASES) - {"import"}:
        parser.error(f"no case named {', '.join(sorted(unknown))}; see --list")
    wanted = [CASES[name] for name in options.names if name in CASES] or [
        case for case in CASES.values()
        if not options.names and (options.slow or not case.slow) and (options.data or case.n)]

    import coterie
    threads = coterie.get_num_threads()
    environment = page.environment(threads)  # now: the load average is to be that of before
    outcomes = []
    for case in wanted:
        outcomes.append((case, measure(case, options.data, threads, options.quick)))
        print(page.line(*outcomes[-1]), file=sys.stderr, flush=True)
    imports = measure_imports(options.quick) if not options.names or "import" in options.names else {}

    # The page is of a whole run; anything less is for the one who asked.
    folder = ROOT / "build/bench" if options.names or options.quick else ROOT / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    absent = [name for name, library in LIBRARIES.items() if not installed(library)]
    page.write(folder, environment, absent, outcomes, imports)
    print(f"wrote {folder / 'benchmarks.md'}", file=sys.stderr)
    return not all(library["right"] for _, outcome in outcomes for name, library in outcome["libraries"].items()
                   if name.startswith("coterie"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        library, task, iterations, threads, folder = sys.argv[2:]
        work(library, task, int(iterations), int(threads), Path(folder))
    else:
        sys.exit(main())
