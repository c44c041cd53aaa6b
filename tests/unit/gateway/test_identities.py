"""Who somebody is: what records add to an address, and what they must not."""

from collections.abc import Iterator
from typing import Any

from services.gateway.identities import Known, known

ANNA = Known(
    "contact",
    "1",
    {"first_name": "Anna", "last_name": "Berg", "email": "anna@a.example", "phone": "+45 20 12 34 56"},
)
AGAIN = Known(
    "lead", "9", {"first_name": "ANNA", "last_name": "Berg", "email": "a.berg@b.example", "phone": "20123456"}
)
BO = Known(
    "contact", "2", {"first_name": "Bo", "last_name": "Lund", "email": "bo@a.example", "phone": "20 12 34 56"}
)
FANG = Known("lead", "3", {"first_name": "芳", "last_name": "王", "email": "fang@c.example"})


def crm(*records: Known) -> Any:
    """Finds as dedupe does: whoever a subject names."""

    def find(subject: dict[str, Any]) -> Iterator[Known]:
        def digits(text: str) -> str:
            return "".join(each for each in text if each.isdigit())[-8:]

        for record in records:
            values = [value.lower() for value in record.fields.values()]
            refs = [each["id"] for each in subject.get("records", [])]
            if (
                any(each.lower() in values for each in subject.get("emails", []))
                or any(digits(each) in map(digits, values) for each in subject.get("phones", []))
                or record.record_id in refs
            ):
                yield record

    return find


def test_an_address_finds_the_rest() -> None:
    found = known({"emails": ["Anna@a.example"]}, crm(ANNA, FANG))
    assert found["names"] == ["Anna Berg"]
    assert found["phones"] == ["+45 20 12 34 56"]
    assert found["records"] == [{"kind": "RECORD_KIND_CONTACT", "id": "1"}]


def test_a_number_of_theirs_finds_the_same_person_again() -> None:
    found = known({"emails": ["anna@a.example"]}, crm(ANNA, AGAIN))
    assert [each["id"] for each in found["records"]] == ["1", "9"]


def test_a_shared_number_leads_to_nobody_else() -> None:
    found = known({"emails": ["anna@a.example"]}, crm(ANNA, BO))
    assert "phones" not in found
    assert [each["id"] for each in found["records"]] == ["1"]
    assert found["names"] == ["Anna Berg"]


def test_a_record_finds_its_addresses() -> None:
    found = known({"records": [{"kind": "RECORD_KIND_LEAD", "id": "3"}]}, crm(ANNA, FANG))
    assert found["emails"] == ["fang@c.example"]
    assert found["names"] == ["芳 王", "王芳"]


def test_what_the_caller_gave_stays_whatever_is_found() -> None:
    given = {"names": ["Nobody Known"], "phones": ["+1 202 555 0199"]}
    assert known(given, crm(ANNA)) == given
