"""`leadlight qualify`, `disqualify`, `reactivate` and `unqualify`: from lead to customer, and back."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from google.protobuf import json_format
from leadlight.common.v1 import record_pb2
from leadlight.qualification.v1 import (
    lead_pb2,
    plan_pb2,
    qualification_pb2,
    qualification_service_pb2_grpc,
)

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.failures import CommandError, UsageError
from clients.cli.options import JsonOption
from clients.cli.refs import ref_of, ref_text

_SERVICE = "qualification"
_NEW, _NONE = "new", "none"
_MOST_VALUE = 60

LeadArgument = Annotated[str, typer.Argument(metavar="REF", help="The lead: lead/ID.")]


class Reason(StrEnum):
    """Why a lead is given up."""

    LOST = "lost"
    CANNOT_CONTACT = "cannot-contact"
    NO_LONGER_INTERESTED = "no-longer-interested"
    CANCELLED = "cancelled"
    OTHER = "other"


def qualify(
    context: typer.Context,
    ref: LeadArgument,
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would be created; write nothing.")] = False,
    account: Annotated[
        str, typer.Option(metavar="new|none|ID", help="A new account, none, or one that exists.")
    ] = "",
    contact: Annotated[
        str, typer.Option(metavar="new|none|ID", help="A new contact, none, or one that exists.")
    ] = "",
    opportunity: Annotated[
        list[str] | None,
        typer.Option(
            metavar="new|new:NAME|none|ID",
            help="A new opportunity, none, or one that exists; may be given up to 5 times, the primary one first.",
        ),
    ] = None,
    ignore_duplicates: Annotated[
        bool, typer.Option("--ignore-duplicates", help="Create although there are copies.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Turn a lead into an account, a contact and an opportunity; --plan shows them first.

    Without options a new one of each is created, as far as the lead says enough. It happens whole or not at all.

    Examples:
        leadlight qualify lead/L-17 --plan

        leadlight qualify lead/L-17

        leadlight qualify lead/L-17 --account A-4711 --opportunity "new:Forty robots"

        leadlight qualify lead/L-17 --opportunity none
    """
    lead_id = _lead_id(ref)
    choices = plan_pb2.QualificationChoices(
        account=_choice(account) if account else None,
        contact=_choice(contact) if contact else None,
        opportunities=[_choice(each) for each in opportunity or ()],
    )
    with connect(context.obj, _SERVICE) as channel:
        stub = qualification_service_pb2_grpc.QualificationServiceStub(channel)
        if plan:
            _show_plan(
                stub.PlanQualification(plan_pb2.PlanQualificationRequest(id=lead_id, choices=choices)),
                as_json=as_json,
            )
            return
        made = stub.Qualify(
            qualification_pb2.QualifyRequest(id=lead_id, choices=choices, ignore_duplicates=ignore_duplicates)
        )
    if as_json:
        output.print_json(_as_json(made))
        return
    linked = [made.account] if made.HasField("account") else []
    linked += [made.contact] if made.HasField("contact") else []
    created = {ref_text(each.ref) for each in made.created}
    rows = [
        (ref_text(each), "created" if ref_text(each) in created else "linked")
        for each in [*linked, *made.opportunities]
    ]
    output.print_table(f"{ref} is qualified", ("record", "what happened"), rows)


