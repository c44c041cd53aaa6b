"""The `leadlight` command as people run it: real processes, the real service, files on disk."""

import csv
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from pyarrow import csv as csv_reader
from pyarrow import parquet

from services.common.supervisor import SUITE
from tests.shell import ROOT, Shell

SAMPLE = ROOT / "clients" / "cli" / "sample" / "leads.csv"
SHARED_DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", ROOT.parent / "shared" / "data"))
BANK_MARKETING = SHARED_DATA / "scoring" / "bank_marketing.csv"
SAMPLE_COLUMNS = ("--id", "lead_id", "--label", "outcome", "--created", "created", "--closed", "closed")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A suite in the background, with a model trained on the sample and published."""
    shell = Shell(tmp_path_factory.mktemp("suite"))
    up = shell.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    try:
        trained = shell.run(
            "scoring", "train", SAMPLE, *SAMPLE_COLUMNS, "--name", "Sample", "--publish", "--json"
        )
        assert trained.returncode == 0, trained.stderr
        (shell.data_dir / "trained.json").write_text(trained.stdout)
        yield shell
    finally:
        down = shell.run("down")
        assert down.returncode == 0, down.stderr


def write(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def leads(rows: int, *, won_every: int = 2, first_value: str = "web") -> str:
    """A table of closed leads with ids, one category, one number and an outcome."""
    lines = []
    for number in range(rows):
        source = first_value if number % 3 else "fair"
        lines.append(f"{number},{source},{number * 7 % 50},{'yes' if number % won_every == 0 else 'no'}")
    return "\n".join(["id,source,visits,won", *lines]) + "\n"


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_training_answers_programs_with_one_json_object(suite: Shell) -> None:
    answer = json.loads((suite.data_dir / "trained.json").read_text())
    assert answer["published"] is True
    assert answer["version"] == 1
    assert 0.6 < answer["auc"] < 1
    assert 0 < answer["brier"] < 0.25
    assert {"ece", "f1", "threshold", "warnings", "model_id"} <= answer.keys()
    left_out = {each["attribute"]: each["reason"] for each in answer["left_out"]}
    assert left_out["quote_number"] == "leaks_outcome"
    assert "source" in {each["attribute"] for each in answer["used"]}


def test_the_running_suite_is_found_and_healthy(suite: Shell) -> None:
    status = suite.run("status", "--json")
    assert status.returncode == 0
    services = json.loads(status.stdout)["services"]
    assert [service["name"] for service in services] == [each.name for each in SUITE]
    for service in services:
        assert service["status"] == "SERVING"
        assert suite.run("status", "--address", service["address"]).returncode == 0


def test_a_second_suite_in_the_folder_is_refused(suite: Shell) -> None:
    second = suite.run("up")
    assert second.returncode == 1
    assert "already uses" in second.stderr
    assert second.stderr.count("\n") == 1


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_every_row_is_scored_in_order(suite: Shell, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"scores.{suffix}"
    done = suite.run("scoring", "score", SAMPLE, "--id", "lead_id", "-o", out)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "2,000 rows scored" in done.stdout
    with SAMPLE.open(encoding="utf-8") as file:
        ids = [row["lead_id"] for row in csv.DictReader(file)]
    scores = read_scores(out)
    assert [row["id"] for row in scores] == ids
    for row in scores:
        probability = float(row["probability"])
        assert 0 <= probability <= 1
        assert int(row["score"]) == int(probability * 100 + 0.5)
        assert row["grade"] == "DCBA"[min(3, int(row["score"]) // 25)]
        reasons = row["reasons"] if isinstance(row["reasons"], list) else json.loads(row["reasons"])
        assert reasons
        assert {"attribute", "value", "points"} == set(reasons[0])


def read_scores(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
        return rows
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_same_rows_get_the_same_scores_from_parquet(suite: Shell, tmp_path: Path) -> None:
    as_parquet = tmp_path / "leads.parquet"
    parquet.write_table(csv_reader.read_csv(SAMPLE), as_parquet)
    for source, out in ((SAMPLE, "a.jsonl"), (as_parquet, "b.jsonl")):
        assert suite.run("scoring", "score", source, "--id", "lead_id", "-o", tmp_path / out).returncode == 0
    assert (tmp_path / "a.jsonl").read_text() == (tmp_path / "b.jsonl").read_text()


def test_an_empty_table_gives_an_empty_result(suite: Shell, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    done = suite.run("scoring", "score", write(tmp_path, "lead_id,source\n"), "--id", "lead_id", "-o", out)
    assert done.returncode == 0, done.stderr
    assert read_scores(out) == []


@pytest.mark.parametrize(
    ("content", "label", "expected"),
    [
        ("", "won", (1, "is empty")),
        ("id,source,won\n", "won", (1, "no row")),
        (leads(200).encode("utf-16"), "won", (1, "is not UTF-8")),
        (leads(200, first_value="Büro").encode("latin-1"), "won", (1, "is not UTF-8")),
        (leads(200).replace("id,source", "source,source"), "won", (1, "used twice: source")),
        (leads(200), "outcome", (2, "--label outcome: there is no such column")),
        (leads(200, won_every=1), "won", (1, "40")),
        (leads(79), "won", (1, "TOO_FEW_CLOSED_RECORDS")),
        (leads(100).replace("\n5,", "\n4,", 1), "won", (1, "DUPLICATE_RECORD_IDS")),
        (leads(200).replace(",7,", ",inf,", 1), "won", (1, "visits")),
        (leads(200) + "1,2\n", "won", (1, "a row has 2 fields")),
        (leads(200).replace("yes", "si").replace("no", "nein"), "won", (1, "--positive: none of the labels")),
    ],
    ids=[
        "empty",
        "header only",
        "UTF-16",
        "Latin-1",
        "duplicate columns",
        "missing label",
        "single class",
        "39 of one outcome",
        "duplicate ids",
        "infinity",
        "ragged",
        "unknown outcomes",
    ],
)
def test_files_that_cannot_train(
    suite: Shell, tmp_path: Path, content: str | bytes, label: str, expected: tuple[int, str]
) -> None:
    exit_code, said = expected
    done = suite.run("scoring", "train", write(tmp_path, content), "--id", "id", "--label", label)
    assert done.returncode == exit_code
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_what_could_not_train_left_no_model_behind(suite: Shell) -> None:
    models = json.loads(suite.run("scoring", "models", "--json").stdout)
    assert [model["display_name"] for model in models if model["state"] != "draft"] == ["Sample"]


def test_blanks_written_as_nan_are_blanks(suite: Shell, tmp_path: Path) -> None:
    content = leads(200).replace(",7,", ",NaN,").replace(",14,", ",,")
    done = suite.run(
        "scoring", "train", write(tmp_path, content), "--label", "won", "--name", "NaN", "--json"
    )
    assert done.returncode == 0, done.stderr
    model = json.loads(done.stdout)["model_id"]
    assert suite.run("scoring", "delete", model).returncode == 0


def test_a_column_of_numbers_with_a_late_text_trains_and_scores(suite: Shell, tmp_path: Path) -> None:
    content = leads(2_000) + "x1,web,n.n.,no\n"
    table = write(tmp_path, content)
    trained = suite.run("scoring", "train", table, "--id", "id", "--label", "won", "--name", "Late", "--json")
    assert trained.returncode == 0, trained.stderr
    out = tmp_path / "s.csv"
    assert suite.run("scoring", "score", table, "--id", "id", "--model", "Late", "-o", out).returncode == 0
    assert read_scores(out)[-1]["id"] == "x1"
    assert suite.run("scoring", "delete", "Late").returncode == 0


def test_a_published_model_is_retired_before_it_is_deleted(suite: Shell) -> None:
    refused = suite.run("scoring", "delete", "Sample")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert suite.run("scoring", "retire", "Sample").returncode == 0
    assert suite.run("scoring", "publish", "Sample").returncode == 0


def test_commands_work_without_a_suite_and_leave_nothing_running(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    table = write(tmp_path, leads(400))
    trained = shell.run("scoring", "train", table, "--id", "id", "--label", "won")
    assert trained.returncode == 0, trained.stderr
    assert "AUC" in trained.stdout
    scored = shell.run("scoring", "score", table, "--id", "id", "-o", tmp_path / "s.csv")
    assert scored.returncode == 0, scored.stderr
    assert "no lead model is published; scoring by the newest one" in scored.stderr
    assert len(read_scores(tmp_path / "s.csv")) == 400
    assert shell.run("status").returncode == 1
    assert not [process for process in psutil.process_iter(["cmdline"]) if _serves(process, shell.data_dir)]


def _serves(process: psutil.Process, data_dir: Path) -> bool:
    if not {
        f"services.{name}" for name in ("scoring", "relationship", "dedupe", "conversation", "notes")
    } & set(process.info["cmdline"] or []):
        return False
    try:
        return bool(process.environ().get("LEADLIGHT_DATA_DIR") == str(data_dir))
    except psutil.Error:
        return False


def test_up_stays_in_the_foreground_until_it_is_told_to_stop(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    with shell.start("up") as process:
        assert process.stdout is not None
        while "Ctrl-C stops the suite." not in process.stdout.readline():
            assert process.poll() is None
        status = json.loads(shell.run("status", "--json").stdout)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert all(gone(service["pid"]) for service in status["services"])
    assert shell.run("status").returncode == 1


def test_interrupting_a_training_cancels_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    rows = leads(60_000)
    with shell.start("scoring", "train", write(tmp_path, rows), "--id", "id", "--label", "won") as process:
        log = shell.data_dir / "logs" / "scoring.log"
        deadline = time.monotonic() + 60
        while not log.exists() or '"serving"' not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr


def test_quickstart_ends_with_the_suite_running(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    shown = shell.run("quickstart")
    try:
        assert shown.returncode == 0, shown.stderr
        assert "synthetic sample" in shown.stdout
        assert "AUC" in shown.stdout
        assert shown.stdout.count("grade") >= 5
        assert "grpcurl -plaintext" in shown.stdout
        assert shell.run("status").returncode == 0
        again = shell.run("quickstart", "--once")
        assert again.returncode == 0, again.stderr
        assert "version 2" in again.stdout
        assert shell.run("status").returncode == 0, "--once stops only what it started"
    finally:
        assert shell.run("down").returncode == 0
    assert shell.run("status").returncode == 1


@pytest.mark.skipif(not BANK_MARKETING.exists(), reason=f"{BANK_MARKETING.name} is not here: see data/README")
def test_a_real_export_trains_as_it_is(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "data")
    trained = shell.run(
        *("scoring", "train", BANK_MARKETING, "--kind", "lead", "--id", "row"),
        *("--label", "y", "--positive", "yes", "--json"),
    )
    assert trained.returncode == 0, trained.stderr
    assert "has no column row" in trained.stderr
    answer = json.loads(trained.stdout)
    duration = [each for each in answer["left_out"] if each["attribute"] == "duration"]
    warned = [each for each in answer["warnings"] if "duration" in each["attributes"]]
    assert duration or warned
    assert answer["records"] == 28_831


def deals(rows: int) -> str:
    """Closed deals that went through two stages; the lost ones are in the last one three times as long."""
    lines = []
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(rows):
        won = number % 7 < 3
        region = "north" if won != (number % 5 == 0) else "south"
        proposed = start + timedelta(hours=6 * number)
        closing = proposed + timedelta(days=3 + number % 4)
        closed = closing + timedelta(days=(4 if won else 12) + number % 5)
        times = ",".join(moment.isoformat() for moment in (proposed, closing, closed))
        lines.append(f"{number},{region},{100 + number % 13},{'won' if won else 'lost'},{times}")
    return "\n".join(["id,region,account.size,outcome,proposed,closing,closed", *lines]) + "\n"


def test_deals_train_and_score_stage_by_stage(suite: Shell, tmp_path: Path) -> None:
    file = write(tmp_path, deals(240), "deals.csv")
    stages = ("--stage", "Propose=proposed", "--stage", "Close=closing")
    trained = suite.run(
        *("scoring", "train", file, "--kind", "opportunity", "--id", "id", "--label", "outcome"),
        *("--closed", "closed", *stages, "--applies", "account.size=Close", "--publish", "--json"),
    )
    assert trained.returncode == 0, trained.stderr
    found = json.loads(trained.stdout)["stages"]
    assert [(each["stage"], each["closed"], each["trained"]) for each in found] == [
        ("Propose", 240, True),
        ("Close", 240, True),
    ]
    assert "account.size" not in [each["attribute"] for each in found[0]["influence"]]
    assert found[1]["median_days_won"] < 8 < found[1]["median_days_lost"]
    now = datetime.now(UTC)
    fresh, late = now - timedelta(hours=1), now - timedelta(days=41, hours=1)
    rows = [
        "id,region,account.size,proposed,closing",
        f"fresh,north,105,{late.isoformat()},{fresh.isoformat()}",
        f"late,north,105,{late.isoformat()},{late.isoformat()}",
    ]
    open_deals = write(tmp_path, "\n".join(rows) + "\n", "open.csv")
    out = tmp_path / "scores.csv"
    kind = ("--kind", "opportunity")
    done = suite.run(
        "scoring", "score", open_deals, *kind, "--id", "id", *stages, "--reasons", "all", "-o", out
    )
    assert done.returncode == 0, done.stderr
    first, second = read_scores(out)
    assert int(first["score"]) > int(second["score"]) + 10
    time = next(each for each in json.loads(second["reasons"]) if each["attribute"] == "days_in_stage")
    assert (time["value"], time["points"] < -10) == ("41", True)
    explained = suite.run("scoring", "explain", open_deals, "--row", 2, *kind, *stages)
    assert explained.returncode == 0, explained.stderr
    assert "In stage Close." in explained.stdout
    answer = suite.run("scoring", "explain", open_deals, "--row", 2, *kind, *stages, "--json")
    reasons = {each["attribute"]: each["sentence"] for each in json.loads(answer.stdout)["reasons"]}
    assert reasons["days_in_stage"] == "open 41 days in Close; half of the won deals left it within 6 days"
    assert json.loads(answer.stdout)["score"] == int(second["score"])
    shown = suite.run("scoring", "insights", json.loads(trained.stdout)["model_id"])
    assert "Stages, in the order of the process" in shown.stdout
