"""Texts that are not stored: what is found, in whose conventions, one by one and in streams."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from google.type import timeofday_pb2
from leadlight.notes.v1 import notes_service_pb2, settings_pb2, suggestion_pb2, time_pb2

from tests.contract.served import Client
from tests.integration.notes.world import MEETING, NOTHING, PROMISE, ZONE, actions, times

SUGGEST, RESOLVE = "NotesService.SuggestActions", "NotesService.ResolveTimes"


def wall(moment: Any) -> str:
    """A moment as wall time of the zone."""
    return moment.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Meet the customer on May 4 at 4:00 PM", "en"),
        ("5 月 4 日下午 4:00 与客户会面", "zh"),
        ("Møde med kunden den 4. maj kl. 16", "da"),
        ("Møte med kunden 4. mai kl. 16.00", "nb"),
        ("Möte med kunden den 4 maj kl. 16", "sv"),
    ],
)
@pytest.mark.parametrize("told", [True, False], ids=["told", "found"])
def test_an_appointment_in_each_language(client: Client, text: str, language: str, told: bool) -> None:
    answer = client.call(SUGGEST, actions(text, language=language if told else ""))
    (suggestion,) = answer.suggestions
    assert suggestion.kind == suggestion_pb2.SUGGESTION_KIND_APPOINTMENT
    assert wall(suggestion.times[0].start) == "2026-05-04 16:00"
    assert suggestion.times[0].has_time
    assert suggestion.state == suggestion_pb2.SUGGESTION_STATE_UNSPECIFIED
    assert suggestion.name == ""
    assert suggestion.language == language
    assert 0 < suggestion.confidence <= 1
    assert text[suggestion.span_start : suggestion.span_end]
    assert answer.time_zone == ZONE


def test_a_deadline_is_due(client: Client) -> None:
    (suggestion,) = client.call(SUGGEST, actions(PROMISE)).suggestions
    assert suggestion.kind == suggestion_pb2.SUGGESTION_KIND_TASK
    assert suggestion.due
    (time,) = suggestion.times
    assert not time.HasField("start")
    assert (wall(time.end), time.has_time) == ("2026-03-06 00:00", False)


@pytest.mark.parametrize("text", ["", NOTHING, "\u202e\u200f", "{{7*7}} ${x} %s", "🎉🎉", "<p></p>"])
def test_nothing_to_suggest(client: Client, text: str) -> None:
    assert not client.call(SUGGEST, actions(text, language="")).suggestions


def test_spans_point_into_the_text_as_it_was_sent(client: Client) -> None:
    text = "<p>🎉 Nice visit.</p><p><b>Meet the customer</b> on May&nbsp;4 at 4:00 PM</p>"
    (suggestion,) = client.call(SUGGEST, actions(text)).suggestions
    assert text[suggestion.span_start :].startswith("Meet the customer")
    found = client.call(RESOLVE, times(text)).times
    assert [text[each.span_start : each.span_end] for each in found] == ["May&nbsp;4 at 4:00 PM"]


def test_a_text_in_two_languages_is_read_in_both(client: Client) -> None:
    danish = "Hun vil gerne høre noget om tilbuddet igen på torsdag kl. halv fire."
    text = f"Great meeting with the customer yesterday. {danish} 周五之前准备合同。"
    found = client.call(RESOLVE, times(text, language="")).times
    assert [each.language for each in found] == ["en", "da", "zh"]
    assert wall(found[1].readings[0].start) == "2026-03-05 15:30"


def test_a_hundred_thousand_characters_are_read(client: Client) -> None:
    text = (MEETING + " " + NOTHING + "\n") * 1_500
    text = text[:100_000]
    found = client.call(RESOLVE, times(text)).times
    assert len(found) >= text.count("4:00 PM")


def test_the_callers_conventions_come_before_the_tenants(client: Client) -> None:
    def first_day(**fields: Any) -> str:
        (mention,) = client.call(RESOLVE, times("on 5/4", **fields)).times
        assert len(mention.readings) == 2
        return wall(mention.readings[0].start)[:10]

    day_first = time_pb2.Conventions(date_order=time_pb2.DATE_ORDER_DAY_FIRST)
    assert first_day() == "2026-05-04"
    assert first_day(conventions=day_first) == "2026-04-05"
    client.call(
        "NotesService.UpdateNotesSettings",
        settings_pb2.UpdateNotesSettingsRequest(settings=settings_pb2.NotesSettings(conventions=day_first)),
    )
    assert first_day() == "2026-04-05"
    assert first_day(conventions=time_pb2.Conventions()) == "2026-05-04"


def test_the_tenants_zone_is_that_of_texts_that_name_none(client: Client) -> None:
    request = times("at 3 pm tomorrow", time_zone="")
    assert client.call(RESOLVE, request).time_zone == "UTC"
    client.call(
        "NotesService.UpdateNotesSettings",
        settings_pb2.UpdateNotesSettingsRequest(settings=settings_pb2.NotesSettings(time_zone=ZONE)),
    )
    answer = client.call(RESOLVE, request)
    assert answer.time_zone == ZONE
    assert wall(answer.times[0].readings[0].start) == "2026-03-03 15:00"


def test_the_default_time_of_writing_is_now(client: Client) -> None:
    request = times("tomorrow")
    request.ClearField("reference_time")
    day = client.call(RESOLVE, request).times[0].readings[0].start.ToDatetime(tzinfo=UTC)
    assert timedelta(0) < day - datetime.now(UTC) <= timedelta(hours=26)


def test_a_time_that_clocks_jump_over_is_said_to_be_so(client: Client) -> None:
    (mention,) = client.call(RESOLVE, times("on March 29, 2026 at 2:30 am")).times
    assert mention.in_gap
    assert mention.readings[0].start.ToDatetime(tzinfo=UTC) >= datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_each_text_of_a_stream_gets_its_own_result(client: Client) -> None:
    texts = [actions(MEETING), actions(MEETING, language="fr"), actions("x" * 100_001), actions(NOTHING)]
    requests = [notes_service_pb2.SuggestActionsStreamRequest(request=each) for each in texts]
    results = client.call("NotesService.SuggestActionsStream", *requests)
    assert [each.index for each in results] == [0, 1, 2, 3]
    assert [each.status.code for each in results] == [0, 3, 3, 0]
    assert [len(each.response.suggestions) for each in results] == [1, 0, 0, 0]
    assert results[0].response == client.call(SUGGEST, texts[0])


def test_times_of_a_stream(client: Client) -> None:
    texts = [times("tomorrow at 3 pm"), times("", time_zone="Mars/Olympus"), times("every Monday")]
    requests = [notes_service_pb2.ResolveTimesStreamRequest(request=each) for each in texts]
    first, second, third = client.call("NotesService.ResolveTimesStream", *requests)
    assert first.response == client.call(RESOLVE, texts[0])
    assert "request.time_zone" in second.status.message
    assert third.response.times[0].recurrence_rule == "FREQ=WEEKLY;BYDAY=MO"


def test_conventions_move_what_words_mean(client: Client) -> None:
    late = time_pb2.Conventions(end_of_day=timeofday_pb2.TimeOfDay(hours=18, minutes=30))
    (mention,) = client.call(RESOLVE, times("by end of day", conventions=late)).times
    assert wall(mention.readings[0].end) == "2026-03-02 18:30"


@pytest.mark.parametrize("tag", ["da-DK", "DA", "nb-NO", "no", "zh-Hans-CN", "cmn", "und", "mul"])
def test_languages_by_other_names(client: Client, tag: str) -> None:
    told = client.call(RESOLVE, times("2026-05-04", language=tag)).times
    assert [wall(each.readings[0].start)[:10] for each in told] == ["2026-05-04"]
