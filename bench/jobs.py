"""Whole-CRM jobs by size and engine: wall time, peak memory, how both grow, and what the runner costs.

`python -m bench jobs --rows 10000,100000` says how many rows (1,000,000 too by default); notes and calls, each of
which is a text to be read, are a hundredth of that. `--spark-rows` says for which Spark runs too (all by default),
`--jobs` which jobs, `--memory-mb` what the process may take in the runs that are to spill to disk.
"""

import itertools
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench import processes
from bench.contacts import contacts_of
from bench.figures import Figure, against, alone
from bench.workspace import JobSizes, Workspace
from services.common.db import utc_now
from services.common.records import RecordKind
from services.scoring.card import ModelCard
from services.scoring.files import digest
from tests.integration.scoring.world import leads, trained
from tests.load.leads import SEED

_TEXTS_A_ROW = 100
_OWN = "own.example"


@dataclass(frozen=True)
class Measured:
    """A job with data of any size.

    Attributes:
        name: The job.
        make: Writes a table of so many rows; gives the file by input.
        options: Of the job, given a folder for its files.
        rows_of: Rows at a size.
    """

    name: str
    make: Callable[[int, Path], Mapping[str, Path]]
    options: Callable[[Path], Mapping[str, str]]
    rows_of: Callable[[int], int] = lambda size: size


def _contacts(rows: int, folder: Path) -> Mapping[str, Path]:
    part = contacts_of(rows).parts[0].rename(columns={"unique_id": "id"})
    return {"file": _write(pa.Table.from_pandas(part, preserve_index=False), folder)}


