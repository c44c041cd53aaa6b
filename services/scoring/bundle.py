"""Several ONNX models in one file: that of all stages under its own names, those of stages with a prefix.

onnxruntime runs what the wanted outputs need, so the file scores elsewhere as it is; inputs of stages that are not
wanted get no rows. The service takes the file apart and has models as any other.
"""

from collections.abc import Sequence
from itertools import chain

import onnx
from google.protobuf.message import DecodeError
from onnx import compose

from services.common.errors import Code, LeadlightError, Reason


def prefix_of(place: int) -> str:
    """What the names of a stage's model begin with.

    Args:
        place: Of the stage in the process, from 0.
    """
    return f"stage_{place + 1}."


def pack(whole: bytes, stages: Sequence[bytes | None]) -> bytes:
    """One file from several; the same models give the same bytes.

    Args:
        whole: The model of all stages.
        stages: Each stage's model, in the order of the process; None for a stage without one.
    """
    model = onnx.load_from_string(whole)
    for place, content in enumerate(stages):
        if content is None:
            continue
        prefix = prefix_of(place)
        stage = compose.add_prefix(onnx.load_from_string(content), prefix)
        for dimension in _dimensions(stage.graph):
            # One name would mean one number of rows for all stages.
            dimension.dim_param = prefix + dimension.dim_param
        for name in ("node", "initializer", "input", "output"):
            getattr(model.graph, name).extend(getattr(stage.graph, name))
        for each in stage.metadata_props:
            model.metadata_props.add(key=prefix + each.key, value=each.value)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def unpack(content: bytes, stages: int) -> tuple[bytes, list[bytes | None]]:
    """What `pack` was given.

    Args:
        content: The file.
        stages: Stages of the process.

    Raises:
        LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) if it is no such file.
    """
    try:
        model = onnx.load_from_string(content)
    except DecodeError as error:
        raise LeadlightError(
            Code.DATA_LOSS, Reason.MODEL_FILE_CORRUPT, "the file is no model of this suite; train again"
        ) from error
    prefixes = [prefix_of(place) for place in range(stages)]
    parts = [_part(model, prefix, prefixes) for prefix in ("", *prefixes)]
    return parts[0] or b"", parts[1:]


def _part(model: onnx.ModelProto, prefix: str, prefixes: Sequence[str]) -> bytes | None:
    """The model with one prefix, which goes; None where there is none."""

    def belongs(name: str) -> bool:
        return name.startswith(prefix) if prefix else not name.startswith(tuple(prefixes))

    part = onnx.ModelProto(
        ir_version=model.ir_version, producer_name=model.producer_name, opset_import=model.opset_import
    )
    graph = part.graph
    graph.name = model.graph.name
    for name in ("node", "initializer", "input", "output"):
        getattr(graph, name).extend(each for each in getattr(model.graph, name) if belongs(each.name))
    if not graph.node:
        return None
    part.metadata_props.extend(each for each in model.metadata_props if belongs(each.key))
    for tensor in graph.initializer:
        tensor.name = tensor.name.removeprefix(prefix)
    for value in chain(graph.input, graph.output):
        value.name = value.name.removeprefix(prefix)
    for dimension in _dimensions(graph):
        dimension.dim_param = dimension.dim_param.removeprefix(prefix)
    for node in graph.node:
        node.name = node.name.removeprefix(prefix)
        node.input[:] = [name.removeprefix(prefix) for name in node.input]
        node.output[:] = [name.removeprefix(prefix) for name in node.output]
    for entry in part.metadata_props:
        entry.key = entry.key.removeprefix(prefix)
    return bytes(part.SerializeToString(deterministic=True))


def _dimensions(graph: onnx.GraphProto) -> list[onnx.TensorShapeProto.Dimension]:
    """The dimensions of inputs and outputs that have a name instead of a size."""
    return [
        dimension
        for value in chain(graph.input, graph.output)
        for dimension in value.type.tensor_type.shape.dim
        if dimension.HasField("dim_param")
    ]
