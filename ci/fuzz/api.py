# SPDX-License-Identifier: BSD-3-Clause
"""Call every public function and method with arguments that are wrong in one way or another.

python ci/fuzz/api.py --minutes 30 --seed 1        # prints each call that did what is not allowed
python ci/fuzz/api.py --seed 1 --case 1234         # one case again, in this process

What is public is found by walking the modules (`calls`): a new function or method is called without being entered, once
its required parameters have a name that `arguments` knows; wrong values are drawn from `values`. Allowed are a result
and an exception of the documented kinds that coterie raised itself, with a message. Not allowed (`verdicts`) are
crashes, hangs, other exceptions, numpy's bare errors and its warnings, changed arguments, and NaN in results of finite
arguments where the documentation says nothing of NaN.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from typing import Any

import arguments
import calls
import children
import verdicts

# Not called with wrong values: `deep` is read as Python's `if` does, as in scikit-learn.
LEFT_OUT = {"deep"}


def run(seed: int, number: int, names: list[str] | None = None) -> dict:
    """One case: the call in words, and the finding if there is one."""
    draw = random.Random(f"{seed}:{number}")
    found = calls.targets()
    if names:
        found = [each for each in found if any(name in each.name for name in names)]
    target = found[number % len(found)]
    data = arguments.Data(draw)
    chosen: dict[str, tuple[str, Any]] = {}
    keys = [key for key in target.parameters if key.lstrip(".") not in LEFT_OUT]
    for key in keys:
        parameter = target.parameters[key]
        if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) and draw.random() < 0.15:
            with contextlib.suppress(KeyError):
                chosen[key] = "plausible", data.plausible(parameter.name, target.name)
    is_valid = not chosen
    for key in draw.sample(keys, min(len(keys), draw.choice([0, 1, 1, 1, 1, 1, 2, 2, 3]))):
        parameter, is_valid = target.parameters[key], False
        if parameter.kind is parameter.VAR_KEYWORD:
            chosen[key.replace(parameter.name, "p")] = arguments.hostile("p", target.name, None, data, draw)
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            chosen[key] = arguments.hostile(parameter.name, target.name, parameter.default, data, draw)
    words = ", ".join(f"{key}={shown(name, value)}" for key, (name, value) in chosen.items())
    text = f"{target.name}({words})"
    print(f"CASE {seed}:{number} {text}", file=sys.stderr, flush=True)
    answer = {"call": text, "target": target.name}
    given = {key: value for key, (_, value) in chosen.items()}
    before = {key: verdicts.snapshot(value) for key, value in given.items()}
    with verdicts.quiet():
        was_finite = not any(verdicts.has_nan([value], infinite=True) or callable(value) for value in given.values())
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            result = calls.call(target, data, given)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit) and not isinstance(error, verdicts.ALLOWED):
                raise
            with contextlib.suppress(Exception):
                answer["error"] = f"{type(error).__name__}: {error}"[:500]
            result, problem = None, verdicts.judge_error(error, target.name, any(map(callable, given.values())))
            if problem is None and is_valid and not isinstance(error, ImportError):
                problem = "refuses valid arguments"
            if problem:
                answer |= {"finding": problem, "trace": "".join(traceback.format_exception(error))[-3000:]}
    for each in told:
        if (
            issubclass(each.category, verdicts.NUMPYS)
            and not any(part in each.filename for part in (verdicts.HERE, "matplotlib"))
            and "Data type alias" not in str(each.message)
        ):
            answer.setdefault("finding", f"warns: {each.category.__name__}: {each.message}")
            answer.setdefault("trace", f"{each.filename}:{each.lineno}")
    for key, value in given.items():
        parameter = key.lstrip(".")
        if (
            parameter in verdicts.MAY_CHANGE
            or (parameter == "y" and given.get("preserve_input") is False)
            or (parameter == "X" and given.get("copy_x") is False)
        ):
            continue
        if before[key] is not None and verdicts.snapshot(value) != before[key]:
            answer.setdefault("finding", f"changes its argument {parameter}")
    short = ".".join(target.name.split(".")[2:]) or target.name
    own = target.name.rsplit(".", 1)[-1]
    if was_finite and short not in verdicts.MAY_BE_NAN and own not in verdicts.MAY_BE_NAN and verdicts.has_nan(result):
        answer.setdefault("finding", "answers NaN to finite arguments")
    calls.tidy()
    return answer


def shown(name: str, value: object) -> str:
    if name != "plausible":
        return f"<{name}>"
    with contextlib.suppress(Exception):
        text = repr(value)
        return text if len(text) < 60 else f"<{type(value).__name__}>"
    return "<?>"


def fuzz(
    seed: int,
    seconds: float,
    *,
    first: int = 0,
    most: int | None = None,
    names: list[str] | None = None,
    n_children: int | None = None,
) -> tuple[Counter, list[dict]]:
    """Run cases for so long, or so many. How many there were of each target, and what they found."""
    numbers = itertools.count(first) if most is None else range(first, first + most)
    cases = ({"seed": seed, "number": number, "names": names} for number in numbers)
    counts: Counter = Counter()
    findings = []
    for case, answer in children.drive(__file__, cases, n_children=n_children, seconds=seconds):
        counts[answer.get("target", "crashed")] += 1
        if "finding" in answer:
            findings.append({**case, **answer})
    return counts, findings


def report(finding: dict) -> str:
    text = finding.get("call") or next(
        (line for line in reversed(finding["trace"].splitlines()) if line.startswith("CASE ")), "?"
    )
    return (
        f"{text}\n    {finding['finding']}\n    again: python ci/fuzz/api.py --seed {finding['seed']} "
        f"--case {finding['number']}" + "".join(f" --only {name}" for name in finding.get("names") or ())
    )


def finding_trace(finding: dict) -> str:
    """The last lines of what was seen."""
    lines = [line for line in finding.get("trace", "").splitlines() if line.strip(" ^~")]
    return "\n".join(
        f"    {line}" for line in lines[-(60 if finding["finding"].startswith(("crash", "hang")) else 5) :]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this one case, in this process")
    parser.add_argument("--only", action="append", help="targets with this in their name")
    parser.add_argument("--children", type=int, help="how many processes; by default 2")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["MPLBACKEND"] = "Agg"
    if options.child:
        children.serve(lambda case: run(**case))
        return 0
    if options.case is not None:
        answer = run(options.seed, options.case, options.only)
        print(answer.get("trace", ""), *(f"{key}: {answer[key]}" for key in answer if key != "trace"), sep="\n")
        return "finding" in answer
    begun = time.monotonic()
    counts, findings = fuzz(
        options.seed, 60 * options.minutes, first=options.first, names=options.only, n_children=options.children
    )
    groups: dict[tuple, list[dict]] = {}
    for finding in findings:
        last = [line for line in finding.get("trace", "").splitlines() if line.startswith("  File")][-1:]
        groups.setdefault((finding["finding"], *last), []).append(finding)
    for group in sorted(groups.values(), key=len):
        trace = finding_trace(group[0])
        print(f"{len(group)} times: {report(min(group, key=lambda each: len(report(each))))}\n{trace}\n")
    print(
        f"{counts.total():,} calls of {len(counts)} targets in {time.monotonic() - begun:.0f} s with seed "
        f"{options.seed}: {len(findings)} findings of {len(groups)} kinds"
    )
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