def _activities(rows: int, folder: Path) -> Mapping[str, Path]:
    chance = np.random.default_rng(SEED)
    people = max(20, rows // 50)
    contacts = chance.integers(0, people, rows)
    sellers = contacts % max(1, people // 40)
    is_ours = chance.random(rows) < 0.5
    times = chance.integers(0, 730 * 86_400, rows) + 1_704_067_200
    kinds = chance.choice(["mail", "mail", "mail", "meeting", "call"], rows)
    ours = np.char.add(np.char.add("s", sellers.astype(str)), f"@{_OWN}")
    theirs = np.char.add(np.char.add("c", contacts.astype(str)), "@customer.example")
    table = pa.table(
        {
            "sender": np.where(is_ours, ours, theirs),
            "receivers": np.where(is_ours, theirs, ours),
            "time": times.astype(str),
            "kind": kinds,
            "duration": np.full(rows, "30"),
            "id": np.char.add("a", np.arange(rows).astype(str)),
        }
    )
    return {"activities": _write(table, folder)}


def _leads(rows: int, folder: Path) -> Mapping[str, Path]:
    table = leads(rows).rename_columns(["id" if name == "lead" else name for name in leads(1).column_names])
    return {"records": _write(table, folder)}


def _model(folder: Path) -> Mapping[str, str]:
    made = trained()
    card = ModelCard(RecordKind.LEAD, "leads", 1, utc_now(), "bench", digest(made.onnx), made.report)
    (folder / "model.onnx").write_bytes(made.onnx)
    (folder / "card.json").write_bytes(card.to_json())
    return {"model": str(folder / "model.onnx"), "card": str(folder / "card.json")}


def _history(rows: int, folder: Path) -> Mapping[str, Path]:
    (path,) = _leads(rows, folder).values()
    return {"history": path}


_NOTES = (
    ("en", "Call Anna Berg on Friday at 14:00 about the offer and send her the price list before that."),
    ("da", "Ring til Søren i morgen kl. 10, han vil have et nyt tilbud inden udgangen av måneden."),
    ("nb", "Møte med Kari torsdag kl 9. Husk å sende kontrakten i forkant."),
    ("en", "They were happy with the demo. No next step was agreed."),
)


def _notes(rows: int, folder: Path) -> Mapping[str, Path]:
    texts = [_NOTES[number % len(_NOTES)] for number in range(rows)]
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    table = pa.table(
        {
            "id": [f"n{number}" for number in range(rows)],
            "text": [f"{text} ({number})" for number, (_, text) in enumerate(texts)],
            "language": [language for language, _ in texts],
            "reference_time": [(start + timedelta(minutes=number)).isoformat() for number in range(rows)],
        }
    )
    return {"notes": _write(table, folder)}


_TURNS = (
    ("s", "Good morning, this is Anna from Fabrikam. Thank you for taking the time today."),
    ("c", "Good morning. We looked at Contoso too, and honestly their support was terrible."),
    ("s", "I understand. What would a renewal have to look like for you?"),
    ("c", "A better price for 200 seats, and an answer by Friday. Then we are very happy to go on."),
    ("s", "I will send you the offer tomorrow."),
)


def _calls(rows: int, folder: Path) -> Mapping[str, Path]:
    people = json.dumps([{"id": "s", "role": "seller", "name": "Anna Berg"}, {"id": "c", "role": "customer"}])
    turns = json.dumps(
        [
            {"participant": who, "start_s": 6.0 * place, "end_s": 6.0 * place + 5, "text": text}
            for place, (who, text) in enumerate(_TURNS)
        ]
    )
    table = pa.table(
        {
            "id": [f"c{number}" for number in range(rows)],
            "language": ["en"] * rows,
            "started_at": ["2026-03-11T09:30:00Z"] * rows,
            "consent": pa.array([True] * rows),
            "participants": [people] * rows,
            "turns": [turns] * rows,
        }
    )
    return {"calls": _write(table, folder)}


def _write(table: pa.Table, folder: Path) -> Path:
    path = folder / "rows.parquet"
    parquet.write_table(table, path)
    return path


def _few(size: int) -> int:
    return max(1, size // _TEXTS_A_ROW)


JOBS = (
    Measured("dedupe.scan", _contacts, lambda _: {}),
    Measured(
        "relationship.rebuild",
        _activities,
        lambda _: {"as_of": "2026-01-01", "own": _OWN, "contacts": "true"},
    ),
    Measured("scoring.rescore", _leads, _model),
    Measured("scoring.features", _history, lambda _: {"label": "qualified"}),
    Measured("notes.history", _notes, lambda _: {}, _few),
    Measured("conversation.history", _calls, lambda _: {"competitors": "contoso"}, _few),
)


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Seconds, MiB and exponents."""
    for job in JOBS:
        if not workspace.jobs.only or job.name in workspace.jobs.only:
            yield from _job(job, workspace.jobs, workspace.folder)


def _job(job: Measured, sizes: JobSizes, folder: Path) -> Iterator[Figure]:
    walls: dict[str, dict[int, float]] = {"duckdb": {}, "spark": {}}
    for size in sizes.rows:
        rows = job.rows_of(size)
        with tempfile.TemporaryDirectory(prefix=f"{job.name}-", dir=folder) as made:
            place = Path(made)
            inputs = {name: str(path) for name, path in job.make(rows, place).items()}
            order = {"inputs": inputs, "options": dict(job.options(place))}
            bare, ours = _run("bare", job.name, order, place), _run("duckdb", job.name, order, place)
            walls["duckdb"][rows] = ours.wall_s
            name = f"Job {job.name}, {rows:,} rows"
            than = "the same SQL without runner"
            yield against(f"{name}, DuckDB", ours.wall_s, "s", baseline=(than, bare.wall_s), n=1)
            yield against(
                f"{name}, DuckDB: peak memory", ours.peak_mib, "MiB", baseline=(than, bare.peak_mib), n=1
            )
            limited = _run("duckdb", job.name, order | {"memory_mb": sizes.memory_mb}, place)
            yield against(
                f"{name}, DuckDB within a limit: peak memory",
                limited.peak_mib,
                "MiB",
                baseline=("the limit", float(sizes.memory_mb)),
                n=1,
            )
            if size in sizes.spark_rows:
                spark = _run("spark", job.name, order, place)
                walls["spark"][rows] = spark.wall_s
                yield against(
                    f"{name}, Spark in local mode",
                    spark.wall_s,
                    "s",
                    baseline=("the same on DuckDB", ours.wall_s),
                    n=1,
                )
                yield alone(f"{name}, Spark in local mode: peak memory", spark.peak_mib, "MiB", 1)
    for engine, found in walls.items():
        yield from _exponents(f"Job {job.name}, {engine}", found)


def _run(by: str, name: str, order: Mapping[str, object], folder: Path) -> processes.Finished:
    with tempfile.TemporaryDirectory(dir=folder) as run:
        command = [sys.executable, "-m", "bench.jobs_run", by, name, json.dumps({**order, "folder": run})]
        return processes.run(command)


def _exponents(name: str, walls: Mapping[int, float]) -> Iterator[Figure]:
    sizes = sorted(walls)
    for small, large in itertools.pairwise(sizes):
        exponent = math.log(walls[large] / walls[small]) / math.log(large / small)
        yield alone(f"{name}: exponent of growth from {small:,} to {large:,} rows", exponent, "", 1)
