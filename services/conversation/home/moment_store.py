"""Sums of parts of days, from the calls themselves: the last 24 hours are to the moment. As tally_store otherwise.

Outer joins have SQLite begin with the few calls of the period: joined otherwise it goes through everything that was
ever mentioned. Calls that have nothing to join come as a row without a key, which is left out.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select

from services.common.db import TenantReader
from services.conversation.home.call_facts import MentionKind
from services.conversation.home.periods import Span
from services.conversation.home.tallies import (
    COLUMNS,
    Asked,
    MentionKey,
    MentionTally,
    Scores,
    Tallies,
    Tally,
)
from services.conversation.models import CallFactRow, CallMentionRow, CallSellerRow

_FACT = CallFactRow
_SAME_CALL = col(CallMentionRow.call_id) == col(CallFactRow.call_id)
_SOLD = col(CallSellerRow.call_id) == col(CallFactRow.call_id)


def read_tallies(session: TenantReader, span: Span, asked: Asked, *, with_keywords: bool = False) -> Tallies:
    """The sums of a period."""
    found = Tallies()
    found.all_calls = _tally(session, span, Asked())
    found.asked = found.all_calls if asked == Asked() else _tally(session, span, asked)
    seller: Any = CallSellerRow.seller
    columns: Any = (seller, *_sums())
    query: Any = select(*columns).select_from(_FACT).outerjoin(CallSellerRow, _sold_by(asked))
    for name, *sums in session.exec(query.where(_in_team(span, asked)).group_by(seller)):
        if name is not None:
            found.sellers[name] = Tally(_counter(sums))
    columns = (_FACT.score_sum, func.count())
    query = select(*columns).where(_is_asked(span, asked), _FACT.score_n == 1).group_by(_FACT.score_sum)
    found.scores = Scores(Counter({int(score): int(calls) for score, calls in session.exec(query)}))
    if with_keywords:
        key: Any = CallMentionRow.key
        columns = (seller, key, func.count())
        query = select(*columns).select_from(_FACT).outerjoin(CallSellerRow, _sold_by(asked))
        query = query.outerjoin(CallMentionRow, _mentioned(MentionKind.KEYWORD))
        for name, keyword, calls in session.exec(query.where(_in_team(span, asked)).group_by(seller, key)):
            if name is not None and keyword is not None:
                found.seller_keywords.setdefault(name, Counter())[keyword] = int(calls)
    return found


def read_most_mentioned(
    session: TenantReader, span: Span, asked: Asked, kind: MentionKind, limit: int
) -> dict[MentionKey, MentionTally]:
    """What most conversations of a period mention of a kind, the most mentioned first."""
    row = CallMentionRow
    calls, mentions = func.count(), func.sum(row.mentions)
    columns: Any = (row.key, func.min(row.name), calls, mentions)
    query: Any = select(*columns).select_from(_FACT).outerjoin(row, _mentioned(kind))
    query = query.where(_is_asked(span, asked)).group_by(row.key)
    rows = session.exec(query.order_by(calls.desc(), mentions.desc(), row.key).limit(limit + 1))
    found = [each for each in rows if each[0] is not None][:limit]
    return {(kind, key): MentionTally(name, int(count), int(times)) for key, name, count, times in found}


def read_mentions(
    session: TenantReader, span: Span, asked: Asked, keys: Collection[MentionKey]
) -> dict[MentionKey, MentionTally]:
    """How often some things are mentioned in a period; those that are not at all are left out."""
    row = CallMentionRow
    found: dict[MentionKey, MentionTally] = {}
    for kind in sorted({kind for kind, _ in keys}):
        columns: Any = (row.key, func.min(row.name), func.count(), func.sum(row.mentions))
        query: Any = select(*columns).select_from(_FACT).outerjoin(row, _mentioned(kind))
        for key, name, calls, times in session.exec(query.where(_is_asked(span, asked)).group_by(row.key)):
            if (kind, key) in keys:
                found[kind, key] = MentionTally(name, int(calls), int(times))
    return found


def read_days(session: TenantReader, span: Span, asked: Asked) -> list[tuple[int, Counter[str]]]:
    """The sums of each day of a period that has calls, in order."""
    day: Any = _FACT.day
    columns: Any = (day, *_sums())
    query: Any = select(*columns).where(_is_asked(span, asked)).group_by(day).order_by(day)
    return [(int(of), _counter(sums)) for of, *sums in session.exec(query)]


def read_mention_days(
    session: TenantReader, span: Span, asked: Asked, key: MentionKey
) -> list[tuple[int, int, int]]:
    """Each day that mentions something, in order: calls, mentions."""
    row = CallMentionRow
    columns: Any = (_FACT.day, row.key, func.count(), func.sum(row.mentions))
    query: Any = select(*columns).select_from(_FACT).outerjoin(row, _mentioned(key[0]))
    query = query.where(_is_asked(span, asked)).group_by(_FACT.day, row.key).order_by(_FACT.day)
    found = session.exec(query)
    return [(int(day), int(calls), int(times)) for day, of, calls, times in found if of == key[1]]


def _tally(session: TenantReader, span: Span, asked: Asked) -> Tally:
    columns: Any = (func.count(), *_sums())
    query: Any = select(*columns).where(_is_asked(span, asked))
    count, *sums = session.exec(query).one()
    return Tally(_counter(sums)) if count else Tally()


def _sums() -> list[Any]:
    return [func.sum(getattr(_FACT, name)) for name in COLUMNS]


def _counter(sums: Sequence[Any]) -> Counter[str]:
    return Counter({name: int(value) for name, value in zip(COLUMNS, sums, strict=True)})


def _is_within(span: Span) -> ColumnElement[bool]:
    return and_(col(_FACT.started_at) >= span.start, col(_FACT.started_at) < span.end)


def _is_asked(span: Span, asked: Asked) -> ColumnElement[bool]:
    conditions = [_is_within(span)]
    if asked.team:
        conditions.append(col(_FACT.team) == asked.team)
    if asked.seller:
        sold = select(CallSellerRow.call_id).where(CallSellerRow.seller == asked.seller)
        conditions.append(col(_FACT.call_id).in_(sold))
    return and_(*conditions)


def _in_team(span: Span, asked: Asked) -> ColumnElement[bool]:
    return _is_asked(span, Asked(asked.team))


def _sold_by(asked: Asked) -> ColumnElement[bool]:
    return and_(_SOLD, col(CallSellerRow.seller) == asked.seller) if asked.seller else _SOLD


def _mentioned(kind: MentionKind) -> ColumnElement[bool]:
    return and_(_SAME_CALL, col(CallMentionRow.kind) == kind)
