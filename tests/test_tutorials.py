"""The tutorials say what happens."""
import doctest
from pathlib import Path

import pytest

PAGES = sorted(Path(__file__).parents[1].glob("docs/tutorials/*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_the_tutorial_shows_is_what_happens(page, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib").use("Agg")
    monkeypatch.chdir(tmp_path)
    failures, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried and not failures
