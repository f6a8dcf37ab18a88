"""Numbers as people write them: currencies, percent, marks between thousands, parentheses, words for yes and no; and
titles above the header."""

import re

import numpy as np
import pytest

from coterie._runtime.thresholds import thresholds
from coterie.cli._console import Problem
from coterie.cli._io.amounts import Manner, amount, read_alike
from coterie.cli._io.notation import COMMA, OTHER, POINT, number


@pytest.mark.parametrize(
    "cell, text, unit",
    [
        ("$1,200", "1,200", "$"),
        ("1.200 €", "1.200", "€"),
        ("EUR 5", "5", "EUR"),
        ("5EUR", "5", "EUR"),
        ("US$ 1.5", "1.5", "US$"),
        ("R$1.000,50", "1.000,50", "R$"),
        ("7 kr.", "7", "kr"),
        ("12%", "12", "%"),
        ("12,5 %", "12,5", "%"),
        ("-$5", "-5", "$"),
        ("$-5", "-5", "$"),
        ("+5 €", "5", "€"),
        ("\u22125", "-5", ""),
        ("(1,200)", "-1,200", ""),
        ("($5)", "-5", "$"),
        ("$(5)", "-5", "$"),
        ("1 234", "1234", ""),
        ("1\u00a0234\u00a0567,5", "1234567,5", ""),
        ("1\u202f234,50 €", "1234,50", "€"),
        ("1\u2009234", "1234", ""),
        ("1'234.50", "1234.50", ""),
        ("1\u2019234", "1234", ""),
    ],
)
def test_a_cell_that_is_an_amount(cell, text, unit):
    found = amount(f" {cell} ")
    assert (found.text, found.unit) == (text, unit)


@pytest.mark.parametrize(
    "cell",
    ["", "$", "%", "()", "5 kg", "EURO 5", "5 EURX", "$5 €", "5 $ 3", "(-5)", "-(5)", "(5", "5)", "1 23", "12 34 567"]
    + ["01 234", "1 234'567", "1'2345", "5-", "$1e5", "\u0661 %", "1 234 %%", "x" * 10**6, "(" + " " * 10**6],
)
def test_a_cell_that_is_none(cell):
    assert amount(cell) is None


@pytest.mark.parametrize("seed", range(3))
def test_many_cells_at_once_are_read_as_one_by_one(seed):
    rng = np.random.default_rng(seed)
    some = ["0", "5", "123", "1234", "1G234", "12G345G678", "012", "1G23", "0M5", "7M", "1G234M25", "1M234", ""]
    at_once = 0
    for _ in range(400):
        mark, other = rng.permutation([POINT, COMMA]).tolist()
        group, unit = (
            str(rng.choice([other, " ", "'", "\u202f"])),
            str(rng.choice(["", "$", "€", "EUR", "%", "US$", "kr"])),
        )
        forms = [f"{unit}N", f"{unit} N", "N"] if rng.random() < 0.5 else [f"N{unit}", f"N {unit}", "N"]
        signs = ["N", "N", "N", "-N", "(N)", *["+N", "(-N)"] * int(rng.random() < 0.1)]
        numbers = [str(each).replace("G", group).replace("M", mark) for each in rng.choice(some, rng.integers(1, 5))]
        cells = [
            str(rng.choice(signs)).replace("N", str(rng.choice(forms)).replace("N", n)) if n else "" for n in numbers
        ]
        read_by = str(rng.choice([mark, mark, other]))
        found = read_alike(cells, read_by, OTHER[read_by])
        if found is None:
            continue
        at_once += 1
        one, all_at_once, values = Manner(), Manner(), []
        for cell in cells:
            value = number(cell, read_by)
            if value is None and cell:
                value = number(amount(cell).text, read_by)
                one.note(cell, amount(cell), value)
            values.append(np.nan if value is None else value)
        assert [float(text or "nan") for text in found.texts] == pytest.approx(values, abs=0, nan_ok=True)
        all_at_once.note_alike(cells, found, np.array(values))
        assert one == all_at_once
    assert at_once > 100


def columns(read, text, **options):
    table = read(text, **options)
    return dict(zip(table.names, table.values.T.tolist(), strict=True)), table


