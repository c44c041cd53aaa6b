"""Promises in five languages, and what an analysis says with the notes service and without."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from services.common.errors import Code, LeadlightError, Reason
from services.conversation.analysis import Context, MissingPart, analyze, with_commitments
from services.conversation.call import Call, Participant, Side, Utterance
from services.conversation.commitments import (
    MOST,
    Due,
    DueWords,
    clauses_of,
    commitments_of,
)

STARTED = datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
FRIDAY = Due("by Friday", datetime(2026, 3, 13, tzinfo=UTC), True, "UTC")


class Reader:
    """Knows "by Friday" alone, or does not answer."""

    def __init__(self, error: LeadlightError | None = None) -> None:
        self.asked: list[tuple[Sequence[str], str, datetime | None]] = []
        self._error = error

    def read(self, texts: Sequence[str], language: str, said_at: datetime | None) -> list[DueWords | None]:
        self.asked.append((texts, language, said_at))
        if self._error is not None:
            raise self._error
        places = [text.find(FRIDAY.text) for text in texts]
        return [DueWords(at, at + len(FRIDAY.text), FRIDAY) if at >= 0 else None for at in places]


def call(*texts: str, language: str = "en", consent: bool = True) -> Call:
    people = (Participant("s", Side.SELLER, "Sara"), Participant("c", Side.CUSTOMER, "Carl"))
    said = tuple(Utterance("sc"[at % 2], text) for at, text in enumerate(texts))
    return Call("k", people, said, language, STARTED, consent)


def promised(text: str, language: str = "en", due: str = "") -> list[str]:
    clauses = clauses_of(call(text, language=language))
    words: list[DueWords | None] = []
    for each in clauses:
        at = each.text.find(due) if due else -1
        words.append(DueWords(at, at + len(due), Due(due)) if at >= 0 else None)
    return [each.what for each in commitments_of(clauses, words, language)]


@pytest.mark.parametrize(
    ("language", "text", "due", "what"),
    [
        ("en", "I'll send you the offer tomorrow.", "tomorrow", "send you the offer"),
        ("en", "Tomorrow we\u2019ll ship the samples, okay?", "Tomorrow", "ship the samples"),
        ("en", "We'll get back to you.", "", "get back to you"),
        ("en", "Let me check with Tom by Friday.", "by Friday", "check with Tom"),
        ("en", "We will definitely follow up on next week", "next week", "follow up"),
        ("da", "Jeg sender dig tilbuddet i morgen.", "i morgen", "sender dig tilbuddet"),
        ("da", "I morgen ringer jeg til dig.", "I morgen", "ringer til dig"),
        ("da", "Vi skal nok sende kontrakten.", "", "sende kontrakten"),
        ("nb", "Jeg sender deg tilbudet i morgen.", "i morgen", "sender deg tilbudet"),
        ("nb", "Jeg skal sjekke det med sjefen.", "", "sjekke det med sjefen"),
        ("sv", "Jag skickar offerten i morgon.", "i morgon", "skickar offerten"),
        ("sv", "Vi återkommer nästa vecka.", "nästa vecka", "återkommer"),
        ("zh", "我明天把报价发给您。", "明天", "把报价发给您"),
        ("zh", "我们会尽快回复。", "", "会尽快回复"),
    ],
)  # fmt: skip
def test_a_promise_says_what_is_owed(language: str, text: str, due: str, what: str) -> None:
    assert promised(text, language, due) == [what]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I'll be honest, we'll see."),
        ("en", "I won't send it."),
        ("en", "Will we get it by Friday?"),
        ("en", "He'll send it tomorrow."),
        ("en", "I'll ask you a question."),
        ("en", "Can you send me the contract?"),
        ("da", "Vi leverer til hele Europa."),
        ("da", "Ringer jeg for sent?"),
        ("nb", "Vi leverer til hele Norden."),
        ("sv", "Vi levererar i hela Norden."),
        ("zh", "好的\uff0c没问题。"),
    ],
)
def test_what_promises_nothing_is_none(language: str, text: str) -> None:
    assert promised(text, language) == []


def test_two_promises_in_a_sentence_are_two() -> None:
    text = "I'll send you the offer, and we'll call you on Friday."
    assert promised(text, due="on Friday") == ["send you the offer", "call you"]


def test_offsets_point_at_the_words() -> None:
    said = call("Sure. First of all, I'll send you the offer by Friday, okay? Great.")
    (clause,) = clauses_of(said)
    assert said.utterances[0].text[clause.start : clause.end] == clause.text
    assert clause.text == "First of all, I'll send you the offer by Friday"


def test_a_clause_without_an_end_is_cut() -> None:
    said = call("word " * 2_000 + "I'll send it " + "word " * 2_000)
    (clause,) = clauses_of(said)
    assert len(clause.text) < 500
    assert "I'll send it" in clause.text


def test_a_call_has_at_most_so_many() -> None:
    assert len(clauses_of(call(*["I'll send it. We'll call you."] * MOST))) == MOST


def test_all_clauses_of_a_call_are_asked_about_at_once() -> None:
    reader = Reader()
    said = call("I'll send you the offer by Friday.", "Fine.", "We'll call you.", "I will sign it by Friday.")
    found = analyze(said, Context(due_reader=reader))
    texts = ["I'll send you the offer by Friday", "We'll call you", "I will sign it by Friday"]
    assert reader.asked == [(texts, "en", STARTED)]
    assert found.missing == ()
    assert [(each.owner_id, each.what, each.due) for each in found.commitments] == [
        ("s", "send you the offer", FRIDAY),
        ("s", "call you", None),
        ("c", "sign it", FRIDAY),
    ]
    lines = [line.text for line in found.summary if line.heading == "commitment"]
    assert lines == [
        "Sara: send you the offer, by Friday (2026-03-13)",
        "Sara: call you",
        "Carl: sign it, by Friday (2026-03-13)",
    ]


def test_nobody_is_asked_about_a_call_without_promises() -> None:
    reader = Reader(_DOWN)
    assert analyze(call("Hello.", "Hi."), Context(due_reader=reader)).missing == ()
    assert reader.asked == []


_DOWN = LeadlightError(Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE, "the notes service does not answer")


@pytest.mark.parametrize("reader", [None, Reader(_DOWN)])
def test_without_the_notes_service_the_rest_comes_and_says_what_is_missing(reader: Reader | None) -> None:
    said = call("I'll send you the offer by Friday.", "We love it!")
    found = analyze(said, Context(due_reader=reader))
    assert found.missing == (MissingPart.COMMITMENTS,)
    assert found.commitments == ()
    assert found.highlights == analyze(said, Context(due_reader=Reader())).highlights


def test_what_was_missing_can_be_read_later() -> None:
    said = call("I'll send you the offer by Friday.", "We love it!")
    assert with_commitments(analyze(said), Reader()) == analyze(said, Context(due_reader=Reader()))


def test_no_card_number_reaches_the_notes_service() -> None:
    reader = Reader()
    analyze(call("I'll pay by card 4111 1111 1111 1111 by Friday."), Context(due_reader=reader))
    assert "4111" not in str(reader.asked)
