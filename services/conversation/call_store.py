"""Reads and writes calls: who took part in a row, what was said in rows of its own, what was found in one more."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.common.records import RecordKind, RecordRef
from services.conversation import participant_store
from services.conversation.analysis import Analysis
from services.conversation.call import Call, Participant, Utterance, Word
from services.conversation.models import AnalysisRow, CallBrandRow, CallRow, ParticipantKeyRow, UtteranceRow

_PARTICIPANTS = TypeAdapter(tuple[Participant, ...])
_ANALYSIS = TypeAdapter(Analysis)
_LONGEST_KEY = 200  # characters; no brand's name is longer


class Removed(StrEnum):
    """What is no longer kept of a call; each includes those before it."""

    NOTHING = "nothing"
    TRANSCRIPT = "transcript"
    HIGHLIGHTS = "highlights"
    FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call that is kept.

    Attributes:
        call: Without its utterances where they were not asked for.
        team: The seller's, or empty.
        content_hash: Of all that was sent.
        created_at: When it was stored.
        removed: What is no longer kept.
    """

    call: Call
    team: str
    content_hash: str
    created_at: datetime
    removed: Removed = Removed.NOTHING


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls a list has.

    Attributes:
        ref: The record that they are about or that one who took part has; None for all.
        sellers: The keys of sellers, of whom each must sell in them.
    """

    ref: RecordRef | None = None
    sellers: tuple[str, ...] = ()


def read_call(
    session: TenantReader, call_id: str, *, with_utterances: bool = False, for_update: bool = False
) -> StoredCall | None:
    """One call."""
    row = session.get(CallRow, call_id=call_id, for_update=for_update)
    if row is None:
        return None
    stored = _stored(row)
    if not with_utterances:
        return stored
    query = select(UtteranceRow).where(UtteranceRow.call_id == call_id).order_by(col(UtteranceRow.place))
    utterances = tuple(_utterance(each) for each in session.exec(query))
    return replace(stored, call=replace(stored.call, utterances=utterances))


def list_calls(session: TenantReader, wanted: Wanted, *, page_size: int, page_token: str) -> Page[StoredCall]:
    """A page of calls without their utterances, the last stored first."""
    query = select(CallRow)
    for seller in wanted.sellers:
        query = query.where(col(CallRow.call_id).in_(_with_key(participant_store.Kind.SELLER, seller)))
    if wanted.ref is not None:
        took_part = _with_key(participant_store.Kind.RECORD, participant_store.record_value(wanted.ref))
        query = query.where(or_(_is_about(wanted.ref), col(CallRow.call_id).in_(took_part)))
    page = read_page(
        session,
        query,
        [SortKey(CallRow.created_at, descending=True), SortKey(CallRow.call_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["calls", *((wanted.ref.kind, wanted.ref.id) if wanted.ref else ()), "", *wanted.sellers],
    )
    return Page([_stored(row) for row in page.rows], page.next_page_token)


def add_call(session: TenantSession, stored: StoredCall) -> bool:
    """Stores a new call; whether its id was free.

    It waits for another transaction that is adding a call of that id.
    """
    call = stored.call
    row = {
        "call_id": call.call_id,
        "title": call.title,
        "language": call.language,
        "team": stored.team,
        "participants": _PARTICIPANTS.dump_python(call.participants, mode="json"),
        "started_at": call.started_at,
        "duration_ms": call.duration_ms,
        "has_consent": call.has_consent,
        "content_hash": stored.content_hash,
        "created_at": stored.created_at,
        "regarding_kind": call.regarding.kind if call.regarding else "",
        "regarding_id": call.regarding.id if call.regarding else "",
        "removed": stored.removed,
    }
    if session.upsert_rows(CallRow, [row], update=[]) == 0:
        return False
    participant_store.add_keys(session, call)
    session.insert_rows(
        UtteranceRow,
        [
            {
                "call_id": call.call_id,
                "place": place,
                "participant_id": each.participant_id,
                "text": each.text,
                "start_ms": each.start_ms,
                "end_ms": each.end_ms,
                "words": [[word.text, word.start_ms, word.end_ms] for word in each.words],
            }
            for place, each in enumerate(call.utterances)
        ],
    )
    return True


def add_analysis(session: TenantSession, analysis: Analysis, brands: Iterable[str]) -> None:
    """Stores what was found in a new call.

    Args:
        session: The transaction.
        analysis: As it was produced.
        brands: Keys of all its brands, those too that were heard before.
    """
    call_id = analysis.call.call_id
    session.insert_rows(AnalysisRow, [_analysis_row(analysis)])
    keys = [{"call_id": call_id, "key": key} for key in brands if len(key) <= _LONGEST_KEY]
    session.insert_rows(CallBrandRow, keys)


def change_analysis(session: TenantSession, analysis: Analysis) -> None:
    """Stores what an analysis is now."""
    session.upsert_rows(AnalysisRow, [_analysis_row(analysis)])


def read_analysis(session: TenantReader, call: Call) -> Analysis | None:
    """What was found in a call."""
    row = session.get(AnalysisRow, call_id=call.call_id)
    return None if row is None else _ANALYSIS.validate_python({**row.findings, "call": call})


def heard_brands(session: TenantReader, keys: Collection[str], *, except_in: str) -> set[str]:
    """Those of some brands that another call had.

    Args:
        session: The transaction.
        keys: Of the brands.
        except_in: The call that does not count.
    """
    query = select(CallBrandRow.key).where(col(CallBrandRow.key).in_(keys), CallBrandRow.call_id != except_in)
    return set(session.exec(query.distinct()))


def stored_before(
    session: TenantReader, moment: datetime, removed: Collection[Removed], limit: int
) -> Sequence[str]:
    """Ids of calls that were stored before a moment and of which no more than that is removed, the oldest first."""
    query = (
        select(CallRow.call_id)
        .where(col(CallRow.removed).in_(removed), col(CallRow.created_at) < moment)
        .order_by(col(CallRow.created_at), col(CallRow.call_id))
        .limit(limit)
    )
    return session.exec(query).all()


def set_removed(session: TenantSession, call_id: str, removed: Removed) -> None:
    """Says what is no longer kept of a call."""
    session.change(update(CallRow).where(col(CallRow.call_id) == call_id).values(removed=removed))


def set_anonymous(session: TenantSession, call: Call) -> None:
    """Leaves of a call who is named in it now and when it was: no title and no finding."""
    participants = _PARTICIPANTS.dump_python(call.participants, mode="json")
    session.change(
        update(CallRow)
        .where(col(CallRow.call_id) == call.call_id)
        .values(
            title="",
            participants=participants,
            regarding_kind=call.regarding.kind if call.regarding else "",
            regarding_id=call.regarding.id if call.regarding else "",
            removed=Removed.FINDINGS,
        )
    )
    participant_store.delete_keys(session, call.call_id)
    participant_store.add_keys(session, call)


def _is_about(ref: RecordRef) -> ColumnElement[bool]:
    return and_(col(CallRow.regarding_kind) == ref.kind, col(CallRow.regarding_id) == ref.id)


def _with_key(kind: participant_store.Kind, value: str) -> Any:
    return select(ParticipantKeyRow.call_id).where(
        ParticipantKeyRow.kind == kind, ParticipantKeyRow.value == value
    )


def _analysis_row(analysis: Analysis) -> dict[str, Any]:
    findings = _ANALYSIS.dump_python(analysis, mode="json", exclude={"call"})
    return {"call_id": analysis.call.call_id, "findings": findings}


def call_of(row: CallRow) -> Call:
    """A call without its utterances from its row."""
    regarding = RecordRef(RecordKind(row.regarding_kind), row.regarding_id) if row.regarding_kind else None
    return Call(
        call_id=row.call_id,
        participants=_PARTICIPANTS.validate_python(row.participants),
        utterances=(),
        language=row.language,
        started_at=row.started_at,
        has_consent=row.has_consent,
        title=row.title,
        duration_ms=row.duration_ms,
        regarding=regarding,
    )


def _stored(row: CallRow) -> StoredCall:
    return StoredCall(call_of(row), row.team, row.content_hash, row.created_at, Removed(row.removed))


def _utterance(row: UtteranceRow) -> Utterance:
    words = tuple(Word(*each) for each in row.words)
    return Utterance(row.participant_id, row.text, row.start_ms, row.end_ms, words)
