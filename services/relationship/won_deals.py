"""What won deals look like and took, in memory until closed deals change: no answer reads all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.common.db import TenantReader, utc_now
from services.common.records import RecordKind, RecordRef
from services.relationship import daily_store, record_store, settings_store
from services.relationship.activity import Side
from services.relationship.contributions import Counts
from services.relationship.health import OLDEST_DAYS
from services.relationship.membership import Record, RecordState
from services.relationship.settings_store import Versions
from services.relationship.similar_deals import (
    Deal,
    Effort,
    SimilarityModel,
    learn_fields,
    mean_effort,
)
from services.relationship.tenant_settings import TenantSettings
from services.relationship.window_totals import activities_in, responses, totals
from services.relationship.won_index import SimilarDeals, WonIndex

_NANOS = 1_000_000_000
_MOST_TENANTS = 1000
_MOST_FOUND = 10_000


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


@dataclass(frozen=True, slots=True)
class TooFew:
    """So few deals closed that nothing can be learned of them."""

    won: int
    lost: int


_Found = tuple[SimilarDeals, Sequence[Effort], Effort | None]


@dataclass(frozen=True, slots=True)
class _Known:
    """A tenant's closed deals as of some versions.

    Attributes:
        won: How many are won.
        lost: How many are lost.
        index: The won ones; None where there are too few.
        found: What opportunities were compared with, by id and the time that they were stored.
        efforts: What won deals took, by id: many opportunities are compared with the same ones.
    """

    versions: Versions
    time_zone: str
    won: int
    lost: int
    index: WonIndex | None
    found: dict[tuple[str, datetime | None], _Found] = field(default_factory=dict)
    efforts: dict[str, Effort] = field(default_factory=dict)

    def took(self, session: TenantReader, deals: Sequence[Deal]) -> list[Effort]:
        """What some won deals took."""
        unread = [deal for deal in deals if deal.deal_id not in self.efforts]
        for deal, effort in zip(unread, _efforts(session, unread), strict=True):
            self.efforts[deal.deal_id] = effort
        return [self.efforts[deal.deal_id] for deal in deals]


class WonDeals:
    """Compares opportunities with similar won ones; one for all calls of a worker."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def compare(
        self, session: TenantReader, settings: TenantSettings, record: Record, effort: Effort
    ) -> Comparison | TooFew:
        """Compares an opportunity with the deals that are won now.

        Args:
            session: The transaction.
            settings: The tenant's.
            record: The opportunity.
            effort: What it took.
        """
        known = self._up_to_date(session, settings)
        if known.index is None:
            return TooFew(known.won, known.lost)
        key = (record.ref.id, record.updated_at)
        answer = known.found.get(key)
        if answer is None:
            similar = known.index.similar_to(_deal(record, settings))
            took = known.took(session, [match.deal for match in similar.matches])
            answer = similar, took, mean_effort(took)
            if len(known.found) >= _MOST_FOUND:
                known.found.clear()
            known.found[key] = answer
        similar, efforts, mean = answer
        return Comparison(similar, efforts, effort, mean, known.index.model)

    def _up_to_date(self, session: TenantReader, settings: TenantSettings) -> _Known:
        """What is known of the tenant's closed deals, read again where it changed."""
        versions = settings_store.versions(session)
        today = settings.day_of(utc_now())
        known = self._known.get(session.tenant)
        model = None if known is None or known.index is None else known.index.model
        if model is not None and model.is_stale(today):
            model = None
        elif known is not None and known.time_zone == settings.time_zone:
            if known.versions == versions:
                return known
            if known.versions.deals == versions.deals:
                return self._keep(session.tenant, replace(known, versions=versions, found={}, efforts={}))
        deals = record_store.of_kind(session, RecordKind.OPPORTUNITY)
        won, lost = (
            [_deal(each, settings) for each in deals if each.state is state]
            for state in (RecordState.WON, RecordState.LOST)
        )
        # The fields stay for their days, whatever deals come in between.
        model = model or learn_fields(won, lost, today)
        index = None if model is None else WonIndex(model, won)
        fresh = _Known(versions, settings.time_zone, len(won), len(lost), index)
        return self._keep(session.tenant, fresh)

    def _keep(self, tenant: str, known: _Known) -> _Known:
        if len(self._known) >= _MOST_TENANTS:
            self._known.clear()
        self._known[tenant] = known
        return known


def effort_of(days: Mapping[int, Counts], last: int) -> Effort:
    """What a deal took in the two years up to a day.

    Args:
        days: Its daily numbers; those of other days are left out.
        last: The day, as an ordinal.
    """
    return _effort(counts for day, counts in days.items() if last - OLDEST_DAYS <= day <= last)


def _efforts(session: TenantReader, deals: Sequence[Deal]) -> list[Effort]:
    """What deals took in the two years before they closed; of those without a day in the two years up to now."""
    if not deals:
        return []
    now = utc_now().toordinal() + 1
    closed = [deal.closed_day or now for deal in deals]
    refs = [RecordRef(RecordKind.OPPORTUNITY, deal.deal_id) for deal in deals]
    days = daily_store.days_of_records(session, refs, min(closed) - OLDEST_DAYS, max(closed))
    return [effort_of(days.get(ref, {}), last) for ref, last in zip(refs, closed, strict=True)]


def _effort(days: Iterable[Counts]) -> Effort:
    total = totals(days)
    ours = responses(total, Side.OWN)
    time_ms = sum(count for name, count in total.items() if len(name) == 2 and name[1] == "u")
    return Effort(activities_in(total), time_ms, ours.median_ms, ours.rate)


def _deal(record: Record, settings: TenantSettings) -> Deal:
    attributes = dict(record.attributes)
    if record.estimated_revenue is not None:
        attributes["estimated_revenue"] = record.estimated_revenue.nanos / _NANOS
    closed_at = record.actual_close_at
    return Deal(record.ref.id, attributes, settings.day_of(closed_at) if closed_at else 0)
