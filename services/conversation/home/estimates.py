"""How sure a number is: 95 % confidence intervals of means, shares and their differences, by published methods.

Means: Student's t ("Student", 1908). Differences of means: Welch (1947), with Welch and Satterthwaite's degrees of
freedom. Shares: the score interval of Wilson (1927). Differences of shares: Newcombe (1998), "Interval estimation for
the difference between independent proportions: comparison of eleven methods", method 10.

A sample without spread tells nothing of what the next call may be, so there is no interval then, and no difference
is more than noise by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtri, stdtrit

_TAIL = 0.975
_Z = float(ndtri(_TAIL))


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % confidence interval.

    Attributes:
        low: Its lower end.
        high: Its upper end.
    """

    low: float
    high: float

    @property
    def excludes_zero(self) -> bool:
        """Whether what it is of is more than noise."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What means rest on: sums of whole numbers, which add up over days and sellers and have no rounding.

    Attributes:
        n: How many values.
        total: Their sum.
        squares: The sum of their squares.
        scale: How many of what is summed make one of the measure's unit.
    """

    n: int
    total: int
    squares: int
    scale: int = 1

    @classmethod
    def of(cls, values: Iterable[int], scale: int = 1) -> "Sample":
        """The sums of some values."""
        known = list(values)
        return cls(len(known), sum(known), sum(value * value for value in known), scale)

    @property
    def mean(self) -> float | None:
        """None without values."""
        return self.total / (self.n * self.scale) if self.n else None

    @property
    def variance(self) -> float:
        """Of the values about their mean, with n - 1; 0 for fewer than 2."""
        if self.n < 2:
            return 0.0
        return (self.n * self.squares - self.total**2) / (self.n * (self.n - 1) * self.scale**2)

    def less_than(self, whole: int) -> "Sample":
        """The sums of what each value lacks of a whole, in the measure's unit."""
        top = whole * self.scale
        squares = self.n * top * top - 2 * top * self.total + self.squares
        return Sample(self.n, self.n * top - self.total, squares, self.scale)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some have something.

    Attributes:
        hits: Those that have.
        n: All of them.
    """

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        """0 to 1; None of none."""
        return self.hits / self.n if self.n else None


def mean_interval(sample: Sample) -> Interval | None:
    """Where the true mean lies; None for fewer than 2 values or values without spread."""
    mean, variance = sample.mean, sample.variance
    if mean is None or not variance:
        return None
    reach = float(stdtrit(sample.n - 1, _TAIL)) * sqrt(variance / sample.n)
    return Interval(mean - reach, mean + reach)


def mean_difference(one: Sample, other: Sample) -> Interval | None:
    """Where the true difference of two means lies.

    None where a side has fewer than 2 values, or neither has spread.
    """
    if one.mean is None or other.mean is None or min(one.n, other.n) < 2:
        return None
    parts = one.variance / one.n, other.variance / other.n
    squared_error = sum(parts)
    if not squared_error:
        return None
    freedom = squared_error**2 / (parts[0] ** 2 / (one.n - 1) + parts[1] ** 2 / (other.n - 1))
    reach = float(stdtrit(freedom, _TAIL)) * sqrt(squared_error)
    difference = one.mean - other.mean
    return Interval(difference - reach, difference + reach)


def share_interval(share: Share) -> Interval | None:
    """Where the true share lies, 0 to 1; None of none."""
    value, n = share.value, share.n
    if value is None:
        return None
    spread = 1 + _Z * _Z / n
    middle = (value + _Z * _Z / (2 * n)) / spread
    reach = _Z * sqrt(value * (1 - value) / n + _Z * _Z / (4 * n * n)) / spread
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def share_difference(one: Share, other: Share) -> Interval | None:
    """Where the true difference of two shares lies, -1 to 1; None where a side is of none."""
    first, second = share_interval(one), share_interval(other)
    if first is None or second is None or one.value is None or other.value is None:
        return None
    difference = one.value - other.value
    down = sqrt((one.value - first.low) ** 2 + (second.high - other.value) ** 2)
    up = sqrt((first.high - one.value) ** 2 + (other.value - second.low) ** 2)
    return Interval(difference - down, difference + up)
