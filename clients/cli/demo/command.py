"""`leadlight demo`: every service at work on a synthetic CRM."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import grpc
import typer
from google.protobuf import any_pb2
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import tracker_service_pb2, tracker_service_pb2_grpc
from leadlight.gateway.v1 import ingest_pb2, ingest_service_pb2_grpc
from leadlight.relationship.v1 import relationship_service_pb2_grpc, settings_pb2
from leadlight.scoring.v1 import model_pb2, model_service_pb2_grpc

from clients.cli import models, operations, output, suite, training
from clients.cli.connection import GATEWAY, Target, open_channel
from clients.cli.demo import screens
from clients.cli.demo.crm import Crm
from clients.cli.demo.generate import OWN_DOMAIN, generate
from clients.cli.demo.items import items, trackers
from clients.cli.failures import CommandError, UsageError
from services.common.run_file import RunFile, RunningService

_NAME = "Demo leads"


def demo(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Stop the suite again at the end, if this command started it.")
    ] = False,
) -> None:
    """Start the suite, load a synthetic CRM in five languages, and show every service at work on it.

    It trains on the CRM's leads, finds duplicates, analyses calls and notes, qualifies a lead and says what to do
    next. The suite keeps running afterwards; `leadlight down` stops it. Nothing in it is real: to try your own leads,
    `leadlight quickstart --leads FILE.csv --label COL`.
    """
    target: Target = context.obj
    if target.address:
        raise UsageError("demo works with the suite on this machine: leave out --address")
    begun_s = time.monotonic()
    running = RunFile(target.data_dir).read()
    started_here = running is None
    if running is None:
        with output.progress_bar("starting the suite"):
            running = suite.start_detached(target)
    try:
        crm = generate(datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
        with open_channel(target, running.services[GATEWAY].address) as channel:
            _prepare(channel)
            _load(channel, crm)
            _train(channel)
            _show(channel, crm)
        output.say(
            f"\nAll of it took {time.monotonic() - begun_s:.0f} s. The CRM is synthetic: no figure is real."
        )
        if not once:
            suite.print_addresses(running)
            _show_calls(running.services[GATEWAY], crm)
            output.say("The suite keeps running; `leadlight down` stops it.")
    finally:
        if once and started_here:
            suite.stop_suite(target)


def _show_calls(gateway: RunningService, crm: Crm) -> None:
    """One question to copy, over gRPC and over HTTP."""
    body = json.dumps({"ref": {"kind": "RECORD_KIND_LEAD", "id": crm.leads[-1].id}})
    method = "leadlight.gateway.v1.InsightService/GetRecordInsights"
    output.say("Everything known about a lead, in one call:")
    output.say(f"  grpcurl -plaintext -d '{body}' {gateway.address} {method}")
    output.say(
        f"  curl -d '{body}' -H 'content-type: application/json' http://{gateway.http_address}/{method}"
    )


def _prepare(channel: grpc.Channel) -> None:
    """Says who our own people are, and what managers listen for."""
    request = settings_pb2.UpdateRelationshipSettingsRequest(
        settings=settings_pb2.RelationshipSettings(own_domains=[OWN_DOMAIN])
    )
    request.update_mask.paths.append("own_domains")
    relationship_service_pb2_grpc.RelationshipServiceStub(channel).UpdateRelationshipSettings(request)
    stub = tracker_service_pb2_grpc.TrackerServiceStub(channel)
    for tracker in trackers():
        stub.UpsertTracker(tracker_service_pb2.UpsertTrackerRequest(tracker=tracker))


def _load(channel: grpc.Channel, crm: Crm) -> None:
    """Hands the CRM to the gateway.

    Raises:
        CommandError: If a service refuses something.
    """
    everything = list(items(crm))
    with output.progress_bar("loading the CRM") as bar:

        def sent() -> Iterator[ingest_pb2.IngestRequest]:
            yield from everything

        for answer in ingest_service_pb2_grpc.IngestServiceStub(channel).Ingest(sent()):
            kind = answer.cursor.partition("/")[0]
            bar.update((answer.index + 1) / len(everything), f"loading {kind}")
            if answer.status.code:
                raise CommandError(f"{answer.cursor}: {answer.status.message}")
    output.say(
        f"{len(crm.leads)} leads, {len(crm.opportunities)} deals, {len(crm.activities)} activities, "
        f"{len(crm.calls)} calls and {len(crm.notes)} notes of a synthetic CRM are loaded."
    )


def _train(channel: grpc.Channel) -> None:
    """Trains on the leads that are stored, and publishes."""
    stub = model_service_pb2_grpc.ModelServiceStub(channel)
    kind = record_pb2.RECORD_KIND_LEAD
    lines = [line for line in models.list_models(stub, kind) if line.display_name == _NAME]
    with output.progress_bar("training") as bar:
        operation = stub.TrainModel(
            model_pb2.TrainModelRequest(
                kind=kind, display_name=_NAME, model=lines[0].name if lines else "", publish=True
            )
        )

        def show(packed: any_pb2.Any) -> None:
            metadata = model_pb2.TrainModelMetadata()
            packed.Unpack(metadata)
            bar.update(metadata.progress, f"training: {metadata.stage}" if metadata.stage else None)

        answer = operations.follow(channel, operation, show, cancel_on_interrupt=True)
    model = model_pb2.Model()
    answer.Unpack(model)
    with output.progress_bar("scoring the open leads") as bar:
        refresh = stub.RefreshScores(model_pb2.RefreshScoresRequest(kind=kind))
        operations.follow(channel, refresh, lambda _: bar.update(0.5), cancel_on_interrupt=False)
    training.print_metrics(model)


def _show(channel: grpc.Channel, crm: Crm) -> None:
    # English where there is a choice, for the widest circle of readers.
    twins = sorted((lead for lead in crm.leads if lead.same_as), key=lambda each: each.language != "en")
    counts = Counter(activity.opportunity for activity in crm.activities)
    open_deals = [deal for deal in crm.opportunities if deal.closed is None]
    deal = max(open_deals, key=lambda each: (each.account.language == "en", counts[each.id]))
    call = next(each for each in reversed(crm.calls) if each.has_consent and each.language == "en")
    screens.scoring(channel, crm)
    screens.relationship(channel, deal)
    screens.dedupe(channel, twins[0])
    screens.conversation(channel, call)
    screens.notes(channel)
    screens.qualification(channel, twins[0])
    screens.worklist(channel, deal.owner.email)
