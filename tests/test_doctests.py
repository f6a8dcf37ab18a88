"""The examples in the docstrings and in the README."""
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import numpy as np
import pytest

import coterie

MODULES = sorted(m.name for m in pkgutil.walk_packages(coterie.__path__, "coterie.") if not m.name.endswith("__main__"))
README = Path(__file__).parents[1] / "README.md"


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="numpy printed scalars in another way")
@pytest.mark.parametrize("name", ["coterie", *MODULES])
def test_docstring_examples(name, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib") if name == "coterie.plot" else None
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    options = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failures, _ = doctest.testmod(importlib.import_module(name), optionflags=options)
    assert failures == 0


def test_readme_examples(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    for block in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, namespace)


def test_readme_has_the_two_commands():
    commands = re.findall(r"^python3 -m venv .*$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert [command.split(" && ")[-1].split()[0] for command in commands] == [
        ".venv/bin/coterie", ".venv-test/bin/python"]  # fmt: skip
