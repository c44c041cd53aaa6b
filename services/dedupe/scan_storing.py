"""Puts what a scan found into the service's store, page by page; none of it shows before the last transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from services.common.batch.operation import OnStage
from services.common.db import Database, TenantSession
from services.dedupe import scan_store
from services.dedupe.scan_folder import ScanFolder

PAGE_ROWS = 5_000
"""Pairs, and clusters, to a transaction."""
_PAIRS_SHARE = 2 / 3
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Placed:
    """How many of the pairs and clusters are stored."""

    pairs: int = 0
    clusters: int = 0


@dataclass(frozen=True)
class ScanStoring:
    """Stores one scan.

    Attributes:
        db: The service's database.
        tenant: Whose scan.
        scan_id: The scan.
        folder: With what was found.
        save: Saves where a later attempt goes on, in the transaction of a page.
        tell: Is told the share that is stored, and of what, before each page.
        page_rows: Pairs, and clusters, to a transaction.
    """

    db: Database
    tenant: str
    scan_id: str
    folder: ScanFolder
    save: Callable[[TenantSession, Placed], None]
    tell: OnStage
    page_rows: int = PAGE_ROWS

    def run(self, placed: Placed) -> None:
        """Stores what is not stored yet."""
        counts, _ = self.folder.read_report()
        for pairs in _pages(self.folder.pairs(placed.pairs), self.page_rows):
            self.tell(_PAIRS_SHARE * placed.pairs / max(1, counts.pairs), "storing pairs")
            with self.db.write(self.tenant) as session:
                scan_store.write_pairs(session, self.scan_id, placed.pairs + 1, pairs)
                placed = replace(placed, pairs=placed.pairs + len(pairs))
                self.save(session, placed)
        for clusters in _pages(self.folder.clusters(placed.clusters), self.page_rows):
            share = _PAIRS_SHARE + (1.0 - _PAIRS_SHARE) * placed.clusters / max(1, counts.clusters)
            self.tell(share, "storing clusters")
            with self.db.write(self.tenant) as session:
                scan_store.write_clusters(session, self.scan_id, clusters)
                placed = replace(placed, clusters=placed.clusters + len(clusters))
                self.save(session, placed)


def _pages(rows: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while page := list(islice(rows, size)):
        yield page
