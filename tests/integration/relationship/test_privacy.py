"""No address, name, subject or text of a mail stands in a log line, whatever happens to the call."""

from pathlib import Path

import grpc
import pytest
from leadlight.relationship.v1 import activity_pb2, record_pb2, tie_pb2

from tests.integration.relationship.world import activity, batch, insights, record, records, stream
from tests.integration.working import eventually
from tests.robustness.processes import running

SECRETS = ("zephyrine", "quoll", "snowberry", "4530123456")
PERSON = "Zephyrine.Quoll@snowberry.example"


def test_no_personal_text_is_logged(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url, workers=1, service="relationship") as service:
        client = service.client()
        made = activity("+45 30 12 34 56", PERSON, id="Quoll", subject="Snowberry", text="Zephyrine Quoll")
        client.call("ActivityService.BatchUpsertActivities", batch(made))
        client.call("ActivityService.ImportActivities", stream(made, activity(PERSON, kind=99)))
        client.call("RelationshipService.BatchUpsertRecords", records(record("Quoll", addresses=[PERSON])))
        client.call("RelationshipService.GetInsights", insights("Quoll"))
        client.call("TieService.FindConnections", tie_pb2.FindConnectionsRequest(address=PERSON))
        for name, request in (
            ("ActivityService.GetActivity", activity_pb2.GetActivityRequest(activity_id="Zephyrine")),
            ("RelationshipService.GetInsights", insights("Snowberry")),
            ("RelationshipService.BatchUpsertRecords", records(record("Quoll", owner="\x00Quoll"))),
            ("RelationshipService.GetRecord", record_pb2.GetRecordRequest(ref=record("Quoll-2").ref)),
        ):
            with pytest.raises(grpc.RpcError):
                client.call(name, request)
        client.call("ActivityService.RebuildAggregates", activity_pb2.RebuildAggregatesRequest())
        eventually(lambda: bool(service.events("operation_begun")))
        client.call("ActivityService.ErasePerson", activity_pb2.ErasePersonRequest(address=PERSON))
    written = str(service.log).casefold()
    assert "getinsights" in written
    for secret in SECRETS:
        assert secret not in written
