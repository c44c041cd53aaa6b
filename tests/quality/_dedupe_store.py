"""Stores a set's records through the service's own use case, without gRPC in between."""

from collections.abc import Mapping, Sequence

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.records import RecordKind, RecordRef
from services.dedupe.matching import TenantViews
from services.dedupe.service import DedupeService, RecordChange


def stored(records: Mapping[str, Mapping[str, str]], url: str, *, tenant: str, group: int) -> DedupeService:
    """A service that holds contacts.

    Args:
        records: Their fields by id.
        url: Of the database, which is made.
        tenant: Whose they are.
        group: Records in a transaction.
    """
    migrate(url, service="dedupe")
    db = Database(url, service="dedupe")
    service = DedupeService(db, TenantViews(db))
    changes = [RecordChange(RecordRef(RecordKind.CONTACT, name), fields) for name, fields in records.items()]
    for start in range(0, len(changes), group):
        _store(db, service, tenant, changes[start : start + group])
    return service


def _store(db: Database, service: DedupeService, tenant: str, changes: Sequence[RecordChange]) -> None:
    prepared = [service.prepare(tenant, change) for change in changes]
    with db.write(tenant) as session:
        service.import_records(session, prepared)
