"""A lead's life: stored, given up, opened again; who may see it."""

import pytest
from leadlight.qualification.v1 import lead_pb2, plan_pb2, summary_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.qualification.conftest import Suite
from tests.integration.qualification.world import (
    FIELDS,
    OPPORTUNITY,
    SKIP,
    choices,
    lead,
    new_id,
    qualify,
    ref,
    settings,
    upsert,
)

S = "QualificationService."
LOST = lead_pb2.Disqualification(reason=lead_pb2.DISQUALIFY_REASON_LOST)


def stored(client: Client, message: lead_pb2.Lead | None = None) -> str:
    answer = client.call(f"{S}UpsertLead", upsert(message or lead()))
    return str(answer.id)


def disqualify(lead_id: str, **around: bool) -> lead_pb2.DisqualifyRequest:
    return lead_pb2.DisqualifyRequest(id=lead_id, disqualification=LOST, **around)


def events(client: Client, lead_id: str) -> list[int]:
    answer = client.call(f"{S}ListTimeline", summary_pb2.ListTimelineRequest(ref=ref(lead_id)))
    return [entry.event for entry in answer.entries]


def test_a_lead_is_stored_whole_and_begins_open(client: Client) -> None:
    sent = lead(note="  ", need="robots")
    sent.attachments.add(title="Brief", uri="https://files.example/1")
    answer = client.call(f"{S}UpsertLead", upsert(sent))
    assert dict(answer.fields) == FIELDS | {"need": "robots"}
    assert (answer.state, answer.process_stage, answer.language) == (
        lead_pb2.LEAD_STATE_OPEN,
        "Qualify",
        "en",
    )
    assert client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id=sent.id)) == answer
    again = client.call(f"{S}UpsertLead", upsert(lead_pb2.Lead(id=sent.id, fields={"subject": "Less"})))
    assert dict(again.fields) == {"subject": "Less"}
    assert again.create_time == answer.create_time
    assert events(client, sent.id) == [summary_pb2.TIMELINE_EVENT_CREATED]


def test_leads_are_listed_by_page(client: Client) -> None:
    ids = [stored(client) for _ in range(5)]
    client.call(f"{S}Disqualify", disqualify(ids[0]))
    found: list[str] = []
    token = ""
    while True:
        page = client.call(f"{S}ListLeads", lead_pb2.ListLeadsRequest(page_size=2, page_token=token))
        found += [each.id for each in page.leads]
        token = page.next_page_token
        if not token:
            break
    assert sorted(found) == sorted(ids)
    closed = lead_pb2.ListLeadsRequest(state=lead_pb2.LEAD_STATE_DISQUALIFIED)
    assert [each.id for each in client.call(f"{S}ListLeads", closed).leads] == [ids[0]]


def test_leads_are_stored_all_or_none(client: Client) -> None:
    good, bad = lead(), lead()
    bad.process_stage = "Dreaming"
    refused = client.refused(f"{S}BatchUpsertLeads", lead_pb2.BatchUpsertLeadsRequest(leads=[good, bad]))
    assert refused.fields == ["leads[1].process_stage"]
    assert client.refused(f"{S}GetLead", lead_pb2.GetLeadRequest(id=good.id)).code == "NOT_FOUND"
    bad.process_stage = "Develop"
    answer = client.call(f"{S}BatchUpsertLeads", lead_pb2.BatchUpsertLeadsRequest(leads=[good, bad]))
    assert [each.process_stage for each in answer.leads] == ["Qualify", "Develop"]


def test_leads_arrive_by_stream_each_with_its_result(client: Client) -> None:
    good, bad, last = lead(), lead(), lead()
    bad.process_stage = "Dreaming"
    sent = [lead_pb2.ImportLeadsRequest(lead=each) for each in (good, bad, last)]
    answers = client.call(f"{S}ImportLeads", *sent)
    assert [(each.index, each.status.code) for each in answers] == [(0, 0), (1, 3), (2, 0)]
    assert [each.lead.id for each in answers] == [good.id, "", last.id]
    found = client.call(f"{S}ListLeads", lead_pb2.ListLeadsRequest()).leads
    assert {each.id for each in found} == {good.id, last.id}


def test_a_lead_is_given_up_and_opened_again(client: Client) -> None:
    lead_id = stored(client)
    closed = client.call(f"{S}Disqualify", disqualify(lead_id))
    assert (closed.state, closed.disqualification) == (lead_pb2.LEAD_STATE_DISQUALIFIED, LOST)
    refused = client.refused(f"{S}Disqualify", disqualify(lead_id))
    assert (refused.reason, refused.metadata["lead"]) == ("LEAD_NOT_OPEN", lead_id)
    opened = client.call(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=lead_id))
    assert opened.state == lead_pb2.LEAD_STATE_OPEN
    assert not opened.HasField("disqualification")
    refused = client.refused(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=lead_id))
    assert refused.reason == "LEAD_NOT_CLOSED"
    assert events(client, lead_id) == [
        summary_pb2.TIMELINE_EVENT_REACTIVATED,
        summary_pb2.TIMELINE_EVENT_DISQUALIFIED,
        summary_pb2.TIMELINE_EVENT_CREATED,
    ]


