"""Takes words and findings of stored calls away: whole calls, their transcripts, or all that may name a person."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete
from sqlmodel import col

from services.common.db import TenantSession, utc_now
from services.conversation import call_store, commitment_task_store, participant_store
from services.conversation.call import Call
from services.conversation.call_store import Removed
from services.conversation.home import cell_store
from services.conversation.models import AnalysisRow, CallBrandRow, CallRow, CommentRow, UtteranceRow


def delete_call(session: TenantSession, call_id: str, *, keep_sums: bool = False) -> bool:
    """Deletes a call with all that was said and found in it, and with what was written on it.

    Args:
        session: The transaction.
        call_id: The call.
        keep_sums: Sums over many calls go on counting it, those by seller apart.

    Returns:
        Whether it was there.
    """
    stored = call_store.read_call(session, call_id, for_update=True)
    if stored is None:
        return False
    if keep_sums:
        cell_store.forget_calls(session, [call_id])
    else:
        cell_store.uncount_call(session, call_id)
    _delete_findings(session, stored.call)
    participant_store.delete_keys(session, call_id)
    session.change(delete(CallRow).where(col(CallRow.call_id) == call_id))
    return True


def delete_transcript(session: TenantSession, call_id: str) -> None:
    """Deletes what was said in a call; what was found stays."""
    session.change(delete(UtteranceRow).where(col(UtteranceRow.call_id) == call_id))
    call_store.set_removed(session, call_id, Removed.TRANSCRIPT)


def delete_highlights(session: TenantSession, call_id: str) -> None:
    """Deletes what was said in a call, and of what was found every sentence: highlights, summary, commitments."""
    delete_transcript(session, call_id)
    stored = call_store.read_call(session, call_id)
    analysis = call_store.read_analysis(session, stored.call) if stored else None
    if stored is not None and analysis is not None:
        bare = replace(analysis, highlights=(), summary=(), commitments=(), missing=())
        call_store.change_analysis(session, bare)
        tell_commitments(session, stored.call)
    call_store.set_removed(session, call_id, Removed.HIGHLIGHTS)


def anonymise(session: TenantSession, call: Call, left: Call) -> None:
    """Leaves of a call when it was and who else took part; it counts in no number any more.

    Args:
        session: The transaction.
        call: As it is.
        left: Without those who go.
    """
    cell_store.uncount_call(session, call.call_id)
    _delete_findings(session, call)
    call_store.set_anonymous(session, left)


def _delete_findings(session: TenantSession, call: Call) -> None:
    deleted: Sequence[int] = [
        session.change(delete(model).where(col(model.call_id) == call.call_id))
        for model in (AnalysisRow, UtteranceRow, CallBrandRow, CommentRow)
    ]
    if deleted[0]:
        tell_commitments(session, call)


def tell_commitments(session: TenantSession, call: Call) -> None:
    """Has the notes service hear what the call promises now: once its findings are gone, nothing any more."""
    if call.regarding is not None:
        commitment_task_store.put(session, call.call_id, call.regarding, utc_now())
