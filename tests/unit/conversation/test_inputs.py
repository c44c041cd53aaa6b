import json
from typing import Any

import pytest

from services.common.errors import Code, LeadlightError
from services.conversation.call import Participant, Side, Word
from services.conversation.inputs.cues import read_srt, read_webvtt
from services.conversation.inputs.formats import Format, read_call
from services.conversation.inputs.own_json import read_json
from services.conversation.inputs.timed_words import read_timed_words

TEAMS = """\ufeffWEBVTT

4f3b2c1d-aaaa-bbbb-cccc-1234567890ab/12-0
00:00:03.120 --> 00:00:06.480
<v Anna Berg>Good morning, Carl &amp; team.
How are you?</v>

4f3b2c1d-aaaa-bbbb-cccc-1234567890ab/15-0
00:00:06.900 --> 00:00:09.010
<v Carl O'Neill (Northwind)>Fine, thanks.</v>

00:00:09.100 --> 00:00:10.000
<v Anna Berg>Great.</v> <v Carl O'Neill (Northwind)>So, price?</v>
"""
ZOOM = """WEBVTT

1
00:00:03.120 --> 00:00:06.480
Anna Berg: Good morning. We have two options: one is cheap.

2
00:00:06.900 --> 00:00:09.010
Carl: Fine, thanks.

3
00:00:09.500 --> 00:00:11.000
and you?
"""
SRT = """1
00:00:03,120 --> 00:00:06,480
Anna Berg: Good morning.
Carl: Hi.

2
0:00:06,9 --> 00:00:09,010
<i>Anna Berg:</i> So, 4 < 5?
"""
OWN: dict[str, Any] = {
    "id": "c-1",
    "language": "en",
    "started_at": "2026-03-11T09:30:00+01:00",
    "consent": True,
    "participants": [
        {"id": "p1", "role": "seller", "name": "Anna"},
        {"id": "p2", "role": "customer"},
    ],
    "turns": [
        {"participant": "p1", "start_s": 0.0, "end_s": 2.0004, "text": "Hello"},
        {"participant": "p2", "text": "Hi", "words": [{"text": "Hi", "start_s": 2.1, "end_s": 2.3}]},
    ],
}


def refused(read: Any, data: Any) -> Any:
    with pytest.raises(LeadlightError) as caught:
        read(data)
    assert caught.value.code is Code.INVALID_ARGUMENT
    return [violation.field for violation in caught.value.violations]


def said(call: Any) -> Any:
    return [(each.participant_id, each.text, each.start_ms, each.end_ms) for each in call.utterances]


def own(**changes: Any) -> Any:
    return json.dumps(OWN | changes)


def test_webvtt_as_teams_writes_it() -> None:
    assert said(read_webvtt(TEAMS)) == [
        ("Anna Berg", "Good morning, Carl & team. How are you?", 3120, 6480),
        ("Carl O'Neill (Northwind)", "Fine, thanks.", 6900, 9010),
        ("Anna Berg", "Great.", 9100, 10000),
        ("Carl O'Neill (Northwind)", "So, price?", 9100, 10000),
    ]


def test_webvtt_as_zoom_writes_it() -> None:
    assert said(read_webvtt(ZOOM)) == [
        ("Anna Berg", "Good morning. We have two options: one is cheap.", 3120, 6480),
        ("Carl", "Fine, thanks.", 6900, 9010),
        ("Carl", "and you?", 9500, 11000),
    ]


def test_srt_with_speakers() -> None:
    assert said(read_srt(SRT)) == [
        ("Anna Berg", "Good morning.", 3120, 6480),
        ("Carl", "Hi.", 3120, 6480),
        ("Anna Berg", "So, 4 < 5?", 6900, 9010),
    ]


def test_who_sells_is_told_or_unknown() -> None:
    assert read_webvtt(TEAMS, sellers=["Anna Berg"]).participants == (
        Participant("Anna Berg", Side.SELLER, "Anna Berg"),
        Participant("Carl O'Neill (Northwind)", Side.CUSTOMER, "Carl O'Neill (Northwind)"),
    )
    assert {each.side for each in read_webvtt(TEAMS).participants} == {None}
    assert refused(lambda data: read_webvtt(data, sellers=["Eva"]), TEAMS) == ["sellers"]


