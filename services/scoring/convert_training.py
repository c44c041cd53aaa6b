"""What is to be trained, and changed of a model line, from protobuf; how far operations are, to protobuf."""

import re
from dataclasses import dataclass

from google.protobuf.message import Message
from leadlight.scoring.v1 import model_pb2

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.common.operations import Operation
from services.common.records import RecordKind
from services.common.server.wire import optional_timestamp, storable
from services.scoring.convert import KINDS
from services.scoring.convert_models import dataset_id, model_id
from services.scoring.encoding import category_text
from services.scoring.limits import MAX_NAME_CHARACTERS
from services.scoring.matching import Filter, FilterCondition
from services.scoring.refreshing import REFRESH_SCORES
from services.scoring.stages import StageOptions
from services.scoring.training_order import AttributeOptions, TrainingOrder
from services.scoring.window import LONGEST_WINDOW_MONTHS

_MODEL_NAME = re.compile(r"models/[a-z0-9-]{1,63}")


def training_order(request: model_pb2.TrainModelRequest) -> TrainingOrder:
    """What to train.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    options = None
    if request.HasField("attribute_options"):
        sent = request.attribute_options
        options = AttributeOptions(
            exclude=tuple(sent.exclude),
            hand_picked=tuple(sent.hand_picked),
            without_engineered=sent.without_engineered,
            ignore_blank=tuple(sent.ignore_blank),
        )
    return TrainingOrder(
        kind=KINDS[request.kind],
        stage_options=_stage_options(request) if request.HasField("stage_options") else None,
        model_id=model_id(request.model),
        display_name=storable(request.display_name, "display_name"),
        filter=_filter(request),
        dataset_id=dataset_id(request.dataset),
        window_months=request.window_months or LONGEST_WINDOW_MONTHS,
        attribute_options=options,
        publish=request.publish,
        low_evidence=request.low_evidence,
        seed=request.seed,
    )


def _stage_options(request: model_pb2.TrainModelRequest) -> StageOptions:
    """The stages to tell apart.

    Raises:
        LeadlightError: INVALID_ARGUMENT for leads, a single stage, or an attribute that applies in none of them.
    """
    sent = request.stage_options
    names = tuple(storable(name, f"stage_options.stages[{index}]") for index, name in enumerate(sent.stages))
    if names and KINDS[request.kind] is not RecordKind.OPPORTUNITY:
        raise invalid_argument("stage_options", "are for opportunities alone")
    if len(names) == 1:
        raise invalid_argument("stage_options.stages", "names one stage; a process has 2 or more")
    for index, each in enumerate(sent.applicable_stages):
        for place, name in enumerate(each.stages):
            if name not in names:
                raise invalid_argument(
                    f"stage_options.applicable_stages[{index}].stages[{place}]", "is no stage of the process"
                )
    return StageOptions(names, tuple((each.attribute, tuple(each.stages)) for each in sent.applicable_stages))


def _filter(request: model_pb2.TrainModelRequest) -> Filter:
    """The filter in one way of writing it: conditions by attribute, values by name, as records' values are read."""
    names = [condition.attribute for condition in request.filter]
    repeated = [
        FieldViolation(f"filter[{index}].attribute", "has a condition already; put its values together")
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    if repeated:
        raise invalid_arguments(repeated)
    conditions = [
        FilterCondition(each.attribute, tuple(sorted({category_text(value) for value in each.values})))
        for each in request.filter
    ]
    return tuple(sorted(conditions, key=lambda condition: condition.attribute))


@dataclass(frozen=True, slots=True)
class ModelChange:
    """What to change of a model line; None leaves it."""

    model_id: str
    display_name: str | None
    auto_retrain: bool | None


def model_change(request: model_pb2.UpdateModelRequest) -> ModelChange:
    """What to change of a model line.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    model, paths = request.model, request.update_mask.paths
    if not _MODEL_NAME.fullmatch(model.name):
        raise invalid_argument("model.name", "must have the form models/{model}")
    if not paths:
        raise invalid_argument("update_mask", "names nothing to change")
    for index, path in enumerate(paths):
        if path not in {"display_name", "auto_retrain"}:
            raise invalid_argument(f"update_mask.paths[{index}]", "is none of display_name, auto_retrain")
    name = None
    if "display_name" in paths:
        name = storable(model.display_name, "model.display_name")
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS:
            raise invalid_argument("model.display_name", f"must have 1 to {MAX_NAME_CHARACTERS} characters")
    auto_retrain = model.auto_retrain if "auto_retrain" in paths else None
    return ModelChange(model_id(model.name), name, auto_retrain)


def operation_metadata(operation: Operation) -> Message:
    """How far an operation is."""
    stage, progress = operation.stage, operation.progress
    start_time = optional_timestamp(operation.started_at)
    restart_count = max(0, operation.attempts - 1)
    if operation.kind == REFRESH_SCORES:
        return model_pb2.RefreshScoresMetadata(
            stage=stage, progress=progress, start_time=start_time, restart_count=restart_count
        )
    return model_pb2.TrainModelMetadata(
        model=operation.target,
        stage=stage,
        progress=progress,
        start_time=start_time,
        restart_count=restart_count,
    )
