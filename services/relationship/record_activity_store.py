"""Finds single activities of a record: the last, the next, those that wait, and the last with each of some people."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select

from services.common.db import PreparedSelect, TenantReader, in_slots, parameter, slot_parameters
from services.common.records import RecordRef
from services.relationship.activity import State
from services.relationship.models import ActivityPersonRow, ActivityRecordRow

_BEGAN, _ID = col(ActivityRecordRow.started_at), col(ActivityRecordRow.activity_id)


def neighbour(session: TenantReader, ref: RecordRef, state: State, moment: datetime) -> str | None:
    """The id of the last completed activity of a record up to a moment, or of the next planned one after it."""
    found = session.exec_prepared(_NEIGHBOURS[state], kind=ref.kind, id=ref.id, moment=moment)
    return found[0][0] if found else None


def unanswered(
    session: TenantReader, ref: RecordRef, *, since: datetime, until: datetime, limit: int
) -> tuple[int, list[str]]:
    """How many mails of a record wait for an answer, and the ids of the longest waiting ones."""
    waiting = session.exec_prepared(_WAITING, kind=ref.kind, id=ref.id, since=since, until=until, most=limit)
    return waiting[0][1] if waiting else 0, [activity_id for activity_id, _ in waiting]


def last_with(
    session: TenantReader, ref: RecordRef, last_days: Mapping[str, tuple[datetime, datetime]]
) -> dict[str, datetime]:
    """When people last took part in activities of a record.

    Args:
        session: The transaction.
        ref: The record.
        last_days: By address, start and end of the last day on which the person did: nothing else is read.
    """
    if not last_days:
        return {}
    days = sorted(set(last_days.values()))
    starts = in_slots([start for start, _ in days], "start")
    ends = in_slots([end for _, end in days], "end")
    addresses = in_slots(sorted(last_days), "address")
    prepared = _last_with(len(starts), len(addresses))
    rows = session.exec_prepared(
        prepared, kind=ref.kind, id=ref.id, since=days[0][0], **starts, **ends, **addresses
    )
    return {address: last for address, last in rows if address is not None}


def _of_record(state: State) -> tuple[ColumnElement[bool], ...]:
    row = ActivityRecordRow
    return col(row.kind) == parameter("kind"), col(row.record_id) == parameter("id"), col(row.state) == state


@lru_cache
def _last_with(days: int, addresses: int) -> PreparedSelect:
    person = ActivityPersonRow
    edges = zip(slot_parameters(days, "start"), slot_parameters(days, "end"), strict=True)
    return PreparedSelect(
        select(person.address, func.max(_BEGAN))
        .select_from(ActivityRecordRow)
        # Outer, so that no database begins with the person, who may have taken part in very many.
        .join(
            person,
            and_(
                col(person.activity_id) == _ID,
                col(person.address).in_(slot_parameters(addresses, "address")),
            ),
            isouter=True,
        )
        .where(
            *_of_record(State.COMPLETED),
            parameter("since") <= _BEGAN,
            or_(*(and_(start <= _BEGAN, end > _BEGAN) for start, end in edges)),
        )
        .group_by(col(person.address))
    )


def _prepared_neighbour(state: State, is_beyond: ColumnElement[bool], *order: Any) -> PreparedSelect:
    return PreparedSelect(
        select(ActivityRecordRow.activity_id).where(*_of_record(state), is_beyond).order_by(*order).limit(1)
    )


def _prepared_waiting() -> PreparedSelect:
    row = ActivityRecordRow
    return PreparedSelect(
        select(row.activity_id, func.count().over())
        .where(
            row.kind == parameter("kind"),
            row.record_id == parameter("id"),
            col(row.awaits) > "",
            parameter("since") <= _BEGAN,
            parameter("until") >= _BEGAN,
        )
        .order_by(_BEGAN, _ID)
        .limit(parameter("most"))
    )


_WAITING = _prepared_waiting()
_NEIGHBOURS = {
    State.COMPLETED: _prepared_neighbour(
        State.COMPLETED, parameter("moment") >= _BEGAN, _BEGAN.desc(), _ID.desc()
    ),
    State.PLANNED: _prepared_neighbour(State.PLANNED, parameter("moment") < _BEGAN, _BEGAN, _ID),
}
