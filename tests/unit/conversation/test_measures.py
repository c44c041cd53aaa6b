from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.conversation import measures as measuring
from services.conversation.call import Call, Participant, Side, Utterance
from services.conversation.spoken import is_listening
from services.conversation.turns import turns_of
from tests.quality._conversation_reference import plain_measures

PEOPLE = (
    Participant("s", Side.SELLER, "Sara"),
    Participant("t", Side.SELLER, "Tom"),
    Participant("c", Side.CUSTOMER, "Carl"),
    Participant("d", Side.CUSTOMER, "Dina"),
)


def measure(subject: Any) -> Any:
    return measuring.measure(subject)


def call(*said: Any, language: str = "en", duration_ms: int | None = None, people: Any = PEOPLE) -> Any:
    """A call of (who, start s, end s[, text])."""
    utterances = [
        Utterance(who, text[0] if text else "well then", round(1000 * start), round(1000 * end))
        for who, start, end, *text in said
    ]
    return Call("k", people, tuple(utterances), language, duration_ms=duration_ms)


def spans(*said: Any, **options: Any) -> Any:
    return [(turn.participant_id, turn.start_ms, turn.end_ms) for turn in turns_of(call(*said, **options))]


# Turns


def test_a_gap_under_two_seconds_is_absorbed_and_one_of_two_seconds_is_not() -> None:
    assert spans(("s", 0, 1), ("s", 2.999, 4)) == [("s", 0, 4000)]
    assert spans(("s", 0, 1), ("s", 3, 4)) == [("s", 0, 1000), ("s", 3000, 4000)]


def test_the_other_sides_backchannel_under_a_second_and_a_half_is_absorbed() -> None:
    assert spans(("c", 0, 5), ("s", 5, 6.499, "Mm-hmm, yeah."), ("c", 6.6, 9)) == [("c", 0, 9000)]
    assert len(spans(("c", 0, 5), ("s", 5, 6.5, "Mm-hmm, yeah."), ("c", 6.6, 9))) == 3


def test_a_backchannel_does_not_stretch_the_gap_that_a_run_may_have() -> None:
    assert len(spans(("c", 0, 5), ("s", 5.5, 6.5, "Right."), ("c", 7.0, 9))) == 3
    assert len(spans(("c", 0, 5), ("s", 5.5, 6.5, "Right."), ("c", 6.999, 9))) == 1


def test_a_backchannel_of_the_same_side_ends_the_run() -> None:
    assert len(spans(("c", 0, 5), ("d", 5, 5.5, "Yes."), ("c", 5.6, 9))) == 3


def test_a_short_question_or_answer_is_no_backchannel() -> None:
    for text in ("How much?", "Really?", "Twelve thousand.", "No, forty."):
        assert len(spans(("c", 0, 5), ("s", 5, 6, text), ("c", 6.1, 9))) == 3, text


def test_without_text_shortness_makes_a_backchannel() -> None:
    assert spans(("c", 0, 5, ""), ("s", 5, 6, ""), ("c", 6.1, 9, "")) == [("c", 0, 9000)]


def test_a_backchannel_inside_the_last_words_belongs_to_the_turn() -> None:
    assert spans(("c", 0, 60), ("s", 30, 31, "Okay."), ("s", 62, 70)) == [
        ("c", 0, 60000),
        ("s", 62000, 70000),
    ]


def test_a_backchannel_that_nobody_speaks_around_is_a_turn() -> None:
    assert spans(("c", 0, 5), ("s", 5.2, 5.7, "Yeah."), ("s", 5.9, 9)) == [("c", 0, 5000), ("s", 5200, 9000)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Mm-hmm."), ("en", "Yeah, I see."), ("en-GB", "Right, right"),
        ("da", "Ja, præcis."), ("nb", "Akkurat."),
        ("nn-NO", "Jeg skjønner"), ("sv", "Just det!"), ("zh", "嗯。"), ("zh-CN", "好的\uff0c好的"), ("fr", "Okay"),
    ],
)  # fmt: skip
def test_words_of_listening_in_five_languages(language: Any, text: Any) -> None:
    assert is_listening(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Right now we pay forty"),
        ("da", "Ja, vi tager tyve"),
        ("zh", "好的价格"),
        ("en", "Okay?"),
        ("en", ""),
    ],
)
def test_more_than_listening(language: Any, text: Any) -> None:
    assert not is_listening(text, language)