def test_a_cue_without_a_name_before_any_is_by_an_unknown_speaker() -> None:
    assert said(read_webvtt("WEBVTT\n\n00:01.000 --> 00:02.000\nhello there\n")) == [
        ("unknown", "hello there", 1000, 2000)
    ]


def test_windows_line_ends_notes_styles_and_cue_settings() -> None:
    text = ZOOM.replace(
        "WEBVTT\n", "WEBVTT - meeting\n\nNOTE made --> by hand\n\nSTYLE\n::cue { color: red }\n", 1
    )
    text = text.replace("00:00:06.480", "00:00:06.480 align:start position:0%").replace("\n", "\r\n")
    assert said(read_webvtt(text.encode())) == said(read_webvtt(ZOOM))


def test_a_cue_may_have_several_lines_no_hours_and_comments_between() -> None:
    text = (
        "WEBVTT\n\nNOTE\nwritten by hand,\nover two lines\n\n"
        "7c1f/0\n00:01.000 --> 00:02.500\nAnna: We start\nwith the price.\n\n"
        "NOTE and one more\n\n7c1f/1\n01:00:00.000 --> 01:00:01.000\n<v.loud Tom Hill>Fine.\n"
    )
    assert said(read_webvtt(text)) == [
        ("Anna", "We start with the price.", 1000, 2500),
        ("Tom Hill", "Fine.", 3_600_000, 3_601_000),
    ]


def test_srt_with_byte_order_mark_windows_line_ends_and_no_names() -> None:
    text = "\ufeff1\r\n00:00:01,000 --> 00:00:02,000\r\nHello there,\r\nall of you.\r\n\r\n"
    assert said(read_srt(text.encode())) == [("unknown", "Hello there, all of you.", 1000, 2000)]


def test_letters_and_their_marks_are_read_as_one() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nA\u030asa: en f\u00f6ra\u0308ndring\n"
    assert said(read_webvtt(text)) == [("\u00c5sa", "en f\u00f6r\u00e4ndring", 1000, 2000)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("1\n00:00:01.000 --> 00:00:02.000\nhi\n", 1),
        ("WEBVTT\n\nno cue here\n", 1),
        ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhi\n\n00:00:03.00 --> 00:00:04.000\nho\n", 6),
        ("WEBVTT\n\n00:00:01.000 --> 00:61:02.000\nhi\n", 3),
        ("WEBVTT\n\n00:00:05.000 --> 00:00:02.000\nhi\n", 3),
        ("WEBVTT\n\n00:00:01.000 -->\nhi\n", 3),
        ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\n", 3),
        ("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhi\0\n", 4),
        (b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\xff\n", 4),
    ],
)
def test_broken_webvtt_names_its_line(text: Any, line: Any) -> None:
    assert refused(read_webvtt, text) == [f"transcript.line[{line}]"]


def test_broken_srt_names_its_line() -> None:
    assert refused(read_srt, SRT.replace("00:00:09,010", "soon")) == ["transcript.line[7]"]
    assert refused(read_srt, "") == ["transcript.line[1]"]


def test_own_json() -> None:
    call = read_json(own())
    assert call.participants == (
        Participant("p1", Side.SELLER, "Anna"),
        Participant("p2", Side.CUSTOMER, ""),
    )
    assert said(call) == [("p1", "Hello", 0, 2000), ("p2", "Hi", None, None)]
    assert call.utterances[1].words == (Word("Hi", 2100, 2300),)
    assert (call.call_id, call.language, call.has_consent) == ("c-1", "en", True)
    assert str(call.started_at) == "2026-03-11 09:30:00+01:00"


