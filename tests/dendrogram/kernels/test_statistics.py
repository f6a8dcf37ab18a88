"""Statistics of what is below clusters."""

import numpy as np
import pytest
from reference import tree as reference

from coterie._dendrogram._kernels import statistics
from coterie._runtime.parallel import run


@pytest.fixture(params=reference.KINDS)
def trees(request):
    return reference.random_linkages(request.param)


def inconsistency(Z, levels, rows=1000, n_threads=1):
    path, turn = np.full((2, n_threads, levels), -1)
    R = np.full((len(Z), 4), np.nan)
    run(
        lambda *where: statistics.inconsistency(reference.children(Z), Z[:, 2], rows, path, turn, R, *where),
        -(-len(Z) // rows),
        n_threads,
    )
    return R


def test_running_maximum(trees):
    for Z in trees:
        most = np.full(len(Z), np.nan)
        statistics.running_maximum(reference.children(Z), Z[:, 2], most)
        np.testing.assert_array_equal(most, reference.largest_below(Z, Z[:, 2]))


@pytest.mark.parametrize("levels", [1, 2, 3, 40])
def test_inconsistency(trees, levels):
    for Z in trees:
        R, expected = inconsistency(Z, levels), reference.inconsistent(Z, levels)
        np.testing.assert_array_equal(R[:, 2], expected[:, 2])
        np.testing.assert_allclose(R[:, 0], expected[:, 0], rtol=1e-12)
        np.testing.assert_allclose(R[:, 1], expected[:, 1], atol=1e-7)
        clear = expected[:, 1] > 1e-6  # where heights are the same but for rounding, so is the coefficient
        np.testing.assert_allclose(R[clear, 3], expected[clear, 3], rtol=1e-6, atol=1e-6)
        assert np.isfinite(R).all()


def test_inconsistency_has_the_same_bits_for_any_number_of_threads(trees):
    for Z in trees:
        R = inconsistency(Z, 3)
        for rows, n_threads in [(1, 2), (5, 3)]:
            np.testing.assert_array_equal(inconsistency(Z, 3, rows, n_threads), R)
