"""A person in every table of a service: the export has them whole, and after an erasure no file has them."""

import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

# `tests.contract.served` by its name.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pyarrow as pa
import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.common.v1 import subject_pb2
from leadlight.conversation.v1 import call_pb2, call_service_pb2
from leadlight.dedupe.v1 import merge_pb2
from leadlight.notes.v1 import suggestion_pb2
from leadlight.relationship.v1 import capture_pb2, engagement_pb2, tie_pb2
from leadlight.scoring.v1 import dataset_pb2

from tests.contract import conversation_cases as conversation
from tests.contract.served import Client, served
from tests.integration.dedupe import world as dedupe
from tests.integration.notes import world as notes
from tests.integration.relationship import world as relationship
from tests.integration.scoring import world as scoring

NAME, EMAIL, PHONE = "Zephyrine Quoll", "Zephyrine.Quoll@Customer.example", "+45 20 77 88 99"
TRACES = (b"zephyrine", b"quoll", b"20778899", b"20 77 88 99")
SOMEBODY = "Ottilie Marsh"


@pytest.fixture(params=["notes", "scoring", "dedupe", "relationship", "conversation"])
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A service of its own, full of the person and of somebody else."""
    with served(request.param, tmp_path, run_operations=False) as running:
        client = running.client()
        FILLED[request.param](client)
        yield client


def fill_notes(client: Client) -> None:
    own = notes.ref("Q", common_pb2.RECORD_KIND_CONTACT)
    for text, fields in (
        (f"Call {NAME} about pricing on Thursday.", {}),
        ("I'll send her the contract by Friday.", {"ref": own}),
        (f"I'll send {SOMEBODY} the contract by Friday, copy to {EMAIL}.", {}),
        (f"I'll call {SOMEBODY} by Friday at {PHONE}.", {}),
    ):
        client.call("NotesService.CreateNote", notes.create(text, **fields))


def fill_scoring(client: Client) -> None:
    for request in (
        scoring.upsert("Q", {"contact": NAME, "budget": 5}),
        scoring.upsert("M", {"contact": SOMEBODY, "referred_by": EMAIL}),
    ):
        client.call("ScoringService.UpsertRecord", request)
    table = pa.table(
        {
            "id": ["Q", "M", "N"],
            "won": ["yes", "no", "no"],
            "contact": [NAME, SOMEBODY, f"{SOMEBODY}, {PHONE}"],
        }
    )
    written = io.BytesIO()
    with pa.ipc.new_stream(written, table.schema) as stream:
        stream.write_table(table)
    columns = dataset_pb2.DatasetColumns(id="id", label="won", positive_value="yes")
    client.call(
        "ModelService.UploadDataset",
        dataset_pb2.UploadDatasetRequest(dataset=dataset_pb2.Dataset(display_name="Past", columns=columns)),
        dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=written.getvalue()),
    )


def fill_dedupe(client: Client) -> None:
    person = {"first_name": "Zephyrine", "last_name": "Quoll"}
    dedupe.store(client, "Q", **person, email=EMAIL)
    dedupe.store(client, "Q2", **person, phone=PHONE)
    dedupe.store(client, "Q3", **person, email=EMAIL, phone=PHONE)
    dedupe.store(client, "M", first_name="Ottilie", last_name="Marsh", email="ottilie@customer.example")
    dedupe.store(client, "A", dedupe.ACCOUNT, company="Marsh & Co", email=EMAIL)
    merge = merge_pb2.MergeRecordsRequest(master=dedupe.ref("Q"), others=[dedupe.ref("Q3")])
    client.call("MergeService.MergeRecords", merge)
    dedupe.find(client, "Q")


def fill_relationship(client: Client) -> None:
    client.call(
        "RelationshipService.UpdateRelationshipSettings", relationship.settings(own_domains=["own.example"])
    )
    client.call(
        "RelationshipService.BatchUpsertRecords",
        relationship.records(
            relationship.record("Q", addresses=[EMAIL], display_name=NAME),
            relationship.record(
                "M", addresses=[relationship.LEE], display_name=f"{SOMEBODY}, friend of {NAME}"
            ),
        ),
    )
    client.call(
        "ActivityService.BatchUpsertActivities",
        relationship.batch(
            relationship.activity(relationship.ADA, EMAIL, id="with", subject="Hello"),
            relationship.activity(relationship.ADA, PHONE, kind=relationship.CALL, minutes=5, id="call"),
            relationship.activity(
                relationship.ADA, EMAIL, relationship.LEE, id="three", subject=f"{NAME} and you"
            ),
            relationship.activity(relationship.ADA, relationship.LEE, id="about", subject=f"About {NAME}"),
            relationship.activity(relationship.ADA, relationship.LEE, id="other", subject="Something else"),
        ),
    )
    out = tie_pb2.OptOut(kind=tie_pb2.OPT_OUT_KIND_PERSON, name=EMAIL, is_out=True)
    client.call("TieService.SetOptOut", tie_pb2.SetOptOutRequest(opt_out=out))
    event = engagement_pb2.EngagementEvent(
        id="e",
        activity_id="other",
        kind=engagement_pb2.ENGAGEMENT_KIND_CLICK,
        link=f"https://x.example/?to={EMAIL}",
        time=relationship.timestamp(relationship.NOON),
    )
    client.call("ActivityService.RecordEngagement", engagement_pb2.RecordEngagementRequest(events=[event]))
    seen = (
        relationship.activity(relationship.ADA, EMAIL, id="seen", subject="Hello again"),
        relationship.activity(relationship.ADA, relationship.LEE, id="of-her", subject=f"About {NAME}"),
        relationship.activity(
            relationship.ADA, relationship.LEE, id="of-others", subject=f"About {SOMEBODY}"
        ),
    )
    captured = [capture_pb2.CapturedActivity(activity=each) for each in seen]
    client.call("CaptureService.OfferActivities", capture_pb2.OfferActivitiesRequest(captured=captured))
    ignored = relationship.activity(relationship.ADA, EMAIL, id=f"ignored.{EMAIL}")
    captured = [capture_pb2.CapturedActivity(activity=ignored)]
    client.call("CaptureService.OfferActivities", capture_pb2.OfferActivitiesRequest(captured=captured))
    client.call("CaptureService.IgnoreOffers", capture_pb2.IgnoreOffersRequest(activity_ids=[ignored.id]))
    never = capture_pb2.CaptureExclusion(kind=capture_pb2.CAPTURE_EXCLUSION_KIND_ADDRESS, name=EMAIL)
    # Somebody else: what is offered to who excludes an address is forgotten.
    replace(client, subject="another").call(
        "CaptureService.SetCaptureExclusion",
        capture_pb2.SetCaptureExclusionRequest(exclusion=never, is_excluded=True),
    )


def fill_conversation(client: Client) -> None:
    sells = call_pb2.Participant(id="ada", side=call_pb2.CALL_SIDE_SELLER, name="Ada Byrne")
    words = (f"I hate {NAME}, Zephyrine Quoll is terrible.", f"We moved from Fabrikam, ask {SOMEBODY}.")

    def keep(call_id: str, buyer: call_pb2.Participant, **fields: str) -> None:
        buyer.id = buyer.id or "buyer"
        buyer.side = call_pb2.CALL_SIDE_CUSTOMER
        said = [call_pb2.Turn(participant=each, text=text) for each in ("ada", buyer.id) for text in words]
        said[0].words.add(text="Zephyrine")
        call = conversation.changed(id=call_id, participants=[sells, buyer], turns=said, **fields)
        client.call("CallService.CreateCall", conversation.create(call))
        client.call("CommentService.CreateComment", conversation.comment(call_id, text=f"Ask {NAME}."))

    keep("by-mail", call_pb2.Participant(address=EMAIL))
    keep("by-phone", call_pb2.Participant(number=PHONE))
    keep("by-id", call_pb2.Participant(id=NAME))
    keep("by-record", call_pb2.Participant(ref=conversation.ref("Q")))
    keep("about", call_pb2.Participant(name=SOMEBODY), title=f"About {NAME}")
    client.call(
        "TrackerService.UpsertTracker", conversation.upsert(conversation.tracker("t", NAME, SOMEBODY))
    )


FILLED = {
    "notes": fill_notes,
    "scoring": fill_scoring,
    "dedupe": fill_dedupe,
    "relationship": fill_relationship,
    "conversation": fill_conversation,
}
FINDINGS = {
    "notes": (
        "NotesService.ListSuggestions",
        suggestion_pb2.ListSuggestionsRequest(parent="notes/-"),
    ),
    "conversation": ("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id="about")),
}
HELD = {
    "notes": {"note", "suggestion", "commitment"},
    "scoring": {"record", "dataset_row"},
    "dedupe": {"record"},
    "relationship": {"activity", "record", "offer", "capture_exclusion"},
    "conversation": {"call", "comment", "tracker"},
}


def subject() -> subject_pb2.Subject:
    kinds = (common_pb2.RECORD_KIND_LEAD, common_pb2.RECORD_KIND_CONTACT)
    own = [common_pb2.RecordRef(kind=kind, id="Q") for kind in kinds]
    return subject_pb2.Subject(emails=[EMAIL], phones=[PHONE], names=[NAME], records=own)


def exported(client: Client) -> Sequence[subject_pb2.ExportSubjectResponse]:
    answers: Sequence[subject_pb2.ExportSubjectResponse] = client.call(
        "SubjectService.ExportSubject", subject_pb2.ExportSubjectRequest(subject=subject())
    )
    return answers


def erase(client: Client, **more: bool) -> dict[str, tuple[int, int]]:
    answer = client.call(
        "SubjectService.EraseSubject", subject_pb2.EraseSubjectRequest(subject=subject(), **more)
    )
    return {each.resource: (each.deleted_count, each.masked_count) for each in answer.resources}


def traces(folder: Path) -> dict[str, list[bytes]]:
    """Words of the person in the service's files, as text or hidden in the bytes of a database or table."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if words := [word for word in TRACES if word in content]:
                found[path.name] = words
    return found


