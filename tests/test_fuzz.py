"""A short run of the fuzz of ci/fuzz: hostile arguments for the whole public API, and for the C interface, in children.

Longer ones by hand, see docs/robustness.md.
"""

import importlib.util
import random
import sys
from pathlib import Path

import numpy as np
import pytest

import coterie

FUZZ = Path(__file__).parents[1] / "ci" / "fuzz"
SEED, CASES, SECONDS = 0, 4000, 70.0  # the same cases each time, but for those that a slow machine does not reach

pytestmark = [
    pytest.mark.skipif(not FUZZ.is_dir(), reason="ci/fuzz is not part of this checkout"),
    pytest.mark.skipif(sys.platform == "win32", reason="the children are limited by what Windows does not have"),
]


def load(name, monkeypatch):
    monkeypatch.syspath_prepend(str(FUZZ))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    spec = importlib.util.spec_from_file_location(f"coterie_fuzz_{name}", FUZZ / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look it up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def api(monkeypatch):
    return load("api", monkeypatch)


def test_the_fuzz_knows_valid_arguments_for_all_that_is_public(api, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = api.calls.targets()
    names = {target.name for target in found}
    assert {"coterie.KMeans.fit", "coterie.hierarchy.fcluster", "coterie.scores.rand_score"} <= names
    for target in found:
        api.calls.fill(target, api.arguments.Data(random.Random(0)), {})


def test_the_fuzz_tells_what_is_not_allowed(api):
    """A finding of each kind, so that silence means something."""

    def finding(function):
        try:
            function()
        except BaseException as error:
            return api.verdicts.judge_error(error, "coterie.some_function", False)

    def bare():
        from coterie._base.arrays import as_array

        as_array([1.0]).reshape(7, 7)

    assert "IndexError" in finding(lambda: [][0])
    assert "bare ValueError" in finding(bare)
    assert finding(lambda: coterie.KMeans("two").fit([[0.0]])) is None
    assert api.verdicts.has_nan({"a": (np.array([0.0, np.nan]),)})
    assert api.verdicts.snapshot(np.zeros(2)) != api.verdicts.snapshot(np.ones(2))


def test_crashes_and_hangs_of_a_child_are_told(api, tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text(
        f"import os, sys, time\nsys.path.insert(0, {str(FUZZ)!r})\nimport children\n"
        "children.serve(lambda case: os.abort() if case['n'] == 1 else time.sleep(600) if case['n'] == 2 "
        "else {'n': case['n']})\n"
    )
    monkeypatch.setattr(api.children, "LIMIT", 2.0)
    answers = {case["n"]: answer for case, answer in api.children.drive(str(script), ({"n": n} for n in range(4)))}
    assert answers[0] == {"n": 0} and answers[3] == {"n": 3}
    assert answers[1]["finding"] == "crashes (SIGABRT)"
    assert answers[2]["finding"] == "hangs"


@pytest.mark.timeout(600)
def test_no_argument_does_what_is_not_allowed(api, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    counts, findings = api.fuzz(SEED, SECONDS, most=CASES)
    assert not findings, "\n".join(f"{api.report(each)}\n{api.finding_trace(each)}" for each in findings[:10])
    assert counts.total() > 100


def test_no_argument_of_the_c_interface_does_what_is_not_allowed(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    capi = load("capi", monkeypatch)
    counts, findings = capi.fuzz(SEED, 3000)
    assert not findings, "\n".join(map(capi.report, findings[:10]))
    assert set(counts) == set(capi.NAMES)
