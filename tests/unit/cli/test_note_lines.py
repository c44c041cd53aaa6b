"""Lines of notes: what a line asks, and the line that answers it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.notes.v1 import notes_service_pb2, suggestion_pb2, time_pb2

from clients.cli.failures import UsageError
from clients.cli.note_lines import NoteLine, fill, read_lines, suggestions_answer, times_answer

ZONE = "Europe/Copenhagen"
PATH = Path("notes.jsonl")


def line(**note: Any) -> NoteLine:
    return NoteLine(3, 1.0, {"id": "a", "text": "x"} | note)


def asked(**note: Any) -> notes_service_pb2.SuggestActionsRequest:
    return fill(notes_service_pb2.SuggestActionsRequest(), line(**note), PATH)


def moment(text: str) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(datetime.fromisoformat(text).replace(tzinfo=UTC))
    return message


def test_lines_are_read_one_by_one_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1, "text": "a"}\n\n  \r\n{"id": "b", "text": "\xc3\xa9"}')
    lines = list(read_lines(path))
    assert [(each.number, each.note["id"], each.note["text"]) for each in lines] == [
        (1, 1, "a"),
        (4, "b", "é"),
    ]
    assert lines[-1].done == 1
    assert 0 < lines[0].done < 1


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b'{"text": "no id"}',
        b'{"id": [], "text": "a"}',
        b'{"id": "no text"}',
        b'{"id": 1, "text": 5}',
        b'{"id": 1, "text": "a", "time_zone": 2}',
    ],
)
def test_a_line_that_is_no_note_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.jsonl"
    path.write_bytes(b'{"id": 1, "text": "a"}\n' + content + b"\n")
    with pytest.raises(UsageError, match="line 2"):
        list(read_lines(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_lines(tmp_path / "none.jsonl"))


@pytest.mark.parametrize(
    ("given", "at", "zone"),
    [
        ({"reference_time": "2026-03-02T09:30:00", "time_zone": ZONE}, "2026-03-02T08:30:00", ZONE),
        ({"reference_time": "2026-03-02T09:30:00Z", "time_zone": ZONE}, "2026-03-02T09:30:00", ZONE),
        (
            {"reference_time": "2026-03-02T09:30:00+01:00", "time_zone": ""},
            "2026-03-02T08:30:00",
            "Etc/GMT-1",
        ),
        ({"reference_time": "2013-02-12T04:30:00-02:00"}, "2013-02-12T06:30:00", "Etc/GMT+2"),
        (
            {"reference_time": "2026-03-02T09:30:00", "time_zone": "+02:00"},
            "2026-03-02T07:30:00",
            "Etc/GMT-2",
        ),
        (
            {"reference_time": "2026-03-02T09:30:00", "time_zone": "UTC-0200"},
            "2026-03-02T11:30:00",
            "Etc/GMT+2",
        ),
        ({"reference_time": "2026-03-02T09:30:00", "time_zone": "+00:00"}, "2026-03-02T09:30:00", "UTC"),
        ({"reference_time": "2026-03-02T09:30:00Z"}, "2026-03-02T09:30:00", "UTC"),
        ({"reference_time": "2026-03-02T09:30:00"}, "2026-03-02T09:30:00", "UTC"),
        ({"reference_time": "2026-03-02"}, "2026-03-02T00:00:00", "UTC"),
    ],
)
def test_the_time_of_writing(given: dict[str, str], at: str, zone: str) -> None:
    request = asked(**given)
    assert request.reference_time == moment(at)
    assert request.time_zone == zone


def test_what_is_not_given_is_left_to_the_service() -> None:
    request = asked(language=None, reference_time=None)
    assert not request.HasField("reference_time")
    assert (request.text, request.language, request.time_zone) == ("x", "", "")


@pytest.mark.parametrize(
    "given",
    [
        {"reference_time": "yesterday"},
        {"reference_time": "2026-03-02T09:30:00", "time_zone": "Mars/Olympus"},
        {"reference_time": "2026-03-02T09:30:00+05:30"},
        {"time_zone": "+05:30"},
        {"text": "\ud800"},
    ],
)
def test_what_cannot_be_asked_is_named(given: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"notes\.jsonl line 3"):
        asked(**given)


def reading(start: str = "", end: str = "", **fields: Any) -> time_pb2.TimeReading:
    return time_pb2.TimeReading(
        start=moment(start) if start else None,
        end=moment(end) if end else None,
        **{"grain": time_pb2.TIME_GRAIN_HOUR, "has_date": True, "has_time": True} | fields,
    )


def told(kind: str, *times: time_pb2.TimeReading, **fields: Any) -> dict[str, Any]:
    number = suggestion_pb2.SuggestionKind.Value(f"SUGGESTION_KIND_{kind}")
    suggestion = suggestion_pb2.Suggestion(
        kind=number, times=times, title="Title", confidence=0.87654, **fields
    )
    response = notes_service_pb2.SuggestActionsResponse(suggestions=[suggestion], time_zone=ZONE)
    answer = suggestions_answer(line(), response)
    assert answer["id"] == "a"
    assert json.dumps(answer)
    (found,) = answer["suggestions"]
    assert (found["type"], found["confidence"], found["title"]) == (kind, 0.8765, "Title")
    return {name: found[name] for name in ("start", "end", "due", "date_only")}


FOUR = reading("2026-05-04T14:00:00")
FOUR_TO_FIVE = reading("2026-05-04T14:00:00", "2026-05-04T15:00:00")
FRIDAY = reading("2026-03-05T23:00:00", "2026-03-06T23:00:00", has_time=False)
BY_FRIDAY = reading(end="2026-03-05T23:00:00", has_time=False)
AT_FOUR = {"start": "2026-05-04T16:00:00", "end": None, "due": None, "date_only": False}
ON_FRIDAY = "2026-03-06T00:00:00"
NEVER = {"start": None, "end": None, "due": None, "date_only": False}


@pytest.mark.parametrize(
    ("kind", "times", "due", "answer"),
    [
        ("APPOINTMENT", [FOUR], False, AT_FOUR),
        ("APPOINTMENT", [FOUR_TO_FIVE], False, AT_FOUR | {"end": "2026-05-04T17:00:00"}),
        ("APPOINTMENT", [FRIDAY], False, NEVER | {"start": ON_FRIDAY, "date_only": True}),
        ("APPOINTMENT", [], False, NEVER),
        ("APPOINTMENT", [BY_FRIDAY], True, NEVER | {"due": ON_FRIDAY, "date_only": True}),
        ("PHONE_CALL", [FRIDAY], False, NEVER | {"start": ON_FRIDAY, "due": ON_FRIDAY, "date_only": True}),
        ("PHONE_CALL", [BY_FRIDAY], True, NEVER | {"due": ON_FRIDAY, "date_only": True}),
        ("TASK", [BY_FRIDAY], True, NEVER | {"due": ON_FRIDAY, "date_only": True}),
        ("EMAIL", [FOUR], True, NEVER | {"due": "2026-05-04T16:00:00"}),
        ("CONTACT", [], False, NEVER),
    ],
)
def test_when_a_suggestion_is(kind: str, times: list[Any], due: bool, answer: dict[str, Any]) -> None:
    assert told(kind, *times, due=due) == answer


def test_a_clock_time_without_a_day_is_said_to_be_one() -> None:
    at_three = reading("2026-03-02T14:00:00", has_date=False)
    suggestion = suggestion_pb2.Suggestion(kind=suggestion_pb2.SUGGESTION_KIND_APPOINTMENT, times=[at_three])
    response = notes_service_pb2.SuggestActionsResponse(suggestions=[suggestion], time_zone=ZONE)
    (found,) = suggestions_answer(line(), response)["suggestions"]
    assert (found["start"], found["date_only"], found["time_only"]) == ("2026-03-02T15:00:00", False, True)


def test_whom_a_suggestion_concerns() -> None:
    suggestion = suggestion_pb2.Suggestion(
        kind=suggestion_pb2.SUGGESTION_KIND_CONTACT,
        assignee="John",
        people=[suggestion_pb2.Person(email="a@b.dk"), suggestion_pb2.Person(name="Ann Berg")],
    )
    response = notes_service_pb2.SuggestActionsResponse(suggestions=[suggestion], time_zone="UTC")
    (found,) = suggestions_answer(line(), response)["suggestions"]
    assert (found["assignee"], found["contact_name"]) == ("John", "Ann Berg")


@pytest.mark.parametrize(
    ("kind", "readings", "fields", "values", "alternatives"),
    [
        ("INSTANT", [FOUR_TO_FIVE], {}, ["2026-05-04T16:00:00"], []),
        (
            "INSTANT",
            [FOUR, reading("2026-05-04T02:00:00")],
            {},
            ["2026-05-04T16:00:00"],
            [["2026-05-04T04:00:00"]],
        ),
        ("INTERVAL", [FOUR_TO_FIVE], {}, ["2026-05-04T16:00:00", "2026-05-04T17:00:00"], []),
        ("INTERVAL", [BY_FRIDAY], {}, [ON_FRIDAY], []),
        ("DURATION", [reading()], {"length": (90, "MINUTE")}, ["PT90M"], []),
        ("DURATION", [reading()], {"length": (2, "WEEK")}, ["P2W"], []),
        ("DURATION", [reading()], {"length": (1.5, "YEAR")}, ["P1.5Y"], []),
        ("DURATION", [reading()], {"length": (2, "QUARTER")}, ["P6M"], []),
        ("SET", [FRIDAY], {"recurrence_rule": "FREQ=WEEKLY;BYDAY=FR"}, ["FREQ=WEEKLY;BYDAY=FR"], []),
    ],
)
def test_what_an_expression_of_time_means(
    kind: str, readings: list[Any], fields: dict[str, Any], values: list[str], alternatives: list[list[str]]
) -> None:
    if "length" in fields:
        count, unit = fields["length"]
        fields = {
            "length": time_pb2.TimeLength(count=count, unit=time_pb2.TimeGrain.Value(f"TIME_GRAIN_{unit}"))
        }
    mention = time_pb2.TimeMention(
        span_start=1,
        span_end=5,
        kind=time_pb2.TimeKind.Value(f"TIME_KIND_{kind}"),
        readings=readings,
        **fields,
    )
    response = notes_service_pb2.ResolveTimesResponse(times=[mention], time_zone=ZONE)
    assert times_answer(line(id=7), response) == {
        "id": 7,
        "times": [
            {
                "span_start": 1,
                "span_end": 5,
                "kind": kind.lower(),
                "grain": time_pb2.TimeGrain.Name(readings[0].grain).removeprefix("TIME_GRAIN_").lower(),
                "values": values,
                "alternatives": alternatives,
            }
        ],
    }
