"""What callers do with events of followed mails."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.common.db import TenantReader, TenantSession
from services.common.errors import not_found
from services.common.records import RecordRef
from services.relationship import activity_store, engagement_store, settings_store
from services.relationship.engagement_store import StoredEvent
from services.relationship.human import human_probabilities


@dataclass(frozen=True, slots=True)
class EventResult:
    """What came of an event.

    Attributes:
        counted: Whether it counts: not when somebody forbids to follow.
        human: Probability that a person made it.
    """

    counted: bool
    human: float


@dataclass(frozen=True, slots=True)
class EngagementTotals:
    """What a record's followed mails were met with.

    Attributes:
        mails: Followed mails with events.
        replies: Those that were answered.
        people: By kind of event, the probabilities that people made them added up.
        programs: By kind of event, those that programs did.
    """

    mails: int
    replies: int
    people: Mapping[str, float]
    programs: Mapping[str, float]


class EngagementService:
    """Use cases around followed mails."""

    def record(
        self, session: TenantSession, events: Sequence[StoredEvent], *, store_them: bool = True
    ) -> list[EventResult]:
        """Stores events of mails that may be followed.

        Args:
            session: The transaction.
            events: The events.
            store_them: False to check alone.

        Raises:
            LeadlightError: NOT_FOUND for a mail that is not stored.
        """
        settings_store.locked(session)
        ids = {event.activity_id for event in events}
        unknown = ids - activity_store.digests(session, ids).keys()
        if unknown:
            raise not_found("activity", min(unknown))
        forbidden = engagement_store.not_followed(session, ids)
        kept = [event for event in events if event.activity_id not in forbidden]
        known = {event.event_id: event for event in engagement_store.of_activities(session, ids)}
        for event in kept:
            known.setdefault(event.event_id, event)
        human = human_probabilities(list(known.values()))
        if store_them:
            engagement_store.add(session, kept)
        return [
            EventResult(event.activity_id not in forbidden, human.get(event.event_id, 0.0))
            for event in events
        ]

    def set_following(self, session: TenantSession, address: str, *, is_forbidden: bool) -> None:
        """Forbids to follow mails to somebody, or allows it."""
        engagement_store.set_following(session, address, is_forbidden=is_forbidden)


def engagement_totals(
    session: TenantReader, ref: RecordRef, first: datetime, end: datetime
) -> EngagementTotals:
    """What a record's mails of a time were met with."""
    events = engagement_store.of_record(session, ref, first, end)
    human = human_probabilities(events)
    people: defaultdict[str, float] = defaultdict(float)
    programs: defaultdict[str, float] = defaultdict(float)
    for event in events:
        people[event.kind] += human[event.event_id]
        programs[event.kind] += 1 - human[event.event_id]
    mails = activity_store.read(session, {event.activity_id for event in events})
    replies = sum(mail.derived.answer_ms is not None for mail in mails.values())
    return EngagementTotals(len(mails), replies, people, programs)
