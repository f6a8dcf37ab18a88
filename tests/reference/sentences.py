"""Reading what is said about data again: whether it is true of the numbers."""

import re

NUMBER = r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?"
PART = r"(?:under |over )?[\d.]+%"


def reads(text, value):
    """Whether a printed number is the value, but for rounding."""
    digits = len(text.partition(".")[2])
    return abs(float(text) - value) <= 0.5001 * 10.0**-digits + 1e-12 * abs(value)


def two_decimals(value):
    return f"{round(float(value), 2) + 0.0:.2f}"  # no -0


def listed(text):
    return [int(each) for each in re.findall(r"\d+", text)]


def shows(text, value):
    """Whether a text such as "1,230", "33%", "under 1%" is the value, to three digits or to the last one it has."""
    if text.endswith("%"):
        value *= 100
    word, _, digits = text.rstrip("%").rpartition(" ")
    shown = float(digits.replace(",", ""))
    if word:
        return 0 < value < shown if word == "under" else shown < value < 100
    if text in ("0%", "100%"):
        return abs(value - shown) < 1e-9
    unit = 10.0 ** -len(digits.partition(".")[2]) if "e" not in digits else 0.0
    return abs(shown - value) <= max(0.5 * unit, 0.005 * abs(value)) * (1 + 1e-9)
