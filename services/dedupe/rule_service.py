"""The use cases of rules: make, change, publish and unpublish them."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.common.db import Database, TenantReader, TenantSession, utc_now
from services.common.errors import (
    Code,
    LeadlightError,
    Reason,
    failed_precondition,
    invalid_arguments,
    not_found,
)
from services.common.operations import Operation
from services.common.paging import Page, page_of
from services.dedupe import publishing, rule_store
from services.dedupe.rules import (
    MOST_PUBLISHED,
    Rule,
    RuleState,
    Side,
    is_at_work,
    published_kinds,
    violations,
    with_state,
)
from services.dedupe.settings_store import lock_tenant

MOST_OWN = 100


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What to change of a rule.

    Attributes:
        values: By attribute of `Rule`.
    """

    values: Mapping[str, Any]

    def applied_to(self, rule: Rule) -> Rule:
        """The rule with the change."""
        return replace(rule, **self.values)


class RuleService:
    """Rules of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(self, session: TenantSession, rule: Rule, *, store_it: bool) -> Rule:
        """Makes a draft.

        Args:
            session: The transaction.
            rule: The rule; without an id it is given one.
            store_it: False to check alone.

        Raises:
            LeadlightError: INVALID_ARGUMENT, ALREADY_EXISTS, FAILED_PRECONDITION (RULE_LIMIT_REACHED).
        """
        _require_sound(rule)
        lock_tenant(session)
        rule = replace(rule, rule_id=rule.rule_id or f"r{uuid.uuid4().hex[:16]}", updated_at=utc_now())
        own = [each for each in rule_store.rules(session) if not each.built_in]
        if any(each.rule_id == rule.rule_id for each in own):
            raise _taken(rule.rule_id)
        if len(own) >= MOST_OWN:
            raise failed_precondition(
                Reason.RULE_LIMIT_REACHED,
                f"there are {MOST_OWN} own rules already: delete one first",
                limit=str(MOST_OWN),
            )
        if store_it:
            rule_store.write_rule(session, rule)
        return rule

    def get(self, tenant: str, rule_id: str) -> Rule:
        """One rule.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        with self._db.read(tenant) as session:
            return _existing(session, rule_id)

    def list(self, tenant: str, *, page_size: int, page_token: str) -> Page[Rule]:
        """A page of rules: the built-in ones, then the tenant's own.

        Raises:
            LeadlightError: INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(tenant) as session:
            everything = rule_store.rules(session)
        return page_of(
            everything,
            lambda rule: f"{'0' if rule.built_in else '1'}{rule.rule_id}",
            tenant=tenant,
            page_size=page_size,
            page_token=page_token,
            scope=["rules"],
        )

    def update(self, session: TenantSession, rule_id: str, change: RuleChange, *, store_it: bool) -> Rule:
        """Changes a rule that is not at work.

        Args:
            session: The transaction.
            rule_id: The rule.
            change: What to change.
            store_it: False to check alone.

        Raises:
            LeadlightError: NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION (RULE_BUILT_IN, RULE_PUBLISHED).
        """
        lock_tenant(session)
        rule = _changeable(session, rule_id)
        changed = replace(change.applied_to(rule), updated_at=utc_now())
        _require_sound(changed)
        if store_it:
            rule_store.write_rule(session, changed)
        return changed

    def delete(self, session: TenantSession, rule_id: str, *, allow_missing: bool) -> None:
        """Deletes a rule that is not at work.

        Raises:
            LeadlightError: NOT_FOUND, FAILED_PRECONDITION (RULE_BUILT_IN, RULE_PUBLISHED).
        """
        lock_tenant(session)
        if allow_missing and rule_store.rule(session, rule_id) is None:
            return
        _changeable(session, rule_id)
        rule_store.delete_rule(session, rule_id)

    def publish(self, session: TenantSession, rule_id: str) -> Operation:
        """Starts to put a rule to work, or shows the operation that does.

        Raises:
            LeadlightError: NOT_FOUND, FAILED_PRECONDITION (RULE_LIMIT_REACHED).
        """
        lock_tenant(session)
        rule = _existing(session, rule_id)
        if not is_at_work(rule):
            if not rule.built_in:
                _require_room(rule_store.rules(session), rule)
            rule = replace(with_state(rule, RuleState.PUBLISHING), updated_at=utc_now())
            rule_store.write_rule(session, rule)
        return publishing.ask_to_publish(session, rule)

    def unpublish(self, session: TenantSession, rule_id: str) -> Rule:
        """Takes a rule from its work; its match codes are removed in the background.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        lock_tenant(session)
        rule = _existing(session, rule_id)
        if not is_at_work(rule):
            return rule
        after = replace(with_state(rule, RuleState.UNPUBLISHED), updated_at=utc_now())
        rule_store.write_rule(session, after)
        if rule.has_codes:
            publishing.ask_to_forget(session, rule)
        return after


def _existing(session: TenantReader, rule_id: str) -> Rule:
    rule = rule_store.rule(session, rule_id)
    if rule is None:
        raise not_found("rule", f"rules/{rule_id}")
    return rule


def _changeable(session: TenantReader, rule_id: str) -> Rule:
    rule = _existing(session, rule_id)
    name = f"rules/{rule_id}"
    if rule.built_in:
        raise failed_precondition(
            Reason.RULE_BUILT_IN, f"{name} ships with the service: it can only be unpublished", name=name
        )
    if is_at_work(rule):
        raise failed_precondition(Reason.RULE_PUBLISHED, f"{name} is at work: unpublish it first", name=name)
    return rule


def _require_sound(rule: Rule) -> None:
    found = violations(rule, "rule")
    if found:
        raise invalid_arguments(found)


def _require_room(rules: Collection[Rule], rule: Rule) -> None:
    for kind, count in published_kinds(list(rules)).items():
        if rule.fits(kind, Side.BASE) and count >= MOST_PUBLISHED:
            raise failed_precondition(
                Reason.RULE_LIMIT_REACHED,
                f"{MOST_PUBLISHED} own rules that look for a {kind} are published already: unpublish one first",
                kind=kind,
                limit=str(MOST_PUBLISHED),
            )


def _taken(rule_id: str) -> LeadlightError:
    return LeadlightError(
        Code.ALREADY_EXISTS,
        Reason.RESOURCE_EXISTS,
        f"rule 'rules/{rule_id}' exists already; change it with UpdateRule",
        metadata={"resource": "rule", "name": f"rules/{rule_id}"},
    )
