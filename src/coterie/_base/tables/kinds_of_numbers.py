# SPDX-License-Identifier: BSD-3-Clause
"""What a column of numbers is: an amount, a count, a rating, a code, a date or a place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..lazy import lazy_property
from ..wording import count, number, share
from .kind_hints import ColumnKind, hint

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 20_000  # values, evenly spread, of which quantiles are taken
MANY = 20  # values that no name explains must be so many before they tell what they are
_FEW = 20  # different values that are steps of a scale, small counts, or codes
_EACH = 5  # rows for each of few values, on average
_STEPS = 11  # of a rating: 0 to 10
_REPEATS = 8.0  # values that chance would repeat so often, and that are all different, are no measurements
_NEAR = 8  # neighbors in order that tell how dense values are
_SKEWED = 1.5  # skewness from which a tail is long; 2 is that of the exponential distribution
_APART = 20.0  # from the median to the largest hundredth, where values are told apart by factors
_SELDOM = 0.7  # skewness of small counts, of which large ones are seldom
_CLIPPED = 0.005  # share of the values at either end that do not decide on that
_EVEN = 10.0  # largest step over the median one in numbers that count rows
_FAR = 10.0  # widths of the middle nine tenths from the median to what lies far out
_SMALL = 100  # counts are smaller, typically
_WHOLE = 2.0**53  # floats beyond are whole numbers whatever they measure
_FLOOR = 0.1  # of the median: what is counted as 0 in logarithms


def kind_of_numbers(name: str, values: NDArray[Any]) -> ColumnKind:
    """What a column is that holds these finite numbers, one or more, in the order of the rows."""
    sentinel = find_sentinel(values)
    if sentinel is None:
        return _kind(name, Numbers(values))
    rest = values[values != sentinel]
    kind, reason, doubt = _kind(name, Numbers(rest))
    why = "nothing else is negative" if sentinel == -1 else "it is far from all other values"
    rows = count(len(values) - len(rest), "row")
    missing = f"{figure(sentinel)} stands in {rows}, and {why}: it may mean that the value is missing"
    return ColumnKind(kind, f"{reason}, but for {figure(sentinel)}", "; ".join(filter(None, (missing, doubt))))


def find_sentinel(values: NDArray[Any]) -> float | None:
    """The number among finite ones that may mean "missing": -1 among values of 0 and more, or an extreme such as -999
    or 9999 that is farther from the next value than the middle nine tenths of the others span; None if there is none.
    """
    for extreme, sign in ((float(values.min()), -1), (float(values.max()), 1)):
        nines = abs(extreme) == extreme * sign and _is_nines(abs(extreme))
        if not (nines or (extreme == -1 and sign < 0)):
            continue
        rest = values[values != extreme].astype(np.float64)
        if not len(rest) or rest.min() == rest.max() or len(rest) < len(values) / 2:
            continue
        if extreme == -1:
            some = rest[: 50 * _FEW]
            if rest.min() >= 0 and len(rest) <= len(values) - 2 and len(np.unique(some)) > 3:
                return extreme
        else:
            low, high = np.percentile(rest, (5, 95))
            if np.abs(rest - extreme).min() > max(high - low, abs(extreme) / 10):
                return extreme
    return None


def _is_nines(size: float) -> bool:
    """Whether a number is 99, 999, 9999 ... or one of these with a fraction of nines."""
    text = f"{size:.6f}".rstrip("0").rstrip(".") if size < 1e9 else ""
    return len(text) > 1 and set(text) <= {"9", "."}


def log_unit(values: NDArray[Any]) -> float:
    """The u in ``log(1 + x / u)`` for amounts: a tenth of the median of those that are not 0, so that 0 is near a tenth
    of what is usual, whatever the unit of the column; 1 if all are 0."""
    sizes = np.abs(values[values != 0])
    unit = _FLOOR * float(np.percentile(sizes, 50, method="lower")) if len(sizes) else 1.0
    return unit if unit >= np.finfo(np.float64).tiny else 1.0


class Tail(NamedTuple):
    """A long tail of large values: the factor from the median to the largest hundredth, and the skewness of the values
    and of their logarithms, all without the farthest values."""

    factor: float
    skewness: float
    of_logarithms: float


class Numbers:
    """Facts about numbers, each computed when it is asked for."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values  # (n,), in the order of the rows
        self.n = len(values)
        self.step = -(-self.n // SAMPLE)
        self.low, self.high = float(values.min()), float(values.max())

    @lazy_property
    def whole(self) -> bool:
        """Whether all are whole numbers."""
        if self.values.dtype.kind in "iu":
            return True
        small = max(abs(self.low), abs(self.high)) < _WHOLE
        return small and bool((self.values == np.floor(self.values)).all())

    @lazy_property
    def sample(self) -> NDArray[np.float64]:
        """At most `SAMPLE` of them, evenly spread over the rows, in ascending order."""
        sample: NDArray[np.float64] = np.sort(self.values[:: self.step].astype(np.float64))
        return sample

    @lazy_property
    def few(self) -> NDArray[np.float64] | None:
        """All different values, where these are few and each is that of several rows on average."""
        different = np.unique(self.values[:: self.step])
        if len(different) > _FEW or self.n < _EACH * len(different):
            return None
        if self.step > 1:
            different = np.unique(self.values)
        return different.astype(np.float64) if len(different) <= _FEW else None

    @lazy_property
    def ordered(self) -> NDArray[Any]:
        """All of them in ascending order."""
        ordered: NDArray[Any] = np.sort(self.values)
        return ordered

    @lazy_property
    def n_different(self) -> int:
        return 1 + int(np.count_nonzero(self.ordered[1:] != self.ordered[:-1]))

    @property
    def repeats(self) -> bool:
        """Whether some value is there twice."""
        some = self.values[:: self.step]  # most columns end here
        return len(np.unique(some)) < len(some) or self.n_different < self.n

    @property
    def range(self) -> str:
        return f"from {figure(self.low)} to {figure(self.high)}"

    def chance_repeats(self) -> float:
        """About how many pairs of equal values there would be if whole numbers had been drawn from this density."""
        near = min(_NEAR, self.n - 1)
        density = near / (_steps(self.ordered[:-near], self.ordered[near:]) + 1)
        return float(density.mean() * self.n / 2)

    def rises_evenly(self) -> bool:
        """Whether they rise or fall from row to row, without steps that are far larger than the others."""
        before, after = self.values[:-1], self.values[1:]
        if not (after > before).all():
            before, after = after, before
        steps = _steps(before, after)
        return bool((after > before).all()) and float(steps.max()) <= _EVEN * float(np.median(steps))

    @lazy_property
    def zeros(self) -> float:
        """Share of zeros."""
        return float(np.count_nonzero(self.values == 0)) / self.n

    @lazy_property
    def tail(self) -> Tail | None:
        """The long tail of large values, if there is one. Where half of the values are 0, that of the others."""
        if self.low < 0:
            return None
        sample = self.sample if self.zeros < 0.5 else self.sample[self.sample > 0]
        if len(sample) < 8:
            return None
        ends = max(1, int(_CLIPPED * len(sample)))
        values = np.clip(sample, sample[ends], sample[-1 - ends])
        before, after = _skewness(values), _skewness(_logarithms(values, sample))
        median, top = np.percentile(values, (50, 99))
        factor = float(top / median) if median > 0 else math.inf
        return Tail(factor, before, after) if factor >= _APART or (before > max(_SKEWED, 2 * abs(after))) else None

    def far_out(self) -> str:
        """What to say of values that are far from all others."""
        low, median, high = np.percentile(self.sample, (5, 50, 95), method="lower")
        limit = _FAR * (high - low)
        far = int(np.count_nonzero(np.abs(self.values - median) > limit)) if limit > 0 else 0
        if not far:
            return ""
        farthest = self.high if self.high - median > median - self.low else self.low
        return (
            f"{far:,} values are far from the others, the farthest is {figure(farthest)}"
            if far > 1
            else f"one value is far from the others, {figure(farthest)}"
        )


def _steps(low: NDArray[Any], high: NDArray[Any]) -> NDArray[np.float64]:
    """From lower to higher numbers; exact for small steps between huge whole numbers."""
    if low.dtype.kind in "iu":
        low, high = low.astype(np.uint64), high.astype(np.uint64)  # modulo 2**64
    steps: NDArray[np.float64] = (high - low).astype(np.float64)
    return steps


def figure(value: float) -> str:
    """A number of the data: whole ones with all digits."""
    if value == math.floor(value) and abs(value) < 1e15:
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.0f}"
    return f"{value:,.6g}" if 10_000 <= abs(value) < 1e6 else f"{value:.6g}"


