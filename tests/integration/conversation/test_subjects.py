"""What erasing a person leaves of calls; tests/integration/subjects searches the files."""

from typing import Any

from leadlight.common.v1 import record_pb2, subject_pb2
from leadlight.conversation.v1 import call_pb2, call_service_pb2
from sqlmodel import select

from services.conversation.models import CommitmentTaskRow, HomeCellRow
from tests.contract.conversation_cases import CALL, changed, comment, create, ref
from tests.contract.served import Client
from tests.integration.conversation.conftest import Conversation

ANNA, TOM = CALL.participants
MAIL = "tom@hill.example"


def keep(client: Client, call_id: str, **fields: Any) -> None:
    client.call("CallService.CreateCall", create(changed(id=call_id, **fields), team="north"))


def buyer(**fields: Any) -> list[call_pb2.Participant]:
    """Anna and whoever buys."""
    return [ANNA, call_pb2.Participant(id="c", side=call_pb2.CALL_SIDE_CUSTOMER, **fields)]


def erase(client: Client, **subject: Any) -> dict[str, tuple[int, int]]:
    request = subject_pb2.EraseSubjectRequest(subject=subject_pb2.Subject(**subject))
    answer = client.call("SubjectService.EraseSubject", request)
    return {each.resource: (each.deleted_count, each.masked_count) for each in answer.resources}


def got(client: Client, call_id: str) -> call_service_pb2.StoredCall:
    answer: call_service_pb2.StoredCall = client.call(
        "CallService.GetCall", call_service_pb2.GetCallRequest(id=call_id)
    )
    return answer


def scopes(conversation: Conversation, tenant: str) -> list[str]:
    with conversation.db.read(tenant) as session:
        return sorted(set(session.exec(select(HomeCellRow.scope))))


def test_a_call_with_others_stays_as_metadata(client: Client, conversation: Conversation) -> None:
    keep(client, "one", title="With Tom", participants=buyer(address=MAIL))
    client.call("CommentService.CreateComment", comment("one"))
    assert erase(client, emails=["TOM@hill.example"]) == {"call": (0, 1), "comment": (1, 0)}
    stored = got(client, "one")
    assert stored.removed == call_service_pb2.REMOVED_PART_FINDINGS
    assert stored.call == changed(id="one", participants=[ANNA], turns=[])
    refused = client.refused("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id="one"))
    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "FINDINGS_REMOVED")
    assert scopes(conversation, client.tenant) == []
    assert erase(client, emails=[MAIL]) == {}


def test_the_call_sent_again_does_not_bring_the_person_back(client: Client) -> None:
    keep(client, "one", participants=buyer(address=MAIL))
    erase(client, emails=[MAIL])
    keep(client, "one", participants=buyer(address=MAIL))
    assert len(got(client, "one").call.participants) == 1
    assert not got(client, "one").call.turns


def test_a_call_of_nobody_else_is_gone(client: Client) -> None:
    keep(client, "one", participants=[TOM], turns=CALL.turns[1:])
    assert erase(client, names=["tom hill"]) == {"call": (1, 0)}
    missing = client.refused("CallService.GetCall", call_service_pb2.GetCallRequest(id="one"))
    assert missing.code == "NOT_FOUND"


def test_a_person_is_known_by_number_and_record_and_by_what_the_call_is_about(client: Client) -> None:
    keep(client, "number", participants=buyer(number="+45 20 77 88 99"))
    keep(client, "record", participants=buyer(ref=ref("Q")))
    keep(client, "about", participants=buyer(), regarding=ref("Q"))
    keep(client, "other", participants=buyer(ref=ref("R")), regarding=ref("Q"))
    assert erase(client, phones=["20778899"], records=[ref("Q")]) == {"call": (0, 3)}
    assert not got(client, "about").call.HasField("regarding")
    assert got(client, "other").call.turns


def test_numbers_by_a_seller_go_with_the_seller(client: Client, conversation: Conversation) -> None:
    keep(client, "one")
    keep(client, "two", participants=[call_pb2.Participant(id="s", side=ANNA.side), TOM])
    assert erase(client, names=["Anna Berg"]) == {"call": (0, 1)}
    # Another transcript may call somebody else "s", and who is not told apart is forgotten too.
    assert scopes(conversation, client.tenant) == ["all", "team"]


def test_whoever_is_named_in_a_call_of_others_is_masked(client: Client) -> None:
    said = "We met Tom Hill, Tom Hill is great."
    keep(client, "one", participants=buyer(), turns=[call_pb2.Turn(participant="c", text=said)])
    assert erase(client, names=["Tom Hill"]) == {"call": (0, 1)}
    assert got(client, "one").call.turns[0].text == "We met ••••••••, •••••••• is great."
    found = client.call("CallService.GetAnalysis", call_service_pb2.GetAnalysisRequest(id="one"))
    assert "hill" not in str(found).lower()
    assert found.turn_sentiments


def test_the_notes_service_is_told(client: Client, conversation: Conversation) -> None:
    deal = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_OPPORTUNITY, id="d")
    keep(client, "one", participants=buyer(address=MAIL), regarding=deal)
    erase(client, emails=[MAIL])
    with conversation.db.read(client.tenant) as session:
        (task,) = session.exec(select(CommitmentTaskRow))
    assert (task.call_id, task.ref_kind, task.ref_id) == ("one", "opportunity", "d")


def test_the_export_has_what_they_said_and_nothing_of_the_others(client: Client) -> None:
    keep(client, "one", participants=buyer(address=MAIL))
    request = subject_pb2.ExportSubjectRequest(subject=subject_pb2.Subject(emails=[MAIL]))
    (item,) = client.call("SubjectService.ExportSubject", request)
    assert (item.resource, item.name) == ("call", "calls/one")
    assert [each["text"] for each in item.data["turns"]] == [CALL.turns[1].text]
    assert [each["address"] for each in item.data["participants"]] == [MAIL]
    (tone,) = item.data["findings"]["sentiments"]
    assert tone["tone"] == "positive"
    assert list(item.data["findings"]["speech"]) == ["c"]
    assert "Good morning" not in str(item.data)
