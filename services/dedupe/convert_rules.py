"""Rules between protobuf and the service's own types."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import rule_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind
from services.common.server.wire import RECORD_KINDS, kind_number, optional_timestamp, storable
from services.dedupe.rule_service import RuleChange
from services.dedupe.rules import BUILT_IN_PREFIX, MOST_CONDITIONS, Condition, Operator, Rule, RuleState

_OPERATORS: Mapping[rule_pb2.Operator.ValueType, Operator] = {
    rule_pb2.Operator.Value(f"OPERATOR_{operator.name}"): operator for operator in Operator
}
_OPERATOR_NUMBERS = {operator: number for number, operator in _OPERATORS.items()}
_STATES = {state: rule_pb2.RuleState.Value(f"RULE_STATE_{state.name}") for state in RuleState}


def rule_id(name: str) -> str:
    """The id in a rule's name, whose form the proto's constraints hold."""
    return name.removeprefix("rules/")


def new_rule(request: rule_pb2.CreateRuleRequest) -> Rule:
    """The rule to make; its id is empty if the service is to give one.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    if request.rule_id.startswith(BUILT_IN_PREFIX):
        raise invalid_argument("rule_id", f"must not begin with {BUILT_IN_PREFIX}")
    sent = request.rule
    return Rule(
        rule_id=request.rule_id,
        display_name=_display_name(sent),
        conditions=_conditions(sent.conditions),
        base_kind=_kind(sent.base_kind),
        match_kind=_kind(sent.match_kind),
        exclude_inactive=sent.exclude_inactive,
    )


def rule_change(request: rule_pb2.UpdateRuleRequest) -> tuple[str, RuleChange]:
    """The id of the rule to change, and what to change.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    sent = request.rule
    if not sent.name.startswith("rules/"):
        raise invalid_argument("rule.name", "must have the form rules/{rule}")
    read: Mapping[str, Callable[[], Any]] = {
        "display_name": lambda: _display_name(sent),
        "base_kind": lambda: _kind(sent.base_kind),
        "match_kind": lambda: _kind(sent.match_kind),
        "conditions": lambda: _conditions(sent.conditions),
        "exclude_inactive": lambda: sent.exclude_inactive,
    }
    for index, path in enumerate(request.update_mask.paths):
        if path not in read:
            raise invalid_argument(f"update_mask.paths[{index}]", f"is none of {', '.join(read)}")
    paths = request.update_mask.paths or read
    return rule_id(sent.name), RuleChange({path: read[path]() for path in paths})


def rule_message(rule: Rule) -> rule_pb2.Rule:
    """A rule."""
    return rule_pb2.Rule(
        name=f"rules/{rule.rule_id}",
        display_name=rule.display_name,
        base_kind=_kind_number(rule.base_kind),
        match_kind=_kind_number(rule.match_kind),
        conditions=[_condition_message(each) for each in rule.conditions],
        exclude_inactive=rule.exclude_inactive,
        state=_STATES[rule.state],
        built_in=rule.built_in,
        update_time=optional_timestamp(rule.updated_at),
    )


def publish_response(rule: Rule, records: int) -> rule_pb2.PublishRuleResponse:
    """What publishing a rule did."""
    return rule_pb2.PublishRuleResponse(rule=rule_message(rule), record_count=records)


def _display_name(sent: rule_pb2.Rule) -> str:
    if not sent.display_name:
        raise invalid_argument("rule.display_name", "must have 1 to 200 characters")
    return storable(sent.display_name, "rule.display_name")


def _conditions(sent: Iterable[rule_pb2.Condition]) -> tuple[Condition, ...]:
    found = tuple(
        Condition(
            field=storable(each.field, f"rule.conditions[{index}].field"),
            operator=_OPERATORS[each.operator],
            match_field=storable(each.match_field, f"rule.conditions[{index}].match_field"),
            length=each.length,
            threshold=each.threshold if each.HasField("threshold") else None,
            case_sensitive=each.case_sensitive,
            ignore_blanks=each.ignore_blanks,
        )
        for index, each in enumerate(sent)
    )
    if not found:
        raise invalid_argument("rule.conditions", f"must hold 1 to {MOST_CONDITIONS} conditions")
    return found


def _condition_message(condition: Condition) -> rule_pb2.Condition:
    return rule_pb2.Condition(
        field=condition.field,
        match_field=condition.match_field,
        operator=_OPERATOR_NUMBERS[condition.operator],
        length=condition.length,
        threshold=condition.threshold,
        case_sensitive=condition.case_sensitive,
        ignore_blanks=condition.ignore_blanks,
    )


def _kind(number: record_pb2.RecordKind.ValueType) -> RecordKind | None:
    return RECORD_KINDS.get(number)


def _kind_number(kind: RecordKind | None) -> record_pb2.RecordKind.ValueType:
    return record_pb2.RECORD_KIND_UNSPECIFIED if kind is None else kind_number(kind)
