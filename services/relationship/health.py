"""Health of a relationship, 0 to 100, by the formula that docs/relationship.md publishes.

F is the expected number of days between contacts. Each completed activity weighs

    v = w d s 2^(-age / 2F)     w of its kind; d = 1 if mutual or started by the customer, 0.6 if ours without reply;
                                s = 1 + 0.25 x sentiment (-1 to 1)

    activity A = 1 - exp(-sum v / 4)
    recency R = 2^(-max(0, gap - F) / F)
    engagement E = min(1, their response rate)

    score = round(100 (0.45 A + 0.30 R + 0.25 E))

Where there was nothing to respond to, E is what A and R make on average, (0.45 A + 0.30 R) / 0.75: silence that
nobody asked to break is no sign of either.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ACTIVITY_SHARE, RECENCY_SHARE, ENGAGEMENT_SHARE = 0.45, 0.30, 0.25
UNANSWERED_FACTOR = 0.6
SENTIMENT_FACTOR = 0.25
SATURATION = 4.0
TREND_DAYS = 14
TREND_DEAD_BAND = 5
FEWEST_ACTIVITIES = 2
OLDEST_DAYS = 730


class HealthState(StrEnum):
    """What is said of a relationship in a word."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    NOT_ENOUGH_INFO = "not_enough_info"
    NO_CLOSED_ACTIVITIES = "no_closed_activities"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    OLDER_THAN_TWO_YEARS = "older_than_two_years"


