"""`leadlight jobs`: what is told of jobs, one that runs, and what is refused."""

import json
from pathlib import Path

import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from clients.cli.dedupe_scans import SAMPLE
from clients.cli.jobs import MODULES
from clients.cli.main import app


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["jobs", *map(str, arguments)])


def test_every_job_is_listed_with_its_inputs_and_outputs() -> None:
    listed = run("list", "--json")
    assert listed.exit_code == 0, listed.output
    jobs = {job["name"]: job for job in json.loads(listed.stdout)}
    assert jobs.keys() == MODULES.keys()
    for job in jobs.values():
        assert job["description"].endswith(".")
        assert all(each["description"] for each in [*job["inputs"], *job["options"]])
        assert job["outputs"]


def test_a_job_runs_once_under_its_id(tmp_path: Path) -> None:
    order = ["run", "dedupe.scan", "--input", f"file={SAMPLE}", "--option", "region=GB", "--run-id", "r1"]
    order += ["-o", str(tmp_path / "found"), "--runs", str(tmp_path / "runs"), "--memory", "768MB", "--json"]
    first, again = run(*order), run(*order)
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    assert told["rows"]["pairs"] == parquet.read_metadata(tmp_path / "found" / "pairs.parquet").num_rows > 0
    assert (told["resumed_stages"], json.loads(again.stdout)["resumed_stages"]) == (0, 5)
    assert json.loads(again.stdout)["rows"] == told["rows"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dedupe.scna", "-o", "x"], "did you mean dedupe.scan?"),
        (["dedupe.scan", "--input", "nothing", "-o", "x"], "--input nothing: write NAME="),
        (["dedupe.scan", "--column", "file.email=mail", "-o", "x"], "for an --input that is given"),
        (["dedupe.scan", "--master", "yarn", "-o", "x"], "go with --engine spark"),
        (
            ["dedupe.scan", "--engine", "spark", "--master", "yarn", "--remote", "sc://h", "-o", "x"],
            "exclude each other",
        ),
    ],
)
def test_what_cannot_be_is_told_in_a_line(arguments: list[str], words: str) -> None:
    result = run("run", *arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--input", "people=x.csv"], "dedupe.scan has no input people; it takes file, other"),
        (["--input", f"file={SAMPLE}", "--option", "regio=GB"], "it has region, threshold"),
        (["--input", f"file={SAMPLE}", "--memory", "much"], "write a size such as 512MB or 4GB"),
        (["--input", f"file={SAMPLE}", "--memory", "512MB"], "duckdb needs 640 MB at the least"),
        (["--input", f"file={SAMPLE}", "--column", "file.city=town"], "lacks the column town"),
    ],
)
def test_what_the_job_refuses_is_told_by_its_option(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = run("run", "dedupe.scan", *arguments, "-o", tmp_path / "found", "--runs", tmp_path / "runs")
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
    assert not (tmp_path / "found").exists()
