"""The examples of docs/notes.md, run."""

import re
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from leadlight.notes.v1 import suggestion_pb2

from tests.contract.served import Client
from tests.integration.notes.world import ZONE, actions

PAGE = (Path(__file__).parents[3] / "docs" / "notes.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## What it reads")[2].partition("\n## ")[0]
EXAMPLES = re.findall(r"^\| (?!note \|)([^|]+?) \| ?([^|]*?) ?\|$", SECTION, re.MULTILINE)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 20


def told(suggestion: suggestion_pb2.Suggestion) -> str:
    """A suggestion as the table writes it."""
    kind = suggestion_pb2.SuggestionKind.Name(suggestion.kind).removeprefix("SUGGESTION_KIND_")
    words = [kind.lower().replace("_", " ")]
    for time in suggestion.times[:1]:
        moment = time.start if time.HasField("start") else time.end
        local = moment.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(ZONE))
        words.append(f"{local:%Y-%m-%d %H:%M}" if time.has_time else f"{local:%Y-%m-%d}")
    if suggestion.assignee:
        words.append(f"for {suggestion.assignee}")
    return " ".join(words) + (", to be logged" if suggestion.log else "")


@pytest.mark.parametrize(("note", "suggestions"), EXAMPLES)
def test_example(client: Client, note: str, suggestions: str) -> None:
    answer = client.call("NotesService.SuggestActions", actions(note, language=""))
    assert "; ".join(told(each) for each in answer.suggestions) == suggestions
