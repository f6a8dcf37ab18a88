"""Tables of numbers, categories and dates, read column by column, as one matrix of numbers."""

import datetime
import re

import numpy as np
import pytest

from coterie._base import npz
from coterie._base.tables.mixed import Columns, TableCode, read_columns

NAN = np.nan
DATES = [datetime.date(2020, 1, 1), None, datetime.date(1969, 12, 31)]
# Each column: values, what the matrix holds, whether it is a category.
COLUMNS = {
    "whole": ([3, None, 1], [3, NAN, 1], False),
    "real": ([1.5, None, -2.0], [1.5, NAN, -2.0], False),
    "flag": ([True, None, False], [1, NAN, 0], True),
    "text": (["b", None, "a"], [1, NAN, 0], True),
    "date": (DATES, [18262, NAN, -1], False),
}
IS_CATEGORY = [each[2] for each in COLUMNS.values()]
EXPECTED = np.array([each[1] for each in COLUMNS.values()]).T


def table_of(library):
    values = {name: each[0] for name, each in COLUMNS.items()}
    if library == "rows":
        return [list(row) for row in zip(*values.values(), strict=True)]
    if library == "objects":
        return np.array(table_of("rows"), object)
    module = pytest.importorskip(library.partition(" ")[0])
    if library == "pandas nullable":
        types = {"whole": "Int64", "real": "Float64", "flag": "boolean", "text": "string", "date": "datetime64[ns]"}
        return module.DataFrame({name: module.array(each, dtype=types[name]) for name, each in values.items()})
    if library == "pandas categoricals":
        return module.DataFrame(values).astype({"flag": "category", "text": "category"})
    if library == "pyarrow dictionaries":
        table = module.table(values)
        return table.set_column(3, "text", table["text"].dictionary_encode())
    if library == "polars categoricals":
        return module.DataFrame(values).with_columns(module.col("text").cast(module.Categorical))
    return module.table(values) if library == "pyarrow" else module.DataFrame(values)


@pytest.mark.parametrize(
    "library",
    [
        "rows",
        "objects",
        "pandas",
        "pandas nullable",
        "pandas categoricals",
        "polars",
        "polars categoricals",
        "pyarrow",
        "pyarrow dictionaries",
    ],
)
def test_tables_of_all_libraries_become_the_same_matrix(library):
    columns = read_columns(table_of(library))
    code = TableCode.fit(columns, IS_CATEGORY)
    assert code.categories == (None, None, (False, True), ("a", "b"), None)
    values = code.encode(columns)
    assert values.flags.c_contiguous
    np.testing.assert_array_equal(values, EXPECTED)
    names = None if library in ("rows", "objects") else list(COLUMNS)
    assert names == (None if columns.names is None else columns.names.tolist())


@pytest.mark.parametrize("library", ["pandas", "pandas to arrow", "polars", "polars to arrow"])
def test_ordered_categoricals_become_ranks(library):
    module = pytest.importorskip(library.partition(" ")[0])
    order = ["low", "middle", "high"]
    values = ["high", None, "low", "high"]
    if module.__name__ == "pandas":
        table = module.DataFrame({"size": module.Categorical(values, order, ordered=True)})
    else:
        table = module.DataFrame({"size": module.Series(values, dtype=module.Enum(order))})
    if library.endswith("arrow"):
        arrow = pytest.importorskip("pyarrow")
        table = arrow.Table.from_pandas(table) if module.__name__ == "pandas" else table.to_arrow()
    columns = read_columns(table)
    code = TableCode.fit(columns, [False])
    assert code.categories == (tuple(order),)
    np.testing.assert_array_equal(code.encode(columns)[:, 0], [2, NAN, 0, 2])
    with pytest.raises(ValueError, match=r"holds 'huge', which has no rank among 'low', 'middle', 'high'"):
        code.encode(read_columns([["huge"]]))


def test_arrow_dictionaries_keep_missing_values():
    arrow = pytest.importorskip("pyarrow")
    from coterie.scaling import Scaler

    numbers = arrow.array([1.0, 2.0, None]).dictionary_encode()
    table = arrow.table({"a": numbers, "b": [1.0, 2.0, 3.0]})
    assert np.isnan(Scaler("none").fit_transform(table)[2, 0])


