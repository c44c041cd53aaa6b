"""The spec's table of built-in mappings, and what a tenant makes of it."""

import pytest

from services.common.records import RecordKind
from services.qualification.mapping import ACCOUNT, BUILT_IN, CONTACT, OPPORTUNITY, mapped, mappings


@pytest.mark.parametrize(
    ("kind", "lead_field", "record_field"),
    [
        (OPPORTUNITY, "subject", "name"),
        (ACCOUNT, "company_name", "name"),
        (ACCOUNT, "website", "website"),
        (ACCOUNT, "telephone1", "address1_telephone1"),
        (ACCOUNT, "address1_city", "address1_city"),
        (ACCOUNT, "address1_line1", "address1_line1"),
        (CONTACT, "first_name", "first_name"),
        (CONTACT, "last_name", "last_name"),
        (CONTACT, "job_title", "job_title"),
        (CONTACT, "mobile_phone", "mobile_phone"),
        (CONTACT, "email", "email"),
        (CONTACT, "telephone1", "telephone1"),
        (CONTACT, "address1_postal_code", "address1_postal_code"),
    ],
)
def test_a_built_in_mapping(kind: RecordKind, lead_field: str, record_field: str) -> None:
    found = mapped(kind, {lead_field: "x"}, mappings({}))
    assert {name: each.value for name, each in found.items()} == {record_field: "x"}
    assert found[record_field].source == lead_field


def test_what_no_mapping_names_goes_nowhere() -> None:
    for kind in (ACCOUNT, CONTACT, OPPORTUNITY):
        assert mapped(kind, {"favourite_colour": "green", "address1_": "x"}, mappings({})) == {}


def test_a_tenant_adds_a_mapping_and_overrides_a_built_in_one() -> None:
    used = mappings({"opportunity.budget": "budget", "account.website": "homepage"})
    assert mapped(OPPORTUNITY, {"budget": "5000"}, used)["budget"].mapping == "opportunity.budget"
    assert mapped(ACCOUNT, {"website": "a", "homepage": "b"}, used)["website"].value == "b"
    by_id = {each.id: each for each in used}
    assert by_id["account.website"].overridden
    assert by_id["account.website"].built_in
    assert not by_id["opportunity.budget"].built_in
    assert len(used) == len(BUILT_IN) + 1


def test_a_mapping_of_one_field_goes_before_that_of_a_whole_address() -> None:
    fields = {"telephone1": "the switchboard", "address1_telephone1": "the gate", "address1_city": "Odense"}
    found = mapped(ACCOUNT, fields, mappings({}))
    assert found["address1_telephone1"].value == "the switchboard"
    assert (
        mapped(ACCOUNT, {"address1_telephone1": "the gate"}, mappings({}))["address1_telephone1"].value
        == "the gate"
    )
