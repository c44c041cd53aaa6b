"""Keeps of each call what the home page counts of it: it can be taken out of the sums again, and be listed."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.conversation.home.call_facts import CallFacts, Measured, Mention, MentionKind
from services.conversation.home.periods import Span
from services.conversation.home.tallies import Asked, MentionKey, counts_of
from services.conversation.models import CallFactRow, CallMentionRow, CallSellerRow

_FACTS: tuple[type[CallFactRow] | type[CallSellerRow] | type[CallMentionRow], ...] = (
    CallFactRow,
    CallSellerRow,
    CallMentionRow,
)
_DAY = timedelta(days=1)
_PORTION = 500  # ids in one statement


def insert(session: TenantSession, calls: Collection[CallFacts]) -> None:
    """Keeps calls that are not kept yet."""
    session.insert_rows(
        CallFactRow,
        [
            {
                "call_id": facts.call_id,
                "started_at": facts.started_at,
                "day": facts.day,
                "team": facts.team,
                "sellers": list(facts.sellers),
                "has_duration": facts.duration_ms is not None,
                **counts_of(facts),
            }
            for facts in calls
        ],
    )
    session.insert_rows(
        CallSellerRow,
        [{"seller": each, "call_id": facts.call_id} for facts in calls for each in facts.sellers],
    )
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
            for facts in calls
            for each in facts.mentions
        ],
    )


def remove(session: TenantSession, call_ids: Collection[str]) -> None:
    """Forgets calls."""
    ids = list(call_ids)
    for at in range(0, len(ids), _PORTION):
        for model in _FACTS:
            session.change(delete(model).where(col(model.call_id).in_(ids[at : at + _PORTION])))


def remove_seller(session: TenantSession, seller: str) -> None:
    """Forgets that somebody sold."""
    query = select(CallSellerRow.call_id).where(CallSellerRow.seller == seller)
    for row in _read_rows(session, list(session.exec(query))):
        row.sellers = [each for each in row.sellers if each != seller]
    session.flush()
    session.change(delete(CallSellerRow).where(col(CallSellerRow.seller) == seller))


def read_facts(session: TenantReader, call_ids: Collection[str]) -> list[CallFacts]:
    """Some calls as they were counted."""
    return _facts_of_rows(session, _read_rows(session, call_ids))


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


def _read_rows(session: TenantReader, call_ids: Collection[str]) -> list[CallFactRow]:
    """What is stored of some calls."""
    ids = list(call_ids)
    found: list[CallFactRow] = []
    for at in range(0, len(ids), _PORTION):
        query = select(CallFactRow).where(col(CallFactRow.call_id).in_(ids[at : at + _PORTION]))
        found += session.exec(query)
    return found


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
            row.duration_ms if row.has_duration else None,
            bool(row.conversations),
            {each: getattr(row, f"{each}_sum") for each in Measured if getattr(row, f"{each}_n")},
            row.score_sum if row.score_n else None,
            tuple(mentions.get(row.call_id, ())),
        )
        for row in rows
    ]
