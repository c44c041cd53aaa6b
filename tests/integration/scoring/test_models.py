"""Models from their training to their end: operations, versions, publication, limits."""

import uuid
from typing import Any

import grpc
import pyarrow as pa
import pytest
from google.longrunning import operations_pb2
from google.rpc import code_pb2, error_details_pb2
from leadlight.scoring.v1 import dataset_pb2, model_pb2, record_pb2, scoring_service_pb2

from services.common.records import RecordKind
from services.scoring import model_store
from tests.contract.served import Client
from tests.integration.scoring.conftest import Scoring
from tests.integration.scoring.test_datasets import UPLOAD, described, piece
from tests.integration.scoring.world import HOT, LEAD, OPPORTUNITY, ROWS, ago, closed, leads, struct, upsert

TRAIN = "ModelService.TrainModel"


def train(client: Client, **order: Any) -> operations_pb2.Operation:
    """Starts a training and waits for its end."""
    request = model_pb2.TrainModelRequest(**{"kind": LEAD} | order)
    return wait(client, client.call(TRAIN, request).name)


def wait(client: Client, name: str) -> operations_pb2.Operation:
    for _ in range(60):
        request = operations_pb2.WaitOperationRequest(name=name)
        operation: operations_pb2.Operation = client.call("Operations.WaitOperation", request)
        if operation.done:
            return operation
    raise AssertionError(f"{name} does not end")


def model_of(operation: operations_pb2.Operation) -> model_pb2.Model:
    model = model_pb2.Model()
    assert operation.WhichOneof("result") == "response", operation
    assert operation.response.Unpack(model)
    return model


def get(client: Client, name: str) -> model_pb2.Model:
    model: model_pb2.Model = client.call("ModelService.GetModel", model_pb2.GetModelRequest(name=name))
    return model


def names(client: Client, **fields: Any) -> list[str]:
    found = client.call("ModelService.ListModels", model_pb2.ListModelsRequest(**fields)).models
    return [model.name for model in found]


def uploaded(client: Client, table: pa.Table | None = None, **columns: str) -> str:
    roles = {"id": "lead", "label": "qualified"} | columns
    return str(client.call(UPLOAD, described(**roles), piece(leads() if table is None else table)).name)


def store_closed(client: Client, won: int, lost: int, **fields: Any) -> None:
    """Closed records that a model can learn from, in one batch."""
    requests = []
    for number in range(won + lost):
        is_won = number < won
        attributes = {"source": "referral" if is_won == (number % 5 > 0) else "web", "budget": float(number)}
        times = {"create_time": ago(days=100 - number / 10), "close_time": ago(days=50 - number / 10)}
        requests.append(closed(f"r{number}", attributes, won=is_won, **times | fields))
    request = record_pb2.BatchUpsertRecordsRequest(requests=requests)
    client.call("ScoringService.BatchUpsertRecords", request)


def test_a_training_gives_a_model_and_a_retraining_its_second_version(empty: Client) -> None:
    dataset = uploaded(empty)
    operation = train(empty, dataset=dataset, display_name="Öffentliche Leads")
    first = model_of(operation)
    metadata = model_pb2.TrainModelMetadata()
    assert operation.metadata.Unpack(metadata)
    assert (metadata.model, metadata.progress, metadata.restart_count) == (first.name, 1.0, 0)
    assert (first.display_name, first.state, first.version) == (
        "Öffentliche Leads",
        model_pb2.MODEL_STATE_READY,
        1,
    )
    assert first.training_data.record_count == ROWS
    assert first.training_data.test_record_count == ROWS // 5
    assert {each.attribute for each in first.attributes} == {"source", "budget", "member"}
    assert first.metrics.auc > 0.6
    matrix = first.metrics.confusion_matrix
    counted = matrix.true_positives + matrix.false_positives + matrix.true_negatives + matrix.false_negatives
    assert counted == ROWS // 5
    assert get(empty, first.name) == first
    assert empty.refused("ScoringService.Score", _score()).reason == "MODEL_NOT_PUBLISHED"

    second = model_of(train(empty, dataset=dataset, model=first.name, publish=True))
    assert (second.name, second.version, second.state) == (first.name, 2, model_pb2.MODEL_STATE_PUBLISHED)
    assert second.onnx_sha256 == first.onnx_sha256
    assert names(empty) == [first.name]
    assert _scored(empty).model_version == 2

    empty.call("ModelService.DeleteDataset", dataset_pb2.DeleteDatasetRequest(name=dataset))
    back = empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=first.name, version=1))
    assert (back.version, back.state) == (1, model_pb2.MODEL_STATE_PUBLISHED)
    assert _scored(empty).model_version == 1
    newest = empty.call("ModelService.PublishModel", model_pb2.PublishModelRequest(name=first.name))
    assert newest.version == 2
    assert empty.refused(TRAIN, model_pb2.TrainModelRequest(kind=LEAD, dataset=dataset)).code == "NOT_FOUND"


