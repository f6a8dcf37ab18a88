"""Columns that are hardly measurements."""

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
    ],
)
def test_identifiers_and_dates_are_named_in_a_warning(read, capsys, name, values, kind):
    values = list(values)
    text = f"{name},v\n" + "\n".join(f"{value},{i * i % 5}" for i, value in enumerate(values))
    read(text)
    warning = f"warning: {name} looks like {kind} but is used as a measurement; --drop {name} leaves it out"
    assert (warning in capsys.readouterr().err) == (kind is not None)
    read(text, columns=[name, "v"])  # whoever asks for it gets it
    assert "warning" not in capsys.readouterr().err
