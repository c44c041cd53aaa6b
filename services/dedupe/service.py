"""What callers do with records: store, import, read, list, delete, look for duplicates, decide about pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import LeadlightError, Reason, failed_precondition, not_found
from services.common.paging import Page
from services.common.records import RecordKind, RecordRef
from services.dedupe import decision_store, lookup_store, merge_store, rule_store, settings_store, store
from services.dedupe.decisions import PairDecision, pair_of
from services.dedupe.duplicates import Duplicate, FindOptions, Found
from services.dedupe.fields import Forms, forms_of
from services.dedupe.lookup import find_duplicates
from services.dedupe.matching import TenantViews
from services.dedupe.record import Record


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What a caller sends of a record.

    Attributes:
        ref: The record.
        fields: What is known about it, without blanks.
        inactive: The CRM has retired it.
        parent: The record that it belongs to.
        modified_at: When the CRM last changed it; None for now.
    """

    ref: RecordRef
    fields: Mapping[str, str]
    inactive: bool = False
    parent: RecordRef | None = None
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is sent of a record, with its normal forms, which take longer than all the rest of a write.

    Attributes:
        change: The record.
        forms: Its normal forms.
        region: That they were made with.
    """

    change: RecordChange
    forms: Forms
    region: str | None


class DedupeService:
    """Use cases around records and pairs of them.

    Args:
        db: The service's database.
        views: What this worker knows of tenants.
    """

    def __init__(self, db: Database, views: TenantViews) -> None:
        self._db = db
        self._views = views

    def prepare(self, tenant: str, change: RecordChange) -> Prepared:
        """Brings a record to its normal forms, outside of the transaction that stores it."""
        region = self._views.get(tenant).settings.region
        return Prepared(change, forms_of(dict(change.fields), region), region)

    def upsert(
        self,
        session: TenantSession,
        prepared: Prepared,
        check: FindOptions | None,
        *,
        store_it: bool = True,
    ) -> tuple[Record, tuple[Duplicate, ...]]:
        """Stores one record and looks for duplicates of it.

        The look-up is part of the transaction: of two alike records that come at the same moment, the second one's
        caller is told of the first.

        Args:
            session: The transaction.
            prepared: The record.
            check: How to look for duplicates; None not to.
            store_it: False to check and look alone.

        Raises:
            LeadlightError: FAILED_PRECONDITION (RECORD_MERGED).
        """
        if store_it:
            record = self.import_records(session, [prepared])[0]
            if isinstance(record, LeadlightError):
                raise record
        else:
            region = settings_store.tenant_settings(session).region
            before = store.read_record(session, prepared.change.ref)
            if before is not None and before.merge_id:
                raise merged(before)
            record = _record(prepared, region, utc_now())
        if check is None:
            return record, ()
        matching = self._views.get(session.tenant).matching
        return record, find_duplicates(session, record, check, matching).duplicates

    def import_records(
        self, session: TenantSession, prepared: Sequence[Prepared]
    ) -> list[Record | LeadlightError]:
        """Stores records in one go; a record that is refused does not keep the others from it.

        Args:
            session: The transaction.
            prepared: The records; of those with the same ref the last one stays.

        Returns:
            For each the record as it is stored, or why it was refused: FAILED_PRECONDITION (RECORD_MERGED).
        """
        region = settings_store.lock_tenant(session).region
        now = utc_now()
        before = store.read_records(session, [each.change.ref for each in prepared], for_update=True)
        after: dict[RecordRef, Record] = {}
        results: list[Record | LeadlightError] = []
        for each in prepared:
            stored = before.get(each.change.ref)
            if stored is not None and stored.merge_id:
                results.append(merged(stored))
                continue
            after[each.change.ref] = _record(each, region, now)
            results.append(after[each.change.ref])
        written = store.write_records(
            session, before, list(after.values()), codes=rule_store.codes_in(session, region)
        )
        versions = {record.ref: record.version for record in written}
        return [
            replace(result, version=versions[result.ref]) if isinstance(result, Record) else result
            for result in results
        ]

    def get_record(self, tenant: str, ref: RecordRef) -> Record:
        """A stored record.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return existing(session, ref)

    def list_records(
        self,
        tenant: str,
        kind: RecordKind,
        *,
        parent: RecordRef | None,
        only_not_comparable: bool,
        include_merged: bool,
        page_size: int,
        page_token: str,
    ) -> Page[Record]:
        """Stored records by id.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return store.list_records(
                session,
                kind,
                parent=parent,
                only_not_comparable=only_not_comparable,
                include_merged=include_merged,
                page_size=page_size,
                page_token=page_token,
            )

    def delete_record(self, session: TenantSession, ref: RecordRef, *, allow_missing: bool) -> None:
        """Deletes a record with what was decided about it, and its part in merges.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        region = settings_store.lock_tenant(session).region
        before = store.read_record(session, ref, for_update=True)
        if before is None:
            if allow_missing:
                return
            raise _no_record(ref)
        merge_store.close_merges_of(session, ref)
        decision_store.delete_decisions_about(session, ref)
        store.write_records(
            session, {ref: before}, [], removed=[ref], codes=rule_store.codes_in(session, region)
        )

    def delete_records(
        self, session: TenantSession, asked: Sequence[tuple[RecordRef, bool]]
    ) -> list[LeadlightError | None]:
        """Deletes records in one go; one that is not there does not keep the others from it.

        Args:
            session: The transaction.
            asked: The records, and whether one that is missing is no error.

        Returns:
            For each why it was not deleted: NOT_FOUND; None if it was.
        """
        results: list[LeadlightError | None] = []
        for ref, allow_missing in asked:
            try:
                self.delete_record(session, ref, allow_missing=allow_missing)
            except LeadlightError as error:
                results.append(error)
            else:
                results.append(None)
        return results

    def find_stored(self, tenant: str, ref: RecordRef, options: FindOptions) -> Found:
        """Who a stored record may be.

        Raises:
            LeadlightError: NOT_FOUND, FAILED_PRECONDITION (RECORD_MERGED).
        """
        matching = self._views.get(tenant).matching
        with self._db.read(tenant) as session:
            record = lookup_store.findable_record(session, ref)
            if record is None:
                raise merged(existing(session, ref))
            return find_duplicates(session, record, options, matching)

    def find_sent(
        self, tenant: str, kind: RecordKind, fields: Mapping[str, str], options: FindOptions
    ) -> Found:
        """Who a record may be that is not stored."""
        # No stored record has an empty id.
        prepared = self.prepare(tenant, RecordChange(RecordRef(kind, ""), fields))
        record = _record(prepared, prepared.region, utc_now())
        matching = self._views.get(tenant).matching
        with self._db.read(tenant) as session:
            return find_duplicates(session, record, options, matching)

    def find_many(self, tenant: str, asked: Sequence[tuple[Record, FindOptions]]) -> list[Found]:
        """Who stored records may be, each asked in its own way, all from one snapshot."""
        matching = self._views.get(tenant).matching
        with self._db.read(tenant) as session:
            return [find_duplicates(session, record, options, matching) for record, options in asked]

    def decide(self, session: TenantSession, decision: PairDecision) -> PairDecision:
        """Keeps a decision about two stored records, in place of an earlier one; gives the one that holds.

        The same decision of the same person is the first one still.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        settings_store.lock_tenant(session)
        stored = store.read_records(session, [decision.left, decision.right])
        for ref in (decision.left, decision.right):
            if ref not in stored:
                raise _no_record(ref)
        before = decision_store.read_decision(session, decision.left, decision.right)
        if before is not None and replace(before, decided_at=decision.decided_at) == decision:
            return before
        decision_store.write_decision(session, decision)
        return decision

    def delete_decision(
        self, session: TenantSession, one: RecordRef, other: RecordRef, *, allow_missing: bool
    ) -> None:
        """Forgets a decision.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        left, right = pair_of(one, other)
        if not decision_store.delete_decision(session, left, right) and not allow_missing:
            raise not_found("decision", f"{left.kind}/{left.id}, {right.kind}/{right.id}")

    def list_decisions(
        self,
        tenant: str,
        *,
        ref: RecordRef | None,
        is_match: bool | None,
        page_size: int,
        page_token: str,
    ) -> Page[PairDecision]:
        """Decisions, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return decision_store.list_decisions(
                session, ref=ref, is_match=is_match, page_size=page_size, page_token=page_token
            )


def existing(session: TenantReader, ref: RecordRef) -> Record:
    """A stored record.

    Raises:
        LeadlightError: NOT_FOUND.
    """
    record = store.read_record(session, ref)
    if record is None:
        raise _no_record(ref)
    return record


def merged(record: Record) -> LeadlightError:
    """The error of a write to a record that is part of another."""
    master = record.merged_into
    name = f"{master.kind}/{master.id}" if master else ""
    return failed_precondition(
        Reason.RECORD_MERGED,
        f"{record.ref.kind} {record.ref.id!r} was merged into {name}; write to that one, or take the merge back",
        record=f"{record.ref.kind}/{record.ref.id}",
        master=name,
        merge=f"merges/{record.merge_id}",
    )


def _no_record(ref: RecordRef) -> LeadlightError:
    return not_found("record", f"{ref.kind}/{ref.id}")


def _record(prepared: Prepared, region: str | None, now: datetime) -> Record:
    """The record as it is to be stored, its forms made anew if the region has changed since."""
    change = prepared.change
    is_current = prepared.region == region
    return Record(
        ref=change.ref,
        fields=change.fields,
        forms=prepared.forms if is_current else forms_of(dict(change.fields), region),
        inactive=change.inactive,
        parent=change.parent,
        modified_at=change.modified_at or now,
        stored_at=now,
    )