def _score() -> scoring_service_pb2.ScoreRequest:
    return scoring_service_pb2.ScoreRequest(kind=LEAD, attributes=struct(HOT))


def _scored(client: Client) -> Any:
    return client.call("ScoringService.Score", _score())


def test_39_closed_records_of_an_outcome_are_refused_and_40_pass(empty: Client) -> None:
    store_closed(empty, 40, 39)
    check = model_pb2.TrainModelRequest(kind=LEAD, validate_only=True)
    error = empty.refused(TRAIN, check)
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "TOO_FEW_CLOSED_RECORDS")
    assert error.metadata == {"positive": "40", "negative": "39", "minimum": "40"}
    assert names(empty) == []
    store_closed(empty, 40, 40)
    checked = empty.call(TRAIN, check)
    assert (checked.done, checked.name) == (True, "")
    assert names(empty) == []
    model = model_of(train(empty, publish=True))
    assert (model.training_data.record_count, model.training_data.positive_count) == (80, 40)
    assert model.training_data.HasField("oldest_create_time")
    assert empty.call("ScoringService.UpsertRecord", upsert("new", HOT)).score.model == model.name


def test_one_outcome_alone_is_refused(empty: Client) -> None:
    table = leads().set_column(4, "qualified", pa.array(["Yes"] * ROWS))
    request = model_pb2.TrainModelRequest(kind=LEAD, dataset=uploaded(empty, table))
    assert empty.refused(TRAIN, request).reason == "SINGLE_OUTCOME"


def test_a_training_that_cannot_succeed_says_why_and_leaves_no_model(empty: Client) -> None:
    """Enough records altogether, too few of them in the window."""
    store_closed(empty, 40, 40, create_time=ago(days=900), close_time=ago(days=800))
    operation = train(empty)
    assert operation.error.code == code_pb2.FAILED_PRECONDITION
    info = error_details_pb2.ErrorInfo()
    assert operation.error.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("TOO_FEW_CLOSED_RECORDS", "leadlight.scoring")
    assert names(empty) == []


def test_an_unexpected_failure_leaves_no_model_either(scoring: Scoring, empty: Client) -> None:
    dataset = uploaded(empty)
    scoring.files.dataset(empty.tenant, dataset.removeprefix("datasets/")).write_bytes(b"no Parquet")
    operation = train(empty, dataset=dataset)
    assert operation.error.code == code_pb2.INTERNAL
    assert "Parquet" not in str(operation.error)
    assert names(empty) == []


def test_blank_columns_of_times_count_as_none(empty: Client) -> None:
    table = leads(120).append_column("made", pa.nulls(120, pa.string()))
    model = model_of(train(empty, dataset=uploaded(empty, table, create_time="made")))
    assert not model.training_data.HasField("oldest_create_time")


def test_an_eleventh_model_of_a_kind_is_refused(scoring: Scoring, empty: Client) -> None:
    dataset = uploaded(empty)
    existing = [scoring.install(empty.tenant, publish=None) for _ in range(10)]
    request = model_pb2.TrainModelRequest(kind=LEAD, dataset=dataset, validate_only=True)
    error = empty.refused(TRAIN, request)
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "MODEL_LIMIT_REACHED")
    request.model = existing[0]
    assert empty.call(TRAIN, request).done
    other_kind = model_pb2.TrainModelRequest(kind=OPPORTUNITY, dataset=dataset, validate_only=True)
    assert empty.call(TRAIN, other_kind).done
    empty.call("ModelService.DeleteModel", model_pb2.DeleteModelRequest(name=existing[1]))
    request.model = ""
    assert empty.call(TRAIN, request).done


def test_a_model_is_trained_for_its_own_kind_only(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant)
    request = model_pb2.TrainModelRequest(kind=OPPORTUNITY, model=name, dataset=uploaded(empty))
    assert empty.refused(TRAIN, request).code == "FAILED_PRECONDITION"


def test_a_draft_is_not_published_and_does_not_stay(scoring: Scoring, empty: Client) -> None:
    """A draft that no operation works on, as one leaves that was given up."""
    with scoring.db.write(empty.tenant) as session:
        model_store.add_model(session, "draft-1", RecordKind.LEAD, "Draft")
    draft = get(empty, "models/draft-1")
    assert (draft.state, draft.version) == (model_pb2.MODEL_STATE_DRAFT, 0)
    publish = model_pb2.PublishModelRequest(name="models/draft-1")
    assert empty.refused("ModelService.PublishModel", publish).reason == "MODEL_NOT_READY"
    retire = model_pb2.RetireModelRequest(name="models/draft-1")
    assert empty.refused("ModelService.RetireModel", retire).reason == "MODEL_NOT_READY"
    request = model_pb2.TrainModelRequest(kind=LEAD, dataset=uploaded(empty), validate_only=True)
    assert empty.call(TRAIN, request).done
    assert names(empty) == []


