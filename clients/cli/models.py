"""Which model a person means, and how models are shown."""

import re
from collections.abc import Iterator

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import model_pb2, model_service_pb2_grpc
from leadlight_client import CallError

from clients.cli import output
from clients.cli.failures import CommandError, did_you_mean
from clients.cli.pages import PAGE_SIZE, pages

KINDS = {"lead": record_pb2.RECORD_KIND_LEAD, "opportunity": record_pb2.RECORD_KIND_OPPORTUNITY}
_RESOURCE_ID = re.compile(r"[a-z0-9-]{1,63}")


def kind_word(kind: record_pb2.RecordKind.ValueType) -> str:
    """`lead` or `opportunity`."""
    return next((word for word, value in KINDS.items() if value == kind), "unknown")


def state_word(model: model_pb2.Model) -> str:
    """`published`, `ready`, ..."""
    return model_pb2.ModelState.Name(model.state).removeprefix("MODEL_STATE_").lower()


def verdict_word(model: model_pb2.Model) -> str:
    """`ready`, `ok` or `not ready`; empty before the first training."""
    word = model_pb2.PublishVerdict.Name(model.verdict).removeprefix("PUBLISH_VERDICT_")
    return "" if word == "UNSPECIFIED" else word.lower().replace("_", " ")


def model_id(model: model_pb2.Model) -> str:
    """The model's id without `models/`."""
    return model.name.removeprefix("models/")


def list_models(
    stub: model_service_pb2_grpc.ModelServiceStub, kind: record_pb2.RecordKind.ValueType | None = None
) -> Iterator[model_pb2.Model]:
    """All models of a kind, or of both, newest first."""
    request = model_pb2.ListModelsRequest(page_size=PAGE_SIZE)
    if kind is not None:
        request.kind = kind
    for page in pages(stub.ListModels, request):
        yield from page.models


def list_versions(stub: model_service_pb2_grpc.ModelServiceStub, name: str) -> Iterator[model_pb2.Model]:
    """All versions of a model, newest first."""
    request = model_pb2.ListModelVersionsRequest(name=name, page_size=PAGE_SIZE)
    for page in pages(stub.ListModelVersions, request):
        yield from page.versions


def find_model(stub: model_service_pb2_grpc.ModelServiceStub, given: str) -> model_pb2.Model:
    """The model with this id, resource name or display name.

    Raises:
        CommandError: If there is none, or the display name has several.
    """
    identifier = given.removeprefix("models/")
    if _RESOURCE_ID.fullmatch(identifier):
        try:
            return stub.GetModel(model_pb2.GetModelRequest(name=f"models/{identifier}"))
        except CallError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
    models = list(list_models(stub))
    named = [model for model in models if model.display_name == given]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(model_id(model) for model in named)
        raise CommandError(f"{len(named)} models are called {given}: choose by id, one of {ids}")
    names = [model_id(model) for model in models] + [model.display_name for model in models]
    raise CommandError(
        f"there is no model {given}{did_you_mean(given, names)} `leadlight scoring models` lists them"
    )


def choose_model(
    stub: model_service_pb2_grpc.ModelServiceStub, kind: record_pb2.RecordKind.ValueType, given: str
) -> str:
    """The resource name of the model to score by; empty for the published one, which the service picks.

    Raises:
        CommandError: If there is none.
    """
    if given:
        return find_model(stub, given).name
    found = list(list_models(stub, kind))
    if any(model.state == model_pb2.MODEL_STATE_PUBLISHED for model in found):
        return ""
    word = kind_word(kind)
    ready = [model for model in found if model.version > 0]
    if not ready:
        raise CommandError(
            f"there is no trained {word} model: "
            f"make one with `leadlight scoring train FILE --kind {word} --label COL`"
        )
    newest = max(ready, key=lambda model: model.train_time.ToNanoseconds())
    output.note(
        f"no {word} model is published; scoring by the newest one, {model_id(newest)} ({newest.display_name})"
    )
    return newest.name