def disqualify(
    context: typer.Context,
    ref: LeadArgument,
    *,
    reason: Annotated[Reason, typer.Option(help="Why.")],
    comment: Annotated[str, typer.Option(help="The reason in words; required with --reason other.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Give a lead up.

    Examples:
        leadlight disqualify lead/L-17 --reason cannot-contact

        leadlight disqualify lead/L-17 --reason other --comment "Went to the sister company"
    """
    number = lead_pb2.DisqualifyReason.Value(f"DISQUALIFY_REASON_{reason.name}")
    request = lead_pb2.DisqualifyRequest(
        id=_lead_id(ref), disqualification=lead_pb2.Disqualification(reason=number, comment=comment)
    )
    _move(context, "Disqualify", request, f"{ref} is disqualified", as_json=as_json)


def reactivate(context: typer.Context, ref: LeadArgument, *, as_json: JsonOption = False) -> None:
    """Open a closed lead again; it keeps its notes.

    Examples:
        leadlight reactivate lead/L-17
    """
    request = lead_pb2.ReactivateRequest(id=_lead_id(ref))
    _move(context, "Reactivate", request, f"{ref} is open again", as_json=as_json)


def unqualify(context: typer.Context, ref: LeadArgument, *, as_json: JsonOption = False) -> None:
    """Take back what a lead's qualification created, if nothing else was built on it since.

    Examples:
        leadlight unqualify lead/L-17
    """
    request = qualification_pb2.UnqualifyRequest(id=_lead_id(ref))
    _move(
        context, "Unqualify", request, f"{ref} is open again; what it became is taken back", as_json=as_json
    )


def _move(context: typer.Context, method: str, request: Any, said: str, *, as_json: bool) -> None:
    with connect(context.obj, _SERVICE) as channel:
        stub = qualification_service_pb2_grpc.QualificationServiceStub(channel)
        lead = getattr(stub, method)(request)
    if as_json:
        output.print_json(_as_json(lead))
    else:
        output.say(said)


def _lead_id(given: str) -> str:
    """The id of a lead that is written as lead/ID."""
    ref = ref_of(given, "REF")
    if ref.kind != record_pb2.RECORD_KIND_LEAD:
        raise UsageError(f"REF {given}: only a lead can be qualified; write lead/ID")
    return str(ref.id)


def _choice(given: str) -> plan_pb2.RecordChoice:
    """What is to be done about a record."""
    if given == _NONE:
        return plan_pb2.RecordChoice(skip=True)
    kind, named, name = given.partition(":")
    if kind == _NEW:
        if named and not name:
            raise UsageError(f"{given}: write new:NAME, or new")
        fields = {"name": name} if name else {}
        return plan_pb2.RecordChoice(create=plan_pb2.NewRecord(fields=fields))
    return plan_pb2.RecordChoice(existing=given)


def _show_plan(plan: plan_pb2.QualificationPlan, *, as_json: bool) -> None:
    """What would be created; exit code 1 when Qualify would refuse it."""
    if as_json:
        output.print_json(_as_json(plan))
        return
    records = [("account", plan.account), ("contact", plan.contact)]
    records += [("opportunity", each) for each in plan.opportunities]
    rows: list[tuple[str, str, str, str]] = []
    for name, record in records:
        action = plan_pb2.RecordAction.Name(record.action).removeprefix("RECORD_ACTION_").lower()
        rows.append((name, action.replace("_", " "), record.ref.id, ""))
        rows += [("", each.field, each.value[:_MOST_VALUE], _origin(each)) for each in record.fields]
    output.print_table(f"lead/{plan.id} would become", ("record", "field", "value", "from"), rows)
    copies = [("lead", plan.lead_duplicates), *((name, record.duplicates) for name, record in records)]
    found = [row for name, candidates in copies for row in _candidates(name, candidates)]
    if found:
        output.print_table("There are already", ("of the", "record", ">probability", "what tells it"), found)
    for problem in plan.problems:
        output.say(f"! {problem.message}")
    if plan.problems:
        raise CommandError("it cannot be qualified like this")


def _candidates(name: str, found: Sequence[plan_pb2.DuplicateCandidate]) -> list[tuple[str, str, str, str]]:
    return [
        (name, ref_text(each.ref), f"{each.probability:.2f}", _told(each.fields, each.telling_fields))
        for each in found
    ]


def _told(fields: Mapping[str, str], names: Sequence[str]) -> str:
    """The fields that tell a candidate apart; its name where none does."""
    shown = list(names) or [name for name in ("name", "first_name", "last_name", "company") if name in fields]
    return ", ".join(f"{name} {fields[name]}" for name in shown)[: 2 * _MOST_VALUE]


def _origin(value: plan_pb2.FieldValue) -> str:
    if value.origin == plan_pb2.FIELD_ORIGIN_REQUEST:
        return "your choice"
    return f"the {value.source_field}" if value.origin == plan_pb2.FIELD_ORIGIN_PARENT else value.source_field


def _as_json(message: Any) -> dict[str, Any]:
    told: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return told
