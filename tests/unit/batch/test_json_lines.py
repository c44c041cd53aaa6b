"""JSON Lines as batches of text."""

from pathlib import Path

import pytest

from services.common.batch.json_lines import json_line_batches
from services.common.errors import LeadlightError


def rows(folder: Path, content: bytes) -> list[dict[str, str | None]]:
    path = folder / "lines.jsonl"
    path.write_bytes(content)
    batches = json_line_batches(path, ["id", "text"], ["id"], "inputs.notes")
    return [row for batch in batches for row in batch.to_pylist()]


def test_values_are_texts_and_lists_are_json(tmp_path: Path) -> None:
    content = '\ufeff{"id": 1, "text": "é", "more": 2}\n\n{"id": "b", "text": [{"a": true}]}\n{"id": false}'
    assert rows(tmp_path, content.encode()) == [
        {"id": "1", "text": "é"},
        {"id": "b", "text": '[{"a": true}]'},
        {"id": "false", "text": None},
    ]


def test_many_lines_come_in_several_batches(tmp_path: Path) -> None:
    assert len(rows(tmp_path, b'{"id": "a"}\n' * 2_500)) == 2_500
    assert rows(tmp_path, b"") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "line 2 is no JSON"),
        (b"[1]", "line 2 is no JSON"),
        (b"\xff{}", "line 2 is no JSON"),
        (b'{"id": "\\ud800"}', "line 2 is no JSON"),
        (b'{"text": "a"}', "line 2 lacks id"),
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: bytes, reason: str) -> None:
    with pytest.raises(LeadlightError, match=reason):
        rows(tmp_path, b'{"id": "a"}\n' + line + b"\n")
