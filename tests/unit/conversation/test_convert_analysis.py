from typing import Any

import pytest
from leadlight.conversation.v1 import analysis_pb2, tracker_pb2

from services.conversation.analysis import Analysis, Context, analyze
from services.conversation.call import Call, Participant, Side, Utterance
from services.conversation.convert_analysis import analysis_message, tone_number
from services.conversation.highlights import Reason
from services.conversation.mentions import MentionKind
from services.conversation.segments import Topic
from services.conversation.sentiment.sentiment import Tone
from services.conversation.short_calls import ShortCall
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher

SAID = (
    ("s", "Hello Carl, this is Sara from Northwind. How are you today?"),
    ("c", "Hi Sara. We have a big problem with HubSpot, it is terrible and very slow."),
    ("s", "I see. Our platform costs $40 per user."),
    ("c", "That sounds great, we love it! I'll send you the contract tomorrow."),
)


@pytest.fixture(scope="module")
def found() -> Analysis:
    call = Call(
        "k",
        (Participant("s", Side.SELLER, "Sara"), Participant("c", Side.CUSTOMER, "Carl")),
        tuple(Utterance(who, text, 10_000 * at, 10_000 * at + 9_000) for at, (who, text) in enumerate(SAID)),
        "en",
        has_consent=True,
    )
    trackers = [Tracker("rival", TrackerKind.COMPETITOR, ("HubSpot",))]
    return analyze(call, Context(trackers=TrackerMatcher(trackers), tracked=["HubSpot"]))


@pytest.fixture(scope="module")
def message(found: Any) -> analysis_pb2.Analysis:
    return analysis_message(found)


def texts(entities: Any) -> Any:
    return [(SAID[each.turn][1][each.start : each.end], each.label) for each in entities]


def test_names_and_brands_stand_where_the_message_says(message: Any) -> None:
    assert ("HubSpot", "ORG") in texts(message.entities)
    assert all(
        text == each.text for (text, _), each in zip(texts(message.entities), message.entities, strict=True)
    )
    assert [brand.name for brand in message.brands] == ["Northwind"]
    assert [text for text, _ in texts(message.brands[0].entities)] == ["Northwind"]


def test_hits_say_whose_they_are_and_when(message: Any) -> None:
    (hit,) = message.hits
    assert (hit.tracker, hit.kind, hit.turn, hit.start_ms) == (
        "rival",
        tracker_pb2.TRACKER_KIND_COMPETITOR,
        1,
        10_000,
    )
    assert SAID[1][1][hit.start : hit.end] == "HubSpot"


def test_measures_of_the_message_are_those_of_the_analysis(found: Any, message: Any) -> None:
    assert message.measures.talk_percent == found.measures.talk_percent
    assert message.measures.switches == 3
    assert message.measures.pause_before_speaking_ms == 1_000
    assert {each.participant for each in message.measures.participants} == {"s", "c"}
    assert message.measures.seller.questions == 1


def test_what_a_call_cannot_give_is_absent_and_not_zero() -> None:
    call = Call("k", (Participant("a", None),), (Utterance("a", "Hello there."),), "en", has_consent=True)
    measures = analysis_message(analyze(call)).measures
    for field in ("talk_percent", "switches", "pause_before_speaking_ms", "duration_ms", "seller"):
        assert not measures.HasField(field)


def test_only_those_who_do_not_sell_have_a_tone(message: Any) -> None:
    assert [(each.turn, each.tone) for each in message.turn_sentiments] == [
        (1, analysis_pb2.TONE_NEGATIVE),
        (3, analysis_pb2.TONE_POSITIVE),
    ]
    counted = message.customer_sentiment
    assert (counted.positive_count, counted.neutral_count, counted.negative_count) == (1, 0, 1)


def test_every_line_of_the_summary_says_what_it_rests_on(found: Any, message: Any) -> None:
    assert [line.text for line in message.summary] == [line.text for line in found.summary]
    assert all(turn < len(SAID) for line in message.summary for turn in line.turns)


@pytest.mark.parametrize(
    ("kinds", "enum", "prefix"),
    [
        (Tone, analysis_pb2.Tone, "TONE"),
        (MentionKind, analysis_pb2.MentionKind, "MENTION_KIND"),
        (Topic, analysis_pb2.Topic, "TOPIC"),
        (Reason, analysis_pb2.HighlightReason, "HIGHLIGHT_REASON"),
        (ShortCall, analysis_pb2.ShortCallTag, "SHORT_CALL_TAG"),
    ],
)
def test_every_kind_has_a_number_and_every_number_a_kind(kinds: Any, enum: Any, prefix: Any) -> None:
    assert {f"{prefix}_{kind.name}" for kind in kinds} | {f"{prefix}_UNSPECIFIED"} == set(enum.keys())


def test_a_tone_has_its_number() -> None:
    assert tone_number(Tone.NEGATIVE) == analysis_pb2.TONE_NEGATIVE
