"""GetRecordInsights, ListScoredRecords and GetPipeline: what the services say together, and when one is silent."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google.type import money_pb2
from leadlight.conversation.v1 import call_pb2
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2, insight_pb2
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from tests.contract import conversation_cases as conversation
from tests.contract.served import Client
from tests.integration.composed.suite import (
    CONTACT,
    LEAD,
    OPPORTUNITY,
    Suite,
    gateway_without,
    ingest,
    item,
    ref,
)
from tests.integration.notes import world as notes
from tests.integration.qualification import world as qualification
from tests.integration.relationship import world as relationship
from tests.integration.scoring.world import COLD, HOT, ago, record

KIM = "kim@customer.example"
HEALTH, STILL = insight_pb2.DEAL_CONCERN_HEALTH, insight_pb2.DEAL_CONCERN_STANDS_STILL
PASSED, UNDATED = insight_pb2.DEAL_CONCERN_CLOSE_DATE_PASSED, insight_pb2.DEAL_CONCERN_NO_CLOSE_DATE


def own_people(client: Client) -> None:
    """Says who our own people are."""
    request = relationship.settings(own_domains=[relationship.OWN])
    Client(client.channel, client.tenant, service="relationship").call(
        "RelationshipService.UpdateRelationshipSettings", request
    )


def person(record_id: str, kind: int = LEAD) -> matched_pb2.Record:
    fields = {"first_name": "Kim", "last_name": "Holm", "email": KIM, "company": "Nordlys"}
    return matched_pb2.Record(ref=ref(record_id, kind), fields=fields)


def everything(lead_id: str) -> list[ingest_pb2.IngestRequest]:
    """A lead of which every service knows something."""
    now = datetime.now(UTC)
    lead = ingest_pb2.IngestedRecord(
        scored=record(lead_id, HOT),
        matched=person(lead_id),
        related=relationship.record(
            lead_id, LEAD, display_name="Kim Holm", owner=relationship.ADA, addresses=[KIM]
        ),
    )
    contact = ingest_pb2.IngestedRecord(matched=person(f"{lead_id}-contact", CONTACT))
    mails = [
        item(activity=relationship.activity(relationship.ADA, KIM, at=now, days=-day, id=f"{lead_id}-{day}"))
        for day in (1, 2, 3, 5)
    ]
    call = conversation.changed(
        id=f"{lead_id}-call",
        participants=[
            conversation.CALL.participants[0],
            call_pb2.Participant(id="c", side=call_pb2.CALL_SIDE_CUSTOMER, ref=ref(lead_id), address=KIM),
        ],
    )
    note = notes.create(
        "Call her about pricing on Thursday. I'll send the contract by Friday.",
        f"{lead_id}-n",
        ref=ref(lead_id),
    )
    return [
        item(record=lead),
        item(record=contact),
        *mails,
        item(call=conversation.create(call)),
        item(note=note),
    ]


def insights(client: Client, record_id: str, kind: int = LEAD) -> insight_pb2.RecordInsights:
    found: insight_pb2.RecordInsights = client.call(
        "InsightService.GetRecordInsights", insight_pb2.GetRecordInsightsRequest(ref=ref(record_id, kind))
    )
    return found


@pytest.fixture
def known(whole: Suite, tenant: str) -> Client:
    """A tenant with a model and the lead "Q"."""
    whole.publish_model(tenant)
    client = whole.through(tenant)
    own_people(client)
    ingest(client, *everything("Q"))
    return client


def test_all_parts_of_a_lead(known: Client) -> None:
    found = insights(known, "Q")
    assert not found.unavailable
    assert found.scored.score.reasons
    assert found.relationship.kinds
    assert len(found.connections.direct) == 1
    assert [each.ref.id for each in found.duplicates] == ["Q-contact"]
    assert found.suggestions
    assert found.commitments
    assert [each.call.id for each in found.calls] == ["Q-call"]


def test_every_sentence_in_the_language_that_is_asked_for(known: Client) -> None:
    asked = insight_pb2.GetRecordInsightsRequest(ref=ref("Q"), language="da")
    found = known.call("InsightService.GetRecordInsights", asked)
    assert all(
        "leads" in each.sentence and "kvalificeres" in each.sentence for each in found.scored.score.reasons
    )
    assert "I har sendt 4 mails mere end kunden." in found.relationship.summary
    assert "4 mails kun fra os" in found.connections.direct[0].evidence.text
    asked.language = "fr"
    assert known.refused("InsightService.GetRecordInsights", asked).fields == ["language"]


def test_what_nobody_knows_is_absent_and_not_missing(whole: Suite, tenant: str) -> None:
    found = insights(whole.through(tenant), "nobody")
    assert found == insight_pb2.RecordInsights(ref=ref("nobody"))


@pytest.mark.parametrize("down", ["scoring", "relationship", "dedupe", "conversation", "notes"])
def test_one_service_that_is_down_is_named_and_the_rest_is_there(
    whole: Suite, known: Client, tmp_path: Path, down: str
) -> None:
    parts = {
        "scored": "scoring",
        "relationship": "relationship",
        "connections": "relationship",
        "duplicates": "dedupe",
        "suggestions": "notes",
        "commitments": "notes",
        "calls": "conversation",
    }
    with gateway_without(whole, tmp_path, down) as gateway:
        found = insights(gateway.client(known.tenant), "Q")
    lost = {name for name, service in parts.items() if service == down}
    assert {(each.part, each.service) for each in found.unavailable} == {(name, down) for name in lost}
    assert all(each.status.code == 14 for each in found.unavailable)
    there = {field.name for field, _ in found.ListFields()} - {"ref", "unavailable"}
    assert there == parts.keys() - lost


def test_an_opportunity_shows_what_its_leads_notes_say(whole: Suite, tenant: str, tmp_path: Path) -> None:
    client = whole.through(tenant)
    text = "Call her about pricing on Thursday. I'll send the contract by Friday."
    lead = qualification.lead("won")
    about_lead, of_lead = notes.create(text, "before", ref=ref("won")), ingest_pb2.IngestedRecord(lead=lead)
    ingest(client, item(record=of_lead), item(note=about_lead))
    made = whole.through(tenant, "qualification").call(
        "QualificationService.Qualify", qualification.qualify("won")
    )
    deal_id = made.opportunities[0].id
    ingest(client, item(note=notes.create(text, "after", ref=made.opportunities[0])))
    before, found = insights(client, "won"), insights(client, deal_id, OPPORTUNITY)
    with gateway_without(whole, tmp_path, "qualification") as gateway:
        alone = insights(gateway.client(tenant), deal_id, OPPORTUNITY)
    assert before.suggestions
    assert before.commitments
    assert list(found.suggestions) == [*alone.suggestions, *before.suggestions]
    both = sorted(each.name for each in (*alone.commitments, *before.commitments))
    assert sorted(each.name for each in found.commitments) == both
    due = [each.due_time.seconds for each in found.commitments if each.HasField("due_time")]
    assert due == sorted(due)
    assert not found.unavailable
    assert [(each.part, each.service) for each in alone.unavailable] == [("carried_over", "qualification")]


def test_the_scored_list_has_names_owners_and_health(whole: Suite, known: Client, tmp_path: Path) -> None:
    ingest(known, item(record=ingest_pb2.IngestedRecord(scored=record("cold", COLD))))
    request = insight_pb2.ListScoredRecordsRequest(scored=scored_pb2.ListRecordsRequest(kind=LEAD))
    best, worst = known.call("InsightService.ListScoredRecords", request).records
    assert (best.record.ref.id, best.display_name, best.owner) == ("Q", "Kim Holm", relationship.ADA)
    assert best.record.score.score > worst.record.score.score
    assert (worst.record.ref.id, worst.display_name) == ("cold", "")
    with gateway_without(whole, tmp_path, "relationship") as gateway:
        found = gateway.client(known.tenant).call("InsightService.ListScoredRecords", request)
    assert [each.record.ref.id for each in found.records] == ["Q", "cold"]
    assert [each.service for each in found.unavailable] == ["relationship"]


def test_the_scored_list_is_nothing_without_scoring(whole: Suite, tenant: str, tmp_path: Path) -> None:
    request = insight_pb2.ListScoredRecordsRequest(scored=scored_pb2.ListRecordsRequest(kind=LEAD))
    with gateway_without(whole, tmp_path, "scoring") as gateway:
        refused = gateway.client(tenant).refused("InsightService.ListScoredRecords", request)
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "PEER_UNAVAILABLE")
    assert refused.metadata["service"] == "scoring"


def deal(
    deal_id: str, *, closes_in_days: float | None = 20, in_stage_days: float = 3, **fields: object
) -> ingest_pb2.IngestRequest:
    """An open deal of Ada's."""
    related = relationship.record(
        deal_id, OPPORTUNITY, owner=relationship.ADA, display_name=f"Deal {deal_id}", **fields
    )
    related.estimated_revenue.CopyFrom(money_pb2.Money(currency_code="DKK", units=1000))
    if closes_in_days is not None:
        related.estimated_close_time.FromDatetime(datetime.now(UTC) + timedelta(days=closes_in_days))
    stage = scored_pb2.StageEntry(name="propose", enter_time=ago(days=in_stage_days))
    scored = record(deal_id, kind=OPPORTUNITY, create_time=ago(days=in_stage_days + 5), stages=[stage])
    return item(record=ingest_pb2.IngestedRecord(scored=scored, related=related))


