"""What the runner of jobs does with inputs, run ids and a process that dies."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from pyarrow import parquet

from services.common.batch.engines import EngineSettings
from services.common.batch.launch import run_program
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, JobResult, run_job
from services.common.batch.sources import Source
from services.common.errors import LeadlightError
from tests.integration.batch import counted_job
from tests.integration.batch.counted_job import COUNTED, JOB, ROWS, ROWS_CSV


def csv_file(folder: Path, text: str = ROWS_CSV) -> Path:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def ran(folder: Path, source: Source, run_id: str = "r1", **options: str) -> JobResult:
    request = JobRequest({"rows": source}, folder / "out.parquet", options, EngineSettings(threads=1))
    return run_job(JOB, request, RunFolder(folder / "runs", run_id))


def found(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(folder / "out.parquet").to_pylist()
    return rows


def test_csv_is_read_with_empty_texts_and_nulls_apart(tmp_path: Path) -> None:
    assert ran(tmp_path, Source(str(csv_file(tmp_path)))).rows == {"counted": 4}
    assert found(tmp_path) == COUNTED


def test_a_file_between_semicolons_with_other_names_is_read(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'Wert;wer\n1;a\n2;b\n;a\n5;""\n7;\n')
    ran(tmp_path, Source(str(path), {"name": "wer", "value": "Wert"}))
    assert found(tmp_path) == COUNTED


@pytest.mark.parametrize("kind", [pa.int64(), pa.int32(), pa.float64(), pa.string()], ids=str)
def test_parquet_is_read_whatever_its_types(tmp_path: Path, kind: pa.DataType) -> None:
    names, values = zip(*ROWS, strict=True)
    table = pa.table({"name": pa.array(names), "value": pa.array(values, pa.int64()).cast(kind)})
    parquet.write_table(table, tmp_path / "rows.parquet")
    ran(tmp_path, Source(str(tmp_path / "rows.parquet")))
    assert found(tmp_path) == COUNTED


def test_a_folder_of_parquet_is_one_input(tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    for number, (name, value) in enumerate(ROWS):
        table = pa.table({"name": pa.array([name], pa.string()), "value": pa.array([value], pa.int64())})
        parquet.write_table(table, tmp_path / "rows" / f"{number}.parquet")
    ran(tmp_path, Source(str(tmp_path / "rows")))
    assert found(tmp_path) == COUNTED


@pytest.mark.parametrize("asked", ["table=public.values_of", "query=SELECT%20name,value%20FROM%20values_of"])
def test_a_table_or_query_of_postgresql_is_read(postgresql_url: str, tmp_path: Path, asked: str) -> None:
    address = postgresql_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE values_of (name text, value bigint, at timestamptz)")
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO values_of VALUES (%s, %s, now())", ROWS)
    ran(tmp_path, Source(f"{address}{'&' if '?' in address else '?'}{asked}"))
    assert found(tmp_path) == COUNTED


def test_times_become_utc_and_what_is_none_is_named_without_the_value(tmp_path: Path) -> None:
    from services.common.batch.columns import check_columns, settled_schema, typed_batch

    (rows,) = JOB.inputs
    batch = pa.record_batch(
        {"name": ["x"] * 3, "value": ["1"] * 3, "at": ["2026-01-02", "2026-01-02 10:00:00+02", ""]}
    )
    columns = check_columns(rows, {}, batch.schema.names)
    schema = settled_schema(rows, columns, batch.schema)
    read = typed_batch(batch, schema, columns, "inputs.rows").column("at").to_pylist()
    assert read == [datetime(2026, 1, 2), datetime(2026, 1, 2, 8), None]  # noqa: DTZ001 - UTC, without a zone
    with pytest.raises(LeadlightError) as refused:
        ran(tmp_path, Source(str(csv_file(tmp_path, "name,value\nx,secret\n"))))
    assert refused.value.violations[0].field == "inputs.rows.value"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"name": "who"}, "lacks the column who; it has name, value"), ({"nome": "name"}, "has no column nome")],
)
def test_columns_that_are_not_there_are_named(tmp_path: Path, columns: dict[str, str], words: str) -> None:
    with pytest.raises(LeadlightError, match=words):
        ran(tmp_path, Source(str(csv_file(tmp_path)), columns))


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    source = Source(str(csv_file(tmp_path)))
    log = tmp_path / "log"
    first = ran(tmp_path, source, log=str(log))
    again = ran(tmp_path, source, log=str(log))
    assert (first.rows, again.rows) == ({"counted": 4}, {"counted": 4})
    assert log.read_text() == "change\n"
    (tmp_path / "out.parquet").unlink()
    ran(tmp_path, source, log=str(log))
    assert found(tmp_path) == COUNTED


def test_a_run_id_stands_for_one_request(tmp_path: Path) -> None:
    path = csv_file(tmp_path)
    ran(tmp_path, Source(str(path)))
    with pytest.raises(LeadlightError, match="stands for another request"):
        ran(tmp_path, Source(str(path)), log=str(tmp_path / "log"))
    csv_file(tmp_path, "name,value\nchanged since,1\n")
    with pytest.raises(LeadlightError, match="its inputs have changed since"):
        ran(tmp_path, Source(str(path)))
    with pytest.raises(LeadlightError, match="run_id"):
        ran(tmp_path, Source(str(path)), run_id="../elsewhere")


def test_a_run_belongs_to_one_process_at_a_time(tmp_path: Path) -> None:
    source = Source(str(csv_file(tmp_path)))
    with RunFolder(tmp_path / "runs", "r1").held(), pytest.raises(LeadlightError, match="another process"):
        ran(tmp_path, source)
    assert ran(tmp_path, source).rows == {"counted": 4}


def test_a_job_that_is_killed_goes_on_after_its_last_whole_stage(tmp_path: Path) -> None:
    log = tmp_path / "log"
    csv_file(tmp_path)
    order = counted_job.order(tmp_path, log=str(log), kill_once=str(tmp_path / "killed"))
    with pytest.raises(LeadlightError, match="ended from outside"):
        run_program(order)
    assert not (tmp_path / "out.parquet").exists()
    seen: list[str] = []
    result = run_program(order, lambda _share, stage: seen.append(stage))
    assert result == {"rows": {"counted": 4}, "resumed_stages": 1}
    assert log.read_text() == "change\n"
    assert "counting values" in seen
    assert found(tmp_path) == COUNTED


def test_outputs_are_csv_where_they_are_named_so(tmp_path: Path) -> None:
    request = JobRequest({"rows": Source(str(csv_file(tmp_path)))}, tmp_path / "out.csv")
    run_job(JOB, request, RunFolder(tmp_path / "runs", "r1"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["name", "n", "total", "part"]
    with pytest.raises(LeadlightError, match=r"name a \.parquet or"):
        run_job(JOB, JobRequest(request.inputs, tmp_path / "out"), RunFolder(tmp_path / "runs", "r2"))