@pytest.mark.parametrize("seed", range(20))
def test_codes_follow_the_order_of_the_values(seed):
    rng = np.random.default_rng(seed)
    pool = [[True, False], [3, 1, -7], [0.5, 2, 1e300, -0.25], ["b", "a", "aa", ""], ["x", 1, 2.5]][seed % 5]
    values = [None if rng.random() < 0.2 else pool[rng.integers(len(pool))] for _ in range(rng.integers(1, 30))]
    columns = read_columns([[value] for value in values])
    code = TableCode.fit(columns, [True])
    (categories,) = code.categories
    expected = sorted({value for value in values if value is not None}, key=lambda each: (isinstance(each, str), each))
    assert list(categories) == expected
    codes = code.encode(columns)[:, 0]
    assert [None if np.isnan(each) else categories[int(each)] for each in codes] == values


def test_values_that_are_new_have_no_code():
    code = TableCode.fit(read_columns([["a", 1], ["b", 2]]), [True, True])
    more = read_columns([["c", 2], ["b", 3], [None, 1]])
    np.testing.assert_array_equal(code.encode(more), [[-1, 1], [1, -1], [NAN, 0]])
    assert code.unseen(more, 0) == ["c"]
    assert code.unseen(more, 1) == [3]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([1, 2], "Expected 2D array, got 1D array"),
        (np.empty((0, 2)), "0 sample(s)"),
        (np.empty((2, 0)), "0 feature(s)"),
        ([["a", np.inf]], "contains infinity"),
        ([["a", 1], ["b", np.inf]], "First at row 1, column 1"),
        ([["a", 1j]], "Complex data not supported"),
        ([["a", 10**400], ["b", 1]], "not a number of float64"),
        ([["a", {}], ["b", 1]], "neither a number nor text nor a date. First at row 0, column 1"),
    ],
)
def test_what_is_no_table_is_refused(X, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read_columns(X)


def test_text_is_no_number():
    columns = read_columns([["a", 1], ["b", 2]])
    with pytest.raises(ValueError, match=r"column 0 holds text \('a'\), which has no order"):
        TableCode.fit(columns, [False, False])
    code = TableCode.fit(read_columns([[1, 1], [2, 2]]), [False, False])
    with pytest.raises(ValueError, match=r"column 0 holds text \('a'\), but numbers are required"):
        code.encode(columns)
    with pytest.raises(ValueError, match="3 columns were given, and 2 are expected"):
        code.encode(read_columns([[1, 2, 3]]))


def test_codes_are_saved(tmp_path):
    code = TableCode((None, ("a", "b"), (False, 2, 2.5), ("low", "high")), (False, True, True, False))
    path = tmp_path / "code.npz"
    with path.open("wb") as file:
        npz.write(file, npz.encode({"code": code}))
    assert npz.read(path) == {"code": code}


@pytest.mark.parametrize(
    ("categories", "is_category"),
    [
        ([("a",)], (True,)),
        ((("a",),), [True]),
        ((("a",),), (1,)),
        ((("a",),), (True, True)),
        ((None,), (True,)),
        ((["a"],), (True,)),
        ((("a", "a"),), (True,)),
        (((None,),), (True,)),
        (((float("nan"),),), (True,)),
        (((float("inf"),),), (True,)),
        (((("a",),),), (True,)),
    ],
)
def test_codes_that_no_table_has_are_refused(categories, is_category):
    with pytest.raises(ValueError, match=r"should"):
        TableCode(categories, is_category)


def test_columns_have_labels_for_messages():
    columns = read_columns(np.ones((1, 2)))
    assert columns.label(1) == "column 1"
    named = Columns(np.array(["a", "b"], object), columns.arrays, columns.orders)
    assert named.label(1) == "column 1 ('b')"


def test_decoded_rows_have_their_categories_again():
    rows = [["b", 1.5, None], ["a", 2.5, "y"], ["b", 3.5, "x"]]
    columns = read_columns(rows, owner="test")
    code = TableCode.fit(columns, [True, False, True])
    assert code.decode(code.encode(columns)).tolist() == rows