CASES = [  # cells of a column, between semicolons; what they are; what is said of it
    (["$1,200.50", "$7", "-$3"], [1200.5, 7, -3], "amounts in $: v ('$1,200.50' is read as 1200.50)"),
    (["1.200,50 €", "7 €", "800"], [1200.5, 7, 800], "amounts in €: v ('1.200,50 €' is read as 1200.50)"),
    (["EUR 5", "EUR 6.25", "EUR 1,234.00"], [5, 6.25, 1234], "amounts in EUR: v"),
    (["$1,200", "$900", "$3"], [1200, 900, 3], "commas between thousands: $1,200 is read as 1200"),
    (["1.200 €", "900 €", "3"], [1200, 900, 3], "points between thousands: 1.200 € is read as 1200"),
    (["12%", "0", "100 %"], [12, 0, 100], "percent: v ('12%' is read as 12)"),
    (["(1,200.5)", "3", "(4)"], [-1200.5, 3, -4], "negative in parentheses: v ('(1,200.5)' is read as -1200.5)"),
    (["1 234", "56", "1 234 567"], [1234, 56, 1234567], "spaces between thousands: v ('1 234' is read as 1234)"),
    (["1'234.5", "56", "7.25"], [1234.5, 56, 7.25], "apostrophes between thousands: v"),
    (["1\u202f234,5", "56", "7,25"], [1234.5, 56, 7.25], "spaces between thousands: v"),
    (["TRUE", "FALSE", "true"], [1, 0, 1], "true and false are read as 1 and 0: v"),
    (["yes", "no", " Yes "], [1, 0, 1], "yes and no are read as 1 and 0: v"),
    (["N", "y", "Y"], [0, 1, 1], "y and n are read as 1 and 0: v"),
    (["nein", "ja", "JA"], [0, 1, 1], "ja and nein are read as 1 and 0: v"),
    (["Non", "oui", "non"], [0, 1, 0], "oui and non are read as 1 and 0: v"),
]


@pytest.mark.parametrize("block", [9, 1 << 20])
@pytest.mark.parametrize("cells, values, said", CASES, ids=[case[0][0] for case in CASES])
def test_columns_of_amounts(read, capsys, monkeypatch, cells, values, said, block):
    monkeypatch.setattr(thresholds, "csv_block", block if len({*cells[0].lower()} & set("yntrueja")) == 0 else 1 << 20)
    text = "v;w\n" + "".join(f"{cell};{i}\n" for i, cell in enumerate(cells))
    found, table = columns(read, text)
    assert found == {"v": values, "w": [0, 1, 2]} and table.is_mixed
    assert f"note: {said}" in capsys.readouterr().err
    with pytest.raises(Problem, match="not a column of numbers: v"):
        read(text, no_guess=True, columns=["v"])
    # the same between commas, in quotes
    text = "v,w\n" + "".join(f'"{cell}",{i}\n' for i, cell in enumerate(cells))
    assert columns(read, text)[0] == found


@pytest.mark.parametrize(
    "cells, why",
    [
        (["$5", "7 €", "$1"], r"in several units: '\$5', '7 €'"),
        (["12%", "0.5", "3%"], "1 of 3 numbers without a percent sign, which '12%' has"),
        (["1,234 %", "5 %", "7 %"], "'1,234 %' may be 1,234 or 1.234"),
        (["(1)", "(2)", "(3)"], r"v \('\(1\)'\)"),  # as lists are numbered
        (["y", "y", "y"], r"v \('y'\)"),
        (["yes", "no", "maybe"], r"v \('yes'\)"),
        (["yes", "false", "no"], r"v \('yes'\)"),
        (["1", "TRUE", "0"], r"v \('TRUE'\)"),
        (["5 kg", "7 kg", "1 kg"], r"v \('5 kg'\)"),
    ],
)
def test_what_may_mean_two_things_is_left_out_and_named(read, capsys, cells, why):
    found, _ = columns(read, "v;w\n" + "".join(f"{cell};{i}\n" for i, cell in enumerate(cells)))
    assert list(found) == ["w"] and re.search(why, capsys.readouterr().err)


def test_a_price_shows_thousands_only_where_nothing_else_shows_decimals(read):
    text = "fuel;other\n1.299 €;{}\n1.359 €;7\n"
    assert columns(read, text.format("5"))[0]["fuel"] == [1299, 1359]
    assert columns(read, text.format("5.25"))[0]["fuel"] == [1.299, 1.359]
    assert columns(read, "fuel;other\n1.299 €;5\n0.999 €;7\n")[0]["fuel"] == [1.299, 0.999]
    assert columns(read, "fuel,other\n1.299 €,5\n1.359 €,7\n")[0]["fuel"] == [1299, 1359]
    assert columns(read, "fuel,other\n1.299 €,5.25\n1.359 €,7\n")[0]["fuel"] == [1.299, 1.359]


