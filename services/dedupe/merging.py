"""The use cases of merges: make records one, take that back, take one of them out again.

Records are merged as their caller saw them: the versions are read when the call arrives, before it waits for its turn
to write, and a record that changed while it waited ends the call with ABORTED and nothing done.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import invalid_argument
from services.common.paging import Page
from services.common.records import RecordRef
from services.dedupe import merge_errors, merge_store, store
from services.dedupe.fields import forms_of
from services.dedupe.journal import Image, Merge, MergeState, Outcome
from services.dedupe.record import Record
from services.dedupe.rule_store import codes_in
from services.dedupe.settings_store import lock_tenant, tenant_settings
from services.dedupe.survivorship import Choices, Survived, survive
from services.dedupe.tenant_settings import TenantSettings

MOST_CHILDREN = 1000
MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class MergeOrder:
    """What to merge.

    Attributes:
        master: The record that stays.
        others: Those to merge into it.
        choices: Whose values survive.
    """

    master: RecordRef
    others: Sequence[RecordRef]
    choices: Choices

    @property
    def refs(self) -> list[RecordRef]:
        """All records, the master first."""
        return [self.master, *self.others]


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood when a call arrived.

    Attributes:
        versions: Of its records; those that were not stored are not in it.
        merge: The merge that it is about, if it is about one that was there.
    """

    versions: Mapping[RecordRef, int]
    merge: Merge | None = None


@dataclass(frozen=True, slots=True)
class MergeView:
    """A merge with what callers are told beside it.

    Attributes:
        merge: The merge.
        result: The master as the merge left it; None once it is erased.
        children: Records that belong to the merged ones, by ref, at most `MOST_CHILDREN`.
        child_count: How many there are in all.
    """

    merge: Merge
    result: Record | None
    children: Sequence[RecordRef]
    child_count: int


@dataclass(frozen=True, slots=True)
class Unmerged:
    """A merge that was taken back.

    Attributes:
        view: The merge.
        records: What stands again, the master first.
    """

    view: MergeView
    records: Sequence[Record]


