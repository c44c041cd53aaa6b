"""Short calls, segments, mentions, keywords, highlights and summary."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.common.records import RecordKind, RecordRef
from services.conversation.call import Call, Participant, Side, Utterance
from services.conversation.commitments import Commitment, Due
from services.conversation.entities.names import Name
from services.conversation.highlights import MOST, Reason, highlights_of
from services.conversation.mentions import MentionKind, keywords_of, mentions_of_call
from services.conversation.segments import Topic, segments_of
from services.conversation.sentences import sentences_of
from services.conversation.short_calls import ShortCall, short_call_tag
from services.conversation.summary import summary_of

PEOPLE = (Participant("s", Side.SELLER, "Sara"), Participant("c", Side.CUSTOMER, "Carl"))


def call(*said: Any, language: str = "en", seconds: int = 10, **options: Any) -> Any:
    utterances = tuple(
        Utterance(who, text, 1000 * at * seconds, 1000 * (at + 1) * seconds)
        for at, (who, text) in enumerate(said)
    )
    return Call("k", PEOPLE, utterances, language, **options)


@pytest.mark.parametrize(
    ("language", "text", "tag"),
    [
        ("en", "You have reached Carl. Please leave a message after the tone.", ShortCall.VOICEMAIL),
        ("en", "Carl is out today, sorry.", ShortCall.UNAVAILABLE),
        ("en", "Can you call me back tomorrow?", ShortCall.RESCHEDULE),
        ("en", "We're not interested, don't call again.", ShortCall.UNWANTED),
        ("en", "Yes, order number five please.", None),
        ("da", "L\u00e6g en besked efter tonen.", ShortCall.VOICEMAIL),
        ("da", "Han sidder i m\u00f8de.", ShortCall.UNAVAILABLE),
        ("nb", "Kan du ringe, det passer d\u00e5rlig n\u00e5.", ShortCall.RESCHEDULE),
        ("sv", "Vi \u00e4r inte intresserad, sluta ring.", ShortCall.UNWANTED),
        ("zh", "\u6211\u4e0d\u611f\u5174\u8da3", ShortCall.UNWANTED),
    ],
)
def test_short_calls_are_tagged(language: Any, text: Any, tag: Any) -> None:
    assert short_call_tag(call(("c", text), language=language)) is tag


def test_a_long_call_has_no_tag() -> None:
    assert short_call_tag(call(("c", "not interested"), seconds=90)) is None
    assert short_call_tag(Call("k", PEOPLE, (Utterance("c", "not interested " * 100),), "en")) is None


def test_segments_follow_the_order_of_a_sale() -> None:
    said = [
        "Hello, this is Sara, thank you for joining.",
        "What is the biggest challenge, what do you need today?",
        "We struggle with a problem, we need something.",
        "Let me show you our solution, this feature integrates.",
        "What is the price, is there a discount per seat?",
        "The cost is on the quote.",
        "Next steps: I'll send the offer. Goodbye, have a nice day.",
    ]
    segments = segments_of(call(*(("s", text) for text in said)).utterances, "en")
    assert [(each.topic, each.first, each.last) for each in segments] == [
        (Topic.INTRODUCTION, 0, 0),
        (Topic.NEEDS, 1, 2),
        (Topic.SOLUTION, 3, 3),
        (Topic.PRICE, 4, 5),
        (Topic.CLOSING, 6, 6),
    ]
    assert (segments[1].start_ms, segments[1].end_ms) == (10_000, 30_000)
    assert segments_of([], "en") == []


def test_sentences_keep_their_place_and_abbreviations() -> None:
    text = "Hi Mr. Berg! It costs 4.5 e.g. today. OK?"
    found = list(sentences_of(text))
    assert [each.text for each in found] == ["Hi Mr. Berg!", "It costs 4.5 e.g. today.", "OK?"]
    assert all(text[each.start : each.end] == each.text for each in found)
    assert [each.is_question for each in found] == [False, False, True]
    assert [each.text for each in sentences_of("\u4f60\u597d\u3002\u591a\u5c11\u94b1\uff1f")] == ["\u4f60\u597d\u3002", "\u591a\u5c11\u94b1\uff1f"]  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("language", "text", "prices", "times"),
    [
        ("en", "It is $4,500 or 40 euros a seat, 5% off", ["$4,500", "40 euros", "5%"], []),
        ("da", "Det koster 4.500 kr. p\u00e5 tirsdag kl. 14", ["4.500 kr."], ["tirsdag", "kl. 14"]),
        ("nb", "NOK 300 neste uke", ["NOK 300"], ["neste uke"]),
        ("sv", "2 miljoner kronor den 4 maj", ["2 miljoner kronor"], ["den 4 maj"]),
        ("zh", "\u4e00\u4e07\u5143\uff0c\u4e0b\u5468\u4e8c\u4e0b\u5348\u4e09\u70b9", ["\u4e00\u4e07\u5143"], ["\u4e0b\u5468\u4e8c\u4e0b\u5348\u4e09\u70b9"]),  # noqa: E501
    ],
)  # fmt: skip
def test_prices_and_times(language: Any, text: Any, prices: Any, times: Any) -> None:
    found = mentions_of_call([Utterance("c", text)], [], language)
    assert [text[each.start : each.end] for each in found if each.kind is MentionKind.PRICE] == prices
    assert [text[each.start : each.end] for each in found if each.kind is MentionKind.TIME] == times


def test_english_times_are_the_recognisers_and_questions_are_sentences() -> None:
    found = mentions_of_call([Utterance("c", "Tomorrow. Why so?")], [Name(0, 0, 8, "DATE", "Tomorrow")], "en")
    assert [(each.kind, each.start, each.end) for each in found] == [
        (MentionKind.TIME, 0, 8),
        (MentionKind.QUESTION, 10, 17),
    ]


def test_keywords_are_counted_over_their_forms() -> None:
    said = [
        Utterance("c", text) for text in ("The invoice and the invoices, yeah.", "An invoice? Yeah, yeah.")
    ]
    assert [(each.text, each.count) for each in keywords_of(said, "en")] == [("invoice", 3)]
    chinese = [Utterance("c", "\u53d1\u7968\u5f88\u91cd\u8981\uff0c\u53d1\u7968\uff0c\u53d1\u7968")]
    assert keywords_of(chinese, "zh")[0].text == "\u53d1\u7968"


def test_highlights_are_few_varied_and_in_order() -> None:
    said = [
        ("c", "We need a better way to plan all of this work."),
        ("s", "I'll send you the offer by Friday then."),
    ]
    said += [("c", f"And number {n} is $4{n} for each of the seats.") for n in range(20)]
    subject = call(*said)
    found = highlights_of(
        subject, mentions_of_call(subject.utterances, [], "en"), [], [None] * len(subject.utterances)
    )
    assert len(found) <= MOST
    assert [(each.utterance, each.reason, each.start_ms) for each in found][:2] == [
        (0, Reason.NEED, 0),
        (1, Reason.PROMISE, 10_000),
    ]
    assert sum(each.reason is Reason.PRICE for each in found) == 3


def test_the_summary_cites_what_it_says() -> None:
    subject = call(
        ("s", "I'll send you the offer by Friday then."),
        title="Renewal",
        started_at=datetime(2026, 3, 11, 9, 30, tzinfo=UTC),
        regarding=RecordRef(RecordKind.LEAD, "4711"),
    )
    found = highlights_of(subject, [], [], [None])
    due = Due("by Friday", datetime(2026, 3, 13, tzinfo=UTC), date_only=True, time_zone="UTC")
    lines = summary_of(subject, found, [], [Commitment(0, 0, 10, "s", "send the offer", due)])
    assert [(line.heading, line.text, line.utterances) for line in lines] == [
        ("subject", "Renewal", ()),
        ("participants", "Sara (seller), Carl", ()),
        ("time", "2026-03-11T09:30+00:00, 0:10", ()),
        ("related record", "lead 4711", ()),
        ("key point", "Sara at 0:00: I'll send you the offer by Friday then.", (0,)),
        ("commitment", "Sara: send the offer, by Friday (2026-03-13)", (0,)),
    ]
