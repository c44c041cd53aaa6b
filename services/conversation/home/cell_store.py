"""Writes the sums of the home page: each call adds to its day's and its month's, and is taken out again.

Whoever writes holds the tenant's lock: sums of two transactions meet in the same rows, in any order.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

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

_SUMS: tuple[type[HomeCellRow] | type[HomeScoreRow] | type[HomeMentionRow], ...] = (
    HomeCellRow,
    HomeScoreRow,
    HomeMentionRow,
)
_PORTION = 500  # days in one statement
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
    session.upsert_rows(
        HomeCellRow,
        [
            {**_key(cell), **{name: times * tally[name] for name in COLUMNS}}
            for cell, tally in deltas.cells.items()
        ],
        update=(),
        add=COLUMNS,
    )
    session.upsert_rows(
        HomeScoreRow,
        [
            {**_key(cell), "score": score, "calls": times * calls}
            for (cell, score), calls in deltas.scores.items()
        ],
        update=(),
        add=("calls",),
    )
    session.upsert_rows(
        HomeMentionRow,
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
        update=(),
        add=("calls", "mentions"),
    )
    if times < 0:
        for grain in Grain:
            buckets = sorted({bucket for _, of, bucket in deltas.cells if of is grain})
            for at in range(0, len(buckets), _PORTION):
                _delete_empty(session, grain, buckets[at : at + _PORTION])


def _delete_empty(session: TenantSession, grain: Grain, buckets: Collection[int]) -> None:
    for model in _SUMS:
        session.change(
            delete(model).where(
                col(model.scope).in_(list(ScopeKind)),
                col(model.grain) == grain,
                col(model.bucket).in_(buckets),
                col(model.calls) == 0,
            )
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
