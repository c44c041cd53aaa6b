"""What callers ask about deals: similar won ones, the pipeline, and what a period brought."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.common.db import Database, TenantReader, utc_now
from services.common.errors import Reason, failed_precondition, invalid_argument
from services.common.records import RecordKind, RecordRef
from services.relationship import activity_store, daily_store, record_store, settings_store
from services.relationship.activity import Kind, Side
from services.relationship.contributions import time_of
from services.relationship.health import OLDEST_DAYS
from services.relationship.insights import score_of
from services.relationship.membership import Record, RecordState
from services.relationship.period import BubbleChart, PeriodFacts, bubble_chart, period_facts
from services.relationship.records import no_record
from services.relationship.similar_deals import (
    FEWEST_LOST,
    FEWEST_WON,
    Deal,
    Effort,
    SimilarDeals,
    SimilarityModel,
    learn_fields,
    mean_effort,
    similar_won,
)
from services.relationship.tenant_settings import TenantSettings
from services.relationship.window_totals import activities_in, responses, totals

_NANOS = 1_000_000_000
_MOST_MODELS = 1000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Won deals to compare an opportunity with.

    Attributes:
        found: The deals.
        efforts: What each of them took, in their order.
        effort: What the opportunity took so far.
        mean: What the won deals took on average.
        model: What similarity is measured by.
    """

    found: SimilarDeals
    efforts: Sequence[Effort]
    effort: Effort
    mean: Effort | None
    model: SimilarityModel


class DealService:
    """Use cases around deals.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._models: dict[str, SimilarityModel] = {}

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
            deals = record_store.of_kind(session, RecordKind.OPPORTUNITY)
            won = [_deal(each, settings) for each in deals if each.state is RecordState.WON]
            lost = [_deal(each, settings) for each in deals if each.state is RecordState.LOST]
            model = self._model(tenant, won, lost, today)
            found = similar_won(model, _deal(record, settings), won)
            efforts = [
                _effort(
                    session,
                    RecordRef(RecordKind.OPPORTUNITY, match.deal.deal_id),
                    match.deal.closed_day or today,
                )
                for match in found.matches
            ]
            return Comparison(found, efforts, _effort(session, ref, today), mean_effort(efforts), model)

    def pipeline(self, tenant: str, as_of: datetime | None) -> BubbleChart:
        """The open deals by close date, health and revenue."""
        moment = as_of or utc_now()
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
            deals = record_store.of_kind(session, RecordKind.OPPORTUNITY)
            by_ref = {deal.ref: deal for deal in deals}
            today = settings.day_of(moment)
            return bubble_chart(deals, lambda ref: score_of(session, settings, by_ref[ref], today), moment)

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

    def _model(self, tenant: str, won: Sequence[Deal], lost: Sequence[Deal], today: int) -> SimilarityModel:
        """The tenant's fields, learned anew when they are stale."""
        model = self._models.get(tenant)
        if model is None or model.is_stale(today):
            model = learn_fields(won, lost, today)
            if model is None:
                raise failed_precondition(
                    Reason.TOO_FEW_CLOSED_RECORDS,
                    f"{FEWEST_WON} won and {FEWEST_LOST} lost opportunities are needed; there are {len(won)} and "
                    f"{len(lost)}",
                    won=str(len(won)),
                    lost=str(len(lost)),
                )
            if len(self._models) >= _MOST_MODELS:
                self._models.clear()
            self._models[tenant] = model
        return model


def _deal(record: Record, settings: TenantSettings) -> Deal:
    attributes = dict(record.attributes)
    if record.estimated_revenue is not None:
        attributes["estimated_revenue"] = record.estimated_revenue.nanos / _NANOS
    closed_at = record.actual_close_at
    return Deal(record.ref.id, attributes, settings.day_of(closed_at) if closed_at else 0)


def _effort(session: TenantReader, ref: RecordRef, last: int) -> Effort:
    """What the two years before a deal closed took."""
    total = totals(daily_store.record_days(session, ref, last - OLDEST_DAYS, last).values())
    ours = responses(total, Side.OWN)
    time_ms = sum(count for name, count in total.items() if len(name) == 2 and name[1] == "u")
    return Effort(activities_in(total), time_ms, ours.median_ms, ours.rate)
