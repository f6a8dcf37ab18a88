"""The examples in the docstrings."""

import doctest
import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import coterie

MODULES = sorted(m.name for m in pkgutil.walk_packages(coterie.__path__, "coterie.") if not m.name.endswith("__main__"))


class Finder(doctest.DocTestFinder):
    """Finds examples in the module where they are written, whatever public module a name says it is of."""

    def _from_module(self, module, thing):
        functions = vars(thing).values() if isinstance(thing, type) else [thing]
        written = [inspect.unwrap(each).__globals__ for each in functions if inspect.isfunction(each)]
        return any(each is vars(module) for each in written) if written else super()._from_module(module, thing)


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="numpy printed scalars in another way")
@pytest.mark.parametrize("name", ["coterie", *MODULES])
def test_docstring_examples(name, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib") if name.startswith("coterie.plot") else None
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    for test in Finder().find(importlib.import_module(name), name):
        runner.run(test)
    assert not runner.failures
