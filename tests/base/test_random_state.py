"""What a random_state means."""

import numpy as np
import pytest

from coterie import KMeans
from coterie._base.random_state import as_random_state

X = np.random.RandomState(0).normal(size=(40, 3))


def fit(data, **parameters):
    return KMeans(**{"n_clusters": 2, "random_state": 0, **parameters}).fit(data)


def test_an_int_gives_the_state_that_numpy_gives():
    for seed in (0, 7, 2**32 - 1):
        ours, theirs = as_random_state(seed), np.random.RandomState(seed)
        np.testing.assert_array_equal(ours.random_sample(1000), theirs.random_sample(1000))
        assert ours.normal() == theirs.normal()


def test_none_is_the_global_state():
    np.random.seed(3)  # noqa: NPY002
    first = as_random_state(None).random_sample()
    assert first == np.random.RandomState(3).random_sample()


def test_a_random_state_is_itself():
    state = np.random.RandomState(0)
    assert as_random_state(state) is state


def test_a_generator_is_drawn_from():
    generator = np.random.default_rng(0)
    first, second = as_random_state(generator).random_sample(), as_random_state(generator).random_sample()
    assert first != second
    again = np.random.default_rng(0)
    assert fit(X, random_state=np.random.default_rng(0)).inertia_ == fit(X, random_state=again).inertia_


def test_anything_else_is_no_seed():
    with pytest.raises(ValueError, match=r"^'a' cannot be used to seed a numpy\.random\.RandomState instance$"):
        as_random_state("a")
