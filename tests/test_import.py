"""`import coterie` loads next to nothing; what it names is loaded when it is first used."""

import ast
import importlib
import pickle
import pkgutil
import pydoc
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import coterie

OPTIONAL = {"sklearn", "scipy", "pandas", "polars", "pyarrow", "matplotlib", "tqdm", "torch", "joblib"}
SLOW = {"argparse", "asyncio", "csv", "doctest", "email", "gzip", "http", "importlib.metadata", "json",
        "multiprocessing", "unittest", "urllib.request", "concurrent.futures", "zipfile"}  # fmt: skip

CYTHON = {"cython_runtime", "_cyutility"}  # and _cython_<version>: what compiled modules share
MODULES = {
    each.name
    for each in pkgutil.iter_modules(coterie.__path__)
    if not each.name.startswith("_") and each.name not in ("cli", "data")
}  # those hold no public name


def output(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def modules_after(statement):
    return set(output(f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')").split())


@pytest.fixture(scope="module")
def numpy_alone():
    return modules_after("import numpy")


def test_import_loads_nothing_that_numpy_does_not(numpy_alone):
    added = modules_after("import numpy, coterie") - numpy_alone
    assert added == {"coterie"}


def test_import_does_not_load_numpy():
    assert "numpy" not in modules_after("import coterie")


@pytest.mark.parametrize("name", ["KMeans", "hierarchy", "scores", "explain", "get_num_threads", "plot", "load"])
def test_first_use_loads_no_other_library_and_nothing_slow(numpy_alone, name):
    added = modules_after(f"import numpy, coterie; coterie.{name}") - numpy_alone
    libraries = {each.split(".")[0] for each in added if not each.startswith("_cython_")}
    assert not libraries - CYTHON - {"coterie", "numpy"} - set(sys.stdlib_module_names)
    assert not added & SLOW


def test_first_use_loads_what_is_needed_and_no_more(numpy_alone):
    threads = modules_after("import numpy, coterie; coterie.get_num_threads()") - numpy_alone
    assert {each for each in threads if each.startswith("coterie")} == {
        "coterie",
        "coterie._runtime",
        "coterie._runtime.cgroup",
        "coterie._runtime.threads",
    }
    assert "numpy.random" not in threads
    k_means = modules_after("import numpy, coterie; coterie.KMeans") - numpy_alone
    assert not k_means & {
        f"coterie.{name}"
        for name in ("_dbscan", "_linkage", "_tree", "explain", "hierarchy", "neighbors", "plot", "scores", "selection")
    }


def test_fit_loads_no_other_library():
    loaded = modules_after("import numpy, coterie; coterie.KMeans(2, n_init=1).fit(numpy.eye(3)).predict(numpy.eye(3))")
    assert not {name.split(".")[0] for name in loaded} & OPTIONAL


# ----------------------------------------------------------------------------------------- what the package names


def test_every_public_module_and_name_is_an_attribute():
    names = sorted({*coterie.__all__, *MODULES})
    for name in names:  # each as the first that is used
        assert output(f"import coterie; print(coterie.{name} is not None)") == "True\n"
    assert set(names) <= set(dir(coterie))
    for name in MODULES:
        assert getattr(coterie, name) is importlib.import_module(f"coterie.{name}")


def test_type_checkers_see_the_names_that_python_sees():
    tree = ast.parse(Path(coterie.__file__).read_text(encoding="utf-8"))
    guard = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {(node.module, alias.name) for node in guard.body for alias in node.names}
    assert seen == (
        {(None, name) for name in MODULES}
        | {(module, name) for module, names in coterie._HOMES.items() for name in names}
    )
    here = {"get_include"}  # for build scripts: what needs no numpy
    assert sorted(coterie.__all__) == sorted({*here, *(name for names in coterie._HOMES.values() for name in names)})


def test_a_star_imports_the_public_names():
    namespace = {}
    exec("from coterie import *", namespace)
    assert set(coterie.__all__) == namespace.keys() - {"__builtins__"}


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'coterie' has no attribute 'Kmedoids'"):
        _ = coterie.Kmedoids
    with pytest.raises(ImportError, match="Kmedoids"):
        exec("from coterie import Kmedoids")
    assert not hasattr(coterie, "__wrapped__")


def test_threads_that_use_a_name_first_at_the_same_time_find_it():
    assert (
        output("""if True:
        import sys, threading
        import coterie
        names = [*coterie.__all__, *coterie._MODULES]
        start, found = threading.Barrier(12), []

        def use(i):
            start.wait()
            found.append({name: getattr(coterie, name) for name in names[i:] + names[:i]})

        sys.setswitchinterval(1e-5)
        threads = [threading.Thread(target=use, args=(2 * i,)) for i in range(12)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(len(found), all(each == found[0] for each in found))
    """)
        == "12 True\n"
    )


def test_pickles_name_what_is_found_in_a_fresh_process():
    for value in (coterie.KMeans(3), coterie.KMeans, coterie.compare, coterie.ClusteringWarning("x")):
        code = f"import pickle; print(pickle.loads({pickle.dumps(value)!r}).__class__.__name__)"
        assert output(code) == f"{type(value).__name__}\n"


def test_public_classes_say_that_they_are_where_users_find_them():
    """Pickles, skops and tracebacks name a class by its module, and private modules may move."""
    for module in ["coterie", *(f"coterie.{name}" for name in MODULES)]:
        for name in getattr(importlib.import_module(module), "__all__", ()):
            thing = getattr(importlib.import_module(module), name)
            if isinstance(thing, type):
                assert "._" not in thing.__module__, thing
                assert getattr(importlib.import_module(thing.__module__), name) is thing


def test_a_warning_points_to_the_line_that_called():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        coterie.DBSCAN(0.1).fit([[0.0], [9.0]])
    assert told[0].filename == __file__


def test_help_begins_with_what_there_is_and_how_to_start():
    text = pydoc.plain(pydoc.render_doc(coterie))
    opening = text.split("PACKAGE CONTENTS")[0]
    assert "fit_predict(X)" in opening and opening.count("\n") < 35
    assert max(map(len, opening.splitlines())) <= 110
    for name in MODULES | {"KMeans", "DBSCAN", "AgglomerativeClustering", "DivisiveClustering", "load"}:
        assert f"`{name}`" in opening, name
