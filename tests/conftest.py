"""What several test modules share."""

import itertools

import pytest

from coterie._runtime.thresholds import thresholds
from coterie.kmeans._kernels import cells


@pytest.fixture(params=["rows", "cells", "both"])
def path(request, monkeypatch):
    """Every way through k-means, whatever the size of the data: row by row, cell by cell (for few features), and from
    the second iteration on row by row on rows that are sorted into cells."""
    monkeypatch.setattr(thresholds, "sorting_clusters", (10**9 if request.param == "rows" else 0,) * 4)
    monkeypatch.setattr(thresholds, "sorting_rows", 0)
    monkeypatch.setattr(thresholds, "cell_features", cells.FEATURES_AT_MOST)
    monkeypatch.setattr(thresholds, "cell_pairs", 2.0 if request.param == "cells" else -1.0)
    return request.param


@pytest.fixture(params=["tiles", "cells", "rows", "coarse rows"])
def seeding_path(request, monkeypatch):
    """Every way through k-means++, whatever the size of the data; see `kmeans/_gains.py`."""
    monkeypatch.setattr(thresholds, "sorting_clusters", (0 if request.param == "cells" else 10**9,) * 4)
    monkeypatch.setattr(thresholds, "sorting_rows", 0)
    monkeypatch.setattr(thresholds, "wide_seeding", 0 if "rows" in request.param else 10**9)
    monkeypatch.setattr(thresholds, "coarse_centers", 0 if request.param == "coarse rows" else 10**9)
    monkeypatch.setattr(thresholds, "coarse_pairs", 2.0)
    return request.param


@pytest.fixture(params=["chain", "queue", "rounds", "rounds, queue", "rounds, chain"])
def linkage_path(request, monkeypatch):
    """Every way through linkage, whatever the number of clusters."""
    few, many, few_pairs = {
        "chain": (thresholds.few_clusters, thresholds.many_clusters, thresholds.few_pairs),  # as for few clusters
        "queue": (2, 10**9, 1.0),  # with so few free slots that the triangle is folded again and again
        "rounds": (2, 1, 1e-9),  # to the end
        "rounds, queue": (4, 12, 1e-9),
        "rounds, chain": (12, 12, 1e-9),
    }[request.param]
    monkeypatch.setattr(thresholds, "few_clusters", few)
    monkeypatch.setattr(thresholds, "prim_points", few)
    monkeypatch.setattr(thresholds, "many_clusters", many)
    monkeypatch.setattr(thresholds, "few_pairs", few_pairs)
    monkeypatch.setattr(thresholds, "few_pairs_of_centers", few_pairs)
    return request.param


class _ShortPauses:
    """Times in seconds, read one after the other: some are over before any chunk is done, and some are not."""

    def __init__(self):
        self.times = itertools.cycle([1e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3])

    def __float__(self):
        return next(self.times)

    def __le__(self, other):
        return True


@pytest.fixture
def interrupted(monkeypatch):
    """Kernels are left and entered again all the time, as they are every 0.05 s."""
    monkeypatch.setattr(thresholds, "pause", _ShortPauses())