def test_the_export_names_everything(client: Client) -> None:
    found = exported(client)
    assert {each.resource for each in found} == HELD[client.service]
    assert all(each.name and each.data.fields for each in found)


def test_after_an_erasure_no_file_has_a_trace(client: Client, tmp_path: Path) -> None:
    assert traces(tmp_path)
    counted = erase(client, validate_only=True)
    before = exported(client)
    assert before
    assert erase(client) == counted
    assert not exported(client)
    assert not traces(tmp_path)
    assert erase(client) == {}


@pytest.mark.parametrize("client", ["notes", "conversation"], indirect=True)
def test_a_person_called_as_something_is_called_here(client: Client) -> None:
    """What a program reads of a finding stays as it is, or the finding could not be read again."""
    before = client.call(*FINDINGS[client.service])
    names = ["Org", "Person", "Words", "En", "Task", "Appointment", "Open", "Positive", "Negative", "Acme"]
    request = subject_pb2.EraseSubjectRequest(subject=subject_pb2.Subject(names=names))
    client.call("SubjectService.EraseSubject", request)
    assert client.call(*FINDINGS[client.service]) == before


def test_others_stay(client: Client) -> None:
    erase(client)
    others = subject_pb2.Subject(names=[SOMEBODY, "Ottilie"])
    left = client.call("SubjectService.ExportSubject", subject_pb2.ExportSubjectRequest(subject=others))
    assert left
