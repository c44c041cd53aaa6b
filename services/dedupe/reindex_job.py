"""The operation that makes a tenant's index anew: page by page, every record's normal forms, keys and counts.

A page is brought to its forms and stored in one transaction together with the checkpoint, so that an operation that
dies goes on after the last whole page. If the tenant changes its region in between, it begins anew at the end.
"""

from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.common.db import Database, TenantSession
from services.common.operations import OperationContext, TypedBytes
from services.common.records import RecordKind, RecordRef
from services.dedupe import rule_store, settings_store, store
from services.dedupe.convert_settings import reindex_response
from services.dedupe.fields import forms_of
from services.dedupe.reindex import up_to_date
from services.dedupe.tenant_settings import TenantSettings

PAGE_RECORDS = 200
_STAGE = "making the index anew"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, as its checkpoint keeps it.

    Attributes:
        total: Records, as counted when it began.
        region: The region of the forms that it makes.
        after_kind: Kind of the last record of the last whole page; empty before the first.
        after_id: Its id.
        records: Records done.
    """

    total: int
    region: str
    after_kind: str = ""
    after_id: str = ""
    records: int = 0


_PROGRESS = TypeAdapter(Progress)


class ReindexJob:
    """Makes a tenant's index anew.

    Args:
        db: The service's database.
        page_records: Records to a transaction.
    """

    def __init__(self, db: Database, page_records: int = PAGE_RECORDS) -> None:
        self._db = db
        self._page_records = page_records

    def __call__(self, context: OperationContext) -> TypedBytes | None:
        """Runs one attempt, from the last checkpoint on."""
        done = _PROGRESS.validate_json(context.checkpoint) if context.checkpoint else self._begun(context)
        while True:
            context.progress(min(1.0, done.records / max(1, done.total)), _STAGE)
            with self._db.write(context.tenant) as session:
                settings = settings_store.lock_tenant(session)
                if settings.default_region != done.region:
                    done = Progress(done.total, settings.default_region)
                page = self._page(session, settings, done)
                if not page:
                    settings_store.write_tenant_settings(session, up_to_date(settings))
                    context.complete(session, TypedBytes.of(reindex_response(done.records)))
                    return None
                last = page[-1]
                done = replace(done, after_kind=last.kind, after_id=last.id, records=done.records + len(page))
                context.save_checkpoint(session, _PROGRESS.dump_json(done))

    def _begun(self, context: OperationContext) -> Progress:
        with self._db.read(context.tenant) as session:
            region = settings_store.tenant_settings(session).default_region
            return Progress(store.record_count(session), region)

    def _page(self, session: TenantSession, settings: TenantSettings, done: Progress) -> list[RecordRef]:
        """Makes the next page's part of the index anew; gives its records."""
        after = RecordRef(RecordKind(done.after_kind), done.after_id) if done.after_kind else None
        region = done.region or None
        before = store.next_records(session, after=after, limit=self._page_records)
        made = [replace(record, forms=forms_of(dict(record.fields), region)) for record in before]
        store.write_records(
            session,
            {record.ref: record for record in before},
            made,
            codes=rule_store.codes_in(session, region),
            codes_before=rule_store.codes_in(session, settings.indexed_region or None),
            keep_versions=True,
        )
        return [record.ref for record in before]
