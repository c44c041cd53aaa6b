"""Whole tables of records: scored as ScoreTable scores them, and made into the table that training takes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from services.common.batch.run_folder import RunFolder
from services.common.batch.runner import JobRequest, run_job
from services.common.batch.sources import Source
from services.common.db import utc_now
from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.scoring.card import ModelCard
from services.scoring.dataset_store import DatasetColumns
from services.scoring.files import digest
from services.scoring.grades import GradeRanges
from services.scoring.jobs import features, rescore
from services.scoring.records import ReasonDetail
from services.scoring.runtime import LoadedModel
from services.scoring.stage_serving import TableModel
from services.scoring.table import ColumnKind, engineered_columns, read_columns
from services.scoring.table_scoring import score_pieces
from services.scoring.training_data import table_from_dataset
from tests.integration.batch.running import Rows, outputs_of
from tests.integration.scoring.world import leads, trained
from tests.unit.scoring.test_table_scoring import ipc


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The options that name a model's files, as `leadlight scoring export` writes them."""
    folder = tmp_path_factory.mktemp("model")
    made = trained()
    card = ModelCard(RecordKind.LEAD, "leads", 1, utc_now(), "tests", digest(made.onnx), made.report)
    (folder / "model.onnx").write_bytes(made.onnx)
    (folder / "card.json").write_bytes(card.to_json())
    return {"model": str(folder / "model.onnx"), "card": str(folder / "card.json")}


def with_id(table: pa.Table) -> pa.Table:
    return table.rename_columns(["id" if name == "lead" else name for name in table.column_names])


def scored(table: pa.Table, ranges: GradeRanges, detail: ReasonDetail) -> Rows:
    """What ScoreTable answers."""
    models = [TableModel((), LoadedModel(trained().onnx))]
    (answer,) = score_pieces([ipc(table)], models, id_column="lead", ranges=ranges, detail=detail)
    rows: Rows = pa.ipc.open_stream(answer).read_all().to_pylist()
    return sorted(rows, key=lambda row: row["id"])


@pytest.mark.parametrize("detail", ReasonDetail)
def test_scores_are_those_of_the_service(model: dict[str, str], detail: ReasonDetail) -> None:
    found = outputs_of(
        rescore.JOB, {"records": with_id(leads())}, **model, grades="70,40,20", reasons=detail.value
    )
    assert found["scores"] == scored(leads(), GradeRanges(70, 40, 20), detail)


def run(job: Any, folder: Path, name: str, source: Path, output: str, **options: str) -> pa.Table:
    """Runs a job on a file; its ids are in the column lead."""
    (job_input,) = job.inputs
    request = JobRequest({job_input.name: Source(str(source), {"id": "lead"})}, folder / output, options)
    run_job(job, request, RunFolder(folder / "runs", name))
    return parquet.read_table(folder / output).sort_by("id")


def test_a_csv_file_is_scored_as_the_parquet_file_that_it_was_made_of(
    model: dict[str, str], tmp_path: Path
) -> None:
    parquet.write_table(leads(), tmp_path / "leads.parquet")
    csv.write_csv(leads(), tmp_path / "leads.csv")
    one = run(rescore.JOB, tmp_path, "one", tmp_path / "leads.parquet", "one.parquet", **model)
    other = run(rescore.JOB, tmp_path, "other", tmp_path / "leads.csv", "other.parquet", **model)
    assert one.column_names == list(rescore.SCORES.names)
    assert one.equals(other)
    assert one.num_rows == leads().num_rows


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"reasons": "some"}, "options.reasons"),
        ({"grades": "A,B,C"}, "options.grades"),
        ({"created": "born"}, "options.created"),
        ({"stages": "Qualify"}, "options.stages"),
        ({"stages": "Qualify=source"}, "options.now"),
        ({"now": "soon"}, "options.now"),
    ],
)
def test_options_that_cannot_be_are_named(model: dict[str, str], options: dict[str, str], field: str) -> None:
    with pytest.raises(LeadlightError) as refused:
        outputs_of(rescore.JOB, {"records": with_id(leads(3))}, **model, **options)
    assert refused.value.violations[0].field == field


