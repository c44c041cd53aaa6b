"""Reads and writes rules: those that ship, as a tenant left them, and the tenant's own."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.records import RecordKind
from services.dedupe.index import MatchCodes
from services.dedupe.models import RuleRow
from services.dedupe.record import Record
from services.dedupe.rules import (
    BUILT_IN,
    Condition,
    Rule,
    RuleState,
    Side,
    is_at_work,
    match_codes,
)

_CONDITIONS = TypeAdapter(tuple[Condition, ...])


def rules(session: TenantReader) -> list[Rule]:
    """All rules: the built-in ones, then the tenant's own by id."""
    rows = session.exec(select(RuleRow).order_by(col(RuleRow.rule_id))).all()
    stored = {row.rule_id: row for row in rows}
    shipped = [_as_left(rule, stored.pop(rule.rule_id, None)) for rule in BUILT_IN]
    return shipped + [_own(row) for row in stored.values()]


def rule(session: TenantReader, rule_id: str) -> Rule | None:
    """One rule."""
    row = session.get(RuleRow, rule_id=rule_id)
    shipped = next((each for each in BUILT_IN if each.rule_id == rule_id), None)
    if shipped is not None:
        return _as_left(shipped, row)
    return None if row is None else _own(row)


def rules_at_work(session: TenantReader) -> list[Rule]:
    """The rules that are published, or being so: only the former find anything, both have match codes."""
    return [each for each in rules(session) if is_at_work(each)]


def codes_in(session: TenantReader, region: str | None) -> MatchCodes:
    """Match codes of a stored record for the rules that are at work in this transaction.

    Args:
        session: The transaction.
        region: The tenant's.
    """
    return stored_codes([each for each in rules_at_work(session) if each.has_codes], region)


def stored_codes(of: Collection[Rule], region: str | None) -> MatchCodes:
    """Match codes of a stored record for some rules."""

    def codes(record: Record) -> list[str]:
        return [code for each in of for code in match_codes(each, record, Side.MATCH, region)]

    return codes


def write_rule(session: TenantSession, of: Rule) -> None:
    """Stores a rule, new or changed."""
    session.upsert_rows(RuleRow, [_row(of)])


def delete_rule(session: TenantSession, rule_id: str) -> None:
    """Forgets a rule."""
    session.delete_rows(RuleRow, [{"rule_id": rule_id}])


def _as_left(shipped: Rule, row: RuleRow | None) -> Rule:
    if row is None:
        return shipped
    return replace(shipped, state=RuleState(row.state), version=row.version, updated_at=row.updated_at)


def _own(row: RuleRow) -> Rule:
    return Rule(
        rule_id=row.rule_id,
        display_name=row.display_name,
        conditions=_CONDITIONS.validate_python(row.conditions),
        base_kind=RecordKind(row.base_kind) if row.base_kind else None,
        match_kind=RecordKind(row.match_kind) if row.match_kind else None,
        exclude_inactive=row.exclude_inactive,
        state=RuleState(row.state),
        version=row.version,
        updated_at=row.updated_at,
    )


def _row(of: Rule) -> dict[str, Any]:
    return {
        "rule_id": of.rule_id,
        "display_name": of.display_name,
        "base_kind": of.base_kind or "",
        "match_kind": of.match_kind or "",
        "conditions": _CONDITIONS.dump_python(of.conditions, mode="json"),
        "exclude_inactive": of.exclude_inactive,
        "state": of.state,
        "version": of.version,
        "updated_at": of.updated_at,
    }