def test_a_cancelled_training_leaves_no_model(empty: Client) -> None:
    dataset = uploaded(empty, leads(20_000))  # many, so that it is under way when it is cancelled
    started = empty.call(TRAIN, model_pb2.TrainModelRequest(kind=LEAD, dataset=dataset))
    metadata = model_pb2.TrainModelMetadata()
    started.metadata.Unpack(metadata)
    assert get(empty, metadata.model).state == model_pb2.MODEL_STATE_TRAINING
    delete = model_pb2.DeleteModelRequest(name=metadata.model)
    assert empty.refused("ModelService.DeleteModel", delete).reason == "MODEL_IN_TRAINING"
    empty.call("Operations.CancelOperation", operations_pb2.CancelOperationRequest(name=started.name))
    ended = wait(empty, started.name)
    assert ended.error.code == code_pb2.CANCELLED
    assert names(empty) == []
    empty.call("Operations.DeleteOperation", operations_pb2.DeleteOperationRequest(name=started.name))
    assert empty.call("Operations.ListOperations", operations_pb2.ListOperationsRequest()).operations == []


def test_a_repeated_order_starts_one_training(empty: Client) -> None:
    order = model_pb2.TrainModelRequest(
        kind=LEAD,
        dataset=uploaded(empty, leads(120)),
        request_id=str(uuid.uuid4()),
        attribute_options=model_pb2.AttributeOptions(exclude=["budget"]),
    )
    first = empty.call(TRAIN, order)
    assert empty.call(TRAIN, order) == first
    model = model_of(wait(empty, first.name))
    assert names(empty) == [model.name]
    uses = {each.attribute: each.use for each in model.attributes}
    assert uses["budget"] == model_pb2.ATTRIBUTE_USE_EXCLUDED
    order.seed = 1
    assert empty.refused(TRAIN, order).reason == "REQUEST_ID_REUSED"


def test_a_published_model_is_retired_before_it_is_deleted(scoring: Scoring, empty: Client) -> None:
    name = scoring.install(empty.tenant)
    delete = model_pb2.DeleteModelRequest(name=name)
    assert empty.refused("ModelService.DeleteModel", delete).reason == "MODEL_PUBLISHED"
    retired = empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name))
    assert (retired.state, retired.version) == (model_pb2.MODEL_STATE_RETIRED, 1)
    assert not retired.HasField("publish_time")
    assert empty.call("ModelService.RetireModel", model_pb2.RetireModelRequest(name=name)) == retired
    empty.call("ModelService.DeleteModel", delete)
    folder = scoring.folder / "scoring" / "models" / empty.tenant / name.removeprefix("models/")
    assert not folder.exists()
    assert empty.refused("ModelService.GetModel", model_pb2.GetModelRequest(name=name)).code == "NOT_FOUND"


def test_models_are_listed_newest_first_in_pages(scoring: Scoring, empty: Client) -> None:
    made = [scoring.install(empty.tenant, publish=None) for _ in range(3)]
    deal = scoring.install(empty.tenant, kind=RecordKind.OPPORTUNITY)
    assert names(empty) == [deal, *reversed(made)]
    assert names(empty, kind=OPPORTUNITY) == [deal]
    first = empty.call("ModelService.ListModels", model_pb2.ListModelsRequest(kind=LEAD, page_size=2))
    assert not any(attribute.values for model in first.models for attribute in model.attributes)
    rest = model_pb2.ListModelsRequest(kind=LEAD, page_size=2, page_token=first.next_page_token)
    second = empty.call("ModelService.ListModels", rest)
    assert [model.name for model in (*first.models, *second.models)] == list(reversed(made))
    assert second.next_page_token == ""
    rest.kind = OPPORTUNITY
    assert empty.refused("ModelService.ListModels", rest).reason == "INVALID_PAGE_TOKEN"


@pytest.mark.parametrize("version", [2, 99])
def test_a_version_that_is_not_there_is_not_published(scoring: Scoring, empty: Client, version: int) -> None:
    name = scoring.install(empty.tenant, publish=None)
    request = model_pb2.PublishModelRequest(name=name, version=version)
    assert empty.refused("ModelService.PublishModel", request).reason == "MODEL_NOT_READY"
    with pytest.raises(grpc.RpcError):
        empty.call("ScoringService.Score", _score())
