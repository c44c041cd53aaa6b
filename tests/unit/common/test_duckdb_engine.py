"""The engine in the process: files in, SQL, Arrow functions, files out."""

from pathlib import Path

import pyarrow as pa
import pytest

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.batch.stage_progress import StageProgress
from services.common.errors import LeadlightError


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_what_is_written_is_read(name: str, tmp_path: Path) -> None:
    rows = pa.table({"id": ["007", "8"], "name": ["Ødegård", "张, 伟"]})
    with DuckDbEngine() as engine:
        engine.load(rows, "rows")
        engine.write("SELECT id, name FROM rows", ("the id", "left"), tmp_path / name)
        engine.read(tmp_path / name, {"name": "left", "id": "the id"}, "again")
        assert engine.collect("SELECT id, name FROM again ORDER BY id").to_pylist() == rows.to_pylist()


def test_a_missing_column_is_named_with_those_there(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    with DuckDbEngine() as engine, pytest.raises(LeadlightError, match="no column mail; it has id, name"):
        engine.read(tmp_path / "in.csv", {"email": "mail"}, "rows")


def test_tables_build_on_each_other_and_are_dropped() -> None:
    with DuckDbEngine() as engine:
        engine.load(pa.table({"n": list(range(10))}), "numbers")
        engine.sql("SELECT n FROM numbers WHERE n > 6", "large")
        assert engine.collect("SELECT sum(n) AS s FROM large").to_pylist() == [{"s": 24}]
        engine.drop("large")
        engine.sql("SELECT n FROM numbers WHERE n > 8", "large")
        assert engine.collect("SELECT count(*) AS c FROM large").to_pylist() == [{"c": 1}]


def test_batches_go_through_a_function() -> None:
    schema = pa.schema([("doubled", pa.int64())])
    sizes: list[int] = []

    def doubled(batch: pa.RecordBatch) -> pa.RecordBatch:
        sizes.append(len(batch))
        values = [2 * value for value in batch.column("n").to_pylist() if value % 2]
        return pa.RecordBatch.from_arrays([pa.array(values, pa.int64())], schema=schema)

    with DuckDbEngine() as engine:
        engine.load(pa.table({"n": list(range(200_000))}), "numbers")
        engine.map_arrow("numbers", doubled, schema, "mapped")
        found = engine.collect("SELECT count(*) AS c, sum(doubled) AS s FROM mapped").to_pylist()
    assert found == [{"c": 100_000, "s": 2 * sum(range(1, 200_000, 2))}]
    assert sum(sizes) == 200_000
    assert len(sizes) > 1


def test_it_tells_the_rows_that_went_through_a_function_and_the_parts_of_a_query() -> None:
    schema = pa.schema([("n", pa.int64())])
    progress = StageProgress(("mapped", "joined"))
    shares: list[float] = []

    def asking(batch: pa.RecordBatch) -> pa.RecordBatch:
        shares.append(progress.share())
        return batch

    with DuckDbEngine() as engine:
        engine.load(pa.table({"n": list(range(1000))}), "numbers")
        engine.follow(progress)
        engine.map_arrow("numbers", asking, schema, "mapped", 100)
        assert shares == [row / 2000 for row in range(0, 1000, 100)]
        assert progress.share() == 0.5
        parts = [f"SELECT n FROM mapped WHERE n % 3 = {part}" for part in range(3)]  # noqa: S608 - numbers
        engine.sql_in_parts(parts, "joined")
        assert progress.share() == 1.0
        found = engine.collect("SELECT count(*) AS c, sum(n) AS s FROM joined").to_pylist()
    assert found == [{"c": 1000, "s": sum(range(1000))}]


def test_spill_files_are_removed(tmp_path: Path) -> None:
    with DuckDbEngine(spill_folder=tmp_path) as engine:
        engine.load(pa.table({"n": [1]}), "rows")
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
