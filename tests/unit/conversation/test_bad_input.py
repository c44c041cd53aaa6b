"""What the spec names as bad input: an answer or a clear error."""

from typing import Any

import pytest

from services.common.errors import Code, LeadlightError
from services.conversation.analysis import analyze
from services.conversation.call import Call, Participant, Side, Utterance

PEOPLE = (Participant("s", Side.SELLER, "Sara"), Participant("c", Side.CUSTOMER, "Carl"))
HOUR_MS = 3_600_000
IN_FIVE_LANGUAGES = {
    "en": "We have looked at your offer and the price is too high for us this year, thank you.",
    "da": "Vi har kigget på jeres tilbud, og prisen er for høj for os i år, men tak for mødet.",
    "nb": "Vi har sett på tilbudet deres, og prisen er for høy for oss i år, men takk for møtet.",
    "sv": "Vi har tittat på er offert och priset är för högt för oss i år, men tack för mötet.",
    "zh": "\u6211\u4eec\u770b\u4e86\u4f60\u4eec\u7684\u62a5\u4ef7\uff0c\u4eca\u5e74\u7684\u4ef7\u683c"
    "\u5bf9\u6211\u4eec\u6765\u8bf4\u592a\u9ad8\u4e86\uff0c\u8c22\u8c22\u3002",
}


def call(*said: Any, language: Any = "en", **fields: Any) -> Any:
    return Call("k", PEOPLE, tuple(Utterance(*each) for each in said), language, has_consent=True, **fields)


def refused(broken: Any) -> Any:
    with pytest.raises(LeadlightError) as caught:
        analyze(broken)
    assert caught.value.code is Code.INVALID_ARGUMENT
    return [violation.field for violation in caught.value.violations]


def test_a_turn_that_ends_before_it_starts_is_refused() -> None:
    assert refused(call(("s", "Hello", 2_000, 1_000))) == ["turns[0].end_s"]


def test_a_turn_past_the_end_of_the_call_is_refused() -> None:
    assert refused(call(("s", "Hello", 0, 1_001), duration_ms=1_000)) == ["turns[0].end_s"]


def test_an_unknown_speaker_is_refused() -> None:
    assert refused(call(("s", "Hello"), ("nobody", "Hi"))) == ["turns[1].participant"]


def test_speech_that_overlaps_itself_counts_once() -> None:
    found = analyze(
        call(
            ("s", "one two", 0, 4_000), ("s", "three four", 2_000, 5_000), ("c", "yes please", 5_000, 10_000)
        )
    )
    assert found.measures.talk_percent == 50
    assert found.measures.participants["s"].speech_ms == 5_000


def test_a_call_without_a_turn_has_an_analysis_that_says_nothing() -> None:
    found = analyze(call())
    assert (found.turns, found.names, found.highlights, found.segments) == ((), (), (), ())
    assert found.customer_sentiment.score is None
    assert found.measures.talk_percent is None


def test_turns_of_blanks_have_an_analysis() -> None:
    found = analyze(call(("s", "   ", 0, 1_000), ("c", "", 1_000, 2_000), ("c", "\n\t", 2_000, 3_000)))
    assert found.sentiments == (None, None, None)
    assert found.names == ()


@pytest.mark.parametrize("word", ["yeah", "!", "\u597d"])
def test_two_hours_of_one_word(word: Any) -> None:
    as_turns = analyze(call(*(("sc"[at % 2], word, at * 3_600, at * 3_600 + 3_000) for at in range(2_000))))
    assert as_turns.measures.duration_ms == 1_999 * 3_600 + 3_000
    as_one = analyze(call(("c", f"{word} " * 5_000, 0, 2 * HOUR_MS)))
    assert as_one.measures.longest_customer_monologue_ms == 2 * HOUR_MS
    assert as_one.names == ()


def test_a_word_of_a_hundred_thousand_letters() -> None:
    found = analyze(call(("c", "a" * 100_000, 0, 1_000)))
    assert found.measures.participants["c"].words == 1


def test_a_call_of_twelve_hours_has_its_last_words_read() -> None:
    minutes = 12 * 60
    said = [
        (
            "sc"[at % 2],
            "We talked about the plan and the price for next year.",
            at * 60_000,
            at * 60_000 + 50_000,
        )
        for at in range(minutes - 1)
    ]
    found = analyze(
        call(*said, ("c", "Goldman Sachs pays $ 500 for it.", (minutes - 1) * 60_000, minutes * 60_000))
    )
    assert found.measures.duration_ms == 12 * HOUR_MS
    assert found.names[-1].utterance == minutes - 1
    assert found.segments[-1].last == minutes - 1
    assert found.highlights


@pytest.mark.parametrize("spoken", IN_FIVE_LANGUAGES)
@pytest.mark.parametrize("declared", IN_FIVE_LANGUAGES)
def test_another_language_than_the_declared_one_is_told(declared: Any, spoken: Any) -> None:
    found = analyze(call(*(("c", IN_FIVE_LANGUAGES[spoken]) for _ in range(4)), language=declared))
    if spoken == declared:
        assert found.warnings == ()
    else:
        assert found.warnings == (f"declared as {declared}, but sounds like {spoken}",)


@pytest.mark.parametrize("spoken", IN_FIVE_LANGUAGES)
def test_a_language_that_is_not_declared_is_heard(spoken: Any) -> None:
    found = analyze(call(*(("c", IN_FIVE_LANGUAGES[spoken]) for _ in range(4)), language=""))
    assert (found.call.language, found.warnings) == (spoken, ())
