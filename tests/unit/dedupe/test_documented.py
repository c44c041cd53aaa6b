"""The examples of docs/dedupe.md, run: probability with the weights that ship, and the rules that find the pair."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.common.records import RecordKind, RecordRef
from services.dedupe.default_weights import default_weights
from services.dedupe.evidence import ComparableRecord, explain
from services.dedupe.fields import forms_of
from services.dedupe.record import Record
from services.dedupe.rules import BUILT_IN, holds

PAGE = (Path(__file__).parents[3] / "docs" / "dedupe.md").read_text(encoding="utf-8")
REGION = "US"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def rows() -> list[tuple[str, str, str, str]]:
    """The table under "| one | other |": both records, the probability, the rules."""
    table = PAGE.split("| one | other | probability | found by |\n", 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("|").split("|") for line in table.splitlines()[1:]]
    return [(one.strip(), other.strip(), told.strip(), by.strip()) for one, other, told, by in cells]


def record(text: str) -> Record:
    """A record written as "first_name Regina, company Contoso"."""
    fields = dict(part.strip().split(" ", 1) for part in text.split(","))
    return Record(
        RecordRef(RecordKind.LEAD, "x"), fields, forms_of(dict(fields), REGION), inactive=False, parent=None,
        modified_at=NOW, stored_at=NOW,
    )  # fmt: skip


def side(of: Record) -> ComparableRecord:
    return ComparableRecord(of.forms, values=dict(of.fields))


def test_the_table_is_found() -> None:
    assert len(rows()) >= 8


@pytest.mark.parametrize(("one", "other", "told", "by"), rows())
def test_the_page_says_what_is_so(one: str, other: str, told: str, by: str) -> None:
    for left, right in ((record(one), record(other)), (record(other), record(one))):
        evidence = explain(default_weights(), side(left), side(right))
        assert f"{evidence.probability:.3f}" == told
        found = [
            rule.rule_id.removeprefix("built-in-") for rule in BUILT_IN if holds(rule, left, right, REGION)
        ]
        assert ", ".join(found) == by
