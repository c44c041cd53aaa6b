"""The commands against a server with canned answers: what is asked, what is printed, which exit code."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.rpc import code_pb2
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import model_pb2, score_pb2
from pyarrow import parquet
from typer.testing import CliRunner, Result

from clients.cli import score_stream, tables
from clients.cli.main import app

SCORING = (
    *("train", "score", "models", "insights", "explain", "publish"),
    *("retire", "update", "drift", "refresh", "export", "delete"),
)
NOTES = ("suggest", "times", "sample", "list", "accept", "dismiss", "commitments")
RELATIONSHIP = ("import", "strengths", "insights")


def run(*arguments: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], env=env or {})


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(
        "id,source,won\n" + "".join(f"{n:04d},web,{'yes' if n % 3 else 'no'}\n" for n in range(90))
    )
    return path


def test_a_command_loads_neither_other_services_nor_settings() -> None:
    code = (
        "import sys; from typer.main import get_command; from clients.cli.main import app; "
        "get_command(app).get_command(None, 'scoring'); "
        "sys.exit(sum(name in sys.modules for name in ('pydantic', 'clients.cli.dedupe', 'clients.cli.notes')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_misspelt_command_gets_a_suggestion() -> None:
    assert "Did you mean 'scoring'?" in run("scorin").output


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_BLOCK_BYTES", 4096)


def test_train_uploads_trains_and_deletes_the_upload(server: Any, leads: Path) -> None:
    result = run(
        *("scoring", "train", leads, "--kind", "opportunity", "--id", "id", "--label", "won"),
        *("--positive", "yes", "--exclude", "source", "--name", "Spring", "--publish"),
        *("--window-months", 12, "--seed", 7, "--address", server.address),
    )
    assert result.exit_code == 0, result.output
    described, table = server.uploads[0]
    assert (described.columns.id, described.columns.label) == ("id", "won")
    assert described.columns.positive_value == "yes"
    assert table.num_rows == 90
    assert table["id"][7].as_py() == "0007"
    request = server.trainings[0]
    assert request.kind == record_pb2.RECORD_KIND_OPPORTUNITY
    assert (request.display_name, request.window_months, request.seed) == ("Spring", 12, 7)
    assert request.attribute_options == model_pb2.AttributeOptions(exclude=["source"])
    assert request.publish
    assert request.request_id
    assert server.deleted == ["datasets/d1"]
    assert "0.750" in result.stdout
    assert "known only after the call" in result.stdout
    assert "warning: month drifts" in result.stdout


def test_stages_go_with_the_upload_and_with_the_order(server: Any, tmp_path: Path) -> None:
    deals = tmp_path / "deals.csv"
    deals.write_text("region,won,sent,agreed\nnorth,yes,2026-01-02,2026-01-09\nsouth,no,2026-01-03,\n")
    result = run(
        *("scoring", "train", deals, "--kind", "opportunity", "--label", "won"),
        *("--stage", "Propose=sent", "--stage", "Close=agreed", "--applies", "region=Close"),
        *("--address", server.address),
    )
    assert result.exit_code == 0, result.output
    columns = server.uploads[0][0].columns
    assert [(each.stage, each.column) for each in columns.stages] == [
        ("Propose", "sent"),
        ("Close", "agreed"),
    ]
    options = server.trainings[0].stage_options
    assert list(options.stages) == ["Propose", "Close"]
    assert [(each.attribute, list(each.stages)) for each in options.applicable_stages] == [
        ("region", ["Close"])
    ]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [((), None), (("--no-stages",), model_pb2.StageOptions())],
)
def test_without_stages_the_line_keeps_its_own_unless_they_are_taken_away(
    server: Any, leads: Path, arguments: tuple[str, ...], given: model_pb2.StageOptions | None
) -> None:
    result = run("scoring", "train", leads, "--label", "won", *arguments, "--address", server.address)
    assert result.exit_code == 0, result.output
    request = server.trainings[0]
    assert (request.stage_options if request.HasField("stage_options") else None) == given


def test_train_for_programs_is_one_json_object(server: Any, leads: Path) -> None:
    result = run("scoring", "train", leads, "--label", "won", "--json", "--address", server.address)
    answer = json.loads(result.stdout)
    assert answer["model_id"] == "m1"
    assert {
        key: answer[key] for key in ("auc", "brier", "ece", "f1", "threshold", "version", "published")
    } == {
        "auc": 0.75,
        "brier": 0.19,
        "ece": 0.02,
        "f1": 0.545,
        "threshold": 0.31,
        "version": 1,
        "published": False,
    }
    assert answer["left_out"] == [
        {"attribute": "duration", "reason": "leaks_outcome", "explanation": "known only after the call"}
    ]
    assert answer["warnings"] == [{"kind": "drift", "message": "month drifts", "attributes": ["month"]}]


def test_a_missing_id_column_is_replaced_by_row_numbers_with_a_note(server: Any, leads: Path) -> None:
    result = run("scoring", "train", leads, "--id", "row", "--label", "won", "--address", server.address)
    assert result.exit_code == 0, result.output
    assert "has no column row. Row numbers serve as ids." in result.stderr
    assert server.uploads[0][0].columns.id == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--label", "wun"],
            "--label wun: there is no such column; did you mean won? The file has: id, source, won",
        ),
        (["--label", "won", "--exclude", "source,sauce"], "--exclude sauce: there is no such column"),
        (["--label", "won", "--created", "when"], "--created when: there is no such column. The file has"),
        (["--label", "won", "--window-months", "2"], "greater than or equal to 3 (see"),
        (["--label", "won", "--kind", "person"], "'person' is not one of 'lead', 'opportunity'"),
        ([], "error: Missing option '--label'. (see `root scoring train --help`)\n"),
        (
            ["--label", "won", "--token", "t", "--address", "crm.example:443"],
            "--token would cross the network",
        ),
        (["--label", "won", "--address", "nowhere"], "--address: 'nowhere' is not host:port"),
        (["--label", "won", "--embedded", "--address", "127.0.0.1:1"], "leave out --address"),
        (["--label", "won", "--cert", "c.pem"], "--cert and --key come together"),
        (["--label", "won", "--stage", "Close"], "--stage Close: write NAME=COL"),
        (["--label", "won", "--stage", "Close=when"], "--stage when: there is no such column"),
        (["--label", "won", "--applies", "source=Close"], "--applies goes with --stage"),
    ],
)
def test_wrong_usage_has_exit_code_2_and_the_way_out(leads: Path, arguments: list[str], said: str) -> None:
    result = run("scoring", "train", leads, *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_refused_upload_shows_the_fields_and_the_reason_in_one_line(server: Any, leads: Path) -> None:
    server.refuse_upload = server.refusal(
        code_pb2.INVALID_ARGUMENT,
        "dataset.columns.id: repeats",
        "DUPLICATE_RECORD_IDS",
        (("dataset.columns.id", "repeats ids in 2 rows"),),
    )
    result = run("scoring", "train", leads, "--label", "won", "--address", server.address)
    assert result.exit_code == 1
    assert result.stderr == "error: --id: repeats ids in 2 rows [DUPLICATE_RECORD_IDS]\n"


def test_a_refused_training_still_deletes_the_upload(server: Any, leads: Path) -> None:
    message = "training needs 40 positive and 40 negative closed records; there are 39 and 60"
    server.refuse_training = server.refusal(code_pb2.FAILED_PRECONDITION, message, "TOO_FEW_CLOSED_RECORDS")
    result = run("scoring", "train", leads, "--label", "won", "--address", server.address)
    assert result.exit_code == 1
    assert result.stderr == f"error: {message} [TOO_FEW_CLOSED_RECORDS]\n"
    assert server.deleted == ["datasets/d1"]


def test_score_writes_csv_with_the_ids_as_they_stand(server: Any, leads: Path, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    out = tmp_path / "scores.csv"
    result = run("scoring", "score", leads, "--id", "id", "-o", out, "--address", server.address)
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert list(rows[0]) == ["id", "probability", "score", "grade", "reasons"]
    assert [row["id"] for row in rows] == [f"{number:04d}" for number in range(90)]
    assert json.loads(rows[0]["reasons"]) == [{"attribute": "source", "value": 'a "b"', "points": 12.5}]
    assert server.options[0].model == ""
    assert "90 rows scored" in result.stdout
    assert "B 90" in result.stdout
    assert result.stderr == ""


def test_score_writes_parquet_and_json_lines(server: Any, leads: Path, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    for suffix in ("parquet", "jsonl"):
        out = tmp_path / f"scores.{suffix}"
        assert run("scoring", "score", leads, "-o", out, "--address", server.address).exit_code == 0
    table = parquet.read_table(tmp_path / "scores.parquet")
    assert table.column_names == ["id", "probability", "score", "grade", "reasons"]
    assert table["id"].to_pylist() == [str(number) for number in range(1, 91)]
    lines = (tmp_path / "scores.jsonl").read_text().splitlines()
    assert len(lines) == 90
    assert json.loads(lines[1]) == {
        "id": "2",
        "probability": 0.5,
        "score": 50,
        "grade": "B",
        "reasons": [{"attribute": "source", "value": 'a "b"', "points": 12.5}],
    }


@pytest.mark.parametrize(
    ("option", "detail"),
    [
        ([], score_pb2.REASON_DETAIL_TOP),
        (["--reasons", "all"], score_pb2.REASON_DETAIL_ALL),
        (["--reasons", "none"], score_pb2.REASON_DETAIL_NONE),
    ],
)
def test_how_many_reasons(server: Any, leads: Path, tmp_path: Path, option: list[str], detail: int) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address, *option)
    assert server.options[0].reason_detail == detail


def test_many_pieces_come_back_in_order(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score_stream, "_REPLY_BYTES", 50_000)
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    leads = tmp_path / "many.csv"
    leads.write_text("id,source\n" + "".join(f"{number},web\n" for number in range(5_000)))
    out = tmp_path / "s.jsonl"
    result = run("scoring", "score", leads, "--id", "id", "-o", out, "--address", server.address)
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [str(n) for n in range(5_000)]


def test_a_call_that_fails_half_way_leaves_nothing(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_stream, "_REPLY_BYTES", 50_000)
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    server.fail_scoring_after_pieces = 3
    leads = tmp_path / "many.csv"
    leads.write_text("id,budget\n" + "".join(f"{number},1\n" for number in range(5_000)))
    result = run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address)
    assert result.exit_code == 1
    assert result.stderr == "error: arrow_ipc_stream.budget: is infinite [INVALID_FIELD]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["many.csv"]


@pytest.mark.usefixtures("small_blocks")
def test_a_file_that_breaks_half_way_leaves_the_old_output(server: Any, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    leads, out = tmp_path / "many.csv", tmp_path / "s.csv"
    out.write_text("what was there before")
    leads.write_text("id,budget\n" + "1,2\n" * 20_000 + "1,2,3\n")
    result = run("scoring", "score", leads, "-o", out, "--address", server.address)
    assert result.exit_code == 1
    assert "a row has 3 fields where the header has 2" in result.stderr
    assert out.read_text() == "what was there before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.csv", "s.csv"]


def test_answers_that_do_not_fit_are_refused(server: Any, leads: Path, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    server.lose_rows = 1
    result = run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address)
    assert result.exit_code == 1
    assert "89 scores for 90 rows" in result.stderr


@pytest.mark.usefixtures("small_blocks")
def test_a_column_that_turns_to_text_late_is_scored_as_text(server: Any, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    leads, out = tmp_path / "many.csv", tmp_path / "s.jsonl"
    leads.write_text("id,code\n" + "1,2\n" * 20_000 + "1,B7\n")
    result = run("scoring", "score", leads, "-o", out, "--reasons", "none", "--address", server.address)
    assert result.exit_code == 0, result.output
    assert out.read_text().count("\n") == 20_001
    assert len(server.options) == 2


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("s.xlsx", "the suffix must be .csv or .parquet or .jsonl"),
        ("no/s.csv", "there is no folder"),
        ("leads.csv", "to be read"),
    ],
)
def test_outputs_that_cannot_be(leads: Path, tmp_path: Path, out: str, said: str) -> None:
    result = run("scoring", "score", leads, "-o", tmp_path / out)
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_a_published_model_the_newest_one_scores_and_is_named(
    server: Any, leads: Path, tmp_path: Path
) -> None:
    older = server.trained_model("models/older")
    older.train_time.FromJsonString("2026-01-01T10:00:00Z")
    other_kind = server.trained_model("models/deals", kind=record_pb2.RECORD_KIND_OPPORTUNITY)
    server.models = [other_kind, older, server.trained_model("models/newer")]
    result = run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address)
    assert result.exit_code == 0, result.output
    assert server.options[0].model == "models/newer"
    assert "no lead model is published; scoring by the newest one, newer (First)" in result.stderr


def test_without_any_model_the_way_out_is_named(server: Any, leads: Path, tmp_path: Path) -> None:
    result = run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address)
    assert result.exit_code == 1
    assert "there is no trained lead model: make one with `leadlight scoring train" in result.stderr


@pytest.mark.parametrize("given", ["m2", "models/m2", "Second"])
def test_a_model_is_found_by_id_resource_name_and_display_name(server: Any, given: str) -> None:
    server.models = [server.trained_model(), server.trained_model("models/m2", display_name="Second")]
    result = run("scoring", "publish", given, "--address", server.address)
    assert result.exit_code == 0, result.output
    assert server.published == [("models/m2", 0)]


def test_a_model_that_is_not_found(server: Any) -> None:
    server.models = [server.trained_model(), server.trained_model("models/m2")]
    unknown = run("scoring", "publish", "Frist", "--address", server.address)
    assert unknown.exit_code == 1
    assert unknown.stderr.startswith("error: there is no model Frist; did you mean First?")
    shared = run("scoring", "delete", "First", "--address", server.address)
    assert shared.stderr == "error: 2 models are called First: choose by id, one of m1, m2\n"


def test_models_lists_every_page(server: Any) -> None:
    server.models = [server.trained_model(f"models/m{number}") for number in range(3)]
    listed = json.loads(run("scoring", "models", "--json", "--address", server.address).stdout)
    assert [model["model_id"] for model in listed] == ["m0", "m1", "m2"]
    table = run("scoring", "models", "--address", server.address).stdout
    assert table.count("First") == 3
    assert "\x1b[" not in table


def test_the_token_goes_with_each_call(server: Any) -> None:
    run("scoring", "models", "--address", server.address, "--token", "secret")
    assert server.metadata[0]["authorization"] == "Bearer secret"


def test_shared_options_stand_anywhere_or_in_the_environment(server: Any) -> None:
    assert run("--address", server.address, "scoring", "models").exit_code == 0
    assert run("scoring", "models", f"--address={server.address}").exit_code == 0
    assert run("scoring", "models", env={"LEADLIGHT_ADDRESS": server.address}).exit_code == 0


def test_nobody_at_the_address() -> None:
    result = run("scoring", "models", "--address", "127.0.0.1:1")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: no service answers")
    assert result.stderr.count("\n") == 1
    assert "leadlight up" in result.stderr


def test_status_without_a_suite(tmp_path: Path) -> None:
    result = run("status", "--json", "--data-dir", tmp_path)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["services"] == []
    assert "start one with `leadlight up`" in result.stderr


def test_down_without_a_suite(tmp_path: Path) -> None:
    result = run("down", "--data-dir", tmp_path)
    assert result.exit_code == 0
    assert "No suite runs" in result.stdout


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["up"],
        ["down"],
        ["status"],
        ["quickstart"],
        *(["scoring", name] for name in SCORING),
        *(["relationship", name] for name in RELATIONSHIP),
        *(["notes", name] for name in NOTES),
        *([name] for name in ("qualify", "disqualify", "reactivate", "unqualify")),
    ],
)
def test_every_command_explains_itself(command: list[str]) -> None:
    result = run(*command, "--help", env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Usage: leadlight" in result.stdout or "Usage: root" in result.stdout


def test_pieces_grow_to_what_answers_allow(server: Any, tmp_path: Path) -> None:
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]
    leads = tmp_path / "many.csv"
    leads.write_text("id,source\n" + "".join(f"{number},web\n" for number in range(60_000)))
    result = run("scoring", "score", leads, "-o", tmp_path / "s.csv", "--address", server.address)
    assert result.exit_code == 0, result.output
    assert server.piece_rows[0] <= 2_000
    assert max(server.piece_rows) > 10_000
    assert sum(server.piece_rows) == 60_000
