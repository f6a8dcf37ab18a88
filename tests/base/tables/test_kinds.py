"""What columns are: amounts, counts, codes, dates ..., by their values."""

import datetime

import numpy as np
import pytest
from reference.business import N_TABLES, business_table

from coterie import column_kinds
from coterie._base.tables.kinds import compared_as_categories, kinds_of
from coterie._base.tables.mixed import read_columns

NAN = np.nan
RNG = np.random.default_rng(0)


def kind_of(values, name=None):
    if name is None:
        (kind,) = column_kinds([[value] for value in values]).values()
    else:
        (kind,) = column_kinds(pytest.importorskip("pandas").DataFrame({name: values})).values()
    return kind


@pytest.mark.parametrize("number", range(N_TABLES))
def test_columns_of_business_tables(number):
    pandas = pytest.importorskip("pandas")
    table = business_table(number)
    found = column_kinds(pandas.DataFrame(table.columns))
    assert {name: kind.kind for name, kind in found.items()} == table.kinds


def frame_of(library, columns):
    module = pytest.importorskip(library.partition(" ")[0])
    if library == "pandas nullable":
        return module.DataFrame(columns).convert_dtypes()
    return module.table(columns) if library == "pyarrow" else module.DataFrame(columns)


@pytest.mark.parametrize("library", ["pandas", "pandas nullable", "polars", "pyarrow"])
def test_tables_of_all_libraries_have_the_same_kinds(library):
    table = business_table(4)  # with missing values
    assert {name: kind.kind for name, kind in column_kinds(frame_of(library, table.columns)).items()} == table.kinds


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([3.5], "constant"),
        (["x"], "constant"),
        ([NAN, NAN], "constant"),
        ([None, None], "constant"),
        ([-0.0, 0.0], "constant"),
        ([2.0, None, 2.0], "constant"),
        ([True, True], "constant"),
        ([0, 1], "binary"),
        ([True, None, False], "binary"),
        (["yes", "no"], "binary"),
        (["m", "f"] * 10, "binary"),
        ([1, 2] * 10, "binary"),
        ([1.5, 2.5], "amount"),
        (RNG.normal(size=40) * 2.0**600, "amount"),
        ([-1.7e308, 0.0, 1.7e308, 1.0], "amount"),
        (RNG.normal(50, 10, 500).tolist() + [1e5, 2e5], "amount"),
        (RNG.uniform(0, 1, 300), "amount"),
        (RNG.integers(18, 90, 300), "amount"),
        (RNG.lognormal(0, 1, 400) * 2.0**-600, "long_tail"),
        (RNG.exponential(size=300) * 1e300, "long_tail"),
        ([0.0] * 300 + RNG.lognormal(3, 1, 60).tolist(), "long_tail"),
        ((1000 * RNG.lognormal(2, 1, 300)).astype(int), "long_tail"),
        (RNG.poisson(3, 200), "count"),
        (1 + RNG.poisson(1.2, 300), "count"),
        (RNG.poisson(0.3, 100), "count"),
        (RNG.integers(1, 6, 100), "ordinal"),
        ([-2, -1, 0, 1, 2] * 10, "ordinal"),
        ([1, 1.5, 2, 2.5, 3] * 10, "ordinal"),
        ([101, 102, 205, 310] * 20, "category"),
        (["a", "b", "c"] * 5, "category"),
        (["01234", "99501", "20095"] * 20, "category"),
        (RNG.permutation(30), "identifier"),
        (np.arange(100, 0, -1), "identifier"),
        (1000 + 7 * np.arange(30), "identifier"),
        (RNG.choice(10**6, 6000, replace=False), "identifier"),
        ([2**62 + 97 * i for i in range(50)], "identifier"),
        (np.arange(30, dtype=np.uint64) + np.uint64(2**64 - 40), "identifier"),
        ([f"A-{i}" for i in RNG.integers(0, 9999, 200)], "identifier"),
        (["Ann Lee", "Bo Li", "Cy Ho"], "identifier"),
        ([f"we called {i} times about the order" for i in range(40)], "text"),
        ([1990 + i % 9 for i in range(30)], "date"),
        ([20240101 + 100 * (i % 12) + i % 28 for i in range(30)], "date"),
        ([202001 + i % 12 for i in range(30)], "date"),
        ([1_700_000_000 + 977 * (i % 11) for i in range(30)], "date"),
        ([datetime.date(2020, 1, 1), None, datetime.date(2021, 1, 1)], "date"),
        (["31.1.2024", "1.2.2024", None, "3.2.2024"], "date"),
        (["12:30", "13:45:10"] * 3, "date"),
    ],
)
def test_values_tell_what_a_column_is(values, kind):
    assert kind_of(np.asarray(values, getattr(values, "dtype", object)).tolist()).kind == kind
    if isinstance(values, np.ndarray):
        assert column_kinds(values[:, None])[0].kind == kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("customer_id", [5, 5, 7], "identifier"),
        ("userId", [5, 5, 7], "identifier"),
        ("row", [5, 5, 7], "identifier"),
        ("acid", [5, 5, 7], "amount"),
        ("smoker_no", [0, 1] * 15, "binary"),
        ("protein_key", [i / 7 for i in range(30)], "amount"),
        ("store_id", [1, 2, 3] * 20, "category"),
        ("zip", RNG.choice(RNG.integers(10_000, 99_999, 200), 500), "identifier"),
        ("zip", RNG.choice(RNG.integers(10_000, 99_999, 20), 500), "category"),
        ("year", [2001, 2003, 2003], "date"),
        ("model_year", [70, 71, 82], "amount"),
        ("lat", [10.5, -20.25, 90.0], "latitude"),
        ("lng", [10.5, -120.25, 170.0], "longitude"),
        ("lat", [10.5, -120.25, 170.0], "amount"),
        ("flat", [10.5, -20.25, 60.0], "amount"),
        ("region", [1, 2, 3] * 20, "category"),
        ("rating", [0, 1, 2, 3] * 20, "ordinal"),
        ("n_rooms", [1, 2, 3, 4, 5] * 20, "count"),
        ("age", RNG.integers(0, 80, 300), "amount"),
    ],
)
def test_names_settle_what_values_leave_open(name, values, kind):
    assert kind_of(list(values), name).kind == kind


