"""What the contract tests send to the dedupe service's RuleService."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.longrunning import operations_pb2
from leadlight.dedupe.v1 import rule_pb2

from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import page_tokens
from tests.contract.served import Client

VAT = rule_pb2.Condition(field="vat_number", operator=rule_pb2.OPERATOR_EXACT)
BUILT_IN = "rules/built-in-same-email"


def new_rule(*conditions: rule_pb2.Condition, rule_id: str = "", **fields: Any) -> rule_pb2.CreateRuleRequest:
    """A request for a draft."""
    rule = rule_pb2.Rule(**{"display_name": "Same VAT number", "conditions": conditions or [VAT]} | fields)
    return rule_pb2.CreateRuleRequest(rule=rule, rule_id=rule_id)


def done(client: Client, operation: operations_pb2.Operation) -> operations_pb2.Operation:
    """The operation once it is done; it has not failed."""
    while not operation.done:
        wait = operations_pb2.WaitOperationRequest(name=operation.name)
        wait.timeout.FromSeconds(10)
        operation = client.call("Operations.WaitOperation", wait)
    assert not operation.HasField("error"), operation.error
    return operation


def draft(client: Client) -> str:
    """A rule that was never published, the only one of its kind: own rules are few."""
    answer: rule_pb2.Rule = client.call("RuleService.CreateRule", new_rule(rule_id=f"d{uuid.uuid4().hex}"))
    return answer.name


def published(client: Client) -> str:
    """A rule that is at work."""
    name = "rules/published"
    if not any(each.name == name for each in client.call("RuleService.ListRules", _list()).rules):
        client.call("RuleService.CreateRule", new_rule(rule_id="published"))
    done(client, client.call("RuleService.PublishRule", rule_pb2.PublishRuleRequest(name=name)))
    return name


def _list() -> rule_pb2.ListRulesRequest:
    return rule_pb2.ListRulesRequest(page_size=1000)


def snapshot(client: Client) -> rule_pb2.ListRulesResponse:
    """All rules."""
    answer: rule_pb2.ListRulesResponse = client.call("RuleService.ListRules", _list())
    return answer


def page_token(client: Client) -> str:
    """The token of a second page of rules."""
    return str(client.call("RuleService.ListRules", rule_pb2.ListRulesRequest(page_size=1)).next_page_token)


def _update(name: str, *paths: str, **fields: Any) -> rule_pb2.UpdateRuleRequest:
    request = rule_pb2.UpdateRuleRequest(rule=rule_pb2.Rule(name=name, **fields))
    request.update_mask.paths.extend(paths)
    return request


def good(client: Client) -> dict[str, Callable[[], Requests]]:
    """Good requests."""
    spare = draft(client)
    return {
        "RuleService.CreateRule": lambda: [_checked()],
        "RuleService.GetRule": lambda: [rule_pb2.GetRuleRequest(name=spare)],
        "RuleService.ListRules": lambda: [rule_pb2.ListRulesRequest()],
        "RuleService.UpdateRule": lambda: [_update(spare, "display_name", display_name="VAT number")],
        "RuleService.DeleteRule": lambda: [rule_pb2.DeleteRuleRequest(name=draft(client))],
        "RuleService.PublishRule": lambda: [rule_pb2.PublishRuleRequest(name=published(client))],
        "RuleService.UnpublishRule": lambda: [rule_pb2.UnpublishRuleRequest(name=published(client))],
    }


def _checked() -> rule_pb2.CreateRuleRequest:
    request = new_rule()
    request.validate_only = True
    return request


MISSING: Mapping[str, Callable[[], Requests]] = {
    "RuleService.GetRule": lambda: [rule_pb2.GetRuleRequest(name="rules/none")],
    "RuleService.UpdateRule": lambda: [_update("rules/none", "display_name", display_name="x")],
    "RuleService.DeleteRule": lambda: [rule_pb2.DeleteRuleRequest(name="rules/none")],
    "RuleService.PublishRule": lambda: [rule_pb2.PublishRuleRequest(name="rules/none")],
    "RuleService.UnpublishRule": lambda: [rule_pb2.UnpublishRuleRequest(name="rules/none")],
}

NOTHING_MISSING: Mapping[str, str] = {
    "RuleService.CreateRule": "makes the rule that it names",
    "RuleService.ListRules": "the built-in ones are always there",
}


def _bad_conditions(wrap: Callable[[rule_pb2.Condition], Requests]) -> list[BadInput]:
    def bad(fault: str, at: str, operator: str, **fields: Any) -> BadInput:
        condition = rule_pb2.Condition(
            **{"field": "vat_number", "operator": rule_pb2.Operator.Value(f"OPERATOR_{operator}")} | fields
        )
        return BadInput(fault, lambda _: wrap(condition), f"rule.conditions[0].{at}")

    return [
        bad("the first 0 characters", "length", "SAME_FIRST"),
        bad("the last 0 characters", "length", "SAME_LAST"),
        bad("a length of the whole text", "length", "EXACT", length=3),
        bad("a threshold of sameness", "threshold", "SAME_FORM", threshold=0.9),
        bad("case of a normal form", "case_sensitive", "SIMILAR", case_sensitive=True),
        bad("NUL in the field", "field", "EXACT", field="a\x00"),
        bad("NUL in the other field", "match_field", "EXACT", match_field="a\x00"),
    ]


def bad(other_token: Callable[[Any], str]) -> dict[str, Sequence[BadInput]]:
    """Bad inputs beyond the proto's constraints.

    Args:
        other_token: A token of another list, from the service's `Contract`.
    """
    spare = "rules/none"
    return {
        "RuleService.CreateRule": [
            *_bad_conditions(lambda condition: [new_rule(condition)]),
            BadInput("no name", lambda _: [new_rule(display_name="")], "rule.display_name"),
            BadInput("NUL in the name", lambda _: [new_rule(display_name="\x00")], "rule.display_name"),
            BadInput("no condition", lambda _: [new_rule(conditions=[])], "rule.conditions"),
            BadInput("an id of the service's", lambda _: [new_rule(rule_id="built-in-own")], "rule_id"),
            BadInput(
                "an id that is taken",
                lambda c: [new_rule(rule_id=draft(c.served.client()).removeprefix("rules/"))],
                None,
                "ALREADY_EXISTS",
                "RESOURCE_EXISTS",
            ),
        ],
        "RuleService.ListRules": page_tokens(
            lambda token: rule_pb2.ListRulesRequest(page_token=token), other_token
        ),
        "RuleService.UpdateRule": [
            BadInput("no rule's name", lambda _: [_update("vat", "display_name")], "rule.name"),
            BadInput("no name", lambda _: [_update(spare, "display_name")], "rule.display_name"),
            BadInput("no condition", lambda _: [_update(spare, "conditions")], "rule.conditions"),
            BadInput("unknown path", lambda _: [_update(spare, "state")], "update_mask.paths[0]"),
            BadInput(
                "the first 0 characters",
                lambda c: [
                    _update(
                        draft(c.served.client()),
                        "conditions",
                        conditions=[
                            rule_pb2.Condition(field="vat_number", operator=rule_pb2.OPERATOR_SAME_FIRST)
                        ],
                    )
                ],
                "rule.conditions[0].length",
            ),
            BadInput(
                "a built-in rule",
                lambda _: [_update(BUILT_IN, "display_name", display_name="x")],
                None,
                "FAILED_PRECONDITION",
                "RULE_BUILT_IN",
            ),
            BadInput(
                "a rule at work",
                lambda c: [_update(published(c.served.client()), "display_name", display_name="x")],
                None,
                "FAILED_PRECONDITION",
                "RULE_PUBLISHED",
            ),
        ],
        "RuleService.DeleteRule": [
            BadInput(
                "a built-in rule",
                lambda _: [rule_pb2.DeleteRuleRequest(name=BUILT_IN)],
                None,
                "FAILED_PRECONDITION",
                "RULE_BUILT_IN",
            ),
            BadInput(
                "a rule at work",
                lambda c: [rule_pb2.DeleteRuleRequest(name=published(c.served.client()))],
                None,
                "FAILED_PRECONDITION",
                "RULE_PUBLISHED",
            ),
        ],
    }


NOTHING_BAD: Mapping[str, str] = {
    "RuleService.GetRule": "the proto's pattern of the name says everything",
    "RuleService.PublishRule": "the proto's pattern of the name says everything; the limit is tested with the rules",
    "RuleService.UnpublishRule": "the proto's pattern of the name says everything",
}
