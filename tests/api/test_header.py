"""coterie.h: functions are only ever appended to the table, and the header compiles alone, in each C and C++."""

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import coterie

HEADER = Path(coterie.get_include()) / "coterie.h"

# What stands in the table under each minor version, from 0 on. Programs were compiled with it: no line may change, and
# none may come between. A new function is a new text at the end, and COTERIE_CAPI_MINOR grows by one.
FUNCTIONS = [
    """
    int32_t major, minor;
    const char *(*version)(void);
    const char *(*message)(int code);
    int (*job_run)(coterie_job *job, int slot, double seconds);
    void (*job_stop)(coterie_job *job);
    void (*job_free)(coterie_job *job);
    int (*nearest)(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared,
                   int n_slots, coterie_job **job);
    int (*lloyd_step)(const coterie_matrix *X, const double *weights, const coterie_matrix *centers, int32_t *labels,
                      double *sums, double *masses, double *inertia, int n_slots, coterie_job **job);
    int (*neighbors)(const coterie_matrix *X, const coterie_matrix *queries, int32_t metric, int64_t k,
                     int64_t *indices, double *distances, int n_slots, coterie_job **job);
    int (*dbscan)(const coterie_matrix *X, const double *weights, int32_t metric, double eps, int64_t min_samples,
                  int64_t *labels, uint8_t *is_core, int n_slots, coterie_job **job);
    int (*linkage)(const double *condensed, int64_t n, int32_t method, double *Z, int n_slots, coterie_job **job);
    int (*linkage_points)(const coterie_matrix *X, int32_t method, double *Z, int n_slots, coterie_job **job);
    int (*cut)(const double *Z, int64_t n, int64_t n_clusters, int64_t *labels);
    const char *(*last_error)(void);
    const char *(*job_progress)(coterie_job *job, int64_t *done, int64_t *total);
    """
]
MATRIX = """
    const void *data;
    int64_t n, d, stride;
    int32_t type;
    """
CONSTANTS = {"CAPI_MAJOR": 1, "CAPI_MINOR": len(FUNCTIONS) - 1}
for names in (
    ["OK", "MORE", "STOPPED", "BAD_ARGUMENT", "NO_MEMORY", "FAILED"],
    ["F32", "F64"],
    ["SINGLE", "COMPLETE", "AVERAGE", "WEIGHTED", "WARD", "CENTROID", "MEDIAN"],
    ["EUCLIDEAN", "MANHATTAN", "CHEBYSHEV", "COSINE"],
):
    CONSTANTS |= {name: i for i, name in enumerate(names)}


def declarations(text):
    return [" ".join(part.split()) for part in text.split(";") if part.strip()]


def code():
    return re.sub(r"/\*.*?\*/", "", HEADER.read_text("utf-8"), flags=re.DOTALL)


def members(struct):
    return declarations(re.search(rf"typedef struct \{{([^}}]*)\}} {struct};", code())[1])


def test_functions_are_only_appended():
    assert members("coterie_capi") == declarations("".join(FUNCTIONS))
    assert members("coterie_matrix") == declarations(MATRIX)


def test_numbers_keep_their_meaning():
    """Others may be appended; a number is never given to something else."""
    numbers = re.findall(r"\bCOTERIE_([A-Z0-9_]+)(?: =)? (\d+)", code())
    assert {name: int(value) for name, value in numbers} == CONSTANTS


# ---------------------------------------------------------------------------------------------------------- compilers

GCC = shutil.which("gcc") or shutil.which("clang") or shutil.which("cc")
PYTHON_H = Path(sysconfig.get_path("include"))
STRICT = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-pedantic", f"-I{HEADER.parent}"]
USE = "int use(const coterie_capi *c, coterie_job *job) {{ return c->major == {} && c->job_run(job, 0, 0.5); }}\n"
STANDARDS = ["c99", "c11", "c17", "c++11", "c++17", "c++20"]


def compile_with_header(tmp_path, standard, macros, use):
    source = tmp_path / ("a.cpp" if "+" in standard else "a.c")
    source.write_text("".join(f"#define {macro}\n" for macro in macros) + "#include <coterie.h>\n" * 2 + use)
    language = ["-x", "c++" if "+" in standard else "c"]
    done = subprocess.run(
        [GCC, f"-std={standard}", *language, *STRICT, "-isystem", str(PYTHON_H), str(source)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform == "win32" or GCC is None, reason="needs gcc or clang")
@pytest.mark.parametrize("standard", STANDARDS)
def test_the_header_compiles_without_python(standard, tmp_path):
    compile_with_header(tmp_path, standard, ["COTERIE_NO_IMPORT"], USE.format("COTERIE_CAPI_MAJOR"))


@pytest.mark.skipif(sys.platform == "win32" or GCC is None, reason="needs gcc or clang")
@pytest.mark.skipif(not (PYTHON_H / "Python.h").exists(), reason="the headers of Python are not installed")
@pytest.mark.parametrize("macros", [[], ["Py_LIMITED_API 0x030B0000"]], ids=["whole API", "limited API"])
@pytest.mark.parametrize("standard", STANDARDS)
def test_the_header_compiles_with_python(standard, macros, tmp_path):
    if macros and sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("a free-threaded Python has no limited API")
    compile_with_header(tmp_path, standard, macros, USE.format("coterie_import()->major"))
