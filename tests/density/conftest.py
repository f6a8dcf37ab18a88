"""What test modules of density share."""

import pytest

from coterie._runtime.thresholds import thresholds


@pytest.fixture(params=["as it is", "small tiles", "no room", "hardly room"])
def pairs_path(request, monkeypatch):
    """Every way through pairs, whatever the number of rows: in one tile or many, pairs stored or computed again."""
    if request.param != "as it is":
        monkeypatch.setattr(thresholds, "pair_tile", 16)
        monkeypatch.setattr(thresholds, "called_pair_tile", 13)
        monkeypatch.setattr(thresholds, "sparse_tile", 64)
        request.getfixturevalue("interrupted")
        monkeypatch.setattr(thresholds, "stored_pairs_per_point", 4 if request.param == "small tiles" else 0)
        monkeypatch.setattr(thresholds, "stored_pairs", {"no room": 0, "hardly room": 9}.get(request.param, 1000))
    return request.param
