"""What several test modules share."""
import pytest

from coterie import _lloyd
from coterie._kernels import cells


@pytest.fixture(params=["rows", "cells", "both"])
def path(request, monkeypatch):
    """Every way through k-means, whatever the size of the data: row by row, cell by cell (for few features), and from
    the second iteration on row by row on rows that are sorted into cells."""
    def sort(data, n_clusters):
        return request.param != "rows" and data.X.shape[1] <= cells.FEATURES_AT_MOST

    monkeypatch.setattr(_lloyd.Data, "worth_sorting", sort)
    monkeypatch.setattr(_lloyd.Data, "worth_cells", sort)
    monkeypatch.setattr(_lloyd._CellStep, "pays", lambda step: request.param == "cells")
    return request.param
