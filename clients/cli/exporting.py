"""`leadlight scoring export`: a model's card and ONNX file on disk, to score elsewhere."""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated

import typer
from leadlight.scoring.v1 import model_pb2, model_service_pb2_grpc

from clients.cli import models, output
from clients.cli.connection import connect
from clients.cli.failures import CommandError
from clients.cli.options import SERVICE, JsonOption, ModelArgument

CARD, ONNX = "card.json", "model.onnx"


def export(
    context: typer.Context,
    model: ModelArgument,
    *,
    out: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to write to.")],
    version: Annotated[
        int | None,
        typer.Option(min=1, help="The version.", show_default="the published one, else the newest"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a model's ONNX file and card into a folder: onnxruntime alone scores with them.

    docs/examples/score_exported.py shows how.

    Examples:
        leadlight scoring export "Spring leads" -o exported
    """
    card, onnx = bytearray(), bytearray()
    with connect(context.obj, SERVICE) as channel:
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        name = models.find_model(stub, model).name
        for part in stub.ExportModel(model_pb2.ExportModelRequest(name=name, version=version or 0)):
            card += part.card
            onnx += part.onnx
    described = json.loads(card)
    if hashlib.sha256(onnx).hexdigest() != described["onnx_sha256"]:
        raise CommandError("the file that came is not the one that the card describes; try again")
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write(out / ONNX, onnx)
        _write(out / CARD, card)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror or error}") from None
    if as_json:
        output.print_json(
            {"model": name, "version": described["version"], "onnx": str(out / ONNX), "card": str(out / CARD)}
        )
    else:
        output.say(
            f"{name.removeprefix('models/')}, version {described['version']}: {out / ONNX} "
            f"({len(onnx):,} bytes) and {out / CARD}"
        )


def _write(path: Path, content: bytes | bytearray) -> None:
    """Writes a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
