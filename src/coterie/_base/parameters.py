# SPDX-License-Identifier: BSD-3-Clause
"""Which values a parameter may have: rules, and the check against them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import NamedTuple, TypeGuard

import numpy as np

from .containers import PROTOCOLS
from .wording import shown

_LARGEST_INT = 2**63 - 1  # of the kernels


class Rule(NamedTuple):
    """One kind of value that a parameter may take."""

    text: str  # completes "must be ..."
    accepts: Callable[[object], bool]


def integer(low: int, high: int | None = None) -> Rule:
    """An int from `low` to `high`, both included. A bool does not count as an int."""
    top = _LARGEST_INT if high is None else high
    return Rule(
        f"an int in the range [{low}, {'inf)' if high is None else f'{high}]'}",
        lambda value: is_integer(value) and low <= value <= top,
    )


def number(low: float) -> Rule:
    """A float of at least `low`; infinity, too."""
    return Rule(f"a float in the range [{float(low)}, inf]", lambda value: is_real(value) and as_float(value) >= low)


def real(low: float) -> Rule:
    """A finite float of at least `low`."""
    return Rule(
        f"a float in the range [{float(low)}, inf)", lambda value: is_real(value) and low <= as_float(value) < math.inf
    )


def is_integer(value: object) -> TypeGuard[int]:
    """Whether `value` is a whole number. A bool and a numpy timedelta are not."""
    # The abstract class is slow to ask: most values are of the first type.
    return type(value) is int or (isinstance(value, Integral) and not isinstance(value, (bool, np.timedelta64)))


def is_real(value: object) -> TypeGuard[float]:
    """Whether `value` is a real number. A numpy timedelta is not."""
    return type(value) in (float, int) or (isinstance(value, Real) and not isinstance(value, np.timedelta64))


def as_float(value: float) -> float:
    """`value` as the kernels take it: an int that no float reaches is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


POSITIVE = Rule("a float in the range (0.0, inf)", lambda value: is_real(value) and 0 < as_float(value) < math.inf)
NUMBER = Rule("a real number", lambda value: is_real(value) and not math.isnan(as_float(value)))


def one_of(*options: str) -> Rule:
    """One of a few words."""
    return Rule(
        f"a str among {{{', '.join(map(repr, options))}}}", lambda value: isinstance(value, str) and value in options
    )


NONE = Rule("None", lambda value: value is None)
CALLABLE = Rule("a callable", callable)
ARRAY_LIKE = Rule("an array-like", lambda value: is_array_like(value))
DICT = Rule(
    "an instance of 'dict'",  # of keywords
    lambda value: isinstance(value, dict) and all(isinstance(key, str) for key in value),
)
BOOL = (
    Rule("an instance of 'bool'", lambda value: isinstance(value, bool)),
    Rule("an instance of 'numpy.bool'", lambda value: isinstance(value, np.bool_)),
)
RANDOM_STATE = (
    integer(0, 2**32 - 1),
    Rule("an instance of 'numpy.random.RandomState'", lambda value: isinstance(value, np.random.RandomState)),
    Rule("an instance of 'numpy.random.Generator'", lambda value: isinstance(value, np.random.Generator)),
    NONE,
)
AXES = (Rule("matplotlib axes", lambda value: hasattr(value, "inset_axes")), NONE)  # no figure, no array of axes
N_JOBS = (Rule("an int other than 0", lambda value: is_integer(value) and value != 0), NONE)


def is_array_like(value: object) -> bool:
    """Whether `value` could be read as an array: no number, no text."""
    has_values = hasattr(value, "__len__") or any(hasattr(value, each) for each in ("shape", *PROTOCOLS))
    return has_values and not np.isscalar(value)


def check_parameters(owner: str, rules: Mapping[str, tuple[Rule, ...]], values: Mapping[str, object]) -> None:
    """Check each parameter that has rules: it must satisfy one of them.

    Raises
    ------
    ValueError
        Names the parameter, what it may be, and the value.
    """
    for name, allowed in rules.items():
        value = values[name]
        for rule in allowed:
            if rule.accepts(value):
                break
        else:
            *most, last = (rule.text for rule in allowed)
            text = f"{', '.join(most)} or {last}" if most else last
            beyond = " Ints must be below 2**63." if is_integer(value) and value > _LARGEST_INT else ""
            raise ValueError(f"The {name!r} parameter of {owner} must be {text}. Got {shown(value)} instead.{beyond}")


def check_n_clusters(n_samples: int, n_clusters: int) -> None:
    """Raise ValueError if there are fewer rows than clusters."""
    if n_samples < n_clusters:
        raise ValueError(f"n_samples={n_samples} should be >= n_clusters={n_clusters}.")