def test_doubts_name_what_is_odd():
    heat = RNG.normal(20, 5, 100).tolist()
    kind = kind_of([*heat, -999, -999])
    assert kind.kind == "amount" and kind.reason.endswith(", but for -999")
    assert kind.doubt == (
        "-999 stands in 2 rows, and it is far from all other values: it may mean that the value is missing"
    )
    assert kind_of([*RNG.integers(1, 6, 100).tolist(), 99])[::2] == (
        "ordinal",
        "99 stands in 1 row, and it is far from all other values: it may mean that the value is missing; they may be "
        "counts, or codes of categories",
    )
    assert kind_of([*RNG.poisson(9, 100).tolist(), -1, -1]).doubt.startswith("-1 stands in 2 rows, and nothing else is")
    assert kind_of([*heat, 5000.0]).doubt == "one value is far from the others, 5000"
    assert kind_of([1900 + i % 90 for i in range(200)]).doubt == "numbers from 1900 to 1989 may measure something, too"
    assert kind_of([*range(18, 81), 99] * 3).doubt == ""  # as old as that
    assert kind_of(["a", 1] * 20).doubt == "text stands beside numbers"
    assert kind_of(["Low", "high", "medium"] * 20).doubt.startswith("they look like steps of a scale")


def test_ordered_categoricals_are_ordinal():
    pandas = pytest.importorskip("pandas")
    sizes = pandas.Categorical(["s", "m", "l", "s"] * 5, ["s", "m", "l"], ordered=True)
    assert column_kinds(pandas.DataFrame({"size": sizes}))["size"].kind == "ordinal"


def test_all_rows_decide_who_is_an_identifier_or_constant():
    n = 50_000
    numbers = np.column_stack([np.arange(n), np.zeros(n), np.arange(n) % 2, np.arange(n) % 5])
    assert [kind.kind for kind in column_kinds(numbers).values()] == ["identifier", "constant", "binary", "count"]
    numbers[1] = [0, 1, 7, 1e5 + 0.5]  # a row that is not in the sample
    assert [kind.kind for kind in column_kinds(numbers).values()] == ["amount", "binary", "count", "amount"]


def test_kinds_can_be_overruled():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"zip": [10115, 20095, 80331], "name": ["Ann", "Bo", "Cy"]})
    kinds = column_kinds(frame, {"zip": "category"})
    assert kinds["zip"] == ("category", "given by you", "")
    assert list(kinds) == ["zip", "name"] and len(kinds) == 2
    assert repr(kinds) == (
        "zip   category    given by you\nname  identifier  text, no value twice in 3 rows (doubt: there are few rows)"
    )
    assert column_kinds(frame.to_numpy(), {0: "category"})[0].kind == "category"
    assert column_kinds(frame, ["category", None]) == kinds
    for wrong, match in (
        ({"zap": "count"}, r"^kinds names 'zap', and X has no such column: did you mean 'zip'\?$"),
        ({0: "count"}, "columns are called by their names"),
        ({"zip": "catgory"}, r"^kinds says 'catgory' of 'zip', which is not a kind of column: did you mean 'category'"),
        ({"zip": 3}, "^kinds says 3 of 'zip'"),
        ({"name": "amount"}, "^kinds says 'amount' of 'name', but that column holds text"),
        (["zip"], r"^kinds must map columns to kinds, .* each of the 2 columns\. Got \['zip'\]"),
    ):
        with pytest.raises(ValueError, match=match):
            column_kinds(frame, wrong)
    with pytest.raises(ValueError, match="by their numbers, from 0 to 1"):
        column_kinds(frame.to_numpy(), {2: "count"})


def test_bad_tables():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match=r"^Names of columns must be unique\. Got 'a' more than once"):
        column_kinds(pandas.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(ValueError, match="required by column_kinds"):
        column_kinds(np.empty((0, 2)))


def test_which_columns_are_compared_as_categories():
    columns = read_columns([[1, 0, "a", "x1", 2.5], [2, 1, "b", "y2", 3.5], [3, 0, "a", "z3", 1.5]])
    assert compared_as_categories(columns, kinds_of(columns)) == [False, True, True, True, False]
