"""When the clusters of DBSCAN are recommended."""

from types import SimpleNamespace

import numpy as np
import pytest

from coterie.report import _density


def trial(**changes):
    facts = {
        "model": SimpleNamespace(n_features_in_=2),
        "n_sizeable": 3,
        "covered": 0.9,
        "noise": 0.1,
        "largest": 0.5,
        "misplaced": 0.2,
        "steady": (0.5, 0.9),
    }
    return _density.Trial(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "convincing"),
    [
        ({}, True),
        ({"n_sizeable": 1}, False),
        ({"covered": 0.5}, False),
        ({"noise": 0.5}, False),
        ({"steady": (0.7, 0.7)}, False),
        ({"steady": (np.nan, np.nan)}, False),
        ({"misplaced": 0.01}, False),
        ({"model": SimpleNamespace(n_features_in_=1)}, False),
        ({"misplaced": 0.01, "noise": 0.3, "steady": (0.9, 0.9)}, True),
        ({"misplaced": 0.01, "noise": 0.3, "steady": (0.7, 0.9)}, False),
    ],
)
def test_density_is_recommended_for_shapes_and_for_much_noise(changes, convincing):
    assert trial(**changes).convincing == convincing


def test_other_eps_than_the_suggested_one_must_be_very_steady():
    suggested, steady, steadier = trial(), trial(steady=(0.95, 0.91)), trial(steady=(0.92, 0.93))

    def best(suggested, *others):
        return _density.Density(None, 5, None, [suggested, *others], suggested).best

    assert best(suggested, steady, steadier) is suggested
    weak = trial(n_sizeable=1)
    assert best(weak, steady, steadier) is steadier
    assert best(weak, trial(steady=(0.8, 1.0)), trial(noise=0.3, misplaced=0.0, steady=(1.0, 1.0))) is weak
