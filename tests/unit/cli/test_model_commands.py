"""Looking after models, and into them, against a server with canned answers."""

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import model_pb2, score_pb2
from typer.testing import CliRunner, Result

from clients.cli.main import app


@pytest.fixture
def scoring(server: Any) -> Any:
    """Runs a command of scoring against the server, which has one published model."""
    server.models = [server.trained_model(state=model_pb2.MODEL_STATE_PUBLISHED)]

    def run(*arguments: object) -> Result:
        texts = ["scoring", *(str(each) for each in arguments), "--address", server.address]
        return CliRunner().invoke(app, texts)

    return run


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text("id,source,budget,country,won\n" + "7,web,,DE,yes\n8,fair,12.5,AT,no\n" * 40)
    return path


def test_versions_are_listed_newest_first(scoring: Any) -> None:
    listed = json.loads(scoring("models", "--versions", "First", "--json").stdout)
    assert [each["version"] for each in listed] == [3, 2, 1]
    assert "First" in scoring("models", "--versions", "m1").stdout


def test_publishing_an_earlier_version_reverts_to_it(scoring: Any, server: Any) -> None:
    assert scoring("publish", "m1", "--version", 2).exit_code == 0
    assert server.published == [("models/m1", 2)]
    assert scoring("publish", "m1", "--version", 0).exit_code == 2


@pytest.mark.parametrize(
    ("options", "paths", "model"),
    [
        (["--name", "New"], "displayName", {"displayName": "New"}),
        (["--auto-retrain"], "autoRetrain", {"autoRetrain": True}),
        (["--no-auto-retrain"], "autoRetrain", {}),
        (["--name", "New", "--no-auto-retrain"], "displayName,autoRetrain", {"displayName": "New"}),
    ],
)
def test_update_changes_what_was_given(
    scoring: Any, server: Any, options: list[str], paths: str, model: dict[str, Any]
) -> None:
    result = scoring("update", "m1", *options)
    assert result.exit_code == 0, result.output
    expected = {"model": {"name": "models/m1"} | model, "updateMask": paths}
    assert MessageToDict(server.updates[0]) == expected


def test_update_of_nothing_is_refused(scoring: Any) -> None:
    result = scoring("update", "m1")
    assert result.exit_code == 2
    assert "nothing to change" in result.stderr


def test_drift_says_what_moved_and_what_to_do(scoring: Any) -> None:
    shown = scoring("drift", "m1").stdout
    assert [word in shown for word in ("clear shift", "some shift", "stable", "640 records")] == [True] * 4
    assert "train a new version" in shown
    answer = json.loads(scoring("drift", "m1", "--json").stdout)
    assert answer["retraining_advised"] is True
    assert answer["attributes"][0] == {"attribute": "source", "stability_index": 0.31}


def test_refresh_waits_and_counts(scoring: Any, server: Any) -> None:
    result = scoring("refresh", "--kind", "opportunity")
    assert result.stdout == "1,234 open records scored; 5 keep their last score as stale.\n"
    assert server.refreshes[0].kind == record_pb2.RECORD_KIND_OPPORTUNITY
    assert json.loads(scoring("refresh", "--json").stdout) == {"scored": 1_234, "stale": 5}


