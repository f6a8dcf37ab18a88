"""What tests of threads share."""

import pytest

from coterie._runtime import parallel


@pytest.fixture
def pool(monkeypatch):
    """A pool of its own for a test that may leave it in any state."""
    own = parallel._Pool()
    monkeypatch.setattr(parallel, "_pool", own)
    yield own
    for worker in own.workers:
        worker.dismiss()
