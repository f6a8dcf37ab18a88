"""`import coterie` loads nothing but numpy and a few light modules of the standard library."""
import subprocess
import sys

import pytest

OPTIONAL = {"sklearn", "scipy", "pandas", "polars", "pyarrow", "matplotlib", "tqdm", "torch", "joblib"}
SLOW = {"argparse", "asyncio", "csv", "doctest", "email", "gzip", "http", "importlib.metadata", "multiprocessing",
        "unittest", "urllib.request", "concurrent.futures"}  # fmt: skip

CYTHON = {"cython_runtime", "_cyutility"}  # and _cython_<version>: what compiled modules share


def modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    return set(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split())


@pytest.fixture(scope="module")
def added():
    return modules_after("import coterie") - modules_after("import numpy")


def test_import_loads_no_other_library(added):
    loaded = {name.split(".")[0] for name in added if not name.startswith("_cython_")}
    assert not loaded - CYTHON - {"coterie", "numpy"} - set(sys.stdlib_module_names)


def test_import_loads_no_slow_module_of_the_standard_library(added):
    assert not added & SLOW


def test_fit_loads_no_other_library():
    loaded = modules_after("import numpy, coterie; coterie.KMeans(2, n_init=1).fit(numpy.eye(3)).predict(numpy.eye(3))")
    assert not {name.split(".")[0] for name in loaded} & OPTIONAL
