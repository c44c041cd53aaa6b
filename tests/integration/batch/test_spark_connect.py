"""A job over Spark Connect: the session asks a server, the program around it is the same."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from pyarrow import parquet

from services.common.batch.launch import run_program
from tests.integration.batch import counted_job

# Small tables: what Spark would compile and part costs more than the work.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
    "spark.default.parallelism": "1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}

pytestmark = [
    # The server alone takes longer to start than all other jobs take here.
    pytest.mark.quality,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
]


def test_a_job_runs_over_spark_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`local` as the remote starts a server on this machine and connects to it, as to any other."""
    # PySpark's own word for a server on a free port.
    monkeypatch.setenv("SPARK_TESTING", "1")
    # The server's Python workers find the job's functions as this process does.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    (tmp_path / "rows.csv").write_text(counted_job.ROWS_CSV, encoding="utf-8")
    order = counted_job.order(tmp_path)
    order["engine"] = {"name": "spark", "remote": "local[1]", "spark": SETTINGS}
    assert run_program(order) == {"rows": {"counted": 4}, "resumed_stages": 0}
    assert parquet.read_table(tmp_path / "out.parquet").to_pylist() == counted_job.COUNTED
