"""A summary from what the other services really know, each sentence with a source that can be asked for."""

from datetime import timedelta

from leadlight.notes.v1 import note_pb2
from leadlight.qualification.v1 import summary_pb2

from services.common.db import Database, utc_now
from services.scoring.files import ServiceFiles
from tests.contract.served import Client
from tests.integration.qualification.conftest import Suite
from tests.integration.qualification.world import LEAD, lead, ref, upsert
from tests.integration.relationship import world as relationship
from tests.integration.scoring.world import install
from tests.integration.scoring.world import upsert as scored

S = "QualificationService."
EMAIL = "ingrid.holm@nordlys.example"


def told(suite: Suite, tenant: str, lead_id: str, language: str) -> summary_pb2.LeadSummary:
    request = summary_pb2.GetLeadSummaryRequest(id=lead_id, language=language)
    answer: summary_pb2.LeadSummary = suite.client("qualification", tenant).call(
        f"{S}GetLeadSummary", request
    )
    return answer


def test_all_that_the_suite_knows_is_said_with_its_source(suite: Suite, client: Client, tenant: str) -> None:
    client.call(f"{S}UpsertLead", upsert(lead("L-1")))
    scoring = suite.services["scoring"].settings
    db = Database(scoring.database_url, service="scoring")
    install(db, ServiceFiles(scoring.data_dir), tenant)
    db.close()
    score = suite.client("scoring", tenant).call("ScoringService.UpsertRecord", scored("L-1")).score
    relationship_client = suite.client("relationship", tenant)
    relationship_client.call(
        "RelationshipService.UpdateRelationshipSettings",
        relationship.settings(own_domains=[relationship.OWN]),
    )
    relationship_client.call(
        "RelationshipService.BatchUpsertRecords",
        relationship.records(relationship.record("L-1", LEAD, owner=relationship.ADA, addresses=[EMAIL])),
    )
    day = utc_now() - timedelta(days=3)
    relationship_client.call(
        "ActivityService.BatchUpsertActivities",
        relationship.batch(
            relationship.activity(relationship.ADA, EMAIL, at=day - timedelta(days=1)),
            relationship.activity(EMAIL, relationship.ADA, at=day),
        ),
    )
    note = note_pb2.Note(ref=ref("L-1"), text="Send her the price list on Monday.")
    suite.client("notes", tenant).call("NotesService.CreateNote", note_pb2.CreateNoteRequest(note=note))

    summary = told(suite, tenant, "L-1", "en")
    assert not summary.unavailable
    by_topic = {each.topic: each for each in summary.sentences}
    about_score = by_topic[summary_pb2.SUMMARY_TOPIC_SCORE]
    assert about_score.text.startswith(f"The score is {score.score} of 100, grade ")
    assert about_score.citation.resource == "records/lead/L-1"
    said = [each.text for each in summary.sentences if each.topic == summary_pb2.SUMMARY_TOPIC_RELATIONSHIP]
    assert said[0] == f"There were 2 contacts in the last 60 days, the last one on {day:%Y-%m-%d}."
    suggestion = by_topic[summary_pb2.SUMMARY_TOPIC_SUGGESTION]
    assert suggestion.citation.resource.startswith("notes/")
    assert suggestion.citation.resource.partition("/suggestions/")[2]
    for language in ("da", "nb", "sv", "zh"):
        other = told(suite, tenant, "L-1", language)
        assert [each.topic for each in other.sentences] == [each.topic for each in summary.sentences]
        assert [each.citation for each in other.sentences] == [each.citation for each in summary.sentences]
        assert other.sentences[0].text != summary.sentences[0].text
