"""The developing half of the own notes: what once was read right stays so. The held-out half is make quality's."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.notes.actions.suggest import suggest_actions
from services.notes.times.conventions import TimeContext

CONTEXT = TimeContext(datetime.fromisoformat("2026-03-11T09:30"), ZoneInfo("Europe/Copenhagen"))
FEWEST_RIGHT = 0.93  # of the notes, kinds alone; their times are the resolver's cases


def notes(language: str) -> list[dict[str, Any]]:
    path = Path(__file__).parent / f"cases_{language}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("language", ["en", "da", "nb", "sv", "zh"])
def test_kinds_of_own_notes(language: str) -> None:
    rows = [row for row in notes(language) if row["split"] == "develop"]
    wrong = []
    for row in rows:
        found = sorted(each.kind.value for each in suggest_actions(row["text"], language, CONTEXT))
        if found != sorted(each["kind"] for each in row["expected"]):
            wrong.append((row["text"], found))
    assert len(wrong) <= (1 - FEWEST_RIGHT) * len(rows), wrong


@pytest.mark.parametrize("language", ["en", "da", "nb", "sv", "zh"])
def test_notes_with_nothing_to_suggest_give_nothing(language: str) -> None:
    rows = [row for row in notes(language) if not row["expected"]]
    assert len(rows) >= 30
    wrong = [row["text"] for row in rows if suggest_actions(row["text"], language, CONTEXT)]
    assert len(wrong) <= 0.05 * len(rows), wrong
