"""Kinds of columns in the commands: what is hardly a measurement, and what --kind says."""

import numpy as np
import pytest


@pytest.mark.parametrize(
    "name, values, kind",
    [
        ("customer_id", [5, 5, 7], "an identifier"),
        ("userId", [5, 5, 7], "an identifier"),
        ("ID", [5, 5, 7], "an identifier"),
        ("row", range(30), "an identifier"),
        ("n", range(100, 0, -1), "an identifier"),  # each number once, in order
        ("n", [(7 * i) % 31 for i in range(31)], "an identifier"),  # each number once, none left out
        ("year", [2001, 2003, 2003], "a date"),
        ("model_year", [70, 71, 82], None),  # dates are known by what they are, not by a name alone
        ("Full_time_year_round", [i * 37 % 1000 for i in range(30)], None),
        ("smoker_no", [i % 2 for i in range(30)], None),
        ("protein_key", [i / 7 for i in range(30)], None),
        ("when", [1990 + i % 9 for i in range(30)], "a date"),
        ("when", [20240101 + 100 * (i % 12) + i % 28 for i in range(30)], "a date"),
        ("when", [1_700_000_000 + 977 * (i % 11) for i in range(30)], "a date"),
        ("recency_days", [i % 9 for i in range(30)], None),
        ("acid", [i % 9 for i in range(30)], None),
        ("spend", [(i * 7919) % 10007 for i in range(60)], None),
        ("mass", np.random.default_rng(0).normal(size=40), None),
        ("region", [1 + i % 3 for i in range(30)], "a code of categories"),
    ],
)
def test_identifiers_dates_and_codes_are_named_in_a_warning(read, capsys, name, values, kind):
    values = list(values)
    text = f"{name},v\n" + "\n".join(f"{value},{i * i % 5}" for i, value in enumerate(values))
    read(text)
    warning = f"warning: {name} looks like {kind} but is used as a measurement; --drop {name} leaves it out"
    assert (warning in capsys.readouterr().err) == (kind is not None)
    read(text, columns=[name, "v"])  # whoever asks for it gets it
    assert "warning" not in capsys.readouterr().err


TABLE = "zip,town,heat\n" + "\n".join(f"{10_000 + 37 * (i % 59)},{'abc'[i % 3]},{i / 7}" for i in range(60))


def test_kind_overrules_what_values_look_like(read, capsys):
    assert read(TABLE).names == ["zip", "heat"]
    assert "warning: zip looks like an identifier but is used" in capsys.readouterr().err
    assert read(TABLE, kind={"zip": "amount"}).names == ["zip", "heat"]
    assert "zip" not in capsys.readouterr().err
    table = read(TABLE, kind={"zip": "category", "town": "category"})
    assert table.names == ["heat"] and table.kinds["zip"].kind == "category"
    assert "note: left out, no measurements, as --kind says: zip\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        (2, "zip", "argument --kind: a column and its kind are needed, such as zip=category, not 'zip'"),
        (2, "zip=catgory", "argument --kind: 'catgory' is not a kind of column: did you mean 'category'?"),
        (2, "zap=count", "--kind: no column is called 'zap': did you mean 'zip'?"),
        (2, "town=amount", "--kind: 'town' is no column of numbers, and can't be 'amount'"),
    ],
)
def test_wrong_kinds_are_named(fails, code, kind, message):
    assert message in fails(code, "kmeans", "-", "-k", 2, "--kind", kind, stdin=TABLE.encode())


def test_kinds_can_leave_nothing(fails):
    line = fails(1, "kmeans", "-", "-k", 2, "--kind", "zip=category", "--kind", "heat=text", stdin=TABLE.encode())
    assert "--kind leaves no column of measurements, but town ('a'), zip (no measurement)" in line


def test_scale_auto_scales_by_kinds_and_is_saved(run):
    rng = np.random.default_rng(0)
    columns = [np.exp(rng.normal(3, 1, 80)), rng.normal(5, 1, 80), rng.integers(1, 4, 80), np.arange(80) % 2]
    rows = np.column_stack(columns).round(3).tolist()
    text = "\n".join(["spend,heat,shop,news", *(",".join(map(repr, row)) for row in rows)]).encode()
    fit = run("kmeans", "-", "-k", 3, "--scale", "auto", "--kind", "shop=count", "--save", "model.npz", stdin=text)
    assert (
        "scaling: auto (spend with long tails by logarithms; heat to mean 0 and standard deviation 1; shop as counts "
        "or ratings, a step being at most 1; news with two values, 1 apart)\n"
    ) in fit.stderr
    assert "(exp of the mean logarithm where the tail is long)" in fit.stderr
    again = run("predict", "model.npz", "-", stdin=text)
    assert again.stdout == fit.stdout and "scaling: auto, by the numbers of the fit\n" in again.stderr
    few = run("kmeans", "-", "-k", 2, "--scale", "auto", "--columns", "heat,news", "--quiet", stdin=text)
    assert "; heat then holds 80% of the variance)\n" in few.stderr
