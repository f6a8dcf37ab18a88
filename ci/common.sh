# shellcheck shell=bash
# Sourced by the scripts of this folder. They run from any folder, with the oldest Python from 3.11 on that is found,
# or with another: PYTHON=python3.13 ci/docs
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

unset PYTHONPATH PYTHONHOME  # the installed package is tested, not a checkout
export MPLBACKEND=Agg PIP_DISABLE_PIP_VERSION_CHECK=1
work=$root/build/ci
# Runs the tests of the kernels once for each instruction level: done in ci/tests, and not in every other build.
each_level=tests/runtime/kernels/test_simd.py::test_kernels_agree_with_the_oracles_at_level

section() {
    printf '\n\033[1m== %s\033[0m\n' "$*"
}

# venv NAME [INTERPRETER]: make an empty environment; from then on $python is its interpreter.
venv() {
    rm -rf "${work:?}/$1"
    "${2:-$PYTHON}" -m venv "$work/$1"
    python=$work/$1/bin/python
}

install() {
    "$python" -m pip install --quiet "$@"
}

# interpreters: each CPython from 3.11 on that is on PATH or in pyenv, one a line, one a minor version.
interpreters() {
    local minor candidate
    for minor in 11 12 13 14 15; do
        for candidate in "python3.$minor" "${PYENV_ROOT:-$HOME/.pyenv}/versions/3.$minor".*/bin/python; do
            if "$candidate" -c "import ensurepip, sys; assert sys.version_info[1] == $minor" 2>/dev/null; then
                echo "$candidate"
                break
            fi
        done
    done
}

PYTHON=${PYTHON:-$(interpreters | sed -n 1p)}
: "${PYTHON:?Python 3.11 or later is needed}"