# Measures, one row of the spec's table each


def test_talk_and_listen_leave_silence_out_and_count_overlap_for_both() -> None:
    measures = measure(call(("s", 0, 6), ("c", 4, 8), ("c", 60, 62)))
    assert measures.talk_percent == 50
    assert measures.listen_percent == 50


def test_overlap_of_two_sellers_counts_for_both_and_with_oneself_once() -> None:
    assert measure(call(("s", 0, 10), ("t", 0, 10), ("c", 10, 20))).talk_percent == pytest.approx(200 / 3)
    assert measure(call(("s", 0, 10), ("s", 5, 10), ("c", 10, 20))).talk_percent == 50


def test_switches_are_between_sides_and_per_hour_of_the_call() -> None:
    measures = measure(
        call(("s", 0, 3), ("t", 3, 6), ("c", 6, 9), ("d", 9, 12), ("s", 12, 15), duration_ms=60_000)
    )
    assert measures.switches == 2
    assert measures.switches_per_hour == 120


def test_pause_is_the_mean_of_the_positive_gaps_before_the_seller() -> None:
    measures = measure(
        call(("c", 0, 3), ("s", 3.5, 6), ("c", 7, 9), ("s", 8.5, 12), ("c", 12, 15), ("s", 16.001, 18))
    )
    assert measures.pause_before_speaking_ms == (500 + 1001) / 2
    assert measure(call(("s", 0, 3), ("c", 4, 6))).pause_before_speaking_ms is None


def test_the_longest_monologues_are_turns() -> None:
    measures = measure(call(("c", 0, 30), ("s", 31, 31.5, "Okay."), ("c", 31.6, 50), ("s", 51, 58)))
    assert measures.longest_customer_monologue_ms == 50_000
    assert measures.longest_seller_monologue_ms == 7_000


def test_speed_is_words_per_minute_of_own_speech() -> None:
    measures = measure(call(("s", 0, 30, "one two three don't stop"), ("c", 30, 31, "go on, please")))
    assert measures.seller.words_per_minute == 10
    assert measures.others.words_per_minute == 180
    assert measures.speed_unit == "words"


def test_chinese_speed_counts_characters_and_says_so() -> None:
    measures = measure(call(("s", 0, 60, "我们的CRM很好。"), ("c", 60, 61, "谢谢你"), language="zh-CN"))
    assert measures.seller.words == 6
    assert measures.speed_unit == "characters"


def test_interruptions_start_before_the_customer_ended_and_are_no_backchannels() -> None:
    assert measure(call(("c", 0, 10), ("s", 9, 12))).interruptions == 1
    assert measure(call(("c", 0, 10), ("s", 10, 12))).interruptions == 0
    assert measure(call(("c", 0, 10), ("s", 9, 10.4, "Mm-hmm."))).interruptions == 0
    assert measure(call(("s", 0, 10), ("c", 9, 12))).interruptions == 0


def test_questions_and_fillers_of_both_sides() -> None:
    measures = measure(
        call(("s", 0, 9, "Um, how many? And, you know, when?!"), ("c", 9, 12, "Er. Who knows?"))
    )
    assert (measures.seller.questions, measures.others.questions) == (2, 1)
    assert (measures.seller.fillers, measures.others.fillers) == (2, 1)


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("da", "Øh, altså vi øhm...", 3),
        ("nb", "Eh, liksom", 2),
        ("sv", "Öh, alltså, typ", 3),
        ("zh", "呃\uff0c那个", 2),
    ],
)
def test_fillers_in_other_languages(language: Any, text: Any, count: Any) -> None:
    assert measure(call(("s", 0, 9, text), language=language)).seller.fillers == count


