"""The examples in the docstrings."""

import doctest
import importlib
import pkgutil

import numpy as np
import pytest

import coterie

MODULES = sorted(m.name for m in pkgutil.walk_packages(coterie.__path__, "coterie.") if not m.name.endswith("__main__"))


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="numpy printed scalars in another way")
@pytest.mark.parametrize("name", ["coterie", *MODULES])
def test_docstring_examples(name, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib") if name.startswith("coterie.plot") else None
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=options)
    assert failures == 0
