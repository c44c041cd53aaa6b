"""The files of a scan under way: the records as they were read, and what was found. They go with the scan.

    <data folder>/dedupe/scans/<tenant>/<scan>/

A file is written under another name and renamed, so that it is whole or not there.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from services.common.records import RecordRef
from services.dedupe.fields import Field
from services.dedupe.scan_results import Bridge, Counts, FoundCluster, FoundPair, id_of, ref_of

ID_COLUMN = "id"
_RECORDS = pa.schema([(ID_COLUMN, pa.string()), *((field.value, pa.string()) for field in Field)])
_CLUSTERS = pa.schema(
    [
        ("number", pa.int64()),
        ("records", pa.list_(pa.string())),
        ("least_probability", pa.float64()),
        (
            "bridges",
            pa.list_(
                pa.struct([("left", pa.string()), ("right", pa.string()), ("probability", pa.float64())])
            ),
        ),
    ]
)
KEPT = pa.schema(
    [("left", pa.string()), ("right", pa.string()), ("probability", pa.float64()), ("pattern", pa.int64())]
)
"""Pairs that were kept, the likeliest first."""
_ROWS_AT_ONCE = 10_000


class ScanFolder:
    """One scan's files.

    Args:
        data_dir: The service's data folder.
        tenant: Whose scan it is.
        scan_id: The scan.
    """

    def __init__(self, data_dir: Path, tenant: str, scan_id: str) -> None:
        self._all = data_dir / "dedupe" / "scans" / tenant
        self.path = self._all / scan_id
        self.kept = self.path / "kept.parquet"
        self._clusters = self.path / "clusters.parquet"
        self._report = self.path / "report.json"

    @property
    def records(self) -> Path:
        """All parts of the records, as a pattern."""
        return self.path / "records-*.parquet"

    def make(self) -> None:
        """Makes the folder, for nobody else to read, and removes those of the tenant's other scans."""
        for other in self._all.iterdir() if self._all.exists() else ():
            if other != self.path:
                shutil.rmtree(other, ignore_errors=True)
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def has_records(self, parts: int) -> bool:
        """Whether so many parts of the records are there."""
        return all(self._part(number).exists() for number in range(parts))

    def has_report(self) -> bool:
        """Whether everything that was found is there."""
        return self._report.exists()

    def write_records(self, part: int, records: Sequence[tuple[RecordRef, Mapping[str, str]]]) -> None:
        """Writes the next part of the records."""
        columns: list[list[str | None]] = [[id_of(ref) for ref, _ in records]]
        columns += [[fields.get(field.value) for _, fields in records] for field in Field]
        table = pa.table([pa.array(column, pa.string()) for column in columns], schema=_RECORDS)
        with _whole(self._part(part)) as draft:
            parquet.write_table(table, draft)

    def write_found(self, counts: Counts, weights: str, clusters: Sequence[FoundCluster]) -> None:
        """Writes what was found, after the pairs in `kept`."""
        rows = [
            {
                "number": cluster.number,
                "records": [id_of(ref) for ref in cluster.records],
                "least_probability": cluster.least_probability,
                "bridges": [
                    {
                        "left": id_of(each.left),
                        "right": id_of(each.right),
                        "probability": each.probability,
                    }
                    for each in cluster.bridges
                ],
            }
            for cluster in clusters
        ]
        with _whole(self._clusters) as draft:
            parquet.write_table(pa.Table.from_pylist(rows, _CLUSTERS), draft)
        with _whole(self._report) as draft:
            draft.write_text(json.dumps({"counts": asdict(counts), "weights": weights}), encoding="utf-8")

    def read_report(self) -> tuple[Counts, str]:
        """The scan in numbers, and its weights."""
        report = json.loads(self._report.read_text(encoding="utf-8"))
        return Counts(**report["counts"]), report["weights"]

    def pairs(self, skip: int) -> Iterator[FoundPair]:
        """Kept pairs in their order, without the first ones."""
        for row in _rows(self.kept, skip):
            yield FoundPair(ref_of(row["left"]), ref_of(row["right"]), row["probability"], row["pattern"])

    def clusters(self, skip: int) -> Iterator[FoundCluster]:
        """Clusters in their order with all their records, without the first ones."""
        for row in _rows(self._clusters, skip):
            yield FoundCluster(
                row["number"],
                [ref_of(each) for each in row["records"]],
                len(row["records"]),
                row["least_probability"],
                [
                    Bridge(ref_of(each["left"]), ref_of(each["right"]), each["probability"])
                    for each in row["bridges"]
                ],
            )

    def _part(self, number: int) -> Path:
        return self.path / f"records-{number:06}.parquet"


def _rows(path: Path, skip: int) -> Iterator[dict[str, Any]]:
    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
            yield from batch.slice(min(skip, len(batch))).to_pylist()
            skip = max(0, skip - len(batch))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    draft = path.with_name(f"{path.name}.part")
    yield draft
    draft.replace(path)
