"""How the relationship behind a record is, from its daily numbers: the cost grows with days, not with activities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from services.common.db import Database, TenantReader, utc_now
from services.common.records import RecordKind, RecordRef
from services.relationship import (
    activity_store,
    daily_store,
    record_activity_store,
    record_store,
    settings_store,
)
from services.relationship.activity import Side, State, Stored
from services.relationship.conditions import condition_of
from services.relationship.engagements import EngagementTotals, engagement_totals
from services.relationship.membership import Record
from services.relationship.records import no_record
from services.relationship.relationship_health import HEALTH_DAYS, Condition, expected_days
from services.relationship.similar_deals import Effort
from services.relationship.tenant_settings import TenantSettings
from services.relationship.window_totals import (
    MOST_PEOPLE,
    KindTotal,
    PersonTotal,
    Responses,
    kind_totals,
    last_day_of,
    people,
    responses,
    totals,
)
from services.relationship.won_deals import Comparison, WonDeals, effort_of

MOST_UNANSWERED = 20


@dataclass(frozen=True, slots=True)
class Contacted:
    """Somebody who takes much part.

    Attributes:
        person: Their activities in the window.
        last_at: When they last took part.
    """

    person: PersonTotal
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Insights:
    """How the relationship behind a record is; see Insights in the protos.

    Attributes:
        today: The local day of `as_of`, as an ordinal.
        contact_share: The contact who carries the most of the activity, and the share of it.
        compared: With similar won deals, for an opportunity; None where too few are closed.
    """

    ref: RecordRef
    as_of: datetime
    today: int
    window_days: int
    settings: TenantSettings
    condition: Condition
    kinds: Sequence[KindTotal]
    our_responses: Responses
    customer_responses: Responses
    unanswered_total: int
    unanswered: Sequence[Stored]
    contacted_by: Sequence[Contacted]
    contacted: Sequence[Contacted]
    last: Stored | None
    next: Stored | None
    contact_share: tuple[str, float] | None
    engagement: EngagementTotals
    compared: Comparison | None

    @property
    def sent(self) -> tuple[int, int]:
        """What we sent and what the customer sent, all kinds."""
        return sum(each.from_us for each in self.kinds), sum(each.from_customer for each in self.kinds)


@dataclass(frozen=True, slots=True)
class Series:
    """A record's activities by day.

    Attributes:
        first, last: The window's days, as ordinals.
        days: Days with activities, in order.
        silences: First and last day of each silence in the window that is long enough.
    """

    first: int
    last: int
    days: Mapping[int, Sequence[KindTotal]]
    silences: Sequence[tuple[int, int]]


class InsightService:
    """Use cases around insights.

    Args:
        db: The service's database.
        won_deals: What is known of won deals.
    """

    def __init__(self, db: Database, won_deals: WonDeals) -> None:
        self._db = db
        self._won_deals = won_deals

    def insights(self, tenant: str, ref: RecordRef, as_of: datetime | None, window_days: int) -> Insights:
        """How the relationship behind a record is.

        Args:
            tenant: Whose.
            ref: The record.
            as_of: Later days don't count; None for now.
            window_days: Days that counts are of.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        moment = as_of or utc_now()
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
            record = _record(session, ref)
            today = settings.day_of(moment)
            first = today - window_days + 1
            days = daily_store.record_days(session, ref, today - HEALTH_DAYS, today)
            total = totals(counts for day, counts in days.items() if day >= first)
            since, until = settings.start_of(first), settings.end_of(today)
            waiting, longest = record_activity_store.unanswered(
                session, ref, since=since, until=until, limit=MOST_UNANSWERED
            )
            ours, theirs = people(total, Side.OWN), people(total, Side.CUSTOMER)
            most = {each.address for each in (*ours[:MOST_PEOPLE], *theirs[:MOST_PEOPLE])}
            last_days = last_day_of(most, days, first)
            last_at = record_activity_store.last_with(
                session,
                ref,
                {each: (settings.start_of(day), settings.end_of(day)) for each, day in last_days.items()},
            )
            last = record_activity_store.neighbour(session, ref, State.COMPLETED, moment)
            following = record_activity_store.neighbour(session, ref, State.PLANNED, moment)
            named = activity_store.read(session, {each for each in (*longest, last, following) if each})
            return Insights(
                ref=ref,
                as_of=moment,
                today=today,
                window_days=window_days,
                settings=settings,
                condition=condition_of(session, settings, record, today, days),
                kinds=kind_totals(total),
                our_responses=responses(total, Side.OWN),
                customer_responses=responses(total, Side.CUSTOMER),
                unanswered_total=waiting,
                unanswered=[named[each] for each in longest],
                contacted_by=[Contacted(each, last_at.get(each.address)) for each in ours[:MOST_PEOPLE]],
                contacted=[Contacted(each, last_at.get(each.address)) for each in theirs[:MOST_PEOPLE]],
                last=named[last] if last else None,
                next=named[following] if following else None,
                contact_share=_contact_share(theirs),
                engagement=engagement_totals(session, ref, since, until),
                compared=self._compared(session, settings, record, effort_of(days, today)),
            )

    def _compared(
        self, session: TenantReader, settings: TenantSettings, record: Record, effort: Effort
    ) -> Comparison | None:
        if record.ref.kind is not RecordKind.OPPORTUNITY:
            return None
        found = self._won_deals.compare(session, settings, record, effort)
        return found if isinstance(found, Comparison) else None

    def series(
        self, tenant: str, ref: RecordRef, as_of: datetime | None, window_days: int, silence_days: int
    ) -> Series:
        """A record's activities by day, with its silences.

        Args:
            tenant: Whose.
            ref: The record.
            as_of: The last day is the one of this time; None for now.
            window_days: Days.
            silence_days: The shortest silence; 0 for twice the days between contacts that are right.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
            record = _record(session, ref)
            last = settings.day_of(as_of or utc_now())
            first = last - window_days + 1
            days = daily_store.record_days(session, ref, first, last)
        shortest = silence_days or 2 * expected_days(record, settings)
        return Series(
            first,
            last,
            {day: kind_totals(counts) for day, counts in days.items()},
            _silences(list(days), first, last, shortest),
        )


def _record(session: TenantReader, ref: RecordRef) -> Record:
    record = record_store.read(session, [ref]).get(ref)
    if record is None:
        raise no_record(ref)
    return record


def _contact_share(theirs: Sequence[PersonTotal]) -> tuple[str, float] | None:
    """The contact who carries the most of the activity, and the share."""
    total = sum(person.activities for person in theirs)
    return (theirs[0].address, theirs[0].activities / total) if total else None


def _silences(days: Sequence[int], first: int, last: int, shortest: int) -> list[tuple[int, int]]:
    """Stretches of at least so many days without activity."""
    edges = [first - 1, *days, last + 1]
    gaps = ((before + 1, after - 1) for before, after in pairwise(edges))
    return [(start, end) for start, end in gaps if end - start + 1 >= shortest]
