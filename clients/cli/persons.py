"""`leadlight export` and `leadlight erase`: a person's rights over the whole suite."""

import time
import uuid
from typing import Annotated

import typer
from google.protobuf import json_format
from google.rpc import code_pb2
from leadlight.common.v1 import subject_pb2
from leadlight.gateway.v1 import privacy_pb2, privacy_service_pb2_grpc

from clients.cli import output
from clients.cli.connection import GATEWAY, connect
from clients.cli.failures import CommandError, UsageError
from clients.cli.options import JsonOption
from clients.cli.refs import KINDS, ref_of
from services.common.supervisor import SUITE

SubjectArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SUBJECT...", help="E-mail addresses, phone numbers, records (lead/1042) or names in quotes."
    ),
]
_POLL_S = 1.0
_FEWEST_DIGITS = 5
_OTHERS = tuple(service.name for service in SUITE if service.name != GATEWAY)


def export(context: typer.Context, subject: SubjectArgument) -> None:
    """Print everything that the suite holds on a person, a JSON object a line.

    Exit code 1 if a service could not be asked: the export is not whole then.

    Examples:
        leadlight export anna.berg@example.com > anna.jsonl
    """
    failed = []
    request = privacy_pb2.ExportPersonRequest(subject=_subject(subject))
    with connect(context.obj, GATEWAY, *_OTHERS) as channel:
        for item in privacy_service_pb2_grpc.PrivacyServiceStub(channel).ExportPerson(request):
            if item.HasField("status"):
                failed.append(f"{item.service}: {item.status.message}")
            else:
                output.print_line(json_format.MessageToDict(item, preserving_proto_field_name=True))
    if failed:
        raise CommandError("the export is not whole: " + "; ".join(failed))


def erase(
    context: typer.Context,
    subject: SubjectArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking first.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be erased, and erase nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take a person out of every service, and print the signed report of what was removed where.

    Who has one of their addresses or numbers is found by dedupe: one address is enough to find the rest. A service
    that does not answer is tried again until it confirms; the command waits for that, and may be left.

    Examples:
        leadlight erase anna.berg@example.com --dry-run

        leadlight erase anna.berg@example.com "+45 20 12 34 56" --yes
    """
    request = privacy_pb2.ErasePersonRequest(subject=_subject(subject), validate_only=True)
    with connect(context.obj, GATEWAY, *_OTHERS) as channel:
        stub = privacy_service_pb2_grpc.PrivacyServiceStub(channel)
        if dry_run or not yes:
            rehearsed = stub.ErasePerson(request)
            if dry_run and as_json:
                output.print_json(json_format.MessageToDict(rehearsed, preserving_proto_field_name=True))
                return
            _print(rehearsed, "would be")
            if dry_run:
                return
            typer.confirm("Erase it? It cannot be taken back.", abort=True)
        request.validate_only = False
        request.request_id = str(uuid.uuid4())
        erasure = stub.ErasePerson(request)
        with output.progress_bar("waiting for services that have not confirmed") as bar:
            while erasure.state != privacy_pb2.ERASURE_STATE_DONE:
                confirmed = sum(each.HasField("erased") for each in erasure.services)
                bar.update(confirmed / len(erasure.services))
                time.sleep(_POLL_S)
                erasure = stub.GetErasure(privacy_pb2.GetErasureRequest(name=erasure.name))
    if as_json:
        output.print_json(json_format.MessageToDict(erasure, preserving_proto_field_name=True))
        return
    _print(erasure, "was")
    output.say(f"{erasure.name} is done. The signed report, for your files:")
    output.say(erasure.report)


def _print(erasure: privacy_pb2.Erasure, verb: str) -> None:
    rows = []
    for each in erasure.services:
        if each.HasField("status"):
            code = code_pb2.Code.Name(code_pb2.Code.ValueType(each.status.code))
            rows.append((each.service, "-", "", "", f"{code}: {each.status.message}"))
        for resource in each.erased.resources:
            counts = (str(resource.deleted_count), str(resource.masked_count))
            rows.append((each.service, resource.resource.replace("_", " "), *counts, ""))
    if not rows:
        output.say("No service holds anything on them.")
        return
    output.print_table(
        f"What {verb} erased", ("service", "what", ">deleted", ">masked", "not confirmed"), rows
    )


def _subject(given: list[str]) -> subject_pb2.Subject:
    subject = subject_pb2.Subject()
    for text in given:
        kind, separator, _ = text.partition("/")
        if "@" in text:
            subject.emails.append(text)
        elif separator and kind in KINDS:
            subject.records.append(ref_of(text, "SUBJECT"))
        elif sum(each.isdigit() for each in text) >= _FEWEST_DIGITS:
            subject.phones.append(text)
        elif text.strip():
            subject.names.append(text)
        else:
            raise UsageError(
                "SUBJECT is blank: give an address, a number, a record such as lead/1042, or a name"
            )
    return subject
