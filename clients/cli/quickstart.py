"""`leadlight quickstart`: from nothing to scored leads with reasons, on one screen."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import grpc
import pyarrow.compute as pc
import typer
from leadlight.common.v1 import record_pb2
from leadlight.scoring.v1 import (
    dataset_pb2,
    grade_pb2,
    model_pb2,
    model_service_pb2_grpc,
    score_pb2,
    scoring_service_pb2,
    scoring_service_pb2_grpc,
)

from clients.cli import models, output, suite, training
from clients.cli.connection import Target, open_channel
from clients.cli.failures import UsageError
from clients.cli.options import SERVICE
from clients.cli.records import to_struct
from clients.cli.scoring import described_columns
from clients.cli.tables import Table, open_table, with_settled_types
from services.common.run_file import RunFile

SAMPLE = Path(__file__).parent / "sample" / "leads.csv"
_LEAD = record_pb2.RECORD_KIND_LEAD
_SHOWN_LEADS = 5
_SHOWN_REASONS = 3  # each for and against
_CANDIDATES = 1000  # what one BatchScore takes

_SHOWN_ATTRIBUTES = 4

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Lead:
    id: str
    attributes: dict[str, object]


def quickstart(
    context: typer.Context,
    *,
    leads: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Closed leads, CSV or Parquet.", show_default="a synthetic sample"),
    ] = None,
    label: Annotated[
        str, typer.Option(metavar="COL", help="Column with the outcome; blank means open.")
    ] = "",
    positive: Annotated[str, typer.Option(metavar="VALUE", help="Text of a won outcome.")] = "",
    id_column: Annotated[str, typer.Option("--id", metavar="COL", help="Column with the id.")] = "",
    once: Annotated[
        bool, typer.Option("--once", help="Stop the suite again at the end, if this command started it.")
    ] = False,
) -> None:
    """Start the suite, train and publish a model, and show five scored leads with the reasons.

    Without --leads a small synthetic sample is used. The suite keeps running in the background afterwards;
    `leadlight down` stops it. Run again with the same file, the model gets a further version.

    Examples:
        leadlight quickstart

        leadlight quickstart --leads leads.csv --label outcome --positive won --id lead_id
    """
    target: Target = context.obj
    if target.address:
        raise UsageError("quickstart works with the suite on this machine: leave out --address")
    if leads is not None and not label:
        raise UsageError(
            f"--leads needs --label COL, the column with the outcome. The file has: "
            f"{', '.join(open_table(leads).columns)}"
        )
    table = open_table(leads or SAMPLE)
    if leads is None:
        output.say("Without --leads this is the synthetic sample that ships with Leadlight, not real leads.")
        id_column, label, positive = "lead_id", "outcome", "won"
        columns = described_columns(
            table, id_column=id_column, label=label, positive=positive, created="created", closed="closed"
        )
    else:
        columns = described_columns(table, id_column=id_column, label=label, positive=positive)
    running = RunFile(target.data_dir).read()
    started_here = running is None
    if running is None:
        with output.progress_bar("starting the suite"):
            running = suite.start_detached(target)
    try:
        address = running.services[SERVICE].address
        with open_channel(target, address) as channel:
            model = _train_and_show(channel, table, columns)
            best = _show_leads(channel, table, columns, model)
        if not once:
            suite.print_addresses(running)
            _show_next_steps(address, best)
    finally:
        if once and started_here:
            suite.stop_suite(target)


def _train_and_show(
    channel: grpc.Channel, table: Table, columns: dataset_pb2.DatasetColumns
) -> model_pb2.Model:
    """Trains and publishes; a further version if there is a line for this file already."""
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    name = f"Quickstart: {table.path.name}"
    lines = [line for line in models.list_models(stub, _LEAD) if line.display_name == name]
    plan = training.TrainingPlan(
        table=table,
        columns=columns,
        kind=_LEAD,
        display_name=name,
        model=lines[0].name if lines else "",
        publish=True,
    )
    model = training.train(channel, plan)
    training.print_model(model)
    return model


def _show_leads(
    channel: grpc.Channel, table: Table, columns: dataset_pb2.DatasetColumns, model: model_pb2.Model
) -> dict[str, object]:
    """Scores the leads that wait, shows some from best to worst, returns the best one's attributes."""
    rows, are_open = with_settled_types(table, lambda: _candidates(table, columns.label))
    apart = {columns.id, columns.label, columns.create_time, columns.close_time}
    leads = [
        _Lead(
            id=str(row[columns.id]) if columns.id else str(number),
            attributes={
                name: value for name, value in row.items() if name not in apart and value is not None
            },
        )
        for number, row in rows
    ]
    stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
    scores = _score(stub, leads, model, score_pb2.REASON_DETAIL_NONE)
    ranked = sorted(zip(scores, range(len(leads)), strict=True), key=lambda pair: -pair[0].probability)
    count = min(_SHOWN_LEADS, len(ranked))
    steps = [round(step * (len(ranked) - 1) / max(1, count - 1)) for step in range(count)]
    shown = [leads[ranked[step][1]] for step in steps]
    which = "open leads" if are_open else "newest leads (none is open)"
    output.say(f"\n{count} of {len(leads)} {which}, from the best to the worst")
    for lead, score in zip(shown, _score(stub, shown, model, score_pb2.REASON_DETAIL_TOP), strict=True):
        _print_lead(lead, score)
    return shown[0].attributes if shown else {}