# What the data cannot give


def test_without_times_nothing_is_made_up() -> None:
    said = (Utterance("s", "Hello, how are you?"), Utterance("c", "Fine."), Utterance("s", "Good."))
    measures = measure(Call("k", PEOPLE, said, "en"))
    assert measures.switches == 2
    assert measures.seller.questions == 1
    absent = (
        measures.duration_ms, measures.talk_percent, measures.listen_percent, measures.switches_per_hour,
        measures.pause_before_speaking_ms, measures.longest_customer_monologue_ms, measures.interruptions,
        measures.longest_seller_monologue_ms, measures.seller.words_per_minute, measures.seller.speech_ms,
    )  # fmt: skip
    assert absent == (None,) * len(absent)


def test_without_sides_only_the_participants_are_measured() -> None:
    people = (Participant("a", None), Participant("b", None))
    measures = measure(call(("a", 0, 30), ("b", 30, 40), people=people))
    assert (measures.talk_percent, measures.switches, measures.seller, measures.interruptions) == (None,) * 4
    assert measures.participants["a"].speech_ms == 30_000


def test_without_one_sentence_sign_questions_are_unknown() -> None:
    long = "so we want to know what this costs for all of us " * 5
    assert measure(call(("s", 0, 9, long), ("c", 9, 12, "yes"))).seller.questions is None


def test_an_empty_call_has_no_measures() -> None:
    measures = measure(Call("k", PEOPLE, (), "en"))
    assert (measures.turns, measures.talk_percent, measures.switches, measures.duration_ms) == (
        0,
        None,
        None,
        None,
    )


def test_a_side_that_is_silent_has_no_speed_and_makes_no_interruption() -> None:
    measures = measure(call(("c", 0, 10)))
    assert (measures.seller, measures.interruptions, measures.talk_percent) == (None, None, 0)


def test_means_are_of_per_call_values_with_their_number() -> None:
    found: Any = measuring.mean_over_calls([50.0, None, 70.0])
    assert (found.value, found.calls) == (60, 2)
    assert measuring.mean_over_calls([None]) is None


def test_talk_of_59_to_41_as_in_the_documents_example() -> None:
    assert measure(call(("s", 0, 59), ("c", 59, 100))).talk_percent == 59


def test_two_hours_of_one_word_and_a_call_of_twelve_hours() -> None:
    measures = measure(call(("s", 0, 7200, "yes " * 20_000), ("c", 7200, 43_200, "no")))
    assert measures.seller.words_per_minute == pytest.approx(20_000 / 120)
    assert measures.duration_ms == 43_200_000


@given(
    st.lists(
        st.tuples(
            st.sampled_from("stcd"),
            st.integers(0, 30_000),
            st.integers(1, 4_000),
            st.sampled_from(["", "Yeah.", "I want four of them"]),
        ),
        min_size=1,
        max_size=14,
    )
)
@settings(max_examples=300, deadline=None)
def test_any_call_measures_as_the_plain_reference_does(said: Any) -> None:
    utterances = tuple(Utterance(who, text, start, start + length) for who, start, length, text in said)
    subject = Call("k", PEOPLE, utterances, "en")
    expected = plain_measures(subject, lambda text: is_listening(text, "en"))
    measures = measure(subject)
    assert [(t.participant_id, t.start_ms, t.end_ms) for t in turns_of(subject)] == expected.turns
    assert {who: speech.speech_ms for who, speech in measures.participants.items()} == expected.speech_ms
    assert measures.talk_percent == expected.talk_percent
    assert measures.switches == expected.switches
    assert measures.pause_before_speaking_ms == expected.pause_ms
    assert (measures.longest_customer_monologue_ms or 0) == expected.longest_customer_ms
    assert (measures.longest_seller_monologue_ms or 0) == expected.longest_seller_ms
    assert (measures.interruptions or 0) == expected.interruptions
