"""Scores on their way into a file."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from clients.cli.writers import SCORES, open_writer


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_a_row_that_no_model_serves_stays_empty(tmp_path: Path, suffix: str) -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "id": ["a", 'b"ü'],
            "probability": [0.5, None],
            "score": [50, None],
            "grade": ["B", None],
            "reasons": ["[]", None],
        },
        schema=SCORES,
    )
    path = tmp_path / f"scores{suffix}"
    with open_writer(path) as writer:
        writer.write_batch(batch)
    if suffix == ".jsonl":
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        assert rows[1] == {"id": 'b"ü', "probability": None, "score": None, "grade": None, "reasons": []}
        return
    table = csv.read_csv(path) if suffix == ".csv" else parquet.read_table(path)
    assert table["probability"].to_pylist() == [0.5, None]
    assert table["id"].to_pylist() == ["a", 'b"ü']
