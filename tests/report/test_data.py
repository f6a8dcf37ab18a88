"""How columns are made comparable, and what is odd about them."""

import math

import numpy as np

from coterie._base.table import Table
from coterie.report import _data
from coterie.scaling import Scaler


def scaling_of(*columns, wanted="auto"):
    names = [f"c{j}" for j in range(len(columns))]
    return _data.choose_scaling(Table(np.column_stack(columns), names, names), wanted)


def test_scaling_is_chosen_by_the_tails():
    rng = np.random.default_rng(0)
    normal, tail, count = rng.normal(50, 5, 500), rng.lognormal(3, 1.5, 500), rng.poisson(2, 500)
    assert scaling_of(normal, count)[0] == "standard"
    assert scaling_of(normal, tail, tail)[0] == "log" and "c1, c2 have a long tail" in scaling_of(normal, tail, tail)[1]
    assert scaling_of(normal, count, tail)[0] == "robust"  # one of three
    assert scaling_of(normal - 100, tail)[0] == "robust"  # no logarithm of what is negative
    far = np.concatenate([normal[:-3], [1e4, -1e4, 2e4]])
    assert scaling_of(far, normal)[0] == "robust" and scaling_of(far, normal)[1].startswith("c0 has values")
    assert scaling_of(far, wanted="minmax") == ("minmax", "you asked for it")
    data = _data.prepare(Table(np.column_stack([tail, normal]), ["a", "b"], ["a", "b"]), "auto", 0)
    assert np.array_equal(data.scaled, Scaler("log").fit_transform(np.column_stack([tail, normal])))
    assert math.isclose(data.scaling.before.sum(), 1) and np.allclose(data.scaling.after, 0.5)


def test_columns_that_say_the_same_are_found():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200))
    found = _data.find_correlated(np.column_stack([a, b, -a + 0.01 * b, a + 0.1 * b]), list("abcd"))
    assert [pair[:2] for pair in found] == [("a", "c"), ("a", "d"), ("c", "d")]
    assert found[0][2] < -0.99 and found[1][2] > 0.99
    assert _data.find_correlated(a[:, None], ["a"]) == []


def test_columns_that_may_be_codes_are_found():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(1, 4, 100), rng.integers(0, 2, 100) / 2, rng.integers(0, 9, 100), np.arange(100)])
    assert _data.find_codes(Table(X, list("abcd"), list("abcd"))) == ["a"]
    assert _data.find_codes(Table(X[:20], list("abcd"), list("abcd"))) == []


def test_different_rows_are_counted_up_to_what_matters():
    X = np.repeat(np.arange(6.0), 50)[:, None]
    assert [_data.count_different(X, most) for most in (1, 5, 6, 7)] == [1, 5, 6, 6]
    assert _data.count_different(np.array([[0.0], [-0.0]]), 5) == 1
