"""The operations that make a rule's match codes of the stored records, and remove them again: page by page.

A page's codes and the checkpoint are stored in one transaction, under the tenant's lock: a record that changes in
between gets, or loses, its codes with its other keys. An operation that dies goes on after the last whole page.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from services.common.db import Database, TenantSession, utc_now
from services.common.operations import OperationCancelledError, OperationContext, TypedBytes
from services.common.records import RecordRef
from services.dedupe import rule_store
from services.dedupe.convert_rules import publish_response
from services.dedupe.index import IndexChange, MatchCodes, hash_of, is_indexed, number_of
from services.dedupe.index_store import change_index
from services.dedupe.publishing import RULE, ask_to_forget
from services.dedupe.record import Record
from services.dedupe.rules import Rule, RuleState, is_at_work
from services.dedupe.settings_store import lock_tenant
from services.dedupe.store import next_records, record_count

PAGE_RECORDS = 500
_MAKING = "making match codes of the stored records"
_REMOVING = "removing match codes of the stored records"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is, as its checkpoint keeps it.

    Attributes:
        total: Records to go through, as counted when it began.
        after: The last record of the last whole page.
        records: Records gone through.
        whole: Every page is done.
    """

    total: int
    after: RecordRef | None = None
    records: int = 0
    whole: bool = False


_PROGRESS = TypeAdapter(Progress)


class PublishJob:
    """Publishes the rule that an operation names, or forgets its codes.

    Args:
        db: The service's database.
        page_records: Records to a transaction.
    """

    def __init__(self, db: Database, page_records: int = PAGE_RECORDS) -> None:
        self._db = db
        self._page_records = page_records

    def publish(self, context: OperationContext) -> TypedBytes | None:
        """Makes codes and puts the rule to work."""
        rule = RULE.validate_json(context.request)
        try:
            records = self._go_through(context, rule, making=True)
            with self._db.write(context.tenant) as session:
                lock_tenant(session)
                _require_wanted(session, rule)
                published = replace(rule, state=RuleState.PUBLISHED, updated_at=utc_now())
                rule_store.write_rule(session, published)
                context.complete(session, TypedBytes.of(publish_response(published, records)))
        except OperationCancelledError:
            self._give_up(context, rule)
            raise
        return None

    def forget(self, context: OperationContext) -> TypedBytes | None:
        """Removes codes of a rule that is no longer at work."""
        rule = RULE.validate_json(context.request)
        records = self._go_through(context, rule, making=False)
        return TypedBytes.of(publish_response(replace(rule, state=RuleState.UNPUBLISHED), records))

    def _go_through(self, context: OperationContext, rule: Rule, *, making: bool) -> int:
        """Makes or removes the codes of all records; gives their number."""
        if not rule.has_codes:
            return 0
        if context.checkpoint:
            done = _PROGRESS.validate_json(context.checkpoint)
        else:
            with self._db.read(context.tenant) as session:
                done = Progress(record_count(session))
        while not done.whole:
            context.progress(min(1.0, done.records / max(1, done.total)), _MAKING if making else _REMOVING)
            done = self._page(context, rule, done, making=making)
        return done.records

    def _page(self, context: OperationContext, rule: Rule, done: Progress, *, making: bool) -> Progress:
        with self._db.write(context.tenant) as session:
            region = lock_tenant(session).region
            if making:
                _require_wanted(session, rule)
            records = next_records(session, after=done.after, limit=self._page_records)
            keys = _keys(records, rule_store.stored_codes([rule], region))
            change = IndexChange(
                added=keys if making else frozenset(), removed=frozenset() if making else keys, counts={}
            )
            change_index(session, change)
            done = replace(
                done,
                after=records[-1].ref if records else done.after,
                records=done.records + len(records),
                whole=len(records) < self._page_records,
            )
            context.save_checkpoint(session, _PROGRESS.dump_json(done))
        return done

    def _give_up(self, context: OperationContext, rule: Rule) -> None:
        """Leaves a rule whose publication was cancelled as one that is not at work."""
        with self._db.write(context.tenant) as session:
            lock_tenant(session)
            stored = rule_store.rule(session, rule.rule_id)
            if stored is None or stored.version != rule.version or stored.state is not RuleState.PUBLISHING:
                return
            after = replace(stored, state=RuleState.UNPUBLISHED, updated_at=utc_now())
            rule_store.write_rule(session, after)
            if rule.has_codes:
                ask_to_forget(session, rule)


def _keys(records: Collection[Record], codes: MatchCodes) -> frozenset[tuple[int, int]]:
    return frozenset(
        (hash_of(code), number_of(record.ref))
        for record in records
        if is_indexed(record)
        for code in codes(record)
    )


def _require_wanted(session: TenantSession, rule: Rule) -> None:
    """Ends the work on a rule that was unpublished, published anew or deleted in the meantime."""
    stored = rule_store.rule(session, rule.rule_id)
    if stored is None or stored.version != rule.version or not is_at_work(stored):
        raise OperationCancelledError
