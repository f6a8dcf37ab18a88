# SPDX-License-Identifier: BSD-3-Clause
"""One step before squares and sums: numbers too large or too small for them are divided by a power of two.

That division is exact, so results have the same digits at every scale; lengths are multiplied by it afterwards.
Ordinary numbers are left as they are: the exponent is 0 and nothing is copied. Differences down to 2**-400 of the
largest number count; still smaller ones may vanish beside it, as the square of 1e-170 vanishes beside 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ._kernels.magnitude import largest_magnitude

if TYPE_CHECKING:
    from typing import TypeVar

    from numpy.typing import NDArray

    _Float = TypeVar("_Float", bound=np.floating)

# Binary exponents. "A power" is that of the metric: of the numbers' size, times 2 for squares.
_LOW, _HIGH = -200, 900  # a power of the largest number: 2**120 are left above for sums, and room below for small ones
_FAR = 980  # a power of other numbers that are compared with these, at most
_WIDE = 1800  # from a power of the smallest number above 0 to one of the largest, at most, where the latter is divided
_RADIUS = 664  # a power of a radius, up or down: from 1e-100 to 1e100 for squares
_USUAL = 6.0  # powers up to this one of any float32 number fit into float64
_WEIGHT = 64  # the largest weight, up or down
_WEIGHTS = 700  # from the smallest weight above 0 to the largest, at most


def magnitude(*arrays: NDArray[Any]) -> float:
    """The largest absolute value, 0 if there is none; infinity if a number is NaN or infinite. O(n) time."""
    top = 0.0
    for each in arrays:
        top = max(top, largest_magnitude(np.ascontiguousarray(each, None if each.dtype.char == "f" else np.float64)))
    return top


def size(*arrays: NDArray[Any]) -> float:
    """The same, but NaN is passed over."""
    top = magnitude(*arrays)
    if top == math.inf:
        top = max(float(np.fmax.reduce(np.abs(each), axis=None, initial=0.0)) for each in arrays)
    return top


def is_safe(dtype: np.dtype, power: float) -> bool:
    """Whether numbers of a type need no division, whatever they are, before a power of them is added up in float64."""
    return not power or (dtype == np.float32 and power <= _USUAL)


def exponent_of(top: float, power: float = 2.0, radius: float = 0.0) -> int:
    """The power of two to divide numbers up to `top` by, before powers of their differences are added up.

    radius : what distances are compared with; 0 or infinity where that says nothing about their size
    """
    if 0 < radius < math.inf:
        exponent = math.frexp(radius)[1]
        if abs(exponent) * power < _RADIUS:  # what overflows is far, and what vanishes is near
            return 0
        return max(exponent, math.frexp(top)[1] - _highest(power))
    if not (power and 0 < top < math.inf):
        return 0
    exponent, highest = math.frexp(top)[1], _highest(power)
    return 0 if _LOW <= exponent * power and exponent <= highest else exponent - highest


def exponent_for(*arrays: NDArray[Any], power: float = 2.0, radius: float = 0.0, name: str | None = None) -> int:
    """The power of two to divide these arrays by; they are not looked at where that is not needed.

    power : of differences that are added up; 0 where none are
    radius : as of `exponent_of`
    name : what messages call the arrays; None: nothing is refused

    Raises
    ------
    ValueError
        They hold numbers so large and others so small that squares of both don't fit into float64.
    """
    unsafe = [each for each in arrays if not is_safe(each.dtype, power)]
    if not unsafe:
        return 0
    if 0 < radius < math.inf:
        return exponent_of(size(*arrays), power, radius) if exponent_of(0.0, power, radius) else 0
    if len(unsafe) < len(arrays) and exponent_of(size(*unsafe), power) == 0:
        return 0
    top = size(*arrays)
    exponent = exponent_of(top, power)
    if exponent > 0 and name is not None and power <= _USUAL:
        low = min(float(np.fmin.reduce(np.abs(each), None, where=each != 0, initial=math.inf)) for each in arrays)
        check_range(low, top, name, power)
    return exponent


def check_range(low: float, top: float, name: str, power: float = 2.0) -> None:
    """Raise ValueError where data whose largest number has to be divided hold others that would vanish.

    low, top : the smallest absolute value above 0, and the largest one
    """
    if math.frexp(low)[1] < math.frexp(top)[1] - _WIDE / power:
        raise ValueError(
            f"{name} holds numbers of very different size, {low:.6g} and {top:.6g}: "
            f"{'squares' if power == 2 else 'powers'} of both do not fit into float64. Leave out such "
            "rows, or divide such columns by a constant."
        )


def _highest(power: float) -> int:
    return math.floor(_HIGH / power) - 1


def far_limit(power: float = 2.0) -> float:
    """Numbers of at least this size are too large to be compared with some that are up to 2**_HIGH / power."""
    return float(2.0 ** (_FAR / power - 1))


def far_rows(X: NDArray[Any], exponent: int, power: float = 2.0) -> NDArray[np.intp] | None:
    """The rows too large to be compared with some that are to be divided by 2**exponent; None as a rule."""
    if (is_safe(X.dtype, power) and exponent == 0) or times(size(X), -exponent) < far_limit(power):
        return None
    tops = np.fmax(np.fmax.reduce(X, axis=1), -np.fmin.reduce(X, axis=1)).astype(np.float64)
    return np.flatnonzero(~(multiplied(tops, -exponent) < far_limit(power)))


def parts(X: NDArray[Any], exponent: int, top: float, power: float = 2.0) -> list[tuple[slice | NDArray[np.intp], int]]:
    """Which rows are compared with others over which power of two: as a rule all over the one that suits the others.

    Rows too large for that come first, over one that suits them, too.

    exponent : of the power of two that suits the others
    top : the largest absolute value of the others
    """
    far = far_rows(X, exponent, power)
    if far is None:
        return [(slice(None), exponent)]
    found: list[tuple[slice | NDArray[np.intp], int]] = [(far, exponent_of(max(top, size(X[far])), power))]
    if len(far) < len(X):
        found.append((np.setdiff1d(np.arange(len(X)), far), exponent))
    return found


def divided(X: NDArray[_Float], exponent: int) -> NDArray[_Float | np.float64]:
    """Numbers over 2**exponent, in float64; they themselves if it is 0."""
    return X if exponent == 0 else multiplied(X.astype(np.float64), -exponent)


def multiplied(values: NDArray[_Float], exponent: int) -> NDArray[_Float]:
    """Numbers times 2**exponent, in place; 0 or infinite where the product is beyond their type."""
    if exponent:
        with np.errstate(over="ignore", under="ignore"):
            np.ldexp(values, exponent, out=values)
    return values


def times(value: float, exponent: int) -> float:
    """A number times 2**exponent; 0 or infinite where that is beyond float64."""
    if not exponent:
        return float(value)
    with np.errstate(over="ignore", under="ignore"):
        return float(np.ldexp(float(value), exponent))


def lengths(differences: NDArray[np.float64]) -> NDArray[np.float64]:
    """Euclidean lengths of rows, each with a power of two of its own where its squares overflow or vanish."""
    with np.errstate(over="ignore", under="ignore"):
        squares = np.einsum("ij,ij->i", differences, differences)
        found: NDArray[np.float64] = np.sqrt(squares)
        odd = np.flatnonzero(~((squares > 2.0**-_HIGH) & (squares < math.inf)))
        if len(odd):
            exponents = np.frexp(np.abs(differences[odd]).max(axis=1))[1]
            part = np.ldexp(differences[odd], -exponents[:, None])
            found[odd] = np.ldexp(np.sqrt(np.einsum("ij,ij->i", part, part)), exponents)
    return found


def balanced(weights: NDArray[np.float64] | None) -> tuple[NDArray[np.float64] | None, int]:
    """Weights of at least 0, divided by a power of two so that they can be multiplied with squares; and its exponent.

    Raises
    ------
    ValueError
        Some weight is so small beside another that their sum would not see it.
    """
    if weights is None or not len(weights):
        return weights, 0
    top, low = float(weights.max()), float(weights.min())
    if low == 0:
        low = float(np.min(weights, where=weights > 0, initial=top))
    exponent = weight_exponent(low, top)
    return divided(weights, exponent), exponent


def weight_exponent(low: float, top: float) -> int:
    """The power of two to divide weights by, from the smallest one above 0 to the largest, as `balanced` does.

    Raises
    ------
    ValueError
        Some weight is so small beside another that their sum would not see it.
    """
    exponent = math.frexp(top)[1]
    if exponent - math.frexp(low)[1] > _WEIGHTS:
        raise ValueError(
            f"The largest of 'sample_weight' must be at most {2.0**_WEIGHTS:.0e} times the smallest one "
            f"above 0. Got {top:.6g} and {low:.6g}."
        )
    return 0 if abs(exponent) <= _WEIGHT else exponent
