"""How columns are made comparable, and what is odd about them."""

import math

import numpy as np

from coterie._base.tables.table import Table
from coterie.cli._io.kinds import find_kinds
from coterie.report import _data
from coterie.report._settings import Settings
from coterie.scaling import Scaler
from coterie.selection._table_rows import read_table


def table_of(*columns):
    names = [f"c{j}" for j in range(len(columns))]
    table = Table(np.column_stack(columns), names, names)
    find_kinds(table, {})
    return table


def test_columns_are_scaled_by_their_kinds():
    rng = np.random.default_rng(0)
    tail, normal, flag = rng.lognormal(3, 1, 500), rng.normal(50, 5, 500), np.arange(500) % 3 == 0
    table = table_of(tail, normal, tail**2, flag, rng.poisson(3, 500))
    data = _data.prepare(table, Settings())
    rows = read_table(data.columns, data.kinds, "auto")
    assert np.allclose(rows.rows(), Scaler("auto").fit_transform(table.values))
    scaling = _data.scaling_of(data, rows.scaler, "auto", rows)
    log, two, count, other = scaling.reason.split(". c")
    assert log.startswith("c0, c2 have a long tail of large values. Logarithms count in factors,")
    assert two.startswith("3 has two values, and the difference") and count.startswith("4 holds counts or ratings")
    assert other.startswith("1 gets mean 0 and standard deviation 1, because")
    assert math.isclose(scaling.before.sum(), 1) and np.allclose(scaling.after, rows.scaler.variance_shares_)
    assert _data.scaling_of(data, Scaler("minmax"), "minmax", rows).reason == "you asked for it"
    same = _data.scaling_of(data, None, "auto", rows)
    assert same.method == "none" and "may well have the same unit" in same.reason


def test_columns_that_say_the_same_are_found():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200))
    found = _data.find_correlated(np.column_stack([a, b, -a + 0.01 * b, a + 0.1 * b]), list("abcd"))
    assert [pair[:2] for pair in found] == [("a", "c"), ("a", "d"), ("c", "d")]
    assert found[0][2] < -0.99 and found[1][2] > 0.99
    assert _data.find_correlated(a[:, None], ["a"]) == []


def test_columns_that_may_be_codes_are_found():
    rng = np.random.default_rng(0)
    columns = [rng.integers(1, 8, 100), rng.integers(0, 2, 100), rng.integers(0, 90, 100), rng.normal(size=100)]
    assert _data.prepare(table_of(*columns), Settings()).codes == ["c0"]


def test_different_rows_are_counted_up_to_what_matters():
    X = np.repeat(np.arange(6.0), 50)[:, None]
    assert [_data.count_different(X, most) for most in (1, 5, 6, 7)] == [1, 5, 6, 6]
    assert _data.count_different(np.array([[0.0], [-0.0]]), 5) == 1
