"""Asks for match codes of a rule to be made or removed, as operations that publish_job.py works on."""

from pydantic import TypeAdapter

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation, good_operations
from services.dedupe.rules import Rule

PUBLISH_RULE = "PublishRule"
FORGET_CODES = "ForgetMatchCodes"
"""The kinds of the operations; the request of each is the rule as it was then."""

RULE = TypeAdapter(Rule)


def ask_to_publish(session: TenantSession, rule: Rule) -> Operation:
    """The operation that publishes, or published, this version of a rule, or a new one.

    The caller holds the tenant's lock.
    """
    request = RULE.dump_json(rule)
    name = f"rules/{rule.rule_id}"
    for operation in good_operations(session, kind=PUBLISH_RULE, target=name):
        if RULE.validate_json(operation.request).version == rule.version:
            return operation
    return create_operation(session, kind=PUBLISH_RULE, request=request, target=name)


def ask_to_forget(session: TenantSession, rule: Rule) -> Operation:
    """Has the match codes of a rule that is no longer at work removed."""
    return create_operation(
        session, kind=FORGET_CODES, request=RULE.dump_json(rule), target=f"rules/{rule.rule_id}"
    )
