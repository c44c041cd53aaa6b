"""Writes and reads the sums of the home page: each call adds to its day's and its month's, and is taken out again.

Whoever writes holds the tenant's lock: sums of two transactions meet in the same rows, in any order.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.conversation import settings_store
from services.conversation.home.call_facts import CallFacts, Measured, Mention, MentionKind
from services.conversation.home.periods import Days, Grain, Span, bucket_of
from services.conversation.home.tallies import (
    COLUMNS,
    Asked,
    MentionKey,
    Scope,
    ScopeKind,
    Scores,
    Tallies,
    Tally,
    counts_of,
    scopes_of,
)
from services.conversation.models import (
    CallFactRow,
    CallMentionRow,
    CallSellerRow,
    HomeCellRow,
    HomeMentionRow,
    HomeScoreRow,
)

_SUMS: tuple[type[HomeCellRow] | type[HomeScoreRow] | type[HomeMentionRow], ...] = (
    HomeCellRow,
    HomeScoreRow,
    HomeMentionRow,
)
_FACTS: tuple[type[CallFactRow] | type[CallSellerRow] | type[CallMentionRow], ...] = (
    CallFactRow,
    CallSellerRow,
    CallMentionRow,
)
_DAY = timedelta(days=1)
_PORTION = 500  # ids in one statement
BucketRow = tuple[int, Counter[str]]


def count_call(session: TenantSession, facts: CallFacts) -> None:
    """Counts a call that is not counted yet."""
    settings_store.lock(session)
    _insert_facts(session, facts)
    _apply(session, facts, scopes_of(facts), 1)


def uncount_call(session: TenantSession, call_id: str) -> None:
    """Takes a call out of every number; one that is not counted changes nothing."""
    settings_store.lock(session)
    for facts in read_facts(session, [call_id]):
        _apply(session, facts, scopes_of(facts), -1)
    _delete_facts(session, [call_id])


def forget_calls(session: TenantSession, call_ids: Collection[str]) -> None:
    """Forgets whose calls some were and what they had: numbers by seller lose them, those of teams and all stay."""
    settings_store.lock(session)
    for facts in read_facts(session, call_ids):
        _apply(session, facts, [each for each in scopes_of(facts) if each.kind is ScopeKind.SELLER], -1)
    _delete_facts(session, call_ids)


def forget_seller(session: TenantSession, seller: str) -> None:
    """Forgets that somebody sold: their own numbers go, those of teams and all stay."""
    settings_store.lock(session)
    query = select(CallSellerRow.call_id).where(CallSellerRow.seller == seller)
    for row in _read_rows(session, list(session.exec(query))):
        row.sellers = [each for each in row.sellers if each != seller]
    session.flush()
    session.change(delete(CallSellerRow).where(col(CallSellerRow.seller) == seller))
    for model in _SUMS:
        session.change(delete(model).where(col(model.scope) == ScopeKind.SELLER, col(model.seller) == seller))


def _read_rows(session: TenantReader, call_ids: Collection[str]) -> list[CallFactRow]:
    """What is stored of some calls."""
    ids = list(call_ids)
    found: list[CallFactRow] = []
    for at in range(0, len(ids), _PORTION):
        query = select(CallFactRow).where(col(CallFactRow.call_id).in_(ids[at : at + _PORTION]))
        found += session.exec(query)
    return found


def read_facts(session: TenantReader, call_ids: Collection[str]) -> list[CallFacts]:
    """Some calls as they were counted."""
    return _facts_of_rows(session, _read_rows(session, call_ids))


def facts_between(session: TenantReader, start: datetime, end: datetime) -> list[CallFacts]:
    """The calls that started from one moment until before another."""
    query = select(CallFactRow).where(col(CallFactRow.started_at) >= start, col(CallFactRow.started_at) < end)
    return _facts_of_rows(session, session.exec(query).all())


def _facts_of_rows(session: TenantReader, rows: Sequence[CallFactRow]) -> list[CallFacts]:
    """Stored calls with what they mention, in order."""
    mentions: dict[str, list[Mention]] = {}
    ids = [row.call_id for row in rows]
    for at in range(0, len(ids), _PORTION):
        query = select(CallMentionRow).where(col(CallMentionRow.call_id).in_(ids[at : at + _PORTION]))
        for each in session.exec(query):
            mention = Mention(MentionKind(each.kind), each.key, each.name, each.mentions)
            mentions.setdefault(each.call_id, []).append(mention)
    return [
        CallFacts(
            row.call_id,
            row.started_at,
            row.day,
            row.team,
            tuple(row.sellers),
            row.duration_ms,
            row.is_conversation,
            {Measured(measure): value for measure, value in row.measured.items()},
            row.score,
            tuple(mentions.get(row.call_id, ())),
        )
        for row in rows
    ]


def first_day(session: TenantReader) -> int | None:
    """The first day with calls."""
    query = select(func.min(HomeCellRow.bucket)).where(
        HomeCellRow.scope == ScopeKind.ALL, HomeCellRow.grain == Grain.DAY
    )
    return session.exec(query).one()


def read_tallies(
    session: TenantReader, days: Sequence[Days], asked: Asked, *, with_keywords: bool = False
) -> Tallies:
    """The sums of a period.

    Args:
        session: The transaction.
        days: The period.
        asked: Whose calls.
        with_keywords: Whether to read keywords by seller.
    """
    found = Tallies()
    sellers: Any = HomeCellRow.seller
    for _, counts in _cells(session, days, Asked(), HomeCellRow.scope):
        found.all_calls.add(counts)
    if asked == Asked():
        found.asked = found.all_calls
    else:
        for _, counts in _cells(session, days, asked, HomeCellRow.scope):
            found.asked.add(counts)
    for seller, counts in _cells(session, days, asked, sellers, kind=ScopeKind.SELLER):
        found.sellers[seller] = Tally(counts)
    found.scores = _scores(session, days, asked)
    mention = HomeMentionRow
    columns: Any = (mention.kind, mention.key, func.min(mention.name), *_sums(mention, "calls", "mentions"))
    query: Any = select(*columns).where(_is_asked(mention, days, asked)).group_by(mention.kind, mention.key)
    for kind, key, name, calls, mentions in session.exec(query):
        found.add_mention((MentionKind(kind), key), name, int(calls), int(mentions))
    if with_keywords:
        columns = (mention.seller, mention.key, *_sums(mention, "calls"))
        query = (
            select(*columns)
            .where(
                _is_asked(mention, days, asked, kind=ScopeKind.SELLER), mention.kind == MentionKind.KEYWORD
            )
            .group_by(mention.seller, mention.key)
        )
        for seller, key, calls in session.exec(query):
            found.seller_keywords.setdefault(seller, Counter())[key] = int(calls)
    return found


def read_buckets(
    session: TenantReader, days: Sequence[Days], asked: Asked, columns: Sequence[str] = COLUMNS
) -> list[BucketRow]:
    """The sums of each day or month of a period that has calls, in order."""
    bucket: Any = HomeCellRow.bucket
    return sorted(_cells(session, days, asked, bucket, columns=columns), key=lambda row: int(row[0]))


def read_mention_days(
    session: TenantReader, days: Sequence[Days], asked: Asked, key: MentionKey
) -> list[tuple[int, int, int]]:
    """Each day or month that mentions something, in order: calls, mentions."""
    row = HomeMentionRow
    columns: Any = (row.bucket, *_sums(row, "calls", "mentions"))
    query: Any = select(*columns).where(_is_asked(row, days, asked), row.kind == key[0], row.key == key[1])
    found = session.exec(query.group_by(row.bucket).order_by(row.bucket))
    return [(day, int(calls), int(mentions)) for day, calls, mentions in found]


def list_calls(
    session: TenantReader,
    span: Span,
    asked: Asked,
    key: MentionKey | None,
    *,
    page_size: int,
    page_token: str,
) -> Page[CallFacts]:
    """A page of a period's calls, the latest first; of those alone that mention something if a key is given.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a page token of another list.
    """
    row = CallFactRow
    if span.is_to_the_moment:
        query = select(row).where(row.started_at >= span.start, row.started_at < span.end)
    else:
        # By the stored day, since the time zone may have been another then; the moments bound what is read.
        query = select(row).where(row.day >= span.first_day, row.day <= span.last_day)
        query = query.where(row.started_at >= span.start - _DAY, row.started_at < span.end + _DAY)
    if asked.team:
        query = query.where(row.team == asked.team)
    if asked.seller:
        sold = select(CallSellerRow.call_id).where(CallSellerRow.seller == asked.seller)
        query = query.where(col(row.call_id).in_(sold))
    if key is not None:
        mention = CallMentionRow
        mentioned = select(mention.call_id).where(mention.kind == key[0], mention.key == key[1])
        query = query.where(col(row.call_id).in_(mentioned))
    page = read_page(
        session,
        query,
        [SortKey(row.started_at, descending=True), SortKey(row.call_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["home calls", f"{span.first_day}-{span.last_day}", asked.team, asked.seller, *(key or ())],
    )
    return Page(_facts_of_rows(session, page.rows), page.next_page_token)


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


def _insert_facts(session: TenantSession, facts: CallFacts) -> None:
    session.insert_rows(
        CallFactRow,
        [
            {
                "call_id": facts.call_id,
                "started_at": facts.started_at,
                "day": facts.day,
                "team": facts.team,
                "sellers": list(facts.sellers),
                "duration_ms": facts.duration_ms,
                "is_conversation": facts.is_conversation,
                "measured": dict(facts.measured),
                "score": facts.score,
            }
        ],
    )
    session.insert_rows(CallSellerRow, [{"seller": each, "call_id": facts.call_id} for each in facts.sellers])
    session.insert_rows(
        CallMentionRow,
        [
            {
                "kind": each.kind,
                "key": each.key,
                "call_id": facts.call_id,
                "name": each.name,
                "mentions": each.count,
            }
            for each in facts.mentions
        ],
    )


def _delete_facts(session: TenantSession, call_ids: Collection[str]) -> None:
    ids = list(call_ids)
    for at in range(0, len(ids), _PORTION):
        for model in _FACTS:
            session.change(delete(model).where(col(model.call_id).in_(ids[at : at + _PORTION])))


def _apply(session: TenantSession, facts: CallFacts, scopes: Iterable[Scope], times: int) -> None:
    """Adds a call to its scopes, or takes it out for -1 times."""
    keys = [
        {
            "scope": scope.kind,
            "grain": grain,
            "bucket": bucket_of(facts.day, grain),
            "team": scope.team,
            "seller": scope.seller,
        }
        for scope in scopes
        for grain in Grain
    ]
    counts = {name: times * count for name, count in counts_of(facts).items()}
    session.upsert_rows(HomeCellRow, [{**key, **counts} for key in keys], update=(), add=COLUMNS)
    if facts.score is not None:
        scored = {"score": facts.score, "calls": times}
        session.upsert_rows(HomeScoreRow, [{**key, **scored} for key in keys], update=(), add=("calls",))
    session.upsert_rows(
        HomeMentionRow,
        [
            {
                **key,
                "kind": each.kind,
                "key": each.key,
                "name": each.name,
                "calls": times,
                "mentions": times * each.count,
            }
            for key in keys
            for each in facts.mentions
        ],
        update=(),
        add=("calls", "mentions"),
    )
    if times < 0:
        for model in _SUMS:
            for key in keys:
                here = [getattr(model, name) == value for name, value in key.items()]
                session.change(delete(model).where(*here, col(model.calls) == 0))
