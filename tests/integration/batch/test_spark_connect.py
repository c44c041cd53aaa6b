"""A job over Spark Connect: the session asks a server, the program around it is the same."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from pyarrow import parquet

from services.common.batch.launch import run_program

SAMPLE = Path(__file__).parents[3] / "clients" / "cli" / "sample" / "duplicates.csv"
# Small tables: what Spark would compile and part costs more than the work.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.connect.grpc.binding.port": "0",
}

pytestmark = [
    pytest.mark.timeout(1200),
    pytest.mark.skipif(
        shutil.which("java") is None or find_spec("pyspark") is None or find_spec("zstandard") is None,
        reason="Spark Connect needs Java and pyspark[connect] (zstandard)",
    ),
]


def test_a_job_runs_over_spark_connect(tmp_path: Path) -> None:
    """`local` as the remote starts a server on this machine and connects to it, as to any other."""
    (tmp_path / "people.csv").write_bytes(SAMPLE.read_bytes())
    found = {}
    engines = {
        "spark": {"name": "spark", "remote": "local[1]", "spark": SETTINGS},
        "duckdb": {"name": "duckdb"},
    }
    for name, engine in engines.items():
        order = {
            "module": "services.dedupe.jobs.scan",
            "inputs": {"file": {"location": str(tmp_path / "people.csv")}},
            "options": {"region": "GB"},
            "output": str(tmp_path / name),
            "engine": engine,
            "runs": str(tmp_path / "runs"),
            "run_id": name,
        }
        run_program(order)
        pairs = parquet.read_table(tmp_path / name / "pairs.parquet").to_pylist()
        found[name] = {(row["left"], row["right"]): row["probability"] for row in pairs}
    assert found["spark"].keys() == found["duckdb"].keys()
    assert found["spark"] == pytest.approx(found["duckdb"], abs=1e-9)
