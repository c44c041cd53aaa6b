"""Planned, committed whole, taken back: with the real services that are asked and told."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import record_pb2 as dedupe_pb2
from leadlight.notes.v1 import note_pb2
from leadlight.qualification.v1 import (
    delivery_pb2,
    lead_pb2,
    plan_pb2,
    qualification_pb2,
    settings_pb2,
    summary_pb2,
)
from leadlight.relationship.v1 import activity_pb2
from leadlight.relationship.v1 import record_pb2 as relationship_pb2
from leadlight.scoring.v1 import record_pb2 as scoring_pb2

from tests.contract.served import Client
from tests.integration.qualification.conftest import Suite
from tests.integration.qualification.world import (
    ACCOUNT,
    CONTACT,
    FIELDS,
    OPPORTUNITY,
    SKIP,
    choices,
    create,
    existing,
    lead,
    qualify,
    ref,
    settings,
    upsert,
    values,
)
from tests.integration.working import eventually

S = "QualificationService."


def stored(client: Client, **fields: str) -> str:
    answer = client.call(f"{S}UpsertLead", upsert(lead(**fields)))
    return str(answer.id)


def state(client: Client, lead_id: str) -> lead_pb2.Lead:
    answer: lead_pb2.Lead = client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id=lead_id))
    return answer


def plan(client: Client, lead_id: str, **chosen: Any) -> plan_pb2.QualificationPlan:
    request = plan_pb2.PlanQualificationRequest(id=lead_id, choices=choices(**chosen))
    answer: plan_pb2.QualificationPlan = client.call(f"{S}PlanQualification", request)
    return answer


def delivered(client: Client) -> None:
    """Waits until the outbox of the tenant is empty."""
    request = delivery_pb2.ListDeliveriesRequest()
    eventually(lambda: not client.call(f"{S}ListDeliveries", request).deliveries)


def unqualify(lead_id: str) -> qualification_pb2.UnqualifyRequest:
    return qualification_pb2.UnqualifyRequest(id=lead_id)


def test_qualify_commits_exactly_what_was_planned(client: Client) -> None:
    lead_id = stored(client)
    planned = plan(client, lead_id)
    assert state(client, lead_id).state == lead_pb2.LEAD_STATE_OPEN
    assert not planned.problems
    made = client.call(f"{S}Qualify", qualify(lead_id))
    assert list(made.created) == [planned.account, planned.contact, *planned.opportunities]
    assert (made.account, made.contact) == (planned.account.ref, planned.contact.ref)
    assert made.carried_over_from == ref(lead_id)
    after = state(client, lead_id)
    assert (after.state, after.process_stage) == (lead_pb2.LEAD_STATE_QUALIFIED, planned.stage_after)
    assert after.qualification == made
    assert planned.stage_after == "Develop"


def test_without_an_opportunity_the_stage_does_not_move(client: Client) -> None:
    lead_id = stored(client)
    made = client.call(f"{S}Qualify", qualify(lead_id, choices(opportunities=[SKIP])))
    assert not made.opportunities
    assert not made.HasField("carried_over_from")
    after = state(client, lead_id)
    assert (after.state, after.process_stage) == (lead_pb2.LEAD_STATE_QUALIFIED, "Qualify")


def test_several_opportunities_up_to_five(client: Client) -> None:
    client.call(f"{S}UpdateQualificationSettings", settings(several_opportunities=True))
    lead_id = stored(client)
    deals = [create(f"{lead_id}-{n}", name=f"Deal {n}") for n in range(6)]
    refused = client.refused(f"{S}Qualify", qualify(lead_id, choices(opportunities=deals)))
    assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["choices.opportunities"])
    assert state(client, lead_id).state == lead_pb2.LEAD_STATE_OPEN
    made = client.call(f"{S}Qualify", qualify(lead_id, choices(opportunities=deals[:5])))
    assert [each.id for each in made.opportunities] == [f"{lead_id}-{n}" for n in range(5)]
    assert [each.primary for each in made.created if each.ref.kind == OPPORTUNITY] == [True] + [False] * 4


def test_a_request_that_chooses_what_is_automatic_is_refused(client: Client) -> None:
    automatic = settings(account_mode=settings_pb2.RECORD_MODE_AUTOMATIC)
    client.call(f"{S}UpdateQualificationSettings", automatic)
    lead_id = stored(client)
    refused = client.refused(f"{S}Qualify", qualify(lead_id, choices(account=existing("A-1"))))
    assert (refused.reason, refused.metadata["lead"]) == ("CONFIGURATION_FORBIDS", lead_id)
    assert client.call(f"{S}Qualify", qualify(lead_id)).account.id


def test_missing_stage_fields_are_planned_and_refused(client: Client) -> None:
    stage = settings_pb2.ProcessStage(name="Qualify", required_fields=["budget"])
    client.call(f"{S}UpdateQualificationSettings", settings(stages=[stage]))
    lead_id = stored(client)
    (problem,) = plan(client, lead_id).problems
    assert (problem.reason, list(problem.missing_fields)) == ("STAGE_FIELDS_MISSING", ["budget"])
    refused = client.refused(f"{S}Qualify", qualify(lead_id, ignore_duplicates=True))
    assert (refused.reason, refused.metadata["fields"]) == ("STAGE_FIELDS_MISSING", "budget")


def test_mappings_of_the_tenant_show_in_the_plan(client: Client) -> None:
    mapping = settings_pb2.FieldMapping(kind=OPPORTUNITY, target_field="need", source_field="wish")
    added = client.call(f"{S}CreateFieldMapping", settings_pb2.CreateFieldMappingRequest(mapping=mapping))
    changed = settings_pb2.UpdateFieldMappingRequest(
        name="fieldMappings/account.website", source_field="homepage"
    )
    assert client.call(f"{S}UpdateFieldMapping", changed).overridden
    lead_id = stored(client, wish="welding", homepage="https://other.example")
    planned = plan(client, lead_id)
    assert values(planned.opportunities[0])["need"] == "welding"
    assert values(planned.account)["website"] == "https://other.example"
    for name in ("account.website", "account.address1_*", "opportunity.parent_account"):
        request = settings_pb2.DeleteFieldMappingRequest(name=f"fieldMappings/{name}")
        assert client.refused(f"{S}DeleteFieldMapping", request).reason == "MAPPING_BUILT_IN"
    client.call(f"{S}DeleteFieldMapping", settings_pb2.DeleteFieldMappingRequest(name=added.name))
    assert "need" not in values(plan(client, lead_id).opportunities[0])


def test_duplicates_are_told_apart_and_one_is_chosen(client: Client) -> None:
    first = stored(client)
    made = client.call(f"{S}Qualify", qualify(first))
    delivered(client)
    second = stored(client, subject="Two more robots")
    planned = plan(client, second)
    assert [each.ref for each in planned.lead_duplicates] == [ref(first)]
    (account,) = planned.account.duplicates
    assert account.ref == made.account
    assert account.fields["website"] == "https://nordlys.example"
    assert account.probability > 0.5
    assert account.reasons
    (contact,) = planned.contact.duplicates
    assert contact.ref == made.contact
    assert {each.reason for each in planned.problems} == {"DUPLICATE_FOUND"}
    refused = client.refused(f"{S}Qualify", qualify(second))
    assert (refused.reason, refused.metadata["duplicates"]) == ("DUPLICATE_FOUND", first)
    chosen = choices(account=existing(made.account.id), contact=existing(made.contact.id))
    linked = client.call(f"{S}Qualify", qualify(second, chosen, ignore_duplicates=True))
    assert (linked.account, linked.contact) == (made.account, made.contact)
    (deal,) = linked.created
    assert values(deal)["parent_account"] == made.account.id


def test_a_copy_of_an_opportunity_is_refused(client: Client) -> None:
    chosen = choices(account=existing("A-1"), contact=existing("C-1"))
    client.call(f"{S}Qualify", qualify(stored(client), chosen))
    delivered(client)
    # The same deal out of a lead that nothing else says is the same.
    second = client.call(
        f"{S}UpsertLead", upsert(lead(without=tuple(FIELDS), subject=FIELDS["subject"], last_name="Ek"))
    ).id
    refused = client.refused(f"{S}Qualify", qualify(second, chosen))
    assert (refused.reason, refused.metadata["kind"]) == ("DUPLICATE_FOUND", "opportunity")
    assert "not created because a copy exists" in refused.message
    client.call(f"{S}Qualify", qualify(second, chosen, ignore_duplicates=True))


def test_inactive_records_are_left_out_where_the_tenant_says_so(
    suite: Suite, client: Client, tenant: str
) -> None:
    retired = dedupe_pb2.Record(
        ref=ref("A-9", ACCOUNT),
        fields={"company": "Nordlys Robotics ApS", "phone": "+45 70 10 20 30", "city": "Odense"},
        inactive=True,
    )
    suite.client("dedupe", tenant).call(
        "DedupeService.UpsertRecord", dedupe_pb2.UpsertRecordRequest(record=retired)
    )
    lead_id = stored(client)
    assert [each.ref.id for each in plan(client, lead_id).account.duplicates] == ["A-9"]
    client.call(f"{S}UpdateQualificationSettings", settings(exclude_inactive_duplicates=True))
    assert not plan(client, lead_id).account.duplicates


def test_of_two_at_once_exactly_one_wins(client: Client) -> None:
    lead_id = stored(client)
    outcomes: list[str] = []
    begin = threading.Barrier(4)

    def attempt() -> None:
        begin.wait(20)
        try:
            client.call(f"{S}Qualify", qualify(lead_id, ignore_duplicates=True))
            outcomes.append("OK")
        except Exception as error:
            outcomes.append(str(error.code().name))  # type: ignore[attr-defined]

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes.count("OK") == 1
    assert set(outcomes) <= {"OK", "FAILED_PRECONDITION", "ABORTED"}
    assert state(client, lead_id).qualification.number == 1


def test_a_repeated_request_gets_its_first_answer(client: Client) -> None:
    lead_id = stored(client)
    request = qualify(lead_id, request_id=str(uuid.uuid4()))
    first = client.call(f"{S}Qualify", request)
    assert client.call(f"{S}Qualify", request) == first
    assert client.refused(f"{S}Qualify", qualify(lead_id)).reason == "LEAD_NOT_OPEN"


def test_what_was_created_reaches_the_other_services(suite: Suite, client: Client, tenant: str) -> None:
    lead_id = stored(client)
    made = client.call(f"{S}Qualify", qualify(lead_id))
    delivered(client)
    dedupe, relationship, scoring = (
        suite.client(name, tenant) for name in ("dedupe", "relationship", "scoring")
    )
    account = dedupe.call("DedupeService.GetRecord", dedupe_pb2.GetRecordRequest(ref=made.account))
    assert account.fields["company"] == "Nordlys Robotics ApS"
    contact = dedupe.call("DedupeService.GetRecord", dedupe_pb2.GetRecordRequest(ref=made.contact))
    assert contact.parent == made.account
    assert dedupe.call("DedupeService.GetRecord", dedupe_pb2.GetRecordRequest(ref=ref(lead_id))).inactive
    (deal,) = made.opportunities
    related = relationship.call("RelationshipService.GetRecord", relationship_pb2.GetRecordRequest(ref=deal))
    assert (related.account, related.primary_contact, related.stage) == (
        made.account.id,
        made.contact.id,
        "Develop",
    )
    moved = relationship.call(
        "RelationshipService.GetRecord", relationship_pb2.GetRecordRequest(ref=ref(lead_id))
    )
    assert moved.state == relationship_pb2.RECORD_STATE_QUALIFIED
    scored = scoring.call("ScoringService.GetRecord", scoring_pb2.GetRecordRequest(ref=ref(lead_id)))
    assert scored.outcome == scoring_pb2.OUTCOME_POSITIVE
    assert scored.HasField("close_time")
    opened = scoring.call("ScoringService.GetRecord", scoring_pb2.GetRecordRequest(ref=deal))
    assert opened.outcome == scoring_pb2.OUTCOME_UNSPECIFIED


def test_a_lead_that_is_given_up_trains_as_negative_and_opens_again(
    suite: Suite, client: Client, tenant: str
) -> None:
    scoring = suite.client("scoring", tenant)
    lead_id = stored(client)
    known = scoring_pb2.Record(ref=ref(lead_id))
    known.attributes["industry"] = "Finance"
    scoring.call("ScoringService.UpsertRecord", scoring_pb2.UpsertRecordRequest(record=known))
    given_up = lead_pb2.Disqualification(reason=lead_pb2.DISQUALIFY_REASON_LOST)
    client.call(f"{S}Disqualify", lead_pb2.DisqualifyRequest(id=lead_id, disqualification=given_up))
    delivered(client)
    asked = scoring_pb2.GetRecordRequest(ref=ref(lead_id))
    closed = scoring.call("ScoringService.GetRecord", asked)
    assert closed.outcome == scoring_pb2.OUTCOME_NEGATIVE
    assert dict(closed.attributes) == {"industry": "Finance"}
    client.call(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=lead_id))
    delivered(client)
    assert scoring.call("ScoringService.GetRecord", asked).outcome == scoring_pb2.OUTCOME_UNSPECIFIED


def test_undo_takes_back_what_was_created(suite: Suite, client: Client, tenant: str) -> None:
    lead_id = stored(client)
    made = client.call(f"{S}Qualify", qualify(lead_id))
    delivered(client)
    opened = client.call(f"{S}Unqualify", unqualify(lead_id))
    assert (opened.state, opened.process_stage) == (lead_pb2.LEAD_STATE_OPEN, "Qualify")
    assert not opened.HasField("qualification")
    delivered(client)
    dedupe, scoring = suite.client("dedupe", tenant), suite.client("scoring", tenant)
    asked = dedupe_pb2.GetRecordRequest(ref=made.account)
    assert dedupe.refused("DedupeService.GetRecord", asked).code == "NOT_FOUND"
    deal = scoring_pb2.GetRecordRequest(ref=made.opportunities[0])
    assert scoring.refused("ScoringService.GetRecord", deal).code == "NOT_FOUND"
    again = client.call(f"{S}Qualify", qualify(lead_id))
    assert again.number == 2
    assert again.account != made.account
    assert client.refused(f"{S}Unqualify", unqualify(stored(client))).reason == "LEAD_NOT_QUALIFIED"


def note_on(target: record_pb2.RecordRef) -> note_pb2.CreateNoteRequest:
    return note_pb2.CreateNoteRequest(note=note_pb2.Note(ref=target, text="Call on Monday."))


def activity_on(target: record_pb2.RecordRef) -> activity_pb2.BatchUpsertActivitiesRequest:
    meeting = activity_pb2.Activity(
        id=uuid.uuid4().hex,
        kind=activity_pb2.ACTIVITY_KIND_MEETING,
        start_time=Timestamp(seconds=1_770_000_000),
        duration=Duration(seconds=3600),
        participants=[activity_pb2.Participant(address="a@own.example")],
        regarding=[target],
    )
    return activity_pb2.BatchUpsertActivitiesRequest(activities=[meeting])


def child_of(target: record_pb2.RecordRef) -> dedupe_pb2.UpsertRecordRequest:
    child = dedupe_pb2.Record(ref=ref("C-77", CONTACT), fields={"email": "x@y.example"}, parent=target)
    return dedupe_pb2.UpsertRecordRequest(record=child)


def won(target: record_pb2.RecordRef) -> relationship_pb2.BatchUpsertRecordsRequest:
    deal = relationship_pb2.RelationshipRecord(ref=target, state=relationship_pb2.RECORD_STATE_WON)
    return relationship_pb2.BatchUpsertRecordsRequest(records=[deal])


@dataclass(frozen=True)
class Built:
    """Something that is built on a created record, by a call to a service."""

    service: str
    method: str
    request_on: Callable[[record_pb2.RecordRef], Any]
    listed: str
    on_account: bool = False


BUILT = {
    "note": Built("notes", "NotesService.CreateNote", note_on, "note notes/"),
    "activity": Built("relationship", "ActivityService.BatchUpsertActivities", activity_on, "activity "),
    "contact": Built(
        "dedupe", "DedupeService.UpsertRecord", child_of, "contact C-77 on account/", on_account=True
    ),
    "won deal": Built("relationship", "RelationshipService.BatchUpsertRecords", won, "won deal "),
}


@pytest.mark.parametrize("built", BUILT.values(), ids=BUILT)
def test_what_something_was_built_on_is_not_taken_back(
    suite: Suite, client: Client, tenant: str, built: Built
) -> None:
    lead_id = stored(client)
    made = client.call(f"{S}Qualify", qualify(lead_id))
    delivered(client)
    target = made.account if built.on_account else made.opportunities[0]
    suite.client(built.service, tenant).call(built.method, built.request_on(target))
    refused = client.refused(f"{S}Unqualify", unqualify(lead_id))
    assert (refused.code, refused.reason, refused.metadata["count"]) == (
        "FAILED_PRECONDITION",
        "BUILT_ON_SINCE",
        "1",
    )
    assert refused.metadata["built_on_1"].startswith(built.listed)
    assert state(client, lead_id).state == lead_pb2.LEAD_STATE_QUALIFIED


def test_what_another_lead_uses_is_not_taken_back(client: Client) -> None:
    first, second = stored(client), stored(client, subject="More robots")
    made = client.call(f"{S}Qualify", qualify(first, ignore_duplicates=True))
    chosen = choices(account=existing(made.account.id), contact=SKIP)
    client.call(f"{S}Qualify", qualify(second, chosen, ignore_duplicates=True))
    refused = client.refused(f"{S}Unqualify", unqualify(first))
    assert refused.metadata["built_on_1"] == f"lead {second} on account/{made.account.id}"
    client.call(f"{S}Unqualify", unqualify(second))
    client.call(f"{S}Unqualify", unqualify(first))


def test_a_reactivated_lead_is_qualified_once_more(client: Client) -> None:
    lead_id = stored(client)
    first = client.call(f"{S}Qualify", qualify(lead_id))
    opened = client.call(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=lead_id))
    assert (opened.process_stage, opened.qualification) == ("Qualify", first)
    chosen = choices(account=existing(first.account.id), contact=existing(first.contact.id))
    second = client.call(f"{S}Qualify", qualify(lead_id, chosen, ignore_duplicates=True))
    assert (second.number, len(second.created)) == (2, 1)


def test_an_id_that_is_taken_is_refused(client: Client) -> None:
    client.call(f"{S}Qualify", qualify(stored(client), choices(account=create("A-1"))))
    other = qualify(stored(client), choices(account=create("A-1")), ignore_duplicates=True)
    refused = client.refused(f"{S}Qualify", other)
    assert (refused.code, refused.metadata["name"]) == ("ALREADY_EXISTS", "A-1")


def test_a_batch_reports_each_lead_on_its_own(client: Client) -> None:
    ids = [stored(client, company_name=f"Company {n}", email=f"p{n}@company{n}.example") for n in range(4)]
    client.call(f"{S}Qualify", qualify(ids[1], ignore_duplicates=True))
    requests = [qualify(each, ignore_duplicates=True) for each in [*ids, "none"]]
    batch = qualification_pb2.BatchQualifyRequest(requests=requests, request_id=str(uuid.uuid4()))
    answer = client.call(f"{S}BatchQualify", batch)
    assert [each.id for each in answer.results] == [*ids, "none"]
    assert [each.status.code for each in answer.results] == [0, 9, 0, 0, 5]
    assert [each.HasField("qualification") for each in answer.results] == [True, False, True, True, False]
    assert client.call(f"{S}BatchQualify", batch).results[0] == answer.results[0]
    assert state(client, ids[3]).state == lead_pb2.LEAD_STATE_QUALIFIED


def test_a_batch_looks_for_copies_of_each_lead(client: Client) -> None:
    made = client.call(f"{S}Qualify", qualify(stored(client)))
    delivered(client)
    copy = stored(client, subject="More robots")
    other = stored(
        client,
        company_name="Vestvind Solar AB",
        first_name="Bo",
        last_name="Ek",
        email="bo.ek@vestvind.example",
        mobile_phone="+46 70 555 11 22",
        telephone1="+46 8 555 33 44",
        website="https://vestvind.example",
        address1_line1="Storgatan 1",
        address1_city="Lund",
        address1_postal_code="22100",
    )
    chosen = choices(account=existing(made.account.id), contact=existing(made.contact.id))
    batch = qualification_pb2.BatchQualifyRequest(requests=[qualify(copy, chosen), qualify(other)])
    refused, committed = client.call(f"{S}BatchQualify", batch).results
    assert "a copy exists" in refused.status.message
    assert committed.status.code == 0
    assert len(committed.qualification.created) == 3


def test_the_timeline_of_lead_and_primary_opportunity_has_the_summary(
    suite: Suite, client: Client, tenant: str
) -> None:
    sent = lead()
    sent.language = "da"
    sent.attachments.add(title="Brief", uri="https://files.example/1")
    client.call(f"{S}UpsertLead", upsert(sent))
    suite.client("notes", tenant).call("NotesService.CreateNote", note_on(ref(sent.id)))
    made = client.call(f"{S}Qualify", qualify(sent.id))
    of_lead = client.call(f"{S}ListTimeline", summary_pb2.ListTimelineRequest(ref=ref(sent.id)))
    deal = client.call(f"{S}ListTimeline", summary_pb2.ListTimelineRequest(ref=made.opportunities[0]))
    assert [each.event for each in of_lead.entries] == [
        summary_pb2.TIMELINE_EVENT_QUALIFIED,
        summary_pb2.TIMELINE_EVENT_CREATED,
    ]
    assert list(deal.entries) == [of_lead.entries[0]]
    assert (deal.carried_over_from, list(deal.attachments)) == (ref(sent.id), list(sent.attachments))
    summary = deal.entries[0].summary
    assert (summary.language, list(summary.unavailable)) == ("da", [])
    topics = [each.topic for each in summary.sentences]
    assert topics[:3] == [
        summary_pb2.SUMMARY_TOPIC_PERSON,
        summary_pb2.SUMMARY_TOPIC_COMPANY,
        summary_pb2.SUMMARY_TOPIC_REACH,
    ]
    assert summary_pb2.SUMMARY_TOPIC_SUGGESTION in topics
    assert topics.count(summary_pb2.SUMMARY_TOPIC_LINK) == 3
    assert all(each.citation.service and each.citation.resource for each in summary.sentences)
