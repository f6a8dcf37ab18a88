# SPDX-License-Identifier: BSD-3-Clause
"""Call the C-level interface with arguments that are wrong in one way or another.

python ci/fuzz/capi.py --cases 100000 --seed 1    # prints each call that did what is not allowed
python ci/fuzz/capi.py --seed 1 --case 1234       # one call again, in this process

The functions are those of coterie.h, through ctypes. A call with a wrong argument must return COTERIE_BAD_ARGUMENT or
COTERIE_NO_MEMORY, at once or from job_run, with a message that names an argument that is wrong, and no job. A right one
must end with COTERIE_OK. No call may crash, hang, change an input, or write beside an output.

What no library can tell is left out: pointers to less memory than the sizes say.
"""

from __future__ import annotations

import argparse
import ctypes
import math
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import children
import numpy as np

sys.path.append(str(Path(__file__).parents[2] / "tests" / "downstream" / "src"))
from downstream.in_ctypes import BAD_ARGUMENT, MORE, NO_MEMORY, OK, STOPPED, Matrix, describe, table

INT32 = [-1, 99, 2**31 - 1, -(2**31)]
HUGE = [2**60, 2**62, 2**63 - 1]  # products with them are beyond 2**63
INT64 = [0, -1, -(2**63), *HUGE]
NAMES = ["nearest", "lloyd_step", "neighbors", "dbscan", "linkage", "linkage_points", "cut"]
GUARD = 64  # bytes around each array, which nobody may write to


class Array:
    """Numbers between two guards."""

    def __init__(self, values: np.ndarray) -> None:
        self.all = np.full(values.nbytes + 2 * GUARD, 0xA5, np.uint8)
        self.values = self.all[GUARD:-GUARD].view(values.dtype).reshape(values.shape)
        self.values[...] = values
        self.before = values.tobytes()

    @property
    def guarded(self) -> bool:
        return bool((self.all[:GUARD] == 0xA5).all() and (self.all[-GUARD:] == 0xA5).all())


