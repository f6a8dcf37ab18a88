"""What several test modules share."""
import pytest

from coterie import _lloyd
from coterie._kernels import cells


@pytest.fixture(params=["rows", "cells"])
def path(request, monkeypatch):
    """Both ways through k-means, whatever the size of the data: row by row, and (for few features) cell by cell."""
    sort = request.param == "cells"
    monkeypatch.setattr(
        _lloyd.Data, "worth_sorting", lambda self, n_clusters: sort and self.X.shape[1] <= cells.FEATURES_AT_MOST)
    return request.param
