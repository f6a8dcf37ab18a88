"""The instruction levels: all that this machine has pass the tests of the kernels."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coterie._runtime._kernels import simd

ROOT = Path(__file__).parents[3]
LEVELS = ["baseline", "avx2", "avx512"]


def run(level, *command, **kwargs):
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, "COTERIE_SIMD": level},
        text=True,
        capture_output=True,
        timeout=500,
        **kwargs,
    )


def chosen(level):
    done = run(level, "-c", "from coterie._runtime._kernels import simd; print(simd.chosen())", check=True)
    return done.stdout.strip()


def test_levels_come_lowest_first():
    supported = simd.supported()
    assert supported == [level for level in LEVELS if level in supported]
    assert supported[0] == "baseline" and simd.chosen() in supported


def test_an_environment_variable_forces_a_level():
    assert {level: chosen(level) for level in simd.supported()} == {level: level for level in simd.supported()}


@pytest.mark.parametrize("level", ["", "AVX2", "sse17", "baseline "])
def test_an_unknown_level_is_ignored(level):
    assert chosen(level) == simd.supported()[-1]


@pytest.mark.parametrize("level", LEVELS)
def test_kernels_agree_with_the_oracles_at_level(level):
    if level not in simd.supported():
        pytest.skip(f"this machine has no {level}")
    if os.environ.get("COTERIE_SIMD", simd.supported()[-1]) == level:
        pytest.skip("the level of this very run")
    done = run(
        level,
        "-m",
        "pytest",
        *map(str, ROOT.glob("tests/*/kernels")),
        f"--ignore={__file__}",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
