"""`leadlight relationship capture`, `offers`, `track`, `ignore` and `never`: what a mailbox offers its owner."""

from collections import Counter
from datetime import UTC
from pathlib import Path
from typing import Annotated

import grpc
import typer
from google.protobuf import json_format
from leadlight.relationship.v1 import activity_pb2, capture_pb2, capture_service_pb2_grpc
from leadlight_client import CallError

from clients.cli import output
from clients.cli.activity_rows import Columns
from clients.cli.activity_sources import TABLES, format_of, open_source
from clients.cli.captured import Source
from clients.cli.connection import connect
from clients.cli.failures import CommandError, UsageError, explain
from clients.cli.options import JsonOption
from clients.cli.own_people import is_domain, own_of
from clients.cli.pages import PAGE_SIZE, pages
from clients.cli.refs import optional_ref, ref_of, ref_text
from clients.cli.zones import zone_of

_SERVICE = "relationship"
_CHUNK = 500
_SHOWN_FAULTS = 5
_MOST_SUBJECT = 60
_MOST_RECORDS = 3
_KINDS = {True: capture_pb2.CAPTURE_EXCLUSION_KIND_DOMAIN, False: capture_pb2.CAPTURE_EXCLUSION_KIND_ADDRESS}

IdsArgument = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Ids that `relationship offers` shows.")
]
ThreadOption = Annotated[bool, typer.Option("--thread", help="All of their threads that is offered as well.")]