def _skewness(values: NDArray[np.float64]) -> float:
    largest = max(abs(values[0]), abs(values[-1]))
    centered = values / largest
    centered -= centered.mean()
    spread = float(np.sqrt(np.mean(centered * centered)))
    return float(np.mean((centered / spread) ** 3)) if spread > 1e-12 else 0.0


def _logarithms(values: NDArray[np.float64], sample: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(1 + x / u)`` with the u of the sample."""
    return np.log1p(np.minimum(values / log_unit(sample), np.finfo(np.float64).max))


def _kind(name: str, numbers: Numbers) -> ColumnKind:
    if numbers.values.min() == numbers.values.max():
        doubt = "there is only one value" if numbers.n == 1 else ""
        return ColumnKind("constant", f"every value is {figure(numbers.low)}", doubt)
    says = hint(name)
    few = numbers.few
    if few is not None and len(few) == 2 and ((few == (0, 1)).all() or numbers.n >= MANY):
        return _binary(few, says)
    if (numbers.low, numbers.high) == (0, 1) and numbers.whole:  # in few rows
        return _binary(np.array([0.0, 1.0]), says)
    if place := _place(says, numbers):
        return place
    if not numbers.whole:
        return _few_reals(few, numbers) or _amount(numbers, says)
    if (numbers.n >= MANY or says == "date") and (encoded := _encoded_date(numbers.values)):
        sure = says == "date" or numbers.low > 2100
        return ColumnKind("date", encoded, "" if sure else f"numbers {numbers.range} may measure something, too")
    if found := _identifier(says, numbers):
        return found
    return _few_whole(says, few, numbers) or _whole(says, numbers)


def _binary(two: NDArray[np.float64], says: str) -> ColumnKind:
    doubt = "the name says that it is an identifier" if says == "identifier" else ""
    return ColumnKind("binary", f"all values are {figure(two[0])} or {figure(two[1])}", doubt)


def _place(says: str, numbers: Numbers) -> ColumnKind | None:
    """Degrees, which only a name can tell from other numbers."""
    if says not in ("latitude", "longitude"):
        return None
    most = 90 if says == "latitude" else 360
    if -min(most, 180) <= numbers.low and numbers.high <= most:
        doubt = "all are whole numbers, and places have fractions of degrees" if numbers.whole else ""
        return ColumnKind(says, f"numbers {numbers.range}, which are degrees of {says} by the name", doubt)
    kind, reason, doubt = _kind("", numbers)
    beyond = f"the name says {says}, and numbers {numbers.range} are no degrees of that"
    return ColumnKind(kind, reason, "; ".join(filter(None, (beyond, doubt))))


def _encoded_date(values: NDArray[Any]) -> str:
    """What whole numbers encode if all are years, seconds or milliseconds of 2001 to 2033, YYYYMMDD or YYYYMM."""
    low, high = float(values.min()), float(values.max())
    if 1900 <= low and high <= 2100:
        return f"whole numbers from {low:.0f} to {high:.0f}, as years are"
    if (1e9 <= low and high <= 2e9) or (1e12 <= low and high <= 2e12):
        return f"whole numbers as {'milliseconds' * (low > 1e11) or 'seconds'} since 1970 are in the years 2001 to 2033"
    if 190001 <= low and high <= 210012:
        months, form = values % 100, "YYYYMM"
        days = np.ones(1)
    elif 19000101 <= low and high <= 21001231:
        months, days, form = values // 100 % 100, values % 100, "YYYYMMDD"
    else:
        return ""
    possible = months.min() >= 1 and months.max() <= 12 and days.min() >= 1 and days.max() <= 31
    return f"whole numbers that are dates in the form {form}" if possible else ""


def _identifier(says: str, numbers: Numbers) -> ColumnKind | None:
    if says in ("identifier", "code"):
        m = numbers.n_different
        most, each = (12, 2 * _EACH) if says == "identifier" else (50, 2)  # few identifiers are those of categories
        if 1 < m <= most and numbers.n >= each * m:
            return ColumnKind("category", f"{m} different whole numbers, which are {says}s by the name")
        which = f"{m:,} different ones in {count(numbers.n, 'row')}" if m < numbers.n else "none twice"
        what = "an identifier" if says == "identifier" else "a code"
        return ColumnKind("identifier", f"whole numbers, {which}, and {what} by the name")
    if numbers.n < MANY or numbers.repeats:
        return None
    expected = numbers.chance_repeats()
    if expected >= _REPEATS:
        return ColumnKind(
            "identifier",
            f"whole numbers {numbers.range}, none twice, where chance would repeat about {expected:,.0f} of them",
        )
    if numbers.rises_evenly():
        doubt = "the table may be sorted by what it measures"
        way = "rise" if numbers.values[0] < numbers.values[-1] else "fall"
        return ColumnKind("identifier", f"whole numbers that {way} evenly from row to row, none twice", doubt)
    return None


def _few_reals(few: NDArray[np.float64] | None, numbers: Numbers) -> ColumnKind | None:
    """Steps such as 1, 1.5, 2."""
    if few is None or not 3 <= len(few) <= _STEPS or numbers.n < 2 * _EACH * len(few):
        return None
    steps = np.diff(few)
    if steps.max() - steps.min() > 1e-5 * steps.max():  # of float32, too
        return None
    return ColumnKind("ordinal", f"{len(few)} different values {numbers.range}, in equal steps", "")


def _few_whole(says: str, few: NDArray[np.float64] | None, numbers: Numbers) -> ColumnKind | None:
    """Few different whole numbers, each in several rows."""
    if few is None or len(few) < 3:
        return None
    found = f"{len(few)} different whole numbers {numbers.range}"
    steps = np.diff(few)
    even = steps.min() == steps.max()
    if says == "category":
        return ColumnKind("category", f"{found}, which are codes by the name")
    if says == "ordinal" and len(few) <= _STEPS:
        return ColumnKind("ordinal", f"{found}, which are ordered by the name")
    if says == "count" and numbers.low >= 0:
        return ColumnKind("count", f"{found}, which are counts by the name")
    if says == "amount":
        return None
    is_scale = even and len(few) <= _STEPS
    skewness = _skewness(numbers.sample)
    if is_scale and numbers.low != 0 and (numbers.low < 0 or numbers.high <= 10 or steps[0] > 1):
        if numbers.low == 1 and skewness > _SELDOM:
            return ColumnKind("count", f"{found}, large ones seldom", "they may be steps of a rating, or codes")
        doubt = "they may be counts, or codes of categories" if numbers.low >= 0 else ""
        return ColumnKind("ordinal", f"{found}, in equal steps of {figure(steps[0])}", doubt)
    digits = len(str(int(few[0])))
    if not even and few[0] >= 100 and digits == len(str(int(few[-1]))):
        doubt = "they may measure something, too"
        return ColumnKind("category", f"{found}, all of {digits} digits and in uneven steps, as codes are", doubt)
    if numbers.low >= 0 and numbers.high < _SMALL:
        doubt = "they may be steps of a rating" if is_scale and numbers.high in (5, 10) and skewness < 0 else ""
        return ColumnKind("count", found, doubt)
    return None


def _whole(says: str, numbers: Numbers) -> ColumnKind:
    """Whole numbers of many values: counts or amounts, or codes if the name says so."""
    if says == "category" and numbers.high - numbers.low < numbers.n / (2 * _EACH):
        doubt = "they may measure something, too"
        return ColumnKind("category", f"whole numbers {numbers.range}, which are codes by the name", doubt)
    if says != "amount" and numbers.low >= 0 and (numbers.high < _SMALL or not numbers.tail):
        median = float(np.median(numbers.sample))
        if says == "count" or (numbers.low <= 1 and median < _SMALL and numbers.high != 100):
            some = f"{share(numbers.zeros)} of them 0" if median == 0 else f"with median {figure(median)}"
            return ColumnKind("count", f"whole numbers {numbers.range}, {some}", numbers.far_out())
    return _amount(numbers, says)


def _amount(numbers: Numbers, says: str) -> ColumnKind:
    what = "whole numbers" if numbers.whole else "numbers"
    if tail := numbers.tail:
        some = f", {share(numbers.zeros)} of them 0" if numbers.zeros >= 0.01 else ""
        factor = number(tail.factor) if tail.factor < math.inf else "over 1e308"
        of = "of those above 0, " if numbers.zeros >= 0.5 else ""
        return ColumnKind(
            "long_tail",
            f"{what} {numbers.range}{some}; {of}large ones are {factor} times the median, and logarithms "
            f"have a skewness of {tail.of_logarithms:.1f} instead of {tail.skewness:.1f}",
            numbers.far_out() if _far_after_logarithms(numbers) else "",
        )
    doubt = numbers.far_out()
    digits = len(f"{numbers.low:.0f}") if numbers.whole and numbers.low >= 10_000 else 0
    if digits and digits == len(f"{numbers.high:.0f}") and says != "amount":
        codes = f"all have {digits} digits, as codes have"
        doubt = "; ".join(filter(None, (codes, doubt)))
    return ColumnKind("amount", f"{what} {numbers.range}", doubt)


def _far_after_logarithms(numbers: Numbers) -> bool:
    """Whether some value is far from all others even on a logarithmic scale."""
    values = np.append(numbers.sample, numbers.high)
    *logs, highest = _logarithms(values, numbers.sample)
    low, median, high = np.percentile(logs, (5, 50, 95))
    return bool(highest - median > 3 * (high - low) > 0)
