"""The health of many records at once: a few reads however many they are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.common.context import current
from services.common.db import Database, TenantReader, utc_now
from services.common.records import RecordKind, RecordRef
from services.relationship import daily_store, record_store, records, settings_store
from services.relationship.activity_store import portions
from services.relationship.contributions import Counts
from services.relationship.health import TREND_DAYS, Health, History, health, roll_up
from services.relationship.membership import Record
from services.relationship.relationship_health import (
    HEALTH_DAYS,
    Condition,
    condition,
    has_health,
    histories,
    ranges,
)
from services.relationship.tenant_settings import TenantSettings

Days = Mapping[RecordRef, Mapping[int, Counts]]
"""Daily numbers by record, of those that have any."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Records with their health on a day.

    Attributes:
        today: The day, as an ordinal.
        records: Those of the records that are there, in the order they were asked for.
        of: The condition of each.
    """

    today: int
    records: tuple[Record, ...]
    of: Mapping[RecordRef, Condition]


class ConditionService:
    """Use cases around the health of many records.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_records(self, tenant: str, refs: Collection[RecordRef], as_of: datetime | None) -> Conditions:
        """Those of some records that are there, with their health.

        Args:
            tenant: Whose.
            refs: The records.
            as_of: Later days don't count; None for now.
        """
        with self._db.read(tenant) as session:
            known = record_store.read(session, refs)
            settings = settings_store.read(session)
            today = settings.day_of(as_of or utc_now())
            found = tuple(known[ref] for ref in refs if ref in known)
            return Conditions(today, found, conditions(session, settings, found, today))


def conditions(
    session: TenantReader, settings: TenantSettings, asked: Iterable[Record], today: int
) -> dict[RecordRef, Condition]:
    """The health of some records on a day.

    Args:
        session: The transaction.
        settings: The tenant's.
        asked: The records; a few hundred are read at a time.
        today: The day, as an ordinal.
    """
    found: dict[RecordRef, Condition] = {}
    for some in portions(asked):
        current().check()
        days = _days(session, [each.ref for each in some], today)
        found |= _judged(session, settings, some, today, days)
    return found


def condition_of(
    session: TenantReader, settings: TenantSettings, record: Record, today: int, days: Mapping[int, Counts]
) -> Condition:
    """The health of a record on a day, from its daily numbers of the `HEALTH_DAYS` up to it."""
    return _judged(session, settings, [record], today, {record.ref: days})[record.ref]


def _judged(
    session: TenantReader, settings: TenantSettings, asked: Collection[Record], today: int, own_days: Days
) -> dict[RecordRef, Condition]:
    """The health of records, an account's being that of its contacts together."""
    accounts = [each for each in asked if each.ref.kind is RecordKind.ACCOUNT]
    members = records.contacts_of(session, accounts)
    contacts = {each.ref: each for of_one in members.values() for each in of_one}
    days = {**_days(session, contacts, today), **own_days}
    known = contacts.keys() | {each.ref for each in asked}
    unknown = [ref for ref in known if not _is_known(days.get(ref, {}), today)]
    last_before = daily_store.last_days_before(session, unknown, today - HEALTH_DAYS)

    def judged(record: Record) -> tuple[History, History]:
        return histories(days.get(record.ref, {}), last_before.get(record.ref), today, record, settings)

    def health_of(record: Record, now: History, earlier: History) -> Health | None:
        if not has_health(record):
            return None
        if record.ref.kind is not RecordKind.ACCOUNT:
            return health(now, earlier, ranges(settings))
        of_contacts = [judged(_as_of_account(each, record)) for each in members[record.ref]]
        return roll_up(of_contacts, ranges(settings))

    found = {}
    for record in asked:
        now, earlier = judged(record)
        found[record.ref] = condition(health_of(record, now, earlier), now)
    return found


def _days(session: TenantReader, refs: Iterable[RecordRef], today: int) -> Days:
    return daily_store.days_of_records(session, refs, today - HEALTH_DAYS, today)


def _is_known(days: Mapping[int, Counts], today: int) -> bool:
    """Whether the two years alone say what was known when the trend begins; else what lies before says something."""
    return any(day <= today - TREND_DAYS for day in days)


def _as_of_account(contact: Record, account: Record) -> Record:
    """A contact that is judged by its account's expectation where it has none of its own."""
    return replace(contact, expected_days=contact.expected_days or account.expected_days)
