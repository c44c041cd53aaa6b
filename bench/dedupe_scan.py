"""One scan of a Parquet file of contacts, in a process of its own.

python -m bench.dedupe_scan leadlight|splink FILE
"""

import os
import sys
from pathlib import Path

import pandas as pd

from services.common.batch.duckdb_engine import DuckDbEngine
from services.dedupe.fields import Field
from services.dedupe.scan import ScanRequest, scan
from tests.quality._dedupe_sets import CONTACT, DedupeSet


def main(by: str, path: Path) -> None:
    """Scans the file and prints how many pairs there are; weights are estimated on it."""
    if by == "leadlight":
        with DuckDbEngine(threads=os.cpu_count() or 1) as engine:
            request = ScanRequest(path, "unique_id", {Field(field): field for field in CONTACT})
            pairs = scan(engine, request).pairs
    else:
        # Not before it is asked for: it would count into the other's memory.
        from tests.quality._dedupe_splink import splink_pairs  # noqa: PLC0415

        pairs = len(splink_pairs(DedupeSet("contacts", (pd.read_parquet(path),), CONTACT)))
    print(pairs)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
