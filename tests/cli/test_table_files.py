"""Hostile text files, by `ci/fuzz/tables.py`: a short run."""

import importlib.util
import sys
from pathlib import Path

import pytest

from coterie._runtime.thresholds import thresholds

FUZZ = Path(__file__).parents[2] / "ci/fuzz/tables.py"


@pytest.mark.skipif(sys.platform == "win32" or not FUZZ.exists(), reason="ci/fuzz is not here, or does not run")
def test_hostile_files_are_read_as_what_they_say_or_refused(monkeypatch, capsys):
    spec = importlib.util.spec_from_file_location("tables", FUZZ)
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    monkeypatch.setattr(thresholds, "csv_block", thresholds.csv_block)  # to be as it was
    assert tables.run(1000, 0, False) == 0, capsys.readouterr().out