class MergeService:
    """Merges of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def look(self, tenant: str, refs: Sequence[RecordRef]) -> Seen:
        """What some records are now, for a merge that is about to wait for its turn."""
        with self._db.read(tenant) as session:
            return Seen(_versions(store.read_records(session, refs)))

    def look_at_merge(self, tenant: str, merge_id: str) -> Seen:
        """What a merge and its records are now, for a change of it that is about to wait for its turn."""
        with self._db.read(tenant) as session:
            merge = merge_store.read_merge(session, merge_id)
            refs = [merge.master, *merge.merged] if merge else []
            return Seen(_versions(store.read_records(session, refs)), merge)

    def merge(
        self, session: TenantSession, order: MergeOrder, seen: Seen, *, by: str, store_it: bool = True
    ) -> MergeView:
        """Makes records one.

        The master keeps whether it is inactive and whom it belongs to; it counts as changed when the last of them
        was.

        Args:
            session: The transaction.
            order: What to merge.
            seen: The records as they were when the call arrived.
            by: Who merges.
            store_it: False to check and answer alone.

        Raises:
            LeadlightError: FAILED_PRECONDITION for a record of another kind, the master itself or a record that is
                merged already; NOT_FOUND; INVALID_ARGUMENT for a record named twice, a choice of a record that is not
                among them, or more than 200 fields; ABORTED if a record changed since the call arrived.
        """
        merge_errors.check_order(order.master, order.others, order.choices)
        settings = lock_tenant(session)
        records = store.read_records(session, order.refs, for_update=True)
        _require_unchanged(order.refs, seen, records)
        merge_errors.check_records(order.master, order.others, records)
        master, others = records[order.master], [records[ref] for ref in order.others]
        merge = Merge(
            merge_id=uuid.uuid4().hex,
            master=master.ref,
            versions=_versions({ref: records[ref] for ref in order.refs}),
            detached=[],
            choices=order.choices,
            before=Image.of(master),
            outcome=None,
            master_version=0,
            state=MergeState.MERGED,
            merged_by=by,
            created_at=utc_now(),
        )
        survived = survive(master, others, order.choices)
        if len(survived.fields) > MOST_FIELDS:
            raise invalid_argument(
                "fields",
                f"the merged record would have {len(survived.fields)} fields, and {MOST_FIELDS} are the most: "
                "leave some of them blank",
            )
        merged = _merged(master, others, survived, settings)
        gone = [replace(each, merge_id=merge.merge_id) for each in others]
        with _stored(session, store_it=store_it):
            result, *_ = _write(session, settings, records, [merged, *gone])
            merge = _with_outcome(merge, result, survived)
            merge_store.add_merge(session, merge)
            view = _view(session, merge, settings)
        return view if store_it else replace(view, merge=replace(merge, merge_id=""))

    def unmerge(
        self,
        session: TenantSession,
        merge_id: str,
        seen: Seen,
        *,
        discard_changes: bool,
        store_it: bool = True,
    ) -> Unmerged:
        """Takes a merge back.

        Args:
            session: The transaction.
            merge_id: The merge.
            seen: The merge and its records as they were when the call arrived.
            discard_changes: Give up what was changed on the master since.
            store_it: False to check and answer alone.

        Raises:
            LeadlightError: NOT_FOUND; FAILED_PRECONDITION for one that is undone or final, that a later merge over
                its master goes before, or whose master was changed since; ABORTED if a record or the merge changed
                since the call arrived.
        """
        settings = lock_tenant(session)
        merge, records = _reversible(session, merge_id, seen, discard_changes=discard_changes)
        with _stored(session, store_it=store_it):
            return _undo(session, merge, records, settings)

    def detach(
        self,
        session: TenantSession,
        merge_id: str,
        ref: RecordRef,
        seen: Seen,
        *,
        discard_changes: bool,
        store_it: bool = True,
    ) -> MergeView:
        """Takes one record out of a merge; with the last one the merge is taken back.

        Args:
            session: The transaction.
            merge_id: The merge.
            ref: One of the merged records.
            seen: The merge and its records as they were when the call arrived.
            discard_changes: Give up what was changed on the master since.
            store_it: False to check and answer alone.

        Raises:
            LeadlightError: As `unmerge`; INVALID_ARGUMENT for a record that is no part of the merge,
                FAILED_PRECONDITION for one that was detached before.
        """
        settings = lock_tenant(session)
        merge, records = _reversible(session, merge_id, seen, discard_changes=discard_changes)
        merge_errors.check_part(merge, ref)
        with _stored(session, store_it=store_it):
            if merge.merged == [ref]:
                return _undo(session, merge, records, settings).view
            return _detach(session, merge, ref, records, settings)

    def get_merge(self, tenant: str, merge_id: str) -> MergeView:
        """One merge.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            merge = merge_store.read_merge(session, merge_id)
            if merge is None:
                raise merge_errors.no_merge(merge_id)
            return _view(session, merge, tenant_settings(session))

    def list_merges(
        self,
        tenant: str,
        ref: RecordRef | None,
        state: MergeState | None,
        *,
        page_size: int,
        page_token: str,
    ) -> Page[Merge]:
        """Merges, the newest first.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a bad page.
        """
        with self._db.read(tenant) as session:
            return merge_store.list_merges(session, ref, state, page_size=page_size, page_token=page_token)


class _NothingStoredError(Exception):
    """Ends a savepoint whose writes are not meant to last."""


@contextmanager
def _stored(session: TenantSession, *, store_it: bool) -> Iterator[None]:
    """A block whose writes stay only if they are meant to: a dry run is the run itself, undone."""
    if store_it:
        yield
        return
    with suppress(_NothingStoredError), session.savepoint():
        yield
        raise _NothingStoredError


def _versions(records: Mapping[RecordRef, Record]) -> dict[RecordRef, int]:
    return {ref: record.version for ref, record in records.items()}


