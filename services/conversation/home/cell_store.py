"""Writes the sums of the home page: each call adds to its day's, its month's and all time's, and is taken out.

Whoever writes holds the tenant's lock: sums of two transactions meet in the same rows, in any order.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from services.common.db import TenantSession
from services.conversation import settings_store
from services.conversation.home import fact_store
from services.conversation.home.call_facts import CallFacts
from services.conversation.home.periods import Grain, bucket_of
from services.conversation.home.tallies import (
    COLUMNS,
    MentionKey,
    Scope,
    ScopeKind,
    Tally,
    counts_of,
    scopes_of,
)
from services.conversation.models import HomeCellRow, HomeMentionRow, HomeScoreRow

_SumModel = type[HomeCellRow] | type[HomeScoreRow] | type[HomeMentionRow]
_SUMS: tuple[_SumModel, ...] = (HomeCellRow, HomeScoreRow, HomeMentionRow)
_KEYS = frozenset({"scope", "grain", "bucket", "team", "seller", "score", "kind", "key"})
_Cell = tuple[Scope, Grain, int]


def count_call(session: TenantSession, facts: CallFacts) -> None:
    """Counts a call that is not counted yet."""
    count_calls(session, [facts])


def count_calls(session: TenantSession, calls: Collection[CallFacts]) -> None:
    """Counts calls that are not counted yet."""
    settings_store.lock(session)
    fact_store.insert(session, calls)
    _apply(session, _deltas(calls, list(ScopeKind)), 1)


def uncount_call(session: TenantSession, call_id: str) -> None:
    """Takes a call out of every number; one that is not counted changes nothing."""
    settings_store.lock(session)
    _apply(session, _deltas(fact_store.read_facts(session, [call_id]), list(ScopeKind)), -1)
    fact_store.remove(session, [call_id])


def forget_calls(session: TenantSession, call_ids: Collection[str]) -> None:
    """Forgets whose calls some were and what they had: numbers by seller lose them, those of teams and all stay."""
    settings_store.lock(session)
    _apply(session, _deltas(fact_store.read_facts(session, call_ids), [ScopeKind.SELLER]), -1)
    fact_store.remove(session, call_ids)


def forget_seller(session: TenantSession, seller: str) -> None:
    """Forgets that somebody sold: their own numbers go, those of teams and all stay."""
    settings_store.lock(session)
    fact_store.remove_seller(session, seller)
    for model in _SUMS:
        session.change(delete(model).where(col(model.scope) == ScopeKind.SELLER, col(model.seller) == seller))


@dataclass
class _Deltas:
    """What calls add up to, by stored row.

    Attributes:
        cells: By cell.
        scores: Calls by cell and sentiment.
        mentions: By cell, kind and key: calls and mentions.
        names: For people, by kind and key.
    """

    cells: dict[_Cell, Tally] = field(default_factory=dict)
    scores: Counter[tuple[_Cell, int]] = field(default_factory=Counter)
    mentions: dict[tuple[_Cell, MentionKey], list[int]] = field(default_factory=dict)
    names: dict[MentionKey, str] = field(default_factory=dict)


def _deltas(calls: Iterable[CallFacts], kinds: Collection[ScopeKind]) -> _Deltas:
    """What calls add to scopes of some kinds."""
    found = _Deltas()
    for facts in calls:
        counts = counts_of(facts)
        scopes = [scope for scope in scopes_of(facts) if scope.kind in kinds]
        for cell in ((scope, grain, bucket_of(facts.day, grain)) for scope in scopes for grain in Grain):
            found.cells.setdefault(cell, Tally()).add(counts)
            if facts.score is not None:
                found.scores[cell, facts.score] += 1
            for each in facts.mentions:
                key = (each.kind, each.key)
                found.names.setdefault(key, each.name)
                sums = found.mentions.setdefault((cell, key), [0, 0])
                sums[0] += 1
                sums[1] += each.count
    return found


def _apply(session: TenantSession, deltas: _Deltas, times: int) -> None:
    """Adds to the stored sums, or takes out of them for -1 times; no row without calls stays."""
    _add(
        session,
        HomeCellRow,
        COLUMNS,
        [
            {**_key(cell), **{name: times * tally[name] for name in COLUMNS}}
            for cell, tally in deltas.cells.items()
        ],
    )
    _add(
        session,
        HomeScoreRow,
        ("calls",),
        [
            {**_key(cell), "score": score, "calls": times * calls}
            for (cell, score), calls in deltas.scores.items()
        ],
    )
    _add(
        session,
        HomeMentionRow,
        ("calls", "mentions"),
        [
            {
                **_key(cell),
                "kind": key[0],
                "key": key[1],
                "name": deltas.names[key],
                "calls": times * calls,
                "mentions": times * mentions,
            }
            for (cell, key), (calls, mentions) in deltas.mentions.items()
        ],
    )


def _add(
    session: TenantSession, model: _SumModel, sums: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Adds to the sums of some rows; those that have no calls then go."""
    session.upsert_rows(model, rows, update=(), add=sums)
    # By their keys: to look through all sums of all time for empty ones would take longer with each seller.
    session.delete_rows(
        model,
        [{name: value for name, value in row.items() if name in _KEYS} for row in rows if row["calls"] < 0],
        where=col(model.calls) == 0,
    )


def _key(cell: _Cell) -> dict[str, str | int]:
    scope, grain, bucket = cell
    return {
        "scope": scope.kind,
        "grain": grain,
        "bucket": bucket,
        "team": scope.team,
        "seller": scope.seller,
    }
