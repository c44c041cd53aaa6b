"""A history of calls gives what the service finds in each of them."""

import json
from typing import Any

import pytest
from leadlight.conversation.v1 import call_pb2, conversation_service_pb2

from services.common.file_formats.calls import analysis_json
from services.conversation.analysis import Context, analyze
from services.conversation.convert_analysis import analysis_message
from services.conversation.convert_calls import call_message, file_call
from services.conversation.jobs.history import JOB
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher
from tests.integration.batch.running import outputs_of

CALL: dict[str, Any] = {
    "id": "c1",
    "language": "en",
    "started_at": "2026-03-11T09:30:00Z",
    "consent": True,
    "participants": [{"id": "s", "role": "seller", "name": "Anna Berg"}, {"id": "c", "role": "customer"}],
    "turns": [
        {
            "participant": "s",
            "start_s": 0,
            "end_s": 4.25,
            "text": "Good morning, this is Anna from Fabrikam.",
        },
        {"participant": "c", "start_s": 4.5, "end_s": 9.5, "text": "I hate Contoso Ltd, it is terrible."},
        {
            "participant": "s",
            "start_s": 10,
            "end_s": 12,
            "text": "What would a renewal cost you? Say 5,000 euros.",
        },
    ],
}
DANISH = {
    "id": "c2",
    "consent": True,
    "participants": CALL["participants"],
    "turns": [{"participant": "c", "text": "Det er en fantastisk pris, vi er meget glade for løsningen."}],
}
UNTIMED = CALL | {"id": "c3", "turns": [{"participant": "s", "text": "Hello."}]}
OPTIONS = {"competitors": "contoso", "keywords": "renewal; price"}
TRACKERS = (
    Tracker("keyword-1", TrackerKind.KEYWORD, ("renewal",)),
    Tracker("keyword-2", TrackerKind.KEYWORD, ("price",)),
    Tracker("competitor-1", TrackerKind.COMPETITOR, ("contoso",)),
)


def row_of(call: dict[str, Any]) -> dict[str, Any]:
    return call | {name: json.dumps(call[name]) for name in ("participants", "turns")}


def analysed(call: dict[str, Any]) -> dict[str, Any]:
    """A call as `leadlight conversation analyze` tells of it."""
    context = Context(TrackerMatcher(TRACKERS), [each.phrases[0] for each in TRACKERS])
    read = file_call(
        call_pb2.TranscriptFile(
            content=json.dumps(call).encode(), format=call_pb2.TRANSCRIPT_FORMAT_JSON, consent=True
        ),
        "file",
    )
    analysis = analyze(read, context)
    return analysis_json(
        conversation_service_pb2.AnalyzeCallResponse(
            call=call_message(analysis.call), analysis=analysis_message(analysis)
        )
    )


def told(row: dict[str, Any], *left: str) -> dict[str, Any]:
    """A row's values, without those that say where it belongs."""
    return {name: value for name, value in row.items() if value is not None and name not in left}


def test_each_call_is_read_as_the_service_reads_it() -> None:
    calls = [CALL, DANISH, UNTIMED]
    found = outputs_of(JOB, {"calls": map(row_of, calls)}, **OPTIONS)
    assert found["left_out"] == []
    for call in calls:
        expected = analysed(call)
        rows = {name: [row for row in table if row["call"] == call["id"]] for name, table in found.items()}
        measures = expected["measures"]
        flat = {name: value for name, value in measures.items() if not isinstance(value, dict | list)}
        (row,) = rows["measures"]
        assert told(row, "call", "language", "warnings") == flat
        assert row["language"] == expected["language"]
        sides = {each["side"]: told(each, "call", "side") for each in rows["speakers"] if each["side"]}
        assert sides == {side: measures[side] for side in ("seller", "others") if side in measures}
        people = [told(each, "call") for each in rows["speakers"] if each["participant"]]
        assert people == sorted(
            ({"participant": each["participant"], **each["speech"]} for each in measures["participants"]),
            key=lambda each: each["participant"],
        )
        assert [told(each, "call", "turn") for each in rows["turns"]] == expected["turns"]
        for name in ("hits", "entities"):
            assert [told(each, "call") for each in rows[name]] == sorted(
                expected[name], key=lambda each: (each["turn"], each["start"])
            )
    assert len(found["hits"]) == 2
    assert found["entities"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"consent": None}, "no consent"),
        ({"turns": "[{"}, "turns: is no JSON"),
        ({"participants": "[]"}, "is none of the call's participants"),
        ({"started_at": "2026-03-11T09:30:00"}, "needs a time zone"),
    ],
)
def test_a_call_that_cannot_be_read_is_told_and_stops_nobody(wrong: dict[str, Any], reason: str) -> None:
    found = outputs_of(JOB, {"calls": [row_of(UNTIMED), row_of(CALL) | wrong]})
    assert [each["call"] for each in found["measures"]] == ["c3"]
    (left_out,) = found["left_out"]
    assert left_out["call"] == "c1"
    assert reason in left_out["reason"]


def test_calls_without_consent_where_they_are_wanted() -> None:
    row = row_of(UNTIMED | {"consent": False})
    found = outputs_of(JOB, {"calls": [row]}, without_consent="true")
    assert [each["call"] for each in found["measures"]] == ["c3"]