def _candidates(table: Table, label: str) -> tuple[list[tuple[int, Row]], bool]:
    """The last open rows with their numbers from 1, or the last rows of all, and whether they are open."""
    latest: deque[tuple[int, Row]] = deque(maxlen=_CANDIDATES)
    open_ones: deque[tuple[int, Row]] = deque(maxlen=_CANDIDATES)
    first = 1
    for piece in table.pieces():
        batch = piece.batch
        tail_start = max(0, batch.num_rows - _CANDIDATES)
        tail = batch.slice(tail_start).to_pylist()
        latest.extend(enumerate(tail, start=first + tail_start))
        places = pc.indices_nonzero(pc.is_null(batch.column(label)))
        places = places.slice(max(0, len(places) - _CANDIDATES))
        rows = batch.take(places).to_pylist()
        open_ones.extend((first + place, row) for place, row in zip(places.to_pylist(), rows, strict=True))
        first += batch.num_rows
    return (list(open_ones), True) if open_ones else (list(latest), False)


def _score(
    stub: scoring_service_pb2_grpc.ScoringServiceStub,
    leads: list[_Lead],
    model: model_pb2.Model,
    detail: score_pb2.ReasonDetail.ValueType,
) -> list[score_pb2.Score]:
    requests = [
        scoring_service_pb2.ScoreRequest(
            kind=_LEAD, attributes=to_struct(lead.attributes), model=model.name, reason_detail=detail
        )
        for lead in leads
    ]
    return list(stub.BatchScore(scoring_service_pb2.BatchScoreRequest(requests=requests)).scores)


def _print_lead(lead: _Lead, score: score_pb2.Score) -> None:
    grade = grade_pb2.Grade.Name(score.grade).removeprefix("GRADE_")
    output.say(f"\n{lead.id}: score {score.score}, grade {grade}, probability {score.probability:.3f}")
    positive = [reason for reason in score.reasons if reason.points > 0][:_SHOWN_REASONS]
    negative = [reason for reason in score.reasons if reason.points < 0][:_SHOWN_REASONS]
    for reason in [*positive, *negative]:
        told = f" - {reason.sentence}" if reason.sentence else ""
        output.say(f"  {reason.points:+6.1f}  {reason.attribute} = {reason.value or '(blank)'}{told}")


def _show_next_steps(address: str, attributes: Mapping[str, object]) -> None:
    """One call to copy, and the commands to try next."""
    few = dict(list(attributes.items())[:_SHOWN_ATTRIBUTES])
    request = {"kind": "RECORD_KIND_LEAD", "attributes": few}
    body = json.dumps(request, ensure_ascii=False, default=str).replace("'", "'\\''")
    output.say("\nThe suite runs in the background. A call to it:")
    output.say(f"  grpcurl -plaintext -d '{body}' {address} leadlight.scoring.v1.ScoringService/Score")
    output.say("Next:")
    output.say("  leadlight scoring models")
    output.say("  leadlight scoring score FILE.csv --id COL -o scores.csv")
    output.say("  leadlight status")
    output.say("  leadlight down")
