"""Each job with a small input, and its rows in an order of their own."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv, parquet

from services.common.batch.engines import EngineName, EngineSettings, open_engine
from services.common.batch.job import Job
from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, Opener, run_job
from services.common.batch.sources import Source
from services.common.db import utc_now
from services.common.records import RecordKind
from services.conversation.jobs import history as calls_job
from services.dedupe.jobs import scan as scan_job
from services.notes.jobs import history as notes_job
from services.relationship.jobs import rebuild as rebuild_job
from services.scoring.card import ModelCard
from services.scoring.files import digest
from services.scoring.jobs import features as features_job
from services.scoring.jobs import rescore as rescore_job
from tests.integration.scoring.world import leads, trained

SAMPLE = Path(__file__).parents[3] / "clients" / "cli" / "sample" / "duplicates.csv"


@dataclass(frozen=True)
class Case:
    """A job with what it is run on.

    Attributes:
        job: The job.
        inputs: Files by input.
        options: Of the job.
    """

    job: Job
    inputs: Mapping[str, Source]
    options: Mapping[str, str]

    @property
    def middle(self) -> int:
        """The number of the stage at which half of the job is done."""
        return len(self.job.stages) // 2


@dataclass(frozen=True)
class Ran:
    """What a run found.

    Attributes:
        rows: Of each output, in an order of their own.
        resumed_stages: Stages that an earlier attempt had finished.
        shares: How far the run said that it was when each step (an input, a stage, the writing) began and ended.
    """

    rows: Mapping[str, list[dict[str, Any]]]
    resumed_stages: int
    shares: list[tuple[float, float]]


def run(
    case: Case, folder: Path, engine: EngineName = EngineName.DUCKDB, opener: Opener = open_engine
) -> Ran:
    """Runs a job, or what is left of it in a folder."""
    output = folder / ("out" if len(case.job.outputs) > 1 else "out.parquet")
    request = JobRequest(case.inputs, output, case.options, EngineSettings(engine, threads=1))
    told: list[tuple[float, Callable[[], float]]] = []
    result = run_job(
        case.job,
        request,
        RunFolder(folder / "runs", "r1"),
        lambda done, _stage: told.append((done(), done)),
        opener,
    )
    files = {name: output / f"{name}.parquet" for name in case.job.outputs}
    if len(files) == 1:
        files = dict.fromkeys(files, output)
    rows = {name: in_order(parquet.read_table(path)) for name, path in files.items()}
    return Ran(rows, result.resumed_stages, [(begun, done()) for begun, done in told])


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> Source:
    path = folder / f"{name}.parquet"
    parquet.write_table(pa.Table.from_pylist(rows), path)
    return Source(str(path))


def scan_case(_folder: Path) -> Case:
    return Case(scan_job.JOB, {"file": Source(str(SAMPLE))}, {"region": "GB"})


def link_case(folder: Path) -> Case:
    other = folder / "other.csv"
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    other.write_text("".join([lines[0], *lines[2:40:2]]), encoding="utf-8")
    (folder / "file.csv").write_text("".join([lines[0], *lines[1:40:2]]), encoding="utf-8")
    sources = {"file": Source(str(folder / "file.csv")), "other": Source(str(other))}
    return Case(scan_job.JOB, sources, {"threshold": "0.3"})


def notes_case(folder: Path) -> Case:
    rows = [
        {
            "id": "n1",
            "text": "Call Anna Berg on Friday at 14:00 about the offer.",
            "language": "en",
            "reference_time": "2026-03-11T09:30:00Z",
        },
        {
            "id": "n2",
            "text": "Ring til Søren i morgen.",
            "language": "da",
            "reference_time": "2026-03-11T09:30:00Z",
        },
        {"id": "n3", "text": "", "language": None, "reference_time": None},
    ]
    return Case(notes_job.JOB, {"notes": written(folder, "notes", rows)}, {})


def calls_case(folder: Path) -> Case:
    participants = [{"id": "s", "role": "seller", "name": "Anna Berg"}, {"id": "c", "role": "customer"}]
    turns = [
        {"participant": "s", "start_s": 0, "end_s": 4, "text": "Good morning, this is Anna from Fabrikam."},
        {"participant": "c", "start_s": 5, "end_s": 9, "text": "I hate Contoso Ltd, it is terrible."},
    ]
    rows = [
        {
            "id": f"c{number}",
            "language": "en",
            "started_at": "2026-03-11T09:30:00Z",
            "consent": number < 2,
            "participants": json.dumps(participants),
            "turns": json.dumps(turns[: number + 1]),
        }
        for number in range(3)
    ]
    return Case(calls_job.JOB, {"calls": written(folder, "calls", rows)}, {"competitors": "contoso"})


def rebuild_case(folder: Path) -> Case:
    start = datetime(2026, 1, 5, 8)  # noqa: DTZ001 - UTC
    rows = [
        {
            "sender": ("s1@own.example", "c1@x.example", "c2@x.example")[number % 3],
            "receivers": ("c1@x.example", "s1@own.example", "s1@own.example; c1@x.example")[number % 3],
            "time": (start + timedelta(hours=7 * number)).isoformat(),
            "kind": ("mail", "meeting", "call")[number // 3 % 3],
            "duration": str(10 + number),
            "id": f"a{number:03}",
            "subject": ("Prices", "Re: Prices", None)[number % 3],
        }
        for number in range(60)
    ]
    options = {"as_of": "2026-02-20", "own": "own.example", "contacts": "true"}
    return Case(rebuild_job.JOB, {"activities": written(folder, "activities", rows)}, options)


@cache
def model_files() -> tuple[bytes, bytes]:
    made = trained()
    card = ModelCard(RecordKind.LEAD, "leads", 1, utc_now(), "tests", digest(made.onnx), made.report)
    return made.onnx, card.to_json()


def rescore_case(folder: Path) -> Case:
    onnx, card = model_files()
    (folder / "model.onnx").write_bytes(onnx)
    (folder / "card.json").write_bytes(card)
    csv.write_csv(leads(), folder / "leads.csv")
    options = {"model": str(folder / "model.onnx"), "card": str(folder / "card.json"), "reasons": "all"}
    return Case(rescore_job.JOB, {"records": Source(str(folder / "leads.csv"), {"id": "lead"})}, options)


def features_case(folder: Path) -> Case:
    rows = [
        {
            "id": f"r{number:02}",
            "email": f"kim{number}@{('gmail.com', 'acme.com')[number % 2]}" if number % 7 else None,
            "budget": float(number) if number % 4 else None,
            "status": ("won", "lost", None)[number % 3],
            "born": f"2026-01-{1 + number % 28:02}",
        }
        for number in range(60)
    ]
    options = {"label": "status", "positive": "won", "created": "born"}
    return Case(features_job.JOB, {"history": written(folder, "history", rows)}, options)


CASES = (scan_case, notes_case, calls_case, rebuild_case, rescore_case, features_case)
"""One of each job."""


def in_order(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return sorted(rows, key=lambda row: json.dumps(rounded(row), sort_keys=True, default=str))


def rounded(value: Any) -> Any:
    match value:
        case float():
            return "nan" if math.isnan(value) else round(value, 6)
        case dict():
            return {name: rounded(each) for name, each in value.items()}
        case list():
            return [rounded(each) for each in value]
    return value


def assert_same(left: Any, right: Any) -> None:
    """Equal, floats within 1e-9."""
    if isinstance(left, float) and isinstance(right, float):
        assert left == right or abs(left - right) <= 1e-9 or (math.isnan(left) and math.isnan(right))
    elif isinstance(left, dict):
        assert left.keys() == right.keys()
        for name, value in left.items():
            assert_same(value, right[name])
    elif isinstance(left, list):
        assert len(left) == len(right)
        for one, other in zip(left, right, strict=True):
            assert_same(one, other)
    else:
        assert left == right
        assert type(left) is type(right)
