"""A person in every table: exported whole; after an erasure no file has them and nobody is told of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from leadlight.common.v1 import subject_pb2
from leadlight.qualification.v1 import delivery_pb2, lead_pb2, summary_pb2

from tests.contract.served import Client, served
from tests.integration.qualification.conftest import PEERS
from tests.integration.qualification.world import choices, create, lead, qualify, ref, upsert
from tests.integration.subjects.test_erasure import EMAIL, NAME, PHONE, erase, exported, traces

S = "QualificationService."
NOWHERE = {f"{name}_address": "127.0.0.1:1" for name in PEERS}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A service full of the person, whom it met as a lead and in the words of another."""
    with served("qualification", tmp_path, run_operations=False, **NOWHERE) as running:
        client = running.client()
        own = lead("Q", first_name="Zephyrine", last_name="Quoll", email=EMAIL, mobile_phone=PHONE)
        other = lead("M", subject=f"Robots for {NAME}", referred_by=EMAIL)
        for each in (own, other):
            client.call(f"{S}UpsertLead", upsert(each))
            chosen = choices(account=create(f"A-{each.id}"))
            client.call(f"{S}Qualify", qualify(each.id, chosen, ignore_duplicates=True))
        yield client


def test_the_export_names_everything(client: Client) -> None:
    found = exported(client)
    assert {each.resource for each in found} == {"lead", "qualification", "timeline_entry", "delivery"}
    assert all(each.name and each.data.fields for each in found)


def test_after_an_erasure_no_file_has_a_trace(client: Client, tmp_path: Path) -> None:
    assert traces(tmp_path)
    counted = erase(client, validate_only=True)
    assert erase(client) == counted
    assert counted["lead"] == (1, 1)
    assert not exported(client)
    assert not traces(tmp_path)
    assert erase(client) == {}


def test_others_stay_and_of_the_person_nobody_is_told(client: Client) -> None:
    erase(client)
    assert client.refused(f"{S}GetLead", lead_pb2.GetLeadRequest(id="Q")).code == "NOT_FOUND"
    assert client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id="M")).fields["first_name"] == "Ingrid"
    left = client.call(f"{S}ListDeliveries", delivery_pb2.ListDeliveriesRequest()).deliveries
    assert "Q" not in {each.ref.id for each in left}
    assert {"M", "A-Q", "A-M"} <= {each.ref.id for each in left}


def test_a_person_called_as_something_is_called_here(client: Client) -> None:
    """A state that was masked could not be read again, and held up all deliveries behind it."""

    def everything() -> tuple[object, ...]:
        return (
            list(client.call(f"{S}ListDeliveries", delivery_pb2.ListDeliveriesRequest()).deliveries),
            client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id="M")),
            client.call(f"{S}ListTimeline", summary_pb2.ListTimelineRequest(ref=ref("M"))),
        )

    before = everything()
    names = ["Open", "Qualified", "Moved", "Create", "En"]
    request = subject_pb2.EraseSubjectRequest(subject=subject_pb2.Subject(names=names))
    assert not client.call("SubjectService.EraseSubject", request).resources
    assert everything() == before


def test_who_became_a_contact_is_found_by_it(client: Client) -> None:
    contact = client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id="Q")).qualification.contact
    request = subject_pb2.EraseSubjectRequest(subject=subject_pb2.Subject(records=[contact]))
    client.call("SubjectService.EraseSubject", request)
    assert client.refused(f"{S}GetLead", lead_pb2.GetLeadRequest(id="Q")).code == "NOT_FOUND"