def capture(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A mailbox (.mbox), mail (.eml) or calendar (.ics).")
    ],
    *,
    file_format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="mbox, eml or ics; else by the suffix.")
    ] = "",
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="IANA zone of times that name none.")
    ] = "UTC",
    as_json: JsonOption = False,
) -> None:
    """Offer what touches a known or likely contact; nothing counts before it is tracked.

    Offers are yours alone. Of mails the headers alone are read. What is marked private, or lies among own people, is
    not offered, and what is marked private does not leave this machine. The same file again offers nothing twice.

    Examples:
        leadlight relationship capture inbox.mbox
    """
    file_format = format_of(file, file_format)
    if file_format in TABLES:
        raise UsageError(f"{file} is read as {file_format}; only mailboxes, mails and calendars are captured")
    with connect(context.obj, _SERVICE) as channel, output.progress_bar("reading"):
        source = open_source(file, file_format, Columns("", "", ""), zone_of(time_zone), own_of(channel))
        counts = _send(capture_service_pb2_grpc.CaptureServiceStub(channel), source)
    counts.update({why.replace(" ", "_"): count for why, count in source.left_out.items()})
    for fault in source.bad[:_SHOWN_FAULTS]:
        output.note(f"left out: {fault}")
    if len(source.bad) > _SHOWN_FAULTS:
        output.note(f"left out: {len(source.bad) - _SHOWN_FAULTS:,} more")
    if as_json:
        output.print_json({"offered": 0, **dict(sorted(counts.items())), "refused": len(source.bad)})
    else:
        told = {"offered": counts["offered"], **dict(sorted(counts.items())), "left out": len(source.bad)}
        output.say("; ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in told.items()))
    if source.bad and not counts.total():
        raise CommandError("nothing could be read; the lines above say why")


def offers(
    context: typer.Context,
    *,
    record: Annotated[
        str, typer.Option("--record", metavar="KIND/ID", help="Only what would count for one record.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List what is offered to you, the newest first.

    Examples:
        leadlight relationship offers --record account/A-17
    """
    request = capture_pb2.ListOffersRequest(page_size=PAGE_SIZE, ref=optional_ref(record, "--record"))
    found: list[capture_pb2.Offer] = []
    with connect(context.obj, _SERVICE) as channel:
        for page in pages(capture_service_pb2_grpc.CaptureServiceStub(channel).ListOffers, request):
            found += page.offers
    if as_json:
        output.print_json(
            [json_format.MessageToDict(each, preserving_proto_field_name=True) for each in found]
        )
        return
    rows = [
        (
            each.activity.id,
            f"{each.activity.start_time.ToDatetime(tzinfo=UTC):%Y-%m-%d %H:%M}",
            each.activity.participants[0].address,
            each.activity.subject[:_MOST_SUBJECT],
            _records(each),
        )
        for each in found
    ]
    output.print_table("", ("id", "time", "from", "subject", "counts for"), rows)


def track(
    context: typer.Context,
    ids: IdsArgument,
    *,
    thread: ThreadOption = False,
    record: Annotated[
        str,
        typer.Option("--record", metavar="KIND/ID", help="What they are about, instead of likely records."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make activities of offers: they count from then on.

    Examples:
        leadlight relationship track m-17@customer.example --thread
    """
    request = capture_pb2.TrackOffersRequest(activity_ids=dict.fromkeys(ids), whole_threads=thread)
    if record:
        request.regarding.append(ref_of(record, "--record"))
    with connect(context.obj, _SERVICE) as channel:
        done = capture_service_pb2_grpc.CaptureServiceStub(channel).TrackOffers(request)
    _tell("tracked", list(done.activity_ids), as_json=as_json)


def ignore(
    context: typer.Context, ids: IdsArgument, *, thread: ThreadOption = False, as_json: JsonOption = False
) -> None:
    """Take offers off your list for good: they are forgotten, and not offered to you again.

    Examples:
        leadlight relationship ignore m-17@customer.example
    """
    request = capture_pb2.IgnoreOffersRequest(activity_ids=dict.fromkeys(ids), whole_threads=thread)
    with connect(context.obj, _SERVICE) as channel:
        done = capture_service_pb2_grpc.CaptureServiceStub(channel).IgnoreOffers(request)
    _tell("ignored", list(done.activity_ids), as_json=as_json)


def never(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]", help="An address, or a domain such as example.com; lists them without."
        ),
    ] = "",
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Offer it again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Never be offered anything with an address or domain; or list those.

    Examples:
        leadlight relationship never news@shop.example

        leadlight relationship never shop.example --undo
    """
    if undo and not name:
        raise UsageError("--undo: say what is to be offered again")
    with connect(context.obj, _SERVICE) as channel:
        stub = capture_service_pb2_grpc.CaptureServiceStub(channel)
        if name:
            exclusion = capture_pb2.CaptureExclusion(kind=_KINDS[is_domain(name)], name=name)
            done = stub.SetCaptureExclusion(
                capture_pb2.SetCaptureExclusionRequest(exclusion=exclusion, is_excluded=not undo)
            )
            if as_json:
                output.print_json(
                    {"name": name, "excluded": not undo, "forgotten": done.forgotten_offer_count}
                )
            else:
                told = (
                    "is offered again"
                    if undo
                    else f"is never offered; {done.forgotten_offer_count:,} forgotten"
                )
                output.say(f"{name} {told}")
            return
        request = capture_pb2.ListCaptureExclusionsRequest(page_size=PAGE_SIZE)
        found = [each.name for page in pages(stub.ListCaptureExclusions, request) for each in page.exclusions]
    if as_json:
        output.print_json(found)
        return
    for each in found:
        output.say(each)


def _send(stub: capture_service_pb2_grpc.CaptureServiceStub, source: Source) -> Counter[str]:
    """Hands in what was seen; gives how many have which standing. What is refused is one of the source's bad ones."""
    counts: Counter[str] = Counter()
    by_id = {activity.id: activity for activity in source.activities()}
    seen = list(by_id.values())
    for start in range(0, len(seen), _CHUNK):
        counts.update(_standings(stub, seen[start : start + _CHUNK], source.bad))
    return counts


def _standings(
    stub: capture_service_pb2_grpc.CaptureServiceStub, seen: list[activity_pb2.Activity], bad: list[str]
) -> list[str]:
    """What became of some activities; a request is all or none, so one with a bad activity is halved."""
    request = capture_pb2.OfferActivitiesRequest(
        captured=[capture_pb2.CapturedActivity(activity=each) for each in seen]
    )
    try:
        results = stub.OfferActivities(request).results
    except CallError as error:
        if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            raise
        if len(seen) == 1:
            bad.append(f"activity {seen[0].id}: {explain(error)}")
            return []
        half = len(seen) // 2
        return [*_standings(stub, seen[:half], bad), *_standings(stub, seen[half:], bad)]
    names = (capture_pb2.CaptureStanding.Name(each.standing) for each in results)
    return [name.removeprefix("CAPTURE_STANDING_").lower() for name in names]


def _records(offer: capture_pb2.Offer) -> str:
    names = [ref_text(each) for each in offer.records]
    more = f" and {len(names) - _MOST_RECORDS} more" if len(names) > _MOST_RECORDS else ""
    return ", ".join(names[:_MOST_RECORDS]) + more + (" (likely)" if offer.is_likely else "")


def _tell(done: str, ids: list[str], *, as_json: bool) -> None:
    if as_json:
        output.print_json({done: ids})
    else:
        output.say(f"{len(ids):,} {done}")