def _require_unchanged(refs: Sequence[RecordRef], seen: Seen, records: Mapping[RecordRef, Record]) -> None:
    now = _versions(records)
    for ref in refs:
        if seen.versions.get(ref) != now.get(ref):
            raise merge_errors.changed_meanwhile(ref)


def _reversible(
    session: TenantSession, merge_id: str, seen: Seen, *, discard_changes: bool
) -> tuple[Merge, dict[RecordRef, Record]]:
    """A merge that may be taken back, and the records that are part of it."""
    merge = merge_store.read_merge(session, merge_id, for_update=True)
    if merge is None:
        raise merge_errors.no_merge(merge_id)
    refs = [merge.master, *merge.merged]
    records = store.read_records(session, refs, for_update=True)
    if seen.merge is None or (seen.merge.state, seen.merge.merged) != (merge.state, merge.merged):
        raise merge_errors.changed_meanwhile(merge.master)
    _require_unchanged(refs, seen, records)
    merge_errors.check_reversible(merge, merge_store.merges_holding(session, merge.master))
    if not discard_changes and records[merge.master].version != merge.master_version:
        raise merge_errors.changed_since(merge)
    return merge, records


def _undo(
    session: TenantSession, merge: Merge, records: Mapping[RecordRef, Record], settings: TenantSettings
) -> Unmerged:
    others = [replace(records[ref], merge_id="", merged_into=None) for ref in merge.merged]
    restored = _write(session, settings, records, [_master_before(merge, settings), *others])
    merge_store.follow_restored(session, merge.versions, restored)
    merge = replace(merge, state=MergeState.UNDONE, undone_at=utc_now())
    merge_store.write_merge(session, merge)
    return Unmerged(_view(session, merge, settings), restored)


def _detach(
    session: TenantSession,
    merge: Merge,
    ref: RecordRef,
    records: Mapping[RecordRef, Record],
    settings: TenantSettings,
) -> MergeView:
    master = _master_before(merge, settings)
    others = [records[each] for each in merge.merged if each != ref]
    survived = survive(master, others, merge.choices)
    free = replace(records[ref], merge_id="", merged_into=None)
    result, detached = _write(session, settings, records, [_merged(master, others, survived, settings), free])
    merge_store.follow_restored(session, merge.versions, [detached])
    merge = _with_outcome(replace(merge, detached=[*merge.detached, ref]), result, survived)
    merge_store.write_merge(session, merge)
    return _view(session, merge, settings)


def _write(
    session: TenantSession,
    settings: TenantSettings,
    before: Mapping[RecordRef, Record],
    after: Sequence[Record],
) -> list[Record]:
    return store.write_records(session, before, after, codes=codes_in(session, settings.region))


def _master_before(merge: Merge, settings: TenantSettings) -> Record:
    if merge.before is None:
        raise ValueError(f"{merge.name} has no image of its master")
    return merge.before.record(merge.master, forms_of(merge.before.fields, settings.region))


def _merged(master: Record, others: Sequence[Record], survived: Survived, settings: TenantSettings) -> Record:
    return replace(
        master,
        fields=survived.fields,
        forms=forms_of(survived.fields, settings.region),
        modified_at=max(each.modified_at for each in (master, *others)),
        stored_at=utc_now(),
    )


def _with_outcome(merge: Merge, result: Record, survived: Survived) -> Merge:
    outcome = Outcome(Image.of(result), survived.moved)
    return replace(merge, outcome=outcome, master_version=result.version)


def _view(session: TenantReader, merge: Merge, settings: TenantSettings) -> MergeView:
    result = None
    if merge.outcome is not None:
        image = merge.outcome.image
        result = image.record(merge.master, forms_of(image.fields, settings.region))
    if merge.state is MergeState.UNDONE:
        return MergeView(merge, result, [], 0)
    children = store.children(session, merge.merged, limit=MOST_CHILDREN)
    count = len(children)
    if count == MOST_CHILDREN:
        count = store.child_count(session, merge.merged)
    return MergeView(merge, result, children, count)
