"""Reads the sums of the home page: of a period, a day, a month; of all calls, a team's, a seller's."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from services.common.db import TenantReader
from services.conversation.home.call_facts import MentionKind
from services.conversation.home.periods import Days, Grain, Span
from services.conversation.home.tallies import (
    COLUMNS,
    Asked,
    MentionKey,
    MentionTally,
    ScopeKind,
    Scores,
    Tallies,
    Tally,
)
from services.conversation.models import HomeCellRow, HomeMentionRow, HomeScoreRow


def call_days(session: TenantReader) -> tuple[int, int] | None:
    """The first and the last day with calls; None without calls."""
    ends = [func.min(HomeCellRow.bucket), func.max(HomeCellRow.bucket)]
    first, last = (
        session.exec(
            select(end).where(HomeCellRow.scope == ScopeKind.ALL, HomeCellRow.grain == Grain.DAY)
        ).one()
        for end in ends
    )
    return None if first is None or last is None else (first, last)


def read_tallies(session: TenantReader, span: Span, asked: Asked, *, with_keywords: bool = False) -> Tallies:
    """The sums of a period.

    Args:
        session: The transaction.
        span: The period.
        asked: Whose calls.
        with_keywords: Whether to read keywords by seller.
    """
    found = Tallies()
    sellers: Any = HomeCellRow.seller
    for _, counts in _cells(session, span.parts, Asked(), HomeCellRow.scope):
        found.all_calls.add(counts)
    if asked == Asked():
        found.asked = found.all_calls
    else:
        for _, counts in _cells(session, span.parts, asked, HomeCellRow.scope):
            found.asked.add(counts)
    for seller, counts in _cells(session, span.parts, asked, sellers, kind=ScopeKind.SELLER):
        found.sellers[seller] = Tally(counts)
    found.scores = _scores(session, span.parts, asked)
    if with_keywords:
        mention = HomeMentionRow
        columns: Any = (mention.seller, mention.key, *_sums(mention, "calls"))
        query = (
            select(*columns)
            .where(
                _is_asked(mention, span.parts, asked, kind=ScopeKind.SELLER),
                mention.kind == MentionKind.KEYWORD,
            )
            .group_by(mention.seller, mention.key)
        )
        for seller, key, calls in session.exec(query):
            found.seller_keywords.setdefault(seller, Counter())[key] = int(calls)
    return found


def read_most_mentioned(
    session: TenantReader, span: Span, asked: Asked, kind: MentionKind, limit: int
) -> dict[MentionKey, MentionTally]:
    """What most conversations of a period mention of a kind, the most mentioned first."""
    row = HomeMentionRow
    calls, mentions = _sums(row, "calls", "mentions")
    columns: Any = (row.key, func.min(row.name), calls, mentions)
    query: Any = select(*columns).where(_is_asked(row, span.parts, asked), row.kind == kind).group_by(row.key)
    found = session.exec(query.order_by(calls.desc(), mentions.desc(), row.key).limit(limit))
    return {(kind, key): MentionTally(name, int(count), int(times)) for key, name, count, times in found}


def read_mentions(
    session: TenantReader, span: Span, asked: Asked, keys: Collection[MentionKey]
) -> dict[MentionKey, MentionTally]:
    """How often some things are mentioned in a period; those that are not at all are left out."""
    row = HomeMentionRow
    columns: Any = (row.kind, row.key, func.min(row.name), *_sums(row, "calls", "mentions"))
    query: Any = select(*columns).where(
        _is_asked(row, span.parts, asked), col(row.key).in_({key for _, key in keys})
    )
    found = {
        (MentionKind(kind), key): MentionTally(name, int(count), int(times))
        for kind, key, name, count, times in session.exec(query.group_by(row.kind, row.key))
    }
    return {key: found[key] for key in keys if key in found}


def read_days(session: TenantReader, span: Span, asked: Asked) -> list[tuple[int, Counter[str]]]:
    """The sums of each day of a period that has calls, in order."""
    return _buckets(session, span.single_days, asked, COLUMNS)


def read_months(
    session: TenantReader, first: int, last: int, asked: Asked, columns: Sequence[str]
) -> dict[int, Counter[str]]:
    """Some sums of each month that has calls, from a month to a month."""
    return dict(_buckets(session, [Days(Grain.MONTH, first, last)], asked, columns))


def read_mention_days(
    session: TenantReader, span: Span, asked: Asked, key: MentionKey
) -> list[tuple[int, int, int]]:
    """Each day that mentions something, in order: calls, mentions."""
    row = HomeMentionRow
    columns: Any = (row.bucket, *_sums(row, "calls", "mentions"))
    query: Any = select(*columns).where(
        _is_asked(row, span.single_days, asked), row.kind == key[0], row.key == key[1]
    )
    found = session.exec(query.group_by(row.bucket).order_by(row.bucket))
    return [(day, int(calls), int(mentions)) for day, calls, mentions in found]


def known_before(session: TenantReader, day: int, brands: Collection[str]) -> set[str]:
    """Those of some brands that a call of an earlier day had."""
    row = HomeMentionRow
    query = select(row.key).where(
        row.kind == MentionKind.BRAND,
        col(row.key).in_(brands),
        row.scope == ScopeKind.ALL,
        row.grain == Grain.DAY,
        col(row.bucket) < day,
    )
    return set(session.exec(query.distinct()))


def _buckets(
    session: TenantReader, days: Sequence[Days], asked: Asked, columns: Sequence[str]
) -> list[tuple[int, Counter[str]]]:
    bucket: Any = HomeCellRow.bucket
    return sorted(_cells(session, days, asked, bucket, columns=columns), key=lambda row: int(row[0]))


def _cells(
    session: TenantReader,
    days: Sequence[Days],
    asked: Asked,
    by: Any,
    *,
    kind: ScopeKind | None = None,
    columns: Sequence[str] = COLUMNS,
) -> list[tuple[Any, Counter[str]]]:
    """Sums by column, by what they are grouped by."""
    selected: Any = (by, *_sums(HomeCellRow, *columns))
    query: Any = select(*selected).where(_is_asked(HomeCellRow, days, asked, kind=kind)).group_by(by)
    return [
        (row[0], Counter({name: int(value) for name, value in zip(columns, row[1:], strict=True)}))
        for row in session.exec(query)
    ]


def _scores(session: TenantReader, days: Sequence[Days], asked: Asked) -> Scores:
    columns: Any = (HomeScoreRow.score, *_sums(HomeScoreRow, "calls"))
    query: Any = select(*columns).where(_is_asked(HomeScoreRow, days, asked))
    return Scores(
        Counter({score: int(calls) for score, calls in session.exec(query.group_by(HomeScoreRow.score))})
    )


def _sums(model: Any, *columns: str) -> list[Any]:
    return [func.sum(getattr(model, name)) for name in columns]


def _is_asked(
    model: Any, days: Sequence[Days], asked: Asked, *, kind: ScopeKind | None = None
) -> ColumnElement[bool]:
    """Rows of a period, of a scope; of a kind of scope if that is not what was asked for itself."""
    conditions = [_is_within(model, days)]
    if kind is ScopeKind.SELLER or asked.seller:
        conditions.append(model.scope == ScopeKind.SELLER)
    else:
        conditions.append(model.scope == (ScopeKind.TEAM if asked.team else ScopeKind.ALL))
    if asked.seller:
        conditions.append(model.seller == asked.seller)
    if asked.team:
        conditions.append(model.team == asked.team)
    return and_(*conditions)


def _is_within(model: Any, days: Sequence[Days]) -> ColumnElement[bool]:
    return or_(
        *(
            and_(model.grain == each.grain, model.bucket >= each.first, model.bucket <= each.last)
            for each in days
        )
    )
