"""What the participants of calls are found by: their records, and the keys of those who sell."""

from enum import StrEnum

from sqlalchemy import delete
from sqlmodel import col

from services.common.db import TenantSession
from services.common.records import RecordRef
from services.conversation.call import Call, Participant, Side
from services.conversation.models import ParticipantKeyRow


class Kind(StrEnum):
    """What a value is."""

    RECORD = "record"
    SELLER = "seller"


def record_value(ref: RecordRef) -> str:
    """A record as it is found."""
    return f"{ref.kind}/{ref.id}"


def add_keys(session: TenantSession, call: Call) -> None:
    """Stores what a new call's participants are found by."""
    session.insert_rows(
        ParticipantKeyRow,
        [
            {"call_id": call.call_id, "participant_id": each.participant_id, "kind": kind, "value": value}
            for each in call.participants
            for kind, value in _keys(each).items()
            if value
        ],
    )


def delete_keys(session: TenantSession, call_id: str) -> None:
    """Deletes what a call's participants are found by."""
    session.change(delete(ParticipantKeyRow).where(col(ParticipantKeyRow.call_id) == call_id))


def _keys(participant: Participant) -> dict[Kind, str]:
    return {
        Kind.RECORD: record_value(participant.record) if participant.record else "",
        Kind.SELLER: participant.key if participant.side is Side.SELLER else "",
    }
