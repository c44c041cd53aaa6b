from dataclasses import replace
from typing import Any

import pytest

from services.common.errors import Code, LeadlightError, Reason
from services.conversation.analysis import Context, analyze
from services.conversation.call import Call, Participant, Side, Utterance
from services.conversation.sentiment.sentiment import Tone
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher

PEOPLE = (Participant("s", Side.SELLER, "Sara Lind"), Participant("c", Side.CUSTOMER, "Carl Oak"))
SAID = (
    ("s", "Hello Carl, this is Sara, thank you for joining. How are you?"),
    ("c", "Hi Sara. We have a big problem with HubSpot, it is terrible and very slow."),
    ("s", "I see. Our platform costs $40 per user. My card is 4111 1111 1111 1111."),
    ("c", "That sounds great, we love it! Goldman Sachs uses it too. I'll send you the contract tomorrow."),
)
CALL = Call(
    "k",
    PEOPLE,
    tuple(Utterance(who, text, 10_000 * at, 10_000 * at + 9_000) for at, (who, text) in enumerate(SAID)),
    "en",
    has_consent=True,
)


def test_a_call_is_analysed_whole() -> None:
    trackers = [Tracker("rival", TrackerKind.COMPETITOR, ("HubSpot",))]
    found = analyze(CALL, Context(trackers=TrackerMatcher(trackers), tracked=["HubSpot"]))
    assert found.warnings == ()
    assert found.measures.switches == 3
    assert [tone and tone.tone for tone in found.sentiments] == [None, Tone.NEGATIVE, None, Tone.POSITIVE]
    assert found.customer_sentiment.tones == {Tone.NEGATIVE: 1, Tone.POSITIVE: 1}
    assert ("Goldman Sachs", "ORG", 3) in {(name.text, name.label, name.utterance) for name in found.names}
    assert [(hit.utterance, hit.start_ms, hit.hit.tracker_id) for hit in found.hits] == [(1, 10_000, "rival")]
    assert "HubSpot" not in {brand.name for brand in found.brands}
    assert "Goldman Sachs" in {brand.name for brand in found.brands}
    assert "**** **** **** ****" in found.call.utterances[2].text
    assert [line.utterances for line in found.summary if line.heading == "key point"]


def test_every_offset_points_at_what_it_names() -> None:
    found = analyze(CALL)
    texts = [each.text for each in found.call.utterances]
    for name in found.names:
        assert texts[name.utterance][name.start : name.end] == name.text
    for highlight in found.highlights:
        assert texts[highlight.utterance][highlight.start : highlight.end] == highlight.text


def test_the_same_call_is_analysed_the_same() -> None:
    assert analyze(CALL) == analyze(CALL)


def test_without_consent_nothing_is_analysed_unless_the_policy_says_so() -> None:
    call = replace(CALL, has_consent=False)
    with pytest.raises(LeadlightError) as caught:
        analyze(call)
    assert (caught.value.code, caught.value.reason) == (Code.FAILED_PRECONDITION, Reason.CONSENT_MISSING)
    assert analyze(call, Context(without_consent=True)).measures.switches == 3


def test_another_language_than_declared_is_warned_of() -> None:
    danish = "Vi har et stort problem med vores nuv\u00e6rende system, og det er alt for langsomt for os alle sammen."
    call = Call("k", PEOPLE, (Utterance("c", danish),), "en", has_consent=True)
    assert analyze(call).warnings == ("declared as en, but sounds like da",)
    assert analyze(replace(call, language="da")).warnings == ()
    found = analyze(replace(call, language=""))
    assert (found.call.language, found.warnings) == ("da", ())


@pytest.mark.parametrize(
    "utterances",
    [
        (),
        (Utterance("c", ""),),
        (Utterance("c", "yes " * 20_000, 0, 7_200_000),),
        (Utterance("c", "\u0000\u200b\U0001f600", 0, 5),),
        (Utterance("c", "a", 0, 5), Utterance("c", "b", 3, 8)),
    ],
)
@pytest.mark.parametrize("language", ["en", "da", "zh", "xx"])
def test_any_call_has_an_answer(utterances: Any, language: Any) -> None:
    assert analyze(Call("k", PEOPLE, utterances, language, has_consent=True)).call.call_id == "k"


@pytest.mark.parametrize(
    "piece",
    [
        "a. ",
        "111 ",
        "A",
        "x: ",
        "cvv ",
        "'",
        "Mr. ",
        "?",
        "HubSpot ",
        "\u6ef4",
        "Og ",
        "4111111111111111 ",
        "\n",
    ],
)
def test_time_grows_no_faster_than_the_text(piece: Any) -> None:
    for language in ("en", "da", "zh"):
        said = (Utterance("c", piece * (10_000 // len(piece)), 0, 5),)
        assert analyze(Call("k", PEOPLE, said, language, has_consent=True)).call.language == language
