"""What callers ask about deals: similar won ones, the pipeline, and what a period brought."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from services.common.db import Database, utc_now
from services.common.errors import Reason, failed_precondition, invalid_argument
from services.common.records import RecordKind, RecordRef
from services.relationship import activity_store, daily_store, record_store, settings_store
from services.relationship.activity import Kind, Side
from services.relationship.conditions import conditions
from services.relationship.contributions import time_of
from services.relationship.health import OLDEST_DAYS
from services.relationship.membership import RecordState
from services.relationship.period import BubbleChart, PeriodFacts, bubble_chart, period_facts
from services.relationship.records import no_record
from services.relationship.similar_deals import FEWEST_LOST, FEWEST_WON
from services.relationship.won_deals import Comparison, TooFew, WonDeals, effort_of


class DealService:
    """Use cases around deals.

    Args:
        db: The service's database.
        won_deals: What is known of won deals.
    """

    def __init__(self, db: Database, won_deals: WonDeals) -> None:
        self._db = db
        self._won_deals = won_deals

    def similar(self, tenant: str, ref: RecordRef) -> Comparison:
        """Won deals that resemble an opportunity.

        Raises:
            LeadlightError: NOT_FOUND, INVALID_ARGUMENT for another kind of record, FAILED_PRECONDITION where too few
                deals are closed.
        """
        if ref.kind is not RecordKind.OPPORTUNITY:
            raise invalid_argument("ref.kind", "is no opportunity: only those have similar deals")
        with self._db.read(tenant) as session:
            record = record_store.read(session, [ref]).get(ref)
            if record is None:
                raise no_record(ref)
            settings = settings_store.read(session)
            today = settings.day_of(utc_now())
            days = daily_store.record_days(session, ref, today - OLDEST_DAYS, today)
            found = self._won_deals.compare(session, settings, record, effort_of(days, today))
        if isinstance(found, TooFew):
            raise failed_precondition(
                Reason.TOO_FEW_CLOSED_RECORDS,
                f"{FEWEST_WON} won and {FEWEST_LOST} lost opportunities are needed; there are {found.won} and "
                f"{found.lost}",
                won=str(found.won),
                lost=str(found.lost),
            )
        return found

    def pipeline(self, tenant: str, as_of: datetime | None) -> BubbleChart:
        """The open deals by close date, health and revenue."""
        moment = as_of or utc_now()
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
            deals = record_store.of_kind(session, RecordKind.OPPORTUNITY)
            are_open = (deal for deal in deals if deal.state is RecordState.OPEN)
            judged = conditions(session, settings, are_open, settings.day_of(moment))
        return bubble_chart(deals, lambda ref: judged[ref].score, moment)

    def period(
        self, tenant: str, start: datetime, end: datetime, *, owner: str, with_sellers: bool
    ) -> PeriodFacts:
        """What a period brought, to one owner if one is named; revenue by seller only where that may be shown."""
        with self._db.read(tenant) as session:
            deals = record_store.of_kind(session, RecordKind.OPPORTUNITY)
        if owner:
            deals = [deal for deal in deals if deal.owner == owner]
        facts = period_facts(deals, start, end, utc_now())
        return facts if with_sellers else replace(facts, by_seller={})

    def effort(self, tenant: str, start: datetime, end: datetime) -> dict[str, Counter[Kind]]:
        """What a period took of own people's time: milliseconds by kind, by address in order."""
        spent: dict[str, Counter[Kind]] = {}
        with self._db.read(tenant) as session:
            for stored in activity_store.began_between(session, start, end):
                for person, side in stored.people:
                    if side is not Side.CUSTOMER:
                        kinds = spent.setdefault(person.address, Counter())
                        kinds[stored.activity.kind] += time_of(stored, person.address)
        return dict(sorted(spent.items()))
