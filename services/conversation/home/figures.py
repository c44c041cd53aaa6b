"""Numbers beside those of the period before, and groups beside one another, each with how sure it is."""

from dataclasses import dataclass

from services.conversation.home.estimates import (
    Interval,
    Sample,
    Share,
    mean_difference,
    mean_interval,
    share_difference,
    share_interval,
)

PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A number beside that of the period before.

    Attributes:
        value: None where the data cannot give it.
        n: How many it is of.
        interval: Where the true value lies; None for counts.
        before: The number of the period before.
        n_before: How many that is of.
        change_interval: Where the true change lies.
    """

    value: float | None
    n: int
    interval: Interval | None = None
    before: float | None = None
    n_before: int = 0
    change_interval: Interval | None = None

    @property
    def change(self) -> float | None:
        """The number less that of the period before."""
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def is_change_clear(self) -> bool:
        """Whether the change is more than noise."""
        return self.change_interval is not None and self.change_interval.excludes_zero


@dataclass(frozen=True, slots=True)
class Comparison:
    """A number of one group beside that of another.

    Attributes:
        best: Of the best sellers.
        team: Of the others.
        interval: Where the true difference lies.
    """

    best: Figure
    team: Figure
    interval: Interval | None

    @property
    def difference(self) -> float | None:
        """Best less team."""
        if self.best.value is None or self.team.value is None:
            return None
        return self.best.value - self.team.value

    @property
    def ratio(self) -> float | None:
        """Best over team; None when the team has none."""
        return self.best.value / self.team.value if self.best.value is not None and self.team.value else None

    @property
    def is_clear(self) -> bool:
        """Whether the difference is more than noise."""
        return self.interval is not None and self.interval.excludes_zero


def count_figure(value: float, n: int, before: tuple[float, int] | None) -> Figure:
    """A count, which has no interval."""
    if before is None:
        return Figure(value, n)
    return Figure(value, n, before=before[0], n_before=before[1])


def mean_figure(sample: Sample, before: Sample | None) -> Figure:
    """A mean."""
    if before is None:
        return Figure(sample.mean, sample.n, mean_interval(sample))
    return Figure(
        sample.mean,
        sample.n,
        mean_interval(sample),
        before.mean,
        before.n,
        mean_difference(sample, before),
    )


def share_figure(share: Share, before: Share | None) -> Figure:
    """A share in percent."""
    value, interval = _percent(share.value), in_percent(share_interval(share))
    if before is None:
        return Figure(value, share.n, interval)
    change = in_percent(share_difference(share, before))
    return Figure(value, share.n, interval, _percent(before.value), before.n, change)


def compare_means(best: Sample, team: Sample) -> Comparison:
    """The means of two groups."""
    return Comparison(mean_figure(best, None), mean_figure(team, None), mean_difference(best, team))


def compare_shares(best: Share, team: Share) -> Comparison:
    """The shares of two groups in percent."""
    interval = in_percent(share_difference(best, team))
    return Comparison(share_figure(best, None), share_figure(team, None), interval)


def in_percent(interval: Interval | None) -> Interval | None:
    """An interval of shares as one of percents."""
    return None if interval is None else Interval(PERCENT * interval.low, PERCENT * interval.high)


def _percent(value: float | None) -> float | None:
    return None if value is None else PERCENT * value
