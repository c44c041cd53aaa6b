"""Reads and writes calls: who took part in a row, what was said in rows of its own, what was found in one more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import col, select

from services.common.db import TenantReader, TenantSession
from services.common.paging import Page, SortKey, read_page
from services.conversation.analysis import Analysis
from services.conversation.call import Call, Participant, Utterance, Word
from services.conversation.models import AnalysisRow, CallBrandRow, CallRow, UtteranceRow

_PARTICIPANTS = TypeAdapter(tuple[Participant, ...])
_ANALYSIS = TypeAdapter(Analysis)
_LONGEST_KEY = 200  # characters; no brand's name is longer


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A call that is kept.

    Attributes:
        call: Without its utterances where they were not asked for.
        team: The seller's, or empty.
        content_hash: Of all that was sent.
        created_at: When it was stored.
    """

    call: Call
    team: str
    content_hash: str
    created_at: datetime


def read_call(session: TenantReader, call_id: str, *, with_utterances: bool = False) -> StoredCall | None:
    """One call."""
    row = session.get(CallRow, call_id=call_id)
    if row is None:
        return None
    stored = _stored(row)
    if not with_utterances:
        return stored
    query = select(UtteranceRow).where(UtteranceRow.call_id == call_id).order_by(col(UtteranceRow.place))
    utterances = tuple(_utterance(each) for each in session.exec(query))
    return replace(stored, call=replace(stored.call, utterances=utterances))


def list_calls(session: TenantReader, *, page_size: int, page_token: str) -> Page[StoredCall]:
    """A page of calls without their utterances, the last stored first."""
    page = read_page(
        session,
        select(CallRow),
        [SortKey(CallRow.created_at, descending=True), SortKey(CallRow.call_id, descending=True)],
        page_size=page_size,
        page_token=page_token,
        scope=["calls"],
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
    }
    if session.upsert_rows(CallRow, [row], update=[]) == 0:
        return False
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
    findings: dict[str, Any] = _ANALYSIS.dump_python(analysis, mode="json", exclude={"call"})
    session.insert_rows(AnalysisRow, [{"call_id": call_id, "findings": findings}])
    keys = [{"call_id": call_id, "key": key} for key in brands if len(key) <= _LONGEST_KEY]
    session.insert_rows(CallBrandRow, keys)


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


def delete_call(session: TenantSession, call_id: str) -> bool:
    """Deletes a call with all that was said and found in it; whether it was there."""
    for model in (UtteranceRow, AnalysisRow, CallBrandRow):
        session.change(delete(model).where(col(model.call_id) == call_id))
    return session.change(delete(CallRow).where(col(CallRow.call_id) == call_id)) > 0


def _stored(row: CallRow) -> StoredCall:
    call = Call(
        call_id=row.call_id,
        participants=_PARTICIPANTS.validate_python(row.participants),
        utterances=(),
        language=row.language,
        started_at=row.started_at,
        has_consent=row.has_consent,
        title=row.title,
        duration_ms=row.duration_ms,
    )
    return StoredCall(call, row.team, row.content_hash, row.created_at)


def _utterance(row: UtteranceRow) -> Utterance:
    words = tuple(Word(*each) for each in row.words)
    return Utterance(row.participant_id, row.text, row.start_ms, row.end_ms, words)