class Trend(StrEnum):
    """Where a score moves."""

    IMPROVING = "improving"
    STEADY = "steady"
    DECLINING = "declining"
    NOT_ENOUGH_INFO = "not_enough_info"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where the states begin; they join without gaps.

    Attributes:
        good_from: Least score that is good, up to 100.
        fair_from: Least score that is fair, above 0 and below `good_from`; what is less is poor.

    Raises:
        ValueError: They are out of order.
    """

    good_from: int = 60
    fair_from: int = 40

    def __post_init__(self) -> None:
        if not 0 < self.fair_from < self.good_from <= 100:
            raise ValueError("ranges must be 0 < fair_from < good_from <= 100")

    def state(self, score: int) -> HealthState:
        """Returns good, fair or poor."""
        if score >= self.good_from:
            return HealthState.GOOD
        return HealthState.FAIR if score >= self.fair_from else HealthState.POOR

    def bounds(self, state: HealthState) -> tuple[int, int]:
        """Returns the lowest and highest score of good, fair or poor."""
        return {
            HealthState.GOOD: (self.good_from, 100),
            HealthState.FAIR: (self.fair_from, self.good_from - 1),
            HealthState.POOR: (0, self.fair_from - 1),
        }[state]


@dataclass(frozen=True, slots=True)
class Touch:
    """Completed activities of one kind and one age.

    Attributes:
        age_days: 0 or more; a fraction where the time of day is known.
        weight: Of the kind, 0.5 to 1.5.
        is_mutual: Both took part, or the customer started; else they are ours without reply.
        count: How many.
        sentiment_sum: Of their sentiments, each -1 to 1.
    """

    age_days: float
    weight: float
    is_mutual: bool
    count: int = 1
    sentiment_sum: float = 0.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a score is made of.

    Attributes:
        weight_sum: Sum of v.
        activity: A, 0 to 1.
        recency: R, 0 to 1.
        engagement: E, 0 to 1.
    """

    weight_sum: float
    activity: float
    recency: float
    engagement: float

    @property
    def value(self) -> float:
        """The score before it is rounded."""
        shares = ACTIVITY_SHARE * self.activity + RECENCY_SHARE * self.recency
        return 100 * (shares + ENGAGEMENT_SHARE * self.engagement)

    @property
    def score(self) -> int:
        """0 to 100."""
        return round(self.value)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a relationship on a day.

    Attributes:
        touches: Completed activities up to then.
        expected_days: F: 1, 7, 14, 30 or 90.
        response_rate: Share of what we wrote that the customer answered; None where there was nothing to answer.
    """

    touches: Sequence[Touch]
    expected_days: float
    response_rate: float | None

    @property
    def completed(self) -> int:
        """How many activities."""
        return sum(touch.count for touch in self.touches)

    @property
    def gap_days(self) -> float:
        """Days since the last activity; infinite without any."""
        return min((touch.age_days for touch in self.touches if touch.count), default=math.inf)

    def parts(self, ahead_days: float = 0.0) -> Parts:
        """Returns the parts so many days later if nothing happens until then."""
        slowness = 2 * self.expected_days
        weight_sum = math.fsum(
            touch.weight
            * (1.0 if touch.is_mutual else UNANSWERED_FACTOR)
            * (touch.count + SENTIMENT_FACTOR * touch.sentiment_sum)
            * 2 ** (-(touch.age_days + ahead_days) / slowness)
            for touch in self.touches
        )
        activity = -math.expm1(-weight_sum / SATURATION)
        overdue_days = max(0.0, self.gap_days + ahead_days - self.expected_days)
        recency = 2 ** (-overdue_days / self.expected_days)
        if self.response_rate is not None:
            engagement = min(1.0, self.response_rate)
        else:
            shares = ACTIVITY_SHARE * activity + RECENCY_SHARE * recency
            engagement = shares / (ACTIVITY_SHARE + RECENCY_SHARE)
        return Parts(weight_sum, activity, recency, engagement)


@dataclass(frozen=True, slots=True)
class Health:
    """Health of a record on a day.

    Attributes:
        state: In a word.
        parts: What the score is made of; None where there is no score.
        trend: Against 14 days earlier.
        change: Points gained in those days; None where one of the scores is missing.
        falls_in_days: Days until the score is in the next band below if nothing happens; None in the lowest band,
            where it never falls so far, and where the last activity will be older than two years by then.
    """

    state: HealthState
    parts: Parts | None = None
    trend: Trend = Trend.NOT_ENOUGH_INFO
    change: int | None = None
    falls_in_days: int | None = None

    @property
    def score(self) -> int | None:
        """0 to 100; None where the state says why there is none."""
        return self.parts.score if self.parts is not None else None


def health(now: History, earlier: History, ranges: Ranges) -> Health:
    """Returns the health of a record.

    Args:
        now: All that is known.
        earlier: What was known `TREND_DAYS` ago, ages counted from then.
        ranges: The tenant's.
    """
    state = _without_score(now)
    if state is not None:
        return Health(state)
    before = None if _without_score(earlier) else earlier.parts().score
    return _scored(now.parts, before, OLDEST_DAYS - now.gap_days, ranges)


def roll_up(contacts: Sequence[tuple[History, History]], ranges: Ranges) -> Health:
    """Returns the health of an account: the mean of its contacts' parts, each weighted by its activity A.

    Contacts without a score don't count. Weights are those of today, also in the forecast; the earlier score has its
    own.

    Args:
        contacts: Of each contact what is known now and what was known `TREND_DAYS` ago.
        ranges: The tenant's.
    """
    scored = [now for now, _ in contacts if _without_score(now) is None]
    if not scored:
        states = {state for now, _ in contacts if (state := _without_score(now)) is not None}
        order = (
            HealthState.NOT_ENOUGH_INFO,
            HealthState.OLDER_THAN_TWO_YEARS,
            HealthState.NO_CLOSED_ACTIVITIES,
        )
        return Health(next((state for state in order if state in states), HealthState.NO_CLOSED_ACTIVITIES))
    scored_earlier = [earlier for _, earlier in contacts if _without_score(earlier) is None]
    before = _mean(scored_earlier)(0.0).score if scored_earlier else None
    gap_days = min(history.gap_days for history in scored)
    return _scored(_mean(scored), before, OLDEST_DAYS - gap_days, ranges)


def trend_of(now: int, before: int | None) -> Trend:
    """Returns where a score moved; within the dead band, ends included, it is steady."""
    if before is None:
        return Trend.NOT_ENOUGH_INFO
    if abs(now - before) <= TREND_DEAD_BAND:
        return Trend.STEADY
    return Trend.IMPROVING if now > before else Trend.DECLINING


def _without_score(history: History) -> HealthState | None:
    if history.completed == 0:
        return HealthState.NO_CLOSED_ACTIVITIES
    if history.gap_days > OLDEST_DAYS:
        return HealthState.OLDER_THAN_TWO_YEARS
    return HealthState.NOT_ENOUGH_INFO if history.completed < FEWEST_ACTIVITIES else None


def _mean(histories: Sequence[History]) -> Callable[[float], Parts]:
    weights = [history.parts().activity for history in histories]
    total = math.fsum(weights)
    shares = [weight / total if total else 1 / len(weights) for weight in weights]

    def parts(ahead_days: float) -> Parts:
        each = [history.parts(ahead_days) for history in histories]
        return Parts(
            *(
                math.fsum(share * getattr(one, name) for share, one in zip(shares, each, strict=True))
                for name in ("weight_sum", "activity", "recency", "engagement")
            )
        )

    return parts


def _scored(
    parts: Callable[[float], Parts], before: int | None, until_old_days: float, ranges: Ranges
) -> Health:
    now = parts(0.0)
    state = ranges.state(now.score)
    lowest, _ = ranges.bounds(state)
    return Health(
        state,
        now,
        trend_of(now.score, before),
        now.score - before if before is not None else None,
        _first_day(lambda day: parts(day).score < lowest, math.floor(until_old_days)),
    )


def _first_day(is_below: Callable[[int], bool], last_day: int) -> int | None:
    """Bisects for the first of the days 1 to `last_day` on which the score, which only falls, is below."""
    if last_day < 1 or not is_below(last_day):
        return None
    above, below = 0, last_day
    while below - above > 1:
        middle = (above + below) // 2
        above, below = (above, middle) if is_below(middle) else (middle, below)
    return below