def test_a_lead_with_an_opportunity_is_not_given_up(client: Client) -> None:
    lead_id = stored(client)
    client.call(f"{S}Qualify", qualify(lead_id))
    client.call(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=lead_id))
    assert client.refused(f"{S}Disqualify", disqualify(lead_id)).reason == "OPPORTUNITY_EXISTS"
    other = stored(client)
    none = choices(opportunities=[SKIP])
    client.call(f"{S}Qualify", qualify(other, none, ignore_duplicates=True))
    client.call(f"{S}Reactivate", lead_pb2.ReactivateRequest(id=other))
    assert client.call(f"{S}Disqualify", disqualify(other)).state == lead_pb2.LEAD_STATE_DISQUALIFIED


def test_a_rehearsal_changes_nothing(client: Client) -> None:
    lead_id = stored(client)
    client.call(f"{S}UpsertLead", upsert(lead("rehearsed"), validate_only=True))
    assert client.refused(f"{S}GetLead", lead_pb2.GetLeadRequest(id="rehearsed")).code == "NOT_FOUND"
    client.call(f"{S}Disqualify", disqualify(lead_id, validate_only=True))
    client.call(f"{S}Qualify", qualify(lead_id, validate_only=True))
    assert events(client, lead_id) == [summary_pb2.TIMELINE_EVENT_CREATED]


def test_a_deleted_lead_is_gone_with_its_timeline(client: Client) -> None:
    lead_id = stored(client)
    (deal,) = client.call(f"{S}Qualify", qualify(lead_id)).opportunities
    client.call(f"{S}DeleteLead", lead_pb2.DeleteLeadRequest(id=lead_id))
    for gone in (ref(lead_id), ref(deal.id, OPPORTUNITY)):
        request = summary_pb2.ListTimelineRequest(ref=gone)
        assert client.refused(f"{S}ListTimeline", request).code == "NOT_FOUND"
    assert client.refused(f"{S}DeleteLead", lead_pb2.DeleteLeadRequest(id=lead_id)).code == "NOT_FOUND"
    client.call(f"{S}DeleteLead", lead_pb2.DeleteLeadRequest(id=lead_id, allow_missing=True))


@pytest.fixture
def seller(suite: Suite, client: Client, tenant: str) -> Client:
    """A seller and nothing else, `tester`, in a tenant that shows sellers their own leads alone."""
    client.call(f"{S}UpdateQualificationSettings", settings(sellers_see_own_only=True))
    return suite.client("qualification", tenant, frozenset({Role.SELLER}))


def test_a_seller_sees_own_leads_alone_where_the_tenant_says_so(client: Client, seller: Client) -> None:
    others = lead()
    others.owner = "somebody"
    client.call(f"{S}UpsertLead", upsert(others))
    own = seller.call(f"{S}UpsertLead", upsert(lead()))
    assert own.owner == "tester"
    assert [each.id for each in seller.call(f"{S}ListLeads", lead_pb2.ListLeadsRequest()).leads] == [own.id]
    assert not seller.call(f"{S}ListLeads", lead_pb2.ListLeadsRequest(owner="somebody")).leads
    assert len(client.call(f"{S}ListLeads", lead_pb2.ListLeadsRequest()).leads) == 2
    for name, request in {
        "GetLead": lead_pb2.GetLeadRequest(id=others.id),
        "UpsertLead": upsert(others),
        "PlanQualification": plan_pb2.PlanQualificationRequest(id=others.id),
        "Qualify": qualify(others.id),
        "Disqualify": disqualify(others.id),
        "GetLeadSummary": summary_pb2.GetLeadSummaryRequest(id=others.id),
        "ListTimeline": summary_pb2.ListTimelineRequest(ref=ref(others.id)),
    }.items():
        refused = seller.refused(f"{S}{name}", request)
        assert (name, refused.code, refused.reason) == (name, "PERMISSION_DENIED", "LEAD_NOT_OWN")
    assert seller.call(f"{S}Qualify", qualify(own.id, ignore_duplicates=True)).qualified_by == "tester"


def test_an_unknown_lead_is_named(client: Client) -> None:
    lead_id = new_id()
    refused = client.refused(f"{S}GetLead", lead_pb2.GetLeadRequest(id=lead_id))
    assert (refused.code, refused.metadata["lead"]) == ("NOT_FOUND", lead_id)
