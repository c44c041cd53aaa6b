"""Meetings of a calendar file (.ics): each occurrence of a series, with its attendees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import recurring_ical_events
from leadlight.relationship.v1 import activity_pb2

from clients.cli.captured import Capture, add_person
from clients.cli.failures import CommandError
from clients.cli.mail_files import UnusableError

AHEAD = timedelta(days=365)
"""Occurrences of a series end somewhere: a year from now on those that are planned do."""

ALL_DAY, ALONE = "whole days", "without others"
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_LONGEST = timedelta(days=31)
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})
_THINGS = frozenset({"ROOM", "RESOURCE"})
_LONGEST_ID = 255
_LONGEST_SUBJECT = 500
_ROLES = {
    "OPT-PARTICIPANT": activity_pb2.PARTICIPANT_ROLE_CC,
    "REQ-PARTICIPANT": activity_pb2.PARTICIPANT_ROLE_TO,
    "CHAIR": activity_pb2.PARTICIPANT_ROLE_TO,
}


@dataclass
class CalendarFile(Capture):
    """The meetings of a file.

    Attributes:
        path: The file.
        now: What begins later is planned.
    """

    path: Path = Path()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _series: set[str] = field(default_factory=set)

    def activities(self) -> Iterator[activity_pb2.Activity]:
        """Each meeting, by time.

        Raises:
            CommandError: If the file cannot be read, or is no calendar.
        """
        try:
            calendars = icalendar.Calendar.from_ical(self.path.read_bytes(), multiple=True)
        except FileNotFoundError:
            raise CommandError(f"{self.path} does not exist") from None
        except OSError as error:
            raise CommandError(f"{self.path} cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise CommandError(f"{self.path} is no calendar: {error}") from None
        if not any(each.name == "VCALENDAR" for each in calendars):
            raise CommandError(f"{self.path} is no calendar: it has no BEGIN:VCALENDAR")
        for calendar in calendars:
            self._drop_bad(calendar)
            query = recurring_ical_events.of(calendar, skip_bad_series=True)
            for event in query.between(_EARLIEST, self.now + AHEAD):
                yield from self._taken(event)

    def _drop_bad(self, calendar: Any) -> None:
        """Takes out what has no time: one such event would stop all others."""
        for event in calendar.walk("VEVENT"):
            try:
                is_whole = event.start is not None and event.end is not None
            except (ValueError, TypeError, AttributeError) as error:  # InvalidCalendar is a ValueError
                is_whole = False
                self.bad.append(f"{_name(event)}: {error}")
            if not is_whole:
                calendar.subcomponents.remove(event)
            elif any(name in event for name in ("RRULE", "RDATE", "RECURRENCE-ID")):
                self._series.add(str(event.get("UID", "")))

    def _taken(self, event: Any) -> Iterator[activity_pb2.Activity]:
        try:
            made = self._activity(event)
        except UnusableError as error:
            self.bad.append(f"{_name(event)}: {error}")
            return
        if made is not None and self.offered(made, is_private=str(event.get("CLASS", "")) in _PRIVATE):
            yield made

    def _activity(self, event: Any) -> activity_pb2.Activity | None:
        start, end = event.start, event.end
        if not isinstance(start, datetime):
            self.left_out[ALL_DAY] += 1
            return None
        made = activity_pb2.Activity(
            id=self._id(event),
            kind=activity_pb2.ACTIVITY_KIND_MEETING,
            subject=str(event.get("SUMMARY", ""))[:_LONGEST_SUBJECT],
        )
        _add_people(made, event)
        if len(made.participants) < 2:
            self.left_out[ALONE] += 1
            return None
        start, end = self._zoned(start), self._zoned(end)
        self.naive += event.start.tzinfo is None
        if not timedelta(0) <= end - start <= _LONGEST:
            raise UnusableError("it ends before it starts, or lasts more than 31 days")
        made.start_time.FromDatetime(start)
        made.duration.FromTimedelta(end - start)
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            made.state = activity_pb2.ACTIVITY_STATE_CANCELLED
        elif start > self.now:
            made.state = activity_pb2.ACTIVITY_STATE_PLANNED
        return made

    def _id(self, event: Any) -> str:
        """The same for the same occurrence in any file: its series, and where it stood there before it was moved."""
        uid = str(event.get("UID", ""))
        if not uid:
            raise UnusableError("it has no UID")
        name = uid
        if uid in self._series:
            place = event["RECURRENCE-ID"].dt
            at = self._zoned(place).astimezone(UTC) if isinstance(place, datetime) else place
            name = f"{uid}/{at.isoformat()}"
        if len(name) > _LONGEST_ID:
            raise UnusableError(f"its UID is longer than {_LONGEST_ID} characters")
        return name

    def _zoned(self, at: datetime) -> datetime:
        return at if at.tzinfo is not None else at.replace(tzinfo=self.zone)


def _add_people(made: activity_pb2.Activity, event: Any) -> None:
    organizer = _address(event.get("ORGANIZER"))
    if organizer:
        name = str(event["ORGANIZER"].params.get("CN", ""))
        add_person(made, organizer, name, activity_pb2.PARTICIPANT_ROLE_FROM)
    found = event.get("ATTENDEE", [])
    for attendee in found if isinstance(found, list) else [found]:
        params = attendee.params
        role = _ROLES.get(str(params.get("ROLE", "REQ-PARTICIPANT")).upper())
        is_thing = str(params.get("CUTYPE", "")).upper() in _THINGS
        has_declined = str(params.get("PARTSTAT", "")).upper() == "DECLINED"
        address = _address(attendee)
        if address and role is not None and not is_thing and not has_declined:
            add_person(made, address, str(params.get("CN", "")), role)


def _address(value: object) -> str:
    text = str(value or "").strip()
    return text[len("mailto:") :] if text.casefold().startswith("mailto:") else ""


def _name(event: Any) -> str:
    return f"event {event.get('UID', '') or event.get('SUMMARY', '') or 'without UID'}"
