"""Who knows whom: ties from the daily numbers of pairs, without those who opted out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import not_found
from services.common.paging import Page
from services.common.records import RecordRef
from services.relationship import daily_store, opt_out_store, record_store, settings_store
from services.relationship.contributions import DirectedDay, PairCounts
from services.relationship.introduction import Introduction, introduction
from services.relationship.membership import NamedPerson
from services.relationship.opt_out_store import OptOutEntry
from services.relationship.pair_days import PairDay, PairDays
from services.relationship.records import no_record
from services.relationship.tenant_settings import TenantSettings
from services.relationship.tie_fitting import fit_ties
from services.relationship.tie_strength import TieModel, strengths
from services.relationship.ties import Path, Tie, strongest, ties_of, two_hop_paths

Target = RecordRef | NamedPerson | str
_Rows = Iterable[tuple[DirectedDay, PairCounts]]


@dataclass(frozen=True, slots=True)
class Known:
    """Who knows somebody.

    Attributes:
        direct: Colleagues with a tie, the strongest first.
        paths: Ways over common contacts, where there is none.
    """

    direct: list[Tie]
    paths: list[Path]


class ConnectionService:
    """Use cases around ties and opt-outs.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._models: dict[tuple[str, int, int], TieModel] = {}

    def for_managers_only(self, tenant: str) -> bool:
        """Whether the tenant has these questions answered to managers only."""
        with self._db.read(tenant) as session:
            return settings_store.read(session).connections_for_managers_only

    def find(self, tenant: str, target: Target, as_of: datetime | None) -> Known:
        """The colleagues who know somebody best, or ways over common contacts.

        Args:
            tenant: Whose.
            target: A record with addresses, an address in normal form, or somebody by name.
            as_of: Whole days before it count; None for now, which counts today.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            addresses = _addresses(session, target)
            settings = settings_store.read(session)
            out = opt_out_store.opted_out(session)
            before_day = _before_day(settings, as_of)
            model = self._model(session, settings, before_day)
            rows = list(daily_store.pairs_with(session, addresses, before_day - 1))
            ties = _ties(own_days(rows), before_day, model)
            direct = [tie for address in addresses for tie in strongest(ties, address, out)]
            if direct or not rows:
                direct.sort(key=lambda tie: (-tie.strength, tie.colleague))
                return Known(_one_each(direct)[:5], [])
            known = _strengths(_customer_days(rows), before_day, model)
            between = {person for one, other, _ in known for person in (one, other)} - addresses - out
            further = daily_store.pairs_with(session, between, before_day - 1)
            ties = _ties(own_days(further), before_day, model)
            paths = [path for address in addresses for path in two_hop_paths(ties, known, address, out)]
        paths.sort(key=lambda path: (-path.strength, path.colleague))
        return Known([], paths[:5])

    def introduction(
        self, tenant: str, colleague: str, contact: str, *, sender_name: str, purpose: str, language: str
    ) -> Introduction:
        """The mail that asks a colleague for an introduction.

        Raises:
            LeadlightError: NOT_FOUND when one of the two opted out: nobody learns from it who it was.
        """
        with self._db.read(tenant) as session:
            if {colleague, contact} & opt_out_store.opted_out(session):
                raise not_found("connection", f"{colleague}/{contact}")
        return introduction(colleague, contact, sender_name=sender_name, purpose=purpose, language=language)

    def all_ties(self, tenant: str, as_of: datetime | None) -> Iterator[Tie]:
        """Every tie with its strength, by person and contact."""
        with self._db.read(tenant) as session:
            settings = settings_store.read(session)
            out = opt_out_store.opted_out(session)
            before_day = _before_day(settings, as_of)
            days = PairDays.of(own_days(daily_store.all_pairs(session, before_day - 1)))
        model = _fitted(days, settings, before_day)
        ties = ties_of(days, before_day, model)
        for tie in sorted(ties, key=lambda tie: (tie.colleague, tie.contact)):
            if tie.colleague not in out and tie.contact not in out:
                yield tie

    def set_opt_out(self, session: TenantSession, entry: OptOutEntry) -> None:
        """Takes somebody out of every answer, or back in."""
        opt_out_store.write(session, entry)

    def list_entries(self, tenant: str, *, page_size: int, page_token: str) -> Page[OptOutEntry]:
        """Changes of opt-outs, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return opt_out_store.list_page(session, page_size=page_size, page_token=page_token)

    def _model(self, session: TenantReader, settings: TenantSettings, before_day: int) -> TieModel:
        """The tenant's model, fitted once a day."""
        key = (session.tenant, before_day, settings.half_life_days)
        if key not in self._models:
            days = PairDays.of(own_days(daily_store.all_pairs(session, before_day - 1)))
            if len(self._models) >= _MOST_MODELS:
                self._models.clear()
            self._models[key] = _fitted(days, settings, before_day)
        return self._models[key]


_MOST_MODELS = 1000


def _addresses(session: TenantReader, target: Target) -> set[str]:
    if isinstance(target, str):
        return {target}
    if isinstance(target, NamedPerson):
        people = record_store.of_person(session, target)
        if not people:
            raise not_found("person", f"{target.name}, {target.company}")
        return {address for person in people for address in person.addresses}
    record = record_store.read(session, [target]).get(target)
    if record is None:
        raise no_record(target)
    return set(record.addresses)


def _before_day(settings: TenantSettings, as_of: datetime | None) -> int:
    """The day after the last one that counts."""
    if as_of is None:
        return settings.day_of(utc_now()) + 1
    return settings.day_of(as_of)


def _fitted(days: PairDays, settings: TenantSettings, before_day: int) -> TieModel:
    if settings.half_life_days:
        return TieModel.of_half_life(settings.half_life_days)
    return fit_ties(days, before_day) if days.pairs else TieModel.default()


def _ties(days: Iterable[PairDay], before_day: int, model: TieModel) -> list[Tie]:
    gathered = PairDays.of(days)
    return ties_of(gathered, before_day, model) if gathered.pairs else []


def own_days(rows: _Rows) -> Iterator[PairDay]:
    """Daily exchange seen from our side; from either where nobody said who is ours."""
    for day, counts in dict(rows).items():
        met = counts.meetings + counts.calls
        if day.sides in ("oc", "uu"):
            yield PairDay(day.sender, day.receiver, day.day, counts.mails, 0, met)
        if day.sides in ("co", "uu"):
            yield PairDay(day.receiver, day.sender, day.day, 0, counts.mails, met)


def _customer_days(rows: _Rows) -> Iterator[PairDay]:
    """Daily exchange of customers among themselves, as far as we saw it."""
    for day, counts in rows:
        if day.sides == "cc":
            yield PairDay(day.sender, day.receiver, day.day, counts.mails, 0, counts.meetings + counts.calls)
            yield PairDay(day.receiver, day.sender, day.day, 0, counts.mails, counts.meetings + counts.calls)


def _strengths(days: Iterable[PairDay], before_day: int, model: TieModel) -> list[tuple[str, str, float]]:
    gathered = PairDays.of(days)
    if not gathered.pairs:
        return []
    found = strengths(gathered, before_day, model).tolist()
    return [(*pair, strength) for pair, strength in zip(gathered.pairs, found, strict=True)]


def _one_each(ties: Iterable[Tie]) -> list[Tie]:
    """The strongest tie of each colleague, of ties that stand in order."""
    found: dict[str, Tie] = {}
    for tie in ties:
        found.setdefault(tie.colleague, tie)
    return list(found.values())
