"""What `recommend` says of data of which the truth is known. How often it is right on data of others:
ci/bench/recommend.py."""

import numpy as np
import pytest
from reference.business import business_table

from coterie.scores import adjusted_rand_score
from coterie.selection import recommend


def rings(rng):
    groups = np.repeat([0, 1], [70, 170])
    angle = rng.uniform(0, 2 * np.pi, 240)
    radius = np.array([1.0, 3.0])[groups] + rng.normal(0, 0.1, 240)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), groups


def unequal(rng):
    groups = np.repeat([0, 1, 2], [110, 40, 20])
    return np.array([[0, 0], [10, 0], [0, 10]])[groups] + rng.normal(size=(170, 2)), groups


GROUPS = {"rings": rings, "unequal sizes": unequal}
NONE = {
    "log-normal": lambda rng: np.exp(rng.normal(size=(120, 3))),
    "a ring": lambda rng: (lambda a: np.column_stack([np.cos(a), np.sin(a)]))(rng.uniform(0, 2 * np.pi, 120)),
}


@pytest.mark.parametrize("scene", GROUPS)
def test_plain_groups_are_found_and_clear(scene):
    X, groups = GROUPS[scene](np.random.default_rng(1))
    found = recommend(X, random_state=0)
    assert (found.n_clusters, found.confidence) == (groups.max() + 1, "clear"), found
    assert adjusted_rand_score(groups, found.labels) >= 0.95, found


@pytest.mark.parametrize("scene", NONE)
def test_what_has_no_groups_is_not_clear(scene):
    found = recommend(NONE[scene](np.random.default_rng(2)), random_state=0)
    assert found.confidence != "clear", found


def test_groups_in_a_business_table_are_right_or_doubted():
    business = business_table(1)
    rows = list(zip(*(business.columns[name][:180] for name in business.informative), strict=True))
    found = recommend(rows, random_state=0)
    is_right = found.n_clusters == 3 and adjusted_rand_score(business.groups[:180], found.labels) >= 0.8
    assert is_right or found.confidence != "clear", found
