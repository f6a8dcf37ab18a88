# SPDX-License-Identifier: BSD-3-Clause
"""What fitted estimators hold. Each declares it in `_state`, and what comes from a file is checked against that."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from .parameters import Rule

FLOATS = (np.float32, np.float64)
TEXTS = (np.object_,)

_NOTHING = object()
ABSENT = Rule("absent", lambda value: value is _NOTHING)


class Array(NamedTuple):
    """An array, as an attribute of a fitted estimator.

    types : it is of one of these; objects are texts
    shape : the length of each dimension, or the name of a length: those of one name are the same, and an attribute that
        is an integer is the length of its name
    low, high : its values are at least `low` and less than `high`, which may be the name of a length
    finite : False lets infinity pass, but not NaN
    missing : True lets NaN pass, for missing values
    """

    types: tuple[type, ...]
    shape: tuple[str | int, ...]
    low: float | None = None
    high: float | str | None = None
    finite: bool = True
    missing: bool = False

    @property
    def text(self) -> str:
        """Completes "must be ..."."""
        types = " or ".join("texts" if each is np.object_ else each.__name__ for each in self.types)
        shape = f"({', '.join(map(str, self.shape))}{',' * (len(self.shape) == 1)})"
        values = [
            f"{word} {bound}" for word, bound in (("at least", self.low), ("less than", self.high)) if bound is not None
        ]
        if np.float64 in self.types:
            values.append("finite or NaN" if self.missing else "finite" if self.finite else "not NaN")
        return f"an array of {types} of shape {shape}{', ' * bool(values)}{', '.join(values)}"

    def accepts(self, value: object, lengths: dict[str, int]) -> bool:
        """Whether `value` is such an array; if so, `lengths` has the names of its lengths afterwards."""
        if type(value) is not np.ndarray or value.dtype not in map(np.dtype, self.types):
            return False
        if value.ndim != len(self.shape):
            return False
        new = dict(lengths)
        for name, length in zip(self.shape, value.shape, strict=True):
            if length != (name if isinstance(name, int) else new.setdefault(name, length)):
                return False
        high = new[self.high] if isinstance(self.high, str) else self.high
        if value.dtype == np.object_:
            fits = all(isinstance(each, str) for each in value.flat)
        elif not value.size:
            fits = True
        else:
            least, most = value.min(), value.max()  # NaN if there is one
            if self.missing and least != least:
                least, most = (each.reduce(value, axis=None, initial=0.0) for each in (np.fmin, np.fmax))
            fits = bool(
                least == least
                and (self.low is None or least >= self.low)
                and (high is None or most < high)
                and (not self.finite or -np.inf < least <= most < np.inf)
            )
        if fits:
            lengths.update(new)
        return fits


def check_state(
    owner: str,
    declared: Mapping[str, tuple[Rule | Array, ...]],
    values: Mapping[str, Any],
    lengths: Mapping[str, int] | None = None,
) -> None:
    """Check values that were declared: each must satisfy one of its rules, and there must be no others.

    lengths : those that are known already, by their names

    Raises
    ------
    ValueError
        Names the value, what it may be, and what it is.
    """
    for name in values:
        if name not in declared:
            raise ValueError(f"{name!r} is not an attribute of {owner}")
    known = dict(lengths or {})
    known.update(
        (name, int(value))
        for name, value in values.items()
        if isinstance(value, Integral) and not isinstance(value, bool)
    )
    for name, allowed in declared.items():
        value = values.get(name, _NOTHING)
        if not any(each.accepts(value, known) if isinstance(each, Array) else each.accepts(value) for each in allowed):
            raise ValueError(
                f"{name!r} of {owner} must be {' or '.join(each.text for each in allowed)}. Got "
                f"{_describe(value)} instead."
            )


def _describe(value: object) -> str:
    if value is _NOTHING:
        return "nothing"
    if isinstance(value, np.ndarray):
        text = f"{value.dtype} of shape {value.shape}"
        return f"{text}, from {value.min()} to {value.max()}" if value.size and value.dtype.kind in "biuf" else text
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