def test_an_interrupted_refresh_goes_on_and_an_interrupted_training_does_not(
    scoring: Any, server: Any, leads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("clients.cli.operations.time.sleep", interrupt)
    assert scoring("refresh").exit_code == 130
    assert server.cancelled == []
    assert scoring("train", leads, "--label", "won").exit_code == 130
    assert server.cancelled == ["operations/o1"]


def test_insights_show_influence_reasons_against_and_the_reliability_curve(scoring: Any) -> None:
    result = scoring("insights", "First")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    longest = {
        name: next(line for line in lines if f" {name} " in line).count("█") for name in ("source", "budget")
    }
    assert longest["source"] == 30
    assert 5 <= longest["budget"] <= 8
    assert "leaks outcome" in result.stdout
    assert "known only after the call" in result.stdout
    assert [part in result.stdout for part in ("12.5%", "10.0%", "55.0%", "50.0%")] == [True] * 4
    assert "Most influential: source, budget." in result.stdout


def test_insights_of_one_attribute_show_each_value(scoring: Any) -> None:
    shown = scoring("insights", "First", "--attribute", "source").stdout
    web = next(line for line in shown.splitlines() if " web " in line)
    assert [part in web for part in ("300", "60.0%", "20.0%", "12")] == [True] * 4
    assert "(blank)" in shown
    unknown = scoring("insights", "First", "--attribute", "sauce")
    assert unknown.exit_code == 2
    assert "did you mean source?" in unknown.stderr


def test_insights_for_programs(scoring: Any) -> None:
    answer = json.loads(scoring("insights", "First", "--json").stdout)
    assert answer["model_id"] == "m1"
    assert answer["reliability_curve"][0] == {"records": 50, "mean_probability": 0.125, "positive_rate": 0.1}
    source = answer["attributes"][0]
    assert source["values"][0] == {
        "value": "web",
        "closed": 300,
        "positive": 60,
        "rate": 0.2,
        "share": 0.6,
        "median_days_to_close": 12.5,
    }
    assert source["values"][1]["median_days_to_close"] is None
    one = json.loads(scoring("insights", "First", "--attribute", "source", "--json").stdout)
    assert one == source


def test_explain_a_stored_record(scoring: Any, server: Any) -> None:
    options = [
        "--set",
        "phone=+49 30 901820",
        "--set",
        "budget=9000",
        "--set",
        "member=true",
        "--set",
        "note=",
    ]
    result = scoring("explain", "--kind", "opportunity", "--id", "4711", *options)
    assert result.exit_code == 1
    assert "no trained opportunity model" in result.stderr
    result = scoring("explain", "--id", "4711", *options, "--language", "da")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("with phone and budget: 48 to 63 (grade C to B)\n")
    assert "+15.0" in result.stdout
    assert "the model does not know zodiac" in result.stderr
    request = server.explained[0]
    assert (request.ref.kind, request.ref.id, request.model) == (record_pb2.RECORD_KIND_LEAD, "4711", "")
    assert request.language == "da"
    assert MessageToDict(request.changes) == {
        "phone": "+49 30 901820",
        "budget": 9000.0,
        "member": True,
        "note": None,
    }


def test_explain_a_row_of_a_file_or_a_json_record(scoring: Any, server: Any, leads: Path) -> None:
    assert scoring("explain", leads, "--row", 2, "--set", "source=web", "--model", "First").exit_code == 0
    sent = MessageToDict(server.explained[0].record.attributes)
    assert sent == {"id": 8.0, "source": "fair", "budget": 12.5, "country": "AT", "won": "no"}
    assert server.explained[0].model == "models/m1"
    scoring("explain", leads, "--row", 1, "--set", "source=web")
    assert "budget" not in MessageToDict(server.explained[1].record.attributes)
    record = '{"source": "web", "budget": null, "member": false}'
    assert scoring("explain", "--record", record, "--set", "budget=1").exit_code == 0
    assert MessageToDict(server.explained[2].record.attributes) == json.loads(record)


def test_explain_without_changes_shows_every_reason(scoring: Any, server: Any, leads: Path) -> None:
    shown = scoring("explain", "--id", "4711")
    assert shown.exit_code == 0, shown.output
    assert "Score 48, grade C: 30.0 points before anything is known" in shown.stdout
    assert "20 % of leads with [source] web qualify" in shown.stdout
    positive, negative = (
        next(line for line in shown.stdout.splitlines() if word in line) for word in ("+9.0", "-3.0")
    )
    assert positive.count("█") == 12
    assert negative.count("█") + negative.count("▐") == 4
    assert server.asked[0].reason_detail == score_pb2.REASON_DETAIL_ALL
    scoring("explain", "--id", "4711", "--model", "First")
    assert (server.asked[2].model, server.asked[2].attributes["source"]) == ("models/m1", "web")
    answer = json.loads(scoring("explain", leads, "--row", 1, "--json").stdout)
    assert (answer["score"], answer["reasons"][0]["points"]) == (48, 9.0)


def test_explain_says_why_there_is_no_score(scoring: Any) -> None:
    shown = scoring("explain", "--id", "closed").stdout
    assert shown == "The record is not scored: closed; its last score was 48 (grade C).\n"


def test_explain_for_programs(scoring: Any) -> None:
    answer = json.loads(scoring("explain", "--id", "1", "--set", "budget=1", "--json").stdout)
    assert answer["sentence"] == "with phone and budget: 48 to 63"
    assert (answer["before"]["score"], answer["after"]["grade"]) == (48, "B")
    assert answer["changes"] == [
        {"attribute": "budget", "before_points": -4.0, "after_points": 12.0, "points": 15.0}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "a=1"], "which record?"),
        (["--id", "1", "--record", "{}", "--set", "a=1"], "which record?"),
        (["FILE", "--set", "a=1"], "a file and --row come together"),
        (["--id", "1", "--row", "1", "--set", "a=1"], "a file and --row come together"),
        (["FILE", "--row", "99", "--set", "a=1"], "leads.csv has 80 rows"),
        (["--id", "1", "--set", "phone"], "--set phone: write NAME=VALUE"),
        (["--id", "1", "--set", "=1"], "--set =1: write NAME=VALUE"),
        (["--record", "[1]", "--set", "a=1"], "give a JSON object"),
        (["--record", '{"a": [1]}', "--set", "a=1"], "give a JSON object"),
        (["--record", "{a}", "--set", "a=1"], "this is no JSON"),
    ],
)
def test_explain_used_the_wrong_way(scoring: Any, leads: Path, arguments: list[str], said: str) -> None:
    result = scoring("explain", *(str(leads) if each == "FILE" else each for each in arguments))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_values_on_the_command_line_are_typed(scoring: Any, server: Any) -> None:
    given = {
        "a": "007",
        "b": "null",
        "c": '"7"',
        "d": "[1]",
        "e": "1e999",
        "f": "x=y",
        "g": "-2.5",
        "h": "NaN",
    }
    options = [part for name, text in given.items() for part in ("--set", f"{name}={text}")]
    scoring("explain", "--id", "1", *options)
    assert MessageToDict(server.explained[0].changes) == {
        "a": "007",
        "b": None,
        "c": "7",
        "d": "[1]",
        "e": "1e999",
        "f": "x=y",
        "g": -2.5,
        "h": "NaN",
    }