def test_a_mistake_among_amounts_names_the_line(read):
    cells = [f"${i}.50" for i in range(40)]
    cells[20] = "$2O.50"
    with pytest.raises(Problem, match=r"column v has text among its numbers: '\$2O.50' on line 22; correct"):
        read("v;w\n" + "".join(f"{cell};1\n" for cell in cells))


@pytest.mark.parametrize("block", [40, 1 << 20])
def test_a_further_word_makes_text_of_yes_and_no(read, monkeypatch, block):
    monkeypatch.setattr(thresholds, "csv_block", block)
    table = read("v;w\n" + "".join(f"{cell};1\n" for cell in [*["yes", "no"] * 20, "maybe"]))
    assert table.names == ["w"] and [left.name for left in table.left_out] == ["v"]


def test_further_values_may_be_missing(read):
    text = "v;w;kind\n-999;unknown;a\n5;7;b\n6;8;-999\n-999.0;1;Unknown\n"
    found, _ = columns(read, text, missing_value=["-999", "unknown"])
    assert found == {"v": [5.5, 5, 6, 5.5], "w": [7, 7, 8, 1]}
    assert columns(read, text)[0] == {"v": [-999, 5, 6, -999]}


def test_numbers_that_may_mean_missing_are_named_and_left_as_they_are(read, capsys):
    cells = [-999 if i % 20 == 3 else i * i % 17 for i in range(100)]
    text = "v;w\n" + "".join(f"{cell};{i % 9}\n" for i, cell in enumerate(cells))
    assert columns(read, text)[0]["v"] == cells
    told = "v: -999 stands in 5 rows, and it is far from all other values: it may mean that the value is missing; "
    assert f"warning: {told}--missing-value -999 makes it so\n" in capsys.readouterr().err
    found, _ = columns(read, text, missing_value=["-999"], missing="drop")
    assert found["v"] == [cell for cell in cells if cell != -999] and "-999" not in capsys.readouterr().err


# ------------------------------------------------------------------------------------------- above the table

TABLE = "name;spend;visits\nAda;1,5;2\nBob;2,5;3\nCid;7,5;3\n"


@pytest.mark.parametrize("block", [5, 1 << 20])
@pytest.mark.parametrize(
    "above, said",
    [
        ("Customers 2024\n", "left out above the header: 'Customers 2024'\n"),
        ("\nCustomers\n\nmade on;31.1.24\n\n", "left out above the header: 'Customers' and 1 more line\n"),
        ("Customers;;\n;;\n", "left out above the header: 'Customers' and 1 more line\n"),
        ("sep=;\n", ""),
        ('"sep=;"\nCustomers\n', "left out above the header: 'Customers'\n"),
        ("# by hand\nCustomers, all\n", "left out above the header: 'Customers, all'\n"),
    ],
)
def test_what_stands_above_the_header(read, capsys, monkeypatch, above, said, block):
    monkeypatch.setattr(thresholds, "csv_block", block)
    found, _ = columns(read, above + TABLE)
    assert found == {"spend": [1.5, 2.5, 7.5], "visits": [2, 3, 3]}
    err = capsys.readouterr().err
    assert said in err and ("above" in err) == bool(said)
    if said:
        with pytest.raises(Problem):
            read(above + TABLE, no_guess=True, columns=["spend", "visits"])


@pytest.mark.parametrize(
    "text, expected",
    [
        (",x\n0,5\n1,6\n", {"x0": [0, 1], "x": [5, 6]}),
        ("a,,\n1,2,3\n4,5,6\n", {"a": [1, 4], "x1": [2, 5], "x2": [3, 6]}),
        ("sep=|\na|b\n1,5|2\n3,5|4\n", {"a": [1.5, 3.5], "b": [2, 4]}),
        ("a|b\n1|2\n3|4\n", {"a": [1, 3], "b": [2, 4]}),
        ("sep=\t\na\tb\n1\t2\n3\t4\n", {"a": [1, 3], "b": [2, 4]}),
    ],
)
def test_tables_that_look_as_if_they_had_a_title(read, text, expected):
    assert columns(read, text)[0] == expected


@pytest.mark.parametrize("text", ["v\n1,5\n2,5\n", "Report\n1,2\n3,4\n", "Report\nyear,2019\nx,1\n"])
def test_a_table_with_other_numbers_of_fields_is_refused_unless_a_header_explains_it(read, text):
    with pytest.raises(Problem, match="line 2 has 2 fields, but the first line has 1"):
        read(text)
