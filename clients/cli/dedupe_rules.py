"""`leadlight dedupe rules`: what is looked at as a duplicate whatever its probability."""

from typing import Annotated, Any

import typer
from google.protobuf import any_pb2, json_format
from leadlight.dedupe.v1 import rule_pb2, rule_service_pb2_grpc, scan_pb2

from clients.cli import output
from clients.cli.connection import connect
from clients.cli.failures import UsageError
from clients.cli.operations import follow
from clients.cli.options import JsonOption
from clients.cli.pages import PAGE_SIZE, pages

_SERVICE = "dedupe"

RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help="Its id or rules/ID.")]

app = typer.Typer(
    help="Rules: what is looked at as a duplicate whatever its probability.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command("list")
def list_(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """List the rules, the built-in ones first.

    Examples:
        leadlight dedupe rules list
    """
    request = rule_pb2.ListRulesRequest(page_size=PAGE_SIZE)
    found: list[rule_pb2.Rule] = []
    with connect(context.obj, _SERVICE) as channel:
        stub = rule_service_pb2_grpc.RuleServiceStub(channel)
        for page in pages(stub.ListRules, request):
            found += page.rules
    if as_json:
        output.print_json([_as_json(each) for each in found])
        return
    rows = [
        (
            each.name.removeprefix("rules/"),
            _state(each),
            each.display_name,
            "; ".join(map(_told, each.conditions)),
        )
        for each in found
    ]
    output.print_table("", ("rule", "state", "name", "conditions"), rows)


@app.command()
def create(
    context: typer.Context,
    rule: Annotated[
        str,
        typer.Argument(
            metavar="JSON",
            help='The rule as in the proto: {"display_name": "VAT", "conditions": [{"field": "vat_number", '
            '"operator": "OPERATOR_EXACT"}]}.',
        ),
    ],
    *,
    rule_id: Annotated[str, typer.Option("--id", help="Last part of its name.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a draft of a rule; publish it to put it to work.

    Examples:
        leadlight dedupe rules create '{"display_name": "VAT", "conditions": [{"field": "vat", "operator": 1}]}'
    """
    request = rule_pb2.CreateRuleRequest(rule_id=rule_id)
    try:
        json_format.Parse(rule, request.rule)
    except json_format.ParseError as error:
        raise UsageError(f"JSON: this is no rule ({error})") from None
    with connect(context.obj, _SERVICE) as channel:
        _show(rule_service_pb2_grpc.RuleServiceStub(channel).CreateRule(request), as_json=as_json)


@app.command()
def publish(context: typer.Context, name: RuleArgument, *, as_json: JsonOption = False) -> None:
    """Put a rule to work. What it needs of the stored records is made in the background.

    Examples:
        leadlight dedupe rules publish vat
    """
    answer = rule_pb2.PublishRuleResponse()
    with connect(context.obj, _SERVICE) as channel, output.progress_bar("publishing") as bar:

        def show(metadata: any_pb2.Any) -> None:
            told = scan_pb2.ScanDuplicatesMetadata()
            if metadata.Unpack(told) and told.stage:
                bar.update(told.progress, told.stage)

        stub = rule_service_pb2_grpc.RuleServiceStub(channel)
        operation = stub.PublishRule(rule_pb2.PublishRuleRequest(name=_name(name)))
        follow(channel, operation, show, cancel_on_interrupt=False).Unpack(answer)
    _show(answer.rule, as_json=as_json)


@app.command()
def unpublish(context: typer.Context, name: RuleArgument, *, as_json: JsonOption = False) -> None:
    """Take a rule from its work.

    Examples:
        leadlight dedupe rules unpublish vat
    """
    request = rule_pb2.UnpublishRuleRequest(name=_name(name))
    with connect(context.obj, _SERVICE) as channel:
        _show(rule_service_pb2_grpc.RuleServiceStub(channel).UnpublishRule(request), as_json=as_json)


@app.command()
def delete(context: typer.Context, name: RuleArgument) -> None:
    """Delete a rule of your own that is not at work.

    Examples:
        leadlight dedupe rules delete vat
    """
    with connect(context.obj, _SERVICE) as channel:
        stub = rule_service_pb2_grpc.RuleServiceStub(channel)
        stub.DeleteRule(rule_pb2.DeleteRuleRequest(name=_name(name)))
    output.say(f"{_name(name)} deleted")


def _name(given: str) -> str:
    return f"rules/{given.removeprefix('rules/')}"


def _show(rule: rule_pb2.Rule, *, as_json: bool) -> None:
    if as_json:
        output.print_json(_as_json(rule))
    else:
        output.say(f"{rule.name} is {_state(rule)}: {rule.display_name}")


def _state(rule: rule_pb2.Rule) -> str:
    return rule_pb2.RuleState.Name(rule.state).removeprefix("RULE_STATE_").lower()


def _told(condition: rule_pb2.Condition) -> str:
    """A condition in words."""
    operator = rule_pb2.Operator.Name(condition.operator).removeprefix("OPERATOR_").lower().replace("_", " ")
    fields = condition.field + (f" / {condition.match_field}" if condition.match_field else "")
    length = f" {condition.length}" if condition.length else ""
    least = f" {condition.threshold:g}" if condition.HasField("threshold") else ""
    return f"{fields}: {operator}{length}{least}"


def _as_json(message: Any) -> dict[str, Any]:
    told: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return told
