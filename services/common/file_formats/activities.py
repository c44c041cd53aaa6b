"""Activities as tables hold them, a row per activity or receiver: which rows are one, and what it is.

The command line and the rebuild of relationships read the same.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadlight.relationship.v1 import activity_pb2

_SEVERAL = re.compile(r"[;,]")
_MILLISECONDS_FROM = 1e11
"""A number of a time from here on is in milliseconds: as seconds it would be after the year 5000."""

KINDS: Mapping[str, activity_pb2.ActivityKind.ValueType] = {
    "email": activity_pb2.ACTIVITY_KIND_EMAIL,
    "e-mail": activity_pb2.ACTIVITY_KIND_EMAIL,
    "mail": activity_pb2.ACTIVITY_KIND_EMAIL,
    "meeting": activity_pb2.ACTIVITY_KIND_MEETING,
    "appointment": activity_pb2.ACTIVITY_KIND_MEETING,
    "call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phone call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phone_call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phonecall": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "task": activity_pb2.ACTIVITY_KIND_TASK,
    "other": activity_pb2.ACTIVITY_KIND_OTHER,
}


class UnreadableActivityError(ValueError):
    """Rows that are no activity; the text says why."""


def key_columns(*, has_id: bool) -> tuple[str, ...]:
    """The columns that rows of one activity agree in."""
    return ("id",) if has_id else ("sender", "time", "kind", "thread", "subject")


def key_of(values: Sequence[str]) -> str:
    """What tells one activity from another: a digest of its key columns' texts, empty for blank ones."""
    return hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:32]


def activity_of(key: str, rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> activity_pb2.Activity:
    """The activity of some rows.

    Args:
        key: The rows' key, from which an activity without id gets one.
        rows: With sender, receivers, time, kind, duration (minutes), thread, id and subject, None where blank; all
            but the receivers are read from the first one.
        zone: Of times that name none.

    Raises:
        UnreadableActivityError: If its time, kind, sender, receivers or duration cannot be read.
    """
    first = rows[0]
    at = moment_of(first["time"])
    kind = KINDS.get((first["kind"] or "email").strip().casefold())
    sender = (first["sender"] or "").strip()
    receivers = dict.fromkeys(each for row in rows for each in _receivers(row["receivers"]))
    if at is None:
        raise UnreadableActivityError(f"no time can be read from {str(first['time'])[:40]!r}")
    if kind is None:
        raise UnreadableActivityError(
            f"{str(first['kind'])[:40]!r} is no kind; there are {', '.join(sorted(KINDS))}"
        )
    if not sender or not receivers:
        raise UnreadableActivityError("it has no receiver" if sender else "it has no sender")
    sender = _receivers(sender)[0] if "@" in sender else sender
    made = activity_pb2.Activity(
        id=first["id"] or f"row-{key}",
        kind=kind,
        subject=(first["subject"] or "")[:500],
        thread_id=(first["thread"] or "")[:255],
    )
    made.start_time.FromDatetime(at if at.tzinfo is not None else at.replace(tzinfo=zone))
    made.participants.add(address=sender, role=activity_pb2.PARTICIPANT_ROLE_FROM)
    for each in receivers:
        made.participants.add(address=each, role=activity_pb2.PARTICIPANT_ROLE_TO)
    if first["duration"]:
        made.duration.FromTimedelta(_minutes(first["duration"]))
    return made


def moment_of(value: object) -> datetime | None:
    """A time as files hold it: seconds or milliseconds since 1970, a timestamp, ISO 8601, or as mails write it.

    Returns:
        Without a zone where it names none; None for what is no time.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)
    if value is None:
        return None
    text = str(value).strip()
    # Where one time of a column is a text, all of them come as texts. Eight digits are a day.
    if text.isdecimal() and len(text) != len("20260302"):
        return moment_of(int(text))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text)
        except ValueError:
            continue
    return None


def _minutes(value: object) -> timedelta:
    try:
        return timedelta(minutes=float(str(value)))
    except (ValueError, OverflowError):
        raise UnreadableActivityError(f"{str(value)[:40]!r} is no number of minutes") from None


def _receivers(cell: str | None) -> list[str]:
    """The addresses in a cell, separated by ; or ,."""
    if not cell:
        return []
    if "<" in cell:
        return [address for _, address in getaddresses([cell.replace(";", ",")]) if address]
    return [each.strip() for each in _SEVERAL.split(cell) if each.strip()]
