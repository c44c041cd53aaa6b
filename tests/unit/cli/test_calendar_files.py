"""Activities from calendars."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from leadlight.relationship.v1 import activity_pb2

from clients.cli.calendar_files import ALL_DAY, ALONE, CalendarFile
from clients.cli.captured import INTERNAL, PRIVATE, OwnNames
from clients.cli.failures import CommandError

ORGANIZER = "ORGANIZER;CN=Ada:mailto:ada@own.example"
KIM = "ATTENDEE:mailto:kim@customer.example"
START, END = "DTSTART:20260302T100000Z", "DTEND:20260302T103000Z"


def calendar_of(folder: Path, *events: list[str], zone: str = "UTC") -> CalendarFile:
    lines = [line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")]
    path = folder / "a.ics"
    path.write_text("\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *lines, "END:VCALENDAR", ""]))
    own = OwnNames(frozenset({"own.example"}))
    return CalendarFile(ZoneInfo(zone), own, path=path, now=datetime(2026, 11, 22, tzinfo=UTC))


def starts(found: list[activity_pb2.Activity]) -> list[str]:
    return [f"{each.start_time.ToDatetime():%m-%d %H:%M}" for each in found]


def test_a_meeting_has_its_people_and_duration(tmp_path: Path) -> None:
    (meeting,) = calendar_of(
        tmp_path,
        [
            "UID:one",
            START,
            END,
            "SUMMARY:Kick-off",
            ORGANIZER,
            KIM,
            "ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:ben@own.example",
            "ATTENDEE;CUTYPE=ROOM:mailto:room@own.example",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:no@customer.example",
            "DESCRIPTION:Secret words",
        ],
    ).activities()
    assert (meeting.id, meeting.subject, meeting.duration.seconds) == ("one", "Kick-off", 1800)
    assert meeting.kind == activity_pb2.ACTIVITY_KIND_MEETING
    assert [(each.address, each.role) for each in meeting.participants] == [
        ("ada@own.example", activity_pb2.PARTICIPANT_ROLE_FROM),
        ("kim@customer.example", activity_pb2.PARTICIPANT_ROLE_TO),
        ("ben@own.example", activity_pb2.PARTICIPANT_ROLE_CC),
    ]
    assert b"Secret" not in meeting.SerializeToString()


def test_each_occurrence_of_a_series_is_a_meeting(tmp_path: Path) -> None:
    zoned = "TZID=Europe/Copenhagen"
    series = ["UID:s", f"DTSTART;{zoned}:20261019T090000", "DURATION:PT45M", "RRULE:FREQ=WEEKLY;COUNT=6"]
    series += [f"EXDATE;{zoned}:20261026T090000", ORGANIZER, KIM]
    moved = ["UID:s", f"RECURRENCE-ID;{zoned}:20261102T090000", f"DTSTART;{zoned}:20261103T140000"]
    moved += ["DURATION:PT1H", ORGANIZER, KIM]
    found = list(calendar_of(tmp_path, series, moved).activities())
    # Summer time ended on 2026-10-25.
    assert starts(found) == ["10-19 07:00", "11-03 13:00", "11-09 08:00", "11-16 08:00", "11-23 08:00"]
    assert found[1].id == "s/2026-11-02T08:00:00+00:00"
    planned = activity_pb2.ACTIVITY_STATE_PLANNED
    assert [each.state == planned for each in found] == [False, False, False, False, True]


def test_a_meeting_that_was_moved_keeps_its_id(tmp_path: Path) -> None:
    (before,) = calendar_of(tmp_path, ["UID:one", START, END, ORGANIZER, KIM]).activities()
    later = ["UID:one", "DTSTART:20260303T100000Z", "DTEND:20260303T103000Z", ORGANIZER, KIM]
    (after,) = calendar_of(tmp_path, later).activities()
    assert before.id == after.id


def test_what_is_not_to_be_taken_is_counted(tmp_path: Path) -> None:
    calendar = calendar_of(
        tmp_path,
        ["UID:private", START, END, "CLASS:PRIVATE", ORGANIZER, KIM],
        ["UID:inside", START, END, ORGANIZER, "ATTENDEE:mailto:ben@own.example"],
        ["UID:alone", START, END],
        ["UID:day", "DTSTART;VALUE=DATE:20260302", ORGANIZER, KIM],
        ["UID:good", START, END, ORGANIZER, KIM],
        ["UID:off", START, END, "STATUS:CANCELLED", ORGANIZER, KIM],
    )
    found = {each.id: each.state for each in calendar.activities()}
    assert found == {
        "good": activity_pb2.ACTIVITY_STATE_UNSPECIFIED,
        "off": activity_pb2.ACTIVITY_STATE_CANCELLED,
    }
    assert calendar.left_out == {PRIVATE: 1, INTERNAL: 1, ALONE: 1, ALL_DAY: 1}
    assert calendar.bad == []


def test_bad_events_are_told_and_the_others_taken(tmp_path: Path) -> None:
    calendar = calendar_of(
        tmp_path,
        ["UID:never", "SUMMARY:x", ORGANIZER, KIM],
        ["UID:odd", "DTSTART:soon", ORGANIZER, KIM],
        ["UID:long", START, "DTEND:20260502T103000Z", ORGANIZER, KIM],
        [START, END, "SUMMARY:nameless", ORGANIZER, KIM],
        ["UID:good", START, END, ORGANIZER, KIM],
    )
    assert [each.id for each in calendar.activities()] == ["good"]
    told = " ".join(calendar.bad)
    assert len(calendar.bad) == 4
    assert all(name in told for name in ("never", "odd", "long", "nameless")), told


def test_floating_times_take_the_zone_that_is_told(tmp_path: Path) -> None:
    event = ["UID:one", "DTSTART:20260302T100000", "DURATION:PT30M", ORGANIZER, KIM]
    calendar = calendar_of(tmp_path, event, zone="Europe/Copenhagen")
    assert starts(list(calendar.activities())) == ["03-02 09:00"]
    assert calendar.naive == 1


def test_what_is_no_calendar_is_refused(tmp_path: Path) -> None:
    calendar = calendar_of(tmp_path)
    for text in ("", "no calendar", "BEGIN:VCARD\r\nEND:VCARD\r\n"):
        calendar.path.write_text(text)
        with pytest.raises(CommandError, match="is no calendar"):
            list(calendar.activities())
    calendar.path.unlink()
    with pytest.raises(CommandError, match="does not exist"):
        list(calendar.activities())
