"""Commitments between protobuf and the service's own types."""

import re
from collections.abc import Iterable
from datetime import datetime

from leadlight.notes.v1 import commitment_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordRef
from services.common.server.wire import optional_timestamp, ref_message, storable, timestamp
from services.notes.commitments import Commitment, CommitmentState, Due, Promise, Side, due_at
from services.notes.convert_settings import time_zone
from services.notes.convert_texts import written_at
from services.notes.promises import CommitmentChange

_SIDES = {side: commitment_pb2.CommitmentSide.Value(f"COMMITMENT_SIDE_{side.name}") for side in Side}
_SIDE_OF = {number: side for side, number in _SIDES.items()}
_STATES = {
    state: commitment_pb2.CommitmentState.Value(f"COMMITMENT_STATE_{state.name}") for state in CommitmentState
}
_STATE_OF = {number: state for state, number in _STATES.items()}
_NAME = re.compile(r"commitments/([a-z0-9-]{1,63})")
_DUE_PATHS = frozenset({"due_time", "date_only", "time_zone"})
_MASK_PATHS = frozenset({"state", "owed_by", "owner", "what"}) | _DUE_PATHS
_MOST_OWNER, _MOST_WHAT = 200, 1_000


def states(numbers: Iterable[commitment_pb2.CommitmentState.ValueType]) -> list[CommitmentState]:
    """The wanted states."""
    return [_STATE_OF[number] for number in numbers]


def side(number: commitment_pb2.CommitmentSide.ValueType) -> Side | None:
    """A side; None for both."""
    return _SIDE_OF.get(number)


def commitment_change(
    request: commitment_pb2.UpdateCommitmentRequest, zone: str
) -> tuple[str, CommitmentChange]:
    """The id of the commitment to change, and what to change.

    Args:
        request: The request.
        zone: The tenant's time zone.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    sent, paths = request.commitment, request.update_mask.paths
    match = _NAME.fullmatch(sent.name)
    if match is None:
        raise invalid_argument("commitment.name", "must have the form commitments/{commitment}")
    if not paths:
        raise invalid_argument("update_mask", "names nothing to change")
    for index, path in enumerate(paths):
        if path not in _MASK_PATHS:
            raise invalid_argument(
                f"update_mask.paths[{index}]", f"is none of {', '.join(sorted(_MASK_PATHS))}"
            )
    return match.group(1), CommitmentChange(
        is_done=_is_done(sent) if "state" in paths else None,
        owed_by=_changed_side(sent) if "owed_by" in paths else None,
        owner=_text(sent.owner, "commitment.owner", 0, _MOST_OWNER) if "owner" in paths else None,
        what=_text(sent.what, "commitment.what", 1, _MOST_WHAT) if "what" in paths else None,
        due=(_due(sent, "commitment", zone),) if _DUE_PATHS.intersection(paths) else None,
    )


def promises(request: commitment_pb2.RecordCommitmentsRequest, record: RecordRef, zone: str) -> list[Promise]:
    """What a source says.

    Args:
        request: The request.
        record: The record that it concerns.
        zone: The tenant's time zone.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return [
        Promise(
            ref=record,
            owed_by=_SIDE_OF[each.owed_by],
            owner=storable(each.owner, f"commitments[{index}].owner"),
            what=storable(each.what, f"commitments[{index}].what"),
            due=_due(each, f"commitments[{index}]", zone),
            words=storable(each.words, f"commitments[{index}].words") or each.what,
        )
        for index, each in enumerate(request.commitments)
    ]


def source(name: str) -> str:
    """Where commitments come from that are handed in.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a note: its commitments follow from it by themselves.
    """
    if name.startswith("notes/"):
        raise invalid_argument("source", "is a note, whose commitments follow from it by themselves")
    return storable(name, "source")


def commitment_message(commitment: Commitment, now: datetime) -> commitment_pb2.Commitment:
    """A commitment, with where it stands at a moment."""
    promise = commitment.promise
    message = commitment_pb2.Commitment(
        name=f"commitments/{commitment.commitment_id}",
        ref=ref_message(promise.ref),
        owed_by=_SIDES[promise.owed_by],
        owner=promise.owner,
        what=promise.what,
        state=_STATES[commitment.state(now)],
        source=commitment.source,
        words=promise.words,
        done_time=optional_timestamp(commitment.done_at),
        create_time=timestamp(commitment.created_at),
        update_time=timestamp(commitment.updated_at),
    )
    if promise.due is not None:
        message.due_time.CopyFrom(timestamp(promise.due.at))
        message.date_only = promise.due.date_only
        message.time_zone = promise.due.time_zone
    return message


def _is_done(sent: commitment_pb2.Commitment) -> bool:
    if sent.state not in {commitment_pb2.COMMITMENT_STATE_DONE, commitment_pb2.COMMITMENT_STATE_DUE}:
        raise invalid_argument(
            "commitment.state", "must be done, or due to take that back; late is found out by the time"
        )
    return sent.state == commitment_pb2.COMMITMENT_STATE_DONE


def _changed_side(sent: commitment_pb2.Commitment) -> Side:
    found = _SIDE_OF.get(sent.owed_by)
    if found is None:
        raise invalid_argument("commitment.owed_by", "must be ours or customer")
    return found


def _text(text: str, path: str, least: int, most: int) -> str:
    if not least <= len(text) <= most:
        raise invalid_argument(path, f"must have {least} to {most:,} characters")
    return storable(text, path)


def _due(sent: commitment_pb2.Commitment | commitment_pb2.NewCommitment, path: str, zone: str) -> Due | None:
    given = time_zone(sent.time_zone, f"{path}.time_zone")
    at = written_at(sent, "due_time", f"{path}.due_time")
    return None if at is None else due_at(at, date_only=sent.date_only, time_zone=given or zone)
