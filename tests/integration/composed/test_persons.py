"""ExportPerson and ErasePerson over the whole suite: all of a person, no trace afterwards, and nobody else."""

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import subject_pb2
from leadlight.conversation.v1 import call_pb2
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2, privacy_pb2, worklist_pb2
from leadlight.notes.v1 import note_pb2

from services.gateway.reports import subject_digest
from tests.contract import conversation_cases as conversation
from tests.contract.served import Client, Served, served
from tests.integration.composed.suite import CONTACT, LEAD, NOBODY, Suite, ingest, item, ref, suite
from tests.integration.gateway.conftest import GENEROUS
from tests.integration.notes import world as notes
from tests.integration.qualification.world import lead
from tests.integration.relationship import world as relationship
from tests.integration.scoring.world import record
from tests.integration.working import eventually

NAME, EMAIL, PHONE = "Zephyrine Quoll", "Zephyrine.Quoll@Customer.example", "+45 20 77 88 99"
TRACES = (b"zephyrine", b"quoll", b"20778899", b"20 77 88 99")
SWITCHBOARD, COLLEAGUE = "+45 70 11 22 33", "Ottilie Marsh"
DONE, RUNNING = privacy_pb2.ERASURE_STATE_DONE, privacy_pb2.ERASURE_STATE_RUNNING
WHOM = subject_pb2.Subject(emails=[EMAIL])
SERVICES = {"scoring", "relationship", "dedupe", "qualification", "conversation", "notes", "gateway"}


def person(record_id: str, kind: int, name: str, **fields: str) -> matched_pb2.Record:
    first, last = name.split()
    return matched_pb2.Record(
        ref=ref(record_id, kind), fields={"first_name": first, "last_name": last, **fields}
    )


def fill(client: Client) -> None:
    """The person in every service, and a colleague at the same switchboard."""
    own_call = conversation.changed(
        id="own",
        participants=[
            conversation.CALL.participants[0],
            call_pb2.Participant(id="c", side=call_pb2.CALL_SIDE_CUSTOMER, name=NAME, address=EMAIL),
        ],
    )
    ingest(
        client,
        item(
            record=ingest_pb2.IngestedRecord(
                scored=record("1042", {"contact": NAME, "mail": EMAIL}),
                matched=person("1042", LEAD, NAME, email=EMAIL, phone=PHONE, mobile_phone=SWITCHBOARD),
                related=relationship.record("1042", LEAD, display_name=NAME, addresses=[EMAIL, PHONE]),
                lead=lead("1042", first_name="Zephyrine", last_name="Quoll", email=EMAIL, mobile_phone=PHONE),
            )
        ),
        item(record=ingest_pb2.IngestedRecord(matched=person("77", CONTACT, NAME, phone=PHONE))),
        item(record=ingest_pb2.IngestedRecord(matched=person("78", CONTACT, COLLEAGUE, phone=SWITCHBOARD))),
        item(activity=relationship.activity(relationship.ADA, EMAIL, subject=f"For {NAME}")),
        item(call=conversation.create(own_call)),
        item(note=notes.create(f"I'll call {COLLEAGUE} and {NAME} by Friday at {PHONE}.", "both")),
        item(note=notes.create("Call her about pricing on Thursday.", "hers", ref=ref("1042"))),
    )
    for seller, marked in (
        ("ada", "new_a_lead:scoring:records/lead/1042"),
        (EMAIL, "new_a_lead:scoring:records/lead/5"),
        ("ada", "new_a_lead:scoring:records/lead/10421"),
    ):
        client.call(
            "WorklistService.SnoozeWorklistItem",
            worklist_pb2.SnoozeWorklistItemRequest(
                id=marked, seller=seller, until_time=Timestamp(seconds=int(time.time()) + 9999)
            ),
        )


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Suite]:
    """A suite of its own, whose files are all about this person."""
    with suite(tmp_path) as running:
        fill(running.through("acme"))
        yield running