def test_a_card_of_another_model_is_refused(model: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(trained().onnx + b" ")
    with pytest.raises(LeadlightError, match="another model"):
        outputs_of(
            rescore.JOB, {"records": with_id(leads(3))}, **model | {"model": str(tmp_path / "other.onnx")}
        )


def history(rows: int = 90) -> pa.Table:
    """Records with contacts, times and blanks; a third of them is open."""
    days = [f"2026-01-{1 + number % 28:02}" for number in range(rows)]
    domains = ("gmail.com", "acme.com", "not an address")
    return pa.table(
        {
            "lead": [f"L{number:03}" for number in range(rows)],
            "email": [f"kim{number}@{domains[number % 3]}" if number % 7 else None for number in range(rows)],
            "phone": [f"+45 12 34 {number:02} 78" if number % 5 else "" for number in range(rows)],
            "budget": [float(number) if number % 4 else None for number in range(rows)],
            "member": [number % 2 == 0 for number in range(rows)],
            "created": days,
            "closed": [f"{day}T12:30:00Z" if number % 9 else "" for number, day in enumerate(days)],
            "stage": [("won", "lost", None)[number % 3] for number in range(rows)],
            "note": ["x"] * rows,
        }
    )


def arrays(columns: Sequence[Any]) -> list[Any]:
    return [None if value != value else value for value in columns]  # noqa: PLR0124 - NaN


def test_features_are_what_training_takes(tmp_path: Path) -> None:
    roles = DatasetColumns("lead", "stage", "won", "created", "closed")
    table = history()
    parquet.write_table(table.drop_columns(["note"]), tmp_path / "history.parquet")
    taken = table_from_dataset(tmp_path / "history.parquet", roles)
    parquet.write_table(table, tmp_path / "whole.parquet")
    options = {"label": "stage", "created": "created", "closed": "closed", "exclude": "note"}
    found = run(features.JOB, tmp_path, "run", tmp_path / "whole.parquet", "features.parquet", **options)
    assert len(found) == len(taken)
    assert found["outcome"].to_pylist() == taken.outcome.tolist()
    for name, seconds in (("created_at", taken.created_at), ("closed_at", taken.closed_at)):
        assert [at.timestamp() for at in found[name].cast(pa.timestamp("us", "UTC")).to_pylist()] == list(
            seconds if seconds is not None else ()
        )
    names = {"id", "outcome", "created_at", "closed_at", *taken.columns}
    for name, column in taken.columns.items():
        assert found[name].to_pylist() == column.to_pylist()
    for column in read_columns(taken.columns).values():
        if column.kind is ColumnKind.TEXT:
            for derived in engineered_columns(column):
                assert found[derived.name].to_pylist() == arrays(derived.numbers), derived.name
                names.add(derived.name)
    assert set(found.column_names) == names
    assert {"email:business_domain", "phone:valid_phone"} <= names


def test_stages_of_a_history_have_their_times() -> None:
    table = with_id(history(9))
    found = outputs_of(features.JOB, {"history": table}, label="stage", stages="Qualify=created")["features"]
    assert [str(row["entered:Qualify"]) for row in found][:2] == [
        "2026-01-01 00:00:00",
        "2026-01-02 00:00:00",
    ]
    assert "created" not in found[0]


def test_a_history_without_a_known_positive_label_is_refused() -> None:
    table = with_id(history(9))
    with pytest.raises(LeadlightError) as refused:
        outputs_of(features.JOB, {"history": table}, label="stage", positive="yes")
    assert "positive_value" in refused.value.violations[0].field
    with pytest.raises(LeadlightError) as refused:
        outputs_of(features.JOB, {"history": table}, label="result")
    assert refused.value.violations[0].field == "options.label"


def test_ages_are_counted_until_now(model: dict[str, str]) -> None:
    # The session's model reads no age: what it says is the same, whenever that is.
    table = with_id(leads(9)).append_column("created", pa.array(np.full(9, "2026-01-01")))
    plain = outputs_of(rescore.JOB, {"records": table}, **model)
    aged = outputs_of(rescore.JOB, {"records": table}, **model, created="created", now="2026-03-01")
    assert aged == plain
