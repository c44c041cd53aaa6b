"""What the service keeps and answers: records, their scores, and why a score was computed."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.common.records import RecordRef
from services.scoring.eligibility import NotScoredReason
from services.scoring.encoding import Value
from services.scoring.grades import Grade
from services.scoring.intervals import Interval
from services.scoring.money import Money, expected_value
from services.scoring.reasons import Reason
from services.scoring.related import owner_of
from services.scoring.score_change import ScoreChange
from services.scoring.stages import StageEntry, StageModelUse
from services.scoring.trend import Trend


class ScoreCause(StrEnum):
    """Why a stored score was computed."""

    RECORD_CHANGED = "record_changed"
    MODEL_CHANGED = "model_changed"
    REFRESH = "refresh"


class ReasonDetail(StrEnum):
    """How many reasons an answer carries."""

    TOP = "top"
    ALL = "all"
    NONE = "none"


class WantedReasons(NamedTuple):
    """Which reasons an answer carries. A tuple, since one is made for each call.

    Attributes:
        detail: How many.
        language: Of their sentences, one of `languages.LANGUAGES`.
    """

    detail: ReasonDetail
    language: str = "en"


NO_REASONS = WantedReasons(ReasonDetail.NONE)


class RecordOrder(StrEnum):
    """What comes first in a list of records."""

    SCORE_DESC = "score_desc"
    SCORE_ASC = "score_asc"
    EXPECTED_VALUE_DESC = "expected_value_desc"
    EXPECTED_VALUE_ASC = "expected_value_asc"
    CREATE_TIME_DESC = "create_time_desc"
    CREATE_TIME_ASC = "create_time_asc"


class Score(NamedTuple):
    """One score with what it is made of. A tuple, since one is made for each call: a quarter of the time.

    Attributes:
        probability: Calibrated probability of a positive outcome, 0-1.
        score: The probability in points, 0-100.
        grade: The letter under the tenant's ranges.
        model_id: The model line that scored.
        model_version: Its version, from 1.
        scored_at: When.
        base_points: What a record scores before anything is known of it, in points.
        reasons: Contributions, in the order they are shown.
        trend: Against the previous score by the same line; None for a record that is not stored.
        cause: Why it was computed; None for a record that is not stored.
        is_stale: The last score of a record that is no longer scored.
        ignored_attributes: Sent, but unknown to the model.
        blank_attributes: Used by the model, but not sent or blank.
        change: What moved it since the record's score before; None for the first one, and for a record that is
            not stored.
        interval: Where the true rate of such records lies with 90 % confidence.
        low_evidence: The model learned from fewer than 40 positive and 40 negative records.
        stage: The stage it was scored in; "" without one, and by a model that is not per stage.
        stage_model_use: Which part of a per-stage model scored; None by a model that is not per stage.
    """

    probability: float
    score: int
    grade: Grade
    model_id: str
    model_version: int
    scored_at: datetime
    base_points: float = 0.0
    reasons: tuple[Reason, ...] = ()
    trend: Trend | None = None
    cause: ScoreCause | None = None
    is_stale: bool = False
    ignored_attributes: tuple[str, ...] = ()
    blank_attributes: tuple[str, ...] = ()
    change: ScoreChange | None = None
    interval: Interval | None = None
    low_evidence: bool = False
    stage: str = ""
    stage_model_use: StageModelUse | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A lead or an opportunity with its latest score.

    Attributes:
        ref: Which record.
        attributes: Names to values.
        is_positive: The outcome; None while the record is open.
        created_at: When the CRM created it.
        closed_at: When the CRM closed it; None while it is open.
        updated_at: When it was stored last.
        score: The latest score, if there ever was one.
        not_scored_reason: Why it has no fresh score; None when it has one.
        amount: What the deal is worth if it is won.
        stages: When an opportunity entered stages of its process, oldest first.
    """

    ref: RecordRef
    attributes: dict[str, Value]
    is_positive: bool | None
    created_at: datetime
    closed_at: datetime | None
    updated_at: datetime
    score: Score | None = None
    not_scored_reason: NotScoredReason | None = None
    amount: Money | None = None
    stages: tuple[StageEntry, ...] = ()

    @property
    def expected_value(self) -> Money | None:
        """Probability x amount; None without a score or an amount."""
        if self.score is None or self.amount is None:
            return None
        return expected_value(self.amount, self.score.probability)


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What a caller sends of a record.

    Attributes:
        ref: Which record.
        attributes: Names to values; those of its account and contact too (related.py).
        is_positive: The outcome; None while the record is open.
        created_at: When the CRM created it; None: when it was first stored.
        closed_at: When the CRM closed it; goes with an outcome.
        mask: Paths to change (`attributes`, `account`, `contact`, `attributes.NAME`, `outcome`, `create_time`,
            `close_time`, `amount`, `stages`); None: all.
        amount: What the deal is worth if it is won.
        stages: When an opportunity entered stages of its process, oldest first.
    """

    ref: RecordRef
    attributes: dict[str, Value]
    is_positive: bool | None
    created_at: datetime | None
    closed_at: datetime | None
    mask: frozenset[str] | None = None
    amount: Money | None = None
    stages: tuple[StageEntry, ...] = ()

    def applied_to(self, stored: Record | None, now: datetime) -> Record:
        """The record as it is after this change, still without a score of its own."""
        created_at = self.created_at or (stored.created_at if stored else now)
        whole = Record(
            self.ref,
            self.attributes,
            self.is_positive,
            created_at,
            self.closed_at,
            now,
            amount=self.amount,
            stages=self.stages,
        )
        if stored is None or self.mask is None:
            return whole
        return replace(
            stored,
            attributes=self._masked(stored.attributes, self.mask),
            is_positive=self.is_positive if "outcome" in self.mask else stored.is_positive,
            created_at=created_at if "create_time" in self.mask else stored.created_at,
            closed_at=self.closed_at if "close_time" in self.mask else stored.closed_at,
            amount=self.amount if "amount" in self.mask else stored.amount,
            stages=self.stages if "stages" in self.mask else stored.stages,
            updated_at=now,
        )

    def _masked(self, stored: dict[str, Value], mask: frozenset[str]) -> dict[str, Value]:
        """The attributes with those changed that the mask names, one by one or by whose they are."""
        attributes = {name: value for name, value in stored.items() if owner_of(name) not in mask}
        attributes |= {name: value for name, value in self.attributes.items() if owner_of(name) in mask}
        for path in mask:
            if path.startswith("attributes."):
                name = path.removeprefix("attributes.")
                attributes.pop(name, None)
                if name in self.attributes:
                    attributes[name] = self.attributes[name]
        return attributes
