"""Numbers as text: as many digits as a reader needs."""

import numpy as np
import pytest

from coterie._base import wording


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
