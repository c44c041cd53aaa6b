"""A change of a record: what a mask names, and what becomes of the rest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.common.records import RecordKind, RecordRef
from services.scoring.records import Record, RecordChange
from services.scoring.stages import StageEntry

REF = RecordRef(RecordKind.LEAD, "a")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
BEFORE = NOW - timedelta(days=10)
EARLIER = NOW - timedelta(days=20)
STORED = Record(REF, {"kept": 1.0, "changed": "old"}, None, BEFORE, None, BEFORE)


def change(*mask: str, **fields: Any) -> RecordChange:
    given: dict[str, Any] = {"attributes": {}, "is_positive": None, "created_at": None, "closed_at": None}
    return RecordChange(REF, **given | fields, mask=frozenset(mask) or None)


@pytest.mark.parametrize(
    ("what", "attributes", "created_at"),
    [
        (change(attributes={"new": 1.0}), {"new": 1.0}, BEFORE),
        (change(attributes={"new": 1.0}, created_at=EARLIER), {"new": 1.0}, EARLIER),
        (change("attributes", attributes={"new": 1.0}, created_at=EARLIER), {"new": 1.0}, BEFORE),
        (change("attributes"), {}, BEFORE),
        (
            change("attributes.changed", attributes={"changed": "new"}),
            {"kept": 1.0, "changed": "new"},
            BEFORE,
        ),
        (change("attributes.changed", attributes={"kept": 2.0}), {"kept": 1.0}, BEFORE),
        (change("attributes.new", attributes={"new": None}), STORED.attributes | {"new": None}, BEFORE),
        (change("attributes.absent"), STORED.attributes, BEFORE),
        (change("create_time", attributes={"new": 1.0}, created_at=EARLIER), STORED.attributes, EARLIER),
        (change("create_time"), STORED.attributes, BEFORE),
        (change("attributes", "attributes.kept", attributes={"kept": 3.0}), {"kept": 3.0}, BEFORE),
    ],
)
def test_a_change_of_a_stored_record(
    what: RecordChange, attributes: dict[str, Any], created_at: datetime
) -> None:
    after = what.applied_to(STORED, NOW)
    assert (after.attributes, after.created_at, after.updated_at) == (attributes, created_at, NOW)
    assert STORED.attributes == {"kept": 1.0, "changed": "old"}


def test_an_outcome_goes_with_its_time() -> None:
    won = change("outcome", "close_time", is_positive=True, closed_at=NOW).applied_to(STORED, NOW)
    assert (won.is_positive, won.closed_at) == (True, NOW)
    untouched = change("attributes", is_positive=True, closed_at=NOW).applied_to(STORED, NOW)
    assert (untouched.is_positive, untouched.closed_at) == (None, None)
    reopened = change("outcome", "close_time").applied_to(won, NOW)
    assert (reopened.is_positive, reopened.closed_at) == (None, None)


def test_a_new_record_takes_everything_whatever_the_mask() -> None:
    after = change("outcome", "close_time", attributes={"a": 1.0}).applied_to(None, NOW)
    assert (after.attributes, after.created_at) == ({"a": 1.0}, NOW)


@pytest.mark.parametrize(
    ("mask", "attributes"),
    [
        (("attributes",), {"own": 2.0, "account.size": 1.0, "contact.role": "buyer"}),
        (("account",), {"own": 1.0, "account.size": 2.0, "contact.role": "buyer"}),
        (("contact",), {"own": 1.0, "account.size": 1.0}),
        (("account", "contact"), {"own": 1.0, "account.size": 2.0}),
        (("attributes.account.size",), {"own": 1.0, "account.size": 2.0, "contact.role": "buyer"}),
        (("attributes.contact.role",), {"own": 1.0, "account.size": 1.0}),
    ],
)
def test_a_mask_says_whose_attributes_change(mask: tuple[str, ...], attributes: dict[str, Any]) -> None:
    stored = replace(STORED, attributes={"own": 1.0, "account.size": 1.0, "contact.role": "buyer"})
    changed = change(*mask, attributes={"own": 2.0, "account.size": 2.0}).applied_to(stored, NOW)
    assert changed.attributes == attributes


def test_stages_change_with_everything_and_by_their_name_alone() -> None:
    stored = replace(STORED, stages=(StageEntry("Qualify", EARLIER),))
    sent = (StageEntry("Qualify", EARLIER), StageEntry("Close", BEFORE))
    assert change(stages=sent).applied_to(stored, NOW).stages == sent
    assert change("stages", stages=sent).applied_to(stored, NOW).stages == sent
    assert change("attributes", stages=sent).applied_to(stored, NOW).stages == stored.stages
    assert change().applied_to(stored, NOW).stages == ()
