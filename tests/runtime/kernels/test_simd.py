"""The instruction levels: all that this machine has pass the tests of the kernels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coterie._runtime._kernels import simd

ROOT = Path(__file__).parents[3]
LEVELS = ["baseline", "avx2", "avx512"]


def chosen(level):
    code = "from coterie._runtime._kernels import simd; print(simd.chosen())"
    environment = {**os.environ, "COTERIE_SIMD": level}
    return subprocess.check_output([sys.executable, "-c", code], env=environment, text=True, timeout=100).strip()


def test_levels_come_lowest_first():
    supported = simd.supported()
    assert supported == [level for level in LEVELS if level in supported]
    assert supported[0] == "baseline" and simd.chosen() in supported


def test_an_environment_variable_forces_a_level():
    assert {level: chosen(level) for level in simd.supported()} == {level: level for level in simd.supported()}


@pytest.mark.parametrize("level", ["", "AVX2", "sse17", "baseline "])
def test_an_unknown_level_is_ignored(level):
    assert chosen(level) == simd.supported()[-1]


@pytest.fixture(scope="module")
def runs():
    """The tests of the kernels at each level but that of this very run; all at once, for they take half a minute."""
    own = os.environ.get("COTERIE_SIMD", simd.supported()[-1])
    folders = map(str, ROOT.glob("tests/*/kernels"))
    command = [sys.executable, "-m", "pytest", *folders, f"--ignore={__file__}", "-q", "-x", "-p", "no:cacheprovider"]
    runs = {
        level: subprocess.Popen(
            command,
            env={**os.environ, "COTERIE_SIMD": level},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        for level in simd.supported()
        if level != own
    }
    yield runs
    for process in runs.values():
        process.kill()
        process.communicate()


@pytest.mark.parametrize("level", LEVELS)
def test_kernels_agree_with_the_oracles_at_level(level, runs):
    if level not in simd.supported():
        pytest.skip(f"this machine has no {level}")
    if level not in runs:
        pytest.skip("the level of this very run")
    output, _ = runs[level].communicate(timeout=500)
    assert runs[level].returncode == 0, output
