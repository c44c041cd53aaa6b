"""The dedupe service's inside on one database, without a server: operations are worked off when a test says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import select

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import Handler, OperationContext, TypedBytes
from services.common.records import RecordKind, RecordRef
from services.common.tables import OperationRow
from services.dedupe.duplicates import FindOptions, Found
from services.dedupe.matching import TenantViews
from services.dedupe.models import RecordKeyRow
from services.dedupe.publish_job import PublishJob
from services.dedupe.publishing import FORGET_CODES, PUBLISH_RULE
from services.dedupe.rule_service import RuleService
from services.dedupe.scan_job import ScanJob, ScanLimits
from services.dedupe.scan_results import FoundCluster, FoundPair
from services.dedupe.scan_service import ScanService
from services.dedupe.scanning import SCAN_DUPLICATES, ScanOrder, ask_for_scan
from services.dedupe.service import DedupeService, RecordChange
from tests.integration.working import operations_of, work_off

TENANT = "acme"
KINDS = (RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.LEAD)
SMALL = ScanLimits(page_records=10, page_rows=5)


def ended(handler: Handler, at: str, by: type[Exception], times: int = 1) -> Handler:
    """A handler whose first attempt ends by an exception once it has told so often that it is at a stage."""

    class Ended(OperationContext):
        told = 0

        def progress(self, share: float, stage: str = "") -> None:
            self.told += stage.startswith(at)
            if self.told == times:
                raise by
            super().progress(share, stage)

    attempts: list[OperationContext] = []

    def attempt(context: OperationContext) -> TypedBytes | None:
        if not attempts:
            context.__class__ = Ended
        attempts.append(context)
        return handler(context)

    return attempt


@dataclass
class Inside:
    """The dedupe service's inside on one database, without a server."""

    url: str
    folder: Path
    db: Database = field(init=False)

    def __post_init__(self) -> None:
        migrate(self.url, service="dedupe")
        self.db = Database(self.url, service="dedupe")
        self.records = DedupeService(self.db, TenantViews(self.db))
        self.rules = RuleService(self.db)
        self.scans = ScanService(self.db)

    def store(self, record_id: str, kind: RecordKind = RecordKind.LEAD, **fields: str) -> RecordRef:
        """Stores one record."""
        ref = RecordRef(kind, record_id)
        told = {name: value for name, value in fields.items() if value.strip()}
        prepared = self.records.prepare(TENANT, RecordChange(ref, told))
        with self.db.write(TENANT) as session:
            self.records.upsert(session, prepared, None)
        return ref

    def found(self, ref: RecordRef, threshold: float = 0.5) -> Found:
        """Its duplicates, by what holds now."""
        fresh = DedupeService(self.db, TenantViews(self.db))
        return fresh.find_stored(TENANT, ref, FindOptions(limit=100, threshold=threshold))

    def publish(self, rule_id: str) -> str:
        """Asks for a rule's publication; gives the operation's id."""
        with self.db.write(TENANT) as session:
            return self.rules.publish(session, rule_id).id

    def unpublish(self, rule_id: str) -> None:
        with self.db.write(TENANT) as session:
            self.rules.unpublish(session, rule_id)

    def scan(self, *, threshold: float = 0.5, keep_weights: bool = True) -> str:
        """Asks for a scan; gives its id."""
        with self.db.write(TENANT) as session:
            return ask_for_scan(session, ScanOrder(KINDS, threshold, keep_weights=keep_weights)).id

    def handlers(self) -> dict[str, Handler]:
        publishing = PublishJob(self.db, page_records=10)
        return {
            PUBLISH_RULE: publishing.publish,
            FORGET_CODES: publishing.forget,
            SCAN_DUPLICATES: ScanJob(self.db, self.folder, SMALL),
        }

    def work(self, handlers: Mapping[str, Handler] | None = None) -> None:
        """Works until nothing is left to do."""
        work_off(self.db, TENANT, handlers or self.handlers())

    def operations(self) -> list[OperationRow]:
        return operations_of(self.db, TENANT)

    def keys(self) -> set[tuple[int, int]]:
        """All keys with their records."""
        with self.db.read(TENANT) as session:
            return {(row.key, row.number) for row in session.exec(select(RecordKeyRow))}

    def pairs(self, scan_id: str = "-") -> list[FoundPair]:
        page = self.scans.pairs(TENANT, scan_id, page_size=1000, page_token="")
        return [each.pair for each in page.rows]

    def clusters(self, scan_id: str = "-") -> list[FoundCluster]:
        page = self.scans.clusters(
            TENANT, scan_id, ref=None, only_with_bridge=False, page_size=1000, page_token=""
        )[1]
        return list(page.rows)