def pipeline(client: Client, **fields: object) -> insight_pb2.Pipeline:
    found: insight_pb2.Pipeline = client.call(
        "InsightService.GetPipeline",
        insight_pb2.GetPipelineRequest(**fields),  # type: ignore[arg-type]
    )
    return found


def test_the_pipeline_says_what_speaks_against_each_deal(whole: Suite, tenant: str, tmp_path: Path) -> None:
    client = whole.through(tenant)
    own_people(client)
    now = datetime.now(UTC)
    ingest(
        client,
        deal("fine"),
        deal("late", closes_in_days=-1),
        deal("undated", closes_in_days=None),
        deal("still", in_stage_days=31),
        deal("poor", primary_contact="K"),
        deal("lost", closes_in_days=-1, state=related_pb2.RECORD_STATE_LOST),
        item(record=ingest_pb2.IngestedRecord(related=relationship.record("K", CONTACT, addresses=[KIM]))),
        *(
            item(
                activity=relationship.activity(
                    relationship.ADA, KIM, at=now, days=-day, regarding=[ref("poor", OPPORTUNITY)]
                )
            )
            for day in (40, 50, 52, 54, 56, 58)
        ),
    )
    found = pipeline(client)
    assert {each.ref.id: list(each.concerns) for each in found.deals} == {
        "fine": [],
        "late": [PASSED],
        "undated": [UNDATED],
        "still": [STILL],
        "poor": [HEALTH],
    }
    assert (found.on_track_count, found.off_track_count) == (1, 4)
    assert found.deals[-1].ref.id == "fine"
    assert (found.deals[-1].stage, found.deals[-1].estimated_revenue.units) == ("propose", 1000)
    assert not found.unavailable
    assert {each.ref.id for each in pipeline(client, still_days=2).deals if STILL in each.concerns} == {
        "fine",
        "late",
        "undated",
        "still",
        "poor",
    }
    assert not pipeline(client, owner=relationship.BEN).deals
    with gateway_without(whole, tmp_path, "scoring") as gateway:
        partial = pipeline(gateway.client(tenant))
    assert [each.part for each in partial.unavailable] == ["scored"]
    assert {each.ref.id: list(each.concerns) for each in partial.deals}["late"] == [PASSED]


def test_no_pipeline_without_relationship(whole: Suite, tenant: str, tmp_path: Path) -> None:
    with gateway_without(whole, tmp_path, "relationship") as gateway:
        refused = gateway.client(tenant).refused(
            "InsightService.GetPipeline", insight_pb2.GetPipelineRequest()
        )
    assert (refused.code, refused.reason) == ("UNAVAILABLE", "PEER_UNAVAILABLE")
    assert refused.metadata["service"] == "relationship"
