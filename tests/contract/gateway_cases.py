"""What the contract tests send to the gateway's own calls; what it forwards is in test_through_gateway.py."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2, subject_pb2
from leadlight.gateway.v1 import ingest_pb2, insight_pb2, privacy_pb2, worklist_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from tests.contract.cases import BadInput, Requests, unwritten_language
from tests.contract.common_cases import page_tokens
from tests.contract.served import Client, Served
from tests.integration.scoring.world import upsert

SECRET = "Zephyrine-Quoll"
LEAD = record_pb2.RECORD_KIND_LEAD
AFTER_9999 = Timestamp(seconds=253_402_300_800)
NOBODY = subject_pb2.Subject(emails=["nobody@x.example"])
BROKEN = subject_pb2.Subject(records=[record_pb2.RecordRef(kind=LEAD, id="a\x00b")])


def later(seconds: float) -> Timestamp:
    return Timestamp(seconds=int(time.time() + seconds))


def insights(record_id: str, language: str = "") -> insight_pb2.GetRecordInsightsRequest:
    ref = record_pb2.RecordRef(kind=LEAD, id=record_id)
    return insight_pb2.GetRecordInsightsRequest(ref=ref, language=language)


def scored(**fields: Any) -> insight_pb2.ListScoredRecordsRequest:
    return insight_pb2.ListScoredRecordsRequest(scored=scored_pb2.ListRecordsRequest(kind=LEAD, **fields))


def snooze(item: str = "x", seconds: float = 3600) -> worklist_pb2.SnoozeWorklistItemRequest:
    return worklist_pb2.SnoozeWorklistItemRequest(id=item, until_time=later(seconds))


def lead(record_id: str) -> ingest_pb2.IngestRequest:
    record = ingest_pb2.IngestedRecord(scored=upsert(record_id, {"note": "new"}).record)
    return ingest_pb2.IngestRequest(cursor=record_id, record=record)


def _token_of_another_list(cases: "Cases") -> str:
    """The token of a second page of scored records."""
    page = cases.served.client().call("InsightService.ListScoredRecords", scored(page_size=1))
    return str(page.next_page_token)


class Cases:
    """A gateway before all other services, with a lead that holds the secret."""

    secret = SECRET
    served_with: ClassVar[Mapping[str, Any]] = {"tenant_calls_per_s": 1e6, "tenant_burst_calls": 10**6}
    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "PrivacyService.GetErasure": lambda: [privacy_pb2.GetErasureRequest(name="erasures/none")],
    }
    nothing_missing: ClassVar[Mapping[str, str]] = {
        "InsightService.GetRecordInsights": "of a record that no service knows every part is empty",
        "InsightService.ListScoredRecords": "an empty list is a good answer",
        "InsightService.GetPipeline": "an empty pipeline is a good answer",
        "WorklistService.GetWorklist": "an empty list is a good answer",
        "WorklistService.SnoozeWorklistItem": "items come and go: one that is not there may come",
        "WorklistService.CompleteWorklistItem": "items come and go: one that is not there may come",
        "IngestService.Ingest": "makes what it names",
        "PrivacyService.ExportPerson": "of who is not there nothing is held",
        "PrivacyService.ErasePerson": "who is not there is erased: nothing tells whether they ever were",
        "PrivacyService.ListErasures": "an empty list is a good answer",
    }
    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "InsightService.GetRecordInsights": [
            BadInput("NUL in the id", lambda _: [insights("a\x00b")], "ref.id"),
            unwritten_language(lambda tag: [insights("gateway-kept", tag)]),
        ],
        "InsightService.GetPipeline": [
            BadInput(
                "time after the year 9999",
                lambda _: [insight_pb2.GetPipelineRequest(as_of_time=AFTER_9999)],
                "as_of_time",
            )
        ],
        "WorklistService.GetWorklist": [
            BadInput(
                "NUL in the seller", lambda _: [worklist_pb2.GetWorklistRequest(seller="a\x00b")], "seller"
            )
        ],
        "WorklistService.SnoozeWorklistItem": [
            BadInput("until before now", lambda _: [snooze(seconds=-10)], "until_time"),
            BadInput("until after a year", lambda _: [snooze(seconds=400 * 86_400)], "until_time"),
            BadInput(
                "until after the year 9999",
                lambda _: [worklist_pb2.SnoozeWorklistItemRequest(id="x", until_time=AFTER_9999)],
                "until_time",
            ),
            BadInput("NUL in the id", lambda _: [snooze("a\x00b")], "id"),
        ],
        "WorklistService.CompleteWorklistItem": [
            BadInput("NUL in the id", lambda _: [worklist_pb2.CompleteWorklistItemRequest(id="a\x00b")], "id")
        ],
        "PrivacyService.ExportPerson": [
            BadInput(
                "NUL in a record's id",
                lambda _: [privacy_pb2.ExportPersonRequest(subject=BROKEN)],
                "subject.records[0].id",
            )
        ],
        "PrivacyService.ErasePerson": [
            BadInput(
                "NUL in a record's id",
                lambda _: [privacy_pb2.ErasePersonRequest(subject=BROKEN)],
                "subject.records[0].id",
            )
        ],
        "PrivacyService.ListErasures": page_tokens(
            lambda token: privacy_pb2.ListErasuresRequest(page_token=token), _token_of_another_list
        ),
    }
    nothing_bad: ClassVar[Mapping[str, str]] = {
        "InsightService.ListScoredRecords": "what is wrong with it scoring says, in its own words",
        "IngestService.Ingest": "each item is answered by itself",
        "PrivacyService.GetErasure": "a name that fits the pattern is not found",
    }

    def __init__(self, served: Served) -> None:
        self.served = served
        self._scoring = Client(served.channel, "acme", service="scoring")
        for record_id in ("gateway-kept", "gateway-other"):
            self._scoring.call("ScoringService.UpsertRecord", upsert(record_id, {"note": SECRET}))
        self._client = served.client()
        made = self._client.call("PrivacyService.ErasePerson", privacy_pb2.ErasePersonRequest(subject=NOBODY))
        self.good: Mapping[str, Callable[[], Requests]] = {
            "InsightService.GetRecordInsights": lambda: [insights("gateway-kept")],
            "InsightService.ListScoredRecords": lambda: [scored()],
            "InsightService.GetPipeline": lambda: [insight_pb2.GetPipelineRequest()],
            "WorklistService.GetWorklist": lambda: [worklist_pb2.GetWorklistRequest(seller="tester")],
            "WorklistService.SnoozeWorklistItem": lambda: [snooze()],
            "WorklistService.CompleteWorklistItem": lambda: [
                worklist_pb2.CompleteWorklistItemRequest(id="done")
            ],
            "IngestService.Ingest": lambda: [lead("gateway-new")],
            "PrivacyService.ExportPerson": lambda: [
                privacy_pb2.ExportPersonRequest(subject=subject_pb2.Subject(names=[SECRET]))
            ],
            "PrivacyService.ErasePerson": lambda: [privacy_pb2.ErasePersonRequest(subject=NOBODY)],
            "PrivacyService.GetErasure": lambda: [privacy_pb2.GetErasureRequest(name=made.name)],
            "PrivacyService.ListErasures": lambda: [privacy_pb2.ListErasuresRequest()],
        }

    def snapshot(self) -> Sequence[Message]:
        kept = record_pb2.RecordRef(kind=LEAD, id="gateway-kept")
        return [
            self._client.call("PrivacyService.ListErasures", privacy_pb2.ListErasuresRequest()),
            self._scoring.call("ScoringService.GetRecord", scored_pb2.GetRecordRequest(ref=kept)),
        ]

    def close(self) -> None:
        pass