def test_export_writes_card_and_model(scoring: Any, server: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "exported"
    result = scoring("export", "First", "-o", folder, "--version", 2, "--token", "secret")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "model.onnx"]
    assert (folder / "model.onnx").read_bytes() == server.onnx
    assert json.loads((folder / "card.json").read_text())["version"] == 2
    assert (server.exported[0].name, server.exported[0].version) == ("models/m1", 2)
    assert server.metadata[-1]["authorization"] == "Bearer secret"
    answer = json.loads(scoring("export", "First", "-o", folder, "--json").stdout)
    assert answer["onnx"] == str(folder / "model.onnx")


def test_an_export_that_came_damaged_is_not_written(scoring: Any, server: Any, tmp_path: Path) -> None:
    server.onnx_on_the_way = server.onnx[:-1]
    result = scoring("export", "First", "-o", tmp_path / "exported")
    assert result.exit_code == 1
    assert "is not the one that the card describes" in result.stderr
    assert not (tmp_path / "exported").exists()


def test_how_a_training_may_use_attributes(scoring: Any, server: Any, leads: Path) -> None:
    options = ("--only", "source,budget", "--ignore-blank", "budget", "--no-engineered")
    served = ("--filter", "country=DE, AT", "--filter", "source=web", "--low-evidence")
    result = scoring("train", leads, "--label", "won", *options, *served)
    assert result.exit_code == 0, result.output
    assert MessageToDict(server.trainings[0].attribute_options) == {
        "handPicked": ["source", "budget"],
        "ignoreBlank": ["budget"],
        "withoutEngineered": True,
    }
    assert [(each.attribute, list(each.values)) for each in server.trainings[0].filter] == [
        ("country", ["DE", "AT"]),
        ("source", ["web"]),
    ]
    assert server.trainings[0].low_evidence
    bad = scoring("train", leads, "--label", "won", "--filter", "country")
    assert (bad.exit_code, "write COL=VALUE" in bad.stderr) == (2, True)


def test_a_further_version_keeps_its_attributes_or_goes_back_to_the_recommended(
    scoring: Any, server: Any, leads: Path
) -> None:
    scoring("train", leads, "--label", "won", "--model", "First")
    server.polls = 0
    scoring("train", leads, "--label", "won", "--model", "First", "--recommended")
    assert [each.HasField("attribute_options") for each in server.trainings] == [False, True]
    assert server.trainings[1].attribute_options == model_pb2.AttributeOptions()
