"""What the contract tests send to the dedupe service; of its rules, merges and scans in files of their own."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.longrunning import operations_pb2
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2, settings_pb2

from services.common.db import Database
from services.common.operations import OperationStore
from services.common.tables import OperationState
from tests.contract import dedupe_merge_cases, dedupe_rule_cases, dedupe_scan_cases
from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import (
    MISSING_OPERATIONS,
    bad_operations,
    good_operations,
    new_operation,
    page_tokens,
)
from tests.contract.served import TENANT, Served

SECRET = "Zephyrine Quoll"
LEAD = common_pb2.RECORD_KIND_LEAD
AFTER_9999 = Timestamp(seconds=253_402_300_800)
IN_1899 = Timestamp(seconds=-2_208_988_801)
DONE_S = 60
PARTS = (dedupe_merge_cases, dedupe_rule_cases, dedupe_scan_cases)


def ref(record_id: str = "kept") -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=LEAD, id=record_id)


def record(record_id: str = "kept", **fields: str) -> record_pb2.Record:
    """A lead whose values name the secret."""
    first, last = SECRET.split()
    values = {"first_name": first, "last_name": last, "email": "zephyrine@quoll.example"} | fields
    return record_pb2.Record(ref=ref(record_id), fields=values)


def upsert(of: record_pb2.Record, **more: Any) -> record_pb2.UpsertRecordRequest:
    return record_pb2.UpsertRecordRequest(record=of, check=duplicate_pb2.FindOptions(), **more)


def imported(of: record_pb2.Record) -> record_pb2.ImportRecordsRequest:
    return record_pb2.ImportRecordsRequest(record=of, check=duplicate_pb2.FindOptions())


def decide(left: str = "kept", right: str = "kept-too") -> duplicate_pb2.DecidePairRequest:
    decision = duplicate_pb2.PairDecision(
        left=ref(left), right=ref(right), verdict=duplicate_pb2.VERDICT_DUPLICATE
    )
    return duplicate_pb2.DecidePairRequest(decision=decision)


def _bad_records(wrap: Callable[[record_pb2.Record], Requests]) -> list[BadInput]:
    """What is wrong with a record, whatever stores it."""

    def bad(fault: str, field: str, of: record_pb2.Record) -> BadInput:
        return BadInput(fault, lambda _: wrap(of), f"record.{field}")

    nul = ref("a\x00")
    return [
        bad("NUL in the id", "ref.id", record_pb2.Record(ref=nul)),
        bad("NUL in a value", "fields['city']", record(city="a\x00b")),
        bad("NUL in a name", "fields (a name)", record(**{"a\x00": "b"})),
        bad("NUL in the parent's id", "parent.id", record_pb2.Record(ref=ref(), parent=nul)),
        bad(
            "changed after the year 9999", "modify_time", record_pb2.Record(ref=ref(), modify_time=AFTER_9999)
        ),
        bad("changed in 1899", "modify_time", record_pb2.Record(ref=ref(), modify_time=IN_1899)),
        bad("value of 1,001 characters", 'fields["city"]', record(city="x" * 1001)),
        bad("201 fields", "fields", record(**{f"f{number}": "x" for number in range(201)})),
        bad("a case", "ref", record_pb2.Record(ref=common_pb2.RecordRef(kind=5, id="x"))),
    ]


def _settings(region: str, *paths: str) -> settings_pb2.UpdateDedupeSettingsRequest:
    request = settings_pb2.UpdateDedupeSettingsRequest(
        settings=settings_pb2.DedupeSettings(default_region=region)
    )
    request.update_mask.paths.extend(paths)
    return request


def _other_token(cases: Any) -> str:
    answer = cases.served.client().call(
        "DedupeService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD, page_size=1)
    )
    return str(answer.next_page_token)


def _rule_token(cases: Any) -> str:
    return dedupe_rule_cases.page_token(cases.served.client())


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET.split(maxsplit=1)[0]

    def __init__(self, served: Served) -> None:
        self.served = served
        self._db = Database(served.settings.database_url, service="dedupe")
        self._client = served.client()
        for record_id in ("kept", "kept-too"):
            self._client.call("DedupeService.UpsertRecord", upsert(record(record_id)))
        self.good = _good(self)

    def close(self) -> None:
        self._db.close()

    def new_record(self) -> common_pb2.RecordRef:
        """A record of its own, like no other."""
        of = record(
            f"r{uuid.uuid4().hex[:12]}", first_name="", last_name="", email=f"{uuid.uuid4().hex}@a.example"
        )
        self._client.call("DedupeService.UpsertRecord", upsert(of))
        return of.ref

    def new_operation(self, state: OperationState = OperationState.PENDING) -> str:
        """An operation that no runner looks for."""
        return new_operation(self._db, TENANT, SECRET, state)

    def _wait_for_operations(self) -> None:
        """Until nothing works in the background that a snapshot would show."""
        until = time.monotonic() + DONE_S
        store = OperationStore(self._db)
        while time.monotonic() < until:
            rows = store.list(TENANT, page_size=1000).rows
            if all(each.done or each.kind == "Waiting" for each in rows):
                return
            time.sleep(0.05)
        raise AssertionError("an operation does not end")

    def snapshot(self) -> Sequence[Message]:
        self._wait_for_operations()
        pages = [
            ("DedupeService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD, include_merged=True)),
            ("DedupeService.ListPairDecisions", duplicate_pb2.ListPairDecisionsRequest()),
            ("Operations.ListOperations", operations_pb2.ListOperationsRequest()),
        ]
        return [
            *(page for method, request in pages for page in self._pages(method, request)),
            self._client.call("DedupeService.GetDedupeSettings", settings_pb2.GetDedupeSettingsRequest()),
            *dedupe_merge_cases.snapshot(self._client),
            dedupe_rule_cases.snapshot(self._client),
            *dedupe_scan_cases.snapshot(self._client),
        ]

    def _pages(self, method: str, request: Any) -> list[Message]:
        """Every page of a list: what the other tests left behind fills more than one."""
        request.page_size = 1000
        pages = [self._client.call(method, request)]
        while pages[-1].next_page_token:
            request.page_token = pages[-1].next_page_token
            pages.append(self._client.call(method, request))
        return pages

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "DedupeService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref("none"))],
        "DedupeService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=ref("none"))],
        "DedupeService.FindDuplicates": lambda: [duplicate_pb2.FindDuplicatesRequest(ref=ref("none"))],
        "DedupeService.DecidePair": lambda: [decide(right="none")],
        "DedupeService.DeletePairDecision": lambda: [
            duplicate_pb2.DeletePairDecisionRequest(left=ref(), right=ref("none"))
        ],
        **{name: requests for part in PARTS for name, requests in part.MISSING.items()},
        **MISSING_OPERATIONS,
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        "DedupeService.UpsertRecord": "makes the record that it names",
        "DedupeService.ImportRecords": "makes the records that it names",
        "DedupeService.DeleteRecords": "each result says what is missing; see test_records.py",
        "DedupeService.ListRecords": "an empty list is a good answer",
        "DedupeService.ListPairDecisions": "an empty list is a good answer",
        "DedupeService.GetDedupeSettings": "where none are set the default ones hold",
        "DedupeService.UpdateDedupeSettings": "sets what it names",
        **{name: reason for part in PARTS for name, reason in part.NOTHING_MISSING.items()},
        "Operations.ListOperations": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "DedupeService.UpsertRecord": _bad_records(lambda of: [upsert(of)]),
        "DedupeService.ImportRecords": _bad_records(lambda of: [imported(of)]),
        "DedupeService.GetRecord": [
            BadInput("NUL in the id", lambda _: [record_pb2.GetRecordRequest(ref=ref("\x00"))], "ref.id")
        ],
        "DedupeService.ListRecords": [
            BadInput(
                "NUL in the parent's id",
                lambda _: [record_pb2.ListRecordsRequest(kind=LEAD, parent=ref("\x00"))],
                "parent.id",
            ),
            *page_tokens(
                lambda token: record_pb2.ListRecordsRequest(kind=LEAD, page_token=token), _rule_token
            ),
        ],
        "DedupeService.DeleteRecord": [
            BadInput("NUL in the id", lambda _: [record_pb2.DeleteRecordRequest(ref=ref("\x00"))], "ref.id")
        ],
        "DedupeService.DeleteRecords": [
            BadInput("NUL in the id", lambda _: [record_pb2.DeleteRecordsRequest(ref=ref("\x00"))], "ref.id")
        ],
        "DedupeService.FindDuplicates": [
            BadInput(
                "NUL in the id", lambda _: [duplicate_pb2.FindDuplicatesRequest(ref=ref("\x00"))], "ref.id"
            ),
            BadInput(
                "NUL in a value",
                lambda _: [
                    duplicate_pb2.FindDuplicatesRequest(
                        record=duplicate_pb2.Subject(kind=LEAD, fields={"city": "\x00"})
                    )
                ],
                "record.fields['city']",
            ),
        ],
        "DedupeService.DecidePair": [
            BadInput("NUL in the id", lambda _: [decide(left="\x00")], "decision.left.id"),
            BadInput("a record and itself", lambda _: [decide(right="kept")], "decision.right"),
        ],
        "DedupeService.DeletePairDecision": [
            BadInput(
                "a record and itself",
                lambda _: [duplicate_pb2.DeletePairDecisionRequest(left=ref(), right=ref())],
                "right",
            )
        ],
        "DedupeService.ListPairDecisions": [
            BadInput(
                "NUL in the id",
                lambda _: [duplicate_pb2.ListPairDecisionsRequest(ref=ref("\x00"))],
                "ref.id",
            ),
            *page_tokens(
                lambda token: duplicate_pb2.ListPairDecisionsRequest(page_token=token), _other_token
            ),
        ],
        "DedupeService.UpdateDedupeSettings": [
            BadInput("no country", lambda _: [_settings("XX")], "settings.default_region"),
            BadInput("unknown path", lambda _: [_settings("US", "reindexing")], "update_mask.paths[0]"),
        ],
        **{name: inputs for part in PARTS for name, inputs in part.bad(_other_token).items()},
        **bad_operations(_other_token),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "DedupeService.GetDedupeSettings": "it has no fields",
        **{name: reason for part in PARTS for name, reason in part.NOTHING_BAD.items()},
    }


def _good(cases: Cases) -> dict[str, Callable[[], Requests]]:
    client = cases.served.client()

    def decided() -> Requests:
        client.call("DedupeService.DecidePair", decide())
        return [duplicate_pb2.DeletePairDecisionRequest(left=ref(), right=ref("kept-too"))]

    return {
        "DedupeService.UpsertRecord": lambda: [upsert(record(f"u{uuid.uuid4().hex[:12]}", first_name=""))],
        "DedupeService.ImportRecords": lambda: [imported(record())],
        "DedupeService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref())],
        "DedupeService.ListRecords": lambda: [record_pb2.ListRecordsRequest(kind=LEAD)],
        "DedupeService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=cases.new_record())],
        "DedupeService.DeleteRecords": lambda: [record_pb2.DeleteRecordsRequest(ref=cases.new_record())],
        "DedupeService.FindDuplicates": lambda: [duplicate_pb2.FindDuplicatesRequest(ref=ref())],
        "DedupeService.DecidePair": lambda: [decide()],
        "DedupeService.DeletePairDecision": decided,
        "DedupeService.ListPairDecisions": lambda: [duplicate_pb2.ListPairDecisionsRequest()],
        "DedupeService.GetDedupeSettings": lambda: [settings_pb2.GetDedupeSettingsRequest()],
        "DedupeService.UpdateDedupeSettings": lambda: [_settings("US")],
        **dedupe_merge_cases.good(client),
        **dedupe_rule_cases.good(client),
        **dedupe_scan_cases.good(client),
        **good_operations(cases),
    }
