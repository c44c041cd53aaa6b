"""What the contract tests send to the scoring service."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import pyarrow as pa
from google.longrunning import operations_pb2
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import dataset_pb2, grade_pb2, model_pb2, record_pb2, score_pb2, scoring_service_pb2

from services.common.db import Database
from services.common.operations import unfinished_operations
from services.common.records import RecordKind
from services.common.tables import OperationState
from services.scoring.files import ServiceFiles
from services.scoring.refreshing import REFRESH_SCORES
from tests.contract.cases import BadInput, Requests, unwritten_language
from tests.contract.common_cases import (
    MISSING_OPERATIONS,
    bad_operations,
    good_operations,
    new_operation,
    page_tokens,
)
from tests.contract.served import TENANT, Client, Served
from tests.integration.scoring.world import (
    HOT,
    LEAD,
    OPPORTUNITY,
    ago,
    closed,
    install,
    ipc,
    leads,
    record,
    ref,
    struct,
    upsert,
)

SECRET = "Zephyrine-Quoll"
CONTACT = common_record_pb2.RECORD_KIND_CONTACT
MANY = 501
REFRESHED_S = 60
LONG = "x" * 10_001
AFTER_9999 = Timestamp(seconds=253_402_300_800)


def _lists() -> Struct:
    return struct({"tags": ["a", "b"]})


def _objects() -> Struct:
    return struct({"address": {"city": "Bonn"}})


def _many(count: int) -> Struct:
    return struct({f"a{number}": 1.0 for number in range(count)})


def staged(name: str, days_ago: float) -> record_pb2.StageEntry:
    return record_pb2.StageEntry(name=name, enter_time=ago(days=days_ago))


BAD_ATTRIBUTES: Mapping[str, tuple[Struct, str]] = {
    "NaN": (struct({"budget": float("nan")}), ".budget"),
    "infinity": (struct({"budget": float("inf")}), ".budget"),
    "minus infinity": (struct({"unknown": float("-inf")}), ".unknown"),
    "number beyond float32": (struct({"budget": 1e39}), ".budget"),
    "text of over 10,000 characters": (struct({"note": LONG}), ".note"),
    "501 attributes": (struct({f"a{number}": 1.0 for number in range(MANY)}), ""),
    "list as a value": (_lists(), ".tags"),
    "object as a value": (_objects(), ".address"),
    "name of 201 characters": (struct({"n" * 201: 1.0}), "." + "n" * 200),
    "empty name": (struct({"": 1.0}), "."),
    "text for a number": (struct({"budget": "a lot"}), ".budget"),
    "boolean for a number": (struct({"budget": True}), ".budget"),
}


def bad_attributes(around: Callable[[Struct], Requests], path: str) -> list[BadInput]:
    """A bad input for each thing that attributes cannot be.

    Args:
        around: Makes the requests with these attributes.
        path: Path of the attributes in the request at fault.
    """

    def bad(attributes: Struct) -> Callable[[Any], Requests]:
        return lambda _: around(attributes)

    return [
        BadInput(fault, bad(attributes), path + suffix)
        for fault, (attributes, suffix) in BAD_ATTRIBUTES.items()
    ]


def score_request(attributes: Struct | None = None, **fields: Any) -> scoring_service_pb2.ScoreRequest:
    given = struct(HOT) if attributes is None else attributes
    return scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=given, **fields)


def renamed(model: str, path: str = "display_name", name: str = "Renamed") -> model_pb2.UpdateModelRequest:
    request = model_pb2.UpdateModelRequest(model=model_pb2.Model(name=model, display_name=name))
    request.update_mask.paths.append(path)
    return request


def grades(*minima: int) -> Callable[[Any], Requests]:
    names = ("a_minimum", "b_minimum", "c_minimum")
    ranges = grade_pb2.GradeRanges(kind=OPPORTUNITY, **dict(zip(names, minima, strict=True)))
    return lambda _: [scoring_service_pb2.UpdateGradeRangesRequest(grade_ranges=ranges)]


def scores(*requests: scoring_service_pb2.ScoreRequest) -> Requests:
    return [scoring_service_pb2.BatchScoreRequest(requests=requests)]


def streamed(request: scoring_service_pb2.ScoreRequest) -> scoring_service_pb2.StreamScoreRequest:
    return scoring_service_pb2.StreamScoreRequest(request=request)


def explained(sent: scoring_service_pb2.ScoreRequest, **fields: Any) -> scoring_service_pb2.ExplainRequest:
    return scoring_service_pb2.ExplainRequest(record=sent, changes=struct({"budget": 1.0}), **fields)


def upserts(*requests: record_pb2.UpsertRecordRequest, **fields: Any) -> Requests:
    return [record_pb2.BatchUpsertRecordsRequest(requests=requests, **fields)]


def with_attributes(attributes: Struct) -> record_pb2.UpsertRecordRequest:
    request = upsert("bad")
    request.record.attributes.CopyFrom(attributes)
    return request


def to_table(*pieces: bytes, **options: Any) -> list[Message]:
    first = scoring_service_pb2.ScoreTableOptions(**{"kind": LEAD} | options)
    return [
        scoring_service_pb2.ScoreTableRequest(options=first),
        *(scoring_service_pb2.ScoreTableRequest(arrow_ipc_stream=piece) for piece in pieces),
    ]


def upload(*pieces: bytes, display_name: str = "", **columns: Any) -> list[Message]:
    roles = dataset_pb2.DatasetColumns(**{"id": "lead", "label": "qualified"} | columns)
    dataset = dataset_pb2.Dataset(columns=roles, display_name=display_name)
    return [
        dataset_pb2.UploadDatasetRequest(dataset=dataset),
        *(dataset_pb2.UploadDatasetRequest(arrow_ipc_stream=piece) for piece in pieces),
    ]


def _bad_records(wrap: Callable[[record_pb2.UpsertRecordRequest], Requests], prefix: str) -> list[BadInput]:
    """What is wrong with a record, whatever stores it."""

    def bad(fault: str, request: record_pb2.UpsertRecordRequest, field: str) -> BadInput:
        return BadInput(fault, lambda _: wrap(request), prefix + field)

    return [
        *bad_attributes(lambda attributes: wrap(with_attributes(attributes)), f"{prefix}record.attributes"),
        bad("kind contact", upsert("c", kind=CONTACT), "record.ref.kind"),
        bad("NUL in the id", upsert("a\x00b"), "record.ref.id"),
        bad("close_time without outcome", upsert("a", close_time=ago(days=1)), "record.close_time"),
        bad(
            "outcome without close_time",
            upsert("a", outcome=record_pb2.OUTCOME_POSITIVE),
            "record.close_time",
        ),
        bad(
            "closed before it was created",
            closed("a", create_time=ago(days=1), close_time=ago(days=2)),
            "record.close_time",
        ),
        bad("closed before it was stored", closed("new", create_time=None), "record.close_time"),
        bad("create_time after the year 9999", upsert("a", create_time=AFTER_9999), "record.create_time"),
        bad("close_time after the year 9999", closed("a", close_time=AFTER_9999), "record.close_time"),
        bad("unknown path in the mask", upsert("a", mask=["attributes", "score"]), "update_mask.paths[1]"),
        bad("path without a name", upsert("a", mask=["attributes."]), "update_mask.paths[0]"),
        bad("unknown stage path in the mask", upsert("a", mask=["stages.name"]), "update_mask.paths[0]"),
        bad("stages of a lead", upsert("a", stages=[staged("Qualify", 1)]), "record.stages"),
        bad(
            "stages out of order",
            upsert("a", kind=OPPORTUNITY, stages=[staged("Qualify", 1), staged("Propose", 2)]),
            "record.stages[1].enter_time",
        ),
        bad(
            "stage after the year 9999",
            upsert(
                "a", kind=OPPORTUNITY, stages=[record_pb2.StageEntry(name="Close", enter_time=AFTER_9999)]
            ),
            "record.stages[0].enter_time",
        ),
        bad(
            "NUL in a stage",
            upsert("a", kind=OPPORTUNITY, stages=[staged("\x00", 1)]),
            "record.stages[0].name",
        ),
        bad("list as a value of the account", upsert("a", account=_lists()), "record.account.tags"),
        bad("object as a value of the contact", upsert("a", contact=_objects()), "record.contact.address"),
        bad(
            "name of 200 characters in the account",
            upsert("a", account=struct({"n" * 200: 1.0})),
            "record.account." + "n" * 200,
        ),
        bad(
            "an attribute of the account twice",
            upsert("a", {"account.size": 1.0}, account=struct({"size": 2.0})),
            "record.account.size",
        ),
        bad(
            "501 attributes with those of the account",
            upsert("a", {f"a{number}": 1.0 for number in range(250)}, account=_many(251)),
            "record.account",
        ),
        bad("half of outcome and close_time", upsert("a", mask=["outcome"]), "update_mask.paths"),
    ]


def _imports(request: record_pb2.UpsertRecordRequest) -> Requests:
    mask = request.update_mask if request.HasField("update_mask") else None
    return [record_pb2.ImportRecordsRequest(record=request.record, update_mask=mask)]


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET

    def __init__(self, served: Served) -> None:
        self.served = served
        self._db = Database(served.settings.database_url, service="scoring")
        self._files = ServiceFiles(served.settings.data_dir)
        self._client = served.client()
        self.model = self.new_model()
        self.dataset = self.new_dataset()
        for number in range(2):
            self._client.call("ScoringService.UpsertRecord", upsert(f"kept-{number}", HOT | {"note": SECRET}))
            self._client.call("ScoringService.UpsertRecord", upsert(f"kept-{number}", {"note": SECRET}))
        self.good = _good(self)

    def close(self) -> None:
        self._db.close()

    def new_model(self, **how: Any) -> str:
        return install(self._db, self._files, TENANT, **how)

    def new_dataset(self) -> str:
        requests = upload(ipc(leads()), display_name=SECRET)
        return str(self._client.call("ModelService.UploadDataset", *requests).name)

    def new_record(self) -> common_record_pb2.RecordRef:
        made = ref(f"new-{uuid.uuid4().hex[:8]}")
        self._client.call("ScoringService.UpsertRecord", upsert(made.id, {"note": SECRET}))
        return made

    def new_operation(self, state: OperationState = OperationState.PENDING) -> str:
        """An operation that no runner looks for."""
        return new_operation(self._db, TENANT, f"models/{SECRET}", state)

    def page_token(self, make: Callable[..., Message], method: str, client: Client | None = None) -> str:
        """The token of a second page."""
        page = (client or self._client).call(method, make(page_size=1))
        return str(page.next_page_token)

    def _wait_for_refreshes(self) -> None:
        """A publication starts one by itself: what it does is not done by the call under test."""
        until = time.monotonic() + REFRESHED_S
        while time.monotonic() < until:
            with self._db.read(TENANT) as session:
                kinds = (RecordKind.LEAD, RecordKind.OPPORTUNITY)
                if not any(
                    unfinished_operations(session, kind=REFRESH_SCORES, target=kind) for kind in kinds
                ):
                    return
            time.sleep(0.05)
        raise AssertionError("a refresh does not end")

    def snapshot(self) -> Sequence[Message]:
        self._wait_for_refreshes()
        client = self._client
        lists: list[Message] = [
            client.call("ModelService.ListModels", model_pb2.ListModelsRequest(page_size=1000)),
            client.call("ModelService.ListDatasets", dataset_pb2.ListDatasetsRequest(page_size=1000)),
            client.call("Operations.ListOperations", operations_pb2.ListOperationsRequest(page_size=1000)),
        ]
        for kind in (LEAD, OPPORTUNITY):
            every = record_pb2.ListRecordsRequest(kind=kind, include_closed=True, page_size=1000)
            lists.append(client.call("ScoringService.ListRecords", every))
            ranges = scoring_service_pb2.GetGradeRangesRequest(kind=kind)
            lists.append(client.call("ScoringService.GetGradeRanges", ranges))
        past = [
            client.call("ScoringService.ListScores", score_pb2.ListScoresRequest(ref=each.ref))
            for each in lists[3].records  # type: ignore[attr-defined]
        ]
        return [*lists, *past]

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "ScoringService.Score": lambda: [score_request(model="models/none")],
        "ScoringService.BatchScore": lambda: scores(score_request(), score_request(model="models/none")),
        "ScoringService.StreamScore": lambda: [streamed(score_request(model="models/none"))],
        "ScoringService.ScoreTable": lambda: to_table(ipc(leads(3)), model="models/none"),
        "ScoringService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref("none"))],
        "ScoringService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=ref("none"))],
        "ScoringService.ListScores": lambda: [score_pb2.ListScoresRequest(ref=ref("none"))],
        "ModelService.TrainModel": lambda: [model_pb2.TrainModelRequest(kind=LEAD, dataset="datasets/none")],
        "ModelService.GetModel": lambda: [model_pb2.GetModelRequest(name="models/none")],
        "ModelService.PublishModel": lambda: [model_pb2.PublishModelRequest(name="models/none")],
        "ModelService.UpdateModel": lambda: [renamed("models/none")],
        "ModelService.ListModelVersions": lambda: [model_pb2.ListModelVersionsRequest(name="models/none")],
        "ModelService.ExportModel": lambda: [model_pb2.ExportModelRequest(name="models/none")],
        "ModelService.GetDriftReport": lambda: [model_pb2.GetDriftReportRequest(name="models/none")],
        "ScoringService.Explain": lambda: [
            scoring_service_pb2.ExplainRequest(ref=ref("none"), changes=struct({"budget": 1.0}))
        ],
        "ModelService.RetireModel": lambda: [model_pb2.RetireModelRequest(name="models/none")],
        "ModelService.DeleteModel": lambda: [model_pb2.DeleteModelRequest(name="models/none")],
        "ModelService.GetDataset": lambda: [dataset_pb2.GetDatasetRequest(name="datasets/none")],
        "ModelService.DeleteDataset": lambda: [dataset_pb2.DeleteDatasetRequest(name="datasets/none")],
        **MISSING_OPERATIONS,
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        "ScoringService.UpsertRecord": "makes the record that it names",
        "ScoringService.BatchUpsertRecords": "makes the records that it names",
        "ScoringService.ImportRecords": "makes the records that it names",
        "ScoringService.ListRecords": "an empty list is a good answer",
        "ScoringService.GetGradeRanges": "where none are set the default ones hold",
        "ScoringService.UpdateGradeRanges": "sets what it names",
        "ModelService.ListModels": "an empty list is a good answer",
        "ModelService.UploadDataset": "the service names the data set",
        "ModelService.ListDatasets": "an empty list is a good answer",
        "ModelService.RefreshScores": "a kind without records is refreshed at once",
        "Operations.ListOperations": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "ScoringService.Score": [
            *bad_attributes(lambda bad: [score_request(bad)], "attributes"),
            BadInput("time after 9999", lambda _: [score_request(create_time=AFTER_9999)], "create_time"),
            BadInput("stages of a lead", lambda _: [score_request(stages=[staged("Close", 1)])], "stages"),
            BadInput(
                "list as a value of the account", lambda _: [score_request(account=_lists())], "account.tags"
            ),
            unwritten_language(lambda tag: [score_request(language=tag)]),
        ],
        "ScoringService.BatchScore": [
            *bad_attributes(
                lambda bad: scores(score_request(), score_request(bad)), "requests[1].attributes"
            ),
            BadInput(
                "stages of a lead",
                lambda _: scores(score_request(), score_request(stages=[staged("Close", 1)])),
                "requests[1].stages",
            ),
            unwritten_language(
                lambda tag: scores(score_request(), score_request(language=tag)), "requests[1].language"
            ),
        ],
        "ScoringService.StreamScore": [
            *bad_attributes(lambda bad: [streamed(score_request(bad))], "request.attributes"),
            unwritten_language(lambda tag: [streamed(score_request(language=tag))], "request.language"),
        ],
        "ScoringService.ScoreTable": [
            BadInput("rows before the options", lambda _: to_table(ipc(leads(3)))[1:], "options"),
            BadInput("no message at all", lambda _: [], "options"),
            BadInput("options twice", lambda _: to_table()[:1] * 2, "options"),
            BadInput(
                "no Arrow stream",
                lambda _: to_table(ipc(leads(3)), b"garbage"),
                "parts[1].arrow_ipc_stream",
                reason="DATASET_UNREADABLE",
            ),
            BadInput(
                "no id column", lambda _: to_table(ipc(leads(3)), id_column="none"), "options.id_column"
            ),
            BadInput(
                "text for a number",
                lambda _: to_table(ipc(pa.table({"budget": ["a lot"]}))),
                "budget",
            ),
            BadInput(
                "stages of leads",
                lambda _: to_table(ipc(leads(3)), stages=[_stage_column("lead")]),
                "options.stages",
            ),
            BadInput(
                "no stage column",
                lambda c: to_table(
                    ipc(leads(3)),
                    kind=OPPORTUNITY,
                    stages=[_stage_column("none")],
                    model=c.new_model(kind=RecordKind.OPPORTUNITY, publish=None),
                ),
                "options.stages[0].column",
            ),
            BadInput(
                "no column of times",
                lambda _: to_table(ipc(leads(3)), create_time="none"),
                "options.create_time",
            ),
            BadInput(
                "65,537 rows",
                lambda _: to_table(ipc(pa.table({"budget": pa.nulls(65_537)}))),
                "parts[0].arrow_ipc_stream",
                reason="DATASET_UNREADABLE",
            ),
        ],
        "ScoringService.UpsertRecord": [
            *_bad_records(lambda request: [request], ""),
            unwritten_language(lambda tag: [upsert("a", language=tag)]),
        ],
        "ScoringService.BatchUpsertRecords": [
            *_bad_records(lambda request: upserts(upsert("good"), request), "requests[1]."),
            unwritten_language(
                lambda tag: upserts(upsert("a"), upsert("b", language=tag)), "requests[1].language"
            ),
            BadInput(
                "a ref twice",
                lambda _: upserts(upsert("a"), upsert("b"), upsert("a")),
                "requests[0].record.ref",
            ),
            BadInput(
                "request_id inside",
                lambda _: upserts(upsert("a", request_id=str(uuid.uuid4()))),
                "requests[0].request_id",
            ),
            BadInput(
                "validate_only inside",
                lambda _: upserts(upsert("a", validate_only=True)),
                "requests[0].validate_only",
            ),
        ],
        "ScoringService.ImportRecords": _bad_records(_imports, ""),
        "ScoringService.GetRecord": [
            BadInput(
                "kind contact", lambda _: [record_pb2.GetRecordRequest(ref=ref("a", CONTACT))], "ref.kind"
            ),
            BadInput("NUL in the id", lambda _: [record_pb2.GetRecordRequest(ref=ref("a\x00"))], "ref.id"),
            unwritten_language(lambda tag: [record_pb2.GetRecordRequest(ref=ref("kept-0"), language=tag)]),
        ],
        "ScoringService.ListRecords": page_tokens(
            lambda token: record_pb2.ListRecordsRequest(
                kind=LEAD, grades=[grade_pb2.GRADE_A], page_token=token
            ),
            lambda c: c.page_token(
                lambda **page: record_pb2.ListRecordsRequest(kind=LEAD, **page), "ScoringService.ListRecords"
            ),
        ),
        "ScoringService.DeleteRecord": [
            BadInput(
                "kind contact", lambda _: [record_pb2.DeleteRecordRequest(ref=ref("a", CONTACT))], "ref.kind"
            ),
            BadInput("NUL in the id", lambda _: [record_pb2.DeleteRecordRequest(ref=ref("a\x00"))], "ref.id"),
        ],
        "ScoringService.ListScores": [
            BadInput(
                "kind contact", lambda _: [score_pb2.ListScoresRequest(ref=ref("a", CONTACT))], "ref.kind"
            ),
            BadInput(
                "start_time after the year 9999",
                lambda _: [score_pb2.ListScoresRequest(ref=ref("kept-0"), start_time=AFTER_9999)],
                "start_time",
            ),
            BadInput(
                "end_time before the year 1",
                lambda _: [
                    score_pb2.ListScoresRequest(ref=ref("kept-0"), end_time=Timestamp(seconds=-(10**12)))
                ],
                "end_time",
            ),
            BadInput(
                "start_time after end_time",
                lambda _: [
                    score_pb2.ListScoresRequest(
                        ref=ref("kept-0"), start_time=ago(days=1), end_time=ago(days=2)
                    )
                ],
                "end_time",
            ),
            *page_tokens(
                lambda token: score_pb2.ListScoresRequest(ref=ref("kept-0"), page_token=token),
                lambda c: c.page_token(
                    lambda **page: score_pb2.ListScoresRequest(ref=ref("kept-1"), **page),
                    "ScoringService.ListScores",
                ),
            ),
        ],
        "ScoringService.UpdateGradeRanges": [
            BadInput("A below B", grades(50, 75, 25), "grade_ranges.a_minimum"),
            BadInput("A where B is", grades(50, 50, 25), "grade_ranges.a_minimum"),
            BadInput("B below C", grades(75, 25, 50), "grade_ranges.b_minimum"),
            BadInput("B where C is", grades(75, 25, 25), "grade_ranges.b_minimum"),
        ],
        "ModelService.TrainModel": [
            BadInput(
                "NUL in the name",
                lambda _: [model_pb2.TrainModelRequest(kind=LEAD, display_name="a\x00b")],
                "display_name",
            ),
            BadInput(
                "too few closed records",
                lambda _: [model_pb2.TrainModelRequest(kind=LEAD)],
                None,
                "FAILED_PRECONDITION",
                "TOO_FEW_CLOSED_RECORDS",
            ),
            BadInput(
                "stages of leads",
                lambda c: [_per_stage("Qualify", "Close", kind=LEAD, dataset=c.dataset)],
                "stage_options",
            ),
            BadInput("a single stage", lambda _: [_per_stage("Close")], "stage_options.stages"),
            BadInput(
                "applies in no stage of the process",
                lambda _: [_per_stage("Qualify", "Close", applies=("Legal",))],
                "stage_options.applicable_stages[0].stages[0]",
            ),
            BadInput(
                "stages without columns",
                lambda c: [_per_stage("Qualify", "Close", dataset=c.dataset)],
                "stage_options.stages",
            ),
            BadInput(
                "line of another kind",
                lambda c: [model_pb2.TrainModelRequest(kind=OPPORTUNITY, model=c.model, dataset=c.dataset)],
                None,
                "FAILED_PRECONDITION",
                "MODEL_NOT_READY",
            ),
        ],
        "ModelService.ListModels": page_tokens(
            lambda token: model_pb2.ListModelsRequest(kind=LEAD, page_token=token),
            lambda c: (
                c.new_model(publish=None),
                c.page_token(model_pb2.ListModelsRequest, "ModelService.ListModels"),
            )[1],
        ),
        "ModelService.PublishModel": [
            BadInput(
                "version that is not there",
                lambda c: [model_pb2.PublishModelRequest(name=c.model, version=9)],
                None,
                "FAILED_PRECONDITION",
                "MODEL_NOT_READY",
            ),
        ],
        "ModelService.UpdateModel": [
            BadInput("no model's name", lambda _: [renamed("nobody")], "model.name"),
            BadInput("unknown path", lambda c: [renamed(c.model, "state")], "update_mask.paths[0]"),
            BadInput("NUL in the name", lambda c: [renamed(c.model, name="\x00")], "model.display_name"),
        ],
        "ScoringService.Explain": [
            *bad_attributes(
                lambda bad: [explained(score_request(bad))],
                "record.attributes",
            ),
            unwritten_language(lambda tag: [explained(score_request(), language=tag)]),
            BadInput(
                "language of the record",
                lambda _: [explained(score_request(language="da"))],
                "record.language",
            ),
            BadInput(
                "nothing to change",
                lambda _: [scoring_service_pb2.ExplainRequest(record=score_request(), changes=Struct())],
                "changes",
            ),
            BadInput(
                "stages of a lead",
                lambda _: [
                    scoring_service_pb2.ExplainRequest(
                        record=score_request(stages=[staged("Close", 1)]), changes=struct({"budget": 1.0})
                    )
                ],
                "record.stages",
            ),
            BadInput(
                "51 changes",
                lambda _: [
                    scoring_service_pb2.ExplainRequest(
                        record=score_request(), changes=struct({f"a{number}": 1.0 for number in range(51)})
                    )
                ],
                "changes",
            ),
            BadInput(
                "list as a value",
                lambda _: [scoring_service_pb2.ExplainRequest(record=score_request(), changes=_lists())],
                "changes.tags",
            ),
        ],
        "ModelService.DeleteModel": [
            BadInput(
                "published",
                lambda c: [model_pb2.DeleteModelRequest(name=c.model)],
                None,
                "FAILED_PRECONDITION",
                "MODEL_PUBLISHED",
            ),
        ],
        "ModelService.UploadDataset": [
            BadInput("rows before the description", lambda _: upload(ipc(leads(3)))[1:], "dataset"),
            BadInput("no message at all", lambda _: [], "dataset"),
            BadInput("description twice", lambda _: upload()[:1] * 2, "dataset"),
            BadInput("NUL in the name", lambda _: upload(display_name="\x00"), "dataset.display_name"),
            BadInput("no rows", lambda _: upload(), "arrow_ipc_stream", reason="DATASET_EMPTY"),
            BadInput(
                "no Arrow stream",
                lambda _: upload(ipc(leads()), b"garbage"),
                "parts[1].arrow_ipc_stream",
                reason="DATASET_UNREADABLE",
            ),
            BadInput(
                "two schemas",
                lambda _: upload(ipc(leads()), ipc(leads().drop(["member"]))),
                "parts[1].arrow_ipc_stream",
                reason="DATASET_UNREADABLE",
            ),
            BadInput(
                "no label column", lambda _: upload(ipc(leads()), label="none"), "dataset.columns.label"
            ),
            BadInput("no id column", lambda _: upload(ipc(leads()), id="none"), "dataset.columns.id"),
            BadInput(
                "ids twice",
                lambda _: upload(ipc(leads(50)), ipc(leads(50))),
                "dataset.columns.id",
                reason="DUPLICATE_RECORD_IDS",
            ),
            BadInput(
                "no stage column",
                lambda _: upload(ipc(leads()), stages=[_stage_column("none")]),
                "dataset.columns.stages[0].column",
            ),
            BadInput(
                "a stage column with another role",
                lambda _: upload(ipc(leads()), stages=[_stage_column("lead")]),
                "dataset.columns.stages[0].column",
            ),
            BadInput(
                "a stage twice",
                lambda _: upload(ipc(leads()), stages=[_stage_column("source"), _stage_column("member")]),
                "dataset.columns.stages[1].stage",
            ),
            BadInput(
                "a stage column without times",
                lambda _: upload(ipc(leads()), stages=[_stage_column("source")]),
                "dataset.columns.stages[0]",
                reason="DATASET_UNREADABLE",
            ),
            BadInput(
                "no row is positive",
                lambda _: upload(ipc(leads()), positive_value="none"),
                "dataset.columns.positive_value",
            ),
        ],
        "ModelService.ListDatasets": page_tokens(
            lambda token: dataset_pb2.ListDatasetsRequest(page_token=token),
            lambda c: c.page_token(
                lambda **page: record_pb2.ListRecordsRequest(kind=LEAD, **page), "ScoringService.ListRecords"
            ),
        ),
        **bad_operations(
            lambda c: c.page_token(
                lambda **page: record_pb2.ListRecordsRequest(kind=LEAD, **page), "ScoringService.ListRecords"
            )
        ),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "ScoringService.GetGradeRanges": "the proto's constraint on the kind says everything",
        "ModelService.GetModel": "the proto's pattern of the name says everything",
        "ModelService.RetireModel": "the proto's pattern of the name says everything",
        "ModelService.ListModelVersions": "the proto's constraints and the paging of ListModels say everything",
        "ModelService.ExportModel": "the proto's constraints say everything",
        "ModelService.GetDriftReport": "the proto's pattern of the name says everything",
        "ModelService.RefreshScores": "the proto's constraint on the kind says everything",
        "ModelService.GetDataset": "the proto's pattern of the name says everything",
        "ModelService.DeleteDataset": "the proto's pattern of the name says everything",
    }


def _stage_column(column: str) -> dataset_pb2.StageColumn:
    return dataset_pb2.StageColumn(stage="Close", column=column)


def _per_stage(*stages: str, applies: Sequence[str] = (), **fields: Any) -> model_pb2.TrainModelRequest:
    options = model_pb2.StageOptions(stages=stages)
    if applies:
        options.applicable_stages.add(attribute="region", stages=applies)
    return model_pb2.TrainModelRequest(**{"kind": OPPORTUNITY, "stage_options": options} | fields)


def _good(cases: Cases) -> dict[str, Callable[[], Requests]]:
    return {
        "ScoringService.Score": lambda: [score_request(model=cases.model)],
        "ScoringService.BatchScore": lambda: scores(score_request(model=cases.model)),
        "ScoringService.StreamScore": lambda: [
            scoring_service_pb2.StreamScoreRequest(request=score_request(model=cases.model))
        ],
        "ScoringService.ScoreTable": lambda: to_table(ipc(leads(3)), model=cases.model),
        "ScoringService.UpsertRecord": lambda: [upsert("kept-0", {"note": SECRET})],
        "ScoringService.BatchUpsertRecords": lambda: upserts(upsert("kept-1", {"note": SECRET})),
        "ScoringService.ImportRecords": lambda: [record_pb2.ImportRecordsRequest(record=record("kept-1"))],
        "ScoringService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref("kept-0"))],
        "ScoringService.ListRecords": lambda: [record_pb2.ListRecordsRequest(kind=LEAD)],
        "ScoringService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=cases.new_record())],
        "ScoringService.ListScores": lambda: [score_pb2.ListScoresRequest(ref=ref("kept-0"))],
        "ScoringService.GetGradeRanges": lambda: [scoring_service_pb2.GetGradeRangesRequest(kind=LEAD)],
        "ScoringService.UpdateGradeRanges": lambda: grades(80, 60, 40)(None),
        "ModelService.TrainModel": lambda: [
            model_pb2.TrainModelRequest(
                kind=LEAD, model=cases.model, dataset=cases.dataset, validate_only=True
            )
        ],
        "ModelService.GetModel": lambda: [model_pb2.GetModelRequest(name=cases.model)],
        "ModelService.ListModels": lambda: [model_pb2.ListModelsRequest()],
        "ModelService.UpdateModel": lambda: [renamed(cases.model)],
        "ModelService.ListModelVersions": lambda: [model_pb2.ListModelVersionsRequest(name=cases.model)],
        "ModelService.ExportModel": lambda: [model_pb2.ExportModelRequest(name=cases.model)],
        "ModelService.GetDriftReport": lambda: [model_pb2.GetDriftReportRequest(name=cases.model)],
        "ModelService.RefreshScores": lambda: [model_pb2.RefreshScoresRequest(kind=LEAD)],
        "ScoringService.Explain": lambda: [
            scoring_service_pb2.ExplainRequest(
                record=score_request(), changes=struct({"budget": 1.0}), model=cases.model
            )
        ],
        "ModelService.PublishModel": lambda: [model_pb2.PublishModelRequest(name=cases.model)],
        "ModelService.RetireModel": lambda: [model_pb2.RetireModelRequest(name=cases.new_model())],
        "ModelService.DeleteModel": lambda: [
            model_pb2.DeleteModelRequest(name=cases.new_model(publish=None))
        ],
        "ModelService.UploadDataset": lambda: upload(ipc(leads(50))),
        "ModelService.GetDataset": lambda: [dataset_pb2.GetDatasetRequest(name=cases.dataset)],
        "ModelService.ListDatasets": lambda: [dataset_pb2.ListDatasetsRequest()],
        "ModelService.DeleteDataset": lambda: [dataset_pb2.DeleteDatasetRequest(name=cases.new_dataset())],
        **good_operations(cases),
    }
