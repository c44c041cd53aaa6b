"""What the index knows of a record, and a record's forms as one text."""

from datetime import UTC, datetime

import pytest

from services.common.records import RecordKind, RecordRef
from services.dedupe.fields import FORM_NAMES, Forms, forms_of
from services.dedupe.index import ALL_RECORDS, hash_of, index_change, index_keys, number_of, value_hash
from services.dedupe.record import Record
from services.dedupe.record_forms import forms_from_text, forms_text

MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
FULL = {
    "first_name": "Regina",
    "last_name": "Murphy",
    "email": "regina@contoso.com",
    "phone": "+1 555 010 4477",
    "company": "Contoso Inc",
    "address": "1 Main Street",
    "city": "Århus",
    "postal_code": "8000",
    "birth_date": "1980-02-03",
    "national_id": "030280-1234",
}


def record(record_id: str = "a", merge_id: str = "", **fields: str) -> Record:
    return Record(
        RecordRef(RecordKind.LEAD, record_id),
        fields,
        forms_of(fields),
        False,
        None,
        MOMENT,
        MOMENT,
        merge_id=merge_id,
    )


def no_codes(_record: Record) -> list[str]:
    return []


@pytest.mark.parametrize(
    "fields", [{}, FULL, {"city": "Oslo"}, {"company": "有限公司北京"}, {"national_id": "x\x1fy"}]
)
def test_forms_are_read_as_they_were_written(fields: dict[str, str]) -> None:
    forms = forms_of(fields)
    assert forms_from_text(forms_text(forms)) == forms


def test_each_form_keeps_its_place() -> None:
    for name in FORM_NAMES:
        assert forms_from_text(forms_text(Forms(**{name: "x"}))) == Forms(**{name: "x"})


def test_a_hash_is_a_signed_number_of_64_bits() -> None:
    assert hash_of("lead|a") == number_of(RecordRef(RecordKind.LEAD, "a"))
    assert {hash_of(str(number)) < 0 for number in range(100)} == {True, False}
    assert all(-(2**63) <= hash_of(str(number)) < 2**63 for number in range(100))


def test_a_new_record_comes_with_its_keys_and_counts() -> None:
    one = record(**FULL)
    change = index_change([], [one], no_codes, no_codes)
    assert {number for _, number in change.added} == {number_of(one.ref)}
    assert len(change.added) == len(index_keys(one.forms))
    assert not change.removed
    assert change.counts[ALL_RECORDS] == change.counts[value_hash("email", "regina@contoso.com")] == 1


def test_what_stays_the_same_is_not_written() -> None:
    before, after = record(**FULL), record(**FULL | {"city": "Oslo"})
    change = index_change([before], [after], no_codes, no_codes)
    assert 0 < len(change.added) < len(index_keys(after.forms)) / 2
    assert set(change.counts) == {value_hash("city", "arhus"), value_hash("city", "oslo")}
    assert index_change([before], [before], no_codes, no_codes).counts == {}


def test_a_merged_record_is_not_in_the_index() -> None:
    change = index_change([record(**FULL)], [record(merge_id="m", **FULL)], no_codes, no_codes)
    assert not change.added
    assert set(change.counts.values()) == {-1}
    assert {key for key, _ in change.removed} == {hash_of(key) for key in index_keys(record(**FULL).forms)}


def test_a_record_without_forms_has_match_codes_all_the_same() -> None:
    bare = record(vat="DK 1")
    change = index_change([], [bare], lambda each: [f"rule|{each.fields['vat']}"], no_codes)
    assert change.added == {(hash_of("rule|DK 1"), number_of(bare.ref))}
    assert not change.counts
