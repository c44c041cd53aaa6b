"""How much of what a full comparison finds the index finds too, record by record.

python -m tests.quality.dedupe_index [--subjects 2000] [set ...]

Each of some records is compared with all the others by the scan's own levels and weights, and looked for in the
index. Recall is the share of the pairs that are as likely as not, or likelier, that the index finds; exit code 1 if
it is below the bar of the spec. Needs the data folder (LEADLIGHT_SHARED_DATA, default ../shared/data).
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.records import RecordKind, RecordRef
from services.dedupe.default_weights import default_weights
from services.dedupe.duplicates import FindOptions
from services.dedupe.evidence import DEFAULT_THRESHOLD
from services.dedupe.fields import Field
from services.dedupe.patterns import pattern_levels, patterns_sql
from services.dedupe.scan_tables import make_forms, make_records
from tests.quality._dedupe_sets import DATA, REPOSITORY, DedupeSet, contacts
from tests.quality._dedupe_store import stored

RESULTS = REPOSITORY / "build" / "quality-dedupe_index.json"
LEAST_RECALL = 0.99
TENANT = "quality"
GROUP = 256
MOST = 100
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """One set's figures.

    Attributes:
        name: Of the set.
        records: In it.
        subjects: Records that were looked for.
        pairs: What the full comparison found of them.
        found: Of these, what the index found.
        recall: The share.
        passes: Whether it is at least the bar.
    """

    name: str
    records: int
    subjects: int
    pairs: int
    found: int
    recall: float
    passes: bool


def fully_compared(measured: DedupeSet, subjects: int) -> Pairs:
    """The likely pairs of the first subjects (in the order of ids) with any record: ids."""
    part = measured.parts[0].drop(columns="cluster")
    with tempfile.TemporaryDirectory() as folder, DuckDbEngine() as engine:
        path = Path(folder) / "records.parquet"
        part.to_parquet(path)
        make_records(engine, (path,), "unique_id", {Field(field): field for field in measured.fields})
        make_forms(engine, None)
        engine.sql(
            "SELECT l.row AS l, r.row AS r FROM forms AS l, forms AS r"  # noqa: S608
            f" WHERE l.row <= {subjects} AND l.row <> r.row",
            "pairs",
        )
        engine.sql(patterns_sql("pairs"), "compared")
        patterns = engine.collect("SELECT DISTINCT pattern FROM compared").column("pattern").to_numpy()
        likely = default_weights().probabilities(pattern_levels(patterns)) >= DEFAULT_THRESHOLD
        wanted = ", ".join(map(str, patterns[likely].tolist()))
        pairs = engine.collect(
            "SELECT a.id AS one, b.id AS other FROM compared AS c JOIN records AS a ON a.row = c.l"  # noqa: S608
            f" JOIN records AS b ON b.row = c.r WHERE c.pattern IN ({wanted})"
        ).to_pylist()
    return frozenset((pair["one"], pair["other"]) for pair in pairs)


def measure(measured: DedupeSet, subjects: int) -> Row:
    """One set."""
    full = fully_compared(measured, subjects)
    ids = sorted(measured.parts[0]["unique_id"])[:subjects]
    with tempfile.TemporaryDirectory() as folder:
        records = {
            row["unique_id"]: {field: row[field] for field in measured.fields if row[field]}
            for row in measured.parts[0].to_dict("records")
        }
        service = stored(records, f"sqlite:///{folder}/dedupe.db", tenant=TENANT, group=GROUP)
        found = {
            (one, each.ref.id)
            for one in ids
            for each in service.find_stored(
                TENANT, RecordRef(RecordKind.CONTACT, one), FindOptions(limit=MOST)
            ).duplicates
        }
    recall = len(full & found) / max(len(full), 1)
    return Row(
        measured.name,
        len(measured.parts[0]),
        subjects,
        len(full),
        len(full & found),
        recall,
        recall >= LEAST_RECALL,
    )


def main() -> int:
    """Measures the project's contacts, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", choices=[[], "contacts_10k", "contacts_100k"], default=[])
    parser.add_argument("--subjects", type=int, default=2000, help="records to look for in each set")
    asked = parser.parse_args()
    if not DATA.is_dir():
        sys.stderr.write(f"no data at {DATA}: set LEADLIGHT_SHARED_DATA\n")
        return 1
    rows = []
    for name in asked.sets or ["contacts_10k", "contacts_100k"]:
        # In a larger set more is compared for each record: as many pairs, fewer records.
        measured = contacts(name.removeprefix("contacts_"), 0.0)
        subjects = asked.subjects if name == "contacts_10k" else max(1, asked.subjects // 20)
        row = measure(measured, subjects)
        rows.append(row)
        print(
            f"{row.name:14} {row.records:>8,} records {row.subjects:>6,} looked for {row.pairs:>6,} pairs"
            f" {row.found:>6,} found {row.recall:7.4f} {'ok' if row.passes else 'MISSED'}",
            flush=True,
        )
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n", encoding="utf-8")
    return 0 if all(row.passes for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
