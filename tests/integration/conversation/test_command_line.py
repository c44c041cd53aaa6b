"""`leadlight conversation` against a running service: files in, files out, errors in one line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from clients.cli.main import app
from tests.contract.served import EVERY_ROLE, token
from tests.integration.conversation.conftest import Conversation

CALL = {
    "id": "c1",
    "language": "en",
    "started_at": "2026-03-11T09:30:00Z",
    "consent": True,
    "participants": [{"id": "s", "role": "seller", "name": "Anna Berg"}, {"id": "c", "role": "customer"}],
    "turns": [
        {
            "participant": "s",
            "start_s": 0,
            "end_s": 4.25,
            "text": "Good morning, this is Anna from Fabrikam.",
        },
        {"participant": "c", "start_s": 4.5, "end_s": 9.5, "text": "I hate Contoso Ltd, it is terrible."},
        {"participant": "s", "text": "Oh dear."},
    ],
}
TEAMS = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v Anna Berg>How are you?</v>\n\n" + (
    "00:00:02.500 --> 00:00:04.000\n<v Tom Hill>I love it, it is great!</v>\n"
)
SRT = "1\n00:00:00,000 --> 00:00:02,000\nAnna Berg: How are you?\n\n2\n00:00:02,500 --> 00:00:04,000\nTom Hill: OK.\n"
WORDS = {
    "consent": True,
    "sellers": ["A"],
    "words": [
        {"text": "Hello.", "speaker": "A", "start_s": 0, "end_s": 0.5},
        {"text": "Hi.", "speaker": "B", "start_s": 1, "end_s": 1.5},
    ],
}


@pytest.fixture
def run(conversation: Conversation) -> Any:
    def runs(*arguments: object) -> Result:
        given = [str(each) for each in arguments]
        access = ["--address", conversation.served.address, "--token", token("cli", EVERY_ROLE)]
        return CliRunner().invoke(app, ["conversation", *given, *access])

    return runs


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_call_is_analysed(run: Any, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    result = run("analyze", written(tmp_path, "call.json", CALL), "-o", out, "--competitor", "contoso")
    assert result.exit_code == 0, result.output
    assert "3 turns" in result.stdout
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["measures"]["duration_ms"] == 9500
    assert "talk_percent" not in told["measures"]  # a turn has no times
    assert [each["participant"] for each in told["turns"]] == ["s", "c", "s"]
    assert told["turns"][0] == CALL["turns"][0]  # type: ignore[index]
    assert told["turns"][1]["sentiment"] == "negative"
    assert -1 <= told["turns"][1]["score"] < 0
    fabrikam = {"turn": 0, "start": 32, "end": 40, "label": "ORG", "text": "Fabrikam"}
    assert fabrikam in told["entities"]
    assert told["hits"] == [
        {"tracker": "competitor-1", "kind": "competitor", "turn": 1, "start": 7, "end": 14, "start_ms": 4500}
    ]


@pytest.mark.parametrize(
    ("name", "content", "more"),
    [
        ("call.vtt", TEAMS, ["--seller", "Anna Berg"]),
        ("call.srt", SRT, ["--seller", "Anna Berg", "--language", "en"]),
        ("call.txt", TEAMS, ["--format", "vtt", "--seller", "Anna Berg"]),
        ("words.json", WORDS, ["--format", "words"]),
    ],
)
def test_every_format_is_read(run: Any, tmp_path: Path, name: str, content: object, more: list[str]) -> None:
    out = tmp_path / "out.json"
    result = run("analyze", written(tmp_path, name, content), "-o", out, "--json", *more)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["turns"] == 2
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["measures"]["switches"] == 1
    assert "sentiment" not in told["turns"][0]
    assert told["turns"][1]["sentiment"] in {"positive", "neutral", "negative"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("call.json", CALL | {"consent": False}, "no consent"),
        ("call.json", "{", "line[1]"),
        ("call.vtt", "WEBVTT\n\n00:00 --> 1\nHello\n", "line[3]"),
        ("call.json", "", "is empty"),
        ("call.doc", "Hello", "--format"),
    ],
)
def test_what_cannot_be_analysed_is_said_in_a_line(
    run: Any, tmp_path: Path, name: str, content: object, message: str
) -> None:
    out = tmp_path / "out.json"
    result = run("analyze", written(tmp_path, name, content), "-o", out)
    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not out.exists()


def test_texts_are_judged_in_order(run: Any, tmp_path: Path) -> None:
    texts = [
        {"id": 1, "text": "I love it!"},
        {"id": "b", "text": "Jeg hader det, det er forfærdeligt.", "language": "da"},
        {"id": 3, "text": ""},
    ]
    out = tmp_path / "out.jsonl"
    file = written(tmp_path, "texts.jsonl", "".join(f"{json.dumps(each)}\n" for each in texts))
    result = run("sentiment", file, "-o", out)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(each["id"], each["sentiment"]) for each in lines] == [
        (1, "positive"),
        ("b", "negative"),
        (3, "neutral"),
    ]
    assert lines[0].keys() == {"id", "sentiment", "score"}


def test_a_text_that_is_refused_is_named(run: Any, tmp_path: Path) -> None:
    file = written(
        tmp_path, "texts.jsonl", '{"id": 1, "text": "Fine"}\n{"id": 2, "text": "", "language": "?"}\n'
    )
    result = run("sentiment", file, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 1
    assert "texts.jsonl line 2" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()