def traces(folder: Path) -> dict[str, list[bytes]]:
    """Words of the person in any file of any service: databases, their logs, tables, models, audit."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and (words := [word for word in TRACES if word in path.read_bytes().lower()]):
            found[str(path.relative_to(folder))] = words
    return found


def exported(client: Client, subject: subject_pb2.Subject = WHOM) -> list[privacy_pb2.ExportPersonResponse]:
    answers: list[privacy_pb2.ExportPersonResponse] = client.call(
        "PrivacyService.ExportPerson", privacy_pb2.ExportPersonRequest(subject=subject)
    )
    return answers


def erase(client: Client, subject: subject_pb2.Subject = WHOM, **more: Any) -> privacy_pb2.Erasure:
    erasure: privacy_pb2.Erasure = client.call(
        "PrivacyService.ErasePerson", privacy_pb2.ErasePersonRequest(subject=subject, **more)
    )
    return erasure


def counts(erasure: privacy_pb2.Erasure) -> dict[str, dict[str, tuple[int, int]]]:
    return {
        each.service: {
            found.resource: (found.deleted_count, found.masked_count) for found in each.erased.resources
        }
        for each in erasure.services
    }


def verified(report: str, gateway: Served) -> dict[str, Any]:
    """The claims of a report, checked with the key that the gateway publishes."""
    url = f"http://127.0.0.1:{gateway.http_port}/.well-known/jwks.json"
    keys = {each["kid"]: jwt.PyJWK(each) for each in httpx.get(url).raise_for_status().json()["keys"]}
    key = keys[jwt.get_unverified_header(report)["kid"]]
    claims: dict[str, Any] = jwt.decode(report, key, ["EdDSA"], issuer="leadlight.gateway")
    return claims


def test_one_address_finds_all_and_leaves_no_trace(own: Suite, capfd: pytest.CaptureFixture[str]) -> None:
    client = own.through("acme")
    held = exported(client)
    assert not [each for each in held if each.HasField("status")]
    assert {each.service for each in held} == SERVICES
    # What the address alone would not have led to: the number's other record, the name in a note, the lead's note.
    names = {(each.service, each.name) for each in held}
    assert {("dedupe", "contact/77"), ("notes", "notes/both"), ("notes", "notes/hers")} <= names
    assert ("dedupe", "contact/78") not in names
    assert any(traces(own.folder / name) for name in SERVICES)

    rehearsed = erase(client, validate_only=True)
    assert (rehearsed.name, rehearsed.report) == ("", "")
    assert len(exported(client)) == len(held)
    request_id = str(uuid.uuid4())
    done = erase(client, request_id=request_id)
    assert done.state == DONE
    assert counts(done) == counts(rehearsed)
    assert all(counts(done)[service] for service in SERVICES)
    assert counts(done)["gateway"] == {"worklist_mark": (2, 0)}
    assert traces(own.folder) == {}
    # What the services wrote to their logs: they run in this process.
    log = "".join(capfd.readouterr()).lower().encode()
    assert not [word for word in TRACES if word in log]
    assert [each for each in exported(client) if not each.HasField("status")] == []
    dedupe = own.through("acme", "dedupe")
    colleague = dedupe.call("DedupeService.GetRecord", matched_pb2.GetRecordRequest(ref=ref("78", CONTACT)))
    assert dict(colleague.fields) == {"first_name": "Ottilie", "last_name": "Marsh", "phone": SWITCHBOARD}
    note = own.through("acme", "notes").call(
        "NotesService.GetNote", note_pb2.GetNoteRequest(name="notes/both")
    )
    assert COLLEAGUE in note.text

    again = erase(client, request_id=request_id)
    assert again == done
    claims = verified(done.report, own.gateway)
    assert claims["sub"] == done.name
    assert (claims["tenant"], claims["asked_by"]) == ("acme", "tester")
    assert claims["subject_digest"] == done.subject_digest
    assert claims["subject_digest"] == subject_digest(
        done.name.removeprefix("erasures/"), {"emails": [EMAIL]}
    )
    assert claims["services"].keys() == SERVICES
    with pytest.raises(jwt.InvalidSignatureError):
        verified(done.report[:-8] + "AAAAAAAA", own.gateway)
    seen = client.call("PrivacyService.GetErasure", privacy_pb2.GetErasureRequest(name=done.name))
    assert seen == done
    second = erase(client, subject_pb2.Subject(names=["Nobody Atall"]))
    listed = client.call("PrivacyService.ListErasures", privacy_pb2.ListErasuresRequest(page_size=1))
    assert [each.name for each in listed.erasures] == [second.name]
    rest = privacy_pb2.ListErasuresRequest(page_size=1, page_token=listed.next_page_token)
    assert list(client.call("PrivacyService.ListErasures", rest).erasures) == [done]
    others = own.through("another")
    missing = others.refused("PrivacyService.GetErasure", privacy_pb2.GetErasureRequest(name=done.name))
    assert missing.code == "NOT_FOUND"
    assert not others.call("PrivacyService.ListErasures", privacy_pb2.ListErasuresRequest()).erasures
    audit = own.folder / "gateway" / "audit" / "gateway.jsonl"
    assert [
        line for line in map(json.loads, audit.read_text().splitlines()) if "ErasePerson" in line["method"]
    ]


def test_a_service_that_is_down_confirms_later(own: Suite, tmp_path: Path) -> None:
    """Notes are down when it is asked for; once they are back the gateway's runner goes on by itself."""
    folder = tmp_path / "second"
    folder.mkdir()
    there = {f"{name}_address": each.address for name, each in own.services.items() if name != "gateway"}
    away = there | {"notes_address": NOBODY}
    with served("gateway", folder, **away, **GENEROUS, run_operations=False) as gateway:
        client = gateway.client("acme")
        held = exported(client)
        assert [each.service for each in held if each.HasField("status")] == ["notes"]
        begun = erase(client)
        assert (begun.state, begun.report) == (RUNNING, "")
        assert {each.service for each in begun.services if each.HasField("status")} == {"notes"}
        assert not traces(own.folder / "dedupe")
        assert traces(own.folder / "notes")
    with served("gateway", folder, **there, **GENEROUS) as gateway:
        client = gateway.client("acme")
        asked = privacy_pb2.GetErasureRequest(name=begun.name)
        eventually(lambda: client.call("PrivacyService.GetErasure", asked).state == DONE, timeout_s=60)
        done = client.call("PrivacyService.GetErasure", asked)
        assert counts(done)["notes"]
        assert not traces(own.folder / "notes")
        assert not traces(folder)
        assert verified(done.report, gateway)["services"].keys() == SERVICES


def test_nothing_is_erased_while_nobody_knows_who_is_meant(own: Suite, tmp_path: Path) -> None:
    there = {f"{name}_address": each.address for name, each in own.services.items() if name != "gateway"}
    folder = tmp_path / "second"
    folder.mkdir()
    with served("gateway", folder, **there | {"dedupe_address": NOBODY}, **GENEROUS) as gateway:
        client = gateway.client("acme")
        refused = client.refused("PrivacyService.ErasePerson", privacy_pb2.ErasePersonRequest(subject=WHOM))
        assert (refused.code, refused.reason) == ("UNAVAILABLE", "PEER_UNAVAILABLE")
        assert not client.call("PrivacyService.ListErasures", privacy_pb2.ListErasuresRequest()).erasures
        held = exported(client)
        # Not whole, and says so, though the services that are there gave what they know the address by.
        assert {each.service for each in held if each.HasField("status")} == {"dedupe"}
        assert {each.service for each in held} >= {"relationship", "qualification"}
    assert traces(own.folder / "notes")