def test_consent_that_is_not_recorded_is_none() -> None:
    data = {key: value for key, value in OWN.items() if key != "consent"}
    assert not read_json(json.dumps(data)).has_consent


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"turns": [{"participant": "p1", "start_s": 5, "end_s": 4, "text": "x"}]}, "turns[0].end_s"),
        ({"turns": [{"participant": "p9", "text": "x"}]}, "turns[0].participant"),
        (
            {"duration_s": 10, "turns": [{"participant": "p1", "start_s": 5, "end_s": 11, "text": "x"}]},
            "turns[0].end_s",
        ),
        ({"turns": [{"participant": "p1", "start_s": -1, "text": "x"}]}, "turns[0].start_s"),
        ({"turns": [{"participant": "p1", "start_s": 1e12, "text": "x"}]}, "turns[0].start_s"),
        ({"turns": [{"participant": "p1", "text": 5}]}, "turns[0].text"),
        ({"participants": [OWN["participants"][0]] * 2, "turns": []}, "participants[1].id"),
        ({"participants": [{"id": "p1", "role": "boss"}], "turns": []}, "participants[0].role"),
        ({"participants": [{"id": "", "role": "seller"}], "turns": []}, "participants[0].id"),
        ({"started_at": "2026-03-11T09:30:00"}, "started_at"),
        ({"started_at": "yesterday"}, "started_at"),
    ],
)
def test_own_json_names_the_field_at_fault(changes: Any, field: Any) -> None:
    assert refused(read_json, own(**changes)) == [field]


def test_not_a_number_is_no_time() -> None:
    assert refused(read_json, own().replace("2.0004", "NaN")) == ["turns[0].end_s"]


def test_broken_json_names_its_line() -> None:
    assert refused(read_json, '{"id": "c",\n "turns": [}') == ["transcript.line[2]"]
    assert refused(read_json, "[]") == ["transcript.line[1]"]
    assert refused(read_json, "[" * 100_000) == ["transcript.line[1]"]


def test_a_call_in_which_nobody_speaks_is_a_call() -> None:
    assert read_json(own(turns=[])).utterances == ()


def test_timed_words_become_utterances_at_speakers_and_pauses() -> None:
    words = [
        {"text": "Good", "speaker": 1, "start_s": 1, "end_s": 1.2},
        {"text": "day.", "speaker": 1},
        {"text": "So?", "speaker": 1, "start_s": 3.2, "end_s": 3.5},
        {"text": "Hi", "speaker": 2, "start_s": 3.6, "end_s": 3.9},
        {"text": "Oh", "speaker": 1},
    ]
    call = read_timed_words(json.dumps({"id": "w", "sellers": ["2"], "words": words}))
    assert said(call) == [
        ("1", "Good day.", 1000, 1200),
        ("1", "So?", 3200, 3500),
        ("2", "Hi", 3600, 3900),
        ("1", "Oh", None, None),
    ]
    assert call.sides == {"1": Side.CUSTOMER, "2": Side.SELLER}


def test_timed_words_without_words_are_refused() -> None:
    assert refused(read_timed_words, '{"words": []}') == ["words"]
    assert refused(read_timed_words, '{"words": [{"start_s": 1}]}') == ["words.0.text"]


@pytest.mark.parametrize(
    ("line", "speaker", "text"),
    [
        ("Anna van der Berg: Hi.", "Anna van der Berg", "Hi."),
        ("Berg, Anna | Contoso: Hi.", "Berg, Anna | Contoso", "Hi."),
        ("J. O'Neill (he/him): Hi.", "J. O'Neill (he/him)", "Hi."),
        ("We have two options: one is cheap.", "unknown", "We have two options: one is cheap."),
        ("At 10:30: fine", "unknown", "At 10:30: fine"),
        ("\u738b\u4f1f\uff1a \u4f60\u597d", "\u738b\u4f1f", "\u4f60\u597d"),
    ],
)
def test_what_stands_before_a_colon_is_a_name_or_not(line: Any, speaker: Any, text: Any) -> None:
    assert said(read_webvtt(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n")) == [(speaker, text, 1000, 2000)]


def test_a_name_in_small_letters_is_one_when_it_comes_again() -> None:
    cue = "00:0{0}.000 --> 00:0{0}.500\nanna b: part {0}\n\n"
    call = read_webvtt("WEBVTT\n\n" + cue.format(1) + cue.format(2))
    assert said(call) == [("anna b", "part 1", 1000, 1500), ("anna b", "part 2", 2000, 2500)]


def test_every_format_is_read_by_its_name() -> None:
    assert read_call(TEAMS, Format.VTT) == read_webvtt(TEAMS)
    assert read_call(SRT, Format.SRT, sellers=["Carl"]).sides["Carl"] is Side.SELLER
    assert read_call(own(), Format.JSON) == read_json(own())
    words = '{"id": "w", "words": [{"text": "Hi", "speaker": "1"}]}'
    assert read_call(words, Format.WORDS) == read_timed_words(words)