class Call:
    """Valid arguments for one function, by name, to be made wrong."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        rng = np.random.default_rng(draw.randrange(2**32))
        n, d = draw.choice([2, 5, 12, 60]), draw.choice([1, 2, 3, 17])
        k = draw.randint(1, n)
        dtype = draw.choice([np.float32, np.float64])
        self.inputs: dict[str, Array] = {}
        self.outputs: dict[str, Array] = {}

        def rows(name: str, n: int) -> Matrix:
            self.inputs[name] = Array(rng.normal(size=(n, d + draw.choice([0, 0, 2]))).astype(dtype))
            return describe(self.inputs[name].values[:, :d])

        def numbers(name: str, values: np.ndarray) -> int:
            self.inputs[name] = Array(values)
            return self.inputs[name].values.ctypes.data

        def out(name: str, shape: object, dtype: object = float) -> int:
            self.outputs[name] = Array(np.zeros(shape, dtype))
            return self.outputs[name].values.ctypes.data

        def maybe(value: object) -> object:
            return value if draw.random() < 0.5 else None

        self.name = draw.choice(NAMES)
        if self.name == "nearest":
            self.arguments = {
                "X": rows("X", n),
                "centers": rows("centers", k),
                "labels": out("labels", n, np.int32),
                "squared": maybe(out("squared", n)),
            }
        elif self.name == "lloyd_step":
            self.arguments = {
                "X": rows("X", n),
                "weights": maybe(numbers("weights", rng.uniform(0.5, 2, n))),
                "centers": rows("centers", k),
                "labels": out("labels", n, np.int32),
                "sums": out("sums", (k, d)),
                "masses": out("masses", k),
                "inertia": out("inertia", 1),
            }
        elif self.name == "neighbors":
            queries = maybe(rows("queries", 7))
            shape = (n if queries is None else 7, k)
            self.arguments = {
                "X": rows("X", n),
                "queries": queries,
                "metric": draw.randrange(4),
                "k": k,
                "indices": out("indices", shape, np.int64),
                "distances": out("distances", shape),
            }
        elif self.name == "dbscan":
            self.arguments = {
                "X": rows("X", n),
                "weights": maybe(numbers("weights", rng.uniform(0.5, 2, n))),
                "metric": draw.randrange(4),
                "eps": draw.choice([1e-300, 0.5, 1.0, 1e300]),
                "min_samples": draw.choice([1, 3, 2**62]),
                "labels": out("labels", n, np.int64),
                "is_core": maybe(out("is_core", n, np.uint8)),
            }
        elif self.name == "linkage":
            self.arguments = {
                "condensed": numbers("condensed", rng.uniform(size=n * (n - 1) // 2)),
                "n": n,
                "method": draw.randrange(7),
                "Z": out("Z", (n - 1, 4)),
            }
        elif self.name == "linkage_points":
            self.arguments = {"X": rows("X", n), "method": draw.randrange(7), "Z": out("Z", (n - 1, 4))}
        else:
            Z = np.zeros((n - 1, 4))
            for i in range(n - 1):  # each row joins the cluster of those before
                Z[i] = (0 if i == 0 else n + i - 1, i + 1, i + 1, i + 2)
            Z[:, :2].sort(axis=1)
            self.arguments = {
                "Z": numbers("Z", Z),
                "n": n,
                "n_clusters": draw.choice([1, 2, n, 2**62]),
                "labels": out("labels", n, np.int64),
            }
        if self.name != "cut":
            self.job = ctypes.c_void_p(1)
            self.arguments |= {"n_slots": draw.choice([1, 1, 2, 3, 256]), "job": ctypes.byref(self.job)}

    def spoil(self, name: str) -> str:
        """Make an argument wrong. Returns what was done, "" where nothing can be."""
        draw = self.draw
        value = self.arguments[name]
        optional = name in ("squared", "weights", "queries", "is_core")
        if isinstance(value, Matrix):
            field = draw.choice(["", "data", "n", "d", "stride", "type", "numbers", "numbers"])
            if field == "numbers":
                return self.spoil_numbers(name)
            if field == "":
                if optional:
                    return ""
                self.arguments[name] = None
                return f"{name}=NULL"
            wrong = {
                "data": [None, (value.data or 0) + 1],
                "n": INT64,
                "d": INT64,
                "stride": [value.d - 1, *INT64],
                "type": [-1, 2, 2**31 - 1],
            }[field]
            number = draw.choice(wrong)
            setattr(value, field, number)
            return f"{name}.{field}={number}"
        if name in self.inputs and value is not None and draw.random() < 0.6:
            return self.spoil_numbers(name)
        if name == "job" or name in self.outputs or name in self.inputs:
            if value is None:
                return ""
            aligned = name in ("job", "is_core")
            number = None if aligned or (not optional and draw.random() < 0.5) else value + draw.randint(1, 3)
            if number is None and optional:
                return ""
            self.arguments[name] = number
            return f"{name}={'NULL' if number is None else 'unaligned'}"
        wrong = {
            "metric": INT32,
            "method": INT32,
            "n_slots": [0, -1, 257, 2**31 - 1, -(2**31)],
            "k": [0, -1, -(2**63), 10**6, *HUGE],
            "eps": [0.0, -0.0, -1.0, math.nan, math.inf, -math.inf],
            "min_samples": [0, -1, -(2**63)],
            "n": [1, *INT64],
            "n_clusters": [0, -1, -(2**63)],
        }
        self.arguments[name] = draw.choice(wrong[name])
        return f"{name}={self.arguments[name]}"

    def spoil_numbers(self, name: str) -> str:
        """Write a wrong number into an input."""
        array = self.inputs[name]
        d = self.arguments[name].d if isinstance(self.arguments[name], Matrix) else None
        values = array.values[:, :d] if d is not None and 0 < d <= array.values.shape[-1] else array.values
        wrong = [math.nan, math.inf, -math.inf]
        if name == "weights" and self.name == "lloyd_step":
            wrong.append(-1.0)
        if name == "Z":
            wrong += [-1.0, 1e300, 0.5]
            values = values[:, :2]
        number = self.draw.choice(wrong)
        values[tuple(self.draw.randrange(size) for size in values.shape)] = number
        array.before = array.values.tobytes()
        return f"{number} in {name}"

    def begin(self) -> int:
        given = (ctypes.byref(each) if isinstance(each, Matrix) else each for each in self.arguments.values())
        return getattr(table, self.name)(*given)


def run_job(call: Call, draw: random.Random) -> tuple[int, str, str]:
    """Work on a job, and ask wrong things of it meanwhile: the last code, its message, and what was not allowed."""
    job, n_slots = call.job, call.arguments["n_slots"]
    seconds = draw.choice([0.0, 1e-6, 0.001, 1e300, math.inf])
    problems, codes = [], []

    def wrong(slot: int, seconds: float, name: str, job: object = job) -> None:
        if table.job_run(job, slot, seconds) != BAD_ARGUMENT or name not in table.last_error().decode():
            problems.append(f"job_run takes a wrong {name}")

    def work(slot: int) -> None:
        code = MORE
        while code == MORE:
            code = table.job_run(job, slot, seconds)
        codes.append((code, table.last_error().decode()))

    if draw.random() < 0.3:
        wrong(draw.choice([-1, n_slots, 2**31 - 1, -(2**31)]), 0.0, "slot")
        wrong(0, draw.choice([-1.0, math.nan, -math.inf]), "seconds")
        wrong(0, 0.0, "job", None)
    crew = [threading.Thread(target=work, args=(slot,)) for slot in range(min(n_slots, 4))]
    if draw.random() < 0.1:  # two threads with one slot: one of them may be refused
        crew.append(threading.Thread(target=work, args=(0,)))
    stops = draw.random() < 0.1
    for thread in crew:
        thread.start()
    if stops:
        table.job_stop(job)
    table.job_progress(job, None, None)
    for thread in crew:
        thread.join()
    refused = [each for each in codes if each[0] == BAD_ARGUMENT and "slot" in each[1]]
    if len(crew) <= min(n_slots, 4) and refused:
        problems.append("a slot is refused that nobody uses")
    left = [each for each in codes if each not in refused]
    if len({code for code, _ in left}) != 1:
        problems.append(f"threads get different codes: {left}")
    code, why = left[0]
    if code == STOPPED and not stops:
        problems.append("stops by itself")
    return code, why, "; ".join(problems)


def run(seed: int, number: int) -> dict:
    """One call, and the finding if there is one."""
    draw = random.Random(f"{seed}:{number}")
    call = Call(draw)
    names = draw.sample(list(call.arguments), draw.choice([0, 1, 1, 1, 1, 2, 3]))
    spoiled = {name: how for name in names if (how := call.spoil(name))}
    text = f"{call.name}({', '.join(spoiled.values())})"
    print(f"CASE {seed}:{number} {text}", file=sys.stderr, flush=True)
    code, problem = call.begin(), ""
    why = table.last_error().decode()
    has_job = call.name != "cut" and call.arguments["job"] is not None
    if code == OK and has_job:
        if draw.random() < 0.1:
            table.job_free(call.job)
            code = STOPPED
        else:
            code, why, problem = run_job(call, draw)
            table.job_free(call.job)
    elif has_job and call.job.value is not None:
        problem = "leaves a job that there is not"
    answer = {"call": text, "name": call.name, "code": code, "error": why if code else ""}
    if problem:
        answer["finding"] = problem
    elif code == STOPPED:
        pass  # before a look at the numbers, perhaps
    elif not spoiled and code != OK:
        answer["finding"] = f"refuses valid arguments: {why}"
    elif spoiled and code not in (BAD_ARGUMENT, NO_MEMORY):
        answer["finding"] = f"takes wrong arguments: code {code}"
    elif spoiled and code == BAD_ARGUMENT and not any(name in why for name in spoiled):
        answer["finding"] = f"does not name what is wrong: {why}"
    elif spoiled and not why.strip():
        answer["finding"] = "says nothing"
    for name, array in (call.inputs | call.outputs).items():
        if not array.guarded:
            answer["finding"] = f"writes beside {name}"
        if name in call.inputs and array.values.tobytes() != array.before:
            answer["finding"] = f"changes {name}"
    return answer


def fuzz(seed: int, cases: int, first: int = 0) -> tuple[Counter, list[dict]]:
    """Run cases: how many there were of each function, and what they found."""
    counts: Counter = Counter()
    findings = []
    for case, answer in children.drive(__file__, ({"seed": seed, "number": first + i} for i in range(cases))):
        counts[answer.get("name", "crashed")] += 1
        if "finding" in answer:
            findings.append({**case, **answer})
    return counts, findings


def report(finding: dict) -> str:
    call = finding.get("call") or next(
        (line for line in reversed(finding["trace"].splitlines()) if line.startswith("CASE ")), "?"
    )
    return (
        f"{call}\n    {finding['finding']}\n    again: python ci/fuzz/capi.py --seed {finding['seed']} "
        f"--case {finding['number']}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this one case, in this process")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        children.serve(lambda case: run(**case))
        return 0
    if options.case is not None:
        answer = run(options.seed, options.case)
        print(*(f"{key}: {value}" for key, value in answer.items()), sep="\n")
        return "finding" in answer
    begun = time.monotonic()
    counts, findings = fuzz(options.seed, options.cases, options.first)
    for finding in findings:
        print(report(finding))
    print(
        f"{counts.total():,} calls of {len(counts)} functions in {time.monotonic() - begun:.0f} s with seed "
        f"{options.seed}: {len(findings)} findings"
    )
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
