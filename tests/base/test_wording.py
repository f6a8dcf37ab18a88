"""Numbers as text: as many digits as a reader needs."""

import numpy as np
import pytest

from coterie._base import wording
from coterie._base.wording import as_column


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1234.5, "1230"),
        (12345.0, "12,300"),
        (100_000.0, "100,000"),
        (1e5 + 0.4, "100,000"),
        (0.012345, "0.0123"),
        (-3.14159, "-3.14"),
        (5.0, "5"),
        (1e-12, "1e-12"),
        (1.5e17, "1.5e+17"),
        (np.nan, "nan"),
        (999.6, "1000"),
        (0.0999999, "0.1"),
    ],
)
def test_numbers_have_three_digits_and_no_exponent(value, text):
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("here", "overall", "text"),
    [
        (1_000_003.0, 1_000_001.0, "1,000,003 against 1,000,001"),
        (2008.0, 2007.0, "2008 against 2007"),
        (3700.0, 665.2, "3700 against 665"),
        (0.00012, 0.113, "0 against 0.113"),
        (5.0, 5.0, "5 against 5"),
        (-4.5, 0.0, "-4.5 against 0"),
        (1.0001, 1.0002, "1.0001 against 1.0002"),
    ],
)
def test_pairs_can_be_told_apart(here, overall, text):
    assert wording.pair(here, overall) == text


def test_small_shares_can_be_told_apart():
    assert wording.shares(0.3, 0.12) == ["30%", "12%"] and wording.shares(0.0, 0.004) == ["0%", "under 1%"]
    assert wording.shares(0.004, 0.0005) == ["0.4%", "0.05%"]
    assert wording.shares(0.5021, 0.5018) == ["50.21%", "50.18%"]
    assert wording.shares(0.005, 0.005) == ["under 1%", "under 1%"]


def test_numbers_show_what_sets_them_apart():
    assert as_column([515382.81, 515393.24, 515394.04]) == ["515,382.8", "515,393.2", "515,394.0"]
    assert as_column([0.00012, 0.00034]) == ["0.00012", "0.00034"]
    assert as_column([1e9, 3.0]) == ["1,000,000,000", "3"]
    assert as_column([-0.0001, 50.0]) == ["0", "50"]
    assert as_column([7.0, 7.0]) == ["7", "7"] and as_column([0.0]) == ["0"] and as_column([np.nan, 1.5])[0] == "-"


def test_numbers_of_a_column_have_one_format():
    assert as_column([2006.0, 1993.5, 2011.25]) == ["2006.0", "1993.5", "2011.2"]  # years
    assert as_column([9500.0, 12_000.0]) == ["9,500", "12,000"]
    assert as_column([4.01e6, 4.6e6, 12.0]) == ["4,010,000", "4,600,000", "12"]
    assert as_column([4.01e16, -4.6e16, 0.0, -0.0]) == ["4.01e+16", "-4.60e+16", "0", "0"]
    assert as_column([4.01e-13, 4.6e-13]) == ["4.01e-13", "4.60e-13"]
    assert as_column([1000.0, 1000.0 + 1e-10]) == ["1000", "1000"]
    assert as_column([1.7e308, -1.7e308, np.inf]) == ["1.70e+308", "-1.70e+308", "inf"]
    assert as_column([]) == []
