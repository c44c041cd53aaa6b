"""Makes a scan of the service out of the results of the job `dedupe.scan`."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet
from pydantic import TypeAdapter

from services.common.batch.operation import Finish, OnStage
from services.common.batch.outcomes import Stored
from services.common.db import Database, TenantSession, utc_now
from services.common.operations import OperationContext
from services.common.records import RecordKind, RecordRef
from services.dedupe import scan_store, settings_store, store
from services.dedupe.clusters import Cluster, Pair, clusters
from services.dedupe.scan_folder import KEPT, ScanFolder
from services.dedupe.scan_results import Counts, FinishedScan, clusters_in_order, id_of
from services.dedupe.scan_storing import Placed, ScanStoring

_PLACED = TypeAdapter(Placed)
_ROWS_AT_ONCE = 5_000


class JobResults:
    """Stores the pairs of a job between records of one kind that the service has, and their clusters.

    Pairs that people have rejected are left out, as a scan of the service does. Its weights, which were estimated
    from a file, shape no look-up.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def __call__(self, context: OperationContext, kind: RecordKind, results: Path, tell: OnStage) -> Finish:
        """See `StoreResults`."""
        placed = _PLACED.validate_json(context.checkpoint) if context.checkpoint else Placed()
        folder = ScanFolder(results, context.tenant, context.id)
        report = parquet.read_table(results / "report.parquet").to_pylist()[0]
        found = parquet.ParquetFile(results / "pairs.parquet").metadata.num_rows
        if placed == Placed():
            self._clear(context)
            folder.make()
            self._write_found(context.tenant, kind, results / "pairs.parquet", folder, report)
        counts, weights = folder.read_report()

        def save(session: TenantSession, stored: Placed) -> None:
            context.save_checkpoint(session, _PLACED.dump_json(stored))

        ScanStoring(self._db, context.tenant, context.id, folder, save, tell).run(placed)
        scan = FinishedScan(context.id, counts, report["threshold"], weights, utc_now())

        def finish(session: TenantSession) -> Stored:
            settings_store.lock_tenant(session)
            scan_store.write_scan(session, scan)
            return Stored(counts.pairs, found - counts.pairs)

        return finish

    def _clear(self, context: OperationContext) -> None:
        for _ in scan_store.delete_hidden(self._db, context.tenant, own=context.id):
            context.raise_if_cancelled()

    def _write_found(
        self, tenant: str, kind: RecordKind, pairs: Path, folder: ScanFolder, report: dict[str, object]
    ) -> None:
        """Writes the pairs that are wanted, and their clusters, as a scan of the service does."""
        wanted: list[tuple[str, str, float]] = []
        with parquet.ParquetWriter(folder.kept, KEPT) as writer:
            for page in self._wanted(tenant, kind, pairs):
                writer.write_table(page)
                wanted += zip(*(page[name].to_pylist() for name in KEPT.names[:3]), strict=True)
        found = _clusters(wanted)
        counts = Counts(
            records=_number(report["records"]),
            not_comparable=_number(report["not_comparable"]),
            compared_pairs=_number(report["compared"]),
            pairs=len(wanted),
            clusters=len(found),
            crowded_keys=_number(report["damped_keys"]),
            hidden_pairs=_number(report["hidden_pairs"]),
        )
        folder.write_found(counts, str(report["weights"]), clusters_in_order(found))

    def _wanted(self, tenant: str, kind: RecordKind, pairs: Path) -> Iterator[pa.Table]:
        with self._db.read(tenant) as session:
            decided = scan_store.decided_pairs(session)
        rejected = {frozenset((each.left, each.right)) for each in decided if not each.is_match}
        with parquet.ParquetFile(pairs) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=KEPT.names):
                rows = batch.to_pylist()
                with self._db.read(tenant) as session:
                    known = store.known_ids(session, kind, _ids(rows))
                kept = [
                    {**row, "left": left, "right": right}
                    for row in rows
                    if row["left"] in known and row["right"] in known
                    for left, right in [[id_of(RecordRef(kind, row[side])) for side in ("left", "right")]]
                    if frozenset((left, right)) not in rejected
                ]
                yield pa.Table.from_pylist(kept, KEPT)


def _ids(rows: Iterable[dict[str, str]]) -> Collection[str]:
    return {row[side] for row in rows for side in ("left", "right")}


def _clusters(pairs: Iterable[tuple[str, str, float]]) -> list[tuple[tuple[str, ...], Cluster]]:
    """Clusters with their records' ids, in the order of `Cluster.records`."""
    pairs = list(pairs)
    ids = sorted({each for left, right, _ in pairs for each in (left, right)})
    numbers = {each: number for number, each in enumerate(ids)}
    numbered = [
        Pair(min(numbers[left], numbers[right]), max(numbers[left], numbers[right]), probability)
        for left, right, probability in pairs
    ]
    found = clusters(sorted(numbered, key=lambda pair: (pair.left, pair.right)))
    return [(tuple(ids[number] for number in cluster.records), cluster) for cluster in found]


def _number(value: object) -> int:
    return int(str(value))
